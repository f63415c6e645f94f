"""Text to typed values: one text, one value, or a reason why not.

Which of several readings holds (1,234 or 03/04/2026) is decided for a whole column in
:mod:`okr_data.ingest.columns`; here every reading is given.
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from okr_data.periods import MONTHS, PLAUSIBLE_YEARS
from okr_data.schema import LEVELS

DecimalSign = Literal[".", ","]
DateOrder = Literal["dmy", "mdy"]

#: Figures beyond this are typing errors; sums of them would lose the units.
MAX_MAGNITUDE = 1e15
#: Reported progress beyond ±10,000 % is a typing error.
MAX_PROGRESS = 100.0

#: Words for nothing in any cell but prose; a team may be called NA, a figure may not.
NOTHING = frozenset({"", "-", "–", "—", "n/a", "none", "null"})
_EMPTY = NOTHING | {"na", "nil"}

LEVEL_WORDS = {
    **{level: level for level in LEVELS},
    "organization": "company", "organisation": "company", "corporate": "company",
    "org": "company", "enterprise": "company", "global": "company", "firma": "company",
    "unternehmen": "company", "empresa": "company", "compañía": "company", "entreprise": "company",
    "division": "department", "group": "department", "business unit": "department",
    "dept": "department", "unit": "department", "abteilung": "department",
    "bereich": "department", "departamento": "department", "département": "department",
    "squad": "team", "equipo": "team", "équipe": "team", "mannschaft": "team",
    "personal": "individual", "employee": "individual", "person": "individual",
    "mitarbeiter": "individual", "individuel": "individual", "individuell": "individual",
}  # fmt: skip


class NotRead(ValueError):
    """A text does not read as what it should be; ``code`` is the issue it becomes."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        super().__init__(reason)


def is_empty(text: str) -> bool:
    return text.lower() in _EMPTY


def fold(text: str) -> str:
    """Fold case, blanks, underscores and hyphens: the form in which words are compared."""
    return re.sub(r"[\s_\-–]+", " ", text.lower()).strip()


# --- numbers -----------------------------------------------------------------

_PLAIN = re.compile(r"^[+\-]?(\d+(\.\d*)?|\.\d+)([eE][+\-]?\d{1,3})?$")
_BLANKS = r" '’\u00a0\u202f\u2009"
# Groups of three, or of two in between as in 12,34,567; the last group always has three. A first
# group is never a lone 0: 0,125 is a fraction.
_GROUPED = {
    ".": re.compile(
        rf"^[+\-]?(?!0\D)\d{{1,3}}(([,{_BLANKS}]\d{{2,3}})*[,{_BLANKS}]\d{{3}})(\.\d*)?$"
    ),
    ",": re.compile(
        rf"^[+\-]?(?!0\D)\d{{1,3}}(([.{_BLANKS}]\d{{2,3}})*[.{_BLANKS}]\d{{3}})(,\d*)?$"
    ),
}
_SIGNS = "$€£¥₹₽₩₺₴฿"
_CURRENCY = re.compile(
    rf"[{_SIGNS}]|\b(?:USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL|MXN|kr)\b\.?",
    re.IGNORECASE,
)
_MAGNITUDE = re.compile(
    r"^(?P<number>.*\d[.,]?)\s*(?P<word>k|tsd\.?|thousand|m|mn|mm|mio\.?|million|millions|bn|b|mrd\.?|"
    r"billion|billions)$",
    re.IGNORECASE,
)
_FACTORS = {
    **dict.fromkeys(("k", "tsd", "thousand"), 1e3),
    **dict.fromkeys(("m", "mn", "mm", "mio", "million", "millions"), 1e6),
    **dict.fromkeys(("bn", "b", "mrd", "billion", "billions"), 1e9),
}
_UNIT_WORD = re.compile(r"^(?P<number>[+\-]?[\d][\d.,'’\s]*)\s+[^\W\d_]{2,20}\.?$")


@dataclass(frozen=True)
class Figure:
    """A number as read; ``stripped`` tells that a currency, a unit or a factor stood with it."""

    value: float
    stripped: bool = False


def parse_figure(text: str, decimal: DecimalSign = ".") -> Figure | None:
    """Return the number a text states, without its percent sign; None where it states none.

    Takes 1,234.5 and 1.234,5 (by ``decimal``), 12,34,567, 1'234, (5), 1234-, $1.2M, 45 days.
    Raises NotRead where the text is neither a number nor empty.
    """
    cleaned = _plain_signs(text)
    if is_empty(cleaned):
        return None
    value = _number(cleaned, decimal)
    if value is not None:
        return Figure(_bounded(value))
    without = _CURRENCY.sub("", cleaned).strip()
    if without.startswith("(") and without.endswith(")"):
        without = "-" + without[1:-1].strip()
    factor = 1.0
    magnitude = _MAGNITUDE.match(without)
    if magnitude:
        without = magnitude["number"].strip()
        factor = _FACTORS[magnitude["word"].lower().rstrip(".")]
    elif unit := _UNIT_WORD.match(without):
        without = unit["number"].strip()
    value = _number(without, decimal)
    if value is None:
        raise NotRead("not_a_number", "is not a number")
    return Figure(_bounded(value * factor), stripped=True)


def parse_number(text: str, decimal: DecimalSign = ".") -> float | None:
    """Return the value of :func:`parse_figure` alone."""
    figure = parse_figure(text, decimal)
    return None if figure is None else figure.value


def _plain_signs(text: str) -> str:
    cleaned = text.strip().rstrip("%").strip().replace("−", "-").replace("﹣", "-")
    if cleaned.startswith("%"):
        cleaned = cleaned[1:].strip()
    if cleaned.startswith("(") and cleaned.endswith(")"):
        cleaned = "-" + cleaned[1:-1].strip().rstrip("%").strip()
    if len(cleaned) > 1 and cleaned.endswith("-") and cleaned[-2].isdigit():
        cleaned = "-" + cleaned[:-1]
    return cleaned


def _number(cleaned: str, decimal: DecimalSign) -> float | None:
    if _GROUPED[decimal].match(cleaned):
        grouping = "," if decimal == "." else "."
        cleaned = re.sub(rf"[{re.escape(grouping)}{_BLANKS}]", "", cleaned).replace(decimal, ".")
    elif decimal == "," and "." not in cleaned:
        cleaned = cleaned.replace(",", ".")
    return float(cleaned) if cleaned.isascii() and _PLAIN.match(cleaned) else None


def _bounded(value: float) -> float:
    if not math.isfinite(value) or abs(value) > MAX_MAGNITUDE:
        raise NotRead("number_absurd", f"is beyond ±{MAX_MAGNITUDE:.0e}")
    return value


_SAYS_COMMA = re.compile(r"\d\.\d{3},\d|^[+\-]?0,\d|^[^.]*\d,(\d{1,2}|\d{4,})$|\d\.\d{3}\.\d{3}")
_SAYS_POINT = re.compile(
    r"\d,\d{2,3}\.\d|^[+\-]?0\.\d|^[^,]*\d\.(\d{1,2}|\d{4,})$|\d,\d{2,3},\d{3}"
)
_SAYS_NEITHER = re.compile(r"^[+\-]?(?!0\D)\d{1,3}[.,]\d{3}$")


def decimal_evidence(text: str) -> DecimalSign | None:
    """Return the decimal sign that a figure leaves no choice about, None where it tells nothing."""
    cleaned = _CURRENCY.sub("", _plain_signs(text)).strip()
    magnitude = _MAGNITUDE.match(cleaned)
    if magnitude:
        cleaned = magnitude["number"]
    comma, point = bool(_SAYS_COMMA.search(cleaned)), bool(_SAYS_POINT.search(cleaned))
    return None if comma == point else "," if comma else "."


def reads_both_ways(text: str) -> bool:
    """Tell whether a figure is a thousand by one decimal sign and a fraction by the other."""
    return bool(_SAYS_NEITHER.match(_plain_signs(text)))


# --- days --------------------------------------------------------------------

_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_TIME = r"(?:[T,\s]+\d{1,2}:\d{2}.*)?$"
_ISO = re.compile(rf"^(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}")
_COMPACT = re.compile(r"^(?P<year>(?:19|20|21)\d{2})(?P<month>\d{2})(?P<day>\d{2})$")
_NUMERIC = re.compile(
    rf"^(?P<first>\d{{1,2}})(?P<sign>[-/.])\s?(?P<second>\d{{1,2}})(?P=sign)\s?"
    rf"(?P<year>\d{{4}}|\d{{2}}){_TIME}"
)
_DAY_NAME = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_DAY_MONTH = re.compile(
    rf"^{_DAY_NAME}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s.\-/]*(?:de\s+)?{_MONTH}(?:[\s,.\-/]*(?:de\s+)?"
    rf"(?:['’])?(?P<year>\d{{4}}|\d{{2}}))?{_TIME}",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"^{_DAY_NAME}{_MONTH}[\s.\-/]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:[\s,.\-/]+(?P<year>\d{{4}}|\d{{2}}))?"
    rf"{_TIME}",
    re.IGNORECASE,
)
#: Days since 1900 as spreadsheets count them: 1990-01-01 to 2100-12-31.
_SERIALS = range(32_874, 73_416)
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_SERIAL_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class Day:
    """A calendar day as read; ``two_digit_year`` tells that its century was not written."""

    value: date
    two_digit_year: bool = False


def parse_date(text: str, order: DateOrder | None = None) -> date | None:
    """Return the day of :func:`parse_day` alone."""
    day = parse_day(text, order)
    return None if day is None else day.value


def parse_day(
    text: str, order: DateOrder | None = None, before: date | None = None, open_end: bool = False
) -> Day | None:
    """Return the calendar day a text states; None where it states none.

    ``order`` reads 03/04/2026; without it such a day raises NotRead unless only one order fits.
    ``before`` gives a day without a year the last year in which it does not lie after it.
    With ``open_end`` a day after the plausible years (9999-12-31) is taken.
    """
    cleaned = " ".join(text.split())
    if is_empty(cleaned):
        return None
    if match := _ISO.match(cleaned) or _COMPACT.match(cleaned):
        return _day(match["year"], int(match["month"]), int(match["day"]), open_end)
    if match := _NUMERIC.match(cleaned):
        return _numeric_day(match, order, open_end)
    if match := _DAY_MONTH.match(cleaned) or _MONTH_DAY.match(cleaned):
        month = MONTHS[match["month"].lower()]
        if match["year"] is None:
            return _day_without_year(month, int(match["day"]), before)
        named = _day(match["year"], month, int(match["day"]), open_end)
        # With a month by name only the century is open, and 26 is not 1926 in any plan.
        return Day(named.value, named.two_digit_year and named.value.year not in range(2000, 2050))
    if _SERIAL.match(cleaned) and int(float(cleaned)) in _SERIALS:
        return Day(_SERIAL_ZERO + timedelta(days=int(float(cleaned))))
    raise NotRead("not_a_date", "is not a date: write YYYY-MM-DD")


def _numeric_day(match: re.Match[str], order: DateOrder | None, open_end: bool) -> Day:
    first, second = int(match["first"]), int(match["second"])
    if match["sign"] == "." or first > 12:
        order = "dmy"
    elif second > 12:
        order = "mdy"
    if order is None:
        if first == second:
            order = "dmy"
        else:
            raise NotRead(
                "date_order_ambiguous", "reads as day/month and as month/day: write YYYY-MM-DD"
            )
    day, month = (first, second) if order == "dmy" else (second, first)
    return _day(match["year"], month, day, open_end)


def _day_without_year(month: int, day: int, before: date | None) -> Day:
    if before is None:
        raise NotRead("not_a_date", "has no year: write YYYY-MM-DD")
    for year in range(before.year, before.year - 9, -1):
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day) <= before:
            return Day(date(year, month, day))
    raise NotRead("date_impossible", "is not a day of the calendar")


def _day(year_text: str, month: int, day: int, open_end: bool) -> Day:
    short = len(year_text) == 2
    year = int(year_text)
    if short:
        year += 1900 if year >= 90 else 2000
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise NotRead("date_impossible", "is not a day of the calendar") from error
    if year not in PLAUSIBLE_YEARS and not (open_end and year >= PLAUSIBLE_YEARS.stop):
        raise NotRead(
            "date_implausible",
            f"lies outside the years {PLAUSIBLE_YEARS.start} to {PLAUSIBLE_YEARS.stop - 1}",
        )
    return Day(found, short)


def date_order_evidence(text: str) -> DateOrder | None:
    """Return the order that a day leaves no choice about, None where it tells nothing."""
    match = _NUMERIC.match(text)
    if match is None or match["sign"] == ".":
        return None
    first, second = int(match["first"]), int(match["second"])
    if (first > 12) == (second > 12):
        return None
    return "dmy" if first > 12 else "mdy"


def parse_time(text: str) -> datetime | None:
    """Return the point in time of ``2025-03-10 20:57:08 UTC``; None where it does not read so."""
    try:
        return datetime.strptime(text.removesuffix("UTC").strip(), "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None


# --- texts -------------------------------------------------------------------

#: Characters that have no width, direction or meaning in an id.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХавеѕіјкмнорстухΑΒΕΖΗΙΚΜΝΟΡΤΥΧοιν",
    "ABESIJKMHOPCTYXabesijkmhopctyxABEZHIKMNOPTYXoiv",
)


def clean_id(text: str) -> str:
    """Return an id without invisible characters and blanks around it; emoji joiners stay."""
    if text.isascii():
        return text.strip()
    without = text if "\u200d" in text else _INVISIBLE.sub("", text)
    return without.replace("\u00a0", " ").strip()


def looks_like(text: str) -> str:
    """Return the form in which ids that look the same are equal: Latin letters for lookalikes."""
    return unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)


def split_names(text: str | None, separator: str = ";") -> list[str]:
    """Split a cell of several values; order is kept, repetitions and blanks go."""
    parts = (part.strip() for part in (text or "").split(separator))
    return list(dict.fromkeys(part for part in parts if part))


def first_example(values: Iterable[str], limit: int = 60) -> str:
    """Return the first of some values, shortened for a sentence."""
    text = next(iter(values), "")
    return text if len(text) <= limit else text[: limit - 1] + "…"
