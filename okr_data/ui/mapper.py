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
from okr_data.texts import Words, mark
from okr_data.ui import data as pinned_data
from okr_data.ui.frame import emphasis
from okr_data.ui.words import number, percent, safe, t, tn

_NOT_READ = ""
#: A status that is the middle state in one tool and the worst in another.
_AT_RISK = fold("AT RISK")
#: Kept with the import, so that it stays as it is in every language.
_TITLE = mark("Mapping of {table}")
_STATUS_NAMES = Words(
    {
        "": mark("no state"),
        "on_track": mark("On track"),
        "at_risk": mark("At risk (the middle state)"),
        "off_track": mark("Off track (the worst state)"),
        "not_started": mark("Not started"),
        "done": mark("Done"),
        "dropped": mark("Dropped"),
    }
)
_KIND_NAMES = Words(
    {
        "": mark("judge by the row"),
        "objective": mark("Objective"),
        "key_result": mark("Key result"),
        "initiative": mark("Work item"),
    }
)
_DATED_NAMES = Words(
    {
        "": mark("nothing: leave them out"),
        "value": mark("values of check-ins"),
        "progress": mark("progress of check-ins"),
    }
)


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
        t("One row is"),
        list(GRAINS),
        index=list(GRAINS).index(start),
        format_func=lambda name: capitalised(t(GRAINS[name])),
        key=f"{key}-grain",
    )
    if grain != start:
        return Mapped(grain=grain)
    chosen = _render_columns(table, proposed, grain, key)
    if chosen is None:
        return None
    mapping = Mapping(
        name=proposed.name if proposed and table.recognised == "given" else "mapping",
        title=_TITLE.format(table=table.label),
        rows=grain,
        columns=chosen,
        required=(),
        repeated=proposed.repeated if proposed else {},
        indent=proposed.indent if proposed else "",
        dated=_render_dated(table, proposed, key),
        separators=proposed.separators if proposed else (";", "\n"),
        fill_down=_render_fill_down(chosen, proposed, key),
        kinds=_render_words(
            "Type",
            t("Type"),
            table.types,
            KIND_WORDS,
            proposed.kinds if proposed else {},
            _KIND_NAMES,
            key,
        ),
        statuses=_render_words(
            "Status",
            t("Status"),
            table.statuses,
            STATUS_WORDS,
            proposed.statuses if proposed else {},
            _STATUS_NAMES,
            key,
        ),
        levels=proposed.levels if proposed else {},
        at_risk_known=_AT_RISK in {fold(word) for word in table.statuses},
        answers=proposed.answers if proposed else Mapping("", "", grain, {}).answers,
        fingerprint=table.fingerprint,
    )
    if table.recognised == "unknown" and st.button(
        t("Use these meanings"), key=f"{key}-use", type=emphasis()
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
    meaning_of = {place: name for name, place in located.items()}
    read_otherwise = set()
    if proposed:
        read_otherwise = {n for n, *_ in proposed.repeated_columns(table.header)}
        read_otherwise |= set(proposed.indent_columns(table.header))
    choices = [_NOT_READ, *(found.name for found in fields_of(grain))]
    chosen: dict[str, tuple[str, ...]] = {}
    twice: list[str] = []
    with st.container(height=min(560, 70 + 58 * len(table.header)), border=False):
        for place, header in enumerate(table.header):
            if not header or dated_header(header) or place in read_otherwise:
                continue
            name = _render_column(table, place, choices, meaning_of.get(place, _NOT_READ), key)
            if name and name in chosen:
                twice.append(
                    t(
                        "“{one}” and “{other}” both mean {meaning}: choose one of them.",
                        one=safe(chosen[name][0]),
                        other=safe(header),
                        meaning=t(FIELD[name].label),
                    )
                )
            elif name:
                chosen[name] = (header,)
    if read_otherwise:
        names = ", ".join(f"“{table.header[n]}”" for n in sorted(read_otherwise))
        st.caption(t("Read by their place or number: {names}.", names=safe(names)))
    for message in twice:
        st.error(message, icon=":material/error:")
    return None if twice else chosen


def _render_column(table: TableSeen, place: int, choices: list[str], meaning: str, key: str) -> str:
    header = table.header[place]
    left, middle, right = st.columns([3, 4, 1], vertical_alignment="center")
    with left:
        values = " · ".join(value[:40] for value in table.samples[place][:3])
        shown = safe(values) or t("no values")
        st.markdown(f"**{safe(header)}**  \n:small[:gray[{shown}]]")
    with middle:
        name = st.selectbox(
            t("Meaning of {header}", header=header),
            choices,
            index=choices.index(meaning) if meaning in choices else 0,
            format_func=_label,
            key=f"{key}-{place}-{meaning}",
            label_visibility="collapsed",
        )
    with right:
        sure = table.confidences.get(meaning)
        if sure is not None and name == meaning:
            st.caption(t("{share} sure", share=percent(sure)))
        elif meaning and name == meaning:
            st.caption(t("known"))
    return name or _NOT_READ


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _label(name: str) -> str:
    found: Field | None = FIELD.get(name)
    return t(found.label) if found else t("not read")


def _render_dated(table: TableSeen, proposed: Mapping | None, key: str) -> str:
    days = [header for header in table.header if dated_header(header)]
    if len(days) < 2:
        return ""
    start = proposed.dated if proposed and proposed.dated else ""
    return st.selectbox(
        t(
            "The {n} columns headed by days ({first} …) hold",
            n=number(len(days)),
            first=safe(days[0]),
        ),
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
        t("Blank cells repeat the cell above (merged cells) in"),
        list(chosen),
        default=start,
        format_func=_label,
        key=f"{key}-fill",
        placeholder=t("no column"),
    )
    return tuple(names)


def _render_words(
    part: str, what: str, words: tuple[str, ...], known: MappingOf[str, str], given: MappingOf[str, str],
    names: MappingOf[str, str], key: str,
) -> dict[str, str]:  # fmt: skip
    """Show the different words of a column and what each means; return what is said of them."""
    if not words:
        return {}
    said: dict[str, str] = {}
    title = tn("{what}: {n} different word", "{what}: {n} different words", len(words), what=what)
    with st.expander(title, key=f"{key}-{part}"):
        for word in words:
            meaning = given.get(fold(word), known.get(fold(word), ""))
            chosen = st.selectbox(
                word,
                list(names),
                index=list(names).index(meaning) if meaning in names else 0,
                format_func=names.__getitem__,
                key=f"{key}-{part}-{word}",
            )
            if chosen:
                said[fold(word)] = chosen
    return said


def _render_save(table: TableSeen, mapping: Mapping, key: str) -> None:
    """Offer to save the mapping under a name, to be found again by the headers of the table."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.text_input(
            t("Save as profile"),
            placeholder=t("a name, such as Quarterly tracker"),
            key=f"{key}-name",
            max_chars=60,
            width=320,
        )
        if st.button(t("Save"), key=f"{key}-save", disabled=not name.strip()):
            try:
                saved = Profiles(pinned_data.store().folder).save(
                    name, replace(mapping, fingerprint=table.fingerprint)
                )
            except (OkrError, OSError) as error:
                st.error(safe(str(error)), icon=":material/error:")
                return
            st.success(
                t(
                    "Saved as **{name}**: files with these headers are read by it from now on.",
                    name=safe(saved.title),
                ),
                icon=":material/check:",
            )
