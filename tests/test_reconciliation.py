"""Reported against computed progress: the reason of a difference, verified by arithmetic."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from okr_data.store import Store
from tests.conftest import DAY, take_in

Row = tuple[Any, Any, str]
#: Reported 40 %, where the values say otherwise; (current − start) / (target − start) beside it.
KEY_RESULTS = """
id | objective_id | title | kind      | direction  | start_value | target_value | current_value | progress
A  | O            | a     |           |            | 0           | 10           | 4             | 40%
B  | O            | b     |           |            | 0           | 10           | 4             |
C  | O            | c     |           |            | 0           | 10           |               | 40%
D  | O            | d     |           |            | 0           | 10           | 13.4          | 134%
E  | O            | e     |           |            |             | 100          | 70            | 40%
F  | O            | f     |           |            | 0           | 10           | 9             | 40%
G  | O            | g     |           |            | 0           | 10           | 6             | 40%
H  | O            | h     | milestone |            |             |              |               | 40%
I  | O            | i     | milestone |            |             | 1            | 1             |
J  | O            | j     |           | stay_below |             | 10           | 12            | 40%
K  | O            | k     |           |            | 0           | 10           | -2            | -20%
"""


def reasons(store: Store, kind: str, as_of: date | None = None) -> dict[str, Row]:
    with store.reader(as_of) as reader:
        rows = reader.rows(
            "select item_id, computed_progress, difference, reason from reconciliation "
            "where item_kind = ?",
            [kind],
        )
    return {name: (computed, difference, reason) for name, computed, difference, reason in rows}


def test_each_reason_of_a_key_result(store: Store) -> None:
    take_in(
        store,
        objectives="id | title | level | cycle\nO | o | team | Q4 2026",
        key_results=KEY_RESULTS,
        check_ins="item_id | date | value\nF | 2026-11-01 | 4\nF | 2026-11-05 | 9",
    )
    right: dict[str, Row] = {
        "A": (4 / 10, 0.0, "agrees"),
        "B": (4 / 10, None, "not_reported"),
        "C": (None, None, "not_computable"),  # no value
        "D": (1.0, 1.0 - 1.34, "clamped"),  # 13.4 / 10
        "E": (70 / 100, 0.7 - 0.4, "missing_baseline"),  # 40 % if it started at 50
        "F": (9 / 10, 0.9 - 0.4, "stale_value"),  # 4 / 10 on 1 November
        "G": (6 / 10, 0.6 - 0.4, "unexplained"),
        "H": (None, None, "not_computable"),  # of a milestone the reported percent counts
        "I": (1.0, None, "not_reported"),
        "J": (0.0, -0.4, "unexplained"),  # 12 is not below 10
        "K": (0.0, 0.2, "clamped"),  # -2 / 10
    }
    found = reasons(store, "key_result")
    assert found.keys() == right.keys()
    for name, (computed, difference, reason) in right.items():
        assert found[name] == (pytest.approx(computed), pytest.approx(difference), reason), name


OBJECTIVES = """
id  | title    | level | cycle   | parent_ids | parent_weights | progress
W   | weights  | team  | Q4 2026 |            |                | 50%
R   | roll-up  | team  | Q4 2026 |            |                | 50%
R-1 | below it | team  | Q4 2026 | R          |                |
N   | no KRs   | team  | Q4 2026 |            |                | 20%
N-1 | below it | team  | Q4 2026 | N          |                | 70%
C   | clamped  | team  | Q4 2026 |            |                | 110%
E   | empty    | team  | Q4 2026 |            |                | 30%
U   | unknown  | team  | Q4 2026 |            |                | 99%
"""
MEMBERS = """
id  | objective_id | title | start_value | target_value | current_value | weight
W-a | W            | a     | 0           | 10           | 8             | 3
W-b | W            | b     | 0           | 10           | 2             | 1
R-a | R            | a     | 0           | 10           | 2             |
R-b | R-1          | b     | 0           | 10           | 8             |
N-a | N-1          | a     | 0           | 10           | 7             |
C-a | C            | a     | 0           | 10           | 16            |
C-b | C            | b     | 0           | 10           | 6             |
U-a | U            | a     | 0           | 10           | 5             |
"""


def test_each_reason_of_an_objective(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES, key_results=MEMBERS)
    right: dict[str, Row] = {
        # (3 × 0.8 + 1 × 0.2) / 4; the plain mean (0.8 + 0.2) / 2 is the reported one
        "W": (0.65, 0.65 - 0.5, "weights"),
        "R": (0.2, 0.2 - 0.5, "roll_up"),  # (0.2 + 0.8) / 2 with what is aligned to it
        "R-1": (0.8, None, "not_reported"),
        "N": (0.7, 0.7 - 0.2, "unexplained"),  # the roll-up itself
        "N-1": (0.7, 0.0, "agrees"),
        "C": ((1.0 + 0.6) / 2, 0.8 - 1.1, "clamped"),  # (1.6 + 0.6) / 2 is the reported one
        "E": (None, None, "not_computable"),
        "U": (0.5, 0.5 - 0.99, "unexplained"),
    }
    found = reasons(store, "objective")
    assert found.keys() == right.keys()
    for name, (computed, difference, reason) in right.items():
        assert found[name] == (pytest.approx(computed), pytest.approx(difference), reason), name
    with store.reader() as reader:
        figures = reader.rows(
            "select plain_mean, rollup_progress, progress_raw, file, row, import_id "
            "from reconciliation where item_id = 'W'"
        )
    assert figures == [
        (
            pytest.approx(0.5),
            pytest.approx(0.65),
            pytest.approx(0.65),
            "objectives.csv",
            2,
            "imp-0001",
        )
    ]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("", "agrees"),
        ("mismatch_tolerance = 0.001", "rounding"),  # 0.444 is 0.4 points from 44 %
        ("mismatch_tolerance = 0.001\nrounding_tolerance = 0.002", "unexplained"),
    ],
)
def test_what_agrees_and_what_is_rounding_is_a_setting(
    settings: str, reason: str, store: Store
) -> None:
    (store.folder / "settings.toml").write_text(settings)
    take_in(
        store,
        objectives="id | title | level | cycle\nO | o | team | Q4 2026",
        key_results="id | objective_id | title | start_value | target_value | current_value | progress\n"
        "A | O | a | 0 | 1000 | 444 | 44%",
    )
    assert reasons(store, "key_result")["A"][2] == reason


def test_an_earlier_day_has_its_own_reasons(store: Store) -> None:
    take_in(
        store,
        as_of=DAY,
        objectives="id | title | level | cycle\nO | o | team | Q4 2026",
        key_results="id | objective_id | title | start_value | target_value | created_on\n"
        "A | O | a | 0 | 10 | 2026-10-01",
        check_ins="item_id | date | value | progress\nA | 2026-10-20 | 4 | 40%\nA | 2026-11-10 | 9 |",
    )
    assert reasons(store, "key_result", date(2026, 10, 21))["A"][2] == "agrees"
    assert reasons(store, "key_result")["A"][2] == "stale_value"
