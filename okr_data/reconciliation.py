"""Reported against computed progress: which items differ, why, and the arithmetic written out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from okr_data.queries import MOST_ROWS, Excerpt, Filters, excerpt, holding
from okr_data.store import Reader
from okr_data.texts import ENGLISH, day, localised, mark, speaking, t
from okr_data.texts import number as written

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
    """Items of a cycle by how reported and computed progress agree; ``tolerance`` still agrees."""

    reasons: Mapping[str, int]
    tolerance: float

    def count(self, *reasons: str) -> int:
        return sum(self.reasons.get(reason, 0) for reason in reasons)

    @property
    def items(self) -> int:
        return sum(self.reasons.values())

    @property
    def reported(self) -> int:
        """Items that report a figure."""
        return self.items - self.count("not_reported")

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
    """Count the items under a filter by reason. A key result has the level of its objective."""
    counts = reader.rows(
        f"select r.reason, count(*) from {_source(filters)} group by r.reason", filters.parameters()
    )
    ((tolerance,),) = reader.rows("select mismatch_tolerance from model.setting")
    return Reconciliation(dict(counts), float(tolerance))


_COLUMNS = (
    "r.cycle, r.item_id, r.item_kind, r.objective_id, r.title, r.department, r.team, "
    "r.reported_progress, r.computed_progress, r.difference, r.reason, r.plain_mean, "
    "r.rollup_progress, r.progress_raw, r.import_id, r.file, r.row"
)


def items(
    reader: Reader,
    filters: Filters,
    reason: str | None = None,
    words: str = "",
    most: int | None = MOST_ROWS,
) -> Excerpt:
    """Return the items of a reason, or all that report a figure, the largest differences first.

    Those whose title or id holds all the words. Fractions, missing = not known. What differs comes
    before what cannot be computed, and that before what agrees.
    """
    held, said = holding(words, "r.title", "r.item_id")
    of_reason = "r.reason = $reason" if reason else "r.reason <> 'not_reported'"
    asked: dict[str, object] = {"reason": reason} if reason else {}
    rank = " ".join(
        f"when '{name}' then {n}" for n, name in enumerate(REASONS) if n >= len(DIFFERS)
    )
    return excerpt(
        reader, _COLUMNS, f"{_source(filters)} and {of_reason} and {held}",
        f"case r.reason {rank} else 0 end, abs(r.difference) desc nulls last, r.item_kind desc, r.item_id",
        {**filters.parameters(), **asked, **said}, most,
    )  # fmt: skip


def _source(filters: Filters) -> str:
    """Return where the items under a filter come from; levels have to be looked up."""
    if not filters.levels:
        return f"reconciliation r where {filters.condition('r')}"
    return (
        "reconciliation r join objective_progress o using (objective_id) "
        f"where {filters.condition('r', levels_in='o')}"
    )


def derivation(reader: Reader, item_kind: str, item_id: str, language: str = ENGLISH) -> Derivation:
    """Write out how the computed figure of an item of the day comes about."""
    item = reader.frame(
        f"select {_COLUMNS} from reconciliation r where r.item_kind = $kind and r.item_id = $id",
        {"kind": item_kind, "id": item_id},
    ).iloc[0]
    with speaking(language):
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
    if missing := _what_is_missing(row):
        return missing
    if direction in ("stay_below", "stay_above") or (not pd.isna(start) and start == target):
        below = direction in ("stay_below", "decrease")
        sign = ("≤" if below else "≥") if raw == 1 else (">" if below else "<")
        compared = f"{number(now)} {sign} {number(target)}"
        if raw == 1:
            return t(
                "{compared}: the condition holds, so {result}.",
                compared=compared,
                result=exact(raw),
            )
        return t(
            "{compared}: the condition does not hold, so {result}.",
            compared=compared,
            result=exact(raw),
        )
    if math.isnan(raw):
        return t(
            "The start is missing, and a target that is to fall cannot be computed without it."
        )
    begin = 0.0 if pd.isna(start) else float(start)
    formula = (
        f"({number(now)} − {number(begin)}) / ({number(target)} − {number(begin)}) = {exact(raw)}"
    )
    kept = item["computed_progress"]
    if abs(kept - raw) > 1e-9:
        formula = t("{formula}, kept within 0–100 %: {kept}", formula=formula, kept=exact(kept))
    if pd.isna(start):
        return t("The start is missing and 0 is assumed: {formula}.", formula=formula)
    return f"{formula}."


def _what_is_missing(row: pd.Series) -> str:
    """Say why nothing can be computed from the values of a key result; empty where it can."""
    if row["kind"] == "milestone":
        return t("A milestone has no values to compute from: the reported percent is what counts.")
    if pd.isna(row["current_value"]):
        return t("No current value is known on this day, so nothing can be computed.")
    if pd.isna(row["target_value"]):
        return t("There is no target, so nothing can be computed from the values.")
    return ""


def _earlier_value(reader: Reader, row: pd.Series, item: pd.Series) -> str:
    """Name the newest earlier value whose progress is the reported one."""
    found = reader.rows(
        "select o.value, o.observed_on, computed_progress($start, $target, o.value, $direction) "
        "from model.observation o where o.item_id = $id and o.observed_on <= $day "
        "and o.value is distinct from $now and agrees(clamped(computed_progress($start, $target, "
        "o.value, $direction)), $reported, (select mismatch_tolerance "
        "from model.setting)) order by o.observed_on desc limit 1",
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
    value, observed_on, progress = found[0]
    return t(
        "On {day} the value was {value}, which made {progress}.",
        day=day(observed_on),
        value=number(value),
        progress=exact(progress),
    )


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
            return t(
                "It has no key results and nothing measured below it: nothing can be computed."
            )
        return t(
            "It has no key results of its own: the weighted mean over everything that contributes "
            "to it is {mean}.",
            mean=exact(item["computed_progress"]),
        )
    if measured.empty:
        return t(
            "None of its {n} key results is measured, so nothing can be computed.",
            n=written(len(own)),
        )
    weights = measured["weight"]
    if weights.sum() <= 0:
        weights = pd.Series(1.0, index=measured.index)
    left_out = len(own) - len(measured)
    formula = (
        f"{_sum_in_words(measured['progress'].tolist(), weights.tolist())} = "
        f"{exact(item['computed_progress'])}"
    )
    if not left_out:
        return f"{formula}."
    return t(
        "{formula} ({part} of {whole} not measured, left out).",
        formula=formula,
        part=written(left_out),
        whole=written(len(own)),
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
        mark("Without weights it would be {figure}."): item["plain_mean"],
        mark("With everything that contributes below it it would be {figure}."): item[
            "rollup_progress"
        ],
        mark("Without keeping each within 0–100 % it would be {figure}."): item["progress_raw"],
    }
    return [
        t(sentence, figure=exact(figure))
        for sentence, figure in readings.items()
        if len(own) and pd.notna(figure) and abs(figure - item["computed_progress"]) > 5e-4
    ]


def _source_says(item: pd.Series) -> str:
    if pd.isna(item["reported_progress"]):
        return t("The source reports no figure.")
    said = exact(item["reported_progress"])
    if pd.isna(item["difference"]):
        return t("The source says {figure}.", figure=said)
    gap = item["difference"] * 100
    points = number(round(abs(gap), 1))
    if abs(gap) < 0.05:
        return t("The source says {figure}: the same.", figure=said)
    if gap > 0:
        return t("The source says {figure}: {points} points less.", figure=said, points=points)
    return t("The source says {figure}: {points} points more.", figure=said, points=points)


def number(value: float) -> str:
    """Write a value as people do: thousands set apart, no decimals that say nothing."""
    text = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return localised(text.replace("-", "−"))


def exact(fraction: float) -> str:
    """Write a fraction as percent, with one decimal where it has one."""
    text = f"{fraction * 100:.1f}".removesuffix(".0").replace("-", "−")
    if text == "100" and fraction < 1:
        text = "99.9"
    return f"{localised(text)}\u00a0%"
