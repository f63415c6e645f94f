"""Rows of text to a table, chunk by chunk, so that a large file never lies in memory as objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from okr_data.ingest.cleaning import (
    clean,
    looks_like_mojibake,
    suspicious,
    unify_line_breaks,
)
from okr_data.ingest.grid import Limits, Unreadable
from okr_data.ingest.plain import TEXT, Block
from okr_data.issues import Issue

#: Rows and cells gathered as Python objects before they become Arrow columns; some 100 MB.
CHUNK_ROWS = 50_000
CHUNK_CELLS = 1_300_000
#: How many lines an aggregated message names.
NAMED_LINES = 5
#: Cells that look wrongly decoded before a file is suspected; one alone may be meant.
MOJIBAKE_CELLS = 2

_DTYPE = pd.StringDtype(storage="pyarrow", na_value=np.nan)


def name_lines(lines: Sequence[int], count: int) -> str:
    """Word a few line numbers: “line 3”, “lines 3, 7, 9 and 12 more”."""
    shown = ", ".join(f"{line:,}" for line in lines[:NAMED_LINES])
    more = count - min(len(lines), NAMED_LINES)
    tail = f" and {more:,} more" if more > 0 else ""
    return f"line{'s' if count > 1 else ''} {shown}{tail}"


class TableBuilder:
    """Gathers rows of text into Arrow columns: cleaned, stripped, empty cells missing.

    ``width`` is the number of columns; what stands beyond it goes to ``overflow``. A table of
    more cells than the limit is refused as soon as it is reached.
    """

    def __init__(self, file: str, width: int, limits: Limits) -> None:
        self.file = file
        self.width = width
        self.overflow: dict[int, tuple[str, ...]] = {}
        self._limits = limits
        self._chunks: list[list[pa.Array]] = [[] for _ in range(width)]
        self._lines: list[np.ndarray] = []
        self._rows: list[Sequence[str]] = []
        self._row_lines: list[int] = []
        self._flushed = 0
        self._used = 0
        self._cleaned: list[int] = []
        self._cleaned_count = 0
        self._mojibake: list[int] = []
        self._mojibake_count = 0
        self._chunk_rows = max(1, min(CHUNK_ROWS, CHUNK_CELLS // max(width, 1)))

    def add(self, line: int, cells: Sequence[str]) -> None:
        """Take one row; ``line`` is where it starts in the file, 1 = first."""
        if len(cells) > self.width:
            self._keep_overflow(line, cells)
            cells = cells[: self.width]
        self._rows.append(cells)
        self._row_lines.append(line)
        if len(self._rows) >= self._chunk_rows:
            self._flush()

    def add_block(self, block: Block) -> None:
        """Take rows of plain lines: their texts hold nothing to be cleaned or suspected."""
        self._flush()
        self._refuse_too_many(self._flushed + block.rows, block.line + block.rows - 1)
        columns = [_emptied(column) for column in block.columns]
        inside, beyond = columns[: self.width], columns[self.width :]
        for row in _filled_rows(beyond).tolist():
            self._keep_beyond(self._flushed + row, [column[row].as_py() or "" for column in beyond])
        for number, chunks in enumerate(self._chunks):
            chunks.append(inside[number] if number < len(inside) else pa.nulls(block.rows, TEXT))
        if len(used := _filled_rows(inside)):
            self._used = self._flushed + int(used[-1]) + 1
        self._lines.append(np.arange(block.line, block.line + block.rows, dtype=np.int64))
        self._flushed += block.rows

    def table(self) -> tuple[pd.DataFrame, np.ndarray]:
        """Return the cells and the line of each row, without blank rows and columns at the end.

        Can be asked once: the gathered chunks are given away to keep the peak of memory low.
        """
        self._flush()
        rows = max([self._used, *(index + 1 for index in self.overflow)])
        columns: list[pa.Array] = []
        for number in range(self.width):
            chunks, self._chunks[number] = self._chunks[number], []
            columns.append(pa.concat_arrays([*chunks, pa.nulls(0, TEXT)])[:rows])
        self._drop_empty_tail(columns)
        lines = np.concatenate([*self._lines, np.array([], dtype=np.int64)])[:rows]
        data = {
            number: pd.arrays.ArrowStringArray(pa.chunked_array([column]), dtype=_DTYPE)
            for number, column in enumerate(columns)
        }
        frame = pd.DataFrame(data, index=pd.RangeIndex(len(lines)), copy=False)
        frame.columns = pd.RangeIndex(len(columns))
        return frame, lines

    def issues(self) -> list[Issue]:
        """Report what was cleaned and what looks wrongly decoded, one issue each."""
        found = []
        if self._cleaned_count:
            where = name_lines(self._cleaned, self._cleaned_count)
            message = f"control characters or invisible marks were taken out of {where}"
            found.append(
                Issue("control_characters_removed", message, self.file, row=self._cleaned[0])
            )
        if self._mojibake_count >= MOJIBAKE_CELLS:
            message = (
                f"{self._mojibake_count:,} cells look as if they had been decoded wrongly before, "
                f"the first in line {self._mojibake[0]:,}"
            )
            found.append(Issue("mojibake_suspected", message, self.file, row=self._mojibake[0]))
        return found

    def _keep_overflow(self, line: int, cells: Sequence[str]) -> None:
        tail = [unify_line_breaks(cell) for cell in cells[self.width :]]
        cleaned = [clean(cell) for cell in tail]
        if cleaned != tail:
            self._note_cleaned({line})
        self._keep_beyond(self._flushed + len(self._rows), [cell.strip() for cell in cleaned])

    def _keep_beyond(self, row: int, cells: list[str]) -> None:
        """Keep the stripped cells beyond the last column, up to the last one with something in it."""
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            self.overflow[row] = tuple(cells)

    def _flush(self) -> None:
        rows, lines = self._rows, self._row_lines
        if not rows:
            return
        self._refuse_too_many(self._flushed + len(rows), lines[-1])
        columns: Iterable[Sequence[str]] = zip_longest(*rows, fillvalue="")
        cleaned: set[int] = set()
        filled = 0
        for filled, column in enumerate(columns, start=1):
            self._chunks[filled - 1].append(self._column(lines, column, cleaned))
        for number in range(filled, self.width):
            self._chunks[number].append(pa.nulls(len(rows), TEXT))
        self._note_cleaned(cleaned)
        self._note_used(rows)
        self._lines.append(np.array(lines, dtype=np.int64))
        self._flushed += len(rows)
        self._rows, self._row_lines = [], []

    def _column(self, lines: Sequence[int], column: Sequence[str], cleaned: set[int]) -> pa.Array:
        joined = "".join(column)
        if not joined:
            return pa.nulls(len(column), TEXT)
        if suspicious(joined):
            column = _clean_column(lines, column, cleaned)
        if looks_like_mojibake(joined):
            found = [
                line
                for line, cell in zip(lines, column, strict=True)
                if cell and looks_like_mojibake(cell)
            ]
            self._mojibake_count += len(found)
            self._mojibake = sorted({*self._mojibake, *found[:1]})[:1]
        return _emptied(pa.array(column, TEXT))

    def _note_cleaned(self, lines: set[int]) -> None:
        self._cleaned_count += len(lines)
        self._cleaned = sorted({*self._cleaned, *sorted(lines)[:NAMED_LINES]})[:NAMED_LINES]

    def _note_used(self, rows: Sequence[Sequence[str]]) -> None:
        for index in range(len(rows) - 1, -1, -1):
            if any(clean(cell).strip() for cell in rows[index] if cell):
                self._used = self._flushed + index + 1
                return

    def _refuse_too_many(self, rows: int, line: int) -> None:
        if rows > self._limits.rows:
            what = f"the table has more than {self._limits.rows:,} rows"
        elif rows * self.width > self._limits.cells:
            what = (
                f"the table has more than {self._limits.cells:,} cells "
                f"({self.width:,} columns, line {line:,} reached)"
            )
        else:
            return
        raise Unreadable(Issue("file_too_large", what, self.file))

    def _drop_empty_tail(self, columns: list[pa.Array]) -> None:
        """Drop empty columns at the right; overflow rows then start with as many empty cells."""
        dropped = 0
        while columns and columns[-1].null_count == len(columns[-1]):
            columns.pop()
            dropped += 1
        if dropped:
            self.overflow = {row: ("",) * dropped + tail for row, tail in self.overflow.items()}


def _emptied(texts: pa.Array) -> pa.Array:
    """Strip texts of blanks around them; empty ones are missing."""
    stripped = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(stripped, ""), pa.scalar(None, TEXT), stripped)


def _filled_rows(columns: Sequence[pa.Array]) -> np.ndarray:
    """Return the places of the rows in which any of some columns has something."""
    return np.flatnonzero(np.any([column.is_valid() for column in columns], axis=0))


def _clean_column(lines: Sequence[int], column: Sequence[str], cleaned: set[int]) -> list[str]:
    result = []
    for line, cell in zip(lines, column, strict=True):
        unified = unify_line_breaks(cell)
        text = clean(unified)
        if text != unified:
            cleaned.add(line)
        result.append(text)
    return result
