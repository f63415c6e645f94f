"""Words and numbers as people read them; user text made safe for Markdown."""

from __future__ import annotations

import re

from okr_data.charts.theme import percent, points
from okr_data.charts.words import (
    FINDING_NAMES,
    NO_DEPARTMENT,
    PACE_NAMES,
    SEVERITY_NAMES,
    STATE_NAMES,
    of,
)
from okr_data.texts import Words, day, localised, mark, number, t, tn

CHANGE_NAMES = Words(
    {
        "added": mark("New"),
        "removed": mark("Gone"),
        "retitled": mark("Retitled"),
        "reparented": mark("Aligned elsewhere"),
        "target_lowered": mark("Target lowered"),
        "target_raised": mark("Target raised"),
        "baseline_changed": mark("Baseline changed"),
        "due": mark("Due date moved"),
        "value": mark("Value"),
        "progress": mark("Progress"),
        "status": mark("Status"),
        "owner": mark("Owner"),
        "level": mark("Level"),
        "team": mark("Team"),
        "department": mark("Department"),
        "cycle": mark("Cycle"),
    }
)
#: The defaults of the settings; an organisation's own names stay as they are.
LEVELS = (
    mark("Company"), mark("Departments"), mark("Teams"), mark("People"),
    mark("Department"), mark("Team"), mark("Person"), mark("Individuals"), mark("Individual"),
)  # fmt: skip
#: Stands in addresses too, in any language: translate it where it is shown.
NO_CYCLE = mark("Without cycle")

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&@/])")

#: White space that Markdown reads; a space that does not break stays one.
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")


def safe(text: str) -> str:
    """Escape user text for every place that reads Markdown: no image, link or style gets through."""
    return _MARKDOWN.sub(r"\\\1", _BLANKS.sub(" ", text).strip())


def objectives(count: int) -> str:
    return tn("{n} objective", "{n} objectives", count)


def key_results(count: int) -> str:
    return tn("{n} key result", "{n} key results", count)


__all__ = [
    "CHANGE_NAMES", "FINDING_NAMES", "NO_CYCLE", "NO_DEPARTMENT", "PACE_NAMES",
    "SEVERITY_NAMES", "STATE_NAMES", "day", "key_results", "localised", "number", "objectives", "of",
    "percent", "points", "safe", "t", "tn",
]  # fmt: skip
