-- The part of a parent's roll-up that each measured child stands for, on the as-of day.
-- column: objective_id | parent objective
-- column: child_id | child objective; NULL for the parent's own items
-- column: carrier_id | objective that the items belong to; NULL for child objectives
-- column: progress | progress of the items, 0–1; NULL for child objectives
-- column: share | part of the parent's roll-up, 0–1
with today as (
    select day from model.as_of_day
),
child as (
    select i.objective_id, null as child_id, i.carrier_id, i.weight, i.progress
    from model.roll_up_input_day i
    join today using (day)
    join model.objective_day o on o.day = i.day and o.objective_id = i.objective_id
    where not o.dropped
    union all
    select e.parent_id, e.objective_id, null, e.weight, null
    from model.objective_parent_day e
    join today using (day)
    join model.roll_up_day c on c.day = e.day and c.objective_id = e.objective_id
    where e.contributes
)
select
    objective_id, child_id, carrier_id, progress,
    case
        when sum(weight) over parent > 0 then weight / sum(weight) over parent
        else 1.0 / count(*) over parent
    end as share
from child
window parent as (partition by objective_id)
