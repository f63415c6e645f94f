"""Histories to try forecasts on: invented ones, those of the sample data, and real yearly measures.

A history is a key result from its start to its end with what its check-ins said. The invented
ones come from a seeded generator; nothing in them was fitted to any organisation.
"""

from __future__ import annotations

import csv
import itertools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from okr_data.intake import load_sample
from okr_data.store import Store

#: Days from the start and unclamped progress, in order, a day once.
Points = tuple[tuple[int, float], ...]
Curve = Callable[[float], float]

#: The closed cycles of the sample data.
CLOSED = ("Q2 2026", "Q3 2026")
#: Days of an invented cycle: a quarter.
QUARTER = 91
#: Days between two figures of a yearly measure.
YEAR = 365
REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "gsa_okrs.csv"
_COMPUTED = "computed_progress(v.start_value, v.target_value, c.value, v.direction)"


@dataclass(frozen=True)
class History:
    """One finished key result: ``span`` days long; ``group`` is its objective where there is one."""

    shape: str
    span: int
    points: Points
    group: str = ""
    cycle: str = ""
    weight: float = 1.0

    @property
    def end(self) -> float:
        """Progress that it ended with, 0–1."""
        return min(max(self.points[-1][1], 0.0), 1.0)

    def seen(self, share: float) -> Points:
        """Return what was known after a share of its time."""
        return tuple(point for point in self.points if point[0] <= self.span * share)


# --- invented ------------------------------------------------------------------


def _steady(rng: Random) -> tuple[Curve, float]:
    end = rng.uniform(0.3, 1.2)
    return lambda u: end * u, rng.uniform(0.01, 0.03)


def _late(rng: Random) -> tuple[Curve, float]:
    end, power = rng.uniform(0.4, 1.2), rng.uniform(1.7, 3.5)
    return lambda u: end * u**power, rng.uniform(0.01, 0.03)


def _plateau(rng: Random) -> tuple[Curve, float]:
    end, until = rng.uniform(0.3, 1.0), rng.uniform(0.25, 0.6)
    return lambda u: end * min(1.0, u / until), rng.uniform(0.01, 0.03)


def _noisy(rng: Random) -> tuple[Curve, float]:
    end = rng.uniform(0.2, 1.1)
    return lambda u: end * u, rng.uniform(0.06, 0.15)


def _step(rng: Random) -> tuple[Curve, float]:
    end = rng.uniform(0.3, 1.1)
    steps = [(rng.random(), rng.uniform(0.5, 1.5)) for _ in range(rng.randint(1, 5))]
    whole = sum(size for _, size in steps)
    return (
        lambda u: end * sum(size for when, size in steps if when <= u) / whole,
        rng.uniform(0, 0.01),
    )


def _regressing(rng: Random) -> tuple[Curve, float]:
    if rng.random() < 0.5:
        fall = rng.uniform(0.1, 0.5)
        return lambda u: -fall * u, rng.uniform(0.01, 0.03)
    top, until, lost = rng.uniform(0.3, 0.9), rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.7)
    return (
        lambda u: top * (u / until if u < until else 1 - lost * (u - until) / (1 - until)),
        rng.uniform(0.01, 0.03),
    )


SHAPES: dict[str, Callable[[Random], tuple[Curve, float]]] = {
    "steady": _steady,
    "late": _late,
    "plateau": _plateau,
    "noisy": _noisy,
    "step": _step,
    "regressing": _regressing,
}
CADENCES = ("weekly", "biweekly", "irregular")


def _days(rng: Random, cadence: str) -> list[int]:
    """Draw the days of check-ins: some weeks missed, the last one always at the end."""
    if cadence == "weekly":
        days = [day for day in range(3, QUARTER, 7) if rng.random() > 0.08]
    elif cadence == "biweekly":
        days = [rng.randint(1, 7) + fortnight for fortnight in range(0, QUARTER - 7, 14)]
    else:
        days = sorted(rng.sample(range(1, QUARTER - 3), rng.randint(6, 12)))
    return [*days, QUARTER]


def invented(seed: int, each: int) -> list[History]:
    """Make histories, ``each`` for every shape and cadence; the same for the same seed."""
    rng = Random(seed)
    histories = []
    for shape, cadence in itertools.product(SHAPES, CADENCES):
        for _ in range(each):
            curve, noise = SHAPES[shape](rng)
            points = tuple(
                (day, curve(day / QUARTER) + rng.gauss(0, noise)) for day in _days(rng, cadence)
            )
            histories.append(History(shape, QUARTER, points))
    return histories


# --- the sample data -------------------------------------------------------------


def of_sample() -> list[History]:
    """Return the key results of the closed cycles of the sample data that move in steps."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        load_sample(store)
        with store.reader() as reader:
            rows = reader.rows(
                "select k.cycle, k.key_result_id, k.objective_id, k.weight, p.starts_on, p.ends_on,"
                f" c.checked_on, case when d.computed_progress is null then c.progress else {_COMPUTED} end"
                " from key_result_progress k"
                " join model.key_result_pace_day p on p.key_result_id = k.key_result_id"
                " join as_of_day t on t.day = p.day"
                " join model.key_result_day d on d.day = t.day and d.key_result_id = k.key_result_id"
                " join model.key_result_version v"
                "  on v.key_result_id = k.key_result_id and v.import_id = k.import_id"
                " join model.listed_check_in c on c.item_id = k.key_result_id"
                "  and c.checked_on between p.starts_on and p.ends_on"
                " where list_contains($closed, k.cycle) and not k.dropped"
                "  and k.start_value is distinct from k.target_value"
                "  and coalesce(k.direction not in ('stay_above', 'stay_below'), true)"
                " order by k.key_result_id, c.checked_on, c.row",
                {"closed": list(CLOSED)},
            )
    histories = []
    for _, group in itertools.groupby(rows, key=lambda row: row[1]):
        told = [row for row in group if row[7] is not None]
        if len(told) > 1:
            cycle, _, objective, weight, starts_on, ends_on, _, _ = told[0]
            points = {(row[6] - starts_on).days: float(row[7]) for row in told}
            histories.append(
                History(
                    "sample", (ends_on - starts_on).days, tuple(sorted(points.items())),
                    objective, cycle, 1.0 if weight is None else weight,
                )
            )  # fmt: skip
    return histories


# --- real measures -----------------------------------------------------------------


def of_real(path: Path = REAL) -> list[History]:
    """Return real measures, a step a year, from the first figure to the last target; none without the file.

    Those of the General Services Administration (public domain), where they lie beside the project.
    """
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["key_result"], row["cycle_end"]))
    found = (
        _real_history(list(group))
        for _, group in itertools.groupby(rows, lambda row: row["key_result"])
    )
    return [history for history in found if history is not None]


def _real_history(rows: list[dict[str, str]]) -> History | None:
    actual = [float(row["current"]) for row in rows if row["current"]]
    targets = [float(row["target"]) for row in rows if row["target"]]
    if len(actual) < 4 or not targets or rows[0]["direction"] == "range":
        return None
    way = targets[-1] - actual[0]
    if way == 0:
        return None
    points = tuple((YEAR * n, (value - actual[0]) / way) for n, value in enumerate(actual))
    return History("real", points[-1][0], points)
