-- The last known value, reported progress, status and confidence of an item after each day on
-- which something was observed: a check-in, or an import that states them. Each measure stands
-- until the next one is stated; what is left empty does not erase what was known.
-- grain: item_id, observed_on
-- column: item_id | objective, key result or work item
-- column: observed_on | day of the observation
-- column: until | day of the next one, from which this does not hold; NULL where none follows
-- column: value | last stated value in unit; NULL where none so far
-- column: progress | last stated progress, fraction; NULL where none so far
-- column: status | last stated status; NULL where none so far
-- column: status_raw | that status as the source wrote it
-- column: confidence | last stated confidence, 0–1; NULL where none so far
-- column: last_check_in | day of the last check-in; NULL where none so far
with stated as (
    select
        item_id, checked_on as observed_on, 0 as priority, as_of, checked_at, seq, row,
        value, progress, status, status_raw, confidence, checked_on as last_check_in
    from model.check_in
    union all
    select
        key_result_id, as_of, 1, as_of, null, seq, row,
        current_value, reported_progress, status, status_raw, confidence, null
    from model.key_result_version
    union all
    select
        objective_id, as_of, 1, as_of, null, seq, row,
        null, reported_progress, status, status_raw, confidence, null
    from model.objective_version
    union all
    select
        initiative_id, as_of, 1, as_of, null, seq, row,
        null, reported_progress, status, status_raw, confidence, null
    from model.initiative_version
)
select
    item_id, observed_on,
    lead(observed_on) over history as until,
    last_value(value ignore nulls) over so_far as value,
    last_value(progress ignore nulls) over so_far as progress,
    last_value(status ignore nulls) over so_far as status,
    last_value(status_raw ignore nulls) over so_far as status_raw,
    last_value(confidence ignore nulls) over so_far as confidence,
    last_value(last_check_in ignore nulls) over so_far as last_check_in
from stated
window
    history as (
        partition by item_id
        order by observed_on, priority, as_of, seq, checked_at nulls first, row
    ),
    so_far as (history rows between unbounded preceding and current row)
-- The last statement of a day: what follows it is of another one.
qualify lead(observed_on) over history is distinct from observed_on
