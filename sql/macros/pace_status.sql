-- Progress against expected progress in one word (contract §2, rule "ratio").
-- parameters: progress, expected, on_track_from, at_risk_from, too_early_before
-- returns: varchar; NULL where no dates are known
case
    when progress is null then 'not_started'
    when progress >= 1 then 'done'
    when expected is null then null
    when expected < too_early_before or expected = 0 then 'too_early'
    when progress / expected >= on_track_from then 'on_track'
    when progress / expected >= at_risk_from then 'at_risk'
    else 'off_track'
end
