"""Progress of key results and objectives: the table of the contract, case by case."""

from __future__ import annotations

import math

import pytest

from okr_data.store import Store
from tests.conftest import new_store, take_in

OBJECTIVE = """
id  | title | level   | cycle
O-1 | Win   | company | Q4 2026
"""

# start, target, current, direction, kind, reported, status -> unclamped progress
CASES = [
    ("0", "10", "4", "", "", "", "", (4 - 0) / (10 - 0)),
    ("20", "10", "14", "", "", "", "", (14 - 20) / (10 - 20)),
    ("20", "10", "25", "decrease", "", "", "", (25 - 20) / (10 - 20)),
    ("0", "10", "13.4", "", "", "", "", 13.4 / 10),
    ("10", "10", "10", "", "", "", "", 1.0),
    ("10", "10", "9", "", "", "", "", 0.0),
    ("10", "10", "9", "decrease", "", "", "", 1.0),
    ("", "99", "99.5", "stay_above", "", "", "", 1.0),
    ("", "5", "7", "stay_below", "", "", "", 0.0),
    ("", "5", "5", "stay_below", "", "", "", 1.0),
    ("", "10", "4", "increase", "", "", "", 4 / 10),
    ("", "10", "4", "", "", "", "", 4 / 10),
    ("", "10", "4", "decrease", "", "30%", "", 0.30),
    ("", "10", "4", "decrease", "", "", "", None),
    ("", "0", "4", "", "", "", "", None),
    ("", "", "", "", "milestone", "", "Done", 1.0),
    ("", "", "", "", "milestone", "", "On track", 0.0),
    ("", "", "", "", "milestone", "60%", "On track", 0.60),
    ("", "1", "1", "", "milestone", "", "", 1.0),
    ("", "", "", "", "", "45%", "", 0.45),
    ("0", "10", "", "", "", "45%", "", 0.45),
    ("0", "10", "5", "", "", "20%", "", 0.50),
    ("0", "10", "0", "", "", "", "", 0.0),
    ("0", "10", "NaN", "", "", "", "", None),
    ("0", "10", "inf", "", "", "", "", None),
    ("", "", "", "", "", "", "", None),
]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[float, float]]:
    store = new_store(tmp_path_factory.mktemp("progress"))
    rows = [" | ".join((f"K{n}", "O-1", f"KR {n}", *case[:7])) for n, case in enumerate(CASES)]
    header = "id | objective_id | title | start_value | target_value | current_value | direction | kind | progress | status"
    take_in(store, objectives=OBJECTIVE, key_results="\n".join([header, *rows]))
    with store.reader() as reader:
        return {
            key: (raw, clamped)
            for key, raw, clamped in reader.rows(
                "select key_result_id, progress_raw, progress from key_result_progress"
            )
        }


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: " ".join(CASES[n][:7]).strip())
def test_key_result_progress(number: int, measured: dict[str, tuple[float, float]]) -> None:
    expected = CASES[number][7]
    raw, clamped = measured[f"K{number}"]
    if expected is None:
        assert raw is None
        assert clamped is None
    else:
        assert math.isclose(raw, expected)
        assert math.isclose(clamped, min(max(expected, 0.0), 1.0))


def test_means_leave_out_what_is_not_measured(store: Store) -> None:
    take_in(
        store,
        objectives="""
        id  | title    | level      | cycle   | parent_ids | progress
        O-1 | weights  | company    | Q4 2026 |            |
        O-2 | zeros    | department | Q4 2026 | O-1        |
        O-3 | empty    | department | Q4 2026 | O-1        | 80%
        O-4 | reported | department | Q4 2026 | O-1        | 80%
        """,
        key_results="""
        id | objective_id | title | start_value | target_value | current_value | weight
        A  | O-1          | a     | 0           | 10           | 2             | 3
        B  | O-1          | b     | 0           | 10           | 8             |
        C  | O-1          | c     |             |              |               | 5
        D  | O-2          | d     | 0           | 10           | 4             | 0
        E  | O-2          | e     | 0           | 10           | 6             | 0
        F  | O-3          | f     |             |              |               |
        """,
    )
    with store.reader() as reader:
        found = {
            row[0]: row[1:]
            for row in reader.rows(
                "select objective_id, kr_progress, rollup_progress, progress, measured, key_results "
                "from objective_progress"
            )
        }
    own = (3 * 0.2 + 1 * 0.8) / (3 + 1)  # C is not measured and leaves the mean
    plain = (0.4 + 0.6) / 2  # all weights 0
    whole = (3 * 0.2 + 1 * 0.8 + 1 * plain) / (3 + 1 + 1)  # O-3 and O-4 have no roll-up
    assert found["O-1"] == (pytest.approx(own), pytest.approx(whole), pytest.approx(own), 2, 3)
    assert found["O-2"] == (pytest.approx(plain), pytest.approx(plain), pytest.approx(plain), 2, 2)
    assert found["O-3"] == (
        None,
        None,
        None,
        0,
        1,
    )  # it has key results: the reported 80 % is not mixed in
    assert found["O-4"] == (None, None, 0.8, 0, 0)
