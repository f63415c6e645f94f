-- The weekly progress of objectives, counted and summed by cycle, week, level and department: what
-- `objective_trend` says one by one. A mean over some of these rows is `mean_of_sums`.
-- grain: cycle, week, level, department
-- column: cycle | cycle
-- column: week | Monday of the week
-- column: level | company, department, team or individual
-- column: department | department; NULL for company objectives and where unknown
-- column: day | day that the figures are of
-- column: objectives | objectives that are not dropped
-- column: measured | of these, measured
-- column: progress_weights | weights of the measured ones, 1 where none is stated; NULL where none is measured
-- column: progress_weighted | sum of their progress times weight; NULL where none is measured
-- column: progress_plain | sum of their progress; NULL where none is measured
-- column: expected_known | objectives with an expected progress
-- column: expected_weights | weights of these, 1 where none is stated; NULL where none has one
-- column: expected_weighted | sum of their expected progress times weight; NULL where none has one
-- column: expected_plain | sum of their expected progress; NULL where none has one
-- assert: measured <= objectives
select
    cycle, week, level, department,
    max(day) as day,
    count(*) as objectives,
    count(progress) as measured,
    sum(coalesce(weight, 1)) filter (where progress is not null) as progress_weights,
    sum(progress * coalesce(weight, 1)) as progress_weighted,
    sum(progress) as progress_plain,
    count(expected_progress) as expected_known,
    sum(coalesce(weight, 1)) filter (where expected_progress is not null) as expected_weights,
    sum(expected_progress * coalesce(weight, 1)) as expected_weighted,
    sum(expected_progress) as expected_plain
from main.objective_trend
group by cycle, week, level, department
