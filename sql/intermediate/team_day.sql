-- The place of each team that an org unit names, on each evaluated day.
-- grain: day, team_key
-- column: day | evaluated day
-- column: team_key | team name, lower case and trimmed
-- column: team | team name as written
-- column: level | level; NULL where the table does not say
-- column: department | department; NULL for a company unit
select distinct on (d.day, u.team_key) d.day, u.team_key, u.team, u.level, u.department
from model.org_unit u
cross join model.evaluation_day d
order by
    d.day, u.team_key, u.assumed, case when u.assumed then u.seq end, u.as_of > d.day,
    abs(u.as_of - d.day), u.seq desc
