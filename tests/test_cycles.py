"""Cycles beside each other, what is carried over, and calendars that begin in another month."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from okr_data import cycles
from okr_data.charts import cycles as charts
from okr_data.charts.theme import DARK, LIGHT
from okr_data.cycles import Cycles
from okr_data.queries import Filters
from okr_data.store import Store
from okr_data.ui.cycles import carried_table, cycles_table
from tests.conftest import DAY, new_store, take_in

#: 41 of 92 days of Q4 have passed; of Q3 as many on 10 August: the nearest end of a week is 9 August.
NOW = date(2026, 11, 10)


def carried(store: Store, as_of: date | None = None) -> dict[str, tuple[object, ...]]:
    with store.reader(as_of) as reader:
        return {
            item: tuple(rest)
            for item, *rest in reader.rows(
                "select objective_id, cycle, from_cycle, from_objective_id, how, progress, "
                "progress_before from carry_over"
            )
        }


def asked(store: Store, filters: Filters, as_of: date | None = None) -> Cycles:
    with store.reader(as_of) as reader:
        return cycles.cycles(reader, filters)


# --- carried over ------------------------------------------------------------------


def test_the_same_title_of_the_same_team_or_owner_is_carried_over(store: Store) -> None:
    take_in(
        store,
        as_of=DAY,
        objectives="""
        id  | title                  | level      | team   | owner    | cycle   | progress | status
        A-1 | Win the  Winter!       | team       | Blue   | Ann      | Q3 2026 | 60%      |
        A-2 | WIN – the winter       | team       | blue   | Bo       | Q4 2026 | 20%      |
        B-1 | Grow by 1.5 points     | team       | Blue   | Ann      | Q3 2026 | 10%      |
        B-2 | Grow by 15 points      | team       | Blue   | Ann      | Q4 2026 | 10%      |
        C-1 | Hire well              | team       | Blue   | Ann      | Q3 2026 | 10%      |
        C-2 | Hire well              | team       | Red    | Ann      | Q4 2026 | 10%      |
        D-1 | Lead the field         | company    |        | Ann; Bo  | Q3 2026 | 50%      |
        D-2 | Lead the field         | company    |        | bo; ann  | Q4 2026 |          |
        E-1 | Lead by example        | company    |        | Ann      | Q3 2026 | 10%      |
        E-2 | Lead by example        | company    |        | Bo       | Q4 2026 | 10%      |
        F-1 | Nobody owns this       | company    |        |          | Q3 2026 | 10%      |
        F-2 | Nobody owns this       | company    |        |          | Q4 2026 | 10%      |
        G-1 | Skip a quarter         | team       | Blue   | Ann      | Q2 2026 | 10%      |
        G-2 | Skip a quarter         | team       | Blue   | Ann      | Q4 2026 | 10%      |
        H-1 | Given up               | team       | Blue   | Ann      | Q3 2026 | 30%      | dropped
        H-2 | Given up               | team       | Blue   | Ann      | Q4 2026 | 10%      |
        I-1 | Planned and dropped    | team       | Blue   | Ann      | Q3 2026 | 10%      |
        I-2 | Planned and dropped    | team       | Blue   | Ann      | Q4 2026 | 10%      | dropped
        J-1 | !!!                    | team       | Blue   | Ann      | Q3 2026 | 10%      |
        J-2 | !!!                    | team       | Blue   | Ann      | Q4 2026 | 10%      |
        """,
    )
    found = carried(store)
    assert found == {
        "A-2": ("Q4 2026", "Q3 2026", "A-1", "same_title", 0.2, 0.6),
        "D-2": ("Q4 2026", "Q3 2026", "D-1", "same_title", None, 0.5),
        "H-2": ("Q4 2026", "Q3 2026", "H-1", "same_title", 0.1, 0.3),
    }


def test_of_several_with_the_same_title_the_first_id_counts(store: Store) -> None:
    take_in(
        store,
        objectives="""
        id  | title | level | team | cycle   | progress
        B-1 | Win   | team  | Blue | Q3 2026 | 10%
        A-1 | Win   | team  | Blue | Q3 2026 | 90%
        C-1 | Win   | team  | Blue | Q4 2026 |
        C-2 | Win   | team  | Blue | Q4 2026 |
        """,
    )
    assert {item: row[2] for item, row in carried(store).items()} == {"C-1": "A-1", "C-2": "A-1"}


ONE = """
    id  | title | level   | owner | cycle
    O-1 | Win   | company | Ann   | {}
"""
ONE_KEY_RESULT = """
    id | objective_id | title | start_value | target_value
    K  | O-1          | sell  | 0           | 100
"""
ONE_CHECK_IN = """
    key_result_id | date       | value
    K             | 2026-08-31 | 40
    K             | 2026-10-15 | 55
    K             | 2026-11-09 | 70
"""


def test_the_same_id_that_moved_on_is_carried_over(store: Store) -> None:
    take_in(
        store, as_of=date(2026, 9, 1), objectives=ONE.format("Q3 2026"), key_results=ONE_KEY_RESULT,
        check_ins=ONE_CHECK_IN,
    )  # fmt: skip
    assert carried(store, DAY) == {}
    take_in(store, as_of=date(2026, 10, 20), objectives=ONE.format("Q4 2026"))
    take_in(store, as_of=NOW, objectives=ONE.format("Q4 2026").replace("Win", "Win more"))
    # it belonged to Q3 until 19 October; the last evaluated day before is that of Q4's week
    assert carried(store) == {"O-1": ("Q4 2026", "Q3 2026", "O-1", "same_id", 0.7, 0.55)}
    assert carried(store, date(2026, 10, 19)) == {}
    assert carried(store, date(2026, 10, 20))["O-1"][4:] == (0.55, 0.55)


def test_what_is_stated_first_with_the_later_cycle_is_not_carried_over(store: Store) -> None:
    take_in(store, as_of=date(2026, 10, 1), objectives=ONE.format("Q4 2026"))
    take_in(store, as_of=DAY, objectives=ONE.format("Q3 2026"))
    assert carried(store) == {}


# --- beside each other ---------------------------------------------------------------

TWO_QUARTERS = """
    id  | title      | level      | department | cycle       | owner | parent_ids | score
    Y-1 | Year       | company    |            | Annual 2026 | Ann   |            |
    A-1 | Sell       | department | Sales      | Q3 2026     | Ann   | Y-1        | 0.8
    A-2 | Build      | department | Product    | Q3 2026     | Bo    |            | 0.5
    A-3 | Think      | department | Product    | Q3 2026     | Bo    | Y-1        |
    B-1 | Sell more  | department | Sales      | Q4 2026     | Ann   | Y-1        |
    B-2 | Build more | department | Product    | Q4 2026     | Bo    | Y-1        |
"""
TWO_KEY_RESULTS = """
    id   | objective_id | title | start_value | target_value
    KA-1 | A-1          | sales | 0           | 100
    KA-2 | A-2          | parts | 0           | 100
    KB-1 | B-1          | sales | 0           | 100
"""
TWO_CHECK_INS = """
    key_result_id | date       | value
    KA-1          | 2026-07-20 | 20
    KA-2          | 2026-08-08 | 60
    KA-1          | 2026-09-30 | 80
    KA-2          | 2026-10-05 | 70
    KB-1          | 2026-11-09 | 30
"""


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("quarters") / "data")
    take_in(
        store, as_of=NOW, objectives=TWO_QUARTERS, key_results=TWO_KEY_RESULTS,
        check_ins=TWO_CHECK_INS,
    )  # fmt: skip
    return store


def test_a_running_cycle_is_compared_at_the_same_share_of_its_time(quarters: Store) -> None:
    found = asked(quarters, Filters("Q4 2026"))
    assert found.compared["cycle"].tolist() == ["Q3 2026", "Q4 2026"]
    row = found.row("Q4 2026")
    assert row is not None
    assert row["then_day"].date() == date(2026, 8, 9)
    assert row["progress"] == pytest.approx(0.3)
    assert row["progress_before"] == pytest.approx((0.20 + 0.60) / 2)
    assert (row["objectives"], row["measured"], row["objectives_before"]) == (2, 1, 3)
    assert (row["line_of_sight_ratio"], row["line_of_sight_ratio_before"]) == (
        1,
        pytest.approx(2 / 3),
    )
    # 20 % where 40 of 92 days have passed is behind, 60 % is not; A-3 is not measured
    assert row["on_pace_ratio_before"] == pytest.approx(1 / 2)
    assert pd.isna(found.row("Q3 2026")["progress_before"])  # type: ignore[index]


def test_a_closed_cycle_is_compared_as_both_stand(quarters: Store) -> None:
    take = asked(quarters, Filters("Q3 2026"))
    row = take.row("Q3 2026")
    assert row is not None
    assert row["closed"]
    assert row["progress"] == pytest.approx((0.80 + 0.70) / 2)
    assert (row["green"], row["yellow"], row["red"], row["unscored"]) == (1, 1, 0, 1)
    assert row["mean_score"] == pytest.approx((0.8 + 0.5) / 2)


def test_filters_hold_for_every_cycle_and_day(quarters: Store) -> None:
    row = asked(quarters, Filters("Q4 2026", ("Sales",))).row("Q4 2026")
    assert row is not None
    assert (row["objectives"], row["objectives_before"]) == (1, 1)
    assert row["progress_before"] == pytest.approx(0.20)
    nothing = asked(quarters, Filters("Q4 2026", levels=("individual",)))
    none = nothing.row("Q4 2026")
    assert none is not None
    assert none["objectives"] == 0
    assert none[["progress", "on_pace_ratio", "line_of_sight_ratio", "carried_ratio"]].isna().all()
    several = asked(quarters, Filters("Q4 2026", ("Sales", "Product")))
    assert several.scores.empty
    assert several.compared["score"].isna().all()


def test_an_earlier_day_has_no_later_figures(quarters: Store) -> None:
    found = asked(quarters, Filters("Q3 2026"), date(2026, 8, 9))
    assert found.compared["cycle"].tolist() == ["Q3 2026"]  # Q4 is not there yet
    row = found.row("Q3 2026")
    assert row is not None
    assert not row["closed"]
    assert row["progress"] == pytest.approx((0.20 + 0.60) / 2)


def test_what_stands_within_a_year_is_told(quarters: Store) -> None:
    timeline = asked(quarters, Filters("Q4 2026")).timeline
    outer = dict(zip(timeline["cycle"], timeline["outer_cycle"], strict=True))
    assert outer["Q3 2026"] == outer["Q4 2026"] == "Annual 2026"
    assert pd.isna(outer["Annual 2026"])
    rows = charts.timeline_rows(timeline)
    assert rows[["cycle", "depth"]].to_numpy().tolist() == [
        ["Annual 2026", 0], ["Q3 2026", 1], ["Q4 2026", 1],
    ]  # fmt: skip


# --- bad input ---------------------------------------------------------------------

BAD = {
    "one objective": "O-1 | Win | company | Q4 2026 | | | ",
    "no company objective": "O-1 | Win | team | Q4 2026 | | | \nO-2 | Try | team | Q3 2026 | | | ",
    "everything dropped": "O-1 | Win | company | Q4 2026 | | | dropped\nO-2 | Win | company | Q3 2026 | | | dropped",
    "no cycle": "O-1 | Win | company | | | | ",
    "a cycle without dates": "O-1 | Win | company | Someday | | | \nO-2 | Try | team | Never | | | ",
    "two names of the same days": "O-1 | Win | company | Q4 2026 | | | \nO-2 | Try | team | 2026 Quarter 4 | | | ",
    "cycles that overlap": (
        "O-1 | Win | company | Autumn | 2026-09-01 | 2026-11-30 | \n"
        "O-2 | Try | team    | Q4 2026 | | | \n"
        "O-3 | Try | team    | Advent | 2026-11-15 | 2027-02-15 | "
    ),
    "dates outside the cycle": (
        "O-1 | Win | company | Q4 2026 | 2020-01-01 | 2020-03-31 | \n"
        "O-2 | Try | team    | Q4 2026 | 2031-01-01 | 2031-03-31 | \n"
        "O-3 | Try | team    | Q4 2026 | | | "
    ),
    "a cycle of one day": "O-1 | Win | company | Day | 2026-11-10 | 2026-11-10 | ",
    "dates the wrong way round": "O-1 | Win | company | Odd | 2026-12-31 | 2026-10-01 | ",
    "a hostile name": "O-1 | Win | company | <b>Q4</b> ![x](http://e.example/x.png) | 2026-10-01 | 2026-12-31 | ",
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_cycles_are_shown_and_never_crash(case: str, tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    head = "id | title | level | cycle | start_date | end_date | status"
    take_in(store, as_of=NOW, objectives=f"{head}\n{BAD[case]}")
    with store.reader() as reader:
        names = [name for (name,) in reader.rows("select distinct cycle from objective_progress")]
        assert reader.rows("select count(*) from carry_over where cycle = from_cycle") == [(0,)]
    for name in [*names, None, "Nowhere"]:
        found = asked(store, Filters(name))
        draw(found, name)
        row = found.row(name)
        assert (row is None) == (name not in names)


def draw(found: Cycles, chosen: str | None) -> None:
    """Make every table and figure of the page."""
    cycles_table(found.compared)
    carried_table(found.carried)
    rows = charts.timeline_rows(found.timeline, chosen)
    assert set(rows["cycle"]) == set(found.timeline["cycle"])
    for palette in (LIGHT, DARK):
        text = charts.timeline_figure(rows, palette, NOW, chosen).to_json()
        assert "<b>Q4</b>" not in text.replace("\\u003c", "<").replace("\\u003e", ">")
        charts.ratio_figure(charts.ratio_rows(found.compared, {"score": "scorecard"}), palette)
        charts.band_figure(charts.band_rows(found.compared), palette)


def test_an_empty_database_has_no_cycles(store: Store) -> None:
    found = asked(store, Filters(None))
    assert found.compared.empty
    assert found.timeline.empty
    draw(found, None)


def test_of_two_cycles_with_the_same_days_none_is_around_the_other(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    head = "id | title | level | cycle | start_date | end_date | status"
    take_in(store, as_of=NOW, objectives=f"{head}\n{BAD['two names of the same days']}")
    assert asked(store, Filters("Q4 2026")).timeline["outer_cycle"].isna().all()


def test_very_many_cycles_leave_the_newest_the_chosen_and_what_is_around_them() -> None:
    starts = pd.date_range("2000-01-01", periods=100, freq="QS")
    timeline = pd.DataFrame(
        {
            "cycle": [f"C{n}" for n in range(100)], "starts_on": starts,
            "ends_on": starts + pd.Timedelta(80, "D"), "outer_cycle": None, "objectives": 1,
            "measured": 0, "progress": float("nan"), "expected_progress": 1.0,
        }
    )  # fmt: skip
    around = timeline.iloc[:1].assign(cycle="Decade", ends_on=pd.Timestamp("2024-12-31"))
    timeline.loc[3, "outer_cycle"] = "Decade"
    rows = charts.timeline_rows(pd.concat([around, timeline]), chosen="C3")
    assert len(rows) == charts.SHOWN + 2
    assert rows["cycle"].tolist()[:2] == ["Decade", "C3"]


# --- fiscal calendars ----------------------------------------------------------------

FISCAL = """
    id  | title    | level      | department | cycle   | owner | parent_ids
    Y-1 | Year     | company    |            | FY27    | Ann   |
    A-1 | Sell     | department | Sales      | FY27 Q1 | Ann   | Y-1
    B-1 | Sell     | department | Sales      | FY27 Q2 | Ann   | Y-1
    B-2 | Build    | department | Product    | FY27 Q2 | Bo    |
    C-1 | Calendar | department | Sales      | Q4 2026 | Ann   | Y-1
"""


@pytest.mark.parametrize(
    ("month", "second_quarter"),
    [
        (7, (date(2026, 10, 1), date(2026, 12, 31))),
        (10, (date(2027, 1, 1), date(2027, 3, 31))),
        (2, (date(2026, 5, 1), date(2026, 7, 31))),
        (1, (date(2027, 4, 1), date(2027, 6, 30))),
    ],
)
def test_cycles_named_fy_follow_the_fiscal_calendar_all_the_way(
    month: int, second_quarter: tuple[date, date], tmp_path: Path
) -> None:
    store = new_store(tmp_path / "data")
    (store.folder / "settings.toml").write_text(f"fiscal_start_month = {month}\n", "utf-8")
    take_in(store, as_of=date(2026, 12, 1), objectives=FISCAL)
    with store.reader() as reader:
        windows = {c: (s, e) for c, s, e in reader.rows("select * from model.cycle_window")}
        frames = set(reader.rows("select cycle, inner_cycle from model.cycle_frame"))
        before = dict(reader.rows("select cycle, cycle_before from model.cycle_before"))
        coverage = {
            cycle: (departments, supporting)
            for cycle, departments, supporting in reader.rows(
                "select cycle, departments, supporting_departments from company_objective_coverage "
                "where objective_id = 'Y-1'"
            )
        }
    first = date(2027 if month == 1 else 2026, month, 1)
    assert windows["FY27"] == (first, date(first.year + 1, month, 1) - timedelta(1))
    assert windows["FY27 Q2"] == second_quarter
    assert windows["Q4 2026"] == (date(2026, 10, 1), date(2026, 12, 31))  # never fiscal
    assert {("FY27", "FY27 Q1"), ("FY27", "FY27 Q2")} <= frames
    inside = windows["FY27"][0] <= date(2026, 10, 1) and date(2026, 12, 31) <= windows["FY27"][1]
    assert (("FY27", "Q4 2026") in frames) == inside
    assert before["FY27 Q2"] == "FY27 Q1"
    assert coverage["FY27"] == coverage["FY27 Q2"] == (2, 1)
    assert carried(store)["B-1"][1:4] == ("FY27 Q1", "A-1", "same_title")
    found = asked(store, Filters("FY27 Q2"))
    assert set(found.compared["cycle"]) == {"FY27 Q1", "FY27 Q2", "Q4 2026"}
    outer = dict(zip(found.timeline["cycle"], found.timeline["outer_cycle"], strict=True))
    assert outer["FY27 Q2"] == "FY27"


def test_another_first_month_moves_what_is_published_already(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    take_in(store, as_of=date(2026, 12, 1), objectives=FISCAL)
    (store.folder / "settings.toml").write_text("fiscal_start_month = 7\n", "utf-8")
    store.catch_up()
    with store.reader() as reader:
        assert reader.rows(
            "select starts_on from objective_progress where objective_id = 'B-1'"
        ) == [(date(2026, 10, 1),)]


def test_dates_of_the_rows_win_over_the_fiscal_calendar(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    (store.folder / "settings.toml").write_text("fiscal_start_month = 7\n", "utf-8")
    take_in(
        store,
        as_of=DAY,
        objectives="""
        id  | title | level   | cycle   | start_date | end_date
        O-1 | Win   | company | FY27 Q1 | 2026-06-28 | 2026-09-26
        O-2 | Try   | team    | FY27 Q1 | 2026-06-28 | 2026-09-26
        O-3 | Add   | team    | FY27 Q1 |            |
        """,
    )
    with store.reader() as reader:
        assert reader.rows("select starts_on, ends_on from model.cycle_window") == [
            (date(2026, 6, 28), date(2026, 9, 26))
        ]
