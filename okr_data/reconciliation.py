"""Reported against computed progress: which items differ, why, and the arithmetic written out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from okr_data.queries import Filters
from okr_data.store import Reader

#: Reasons in the order in which a reader wants them: what is not explained first.
REASONS = (
    "unexplained", "stale_value", "weights", "roll_up", "clamped", "missing_baseline", "rounding",
    "not_computable", "agrees", "not_reported",
)  # fmt: skip
DIFFERS = ("unexplained", "stale_value", "weights", "roll_up", "clamped", "missing_baseline", "rounding")  # fmt: skip
#: Key results that are written out one by one; of more, the table shows the rest.
_WRITTEN_OUT = 6


@dataclass(frozen=True)
class Reconciliation:
    """Items of a cycle with reported and computed progress; ``tolerance`` is what still agrees."""

    items: pd.DataFrame
    tolerance: float

    def count(self, *reasons: str) -> int:
        return int(self.items["reason"].isin(reasons).sum())

    @property
    def reported(self) -> int:
        """Items that report a figure."""
        return len(self.items) - self.count("not_reported")

    @property
    def compared(self) -> int:
        """Items with both figures."""
        return self.reported - self.count("not_computable")


@dataclass(frozen=True)
class Derivation:
    """How one figure came about: sentences, and of an objective its key results."""

    sentences: tuple[str, ...]
    key_results: pd.DataFrame


def reconciliation(reader: Reader, filters: Filters) -> Reconciliation:
    """Return the items under a filter, the largest differences first; fractions, NULL = not known.

    A key result has the level of its objective.
    """
    items = reader.frame(
        "select r.cycle, r.item_id, r.item_kind, r.objective_id, r.title, r.department, r.team, "
        "o.level, r.reported_progress, r.computed_progress, r.difference, r.reason, r.plain_mean, "
        "r.rollup_progress, r.progress_raw, r.import_id, r.file, r.row "
        "from reconciliation r left join objective_progress o using (objective_id) "
        f"where {_condition(filters)} order by greatest(list_position($reasons, r.reason), "
        f"{len(DIFFERS)}), abs(r.difference) desc nulls last, r.item_kind desc, r.item_id",
        {**filters.parameters(), "reasons": list(REASONS)},
    )
    ((tolerance,),) = reader.rows(
        "select value from journal.setting where name = 'mismatch_tolerance'"
    )
    return Reconciliation(items, float(tolerance))


def _condition(filters: Filters) -> str:
    parts = ["r.cycle is not distinct from $cycle"]
    if filters.departments:
        parts.append("list_contains($departments, r.department)")
    if filters.levels:
        parts.append("list_contains($levels, o.level)")
    return " and ".join(parts)


def derivation(reader: Reader, item: pd.Series) -> Derivation:
    """Write out how the computed figure of a row of :func:`reconciliation` comes about."""
    if item["item_kind"] == "key_result":
        return _of_key_result(reader, item)
    return _of_objective(reader, item)


def _of_key_result(reader: Reader, item: pd.Series) -> Derivation:
    values = reader.frame(
        "select k.*, (select max(day) from as_of_day) as day from key_result_progress k "
        "where key_result_id = $id",
        {"id": item["item_id"]},
    )
    row = values.iloc[0]
    sentences = [_values_in_words(row, item), _source_says(item)]
    if item["reason"] == "stale_value":
        sentences.append(_earlier_value(reader, row, item))
    return Derivation(tuple(s for s in sentences if s), pd.DataFrame())


def _values_in_words(row: pd.Series, item: pd.Series) -> str:
    """Write the formula of a key result with its values."""
    start, target, now = (row[n] for n in ("start_value", "target_value", "current_value"))
    raw, direction = item["progress_raw"], row["direction"]
    if row["kind"] == "milestone":
        return "A milestone has no values to compute from: the reported percent is what counts."
    if pd.isna(now):
        return "No current value is known on this day, so nothing can be computed."
    if pd.isna(target):
        return "There is no target, so nothing can be computed from the values."
    if direction in ("stay_below", "stay_above") or (not pd.isna(start) and start == target):
        holds = "holds" if raw == 1 else "does not hold"
        below = direction in ("stay_below", "decrease")
        sign = ("≤" if below else "≥") if raw == 1 else (">" if below else "<")
        return f"{number(now)} {sign} {number(target)}: the condition {holds}, so {exact(raw)}."
    if math.isnan(raw):
        return "The start is missing, and a target that is to fall cannot be computed without it."
    begin = 0.0 if pd.isna(start) else float(start)
    formula = (
        f"({number(now)} − {number(begin)}) / ({number(target)} − {number(begin)}) = {exact(raw)}"
    )
    assumed = "The start is missing and 0 is assumed: " if pd.isna(start) else ""
    kept = item["computed_progress"]
    cut = f", kept within 0–100 %: {exact(kept)}" if abs(kept - raw) > 1e-9 else ""
    return f"{assumed}{formula}{cut}."


def _earlier_value(reader: Reader, row: pd.Series, item: pd.Series) -> str:
    """Name the newest earlier value whose progress is the reported one."""
    found = reader.rows(
        "select o.value, o.observed_on, computed_progress($start, $target, o.value, $direction) "
        "from model.observation o where o.item_id = $id and o.observed_on <= $day "
        "and o.value is distinct from $now and agrees(clamped(computed_progress($start, $target, "
        "o.value, $direction)), $reported, (select value from journal.setting "
        "where name = 'mismatch_tolerance')) order by o.observed_on desc limit 1",
        {
            "start": _or_none(row["start_value"]),
            "target": _or_none(row["target_value"]),
            "direction": _or_none(row["direction"]),
            "now": _or_none(row["current_value"]),
            "id": item["item_id"],
            "day": row["day"],
            "reported": item["reported_progress"],
        },
    )
    if not found:
        return ""
    value, day, progress = found[0]
    return f"On {day.day} {day:%b %Y} the value was {number(value)}, which made {exact(progress)}."


def _or_none(value: object) -> object:
    return None if pd.isna(value) else value


def _of_objective(reader: Reader, item: pd.Series) -> Derivation:
    own = reader.frame(
        "select key_result_id, title, coalesce(weight, 1) as weight, progress, file, row "
        "from key_result_progress where objective_id = $id order by key_result_id",
        {"id": item["item_id"]},
    )
    sentences = [_mean_in_words(own, item), _source_says(item), *_other_readings(own, item)]
    return Derivation(tuple(s for s in sentences if s), own)


def _mean_in_words(own: pd.DataFrame, item: pd.Series) -> str:
    """Write the weighted mean of an objective's key results."""
    measured = own[own["progress"].notna()]
    if own.empty:
        if pd.isna(item["computed_progress"]):
            return "It has no key results and nothing measured below it: nothing can be computed."
        return (
            "It has no key results of its own: the weighted mean over everything that contributes "
            f"to it is {exact(item['computed_progress'])}."
        )
    if measured.empty:
        return f"None of its {len(own)} key results is measured, so nothing can be computed."
    weights = measured["weight"]
    if weights.sum() <= 0:
        weights = pd.Series(1.0, index=measured.index)
    left_out = len(own) - len(measured)
    unmeasured = f" ({left_out} of {len(own)} not measured, left out)" if left_out else ""
    return (
        f"{_sum_in_words(measured['progress'].tolist(), weights.tolist())} = "
        f"{exact(item['computed_progress'])}{unmeasured}."
    )


def _sum_in_words(progress: Sequence[float], weights: Sequence[float]) -> str:
    plain = len(set(weights)) == 1
    parts = [
        exact(p) if plain else f"{number(w)} × {exact(p)}"
        for p, w in zip(progress, weights, strict=True)
    ]
    if len(parts) > _WRITTEN_OUT:
        parts = [*parts[: _WRITTEN_OUT - 1], "…", parts[-1]]
    divisor = number(len(progress) if plain else sum(weights))
    return f"({' + '.join(parts)}) / {divisor}" if len(progress) > 1 else parts[0]


def _other_readings(own: pd.DataFrame, item: pd.Series) -> list[str]:
    """Name the other figures that a source may mean, where they differ from ours."""
    readings = {
        "Without weights": item["plain_mean"],
        "With everything that contributes below it": item["rollup_progress"],
        "Without keeping each within 0–100 %": item["progress_raw"],
    }
    return [
        f"{name} it would be {exact(figure)}."
        for name, figure in readings.items()
        if len(own) and pd.notna(figure) and abs(figure - item["computed_progress"]) > 5e-4
    ]


def _source_says(item: pd.Series) -> str:
    if pd.isna(item["reported_progress"]):
        return "The source reports no figure."
    says = f"The source says {exact(item['reported_progress'])}"
    if pd.isna(item["difference"]):
        return f"{says}."
    gap = item["difference"] * 100
    if abs(gap) < 0.05:
        return f"{says}: the same."
    return f"{says}: {number(round(abs(gap), 1))} points {'less' if gap > 0 else 'more'}."


def number(value: float) -> str:
    """Write a value as people do: thousands set apart, no decimals that say nothing."""
    text = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return text.replace("-", "−")


def exact(fraction: float) -> str:
    """Write a fraction as percent, with one decimal where it has one."""
    text = f"{fraction * 100:.1f}".removesuffix(".0").replace("-", "−")
    if text == "100" and fraction < 1:
        text = "99.9"
    return f"{text} %"
