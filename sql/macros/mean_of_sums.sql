-- Weighted mean of what is measured, as `weighted_mean`, from the sums of some groups together.
-- parameters: weights, weighted, plain, measured
-- returns: double; NULL where nothing is measured
case when sum(weights) > 0 then sum(weighted) / sum(weights) else sum(plain) / nullif(sum(measured), 0) end
