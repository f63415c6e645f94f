-- Key results whose target was made easier, or whose baseline was moved so that the same value counts
-- for more, while the cycle was running.
-- why: The figure got better without anything getting better.
-- do: Say openly what was known then and is known now; show progress against the former target too.
-- severity: high
with day as (
    select day from model.as_of_day
),
version as (
    select
        k.key_result_id, v.as_of, v.start_value, v.target_value, v.unit, v.direction,
        coalesce(v.direction in ('decrease', 'stay_below'), false)
            or coalesce(v.target_value < v.start_value, false) as falling,
        coalesce(v.direction in ('stay_above', 'stay_below'), false) as threshold,
        v.as_of between o.starts_on and least(o.ends_on, d.day) as stated_inside
    from main.key_result_progress k
    cross join day d
    join main.objective_progress o on o.objective_id = k.objective_id
    join model.key_result_version v on v.key_result_id = k.key_result_id
    where not k.dropped and k.status is distinct from 'dropped'
        and o.starts_on is not null and o.ends_on is not null
        and v.valid_from <= least(o.ends_on, d.day)
        and coalesce(v.valid_to, 'infinity'::date) > o.starts_on
),
last_stated as (
    select * from version
    where stated_inside
    qualify row_number() over (partition by key_result_id order by as_of desc) = 1
),
compared as (
    select
        n.key_result_id, n.as_of, n.unit, e.as_of as earlier_as_of,
        e.target_value as earlier_target, n.target_value, e.start_value as earlier_start, n.start_value,
        e.target_value is not null
            or (not e.threshold and e.start_value is not null and n.start_value is not null) as comparable,
        e.target_value is not null and (
            n.target_value is null
            or (n.target_value > e.target_value and e.falling)
            or (n.target_value < e.target_value and not e.falling)
        ) as target_easier,
        not e.threshold and coalesce(
            (n.start_value > e.start_value and e.falling)
            or (n.start_value < e.start_value and not e.falling), false
        ) as baseline_easier
    from last_stated n
    join version e on e.key_result_id = n.key_result_id and e.as_of < n.as_of
),
judged as (
    select
        key_result_id, any_value(unit) as unit, any_value(as_of) as as_of,
        case
            when bool_or(target_easier or baseline_easier) then 'found'
            when not bool_or(comparable) then 'not_evaluated'
            else 'passed'
        end as outcome,
        bool_or(target_easier) as target_easier,
        any_value(target_value) as target_value, any_value(start_value) as start_value,
        arg_max(earlier_target, earlier_as_of) filter (where target_easier) as earlier_target,
        arg_max(earlier_start, earlier_as_of) filter (where baseline_easier) as earlier_start
    from compared
    group by key_result_id
)
select
    key_result_id as item_id, 'key_result' as item_kind, outcome,
    case when target_easier then target_value else start_value end as measured,
    case when target_easier then earlier_target else earlier_start end as limit_value,
    case
        when outcome <> 'found' then null
        when target_easier and target_value is null
            then 'The target of ' || number_text(earlier_target, unit) || ' was taken away by ' || day_text(as_of) || ', inside the cycle.'
        when target_easier
            then 'The target was eased from ' || number_text(earlier_target, unit) || ' to ' || number_text(target_value, unit) || ' by ' || day_text(as_of) || ', inside the cycle.'
        else 'The baseline was moved from ' || number_text(earlier_start, unit) || ' to ' || number_text(start_value, unit) || ' by ' || day_text(as_of) || ', inside the cycle.'
    end as sentence
from judged
