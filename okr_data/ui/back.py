"""Lets the browser's back button undo one step of the reader with one press.

Streamlit writes the address of a new page in up to three steps: the page, its own parameters, the
filters. Each became an entry of the browser's history, and two of them are no place anybody was.
Going back it left out the filters, as widgets of another page.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

#: The first address after a click or a key is a new entry; those after it take its place.
_ONE_ENTRY = st.components.v2.component(
    "okr_back",
    js="""
    export default function() {
        if (window.okrOneEntry) return;
        window.okrOneEntry = true;
        const push = window.history.pushState.bind(window.history);
        let asked = false;
        for (const gesture of ["pointerdown", "keydown", "click"])
            document.addEventListener(gesture, () => { asked = true; }, true);
        window.history.pushState = (state, title, address) => {
            if (asked) push(state, title, address);
            else window.history.replaceState(state, title, address);
            asked = false;
        };
    }
    """,
)


def one_entry_a_step() -> None:
    """Gather the addresses that follow one click or key into one entry of the browser's history."""
    _ONE_ENTRY(key="back", height=1, width=1)


def came_back() -> bool:
    """Tell whether this run was asked for by the browser's back or forward button."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def restore() -> None:
    """Let the whole address hold to which the reader went back, on another page too."""
    context = get_script_run_ctx()
    if context is not None and context.is_history_navigation:
        with context.session_state.query_params() as address:
            address.populate_from_query_string(context.query_string)
            address.set_initial_query_params(context.query_string)
