"""Single texts: figures and days in the world's spellings, and what each is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_data.ingest.values import (
    NotRead,
    clean_id,
    date_order_evidence,
    decimal_evidence,
    parse_date,
    parse_day,
    parse_figure,
    parse_number,
    reads_both_ways,
    split_names,
)


def _code_of(read: Callable[[], object]) -> str:
    """Return why a text does not read, "" where it does."""
    try:
        read()
    except NotRead as error:
        return error.code
    return ""


# --- figures -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234.56", ".", 1234.56), ("1.234,56", ",", 1234.56), ("1 234,56", ",", 1234.56),
        ("1\u00a0234,56", ",", 1234.56), ("1\u202f234,56", ",", 1234.56), ("1’234.50", ".", 1234.5),
        ("1'234", ".", 1234), ("12,34,567", ".", 1234567), ("12,34,567.5", ".", 1234567.5),
        ("(5)", ".", -5), ("(1,234.5)", ".", -1234.5), ("(5%)", ".", -5), ("1234-", ".", -1234),
        ("−3.5", ".", -3.5), ("+7", ".", 7), (".5", ".", 0.5), (",5", ",", 0.5), ("5.", ".", 5),
        ("70%", ".", 70), ("70 %", ".", 70), ("70,5 %", ",", 70.5), ("%70", ".", 70),
        ("1e3", ".", 1000), ("1.5E-2", ".", 0.015), ("007", ".", 7), ("1,234", ".", 1234),
        ("1,234", ",", 1.234), ("1.234", ".", 1.234), ("1.234", ",", 1234), ("0", ".", 0), ("0.125", ".", 0.125), ("0,125", ",", 0.125),
        ("-0.5", ",", -0.5), ("001,234", ".", 1234),
        ("1000000", ",", 1_000_000),
    ],
)  # fmt: skip
def test_a_figure(text: str, decimal: str, value: float) -> None:
    assert parse_number(text, decimal) == pytest.approx(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1.2M", 1_200_000), ("€ 1.2m", 1_200_000), ("1.2 mio.", 1_200_000), ("USD 5k", 5_000),
        ("5 bn", 5e9), ("3 Mrd.", 3e9), ("45 days", 45), ("1,200 rides", 1200), ("-$5", -5),
        ("($5)", -5), ("£1,234.50", 1234.5), ("12 kr", 12), ("CHF 1'000", 1000), ("($1.2M)", -1_200_000),
    ],
)  # fmt: skip
def test_a_figure_with_a_unit_tells_that_it_was_taken_off(text: str, value: float) -> None:
    figure = parse_figure(text)
    assert figure is not None
    assert figure.value == pytest.approx(value)
    assert figure.stripped


@pytest.mark.parametrize(
    "text", ["", " ", "-", "–", "—", "N/A", "n/a", "NA", "nil", "None", "null"]
)
def test_words_for_nothing(text: str) -> None:
    assert parse_number(text) is None
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tbd", "not_a_number"), ("0,125", "not_a_number"), ("85x", "not_a_number"), ("1,2,3", "not_a_number"),
        ("1.2.3", "not_a_number"), ("10 of 20", "not_a_number"), ("5/10", "not_a_number"),
        ("~5", "not_a_number"), ("5-7", "not_a_number"), ("#REF!", "not_a_number"),
        ("1,23,4", "not_a_number"), ("1e400", "not_a_number"), ("9" * 17, "number_absurd"),
        ("inf", "not_a_number"), ("nan", "not_a_number"), ("１２", "not_a_number"),
        ("0x10", "not_a_number"), ("1_000", "not_a_number"),
    ],
)  # fmt: skip
def test_what_is_no_figure(text: str, code: str) -> None:
    with pytest.raises(NotRead) as caught:
        parse_number(text)
    assert caught.value.code in {code, "number_absurd"}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("1,234.5", "."), ("1.234,5", ","), ("12.5", "."), ("12,5", ","), ("1,234,567", "."),
        ("1.234.567", ","), ("12,34,567", "."), ("1,234", None), ("1.234", None), ("1234", None),
        ("1.2345", "."), ("1,2345", ","), ("$1.5M", "."), ("1 234,5", ","), ("70,5%", ","), ("(0,5)", ","),
        ("0.125", "."), ("0,125", ","), ("-0,125", ","), ("10.125", None),
    ],
)  # fmt: skip
def test_what_a_figure_tells_of_the_decimal_sign(text: str, sign: str | None) -> None:
    assert decimal_evidence(text) == sign


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("1,234", True),
        ("1.234", True),
        ("-12.345", True),
        ("1234", False),
        ("12.34", False),
        ("0,125", False),
    ],
)
def test_figures_that_read_both_ways(text: str, both: bool) -> None:
    assert reads_both_ways(text) is both


@given(st.text(max_size=12))
def test_any_text_is_a_figure_or_a_reason(text: str) -> None:
    assert _code_of(lambda: parse_number(text)) in {"", "not_a_number", "number_absurd"}
    assert _code_of(lambda: parse_number(text, ",")) in {"", "not_a_number", "number_absurd"}


# --- days --------------------------------------------------------------------

DAY = date(2026, 7, 6)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-06", "2026/7/6", "2026.07.06", "20260706", "2026-07-06T20:57:08Z",
        "2026-07-06 20:57:08 UTC", "2026-07-06T20:57:08+02:00", "2026-07-06 8:05 PM", "06.07.2026",
        "6.7.2026", "6. 7. 2026", "06.07.26", "6 Jul 2026", "6. Juli 2026", "6 de julio de 2026",
        "6th July 2026", "July 6, 2026", "Jul 6 2026", "Mon, 6 Jul 2026", "Monday 6 July 2026",
        "06-Jul-2026", "6-Jul-26", "6 juillet 2026", "6 lug 2026", "06/Jul/2026", "Jul-06-2026",
        "46209", "46209.75", "06.07.2026 14:30", "  2026-07-06  ",
    ],
)  # fmt: skip
def test_a_day(text: str) -> None:
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "order", "found"),
    [
        ("06/07/2026", "dmy", date(2026, 7, 6)), ("07/06/2026", "mdy", DAY), ("6-7-2026", "dmy", DAY),
        ("7/6/26", "mdy", DAY), ("13/07/2026", None, date(2026, 7, 13)), ("13/07/2026", "mdy", date(2026, 7, 13)),
        ("07/13/2026", "dmy", date(2026, 7, 13)), ("07/07/2026", None, date(2026, 7, 7)),
        ("06/07/2026 14:30", "dmy", DAY), ("7/6/2026, 2:30 PM", "mdy", DAY),
    ],
)  # fmt: skip
def test_a_day_by_its_order(text: str, order: str | None, found: date) -> None:
    assert parse_date(text, order) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("06/07/2026", "date_order_ambiguous"), ("2026-02-30", "date_impossible"),
        ("31.06.2026", "date_impossible"), ("13/13/2026", "date_impossible"), ("soon", "not_a_date"),
        ("1926-07-06", "date_implausible"), ("9999-12-31", "date_implausible"), ("Q3 2026", "not_a_date"),
        ("6 Jul", "not_a_date"), ("12", "not_a_date"), ("99999", "not_a_date"), ("2026-07", "not_a_date"),
        ("0000-00-00", "date_impossible"), ("20261301", "date_impossible"),
    ],
)  # fmt: skip
def test_what_is_no_day(text: str, code: str) -> None:
    with pytest.raises(NotRead) as caught:
        parse_date(text)
    assert caught.value.code == code


def test_two_digits_of_a_year_are_told() -> None:
    short = parse_day("06.07.26")
    assert short is not None
    assert short.two_digit_year
    named = parse_day("6-Jul-26")
    assert named is not None
    assert not named.two_digit_year


def test_a_day_without_a_year_lies_before_the_as_of_day() -> None:
    for text, before, found in (
        ("6 Jul", date(2026, 7, 6), date(2026, 7, 6)),
        ("6 Jul", date(2026, 7, 5), date(2025, 7, 6)),
        ("29 Feb", date(2026, 7, 5), date(2024, 2, 29)),
    ):
        day = parse_day(text, None, before)
        assert day is not None
        assert day.value == found


def test_an_end_may_lie_far_away() -> None:
    day = parse_day("9999-12-31", open_end=True)
    assert day is not None
    assert day.value == date(9999, 12, 31)


@given(st.text(max_size=14))
def test_any_text_is_a_day_or_a_reason(text: str) -> None:
    assert _code_of(lambda: parse_day(text, None, DAY)) in {
        "", "not_a_date", "date_impossible", "date_implausible", "date_order_ambiguous",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("13/07/2026", "dmy"),
        ("07/13/2026", "mdy"),
        ("07/06/2026", None),
        ("13.07.2026", None),
        ("2026-07-13", None),
    ],
)
def test_what_a_day_tells_of_the_order(text: str, order: str | None) -> None:
    assert date_order_evidence(text) == order


# --- texts -------------------------------------------------------------------


def test_ids_lose_what_nobody_sees() -> None:
    assert clean_id(" O\u200b-1\u00a0") == "O-1"
    assert clean_id("👩\u200d🚀") == "👩\u200d🚀"


def test_names_are_split_once() -> None:
    assert split_names(" A; B;;A ") == ["A", "B"]
    assert split_names(None) == []
