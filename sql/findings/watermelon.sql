-- Objectives that are reported on track while their figures are off track: green outside, red inside.
-- why: A report that everybody trusts hides the trouble until the quarter is over.
-- do: Ask the owner which of the two is right; update the status, or the values behind the figure.
-- severity: high
with looked_at as (
    select
        objective_id, progress, expected_progress,
        case
            when coalesce(pace_status, 'not_started') = 'not_started' then 'not_evaluated'
            when status = 'on_track' and pace_status = 'off_track' then 'found'
            else 'passed'
        end as outcome
    from main.objective_progress
    where not dropped and status is not null
)
select
    objective_id as item_id, 'objective' as item_kind, outcome,
    progress as measured, expected_progress as limit_value,
    case when outcome = 'found'
        then 'Reported on track, but ' || percent_text(progress) || ' is reached where '
            || percent_text(expected_progress) || ' is expected.'
    end as sentence
from looked_at
