-- The one alignment state of each objective below company level on each evaluated day.
-- grain: day, objective_id
-- column: day | evaluated day
-- column: objective_id | objective that is neither company level nor dropped
-- column: alignment_state | contributing, supporting, detached, unresolved or unaligned
with recursive company as (
    select p.day, p.objective_id
    from model.objective_place_day p
    join model.objective_day o on o.day = p.day and o.objective_id = p.objective_id
    where p.level = 'company' and not o.dropped
),
parent as (
    select distinct day, parent_id as objective_id from model.objective_parent_day
),
-- Most objectives have nothing below them: only the links between those that have are walked.
upper_link as (
    select e.day, e.objective_id, e.parent_id, e.contributes
    from model.objective_parent_day e
    semi join parent p on p.day = e.day and p.objective_id = e.objective_id
),
-- Some are there twice: by a contributing chain and by one that only supports.
above(day, objective_id, contributing) as (
    select day, objective_id, true from company
    union
    select e.day, e.objective_id, a.contributing and e.contributes
    from above a
    join upper_link e on e.day = a.day and e.parent_id = a.objective_id
),
in_sight as (
    select e.day, e.objective_id, bool_or(a.contributing and e.contributes) as contributing
    from model.objective_parent_day e
    join above a on a.day = e.day and a.objective_id = e.parent_id
    group by e.day, e.objective_id
),
named_parent as (
    select day, objective_id, bool_or(in_data) as in_data
    from (
        select day, child_id as objective_id, parent_in_data as in_data
        from model.alignment_link_day
        union all
        select o.day, o.objective_id, true
        from journal.kept_out_link x
        join model.objective_day o on o.import_id = x.import_id and o.objective_id = x.child_id
        where o.day >= x.valid_from and (x.valid_to is null or o.day < x.valid_to)
    )
    group by day, objective_id
)
select
    o.day, o.objective_id,
    case
        when r.contributing then 'contributing'
        when r.objective_id is not null then 'supporting'
        when n.in_data then 'detached'
        when n.objective_id is not null then 'unresolved'
        else 'unaligned'
    end as alignment_state
from model.objective_day o
join model.objective_place_day p on p.day = o.day and p.objective_id = o.objective_id
left join in_sight r on r.day = o.day and r.objective_id = o.objective_id
left join named_parent n on n.day = o.day and n.objective_id = o.objective_id
where not o.dropped and p.level <> 'company'
