-- Objectives whose alignment state is another one than on an earlier day, or that had or have none.
-- parameters: from_date, to_date
-- column: objective_id | objective that is there on both days
-- column: before | state on the earlier day; NULL where it had none (company level, dropped)
-- column: after | state on the later day; NULL where it has none
select
    b.objective_id,
    sb.alignment_state as before,
    sa.alignment_state as after
from (select * from model.objective_day where day = from_date::date) b
join (select * from model.objective_day where day = to_date::date) a using (objective_id)
left join (select * from model.alignment_state_day where day = from_date::date) sb using (objective_id)
left join (select * from model.alignment_state_day where day = to_date::date) sa using (objective_id)
where sb.alignment_state is distinct from sa.alignment_state
