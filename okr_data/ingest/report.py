"""What was noticed while one table was read: issues by row, and decisions with their evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from okr_data.issues import CODES, Issue

#: Rows named one by one for one rule and column; a count tells of the rest. Rows that stay out
#: are all in the file of refused rows whatever their number.
NAMED_ROWS = {"error": 5_000, "warning": 1_000, "info": 200}
#: Characters of a cell that an issue quotes.
QUOTED = 500


@dataclass(frozen=True)
class Decision:
    """How a column is read where its texts alone could be read in several ways."""

    file: str
    column: str
    reading: str
    evidence: str


@dataclass
class Report:
    """The issues and decisions of one table."""

    file: str
    issues: list[Issue] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    _named: Counter[tuple[str, str]] = field(default_factory=Counter)
    _last: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(
        self, code: str, message: str, row: int | None = None, column: str = "", value: str = ""
    ) -> None:
        """Add one issue; beyond the limit for its rule and column it is only counted."""
        key = (code, column)
        self._named[key] += 1
        if row is not None and CODES[code].severity == "error":
            self.refused.setdefault(row, message)
        if row is None or self._named[key] <= NAMED_ROWS[CODES[code].severity]:
            self.issues.append(Issue(code, message, self.file, row, column, value[:QUOTED]))
        elif row is not None:
            self._last[key] = row

    def add_rows(
        self,
        code: str,
        messages: Iterable[str],
        rows: Sequence[int],
        column: str = "",
        values: Iterable[str] = (),
    ) -> None:
        """Add an issue for each of some rows."""
        texts = list(values) or [""] * len(rows)
        for message, row, value in zip(messages, rows, texts, strict=True):
            self.add(code, message, int(row), column, value)

    def decide(self, column: str, reading: str, evidence: str) -> None:
        self.decisions.append(Decision(self.file, column, reading, evidence))

    def close(self) -> list[Issue]:
        """Return the issues, with a count for each rule whose rows were not all named."""
        for (code, column), row in self._last.items():
            limit = NAMED_ROWS[CODES[code].severity]
            further = self._named[code, column] - limit
            message = f"… and the same in {further:,} further rows, the last of them row {row:,}"
            self.issues.append(Issue(code, message, self.file, None, column))
        self._last.clear()
        return self.issues
