-- The band of a score at close; a committed objective is green only at 1.0 (contract §2, "Score at close").
-- parameters: score, goal_type, green_from, yellow_from
-- returns: varchar; NULL without score
case
    when score is null then null
    when score >= case when goal_type = 'committed' then 1.0 else green_from end then 'green'
    when score >= yellow_from then 'yellow'
    else 'red'
end
