"""What a reader of cell values does not tell about an XLSX: its real size, percent formats,
error values, links without a stored text, hidden rows. Read from the XML by a streaming scan."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from xml.etree import ElementTree

from okr_data.ingest.grid import Unreadable
from okr_data.ingest.packed import damaged, read_member, stream
from okr_data.issues import Issue

#: Bytes of one row of a sheet; a thousand times what the widest real one has.
ROW = 64 * 1024 * 1024
#: Formats of Excel's own list that show a percentage.
_PERCENT_IDS = {9, 10}

_P = rb"(?:\w+:)?"
_REF = rb"(?:[^>]*?\s)?r=[\"']([A-Z]+)(\d+)[\"'][^>]*"
_FILLED = rb"(?<!/)>(?!\s*</)"
_LETTERS = re.compile(rb"<" + _P + rb"c\s(?:[^>]*?\s)?r=[\"']([A-Z]+)\d+[\"'][^>]*" + _FILLED)
_ROWS = re.compile(rb"<" + _P + rb"c\s(?:[^>]*?\s)?r=[\"'][A-Z]+(\d+)[\"'][^>]*" + _FILLED)
_PLAIN_LETTERS = re.compile(rb'<c r="([A-Z]+)')
_PLAIN_ROWS = re.compile(rb'<c r="[A-Z]+(\d+)"')
_UNPLACED = re.compile(rb"<" + _P + rb"c(?:\s(?![^>]*\br=)[^>]*)?" + _FILLED)
_ROW = re.compile(rb"<" + _P + rb"row\b([^>]*)>")
_ROW_START = re.compile(rb"<" + _P + rb"row\b")
_NUMBER = re.compile(rb"\br=[\"'](\d+)[\"']")
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']")
_HIDDEN_COLUMN = re.compile(rb"<" + _P + rb"col\s([^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*)>")
_MIN = re.compile(rb"\bmin=[\"'](\d+)[\"']")
_ERROR = re.compile(
    rb"<" + _P + rb"c\s(?=[^>]*\bt=[\"']e[\"'])" + _REF + rb">"
    rb"(?:\s*<" + _P + rb"f\b[^>]*(?:/>|>[^<]*</" + _P + rb"f>))?"
    rb"\s*<" + _P + rb"v>([^<]*)<"
)  # fmt: skip
_UNSTORED = re.compile(
    rb"<" + _P + rb"c\s" + _REF + rb">\s*<" + _P + rb"f\b[^>]*>([^<]*)</" + _P + rb"f>"
    rb"\s*(?:<" + _P + rb"v\s*/>|<" + _P + rb"v>\s*</" + _P + rb"v>)?\s*</" + _P + rb"c>"
)  # fmt: skip
_LINK = re.compile(
    r'\s*=?\s*HYPERLINK\(\s*"(?P<url>(?:[^"]|"")*)"\s*'
    r'(?:[,;]\s*(?:"(?P<text>(?:[^"]|"")*)"|(?P<number>[-+]?\d+(?:\.\d+)?))\s*)?\)\s*$',
    re.IGNORECASE,
)


@dataclass
class SheetFacts:
    """Facts of one sheet; rows and columns count from 0 and only cells with content count."""

    rows: int = 0
    columns: int = 0
    #: Column → rows whose number is shown as a percentage.
    percent: dict[int, set[int]] = field(default_factory=dict)
    #: The same for cells of an ODS that are TRUE or FALSE, and that are durations.
    boolean: dict[int, set[int]] = field(default_factory=dict)
    duration: dict[int, set[int]] = field(default_factory=dict)
    #: Row → column → text that the reader of values does not give.
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden_rows: int = 0
    hidden_columns: int = 0
    #: Merged ranges over several rows, where the reader of values does not know them.
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)


def column_number(letters: bytes | str) -> int:
    """Turn “A” into 0, “AA” into 26."""
    number = 0
    for letter in letters.encode() if isinstance(letters, str) else letters:
        number = number * 26 + letter - 64
    return number - 1


def column_letters(number: int) -> str:
    """Turn 0 into “A”, 26 into “AA”."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def shown_link(formula: str) -> str:
    """Return the text that ``HYPERLINK("url","text")`` shows; "" for any other formula."""
    found = _LINK.match(formula)
    if not found:
        return ""
    text = found["text"] if found["text"] is not None else found["number"] or found["url"]
    return text.replace('""', '"')


def sheet_members(name: str, archive: zipfile.ZipFile) -> dict[str, str]:
    """Map the name of each sheet to its member, as the workbook's relations say."""
    root = _xml(name, archive, "_rels/.rels")
    book = next(
        (_target("", item) for item in root if item.get("Type", "").endswith("/officeDocument")),
        "xl/workbook.xml",
    )
    folder, file = posixpath.split(book)
    relations = _xml(name, archive, posixpath.join(folder, "_rels", f"{file}.rels"))
    targets = {item.get("Id", ""): _target(folder, item) for item in relations}
    found = {}
    for item in _xml(name, archive, book).iter():
        if _local(item.tag) == "sheet":
            relation = next((value for key, value in item.items() if key.endswith("}id")), "")
            found[item.get("name", "")] = targets.get(relation, "")
    return found


def percent_styles(name: str, archive: zipfile.ZipFile) -> set[int]:
    """Return the cell styles (by position) whose number format shows a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    root = _xml(name, archive, "xl/styles.xml")
    formats = set(_PERCENT_IDS)
    for item in root.iter():
        if _local(item.tag) == "numFmt":
            code = re.sub(r'"[^"]*"|\\.|[_*].', "", item.get("formatCode", ""))
            if "%" in code:
                formats.add(int(item.get("numFmtId", "-1")))
    styles = next((item for item in root if _local(item.tag) == "cellXfs"), ())
    return {
        position
        for position, item in enumerate(styles)
        if int(item.get("numFmtId", "0") or 0) in formats
    }


def scan_sheet(
    name: str, archive: zipfile.ZipFile, member: str, percent: set[int], cells: int
) -> SheetFacts:
    """Read the facts of one sheet; needs memory for one row and for what is special.

    Cells that are styled and empty are told from others only where counting them makes the
    sheet larger than ``cells``, because that takes several times as long.
    """
    facts = _scan(name, archive, member, percent, exact=False)
    if facts.rows * facts.columns > cells:
        facts = _scan(name, archive, member, percent, exact=True)
    return facts


def _scan(
    name: str, archive: zipfile.ZipFile, member: str, percent: set[int], exact: bool
) -> SheetFacts:
    facts = SheetFacts()
    styled = _percent_pattern(percent)
    hidden_columns: list[int] = []
    placed = 0
    for part in _by_rows(name, archive, member):
        plain = _is_plain(part)
        if not plain and _UNPLACED.search(part):
            placed = _count_unplaced(facts, part, placed)
        letters, numbers = _references(part) if plain and not exact else _filled_references(part)
        facts.columns = max([facts.columns, *(column_number(item) + 1 for item in letters)])
        facts.rows = max(facts.rows, max(numbers, default=0))
        hidden_columns.extend(_hidden_columns(part))
        facts.hidden_rows += _hidden_rows(part)
        _note_percent(facts, styled, part)
        _note_texts(facts, part)
    facts.hidden_columns = sum(first <= facts.columns for first in hidden_columns)
    return facts


def _is_plain(part: bytes) -> bool:
    """Say whether every cell is written as most programs do: ``<c r="A1"``, without a prefix."""
    return b":c " not in part and part.count(b'<c r="') == part.count(b"<c ") + part.count(b"<c>")


def _references(part: bytes) -> tuple[set[bytes], set[int]]:
    """Return the columns and rows that cells name, empty cells included."""
    return set(_PLAIN_LETTERS.findall(part)), set(map(int, set(_PLAIN_ROWS.findall(part))))


def _filled_references(part: bytes) -> tuple[set[bytes], set[int]]:
    return set(_LETTERS.findall(part)), set(map(int, set(_ROWS.findall(part))))


def _xml(name: str, archive: zipfile.ZipFile, member: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(read_member(name, archive, member))
    except KeyError as error:
        raise Unreadable(Issue("file_unreadable", "this is no workbook", name)) from error
    except ElementTree.ParseError as error:
        raise Unreadable(damaged(name, error)) from error


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _target(folder: str, relation: ElementTree.Element) -> str:
    target = relation.get("Target", "")
    return target[1:] if target.startswith("/") else posixpath.join(folder, target)


def _by_rows(name: str, archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """Yield the XML in pieces that end with a row."""
    rest = b""
    for block in stream(name, archive, member):
        rest += block
        cut = rest.rfind(b"row>") + 4
        if cut > 4:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > ROW:
            what = f"a row of the workbook is longer than {ROW / 2**20:,.0f} MB"
            raise Unreadable(Issue("file_too_large", what, name))
    yield rest


def _count_unplaced(facts: SheetFacts, part: bytes, placed: int) -> int:
    """Bound rows and columns where cells carry no reference and count from left to right."""
    for piece in _ROW_START.split(part)[1:]:
        number = _NUMBER.search(piece.partition(b">")[0])
        placed = int(number[1]) if number else placed + 1
        facts.rows = max(facts.rows, placed)
        facts.columns = max(facts.columns, len(_UNPLACED.findall(piece)))
    return placed


def _hidden_columns(part: bytes) -> list[int]:
    if b"hidden=" not in part:
        return []
    found = (_MIN.search(attributes) for attributes in _HIDDEN_COLUMN.findall(part))
    return [int(first[1]) for first in found if first]


def _hidden_rows(part: bytes) -> int:
    """Count hidden rows with content; blank ones are hidden to the end of many a sheet."""
    if b"hidden=" not in part:
        return 0
    _, filled = _filled_references(part)
    hidden = (_NUMBER.search(row) for row in _ROW.findall(part) if _HIDDEN.search(row))
    return sum(number is not None and int(number[1]) in filled for number in hidden)


def _percent_pattern(styles: set[int]) -> re.Pattern[bytes] | None:
    if not styles:
        return None
    choice = b"|".join(str(style).encode() for style in sorted(styles))
    return re.compile(
        rb"<" + _P + rb"c\s(?=[^>]*\bs=[\"'](?:" + choice + rb")[\"'])" + _REF + _FILLED
    )


def _note_percent(facts: SheetFacts, pattern: re.Pattern[bytes] | None, part: bytes) -> None:
    if pattern is None:
        return
    for letters, row in pattern.findall(part):
        facts.percent.setdefault(column_number(letters), set()).add(int(row) - 1)


def _note_texts(facts: SheetFacts, part: bytes) -> None:
    errors = b't="e"' in part or b"t='e'" in part
    for letters, row, shown in _ERROR.findall(part) if errors else ():
        _note_text(facts, letters, row, unescape(shown.decode("utf-8", "replace")))
    if not any(word in part for word in (b"HYPERLINK", b"hyperlink", b"Hyperlink")):
        return
    for letters, row, formula in _UNSTORED.findall(part):
        shown = shown_link(unescape(formula.decode("utf-8", "replace")))
        if shown:
            _note_text(facts, letters, row, shown)


def _note_text(facts: SheetFacts, letters: bytes, row: bytes, shown: str) -> None:
    facts.texts.setdefault(int(row) - 1, {})[column_number(letters)] = shown
