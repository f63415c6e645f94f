-- What each import says of a team's place in the organisation. On a day, an imported statement
-- beats an assumed one, then the one nearest before that day holds, else the first after it.
-- Of assumed ones the first that is in force stands, so that a later guess moves nothing.
-- grain: team_key, as_of, assumed
-- column: team_key | team name, lower case and trimmed
-- column: team | team name as written
-- column: level | level; NULL where the table does not say
-- column: department | department; NULL for a company unit
-- column: parent_team | team above it; NULL where unknown
-- column: assumed | proposed from the data rather than stated
-- column: import_id | import that states it
-- column: as_of | day it was stated for
-- column: seq | position of that import in the journal
select
    lower(trim(r.team)) as team_key, r.team, r.level,
    case
        when r.level = 'company' then null
        when r.level = 'department' then coalesce(r.department, r.team)
        else r.department
    end as department,
    r.parent_team, r.assumed, r.import_id, i.as_of, i.seq
from journal.org_unit_row r
join model.live_import i using (import_id)
qualify row_number() over (
    partition by lower(trim(r.team)), i.as_of, r.assumed order by i.seq desc, r.row desc
) = 1
