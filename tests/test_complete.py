"""Complete exports: what such an import does not hold exists no more from its day on."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from okr_data.errors import AlreadyImported
from okr_data.intake import known_to
from okr_data.schema import INITIATIVE
from okr_data.store import ImportResult, Store
from tests.conftest import assert_same_answers, draft_of, every_answer, take_in, uploads

OCT, MID, NOV = date(2026, 10, 16), date(2026, 11, 2), date(2026, 11, 20)

ALL = {
    "objectives": """
    id  | title | level   | cycle   | parent_ids
    G   | goal  | company | Q4 2026 |
    O-1 | sell  | team    | Q4 2026 | G
    O-2 | make  | team    | Q4 2026 | O-1
    P-1 | past  | team    | Q3 2026 | G
    L-1 | loose | team    |         | G
    """,
    "key_results": """
    id | objective_id | title | start_value | target_value | current_value
    A  | O-1          | a     | 0           | 10           | 4
    B  | O-2          | b     | 0           | 10           | 8
    C  | P-1          | c     | 0           | 10           | 9
    D  | L-1          | d     | 0           | 10           | 1
    """,
}
#: Without O-1 and its key result; O-2 still hangs on O-1.
LESS = {
    "objectives": """
    id  | title | level   | cycle   | parent_ids
    G   | goal  | company | Q4 2026 |
    O-2 | make  | team    | Q4 2026 | O-1
    """,
    "key_results": """
    id | objective_id | title | start_value | target_value | current_value
    B  | O-2          | b     | 0           | 10           | 9
    """,
}


def take_whole(store: Store, as_of: date, **tables: str) -> ImportResult:
    """Import small tables as a complete export."""
    draft = draft_of(uploads(**tables), as_of, known_to(store))
    return store.accept(replace(draft, complete=True))


def items(store: Store, as_of: date | None = None) -> str:
    with store.reader(as_of) as reader:
        found = reader.rows(
            "select objective_id from objective_progress "
            "union all select key_result_id from key_result_progress order by 1"
        )
    return " ".join(name for (name,) in found)


EVERYTHING = "A B C D G L-1 O-1 O-2 P-1"


def test_what_a_complete_export_does_not_hold_is_gone_from_its_day_on(store: Store) -> None:
    take_in(store, as_of=OCT, **ALL)
    take_whole(store, NOV, **LESS)
    assert items(store) == "B C D G L-1 O-2 P-1"  # other cycles, and what has none, stay
    assert items(store, date(2026, 11, 19)) == EVERYTHING
    assert items(store, date(2026, 12, 24)) == "B C D G L-1 O-2 P-1"
    with store.reader() as reader:
        rows = reader.rows(
            "select objective_id, alignment_state from objective_progress order by 1"
        )
    assert rows == [
        ("G", None),
        ("L-1", "contributing"),
        ("O-2", "unresolved"),  # its parent is not in the data any more
        ("P-1", "contributing"),
    ]


def test_the_same_import_not_marked_complete_removes_nothing(store: Store) -> None:
    take_in(store, as_of=OCT, **ALL)
    take_in(store, as_of=NOV, **LESS)
    assert items(store) == EVERYTHING


def test_earlier_days_answer_as_before(store: Store) -> None:
    take_in(store, as_of=OCT, **ALL)
    days = (date(2026, 10, 4), OCT)
    before = {day: every_answer(store, day) for day in days}
    take_whole(store, NOV, **LESS)
    for day, answers in before.items():
        again = every_answer(store, day)
        del answers["import_issue"], again["import_issue"]
        assert_same_answers(again, answers)


def test_no_public_view_knows_a_removed_item(store: Store) -> None:
    """The weeks of trends before the removal stay: they are the figures of those days."""
    take_in(store, as_of=OCT, **ALL)
    take_whole(store, NOV, **LESS)
    for name, frame in every_answer(store).items():
        if name in ("objective_trend", "check_in_trend", "import_issue"):
            continue
        assert not (frame == "O-1").any(axis=None), name
    with store.reader() as reader:
        ((last,),) = reader.rows("select max(day) from objective_trend where objective_id = 'O-1'")
    assert last == date(2026, 11, 15)  # the Sunday before


def test_undo_and_redo_of_the_complete_import(store: Store) -> None:
    take_in(store, as_of=OCT, **ALL)
    before = every_answer(store)
    whole = take_whole(store, NOV, **LESS)
    after = every_answer(store)
    store.undo(whole.import_id)
    assert_same_answers(every_answer(store), before)
    store.redo(whole.import_id)
    assert_same_answers(every_answer(store), after)
    store.rebuild()
    assert_same_answers(every_answer(store), after)


def test_undo_of_the_import_that_stated_what_was_removed(store: Store) -> None:
    first = take_in(store, as_of=OCT, **ALL)
    take_whole(store, NOV, **LESS)
    store.undo(first.import_id)
    assert items(store) == "B G O-2"
    assert items(store, OCT) == "B G O-2"  # the first import of their cycle reaches back
    store.redo(first.import_id)
    assert items(store) == "B C D G L-1 O-2 P-1"
    assert items(store, OCT) == EVERYTHING


def test_what_is_stated_again_is_back_from_that_day_on(store: Store) -> None:
    take_in(store, as_of=OCT, **ALL)
    take_whole(store, MID, **LESS)
    take_in(
        store,
        as_of=NOV,
        objectives="id | title | level | cycle | created_on\nO-1 | sell | team | Q4 2026 | 2026-10-02",
    )
    assert items(store) == "B C D G L-1 O-1 O-2 P-1"
    assert items(store, date(2026, 11, 19)) == "B C D G L-1 O-2 P-1"
    assert items(store, date(2026, 11, 1)) == EVERYTHING


def test_check_ins_of_a_removed_item_count_again_when_it_is_back(store: Store) -> None:
    take_in(store, as_of=OCT, check_ins="item_id | date | value\nA | 2026-10-15 | 6", **ALL)
    take_whole(store, MID, **LESS)
    take_in(
        store,
        as_of=NOV,
        objectives="id | title | level | cycle\nO-1 | sell | team | Q4 2026",
        key_results="id | objective_id | title | start_value | target_value\nA | O-1 | a | 0 | 10",
        check_ins="item_id | date | value\nA | 2026-11-05 | 7",
    )
    with store.reader() as reader:
        ((value, last),) = reader.rows(
            "select current_value, last_check_in from key_result_progress where key_result_id = 'A'"
        )
    assert (value, last) == (7.0, date(2026, 11, 5))


def test_an_earlier_complete_export_that_comes_later_leaves_what_a_later_day_states(
    store: Store, tmp_path: Path
) -> None:
    take_in(store, as_of=OCT, **ALL)
    take_in(store, as_of=NOV, objectives="id | title | level | cycle\nO-1 | sell | team | Q4 2026")
    take_whole(store, MID, **LESS)
    assert items(store) == "B C D G L-1 O-1 O-2 P-1"
    assert items(store, MID) == "B C D G L-1 O-2 P-1"  # O-1 is back on the 20th; A is not
    in_order = Store(tmp_path / "in-order")
    take_in(in_order, as_of=OCT, **ALL)
    take_whole(in_order, MID, **LESS)
    take_in(
        in_order, as_of=NOV, objectives="id | title | level | cycle\nO-1 | sell | team | Q4 2026"
    )
    for day in (OCT, MID, NOV):
        assert items(store, day) == items(in_order, day)


def test_two_imports_of_one_day_go_by_their_order(store: Store) -> None:
    take_in(store, as_of=NOV, **ALL)
    whole = take_whole(store, NOV, **LESS)
    assert items(store) == "B C D G L-1 O-2 P-1"
    take_in(store, as_of=NOV, objectives="id | title | level | cycle\nO-1 | sell | team | Q4 2026")
    assert items(store) == "B C D G L-1 O-1 O-2 P-1"
    store.undo(whole.import_id)
    assert items(store) == EVERYTHING


def test_a_second_complete_export_removes_no_more_than_is_there(store: Store) -> None:
    take_in(store, as_of=OCT, **ALL)
    first = take_whole(store, MID, **LESS)
    take_whole(store, NOV, **LESS)
    store.undo(first.import_id)
    assert items(store, MID) == EVERYTHING
    assert items(store) == "B C D G L-1 O-2 P-1"


def test_items_without_cycle_go_only_where_the_export_holds_such_items(store: Store) -> None:
    take_in(store, as_of=OCT, **ALL)
    take_whole(store, NOV, objectives="id | title | level | cycle\nL-2 | other | team |")
    assert items(store) == "A B C G L-2 O-1 O-2 P-1"  # neither L-1 nor its key result D


def test_key_results_alone_name_no_cycle_and_remove_nothing(store: Store) -> None:
    take_in(store, as_of=OCT, **ALL)
    take_whole(store, NOV, key_results="id | objective_id | title\nA | O-1 | a")
    assert items(store) == EVERYTHING


def test_a_key_result_belongs_to_the_cycle_its_objective_has_on_that_day(store: Store) -> None:
    """P-1 moved to the cycle of the complete export after C was stated: C is in question too."""
    take_in(store, as_of=OCT, **ALL)
    take_in(store, as_of=MID, objectives="id | title | level | cycle\nP-1 | past | team | Q4 2026")
    take_whole(store, NOV, **LESS)
    assert items(store) == "B D G L-1 O-2"


def test_work_items_go_with_the_cycle_of_what_they_hang_on(store: Store) -> None:
    draft = draft_of(uploads(**ALL), as_of=OCT)
    work = INITIATIVE.from_rows(
        [
            {"initiative_id": name, "parent_id": parent, "title": name, "file": "w", "row": row}
            for row, (name, parent) in enumerate(
                [("W-1", "O-1"), ("W-2", "B"), ("W-3", "P-1"), ("W-4", "C")], start=2
            )
        ]
    )
    store.accept(replace(draft, tables={**draft.tables, "initiative_row": work}))
    take_whole(store, NOV, **LESS)
    with store.reader() as reader:
        left = reader.rows(
            "select initiative_id from model.initiative_day join model.as_of_day using (day) "
            "order by 1"
        )
    assert left == [("W-3",), ("W-4",)]


def test_a_later_upload_knows_what_is_removed(store: Store) -> None:
    take_in(store, as_of=OCT, **ALL)
    take_whole(store, NOV, **LESS)
    assert not known_to(store).has("O-1")
    assert not known_to(store).has("A")
    assert known_to(store).has("B")


def test_the_mark_survives_in_the_journal(store: Store, tmp_path: Path) -> None:
    take_in(store, as_of=OCT, **ALL)
    take_whole(store, NOV, **LESS)
    assert [manifest.complete for manifest, _ in store.imports()] == [False, True]
    copy = Store(tmp_path / "copy")
    shutil.copytree(store.folder / "journal", copy.folder / "journal")
    copy.rebuild()
    assert_same_answers(every_answer(copy), every_answer(store))


def test_the_same_files_marked_complete_say_more(store: Store) -> None:
    """Whoever forgot the mark imports the files once more; the mark does not go away again."""
    take_in(store, as_of=OCT, **ALL)
    take_in(store, as_of=NOV, **LESS)
    take_whole(store, NOV, **LESS)
    assert items(store) == "B C D G L-1 O-2 P-1"
    for again in (take_whole, lambda *a, **tables: take_in(store, as_of=NOV, **tables)):
        with pytest.raises(AlreadyImported):
            again(store, NOV, **LESS)
