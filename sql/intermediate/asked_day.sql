-- The days that are asked for by themselves, not as one of the weeks of a trend: the as-of day and
-- the one that it is compared with, or those that a table macro compares. What has ended is still
-- looked at on such a day.
-- stored: no
-- grain: day
-- column: day | a day
select day from model.as_of_day
union
select day from model.day_before
