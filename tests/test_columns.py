"""Columns: one rule for all cells, found in a telling one, and the same rule read back."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_data.ingest.columns import Answers, ColumnReader
from okr_data.ingest.report import Report


def reader(
    columns: dict[str, list[str]], answers: Answers | None = None, delimiter: str = ",",
    numeric: tuple[str, ...] = (), dates: tuple[str, ...] = (),
) -> ColumnReader:  # fmt: skip
    frame = pd.DataFrame({name: pd.array(cells, dtype="str") for name, cells in columns.items()})
    frame = frame.replace("", float("nan"))
    frame["row"] = range(2, len(frame) + 2)
    return ColumnReader(
        frame, {}, Report("f.csv"), answers or Answers(), delimiter, date(2026, 12, 31),
        numeric or tuple(columns), dates or tuple(columns),
    )  # fmt: skip


def plain(series: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in series]


def codes(read: ColumnReader) -> list[str]:
    return [issue.code for issue in read.report.issues]


# --- figures -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,234", "0.5"], [1234, 0.5]),
        (["1.234", "0,5"], [1234, 0.5]),
        (["1.234", "1.234.567"], [1234, 1234567]),
        (["1,234", "12,34,567"], [1234, 1234567]),
        (["1 234,5", "2.000"], [1234.5, 2000]),
        (["1,5", "2,5", "2.5"], [1.5, 2.5, 2.5]),  # the odd one can be no thousands
        (["1.5", "2.5", "2,5"], [1.5, 2.5, None]),
        (["0.125", "0.25"], [0.125, 0.25]),
        (["—", "N/A", "7"], [None, None, 7]),
    ],
)
def test_one_figure_decides_for_its_column(cells: list[str], values: list[float | None]) -> None:
    read = reader({"value": cells})
    assert plain(read.number("value")) == values
    assert codes(read) == ["not_a_number"] * (None in values and "2,5" in cells)


def test_another_column_decides_where_the_own_figures_do_not() -> None:
    read = reader({"start": ["1.234"], "target": ["2,5"]})
    assert plain(read.number("start")) == [1234]


def test_a_file_of_semicolons_writes_commas_and_still_asks() -> None:
    read = reader({"value": ["1,234"]}, delimiter=";")
    assert plain(read.number("value")) == [1.234]
    assert codes(read) == ["decimal_sign_ambiguous"]


def test_figures_that_contradict_each_other_are_asked_about() -> None:
    """One “1,5” and one “2.5”: neither is the majority, so the one of the separator is taken."""
    read = reader({"value": ["1,5", "2.5", "1,234"]})
    assert plain(read.number("value"))[1] == 2.5
    assert "decimal_sign_ambiguous" in codes(read)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_fraction_of_three_decimals_is_no_thousand(delimiter: str) -> None:
    """Incident: completion 0,125 and 0,375 (German, by tabs) read as 125 and 375; and so did
    0.125 in a file of semicolons. A number of thousands never begins with a lone 0."""
    comma = reader({"progress": ["0,125", "0,375"]}, delimiter=delimiter)
    point = reader({"progress": ["0.125", "0.375"]}, delimiter=delimiter)
    assert plain(comma.percent("progress")) == plain(point.percent("progress")) == [0.125, 0.375]
    assert codes(comma) == codes(point) == []


def test_an_answer_wins_over_every_figure() -> None:
    read = reader({"value": ["1.234", "0.5"]}, Answers(decimal=","))
    assert plain(read.number("value")) == [1234, 0.5]


def test_the_first_stripped_unit_is_told_once() -> None:
    read = reader({"value": ["$5", "$6", "7"]})
    assert plain(read.number("value")) == [5, 6, 7]
    assert codes(read) == ["unit_stripped"]


def _written(value: float, decimal: str, grouping: str) -> str:
    text = f"{value:,.2f}" if grouping else f"{value:.2f}"
    return text.replace(",", "\0").replace(".", decimal).replace("\0", grouping)


SPELLINGS = [
    (".", ","),
    (",", "."),
    (",", " "),
    (".", " "),
    (".", "'"),
    (",", "\u00a0"),
    (".", ""),
    (",", ""),
]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2, allow_nan=False), min_size=1, max_size=8),
    st.sampled_from(SPELLINGS),
    st.booleans(),
)
def test_figures_read_back(numbers: list[float], spelling: tuple[str, str], whole: bool) -> None:
    """Whatever the spelling: with one telling figure in the column each reads as it was meant."""
    decimal, grouping = spelling
    meant = [float(n) for n in numbers] + [1234.5]
    cells = [_written(n, decimal, grouping) for n in meant]
    if whole:  # figures without decimals tell nothing, the last one still does
        meant = [float(int(n)) for n in meant[:-1]] + [1234.5]
        cells = [_written(n, decimal, grouping)[:-3] for n in meant[:-1]] + cells[-1:]
    read = reader({"value": cells})
    assert plain(read.number("value")) == pytest.approx(meant)
    assert codes(read) == []


# --- progress ----------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=8), st.sampled_from(["{}%", "{} %", "ratio"])
)
def test_progress_reads_back(percents: list[int], form: str) -> None:
    meant = [*percents, 45]
    cells = [f"{p / 100:.2f}" if form == "ratio" else form.format(p) for p in meant]
    read = reader({"progress": cells})
    assert plain(read.percent("progress")) == pytest.approx([p / 100 for p in meant])


def test_a_percent_sign_beside_a_ratio_is_asked_about() -> None:
    read = reader({"progress": ["70%", "0.5"]})
    assert plain(read.percent("progress")) == [0.7, 0.005]
    assert codes(read) == ["progress_scale_ambiguous"]


def test_absurd_progress_is_left_empty() -> None:
    read = reader({"progress": ["12000", "50"]})
    assert plain(read.percent("progress")) == [None, 0.5]
    assert codes(read) == ["number_absurd"]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["7", "10", "0"], [0.7, 1, 0]),
        (["0.7", "1"], [0.7, 1]),
        (["70", "100", "5"], [0.7, 1, 0.05]),
        (["High", "low", "Mittel"], [0.8, 0.2, 0.5]),
        (["70%", "5%"], [0.7, 0.05]),
        (["-1", "5"], [None, 0.5]),
    ],
)
def test_the_largest_confidence_tells_the_scale(
    cells: list[str], values: list[float | None]
) -> None:
    assert plain(reader({"confidence": cells}).confidence("confidence")) == values


def test_percent_signs_tell_the_scale_of_confidence() -> None:
    """Incident: “5%” and “8%” read as 0.5 and 0.8, since nothing in the column was above 10."""
    assert plain(reader({"confidence": ["5%", "8%"]}).confidence("confidence")) == [0.05, 0.08]


# --- days --------------------------------------------------------------------

ORDERS = {
    "dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "iso": "%Y-%m-%d", "points": "%d.%m.%Y", "short": "%d-%m-%y",
    "named": "%d %b %Y", "american": "%B %d, %Y", "time": "%d/%m/%Y %H:%M",
}  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=8),
    st.sampled_from(sorted(ORDERS)),
)
def test_days_read_back(offsets: list[int], order: str) -> None:
    """With one day above 12 in the column each reads as it was meant, in every order."""
    meant = [date(2022, 1, 1) + timedelta(n) for n in offsets] + [date(2026, 7, 31)]
    read = reader({"day": [day.strftime(ORDERS[order]) for day in meant]})
    assert read.day("day").dt.date.tolist() == meant
    assert set(codes(read)) <= {"two_digit_year"}


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=6))
def test_days_that_tell_nothing_are_never_guessed(pairs: list[tuple[int, int]]) -> None:
    read = reader({"day": [f"{a:02}/{b:02}/2026" for a, b in pairs]})
    days = read.day("day")
    for (first, second), day in zip(pairs, days, strict=True):
        assert pd.isna(day) or first == second
    assert codes(read) == ["date_order_ambiguous"] * any(a != b for a, b in pairs)


def test_days_of_both_orders_are_told_one_by_one() -> None:
    read = reader({"day": ["13/01/2026", "01/13/2026", "02/03/2026"]})
    assert read.day("day").isna().tolist() == [False, False, True]
    assert codes(read) == ["date_order_ambiguous"]


def test_the_order_is_told_with_its_evidence() -> None:
    read = reader({"day": ["02/03/2026", "14/03/2026"]})
    read.day("day")
    (decision,) = read.report.decisions
    assert (decision.reading, decision.evidence) == ("day/month/year", "“14/03/2026” in row 3")


def test_an_end_before_its_start_empties_both() -> None:
    read = reader({"start": ["2026-07-01"], "end": ["2026-06-01"]})
    first, last = read.span("start", "end")
    assert first.isna().all()
    assert last.isna().all()
    assert codes(read) == ["dates_swapped"]


# --- words -------------------------------------------------------------------


def test_words_in_any_case_and_unknown_ones_with_their_row() -> None:
    read = reader({"status": ["ON TRACK", "on_track", "On-Track ", "odd", ""]})
    found = read.word("status", {"on track": "on_track"}, "status_unknown")
    assert [None if pd.isna(v) else v for v in found] == ["on_track"] * 3 + [None, None]
    assert [(i.code, i.row, i.value) for i in read.report.issues] == [("status_unknown", 5, "odd")]


def test_cycles_in_one_spelling_and_unknown_ones_as_written() -> None:
    read = reader({"cycle": ["3Q26", "2026 Q3", "Wave 2"]})
    assert read.cycle("cycle").tolist() == ["Q3 2026", "Q3 2026", "Wave 2"]
    assert codes(read) == ["cycle_unknown"]
