"""The data of a page run: one generation and one day, pinned from start to end.

The only file that caches. Every cached answer has the data folder, the generation and the day
in its key, so that no page mixes old and new, and two folders never answer for each other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import pandas as pd
import streamlit as st

from okr_data import organisation as organisations
from okr_data import queries
from okr_data import reconciliation as reconciliations
from okr_data.errors import AlreadyImported, JournalUnreadable, NoDatabase
from okr_data.intake import data_folder, load_sample, sample_is_half_loaded
from okr_data.journal import Manifest
from okr_data.organisation import Organisation
from okr_data.queries import Cascade, Catalogue, Filters, Overview, Trends
from okr_data.reconciliation import Derivation, Reconciliation
from okr_data.store import Generations, Reader, Store

Answer = TypeVar("Answer")

#: Cached answers kept per question; each is at most a few hundred kilobytes.
KEPT_ANSWERS = 200


def folder_of_app() -> Path:
    """Return the data folder: ``--data DIR`` after ``--``, else ``OKR_DATA``, else ``data``."""
    if "--data" in sys.argv[1:-1]:
        return data_folder(sys.argv[sys.argv.index("--data") + 1])
    return data_folder()


@st.cache_resource(show_spinner=False)
def _store(folder: Path) -> Store:
    return Store(folder)


@st.cache_resource(show_spinner=False)
def _generations(folder: Path) -> Generations:
    return Generations(_store(folder))


@dataclass(frozen=True)
class Data:
    """A pinned state: every answer of one page run comes from it."""

    folder: Path
    generation: int
    as_of: date | None = None

    def at(self, as_of: date | None) -> Data:
        return Data(self.folder, self.generation, as_of)

    def catalogue(self) -> Catalogue:
        return _catalogue(self.folder, self.generation, self.as_of)

    def overview(self, filters: Filters, frames: tuple[str, ...]) -> Overview:
        return _overview(self.folder, self.generation, self.as_of, filters, frames)

    def cascade(self, filters: Filters, frames: tuple[str, ...]) -> Cascade:
        return _cascade(self.folder, self.generation, self.as_of, filters, frames)

    def trends(self, filters: Filters) -> Trends:
        return _trends(self.folder, self.generation, self.as_of, filters)

    def organisation(self) -> Organisation:
        return _organisation(self.folder, self.generation)

    def reconciliation(self, filters: Filters) -> Reconciliation:
        return _reconciliation(self.folder, self.generation, self.as_of, filters)

    def derivation(self, filters: Filters, item_kind: str, item_id: str) -> Derivation:
        return _derivation(self.folder, self.generation, self.as_of, filters, item_kind, item_id)

    def import_issues(self, import_id: str) -> pd.DataFrame:
        return _import_issues(self.folder, self.generation, import_id)

    def compare(self, first_id: str, second_id: str) -> pd.DataFrame:
        return _compare(self.folder, first_id, second_id)

    def later_imports_on(self, import_id: str) -> tuple[Manifest, ...]:
        return _later_imports_on(self.folder, self.generation, import_id)

    def damage(self, import_id: str, number: int) -> str:
        """Return what is wrong with an uploaded file as it is kept; empty where nothing is."""
        return _damage(self.folder, import_id, number)


def store() -> Store:
    return _store(folder_of_app())


def pinned() -> Data:
    """Pin the newest generation; on the first start make one, with the sample data.

    Raises OkrError where the folder cannot be read or written.
    """
    target = store()
    if target.generation() == 0 or not _started():
        _start(target)
        _started().append(True)
    return Data(target.folder, target.generation())


@st.cache_resource(show_spinner=False)
def _started() -> list[bool]:
    """Remember, once for all sessions of this process, that the data folder was looked after."""
    return []


def _start(target: Store) -> None:
    """Catch up with the journal; where it has never held anything else, load the sample."""
    if not sample_is_half_loaded(target):
        target.catch_up()
        return
    bar = st.progress(0.0, text="First start: loading the sample data of an invented company …")
    try:
        load_sample(target, lambda _, done: bar.progress(min(done, 1.0)))
    except AlreadyImported:  # another session was faster
        pass
    finally:
        bar.empty()


def _ask(
    folder: Path, generation: int, as_of: date | None, ask: Callable[[Reader], Answer]
) -> Answer:
    """Ask a question; where the generation has been retired meanwhile, the page starts anew."""
    try:
        with _generations(folder).reader(generation, as_of) as reader:
            return ask(reader)
    except NoDatabase:
        st.rerun()


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _catalogue(folder: Path, generation: int, as_of: date | None) -> Catalogue:
    return _ask(folder, generation, as_of, queries.catalogue)


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _overview(
    folder: Path, generation: int, as_of: date | None, filters: Filters, frames: tuple[str, ...]
) -> Overview:
    return _ask(folder, generation, as_of, lambda r: queries.overview(r, filters, frames))


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _cascade(
    folder: Path, generation: int, as_of: date | None, filters: Filters, frames: tuple[str, ...]
) -> Cascade:
    return _ask(folder, generation, as_of, lambda r: queries.cascade(r, filters, frames))


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _trends(folder: Path, generation: int, as_of: date | None, filters: Filters) -> Trends:
    return _ask(folder, generation, as_of, lambda r: queries.trends(r, filters))


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _organisation(folder: Path, generation: int) -> Organisation:
    return _ask(folder, generation, None, organisations.organisation)


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _reconciliation(
    folder: Path, generation: int, as_of: date | None, filters: Filters
) -> Reconciliation:
    return _ask(folder, generation, as_of, lambda r: reconciliations.reconciliation(r, filters))


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _derivation(
    folder: Path, generation: int, as_of: date | None, filters: Filters, kind: str, item_id: str
) -> Derivation:
    items = _reconciliation(folder, generation, as_of, filters).items
    item = items[(items["item_kind"] == kind) & (items["item_id"] == item_id)].iloc[0]
    return _ask(folder, generation, as_of, lambda r: reconciliations.derivation(r, item))


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner="Looking up its issues …")
def _import_issues(
    folder: Path,
    generation: int,  # noqa: ARG001 - in the key: another state, other loops and conflicts
    import_id: str,
) -> pd.DataFrame:
    return _store(folder).import_issues(import_id)


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _later_imports_on(
    folder: Path,
    generation: int,  # noqa: ARG001 - in the key: only imports in force are told
    import_id: str,
) -> tuple[Manifest, ...]:
    return tuple(_store(folder).later_imports_on(import_id))


@st.cache_data(max_entries=20, show_spinner="Comparing row by row …")
def _compare(folder: Path, first_id: str, second_id: str) -> pd.DataFrame:
    """Compare what two imports state, which never changes: the generation is not in the key."""
    return _store(folder).compare(first_id, second_id)


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner="Checking the files …")
def _damage(folder: Path, import_id: str, number: int) -> str:
    try:
        _store(folder).entry(import_id).original(number)
    except JournalUnreadable as error:
        return str(error)
    return ""
