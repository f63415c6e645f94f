"""The frame that every page starts with.

With a folder ``pages/`` beside ``app.py``, a cold deep link runs the page without ``app.py``.
So nothing that a page needs lives only there: a page that was not started by ``app.py`` sets up
the navigation and starts over, which from then on goes through ``app.py``.
"""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import Page
from streamlit.runtime.scriptrunner import StopException

from okr_data.charts.theme import DARK, LIGHT, Palette
from okr_data.errors import OkrError
from okr_data.intake import clear_sample
from okr_data.texts import language, mark, speaking, t
from okr_data.ui import back, languages, page_errors
from okr_data.ui import data as pinned_data
from okr_data.ui.data import Data
from okr_data.ui.ways import way
from okr_data.ui.words import safe

PAGES = (
    ("overview", mark("Overview"), ":material/insights:"),
    ("cascade", mark("Cascade"), ":material/account_tree:"),
    ("alignment", mark("Alignment"), ":material/hub:"),
    ("departments", mark("Departments"), ":material/groups:"),
    ("trends", mark("Trends"), ":material/show_chart:"),
    ("review", mark("Review"), ":material/co_present:"),
    ("findings", mark("Findings"), ":material/flag:"),
    ("scorecard", mark("Scorecard"), ":material/checklist:"),
    ("cycles", mark("Cycles"), ":material/event_repeat:"),
    ("changes", mark("What changed"), ":material/compare_arrows:"),
    ("sight", mark("Line of sight"), ":material/visibility:"),
    ("objective", mark("Objective"), ":material/target:"),
    ("import", mark("Import"), ":material/upload_file:"),
    ("history", mark("History"), ":material/history:"),
    ("organisation", mark("Organisation"), ":material/lan:"),
    ("reconciliation", mark("Reconciliation"), ":material/balance:"),
    ("export", mark("Export"), ":material/ios_share:"),
    ("settings", mark("Settings"), ":material/tune:"),
    ("definitions", mark("Definitions"), ":material/menu_book:"),
)
HOME = "overview"
#: What stands in the menu under a heading; the rest stands in the menu itself.
GROUPS = {
    mark("Review"): ("review", "findings", "scorecard", "cycles", "changes"),
    mark("Look up"): ("sight", "objective"),
    mark("Data"): (
        "import",
        "history",
        "organisation",
        "reconciliation",
        "export",
        "settings",
        "definitions",
    ),
}
_FOLDER = Path(__file__).resolve().parents[2] / "pages"
_run = threading.local()


def navigation() -> Page:
    """Set up page and menu; return the page that the address names."""
    st.set_page_config(
        page_title=t("OKR alignment"),
        page_icon=str(_FOLDER.parent / "static" / "icon.png"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    # Streamlit marks the page that it is going to run: each run has pages of its own.
    made, home = _pages(language())
    pages, named_home = {name: copy.copy(page) for name, page in made.items()}, copy.copy(home)
    grouped = {t(title): [pages[name] for name in names] for title, names in GROUPS.items()}
    below = {name for names in GROUPS.values() for name in names}
    direct = [page for name, page in pages.items() if name not in below]
    return st.navigation({"": [*direct, named_home], **grouped}, position="top")


@cache
def _pages(_language: str) -> tuple[dict[str, Page], Page]:
    """Return the pages by name with their titles in a language, and the home page by its own name.

    Made once a process: to find their files takes a third of the run of a short page.
    """
    pages = {
        name: st.Page(
            _FOLDER / f"{name}.py",
            title=t(title),
            icon=icon,
            url_path="home" if name == HOME else name,
            default=name == HOME,
        )
        for name, title, icon in PAGES
    }
    # The home page has the bare address; under its own name it must answer too.
    named_home = st.Page(
        _FOLDER / f"{HOME}.py", title=t("OKR alignment"), url_path=HOME, visibility="hidden"
    )
    return pages, named_home


def run_app() -> None:
    """Run the page that the address names; called by ``app.py`` alone."""
    page_errors.listen()
    back.restore()
    languages.settle()
    with speaking(languages.of_reader()):  # asked once: every text of the page asks for it
        _run_page()


def _run_page() -> None:
    page = navigation()
    _run.by_app = True
    try:
        page.run()
    except StopException:  # a page that has nothing to show ends so
        _footer()
        raise
    except OkrError as error:  # what no part of a page knew an answer to
        page_errors.tell(error)
        st.error(safe(str(error)), icon=":material/error:")
        _footer()
    else:
        _footer()
    finally:
        _run.by_app = False


def _footer() -> None:
    """End every page the same way: with the language in which it is read."""
    with st.container(horizontal=True, horizontal_alignment="right", key="footer"):
        back.one_entry_a_step()
        languages.switch()


def open_page() -> Data:
    """Return the pinned data of this run; on a cold deep link, set up and start over."""
    if not getattr(_run, "by_app", False):
        navigation()
        st.rerun()
    try:
        return pinned_data.pinned()
    except OkrError as error:
        page_errors.tell(error)
        st.error(
            t("The data cannot be opened. {error}", error=safe(str(error))), icon=":material/error:"
        )
        st.stop()


def palette() -> Palette:
    """Return the colours for the theme that the reader sees."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def emphasis() -> Literal["primary", "secondary"]:
    """Return how the main button of a part is drawn.

    Streamlit writes on it in white; on the light blue of the dark theme nobody could read that.
    """
    return "secondary" if palette() is DARK else "primary"


@contextmanager
def card(title: str = "", note: str = "", key: str | None = None) -> Iterator[None]:
    """Open a box with a title and, at its right end, a note."""
    with st.container(border=True, key=key, height="stretch"):
        if title:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                st.header(title, anchor=False)
                if note:
                    st.caption(_no_list(note), text_alignment="right")
        yield


def _no_list(text: str) -> str:
    """Keep a text that begins with a German day (16. Okt.) from being read as a numbered list."""
    return re.sub(r"^(\d+)\.", r"\1\\.", text)


def sample_banner(data: Data) -> None:
    """Say that the figures are invented, and offer the one button that takes them out."""
    catalogue = data.catalogue()
    if not catalogue.sample_imports:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="sample"):
        st.caption(t("You are looking at the **sample data** of an invented company."))
        if st.button(t("Clear it and use your own data"), type="tertiary", key="clear_sample"):
            with st.spinner(t("Taking the sample data out …")):
                clear_sample(pinned_data.store())
            st.switch_page(str(_FOLDER / "import.py"))


def nothing_yet(catalogue_objectives: int) -> None:
    """Show the empty state of a database without objectives and stop."""
    if catalogue_objectives:
        return
    with st.container(border=True, horizontal_alignment="center", key="empty"):
        st.header(t("No objectives yet"), anchor=False)
        st.write(t("Import the export that you have, or fill in the template. It takes a minute."))
        way("pages/import.py", t("Go to Import"), ":material/upload_file:")
    st.stop()
