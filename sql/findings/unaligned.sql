-- Objectives that name no parent.
-- why: Work that is aligned with nothing competes with the goals for the same people.
-- do: Align it to the objective that it serves, or say why it stands alone. Suggestions stand on the page Alignment.
-- severity: medium
with looked_at as (
    select objective_id, case when alignment_state = 'unaligned' then 'found' else 'passed' end as outcome
    from main.objective_progress
    where alignment_state is not null
)
select
    objective_id as item_id, 'objective' as item_kind, outcome,
    null::double as measured, null::double as limit_value,
    case when outcome = 'found' then 'It names no parent.' end as sentence
from looked_at
