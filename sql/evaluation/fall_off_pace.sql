-- Items that are off pace now: the day from which they were, without a break, and whether they
-- changed within the cadence after it.
-- grain: item_kind, item_id
-- column: item_kind | key_result or objective
-- column: item_id | the item
-- column: fell_on | of the last days of its cycle's weeks and the as-of day, the first of the unbroken row of off-pace ones
-- column: watched_until | last day on which a change counts
-- column: changed | whether value, reported progress, status, target, start or parents changed, or a note was written; NULL where the cadence has not passed and nothing did
with off_pace as (
    select l.item_kind, l.item_id, l.cycle, q.last_day
    from model.leaf_item l
    join model.quiet_time q on q.item_kind = l.item_kind and q.item_id = l.item_id
    where l.off_pace
),
watched_day as (
    select o.item_kind, o.item_id, w.day
    from off_pace o
    join model.week_day w on w.cycle = o.cycle
    join model.as_of_day d on w.day < d.day
    where w.week < date_trunc('week', d.day) or w.ends_on < d.day
),
seen as (
    select w.item_kind, w.item_id, w.day, coalesce(k.pace_status, o.pace_status) in ('at_risk', 'off_track') as off
    from watched_day w
    left join stored.key_result_pace_day k
        on w.item_kind = 'key_result' and k.day = w.day and k.key_result_id = w.item_id
    left join stored.objective_pace_day o
        on w.item_kind = 'objective' and o.day = w.day and o.objective_id = w.item_id
    union all
    select o.item_kind, o.item_id, d.day, true from off_pace o cross join model.as_of_day d
),
last_well as (
    select item_kind, item_id, max(day) filter (where off is not true) as day
    from seen
    group by item_kind, item_id
),
fallen as (
    select
        s.item_kind, s.item_id, min(s.day) as fell_on
    from seen s
    join last_well w on w.item_kind = s.item_kind and w.item_id = s.item_id
    where w.day is null or s.day > w.day
    group by s.item_kind, s.item_id
),
watched as (
    select
        f.item_kind, f.item_id, f.fell_on,
        least(f.fell_on + c.cadence_days, o.last_day) as watched_until,
        f.fell_on + c.cadence_days <= d.day as cadence_passed
    from fallen f
    join off_pace o on o.item_kind = f.item_kind and o.item_id = f.item_id
    cross join model.setting c
    cross join model.as_of_day d
),
stated as (
    select
        b.item_id, b.observed_on as changed_on,
        b.value is distinct from lag(b.value) over history
            or b.progress is distinct from lag(b.progress) over history
            or b.status is distinct from lag(b.status) over history as differs
    from model.observation b
    where b.item_id in (select item_id from off_pace)
    window history as (partition by b.item_id order by b.observed_on)
),
noted as (
    select item_id, checked_on as changed_on from model.check_in
    where note is not null and item_id in (select item_id from off_pace)
),
parent as (
    select a.import_id, a.child_id, list(distinct a.parent_id order by a.parent_id) as parents
    from journal.alignment_row a
    where a.child_id in (select item_id from off_pace where item_kind = 'objective')
    group by a.import_id, a.child_id
),
version as (
    select key_result_id as item_id, as_of, target_value, start_value, [parent_id] as parents
    from model.key_result_version
    where key_result_id in (select item_id from off_pace)
    union all
    select v.objective_id, v.as_of, null, null, p.parents
    from model.objective_version v
    left join parent p on p.import_id = v.import_id and p.child_id = v.objective_id
    where v.objective_id in (select item_id from off_pace)
),
restated as (
    select
        item_id, as_of as changed_on,
        row_number() over history > 1 and (
            target_value is distinct from lag(target_value) over history
            or start_value is distinct from lag(start_value) over history
            or parents is distinct from lag(parents) over history
        ) as differs
    from version
    window history as (partition by item_id order by as_of)
),
change as (
    select item_id, changed_on from stated where differs
    union
    select item_id, changed_on from noted
    union
    select item_id, changed_on from restated where differs
),
answered_by_day as (
    select distinct w.item_kind, w.item_id
    from watched w
    join change c on c.item_id = w.item_id and c.changed_on > w.fell_on and c.changed_on <= w.watched_until
),
-- Of the others what was changed and changed back on one day was changed: statement by statement.
quiet as (
    select item_id from watched
    anti join answered_by_day using (item_kind, item_id)
),
statement as (
    select
        item_id, checked_on as stated_on, 0 as priority, as_of, checked_at, seq, row, value, progress, status
    from model.check_in
    where item_id in (select item_id from quiet)
    union all
    select key_result_id, as_of, 1, as_of, null, seq, row, current_value, reported_progress, status
    from model.key_result_version
    where key_result_id in (select item_id from quiet)
    union all
    select objective_id, as_of, 1, as_of, null, seq, row, null, reported_progress, status
    from model.objective_version
    where objective_id in (select item_id from quiet)
),
told as (
    select
        item_id, stated_on,
        (value is not null and value is distinct from last_value(value ignore nulls) over known)
            or (progress is not null and progress is distinct from last_value(progress ignore nulls) over known)
            or (status is not null and status is distinct from last_value(status ignore nulls) over known)
            as differs
    from statement
    window known as (
        partition by item_id
        order by stated_on, priority, as_of, seq, checked_at nulls first, row
        rows between unbounded preceding and 1 preceding
    )
),
answered as (
    select item_kind, item_id from answered_by_day
    union
    select w.item_kind, w.item_id
    from watched w
    join told c on c.item_id = w.item_id and c.stated_on > w.fell_on and c.stated_on <= w.watched_until
    where c.differs
)
select
    w.item_kind, w.item_id, w.fell_on, w.watched_until,
    case when a.item_id is not null then true when w.cadence_passed then false end as changed
from watched w
left join answered a on a.item_kind = w.item_kind and a.item_id = w.item_id
