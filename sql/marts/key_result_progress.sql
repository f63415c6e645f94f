-- Each key result with its values, computed and reported progress side by side, and its pace.
-- grain: key_result_id
-- column: cycle | cycle of its objective, else its own; NULL where neither has one
-- column: key_result_id | id in the source
-- column: objective_id | its objective; NULL where that is not in the data
-- column: title | title
-- column: level | level of its objective; NULL without objective
-- column: department | department of its objective; NULL for company objectives and where unknown
-- column: team | own team, else that of its objective; NULL where none
-- column: owner | own owners, else those of its objective; NULL where none
-- column: start_value | baseline in unit; NULL where unknown
-- column: target_value | target in unit; NULL where unknown
-- column: current_value | last known value in unit; NULL where none is known on the as-of day
-- column: unit | unit of the values; NULL where none
-- column: weight | weight in its objective; NULL counts as 1
-- column: progress | progress_raw clamped to 0–1; NULL where not measured
-- column: progress_raw | (current − start) / (target − start) and its special cases, unclamped; NULL where not measured
-- column: reported_progress | as the source reports it, fraction; NULL where none
-- column: expected_progress | elapsed share of its own, else its objective's dates, 0–1; NULL without dates
-- column: pace_status | done, on_track, at_risk, off_track, too_early, not_started; NULL without dates
-- column: status | status of the source in the contract's words; NULL where none or unknown
-- column: status_raw | status as the source wrote it
-- column: confidence | 0–1; NULL where none
-- column: last_check_in | last check-in; NULL where none
-- column: kind | metric or milestone
-- column: direction | increase, decrease, stay_above, stay_below; NULL where unknown
-- column: metric | name of what is measured; NULL where none
-- column: starts_on | own start, else that of its objective, else of its cycle; NULL where unknown
-- column: ends_on | own end, else that of its objective, else of its cycle; NULL where unknown
-- column: dropped | whether its objective was dropped; such key results leave the means of levels
-- column: import_id | import the row comes from
-- column: file | file of that import
-- column: row | line of that file
-- assert: progress between 0 and 1
-- assert: expected_progress between 0 and 1
with today as (
    select day from model.as_of_day
)
select
    coalesce(o.cycle, v.cycle) as cycle, k.key_result_id, k.objective_id, v.title,
    o.level, o.department,
    coalesce(v.team, o.team) as team,
    coalesce(v.owner, o.owner) as owner,
    v.start_value, v.target_value, k.current_value, v.unit, k.weight,
    k.progress, k.progress_raw, k.reported_progress,
    e.expected_progress, e.pace_status,
    k.status, k.status_raw, k.confidence, k.last_check_in,
    v.kind, v.direction, v.metric,
    e.starts_on, e.ends_on,
    coalesce(o.dropped, false) as dropped,
    k.import_id, v.file, v.row
from model.key_result_day k
join today using (day)
join model.key_result_version v
    on v.key_result_id = k.key_result_id and v.import_id = k.import_id
join model.key_result_pace_day e on e.day = k.day and e.key_result_id = k.key_result_id
left join main.objective_progress o on o.objective_id = k.objective_id
