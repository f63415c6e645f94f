-- The part of a period that has passed on a day, linear and clamped to 0–1.
-- parameters: on_day, starts_on, ends_on
-- returns: double; NULL where a date is not known
case
    when starts_on is null or ends_on is null then null
    when ends_on <= starts_on then (on_day >= ends_on)::integer::double
    else greatest(0, least(1, (on_day - starts_on)::double / (ends_on - starts_on)))
end
