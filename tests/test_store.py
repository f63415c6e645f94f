"""The store: whole or not at all, exact undo, rebuild, many readers, one writer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from okr_data import graph
from okr_data import store as store_module
from okr_data.errors import (
    AlreadyImported,
    FileRefused,
    JournalUnreadable,
    NoDatabase,
    OkrError,
    StoreBusy,
    UnknownImport,
)
from okr_data.ingest import Reading, Upload
from okr_data.ingest.columns import Answers
from okr_data.intake import clear_sample, import_files, load_sample
from okr_data.schema import MAX_CHAIN
from okr_data.store import Generations, Store, _writers_memory
from tests.conftest import DAY, assert_same_answers, every_answer, new_store, take_in, uploads

FIRST: dict[str, Any] = {
    "objectives": """
    id  | title | level      | department | cycle   | parent_ids | parent_weights | created_on
    O-1 | Win   | company    |            | Q4 2026 |            |                | 2026-09-20
    O-2 | Sell  | department | Sales      | Q4 2026 | O-1        | 60%            | 2026-09-20
    O-3 | Make  | department | Product    | Q4 2026 | O-1        | 40%            | 2026-09-20
    """,
    "key_results": """
    id | objective_id | title | start_value | target_value | current_value
    A  | O-2          | sell  | 0           | 10           | 4
    B  | O-3          | make  | 0           | 10           | 8
    """,
}
SECOND: dict[str, Any] = {
    "objectives": """
    id  | title       | level      | department | cycle   | parent_ids
    O-2 | Sell better | department | Sales      | Q4 2026 |
    O-4 | Care        | team       | Sales      | Q4 2026 | O-2
    """,
    "key_results": """
    id | objective_id | title | start_value | target_value | current_value
    A  | O-2          | sell  | 0           | 8            | 6
    """,
}


def _rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.reader() as reader:
        return reader.rows(sql)


def test_the_same_files_twice_change_nothing(store: Store) -> None:
    first = take_in(store, as_of=date(2026, 10, 16), **FIRST)
    before, generation = every_answer(store), store.generation()
    with pytest.raises(AlreadyImported, match=first.import_id):
        import_files(store, uploads(**FIRST)[::-1])  # in another order, without a day
    assert store.generation() == generation
    assert_same_answers(every_answer(store), before)
    assert len(store.imports()) == 1


def test_undo_brings_back_every_former_answer(store: Store) -> None:
    take_in(store, as_of=date(2026, 10, 16), **FIRST)
    before = every_answer(store)
    second = take_in(store, as_of=DAY, **SECOND)
    assert not every_answer(store)["objective_progress"].equals(before["objective_progress"])
    store.undo(second.import_id)
    assert_same_answers(every_answer(store), before)
    with pytest.raises(UnknownImport):
        store.undo(second.import_id)
    take_in(store, as_of=DAY, **SECOND)  # what was undone may come again


def test_undo_of_an_older_import_leaves_the_newer_one(store: Store) -> None:
    first = take_in(store, as_of=date(2026, 10, 16), **FIRST)
    take_in(store, as_of=DAY, **SECOND)
    store.undo(first.import_id)
    with store.reader() as reader:
        ids = reader.rows("select objective_id from objective_progress order by 1")
    assert ids == [("O-2",), ("O-4",)]


def test_the_later_one_of_undo_and_redo_decides(store: Store) -> None:
    take_in(store, as_of=date(2026, 10, 16), **FIRST)
    before = every_answer(store)
    second = take_in(store, as_of=DAY, **SECOND).import_id
    after = every_answer(store)
    with pytest.raises(UnknownImport, match="none"):
        store.redo(second)
    for _ in range(2):
        store.undo(second)
        assert_same_answers(every_answer(store), before)
        redone = store.redo(second, by="Ada")
        assert_same_answers(every_answer(store), after)
    assert (redone.kind, redone.target, redone.by) == ("redo", second, "Ada")
    assert [undone for _, undone in store.imports()] == [False, False]
    with pytest.raises(UnknownImport):
        store.redo(second)
    store.rebuild()
    assert_same_answers(every_answer(store), after)


def test_what_is_redone_counts_as_imported(store: Store) -> None:
    first = take_in(store, **FIRST).import_id
    store.undo(first)
    store.redo(first)
    with pytest.raises(AlreadyImported, match=first):
        take_in(store, **FIRST)


def test_rebuild_gives_equal_answers(sample_store: Store, tmp_path: Path) -> None:
    copy = Store(tmp_path / "copy")
    shutil.copytree(sample_store.folder / "journal", copy.folder / "journal")
    assert copy.generation() == 0
    copy.rebuild()
    assert_same_answers(every_answer(copy), every_answer(sample_store))


def test_a_lost_database_is_made_anew_from_the_journal(store: Store) -> None:
    take_in(store, **FIRST)
    before = every_answer(store)
    for path in store.folder.glob("*.duckdb"):
        path.unlink()
    with pytest.raises(NoDatabase), store.reader():
        pass
    store.catch_up()
    assert_same_answers(every_answer(store), before)


def test_what_is_remembered_of_a_published_file_is_what_it_says(store: Store) -> None:
    take_in(store, **FIRST)
    store.rebuild()
    path = store.folder / f"okr-{store.generation():06d}.duckdb"
    identity = store_module._identity(path)
    assert identity is not None
    assert store_module._METAS[identity] == store_module._read_meta(path)
    path.unlink()  # a file of that name that is another one is not taken for it
    path.write_bytes(b"no database")
    assert not store.is_current()


def test_dry_run_keeps_nothing_and_says_everything(store: Store) -> None:
    take_in(store, as_of=date(2026, 10, 16), **FIRST)
    before, generation = every_answer(store), store.generation()
    result = import_files(store, uploads(**SECOND), as_of=DAY, dry_run=True)
    assert result.manifest.counts["objectives"] == 2
    assert store.generation() == generation
    assert_same_answers(every_answer(store), before)


def test_a_refused_upload_changes_nothing(store: Store) -> None:
    take_in(store, **FIRST)
    before = every_answer(store)
    good, bad = uploads(**SECOND)
    with pytest.raises(FileRefused):
        import_files(store, [good, type(bad)("key_results.csv", b"\x89PNG\r\n\x1a\n\x00\x00")])
    assert_same_answers(every_answer(store), before)


def test_what_a_killed_writer_leaves_does_not_disturb(store: Store) -> None:
    take_in(store, as_of=date(2026, 10, 16), **FIRST)
    (store.folder / ".staged-99999.duckdb").write_bytes(b"half a database")
    (store.folder / "journal" / ".tmp-dead").mkdir()
    (store.folder / "journal" / ".tmp-dead" / "manifest.json").write_text("{}")
    take_in(store, as_of=DAY, **SECOND)
    assert not list(store.folder.glob(".staged-*"))
    assert not list((store.folder / "journal").glob(".tmp-*"))


def test_an_entry_that_was_not_published_is_caught_up(store: Store) -> None:
    """Killed between the journal's rename and the database's: the entry is whole, so it counts."""
    take_in(store, as_of=date(2026, 10, 16), **FIRST)
    take_in(store, as_of=DAY, **SECOND)
    after = every_answer(store)
    newest = store.folder / f"okr-{store.generation():06d}.duckdb"
    newest.unlink()
    store.pointer.unlink()
    store.catch_up()
    assert_same_answers(every_answer(store), after)


def test_a_database_of_an_older_version_is_made_anew(store: Store) -> None:
    """Its tables lack columns: nothing of it may be copied."""
    take_in(store, as_of=date(2026, 10, 16), **FIRST)
    newest = store.folder / f"okr-{store.generation():06d}.duckdb"
    with duckdb.connect(str(newest)) as older:
        older.execute("update journal.meta set schema_version = 1, computed_by = '1/formulas'")
        older.execute("alter table journal.import drop column complete")
    take_in(store, as_of=DAY, **SECOND)
    assert [
        name for (name,) in _rows(store, "select import_id from journal.import order by 1")
    ] == [
        "imp-0001",
        "imp-0002",
    ]


def test_an_empty_database_of_an_older_version_is_made_anew(store: Store) -> None:
    newest = store.folder / f"okr-{store.generation():06d}.duckdb"
    with duckdb.connect(str(newest)) as older:
        older.execute("update journal.meta set computed_by = '1/formulas'")
    generation = store.generation()
    store.catch_up()
    assert store.generation() > generation
    assert len(take_in(store, **FIRST).issues) == 0


def test_another_process_reads_while_an_import_goes_on(store: Store) -> None:
    """An outside client holds the pointer open; the import publishes beside it."""
    take_in(store, as_of=date(2026, 10, 16), **FIRST)
    script = (
        "import duckdb, sys\n"
        f"c = duckdb.connect({str(store.pointer)!r}, read_only=True)\n"
        "print(c.execute('select count(*) from objective_progress').fetchone()[0], flush=True)\n"
        "sys.stdin.readline()\n"
        "print(c.execute('select count(*) from objective_progress').fetchone()[0], flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "3"
        take_in(store, as_of=DAY, **SECOND)
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline().strip() == "3"  # it keeps the state that it opened
    with duckdb.connect(str(store.pointer), read_only=True) as client:
        assert client.execute("select count(*) from objective_progress").fetchone() == (4,)


def test_a_second_writer_is_told_who_writes(store: Store) -> None:
    take_in(store, **FIRST)
    other = Store(store.folder, lock_timeout=0.2)
    with store.writing(), pytest.raises(StoreBusy, match=r"process \d+"):
        other.undo("imp-0001")


def test_two_uploads_at_once_give_exactly_one_import(store: Store) -> None:
    patient = Store(store.folder, lock_timeout=60)
    outcomes: list[str] = []

    def upload() -> None:
        try:
            import_files(patient, uploads(**FIRST), as_of=DAY)
            outcomes.append("in")
        except AlreadyImported:
            outcomes.append("already")

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already", "in"]
    assert len(store.imports()) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/hostname')",
        "copy (select 1) to '/tmp/out.csv'",
        "attach '/tmp/other.duckdb'",
        "install httpfs",
        "set enable_external_access = true",
        "create table main.mine as select 1",
        "delete from journal.import",
    ],
)
def test_readers_are_locked_down(statement: str, sample_store: Store) -> None:
    with sample_store.reader() as reader, pytest.raises(duckdb.Error):
        reader.rows(statement)


def test_old_generations_go(store: Store) -> None:
    take_in(store, **FIRST)
    for _ in range(3):
        store.rebuild()
    assert len(list(store.folder.glob("okr-*.duckdb"))) == 2
    assert store.pointer.exists()


@pytest.mark.parametrize(
    ("version", "later_fields"), [(0, ["sample", "complete"]), (1, ["complete"])]
)
def test_a_journal_of_an_older_version_is_read(
    version: int, later_fields: list[str], store: Store
) -> None:
    """An older program knew fewer columns: what it did not write is not known."""
    take_in(store, **FIRST)
    before = every_answer(store)
    (entry,) = (store.folder / "journal").iterdir()
    rows = pq.read_table(entry / "objective_row.parquet")
    pq.write_table(rows.drop_columns(["score", "confidence"]), entry / "objective_row.parquet")
    manifest = json.loads((entry / "manifest.json").read_text())
    manifest["schema_version"] = version
    for name in later_fields:
        del manifest[name]
    (entry / "manifest.json").write_text(json.dumps(manifest))
    store.rebuild()
    assert_same_answers(every_answer(store), before)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ('{"kind": "import", "schema_version": 99}', "newer version"),
        ("half a mani", "cannot be read"),
        ('{"kind": "import"}', "cannot be read"),
    ],
)
def test_a_journal_that_cannot_be_read_is_named(manifest: str, message: str, store: Store) -> None:
    take_in(store, **FIRST)
    before = every_answer(store)
    entry = store.folder / "journal" / "000002-import"
    entry.mkdir()
    (entry / "manifest.json").write_text(manifest)
    with pytest.raises(JournalUnreadable, match=message):
        take_in(store, **SECOND)
    shutil.rmtree(entry)
    assert_same_answers(every_answer(store), before)


def test_originals_are_kept_byte_for_byte(store: Store) -> None:
    files = uploads(**FIRST)
    import_files(store, files, as_of=DAY)
    (entry,) = store.journal.entries()
    assert [entry.original(n) for n in range(len(files))] == [file.content for file in files]


def test_names_of_files_never_become_paths(store: Store) -> None:
    objectives, key_results = uploads(**FIRST)
    hostile = type(objectives)("../../../tmp/evil_okr.csv", objectives.content)
    import_files(store, [hostile, key_results], as_of=DAY)
    (entry,) = store.journal.entries()
    assert entry.manifest.files[0].name == "../../../tmp/evil_okr.csv"
    assert not Path("/tmp/evil_okr.csv").exists()


def test_clearing_the_sample_leaves_an_empty_company(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    load_sample(store)
    cleared = clear_sample(store)
    assert len(cleared) == 2
    answers = every_answer(store)
    rules = answers.pop("setting_in_force")
    assert len(rules)
    assert all(frame.empty for frame in answers.values())


# --- time travel -------------------------------------------------------------


def test_an_earlier_day_answers_as_it_did_then(store: Store) -> None:
    day = date(2026, 10, 16)
    take_in(store, as_of=day, **FIRST)
    then = every_answer(store)
    take_in(store, as_of=DAY, **SECOND)
    again = every_answer(store, as_of=day)
    del then["import_issue"], again["import_issue"]  # the history of imports has no day
    assert_same_answers(again, then)


def test_any_client_asks_for_a_day_by_a_variable(sample_store: Store) -> None:
    day = date(2026, 8, 14)
    pinned = every_answer(sample_store, as_of=day)
    with duckdb.connect(str(sample_store.pointer), read_only=True) as client:
        client.execute(f"set variable as_of = date '{day}'")
        for name, frame in pinned.items():
            asked = client.execute(f"select * from {name} order by all").df()
            pd.testing.assert_frame_equal(asked, frame, obj=name)
        client.execute("reset variable as_of")
        newest = client.execute("select * from objective_progress order by all").df()
    assert not newest.equals(pinned["objective_progress"])


def test_the_trend_is_time_travel(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        weeks = reader.rows(
            "select distinct day from objective_trend where cycle = 'Q3 2026' order by 1"
        )
        trend = reader.frame("select * from objective_trend where cycle = 'Q3 2026'")
    for (day,) in weeks[::4]:
        with sample_store.reader(as_of=day) as reader:
            then = reader.frame(
                "select objective_id, progress, expected_progress from objective_progress "
                "where cycle = 'Q3 2026' and not dropped order by 1"
            )
        week = trend[trend["day"] == pd.Timestamp(day)].sort_values("objective_id")
        pd.testing.assert_frame_equal(
            week[then.columns].reset_index(drop=True), then, check_exact=False
        )


# --- loops -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("links", "right"),
    [
        ([], True),
        ([(0, 1), (1, 2), (0, 2)], True),
        ([(0, 0)], False),
        ([(0, 1), (1, 0)], False),
        ([(n, n + 1) for n in range(MAX_CHAIN)], True),
        ([(n, n + 1) for n in range(MAX_CHAIN + 1)], False),
    ],
)
def test_only_loops_and_long_chains_need_a_closer_look(
    links: list[tuple[int, int]], right: bool
) -> None:
    assert graph.ends_soon(links) is right


def test_the_same_bytes_read_in_another_way_are_another_import(store: Store) -> None:
    content = b"id,title,level,cycle,due\nO-1,Win,company,Q4 2026,03/04/2026\n"
    uploads_ = [Upload("goals.csv", content)]
    import_files(store, uploads_, reading=Reading(as_of=DAY))
    with pytest.raises(AlreadyImported):
        import_files(store, [Upload("other name.csv", content)], reading=Reading(as_of=DAY))
    import_files(store, uploads_, reading=Reading(as_of=DAY, answers=Answers(date_order="dmy")))
    with store.reader() as reader:
        assert reader.rows("select end_date from model.objective_version") == [(date(2026, 4, 3),)]


# --- earlier days ----------------------------------------------------------------------


def test_an_earlier_day_is_computed_once_and_only_as_far_as_it_is_asked(store: Store) -> None:
    day = date(2026, 10, 16)
    take_in(store, as_of=day, **FIRST)
    take_in(store, as_of=DAY, **SECOND)
    generations, generation = Generations(store), store.generation()
    titles = "select title from objective_progress order by title"
    temporary = "select table_name from duckdb_tables() where temporary"
    with generations.reader(generation, day) as reader:
        assert reader.rows(titles) == [("Make",), ("Sell",), ("Win",)]
        computed = {name for (name,) in reader.rows(temporary)}
        assert "roll_up_day" in computed
        assert not computed & {"forecast", "scorecard_item", "finding_outcome"}
    with generations.reader(generation, day) as again, generations.reader(generation, day) as other:
        assert again is reader
        assert other is not reader  # a cursor is nobody else's while it is used
        assert again.rows(titles) == other.rows(titles) == [("Make",), ("Sell",), ("Win",)]
        assert again.rows("select count(*) from forecast") == [(5,)]
    with generations.reader(generation) as newest:
        assert newest.rows("select count(*) from objective_progress") == [(4,)]
    with generations.reader(generation, DAY) as later:
        assert later.rows(titles) == newest_titles(store)


def newest_titles(store: Store) -> list[tuple[Any, ...]]:
    return _rows(store, "select title from objective_progress order by title")


def test_a_question_that_failed_leaves_no_reader_of_an_earlier_day(store: Store) -> None:
    day = date(2026, 10, 16)
    take_in(store, as_of=day, **FIRST)
    take_in(store, as_of=DAY, **SECOND)
    generations, generation = Generations(store), store.generation()
    with pytest.raises(duckdb.Error), generations.reader(generation, day) as reader:
        reader.rows("select no_such_column from objective_progress")
    with generations.reader(generation, day) as other:
        assert other is not reader
        assert other.rows("select count(*) from objective_progress") == [(3,)]


def test_a_writer_may_take_a_quarter_of_the_machine_where_two_gib_do_not_do() -> None:
    gib = 1 << 30
    assert [
        [memory // gib for memory in _writers_memory(machine * gib)] for machine in (0, 8, 12, 24)
    ] == [[2], [2], [2, 3], [2, 6]]


def test_a_database_that_has_grown_gets_large_blocks_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def block_size(store: Store) -> int:
        return store_module._block_size_of(store.folder / f"okr-{store.generation()}.duckdb")

    small, grown = new_store(tmp_path / "small"), new_store(tmp_path / "it's grown")
    for store in (small, grown):
        take_in(store, **FIRST)
    monkeypatch.setattr(store_module, "MANY_ROWS", 8)
    assert block_size(grown) == store_module.SMALL_BLOCK
    with grown.reader() as reader:  # somebody reads what is copied
        take_in(grown, **SECOND)
        assert reader.rows("select count(*) from objective_progress") == [(3,)]
    assert block_size(grown) == store_module.LARGE_BLOCK
    comments = "select count(*) from duckdb_columns() where comment is not null and not internal"
    with small.reader() as one, grown.reader() as other:
        assert one.rows(comments) == other.rows(comments)
    monkeypatch.undo()
    take_in(small, **SECOND)
    assert block_size(small) == store_module.SMALL_BLOCK
    assert_same_answers(every_answer(small), every_answer(grown))
    take_in(grown, objectives="id | title\nO-9 | Last")
    assert block_size(grown) == store_module.LARGE_BLOCK
    grown.rebuild()
    assert block_size(grown) == store_module.SMALL_BLOCK


def test_what_needs_more_memory_is_tried_with_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_store(tmp_path / "data")
    take_in(store, **FIRST)
    before = every_answer(store)
    monkeypatch.setattr(store_module, "WRITERS_MEMORY", (4 << 20, 5 << 20))
    with pytest.raises(OkrError, match=r"more than the 5 MiB .* Nothing was changed"):
        take_in(store, **SECOND)
    assert_same_answers(before, every_answer(store))
    assert not list(store.folder.glob(".staged*"))
    monkeypatch.setattr(store_module, "WRITERS_MEMORY", (4 << 20, 2 << 30))
    take_in(store, **SECOND)
    assert len(store.imports()) == 2
    assert not list(store.folder.glob(".staged*"))
