-- The differences between two statements of the same items, one row an item and change, in texts
-- for people. Reads the temporary tables item_before and item_after, both as item_today.
-- A target moved towards its start is lowered, whichever way is up; so is one that is gone.
-- grain: item_kind, item_id, kind
-- column: item_id | id in the source
-- column: item_kind | objective, key_result or initiative
-- column: title | title after the change, or the last one where the item is gone
-- column: kind | added, removed, retitled, reparented, target_lowered, target_raised, baseline_changed, value, progress, status, due, owner, level, team, department or cycle
-- column: before | what stood before; NULL where nothing did
-- column: after | what stands now; NULL where nothing does
with differing as (
    select
        coalesce(a.item_kind, b.item_kind) as item_kind,
        coalesce(a.item_id, b.item_id) as item_id,
        b as was, a as now
    from temp.item_before b
    full join temp.item_after a on a.item_kind = b.item_kind and a.item_id = b.item_id
    where b is distinct from a
),
shown as (
    select
        *,
        was.item_id is null as is_new,
        now.item_id is null as is_gone,
        coalesce(
            was.direction in ('decrease', 'stay_below'),
            was.target_value < was.start_value,
            false
        ) as falling,
        was.parents is distinct from now.parents as other_parents
    from differing
),
named as (
    select item_id, any_value(title) as title
    from (
        select item_id, title from temp.item_after
        union all
        select b.item_id, b.title
        from temp.item_before b
        anti join temp.item_after a on a.item_id = b.item_id
    )
    where item_id in (
        select unnest(was.parents) from shown where other_parents
        union
        select unnest(now.parents) from shown where other_parents
    )
    group by item_id
),
reparented as (
    select item_kind, item_id, unnest(['before', 'after']) as side,
        unnest([was.parents, now.parents]) as parents
    from shown
    where other_parents and not is_new and not is_gone
),
parent_text as (
    select
        p.item_kind, p.item_id,
        string_agg(coalesce(n.title || ' (' || p.parent || ')', p.parent), '; ' order by p.parent)
            filter (where p.side = 'before') as before,
        string_agg(coalesce(n.title || ' (' || p.parent || ')', p.parent), '; ' order by p.parent)
            filter (where p.side = 'after') as after
    from (select item_kind, item_id, side, unnest(parents) as parent from reparented) p
    left join named n on n.item_id = p.parent
    group by p.item_kind, p.item_id
),
change as (
    select item_id, item_kind, now.title as title, 'added' as kind,
        null as before, now.title as after
    from shown
    where is_new
    union all
    select item_id, item_kind, was.title, 'removed', was.title, null
    from shown
    where is_gone
    union all
    select s.item_id, s.item_kind, s.now.title, 'reparented', p.before, p.after
    from shown s
    join parent_text p on p.item_kind = s.item_kind and p.item_id = s.item_id
    union all
    select
        item_id, item_kind, now.title,
        case
            when now.target_value is null then 'target_lowered'
            when was.target_value is null then 'target_raised'
            when (now.target_value < was.target_value) <> falling then 'target_lowered'
            else 'target_raised'
        end,
        number_text(was.target_value, was.unit), number_text(now.target_value, now.unit)
    from shown
    where not is_new and not is_gone and was.target_value is distinct from now.target_value
    union all
    select item_id, item_kind, now.title, 'baseline_changed',
        number_text(was.start_value, was.unit), number_text(now.start_value, now.unit)
    from shown
    where not is_new and not is_gone and was.start_value is distinct from now.start_value
    union all
    select item_id, item_kind, now.title, 'value',
        number_text(was.value, was.unit), number_text(now.value, now.unit)
    from shown
    where not is_new and not is_gone and was.value is distinct from now.value
    union all
    select item_id, item_kind, now.title, 'progress',
        percent_text(was.progress), percent_text(now.progress)
    from shown
    where not is_new and not is_gone
        and percent_text(was.progress) is distinct from percent_text(now.progress)
        -- sums of the same figures in another order may differ in their last digit
        and coalesce(abs(was.progress - now.progress) > 1e-9, true)
    union all
    select item_id, item_kind, now.title, kind, before, after
    from (
        select
            item_id, item_kind, now,
            unnest(
                ['retitled', 'status', 'due', 'owner', 'level', 'team', 'department', 'cycle']
            ) as kind,
            unnest([
                was.title, replace(was.status, '_', ' '), was.due, was.owner, was.level, was.team,
                was.department, was.cycle
            ]) as before,
            unnest([
                now.title, replace(now.status, '_', ' '), now.due, now.owner, now.level, now.team,
                now.department, now.cycle
            ]) as after
        from shown
        where not is_new and not is_gone
    )
    where before is distinct from after
)
select item_id, item_kind, title, kind, before, after
from change
