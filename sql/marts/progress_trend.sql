-- Progress against expected pace week by week, per level and department: means over objectives.
-- grain: cycle, week, level, department
-- column: cycle | cycle
-- column: week | Monday of the week
-- column: level | level as of that week
-- column: department | department as of that week; NULL for company objectives and where unknown
-- column: progress | mean progress of the measured objectives, 0–1; NULL where none is
-- column: expected_progress | mean expected progress, 0–1; NULL where none has dates
-- column: measured | objectives with a progress by then
-- column: total | objectives, dropped ones left out
-- column: day | day for which the figures are true
-- column: progress_sum | sum of progress × weight over the measured: regroup with progress_weight, never average averages
-- column: progress_weight | sum of the weights of the measured
-- column: expected_sum | sum of expected progress × weight
-- column: expected_weight | sum of the weights behind expected_sum
-- assert: measured <= total
select
    cycle, week, level, department,
    weighted_mean(progress, weight) as progress,
    weighted_mean(expected_progress, weight) as expected_progress,
    count(progress) as measured,
    count(*) as total,
    max(day) as day,
    sum(progress * coalesce(weight, 1)) as progress_sum,
    sum(coalesce(weight, 1)) filter (where progress is not null) as progress_weight,
    sum(expected_progress * coalesce(weight, 1)) as expected_sum,
    sum(coalesce(weight, 1)) filter (where expected_progress is not null) as expected_weight
from main.objective_trend
group by cycle, week, level, department
