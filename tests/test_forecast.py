"""The forecast: recomputed in plain Python with SciPy's slopes, and case by case at its edges."""

from __future__ import annotations

import math
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes

from bench.courses import of_sample
from bench.forecast import BOTH, CUTS, assumed_errors, both_lines, cases_of, error
from okr_data import views
from okr_data.charts import theme, trends
from okr_data.intake import import_files
from okr_data.queries import Filters, forecasts, item_history
from okr_data.store import Reader, Store
from tests.conftest import DAY, new_store, take_in, uploads
from tests.oracle import KeyResult, clamp, progress_from_values

PROJECT = Path(__file__).resolve().parent.parent
START, END = date(2026, 10, 1), date(2026, 12, 31)
SPAN = (END - START).days
NEAR = 1e-9


# --- a second computation ---------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A key result with its check-ins as (days after 1 October, value or None, percent or None)."""

    id: str
    check_ins: tuple[tuple[int, float | None, float | None], ...] = ()
    start: float | None = 0.0
    target: float | None = 100.0
    direction: str | None = None
    kind: str = "metric"
    objective: str = "O-1"
    weight: float | None = None
    start_date: date | None = None
    end_date: date | None = None

    def cells(self) -> str:
        shown = (
            self.id, self.objective, f"Key result {self.id}", self.start, self.target,
            self.direction, self.kind, self.weight, self.start_date, self.end_date,
        )  # fmt: skip
        return " | ".join("" if value is None else str(value) for value in shown)

    def check_in_cells(self) -> Iterable[str]:
        for after, value, percent in self.check_ins:
            reported = "" if percent is None else f"{percent:g}%"
            shown = (self.id, START + timedelta(after), "" if value is None else value, reported)
            yield " | ".join(str(cell) for cell in shown)

    @property
    def begins(self) -> date:
        return self.start_date or START

    @property
    def ends(self) -> date:
        return self.end_date or END

    def points(self, until: date) -> list[tuple[int, float]]:
        """The last progress of each day within its time: of values where they tell it."""
        by_values = self.kind == "metric" and any(
            self._computed(value) is not None
            for after, value, _ in self.check_ins
            if START + timedelta(after) <= until
        )
        found: dict[int, float] = {}
        for after, value, percent in self.check_ins:
            day = START + timedelta(after)
            reported = None if percent is None else percent / 100
            told = self._computed(value) if by_values else reported
            if told is not None and self.begins <= day <= until:
                found[(day - self.begins).days] = told
        return sorted(found.items())

    def _computed(self, value: float | None) -> float | None:
        return progress_from_values(
            KeyResult(
                self.id, None, direction=self.direction, start_value=self.start,
                target_value=self.target, current_value=value,
            )
        )  # fmt: skip


def line(points: Sequence[tuple[int, float]], span: int) -> tuple[float, float, float]:
    """Unclamped and clamped projection, and the share of the time that is left."""
    day, progress = points[-1]
    latest = [point for point in points if point[0] >= day / 2]
    latest = latest if len(latest) >= 3 else list(points[-3:])
    slope = float(theilslopes([y for _, y in latest], [x for x, _ in latest]).slope)
    straight, recent = progress * span / day, progress + slope * (span - day)
    passed = day / span
    raw = (1 - passed) * straight + passed * recent
    kept = (1 - passed) * min(max(straight, 0), 1) + passed * min(max(recent, 0), 1)
    return raw, kept, 1 - passed


HEADER = "id | objective_id | title | start_value | target_value | direction | kind | weight | start_date | end_date"


def hold(store: Store, key_results: Sequence[Told], objectives: str = "") -> None:
    """Import key results with their check-ins, as of the tests' day."""
    held = {
        "objectives": objectives or "id | title | level | cycle\nO-1 | Win | company | Q4 2026",
        "key_results": "\n".join([HEADER, *(each.cells() for each in key_results)]),
    }
    if rows := [row for each in key_results for row in each.check_in_cells()]:
        held["check_ins"] = "\n".join(["item_id | date | value | progress", *rows])
    import_files(store, uploads(**held), as_of=DAY)


def rows_of(reader: Reader, kind: str) -> dict[str, dict[str, Any]]:
    frame = reader.frame("select * from forecast where item_kind = $kind", {"kind": kind})
    plain = frame.astype(object).where(frame.notna(), None)
    return {row["item_id"]: row for row in plain.to_dict("records")}


def close(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    return math.isclose(found, expected, rel_tol=NEAR, abs_tol=NEAR)


# --- at the edges -----------------------------------------------------------------

WEEKLY = tuple((7 * n, 6.0 * n, None) for n in range(1, 8))
MET = "it is either met or not: there is no course to carry on"
EDGES = {
    "none": (Told("quiet"), "no check-in tells its progress, 3 are needed"),
    "one": (Told("one", WEEKLY[:1]), "check-ins on only 1 day, 3 are needed"),
    "two": (Told("two", WEEKLY[:2]), "check-ins on only 2 days, 3 are needed"),
    "three": (Told("three", WEEKLY[:3]), None),
    "weekly": (Told("weekly", WEEKLY), None),
    "same day": (
        Told("same day", ((7, 5, None), (7, 9, None), (7, 2, None), (14, 8, None))),
        "check-ins on only 2 days, 3 are needed",
    ),
    "corrected on the day": (Told("corrected", (*WEEKLY, (49, 30, None))), None),
    "before its start": (
        Told("before", ((-9, 5, None), (-2, 9, None), (7, 2, None), (14, 8, None))),
        "check-ins on only 2 days, 3 are needed",
    ),
    "after the day": (
        Told("after", (*WEEKLY[:2], (60, 20, None))),
        "check-ins on only 2 days, 3 are needed",
    ),
    "on its start": (Told("on start", ((0, 0, None), (7, 5, None), (20, 8, None))), None),
    "constant": (Told("constant", tuple((d, 40.0, None) for d in (5, 12, 19, 33))), None),
    "nothing moved": (Told("zero", tuple((d, 0.0, None) for d in (5, 12, 19))), None),
    "falling": (Told("falling", tuple((d, -d, None) for d in (5, 12, 19))), None),
    "overshoot": (Told("overshoot", tuple((d, 9.0 * d, None) for d in (5, 12, 19))), None),
    "target is start": (Told("t=s", WEEKLY, start=40, target=40), MET),
    "stay below": (Told("stay", WEEKLY, target=50, direction="stay_below"), MET),
    "decreasing": (
        Told("down", ((7, 29, None), (14, 27, None), (21, 28, None)), start=30, target=20,
             direction="decrease"),
        None,
    ),
    "milestone": (
        Told("milestone", ((7, None, 10), (14, None, 25), (21, None, 25)), start=None, target=None,
             kind="milestone"),
        None,
    ),
    "yes or no": (
        Told("yes", ((7, 0, None), (14, 0, None), (21, 1, None)), start=None, target=1,
             kind="milestone"),
        "no check-in tells its progress, 3 are needed",
    ),
    "percents": (
        Told("percents", ((7, None, 10), (14, None, 20), (30, None, 20)), start=None, target=None),
        None,
    ),
    "values count": (
        Told("values", ((7, 10, 90), (14, 20, None), (21, None, 95), (28, 30, None))),
        None,
    ),
    "unmeasured": (
        Told("unmeasured", tuple((d, None, None) for d in (7, 14, 21)), target=None),
        "no check-in tells its progress, 3 are needed",
    ),
    "own dates": (
        Told("own", WEEKLY, start_date=date(2026, 10, 12), end_date=date(2026, 11, 30)), None
    ),
    "ends today": (
        Told("today", WEEKLY, end_date=DAY), "it ends on this day: its progress stands"
    ),
    "not begun": (
        Told("later", WEEKLY, start_date=date(2026, 12, 1)), "it has not begun"
    ),
    "a single day": (
        Told("single", WEEKLY, start_date=date(2026, 12, 1), end_date=date(2026, 12, 1)),
        "its dates leave no time between start and end",
    ),
    "no dates": (
        Told("undated", WEEKLY, objective="O-2"), "its start or its end is not known"
    ),
    "slip of the keyboard": (
        Told("slip", ((7, 1e14, None), (14, -1e14, None), (21, 5, None))), None
    ),
}  # fmt: skip
TWO_OBJECTIVES = """
id  | title | level   | cycle
O-1 | Win   | company | Q4 2026
O-2 | Float | team    | Whenever
"""


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    store = new_store(tmp_path_factory.mktemp("edges"))
    ended = Told("ended", WEEKLY, end_date=date(2026, 11, 19))
    hold(store, [*(each for each, _ in EDGES.values()), ended], TWO_OBJECTIVES)
    with store.reader() as reader:
        return rows_of(reader, "key_result")


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str, edges: dict[str, dict[str, Any]]) -> None:
    told, reason = EDGES[name]
    found = edges[told.id]
    points = told.points(DAY)
    assert found["reason"] == reason
    if reason is not None:
        assert found["projected"] is found["low"] is found["high"] is found["method"] is None
        return
    kept = [(day, min(max(progress, -1e6), 1e6)) for day, progress in points]
    _, projected, left = line(kept, (told.ends - told.begins).days)
    assert close(found["projected"], projected)
    assert found["check_ins"] == len(points)
    assert (found["low"], found["high"]) == pytest.approx(bounds(projected, left, assumed_errors()))
    assert found["histories"] == 0
    assert found["method"].startswith("straight line")


def test_what_has_ended_has_no_row(edges: dict[str, dict[str, Any]]) -> None:
    assert "ended" not in edges
    assert set(edges) == {told.id for told, _ in EDGES.values()}


def test_known_figures(edges: dict[str, dict[str, Any]]) -> None:
    """By hand: 42 of 100 after 49 of 91 days in equal steps ends at 42 / 49 × 91 = 78."""
    assert close(edges["weekly"]["projected"], 0.42 / 49 * 91)
    assert close(edges["constant"]["projected"], (1 - 33 / 91) * 1.0 + 33 / 91 * 0.40)
    assert edges["zero"]["projected"] == 0.0
    assert edges["falling"]["projected"] == 0.0
    assert edges["overshoot"]["projected"] == 1.0


# --- at random --------------------------------------------------------------------

SLOW = settings(
    max_examples=6, deadline=None, database=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
VALUES = st.one_of(st.none(), st.integers(-20, 140).map(float), st.floats(-50, 250, width=32))
CHECK_INS = st.tuples(
    st.integers(-10, 60), VALUES, st.one_of(st.none(), st.none(), st.integers(-5, 120).map(float))
)
MANY = st.lists(st.tuples(st.integers(0, 50), VALUES, st.none()), min_size=45, max_size=90)


@st.composite
def key_results(draw: st.DrawFn) -> list[Told]:
    pick = st.sampled_from
    return [
        Told(
            f"K-{n}",
            tuple(draw(st.lists(CHECK_INS, max_size=14))),
            start=draw(pick([0.0, 100.0, 12.5, None])),
            target=draw(pick([100.0, 0.0, 37.5, None])),
            direction=draw(pick([None, None, "increase", "decrease"])),
            kind=draw(pick(["metric", "metric", "metric", "milestone"])),
            start_date=draw(pick([None, None, date(2026, 10, 9)])),
            end_date=draw(pick([None, None, date(2026, 12, 4)])),
        )
        for n in range(draw(st.integers(8, 16)))
    ]


@SLOW
@given(told=key_results())
def test_lines_are_those_of_a_second_computation(told: list[Told]) -> None:
    told = [each for each in told if each.kind == "milestone" or each.start != each.target]
    with tempfile.TemporaryDirectory() as folder:
        store = new_store(folder)
        hold(store, told or [Told("K")])
        with store.reader() as reader:
            found = {
                row[0]: row[1:]
                for row in reader.rows(
                    "select key_result_id, check_ins, projected_raw, projected from key_result_line_day"
                )
            }
    for each in told:
        points = each.points(DAY)
        count, raw, projected = found[each.id]
        assert count == len(points)
        if count < 3:
            assert raw is projected is None
            continue
        expected = line(points, (each.ends - each.begins).days)
        assert close(raw, expected[0])
        assert close(projected, expected[1])


def test_of_very_many_check_ins_every_so_manieth_counts(store: Store) -> None:
    course = tuple((day, float((day * 37) % 50 + day), None) for day in range(1, 50))
    long = Told("long", tuple((day, float((day * 37) % 50), None) for day in range(-180, 50)),
                start_date=date(2026, 4, 1))  # fmt: skip
    hold(store, [Told("daily", course), long])
    with store.reader() as reader:
        found = dict(reader.rows("select key_result_id, projected from key_result_line_day"))
    assert close(found["daily"], line(Told("daily", course).points(DAY), SPAN)[1])
    points, span = tuple(long.points(DAY)), (END - date(2026, 4, 1)).days
    assert len(points) > 200
    assert close(found["long"], both_lines(points, span))


# --- intervals --------------------------------------------------------------------


def bounds(
    projected: float, left: float, errors: list[float], level: float = 0.8
) -> tuple[float, float]:
    """Split conformal: ranks of n + 1, errors per share of the time that is left."""
    ordered, n = sorted(errors), len(errors)
    lower = ordered[max(1, math.floor(round((n + 1) * (1 - level) / 2, 9))) - 1]
    upper = ordered[min(n, math.ceil(round((n + 1) * (1 + level) / 2, 9))) - 1]
    low, high = projected + lower * left, projected + upper * left
    return min(projected, max(0.0, low)), max(projected, min(1.0, high))


def test_assumed_errors_are_what_the_bench_makes(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        held = [e for (e,) in reader.rows("select error from model.assumed_error order by error")]
    assert held == pytest.approx(assumed_errors(), abs=2e-3)


def _past(number: int) -> Told:
    """A key result of Q3 with its own course; told in days after 1 October, so before it."""
    reach, bend = 30 + number * 2.0, 0.6 + number % 5 * 0.4
    course = tuple(
        (day - 92, round(reach * (day / 91) ** bend, 6), None) for day in range(5, 92, 7)
    )
    return Told(
        f"P-{number}", course, objective="O-0",
        start_date=date(2026, 7, 1), end_date=date(2026, 9, 30),
    )  # fmt: skip


def _errors(past: Sequence[Told]) -> list[float]:
    found = []
    for each in past:
        end = clamp(each.points(each.ends)[-1][1])
        assert end is not None
        for sixths in (2, 3, 4):
            points = each.points(each.begins + timedelta(SPAN * sixths // 6))
            _, projected, left = line(points, SPAN)
            found.append((end - projected) / left)
    return found


PAST_AND_PRESENT = """
id  | title | level   | cycle
O-0 | Past  | team    | Q3 2026
O-1 | Win   | company | Q4 2026
"""


@pytest.mark.parametrize(("count", "histories"), [(29, 0), (30, 30), (40, 40)])
def test_the_interval_is_that_of_the_organisations_own_past(
    count: int, histories: int, store: Store
) -> None:
    past = [_past(number) for number in range(count)]
    # Stops long before its end: nobody knows how it ended.
    silent = Told("silent", _past(1).check_ins[:6], objective="O-0",
                  start_date=date(2026, 7, 1), end_date=date(2026, 9, 30))  # fmt: skip
    hold(store, [*past, silent, Told("K", WEEKLY)], PAST_AND_PRESENT)
    with store.reader() as reader:
        found = rows_of(reader, "key_result")["K"]
    _, projected, left = line(Told("K", WEEKLY).points(DAY), SPAN)
    errors = _errors(past) if histories else assumed_errors()
    assert found["histories"] == histories
    assert (found["low"], found["high"]) == pytest.approx(bounds(projected, left, errors), abs=1e-9)


def test_settings_of_the_forecast(store: Store) -> None:
    (store.folder / "settings.toml").write_text(
        "forecast_min_check_ins = 5\nforecast_interval = 0.95"
    )
    hold(store, [Told("four", WEEKLY[:4]), Told("seven", WEEKLY)])
    with store.reader() as reader:
        found = rows_of(reader, "key_result")
    assert found["four"]["reason"] == "check-ins on only 4 days, 5 are needed"
    _, projected, left = line(Told("seven", WEEKLY).points(DAY), SPAN)
    expected = bounds(projected, left, assumed_errors(), 0.95)
    assert (found["seven"]["low"], found["seven"]["high"]) == pytest.approx(expected)


# --- objectives -------------------------------------------------------------------

FAMILY = """
id  | title    | level   | cycle   | parent_ids | parent_weights
G   | goal     | company | Q4 2026 |            |
A   | two ways | team    | Q4 2026 | G          | 75%
B   | standing | team    | Q4 2026 | G          | 25%
C   | zeros    | team    | Q4 2026 |            |
D   | silent   | team    | Q4 2026 |            |
E   | empty    | team    | Q4 2026 |            |
F   | nothing  | team    | Q4 2026 | H          |
H   | above F  | team    | Q4 2026 |            |
"""
SLOWER = tuple((day, value / 2, None) for day, value, _ in WEEKLY)


def test_objectives_combine_their_key_results(store: Store) -> None:
    held = [
        Told("A1", WEEKLY, objective="A", weight=3),
        Told("A2", SLOWER, objective="A"),
        Told("A3", objective="A", weight=9),  # not measured: left out
        Told("B1", WEEKLY[:2], objective="B"),  # two check-ins: stands at 12\u00a0%
        Told("B2", SLOWER, objective="B"),
        Told("C1", WEEKLY, objective="C", weight=0),
        Told("C2", SLOWER, objective="C", weight=0),
        Told("D1", WEEKLY[:1], objective="D"),
        Told("F1", WEEKLY[:2], objective="F"),
    ]  # fmt: skip
    hold(store, held, FAMILY)
    with store.reader() as reader:
        found = rows_of(reader, "objective")
        own = rows_of(reader, "key_result")
    fast, slow = own["A1"], own["A2"]
    assert close(found["A"]["projected"], (3 * fast["projected"] + slow["projected"]) / 4)
    assert close(found["B"]["projected"], (0.12 + own["B2"]["projected"]) / 2)
    assert close(found["C"]["projected"], (fast["projected"] + slow["projected"]) / 2)
    below = math.hypot(
        0.75 * (fast["projected"] - fast["low"]), 0.25 * (slow["projected"] - slow["low"])
    )
    assert close(found["A"]["low"], found["A"]["projected"] - below)
    assert (found["A"]["key_results"], found["A"]["forecast_key_results"]) == (3, 2)
    assert found["A"]["method"] == "weighted mean of its key results"
    assert found["B"]["method"].endswith("those without a forecast stand as they are")
    assert found["A"]["check_ins"] == 14
    for name in ("projected", "low", "high"):  # of G's roll-up A carries 75\u00a0%
        expected = 0.75 * found["A"][name] + 0.25 * found["B"][name]
        assert close(found["G"][name], expected), name
    assert found["G"]["method"].startswith("objectives below")
    assert found["D"]["reason"] == "its key result has no forecast"
    assert found["E"]["reason"] == "it has no key results, and nothing below it counts"
    assert found["H"]["reason"] == "nothing below it has a forecast"
    assert found["E"]["projected"] is found["D"]["projected"] is None


def test_dropped_objectives_have_no_forecast(store: Store) -> None:
    given = """
    id  | title | level | cycle   | status
    O-1 | Win   | team  | Q4 2026 | Dropped
    """
    hold(store, [Told("K", WEEKLY)], given)
    with store.reader() as reader:
        assert reader.rows("select * from forecast") == []
        assert reader.rows("select * from model.key_result_line_day") == []


# --- other days, the pace rule ----------------------------------------------------


def test_an_earlier_day_knows_only_what_was_said_by_then(store: Store) -> None:
    hold(store, [Told("K", WEEKLY), Told("L", WEEKLY[:3])])
    with store.reader(START + timedelta(28)) as reader:
        found = rows_of(reader, "key_result")
    assert close(found["K"]["projected"], line(Told("K", WEEKLY[:4]).points(DAY), SPAN)[1])
    with store.reader(START + timedelta(20)) as reader:
        assert {row["reason"] for row in rows_of(reader, "key_result").values()} == {
            "check-ins on only 2 days, 3 are needed"
        }
    with store.reader(END + timedelta(1)) as reader:
        assert rows_of(reader, "key_result") == {}


def test_the_pace_rule_forecast_knows_every_week(store: Store) -> None:
    (store.folder / "settings.toml").write_text('pace_rule = "forecast"')
    hold(store, [Told("K", WEEKLY)])
    with store.reader() as reader:
        weeks = dict(
            reader.rows("select day, projected from model.key_result_forecast_day order by day")
        )
        edges = reader.rows(
            "select day from model.key_result_forecast_day where low is null order by day"
        )
    assert len(weeks) == 5  # from the third check-in on: 25 Oct, 1, 8, 15 Nov and the newest day
    assert [day for (day,) in edges] == sorted(weeks)[:-1]
    for day, projected in weeks.items():
        with store.reader(day) as reader:
            assert close(rows_of(reader, "key_result")["K"]["projected"], projected)


def test_without_the_rule_only_the_days_asked_for_are_computed(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        days = reader.rows("select distinct day from model.key_result_line_day")
    assert len(days) == 1


def test_the_bench_tries_what_the_product_does(sample_store: Store) -> None:
    """Lines of the sample, running and ended, against the function whose errors are documented."""
    with sample_store.reader() as reader:
        rows = reader.rows(
            "select l.key_result_id, l.seen_to, l.starts_on, l.ends_on, l.projected, i.checked_on, "
            "case when d.computed_progress is null or v.kind = 'milestone' then i.progress else "
            "computed_progress(v.start_value, v.target_value, i.value, v.direction) end as told "
            "from key_result_line_day l join key_result_day d using (day, key_result_id) "
            "join model.key_result_version v on v.key_result_id = l.key_result_id "
            "and v.import_id = d.import_id "
            "join model.listed_check_in i on i.item_id = l.key_result_id "
            "and i.checked_on between l.starts_on and l.seen_to "
            "where l.projected is not null order by i.checked_on, i.row"
        )
    lines: dict[tuple[Any, ...], dict[int, float]] = defaultdict(dict)
    for key, seen_to, starts_on, ends_on, projected, day, told in rows:
        if told is not None:
            lines[key, seen_to, projected, (ends_on - starts_on).days][(day - starts_on).days] = (
                told
            )
    assert len(lines) > 900
    for (_, _, projected, span), points in lines.items():
        assert close(projected, both_lines(tuple(sorted(points.items())), span))


def test_the_forecast_of_the_sample_beats_both_naive_ones(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        ((errors, still, straight),) = reader.rows(
            "select avg(abs(projected - final_progress)), avg(abs(clamped(last_progress) - final_progress)), "
            "avg(abs(clamped(straight) - final_progress)) from key_result_line_day "
            "where final_progress is not null and projected is not null"
        )
    assert errors < straight < still


# --- queries ----------------------------------------------------------------------


def test_forecasts_under_a_filter(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        everything = forecasts(reader, Filters("Q4 2026"))
        sales = forecasts(reader, Filters("Q4 2026", ("Sales",), ("team",)))
        nothing = forecasts(reader, Filters("Q1 1999"))
        some = forecasts(reader, Filters("Q4 2026"), most=2)
        title = everything.rows["title"].iloc[0]
        named = forecasts(reader, Filters("Q4 2026"), words=title.upper())
    assert set(sales.rows["department"]) == {"Sales"}
    assert set(sales.rows["level"]) == {"team"}
    assert len(everything.rows) == everything.total > sales.total > 0
    assert nothing.rows.empty
    assert (nothing.total, nothing.known, nothing.reason) == (0, 0, None)
    assert list(nothing.rows.columns) == list(everything.rows.columns)
    known = everything.rows["projected"].dropna()
    assert len(known) == everything.known
    assert known.is_monotonic_increasing
    assert everything.rows["projected"].iloc[: len(known)].notna().all()
    assert some.rows["item_id"].tolist() == everything.rows["item_id"].tolist()[:2]
    assert (some.total, some.known) == (everything.total, everything.known)
    assert title in set(named.rows["title"])
    assert named.total < everything.total


def test_the_history_of_an_item_names_its_sources(store: Store) -> None:
    take_in(
        store,
        objectives="id | title | level | cycle\nO-1 | Win | company | Q4 2026",
        key_results="""
        id | objective_id | title | start_value | target_value | current_value
        K  | O-1          | k     | 0           | 50           | 30
        """,
        check_ins="""
        item_id | date       | value | progress | status   | confidence | note        | author
        K       | 2026-10-12 | 10    |          | At risk  | 0.4        | slow *start | Ann
        K       | 2026-10-05 | -5    |          | On track |            |             |
        K       | 2026-12-05 | 40    |          |          |            |             |
        O-1     | 2026-10-20 |       | 20%      | On track |            | all good    | Bob
        """,
    )
    with store.reader() as reader:
        own = item_history(reader, "key_result", "K")
        above = item_history(reader, "objective", "O-1")
        unknown = item_history(reader, "key_result", "no ' such")
    with store.reader(date(2026, 10, 12)) as reader:
        earlier = item_history(reader, "key_result", "K")
    assert [day.date() for day in own["day"]] == [date(2026, 10, 5), date(2026, 10, 12), DAY]
    assert list(own["source"]) == ["check-in", "check-in", "import"]
    assert list(own["progress"]) == [0.0, 0.2, 0.6]
    assert own["note"].iloc[1] == "slow *start"
    assert own["author"].iloc[1] == "Ann"
    assert (own["file"].iloc[1], own["row"].iloc[1]) == ("check_ins.csv", 2)
    assert (own["file"].iloc[2], own["row"].iloc[2]) == ("key_results.csv", 2)
    assert set(above["source"]) == {"week", "check-in"}
    assert above.loc[above["source"] == "check-in", "note"].tolist() == ["all good"]
    assert above["progress"].iloc[-1] == pytest.approx(0.6)
    assert list(earlier["progress"]) == [0.0, 0.2]
    assert unknown.empty
    assert list(unknown.columns) == list(own.columns) == list(above.columns)


# --- the picture ------------------------------------------------------------------

SPAN_DAYS = (pd.Timestamp(START), pd.Timestamp(END))
HISTORY = pd.DataFrame(
    {
        "day": pd.to_datetime(["2026-10-12", "2026-10-05", "2026-10-12", "2026-11-15"]),
        "progress": [0.1, 0.05, 1.3, float("nan")],
    }
)


def test_the_course_of_an_item() -> None:
    course = trends.forecast_course(HISTORY, SPAN_DAYS, 0.8, 0.6, 0.9)
    assert [day.date() for day in course["day"]] == [date(2026, 10, 5), date(2026, 10, 12), END]
    assert list(course["progress"].dropna()) == [0.05, 1.0]  # of a day the last; clamped
    assert course.iloc[1][["projected", "low", "high"]].tolist() == [1.0, 1.0, 1.0]
    assert course.iloc[2][["projected", "low", "high"]].tolist() == [0.8, 0.6, 0.9]
    assert list(course["expected"]) == [4 / 91, 11 / 91, 1.0]


@pytest.mark.parametrize(
    ("history", "projected", "days"),
    [
        (HISTORY, None, 2),
        (HISTORY, float("nan"), 2),
        (HISTORY.iloc[:0], 0.8, 0),
        (HISTORY.iloc[3:], 0.8, 0),
    ],
)
def test_a_course_without_forecast(
    history: pd.DataFrame, projected: float | None, days: int
) -> None:
    course = trends.forecast_course(history, SPAN_DAYS, projected, None, None)
    assert len(course) == days
    assert course["projected"].isna().all()


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("history", "projected", "traces"),
    [
        (HISTORY, 0.8, 5),
        (HISTORY.iloc[:1], 0.97, 5),
        (HISTORY, None, 2),
        (HISTORY.iloc[:0], None, 1),
    ],
    ids=["many", "one", "no forecast", "none"],
)
def test_forecasts_draw(
    history: pd.DataFrame, projected: float | None, traces: int, palette: theme.Palette
) -> None:
    course = trends.forecast_course(history, SPAN_DAYS, projected, 0.6, 1.0)
    figure = trends.forecast_figure(course, palette, SPAN_DAYS)
    assert len(figure.data) == traces
    labels = [note["text"] for note in figure.layout.annotations]
    assert "expected pace" in labels
    assert any("–100\u00a0%" in text for text in labels) == (traces == 5)  # the interval at its end


@pytest.mark.parametrize("days", [0, 1])
def test_a_course_of_one_day_draws(days: int) -> None:
    start = SPAN_DAYS[0]
    history = pd.DataFrame({"day": [start + pd.Timedelta(days, "D")], "progress": [0.5]})
    course = trends.forecast_course(history, (start, start), 0.8, 0.6, 1.0)
    figure = trends.forecast_figure(course, theme.LIGHT, (start, start))
    assert "<b>50\u00a0%</b>" in [note["text"] for note in figure.layout.annotations]


# --- the document -----------------------------------------------------------------


def test_the_document_names_every_column() -> None:
    text = (PROJECT / "docs" / "forecast.md").read_text("utf-8")
    (view,) = [view for view in views.public_views() if view.name == "forecast"]
    for column in view.columns:
        assert re.search(rf"^\| `{column.name}` \| .+\|$", text, re.MULTILINE), column.name


def test_the_document_holds_the_figures_of_the_bench() -> None:
    """A sample of them: the errors of the product's forecast on the sample data."""
    text = (PROJECT / "docs" / "forecast.md").read_text("utf-8")
    of_the_sample = text.split("**Sample, Q2 and Q3: mean")[1]
    row = next(line for line in of_the_sample.splitlines() if line.startswith(f"| {BOTH} |"))
    cases = cases_of(of_sample())
    for cell, cut in zip(row.split("|")[2:], CUTS, strict=False):
        shown = fmean(error(case, BOTH) for case in cases if case.cut == cut)
        assert cell.split()[0] == f"{shown:.1f}"
