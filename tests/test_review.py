"""A review: what moved and flipped, what is asked, its time, and what was said in it for good."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_data import review
from okr_data.errors import OkrError
from okr_data.queries import Filters
from okr_data.review import COMPANY, END, MOVED, START, Moves, Past, compose
from okr_data.store import REMARK_LENGTH, Meeting, Remark, Store
from tests.conftest import DAY, assert_same_answers, every_answer, new_store, take_in

BEFORE = date(2026, 10, 16)
CYCLE, FRAMES = "Q4 2026", ("Annual 2026",)
MEETING = Meeting(CYCLE, DAY, BEFORE)
BEHIND = ("at_risk", "off_track")
SIGHT = ("contributing", "supporting")


# --- what moved and flipped, computed a second time ----------------------------------


def standing(store: Store, day: date, filters: Filters) -> dict[str, dict[str, object]]:
    """Return the objectives of a day under a filter, row by row from the public view."""
    with store.reader(None if day == DAY else day) as reader:
        rows = reader.frame(
            "select objective_id, cycle, department, level, progress, pace_status, alignment_state, "
            "dropped from objective_progress"
        )
    kept = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return {
        str(row["objective_id"]): row
        for row in kept
        if row["cycle"] == filters.cycle
        and (not filters.departments or row["department"] in filters.departments)
    }


def second_opinion(store: Store, before: date, after: date, filters: Filters) -> dict[str, int]:
    old, new = standing(store, before, Filters(filters.cycle)), standing(store, after, filters)
    counts = dict.fromkeys(
        (
            "objectives",
            "up",
            "down",
            "fell",
            "caught_up",
            "paces",
            "lost",
            "gained",
            "states",
            "added",
        ),
        0,
    )
    for name, now in new.items():
        if now["dropped"]:
            continue
        counts["objectives"] += 1
        then = old.get(name)
        if then is None:
            counts["added"] += 1
            continue
        if then["progress"] is not None and now["progress"] is not None:
            moved = now["progress"] - then["progress"]  # type: ignore[operator]
            counts["up"] += moved > 1e-6
            counts["down"] += moved < -1e-6
        was, is_ = then["pace_status"] in BEHIND, now["pace_status"] in BEHIND
        counts["paces"] += then["pace_status"] != now["pace_status"]
        counts["fell"] += not was and is_
        counts["caught_up"] += was and not is_
        if then["alignment_state"] is None or now["alignment_state"] is None:
            continue
        had, has = then["alignment_state"] in SIGHT, now["alignment_state"] in SIGHT
        counts["states"] += then["alignment_state"] != now["alignment_state"]
        counts["lost"] += had and not has
        counts["gained"] += not had and has
    return counts


@pytest.mark.parametrize("departments", [(), ("Sales",), ("Product", "Operations")])
@pytest.mark.parametrize("span", [(BEFORE, DAY), (date(2026, 11, 1), date(2026, 11, 15))])
def test_moves_and_flips_equal_the_second_opinion(
    span: tuple[date, date], departments: tuple[str, ...], sample_store: Store
) -> None:
    filters = Filters(CYCLE, departments)
    with sample_store.reader(None if span[1] == DAY else span[1]) as reader:
        found = compose(reader, filters, FRAMES, span[0])
    wanted = second_opinion(sample_store, *span, filters)
    assert {name: getattr(found.moves, name) for name in wanted} == wanted
    named = found.flips["change"].value_counts()
    for change in ("up", "down", "fell", "caught_up", "lost", "gained", "added", "retargeted"):
        assert int(named.get(change, 0)) == getattr(found.moves, change), change


# --- what is asked -------------------------------------------------------------------

GOALS = """
    id  | title          | level      | department | cycle   | parent_id | owner
    O-1 | Win winter     | company    |            | Q4 2026 |           | Ann
    O-2 | Sell in summer | department | Sales      | Q4 2026 | {parent}  | Bo
    O-3 | Build          | department | Product    | Q4 2026 | O-1       | Cy
"""
RESULTS = """
    id  | objective_id | title   | start_value | target_value | unit
    K-1 | O-1          | Orders  | 0           | 100          | pcs
    K-2 | O-2          | Meters  | 0           | {target}     | m
    K-3 | O-3          | Parts   | 0           | 10           | pcs
"""
CHECK_INS = """
    key_result_id | date       | value
    K-1           | 2026-10-05 | 5
    K-2           | 2026-10-15 | 20
    K-3           | 2026-11-18 | 6
    K-1           | 2026-11-18 | 52
"""


@pytest.fixture(scope="module")
def two_days_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sales falls behind, loses its goal, and its target is lowered; Product is in order."""
    store = new_store(tmp_path_factory.mktemp("two-days") / "data")
    for day, parent, target in ((BEFORE, "O-1", "100"), (DAY, "", "80")):
        take_in(
            store,
            as_of=day,
            objectives=GOALS.format(parent=parent),
            key_results=RESULTS.format(target=target),
            check_ins=CHECK_INS,
        )
    return store.folder


@pytest.fixture
def two_days(two_days_folder: Path, tmp_path: Path) -> Store:
    return Store(Path(shutil.copytree(two_days_folder, tmp_path / "data")))


def test_each_flip_and_moved_target_is_a_question_and_nothing_is_asked_twice(
    two_days: Store,
) -> None:
    with two_days.reader() as reader:
        found = compose(reader, Filters(CYCLE), (), BEFORE)
    moves = found.moves
    assert (moves.fell, moves.lost, moves.retargeted, moves.objectives) == (1, 1, 1, 3)
    assert [step.key for step in found.steps] == [START, MOVED, COMPANY, "department:Sales", END]
    assert found.quiet == ("Product",)
    (topic,) = found.steps[3].topics
    asked = {question.reason: question for question in topic.questions}
    # The rule “moved goalpost” asks after the target, and the lost goal after the parent.
    assert {"fell", "lost", "moved_goalpost"} <= set(asked)
    assert not {"retargeted", "unaligned"} & set(asked)
    assert (asked["lost"].before, asked["lost"].after) == ("contributing", "unaligned")
    assert asked["moved_goalpost"].item_id == "K-2"
    assert topic.questions[0].weight == 3
    assert asked["fell"].source.startswith("objectives.csv:3 (imp-")


def test_flips_of_the_macro_are_those_between_the_two_days(two_days: Store) -> None:
    with two_days.reader() as reader:
        rows = reader.rows(
            f"select * from alignment_flips(date '{BEFORE}', date '{DAY}') order by all"
        )
    assert rows == [("O-2", "contributing", "unaligned")]


def test_without_an_earlier_day_only_rules_ask(two_days: Store) -> None:
    with two_days.reader() as reader:
        found = compose(reader, Filters(CYCLE), (), None)
        same = compose(reader, Filters(CYCLE), (), DAY)
    assert found.moves == same.moves == Moves(3)
    assert found.moves.nothing
    assert {
        q.is_finding for step in found.steps for topic in step.topics for q in topic.questions
    } == {True}


def test_an_empty_cycle_and_one_without_company_goals_have_an_agenda(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    with store.reader() as reader:
        nothing = compose(reader, Filters("Q4 2026"), (), BEFORE)
    assert [step.key for step in nothing.steps] == [START, MOVED, COMPANY, END]
    take_in(store, objectives="id | title | level | cycle\nO-9 | <b>Alone</b> | team | Q4 2026")
    with store.reader() as reader:
        found = compose(reader, Filters("Q4 2026"), (), BEFORE)
    assert (found.steps[2].objectives, found.steps[2].topics) == (0, ())
    assert found.steps[3].key == "department:"


def test_company_goals_of_the_year_come_first_whatever_the_filter(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        found = compose(reader, Filters(CYCLE, ("Sales",)), FRAMES, BEFORE)
    assert [step.key for step in found.steps] == [START, MOVED, COMPANY, "department:Sales", END]
    assert found.steps[2].objectives == 5
    weights = [step.weight for step in found.steps[3:-1]]
    assert weights == sorted(weights, reverse=True)


# --- time ----------------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 1_000), min_size=1, max_size=40),
    st.integers(0, 240),
)
def test_time_boxes_sum_to_the_meeting(weights: list[float], minutes: int) -> None:
    boxes = review.time_boxes(weights, minutes)
    assert sum(boxes) == minutes
    assert min(boxes) >= (1 if minutes >= len(weights) else 0)
    heaviest = max(range(len(weights)), key=lambda n: weights[n])
    assert boxes[heaviest] >= max(boxes) - 1


@pytest.mark.parametrize("minutes", [1, 5, 15, 60, 120])
def test_the_agenda_of_the_sample_fills_the_meeting(minutes: int, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        found = compose(reader, Filters(CYCLE), FRAMES, BEFORE)
    timed = found.timed(minutes)
    assert sum(step.minutes for step in timed) == minutes
    assert timed[0].minutes == 0


# --- what was said -------------------------------------------------------------------


def said(store: Store) -> list[tuple[object, ...]]:
    with store.reader() as reader:
        return reader.rows(
            "select review_id, step, kind, remark, owner, due, written_by from review_remark "
            "order by remark_id"
        )


def past(store: Store) -> tuple[Past, ...]:
    with store.reader() as reader:
        return review.past_reviews(reader)


def test_remarks_and_the_closing_are_kept_and_can_be_taken_back(two_days: Store) -> None:
    due = DAY + timedelta(7)
    two_days.remark(MEETING, Remark(START, "  Well done. "), by="Ann")
    action = two_days.remark(
        MEETING, Remark("department:Sales", "Call them", "action", "O-2", " Bo ", due), by="Cy"
    )
    review_id = f"{DAY} | Q4 2026"
    assert said(two_days) == [
        (review_id, START, "note", "Well done.", None, None, "Ann"),
        (review_id, "department:Sales", "action", "Call them", "Bo", due, "Cy"),
    ]
    two_days.close_review(MEETING, DAY + timedelta(1), by="Ann")
    wanted = Past(review_id, CYCLE, (), (), BEFORE, DAY, DAY + timedelta(1), "Ann", 2)
    assert past(two_days) == (wanted,)
    two_days.withdraw_remark(MEETING, action.import_id)
    assert [row[3] for row in said(two_days)] == ["Well done."]
    two_days.reopen_review(MEETING)
    (opened,) = past(two_days)
    assert (opened.closed_on, opened.closed_by, opened.remarks) == (None, None, 1)
    with two_days.reader() as reader:
        found = review.remarks(reader, review_id)
    assert list(found["title"].isna()) == [True]


def test_reviews_survive_a_rebuild_are_no_imports_and_change_no_other_answer(
    two_days: Store,
) -> None:
    untouched = every_answer(two_days)
    two_days.remark(MEETING, Remark(START, "Well done."))
    two_days.close_review(MEETING, DAY)
    before = every_answer(two_days)
    for name in set(before) - {"review", "review_remark"}:
        assert_same_answers({name: before[name]}, {name: untouched[name]})
    two_days.rebuild()
    assert_same_answers(every_answer(two_days), before)
    assert len(two_days.imports()) == 2
    take_in(two_days, as_of=DAY + timedelta(1), objectives=GOALS.format(parent="O-1"))
    assert past(two_days)[0].remarks == 1


def test_undo_of_an_import_leaves_what_was_said_about_it(two_days: Store) -> None:
    two_days.remark(MEETING, Remark(START, "Well done.", item_id="O-1"))
    two_days.undo(two_days.imports()[-1][0].import_id)
    assert [row[3] for row in said(two_days)] == ["Well done."]


def test_a_remark_in_the_journal_alone_is_published_at_the_next_start(two_days: Store) -> None:
    two_days.remark(MEETING, Remark(START, "Well done."))
    for path in two_days.folder.glob("okr*.duckdb"):
        path.unlink()
    again = Store(two_days.folder)
    again.catch_up()
    assert [row[3] for row in said(again)] == ["Well done."]


_WRITER = """
import sys
from datetime import date
from okr_data.store import Meeting, Remark, Store
store, meeting = Store(sys.argv[1]), Meeting("Q4 2026", date(2026, 11, 20))
for number in range(1000):
    store.remark(meeting, Remark("start", f"remark {number}"))
    print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_was_acknowledged(two_days: Store) -> None:
    for kill_after in (0.2, 0.9):
        before = len(said(two_days))
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(two_days.folder)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(kill_after)
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged = 1 + len(writer.stdout.read().split())
        writer.wait()
        writer.stdout.close()
        store = Store(two_days.folder)
        store.catch_up()
        assert 0 <= len(said(store)) - before - acknowledged <= 1
    answers = every_answer(store)
    store.rebuild()
    assert_same_answers(every_answer(store), answers)


def test_two_people_write_into_one_review(two_days: Store) -> None:
    """Each has another day to compare with; the review is that of the figures."""
    other = Store(two_days.folder)
    two_days.remark(MEETING, Remark(START, "mine"))
    other.remark(Meeting(CYCLE, DAY, date(2026, 11, 1)), Remark(START, "theirs"))
    assert [row[3] for row in said(two_days)] == ["mine", "theirs"]
    assert len(past(two_days)) == 1


def test_long_and_hostile_remarks_are_kept_as_they_are(two_days: Store) -> None:
    hostile = "![x](http://e.example) <script>alert(1)</script> 'drop table' | =cmd()\n\n# {n} $x$"
    two_days.remark(MEETING, Remark(START, hostile))
    two_days.remark(MEETING, Remark(START, "x" * REMARK_LENGTH))
    assert [row[3] for row in said(two_days)] == [hostile, "x" * REMARK_LENGTH]


@pytest.mark.parametrize(
    ("remark", "message"),
    [
        (Remark(START, " \n "), "needs some words"),
        (
            Remark(START, "x" * (REMARK_LENGTH + 1)),
            "at most 10,000 characters; this one has 10,001",
        ),
        (Remark(START, "x", "poem"), "one of note, decision, action"),
    ],
)
def test_what_is_no_remark_is_refused(remark: Remark, message: str, two_days: Store) -> None:
    with pytest.raises(OkrError, match=message):
        two_days.remark(MEETING, remark)
    assert past(two_days) == ()


def test_a_first_remark_on_an_empty_folder_publishes_every_view(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.remark(MEETING, Remark(START, "early"))
    filled = {name for name, frame in every_answer(store).items() if not frame.empty}
    assert filled == {"review", "review_remark", "setting_in_force"}


# --- where the next one begins -------------------------------------------------------


def closed(cycle: str, as_of: date, departments: tuple[str, ...] = (), open_: bool = False) -> Past:
    return Past("x", cycle, departments, (), None, as_of, None if open_ else as_of, "Ann", 0)


@pytest.mark.parametrize(
    ("reviews", "wanted"),
    [
        ([], (BEFORE, "import")),
        ([closed(CYCLE, date(2026, 11, 6))], (date(2026, 11, 6), "review")),
        ([closed(CYCLE, date(2026, 11, 6), open_=True)], (BEFORE, "import")),
        ([closed(CYCLE, date(2026, 11, 6), ("Sales",))], (BEFORE, "import")),
        ([closed(CYCLE, DAY)], (BEFORE, "import")),
        ([closed("Q3 2026", date(2026, 9, 30))], (date(2026, 9, 30), "review")),
        (
            [closed("Annual 2026", date(2026, 11, 13)), closed(CYCLE, date(2026, 11, 6))],
            (date(2026, 11, 6), "review"),
        ),
    ],
    ids=["none", "last", "open", "other part", "this one", "cycle before", "own cycle first"],
)
def test_the_next_review_begins_with_the_last_closed_one(
    reviews: list[Past], wanted: tuple[date, str]
) -> None:
    assert review.begins(reviews, Meeting(CYCLE, DAY), [DAY, BEFORE], None) == wanted


def test_without_anything_earlier_there_is_no_day_to_compare_with() -> None:
    meeting = Meeting(CYCLE, DAY)
    assert review.begins((), meeting, [DAY], DAY) == (None, "days")
    assert review.begins((), meeting, [DAY], date(2026, 10, 1)) == (DAY - timedelta(7), "days")


def test_of_many_changes_and_topics_the_first_are_told_and_all_counted(
    sample_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sample_store.reader() as reader:
        every = compose(reader, Filters(CYCLE), FRAMES, BEFORE, most=None)
        monkeypatch.setattr("okr_data.review.MOST_TOPICS", 2)
        some = compose(reader, Filters(CYCLE), FRAMES, BEFORE, most=1)
    assert some.changes == every.changes
    assert {
        str(k): int(n) for k, n in every.flips["change"].value_counts().items()
    } == every.changes
    assert some.flips["change"].is_unique
    assert set(some.flips["change"]) == set(every.changes)
    for change, row in some.flips.set_index("change").iterrows():
        sizes = every.flips.loc[every.flips["change"] == change, "delta"].abs()
        if sizes.notna().any():
            assert abs(row["delta"]) == sizes.max()
    assert (some.moves, some.topics) == (every.moves, every.topics)
    for short, whole in zip(some.steps, every.steps, strict=True):
        assert short.topics == whole.topics[:2]
        assert (short.about, short.questions, short.weight) == (
            len(whole.topics),
            sum(len(topic.questions) for topic in whole.topics),
            sum(topic.weight for topic in whole.topics),
        )


def test_under_a_department_the_goals_of_the_company_changed_too(sample_store: Store) -> None:
    """Their department is unknown, which is neither inside nor outside to SQL: it ended the page."""
    filters = Filters("Annual 2026", ("Customer Success",))
    with sample_store.reader() as reader:
        found = compose(reader, filters, (), BEFORE)
        every = compose(reader, Filters("Annual 2026"), (), BEFORE)
    assert every.moves.objectives > found.moves.objectives == 0
    assert found.changes == {}
    assert [topic.objective_id for topic in found.steps[2].topics] == [
        topic.objective_id for topic in every.steps[2].topics
    ]
