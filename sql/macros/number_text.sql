-- A figure with its unit for people: whole numbers without decimals, thousands set apart.
-- parameters: figure, unit
-- returns: varchar; NULL where the figure is not known
case
    when figure is null then null
    when figure = round(figure) and abs(figure) <= 9007199254740992 then format('{:,}', figure::bigint)
    else round(figure, 6)::varchar
end || coalesce(' ' || unit, '')
