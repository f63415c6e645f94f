-- Imports that count: accepted and not undone. A later as-of day wins, then a later import.
-- grain: import_id
-- column: import_id | the import
-- column: seq | position in the journal
-- column: as_of | the day its rows are true for
select import_id, seq, as_of
from journal.import
where not undone
