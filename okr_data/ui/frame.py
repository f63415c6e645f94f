"""The frame that every page starts with.

With a folder ``pages/`` beside ``app.py``, a cold deep link runs the page without ``app.py``.
So nothing that a page needs lives only there: a page that was not started by ``app.py`` sets up
the navigation and starts over, which from then on goes through ``app.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from okr_data.charts.theme import DARK, LIGHT, Palette
from okr_data.errors import OkrError
from okr_data.intake import clear_sample
from okr_data.ui import data as pinned_data
from okr_data.ui.data import Data

PAGES = (
    ("overview", "Overview", ":material/insights:"),
    ("cascade", "Cascade", ":material/account_tree:"),
    ("trends", "Trends", ":material/show_chart:"),
    ("import", "Import", ":material/upload_file:"),
    ("history", "History", ":material/history:"),
    ("organisation", "Organisation", ":material/lan:"),
    ("reconciliation", "Reconciliation", ":material/balance:"),
    ("definitions", "Definitions", ":material/menu_book:"),
)
HOME = "overview"
#: What stands in the menu under a heading of its own; the rest stands in the menu itself.
GROUP = "Data"
GROUPED = ("import", "history", "organisation", "reconciliation", "definitions")
_FOLDER = Path(__file__).resolve().parents[2] / "pages"
_run = threading.local()


def navigation() -> Page:
    """Set up page and menu; return the page that the address names."""
    st.set_page_config(
        page_title="OKR alignment",
        page_icon=str(_FOLDER.parent / "static" / "icon.png"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    pages = {
        name: st.Page(
            _FOLDER / f"{name}.py",
            title=title,
            icon=icon,
            url_path="home" if name == HOME else name,
            default=name == HOME,
        )
        for name, title, icon in PAGES
    }
    # The home page has the bare address; under its own name it must answer too.
    named_home = st.Page(
        _FOLDER / f"{HOME}.py", title="OKR alignment", url_path=HOME, visibility="hidden"
    )
    direct = [page for name, page in pages.items() if name not in GROUPED]
    grouped = [pages[name] for name in GROUPED]
    return st.navigation({"": [*direct, named_home], GROUP: grouped}, position="top")


def run_app() -> None:
    """Run the page that the address names; called by ``app.py`` alone."""
    page = navigation()
    _run.by_app = True
    try:
        page.run()
    finally:
        _run.by_app = False


def open_page() -> Data:
    """Return the pinned data of this run; on a cold deep link, set up and start over."""
    if not getattr(_run, "by_app", False):
        navigation()
        st.rerun()
    try:
        return pinned_data.pinned()
    except OkrError as error:
        st.error(f"The data cannot be opened. {error}", icon=":material/error:")
        st.stop()


def palette() -> Palette:
    """Return the colours for the theme that the reader sees."""
    return DARK if st.context.theme.type == "dark" else LIGHT


@contextmanager
def card(title: str = "", note: str = "", key: str | None = None) -> Iterator[None]:
    """Open a box with a title and, at its right end, a note."""
    with st.container(border=True, key=key, height="stretch"):
        if title:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                st.subheader(title, anchor=False)
                if note:
                    st.caption(note, text_alignment="right")
        yield


def sample_banner(data: Data) -> None:
    """Say that the figures are invented, and offer the one button that takes them out."""
    catalogue = data.catalogue()
    if not catalogue.sample_imports:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="sample"):
        st.caption("You are looking at the **sample data** of an invented company.")
        if st.button("Clear it and use your own data", type="tertiary", key="clear_sample"):
            with st.spinner("Taking the sample data out …"):
                clear_sample(pinned_data.store())
            st.switch_page(str(_FOLDER / "import.py"))


def nothing_yet(catalogue_objectives: int) -> None:
    """Show the empty state of a database without objectives and stop."""
    if catalogue_objectives:
        return
    with st.container(border=True, horizontal_alignment="center", key="empty"):
        st.subheader("No objectives yet", anchor=False)
        st.write("Import the export that you have, or fill in the template. It takes a minute.")
        st.page_link(
            str(_FOLDER / "import.py"), label="Go to Import", icon=":material/upload_file:"
        )
    st.stop()
