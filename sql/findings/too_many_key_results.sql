-- Objectives with more key results than anybody can keep in mind.
-- why: Many measures mean no choice was made; the important one drowns.
-- do: Keep the few that tell whether it is reached; the others are health measures or another objective.
-- severity: low
select
    objective_id as item_id, 'objective' as item_kind,
    case when key_results > max_key_results then 'found' else 'passed' end as outcome,
    key_results::double as measured, max_key_results::double as limit_value,
    case when key_results > max_key_results
        then 'It has ' || key_results || ' key results, limit ' || max_key_results || '.'
    end as sentence
from main.objective_progress
cross join model.setting
where not dropped and key_results > 0
