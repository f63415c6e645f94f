-- Alignment ratios per department. Company objectives are roots and leave every denominator.
-- grain: cycle, department
-- column: cycle | cycle; NULL for objectives without one
-- column: department | department; NULL where unknown
-- column: objectives | objectives below company level, dropped ones left out: the denominator of the first three ratios
-- column: contributing | of these, with a contributing chain to a company objective
-- column: supporting | with a chain, but no contributing one
-- column: detached | with a parent, but no chain to a company objective
-- column: unresolved | whose named parent is nowhere in the data
-- column: unaligned | that name no parent
-- column: linked_ratio | (contributing + supporting + detached) / objectives
-- column: line_of_sight_ratio | (contributing + supporting) / objectives: the alignment ratio
-- column: contributing_ratio | contributing / objectives
-- column: links | resolved links of these objectives to living parents; several to one parent objective count once
-- column: adjacent_links | of these, to a parent exactly one level up
-- column: adjacent_ratio | adjacent_links / links; NULL without links
-- column: links_below_company | resolved links to parents below company level, where both departments are known
-- column: cross_department_links | of these, to another department
-- column: cross_department_ratio | cross_department_links / links_below_company; NULL without such links
-- column: supportable | objectives above the lowest level in use in the cycle
-- column: supported | of these, with at least one aligned child
-- column: supported_ratio | supported / supportable; NULL at the lowest level
-- assert: objectives = contributing + supporting + detached + unresolved + unaligned
-- assert: line_of_sight_ratio between 0 and 1
with counted as (
    select
        cycle, department,
        count(*) as objectives,
        count(*) filter (where alignment_state = 'contributing') as contributing,
        count(*) filter (where alignment_state = 'supporting') as supporting,
        count(*) filter (where alignment_state = 'detached') as detached,
        count(*) filter (where alignment_state = 'unresolved') as unresolved,
        count(*) filter (where alignment_state = 'unaligned') as unaligned,
        sum(links)::bigint as links,
        sum(adjacent_links)::bigint as adjacent_links,
        sum(links_below_company)::bigint as links_below_company,
        sum(cross_department_links)::bigint as cross_department_links,
        count(*) filter (where supportable) as supportable,
        count(*) filter (where supportable and supported) as supported
    from model.objective_alignment
    group by cycle, department
)
select
    cycle, department, objectives, contributing, supporting, detached, unresolved, unaligned,
    (contributing + supporting + detached) / nullif(objectives, 0)::double as linked_ratio,
    (contributing + supporting) / nullif(objectives, 0)::double as line_of_sight_ratio,
    contributing / nullif(objectives, 0)::double as contributing_ratio,
    links, adjacent_links,
    adjacent_links / nullif(links, 0)::double as adjacent_ratio,
    links_below_company, cross_department_links,
    cross_department_links / nullif(links_below_company, 0)::double as cross_department_ratio,
    supportable, supported,
    supported / nullif(supportable, 0)::double as supported_ratio
from counted
