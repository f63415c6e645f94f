-- Where objectives end if they go on as they do, counted and summed by cycle, level and department.
-- One without a forecast stands at its progress of today. A mean over some of these rows is
-- `mean_of_sums`.
-- grain: cycle, level, department
-- column: cycle | cycle; NULL where none
-- column: level | company, department, team or individual
-- column: department | department; NULL for company objectives and where unknown
-- column: objectives | objectives that are not dropped
-- column: measured | of these, measured
-- column: progress_weights | weights of the measured ones, 1 where none is stated; NULL where none is measured
-- column: progress_weighted | sum of their progress times weight; NULL where none is measured
-- column: progress_plain | sum of their progress; NULL where none is measured
-- column: forecasts | objectives with a forecast
-- column: ending | objectives that have a forecast or are measured
-- column: ending_weights | weights of these, 1 where none is stated; NULL where there is none
-- column: projected_weighted | sum of forecasts, else progress, times weight; NULL where there is none
-- column: projected_plain | the same without weight
-- column: low_weighted | sum of the lower ends, else progress, times weight; NULL where there is none
-- column: low_plain | the same without weight
-- column: high_weighted | sum of the upper ends, else progress, times weight; NULL where there is none
-- column: high_plain | the same without weight
-- assert: measured <= ending and ending <= objectives
with objective as (
    select
        o.cycle, o.level, o.department, o.progress, coalesce(o.weight, 1) as weight, f.projected,
        coalesce(f.projected, o.progress) as ends_at,
        coalesce(f.low, o.progress) as low_at,
        coalesce(f.high, o.progress) as high_at
    from main.objective_progress o
    left join main.forecast f on f.item_kind = 'objective' and f.item_id = o.objective_id
    where not o.dropped
)
select
    cycle, level, department,
    count(*) as objectives,
    count(progress) as measured,
    sum(weight) filter (where progress is not null) as progress_weights,
    sum(progress * weight) as progress_weighted,
    sum(progress) as progress_plain,
    count(projected) as forecasts,
    count(ends_at) as ending,
    sum(weight) filter (where ends_at is not null) as ending_weights,
    sum(ends_at * weight) as projected_weighted, sum(ends_at) as projected_plain,
    sum(low_at * weight) as low_weighted, sum(low_at) as low_plain,
    sum(high_at * weight) as high_weighted, sum(high_at) as high_plain
from objective
group by cycle, level, department
