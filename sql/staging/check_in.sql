-- Check-ins of the imports in force. Several imports may state the same item and day: a measure
-- that the latest leaves empty keeps what an earlier one stated.
-- A day may hold several check-ins of one item; checked_at and row order them.
-- stored: no
-- column: item_id | key result or objective
-- column: checked_on | day of the check-in
-- column: checked_at | time of the check-in; NULL where the source has none
-- column: value | value in the key result's unit; NULL where the check-in states none
-- column: progress | progress stated by the check-in, fraction; NULL where none
-- column: status | mapped status; NULL where none or unknown
-- column: status_raw | status as the source wrote it
-- column: confidence | 0–1; NULL where none
-- column: note | text of the check-in; NULL where none
-- column: author | who checked in; NULL where unknown
-- column: import_id | import that states it
-- column: as_of | as-of day of that import
-- column: seq | position of that import in the journal
-- column: file | file of that import
-- column: row | line of that file
select
    r.item_id, r.checked_on, r.checked_at, r.value, r.progress, r.status, r.status_raw,
    r.confidence, r.note, r.author, r.import_id, i.as_of, i.seq, r.file, r.row
from journal.check_in_row r
join model.live_import i using (import_id)
