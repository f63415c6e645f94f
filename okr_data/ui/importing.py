"""The parts of the page Import."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import cast

import pandas as pd
import streamlit as st

from okr_data.errors import AlreadyImported, FileRefused, OkrError
from okr_data.ingest import FORMATS, Upload
from okr_data.ingest.template import FILES
from okr_data.intake import import_files
from okr_data.issues import CODES, Issue
from okr_data.journal import SourceFile
from okr_data.store import ImportResult
from okr_data.ui import data as pinned_data
from okr_data.ui import tables
from okr_data.ui.data import Data
from okr_data.ui.frame import card
from okr_data.ui.words import day, plural, safe

_SEVERITY_WORDS = {
    "error": "Did not go in",
    "warning": "Look at it",
    "info": "For your information",
}
_COUNTED = ("objectives", "key_results", "check_ins", "alignments", "initiatives", "org_units")
#: A cell that a spreadsheet would run as a formula starts with one of these.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render_intro(data: Data) -> None:
    catalogue = data.catalogue()
    st.title("Bring in the export that you have", anchor=False)
    known = f"{plural(catalogue.objectives, 'objective')} as of {day(catalogue.as_of)}"
    st.caption(
        ("The database holds " + known + ". " if catalogue.objectives else "")
        + "Nothing is changed before you confirm; all files of an upload go in together or not at all."
    )


def render_upload() -> None:
    """Take files, show what they would do, and take them in on request."""
    _show_last_result()
    with card("Upload"):
        files = st.file_uploader(
            "CSV files: an export of Viva Goals or Ally.io, or the template’s files, with or without org units",
            type=["csv", "txt"],
            accept_multiple_files=True,
            key=f"upload-{st.session_state.get('uploads', 0)}",
        )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            source_format = st.selectbox(
                "Format",
                ["auto", *FORMATS],
                format_func=lambda f: "Recognise it" if f == "auto" else FORMATS[f].title,
                key="format",
                width=290,
            )
            as_of = st.date_input(
                "As of (the day of the export)",
                value=None,
                format="YYYY-MM-DD",
                key="upload_as_of",
                width=220,
                help="Empty = taken from the file name, else from the newest check-in, else today.",
            )
        if files:
            uploads = [Upload(file.name, file.getvalue()) for file in files]
            _preview(uploads, source_format, as_of if isinstance(as_of, date) else None)


def _preview(uploads: Sequence[Upload], source_format: str, as_of: date | None) -> None:
    """Say what the import would do; offer to take it in."""
    seen = _checked(uploads, source_format, as_of)
    if isinstance(seen, FileRefused):
        st.error(
            "**Refused.** These files cannot be taken; nothing was changed.",
            icon=":material/block:",
        )
        _issue_table(_frame_of(seen.issues), "refused")
    elif isinstance(seen, AlreadyImported):
        st.info(safe(str(seen)), icon=":material/check:")
    elif isinstance(seen, OkrError):
        st.error(safe(str(seen)), icon=":material/error:")
    else:
        _show_preview(seen)
        if st.button("Take it in", type="primary", key="confirm", icon=":material/check:"):
            _confirm(uploads, source_format, seen)


def _checked(
    uploads: Sequence[Upload], source_format: str, as_of: date | None
) -> ImportResult | OkrError:
    """Compute the whole import without keeping it, once for the same files and state."""
    digests = tuple(SourceFile.of(upload.name, upload.content) for upload in uploads)
    key = (digests, source_format, as_of, pinned_data.store().generation())
    known = st.session_state.get("checked")
    if known is not None and known[0] == key:
        return cast("ImportResult | OkrError", known[1])
    seen: ImportResult | OkrError
    try:
        with st.spinner("Reading and checking every row …"):
            seen = import_files(pinned_data.store(), uploads, source_format, as_of, dry_run=True)
    except OkrError as error:
        seen = error
    st.session_state["checked"] = (key, seen)
    return seen


def _show_preview(result: ImportResult) -> None:
    counts = result.manifest.counts
    parts = [
        f"**{counts[word]:,}** {word.replace('_', ' ')}" for word in _COUNTED if counts.get(word)
    ]
    st.markdown(
        f"Recognised as **{safe(' and '.join(FORMATS[f].title for f in result.manifest.source_format.split(' + ')))}**, "
        f"true as of **{day(result.manifest.as_of)}**: " + ", ".join(parts) + "."
    )
    _issue_table(result.issues, "preview")


def _confirm(uploads: Sequence[Upload], source_format: str, seen: ImportResult) -> None:
    """Take in the very bytes and the day that were previewed."""
    bar = st.progress(0.0, text="Taking it in …")
    try:
        result = import_files(
            pinned_data.store(),
            uploads,
            source_format,
            seen.manifest.as_of,
            progress=lambda step, done: bar.progress(
                min(done, 1.0), text=f"Taking it in: {step} …"
            ),
        )
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    finally:
        bar.empty()
    st.session_state["last_result"] = result
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1
    st.rerun()


def _show_last_result() -> None:
    result = st.session_state.pop("last_result", None)
    if result is None:
        return
    counts = result.manifest.counts
    parts = [f"{counts[word]:,} {word.replace('_', ' ')}" for word in _COUNTED if counts.get(word)]
    st.success(
        f"**{result.import_id}** is in: {', '.join(parts)}; {plural(len(result.issues), 'issue')}. "
        "Every page shows it now.",
        icon=":material/check_circle:",
    )
    st.page_link("pages/overview.py", label="See the overview", icon=":material/insights:")


def _frame_of(issues: Sequence[Issue]) -> pd.DataFrame:
    return pd.DataFrame(
        [(i.severity, i.code, i.file, i.row, i.column, i.value, i.message) for i in issues],
        columns=["severity", "code", "file", "row", "column", "value", "message"],
    )


def _issue_table(issues: pd.DataFrame, key: str) -> None:
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
        data=lambda: _csv(table),
        file_name="issues.csv",
        mime="text/csv",
        key=f"download-{key}",
    )


def _csv(table: pd.DataFrame) -> bytes:
    """Write a CSV that no spreadsheet runs as formulas."""
    target = io.StringIO()
    table.map(_neutral).to_csv(target, index=False)
    return ("\ufeff" + target.getvalue()).encode()


def _neutral(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def render_history() -> None:
    """Show every import with its counts, and let it be taken back."""
    try:
        imports = pinned_data.store().imports()
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    if not imports:
        return
    with card("History", "an import that is taken back leaves every figure as it was before it"):
        newest_first = imports[::-1]
        event = tables.show(
            pd.DataFrame(
                {
                    "Import": [m.import_id for m, _ in newest_first],
                    "As of": [m.as_of for m, _ in newest_first],
                    "State": ["Taken back" if undone else "In force" for _, undone in newest_first],
                    "Files": [", ".join(f.name for f in m.files) for m, _ in newest_first],
                    "Rows": [m.counts.get("rows", 0) for m, _ in newest_first],
                    "Issues": [sum(m.issues.values()) for m, _ in newest_first],
                    "When": [pd.Timestamp(m.at) for m, _ in newest_first],
                    "Who": [m.by for m, _ in newest_first],
                    "SHA-256": [m.files[0].sha256[:12] if m.files else "" for m, _ in newest_first],
                }
            ),
            "Imports, newest first",
            {
                "As of": st.column_config.DateColumn(format="D MMM YYYY"),
                "When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            },
            on_select="rerun",
            selection_mode="single-row",
            key="history",
        )
        chosen = [newest_first[i] for i in event.selection.rows if i < len(newest_first)]
        if chosen and not chosen[0][1]:
            _offer_undo(chosen[0][0].import_id)
        elif not chosen:
            st.caption("Select an import to take it back.")


def _offer_undo(import_id: str) -> None:
    if st.button(f"Take {import_id} back", key="undo", icon=":material/undo:"):
        try:
            with st.spinner("Taking it back …"):
                pinned_data.store().undo(import_id)
        except OkrError as error:
            st.error(safe(str(error)), icon=":material/error:")
            return
        st.rerun()


def render_templates() -> None:
    """Offer the template's files with what each column means."""
    with card(
        "Template", "for those who have no export: four files, only a few columns are required"
    ):
        for part, file in zip(st.tabs([file.name for file in FILES]), FILES, strict=True):
            with part:
                _template(file.name)


def _template(name: str) -> None:
    file = next(file for file in FILES if file.name == name)
    tables.show(
        pd.DataFrame(
            {
                "Column": [column.name for column in file.columns],
                "Required": ["yes" if column.required else "" for column in file.columns],
                "Meaning": [column.meaning for column in file.columns],
                "Example": list(file.example),
            }
        ),
        f"Columns of {name}",
        {"Meaning": st.column_config.TextColumn(width="large")},
    )
    st.download_button(
        f"Download {name}",
        data=file.to_bytes,
        file_name=name,
        mime="text/csv",
        key=f"template-{name}",
    )
