-- The day that the newest one is compared with where nobody chose: the as-of day of the import
-- before. Known when the database is published, not for an earlier day that is asked for.
-- stored: no
-- column: day | as-of day of the import before; no row where there is none
select max(as_of) as day
from model.live_import
where as_of < (select max(as_of) from model.live_import) and getvariable('as_of') is null
having max(as_of) is not null
