"""What every format produces, and what is checked across its rows before it may go in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from okr_data.issues import Issue
from okr_data.schema import (
    ALIGNMENT,
    CHECK_IN,
    INITIATIVE,
    KEY_RESULT,
    OBJECTIVE,
    ORG_UNIT,
    CanonicalTable,
)

CanonicalRow = dict[str, Any]

#: Tables whose rows are items with an id of their own, and the column of that id.
ITEM_ID = {
    OBJECTIVE.name: "objective_id",
    KEY_RESULT.name: "key_result_id",
    INITIATIVE.name: "initiative_id",
}


@dataclass(frozen=True)
class Known:
    """What the database holds already and an upload may refer to."""

    objectives: frozenset[str] = frozenset()
    other_items: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)

    def has(self, item_id: str) -> bool:
        return item_id in self.objectives or item_id in self.other_items


@dataclass
class Parsed:
    """Canonical rows by table, and the issues met on the way; filled by a format's adapter."""

    rows: dict[str, list[CanonicalRow]] = field(
        default_factory=lambda: {
            table.name: []
            for table in (OBJECTIVE, KEY_RESULT, INITIATIVE, ALIGNMENT, CHECK_IN, ORG_UNIT)
        }
    )
    issues: list[Issue] = field(default_factory=list)
    as_of: date | None = None

    def of(self, table: CanonicalTable) -> list[CanonicalRow]:
        return self.rows[table.name]

    def extend(self, other: Parsed) -> None:
        for name, rows in other.rows.items():
            self.rows[name].extend(rows)
        self.issues.extend(other.issues)
        self.as_of = self.as_of or other.as_of

    def item_ids(self) -> set[str]:
        return {row[column] for name, column in ITEM_ID.items() for row in self.rows[name]}

    def add(
        self, code: str, message: str, row: CanonicalRow, column: str = "", value: str = ""
    ) -> None:
        self.issues.append(Issue(code, message, row["file"], row["row"], column, value[:500]))


def settle(parsed: Parsed, known: Known, as_of: date) -> None:
    """Check what only the whole upload can tell; rows that must stay out are taken out."""
    _settle_duplicates(parsed)
    _settle_units(parsed)
    _rehome_key_results(parsed, known)
    _check_key_results(parsed, known)
    _check_parents(parsed, known)
    _check_check_ins(parsed, known, as_of)
    _check_levels(parsed)


# --- one id, one item --------------------------------------------------------


def _settle_duplicates(parsed: Parsed) -> None:
    """Keep one of equal rows; of rows that share an id and differ, keep none."""
    by_id: dict[str, list[tuple[str, CanonicalRow]]] = defaultdict(list)
    for name, column in ITEM_ID.items():
        for row in parsed.rows[name]:
            by_id[row[column]].append((name, row))
    links = _links_by_row(parsed)
    refused: set[tuple[str, int]] = set()
    for item_id, found in by_id.items():
        if len(found) == 1:
            continue
        contents = {(name, _content(row), links.get(_place(row), ())) for name, row in found}
        if len(contents) == 1:
            _drop_repetitions(parsed, item_id, found, refused)
        else:
            _refuse_conflict(parsed, item_id, found, refused)
    if refused:
        for name in (*ITEM_ID, ALIGNMENT.name):
            parsed.rows[name] = [row for row in parsed.rows[name] if _place(row) not in refused]


def _place(row: CanonicalRow) -> tuple[str, int]:
    return (row["file"], row["row"])


def _content(row: CanonicalRow) -> tuple[tuple[str, object], ...]:
    return tuple(
        sorted((k, v) for k, v in row.items() if k not in ("file", "row") and v is not None)
    )


def _links_by_row(parsed: Parsed) -> dict[tuple[str, int], tuple[object, ...]]:
    links: dict[tuple[str, int], tuple[object, ...]] = defaultdict(tuple)
    for row in parsed.of(ALIGNMENT):
        links[_place(row)] += ((row.get("parent_id"), row.get("parent_title"), row.get("weight")),)
    return links


def _drop_repetitions(
    parsed: Parsed,
    item_id: str,
    found: list[tuple[str, CanonicalRow]],
    refused: set[tuple[str, int]],
) -> None:
    first = found[0][1]
    for _, row in found[1:]:
        refused.add(_place(row))
        parsed.add(
            "duplicate_row", f"the same as row {first['row']}; it counts once", row, "id", item_id
        )


def _refuse_conflict(
    parsed: Parsed,
    item_id: str,
    found: list[tuple[str, CanonicalRow]],
    refused: set[tuple[str, int]],
) -> None:
    """Report a conflict once per row, or once in all where an id stands in very many rows."""
    lines = ", ".join(str(row["row"]) for _, row in found[:10])
    more = f" and {len(found) - 10:,} more" if len(found) > 10 else ""
    message = f"the id “{item_id}” stands for different items in rows {lines}{more}; none went in"
    for _, row in found:
        refused.add(_place(row))
    for _, row in found if len(found) <= 10 else found[:1]:
        parsed.add("duplicate_id_conflict", message, row, "id", item_id)


def _settle_units(parsed: Parsed) -> None:
    """Keep no statement about a team that several rows of an upload place differently."""
    by_team: dict[str, list[CanonicalRow]] = defaultdict(list)
    for row in parsed.of(ORG_UNIT):
        by_team[row["team"].strip().lower()].append(row)
    parsed.rows[ORG_UNIT.name] = []
    for rows in by_team.values():
        if len({_content(row) for row in rows}) > 1:
            lines = ", ".join(str(row["row"]) for row in rows[:10])
            for row in rows:
                message = f"“{row['team']}” has different places in rows {lines}; none went in"
                parsed.add("duplicate_id_conflict", message, row, "team", row["team"])
        else:
            parsed.of(ORG_UNIT).append(rows[0])


# --- the tree ----------------------------------------------------------------


def _check_key_results(parsed: Parsed, known: Known) -> None:
    ids = parsed.item_ids()
    for row in parsed.of(KEY_RESULT):
        parent = row.get("objective_id")
        if parent is None or not (parent in ids or known.has(parent)):
            named = (
                f"the objective “{parent}” is not in the data"
                if parent
                else "it names no objective"
            )
            parsed.add("key_result_without_objective", named, row, "objective", parent or "")
        start, target = row.get("start_value"), row.get("target_value")
        rising = row.get("direction") in (None, "increase")
        if start is None and target is not None and target > 0 and rising:
            parsed.add("baseline_assumed", "no start value: 0 is assumed", row, "start_value")


def _check_parents(parsed: Parsed, known: Known) -> None:
    ids = parsed.item_ids()
    for row in parsed.of(ALIGNMENT):
        parent = row.get("parent_id")
        if parent is None or not (parent in ids or known.has(parent)):
            name = parent or row.get("parent_title") or ""
            parsed.add(
                "parent_not_found",
                f"the parent “{name[:120]}” is neither in this upload nor in the data",
                row,
                "parent",
                name,
            )


def _check_check_ins(parsed: Parsed, known: Known, as_of: date) -> None:
    ids = parsed.item_ids()
    for row in parsed.of(CHECK_IN):
        if not (row["item_id"] in ids or known.has(row["item_id"])):
            message = f"“{row['item_id']}” is neither in this upload nor in the data"
            parsed.add("check_in_without_item", message, row, "item_id", row["item_id"])
        if row["checked_on"] > as_of:
            message = f"{row['checked_on']} lies after the as-of day {as_of}"
            parsed.add("check_in_after_as_of", message, row, "date", str(row["checked_on"]))


def _check_levels(parsed: Parsed) -> None:
    for row in parsed.of(OBJECTIVE):
        if not (row.get("level") or row.get("team") or row.get("department")):
            message = "no level, team or department: its depth in the tree tells the level"
            parsed.add("level_assumed", message, row, "level")


def latest_check_in(parsed: Parsed) -> date | None:
    """Return the newest check-in of an upload, the best evidence of when it was exported."""
    return max((row["checked_on"] for row in parsed.of(CHECK_IN)), default=None)


def resolve_titles(parsed: Parsed, known: Known) -> None:
    """Give items that name their parent by title alone the id of the one item of that title.

    A title that none or several items bear stays as the parent's name: it is reported as not found.
    """
    by_title: dict[str, set[str]] = defaultdict(set)
    for name, column in ITEM_ID.items():
        for row in parsed.rows[name]:
            by_title[_title_key(row["title"])].add(row[column])
    for title, item_id in known.titles.items():
        by_title.setdefault(_title_key(title), {item_id})
    for table, column in _PARENT_COLUMN.items():
        for row in parsed.rows[table]:
            named = row.get("parent_title")
            if row.get(column) is None and named:
                found = by_title.get(_title_key(named), set())
                row[column] = next(iter(found)) if len(found) == 1 else None
                if row[column] is None and table == KEY_RESULT.name:
                    row[column] = named


#: Where an item of each table keeps its parent.
_PARENT_COLUMN = {
    KEY_RESULT.name: "objective_id",
    INITIATIVE.name: "parent_id",
    ALIGNMENT.name: "parent_id",
}


def _rehome_key_results(parsed: Parsed, known: Known) -> None:
    """Let a key result belong to the first of its parents that is in the data.

    A source that lists several parents says nothing about their order; a home outside a filtered
    export would leave the key result without objective although another one is there.
    """
    ids = parsed.item_ids()
    further: dict[str, list[CanonicalRow]] = defaultdict(list)
    for link in parsed.of(ALIGNMENT):
        further[link["child_id"]].append(link)
    for row in parsed.of(KEY_RESULT):
        home = row.get("objective_id")
        if home is None or home in ids or known.has(home):
            continue
        for link in further.get(row["key_result_id"], ()):
            parent = link.get("parent_id")
            if parent is not None and (parent in ids or known.has(parent)):
                row["objective_id"], link["parent_id"] = parent, home
                row["weight"], link["weight"] = link.get("weight"), row.get("weight")
                link["contributes"] = link["weight"] is None or link["weight"] > 0
                break


def _title_key(title: str) -> str:
    return " ".join(title.split()).lower()
