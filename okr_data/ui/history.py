"""The parts of the page History: every import, what came in, what it changed, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from okr_data.changes import MAX_CHANGES
from okr_data.errors import OkrError
from okr_data.ingest import FORMATS
from okr_data.journal import Manifest
from okr_data.neutral import file_name, neutral_csv
from okr_data.schema import ORG_UNIT, PERSON
from okr_data.ui import data as pinned_data
from okr_data.ui import tables
from okr_data.ui.data import Data
from okr_data.ui.frame import card
from okr_data.ui.issue_list import render_issues
from okr_data.ui.words import CHANGE_NAMES, day, of, plural, safe

#: Address parameter that names the chosen imports.
CHOSEN = "import"
TABLE = "Imports, newest first"
COUNTED = {
    "objectives": "objective",
    "key_results": "key result",
    "initiatives": "work item",
    "check_ins": "check-in",
    "alignments": "alignment",
    "org_units": "org unit",
    "people": "person",
}
ITEM_WORDS = {"objective": "Objective", "key_result": "Key result", "initiative": "Work item"}
#: Files that have a button each; of more, one is chosen from a list.
_BUTTONS = 8
_WHOLE = 12
#: Imports that are looked at to find the one before that speaks of the same items.
_LOOKED_BACK = 12
_SAID = "history_said"


@dataclass(frozen=True)
class Past:
    """One import and whether it was taken back."""

    manifest: Manifest
    undone: bool

    @property
    def import_id(self) -> str:
        return self.manifest.import_id

    @property
    def state(self) -> str:
        return "Taken back" if self.undone else "In force"

    @property
    def format(self) -> str:
        names = self.manifest.source_format.split(" + ")
        return " and ".join(FORMATS[name].title if name in FORMATS else name for name in names)

    @property
    def contents(self) -> str:
        counts = self.manifest.counts
        return ", ".join(
            plural(counts[name], word) if word != "person" else f"{counts[name]:,} people"
            for name, word in COUNTED.items()
            if counts.get(name)
        )

    @property
    def items(self) -> int:
        return sum(self.manifest.counts.get(n, 0) for n in ("objectives", "key_results"))


def past() -> list[Past]:
    """Return every import, newest first; where the journal cannot be read, say so and stop."""
    try:
        return [Past(*found) for found in reversed(pinned_data.store().imports())]
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        st.stop()


def render_sentence(imports: Sequence[Past]) -> None:
    """Say how many imports there are, how many are in force and from when."""
    if not imports:
        st.title("Nothing has been imported yet", anchor=False)
        st.write("Every import will stand here, with its files, and can be taken back.")
        st.page_link("pages/import.py", label="Go to Import", icon=":material/upload_file:")
        st.stop()
    in_force = [found for found in imports if not found.undone]
    st.title(
        f"{of(len(in_force), len(imports))} imports are in force"
        if len(imports) > 1
        else f"One import, {imports[0].state.lower()}",
        anchor=False,
    )
    newest = max((f.manifest.as_of for f in in_force if f.manifest.as_of), default=None)
    st.caption(
        (f"The newest data in force is of {day(newest)}. " if newest else "")
        + "Nothing is ever lost: files are kept byte for byte, and an import that is taken back can be "
        "put back in force."
    )
    if said := st.session_state.pop(_SAID, None):
        st.success(safe(said), icon=":material/check_circle:")


def render_imports(data: Data, imports: Sequence[Past]) -> list[Past]:
    """Show every import and return the chosen ones; the address names them."""
    # Rows are selected by position: another list is another table.
    key = f"history-{data.generation}-{len(imports)}"
    selected = st.session_state.setdefault(f"at-first-{key}", _rows_of_address(imports))
    with card("Imports", "select one for its details, two to compare them"):
        event = tables.show(
            _table(imports),
            TABLE,
            {
                "As of": st.column_config.DateColumn(format="D MMM YYYY"),
                "Files": st.column_config.TextColumn(width=260),
                "When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
                "Issues": st.column_config.NumberColumn(format="localized"),
                "Check-ins": st.column_config.NumberColumn(format="localized"),
            },
            on_select="rerun",
            selection_mode="multi-row",
            selection_default={"selection": {"rows": selected}},
            key=key,
            height=460 if len(imports) > _WHOLE else "content",
        )
    chosen = [imports[i] for i in event.selection.rows if i < len(imports)]
    if chosen:
        st.query_params[CHOSEN] = [found.import_id for found in chosen]
    else:
        st.query_params.pop(CHOSEN, None)
    return chosen


def _rows_of_address(imports: Sequence[Past]) -> list[int]:
    wanted = set(st.query_params.get_all(CHOSEN))
    return [row for row, found in enumerate(imports) if found.import_id in wanted]


def _table(imports: Sequence[Past]) -> pd.DataFrame:
    manifests = [found.manifest for found in imports]
    return pd.DataFrame(
        {
            "Import": [found.import_id for found in imports],
            "As of": [m.as_of for m in manifests],
            "State": [found.state for found in imports],
            "Files": [", ".join(f.name for f in m.files) for m in manifests],
            "Objectives": [m.counts.get("objectives", 0) for m in manifests],
            "Key results": [m.counts.get("key_results", 0) for m in manifests],
            "Check-ins": [m.counts.get("check_ins", 0) for m in manifests],
            "Issues": [sum(m.issues.values()) for m in manifests],
            "Complete": ["yes" if m.complete else "no" for m in manifests],
            "Sample": ["yes" if m.sample else "no" for m in manifests],
            "When": [pd.Timestamp(m.at) for m in manifests],
            "Who": [m.by for m in manifests],
            "Format": [found.format for found in imports],
        }
    )


def render_chosen(data: Data, imports: Sequence[Past], chosen: Sequence[Past]) -> None:
    """Show one import, or two compared, or what to do next."""
    if len(chosen) == 1:
        _details(data, imports, chosen[0])
    elif len(chosen) == 2:
        _comparison(data, *sorted(chosen, key=_by_day))
    elif chosen:
        st.info(
            f"{len(chosen)} imports are selected. Select one for its details, or two to compare them."
        )


def _by_day(found: Past) -> tuple[str, int]:
    return (str(found.manifest.as_of), found.manifest.seq)


# --- one import -------------------------------------------------------------------


def _details(data: Data, imports: Sequence[Past], found: Past) -> None:
    manifest = found.manifest
    with card(f"{found.import_id} · as of {day(manifest.as_of)} · {found.state.lower()}"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.markdown(_summary(found), width="content")
            _way_back(found)
        sections: dict[str, Callable[[], None]] = {
            f"Files ({len(manifest.files)})": lambda: _files(data, manifest),
            f"Issues ({sum(manifest.issues.values()):,})": lambda: _issues(data, found),
            "What it changed": lambda: _changed(data, imports, found),
            "How it was read": lambda: _mappings(manifest),
        }
        names = list(sections)
        section = st.segmented_control(
            "Details", names, default=names[0], required=True, key=f"section-{found.import_id}",
            label_visibility="collapsed",
        )  # fmt: skip
        sections[section or names[0]]()


def _summary(found: Past) -> str:
    manifest = found.manifest
    complete = (
        "Complete: of its cycles, what it does not hold is gone from its day on."
        if manifest.complete
        else "Not complete: it adds and changes, and removes nothing."
    )
    sample = " Sample data of an invented company." if manifest.sample else ""
    when = pd.Timestamp(manifest.at)
    return (
        f"{safe(found.contents or 'Nothing')}, read as “{safe(found.format)}”.  \n"
        f"Imported by {safe(manifest.by)} on {day(when)} at {when:%H:%M} UTC. {complete}{sample}"
    )


def _way_back(found: Past) -> None:
    if found.undone:
        if st.button("Put it back in force", key=f"redo-{found.import_id}", icon=":material/redo:"):
            _decide(
                lambda: pinned_data.store().redo(found.import_id),
                f"{found.import_id} is in force again. Every page shows it.",
            )
    elif st.button("Take it back", key=f"undo-{found.import_id}", icon=":material/undo:"):
        _ask_before_undo(found)


def _ask_before_undo(found: Past) -> None:
    """Ask once more, naming what a reader may not have thought of."""
    later = pinned_data.pinned().later_imports_on(found.import_id)

    @st.dialog(f"Take {found.import_id} back?")
    def ask() -> None:
        st.write(
            f"Every figure will be as if {safe(found.contents or 'it')} of {day(found.manifest.as_of)} had "
            "never come in. The files stay, and it can be put back in force."
        )
        if later:
            names = ", ".join(f"**{m.import_id}** of {day(m.as_of)}" for m in later)
            st.warning(
                f"Later imports speak of the same items and stay in force: {names}. What they state "
                "stays; what only this one states goes.",
                icon=":material/info:",
            )
        with st.container(horizontal=True, gap="small"):
            if st.button("Take it back", type="primary", key="undo-yes"):
                _decide(
                    lambda: pinned_data.store().undo(found.import_id),
                    f"{found.import_id} is taken back. Every page is as it was without it.",
                )
            if st.button("Keep it", key="undo-no"):
                st.rerun()

    ask()


def _decide(act: Callable[[], object], said: str) -> None:
    """Do what changes the history, then start the page anew."""
    try:
        with st.spinner("Computing every figure anew …"):
            act()
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    st.session_state[_SAID] = said
    st.rerun()


def _files(data: Data, manifest: Manifest) -> None:
    """Show the uploaded files with size and digest, each with a download of its very bytes."""
    tables.show(
        pd.DataFrame(
            {
                "File": [file.name for file in manifest.files],
                "Size": [_size(file.size) for file in manifest.files],
                "SHA-256": [file.sha256 for file in manifest.files],
            }
        ),
        "Files of this import",
        {
            "Size": st.column_config.TextColumn(alignment="right", width=110),
            "SHA-256": st.column_config.TextColumn(width=540),
        },
        key=f"files-{manifest.import_id}",
    )
    st.caption("The originals, byte for byte; each is checked against its SHA-256.")
    numbers = range(len(manifest.files))
    if len(manifest.files) > _BUTTONS:
        chosen = st.selectbox(
            "File", numbers, format_func=lambda n: manifest.files[n].name,
            key=f"file-{manifest.import_id}", width=420,
        )  # fmt: skip
        numbers = range(chosen, chosen + 1)
    with st.container(horizontal=True, gap="small"):
        for number in numbers:
            _original(data, manifest, number)


def _original(data: Data, manifest: Manifest, number: int) -> None:
    if damage := data.damage(manifest.import_id, number):
        st.error(safe(damage), icon=":material/error:")
        return
    file = manifest.files[number]
    st.download_button(
        safe(file.name),
        data=lambda: pinned_data.store().entry(manifest.import_id).original(number),
        file_name=file_name(file.name),
        mime="application/octet-stream",
        icon=":material/download:",
        key=f"original-{manifest.import_id}-{number}",
    )


def _size(size: int) -> str:
    if size < 1024:
        return plural(size, "byte")
    return f"{size / 1024:,.1f} KB" if size < 1024**2 else f"{size / 1024**2:,.1f} MB"


def _mappings(manifest: Manifest) -> None:
    """Show how each table was read, as the file that reads the next one the same way."""
    if not manifest.mapping:
        st.write("It was imported before mappings were kept: its format says how it was read.")
    for number, (label, text) in enumerate(manifest.mapping.items()):
        with st.expander(safe(label)):
            st.code(text, language="toml", height=300)
            st.download_button(
                "Download the mapping (TOML)",
                data=text.encode(),
                file_name=f"{file_name(label)}.toml",
                mime="application/toml",
                key=f"mapping-{manifest.import_id}-{number}",
            )


def _issues(data: Data, found: Past) -> None:
    if found.undone:
        st.caption(
            "It is taken back: what depends on other imports, as closing loops, is left out."
        )
    try:
        issues = data.import_issues(found.import_id)
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    render_issues(issues, found.import_id)


# --- what changed -----------------------------------------------------------------


def _changed(data: Data, imports: Sequence[Past], found: Past) -> None:
    """Compare an import with the one before it that states items of it too."""
    counts = found.manifest.counts
    if not found.items and not counts.get("initiatives"):
        if counts.get("check_ins"):
            st.write(
                f"It states {plural(counts['check_ins'], 'check-in')} of items that other imports state: "
                "their values and progress of those days."
            )
        _stated_units_and_people(found)
        return
    stored = pinned_data.store().entry(found.import_id).changes()
    if stored is not None and len(stored):
        st.caption("As it was computed against the newest data when it came in, figures too.")
        _changes_shown(stored, found.import_id, "Changes of this import")
        return
    before = _before(data, imports, found)
    if before is None:
        st.write(
            "No earlier import in force speaks of its items: all that it states was new "
            f"({found.contents})."
        )
        return
    stays = "" if found.manifest.complete else " What it does not name stays as it was."
    st.caption(
        f"Compared with {before.import_id} of {day(before.manifest.as_of)}, the import before it that "
        "speaks of the same items, by what their own rows state; computed figures are not compared."
        + stays
    )
    _changes(data, before, found, with_removed=found.manifest.complete)


def _before(data: Data, imports: Sequence[Past], found: Past) -> Past | None:
    """Return the newest import in force before one that states items of it too."""
    earlier = [o for o in imports if not o.undone and o.manifest.seq < found.manifest.seq]
    for other in earlier[:_LOOKED_BACK]:
        later = {manifest.import_id for manifest in data.later_imports_on(other.import_id)}
        if other.items and (found.import_id in later or found.undone):
            return other
    return None


def _stated_units_and_people(found: Past) -> None:
    """Show the rows of an import that says nothing about goals."""
    entry = pinned_data.store().entry(found.import_id)
    stated = {name: table.to_pandas() for name, table in entry.tables()}
    if ORG_UNIT.name in stated or PERSON.name in stated:
        st.caption("What it states of the organisation; these are its rows.")
    for name, columns in (
        (ORG_UNIT.name, ["team", "level", "department", "parent_team", "same_as"]),
        (PERSON.name, ["person", "email", "team", "manager"]),
    ):
        if name in stated:
            rows = stated[name][columns]
            tables.show(
                rows.rename(columns=lambda c: c.replace("_", " ").capitalize()),
                "Rows of this import",
                key=f"rows-{name}-{found.import_id}",
            )


def _comparison(data: Data, first: Past, second: Past) -> None:
    with card(
        f"{first.import_id} of {day(first.manifest.as_of)} → "
        f"{second.import_id} of {day(second.manifest.as_of)}",
        "by what their own rows state",
    ):
        _changes(data, first, second)


def _changes(data: Data, first: Past, second: Past, with_removed: bool = True) -> None:
    """Show what two imports state differently, narrowed by kind, and as a download."""
    try:
        found = data.compare(first.import_id, second.import_id)
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
        return
    if not with_removed:
        found = found[found["kind"] != "removed"]
    if found.empty:
        st.write("Both state the same of every item.")
        return
    _changes_shown(
        found,
        f"{first.import_id}-{second.import_id}-{with_removed}",
        "Differences of the two imports",
    )


def _changes_shown(found: pd.DataFrame, key: str, title: str) -> None:
    """Show differences, narrowed by kind, and as a download."""
    items = len(found[["item_kind", "item_id"]].drop_duplicates())
    st.markdown(f"**{plural(len(found), 'difference')}** in {plural(items, 'item')}.")
    counts = found["kind"].value_counts(sort=False)
    kinds = st.pills(
        "Kinds",
        list(counts.index),
        selection_mode="multi",
        format_func=lambda kind: f"{CHANGE_NAMES[kind]} ({counts[kind]:,})",
        key=f"kinds-{key}",
        label_visibility="collapsed",
    )
    shown = found[found["kind"].isin(kinds)] if kinds else found
    table = _changes_table(shown)
    tables.show(
        table.head(MAX_CHANGES),
        title,
        {
            "Title": st.column_config.TextColumn(width=360),
            "Before": st.column_config.TextColumn(width=220),
            "After": st.column_config.TextColumn(width=220),
        },
        key=f"changes-{key}",
        height=460 if len(table) > _WHOLE else "content",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.download_button(
            "Download the differences (CSV)",
            data=lambda: neutral_csv(table),
            file_name=f"differences-{key}.csv",
            mime="text/csv",
            key=f"download-changes-{key}",
        )
        st.caption(of(min(len(table), MAX_CHANGES), len(found), "differences shown") + ".")


def _changes_table(changes: pd.DataFrame) -> pd.DataFrame:
    new_or_gone = changes["kind"].isin(["added", "removed"])
    return pd.DataFrame(
        {
            "What": changes["kind"].map(CHANGE_NAMES),
            "Item": changes["item_kind"].map(ITEM_WORDS),
            "Id": changes["item_id"],
            "Title": changes["title"],
            "Before": changes["before"].mask(new_or_gone, ""),
            "After": changes["after"].mask(new_or_gone, ""),
        }
    )
