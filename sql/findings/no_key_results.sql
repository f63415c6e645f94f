-- Objectives without a key result of their own.
-- why: Nothing says when it is reached; its progress is what somebody reports, or what hangs below it.
-- do: Add two to five key results that would tell that it is reached.
-- severity: medium
select
    objective_id as item_id, 'objective' as item_kind,
    case when key_results = 0 then 'found' else 'passed' end as outcome,
    key_results::double as measured, 1.0 as limit_value,
    case when key_results = 0 then 'It has no key result of its own.' end as sentence
from main.objective_progress
where not dropped
