-- The dates of an item for people: 1 Oct 2026 – 31 Dec 2026.
-- parameters: starts_on, ends_on
-- returns: varchar; NULL where neither is known
case
    when starts_on is null and ends_on is null then null
    else coalesce(day_text(starts_on), '…') || ' – ' || coalesce(day_text(ends_on), '…')
end
