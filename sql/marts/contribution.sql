-- Who carries what: the part of an objective's roll-up that each objective below it stands for
-- with its own key results and work items. Weights along a path multiply, paths add up; the
-- shares of one ancestor sum to 1, and its contributed progress sums to its rollup_progress.
-- An objective's own key results are the row in which it is its own ancestor.
-- grain: ancestor_id, objective_id
-- column: cycle | cycle of the ancestor; NULL where none
-- column: ancestor_id | objective whose roll-up is divided
-- column: objective_id | objective whose own items carry the share
-- column: department | department of that objective; NULL for company objectives and where unknown
-- column: share | part of the ancestor's roll-up, 0–1
-- column: contributed_progress | share × progress of these items: points of the ancestor's roll-up delivered, 0–1
-- column: objective_cycle | cycle of the carrying objective; NULL where none
-- column: ancestor_level | level of the ancestor
-- assert: share between 0 and 1 + 1e-9
-- assert: contributed_progress between 0 and share + 1e-9
with recursive reach(ancestor_id, node_id, share, links) as (
    select distinct objective_id, objective_id, 1.0::double, 0
    from model.roll_up_share
    union all
    select r.ancestor_id, s.child_id, sum(r.share * s.share), any_value(r.links) + 1
    from reach r
    join model.roll_up_share s on s.objective_id = r.node_id
    where s.child_id is not null
    group by r.ancestor_id, s.child_id
),
reached as (
    select ancestor_id, node_id, sum(share) as share from reach group by ancestor_id, node_id
),
carried as (
    select
        r.ancestor_id, s.carrier_id as objective_id,
        sum(r.share * s.share) as share,
        sum(r.share * s.share * s.progress) as contributed_progress
    from reached r
    join model.roll_up_share s on s.objective_id = r.node_id
    where s.carrier_id is not null
    group by r.ancestor_id, s.carrier_id
)
select
    a.cycle, c.ancestor_id, c.objective_id, p.department, c.share, c.contributed_progress,
    o.cycle as objective_cycle, q.level as ancestor_level
from carried c
join model.as_of_day d on true
join model.objective_day a on a.day = d.day and a.objective_id = c.ancestor_id
join model.objective_day o on o.day = d.day and o.objective_id = c.objective_id
join model.objective_place_day p on p.day = d.day and p.objective_id = c.objective_id
join model.objective_place_day q on q.day = d.day and q.objective_id = c.ancestor_id
where c.share > 0
