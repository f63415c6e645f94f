"""The words of the field that a column of an export can mean, and how headers are recognised."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from okr_data.texts import mark

#: What one row of a table stands for.
Grain = Literal["items", "objectives", "key_results", "pairs", "check_ins", "org_units", "people"]

GRAINS: dict[Grain, str] = {
    "items": mark("an objective or a key result (a column says which, or the tree does)"),
    "objectives": mark("an objective (its key results may stand in further columns)"),
    "key_results": mark("a key result"),
    "pairs": mark("a key result with its objective beside it, repeated or blank below the first"),
    "check_ins": mark("a check-in"),
    "org_units": mark("a team: its place in the organisation"),
    "people": mark("a person and their team"),
}

Kind = Literal["text", "number", "percent", "confidence", "day", "word", "cycle", "reference"]

_ITEMS: frozenset[Grain] = frozenset({"items", "objectives", "key_results", "pairs"})
_MEASURED: frozenset[Grain] = frozenset({"items", "key_results", "pairs"})
_GOALS: frozenset[Grain] = frozenset({"items", "objectives", "pairs"})
_PAIRS: frozenset[Grain] = frozenset({"pairs"})


#: Headers by field, a file that a translator can add to.
_WORDS: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("headers.toml").read_text("utf-8")
)


@dataclass(frozen=True)
class Field:
    """One meaning that a column can have; ``words`` are headers by which it is known."""

    name: str
    label: str
    kind: Kind
    grains: frozenset[Grain]
    words: tuple[str, ...] = ()


def _f(name: str, label: str, kind: Kind, grains: frozenset[Grain]) -> Field:
    found = (normalise_header(word) for word in _WORDS[name])
    return Field(name, label, kind, grains, tuple(dict.fromkeys(w for w in found if w)))


@lru_cache(maxsize=8192)
def normalise_header(name: str) -> str:
    """Fold case, spaces and punctuation: "Key Result ID " and "key_result_id" are one header."""
    return re.sub(r"[\W_]+", "_", name.strip().lower().replace("%", "percent")).strip("_")


_ALL = frozenset(GRAINS)
_UNITS: frozenset[Grain] = frozenset({"org_units"})
_CHECKS: frozenset[Grain] = frozenset({"check_ins"})
_PEOPLE: frozenset[Grain] = frozenset({"people"})

#: Every meaning, in the order in which the mapper lists them.
FIELDS: tuple[Field, ...] = (
    _f("id", mark("Id"), "text", _ITEMS),
    _f("row_id", mark("Row number that parents refer to"), "text", _ITEMS),
    _f("outline", mark("Outline number (1, 1.1, 1.2.1)"), "text", _ITEMS),
    _f("type", mark("Type: objective or key result"), "word", _ITEMS),
    _f("title", mark("Title"), "text", _ITEMS),
    _f("objective", mark("Objective (title or id)"), "reference", frozenset({"key_results", "pairs"})),
    _f("objective_id", mark("Id of the objective"), "text", _PAIRS),
    _f("objective_owner", mark("Owner of the objective"), "text", _PAIRS),
    _f("objective_progress", mark("Progress of the objective"), "percent", _PAIRS),
    _f("key_result", mark("Key result (title)"), "text", _PAIRS),
    _f("parent", mark("Aligned to (id or title)"), "reference", _GOALS | {"key_results"}),
    _f("parent_row", mark("Row number of the parent"), "text", _ITEMS),
    _f("parent_weight", mark("Weight of the alignment"), "number", _GOALS),
    _f("level", mark("Level"), "word", _GOALS),
    _f("department", mark("Department"), "text", _ITEMS | _UNITS | _PEOPLE),
    _f("team", mark("Team"), "text", _ITEMS | _UNITS | _PEOPLE),
    _f("owner", mark("Owner"), "text", _ITEMS),
    _f("cycle", mark("Cycle"), "cycle", _ITEMS),
    _f("start_date", mark("Start date"), "day", _ITEMS),
    _f("end_date", mark("End date"), "day", _ITEMS),
    _f("created_on", mark("Created on"), "day", _ITEMS),
    _f("start_value", mark("Start value"), "number", _MEASURED),
    _f("target_value", mark("Target value"), "number", _MEASURED),
    _f("current_value", mark("Current value"), "number", _MEASURED),
    _f("progress", mark("Progress, reported"), "percent", _ITEMS | _CHECKS),
    _f("score", mark("Score"), "number", _ITEMS),
    _f("status", mark("Status"), "word", _ITEMS | _CHECKS),
    _f("confidence", mark("Confidence"), "confidence", _ITEMS | _CHECKS),
    _f("unit", mark("Unit"), "text", _MEASURED),
    _f("metric", mark("Metric"), "text", _MEASURED),
    _f("direction", mark("Direction"), "word", _MEASURED),
    _f("weight", mark("Weight"), "number", _ITEMS),
    _f("goal_type", mark("Committed or aspirational"), "word", _GOALS),
    _f("measured_as", mark("Metric or milestone"), "word", _MEASURED),
    _f("description", mark("Description"), "text", _ITEMS),
    _f("last_note", mark("Note of the last check-in"), "text", _ITEMS),
    _f("last_check_in", mark("Day of the last check-in"), "day", _ITEMS),
    _f("archived", mark("Archived (yes or no)"), "word", _ITEMS),
    _f("item_id", mark("Id of the item"), "text", _CHECKS),
    _f("item_title", mark("Title of the item"), "reference", _CHECKS),
    _f("date", mark("Day of the check-in"), "day", _CHECKS),
    _f("value", mark("Value"), "number", _CHECKS),
    _f("note", mark("Note"), "text", _CHECKS),
    _f("author", mark("Author"), "text", _CHECKS),
    _f("unit_name", mark("Name of the unit"), "text", _UNITS),
    _f("unit_level", mark("Level of the unit"), "word", _UNITS),
    _f("parent_team", mark("Unit above"), "text", _UNITS),
    _f("same_as", mark("The same as"), "text", _UNITS),
    _f("person", mark("Person"), "text", _PEOPLE),
    _f("email", mark("E-mail"), "text", _PEOPLE),
    _f("manager", mark("Manager"), "text", _PEOPLE),
)  # fmt: skip

FIELD = {found.name: found for found in FIELDS}


def fields_of(grain: Grain) -> list[Field]:
    """Return the meanings that a column can have where one row is of a grain."""
    return [found for found in FIELDS if grain in found.grains]


NUMERIC = tuple(f.name for f in FIELDS if f.kind in ("number", "percent", "confidence"))
DATES = tuple(f.name for f in FIELDS if f.kind == "day")
