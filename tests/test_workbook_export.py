"""Workbooks that leave the dashboard: they hold the views, and no text of a user runs."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import openpyxl
import pandas as pd
import pytest

from okr_data.export.workbook import CELL_LETTERS, limited, make_workbook, table_xlsx
from okr_data.neutral import neutral_csv
from okr_data.queries import Filters
from okr_data.store import Store
from okr_data.views import public_views
from tests.conftest import take_in

#: What spreadsheets run, or send away, where a text is taken for more than a text.
HOSTILE = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "=cmd|' /C calc'!A0", "＝1+1",
    '=HYPERLINK("http://x.example","y")', "http://x.example", "mailto:a@x.example", "internal:A1",
    "file:///etc/passwd", "{=1+1}", '"=1+1', "زيادة 🚀 市場", "x" * (CELL_LETTERS + 5), "\x00\x0b_x0041_",
)  # fmt: skip


def sheets_of(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def assert_no_formula(content: bytes, links: bool = False) -> None:
    """Look into the file itself: no formula in any sheet, no link, nothing outside."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            text = parts.read(name).decode("utf-8", "replace")
            assert not re.search(r"<f[ >]|TargetMode|ddeLink", text), name
            if name.startswith("xl/worksheets/") and not links:
                assert "<hyperlink" not in text, name


def test_texts_of_users_stay_texts() -> None:
    frame = pd.DataFrame({name: [name] for name in HOSTILE})
    content = table_xlsx(frame, HOSTILE[0], HOSTILE)
    assert_no_formula(content)
    data = sheets_of(content)["Data"]
    for place, text in enumerate(HOSTILE, start=1):
        cell = data.cell(2, place)
        assert cell.data_type == "s"
        if text.isprintable() and len(text) < CELL_LETTERS:
            assert cell.value == text


@pytest.mark.parametrize("text", HOSTILE[:8])
def test_a_csv_of_such_texts_begins_no_cell_with_a_formula(text: str) -> None:
    content = neutral_csv(pd.DataFrame({"a": [text]})).decode().removeprefix("\ufeff")
    cell = content.split("\n", 1)[1].strip('"\n')
    assert cell.startswith("'")


def test_a_workbook_holds_every_view_as_it_is(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        content = make_workbook(reader, None)
        book = pd.read_excel(io.BytesIO(content), sheet_name=None, engine="calamine")
        for view in public_views():
            frame = reader.frame(f"select * from {view.name} order by all")
            read = book[view.name]
            assert list(read.columns) == list(frame.columns), view.name
            assert len(read) == len(frame), view.name
            for name in frame.select_dtypes("number"):
                pd.testing.assert_series_equal(
                    read[name].astype(float), frame[name].astype(float), check_dtype=False
                )
    assert_no_formula(content, links=True)


def test_a_workbook_keeps_to_the_filter_and_says_it(sample_store: Store) -> None:
    filters = Filters("Q4 2026", ("Sales",))
    with sample_store.reader() as reader:
        book = sheets_of(make_workbook(reader, filters))
        ((count,),) = reader.rows(
            "select count(*) from objective_progress where cycle = 'Q4 2026' and department = 'Sales'"
        )
    rows = list(book["objective_progress"].values)
    assert len(rows) == count + 1
    said = [cell for row in book["Contents"].iter_rows(values_only=True) for cell in row if cell]
    assert {"Q4 2026", "Sales", "20 Nov 2026"} <= set(said)
    assert all(view.purpose in said for view in public_views())


def test_percents_and_days_are_numbers_that_are_shown_so(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        sheet = sheets_of(make_workbook(reader, Filters("Q4 2026")))["objective_progress"]
    header = [cell.value for cell in sheet[1]]
    progress = sheet.cell(2, header.index("progress") + 1)
    assert progress.number_format == "0.0%"
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref


def test_what_is_too_long_for_a_sheet_goes_on_another(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        book = sheets_of(make_workbook(reader, Filters("Q4 2026"), sheet_rows=51))
        ((count,),) = reader.rows("select count(*) from objective_progress where cycle = 'Q4 2026'")
    parts = [name for name in book.sheetnames if name.startswith("objective_progress")]
    assert parts == ["objective_progress", "objective_progress (2)"]
    assert sum(book[name].max_row - 1 for name in parts) == count
    assert len(set(book.sheetnames)) == len(book.sheetnames)


def test_nothing_under_the_filter_is_a_workbook_too(store: Store) -> None:
    take_in(store, as_of=date(2026, 10, 4), objectives="id | title | cycle\nO-1 | a | Q4 2026")
    with store.reader() as reader:
        book = sheets_of(make_workbook(reader, Filters("Q1 1999")))
    assert book["objective_progress"].max_row == 1


def test_only_what_a_view_has_limits_it() -> None:
    views = {view.name: view for view in public_views()}
    filters = Filters("Q4 2026", ("Sales",), ("team",))
    assert limited(views["import_issue"], filters) is None
    assert limited(views["objective_progress"], filters) == filters
    assert limited(views["level_progress"], filters) == Filters("Q4 2026", (), ("team",))
