-- Each objective as it stood on each evaluated day, before its level is settled.
-- grain: day, objective_id
-- column: day | evaluated day
-- column: objective_id | the objective
-- column: import_id | import whose version holds on that day
-- column: cycle | cycle; NULL where none
-- column: known_level | level stated by the row, by its team, or by a department without team; NULL where the depth must tell
-- column: known_department | department stated by the row or by its team; NULL where unknown
-- column: team | home team; NULL where none
-- column: weight | weight in means over a level; NULL counts as 1
-- column: starts_on | own start, else that of the cycle; NULL where unknown
-- column: ends_on | own end, else that of the cycle; NULL where unknown
-- column: reported_progress | last reported, fraction; NULL where none
-- column: status | last status; NULL where none
-- column: status_raw | that status as the source wrote it
-- column: confidence | 0–1; NULL where none
-- column: last_check_in | last own check-in; NULL where none
-- column: dropped | whether it was dropped on that day
with standing as (
    select d.day, v.*
    from model.objective_version v
    join model.evaluation_day d
        on d.day >= v.valid_from and (v.valid_to is null or d.day < v.valid_to)
    join model.objective_horizon h on h.objective_id = v.objective_id
    where h.until is null or d.day <= h.until or d.day in (select day from model.asked_day)
)
select
    s.day, s.objective_id, s.import_id, s.cycle,
    coalesce(
        s.stated_level,
        t.level,
        case when s.team is null and s.stated_department is not null then 'department' end
    ) as known_level,
    coalesce(s.stated_department, t.department) as known_department,
    s.team, s.weight,
    coalesce(s.start_date, w.starts_on) as starts_on,
    coalesce(s.end_date, w.ends_on) as ends_on,
    o.progress as reported_progress, o.status, o.status_raw, o.confidence, o.last_check_in,
    coalesce(o.status = 'dropped', false) as dropped
from standing s
left join model.observation o
    on o.item_id = s.objective_id
    and s.day >= o.observed_on and s.day < coalesce(o.until, 'infinity'::date)
left join model.team_day t on t.day = s.day and t.team_key = lower(trim(s.team))
left join model.cycle_window w on w.cycle = s.cycle
