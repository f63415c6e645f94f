-- The newest word of a person on each finding of each item, where it excuses it.
-- grain: finding, item_id
-- column: finding | name of the rule
-- column: item_id | objective or key result
-- column: reason | why it is excused
-- column: until | last day on which the excuse holds
-- column: decided_by | who excused it
-- column: decided_at | when, as text
select finding, item_id, reason, until, decided_by, decided_at
from journal.excuse_row
qualify row_number() over (partition by finding, item_id order by seq desc) = 1
