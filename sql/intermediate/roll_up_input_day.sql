-- What counts in an objective's roll-up beside its child objectives: own key results, key
-- results of other objectives that are aligned to it, and contributing work items; measured ones.
-- column: day | evaluated day
-- column: objective_id | objective whose roll-up it counts in
-- column: item_id | key result or work item
-- column: carrier_id | objective that the item belongs to
-- column: weight | weight in the mean, 1 where the source has none
-- column: progress | 0–1
with key_result_link as (
    select
        k.day, a.child_id as key_result_id, k.objective_id as carrier_id, k.progress, a.weight,
        coalesce(o.objective_id, other.objective_id) as objective_id
    from model.key_result_day k
    join journal.alignment_row a on a.import_id = k.import_id and a.child_id = k.key_result_id
    left join model.objective_day o on o.day = k.day and o.objective_id = a.parent_id
    left join model.key_result_day other on other.day = k.day and other.key_result_id = a.parent_id
    where coalesce(a.contributes, true) and coalesce(a.weight, 1) > 0
)
select day, objective_id, key_result_id as item_id, objective_id as carrier_id,
    coalesce(weight, 1) as weight, progress
from model.key_result_day
where objective_id is not null and progress is not null
union all
select day, objective_id, key_result_id, coalesce(carrier_id, objective_id),
    coalesce(weight, 1), progress
from key_result_link
where objective_id is not null and progress is not null
    and objective_id is distinct from carrier_id
union all
select day, objective_id, initiative_id, objective_id, coalesce(weight, 1), progress
from model.initiative_day
where objective_id is not null and contributes and progress is not null
