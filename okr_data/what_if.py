"""What if a key result ended elsewhere: the effect on every objective above it.

Everything else stays as it is on the day. Only the objectives that the key result counts in are
computed again, bottom-up, from the sums that the roll-up itself is made of; the result equals
what an import with that value would give. Fractions; NULL = not known.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, Literal

import pandas as pd

from okr_data.store import Reader

#: ``computed``; ``not_computable``: its values do not say a progress, so none is assumed;
#: ``not_a_number``: NaN or infinite; ``unknown``: no such key result on the day.
Outcome = Literal["computed", "not_computable", "not_a_number", "unknown"]

COLUMNS = (
    "objective_id", "title", "cycle", "level", "department", "own", "dropped", "share_before",
    "share_after", "rollup_before", "rollup_after", "rollup_delta", "progress_before",
    "progress_after", "progress_delta", "expected_progress", "pace_before", "pace_after",
    "rollup_pace_before", "rollup_pace_after",
)  # fmt: skip


@dataclass(frozen=True)
class KeyResult:
    """The key result that is asked about, as it stands on the day."""

    key_result_id: str
    title: str
    objective_id: str | None
    kind: str
    unit: str | None
    direction: str | None
    start_value: float | None
    target_value: float | None
    current_value: float | None
    weight: float
    progress: float | None
    expected_progress: float | None
    pace_status: str | None
    dropped: bool

    @property
    def by_value(self) -> bool:
        """Whether a value tells its progress; of milestones and without target only a progress does."""
        return self.kind != "milestone" and self.target_value is not None


@dataclass(frozen=True)
class WhatIf:
    """What one end value of a key result would do; everything else stays as it is.

    ``progress_raw`` and ``progress`` are those of the key result then, unclamped and clamped.
    ``effects`` has a row for each objective that it counts in, nearest first: whether it is its
    own objective, the key result's share of the roll-up, rollup_progress and progress before and
    after with their differences (NULL where one is not known), and the pace of both as if it stood
    there today. An objective with key results takes its progress and so its pace from these alone:
    above the own objective mostly the roll-up moves. Of a dropped objective only its own progress
    moves, and nothing reaches beyond it.
    """

    outcome: Outcome
    key_result: KeyResult | None
    value: float | None
    progress_raw: float | None
    progress: float | None
    pace_after: str | None
    effects: pd.DataFrame

    @property
    def overshoots(self) -> bool:
        """Whether the value lies beyond the target or below the start: it counts as 0 or 1."""
        return self.progress_raw is not None and self.progress_raw != self.progress


@dataclass(frozen=True)
class _Place:
    """A roll-up in which the key result counts, with its weight there."""

    objective_id: str
    weight: float


@dataclass(frozen=True)
class _Sums:
    """The sums of a weighted mean over what is measured: Σw, Σw·p, count and Σp of own items.

    Child objectives always have a weight above 0, so the plain mean is one of own items alone.
    """

    weights: float = 0.0
    weighted: float = 0.0
    items: int = 0
    plain: float = 0.0

    def with_item(self, weight: float, progress: float) -> _Sums:
        return _Sums(
            self.weights + weight,
            self.weighted + weight * progress,
            self.items + 1,
            self.plain + progress,
        )

    def with_child(self, weight: float, progress: float | None) -> _Sums:
        if progress is None:
            return self
        return _Sums(
            self.weights + weight, self.weighted + weight * progress, self.items, self.plain
        )

    def part(self, weight: float, item: bool = False) -> float:
        """Return the part of the mean that one of its members stands for."""
        if self.weights > 0:
            return weight / self.weights
        return 1 / self.items if item else 0.0

    def mean(self) -> float | None:
        if self.weights > 0:
            return self.weighted / self.weights
        return self.plain / self.items if self.items else None


@dataclass(frozen=True)
class _Step:
    """A contributing link between two objectives that are both affected."""

    child: str
    parent: str
    weight: float


@dataclass(frozen=True)
class _Graph:
    """What the affected roll-ups are made of, without the key result itself."""

    places: tuple[_Place, ...]
    steps: tuple[_Step, ...]
    rest: dict[str, _Sums]
    affected: tuple[str, ...]


def key_result(reader: Reader, key_result_id: str) -> KeyResult | None:
    """Return a key result as it stands on the day; None where there is none of that id."""
    rows = reader.rows(
        "select key_result_id, title, objective_id, kind, unit, direction, start_value, "
        "target_value, current_value, coalesce(weight, 1), progress, expected_progress, "
        "pace_status, dropped from key_result_progress where key_result_id = $id",
        {"id": key_result_id},
    )
    return KeyResult(*rows[0]) if rows else None


def what_if(
    reader: Reader,
    key_result_id: str,
    value: float | None = None,
    progress: float | None = None,
) -> WhatIf:
    """Return the effect of an end value in the key result's unit, or of a progress (fraction).

    A progress is for milestones and for key results whose values do not say one; where both
    are given, the progress counts. What cannot be computed is an outcome, never a zero.
    """
    assert value is not None or progress is not None
    found = key_result(reader, key_result_id)
    if found is None:
        return _nothing("unknown", None, value)
    given = progress if progress is not None else value
    if given is None or not math.isfinite(given):
        return _nothing("not_a_number", found, value)
    raw = progress if progress is not None else _progress_of(reader, found, value)
    if raw is None:
        return _nothing("not_computable", found, value)
    ends_at = min(max(raw, 0.0), 1.0)
    graph = _graph(reader, key_result_id)
    effects = _effects(reader, found, graph, ends_at)
    (pace_after,) = _paces(reader, [(ends_at, found.expected_progress)])
    return WhatIf("computed", found, value, raw, ends_at, pace_after, effects)


def _nothing(outcome: Outcome, found: KeyResult | None, value: float | None) -> WhatIf:
    return WhatIf(outcome, found, value, None, None, None, pd.DataFrame(columns=list(COLUMNS)))


def _progress_of(reader: Reader, found: KeyResult, value: float | None) -> float | None:
    """Return the unclamped progress at a value, by the formula of every key result."""
    if found.kind == "milestone":
        return None
    ((raw,),) = reader.rows(
        "select computed_progress($start, $target, $value::double, $direction)",
        {
            "start": found.start_value,
            "target": found.target_value,
            "value": value,
            "direction": found.direction,
        },
    )
    return None if raw is None else float(raw)


# --- what the roll-ups are made of ---------------------------------------------------


def _graph(reader: Reader, key_result_id: str) -> _Graph:
    places = tuple(
        _Place(objective_id, weight)
        for objective_id, weight in reader.rows(_PLACES, {"id": key_result_id})
    )
    reader.execute("drop table if exists temp.affected")
    reader.execute(_AFFECTED, {"places": [place.objective_id for place in places]})
    rest = {
        objective_id: _Sums(weights, weighted, items, plain)
        for objective_id, weights, weighted, items, plain in reader.rows(
            _REST, {"id": key_result_id}
        )
    }
    steps = tuple(_Step(*row) for row in reader.rows(_STEPS))
    affected = tuple(name for (name,) in reader.rows("select objective_id from temp.affected"))
    return _Graph(places, steps, rest, affected)


#: Where a key result counts, measured or not: the rule of ``model.roll_up_input_day``.
_PLACES = """
    with it as (
        select k.*
        from key_result_day k
        join as_of_day using (day)
        where k.key_result_id = $id
    ),
    linked as (
        select
            coalesce(o.objective_id, other.objective_id) as objective_id,
            coalesce(a.weight, 1) as weight, k.objective_id as home
        from it k
        join journal.alignment_row a
            on a.import_id = k.import_id and a.child_id = k.key_result_id
        left join objective_day o on o.day = k.day and o.objective_id = a.parent_id
        left join key_result_day other on other.day = k.day and other.key_result_id = a.parent_id
        where coalesce(a.contributes, true) and coalesce(a.weight, 1) > 0
    )
    select p.objective_id, p.weight
    from (
        select objective_id, coalesce(weight, 1) as weight from it where objective_id is not null
        union all
        select objective_id, weight from linked where objective_id is distinct from home
    ) p
    join objective_day o on o.objective_id = p.objective_id
    join as_of_day d on d.day = o.day
    where not o.dropped
"""

#: Those places and every objective above them that they contribute to.
_AFFECTED = """
    create or replace temp table affected as
    with recursive link as (
        select p.objective_id, p.parent_id
        from objective_parent_day p
        join as_of_day using (day)
        where p.contributes
    ),
    above(objective_id) as (
        select unnest($places::varchar[])
        union
        select l.parent_id
        from above a
        join link l on l.objective_id = a.objective_id
    )
    select objective_id from above
"""

#: The sums of each affected roll-up over everything that stays as it is.
_REST = """
    with today as (
        select day from as_of_day
    ),
    item as (
        select i.objective_id, i.weight, i.progress
        from roll_up_input_day i
        join today using (day)
        semi join temp.affected a on a.objective_id = i.objective_id
        where i.item_id <> $id
    ),
    child as (
        select p.parent_id as objective_id, p.weight, r.rollup_progress
        from objective_parent_day p
        join today using (day)
        join roll_up_day r on r.day = p.day and r.objective_id = p.objective_id
        semi join temp.affected a on a.objective_id = p.parent_id
        anti join temp.affected below on below.objective_id = p.objective_id
        where p.contributes
    ),
    part as (
        select objective_id, weight, weight * progress as weighted, 1 as items, progress as plain
        from item
        union all
        select objective_id, weight, weight * rollup_progress, 0, 0 from child
    )
    select
        objective_id, sum(weight)::double, sum(weighted)::double, sum(items)::bigint,
        sum(plain)::double
    from part
    group by objective_id
"""

_STEPS = """
    select p.objective_id, p.parent_id, p.weight
    from objective_parent_day p
    join as_of_day using (day)
    semi join temp.affected a on a.objective_id = p.parent_id
    semi join temp.affected below on below.objective_id = p.objective_id
    where p.contributes
"""


# --- computing again -----------------------------------------------------------------


@dataclass(frozen=True)
class _Rolled:
    """Roll-up of an objective and the key result's share of it."""

    progress: float | None
    share: float


def _roll_up(graph: _Graph, progress: float | None) -> dict[str, _Rolled]:
    """Compute the affected roll-ups bottom-up, with the key result at a progress (None = not measured)."""
    below: dict[str, list[_Step]] = defaultdict(list)
    for step in graph.steps:
        below[step.parent].append(step)
    order = TopologicalSorter({name: [s.child for s in below[name]] for name in graph.affected})
    rolled: dict[str, _Rolled] = {}
    for name in order.static_order():
        sums = graph.rest.get(name, _Sums())
        own = [p.weight for p in graph.places if p.objective_id == name]
        if progress is not None:
            for weight in own:
                sums = sums.with_item(weight, progress)
        for step in below[name]:
            sums = sums.with_child(step.weight, rolled[step.child].progress)
        share = sum(sums.part(weight, item=True) for weight in own if progress is not None)
        share += sum(sums.part(s.weight) * rolled[s.child].share for s in below[name])
        rolled[name] = _Rolled(sums.mean(), share)
    return rolled


def _effects(reader: Reader, found: KeyResult, graph: _Graph, progress: float) -> pd.DataFrame:
    before, after = _roll_up(graph, found.progress), _roll_up(graph, progress)
    # Nearest first: the bottom-up order in which they were computed.
    names = list(after)
    own = found.objective_id
    if own is not None and own not in after:  # dropped: it rolls up nowhere, and has a progress
        names.insert(0, own)
    known = reader.frame(
        "select o.objective_id, o.title, o.cycle, o.level, o.department, o.dropped, o.key_results, "
        "o.rollup_progress, o.progress, o.reported_progress, o.expected_progress, o.pace_status "
        "from objective_progress o where list_contains($names, o.objective_id) "
        "order by list_position($names, o.objective_id)",
        {"names": names},
    )
    known = known.astype(object).where(known.notna(), None)
    own_after = _own_progress(reader, found, progress)
    rows = [
        _effect(row, row["objective_id"] == own, before, after, own_after)
        for row in known.to_dict("records")
    ]
    for figure, name in (
        ("progress_after", "pace_after"),
        ("rollup_before", "rollup_pace_before"),
        ("rollup_after", "rollup_pace_after"),
    ):
        paces = _paces(reader, [(row[figure], row["expected_progress"]) for row in rows])
        for row, pace in zip(rows, paces, strict=True):
            row[name] = pace
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _effect(
    row: dict[str, Any],
    own: bool,
    before: dict[str, _Rolled],
    after: dict[str, _Rolled],
    own_after: float | None,
) -> dict[str, Any]:
    name = str(row["objective_id"])
    rolled = after[name].progress if name in after else None
    progress: float | None
    if own:
        progress = own_after
    elif row["key_results"]:
        progress = row["progress"]  # its own key results say it, and they stay
    else:
        progress = rolled
    return {
        **{n: row[n] for n in ("objective_id", "title", "cycle", "level", "department")},
        "own": own,
        "dropped": row["dropped"],
        "share_before": before[name].share if name in before else None,
        "share_after": after[name].share if name in after else None,
        "rollup_before": row["rollup_progress"],
        "rollup_after": rolled,
        "rollup_delta": _difference(rolled, row["rollup_progress"]),
        "progress_before": row["progress"],
        "progress_after": progress,
        "progress_delta": _difference(progress, row["progress"]),
        "expected_progress": row["expected_progress"],
        "pace_before": row["pace_status"],
    }


def _difference(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _own_progress(reader: Reader, found: KeyResult, progress: float) -> float | None:
    """Return the progress of the key result's own objective: the mean of its key results."""
    ((weights, weighted, items, plain),) = reader.rows(
        "select coalesce(sum(coalesce(k.weight, 1)), 0)::double, "
        "coalesce(sum(coalesce(k.weight, 1) * k.progress), 0)::double, count(*), "
        "coalesce(sum(k.progress), 0)::double "
        "from key_result_progress k where k.objective_id = $objective "
        "and k.progress is not null and k.key_result_id <> $id",
        {"objective": found.objective_id, "id": found.key_result_id},
    )
    return _Sums(weights, weighted, items, plain).with_item(found.weight, progress).mean()


def _paces(
    reader: Reader, figures: Iterable[tuple[float | None, float | None]]
) -> list[str | None]:
    """Return the pace of each (progress, expected progress) as if it stood there on the day."""
    pairs = list(figures)
    if not pairs:
        return []
    rows = reader.rows(
        "select pace_status(f.progress, f.expected, null, s.pace) "
        "from (select generate_subscripts($progress::double[], 1) as place, "
        "unnest($progress::double[]) as progress, unnest($expected::double[]) as expected) f "
        "cross join model.setting s order by f.place",
        {"progress": [p for p, _ in pairs], "expected": [e for _, e in pairs]},
    )
    return [pace for (pace,) in rows]
