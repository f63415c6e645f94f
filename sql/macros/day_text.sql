-- A day as people write it: 20 Nov 2026.
-- parameters: of_day
-- returns: varchar; NULL where not known
day(of_day) || ' ' || strftime(of_day, '%b %Y')
