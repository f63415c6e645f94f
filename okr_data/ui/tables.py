"""Tables with the same manners everywhere: numbers right, one unit a column, n/a for what is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from pandas.api.types import is_float_dtype
from pandas.io.formats.style import Styler

from okr_data.queries import MOST_ROWS
from okr_data.texts import ENGLISH, language
from okr_data.ui.words import NO_DEPARTMENT, PACE_NAMES, STATE_NAMES, localised, number, of, t


def percent_column(help_text: str = "") -> Any:
    return st.column_config.NumberColumn(format="%.0f %%", help=help_text or None)


def bar_column(help_text: str = "") -> Any:
    return st.column_config.ProgressColumn(
        format="%.0f %%", min_value=0, max_value=100, help=help_text or None
    )


def points_column(help_text: str = "") -> Any:
    return st.column_config.NumberColumn(format=t("%+.0f pts"), help=help_text or None)


def show(
    frame: pd.DataFrame | Styler, alt: str, config: dict[str, Any] | None = None, **options: Any
) -> Any:
    """Show a table of ours without index, its column names translated; ``alt`` says what it holds."""
    columns = (frame.data if isinstance(frame, Styler) else frame).columns
    described = {name: _translated(str(name), (config or {}).get(name, {})) for name in columns}
    return st.dataframe(
        with_signs(frame, described),
        hide_index=True,
        column_config=described,
        placeholder=t("n/a"),
        alt=alt,
        **options,
    )


#: A format of the platform that writes decimals; it does so with a point in every language.
_DECIMALS = re.compile(r"%\+?\.[1-9]f")
_FIGURE = re.compile(r"\d[\d.]*")


def with_signs(frame: pd.DataFrame | Styler, described: dict[Any, Any]) -> pd.DataFrame | Styler:
    """Write decimals with the signs of the reader's language, where these are not the English ones.

    Such columns lose their format in ``described``; they are sorted by their values all the same.
    """
    if language() == ENGLISH or isinstance(frame, Styler):
        return frame
    patterns: dict[Any, str | None] = {}
    for name in frame.columns:
        kind = (described.get(name) or {}).get("type_config") or {"type": "number"}
        if kind["type"] == "number" and is_float_dtype(frame[name]):
            patterns[name] = kind.get("format")
    if not any(pattern is None or _DECIMALS.search(pattern) for pattern in patterns.values()):
        return frame
    for name, pattern in patterns.items():
        if pattern is not None:
            column = described[name]
            described[name] = {**column, "type_config": {**column["type_config"], "format": None}}
    writers = {name: partial(_written, pattern) for name, pattern in patterns.items()}
    return frame.style.format(writers, na_rep="")


def _written(pattern: str | None, value: float) -> str:
    if pattern is None:
        pattern = "%.6g" if abs(value) < 1e6 else "%.0f"
    # the figure alone: a unit has points of its own
    return _FIGURE.sub(lambda figure: localised(figure[0]), pattern % value, count=1)


def search(total: int, name: str, hint: str = "") -> str:
    """Ask for words where a list is too long for a page; without any, or of a short list, "".

    A short list is all there: the search of the table itself finds everything in it. ``hint`` says what
    is searched, where that is not title, id and owner.
    """
    if total <= MOST_ROWS:
        return ""
    return st.text_input(
        t("Search all {n}", n=number(total)), key=f"search-{name}", width=320,
        placeholder=hint or t("Words of a title, id or owner"), icon=":material/search:",
    ).strip()  # fmt: skip


def say_rest(shown: int, total: int) -> None:
    """Say that a table does not show all of its list, and how to come to the others."""
    if shown < total:
        st.caption(
            t(
                "The first {n} of {all} rows. The search finds the others, the file has them all.",
                n=number(shown), all=number(total),
            )
        )  # fmt: skip


def say_more(offered: int, total: int) -> None:
    """Say that a box does not offer everything that there is."""
    if offered < total:
        st.caption(
            t(
                "The first {n} of {all} are offered; words above find the others.",
                n=number(offered), all=number(total),
            )
        )  # fmt: skip


def _translated(name: str, column: Any) -> Any:
    """Give a column its translated name, unless it is hidden or named otherwise."""
    if not isinstance(column, dict) or column.get("label"):
        return column
    return {**column, "label": t(name)}


def in_percent(fractions: pd.Series) -> pd.Series:
    """Return percents for a table that shows whole ones; what is not done never reads 100 %."""
    percents = fractions.astype(float) * 100
    return percents.mask((percents >= 99.5) & (percents < 100), 99.0)


def departments_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table of departments in percent and points."""
    paced = frame[["done", "on_track", "at_risk", "off_track"]].sum(axis=1)
    return pd.DataFrame(
        {
            "Department": frame["department"].fillna(t(NO_DEPARTMENT)),
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


def objectives_table(frame: pd.DataFrame, level_names: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of objectives; ``depth`` indents the titles where it is given.

    ``level_names`` says what a level is called of one objective.
    """
    indent = frame["depth"] if "depth" in frame else pd.Series(0, index=frame.index)
    titles = [
        ("\u2003" * int(depth)) + ("└ " if depth else "") + str(title)
        for depth, title in zip(indent, frame["title"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Objective": titles,
            "Level": frame["level"].map(level_names),
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
        "Progress": bar_column(t("Mean of its key results; see Definitions.")),
        "Gap to pace": points_column(t("Progress minus expected progress.")),
        "Measured": st.column_config.TextColumn(help=t("Key results measured, of all its own.")),
        "Alignment": st.column_config.TextColumn(
            help=t("Company objectives have none: they are the goals.")
        ),
    }


def value_with_unit(value: float | None, unit: str | None) -> str:
    """Write a value with its unit as people do; n/a where there is none."""
    if value is None or pd.isna(value):
        return t("n/a")
    text = localised(f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}")
    return text if unit is None or pd.isna(unit) else f"{text} {unit}"
