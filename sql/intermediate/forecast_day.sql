-- The days for which forecasts are told with their intervals: the as-of day. A table macro tells
-- none: it needs forecasts only where the pace is judged by them.
-- stored: no
-- grain: day
-- column: day | a day
select day from model.as_of_day
