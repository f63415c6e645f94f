-- Each alignment on each evaluated day, with its parent looked up: an objective, or a key result
-- or work item that stands for its objective. Links that would close a loop are not here.
-- grain: day, child_id, parent_id, parent_title
-- column: day | evaluated day
-- column: child_id | objective that is aligned
-- column: parent_id | parent as the source names it; NULL where it gives only a title
-- column: parent_title | title of the parent as the source writes it; NULL where it gives none
-- column: parent_objective_id | objective of that parent; NULL where the parent is not in the data
-- column: parent_key_result_id | the parent where it is a key result, else NULL
-- column: parent_in_data | whether the parent is in the data; a key result may be there without an objective
-- column: weight | weight of the link; NULL counts as 1
-- column: contributes | whether the child counts in the parent's roll-up
select
    c.day, a.child_id, a.parent_id, a.parent_title,
    coalesce(o.objective_id, k.objective_id, n.objective_id) as parent_objective_id,
    case when o.objective_id is null then k.key_result_id end as parent_key_result_id,
    o.objective_id is not null or k.key_result_id is not null or n.initiative_id is not null
        as parent_in_data,
    a.weight,
    coalesce(a.contributes, true) and coalesce(a.weight, 1) > 0 as contributes
from model.objective_day c
join journal.alignment_row a on a.import_id = c.import_id and a.child_id = c.objective_id
left join journal.kept_out_link x
    on x.import_id = a.import_id and x.child_id = a.child_id and x.parent_id = a.parent_id
    and c.day >= x.valid_from and (x.valid_to is null or c.day < x.valid_to)
left join model.objective_day o on o.day = c.day and o.objective_id = a.parent_id
left join model.key_result_day k on k.day = c.day and k.key_result_id = a.parent_id
left join model.initiative_day n on n.day = c.day and n.initiative_id = a.parent_id
where x.child_id is null
