"""A second opinion on every figure: the contract computed in plain Python, without the product.

Nothing here shares code or method with ``sql/``: the roll-up is a memoised recursion, chains are
searched breadth first, and shares of a contribution are found by experiment (set the items of
one objective to 1 and all others to 0; what reaches the ancestor is the share).
"""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from okr_data.ingest import Upload
from okr_data.settings import Settings

LEVELS = ("company", "department", "team", "individual")
STATUS_WORDS = {
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "not_started": "Not started",
    "done": "Done",
    "dropped": "Dropped",
}
#: What the names of the cycles mean that the tests use (calendar year).
CALENDAR = {
    "Q1 2025": (date(2025, 1, 1), date(2025, 3, 31)),
    "Annual 2025": (date(2025, 1, 1), date(2025, 12, 31)),
    "Q2 2026": (date(2026, 4, 1), date(2026, 6, 30)),
    "Q3 2026": (date(2026, 7, 1), date(2026, 9, 30)),
    "Q4 2026": (date(2026, 10, 1), date(2026, 12, 31)),
    "Q1 2027": (date(2027, 1, 1), date(2027, 3, 31)),
    "Annual 2026": (date(2026, 1, 1), date(2026, 12, 31)),
}

Group = tuple[str | None, ...]
DEFAULTS = Settings()


# --- an organisation ---------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """An alignment to ``parent``: an objective, a key result, or an id that is nowhere."""

    parent: str
    weight: float | None = None

    @property
    def contributes(self) -> bool:
        return self.weight is None or self.weight > 0

    @property
    def counted(self) -> float:
        return 1.0 if self.weight is None else self.weight


@dataclass(frozen=True)
class Unit:
    """A team and its place; ``assumed`` where an import proposed it and nobody stated it."""

    team: str
    level: str
    department: str | None = None
    assumed: bool = False


@dataclass(frozen=True)
class Objective:
    """An objective as a source states it on the as-of day; ``links`` in the order of the file.

    ``owner`` holds names separated by "; ".
    """

    id: str
    title: str = ""
    level: str | None = None
    team: str | None = None
    department: str | None = None
    cycle: str | None = None
    start: date | None = None
    end: date | None = None
    created_on: date | None = None
    weight: float | None = None
    reported: float | None = None
    status: str | None = None
    links: tuple[Link, ...] = ()
    owner: str | None = None
    goal_type: str | None = None
    score: float | None = None


@dataclass(frozen=True)
class KeyResult:
    """A key result; ``further`` are alignments beside its own objective."""

    id: str
    objective: str | None
    title: str = ""
    cycle: str | None = None
    kind: str = "metric"
    direction: str | None = None
    start_value: float | None = None
    target_value: float | None = None
    current_value: float | None = None
    weight: float | None = None
    reported: float | None = None
    status: str | None = None
    start: date | None = None
    end: date | None = None
    created_on: date | None = None
    further: tuple[Link, ...] = ()
    owner: str | None = None
    metric: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Initiative:
    """A work item; it counts where its link contributes."""

    id: str
    parent: Link | None = None
    title: str = ""
    progress: float | None = None


@dataclass(frozen=True)
class CheckIn:
    """What was said of an item on a day; later ones of a day come later in the organisation."""

    item: str
    day: date
    value: float | None = None
    progress: float | None = None
    status: str | None = None
    note: str | None = None
    author: str | None = None


@dataclass(frozen=True)
class Organisation:
    """Everything of one import, objectives in the order of their rows."""

    as_of: date
    objectives: tuple[Objective, ...] = ()
    key_results: tuple[KeyResult, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    units: tuple[Unit, ...] = ()
    initiatives: tuple[Initiative, ...] = ()

    def on(self, day: date | None = None, rules: Settings = DEFAULTS) -> Day:
        """Return the state of everything on a day, by default the as-of day."""
        return Day(self, day or self.as_of, rules)

    @cached_property
    def check_ins_of(self) -> dict[str, list[CheckIn]]:
        found: dict[str, list[CheckIn]] = defaultdict(list)
        for check_in in sorted(self.check_ins, key=lambda c: c.day):
            found[check_in.item].append(check_in)
        return found

    @cached_property
    def places(self) -> dict[str, Unit]:
        return {unit.team: unit for unit in self.units}

    @cached_property
    def works(self) -> dict[str, Initiative]:
        return {work.id: work for work in self.initiatives}

    @cached_property
    def cycle_dates(self) -> dict[str, tuple[date | None, date | None]]:
        """Dates that most objectives share, else those of the name, else the span of all."""
        members: dict[str, list[Objective]] = defaultdict(list)
        for objective in self.objectives:
            if objective.cycle is not None:
                members[objective.cycle].append(objective)
        return {cycle: _dates_of_cycle(cycle, found) for cycle, found in members.items()}

    @cached_property
    def born(self) -> dict[str, date]:
        """The first day of each objective and key result."""
        first: dict[str, date] = {}
        for o in self.objectives:
            begins = o.start or self.cycle_dates.get(o.cycle or "", (None, None))[0]
            own = [o.id, *(k.id for k in self.key_results_of.get(o.id, []))]
            said = [c.day for item in own for c in self.check_ins_of.get(item, [])]
            first[o.id] = min(self.as_of, o.created_on or begins or self.as_of, *said)
        for k in self.key_results:
            said = [c.day for c in self.check_ins_of.get(k.id, [])]
            came = k.created_on or first.get(k.objective or "", self.as_of)
            first[k.id] = min(self.as_of, came, *said)
        return first

    @cached_property
    def key_results_of(self) -> dict[str, list[KeyResult]]:
        found: dict[str, list[KeyResult]] = defaultdict(list)
        for key_result in self.key_results:
            if key_result.objective is not None:
                found[key_result.objective].append(key_result)
        return found


def _dates_of_cycle(cycle: str, members: list[Objective]) -> tuple[date | None, date | None]:
    pairs = [(o.start, o.end) for o in members if o.start and o.end]
    for pair in pairs:
        if pairs.count(pair) * 2 > len(members):
            return pair
    if cycle in CALENDAR:
        return CALENDAR[cycle]
    starts, ends = [o.start for o in members if o.start], [o.end for o in members if o.end]
    return min(starts, default=None), max(ends, default=None)


# --- formulas ----------------------------------------------------------------


def clamp(fraction: float | None) -> float | None:
    return None if fraction is None else min(max(fraction, 0.0), 1.0)


def weighted_mean(pairs: Iterable[tuple[float | None, float | None]]) -> float | None:
    """Mean of (measure, weight): NULL measures are left out, then zero weights in all = plain."""
    measured = [(m, 1.0 if w is None else w) for m, w in pairs if m is not None]
    if not measured:
        return None
    total = math.fsum(w for _, w in measured)
    if total == 0:
        return math.fsum(m for m, _ in measured) / len(measured)
    return math.fsum(m * w for m, w in measured) / total


def raw_progress(k: KeyResult) -> float | None:
    """The table of the contract, for the values as they stand in ``k``."""
    if k.kind == "milestone":
        return milestone_progress(k)
    computed = progress_from_values(k)
    return k.reported if computed is None else computed


def milestone_progress(k: KeyResult) -> float | None:
    if k.reported is not None:
        return k.reported
    if k.current_value is not None:
        return float(k.current_value >= (1.0 if k.target_value is None else k.target_value))
    return None if k.status is None else float(k.status == "done")


def progress_from_values(k: KeyResult) -> float | None:
    s, t, c = k.start_value, k.target_value, k.current_value
    if c is None or t is None:
        return None
    if k.direction in ("stay_above", "stay_below") or s == t:
        below = k.direction in ("stay_below", "decrease")
        return float(c <= t if below else c >= t)
    if s is None:
        if k.direction == "decrease" or t <= 0:
            return None
        s = 0.0
    raw = (c - s) / (t - s)
    return raw if math.isfinite(raw) else None


def expected_on(day: date, start: date | None, end: date | None) -> float | None:
    if start is None or end is None:
        return None
    if end <= start:
        return float(day >= end)
    return clamp((day - start).days / (end - start).days)


def pace(progress: float | None, expected: float | None, rules: Settings = DEFAULTS) -> str | None:
    """Pace by the rule ``ratio`` or ``gap``; what ``forecast`` adds to ``ratio`` is not modelled."""
    if progress is None:
        return "not_started"
    if progress >= 1:
        return "done"
    if expected is None:
        return None
    if expected < rules.too_early_share or expected == 0:
        return "too_early"
    if rules.pace_rule == "gap":
        gap = expected - progress
        on_track, at_risk = gap < rules.gap_on_track, gap <= rules.gap_at_risk
    else:
        ratio = progress / expected
        on_track, at_risk = ratio >= rules.pace_on_track, ratio >= rules.pace_at_risk
    return "on_track" if on_track else "at_risk" if at_risk else "off_track"


def ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


# --- one day -----------------------------------------------------------------


@dataclass(frozen=True)
class Edge:
    """A link whose parent is in the data, with the objective that the parent stands for."""

    child: str
    parent: str
    named: str
    weight: float
    contributes: bool


@dataclass(frozen=True)
class Item:
    """Something measured that counts in a roll-up."""

    id: str
    carrier: str
    progress: float
    weight: float


@dataclass(frozen=True)
class Day:
    """An organisation on a day: each property is one view of the contract."""

    org: Organisation
    day: date
    rules: Settings = DEFAULTS

    # --- what is there ---

    @cached_property
    def objectives(self) -> dict[str, Objective]:
        """Each objective that exists, with the state known by then."""
        return {
            o.id: self._known(o) for o in self.org.objectives if self.org.born[o.id] <= self.day
        }

    @cached_property
    def key_results(self) -> dict[str, KeyResult]:
        return {
            k.id: self._known_values(k)
            for k in self.org.key_results
            if self.org.born[k.id] <= self.day
        }

    @cached_property
    def own(self) -> dict[str, list[KeyResult]]:
        found: dict[str, list[KeyResult]] = defaultdict(list)
        for k in self.key_results.values():
            if k.objective in self.objectives:
                found[k.objective].append(k)
        return found

    def _said(self, item: str) -> list[CheckIn]:
        return [c for c in self.org.check_ins_of.get(item, []) if c.day <= self.day]

    def _known(self, o: Objective) -> Objective:
        reported = status = None
        for c in self._in_order(o.id, None, o.reported, o.status):
            reported = reported if c.progress is None else c.progress
            status = c.status or status
        return replace(o, reported=reported, status=status)

    def _known_values(self, k: KeyResult) -> KeyResult:
        value = reported = status = None
        for c in self._in_order(k.id, k.current_value, k.reported, k.status):
            value = value if c.value is None else c.value
            reported = reported if c.progress is None else c.progress
            status = c.status or status
        return replace(k, current_value=value, reported=reported, status=status)

    def _in_order(
        self, item: str, value: float | None, reported: float | None, status: str | None
    ) -> list[CheckIn]:
        """Check-ins up to the day and, on the as-of day, what the import itself states."""
        stated = CheckIn(item, self.org.as_of, value, reported, status)
        said = [*self._said(item), *([stated] if self.org.as_of <= self.day else [])]
        return sorted(said, key=lambda c: c.day)

    def last_check_in(self, *items: str) -> date | None:
        return max((c.day for item in items for c in self._said(item)), default=None)

    def dropped(self, objective: str) -> bool:
        return self.objectives[objective].status == "dropped"

    # --- place ---

    @property
    def places(self) -> dict[str, Unit]:
        return self.org.places

    @property
    def cycle_dates(self) -> dict[str, tuple[date | None, date | None]]:
        return self.org.cycle_dates

    def level(self, objective: str) -> str:
        """Stated by the row, by its team, or by a department alone; depth is not modelled."""
        o = self.objectives[objective]
        if o.level:
            return o.level
        if o.team:
            return self.places[o.team].level
        if o.department:
            return "department"
        raise NotImplementedError("the level of this objective is its depth in the tree")

    def department(self, objective: str) -> str | None:
        o = self.objectives[objective]
        if self.level(objective) == "company":
            return None
        return o.department or (self.places[o.team].department if o.team else None)

    # --- the graph ---

    def home(self, item: str) -> str | None:
        """The objective that a parent is or belongs to; None where that is not in the data."""
        if item in self.objectives:
            return item
        if item in self.key_results:
            parent = self.key_results[item].objective
            return parent if parent in self.objectives else None
        work = self.org.works.get(item)
        return self.home(work.parent.parent) if work and work.parent else None

    @cached_property
    def resolved(self) -> dict[str, list[Edge]]:
        """All links to parents in the data, by child, in the order of the rule for loops."""
        edges: dict[str, list[Edge]] = {o: [] for o in self.objectives}
        for o in self.objectives.values():
            for link in sorted(o.links, key=lambda link: link.parent):
                parent = self.home(link.parent)
                if parent is not None:
                    edge = Edge(o.id, parent, link.parent, link.counted, link.contributes)
                    edges[o.id].append(edge)
        return edges

    @cached_property
    def kept_out(self) -> list[Edge]:
        """Links that would close a loop with those before them."""
        above: dict[str, set[str]] = defaultdict(set)
        out = []
        for edges in self.resolved.values():
            for edge in edges:
                if edge.child in _reach([edge.parent], above):
                    out.append(edge)
                else:
                    above[edge.child].add(edge.parent)
        return out

    @cached_property
    def edges(self) -> dict[str, list[Edge]]:
        """The links that count: no loops, nothing dropped."""
        return {
            child: [
                e
                for e in edges
                if e not in self.kept_out and not self.dropped(child) and not self.dropped(e.parent)
            ]
            for child, edges in self.resolved.items()
        }

    @cached_property
    def children(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = defaultdict(list)
        for edges in self.edges.values():
            for edge in edges:
                found[edge.parent].append(edge)
        return found

    @cached_property
    def distances(self) -> dict[tuple[str, str], int]:
        """(objective, ancestor) → links of the shortest chain, 1 or more."""
        found = {}
        for start in self.objectives:
            seen, queue = {start: 0}, deque([start])
            while queue:
                here = queue.popleft()
                for edge in self.edges[here]:
                    if edge.parent not in seen:
                        seen[edge.parent] = seen[here] + 1
                        queue.append(edge.parent)
            found.update({(start, up): n for up, n in seen.items() if n})
        return found

    # --- alignment ---

    def alignment_state(self, objective: str) -> str | None:
        if self.level(objective) == "company" or self.dropped(objective):
            return None
        if objective in self._contributing:
            return "contributing"
        if objective in self._in_sight:
            return "supporting"
        named = [link.parent for link in self.objectives[objective].links]
        if any(self.is_in_data(parent) for parent in named):
            return "detached"
        return "unresolved" if named else "unaligned"

    def is_in_data(self, item: str) -> bool:
        """Tell whether an item is there, also a key result that belongs to no objective."""
        return item in self.objectives or item in self.key_results or item in self.org.works

    @cached_property
    def _contributing(self) -> set[str]:
        return self._below_companies(lambda edge: edge.contributes)

    @cached_property
    def _in_sight(self) -> set[str]:
        return self._below_companies(lambda edge: True)

    def _below_companies(self, passable: Callable[[Edge], bool]) -> set[str]:
        below = {
            parent: {edge.child for edge in edges if passable(edge)}
            for parent, edges in self.children.items()
        }
        return _reach([o for o in self.living if self.level(o) == "company"], below)

    # --- progress ---

    def progress_of(self, key_result: str) -> float | None:
        return clamp(raw_progress(self.key_results[key_result]))

    def raw_progress(self, key_result: str) -> float | None:
        return raw_progress(self.key_results[key_result])

    def pace_of(self, key_result: str) -> str | None:
        return pace(self.progress_of(key_result), self.expected_of(key_result), self.rules)

    def kr_progress(self, objective: str) -> float | None:
        return weighted_mean((self.progress_of(k.id), k.weight) for k in self.own[objective])

    @cached_property
    def items(self) -> dict[str, list[Item]]:
        """What counts in each roll-up beside child objectives, measured."""
        found: dict[str, list[Item]] = defaultdict(list)
        for carrier, own in self.own.items():
            for k in own:
                progress = self.progress_of(k.id)
                if progress is None:
                    continue
                weight = 1.0 if k.weight is None else k.weight
                found[carrier].append(Item(k.id, carrier, progress, weight))
                for link in k.further:
                    other = self.home(link.parent)
                    if other is not None and link.contributes:
                        found[other].append(Item(k.id, carrier, progress, link.counted))
        for work in self.org.initiatives:
            at = self.home(work.parent.parent) if work.parent else None
            progress = clamp(work.progress)
            if at and work.parent and work.parent.contributes and progress is not None:
                found[at].append(Item(work.id, at, progress, work.parent.counted))
        return found

    @cached_property
    def rollup(self) -> dict[str, float | None]:
        """rollup_progress of every objective."""
        return self._roll_up(lambda item: item.progress)

    def _roll_up(self, measure: Callable[[Item], float]) -> dict[str, float | None]:
        """Weighted means from the leaves up; a chain may be long, so each is asked bottom up."""
        done: dict[str, float | None] = {}
        for objective in self._children_first:
            inputs: list[tuple[float | None, float | None]] = []
            if not self.dropped(objective):
                inputs += [(measure(item), item.weight) for item in self.items[objective]]
            summed: dict[str, float] = defaultdict(float)
            for edge in self.children[objective]:
                if edge.contributes:
                    summed[edge.child] += edge.weight
            inputs += [(done[child], weight) for child, weight in summed.items()]
            done[objective] = weighted_mean(inputs)
        return done

    @cached_property
    def _children_first(self) -> list[str]:
        order: dict[str, None] = {}
        for start in self.objectives:
            stack = [(start, False)]
            while stack:
                here, ready = stack.pop()
                if ready:
                    order[here] = None
                elif here not in order:
                    stack.append((here, True))
                    stack += [(e.child, False) for e in self.children[here] if e.child not in order]
        return list(order)

    def progress(self, objective: str) -> float | None:
        if self.own[objective]:
            return self.kr_progress(objective)
        rolled = self.rollup[objective]
        return clamp(self.objectives[objective].reported) if rolled is None else rolled

    @cached_property
    def contribution(self) -> dict[tuple[str, str], tuple[float, float]]:
        """(ancestor, carrier) → (share, contributed progress), by experiment."""
        found = {}
        carriers = {item.carrier for items in self.items.values() for item in items}
        for carrier in carriers:
            shares = self._roll_up(_only(carrier, lambda item: 1.0))
            points = self._roll_up(_only(carrier, lambda item: item.progress))
            for ancestor, share in shares.items():
                if share:
                    found[ancestor, carrier] = (share, points[ancestor] or 0.0)
        return found

    # --- pace ---

    def dates(self, objective: str) -> tuple[date | None, date | None]:
        o = self.objectives[objective]
        start, end = self.cycle_dates.get(o.cycle or "", (None, None))
        return o.start or start, o.end or end

    def expected(self, objective: str) -> float | None:
        return expected_on(self.day, *self.dates(objective))

    def pace(self, objective: str) -> str | None:
        return pace(self.progress(objective), self.expected(objective), self.rules)

    def dates_of(self, key_result: str) -> tuple[date | None, date | None]:
        k = self.key_results[key_result]
        home = self.home(k.objective or "")
        start, end = self.dates(home) if home else self.cycle_dates.get(k.cycle or "", (None, None))
        return k.start or start, k.end or end

    def expected_of(self, key_result: str) -> float | None:
        return expected_on(self.day, *self.dates_of(key_result))

    # --- views ---

    @cached_property
    def living(self) -> list[str]:
        return [o for o in self.objectives if not self.dropped(o)]

    def _grouped(
        self, key: Callable[[str], Group], members: Iterable[str]
    ) -> dict[Group, list[str]]:
        found: dict[Group, list[str]] = defaultdict(list)
        for objective in members:
            found[key(objective)].append(objective)
        return found

    def cycle(self, objective: str) -> str | None:
        return self.objectives[objective].cycle

    def by_place(self, members: Iterable[str]) -> dict[Group, list[str]]:
        return self._grouped(lambda o: (self.level(o), self.department(o)), members)

    def level_progress(self) -> dict[Group, dict[str, object]]:
        groups = self._grouped(lambda o: (self.cycle(o), self.level(o)), self.living)
        return {key: self.progress_row(members) for key, members in groups.items()}

    def department_progress(self) -> dict[Group, dict[str, object]]:
        groups = self._grouped(
            lambda o: (self.cycle(o), self.department(o), self.level(o)), self.below_company
        )
        return {key: self.progress_row(members) for key, members in groups.items()}

    @property
    def below_company(self) -> list[str]:
        return [o for o in self.living if self.level(o) != "company"]

    def progress_row(self, members: list[str]) -> dict[str, object]:
        weights = {o: self.objectives[o].weight for o in members}
        paces = [self.pace(o) for o in members]
        own = [k for o in members for k in self.own[o]]
        return {
            "objectives": len(members),
            "key_results": len(own),
            "measured": sum(self.progress(o) is not None for o in members),
            "measured_key_results": sum(self.progress_of(k.id) is not None for k in own),
            "progress": weighted_mean((self.progress(o), weights[o]) for o in members),
            "expected_progress": weighted_mean((self.expected(o), weights[o]) for o in members),
            **{
                word: paces.count(word)
                for word in ("on_track", "at_risk", "off_track", "done", "too_early", "not_started")
            },
        }

    def alignment_by_level(self) -> dict[Group, dict[str, object]]:
        groups = self._grouped(lambda o: (self.cycle(o), self.level(o)), self.below_company)
        return {key: self._alignment_row(members) for key, members in groups.items()}

    def alignment_by_department(self) -> dict[Group, dict[str, object]]:
        groups = self._grouped(lambda o: (self.cycle(o), self.department(o)), self.below_company)
        return {key: self._alignment_row(members) for key, members in groups.items()}

    def _alignment_row(self, members: list[str]) -> dict[str, object]:
        states = [self.alignment_state(o) for o in members]
        n = {s: states.count(s) for s in ("contributing", "supporting", "detached")}
        # One link a child and parent objective: two ways to the same parent (directly and by its
        # key result) are one alignment in every ratio.
        links = [e for o in members for e in {e.parent: e for e in self.edges[o]}.values()]
        adjacent = [e for e in links if self.rank(e.parent) == self.rank(e.child) - 1]
        known = [e for e in links if self.level(e.parent) != "company" and self._both_known(e)]
        across = [e for e in known if self.department(e.parent) != self.department(e.child)]
        could = [o for o in members if self.rank(o) < self.lowest_rank[self.cycle(o)]]
        supported = [o for o in could if self.children[o]]
        sight = n["contributing"] + n["supporting"]
        return {
            "objectives": len(members),
            **n,
            "unresolved": states.count("unresolved"),
            "unaligned": states.count("unaligned"),
            "linked_ratio": ratio(sight + n["detached"], len(members)),
            "line_of_sight_ratio": ratio(sight, len(members)),
            "contributing_ratio": ratio(n["contributing"], len(members)),
            "adjacent_links": len(adjacent),
            "links": len(links),
            "adjacent_ratio": ratio(len(adjacent), len(links)),
            "links_below_company": len(known),
            "cross_department_links": len(across),
            "cross_department_ratio": ratio(len(across), len(known)),
            "supportable": len(could),
            "supported": len(supported),
            "supported_ratio": ratio(len(supported), len(could)),
        }

    def rank(self, objective: str) -> int:
        return LEVELS.index(self.level(objective))

    @cached_property
    def lowest_rank(self) -> dict[str | None, int]:
        lowest: dict[str | None, int] = {}
        for o in self.living:
            lowest[self.cycle(o)] = max(lowest.get(self.cycle(o), 0), self.rank(o))
        return lowest

    def _both_known(self, edge: Edge) -> bool:
        return self.department(edge.parent) is not None and self.department(edge.child) is not None


def _reach(starts: Iterable[str], steps: dict[str, set[str]]) -> set[str]:
    """Everything that steps lead to, the starts included."""
    seen = set(starts)
    queue = list(seen)
    while queue:
        for new in steps.get(queue.pop(), set()) - seen:
            seen.add(new)
            queue.append(new)
    return seen


def _only(carrier: str, amount: Callable[[Item], float]) -> Callable[[Item], float]:
    return lambda item: amount(item) if item.carrier == carrier else 0.0


def weeks(org: Organisation, cycle: str) -> list[tuple[date, date]]:
    """(Monday, day) of each week of a cycle up to the as-of day of the import."""
    start, end = org.cycle_dates[cycle]
    if start is None or end is None:
        return []
    found, monday = [], start - timedelta(start.weekday())
    while monday <= min(end, org.as_of) and start <= org.as_of:
        found.append((monday, min(monday + timedelta(6), end, org.as_of)))
        monday += timedelta(7)
    return found


def progress_trend(org: Organisation) -> dict[Group, dict[str, object]]:
    """(cycle, week, level, department) → the figures of that week's day."""
    found: dict[Group, dict[str, object]] = {}
    for cycle in org.cycle_dates:
        for monday, on in weeks(org, cycle):
            day = org.on(on)
            members = [o for o in day.living if day.cycle(o) == cycle]
            groups = day.by_place(members)
            for (level, department), group in groups.items():
                row = day.progress_row(group)
                found[cycle, monday.isoformat(), level, department] = {
                    "progress": row["progress"],
                    "expected_progress": row["expected_progress"],
                    "measured": row["measured"],
                    "total": row["objectives"],
                }
    return found


# --- as files ----------------------------------------------------------------


def to_template(org: Organisation) -> list[Upload]:
    """Write the organisation as the files of the template; empty ones are left out."""
    return [
        _csv("objectives.csv", [_objective_cells(o) for o in org.objectives]),
        *_when(org.key_results, "key_results.csv", [_key_result_cells(k) for k in org.key_results]),
        *_when(org.check_ins, "check_ins.csv", [_check_in_cells(c) for c in org.check_ins]),
        *_when(org.units, "org_units.csv", unit_rows(org.units)),
    ]


def unit_rows(units: Iterable[Unit]) -> list[dict[str, str]]:
    return [
        {"team": u.team, "level": u.level, "department": u.department or "", "parent_team": ""}
        for u in units
    ]


def _when(present: Sequence[object], name: str, rows: list[dict[str, str]]) -> list[Upload]:
    return [_csv(name, rows)] if present else []


def _csv(name: str, rows: list[dict[str, str]]) -> Upload:
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return Upload(name, target.getvalue().encode())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value * 100:g}%"


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def _objective_cells(o: Objective) -> dict[str, str]:
    return {
        "id": o.id,
        "title": o.title or f"Objective {o.id}",
        "level": o.level or "",
        "team": o.team or "",
        "department": o.department or "",
        "cycle": o.cycle or "",
        "start_date": _day(o.start),
        "end_date": _day(o.end),
        "parent_ids": "; ".join(link.parent for link in o.links),
        "parent_weights": "; ".join(_percent(link.weight) for link in o.links),
        "weight": _number(o.weight),
        "progress": _percent(o.reported),
        "status": STATUS_WORDS.get(o.status or "", ""),
        "created_on": _day(o.created_on),
        "owner": o.owner or "",
        "goal_type": o.goal_type or "",
        "score": _number(o.score),
    }


def _key_result_cells(k: KeyResult) -> dict[str, str]:
    return {
        "id": k.id,
        "objective_id": k.objective or "",
        "title": k.title or f"Key result {k.id}",
        "kind": k.kind,
        "direction": k.direction or "",
        "start_value": _number(k.start_value),
        "target_value": _number(k.target_value),
        "current_value": _number(k.current_value),
        "weight": _number(k.weight),
        "progress": _percent(k.reported),
        "status": STATUS_WORDS.get(k.status or "", ""),
        "start_date": _day(k.start),
        "end_date": _day(k.end),
        "created_on": _day(k.created_on),
        "owner": k.owner or "",
        "metric": k.metric or "",
        "unit": k.unit or "",
    }


def _check_in_cells(c: CheckIn) -> dict[str, str]:
    return {
        "item_id": c.item,
        "date": _day(c.day),
        "value": _number(c.value),
        "progress": _percent(c.progress),
        "status": STATUS_WORDS.get(c.status or "", ""),
        "note": c.note or "",
        "author": c.author or "",
    }
