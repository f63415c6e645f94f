-- Progress of each objective on each evaluated day, in all its readings.
-- grain: day, objective_id
-- column: day | evaluated day
-- column: objective_id | the objective
-- column: cycle | cycle; NULL where none
-- column: level | company, department, team or individual
-- column: department | department; NULL for company objectives and where unknown
-- column: weight | weight in means over a level; NULL counts as 1
-- column: dropped | whether it was dropped on that day
-- column: key_results | own key results
-- column: measured | own key results that are measured
-- column: kr_progress | weighted mean of the own measured key results, 0–1; NULL where none is
-- column: rollup_progress | weighted mean over all contributing children, 0–1; NULL where nothing is measured, and for dropped ones
-- column: progress | kr_progress where it has key results, else rollup_progress, else the reported one; NULL where not measured
-- column: reported_progress | as the source reports it, fraction; NULL where none
-- column: expected_progress | elapsed share of its dates, 0–1; NULL where it has none
-- column: last_check_in | last check-in of the objective or of one of its key results; NULL where none
-- assert: progress between -1e-9 and 1 + 1e-9
-- assert: measured <= key_results
with own as (
    select
        day, objective_id,
        count(*) as key_results,
        count(progress) as measured,
        weighted_mean(progress, weight) as kr_progress,
        max(last_check_in) as last_check_in
    from model.key_result_day
    where objective_id is not null
    group by day, objective_id
)
select
    o.day, o.objective_id, o.cycle, p.level, p.department, o.weight, o.dropped,
    coalesce(k.key_results, 0) as key_results,
    coalesce(k.measured, 0) as measured,
    k.kr_progress,
    r.rollup_progress,
    case
        when k.key_results > 0 then k.kr_progress
        else coalesce(r.rollup_progress, clamped(o.reported_progress))
    end as progress,
    o.reported_progress,
    elapsed_share(o.day, o.starts_on, o.ends_on) as expected_progress,
    greatest(o.last_check_in, k.last_check_in) as last_check_in
from model.objective_day o
join model.objective_place_day p on p.day = o.day and p.objective_id = o.objective_id
left join own k on k.day = o.day and k.objective_id = o.objective_id
left join model.roll_up_day r on r.day = o.day and r.objective_id = o.objective_id
