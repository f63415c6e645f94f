-- What each import says of a team's place in the organisation. On a day, an imported statement
-- beats an assumed one, then the one nearest before that day holds, else the first after it.
-- Of assumed ones the first that is in force stands, so that a later guess moves nothing.
-- A row that says what its name is the same as places nothing; what other rows say of that name
-- they say of the unit it stands for.
-- grain: team_key, as_of, assumed
-- column: team_key | team name, lower case and trimmed
-- column: team | team name as written, or the name it is read as
-- column: level | level; NULL where the table does not say
-- column: department | department; NULL for a company unit
-- column: parent_team | team above it; NULL where unknown
-- column: assumed | proposed from the data rather than stated
-- column: import_id | import that states it
-- column: as_of | day it was stated for
-- column: seq | position of that import in the journal
with read as (
    select
        coalesce(t.unit, r.team) as team,
        r.level,
        coalesce(d.unit, r.department) as department,
        coalesce(p.unit, r.parent_team) as parent_team,
        coalesce(lower(trim(t.unit)) <> lower(trim(r.team)), false) as by_other_name,
        r.assumed, r.import_id, r.row, i.as_of, i.seq
    from journal.org_unit_row r
    join model.live_import i using (import_id)
    left join model.unit_name t on t.unit_key = lower(trim(r.team))
    left join model.unit_name d on d.unit_key = lower(trim(r.department))
    left join model.unit_name p on p.unit_key = lower(trim(r.parent_team))
    where coalesce(lower(trim(r.same_as)) = lower(trim(r.team)), true) or trim(r.same_as) = ''
)
select
    lower(trim(team)) as team_key, team, level,
    case
        when level = 'company' then null
        when level = 'department' then coalesce(department, team)
        else department
    end as department,
    parent_team, assumed, import_id, as_of, seq
from read
qualify row_number() over (
    partition by lower(trim(team)), as_of, assumed order by by_other_name, seq desc, row desc
) = 1
