"""The data of a page run: one generation and one day, pinned from start to end.

The only file that caches. Every cached answer has the data folder, the generation and the day
in its key, so that no page mixes old and new, and two folders never answer for each other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from okr_data import alignment as alignments
from okr_data import board as boards
from okr_data import cascade as cascades
from okr_data import contribution as contributions
from okr_data import cycles as cycle_questions
from okr_data import differences, queries
from okr_data import findings as rules
from okr_data import line_of_sight as sights
from okr_data import objective as objectives
from okr_data import organisation as organisations
from okr_data import overlaps as overlapping
from okr_data import reconciliation as reconciliations
from okr_data import scorecard as scorecards
from okr_data import suggestions as suggesting
from okr_data import what_if as effects
from okr_data.alignment import Alignment, Behind, Ratio
from okr_data.board import Department, Movement, Outlook
from okr_data.cascade import Area, Around, Centre, Found, Graph, Places, Summary
from okr_data.contribution import Carriers, Matrix, Scope
from okr_data.cycles import Cycles
from okr_data.differences import Differences
from okr_data.errors import AlreadyImported, JournalUnreadable, NoDatabase, OkrError
from okr_data.findings import Findings
from okr_data.intake import data_folder, load_sample, sample_is_half_loaded
from okr_data.journal import Manifest
from okr_data.line_of_sight import Choices, FocusKind, LineOfSight
from okr_data.objective import Item
from okr_data.organisation import Organisation
from okr_data.overlaps import Overlaps
from okr_data.queries import Catalogue, Excerpt, Filters, Forecasts, Overview, Trends
from okr_data.reconciliation import Derivation, Reconciliation
from okr_data.scorecard import Scorecard
from okr_data.settings import Settings
from okr_data.store import DAMAGE, Generations, Reader, Store
from okr_data.suggestions import Suggestions
from okr_data.texts import language, t
from okr_data.ui.words import safe
from okr_data.what_if import KeyResult, WhatIf

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

#: Cached answers kept; each is at most a few hundred kilobytes.
KEPT_ANSWERS = 1_000


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
    _kept: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def at(self, as_of: date | None) -> Data:
        return self if as_of == self.as_of else Data(self.folder, self.generation, as_of)

    def ask(
        self, question: Callable[Concatenate[Reader, Arguments], Answer], /,
        *args: Arguments.args, **named: Arguments.kwargs,
    ) -> Answer:  # fmt: skip
        """Answer a question of the package about this state, once for all sessions.

        ``question`` is a function of a reader; its arguments are values that can be a cache key.
        """
        name = f"{question.__module__}.{question.__qualname__}"
        # By their names: Streamlit looks the name of every other argument up, at each call.
        found: Answer = _answer(
            folder=self.folder, generation=self.generation, as_of=self.as_of, name=name,
            args=args, named=named, _question=question,
        )  # fmt: skip
        return found

    def _once(self, name: str, ask: Callable[[], Answer]) -> Answer:
        """Keep for this run what nobody changes and every part of a page asks for."""
        if name not in self._kept:
            self._kept[name] = ask()
        found: Answer = self._kept[name]
        return found

    def make(self, ask: Callable[[Reader], Answer], day: date | None = None) -> Answer:
        """Ask without keeping the answer: for files, which are large and made once.

        Files are made after the page; where its generation has been retired by then, the newest one
        answers for the ``day`` of the page.
        """
        try:
            return _ask(self.folder, self.generation, self.as_of, ask)
        except NoDatabase:
            newest = _store(self.folder).generation()
            return _ask(self.folder, newest, self.as_of or day, ask)

    def catalogue(self) -> Catalogue:
        return self._once("catalogue", lambda: self.ask(queries.catalogue))

    def settings(self) -> Settings:
        """Return the settings that made the figures of this generation, whatever the file says now."""
        return self._once(
            "settings", lambda: Data(self.folder, self.generation).ask(queries.settings)
        )

    def level_names(self, one: bool = False) -> dict[str, str]:
        """Return what this organisation calls the levels, in the plural or for one objective."""
        return {level: t(name) for level, name in self.settings().level_names(one).items()}

    def overview(self, filters: Filters, frames: tuple[str, ...]) -> Overview:
        return self.ask(queries.overview, filters, frames)

    def outlook(self, filters: Filters) -> Outlook:
        return self.ask(boards.outlook, filters)

    def movement(self) -> Movement:
        return self.ask(boards.movement)

    def department(self, filters: Filters) -> Department:
        return self.ask(boards.department, filters)

    def cascade(
        self, filters: Filters, frames: tuple[str, ...], centre: Centre, area: Area, page: int
    ) -> Around:
        def around(
            reader: Reader, filters: Filters, frames: tuple[str, ...],
            centre: Centre, area: Area, page: int,
        ) -> Around:  # fmt: skip
            key = self.folder, self.generation, self.as_of, filters, frames
            return cascades.cascade(reader, _graph(*key, reader), centre, area, page)

        return self.ask(around, filters, frames, centre, area, page)

    def places(
        self, filters: Filters, frames: tuple[str, ...], centre: Centre, area: Area, page: int
    ) -> Around:
        def around(
            reader: Reader, filters: Filters, frames: tuple[str, ...],
            centre: Centre, area: Area, page: int,
        ) -> Around:  # fmt: skip
            key = self.folder, self.generation, self.as_of, filters, frames
            return cascades.organisation(reader, _places(*key, reader), centre, area, page)

        return self.ask(around, filters, frames, centre, area, page)

    def cascade_summary(self, filters: Filters, frames: tuple[str, ...]) -> Summary:
        return self.ask(cascades.summary, filters, frames)

    def furthest_behind(self, filters: Filters, place: Centre) -> pd.DataFrame:
        return self.ask(cascades.furthest_behind, filters, place)

    def find(self, filters: Filters, frames: tuple[str, ...], words: str) -> Found:
        return self.ask(cascades.find, filters, frames, words)

    def trends(self, filters: Filters) -> Trends:
        return self.ask(queries.trends, filters)

    def reconciliation(self, filters: Filters) -> Reconciliation:
        return self.ask(reconciliations.reconciliation, filters)

    def reconciled(self, filters: Filters, reason: str | None, words: str) -> Excerpt:
        return self.ask(reconciliations.items, filters, reason, words)

    def alignment(self, filters: Filters) -> Alignment:
        return self.ask(alignments.alignment, filters)

    def aligned_objectives(
        self, filters: Filters, states: tuple[str, ...], ratio: Ratio | None, words: str
    ) -> Behind:
        return self.ask(alignments.aligned_objectives, filters, states, ratio, words)

    def findings(self, filters: Filters) -> Findings:
        return self.ask(rules.findings, filters)

    def found(
        self, filters: Filters, rule: str | None, severity: str | None, excused: bool, words: str
    ) -> Excerpt:
        return self.ask(rules.found, filters, rule, severity, excused, words)

    def findings_of(self, objective_id: str) -> pd.DataFrame:
        return self.ask(rules.findings_of, objective_id)

    def scorecard(self, cycle: str | None, department: str | None) -> Scorecard:
        return self.ask(scorecards.scorecard, cycle, department)

    def check_items(self, cycle: str | None, department: str | None, check: str) -> pd.DataFrame:
        return self.ask(scorecards.check_items, cycle, department, check)

    def cycles(self, filters: Filters) -> Cycles:
        return self.ask(cycle_questions.cycles, filters)

    def differences(self, before: date, after: date, filters: Filters) -> Differences:
        return self.ask(differences.what_changed, before, after, filters)

    def item(self, item_id: str) -> Item | None:
        return self.ask(objectives.item, item_id)

    def item_choices(self, filters: Filters, words: str = "", worst_first: bool = False) -> Excerpt:
        return self.ask(objectives.choices, filters, words, worst_first)

    def item_history(self, item_kind: str, item_id: str) -> pd.DataFrame:
        return self.ask(queries.item_history, item_kind, item_id)

    def forecasts(self, filters: Filters, words: str) -> Forecasts:
        return self.ask(queries.forecasts, filters, words, queries.MOST_ROWS)

    def suggestions(self, filters: Filters) -> Suggestions:
        """Return suggestions for what is under the filters; measured over the whole cycle."""
        with st.spinner(t("Comparing what the objectives say …"), show_time=True):
            return self.ask(suggesting.suggestions, filters.cycle).under(filters)

    def overlaps(self, filters: Filters) -> Overlaps:
        with st.spinner(t("Comparing what the objectives say …"), show_time=True):
            return self.ask(overlapping.overlaps, filters)

    def contribution(self, filters: Filters, frames: tuple[str, ...], scope: Scope) -> Matrix:
        return self.ask(contributions.matrix, filters, frames, scope)

    def carriers(
        self, filters: Filters, frames: tuple[str, ...], scope: Scope, goal_id: str
    ) -> Carriers | None:
        return self.ask(contributions.carriers, filters, goal_id, frames, scope)

    def key_result(self, key_result_id: str) -> KeyResult | None:
        return self.ask(effects.key_result, key_result_id)

    def what_if(self, key_result_id: str, value: float | None, progress: float | None) -> WhatIf:
        return self.ask(effects.what_if, key_result_id, value, progress)

    def sight_choices(self, filters: Filters, words: str = "") -> Choices:
        return self.ask(sights.choices, filters, words)

    def line_of_sight(
        self, focus_kind: FocusKind, focus_id: str, cycle: str | None
    ) -> LineOfSight | None:
        return self.ask(sights.line_of_sight, focus_kind, focus_id, cycle)

    def organisation(self) -> Organisation:
        return Data(self.folder, self.generation).ask(organisations.organisation)

    def derivation(self, item_kind: str, item_id: str) -> Derivation:
        return self.ask(reconciliations.derivation, item_kind, item_id, language())

    def import_issues(self, import_id: str) -> pd.DataFrame:
        with st.spinner(t("Looking up its issues …")):
            return _import_issues(self.folder, self.generation, import_id)

    def compare(self, first_id: str, second_id: str) -> pd.DataFrame:
        with st.spinner(t("Comparing row by row …")):
            return _compare(self.folder, first_id, second_id)

    def later_imports_on(self, import_id: str) -> tuple[Manifest, ...]:
        return _later_imports_on(self.folder, self.generation, import_id)

    def damage(self, import_id: str, number: int) -> str:
        """Return what is wrong with an uploaded file as it is kept; empty where nothing is."""
        with st.spinner(t("Checking the files …")):
            return _damage(self.folder, import_id, number)


def store() -> Store:
    return _store(folder_of_app())


def pinned() -> Data:
    """Pin the newest generation; on the first start make one, with the sample data.

    Where the journal does not read, or the folder cannot be written, what was published last is
    served, and it is said. Raises OkrError where nothing is, or another program published it.
    """
    target = store()
    if target.generation() == 0 or not _started():
        try:
            _start(target)
            _started().append(True)
        except OkrError as error:
            served = isinstance(error, JournalUnreadable) or target.is_of_this_program()
            if target.generation() == 0 or not served:
                raise
            st.warning(
                t("What was published last is shown. {error}", error=safe(str(error))),
                icon=":material/warning:",
            )
    if st.session_state.pop(_MENDED, False):
        st.toast(
            t("The database was damaged. It was computed anew from the journal: nothing is lost."),
            icon=":material/healing:",
            duration="long",
        )
    return Data(target.folder, target.generation())


@st.cache_resource(show_spinner=False)
def _started() -> list[bool]:
    """Remember, once for all sessions of this process, that the data folder was looked after."""
    return []


def _start(target: Store) -> None:
    """Catch up with the journal; where it has never held anything else, load the sample."""
    if not sample_is_half_loaded(target):
        if target.catch_up():
            st.session_state[_MENDED] = True
        return
    bar = st.progress(0.0, text=t("First start: loading the sample data of an invented company …"))
    try:
        load_sample(target, lambda _, done: bar.progress(min(done, 1.0)))
    except AlreadyImported:  # another session was faster
        pass
    finally:
        bar.empty()


#: State of a session: a database was found damaged and made anew; to be said in the next run.
_MENDED = "mended"


def _ask(
    folder: Path, generation: int, as_of: date | None, ask: Callable[[Reader], Answer]
) -> Answer:
    """Ask a question; where the generation has been retired meanwhile, the page starts anew.

    So it does where the database turns out to be damaged, once it is made anew. Raises NoDatabase
    outside of a page run.
    """
    in_page = get_script_run_ctx(suppress_warning=True) is not None
    try:
        with _generations(folder).reader(generation, as_of) as reader:
            return ask(reader)
    except NoDatabase:
        if not in_page:
            raise
        st.rerun()
    except DAMAGE:
        if not _store(folder).mend(generation) or not in_page:
            raise
        st.session_state[_MENDED] = True
        st.rerun()


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _answer(
    folder: Path,
    generation: int,
    as_of: date | None,
    name: str,  # noqa: ARG001 - the question's place in the key
    args: tuple[Any, ...],
    named: dict[str, Any],
    _question: Callable[..., Answer],
) -> Answer:
    return _ask(folder, generation, as_of, lambda r: _question(r, *args, **named))


#: Graphs kept: of 100,000 objectives each takes some 15 MB.
KEPT_GRAPHS = 6


@st.cache_resource(max_entries=KEPT_GRAPHS, show_spinner=False)
def _graph(
    folder: Path,  # noqa: ARG001 - these three in the key: another state, another graph
    generation: int,  # noqa: ARG001
    as_of: date | None,  # noqa: ARG001
    filters: Filters,
    frames: tuple[str, ...],
    _reader: Reader,
) -> Graph:
    """Keep what every click on the cascade walks through, as it is: nobody changes it."""
    return cascades.graph(_reader, filters, frames)


@st.cache_resource(max_entries=KEPT_GRAPHS, show_spinner=False)
def _places(
    folder: Path,  # noqa: ARG001
    generation: int,  # noqa: ARG001
    as_of: date | None,  # noqa: ARG001
    filters: Filters,
    frames: tuple[str, ...],
    _reader: Reader,
) -> Places:
    """Keep what every click on the organisation walks through, as it is: nobody changes it."""
    return cascades.places(_reader, filters, frames)


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
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


@st.cache_data(max_entries=20, show_spinner=False)
def _compare(folder: Path, first_id: str, second_id: str) -> pd.DataFrame:
    """Compare what two imports state, which never changes: the generation is not in the key."""
    return _store(folder).compare(first_id, second_id)


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _damage(folder: Path, import_id: str, number: int) -> str:
    try:
        _store(folder).entry(import_id).original(number)
    except JournalUnreadable as error:
        return str(error)
    return ""
