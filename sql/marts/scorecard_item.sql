-- What each check of the scorecard looks at, one by one: the list behind every figure.
-- stored: no
-- grain: cycle, department, check, item_kind, item_id
-- column: cycle | cycle; NULL for objectives without one
-- column: department | department that is looked at; NULL = the organisation
-- column: dimension | one of the eight: define, cascade, communicate, measure, focus, coordination, accountability, adaptability
-- column: check | name of the check
-- column: item_kind | objective, key_result, cycle, department, team or person
-- column: item_id | id of the objective or key result, else the name
-- column: passed | whether it passes; NULL where it cannot be known yet: it counts in neither number
with objective as (
    select o.*, len(people_of(o.owner)) as people
    from main.objective_progress o
    where not o.dropped
),
key_result as (
    select k.*, v.end_date as own_end
    from main.key_result_progress k
    join model.key_result_version v on v.key_result_id = k.key_result_id and v.import_id = k.import_id
    where k.objective_id is not null and not k.dropped and k.status is distinct from 'dropped'
),
objective_check as (
    select
        o.cycle, o.department, o.objective_id,
        unnest(['define', 'define', 'define', 'accountability', 'cascade', 'measure', 'focus']) as dimension,
        unnest([
            'objectives_with_owner', 'objectives_with_key_results', 'worded_as_quality', 'one_owner',
            'line_of_sight', 'closed_with_score', 'key_results_in_limits'
        ]) as check_name,
        unnest([
            true, true, true, true, o.alignment_state is not null, o.closed, o.key_results > 0
        ]) as applies,
        unnest([
            o.owner is not null,
            o.key_results > 0,
            not holds_figure(o.title),
            coalesce(o.people, 0) = 1,
            coalesce(o.alignment_state in ('contributing', 'supporting'), false),
            o.score is not null,
            o.key_results between s.min_key_results and s.max_key_results
        ]) as passed
    from objective o
    cross join model.setting s
),
key_result_check as (
    select
        k.cycle, k.department, k.key_result_id,
        unnest(['measure', 'measure', 'communicate']) as dimension,
        unnest(['baseline_and_target', 'with_value', 'checked_in_within_cadence']) as check_name,
        unnest([true, true, (q.running or q.closed) and not q.done]) as applies,
        unnest([
            case when k.kind = 'milestone' then k.own_end is not null
                else k.start_value is not null and k.target_value is not null end,
            k.progress is not null,
            case when q.last_check_in is not null or q.days > s.cadence_days then q.days <= s.cadence_days end
        ]) as passed
    from key_result k
    join model.quiet_time q on q.item_kind = 'key_result' and q.item_id = k.key_result_id
    cross join model.setting s
),
last_note as (
    select c.item_id, arg_max(coalesce(c.note, ''), (c.checked_on, c.as_of, c.seq, coalesce(c.checked_at, timestamp '0001-01-01'), c.row)) as note
    from model.leaf_item l
    join model.quiet_time q on q.item_kind = l.item_kind and q.item_id = l.item_id
    join model.check_in c on c.item_id = l.item_id and c.checked_on = q.last_check_in
    where l.off_pace
    group by c.item_id
),
team as (
    select
        t.cycle, t.team_key, any_value(t.team) as team,
        coalesce(any_value(t.unit_department), any_value(t.department)) as department,
        count(*) filter (where t.counts) as objectives,
        bool_or(t.named) as named
    from (
        select
            o.cycle, lower(trim(o.team)) as team_key, o.team, o.department, null as unit_department,
            o.level <> 'individual' as counts, true as named
        from objective o
        where o.team is not null and o.level in ('team', 'individual')
        union all
        select c.cycle, d.team_key, d.team, null, d.department, false, false
        from model.team_day d
        join model.as_of_day using (day)
        cross join (select distinct cycle from objective) c
        where d.level = 'team'
        union all
        select o.cycle, d.team_key, d.team, null, d.department, true, false
        from model.team_day d
        join model.as_of_day using (day)
        join objective o on lower(trim(o.team)) = d.team_key and o.level not in ('team', 'individual')
        where d.level = 'team'
    ) t
    group by t.cycle, t.team_key
),
department as (
    select distinct cycle, department from objective where department is not null
),
crossing as (
    select distinct unnest([c.cycle, p.cycle]) as cycle, unnest([c.department, p.department]) as department
    from model.objective_parent_day e
    join model.as_of_day using (day)
    join model.living_objective c on c.objective_id = e.objective_id
    join model.living_objective p on p.objective_id = e.parent_id
    where p.level <> 'company' and c.level <> 'company' and c.department <> p.department
),
owned as (
    select o.cycle, o.department, unnest(people_of(o.owner)) as person,
        o.alignment_state in ('contributing', 'supporting') as in_sight
    from objective o
    where o.level <> 'company'
),
with_company_goal as (
    select distinct f.inner_cycle as cycle
    from objective o
    join model.cycle_frame f on f.cycle is not distinct from o.cycle
    where o.level = 'company'
),
-- Items of the organisation, and of the department that they belong to.
own_item as (
    select cycle, department, dimension, check_name, 'objective' as item_kind, objective_id as item_id, passed
    from objective_check
    where applies
    union all
    select cycle, department, dimension, check_name, 'key_result', key_result_id, passed
    from key_result_check
    where applies
    union all
    select l.cycle, l.department, 'communicate', 'off_pace_with_note', l.item_kind, l.item_id,
        coalesce(trim(n.note) <> '', false)
    from model.leaf_item l
    left join last_note n on n.item_id = l.item_id
    where l.off_pace
    union all
    select l.cycle, l.department, 'adaptability', 'changed_after_falling_off_pace', l.item_kind, l.item_id, f.changed
    from model.fall_off_pace f
    join model.leaf_item l on l.item_kind = f.item_kind and l.item_id = f.item_id
    union all
    select t.cycle, t.department, 'focus', 'teams_in_limits', 'team', t.team,
        t.objectives between 1 and s.max_objectives
    from team t
    cross join model.setting s
    left join department d on d.cycle is not distinct from t.cycle and d.department = t.department
    where t.named or d.department is not null
    union all
    select d.cycle, d.department, 'coordination', 'cross_department_links', 'department', d.department,
        x.department is not null
    from department d
    left join crossing x on x.cycle is not distinct from d.cycle and x.department = d.department
    union all
    select o.cycle, o.department, 'cascade', 'departments_with_line_of_sight', 'department', o.department,
        bool_or(o.alignment_state in ('contributing', 'supporting'))
    from objective o
    where o.department is not null
    group by o.cycle, o.department
)
select cycle, null as department, dimension, check_name as "check", item_kind, item_id, passed
from own_item
union all
select cycle, department, dimension, check_name, item_kind, item_id, passed
from own_item
where department is not null
union all
select c.cycle, null, 'define', 'company_objective_exists', 'cycle', coalesce(c.cycle, ''), g.cycle is not null or (c.cycle is null and exists (select 1 from with_company_goal where cycle is null))
from (select distinct cycle from objective) c
left join with_company_goal g on g.cycle = c.cycle
union all
select v.cycle, null, 'cascade', 'supported_by_two_departments', 'objective', v.objective_id,
    v.supporting_departments >= 2
from main.company_objective_coverage v
union all
select v.cycle, null, 'coordination', 'shared_company_objectives', 'objective', v.objective_id,
    v.supporting_departments >= 2
from main.company_objective_coverage v
where v.supporting_departments > 0
union all
select v.cycle, s.department, 'coordination', 'shared_company_objectives', 'objective', v.objective_id,
    v.supporting_departments >= 2
from main.company_objective_coverage v
join model.company_objective_support s
    on s.cycle is not distinct from v.cycle and s.objective_id = v.objective_id
where s.department is not null
union all
select cycle, null, 'accountability', 'people_with_line_of_sight', 'person', person, bool_or(in_sight)
from owned
group by cycle, person
union all
select cycle, department, 'accountability', 'people_with_line_of_sight', 'person', person, bool_or(in_sight)
from owned
where department is not null
group by cycle, department, person
