-- Items that no import in force stated before the one of the variable stated_by: what an import
-- for an earlier day adds, also where a later complete export removed it again.
-- grain: item_kind, item_id
-- column: item_kind | objective, key_result or initiative
-- column: item_id | id in the source
-- column: title | title
with stated as (
    select 'objective' as item_kind, objective_id as item_id, title, import_id
    from journal.objective_row
    union all
    select 'key_result', key_result_id, title, import_id from journal.key_result_row
    union all
    select 'initiative', initiative_id, title, import_id from journal.initiative_row
)
select s.item_kind, s.item_id, s.title
from stated s
anti join (
    select item_kind, item_id
    from stated
    join model.live_import using (import_id)
    where import_id <> getvariable('stated_by')
) known on known.item_kind = s.item_kind and known.item_id = s.item_id
where s.import_id = getvariable('stated_by')
