-- What the rules found, with a sentence that a person can read out.
-- grain: finding, item_kind, item_id
-- column: cycle | cycle; NULL where none
-- column: finding | name of the rule
-- column: severity | high, medium or low
-- column: item_id | objective or key result
-- column: department | department; NULL for company objectives and where unknown
-- column: sentence | what was found, with the measured value and the limit
-- column: item_kind | objective or key_result
-- column: objective_id | the objective, or that of the key result; NULL where that is not in the data
-- column: measured | what was measured, in the rule's unit; NULL where nothing is
-- column: limit_value | what it is compared with; NULL where nothing is
-- column: excused | whether a person excused it for the as-of day
-- column: excuse_reason | why; NULL where it is not excused
-- column: excused_until | last day of the excuse; NULL where it is not excused
-- column: excused_by | who excused it; NULL where it is not excused
select
    cycle, finding, severity, item_id, department, sentence, item_kind, objective_id, measured,
    limit_value, excused, excuse_reason, excused_until, excused_by
from main.finding_outcome
where outcome = 'found'
