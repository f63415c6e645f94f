-- Where every key result and objective that has not ended will end if it goes on as its check-ins
-- say, with an interval; and in words why there is no forecast. An objective takes the mean of its
-- own key results, as its progress does; one without key results takes what carries its roll-up.
-- How it is made and how far it was off: docs/forecast.md.
-- grain: item_kind, item_id
-- column: cycle | cycle; NULL where none
-- column: item_kind | key_result or objective
-- column: item_id | key result or objective; not ended, not dropped
-- column: objective_id | the objective itself, or that of the key result; NULL where that is not in the data
-- column: title | title
-- column: department | department; NULL for company objectives and where unknown
-- column: level | level of the objective; NULL for key results without objective
-- column: progress | progress of today, 0–1; NULL where not measured
-- column: expected_progress | elapsed share of its dates, 0–1; NULL without dates
-- column: starts_on | own start, else that of its objective, else of its cycle; NULL where unknown
-- column: ends_on | own end, else that of its objective, else of its cycle; NULL where unknown
-- column: projected | progress at the end, 0–1; NULL where there is no forecast
-- column: low | lower end of the interval, 0–1; NULL without forecast
-- column: high | upper end of the interval, 0–1; NULL without forecast
-- column: check_ins | days with a check-in that tells the progress of a key result within its time; of an objective those of its forecasts together
-- column: key_results | own key results; NULL for key results
-- column: forecast_key_results | own key results with a forecast; measured ones without stand at their progress of today, unmeasured ones are left out; NULL for key results
-- column: method | how projected was found, in words; NULL without forecast
-- column: reason | why there is no forecast, in words; NULL where there is one
-- column: histories | ended key results that the interval rests on; 0 where it rests on invented courses, NULL without forecast
-- assert: projected between -1e-9 and 1 + 1e-9
-- assert: low between 0 and projected + 1e-9
-- assert: high between projected - 1e-9 and 1
-- assert: (projected is null) = (reason is not null)
-- assert: (projected is null) = (method is null)
-- assert: (projected is null) = (low is null or high is null)
with key_result as (
    select
        k.cycle, k.key_result_id, k.objective_id, k.title, k.department, k.level, k.progress,
        k.expected_progress, p.starts_on, p.ends_on, t.day, l.gradual,
        coalesce(l.check_ins, 0) as check_ins,
        f.projected, f.low, f.high, f.histories, s.forecast_min_check_ins as needed
    from main.key_result_progress k
    join model.as_of_day t on true
    cross join model.setting s
    join model.key_result_pace_day p on p.day = t.day and p.key_result_id = k.key_result_id
    left join model.key_result_line_day l
        on l.day = t.day and l.key_result_id = k.key_result_id and l.seen_to = t.day
    left join model.key_result_forecast_day f
        on f.day = t.day and f.key_result_id = k.key_result_id
    where not k.dropped
),
-- Shares as in kr_progress: missing weight = 1; all weights 0 = equal parts.
part as (
    select
        k.objective_id, f.projected, f.low, f.high, f.check_ins, f.histories,
        coalesce(f.projected, k.progress) as stands,
        case
            when sum(coalesce(k.weight, 1)) over own > 0
                then coalesce(k.weight, 1) / sum(coalesce(k.weight, 1)) over own
            else 1.0 / count(*) over own
        end as share
    from model.key_result_day k
    join model.as_of_day t on t.day = k.day
    left join model.key_result_forecast_day f
        on f.day = k.day and f.key_result_id = k.key_result_id
    where k.objective_id is not null and k.progress is not null
    window own as (partition by k.objective_id)
),
-- The errors of an objective's key results are taken as independent: squares add up.
by_key_results as (
    select
        objective_id,
        sum(share * stands) as projected,
        clamped(sum(share * stands) - sqrt(coalesce(sum((share * (projected - low)) ** 2), 0))) as low,
        clamped(sum(share * stands) + sqrt(coalesce(sum((share * (high - projected)) ** 2), 0))) as high,
        sum(check_ins)::bigint as check_ins,
        count(projected) as forecast_key_results,
        max(histories) as histories
    from part
    group by objective_id
    having count(projected) > 0
),
-- Those of many objectives are taken as going together: what a method misses it misses everywhere.
by_contribution as (
    select
        c.ancestor_id as objective_id,
        sum(c.share * coalesce(k.projected, c.contributed_progress / c.share)) as projected,
        sum(c.share * coalesce(k.low, c.contributed_progress / c.share)) as low,
        sum(c.share * coalesce(k.high, c.contributed_progress / c.share)) as high,
        sum(k.check_ins)::bigint as check_ins,
        max(k.histories) as histories,
        count(k.projected) as forecasts
    from main.contribution c
    left join by_key_results k on k.objective_id = c.objective_id
    group by c.ancestor_id
),
objective as (
    select
        o.*,
        k.forecast_key_results,
        case when o.key_results > 0 then k.check_ins else c.check_ins end as check_ins,
        case
            when o.key_results > 0 then k.projected
            when c.forecasts > 0 then c.projected
        end as projected,
        case when o.key_results > 0 then k.low else clamped(c.low) end as low,
        case when o.key_results > 0 then k.high else clamped(c.high) end as high,
        case when o.key_results > 0 then k.histories else c.histories end as histories,
        c.objective_id is not null as has_carriers
    from main.objective_progress o
    join model.as_of_day t on true
    left join by_key_results k on k.objective_id = o.objective_id
    left join by_contribution c on c.objective_id = o.objective_id
    where not o.dropped and (o.ends_on >= t.day or o.ends_on is null)
)
select
    cycle, 'key_result' as item_kind, key_result_id as item_id, objective_id, title, department,
    level, progress, expected_progress, starts_on, ends_on, projected, low, high, check_ins,
    null::bigint as key_results, null::bigint as forecast_key_results,
    case
        when projected is not null then 'straight line from the start and robust line (Theil–Sen) '
            || 'of the recent check-ins, weighted by the time that has passed'
    end as method,
    case
        when projected is not null then null
        when starts_on is null or ends_on is null then 'its start or its end is not known'
        when starts_on >= ends_on then 'its dates leave no time between start and end'
        when starts_on > day then 'it has not begun'
        when ends_on = day then 'it ends on this day: its progress stands'
        when not gradual then 'it is either met or not: there is no course to carry on'
        when check_ins = 0 then format('no check-in tells its progress, {} are needed', needed)
        when check_ins = 1 then format('check-ins on only 1 day, {} are needed', needed)
        else format('check-ins on only {} days, {} are needed', check_ins, needed)
    end as reason,
    histories
from key_result
where ends_on >= day or ends_on is null
union all
select
    cycle, 'objective', objective_id, objective_id, title, department,
    level, progress, expected_progress, starts_on, ends_on, projected,
    case when projected is not null then low end,
    case when projected is not null then high end,
    coalesce(check_ins, 0), key_results, coalesce(forecast_key_results, 0),
    case
        when projected is null then null
        when key_results = 0
            then 'objectives below by their share; those without a forecast stand as they are'
        when forecast_key_results = measured then 'weighted mean of its key results'
        else 'weighted mean of its key results; those without a forecast stand as they are'
    end,
    case
        when projected is not null then null
        when key_results = 1 then 'its key result has no forecast'
        when key_results > 1 then format('none of its {} key results has a forecast', key_results)
        when has_carriers then 'nothing below it has a forecast'
        else 'it has no key results, and nothing below it counts'
    end,
    case when projected is not null then histories end
from objective
