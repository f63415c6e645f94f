-- The team of each person, by name and by e-mail address, from the newest import that names them.
-- grain: person_key
-- column: person_key | name or e-mail address, lower case and trimmed
-- column: team | team; people without one have no row
with stated as (
    select r.person, r.email, r.team, r.row, i.as_of, i.seq
    from journal.person_row r
    join model.live_import i using (import_id)
),
keyed as (
    select lower(trim(person)) as person_key, * from stated
    union all
    select lower(trim(email)), * from stated
),
newest as (
    select person_key, nullif(trim(team), '') as team
    from keyed
    where nullif(person_key, '') is not null
    qualify row_number() over (
        partition by person_key order by as_of desc, seq desc, row desc
    ) = 1
)
select p.person_key, coalesce(u.unit, p.team) as team
from newest p
left join model.unit_name u on u.unit_key = lower(trim(p.team))
where p.team is not null
