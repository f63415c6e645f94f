"""Blocks of whole lines in which nothing is doubtful, read at once instead of row by row.

Most of a large export is such lines: one record a line, as many cells in each, every quotation
opened and closed where it must be. Pyarrow reads them as the csv module would, many times as fast;
whatever it might read otherwise is left to the csv module, which also names what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from okr_data.ingest.cleaning import looks_like_mojibake, suspicious

TEXT = pa.large_string()


@dataclass(frozen=True)
class Block:
    """Records of one line each; ``line`` is that of the first, ``columns`` hold the raw texts."""

    line: int
    columns: Sequence[pa.Array]

    @property
    def rows(self) -> int:
        return len(self.columns[0])


class PlainReader:
    """Reads blocks of one file, of at most so many columns and characters a cell."""

    def __init__(self, delimiter: str, columns: int, longest: int) -> None:
        self._delimiter = delimiter
        self._columns = columns
        self._longest = longest
        mark = re.escape(delimiter)
        inside = r'[^"\n]*+(?:""[^"\n]*+)*+'
        self._quotation = re.compile(rf'(?:\A|(?<=[{mark}\n]))"{inside}"(?=[{mark}\n]|\Z)')

    def read(self, block: str, line: int) -> Block | None:
        """Return the records of a block that begins in a line, None where a doubt remains."""
        text = block.replace("\r\n", "\n") if "\r" in block else block
        if suspicious(text) or looks_like_mojibake(text):
            return None
        outside = self._quotation.sub("", text) if '"' in text else text
        if '"' in outside:
            return None
        columns = outside.partition("\n")[0].count(self._delimiter) + 1
        if not 2 <= columns <= self._columns:
            return None
        names = [str(number) for number in range(columns)]
        try:
            content = text.encode()
            table = csv.read_csv(
                pa.BufferReader(content),
                csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
                csv.ParseOptions(
                    delimiter=self._delimiter,
                    quote_char=False if outside is text else '"',
                    ignore_empty_lines=False,
                ),
                csv.ConvertOptions(column_types=dict.fromkeys(names, TEXT)),
            )
        except (pa.ArrowInvalid, UnicodeEncodeError):  # another number of cells; half a character
            return None
        found = [column.combine_chunks() for column in table.columns]
        return None if self._too_long(len(content), found) else Block(line, found)

    def _too_long(self, size: int, columns: Sequence[pa.Array]) -> bool:
        """Tell whether a cell may be too long: bytes are at least as many as characters."""
        return size > self._longest and any(
            pc.max(pc.binary_length(column)).as_py() > self._longest for column in columns
        )
