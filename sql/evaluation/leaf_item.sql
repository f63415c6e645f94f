-- The items that are measured by themselves: key results, and objectives without key results.
-- grain: item_kind, item_id
-- column: item_kind | key_result or objective
-- column: item_id | the item; neither it nor its objective is dropped
-- column: objective_id | the objective, or that of the key result
-- column: cycle | cycle of the objective; NULL where none
-- column: department | department; NULL for company objectives and where unknown
-- column: pace_status | pace; NULL without dates
-- column: off_pace | whether it is at risk or off track
select
    'key_result' as item_kind, key_result_id as item_id, objective_id, cycle, department, pace_status,
    coalesce(pace_status in ('at_risk', 'off_track'), false) as off_pace
from main.key_result_progress
where objective_id is not null and not dropped and status is distinct from 'dropped'
union all
select
    'objective', objective_id, objective_id, cycle, department, pace_status,
    coalesce(pace_status in ('at_risk', 'off_track'), false)
from main.objective_progress
where not dropped and key_results = 0
