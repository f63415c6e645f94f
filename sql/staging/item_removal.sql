-- Statements about items that a complete import ended: of the cycles that occur in it, it holds
-- every item, so what was known before and does not stand in it exists no more from its day on.
-- An item belongs to its own cycle, else to that of the objective it hangs on at that day.
-- Items without cycle are touched only where the complete import holds such items itself.
-- grain: item_kind, item_id, as_of
-- column: item_kind | objective, key_result or initiative
-- column: item_id | the item
-- column: as_of | day of the statement that holds no more
-- column: removed_on | first day on which the item does not exist, until it is stated again
-- column: import_id | complete import that does not hold it
with complete_import as (
    select import_id, seq, as_of from model.live_import where complete
),
-- Nothing is read where no import is complete.
live as (
    select import_id, seq, as_of
    from model.live_import
    where (select count(*) from complete_import) > 0
),
stated as (
    select 'objective' as item_kind, r.objective_id as item_id, null as parent_id, r.cycle,
        i.import_id, i.as_of, i.seq
    from journal.objective_row r
    join live i using (import_id)
    union all
    select 'key_result', r.key_result_id, r.objective_id, r.cycle, i.import_id, i.as_of, i.seq
    from journal.key_result_row r
    join live i using (import_id)
    union all
    select 'initiative', r.initiative_id, r.parent_id, r.cycle, i.import_id, i.as_of, i.seq
    from journal.initiative_row r
    join live i using (import_id)
),
version as (
    select *, lead(as_of) over (partition by item_kind, item_id order by as_of) as next_as_of
    from stated
    qualify row_number() over (partition by item_kind, item_id, as_of order by seq desc) = 1
),
-- Any item of that name: an objective before a key result before a work item.
holder as (
    select item_id, as_of, cycle, parent_id
    from version
    qualify row_number() over (partition by item_id, as_of order by item_kind desc) = 1
),
-- What a complete import holds, and what it does not although it was stated before: an item
-- that it held would have been stated again on its day.
looked_at as (
    select s.item_kind, s.item_id, s.parent_id, s.cycle, s.as_of,
        c.import_id, c.as_of as on_day, true as held
    from stated s
    join complete_import c using (import_id)
    union all
    select v.item_kind, v.item_id, v.parent_id, v.cycle, v.as_of, c.import_id, c.as_of, false
    from version v
    join complete_import c
        on c.as_of >= v.as_of and c.as_of < coalesce(v.next_as_of, 'infinity'::date)
    where (c.as_of, c.seq) > (v.as_of, v.seq)
),
placed as (
    select
        l.item_kind, l.item_id, l.as_of, l.import_id, l.on_day, l.held,
        coalesce(l.cycle, p.cycle, g.cycle) as cycle
    from looked_at l
    asof left join holder p on p.item_id = l.parent_id and l.on_day >= p.as_of
    asof left join holder g on g.item_id = p.parent_id and l.on_day >= g.as_of
),
-- The cycle of a key result's objective may stand elsewhere: a file of key results alone names
-- no cycle, and so removes nothing.
scope as (
    select distinct s.import_id, s.cycle
    from stated s
    join complete_import using (import_id)
    where s.cycle is not null
    union all
    select distinct import_id, null from placed where held and cycle is null
)
select
    p.item_kind, p.item_id, p.as_of,
    min(p.on_day) as removed_on,
    arg_min(p.import_id, p.on_day) as import_id
from placed p
join scope s on s.import_id = p.import_id and s.cycle is not distinct from p.cycle
where not p.held
group by p.item_kind, p.item_id, p.as_of
