"""Bytes to a table of text: encoding, delimiter and header are decided here, values are not.

Nothing is guessed silently: a file that is not text, has no header we know, or ends inside a
quotation is refused by name; every other doubt becomes an issue.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from okr_data.issues import Issue

#: Limits at the door; a larger upload is a mistake or an attack.
MAX_BYTES = 512 * 1024 * 1024
MAX_COLUMNS = 4_000
MAX_CELL = 200_000
MAX_ROWS = 3_000_000
#: Lines in which a header is looked for; exports put titles and filters above it.
HEADER_LINES = 20
DELIMITERS = (",", ";", "\t", "|")

csv.field_size_limit(MAX_CELL)

_MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or ZIP archive: save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b", "a compressed file: upload the CSV itself"),
    (b"%PDF", "a PDF: export the data as CSV"),
    (b"\x89PNG", "a picture: export the data as CSV"),
)
_HTML = re.compile(r"^\s*<(!doctype\s+html|html|head|body)", re.IGNORECASE)


@dataclass(frozen=True)
class Upload:
    """One file as it came: the name it was given and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Row:
    """One record: the line on which it starts (1 = first), and its cells, stripped."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A table of text with its header found; rows may be longer than the header."""

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    delimiter: str = ","
    issues: tuple[Issue, ...] = ()

    def position(self) -> dict[str, int]:
        """Map each normalised header to its first column; empty headers are left out."""
        found: dict[str, int] = {}
        for number, name in enumerate(self.header):
            if normalise_header(name):
                found.setdefault(normalise_header(name), number)
        return found


class Unreadable(Exception):
    """A file cannot be turned into a table; carries the one issue that says why."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(str(issue))


@dataclass
class _Text:
    """Decoded text and what was decided on the way."""

    text: str
    issues: list[Issue] = field(default_factory=list)


def normalise_header(name: str) -> str:
    """Fold case, spaces and punctuation: "Key Result ID " and "key_result_id" are one header."""
    return re.sub(r"[\W_]+", "_", name.strip().lower().replace("%", "percent")).strip("_")


def read_sheet(upload: Upload, known_headers: Callable[[set[str]], int]) -> Sheet:
    """Turn one upload into a sheet, or raise :class:`Unreadable`.

    ``known_headers`` scores a set of normalised headers; the line and delimiter with the best
    score above zero are taken.
    """
    decoded = _decode(upload)
    delimiter, header_index = _find_header(upload.name, decoded.text, known_headers)
    records = list(_records(upload.name, decoded.text, delimiter))
    header = records[header_index].cells
    rows = tuple(row for row in records[header_index + 1 :] if any(row.cells))
    if not rows:
        raise Unreadable(Issue("file_empty", "there are no rows below the header", upload.name))
    return Sheet(upload.name, header, rows, delimiter, tuple(decoded.issues))


def _decode(upload: Upload) -> _Text:
    content = upload.content
    if len(content) > MAX_BYTES:
        raise Unreadable(
            Issue(
                "file_too_large",
                f"the file has {len(content) / 2**20:,.0f} MB; the limit is {MAX_BYTES / 2**20:,.0f} MB",
                upload.name,
            )
        )
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise Unreadable(Issue("file_unreadable", f"this is {what}", upload.name))
    decoded = _decode_text(upload.name, content)
    if not decoded.text.strip():
        raise Unreadable(Issue("file_empty", "the file is empty", upload.name))
    if _HTML.match(decoded.text):
        raise Unreadable(
            Issue(
                "file_unreadable",
                "this is a web page, not a CSV: export the data instead of saving the page",
                upload.name,
            )
        )
    return decoded


def _decode_text(name: str, content: bytes) -> _Text:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return _Text(content.decode("utf-16"))
        except UnicodeDecodeError as error:
            raise Unreadable(Issue("file_unreadable", f"broken UTF-16: {error}", name)) from error
    if b"\x00" in content:
        raise Unreadable(
            Issue("file_unreadable", "this is not a text file (it holds NUL bytes)", name)
        )
    try:
        return _Text(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        text = content.decode("cp1252", errors="replace")
        issue = Issue(
            "encoding_guessed",
            f"the file is not UTF-8 (line {line}); it was read as Windows-1252",
            name,
            row=line,
        )
        return _Text(text, [issue])


def _find_header(name: str, text: str, known_headers: Callable[[set[str]], int]) -> tuple[str, int]:
    """Return the delimiter and the index of the header record; raise where none is known."""
    best = (0, ",", 0)
    for delimiter in DELIMITERS:
        for index, row in enumerate(_first_records(text, delimiter)):
            score = known_headers({normalise_header(cell) for cell in row.cells} - {""})
            if score > best[0]:
                best = (score, delimiter, index)
    if best[0] == 0:
        first = next((line for line in text.splitlines() if line.strip()), "")
        raise Unreadable(
            Issue(
                "header_unknown",
                f"no header of a known format in the first {HEADER_LINES} lines; "
                f"the first line reads “{first[:120]}”",
                name,
                row=1,
            )
        )
    return best[1], best[2]


def _first_records(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for index, cells in enumerate(reader):
            if index >= HEADER_LINES:
                return
            yield Row(line, tuple(cell.strip() for cell in cells))
            line = reader.line_num + 1
    except csv.Error:
        return


def _records(name: str, text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for number, cells in enumerate(reader):
            _check_size(name, line, number, len(cells))
            yield Row(line, tuple(cell.strip() for cell in cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(_csv_issue(name, line, error)) from error


def _check_size(name: str, line: int, rows: int, columns: int) -> None:
    if columns > MAX_COLUMNS:
        what = f"line {line} has {columns:,} columns; the limit is {MAX_COLUMNS:,}"
    elif rows > MAX_ROWS:
        what = f"the file has more than {MAX_ROWS:,} rows"
    else:
        return
    raise Unreadable(Issue("file_too_large", what, name, row=line))


def _csv_issue(name: str, line: int, error: csv.Error) -> Issue:
    if "unexpected end" in str(error):
        return Issue(
            "quote_unclosed",
            f"a quotation that opens in the record of line {line} is never closed",
            name,
            row=line,
        )
    if "field larger" in str(error):
        return Issue(
            "file_too_large",
            f"a cell in line {line} is longer than {MAX_CELL:,} characters",
            name,
            row=line,
        )
    return Issue("file_unreadable", f"line {line} is not valid CSV: {error}", name, row=line)
