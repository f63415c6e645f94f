-- Unclamped progress of a key result from its values alone (contract §2, table "Key result").
-- parameters: start_value, target_value, current_value, direction
-- returns: double, 1 = target reached; NULL where the values do not say, and for NaN or ±inf
case
    when current_value is null or target_value is null then null
    when direction = 'stay_below' then (current_value <= target_value)::integer::double
    when direction = 'stay_above' then (current_value >= target_value)::integer::double
    when start_value is null and (direction = 'decrease' or target_value <= 0) then null
    when start_value = target_value and direction = 'decrease'
        then (current_value <= target_value)::integer::double
    when start_value = target_value then (current_value >= target_value)::integer::double
    when isfinite(
        (current_value - coalesce(start_value, 0)) / (target_value - coalesce(start_value, 0))
    ) then (current_value - coalesce(start_value, 0)) / (target_value - coalesce(start_value, 0))
end
