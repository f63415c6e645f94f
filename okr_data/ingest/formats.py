"""The source formats by name: presets of known tools, templates, the project's own files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from okr_data.ingest import template, viva
from okr_data.ingest.arrange import arrange
from okr_data.ingest.draft import Parsed
from okr_data.ingest.mapping import Mapping, presets
from okr_data.ingest.sheet import Sheet
from okr_data.ingest.typed import type_table

Adapter = Callable[[Sheet, Mapping, "date | None", Parsed], None]

#: What reads a sheet where columns alone do not say everything.
ADAPTERS: dict[str, Adapter] = {"viva": viva.read}


@dataclass(frozen=True)
class Format:
    """One source format: its mappings (one for each kind of table) and what is known of it."""

    name: str
    title: str
    evidence: str
    mappings: tuple[Mapping, ...]


def _formats() -> dict[str, Format]:
    found = {
        name: Format(name, mapping.title, mapping.evidence, (mapping,))
        for name, mapping in presets().items()
    }
    order = ("viva", "appfire", "peoplebox", "betterworks", "culture_amp", "goalscape", "atlassian")
    ordered = {name: found.pop(name) for name in order} | found
    ordered[template.FORMAT] = Format(
        template.FORMAT, "The template of this project", "our own", template.mappings()
    )
    return ordered


FORMATS = _formats()


@dataclass(frozen=True)
class Match:
    """A mapping that fits a header: how many of the header's columns it knows."""

    mapping: Mapping
    known: int
    columns: int

    @property
    def words(self) -> str:
        return f"{self.known} of {self.columns} columns known"


def best_match(header: Sequence[str], mappings: Sequence[Mapping]) -> Match | None:
    """Return the mapping that knows most columns of a header; of equals the later one."""
    columns = sum(1 for text in header if text.strip())
    best: Match | None = None
    for mapping in mappings:
        if mapping.score(header) > 0:
            match = Match(mapping, len(mapping.used(header)), columns)
            if best is None or match.known >= best.known:
                best = match
    return best


def read_sheet(sheet: Sheet, mapping: Mapping, as_of: date | None, parsed: Parsed) -> None:
    """Turn a sheet into canonical rows by a mapping."""
    adapter = ADAPTERS.get(mapping.adapter)
    if adapter is not None:
        adapter(sheet, mapping, as_of, parsed)
        return
    for table in arrange(sheet, mapping, parsed.report(sheet.label)):
        type_table(table, mapping, as_of, parsed)
