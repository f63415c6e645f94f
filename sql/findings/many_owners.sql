-- Objectives with more than one owner.
-- why: With several owners each may wait for the other; one is accountable, the others contribute.
-- do: Keep one accountable owner and give the others key results of their own.
-- severity: low
with looked_at as (
    select objective_id, owner, len(people_of(owner)) as people
    from main.objective_progress
    where not dropped and owner is not null
)
select
    objective_id as item_id, 'objective' as item_kind,
    case when people > 1 then 'found' else 'passed' end as outcome,
    people::double as measured, 1.0 as limit_value,
    case when people > 1 then people || ' people own it: ' || array_to_string(people_of(owner), ', ') || '.' end as sentence
from looked_at
