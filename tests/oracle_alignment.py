"""A second opinion on findings, scorecard, coverage and changes, read from docs/alignment.md alone.

Nothing here knows the product's SQL. Where the text leaves a choice, the reading that was taken
stands in the docstring of the function.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from okr_data.settings import Settings
from tests.oracle import DEFAULTS, KeyResult, Objective, pace, ratio, weighted_mean
from tests.oracle_history import History, HistoryDay, Version

ON_PACE = ("on_track", "done")
OFF_PACE = ("at_risk", "off_track")
UNJUDGED = (None, "not_started")
#: Words of the contract (semantics.md); the whole list stands beside the rule, see ``words``.
OUTPUT_WORDS = frozenset({"launch", "build", "deliver", "migrate"})

#: Name of an item kind and the id in it.
Item = tuple[str, str | None]
Cycle = str | None
OBJECTIVE, KEY_RESULT = "objective", "key_result"


# --- people, words, cycles ---------------------------------------------------


def persons(owner: str | None) -> set[str]:
    return {name.strip() for name in (owner or "").split(";") if name.strip()}


def first_and_last_word(title: str) -> tuple[str, str]:
    """Words stand between blanks; of each the letters only, in lower case."""
    words = ["".join(c for c in word.lower() if c.isalpha()) for word in title.split() or [""]]
    return words[0], words[-1]


NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*")


def holds_figure(title: str) -> bool:
    """A number that no letter precedes, unless it is a year that stands by itself."""
    for found in NUMBER.finditer(title):
        follows = title[found.end() : found.end() + 1]
        year = re.fullmatch(r"(19|20)\d\d", found.group()) and not follows.isalpha()
        if not year:
            return True
    return False


def score_band(score: float | None, goal_type: str | None, rules: Settings) -> str | None:
    if score is None:
        return None
    if score >= (1.0 if goal_type == "committed" else rules.score_green):
        return "green"
    return "yellow" if score >= rules.score_yellow else "red"


Window = tuple[date | None, date | None]


def encloses(outer: Window, inner: Window) -> bool:
    """Of two different cycles: the first begins no later and ends no earlier."""
    if outer[0] is None or outer[1] is None or inner[0] is None or inner[1] is None:
        return False
    return outer[0] <= inner[0] and outer[1] >= inner[1]


def cycle_before(cycle: str, windows: dict[str, Window]) -> str | None:
    """The cycle before another; lengths count both ends, "its own" is the later one's length."""
    start, end = windows[cycle]
    if start is None or end is None:
        return None
    length = (end - start).days + 1
    earlier = [
        (-last.toordinal(), name)
        for name, (first, last) in windows.items()
        if first and last and last < start and abs((last - first).days + 1 - length) * 4 <= length
    ]
    return min(earlier, default=(0, None))[1]


# --- rows --------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What a rule says of one item; ``measured`` and ``limit`` where the rule counts something."""

    outcome: str
    measured: float | None = None
    limit: float | None = None


FOUND, PASSED, NOT_EVALUATED = Verdict("found"), Verdict("passed"), Verdict("not_evaluated")


def told(found: bool) -> Verdict:
    return FOUND if found else PASSED


def counted(measured: float, limit: float) -> Verdict:
    """Found where the measure is above its limit."""
    return Verdict("found" if measured > limit else "passed", measured, limit)


@dataclass(frozen=True)
class Outcome:
    """A row of ``finding_outcome``."""

    finding: str
    item: Item
    objective: str | None
    cycle: Cycle
    department: str | None
    level: str | None
    verdict: Verdict
    excused: bool = False


@dataclass(frozen=True)
class Check:
    """A row of ``scorecard_item``; department None is the organisation."""

    cycle: Cycle
    department: str | None
    dimension: str
    name: str
    item: Item
    passed: bool | None


@dataclass(frozen=True)
class Change:
    """A row of ``what_changed``; before and after as they stand in the data, not yet in words."""

    item: Item
    kind: str
    before: object = None
    after: object = None
    delta: float | None = None


Weighted = tuple[float | None, float]


@dataclass(frozen=True)
class Aligned:
    """A history on a day, with what docs/alignment.md says of it.

    ``words`` tell an output where a title begins with one, ``last_words`` where it ends with one.
    """

    on: HistoryDay
    words: frozenset[str] = OUTPUT_WORDS
    last_words: frozenset[str] = frozenset()

    @property
    def history(self) -> History:
        return self.on.history

    @property
    def day(self) -> date:
        return self.on.day

    @property
    def rules(self) -> Settings:
        return self.on.rules

    # --- what is looked at ---

    @cached_property
    def living(self) -> list[str]:
        return self.on.living

    @cached_property
    def below_company(self) -> list[str]:
        return self.on.below_company

    @cached_property
    def key_results(self) -> list[str]:
        """Not dropped, of living objectives or of such that are not in the data."""
        return [
            name
            for name, k in self.on.key_results.items()
            if k.status != "dropped" and (self.home(name) is None or self.is_living(name))
        ]

    @cached_property
    def own(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for k in self.on.key_results:
            home = self.home(k)
            if home is not None:
                found[home].append(k)
        return found

    def home(self, key_result: str) -> str | None:
        return self.on.home(self.on.key_results[key_result].objective or "")

    def is_living(self, key_result: str) -> bool:
        home = self.home(key_result)
        return home is not None and not self.on.dropped(home)

    def people(self, objective: str) -> set[str]:
        return persons(self.on.objectives[objective].owner)

    def cycle_of(self, key_result: str) -> Cycle:
        home = self.home(key_result)
        return self.on.key_results[key_result].cycle if home is None else self.on.cycle(home)

    def has_sight(self, objective: str) -> bool:
        return self.on.alignment_state(objective) in ("contributing", "supporting")

    def is_company(self, objective: str) -> bool:
        return self.on.level(objective) == "company"

    def runs(self, window: Window) -> bool:
        start, end = window
        return start is not None and end is not None and start <= self.day <= end

    def is_closed(self, window: Window) -> bool:
        """Closed: the end lies before the day. An item without a known start may be closed."""
        return window[1] is not None and window[1] < self.day

    # --- cycles ---

    @cached_property
    def cycles(self) -> set[Cycle]:
        """Cycles of the living objectives of the day."""
        return {self.on.cycle(o) for o in self.living}

    def encloses(self, outer: Cycle, inner: Cycle) -> bool:
        if outer is None or inner is None or outer == inner:
            return False
        windows = self.on.cycle_dates
        return encloses(windows[outer], windows[inner])

    def is_within(self, inner: Cycle, outer: Cycle) -> bool:
        return inner == outer or self.encloses(outer, inner)

    # --- company objective coverage ---

    @cached_property
    def trees(self) -> dict[str, set[str]]:
        """Objectives in line of sight of each company objective."""
        found: dict[str, set[str]] = {o: set() for o in self.living if self.is_company(o)}
        for objective, ancestor in self.on.distances:
            if ancestor in found:
                found[ancestor].add(objective)
        return found

    @cached_property
    def covering(self) -> dict[tuple[Cycle, str], set[str]]:
        """(cycle, company objective) → objectives below company in its tree that are counted.

        What makes a row of another cycle is an objective below company, too.
        """
        found = {}
        for company, tree in self.trees.items():
            for cycle in self.cycles:
                belongs = self.is_within(cycle, self.on.cycle(company))
                if belongs or any(
                    self.on.cycle(o) == cycle for o in tree & set(self.below_company)
                ):
                    found[cycle, company] = tree & self._counted(cycle)
        return found

    def _counted(self, cycle: Cycle) -> set[str]:
        return {o for o in self.below_company if self.is_within(self.on.cycle(o), cycle)}

    def departments(self, objectives: Iterable[str]) -> set[str]:
        return {d for o in objectives if (d := self.on.department(o)) is not None}

    @cached_property
    def supporters(self) -> dict[tuple[Cycle, str], set[str]]:
        return {place: self.departments(below) for place, below in self.covering.items()}

    def coverage(self) -> dict[tuple[Cycle, str], dict[str, object]]:
        """Contributing departments carry a share whether or not their objective is in the tree."""
        found: dict[tuple[Cycle, str], dict[str, object]] = {}
        for (cycle, company), below in self.covering.items():
            counted_here = self._counted(cycle)
            carriers = {
                o for o in counted_here if self.on.contribution.get((company, o), (0.0,))[0] > 0
            }
            every, some = self.departments(counted_here), self.supporters[cycle, company]
            found[cycle, company] = {
                "departments": len(every),
                "supporting_departments": len(some),
                "contributing_departments": len(self.departments(carriers)),
                "coverage": ratio(len(some), len(every)),
                "objectives_below": len(below),
            }
        return found

    # --- findings ---

    @cached_property
    def outcomes(self) -> list[Outcome]:
        return [
            *(
                self._outcome(name, (OBJECTIVE, o), o, self.on.cycle(o), verdict)
                for name, rule in OBJECTIVE_RULES.items()
                for o in self.living
                if (verdict := rule(self, o))
            ),
            *(
                self._outcome(name, (KEY_RESULT, k), self.home(k), self.cycle_of(k), verdict)
                for name, rule in KEY_RESULT_RULES.items()
                for k in self.key_results
                if (verdict := rule(self, k))
            ),
        ]

    def _outcome(
        self, name: str, item: Item, home: str | None, cycle: Cycle, verdict: Verdict
    ) -> Outcome:
        department = None if home is None else self.on.department(home)
        level = None if home is None else self.on.level(home)
        excused = verdict.outcome == "found" and self._is_excused(name, item[1])
        return Outcome(name, item, home, cycle, department, level, verdict, excused)

    def _is_excused(self, finding: str, item: str | None) -> bool:
        words = [e for e in self.history.excuses if (e.finding, e.item_id) == (finding, item)]
        return bool(words) and self.day <= words[-1].last_day

    def summary(self) -> dict[tuple[Cycle, str | None, str | None, str], dict[str, object]]:
        """Counts by cycle, department, level and rule; ``found`` leaves out what is excused."""
        found: dict[tuple[Cycle, str | None, str | None, str], Counter[str]] = defaultdict(Counter)
        for o in self.outcomes:
            word = "excused" if o.excused else o.verdict.outcome
            found[o.cycle, o.department, o.level, o.finding][word] += 1
        words = ("found", "excused", "passed", "not_evaluated")
        return {place: {word: n[word] for word in words} for place, n in found.items()}

    def pace_of_children(self, objective: str) -> str | None:
        weights: dict[str, float] = defaultdict(float)
        for edge in self.contributing_children(objective):
            weights[edge.child] += edge.weight
        measured = {c: w for c, w in weights.items() if self.on.rollup[c] is not None}
        progress = weighted_mean((self.on.rollup[c], w) for c, w in measured.items())
        expected = weighted_mean((self.on.expected(c), w) for c, w in measured.items())
        return pace(progress, expected, self.rules)

    def contributing_children(self, objective: str) -> list[_Edge]:
        return [
            _Edge(e.child, e.weight) for e in self.on.children.get(objective, []) if e.contributes
        ]

    def own_pace(self, objective: str) -> str | None:
        return pace(self.on.kr_progress(objective), self.on.expected(objective), self.rules)

    def objectives_of_team(self, team: str, cycle: Cycle) -> list[str]:
        return [
            o
            for o in self.living
            if self.on.objectives[o].team == team
            and self.on.cycle(o) == cycle
            and self.on.level(o) != "individual"
        ]

    def objectives_of_person(self, person: str, cycle: Cycle) -> list[str]:
        return [o for o in self.living if self.on.cycle(o) == cycle and person in self.people(o)]

    def days_without_check_in(self, last: date | None, start: date | None, item: Item) -> int:
        """Days since the last check-in, else since the later of its start and its first day."""
        if last is not None:
            return (self.day - last).days
        versions = self.versions(item)
        return (self.day - max(start or versions[0].begins, versions[0].begins)).days

    def versions(self, item: Item) -> Sequence[Version[Any]]:
        name = item[1] or ""
        if item[0] == OBJECTIVE:
            return self.history.objective_versions[name]
        return self.history.key_result_versions[name]

    # --- the scorecard ---

    @cached_property
    def checks(self) -> list[Check]:
        found = []
        for cycle in sorted(self.cycles, key=lambda c: c or ""):
            found += [c for listed in SCORECARD for c in listed(self, cycle)]
        return found

    def scorecard_check(self) -> dict[tuple[Cycle, str | None, str, str], dict[str, object]]:
        """Passed of those that are known; a check of which nothing is known yet has ratio None."""
        groups: dict[tuple[Cycle, str | None, str, str], list[bool | None]] = defaultdict(list)
        for c in self.checks:
            groups[c.cycle, c.department, c.dimension, c.name].append(c.passed)
        return {
            place: {
                "passed": found.count(True),
                "total": len(found) - found.count(None),
                "ratio": ratio(found.count(True), len(found) - found.count(None)),
            }
            for place, found in groups.items()
        }

    def scorecard(self) -> dict[tuple[Cycle, str | None, str], dict[str, object]]:
        """Mean of the ratios that are known, and how many these are."""
        groups: dict[tuple[Cycle, str | None, str], list[float]] = defaultdict(list)
        for (cycle, department, dimension, _), row in self.scorecard_check().items():
            known = groups[cycle, department, dimension]
            if isinstance(row["ratio"], float):
                known.append(row["ratio"])
        return {
            place: {"score": sum(known) / len(known) if known else None, "checks": len(known)}
            for place, known in groups.items()
        }

    def objectives_of(self, cycle: Cycle) -> list[str]:
        return [o for o in self.living if self.on.cycle(o) == cycle]

    def key_results_of(self, cycle: Cycle) -> list[str]:
        return [k for k in self.key_results if self.is_living(k) and self.cycle_of(k) == cycle]

    def leaves_of(self, cycle: Cycle) -> list[Item]:
        bare = [(OBJECTIVE, o) for o in self.objectives_of(cycle) if not self.own[o]]
        return [*((KEY_RESULT, k) for k in self.key_results_of(cycle)), *bare]

    def pace_of(self, item: Item) -> str | None:
        """Pace of an item that is there, dropped or not, its objective too; else None."""
        kind, name = item
        if kind == KEY_RESULT:
            there = name in self.on.key_results and self.home(name) is not None
            return self.on.pace_of(name) if there and name else None
        return self.on.pace(name) if name in self.on.objectives else None

    def window_of(self, item: Item) -> Window:
        kind, name = item
        assert name is not None
        return self.on.dates_of(name) if kind == KEY_RESULT else self.on.dates(name)

    def last_day(self, item: Item) -> date:
        end = self.window_of(item)[1]
        return min(self.day, end) if end else self.day

    def department_of(self, item: Item) -> str | None:
        kind, name = item
        home = self.home(name or "") if kind == KEY_RESULT else name
        return None if home is None else self.on.department(home)

    # --- adaptability ---

    def fell_off_pace(self, item: Item, cycle: Cycle) -> date:
        """First of the unbroken row of week ends, and the day itself, on which it was off pace.

        A day on which the item was not there breaks the row; one on which it was dropped does not.
        """
        fell = self.day
        for end in reversed(self._week_ends(cycle)):
            then = Aligned(self.history.on(end, self.rules))
            if then.pace_of(item) not in OFF_PACE:
                break
            fell = end
        return fell

    def _week_ends(self, cycle: Cycle) -> list[date]:
        """Sundays and the end of the cycle; as in the trends, the newest week ends with the data."""
        start, end = self.on.cycle_dates.get(cycle or "", (None, None))
        if start is None or end is None:
            return []
        last = min(end, self.history.newest)
        found, sunday = [], start + timedelta(6 - start.weekday())
        while sunday < last:
            found.append(sunday)
            sunday += timedelta(7)
        return [d for d in [*found, last] if start <= d < self.day]

    def changed_after(self, item: Item, fell: date) -> bool:
        until = min(fell + timedelta(self.rules.cadence_days), self.last_day(item))
        return self._spoken_of(item, fell, until) or self._stated_anew(item, fell, until)

    def _spoken_of(self, item: Item, after: date, until: date) -> bool:
        """A note, or another value, reported progress or status than was known just before."""
        name = item[1] or ""
        said = [(c.day, False, c) for c in self.history.check_ins_of.get(name, [])]
        said += [(c.day, True, c) for c in self.on.statements(name)]
        known: dict[str, object] = {}
        for day, imported, c in sorted(said, key=lambda s: s[:2]):
            stated = {"value": c.value, "progress": c.progress, "status": c.status}
            new = {word: v for word, v in stated.items() if v is not None}
            another = any(known.get(word) != v for word, v in new.items())
            if after < day <= until and (another or (not imported and c.note)):
                return True
            known |= new
        return False

    def _stated_anew(self, item: Item, after: date, until: date) -> bool:
        return any(
            after < later.as_of <= until and _restated(earlier.stated, later.stated)
            for earlier, later in pairwise(self.versions(item))
        )


@dataclass(frozen=True)
class _Edge:
    child: str
    weight: float


def _restated(earlier: Objective | KeyResult, later: Objective | KeyResult) -> bool:
    """Another target, start or parents than the import before; one that is gone is another."""
    if isinstance(earlier, KeyResult) and isinstance(later, KeyResult):
        return (earlier.target_value, earlier.start_value, earlier.objective) != (
            later.target_value,
            later.start_value,
            later.objective,
        )
    assert isinstance(earlier, Objective)
    assert isinstance(later, Objective)
    return {link.parent for link in earlier.links} != {link.parent for link in later.links}


def aligned(
    history: History,
    day: date | None = None,
    rules: Settings = DEFAULTS,
    words: frozenset[str] = OUTPUT_WORDS,
    last_words: frozenset[str] = frozenset(),
) -> Aligned:
    """Return what docs/alignment.md says of a history on a day, by default its newest."""
    return Aligned(history.on(day, rules), words, last_words)


# --- the rules ---------------------------------------------------------------


def watermelon(a: Aligned, o: str) -> Verdict | None:
    status, found = a.on.objectives[o].status, a.on.pace(o)
    if status is None:
        return None
    return (
        NOT_EVALUATED if found in UNJUDGED else told((status, found) == ("on_track", "off_track"))
    )


def hollow_parent(a: Aligned, o: str) -> Verdict | None:
    return _own_and_children(a, o, ON_PACE, ("off_track",))


def disconnected_effort(a: Aligned, o: str) -> Verdict | None:
    return _own_and_children(a, o, ("off_track",), ON_PACE)


def _own_and_children(
    a: Aligned, o: str, own: tuple[str, ...], below: tuple[str, ...]
) -> Verdict | None:
    if not a.own[o] or not a.contributing_children(o):
        return None
    mine, theirs = a.own_pace(o), a.pace_of_children(o)
    if mine in UNJUDGED or theirs in UNJUDGED:
        return NOT_EVALUATED
    return told(mine in own and theirs in below)


def _state(word: str) -> Callable[[Aligned, str], Verdict | None]:
    def rule(a: Aligned, o: str) -> Verdict | None:
        return None if a.is_company(o) else told(a.on.alignment_state(o) == word)

    return rule


def unsupported(a: Aligned, o: str) -> Verdict | None:
    cycle = a.on.cycle(o)
    if a.is_company(o):
        applies = any(a.is_within(a.on.cycle(below), cycle) for below in a.below_company)
    else:
        applies = a.on.rank(o) < a.on.lowest_rank[cycle]
    return told(not a.on.children.get(o)) if applies else None


def stale_objective(a: Aligned, o: str) -> Verdict | None:
    if not a.runs(a.on.dates(o)) or a.on.pace(o) == "done":
        return None
    last = a.on.last_check_in(o, *a.own[o])
    days = a.days_without_check_in(last, a.on.dates(o)[0], (OBJECTIVE, o))
    return counted(days, a.rules.cadence_days)


def stale_key_result(a: Aligned, k: str) -> Verdict | None:
    home = a.home(k)
    if home is not None:
        above = stale_objective(a, home)
        if above and above.outcome == "found":
            return None
    if not a.runs(a.on.dates_of(k)) or a.on.pace_of(k) == "done":
        return None
    days = a.days_without_check_in(a.on.last_check_in(k), a.on.dates_of(k)[0], (KEY_RESULT, k))
    return counted(days, a.rules.cadence_days)


def no_owner(a: Aligned, o: str) -> Verdict | None:
    return told(not a.people(o))


def many_owners(a: Aligned, o: str) -> Verdict | None:
    return counted(len(a.people(o)), 1) if a.people(o) else None


def no_key_results(a: Aligned, o: str) -> Verdict | None:
    return told(not a.own[o])


def too_many_key_results(a: Aligned, o: str) -> Verdict | None:
    return counted(len(a.own[o]), a.rules.max_key_results) if a.own[o] else None


def too_many_objectives(a: Aligned, o: str) -> Verdict | None:
    """An individual objective is none of its team's, and is judged by its owners alone."""
    cycle, team = a.on.cycle(o), a.on.objectives[o].team
    counts = [len(a.objectives_of_person(person, cycle)) for person in a.people(o)]
    if team and a.on.level(o) != "individual":
        counts.append(len(a.objectives_of_team(team, cycle)))
    return counted(max(counts), a.rules.max_objectives) if counts else None


def not_measurable(a: Aligned, k: str) -> Verdict | None:
    """The date of a milestone is its own end."""
    found = a.on.key_results[k]
    return told(found.end is None if found.kind == "milestone" else found.target_value is None)


def task_like(a: Aligned, k: str) -> Verdict | None:
    found = a.on.key_results[k]
    bare = found.metric is None and found.target_value is None
    first, last = first_and_last_word(found.title)
    is_output = first in a.words or last in a.last_words
    return told(is_output and (found.kind == "milestone" or bare))


def moved_goalpost(a: Aligned, k: str) -> Verdict | None:
    """The last version that held within the dates against each one before it.

    That the later statement is made within the dates follows: an earlier one held in them.
    """
    home = a.home(k)
    start, end = a.on.dates(home) if home else (None, None)
    if start is None or end is None:
        return None
    last = min(end, a.day)
    held = [v for v in a.history.key_result_versions[k] if v.holds_between(start, last)]
    if len(held) < 2:
        return None
    now = held[-1].stated
    comparisons = [
        c for v in held[:-1] for c in (_target_eased(v.stated, now), _start_eased(v.stated, now))
    ]
    if all(c is None for c in comparisons):
        return NOT_EVALUATED
    return told(any(comparisons))


def _is_falling(k: KeyResult) -> bool:
    downhill = (
        k.target_value is not None and k.start_value is not None and k.target_value < k.start_value
    )
    return k.direction in ("decrease", "stay_below") or downhill


def _target_eased(earlier: KeyResult, now: KeyResult) -> bool | None:
    if earlier.target_value is None:
        return None
    if now.target_value is None:
        return True
    up = now.target_value > earlier.target_value
    down = now.target_value < earlier.target_value
    return up if _is_falling(earlier) else down


def _start_eased(earlier: KeyResult, now: KeyResult) -> bool | None:
    if earlier.start_value is None or now.start_value is None:
        return None
    if earlier.direction in ("stay_above", "stay_below"):
        return None
    up = now.start_value > earlier.start_value
    down = now.start_value < earlier.start_value
    return up if _is_falling(earlier) else down


Rule = Callable[[Aligned, str], Verdict | None]
OBJECTIVE_RULES: dict[str, Rule] = {
    "watermelon": watermelon,
    "hollow_parent": hollow_parent,
    "disconnected_effort": disconnected_effort,
    "unaligned": _state("unaligned"),
    "detached": _state("detached"),
    "unresolved_parent": _state("unresolved"),
    "unsupported": unsupported,
    "stale": stale_objective,
    "no_owner": no_owner,
    "many_owners": many_owners,
    "no_key_results": no_key_results,
    "too_many_key_results": too_many_key_results,
    "too_many_objectives": too_many_objectives,
}
KEY_RESULT_RULES: dict[str, Rule] = {
    "stale": stale_key_result,
    "not_measurable": not_measurable,
    "task_like": task_like,
    "moved_goalpost": moved_goalpost,
}
SEVERITY = {
    **dict.fromkeys(
        ("watermelon", "hollow_parent", "disconnected_effort", "moved_goalpost"), "high"
    ),
    **dict.fromkeys(("unaligned", "detached", "unresolved_parent", "stale", "no_owner"), "medium"),
    **dict.fromkeys(("no_key_results", "not_measurable"), "medium"),
    **dict.fromkeys(("unsupported", "many_owners", "too_many_key_results"), "low"),
    **dict.fromkeys(("too_many_objectives", "task_like"), "low"),
}


# --- the checks of the scorecard ---------------------------------------------

Listing = Callable[[Aligned, Cycle], Iterator[Check]]
Judged = Iterable[tuple[Item, bool | None]]


def _of_items(dimension: str, name: str, judged: Callable[[Aligned, Cycle], Judged]) -> Listing:
    """List each item for the organisation, and once more for the department it belongs to."""

    def listing(a: Aligned, cycle: Cycle) -> Iterator[Check]:
        for item, passed in judged(a, cycle):
            yield Check(cycle, None, dimension, name, item, passed)
            department = a.department_of(item)
            if department is not None:
                yield Check(cycle, department, dimension, name, item, passed)

    return listing


def _objectives(test: Callable[[Aligned, str], bool]) -> Callable[[Aligned, Cycle], Judged]:
    return lambda a, cycle: [((OBJECTIVE, o), test(a, o)) for o in a.objectives_of(cycle)]


def _key_results(test: Callable[[Aligned, str], bool]) -> Callable[[Aligned, Cycle], Judged]:
    return lambda a, cycle: [((KEY_RESULT, k), test(a, k)) for k in a.key_results_of(cycle)]


def _company_objective_exists(a: Aligned, cycle: Cycle) -> Iterator[Check]:
    there = any(a.is_within(cycle, a.on.cycle(company)) for company in a.trees)
    yield Check(cycle, None, "define", "company_objective_exists", ("cycle", cycle or ""), there)


def _in_line_of_sight(a: Aligned, cycle: Cycle) -> Judged:
    below = [o for o in a.objectives_of(cycle) if not a.is_company(o)]
    return [((OBJECTIVE, o), a.has_sight(o)) for o in below]


def _supported_by_two(a: Aligned, cycle: Cycle) -> Iterator[Check]:
    for (at, company), some in a.supporters.items():
        if at == cycle:
            item = (OBJECTIVE, company)
            yield Check(
                cycle, None, "cascade", "supported_by_two_departments", item, len(some) >= 2
            )


def _shared(a: Aligned, cycle: Cycle) -> Iterator[Check]:
    """Departments have the company objectives that they support."""
    for (at, company), some in a.supporters.items():
        if at == cycle and some:
            for department in (None, *some):
                name, item = "shared_company_objectives", (OBJECTIVE, company)
                yield Check(cycle, department, "coordination", name, item, len(some) >= 2)


def _of_departments(
    dimension: str, name: str, test: Callable[[Aligned, list[str]], bool]
) -> Listing:
    def listing(a: Aligned, cycle: Cycle) -> Iterator[Check]:
        members: dict[str, list[str]] = defaultdict(list)
        for o in a.objectives_of(cycle):
            department = a.on.department(o)
            if department is not None:
                members[department].append(o)
        for department, objectives in members.items():
            for place in (None, department):
                passed = test(a, objectives)
                yield Check(cycle, place, dimension, name, ("department", department), passed)

    return listing


def _one_in_sight(a: Aligned, objectives: list[str]) -> bool:
    return any(a.has_sight(o) for o in objectives)


def _linked_across(a: Aligned, objectives: list[str]) -> bool:
    """A link from or to an objective of this department and cycle; the other end of any cycle."""
    own = a.on.department(objectives[0])
    ends = [e.parent for o in objectives for e in a.on.edges[o]]
    ends += [e.child for o in objectives for e in a.on.children.get(o, [])]
    return bool(a.departments(ends) - {own})


def _checked_in(a: Aligned, cycle: Cycle) -> Judged:
    """A check-in after the last day counts as well; the cadence passes up to the last day."""
    for k in a.key_results_of(cycle):
        item, window = (KEY_RESULT, k), a.on.dates_of(k)
        if a.on.pace_of(k) == "done" or not (a.runs(window) or a.is_closed(window)):
            continue
        last, cadence = a.on.last_check_in(k), timedelta(a.rules.cadence_days)
        if last is None:
            waited = a.days_without_check_in(None, window[0], item)
            waited -= (a.day - a.last_day(item)).days
            yield item, None if waited <= a.rules.cadence_days else False
        else:
            yield item, last >= a.last_day(item) - cadence


def _off_pace(a: Aligned, cycle: Cycle) -> list[Item]:
    return [item for item in a.leaves_of(cycle) if a.pace_of(item) in OFF_PACE]


def _with_note(a: Aligned, cycle: Cycle) -> Judged:
    for item in _off_pace(a, cycle):
        last = a.history.last_listed(item[1] or "", a.day)
        yield item, last is not None and bool(last.note)


def _with_baseline(a: Aligned, k: str) -> bool:
    """As in ``not_measurable``, values do not make up for the date of a milestone."""
    found = a.on.key_results[k]
    if found.kind == "milestone":
        return found.end is not None
    return found.start_value is not None and found.target_value is not None


def _scored(a: Aligned, cycle: Cycle) -> Judged:
    closed = [o for o in a.objectives_of(cycle) if a.is_closed(a.on.dates(o))]
    return [((OBJECTIVE, o), a.on.objectives[o].score is not None) for o in closed]


def _teams(a: Aligned, cycle: Cycle) -> Iterator[Check]:
    """A team that plans nothing is missed where its department plans, and only there."""
    here = a.objectives_of(cycle)
    planning = a.departments(here)
    for team in sorted(_teams_of(a, here)):
        department = _department_of_team(a, team, here)
        own = a.objectives_of_team(team, cycle)
        if not own and department not in planning:
            continue
        passed = 1 <= len(own) <= a.rules.max_objectives
        for place in {None, department}:
            yield Check(cycle, place, "focus", "teams_in_limits", ("team", team), passed)


def _teams_of(a: Aligned, objectives: list[str]) -> set[str]:
    units = {unit.team for unit in a.on.places.values() if unit.level == "team"}
    low = [o for o in objectives if a.on.level(o) in ("team", "individual")]
    return units | {team for o in low if (team := a.on.objectives[o].team)}


def _department_of_team(a: Aligned, team: str, objectives: list[str]) -> str | None:
    """Of several departments of its objectives the first in the alphabet."""
    unit = a.on.places.get(team)
    if unit and unit.department:
        return unit.department
    if unit and unit.level == "department":
        return unit.team
    named = a.departments(o for o in objectives if a.on.objectives[o].team == team)
    return min(named, default=None)


def _limited(a: Aligned, cycle: Cycle) -> Judged:
    some = [(o, len(a.own[o])) for o in a.objectives_of(cycle) if a.own[o]]
    low, high = a.rules.min_key_results, a.rules.max_key_results
    return [((OBJECTIVE, o), low <= n <= high) for o, n in some]


def _people(a: Aligned, cycle: Cycle) -> Iterator[Check]:
    owned: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for o in a.objectives_of(cycle):
        if not a.is_company(o):
            for person in a.people(o):
                for place in {None, a.on.department(o)}:
                    owned[place, person].add(o)
    for (place, person), objectives in owned.items():
        seen = any(a.has_sight(o) for o in objectives)
        name, item = "people_with_line_of_sight", ("person", person)
        yield Check(cycle, place, "accountability", name, item, seen)


def _adapted(a: Aligned, cycle: Cycle) -> Judged:
    for item in _off_pace(a, cycle):
        fell = a.fell_off_pace(item, cycle)
        waiting = (a.day - fell).days < a.rules.cadence_days
        yield item, a.changed_after(item, fell) or (None if waiting else False)


def _has_owner(a: Aligned, o: str) -> bool:
    return bool(a.people(o))


def _has_key_result(a: Aligned, o: str) -> bool:
    return bool(a.own[o])


def _is_quality(a: Aligned, o: str) -> bool:
    return not holds_figure(a.on.objectives[o].title)


def _has_value(a: Aligned, k: str) -> bool:
    return a.on.progress_of(k) is not None


def _has_one_owner(a: Aligned, o: str) -> bool:
    return len(a.people(o)) == 1


SCORECARD: tuple[Listing, ...] = (
    _company_objective_exists,
    _of_items("define", "objectives_with_owner", _objectives(_has_owner)),
    _of_items("define", "objectives_with_key_results", _objectives(_has_key_result)),
    _of_items("define", "worded_as_quality", _objectives(_is_quality)),
    _of_items("cascade", "line_of_sight", _in_line_of_sight),
    _supported_by_two,
    _of_departments("cascade", "departments_with_line_of_sight", _one_in_sight),
    _of_items("communicate", "checked_in_within_cadence", _checked_in),
    _of_items("communicate", "off_pace_with_note", _with_note),
    _of_items("measure", "baseline_and_target", _key_results(_with_baseline)),
    _of_items("measure", "with_value", _key_results(_has_value)),
    _of_items("measure", "closed_with_score", _scored),
    _teams,
    _of_items("focus", "key_results_in_limits", _limited),
    _of_departments("coordination", "cross_department_links", _linked_across),
    _shared,
    _of_items("accountability", "one_owner", _objectives(_has_one_owner)),
    _people,
    _of_items("adaptability", "changed_after_falling_off_pace", _adapted),
)


# --- what changed ------------------------------------------------------------


def what_changed(before: HistoryDay, after: HistoryDay) -> list[Change]:
    found = _of_kind(OBJECTIVE, before.objectives, after.objectives)
    found += _of_kind(KEY_RESULT, before.key_results, after.key_results)
    for o in before.objectives.keys() & after.objectives.keys():
        found += _objective_changes(before, after, o)
    for k in before.key_results.keys() & after.key_results.keys():
        found += _key_result_changes(before, after, k)
    return found


def _of_kind(kind: str, before: Iterable[str], after: Iterable[str]) -> list[Change]:
    old, new = set(before), set(after)
    return [
        *(Change((kind, item), "added") for item in new - old),
        *(Change((kind, item), "removed") for item in old - new),
    ]


def _objective_changes(before: HistoryDay, after: HistoryDay, o: str) -> Iterator[Change]:
    item, old, new = (OBJECTIVE, o), before.objectives[o], after.objectives[o]
    yield from _stated_changes(item, old, new)
    if _parents(old) != _parents(new):
        yield Change(item, "realigned")
    if old.score != new.score:
        yield _moved(item, "scored", old.score, new.score)
    yield from _figures(
        item, (before.pace(o), after.pace(o)), (before.progress(o), after.progress(o))
    )


def _parents(o: Objective) -> dict[str, float]:
    """Parents and weights, also of parents that are not in the data; without a weight it is 1."""
    return {link.parent: 1.0 if link.weight is None else link.weight for link in o.links}


def _key_result_changes(before: HistoryDay, after: HistoryDay, k: str) -> Iterator[Change]:
    """``retargeted`` tells how far the target moved, and where it did not, the start."""
    item, old, new = (KEY_RESULT, k), before.key_results[k], after.key_results[k]
    yield from _stated_changes(item, old, new)
    if old.target_value != new.target_value:
        yield _moved(item, "retargeted", old.target_value, new.target_value)
    elif old.start_value != new.start_value:
        yield _moved(item, "retargeted", old.start_value, new.start_value)
    if old.weight != new.weight:
        yield _moved(item, "reweighted", old.weight, new.weight)
    yield from _figures(
        item,
        (before.pace_of(k), after.pace_of(k)),
        (before.progress_of(k), after.progress_of(k)),
    )


def _stated_changes(
    item: Item, old: Objective | KeyResult, new: Objective | KeyResult
) -> Iterator[Change]:
    """Owners as the item states them, in any order. ``rescheduled`` tells the days of the end."""
    if old.title != new.title:
        yield Change(item, "retitled", old.title, new.title)
    if persons(old.owner) != persons(new.owner):
        yield Change(item, "reowned", old.owner, new.owner)
    if (old.start, old.end) != (new.start, new.end):
        changed = (old.end, new.end) if old.end != new.end else (old.start, new.start)
        yield _moved(item, "rescheduled", *(d.toordinal() if d else None for d in changed))
    if old.status != new.status:
        yield Change(item, "status", old.status, new.status)


def _figures(
    item: Item,
    paces: tuple[str | None, str | None],
    progress: tuple[float | None, float | None],
) -> Iterator[Change]:
    if paces[0] != paces[1]:
        yield Change(item, "pace", *paces)
    was, now = progress
    moved = _difference(was, now)
    if (was is None) != (now is None) or (moved is not None and abs(moved) > 1e-6):
        yield Change(item, "progress", was, now, moved)


def _moved(item: Item, kind: str, before: float | None, after: float | None) -> Change:
    return Change(item, kind, before, after, _difference(before, after))


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before
