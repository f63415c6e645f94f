-- Each objective with its progress in all readings, its pace and its alignment.
-- grain: objective_id
-- column: cycle | cycle; NULL where none
-- column: objective_id | id in the source
-- column: title | title
-- column: level | company, department, team or individual
-- column: department | department; NULL for company objectives and where unknown
-- column: team | home team; NULL where none
-- column: owner | owners, "; " between several; NULL where none
-- column: goal_type | committed or aspirational; NULL where unknown
-- column: key_results | own key results
-- column: measured | own key results that are measured
-- column: kr_progress | weighted mean of its own measured key results (missing weight = 1; all weights 0 = plain mean), 0–1; NULL where none is measured
-- column: rollup_progress | weighted mean over all contributing children, each child objective standing for its own roll-up, 0–1; NULL where nothing below is measured
-- column: progress | kr_progress where it has key results, else rollup_progress, else the reported one; NULL where not measured
-- column: reported_progress | as the source reports it, fraction; NULL where none
-- column: expected_progress | elapsed share of its own, else its cycle's dates, 0–1; NULL without dates
-- column: pace_status | done, on_track, at_risk, off_track, too_early, not_started; NULL without dates
-- column: status | status of the source in the contract's words; NULL where none or unknown
-- column: alignment_state | contributing, supporting, detached, unresolved or unaligned; NULL for company level and dropped ones
-- column: last_check_in | last check-in of it or of one of its key results; NULL where none
-- column: status_raw | status as the source wrote it
-- column: confidence | 0–1; NULL where none
-- column: weight | weight in means over a level; NULL counts as 1
-- column: dropped | whether it was dropped; dropped ones leave every denominator
-- column: level_assumed | whether the depth in the tree told the level
-- column: starts_on | own start, else that of the cycle; NULL where unknown
-- column: ends_on | own end, else that of the cycle; NULL where unknown
-- column: closed | whether its end lies before the day
-- column: score | score at close as the source states it, 0–1; NULL where none
-- column: score_band | green, yellow or red; NULL without score
-- column: description | description; NULL where none
-- column: import_id | import the row comes from
-- column: file | file of that import
-- column: row | line of that file
-- assert: progress between -1e-9 and 1 + 1e-9
-- assert: (alignment_state is null) = (dropped or level = 'company')
with today as (
    select day from model.as_of_day
)
select
    m.cycle, m.objective_id, v.title, m.level, m.department, o.team, v.owner, v.goal_type,
    m.key_results, m.measured, m.kr_progress, m.rollup_progress, m.progress,
    m.reported_progress, m.expected_progress,
    e.pace_status,
    o.status, s.alignment_state, m.last_check_in, o.status_raw, o.confidence, m.weight,
    m.dropped, p.level_assumed, o.starts_on, o.ends_on,
    coalesce(o.ends_on < m.day, false) as closed,
    v.score, score_band(v.score, v.goal_type, r.score_green, r.score_yellow) as score_band,
    v.description, o.import_id, v.file, v.row
from model.objective_measure_day m
join today using (day)
join model.objective_day o on o.day = m.day and o.objective_id = m.objective_id
join model.objective_place_day p on p.day = m.day and p.objective_id = m.objective_id
join model.objective_version v on v.objective_id = o.objective_id and v.import_id = o.import_id
join model.objective_pace_day e on e.day = m.day and e.objective_id = m.objective_id
left join model.alignment_state_day s on s.day = m.day and s.objective_id = m.objective_id
cross join model.setting r
