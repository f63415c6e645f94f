"""What an export of a given day shows of the truth: only what existed and was known then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from catalogue import Company, Parent
from curves import confidence, pace_word
from plan import (
    FIRST,
    PERIODS,
    SECOND,
    KeyResultPlan,
    ObjectivePlan,
    Plan,
    added_on,
    is_touched,
    number_text,
    percent,
    progress_of,
    rng_for,
)
from planted import EDITS, PLANTS, REMOVALS
from tables import CheckInRow, Export, KeyResultRow, ObjectiveRow, OrgUnitRow

R = TypeVar("R", ObjectiveRow, KeyResultRow)

#: Objectives that are checked in themselves: reference -> last reported progress.
SELF_REPORTED = {"x-report@Q4": 0.47}


def make_export(plan: Plan, day: date) -> Export:
    """Return the full export of a day: only what existed and was known then."""
    gone = {removal.ref for removal in REMOVALS} if day == SECOND else set()
    objectives = [o for o in plan.objectives if o.created_on <= day and o.ref not in gone]
    key_results = [
        k for k in plan.key_results if k.created_on <= day and k.objective.ref not in gone
    ]
    return Export(
        tuple(_objective_row(plan, o, day) for o in objectives),
        tuple(_key_result_row(plan, k, day) for k in key_results),
        tuple(_all_check_ins(objectives, key_results, day)),
        tuple(_org_rows(plan.company)),
    )


def _all_check_ins(
    objectives: Sequence[ObjectivePlan], key_results: Sequence[KeyResultPlan], day: date
) -> list[CheckInRow]:
    rows = [row for k in key_results for row in known_on(k.check_ins, day)]
    for objective in objectives:
        rows += known_on(tuple(_own_check_ins(objective)), day)
    return sorted(rows, key=lambda row: row.date)


def _own_check_ins(objective: ObjectivePlan) -> Iterator[CheckInRow]:
    """Return check-ins of an objective that reports its progress itself."""
    final = SELF_REPORTED.get(objective.ref)
    period = PERIODS[objective.run.cycle]
    for week in range(1, 8) if final is not None else ():
        day = period.starts + timedelta(days=7 * week - 1)
        progress = (final or 0.0) * period.known_share(day)
        if week == 7:
            progress = final or 0.0
        status = pace_word(progress, period.elapsed(day))
        yield CheckInRow(
            objective.id,
            day.isoformat(),
            "",
            percent(progress),
            status,
            "6",
            "",
            objective.owner,
        )


def known_on(rows: Sequence[CheckInRow], day: date) -> list[CheckInRow]:
    return [row for row in rows if row.date <= day.isoformat()]


def _objective_row(plan: Plan, objective: ObjectivePlan, day: date) -> ObjectiveRow:
    theme, run, period = objective.theme, objective.run, PERIODS[objective.run.cycle]
    progress = _objective_progress(plan, objective, day)
    closed = period.ends <= day
    row = ObjectiveRow(
        id=objective.id,
        title=run.title,
        level=theme.level if theme.level in ("company", "individual") else "",
        team=theme.team,
        department="",
        owner=objective.owner,
        cycle=period.name,
        start_date=objective.created_on.isoformat() if added_on(objective.ref) else "",
        end_date="",
        parent_ids="; ".join(_parent_id(plan, parent, run.cycle) for parent in run.parents),
        parent_weights=_parent_weights(run.parents),
        weight="",
        goal_type=_goal_type(objective),
        progress=_reported(objective, progress),
        status=_objective_status(progress, period.elapsed(day), closed),
        confidence=_objective_confidence(objective, progress, period.elapsed(day), closed),
        score=f"{progress:.1f}" if closed and progress is not None else "",
        description=theme.description,
        created_on=objective.created_on.isoformat(),
    )
    return _overwrite(plan, row, objective.ref, day)


def _objective_progress(plan: Plan, objective: ObjectivePlan, day: date) -> float | None:
    """Return the weighted mean of its key results; None where nothing is measured."""
    if objective.ref in SELF_REPORTED:
        known = known_on(tuple(_own_check_ins(objective)), day)
        return float(known[-1].progress.rstrip("%")) / 100 if known else None
    measured = [
        (float(k.weight or 1), min(1.0, max(0.0, _progress(k, day))))
        for k in plan.key_results
        if k.objective.ref == objective.ref and k.created_on <= day and _has_value(k)
    ]
    if not measured:
        return None
    if not any(weight for weight, _ in measured):
        measured = [(1.0, progress) for _, progress in measured]
    return sum(w * p for w, p in measured) / sum(w for w, _ in measured)


def _has_value(plan: KeyResultPlan) -> bool:
    return all(name != "current_value" for p in PLANTS if p.ref == plan.ref for name, _ in p.cells)


def _progress(plan: KeyResultPlan, day: date) -> float:
    known = known_on(plan.check_ins, day)
    if not known:
        return 0.0
    if plan.measure.milestone:
        return float(known[-1].progress.rstrip("%")) / 100
    return progress_of(plan.direction, plan.start, plan.target, float(known[-1].value))


def _parent_id(plan: Plan, parent: Parent, cycle: str) -> str:
    """Return the id of a parent: of the same cycle, or of the year for company objectives."""
    for name in (cycle, "Annual"):
        ref = f"{parent.key}@{name}" + (f".{parent.measure}" if parent.measure else "")
        if ref in plan.ids:
            return plan.ids[ref]
    raise ValueError(f"no parent {parent.key}.{parent.measure} in {cycle}")


def _parent_weights(parents: Sequence[Parent]) -> str:
    if not any(parent.weight for parent in parents):
        return ""
    return "; ".join(parent.weight or "100%" for parent in parents)


def _goal_type(objective: ObjectivePlan) -> str:
    kinds = ("committed", "aspirational", "", "")
    return kinds[rng_for("goal", objective.ref).randrange(len(kinds))]


def _reported(objective: ObjectivePlan, progress: float | None) -> str:
    """Return the progress that the source reports: if it is untouched, one time in five."""
    if progress is None:
        return ""
    drawn = rng_for("reported", objective.ref).randrange(5) == 0 and not is_touched(objective.ref)
    return percent(progress) if drawn or objective.ref in SELF_REPORTED else ""


def _objective_status(progress: float | None, elapsed: float, closed: bool) -> str:
    if progress is None:
        return "Not started"
    if closed:
        return "Done" if progress >= 0.7 else "At risk" if progress >= 0.4 else "Off track"
    return pace_word(progress, elapsed)


def _objective_confidence(
    objective: ObjectivePlan, progress: float | None, elapsed: float, closed: bool
) -> str:
    if progress is None or closed:
        return ""
    return str(confidence(progress, elapsed, rng_for("confidence", objective.ref)))


def _key_result_row(plan: Plan, key_result: KeyResultPlan, day: date) -> KeyResultRow:
    measure = key_result.measure
    known = known_on(key_result.check_ins, day)
    start = number_text(key_result.start, key_result.decimals)
    row = KeyResultRow(
        id=key_result.id,
        objective_id=key_result.objective.id,
        title=key_result.title,
        owner=key_result.owner,
        team=key_result.objective.theme.team,
        kind="milestone" if measure.milestone else "metric",
        metric=measure.metric,
        unit=measure.unit,
        direction=key_result.direction,
        start_value="" if measure.milestone else start,
        target_value="" if measure.milestone else number_text(key_result.target, 3),
        current_value="" if measure.milestone else known[-1].value if known else start,
        weight=key_result.weight,
        progress=_reported_key_result(key_result, day),
        status=known[-1].status if known else "Not started",
        confidence=known[-1].confidence if known else "",
        start_date="",
        end_date=key_result.end_date,
        created_on=key_result.created_on.isoformat(),
        description="",
    )
    return _overwrite(plan, row, key_result.ref, day)


def _reported_key_result(key_result: KeyResultPlan, day: date) -> str:
    progress = _progress(key_result, day)
    if key_result.measure.milestone:
        return percent(progress)
    drawn = rng_for("reported", key_result.ref).randrange(10) < 3
    plain = 0 <= progress <= 1 and not key_result.direction.startswith("stay")
    return percent(progress) if drawn and plain and not is_touched(key_result.objective.ref) else ""


def _overwrite(plan: Plan, row: R, ref: str, day: date) -> R:
    """Write planted cells, and the side of each edit that this export shows."""
    cells = {name: text for plant in PLANTS if plant.ref == ref for name, text in plant.cells}
    for edit in EDITS:
        text = edit.before if day == FIRST else edit.after
        if edit.ref == ref and text is not None:
            cells[edit.column] = text
    return replace(row, **{name: fill_ids(plan, text) for name, text in cells.items()})


def fill_ids(plan: Plan, text: str) -> str:
    """Replace ``{reference}`` by the id of the item."""
    return re.sub(r"\{([^}]+)\}", lambda match: plan.ids[match.group(1)], text)


def _org_rows(company: Company) -> Iterator[OrgUnitRow]:
    yield OrgUnitRow("Larkmoor Thermal", "company", "", "")
    for unit in company.departments:
        yield OrgUnitRow(unit.name, "department", unit.name, "Larkmoor Thermal")
    for unit in company.teams:
        yield OrgUnitRow(unit.name, "team", unit.department, unit.department)
