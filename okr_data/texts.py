"""Texts, numbers and days in the reader's language.

English stands in the code, where it is read with what it says: ``t("{n} of {all} measured", …)``.
All of it is gathered in ``okr_data/locale/messages.pot``; a translation is one file beside it,
``okr_data/locale/<language>.po`` (gettext). What a translation lacks is shown in English.

Whoever shows texts says once, with :func:`speak`, how the language of the moment is known.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
ENGLISH = "en"
#: The languages there are, each by its own name.
LANGUAGES = {ENGLISH: "English"} | {
    path.stem: str(Locale.parse(path.stem).get_display_name(path.stem))
    for path in sorted(FOLDER.glob("*.po"))
}
#: How days are written: as people do, without a doubt about day and month.
_DAYS = {ENGLISH: "d MMM y", "de": "d. MMM y"}
_PLACE = re.compile(r"\{(\w+)\}")
#: A figure as the views write it: 1,234.5.
_FIGURE = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")

_said: ContextVar[str | None] = ContextVar("language", default=None)
_ask: Callable[[], str] = lambda: ENGLISH  # noqa: E731 - replaced by whoever has readers


def speak(ask: Callable[[], str]) -> None:
    """Let ``ask`` tell the language of whoever reads at the moment."""
    global _ask  # noqa: PLW0603 - one process has one kind of readers
    _ask = ask


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language until the block ends, whoever reads."""
    token = _said.set(language)
    try:
        yield
    finally:
        _said.reset(token)


def language() -> str:
    """Return the language of the moment, one of :data:`LANGUAGES`."""
    asked = _said.get() or _ask()
    return asked if asked in LANGUAGES else ENGLISH


def mark(text: str) -> str:
    """Mark a text for translation that is shown later, with :func:`t` or from :class:`Words`."""
    return text


def t(text: str, /, **values: object) -> str:
    """Return a text in the reader's language, with values in the places of its ``{names}``.

    A text without values is taken as it is: braces mean nothing in it.
    """
    found = _catalogue(language()).gettext(text)
    return found.format_map(values) if values else found


def tn(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the text for one or for many; ``{n}`` in it is the count, written with its thousands."""
    found = _catalogue(language()).ngettext(one, many, count)
    return found.format_map({"n": number(count), **values})


class Sentences:
    """Finished English sentences of the views, told in the reader's language.

    Each is known by its pattern, marked for translation: ``mark("No check-in for {n} days.")``.
    Figures in a place are written with the reader's signs; a place named ``day`` is a day.
    """

    def __init__(self, *patterns: str) -> None:
        self._patterns = tuple(
            (re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.sub(r"([.()?])", r"\\\1", each))), each)
            for each in patterns
        )

    def __call__(self, text: str) -> str:
        """Return the sentence in the reader's language, or as it is where no pattern fits."""
        if language() == ENGLISH:
            return text
        for pattern, message in self._patterns:
            if found := pattern.fullmatch(text):
                return t(message, **{k: _told(k, v) for k, v in found.groupdict().items()})
        return text


def _told(place: str, value: str) -> str:
    if place == "day":
        return day(datetime.strptime(value, "%d %b %Y").date())
    return _FIGURE.sub(lambda figure: localised(figure[0]), value)


class Words(Mapping[str, str]):
    """Names by key, each in the language of the moment in which it is looked up.

    The texts are given marked: ``Words({"done": mark("Done")})``.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, key: str) -> str:
        return t(self._texts[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __or__(self, other: Mapping[str, str]) -> Words:
        return Words(self._texts | dict(other))


def number(value: float, digits: int = 0) -> str:
    """Write a number with the thousands and decimal signs of the reader's language."""
    return localised(f"{value:,.{digits}f}")


def localised(figure: str) -> str:
    """Exchange the signs of a number written as 1,234.5 for those of the reader's language."""
    return figure.translate(_signs(language()))


def day(value: date | None) -> str:
    """Write a day as 20 Nov 2026 or 20. Nov. 2026; n/a where there is none."""
    if value is None or value != value:  # noqa: PLR0124 - NaT is not itself
        return t("n/a")
    code = language()
    if code == ENGLISH:  # CLDR abbreviates September to Sept
        return f"{value.day} {value:%b %Y}"
    return str(format_date(value, _DAYS.get(code, "medium"), code))


def separators() -> str:
    """Return decimal and thousands sign of the reader's language, as Plotly takes them."""
    return ".,".translate(_signs(language()))


@cache
def _signs(code: str) -> dict[int, str]:
    symbols = Locale.parse(code).number_symbols["latn"]
    return {ord("."): str(symbols["decimal"]), ord(","): str(symbols["group"])}


@cache
def _catalogue(code: str) -> NullTranslations:
    """Return the translations of a language; what is missing or doubtful stays English."""
    path = FOLDER / f"{code}.po"
    if code == ENGLISH or not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)
