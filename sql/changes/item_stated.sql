-- What one import states of each item by its own rows; the columns of item_today, without the
-- figures that are computed. The import is the variable stated_by.
-- grain: item_kind, item_id
-- column: item_kind | objective, key_result or initiative
-- column: item_id | id in the source
-- column: title | title
-- column: parents | what it hangs on, as stated, in order; a title where no id is stated; NULL without
-- column: start_value | baseline; NULL where none
-- column: target_value | target; NULL where none
-- column: direction | increase, decrease, stay_above, stay_below; NULL where unknown
-- column: unit | unit of the values; NULL where none
-- column: value | value; NULL where the row states none
-- column: progress | NULL: computed figures are not compared
-- column: status | mapped status; NULL where none
-- column: owner | owners; NULL where none
-- column: level | level as stated; NULL where none
-- column: team | team; NULL where none
-- column: department | department as stated; NULL where none
-- column: cycle | cycle; NULL where none
-- column: due | own last day as text, YYYY-MM-DD; NULL where none
with parent as (
    select
        child_id,
        list(distinct coalesce(parent_id, parent_title) order by coalesce(parent_id, parent_title))
            as parents
    from journal.alignment_row
    where import_id = getvariable('stated_by')
    group by child_id
)
select
    'objective' as item_kind, r.objective_id as item_id, r.title, p.parents,
    null::double as start_value, null::double as target_value, null as direction, null as unit,
    null::double as value, null::double as progress, r.status, r.owner, r.level, r.team,
    r.department, r.cycle, r.end_date::varchar as due
from journal.objective_row r
left join parent p on p.child_id = r.objective_id
where r.import_id = getvariable('stated_by')
union all
select
    'key_result', key_result_id, title, case when objective_id is not null then [objective_id] end,
    start_value, target_value, direction, unit, current_value, null, status, owner, null, team,
    null, cycle, end_date::varchar
from journal.key_result_row
where import_id = getvariable('stated_by')
union all
select
    'initiative', initiative_id, title, case when parent_id is not null then [parent_id] end,
    null, null, null, null, null, null, status, owner, null, team, null, cycle, end_date::varchar
from journal.initiative_row
where import_id = getvariable('stated_by')
