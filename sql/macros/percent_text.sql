-- A fraction as percent with one decimal for people, never rounded up to a better state.
-- parameters: fraction
-- returns: varchar; NULL where not known
format('{:.1f} %', floor(fraction * 1000 + 1e-6) / 10)
