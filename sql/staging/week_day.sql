-- The weeks of each cycle up to the newest as-of day; a week stands for its last known day.
-- grain: cycle, week
-- column: cycle | the cycle
-- column: week | Monday of the week
-- column: day | the day for which the week's figures are true: its Sunday, or the last day of the cycle or of the data
-- column: ends_on | last day of the cycle
with latest as (
    select max(as_of) as day from model.live_import
)
select
    w.cycle,
    week::date as week,
    least(week::date + 6, w.ends_on, latest.day) as day,
    w.ends_on
from model.cycle_window w
cross join latest
cross join lateral (
    select unnest(generate_series(
        date_trunc('week', w.starts_on)::timestamp,
        least(w.ends_on, latest.day)::timestamp,
        interval 7 days
    )) as week
)
where w.starts_on <= latest.day
