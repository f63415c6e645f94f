"""CSV, TSV and the like to a grid: encoding, delimiter and records; values stay text.

Nothing is guessed silently: what is not text, has no separator we know, or ends inside a
quotation is refused by name; every other doubt becomes an issue.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice

from okr_data.ingest import encoding
from okr_data.ingest.grid import LIMITS, Grid, Limits, Unreadable
from okr_data.ingest.plain import PlainReader
from okr_data.ingest.tables import TableBuilder
from okr_data.issues import Issue

DELIMITERS = (",", ";", "\t", "|")
#: Records whose longest sets the width of the grid, and from which the delimiter is found.
FIRST_RECORDS = 20
#: Characters of one line; a header of the allowed columns with long names has a tenth of it.
LINE = 16_000_000
#: Lines and characters from which the delimiter is found.
SNIFFED_LINES = 200
SNIFFED = 1_000_000
#: Separators that are met in the wild and not read; each must be named, not swallowed.
_FOREIGN = ("||", "~", "^", "¦", "::", "\x01", "\x1f", "§")

_MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or ZIP archive: save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b", "a compressed file: upload the CSV itself"),
    (b"BZh", "a compressed file: upload the CSV itself"),
    (b"\xfd7zXZ\x00", "a compressed file: upload the CSV itself"),
    (b"\x28\xb5\x2f\xfd", "a compressed file: upload the CSV itself"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed archive: upload the CSV itself"),
    (b"Rar!\x1a\x07", "a compressed archive: upload the CSV itself"),
    (b"%PDF", "a PDF: export the data as CSV"),
    (b"\x89PNG", "a picture (a binary file): export the data as CSV"),
    (b"\xff\xd8\xff", "a picture (a binary file): export the data as CSV"),
    (b"GIF8", "a picture (a binary file): export the data as CSV"),
    (b"\x7fELF", "a program (a binary file): export the data as CSV"),
    (b"SQLite format 3\x00", "a database: export the data as CSV"),
    (b"PAR1", "a Parquet file: export the data as CSV"),
    (b"ARROW1", "an Arrow file: export the data as CSV"),
)
#: Bytes of blanks, line ends and byte order marks.
_BLANK = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"
_HTML = re.compile(
    r"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|meta|table)\b", re.I | re.S
)
_XML = re.compile(r"\s*<\?xml\b")
_SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n?$', re.IGNORECASE)


#: Told the share of a file, 0–1, that is read.
Advanced = Callable[[float], object]


def unheard(_share: float) -> None:
    """Tell nobody."""


def read_delimited(
    name: str, content: bytes, limits: Limits = LIMITS, advanced: Advanced = unheard
) -> Grid:
    """Turn a text file into a grid, or raise :class:`Unreadable`.

    The delimiter is one of comma, semicolon, tab and ``|``; line ends are LF, CRLF or CR.
    The width of the grid is that of the longest of the first 20 records; cells beyond it are
    its overflow. ``lines`` are exact, also with line breaks inside quotations.
    """
    _refuse_by_size(name, content, limits)
    _refuse_binary(name, content)
    decision = encoding.decide(name, content)
    text = _Text(name, content, decision, limits)
    delimiter, skipped = _find_delimiter(name, text, limits)
    builder = _gather(replace(text, advanced=advanced), delimiter, skipped)
    cells, lines = builder.table()
    if not len(cells):
        raise Unreadable(Issue("file_empty", "the file is empty", name))
    return Grid(
        name,
        cells,
        lines,
        delimiter=delimiter,
        overflow=builder.overflow,
        issues=(*decision.issues, *builder.issues()),
    )


@dataclass(frozen=True)
class _Text:
    """A file that can be decoded from its start as often as needed."""

    name: str
    content: bytes
    decision: encoding.Decision
    limits: Limits
    advanced: Advanced = unheard

    def blocks(self) -> Iterator[str]:
        """Yield the text in blocks of whole lines; refuse a line that never ends."""
        rest, number = "", 1
        for place, decoded in enumerate(encoding.blocks(self.content, self.decision)):
            self.advanced(min(1.0, place * encoding.BLOCK / max(1, len(self.content))))
            block = rest + decoded
            end = block.rfind("\n") + 1
            if not end and "\r" in block:  # the last one may go on in the next block, as CRLF
                end = block.rfind("\r", 0, len(block) - 1) + 1
            whole, rest = block[:end], block[end:]
            if whole:
                yield whole
            number += _breaks(whole)
            if len(rest) > LINE:
                raise Unreadable(self._endless(number, rest))
        if rest:
            yield rest

    def lines(self) -> Iterator[str]:
        """Yield the lines with their ends (LF, CRLF or CR); refuse one that never ends."""
        for block in self.blocks():
            yield from _lines(block)

    def head(self) -> list[str]:
        """Return the first lines, enough to find the delimiter."""
        found: list[str] = []
        size = 0
        for line in islice(self.lines(), SNIFFED_LINES):
            found.append(line)
            size += len(line)
            if size > SNIFFED:
                break
        return found

    def _endless(self, number: int, line: str) -> Issue:
        if line.count('"') % 2:
            what = f"a quotation that opens in line {number:,} is not closed within {LINE:,} characters"
            return Issue("quote_unclosed", what, self.name, row=number)
        columns = max(line.count(delimiter) for delimiter in DELIMITERS) + 1
        if columns > self.limits.columns:
            what = (
                f"line {number:,} has more than {columns:,} columns; "
                f"the limit is {self.limits.columns:,}"
            )
        else:
            what = f"line {number:,} is longer than {LINE:,} characters"
        if number == 1:
            what += ", so there is no header"
        return Issue("file_too_large", what, self.name, row=number)


def _lines(block: str) -> list[str]:
    return io.StringIO(block, newline="").readlines()


def _breaks(text: str) -> int:
    """Count the line breaks of a text: LF, CRLF or CR."""
    return text.count("\n") + (text.count("\r") - text.count("\r\n") if "\r" in text else 0)


def _refuse_by_size(name: str, content: bytes, limits: Limits) -> None:
    if len(content) > limits.file:
        size, limit = len(content) / 2**20, limits.file / 2**20
        what = f"the file has {size:,.0f} MB; the limit is {limit:,.0f} MB"
        raise Unreadable(Issue("file_too_large", what, name))
    if not content[:4096].strip(_BLANK) and not content.strip(_BLANK):
        raise Unreadable(Issue("file_empty", "the file is empty", name))


def _refuse_binary(name: str, content: bytes) -> None:
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise Unreadable(Issue("file_unreadable", f"this is {what}", name))
    if content.startswith(b"MZ") and b"\x00" in content[:256]:
        what = "this is a program (a binary file): export the data as CSV"
        raise Unreadable(Issue("file_unreadable", what, name))
    if encoding.is_binary(content):
        what = "this is not a text file but a binary file: export the data as CSV"
        raise Unreadable(Issue("file_unreadable", what, name))


def refuse_markup(name: str, start: str) -> None:
    """Refuse a web page or an XML file by its first characters."""
    if _HTML.match(start):
        what = (
            "this is a web page, not a CSV: share the sheet or export it instead of saving the page"
        )
    elif not _XML.match(start):
        return
    elif "mso-application" in start or "urn:schemas-microsoft-com:office:spreadsheet" in start:
        what = "this is an old XML spreadsheet: save it as .xlsx or CSV"
    elif re.search(r"<!doctype\s+html|<html", start, re.IGNORECASE):
        what = "this is a web page, not a CSV: share the sheet or export it"
    else:
        what = "this is an XML file: export the data as CSV"
    raise Unreadable(Issue("file_unreadable", what, name))


def _find_delimiter(name: str, text: _Text, limits: Limits) -> tuple[str, int]:
    """Return the delimiter and the number of lines to skip (1 after Excel's ``sep=`` line)."""
    csv.field_size_limit(limits.cell)
    head = text.head()
    refuse_markup(name, "".join(head)[:5_000])
    hint = _SEP_LINE.match(head[0]) if head else None
    if hint and hint[1] in DELIMITERS:
        return hint[1], 1
    _refuse_foreign(name, head)
    scores = {delimiter: _score(head, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter]), 0


def _score(head: Sequence[str], delimiter: str) -> float:
    """Judge a delimiter: the share of records of the usual width, times the logarithm of it.

    A header whose cells are all filled and different counts half as much again.
    """
    records = [record for record in _first_records(head, delimiter) if any(record)]
    counts = Counter(len(record) for record in records if len(record) > 1)
    if not counts:
        return 0.0
    width, rows = max(counts.items(), key=lambda item: (item[1], item[0]))
    header = next(record for record in records if len(record) == width)
    named = {cell.strip() for cell in header} - {""}
    bonus = 1.5 if len(named) == width and not any(map(_is_figure, named)) else 1.0
    return rows / len(records) * math.log(width) * bonus


def _is_figure(cell: str) -> bool:
    return re.fullmatch(r"[\d.,:%/ -]+", cell) is not None


def _first_records(head: Sequence[str], delimiter: str) -> list[list[str]]:
    reader = csv.reader(head, delimiter=delimiter, strict=True, skipinitialspace=True)
    found: list[list[str]] = []
    with suppress(csv.Error):  # the reading itself reports it, with its line
        found.extend(islice(reader, FIRST_RECORDS + 10))
    return found


def _refuse_foreign(name: str, head: Sequence[str]) -> None:
    lines = [line.strip("\r\n") for line in head if line.strip()][:FIRST_RECORDS]
    if len(lines) < 2:
        return
    for separator in _FOREIGN:
        counts = {line.count(separator) for line in lines}
        if len(counts) == 1 and counts.pop() >= 2 and _nothing_else(lines, separator):
            what = (
                f"the cells seem to be separated by “{separator}”, which is not read; "
                "the accepted separators are comma, semicolon, tab and |"
            )
            raise Unreadable(Issue("delimiter_unknown", what, name, row=1))


def _nothing_else(lines: Sequence[str], separator: str) -> bool:
    """Say whether no accepted delimiter explains the lines as well as the foreign one does."""
    header = lines[0].replace(separator, "")
    return not any(delimiter in header for delimiter in DELIMITERS) and (
        separator != "||" or all(line.count("||") * 2 == line.count("|") for line in lines)
    )


def _gather(text: _Text, delimiter: str, skipped: int) -> TableBuilder:
    from_start = _records(replace(text, advanced=unheard), delimiter, skipped)
    first = [cells for _, cells in islice(from_start, FIRST_RECORDS)]
    width = max(map(_filled, first), default=0)
    builder = TableBuilder(text.name, width, text.limits)
    columns = text.limits.columns
    plain = PlainReader(delimiter, columns, text.limits.cell)

    def taken(block: str, line: int) -> int:
        found = plain.read(block, line)
        if found is None:
            return 0
        builder.add_block(found)
        return found.rows

    for line, cells in _records(text, delimiter, skipped, taken, first[0] if first else ()):
        if len(cells) > columns:
            what = f"line {line:,} has {len(cells):,} columns; the limit is {columns:,}"
            raise Unreadable(Issue("file_too_large", what, text.name, row=line))
        builder.add(line, cells)
    return builder


def _filled(cells: Sequence[str]) -> int:
    """Count the cells up to the last one that is not blank."""
    count = len(cells)
    while count and not cells[count - 1].strip():
        count -= 1
    return count


def _records(
    text: _Text,
    delimiter: str,
    skipped: int,
    taken: Callable[[str, int], int] = lambda *_: 0,
    first: Sequence[str] = (),
) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it starts.

    ``taken`` is offered each block that begins with a record, and its first line; of the lines
    that it takes, whose number it returns, no records are yielded. ``first`` is the first
    record where it is known.
    """
    csv.field_size_limit(text.limits.cell)
    blocks = text.blocks()
    if skipped:
        blocks = chain(["".join(_lines(next(blocks))[skipped:])], blocks)
    waiting: deque[str] = deque()
    recent: list[str] = []

    def following() -> Iterator[str]:
        while True:
            while not waiting:  # a quotation goes on in the next block
                block = next(blocks, None)
                if block is None:
                    return
                waiting.extend(_lines(block))
            recent.append(waiting.popleft())
            yield recent[-1]

    reader = csv.reader(following(), delimiter=delimiter, strict=True, skipinitialspace=True)
    line, unseen = skipped + 1, skipped
    try:
        for block in blocks:
            if count := taken(block, line):
                line, unseen = line + count, unseen + count
                continue
            waiting.extend(_lines(block))
            for cells in reader:
                yield line, cells
                first = first or cells
                line = unseen + reader.line_num + 1
                recent.clear()
                if not waiting:
                    break
    except csv.Error as error:
        broken = _Broken(text, delimiter, line, "".join(recent), first)
        raise Unreadable(broken.issue(error)) from error


@dataclass(frozen=True)
class _Field:
    """One cell of a broken record: its column (1 = first) and where it stands in the text."""

    column: int
    start: int
    end: int
    quoted: bool
    closed: bool = True


@dataclass(frozen=True)
class _Broken:
    """A record that the csv module cannot read, with the lines it has looked at."""

    text: _Text
    delimiter: str
    line: int
    recent: str
    header: Sequence[str]

    def issue(self, error: csv.Error) -> Issue:
        """Say what is wrong with the record, and in which line."""
        fields = list(self._fields())
        last = fields[-1] if fields else _Field(1, 0, 0, False)
        if "field larger" in str(error):
            limit = self.text.limits.cell
            large = next((field for field in fields if field.end - field.start > limit), last)
            if large.closed:
                return self._too_long(large)
            return self._unclosed(large, f"within {limit:,} characters")
        if "unexpected end" in str(error):
            return self._unclosed(last, "before the file ends")
        if self._line_at(last.end) > self._line_at(last.start):
            ends = self._line_at(last.end)
            return self._unclosed(last, f"properly (text follows the mark in line {ends:,})")
        line = self._line_at(last.start)
        what = f"line {line:,} is not valid CSV: {error}"
        return Issue("file_unreadable", what, self.text.name, row=line)

    def _unclosed(self, field: _Field, when: str) -> Issue:
        line = self._line_at(field.start)
        what = f"a quotation that opens in line {line:,} is not closed {when}"
        return Issue("quote_unclosed", what, self.text.name, row=line)

    def _too_long(self, field: _Field) -> Issue:
        line = self._line_at(field.start)
        named = self.header[field.column - 1].strip() if field.column <= len(self.header) else ""
        what = (
            f"line {line:,}, column {field.column}{f' ({named})' if named else ''}: "
            f"the cell is longer than {self.text.limits.cell:,} characters"
        )
        return Issue("file_too_large", what, self.text.name, row=line, column=named)

    def _line_at(self, position: int) -> int:
        before = self.recent[:position]
        return self.line + before.count("\n") + before.count("\r") - before.count("\r\n")

    def _fields(self) -> Iterator[_Field]:
        """Walk the record as the csv module does, up to the field that it cannot read."""
        text, position, column = self.recent, 0, 1
        ends = re.compile(f"[{re.escape(self.delimiter)}\r\n]")
        while position < len(text):
            while text.startswith(" ", position):
                position += 1
            start = position
            quoted = text.startswith('"', position)
            if quoted:
                position = self._closing(position + 1)
                if position < 0:
                    yield _Field(column, start, len(text), True, closed=False)
                    return
            found = ends.search(text, position)
            end = found.start() if found else len(text)
            yield _Field(column, start, position if quoted else end, quoted)
            if quoted and end != position:
                return
            column += 1
            position = end + 1

    def _closing(self, position: int) -> int:
        """Return the position behind the mark that closes a quotation, -1 where there is none."""
        while True:
            found = self.recent.find('"', position)
            if found < 0:
                return -1
            if not self.recent.startswith('""', found):
                return found + 1
            position = found + 2
