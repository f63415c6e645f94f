-- Everything the imports in force had to say about their rows, and what the tree and the figures
-- say about them: closing links, chains that are too long, reported figures that differ.
-- column: import_id | import the row came with
-- column: severity | error (did not go in), warning (went in, look at it), info
-- column: code | name of the rule
-- column: row | line of the file; NULL where it is about the file
-- column: column | column of the file; empty where it is about the row
-- column: value | the cell as it stood
-- column: message | what is wrong, in words
-- column: file | name of the file
with recorded as (
    select r.import_id, r.severity, r.code, r.row, r."column", r.value, r.message, r.file
    from journal.issue_row r
    join model.live_import using (import_id)
),
kept_out as (
    select distinct x.import_id, x.severity, x.code, x.row, x.parent_id, x.message, x.file
    from journal.kept_out_link x
    join model.live_import using (import_id)
),
stated as (
    select
        v.import_id, v.file, v.row, v.reported_progress,
        computed_progress(v.start_value, v.target_value, o.value, v.direction) as computed,
        v.title
    from model.key_result_version v
    join model.observation o on o.item_id = v.key_result_id and o.observed_on = v.as_of
    where v.kind <> 'milestone' and v.reported_progress is not null
),
mismatch as (
    select s.*
    from stated s
    cross join model.setting t
    where abs(clamped(s.computed) - clamped(s.reported_progress)) > t.mismatch_tolerance + 1e-9
)
select import_id, severity, code, row, "column", value, message, file from recorded
union all
select import_id, severity, code, row, 'parent', parent_id, message, file from kept_out
union all
select
    import_id, 'warning', 'progress_mismatch', row, 'progress',
    round(reported_progress * 100, 1) || ' %',
    'reported ' || round(reported_progress * 100, 1) || ' %, computed from the values '
    || round(clamped(computed) * 100, 1) || ' %: the computed figure is used',
    file
from mismatch
