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
reaching(day, objective_id) as (
    select day, objective_id from company
    union
    select e.day, e.objective_id
    from reaching r
    join model.objective_parent_day e on e.day = r.day and e.parent_id = r.objective_id
),
contributing(day, objective_id) as (
    select day, objective_id from company
    union
    select e.day, e.objective_id
    from contributing r
    join model.objective_parent_day e on e.day = r.day and e.parent_id = r.objective_id
    where e.contributes
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
        when c.objective_id is not null then 'contributing'
        when r.objective_id is not null then 'supporting'
        when n.in_data then 'detached'
        when n.objective_id is not null then 'unresolved'
        else 'unaligned'
    end as alignment_state
from model.objective_day o
join model.objective_place_day p on p.day = o.day and p.objective_id = o.objective_id
left join contributing c on c.day = o.day and c.objective_id = o.objective_id
left join reaching r on r.day = o.day and r.objective_id = o.objective_id
left join named_parent n on n.day = o.day and n.objective_id = o.objective_id
where not o.dropped and p.level <> 'company'
