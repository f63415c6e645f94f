-- Progress and pace of each department and level: means over its objectives.
-- grain: cycle, department, level
-- column: cycle | cycle; NULL for objectives without one
-- column: department | department; NULL where unknown
-- column: level | department, team or individual; company objectives belong to no department
-- column: objectives | objectives, dropped ones left out
-- column: key_results | their own key results
-- column: measured | objectives with a progress; the mean is over these
-- column: progress | mean of their progress, weighted where the data has weights, 0–1; NULL where none is measured
-- column: expected_progress | mean of their expected progress, same weights, 0–1; NULL where none has dates
-- column: on_track | objectives on track
-- column: at_risk | objectives at risk
-- column: off_track | objectives off track
-- column: done | objectives at 100 %
-- column: too_early | objectives in the first part of their time, when nothing is behind yet
-- column: not_started | objectives with nothing measured
-- column: measured_key_results | own key results that are measured
-- assert: measured <= objectives
-- assert: progress between -1e-9 and 1 + 1e-9
select
    cycle, department, level,
    count(*) as objectives,
    sum(key_results)::bigint as key_results,
    count(progress) as measured,
    weighted_mean(progress, weight) as progress,
    weighted_mean(expected_progress, weight) as expected_progress,
    count(*) filter (where pace_status = 'on_track') as on_track,
    count(*) filter (where pace_status = 'at_risk') as at_risk,
    count(*) filter (where pace_status = 'off_track') as off_track,
    count(*) filter (where pace_status = 'done') as done,
    count(*) filter (where pace_status = 'too_early') as too_early,
    count(*) filter (where pace_status = 'not_started') as not_started,
    sum(measured)::bigint as measured_key_results
from main.objective_progress
where not dropped
    and level <> 'company'
group by cycle, department, level
