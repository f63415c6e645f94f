-- How many items each rule looked at, and with what outcome.
-- grain: cycle, department, level, finding
-- column: cycle | cycle; NULL for items without one
-- column: department | department; NULL for company objectives and where unknown
-- column: level | company, department, team or individual; NULL where unknown
-- column: finding | name of the rule
-- column: severity | high, medium or low
-- column: items | items that the rule applies to
-- column: found | of these, found and not excused
-- column: excused | found and excused by a person
-- column: passed | in order
-- column: not_evaluated | which could not be evaluated: neither pass nor fail
-- assert: items = found + excused + passed + not_evaluated
select
    cycle, department, level, finding, severity,
    count(*) as items,
    count(*) filter (where outcome = 'found' and not excused) as found,
    count(*) filter (where excused) as excused,
    count(*) filter (where outcome = 'passed') as passed,
    count(*) filter (where outcome = 'not_evaluated') as not_evaluated
from main.finding_outcome
group by cycle, department, level, finding, severity
