-- By how much forecasts from check-ins were off for invented courses of six shapes: what the
-- interval of a forecast rests on until enough key results have ended. Every fortieth error,
-- printed by `python -m bench.forecast --errors`.
-- column: error | (progress at the end − forecast) / share of the time that was left; fraction
select error::double as error
from (values
    (-2.286), (-1.142), (-0.949), (-0.844), (-0.739), (-0.661), (-0.594), (-0.521), (-0.461), (-0.398),
    (-0.344), (-0.287), (-0.232), (-0.183), (-0.137), (-0.094), (-0.062), (-0.037), (-0.008), (0), (0),
    (0), (0), (0), (0.028), (0.065), (0.105), (0.174), (0.258), (0.352), (0.451), (0.531), (0.625),
    (0.689), (0.76), (0.851), (0.956), (1.063), (1.213), (1.383), (2.844)
) as e(error)
