"""Several exports of different days, and everything on a day as they tell it together.

The second opinion of ``tests/oracle.py`` for a history: versions in force, complete exports that
remove, check-ins of all imports, organisation units by day. Read from the handbook alone.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from okr_data.settings import Settings
from tests.oracle import (
    CALENDAR,
    DEFAULTS,
    STATUS_WORDS,
    CheckIn,
    Day,
    KeyResult,
    Link,
    Objective,
    Organisation,
    Unit,
)

T = TypeVar("T", Objective, KeyResult)


@dataclass(frozen=True)
class Export:
    """One import: everything that it states, and whether it holds every item of its cycles."""

    org: Organisation
    complete: bool = False


@dataclass(frozen=True)
class Version(Generic[T]):
    """What one import states of an item, with the days for which it holds (``until`` excluded)."""

    stated: T
    as_of: date
    seq: int
    row: int
    begins: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.begins <= day and (self.until is None or day < self.until)

    def holds_between(self, first: date, last: date) -> bool:
        """Tell whether it held on a day of a span, both ends included."""
        return self.begins <= last and first <= last and (self.until is None or first < self.until)


@dataclass(frozen=True)
class Excuse:
    """A person's word that a finding of an item is known; a later one in the list counts."""

    finding: str
    item_id: str
    last_day: date
    reason: str = ""


@dataclass(frozen=True)
class History:
    """Exports in the order of their import."""

    exports: tuple[Export, ...]
    excuses: tuple[Excuse, ...] = ()
    #: Days asked for already, by rules and day: each is computed once.
    asked: dict[tuple[Settings, date], HistoryDay] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def newest(self) -> date:
        return max(export.org.as_of for export in self.exports)

    @cached_property
    def in_order(self) -> list[tuple[date, int, Export]]:
        """(as-of day, place in the journal, export): a later day wins, then a later import."""
        return sorted(
            ((e.org.as_of, seq, e) for seq, e in enumerate(self.exports)), key=lambda e: e[:2]
        )

    # --- versions ---

    def _statements(self, rows: Callable[[Organisation], Sequence[T]]) -> dict[str, list[_Said[T]]]:
        """What was said of each item by as-of day; of one day the later import counts."""
        found: dict[str, dict[date, _Said[T]]] = defaultdict(dict)
        for as_of, seq, export in self.in_order:
            for row, stated in enumerate(rows(export.org), start=2):
                found[stated.id][as_of] = _Said(stated, as_of, seq, row)
        return {item: list(by_day.values()) for item, by_day in found.items()}

    @cached_property
    def said_of_objectives(self) -> dict[str, list[_Said[Objective]]]:
        return self._statements(lambda org: org.objectives)

    @cached_property
    def said_of_key_results(self) -> dict[str, list[_Said[KeyResult]]]:
        return self._statements(lambda org: org.key_results)

    @cached_property
    def objective_versions(self) -> dict[str, list[Version[Objective]]]:
        return {
            item: self._versions(said, self._objective_born(said[0]))
            for item, said in self.said_of_objectives.items()
        }

    @cached_property
    def key_result_versions(self) -> dict[str, list[Version[KeyResult]]]:
        return {
            item: self._versions(said, self._key_result_born(said[0]))
            for item, said in self.said_of_key_results.items()
        }

    def _versions(self, said: list[_Said[T]], born: date) -> list[Version[T]]:
        found = []
        for n, s in enumerate(said):
            following = said[n + 1].as_of if n + 1 < len(said) else None
            removed = self._removed_on(s, following)
            found.append(
                Version(
                    s.stated, s.as_of, s.seq, s.row, s.as_of if n else born, removed or following
                )
            )
        return found

    def _removed_on(
        self, said: _Said[Objective] | _Said[KeyResult], following: date | None
    ) -> date | None:
        """The day of the first complete export after a statement that lacks the item."""
        for as_of, seq, export in self.in_order:
            if not export.complete or (as_of, seq) <= (said.as_of, said.seq):
                continue
            if following is not None and as_of >= following:
                return None
            if self._item_cycle(said.stated, as_of) in self._cycles_held(export, as_of):
                return as_of
        return None

    def _item_cycle(self, item: Objective | KeyResult, on: date) -> str | None:
        if item.cycle is not None or isinstance(item, Objective):
            return item.cycle
        said = [s for s in self.said_of_objectives.get(item.objective or "", []) if s.as_of <= on]
        return said[-1].stated.cycle if said else None

    def _cycles_held(self, export: Export, as_of: date) -> set[str | None]:
        """Cycles that the rows of an export name; none at all where it holds items without one."""
        named: set[str | None] = {o.cycle for o in export.org.objectives}
        named |= {k.cycle for k in export.org.key_results if k.cycle}
        without = {self._item_cycle(k, as_of) for k in export.org.key_results} & {None}
        return named | without

    # --- beginnings ---

    @cached_property
    def _first_of_cycle(self) -> dict[str | None, int]:
        """The first import that names a cycle."""
        found: dict[str | None, int] = {}
        said = [s for all_said in self.said_of_objectives.values() for s in all_said]
        for s in sorted(said, key=lambda s: (s.as_of, s.seq)):
            found.setdefault(s.stated.cycle, s.seq)
        return found

    @cached_property
    def _own_key_results(self) -> dict[str, set[str]]:
        """Key results that any import ever hung below an objective."""
        found: dict[str, set[str]] = defaultdict(set)
        for export in self.exports:
            for k in export.org.key_results:
                if k.objective:
                    found[k.objective].add(k.id)
        return found

    def _objective_born(self, said: _Said[Objective]) -> date:
        o = said.stated
        if o.created_on is not None:
            came = o.created_on
        elif self._first_of_cycle[o.cycle] == said.seq:
            came = o.start or self.cycle_dates.get(o.cycle or "", (None, None))[0] or said.as_of
        else:
            came = said.as_of
        items = [o.id, *self._own_key_results.get(o.id, set())]
        spoken = [c.day for item in items for c in self.check_ins_of.get(item, [])]
        return min([said.as_of, came, *spoken])

    def _key_result_born(self, said: _Said[KeyResult]) -> date:
        k = said.stated
        above = self.objective_versions.get(k.objective or "")
        if k.created_on is not None:
            came = k.created_on
        elif above and above[0].seq == said.seq:
            came = above[0].begins
        else:
            came = said.as_of
        return min([said.as_of, came, *(c.day for c in self.check_ins_of.get(k.id, []))])

    # --- check-ins, cycles, units ---

    @cached_property
    def check_ins_of(self) -> dict[str, list[CheckIn]]:
        """Every check-in of an item, in the order in which they count."""
        found: dict[str, list[tuple[date, CheckIn]]] = defaultdict(list)
        for _as_of, _seq, export in self.in_order:
            for c in export.org.check_ins:
                found[c.item].append((c.day, c))
        return {
            item: [c for _, c in sorted(said, key=lambda pair: pair[0])]
            for item, said in found.items()
        }

    def last_listed(self, item: str, day: date) -> CheckIn | None:
        """The newest check-in up to a day; of one day the last one of the latest import."""
        said = [c for c in self.check_ins_of.get(item, []) if c.day <= day]
        return said[-1] if said else None

    @cached_property
    def cycle_dates(self) -> dict[str, tuple[date | None, date | None]]:
        members: dict[str, dict[tuple[str, date | None, date | None], Objective]] = defaultdict(
            dict
        )
        for export in self.exports:
            for o in export.org.objectives:
                if o.cycle is not None:
                    members[o.cycle][o.id, o.start, o.end] = o
        return {cycle: _window(cycle, list(found.values())) for cycle, found in members.items()}

    def units_on(self, day: date) -> dict[str, Unit]:
        """Stated before assumed; of stated ones the nearest before the day, else the first after."""
        found: dict[str, list[tuple[tuple[bool, bool, int, int], Unit]]] = defaultdict(list)
        for as_of, seq, export in self.in_order:
            for unit in export.org.units:
                days = 0 if unit.assumed else abs((as_of - day).days)
                later = not unit.assumed and as_of > day
                order = (unit.assumed, later, days, seq if unit.assumed else -seq)
                found[unit.team].append((order, unit))
        return {team: min(said, key=lambda s: s[0])[1] for team, said in found.items()}

    def on(self, day: date | None = None, rules: Settings = DEFAULTS) -> HistoryDay:
        """Return the state of everything on a day, by default the newest as-of day."""
        key = (rules, day or self.newest)
        if key not in self.asked:
            self.asked[key] = HistoryDay(Organisation(key[1]), key[1], rules, self)
        return self.asked[key]


def of(*organisations: Organisation) -> History:
    """Make a history of organisations, none of them complete."""
    return History(tuple(Export(org) for org in organisations))


@dataclass(frozen=True)
class _Said(Generic[T]):
    stated: T
    as_of: date
    seq: int
    row: int


def _window(cycle: str, members: list[Objective]) -> tuple[date | None, date | None]:
    """Dates that more than half of the objectives stated, else those of the name, else the span."""
    objectives = {o.id for o in members}
    sharing: dict[tuple[date, date], set[str]] = defaultdict(set)
    for o in members:
        if o.start and o.end:
            sharing[o.start, o.end].add(o.id)
    most = min(((-len(ids), pair) for pair, ids in sharing.items()), default=None)
    if most and -most[0] * 2 > len(objectives):
        return most[1]
    if cycle in CALENDAR:
        return CALENDAR[cycle]
    starts, ends = [o.start for o in members if o.start], [o.end for o in members if o.end]
    return min(starts, default=None), max(ends, default=None)


@dataclass(frozen=True)
class HistoryDay(Day):
    """A history on a day: all views of ``Day``; ``org`` is empty and only tells the day."""

    history: History = field(default_factory=lambda: History(()))

    @cached_property
    def objectives(self) -> dict[str, Objective]:
        return {
            v.stated.id: self._known(v.stated)
            for v in self._standing(self.history.objective_versions)
        }

    @cached_property
    def key_results(self) -> dict[str, KeyResult]:
        return {
            v.stated.id: self._known_values(v.stated)
            for v in self._standing(self.history.key_result_versions)
        }

    def _standing(self, versions: dict[str, list[Version[T]]]) -> list[Version[T]]:
        """Versions in force in the order of their statements, in which links close loops."""
        held = [v for said in versions.values() for v in said if v.holds_on(self.day)]
        return sorted(held, key=lambda v: (v.as_of, v.seq, v.row))

    def _said(self, item: str) -> list[CheckIn]:
        return [c for c in self.history.check_ins_of.get(item, []) if c.day <= self.day]

    def _in_order(
        self, item: str, value: float | None, reported: float | None, status: str | None
    ) -> list[CheckIn]:
        stated = [c for c in self.statements(item) if c.day <= self.day]
        return sorted([*self._said(item), *stated], key=lambda c: c.day)

    def statements(self, item: str) -> Iterator[CheckIn]:
        """What the imports themselves state of an item, as if checked in on their days."""
        for o in self.history.said_of_objectives.get(item, []):
            yield CheckIn(item, o.as_of, None, o.stated.reported, o.stated.status)
        for k in self.history.said_of_key_results.get(item, []):
            s = k.stated
            yield CheckIn(item, k.as_of, s.current_value, s.reported, s.status)

    @cached_property
    def places(self) -> dict[str, Unit]:
        return self.history.units_on(self.day)

    @property
    def cycle_dates(self) -> dict[str, tuple[date | None, date | None]]:
        return self.history.cycle_dates


# --- files of the template ---------------------------------------------------

STATUS_OF = {said.lower(): word for word, said in STATUS_WORDS.items()}


def read_template(folder: Path, as_of: date) -> Organisation:
    """Read clean files of the template; a cell that is no number is not known."""
    tables = {path.stem: path.read_text("utf-8-sig") for path in folder.glob("*.csv")}
    return read_tables(as_of, **tables)


def read_tables(
    as_of: date,
    objectives: str = "",
    key_results: str = "",
    check_ins: str = "",
    org_units: str = "",
) -> Organisation:
    """Read the text of CSV files in the columns of the template; a column may be missing."""
    return Organisation(
        as_of,
        tuple(_read_objective(row) for row in _rows(objectives)),
        tuple(_read_key_result(row) for row in _rows(key_results)),
        tuple(_read_check_in(row) for row in _rows(check_ins)),
        tuple(
            Unit(row["team"], row["level"], row["department"] or None) for row in _rows(org_units)
        ),
    )


def _rows(text: str) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield defaultdict(str, row)


def _read_objective(row: dict[str, str]) -> Objective:
    return Objective(
        row["id"], row["title"], row["level"] or None, row["team"] or None,
        row["department"] or None, row["cycle"] or None, _date(row["start_date"]),
        _date(row["end_date"]), _date(row["created_on"]), _number(row["weight"]),
        _percent(row["progress"]), _status(row["status"]), _links(row), row["owner"] or None,
        row["goal_type"] or None, _number(row["score"]),
    )  # fmt: skip


def _links(row: dict[str, str]) -> tuple[Link, ...]:
    parents = [p.strip() for p in row["parent_ids"].split(";") if p.strip()]
    weights = [_percent(w.strip()) for w in row["parent_weights"].split(";")]
    weights += [None] * (len(parents) - len(weights))
    return tuple(Link(p, w) for p, w in zip(parents, weights, strict=False))


def _read_key_result(row: dict[str, str]) -> KeyResult:
    return KeyResult(
        row["id"], row["objective_id"] or None, row["title"], None, row["kind"] or "metric",
        row["direction"] or None, _number(row["start_value"]), _number(row["target_value"]),
        _number(row["current_value"]), _number(row["weight"]), _percent(row["progress"]),
        _status(row["status"]), _date(row["start_date"]), _date(row["end_date"]),
        _date(row["created_on"]), (), row["owner"] or None, row["metric"] or None,
        row["unit"] or None,
    )  # fmt: skip


def _read_check_in(row: dict[str, str]) -> CheckIn:
    day = _date(row["date"])
    assert day is not None
    return CheckIn(
        row["item_id"], day, _number(row["value"]), _percent(row["progress"]),
        _status(row["status"]), row["note"] or None, row["author"] or None,
    )  # fmt: skip


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _percent(text: str) -> float | None:
    number = _number(text.removesuffix("%"))
    return None if number is None else number / 100


def _status(text: str) -> str | None:
    return STATUS_OF.get(text.lower())
