"""What a board asks beyond the headline: where it ends, what moved, one department.

Fractions; missing means not known. Nothing here knows Streamlit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from okr_data import differences
from okr_data.courses import ends
from okr_data.queries import Filters, Headline, headline, trend
from okr_data.store import Reader

#: Parts of the way, of a tenth each, into which the ends of objectives are counted.
BINS = 10


@dataclass(frozen=True)
class Outlook:
    """Where the objectives under a filter end if they go on as they do.

    ``projected``: their mean, see :func:`okr_data.courses.ends`; None where none of them has a forecast.
    ``forecast`` counts those that have one. ``objectives`` counts those that have not ended; ``ends`` the projected ends by
    tenths of the way, the last with what reaches 100 %.
    """

    objectives: int
    forecast: int
    projected: float | None
    ends: tuple[int, ...]


def outlook(reader: Reader, filters: Filters) -> Outlook:
    """Return the forecast of all objectives under a filter in one figure."""
    bins = ", ".join(
        # Without a forecast, least() would be its other argument.
        f"count(f.projected) filter (where least(floor(f.projected * {BINS}), {BINS - 1}) = {n})"
        for n in range(BINS)
    )
    ((objectives, known, *counts),) = reader.rows(
        f"select count(*), count(f.projected), {bins} "
        f"from forecast f where f.item_kind = 'objective' and {filters.condition('f')}",
        filters.parameters(),
    )
    whole = ends(reader, filters)["projected"].dropna()
    projected = float(whole.iloc[0]) if len(whole) else None
    return Outlook(objectives, known, projected, tuple(counts))


@dataclass(frozen=True)
class Movement:
    """What changed since the as-of day of the import before: counts of changes, not of items.

    ``before`` None: there is no import before. ``counts``: one row a cycle, department, level, kind
    (of ``what_changed``) and item_kind, with ``changes``. Work items are not in it.
    """

    before: date | None
    after: date | None
    counts: pd.DataFrame

    def under(self, filters: Filters) -> pd.Series:
        """Return the number of changes by kind under a filter."""
        rows = self.counts
        cycle = rows["cycle"].isna() if filters.cycle is None else rows["cycle"] == filters.cycle
        kept = rows[cycle]
        if filters.departments:
            kept = kept[kept["department"].isin(filters.departments)]
        if filters.levels:
            kept = kept[kept["level"].isin(filters.levels)]
        return kept.groupby("kind")["changes"].sum()


_COUNTED = ("cycle", "department", "level", "kind", "item_kind", "changes")


def movement(reader: Reader) -> Movement:
    """Return what changed between the import before the as-of day and that day.

    An item is counted where it stands on the as-of day; what is gone, where it was last stated.
    """
    days = reader.rows(
        "select distinct i.as_of from model.live_import i, as_of_day d where i.as_of < d.day "
        "order by 1 desc limit 1"
    )
    today = reader.rows("select day from as_of_day")
    if not days or not today:
        return Movement(None, today[0][0] if today else None, pd.DataFrame(columns=_COUNTED))
    ((before,), (after,)) = days[0], today[0]
    counts = differences.counted(reader, before, after)
    return Movement(before, after, counts)


@dataclass(frozen=True)
class Department:
    """One department in a cycle.

    ``objectives``: one row an objective, the furthest behind pace first: columns of
    ``objective_progress``, ``projected`` (forecast), ``findings`` and ``grave`` (open ones, those
    of its key results included). ``people``: person, objectives, behind (at risk or off track)
    and leading (with line of sight), those with most first. ``weeks``: see
    :func:`okr_data.queries.trend`.
    """

    name: str
    headline: Headline
    objectives: pd.DataFrame
    people: pd.DataFrame
    weeks: pd.DataFrame


def department(reader: Reader, filters: Filters) -> Department:
    """Return the one department that the filters name."""
    (name,) = filters.departments
    return Department(
        name,
        headline(reader, filters),
        _objectives(reader, filters),
        _people(reader, filters),
        trend(reader, filters),
    )


def _objectives(reader: Reader, filters: Filters) -> pd.DataFrame:
    return reader.frame(
        "select o.objective_id, o.title, o.level, o.team, o.owner, o.progress, o.expected_progress, "
        "o.pace_status, o.alignment_state, o.key_results, o.measured, o.last_check_in, f.projected, "
        "coalesce(n.findings, 0) as findings, coalesce(n.grave, 0) as grave "
        "from objective_progress o "
        "left join forecast f on f.item_kind = 'objective' and f.item_id = o.objective_id "
        "left join (select objective_id, count(*) as findings, "
        " count(*) filter (where severity = 'high') as grave "
        " from finding where not excused group by objective_id) n on n.objective_id = o.objective_id "
        f"where not o.dropped and {filters.condition()} "
        "order by o.progress - o.expected_progress nulls last, o.title, o.objective_id",
        filters.parameters(),
    )


def _people(reader: Reader, filters: Filters) -> pd.DataFrame:
    return reader.frame(
        "select person, count(*) as objectives, "
        "count(*) filter (where pace_status in ('at_risk', 'off_track')) as behind, "
        "count(*) filter (where alignment_state in ('contributing', 'supporting')) as leading "
        "from (select unnest(people_of(o.owner)) as person, o.pace_status, o.alignment_state "
        f" from objective_progress o where not o.dropped and {filters.condition()}) "
        "group by person order by objectives desc, behind desc, person",
        filters.parameters(),
    )
