-- How many items were checked in on within the cadence, and how confident their owners are, week by
-- week, per level and department: `check_in_trend` counted.
-- grain: cycle, week, level, department
-- column: cycle | cycle
-- column: week | Monday of the week
-- column: level | level of the objectives as of that week
-- column: department | department as of that week; NULL for company objectives and where unknown
-- column: items | key results, and objectives without key results; dropped ones left out
-- column: due | of these, those that run and are not done
-- column: asked | of these, those of which it can be known whether they were checked in on in time
-- column: kept | of these, those with a check-in within cadence_days
-- column: stated | items with a confidence of their own or of their objective
-- column: confidence | plain mean of these, 0–1; NULL where none is stated
-- column: day | day for which the figures are true
-- assert: kept <= asked and asked <= due and due <= items
-- assert: (confidence is null) = (stated = 0)
select
    cycle, week, level, department,
    count(*) as items,
    count(*) filter (where due) as due,
    count(within_cadence) as asked,
    count(*) filter (where within_cadence) as kept,
    count(confidence) as stated,
    avg(confidence) as confidence,
    max(day) as day
from main.check_in_trend
group by cycle, week, level, department
