-- Progress of each objective week by week over its cycle: the figures of time travel to the last
-- day of each week (to the as-of day in the running one).
-- grain: objective_id, week
-- column: objective_id | objective
-- column: week | Monday of the week
-- column: progress | progress as of that week's last day, 0–1; NULL where nothing was measured by then
-- column: expected_progress | elapsed share of its dates on that day, 0–1; NULL without dates
-- column: day | day for which the figures are true
-- column: cycle | cycle
-- column: level | level as of that day
-- column: department | department as of that day; NULL for company objectives and where unknown
-- column: weight | weight in means over a level; NULL counts as 1
-- assert: progress between -1e-9 and 1 + 1e-9
with past_week as (
    select w.week, m.*
    from stored.objective_measure_day m
    join model.week_day w on w.cycle = m.cycle and w.day = m.day
    join model.as_of_day d on w.day < d.day
    where w.week < date_trunc('week', d.day) or w.ends_on < d.day
),
running_week as (
    select date_trunc('week', d.day)::date as week, m.*
    from model.objective_measure_day m
    join model.as_of_day d using (day)
    join model.cycle_window w on w.cycle = m.cycle
    where d.day between w.starts_on and w.ends_on
)
select objective_id, week, progress, expected_progress, day, cycle, level, department, weight
from past_week
where not dropped
union all
select objective_id, week, progress, expected_progress, day, cycle, level, department, weight
from running_week
where not dropped
