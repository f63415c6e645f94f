-- Objectives that name a parent which is nowhere in the data.
-- why: Nobody can tell what it is aligned with: the parent was deleted, renamed, or left out of the export.
-- do: Export the parent too, or correct the link in the source tool.
-- severity: medium
with looked_at as (
    select objective_id, case when alignment_state = 'unresolved' then 'found' else 'passed' end as outcome
    from main.objective_progress
    where alignment_state is not null
)
select
    objective_id as item_id, 'objective' as item_kind, outcome,
    null::double as measured, null::double as limit_value,
    case when outcome = 'found' then 'The parent that it names is nowhere in the data.' end as sentence
from looked_at
