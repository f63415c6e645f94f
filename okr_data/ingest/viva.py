"""Viva Goals and Ally.io exports, the frozen files of a tool that is no more.

Facts about the format and its traps: ``docs/formats.md``. The columns stand in
``presets/viva.toml``; here is what columns alone cannot say: parents packed with weight and id
into one cell, check-ins that spill over the end of the row, ids known only from other rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from okr_data.ingest.arrange import TextTable, key_of
from okr_data.ingest.columns import ColumnReader
from okr_data.ingest.draft import Parsed, link_rows
from okr_data.ingest.fields import DATES, NUMERIC, normalise_header
from okr_data.ingest.mapping import Mapping, positions
from okr_data.ingest.report import Report
from okr_data.ingest.sheet import Sheet
from okr_data.ingest.typed import GOAL_TYPE_WORDS, KIND_WORDS, type_table
from okr_data.ingest.values import (
    LEVEL_WORDS,
    NotRead,
    fold,
    is_empty,
    parse_date,
    parse_number,
    parse_time,
)
from okr_data.schema import CHECK_IN, INITIATIVE, KEY_RESULT, OBJECTIVE

_PARENT = "aligned_to_weight_objective_id"
_TABLES = {
    "objective": OBJECTIVE.name,
    "key_result": KEY_RESULT.name,
    "initiative": INITIATIVE.name,
}

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


def read(sheet: Sheet, mapping: Mapping, as_of: date | None, parsed: Parsed) -> None:
    """Turn one export into canonical rows; nothing that has a title is lost."""
    parsed.as_of = parsed.as_of or file_day(sheet.file)
    export = _Export(sheet, mapping, parsed.report(sheet.label))
    frame = export.items()
    type_table(
        TextTable("items", frame, export.headers, sheet.label, sheet.delimiter),
        mapping,
        as_of,
        parsed,
    )
    for chunk in _chunks(export.links(frame)):
        parsed.told("taking packed parents apart")
        parsed.links.append(link_rows(**_columns(chunk, _LINKS)))
    for chunk in _chunks(export.check_ins(frame)):
        parsed.told("taking check-ins apart")
        checks = pd.DataFrame(_columns(chunk, _CHECK_INS))
        parsed.add_rows(CHECK_IN, checks.assign(checked_on=_days(checks["checked_on"])))


_LINKS = ("table", "child_id", "parent_id", "parent_title", "weight", "contributes", "file", "row")
_CHECK_INS = (
    "item_id", "checked_on", "checked_at", "value", "progress", "status", "status_raw", "note",
    "author", "file", "row",
)  # fmt: skip


#: Rows that are held as Python objects before they become a frame; a million take 1 GB.
_CHUNK = 50_000


def _chunks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


def _columns(rows: list[tuple[Any, ...]], names: tuple[str, ...]) -> dict[str, list[Any]]:
    columns = zip(*rows, strict=True)
    return {name: list(values) for name, values in zip(names, columns, strict=True)}


def _days(days: pd.Series) -> pd.Series:
    return pd.Series(np.array(days.tolist(), dtype="datetime64[s]"), index=days.index)


class _Export:
    """One export while it is read: where its columns are, and the ids its rows have."""

    def __init__(self, sheet: Sheet, mapping: Mapping, report: Report) -> None:
        self.sheet = sheet
        self.mapping = mapping
        self.report = report
        located = mapping.located(sheet.header)
        self.headers = {name: sheet.header[number] for name, number in located.items()}
        self.frame = pd.DataFrame({name: sheet.column(n) for name, n in located.items()})
        self.frame["row"] = sheet.lines
        self.position = positions(sheet.header)

    def _reader(self, frame: pd.DataFrame) -> ColumnReader:
        return ColumnReader(
            frame, self.headers, self.report, self.mapping.answers, self.sheet.delimiter, None,
            tuple(n for n in NUMERIC if n in frame), tuple(n for n in DATES if n in frame),
        )  # fmt: skip

    def _column(self, header: str) -> pd.Series | None:
        number = self.position.get(header)
        return None if number is None else self.sheet.column(number)

    # --- items ---------------------------------------------------------------

    def items(self) -> pd.DataFrame:
        """Return the rows under our names, with what this tool says in its own way put right."""
        frame = self.frame
        self._read_renamed_columns(frame)
        if "id" not in frame:
            frame["id"] = self._ids(frame)
            self.report.add(
                "id_derived",
                "the export has no Id column: keys are made of title, owner and period",
            )
        frame["id"] = frame["id"].astype("str")
        frame["kind"] = self._kinds(frame)
        if "owner" in frame:
            frame["owner"] = frame["owner"].str.replace(",", ";", regex=False)
        if "goal_type" in frame:
            frame["goal_type"] = frame["goal_type"].where(
                frame["goal_type"].str.lower().isin(GOAL_TYPE_WORDS)
            )
        self._percent_without_target(frame)
        own = ["parent", "note", "last_check_in", "last_note"]  # read here, not as columns
        return frame.drop(columns=own, errors="ignore")

    def _read_renamed_columns(self, frame: pd.DataFrame) -> None:
        """Ally-era files say in two columns what later ones say in Object Type and Team."""
        for header in ("okr_type", "type_name"):
            column = self._column(header)
            if column is None:
                continue
            words = {fold(text) for text in column.dropna().unique().tolist()}
            if words & {"objective", "key result"} and "type" not in frame:
                frame["type"] = column
                self.headers["type"] = self.sheet.header[self.position[header]]
            elif header == "okr_type":
                # “team” may mean a department there, so it says little.
                levels = {t: LEVEL_WORDS.get(fold(t)) for t in column.dropna().unique().tolist()}
                stated = {t: level for t, level in levels.items() if level and level != "team"}
                frame["level"] = column.map(stated).astype("str")
            elif words and "team" not in frame:
                frame["team"] = column

    def _ids(self, frame: pd.DataFrame) -> pd.Series:
        """Ids are known for rows that are somebody's parent; others get a stable key."""
        named = self._ids_of_parents(frame)
        empty = pd.Series(np.nan, index=frame.index, dtype="str")
        parts = [frame.get(n, empty) for n in ("title", "owner", "cycle")]
        ids = [
            named.get(values[0]) or key_of(*values) if isinstance(values[0], str) else np.nan
            for values in zip(*parts, strict=True)
        ]
        return pd.Series(pd.array(ids, dtype="str"), index=frame.index)

    def _ids_of_parents(self, frame: pd.DataFrame) -> dict[str, str]:
        """Return title → id for titles that exactly one row and one packed parent bear."""
        ids: dict[str, set[str]] = defaultdict(set)
        cells = self._column(_PARENT)
        for cell in [] if cells is None else cells.dropna().unique().tolist():
            for parent in split_parents(cell)[0]:
                if parent.parent_id:
                    ids[parent.title].add(parent.parent_id)
        titles = frame["title"].value_counts()
        return {
            title: next(iter(found))
            for title, found in ids.items()
            if len(found) == 1 and titles.get(title, 0) == 1
        }

    def _kinds(self, frame: pd.DataFrame) -> pd.Series:
        if "type" not in frame:
            return pd.Series(np.nan, index=frame.index, dtype="str")
        words = {**KIND_WORDS, **self.mapping.kinds}
        distinct = frame["type"].dropna().unique().tolist()
        return frame["type"].map({text: words.get(fold(text)) for text in distinct}).astype("str")

    def _percent_without_target(self, frame: pd.DataFrame) -> None:
        """Without a target, Actual Progress is a percent where the unit says so, else a raw value.

        As a percent it says the same as Progress %; a difference is reported.
        """
        if "current_value" not in frame:
            return
        read = self._reader(frame)
        percent = frame["current_value"].str.contains("%", regex=False, na=False)
        percent |= read.text("unit") == "%"
        chosen = (
            read.text("target_value").isna() & read.text("current_value").notna() & percent
        ).to_numpy()
        if not chosen.any():
            return
        part = self._reader(frame[chosen].reset_index(drop=True))
        actual, reported = part.number("current_value") / 100, part.percent("progress")
        for place in np.flatnonzero((abs(reported - actual) > 0.01).to_numpy()).tolist():
            text = part.text("current_value").iloc[place]
            message = f"Actual Progress {text} and Progress % {reported.iloc[place] * 100:g} differ; Progress % counts"
            self.report.add(
                "progress_conflict",
                message,
                int(part.rows[place]),
                read.header("current_value"),
                text,
            )
        if "progress" not in frame:
            frame["progress"] = pd.Series(np.nan, index=frame.index, dtype="str")
        taken = chosen & frame["progress"].isna().to_numpy()
        frame.loc[taken, "progress"] = frame["current_value"][taken]
        frame.loc[chosen, "current_value"] = np.nan

    # --- parents -------------------------------------------------------------

    def links(self, frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
        """Yield a link for each packed parent."""
        cells = self._column(_PARENT)
        if cells is None:
            return
        kinds = self._final_kinds(frame)
        for cell, item_id, kind, line in zip(
            cells.tolist(), frame["id"].tolist(), kinds, frame["row"].tolist(), strict=True
        ):
            if not isinstance(cell, str) or is_empty(cell) or not isinstance(item_id, str):
                continue
            for parent in self._parents(cell, line):
                weight = self._weight(parent, line)
                contributes = weight is None or weight > 0
                yield (
                    _TABLES[kind], item_id, parent.parent_id, parent.title, weight, contributes,
                    self.sheet.label, line,
                )  # fmt: skip

    def _final_kinds(self, frame: pd.DataFrame) -> list[str]:
        """Return the kinds as the typing of items decides them, for unknown words too."""
        measured = pd.Series(False, index=frame.index)
        for name in ("target_value", "metric"):
            if name in frame:
                measured |= frame[name].notna()
        judged = pd.Series(np.where(measured, "key_result", "objective"), index=frame.index)
        kinds: list[str] = frame["kind"].fillna(judged.astype("str")).tolist()
        return kinds

    def _parents(self, cell: str, line: int) -> list[PackedParent]:
        parents, rest = split_parents(cell)
        if rest:
            message = f"“{rest[:120]}” has no “(weight: …)”; it is taken as the title of a parent"
            self.report.add("parent_packing_unclear", message, line, "Aligned To", cell)
            parents.append(PackedParent(rest, "", None))
        return parents

    def _weight(self, parent: PackedParent, line: int) -> float | None:
        text = parent.weight_text
        if not text:
            return None
        try:
            weight = parse_number(text)
        except NotRead as error:
            self.report.add(error.code, f"“{text[:80]}” {error}", line, "Aligned To", text)
            return None
        if weight is not None and weight < 0:
            self.report.add("negative_weight", f"“{text}” is below 0", line, "Aligned To", text)
            return None
        return None if weight is None else weight / 100

    # --- check-ins -----------------------------------------------------------

    def check_ins(self, frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
        """Yield the check-ins of each row, and the last one where no record states it."""
        days: dict[int, set[date]] = defaultdict(set)
        ids, lines = frame["id"].tolist(), frame["row"].tolist()
        kinds = self._final_kinds(frame)
        for place, cell in self._records():
            found = self._check_in(ids[place], lines[place], kinds[place], place, cell)
            if found is not None:
                days[place].add(found[1])
                yield found
        if "last_check_in" not in self.frame:
            return
        last = self._reader(self.frame).day("last_check_in")
        notes = self._reader(self.frame).text("last_note")
        stated = last.notna().to_numpy()
        columns = (last[stated].dt.date, notes[stated], frame["id"][stated], frame["row"][stated])
        for place, day, note, item_id, line in zip(
            np.flatnonzero(stated).tolist(), *(column.tolist() for column in columns), strict=True
        ):
            if day not in days.get(place, ()) and isinstance(item_id, str):
                yield (
                    item_id, day, None, None, None, None, None,
                    note if isinstance(note, str) else None, None, self.sheet.label, line,
                )  # fmt: skip

    def _records(self) -> Iterator[tuple[int, str]]:
        """Yield (row, cell): check-ins stand in their column and in later ones without header."""
        first = self.position.get("checkins")
        if first is None:
            return
        for number in range(first, len(self.sheet.header)):
            if number == first or not normalise_header(self.sheet.header[number]):
                cells = self.sheet.column(number)
                filled = cells.notna().to_numpy()
                yield from zip(np.flatnonzero(filled).tolist(), cells[filled].tolist(), strict=True)
        if self.sheet.overlong:
            places = {int(line): place for place, line in enumerate(self.sheet.lines.tolist())}
            for line, further in self.sheet.overlong.items():
                for cell in further:
                    if cell:
                        yield places[line], cell

    def _check_in(
        self, item_id: object, line: int, kind: str, place: int, cell: str
    ) -> tuple[Any, ...] | None:
        if is_empty(cell) or not isinstance(item_id, str):
            return None
        packed = split_check_in(cell)
        try:
            day = parse_date(packed.day) if packed else None
        except NotRead:
            day = None
        if packed is None or day is None:
            self.report.add(
                "row_unreadable",
                "a check-in that does not read “Checkin Date: YYYY-MM-DD; …” did not go in",
                line,
                "Checkins",
                cell,
            )
            return None
        value, progress = self._checked_value(kind, place, packed, line)
        status = self.mapping.statuses.get(fold(packed.status))
        if packed.status and status is None:
            message = f"“{packed.status}” is no status"
            self.report.add("status_unknown", message, line, "Checkins", packed.status)
        return (
            item_id, day, parse_time(packed.at), value, progress, status, packed.status or None,
            packed.note or None, packed.user or None, self.sheet.label, line,
        )  # fmt: skip

    def _checked_value(
        self, kind: str, place: int, packed: PackedCheckIn, line: int
    ) -> tuple[float | None, float | None]:
        """Tell whether a check-in states a value of the metric or a percent of progress."""
        try:
            number = parse_number(packed.value)
        except NotRead as error:
            self.report.add(error.code, f"“{packed.value}” {error}", line, "Checkins", packed.value)
            return None, None
        if number is None:
            return None, None
        if kind == "key_result" and self._states_metric(place, packed):
            return number, None
        return None, number / 100

    @cached_property
    def _cells(self) -> dict[str, list[Any]]:
        read = self._reader(self.frame)
        return {name: read.text(name).tolist() for name in ("target_value", "metric", "unit")}

    def _states_metric(self, place: int, packed: PackedCheckIn) -> bool:
        if not isinstance(self._cells["target_value"][place], str):
            return False
        metric, unit = self._cells["metric"][place], self._cells["unit"][place]
        if packed.metric:
            known = metric.lower() if isinstance(metric, str) else ""
            return packed.metric.lower() == known or packed.metric.lower() != "progress"
        return "%" not in packed.value or unit == "%"
