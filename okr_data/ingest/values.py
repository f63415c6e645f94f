"""Text to typed values, by one stated rule per column.

A cell that does not read is left empty and becomes an issue with file, row, column and value.
Words that mean "nothing" (``-``, ``n/a``, …) are empty without an issue.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from okr_data.ingest.readers import Sheet
from okr_data.issues import Issue
from okr_data.periods import PLAUSIBLE_YEARS, parse_period
from okr_data.schema import LEVELS

#: Figures beyond this are typing errors; sums of them would lose the units.
MAX_MAGNITUDE = 1e15
#: Reported progress beyond ±10,000 % is a typing error.
MAX_PROGRESS = 100.0

#: Words for nothing in any cell but prose; a team may be called NA, a figure may not.
_NOTHING = frozenset({"", "-", "–", "—", "n/a", "none", "null"})
_EMPTY = _NOTHING | {"na"}
_PROSE = frozenset({"title", "note", "description", "last_check_in_note"})
_NUMBER = re.compile(r"^[+\-−]?(\d+(\.\d*)?|\.\d+)([eE][+\-]?\d{1,3})?$")
# Groups of three, or of two in between as in 12,34,567; the last group always has three.
_GROUPED = {
    ".": re.compile(
        r"^[+\-−]?\d{1,3}(([, '’\u00a0\u202f]\d{2,3})*[, '’\u00a0\u202f]\d{3})?(\.\d*)?$"
    ),
    ",": re.compile(
        r"^[+\-−]?\d{1,3}(([. '’\u00a0\u202f]\d{2,3})*[. '’\u00a0\u202f]\d{3})?(,\d*)?$"
    ),
}
_ISO_DATE = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$")
_DOTTED_DATE = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$")
_SLASHED_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")

LEVEL_WORDS = {
    **{level: level for level in LEVELS},
    "organization": "company", "organisation": "company", "corporate": "company",
    "org": "company", "enterprise": "company",
    "division": "department", "group": "department", "business unit": "department",
    "dept": "department", "squad": "team",
    "personal": "individual", "employee": "individual", "person": "individual",
}  # fmt: skip


@dataclass
class Report:
    """The issues found while one file is read."""

    file: str
    issues: list[Issue] = field(default_factory=list)

    def add(
        self, code: str, message: str, row: int | None = None, column: str = "", value: str = ""
    ) -> None:
        self.issues.append(Issue(code, message, self.file, row, column, value[:500]))


def is_empty(text: str) -> bool:
    return text.lower() in _EMPTY


_SAYS_COMMA = re.compile(r"\d\.\d{3},\d|^[^.]*\d,(\d{1,2}|\d{4,})$")
_SAYS_POINT = re.compile(r"\d,\d{3}\.\d|^[^,]*\d\.(\d{1,2}|\d{4,})$")


def decimal_sign(values: Iterable[str], delimiter: str = ",") -> str:
    """Decide whether a file writes 1,234.5 or 1.234,5: by the figures that leave no choice.

    The majority decides; where no figure tells, a file separated by ";" writes commas.
    """
    comma = point = 0
    for text in values:
        cleaned = text.strip().rstrip("%").strip()
        comma += bool(_SAYS_COMMA.search(cleaned))
        point += bool(_SAYS_POINT.search(cleaned))
    if comma == point:
        return "," if delimiter == ";" else "."
    return "," if comma > point else "."


@lru_cache(maxsize=100_000)
def parse_number(text: str, decimal: str = ".") -> float | None:
    """Return the number a text states, without its percent sign; None where it states none.

    Raises ValueError where the text is neither a number nor empty.
    """
    cleaned = text.strip().rstrip("%").strip()
    if is_empty(cleaned):
        return None
    if cleaned.startswith("(") and cleaned.endswith(")"):
        cleaned = "-" + cleaned[1:-1]
    if _GROUPED[decimal].match(cleaned):
        grouping = "," if decimal == "." else "."
        cleaned = re.sub(rf"[{re.escape(grouping)} '’\u00a0\u202f]", "", cleaned).replace(
            decimal, "."
        )
    elif decimal == "," and "." not in cleaned:
        cleaned = cleaned.replace(",", ".")
    if not _NUMBER.match(cleaned):
        raise ValueError("is not a number")
    number = float(cleaned.replace("−", "-"))
    if not math.isfinite(number) or abs(number) > MAX_MAGNITUDE:
        raise OverflowError(f"is beyond ±{MAX_MAGNITUDE:.0e}")
    return number


def slashed_order(values: Iterable[str]) -> str | None:
    """Decide day/month order of a column: "dmy", "mdy", or None where both fit or neither."""
    firsts, seconds = [], []
    for text in values:
        match = _SLASHED_DATE.match(text)
        if match:
            firsts.append(int(match[1]))
            seconds.append(int(match[2]))
    day_first, month_first = any(n > 12 for n in firsts), any(n > 12 for n in seconds)
    if day_first == month_first:
        return None
    return "dmy" if day_first else "mdy"


@lru_cache(maxsize=100_000)
def parse_date(text: str, order: str | None = None) -> date | None:
    """Return the calendar day a text states; None where it states none.

    Raises ValueError for what is no day, lies outside 1990–2100, or reads two ways.
    """
    if is_empty(text):
        return None
    if match := _ISO_DATE.match(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DOTTED_DATE.match(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := _SLASHED_DATE.match(text):
        if order is None:
            raise ValueError("reads as day/month and as month/day: write YYYY-MM-DD")
        first, second, year = (int(part) for part in match.groups())
        day, month = (first, second) if order == "dmy" else (second, first)
    else:
        raise ValueError("is not a date: write YYYY-MM-DD")
    if year not in PLAUSIBLE_YEARS:
        raise ValueError(
            f"lies outside the years {PLAUSIBLE_YEARS.start} to {PLAUSIBLE_YEARS.stop - 1}"
        )
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError("is not a day of the calendar") from error


def parse_time(text: str) -> datetime | None:
    """Return the point in time of ``2025-03-10 20:57:08 UTC``; None where it does not read so."""
    try:
        return datetime.strptime(text.removesuffix("UTC").strip(), "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None


class RowReader:
    """Typed access to the cells of one sheet's rows by column, with issues collected.

    ``columns`` maps our names to column numbers; a column that is missing reads as empty.
    """

    def __init__(
        self, sheet: Sheet, columns: dict[str, int], report: Report, numeric: Iterable[str]
    ) -> None:
        self._sheet = sheet
        self._columns = columns
        self.report = report
        figures = (
            part for column in numeric for text in self._values(column) for part in text.split(";")
        )
        #: One decimal sign for the whole file: a column of whole thousands cannot tell by itself.
        self.decimal = decimal_sign(figures, sheet.delimiter)
        self._order: dict[str, str | None] = {}
        self._percent_scale: dict[str, float] = {}

    def _values(self, column: str) -> Iterable[str]:
        number = self._columns.get(column)
        if number is None:
            return
        for row in self._sheet.rows:
            if number < len(row.cells) and row.cells[number]:
                yield row.cells[number]

    def issue(self, code: str, message: str, line: int, column: str, value: str = "") -> None:
        """Report something about a cell, under the header that the file itself uses."""
        number = self._columns.get(column)
        label = self._sheet.header[number] if number is not None else column
        self.report.add(code, message, line, label, value)

    def text(self, cells: tuple[str, ...], column: str) -> str | None:
        """Return a cell; None where it is empty or, but for prose, holds a word for nothing."""
        number = self._columns.get(column)
        if number is None or number >= len(cells):
            return None
        cell = cells[number]
        if column not in _PROSE and cell.lower() in _NOTHING:
            return None
        return cell or None

    def number(self, cells: tuple[str, ...], line: int, column: str) -> float | None:
        text = self.text(cells, column)
        if text is None:
            return None
        return self.as_number(text, line, column, self.decimal)

    def as_number(self, text: str, line: int, column: str, decimal: str = ".") -> float | None:
        """Read a number from a text that is not a whole cell of a column."""
        try:
            return parse_number(text, decimal)
        except OverflowError as error:
            self.issue("number_absurd", f"“{text[:80]}” {error}", line, column, text)
        except ValueError as error:
            self.issue("not_a_number", f"“{text[:80]}” {error}", line, column, text)
        return None

    def weight(self, cells: tuple[str, ...], line: int, column: str) -> float | None:
        number = self.number(cells, line, column)
        return self.checked_weight(number, self.text(cells, column) or "", line, column)

    def checked_weight(
        self, weight: float | None, text: str, line: int, column: str
    ) -> float | None:
        if weight is not None and weight < 0:
            self.issue("negative_weight", f"“{text}” is below 0", line, column, text)
            return None
        return weight

    def percent(self, cells: tuple[str, ...], line: int, column: str) -> float | None:
        """Read progress as a fraction; percent or ratio is decided for the whole column.

        A column is read as ratios only if no cell has a percent sign, none is above 1 and at
        least one is broken; everything else is percent, as the template documents.
        """
        number = self.number(cells, line, column)
        if number is None:
            return None
        if column not in self._percent_scale:
            self._percent_scale[column] = self._scale_of(column)
        progress = number / self._percent_scale[column]
        if abs(progress) > MAX_PROGRESS:
            text = self.text(cells, column) or ""
            self.issue("number_absurd", f"“{text}” is beyond ±10,000 %", line, column, text)
            return None
        return progress

    def _scale_of(self, column: str) -> float:
        values = list(self._values(column))
        if any("%" in text for text in values):
            return 100.0
        numbers = [_number_or_none(text, self.decimal) for text in values]
        present = [number for number in numbers if number is not None]
        ratios = all(0 <= number <= 1 for number in present) and any(
            number not in (0, 1) for number in present
        )
        return 1.0 if ratios else 100.0

    def confidence(self, cells: tuple[str, ...], line: int, column: str) -> float | None:
        """Read a confidence as 0–1; the column's largest value tells its scale (1, 10 or 100)."""
        number = self.number(cells, line, column)
        if number is None:
            return None
        scale_key = f"{column} scale"
        if scale_key not in self._percent_scale:
            numbers = (_number_or_none(text, self.decimal) for text in self._values(column))
            largest = max((number for number in numbers if number is not None), default=1.0)
            self._percent_scale[scale_key] = (
                1.0 if largest <= 1 else 10.0 if largest <= 10 else 100.0
            )
        confidence = number / self._percent_scale[scale_key]
        if not 0 <= confidence <= 1:
            text = self.text(cells, column) or ""
            self.issue("number_absurd", f"“{text}” is no confidence", line, column, text)
            return None
        return confidence

    def day(self, cells: tuple[str, ...], line: int, column: str) -> date | None:
        text = self.text(cells, column)
        if text is None:
            return None
        if column not in self._order:
            self._order[column] = slashed_order(self._values(column))
        try:
            return parse_date(text, self._order[column])
        except ValueError as error:
            self.issue("not_a_date", f"“{text[:80]}” {error}", line, column, text)
            return None

    def span(
        self, cells: tuple[str, ...], line: int, start: str, end: str
    ) -> tuple[date | None, date | None]:
        """Read start and end; an end before its start empties both."""
        first, last = self.day(cells, line, start), self.day(cells, line, end)
        if first and last and last < first:
            self.issue(
                "dates_swapped",
                f"the end {last} lies before the start {first}",
                line,
                end,
                str(last),
            )
            return None, None
        return first, last

    def word(
        self, cells: tuple[str, ...], line: int, column: str, words: dict[str, str], code: str
    ) -> tuple[str | None, str | None]:
        """Read a word of a fixed list; return what it maps to and the word as written."""
        raw = self.text(cells, column)
        if raw is None:
            return None, None
        mapped = words.get(re.sub(r"[\s_\-]+", " ", raw.lower()).strip())
        if mapped is None:
            known = ", ".join(sorted(set(words)))
            self.issue(code, f"“{raw[:80]}” is not one of: {known}", line, column, raw)
        return mapped, raw

    def cycle(
        self, cells: tuple[str, ...], line: int, column: str
    ) -> tuple[str | None, str | None]:
        """Read a period; return its name in one spelling (or as written) and the raw text."""
        raw = self.text(cells, column)
        if raw is None or is_empty(raw):
            return None, raw
        period = _period_name(raw)
        if period is None:
            self.issue(
                "cycle_unknown",
                f"“{raw[:80]}” names no period with known dates",
                line,
                column,
                raw,
            )
        return period or raw, raw


def _number_or_none(text: str, decimal: str) -> float | None:
    try:
        return parse_number(text, decimal)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=10_000)
def _period_name(text: str) -> str | None:
    period = parse_period(text)
    return period.name if period else None


def split_names(text: str | None, separator: str = ";") -> list[str]:
    """Split a cell of several values; order is kept, repetitions and blanks go."""
    parts = (part.strip() for part in (text or "").split(separator))
    return list(dict.fromkeys(part for part in parts if part))
