-- Check-ins to be listed: of several imports that state the same item and day the latest one's.
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
select *
from model.check_in
qualify rank() over (partition by item_id, checked_on order by as_of desc, seq desc) = 1
