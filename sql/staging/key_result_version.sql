-- What each import says of a key result, with the days for which that holds.
-- The first version reaches back to the key result's creation date, or to its objective's
-- first day where both came with the same import; never later than its first check-in.
-- grain: key_result_id, as_of
-- column: key_result_id | the key result
-- column: parent_id | its objective as the source names it; NULL where it names none
-- column: import_id | import that states this version
-- column: seq | position of that import in the journal
-- column: as_of | day the version was stated for
-- column: valid_from | first day it holds
-- column: valid_to | first day it no longer holds, for a newer one or for a removal; NULL for one that holds still
-- column: title | title
-- column: team | own team; NULL where none
-- column: owner | owners; NULL where none
-- column: cycle | own cycle; NULL where none
-- column: start_date | own start; NULL where none
-- column: end_date | own end; NULL where none
-- column: kind | metric or milestone
-- column: metric | name of what is measured; NULL where none
-- column: unit | unit of the values; NULL where none
-- column: direction | increase, decrease, stay_above, stay_below; NULL where unknown
-- column: start_value | baseline in unit; NULL where unknown
-- column: target_value | target in unit; NULL where unknown
-- column: current_value | value on the as-of day in unit; NULL where unknown
-- column: weight | weight in its objective; NULL counts as 1
-- column: reported_progress | as the source reports it, fraction; NULL where none
-- column: status | mapped status; NULL where none or unknown
-- column: status_raw | status as the source wrote it
-- column: confidence | 0–1; NULL where none
-- column: file | source file
-- column: row | line of that file
with stated as (
    select r.*, i.seq, i.as_of
    from journal.key_result_row r
    join model.live_import i using (import_id)
    where i.alone
    union all
    select r.*, i.seq, i.as_of
    from journal.key_result_row r
    join model.live_import i using (import_id)
    where not i.alone
    qualify row_number() over (
        partition by r.key_result_id, i.as_of order by i.seq desc
    ) = 1
),
first_objective as (
    select distinct on (objective_id) objective_id, import_id, valid_from
    from model.objective_version
    order by objective_id, as_of
),
born as (
    select
        s.*,
        least(
            s.as_of,
            c.checked_on,
            case
                when s.created_on is not null then s.created_on
                when o.import_id = s.import_id then o.valid_from
                else s.as_of
            end
        ) as born_on
    from stated s
    left join first_objective o on o.objective_id = s.objective_id
    left join model.first_check_in c on c.item_id = s.key_result_id
)
select
    key_result_id, objective_id as parent_id, s.import_id, s.seq, s.as_of,
    case when lag(s.as_of) over versions is null then born_on else s.as_of end as valid_from,
    coalesce(x.removed_on, lead(s.as_of) over versions) as valid_to,
    title, coalesce(t.unit, s.team) as team, owner, cycle, start_date, end_date, kind, metric, s.unit, direction,
    start_value, target_value, current_value, weight,
    reported_progress, status, status_raw, confidence, file, row
from born s
left join model.unit_name t on t.unit_key = lower(trim(s.team))
left join model.item_removal x
    on x.item_kind = 'key_result' and x.item_id = s.key_result_id and x.as_of = s.as_of
window versions as (partition by s.key_result_id order by s.as_of)
