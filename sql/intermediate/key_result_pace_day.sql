-- The pace of each key result on each evaluated day.
-- grain: day, key_result_id
-- column: day | evaluated day
-- column: key_result_id | the key result
-- column: starts_on | own start, else that of its objective, else of its cycle; NULL where unknown
-- column: ends_on | own end, else that of its objective, else of its cycle; NULL where unknown
-- column: expected_progress | elapsed share of these dates, 0–1; NULL without dates
-- column: pace_status | done, on_track, at_risk, off_track, too_early, not_started; NULL without dates
with dated as (
    select
        k.day, k.key_result_id, k.progress,
        coalesce(v.start_date, o.starts_on, w.starts_on) as starts_on,
        coalesce(v.end_date, o.ends_on, w.ends_on) as ends_on
    from model.key_result_day k
    join model.key_result_version v
        on v.key_result_id = k.key_result_id and v.import_id = k.import_id
    left join model.objective_day o on o.day = k.day and o.objective_id = k.objective_id
    left join model.cycle_window w on w.cycle = v.cycle
)
select
    d.day, d.key_result_id, d.starts_on, d.ends_on,
    elapsed_share(d.day, d.starts_on, d.ends_on) as expected_progress,
    pace_status(
        d.progress, elapsed_share(d.day, d.starts_on, d.ends_on), f.projected, s.pace
    ) as pace_status
from dated d
left join model.key_result_forecast_day f on f.day = d.day and f.key_result_id = d.key_result_id
cross join model.setting s
