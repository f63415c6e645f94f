"""What a reader of cell values does not tell about an ODS: real size, percentages, hidden rows.

Repeated cells and rows are counted as often as they repeat, but only where they hold something:
every sheet ends with a repeated empty cell up to its last possible row and column.
"""

from __future__ import annotations

import zipfile
from xml.parsers import expat

from okr_data.ingest.grid import Unreadable
from okr_data.ingest.openxml import SheetFacts
from okr_data.ingest.packed import damaged, stream

#: Rows and columns a sheet can have at most; larger repeats are a mistake or an attack.
_MOST = 1_048_576


def scan_tables(name: str, archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    """Read the facts of each sheet, by its name, from ``content.xml``."""
    scan = _Scan()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    try:
        for block in stream(name, archive, "content.xml"):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, KeyError) as error:
        raise Unreadable(damaged(name, error)) from error
    return scan.tables


class _Scan:
    """Keeps the place in the sheet while the XML goes by."""

    def __init__(self) -> None:
        self.tables: dict[str, SheetFacts] = {}
        self._facts = SheetFacts()
        self._row = 0
        self._repeat = 1
        self._column = 0
        self._hidden = False
        self._filled = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        local = tag.rpartition(" ")[2]
        values = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if local == "table":
            self._facts = SheetFacts()
            self.tables[values.get("name", "")] = self._facts
            self._row = 0
        elif local == "table-row":
            self._repeat = _count(values, "number-rows-repeated")
            self._column, self._filled = 0, False
            self._hidden = values.get("visibility", "visible") != "visible"
        elif local in ("table-cell", "covered-table-cell"):
            self._cell(values)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if tag.rpartition(" ")[2] != "table-row":
            return
        if self._filled:
            self._facts.rows = self._row + self._repeat
            self._facts.hidden_rows += self._hidden
        self._row += self._repeat

    def _cell(self, values: dict[str, str]) -> None:
        repeat = _count(values, "number-columns-repeated")
        kind = values.get("value-type")
        if kind:
            self._filled = True
            self._facts.columns = max(self._facts.columns, self._column + repeat)
        special = {
            "percentage": self._facts.percent,
            "boolean": self._facts.boolean,
            "time": self._facts.duration,
        }.get(kind or "")
        if special is not None and repeat * self._repeat < _MOST:
            for column in range(self._column, self._column + repeat):
                rows = range(self._row, self._row + self._repeat)
                special.setdefault(column, set()).update(rows)
        spanned = _count(values, "number-rows-spanned")
        if spanned > 1:
            last = self._column + _count(values, "number-columns-spanned") - 1
            end = (self._row + spanned - 1, last)
            self._facts.merged.append(((self._row, self._column), end))
        self._column += repeat


def _count(values: dict[str, str], name: str) -> int:
    text = values.get(name, "1")
    return max(1, int(text)) if text.isdecimal() else 1
