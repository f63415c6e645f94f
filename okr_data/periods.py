"""Words for planning periods: ``Q3 2026``, ``2026 Q3``, ``3Q26``, ``Quarter 1 FY27``, ``H1 2026``.

A period that says FY follows the fiscal calendar: FY27 is the fiscal year that ends in 2027
when the fiscal year starts after January, and the calendar year 2027 when it starts in January.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

#: Years outside are typing errors; they would also make a trend of a thousand years of weeks.
PLAUSIBLE_YEARS = range(1990, 2101)

_MONTHS = {
    name.lower(): number
    for number in range(1, 13)
    for name in (calendar.month_name[number], calendar.month_abbr[number])
}
_YEAR = r"(?P<fiscal>FY\s*|Y)?['’]?(?P<year>\d{4}|\d{2})"
_QUARTER = r"(?:Q|Quarter\s*)(?P<part>[1-4])"
_HALF = r"(?:H|Half\s*)(?P<part>[12])"
_PATTERNS = tuple(
    (kind, re.compile(rf"^{pattern}$", re.IGNORECASE))
    for kind, pattern in (
        ("quarter", rf"{_QUARTER}[\s\-/']*{_YEAR}"),
        ("quarter", rf"{_YEAR}[\s\-/]*{_QUARTER}"),
        ("quarter", rf"(?P<part>[1-4])Q[\s\-/']*{_YEAR}"),
        ("half", rf"{_HALF}[\s\-/']*{_YEAR}"),
        ("half", rf"{_YEAR}[\s\-/]*{_HALF}"),
        ("half", rf"(?P<part>[12])H[\s\-/']*{_YEAR}"),
        ("month", rf"(?P<part>{'|'.join(_MONTHS)})[\s\-/.']*{_YEAR}"),
        ("year", rf"(?:(?:Annual|Year|Yearly)[\s\-/]*){_YEAR}"),
        ("year", r"(?P<fiscal>FY\s*)['’]?(?P<year>\d{4}|\d{2})"),
        ("year", r"(?P<fiscal>)(?P<year>\d{4})"),
    )
)
_MONTHS_IN = {"quarter": 3, "half": 6, "month": 1, "year": 12}


@dataclass(frozen=True)
class Period:
    """A planning period: its name in one spelling, and its first and last day."""

    name: str
    starts_on: date
    ends_on: date


def parse_period(text: str, fiscal_start_month: int = 1) -> Period | None:
    """Return the period that a text names, or None where it names none we know."""
    cleaned = " ".join(text.split())
    for kind, pattern in _PATTERNS:
        match = pattern.match(cleaned)
        if match:
            return _period(kind, match.groupdict(), fiscal_start_month)
    return None


def period_of_days(starts_on: date, ends_on: date) -> Period | None:
    """Return the calendar month, quarter, half or year that two days span exactly, or None."""
    months = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month + 1
    kind = {1: "month", 3: "quarter", 6: "half", 12: "year"}.get(months)
    first = date(starts_on.year, starts_on.month, 1)
    if kind is None or starts_on != first or ends_on != _add_months(first, months) - timedelta(1):
        return None
    if (starts_on.month - 1) % months:
        return None
    part = starts_on.month if kind == "month" else (starts_on.month - 1) // months + 1
    return Period(_name(kind, part, starts_on.year, False), starts_on, ends_on)


def _period(kind: str, found: dict[str, str | None], fiscal_start_month: int) -> Period | None:
    fiscal = (found.get("fiscal") or "").strip().upper() == "FY"
    digits = found["year"] or ""
    year = int(digits) + (2000 if len(digits) == 2 else 0)
    if not PLAUSIBLE_YEARS.start <= year < PLAUSIBLE_YEARS.stop:
        return None
    part = _part_number(kind, found.get("part"))
    first = _first_month(kind, year, part, fiscal, fiscal_start_month)
    months = _MONTHS_IN[kind]
    return Period(_name(kind, part, year, fiscal), first, _add_months(first, months) - timedelta(1))


def _part_number(kind: str, part: str | None) -> int:
    if kind == "month":
        return _MONTHS[(part or "").lower()]
    return int(part or 1)


def _first_month(kind: str, year: int, part: int, fiscal: bool, start_month: int) -> date:
    if kind == "month":
        return date(year, part, 1)
    first = date(year, 1, 1)
    if fiscal:
        first = date(year - 1 if start_month > 1 else year, start_month, 1)
    return _add_months(first, (part - 1) * _MONTHS_IN[kind])


def _add_months(first: date, months: int) -> date:
    month = first.month - 1 + months
    return date(first.year + month // 12, month % 12 + 1, 1)


def _name(kind: str, part: int, year: int, fiscal: bool) -> str:
    if kind == "month":
        return f"{calendar.month_name[part]} {year}"
    letter = {"quarter": "Q", "half": "H", "year": ""}[kind]
    if fiscal:
        return f"FY{year % 100:02d} {letter}{part}" if letter else f"FY{year % 100:02d}"
    return f"{letter}{part} {year}" if letter else f"Annual {year}"
