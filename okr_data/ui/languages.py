"""The language of a reader: what the address asks for, else what was chosen, else the browser's."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from okr_data import texts
from okr_data.texts import ENGLISH, LANGUAGES

#: Address parameter and state of the session: the language that the reader chose.
PARAMETER = "lang"
_CHOSEN = "language"
_SWITCH = "language_switch"


def of_reader() -> str:
    """Return the language of whoever this script run is for; English outside of script runs."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    chosen = st.session_state.get(_CHOSEN)
    return str(chosen) if chosen else _of_browser()


def settle() -> None:
    """Take the language of the address as chosen; called once a page run, before any text.

    A choice stays in the address, so that a link shows what its sender saw.
    """
    texts.speak(of_reader)
    if (asked := st.query_params.get(PARAMETER)) in LANGUAGES:
        st.session_state[_CHOSEN] = asked
    elif chosen := st.session_state.get(_CHOSEN):
        st.query_params[PARAMETER] = chosen
    elif asked is not None:
        del st.query_params[PARAMETER]


def switch() -> None:
    """Offer the languages, each by its own name."""
    st.session_state[_SWITCH] = texts.language()
    st.segmented_control(
        texts.t("Language"),
        list(LANGUAGES),
        key=_SWITCH,
        format_func=lambda code: LANGUAGES[code],
        label_visibility="collapsed",
        on_change=_choose,
        required=True,
    )


def _choose() -> None:
    if (chosen := st.session_state.get(_SWITCH)) in LANGUAGES:
        st.session_state[_CHOSEN] = chosen
        st.query_params[PARAMETER] = chosen


def _of_browser() -> str:
    """Return the browser's first language where there is a translation, else English."""
    code = (st.context.locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else ENGLISH
