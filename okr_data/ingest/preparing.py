"""One upload from its files to a draft, and what was seen on the way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import PurePath

import numpy as np
import pandas as pd

from okr_data.errors import FileRefused
from okr_data.ingest import template
from okr_data.ingest.archive import JsonMember
from okr_data.ingest.columns import Answers
from okr_data.ingest.draft import Known, Parsed, has_link, latest_check_in, settle
from okr_data.ingest.fields import GRAINS, Grain
from okr_data.ingest.formats import FORMATS, Match, best_match, read_sheet
from okr_data.ingest.grid import Grid, Unreadable, Upload
from okr_data.ingest.mapping import REASON, Mapping, fingerprint, with_answers
from okr_data.ingest.organisation import propose_units
from okr_data.ingest.propose import (
    Proposal,
    complete,
    first_line,
    header_place,
    looks_transposed,
    propose,
    split_tables,
    still_missing,
    wide_periods,
)
from okr_data.ingest.reading import read_upload
from okr_data.ingest.report import Decision
from okr_data.ingest.sheet import HEADER_ROWS, Sheet, best_header, cut
from okr_data.issues import REFUSES_FILE, Issue
from okr_data.journal import SourceFile
from okr_data.store import Draft

#: Days ahead from which an as-of day is taken for a typing error.
FAR_FUTURE = 730
#: Words of one column that the mapper shows.
MAPPED_WORDS = 30
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")

Progress = Callable[[str, float], object]


@dataclass(frozen=True)
class Reading:
    """How to read an upload, as far as somebody says it.

    ``mappings`` are by label of a table, ``mapping`` is for every table that none of them names;
    ``profiles`` are saved ones, found again by their headers. With ``complete`` the upload holds
    every item of its cycles, and what is missing from it is removed from the as-of day on.
    """

    source_format: str = "auto"
    as_of: date | None = None
    complete: bool = False
    mappings: MappingOf[str, Mapping] = field(default_factory=dict)
    mapping: Mapping | None = None
    #: What a row of a table stands for, by its label, where only that is said.
    grains: MappingOf[str, Grain] = field(default_factory=dict)
    profiles: tuple[Mapping, ...] = ()
    answers: Answers = field(default_factory=Answers)
    at_risk: str = ""
    fill_down: tuple[str, ...] = ()
    sample: bool = False


@dataclass(frozen=True)
class TableSeen:
    """One table of an upload as it was recognised.

    ``recognised`` is ``format``, ``profile``, ``given``, ``assumed``, ``unknown`` or ``skipped``.
    ``samples`` holds the first different values of each column of ``header``.
    """

    label: str
    header: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    rows: int
    recognised: str
    title: str = ""
    evidence: str = ""
    score: str = ""
    mapping: Mapping | None = None
    confidences: MappingOf[str, float] = field(default_factory=dict)
    fingerprint: str = ""
    #: The different words of the columns of statuses and types, to be mapped.
    statuses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefusedRows:
    """The rows of a table that did not go in, as they stood, each with its reason."""

    label: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Prepared:
    """A draft, and what was seen while it was made."""

    draft: Draft
    tables: tuple[TableSeen, ...] = ()
    decisions: tuple[Decision, ...] = ()
    refused: tuple[RefusedRows, ...] = ()


class NotPrepared(FileRefused):
    """An upload cannot be taken; ``tables`` says what was seen of it, for the mapper."""

    def __init__(self, issues: Sequence[Issue], tables: Sequence[TableSeen] = ()) -> None:
        self.tables = tuple(tables)
        super().__init__(issues)


def _silent(_step: str, _done: float) -> None:
    return None


def prepare(
    uploads: Sequence[Upload],
    known: Known | None = None,
    reading: Reading | None = None,
    progress: Progress = _silent,
) -> Prepared:
    """Turn uploads into one draft.

    ``known`` is what the database holds and the uploads may refer to. Without an as-of day it is
    taken from the file name, else from the newest check-in, else it is today.
    Raises NotPrepared (a FileRefused) with every issue found where a file cannot be taken at all.
    """
    known, reading = known or Known(), reading or Reading()
    work = _Work(reading)
    for number, upload in enumerate(_labelled(uploads)):
        part = 0.3 * number / len(uploads), 0.3 * (number + 1) / len(uploads)
        work.read(upload, _shares(progress, f"reading {upload.name}", *part))
    progress("recognising the tables", 0.3)
    work.recognise()
    parsed = work.parsed
    parsed.told = _steps(progress, 0.35, 0.7)
    parsed.told("checking every cell")
    work.type_all()
    day = _as_of(parsed, reading, work.issues)
    parsed.told = _steps(progress, 0.7, 0.9)
    settle(parsed, known, day)
    parsed.told("placing the teams")
    propose_units(parsed, known)
    issues = [*work.issues, *parsed.all_issues()]
    if known.fiscal_start_stated:
        issues = [issue for issue in issues if issue.code != "fiscal_calendar_assumed"]
    if not parsed.count() and not any(issue.code in REFUSES_FILE for issue in issues):
        issues.append(Issue("no_rows", "no row was good enough to go in", uploads[0].name))
    if any(issue.code in REFUSES_FILE for issue in issues):
        raise NotPrepared([i for i in issues if i.code != "as_of_assumed"], work.seen)
    progress("making the draft", 0.9)
    return Prepared(
        _draft(uploads, reading, day, work, tuple(issues)),
        tuple(work.seen),
        tuple(parsed.decisions()),
        tuple(work.refused_rows()),
    )


def _shares(progress: Progress, step: str, begin: float, end: float) -> Callable[[float], object]:
    """Report the shares of one step; at most a hundred of them, since somebody reads them."""
    told: set[int] = set()

    def advanced(share: float) -> None:
        if int(share * 100) not in told:
            told.add(int(share * 100))
            progress(step, begin + share * (end - begin))

    return advanced


def _steps(progress: Progress, begin: float, end: float) -> Callable[[str], object]:
    """Report steps whose number nobody knows: each takes a tenth of what is left."""
    left = [end - begin]

    def told(step: str) -> None:
        progress(step, end - left[0])
        left[0] *= 0.9

    return told


def _draft(
    uploads: Sequence[Upload], reading: Reading, day: date, work: _Work, issues: tuple[Issue, ...]
) -> Draft:
    return Draft(
        source_format=" + ".join(sorted(work.names)),
        as_of=day,
        as_of_given=reading.as_of is not None,
        files=tuple(SourceFile.of(upload.name, upload.content) for upload in uploads),
        originals=tuple(upload.content for upload in uploads),
        tables=work.parsed.tables(),
        issues=issues,
        sample=reading.sample,
        complete=reading.complete,
        mapping={label: mapping.to_toml() for label, mapping in work.used.items()},
    )


def _labelled(uploads: Sequence[Upload]) -> list[Upload]:
    """Tell files of the same name apart: a row is known by its file and line."""
    seen: Counter[str] = Counter()
    labelled = []
    for upload in uploads:
        seen[upload.name] += 1
        again = f" ({seen[upload.name]})" if seen[upload.name] > 1 else ""
        labelled.append(Upload(f"{upload.name}{again}", upload.content))
    return labelled


class _Work:
    """One upload while it is read."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.parsed = Parsed()
        self.issues: list[Issue] = []
        self.grids: list[Grid] = []
        self.json: list[JsonMember] = []
        self.sheets: list[tuple[Sheet, Mapping]] = []
        self.seen: list[TableSeen] = []
        self.names: set[str] = set()
        self.used: dict[str, Mapping] = {}
        self._upload_of: dict[str, str] = {}
        self._unknown: list[tuple[Grid, Proposal | None, Sheet | None]] = []

    def read(self, upload: Upload, advanced: Callable[[float], object]) -> None:
        """Read one file; what is wrong with it is kept until all files were looked at."""
        try:
            advanced(0.0)
            for part in read_upload(upload, advanced=advanced):
                if isinstance(part, JsonMember):
                    self.json.append(part)
                    self.issues += part.issues
                    continue
                for grid in split_tables(part):
                    self._upload_of[grid.label] = upload.name
                    self.grids.append(grid)
        except Unreadable as error:
            self.issues.append(error.issue)

    # --- recognising ---------------------------------------------------------

    def recognise(self) -> None:
        """Find the header and the meaning of each table; propose one for what no format knows."""
        for grid in self.grids:
            try:
                self._recognise(grid)
            except Unreadable as error:
                self.issues.append(error.issue)
        known = {self._upload_of.get(sheet.label) for sheet, _ in self.sheets}
        known |= {member.file for member in self.json}
        for grid, proposal, sheet in self._unknown:
            self._settle_unknown(grid, proposal, sheet, self._upload_of[grid.label] in known)

    def _recognise(self, grid: Grid) -> None:
        given = self.reading.mappings.get(grid.label) or self.reading.mapping
        if grid.label in self.reading.grains and given is None:
            self._propose(grid, self.reading.grains[grid.label])
            return
        if given is not None:
            self._take_given(grid, given)
            return
        candidates = self._candidates()
        found = best_header(grid, lambda header: _rank(best_match(header, candidates)))
        profile = self._profile(grid)
        if profile is not None:
            place, mapping = profile
            self._take(grid, place, mapping, "profile", None)
        elif found is not None:
            place, header, _ = found
            match = best_match(header, candidates)
            assert match is not None  # the header has a rank above 0
            if _relates(grid, place, header, match.mapping):
                narrow = [m for m in candidates if m.rows != "pairs"]
                match = best_match(header, narrow) or match
            self._take(grid, place, match.mapping, "format", match)
        else:
            self._propose(grid)

    def _candidates(self) -> list[Mapping]:
        wanted = self.reading.source_format
        chosen = [f for f in FORMATS.values() if wanted in ("auto", f.name)]
        mappings = [mapping for f in chosen for mapping in f.mappings]
        if wanted not in ("auto", template.FORMAT):
            # Units and people come in the template's form whatever the format of the rest.
            mappings += [m for m in template.mappings() if m.rows in ("org_units", "people")]
        return mappings

    def _profile(self, grid: Grid) -> tuple[int, Mapping] | None:
        """Find the saved profile that was made for just such headers."""
        for mapping in self.reading.profiles:
            found = best_header(grid, partial(_made_for, mapping))
            if found is not None:
                return found[0], mapping
        return None

    def _take_given(self, grid: Grid, mapping: Mapping) -> None:
        found = best_header(grid, lambda header: len(mapping.used(header)))
        if found is None:
            lacking = ", ".join(h for headers in mapping.columns.values() for h in headers[:1])
            message = f"no row holds the columns of the mapping ({lacking[:200]})"
            raise Unreadable(Issue("column_missing", message, grid.label))
        if missing := still_missing(mapping, found[1]):
            self._seen(cut(grid, found[0]), "unknown", mapping, None)
            message = f"say which column holds: {', '.join(missing)}"
            raise Unreadable(Issue("column_missing", message, grid.label))
        self._take(grid, found[0], mapping, "given", None)

    def _take(
        self, grid: Grid, place: int, mapping: Mapping, how: str, match: Match | None
    ) -> None:
        sheet = cut(grid, place, keep_short_rows=mapping.rows == "pairs" or bool(mapping.indent))
        mapping = self._answered(mapping)
        if how == "format":
            mapping = self._completed(sheet, mapping)
        used = mapping.used(sheet.header)
        self._refuse_wide(sheet, mapping, used)
        self._seen(sheet, how, mapping, match)
        self._tell_of_ignored(sheet, mapping, used)
        self._tell_of_text_numbers(grid, sheet, mapping)
        self.sheets.append((sheet, mapping))
        self.names.add(
            mapping.name
            if how == "format"
            else f"profile {mapping.name}"
            if how == "profile"
            else "mapping"
        )
        self.used[sheet.label] = mapping

    def _completed(self, sheet: Sheet, mapping: Mapping) -> Mapping:
        completed, added = complete(sheet, mapping)
        if added:
            said = ", ".join(f"“{header}” = {name}" for name, header in added.items())
            message = f"{mapping.title} does not name these columns; their headers say it: {said}"
            self.parsed.report(sheet.label).add("header_mapping_assumed", message)
        return completed

    def _answered(self, mapping: Mapping) -> Mapping:
        answered = with_answers(mapping, self.reading.answers)
        if self.reading.at_risk:
            words = {**answered.statuses, "at risk": self.reading.at_risk}
            answered = replace(answered, statuses=words)
        if self.reading.fill_down:
            answered = replace(answered, fill_down=(*answered.fill_down, *self.reading.fill_down))
        return answered

    def _refuse_wide(self, sheet: Sheet, mapping: Mapping, used: set[int]) -> None:
        periods = wide_periods(sheet.header, used)
        if len(periods) >= 2 and not mapping.dated:
            message = (
                f"a wide layout was seen: a column for each of {', '.join(periods[:6])}; there is no "
                "column that says which figure they hold (progress, value)"
            )
            raise Unreadable(Issue("layout_wide", message, sheet.label, 1))

    def _seen(
        self, sheet: Sheet, how: str, mapping: Mapping | None, match: Match | None,
        confidences: MappingOf[str, float] | None = None,
    ) -> None:  # fmt: skip
        self.seen.append(
            TableSeen(
                sheet.label, sheet.header,
                tuple(tuple(sheet.samples(n)) for n in range(len(sheet.header))),
                len(sheet.body), how, mapping.title if mapping else "",
                mapping.evidence if mapping else "", match.words if match else "", mapping,
                confidences or {}, fingerprint(sheet.header),
                _words_of(sheet, mapping, "status"), _words_of(sheet, mapping, "type"),
            )
        )  # fmt: skip

    def _tell_of_ignored(self, sheet: Sheet, mapping: Mapping, used: set[int]) -> None:
        report = self.parsed.report(sheet.label)
        for number, name in enumerate(sheet.header):
            if name and number not in used:
                report.add("column_ignored", f"{mapping.title} has no column “{name}”", column=name)

    def _tell_of_text_numbers(self, grid: Grid, sheet: Sheet, mapping: Mapping) -> None:
        from okr_data.ingest.fields import FIELD  # noqa: PLC0415 - only workbooks need it

        located = mapping.located(sheet.header)
        for name, number in located.items():
            if number in grid.numbers_as_text and FIELD[name].kind in ("number", "percent"):
                message = "numbers are stored as text"
                self.parsed.report(sheet.label).add(
                    "numbers_as_text", message, column=sheet.header[number]
                )

    def _propose(self, grid: Grid, grain: Grain | None = None) -> None:
        if grain is None and looks_transposed(grid):
            message = "no header row was recognised: the table looks transposed (its headers stand in the first column)"
            raise Unreadable(Issue("layout_transposed", message, grid.label, 1))
        place = header_place(grid)
        if place is None:
            self._unknown.append((grid, None, None))
            return
        sheet = cut(grid, place)
        proposal = propose(sheet, place, grain)
        self._unknown.append((grid, proposal, sheet))

    def _settle_unknown(
        self, grid: Grid, proposal: Proposal | None, sheet: Sheet | None, found: bool
    ) -> None:
        """Take a table by a sure proposal; else leave it out where others are known, or refuse it."""
        if proposal is not None and proposal.sure and sheet is not None:
            self._assume(grid, proposal)
            return
        if sheet is not None:
            how = "skipped" if found else "unknown"
            self._seen(
                sheet,
                how,
                proposal.mapping if proposal else None,
                None,
                proposal.confidences if proposal else {},
            )
        elif not grid.cells.empty:
            self._seen_without_header(grid, "skipped" if found else "unknown")
        if found:
            message = (
                f"no header of a known format: “{first_line(grid)[:120]}”; the table was left out"
            )
            self.issues.append(Issue("sheet_skipped", message, grid.label))
        else:
            self.issues.append(_better_reason(grid))

    def _seen_without_header(self, grid: Grid, how: str) -> None:
        """Show an unknown table in the mapper under its first row."""
        try:
            self._seen(cut(grid, 0), how, None, None)
        except Unreadable:
            return

    def _assume(self, grid: Grid, proposal: Proposal) -> None:
        mapping = proposal.mapping
        sheet = cut(
            grid,
            proposal.header_place,
            keep_short_rows=mapping.rows == "pairs" or bool(mapping.indent),
        )
        mapping = self._answered(mapping)
        used = mapping.used(sheet.header)
        try:
            self._refuse_wide(sheet, mapping, used)
        except Unreadable as error:
            self._seen(sheet, "unknown", mapping, None, proposal.confidences)
            self.issues.append(error.issue)
            return
        self._seen(sheet, "assumed", mapping, None, proposal.confidences)
        said = ", ".join(f"“{headers[0]}” = {name}" for name, headers in mapping.columns.items())
        message = f"each row is taken as {GRAINS[mapping.rows]}; {said}"
        self.parsed.report(sheet.label).add("header_mapping_assumed", message)
        self._tell_of_ignored(sheet, mapping, used)
        self.sheets.append((sheet, mapping))
        self.names.add("proposed mapping")
        self.used[sheet.label] = mapping

    # --- typing --------------------------------------------------------------

    def type_all(self) -> None:
        day = self.reading.as_of or self._day_of_names() or _today()
        for sheet, mapping in self.sheets:
            # Beside key results blank cells are filled by the layout: nothing to ask.
            filled = mapping.rows == "pairs"
            self.issues += [
                i for i in sheet.issues if not (filled and i.code == "cells_look_merged")
            ]
            _look_for_merged(sheet, mapping, self.parsed)
            read_sheet(sheet, mapping, day, self.parsed)
        if self.json:
            from okr_data.ingest import viva_json  # noqa: PLC0415 - few uploads are of this kind

            self.names.add(viva_json.FORMAT)
            viva_json.read(self.json, self.parsed)
            self.seen += [_seen_json(member) for member in self.json]
        if not self.parsed.as_of:
            self.parsed.as_of = self._day_of_names()

    def _day_of_names(self) -> date | None:
        for name in [grid.file for grid in self.grids] + [member.file for member in self.json]:
            match = _DAY_IN_NAME.search(PurePath(name).name)
            if match:
                try:
                    return date(*(int(part) for part in match.groups()))
                except ValueError:
                    continue
        return None

    def refused_rows(self) -> list[RefusedRows]:
        """Return the rows that did not go in, to be corrected and uploaded again."""
        found = []
        for sheet, _ in self.sheets:
            reasons = self.parsed.report(sheet.label).refused
            mask = np.isin(sheet.lines, list(reasons))
            if mask.any():
                rows = sheet.body[mask].copy()
                rows = rows.reindex(columns=range(len(sheet.header)))
                rows.columns = [name or f"column {n + 1}" for n, name in enumerate(sheet.header)]
                chosen = sheet.lines[mask].tolist()
                rows[REASON] = [reasons[line] for line in chosen]
                found.append(RefusedRows(sheet.label, rows.reset_index(drop=True)))
        return found


def _words_of(sheet: Sheet, mapping: Mapping | None, name: str) -> tuple[str, ...]:
    """Return the different words of a column, as many as a person would map."""
    number = mapping.located(sheet.header).get(name) if mapping else None
    return () if number is None else tuple(sheet.samples(number, MAPPED_WORDS))


def _made_for(mapping: Mapping, header: tuple[str, ...]) -> float:
    return float(bool(mapping.fingerprint) and fingerprint(header) == mapping.fingerprint)


def _relates(grid: Grid, place: int, header: tuple[str, ...], mapping: Mapping) -> bool:
    """Tell whether objectives beside key results are links into a table of their own."""
    number = mapping.located(header).get("objective")
    if mapping.rows != "pairs" or number is None:
        return False
    return any(has_link(text) for text in grid.cells[number].iloc[place + 1 :].dropna().tolist())


def _rank(match: Match | None) -> float:
    return 0.0 if match is None else match.known + match.known / max(match.columns, 1)


def _better_reason(grid: Grid) -> Issue:
    """For an unknown header that is nearly the template's, name the column that is missing."""
    cells = ["" if pd.isna(cell) else str(cell) for cell in grid.cells.iloc[0].tolist()]
    near = template.missing_columns(grid.label, cells)
    if near is not None:
        return near
    return Issue(
        "header_unknown",
        f"no header of a known format in the first {HEADER_ROWS} lines (cells separated by comma, "
        f"semicolon, tab or |); the first line reads “{first_line(grid)[:120]}”",
        grid.label,
        row=1,
    )


def _seen_json(member: JsonMember) -> TableSeen:
    """Show a JSON file as a table: its keys as columns; it needs no mapping."""
    from okr_data.ingest import viva_json  # noqa: PLC0415 - few uploads are of this kind

    known = viva_json.is_known(member)
    header, samples, rows = viva_json.overview(member)
    return TableSeen(
        viva_json.label_of(member), header, samples, rows, "format" if known else "skipped",
        viva_json.TITLE if known else "", viva_json.EVIDENCE if known else "",
    )  # fmt: skip


def _look_for_merged(sheet: Sheet, mapping: Mapping, parsed: Parsed) -> None:
    """Tell of columns that are filled in the first row of each group only: exported merged cells."""
    located = mapping.located(sheet.header)
    if mapping.rows not in ("items", "objectives") or mapping.adapter or "type" not in located:
        return
    for name in ("department", "team", "owner"):
        if name in located and name not in mapping.fill_down:
            cells = sheet.column(located[name])
            if _looks_merged(cells):
                header, blank = sheet.header[located[name]], int(cells.isna().sum())
                message = (
                    f"“{header}” is blank in {blank:,} of {len(cells):,} rows, always below a filled one: "
                    "key results take it from their objective, other rows stay without"
                )
                line = int(sheet.lines[cells.isna().to_numpy()][0])
                parsed.report(sheet.label).add("cells_look_merged", message, line, header)


def _looks_merged(cells: pd.Series) -> bool:
    filled = cells.notna()
    values = cells[filled]
    return bool(
        len(values) >= 2
        and filled.iloc[0]
        and (~filled).mean() >= 0.4
        and (values.to_numpy()[1:] != values.to_numpy()[:-1]).all()
    )


def _as_of(parsed: Parsed, reading: Reading, issues: list[Issue]) -> date:
    if reading.as_of is not None:
        day = reading.as_of
    else:
        day, reason = _assumed_as_of(parsed)
        parsed.as_of = day
        issues.append(Issue("as_of_assumed", f"the as-of day {day} was taken from {reason}"))
    if (day - _today()).days > FAR_FUTURE:
        message = f"the as-of day {day} lies years ahead: is it a typing error?"
        issues.append(Issue("as_of_in_future", message))
    return day


def _assumed_as_of(parsed: Parsed) -> tuple[date, str]:
    if parsed.as_of is not None:
        return parsed.as_of, "the file name"
    newest = latest_check_in(parsed)
    if newest is not None and newest <= _today():
        return newest, "the newest check-in"
    return _today(), "today’s date, since the files name no day"


def _today() -> date:
    return datetime.now(UTC).date()
