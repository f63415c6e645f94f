-- What the figures of the pages are made of: objectives that are not dropped, counted and summed by
-- cycle, level and department. A mean over some of these rows is `mean_of_sums`, never a mean of means.
-- grain: cycle, level, department
-- column: cycle | cycle; NULL where none
-- column: level | company, department, team or individual
-- column: department | department; NULL for company objectives and where unknown
-- column: objectives | objectives
-- column: measured | of these, measured
-- column: progress_weights | weights of the measured ones, 1 where none is stated; NULL where none is measured
-- column: progress_weighted | sum of their progress times weight; NULL where none is measured
-- column: progress_plain | sum of their progress; NULL where none is measured
-- column: expected_known | objectives with an expected progress
-- column: expected_weights | weights of these, 1 where none is stated; NULL where none has one
-- column: expected_weighted | sum of their expected progress times weight; NULL where none has one
-- column: expected_plain | sum of their expected progress; NULL where none has one
-- column: key_results | own key results
-- column: measured_key_results | of these, measured
-- column: done | objectives by pace: done
-- column: on_track | on track
-- column: at_risk | at risk
-- column: off_track | off track
-- column: too_early | too early to tell
-- column: not_started | not started
-- column: below_company | objectives below company level: the denominator of alignment ratios
-- column: contributing | of these, contributing
-- column: supporting | supporting
-- column: detached | detached
-- column: unresolved | unresolved
-- column: unaligned | unaligned
-- column: links | resolved links of these objectives to living parents
-- column: adjacent_links | of these, to a parent exactly one level up
-- column: links_below_company | links to parents below company level, where both departments are known
-- column: cross_department_links | of these, to another department
-- column: supportable | objectives above the lowest level in use in the cycle
-- column: supported | of these, with at least one aligned child
-- column: green | objectives by their score: green
-- column: yellow | yellow
-- column: red | red
-- column: scored | objectives with a score
-- column: score_plain | sum of their scores; NULL where none has one
-- column: last_check_in | last check-in of one of them; NULL where none
-- assert: below_company = contributing + supporting + detached + unresolved + unaligned
-- assert: measured <= objectives
select
    o.cycle, o.level, o.department,
    count(*) as objectives,
    count(o.progress) as measured,
    sum(coalesce(o.weight, 1)) filter (where o.progress is not null) as progress_weights,
    sum(o.progress * coalesce(o.weight, 1)) as progress_weighted,
    sum(o.progress) as progress_plain,
    count(o.expected_progress) as expected_known,
    sum(coalesce(o.weight, 1)) filter (where o.expected_progress is not null) as expected_weights,
    sum(o.expected_progress * coalesce(o.weight, 1)) as expected_weighted,
    sum(o.expected_progress) as expected_plain,
    sum(o.key_results)::bigint as key_results,
    sum(o.measured)::bigint as measured_key_results,
    count(*) filter (where o.pace_status = 'done') as done,
    count(*) filter (where o.pace_status = 'on_track') as on_track,
    count(*) filter (where o.pace_status = 'at_risk') as at_risk,
    count(*) filter (where o.pace_status = 'off_track') as off_track,
    count(*) filter (where o.pace_status = 'too_early') as too_early,
    count(*) filter (where o.pace_status = 'not_started') as not_started,
    count(o.alignment_state) as below_company,
    count(*) filter (where o.alignment_state = 'contributing') as contributing,
    count(*) filter (where o.alignment_state = 'supporting') as supporting,
    count(*) filter (where o.alignment_state = 'detached') as detached,
    count(*) filter (where o.alignment_state = 'unresolved') as unresolved,
    count(*) filter (where o.alignment_state = 'unaligned') as unaligned,
    coalesce(sum(a.links), 0)::bigint as links,
    coalesce(sum(a.adjacent_links), 0)::bigint as adjacent_links,
    coalesce(sum(a.links_below_company), 0)::bigint as links_below_company,
    coalesce(sum(a.cross_department_links), 0)::bigint as cross_department_links,
    count(*) filter (where a.supportable) as supportable,
    count(*) filter (where a.supportable and a.supported) as supported,
    count(*) filter (where o.score_band = 'green') as green,
    count(*) filter (where o.score_band = 'yellow') as yellow,
    count(*) filter (where o.score_band = 'red') as red,
    count(o.score) as scored,
    sum(o.score) as score_plain,
    max(o.last_check_in) as last_check_in
from main.objective_progress o
left join model.objective_alignment a on a.objective_id = o.objective_id
where not o.dropped
group by o.cycle, o.level, o.department
