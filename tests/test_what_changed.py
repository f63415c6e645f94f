"""What changed between two days: on the sample the known list of edits, else small tables."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import duckdb

from okr_data.store import Store
from tests.conftest import DAY, new_store, take_in

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
FIRST, SECOND = date(2026, 10, 16), date(2026, 11, 20)
#: The words of the list of edits as the kinds of the contract.
KINDS = {
    "target_lowered": "retargeted",
    "target_raised": "retargeted",
    "baseline_raised": "retargeted",
    "reweighted_link": "realigned",
    "dropped": "status",
}
Change = tuple[str, str]


def edits() -> set[Change]:
    with (SAMPLE / "edits.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["item_id"], KINDS.get(row["change"], row["change"]))
            for row in csv.DictReader(file)
        }


def changes(store: Store, first: date, second: date) -> dict[Change, tuple[object, ...]]:
    with store.reader() as reader:
        rows = reader.rows(
            "select item_id, kind, before, after, delta from what_changed($first, $second)",
            {"first": first, "second": second},
        )
    found: dict[Change, tuple[object, ...]] = {
        (item, kind): (before, after, delta) for item, kind, before, after, delta in rows
    }
    assert len(found) == len(rows)
    return found


def test_the_changes_of_the_sample_are_the_known_edits(sample_store: Store) -> None:
    found = changes(sample_store, FIRST, SECOND)
    assert {pair for pair in found if pair[1] not in ("pace", "progress")} == edits()


def test_what_the_edits_were_from_and_to(sample_store: Store) -> None:
    found = changes(sample_store, FIRST, SECOND)
    assert found["KR-1442", "retargeted"] == ("52 → 75 %", "52 → 60 %", 60 - 75)
    assert found["O-157", "scored"] == (None, "0.6", None)
    assert found["KR-1375", "rescheduled"] == ("… – 4 Dec 2026", "… – 11 Dec 2026", 7)
    assert found["O-254", "realigned"][:2] == ("O-209", "O-209 (0 %)")
    assert found["O-266", "status"][:2] == ("at risk", "dropped")
    assert found["O-277", "removed"][1] is None


def test_the_other_way_round_is_the_opposite(sample_store: Store) -> None:
    forth, back = changes(sample_store, FIRST, SECOND), changes(sample_store, SECOND, FIRST)
    swapped = {"added": "removed", "removed": "added"}
    assert {(item, swapped.get(kind, kind)) for item, kind in forth} == set(back)
    before, after, delta = forth["KR-1442", "retargeted"]
    assert back["KR-1442", "retargeted"] == (after, before, -float(str(delta)))


def test_progress_and_pace_are_those_of_the_two_days(sample_store: Store) -> None:
    found = changes(sample_store, FIRST, SECOND)
    progress: list[dict[str, float | None]] = []
    for day in (FIRST, SECOND):
        with sample_store.reader(day) as reader:
            progress.append(
                dict(
                    reader.rows(
                        "select objective_id, progress from objective_progress union all "
                        "select key_result_id, progress from key_result_progress"
                    )
                )
            )
    before, after = progress
    moved = {
        item
        for item in before.keys() & after.keys()
        if (before[item] is None) != (after[item] is None)
        or abs((before[item] or 0) - (after[item] or 0)) > 1e-6
    }
    assert {item for item, kind in found if kind == "progress"} == moved
    for (item, kind), (_, _, delta) in found.items():
        if kind == "progress" and before[item] is not None and after[item] is not None:
            assert abs(float(str(delta)) - ((after[item] or 0) - (before[item] or 0))) < 1e-9


def test_nothing_changed_between_a_day_and_itself(sample_store: Store) -> None:
    assert changes(sample_store, SECOND, SECOND) == {}


def test_any_client_can_ask(sample_store: Store) -> None:
    with duckdb.connect(str(sample_store.pointer), read_only=True) as client:
        ((count,),) = client.execute(
            "select count(*) from what_changed(date '2026-10-16', date '2026-11-20')"
        ).fetchall()
    assert count > 300


def test_days_before_and_after_all_data(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take_in(
        store,
        objectives="""
            id  | title      | level   | cycle   | created_on
            O-1 | Win winter | company | Q4 2026 | 2026-10-01
        """,
        key_results="""
            id   | objective_id | title | start_value | target_value | created_on
            KR-1 | O-1          | One   | 0           | 100          | 2026-10-01
        """,
    )
    early, late = date(2020, 1, 1), DAY + timedelta(400)
    found = changes(store, early, late)
    assert set(found) == {("O-1", "added"), ("KR-1", "added")}
    assert found["O-1", "added"] == (None, "Win winter", None)
    assert changes(store, early, early) == {}


def test_an_empty_database_has_no_changes(tmp_path: Path) -> None:
    assert changes(new_store(tmp_path), FIRST, SECOND) == {}
