-- The four levels in their order.
-- grain: level
-- column: level | word of the contract
-- column: level_number | 1 = company to 4 = individual
select level, level_number
from (values ('company', 1), ('department', 2), ('team', 3), ('individual', 4)) as l(level, level_number)
