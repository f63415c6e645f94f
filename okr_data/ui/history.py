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
from okr_data.texts import Words, mark
from okr_data.ui import data as pinned_data
from okr_data.ui import tables
from okr_data.ui.counts import counted
from okr_data.ui.data import Data
from okr_data.ui.downloads import offer
from okr_data.ui.frame import card, emphasis
from okr_data.ui.issue_list import render_issues
from okr_data.ui.ways import way
from okr_data.ui.words import CHANGE_NAMES, day, number, safe, t, tn

#: Address parameter that names the chosen imports.
CHOSEN = "import"
TABLE = mark("Imports, newest first")
ITEM_WORDS = Words(
    {
        "objective": mark("Objective"),
        "key_result": mark("Key result"),
        "initiative": mark("Work item"),
    }
)
#: Column names of what an import states of the organisation.
_STATED = (
    mark("Team"), mark("Level"), mark("Department"), mark("Parent team"), mark("Same as"),
    mark("Person"), mark("Email"), mark("Manager"),
)  # fmt: skip
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
        return t("Taken back") if self.undone else t("In force")

    @property
    def format(self) -> str:
        names = self.manifest.source_format.split(" + ")
        return t(" and ").join(
            t(FORMATS[name].title) if name in FORMATS else name for name in names
        )

    @property
    def contents(self) -> str:
        return counted(self.manifest.counts)

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
        st.title(t("Nothing has been imported yet"), anchor=False)
        st.write(t("Every import will stand here, with its files, and can be taken back."))
        way("pages/import.py", t("Go to Import"), ":material/upload_file:")
        st.stop()
    in_force = [found for found in imports if not found.undone]
    one = t("One import, taken back") if imports[0].undone else t("One import, in force")
    many = t(
        "{part} of {whole} imports are in force",
        part=number(len(in_force)),
        whole=number(len(imports)),
    )
    st.title(many if len(imports) > 1 else one, anchor=False)
    newest = max((f.manifest.as_of for f in in_force if f.manifest.as_of), default=None)
    kept = t(
        "Nothing is ever lost: files are kept byte for byte, and an import that is taken back can be "
        "put back in force."
    )
    of_day = t("The newest data in force is of {day}.", day=day(newest))
    st.caption(f"{of_day} {kept}" if newest else kept)
    if said := st.session_state.pop(_SAID, None):
        st.success(safe(said), icon=":material/check_circle:")


def render_imports(data: Data, imports: Sequence[Past]) -> list[Past]:
    """Show every import and return the chosen ones; the address names them."""
    # Rows are selected by position: another list is another table.
    key = f"history-{data.generation}-{len(imports)}"
    selected = st.session_state.setdefault(f"at-first-{key}", _rows_of_address(imports))
    with card(t("Imports"), t("select one for its details, two to compare them")):
        event = tables.show(
            _table(imports),
            t(TABLE),
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
            "Complete": [t("yes") if m.complete else t("no") for m in manifests],
            "Sample": [t("yes") if m.sample else t("no") for m in manifests],
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
            t(
                "{n} imports are selected. Select one for its details, or two to compare them.",
                n=number(len(chosen)),
            )
        )


def _by_day(found: Past) -> tuple[str, int]:
    return (str(found.manifest.as_of), found.manifest.seq)


# --- one import -------------------------------------------------------------------


def _details(data: Data, imports: Sequence[Past], found: Past) -> None:
    manifest = found.manifest
    title = (
        t(
            "{import_id} · as of {day} · taken back",
            import_id=found.import_id,
            day=day(manifest.as_of),
        )
        if found.undone
        else t(
            "{import_id} · as of {day} · in force",
            import_id=found.import_id,
            day=day(manifest.as_of),
        )
    )
    with card(title):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.markdown(_summary(found), width="content")
            _way_back(found)
        sections: dict[str, Callable[[], None]] = {
            "files": lambda: _files(data, manifest),
            "issues": lambda: _issues(data, found),
            "changed": lambda: _changed(data, imports, found),
            "read": lambda: _mappings(manifest),
        }
        titles = {
            "files": t("Files ({n})", n=number(len(manifest.files))),
            "issues": t("Issues ({n})", n=number(sum(manifest.issues.values()))),
            "changed": t("What it changed"),
            "read": t("How it was read"),
        }
        section = st.segmented_control(
            t("Details"), list(sections), format_func=titles.__getitem__, default="files",
            required=True, key=f"section-{found.import_id}", label_visibility="collapsed",
        )  # fmt: skip
        sections[section or "files"]()


def _summary(found: Past) -> str:
    manifest = found.manifest
    complete = (
        t("Complete: of its cycles, what it does not hold is gone from its day on.")
        if manifest.complete
        else t("Not complete: it adds and changes, and removes nothing.")
    )
    when = pd.Timestamp(manifest.at)
    read = t(
        "{contents}, read as “{format}”.",
        contents=safe(found.contents or t("Nothing")),
        format=safe(found.format),
    )
    imported = t(
        "Imported by {person} on {day} at {time} UTC.",
        person=safe(manifest.by),
        day=day(when),
        time=f"{when:%H:%M}",
    )
    sentences = [imported, complete]
    if manifest.sample:
        sentences.append(t("Sample data of an invented company."))
    return f"{read}  \n{' '.join(sentences)}"


def _way_back(found: Past) -> None:
    if found.undone:
        if st.button(
            t("Put it back in force"), key=f"redo-{found.import_id}", icon=":material/redo:"
        ):
            _decide(
                lambda: pinned_data.store().redo(found.import_id),
                t("{import_id} is in force again. Every page shows it.", import_id=found.import_id),
            )
    elif st.button(t("Take it back"), key=f"undo-{found.import_id}", icon=":material/undo:"):
        _ask_before_undo(found)


def _ask_before_undo(found: Past) -> None:
    """Ask once more, naming what a reader may not have thought of."""
    later = pinned_data.pinned().later_imports_on(found.import_id)

    @st.dialog(t("Take {import_id} back?", import_id=found.import_id))
    def ask() -> None:
        st.write(
            t(
                "Every figure will be as if {contents} of {day} had never come in. The files stay, and "
                "it can be put back in force.",
                contents=safe(found.contents or t("it")),
                day=day(found.manifest.as_of),
            )
        )
        if later:
            names = ", ".join(
                t("**{import_id}** of {day}", import_id=m.import_id, day=day(m.as_of))
                for m in later
            )
            st.warning(
                t(
                    "Later imports speak of the same items and stay in force: {names}. What they state "
                    "stays; what only this one states goes.",
                    names=names,
                ),
                icon=":material/info:",
            )
        with st.container(horizontal=True, gap="small"):
            if st.button(t("Take it back"), type=emphasis(), key="undo-yes"):
                _decide(
                    lambda: pinned_data.store().undo(found.import_id),
                    t(
                        "{import_id} is taken back. Every page is as it was without it.",
                        import_id=found.import_id,
                    ),
                )
            if st.button(t("Keep it"), key="undo-no"):
                st.rerun()

    ask()


def _decide(act: Callable[[], object], said: str) -> None:
    """Do what changes the history, then start the page anew."""
    try:
        with st.spinner(t("Computing every figure anew …")):
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
        t("Files of this import"),
        {
            "Size": st.column_config.TextColumn(alignment="right", width=110),
            "SHA-256": st.column_config.TextColumn(width=540),
        },
        key=f"files-{manifest.import_id}",
    )
    st.caption(t("The originals, byte for byte; each is checked against its SHA-256."))
    numbers = range(len(manifest.files))
    if len(manifest.files) > _BUTTONS:
        chosen = st.selectbox(
            t("File"), numbers, format_func=lambda n: manifest.files[n].name,
            key=f"file-{manifest.import_id}", width=420,
        )  # fmt: skip
        numbers = range(chosen, chosen + 1)
    with st.container(horizontal=True, gap="small"):
        for place in numbers:
            _original(data, manifest, place)


def _original(data: Data, manifest: Manifest, place: int) -> None:
    if damage := data.damage(manifest.import_id, place):
        st.error(safe(damage), icon=":material/error:")
        return
    file = manifest.files[place]
    offer(
        safe(file.name),
        data=lambda: pinned_data.store().entry(manifest.import_id).original(place),
        file_name=file_name(file.name),
        icon=":material/download:",
        key=f"original-{manifest.import_id}-{place}",
    )


def _size(size: int) -> str:
    if size < 1024:
        return tn("{n} byte", "{n} bytes", size)
    if size < 1024**2:
        return t("{size} KB", size=number(size / 1024, 1))
    return t("{size} MB", size=number(size / 1024**2, 1))


def _mappings(manifest: Manifest) -> None:
    """Show how each table was read, as the file that reads the next one the same way."""
    if not manifest.mapping:
        st.write(t("It was imported before mappings were kept: its format says how it was read."))
    for place, (label, text) in enumerate(manifest.mapping.items()):
        with st.expander(safe(label)):
            st.code(text, language="toml", height=300)
            offer(
                t("Download the mapping (TOML)"),
                data=text.encode(),
                file_name=f"{file_name(label)}.toml",
                key=f"mapping-{manifest.import_id}-{place}",
            )


def _issues(data: Data, found: Past) -> None:
    if found.undone:
        st.caption(
            t("It is taken back: what depends on other imports, as closing loops, is left out.")
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
                tn(
                    "It states {n} check-in of items that other imports state: "
                    "their values and progress of those days.",
                    "It states {n} check-ins of items that other imports state: "
                    "their values and progress of those days.",
                    counts["check_ins"],
                )
            )
        _stated_units_and_people(found)
        return
    stored = pinned_data.store().entry(found.import_id).changes()
    if stored is not None and len(stored):
        st.caption(t("As it was computed against the newest data when it came in, figures too."))
        _changes_shown(stored, found.import_id, t("Changes of this import"))
        return
    before = _before(data, imports, found)
    if before is None:
        st.write(
            t(
                "No earlier import in force speaks of its items: all that it states was new "
                "({contents}).",
                contents=found.contents,
            )
        )
        return
    compared = t(
        "Compared with {import_id} of {day}, the import before it that speaks of the same items, by "
        "what their own rows state; computed figures are not compared.",
        import_id=before.import_id,
        day=day(before.manifest.as_of),
    )
    stays = t("What it does not name stays as it was.")
    st.caption(compared if found.manifest.complete else f"{compared} {stays}")
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
        st.caption(t("What it states of the organisation; these are its rows."))
    for name, columns in (
        (ORG_UNIT.name, ["team", "level", "department", "parent_team", "same_as"]),
        (PERSON.name, ["person", "email", "team", "manager"]),
    ):
        if name in stated:
            rows = stated[name][columns]
            tables.show(
                rows.rename(columns=lambda c: c.replace("_", " ").capitalize()),
                t("Rows of this import"),
                key=f"rows-{name}-{found.import_id}",
            )


def _comparison(data: Data, first: Past, second: Past) -> None:
    with card(
        t(
            "{first} of {first_day} → {second} of {second_day}",
            first=first.import_id,
            first_day=day(first.manifest.as_of),
            second=second.import_id,
            second_day=day(second.manifest.as_of),
        ),
        t("by what their own rows state"),
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
        st.write(t("Both state the same of every item."))
        return
    _changes_shown(
        found,
        f"{first.import_id}-{second.import_id}-{with_removed}",
        t("Differences of the two imports"),
    )


def _changes_shown(found: pd.DataFrame, key: str, title: str) -> None:
    """Show differences, narrowed by kind, and as a download."""
    items = len(found[["item_kind", "item_id"]].drop_duplicates())
    st.markdown(
        tn(
            "**{n} difference** in {items}.",
            "**{n} differences** in {items}.",
            len(found),
            items=tn("{n} item", "{n} items", items),
        )
    )
    counts = found["kind"].value_counts(sort=False)
    kinds = st.pills(
        t("Kinds"),
        list(counts.index),
        selection_mode="multi",
        format_func=lambda kind: f"{CHANGE_NAMES[kind]} ({number(counts[kind])})",
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
        offer(
            t("Download the differences (CSV)"),
            data=lambda: neutral_csv(table),
            file_name=f"differences-{key}.csv",
            key=f"download-changes-{key}",
        )
        st.caption(
            t(
                "{part} of {whole} differences shown.",
                part=number(min(len(table), MAX_CHANGES)),
                whole=number(len(found)),
            )
        )


def _changes_table(changes: pd.DataFrame) -> pd.DataFrame:
    new_or_gone = changes["kind"].isin(["added", "removed"])
    return pd.DataFrame(
        {
            "What": changes["kind"].map(dict(CHANGE_NAMES)),
            "Item": changes["item_kind"].map(dict(ITEM_WORDS)),
            "Id": changes["item_id"],
            "Title": changes["title"],
            "Before": changes["before"].mask(new_or_gone, ""),
            "After": changes["after"].mask(new_or_gone, ""),
        }
    )
