-- A fraction kept within 0–1. least() and greatest() would turn NULL into a bound.
-- parameters: fraction
-- returns: double; NULL where not known
case when fraction is not null then least(greatest(fraction, 0), 1) end
