-- The cycle before each: the one that ended last before it starts and is about as long.
-- grain: cycle
-- column: cycle | the cycle
-- column: cycle_before | the cycle before it; cycles without one have no row
with dated as (
    select cycle, starts_on, ends_on, ends_on - starts_on + 1 as days
    from model.cycle_window
    where starts_on is not null and ends_on is not null
)
select c.cycle, b.cycle as cycle_before
from dated c
join dated b on b.ends_on < c.starts_on and abs(b.days - c.days) * 4 <= c.days
qualify row_number() over (partition by c.cycle order by b.ends_on desc, b.cycle) = 1
