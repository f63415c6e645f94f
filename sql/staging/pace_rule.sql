-- The thresholds of the pace rule as one row, from the settings.
-- column: on_track_from | progress / expected from which an item is on track
-- column: at_risk_from | progress / expected from which an item is at risk
-- column: too_early_before | elapsed share before which nothing is behind
select
    max(value) filter (where name = 'pace_on_track') as on_track_from,
    max(value) filter (where name = 'pace_at_risk') as at_risk_from,
    max(value) filter (where name = 'too_early_share') as too_early_before
from journal.setting
