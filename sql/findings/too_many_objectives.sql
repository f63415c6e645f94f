-- Objectives of a team or person that has more of them in one cycle than anybody can pursue.
-- why: Focus is what is left out. A team with nine priorities has none.
-- do: Let the team choose: what moves to the next cycle, what becomes a task, what is dropped.
-- severity: low
with objective as (
    select objective_id, cycle, level, team, owner from main.objective_progress where not dropped
),
owned as (
    select objective_id, cycle, unnest(people_of(owner)) as person from objective
),
team_load as (
    select cycle, lower(trim(team)) as team_key, count(*) as objectives
    from objective
    where team is not null and level <> 'individual'
    group by cycle, team_key
),
person_load as (
    select cycle, person, count(*) as objectives from owned group by cycle, person
),
loaded as (
    select o.objective_id, 'The team ' || o.team || ' has ' as who, l.objectives
    from objective o
    join team_load l on l.cycle is not distinct from o.cycle and l.team_key = lower(trim(o.team))
    where o.level <> 'individual'
    union all
    select o.objective_id, o.person || ' owns ', l.objectives
    from owned o
    join person_load l on l.cycle is not distinct from o.cycle and l.person = o.person
),
heaviest as (
    select objective_id, max(objectives) as objectives, arg_max(who, objectives) as who
    from loaded
    group by objective_id
)
select
    h.objective_id as item_id, 'objective' as item_kind,
    case when h.objectives > s.max_objectives then 'found' else 'passed' end as outcome,
    h.objectives::double as measured, s.max_objectives::double as limit_value,
    case when h.objectives > s.max_objectives
        then h.who || h.objectives || ' objectives' || coalesce(' in ' || o.cycle, '') || ', limit ' || s.max_objectives || '.'
    end as sentence
from heaviest h
join objective o using (objective_id)
cross join model.setting s
