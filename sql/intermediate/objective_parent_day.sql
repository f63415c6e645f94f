-- The graph that chains and roll-ups run on: one row a child and parent objective, both alive.
-- Several links between the same two (one to the objective, one to its key result) add up.
-- grain: day, objective_id, parent_id
-- column: day | evaluated day
-- column: objective_id | child objective
-- column: parent_id | parent objective
-- column: weight | sum of the contributing links' weights; of all links where none contributes
-- column: contributes | whether a link contributes
with living as (
    select day, objective_id from model.objective_day where not dropped
)
select
    l.day, l.child_id as objective_id, l.parent_objective_id as parent_id,
    coalesce(
        sum(coalesce(l.weight, 1)) filter (where l.contributes),
        sum(coalesce(l.weight, 1))
    ) as weight,
    bool_or(l.contributes) as contributes
from model.alignment_link_day l
-- Semi joins, so that no planner joins the objectives of a day with one another first.
semi join living c on c.day = l.day and c.objective_id = l.child_id
semi join living p on p.day = l.day and p.objective_id = l.parent_objective_id
where l.child_id <> l.parent_objective_id
group by l.day, l.child_id, l.parent_objective_id
