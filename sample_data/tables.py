"""The four tables of the project's own template format, every cell as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, fields


@dataclass(frozen=True)
class ObjectiveRow:
    """One row of ``objectives.csv``."""

    id: str
    title: str
    level: str
    team: str
    department: str
    owner: str
    cycle: str
    start_date: str
    end_date: str
    parent_ids: str
    parent_weights: str
    weight: str
    goal_type: str
    progress: str
    status: str
    confidence: str
    score: str
    description: str
    created_on: str


@dataclass(frozen=True)
class KeyResultRow:
    """One row of ``key_results.csv``."""

    id: str
    objective_id: str
    title: str
    owner: str
    team: str
    kind: str
    metric: str
    unit: str
    direction: str
    start_value: str
    target_value: str
    current_value: str
    weight: str
    progress: str
    status: str
    confidence: str
    start_date: str
    end_date: str
    created_on: str
    description: str


@dataclass(frozen=True)
class CheckInRow:
    """One row of ``check_ins.csv``."""

    item_id: str
    date: str
    value: str
    progress: str
    status: str
    confidence: str
    note: str
    author: str


@dataclass(frozen=True)
class OrgUnitRow:
    """One row of ``org_units.csv``."""

    team: str
    level: str
    department: str
    parent_team: str


@dataclass(frozen=True)
class PlantedRow:
    """One row of ``planted.csv``: what an item must show."""

    item_id: str
    kind: str
    detail: str


@dataclass(frozen=True)
class EditRow:
    """One row of ``edits.csv``: what changed between the exports."""

    item_id: str
    change: str
    before: str
    after: str


Row = ObjectiveRow | KeyResultRow | CheckInRow | OrgUnitRow | PlantedRow | EditRow


@dataclass(frozen=True)
class Export:
    """A full export of one day."""

    objectives: tuple[ObjectiveRow, ...]
    key_results: tuple[KeyResultRow, ...]
    check_ins: tuple[CheckInRow, ...]
    org_units: tuple[OrgUnitRow, ...] = field(default=())


def csv_text(kind: type[Row], rows: Sequence[Row]) -> str:
    """Return rows as CSV with a header and plain line feeds."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(column.name for column in fields(kind))
    writer.writerows(astuple(row) for row in rows)
    return buffer.getvalue()
