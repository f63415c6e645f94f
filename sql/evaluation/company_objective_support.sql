-- Who works for each company objective, cycle by cycle: departments with objectives in its tree.
-- Objectives of cycles within the row's cycle count in it.
-- grain: cycle, objective_id, department
-- column: cycle | cycle looked at; NULL for objectives without one
-- column: objective_id | company objective
-- column: department | department with objectives in its tree; NULL where unknown
-- column: objectives | objectives of that department in its tree
-- column: carries | whether one of them carries a share of its roll-up
with below as (
    select c.ancestor_id, o.objective_id, o.cycle, o.department
    from model.closure c
    join model.living_objective o on o.objective_id = c.objective_id and o.level <> 'company'
    join model.living_objective a on a.objective_id = c.ancestor_id and a.level = 'company'
),
carrier as (
    select distinct c.ancestor_id, c.objective_id
    from main.contribution c
    where c.share > 0
)
select
    f.cycle, b.ancestor_id as objective_id, b.department,
    count(*) as objectives,
    bool_or(k.objective_id is not null) as carries
from below b
join model.cycle_frame f on f.inner_cycle is not distinct from b.cycle
left join carrier k on k.ancestor_id = b.ancestor_id and k.objective_id = b.objective_id
group by f.cycle, b.ancestor_id, b.department
