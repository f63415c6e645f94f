"""A finding can be excused with a reason and a last day; it stays countable."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from okr_data.errors import OkrError
from okr_data.store import Store
from tests.conftest import DAY, assert_same_answers, every_answer, new_store, take_in

OBJECTIVES = """
    id  | title        | level      | cycle   | owner
    O-1 | Win winter   | company    | Q4 2026 | Ann
    O-2 | Stand alone  | department | Q4 2026 |
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = new_store(tmp_path / "data")
    take_in(found, objectives=OBJECTIVES)
    return found


def excused(store: Store, as_of: date | None = None) -> dict[tuple[str, str], tuple[object, ...]]:
    with store.reader(as_of) as reader:
        return {
            (finding, item): tuple(rest)
            for finding, item, *rest in reader.rows(
                "select finding, item_id, excused, excuse_reason, excused_until from finding"
            )
        }


def counts(store: Store, finding: str) -> tuple[int, int]:
    with store.reader() as reader:
        ((found, forgiven),) = reader.rows(
            "select sum(found)::int, sum(excused)::int from finding_summary where finding = $f",
            {"f": finding},
        )
    return found, forgiven


def test_an_excused_finding_stays_and_is_counted_apart(store: Store) -> None:
    assert counts(store, "unaligned") == (1, 0)
    store.excuse("unaligned", "O-2", "an experiment", DAY + timedelta(30), by="Ann")
    assert excused(store)["unaligned", "O-2"] == (
        True,
        "an experiment",
        DAY + timedelta(30),
    )
    assert counts(store, "unaligned") == (0, 1)
    assert excused(store)["no_owner", "O-2"] == (False, None, None)


def test_an_excuse_ends_after_its_last_day(store: Store) -> None:
    store.excuse("unaligned", "O-2", "an experiment", DAY)
    assert excused(store, DAY)["unaligned", "O-2"][0]
    assert not excused(store, DAY + timedelta(1))["unaligned", "O-2"][0]


def test_the_newest_word_decides_and_can_take_the_excuse_back(store: Store) -> None:
    store.excuse("unaligned", "O-2", "an experiment", DAY)
    store.excuse("unaligned", "O-2", "a longer experiment", DAY + timedelta(9))
    assert excused(store)["unaligned", "O-2"][1] == "a longer experiment"
    store.excuse("unaligned", "O-2", "", None)
    assert counts(store, "unaligned") == (1, 0)


def test_an_excuse_of_what_is_no_longer_found_excuses_nothing(store: Store) -> None:
    store.excuse("no_owner", "O-1", "somebody is coming", DAY)
    assert counts(store, "no_owner") == (1, 0)


def test_excuses_survive_a_rebuild_and_are_no_imports(store: Store) -> None:
    store.excuse("unaligned", "O-2", "an experiment", DAY)
    before = every_answer(store)
    store.rebuild()
    assert_same_answers(every_answer(store), before)
    assert len(store.imports()) == 1


def test_only_some_views_are_computed_and_all_answers_are_those_of_a_rebuild(store: Store) -> None:
    store.excuse("no_owner", "O-2", "hiring", DAY)
    take_in(store, as_of=DAY + timedelta(1), objectives=OBJECTIVES.replace("winter", "spring"))
    before = every_answer(store)
    store.rebuild()
    assert_same_answers(every_answer(store), before)


@pytest.mark.parametrize(
    ("finding", "reason", "until", "message"),
    [
        ("no_such_rule", "why", DAY, "No rule is called"),
        ("unaligned", "  ", DAY, "needs a reason"),
    ],
)
def test_what_is_no_excuse_is_refused(
    finding: str, reason: str, until: date, message: str, store: Store
) -> None:
    before = every_answer(store)
    with pytest.raises(OkrError, match=message):
        store.excuse(finding, "O-2", reason, until)
    assert_same_answers(every_answer(store), before)


def test_a_first_word_on_an_empty_folder_publishes_every_view(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.excuse("unaligned", "O-2", "early", DAY)
    assert all(frame.empty for name, frame in every_answer(store).items() if "setting" not in name)
