"""Texts from uploads on their way out: no formula for a spreadsheet, no path for a disk."""

from __future__ import annotations

import re

import pandas as pd

#: A cell that a spreadsheet would run as a formula starts with one of these (also full width).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def neutral(value: object) -> object:
    """Return a cell that no spreadsheet runs; numbers stay numbers, also negative ones."""
    if not isinstance(value, str) or not value.startswith(FORMULA_STARTS):
        return value
    return value if _is_number(value) else f"'{value}"


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "").rstrip("%"))
    except ValueError:
        return False
    return True


def neutral_csv(table: pd.DataFrame) -> bytes:
    """Write a CSV (UTF-8 as Excel reads it) that no spreadsheet runs as formulas."""
    text: str = table.map(neutral).to_csv(index=False)
    return ("\ufeff" + text).encode()


def file_name(given: str) -> str:
    """Return a name for a download: the last part of what was given, without what a disk minds."""
    last = re.split(r"[/\\]", given)[-1]
    plain = re.sub(r"[^\w.\- ()]+", "_", last).strip(" .")
    return plain[-120:] or "file"
