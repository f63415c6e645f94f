-- Start and end of each cycle. Explicit dates that most of its objectives share win over the
-- calendar meaning of its name; the span of its objectives' dates is the last resort.
-- grain: cycle
-- column: cycle | name of the cycle
-- column: starts_on | first day; NULL where neither name nor rows say it
-- column: ends_on | last day; NULL where neither name nor rows say it
with objective_dates as (
    select distinct r.cycle, r.objective_id, r.start_date, r.end_date
    from journal.objective_row r
    join model.live_import using (import_id)
    where r.cycle is not null
),
cycle_size as (
    select
        cycle,
        count(distinct objective_id) as objectives,
        min(start_date) as first_start,
        max(end_date) as last_end
    from objective_dates
    group by cycle
),
shared_dates as (
    select d.cycle, d.start_date, d.end_date
    from objective_dates d
    join cycle_size s on s.cycle = d.cycle
    where d.start_date is not null and d.end_date is not null
    group by d.cycle, d.start_date, d.end_date, s.objectives
    having count(distinct d.objective_id) * 2 > s.objectives
    qualify row_number() over (
        partition by d.cycle order by count(*) desc, d.start_date, d.end_date
    ) = 1
),
named_cycle as (
    select cycle from cycle_size
    union
    select r.cycle
    from journal.key_result_row r
    join model.live_import using (import_id)
    where r.cycle is not null
)
select
    n.cycle,
    coalesce(e.start_date, c.starts_on, s.first_start) as starts_on,
    coalesce(e.end_date, c.ends_on, s.last_end) as ends_on
from named_cycle n
left join shared_dates e on e.cycle = n.cycle
left join journal.cycle_calendar c on c.cycle = n.cycle
left join cycle_size s on s.cycle = n.cycle
