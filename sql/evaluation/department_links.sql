-- Links between objectives of two departments, counted. Company objectives belong to none.
-- grain: cycle, level, from_department, to_department
-- column: cycle | cycle of the objective that is aligned; NULL where none
-- column: level | its level
-- column: from_department | its department
-- column: to_department | department of the parent, another one
-- column: links | links
-- column: contributing | of these, contributing
-- assert: contributing <= links
select
    c.cycle, c.level, c.department as from_department, p.department as to_department,
    count(*) as links,
    count(*) filter (where e.contributes) as contributing
from model.objective_parent_day e
join model.as_of_day using (day)
join model.living_objective c on c.objective_id = e.objective_id
join model.living_objective p on p.objective_id = e.parent_id
where p.level <> 'company' and c.level <> 'company' and c.department <> p.department
group by c.cycle, c.level, c.department, p.department
