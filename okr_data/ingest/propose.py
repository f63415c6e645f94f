"""A mapping for a table that no format knows: proposed from its headers and values.

Each column gets the meaning that its header says, weighed by whether its values read so. The
confidence is the share of that evidence, 0–1; what a person decides is saved as a profile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import cast

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from okr_data.ingest.columns import CONFIDENCE_WORDS, period_name
from okr_data.ingest.fields import FIELD, FIELDS, Field, Grain, fields_of, normalise_header
from okr_data.ingest.grid import Grid
from okr_data.ingest.mapping import Mapping, dated_header, fingerprint, period_header
from okr_data.ingest.sheet import Sheet, header_candidates
from okr_data.ingest.typed import (
    DIRECTION_WORDS,
    GOAL_TYPE_WORDS,
    KIND_WORDS,
    MEASURE_WORDS,
    STATUS_WORDS,
)
from okr_data.ingest.values import LEVEL_WORDS, NotRead, fold, parse_day, parse_figure

#: From this confidence on a column is taken without asking.
SURE = 0.8
#: Below this a proposal is not made.
_LEAST = 0.3
#: Likeness of two headers (0–100) from which a typing error is assumed.
_ALIKE = 88
_REPEATED = re.compile(
    r"^(?:kr|key[ _]?result|resultado clave|schlüsselergebnis)[ _#.\-]*(\d{1,2})[ _\-:.]*(.*)$",
    re.IGNORECASE,
)
_INDENT = re.compile(r"^(?:l|level|ebene|nivel|niveau)\s?\d{1,2}$", re.IGNORECASE)

_NEEDED: dict[Grain, tuple[str, ...]] = {
    "items": ("title", "type|parent|outline|parent_row"),
    "objectives": ("title", "cycle|owner|level|progress|status"),
    "key_results": ("title", "objective|parent"),
    "pairs": ("objective", "key_result"),
    "check_ins": ("date", "item_id|item_title", "value|progress|confidence|status|note"),
    "org_units": ("team|unit_name", "unit_level|department|parent_team"),
    "people": ("person|email", "team"),
}


#: Without these a table of that grain says nothing at all.
_LEAST_FIELDS: dict[Grain, tuple[str, ...]] = {
    "items": ("title",),
    "objectives": ("title",),
    "key_results": ("title",),
    "pairs": ("objective", "key_result"),
    "check_ins": ("date", "item_id|item_title"),
    "org_units": ("unit_name|team",),
    "people": ("person|email",),
}


def still_missing(mapping: Mapping, header: Sequence[str]) -> list[str]:
    """Return the labels of the fields that a mapping needs and no column of a header gives."""
    found = mapping.located(header)
    needed = () if mapping.indent else _LEAST_FIELDS[mapping.rows]
    lacking = [need for need in needed if not set(need.split("|")) & set(found)]
    return [" or ".join(FIELD[name].label for name in need.split("|")) for need in lacking]


@dataclass(frozen=True)
class Proposal:
    """A proposed mapping with the confidence of each field, and where the header stands."""

    mapping: Mapping
    confidences: dict[str, float] = field(default_factory=dict)
    header_place: int = 0

    @property
    def sure(self) -> bool:
        """Tell whether everything that is needed is there beyond doubt."""
        for need in _NEEDED[self.mapping.rows]:
            parts = need.split("|")
            if not any(self.confidences.get(part, 0) >= SURE for part in parts):
                wide = self.mapping.repeated or self.mapping.indent
                if not (wide and set(parts) & {"title", "type", "cycle"}):
                    return False
        return True


def header_place(grid: Grid) -> int | None:
    """Return the row that reads most like a header: by words of the field, else by its shape."""
    best: tuple[float, int] | None = None
    for place, cells in header_candidates(grid):
        words = sum(bool(cell) and _header_score(cell) >= SURE for cell in cells)
        known = words + sum(dated_header(cell) for cell in cells if cell) * 0.5
        texts = sum(bool(cell) and not re.fullmatch(r"[\d.,%\s\-/]+", cell) for cell in cells)
        score = known + 0.01 * texts
        if known >= 2 and (best is None or score > best[0]):
            best = (score, place)
    return best[1] if best else _widest_row_of_words(grid)


def _widest_row_of_words(grid: Grid) -> int | None:
    """Return the first wide row whose cells are different words and no figures; days may be weeks."""
    widths = {}
    for place, cells in header_candidates(grid):
        texts = [cell for cell in cells if cell]
        words = [text for text in texts if not _is_number(text) or dated_header(text)]
        plain = sum(not dated_header(text) for text in texts)
        if len(words) == len(texts) == len(set(texts)) and plain >= 2:
            widths[place] = len(texts)
    widest = max(widths.values(), default=0)
    return next((place for place, width in widths.items() if width * 3 >= widest * 2), None)


@cache
def _header_score(text: str) -> float:
    return max((_likeness(text, found) for found in FIELDS), default=0.0)


def propose(sheet: Sheet, place: int, grain: Grain | None = None) -> Proposal:
    """Propose what the columns of a sheet mean; ``grain`` fixes what a row stands for."""
    header = sheet.header
    repeated = _repeated(header)
    dated = [n for n, text in enumerate(header) if dated_header(text)]
    indent = "" if sum(bool(_INDENT.match(text)) for text in header) < 2 else _INDENT.pattern
    free = [
        n
        for n, text in enumerate(header)
        if text and n not in dated and not _REPEATED.match(text) and not _INDENT.match(text)
    ]
    rows = grain or _grain(header, free, bool(repeated), bool(indent))
    chosen = _assign(sheet, free, fields_of(rows))
    if rows == "pairs" and {"objective", "key_result"} - set(chosen) and grain is None:
        rows = "items"
        chosen = _assign(sheet, free, fields_of(rows))
    rows = _title_by_kind(header, free, rows, chosen, fixed=grain is not None)
    mapping = Mapping(
        name="proposed",
        title="Proposed mapping",
        evidence="headers and values",
        rows=rows,
        columns={name: (header[number],) for name, (number, _) in chosen.items()},
        repeated=repeated,
        indent=indent,
        dated=_dated(sheet, dated) if len(dated) >= 2 else "",
        fingerprint=fingerprint(header),
    )
    return Proposal(mapping, {name: round(score, 2) for name, (_, score) in chosen.items()}, place)


def _title_by_kind(
    header: Sequence[str],
    free: Sequence[int],
    rows: Grain,
    chosen: dict[str, tuple[int, float]],
    fixed: bool,
) -> Grain:
    """Take the column “Objective” or “Key Result” for the title where no other one is it."""
    if rows not in ("items", "objectives", "key_results") or "title" in chosen:
        return rows
    taken = {number for number, _ in chosen.values()}
    for name, grain in (("key_result", "key_results"), ("objective", "objectives")):
        scored = [(_likeness(header[n], _BY_NAME[name]), -n) for n in free if n not in taken]
        score, place = max(scored, default=(0.0, 0))
        if score >= SURE:
            chosen["title"] = (-place, score)
            plain = not fixed and not {"type", "outline", "row_id"} & set(chosen)
            return cast("Grain", grain) if plain and rows == "items" else rows
    return rows


#: What a known format may be given beside its own columns; ids and kinds it must state itself.
_FURTHER = frozenset(
    {"parent", "parent_weight", "level", "department", "team", "owner", "cycle", "start_date", "end_date",
     "created_on", "start_value", "target_value", "current_value", "progress", "score", "status",
     "confidence", "unit", "metric", "direction", "weight", "goal_type", "description", "last_note",
     "last_check_in", "archived", "note", "author", "value", "objective_owner", "objective_progress"}
)  # fmt: skip


def complete(sheet: Sheet, mapping: Mapping) -> tuple[Mapping, dict[str, str]]:
    """Add the columns that a format leaves out and that bear the very word of a field.

    Return the mapping and the added columns, header by field. A file that fits a small format
    (id, type, title) may say its parents under “Aligned To”: leaving that out would lose them.
    """
    if mapping.adapter:
        return mapping, {}
    used, located = mapping.used(sheet.header), mapping.located(sheet.header)
    repeated = set(mapping.repeated)
    free = [n for n, text in enumerate(sheet.header) if text and n not in used]
    wanted = [f for f in fields_of(mapping.rows) if f.name in _FURTHER - set(located) - repeated]
    added = {
        name: sheet.header[number]
        for name, (number, score) in _assign(sheet, free, wanted).items()
        if score >= SURE and _likeness(sheet.header[number], _BY_NAME[name]) >= 0.9
    }
    columns = {**mapping.columns, **{name: (header,) for name, header in added.items()}}
    # What a format says of its own states does not hold for a column that it does not have.
    known = mapping.at_risk_known and "status" not in added
    return replace(mapping, columns=columns, at_risk_known=known) if added else mapping, added


def _grain(  # noqa: PLR0911 - one layout a line
    header: Sequence[str], free: Sequence[int], repeated: bool, indent: bool
) -> Grain:
    """Tell from the headers what a row stands for."""
    if repeated:
        return "objectives"
    if indent:
        return "items"
    says = {
        name: max((_likeness(header[n], f) for n in free), default=0) >= SURE
        for name, f in _BY_NAME.items()
    }
    own_type = says["type"]
    if says["objective"] and says["key_result"] and not own_type:
        return "pairs"
    if (
        says["date"]
        and (says["item_id"] or says["item_title"])
        and says["value"]
        and not says["target_value"]
    ):
        return "check_ins"
    if own_type or says["outline"] or (says["parent"] and says["title"]):
        return "items"
    if says["objective"] and says["title"] and says["target_value"]:
        return "key_results"
    planned = (
        "cycle",
        "target_value",
        "current_value",
        "progress",
        "status",
        "objective",
        "parent",
    )
    if (
        says["person"]
        and (says["team"] or says["email"])
        and not any(says[name] for name in planned)
    ):
        return "people"
    if (
        says["team"]
        and (says["department"] or says["unit_level"])
        and not (says["title"] or says["objective"])
    ):
        return "org_units"
    return "objectives" if not says["target_value"] else "items"


_BY_NAME = {found.name: found for found in FIELDS}


def _likeness(header: str, found: Field) -> float:
    """Tell how surely a header means a field: 1 for its word, less with brackets or typing errors."""
    name = normalise_header(header)
    if name in found.words or name == found.name:
        place = found.words.index(name) if name in found.words else 0
        return 0.95 + 0.05 / (1 + place)
    bare = normalise_header(re.sub(r"[(\[{].*?[)\]}]", "", header))
    if bare != name and bare in found.words:
        return 0.88
    if len(bare) >= 5:
        alike = max((fuzz.ratio(bare, word) for word in found.words if len(word) >= 5), default=0)
        if alike >= _ALIKE:
            return 0.6 + 0.2 * (alike - _ALIKE) / (100 - _ALIKE)
    return 0.0


def _assign(
    sheet: Sheet, columns: Sequence[int], fields: Sequence[Field]
) -> dict[str, tuple[int, float]]:
    """Give each column at most one field and each field one column, the surest first."""
    scored = []
    for number in columns:
        values = sheet.samples(number, 40)
        for order, found in enumerate(fields):
            said = _likeness(sheet.header[number], found)
            reads = _reads_as(found, values)
            if found.kind == "word" and found.name in _WORDS and reads < _LEAST:
                continue  # sentences under “Ambition” are no committed or aspirational
            score = said * (0.4 + 0.6 * reads) if said else 0.55 * _told_by_values(found, values)
            if score >= _LEAST:
                scored.append((score, -order, number, found.name))
    chosen: dict[str, tuple[int, float]] = {}
    taken: set[int] = set()
    for score, _, number, name in sorted(scored, reverse=True):
        if name not in chosen and number not in taken:
            chosen[name] = (number, score)
            taken.add(number)
    return chosen


def _reads_as(found: Field, values: Sequence[str]) -> float:
    """Return the share of values that read as a field wants them; 1 where nothing can be said."""
    check = _CHECKS.get(found.kind) if found.kind != "word" else _WORDS.get(found.name)
    if check is None or not values:
        return 1.0
    return sum(check(value) for value in values) / len(values)


def _told_by_values(found: Field, values: Sequence[str]) -> float:
    """Return how surely values alone tell a field that few others look like."""
    if len(values) < 2 or found.name not in ("cycle", "type", "status", "end_date"):
        return 0.0
    return _reads_as(found, values)


def _is_number(text: str) -> bool:
    for decimal in (".", ","):
        try:
            return parse_figure(text, decimal) is not None
        except NotRead:
            continue
    return False


def _is_day(text: str) -> bool:
    try:
        return parse_day(text, "dmy") is not None
    except NotRead as error:
        return error.code != "not_a_date"


_CHECKS: dict[str, Callable[[str], bool]] = {
    "number": _is_number,
    "percent": _is_number,
    "confidence": lambda text: _is_number(text) or fold(text) in CONFIDENCE_WORDS,
    "day": _is_day,
    "cycle": lambda text: period_name(text) is not None,
}
_WORDS: dict[str, Callable[[str], bool]] = {
    "type": lambda text: fold(text) in KIND_WORDS,
    "status": lambda text: fold(text) in STATUS_WORDS,
    "level": lambda text: fold(text) in LEVEL_WORDS,
    "unit_level": lambda text: fold(text) in LEVEL_WORDS,
    "goal_type": lambda text: fold(text) in GOAL_TYPE_WORDS,
    "measured_as": lambda text: fold(text) in MEASURE_WORDS,
    "direction": lambda text: fold(text) in DIRECTION_WORDS,
}


# --- layouts -----------------------------------------------------------------


def _repeated(header: Sequence[str]) -> dict[str, str]:
    """Find numbered columns of key results: KR1, KR1 Target, Key Result 2 - Progress."""
    found: dict[str, str] = {}
    for text in header:
        match = _REPEATED.match(text)
        if match is None:
            continue
        pattern = text[: match.start(1)] + "{n}" + text[match.end(1) :]
        rest = match[2].strip()
        name = (
            "key_result"
            if not rest or fold(rest) in ("title", "name", "text", "titel")
            else _measure(rest)
        )
        if name:
            found.setdefault(name, pattern)
    return found if "key_result" in found else {}


def _measure(text: str) -> str | None:
    """Return which figure of a key result a header's rest means."""
    names = ("progress", "start_value", "target_value", "current_value", "unit", "weight", "status", "owner",
             "confidence", "end_date", "description", "score")  # fmt: skip
    scored = [(_likeness(text, _BY_NAME[name]), name) for name in names]
    best = max(scored)
    return best[1] if best[0] >= SURE else None


def _dated(sheet: Sheet, columns: Sequence[int]) -> str:
    """Tell whether the columns headed by days hold values or progress."""
    values = [text for number in columns for text in sheet.samples(number, 10)]
    return (
        "progress" if values and sum("%" in text for text in values) * 2 > len(values) else "value"
    )


def split_tables(grid: Grid) -> list[Grid]:
    """Take a sheet apart where, below a blank row, another table with other headers begins."""
    cells = grid.cells
    blank = cells.isna().all(axis=1).to_numpy()
    starts = [0]
    for place in (np.flatnonzero(blank[:-1] & ~blank[1:]) + 1).tolist():
        texts = [text for text in cells.iloc[place].tolist() if isinstance(text, str)]
        words = sum(_header_score(text) >= SURE for text in texts)
        above = cells.iloc[starts[-1] : place]
        if words >= 3 and words * 2 >= len(texts) and len(above) > 2 and _has_header(above):
            starts.append(place)
    if len(starts) == 1:
        return [grid]
    parts = []
    for number, (begin, end) in enumerate(zip(starts, [*starts[1:], len(cells)], strict=True)):
        sheet = f"{grid.sheet} table {number + 1}".strip()
        overflow = {row - begin: more for row, more in grid.overflow.items() if begin <= row < end}
        parts.append(
            replace(
                grid, cells=cells.iloc[begin:end].reset_index(drop=True), lines=grid.lines[begin:end],
                sheet=sheet, overflow=overflow, issues=grid.issues if number == 0 else (),
            )
        )  # fmt: skip
    return parts


def _has_header(cells: pd.DataFrame) -> bool:
    """Tell whether one of some first rows reads like a header."""
    for place in range(min(len(cells), 6)):
        texts = [text for text in cells.iloc[place].tolist() if isinstance(text, str)]
        if sum(_header_score(text) >= SURE for text in texts) >= 2:
            return True
    return False


def wide_periods(header: Sequence[str], used: set[int]) -> list[str]:
    """Return the headers that name periods and that a mapping does not read."""
    return [text for n, text in enumerate(header) if text and n not in used and period_header(text)]


def looks_transposed(grid: Grid) -> bool:
    """Tell whether the words of a header stand below each other in the first column."""
    if grid.cells.empty:
        return False
    first = [text for text in grid.cells.iloc[:40, 0].tolist() if isinstance(text, str)]
    top = [text for text in grid.cells.iloc[0].tolist() if isinstance(text, str)]
    down = sum(_header_score(text) >= SURE for text in first)
    across = sum(_header_score(text) >= SURE for text in top)
    return down >= 4 and down > 2 * across and down * 2 >= len(first)


def first_line(grid: Grid) -> str:
    """Return the first row that holds something, as text."""
    for row in range(min(len(grid.cells), 5)):
        texts = cast("list[object]", grid.cells.iloc[row].tolist())
        filled = ["" if pd.isna(text) else str(text) for text in texts]
        if any(filled):
            return ", ".join(filled).strip(", ")
    return ""
