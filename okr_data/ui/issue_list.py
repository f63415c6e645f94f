"""The list of issues."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from okr_data.issues import CODES
from okr_data.neutral import neutral_csv
from okr_data.ui import tables

_SEVERITY_WORDS = {
    "error": "Did not go in",
    "warning": "Look at it",
    "info": "For your information",
}


def render_issues(issues: pd.DataFrame, key: str) -> None:
    """Show the issues, filtered by severity, with rule and advice, and as a download."""
    if issues.empty:
        st.success("Nothing to say about any row.", icon=":material/check_circle:")
        return
    present = [s for s in _SEVERITY_WORDS if s in set(issues["severity"])]
    counts = issues["severity"].value_counts()
    chosen = st.segmented_control(
        "Issues",
        present,
        selection_mode="multi",
        default=[s for s in present if s != "info"] or present,
        format_func=lambda s: f"{_SEVERITY_WORDS[s]} ({counts[s]:,})",
        key=f"severity-{key}",
    )
    shown = issues[issues["severity"].isin(chosen or present)]
    table = pd.DataFrame(
        {
            "Severity": shown["severity"].map(_SEVERITY_WORDS),
            "File": shown["file"],
            "Row": shown["row"],
            "Column": shown["column"],
            "Value": shown["value"],
            "What is wrong": shown["message"],
            "What to do": shown["code"].map(lambda code: CODES[code].advice),
            "Rule": shown["code"],
        }
    )
    tables.show(
        table,
        "Issues of this upload",
        {
            "What is wrong": st.column_config.TextColumn(width="large"),
            "What to do": st.column_config.TextColumn(width="large"),
            "Row": st.column_config.NumberColumn(format="%d"),
        },
        key=f"issues-{key}",
    )
    st.download_button(
        "Download the issues (CSV)",
        data=lambda: neutral_csv(table),
        file_name="issues.csv",
        mime="text/csv",
        key=f"download-{key}",
    )
