-- Objectives with a parent from which no chain leads to a company objective.
-- why: It looks aligned and is not: somewhere above, the chain ends.
-- do: Look at the topmost objective above it and align that one.
-- severity: medium
with looked_at as (
    select objective_id, case when alignment_state = 'detached' then 'found' else 'passed' end as outcome
    from main.objective_progress
    where alignment_state is not null
)
select
    objective_id as item_id, 'objective' as item_kind, outcome,
    null::double as measured, null::double as limit_value,
    case when outcome = 'found' then 'It has a parent, but no chain leads from there to a company objective.' end as sentence
from looked_at
