"""Words for planning periods: ``Q3 2026``, ``2026 Q3``, ``3Q26``, ``Quarter 1 FY27``, ``H1 2026``.

Also in German, French and Spanish: ``1. Quartal 2026``, ``2e semestre 2026``, ``Geschäftsjahr 2026/27``.

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

#: Months as people write them in seven languages.
_MONTH_NAMES = (
    "january january janvier enero januar gennaio janeiro januari jan ene gen janv",
    "february februar février fevrier febrero febbraio fevereiro februari feb févr fevr fév fev",
    "march märz maerz mars marzo março marco maart mar mär mrz mrt",
    "april avril abril aprile apr avr abr",
    "may mai mayo maggio maio mei mag",
    "june juni juin junio giugno junho jun giu",
    "july juli juillet julio luglio julho jul juil lug",
    "august août aout agosto augustus aug ago aoû aou",
    "september septembre septiembre settembre setembro sep sept set",
    "october oktober octobre octubre ottobre outubro oct okt ott out",
    "november novembre noviembre novembro nov",
    "december dezember décembre decembre diciembre dicembre dezembro dec dez déc dic",
)
MONTHS = {
    word: number
    for number, words in enumerate(_MONTH_NAMES, start=1)
    for word in words.split()
}  # fmt: skip
#: What may stand between the parts: ``Q1-2025``, ``Q1 '25``, ``1er trimestre de 2025``.
_BETWEEN = r"(?:[\s\-–/_.,'’]|\b(?:of|de|du)\b)*"
_FISCAL = "FY|fiscal year|financial year|GJ|Geschäftsjahr|exercice|ejercicio"
_CALENDAR = "CY|Y|calendar year|Jahr|Kalenderjahr|année|year"
#: A fiscal year may be written with both of its years: FY24/25 ends in 2025.
_YEAR = (
    rf"(?:(?P<fiscal>{_FISCAL})[\s\-]*['’]?(?:(?P<begin>\d{{4}}|\d{{2}})\s*[/\-–]\s*)?"
    rf"|(?:{_CALENDAR})[\s\-]*)?['’]?(?P<year>\d{{4}}|\d{{2}})"
)
_ORDINALS = (
    ("1", "I", "first", "erstes", "premier", "primer"),
    ("2", "II", "second", "zweites", "deuxième", "segundo"),
    ("3", "III", "third", "drittes", "troisième", "tercer"),
    ("4", "IV", "fourth", "viertes", "quatrième", "cuarto"),
)
_PARTS = {word.lower(): number for number, words in enumerate(_ORDINALS, 1) for word in words}
_ENDING = "(?:st|nd|rd|th|er|re|ère|ème|eme|e|º|°|ª)?"
_MONTHS_IN = {"quarter": 3, "tertial": 4, "half": 6, "month": 1, "year": 12}
#: T is a quarter, as in French and Spanish; four months are written out.
_WORDS = {
    "quarter": "Q|Qtr|Quarter|Quartal|T|Trim|Trimestre",
    "tertial": "Tertial",
    "half": r"H|HJ|HY|Half|Half[\s\-]?year|Halbjahr|S|Semester|Semestre",
}
_LETTERS = {"quarter": "Q", "tertial": "Tertial ", "half": "H"}
_WHOLE_YEAR = "Annual|Yearly|Full year|Jährlich|Annuel|Annuelle|Anual"


def _ways_of(kind: str) -> tuple[str, str]:
    """Return how a part of a year is written: Q1 or Quartal 1, and 1Q, 1. Quartal or 1er trimestre."""
    numbers = "|".join(word for words in _ORDINALS[: 12 // _MONTHS_IN[kind]] for word in words)
    before = rf"(?:{_WORDS[kind]})\.?[\s\-_]*(?P<part>{numbers})"
    after = rf"(?P<part>{numbers}){_ENDING}\.?[\s\-_]*(?:{_WORDS[kind]})\.?"
    return before, after


def _with_year(kind: str, part: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns of a part with its year behind or in front of it."""
    orders = (part + _BETWEEN + _YEAR, _YEAR + _BETWEEN + part)
    return tuple((kind, re.compile(f"^{order}$", re.IGNORECASE)) for order in orders)


_PATTERNS = (
    *(pattern for kind in _WORDS for way in _ways_of(kind) for pattern in _with_year(kind, way)),
    *_with_year("month", rf"(?P<part>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"),
    *_with_year("year", rf"(?:{_WHOLE_YEAR})(?P<part>)"),
    ("year", re.compile(rf"^(?=[^\W\d]){_YEAR}$", re.IGNORECASE)),
    ("year", re.compile(r"^(?P<year>\d{4})$")),
)
#: Longer texts name no period; they would only keep the patterns busy.
_LONGEST = 60


@dataclass(frozen=True)
class Period:
    """A planning period: its name in one spelling, and its first and last day."""

    name: str
    starts_on: date
    ends_on: date


def parse_period(text: str, fiscal_start_month: int = 1) -> Period | None:
    """Return the period that a text names, or None where it names none we know."""
    cleaned = " ".join(text[: 2 * _LONGEST].split())
    if len(cleaned) > _LONGEST:
        return None
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
    fiscal = bool(found.get("fiscal"))
    year = _year(found["year"] or "")
    if year not in PLAUSIBLE_YEARS:
        return None
    if found.get("begin") and _year(found["begin"] or "") != year - 1:
        return None
    part = _part_number(kind, found.get("part"))
    first = _first_month(kind, year, part, fiscal, fiscal_start_month)
    months = _MONTHS_IN[kind]
    return Period(_name(kind, part, year, fiscal), first, _add_months(first, months) - timedelta(1))


def _year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _part_number(kind: str, part: str | None) -> int:
    if kind == "month":
        return MONTHS[(part or "").lower()]
    return _PARTS[part.lower()] if part else 1


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
    letter = _LETTERS.get(kind, "")
    if fiscal:
        return f"FY{year % 100:02d} {letter}{part}" if letter else f"FY{year % 100:02d}"
    return f"{letter}{part} {year}" if letter else f"Annual {year}"
