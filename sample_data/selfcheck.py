"""Checks of the finished exports: consistent apart from what is planted, and that is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date

from listings import items_of
from plan import FIRST, PERIODS, SECOND, Plan, progress_of
from planted import EDITS, PLANTS
from tables import Export, KeyResultRow, ObjectiveRow

Item = ObjectiveRow | KeyResultRow

#: Columns that move by themselves; a change of any other one is an edit.
STATE_COLUMNS = ("progress", "status", "confidence", "current_value")


@dataclass(frozen=True)
class Case:
    """One export to check, with the truth behind it."""

    plan: Plan
    export: Export
    day: date


def export_problems(plan: Plan, first: Export, second: Export) -> list[str]:
    """Return everything that is wrong with the two exports; empty when all is well."""
    checks = (_wrong_ids, _wrong_titles, _wrong_parents, _wrong_check_ins)
    cases = [Case(plan, first, FIRST), Case(plan, second, SECOND)]
    found = [f"{c.day}: {problem}" for c in cases for check in checks for problem in check(c)]
    return [
        *found,
        *_unlisted_edits(plan, first, second),
        *_wrong_counts(second),
        *_broken_promises(cases[1]),
    ]


def _wrong_ids(case: Case) -> list[str]:
    ids = Counter(
        [row.id for row in case.export.objectives] + [row.id for row in case.export.key_results]
    )
    found = [f"id {item} is used {count} times" for item, count in ids.items() if count > 1]
    homes = {row.id for row in case.export.objectives}
    planted = _planted_ids(case.plan, "key_result_without_objective")
    return found + [
        f"{row.id} belongs to {row.objective_id}, which does not exist"
        for row in case.export.key_results
        if row.objective_id not in homes and row.id not in planted
    ]


def _planted_ids(plan: Plan, kind: str) -> list[str]:
    return [plan.ids[plant.ref] for plant in PLANTS if kind in plant.kinds]


def _wrong_titles(case: Case) -> list[str]:
    cycles = {row.id: row.cycle for row in case.export.objectives}
    titles = [(row.cycle, row.title) for row in case.export.objectives]
    titles += [(cycles.get(row.objective_id, ""), row.title) for row in case.export.key_results]
    return [f"title {t} is used {n} times" for t, n in Counter(titles).items() if n > 1]


def _wrong_parents(case: Case) -> list[str]:
    planted = _planted_ids(case.plan, "unresolved_parent")
    items = items_of(case.export)
    return [
        f"{row.id} names the parent {parent}, which does not exist"
        for row in case.export.objectives
        for parent in filter(None, row.parent_ids.split("; "))
        if parent not in items and row.id not in planted
    ]


def _wrong_check_ins(case: Case) -> list[str]:
    """Check-ins lie inside the cycle of their item, and their last value is the current one."""
    items = items_of(case.export)
    periods = {o.id: PERIODS[o.run.cycle] for o in case.plan.objectives}
    periods |= {k.id: PERIODS[k.objective.run.cycle] for k in case.plan.key_results}
    found = [
        f"check-in of {row.item_id} on {row.date} is out of bounds"
        for row in case.export.check_ins
        if row.item_id not in items
        or not periods[row.item_id].starts <= date.fromisoformat(row.date) <= case.day
        or date.fromisoformat(row.date) > periods[row.item_id].ends
        or row.date < items[row.item_id].created_on
    ]
    last = {row.item_id: row.value for row in case.export.check_ins}
    return found + [
        f"{row.id}: current value {row.current_value}, last check-in {last[row.id]}"
        for row in case.export.key_results
        if row.id in last and row.current_value != last[row.id]
    ]


def _unlisted_edits(plan: Plan, first: Export, second: Export) -> list[str]:
    """Compare the exports column by column: each difference is a listed edit, and vice versa."""
    later = items_of(second)
    seen = [
        (item, column.name)
        for item, row in items_of(first).items()
        for column in fields(row)
        if item in later
        and column.name not in STATE_COLUMNS
        and getattr(row, column.name) != getattr(later[item], column.name)
    ]
    listed = [(plan.ids[e.ref], e.column) for e in EDITS if e.column not in STATE_COLUMNS]
    found = [f"unlisted edit of {item}, {column}" for item, column in seen]
    found = [text for text, pair in zip(found, seen, strict=True) if pair not in listed]
    return found + [f"edit of {pair} does not show" for pair in listed if pair not in seen]


def _wrong_counts(export: Export) -> list[str]:
    counts = (len(export.objectives), len(export.key_results), len(export.check_ins))
    bounds = ((140, 190), (450, 560), (3000, 7000))
    return [
        f"{count} rows, expected {low} to {high}"
        for count, (low, high) in zip(counts, bounds, strict=True)
        if not low <= count <= high
    ]


def _broken_promises(case: Case) -> list[str]:
    """Return planted kinds that the finished rows do not show; kinds without a rule pass."""
    items = items_of(case.export)
    return [
        f"{plant.ref} ({case.plan.ids[plant.ref]}) does not show {kind}"
        for plant in PLANTS
        for kind in plant.kinds
        if kind in PROMISES and not PROMISES[kind](case, items[case.plan.ids[plant.ref]])
    ]


def _raw(row: Item) -> float:
    """Return the unclamped progress of a metric from its cells; a missing start is 0."""
    assert isinstance(row, KeyResultRow)
    start, target = float(row.start_value or 0), float(row.target_value)
    return progress_of(row.direction, start, target, float(row.current_value))


def _own(case: Case, row: Item) -> list[KeyResultRow]:
    return [k for k in case.export.key_results if k.objective_id == row.id]


def _children(case: Case, row: Item) -> list[ObjectiveRow]:
    """Return the objectives aligned to an objective or to one of its key results."""
    ids = {row.id} | {k.id for k in _own(case, row)}
    return [o for o in case.export.objectives if ids & set(o.parent_ids.split("; "))]


def _mean(case: Case, row: Item) -> float:
    """Return the plain mean of the measured metrics of an objective, clamped to 0-1."""
    raw = [_raw(k) for k in _own(case, row) if k.target_value and k.current_value]
    return sum(min(1.0, max(0.0, p)) for p in raw) / len(raw)


def _children_mean(case: Case, row: Item) -> float:
    means = [_mean(case, child) for child in _children(case, row) if _own(case, child)]
    return sum(means) / len(means)


def _pace(case: Case, progress: float) -> float:
    """Return progress relative to what the running quarter expects."""
    return progress / PERIODS["Q4"].elapsed(case.day)


def _last_check_in(case: Case, row: Item) -> str:
    ids = {row.id} | {k.id for k in _own(case, row)}
    return max((c.date for c in case.export.check_ins if c.item_id in ids), default="")


def _days_quiet(case: Case, row: Item) -> int:
    began = max(row.created_on, PERIODS["Q4"].starts.isoformat())
    return (case.day - date.fromisoformat(_last_check_in(case, row) or began)).days


def _reported_gap(row: Item) -> float:
    return abs(float(row.progress.rstrip("%")) / 100 - _raw(row))


#: Planted kind -> whether a row of the later export really shows it.
PROMISES: dict[str, Callable[[Case, Item], bool]] = {
    "watermelon": lambda c, r: r.status == "On track" and _pace(c, _mean(c, r)) < 0.65,
    "hollow_parent": lambda c, r: (
        _pace(c, _mean(c, r)) > 0.95 and _pace(c, _children_mean(c, r)) < 0.7
    ),
    "disconnected_effort": lambda c, r: (
        _pace(c, _mean(c, r)) < 0.6 and _pace(c, _children_mean(c, r)) > 0.95
    ),
    "unsupported": lambda c, r: not _children(c, r),
    "stale": lambda c, r: _days_quiet(c, r) > 21,
    "never_checked_in": lambda c, r: not _last_check_in(c, r),
    "no_owner": lambda _, r: not r.owner,
    "many_owners": lambda _, r: "; " in r.owner,
    "no_key_results": lambda c, r: not _own(c, r),
    "too_many_key_results": lambda c, r: len(_own(c, r)) > 5,
    "progress_mismatch": lambda _, r: _reported_gap(r) > 0.1,
    "target_equals_start": lambda _, r: (
        isinstance(r, KeyResultRow) and r.start_value == r.target_value and _raw(r) == 1
    ),
    "regression": lambda _, r: _raw(r) < -0.1,
    "overshoot": lambda _, r: _raw(r) > 1.3,
    "weights_all_zero": lambda c, r: all(k.weight == "0" for k in _own(c, r)),
    "dropped_with_children": lambda c, r: r.status == "Dropped" and len(_children(c, r)) > 1,
    "closed_without_score": lambda _, r: isinstance(r, ObjectiveRow) and not r.score,
}
