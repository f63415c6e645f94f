"""The arithmetic of reconciled figures, written out for people."""

from __future__ import annotations

import pytest

from okr_data.charts.reasons import reason_figure, reason_rows
from okr_data.charts.theme import LIGHT
from okr_data.neutral import file_name
from okr_data.queries import Filters
from okr_data.reconciliation import REASONS, derivation, exact, items, number, reconciliation
from okr_data.store import Store
from tests.conftest import take_in

CYCLE = Filters("Q4 2026")
OBJECTIVES = """
id | title | level | department | cycle   | progress | parent_ids
W  | w     | team  | Sales      | Q4 2026 | 50%      |
N  | n     | team  | Product    | Q4 2026 |          |
P  | p     | team  | Product    | Q4 2026 | 30%      | N
X  | x     | team  | Product    | Q4 2026 | 40%      |
"""
KEY_RESULTS = """
id   | objective_id | title | kind      | direction  | start_value | target_value | current_value | weight | progress
A    | W            | a     |           |            | 40          | 60           | 49            | 3      | 50%
B    | W            | b     |           |            | 0           | 1,000        | 1,340         | 1      | 134%
M    | W            | m     | milestone |            |             |              |               | 1      |
S    | P            | s     |           |            |             | 100          | 70            |        | 40%
L    | P            | l     |           | stay_below |             | 10           | 12            |        | 0%
V    | P            | v     |           |            | 0           | 10           |               |        | 20%
F    | P            | f     |           |            | 0           | 10           | 9             |        | 40%
D    | P            | d     |           | decrease   |             | 10           | 20            |        | 40%
"""
RIGHT = {
    "A": ["(49 − 40) / (60 − 40) = 45\u00a0%.", "The source says 50\u00a0%: 5 points more."],
    "B": [
        "(1,340 − 0) / (1,000 − 0) = 134\u00a0%, kept within 0–100 %: 100\u00a0%.",
        "The source says 134\u00a0%: 34 points more.",
    ],
    "M": [
        "A milestone has no values to compute from: the reported percent is what counts.",
        "The source reports no figure.",
    ],
    "S": [
        "The start is missing and 0 is assumed: (70 − 0) / (100 − 0) = 70\u00a0%.",
        "The source says 40\u00a0%: 30 points less.",
    ],
    "L": [
        "12 > 10: the condition does not hold, so 0\u00a0%.",
        "The source says 0\u00a0%: the same.",
    ],
    "V": [
        "No current value is known on this day, so nothing can be computed.",
        "The source says 20\u00a0%.",
    ],
    "F": [
        "(9 − 0) / (10 − 0) = 90\u00a0%.",
        "The source says 40\u00a0%: 50 points less.",
        "On 1 Nov 2026 the value was 4, which made 40\u00a0%.",
    ],
    "D": [
        "The start is missing, and a target that is to fall cannot be computed without it.",
        "The source says 40\u00a0%.",
    ],
    # B counts as 100\u00a0%, M is not measured; without weights (45 + 100) / 2
    "W": [
        "(3 × 45\u00a0% + 1 × 100\u00a0%) / 4 = 58.8\u00a0% (1 of 3 not measured, left out).",
        "The source says 50\u00a0%: 8.8 points less.",
        "Without weights it would be 72.5\u00a0%.",
        "Without keeping each within 0–100 % it would be 67.3\u00a0%.",  # (3 × 0.45 + 1.34) / 4
    ],
    "X": [
        "It has no key results and nothing measured below it: nothing can be computed.",
        "The source says 40\u00a0%.",
    ],
}


@pytest.fixture
def filled(store: Store) -> Store:
    take_in(
        store,
        objectives=OBJECTIVES,
        key_results=KEY_RESULTS.replace("1,000", "1000").replace("1,340", "1340"),
        check_ins="item_id | date | value\nF | 2026-11-01 | 4\nF | 2026-11-05 | 9",
    )
    return store


def test_each_figure_is_written_out(filled: Store) -> None:
    with filled.reader() as reader:
        kinds = {
            row["item_id"]: row["item_kind"]
            for reason in REASONS
            for row in items(reader, CYCLE, reason).rows.to_dict("records")
        }
        for item_id, sentences in RIGHT.items():
            assert list(derivation(reader, kinds[item_id], item_id).sentences) == sentences, item_id
        own = derivation(reader, "objective", "W").key_results
    assert own["key_result_id"].tolist() == ["A", "B", "M"]
    assert own["weight"].tolist() == [3, 1, 1]


def test_an_objective_without_key_results_says_where_its_figure_comes_from(filled: Store) -> None:
    with filled.reader() as reader:
        first, *_ = derivation(reader, "objective", "N").sentences
    assert first.startswith("It has no key results of its own: the weighted mean over everything")


def test_counts_have_their_denominators(filled: Store) -> None:
    with filled.reader() as reader:
        found = reconciliation(reader, CYCLE)
        sales = reconciliation(reader, Filters("Q4 2026", ("Sales",)))
        none = reconciliation(reader, Filters("Q4 2026", (), ("company",)))
        reported = items(reader, CYCLE)
        of_sales = items(reader, Filters("Q4 2026", ("Sales",))).rows
        silent = items(reader, CYCLE, "not_reported").rows
        first = items(reader, CYCLE, most=2)
        teams = items(reader, Filters("Q4 2026", (), ("team",)))
        named = items(reader, CYCLE, words=str(of_sales["title"].iloc[0]).upper())
    assert (found.items, found.reported) == (12, 10)  # N and M report nothing
    assert found.compared == 7  # V, D and X cannot be computed
    assert (len(reported.rows), reported.total) == (10, 10)
    order = reported.rows["reason"].drop_duplicates().tolist()
    assert order[-2:] == ["not_computable", "agrees"]
    assert set(silent["item_id"]) == {"N", "M"}
    assert set(of_sales["item_id"]) | {"M"} == {"W", "A", "B", "M"}
    assert sales.items == 4
    assert first.total == 10
    assert first.rows["item_id"].tolist() == reported.rows["item_id"].tolist()[:2]
    assert of_sales["item_id"].iloc[0] in set(named.rows["item_id"])
    assert named.total < 10
    assert none.items == 0
    assert (none.reported, none.compared) == (0, 0)
    assert set(teams.rows["item_id"]) <= set(reported.rows["item_id"])


@pytest.mark.parametrize(
    ("value", "written"),
    [(1340.0, "1,340"), (0.1 + 0.2, "0.3"), (-4.5, "−4.5"), (12345678.9, "12,345,679"), (0, "0")],
)
def test_values_are_written_as_people_do(value: float, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(
    ("fraction", "written"),
    [
        (0.45, "45\u00a0%"),
        (0.5449, "54.5\u00a0%"),
        (0.9999, "99.9\u00a0%"),
        (1.0, "100\u00a0%"),
        (-0.2, "−20\u00a0%"),
    ],
)
def test_what_is_not_done_never_reads_100_percent(fraction: float, written: str) -> None:
    assert exact(fraction) == written


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\files\\\\plan (2).xlsx", "plan (2).xlsx"),
        ("**b** $y$ a.csv", "_b_ _y_ a.csv"),
        (" .hidden ", "hidden"),
        ("///", "file"),
        ("Ü ber–sicht.csv", "Ü ber_sicht.csv"),
    ],
)
def test_names_of_downloads_hold_no_path(given: str, kept: str) -> None:
    assert file_name(given) == kept


@pytest.mark.parametrize("reasons", [["agrees", "rounding", "agrees"], ["agrees"], []])
def test_bars_count_each_reason_of_all(reasons: list[str]) -> None:
    words = {reason: f"<{reason}>" for reason in REASONS}
    rows = reason_rows({reason: reasons.count(reason) for reason in REASONS}, words)
    assert rows["reason"].tolist() == [r for r in ("rounding", "agrees") if r in reasons]
    assert rows["count"].tolist() == [reasons.count(r) for r in rows["reason"]]
    assert set(rows["total"]) <= {len(reasons)}
    figure = reason_figure(rows, LIGHT, "agrees")
    assert "<agrees>" not in figure.to_json()
    assert len(figure.data[1].x) == len(rows)
