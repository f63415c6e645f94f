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
from okr_data.ingest.fields import FIELD, GRAINS, Grain
from okr_data.ingest.mapping import Mapping
from okr_data.ingest.preparing import NotPrepared
from okr_data.ingest.report import Decision
from okr_data.ingest.template import FILES
from okr_data.intake import Checked, check_files, take_in_checked
from okr_data.issues import Issue
from okr_data.neutral import neutral_csv
from okr_data.profiles import Profiles
from okr_data.texts import Words, mark
from okr_data.ui import data as pinned_data
from okr_data.ui import tables
from okr_data.ui.counts import counted
from okr_data.ui.data import Data
from okr_data.ui.downloads import offer
from okr_data.ui.frame import card, emphasis
from okr_data.ui.issue_list import render_issues
from okr_data.ui.mapper import Mapped, render_mapper
from okr_data.ui.progress import shown_on
from okr_data.ui.ways import way
from okr_data.ui.words import CHANGE_NAMES, STATE_NAMES, day, number, objectives, safe, t, tn

_ENDINGS = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods", "zip", "json"]
_RECOGNISED = Words(
    {
        "format": mark("known format"),
        "profile": mark("your profile"),
        "given": mark("your mapping"),
        "assumed": mark("proposed: please check"),
        "unknown": mark("unknown: please map"),
        "skipped": mark("left out"),
    }
)
KIND_WORDS = Words(
    {
        "objective": mark("objective"),
        "key_result": mark("key result"),
        "initiative": mark("work item"),
    }
)
#: What the readers say of formats and mappings.
_SAID = (
    mark("The template of this project"), mark("Proposed mapping"), mark("our own"), mark("yours"),
    mark("headers and values"), mark("A: full header known from several independent sources"),
    mark("B: vendor documentation, partly seen"), mark("C: template articles"),
)  # fmt: skip
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
    st.title(t("Bring in the export that you have"), anchor=False)
    known = t(
        "The database holds {objectives} as of {day}.",
        objectives=objectives(catalogue.objectives),
        day=day(catalogue.as_of),
    )
    safely = t(
        "Nothing is changed before you confirm; all files of an upload go in together or not at all."
    )
    st.caption(f"{known} {safely}" if catalogue.objectives else safely)


@st.cache_resource(show_spinner=False)
def _warm_reader() -> None:
    """Start the process that reads files while somebody still looks for one."""
    threading.Thread(target=sandbox.warm, name="okr-warm", daemon=True).start()


def render_upload(data: Data) -> None:
    """Take files, show what they mean and would change, and take them in on request."""
    _warm_reader()
    told = st.container()
    with card(t("Upload")):
        uploads = _given_files()
        source_format, as_of, complete = _render_options()
    if not uploads:
        with told:
            _show_last_result(data)
        return
    st.session_state.pop("last_result", None)
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
    _preview(data, uploads, reading, answers, key)


def _given_files() -> list[Upload]:
    """Return the files on the table: uploaded, or fetched from a link."""
    turn = st.session_state.get("uploads", 0)
    files = st.file_uploader(
        t(
            "CSV, Excel, OpenDocument or a ZIP of them: an export of any OKR tool, a tracker, the template"
        ),
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
            t("or a link to a Google Sheet"),
            key=f"link-{turn}",
            placeholder="https://docs.google.com/…",
        )
        one_tab = st.checkbox(
            t("only its open tab"),
            key="one_tab",
            help=t("The link names the tab that was open; without this, all tabs are read."),
        )
        if st.button(t("Fetch"), key="fetch", disabled=not link.strip()):
            st.session_state.pop("fetched", None)
            try:
                with st.spinner(t("Fetching the sheet …")):
                    st.session_state["fetched"] = (turn, link, _fetch(link, one_tab))
            except OkrError as error:
                st.error(safe(str(error)), icon=":material/error:")
    held = st.session_state.get("fetched")
    if held and held[0] == turn and held[1] == link:
        upload: Upload = held[2]
        st.caption(
            t(
                "Fetched {name}, {size} KB.",
                name=safe(upload.name),
                size=number(len(upload.content) / 1024),
            )
        )
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
        return t("Recognise it")
    if name in saved:
        return t("Your profile: {name}", name=saved[name].title)
    return t(FORMATS[name].title)


def _render_options() -> tuple[str, date | None, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        saved = {f"{_PROFILE}{m.name}": m for m in Profiles(pinned_data.store().folder).all()}
        source_format = st.selectbox(
            t("Format"),
            ["auto", *saved, *FORMATS],
            format_func=lambda f: _format_title(f, saved),
            key="format",
            width=290,
        )
        as_of = st.date_input(
            t("As of (the day of the export)"),
            value=None,
            format="YYYY-MM-DD",
            key="upload_as_of",
            width=220,
            help=t("Empty = taken from the file name, else from the newest check-in, else today."),
        )
        complete = st.checkbox(
            t("This export is complete"),
            key="complete",
            help=t(
                "Of the cycles that occur in it, it holds every item: what is missing from it is "
                "removed from its day on. Earlier days stay as they are, and it can be taken back."
            ),
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


def _preview(
    data: Data, uploads: Sequence[Upload], reading: Reading, answers: _Answers, key: str
) -> None:
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
    _render_tree(seen, data.level_names(one=True))
    _render_decisions(seen.prepared.decisions)
    with card(t("What to look at"), t("each with the row, the rule and what to do")):
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
    bar = slot.progress(0.0, text=t("Reading and checking every row …"))
    try:
        seen = check_files(
            pinned_data.store(),
            uploads,
            reading,
            shown_on(bar, t("Checking")),
        )
    except OkrError as error:
        seen = error
    finally:
        slot.empty()
    st.session_state["checked"] = (state, seen)
    return seen


def _say_refused(issues: Sequence[Issue]) -> None:
    st.error(
        t("**Refused.** These files cannot be taken; nothing was changed."), icon=":material/block:"
    )
    render_issues(_frame_of(issues), "refused")


def _render_refusal(refusal: NotPrepared, answers: _Answers, key: str) -> None:
    """Say why, and where a table is only unknown, let its columns be mapped."""
    mappable = [table for table in refusal.tables if table.recognised in _NEEDS_MAPPER]
    if mappable:
        st.warning(
            t("These columns are not known yet. Say below what they mean; nothing was changed."),
            icon=":material/help:",
        )
        _render_tables(refusal.tables, answers, key)
        with card(t("Why it cannot go in yet")):
            render_issues(_frame_of(refusal.issues), "refused")
    else:
        _say_refused(refusal.issues)


def _render_tables(seen: Sequence[TableSeen], answers: _Answers, key: str) -> None:
    """Say as what each table was recognised, and let the meaning of its columns be changed."""
    with card(
        t("What was recognised"), t("by the headers; the evidence says how well a format is known")
    ):
        tables.show(
            pd.DataFrame(
                {
                    "Table": [table.label for table in seen],
                    "Recognised": [_RECOGNISED[table.recognised] for table in seen],
                    "As": [t(table.title) for table in seen],
                    "Columns": [table.score for table in seen],
                    "Evidence": [t(table.evidence) for table in seen],
                    "Rows": [table.rows for table in seen],
                    "One row is": [
                        t(GRAINS[table.mapping.rows]) if table.mapping else "" for table in seen
                    ],
                }
            ),
            t("Tables of this upload"),
            {"One row is": st.column_config.TextColumn(width="medium")},
            key=f"recognised-{key}",
        )
        _render_mappers(seen, answers, key)


def _render_mappers(seen: Sequence[TableSeen], answers: _Answers, key: str) -> None:
    for place, table in enumerate(seen):
        if table.recognised == "format" and (table.mapping is None or table.mapping.adapter):
            continue  # read in its own way, not column by column
        needed = table.recognised in _NEEDS_MAPPER
        title = t("What the columns mean") if needed else t("Change what the columns mean")
        label = f"{title}: {safe(table.label)}" if len(seen) > 1 else title
        with st.expander(label, expanded=needed, key=f"mapper-{key}-{place}"):
            mapped = render_mapper(table, f"map-{key}-{place}")
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

_QUESTIONS: dict[str, tuple[str, str, Words]] = {
    "date_order_ambiguous": (
        "date_order",
        mark("Is {value} day/month or month/day?"),
        Words({"dmy": mark("Day first"), "mdy": mark("Month first")}),
    ),
    "decimal_sign_ambiguous": (
        "decimal",
        mark("Is the sign in {value} for thousands or decimals?"),
        Words({".": mark("1,234 is a thousand"), ",": mark("1.234 is a thousand")}),
    ),
    "progress_scale_ambiguous": (
        "progress_scale",
        mark("Does a progress of {value} mean {value} % or a ratio?"),
        Words({"percent": mark("Percent"), "ratio": mark("Ratio: 1 is 100 %")}),
    ),
    "status_meaning_assumed": (
        "at_risk",
        mark("What does “At Risk” mean in this source?"),
        Words({"at_risk": mark("The middle state"), "off_track": mark("The worst state")}),
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
    with card(t("Questions"), t("where the file alone does not tell")):
        for code in open_or_answered:
            name, question, choices = _QUESTIONS[code]
            _ask(
                name,
                t(question, value=safe(asked[code].value) if code in asked else t("it")),
                choices,
                answers,
            )
        if merged or answers.fill_down:
            _ask_about_merged(seen, answers)


def _ask(name: str, question: str, choices: Words, answers: _Answers) -> None:
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
        t("Blank cells look like merged ones. Fill down"),
        fields,
        default=[f for f in answers.fill_down if f in fields],
        format_func=lambda name: t(FIELD[name].label),
        key=f"answer-fill-{st.session_state['answers'][0]}",
        placeholder=t("nothing: blank stays blank"),
    )
    if tuple(chosen) != answers.fill_down:
        answers.fill_down = tuple(chosen)
        st.rerun()


def _has_field(seen: Sequence[TableSeen], name: str) -> bool:
    return any(table.mapping is not None and name in table.mapping.columns for table in seen)


# --- what it would change ----------------------------------------------------


def _render_changes(seen: Checked) -> None:
    manifest = seen.result.manifest
    with card(
        t("What it would change"), t("compared with the newest data; nothing has happened yet")
    ):
        true = t(
            "True as of **{day}**: {contents}.",
            day=day(manifest.as_of),
            contents=counted(manifest.counts, bold=True),
        )
        st.markdown(f"{true} {_in_short(seen)}")
        if st.button(t("Take it in"), type=emphasis(), key="confirm", icon=":material/check:"):
            _confirm(seen)
        changed = seen.result.change_counts
        if not changed:
            st.caption(t("No item would be different from what the data says already."))
            return
        kinds = list(changed)
        chosen = st.pills(
            t("Changes"),
            kinds,
            selection_mode="multi",
            format_func=lambda kind: f"{CHANGE_NAMES.get(kind, kind)} ({number(changed[kind])})",
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
                    "Kind": shown["item_kind"].map(lambda kind: KIND_WORDS.get(kind, kind)),
                    "Before": shown["before"],
                    "After": shown["after"],
                    "Id": shown["item_id"],
                }
            ),
            t("Changes of this upload"),
            {"Item": st.column_config.TextColumn(width="large")},
            key="changes",
            height=min(400, 60 + 35 * max(1, len(shown))),
        )
        total = sum(changed.values())
        if len(rows) < total:
            st.caption(t("The first {n} of {all} changes.", n=number(len(rows)), all=number(total)))


def _in_short(seen: Checked) -> str:
    """Say how much of the upload did not go in, and how much deserves a look."""
    rows = sum(len(refused.rows) for refused in seen.prepared.refused)
    warnings = int((seen.result.issues["severity"] == "warning").sum())
    look = tn("{n} thing to look at below.", "{n} things to look at below.", warnings)
    if not rows:
        return t("No row would stay out; {look}", look=look)
    return tn(
        "**{n} row** would stay out; {look}", "**{n} rows** would stay out; {look}", rows, look=look
    )


def _render_tree(seen: Checked, level_names: MappingOf[str, str]) -> None:
    """Show the items below each other as they would stand, with their figures."""
    tree = seen.result.tree
    if tree.empty:
        return
    with card(
        t("How the tree would look"), t("the first items of this upload, with their figures")
    ):
        titles = [
            ("\u2003" * int(depth)) + ("└ " if depth else "") + str(title)[:200]
            for depth, title in zip(tree["depth"], tree["title"], strict=True)
        ]
        tables.show(
            pd.DataFrame(
                {
                    "Item": titles,
                    "Kind": tree["kind"].map(lambda kind: KIND_WORDS.get(kind, kind)),
                    "Level": tree["level"].map(level_names),
                    "Department": tree["department"],
                    "Owner": tree["owner"],
                    "Progress": tables.in_percent(tree["progress"]),
                    "Alignment": tree["alignment_state"].map(
                        lambda state: STATE_NAMES.get(state, state)
                    ),
                    "Cycle": tree["cycle"],
                }
            ),
            t("Items of this upload below each other"),
            {
                "Item": st.column_config.TextColumn(width="large", pinned=True),
                "Progress": tables.bar_column(),
            },
            key="tree",
            height=min(420, 60 + 35 * len(tree)),
        )


def _render_decisions(decisions: Sequence[Decision]) -> None:
    if not decisions:
        return
    title = tn(
        "How {n} column was read, and why", "How {n} columns were read, and why", len(decisions)
    )
    with st.expander(title, key="decisions"):
        tables.show(
            pd.DataFrame(
                {
                    "Table": [d.file for d in decisions],
                    "Column": [d.column for d in decisions],
                    "Read as": [d.reading for d in decisions],
                    "Evidence": [d.evidence for d in decisions],
                }
            ),
            t("How columns were read"),
        )


def _offer_refused_rows(seen: Checked) -> None:
    """Offer the rows that did not go in as files to be corrected and uploaded again."""
    for place, refused in enumerate(seen.prepared.refused):
        count = len(refused.rows)
        offer(
            tn(
                "Download the {n} row of {table} that did not go in (CSV)",
                "Download the {n} rows of {table} that did not go in (CSV)",
                count,
                table=safe(refused.label),
            ),
            data=partial(neutral_csv, refused.rows),
            file_name=f"refused-rows-{place + 1}.csv",
            key=f"refused-{place}",
            help=t("As they stood, each with its reason: correct them and upload the file."),
        )


def _confirm(seen: Checked) -> None:
    """Take in the very bytes, answers and day that were previewed."""
    bar = st.progress(0.0, text=t("Taking it in …"))
    try:
        result = take_in_checked(
            pinned_data.store(),
            seen,
            shown_on(bar, t("Taking it in")),
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
    shown = replace(result, changes=pd.DataFrame(), tree=pd.DataFrame())
    st.session_state["last_result"] = (shown, pinned_data.store().generation())
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1
    st.rerun()


def _show_last_result(data: Data) -> None:
    """Say what came in, until other files are on the table or the data is another.

    It stays for the run that a click on its way to the overview asks for.
    """
    result, generation = st.session_state.get("last_result", (None, 0))
    if result is None or generation != data.generation:
        return
    st.success(
        tn(
            "**{import_id}** is in: {contents}; {n} issue. Every page shows it now.",
            "**{import_id}** is in: {contents}; {n} issues. Every page shows it now.",
            len(result.issues),
            import_id=result.import_id,
            contents=counted(result.manifest.counts),
        ),
        icon=":material/check_circle:",
    )
    way("pages/overview.py", t("See the overview"), ":material/insights:")


def _frame_of(issues: Sequence[Issue]) -> pd.DataFrame:
    return pd.DataFrame(
        [(i.severity, i.code, i.file, i.row, i.column, i.value, i.message) for i in issues],
        columns=["severity", "code", "file", "row", "column", "value", "message"],
    )


def render_templates() -> None:
    """Offer the template's files with what each column means."""
    with card(
        t("Template"),
        t("for those who have no export: only a few columns of each file are required"),
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
                "Required": [t("yes") if column.required else "" for column in file.columns],
                "Meaning": [t(column.meaning) for column in file.columns],
                "Example": list(file.example),
            }
        ),
        t("Columns of {name}", name=name),
        {"Meaning": st.column_config.TextColumn(width="large")},
    )
    offer(
        t("Download {name}", name=name),
        data=file.to_bytes,
        file_name=name,
        key=f"template-{name}",
    )
