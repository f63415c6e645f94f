"""The list of issues: what is wrong in which row, what to do about it, and as a download."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from okr_data.issues import CODES
from okr_data.neutral import neutral_csv
from okr_data.texts import ENGLISH, Words, language, mark
from okr_data.ui import tables
from okr_data.ui.downloads import offer
from okr_data.ui.words import number, t, tn

SEVERITY_WORDS = Words(
    {
        "error": mark("Did not go in"),
        "warning": mark("Look at it"),
        "info": mark("For your information"),
    }
)
#: What the readers say of a row, in another language than theirs.
DETAIL = mark("In detail (English)")
#: Rows that a page shows; the download holds all of them.
SHOWN_ISSUES = 2_000
#: A table up to this length is shown whole, in rows.
_WHOLE = 12


def render_issues(issues: pd.DataFrame, key: str) -> None:
    """Show issues, narrowed by severity, rule and words; columns as of ``ImportResult.issues``."""
    if issues.empty:
        st.success(t("Nothing to say about any row."), icon=":material/check_circle:")
        return
    found = _narrowed(issues, key)
    if found.empty:
        st.write(t("No issue has these words under this choice. Take a filter away."))
        return
    table = issue_table(found)
    tables.show(
        table.head(SHOWN_ISSUES),
        t("Issues"),
        {
            "Severity": st.column_config.TextColumn(width=110),
            "What is wrong": st.column_config.TextColumn(width=420),
            "What to do": st.column_config.TextColumn(width=340),
            "Row": st.column_config.NumberColumn(format="%d", width=60),
        },
        key=f"issues-{key}",
        height=460 if len(table) > _WHOLE else "content",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        offer(
            t("Download the issues (CSV)"),
            data=lambda: neutral_csv(table),
            file_name="issues.csv",
            key=f"download-issues-{key}",
        )
        st.caption(
            tn(
                "{part} of {whole} issues shown; the download holds {n} issue.",
                "{part} of {whole} issues shown; the download holds {n} issues.",
                len(table),
                part=number(min(len(table), SHOWN_ISSUES)),
                whole=number(len(issues)),
            )
        )


def _narrowed(issues: pd.DataFrame, key: str) -> pd.DataFrame:
    """Offer the filters and return what they leave."""
    counts = issues["severity"].value_counts()
    present = [severity for severity in SEVERITY_WORDS if severity in counts.index]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        severities = st.segmented_control(
            t("Issues"),
            present,
            selection_mode="multi",
            default=[s for s in present if s != "info"] or present,
            format_func=lambda s: f"{SEVERITY_WORDS[s]} ({number(counts[s])})",
            key=f"severity-{key}",
        )
        left = issues[issues["severity"].isin(severities or present)]
        by_rule = left["code"].value_counts()
        rules = st.multiselect(
            t("Rules"),
            list(by_rule.index),
            format_func=lambda code: f"{code.replace('_', ' ')} ({number(by_rule.get(code, 0))})",
            placeholder=t("All rules"),
            key=f"rules-{key}",
            width=300,
        )
        words = st.text_input(
            t("Search"), placeholder=t("Row text, value, file …"), key=f"words-{key}", width=240
        )
    if rules:
        left = left[left["code"].isin(rules)]
    return left[_holds(left, words or "")]


def _holds(issues: pd.DataFrame, words: str) -> pd.Series:
    """Tell which issues hold every word somewhere in their texts."""
    texts = pd.Series("", index=issues.index, dtype="str")
    for column in ("file", "column", "value", "message", "code"):
        texts = texts + " " + issues[column].fillna("").astype("str")
    texts, found = texts.str.lower(), pd.Series(True, index=issues.index)
    for word in words.lower().split():
        found &= texts.str.contains(word, regex=False)
    return found


def issue_table(issues: pd.DataFrame) -> pd.DataFrame:
    """Return issues as people read them, with the advice of their rule.

    What the readers say of a row is English; in another language the rule says what is wrong, and
    their words stand beside it.
    """
    rules = {code: CODES[code] for code in issues["code"].unique() if code in CODES}
    said = issues["code"].map({code: t(rule.rule) for code, rule in rules.items()})
    table = pd.DataFrame(
        {
            "Severity": issues["severity"].map(dict(SEVERITY_WORDS)),
            "File": issues["file"],
            "Row": issues["row"],
            "Column": issues["column"],
            "Value": issues["value"],
            "What is wrong": issues["message"]
            if language() == ENGLISH
            else said.fillna(issues["message"]),
            "What to do": issues["code"]
            .map({code: t(rule.advice) for code, rule in rules.items()})
            .fillna(""),
            "Rule": issues["code"],
        }
    )
    if language() != ENGLISH:
        table.insert(6, DETAIL, issues["message"])
    return table
