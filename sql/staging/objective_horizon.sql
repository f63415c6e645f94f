-- The last day on which a weekly figure may need an objective: the latest end of its own cycle
-- and of the cycles of all objectives above and below it, whose chains run through it.
-- Keeps the weekly history from carrying every objective for ever.
-- grain: objective_id
-- column: objective_id | the objective
-- column: until | last day; NULL where its cycle has no known end
with recursive parent as (
    select distinct a.child_id as objective_id, coalesce(k.parent_id, a.parent_id) as parent_id
    from journal.alignment_row a
    join model.live_import using (import_id)
    left join (select distinct key_result_id, parent_id from model.key_result_version) k
        on k.key_result_id = a.parent_id
),
neighbour as (
    select objective_id, parent_id from parent
    union
    select parent_id, objective_id from parent
),
horizon(objective_id, until) as (
    select v.objective_id, w.ends_on
    from model.objective_version v
    left join model.cycle_window w on w.cycle = v.cycle
    union
    select p.objective_id, h.until
    from horizon h
    join neighbour p on p.parent_id = h.objective_id
)
select objective_id, max(until) as until
from horizon
group by objective_id
