"""The words of the field that a column of an export can mean, and how headers are recognised."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

#: What one row of a table stands for.
Grain = Literal["items", "objectives", "key_results", "pairs", "check_ins", "org_units", "people"]

GRAINS: dict[Grain, str] = {
    "items": "an objective or a key result (a column says which, or the tree does)",
    "objectives": "an objective (its key results may stand in further columns)",
    "key_results": "a key result",
    "pairs": "a key result with its objective beside it, repeated or blank below the first",
    "check_ins": "a check-in",
    "org_units": "a team: its place in the organisation",
    "people": "a person and their team",
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
    _f("id", "Id", "text", _ITEMS),
    _f("row_id", "Row number that parents refer to", "text", _ITEMS),
    _f("outline", "Outline number (1, 1.1, 1.2.1)", "text", _ITEMS),
    _f("type", "Type: objective or key result", "word", _ITEMS),
    _f("title", "Title", "text", _ITEMS),
    _f("objective", "Objective (title or id)", "reference", frozenset({"key_results", "pairs"})),
    _f("objective_id", "Id of the objective", "text", _PAIRS),
    _f("objective_owner", "Owner of the objective", "text", _PAIRS),
    _f("objective_progress", "Progress of the objective", "percent", _PAIRS),
    _f("key_result", "Key result (title)", "text", _PAIRS),
    _f("parent", "Aligned to (id or title)", "reference", _GOALS | {"key_results"}),
    _f("parent_row", "Row number of the parent", "text", _ITEMS),
    _f("parent_weight", "Weight of the alignment", "number", _GOALS),
    _f("level", "Level", "word", _GOALS),
    _f("department", "Department", "text", _ITEMS | _UNITS | _PEOPLE),
    _f("team", "Team", "text", _ITEMS | _UNITS | _PEOPLE),
    _f("owner", "Owner", "text", _ITEMS),
    _f("cycle", "Cycle", "cycle", _ITEMS),
    _f("start_date", "Start date", "day", _ITEMS),
    _f("end_date", "End date", "day", _ITEMS),
    _f("created_on", "Created on", "day", _ITEMS),
    _f("start_value", "Start value", "number", _MEASURED),
    _f("target_value", "Target value", "number", _MEASURED),
    _f("current_value", "Current value", "number", _MEASURED),
    _f("progress", "Progress, reported", "percent", _ITEMS | _CHECKS),
    _f("score", "Score", "number", _ITEMS),
    _f("status", "Status", "word", _ITEMS | _CHECKS),
    _f("confidence", "Confidence", "confidence", _ITEMS | _CHECKS),
    _f("unit", "Unit", "text", _MEASURED),
    _f("metric", "Metric", "text", _MEASURED),
    _f("direction", "Direction", "word", _MEASURED),
    _f("weight", "Weight", "number", _ITEMS),
    _f("goal_type", "Committed or aspirational", "word", _GOALS),
    _f("measured_as", "Metric or milestone", "word", _MEASURED),
    _f("description", "Description", "text", _ITEMS),
    _f("last_note", "Note of the last check-in", "text", _ITEMS),
    _f("last_check_in", "Day of the last check-in", "day", _ITEMS),
    _f("archived", "Archived (yes or no)", "word", _ITEMS),
    _f("item_id", "Id of the item", "text", _CHECKS),
    _f("item_title", "Title of the item", "reference", _CHECKS),
    _f("date", "Day of the check-in", "day", _CHECKS),
    _f("value", "Value", "number", _CHECKS),
    _f("note", "Note", "text", _CHECKS),
    _f("author", "Author", "text", _CHECKS),
    _f("unit_name", "Name of the unit", "text", _UNITS),
    _f("unit_level", "Level of the unit", "word", _UNITS),
    _f("parent_team", "Unit above", "text", _UNITS),
    _f("same_as", "The same as", "text", _UNITS),
    _f("person", "Person", "text", _PEOPLE),
    _f("email", "E-mail", "text", _PEOPLE),
    _f("manager", "Manager", "text", _PEOPLE),
)  # fmt: skip

FIELD = {found.name: found for found in FIELDS}


def fields_of(grain: Grain) -> list[Field]:
    """Return the meanings that a column can have where one row is of a grain."""
    return [found for found in FIELDS if grain in found.grains]


NUMERIC = tuple(f.name for f in FIELDS if f.kind in ("number", "percent", "confidence"))
DATES = tuple(f.name for f in FIELDS if f.kind == "day")
