-- Objectives whose own key results are on pace while the work below them is off track.
-- why: The measure on top moves for other reasons than the work that is meant to move it, or will soon stop.
-- do: Look at the children that are furthest behind; decide whether they still are what carries this objective.
-- severity: high
with looked_at as (
    select
        o.objective_id, o.kr_progress, c.progress, c.expected_progress, c.children, c.measured,
        case
            when coalesce(e.own_pace_status, 'not_started') = 'not_started'
                or coalesce(c.pace_status, 'not_started') = 'not_started' then 'not_evaluated'
            when e.own_pace_status in ('on_track', 'done') and c.pace_status = 'off_track' then 'found'
            else 'passed'
        end as outcome
    from main.objective_progress o
    join model.children_pace c on c.objective_id = o.objective_id
    join model.as_of_day t on true
    join model.objective_pace_day e on e.day = t.day and e.objective_id = o.objective_id
    where not o.dropped and o.key_results > 0
)
select
    objective_id as item_id, 'objective' as item_kind, outcome,
    progress as measured, expected_progress as limit_value,
    case when outcome = 'found'
        then 'Its own key results are on pace at ' || percent_text(kr_progress) || ', but the work of '
            || children || ' below stands at ' || percent_text(progress) || ' where '
            || percent_text(expected_progress) || ' is expected (' || measured || ' of ' || children || ' measured).'
    end as sentence
from looked_at
