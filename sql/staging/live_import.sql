-- Imports that count: accepted and not undone. A later as-of day wins, then a later import.
-- grain: import_id
-- column: import_id | the import
-- column: seq | position in the journal
-- column: as_of | the day its rows are true for
-- column: alone | whether no other import that counts is for the same day
-- column: complete | whether it holds every item of the cycles that occur in it
select import_id, seq, as_of, count(*) over (partition by as_of) = 1 as alone, complete
from journal.import
where not undone
