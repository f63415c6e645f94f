"""What the pages ask about two days: what changed from one to the other, item by item."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from okr_data import views
from okr_data.queries import Filters
from okr_data.store import Reader

ITEM_KINDS = ("objective", "key_result", "initiative")
#: Every kind of change, what is decided about goals before what is measured on them.
KINDS = (
    "added", "removed", "realigned", "retargeted", "rescheduled", "reweighted", "reowned", "retitled",
    "scored", "status", "pace", "progress",
)  # fmt: skip
#: Rows of each kind of change and item that are handed out; all of them are counted.
ROWS = 1_000
#: One parent as ``what_changed`` writes it: its id, and the weight where the link has one.
_PARENT = re.compile(r"(?P<id>.*?)(?P<weight> \([^()]* %\))?")


@dataclass(frozen=True)
class Differences:
    """What changed between two days under a filter.

    ``counts``: one row an item kind and kind (item_kind, kind, changes). ``rows``: one row an item
    and kind, in the order of KINDS and the largest first, at most ROWS of each; columns of the macro
    ``what_changed``. ``objectives``: those of the later day that are not dropped; of them ``up``
    and ``down`` have more or less progress than before, ``first_measured`` had none, ``fell`` and
    ``caught_up`` changed between at risk or off track and any other pace. ``moves``: what moved up or
    down, the largest move first, with both figures (fractions), expected progress and department.
    """

    before: date
    after: date
    counts: pd.DataFrame
    rows: pd.DataFrame
    objectives: int
    up: int
    down: int
    first_measured: int
    fell: int
    caught_up: int
    moves: pd.DataFrame

    @property
    def total(self) -> int:
        return int(self.counts["changes"].sum())

    def count(self, kind: str, item_kind: str | None = None) -> int:
        """Count the changes of a kind, of one kind of items or of all."""
        chosen = self.counts["kind"] == kind
        if item_kind is not None:
            chosen &= self.counts["item_kind"] == item_kind
        return int(self.counts.loc[chosen, "changes"].sum())


def what_changed(
    reader: Reader, before: date, after: date, filters: Filters | None = None
) -> Differences:
    """Return what changed from one day to another; without filters, of everything.

    The reader answers for the later day. Items are filtered by where they stand on that day, or
    stood last. Changes are counted before any row is fetched.
    """
    values = filters.parameters() if filters else {}
    changes = changes_between(
        reader, before, after, filters.condition("c") if filters else "true", values
    )
    counts = reader.frame(
        f"select item_kind, kind, count(*) as changes from {changes.source} "
        "group by item_kind, kind "
        f"order by {_order('item_kind', ITEM_KINDS)}, {_order('kind', KINDS)}",
        changes.values,
    )
    rows = _first_rows(reader, changes, counts)
    ((objectives,),) = reader.rows(
        "select count(*) from objective_progress c where not c.dropped "
        f"and {filters.condition('c') if filters else 'true'}",
        values,
    )
    ((up, down, first_measured, fell, caught_up),) = reader.rows(
        "select count(*) filter (where c.kind = 'progress' and c.delta > 0), "
        "count(*) filter (where c.kind = 'progress' and c.delta < 0), "
        "count(*) filter (where c.kind = 'progress' and c.before is null), "
        f"count(*) filter (where c.kind = 'pace' and {_BEHIND_AFTER} and not {_BEHIND_BEFORE}), "
        f"count(*) filter (where c.kind = 'pace' and {_BEHIND_BEFORE} and not {_BEHIND_AFTER}) "
        f"from {changes.source} {_LIVING}",
        changes.values,
    )
    moves = reader.frame(
        "select c.item_id, c.title, c.department, o.progress - c.delta as before, "
        "o.progress as after, c.delta, o.expected_progress "
        f"from {changes.source} {_LIVING} where c.kind = 'progress' and c.delta is not null "
        f"order by abs(c.delta) desc, c.title, c.item_id limit {ROWS}",
        changes.values,
    )
    return Differences(
        before, after, counts, _with_titles(reader, rows), objectives, up, down, first_measured, fell,
        caught_up,
        moves,
    )  # fmt: skip


def _first_rows(reader: Reader, changes: Changes, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows of each kind, those that moved most first.

    Kind by kind: to find the first of each is far less work than to put all in order.
    """
    first = " union all ".join(
        f"(select * from {changes.source} where c.item_kind = '{item_kind}' and c.kind = '{kind}' "
        f"order by abs(c.delta) desc nulls last, c.title, c.item_id limit {ROWS})"
        for item_kind, kind in zip(counts["item_kind"], counts["kind"], strict=True)
    )
    return reader.frame(
        f"select * from ({first or f'select * from {changes.source} limit 0'}) "
        f"order by {_order('kind', KINDS)}, {_order('item_kind', ITEM_KINDS)}, "
        "abs(delta) desc nulls last, title, item_id",
        changes.values,
    )


def counted(reader: Reader, before: date, after: date) -> pd.DataFrame:
    """Return how much changed: one row a cycle, department, level, kind and item_kind, with ``changes``.

    An item is counted where it stands on the later day; what is gone, where it stood last. Work
    items are not in it.
    """
    changes = changes_between(reader, before, after, "c.item_kind <> 'initiative'", {})
    return reader.frame(
        "select cycle, department, level, kind, item_kind, count(*) as changes "
        f"from {changes.source} group by all"
    )


@dataclass(frozen=True)
class Changes:
    """Where the changes of two days are: ``source`` is read as ``c``, ``values`` are its parameters."""

    source: str
    values: Mapping[str, object]


def changes_between(
    reader: Reader, before: date, after: date, condition: str, values: Mapping[str, object]
) -> Changes:
    """Return the changes of two days under a condition on ``c``.

    Those since the import before are ready as a table, or few. They and others are computed once,
    as a table of this reader: as a part of a query that takes twice as long.
    """
    latest = _are_latest(reader, before, after)
    if latest and reader.rows(
        "from duckdb_tables() where schema_name = 'model' and table_name = 'kept_change'"
    ):
        return Changes(f"(select * from model.kept_change c where {condition}) c", values)
    if not latest:
        reader.compare(before, after)
    compared = "model.latest_change" if latest else "temp.between_what_changed"
    reader.execute("drop table if exists temp.change")
    reader.execute(
        f"create temp table change as select * from {compared} c where {condition}", values
    )
    return Changes("temp.change c", {})


def alignment_flips(reader: Reader, before: date, after: date) -> pd.DataFrame:
    """Return objectives with another alignment state than before: objective_id, before, after.

    Only those that have one on both days, by id.
    """
    if _are_latest(reader, before, after):
        flips = f"({views.between_published('alignment_flips', (before, after))})"
    else:
        reader.compare(before, after)
        flips = "temp.between_alignment_flips"
    return reader.long_frame(
        f"select objective_id, before, after from {flips} "
        "where before is not null and after is not null order by objective_id"
    )


def _are_latest(reader: Reader, before: date, after: date) -> bool:
    """Tell whether these are the days of the import before and of the newest one."""
    return bool(
        reader.rows(
            "select true from model.day_before b, model.as_of_day a where b.day = ? and a.day = ?",
            [before, after],
        )
    )


#: Of changes ``c``, those of objectives that are there and not dropped on the later day.
_LIVING = (
    "join objective_progress o "
    "on c.item_kind = 'objective' and o.objective_id = c.item_id and not o.dropped"
)
_BEHIND_BEFORE, _BEHIND_AFTER = (
    f"coalesce(c.{side} in ('at risk', 'off track'), false)" for side in ("before", "after")
)


def _order(column: str, words: tuple[str, ...]) -> str:
    return f"list_position([{', '.join(repr(word) for word in words)}], {column})"


def _with_titles(reader: Reader, rows: pd.DataFrame) -> pd.DataFrame:
    """Name the parents of realigned objectives by their titles: ids are for machines."""
    chosen = rows["kind"] == "realigned"
    texts = rows.loc[chosen, ["before", "after"]]
    ids = {
        match["id"]
        for text in pd.concat([texts["before"], texts["after"]]).dropna()
        for match in map(_PARENT.fullmatch, text.split("; "))
        if match
    }
    if not ids:
        return rows
    titles = dict(
        reader.rows(
            "select item_id, arg_max(title, as_of) from ("
            " select objective_id as item_id, title, as_of from model.objective_version"
            " union all select key_result_id, title, as_of from model.key_result_version"
            ") where list_contains($ids, item_id) group by item_id",
            {"ids": sorted(ids)},
        )
    )
    return rows.assign(
        **{
            side: rows[side].where(~chosen, rows[side].map(lambda text: _named(text, titles)))
            for side in ("before", "after")
        }
    )


def _named(text: object, titles: Mapping[str, str]) -> object:
    """Write the titles of parents in place of their ids, where they are known."""
    if not isinstance(text, str):
        return text
    parts = []
    for part in text.split("; "):
        match = _PARENT.fullmatch(part)
        title = titles.get(match["id"]) if match else None
        parts.append(f"{title}{match['weight'] or ''}" if match and title else part)
    return "; ".join(parts)


def changed_items(reader: Reader, before: date, after: date) -> pd.DataFrame:
    """Return every change from one day to another as ``what_changed`` tells it, unlimited."""
    changes = changes_between(reader, before, after, "true", {})
    return reader.frame(
        "select item_kind, item_id, kind, before, after, delta, title, cycle, department "
        f"from {changes.source} "
        f"order by {_order('kind', KINDS)}, {_order('item_kind', ITEM_KINDS)}, title, item_id"
    )


#: Pairs of imports between which the changes of one item are told.
STEPS = 3


def changes_of(reader: Reader, item_ids: tuple[str, ...]) -> pd.DataFrame:
    """Return what changed of a few items between each two imports that follow one another.

    Columns of the macro ``what_changed``, and ``since`` and ``until``, the days of the two imports;
    the newest STEPS pairs, newest first. Empty where there is only one import.
    """
    days = days_of_imports(reader)[: STEPS + 1]
    parts = [
        _with_titles(reader, _changes_of(reader, item_ids, before, after)).assign(
            since=before, until=after
        )
        for after, before in itertools.pairwise(days)
    ]
    if not parts:
        return pd.DataFrame()
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _changes_of(
    reader: Reader, item_ids: tuple[str, ...], before: date, after: date
) -> pd.DataFrame:
    ids = {"ids": list(item_ids)}
    changes = changes_between(reader, before, after, "list_contains($ids, c.item_id)", ids)
    return reader.frame(
        f"select * from {changes.source} "
        f"order by {_order('kind', KINDS)}, {_order('item_kind', ITEM_KINDS)}, title, item_id",
        changes.values,
    )


def days_of_imports(reader: Reader) -> list[date]:
    """Return the as-of days of the imports in force, newest first."""
    return [
        day
        for (day,) in reader.rows("select distinct as_of from model.live_import order by 1 desc")
    ]


def day_before(days: list[date], after: date, first: date | None) -> date:
    """Return the day that a later one is compared with where nobody chose.

    The as-of day of the import before it; without one, a week before it, but not before the
    first day that is known.
    """
    earlier = [day for day in days if day < after]
    if earlier:
        return max(earlier)
    week_before = date.fromordinal(after.toordinal() - 7)
    return min(after, max(week_before, first)) if first else week_before
