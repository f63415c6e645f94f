-- Every objective and each objective above it that a chain of alignments reaches.
-- grain: objective_id, ancestor_id
-- column: cycle | cycle of the objective; NULL where none
-- column: objective_id | objective at the lower end
-- column: ancestor_id | objective above it
-- column: distance | links of the shortest chain between them, 1 or more
-- column: ancestor_level | level of the ancestor
-- column: ancestor_cycle | cycle of the ancestor; NULL where none
-- assert: distance between 1 and 64
select
    o.cycle, c.objective_id, c.ancestor_id, c.distance, p.level as ancestor_level,
    a.cycle as ancestor_cycle
from model.closure c
join model.as_of_day d on true
join model.objective_day o on o.day = d.day and o.objective_id = c.objective_id
join model.objective_day a on a.day = d.day and a.objective_id = c.ancestor_id
join model.objective_place_day p on p.day = d.day and p.objective_id = c.ancestor_id
where c.distance > 0
