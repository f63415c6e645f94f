"""The figures of a deck: asked once, by the questions that the pages ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from okr_data import alignment as alignments
from okr_data import board as boards
from okr_data import cascade as cascades
from okr_data import contribution as contributions
from okr_data import differences as changes
from okr_data import findings as rules
from okr_data import objective as objectives
from okr_data import queries
from okr_data.alignment import Alignment
from okr_data.board import Outlook
from okr_data.cascade import Around
from okr_data.contribution import Matrix
from okr_data.differences import Differences
from okr_data.findings import Findings
from okr_data.objective import Item
from okr_data.queries import Catalogue, Cycle, Filters, Forecasts, Overview
from okr_data.settings import Settings
from okr_data.store import Progress, Reader
from okr_data.texts import day, mark, t

#: Company objectives that have a slide of their own; the rest is listed.
MOST_GOALS = 12
#: Findings that are told, and forecasts that stand in the notes: the lowest ends.
MOST_FINDINGS = 18
MOST_FORECASTS = 30
NO_CYCLE = mark("Without cycle")


@dataclass(frozen=True)
class Remark:
    """What somebody said or decided in a review; ``about`` is empty where it is about the whole."""

    text: str
    about: str = ""
    by: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Figures:
    """Everything that a deck tells, all of one generation and one day.

    ``goals``: the company objectives of :class:`okr_data.contribution.Matrix`, the furthest behind
    pace first; ``items``: the first MOST_GOALS of them with their key results. ``changes`` None:
    there is no earlier day to compare with.
    """

    filters: Filters
    catalogue: Catalogue
    settings: Settings
    overview: Overview
    weeks: pd.DataFrame
    outlook: Outlook
    findings: Findings
    matrix: Matrix
    goals: pd.DataFrame
    items: tuple[Item, ...]
    alignment: Alignment
    forecasts: Forecasts
    around: Around
    changes: Differences | None
    remarks: tuple[Remark, ...]

    @property
    def cycle_name(self) -> str:
        return self.filters.cycle or t(NO_CYCLE)

    @property
    def cycle(self) -> Cycle | None:
        return self.catalogue.cycle(self.filters.cycle)

    def level_names(self, one: bool = False) -> dict[str, str]:
        return {level: t(name) for level, name in self.settings.level_names(one).items()}

    def part(self) -> str:
        """Say which departments and levels it is limited to; in words where it is not."""
        names = self.level_names()
        parts = [
            ", ".join(self.filters.departments),
            ", ".join(names[level] for level in self.filters.levels),
        ]
        return " · ".join(part for part in parts if part) or t("whole organisation")

    def source(self) -> str:
        """Say of which day, part and rules the figures are: it stands on every slide."""
        return t(
            "OKR data as of {day} · {cycle} · {part} · settings {digest}",
            day=day(self.catalogue.as_of), cycle=self.cycle_name, part=self.part(),
            digest=self.settings.digest(),
        )  # fmt: skip


def gather(
    reader: Reader,
    filters: Filters,
    since: date | None,
    remarks: Sequence[Remark],
    progress: Progress,
) -> Figures:
    """Ask for all figures of a deck."""
    catalogue = queries.catalogue(reader)
    frames = catalogue.enclosing(filters.cycle)
    progress("figures", 0.0)
    matrix = contributions.matrix(reader, filters, frames, "all")
    goals = matrix.goals.assign(
        behind=matrix.goals["progress"] - matrix.goals["expected_progress"]
    ).sort_values(["behind", "title", "objective_id"], na_position="last", ignore_index=True)
    asked = (objectives.item(reader, each) for each in goals["objective_id"].head(MOST_GOALS))
    items = tuple(item for item in asked if item is not None)
    progress("figures", 0.2)
    found = _changes(reader, filters, catalogue, since)
    progress("figures", 0.6)
    around = cascades.cascade(reader, cascades.graph(reader, filters, frames))
    progress("figures", 0.7)
    return Figures(
        filters, catalogue, queries.settings(reader), queries.overview(reader, filters, frames),
        queries.trend(reader, filters),
        boards.outlook(reader, filters), rules.findings(reader, filters, MOST_FINDINGS), matrix, goals,
        items, alignments.alignment(reader, filters),
        queries.forecasts(reader, filters, most=MOST_FORECASTS), around, found, tuple(remarks),
    )  # fmt: skip


def _changes(
    reader: Reader, filters: Filters, catalogue: Catalogue, since: date | None
) -> Differences | None:
    after = catalogue.as_of
    if after is None:
        return None
    before = since or changes.day_before(
        changes.days_of_imports(reader), after, catalogue.first_day
    )
    return changes.what_changed(reader, before, after, filters) if before < after else None
