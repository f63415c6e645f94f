"""Workbooks (.xlsx, .xlsm, .xls, .ods) to grids: one for each sheet that can be seen.

The reader of the values aborts the process on a sheet that claims to be huge, so sizes are
checked in the XML before. Cells become text by fixed rules: whole numbers without ".0",
percentages as "45%", dates as ISO, formulas by their stored value.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from okr_data.ingest.cleaning import clean
from okr_data.ingest.grid import LIMITS, Grid, Limits, Unreadable
from okr_data.ingest.opendoc import scan_tables
from okr_data.ingest.openxml import (
    SheetFacts,
    column_letters,
    percent_styles,
    scan_sheet,
    sheet_members,
)
from okr_data.ingest.packed import open_packed, refuse_declarations
from okr_data.ingest.tables import TableBuilder
from okr_data.issues import Issue

#: Rows from which it is judged whether a column stores its numbers as text.
JUDGED_ROWS = 2_000
#: Merged ranges that a message names.
NAMED_RANGES = 5
#: The stream that a workbook protected by a password has in its container.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD = b"\xd0\xcf\x11\xe0"
_STORED_DURATION = re.compile(r"PT(\d+)H(\d\d)M(\d\d)S")
_TIMES = (dt.date, dt.time, dt.timedelta)
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:[.,]\d+)?")
_LEADING_ZERO = re.compile(r"0\d+")


def read_workbook(name: str, content: bytes, limits: Limits = LIMITS) -> list[Grid]:
    """Turn each visible sheet that is not empty into a grid, or raise :class:`Unreadable`.

    Merged cells hold their value in the first cell only. Hidden sheets are left out, hidden
    rows and columns are read; both are reported. In .xls files percentages stay ratios and
    hidden rows are not seen, and in .xls and .ods error values are empty, because the reader of
    the values tells none of these.
    """
    facts = _check(name, content, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return _read_sheets(name, book, facts, limits)
    except PasswordError as error:
        raise Unreadable(_password(name)) from error
    except (CalamineError, ValueError, OSError) as error:
        message = f"the workbook is damaged or not one that can be read ({error})"
        raise Unreadable(Issue("file_unreadable", message, name)) from error
    except BaseException as error:
        # A panic inside the reader of the values is no Exception; anything else passes on.
        if type(error).__name__ != "PanicException":
            raise
        message = "the workbook is damaged: save it again as .xlsx or CSV"
        raise Unreadable(Issue("file_unreadable", message, name)) from error


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Say whether an open ZIP is in truth a workbook."""
    names = set(archive.namelist())
    return "[Content_Types].xml" in names or ("mimetype" in names and "content.xml" in names)


def _password(name: str) -> Issue:
    message = "the workbook is protected by a password: save it without one"
    return Issue("file_unreadable", message, name)


def _check(name: str, content: bytes, limits: Limits) -> dict[str, SheetFacts]:
    """Refuse what is unsafe or too large; return what the XML tells of each sheet."""
    if len(content) > limits.file:
        size, limit = len(content) / 2**20, limits.file / 2**20
        message = f"the file has {size:,.0f} MB; the limit is {limit:,.0f} MB"
        raise Unreadable(Issue("file_too_large", message, name))
    if content.startswith(_OLD):
        if _ENCRYPTED in content:
            raise Unreadable(_password(name))
        return {}
    with open_packed(name, content, limits, "workbook") as archive:
        refuse_declarations(name, archive)
        names = archive.namelist()
        if "xl/workbook.bin" in names:
            message = "this is a binary workbook (.xlsb): save it as .xlsx or CSV"
            raise Unreadable(Issue("file_unreadable", message, name))
        facts = (
            scan_tables(name, archive) if "content.xml" in names else _scan(name, archive, limits)
        )
    for sheet, fact in facts.items():
        if fact.rows * fact.columns > limits.cells:
            message = (
                f"sheet “{clean(sheet)}” claims {fact.rows:,} rows x {fact.columns:,} columns; "
                f"the limit is {limits.cells:,} cells"
            )
            raise Unreadable(Issue("file_too_large", message, name))
    return facts


def _scan(name: str, archive: zipfile.ZipFile, limits: Limits) -> dict[str, SheetFacts]:
    percent = percent_styles(name, archive)
    names = set(archive.namelist())
    return {
        sheet: scan_sheet(name, archive, member, percent, limits.cells)
        for sheet, member in sheet_members(name, archive).items()
        if member in names
    }


def _read_sheets(
    name: str, book: CalamineWorkbook, facts: dict[str, SheetFacts], limits: Limits
) -> list[Grid]:
    sheets = [item for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
    if len(sheets) > limits.sheets:
        message = f"the workbook has {len(sheets):,} sheets; the limit is {limits.sheets:,}"
        raise Unreadable(Issue("file_too_large", message, name))
    hidden = [item.name for item in sheets if item.visible != SheetVisibleEnum.Visible]
    issues = _hidden_issues(name, hidden)
    grids: list[Grid] = []
    for item in sheets:
        if item.name not in hidden:
            fact = facts.get(item.name, SheetFacts())
            sheet = book.get_sheet_by_name(item.name)
            grid = _read_sheet(name, item.name, sheet, fact, limits, () if grids else issues)
            grids.extend([grid] if grid else [])
    if not grids:
        message = "the workbook is empty"
        if hidden:
            message += ", apart from hidden sheets, which are not read"
        raise Unreadable(Issue("file_empty", message, name))
    return grids


def _hidden_issues(name: str, hidden: Sequence[str]) -> tuple[Issue, ...]:
    if not hidden:
        return ()
    named = ", ".join(f"“{clean(sheet)}”" for sheet in hidden[:10])
    message = f"hidden sheets were not read: {named}"
    return (Issue("hidden_sheet_skipped", message, name),)


def _read_sheet(
    name: str,
    title: str,
    sheet: CalamineSheet,
    facts: SheetFacts,
    limits: Limits,
    issues: Sequence[Issue],
) -> Grid | None:
    if sheet.start is None or sheet.end is None:
        return None
    title = clean(title).strip()
    label = f"{name} [{title}]"
    first = min([sheet.start[1], *(min(row) for row in facts.texts.values())])
    last = max([sheet.end[1], *(max(row) for row in facts.texts.values())])
    builder = TableBuilder(label, last - first + 1, limits)
    judged = _TextNumbers()
    for row, cells in enumerate(_rows(sheet, facts, first)):
        if row < JUDGED_ROWS:
            judged.look(cells)
        texts = [value if value.__class__ is str else cell_text(value) for value in cells]
        _refuse_long(label, row, texts, limits)
        builder.add(row + 1, texts)
    cells, lines = builder.table()
    if not len(cells):
        return None
    found = [*issues, *builder.issues(), *_sheet_issues(label, sheet, facts)]
    columns = tuple(column for column in judged.columns() if column < cells.shape[1])
    return Grid(name, cells, lines, title, numbers_as_text=columns, issues=tuple(found))


def _rows(sheet: CalamineSheet, facts: SheetFacts, first: int) -> Iterator[list[object]]:
    """Yield the rows of a sheet from its first row on, with what the XML adds to the values."""
    padding: list[object] = [""] * ((sheet.start or (0, 0))[1] - first)
    special = [(_percent, facts.percent), (_boolean, facts.boolean), (_duration, facts.duration)]
    for row, cells in enumerate(sheet.iter_rows()):
        values: list[object] = [*padding, *cells]
        for write, places in special:
            for column, rows in places.items():
                if row in rows and 0 <= column - first < len(values):
                    values[column - first] = write(values[column - first])
        for column, text in facts.texts.get(row, {}).items():
            values.extend([""] * (column - first + 1 - len(values)))
            if values[column - first] == "":
                values[column - first] = text
        yield values


def _percent(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{number_text(float(f'{value * 100:.15g}'))}%"
    return value


def _boolean(value: object) -> object:
    """Undo that the reader of the values gives TRUE of an ODS as 1."""
    return bool(value) if value in (0, 1) else value


def _duration(value: object) -> object:
    """Undo that the reader of the values gives the duration of an ODS as it is stored."""
    found = _STORED_DURATION.fullmatch(value) if isinstance(value, str) else None
    return ":".join([str(int(found[1])), found[2], found[3]]) if found else value


def number_text(value: float) -> str:
    """Write a number with the 15 digits that a workbook keeps: 3.0 as “3”, 0.1+0.2 as “0.3”."""
    if abs(value) < 1e21 and value == int(value):
        return str(int(value))
    text = f"{value:.15g}"
    return format(Decimal(text), "f") if "e-" in text else text


def cell_text(value: object) -> str:
    """Write the value of a cell as text: TRUE or FALSE, numbers and times as said beside."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return number_text(value)
    return time_text(value) if isinstance(value, _TIMES) else str(value)


def time_text(value: dt.date | dt.time | dt.timedelta) -> str:
    """Write a date as ISO, with the time only if there is one; a duration as hours:mm:ss."""
    if isinstance(value, dt.datetime):
        value = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
        return value.isoformat(" ") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        hours, rest = divmod(abs(seconds), 3600)
        return f"{'-' if seconds < 0 else ''}{hours}:{rest // 60:02}:{rest % 60:02}"
    if isinstance(value, dt.time):
        return value.replace(microsecond=0).isoformat()
    return value.isoformat()


def _refuse_long(label: str, row: int, texts: Sequence[str], limits: Limits) -> None:
    if max(map(len, texts), default=0) <= limits.cell:
        return
    column = next(number for number, text in enumerate(texts) if len(text) > limits.cell)
    message = (
        f"row {row + 1:,}, column {column + 1}: the cell is longer than {limits.cell:,} characters"
    )
    raise Unreadable(Issue("file_too_large", message, label, row=row + 1))


class _TextNumbers:
    """Counts, for each column, the texts that read as plain numbers.

    The first text that is no number is taken for the header. Leading zeros make ids of a
    column: there the text is meant.
    """

    def __init__(self) -> None:
        self._filled: Counter[int] = Counter()
        self._numbers: Counter[int] = Counter()
        self._headed: set[int] = set()
        self._ids: set[int] = set()

    def look(self, cells: Sequence[object]) -> None:
        """Take one row into account."""
        for column, value in enumerate(cells):
            if value == "":
                continue
            text = value.strip() if isinstance(value, str) else ""
            number = _PLAIN_NUMBER.fullmatch(text) is not None
            if not number and isinstance(value, str) and column not in self._headed:
                self._headed.add(column)
                continue
            self._filled[column] += 1
            self._numbers[column] += number
            if _LEADING_ZERO.fullmatch(text):
                self._ids.add(column)

    def columns(self) -> tuple[int, ...]:
        """Return the columns in which more than half of the cells are numbers stored as text."""
        return tuple(
            sorted(
                column
                for column, filled in self._filled.items()
                if self._numbers[column] * 2 > filled and column not in self._ids
            )
        )


def _sheet_issues(label: str, sheet: CalamineSheet, facts: SheetFacts) -> Iterator[Issue]:
    if facts.hidden_rows or facts.hidden_columns:
        message = (
            f"{facts.hidden_rows:,} hidden rows and {facts.hidden_columns:,} hidden columns "
            "were read like all others"
        )
        yield Issue("hidden_rows_included", message, label)
    merged = [
        (start, end)
        for start, end in (*(sheet.merged_cell_ranges or ()), *facts.merged)
        if end[0] > start[0]
    ]
    if merged:
        columns = sorted({start[1] for start, _ in merged})
        named = ", ".join(map(column_letters, columns[:NAMED_RANGES]))
        ranges = ", ".join(_range(start, end) for start, end in islice(merged, NAMED_RANGES))
        more = f" and {len(merged) - NAMED_RANGES:,} more" if len(merged) > NAMED_RANGES else ""
        message = (
            f"cells are merged over several rows in column{'s' if len(columns) > 1 else ''} "
            f"{named} ({ranges}{more}); only the first row of each has the value"
        )
        yield Issue("cells_look_merged", message, label, row=merged[0][0][0] + 1, column=named)


def _range(start: tuple[int, int], end: tuple[int, int]) -> str:
    return f"{column_letters(start[1])}{start[0] + 1}:{column_letters(end[1])}{end[0] + 1}"
