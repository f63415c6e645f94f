-- The days for which the state of everything is computed: the as-of day, and, when the database
-- is published, the day that it is compared with and the last day of each week, from which the
-- trends are read.
-- stored: no
-- grain: day
-- column: day | a day
select day from model.asked_day
union
select day from model.week_day where getvariable('as_of') is null
