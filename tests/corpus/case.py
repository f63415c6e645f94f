"""What a file of the corpus is, what should become of it, and what a stored cell may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Want = Literal["accept", "warn", "reject"]
#: A cell: what it must be; a tuple lists all that it may be. None is an empty cell.
Value = str | float | None
Cell = Value | tuple[Value, ...]


@dataclass(frozen=True)
class Case:
    """One upload and what a careful analyst expects of it.

    ``rows`` counts the stored objectives, key results and initiatives; None = any number.
    ``cells`` is by id, or by title where ids are made by the import: column → cell, or None for
    an item that must not be stored. ``codes`` are issue codes that must all be reported and
    ``message`` words that must all stand in the refusal; "a|b" is satisfied by either.
    ``also`` names further files of the same upload. ``otherwise`` is a second outcome that is as
    good: what must never happen is a third one.
    """

    file: str
    group: str
    wrong: str
    want: Want = "accept"
    rows: int | None = None
    cells: Mapping[str, Mapping[str, Cell] | None] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    message: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    otherwise: Case | None = None
