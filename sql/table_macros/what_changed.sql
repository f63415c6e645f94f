-- What changed between two days, item by item: the answers for the one beside those for the other.
-- parameters: from_date, to_date
-- column: item_id | objective, key result or work item
-- column: item_kind | objective, key_result or initiative
-- column: kind | added, removed, retitled, reowned, retargeted, rescheduled, reweighted, realigned, status, scored, pace or progress
-- column: before | what stood before, for people; NULL where nothing did
-- column: after | what stands after, for people; NULL where nothing does
-- column: delta | difference as a number: fraction of progress and score, units of target and weight, days; NULL where there is none
-- column: title | title on the later day, or the last one of what is gone
-- column: cycle | cycle on that day; of key results and work items that of their objective; NULL where none
-- column: level | level of the objective that it is or belongs to; NULL where that is not in the data
-- column: department | department of that objective; NULL for company objectives and where unknown
-- column: objective_id | that objective; NULL where it is not in the data
-- column: import_id | import that states it as it stands on that day
-- column: file | file of that import
-- column: row | line of that file
with asked as (
    select from_date::date as day union select to_date::date
),
-- The published tables hold every week too: what is not asked for leaves before any join.
objective as (
    select * from model.objective_day where day in (select day from asked)
),
measure as (
    select * from model.objective_measure_day where day in (select day from asked)
),
objective_pace as (
    select * from model.objective_pace_day where day in (select day from asked)
),
key_result as (
    select * from model.key_result_day where day in (select day from asked)
),
key_result_pace as (
    select * from model.key_result_pace_day where day in (select day from asked)
),
initiative as (
    select * from model.initiative_day where day in (select day from asked)
),
link as (
    select
        o.day, o.objective_id,
        string_agg(
            coalesce(a.parent_id, a.parent_title) || case
                when coalesce(a.weight, 1) = 1 then ''
                else ' (' || number_text(a.weight * 100, '%') || ')' end,
            '; ' order by coalesce(a.parent_id, a.parent_title)
        ) as parents
    from objective o
    join journal.alignment_row a on a.import_id = o.import_id and a.child_id = o.objective_id
    group by o.day, o.objective_id
),
item as (
    select
        o.day, 'objective' as item_kind, o.objective_id as item_id, v.title, v.owner, o.status,
        e.pace_status, m.progress, v.score,
        null::double as start_value, null::double as target_value, null as unit, null::double as weight,
        v.start_date, v.end_date, l.parents,
        m.cycle, m.level, m.department, o.objective_id, o.import_id, v.file, v.row
    from objective o
    join model.objective_version v on v.objective_id = o.objective_id and v.import_id = o.import_id
    join measure m on m.day = o.day and m.objective_id = o.objective_id
    join objective_pace e on e.day = o.day and e.objective_id = o.objective_id
    left join link l on l.day = o.day and l.objective_id = o.objective_id
    union all
    select
        k.day, 'key_result', k.key_result_id, v.title, v.owner, k.status,
        e.pace_status, k.progress, null,
        v.start_value, v.target_value, v.unit, k.weight,
        v.start_date, v.end_date, null,
        coalesce(m.cycle, v.cycle), m.level, m.department, k.objective_id, k.import_id, v.file, v.row
    from key_result k
    join model.key_result_version v on v.key_result_id = k.key_result_id and v.import_id = k.import_id
    join key_result_pace e on e.day = k.day and e.key_result_id = k.key_result_id
    left join measure m on m.day = k.day and m.objective_id = k.objective_id
    union all
    select
        i.day, 'initiative', i.initiative_id, v.title, v.owner, i.status,
        null, null, null, null, null, null, null, null, null, null,
        coalesce(m.cycle, v.cycle), m.level, m.department, i.objective_id, i.import_id, v.file, v.row
    from initiative i
    join model.initiative_version v on v.initiative_id = i.initiative_id and v.import_id = i.import_id
    left join measure m on m.day = i.day and m.objective_id = i.objective_id
),
pair as (
    select coalesce(b.item_id, a.item_id) as item_id, coalesce(b.item_kind, a.item_kind) as item_kind,
        b.item_id is null as is_new, a.item_id is null as is_gone, b, a
    from (select * from item where day = from_date::date) b
    full join (select * from item where day = to_date::date) a
        on a.item_kind = b.item_kind and a.item_id = b.item_id
),
compared as (
    select
        item_id, item_kind, is_new, is_gone, b, a,
        unnest([
            'added', 'removed', 'retitled', 'reowned', 'retargeted', 'rescheduled', 'reweighted',
            'realigned', 'status', 'scored', 'pace', 'progress'
        ]) as kind,
        unnest([
            is_new, is_gone,
            b.title is distinct from a.title,
            b.owner is distinct from a.owner,
            b.target_value is distinct from a.target_value or b.start_value is distinct from a.start_value,
            b.start_date is distinct from a.start_date or b.end_date is distinct from a.end_date,
            b.weight is distinct from a.weight,
            b.parents is distinct from a.parents,
            b.status is distinct from a.status,
            b.score is distinct from a.score,
            b.pace_status is distinct from a.pace_status,
            (b.progress is null) <> (a.progress is null) or coalesce(abs(b.progress - a.progress) > 1e-6, false)
        ]) as differs
    from pair
)
select
    item_id, item_kind, kind,
    case kind
        when 'removed' then b.title
        when 'retitled' then b.title
        when 'reowned' then b.owner
        when 'retargeted' then goal_text(b.start_value, b.target_value, b.unit)
        when 'rescheduled' then span_text(b.start_date, b.end_date)
        when 'reweighted' then b.weight::varchar
        when 'realigned' then b.parents
        when 'status' then replace(b.status, '_', ' ')
        when 'scored' then b.score::varchar
        when 'pace' then replace(b.pace_status, '_', ' ')
        when 'progress' then percent_text(b.progress)
    end as before,
    case kind
        when 'added' then a.title
        when 'retitled' then a.title
        when 'reowned' then a.owner
        when 'retargeted' then goal_text(a.start_value, a.target_value, a.unit)
        when 'rescheduled' then span_text(a.start_date, a.end_date)
        when 'reweighted' then a.weight::varchar
        when 'realigned' then a.parents
        when 'status' then replace(a.status, '_', ' ')
        when 'scored' then a.score::varchar
        when 'pace' then replace(a.pace_status, '_', ' ')
        when 'progress' then percent_text(a.progress)
    end as after,
    case kind
        when 'retargeted' then case
            when a.target_value is distinct from b.target_value then a.target_value - b.target_value
            else a.start_value - b.start_value
        end
        when 'rescheduled' then case
            when a.end_date is distinct from b.end_date then a.end_date - b.end_date
            else a.start_date - b.start_date
        end::double
        when 'reweighted' then a.weight - b.weight
        when 'scored' then a.score - b.score
        when 'progress' then a.progress - b.progress
    end as delta,
    stands.title, stands.cycle, stands.level, stands.department, stands.objective_id,
    stands.import_id, stands.file, stands.row
from (select *, case when is_gone then b else a end as stands from compared where differs)
where kind in ('added', 'removed') or not (is_new or is_gone)
