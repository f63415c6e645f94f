"""Words and numbers as people read them; user text made safe for Markdown."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

from okr_data.charts.theme import percent, points

LEVEL_NAMES = {
    "company": "Company",
    "department": "Departments",
    "team": "Teams",
    "individual": "Individuals",
}
PACE_NAMES = {
    "done": "Done",
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "too_early": "Too early",
    "not_started": "Not started",
}
STATE_NAMES = {
    "contributing": "Contributing",
    "supporting": "Supporting only",
    "detached": "Detached",
    "unresolved": "Parent unknown",
    "unaligned": "Unaligned",
}
CHANGE_NAMES = {
    "added": "New",
    "removed": "Gone",
    "retitled": "Retitled",
    "reparented": "Aligned elsewhere",
    "target_lowered": "Target lowered",
    "target_raised": "Target raised",
    "baseline_changed": "Baseline changed",
    "due": "Due date moved",
    "value": "Value",
    "progress": "Progress",
    "status": "Status",
    "owner": "Owner",
    "level": "Level",
    "team": "Team",
    "department": "Department",
    "cycle": "Cycle",
}
NO_CYCLE = "Without cycle"
NO_DEPARTMENT = "Department unknown"

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&@/])")


def safe(text: str) -> str:
    """Escape user text for every place that reads Markdown: no image, link or style gets through."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def day(value: date | pd.Timestamp | None) -> str:
    """Write a day as 20 Nov 2026; n/a where there is none."""
    if value is None or pd.isna(value):
        return "n/a"
    return f"{value.day} {value:%b %Y}"


def of(part: int, whole: int, what: str = "") -> str:
    """Write a numerator with its denominator."""
    return f"{part:,} of {whole:,}{' ' + what if what else ''}"


def plural(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


__all__ = [
    "CHANGE_NAMES", "LEVEL_NAMES", "NO_CYCLE", "NO_DEPARTMENT", "PACE_NAMES", "STATE_NAMES", "day", "of",
    "percent", "plural", "points", "safe",
]  # fmt: skip
