-- How much of the organisation works for each company objective, in each cycle that it frames.
-- grain: cycle, objective_id
-- column: cycle | cycle looked at: that of the company objective, one within it, or one of which an objective hangs in its tree; NULL for objectives without one
-- column: objective_id | company objective
-- column: title | its title
-- column: departments | departments with an objective below company level in the cycle or one within it: the denominator
-- column: supporting_departments | of these, with an objective in its tree
-- column: contributing_departments | of these, with an objective that carries a share of its roll-up
-- column: coverage | supporting_departments / departments; NULL without departments
-- column: objectives_below | objectives of the cycle or one within it in its tree
-- column: objective_cycle | cycle of the company objective; NULL where none
-- assert: supporting_departments <= departments
-- assert: contributing_departments <= supporting_departments
with company as (
    select objective_id, cycle from model.living_objective where level = 'company'
),
cycle_in_use as (
    select distinct cycle from model.living_objective
),
framed as (
    select u.cycle, c.objective_id
    from company c
    join model.cycle_frame f on f.cycle is not distinct from c.cycle
    join cycle_in_use u on u.cycle is not distinct from f.inner_cycle
    union
    select o.cycle, c.objective_id
    from company c
    join model.closure t on t.ancestor_id = c.objective_id
    join model.living_objective o on o.objective_id = t.objective_id and o.level <> 'company'
),
organisation as (
    select f.cycle, count(distinct o.department) as departments
    from model.living_objective o
    join model.cycle_frame f on f.inner_cycle is not distinct from o.cycle
    where o.level <> 'company'
    group by f.cycle
),
supported as (
    select
        cycle, objective_id,
        count(department) as supporting_departments,
        count(department) filter (where carries) as contributing_departments,
        sum(objectives)::bigint as objectives_below
    from model.company_objective_support
    group by cycle, objective_id
)
select
    f.cycle, f.objective_id, o.title,
    coalesce(g.departments, 0) as departments,
    coalesce(s.supporting_departments, 0) as supporting_departments,
    coalesce(s.contributing_departments, 0) as contributing_departments,
    coalesce(s.supporting_departments, 0) / nullif(g.departments, 0)::double as coverage,
    coalesce(s.objectives_below, 0) as objectives_below,
    o.cycle as objective_cycle
from framed f
join main.objective_progress o on o.objective_id = f.objective_id
left join organisation g on g.cycle is not distinct from f.cycle
left join supported s on s.cycle is not distinct from f.cycle and s.objective_id = f.objective_id
