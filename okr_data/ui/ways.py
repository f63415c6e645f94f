"""Ways from one page to another that keep the filters."""

from __future__ import annotations

import streamlit as st


def way(page: str, label: str, icon: str | None = None, place: str = "", **parameters: str) -> None:
    """Show a way to another page that keeps session and filters.

    A page link would lose the filters: it replaces the address that the filters are bound to.
    ``place`` tells ways apart that lead to one item: it may have several findings.
    """
    key = "way-" + "-".join([page.rsplit("/", 1)[-1], place, label, *parameters.values()])
    if st.button(label, key=key, icon=icon, type="tertiary"):
        st.switch_page(page, query_params=parameters)
