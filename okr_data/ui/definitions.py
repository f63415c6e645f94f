"""The parts of the page Definitions, read from the headers of the SQL files."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from okr_data import views
from okr_data.issues import CODES
from okr_data.ui import tables
from okr_data.ui.frame import card
from okr_data.ui.words import safe


def render_intro() -> None:
    st.title("What every figure means", anchor=False)
    st.caption(
        "Read from the headers of the SQL that computes the figures, so that text and figures cannot "
        "drift apart. Ratios and progress are fractions from 0 to 1; empty means not known, never 0."
    )


def render_views() -> None:
    """Show each public view with its grain and its columns, narrowed by a search."""
    wanted = st.text_input(
        "Search", placeholder="progress, aligned, expected …", key="search", bind="query-params"
    )
    found = [view for view in views.public_views() if _matches(view, (wanted or "").lower())]
    if not found:
        st.write("No definition has these words. Try a shorter one.")
    for view in found:
        with st.expander(f"**{safe(view.name)}** — {safe(view.purpose)}", expanded=bool(wanted)):
            if view.grain:
                st.caption(safe(f"One row for each {', '.join(view.grain)}."))
            tables.show(_columns(view), f"Columns of {view.name}", _WIDE)


_WIDE = {"Meaning": st.column_config.TextColumn(width="large")}


def _matches(view: views.View, wanted: str) -> bool:
    texts = (view.name, view.purpose, *(f"{c.name} {c.meaning}" for c in view.columns))
    return any(wanted in text.lower() for text in texts)


def _columns(view: views.View) -> pd.DataFrame:
    return pd.DataFrame(
        {"Column": [c.name for c in view.columns], "Meaning": [c.meaning for c in view.columns]}
    )


def render_formulas() -> None:
    """Show the formulas that several views share, as they run."""
    with card("Formulas", "as they run in the database"):
        for macro in views.load_macros():
            with st.expander(f"**{safe(macro.name)}** — {safe(macro.purpose)}"):
                st.caption(safe(f"From {', '.join(macro.parameters)}; {macro.returns}."))
                st.code(macro.expression, language="sql")


def render_issue_codes() -> None:
    """Show every rule that an import can report."""
    with card("Rules of the import"):
        tables.show(
            pd.DataFrame(
                {
                    "Rule": list(CODES),
                    "Severity": [code.severity for code in CODES.values()],
                    "What it says": [code.rule for code in CODES.values()],
                    "What to do": [code.advice for code in CODES.values()],
                }
            ),
            "Rules that an import can report",
            {
                "What it says": st.column_config.TextColumn(width="large"),
                "What to do": st.column_config.TextColumn(width="large"),
            },
        )
