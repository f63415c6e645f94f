"""What readers produce: tables of text as they stand in a file, with nothing interpreted yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from okr_data.issues import Issue


@dataclass(frozen=True)
class Limits:
    """Limits at the door; a larger upload is a mistake or an attack. Sizes are in bytes."""

    file: int = 512 * 1024 * 1024
    #: What a ZIP or workbook may unpack to in all, and by which factor.
    unpacked: int = 1024 * 1024 * 1024
    ratio: int = 200
    members: int = 2_000
    sheets: int = 100
    rows: int = 3_000_000
    columns: int = 4_000
    #: Rows times columns of one table.
    cells: int = 60_000_000
    #: Characters of one cell.
    cell: int = 200_000
    #: Depth of nesting of a JSON file.
    nesting: int = 50


LIMITS = Limits()


@dataclass(frozen=True)
class Upload:
    """One file as it came: the name it was given (never used as a path) and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Grid:
    """One table of text: a CSV file, a sheet of a workbook, a member of a ZIP.

    ``cells`` has the column labels 0, 1, 2 … and pandas' ``str`` dtype; a cell that is empty or
    beyond the end of its row is missing (NaN). Cells are stripped of blanks around them. Blank
    rows are there too, so that footers can be told from data. ``lines`` holds, for each row, the
    line of the file (or the row of the sheet) on which the record starts, 1 = first.
    ``overflow`` holds what stands beyond the last column of ``cells``: row index → the further
    cells in order; only rows with something there are in it.
    """

    file: str
    cells: pd.DataFrame
    lines: np.ndarray
    sheet: str = ""
    delimiter: str = ","
    overflow: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    #: Columns of a workbook in which numbers are stored as text, by their label in ``cells``.
    numbers_as_text: tuple[int, ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def label(self) -> str:
        """Name the table in issues and rows: the file, and the sheet where there is one."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file


class Unreadable(Exception):
    """A file cannot be turned into tables; carries the one issue that says why."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(str(issue))
