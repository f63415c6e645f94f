-- The objectives of the as-of day that are not dropped, with their place and cycle.
-- grain: objective_id
-- column: objective_id | objective that is not dropped
-- column: cycle | cycle; NULL where none
-- column: level | company, department, team or individual
-- column: level_number | 1 to 4, 1 = company
-- column: department | department; NULL for company objectives and where unknown
select o.objective_id, o.cycle, p.level, p.level_number, p.department
from model.objective_day o
join model.as_of_day using (day)
join model.objective_place_day p on p.day = o.day and p.objective_id = o.objective_id
where not o.dropped
