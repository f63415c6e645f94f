"""What changed between two days, as the page and the command line tell it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from okr_data import differences, views
from okr_data.differences import Differences
from okr_data.ingest import Reading
from okr_data.intake import import_files
from okr_data.queries import Filters
from okr_data.store import Store
from tests.conftest import new_store, take_in, uploads

FIRST, SECOND = date(2026, 11, 1), date(2026, 11, 20)
Q4 = Filters("Q4 2026")
BEFORE = """
    id  | title       | level      | department | cycle   | owner | status   | parent_ids
    O-1 | Win winter  | company    |            | Q4 2026 | Ann   |          |
    O-2 | Sell more   | department | Sales      | Q4 2026 | Bo    | on track | O-1
    O-3 | Build it    | department | Product    | Q4 2026 | Cy    | on track | O-1
    O-4 | Old idea    | team       | Sales      | Q4 2026 | Bo    |          | O-2
    O-5 | Last year   | department | Sales      | Q3 2026 | Bo    |          | O-1
"""
AFTER = """
    id  | title       | level      | department | cycle   | owner | status   | parent_ids
    O-1 | Win winter  | company    |            | Q4 2026 | Ann   |          |
    O-2 | Sell much   | department | Sales      | Q4 2026 | Di    | at risk  | O-1
    O-3 | Build it    | department | Product    | Q4 2026 | Cy    | on track | O-2
    O-6 | New idea    | team       | Sales      | Q4 2026 | Bo    |          | O-2
    O-5 | Last year   | department | Sales      | Q3 2026 | Bo    |          | O-1
"""
KEY_RESULTS = """
    id   | objective_id | title  | start_value | target_value | unit
    KR-2 | O-2          | sales  | 0           | 100          | k€
    KR-3 | O-3          | parts  | 0           | 10           |
    KR-4 | O-4          | ideas  | 0           | 10           |
"""
CHECK_INS = """
    key_result_id | date       | value
    KR-2          | 2026-10-30 | 30
    KR-3          | 2026-10-30 | 4
    KR-2          | 2026-11-10 | 20
    KR-3          | 2026-11-10 | 5.5
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return made(tmp_path_factory.mktemp("differences") / "data")


def made(folder: Path) -> Store:
    found = new_store(folder)
    take_in(found, as_of=FIRST, objectives=BEFORE, key_results=KEY_RESULTS, check_ins=CHECK_INS)
    import_files(
        found,
        uploads(
            objectives=AFTER,
            key_results="\n".join(KEY_RESULTS.strip().splitlines()[:3]).replace("100 ", "80  "),
        ),
        reading=Reading(as_of=SECOND, complete=True),
    )
    return found


def asked(
    store: Store, filters: Filters | None = Q4, before: date = FIRST, after: date = SECOND
) -> Differences:
    with store.reader(after) as reader:
        return differences.what_changed(reader, before, after, filters)


def shown(found: Differences) -> set[tuple[str, str, str | None, str | None]]:
    rows = found.rows.astype(object).where(found.rows.notna(), None)
    return {(row.item_id, row.kind, row.before, row.after) for row in rows.itertuples()}


def test_every_change_is_counted_and_told_with_titles(store: Store) -> None:
    found = asked(store)
    told = shown(found)
    assert {
        ("O-4", "removed", "Old idea", None),
        ("KR-4", "removed", "ideas", None),
        ("O-6", "added", None, "New idea"),
        ("O-2", "retitled", "Sell more", "Sell much"),
        ("O-2", "reowned", "Bo", "Di"),
        ("O-2", "status", "on track", "at risk"),
        ("O-3", "realigned", "Win winter", "Sell much"),
        ("KR-2", "retargeted", "0 → 100 k€", "0 → 80 k€"),
        # 30 of 100 became 20 of 80, 4 of 10 became 5.5 of 10
        ("O-2", "progress", "30.0 %", "25.0 %"),
        ("O-3", "progress", "40.0 %", "55.0 %"),
    } <= told
    assert found.total == len(told) == int(found.counts["changes"].sum())
    assert found.count("progress") == 5
    assert found.count("progress", "objective") == 3
    assert found.count("scored") == 0


def test_objectives_that_moved_are_counted_of_those_of_the_later_day(store: Store) -> None:
    found = asked(store)
    # O-1, O-2, O-3, O-6; the removed one is in neither number. O-1 rolled up (30 + 40) / 2, and,
    # with O-3 below O-2, (25 + 55) / 2
    assert (found.objectives, found.up, found.down) == (4, 2, 1)
    # O-2: 30 % of 33 % expected on 1 November, then 25 % of 55 %; O-3 40 % and 55 %: on pace still
    assert (found.fell, found.caught_up) == (1, 0)
    assert found.moves["item_id"].iloc[0] == "O-3"
    moves = found.moves.set_index("item_id")
    assert moves["delta"].to_dict() == pytest.approx({"O-3": 0.15, "O-1": 0.05, "O-2": -0.05})
    assert moves["before"].to_dict() == pytest.approx({"O-3": 0.40, "O-1": 0.35, "O-2": 0.30})


@pytest.fixture(scope="module")
def flipped(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The same, and then O-2 names no parent any more: what hangs below it is not in line either."""
    found = made(tmp_path_factory.mktemp("flipped") / "data")
    alone = AFTER.replace("| at risk  | O-1", "| at risk  |    ")
    take_in(found, as_of=date(2026, 12, 4), objectives=alone)
    return found


@pytest.mark.parametrize("as_of", [None, date(2026, 11, 25)])
def test_a_reader_compares_two_days_as_the_macros_do(flipped: Store, as_of: date | None) -> None:
    with flipped.reader(as_of) as reader:
        for before, after in ((FIRST, date(2026, 12, 4)), (date(2026, 12, 4), date(2026, 11, 3))):
            reader.compare(before, after)
            for name in ("what_changed", "alignment_flips"):
                compared = reader.rows(f"select * from temp.between_{name} order by all")
                days = f"date '{before}', date '{after}'"
                assert compared == reader.rows(f"select * from {name}({days}) order by all")
                assert compared
        left = reader.rows("select table_name from duckdb_tables() where temporary")
        assert {name for (name,) in left if name.startswith("between_")} == {
            "between_what_changed",
            "between_alignment_flips",
        }


def test_flips_of_published_days_are_those_that_are_computed(flipped: Store) -> None:
    days = (SECOND, date(2026, 12, 4))
    with flipped.reader() as ready, flipped.reader(days[1]) as anew:
        told = differences.alignment_flips(ready, *days)
        assert told.to_dict("list") == {
            "objective_id": ["O-2", "O-3", "O-6"],
            "before": ["contributing"] * 3,
            "after": ["unaligned", "detached", "detached"],
        }
        assert_frame_equal(told, differences.alignment_flips(anew, *days))


@pytest.mark.parametrize("many", [1, views.MANY])
def test_what_is_kept_ready_is_what_is_computed_for_the_two_days(
    many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MANY", many)
    found = made(tmp_path / "data")
    with found.reader() as ready, found.reader(SECOND) as anew:
        kept = ready.rows("from duckdb_tables() where table_name = 'kept_change'")
        assert len(kept) == (many == 1)
        for filters in (None, Q4, Filters("Q4 2026", ("Sales",), ("team",))):
            one = differences.what_changed(ready, FIRST, SECOND, filters)
            other = differences.what_changed(anew, FIRST, SECOND, filters)
            for part in ("counts", "rows", "moves"):
                assert_frame_equal(getattr(one, part), getattr(other, part))
            for part in ("objectives", "up", "down", "first_measured", "fell", "caught_up"):
                assert getattr(one, part) == getattr(other, part)
        assert_frame_equal(
            differences.changed_items(ready, FIRST, SECOND),
            differences.changed_items(anew, FIRST, SECOND),
        )
        assert differences.counted(ready, FIRST, SECOND)["changes"].sum() > 0


def test_filters_look_at_where_an_item_stands_or_stood_last(store: Store) -> None:
    sales = asked(store, Filters("Q4 2026", ("Sales",)))
    assert set(sales.rows["item_id"]) == {"O-2", "O-4", "O-6", "KR-2", "KR-4"}
    assert sales.objectives == 2
    teams = asked(store, Filters("Q4 2026", levels=("team",)))
    assert set(teams.rows["item_id"]) == {"O-4", "O-6", "KR-4"}
    assert asked(store, Filters("Q3 2026")).total == 0
    assert asked(store, Filters(None)).total == 0
    assert asked(store, None).total == asked(store).total


def test_nothing_changes_within_a_day_and_backwards_is_the_opposite(store: Store) -> None:
    same = asked(store, before=SECOND)
    assert (same.total, same.up, same.down, len(same.rows), len(same.moves)) == (0, 0, 0, 0, 0)
    back = asked(store, before=SECOND, after=FIRST)
    assert (back.up, back.down) == (1, 2)
    assert ("O-6", "removed", "New idea", None) in shown(back)


def test_check_ins_alone_change_progress_between_imports(store: Store) -> None:
    found = asked(store, before=date(2026, 10, 29), after=date(2026, 10, 31))
    # nothing was measured before: known on one day only, so it is no move
    assert ("O-3", "progress", None, "40.0 %") in shown(found)
    assert (found.up, found.down) == (0, 0)
    assert found.first_measured == 3  # O-2 and O-3, and O-1 above them


def test_rows_are_limited_and_counts_are_not(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = asked(store)
    monkeypatch.setattr(differences, "ROWS", 1)
    found = asked(store)
    assert found.total == whole.total
    assert len(found.rows) == len(found.counts)
    largest = found.rows[
        (found.rows["kind"] == "progress") & (found.rows["item_kind"] == "objective")
    ]
    assert largest["item_id"].tolist() == ["O-3"]


def test_everything_came_and_went(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    take_in(store, as_of=FIRST, objectives=BEFORE)
    found = asked(store, None, date(2020, 1, 1), FIRST)
    assert set(found.rows["kind"]) == {"added"}
    assert found.count("added", "objective") == found.objectives == 5
    store.undo("imp-0001")
    with store.reader() as reader:
        empty = differences.what_changed(reader, FIRST, SECOND, Q4)
        assert differences.days_of_imports(reader) == []
    assert (empty.total, empty.objectives) == (0, 0)


def test_parents_that_are_no_ids_stay_as_they_are(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    text = """
        id  | title | level      | cycle   | parent_ids
        O-1 | Win   | company    | Q4 2026 |
        O-2 | Sell  | department | Q4 2026 | {}
    """
    take_in(store, as_of=FIRST, objectives=text.format("(nowhere)"))
    take_in(store, as_of=SECOND, objectives=text.format("O-1"))
    assert ("O-2", "realigned", "(nowhere)", "Win") in shown(asked(store))


@pytest.mark.parametrize(
    ("days", "after", "first", "wanted"),
    [
        ([SECOND, FIRST], SECOND, None, FIRST),
        ([SECOND, FIRST], date(2026, 11, 19), None, FIRST),
        ([SECOND], SECOND, date(2026, 10, 1), date(2026, 11, 13)),
        ([SECOND], SECOND, date(2026, 11, 18), date(2026, 11, 18)),
        ([SECOND], SECOND, date(2026, 12, 1), SECOND),
        ([], SECOND, None, date(2026, 11, 13)),
    ],
)
def test_the_day_that_nobody_chose(
    days: list[date], after: date, first: date | None, wanted: date
) -> None:
    assert differences.day_before(days, after, first) == wanted


def test_the_list_of_the_command_line_is_whole_and_ordered(store: Store) -> None:
    with store.reader() as reader:
        rows = differences.changed_items(reader, FIRST, SECOND)
    assert len(rows) == asked(store, None).total
    order = [differences.KINDS.index(kind) for kind in rows["kind"]]
    assert order == sorted(order)
