"""Typed columns of a table of text, by one stated rule per column.

A cell that does not read is left empty and becomes an issue with file, row, column and value.
Every rule that the texts alone do not settle (decimal sign, order of day and month, scale of
progress) is decided for the whole column, with the evidence kept; where nothing decides, a
person is asked. Parsing is done once for each distinct text, so that long columns stay cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from okr_data.ingest.report import Report
from okr_data.ingest.values import (
    MAX_PROGRESS,
    NOTHING,
    DateOrder,
    DecimalSign,
    NotRead,
    date_order_evidence,
    decimal_evidence,
    fold,
    is_empty,
    parse_day,
    parse_figure,
    reads_both_ways,
)
from okr_data.periods import parse_period

Scale = Literal["percent", "ratio"]

#: Columns in which a dash is a text and not a word for nothing.
PROSE = frozenset({"title", "key_result", "objective_title", "note", "description", "last_note"})
CONFIDENCE_WORDS = {
    "high": 0.8, "medium": 0.5, "low": 0.2, "hoch": 0.8, "mittel": 0.5, "niedrig": 0.2,
    "alta": 0.8, "media": 0.5, "baja": 0.2, "green": 0.8, "yellow": 0.5, "amber": 0.5, "red": 0.2,
}  # fmt: skip
#: Distinct texts that are looked at for evidence; more would not change a decision.
LOOKED_AT = 20_000


@dataclass(frozen=True)
class Answers:
    """What a person, a profile or a format says about how to read a file; None = find out."""

    decimal: DecimalSign | None = None
    date_order: DateOrder | None = None
    progress_scale: Scale | None = None


@dataclass
class ColumnReader:
    """Typed access to the columns of one table by our field names.

    ``frame`` holds text columns by field and the column ``row`` with line numbers; ``headers``
    are the names that the file itself uses, for issues. A field that is not there reads as empty.
    """

    frame: pd.DataFrame
    headers: Mapping[str, str]
    report: Report
    answers: Answers = field(default_factory=Answers)
    delimiter: str = ","
    as_of: date | None = None
    numeric: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    _texts: dict[str, pd.Series] = field(default_factory=dict)
    _codes: dict[str, tuple[np.ndarray, pd.Index]] = field(default_factory=dict)
    _decimals: dict[str, DecimalSign] = field(default_factory=dict)

    # --- texts ---------------------------------------------------------------

    def header(self, name: str) -> str:
        return self.headers.get(name, name)

    @property
    def rows(self) -> np.ndarray:
        return cast("np.ndarray", self.frame["row"].to_numpy())

    def raw(self, name: str) -> pd.Series:
        if name in self.frame:
            return self.frame[name]
        return pd.Series(np.nan, index=self.frame.index, dtype="str")

    def text(self, name: str) -> pd.Series:
        """Return a column; missing where a cell is empty or, but for prose, a word for nothing."""
        if name not in self._texts:
            cells = self.raw(name)
            if self._says_nothing(name):
                codes, _ = self._coded(name)
                if np.count_nonzero(codes < 0) != cells.isna().sum():
                    cells = cells.mask(codes < 0)
            self._texts[name] = cells
        return self._texts[name]

    def _says_nothing(self, name: str) -> bool:
        """Tell whether a dash or “none” in a column that is there is a word for nothing."""
        return name not in PROSE and name in self.frame

    def _coded(self, name: str) -> tuple[np.ndarray, pd.Index]:
        """Return, for each row of :meth:`text`, the place of its cell among the distinct ones.

        -1 = missing; the distinct texts stand in the order of their first rows.
        """
        if name not in self._codes:
            codes, found = pd.factorize(self.raw(name))
            if self._says_nothing(name):
                kept = ~np.asarray(found.str.lower().isin(NOTHING), dtype=bool)
                places = np.where(kept, np.cumsum(kept) - 1, -1)
                codes, found = np.append(places, -1)[codes], found[kept]
            self._codes[name] = codes.astype(np.int32), found
        return self._codes[name]

    def distinct(self, name: str, limit: int = LOOKED_AT) -> list[str]:
        """Return distinct texts of a column in the order of their first rows."""
        found: list[str] = self._coded(name)[1][: min(limit, LOOKED_AT)].tolist()
        return found

    def first_row(self, name: str, text: str) -> int:
        """Return the line of the first row that holds a text."""
        return int(self.rows[(self.text(name) == text).to_numpy()][0])

    def issue_where(
        self, code: str, message: str, mask: pd.Series | np.ndarray, name: str = ""
    ) -> None:
        """Report the same thing about each row of a mask."""
        chosen = np.asarray(mask, dtype=bool)
        rows = self.rows[chosen]
        values = self.text(name)[chosen].fillna("").tolist() if name else ()
        self.report.add_rows(code, [message] * len(rows), rows.tolist(), self.header(name), values)

    def _parsed(self, name: str, parse: Callable[[str], Any]) -> tuple[np.ndarray, list[Any]]:
        """Parse each distinct text once; return the code of each row (-1 = none) and the values.

        A text that raises NotRead has the value None and an issue for each of its rows.
        """
        codes, distinct = self._coded(name)
        values: list[Any] = []
        failed: dict[int, NotRead] = {}
        for number, text in enumerate(distinct.tolist()):
            try:
                values.append(parse(text))
            except NotRead as error:
                values.append(None)
                failed[number] = error
        if failed:
            self._report_failed(name, codes, distinct.tolist(), failed)
        return codes, values

    def _report_failed(
        self, name: str, codes: np.ndarray, distinct: list[str], failed: dict[int, NotRead]
    ) -> None:
        for place in np.flatnonzero(np.isin(codes, list(failed))).tolist():
            number = int(codes[place])
            text, error = distinct[number], failed[number]
            self.report.add(
                error.code, f"“{text[:80]}” {error}", int(self.rows[place]), self.header(name), text
            )

    def map(self, name: str, parse: Callable[[str], str | None]) -> pd.Series:
        """Turn each text into another one, or into nothing."""
        codes, values = self._parsed(name, parse)
        taken = pd.array(values, dtype="str").take(codes, allow_fill=True)
        return pd.Series(taken, index=self.frame.index)

    # --- figures -------------------------------------------------------------

    def number(self, name: str) -> pd.Series:
        """Return a column of figures as floats."""
        return self._floats(name, self._figure_parser(name))

    def _floats(self, name: str, parse: Callable[[str], float | None]) -> pd.Series:
        codes, values = self._parsed(name, parse)
        numbers = np.array([np.nan if v is None else v for v in values] + [np.nan], dtype=float)
        return pd.Series(numbers[codes], index=self.frame.index)

    def _figure_parser(self, name: str) -> Callable[[str], float | None]:
        decimal = self.decimal(name)
        stripped: list[str] = []

        def parse(text: str) -> float | None:
            figure = parse_figure(text, decimal)
            if figure is not None and figure.stripped:
                stripped.append(text)
            return None if figure is None else figure.value

        def parse_and_tell(text: str) -> float | None:
            value = parse(text)
            if len(stripped) == 1 and stripped[0] == text:
                self.report.add(
                    "unit_stripped",
                    f"“{text[:60]}” is read as {value:,.10g}",
                    self.first_row(name, text),
                    self.header(name),
                    text,
                )
            return value

        return parse_and_tell

    def decimal(self, name: str) -> DecimalSign:
        """Decide whether a column writes 1,234.5 or 1.234,5.

        Its own figures that leave no choice decide by majority; else those of the file's other
        columns; else a file separated by “;” writes commas and any other points.
        """
        if self.answers.decimal:
            return self.answers.decimal
        return self._decimals.get(name) or self._decide_decimal(name)

    def _decide_decimal(self, name: str) -> DecimalSign:
        own = self._decimal_votes(self.distinct(name))
        sign, evidence = _majority(own)
        if sign is None:
            others = [t for n in self.numeric if n != name for t in self.distinct(n, 2_000)]
            sign, evidence = _majority(self._decimal_votes(others))
        if sign is None:
            sign, evidence = (
                (",", "the file is separated by “;”") if self.delimiter == ";" else (".", "")
            )
            self._ask_about_decimal(name, sign)
        if evidence and own:
            self.report.decide(self.header(name), f"decimal sign “{sign}”", evidence)
        self._decimals[name] = cast("DecimalSign", sign)
        return self._decimals[name]

    @staticmethod
    def _decimal_votes(texts: Iterable[str]) -> list[tuple[str, str]]:
        parts = (part for text in texts for part in text.split(";"))
        return [(sign, part) for part in parts if (sign := decimal_evidence(part))]

    def _ask_about_decimal(self, name: str, sign: str) -> None:
        both = next((t for t in self.distinct(name) if reads_both_ways(t)), None)
        if both is not None:
            as_read = parse_figure(both, cast("DecimalSign", sign))
            value = as_read.value if as_read else 0
            self.report.add(
                "decimal_sign_ambiguous",
                f"“{both}” is read as {value:,.10g}; nothing in the file tells the decimal sign",
                self.first_row(name, both),
                self.header(name),
                both,
            )

    def weight(self, name: str) -> pd.Series:
        """Return a column of weights; a negative one is left empty."""
        numbers = self.number(name)
        negative = numbers < 0
        if negative.any():
            for place in np.flatnonzero(negative).tolist():
                text = self.text(name).iloc[place]
                row = int(self.rows[place])
                self.report.add(
                    "negative_weight", f"“{text}” is below 0", row, self.header(name), text
                )
        return numbers.mask(negative)

    def percent(self, name: str) -> pd.Series:
        """Return progress as fractions; percent or ratio is decided for the whole column.

        A column is read as ratios only if no cell has a percent sign, none is above 1 and at
        least one is broken; everything else is percent, as the template documents.
        """
        if name not in self.frame:
            return self.number(name)
        scale = self._progress_scale(name)
        parse = self._figure_parser(name)

        def fraction(text: str) -> float | None:
            number = parse(text)
            if number is not None and abs(number / scale) > MAX_PROGRESS:
                raise NotRead("number_absurd", "is beyond ±10,000 %")
            return None if number is None else number / scale

        return self._floats(name, fraction)

    def _progress_scale(self, name: str) -> float:
        if self.answers.progress_scale:
            return 100.0 if self.answers.progress_scale == "percent" else 1.0
        texts = self.distinct(name)
        signs = [text for text in texts if "%" in text]
        decimal = self.decimal(name)
        bare = {
            t: n for t in texts if "%" not in t and (n := _number_or_none(t, decimal)) is not None
        }
        broken = [text for text, number in bare.items() if 0 < number < 1]
        if signs:
            if broken:
                self._ask_about_scale(name, broken[0], "other cells have a percent sign")
            return 100.0
        if broken and all(0 <= number <= 1 for number in bare.values()):
            self.report.decide(
                self.header(name), "ratios (0.45 = 45 %)", f"“{broken[0]}”, none above 1"
            )
            return 1.0
        if bare and 1 in bare.values() and all(number in (0, 1) for number in bare.values()):
            one = next(text for text, number in bare.items() if number == 1)
            self._ask_about_scale(name, one, "the column holds only 0 and 1")
        return 100.0

    def _ask_about_scale(self, name: str, text: str, why: str) -> None:
        self.report.add(
            "progress_scale_ambiguous",
            f"“{text}” is read as {text} %: {why}",
            self.first_row(name, text),
            self.header(name),
            text,
        )

    def confidence(self, name: str) -> pd.Series:
        """Return a confidence as 0–1; a percent sign or the column's largest value tells
        its scale (1, 10 or 100)."""
        if name not in self.frame:
            return self.number(name)
        decimal = self.decimal(name)
        numbers = (_number_or_none(text, decimal) for text in self.distinct(name))
        largest = max((n for n in numbers if n is not None), default=1.0)
        scale = 1.0 if largest <= 1 else 10.0 if largest <= 10 else 100.0
        if any("%" in text for text in self.distinct(name)):
            scale = 100.0
        parse = self._figure_parser(name)

        def fraction(text: str) -> float | None:
            if (word := CONFIDENCE_WORDS.get(fold(text))) is not None:
                return word
            number = parse(text)
            if number is not None and not 0 <= number / scale <= 1:
                raise NotRead("number_absurd", "is no confidence")
            return None if number is None else number / scale

        return self._floats(name, fraction)

    # --- days ----------------------------------------------------------------

    def day(self, name: str, open_end: bool = False) -> pd.Series:
        """Return a column of days (``datetime64[s]``, NaT where empty)."""
        order = self.date_order(name)
        short: list[str] = []
        ambiguous: list[str] = []

        def parse(text: str) -> date | None:
            try:
                found = parse_day(text, order, self.as_of, open_end)
            except NotRead as error:
                if error.code == "date_order_ambiguous" and order is None and not self._mixed(name):
                    ambiguous.append(text)  # asked once for the column, not told for each cell
                    return None
                raise
            if found is not None and found.two_digit_year:
                short.append(text)
            return None if found is None else found.value

        codes, values = self._parsed(name, parse)
        self._tell_about_days(name, short, ambiguous, values)
        days = np.array(
            [np.datetime64("NaT") if v is None else np.datetime64(v, "s") for v in values]
            + [np.datetime64("NaT")],
            dtype="datetime64[s]",
        )
        return pd.Series(days[codes], index=self.frame.index)

    def _tell_about_days(
        self, name: str, short: list[str], ambiguous: list[str], values: list[Any]
    ) -> None:
        if ambiguous:
            count = int(self.text(name).isin(ambiguous).sum())
            self.report.add(
                "date_order_ambiguous",
                f"“{ambiguous[0]}” and {count - 1} more read as day/month and as month/day; "
                "they are left empty until the order is said",
                self.first_row(name, ambiguous[0]),
                self.header(name),
                ambiguous[0],
            )
        if short:
            self.report.add(
                "two_digit_year",
                f"“{short[0]}” has a year of two digits, like {len(short) - 1} more values",
                self.first_row(name, short[0]),
                self.header(name),
                short[0],
            )
        far = [v for v in values if v is not None and v.year > 2100]
        if far:
            self.report.add(
                "date_implausible",
                f"{far[0]} is taken as an end that is far away",
                None,
                self.header(name),
                str(far[0]),
            )

    def _mixed(self, name: str) -> bool:
        return len({date_order_evidence(text) for text in self.distinct(name)} - {None}) > 1

    def date_order(self, name: str) -> DateOrder | None:
        """Decide the order of day and month: by the column's own days, else by the file's others."""
        if self.answers.date_order:
            return self.answers.date_order
        own = [(o, text) for text in self.distinct(name) if (o := date_order_evidence(text))]
        votes = own or [
            (o, text)
            for other in self.dates
            if other != name
            for text in self.distinct(other, 2_000)
            if (o := date_order_evidence(text))
        ]
        orders = {order for order, _ in votes}
        if len(orders) != 1:
            return None
        order, text = votes[0]
        if own:
            words = "day/month/year" if order == "dmy" else "month/day/year"
            row = self.first_row(name, text)
            self.report.decide(self.header(name), words, f"“{text}” in row {row}")
        return order

    def span(self, start: str, end: str) -> tuple[pd.Series, pd.Series]:
        """Return start and end; an end before its start empties both."""
        first, last = self.day(start), self.day(end, open_end=True)
        swapped = (last < first).to_numpy()
        for place in np.flatnonzero(swapped).tolist():
            ends, starts = last.iloc[place].date(), first.iloc[place].date()
            self.report.add(
                "dates_swapped",
                f"the end {ends} lies before the start {starts}",
                int(self.rows[place]),
                self.header(end),
                str(ends),
            )
        return first.mask(swapped), last.mask(swapped)

    # --- words ---------------------------------------------------------------

    def word(self, name: str, words: Mapping[str, str], code: str) -> pd.Series:
        """Return what the words of a fixed list map to; an unknown one becomes an issue."""
        known = ", ".join(sorted(set(words)))

        def parse(text: str) -> str | None:
            mapped = words.get(fold(text))
            if mapped is None:
                raise NotRead(code, f"is not one of: {known}")
            return mapped

        return self.map(name, parse)

    def cycle(self, name: str) -> pd.Series:
        """Return periods in one spelling, or as written where they name none that we know."""

        def parse(text: str) -> str | None:
            if is_empty(text):
                return None
            return period_name(text) or text

        for text in self.distinct(name):
            if not is_empty(text) and period_name(text) is None:
                self.issue_where(
                    "cycle_unknown",
                    f"“{text[:80]}” names no period with known dates",
                    self.text(name) == text,
                    name,
                )
        return self.map(name, parse)


def _majority(votes: list[tuple[str, str]]) -> tuple[str | None, str]:
    comma = [text for sign, text in votes if sign == ","]
    point = [text for sign, text in votes if sign == "."]
    if len(comma) == len(point):
        return None, ""
    won = comma if len(comma) > len(point) else point
    against = min(len(comma), len(point))
    but = f", against {against}" if against else ""
    return ("," if won is comma else "."), f"“{won[0]}” and {len(won) - 1} more{but}"


def _number_or_none(text: str, decimal: DecimalSign) -> float | None:
    try:
        figure = parse_figure(text, decimal)
    except NotRead:
        return None
    return None if figure is None else figure.value


@lru_cache(maxsize=10_000)
def period_name(text: str) -> str | None:
    period = parse_period(text)
    return period.name if period else None
