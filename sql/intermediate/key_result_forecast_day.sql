-- The forecast of each running key result from its check-ins, with an interval that is as wide as
-- the errors of such forecasts were: those of the key results that have ended, where 30 or more of
-- them tell (split conformal prediction; the error grows with the share of the time that is left),
-- else those of invented courses.
-- grain: day, key_result_id
-- column: day | evaluated day
-- column: key_result_id | running key result with enough check-ins
-- column: projected | progress projected to its end, 0–1
-- column: projected_raw | the same without clamping
-- column: low | lower end of the interval, 0–1; NULL on days that are only weeks of a trend
-- column: high | upper end of the interval, 0–1; NULL on such days
-- column: check_ins | days with a check-in that it rests on
-- column: histories | ended key results that the interval rests on; 0 where it rests on invented courses, NULL on such days
-- assert: projected between 0 and 1
-- assert: low between 0 and projected
-- assert: high between projected and 1
with own as (
    select
        day, count(distinct key_result_id) as histories,
        list((final_progress - projected) / (1 - elapsed)) as errors
    from model.key_result_line_day
    where final_progress is not null and projected is not null
    group by day
    having count(distinct key_result_id) >= 30
),
told as (
    select
        d.day,
        coalesce(o.histories, 0) as histories,
        list_sort(coalesce(o.errors, (select list(error) from model.assumed_error))) as errors
    from model.forecast_day d
    left join own o using (day)
),
-- Ranks of n + 1 values, so that a new one lies between them as often as is meant.
bound as (
    select
        t.day, t.histories,
        t.errors[greatest(
            floor(round((len(t.errors) + 1) * (1 - s.forecast_interval) / 2, 9)), 1
        )::integer] as lower_error,
        t.errors[least(
            ceil(round((len(t.errors) + 1) * (1 + s.forecast_interval) / 2, 9)), len(t.errors)
        )::integer] as upper_error
    from told t
    cross join model.setting s
)
select
    l.day, l.key_result_id, l.projected, l.projected_raw,
    case when b.day is not null then
        least(l.projected, clamped(l.projected + b.lower_error * (1 - l.elapsed)))
    end as low,
    case when b.day is not null then
        greatest(l.projected, clamped(l.projected + b.upper_error * (1 - l.elapsed)))
    end as high,
    l.check_ins, b.histories
from model.key_result_line_day l
left join bound b on b.day = l.day
where l.final_progress is null and l.projected is not null
