-- How the contributing child objectives of each objective stand together against pace.
-- grain: objective_id
-- column: objective_id | objective with a contributing child objective
-- column: children | contributing child objectives
-- column: measured | of these, below which something is measured
-- column: progress | mean of their roll-ups, weighted as in the parent's roll-up, 0–1; NULL where none is measured
-- column: expected_progress | mean of the expected progress of the measured ones, same weights, 0–1; NULL without dates
-- column: pace_status | pace of the one against the other; NULL without dates
with child as (
    select
        e.parent_id as objective_id,
        count(*) as children,
        count(r.rollup_progress) as measured,
        weighted_mean(r.rollup_progress, e.weight) as progress,
        weighted_mean(
            case when r.rollup_progress is not null then m.expected_progress end, e.weight
        ) as expected_progress
    from model.objective_parent_day e
    join model.as_of_day using (day)
    join model.objective_measure_day m on m.day = e.day and m.objective_id = e.objective_id
    left join model.roll_up_day r on r.day = e.day and r.objective_id = e.objective_id
    where e.contributes
    group by e.parent_id
)
select
    c.objective_id, c.children, c.measured, c.progress, c.expected_progress,
    pace_status(c.progress, c.expected_progress, null, s.pace) as pace_status
from child c
cross join model.setting s
