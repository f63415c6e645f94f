-- Start and target of a key result for people: 40 → 60 %.
-- parameters: start_value, target_value, unit
-- returns: varchar; NULL where neither is known
case
    when start_value is null then number_text(target_value, unit)
    else number_text(start_value, null) || ' → ' || coalesce(number_text(target_value, unit), 'no target')
end
