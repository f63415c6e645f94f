"""Courses: where groups end, check-ins and confidence by week, cycles over one another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from okr_data.courses import (
    LAID_OVER,
    check_ins,
    courses,
    cycles_over_one_another,
    ends,
    told_reason,
)
from okr_data.queries import Filters
from okr_data.store import Store
from okr_data.texts import speaking
from tests.conftest import new_store, take_in

CYCLE = "Q4 2026"
Q4 = Filters(CYCLE)
OBJECTIVES = """
id | title | level      | cycle   | department | status   | confidence | end_date
G  | goal  | company    | Q4 2026 |            |          |            |
A  | with  | department | Q4 2026 | Sales      |          | 0.5        |
B  | plain | team       | Q4 2026 | Sales      |          |            |
C  | other | team       | Q4 2026 |            |          |            |
X  | gone  | team       | Q4 2026 | Sales      | dropped  | 0.9        |
E  | ended | team       | Q4 2026 | Sales      |          |            | 2026-10-31
"""
KEY_RESULTS = """
id | objective_id | title | start_value | target_value | current_value | confidence | status
a1 | A            | own   | 0           | 10           | 4             | 0.8        |
a2 | A            | done  | 0           | 10           | 10            |            |
a3 | A            | gone  | 0           | 10           | 1             | 0.1        | dropped
c1 | C            | late  | 0           | 10           |               |            |
x1 | X            | x     | 0           | 10           | 1             | 0.1        |
e1 | E            | e     | 0           | 10           | 5             |            |
"""
CHECK_INS = """
item_id | date       | value | confidence
a1      | 2026-10-16 | 1     | 0.4
a1      | 2026-10-30 | 2     |
a1      | 2026-11-06 | 3     | 0.6
e1      | 2026-10-30 | 5     |
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("courses"))
    take_in(store, objectives=OBJECTIVES, key_results=KEY_RESULTS, check_ins=CHECK_INS)
    return store


def by_week(
    store: Store, filters: Filters = Q4, as_of: date | None = None
) -> dict[date, pd.Series]:
    with store.reader(as_of) as reader:
        rows, _ = check_ins(reader, filters)
    return {row["day"].date(): row for _, row in rows.iterrows()}


# --- check-ins and confidence ---------------------------------------------------------


def test_check_ins_count_what_runs_and_is_not_done(small: Store) -> None:
    weeks = by_week(small)
    # Items: a1, a2, c1, e1, the objectives without key results G and B, and until they are stated
    # as dropped on 20 Nov, a3 and x1.
    assert [int(row["items"]) for row in weeks.values()] == [8] * 7 + [6]
    # 4 Oct: began three days ago, never checked in: not known yet for any.
    assert (weeks[date(2026, 10, 4)]["asked"], weeks[date(2026, 10, 4)]["kept"]) == (0, 0)
    assert pd.isna(weeks[date(2026, 10, 4)]["ratio"])
    # 18 Oct, 17 days: a1 two days ago; the others never in more than 14 days.
    assert (weeks[date(2026, 10, 18)]["asked"], weeks[date(2026, 10, 18)]["kept"]) == (8, 1)
    # 8 Nov: a1 two days ago; e1 has ended and is not asked.
    assert (weeks[date(2026, 11, 8)]["asked"], weeks[date(2026, 11, 8)]["kept"]) == (7, 1)
    # 20 Nov: a1 fourteen days ago is just within; a2 is done since the import of this day.
    last = weeks[date(2026, 11, 20)]
    assert (last["asked"], last["kept"], last["ratio"]) == (4, 1, 1 / 4)


def test_confidence_is_the_last_stated_one_else_that_of_the_objective(small: Store) -> None:
    weeks = by_week(small)
    assert weeks[date(2026, 10, 11)]["stated"] == 0
    assert pd.isna(weeks[date(2026, 10, 11)]["confidence"])
    assert weeks[date(2026, 10, 18)]["confidence"] == pytest.approx(0.4)
    assert weeks[date(2026, 11, 1)]["confidence"] == pytest.approx(0.4)  # none stated on the 30th
    # 20 Nov: a1 states 0.8, a2 takes the 0.5 of its objective.
    last = weeks[date(2026, 11, 20)]
    assert (last["stated"], last["confidence"]) == (2, pytest.approx((0.8 + 0.5) / 2))


def test_check_ins_by_department_and_under_a_filter(small: Store) -> None:
    with small.reader() as reader:
        found = courses(reader, Q4).now.set_index("series")
    assert found.loc["Sales", ["items", "asked", "kept"]].tolist() == [4, 2, 1]  # a1, B
    assert found.loc[found.index.isna(), ["items", "asked", "kept"]].iloc[0].tolist() == [
        1,
        1,
        0,
    ]  # c1; the company goal G belongs to none
    only = by_week(small, Filters(CYCLE, ("Sales",), ("team",)))[date(2026, 11, 20)]
    assert only[["items", "asked", "kept"]].tolist() == [2, 1, 0]  # B, e1


def test_an_earlier_day_sees_the_weeks_up_to_it(small: Store) -> None:
    now, then = by_week(small), by_week(small, as_of=date(2026, 11, 4))
    assert list(then) == [day for day in now if day <= date(2026, 11, 4)] + [date(2026, 11, 4)]
    for day in set(now) & set(then):
        pd.testing.assert_series_equal(now[day], then[day])
    assert then[date(2026, 11, 4)]["kept"] == 1  # a1 on the 30th


def _recomputed(store: Store, day: date) -> list[dict[str, Any]]:
    """Return what is due on a day, from the progress views of that day and the raw check-ins."""
    with store.reader(day) as reader:
        items = reader.frame(
            "select 'key_result' as kind, k.key_result_id as id, k.progress, k.confidence, "
            "o.confidence as above, p.starts_on, p.ends_on, o.department "
            "from key_result_progress k join objective_progress o using (objective_id) "
            "join key_result_pace_day p on p.key_result_id = k.key_result_id "
            "join as_of_day d on d.day = p.day "
            "where o.cycle = $cycle and not o.dropped and k.status is distinct from 'dropped' "
            "union all select 'objective', objective_id, progress, confidence, null, starts_on, ends_on, "
            "department from objective_progress where cycle = $cycle and not dropped and key_results = 0",
            {"cycle": CYCLE},
        )
        said = dict(
            reader.rows(
                "select item_id, max(checked_on) from model.check_in where checked_on <= ? group by 1",
                [day],
            )
        )
        born = dict(
            reader.rows(
                "select objective_id, min(valid_from) from model.objective_version group by 1 "
                "union all select key_result_id, min(valid_from) from model.key_result_version group by 1"
            )
        )
    found = []
    for row in items.astype(object).where(items.notna(), None).to_dict("records"):
        starts, ends_on = (
            None if row[n] is None else row[n].date() for n in ("starts_on", "ends_on")
        )
        done = row["progress"] is not None and row["progress"] >= 1
        due = starts is not None and ends_on is not None and starts <= day <= ends_on and not done
        last = said.get(row["id"])
        quiet = (day - (last or max(starts, born[row["id"]]))).days if due else 0
        asked = due and (last is not None or quiet > 14)
        confidence = row["confidence"] if row["confidence"] is not None else row["above"]
        found.append({"asked": asked, "kept": asked and quiet <= 14, "confidence": confidence})
    return found


@pytest.mark.parametrize("day", [date(2026, 10, 11), date(2026, 11, 8), date(2026, 11, 20)])
def test_check_ins_of_the_sample_are_those_of_a_second_count(
    day: date, sample_store: Store
) -> None:
    right = _recomputed(sample_store, day)
    stated = [row["confidence"] for row in right if row["confidence"] is not None]
    found = by_week(sample_store)[day]
    assert found["items"] == len(right) > 200
    assert found["asked"] == sum(row["asked"] for row in right)
    assert found["kept"] == sum(row["kept"] for row in right)
    assert (found["stated"], found["confidence"]) == (
        len(stated), pytest.approx(sum(stated) / len(stated)),
    )  # fmt: skip


# --- where groups end -----------------------------------------------------------------


@pytest.mark.parametrize("by", [None, "level", "department"])
def test_ends_are_means_over_the_measured_objectives(by: Any, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        found = ends(reader, Q4, by).set_index("series")
        rows = reader.frame(
            "select o.level, o.department, o.progress, coalesce(o.weight, 1) as weight, f.projected, "
            "f.low, f.high from objective_progress o left join "
            "(select * from forecast where item_kind = 'objective') f on f.item_id = o.objective_id "
            "where o.cycle = $cycle and not o.dropped",
            {"cycle": CYCLE},
        )
    for series, row in found.iterrows():
        own = rows if by is None else rows[rows[by] == series]
        assert (row["objectives"], row["measured"], row["forecast"]) == (
            len(own), own["progress"].notna().sum(), own["projected"].notna().sum(),
        )  # fmt: skip
        known = own[own["progress"].notna()]
        for name in ("progress", "projected", "low", "high"):
            stands = known[name].fillna(known["progress"])
            mean = (stands * known["weight"]).sum() / known["weight"].sum()
            assert row[name] == pytest.approx(mean), (series, name)
        assert row["low"] <= row["projected"] <= row["high"]


def test_without_any_forecast_there_is_no_end(small: Store) -> None:
    with small.reader() as reader:
        found = ends(reader, Filters(CYCLE, ("Nowhere",)))
        alone = ends(reader, Filters(CYCLE, (), ("company",))).iloc[0]
        gone = ends(reader, Filters("Q1 2020"))
    assert found.empty
    assert gone.empty
    assert (alone["objectives"], alone["forecast"]) == (1, 0)
    assert alone[["projected", "low", "high"]].isna().all()


# --- cycles over one another ----------------------------------------------------------


def test_cycles_over_one_another_are_their_own_weeks(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        found = cycles_over_one_another(reader, Q4)
        trend = reader.frame("select * from progress_trend where level = 'team'")
        teams = cycles_over_one_another(reader, Filters(CYCLE, (), ("team",)))
    assert list(dict.fromkeys(found["series"])) == ["Q2 2026", "Q3 2026", CYCLE]  # not the year
    starts = {"Q2 2026": date(2026, 4, 1), "Q3 2026": date(2026, 7, 1), CYCLE: date(2026, 10, 1)}
    for row in found.to_dict("records"):
        monday = starts[row["series"]] - timedelta(starts[row["series"]].weekday())
        assert row["number"] == (row["day"].date() - monday).days // 7 + 1
    assert found.groupby("series")["number"].max().to_dict() == {
        "Q2 2026": 14, "Q3 2026": 14, CYCLE: 8,
    }  # fmt: skip
    week = trend[(trend["cycle"] == CYCLE) & (trend["day"] == pd.Timestamp(2026, 11, 15))]
    right = (week["progress"] * week["measured"]).sum() / week["measured"].sum()
    shown = teams[(teams["series"] == CYCLE) & (teams["number"] == 7)].iloc[0]
    assert shown["progress"] == pytest.approx(right)
    assert shown["total"] == week["total"].sum()


def test_cycles_without_dates_or_of_another_length_are_left_out(small: Store) -> None:
    with small.reader() as reader:
        assert set(cycles_over_one_another(reader, Q4)["series"]) == {CYCLE}
        assert cycles_over_one_another(reader, Filters(None)).empty
        assert cycles_over_one_another(reader, Filters("Nothing")).empty
    assert LAID_OVER > 1


def test_every_reason_of_the_sample_is_told_in_german(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        reasons = [
            reason
            for (reason,) in reader.rows(
                "select distinct reason from forecast where reason is not null"
            )
        ]
    assert reasons
    with speaking("de"):
        assert [reason for reason in reasons if told_reason(reason) == reason] == []


def test_an_empty_database_has_no_courses(store: Store) -> None:
    take_in(store, objectives="id | title\nA | a")
    with store.reader() as reader:
        found = courses(reader, Q4)
    assert all(getattr(found, name).empty for name in ("ends", "weeks", "now", "cycles"))
