-- Level and department of each objective on each evaluated day. Where neither row, team nor
-- department tells the level, the depth does: one below the nearest objective above whose
-- level is known, else the number of links to the top of its tree, company first. What
-- names a parent is not the top, also where that parent is not in the data or was dropped.
-- grain: day, objective_id
-- column: day | evaluated day
-- column: objective_id | the objective
-- column: level | company, department, team or individual
-- column: level_number | 1 to 4, 1 = company
-- column: department | department; NULL for company objectives and where unknown
-- column: level_assumed | whether the depth told the level
-- assert: level_number between 1 and 4
with recursive climb(day, objective_id, node_id, links, top_number) as (
    select day, objective_id, objective_id, 0, null::integer
    from model.objective_day
    where known_level is null
    union
    select c.day, c.objective_id, p.parent_id, c.links + 1, n.level_number
    from climb c
    join model.objective_parent_day p on p.day = c.day and p.objective_id = c.node_id
    join model.objective_day o on o.day = p.day and o.objective_id = p.parent_id
    left join model.level n on n.level = o.known_level
    where c.top_number is null
),
named_parent as (
    select distinct day, child_id as node_id, 1 as links from model.alignment_link_day
),
depth as (
    select
        c.day, c.objective_id,
        min(
            least(4, coalesce(c.top_number, 1 + coalesce(n.links, 0)) + c.links)
        ) as level_number
    from climb c
    left join named_parent n on n.day = c.day and n.node_id = c.node_id
    left join model.objective_parent_day p on p.day = c.day and p.objective_id = c.node_id
    where c.top_number is not null or p.parent_id is null
    group by c.day, c.objective_id
)
select
    o.day, o.objective_id, l.level, l.level_number,
    case when l.level <> 'company' then o.known_department end as department,
    o.known_level is null as level_assumed
from model.objective_day o
left join depth d on d.day = o.day and d.objective_id = o.objective_id
join model.level l on l.level = o.known_level or (
    o.known_level is null and l.level_number = coalesce(d.level_number, 1)
)
