-- The forecasts by which the pace is judged: under the pace rule `forecast` those of all evaluated days.
-- rule: forecast
-- grain: day, key_result_id
-- column: day | evaluated day
-- column: key_result_id | running key result with enough check-ins
-- column: projected | progress projected to its end, 0–1
select f.day, f.key_result_id, f.projected
from model.key_result_forecast_day f
join model.setting s on s.pace_rule = 'forecast'
