-- Objectives above the lowest level in use to which nothing is aligned, and company objectives that
-- nobody works for although others have objectives within their cycle.
-- why: Nobody below has taken it on: it is carried by its owner alone, or by nobody.
-- do: Ask the units below what they do for it; align that work, or drop the objective.
-- severity: low
with lowest as (
    select cycle, max(level_number) as level_number from model.living_objective group by cycle
),
framing as (
    select distinct f.cycle, true as frames
    from model.cycle_frame f
    join model.living_objective o on o.cycle is not distinct from f.inner_cycle
    where o.level <> 'company'
),
parent as (
    select distinct p.parent_id as objective_id
    from model.objective_parent_day p
    join model.as_of_day using (day)
),
looked_at as (
    select
        o.objective_id, o.level,
        case when p.objective_id is null then 'found' else 'passed' end as outcome
    from model.living_objective o
    join lowest l on l.cycle is not distinct from o.cycle
    left join framing f on f.cycle is not distinct from o.cycle
    left join parent p on p.objective_id = o.objective_id
    where case when o.level = 'company' then f.frames else o.level_number < l.level_number end
)
select
    objective_id as item_id, 'objective' as item_kind, outcome,
    null::double as measured, null::double as limit_value,
    case
        when outcome <> 'found' then null
        when level = 'company' then 'No objective is aligned to this company objective.'
        else 'No objective below is aligned to it.'
    end as sentence
from looked_at
