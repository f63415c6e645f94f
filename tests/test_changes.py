"""What an import changes, and what two imports state differently: one row an item and change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import pandas as pd
import pytest

from okr_data import changes, views
from okr_data.errors import JournalUnreadable, UnknownImport
from okr_data.intake import import_files, known_to
from okr_data.store import Store
from tests.conftest import draft_of, take_in, uploads

OCT, NOV, DEC = date(2026, 10, 16), date(2026, 11, 20), date(2026, 12, 4)
FIRST = {
    "objectives": """
    id  | title | level   | team | department | owner | cycle   | parent_ids | status
    G   | Goal  | company |      |            | Ada   | Q4 2026 |            | on track
    H   | Hope  | company |      |            | Ada   | Q4 2026 |            |
    O-1 | Sell  | team    | Ants | Sales      | Bob   | Q4 2026 | G          |
    O-2 | Make  | team    | Bees | Product    | Cid   | Q4 2026 | G          |
    """,
    "key_results": """
    id | objective_id | title | start_value | target_value | current_value | unit
    A  | O-1          | up    | 0           | 10           | 4             | k
    B  | O-1          | down  | 20          | 10           | 18            | days
    C  | O-2          | same  | 0           | 3            | 1             |
    """,
}


def listed(frame: pd.DataFrame) -> list[tuple[str, str, str | None, str | None]]:
    """Return (item, kind, before, after) of each change, NULL as None."""
    return [
        (row.item_id, row.kind, *(None if pd.isna(v) else v for v in (row.before, row.after)))
        for row in frame.itertuples()
    ]


def test_the_first_import_adds_everything(store: Store) -> None:
    result = take_in(store, as_of=OCT, **FIRST)
    assert dict(result.change_counts) == {"added": 7}
    assert list(result.changes.columns) == list(changes.COLUMNS)
    assert ("A", "added", None, "up") in listed(result.changes)
    assert set(result.changes["item_kind"]) == {"objective", "key_result"}


def test_every_kind_of_change_is_told(store: Store) -> None:
    take_in(store, as_of=OCT, **FIRST)
    result = take_in(
        store,
        as_of=NOV,
        objectives="""
        id  | title     | level      | team | department | owner | cycle   | parent_ids | status
        G   | Goal      | company    |      |            | Eve   | Q4 2026 |            | at risk
        O-1 | Sell more | department | Crew | Care       | Bob   | Q1 2027 | G;H        |
        O-3 | New       | team       | Bees | Product    | Cid   | Q4 2026 | O-2        |
        """,
        key_results="""
        id | objective_id | title | start_value | target_value | current_value | unit
        A  | O-1          | up    | 0           | 8            | 6             | k
        B  | O-2          | down  | 30          | 12           | 18            | days
        C  | O-2          | same  | 0           | 4            | 1             |
        """,
    )
    # progress: A 4/10 → 6/8, B (18−20)/(10−20) → (18−30)/(12−30), C 1/3 → 1/4;
    # O-1 the mean of A and B, then A alone; O-2 C, then the mean of B and C;
    # G first the mean of its children's roll-ups, then O-2 with O-3, which nothing measures
    g_before = ((0.4 + 0.2) / 2 + 1 / 3) / 2
    o2_after = (12 / 18 + 1 / 4) / 2
    g_after = (0.75 + o2_after) / 2

    def percent(fraction: float) -> str:
        return f"{int(fraction * 1000 + 1e-6) / 10:.1f} %"

    right = [
        ("A", "target_lowered", "10 k", "8 k"),
        ("B", "target_lowered", "10 days", "12 days"),
        ("B", "reparented", "Sell more (O-1)", "Make (O-2)"),
        ("O-1", "reparented", "Goal (G)", "Goal (G); Hope (H)"),
        ("B", "baseline_changed", "20 days", "30 days"),
        ("C", "target_raised", "3", "4"),
        ("O-1", "retitled", "Sell", "Sell more"),
        ("A", "cycle", "Q4 2026", "Q1 2027"),
        ("O-1", "cycle", "Q4 2026", "Q1 2027"),
        ("G", "owner", "Ada", "Eve"),
        ("B", "owner", "Bob", "Cid"),
        ("O-1", "level", "team", "department"),
        ("A", "level", "team", "department"),
        ("A", "team", "Ants", "Crew"),
        ("B", "team", "Ants", "Bees"),
        ("O-1", "team", "Ants", "Crew"),
        ("A", "department", "Sales", "Care"),
        ("B", "department", "Sales", "Product"),
        ("O-1", "department", "Sales", "Care"),
        ("G", "status", "on track", "at risk"),
        ("A", "value", "4 k", "6 k"),
        ("A", "progress", "40.0 %", "75.0 %"),
        ("B", "progress", "20.0 %", percent(12 / 18)),
        ("C", "progress", percent(1 / 3), "25.0 %"),
        ("G", "progress", percent(g_before), percent(g_after)),
        ("H", "progress", None, "75.0 %"),
        ("O-1", "progress", "30.0 %", "75.0 %"),
        ("O-2", "progress", percent(1 / 3), percent(o2_after)),
        ("O-3", "added", None, "New"),
    ]
    assert set(listed(result.changes)) == set(right)
    kinds = [kind for _, kind, _, _ in listed(result.changes)]
    assert kinds == [kind for _, kind, _, _ in right]  # what deserves a look comes first
    assert sum(result.change_counts.values()) == len(result.changes)


def test_a_dry_run_tells_the_same_and_keeps_nothing(store: Store) -> None:
    take_in(store, as_of=OCT, **FIRST)
    files = uploads(objectives="id | title | level | cycle\nG | Grand goal | company | Q4 2026")
    dry = import_files(store, files, as_of=NOV, dry_run=True)
    assert ("G", "retitled", "Goal", "Grand goal") in listed(dry.changes)
    real = import_files(store, files, as_of=NOV)
    pd.testing.assert_frame_equal(dry.changes, real.changes)
    assert dry.change_counts == real.change_counts


def test_a_complete_export_says_what_it_removes(store: Store) -> None:
    take_in(store, as_of=OCT, **FIRST)
    less = {
        "objectives": "id | title | level | team | department | owner | cycle | status\n"
        "G | Goal | company | | | Ada | Q4 2026 | on track"
    }
    draft = draft_of(uploads(**less), NOV, known_to(store))
    result = store.accept(replace(draft, complete=True), dry_run=True)
    assert result.change_counts["removed"] == 6
    assert ("O-1", "removed", "Sell", None) in listed(result.changes)
    assert ("G", "progress", "31.6 %", None) in listed(result.changes)  # nothing below it any more


def test_the_same_again_changes_nothing(store: Store) -> None:
    take_in(store, as_of=OCT, **FIRST)
    result = take_in(store, as_of=NOV, **FIRST)
    assert result.changes.empty
    assert dict(result.change_counts) == {}


def test_an_import_for_an_earlier_day_tells_what_it_adds(store: Store) -> None:
    take_in(store, as_of=NOV, **FIRST)
    result = take_in(
        store,
        as_of=OCT,
        objectives="id | title | level | cycle\nG | Old name | company | Q4 2026\n"
        "Z | Old | team | Q4 2026",
    )
    assert listed(result.changes) == [("Z", "added", None, "Old")]


def test_an_item_that_a_later_complete_export_removed_is_told_as_added(store: Store) -> None:
    draft = draft_of(uploads(**FIRST), as_of=NOV)
    store.accept(replace(draft, complete=True))
    result = take_in(
        store, as_of=OCT, objectives="id | title | level | cycle\nZ | Old | team | Q4 2026"
    )
    assert listed(result.changes) == [("Z", "added", None, "Old")]
    with store.reader() as reader:
        assert reader.rows("select 1 from objective_progress where objective_id = 'Z'") == []


def test_check_ins_that_only_waited_for_their_day_are_not_the_import_s(store: Store) -> None:
    """A check-in of 30 November came with an import of the 20th; the one of 4 December is another."""
    take_in(store, as_of=NOV, check_ins="item_id | date | value\nA | 2026-11-30 | 9", **FIRST)
    result = take_in(
        store,
        as_of=DEC,
        objectives="id | title | level | owner | cycle | status\n"
        "G | Goal | company | Bob | Q4 2026 | on track",
    )
    assert listed(result.changes) == [("G", "owner", "Ada", "Bob")]
    with store.reader() as reader:
        rows = reader.rows(
            "select current_value from key_result_progress where key_result_id = 'A'"
        )
    assert rows == [(9.0,)]


def test_very_many_changes_are_counted_and_some_of_each_kind_shown(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MAX_CHANGES", 4)
    take_in(store, as_of=OCT, **FIRST)
    result = take_in(
        store,
        as_of=NOV,
        objectives="id | title | level | cycle\n"
        + "\n".join(f"N-{n} | new | team | Q4 2026" for n in range(50))
        + "\nG | Goal! | company | Q4 2026",
    )
    assert result.change_counts["added"] == 50
    assert len(result.changes) == 4
    assert "retitled" in set(result.changes["kind"])


@pytest.mark.parametrize("name", [view.name for view in views.load_changes()])
def test_documented_columns_are_the_real_ones(name: str, store: Store) -> None:
    first = take_in(store, as_of=OCT, **FIRST).import_id
    (view,) = (view for view in views.load_changes() if view.name == name)
    with store._plain_reader() as connection:
        changes.compare_imports(connection, first, first)
        real = connection.execute(f"select * from ({views.of_newest(name)}) limit 0").df()
    assert [column.name for column in view.columns] == list(real.columns)


# --- the history -------------------------------------------------------------

SECOND = {
    "objectives": """
    id  | title | level   | team | department | owner | cycle   | parent_ids | status
    G   | Goal  | company |      |            | Ada   | Q4 2026 |            | on track
    O-1 | Sell  | team    | Ants | Sales      | Eve   | Q4 2026 | O-2        |
    O-2 | Make  | team    | Bees | Product    | Cid   | Q4 2026 | G          |
    O-4 | Add   | team    | Bees | Product    | Cid   | Q4 2026 | G          |
    """,
    "key_results": """
    id | objective_id | title | start_value | target_value | current_value | unit
    A  | O-1          | up    | 0           | 12           | 6             | k
    B  | O-1          | down  | 20          | 10           | 18            | days
    C  | O-2          | same  | 0           | 3            | 1             |
    """,
}


def test_two_imports_are_compared_by_their_own_rows(store: Store) -> None:
    first = take_in(store, as_of=OCT, **FIRST).import_id
    second = take_in(store, as_of=NOV, **SECOND).import_id
    store.undo(second)
    assert listed(store.compare(first, second)) == [
        ("H", "removed", "Hope", None),  # the second does not state it; nothing is said of the data
        ("O-1", "reparented", "Goal (G)", "Make (O-2)"),
        ("A", "target_raised", "10 k", "12 k"),
        ("O-1", "owner", "Bob", "Eve"),
        ("A", "value", "4 k", "6 k"),
        ("O-4", "added", None, "Add"),
    ]
    back = store.compare(second, first)
    assert ("A", "target_lowered", "12 k", "10 k") in listed(back)
    assert store.compare(first, first).empty
    with pytest.raises(UnknownImport, match="imp-0042"):
        store.compare(first, "imp-0042")


def test_later_imports_that_build_on_one_are_named(store: Store) -> None:
    first = take_in(store, as_of=OCT, **FIRST).import_id
    other = take_in(
        store, as_of=OCT, objectives="id | title | level | cycle\nX | x | team | Q4 2026"
    ).import_id
    again = take_in(store, as_of=NOV, **SECOND).import_id
    noted = take_in(store, as_of=DEC, check_ins="item_id | date | value\nA | 2026-12-01 | 9")
    assert [m.import_id for m in store.later_imports_on(first)] == [again, noted.import_id]
    assert store.later_imports_on(other) == []
    store.undo(again)
    assert [m.import_id for m in store.later_imports_on(first)] == [noted.import_id]
    with pytest.raises(UnknownImport):
        store.later_imports_on("imp-0042")


def test_issues_are_told_of_undone_imports_too(store: Store) -> None:
    result = take_in(
        store, objectives="id | title | level | cycle | parent_ids\nO | o | team | Q4 2026 | N"
    )
    pd.testing.assert_frame_equal(store.import_issues(result.import_id), result.issues)
    store.undo(result.import_id)
    assert list(store.import_issues(result.import_id)["code"]) == ["parent_not_found"]
    with pytest.raises(UnknownImport):
        store.import_issues("imp-0042")


def test_originals_are_checked_on_the_way(store: Store) -> None:
    files = uploads(**FIRST)
    entry = store.entry(import_files(store, files, as_of=OCT).import_id)
    assert [entry.original(n) for n in range(2)] == [file.content for file in files]
    (entry.folder / "original-0").write_bytes(b"other bytes")
    with pytest.raises(JournalUnreadable, match="damaged"):
        entry.original(0)
    (entry.folder / "original-1").unlink()
    with pytest.raises(JournalUnreadable, match="gone"):
        entry.original(1)
    with pytest.raises(UnknownImport):
        store.entry("imp-0042")


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.44, "44.0 %"), (0.29, "29.0 %"), (0.6996, "69.9 %"), (1.34, "134.0 %"), (-0.05, "-5.0 %")],
)
def test_percent_is_never_rounded_to_a_better_state(fraction: float, text: str) -> None:
    assert _macro("percent_text", fraction) == text


@pytest.mark.parametrize(
    ("figure", "unit", "text"),
    [
        (4.0, None, "4"),
        (1234567.0, "USD", "1,234,567 USD"),
        (0.1 + 0.2, "%", "0.3 %"),
        (1e20, None, "1e+20"),
        (None, "USD", None),
    ],
)
def test_figures_read_like_figures(figure: float | None, unit: str | None, text: str) -> None:
    assert _macro("number_text", figure, unit) == text


def _macro(name: str, *arguments: object) -> object:
    with duckdb.connect() as connection:
        views.create_macros(connection)
        marks = ", ".join("?" for _ in arguments)
        ((found,),) = connection.execute(f"select {name}({marks})", arguments).fetchall()
    return found
