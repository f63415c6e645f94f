"""The parts of the page Organisation: where each team stands, which names are one, who is where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from okr_data.errors import FileRefused, OkrError
from okr_data.ingest import Reading, Upload
from okr_data.intake import Checked, check_files, take_in_checked
from okr_data.issues import Issue
from okr_data.journal import SourceFile
from okr_data.neutral import neutral_csv
from okr_data.organisation import (
    PEOPLE_FILE,
    UNITS_FILE,
    Organisation,
    Spelling,
    UnitRow,
    changed_rows,
    state_units,
)
from okr_data.schema import LEVELS
from okr_data.texts import Words, mark
from okr_data.ui import data as pinned_data
from okr_data.ui import tables
from okr_data.ui.data import Data
from okr_data.ui.downloads import offer
from okr_data.ui.frame import card, emphasis
from okr_data.ui.issue_list import render_issues
from okr_data.ui.progress import shown_on
from okr_data.ui.words import day, number, objectives, safe, t, tn

UNITS = mark("Units of the organisation")
STATE_WORDS = Words(
    {"proposed": mark("Proposed"), "unnamed": mark("In no table"), "stated": mark("Stated")}
)
_SAID = "organisation_said"
#: Pairs of spellings that this session has been told to differ.
_DIFFER = "spellings_that_differ"
_WHOLE = 12
#: Pairs that a page asks about at once.
_PAIRS = 8


def render_sentence(data: Data, known: Organisation) -> None:
    """Say how many units have a stated place, and what is waiting for an answer."""
    units = known.units
    stated = int((units["state"] == "stated").sum())
    st.title(
        t(
            "{part} of {whole} units have a stated place",
            part=number(stated),
            whole=number(len(units)),
        ),
        anchor=False,
    )
    open_pairs = len(_asked(known.spellings))
    parts = [t("as of {day}", day=day(data.catalogue().newest))]
    if waiting := len(units) - stated:
        parts.append(
            tn(
                "{n} place proposed from the data, to be confirmed or mended",
                "{n} places proposed from the data, to be confirmed or mended",
                waiting,
            )
        )
    if open_pairs:
        parts.append(
            tn(
                "{n} pair of names that may be one unit",
                "{n} pairs of names that may be one unit",
                open_pairs,
            )
        )
    st.caption(" · ".join(parts))
    if said := st.session_state.pop(_SAID, None):
        st.success(safe(said), icon=":material/check_circle:")


# --- units ------------------------------------------------------------------------


def render_units(data: Data, known: Organisation) -> None:
    """Let places be confirmed and changed; what changed is saved as one import."""
    with card(
        t("Units"), t("level and department of every team; what is only proposed comes first")
    ):
        before = known.units.assign(confirmed=known.units["state"] == "stated")
        edited = st.data_editor(
            _editable(before),
            hide_index=True,
            disabled=["Unit", "State", "Objectives"],
            column_config=_unit_columns(known.units, data.level_names(one=True)),
            key=f"units-{data.generation}-{st.session_state.get('units_confirmed', 0)}",
            height=430 if len(before) > _WHOLE else "content",
            placeholder=t("n/a"),
            alt=t(UNITS),
        )
        rows = changed_rows(before, _as_units(edited))
        _save_units(data, rows, before, edited)


def _editable(units: pd.DataFrame) -> pd.DataFrame:
    ticked = st.session_state.get("units_confirmed", 0)
    return pd.DataFrame(
        {
            "Unit": units["team"],
            "Confirmed": units["confirmed"] | bool(ticked),
            "State": units["state"].map(dict(STATE_WORDS)),
            "Level": units["level"],
            "Department": units["department"],
            "Unit above": units["parent_team"],
            "Objectives": units["objectives"],
        }
    )


def _as_units(edited: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "confirmed": edited["Confirmed"].fillna(False).astype(bool),
            "level": edited["Level"],
            "department": edited["Department"],
            "parent_team": edited["Unit above"],
        }
    )


def _unit_columns(units: pd.DataFrame, level_names: Mapping[str, str]) -> dict[str, Any]:
    names = sorted(units["team"].dropna(), key=str.casefold)
    tops = units.loc[units["level"] == "department", "team"]
    departments = sorted({*units["department"].dropna(), *tops}, key=str.casefold)
    return {
        "Unit": st.column_config.TextColumn(t("Unit"), width=190, pinned=True),
        "Confirmed": st.column_config.CheckboxColumn(
            t("Confirmed"), width=90, help=t("Tick a proposed place to state it as it stands.")
        ),
        "State": st.column_config.TextColumn(
            t("State"),
            width=90,
            help=t("Proposed = read from the data; any statement of yours beats it."),
        ),
        "Level": st.column_config.SelectboxColumn(
            t("Level"),
            options=list(LEVELS),
            format_func=lambda level: level_names[str(level)],
            width=120,
        ),
        "Department": st.column_config.SelectboxColumn(
            t("Department"), options=departments, width=190
        ),
        "Unit above": st.column_config.SelectboxColumn(t("Unit above"), options=names, width=190),
        "Objectives": st.column_config.NumberColumn(
            t("Objectives"),
            width=90,
            help=t("Objectives that carry this name as their team, or as department alone."),
        ),
    }


def _save_units(
    data: Data, rows: Sequence[UnitRow], before: pd.DataFrame, edited: pd.DataFrame
) -> None:
    as_of = data.catalogue().newest
    waiting = int((~_as_units(edited)["confirmed"]).sum())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            tn("Save {n} place", "Save {n} places", len(rows)) if rows else t("Save"),
            type=emphasis(),
            disabled=not rows,
            key="save-units",
            icon=":material/check:",
        ):
            names = ", ".join(row.team for row in rows[:3])
            said = (
                t("The places of {names} and others are stated.", names=names)
                if rows[3:]
                else t("The places of {names} are stated.", names=names)
            )
            _state(rows, as_of, said)
        if waiting > 1 and st.button(
            t("Tick all {n} proposals", n=number(waiting)), type="tertiary", key="confirm-all"
        ):
            st.session_state["units_confirmed"] = data.generation
            st.rerun()
        offer(
            t("Download all units (CSV)"),
            data=lambda: neutral_csv(
                before[["team", "level", "department", "parent_team"]].assign(same_as=None)
            ),
            file_name=UNITS_FILE,
            key="download-units",
            icon=":material/download:",
        )
    st.caption(
        t(
            "Saved as an import of {file} for {day}: it stands in the history and can be taken back. "
            "A first statement about a team holds on all days; a later one from its day on.",
            file=UNITS_FILE,
            day=day(as_of),
        )
    )
    with st.expander(t("Upload a table of units instead")):
        _upload(data, UNITS_FILE, "org_units", _UNIT_LIST)


def _state(rows: Sequence[UnitRow], as_of: date | None, said: str) -> None:
    """Import statements about units and start the page anew."""
    bar = st.progress(0.0, text=t("Saving …"))
    try:
        result = state_units(
            pinned_data.store(),
            rows,
            as_of,
            progress=shown_on(bar, t("Saving")),
        )
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    finally:
        bar.empty()
    _done(result.import_id, said)


def _done(import_id: str, said: str) -> None:
    saved = t("Saved as {import_id}; every page shows it.", import_id=import_id)
    st.session_state[_SAID] = f"{said} {saved}"
    st.session_state.pop("units_confirmed", None)
    st.rerun()


# --- spellings --------------------------------------------------------------------


def render_spellings(data: Data, known: Organisation) -> None:
    """Ask about names that may be one unit; show those that are, with the way back."""
    asked = _asked(known.spellings)
    if not asked and known.merged.empty:
        return
    with card(t("Names that may be one unit"), t("nothing is made one without your answer")):
        if not asked:
            st.write(t("No two names look alike any more."))
        for pair in asked[:_PAIRS]:
            _pair(data, pair)
        if (more := len(asked) - _PAIRS) > 0:
            st.caption(tn("{n} more pair after these.", "{n} more pairs after these.", more))
        if len(known.merged):
            _merged(data, known.merged)


def _asked(pairs: Sequence[Spelling]) -> list[Spelling]:
    differ = st.session_state.get(_DIFFER, set())
    return [pair for pair in pairs if pair.key not in differ]


def _pair(data: Data, pair: Spelling) -> None:
    key = "|".join(sorted(pair.key))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            t(
                "**{one}** ({one_objectives})  and  **{other}** ({other_objectives})",
                one=safe(pair.keep),
                one_objectives=objectives(pair.keep_objectives),
                other=safe(pair.other),
                other_objectives=objectives(pair.other_objectives),
            ),
            width=560,
        )
        keep = st.selectbox(
            t("Name to keep"), [pair.keep, pair.other], key=f"keep-{key}", width=220,
            label_visibility="collapsed", help=t("The name under which both count."),
        )  # fmt: skip
        if st.button(t("They are the same"), key=f"same-{key}"):
            other = pair.other if keep == pair.keep else pair.keep
            _state(
                [UnitRow(other, same_as=keep)],
                data.catalogue().newest,
                t("“{other}” is read as “{keep}”.", other=other, keep=keep),
            )
        if st.button(t("They differ"), type="tertiary", key=f"differ-{key}"):
            st.session_state.setdefault(_DIFFER, set()).add(pair.key)
            st.rerun()


def _merged(data: Data, merged: pd.DataFrame) -> None:
    st.markdown(t("**Read as another name**"))
    for row in merged.itertuples():
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{safe(str(row.name))} → **{safe(str(row.read_as))}**", width=560)
            if st.button(
                t("Make it a unit of its own again"), type="tertiary", key=f"own-{row.name}"
            ):
                level, department, above = (
                    None if pd.isna(v) else str(v)
                    for v in (row.level, row.department, row.parent_team)
                )
                st.session_state.setdefault(_DIFFER, set()).add(
                    frozenset((str(row.name).lower(), str(row.read_as).lower()))
                )
                _state(
                    [UnitRow(str(row.name), level, department, above, str(row.name))],
                    data.catalogue().newest,
                    t("“{name}” is a unit of its own again.", name=row.name),
                )


# --- people -----------------------------------------------------------------------


def render_people(data: Data, known: Organisation) -> None:
    """Show the known people with their teams, and take an HR list."""
    with card(t("People"), t("an objective without team takes the team of its only owner")):
        if known.owners:
            st.markdown(
                t(
                    "{part} of {whole} owners have a known team.",
                    part=number(known.owners_placed),
                    whole=number(known.owners),
                )
            )
        if known.people.empty:
            st.write(t("No list of people has been imported yet."))
        else:
            tables.show(
                pd.DataFrame(
                    {
                        "Person": known.people["person"],
                        "E-mail": known.people["email"],
                        "Team": known.people["team"],
                        "Manager": known.people["manager"],
                        "Objectives": known.people["objectives"],
                    }
                ),
                t("People with their teams"),
                {"Person": st.column_config.TextColumn(pinned=True)},
                height=430 if len(known.people) > _WHOLE else "content",
            )
        _upload(data, PEOPLE_FILE, "people", _PEOPLE_LIST)


# --- uploads ----------------------------------------------------------------------


@dataclass(frozen=True)
class _ListWords:
    """What is said of one kind of list, marked for translation."""

    asked: str
    other: str
    states: str
    take: str
    done: str


_UNIT_LIST = _ListWords(
    mark("A list of units: {file} of the template, or any table with its columns"),
    mark("This is no list of units. Exports with goals come in on the page Import."),
    mark("It states **{n}** units for {day}."),
    mark("Take these units in"),
    mark("The list of units is in."),
)
_PEOPLE_LIST = _ListWords(
    mark("A list of people: {file} of the template, or any table with its columns"),
    mark("This is no list of people. Exports with goals come in on the page Import."),
    mark("It states **{n}** people for {day}."),
    mark("Take these people in"),
    mark("The list of people is in."),
)


def _upload(data: Data, name: str, counted: str, words: _ListWords) -> None:
    """Take a file of units or people: checked at once, taken in on request."""
    file = st.file_uploader(
        t(words.asked, file=name),
        type=["csv", "xlsx", "txt"],
        key=f"upload-{counted}-{data.generation}",
    )
    if file is None:
        return
    seen = _checked(data, Upload(file.name, file.getvalue()))
    if isinstance(seen, FileRefused):
        st.error(t("**Refused.** Nothing was changed."), icon=":material/block:")
        render_issues(_frame_of(seen.issues), f"refused-{counted}")
        return
    if isinstance(seen, OkrError):
        st.error(safe(str(seen)), icon=":material/error:")
        return
    counts = seen.result.manifest.counts
    if not counts.get(counted) or counts.get("objectives") or counts.get("key_results"):
        st.error(
            t(words.other),
            icon=":material/block:",
        )
        return
    st.markdown(t(words.states, n=number(counts[counted]), day=day(seen.result.manifest.as_of)))
    render_issues(seen.result.issues, f"seen-{counted}")
    if st.button(t(words.take), type=emphasis(), key=f"take-{counted}"):
        _take_in(seen, words)


def _checked(data: Data, upload: Upload) -> Checked | OkrError:
    """Check an upload once for the same bytes and state, keeping nothing."""
    key = (SourceFile.of(upload.name, upload.content), data.generation)
    known = st.session_state.get("checked_list")
    if known is not None and known[0] == key:
        found: Checked | OkrError = known[1]
        return found
    try:
        with st.spinner(t("Reading and checking every row …")):
            found = check_files(
                pinned_data.store(), [upload], Reading(as_of=data.catalogue().newest)
            )
    except OkrError as error:
        found = error
    st.session_state["checked_list"] = (key, found)
    return found


def _take_in(seen: Checked, words: _ListWords) -> None:
    try:
        with st.spinner(t("Taking it in …")):
            result = take_in_checked(pinned_data.store(), seen)
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    _done(result.import_id, t(words.done))


def _frame_of(issues: Sequence[Issue]) -> pd.DataFrame:
    return pd.DataFrame(
        [(i.severity, i.code, i.file, i.row, i.column, i.value, i.message) for i in issues],
        columns=["severity", "code", "file", "row", "column", "value", "message"],
    )
