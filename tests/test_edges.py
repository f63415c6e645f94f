"""Organisations at the edge: every question of the pages is answered, n/a where nothing is eligible."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from okr_data import (
    alignment,
    cascade,
    contribution,
    findings,
    line_of_sight,
    objective,
    overlaps,
    queries,
    reconciliation,
    scorecard,
    suggestions,
    views,
    what_if,
)
from okr_data.queries import Filters
from okr_data.store import Reader, Store
from tests.conftest import DAY, new_store, take_in

Tables = dict[str, str]

ONE = """
    id  | title | level | cycle   | owner
    O-1 | Alone | team  | Q4 2026 |
"""
NO_COMPANY = """
    id  | title | level      | department | cycle   | owner | parent_ids
    O-1 | Top   | department | Sales      | Q4 2026 | Ann   |
    O-2 | Below | team       | Sales      | Q4 2026 | Bo    | O-1
"""
DROPPED = """
    id  | title | level   | department | cycle   | status  | parent_ids
    O-1 | Goal  | company |            | Q4 2026 | Dropped |
    O-2 | Work  | team    | Sales      | Q4 2026 | Dropped | O-1
"""
OVERLAPPING = """
    id  | title | level   | department | cycle         | start_date | end_date   | parent_ids
    O-1 | Goal  | company |            | Autumn push   | 2026-09-01 | 2026-11-30 |
    O-2 | Work  | team    | Sales      | Winter push   | 2026-11-01 | 2027-02-28 | O-1
    O-3 | More  | team    | Sales      | Q4 2026       |            |            | O-1
    O-4 | Long  | team    | Sales      | Annual 2026   |            |            | O-2
"""
OUTSIDE = """
    id  | title | level   | department | cycle   | start_date | end_date   | parent_ids
    O-1 | Goal  | company |            | Q4 2026 | 2025-01-01 | 2025-02-01 |
    O-2 | Work  | team    | Sales      | Q4 2026 | 2027-01-01 | 2026-12-31 | O-1
    O-3 | Later | team    | Sales      | Q1 2027 |            |            | O-1
"""
KEY_RESULTS = """
    id   | objective_id | title         | start_value | target_value | current_value
    KR-1 | O-1          | Raise it      | 0           | 100          | 40
    KR-2 | O-2          | Hold it       | 5           | 5            | 5
    KR-3 | O-2          | Unknown       |             |              |
"""
CHECK_INS = """
    item_id | date       | value | note
    KR-1    | 2020-01-01 | 1     | long before
    KR-1    | 2026-11-10 | 30    |
    KR-1    | 2031-01-01 | 90    | long after
    KR-2    | 2026-11-19 | 5     | fine
"""
MOVED = (
    {
        "objectives": "id | title | level | cycle\nO-1 | Goal | company | Q4 2026",
        "key_results": "id | objective_id | title | start_value | target_value\nKR-1 | O-1 | Raise | 0 | 100",
    },
    {
        "objectives": "id | title | level | cycle\nO-1 | Goal | company | Q4 2026",
        "key_results": "id | objective_id | title | start_value | target_value\nKR-1 | O-1 | Raise | 0 | 60",
    },
)
ORGANISATIONS: dict[str, tuple[Tables, ...]] = {
    "empty": (),
    "one objective": ({"objectives": ONE},),
    "no company objective": ({"objectives": NO_COMPANY, "key_results": KEY_RESULTS},),
    "everything dropped": ({"objectives": DROPPED, "key_results": KEY_RESULTS},),
    "cycles that overlap": ({"objectives": OVERLAPPING, "key_results": KEY_RESULTS, "check_ins": CHECK_INS},),
    "dates outside the cycle": ({"objectives": OUTSIDE, "key_results": KEY_RESULTS, "check_ins": CHECK_INS},),
    "targets that moved": MOVED,
}  # fmt: skip
FILTERS = (
    Filters("Q4 2026"),
    Filters("Q4 2026", ("Sales",)),
    Filters("Q1 1999"),
    Filters(None),
    Filters("Autumn push", ("Nowhere",), ("team",)),
)


@pytest.fixture(params=ORGANISATIONS, ids=str, scope="module")
def named(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Store]:
    store = new_store(Path(tmp_path_factory.mktemp("edge")) / "data")
    for days, tables in enumerate(ORGANISATIONS[request.param]):
        take_in(store, as_of=DAY - timedelta(30) + timedelta(20 * days), **tables)
    return request.param, store


def ask_everything(reader: Reader, filters: Filters) -> None:
    """Ask what the pages ask."""
    frames = queries.catalogue(reader).enclosing(filters.cycle)
    queries.overview(reader, filters, frames)
    graph, places = cascade.graph(reader, filters, frames), cascade.places(reader, filters, frames)
    for area in ("key_results", "contribution"):
        for centre in (cascade.Centre(), cascade.Centre("objective", "O-1")):
            cascade.cascade(reader, graph, centre, area)
            cascade.organisation(reader, places, centre, area)
    cascade.summary(reader, filters, frames)
    cascade.find(reader, filters, frames, "o")
    queries.trends(reader, filters)
    queries.forecasts(reader, filters)
    alignment.alignment(reader, filters)
    alignment.aligned_objectives(reader, filters)
    findings.findings(reader, filters)
    reconciliation.reconciliation(reader, filters)
    suggestions.suggestions(reader, filters.cycle)
    overlaps.overlaps(reader, filters)
    for check in scorecard.CHECKS:
        scorecard.check_items(reader, filters.cycle, None, check.name)
    for department in (None, "Sales"):
        card = scorecard.scorecard(reader, filters.cycle, department)
        assert card.score is None or 0 <= card.score <= 1
    for goal in contribution.matrix(reader, filters, frames, "all").goals["objective_id"]:
        contribution.carriers(reader, filters, goal, frames, "cycle")
    for kind, name in (("objective", "O-1"), ("team", "Nobody"), ("person", "Ann")):
        line_of_sight.line_of_sight(reader, kind, name, filters.cycle)  # type: ignore[arg-type]
    for item in ("O-1", "O-2", "KR-1", "KR-3", "nowhere"):
        objective.item(reader, item)
        what_if.what_if(reader, item, 50.0, None)
    reader.frame("select * from what_changed(date '2026-10-21', date '2026-11-30')")


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_every_question_has_an_answer(filters: Filters, named: tuple[str, Store]) -> None:
    with named[1].reader() as reader:
        ask_everything(reader, filters)


@pytest.mark.parametrize("day", [date(2019, 1, 1), date(2032, 6, 1)])
def test_every_question_has_an_answer_for_any_day(day: date, named: tuple[str, Store]) -> None:
    with named[1].reader(day) as reader:
        ask_everything(reader, Filters("Q4 2026"))


def test_no_ratio_is_broken_and_nothing_eligible_is_not_known(named: tuple[str, Store]) -> None:
    with named[1].reader() as reader:
        for view in views.public_views():
            frame = reader.frame(f"select * from {view.name}")
            for column in frame.columns:
                if column.endswith(("ratio", "coverage", "share", "score")):
                    known = pd.to_numeric(frame[column]).dropna()
                    assert known.between(0, 1 + 1e-9).all(), (view.name, column)
        checks = reader.rows("select passed, total, ratio from scorecard_check")
        assert all((ratio is None) == (total == 0) for _, total, ratio in checks)
        coverage = reader.rows("select departments, coverage from company_objective_coverage")
        assert all((ratio is None) == (departments == 0) for departments, ratio in coverage)


def test_what_is_dropped_is_in_no_denominator(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take_in(store, objectives=DROPPED, key_results=KEY_RESULTS)
    with store.reader() as reader:
        for name in ("finding_outcome", "company_objective_coverage", "alignment_by_level"):
            assert reader.rows(f"select * from {name} where cycle = 'Q4 2026'") == [], name
        assert reader.rows("select * from scorecard_item where item_kind = 'objective'") == []


def test_a_target_that_moved_is_found_and_told(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    for days, tables in enumerate(MOVED):
        take_in(store, as_of=DAY - timedelta(30) + timedelta(20 * days), **tables)
    with store.reader() as reader:
        ((sentence,),) = reader.rows(
            "select sentence from finding where finding = 'moved_goalpost'"
        )
    assert sentence == "The target was eased from 100 to 60 by 10 Nov 2026, inside the cycle."
