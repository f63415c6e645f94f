"""Words for planning periods, under calendar and fiscal years."""

from __future__ import annotations

from datetime import date

import pytest

from okr_data.periods import parse_period, period_of_days

CALENDAR = [
    ("Q1 2025", "Q1 2025", date(2025, 1, 1), date(2025, 3, 31)),
    ("2025 Q1", "Q1 2025", date(2025, 1, 1), date(2025, 3, 31)),
    ("2025-Q1", "Q1 2025", date(2025, 1, 1), date(2025, 3, 31)),
    ("1Q25", "Q1 2025", date(2025, 1, 1), date(2025, 3, 31)),
    ("Q3 Y2025", "Q3 2025", date(2025, 7, 1), date(2025, 9, 30)),
    ("Q4'26", "Q4 2026", date(2026, 10, 1), date(2026, 12, 31)),
    ("Quarter 1 FY25", "FY25 Q1", date(2025, 1, 1), date(2025, 3, 31)),
    ("FY25 Q1", "FY25 Q1", date(2025, 1, 1), date(2025, 3, 31)),
    ("H2 2025", "H2 2025", date(2025, 7, 1), date(2025, 12, 31)),
    ("January 2025", "January 2025", date(2025, 1, 1), date(2025, 1, 31)),
    ("Feb 2024", "February 2024", date(2024, 2, 1), date(2024, 2, 29)),
    ("Annual 2025", "Annual 2025", date(2025, 1, 1), date(2025, 12, 31)),
    ("2025", "Annual 2025", date(2025, 1, 1), date(2025, 12, 31)),
    ("FY2027", "FY27", date(2027, 1, 1), date(2027, 12, 31)),
]


@pytest.mark.parametrize(("text", "name", "first", "last"), CALENDAR)
def test_calendar_year(text: str, name: str, first: date, last: date) -> None:
    period = parse_period(text)
    assert period is not None
    assert (period.name, period.starts_on, period.ends_on) == (name, first, last)


@pytest.mark.parametrize(
    ("text", "month", "first", "last"),
    [
        ("FY27 Q1", 7, date(2026, 7, 1), date(2026, 9, 30)),
        ("FY27 Q4", 7, date(2027, 4, 1), date(2027, 6, 30)),
        ("FY27", 10, date(2026, 10, 1), date(2027, 9, 30)),
        ("Q1 2027", 7, date(2027, 1, 1), date(2027, 3, 31)),
    ],
)
def test_fiscal_year_only_where_the_name_says_so(
    text: str, month: int, first: date, last: date
) -> None:
    period = parse_period(text, month)
    assert period is not None
    assert (period.starts_on, period.ends_on) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "Soonish", "Q5 2025", "Q1", "Q1 0000", "13Q25", "2025 forever"]
)
def test_what_is_no_period(text: str) -> None:
    assert parse_period(text) is None


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        ("2026-07-01", "2026-09-30", "Q3 2026"),
        ("2026-01-01", "2026-06-30", "H1 2026"),
        ("2026-01-01", "2026-12-31", "Annual 2026"),
        ("2024-02-01", "2024-02-29", "February 2024"),
        ("2026-07-01", "2026-09-29", None),
        ("2026-08-01", "2026-10-31", None),
        ("2026-07-01", "2027-06-30", None),
    ],
)
def test_the_period_that_two_days_span(start: str, end: str, name: str | None) -> None:
    found = period_of_days(date.fromisoformat(start), date.fromisoformat(end))
    assert (found and found.name) == name
