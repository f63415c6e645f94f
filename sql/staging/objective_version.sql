-- What each import says of an objective, with the days for which that holds.
-- The first version reaches back to the day the objective came to be: its creation date where
-- the source has one; else the start of its cycle if it came with the first import of that
-- cycle, otherwise the import's as-of day; never later than its first check-in.
-- grain: objective_id, as_of
-- column: objective_id | the objective
-- column: import_id | import that states this version
-- column: seq | position of that import in the journal
-- column: as_of | day the version was stated for
-- column: valid_from | first day it holds
-- column: valid_to | first day it no longer holds, for a newer one or for a removal; NULL for one that holds still
-- column: title | title
-- column: description | description; NULL where none
-- column: stated_level | level as the row states it, individual where the team is its owner's; NULL where it does not
-- column: stated_department | department as the row states it; NULL where it does not
-- column: team | home team, else that of its only owner; NULL where none
-- column: owner | owners, "; " between several; NULL where none
-- column: cycle | cycle; NULL where none
-- column: start_date | own start; NULL where none
-- column: end_date | own end; NULL where none
-- column: created_on | day of creation; NULL where unknown
-- column: goal_type | committed or aspirational; NULL where unknown
-- column: weight | weight in means over a level; NULL counts as 1
-- column: score | score at close, 0–1; NULL where none
-- column: reported_progress | progress as the source reports it, fraction; NULL where none
-- column: status | mapped status; NULL where none or unknown
-- column: status_raw | status as the source wrote it
-- column: confidence | 0–1; NULL where none
-- column: file | source file
-- column: row | line of that file
with stated as (
    select r.*, i.seq, i.as_of
    from journal.objective_row r
    join model.live_import i using (import_id)
    where i.alone
    union all
    select r.*, i.seq, i.as_of
    from journal.objective_row r
    join model.live_import i using (import_id)
    where not i.alone
    qualify row_number() over (
        partition by r.objective_id, i.as_of order by i.seq desc
    ) = 1
),
first_import_of_cycle as (
    select distinct on (cycle) cycle, import_id
    from stated
    order by cycle, as_of, seq
),
first_check_in as (
    select objective_id, min(checked_on) as checked_on
    from (
        select item_id as objective_id, checked_on from model.first_check_in
        union all
        select k.objective_id, c.checked_on
        from model.first_check_in c
        join journal.key_result_row k on k.key_result_id = c.item_id
        join model.live_import i on i.import_id = k.import_id
    )
    group by objective_id
),
born as (
    select
        s.*,
        least(
            s.as_of,
            c.checked_on,
            case
                when s.created_on is not null then s.created_on
                when f.import_id = s.import_id then coalesce(s.start_date, w.starts_on, s.as_of)
                else s.as_of
            end
        ) as born_on
    from stated s
    left join first_import_of_cycle f on f.cycle is not distinct from s.cycle
    left join model.cycle_window w on w.cycle = s.cycle
    left join first_check_in c on c.objective_id = s.objective_id
)
select
    objective_id, s.import_id, s.seq, s.as_of,
    case when lag(s.as_of) over versions is null then born_on else s.as_of end as valid_from,
    coalesce(x.removed_on, lead(s.as_of) over versions) as valid_to,
    title, description,
    coalesce(level, case when s.team is null and p.team is not null then 'individual' end)
        as stated_level,
    coalesce(d.unit, s.department) as stated_department,
    coalesce(t.unit, s.team, p.team) as team,
    owner,
    cycle, start_date, end_date, created_on, goal_type, weight, score,
    reported_progress, status, status_raw, confidence, file, row
from born s
left join model.unit_name t on t.unit_key = lower(trim(s.team))
left join model.unit_name d on d.unit_key = lower(trim(s.department))
left join model.person_team p on s.team is null and p.person_key = lower(trim(s.owner))
left join model.item_removal x
    on x.item_kind = 'objective' and x.item_id = s.objective_id and x.as_of = s.as_of
window versions as (partition by s.objective_id order by s.as_of)
