-- Every alignment with the days for which it was stated and the objective its parent stands for,
-- before loops are cut: what the guard against loops and endless chains looks at.
-- column: import_id | import that states it
-- column: as_of | as-of day of that import
-- column: seq | position of that import in the journal
-- column: child_id | objective that is aligned
-- column: parent_id | parent as the source names it
-- column: parent_objective_id | objective that parent is or belongs to
-- column: valid_from | first day
-- column: valid_to | first day it no longer holds; NULL for open
-- column: file | source file
-- column: row | line of that file
with objective as (
    select distinct objective_id from model.objective_version
),
key_result_home as (
    select
        k.key_result_id as item_id,
        coalesce(o.objective_id, above.parent_id) as objective_id,
        k.valid_from, k.valid_to
    from model.key_result_version k
    left join objective o on o.objective_id = k.parent_id
    left join model.key_result_version above
        on above.key_result_id = k.parent_id
        and above.valid_from < coalesce(k.valid_to, 'infinity'::date)
        and k.valid_from < coalesce(above.valid_to, 'infinity'::date)
),
item_home as (
    select item_id, objective_id, valid_from, valid_to from key_result_home
    union all
    select i.initiative_id, coalesce(o.objective_id, k.objective_id), i.valid_from, i.valid_to
    from model.initiative_version i
    left join objective o on o.objective_id = i.parent_id
    left join key_result_home k on k.item_id = i.parent_id
),
home as (
    select objective_id as item_id, objective_id, null::date as valid_from, null::date as valid_to
    from objective
    union all
    select h.item_id, h.objective_id, h.valid_from, h.valid_to
    from item_home h
    anti join objective o on o.objective_id = h.item_id
)
select
    v.import_id, v.as_of, v.seq, a.child_id, a.parent_id,
    h.objective_id as parent_objective_id,
    greatest(v.valid_from, h.valid_from) as valid_from,
    case
        when v.valid_to is not null or h.valid_to is not null then least(v.valid_to, h.valid_to)
    end as valid_to,
    a.file, a.row
from model.objective_version v
join journal.alignment_row a on a.import_id = v.import_id and a.child_id = v.objective_id
join home h on h.item_id = a.parent_id
where h.objective_id is not null
    and v.valid_from < coalesce(h.valid_to, 'infinity'::date)
    and coalesce(h.valid_from, '-infinity'::date) < coalesce(v.valid_to, 'infinity'::date)
    and v.valid_from < coalesce(v.valid_to, 'infinity'::date)
