"""Viva Goals and Ally.io exports (CSV), the frozen files of a tool that is no more.

Facts about the format and its traps: ``docs/formats.md``. The header is known from several
independent sources (evidence A). Columns are matched by name; users could choose them.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from okr_data.ingest.draft import CanonicalRow, Parsed
from okr_data.ingest.readers import Row, Sheet, normalise_header
from okr_data.ingest.values import (
    LEVEL_WORDS,
    Report,
    RowReader,
    is_empty,
    parse_date,
    parse_number,
    parse_time,
    split_names,
)
from okr_data.schema import ALIGNMENT, CHECK_IN, INITIATIVE, KEY_RESULT, OBJECTIVE

FORMAT = "viva"

#: Columns of figures: together they tell whether the file writes 1,234.5 or 1.234,5.
NUMERIC = ("target", "start", "actual_progress", "progress_percent", "score")

#: At Risk is the worst running state in this tool, Behind the middle one.
STATUS_WORDS = {
    "not started": "not_started",
    "on track": "on_track",
    "behind": "at_risk",
    "at risk": "off_track",
    "closed": "done",
    "postponed": "dropped",
}
OBJECT_WORDS = {
    "objective": "objective", "goal": "objective", "big rock": "objective",
    "key result": "key_result", "kr": "key_result", "outcome": "key_result", "kpi": "key_result",
    "deliverable": "initiative", "action": "initiative", "initiative": "initiative",
    "project": "initiative", "task": "initiative",
}  # fmt: skip
GOAL_TYPE_WORDS = {"committed": "committed", "aspirational": "aspirational"}

_PACKED_PARENT = re.compile(
    r"\(weight:\s*(?P<weight>[^,()%]*)%?\s*(?:,\s*Id:\s*(?P<id>[^()\s]+)\s*)?\)\s*(?:/\s+|/$|$)",
    re.IGNORECASE,
)
_CHECK_IN_HEAD = re.compile(
    r"^\s*Check-?in Date:\s*(?P<date>[^;]*);\s*(?:User:\s*(?P<user>[^;]*);\s*)?(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
# The note may hold semicolons and line breaks, so the tail is taken from the end.
_CHECK_IN_TAIL = re.compile(
    r"^(?P<head>.*)\bStatus:\s*(?P<status>[^;]*);\s*Current Value:\s*(?P<value>[^;]*);?"
    r"\s*(?:Activity Date:\s*(?P<at>[^;]*);?)?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_METRIC_NAME = re.compile(r";?\s*Metric Name:\s*(?P<metric>[^;]*);?\s*$", re.IGNORECASE)
_FILE_DAY = re.compile(r"_(\d{4})_(\d{2})_(\d{2})_\d+\.\w+$")

_KNOWN = frozenset(
    {
        "id", "title", "team", "creator", "owner", "period", "start_date", "end_date",
        "description", "aligned_to_weight_objective_id", "metric_name", "unit", "target",
        "object_type", "goal_type", "start", "created_at", "last_check_in", "progress_percent",
        "actual_progress", "status", "last_check_in_note", "score", "checkins", "tag",
        "okr_type", "type_name",
    }
)  # fmt: skip
_PARENT = "aligned_to_weight_objective_id"


@dataclass(frozen=True)
class PackedParent:
    """One parent out of an “Aligned To” cell; weight as a fraction, None where not given."""

    title: str
    weight_text: str
    parent_id: str | None


@dataclass(frozen=True)
class PackedCheckIn:
    """One record out of a “Checkins” cell, as text."""

    day: str
    user: str
    note: str
    metric: str
    status: str
    value: str
    at: str


def header_score(headers: set[str]) -> int:
    """Score a header line: the number of known columns where the telling ones are there."""
    telling = {"title", _PARENT} <= headers or {"title", "checkins", "period"} <= headers
    return len(headers & _KNOWN) if telling else 0


def file_day(name: str) -> date | None:
    """Return the export day that the tool writes into its file names, or None."""
    match = _FILE_DAY.search(PurePath(name).name)
    if not match:
        return None
    try:
        return parse_date("-".join(match.groups()))
    except ValueError:
        return None


def split_parents(cell: str) -> tuple[list[PackedParent], str]:
    """Take an “Aligned To” cell apart; also return the rest that follows no known pattern.

    Titles may hold ``(`` and ``/`` themselves, so only ``(weight: …)`` before `` / `` or the
    end of the cell ends a parent.
    """
    found = list(_PACKED_PARENT.finditer(cell))
    if any(match["id"] for match in found):  # then one without an id is part of a title
        found = [match for match in found if match["id"]]
    parents, begin = [], 0
    for match in found:
        title = cell[begin : match.start()].strip()
        parents.append(PackedParent(title, match["weight"].strip(), match["id"]))
        begin = match.end()
    return parents, cell[begin:].strip()


def split_check_in(cell: str) -> PackedCheckIn | None:
    """Take one check-in record apart; None where it does not read as one."""
    head = _CHECK_IN_HEAD.match(cell)
    if not head:
        return None
    middle, status, value, at = head["rest"], "", "", ""
    tail = _CHECK_IN_TAIL.match(middle)
    if tail:
        middle, status, value, at = tail["head"], tail["status"], tail["value"], tail["at"] or ""
    metric = _METRIC_NAME.search(middle.rstrip("; \n"))
    if metric:
        middle = middle[: metric.start()]
    note = re.sub(r"^\s*Note:\s*", "", middle, flags=re.IGNORECASE).rstrip("; \n")
    return PackedCheckIn(
        head["date"].strip(),
        (head["user"] or "").strip(),
        note.strip(),
        metric["metric"].strip() if metric else "",
        status.strip(),
        value.strip(),
        at.strip(),
    )


def parse(sheet: Sheet) -> Parsed:
    """Turn one export into canonical rows; nothing that has a title is lost."""
    report = Report(sheet.file)
    export = _Export(sheet, report)
    parsed = Parsed(as_of=file_day(sheet.file))
    for row in sheet.rows:
        export.add_row(row, parsed)
    parsed.issues = [*sheet.issues, *report.issues]
    return parsed


class _Export:
    """One export while it is read: where its columns are, and the ids its rows have."""

    def __init__(self, sheet: Sheet, report: Report) -> None:
        self.sheet = sheet
        self.report = report
        self.columns = sheet.position()
        self.reader = RowReader(sheet, self.columns, report, NUMERIC)
        self.spill = self._spill_columns()
        self._read_renamed_columns()
        for name in sheet.header:
            if name and normalise_header(name) not in _KNOWN:
                report.add("column_ignored", f"the format has no column “{name}”", column=name)
        self.named_ids = {} if "id" in self.columns else self._ids_of_parents()
        if "id" not in self.columns:
            report.add(
                "id_derived",
                "the export has no Id column: keys are made of title, owner and period",
            )

    def _spill_columns(self) -> list[int]:
        """Check-ins stand in their column and in every later one without a header."""
        first = self.columns.get("checkins")
        if first is None:
            return []
        width = max(len(row.cells) for row in self.sheet.rows)
        return [
            number
            for number in range(first, width)
            if number == first or number >= len(self.sheet.header) or not self.sheet.header[number]
        ]

    def _read_renamed_columns(self) -> None:
        """Ally-era files say in two columns what later ones say in Object Type and Team."""
        for column in ("okr_type", "type_name"):
            words = {(self.reader.text(row.cells, column) or "").lower() for row in self.sheet.rows}
            if words & {"objective", "key result"} and "object_type" not in self.columns:
                self.columns["object_type"] = self.columns[column]
            elif column == "type_name" and words - {""} and "team" not in self.columns:
                self.columns["team"] = self.columns[column]
        if self.columns.get("object_type") == self.columns.get("okr_type"):
            self.columns.pop("okr_type", None)

    def _ids_of_parents(self) -> dict[str, str]:
        """Return title → id for titles that exactly one row and one packed parent bear."""
        ids: dict[str, set[str]] = defaultdict(set)
        titles: dict[str, int] = defaultdict(int)
        for row in self.sheet.rows:
            titles[self.reader.text(row.cells, "title") or ""] += 1
            for parent in split_parents(self.reader.text(row.cells, _PARENT) or "")[0]:
                if parent.parent_id:
                    ids[parent.title].add(parent.parent_id)
        return {
            title: next(iter(found))
            for title, found in ids.items()
            if len(found) == 1 and titles[title] == 1
        }

    def _item_id(self, row: Row, title: str | None) -> str | None:
        text = self.reader.text(row.cells, "id")
        if text is not None or "id" in self.columns:
            return text
        if title in self.named_ids:
            return self.named_ids[title]
        parts = [title, self.reader.text(row.cells, "owner"), self.reader.text(row.cells, "period")]
        key = "\x1f".join(part or "" for part in parts)
        return f"key-{hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def add_row(self, row: Row, parsed: Parsed) -> None:
        title = self.reader.text(row.cells, "title")
        item_id = self._item_id(row, title)
        if item_id is None:
            self.report.add("id_missing", "the row has no Id and did not go in", row.line, "Id")
            return
        if title is None:
            self.report.add("title_missing", f"“{item_id}” has no title", row.line, "Title")
        kind = self._kind(row)
        parents = list(self._parents(row, item_id))
        shared = self._shared(row, title or item_id)
        if kind == "objective":
            parsed.of(OBJECTIVE).append(self._objective(row, item_id, shared))
            parsed.of(ALIGNMENT).extend(parents)
        elif kind == "key_result":
            parsed.of(KEY_RESULT).append(self._key_result(row, item_id, shared, parents))
            parsed.of(ALIGNMENT).extend(parents[1:])
        else:
            parsed.of(INITIATIVE).append(self._initiative(item_id, shared, parents))
        parsed.of(CHECK_IN).extend(self._check_ins(row, item_id, kind))

    def _kind(self, row: Row) -> str:
        raw = self.reader.text(row.cells, "object_type") or ""
        known = OBJECT_WORDS.get(" ".join(raw.lower().split()))
        if known:
            return known
        measured = self.reader.text(row.cells, "target") or self.reader.text(
            row.cells, "metric_name"
        )
        kind = "key_result" if measured else "objective"
        self.report.add(
            "object_type_unknown",
            f"“{raw}” is taken as {kind.replace('_', ' ')}, "
            + ("because it has a metric" if measured else "because it has no metric"),
            row.line,
            "Object Type",
            raw,
        )
        return kind

    def _shared(self, row: Row, title: str) -> CanonicalRow:
        """Read what all kinds of items have."""
        cells, line, reader = row.cells, row.line, self.reader
        start, end = reader.span(cells, line, "start_date", "end_date")
        cycle, cycle_raw = reader.cycle(cells, line, "period")
        status, status_raw = reader.word(cells, line, "status", STATUS_WORDS, "status_unknown")
        teams = split_names(reader.text(cells, "team"))
        if len(teams) > 1:
            self.report.add(
                "several_teams",
                f"“{teams[0]}” is taken as its home",
                line,
                "Team",
                "; ".join(teams),
            )
        return {
            "title": title,
            "description": reader.text(cells, "description"),
            "team": teams[0] if teams else None,
            "teams_raw": "; ".join(teams) or None,
            "owner": "; ".join(split_names(reader.text(cells, "owner"), ",")) or None,
            "cycle": cycle,
            "cycle_raw": cycle_raw,
            "start_date": start,
            "end_date": end,
            "created_on": self._created_on(row),
            "reported_progress": reader.percent(cells, line, "progress_percent"),
            "status": status,
            "status_raw": status_raw,
            "file": self.sheet.file,
            "row": line,
        }

    def _created_on(self, row: Row) -> date | None:
        return self.reader.day(row.cells, row.line, "created_at")

    def _objective(self, row: Row, item_id: str, shared: CanonicalRow) -> CanonicalRow:
        reader, cells, line = self.reader, row.cells, row.line
        return {
            **shared,
            "objective_id": item_id,
            "level": self._stated_level(row),
            "goal_type": GOAL_TYPE_WORDS.get((reader.text(cells, "goal_type") or "").lower()),
            "score": reader.number(cells, line, "score"),
        }

    def _stated_level(self, row: Row) -> str | None:
        """Ally-era rows say whose they are; “team” may mean a department there, so it says little."""
        word = (self.reader.text(row.cells, "okr_type") or "").lower()
        level = LEVEL_WORDS.get(word)
        return None if level == "team" else level

    def _key_result(
        self, row: Row, item_id: str, shared: CanonicalRow, parents: list[CanonicalRow]
    ) -> CanonicalRow:
        reader, cells, line = self.reader, row.cells, row.line
        first = parents[0] if parents else {}
        target = reader.number(cells, line, "target")
        unit = reader.text(cells, "unit")
        current = reader.number(cells, line, "actual_progress")
        if target is None and current is not None:
            current = self._progress_without_target(row, current, shared)
        return {
            **shared,
            "key_result_id": item_id,
            "objective_id": first.get("parent_id"),
            "parent_title": first.get("parent_title"),
            "kind": "metric",
            "metric": reader.text(cells, "metric_name"),
            "unit": unit,
            "start_value": reader.number(cells, line, "start"),
            "target_value": target,
            "current_value": current,
            "weight": first.get("weight"),
        }

    def _progress_without_target(
        self, row: Row, actual: float, shared: CanonicalRow
    ) -> float | None:
        """Without a target, Actual Progress is a percent where the unit says so, else a raw value.

        As a percent it says the same as Progress %; a difference is reported.
        """
        text = self.reader.text(row.cells, "actual_progress") or ""
        if "%" not in text and self.reader.text(row.cells, "unit") != "%":
            return actual
        reported = shared["reported_progress"]
        if reported is None:
            shared["reported_progress"] = actual / 100
        elif abs(reported - actual / 100) > 0.01:
            self.report.add(
                "progress_conflict",
                f"Actual Progress {text} and Progress % {reported * 100:g} differ; Progress % counts",
                row.line,
                "Actual Progress",
                text,
            )
        return None

    def _initiative(
        self, item_id: str, shared: CanonicalRow, parents: list[CanonicalRow]
    ) -> CanonicalRow:
        first = parents[0] if parents else {}
        return {
            **shared,
            "initiative_id": item_id,
            "parent_id": first.get("parent_id"),
            "parent_title": first.get("parent_title"),
            "weight": first.get("weight"),
            "contributes": bool(first) and first["contributes"] and first.get("weight") is not None,
        }

    def _parents(self, row: Row, item_id: str) -> Iterator[CanonicalRow]:
        cell = self.reader.text(row.cells, _PARENT)
        if cell is None or is_empty(cell):
            return
        parents, rest = split_parents(cell)
        if rest:
            self.report.add(
                "parent_packing_unclear",
                f"“{rest[:120]}” has no “(weight: …)”; it is taken as the title of a parent",
                row.line,
                "Aligned To",
                cell,
            )
            parents.append(PackedParent(rest, "", None))
        for parent in parents:
            weight = self._weight(parent, row.line)
            yield {
                "child_id": item_id,
                "parent_id": parent.parent_id,
                "parent_title": parent.title,
                "weight": weight,
                "contributes": weight is None or weight > 0,
                "file": self.sheet.file,
                "row": row.line,
            }

    def _weight(self, parent: PackedParent, line: int) -> float | None:
        if not parent.weight_text:
            return None
        number = self.reader.as_number(parent.weight_text, line, "Aligned To")
        weight = self.reader.checked_weight(number, parent.weight_text, line, "Aligned To")
        return None if weight is None else weight / 100

    def _check_ins(self, row: Row, item_id: str, kind: str) -> Iterator[CanonicalRow]:
        days = set()
        for number in self.spill[: max(0, len(row.cells) - self.spill[0])] if self.spill else ():
            cell = row.cells[number] if number < len(row.cells) else ""
            if not cell or is_empty(cell):
                continue
            packed = split_check_in(cell)
            day = self._check_in_day(row, packed, cell)
            if packed is None or day is None:
                continue
            days.add(day)
            yield self._check_in(row, item_id, kind, packed, day)
        last = self.reader.day(row.cells, row.line, "last_check_in")
        if last is not None and last not in days:
            yield self._last_check_in(row, item_id, last)

    def _check_in_day(self, row: Row, packed: PackedCheckIn | None, cell: str) -> date | None:
        try:
            day = parse_date(packed.day) if packed else None
        except ValueError:
            day = None
        if day is None:
            self.report.add(
                "row_unreadable",
                "a check-in that does not read “Checkin Date: YYYY-MM-DD; …” did not go in",
                row.line,
                "Checkins",
                cell,
            )
        return day

    def _check_in(
        self, row: Row, item_id: str, kind: str, packed: PackedCheckIn, day: date
    ) -> CanonicalRow:
        value, progress = self._checked_value(row, kind, packed)
        status = STATUS_WORDS.get(" ".join(packed.status.lower().split()))
        if packed.status and status is None:
            self.report.add(
                "status_unknown",
                f"“{packed.status}” is no status",
                row.line,
                "Checkins",
                packed.status,
            )
        return {
            "item_id": item_id,
            "checked_on": day,
            "checked_at": parse_time(packed.at),
            "value": value,
            "progress": progress,
            "status": status,
            "status_raw": packed.status or None,
            "note": packed.note or None,
            "author": packed.user or None,
            "file": self.sheet.file,
            "row": row.line,
        }

    def _checked_value(
        self, row: Row, kind: str, packed: PackedCheckIn
    ) -> tuple[float | None, float | None]:
        """Tell whether a check-in states a value of the metric or a percent of progress."""
        try:
            number = parse_number(packed.value)
        except (ValueError, OverflowError) as error:
            self.report.add(
                "not_a_number", f"“{packed.value}” {error}", row.line, "Checkins", packed.value
            )
            return None, None
        if number is None:
            return None, None
        if kind == "key_result" and self._states_metric(row, packed):
            return number, None
        return None, number / 100

    def _states_metric(self, row: Row, packed: PackedCheckIn) -> bool:
        if self.reader.text(row.cells, "target") is None:
            return False
        metric = (self.reader.text(row.cells, "metric_name") or "").lower()
        if packed.metric:
            return packed.metric.lower() == metric or packed.metric.lower() != "progress"
        return "%" not in packed.value or self.reader.text(row.cells, "unit") == "%"

    def _last_check_in(self, row: Row, item_id: str, day: date) -> CanonicalRow:
        return {
            "item_id": item_id,
            "checked_on": day,
            "note": self.reader.text(row.cells, "last_check_in_note"),
            "file": self.sheet.file,
            "row": row.line,
        }
