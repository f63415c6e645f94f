"""The parts of the page Export: what can be taken along, made under the filters of the page."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from okr_data.errors import OkrError
from okr_data.export import browser, deck, everything, report, workbook
from okr_data.neutral import file_name
from okr_data.store import Progress, Reader
from okr_data.texts import language, mark
from okr_data.ui import data as pinned_data
from okr_data.ui.downloads import offer
from okr_data.ui.filters import View
from okr_data.ui.frame import card, emphasis
from okr_data.ui.words import number, safe, t

Make = Callable[[View, Progress], bytes]
_MADE = "made"


@dataclass(frozen=True)
class Kind:
    """One file that can be taken along; texts are translated where they are shown."""

    name: str
    title: str
    about: str
    ending: str
    make: Make
    needs_browser: bool = False


def _asked(ask: Callable[[Reader, View, Progress], bytes]) -> Make:
    return lambda view, progress: view.data.make(lambda reader: ask(reader, view, progress))


def _slides(reader: Reader, view: View, progress: Progress) -> bytes:
    template = deck.template_of(view.data.settings(), view.data.folder)
    draw = deck.warm_png if browser.browser_path() else None
    return deck.make_deck(reader, view.filters, template=template, draw=draw, progress=progress)


def _everything(_: View, progress: Progress) -> bytes:
    """Return everything as one archive; it is not limited by the filters."""
    target = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="okr-export-") as folder:
        made = Path(folder) / "okr"
        everything.export_everything(pinned_data.store(), made, progress)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(made.rglob("*")):
                archive.write(path, path.relative_to(made.parent))
    return target.getvalue()


KINDS = (
    Kind(
        "page", mark("Report as a page"),
        mark("One file with interactive charts that opens in any browser, without a network."),
        "html", _asked(lambda reader, view, p: report.make_report(reader, view.filters, p)),
    ),
    Kind(
        "pdf", mark("Report as PDF"), mark("The same report on paper, with page numbers."), "pdf",
        _asked(lambda reader, view, p: report.make_report_pdf(reader, view.filters, p)), True,
    ),
    Kind(
        "slides", mark("Slides for a review"),
        mark("Charts and tables that can be edited, in your own template where the settings name one."),
        "pptx", _asked(_slides),
    ),
    Kind(
        "workbook", mark("Workbook"),
        mark("Every public view on a sheet of its own, with what each column means."),
        "xlsx", _asked(lambda reader, view, p: workbook.make_workbook(reader, view.filters, p)),
    ),
    Kind(
        "everything", mark("Everything"),
        mark(
            "All views as Parquet and CSV and all imports as files that can be imported again; "
            "not limited by the filters."
        ),
        "zip", _everything,
    ),
)  # fmt: skip


def render(view: View) -> None:
    """Show a card for each kind of file; one is made at a click, with how far it is."""
    st.title(t("Take it along"), anchor=False)
    st.caption(safe(f"{view.cycle_name} · {view.subtitle()}"))
    with st.grid(3, min_column_width=300, gap="small"):
        for kind in KINDS:
            with card(t(kind.title), key=f"kind-{kind.name}"):
                st.write(t(kind.about))
                _kind(view, kind)


@st.fragment
def _kind(view: View, kind: Kind) -> None:
    if kind.needs_browser and browser.browser_path() is None:
        st.caption(browser.what_to_install())
        return
    state = _state(view, kind)
    if st.button(t("Make it"), key=f"make-{kind.name}"):
        _make(view, kind, state)
    kept = st.session_state.get(_MADE)
    if kept is not None and kept[0] == state:
        offer(
            t("Download ({size} MB)", size=number(len(kept[1]) / 2**20, 1)), kept[1], _name(view, kind),
            f"take-{kind.name}", type=emphasis(),
        )  # fmt: skip


def _make(view: View, kind: Kind, state: tuple[object, ...]) -> None:
    bar = st.progress(0.0, text=t("Making it …"))
    try:
        made = kind.make(view, lambda _, done: bar.progress(min(done, 1.0), text=t("Making it …")))
        st.session_state[_MADE] = (state, made)
    except OkrError as error:
        st.error(safe(str(error)), icon=":material/error:")
    finally:
        bar.empty()


def _state(view: View, kind: Kind) -> tuple[object, ...]:
    """Return of what a file is made: another filter, day, state or language makes another one."""
    return kind.name, view.data, view.filters, language()


def _name(view: View, kind: Kind) -> str:
    day = view.catalogue.as_of
    part = "everything" if kind.name == "everything" else view.filters.cycle or "okr"
    return file_name(f"OKR {part} {day or ''}".strip())[:100] + f".{kind.ending}"


__all__ = ["KINDS", "render"]
