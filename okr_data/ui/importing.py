"""The parts of the page Import: files in, what they mean, what they would change, in or not."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from okr_data import google_sheets
from okr_data.errors import AlreadyImported, DataChanged, FileRefused, OkrError
from okr_data.ingest import FORMATS, Reading, TableSeen, Upload, sandbox
from okr_data.ingest.columns import Answers
from okr_data.ingest.fields import GRAINS, Grain
from okr_data.ingest.mapping import Mapping
from okr_data.ingest.preparing import NotPrepared
from okr_data.ingest.report import Decision
from okr_data.ingest.template import FILES
from okr_data.intake import Checked, check_files, take_in_checked
from okr_data.issues import Issue
from okr_data.neutral import neutral_csv
from okr_data.profiles import Profiles
from okr_data.ui import data as pinned_data
from okr_data.ui import tables
from okr_data.ui.data import Data
from okr_data.ui.frame import card
from okr_data.ui.issue_list import render_issues
from okr_data.ui.mapper import Mapped, render_mapper
from okr_data.ui.words import CHANGE_NAMES, day, plural, safe

_COUNTED = (
    "objectives",
    "key_results",
    "check_ins",
    "alignments",
    "initiatives",
    "org_units",
    "people",
)
_ENDINGS = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods", "zip", "json"]
_RECOGNISED = {
    "format": "known format",
    "profile": "your profile",
    "given": "your mapping",
    "assumed": "proposed: please check",
    "unknown": "unknown: please map",
    "skipped": "left out",
}
_NEEDS_MAPPER = ("assumed", "unknown", "given")


@dataclass
class _Answers:
    """What somebody said about the files on the table; forgotten with them."""

    mappings: dict[str, Mapping] = field(default_factory=dict)
    grains: dict[str, Grain] = field(default_factory=dict)
    decimal: Any = None
    date_order: Any = None
    progress_scale: Any = None
    at_risk: str = ""
    fill_down: tuple[str, ...] = ()


def render_intro(data: Data) -> None:
    catalogue = data.catalogue()
    st.title("Bring in the export that you have", anchor=False)
    known = f"{plural(catalogue.objectives, 'objective')} as of {day(catalogue.as_of)}"
    st.caption(
        ("The database holds " + known + ". " if catalogue.objectives else "")
        + "Nothing is changed before you confirm; all files of an upload go in together or not at all."
    )


@st.cache_resource(show_spinner=False)
def _warm_reader() -> None:
    """Start the process that reads files while somebody still looks for one."""
    threading.Thread(target=sandbox.warm, name="okr-warm", daemon=True).start()


def render_upload() -> None:
    """Take files, show what they mean and would change, and take them in on request."""
    _warm_reader()
    _show_last_result()
    with card("Upload"):
        uploads = _given_files()
        source_format, as_of, complete = _render_options()
    if not uploads:
        return
    key = hashlib.sha256(b"".join(hashlib.sha256(u.content).digest() for u in uploads)).hexdigest()[
        :12
    ]
    answers = _answers_for(key)
    profile = source_format.removeprefix(_PROFILE) if source_format.startswith(_PROFILE) else ""
    reading = Reading(
        source_format="auto" if profile else source_format,
        mapping=Profiles(pinned_data.store().folder).get(profile) if profile else None,
        as_of=as_of,
        complete=complete,
        mappings=dict(answers.mappings),
        grains=dict(answers.grains),
        answers=Answers(answers.decimal, answers.date_order, answers.progress_scale),
        at_risk=answers.at_risk,
        fill_down=answers.fill_down,
    )
    _preview(uploads, reading, answers, key)


def _given_files() -> list[Upload]:
    """Return the files on the table: uploaded, or fetched from a link."""
    turn = st.session_state.get("uploads", 0)
    files = st.file_uploader(
        "CSV, Excel, OpenDocument or a ZIP of them: an export of any OKR tool, a tracker, the template",
        type=_ENDINGS,
        accept_multiple_files=True,
        key=f"upload-{turn}",
    )
    fetched = _render_link(turn)
    return [Upload(file.name, file.getvalue()) for file in files] + ([fetched] if fetched else [])


def _render_link(turn: int) -> Upload | None:
    """Take a link to a Google Sheet; what was fetched stays on the table."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        link = st.text_input(
            "or a link to a Google Sheet",
            key=f"link-{turn}",
            placeholder="https://docs.google.com/…",
        )
        one_tab = st.checkbox(
            "only its open tab",
            key="one_tab",
            help="The link names the tab that was open; without this, all tabs are read.",
        )
        if st.button("Fetch", key="fetch", disabled=not link.strip()):
            st.session_state.pop("fetched", None)
            try:
                with st.spinner("Fetching the sheet …"):
                    st.session_state["fetched"] = (turn, link, _fetch(link, one_tab))
            except OkrError as error:
                st.error(safe(str(error)), icon=":material/error:")
    held = st.session_state.get("fetched")
    if held and held[0] == turn and held[1] == link:
        upload: Upload = held[2]
        st.caption(f"Fetched {safe(upload.name)}, {len(upload.content) / 1024:,.0f} KB.")
        return upload
    return None


def _fetch(text: str, one_tab: bool) -> Upload:
    """Fetch a shared sheet, or a private one where a service account is configured."""
    link = google_sheets.parse_link(text)
    if link is None:
        raise OkrError(
            "This is no link to a Google Sheet: copy it from the address bar or “Share”."
        )
    if not one_tab:
        link = replace(link, gid=None)
    account = _service_account()
    try:
        return google_sheets.fetch_shared(link)
    except FileRefused:
        if account is None:
            raise
        return google_sheets.fetch_private(link, account)


def _service_account() -> MappingOf[str, Any] | None:
    """Return the service account of Streamlit's secrets, None where there is none."""
    try:
        return dict(st.secrets["google_service_account"])
    except (KeyError, FileNotFoundError):
        return None


#: In front of the name of a profile in the list of formats.
_PROFILE = "profile:"


def _format_title(name: str, saved: MappingOf[str, Mapping]) -> str:
    if name == "auto":
        return "Recognise it"
    return f"Your profile: {saved[name].title}" if name in saved else FORMATS[name].title


def _render_options() -> tuple[str, date | None, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        saved = {f"{_PROFILE}{m.name}": m for m in Profiles(pinned_data.store().folder).all()}
        source_format = st.selectbox(
            "Format",
            ["auto", *saved, *FORMATS],
            format_func=lambda f: _format_title(f, saved),
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
        complete = st.checkbox(
            "This export is complete",
            key="complete",
            help="Of the cycles that occur in it, it holds every item: what is missing from it is "
            "removed from its day on. Earlier days stay as they are, and it can be taken back.",
        )
    return source_format, as_of if isinstance(as_of, date) else None, complete


def _answers_for(key: str) -> _Answers:
    held = st.session_state.get("answers")
    if held is None or held[0] != key:
        held = (key, _Answers())
        st.session_state["answers"] = held
    found: _Answers = held[1]
    return found


# --- preview -----------------------------------------------------------------


def _preview(uploads: Sequence[Upload], reading: Reading, answers: _Answers, key: str) -> None:
    """Say what the import would do; offer to take it in."""
    seen = _checked(uploads, reading, key)
    if isinstance(seen, AlreadyImported):
        st.info(safe(str(seen)), icon=":material/check:")
        return
    if isinstance(seen, NotPrepared):
        _render_refusal(seen, answers, key)
        return
    if isinstance(seen, FileRefused):
        _say_refused(seen.issues)
        return
    if isinstance(seen, OkrError):
        st.error(safe(str(seen)), icon=":material/error:")
        return
    _render_tables(seen.prepared.tables, answers, key)
    _render_questions(seen, answers)
    _render_changes(seen)
    _render_tree(seen)
    _render_decisions(seen.prepared.decisions)
    with card("What to look at", "each with the row, the rule and what to do"):
        render_issues(seen.result.issues, "preview")
        _offer_refused_rows(seen)


def _checked(uploads: Sequence[Upload], reading: Reading, key: str) -> Checked | OkrError:
    """Read and try the upload without keeping it, once for the same files, answers and data."""
    slot = st.empty()  # always there: what follows keeps its place when nothing is computed
    state = (key, tuple(u.name for u in uploads), repr(reading), pinned_data.store().generation())
    held = st.session_state.get("checked")
    if held is not None and held[0] == state:
        known: Checked | OkrError = held[1]
        return known
    seen: Checked | OkrError
    bar = slot.progress(0.0, text="Reading and checking every row …")
    try:
        seen = check_files(
            pinned_data.store(),
            uploads,
            reading,
            lambda step, done: bar.progress(min(done, 1.0), text=f"Checking: {step} …"),
        )
    except OkrError as error:
        seen = error
    finally:
        slot.empty()
    st.session_state["checked"] = (state, seen)
    return seen


def _say_refused(issues: Sequence[Issue]) -> None:
    st.error(
        "**Refused.** These files cannot be taken; nothing was changed.", icon=":material/block:"
    )
    render_issues(_frame_of(issues), "refused")


def _render_refusal(refusal: NotPrepared, answers: _Answers, key: str) -> None:
    """Say why, and where a table is only unknown, let its columns be mapped."""
    mappable = [table for table in refusal.tables if table.recognised in _NEEDS_MAPPER]
    if mappable:
        st.warning(
            "These columns are not known yet. Say below what they mean; nothing was changed.",
            icon=":material/help:",
        )
        _render_tables(refusal.tables, answers, key)
        with card("Why it cannot go in yet"):
            render_issues(_frame_of(refusal.issues), "refused")
    else:
        _say_refused(refusal.issues)


def _render_tables(seen: Sequence[TableSeen], answers: _Answers, key: str) -> None:
    """Say as what each table was recognised, and let the meaning of its columns be changed."""
    with card(
        "What was recognised", "by the headers; the evidence says how well a format is known"
    ):
        tables.show(
            pd.DataFrame(
                {
                    "Table": [table.label for table in seen],
                    "Recognised": [_RECOGNISED[table.recognised] for table in seen],
                    "As": [table.title for table in seen],
                    "Columns": [table.score for table in seen],
                    "Evidence": [table.evidence for table in seen],
                    "Rows": [table.rows for table in seen],
                    "One row is": [
                        GRAINS[table.mapping.rows] if table.mapping else "" for table in seen
                    ],
                }
            ),
            "Tables of this upload",
            {"One row is": st.column_config.TextColumn(width="medium")},
            key=f"recognised-{key}",
        )
        _render_mappers(seen, answers, key)


def _render_mappers(seen: Sequence[TableSeen], answers: _Answers, key: str) -> None:
    for number, table in enumerate(seen):
        if table.recognised == "format" and (table.mapping is None or table.mapping.adapter):
            continue  # read in its own way, not column by column
        needed = table.recognised in _NEEDS_MAPPER
        title = "What the columns mean" if needed else "Change what the columns mean"
        label = f"{title}: {safe(table.label)}" if len(seen) > 1 else title
        with st.expander(label, expanded=needed, key=f"mapper-{key}-{number}"):
            mapped = render_mapper(table, f"map-{key}-{number}")
        if mapped is not None:
            _keep(answers, table.label, mapped)
            st.rerun()


def _keep(answers: _Answers, label: str, mapped: Mapped) -> None:
    if mapped.grain is not None:
        answers.mappings.pop(label, None)
        answers.grains[label] = mapped.grain
    elif mapped.mapping is not None:
        answers.mappings[label] = mapped.mapping


# --- questions ---------------------------------------------------------------

_QUESTIONS: dict[str, tuple[str, str, dict[str, str]]] = {
    "date_order_ambiguous": (
        "date_order",
        "Is {value} day/month or month/day?",
        {"dmy": "Day first", "mdy": "Month first"},
    ),
    "decimal_sign_ambiguous": (
        "decimal",
        "Is the sign in {value} for thousands or decimals?",
        {".": "1,234 is a thousand", ",": "1.234 is a thousand"},
    ),
    "progress_scale_ambiguous": (
        "progress_scale",
        "Does a progress of {value} mean {value} % or a ratio?",
        {"percent": "Percent", "ratio": "Ratio: 1 is 100 %"},
    ),
    "status_meaning_assumed": (
        "at_risk",
        "What does “At Risk” mean in this source?",
        {"at_risk": "The middle state", "off_track": "The worst state"},
    ),
}


def _render_questions(seen: Checked, answers: _Answers) -> None:
    """Ask where two readings fit; an answer stays as long as the files are on the table."""
    asked: dict[str, Issue] = {}
    for issue in seen.prepared.draft.issues:
        if issue.code in _QUESTIONS:
            asked.setdefault(issue.code, issue)
    open_or_answered = [
        code for code, (name, *_) in _QUESTIONS.items() if code in asked or getattr(answers, name)
    ]
    merged = [i for i in seen.prepared.draft.issues if i.code == "cells_look_merged"]
    if not open_or_answered and not merged and not answers.fill_down:
        return
    with card("Questions", "where the file alone does not tell"):
        for code in open_or_answered:
            name, question, choices = _QUESTIONS[code]
            _ask(
                name,
                question.format(value=safe(asked[code].value) if code in asked else "it"),
                choices,
                answers,
            )
        if merged or answers.fill_down:
            _ask_about_merged(seen, answers)


def _ask(name: str, question: str, choices: dict[str, str], answers: _Answers) -> None:
    chosen = st.segmented_control(
        question,
        list(choices),
        format_func=choices.__getitem__,
        default=getattr(answers, name) or None,
        key=f"answer-{name}-{st.session_state['answers'][0]}",
    )
    if (chosen or None) != (getattr(answers, name) or None):
        setattr(answers, name, chosen or ("" if name == "at_risk" else None))
        st.rerun()


def _ask_about_merged(seen: Checked, answers: _Answers) -> None:
    fields = [f for f in ("department", "team", "owner") if _has_field(seen.prepared.tables, f)]
    chosen = st.multiselect(
        "Blank cells look like merged ones. Fill down",
        fields,
        default=[f for f in answers.fill_down if f in fields],
        key=f"answer-fill-{st.session_state['answers'][0]}",
        placeholder="nothing: blank stays blank",
    )
    if tuple(chosen) != answers.fill_down:
        answers.fill_down = tuple(chosen)
        st.rerun()


def _has_field(seen: Sequence[TableSeen], name: str) -> bool:
    return any(table.mapping is not None and name in table.mapping.columns for table in seen)


# --- what it would change ----------------------------------------------------


def _render_changes(seen: Checked) -> None:
    manifest, counts = seen.result.manifest, seen.result.manifest.counts
    parts = [
        f"**{counts[word]:,}** {_word(word, counts[word])}" for word in _COUNTED if counts.get(word)
    ]
    with card("What it would change", "compared with the newest data; nothing has happened yet"):
        st.markdown(f"True as of **{day(manifest.as_of)}**: {', '.join(parts)}. {_in_short(seen)}")
        if st.button("Take it in", type="primary", key="confirm", icon=":material/check:"):
            _confirm(seen)
        changed = seen.result.change_counts
        if not changed:
            st.caption("No item would be different from what the data says already.")
            return
        kinds = list(changed)
        chosen = st.pills(
            "Changes",
            kinds,
            selection_mode="multi",
            format_func=lambda kind: f"{CHANGE_NAMES.get(kind, kind)} ({changed[kind]:,})",
            key="change_kinds",
            label_visibility="collapsed",
        )
        rows = seen.result.changes
        shown = rows[rows["kind"].isin(chosen)] if chosen else rows
        tables.show(
            pd.DataFrame(
                {
                    "Change": shown["kind"].map(lambda kind: CHANGE_NAMES.get(kind, kind)),
                    "Item": shown["title"],
                    "Kind": shown["item_kind"].str.replace("_", " "),
                    "Before": shown["before"],
                    "After": shown["after"],
                    "Id": shown["item_id"],
                }
            ),
            "Changes of this upload",
            {"Item": st.column_config.TextColumn(width="large")},
            key="changes",
            height=min(400, 60 + 35 * max(1, len(shown))),
        )
        total = sum(changed.values())
        if len(rows) < total:
            st.caption(f"The first {len(rows):,} of {total:,} changes.")


def _word(word: str, count: int) -> str:
    """Return a counted word of the field: key results, but 1 key result."""
    plain = word.replace("check_in", "check-in").replace("_", " ")
    return plain.removesuffix("s") if count == 1 else plain


def _in_short(seen: Checked) -> str:
    """Say how much of the upload did not go in, and how much deserves a look."""
    rows = sum(len(refused.rows) for refused in seen.prepared.refused)
    warnings = int((seen.result.issues["severity"] == "warning").sum())
    refused = f"**{plural(rows, 'row')}** would stay out" if rows else "No row would stay out"
    return f"{refused}; {plural(warnings, 'thing')} to look at below."


def _render_tree(seen: Checked) -> None:
    """Show the items below each other as they would stand, with their figures."""
    tree = seen.result.tree
    if tree.empty:
        return
    with card("How the tree would look", "the first items of this upload, with their figures"):
        titles = [
            ("\u2003" * int(depth)) + ("└ " if depth else "") + str(title)[:200]
            for depth, title in zip(tree["depth"], tree["title"], strict=True)
        ]
        tables.show(
            pd.DataFrame(
                {
                    "Item": titles,
                    "Kind": tree["kind"].str.replace("_", " "),
                    "Level": tree["level"],
                    "Department": tree["department"],
                    "Owner": tree["owner"],
                    "Progress": tables.in_percent(tree["progress"]),
                    "Alignment": tree["alignment_state"],
                    "Cycle": tree["cycle"],
                }
            ),
            "Items of this upload below each other",
            {
                "Item": st.column_config.TextColumn(width="large", pinned=True),
                "Progress": tables.bar_column("Progress"),
            },
            key="tree",
            height=min(420, 60 + 35 * len(tree)),
        )


def _render_decisions(decisions: Sequence[Decision]) -> None:
    if not decisions:
        return
    with st.expander(f"How {plural(len(decisions), 'column')} were read, and why", key="decisions"):
        tables.show(
            pd.DataFrame(
                [(d.file, d.column, d.reading, d.evidence) for d in decisions],
                columns=["Table", "Column", "Read as", "Evidence"],
            ),
            "How columns were read",
        )


def _offer_refused_rows(seen: Checked) -> None:
    """Offer the rows that did not go in as files to be corrected and uploaded again."""
    for number, refused in enumerate(seen.prepared.refused):
        count = len(refused.rows)
        st.download_button(
            f"Download the {plural(count, 'row')} of {safe(refused.label)} that did not go in (CSV)",
            data=partial(neutral_csv, refused.rows),
            file_name=f"refused-rows-{number + 1}.csv",
            mime="text/csv",
            key=f"refused-{number}",
            help="As they stood, each with its reason: correct them and upload the file.",
        )


def _confirm(seen: Checked) -> None:
    """Take in the very bytes, answers and day that were previewed."""
    bar = st.progress(0.0, text="Taking it in …")
    try:
        result = take_in_checked(
            pinned_data.store(),
            seen,
            lambda step, done: bar.progress(min(done, 1.0), text=f"Taking it in: {step} …"),
        )
    except DataChanged as error:
        st.session_state.pop("checked", None)
        st.warning(safe(str(error)), icon=":material/sync:")
        return
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    finally:
        bar.empty()
    for name in ("checked", "answers", "fetched"):
        st.session_state.pop(name, None)
    st.session_state["last_result"] = replace(result, changes=pd.DataFrame(), tree=pd.DataFrame())
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1
    st.rerun()


def _show_last_result() -> None:
    result = st.session_state.pop("last_result", None)
    if result is None:
        return
    counts = result.manifest.counts
    parts = [
        f"{counts[word]:,} {_word(word, counts[word])}" for word in _COUNTED if counts.get(word)
    ]
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


def render_templates() -> None:
    """Offer the template's files with what each column means."""
    with card(
        "Template", "for those who have no export: only a few columns of each file are required"
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
