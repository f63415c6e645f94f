"""Workbooks: one table, or every public view under a filter with its meaning.

No text becomes a formula or a link: every text is written as text. Rows are written as they come,
so that a workbook never lies in memory as a whole.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

from okr_data import __version__
from okr_data.export.scope import Scope, scope
from okr_data.queries import Filters
from okr_data.store import Progress, Reader, silent
from okr_data.texts import day, t
from okr_data.views import Column, View, public_views

#: What a sheet can hold, its header included; what is more goes on another sheet.
SHEET_ROWS = 1_048_576
#: Letters that a cell can hold.
CELL_LETTERS = 32_767
#: Rows by which the width of a column is judged.
_JUDGED = 200
_NARROW, _WIDE = 9, 60
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FRACTION = re.compile(r"\bfraction|\b0–1\b|\bratio\b", re.IGNORECASE)
_CONTENTS, _COLUMNS = "Contents", "Columns"


class _Book:
    """A workbook that is being written."""

    def __init__(self, sheet_rows: int = SHEET_ROWS) -> None:
        self._target = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._target, _OPTIONS)
        self._book.set_properties({"title": "OKR", "comments": f"OKR alignment {__version__}"})
        self._rows = sheet_rows - 1
        add = self._book.add_format
        self.title = add({"bold": True, "font_size": 16})
        self.muted = add({"font_color": "#5c6573", "text_wrap": True, "valign": "top"})
        self.plain = add({"valign": "top", "text_wrap": True})
        self.link = add({"font_color": "#2f5bea", "valign": "top"})
        self._head = add({"bold": True, "bg_color": "#e9edf3", "bottom": 1, "valign": "top"})
        self._percent = add({"num_format": "0.0%"})
        self._day = add({"num_format": "yyyy-mm-dd"})
        self._moment = add({"num_format": "yyyy-mm-dd hh:mm"})

    def sheet(self, name: str) -> Any:
        """Add a sheet that prints a page wide."""
        added = self._book.add_worksheet(name[:31])
        added.set_landscape()
        added.set_paper(9)  # A4
        added.fit_to_pages(1, 0)
        added.repeat_rows(0)
        return added

    def table(self, name: str, frame: pd.DataFrame, percents: Sequence[str] = ()) -> list[str]:
        """Write a table on a sheet, on more where it is too long; return the names of the sheets."""
        parts = max(1, math.ceil(len(frame) / self._rows))
        names = [name[:31]] + [f"{name[:26]} ({part})" for part in range(2, parts + 1)]
        for part, each in enumerate(names):
            rows = frame.iloc[part * self._rows : (part + 1) * self._rows]
            self._fill(self.sheet(each), rows, set(percents))
        return names

    def _fill(self, sheet: Any, frame: pd.DataFrame, percents: set[str]) -> None:
        columns = [str(name) for name in frame.columns]
        for place, name in enumerate(columns):
            form = self._percent if name in percents else None
            sheet.set_column(place, place, _width(name, frame.iloc[:_JUDGED, place]), form)
        sheet.freeze_panes(1, 1)
        if columns:
            sheet.autofilter(0, 0, max(1, len(frame)), len(columns) - 1)
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name, self._head)
        forms = [self._percent if name in percents else None for name in columns]
        for row, cells in enumerate(frame.itertuples(index=False, name=None), start=1):
            for place, value in enumerate(cells):
                self._cell(sheet, row, place, value, forms[place])

    def _cell(self, sheet: Any, row: int, place: int, value: Any, form: Any) -> None:
        if isinstance(value, str):
            sheet.write_string(row, place, _fitting(value))
        elif isinstance(value, bool):
            sheet.write_boolean(row, place, value)
        elif isinstance(value, list | tuple | dict) or (hasattr(value, "tolist") and value.ndim):
            sheet.write_string(row, place, _fitting(str(value)))
        elif pd.isna(value):
            return
        elif isinstance(value, datetime):
            plain = value.replace(tzinfo=None)
            whole = plain == datetime(plain.year, plain.month, plain.day)
            sheet.write_datetime(row, place, plain, self._day if whole else self._moment)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, self._day)
        elif isinstance(value, int | float) or hasattr(value, "item"):
            plain = value.item() if hasattr(value, "item") else value
            if isinstance(plain, bool):
                sheet.write_boolean(row, place, plain)
            elif math.isfinite(plain):
                sheet.write_number(row, place, plain, form)
        else:
            sheet.write_string(row, place, _fitting(str(value)))

    def to_bytes(self) -> bytes:
        self._book.close()
        return self._target.getvalue()


def _fitting(text: str) -> str:
    return text if len(text) <= CELL_LETTERS else text[: CELL_LETTERS - 1] + "…"


def _width(name: str, values: pd.Series) -> int:
    longest = max((len(str(v)) for v in values if v is not None), default=0)
    return min(_WIDE, max(_NARROW, len(name) + 3, longest + 1))


def _fractions(columns: Sequence[Column]) -> list[str]:
    return [
        column.name
        for column in columns
        if _FRACTION.search(column.meaning)
        or column.name.endswith(("ratio", "coverage", "progress"))
    ]


def table_xlsx(frame: pd.DataFrame, title: str, notes: Sequence[str] = ()) -> bytes:
    """Return one table as a workbook, with what it is on a sheet beside it."""
    book = _Book()
    book.table(t("Data"), frame)
    about = book.sheet(t("About"))
    about.set_column(0, 0, 110)
    about.write_string(0, 0, _fitting(title), book.title)
    for row, note in enumerate((note for note in notes if note), start=1):
        about.write_string(row, 0, _fitting(note), book.plain)
    return book.to_bytes()


def make_workbook(
    reader: Reader,
    filters: Filters | None,
    progress: Progress = silent,
    sheet_rows: int = SHEET_ROWS,
) -> bytes:
    """Return every public view under a filter as a workbook; ``filters`` None = everything.

    A view is limited by those of cycle, department and level that it has as columns.
    """
    of = scope(reader, filters)
    views = public_views()
    counts = {view.name: _count(reader, view, filters) for view in views}
    book = _Book(sheet_rows)
    _contents(book, of, views, counts)
    _meanings(book, views)
    for place, view in enumerate(views):
        progress(view.name, place / len(views))
        frame = reader.frame(
            f"select * from {view.name} o where {_condition(view, filters)} order by all",
            _values(view, filters),
        )
        book.table(view.name, frame, _fractions(view.columns))
    return book.to_bytes()


def _count(reader: Reader, view: View, filters: Filters | None) -> int:
    ((count,),) = reader.rows(
        f"select count(*) from {view.name} o where {_condition(view, filters)}",
        _values(view, filters),
    )
    return int(count)


def limited(view: View, filters: Filters | None) -> Filters | None:
    """Return what of the filters a view can be limited by; None where it has no cycle."""
    names = {column.name for column in view.columns}
    if filters is None or "cycle" not in names:
        return None
    return Filters(
        filters.cycle,
        filters.departments if "department" in names else (),
        filters.levels if "level" in names else (),
    )


def _condition(view: View, filters: Filters | None) -> str:
    found = limited(view, filters)
    return found.condition() if found else "true"


def _values(view: View, filters: Filters | None) -> dict[str, object]:
    found = limited(view, filters)
    return found.parameters() if found else {}


def _contents(book: _Book, of: Scope, views: Sequence[View], counts: dict[str, int]) -> None:
    sheet = book.sheet(_CONTENTS)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 110)
    sheet.write_string(0, 0, t("OKR figures"), book.title)
    about = (
        (t("As of"), day(of.as_of)),
        (t("Cycle"), of.cycle_name),
        (t("Limited to"), of.part() or t("everything")),
        (t("Settings"), of.settings.digest()),
    )
    for row, (name, value) in enumerate(about, start=1):
        sheet.write_string(row, 0, name, book.muted)
        sheet.write_string(row, 1, _fitting(value))
    start = len(about) + 3
    for place, name in enumerate((t("Sheet"), t("Rows"), t("What it holds"))):
        sheet.write_string(start - 1, place, name, book.muted)
    for row, view in enumerate(views, start=start):
        # Programs other than Excel do not make room for wrapped text by themselves.
        sheet.set_row(row, 15 * math.ceil(len(view.purpose) / 105))
        sheet.write_url(row, 0, f"internal:'{view.name}'!A1", book.link, view.name)
        sheet.write_number(row, 1, counts[view.name])
        sheet.write_string(row, 2, view.purpose, book.plain)
    sheet.write_string(
        start + len(views) + 1, 0,
        t("Ratios and progress are fractions, shown as percent; an empty cell means not known, never 0."),
        book.muted,
    )  # fmt: skip
    sheet.set_row(start + len(views) + 1, 48)


def _meanings(book: _Book, views: Sequence[View]) -> None:
    rows = [(view.name, column.name, column.meaning) for view in views for column in view.columns]
    names = ["view", "column", "meaning"]
    book.table(_COLUMNS, pd.DataFrame(rows, columns=names))


__all__ = ["SHEET_ROWS", "limited", "make_workbook", "table_xlsx"]
