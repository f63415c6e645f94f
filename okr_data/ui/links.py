"""The menu of the filter row: the address of what is shown, and views saved under a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import streamlit as st

from okr_data.errors import OkrError
from okr_data.queries import Catalogue
from okr_data.saved_views import NAME_LENGTH, SavedView, SavedViews
from okr_data.ui import choices
from okr_data.ui import data as pinned_data
from okr_data.ui.words import NO_CYCLE, safe, t

FILTERS = ("cycle", "department", "level", "as_of")
#: Of the reader, and none of what is shown.
_OWN = {"lang"}
_PAGES = Path(__file__).resolve().parents[2] / "pages"
_OPEN = "saved_view_to_open"
_TOLD = "saved_view_told"
_ROUNDS = "saved_view_rounds"

#: Copies the whole address. The browser knows it, the server does not: behind a proxy they differ.
_COPY = st.components.v2.component(
    "okr_copy_link",
    html='<button type="button"></button><input readonly hidden><div role="status"></div>',
    css="""
    :host, div, button, input { font: inherit; color: var(--st-text-color); font-family: var(--st-font); }
    button { background: var(--st-background-color); border: 1px solid var(--st-border-color);
        border-radius: var(--st-button-radius, .6rem); padding: .4rem .8rem; cursor: pointer; width: 100%; }
    button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); }
    button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
    input { width: 100%; box-sizing: border-box; margin-top: .4rem; padding: .4rem;
        background: var(--st-secondary-background-color); border: 1px solid var(--st-border-color);
        border-radius: .4rem; }
    input[hidden] { display: none; }
    div[role=status] { font-size: .85em; min-height: 1.3em; margin-top: .2rem; }
    """,
    js="""
    export default function({ data, parentElement }) {
        const find = (name) => parentElement.querySelector(name);
        const button = find("button"), field = find("input"), said = find("[role=status]");
        button.textContent = data.label;
        field.setAttribute("aria-label", data.address);
        button.onclick = async () => {
            const address = new URL(window.location.href);
            address.hash = "";
            for (const [name, value] of Object.entries(data.explicit))
                address.searchParams.set(name, value);
            try {
                await navigator.clipboard.writeText(address.href);
                field.hidden = true;
                said.textContent = data.copied;
            } catch {
                field.value = address.href;
                field.hidden = false;
                field.focus();
                field.select();
                said.textContent = data.refused;
            }
        };
    }
    """,
)


def menu(cycle: str, as_of: date | None, newest: Catalogue) -> None:
    """Offer to copy the address of what is shown, and to save, open, rename and remove views.

    ``cycle`` and ``as_of`` stand in a copied address even where they are the usual ones, so that it
    shows the same figures when there are newer ones.
    """
    _switch()
    _box(cycle, as_of, newest)


@st.fragment
def _box(cycle: str, as_of: date | None, newest: Catalogue) -> None:
    """Show the button; what is in it is written only once it is open, without a run of the page."""
    if _OPEN in st.session_state:  # a view was chosen: that is for the page to do
        st.rerun()
    box = st.popover(t("Share view"), icon=":material/link:", key="views-menu", on_change="rerun")
    if box.open:
        with box:
            _copy(cycle, as_of)
            _views(cycle, newest)


def _copy(cycle: str, as_of: date | None) -> None:
    _COPY(
        data={
            "label": t("Copy link"), "copied": t("Copied"), "address": t("Address"),
            "refused": t("The browser does not let it be copied: copy it from the field."),
            "explicit": {"cycle": cycle} | ({"as_of": as_of.isoformat()} if as_of else {}),
        },
        key="copy-link",
    )  # fmt: skip
    st.caption(t("The link names the cycle and the day, so that it shows these figures later too."))


def _views(cycle: str, newest: Catalogue) -> None:
    try:
        saved = SavedViews(pinned_data.store()).all()
    except OkrError as error:
        st.warning(t("Saved views cannot be shown. {error}", error=safe(str(error))))
        return
    _save(cycle)
    _list(saved, newest)


def _save(cycle: str) -> None:
    st.divider()
    rounds = st.session_state.get(_ROUNDS, 0)
    name = st.text_input(
        t("Save this view as"), key=f"view-name-{rounds}", placeholder=t("Name"),
        max_chars=NAME_LENGTH,
    )  # fmt: skip
    if st.button(t("Save the view"), key="view-save", disabled=not name.strip()):
        view = SavedView(name, _page(), _query(cycle))
        _do(lambda views: views.save(view), t("Saved for everybody who reads this data."))
    if told := st.session_state.pop(_TOLD, None):
        st.caption(told)


def _list(saved: Sequence[SavedView], newest: Catalogue) -> None:
    if not saved:
        st.caption(t("No view is saved yet. A saved view keeps the page and its filters."))
        return
    for place, view in enumerate(saved):
        st.button(
            safe(view.name), key=f"view-open-{place}", type="tertiary", icon=":material/bookmark:",
            on_click=_open, args=(view, newest), help=t("Open this view"),
        )  # fmt: skip
    with st.expander(t("Rename or remove")):
        names = [view.name for view in saved]
        chosen = st.selectbox(t("Saved view"), names, key="view-chosen")
        if chosen is None:
            return
        rounds = st.session_state.get(_ROUNDS, 0)
        new = st.text_input(t("New name"), key=f"view-new-{rounds}-{chosen}", max_chars=NAME_LENGTH)
        with st.container(horizontal=True, gap="small"):
            if st.button(t("Rename"), key="view-rename", disabled=not new.strip()):
                _do(lambda views: views.rename(chosen, new), t("Renamed."))
            if st.button(t("Remove"), key="view-remove"):
                _do(lambda views: views.remove(chosen), t("Removed."))


def _do(what: Callable[[SavedViews], object], told: str) -> None:
    """Change the saved views and show them anew; the menu stays open."""
    try:
        what(SavedViews(pinned_data.store()))
    except OkrError as error:
        st.warning(safe(str(error)))
        return
    st.session_state[_ROUNDS] = st.session_state.get(_ROUNDS, 0) + 1
    st.session_state[_TOLD] = told
    st.rerun(scope="fragment")


def _page() -> str:
    """Return the name of the page that is shown, as its file is called."""
    name = urlsplit(st.context.url or "").path.rstrip("/").rsplit("/", 1)[-1]
    return name if _is_page(name) else "overview"


def _is_page(name: str) -> bool:
    return name.isidentifier() and (_PAGES / f"{name}.py").is_file()


def _query(cycle: str) -> str:
    """Return what the address says, with the cycle even where it is the usual one."""
    said = {name: st.query_params.get_all(name) for name in st.query_params if name not in _OWN}
    return urlencode(said | {"cycle": [cycle]}, doseq=True)


def _open(view: SavedView, newest: Catalogue) -> None:
    """Set the filters of a view, and ask for its page in the run that follows.

    Of what no longer exists nothing is set: a department that is gone limits nothing.
    """
    said = parse_qs(view.query)
    names = [cycle.name or NO_CYCLE for cycle in newest.cycles]
    if (cycle := said.get("cycle", [""])[0]) in names:
        st.session_state["cycle"] = cycle
    st.session_state["department"] = [
        d for d in said.get("department", []) if d in newest.departments
    ]
    choices.keep("level", [name for name in said.get("level", []) if name in newest.levels])
    if newest.newest is not None:
        st.session_state["as_of"] = _day(said, newest) or newest.newest
    rest = {name: values for name, values in said.items() if name not in FILTERS}
    st.session_state[_OPEN] = (view.page, rest)


def _day(said: Mapping[str, list[str]], newest: Catalogue) -> date | None:
    try:
        asked = date.fromisoformat(said.get("as_of", [""])[0])
    except ValueError:
        return None
    first, last = newest.first_day or newest.newest, newest.newest
    return asked if first and last and first <= asked <= last else None


def _switch() -> None:
    if found := st.session_state.pop(_OPEN, None):
        page, rest = found
        st.switch_page(_PAGES / f"{page if _is_page(page) else 'overview'}.py", query_params=rest)


__all__ = ["menu"]
