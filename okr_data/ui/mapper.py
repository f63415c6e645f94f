"""The mapper: what the columns of an unknown table mean, proposed, changed and saved."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace

import streamlit as st

from okr_data.errors import OkrError
from okr_data.ingest import TableSeen
from okr_data.ingest.fields import FIELD, GRAINS, Field, Grain, fields_of
from okr_data.ingest.mapping import Mapping, dated_header
from okr_data.ingest.typed import KIND_WORDS, STATUS_WORDS
from okr_data.ingest.values import fold
from okr_data.profiles import Profiles
from okr_data.ui import data as pinned_data
from okr_data.ui.words import safe

_NOT_READ = ""
_STATUS_NAMES = {
    "": "no state", "on_track": "On track", "at_risk": "At risk (the middle state)",
    "off_track": "Off track (the worst state)", "not_started": "Not started", "done": "Done",
    "dropped": "Dropped",
}  # fmt: skip
_KIND_NAMES = {
    "": "judge by the row", "objective": "Objective", "key_result": "Key result",
    "initiative": "Work item",
}  # fmt: skip
_DATED_NAMES = {
    "": "nothing: leave them out",
    "value": "values of check-ins",
    "progress": "progress of check-ins",
}


@dataclass(frozen=True)
class Mapped:
    """What a person said of one table: a whole mapping, or only what a row stands for."""

    mapping: Mapping | None = None
    grain: Grain | None = None


def render_mapper(table: TableSeen, key: str) -> Mapped | None:
    """Show the mapping of one table; return what was changed, None where nothing was.

    The widgets start from what was recognised or proposed; a change counts from the next run on.
    """
    proposed = table.mapping
    start: Grain = proposed.rows if proposed else "items"
    grain = st.selectbox(
        "One row is",
        list(GRAINS),
        index=list(GRAINS).index(start),
        format_func=lambda name: GRAINS[name][0].upper() + GRAINS[name][1:],
        key=f"{key}-grain",
    )
    if grain != start:
        return Mapped(grain=grain)
    chosen = _render_columns(table, proposed, grain, key)
    if chosen is None:
        return None
    mapping = Mapping(
        name=proposed.name if proposed and table.recognised == "given" else "mapping",
        title=f"Mapping of {table.label}",
        rows=grain,
        columns=chosen,
        required=(),
        repeated=proposed.repeated if proposed else {},
        indent=proposed.indent if proposed else "",
        dated=_render_dated(table, proposed, key),
        separators=proposed.separators if proposed else (";", "\n"),
        fill_down=_render_fill_down(chosen, proposed, key),
        kinds=_render_words(
            "Type", table.types, KIND_WORDS, proposed.kinds if proposed else {}, _KIND_NAMES, key
        ),
        statuses=_render_words(
            "Status",
            table.statuses,
            STATUS_WORDS,
            proposed.statuses if proposed else {},
            _STATUS_NAMES,
            key,
        ),
        levels=proposed.levels if proposed else {},
        at_risk_known="at risk" in {fold(word) for word in table.statuses},
        answers=proposed.answers if proposed else Mapping("", "", grain, {}).answers,
        fingerprint=table.fingerprint,
    )
    if table.recognised == "unknown" and st.button(
        "Use these meanings", key=f"{key}-use", type="primary"
    ):
        return Mapped(mapping)
    _render_save(table, mapping, key)
    return Mapped(mapping) if _differs(mapping, proposed, table) else None


def _differs(mapping: Mapping, proposed: Mapping | None, table: TableSeen) -> bool:
    if proposed is None:
        return bool(mapping.columns)
    columns = {name: headers[0] for name, headers in mapping.columns.items()}
    former = {name: table.header[n] for name, n in proposed.located(table.header).items()}
    plain = ("rows", "dated", "fill_down")
    said = dict(mapping.kinds) | dict(mapping.statuses)
    known = {fold(w): m for w, m in {**KIND_WORDS, **STATUS_WORDS}.items()}
    known |= dict(proposed.kinds) | dict(proposed.statuses)
    return (
        columns != former
        or any(getattr(mapping, name) != getattr(proposed, name) for name in plain)
        or any(known.get(word) != meaning for word, meaning in said.items())
    )


def _render_columns(
    table: TableSeen, proposed: Mapping | None, grain: Grain, key: str
) -> dict[str, tuple[str, ...]] | None:
    """Show each column with values and a choice of meanings; None while two mean the same."""
    located = proposed.located(table.header) if proposed else {}
    meaning_of = {number: name for name, number in located.items()}
    read_otherwise = set()
    if proposed:
        read_otherwise = {n for n, *_ in proposed.repeated_columns(table.header)}
        read_otherwise |= set(proposed.indent_columns(table.header))
    choices = [_NOT_READ, *(found.name for found in fields_of(grain))]
    chosen: dict[str, tuple[str, ...]] = {}
    twice: list[str] = []
    with st.container(height=min(560, 70 + 58 * len(table.header)), border=False):
        for number, header in enumerate(table.header):
            if not header or dated_header(header) or number in read_otherwise:
                continue
            name = _render_column(table, number, choices, meaning_of.get(number, _NOT_READ), key)
            if name and name in chosen:
                twice.append(f"“{chosen[name][0]}” and “{header}” both mean {FIELD[name].label}")
            elif name:
                chosen[name] = (header,)
    if read_otherwise:
        names = ", ".join(f"“{table.header[n]}”" for n in sorted(read_otherwise))
        st.caption(safe(f"Read by their place or number: {names}."))
    for message in twice:
        st.error(safe(message) + ": choose one of them.", icon=":material/error:")
    return None if twice else chosen


def _render_column(
    table: TableSeen, number: int, choices: list[str], meaning: str, key: str
) -> str:
    header = table.header[number]
    left, middle, right = st.columns([3, 4, 1], vertical_alignment="center")
    with left:
        values = " · ".join(value[:40] for value in table.samples[number][:3])
        st.markdown(f"**{safe(header)}**  \n:small[:gray[{safe(values) or 'no values'}]]")
    with middle:
        name = st.selectbox(
            f"Meaning of {header}",
            choices,
            index=choices.index(meaning) if meaning in choices else 0,
            format_func=_label,
            key=f"{key}-{number}-{meaning}",
            label_visibility="collapsed",
        )
    with right:
        sure = table.confidences.get(meaning)
        if sure is not None and name == meaning:
            st.caption(f"{sure * 100:.0f} % sure")
        elif meaning and name == meaning:
            st.caption("known")
    return name or _NOT_READ


def _label(name: str) -> str:
    found: Field | None = FIELD.get(name)
    return found.label if found else "not read"


def _render_dated(table: TableSeen, proposed: Mapping | None, key: str) -> str:
    days = [header for header in table.header if dated_header(header)]
    if len(days) < 2:
        return ""
    start = proposed.dated if proposed and proposed.dated else ""
    return st.selectbox(
        f"The {len(days)} columns headed by days ({safe(days[0])} …) hold",
        list(_DATED_NAMES),
        index=list(_DATED_NAMES).index(start),
        format_func=_DATED_NAMES.__getitem__,
        key=f"{key}-dated",
    )


def _render_fill_down(
    chosen: MappingOf[str, tuple[str, ...]], proposed: Mapping | None, key: str
) -> tuple[str, ...]:
    start = [name for name in (proposed.fill_down if proposed else ()) if name in chosen]
    names = st.multiselect(
        "Blank cells repeat the cell above (merged cells) in",
        list(chosen),
        default=start,
        format_func=_label,
        key=f"{key}-fill",
        placeholder="no column",
    )
    return tuple(names)


def _render_words(
    what: str, words: tuple[str, ...], known: MappingOf[str, str], given: MappingOf[str, str],
    names: MappingOf[str, str], key: str,
) -> dict[str, str]:  # fmt: skip
    """Show the different words of a column and what each means; return what is said of them."""
    if not words:
        return {}
    said: dict[str, str] = {}
    with st.expander(f"{what}: {len(words)} different words", key=f"{key}-{what}"):
        for word in words:
            meaning = given.get(fold(word), known.get(fold(word), ""))
            chosen = st.selectbox(
                word,
                list(names),
                index=list(names).index(meaning) if meaning in names else 0,
                format_func=names.__getitem__,
                key=f"{key}-{what}-{word}",
            )
            if chosen:
                said[fold(word)] = chosen
    return said


def _render_save(table: TableSeen, mapping: Mapping, key: str) -> None:
    """Offer to save the mapping under a name, to be found again by the headers of the table."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.text_input(
            "Save as profile",
            placeholder="a name, such as Quarterly tracker",
            key=f"{key}-name",
            max_chars=60,
            width=320,
        )
        if st.button("Save", key=f"{key}-save", disabled=not name.strip()):
            try:
                saved = Profiles(pinned_data.store().folder).save(
                    name, replace(mapping, fingerprint=table.fingerprint)
                )
            except (OkrError, OSError) as error:
                st.error(safe(str(error)), icon=":material/error:")
                return
            st.success(
                f"Saved as **{safe(saved.title)}**: files with these headers are read by it from now on.",
                icon=":material/check:",
            )
