-- Whether two fractions are the same within a tolerance; sums may differ in their last digit.
-- parameters: one, other, tolerance
-- returns: boolean; false where one of them is not known
coalesce(abs(one - other) <= tolerance + 1e-9, false)
