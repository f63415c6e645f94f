-- Check-ins that count: of several imports that state the same item and day, the latest wins.
-- A day may hold several check-ins of one item; checked_at and row order them.
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
-- column: seq | position of that import in the journal
-- column: file | file of that import
-- column: row | line of that file
select
    r.item_id, r.checked_on, r.checked_at, r.value, r.progress, r.status, r.status_raw,
    r.confidence, r.note, r.author, r.import_id, i.seq, r.file, r.row
from journal.check_in_row r
join model.live_import i using (import_id)
qualify rank() over (
    partition by r.item_id, r.checked_on order by i.as_of desc, i.seq desc
) = 1
