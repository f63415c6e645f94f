"""The other collection of bad inputs, ``../shared/bad_inputs``, read as cases of ours.

Its manifest proposes names for warnings and gives refusals in prose; here is what they are
called in this project. The big files that it only describes are made from their descriptions.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.corpus.case import Case

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "bad_inputs"
UPLOAD_NAMES = "inj_upload_names.json"

#: Proposed name of a warning → our codes, any of which will do.
CODES = {
    "already_imported": "AlreadyImported",  # an exception: nothing is stored a second time
    "blank_department": "cells_look_merged",
    "blank_header": "header_blank",
    "confusable_ids": "confusable_ids",
    "control_characters_removed": "control_characters_removed",
    "cycle": "alignment_cycle",
    "date_impossible": "date_impossible",
    "date_order_ambiguous": "date_order_ambiguous",
    "date_out_of_plausible_range": "date_implausible",
    "depth_over_limit": "alignment_too_deep",
    "duplicate_id_conflict": "duplicate_id_conflict",
    "encoding_guessed": "encoding_guessed",
    "fiscal_calendar_assumed": "fiscal_calendar_assumed",
    "footer_rows_skipped": "footer_row_skipped",
    "header_found_on_line_3": "header_below_top",
    "header_found_on_line_4": "header_below_top",
    "header_mapping_assumed": "header_mapping_assumed",
    "hidden_rows_included": "hidden_rows_included",
    "hidden_sheet_ignored": "hidden_sheet_skipped",
    "ids_normalised": "ids_normalised",
    "invalid_bytes_replaced": "invalid_bytes_replaced",
    "long_row_extra_fields": "row_too_long",
    "mojibake_suspected": "mojibake_suspected",
    "not_a_number": "not_a_number",
    "numbers_stored_as_text": "numbers_as_text",
    "parent_ambiguous": "parent_ambiguous",
    "parent_not_found": "parent_not_found",
    "row_rejected_too_many_fields": "row_unreadable",
    "target_equals_start": "target_equals_start",
    "title_truncated_for_display": "title_long",
    "totals_row_skipped": "totals_row_skipped",
    "two_digit_year": "two_digit_year",
    "unit_stripped": "unit_stripped",
    "unterminated_quote": "quote_unclosed",
    "unusual_parent_type": "unusual_parent_type",
}

#: File or generator → codes and words of its refusal, for the sentence that the manifest has.
REFUSALS: dict[str, tuple[str, str]] = {
    "del_double_pipe.csv": ("delimiter_unknown", ", ; tab"),
    "str_no_header.csv": ("header_unknown", "header"),
    "str_wide_quarters.csv": ("layout_wide", ""),
    "str_transposed.csv": ("layout_transposed", ""),
    "str_empty.csv": ("file_empty", "empty"),
    "str_bom_only.csv": ("file_empty", "empty"),
    "str_missing_required.csv": ("column_missing", "id"),
    "str_html_login_page.csv": ("file_unreadable", "web page"),
    "str_gzip.csv": ("file_unreadable", "compressed"),
    "str_binary_noise.csv": ("file_unreadable", ""),
    "xlsx_dimension_lie.xlsx": ("file_too_large|reader_failed", ""),
    "xlsx_bomb_4gb_bzip2.xlsx": ("file_unsafe|file_too_large", ""),
    "xlsx_xxe.xlsx": ("file_unsafe", ""),
    "xlsx_quadratic_blowup.xlsx": ("file_unsafe", ""),
    "xml2003_as.xls": ("file_unreadable", ""),
    "csv_1gb": ("file_too_large", "MB"),
    "csv_million_columns": ("file_too_large", "columns"),
    "csv_10mb_cell": ("file_too_large", "cell|characters"),
    "csv_quote_bomb": ("quote_unclosed|file_too_large", ""),
    "csv_one_long_line": ("file_too_large|header_unknown|delimiter_unknown", ""),
    "xlsx_bomb_4gb_deflate": ("file_unsafe|file_too_large", ""),
}

#: Second outcomes that the notes of the manifest allow.
OTHERWISE: dict[str, Case] = {
    "del_single_quotes.csv": Case("", "", "", "warn", 5),
    "del_unbalanced_quote.csv": Case("", "", "", "reject", codes=("quote_unclosed",), message=("4",)),
    "xlsx_dimension_lie.xlsx": Case("", "", "", "accept", 5),
    "xls_biff8.xls": Case("", "", "", "reject", codes=("file_unreadable",)),
    "ods_libreoffice.ods": Case("", "", "", "reject", codes=("file_unreadable",)),
    # When every row stays out, nothing goes in: the upload is refused with the same words.
    "csv_dup_million": Case("", "", "", "reject", codes=("duplicate_id_conflict",)),
    "xlsx_1m_rows": Case("", "", "", "reject", codes=("file_too_large",)),
}  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """An entry of the manifest without a file: what happens around an upload."""

    wrong: str
    tested: str


def cases(folder: Path = FOLDER) -> list[Case]:
    """Return a case for each file of the manifest; none where the collection is absent."""
    return [_case(entry, entry["file"]) for entry in _entries(folder) if entry["file"]]


def big(folder: Path = FOLDER) -> list[Case]:
    """Return the cases whose files are made by :func:`generate`."""
    return [_case(entry, entry["generator"]) for entry in _entries(folder) if entry["generator"]]


def scenarios(folder: Path = FOLDER) -> list[Scenario]:
    """Return what the manifest says about repeating, racing, breaking off and undoing."""
    return [
        Scenario(entry["wrong"], "see tests/test_store.py, test_bad_input.py and test_incidents.py")
        for entry in _entries(folder)
        if not entry["file"] and not entry["generator"]
    ]


def upload_names(folder: Path = FOLDER) -> list[str]:
    """Return the hostile names under which a good file is uploaded."""
    path = folder / UPLOAD_NAMES
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def _entries(folder: Path) -> list[dict[str, Any]]:
    path = folder / "manifest.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def _case(entry: dict[str, Any], name: str) -> Case:
    codes, words = REFUSALS.get(name, ("", ""))
    case = Case(
        file=name,
        group=entry["group"],
        wrong=entry["wrong"],
        want=entry["want"],
        rows=entry["rows"],
        cells={item: dict(cells) for item, cells in entry["cells"].items()},
        codes=(*(CODES[w] for w in entry["warnings"]), *codes.split()),
        message=tuple(words.split()) if entry["want"] == "reject" else (),
    )
    second = OTHERWISE.get(name)
    if second is None:
        return case
    return replace(case, otherwise=replace(second, file=name, group=case.group, wrong=case.wrong))


# --- the big files -----------------------------------------------------------------------------

_HEADER = b"id,type,title,parent_id,owner,department,period,start,target,current,progress,due\n"
_TAIL = b",Ann,Sales,2026-Q3,,,,45%,2026-09-30\n"


def generate(name: str, folder: Path) -> Path:
    """Write the big file of a generator's name; takes up to a minute and a gigabyte."""
    ending = "xlsx" if name.startswith("xlsx") else "csv"
    path = folder / f"{name}.{ending}"
    if ending == "xlsx":
        _XLSX[name](path)
        return path
    with path.open("wb") as file:
        for part in _CSV[name]():
            file.write(part)
    return path


def _rows(count: int) -> Iterator[bytes]:
    yield _HEADER
    for first in range(0, count, 10_000):
        yield b"".join(
            b"O-%d,objective,Aim %d,%s" % (n, n, _TAIL)
            for n in range(first, min(first + 10_000, count))
        )


def _gigabyte() -> Iterator[bytes]:
    size = 0
    for part in _rows(100_000_000):
        yield part
        size += len(part)
        if size > 1_000_000_000:
            return


def _chain() -> Iterator[bytes]:
    yield _HEADER
    for n in range(1_000_000):
        parent = b"O-%d" % (n - 1) if n else b""
        yield b"O-%d,objective,Aim %d,%s%s" % (n, n, parent, _TAIL)


def _duplicates() -> Iterator[bytes]:
    yield _HEADER
    for n in range(1_000_000):
        yield b"O-1,objective,Aim %d,%s" % (n, _TAIL)


_CSV: dict[str, Callable[[], Iterator[bytes]]] = {
    "csv_1gb": _gigabyte,
    "csv_million_columns": lambda: iter(
        [_HEADER.strip(), b"".join(b",c%d" % n for n in range(1_000_000)), b"\nO-1,objective,Aim\n"]
    ),
    "csv_10mb_cell": lambda: iter(
        [_HEADER, b"O-1,objective,Aim,", _TAIL, b"O-2,objective,", b"x" * 10_000_000, b",", _TAIL]
    ),
    "csv_quote_bomb": lambda: iter([_HEADER, b'O-1,objective,"', *[b"x,y\n" * 250_000] * 200]),
    "csv_one_long_line": lambda: iter([b"x" * 1_000_000] * 500),
    "csv_chain": _chain,
    "csv_dup_million": _duplicates,
}

_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="OKRs" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def _workbook(path: Path, rows: Iterator[bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, f'<?xml version="1.0"?>{content}')
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(_SHEET.encode())
            for row in rows:
                sheet.write(row)
            sheet.write(b"</sheetData></worksheet>")


def _sheet_row(*cells: str) -> bytes:
    inner = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f"<row>{inner}</row>".encode()


def _million_rows(path: Path) -> None:
    def rows() -> Iterator[bytes]:
        yield _sheet_row("id", "type", "title", "period")
        for n in range(1_000_000):
            yield _sheet_row(f"O-{n}", "objective", f"Aim {n}", "2026-Q3")

    _workbook(path, rows())


def _bomb(path: Path) -> None:
    def rows() -> Iterator[bytes]:
        yield _sheet_row("id", "type", "title")
        yield b'<row><c t="inlineStr"><is><t>'
        for _ in range(4_000):
            yield b"A" * 1_000_000
        yield b"</t></is></c></row>"

    _workbook(path, rows())


_XLSX: dict[str, Callable[[Path], None]] = {
    "xlsx_1m_rows": _million_rows,
    "xlsx_bomb_4gb_deflate": _bomb,
}
