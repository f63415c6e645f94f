-- Which cycles lie within which: each within itself, and within every longer one around it.
-- Objectives without a cycle form one of their own.
-- grain: cycle, inner_cycle
-- column: cycle | the outer cycle; NULL for objectives without one
-- column: inner_cycle | a cycle within it, or the cycle itself
with named as (
    select cycle, starts_on, ends_on from model.cycle_window
)
select cycle, cycle as inner_cycle from named
union all
select null, null
union all
select o.cycle, i.cycle
from named o
join named i
    on i.starts_on >= o.starts_on and i.ends_on <= o.ends_on and i.cycle <> o.cycle
