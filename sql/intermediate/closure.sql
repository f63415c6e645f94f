-- The hierarchy walked once: every objective and what lies above it, itself at distance 0.
-- grain: objective_id, ancestor_id
-- column: objective_id | objective
-- column: ancestor_id | the objective itself, or one that a chain of alignments reaches
-- column: distance | links of the shortest chain
with recursive graph as (
    select p.objective_id, p.parent_id
    from model.objective_parent_day p
    join model.as_of_day using (day)
),
walk(objective_id, ancestor_id, distance) as (
    select o.objective_id, o.objective_id, 0
    from model.objective_day o
    join model.as_of_day using (day)
    where not o.dropped
    union
    select w.objective_id, g.parent_id, w.distance + 1
    from walk w
    join graph g on g.objective_id = w.ancestor_id
)
select objective_id, ancestor_id, min(distance) as distance
from walk
group by objective_id, ancestor_id
