-- How long objectives and key results have been without a check-in, and whether one is due at all.
-- Of closed ones the time up to their end counts.
-- grain: item_kind, item_id
-- column: item_kind | objective or key_result
-- column: item_id | objective that is not dropped, or key result that is not dropped nor its objective
-- column: objective_id | the objective, or that of the key result; NULL where that is not in the data
-- column: last_day | the as-of day, or its end where that lies before
-- column: running | whether the as-of day lies within its dates, both included
-- column: closed | whether its end lies before the as-of day
-- column: done | whether its progress is 100 %: then no check-in is due
-- column: last_check_in | last check-in, of an objective also that of its key results; NULL where none
-- column: days | days from the last check-in to the last day; without any, from the later of its start and its first day in the data; NULL without dates
with born as (
    select objective_id as item_id, min(valid_from) as born_on
    from model.objective_version
    group by objective_id
    union all
    select key_result_id, min(valid_from) from model.key_result_version group by key_result_id
),
item as (
    select 'objective' as item_kind, objective_id as item_id, objective_id, starts_on, ends_on,
        pace_status, last_check_in
    from main.objective_progress
    where not dropped
    union all
    select 'key_result', key_result_id, objective_id, starts_on, ends_on, pace_status, last_check_in
    from main.key_result_progress
    where not dropped and status is distinct from 'dropped'
)
select
    i.item_kind, i.item_id, i.objective_id,
    least(t.day, i.ends_on) as last_day,
    coalesce(t.day between i.starts_on and i.ends_on, false) as running,
    coalesce(i.ends_on < t.day, false) as closed,
    coalesce(i.pace_status = 'done', false) as done,
    i.last_check_in,
    case
        when i.starts_on is not null and i.ends_on is not null
            then least(t.day, i.ends_on) - coalesce(i.last_check_in, greatest(i.starts_on, b.born_on))
    end as days
from item i
cross join model.as_of_day t
left join born b on b.item_id = i.item_id
