-- Names of units that are read as another one: other spellings, and every spelling of the unit
-- they stand for. The newest import that says of a name what it is the same as decides, for all
-- days; the last unit of a chain stands for all of it. Names that only lead to each other stand
-- for the first of them in the alphabet, so that no chain runs for ever.
-- grain: unit_key
-- column: unit_key | name of a team or department, lower case and trimmed
-- column: unit | the name it is read as, as its unit is written in the org units, else as it was named there
with recursive stated as (
    select
        lower(trim(r.team)) as unit_key,
        lower(trim(r.same_as)) as target_key,
        trim(r.same_as) as target
    from journal.org_unit_row r
    join model.live_import i using (import_id)
    where nullif(trim(r.same_as), '') is not null
    qualify row_number() over (
        partition by lower(trim(r.team)) order by i.as_of desc, i.seq desc, r.row desc
    ) = 1
),
alias as (
    select * from stated where unit_key <> target_key
),
reached(unit_key, at_key) as (
    select unit_key, target_key from alias
    union
    select r.unit_key, a.target_key
    from reached r
    join alias a on a.unit_key = r.at_key
),
-- Where no end is reached, the chain runs into a loop: all in it reach themselves.
ending as (
    select
        r.unit_key,
        coalesce(
            min(r.at_key) filter (where a.unit_key is null),
            min(r.at_key) filter (where l.unit_key is not null)
        ) as end_key
    from reached r
    left join alias a on a.unit_key = r.at_key
    left join reached l on l.unit_key = r.at_key and l.at_key = r.at_key
    group by r.unit_key
),
written as (
    select lower(trim(r.team)) as unit_key, trim(r.team) as unit
    from journal.org_unit_row r
    join model.live_import i using (import_id)
    where lower(trim(r.team)) in (select end_key from ending)
    qualify row_number() over (
        partition by lower(trim(r.team)) order by r.assumed, i.as_of desc, i.seq desc, r.row desc
    ) = 1
),
named as (
    select target_key as unit_key, min(target) as unit from alias group by target_key
),
member as (
    select unit_key, end_key from ending
    union
    select end_key, end_key from ending
)
select m.unit_key, coalesce(w.unit, n.unit) as unit
from member m
left join written w on w.unit_key = m.end_key
left join named n on n.unit_key = m.end_key
