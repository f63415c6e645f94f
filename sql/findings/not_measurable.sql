-- Key results that nobody can measure: a metric without a target, a milestone without a date.
-- why: Without a target there is no progress, without a date a milestone is never late.
-- do: Write down the value to reach, or the day of the milestone.
-- severity: medium
with looked_at as (
    select
        k.key_result_id, k.kind,
        case
            when k.kind = 'milestone' and v.end_date is null then 'found'
            when k.kind <> 'milestone' and k.target_value is null then 'found'
            else 'passed'
        end as outcome
    from main.key_result_progress k
    join model.key_result_version v
        on v.key_result_id = k.key_result_id and v.import_id = k.import_id
    where not k.dropped and k.status is distinct from 'dropped'
)
select
    key_result_id as item_id, 'key_result' as item_kind, outcome,
    null::double as measured, null::double as limit_value,
    case
        when outcome <> 'found' then null
        when kind = 'milestone' then 'A milestone without a date.'
        else 'It has no target.'
    end as sentence
from looked_at
