-- `objective_week` counted and summed by day, cycle, level and department: the weekly figures of the
-- front page, of the published days. A mean over some of these rows is `mean_of_sums`.
-- grain: day, cycle, level, department
-- column: day | last day of the week in its cycle, or the newest day
-- column: cycle | cycle
-- column: level | company, department, team or individual
-- column: department | department; NULL for company objectives and where unknown
-- column: measured | objectives that are measured
-- column: progress_weights | weights of the measured ones, 1 where none is stated; NULL where none is measured
-- column: progress_weighted | sum of their progress times weight; NULL where none is measured
-- column: progress_plain | sum of their progress; NULL where none is measured
-- column: measured_key_results | own key results that are measured
-- column: on_pace | objectives that are done or on track
-- column: below_company | objectives below company level
-- column: line_of_sight | of these, contributing or supporting
-- assert: line_of_sight <= below_company
select
    day, cycle, level, department,
    count(progress) as measured,
    sum(coalesce(weight, 1)) filter (where progress is not null) as progress_weights,
    sum(progress * coalesce(weight, 1)) as progress_weighted,
    sum(progress) as progress_plain,
    sum(measured)::bigint as measured_key_results,
    count(*) filter (where pace_status in ('done', 'on_track')) as on_pace,
    count(alignment_state) as below_company,
    count(*) filter (where alignment_state in ('contributing', 'supporting')) as line_of_sight
from model.objective_week
group by day, cycle, level, department
