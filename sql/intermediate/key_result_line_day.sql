-- What the check-ins of a key result say of its end: the straight line from its start through the
-- last one, and the robust line of the recent ones (Theil and Sen). Of running key results for each
-- day that is looked at; of those that have ended, the last 2,000, also for a third, a half and two
-- thirds of their time, so that it is known how far such forecasts are off.
-- Progress is that of the baseline and target of the day looked at, also for earlier check-ins; of a
-- day the last check-in counts. Under the pace rule `forecast` every evaluated day is looked at, else
-- only the days of which a forecast is told.
-- grain: day, key_result_id, seen_to
-- column: day | day looked at
-- column: key_result_id | key result that has begun and is not dropped
-- column: seen_to | last day whose check-ins count: the day itself, of one that has ended an earlier one
-- column: starts_on | own start, else that of its objective, else of its cycle
-- column: ends_on | own end, else that of its objective, else of its cycle
-- column: gradual | whether it can move in steps; false where it is only met or not, which has no line
-- column: check_ins | days with a check-in that tells its progress, from its start up to seen_to
-- column: elapsed | share of its time from its start to the last of these, 0–1; NULL without a line
-- column: last_progress | unclamped progress at the last of these; NULL without a line
-- column: straight | unclamped end of the straight line; NULL without a line
-- column: recent | unclamped end of the robust line; NULL without a line
-- column: projected_raw | mean of both ends, the robust one with the weight elapsed; NULL without a line
-- column: projected | the same of both ends clamped, 0–1; NULL without a line: too few check-ins, or not gradual
-- column: final_progress | progress that it ended with, 0–1; NULL for a running one
-- assert: projected between 0 and 1
-- assert: (projected is null) = (last_progress is null)
with looked_at as (
    select day from model.forecast_day
    union
    select day from model.evaluation_day where (select pace_rule from model.setting) = 'forecast'
),
dated as materialized (
    select
        k.day, k.key_result_id, k.progress, k.last_check_in,
        v.direction, v.start_value, v.target_value,
        v.kind <> 'milestone' and k.computed_progress is not null as by_values,
        k.starts_on, k.ends_on
    from model.key_result_day k
    join looked_at using (day)
    join model.key_result_version v
        on v.key_result_id = k.key_result_id and v.import_id = k.import_id
    left join model.objective_day o on o.day = k.day and o.objective_id = k.objective_id
    where not coalesce(o.dropped, false)
),
moving as (
    select
        *,
        not by_values or coalesce(
            direction not in ('stay_above', 'stay_below'), true
        ) and start_value is distinct from target_value as gradual
    from dated
    where starts_on < ends_on and starts_on <= day
),
-- One whose check-ins stop long before its end does not tell how it ended.
ended as (
    select *
    from moving
    where ends_on < day and gradual and progress is not null
        and day in (select day from model.forecast_day)
        and 4 * (ends_on - last_check_in) <= ends_on - starts_on
    qualify row_number() over (partition by day order by ends_on desc, md5(key_result_id)) <= 2000
),
looked_from as (
    select *, day as seen_to, null::double as final_progress from moving where ends_on > day
    union all
    select e.*, starts_on + ((ends_on - starts_on) * c.sixths // 6)::integer, progress
    from ended e
    cross join (values (2), (3), (4)) c(sixths)
),
stated as (
    select
        f.day, f.key_result_id, f.seen_to, i.checked_on,
        i.checked_on - f.starts_on as passed,
        -- Kept within a million, so that a slip of the keyboard cannot leave the range of numbers.
        least(greatest(p.progress, -1e6), 1e6) as progress,
        i.as_of, i.seq, i.checked_at, i.row
    from looked_from f
    join model.check_in i
        on i.item_id = f.key_result_id and i.checked_on between f.starts_on and f.seen_to
    cross join lateral (
        select case
            when f.by_values then computed_progress(
                f.start_value, f.target_value, i.value, f.direction
            )
            else i.progress
        end as progress
    ) p
    where f.gradual and isfinite(p.progress)
),
last_of_day as (
    select day, key_result_id, seen_to, passed, progress
    from stated
    qualify lead(passed) over (
        partition by key_result_id, day, seen_to
        order by passed, as_of, seq, checked_at nulls first, row
    ) is distinct from passed
),
course as (
    select
        day, key_result_id, seen_to,
        list_sort(list({'passed': passed, 'progress': progress})) as points
    from last_of_day
    group by day, key_result_id, seen_to
),
counted as (
    select
        f.day, f.key_result_id, f.seen_to, f.starts_on, f.ends_on, f.gradual, f.final_progress,
        coalesce(len(c.points), 0) as check_ins,
        case when len(c.points) >= s.forecast_min_check_ins then c.points end as points,
        case when len(c.points) >= s.forecast_min_check_ins then c.points[-1] end as last_point
    from looked_from f
    cross join model.setting s
    left join course c
        on c.day = f.day and c.key_result_id = f.key_result_id and c.seen_to = f.seen_to
),
lately as (
    select
        * exclude (points),
        case
            when 2 * points[-3].passed < last_point.passed then points[-3:]
            else list_filter(points, lambda x: 2 * x.passed >= last_point.passed)
        end as recent_points
    from counted
),
-- Of more than 40 recent points every so manieth, the last always: pairs grow with the square.
thinned as (
    select
        * exclude (recent_points),
        case
            when len(recent_points) > 40 then list_filter(
                recent_points,
                lambda x, i: i * 40 // len(recent_points) > (i - 1) * 40 // len(recent_points)
            )
            else recent_points
        end as recent_points
    from lately
),
sloped as (
    select
        *,
        list_median(flatten(list_transform(
            recent_points,
            lambda a: list_transform(
                list_filter(recent_points, lambda b: b.passed > a.passed),
                lambda b: (b.progress - a.progress) / (b.passed - a.passed)
            )
        ))) as slope
    from thinned
),
drawn as (
    select
        *,
        last_point.passed / (ends_on - starts_on)::double as elapsed,
        last_point.progress / last_point.passed * (ends_on - starts_on) as straight,
        last_point.progress + slope * (ends_on - starts_on - last_point.passed) as recent
    from sloped
)
select
    day, key_result_id, seen_to, starts_on, ends_on, gradual, check_ins, elapsed,
    last_point.progress as last_progress, straight, recent,
    (1 - elapsed) * straight + elapsed * recent as projected_raw,
    (1 - elapsed) * clamped(straight) + elapsed * clamped(recent) as projected,
    final_progress
from drawn
