"""How one table is read: which column means what. A format, a profile and an answer in one form.

A mapping is data: the presets of known tools are files of it beside this module
(``presets/*.toml``), a profile that a person saves is one more such file, and the command line
takes one by ``--mapping FILE.toml``. What each key means stands in ``docs/mappings.md``.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

import tomli_w

from okr_data.errors import OkrError
from okr_data.ingest.columns import Answers
from okr_data.ingest.fields import FIELD, GRAINS, Grain, normalise_header
from okr_data.ingest.values import NotRead, fold, parse_day
from okr_data.periods import MONTHS, parse_period
from okr_data.schema import STATUSES

PRESETS = Path(__file__).parent / "presets"

#: Before which a day without a year is looked for: only whether it is a day matters here.
_ANY_DAY = date(2028, 12, 31)

#: The column that we add to rows that did not go in; it is no part of what they are.
REASON = "reason it did not go in"

#: Named holes in a header: ``key_result_{n}_title`` stands for any number.
_NUMBERED = "{n}"


@dataclass(frozen=True)
class Mapping:
    """What the columns of one kind of table mean, and how its words and figures read.

    ``columns`` gives, for each field, the headers that carry it, best first. ``required`` names
    the fields without which a table is not of this kind. ``repeated`` gives numbered columns
    for key results that stand wide in the row of their objective. ``indent`` is a pattern of
    headers whose columns tell by position how deep a row stands. ``dated`` says what columns
    headed by days hold (``value`` or ``progress`` of a check-in).
    """

    name: str
    title: str
    rows: Grain
    columns: MappingOf[str, tuple[str, ...]]
    required: tuple[str, ...] = ()
    evidence: str = "yours"
    adapter: str = ""
    #: Headers that belong to the format and are not read.
    known: tuple[str, ...] = ()
    repeated: MappingOf[str, str] = field(default_factory=dict)
    indent: str = ""
    dated: str = ""
    separators: tuple[str, ...] = (";", "\n")
    fill_down: tuple[str, ...] = ()
    kinds: MappingOf[str, str] = field(default_factory=dict)
    statuses: MappingOf[str, str] = field(default_factory=dict)
    levels: MappingOf[str, str] = field(default_factory=dict)
    #: Whether the format says which meaning of “At Risk” holds.
    at_risk_known: bool = False
    parent_above: bool = False
    #: Whether only the status words given here count, and no others.
    only_own_words: bool = False
    answers: Answers = field(default_factory=Answers)
    fingerprint: str = ""

    def located(self, header: Iterable[str]) -> dict[str, int]:
        """Return the column of each field in a header; a field's first known header wins."""
        position = positions(header)
        found: dict[str, int] = {}
        for name, headers in self.columns.items():
            for text in headers:
                number = position.get(normalise_header(text))
                if number is not None and number not in found.values():
                    found[name] = number
                    break
        return found

    def lacking(self, header: Iterable[str]) -> list[str]:
        """Return the required fields that a header does not have."""
        found = self.located(header)
        return [
            name for name in self.required if not any(part in found for part in name.split("|"))
        ]

    def used(self, header: Iterable[str]) -> set[int]:
        """Return the columns of a header that this mapping reads."""
        texts = list(header)
        used = set(self.located(texts).values())
        names = {normalise_header(name) for name in self.known}
        used |= {number for number, text in enumerate(texts) if normalise_header(text) in names}
        used |= {number for number, *_ in self.repeated_columns(texts)}
        used |= set(self.indent_columns(texts))
        if self.dated:
            used |= {number for number, text in enumerate(texts) if dated_header(text)}
        return used

    def repeated_columns(self, header: Iterable[str]) -> list[tuple[int, int, str]]:
        """Return (column, n, field) of the numbered columns."""
        found = []
        for name, pattern in self.repeated.items():
            parts = [normalise_header(part) for part in pattern.split(_NUMBERED)]
            expression = re.compile(r"_?(\d+)_?".join(re.escape(part) for part in parts))
            for number, text in enumerate(header):
                match = expression.fullmatch(normalise_header(text))
                if match:
                    found.append((number, int(match[1]), name))
        return found

    def indent_columns(self, header: Iterable[str]) -> list[int]:
        """Return the columns whose position tells the depth, outermost first."""
        if not self.indent:
            return []
        expression = re.compile(self.indent, re.IGNORECASE)
        return [n for n, text in enumerate(header) if expression.fullmatch(text.strip())]

    def score(self, header: Iterable[str]) -> float:
        """Return the share of a header's columns that are known, 0 where a required one lacks."""
        texts = [text for text in header if text.strip()]
        if not texts or self.lacking(texts):
            return 0.0
        if self.indent and len(self.indent_columns(texts)) < 2:
            return 0.0
        if self.repeated and not self.repeated_columns(texts):
            return 0.0
        if self.dated and not any(dated_header(text) for text in texts):
            return 0.0
        return len(self.used(texts)) / len(texts)

    def to_toml(self) -> str:
        """Return the mapping as a file that a person can read and edit."""
        return _to_toml(self)


def positions(header: Iterable[str]) -> dict[str, int]:
    """Map each normalised header to its first column; empty headers are left out."""
    found: dict[str, int] = {}
    for number, name in enumerate(header):
        if normalise_header(name):
            found.setdefault(normalise_header(name), number)
    return found


_WEEK = re.compile(
    r"^(?:week|woche|kw|cw|w)\s*(?:of|ending|commencing)?\s*\d{0,2}\s*[:\-]?\s+", re.IGNORECASE
)


def day_in_header(text: str) -> str:
    """Return the day of a header without the word or number of its week: W27 2026-07-06."""
    return _WEEK.sub("", text.strip())


@cache
def dated_header(text: str) -> bool:
    """Tell whether a header is a day (6 Jul, 2026-07-06, W27 2026-07-06), so that a column is a week."""
    cleaned = day_in_header(text)
    try:
        return parse_day(cleaned, "dmy", _ANY_DAY) is not None and not cleaned.isdigit()
    except NotRead:
        return False


def period_header(text: str) -> bool:
    """Tell whether a header names a planning period (Q1 2026), a month or a bare quarter."""
    cleaned = fold(text)
    return (
        bool(re.fullmatch(r"q[1-4]|h[12]", cleaned))
        or cleaned in MONTHS
        or parse_period(text) is not None
    )


def fingerprint(header: Iterable[str]) -> str:
    """Return what tells a kind of table: its headers in any order, without days and periods."""
    names = sorted(
        normalise_header(text)
        for text in header
        if text.strip() and text != REASON and not dated_header(text) and not period_header(text)
    )
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:16]


# --- files of mappings -------------------------------------------------------

_KEYS = {
    "title", "rows", "columns", "required", "known", "evidence", "adapter", "repeated", "indent", "dated",
    "separators", "fill_down", "words", "at_risk_known", "parent_above", "only_own_words", "answers", "fingerprint",
}  # fmt: skip
_WORDS = ("type", "status", "level")
#: What reads tables that columns alone do not describe (okr_data.ingest.formats.ADAPTERS).
_ADAPTERS = ("", "viva")
_ANSWERS = {
    "decimal": (".", ","),
    "date_order": ("dmy", "mdy"),
    "progress_scale": ("percent", "ratio"),
}


class MappingInvalid(OkrError):
    """A mapping file says something that cannot be; the message names file and key."""


def parse_mapping(name: str, text: str) -> Mapping:
    """Read a mapping from TOML. Raises MappingInvalid naming what is wrong."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingInvalid(f"{name}: {error}") from error
    for key in raw:
        if key not in _KEYS:
            raise MappingInvalid(f'{name}: "{key}" is no key; known: {", ".join(sorted(_KEYS))}')
    rows = raw.get("rows")
    if rows not in GRAINS:
        raise MappingInvalid(f'{name}: "rows" must be one of {", ".join(GRAINS)}, not {rows!r}')
    words = _table(name, "words", raw.get("words", {}))
    for key in words:
        if key not in _WORDS:
            raise MappingInvalid(f"{name}: words.{key} is unknown; known: {', '.join(_WORDS)}")
    return Mapping(
        name=name,
        title=str(raw.get("title", name)),
        rows=cast("Grain", rows),
        columns=_columns(name, raw.get("columns", {})),
        required=_texts(name, "required", raw.get("required", ())),
        evidence=str(raw.get("evidence", "yours")),
        adapter=_one_of(name, "adapter", raw.get("adapter", ""), _ADAPTERS),
        known=_texts(name, "known", raw.get("known", ())),
        repeated=_repeated(name, raw.get("repeated", {})),
        indent=_pattern(name, str(raw.get("indent", ""))),
        dated=_one_of(name, "dated", raw.get("dated", ""), ("", "value", "progress")),
        separators=_texts(name, "separators", raw.get("separators", (";", "\n"))),
        fill_down=_texts(name, "fill_down", raw.get("fill_down", ())),
        kinds=_words(name, words, "type", ("objective", "key_result", "initiative")),
        statuses=_words(name, words, "status", STATUSES),
        levels=_words(name, words, "level", ("company", "department", "team", "individual")),
        at_risk_known=_flag(name, raw, "at_risk_known"),
        parent_above=_flag(name, raw, "parent_above"),
        only_own_words=_flag(name, raw, "only_own_words"),
        answers=_read_answers(name, raw.get("answers", {})),
        fingerprint=str(raw.get("fingerprint", "")),
    )


def _columns(name: str, raw: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, dict):
        raise MappingInvalid(f'{name}: "columns" must be a table of field = "header"')
    found = {}
    for key, value in raw.items():
        if key not in FIELD:
            raise MappingInvalid(f'{name}: "{key}" is no field; known: {", ".join(FIELD)}')
        found[key] = (value,) if isinstance(value, str) else _texts(name, key, value)
    return found


def _table(name: str, key: str, raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise MappingInvalid(f'{name}: "{key}" must be a table')
    return raw


def _flag(name: str, raw: Any, key: str) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        raise MappingInvalid(f'{name}: "{key}" must be true or false')
    return value


def _repeated(name: str, raw: Any) -> dict[str, str]:
    raw = _table(name, "repeated", raw)
    for key, value in raw.items():
        if key not in FIELD or not isinstance(value, str) or _NUMBERED not in value:
            raise MappingInvalid(
                f'{name}: repeated.{key} must be a field and a header with "{{n}}"'
            )
    return dict(raw)


def _texts(name: str, key: str, raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or not all(isinstance(part, str) for part in raw):
        raise MappingInvalid(f'{name}: "{key}" must be a list of texts')
    return tuple(raw)


def _pattern(name: str, text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise MappingInvalid(f'{name}: "indent" is no pattern: {error}') from error
    return text


def _one_of(name: str, key: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise MappingInvalid(f'{name}: "{key}" must be one of {", ".join(allowed)}, not {value!r}')
    return str(value)


def _words(name: str, raw: Any, key: str, allowed: tuple[str, ...]) -> dict[str, str]:
    given = _table(name, f"words.{key}", raw.get(key, {}))
    for word, meaning in given.items():
        _one_of(name, f"words.{key}.{word}", meaning, allowed)
    return {fold(word): meaning for word, meaning in given.items()}


def _read_answers(name: str, raw: Any) -> Answers:
    raw = _table(name, "answers", raw)
    for key, value in raw.items():
        if key not in _ANSWERS:
            raise MappingInvalid(f"{name}: answers.{key} is unknown; known: {', '.join(_ANSWERS)}")
        _one_of(name, f"answers.{key}", value, _ANSWERS[key])
    return Answers(**raw)


def _to_toml(mapping: Mapping) -> str:
    answers = {key: value for key in _ANSWERS if (value := getattr(mapping.answers, key))}
    words = {"type": mapping.kinds, "status": mapping.statuses, "level": mapping.levels}
    said = {
        "title": mapping.title,
        "rows": mapping.rows,
        **{
            key: getattr(mapping, key)
            for key in ("evidence", "adapter", "indent", "dated", "fingerprint")
        },
        **{
            key: list(getattr(mapping, key))
            for key in ("required", "known", "separators", "fill_down")
        },
        **{
            key: getattr(mapping, key)
            for key in ("at_risk_known", "parent_above", "only_own_words")
        },
        "columns": {name: list(headers) for name, headers in mapping.columns.items()},
        "repeated": dict(mapping.repeated),
        "words": {key: dict(found) for key, found in words.items() if found},
        "answers": answers,
    }
    always = ("title", "rows", "evidence", "separators")  # empty there is not the default
    kept = {key: value for key, value in said.items() if value or key in always}
    return tomli_w.dumps(kept)


@cache
def presets() -> dict[str, Mapping]:
    """Return the mappings of known tools, by name."""
    found = {}
    for path in sorted(PRESETS.glob("*.toml")):
        found[path.stem] = parse_mapping(path.stem, path.read_text("utf-8"))
    return found


def with_answers(mapping: Mapping, answers: Answers) -> Mapping:
    """Let what a person answered win over what the mapping says."""
    merged = Answers(
        decimal=answers.decimal or mapping.answers.decimal,
        date_order=answers.date_order or mapping.answers.date_order,
        progress_scale=answers.progress_scale or mapping.answers.progress_scale,
    )
    return replace(mapping, answers=merged)
