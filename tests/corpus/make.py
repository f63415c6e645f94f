"""The project's own messy files: invented, made anew at each run, the same bytes every time.

``python -m tests.corpus.make FOLDER`` writes them for a look. Nothing of it is kept in git but
this script. The company is a ferry line; all names are invented. The same five items stand in most
files, so that a case is only what is wrong with it::

    F-10 objective  ── F-11 key result (82 → 94, at 88: 50 %)
      │             └─ F-12 key result (12 → 6, at 7.5: 75 %)
      └─ F-20 objective ── F-21 key result (18.5 → 12, at 15.9: 40 %)
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import struct
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from tests.corpus.case import Case, Cell, Want

COLUMNS = (
    "id", "type", "title", "parent_id", "owner", "department", "period", "start", "target",
    "current", "progress", "due",
)  # fmt: skip
ITEMS: tuple[dict[str, str], ...] = tuple(
    dict(zip(COLUMNS, line.split("|"), strict=True))
    for line in (
        "F-10|objective|Become the ferry that commuters trust||Inés Çelik|Operations|Q3 2026||||60%|2026-09-30",
        "F-11|key_result|Punctual departures from 82 to 94|F-10|Inés Çelik|Operations|Q3 2026|82|94|88|50%|2026-09-30",
        "F-12|key_result|Complaints per 10,000 trips from 12 to 6|F-10|Tomás Ibáñez|Operations|Q3 2026|12|6|7.5|75%|2026-09-30",
        "F-20|objective|A crew that wants to stay|F-10|Bjørn Åkesson|Crew|Q3 2026||||40%|2026-09-30",
        "F-21|key_result|Crew turnover from 18.5 to 12|F-20|Bjørn Åkesson|Crew|Q3 2026|18.5|12|15.9|40%|2026-09-30",
    )
)
TITLES = {item["id"]: item["title"] for item in ITEMS}
#: What must be stored of the five items where nothing is wrong with them.
RIGHT: dict[str, dict[str, Cell]] = {
    "F-10": {"title": TITLES["F-10"], "owner": "Inés Çelik", "parent_id": None},
    "F-11": {"parent_id": "F-10", "start": 82.0, "target": 94.0, "current": 88.0},
    "F-12": {"parent_id": "F-10", "start": 12.0, "target": 6.0, "current": 7.5, "progress": 0.75},
    "F-20": {"parent_id": "F-10", "owner": "Bjørn Åkesson", "due": "2026-09-30"},
    "F-21": {"parent_id": "F-20", "start": 18.5, "target": 12.0, "current": 15.9},
}
BY_TITLE: dict[str, dict[str, Cell]] = {
    TITLES["F-11"]: {"parent_id": TITLES["F-10"], "start": 82.0, "target": 94.0, "current": 88.0},
    TITLES["F-12"]: {"parent_id": TITLES["F-10"], "target": 6.0, "current": 7.5},
    TITLES["F-21"]: {"parent_id": TITLES["F-20"], "target": 12.0, "current": 15.9},
}
#: Excel's number for 30 September 2026.
SERIAL = (date(2026, 9, 30) - date(1899, 12, 30)).days

Items = Sequence[dict[str, str]]


# --- tables as text ----------------------------------------------------------------------------


def changed(changes: dict[str, dict[str, str]], items: Items = ITEMS) -> list[dict[str, str]]:
    """Return the items with some cells changed, by id; what is new in them is a further column."""
    return [{**item, **changes.get(item["id"], {})} for item in items]


def each(column: str, values: Sequence[str], items: Items = ITEMS) -> list[dict[str, str]]:
    """Return the items with one column filled from a list."""
    return [{**item, column: value} for item, value in zip(items, values, strict=True)]


def quoted(cell: str, separator: str) -> str:
    if separator in cell or any(sign in cell for sign in '"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def line(cells: Iterable[str], separator: str = ",") -> str:
    return separator.join(quoted(cell, separator) for cell in cells)


def text(
    items: Items = ITEMS,
    columns: Sequence[str] = COLUMNS,
    separator: str = ",",
    headers: Sequence[str] | None = None,
    end: str = "\n",
) -> str:
    """Write items as delimited text."""
    rows = [list(headers or columns), *([item.get(c, "") for c in columns] for item in items)]
    return end.join(line(row, separator) for row in rows) + end


def shuffled(seed: int, columns: Sequence[str] = COLUMNS) -> list[str]:
    """Return the columns in another order, the same at each run."""
    order = list(columns)
    random.Random(seed).shuffle(order)
    return order


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


# --- workbooks and archives --------------------------------------------------------------------

_STAMP = (2026, 10, 1, 12, 0, 0)


def packed(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive with fixed times."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, _STAMP), content, compress_type=method)
    return memory.getvalue()


def members(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def typed(cell: str, column: str) -> Any:
    """Return what a spreadsheet would hold for a cell of the five items."""
    if cell == "":
        return None
    if column in ("start", "target", "current"):
        return float(cell)
    if column == "progress":
        return float(cell.rstrip("%")) / 100
    if column == "due":
        return datetime.fromisoformat(cell)
    return cell


def fill(sheet: Worksheet, items: Items = ITEMS, columns: Sequence[str] = COLUMNS) -> None:
    """Write items below what a sheet holds: figures as figures, dates as dates, percents as 0 %."""
    sheet.append(list(columns))
    for item in items:
        sheet.append([typed(item.get(column, ""), column) for column in columns])
        for number, column in enumerate(columns, start=1):
            cell = sheet.cell(sheet.max_row, number)
            if column == "progress":
                cell.number_format = "0%"
            if column == "due":
                cell.number_format = "yyyy-mm-dd"


def book(*sheets: str) -> tuple[Workbook, list[Worksheet]]:
    """Return a new workbook with sheets of these names."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    return workbook, [workbook.create_sheet(name) for name in sheets]


def saved(workbook: Workbook) -> bytes:
    """Return the bytes of a workbook, with fixed times so that each run makes the same file."""
    memory = io.BytesIO()
    workbook.properties.created = workbook.properties.modified = datetime(*_STAMP)
    workbook.save(memory)
    parts = []
    for name, content in members(memory.getvalue()):
        if name == "docProps/core.xml":
            parts.append(
                (name, re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2026-10-01T12:00:00Z", content))
            )
        else:
            parts.append((name, content))
    return packed(parts)


def plain_book(items: Items = ITEMS, columns: Sequence[str] = COLUMNS) -> bytes:
    workbook, (sheet,) = book("OKRs")
    fill(sheet, items, columns)
    return saved(workbook)


def compound_file(*names: str) -> bytes:
    """Return the shell of an old Office file with entries of these names and nothing in them."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, 4096, end, 0, end, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", fat, end, *[free] * 126)
    directory = b""
    for number, name in enumerate(("Root Entry", *names)):
        encoded = name.encode("utf-16-le") + b"\0\0"
        directory += struct.pack(
            "<64sHBBIII16sIQQIQ", encoded, len(encoded), 5 if number == 0 else 2, 1, free,
            number + 1 if 0 < number < len(names) else free, 1 if number == 0 else free,
            b"", 0, 0, 0, end, 0,
        )  # fmt: skip
    return (header + table + directory.ljust(512, b"\0")).ljust(4096, b"\0")


def open_document(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return an OpenDocument spreadsheet, padded with repeated empty cells as LibreOffice does."""
    out = []
    for row in rows:
        cells = ""
        for cell in row:
            if cell is None:
                cells += "<table:table-cell/>"
            elif isinstance(cell, float):
                cells += (
                    f'<table:table-cell office:value-type="float" office:value="{cell}">'
                    f"<text:p>{cell}</text:p></table:table-cell>"
                )
            elif isinstance(cell, datetime):
                cells += (
                    f'<table:table-cell office:value-type="date" office:date-value="{cell:%Y-%m-%d}">'
                    f"<text:p>{cell:%d.%m.%y}</text:p></table:table-cell>"
                )
            else:
                cells += (
                    '<table:table-cell office:value-type="string">'
                    f"<text:p>{cell}</text:p></table:table-cell>"
                )
        out.append(
            f'<table:table-row>{cells}<table:table-cell table:number-columns-repeated="16000"/>'
            "</table:table-row>"
        )
    name = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{name}office:1.0" '
        f'xmlns:table="{name}table:1.0" xmlns:text="{name}text:1.0" office:version="1.3">'
        f'<office:body><office:spreadsheet><table:table table:name="OKRs">{"".join(out)}'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{name}manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    return packed(
        [
            ("mimetype", kind.encode()),
            ("content.xml", content.encode()),
            ("META-INF/manifest.xml", manifest.encode()),
        ],
        zipfile.ZIP_STORED,
    )


# --- the collection ----------------------------------------------------------------------------


@dataclass
class Collection:
    """The files and cases as they are made."""

    folder: Path
    cases: list[Case] = field(default_factory=list)

    def write(self, file: str, content: bytes | str) -> str:
        data = content.encode("utf-8") if isinstance(content, str) else content
        (self.folder / file).write_bytes(data)
        return file

    def add(
        self,
        file: str,
        content: bytes | str,
        wrong: str,
        want: Want = "accept",
        rows: int | None = 5,
        cells: Any = None,
        codes: str = "",
        message: str = "",
        also: dict[str, bytes | str] | None = None,
        otherwise: Case | None = None,
    ) -> None:
        """Write a file and say what should become of it; ``codes`` and ``message`` by blanks."""
        self.write(file, content)
        for name, further in (also or {}).items():
            self.write(name, further)
        group = file.split("_", 1)[0]
        case = Case(
            file, group, wrong, want, None if want == "reject" else rows,
            {} if want == "reject" else (RIGHT if cells is None else cells),
            tuple(codes.split()), tuple(message.split()), tuple(also or ()),
        )  # fmt: skip
        if otherwise is not None:
            otherwise = replace(
                otherwise, file=file, group=group, wrong=wrong, also=tuple(also or ())
            )
        self.cases.append(replace(case, otherwise=otherwise))


def or_reject(codes: str) -> Case:
    return Case("", "", "", "reject", codes=tuple(codes.split()))


def or_warn(codes: str, rows: int | None = 5, cells: Any = None) -> Case:
    return Case("", "", "", "warn", rows, RIGHT if cells is None else cells, tuple(codes.split()))


def or_accept(rows: int | None = 5, cells: Any = None) -> Case:
    return Case("", "", "", "accept", rows, RIGHT if cells is None else cells)


def make(folder: Path) -> list[Case]:
    """Write every file into a folder; return the cases."""
    folder.mkdir(parents=True, exist_ok=True)
    collection = Collection(folder)
    for part in (
        encodings, delimiters, headers, layouts, figures, percents, dates, parents, identities,
        texts, workbooks, workbook_cells, broken_workbooks, archives, other_kinds,
    ):  # fmt: skip
        part(collection)
    return collection.cases


# The tables are wide on purpose: a case is one line.
# fmt: off


def encodings(to: Collection) -> None:
    to.add("enc_utf16be.csv", b"\xfe\xff" + text(separator=";").encode("utf-16-be"), "UTF-16 BE with a mark, semicolons")
    to.add("enc_utf32.txt", text(separator="\t").encode("utf-32"), "UTF-32 with a mark, tabs", otherwise=or_reject("file_unreadable"))
    to.add("enc_utf8_mark_semicolon.csv", b"\xef\xbb\xbf" + text(columns=shuffled(1), separator=";", end="\r\n").encode(), "UTF-8 with a mark and semicolons, as Excel saves it in Europe")
    to.add("enc_latin1.csv", text().encode("latin-1"), "Latin-1, no other sign than accents", "warn", codes="encoding_guessed")
    to.add("enc_cp1252_signs.csv", text(changed({"F-10": {"title": "Trust – “on time”, 1 € a trip"}})).encode("cp1252"), "Windows-1252 with dashes, quotes and euro", "warn", cells={"F-10": {"title": "Trust – “on time”, 1 € a trip", "owner": "Inés Çelik"}}, codes="encoding_guessed")
    # Every byte is a letter in Windows-1252 as well: the names cannot be told, so they are not asked for.
    central = changed({"F-10": {"owner": "Žofie Dvořáková"}, "F-20": {"owner": "Łukasz Brzęczyk"}}, changed({"F-12": {"owner": "Ann"}, "F-11": {"owner": "Ann"}, "F-21": {"owner": "Ann"}}))
    to.add("enc_cp1250.csv", text(central).encode("cp1250"), "Windows-1250 (Czech, Polish): looks like Windows-1252", "warn", cells={"F-11": RIGHT["F-11"]}, codes="encoding_guessed")
    head, *rest = text().splitlines(keepends=True)
    to.add("enc_mixed.csv", head.encode() + b"".join(row.encode("cp1252" if n % 2 else "utf-8") for n, row in enumerate(rest)), "UTF-8 and Windows-1252 lines in one file", "warn", cells={"F-11": RIGHT["F-11"], "F-21": RIGHT["F-21"]}, codes="encoding_guessed|invalid_bytes_replaced|mojibake_suspected")
    to.add("enc_one_bad_byte.csv", text().encode().replace(b"commuters trust", b"commuters \xff trust"), "UTF-8 with one byte that is none: the other names must survive", "warn", cells={"F-20": RIGHT["F-20"], "F-10": {"owner": "Inés Çelik"}}, codes="invalid_bytes_replaced")
    japanese = changed({"F-10": {"title": "通勤客に信頼される船になる", "owner": "Ann"}, "F-20": {"title": "辞めたくない乗組員", "owner": "Ann"}}, changed({i: {"owner": "Ann"} for i in TITLES}))
    to.add("enc_shift_jis.csv", text(japanese).encode("shift_jis"), "Shift-JIS: right or refused, never other characters", "warn", cells={"F-10": {"title": "通勤客に信頼される船になる"}, "F-20": {"title": "辞めたくない乗組員"}}, codes="encoding_guessed", otherwise=or_reject("file_unreadable"))
    to.add("enc_ebcdic.csv", text(changed({i: {"owner": "Ann"} for i in TITLES})).encode("cp500"), "a mainframe's EBCDIC", "reject", codes="file_unreadable|header_unknown|delimiter_unknown")
    to.add("enc_double.csv", text().encode().decode("cp1252").encode(), "accents encoded twice (InÃ©s)", "warn", cells={"F-11": RIGHT["F-11"]}, codes="mojibake_suspected")
    to.add("enc_utf16_cut.txt", ("\ufeff" + text(separator="\t")).encode("utf-16-le")[:-1], "UTF-16 cut within its last character", "warn", cells={"F-11": RIGHT["F-11"]}, otherwise=or_reject("file_unreadable"))
    for name, words in (("german", "Größer werden"), ("german_sharp_s", "Grüße aus der Straße"), ("german_umlaut", "für alle"), ("french", "Fidélité à Noël, œuvre d’été"), ("spanish", "Año de la tripulación"), ("swedish", "Färjan går åt sjön"), ("portuguese", "Não à poluição")):
        short = changed({i: {"owner": "Ann"} for i in TITLES}, changed({"F-10": {"title": words}}))
        to.add(f"enc_cp1252_{name}.csv", text(short).encode("cp1252"), f"Windows-1252 with few accents: never Chinese ({name.replace('_', ' ')})", "warn", cells={"F-10": {"title": words}, "F-11": RIGHT["F-11"]}, codes="encoding_guessed")
    to.add("enc_utf16be_no_mark.csv", text().encode("utf-16-be"), "UTF-16 BE without a mark", "warn", codes="encoding_guessed", otherwise=or_reject("file_unreadable"))
    many = [*ITEMS, *({**ITEMS[0], "id": f"G-{n}", "title": f"Aim {n}", "owner": "Ann"} for n in range(20_000))]
    late = [*many, {**ITEMS[0], "id": "G-last", "title": "Größer werden", "owner": "Ann"}]
    plain = text(changed({"F-10": {"owner": "Ann"}, "F-11": {"owner": "Ann"}, "F-12": {"owner": "Ann"}, "F-20": {"owner": "Ann"}, "F-21": {"owner": "Ann"}}, late))
    to.add("enc_late_byte.csv", plain.encode("cp1252"), "Windows-1252, told only by the last of 20,006 rows", "warn", 20_006, {"G-last": {"title": "Größer werden"}}, "encoding_guessed")


def delimiters(to: Collection) -> None:
    to.add("del_sep_line.csv", "sep=;\r\n" + text(separator=";", end="\r\n"), "Excel's first line sep=;")
    to.add("del_sep_line_tab.csv", "sep=\t\n" + text(separator="\t"), "Excel's first line sep= with a tab")
    tabs = changed({"F-10": {"title": "Trust\tin tabs"}})
    to.add("del_tab_in_quotes.tsv", text(tabs, separator="\t"), "tabs, and one inside quotes", cells={**RIGHT, "F-10": {"title": "Trust in tabs"}})
    broken = changed({"F-10": {"title": "Become the ferry\r\nthat commuters trust"}, "F-20": {"title": 'A crew, "happy", that stays'}})
    to.add("del_line_break_in_quotes.csv", text(broken, end="\r\n"), "line break, comma and doubled quotes inside quotes", cells={**RIGHT, "F-20": {"title": 'A crew, "happy", that stays', "parent_id": "F-10"}})
    mixed = "".join(row + ("\r\n" if n % 2 else "\n") for n, row in enumerate(text().splitlines()))
    to.add("del_mixed_line_ends.csv", mixed, "two kinds of line ends")
    to.add("del_no_last_line_end.csv", text().rstrip("\n"), "no line end after the last row")
    many = changed({i: {"title": f"{t}; soon; surely; at last"} for i, t in TITLES.items()})
    to.add("del_semicolons_in_titles.csv", text(many), "more semicolons in titles than commas", cells={"F-10": {"title": f"{TITLES['F-10']}; soon; surely; at last"}, "F-21": RIGHT["F-21"]})
    comma = [{**i, **{c: i[c].replace(".", ",") for c in ("start", "target", "current")}} for i in ITEMS]
    to.add("del_tab_decimal_comma.txt", text(comma, shuffled(2), "\t"), "tabs and decimal commas")
    to.add("del_semicolon_at_line_end.csv", text(separator=";").replace("\n", ";\n"), "a semicolon ends each line, the header's too")
    short = "\n".join(row.rstrip(",") for row in text([{**i, "due": "", "progress": ""} for i in ITEMS]).splitlines())
    to.add("del_short_rows.csv", short, "rows end with their last filled cell", cells={"F-11": RIGHT["F-11"], "F-21": RIGHT["F-21"]})
    junk = "".join(f"Z{n}," + ",".join(["lorem"] * 40) + "\n" for n in range(3))
    to.add("del_ragged.csv", text() + junk, "three rows of 41 cells that fit no column", "warn", cells={**RIGHT, "Z0": None, "Z2": None}, codes="row_unreadable")
    to.add("del_unquoted_comma.csv", text().replace('"Complaints per 10,000 trips from 12 to 6"', "Complaints per 10,000 trips from 12 to 6"), "a comma in an unquoted title moves the cells behind it", "warn", 4, {"F-12": None, "F-11": RIGHT["F-11"]}, "row_unreadable")
    wiki = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * 12, *("| " + " | ".join(i[c] for c in COLUMNS) + " |" for i in ITEMS)]
    to.add("del_wiki_table.txt", lines(*wiki), "a table copied from a wiki, with its rule of dashes", otherwise=or_reject("header_unknown|delimiter_unknown|file_unreadable"))
    to.add("del_whole_lines_quoted.csv", lines(*('"' + row.replace('"', '""') + '"' for row in text().splitlines())), "each whole line is one quoted cell", "reject", codes="header_unknown|delimiter_unknown", otherwise=or_accept())
    to.add("del_blanks.txt", lines(*("  ".join(c.ljust(12) for c in row.split(",")) for row in text().splitlines())), "columns set apart by blanks", "reject", codes="delimiter_unknown|header_unknown")
    to.add("del_colon.csv", text(separator=":"), "colons between cells", "reject", codes="delimiter_unknown|header_unknown", message="tab|first")
    to.add("del_quote_open.csv", text().replace("A crew that", '"A crew that'), "a quote that is opened on line 5 and never closed", "reject", codes="quote_unclosed", message="5", otherwise=or_warn("quote_unclosed", 3, {"F-11": RIGHT["F-11"]}))
    to.add("del_inch.csv", text().replace("A crew that wants to stay", 'A 12" crew screen'), "a single quote sign inside an unquoted cell", cells={"F-20": {"title": 'A 12" crew screen', "parent_id": "F-10"}, "F-21": RIGHT["F-21"]})


def headers(to: Collection) -> None:
    above = lines("Ferry line OKRs", "Exported 2026-10-01 08:00", "Filter: all teams", "", "Confidential", "")
    to.add("hdr_line_7.csv", above + text(columns=shuffled(3)), "the header in line 7", "warn", codes="header_below_top")
    to.add("hdr_blank_lines.csv", "\n\n,,,\n\n" + text(), "blank lines above the header")
    twice = (line([*COLUMNS, "target"]) + "\n" + "".join(line([*(i[c] for c in COLUMNS), t]) + "\n" for i, t in zip(ITEMS, ("", "99", "3", "", "9"), strict=True)))
    to.add("hdr_twice.csv", twice, "two columns of one name with different figures: neither may win silently", "warn", cells={"F-11": {"current": 88.0, "target": (94.0, None)}}, codes="column_ignored|header_mapping_assumed|progress_conflict|value_unknown", otherwise=or_reject("header_unknown|column_missing"))
    broken = ["ID", "Type", "Title\n(short)", "Parent\nID", "Owner ", "Department", "Period", "Start (%)", "Target (%)", "Current\r\n[%]", "Progress in %", "Due  date"]
    to.add("hdr_units_in_brackets.csv", text(headers=broken), "headers with line breaks and units in brackets", "warn", codes="")
    to.add("hdr_capitals.csv", text(headers=[c.upper().replace("_", " ") for c in COLUMNS], separator=";"), "headers in capitals with blanks")
    to.add("hdr_odd_blanks.csv", text(headers=[f"\u00a0{c.replace('_', chr(0xA0))}\u200b" for c in COLUMNS]), "no-break blanks and invisible signs in headers")
    german = ["Kennung", "Typ", "Titel", "Übergeordnetes Ziel", "Verantwortlich", "Abteilung", "Quartal", "Startwert", "Zielwert", "Aktueller Wert", "Fortschritt", "Fällig"]
    local = [{**i, "type": {"objective": "Ziel", "key_result": "Schlüsselergebnis"}[i["type"]], "due": "30.09.2026", **{c: i[c].replace(".", ",") for c in ("start", "target", "current")}} for i in ITEMS]
    to.add("hdr_german.csv", text(local, headers=german, separator=";"), "German headers, types, decimal commas and dates", "warn", codes="header_mapping_assumed")
    french = ["Identifiant", "Type", "Intitulé", "Objectif parent", "Responsable", "Département", "Période", "Valeur initiale", "Cible", "Valeur actuelle", "Avancement", "Échéance"]
    local = [{**i, "type": {"objective": "Objectif", "key_result": "Résultat clé"}[i["type"]], "due": "30/09/2026", "progress": i["progress"].replace("%", "\u202f%"), **{c: i[c].replace(".", ",") for c in ("start", "target", "current")}} for i in ITEMS]
    to.add("hdr_french.csv", text(local, headers=french, separator=";").encode("utf-8-sig"), "French headers, types, decimal commas and dates", "warn", codes="header_mapping_assumed")
    spanish = ["Identificador", "Tipo", "Nombre", "Objetivo padre", "Propietario", "Área", "Trimestre", "Línea base", "Meta", "Valor actual", "Avance", "Vencimiento"]
    local = [{**i, "type": {"objective": "Objetivo", "key_result": "Resultado clave"}[i["type"]]} for i in ITEMS]
    to.add("hdr_spanish.csv", text(local, headers=spanish), "Spanish headers and types", "warn", codes="header_mapping_assumed")
    to.add("hdr_none.csv", "".join(text().splitlines(keepends=True)[1:]), "no header", "reject", codes="header_unknown", message="header")
    to.add("hdr_only.csv", text([]), "a header and no row", "reject", codes="file_empty")
    to.add("hdr_blank_rows.csv", text([]) + ",,,,,,,,,,,\n" * 4 + '"",""," ",,,\n', "a header and rows of empty cells", "reject", codes="file_empty")
    to.add("hdr_blank_cell.csv", text(headers=[*COLUMNS[:4], "", *COLUMNS[5:]]), "a filled column without header", "warn", cells={"F-11": RIGHT["F-11"], "F-10": {"owner": None}}, codes="header_blank")
    to.add("hdr_repeated.csv", text(ITEMS[:3]) + text(ITEMS[3:]), "the header comes again in the middle, as two exports put together", "warn", cells={**RIGHT, "id": None}, codes="header_repeated")
    to.add("hdr_foreign.csv", lines("who,what,how_much", "Ann,coffee,3", "Bob,tea,4"), "a file about something else", "reject", codes="header_unknown", message="who")
    to.add("hdr_bank.csv", lines("Date;Name;Amount;Balance", "2026-09-01;Ferry Ltd;-12,50;100,00", "2026-09-02;Crew Inc;7,00;107,00"), "a bank statement: has a name and a date and no OKR", "reject", codes="header_unknown|column_missing|no_rows|file_unreadable")
    to.add("hdr_people.csv", lines("name,email,department,city", "Ann,ann@example.com,Crew,Bergen", "Bob,bob@example.com,Crew,Oslo"), "a list of people is no list of objectives", "reject", None, {}, codes="header_unknown|column_missing|no_rows", otherwise=or_warn("", 0, {}))
    wide = [f"column {n}" for n in range(5000)]
    to.add("hdr_5000_columns.csv", line([*COLUMNS, *wide]) + "\n" + "".join(line([*(i[c] for c in COLUMNS), *["x"] * 5000]) + "\n" for i in ITEMS), "5,012 columns", "reject", codes="file_too_large", message="columns")
    to.add("hdr_empty_columns.csv", line([*COLUMNS, *[""] * 300]) + "\n" + "".join(line([*(i[c] for c in COLUMNS), *[""] * 300]) + "\n" for i in ITEMS), "300 empty columns behind the table")


PAIR_HEADER = "Objective;Key Result;Owner;Start Value;Target Value;Current Value;Quarter"


def pairs(repeat: bool, separator: str = ";") -> list[list[str]]:
    """Return key results with their objective beside them, repeated or only in the first row."""
    found = []
    for kr, objective, first in (
        ("F-11", "F-10", True),
        ("F-12", "F-10", False),
        ("F-21", "F-20", True),
    ):
        item = next(i for i in ITEMS if i["id"] == kr)
        shown = TITLES[objective] if repeat or first else ""
        found.append([shown, item["title"], item["owner"], item["start"], item["target"], item["current"], item["period"]])
    return found


def layouts(to: Collection) -> None:
    def pair(repeat: bool) -> str:
        return lines(PAIR_HEADER, *(line(row, ";") for row in pairs(repeat)))

    to.add("lay_objective_repeated.csv", pair(True), "the objective repeated beside each key result", "warn", cells=BY_TITLE)
    to.add("lay_objective_merged.csv", pair(False), "the objective only beside its first key result, as merged cells leave it", "warn", cells=BY_TITLE)
    check_ins = lines("Date,Key Result,Owner,Current Value,Confidence,Notes", f"2026-08-01,{TITLES['F-11']},Ann,85,7,slow", f"2026-09-01,{TITLES['F-11']},Ann,88,8,better", f"2026-09-01,{TITLES['F-21']},Ann,15.9,5,")
    no_current = [[*row[:5], "", row[6]] for row in pairs(True)]
    to.add("lay_pairs_and_check_ins.csv", lines(PAIR_HEADER, *(line(row, ";") for row in no_current)), "check-ins in a second file name their key result by its title", "warn", cells={TITLES["F-11"]: {"current": 88.0}, TITLES["F-21"]: {"current": 15.9}, TITLES["F-12"]: {"current": None}}, also={"lay_check_ins.csv": check_ins})
    culture = lines("email,name,description,due_at,completion,key_result_1_title,key_result_1_completion,key_result_2_title,key_result_2_completion", f'ines@example.com,{TITLES["F-10"]},,2026-09-30,0.625,{TITLES["F-11"]},0.5,"{TITLES["F-12"]}",0.75', f"bjorn@example.com,{TITLES['F-20']},,2026-09-30,0.4,{TITLES['F-21']},0.4,,")
    to.add("lay_key_results_wide.csv", culture, "key results in further columns of the objective's row", "warn", cells={TITLES["F-11"]: {"parent_id": TITLES["F-10"], "progress": 0.5}, TITLES["F-12"]: {"parent_id": TITLES["F-10"], "progress": 0.75}, TITLES["F-21"]: {"parent_id": TITLES["F-20"], "progress": 0.4}})
    indent = lines("Main,L1,L2,Importance,Progress,Start Date,Due Date,Notes", f"{TITLES['F-10']},,,10,60,2026-07-01,2026-09-30,", ",Punctual departures,,10,50,2026-07-01,2026-09-30,", ",A crew that wants to stay,,5,40,2026-07-01,2026-09-30,", ",,Crew turnover,10,40,2026-07-01,2026-09-30,")
    to.add("lay_indent_columns.csv", indent, "the tree is in the columns: Main, L1, L2", "warn", 4, {"Punctual departures": {"parent_id": TITLES["F-10"]}, "Crew turnover": {"parent_id": "A crew that wants to stay"}})
    outline = lines("Order,Type,Summary,Status,Period,Owner,Start value,Current value,Target value", f"1,Objective,{TITLES['F-10']},ON TRACK,Q3 Y2026,Ann,,,", f"1.1,Key result,{TITLES['F-11']},On track,Q3 Y2026,Ann,82,88,94", f'1.2,Key result,"{TITLES["F-12"]}",on track,Q3 Y2026,Ann,12,7.5,6', f"1.10,Objective,{TITLES['F-20']},At risk,Q3 Y2026,Bob,,,", f"1.10.1,Key result,{TITLES['F-21']},at risk,Q3 Y2026,Bob,18.5,15.9,12")
    to.add("lay_outline.csv", outline, "parents by outline number; 1.1 and 1.10 are two", "warn", cells={**BY_TITLE, TITLES["F-20"]: {"parent_id": TITLES["F-10"], "period": "Q3 2026"}})
    weeks = lines("Objective,Key Result,Owner,Target,6 Jul,13 Jul,20 Jul", f"{TITLES['F-10']},{TITLES['F-11']},Ann,94,83,85,88", f'{TITLES["F-10"]},"{TITLES["F-12"]}",Ann,6,11,9,7.5', f"{TITLES['F-20']},{TITLES['F-21']},Bob,12,18,17,15.9")
    to.add("lay_weeks.csv", weeks, "a column for each week", "warn", cells={t: {c: v for c, v in cells.items() if c != "start"} for t, cells in BY_TITLE.items()}, otherwise=or_reject("layout_wide"))
    to.add("lay_quarters.csv", lines("id,title,owner,Q1,Q2,Q3,Q4", "F-10,Trust,Ann,10,20,30,40", "F-20,Crew,Bob,5,6,7,8"), "a column for each quarter does not say what it holds", "reject", codes="layout_wide|column_missing|header_unknown")
    to.add("lay_transposed.csv", lines(*(line([c, *(i[c] for i in ITEMS)], ";") for c in COLUMNS)), "records stand in columns", "reject", codes="layout_transposed")
    objectives = [i for i in ITEMS if i["type"] == "objective"]
    results = [i for i in ITEMS if i["type"] != "objective"]
    two = (text(objectives, ("id", "type", "title", "parent_id", "owner", "due")) + "\n\n" + text(results, ("id", "type", "title", "parent_id", "start", "target", "current")))
    to.add("lay_two_tables.csv", two, "two tables below one another: figures of the second must not stand in columns of the first", "warn", cells={"F-11": {"owner": None, "current": 88.0}, "F-20": RIGHT["F-20"], "id": None}, otherwise=or_warn("footer_row_skipped|row_unreadable|row_too_long|sheet_skipped|totals_row_skipped|not_a_date", 2, {"F-11": None, "id": None, "F-20": RIGHT["F-20"]}))
    to.add("lay_totals_german.csv", text(separator=";") + "Zwischensumme;;;;;;;112,5;112;111,4;;\nSumme;;;;;;;112,5;112;111,4;53%;\n", "Zwischensumme and Summe below", "warn", cells={**RIGHT, "Summe": None}, codes="totals_row_skipped")
    to.add("lay_totals_title.csv", text() + ",,Total,,,,,112.5,112,111.4,53%,\n,,Average,,,,,37.5,37.3,37.1,53%,\n", "a total and an average whose word stands in the title", "warn", cells={**RIGHT, "Total": None}, codes="totals_row_skipped|id_missing")
    to.add("lay_notes_below.csv", text() + "\n\n* figures are preliminary\nSource: harbour office\n", "notes below the table", "warn", cells=RIGHT, codes="footer_row_skipped")
    rows = text().splitlines()
    to.add("lay_comments.csv", lines("# exported by hand", *rows[:4], "# checked by Ann", *rows[4:]), "lines that begin with #", "warn", cells={**RIGHT, "# checked by Ann": None}, codes="footer_row_skipped|row_unreadable|title_missing")
    to.add("lay_headings.csv", lines(rows[0], "Operations" + "," * 11, *rows[1:4], "Crew" + "," * 11, *rows[4:]), "headings between the rows are no items", "warn", cells={**RIGHT, "Crew": None}, codes="footer_row_skipped|row_unreadable|totals_row_skipped|title_missing")
    merged = each("department", ["Operations", "", "", "", ""], changed({"F-11": {"type": "objective"}, "F-12": {"type": "objective"}}))
    more = [{**i, "id": f"F-{n}", "title": f"Aim {n}", "type": "objective", "parent_id": "F-10", "department": "Crew" if n == 30 else ""} for n, i in enumerate([ITEMS[3]] * 4, start=30)]
    to.add("lay_merged_department.csv", text([*merged, *more]), "a department only in the first row of its group", "warn", 9, {"F-31": {"department": None}, "F-30": {"department": "Crew"}}, "cells_look_merged")
    to.add("lay_filled_down_page.csv", "\f" + text(ITEMS[:3]) + "\f" + "".join(text(ITEMS[3:]).splitlines(keepends=True)[1:]), "form feeds between printed pages", "warn")


def figures(to: Collection) -> None:
    def one(column: str, *values: str) -> list[dict[str, str]]:
        """Put values into the column of the three key results."""
        return changed(dict(zip(("F-11", "F-12", "F-21"), ({column: v, "progress": ""} for v in values), strict=True)))

    def cells(*values: Cell) -> dict[str, dict[str, Cell]]:
        return {i: {"current": v} for i, v in zip(("F-11", "F-12", "F-21"), values, strict=True)}

    def add(name: str, wrong: str, given: tuple[str, str, str], right: tuple[Cell, Cell, Cell], want: Want = "accept", codes: str = "", separator: str = ",", otherwise: Case | None = None) -> None:
        to.add(f"num_{name}.csv", text(one("current", *given), separator=separator), wrong, want, 5, cells(*right), codes, otherwise=otherwise)

    add("indian", "groups of two: 12,34,567", ("12,34,567", "1,05,000.5", "99,999"), (1234567.0, 105000.5, 99999.0))
    add("parentheses", "negatives in parentheses", ("(5)", "(1,250.50)", "15.9"), (-5.0, -1250.5, 15.9))
    add("spaces", "no-break and narrow blanks between thousands, decimal comma", ("1\u00a0335\u00a0000,5", "7\u202f500,25", "15,9"), (1335000.5, 7500.25, 15.9), separator=";")
    add("apostrophes", "Swiss apostrophes, straight and curly", ("1'335'000.5", "7’500.25", "15.9"), (1335000.5, 7500.25, 15.9), separator=";")
    add("signs", "plus, minus sign of typographers, trailing minus", ("+3", "−2.5", "4-"), (3.0, -2.5, -4.0))
    add("magnitudes", "1.2M, 500k, 3bn", ("1.2M", "500k", "3bn"), (1.2e6, 5e5, 3e9), "warn", "unit_stripped")
    add("currencies", "currency signs and codes", ("€ 1.250,50", "1.200,00 EUR", "$3,50"), (1250.5, 1200.0, 3.5), "warn", "unit_stripped", ";")
    add("nothing", "words and dashes for nothing", ("—", "TBC", "n/a"), (None, None, None), "warn", "not_a_number")
    add("errors", "a spreadsheet's errors", ("#REF!", "#VALUE!", "#NAME?"), (None, None, None), "warn", "not_a_number")
    add("vague", "about, above and ranges are no figures", ("~88", ">95", "5-7"), (None, None, None), "warn", "not_a_number")
    add("parts", "parts are no figures", ("3/4", "3 of 4", "ca. 16"), (None, None, None), "warn", "not_a_number")
    add("words", "figures in words", ("eighty-eight", "half", "a dozen"), (None, None, None), "warn", "not_a_number")
    add("bad_groups", "groups that fit nothing: 12,34,56 and 1,2345", ("12,34,56", "1,2345,678", "15.9"), (None, None, 15.9), "warn", "not_a_number")
    add("two_styles", "1.234,56 and 1,234.56 in one column: right or empty, never the other", ("1.234,56", "2,345.67", "15.9"), ((1234.56, None), (2345.67, None), (15.9, None)), "warn", "decimal_sign_ambiguous|not_a_number")
    add("exponents", "Excel's 1.5E+06", ("1.5E+06", "7.5e0", "1.59E1"), (1.5e6, 7.5, 15.9))
    add("absurd", "1e308, NaN, inf and twenty nines", ("1e308", "NaN", "9" * 20), (None, None, None), "warn", "number_absurd not_a_number")
    add("literals", "what only programs read as figures", ("1_000", "0x1F", "1e3L"), (None, None, None), "warn", "not_a_number")
    add("true_false", "TRUE and FALSE", ("TRUE", "FALSE", "15.9"), ((None, 1.0), (None, 0.0), 15.9), "warn", "")
    add("full_width", "figures of full width, as Japanese keyboards write them", ("８８", "７.５", "15.9"), ((88.0, None), (7.5, None), 15.9), "warn", "")
    add("unit_words", "units of one's own behind the figure", ("88 pts", "7.5 per trip", "15.9 %"), ((88.0, None), (7.5, None), 15.9), "warn", "unit_stripped|not_a_number")
    add("two_figures", "two figures in one cell", ("88 (was 85)", "7.5; 8", "15.9/16"), (None, None, None), "warn", "not_a_number")
    add("text_mark", "the apostrophe by which Excel marks a text", ("'88", "'7.5", "15.9"), ((88.0, None), (7.5, None), 15.9), "warn", "")
    ambiguous = changed({"F-11": {"start": "1,234", "target": "9,876", "current": "2,500", "progress": ""}, "F-12": {"start": "", "target": "", "current": "", "progress": ""}, "F-21": {"start": "", "target": "", "current": "", "progress": ""}})
    to.add("num_thousands_or_decimals.csv", text(ambiguous), "nothing tells whether 1,234 is a thousand", "warn", 5, {"F-11": {"start": 1234.0, "target": 9876.0, "current": 2500.0}}, "decimal_sign_ambiguous")
    to.add("num_points_of_thousand.csv", text(changed({"F-11": {"start": "1.250", "target": "2.000", "current": "1.625"}}, [{**i, **{c: i[c].replace(".", ",") for c in ("start", "current")}} for i in ITEMS]), separator=";"), "1.250 beside 18,5: the decimal comma decides", cells={**RIGHT, "F-11": {"start": 1250.0, "target": 2000.0, "current": 1625.0}})
    comma = changed({"F-11": {"start": "82,5", "target": "94,25", "current": "88,4"}, "F-12": {"start": "12,5", "target": "6,5", "current": "7,5"}, "F-21": {"start": "18,5", "target": "12,5", "current": "15,9"}})
    to.add("num_quoted_decimal_comma.csv", text([{**i, "progress": ""} for i in comma]), "decimal commas in quotes, commas between cells", cells={"F-11": {"start": 82.5, "target": 94.25, "current": 88.4}, "F-21": {"current": 15.9}})
    doubt = [{**i, "target": {"F-11": "1,500", "F-12": "2,500", "F-21": "3,500"}.get(i["id"], ""), "progress": ""} for i in comma]
    to.add("num_comma_in_two_senses.csv", text(doubt), "82,5 in one column, only 1,500 in the next: is it 1500 or 1.5?", "warn", cells={"F-11": {"start": 82.5, "target": (1.5, 1500.0, None)}}, codes="decimal_sign_ambiguous|not_a_number", otherwise=or_accept(cells={"F-11": {"start": 82.5, "target": 1.5}}))
    to.add("num_target_is_start.csv", text(changed({"F-11": {"start": "94", "target": "94", "current": "94", "progress": "100%"}})), "target and start are equal", "warn", cells={"F-11": {"start": 94.0, "target": 94.0}}, codes="target_equals_start")
    def weights(*w: str) -> str:
        return text(changed(dict(zip(("F-11", "F-12", "F-21"), ({"weight": x} for x in w), strict=True))), [*COLUMNS, "weight"])

    to.add("num_weight_negative.csv", weights("-1", "2", "1"), "a negative weight", "warn", cells={"F-11": {"weight": None}, "F-12": {"weight": 2.0}}, codes="negative_weight")
    to.add("num_weight_zero.csv", weights("0", "0", "0"), "weights that sum to 0: then each counts alike", cells={"F-10": {"kr_progress": (0.5 + 0.75) / 2}, "F-20": {"kr_progress": 0.4}})
    to.add("num_weight_percent.csv", weights("60%", "40%", "100%"), "weights in percent", cells={"F-10": {"kr_progress": 0.6 * 0.5 + 0.4 * 0.75}})


def percents(to: Collection) -> None:
    blank = each("progress", ["60 %", "50 %", "75\u00a0%", "40\u202f%", " 40 % "])
    to.add("pct_blanks.csv", text(blank, separator=";"), "70 % with blanks of three kinds", cells={"F-11": {"progress": 0.5}, "F-12": {"progress": 0.75}, "F-20": {"progress": 0.4}})
    bare = each("progress", ["60", "50", "75", "40", "40"])
    to.add("pct_bare.csv", text(bare), "percent without its sign", cells={"F-11": {"progress": 0.5}, "F-12": {"progress": 0.75}})
    small = each("progress", ["1%", "0.5%", "0.75 %", "0%", "100%"], [{**i, "start": "", "target": "", "current": ""} for i in ITEMS])
    to.add("pct_small.csv", text(small), "half a percent with its sign is not a half", cells={"F-10": {"progress": 0.01}, "F-11": {"progress": 0.005}, "F-12": {"progress": 0.0075}, "F-21": {"progress": 1.0}})
    ratio = each("progress", ["0.6", "0.5", "0.75", "0.4", "0.4"])
    to.add("pct_ratio.csv", text(ratio), "progress as 0–1", cells={"F-11": {"progress": 0.5}, "F-12": {"progress": 0.75}}, otherwise=or_warn("progress_scale_ambiguous|progress_mismatch", 5, {"F-11": {"current": 88.0}}))
    mixed = each("progress", ["60%", "0.5", "75%", "40%", "0.4"])
    to.add("pct_mixed.csv", text(mixed), "50 % and 0.5 in one column", "warn", cells={"F-12": {"progress": 0.75}, "F-20": {"progress": 0.4}, "F-11": {"progress": (0.5, None, 0.005)}}, codes="progress_scale_ambiguous|progress_mismatch|progress_conflict|number_absurd|not_a_number")
    ones = each("progress", ["1", "0", "1", "0", "1"], [{**i, "start": "", "target": "", "current": ""} for i in ITEMS])
    to.add("pct_ones.csv", text(ones), "only 0 and 1: percent or whole?", "warn", cells={"F-20": {"progress": 0.0}}, codes="progress_scale_ambiguous")
    beyond = each("progress", ["134%", "-5%", "12000%", "40%", "40%"])
    to.add("pct_beyond.csv", text(beyond), "more than all, less than none, and absurd", "warn", cells={"F-10": {"progress": 1.34}, "F-11": {"progress": (-0.05, None)}, "F-12": {"progress": None}}, codes="number_absurd|not_a_number")
    conflict = changed({"F-11": {"progress": "90%"}})
    to.add("pct_conflict.csv", text(conflict), "reported 90 %, computed 50 %", "warn", cells={"F-11": {"progress": 0.9, "computed": 0.5}}, codes="progress_mismatch")
    comma = each("progress", ["60,0 %", "50,5 %", "75,25 %", "40,0 %", "40,0 %"], [{**i, "start": "", "target": "", "current": ""} for i in ITEMS])
    to.add("pct_decimal_comma.csv", text(comma, separator=";"), "percent with decimal comma", cells={"F-11": {"progress": 0.505}, "F-12": {"progress": 0.7525}})


def dates(to: Collection) -> None:
    def add(name: str, wrong: str, given: Sequence[str], right: Sequence[Cell], want: Want = "accept", codes: str = "", otherwise: Case | None = None) -> None:
        to.add(f"date_{name}.csv", text(each("due", given), separator=";"), wrong, want, 5, _due(right), codes, otherwise=otherwise)

    def _due(right: Sequence[Cell]) -> dict[str, dict[str, Cell]]:
        return {item["id"]: {"due": day} for item, day in zip(ITEMS, right, strict=True)}

    end, early = "2026-09-30", "2026-02-01"
    add("dots", "DD.MM.YYYY; 01.02. is 1 February", ["30.09.2026", "01.02.2026", "1.2.2026", "30.9.2026", ""], [end, early, early, end, None])
    add("dashes", "DD-MM-YYYY, told by 30-09", ["30-09-2026", "01-02-2026", "30-09-2026", "30-09-2026", ""], [end, early, end, end, None])
    add("slashes_year_first", "YYYY/MM/DD and YYYY.MM.DD", ["2026/09/30", "2026/02/01", "2026.09.30", "2026/9/30", ""], [end, early, end, end, None])
    add("month_first", "MM/DD/YYYY, told by 09/30", ["09/30/2026", "02/01/2026", "9/30/2026", "02/01/2026", ""], [end, early, end, early, None])
    add("with_time", "with time and zone: the day as it is written", ["2026-09-30 23:59:00 UTC", "2026-09-30T23:59:00+02:00", "2026-09-30T22:00:00Z", "2026-09-30 00:00", "30.09.2026 12:00"], [end, end, end, end, (end, None)])
    add("english_months", "English names of months", ["30 Sep 2026", "Sept 30, 2026", "September 30, 2026", "30-Sep-2026", "1 February 2026"], [end, end, end, end, early])
    names = [("german", ["30. September 2026", "1. Oktober 2026", "15. März 2026", "24. Dez. 2026", "1. Mai 2026"], [end, "2026-10-01", "2026-03-15", "2026-12-24", "2026-05-01"]), ("french", ["30 septembre 2026", "1er octobre 2026", "15 août 2026", "24 déc. 2026", "1 février 2026"], [end, "2026-10-01", "2026-08-15", "2026-12-24", early]), ("spanish", ["30 de septiembre de 2026", "1 de octubre de 2026", "15 ago 2026", "24 dic 2026", "1 febrero 2026"], [end, "2026-10-01", "2026-08-15", "2026-12-24", early])]
    for language, given, right in names:
        add(f"{language}_months", f"{language.capitalize()} names of months", given, right, otherwise=or_warn("not_a_date", 5, _due([(day, None) for day in right])))
    add("serials", "Excel's numbers for days, as text", [str(SERIAL)] * 4 + [""], [(end, None)] * 4 + [None], "warn")
    add("leap_days", "29 February of years that have none", ["2026-02-29", "29.02.2025", "2100-02-29", "2028-02-29", "2026-02-28"], [None, None, None, "2028-02-29", "2026-02-28"], "warn", "date_impossible")
    add("impossible", "days that no calendar has", ["2026-09-31", "2026-13-01", "2026-00-10", "32.01.2026", "0000-00-00"], [None] * 5, "warn", "date_impossible|not_a_date")
    add("either_order", "03/04/2026 in the whole column", ["03/04/2026", "05/06/2026", "01/02/2026", "07/08/2026", "09/10/2026"], [None] * 5, "warn", "date_order_ambiguous")
    add("either_order_dashes", "03-04-2026 in the whole column", ["03-04-2026", "05-06-2026", "01-02-2026", "07-08-2026", "09-10-2026"], [None] * 5, "warn", "date_order_ambiguous")
    add("both_orders", "30/09 and 09/30 in one column: the others cannot be told", ["30/09/2026", "09/30/2026", "01/02/2026", "03/04/2026", ""], [(end, None), (end, None), None, None, None], "warn", "date_order_ambiguous|not_a_date|date_impossible")
    add("short_years", "years of two digits", ["30.09.26", "01.02.26", "30.09.26", "30.09.26", ""], [end, early, end, end, None], "warn", "two_digit_year")
    add("words", "words are no dates", ["asap", "end of Q3", "2026-W40", "next year", "TBC"], [None] * 5, "warn", "not_a_date")
    add("far", "years that are typing errors", ["0026-09-30", "20260-09-30", "1026-09-30", "2026-09-30", "2206-09-30"], [None, None, None, end, ("2206-09-30", None)], "warn", "date_implausible|not_a_date")
    swapped = [{**i, "start_date": "2026-10-01" if i["id"] == "F-20" else "2026-07-01"} for i in ITEMS]
    to.add("date_end_before_start.csv", text(swapped, [*COLUMNS, "start_date"]), "an end before its start", "warn", cells={"F-20": {"due": None, "start_date": None}, "F-10": {"due": end, "start_date": "2026-07-01"}}, codes="dates_swapped")
    told = [{**i, "start_date": "13/07/2026", "due": "03/11/2026"} for i in ITEMS]
    to.add("date_other_column_tells.csv", text(told, [*COLUMNS, "start_date"]), "13/07 in one column, 03/11 in the next: 3 November or empty, never 11 March", "warn", cells={"F-10": {"start_date": "2026-07-13", "due": ("2026-11-03", None)}})
    periods = each("period", ["Q3/2026", "2026Q3", "3Q26", "Quarter 3 2026", "2026-Q3"])
    to.add("date_periods.csv", text(periods), "five spellings of one quarter", cells={i: {"period": "Q3 2026"} for i in ("F-10", "F-20")})
    fiscal = each("period", ["FY27 Q1", "FY27 Q1", "Q1 FY2027", "Q1 FY27", "FY27 Q1"])
    to.add("date_fiscal.csv", text(fiscal), "fiscal quarters", "warn", cells={"F-10": {"period": "FY27 Q1"}, "F-20": {"period": "FY27 Q1"}}, codes="fiscal_calendar_assumed")


def parents(to: Collection) -> None:
    by_title = [{**i, "parent_id": TITLES.get(i["parent_id"], "")} for i in ITEMS]
    to.add("tree_by_title.csv", text(by_title, headers=["Parent" if c == "parent_id" else c for c in COLUMNS]), "parents by their titles")
    loose = [{**i, "parent_id": f"  {TITLES.get(i['parent_id'], '').upper().replace(' ', '  ')} ".strip()} for i in ITEMS]
    to.add("tree_by_title_loose.csv", text(loose, headers=["Parent" if c == "parent_id" else c for c in COLUMNS]), "titles in capitals and with double blanks", "warn", otherwise=or_warn("parent_not_found", 5, {"F-11": {"parent_id": (None, "F-10")}}))
    again = [*by_title, {**ITEMS[0], "id": "F-90", "department": "Ports"}]
    to.add("tree_by_title_twice.csv", text(again, headers=["Parent" if c == "parent_id" else c for c in COLUMNS]), "two objectives have the title that is named as parent", "warn", 6, {"F-11": {"parent_id": None}, "F-21": {"parent_id": "F-20"}}, "parent_ambiguous")
    second = {**ITEMS[0], "id": "F-30", "title": "Ports that work"}
    for name, sign in (("comma", ", "), ("semicolon", ";"), ("line_break", "\n"), ("slash", " / ")):
        listed = changed({"F-20": {"parent_id": f"F-10{sign}F-30"}}, [*ITEMS, second])
        to.add(f"tree_list_{name}.csv", text(listed), f"two parents in a cell ({name.replace('_', ' ')})", rows=6, cells={"F-20": {"parents": "F-10 F-30"}, "F-21": {"parent_id": "F-20"}})
    to.add("tree_self.csv", text(changed({"F-10": {"parent_id": "F-10"}, "F-20": {"parent_id": "F-20"}})), "objectives that are their own parents", "warn", cells={"F-10": {"parent_id": None}, "F-20": {"parent_id": None}, "F-21": {"parent_id": "F-20"}}, codes="alignment_cycle")
    to.add("tree_self_key_result.csv", text(changed({"F-11": {"parent_id": "F-11"}})), "a key result that is its own parent", "warn", cells={"F-11": {"parent_id": None}}, codes="alignment_cycle|key_result_without_objective|unusual_parent_type|parent_not_found")
    to.add("tree_loop_2.csv", text(changed({"F-10": {"parent_id": "F-20"}})), "a loop of two", "warn", cells={"F-11": RIGHT["F-11"]}, codes="alignment_cycle")
    ring = [{**ITEMS[0], "id": f"R{n}", "title": f"Ring {n}", "parent_id": f"R{(n + 1) % 3}"} for n in range(3)]
    to.add("tree_loop_3.csv", text([*ITEMS, *ring]), "a loop of three beside a sound tree", "warn", 8, RIGHT, "alignment_cycle")
    to.add("tree_below_key_result.csv", text(changed({"F-20": {"parent_id": "F-11"}})), "an objective below a key result, as real cascades have it", cells={"F-20": {"parent_id": "F-11"}, "F-21": RIGHT["F-21"]})
    to.add("tree_key_result_below_key_result.csv", text(changed({"F-12": {"parent_id": "F-11"}})), "a key result below a key result", "warn", cells={"F-11": RIGHT["F-11"], "F-12": {"current": 7.5}}, codes="unusual_parent_type")
    to.add("tree_unknown_parent.csv", text(changed({"F-20": {"parent_id": "F-99"}, "F-21": {"parent_id": "F-98"}})), "parents that are nowhere", "warn", cells={"F-20": {"parent_id": None}, "F-21": {"parent_id": None}}, codes="parent_not_found|key_result_without_objective")
    to.add("tree_key_result_alone.csv", text(changed({"F-12": {"parent_id": ""}})), "a key result without objective: not given to the one above it", "warn", cells={"F-12": {"parent_id": None, "current": 7.5}, "F-11": RIGHT["F-11"]}, codes="key_result_without_objective|parent_by_row_order")
    to.add("tree_children_first.csv", text(ITEMS[::-1]), "children before their parents")
    to.add("tree_two_files.csv", text(ITEMS[3:]), "the parent is in another file of the upload", also={"tree_two_files_b.csv": text(ITEMS[:3], shuffled(5), ";")})
    named = [{**i, "parent_id": f"{i['parent_id']} {TITLES[i['parent_id']]}" if i["parent_id"] else ""} for i in ITEMS]
    to.add("tree_id_and_title.csv", text(named), "the parent's id and title in one cell", "warn", otherwise=or_warn("parent_not_found", 5, {"F-11": {"parent_id": None}, "F-20": {"parent_id": None}}))
    rootless = changed({"F-10": {"parent_id": "-"}, "F-20": {"parent_id": "n/a"}})
    to.add("tree_no_parent_words.csv", text(rootless), "words for “no parent”", cells={"F-10": {"parent_id": None}, "F-20": {"parent_id": None}, "F-21": {"parent_id": "F-20"}})
    to.add("tree_two_parents_one_unknown.csv", text(changed({"F-20": {"parent_id": "F-10; F-99"}})), "two parents, of which one is nowhere", "warn", codes="parent_not_found")
    to.add("tree_template_files.csv", lines("id,title,level,cycle,parent_ids", f"F-10,{TITLES['F-10']},company,Q3 2026,", f"F-20,{TITLES['F-20']},team,Q3 2026,F-10"), "the template's own files", cells={"F-11": {"parent_id": "F-10", "current": 88.0}, "F-20": {"parent_id": "F-10"}, "F-10": {"level": "company"}}, rows=3, also={"tree_template_key_results.csv": lines("id,objective_id,title,start_value,target_value,current_value", "F-11,F-10,Punctual departures,82,94,88")})
    chain = [{**ITEMS[0], "id": f"C{n}", "title": f"Step {n}", "parent_id": f"C{n - 1}" if n else ""} for n in range(80)]
    to.add("tree_deep.csv", text(chain), "a chain of 80", "warn", 80, {"C3": {"parent_id": "C2"}}, "alignment_too_deep")
    lattice = [{**ITEMS[0], "id": f"L{n}{s}", "title": f"Layer {n}{s}", "parent_id": f"L{n - 1}a;L{n - 1}b" if n else ""} for n in range(30) for s in "ab"]
    to.add("tree_lattice.csv", text(lattice), "30 layers of two with two parents each: a billion paths", rows=60, cells={"L9a": {"parents": "L8a L8b"}})


def identities(to: Collection) -> None:
    to.add("id_same_row_twice.csv", text([*ITEMS, ITEMS[1], ITEMS[1]]), "a row three times", "warn", codes="duplicate_row")
    rival = {**ITEMS[1], "target": "99", "progress": ""}
    to.add("id_conflict.csv", text([*ITEMS, rival]), "one id with two targets: neither wins", "warn", 4, {"F-11": None, "F-12": RIGHT["F-12"]}, "duplicate_id_conflict")
    to.add("id_conflict_far.csv", text([rival, *ITEMS], shuffled(6)), "one id with two targets, the other way round", "warn", 4, {"F-11": None}, "duplicate_id_conflict")
    to.add("id_conflict_type.csv", text([*ITEMS, {**ITEMS[3], "id": "F-11"}]), "one id for a key result and an objective", "warn", 4, {"F-11": None}, "duplicate_id_conflict")
    to.add("id_same_row_two_files.csv", text(), "the same rows in two files of an upload", "warn", codes="duplicate_row", also={"id_same_row_two_files_b.csv": text(ITEMS[:3], shuffled(8), ";")})
    to.add("id_conflict_two_files.csv", text(), "one id with two targets in two files of an upload", "warn", 4, {"F-11": None, "F-12": RIGHT["F-12"]}, "duplicate_id_conflict", also={"id_conflict_two_files_b.csv": text([rival], shuffled(9), ";")})
    to.add("id_case.csv", text([*ITEMS, {**ITEMS[3], "id": "f-10", "title": "Ports that work"}]), "F-10 and f-10 are two", rows=6, cells={"F-10": RIGHT["F-10"], "f-10": {"title": "Ports that work"}})
    to.add("id_case_of_parent.csv", text(changed({"F-21": {"parent_id": "f-20"}})), "a parent named in another case", "warn", cells={"F-21": {"parent_id": ("F-20", None)}})
    blank = [{**i, "id": f" {i['id']}\u00a0", "parent_id": f"{i['parent_id']} " if i["parent_id"] else ""} for i in ITEMS]
    to.add("id_blanks_around.csv", text(blank), "blanks around ids", "warn")
    inner = [{**i, "id": i["id"].replace("-", " "), "parent_id": i["parent_id"].replace("-", " ")} for i in ITEMS]
    to.add("id_blanks_inside.csv", text(inner), "blanks inside ids", cells={"F 11": {"parent_id": "F 10", "current": 88.0}})
    hidden = changed({"F-11": {"parent_id": "F-\u200b10"}, "F-20": {"id": "F-20\u2060"}, "F-21": {"parent_id": "\ufeffF-20"}})
    to.add("id_invisible.csv", text(hidden), "invisible characters in ids", "warn", codes="ids_normalised")
    double = {**ITEMS[3], "id": "F-1О", "title": "Cyrillic letter", "parent_id": ""}
    latin = {**ITEMS[3], "id": "F-1O", "title": "Latin letter", "parent_id": ""}
    to.add("id_homoglyphs.csv", text([*ITEMS, latin, double]), "two ids that look the same", "warn", 7, {"F-1О": {"title": "Cyrillic letter"}, "F-1O": {"title": "Latin letter"}}, "confusable_ids")
    odd = ["1E5", "100000", "00012", "12", "12.0", "TRUE", "NA", "NaN", "2026-09-30", "1/2", "-7", "+7", "0x10", "16"]
    to.add("id_like_values.csv", text([{**ITEMS[0], "id": i, "title": f"Aim {n}"} for n, i in enumerate(odd)]), "ids that look like figures, days and words", rows=len(odd), cells={i: {"title": f"Aim {n}"} for n, i in enumerate(odd)})
    long = [{**ITEMS[0], "id": f"9007199254740993{n}", "title": f"Aim {n}", "parent_id": "90071992547409930" if n else ""} for n in range(4)]
    to.add("id_long.csv", text(long), "ids beyond the exact figures of a computer", rows=4, cells={"90071992547409933": {"title": "Aim 3", "parent_id": "90071992547409930"}})
    to.add("id_zeros_of_parent.csv", text(changed({"F-10": {"id": "007"}, "F-11": {"parent_id": "7"}, "F-12": {"parent_id": "007"}, "F-20": {"parent_id": "007"}})), "7 is not 007", "warn", cells={"F-11": {"parent_id": None}, "F-12": {"parent_id": "007"}}, codes="parent_not_found|key_result_without_objective")
    to.add("id_missing.csv", text(changed({"F-12": {"id": ""}})), "a row without id among rows with one", "warn", 4, {"F-11": RIGHT["F-11"]}, "id_missing")
    to.add("id_types_renamed.csv", text([{**i, "type": {"objective": "Northstar", "key_result": "Gauge"}[i["type"]]} for i in ITEMS]), "types under names of one's own", "warn", codes="object_type_unknown")
    to.add("id_types_spelled.csv", text(each("type", ["Objective", "KR", "Key-Result", "OBJECTIVE", "key result"])), "five spellings of two types")


SQL_ID = "x'); DROP TABLE objective_row; --"


def texts(to: Collection) -> None:
    def title(name: str, wrong: str, value: str, want: Want = "accept", codes: str = "", stored: Cell = "", item: str = "F-20") -> None:
        to.add(f"txt_{name}.csv", text(changed({item: {"title": value}})), wrong, want, 5, {item: {"title": stored or value}, "F-11": RIGHT["F-11"]}, codes)

    title("arabic", "a title from right to left", "طاقم يريد البقاء — 94%")
    title("hebrew_mixed", "two directions in one title", "Ferry מעבורת 2026 trusted")
    title("emoji", "emoji of several characters", "Crew 👩🏽‍✈️🇳🇴 stays 1️⃣ 🚢")
    title("accents_apart", "accents as characters of their own stay readable", "Équipage heureux", stored=("Équipage heureux", "E\u0301quipage heureux"))
    title("override", "a mark that turns the reading direction", "crew \u202etxt.exe", "warn", "control_characters_removed", "crew txt.exe")
    title("escape_codes", "terminal codes, bell and backspace", "crew \x1b[31mred\x07\x08", "warn", "control_characters_removed", ("crew [31mred", "crew red"))
    title("nul", "a NUL character", "crew\x00 stays", "warn", "control_characters_removed", "crew stays")
    title("html", "markup in a title stays text", "<script>alert(1)</script><b>crew</b>")
    title("markdown", "an image in a title stays text", "![x](https://evil.example/p.png) [crew](javascript:alert(1)) **stays** $x$")
    title("500", "a title of 500 characters", "crew stays " * 45, "warn", stored=("crew stays " * 45).strip())
    title("50000", "a title of 50,000 characters", "crew! " * 8333, "warn", "title_long", ("crew! " * 8333).strip())
    formulas = ["=1+1", '=HYPERLINK("https://evil.example","x")', "+SUM(A1:A9)", "-2+3+cmd|' /C calc'!A0", "@SUM(1)"]
    to.add("txt_formulas.csv", text(each("title", formulas)), "formulas in titles are kept as texts", cells={i["id"]: {"title": f} for i, f in zip(ITEMS, formulas, strict=True)})
    to.add("txt_sql.csv", text([*ITEMS, {**ITEMS[3], "id": SQL_ID, "title": "'; DELETE FROM import; --", "owner": "Robert'); --", "department": '" OR 1=1'}]), "SQL in ids, titles and names", rows=6, cells={SQL_ID: {"title": "'; DELETE FROM import; --", "parent_id": "F-10"}, "F-11": RIGHT["F-11"]})
    to.add("txt_cell_300000.csv", text(changed({"F-20": {"title": "x" * 300_000}})), "a cell of 300,000 characters", "reject", codes="file_too_large", message="cell|characters")
    title("blank_signs", "blanks of many kinds are one blank", "A\u2003crew \u3000that\u00a0stays", stored="A crew that stays")
    title("nothing_word", "a title may be a word for nothing elsewhere", "None")
    title("replacement", "a title that already lost a character", "Cr\ufffdw that stays", "warn")
    to.add("txt_title_missing.csv", text(changed({"F-20": {"title": ""}})), "an item without title", "warn", cells={"F-20": {"parent_id": "F-10"}}, codes="title_missing")


def sheet_of(name: str = "OKRs") -> tuple[Workbook, Worksheet]:
    """Return a new workbook with one sheet."""
    workbook, (sheet,) = book(name)
    return workbook, sheet


def workbooks(to: Collection) -> None:
    to.add("xlsx_plain.xlsx", plain_book(columns=shuffled(7)), "nothing: figures, days and percents as a spreadsheet holds them", cells={**RIGHT, "F-11": {**RIGHT["F-11"], "progress": 0.5, "due": "2026-09-30"}})
    workbook, (objectives, results, check_ins) = book("Objectives", "Key results", "Check-ins")
    objectives.append(["id", "title", "level", "cycle", "parent_ids"])
    for item in (ITEMS[0], ITEMS[3]):
        objectives.append([item["id"], item["title"], "team" if item["parent_id"] else "company", "Q3 2026", item["parent_id"] or None])
    results.append(["id", "objective_id", "title", "start_value", "target_value"])
    check_ins.append(["item_id", "date", "value", "note"])
    for item in (ITEMS[1], ITEMS[2], ITEMS[4]):
        results.append([item["id"], item["parent_id"], item["title"], float(item["start"]), float(item["target"])])
        check_ins.append([item["id"], datetime(2026, 9, 1), float(item["current"]), "so far"])
    several = saved(workbook)
    split: dict[str, dict[str, Cell]] = {"F-11": RIGHT["F-11"], "F-21": RIGHT["F-21"], "F-20": {"parent_id": "F-10"}}
    to.add("xlsx_several_sheets.xlsx", several, "objectives, key results and check-ins in three sheets", cells=split)

    workbook, (shown, hidden) = book("OKRs", "Pay")
    fill(shown)
    fill(hidden, [{**ITEMS[0], "id": "SECRET", "title": "Pay"}])
    hidden.sheet_state = "hidden"
    to.add("xlsx_hidden_sheet.xlsx", saved(workbook), "a hidden sheet", "warn", cells={**RIGHT, "SECRET": None}, codes="hidden_sheet_skipped")
    workbook, sheet = sheet_of()
    fill(sheet)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["E"].hidden = True
    to.add("xlsx_hidden_rows.xlsx", saved(workbook), "a hidden row and a hidden column", "warn", codes="hidden_rows_included")
    workbook, (notes, sheet, summary) = book("Read me", "Q3", "Summary")
    notice: list[list[Any]] = [["How to use this workbook"], [], ["Write one objective a row."], ["Ask Ann."]]
    for cells in notice:
        notes.append(cells)
    fill(sheet)
    figures_below: list[list[Any]] = [["Department", "Objectives", "Average progress"], ["Operations", 1, 0.6], ["Crew", 1, 0.4], ["Total", 2, 0.5]]
    for cells in figures_below:
        summary.append(cells)
    to.add("xlsx_notes_and_summary.xlsx", saved(workbook), "a sheet of notes before and a summary behind: neither holds items", "warn", cells={**RIGHT, "Operations": None, "Crew": None}, codes="sheet_skipped")
    workbook, (former, sheet) = book("Q2", "Q3")
    fill(former, [{**i, "period": "Q2 2026", "current": {"F-11": "84", "F-12": "11", "F-21": "18"}.get(i["id"], "")} for i in ITEMS])
    fill(sheet, [*ITEMS, {**ITEMS[0], "id": "F-70", "title": "Only in Q3"}])
    to.add("xlsx_copied_sheet.xlsx", saved(workbook), "each quarter's sheet was copied with its ids", "warn", 1, {"F-70": {"title": "Only in Q3"}, "F-11": None}, "duplicate_id_conflict")
    workbook, sheet = sheet_of()
    above: list[list[Any]] = [["Ferry line"], ["Status: 1 October"], [None, None, None, None, None, None, None, "Values"]]
    for cells in above:
        sheet.append(cells)
    fill(sheet)
    sheet.merge_cells("H3:J3")
    sheet.append(["Total", None, None, None, None, None, None, 112.5, 112, 111.4])
    to.add("xlsx_header_line_4.xlsx", saved(workbook), "title lines, a group of headings above the header, a total below", "warn", cells={**RIGHT, "Total": None}, codes="header_below_top totals_row_skipped")
    workbook, sheet = sheet_of()
    sheet.append(PAIR_HEADER.split(";"))
    for pair in pairs(True):
        sheet.append([*pair[:3], *(float(c) for c in pair[3:6]), pair[6]])
    sheet.merge_cells("A2:A3")
    to.add("xlsx_merged_objective.xlsx", saved(workbook), "the objective's cell merged over its key results", "warn", cells=BY_TITLE)


def workbook_cells(to: Collection) -> None:
    workbook, sheet = sheet_of()
    fill(sheet)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, float):
                cell.value = f"{cell.value:g}"
                cell.number_format = "@"
    to.add("xlsx_figures_as_text.xlsx", saved(workbook), "figures stored as text", "warn", cells={"F-11": RIGHT["F-11"], "F-21": RIGHT["F-21"]}, codes="numbers_as_text")
    workbook, sheet = sheet_of()
    fill(sheet)
    for row in sheet.iter_rows(min_row=2, min_col=12, max_col=12):
        row[0].value, row[0].number_format = SERIAL, "General"
    to.add("xlsx_day_numbers.xlsx", saved(workbook), "days as plain numbers: the days or empty, never the year 46295", "warn", cells={i: {"due": ("2026-09-30", None)} for i in TITLES})
    workbook, sheet = sheet_of()
    workbook.epoch = CALENDAR_MAC_1904
    fill(sheet)
    to.add("xlsx_1904.xlsx", saved(workbook), "the calendar of old Macs, which counts from 1904", cells={**RIGHT, "F-10": {"due": "2026-09-30"}})
    workbook, sheet = sheet_of()
    fill(sheet)
    for row in sheet.iter_rows(min_row=2, min_col=8, max_col=10):
        for cell in row:
            if cell.value is not None:
                cell.value, cell.number_format = cell.value / 100, "0.0%"
    to.add("xlsx_percent_values.xlsx", saved(workbook), "values in percent format: their progress is the same", cells={"F-11": {"computed": 0.5, "progress": 0.5}, "F-21": {"computed": 0.4}})
    workbook, sheet = sheet_of()
    fill(sheet)
    sheet["J3"], sheet["J4"] = "#DIV/0!", "#N/A"
    sheet["J3"].data_type = sheet["J4"].data_type = "e"
    to.add("xlsx_error_cells.xlsx", saved(workbook), "cells with errors", "warn", cells={"F-11": {"current": None}, "F-12": {"current": None}, "F-21": RIGHT["F-21"]}, codes="not_a_number")
    workbook, sheet = sheet_of()
    fill(sheet)
    sheet["J3"], sheet["J4"] = "=H3+6", "=SUM(H4:I4)"
    to.add("xlsx_formulas_uncomputed.xlsx", saved(workbook), "formulas without a stored result are empty", "warn", cells={"F-11": {"current": None, "target": 94.0}, "F-12": {"current": None}, "F-21": RIGHT["F-21"]})
    workbook, sheet = sheet_of()
    fill(sheet)
    sheet["K3"].value, sheet["K3"].number_format = 50, "General"
    sheet["K4"].value, sheet["K4"].number_format = "75%", "@"
    to.add("xlsx_percent_three_ways.xlsx", saved(workbook), "50 % as 0.6 in percent format, as 50, and as a text", "warn", cells={"F-10": {"progress": 0.6}, "F-11": {"progress": 0.5}, "F-12": {"progress": 0.75}, "F-21": {"progress": 0.4}})
    workbook, sheet = sheet_of()
    fill(sheet)
    sheet["I3"].number_format, sheet["J3"].number_format, sheet["I4"].number_format = '0" pts"', '#,##0,,"M"', "[$€-407] #,##0"
    sheet["L2"].value, sheet["L2"].number_format = datetime(2026, 9, 30, 18, 0), "dddd d mmmm"
    sheet["L3"].number_format = "mm/dd/yy"
    to.add("xlsx_shown_otherwise.xlsx", saved(workbook), "formats that show figures and days otherwise than they are", cells={**RIGHT, "F-10": {"due": "2026-09-30"}, "F-11": {**RIGHT["F-11"], "due": "2026-09-30"}})
    numbered = {"F-10": 101, "F-11": 102, "F-12": 103, "F-20": 104, "F-21": 105}
    workbook, sheet = sheet_of()
    fill(sheet)
    for row in sheet.iter_rows(min_row=2, max_col=4):
        row[0].value, row[3].value = numbered[row[0].value], numbered.get(row[3].value)
    to.add("xlsx_number_ids.xlsx", saved(workbook), "ids that are numbers: 101, not 101.0", cells={"101": RIGHT["F-10"], "105": {"parent_id": "104", "current": 15.9}})


def broken_workbooks(to: Collection) -> None:
    workbook, sheet = sheet_of()
    fill(sheet)
    sheet["XFD1"] = "far"
    to.add("xlsx_far_cell.xlsx", saved(workbook), "one cell in the last of 16,384 columns", "reject", codes="file_too_large|reader_failed", otherwise=or_accept())
    workbook, sheet = sheet_of()
    to.add("xlsx_empty.xlsx", saved(workbook), "an empty workbook", "reject", codes="file_empty")
    workbook, sheet = sheet_of()
    sheet.append(list(COLUMNS))
    to.add("xlsx_header_only.xlsx", saved(workbook), "a header and no row", "reject", codes="file_empty")
    workbook, sheet = sheet_of("Data")
    chart = workbook.create_chartsheet("Chart")
    chart.add_chart(BarChart())
    workbook.remove(sheet)
    to.add("xlsx_chart_only.xlsx", saved(workbook), "a chart and no sheet", "reject", codes="file_empty|file_unreadable")
    plain = plain_book()
    to.add("xlsx_cut.xlsx", plain[: len(plain) // 2], "half a workbook", "reject", codes="file_unreadable|reader_failed")
    parts = members(plain)
    to.add("xlsx_no_sheet_part.xlsx", packed((n, c) for n, c in parts if "worksheets" not in n), "a workbook without the sheet it names", "reject", codes="file_unreadable|file_empty|reader_failed")
    to.add("xlsx_broken_xml.xlsx", packed((n, c[: len(c) // 2] if "sheet1" in n else c) for n, c in parts), "a sheet that ends within a tag", "reject", codes="file_unreadable|reader_failed|file_empty")
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    with_entity = [(n, entity + c.split(b"?>", 1)[-1].replace(b"A crew that", b"&a; that") if "sheet1" in n else c) for n, c in parts]
    to.add("xlsx_entities.xlsx", packed(with_entity), "a sheet with entities of its own", "reject", codes="file_unsafe")
    wide = [(n, c.decode().replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16") if "sheet1" in n else c) for n, c in with_entity]
    to.add("xlsx_entities_utf16.xlsx", packed(wide), "the same in UTF-16, where its signs have other bytes", "reject", codes="file_unsafe|file_unreadable|reader_failed")
    to.add("xlsx_prefixed.xlsx", b"#!/bin/sh\nexit\n" + plain, "a workbook with a script in front of it", "reject", codes="file_unreadable|file_unsafe|header_unknown|delimiter_unknown", otherwise=or_accept())
    to.add("xlsx_macro.xlsm", packed([*parts, ("xl/vbaProject.bin", compound_file("VBA", "PROJECT"))]), "a workbook with macros, which are not looked at")
    to.add("xlsx_named.csv", plain, "a workbook named .csv: the content decides", otherwise=or_reject("file_unreadable"))
    to.add("xlsx_is_csv.xlsx", text(), "a CSV named .xlsx: the content decides", otherwise=or_reject("file_unreadable"))
    to.add("xlsx_password.xlsx", compound_file("EncryptionInfo", "EncryptedPackage"), "a workbook with a password", "reject", codes="file_unreadable", message="password|protected|encrypted")
    to.add("xlsx_old_shell.xls", compound_file("WordDocument"), "an old Word file named .xls", "reject", codes="file_unreadable|reader_failed|file_empty")
    to.add("xlsx_is_word.xlsx", packed([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>")]), "a Word document named .xlsx", "reject", codes="file_unreadable|file_empty")
    table = ("<html><body><table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in ([*COLUMNS], *([i[c] for c in COLUMNS] for i in ITEMS))) + "</table></body></html>")
    to.add("xlsx_is_html.xls", table, "a web page named .xls, as old tools export", "reject", codes="file_unreadable", otherwise=or_accept())
    rows: list[list[Any]] = [list(COLUMNS), *([typed(i[c], c) for c in COLUMNS] for i in ITEMS)]
    to.add("xlsx_libreoffice.ods", open_document(rows), "OpenDocument with a million repeated empty rows", otherwise=or_reject("file_unreadable|file_too_large"))


TEMPLATE_OBJECTIVES = lines("id,title,level,cycle,parent_ids", f"F-10,{TITLES['F-10']},company,Q3 2026,", f"F-20,{TITLES['F-20']},team,Q3 2026,F-10").encode()
TEMPLATE_RESULTS = text([i for i in ITEMS if i["type"] != "objective"], ("id", "parent_id", "title", "start", "target", "current"), headers=("id", "objective_id", "title", "start_value", "target_value", "current_value")).encode()
ZIPPED: dict[str, dict[str, Cell]] = {"F-11": RIGHT["F-11"], "F-12": {"current": 7.5}, "F-20": {"parent_id": "F-10"}, "F-21": RIGHT["F-21"]}


def archives(to: Collection) -> None:
    two = [("objectives.csv", TEMPLATE_OBJECTIVES), ("key_results.csv", TEMPLATE_RESULTS)]
    to.add("zip_two_tables.zip", packed(two), "a ZIP of two CSV files", cells=ZIPPED)
    to.add("zip_folders.zip", packed([("okr/", b""), *((f"okr/2026/{n}", c) for n, c in two)]), "a ZIP with folders", cells=ZIPPED)
    to.add("zip_same_names.zip", packed([("a/okr.csv", TEMPLATE_OBJECTIVES), ("b/okr.csv", TEMPLATE_RESULTS)]), "two members of one name in two folders", cells=ZIPPED)
    to.add("zip_backslashes.zip", packed([("..\\..\\okr_corpus_evil.csv", TEMPLATE_OBJECTIVES), ("C:\\okr.csv", TEMPLATE_RESULTS)]), "members that name places outside in Windows", cells=ZIPPED, otherwise=or_reject("file_unsafe|file_unreadable"))
    rubbish = [("__MACOSX/._objectives.csv", b"\x00\x05\x16\x07Mac"), (".DS_Store", b"\x00\x00\x00\x01Bud1"), ("read me.txt", b"Please use with care."), ("logo.png", b"\x89PNG\r\n\x1a\n")]
    to.add("zip_with_rubbish.zip", packed([*rubbish, *two]), "a ZIP with what a Mac and a person add", "warn", cells=ZIPPED)
    to.add("zip_traversal.zip", packed([("../../../../tmp/okr_corpus_evil.csv", TEMPLATE_OBJECTIVES), ("/etc/okr_corpus_evil.csv", TEMPLATE_RESULTS)]), "members that name places outside", cells=ZIPPED, otherwise=or_reject("file_unsafe|file_unreadable"))
    to.add("zip_of_workbook.zip", packed([("okrs.xlsx", plain_book())]), "a ZIP with a workbook")
    to.add("zip_nested.zip", packed([("inner.zip", packed(two))]), "a ZIP in a ZIP", "reject", codes="file_unreadable|file_unsafe|file_empty", otherwise=or_accept(cells=ZIPPED))
    to.add("zip_bomb.zip", packed([("objectives.csv", TEMPLATE_OBJECTIVES + b"\n" * 40_000_000)]), "40 MB of line ends in 40 KB", "reject", codes="file_unsafe|file_too_large")
    to.add("zip_many.zip", packed((f"f{n}.csv", b"id,title\n") for n in range(3000)), "3,000 members", "reject", codes="file_too_large|file_unsafe")
    to.add("zip_empty.zip", packed([]), "a ZIP with nothing in it", "reject", codes="file_empty|file_unreadable")
    to.add("zip_no_tables.zip", packed(rubbish), "a ZIP without any table", "reject", codes="file_unreadable|file_empty|header_unknown|delimiter_unknown")
    locked = bytearray(packed(two, zipfile.ZIP_STORED))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = locked.find(sign)
        while start >= 0:
            locked[start + offset] |= 1
            start = locked.find(sign, start + 4)
    to.add("zip_password.zip", bytes(locked), "a ZIP with a password", "reject", codes="file_unreadable|file_unsafe", message="password|protected|encrypted")
    to.add("zip_methods.zip", packed(two, zipfile.ZIP_BZIP2), "a ZIP with unusual compression", "reject", codes="file_unsafe|file_unreadable", otherwise=or_accept(cells=ZIPPED))
    to.add("zip_checksum.zip", packed(two, zipfile.ZIP_STORED).replace(b"Punctual", b"Punktual"), "a ZIP whose checksum does not hold", "reject", codes="file_unreadable|reader_failed|file_unsafe")


def other_kinds(to: Collection) -> None:
    unreadable = "file_unreadable|header_unknown|delimiter_unknown|file_unsafe"
    to.add("kind_json_cut.json", '{"objectives": [{"id": "F-10", "title": "Tru', "JSON that ends early", "reject", codes=unreadable)
    to.add("kind_json_deep.json", "[" * 100_000, "JSON 100,000 deep", "reject", codes=f"{unreadable}|file_too_large")
    to.add("kind_json_other.json", json.dumps({"weather": [{"day": "Monday", "sun": True}]}), "JSON about something else", "reject", codes=f"{unreadable}|no_rows")
    to.add("kind_xml.csv", '<?xml version="1.0"?><objectives><objective id="F-10"/></objectives>', "XML", "reject", codes=unreadable)
    to.add("kind_pdf.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "a PDF", "reject", codes="file_unreadable", message="PDF")
    to.add("kind_jpeg.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 8, "a photograph", "reject", codes="file_unreadable")
    to.add("kind_gzip.csv", gzip.compress(text().encode(), mtime=0), "a packed CSV", "reject", codes="file_unreadable", message="compressed")
    to.add("kind_database.csv", b"SQLite format 3\x00" + bytes(512), "a database", "reject", codes="file_unreadable")
    to.add("kind_parquet.csv", b"PAR1" + bytes(range(256)) + b"PAR1", "a Parquet file", "reject", codes="file_unreadable")
    rich = "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\\f0\\fs20 " + "\\par\n".join(text(changed({i: {"owner": "Ann"} for i in TITLES})).splitlines()) + "\\par}"
    to.add("kind_rtf.csv", rich, "formatted text of a word processor", "reject", codes=f"{unreadable}|column_missing|no_rows")
    to.add("kind_sign_in.csv", "\n\n <!-- x -->\n<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "a sign-in page", "reject", codes=unreadable)
    to.add("kind_error_page.csv", "Access denied. Please sign in and try again.\n", "a sentence instead of a table", "reject", codes=unreadable)
    to.add("kind_mail.csv", lines("From: ann@example.com", "Subject: OKRs", "", "Hi, see below", "Trust, crew, ports"), "a mail", "reject", codes=unreadable)
    to.add("kind_zeros.csv", bytes(5000), "5,000 NUL bytes", "reject", codes="file_unreadable|file_empty|header_unknown|delimiter_unknown")
    to.add("kind_empty.csv", b"", "nothing", "reject", codes="file_empty", message="empty")
    to.add("kind_marks.csv", b"\xff\xfe", "a byte order mark alone", "reject", codes="file_empty")
    to.add("kind_blanks.csv", " \n\t\n\r\n ", "blanks alone", "reject", codes="file_empty")
    noise = random.Random(42)
    to.add("kind_noise.xlsx", bytes(noise.randrange(256) for _ in range(5000)), "noise", "reject", codes=unreadable)
    to.add("kind_good_and_bad.csv", text(), "one good file and one picture: nothing goes in", "reject", codes="file_unreadable", message="kind_picture.csv", also={"kind_picture.csv": b"\x89PNG\r\n\x1a\n\x00\x00"})


# fmt: on
if __name__ == "__main__":
    made = make(Path(sys.argv[1]))
    print(f"{len(made)} cases")
