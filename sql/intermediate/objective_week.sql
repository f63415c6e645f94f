-- Each objective on the last day of each week of its cycle: what the weekly figures of the front
-- page are made of, side by side. Weeks of the published days, whatever day is asked for.
-- grain: day, objective_id
-- column: day | last day of the week in its cycle, or the newest day
-- column: objective_id | objective that is not dropped
-- column: cycle | cycle
-- column: level | company, department, team or individual
-- column: department | department; NULL for company objectives and where unknown
-- column: weight | weight in means over a level; NULL counts as 1
-- column: progress | 0–1; NULL where not measured
-- column: measured | own key results that are measured
-- column: pace_status | done, on_track, at_risk, off_track, too_early, not_started; NULL without dates
-- column: alignment_state | contributing, supporting, detached, unresolved or unaligned; NULL for company objectives
select
    m.day, m.objective_id, m.cycle, m.level, m.department, m.weight, m.progress, m.measured,
    e.pace_status, s.alignment_state
from model.week_day w
join stored.objective_measure_day m on m.cycle = w.cycle and m.day = w.day and not m.dropped
join stored.objective_pace_day e on e.day = m.day and e.objective_id = m.objective_id
left join stored.alignment_state_day s on s.day = m.day and s.objective_id = m.objective_id
