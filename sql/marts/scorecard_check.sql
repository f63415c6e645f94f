-- The checks of the scorecard: passed of total, for the organisation and for each department.
-- grain: cycle, department, dimension, check
-- column: cycle | cycle; NULL for objectives without one
-- column: department | department; NULL = the organisation
-- column: dimension | one of the eight
-- column: check | name of the check
-- column: passed | items that pass
-- column: total | items whose outcome is known: the denominator
-- column: ratio | passed / total; NULL where no outcome is known
-- column: unknown | items whose outcome cannot be known yet
-- assert: passed <= total
select
    cycle, department, dimension, "check",
    count(*) filter (where passed) as passed,
    count(passed) as total,
    count(*) filter (where passed) / nullif(count(passed), 0)::double as ratio,
    count(*) filter (where passed is null) as unknown
from main.scorecard_item
group by cycle, department, dimension, "check"
