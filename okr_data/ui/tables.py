"""Tables with the same manners everywhere: numbers right, one unit a column, n/a for what is not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from okr_data.ui.words import LEVEL_NAMES, NO_DEPARTMENT, PACE_NAMES, STATE_NAMES, of

_PERCENT = st.column_config.NumberColumn(format="%.0f %%")


def percent_column(label: str, help_text: str = "") -> Any:
    return st.column_config.NumberColumn(label, format="%.0f %%", help=help_text or None)


def bar_column(label: str, help_text: str = "") -> Any:
    return st.column_config.ProgressColumn(
        label, format="%.0f %%", min_value=0, max_value=100, help=help_text or None
    )


def points_column(label: str, help_text: str = "") -> Any:
    return st.column_config.NumberColumn(label, format="%+.0f pts", help=help_text or None)


def show(
    frame: pd.DataFrame, alt: str, config: dict[str, Any] | None = None, **options: Any
) -> Any:
    """Show a table without index; ``alt`` says what it holds."""
    return st.dataframe(
        frame, hide_index=True, column_config=config or {}, placeholder="n/a", alt=alt, **options
    )


def in_percent(fractions: pd.Series) -> pd.Series:
    """Return percents for a table that shows whole ones; what is not done never reads 100 %."""
    percents = fractions.astype(float) * 100
    return percents.mask((percents >= 99.5) & (percents < 100), 99.0)


def departments_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table of departments in percent and points."""
    paced = frame[["done", "on_track", "at_risk", "off_track"]].sum(axis=1)
    return pd.DataFrame(
        {
            "Department": frame["department"].fillna(NO_DEPARTMENT),
            "Progress": in_percent(frame["progress"]),
            "Gap to pace": (frame["progress"] - frame["expected_progress"]) * 100,
            "Measured": [
                of(m, n) for m, n in zip(frame["measured"], frame["objectives"], strict=True)
            ],
            "On pace": [
                of(int(a + b), int(n))
                for a, b, n in zip(frame["done"], frame["on_track"], paced, strict=True)
            ],
            "Line of sight": frame["line_of_sight"]
            / frame["below_company"].where(lambda n: n > 0)
            * 100,
            "Aligned": [
                of(a, n)
                for a, n in zip(frame["line_of_sight"], frame["below_company"], strict=True)
            ],
            "Weekly": frame["weeks"],
        }
    )


def objectives_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table of objectives; ``depth`` indents the titles where it is given."""
    indent = frame["depth"] if "depth" in frame else pd.Series(0, index=frame.index)
    titles = [
        ("\u2003" * int(depth)) + ("└ " if depth else "") + str(title)
        for depth, title in zip(indent, frame["title"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Objective": titles,
            "Level": frame["level"].map(lambda level: LEVEL_NAMES[level].removesuffix("s")),
            "Department": frame["department"],
            "Owner": frame["owner"],
            "Progress": in_percent(frame["progress"]),
            "Gap to pace": (frame["progress"] - frame["expected_progress"]) * 100,
            "Pace": frame["pace_status"].map(PACE_NAMES),
            "Measured": [
                of(int(m), int(n))
                for m, n in zip(frame["measured"], frame["key_results"], strict=True)
            ],
            "Alignment": frame["alignment_state"].map(STATE_NAMES),
            "Cycle": frame["cycle"],
            "Id": frame["objective_id"],
        }
    )


def objective_columns() -> dict[str, Any]:
    """Return how the columns of :func:`objectives_table` are shown."""
    return {
        "Objective": st.column_config.TextColumn(width="large", pinned=True),
        "Progress": bar_column("Progress", "Mean of its key results; see Definitions."),
        "Gap to pace": points_column("Gap to pace", "Progress minus expected progress."),
        "Measured": st.column_config.TextColumn(help="Key results measured, of all its own."),
        "Alignment": st.column_config.TextColumn(
            help="Company objectives have none: they are the goals."
        ),
    }
