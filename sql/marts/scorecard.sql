-- The eight dimensions: the mean of the ratios of their checks, beside that of the cycle before.
-- grain: cycle, department, dimension
-- column: cycle | cycle; NULL for objectives without one
-- column: department | department; NULL = the organisation
-- column: dimension | one of the eight
-- column: score | mean of the ratios of its checks, 0–1; NULL where none has a ratio
-- column: checks | checks with a ratio: the mean is over these
-- column: cycle_before | the cycle before; NULL where there is none
-- column: score_before | the same score in that cycle; NULL where there is none
-- column: delta | score − score_before; NULL where one is not known
-- assert: score between 0 and 1
with dimension as (
    select cycle, department, dimension, avg(ratio) as score, count(ratio) as checks
    from main.scorecard_check
    group by cycle, department, dimension
)
select
    d.cycle, d.department, d.dimension, d.score, d.checks, b.cycle_before,
    p.score as score_before, d.score - p.score as delta
from dimension d
left join model.cycle_before b on b.cycle = d.cycle
left join dimension p
    on p.cycle = b.cycle_before and p.department is not distinct from d.department
    and p.dimension = d.dimension
