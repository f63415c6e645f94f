"""What went wrong once, each told with what was seen and what is right."""

from __future__ import annotations

import csv
import io
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from okr_data import views
from okr_data.charts import sunburst, theme
from okr_data.errors import AlreadyImported
from okr_data.ingest import Upload
from okr_data.intake import import_files, load_sample, sample_is_half_loaded, sample_uploads
from okr_data.store import Generations, Store
from tests.conftest import DAY, assert_same_answers, draft_of, every_answer, table, take_in
from tests.test_charts import sectors


def states(store: Store, as_of: date | None = None) -> dict[str, tuple[str, str | None]]:
    with store.reader(as_of) as reader:
        rows = reader.rows("select objective_id, level, alignment_state from objective_progress")
    return {key: (level, state) for key, level, state in rows}


def test_undo_of_the_import_that_placed_a_team_first(store: Store) -> None:
    """A and B both knew Sales; with A undone, B's lone objective had become a company goal."""
    first = take_in(store, objectives="id | title | team | cycle\nA-1 | a | Sales | Q4 2026")
    take_in(
        store,
        objectives="""
        id  | title | team  | cycle   | parent_ids
        B-1 | lone  | Sales | Q4 2026 |
        B-2 | child | Sales | Q4 2026 | B-1
        """,
    )
    before = states(store)
    store.undo(first.import_id)
    assert states(store) == {key: state for key, state in before.items() if key != "A-1"}
    assert states(store)["B-1"] == ("department", "unaligned")


def test_a_later_guess_moves_no_team(store: Store) -> None:
    take_in(
        store,
        as_of=date(2026, 10, 5),
        objectives="""
        id  | title | level   | team | cycle   | parent_ids
        C   | goal  | company |      | Q4 2026 |
        A-1 | a     |         | Sell | Q4 2026 | C
        A-2 | b     |         | EMEA | Q4 2026 | A-1
        """,
    )
    before = states(store)
    take_in(store, objectives="id | title | team | cycle\nA-3 | c | EMEA | Q4 2026")
    assert {key: state for key, state in states(store).items() if key != "A-3"} == before
    assert states(store)["A-3"] == ("team", "unaligned")


@pytest.mark.parametrize(
    ("header", "row", "objectives"),
    [
        ("objective_id,name,team,level,cycle", "O-1,Win,Sales,team,Q4 2026", 1),
        ("id,objective_id,title", "K-1,O-1,Win", 0),
    ],
)
def test_a_file_is_what_most_of_its_header_says(header: str, row: str, objectives: int) -> None:
    """Objectives with a team and a level were taken for org units, and none went in."""
    draft = draft_of([Upload("any.csv", f"{header}\n{row}\n".encode())], as_of=DAY)
    assert draft.counts()["objectives"] == objectives
    assert draft.counts()["rows"] == 1


def test_two_files_of_one_name_do_not_share_their_lines(store: Store) -> None:
    """A duplicate in line 3 of one objectives.csv deleted line 3 of the other."""
    one = table("id | title | level | cycle\nA | a | team | Q4 2026\nA | a | team | Q4 2026")
    two = table("id | title | level | cycle\nB | b | team | Q4 2026\nC | c | team | Q4 2026")
    import_files(store, [Upload("o.csv", one), Upload("o.csv", two)], as_of=DAY)
    assert set(states(store)) == {"A", "B", "C"}
    with store.reader() as reader:
        assert ("o.csv (2)", 3) in reader.rows("select file, row from objective_progress")


def test_a_team_with_an_unknown_level_word_is_not_placed_by_depth(store: Store) -> None:
    """“Tribe” made a lone team objective a company goal."""
    result = take_in(
        store,
        objectives="id | title | team | cycle\nO-1 | lone | Payments | Q4 2026",
        org_units="team | level | department\nPayments | Tribe | Product",
    )
    assert states(store) == {"O-1": ("team", "unaligned")}
    assert "level_unknown" in set(result.issues["code"])


def test_a_team_with_two_places_has_none(store: Store) -> None:
    result = take_in(
        store,
        objectives="id | title | team | cycle\nO-1 | lone | Ants | Q4 2026",
        org_units="team | level | department\nAnts | team | Sales\nAnts | team | Product",
    )
    assert list(result.issues["code"]).count("duplicate_id_conflict") == 2
    assert "org_unit_assumed" in set(result.issues["code"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("0", "1000", "512.5"), 0.5125),
        (("0", "1.000", "512,5"), 0.5125),  # the comma elsewhere in the file says what 1.000 is
        (("0", "1,000", "512.5"), 0.5125),
        (("0,5", "1,5", "1,25"), 0.75),
        (("0.5", "1.5", "1,25"), 0.75),  # each column decides by its own figures
        (("0", "12,34,567.0", "0"), 0.0),
    ],
)
def test_one_decimal_sign_a_column(
    cells: tuple[str, ...], expected: float | None, store: Store
) -> None:
    content = io.StringIO()
    csv.writer(content, delimiter=";").writerows(
        [
            ["id", "objective_id", "title", "start_value", "target_value", "current_value"],
            ["K", "O", "k", *cells],
        ]
    )
    upload = Upload("key_results.csv", content.getvalue().encode())
    objective = Upload("objectives.csv", b"id,title,level,cycle\nO,o,company,Q4 2026\n")
    import_files(store, [upload, objective], as_of=DAY)
    with store.reader() as reader:
        assert reader.rows("select progress_raw from key_result_progress") == [
            (pytest.approx(expected) if expected is not None else None,)
        ]
        codes = {code for (code,) in reader.rows("select code from import_issue")}
    assert ("not_a_number" in codes) == (expected is None)


def test_weights_follow_the_decimal_sign_of_their_file() -> None:
    content = b"id;title;level;cycle;parent_ids;parent_weights\nA;a;team;Q4 2026;B;33,33%\n"
    draft = draft_of([Upload("o.csv", content)], as_of=DAY)
    assert draft.tables["alignment_row"]["weight"].to_pylist() == [pytest.approx(0.3333)]


def test_words_for_nothing_name_nothing(store: Store) -> None:
    take_in(
        store,
        objectives="id | title | level | team | cycle | parent_ids\nO-1 | - | team | n/a | Q4 2026 | none",
    )
    assert states(store) == {"O-1": ("team", "unaligned")}
    with store.reader() as reader:
        assert reader.rows("select title, team from objective_progress") == [("-", None)]


def test_other_formulas_are_computed_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade the old answers stayed until the next import."""
    take_in(store, objectives="id | title | level | cycle\nO-1 | a | company | Q4 2026")
    before, generation = every_answer(store), store.generation()
    store.catch_up()
    assert store.generation() == generation
    monkeypatch.setattr(views, "fingerprint", lambda: "of another version")
    store.catch_up()
    assert store.generation() > generation
    assert_same_answers(every_answer(store), before)


def test_other_settings_are_computed_anew(store: Store) -> None:
    take_in(
        store,
        objectives="id | title | level | cycle\nO-1 | a | company | FY27 Q1",
        key_results="id | objective_id | title | progress\nK | O-1 | k | 50%",
    )
    (store.folder / "settings.toml").write_text("fiscal_start_month = 10\n")
    store.catch_up()
    with store.reader() as reader:
        ((starts_on,),) = reader.rows("select starts_on from model.cycle_window")
    assert starts_on == date(2026, 10, 1)


def test_a_pointer_left_behind_is_moved(store: Store) -> None:
    """Killed between publishing and moving the pointer, clients read the former state for ever."""
    take_in(store, objectives="id | title | level | cycle\nO-1 | a | company | Q4 2026")
    old = store.pointer.read_bytes()
    take_in(store, objectives="id | title | level | cycle\nO-2 | b | company | Q4 2026")
    store.pointer.unlink()
    store.pointer.write_bytes(old)
    os.utime(store.pointer, (1, 1))
    store.catch_up()
    assert store.pointer.stat().st_size == max(
        p.stat().st_size for p in store.folder.glob("okr-*.duckdb")
    )
    assert store.pointer.read_bytes() != old


def test_a_generation_number_never_comes_again(store: Store) -> None:
    """Deleted databases were rebuilt under old numbers, and caches answered from the deleted file."""
    take_in(store, objectives="id | title | level | cycle\nO-1 | a | company | Q4 2026")
    generations = Generations(store)
    first = store.generation()
    with generations.reader(first) as reader:
        reader.rows("select 1")
    for path in store.folder.glob("*.duckdb"):
        path.unlink()
    store.rebuild()
    assert store.generation() > first


def test_a_note_does_not_erase_a_value(store: Store) -> None:
    """A later file that stated only a note for a day erased the value of that day."""
    base = {
        "objectives": "id | title | level | cycle\nO-1 | a | company | Q4 2026",
        "key_results": "id | objective_id | title | start_value | target_value\nK | O-1 | k | 0 | 10",
    }
    take_in(
        store,
        as_of=date(2026, 11, 6),
        check_ins="item_id | date | value\nK | 2026-11-05 | 5",
        **base,
    )
    take_in(store, check_ins="item_id | date | value | note\nK | 2026-11-05 | | went well")
    with store.reader() as reader:
        assert reader.rows("select current_value, progress from key_result_progress") == [
            (5.0, 0.5)
        ]
    take_in(store, as_of=date(2026, 11, 22), check_ins="item_id | date | value\nK | 2026-11-05 | 7")
    with store.reader() as reader:
        assert reader.rows("select current_value from key_result_progress") == [(7.0,)]


def test_goals_of_a_former_cycle_carry_the_work_of_a_later_one(store: Store) -> None:
    """Weekly alignment of Q4 work under a Q3 goal read 0 although it had a line of sight."""
    take_in(
        store,
        objectives="""
        id  | title | level   | department | cycle   | parent_ids
        G   | goal  | company |            | Q3 2026 |
        O-1 | work  | team    | Sales      | Q4 2026 | G
        """,
    )
    with store.reader() as reader:
        weekly = reader.rows(
            "select distinct s.alignment_state from model.alignment_state_day s "
            "join model.week_day w on w.day = s.day and w.cycle = 'Q4 2026' where s.objective_id = 'O-1'"
        )
    assert weekly == [("contributing",)]


def test_a_first_start_that_was_interrupted_goes_on(store: Store) -> None:
    day, first = sample_uploads()[0]
    assert sample_is_half_loaded(store)
    import_files(store, first, "template", day, sample=True)
    assert sample_is_half_loaded(store)
    assert len(load_sample(store)) == 1
    assert not sample_is_half_loaded(store)
    with pytest.raises(AlreadyImported):
        load_sample(store)


def test_no_user_text_reaches_a_figure_unescaped() -> None:
    evil = sectors(E={"department": "<a href=x>", "cycle": "<i>"})
    trace = sunburst.tree_figure(sunburst.sector_marks(evil), theme.LIGHT).data[0]
    assert not any("<a " in text or "<i>" in text for text in trace.hovertext)


def test_a_full_disk_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from okr_data.errors import OkrError

    take_in(store, objectives="id | title | level | cycle\nO-1 | a | company | Q4 2026")
    before = every_answer(store)

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OkrError, match="No space left"):
        take_in(store, objectives="id | title | level | cycle\nO-2 | b | company | Q4 2026")
    monkeypatch.undo()
    assert_same_answers(every_answer(store), before)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    from okr_data.errors import OkrError

    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OkrError, match="cannot be"):
        take_in(Store(tmp_path / "file" / "data"), objectives="id | title\nO-1 | a")


def test_what_was_changed_back_on_the_same_day_was_changed(store: Store) -> None:
    """K fell off pace; a check-in said another value, and the import of that day the old one again.

    The check compared days, not statements, and said that nobody had answered.
    """
    take_in(
        store,
        objectives="id | title | level | cycle\nO-1 | Win | company | Q4 2026",
        key_results="""
        id | objective_id | title | start_value | target_value | current_value
        K  | O-1          | k     | 0           | 100          | 10
        """,
        check_ins="item_id | date | value\nK | 2026-10-12 | 10\nK | 2026-10-28 | 20",
        as_of=date(2026, 10, 28),
    )

    def answered() -> list[tuple[object, ...]]:
        with store.reader() as reader:
            return reader.rows(
                "select passed from scorecard_item where item_id = 'K' and department is null "
                "and \"check\" = 'changed_after_falling_off_pace'"
            )

    with store.reader() as reader:
        ((fell, until),) = reader.rows("select fell_on, watched_until from model.fall_off_pace")
    assert fell < date(2026, 10, 28) <= until
    assert answered() == [(True,)]
    # the observation of that day is the import's, as everywhere
    with store.reader() as reader:
        assert reader.rows(
            "select value from model.observation where item_id = 'K' and observed_on = date '2026-10-28'"
        ) == [(10,)]
