"""The whole truth about the invented company: every objective, key result and check-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from catalogue import CYCLES, Company, Goal, Measure, Run, Theme, read_company
from curves import (
    MILESTONE_STEPS,
    Course,
    Period,
    check_in_days,
    confidence,
    draw_note,
    draw_shape,
    note_mood,
    pace_word,
    wobble,
)
from planted import ADDITIONS, EDITS, PLANTS
from tables import CheckInRow

HERE = Path(__file__).resolve().parent
SEED = "larkmoor-2026"
FIRST, SECOND = date(2026, 10, 16), date(2026, 11, 20)
EXPORT_DAYS = (FIRST, SECOND)

PERIODS = {
    "Annual": Period("Annual 2026", date(2026, 1, 1), date(2026, 12, 31), SECOND),
    "Q2": Period("Q2 2026", date(2026, 4, 1), date(2026, 6, 30), date(2026, 6, 30)),
    "Q3": Period("Q3 2026", date(2026, 7, 1), date(2026, 9, 30), date(2026, 9, 30)),
    "Q4": Period("Q4 2026", date(2026, 10, 1), date(2026, 12, 31), SECOND),
}
#: Mean progress of a department at the end of the known part of a cycle.
DEPARTMENT_PROGRESS = {
    "Q2": {
        "Product": 0.66,
        "Engineering": 0.60,
        "Sales": 0.70,
        "Marketing": 0.74,
        "Customer Success": 0.78,
        "Operations": 0.72,
    },
    "Q3": {
        "Product": 0.72,
        "Engineering": 0.58,
        "Sales": 0.76,
        "Marketing": 0.71,
        "Customer Success": 0.88,
        "Operations": 0.78,
    },
    "Q4": {
        "Product": 0.55,
        "Engineering": 0.33,
        "Sales": 0.50,
        "Marketing": 0.54,
        "Customer Success": 0.67,
        "Operations": 0.60,
    },
}
#: Objectives whose mean is set rather than drawn, so that parent and children tell one story.
OBJECTIVE_PROGRESS = {
    "prod-savings@Q4": 0.57,
    "app-daily@Q4": 0.48,
    "eng-pace@Q4": 0.36,
    "hw-cost@Q4": 0.55,
    "sales-housing@Q4": 0.42,
    "part-grow@Q4": 0.56,
    "dach-south@Q4": 0.43,
    "mkt-trust@Q4": 0.57,
    "pmm-launch@Q4": 0.58,
    "field-fix@Q4": 0.68,
    "ops-right@Q4": 0.46,
    "sup-cost@Q4": 0.54,
    "pf-cash@Q4": 0.57,
}
#: Units that a title names behind the figure; other units stand in the title's words.
SHOWN_UNITS = ("%", "days", "hours", "min", "ms", "km", "s", "MB", "K", "dB(A)", "MW")


@dataclass(frozen=True)
class ObjectivePlan:
    """An objective before any export: its theme, its run and its identity."""

    ref: str
    id: str
    theme: Theme
    run: Run
    department: str
    owner: str
    created_on: date


@dataclass(frozen=True)
class KeyResultPlan:
    """A key result before any export. Milestones have no values, ``end_date`` instead."""

    ref: str
    id: str
    objective: ObjectivePlan
    measure: Measure
    title: str
    owner: str
    direction: str
    start: float
    target: float
    decimals: int
    weight: str
    end_date: str
    created_on: date
    course: Course
    check_ins: tuple[CheckInRow, ...]


@dataclass(frozen=True)
class Slot:
    """The place of a key result: position in its theme, number, goal, value of the last cycle."""

    index: int
    number: int
    goal: Goal
    last: float | None


@dataclass(frozen=True)
class Plan:
    """The whole truth, from which each export shows the part that was known."""

    company: Company
    objectives: tuple[ObjectivePlan, ...]
    key_results: tuple[KeyResultPlan, ...]
    ids: dict[str, str]


def make_plan() -> Plan:
    """Build the whole truth from the catalogue and the planted entries."""
    company = read_company(HERE / "company.txt")
    objectives = tuple(_plan_objectives(company))
    key_results = tuple(_plan_key_results(company, objectives))
    ids = {plan.ref: plan.id for plan in objectives} | {plan.ref: plan.id for plan in key_results}
    return Plan(company, objectives, key_results, ids)


def _plan_objectives(company: Company) -> Iterator[ObjectivePlan]:
    """Number objectives by cycle and catalogue order; late additions come last."""
    runs = [
        (theme, run)
        for cycle in CYCLES
        for theme in company.themes
        for run in theme.runs
        if run.cycle == cycle
    ]
    runs.sort(key=lambda pair: added_on(_ref(pair[0], pair[1].cycle)) or date.min)
    turns: Counter[tuple[str, str]] = Counter()
    for number, (theme, run) in enumerate(runs, start=101):
        ref = _ref(theme, run.cycle)
        turns[theme.team, run.cycle] += 1
        yield ObjectivePlan(
            ref=ref,
            id=f"O-{number}",
            theme=theme,
            run=run,
            department=company.department_of(theme.team),
            owner=_objective_owner(company, theme, turns[theme.team, run.cycle]),
            created_on=added_on(ref) or _created_on(ref, run.cycle),
        )


def _ref(theme: Theme, cycle: str) -> str:
    return f"{theme.key}@{cycle}"


def _objective_owner(company: Company, theme: Theme, turn: int) -> str:
    people = company.people_of(theme.team) or (company.chief,)
    return theme.owner or people[(turn - 1) % len(people)]


def added_on(ref: str) -> date | None:
    for addition in ADDITIONS:
        if addition.ref in (ref, ref.partition(".")[0]):
            return date.fromisoformat(addition.created_on)
    return None


def _created_on(ref: str, cycle: str) -> date:
    """Draw a day between two weeks before and four days after the start of the cycle."""
    return PERIODS[cycle].starts + timedelta(days=rng_for("created", ref).randrange(-14, 5))


def rng_for(*names: str) -> Random:
    """Return a generator of its own for each item, so that a new item changes no other."""
    return Random(":".join((SEED, *names)))


def _plan_key_results(
    company: Company, objectives: Sequence[ObjectivePlan]
) -> Iterator[KeyResultPlan]:
    last_values: dict[tuple[str, int], float] = {}
    number = 1000
    for objective in objectives:
        turn = objective.theme.runs.index(objective.run)
        for index, measure in enumerate(objective.theme.measures, start=1):
            goal = measure.goals[turn]
            if goal is None:
                continue
            number += 1
            slot = Slot(index, number, goal, last_values.get((objective.theme.key, index)))
            plan = _plan_key_result(company, objective, slot)
            yield plan
            if plan.check_ins and plan.check_ins[-1].value:
                last_values[objective.theme.key, index] = float(plan.check_ins[-1].value)


def _plan_key_result(company: Company, objective: ObjectivePlan, slot: Slot) -> KeyResultPlan:
    measure = objective.theme.measures[slot.index - 1]
    ref = f"{objective.ref}.{slot.index}"
    owner = _key_result_owner(company, objective, slot)
    start, target = _goal_values(measure, slot.goal, slot.last)
    draft = KeyResultPlan(
        ref=ref,
        id=f"KR-{slot.number}",
        objective=objective,
        measure=measure,
        title=_title(measure, start, target, _decimals(measure)),
        owner=owner,
        direction=_direction(ref, measure, start, target),
        start=start,
        target=target,
        decimals=_decimals(measure) + _finer(measure, start, target),
        weight=_option(ref, measure, "w") or _drawn_weight(objective.ref, slot.index),
        end_date=f"2026-{slot.goal.target}" if measure.milestone else "",
        created_on=added_on(ref) or objective.created_on,
        course=_course(ref, objective, measure, owner),
        check_ins=(),
    )
    return replace(draft, check_ins=tuple(_check_ins(draft)))


def _key_result_owner(company: Company, objective: ObjectivePlan, slot: Slot) -> str:
    """Return the owner of the objective for its first key result, else somebody of the team."""
    people = company.people_of(objective.theme.team)
    if slot.index == 1 or objective.theme.level == "individual" or not people:
        return objective.owner
    return people[(slot.number + slot.index) % len(people)]


def _goal_values(measure: Measure, goal: Goal, last: float | None) -> tuple[float, float]:
    """Return start and target; a cycle starts where the last one ended, if that leaves a way."""
    if measure.milestone:
        return 0.0, 1.0
    target = float(goal.target)
    if goal.start:
        return float(goal.start), target
    earlier = [other for other in measure.goals if other is not None]
    former = earlier[earlier.index(goal) - 1]
    first = float(earlier[0].start or 0)
    planned = first if earlier[0].start == "0" else float(former.target)
    if earlier[0].start == "0" and last is not None:
        return 0.0, target
    leaves_way = last is not None and (target - last) * (target - first) > 0
    far_enough = last is not None and abs(target - last) >= 0.4 * abs(target - planned)
    if last is None or not (leaves_way and far_enough):
        return planned, target
    return round(last, _decimals(measure)), target


def _decimals(measure: Measure) -> int:
    """Return the finest number of decimals that the catalogue uses for a measure."""
    texts = [text for goal in measure.goals if goal for text in (goal.start, goal.target)]
    return max(len(text.partition(".")[2]) for text in texts)


def _finer(measure: Measure, start: float, target: float) -> int:
    """Return 1 where values need a decimal more than the targets: shares, times, ratings."""
    countable = measure.unit not in (
        "%",
        "days",
        "hours",
        "min",
        "points",
        "SPF",
        "EUR m",
        "stars",
    )
    return 0 if countable or abs(target - start) > 25 else 1


def _title(measure: Measure, start: float, target: float, decimals: int) -> str:
    first = amount(start, decimals, measure.unit)
    last = amount(target, decimals, measure.unit)
    if first.endswith(f" {measure.unit}"):
        first = first.removesuffix(f" {measure.unit}")
    return measure.title.replace("{}", f"from {first} to {last}").replace("{t}", last)


def amount(value: float, decimals: int, unit: str) -> str:
    """Return a figure as a title writes it: "EUR 1.5 m", "71 %"; things counted stay bare."""
    whole, dot, rest = number_text(value, decimals).partition(".")
    figure = f"{int(whole):,}{dot}{rest}" if whole.isdigit() else whole + dot + rest
    if unit.startswith("EUR"):
        return " ".join(["EUR", figure, *unit.split()[1:]])
    return f"{figure} {unit}" if unit in SHOWN_UNITS else figure


def number_text(value: float, decimals: int) -> str:
    """Return a figure without superfluous zeros, and without "-0"."""
    text = f"{round(value, decimals) + 0.0:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _direction(ref: str, measure: Measure, start: float, target: float) -> str:
    for guard in ("stay_above", "stay_below"):
        if guard in measure.options.split():
            return guard
    if measure.milestone or start == target or rng_for("direction", ref).randrange(100) < 35:
        return ""
    return "increase" if target > start else "decrease"


def _drawn_weight(objective_ref: str, index: int) -> str:
    """Return weights for about one objective in eight, the first key result counting double."""
    if is_touched(objective_ref) or rng_for("weight", objective_ref).randrange(8):
        return ""
    return "2" if index == 1 else "1"


def is_touched(objective_ref: str) -> bool:
    """Say whether an objective or one of its key results is planted or edited."""
    refs = [plant.ref for plant in PLANTS] + [edit.ref for edit in EDITS]
    refs += [addition.ref for addition in ADDITIONS]
    return any(ref.partition(".")[0] == objective_ref for ref in refs)


def _option(ref: str, measure: Measure, name: str) -> str:
    """Return an option of a key result: planted ones win over those of the catalogue."""
    options = measure.options.split()
    for plant in PLANTS:
        if plant.ref in (ref.partition(".")[0], ref):
            options += plant.shape.split()
    values = [text.partition("=")[2] for text in options if text.startswith(f"{name}=")]
    return values[-1] if values else ""


def _course(ref: str, objective: ObjectivePlan, measure: Measure, owner: str) -> Course:
    cycle = objective.run.cycle
    rng = rng_for("course", ref)
    drawn_shape, drawn_final = draw_shape(rng), _drawn_final(objective, rng)
    last = _option(ref, measure, "last")
    final = _option(ref, measure, "f")
    first = added_on(ref) or PERIODS[cycle].starts
    return Course(
        final=float(final) if final else drawn_final,
        shape=_option(ref, measure, "shape") or drawn_shape,
        weekday=_weekday(owner),
        first=first,
        last=date.fromisoformat(last) if last else PERIODS[cycle].horizon,
        every=14 if cycle == "Annual" else 7,
    )


def _weekday(owner: str) -> int:
    """Return the weekday (Monday = 0 to Thursday) on which somebody checks in."""
    return sum(map(ord, owner)) % 4


def _drawn_final(objective: ObjectivePlan, rng: Random) -> float:
    means = DEPARTMENT_PROGRESS.get(objective.run.cycle, {})
    drawn = means.get(objective.department, 0.5) + wobble(rng_for("mean", objective.ref), 0.08)
    level = OBJECTIVE_PROGRESS.get(objective.ref, drawn)
    ceiling = 0.97 if objective.run.cycle == "Q4" else 1.12
    return min(ceiling, max(0.03, level + wobble(rng, 0.28)))


def _check_ins(plan: KeyResultPlan) -> Iterator[CheckInRow]:
    if f"never@{plan.objective.run.cycle}" in plan.measure.options.split():
        return
    period = PERIODS[plan.objective.run.cycle]
    rng = rng_for("check-ins", plan.ref)
    before: float | None = None
    days = check_in_days(plan.course, (*EXPORT_DAYS, period.horizon), rng)
    for day in days:
        noise = 0.0 if day == days[-1] else wobble(rng, 0.05) * period.known_share(day)
        value, progress = _observe(plan, plan.course.progress(period, day) + noise, day == days[-1])
        elapsed = period.elapsed(day)
        mood = note_mood(progress, before, elapsed)
        yield CheckInRow(
            item_id=plan.id,
            date=day.isoformat(),
            value=value,
            progress=percent(progress) if plan.measure.milestone else "",
            status=_check_in_status(plan.ref, progress, elapsed),
            confidence=str(confidence(progress, elapsed, rng)),
            note=draw_note(mood, rng),
            author=plan.owner if rng.randrange(100) < 88 else plan.objective.owner,
        )
        before = progress


def _check_in_status(ref: str, progress: float, elapsed: float) -> str:
    """Return the honest status, except where a watermelon is planted."""
    for plant in PLANTS:
        if "watermelon" in plant.kinds and ref.startswith(f"{plant.ref}."):
            return "On track"
    return pace_word(progress, elapsed)


def _observe(plan: KeyResultPlan, wanted: float, is_last: bool) -> tuple[str, float]:
    """Return the value as it is written down (empty for milestones) and its progress."""
    if plan.measure.milestone:
        reached = [step for step in MILESTONE_STEPS if step <= wanted + 0.05]
        return "", 1.0 if wanted >= 0.97 else reached[-1] if reached else 0.0
    if plan.direction in ("stay_above", "stay_below"):
        holds = plan.course.final >= 0.35
        wanted = (1.1 if holds else 0.8) * (1 if is_last else 0.8 + 0.2 * max(0.0, wanted))
    text = number_text(plan.start + wanted * (plan.target - plan.start), plan.decimals)
    return text, progress_of(plan.direction, plan.start, plan.target, float(text))


def progress_of(direction: str, start: float, target: float, value: float) -> float:
    """Return the unclamped progress of the contract for known values."""
    if direction == "stay_below":
        return float(value <= target)
    if direction == "stay_above" or start == target:
        return float(value >= target)
    return (value - start) / (target - start)


def percent(share: float) -> str:
    """Return a share as the whole percent that a source reports."""
    return f"{int(share * 100 + 0.5)}%"
