"""Choices that stand in the address as values: a link means the same in every language.

A widget that Streamlit itself binds to the address writes there what the reader sees of an option,
which is a word of the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from okr_data.ui import back


def switch(label: str, words: Mapping[str, str], name: str, default: str = "", **more: Any) -> str:
    """Offer a few values by their words; the chosen one stands in the address unless it is the default.

    ``name`` is the address parameter. A bad value in the address falls back.
    """
    options = tuple(words)
    default = default or options[0]
    key = _begin(name, options, default)
    chosen = st.segmented_control(
        label, options, format_func=words.__getitem__, key=key, required=True, **more
    )
    return _kept(name, chosen or default, default)


def select(
    label: str,
    options: Sequence[str],
    name: str,
    format_func: Callable[[str], str],
    default: str = "",
    **more: Any,
) -> str:
    """Offer many values in a box; see :func:`switch`. ``options`` must not be empty."""
    default = default or options[0]
    key = _begin(name, options, default)
    chosen = st.selectbox(label, options, format_func=format_func, key=key, **more)
    return _kept(name, chosen or default, default)


def pick(label: str, words: Mapping[str, str], name: str, **more: Any) -> str | None:
    """Offer a few values by their words; None where none is chosen.

    ``name`` is the address parameter. A bad value in the address is none.
    """
    if name not in st.session_state or back.came_back():
        st.session_state[name] = st.query_params.get(name)
    if st.session_state[name] not in words:
        st.session_state[name] = None
    chosen = st.pills(label, list(words), format_func=words.__getitem__, key=name, **more)
    _write(name, [chosen] if chosen else [])
    return str(chosen) if chosen else None


def pick_many(label: str, words: Mapping[str, str], name: str, **more: Any) -> list[str]:
    """Offer a few values of which any number may be chosen; bad ones in the address are left out."""
    if name not in st.session_state or back.came_back():
        st.session_state[name] = st.query_params.get_all(name)
    st.session_state[name] = [value for value in st.session_state[name] or () if value in words]
    chosen = st.pills(
        label, list(words), selection_mode="multi", format_func=words.__getitem__, key=name, **more
    )
    _write(name, chosen)
    return [str(value) for value in chosen]


def keep_many(label: str, words: Mapping[str, str], name: str, **more: Any) -> list[str]:
    """Offer values of which any number may be chosen; the choice stays from page to page.

    The address holds where it names some, by their values or as links of before did by their
    words; the menu leads to addresses that name none. What is not known is left out.
    """
    key = f"keep-{name}"
    values = {word: value for value, word in words.items()} | {value: value for value in words}
    asked = st.query_params.get_all(name)
    if not asked and not back.came_back():
        asked = st.session_state.get(f"kept-{name}", [])
    known = [values[each] for each in asked if each in values]

    if st.session_state.get(key) != known:
        st.session_state[key] = known
    chosen = st.multiselect(
        label, list(words), format_func=words.__getitem__, key=key,
        on_change=lambda: keep(name, st.session_state[key]), **more
    )  # fmt: skip
    keep(name, chosen)
    return [str(value) for value in chosen]


def keep(name: str, values: Sequence[str]) -> None:
    """Let these be the chosen values of :func:`keep_many` from now on."""
    st.session_state[f"kept-{name}"] = list(values)
    _write(name, values)


def _write(name: str, values: Sequence[str]) -> None:
    if values:
        st.query_params[name] = list(values)
    else:
        st.query_params.pop(name, None)


def _begin(name: str, options: Sequence[str], default: str) -> str:
    """Set the widget to what the address asks for at first sight; return its key."""
    key = f"choice-{name}-{default}"
    if st.session_state.get(key) not in options or back.came_back():
        asked = st.query_params.get(name)
        st.session_state[key] = asked if asked in options else default
    return key


def _kept(name: str, chosen: str, default: str) -> str:
    _write(name, [chosen] if chosen != default else [])
    return chosen
