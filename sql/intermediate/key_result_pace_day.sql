-- The pace of each key result on each evaluated day.
-- grain: day, key_result_id
-- column: day | evaluated day
-- column: key_result_id | the key result
-- column: starts_on | own start, else that of its objective, else of its cycle; NULL where unknown
-- column: ends_on | own end, else that of its objective, else of its cycle; NULL where unknown
-- column: expected_progress | elapsed share of these dates, 0–1; NULL without dates
-- column: pace_status | done, on_track, at_risk, off_track, too_early, not_started; NULL without dates
select
    k.day, k.key_result_id, k.starts_on, k.ends_on,
    elapsed_share(k.day, k.starts_on, k.ends_on) as expected_progress,
    pace_status(
        k.progress, elapsed_share(k.day, k.starts_on, k.ends_on), f.projected, s.pace
    ) as pace_status
from model.key_result_day k
left join model.pace_forecast_day f on f.day = k.day and f.key_result_id = k.key_result_id
cross join model.setting s
