-- Running objectives and key results without a check-in within the cadence. An objective counts its
-- key results' check-ins too; a key result is named by itself where its objective is not quiet as a whole.
-- why: A figure that nobody has looked at for weeks is a guess, and every mean above it as well.
-- do: Ask the owner for a check-in with a value and a sentence; where nothing moves, ask why.
-- severity: medium
with looked_at as (
    select
        q.item_kind, q.item_id, q.objective_id, q.days, q.last_check_in, s.cadence_days,
        case when q.days > s.cadence_days then 'found' else 'passed' end as outcome
    from model.quiet_time q
    cross join model.setting s
    where q.running and not q.done
),
quiet_objective as (
    select item_id from looked_at where item_kind = 'objective' and outcome = 'found'
)
select
    item_id, item_kind, outcome, days::double as measured, cadence_days::double as limit_value,
    case
        when outcome <> 'found' then null
        when last_check_in is null
            then 'Never checked in, ' || days || ' days after it began, limit ' || cadence_days || '.'
        else 'No check-in for ' || days || ' days, limit ' || cadence_days || '.'
    end as sentence
from looked_at l
where item_kind = 'objective' or objective_id is null or objective_id not in (select item_id from quiet_objective)
