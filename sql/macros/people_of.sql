-- The persons that an owner field names, each once.
-- parameters: owner
-- returns: varchar[]; NULL without owner
list_distinct(list_filter(list_transform(string_split(owner, ';'), lambda name: trim(name)), lambda name: name <> ''))
