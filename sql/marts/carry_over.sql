-- Objectives that continue one of the cycle before: the same id stated earlier with that cycle, or the
-- same title, case, spaces and punctuation aside, with the same team or, where neither has a team, with
-- the same owners. Dropped objectives continue nothing, but may be continued.
-- grain: objective_id
-- column: cycle | cycle of the objective
-- column: objective_id | objective that is not dropped
-- column: from_cycle | the cycle before
-- column: from_objective_id | the objective of that cycle that it continues; its own id where that moved on
-- column: how | same_id or same_title
-- column: progress | its progress, 0–1; NULL where not measured
-- column: progress_before | progress of what it continues: of another objective as it stands, of the same id as last known while it belonged to that cycle; NULL where not known
-- assert: (how = 'same_id') = (objective_id = from_objective_id)
-- assert: cycle <> from_cycle
with objective as (
    select
        o.objective_id, o.cycle, o.dropped, o.progress, i.as_of,
        title_key(o.title) as title_key,
        coalesce(
            'team ' || lower(trim(o.team)),
            'owners ' || nullif(array_to_string(list_sort(people_of(lower(o.owner))), ';'), '')
        ) as home
    from main.objective_progress o
    join model.live_import i on i.import_id = o.import_id
    where o.cycle is not null
),
planned as (
    select o.*, b.cycle_before
    from objective o
    join model.cycle_before b on b.cycle = o.cycle
    where not o.dropped
),
same_id as (
    select distinct p.objective_id, p.cycle_before
    from planned p
    join model.objective_version v
        on v.objective_id = p.objective_id and v.cycle = p.cycle_before and v.as_of < p.as_of
),
last_known as (
    select m.objective_id, arg_max(m.progress, m.day) as progress
    from same_id s
    join stored.objective_measure_day m
        on m.objective_id = s.objective_id and m.cycle = s.cycle_before
    join model.as_of_day d on m.day <= d.day
    -- The day that the newest one is compared with is no day of a trend.
    where m.day in (
        select day from model.week_day union select max(as_of) from model.live_import
    )
    group by m.objective_id
),
same_title as (
    select p.objective_id, min(b.objective_id) as from_objective_id
    from planned p
    join objective b
        on b.cycle = p.cycle_before and b.title_key = p.title_key and b.home = p.home
    where p.objective_id not in (select objective_id from same_id)
    group by p.objective_id
)
select
    p.cycle, p.objective_id, p.cycle_before as from_cycle, s.objective_id as from_objective_id,
    'same_id' as how, p.progress, k.progress as progress_before
from planned p
join same_id s on s.objective_id = p.objective_id
left join last_known k on k.objective_id = p.objective_id
union all
select
    p.cycle, p.objective_id, p.cycle_before, b.objective_id, 'same_title', p.progress, b.progress
from planned p
join same_title t on t.objective_id = p.objective_id
join objective b on b.objective_id = t.from_objective_id
