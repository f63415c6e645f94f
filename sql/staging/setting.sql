-- Every setting as one row, one column a setting.
-- column: pace_rule | ratio, gap or forecast
-- column: pace_on_track | ratio: progress / expected from which an item is on track
-- column: pace_at_risk | ratio: progress / expected from which it is at risk
-- column: gap_on_track | gap: expected − progress below which it is on track, fraction
-- column: gap_at_risk | gap: expected − progress up to which it is at risk, fraction
-- column: forecast_on_track | forecast: projected end from which it is on track, fraction
-- column: forecast_at_risk | forecast: projected end from which it is at risk, fraction
-- column: too_early_share | elapsed share before which nothing is behind, fraction
-- column: score_green | score from which a closed objective is green
-- column: score_yellow | score from which it is yellow
-- column: cadence_days | days within which a key result is checked in
-- column: max_key_results | most key results of one objective
-- column: min_key_results | fewest key results of an objective that has some
-- column: max_objectives | most objectives of one team or person in a cycle
-- column: forecast_min_check_ins | fewest check-ins from which a forecast is made
-- column: forecast_interval | share of ends that the interval is meant to hold, fraction
-- column: mismatch_tolerance | difference of reported and computed progress that is no issue, fraction
-- column: rounding_tolerance | difference below which rounding may be the reason, fraction
-- column: pace | the settings of the pace rule, as the macro pace_status takes them
with named as (
    select map_from_entries(list((name, number))) as number, map_from_entries(list((name, value))) as text
    from journal.setting
)
select
    text['pace_rule'] as pace_rule,
    number['pace_on_track'] as pace_on_track,
    number['pace_at_risk'] as pace_at_risk,
    number['gap_on_track'] as gap_on_track,
    number['gap_at_risk'] as gap_at_risk,
    number['forecast_on_track'] as forecast_on_track,
    number['forecast_at_risk'] as forecast_at_risk,
    number['too_early_share'] as too_early_share,
    number['score_green'] as score_green,
    number['score_yellow'] as score_yellow,
    number['cadence_days']::integer as cadence_days,
    number['max_key_results']::integer as max_key_results,
    number['min_key_results']::integer as min_key_results,
    number['max_objectives']::integer as max_objectives,
    number['forecast_min_check_ins']::integer as forecast_min_check_ins,
    number['forecast_interval'] as forecast_interval,
    number['mismatch_tolerance'] as mismatch_tolerance,
    number['rounding_tolerance'] as rounding_tolerance,
    {
        'rule': text['pace_rule'],
        'ratio_on_track': number['pace_on_track'],
        'ratio_at_risk': number['pace_at_risk'],
        'gap_on_track': number['gap_on_track'],
        'gap_at_risk': number['gap_at_risk'],
        'forecast_on_track': number['forecast_on_track'],
        'forecast_at_risk': number['forecast_at_risk'],
        'too_early': number['too_early_share']
    } as pace
from named
