"""Workbooks: what is unsafe is refused before it is unpacked, cells become text by fixed rules."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from okr_data.ingest.grid import Grid, Limits, Unreadable
from okr_data.ingest.openxml import column_letters, column_number, shown_link
from okr_data.ingest.workbook import cell_text, number_text, read_workbook
from tests.bad_inputs import bad_input

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def book(fill: Callable[[Worksheet], object], title: str = "OKRs") -> bytes:
    """Write a workbook of one sheet."""
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active.title = title
    fill(made.active)
    return saved(made)


def saved(made: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def raw(
    sheet: str,
    before: str = "",
    styles: str = "",
    method: int = zipfile.ZIP_DEFLATED,
    more: dict[str, bytes] | None = None,
) -> bytes:
    """Write a workbook of one sheet from its XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
            '"/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'spreadsheetml.sheet.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
            '<sheet name="OKRs" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{RELATIONS}/styles" Target="styles.xml"/>'
            "</Relationships>",
        )
        if styles:
            archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>')
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'{before}<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        )
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def one(content: bytes) -> Grid:
    (grid,) = read_workbook("a.xlsx", content)
    return grid


def rows(grid: Grid) -> list[list[str | None]]:
    return [
        [cell if isinstance(cell, str) else None for cell in row] for row in grid.cells.to_numpy()
    ]


def codes(grid: Grid) -> list[str]:
    return [issue.code for issue in grid.issues]


def refusal(content: bytes, limits: Limits | None = None) -> tuple[str, str]:
    with pytest.raises(Unreadable) as refused:
        read_workbook("a.xlsx", content, limits or Limits())
    return refused.value.issue.code, refused.value.issue.message


VALUES = [
    (3.0, "3"),
    (0.1 + 0.2, "0.3"),
    (1335000.0, "1335000"),
    (-4.5, "-4.5"),
    (0.0000001, "0.0000001"),
    (12345678901234567.0, "12345678901234568"),
    (True, "TRUE"),
    (dt.date(2026, 9, 30), "2026-09-30"),
    (dt.datetime(2026, 9, 30), "2026-09-30"),
    (dt.datetime(2026, 9, 30, 13, 5), "2026-09-30 13:05:00"),
    (dt.datetime(2026, 9, 30, 13, 4, 59, 999_600), "2026-09-30 13:05:00"),
    (dt.time(3, 4), "03:04:00"),
    (dt.timedelta(hours=30), "30:00:00"),
    ("007", "007"),
]


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=str)
def test_values_as_text(value: object, expected: str) -> None:
    assert cell_text(value) == expected
    if not isinstance(value, (float, dt.timedelta)):
        assert rows(one(book(lambda sheet: sheet.append(["x", value]))))[0] == ["x", expected]


def test_large_numbers_are_written_out_up_to_a_limit() -> None:
    assert number_text(1e20) == "100000000000000000000"
    assert number_text(1e300) == "1e+300"


def test_percent_formats_are_told_cell_by_cell() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["id", "now"])
        for number, (value, form) in enumerate(
            [(0.45, "0%"), (0.075, "0.0%"), (12, "0"), (1, "0.00 %"), (5, '0"%"'), ("x", "0%")], 2
        ):
            sheet.append([f"K{number}", value])
            sheet.cell(number, 2).number_format = form

    assert [row[1] for row in rows(one(book(fill)))] == [
        "now", "45%", "7.5%", "12", "100%", "5", "x",
    ]  # fmt: skip


def test_links_without_a_stored_text_show_their_text() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Id", "Title"])
        sheet.append(['=HYPERLINK("https://x.example/1?a=1&b=2","2295776")', "one"])
        sheet.append(['=HYPERLINK("https://x.example/2", 17)', "two"])
        sheet.append(["=1+1", "three"])

    grid = one(book(fill))
    assert rows(grid) == [["Id", "Title"], ["2295776", "one"], ["17", "two"], [None, "three"]]
    stored = '<row r="1"><c r="A1" t="str"><f>HYPERLINK("u","t")</f><v>kept</v></c></row>'
    assert rows(one(raw(stored))) == [["kept"]]


LINKS = [
    ('HYPERLINK("u","a ""b""")', 'a "b"'),
    ('=hyperlink("u";"x")', "x"),
    ('HYPERLINK("u")', "u"),
    ('HYPERLINK(A1,"x")', ""),
    ("SUM(A1)", ""),
]


@pytest.mark.parametrize(("formula", "expected"), LINKS)
def test_the_text_of_a_link(formula: str, expected: str) -> None:
    assert shown_link(formula) == expected


def test_error_values_are_text() -> None:
    sheet = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="D1" t="e"><v>#N/A</v></c></row>'
    )
    assert rows(one(raw(sheet))) == [["1", "#DIV/0!", None, "#N/A"]]


def test_rich_text_and_phonetic_guides() -> None:
    sheet = (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t xml:space="preserve">Grow </t></r>'
        "<r><rPr><b/></rPr><t>revenue</t></r><rPh sb='0' eb='1'><t>ぐ</t></rPh></is></c></row>"
    )
    assert rows(one(raw(sheet))) == [["Grow revenue"]]


def test_lines_are_rows_of_the_sheet_and_blank_ends_are_dropped() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B3"] = "id"
        sheet["C3"] = " \xa0x\x9b "
        sheet["B5"] = "1"
        for row in range(6, 5006):
            sheet.cell(row, 9).font = Font(bold=True)

    grid = one(book(fill, "Q3"))
    assert grid.lines.tolist() == [1, 2, 3, 4, 5]
    assert rows(grid)[2:] == [["id", "x"], [None, None], ["1", None]]
    assert (grid.sheet, grid.label) == ("Q3", "a.xlsx [Q3]")


def test_sheets_hidden_and_shown() -> None:
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active["A1"] = "first"
    for title, state in [("pay", "veryHidden"), ("old", "hidden"), ("more", "visible")]:
        sheet = made.create_sheet(title)
        sheet.sheet_state = state
        sheet["A1"] = title
    made.create_sheet("blank")
    first, second = read_workbook("a.xlsx", saved(made))
    assert (first.sheet, second.sheet) == ("Sheet", "more")
    (issue,) = first.issues
    assert issue.code == "hidden_sheet_skipped"
    assert "“pay”, “old”" in issue.message


def test_hidden_rows_and_columns_are_read_and_reported() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in range(1, 4):
            sheet.append([row, 2, 3])
        sheet.row_dimensions[2].hidden = True
        sheet.row_dimensions[900].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.column_dimensions["Z"].hidden = True

    grid = one(book(fill))
    assert len(grid.cells) == 3
    assert [str(issue) for issue in grid.issues] == [
        "a.xlsx [OKRs]: 1 hidden rows and 1 hidden columns were read like all others"
    ]


def test_merged_cells_are_reported_and_not_filled() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Company OKRs", None])
        sheet.append(["a", "x"])
        sheet.append([None, "y"])
        sheet.merge_cells("A1:B1")
        sheet.merge_cells("A2:A3")

    grid = one(book(fill))
    assert rows(grid)[1:] == [["a", "x"], [None, "y"]]
    (issue,) = grid.issues
    assert (issue.code, issue.row, issue.column) == ("cells_look_merged", 2, "A")
    assert "A2:A3" in issue.message


def test_numbers_stored_as_text() -> None:
    content = book(
        lambda sheet: [
            sheet.append(row)
            for row in [
                ["id", "zip", "target", "real", "share"],
                ["K1", "0123", "1200000", 1, "45%"],
                ["K2", "4567", "1,500", 2, "20%"],
                ["K3", "0042", 3, 3, "1%"],
            ]
        ]
    )
    assert one(content).numbers_as_text == (2,)


def test_columns_have_letters() -> None:
    assert [column_letters(number) for number in (0, 25, 26, 701, 702, 16383)] == [
        "A", "Z", "AA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip
    assert all(column_number(column_letters(number)) == number for number in range(0, 17_000, 7))


FAR = '<row r="1"><c r="A1"><v>1</v></c></row>{}'
HUGE = "1,048,576 rows x 16,384 columns; the limit is 60,000,000 cells"
FAR_CELLS = [
    ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', HUGE),
    ("<row r='1048576'><c s='0' r='XFD1048576' ><v>1</v></c></row>", HUGE),
    ('<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>', HUGE),
    ('<row r="1048576"><c r="XFD1048576" s="0"/></row>', ""),
    ('<row r="1048576"><c r="XFD1048576" s="0"></c></row>', ""),
    ('<row r="9"><c r="XFD9"><v>1</v></c></row>', ""),
]


@pytest.mark.parametrize(("cell", "words"), FAR_CELLS)
def test_a_sheet_is_as_large_as_its_cells(cell: str, words: str) -> None:
    content = raw(FAR.format(cell))
    if words:
        code, message = refusal(content)
        assert code == "file_too_large"
        assert words in message
    else:
        assert rows(one(content))[0][0] == "1"


def test_cells_with_a_prefix_are_seen_too() -> None:
    content = raw("")
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1048576">'
        '<x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )
    source = zipfile.ZipFile(io.BytesIO(content))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            is_sheet = name.endswith("sheet1.xml")
            archive.writestr(name, sheet.encode() if is_sheet else source.read(name))
    assert refusal(out.getvalue())[0] == "file_too_large"


UNSAFE = [
    (raw(FAR.format(""), method=zipfile.ZIP_BZIP2), "file_unsafe", "compression method"),
    (raw(FAR.format(""), '<!DOCTYPE x [<!ENTITY a "b">]>'), "file_unsafe", "DTD not allowed"),
    (raw(FAR.format(""), "\ufeff" + " " * 9000 + "<!DOCTYPE x>"), "file_unsafe", "DTD"),
    (raw(" " * 300_000_000), "file_too_large", "the workbook unpacks to 286 MB; the limit is"),
    (raw(FAR.format(""), more={"xl/workbook.bin": b""}), "file_unreadable", ".xlsb"),
    (raw(""), "file_empty", "the workbook is empty"),
    (b"PK\x03\x04abc", "file_unreadable", "damaged"),
    (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "file_unreadable", "damaged"),
    (
        b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        "file_unreadable",
        "protected by a password",
    ),
]


@pytest.mark.parametrize(("content", "code", "words"), UNSAFE, ids=lambda value: str(value)[-20:])
def test_unsafe_and_broken_workbooks(content: bytes, code: str, words: str) -> None:
    found, message = refusal(content)
    assert found == code
    assert words in message


def test_limits_of_sheets_cells_and_members() -> None:
    content = raw(FAR.format('<row r="2"><c r="C2" t="str"><v>xxxxxx</v></c></row>'))
    assert "2 rows x 3 columns; the limit is 5" in refusal(content, Limits(cells=5))[1]
    assert "row 2, column 3" in refusal(content, Limits(cell=5))[1]
    assert "5 files; the limit is 4" in refusal(content, Limits(members=4))[1]
    assert "1 sheets; the limit is 0" in refusal(content, Limits(sheets=0))[1]


def test_damage_anywhere_is_refused_or_harmless() -> None:
    content = book(lambda sheet: [sheet.append([row, "x"]) for row in range(9)])
    codes_seen: set[str] = set()
    for position in range(0, len(content), 97):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        try:
            read_workbook("a.xlsx", bytes(damaged))
        except Unreadable as refused:
            codes_seen.add(refused.issue.code)
    assert codes_seen == {"file_unreadable"}
    for cut in range(0, len(content), 499):
        with pytest.raises(Unreadable):
            read_workbook("a.xlsx", content[:cut] or b"PK")


def test_a_member_that_unpacks_to_more_than_it_says_is_refused() -> None:
    content = raw(FAR.format(""), more={"xl/sharedStrings.xml": b"<sst>" + b" " * 3_000_000})
    size = (3_000_005).to_bytes(4, "little")
    assert content.count(size) == 2
    assert refusal(content.replace(size, (50_000).to_bytes(4, "little")))[0] == "file_unreadable"


def ods(table: str) -> bytes:
    """Write an ODS of one table from its XML."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="OKRs">{table}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


CELL = '<table:table-cell {} office:value-type="{}" {}><text:p>{}</text:p></table:table-cell>'


def test_ods_percentages_merged_cells_and_blank_ends() -> None:
    table = (
        "<table:table-row>"
        + CELL.format("", "string", "", "id")
        + CELL.format("", "percentage", 'office:value="0.45"', "45%")
        + '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        + '<table:table-row table:visibility="collapse">'
        + CELL.format('table:number-rows-spanned="2"', "string", "", "x")
        + CELL.format("", "float", 'office:value="3"', "3")
        + "</table:table-row><table:table-row>"
        + CELL.format("", "time", 'office:time-value="PT30H05M00S"', "30:05:00")
        + CELL.format("", "boolean", 'office:boolean-value="true"', "TRUE")
        + "</table:table-row>"
        + '<table:table-row table:number-rows-repeated="1048573">'
        + '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    grid = one(ods(table))
    assert rows(grid) == [["id", "45%"], ["x", "3"], ["30:05:00", "TRUE"]]
    assert codes(grid) == ["hidden_rows_included", "cells_look_merged"]


def test_ods_with_repeated_content_is_refused() -> None:
    row = CELL.format('table:number-columns-repeated="16384"', "float", 'office:value="1"', "1")
    table = f'<table:table-row table:number-rows-repeated="1048576">{row}</table:table-row>'
    assert HUGE in refusal(ods(table))[1]


COLLECTED = [
    ("xlsx_ok.xlsx", 6, []),
    ("xlsx_very_hidden_sheet.xlsx", 6, ["hidden_sheet_skipped"]),
    ("xlsx_hidden_rows_columns.xlsx", 6, ["hidden_rows_included"]),
    ("xlsx_formula_cached.xlsx", 6, []),
    ("xlsx_dde_formula.xlsx", 6, []),
    ("xlsx_dates_mixed.xlsx", 6, []),
    ("xlsx_numbers_as_text.xlsx", 6, []),
    ("xls_biff8.xls", 6, []),
    ("ods_libreoffice.ods", 6, []),
    ("xlsx_zip_traversal.xlsx", 6, []),
    ("xlsx_strict_ns.xlsx", 6, []),
    ("xlsx_rich_text.xlsx", 2, []),
    ("xlsx_header_row3_totals.xlsx", 9, []),
    ("xlsx_styled_blank_rows.xlsx", 6, []),
]


@pytest.mark.parametrize(("name", "count", "expected"), COLLECTED, ids=str)
def test_collected_workbooks_read(name: str, count: int, expected: list[str]) -> None:
    (grid,) = read_workbook(name, bad_input(name))
    assert (len(grid.cells), codes(grid)) == (count, expected)
    assert grid.numbers_as_text == ((7, 8, 9) if "as_text" in name else ())
    if count == 6:
        column = grid.cells.iloc[0].tolist().index("current")
        assert grid.cells.iloc[2, column] == "1335000"
        assert grid.cells.iloc[2, column + 2] == "2026-09-30"


COLLECTED_REFUSED = [
    ("xlsx_dimension_lie.xlsx", "file_too_large", "1,048,576 rows x 16,384 columns"),
    ("xlsx_bomb_4gb_bzip2.xlsx", "file_unsafe", "compression method"),
    ("xlsx_xxe.xlsx", "file_unsafe", "DTD not allowed in a workbook"),
    ("xlsx_quadratic_blowup.xlsx", "file_unsafe", "DTD not allowed in a workbook"),
]


@pytest.mark.parametrize(("name", "code", "words"), COLLECTED_REFUSED, ids=str)
def test_collected_workbooks_are_refused(name: str, code: str, words: str) -> None:
    found, message = refusal(bad_input(name))
    assert found == code
    assert words in message
