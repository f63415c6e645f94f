"""Read ``company.txt``: the invented company, its people and its themes of OKRs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CYCLES = ("Annual", "Q2", "Q3", "Q4")


@dataclass(frozen=True)
class Parent:
    """One alignment as the catalogue writes it; ``measure`` is 0 for the objective itself."""

    key: str
    measure: int
    weight: str


@dataclass(frozen=True)
class Run:
    """The objective of a theme in one cycle."""

    cycle: str
    title: str
    parents: tuple[Parent, ...]


@dataclass(frozen=True)
class Goal:
    """What a key result aims at in a cycle; ``start`` is empty where the last cycle tells it."""

    start: str
    target: str


@dataclass(frozen=True)
class Measure:
    """A key result through the cycles of its theme; ``goals`` has one entry a run, or None."""

    title: str
    metric: str
    unit: str
    milestone: bool
    goals: tuple[Goal | None, ...]
    options: str


@dataclass(frozen=True)
class Theme:
    """Objectives that follow each other from cycle to cycle, with their key results."""

    key: str
    level: str
    team: str
    owner: str
    description: str
    runs: tuple[Run, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Unit:
    """A department (head alone) or team with its people."""

    name: str
    department: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Company:
    """Everything that ``company.txt`` says."""

    chief: str
    departments: tuple[Unit, ...]
    teams: tuple[Unit, ...]
    themes: tuple[Theme, ...]

    def department_of(self, team: str) -> str:
        """Return the department of a team or department name; empty where nobody names it."""
        for unit in (*self.departments, *self.teams):
            if unit.name == team:
                return unit.department
        return ""

    def people_of(self, team: str) -> tuple[str, ...]:
        """Return the people of a team or department; empty where nobody names it."""
        for unit in (*self.departments, *self.teams):
            if unit.name == team:
                return unit.people
        return ()


def read_company(path: Path) -> Company:
    """Parse the catalogue file; raises ValueError naming the line that is not understood."""
    lines = [line.rstrip() for line in path.read_text("utf-8").splitlines()]
    lines = [line for line in lines if line and not line.startswith("%")]
    first_theme = next(i for i, line in enumerate(lines) if line.startswith("#"))
    chief = next(line for line in lines if line.startswith("[chief]"))
    return Company(
        chief=chief.removeprefix("[chief] "),
        departments=tuple(_parse_units(lines[:first_theme], "[department] ")),
        teams=tuple(_parse_units(lines[:first_theme], "[team] ")),
        themes=tuple(_parse_theme(block) for block in _blocks(lines[first_theme:])),
    )


def _parse_units(lines: list[str], tag: str) -> list[Unit]:
    units = []
    for line in lines:
        if line.startswith(tag):
            place, people = line.removeprefix(tag).split(" = ")
            name, _, department = place.partition(" | ")
            units.append(Unit(name, department or name, tuple(people.split(", "))))
    return units


def _blocks(lines: list[str]) -> list[list[str]]:
    blocks: list[list[str]] = []
    for line in lines:
        if line.startswith("#"):
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _parse_theme(block: list[str]) -> Theme:
    key, level, team, owner = _cells(block[0].removeprefix("# "), 4)
    runs = [_parse_run(line) for line in block[1:] if line.split(":")[0] in CYCLES]
    return Theme(
        key=key,
        level=level,
        team=team,
        owner=owner,
        description=" ".join(line[2:] for line in block if line.startswith("~ ")),
        runs=tuple(runs),
        measures=tuple(
            _parse_measure(line[2:], len(runs)) for line in block if line.startswith("- ")
        ),
    )


def _parse_run(line: str) -> Run:
    cycle, rest = line.split(": ", 1)
    title, _, parents = rest.partition(" > ")
    return Run(cycle, title, tuple(parse_parents(parents)))


def parse_parents(text: str) -> list[Parent]:
    """Parse ``key 60%, key.2`` into parents; an empty text has none."""
    parents = []
    for part in filter(None, text.split(", ")):
        target, _, weight = part.partition(" ")
        key, _, measure = target.partition(".")
        parents.append(Parent(key, int(measure or 0), weight))
    return parents


def _parse_measure(line: str, runs: int) -> Measure:
    title, metric, unit, values, options = _cells(line, 5)
    milestone = values.startswith("milestone ")
    goals = _parse_goals(values.removeprefix("milestone "), milestone)
    if len(goals) > runs:
        raise ValueError(f"more targets than cycles: {line}")
    goals += [None] * (runs - len(goals))
    return Measure(title, metric, unit, milestone, tuple(goals), options)


def _parse_goals(text: str, milestone: bool) -> list[Goal | None]:
    head = re.match(r"(?:-,)*", text)
    skipped = len(head.group()) // 2 if head else 0
    goals: list[Goal | None] = [None] * skipped
    text = text[2 * skipped :]
    if milestone:
        return goals + [Goal("", day) for day in text.split(",")]
    if text.startswith("+"):
        return goals + [Goal("0", target) for target in text[1:].split(",")]
    start, targets = text.split(">")
    for number, target in enumerate(targets.split(",")):
        goals.append(Goal(start if number == 0 else "", target))
    return goals


def _cells(line: str, count: int) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) > count:
        raise ValueError(f"more than {count} cells: {line}")
    return cells + [""] * (count - len(cells))
