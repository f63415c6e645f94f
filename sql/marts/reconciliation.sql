-- Reported against computed progress of each key result and objective, with the first reason
-- that explains the difference; a reason that arithmetic can verify is only given where it does.
-- Milestones have no computed progress where one is reported: that is the one that counts.
-- grain: item_kind, item_id
-- column: cycle | cycle; NULL where none
-- column: item_id | key result or objective
-- column: item_kind | objective or key_result
-- column: objective_id | the objective itself, or that of the key result; NULL where that is not in the data
-- column: title | title
-- column: department | department; NULL for company objectives and where unknown
-- column: team | team; NULL where none
-- column: reported_progress | as the source reports it, fraction; NULL where none
-- column: computed_progress | what is shown before falling back to the reported one, 0–1; NULL where it cannot be computed
-- column: difference | computed − reported, fraction; NULL where one of them is not known
-- column: reason | agrees (within mismatch_tolerance), not_reported, not_computable, clamped (the unclamped figure is the reported one), missing_baseline (0 is assumed), weights (the plain mean of its key results is the reported one), roll_up (the other reading, with or without what is aligned to it, is the reported one), rounding (less than rounding_tolerance apart), stale_value (the progress at an earlier observation is the reported one) or unexplained
-- column: plain_mean | mean of its own measured key results without weights, 0–1; NULL for key results and where none is measured
-- column: rollup_progress | weighted mean over all contributing children, 0–1; NULL for key results and where nothing below is measured
-- column: progress_raw | unclamped figure, of an objective the weighted mean of those of its key results; NULL where it cannot be computed
-- column: import_id | import the row comes from
-- column: file | file of that import
-- column: row | line of that file
-- assert: (reason = 'not_reported') = (reported_progress is null)
-- assert: (difference is null) = (reason in ('not_reported', 'not_computable'))
with rule as (
    select mismatch_tolerance as tolerance, rounding_tolerance as rounding from model.setting
),
key_result as (
    select
        k.*, d.day,
        case when k.kind <> 'milestone' then d.computed_progress end as computed_raw,
        case
            when k.kind <> 'milestone' then clamped(d.computed_progress)
            when k.reported_progress is null then k.progress
        end as computed
    from main.key_result_progress k
    join model.as_of_day t on true
    join model.key_result_day d on d.day = t.day and d.key_result_id = k.key_result_id
),
stale as (
    select distinct k.key_result_id
    from key_result k
    cross join rule r
    join model.observation o on o.item_id = k.key_result_id and o.observed_on <= k.day
    where not agrees(k.computed, k.reported_progress, r.tolerance)
        and agrees(
            clamped(computed_progress(k.start_value, k.target_value, o.value, k.direction)),
            k.reported_progress, r.tolerance
        )
),
own as (
    select
        objective_id,
        avg(progress) as plain_mean,
        weighted_mean(progress_raw, weight) as progress_raw
    from main.key_result_progress
    where objective_id is not null
    group by objective_id
),
item as (
    select
        k.cycle, k.key_result_id as item_id, 'key_result' as item_kind, k.objective_id, k.title,
        k.department, k.team, k.reported_progress, k.computed,
        null::double as kr_progress, null::double as plain_mean, null::double as rollup_progress,
        k.computed_raw as progress_raw,
        k.start_value is null and k.computed_raw is not null
            and coalesce(k.direction not in ('stay_above', 'stay_below'), true) as baseline_assumed,
        s.key_result_id is not null as is_stale,
        k.import_id, k.file, k.row
    from key_result k
    left join stale s on s.key_result_id = k.key_result_id
    union all
    select
        o.cycle, o.objective_id, 'objective', o.objective_id, o.title,
        o.department, o.team, o.reported_progress,
        case when o.key_results > 0 then o.kr_progress else o.rollup_progress end,
        o.kr_progress, w.plain_mean, o.rollup_progress, w.progress_raw,
        false, false, o.import_id, o.file, o.row
    from main.objective_progress o
    left join own w on w.objective_id = o.objective_id
)
select
    i.cycle, i.item_id, i.item_kind, i.objective_id, i.title, i.department, i.team,
    i.reported_progress, i.computed as computed_progress,
    i.computed - i.reported_progress as difference,
    case
        when i.reported_progress is null then 'not_reported'
        when i.computed is null then 'not_computable'
        when agrees(i.computed, i.reported_progress, r.tolerance) then 'agrees'
        when agrees(i.progress_raw, i.reported_progress, r.tolerance) then 'clamped'
        when i.baseline_assumed then 'missing_baseline'
        when agrees(i.plain_mean, i.reported_progress, r.tolerance) then 'weights'
        when agrees(i.rollup_progress, i.reported_progress, r.tolerance)
            or agrees(i.kr_progress, i.reported_progress, r.tolerance) then 'roll_up'
        when abs(i.computed - i.reported_progress) < r.rounding then 'rounding'
        when i.is_stale then 'stale_value'
        else 'unexplained'
    end as reason,
    i.plain_mean, i.rollup_progress, i.progress_raw, i.import_id, i.file, i.row
from item i
cross join rule r
