-- What each import says of a work item, with the days for which that holds.
-- grain: initiative_id, as_of
-- column: initiative_id | the work item
-- column: parent_id | objective, key result or work item above it; NULL where none
-- column: import_id | import that states this version
-- column: seq | position of that import in the journal
-- column: as_of | day the version was stated for
-- column: valid_from | first day it holds
-- column: valid_to | first day it no longer holds, for a newer one or for a removal; NULL for one that holds still
-- column: title | title
-- column: team | own team; NULL where none
-- column: owner | owners; NULL where none
-- column: cycle | own cycle; NULL where none
-- column: weight | weight among the children of its parent; NULL counts as 1
-- column: contributes | whether its source says that it counts towards progress
-- column: reported_progress | as the source reports it, fraction; NULL where none
-- column: status | mapped status; NULL where none or unknown
-- column: status_raw | status as the source wrote it
-- column: confidence | 0–1; NULL where none
-- column: file | source file
-- column: row | line of that file
with stated as (
    select r.*, i.seq, i.as_of
    from journal.initiative_row r
    join model.live_import i using (import_id)
    where i.alone
    union all
    select r.*, i.seq, i.as_of
    from journal.initiative_row r
    join model.live_import i using (import_id)
    where not i.alone
    qualify row_number() over (
        partition by r.initiative_id, i.as_of order by i.seq desc
    ) = 1
)
select
    initiative_id, parent_id, s.import_id, s.seq, s.as_of,
    case
        when lag(s.as_of) over versions is null
            then least(s.as_of, coalesce(created_on, start_date, s.as_of))
        else s.as_of
    end as valid_from,
    coalesce(x.removed_on, lead(s.as_of) over versions) as valid_to,
    title, coalesce(t.unit, s.team) as team, owner, cycle, weight, contributes, reported_progress, status, status_raw,
    confidence, file, row
from stated s
left join model.unit_name t on t.unit_key = lower(trim(s.team))
left join model.item_removal x
    on x.item_kind = 'initiative' and x.item_id = s.initiative_id and x.as_of = s.as_of
window versions as (partition by s.initiative_id order by s.as_of)
