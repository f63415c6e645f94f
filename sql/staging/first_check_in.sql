-- The first check-in of each item that has one.
-- grain: item_id
-- column: item_id | key result or objective
-- column: checked_on | day of its first check-in
select item_id, min(checked_on) as checked_on
from model.check_in
group by item_id
