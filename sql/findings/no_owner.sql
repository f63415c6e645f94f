-- Objectives that nobody owns.
-- why: What nobody answers for is nobody's work.
-- do: Name one accountable owner in the source tool.
-- severity: medium
select
    objective_id as item_id, 'objective' as item_kind,
    case when owner is null then 'found' else 'passed' end as outcome,
    case when owner is null then 0.0 else 1.0 end as measured, 1.0 as limit_value,
    case when owner is null then 'Nobody owns it.' end as sentence
from main.objective_progress
where not dropped
