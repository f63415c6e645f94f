-- Each key result as it stood on each evaluated day, measured.
-- grain: day, key_result_id
-- column: day | evaluated day
-- column: key_result_id | the key result
-- column: import_id | import whose version holds on that day
-- column: objective_id | its objective on that day; NULL where that is not in the data
-- column: weight | weight in its objective; NULL counts as 1
-- column: starts_on | own first day, else that of its objective, else of its cycle; NULL where unknown
-- column: ends_on | own last day, else that of its objective, else of its cycle; NULL where unknown
-- column: current_value | last known value in unit; NULL where none
-- column: reported_progress | last reported, fraction; NULL where none
-- column: computed_progress | unclamped, from the values; NULL where they do not say
-- column: progress_raw | unclamped progress that counts; NULL where not measured
-- column: progress | progress_raw clamped to 0–1; NULL where not measured
-- column: status | last status; NULL where none
-- column: status_raw | that status as the source wrote it
-- column: confidence | 0–1; NULL where none
-- column: last_check_in | last check-in; NULL where none
-- assert: progress between 0 and 1
-- “is true” keeps the planner from taking the days for a filter that leaves few rows, and so from
-- building its hash tables of the larger side.
with standing as (
    select
        d.day, v.key_result_id, v.parent_id, v.import_id, v.weight, v.kind, v.direction,
        v.start_value, v.target_value, v.start_date, v.end_date, v.cycle
    from model.key_result_version v
    cross join model.evaluation_day d
    where (d.day >= v.valid_from and d.day < coalesce(v.valid_to, 'infinity'::date)) is true
),
stacked as (
    select k.day, k.key_result_id, o.objective_id, o.starts_on, o.ends_on
    from standing k
    join model.objective_day o on o.day = k.day and o.objective_id = k.parent_id
    where k.key_result_id in (
        select key_result_id
        from model.key_result_version
        where key_result_id in (select parent_id from model.key_result_version)
    )
),
placed as (
    select
        s.*,
        coalesce(o.objective_id, above.objective_id) as objective_id,
        case when o.objective_id is not null then o.starts_on else above.starts_on end as objective_starts_on,
        case when o.objective_id is not null then o.ends_on else above.ends_on end as objective_ends_on
    from standing s
    left join model.objective_day o on o.day = s.day and o.objective_id = s.parent_id
    left join stacked above on above.day = s.day and above.key_result_id = s.parent_id
),
-- Days are few, observations many: spread over the days first, they are looked up by equality.
seen as (
    select
        d.day, o.item_id, o.value, o.progress, o.status, o.status_raw, o.confidence, o.last_check_in
    from model.observation o
    join model.evaluation_day d
        on d.day >= o.observed_on and d.day < coalesce(o.until, 'infinity'::date)
),
observed as (
    select
        p.*,
        o.value, o.progress as observed_progress, o.status as observed_status,
        o.status_raw as observed_status_raw, o.confidence as observed_confidence, o.last_check_in,
        computed_progress(p.start_value, p.target_value, o.value, p.direction) as computed
    from placed p
    left join seen o on o.day = p.day and o.item_id = p.key_result_id
    where p.objective_id is not null or p.day in (select day from model.asked_day)
),
measured as (
    select
        *,
        case
            when kind = 'milestone' then coalesce(
                observed_progress, milestone_progress(target_value, value, observed_status)
            )
            else coalesce(computed, observed_progress)
        end as counted
    from observed
)
select
    m.day, m.key_result_id, m.import_id, m.objective_id, m.weight,
    coalesce(m.start_date, m.objective_starts_on, w.starts_on) as starts_on,
    coalesce(m.end_date, m.objective_ends_on, w.ends_on) as ends_on,
    value as current_value,
    observed_progress as reported_progress,
    computed as computed_progress,
    counted as progress_raw,
    clamped(counted) as progress,
    observed_status as status, observed_status_raw as status_raw,
    observed_confidence as confidence, last_check_in
from measured m
left join model.cycle_window w on w.cycle = m.cycle
