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
-- assert: measured <= total
select
    cycle, week, level, department,
    weighted_mean(progress, weight) as progress,
    weighted_mean(expected_progress, weight) as expected_progress,
    count(progress) as measured,
    count(*) as total,
    max(day) as day
from main.objective_trend
group by cycle, week, level, department
