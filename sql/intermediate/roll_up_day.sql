-- Roll-up of each objective on each evaluated day: the weighted mean over all contributing
-- children, each child objective standing for its own roll-up. Computed bottom-up by height, so
-- that what is not measured is left out at every step and never counted as 0.
-- grain: day, objective_id
-- column: day | evaluated day
-- column: objective_id | objective below which something is measured
-- column: height | links to the deepest contributing objective below
-- column: rollup_progress | 0–1; objectives below which nothing is measured have no row
-- assert: rollup_progress between -1e-9 and 1 + 1e-9
with recursive living as (
    select day, objective_id from model.objective_day where not dropped
),
path_down(day, objective_id, height) as (
    select day, objective_id, 0 from living
    union
    select p.day, p.parent_id, d.height + 1
    from path_down d
    join model.objective_parent_day p on p.day = d.day and p.objective_id = d.objective_id
    where p.contributes
),
tall as (
    select day, objective_id, max(height) as height from path_down group by day, objective_id
),
own as (
    select
        i.day, i.objective_id,
        sum(i.weight) as weights, sum(i.weight * i.progress) as weighted,
        count(*) as items, sum(i.progress) as plain
    from model.roll_up_input_day i
    join living using (day, objective_id)
    group by i.day, i.objective_id
),
rolled(day, objective_id, height, rollup_progress) using key (day, objective_id) as (
    select
        t.day, t.objective_id, t.height,
        case when o.weights > 0 then o.weighted / o.weights else o.plain / o.items end
    from tall t
    left join own o on o.day = t.day and o.objective_id = t.objective_id
    where t.height = 0
    union
    select
        t.day, t.objective_id, t.height,
        case
            when coalesce(any_value(o.weights), 0) + coalesce(sum(e.weight) filter (where c.rollup_progress is not null), 0) > 0
                then (coalesce(any_value(o.weighted), 0) + coalesce(sum(e.weight * c.rollup_progress), 0))
                    / (coalesce(any_value(o.weights), 0) + coalesce(sum(e.weight) filter (where c.rollup_progress is not null), 0))
            else any_value(o.plain) / any_value(o.items)
        end
    from tall t
    join model.objective_parent_day e
        on e.day = t.day and e.parent_id = t.objective_id and e.contributes
    join recurring.rolled c on c.day = e.day and c.objective_id = e.objective_id
    left join own o on o.day = t.day and o.objective_id = t.objective_id
    where t.height = (select max(height) + 1 from rolled)
    group by t.day, t.objective_id, t.height
)
select day, objective_id, height, rollup_progress
from rolled
where rollup_progress is not null
