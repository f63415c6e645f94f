"""The parts of the page Organisation: where each team stands, which names are one, who is where."""

from __future__ import annotations

from collections.abc import Sequence
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
from okr_data.ui import data as pinned_data
from okr_data.ui import tables
from okr_data.ui.data import Data
from okr_data.ui.frame import card
from okr_data.ui.issue_list import render_issues
from okr_data.ui.words import day, of, plural, safe

UNITS = "Units of the organisation"
STATE_WORDS = {"proposed": "Proposed", "unnamed": "In no table", "stated": "Stated"}
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
    st.title(f"{of(stated, len(units))} units have a stated place", anchor=False)
    open_pairs = len(_asked(known.spellings))
    parts = [f"as of {day(data.catalogue().newest)}"]
    if waiting := len(units) - stated:
        parts.append(
            f"{plural(waiting, 'place')} proposed from the data, to be confirmed or mended"
        )
    if open_pairs:
        parts.append(f"{plural(open_pairs, 'pair')} of names that may be one unit")
    st.caption(" · ".join(parts))
    if said := st.session_state.pop(_SAID, None):
        st.success(safe(said), icon=":material/check_circle:")


# --- units ------------------------------------------------------------------------


def render_units(data: Data, known: Organisation) -> None:
    """Let places be confirmed and changed; what changed is saved as one import."""
    with card("Units", "level and department of every team; what is only proposed comes first"):
        before = known.units.assign(confirmed=known.units["state"] == "stated")
        edited = st.data_editor(
            _editable(before),
            hide_index=True,
            disabled=["Unit", "State", "Objectives"],
            column_config=_unit_columns(known.units),
            key=f"units-{data.generation}-{st.session_state.get('units_confirmed', 0)}",
            height=430 if len(before) > _WHOLE else "content",
            placeholder="n/a",
            alt=UNITS,
        )
        rows = changed_rows(before, _as_units(edited))
        _save_units(data, rows, before, edited)


def _editable(units: pd.DataFrame) -> pd.DataFrame:
    ticked = st.session_state.get("units_confirmed", 0)
    return pd.DataFrame(
        {
            "Unit": units["team"],
            "Confirmed": units["confirmed"] | bool(ticked),
            "State": units["state"].map(STATE_WORDS),
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


def _unit_columns(units: pd.DataFrame) -> dict[str, Any]:
    names = sorted(units["team"].dropna(), key=str.casefold)
    tops = units.loc[units["level"] == "department", "team"]
    departments = sorted({*units["department"].dropna(), *tops}, key=str.casefold)
    return {
        "Unit": st.column_config.TextColumn(width=190, pinned=True),
        "Confirmed": st.column_config.CheckboxColumn(
            width=90, help="Tick a proposed place to state it as it stands."
        ),
        "State": st.column_config.TextColumn(
            width=90, help="Proposed = read from the data; any statement of yours beats it."
        ),
        "Level": st.column_config.SelectboxColumn(
            options=list(LEVELS), format_func=lambda level: str(level).capitalize(), width=120
        ),
        "Department": st.column_config.SelectboxColumn(options=departments, width=190),
        "Unit above": st.column_config.SelectboxColumn(options=names, width=190),
        "Objectives": st.column_config.NumberColumn(
            width=90, help="Objectives that carry this name as their team, or as department alone."
        ),
    }


def _save_units(
    data: Data, rows: Sequence[UnitRow], before: pd.DataFrame, edited: pd.DataFrame
) -> None:
    as_of = data.catalogue().newest
    waiting = int((~_as_units(edited)["confirmed"]).sum())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            f"Save {plural(len(rows), 'place')}" if rows else "Save",
            type="primary",
            disabled=not rows,
            key="save-units",
            icon=":material/check:",
        ):
            names = ", ".join(row.team for row in rows[:3]) + (" and others" if rows[3:] else "")
            _state(rows, as_of, f"The places of {names} are stated.")
        if waiting > 1 and st.button(
            f"Tick all {waiting} proposals", type="tertiary", key="confirm-all"
        ):
            st.session_state["units_confirmed"] = data.generation
            st.rerun()
        st.download_button(
            "Download all units (CSV)",
            data=lambda: neutral_csv(
                before[["team", "level", "department", "parent_team"]].assign(same_as=None)
            ),
            file_name=UNITS_FILE,
            mime="text/csv",
            key="download-units",
            icon=":material/download:",
        )
    st.caption(
        f"Saved as an import of {UNITS_FILE} for {day(as_of)}: it stands in the history and can be taken "
        "back. A first statement about a team holds on all days; a later one from its day on."
    )
    with st.expander("Upload a table of units instead"):
        _upload(data, UNITS_FILE, "org_units", "units")


def _state(rows: Sequence[UnitRow], as_of: date | None, said: str) -> None:
    """Import statements about units and start the page anew."""
    bar = st.progress(0.0, text="Saving …")
    try:
        result = state_units(
            pinned_data.store(),
            rows,
            as_of,
            progress=lambda step, done: bar.progress(min(done, 1.0), text=f"Saving: {step} …"),
        )
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    finally:
        bar.empty()
    _done(result.import_id, said)


def _done(import_id: str, said: str) -> None:
    st.session_state[_SAID] = f"{said} Saved as {import_id}; every page shows it."
    st.session_state.pop("units_confirmed", None)
    st.rerun()


# --- spellings --------------------------------------------------------------------


def render_spellings(data: Data, known: Organisation) -> None:
    """Ask about names that may be one unit; show those that are, with the way back."""
    asked = _asked(known.spellings)
    if not asked and known.merged.empty:
        return
    with card("Names that may be one unit", "nothing is made one without your answer"):
        if not asked:
            st.write("No two names look alike any more.")
        for pair in asked[:_PAIRS]:
            _pair(data, pair)
        if (more := len(asked) - _PAIRS) > 0:
            st.caption(f"{plural(more, 'more pair')} after these.")
        if len(known.merged):
            _merged(data, known.merged)


def _asked(pairs: Sequence[Spelling]) -> list[Spelling]:
    differ = st.session_state.get(_DIFFER, set())
    return [pair for pair in pairs if pair.key not in differ]


def _pair(data: Data, pair: Spelling) -> None:
    key = "|".join(sorted(pair.key))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"**{safe(pair.keep)}** ({plural(pair.keep_objectives, 'objective')})  and  "
            f"**{safe(pair.other)}** ({plural(pair.other_objectives, 'objective')})",
            width=560,
        )
        keep = st.selectbox(
            "Name to keep", [pair.keep, pair.other], key=f"keep-{key}", width=220,
            label_visibility="collapsed", help="The name under which both count.",
        )  # fmt: skip
        if st.button("They are the same", key=f"same-{key}"):
            other = pair.other if keep == pair.keep else pair.keep
            _state(
                [UnitRow(other, same_as=keep)],
                data.catalogue().newest,
                f"“{other}” is read as “{keep}”.",
            )
        if st.button("They differ", type="tertiary", key=f"differ-{key}"):
            st.session_state.setdefault(_DIFFER, set()).add(pair.key)
            st.rerun()


def _merged(data: Data, merged: pd.DataFrame) -> None:
    st.markdown("**Read as another name**")
    for row in merged.itertuples():
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{safe(str(row.name))} → **{safe(str(row.read_as))}**", width=560)
            if st.button("Make it a unit of its own again", type="tertiary", key=f"own-{row.name}"):
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
                    f"“{row.name}” is a unit of its own again.",
                )


# --- people -----------------------------------------------------------------------


def render_people(data: Data, known: Organisation) -> None:
    """Show the known people with their teams, and take an HR list."""
    with card("People", "an objective without team takes the team of its only owner"):
        if known.owners:
            st.markdown(f"{of(known.owners_placed, known.owners)} owners have a known team.")
        if known.people.empty:
            st.write("No list of people has been imported yet.")
        else:
            tables.show(
                known.people.rename(
                    columns={
                        "person": "Person",
                        "email": "E-mail",
                        "team": "Team",
                        "manager": "Manager",
                        "objectives": "Objectives",
                    }
                ),
                "People with their teams",
                {"Person": st.column_config.TextColumn(pinned=True)},
                height=430 if len(known.people) > _WHOLE else "content",
            )
        _upload(data, PEOPLE_FILE, "people", "people")


# --- uploads ----------------------------------------------------------------------


def _upload(data: Data, name: str, counted: str, what: str) -> None:
    """Take a file of units or people: checked at once, taken in on request."""
    file = st.file_uploader(
        f"A list of {what}: {name} of the template, or any table with its columns",
        type=["csv", "xlsx", "txt"],
        key=f"upload-{counted}-{data.generation}",
    )
    if file is None:
        return
    seen = _checked(data, Upload(file.name, file.getvalue()))
    if isinstance(seen, FileRefused):
        st.error("**Refused.** Nothing was changed.", icon=":material/block:")
        render_issues(_frame_of(seen.issues), f"refused-{counted}")
        return
    if isinstance(seen, OkrError):
        st.error(safe(str(seen)), icon=":material/error:")
        return
    counts = seen.result.manifest.counts
    if not counts.get(counted) or counts.get("objectives") or counts.get("key_results"):
        st.error(
            f"This is no list of {what}. Exports with goals come in on the page Import.",
            icon=":material/block:",
        )
        return
    st.markdown(f"It states **{counts[counted]:,}** {what} for {day(seen.result.manifest.as_of)}.")
    render_issues(seen.result.issues, f"seen-{counted}")
    if st.button(f"Take these {what} in", type="primary", key=f"take-{counted}"):
        _take_in(seen, what)


def _checked(data: Data, upload: Upload) -> Checked | OkrError:
    """Check an upload once for the same bytes and state, keeping nothing."""
    key = (SourceFile.of(upload.name, upload.content), data.generation)
    known = st.session_state.get("checked_list")
    if known is not None and known[0] == key:
        found: Checked | OkrError = known[1]
        return found
    try:
        with st.spinner("Reading and checking every row …"):
            found = check_files(
                pinned_data.store(), [upload], Reading(as_of=data.catalogue().newest)
            )
    except OkrError as error:
        found = error
    st.session_state["checked_list"] = (key, found)
    return found


def _take_in(seen: Checked, what: str) -> None:
    try:
        with st.spinner("Taking it in …"):
            result = take_in_checked(pinned_data.store(), seen)
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    _done(result.import_id, f"The list of {what} is in.")


def _frame_of(issues: Sequence[Issue]) -> pd.DataFrame:
    return pd.DataFrame(
        [(i.severity, i.code, i.file, i.row, i.column, i.value, i.message) for i in issues],
        columns=["severity", "code", "file", "row", "column", "value", "message"],
    )
