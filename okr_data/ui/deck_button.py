"""The button that makes the review deck: in a thread of its own, with its progress on the page."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from okr_data.errors import OkrError
from okr_data.export.deck import Remark, TemplateRefused, make_deck, template_of
from okr_data.neutral import file_name
from okr_data.settings import load_settings
from okr_data.store import Generations, Store
from okr_data.texts import language, speaking
from okr_data.ui import data as pinned_data
from okr_data.ui.downloads import offer
from okr_data.ui.filters import View
from okr_data.ui.frame import emphasis
from okr_data.ui.words import safe, t

#: Seconds between two looks of the page at how far a deck is.
INTERVAL = 0.5
#: Decks made at the same time by one process: others stay usable, and wait in line.
_LINE = threading.Semaphore(1)


@dataclass
class _Job:
    """A deck in the making: how far it is, and what came of it."""

    asked: object
    name: str
    step: str = ""
    done: float = 0.0
    made: bytes | None = None
    problem: str = ""
    #: Whether the template is what is wrong: our own design is offered then.
    template: bool = False

    @property
    def ended(self) -> bool:
        return self.made is not None or bool(self.problem)

    def tell(self, step: str, done: float) -> None:
        self.step, self.done = step, done


def offer_deck(
    view: View, since: date | None = None, remarks: Sequence[Remark] = (), key: str = "deck"
) -> None:
    """Offer the review deck of a view: a click makes it, a second one downloads it.

    ``since``: the day from which changes are told, else the day of the import before. ``remarks``
    of a review get a slide of their own.
    """
    if not view.catalogue.objectives:
        return
    asked = (
        view.data.generation, view.data.as_of, view.filters, since, tuple(remarks), language(),
    )  # fmt: skip
    job: _Job | None = st.session_state.get(f"{key}_job")
    running = job is not None and job.asked == asked and not job.ended
    # The interval belongs to the fragment: what is made is looked at, what is not, is left in peace.
    st.fragment(_render, run_every=INTERVAL if running else None)(
        view, since, tuple(remarks), key, asked
    )


def _render(
    view: View, since: date | None, remarks: tuple[Remark, ...], key: str, asked: object
) -> None:
    job: _Job | None = st.session_state.get(f"{key}_job")
    if job is not None and job.asked != asked:
        job = None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_box"):
        if job is None or job.problem:
            _ask(view, since, remarks, key, asked, job)
        elif job.made is None:
            label = t(
                "Making the review deck: {step} …",
                step=t(job.step) if job.step else t("waiting in line"),
            )
            st.progress(min(job.done, 1.0), text=label)
        else:
            offer(
                t("Download the review deck (PPTX)"), job.made, job.name, f"{key}_download",
                icon=":material/download:", type=emphasis(),
            )  # fmt: skip
    shown = f"{key}_shown"
    if job is not None and job.ended and not st.session_state.get(shown):
        st.session_state[shown] = True
        st.rerun()  # the whole page: the fragment stops looking every half a second


def _ask(
    view: View, since: date | None, remarks: tuple[Remark, ...], key: str, asked: object,
    failed: _Job | None,
) -> None:  # fmt: skip
    label = t("Make the review deck (PPTX)")
    pressed = st.button(label, icon=":material/co_present:", key=f"{key}_make")
    own = False
    if failed is not None:
        st.error(safe(failed.problem), icon=":material/error:")
        if failed.template:
            own = st.button(t("Make it in the standard design"), key=f"{key}_own")
    if not (pressed or own):
        return
    job = _Job(asked, _name(view))
    st.session_state[f"{key}_job"] = job
    st.session_state[f"{key}_shown"] = False
    threading.Thread(
        target=_make,
        args=(job, pinned_data.store(), view, since, remarks, language(), not own),
        daemon=True,
        name="deck",
    ).start()
    st.rerun()


def _name(view: View) -> str:
    """Return a name for the file that says cycle, part and day."""
    parts = [view.cycle_name, *view.filters.departments[:2], str(view.catalogue.as_of or "")]
    return file_name(re.sub(r"\s+", "-", " ".join(["okr-review", *parts]).strip())[:100] + ".pptx")


def _make(
    job: _Job, store: Store, view: View, since: date | None, remarks: tuple[Remark, ...],
    code: str, with_template: bool,
) -> None:  # fmt: skip
    """Make a deck, outside of any page run; whatever goes wrong is told on the page."""
    with _LINE, speaking(code):
        try:
            template = template_of(load_settings(store.folder), store.folder)
            pinned = Generations(store).reader(view.data.generation, view.data.as_of)
            with pinned as reader:
                job.made = make_deck(
                    reader, view.filters, since=since, remarks=remarks, progress=job.tell,
                    template=template if with_template else None,
                )  # fmt: skip
        except TemplateRefused as error:
            job.template, job.problem = True, str(error)
        except OkrError as error:
            job.problem = str(error)
        except Exception as error:
            job.problem = t(
                "The deck cannot be made: {reason}", reason=f"{type(error).__name__}: {error}"
            )


__all__ = ["offer_deck"]
