-- Weighted mean of what is measured: a missing weight is 1; where all weights are 0, the plain mean.
-- parameters: measure, weight
-- returns: double; NULL where nothing is measured
case
    when sum(coalesce(weight, 1)) filter (where measure is not null) > 0
        then sum(measure * coalesce(weight, 1)) / sum(coalesce(weight, 1)) filter (where measure is not null)
    else avg(measure)
end
