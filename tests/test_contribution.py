"""Departments × company objectives and single carriers: by arithmetic, and against the second opinion."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_data.contribution import Matrix, Scope, carriers, matrix
from okr_data.queries import Filters, catalogue
from okr_data.store import Store
from tests.conftest import new_store, take_in
from tests.oracle import Day, Organisation
from tests.test_oracle_random import SLOW, imported, organisations

OBJECTIVES = """
id  | title    | level      | cycle       | department | parent_ids | parent_weights
G   | goal     | company    | Annual 2026 |            |            |
N   | nothing  | company    | Annual 2026 |            |            |
P   | part     | company    | Q4 2026     |            | G          |
S   | sales    | department | Q4 2026     | Sales      | G          | 200%
S-3 | before   | department | Q3 2026     | Sales      | G          |
T   | team     | team       | Q4 2026     | Product    | S          |
L   | lost     | team       | Q4 2026     |            | G          |
A   | aligned  | team       | Q4 2026     | Product    | G          | 0%
M   | missing  | team       | Q4 2026     | Product    | G          |
I   | idle     | department | Q4 2026     | Finance    |            |
"""
KEY_RESULTS = """
id | objective_id | title | start_value | target_value | current_value
g  | G            | g     | 0           | 10           | 5
p  | P            | p     | 0           | 10           | 1
s  | S            | s     | 0           | 10           | 4
s3 | S-3          | s3    | 0           | 10           | 8
t  | T            | t     | 0           | 10           | 2
l  | L            | l     | 0           | 10           | 6
a  | A            | a     | 0           | 10           | 9
m  | M            | m     | 0           | 10           |
n  | N            | n     | 0           | 10           |
"""
#: Q4 2026 on 20 November: 50 of 91 days; the year: 323 of 364 days.
QUARTER, YEAR = 50 / 91, 323 / 364
FRAMES = ("Annual 2026",)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("contribution"))
    take_in(store, objectives=OBJECTIVES, key_results=KEY_RESULTS)
    return store


def asked(store: Store, scope: Scope = "all", **filters: Any) -> Matrix:
    with store.reader() as reader:
        return matrix(reader, Filters("Q4 2026", **filters), FRAMES, scope)


def near(*figures: float | None) -> tuple[Any, ...]:
    return tuple(None if f is None else pytest.approx(f, abs=1e-12) for f in figures)


def cells(found: Matrix, goal: str = "G") -> dict[tuple[str, str | None], tuple[Any, ...]]:
    part = found.cells[found.cells["goal_id"] == goal]
    part = part.astype(object).where(part.notna(), None)
    return {
        (row["row_kind"], row["department"]): (
            row["share"], row["delivered"], row["remaining"], row["gap"], row["carriers"], row["aligned"],
        )
        for row in part.to_dict("records")
    }  # fmt: skip


# The parts of G: its own key result 1, P 1, S 2, S-3 1, L 1: of 6. Within S, its own key
# result and T count the same.
WHOLE = {
    ("company", None): (
        *near(2 / 6, (0.5 + 0.1) / 6, (0.5 + 0.9) / 6, ((0.5 - YEAR) + (0.1 - QUARTER)) / 2), 2, 1,
    ),
    ("department", "Sales"): (
        *near(2 / 6, (0.4 + 0.8) / 6, (0.6 + 0.2) / 6, ((0.4 - QUARTER) + (0.8 - 1)) / 2), 2, 2,
    ),
    ("department", "Product"): (*near(1 / 6, 0.2 / 6, 0.8 / 6, 0.2 - QUARTER), 1, 3),
    ("unknown", None): (*near(1 / 6, 0.6 / 6, 0.4 / 6, 0.6 - QUARTER), 1, 1),
}  # fmt: skip


def test_every_department_with_its_share(small: Store) -> None:
    found = asked(small)
    assert cells(found) == WHOLE
    assert list(zip(found.rows["row_kind"], found.rows["department"].fillna(""), strict=True)) == [
        ("company", ""), ("department", "Finance"), ("department", "Product"), ("department", "Sales"),
        ("unknown", ""),
    ]  # fmt: skip


def test_a_goal_below_which_nothing_is_measured_has_no_cells(small: Store) -> None:
    found = asked(small)
    goals = found.goals.set_index("objective_id")
    assert list(found.goals["objective_id"]) == ["G", "N", "P"]  # by title
    assert pd.isna(goals.loc["N", "rollup_progress"])
    assert pd.isna(goals.loc["N", "gap"])
    assert goals.loc["N", "carriers"] == 0
    assert cells(found, "N") == {}


def test_of_the_chosen_cycle_the_rest_is_one_row(small: Store) -> None:
    found = cells(asked(small, "cycle"))
    assert found["department", "Sales"] == (*near(1 / 6, 0.4 / 6, 0.6 / 6, 0.4 - QUARTER), 1, 1)
    assert found["outside", None] == (*near(1 / 6, 0.8 / 6, 0.2 / 6, 0.8 - 1), 1, 1)
    assert found["company", None] == WHOLE["company", None]


def test_a_filter_moves_the_rest_outside(small: Store) -> None:
    found = cells(asked(small, departments=("Sales",)))
    assert found["department", "Sales"] == WHOLE["department", "Sales"]
    assert found["company", None] == WHOLE["company", None]
    assert found["outside", None][0] == pytest.approx(2 / 6)  # Product and the unknown department
    teams = cells(asked(small, levels=("team",)))
    assert ("department", "Sales") not in teams
    assert teams["outside", None][0] == pytest.approx(2 / 6)


def test_what_is_aligned_without_share_is_told(small: Store) -> None:
    take = cells(asked(small))
    *_, carrying, aligned = take["department", "Product"]
    assert (carrying, aligned) == (1, 3)  # A does not contribute, M is not measured


def test_carriers_of_one_goal(small: Store) -> None:
    with small.reader() as reader:
        filters = Filters("Q4 2026")
        found = carriers(reader, filters, "G", FRAMES)
        of_cycle = carriers(reader, filters, "G", FRAMES, "cycle")
        two = carriers(reader, filters, "G", FRAMES, most=2)
        nothing = carriers(reader, filters, "N", FRAMES)
        assert carriers(reader, filters, "nowhere", FRAMES) is None
    assert found is not None
    assert of_cycle is not None
    assert two is not None
    assert nothing is not None
    assert dict(zip(found.table["objective_id"], found.table["share"], strict=True)) == {
        name: pytest.approx(1 / 6) for name in ("G", "P", "S", "S-3", "T", "L")
    }
    assert found.others == 0
    assert found.rollup_progress == pytest.approx((0.5 + 0.1 + 0.4 + 0.8 + 0.2 + 0.6) / 6)
    assert "S-3" not in set(of_cycle.table["objective_id"])
    assert (of_cycle.others, of_cycle.others_share, of_cycle.others_delivered) == (
        1,
        *near(1 / 6, 0.8 / 6),
    )
    assert len(two.table) == 2
    assert two.others == 4
    assert two.table["share"].sum() + two.others_share == pytest.approx(1)
    assert nothing.table.empty
    assert nothing.rollup_progress is None


def test_carriers_say_their_own_pace(small: Store) -> None:
    with small.reader() as reader:
        found = carriers(reader, Filters("Q4 2026"), "G", FRAMES)
    assert found is not None
    row = found.table.set_index("objective_id").loc["S"]
    assert row["progress"] == pytest.approx(0.4)  # that of its own key results, without T
    assert row["gap"] == pytest.approx(0.4 - QUARTER)
    assert row["remaining"] == pytest.approx(0.6 / 6)


@pytest.mark.parametrize("scope", ["all", "cycle"])
@pytest.mark.parametrize(
    "filters", [{}, {"departments": ("Sales", "Product")}, {"levels": ("team",)}]
)
def test_rows_sum_to_the_goal(sample_store: Store, scope: Scope, filters: dict[str, Any]) -> None:
    with sample_store.reader() as reader:
        frames = catalogue(reader).enclosing("Q4 2026")
        found = matrix(reader, Filters("Q4 2026", **filters), frames, scope)
    assert wrong_sums(found) == []
    assert len(found.goals) == 5


def wrong_sums(found: Matrix) -> list[str]:
    """Company objectives whose shares do not sum to 1, or whose points not to the roll-up."""
    sums = found.cells.groupby("goal_id")[["share", "delivered", "remaining"]].sum(min_count=1)
    wrong = []
    for goal in found.goals.to_dict("records"):
        name, rollup = goal["objective_id"], goal["rollup_progress"]
        if pd.isna(rollup):
            if name in sums.index and sums.loc[name].notna().any():
                wrong.append(f"{name}: nothing is measured")
            continue
        got = tuple(sums.loc[name])
        if not all(
            math.isclose(g, r, abs_tol=1e-9)
            for g, r in zip(got, (1, rollup, 1 - rollup), strict=True)
        ):
            wrong.append(f"{name}: {got}, roll-up {rollup}")
    return wrong


# --- the second opinion --------------------------------------------------------------


def expected_cells(day: Day, cycle: str | None, goals: set[str], scope: Scope) -> dict[Any, Any]:
    found: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (ancestor, carrier), (share, delivered) in day.contribution.items():
        if ancestor not in goals:
            continue
        department = day.department(carrier)
        if day.level(carrier) == "company":
            kept = scope == "all" or carrier == ancestor or day.cycle(carrier) == cycle
            row: tuple[str, str | None] = ("company" if kept else "outside", None)
        elif scope == "cycle" and day.cycle(carrier) != cycle:
            row = ("outside", None)
        else:
            row = ("department", department) if department else ("unknown", None)
        found[(ancestor, *row)][0] += share
        found[(ancestor, *row)][1] += delivered
    return {key: near(share, delivered) for key, (share, delivered) in found.items()}


@settings(SLOW, max_examples=6)
@given(organisations(), st.sampled_from(["all", "cycle"]))
def test_random_organisations(org: Organisation, scope: Scope) -> None:
    day = org.on()
    with imported(org) as store, store.reader() as reader:
        for cycle in {day.cycle(o) for o in day.living}:
            found = matrix(reader, Filters(cycle), (), scope)
            assert wrong_sums(found) == []
            goals = {o for o in day.living if day.level(o) == "company" and day.cycle(o) == cycle}
            assert set(found.goals["objective_id"]) == goals
            carried = found.cells[found.cells["share"].notna()]
            carried = carried.astype(object).where(carried.notna(), None)
            assert {
                (row["goal_id"], row["row_kind"], row["department"]): (
                    row["share"],
                    row["delivered"],
                )
                for row in carried.to_dict("records")
            } == expected_cells(day, cycle, goals, scope)
