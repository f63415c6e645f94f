-- The alignment of each objective that counts in the ratios, with its links counted.
-- grain: objective_id
-- column: objective_id | objective that is neither company level nor dropped
-- column: cycle | cycle; NULL where none
-- column: level | department, team or individual
-- column: department | department; NULL where unknown
-- column: alignment_state | contributing, supporting, detached, unresolved or unaligned
-- column: links | resolved links to living parents
-- column: adjacent_links | of these, to a parent exactly one level up
-- column: links_below_company | links to parents below company level, both departments known
-- column: cross_department_links | of these, to another department
-- column: supportable | whether it stands above the lowest level in use in its cycle
-- column: supported | whether at least one living objective is aligned to it
with today as (
    select day from model.as_of_day
),
placed as (
    select o.day, o.objective_id, o.cycle, p.level, p.level_number, p.department
    from model.objective_day o
    join today using (day)
    join model.objective_place_day p on p.day = o.day and p.objective_id = o.objective_id
    where not o.dropped
),
lowest as (
    select cycle, max(level_number) as level_number from placed group by cycle
),
link as (
    select
        e.objective_id,
        count(*) as links,
        count(*) filter (where p.level_number = c.level_number - 1) as adjacent_links,
        count(*) filter (
            where p.level <> 'company' and c.department is not null and p.department is not null
        ) as links_below_company,
        count(*) filter (
            where p.level <> 'company' and c.department <> p.department
        ) as cross_department_links
    from model.objective_parent_day e
    join placed c on c.day = e.day and c.objective_id = e.objective_id
    join placed p on p.day = e.day and p.objective_id = e.parent_id
    group by e.objective_id
),
parent as (
    select distinct e.parent_id as objective_id
    from model.objective_parent_day e
    join today using (day)
)
select
    c.objective_id, c.cycle, c.level, c.department, s.alignment_state,
    coalesce(l.links, 0) as links,
    coalesce(l.adjacent_links, 0) as adjacent_links,
    coalesce(l.links_below_company, 0) as links_below_company,
    coalesce(l.cross_department_links, 0) as cross_department_links,
    c.level_number < w.level_number as supportable,
    p.objective_id is not null as supported
from placed c
join model.alignment_state_day s on s.day = c.day and s.objective_id = c.objective_id
left join lowest w on w.cycle is not distinct from c.cycle
left join link l on l.objective_id = c.objective_id
left join parent p on p.objective_id = c.objective_id
where c.level <> 'company'
