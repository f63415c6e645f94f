-- What the answers of a day say of each item, in what people compare.
-- grain: item_kind, item_id
-- column: item_kind | objective, key_result or initiative
-- column: item_id | id in the source
-- column: title | title
-- column: parents | what it hangs on, as stated, in order; a title where no id is stated; NULL without
-- column: start_value | baseline; NULL where none
-- column: target_value | target; NULL where none
-- column: direction | increase, decrease, stay_above, stay_below; NULL where unknown
-- column: unit | unit of the values; NULL where none
-- column: value | current value; NULL where none
-- column: progress | 0–1; NULL where not measured
-- column: status | status of the source in the contract's words; NULL where none
-- column: owner | owners; NULL where none
-- column: level | level; NULL for work items
-- column: team | team; NULL where none
-- column: department | department; NULL where none
-- column: cycle | cycle; NULL where none
-- column: due | own last day as text, YYYY-MM-DD; NULL where none
with parent as (
    select
        o.objective_id,
        list(distinct coalesce(a.parent_id, a.parent_title) order by coalesce(a.parent_id, a.parent_title))
            as parents
    from main.objective_progress o
    join journal.alignment_row a on a.import_id = o.import_id and a.child_id = o.objective_id
    group by o.objective_id
)
select
    'objective' as item_kind, o.objective_id as item_id, o.title, p.parents,
    null::double as start_value, null::double as target_value, null as direction, null as unit,
    null::double as value, o.progress, o.status, o.owner, o.level, o.team, o.department, o.cycle,
    s.end_date::varchar as due
from main.objective_progress o
join model.objective_version s on s.objective_id = o.objective_id and s.import_id = o.import_id
left join parent p on p.objective_id = o.objective_id
union all
select
    'key_result', k.key_result_id, k.title, case when v.parent_id is not null then [v.parent_id] end,
    k.start_value, k.target_value, k.direction, k.unit,
    k.current_value, k.progress, k.status, k.owner, k.level, k.team, k.department, k.cycle,
    v.end_date::varchar
from main.key_result_progress k
join model.key_result_version v on v.key_result_id = k.key_result_id and v.import_id = k.import_id
union all
select
    'initiative', v.initiative_id, v.title, case when v.parent_id is not null then [v.parent_id] end,
    null, null, null, null, null, d.progress, d.status, v.owner, null, v.team, null, v.cycle, null
from model.initiative_day d
join model.as_of_day using (day)
join model.initiative_version v
    on v.initiative_id = d.initiative_id and v.import_id = d.import_id
