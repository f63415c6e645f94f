"""Figures made of sums against the same figures made of objectives one by one, under every filter."""

from __future__ import annotations

import math
from datetime import date
from itertools import product

import pandas as pd
import pytest

from okr_data import alignment, courses, queries
from okr_data.queries import Filters
from okr_data.store import Reader, Store

CYCLES = ("Q4 2026", "Q3 2026", "FY 2026", None, "nowhere")
DEPARTMENTS: tuple[tuple[str, ...], ...] = ((), ("Sales",), ("Sales", "Product"))
LEVELS: tuple[tuple[str, ...], ...] = ((), ("company",), ("team", "individual"))
FILTERS = [Filters(c, d, lv) for c, d, lv in product(CYCLES, DEPARTMENTS, LEVELS)]


@pytest.fixture(params=[None, date(2026, 10, 7)], ids=["newest", "earlier"], scope="module")
def reader(request: pytest.FixtureRequest, sample_store: Store):  # type: ignore[no-untyped-def]
    with sample_store.reader(request.param) as found:
        yield found


@pytest.fixture(scope="module")
def objectives(reader: Reader) -> pd.DataFrame:
    return reader.frame(
        "select o.*, f.projected, f.low, f.high from objective_progress o "
        "left join forecast f on f.item_kind = 'objective' and f.item_id = o.objective_id "
        "where not o.dropped"
    )


def under(rows: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    chosen = rows["cycle"].isna() if filters.cycle is None else rows["cycle"] == filters.cycle
    if filters.departments:
        chosen &= rows["department"].isin(filters.departments)
    if filters.levels:
        chosen &= rows["level"].isin(filters.levels)
    return rows[chosen]


def mean(values: pd.Series, weights: pd.Series) -> float | None:
    """The contract's mean: a missing weight is 1, all weights 0 are equal parts."""
    known = values.notna()
    parts = weights[known].fillna(1.0)
    if not known.any():
        return None
    if parts.sum() == 0:
        parts = parts + 1.0
    return math.fsum(values[known] * parts) / math.fsum(parts)


def same(one: object, other: float | None) -> bool:
    if other is None or one is None:
        return other is None and bool(pd.isna(one))
    return math.isclose(float(one), other, abs_tol=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_headline(reader: Reader, objectives: pd.DataFrame, filters: Filters) -> None:
    rows = under(objectives, filters)
    told = queries.headline(reader, filters)
    assert (told.objectives, told.measured) == (len(rows), rows["progress"].count())
    assert same(told.progress, mean(rows["progress"], rows["weight"]))
    assert same(told.expected, mean(rows["expected_progress"], rows["weight"]))
    paced = rows["pace_status"]
    assert told.on_pace == paced.isin(["done", "on_track"]).sum()
    assert told.paced == paced.isin(["done", "on_track", "at_risk", "off_track"]).sum()
    assert told.below_company == rows["alignment_state"].count()
    assert told.line_of_sight == rows["alignment_state"].isin(["contributing", "supporting"]).sum()
    assert told.key_results == rows["key_results"].sum()
    assert told.measured_key_results == rows["measured"].sum()
    last = rows["last_check_in"].max()
    assert told.last_check_in == (None if pd.isna(last) else last.date())


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_levels_and_departments(reader: Reader, objectives: pd.DataFrame, filters: Filters) -> None:
    rows = under(objectives, filters)
    for told, by, among in (
        (queries.levels(reader, filters), "level", rows),
        (queries.departments(reader, filters), "department", rows[rows["level"] != "company"]),
    ):
        groups = dict(list(among.groupby(by, dropna=False)))
        assert len(told) == len(groups)
        for row in told.to_dict("records"):
            (group,) = [
                g
                for key, g in groups.items()
                if key == row[by] or (pd.isna(key) and pd.isna(row[by]))
            ]
            assert row["objectives"] == len(group)
            assert same(row["progress"], mean(group["progress"], group["weight"]))
            assert row["off_track"] == (group["pace_status"] == "off_track").sum()
    states = queries.alignment_by_level(reader, filters)
    assert states["objectives"].sum() == rows["alignment_state"].count()
    for state in queries.ALIGNMENT_STATES:
        assert states[state].sum() == (rows["alignment_state"] == state).sum()


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_where_objectives_end(reader: Reader, objectives: pd.DataFrame, filters: Filters) -> None:
    rows = under(objectives, filters)
    told = courses.ends(reader, filters)
    assert len(told) == (len(rows) > 0)
    for row in told.to_dict("records"):
        assert row["forecast"] == rows["projected"].count()
        assert same(row["progress"], mean(rows["progress"], rows["weight"]))
        for name in ("projected", "low", "high"):
            stands = rows[name].fillna(rows["progress"])
            expected = mean(stands, rows["weight"]) if rows["projected"].count() else None
            assert same(row[name], expected)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_the_counts_behind_the_ratios(reader: Reader, filters: Filters) -> None:
    rows = under(reader.frame("select * from objective_alignment"), filters)
    told = alignment.alignment(reader, filters).whole
    assert len(told) == (len(rows) > 0)
    for row in told.to_dict("records"):
        assert row["objectives"] == len(rows)
        for name in ("links", "adjacent_links", "links_below_company", "cross_department_links"):
            assert row[name] == rows[name].sum()
        assert row["supportable"] == rows["supportable"].sum()
        assert row["supported"] == (rows["supportable"] & rows["supported"]).sum()


def test_weeks(reader: Reader) -> None:
    weeks = reader.frame("select * from objective_trend")
    for filters in FILTERS:
        rows = under(weeks, filters)
        told = queries.trend(reader, filters)
        groups = dict(list(rows.groupby("week")))
        assert list(told["week"]) == sorted(groups)
        for row in told.to_dict("records"):
            group = groups[row["week"]]
            assert (row["measured"], row["total"]) == (group["progress"].count(), len(group))
            assert same(row["progress"], mean(group["progress"], group["weight"]))
            assert same(row["expected_progress"], mean(group["expected_progress"], group["weight"]))
