-- What carries each company objective, counted and summed by cycle, level and department of the
-- objectives that carry it (`contribution`) or are in its tree (`line_of_sight`).
-- grain: goal_id, itself, cycle, level, department
-- column: goal_id | company objective that is not dropped
-- column: itself | whether the row is the goal's own key results and work items
-- column: cycle | cycle of those below; NULL where none
-- column: level | their level
-- column: department | their department; NULL for company objectives and where unknown
-- column: share | part of the goal's roll-up that they stand for, 0–1; NULL where nothing measured counts
-- column: delivered | points of the goal's roll-up that they have delivered; NULL as share
-- column: ahead | delivered − share × expected progress, of those with dates; NULL without any
-- column: dated_share | share of those with an expected progress; NULL without any
-- column: carriers | objectives with a share
-- column: aligned | objectives in the goal's tree
-- assert: share between -1e-9 and 1 + 1e-9
with goal as (
    select objective_id as goal_id from main.objective_progress where not dropped and level = 'company'
),
carried as (
    select g.goal_id, c.objective_id, c.share, c.contributed_progress as delivered, true as carries
    from main.contribution c
    join goal g on g.goal_id = c.ancestor_id
    union all
    select g.goal_id, l.objective_id, null, null, false
    from main.line_of_sight l
    join goal g on g.goal_id = l.ancestor_id
)
select
    c.goal_id, c.objective_id = c.goal_id as itself, o.cycle, o.level, o.department,
    sum(c.share) as share,
    sum(c.delivered) as delivered,
    sum(c.delivered - c.share * o.expected_progress) as ahead,
    sum(c.share) filter (where o.expected_progress is not null) as dated_share,
    count(*) filter (where c.carries) as carriers,
    count(*) filter (where not c.carries) as aligned
from carried c
join main.objective_progress o on o.objective_id = c.objective_id
group by c.goal_id, itself, o.cycle, o.level, o.department
