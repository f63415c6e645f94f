-- Progress of a milestone or yes/no key result without a reported percent: 0 or 1.
-- parameters: target_value, current_value, status
-- returns: double; NULL where neither a value nor a status is known
case
    when current_value is not null
        then (current_value >= coalesce(target_value, 1))::integer::double
    when status = 'done' then 1.0
    when status is not null then 0.0
end
