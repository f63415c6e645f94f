-- Check-ins and confidence of what is measured by itself, week by week over its cycle: key results,
-- and objectives without key results. The figures are those of the last day of each week (of the
-- as-of day in the running one).
-- stored: no
-- grain: item_kind, item_id, week
-- column: item_kind | key_result or objective
-- column: item_id | the item; neither it nor its objective is dropped on that day
-- column: objective_id | the objective, or that of the key result
-- column: cycle | cycle of the objective
-- column: level | level of the objective as of that day
-- column: department | department as of that day; NULL for company objectives and where unknown
-- column: week | Monday of the week
-- column: day | day for which the figures are true
-- column: confidence | its last stated confidence, else that of its objective, 0–1; NULL where none
-- column: last_check_in | its last check-in; NULL where none
-- column: due | whether it runs on that day and is not done: then check-ins are due
-- column: days | days since its last check-in; without any, since the later of its start and its first day in the data; NULL where none is due
-- column: within_cadence | whether these days are at most cadence_days; NULL where none is due, and for what was never checked in while less has passed
-- assert: confidence between 0 and 1
-- assert: (days is null) = (not due)
with week as (
    select w.cycle, w.week, w.day, true as past
    from model.week_day w
    join model.as_of_day d on w.day < d.day
    where w.week < date_trunc('week', d.day) or w.ends_on < d.day
    union all
    select w.cycle, date_trunc('week', d.day)::date, d.day, false
    from model.cycle_window w
    join model.as_of_day d on d.day between w.starts_on and w.ends_on
),
objective as (
    select w.week, m.*, o.starts_on, o.ends_on, o.confidence, true as past
    from stored.objective_measure_day m
    join week w on w.past and w.cycle = m.cycle and w.day = m.day
    join stored.objective_day o on o.day = m.day and o.objective_id = m.objective_id
    where not m.dropped
    union all
    select w.week, m.*, o.starts_on, o.ends_on, o.confidence, false
    from model.objective_measure_day m
    join week w on not w.past and w.cycle = m.cycle and w.day = m.day
    join model.objective_day o on o.day = m.day and o.objective_id = m.objective_id
    where not m.dropped
),
key_result as (
    select true as past, k.* from stored.key_result_day k
    union all
    select false, k.* from model.key_result_day k join model.as_of_day using (day)
),
item as (
    select
        'key_result' as item_kind, k.key_result_id as item_id, o.objective_id, o.cycle, o.level,
        o.department, o.week, o.day, coalesce(k.confidence, o.confidence) as confidence,
        k.last_check_in, k.starts_on, k.ends_on, k.progress
    from objective o
    join key_result k on k.past = o.past and k.day = o.day and k.objective_id = o.objective_id
    where k.status is distinct from 'dropped'
    union all
    select
        'objective', objective_id, objective_id, cycle, level, department, week, day, confidence,
        last_check_in, starts_on, ends_on, progress
    from objective
    where key_results = 0
),
born as (
    select objective_id as item_id, min(valid_from) as born_on
    from model.objective_version
    group by objective_id
    union all
    select key_result_id, min(valid_from) from model.key_result_version group by key_result_id
),
looked_at as (
    select
        i.*,
        coalesce(i.day between i.starts_on and i.ends_on, false)
            and coalesce(i.progress < 1, true) as due,
        i.day - coalesce(i.last_check_in, greatest(i.starts_on, b.born_on)) as quiet
    from item i
    left join born b on b.item_id = i.item_id
)
select
    l.item_kind, l.item_id, l.objective_id, l.cycle, l.level, l.department, l.week, l.day,
    l.confidence, l.last_check_in, l.due,
    case when l.due then l.quiet end as days,
    case
        when l.due and (l.last_check_in is not null or l.quiet > s.cadence_days)
            then l.quiet <= s.cadence_days
    end as within_cadence
from looked_at l
cross join model.setting s
