-- Each work item as it stood on each evaluated day.
-- grain: day, initiative_id
-- column: day | evaluated day
-- column: initiative_id | the work item
-- column: import_id | import whose version holds on that day
-- column: objective_id | objective it works for, directly or by a key result; NULL where that is not in the data
-- column: weight | weight among the children of that objective; NULL counts as 1
-- column: contributes | whether it counts towards progress
-- column: progress | last reported, clamped to 0–1; NULL where none
-- column: status | last status; NULL where none
-- assert: progress between 0 and 1
with standing as (
    select d.day, v.*
    from model.initiative_version v
    join model.evaluation_day d
        on d.day >= v.valid_from and (v.valid_to is null or d.day < v.valid_to)
)
select
    s.day, s.initiative_id, s.import_id,
    coalesce(o.objective_id, k.objective_id) as objective_id,
    s.weight,
    coalesce(s.contributes, false) and coalesce(s.weight, 1) > 0 as contributes,
    clamped(b.progress) as progress,
    b.status
from standing s
left join model.observation b
    on b.item_id = s.initiative_id
    and s.day >= b.observed_on and s.day < coalesce(b.until, 'infinity'::date)
left join model.objective_day o on o.day = s.day and o.objective_id = s.parent_id
left join model.key_result_day k on k.day = s.day and k.key_result_id = s.parent_id
