-- Reviews of a cycle, open and closed: what was looked at, since when, and when it was closed.
-- grain: review_id
-- column: review_id | as-of day, cycle, departments and levels: what was reviewed
-- column: cycle | cycle; NULL where it was about objectives without one
-- column: departments | departments that it was limited to, "; " between several; NULL = all
-- column: levels | levels that it was limited to, "; " between several; NULL = all
-- column: since | day with which the figures were compared; NULL where there was none
-- column: as_of | day for which the figures were true; the next review compares with it
-- column: closed_on | day on which it was closed; NULL while it is open
-- column: closed_by | who closed it; NULL while it is open
-- column: remarks | remarks that were not taken back
-- column: begun_at | when the first word was written, as text
-- assert: (closed_on is null) = (closed_by is null)
with newest as (
    select
        review_id,
        arg_max(cycle, seq) as cycle,
        arg_max(departments, seq) as departments,
        arg_max(levels, seq) as levels,
        arg_max(since, seq) as since,
        any_value(as_of) as as_of,
        arg_max(closed, seq) filter (where closed is not null) as closed,
        arg_max(closed_on, seq) filter (where closed) as closed_on,
        arg_max(said_by, seq) filter (where closed) as closed_by,
        arg_min(said_at, seq) as begun_at
    from journal.review_row
    group by review_id
),
counted as (
    select review_id, count(*) as remarks
    from main.review_remark
    group by review_id
)
select
    n.review_id, n.cycle, n.departments, n.levels, n.since, n.as_of,
    case when n.closed then n.closed_on end as closed_on,
    case when n.closed then n.closed_by end as closed_by,
    coalesce(c.remarks, 0) as remarks,
    n.begun_at
from newest n
left join counted c using (review_id)
