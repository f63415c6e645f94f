-- Objectives whose children are on pace while their own key results are off track: the work below
-- does not move the measure above.
-- why: People do what was agreed and the result does not follow; more of the same will not bring it.
-- do: Ask which of the objectives below is expected to move which key result, and change what is not.
-- severity: high
with looked_at as (
    select
        o.objective_id, o.kr_progress, o.expected_progress, c.progress, c.children,
        case
            when coalesce(e.own_pace_status, 'not_started') = 'not_started'
                or coalesce(c.pace_status, 'not_started') = 'not_started' then 'not_evaluated'
            when c.pace_status in ('on_track', 'done') and e.own_pace_status = 'off_track' then 'found'
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
    kr_progress as measured, expected_progress as limit_value,
    case when outcome = 'found'
        then 'The work of ' || children || ' below is on pace at ' || percent_text(progress)
            || ', but its own key results stand at ' || percent_text(kr_progress) || ' where '
            || percent_text(expected_progress) || ' is expected.'
    end as sentence
from looked_at
