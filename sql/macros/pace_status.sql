-- Progress against expected progress in one word (contract §2, "Pace status"). The rule `forecast`
-- falls back to `ratio` where there is no forecast.
-- parameters: progress, expected, projected, pace
-- returns: varchar; NULL where no dates are known
case
    when progress is null then 'not_started'
    when progress >= 1 then 'done'
    when expected is null then null
    when expected < pace.too_early or expected = 0 then 'too_early'
    when pace.rule = 'gap' then case
        when expected - progress < pace.gap_on_track then 'on_track'
        when expected - progress <= pace.gap_at_risk then 'at_risk'
        else 'off_track'
    end
    when pace.rule = 'forecast' and projected is not null then case
        when projected >= pace.forecast_on_track then 'on_track'
        when projected >= pace.forecast_at_risk then 'at_risk'
        else 'off_track'
    end
    when progress / expected >= pace.ratio_on_track then 'on_track'
    when progress / expected >= pace.ratio_at_risk then 'at_risk'
    else 'off_track'
end
