-- What every rule says of each item that it looks at: found, passed or not evaluated. What was
-- found is kept in `finding`, the rest is counted in `finding_summary` and computed when it is asked for.
-- stored: no
-- grain: finding, item_kind, item_id
-- column: cycle | cycle; NULL where none
-- column: finding | name of the rule
-- column: severity | high, medium or low
-- column: outcome | found, passed, or not_evaluated: neither pass nor fail
-- column: item_id | objective or key result
-- column: item_kind | objective or key_result
-- column: objective_id | the objective, or that of the key result; NULL where that is not in the data
-- column: department | department; NULL for company objectives and where unknown
-- column: level | company, department, team or individual; NULL for key results of an objective that is not in the data
-- column: sentence | what was found, with the measured value and the limit; NULL where nothing was found
-- column: measured | what was measured, in the rule's unit; NULL where nothing is
-- column: limit_value | what it is compared with; NULL where nothing is
-- column: excused | whether a person excused it for the as-of day; excused ones stay countable
-- column: excuse_reason | why; NULL where it is not excused
-- column: excused_until | last day of the excuse; NULL where it is not excused
-- column: excused_by | who excused it; NULL where it is not excused
-- assert: (sentence is not null) = (outcome = 'found')
-- assert: outcome = 'found' or not excused
with place as (
    select 'objective' as item_kind, objective_id as item_id, objective_id, cycle, department, level
    from main.objective_progress
    union all
    select 'key_result', key_result_id, objective_id, cycle, department, level
    from main.key_result_progress
)
select
    p.cycle, r.finding, r.severity, r.outcome, r.item_id, r.item_kind, p.objective_id, p.department, p.level,
    r.sentence, r.measured, r.limit_value,
    x.item_id is not null as excused,
    x.reason as excuse_reason, x.until as excused_until, x.decided_by as excused_by
from model.rule_outcome r
join place p on p.item_kind = r.item_kind and p.item_id = r.item_id
cross join model.as_of_day d
left join model.excuse x
    on x.finding = r.finding and x.item_id = r.item_id and r.outcome = 'found' and d.day <= x.until
