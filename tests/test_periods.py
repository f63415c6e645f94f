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
Q1, Q3, H1, MONTH, YEAR = "Q1 2025", "Q3 2025", "H1 2025", "March 2025", "Annual 2025"
#: Every spelling with the one spelling that it is kept under; dates are those of that name.
SPELLINGS = {
    Q1: (
        "2025 Q1", "2025-Q1", "2025/Q1", "2025_Q1", "2025.Q1", "2025Q1", "25Q1", "Q1 25", "Q1-2025", "Q1_2025",
        "Q1.2025", "Q1/25", "Q1'25", "Q1 ’25", "q1 2025", "  Q1   2025 ", "1Q25", "1Q 2025", "1q'25", "Q1 Y2025",
        "Q1 CY25", "CY2025 Q1", "Qtr 1 2025", "Qtr. 1, 2025", "Quarter 1 2025", "Quarter 1, 2025", "Quarter I 2025",
        "1st quarter 2025", "1st Quarter of 2025", "First quarter 2025", "2025 first quarter", "1. Quartal 2025",
        "1.Quartal 2025", "I. Quartal 2025", "Quartal 1 2025", "Quartal 1/2025", "Erstes Quartal 2025",
        "2025, 1. Quartal", "T1 2025", "1T25", "2025 T1", "1er trimestre 2025", "1er trimestre de 2025",
        "Premier trimestre 2025", "Trimestre 1 2025", "Trim. 1 2025", "Primer trimestre de 2025",
    ),
    Q3: ("3e trimestre 2025", "3ème trimestre 2025", "III. Quartal 2025", "3rd quarter 2025", "Third Quarter 2025",
         "Troisième trimestre 2025", "Q3 Y2025", "T3-2025"),
    H1: (
        "2025 H1", "1H25", "H1'25", "H1/2025", "HY1 2025", "1HY 2025", "Half 1 2025", "First half 2025",
        "1st half of 2025", "Half-year 1 2025", "HJ1 2025", "1. Halbjahr 2025", "Halbjahr 1/2025", "S1 2025", "1S25",
        "1er semestre 2025", "Semestre 1 2025", "Premier semestre de 2025", "Semester 1 2025",
    ),
    MONTH: ("Mar 2025", "march '25", "2025 March", "2025-Mar", "März 2025", "Mrz. 25", "mars 2025", "marzo de 2025",
            "Maart 2025"),
    YEAR: ("2025", "Annual-2025", "2025 Annual", "Year 2025", "Yearly 2025", "Full year 2025", "CY25", "Y2025",
           "Jahr 2025", "Année 2025", "Kalenderjahr 2025"),
    "FY25 Q1": (
        "Q1 FY2025", "Q1 FY25", "Q1-FY25", "FY25 Q1", "FY2025 Q1", "FY25Q1", "FY'25 Q1", "FY 2025 Q1", "Quarter 1 FY25",
        "1Q FY25", "FY24/25 Q1", "Q1 FY2024/25", "Q1 FY24-25", "GJ25 Q1", "Q1 GJ 2025", "1. Quartal GJ 2024/25",
        "Geschäftsjahr 2025 Q1", "T1 exercice 2025", "Fiscal year 2025 Q1", "1st quarter FY25",
    ),
    "FY25 H1": ("H1 FY25", "1H FY2025", "FY25 H1", "1. Halbjahr Geschäftsjahr 2025"),
    "FY25": ("FY25", "FY2025", "FY 25", "FY-2025", "FY24/25", "FY2024/25", "FY2024-2025", "GJ 2025", "GJ24/25",
             "Geschäftsjahr 2024/25", "Exercice 2025", "Annual FY25", "Fiscal Year 2025", "financial year 2024/25"),
    "Tertial 2 2025": ("Tertial 2 2025", "2. Tertial 2025"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name"), [(text, name) for name, texts in SPELLINGS.items() for text in texts]
)
def test_every_spelling_is_one_period(text: str, name: str) -> None:
    for month in (1, 4, 7):
        found, meant = parse_period(text, month), parse_period(name, month)
        assert found is not None
        assert found == meant
        assert found.name == name


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Tertial 2 2025", date(2025, 5, 1), date(2025, 8, 31)),
        ("4e trimestre 2025", date(2025, 10, 1), date(2025, 12, 31)),
        ("2. Halbjahr 2025", date(2025, 7, 1), date(2025, 12, 31)),
        ("Février 2024", date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_words_of_other_languages_have_their_days(text: str, first: date, last: date) -> None:
    period = parse_period(text)
    assert period is not None
    assert (period.starts_on, period.ends_on) == (first, last)


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
        ("Q1 FY26/27", 7, date(2026, 7, 1), date(2026, 9, 30)),
        ("2. Halbjahr GJ 2027", 10, date(2027, 4, 1), date(2027, 9, 30)),
        ("Exercice 2026/27", 4, date(2026, 4, 1), date(2027, 3, 31)),
    ],
)
def test_fiscal_year_only_where_the_name_says_so(
    text: str, month: int, first: date, last: date
) -> None:
    period = parse_period(text, month)
    assert period is not None
    assert (period.starts_on, period.ends_on) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Soonish",
        "Q5 2025",
        "Q1",
        "Q1 0000",
        "13Q25",
        "2025 forever",
        "H3 2025",
        "S3 2025",
        "T5 2025",
        "Q1 Q2 2025",
        "Q1/Q2 2025",
        "Sprint 1 2025",
        "25",
        "'25",
        "2025/26",
        "FY24/26",
        "FY25/24",
        "12/2025",
        "2025-03",
        "20250",
        "Q1 20255",
        "V 2025",
        "Team 1 2025",
        "Quartal 2025",
        "Tertial 4 2025",
        "Q١ 2025",
        "Q1 2025" + " x" * 100,
        "Q1" + "-" * 100_000 + "2025",
        "1" + "." * 100_000,
        "2025" + " de" * 50_000,
    ],
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
