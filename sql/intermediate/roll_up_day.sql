-- Roll-up of each objective on each evaluated day: the weighted mean over all contributing
-- children, each child objective standing for its own roll-up. Computed bottom-up by height, so
-- that what is not measured is left out at every step and never counted as 0. Most objectives have
-- nothing below them: only the others are walked.
-- grain: day, objective_id
-- column: day | evaluated day
-- column: objective_id | objective below which something is measured
-- column: height | links to the deepest contributing objective below
-- column: rollup_progress | 0–1; objectives below which nothing is measured have no row
-- assert: rollup_progress between -1e-9 and 1 + 1e-9
with recursive living as (
    select day, objective_id from model.objective_day where not dropped
),
edge as (
    select day, objective_id as child_id, parent_id, weight
    from model.objective_parent_day
    where contributes
),
parent as (
    select distinct day, parent_id as objective_id from edge
),
path_down(day, objective_id, height) as (
    select day, objective_id, 1 from parent
    union
    select e.day, e.parent_id, d.height + 1
    from path_down d
    join edge e on e.day = d.day and e.child_id = d.objective_id
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
leaf as (
    select
        o.day, o.objective_id,
        case when o.weights > 0 then o.weighted / o.weights else o.plain / o.items end
            as rollup_progress
    from own o
    anti join parent p on p.day = o.day and p.objective_id = o.objective_id
),
by_leaves as (
    select
        e.day, e.parent_id as objective_id,
        sum(e.weight) as weights, sum(e.weight * c.rollup_progress) as weighted
    from edge e
    join leaf c on c.day = e.day and c.objective_id = e.child_id
    group by e.day, e.parent_id
),
-- What is known of a parent before its children that are parents too are.
begun as (
    select
        t.day, t.objective_id, t.height,
        coalesce(o.weights, 0) + coalesce(l.weights, 0) as weights,
        coalesce(o.weighted, 0) + coalesce(l.weighted, 0) as weighted,
        o.plain / o.items as plain_mean
    from tall t
    left join own o on o.day = t.day and o.objective_id = t.objective_id
    left join by_leaves l on l.day = t.day and l.objective_id = t.objective_id
),
upper_edge as (
    select e.day, e.child_id, e.parent_id, e.weight
    from edge e
    semi join parent p on p.day = e.day and p.objective_id = e.child_id
),
rolled(day, objective_id, height, rollup_progress) using key (day, objective_id) as (
    select
        day, objective_id, height, case when weights > 0 then weighted / weights else plain_mean end
    from begun
    where height = 1
    union
    select
        b.day, b.objective_id, b.height,
        case
            when any_value(b.weights) + coalesce(sum(e.weight) filter (where c.rollup_progress is not null), 0) > 0
                then (any_value(b.weighted) + coalesce(sum(e.weight * c.rollup_progress), 0))
                    / (any_value(b.weights) + coalesce(sum(e.weight) filter (where c.rollup_progress is not null), 0))
            else any_value(b.plain_mean)
        end
    from begun b
    join upper_edge e on e.day = b.day and e.parent_id = b.objective_id
    join recurring.rolled c on c.day = e.day and c.objective_id = e.child_id
    where b.height = (select max(height) + 1 from rolled)
    group by b.day, b.objective_id, b.height
)
select day, objective_id, 0 as height, rollup_progress
from leaf
union all
select day, objective_id, height, rollup_progress
from rolled
where rollup_progress is not null
