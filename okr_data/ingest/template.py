"""The project's own template: objectives, key results, check-ins and org units, a file each.

A file is recognised by its header, not by its name; only the columns marked as required must be
there, and columns may come in any order. ``docs/template.md`` is made from :data:`FILES`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from okr_data.ingest.draft import CanonicalRow, Parsed
from okr_data.ingest.readers import Row, Sheet, normalise_header
from okr_data.ingest.values import LEVEL_WORDS, Report, RowReader, split_names
from okr_data.issues import Issue
from okr_data.schema import (
    ALIGNMENT,
    CHECK_IN,
    DIRECTIONS,
    GOAL_TYPES,
    KEY_RESULT,
    OBJECTIVE,
    ORG_UNIT,
)

FORMAT = "template"

#: Columns of figures: together they tell whether the file writes 1,234.5 or 1.234,5.
NUMERIC = (
    "start_value", "target_value", "current_value", "weight", "progress", "confidence", "score",
    "value", "parent_weights",
)  # fmt: skip

STATUS_WORDS = {
    "on track": "on_track", "green": "on_track",
    "at risk": "at_risk", "yellow": "at_risk", "amber": "at_risk",
    "off track": "off_track", "behind": "off_track", "red": "off_track",
    "not started": "not_started",
    "done": "done", "completed": "done", "complete": "done", "closed": "done",
    "dropped": "dropped", "postponed": "dropped", "cancelled": "dropped", "canceled": "dropped",
}  # fmt: skip
KIND_WORDS = {"metric": "metric", "milestone": "milestone", "yes no": "milestone"}
DIRECTION_WORDS = {
    **{word.replace("_", " "): word for word in DIRECTIONS},
    "up": "increase", "rise": "increase", "down": "decrease", "reduce": "decrease",
}  # fmt: skip
GOAL_TYPE_WORDS = {word: word for word in GOAL_TYPES}


@dataclass(frozen=True)
class TemplateColumn:
    """One column of a template file: its header, other accepted headers, and its meaning."""

    name: str
    meaning: str
    required: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class TemplateFile:
    """One file of the template."""

    name: str
    grain: str
    columns: tuple[TemplateColumn, ...]
    example: tuple[str, ...]

    def header_map(self) -> dict[str, str]:
        return {
            name: column.name for column in self.columns for name in (column.name, *column.also)
        }

    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    def to_bytes(self) -> bytes:
        """Return the file as a download: its header and one example row, UTF-8 as Excel reads it."""
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerow(column.name for column in self.columns)
        writer.writerow(self.example)
        return ("\ufeff" + target.getvalue()).encode()


_C = TemplateColumn
_OWNER = _C("owner", "full names, several separated by “;”")
_STATUS = _C("status", "On track, At risk, Off track, Not started, Done or Dropped")
_CONFIDENCE = _C("confidence", "0–10, or 0–1, or percent: one scale for the column")
_PROGRESS = _C("progress", "as the source reports it, in percent: 45 or 45%")
_START = _C("start_date", "first day, YYYY-MM-DD; empty = that of the cycle")
_END = _C("end_date", "last day, YYYY-MM-DD; empty = that of the cycle", also=("due_date",))
_CREATED = _C("created_on", "day it was written, YYYY-MM-DD")

FILES = (
    TemplateFile(
        "objectives.csv",
        "one row an objective",
        (
            _C(
                "id",
                "stable id, unique over all objectives and key results",
                True,
                ("objective_id",),
            ),
            _C("title", "the objective in words", True, ("objective", "name")),
            _C("level", "company, department, team or individual; empty = its team tells it"),
            _C("team", "home team, as in org_units.csv"),
            _C("department", "department; empty = its team tells it"),
            _OWNER,
            _C("cycle", "Q4 2026, FY27 Q1, H1 2026, Annual 2026, …", also=("period", "quarter")),
            _START,
            _END,
            _C(
                "parent_ids",
                "ids of objectives or key results it is aligned to, separated by “;”",
                also=("parent_id", "parent"),
            ),
            _C(
                "parent_weights",
                "a weight for each parent, separated by “;”: 60%; 0% = aligned, does not contribute",
                also=("parent_weight",),
            ),
            _C("weight", "weight in means over its level; empty = 1"),
            _C("goal_type", "committed or aspirational"),
            _PROGRESS,
            _STATUS,
            _CONFIDENCE,
            _C("score", "score at close, 0.0–1.0"),
            _C("description", "anything that explains it"),
            _CREATED,
        ),
        (
            "O-2",
            "Make onboarding effortless",
            "department",
            "Product",
            "",
            "Ann Example",
            "Q4 2026",
            "",
            "",
            "O-1",
            "100%",
            "",
            "aspirational",
            "45%",
            "On track",
            "7",
            "",
            "",
            "2026-09-28",
        ),
    ),
    TemplateFile(
        "key_results.csv",
        "one row a key result",
        (
            _C(
                "id",
                "stable id, unique over all objectives and key results",
                True,
                ("key_result_id",),
            ),
            _C("objective_id", "id of its objective", True, ("objective",)),
            _C("title", "the key result in words", True, ("key_result", "name")),
            _OWNER,
            _C("team", "own team; empty = that of its objective"),
            _C("kind", "metric or milestone; empty = metric", also=("type",)),
            _C("metric", "name of what is measured"),
            _C("unit", "unit of the values: %, EUR, days, …"),
            _C(
                "direction",
                "increase, decrease, stay_above or stay_below; empty = start and target tell it",
            ),
            _C("start_value", "baseline", also=("start", "baseline")),
            _C("target_value", "target", also=("target",)),
            _C(
                "current_value",
                "value on the as-of day; empty = its check-ins tell it",
                also=("current",),
            ),
            _C("weight", "weight in its objective; empty = 1, 0 = does not count"),
            _PROGRESS,
            _STATUS,
            _CONFIDENCE,
            _START,
            _END,
            _CREATED,
            _C("description", "anything that explains it"),
        ),
        (
            "KR-21",
            "O-2",
            "Raise activation from 40 % to 60 %",
            "Ann Example",
            "",
            "metric",
            "activation",
            "%",
            "increase",
            "40",
            "60",
            "49",
            "1",
            "45%",
            "On track",
            "7",
            "",
            "",
            "2026-09-28",
            "",
        ),
    ),
    TemplateFile(
        "check_ins.csv",
        "one row a check-in of a key result or objective",
        (
            _C("item_id", "id of the key result or objective", True, ("key_result_id", "id")),
            _C("date", "day of the check-in, YYYY-MM-DD", True, ("checked_on", "check_in_date")),
            _C("value", "value in the unit of the key result", also=("current_value",)),
            _PROGRESS,
            _STATUS,
            _CONFIDENCE,
            _C("note", "what was said", also=("notes", "comment")),
            _C("author", "who checked in", also=("user",)),
        ),
        (
            "KR-21",
            "2026-10-16",
            "49",
            "",
            "On track",
            "7",
            "New flow live for half of the sign-ups",
            "Ann Example",
        ),
    ),
    TemplateFile(
        "org_units.csv",
        "one row a team: its place in the organisation",
        (
            _C("team", "name as in the other files", True),
            _C("level", "company, department or team", True),
            _C("department", "department it belongs to; empty for company units"),
            _C("parent_team", "team above it"),
        ),
        ("Onboarding", "team", "Product", "Product"),
    ),
)


def header_score(headers: set[str]) -> int:
    """Score a header line: the number of known columns where all required ones are there."""
    found = recognise(headers)
    return len(headers & set(found.header_map())) if found else 0


def recognise(headers: set[str]) -> TemplateFile | None:
    """Return the template file that knows most of a header and has all it requires, or None."""
    found = {file.name: _known_columns(file, headers) for file in FILES}
    fitting = [file for file in FILES if set(file.required()) <= found[file.name]]
    # A file of key results has everything a file of objectives requires; of equals it is the later.
    return max(fitting, key=lambda f: (len(found[f.name]), FILES.index(f)), default=None)


def _known_columns(file: TemplateFile, headers: set[str]) -> set[str]:
    names = file.header_map()
    return {names[header] for header in headers if header in names}


def parse(sheet: Sheet) -> Parsed:
    """Turn one template file into canonical rows."""
    position = sheet.position()
    file = recognise(set(position))
    assert file is not None  # the reader only passes what header_score knows
    report = Report(sheet.file)
    columns = _columns(file, position)
    reader = RowReader(sheet, columns, report, NUMERIC)
    parsed = Parsed()
    adapter = _ADAPTERS[file.name]
    for row in _whole_rows(sheet, report):
        adapter(reader, row, parsed)
    _report_ignored(sheet, file, report)
    parsed.issues = [*sheet.issues, *report.issues]
    return parsed


def _columns(file: TemplateFile, position: dict[str, int]) -> dict[str, int]:
    """Map our column names to positions; the documented header wins over its other spellings."""
    columns: dict[str, int] = {}
    for column in file.columns:
        for name in (column.name, *column.also):
            if name in position and column.name not in columns:
                columns[column.name] = position[name]
    return columns


def _whole_rows(sheet: Sheet, report: Report) -> Iterator[Row]:
    """Yield the rows that fit the header; text beyond it means a misplaced delimiter."""
    width = len(sheet.header)
    for row in sheet.rows:
        if any(row.cells[width:]):
            report.add(
                "row_unreadable",
                f"{len(row.cells)} cells where the header has {width}; the row did not go in",
                row.line,
                value=" | ".join(row.cells),
            )
        else:
            yield row


def _report_ignored(sheet: Sheet, file: TemplateFile, report: Report) -> None:
    known = file.header_map()
    for name in sheet.header:
        from_header = name.strip()
        if from_header and normalise_header(from_header) not in known:
            report.add(
                "column_ignored", f"{file.name} has no column “{from_header}”", column=from_header
            )


def _identified(reader: RowReader, row: Row, column: str = "id") -> str | None:
    item_id = reader.text(row.cells, column)
    if item_id is None:
        reader.report.add("id_missing", "the row has no id and did not go in", row.line, column)
    return item_id


def _titled(reader: RowReader, row: Row, item_id: str) -> str:
    title = reader.text(row.cells, "title")
    if title is None:
        reader.report.add("title_missing", f"“{item_id}” has no title", row.line, "title")
    return title or item_id


def _state(reader: RowReader, row: Row) -> CanonicalRow:
    status, raw = reader.word(row.cells, row.line, "status", STATUS_WORDS, "status_unknown")
    return {
        "status": status,
        "status_raw": raw,
        "confidence": reader.confidence(row.cells, row.line, "confidence"),
    }


def _owners(reader: RowReader, row: Row) -> str | None:
    return "; ".join(split_names(reader.text(row.cells, "owner"))) or None


def _source(reader: RowReader, row: Row) -> CanonicalRow:
    return {"file": reader.report.file, "row": row.line}


def _objective(reader: RowReader, row: Row, parsed: Parsed) -> None:
    item_id = _identified(reader, row)
    if item_id is None:
        return
    cells, line = row.cells, row.line
    start, end = reader.span(cells, line, "start_date", "end_date")
    cycle, cycle_raw = reader.cycle(cells, line, "cycle")
    if cycle is None:
        reader.report.add("cycle_missing", f"“{item_id}” belongs to no cycle", line, "cycle")
    parsed.of(OBJECTIVE).append(
        {
            "objective_id": item_id,
            "title": _titled(reader, row, item_id),
            "description": reader.text(cells, "description"),
            "level": reader.word(cells, line, "level", LEVEL_WORDS, "level_unknown")[0],
            "department": reader.text(cells, "department"),
            "team": reader.text(cells, "team"),
            "owner": _owners(reader, row),
            "cycle": cycle,
            "cycle_raw": cycle_raw,
            "start_date": start,
            "end_date": end,
            "created_on": reader.day(cells, line, "created_on"),
            "goal_type": reader.word(cells, line, "goal_type", GOAL_TYPE_WORDS, "value_unknown")[0],
            "weight": reader.weight(cells, line, "weight"),
            "score": reader.number(cells, line, "score"),
            "reported_progress": reader.percent(cells, line, "progress"),
            **_state(reader, row),
            **_source(reader, row),
        }
    )
    parsed.of(ALIGNMENT).extend(_alignments(reader, row, item_id))


def _alignments(reader: RowReader, row: Row, item_id: str) -> Iterator[CanonicalRow]:
    parents = split_names(reader.text(row.cells, "parent_ids"))
    texts = (reader.text(row.cells, "parent_weights") or "").split(";")
    weights = [part.strip() for part in texts] if any(part.strip() for part in texts) else []
    if weights and len(weights) != len(parents):
        reader.report.add(
            "value_unknown",
            f"{len(weights)} weights for {len(parents)} parents; every parent counts 1",
            row.line,
            "parent_weights",
            "; ".join(weights),
        )
        weights = []
    for number, parent in enumerate(parents):
        text = weights[number] if weights else ""
        weight = _link_weight(reader, row.line, text)
        yield {
            "child_id": item_id,
            "parent_id": parent,
            "weight": weight,
            "contributes": weight is None or weight > 0,
            **_source(reader, row),
        }


def _link_weight(reader: RowReader, line: int, text: str) -> float | None:
    """Read one weight; 60% is 0.6, so that 100 % and an empty weight both count 1."""
    if not text:
        return None
    number = reader.as_number(text, line, "parent_weights", reader.decimal)
    weight = reader.checked_weight(number, text, line, "parent_weights")
    return weight / 100 if weight is not None and "%" in text else weight


def _key_result(reader: RowReader, row: Row, parsed: Parsed) -> None:
    item_id = _identified(reader, row)
    if item_id is None:
        return
    cells, line = row.cells, row.line
    start, end = reader.span(cells, line, "start_date", "end_date")
    parsed.of(KEY_RESULT).append(
        {
            "key_result_id": item_id,
            "objective_id": reader.text(cells, "objective_id"),
            "title": _titled(reader, row, item_id),
            "description": reader.text(cells, "description"),
            "team": reader.text(cells, "team"),
            "owner": _owners(reader, row),
            "start_date": start,
            "end_date": end,
            "created_on": reader.day(cells, line, "created_on"),
            "kind": reader.word(cells, line, "kind", KIND_WORDS, "value_unknown")[0] or "metric",
            "metric": reader.text(cells, "metric"),
            "unit": reader.text(cells, "unit"),
            "direction": reader.word(cells, line, "direction", DIRECTION_WORDS, "value_unknown")[0],
            "start_value": reader.number(cells, line, "start_value"),
            "target_value": reader.number(cells, line, "target_value"),
            "current_value": reader.number(cells, line, "current_value"),
            "weight": reader.weight(cells, line, "weight"),
            "reported_progress": reader.percent(cells, line, "progress"),
            **_state(reader, row),
            **_source(reader, row),
        }
    )


def _check_in(reader: RowReader, row: Row, parsed: Parsed) -> None:
    item_id = _identified(reader, row, "item_id")
    checked_on = reader.day(row.cells, row.line, "date")
    if item_id is None or checked_on is None:
        if item_id is not None:
            reader.report.add(
                "row_unreadable", "a check-in without a day did not go in", row.line, "date"
            )
        return
    parsed.of(CHECK_IN).append(
        {
            "item_id": item_id,
            "checked_on": checked_on,
            "value": reader.number(row.cells, row.line, "value"),
            "progress": reader.percent(row.cells, row.line, "progress"),
            "note": reader.text(row.cells, "note"),
            "author": reader.text(row.cells, "author"),
            **_state(reader, row),
            **_source(reader, row),
        }
    )


def _org_unit(reader: RowReader, row: Row, parsed: Parsed) -> None:
    team = _identified(reader, row, "team")
    if team is None:
        return
    level, _ = reader.word(row.cells, row.line, "level", LEVEL_WORDS, "level_unknown")
    department = reader.text(row.cells, "department")
    if level is None:  # a team that is known is never placed by depth
        level = "team" if department and department.lower() != team.lower() else "department"
    parsed.of(ORG_UNIT).append(
        {
            "team": team,
            "level": level,
            "department": department,
            "parent_team": reader.text(row.cells, "parent_team"),
            "assumed": False,
            **_source(reader, row),
        }
    )


_Adapter = Callable[[RowReader, Row, Parsed], None]
_ADAPTERS: dict[str, _Adapter] = {
    "objectives.csv": _objective,
    "key_results.csv": _key_result,
    "check_ins.csv": _check_in,
    "org_units.csv": _org_unit,
}


def missing_columns(sheet_name: str, headers: set[str]) -> Issue | None:
    """Say which required column a near miss lacks, for a file that is nearly the template's."""
    best = max(FILES, key=lambda file: len(headers & set(file.header_map())))
    found = {best.header_map().get(header) for header in headers}
    lacking = [name for name in best.required() if name not in found]
    if len(headers & set(best.header_map())) < 3 or not lacking:
        return None
    return Issue(
        "column_missing",
        f"this looks like {best.name} but lacks the required column {', '.join(lacking)}",
        sheet_name,
        row=1,
    )
