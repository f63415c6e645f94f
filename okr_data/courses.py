"""What the page Trends asks beyond the weeks of progress: where groups end, check-ins, other cycles.

Fractions; missing means not known, and nothing eligible is missing too. Nothing here knows Streamlit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from okr_data.queries import EXPECTED, MOST_ROWS, PROGRESS, Filters, Forecasts, added, forecasts
from okr_data.store import Reader
from okr_data.texts import Sentences, mark

By = Literal["level", "department"]

#: Cycles that are laid over one another: more lines than these cannot be told apart.
LAID_OVER = 6

#: Why there is no forecast, as the view ``forecast`` says it.
told_reason = Sentences(
    mark("its start or its end is not known"),
    mark("its dates leave no time between start and end"),
    mark("it has not begun"),
    mark("it ends on this day: its progress stands"),
    mark("it is either met or not: there is no course to carry on"),
    mark("no check-in tells its progress, {needed} are needed"),
    mark("check-ins on only 1 day, {needed} are needed"),
    mark("check-ins on only {n} days, {needed} are needed"),
    mark("its key result has no forecast"),
    mark("none of its {n} key results has a forecast"),
    mark("nothing below it has a forecast"),
    mark("it has no key results, and nothing below it counts"),
)


@dataclass(frozen=True)
class Courses:
    """Where the objectives under a filter end, and how they are checked in on.

    ``ends``: one row for all, one a level and one a department, see :func:`ends`. ``weeks``: one row a
    week, see :func:`check_ins`. ``now``: the same of the newest week, one row a department. ``cycles``:
    see :func:`cycles_over_one_another`. ``forecasts``: see :func:`okr_data.queries.forecasts`.

    All of it is asked at once: of an earlier day everything is computed anew for each question.
    """

    ends: pd.DataFrame
    ends_by_level: pd.DataFrame
    ends_by_department: pd.DataFrame
    weeks: pd.DataFrame
    now: pd.DataFrame
    cycles: pd.DataFrame
    forecasts: Forecasts


def courses(reader: Reader, filters: Filters) -> Courses:
    """Return all that the page Trends shows beside the weeks of progress."""
    weeks, by_department = check_ins(reader, filters)
    newest = by_department["week"] == by_department["week"].max()
    return Courses(
        ends(reader, filters),
        ends(reader, filters, "level"),
        ends(reader, filters, "department"),
        weeks,
        by_department[newest].reset_index(drop=True),
        cycles_over_one_another(reader, filters),
        forecasts(reader, filters, most=MOST_ROWS),
    )


def _series(by: By | None) -> str:
    assert by in (None, "level", "department")
    return f"o.{by}" if by else "'all'"


def _below(by: By | None) -> str:
    """Leave out company objectives where departments are told apart: they belong to none."""
    return " and o.level <> 'company'" if by == "department" else ""


def ends(reader: Reader, filters: Filters, by: By | None = None) -> pd.DataFrame:
    """Return where the objectives of each series end on average, if they go on as they do.

    Columns: series, objectives, measured, forecast (counts), progress, projected, low, high. The mean
    is that of progress, over the same objectives with the same weights: one without a forecast, as one
    that has ended, stands at its progress of today. ``low`` and ``high`` are the means of the lower and
    upper ends, as if all errors went together: with the objectives of one organisation they do more
    often than not, and errors taken as independent would promise a narrower band than is known.
    Missing where no objective has a forecast.
    """
    means = ", ".join(
        "case when sum(o.forecasts) > 0 then mean_of_sums("
        f"o.ending_weights, o.{name}_weighted, o.{name}_plain, o.ending) end as {name}"
        for name in ("projected", "low", "high")
    )
    return reader.frame(
        f"select {_series(by)} as series, {added('objectives', 'measured')}, "
        f"sum(o.forecasts)::bigint as forecast, {PROGRESS}, {means} from forecast_sums o "
        f"where {filters.condition()}{_below(by)} group by 1 order by 1",
        filters.parameters(),
    )


def check_ins(reader: Reader, filters: Filters) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return check-ins and confidence week by week, oldest first: of all, and by department.

    Columns: series, week, day, items (of ``check_in_trend``), asked (of which one is due and it can be
    known), kept (of these, checked in within the cadence), ratio (missing where none is asked),
    stated (items with a confidence) and confidence (their plain mean, missing without any).
    """
    both = reader.frame(
        "select grouping(o.department) = 1 as whole, o.level = 'company' as company, "
        "o.department as series, o.week, "
        "max(o.day) as day, sum(o.items)::bigint as items, "
        "sum(o.asked)::bigint as asked, sum(o.kept)::bigint as kept, "
        "sum(o.kept) / nullif(sum(o.asked), 0)::double as ratio, sum(o.stated)::bigint as stated, "
        "sum(o.confidence * o.stated) / nullif(sum(o.stated), 0) as confidence "
        f"from check_in_discipline o where {filters.condition()} "
        "group by grouping sets ((o.week), (o.week, o.department, o.level = 'company')) "
        "order by series nulls last, o.week",
        filters.parameters(),
    )
    whole, company = both.pop("whole").astype(bool), both.pop("company").fillna(False).astype(bool)
    return (
        both[whole].assign(series="all").reset_index(drop=True),
        both[~whole & ~company].reset_index(drop=True),
    )


def cycles_over_one_another(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return progress by week of the cycle, of the chosen one and of those about as long.

    Columns: series (the cycle), number (1 = the week of its first day), day, progress, expected_progress,
    measured, total; oldest cycle first, at most ``LAID_OVER`` of them. About as long are cycles whose
    length differs by at most a quarter. Departments and levels are those of the filter. No rows without
    dates.
    """
    place = filters.condition("o").partition(" and ")[2] or "true"
    return reader.frame(
        "with comparable as ("
        " select w.* from model.cycle_window w join model.cycle_window c on c.cycle = $cycle"
        " where abs((w.ends_on - w.starts_on) - (c.ends_on - c.starts_on)) * 4"
        "  <= c.ends_on - c.starts_on + 1"
        " and w.cycle in (select cycle from trend_sums)"
        f" order by w.cycle <> $cycle, w.starts_on desc, w.cycle limit {LAID_OVER}"
        ") "
        "select o.cycle as series, "
        "(o.week - date_trunc('week', c.starts_on)::date) // 7 + 1 as number, max(o.day) as day, "
        f"{PROGRESS}, {EXPECTED}, {added('measured')}, sum(o.objectives)::bigint as total "
        "from trend_sums o join comparable c using (cycle) "
        f"where {place} group by o.cycle, c.starts_on, o.week order by c.starts_on, o.cycle, o.week",
        filters.parameters(),
    )
