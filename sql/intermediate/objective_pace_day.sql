-- The pace of each objective on each evaluated day. Under the rule `forecast` it is judged by the
-- forecasts of its own key results, which count as in kr_progress; one without a forecast stands
-- at its progress of today.
-- grain: day, objective_id
-- column: day | evaluated day
-- column: objective_id | the objective
-- column: pace_status | done, on_track, at_risk, off_track, too_early, not_started; NULL without dates
-- column: own_pace_status | the same for kr_progress alone; not_started without measured key results
with projected as (
    select
        k.day, k.objective_id,
        weighted_mean(coalesce(f.projected, k.progress), k.weight) as projected
    from model.key_result_day k
    left join model.pace_forecast_day f on f.day = k.day and f.key_result_id = k.key_result_id
    where k.progress is not null and k.objective_id is not null
        and k.day in (select day from model.pace_forecast_day)
    group by k.day, k.objective_id
    having count(f.projected) > 0
)
select
    m.day, m.objective_id,
    pace_status(m.progress, m.expected_progress, p.projected, s.pace) as pace_status,
    pace_status(m.kr_progress, m.expected_progress, p.projected, s.pace) as own_pace_status
from model.objective_measure_day m
left join projected p on p.day = m.day and p.objective_id = m.objective_id
cross join model.setting s
