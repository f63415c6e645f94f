-- The day all figures are true for: the variable as_of where it is set, else the newest day.
-- stored: no
-- column: day | the as-of day; no row in an empty database
select day
from (
    select coalesce(
        getvariable('as_of')::date, (select max(as_of) from model.live_import)
    ) as day
)
where day is not null
