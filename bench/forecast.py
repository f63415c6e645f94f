"""How good the forecast is: ``python -m bench.forecast`` prints the tables of docs/forecast.md.

Every history is cut at a third, a half and two thirds of its time; what is forecast from its
check-ins so far is compared with the progress that it ended with. Errors are points (percent of
the way to the target). ``--errors`` prints the errors that ``sql/staging/assumed_error.sql``
holds; ``--speed N`` measures the views on N key results of ten check-ins.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles

import numpy as np

from bench.courses import REAL, SHAPES, History, Points, invented, of_real, of_sample

CUTS = {"1/3": 1 / 3, "1/2": 1 / 2, "2/3": 2 / 3}
HALF = "1/2"
LEVEL = 0.8
#: Fewest check-ins from which a forecast is made, and most recent ones whose pairs are looked at.
FEWEST, MOST = 3, 40
#: Seeds of the histories that the methods were chosen on and the assumed errors come from, and of
#: those in the tables; how many of each shape and cadence.
CHOSEN_ON, TRIED_ON = 1, 2
EACH, MORE = 100, 300
BOTH = "both lines"

Method = Callable[[Points, int], float]


@dataclass(frozen=True)
class Case:
    """A history that was cut: what was seen of it."""

    history: History
    cut: str
    seen: Points

    @property
    def left(self) -> float:
        """Share of the time after the last check-in seen."""
        return 1 - self.seen[-1][0] / self.history.span


def cases_of(histories: Iterable[History]) -> list[Case]:
    """Cut histories; those with too few check-ins by then are left out."""
    cut = (Case(h, name, h.seen(share)) for h in histories for name, share in CUTS.items())
    return [case for case in cut if len(case.seen) >= FEWEST]


# --- methods -----------------------------------------------------------------------


def clamp(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def slopes(points: Points) -> list[float]:
    """Return the slope of every pair, smallest first."""
    return sorted((y - x) / (b - a) for n, (a, x) in enumerate(points) for b, y in points[n + 1 :])


def recent(points: Points) -> Points:
    """Return the check-ins of the later half of the time that has passed, three at least."""
    last = points[-1][0]
    found = tuple(point for point in points if 2 * point[0] >= last)
    found = found if len(found) >= FEWEST else points[-FEWEST:]
    many = len(found)
    if many <= MOST:
        return found
    return tuple(p for n, p in enumerate(found) if (n + 1) * MOST // many > n * MOST // many)


def _on(points: Points, span: int, slope: float) -> float:
    day, progress = points[-1]
    return progress + slope * (span - day)


def stays(points: Points, _span: int) -> float:
    """Naive: it stays as it is."""
    return points[-1][1]


def straight(points: Points, span: int) -> float:
    """Naive: the straight line from the start through the last check-in."""
    day, progress = points[-1]
    return progress / day * span if day else progress


def theil_sen(points: Points, span: int) -> float:
    """Sen's line: median of the slopes, median of the intercepts."""
    slope = median(slopes(points))
    return median(y - slope * day for day, y in points) + slope * span


def robust_from_last(points: Points, span: int) -> float:
    """Onward from the last check-in with the median of the slopes."""
    return _on(points, span, median(slopes(points)))


def damped(points: Points, span: int) -> float:
    """The same with half the slope."""
    return _on(points, span, median(slopes(points)) / 2)


def robust_recent(points: Points, span: int) -> float:
    """Onward from the last check-in with the median of the slopes of the recent ones."""
    return _on(points, span, median(slopes(recent(points))))


def mean_of_three(points: Points, span: int) -> float:
    """Plain mean of both naive ones and the recent robust line, each clamped."""
    return mean(clamp(each(points, span)) for each in (stays, straight, robust_recent))


def both_lines(points: Points, span: int) -> float:
    """What the product does: the straight and the recent robust line, weighted by time passed."""
    passed = points[-1][0] / span
    lines = clamp(straight(points, span)), clamp(robust_recent(points, span))
    return (1 - passed) * lines[0] + passed * lines[1]


METHODS: dict[str, Method] = {
    "stays as it is": stays,
    "straight line": straight,
    "Theil–Sen line": theil_sen,
    "last + Theil–Sen slope": robust_from_last,
    "last + half that slope": damped,
    "last + recent slope": robust_recent,
    "mean of three": mean_of_three,
    BOTH: both_lines,
}


def error(case: Case, method: str) -> float:
    """Return by how much a forecast was off, in points."""
    projected = clamp(METHODS[method](case.seen, case.history.span))
    return abs(projected - case.history.end) * 100


# --- intervals ---------------------------------------------------------------------

Interval = Callable[[Case], tuple[float, float]]


def sen_interval(case: Case) -> tuple[float, float]:
    """Sen's interval of the slope from Kendall's variance, carried on from the last check-in."""
    points, span = case.seen, case.history.span
    ordered, n = slopes(points), len(points)
    spread = 1.2816 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)  # 10 % of a normal lie above 1.2816
    low = ordered[max(round((len(ordered) - spread) / 2) - 1, 0)]
    high = ordered[min(round((len(ordered) + spread) / 2), len(ordered) - 1)]
    return clamp(_on(points, span, low)), clamp(_on(points, span, high))


def scores(cases: Iterable[Case]) -> list[float]:
    """Return the errors of the product's forecast with their sign, per share of time left."""
    return sorted(
        (case.history.end - both_lines(case.seen, case.history.span)) / case.left for case in cases
    )


def assumed_errors() -> list[float]:
    """Return the errors that stand in for those of an organisation without a past: every fortieth."""
    found = scores(cases_of(invented(CHOSEN_ON, EACH)))
    return [round(e, 3) for e in (found[0], *quantiles(found, n=40, method="inclusive"), found[-1])]


def conformal(errors: Sequence[float], level: float = LEVEL) -> Interval:
    """Return the interval that errors of the past give: as many of them within as is meant."""
    count, ordered = len(errors), sorted(errors)
    below = ordered[max(math.floor(round((count + 1) * (1 - level) / 2, 9)), 1) - 1]
    above = ordered[min(math.ceil(round((count + 1) * (1 + level) / 2, 9)), count) - 1]

    def interval(case: Case) -> tuple[float, float]:
        projected = both_lines(case.seen, case.history.span)
        low, high = clamp(projected + below * case.left), clamp(projected + above * case.left)
        return min(projected, low), max(projected, high)

    return interval


# --- tables ------------------------------------------------------------------------


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    print(f"\n**{title}**\n")
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(f"{c:.1f}" if isinstance(c, float) else str(c) for c in row) + " |")


def print_errors(sources: dict[str, list[Case]]) -> None:
    """Print mean (median) error of every method at every cut, and how often it beats the naive ones."""
    for source, cases in sources.items():
        at = {cut: [case for case in cases if case.cut == cut] for cut in CUTS}
        rows = []
        for method in METHODS:
            errors = {cut: [error(case, method) for case in at[cut]] for cut in CUTS}
            cells = [
                f"{mean(found):.1f} ({median(found):.1f})" if found else "n/a"
                for found in errors.values()
            ]
            better = [
                _share(error(c, method) < error(c, naive) for c in at[HALF])
                for naive in ("stays as it is", "straight line")
            ]
            rows.append([method, *cells, *better])
        counts = ", ".join(f"n = {len(found)} at {cut}" for cut, found in at.items())
        header = ["Method", *CUTS, "1/2: better than stays", "1/2: than straight"]
        table(f"{source}: mean (median) error in points; {counts}", header, rows)


def _share(found: Iterable[bool]) -> str:
    told = list(found)
    return f"{100 * sum(told) / len(told):.0f} %" if told else "n/a"


def print_gain(sources: dict[str, list[Case]]) -> None:
    """Print by how much the product's forecast beats the straight line, with how sure that is."""
    rows = []
    for source, cases in sources.items():
        for cut in CUTS:
            gain = [error(c, "straight line") - error(c, BOTH) for c in cases if c.cut == cut]
            if gain:
                low, high = _bootstrap(gain)
                rows.append([source, cut, f"{mean(gain):+.2f}", f"{low:+.2f} to {high:+.2f}"])
    table(
        "Error of the straight line less that of both lines, in points (above 0: both lines are better)",
        ["Histories", "Cut", "Gain", "95 % interval (bootstrap)"], rows,
    )  # fmt: skip


def _bootstrap(values: Sequence[float]) -> tuple[float, float]:
    rng, told = np.random.default_rng(0), np.array(values)
    means = [float(rng.choice(told, len(told)).mean()) for _ in range(2000)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def print_shapes(cases: list[Case]) -> None:
    """Print the error of every method for each invented shape at half-time."""
    rows = [
        [m, *(mean(error(c, m) for c in cases if c.cut == HALF and c.history.shape == s) for s in SHAPES)]
        for m in METHODS
    ]  # fmt: skip
    table(
        "Invented histories by shape, cut at 1/2: mean error in points", ["Method", *SHAPES], rows
    )


def print_intervals(sources: dict[str, list[Case]]) -> None:
    """Print how many ends lie within the intervals, and how wide these are."""
    assumed = conformal(assumed_errors())
    rows = []
    for source, cases in sources.items():
        rows += _interval_rows(source, "Sen’s slope interval", sen_interval, cases)
        rows += _interval_rows(source, "assumed errors", assumed, cases)
        if source.startswith("Sample"):
            past = [case for case in cases if case.history.cycle == "Q2 2026"]
            later = [case for case in cases if case.history.cycle != "Q2 2026"]
            rows += _interval_rows(
                "Sample, Q3 alone", "own errors of Q2", conformal(scores(past)), later
            )
    table(
        "Ends within the interval that is meant to hold 80 % (mean width in points)",
        ["Histories", "Interval", *CUTS], rows,
    )  # fmt: skip


def _interval_rows(
    source: str, name: str, interval: Interval, cases: list[Case]
) -> list[list[object]]:
    cells = []
    for cut in CUTS:
        found = [(interval(case), case.history.end) for case in cases if case.cut == cut]
        within = _share(low - 1e-9 <= end <= high + 1e-9 for (low, high), end in found)
        width = mean(high - low for (low, high), _ in found) * 100 if found else 0.0
        cells.append(f"{within} ({width:.0f})" if found else "n/a")
    return [[source, name, *cells]]


def print_objectives(cases: list[Case]) -> None:
    """Print objectives of Q3: errors of their key results as independent, and as going together."""
    interval = conformal(scores(case for case in cases if case.history.cycle == "Q2 2026"))
    families: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        if case.history.cycle != "Q2 2026":
            families[case.cut, case.history.group].append(case)
    rows = []
    for cut in CUTS:
        told = [_objective(found, interval) for (c, _), found in families.items() if c == cut]
        rows.append(
            [
                cut, len(told), mean(t.error for t in told) * 100,
                f"{_share(t.apart >= t.off for t in told)} ({mean(t.apart_width for t in told) * 100:.0f})",
                f"{_share(t.together >= t.off for t in told)} ({mean(t.together_width for t in told) * 100:.0f})",
            ]
        )  # fmt: skip
    header = ["Cut", "Objectives", "Mean error", "independent", "going together"]
    table(
        "Objectives of the sample’s Q3: ends within the interval (mean width in points)",
        header,
        rows,
    )


@dataclass(frozen=True)
class _Told:
    """An objective's forecast against its end: how far it was off on its side, and what was allowed."""

    error: float
    off: float
    apart: float
    apart_width: float
    together: float
    together_width: float


def _objective(cases: list[Case], interval: Interval) -> _Told:
    whole = sum(case.history.weight for case in cases)
    parts = [
        (c.history.weight / whole, both_lines(c.seen, c.history.span), *interval(c), c.history.end)
        for c in cases
    ]
    off = sum(w * (end - projected) for w, projected, _, _, end in parts)
    below = [w * (projected - low) for w, projected, low, _, _ in parts]
    above = [w * (high - projected) for w, projected, _, high, _ in parts]
    side = below if off < 0 else above
    return _Told(
        abs(off), abs(off) - 1e-9, math.hypot(*side), math.hypot(*below) + math.hypot(*above),
        sum(side), sum(below) + sum(above),
    )  # fmt: skip


def print_tables(real: Path) -> None:
    """Print everything that the document shows."""
    sources = {
        "Invented": cases_of(invented(TRIED_ON, MORE)),
        "Sample, Q2 and Q3": cases_of(of_sample()),
        "Real, a step a year": cases_of(of_real(real)),
    }
    sources = {name: cases for name, cases in sources.items() if cases}
    print_errors(sources)
    print_gain(sources)
    print_shapes(sources["Invented"])
    print_intervals(sources)
    print_objectives(sources["Sample, Q2 and Q3"])


def main() -> None:
    """Print the tables, or what an option asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="print the assumed errors")
    parser.add_argument("--real", type=Path, default=REAL, help="real measures (gsa_okrs.csv)")
    options = parser.parse_args()
    if options.errors:
        print(", ".join(f"({value:g})" for value in assumed_errors()))
    else:
        print_tables(options.real)


if __name__ == "__main__":
    main()
