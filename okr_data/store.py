"""The store: the only place that connects to DuckDB.

The journal is the truth. From it, databases are published: ``okr-<generation>.duckdb``, built
under a temporary name, closed, synced and renamed, and never written again. ``okr.duckdb`` is
always the newest one, for any client. Readers open a generation read-only and keep it for as
long as they need it; one writer at a time holds ``writer.lock``.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout

from okr_data import changes, events, graph, machine, views
from okr_data.errors import (
    AlreadyImported,
    FileRefused,
    NoDatabase,
    OkrError,
    StoreBusy,
    UnknownImport,
)
from okr_data.issues import REFUSES_FILE, Issue, count_by_code
from okr_data.journal import CHANGES, Entry, Journal, Kind, Manifest, SourceFile, sync
from okr_data.periods import parse_period
from okr_data.schema import EXCUSE, REVIEW, REVIEW_REMARK, SCHEMA_VERSION, TABLES
from okr_data.settings import Settings, load_settings, setting_rows, settings_of_rows

#: What DuckDB says of a file that is not what it wrote; other causes say so too.
DAMAGE = (
    duckdb.IOException, duckdb.InternalException, duckdb.FatalException,
    duckdb.SerializationException,
)  # fmt: skip

logger = logging.getLogger(__name__)

#: How long a second writer waits before it is told who holds the lock, in seconds.
LOCK_TIMEOUT = 30.0
#: Published generations that stay on disk for readers that have just looked up the newest.
KEPT_GENERATIONS = 2

#: What no connection may do: no file, no network, no extension, no change of these rules.
#: Given at connecting, not set afterwards: two sessions that open one database share an instance.
LOCKDOWN = {
    "allow_community_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}

_BASE_TABLES = {
    "import": "import_id varchar, seq bigint, as_of date, imported_at varchar, "
    "imported_by varchar, source_format varchar, file_names varchar, sample boolean, "
    "undone boolean, complete boolean",
    "setting": "name varchar, number double, value varchar, standard varchar, topic varchar, "
    "meaning varchar",
    "cycle_calendar": "cycle varchar, starts_on date, ends_on date",
    "kept_out_link": "import_id varchar, child_id varchar, parent_id varchar, valid_from date, "
    "valid_to date, severity varchar, code varchar, file varchar, row bigint, message varchar",
    "meta": "generation bigint, last_seq bigint, schema_version bigint, computed_by varchar",
}

#: Later imports in force that speak of items which an import speaks of too.
_LATER_IMPORTS = """
with spoken as (
    select import_id, objective_id as item_id from journal.objective_row
    union all select import_id, key_result_id from journal.key_result_row
    union all select import_id, initiative_id from journal.initiative_row
    union all select import_id, item_id from journal.check_in_row
)
select distinct s.import_id
from spoken s
join model.live_import i on i.import_id = s.import_id
where i.seq > (select seq from journal.import where import_id = $id)
    and s.item_id in (select item_id from spoken where import_id = $id)
"""

#: Items of an import that are shown as a tree before it lands.
TREE_ROWS = 300
#: The objectives of an import below each other as they are aligned, each followed by its key results.
_TREE = """
with recursive item as (
    select o.objective_id as item_id, 'objective' as kind, o.title, o.level, o.department, o.team,
        o.owner, o.cycle, o.progress, o.alignment_state, o.measured, o.key_results
    from newest.objective_progress o
    where o.objective_id in (select objective_id from journal.objective_row where import_id = $id)
    union all
    select k.key_result_id, 'key_result', k.title, k.level, k.department, k.team, k.owner, k.cycle,
        k.progress, null, null, null
    from newest.key_result_progress k
    where k.key_result_id in (select key_result_id from journal.key_result_row where import_id = $id)
),
parent as (
    select objective_id as item_id, min(parent_id) as parent_id
    from model.objective_parent_day
    where day = (select day from model.as_of_day)
    group by objective_id
    union all
    select key_result_id, objective_id from newest.key_result_progress
),
placed as (
    select i.*, p.parent_id from item i left join parent p using (item_id)
),
top as (
    select * from placed
    where parent_id is null or parent_id not in (select item_id from placed)
    order by kind = 'key_result', title
    limit $rows
),
walked(item_id, depth, path) as (
    select item_id, 0, [title || item_id] from top
    union all
    select p.item_id, w.depth + 1, w.path || [p.kind || p.title || p.item_id]
    from walked w
    join placed p on p.parent_id = w.item_id
    where w.depth < $depth
)
select p.*, w.depth
from walked w
join placed p using (item_id)
order by w.path
limit $rows
"""

#: Longest remark of a review, in characters: some three pages, more is a document.
REMARK_LENGTH = 10_000
REMARK_KINDS = ("note", "decision", "action")

#: Told the step that is being done and the share of the work behind it, 0–1.
Progress = Callable[[str, float], object]
Parameters = Sequence[object] | Mapping[str, object]


def silent(_step: str, _done: float) -> None:
    """Report no progress."""


def part_of(progress: Progress, begin: float, end: float) -> Progress:
    """Report one part of a longer work."""
    return lambda step, done: progress(step, begin + done * (end - begin))


@dataclass(frozen=True)
class Draft:
    """An upload turned into canonical rows and not yet accepted.

    ``complete`` says that of the cycles that occur in it, it holds every item: what was known
    of them and does not stand in it exists no more from its as-of day on.
    """

    source_format: str
    as_of: date
    as_of_given: bool
    files: tuple[SourceFile, ...]
    originals: tuple[bytes, ...]
    tables: Mapping[str, pa.Table]
    issues: tuple[Issue, ...]
    sample: bool = False
    complete: bool = False
    #: How each table was read: its label and the mapping as TOML.
    mapping: Mapping[str, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Count the rows that go in, by the words of the field."""
        names = {
            "objective_row": "objectives",
            "key_result_row": "key_results",
            "initiative_row": "initiatives",
            "check_in_row": "check_ins",
            "alignment_row": "alignments",
            "org_unit_row": "org_units",
        }
        by_table = {
            word: self.tables[name].num_rows if name in self.tables else 0
            for name, word in names.items()
        }
        people = self.tables["person_row"].num_rows if "person_row" in self.tables else 0
        return {
            "rows": self._source_rows(),
            **by_table,
            **({"people": people} if people else {}),
        }

    def _source_rows(self) -> int:
        """Count the rows of the files that went in, whatever they became."""
        places = pa.concat_tables([t.select(["file", "row"]) for t in self.tables.values()])
        # As one number each: by their texts this takes four times as long. Names are encoded
        # before they are put together: all of them in one piece may be too many bytes.
        names = places["file"].dictionary_encode().unify_dictionaries().combine_chunks().indices
        files = pc.fill_null(names, -1).to_numpy().astype("int64")
        lines = pc.fill_null(places["row"], 0).to_numpy()
        return len(pd.unique((files + 1) << 40 | lines))


@dataclass(frozen=True)
class Meeting:
    """A review: one cycle and part of the organisation, as of one day, against an earlier one.

    Two people who review the same figures are in the same review, whatever day they compare with.
    """

    cycle: str | None
    as_of: date
    since: date | None = None
    departments: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    @property
    def review_id(self) -> str:
        """Name the review by what it looks at; equal for equal cycle, day and filters."""
        parts = (self.cycle or "", "; ".join(self.departments), "; ".join(self.levels))
        return " | ".join((self.as_of.isoformat(), *parts)).rstrip(" |")

    def row(self) -> dict[str, object]:
        return {
            "review_id": self.review_id, "cycle": self.cycle, "since": self.since,
            "departments": "; ".join(self.departments) or None,
            "levels": "; ".join(self.levels) or None, "as_of": self.as_of,
        }  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """What was said in a review at one of its steps; an action may have an owner and a day."""

    step: str
    text: str
    kind: str = "note"
    item_id: str | None = None
    owner: str | None = None
    due: date | None = None


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or with ``dry_run`` would do.

    ``changes`` says what it changed in the newest answers, one row an item and change (columns
    of :data:`okr_data.changes.COLUMNS`), ``change_counts`` how many there are of each kind:
    of very many changes not all are handed out.
    """

    manifest: Manifest
    issues: pd.DataFrame
    dry_run: bool = False
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    #: The objectives of this import with their figures, the first of them: what a reader checks.
    tree: pd.DataFrame = field(default_factory=pd.DataFrame)
    change_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def import_id(self) -> str:
        return self.manifest.import_id


class Reader:
    """One cursor on one published generation; not to be shared between threads.

    Of an earlier day it computes what a question reads, once, and keeps it until it is closed.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, generation: int, as_of: date | None = None
    ) -> None:
        self._cursor = connection.cursor()
        self.generation = generation
        self._as_of = as_of
        self._computed: set[str] = set()
        self._between: tuple[date, date] | None = None
        views.pin_day(self._cursor, as_of)
        self._rule = "" if as_of is None else views.pace_rule(self._cursor)

    def _make_ready(self, sql: str) -> None:
        """Compute for an earlier day what a statement reads and is not there yet."""
        if self._as_of is not None:
            missing = views.read_by(sql, self._rule) - self._computed
            views.compute_for_day(self._cursor, missing, self._rule)
            self._computed |= missing

    def compare(self, before: date, after: date) -> None:
        """Make ready what changed between two days, until two others are compared.

        As ``temp.between_what_changed`` and ``temp.between_alignment_flips``, in the columns of the
        table macros of these names.
        """
        if self._between != (before, after):
            self._between = None
            views.compute_between(self._cursor, (before, after))
            self._between = (before, after)

    def frame(self, sql: str, parameters: Parameters = ()) -> pd.DataFrame:
        """Run a SELECT and return its rows; dates as ``datetime64``, NULL as missing."""
        self._make_ready(sql)
        return self._cursor.execute(sql, parameters or None).df()

    def long_frame(self, sql: str, parameters: Parameters = ()) -> pd.DataFrame:
        """Return what :meth:`frame` returns, in a fifth of the time from thousands of rows on.

        Texts stay in Arrow's memory; of a few rows that is no faster. Columns are texts, numbers, dates,
        times or truth values.
        """
        self._make_ready(sql)
        found = self._cursor.sql(sql, params=parameters or None).to_arrow_table()
        return pd.DataFrame(
            {
                name: _as_pandas(column)
                for name, column in zip(found.column_names, found.columns, strict=True)
            },
            copy=False,
        )

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Run a SELECT and return its rows as plain tuples."""
        self._make_ready(sql)
        return self._cursor.execute(sql, parameters or None).fetchall()

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run a statement; only temporary tables can be made, the database is read-only."""
        self._make_ready(sql)
        self._cursor.execute(sql, parameters or None)

    def close(self) -> None:
        self._cursor.close()


@contextmanager
def _said_as_kept() -> Iterator[None]:
    """Say of a failed publishing what is true: the journal holds what was done already."""
    try:
        yield
    except (OSError, duckdb.IOException) as error:
        raise OkrError(
            f"Everything is kept in the journal, but its database cannot be written ({error}). "
            "Make room, or make the folder writable: then it shows with the next start or import."
        ) from error


class Store:
    """One data folder."""

    def __init__(self, folder: Path | str, lock_timeout: float = LOCK_TIMEOUT) -> None:
        self.folder = Path(folder)
        self.journal = Journal(self.folder / "journal")
        self.pointer = self.folder / "okr.duckdb"
        self._lock_timeout = lock_timeout
        #: When the writer's lock was taken, by the monotonic clock; only its holder looks at it.
        self._writing_since = 0.0
        #: The memory that the writer's connection may take, in bytes.
        self._memory = WRITERS_MEMORY[0]

    # --- reading -------------------------------------------------------------

    def generation(self) -> int:
        """Return the number of the newest published database; 0 where there is none."""
        return max((number for number, _ in self._generations()), default=0)

    def _generations(self) -> list[tuple[int, Path]]:
        found = []
        for path in self.folder.glob("okr-*.duckdb"):
            number = path.stem.removeprefix("okr-")
            if number.isdigit():
                found.append((int(number), path))
        return sorted(found)

    @contextmanager
    def reader(self, as_of: date | None = None) -> Iterator[Reader]:
        """Open the newest generation and keep it until the block ends.

        Raises NoDatabase where nothing has been published yet.
        """
        generation, connection = self._connect_newest()
        reader = Reader(connection, generation, as_of)
        try:
            yield reader
        finally:
            reader.close()
            connection.close()

    def _connect_newest(self) -> tuple[int, duckdb.DuckDBPyConnection]:
        # A generation may be retired between looking and opening; then there is a newer one.
        for _ in range(5):
            generation = self.generation()
            if generation == 0:
                break
            try:
                return generation, self.open_generation(generation)
            except duckdb.IOException:
                if self.generation() == generation:
                    raise
        raise NoDatabase(f"There is no published database in {self.folder} yet.")

    def holds(self, generation: int) -> bool:
        """Tell whether the file of a generation is there."""
        return self._path(generation).exists()

    def open_generation(self, generation: int) -> duckdb.DuckDBPyConnection:
        """Open one published database read-only, without access to files or network."""
        return _connect(self._path(generation))

    def imports(self) -> list[tuple[Manifest, bool]]:
        """Return every import of the journal with whether it is undone, oldest first."""
        entries = self.journal.entries()
        undone = _undone(entries)
        return [
            (entry.manifest, entry.manifest.import_id in undone)
            for entry in entries
            if entry.manifest.kind == "import"
        ]

    def entry(self, import_id: str) -> Entry:
        """Return the entry of an import, undone or not: its originals and accepted rows.

        Raises UnknownImport.
        """
        for entry in self.journal.entries():
            if entry.manifest.kind == "import" and entry.manifest.import_id == import_id:
                return entry
        raise UnknownImport(f"No import {import_id} is in the history.")

    def import_issues(self, import_id: str) -> pd.DataFrame:
        """Return the issues of an import, in the columns of ``ImportResult.issues``.

        Of an undone import those of its rows; what depends on other imports is not known of it.
        Raises UnknownImport.
        """
        self.entry(import_id)
        with self._plain_reader() as connection:
            issues = _issues_of(connection, import_id)
            return issues if len(issues) else _issues_of(connection, import_id, "journal.issue_row")

    def later_imports_on(self, import_id: str) -> list[Manifest]:
        """Return the imports in force that came later and state items of an import too.

        An undo of that import would leave them without what they build on. Check-ins count as
        statements about their item. Raises UnknownImport.
        """
        self.entry(import_id)
        with self._plain_reader() as connection:
            rows = connection.execute(_LATER_IMPORTS, {"id": import_id}).fetchall()
        later = {name for (name,) in rows}
        return [manifest for manifest, undone in self.imports() if manifest.import_id in later]

    def compare(self, first_id: str, second_id: str) -> pd.DataFrame:
        """Return what two imports state differently of items, by their own rows.

        Columns of ``ImportResult.changes``: what the second one says where the first said
        something else, what only it holds (added) and what it does not (removed).
        Raises UnknownImport.
        """
        for import_id in (first_id, second_id):
            self.entry(import_id)
        with self._plain_reader() as connection:
            return changes.compare_imports(connection, first_id, second_id)

    @contextmanager
    def _plain_reader(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the newest database, which shows every entry, for questions about the journal."""
        self.catch_up()
        _, connection = self._connect_newest()
        try:
            yield connection
        finally:
            connection.close()

    # --- writing -------------------------------------------------------------

    def accept(
        self,
        draft: Draft,
        by: str | None = None,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> ImportResult:
        """Take a draft into the history, whole or not at all, and publish the new state.

        With ``dry_run`` nothing is kept, and only what tells the issues and the changes is
        computed. Raises FileRefused, AlreadyImported or StoreBusy; in each case everything stays
        as it was.
        """
        names = [file.name for file in draft.files]
        if any(issue.code in REFUSES_FILE for issue in draft.issues):
            events.refused(names, count_by_code(draft.issues))
            raise FileRefused(draft.issues)
        with self.writing():
            entries = self._caught_up(progress)
            self._refuse_repetition(draft, entries)
            manifest = replace(
                _stamped("import", "imp", entries, by),
                as_of=draft.as_of,
                source_format=draft.source_format,
                files=draft.files,
                counts=draft.counts(),
                sample=draft.sample,
                complete=draft.complete,
                mapping=draft.mapping,
            )
            tables = {**draft.tables, "issue_row": issue_table(draft.issues)}
            progress("copying the published database", 0.02)
            only = views.needed_to_compare() if dry_run else None
            told: list[tuple[pd.DataFrame, changes.Changes, pd.DataFrame]] = []

            def look(staged: duckdb.DuckDBPyConnection) -> None:
                progress("looking for what changes", 0.75)
                newest = _is_newest_day(staged, draft.as_of)
                issues = _issues_of(staged, manifest.import_id)
                found = changes.compare_after(staged, manifest.import_id, newest)
                told.append((issues, found, _tree_of(staged, manifest)))

            with self._staged(
                [(manifest, tables)], _take_down_for(draft), look, only=only,
                progress=part_of(progress, 0.05, 0.75),
            ) as staged:  # fmt: skip
                issues, found, tree = told[-1]
                manifest = replace(
                    manifest,
                    issues={str(k): int(v) for k, v in issues["code"].value_counts().items()},
                )
                if not dry_run:
                    progress("writing the journal", 0.85)
                    said = {
                        **tables,
                        CHANGES: pa.Table.from_pandas(found.frame, preserve_index=False),
                    }
                    self.journal.append(manifest, said, draft.originals)
                    progress("publishing", 0.92)
                    self._publish(staged)
            progress("done", 1.0)
            events.tell(
                "import_checked" if dry_run else "import_accepted",
                import_id=None if dry_run else manifest.import_id, files=names,
                rows=manifest.counts["rows"], issues=sum(manifest.issues.values()),
                seconds=self._writing_seconds(),
            )  # fmt: skip
            return ImportResult(manifest, issues, dry_run, found.frame, tree, found.counts)

    def undo(self, import_id: str, by: str | None = None) -> Manifest:
        """Take an import back: every answer is again as if it had never been.

        Raises UnknownImport where no import of that id is in force.
        """
        with self.writing():
            entries = self._caught_up()
            in_force = _import_ids(entries) - _undone(entries)
            if import_id not in in_force:
                known = ", ".join(sorted(in_force)) or "none"
                raise UnknownImport(f"No import {import_id} is in force. In force: {known}.")
            return self._decide("undo", import_id, entries, by)

    def redo(self, import_id: str, by: str | None = None) -> Manifest:
        """Put an undone import back in force: every answer is as if it had never been undone.

        Raises UnknownImport where no import of that id is undone.
        """
        with self.writing():
            entries = self._caught_up()
            undone = _undone(entries)
            if import_id not in undone:
                known = ", ".join(sorted(undone)) or "none"
                raise UnknownImport(f"No import {import_id} is undone. Undone: {known}.")
            return self._decide("redo", import_id, entries, by)

    def excuse(
        self, finding: str, item_id: str, reason: str, until: date | None, by: str | None = None
    ) -> Manifest:
        """Excuse a finding of an item up to a day; without a day, take the excuse back.

        The finding stays where it is and is counted apart. Raises OkrError where the rule is not
        known or nothing explains the excuse, StoreBusy where another one writes.
        """
        if finding not in {rule.name for rule in views.load_rules()}:
            raise OkrError(f"No rule is called {finding!r}.")
        if until is not None and not reason.strip():
            raise OkrError("An excuse needs a reason.")
        with self.writing():
            manifest = _stamped("decision", "decision", self._caught_up(), by)
            row: dict[str, object] = {
                "finding": finding, "item_id": item_id, "reason": reason.strip() or None,
                "until": until, "decided_by": manifest.by, "decided_at": manifest.at,
                "seq": manifest.seq,
            }  # fmt: skip
            tables = {EXCUSE.name: EXCUSE.from_rows([row])}
            only = views.depending_on("journal.excuse_row") if self.is_current() else None
            with self._staged([(manifest, tables)], only=only) as staged:
                self.journal.append(manifest, tables, ())
                self._publish(staged)
            return manifest

    def remark(self, meeting: Meeting, remark: Remark, by: str | None = None) -> Manifest:
        """Write a remark into a review, which begins with its first one.

        The id of the manifest is that of the remark. Raises OkrError where the remark is empty,
        too long or of no known kind, StoreBusy where another one writes.
        """
        text = remark.text.strip()
        if not text:
            raise OkrError("A remark needs some words.")
        if len(text) > REMARK_LENGTH:
            raise OkrError(
                f"A remark has at most {REMARK_LENGTH:,} characters; this one has {len(text):,}."
            )
        if remark.kind not in REMARK_KINDS:
            raise OkrError(f"A remark is one of {', '.join(REMARK_KINDS)}, not {remark.kind!r}.")
        said: dict[str, object] = {
            "step": remark.step, "kind": remark.kind, "remark": text, "item_id": remark.item_id,
            "owner": (remark.owner or "").strip() or None, "due": remark.due,
        }  # fmt: skip
        return self._say_in_review(meeting, {}, said, by)

    def withdraw_remark(self, meeting: Meeting, remark_id: str, by: str | None = None) -> Manifest:
        """Take a remark back: it stays in the journal and leaves every view."""
        return self._say_in_review(meeting, {}, {"remark_id": remark_id}, by)

    def close_review(self, meeting: Meeting, closed_on: date, by: str | None = None) -> Manifest:
        """Close a review on a day: the next one of the same part begins with its figures."""
        return self._say_in_review(meeting, {"closed": True, "closed_on": closed_on}, None, by)

    def reopen_review(self, meeting: Meeting, by: str | None = None) -> Manifest:
        """Take the closing of a review back; its remarks stay."""
        return self._say_in_review(meeting, {"closed": False}, None, by)

    def _say_in_review(
        self,
        meeting: Meeting,
        state: Mapping[str, object],
        remark: Mapping[str, object] | None,
        by: str | None,
    ) -> Manifest:
        """Write and publish one word on a review; only the views of reviews are computed."""
        with self.writing():
            manifest = _stamped("review", "review", self._caught_up(), by)
            row = {
                **meeting.row(), **state, "said_by": manifest.by, "said_at": manifest.at,
                "seq": manifest.seq,
            }  # fmt: skip
            tables = {REVIEW.name: REVIEW.from_rows([row])}
            if remark is not None:
                said = {
                    "review_id": meeting.review_id, "remark_id": manifest.import_id, **remark,
                    "written_by": manifest.by, "written_at": manifest.at, "seq": manifest.seq,
                }  # fmt: skip
                tables[REVIEW_REMARK.name] = REVIEW_REMARK.from_rows([said])
            only = None
            if self.is_current():
                only = views.depending_on("journal.review_row") | views.depending_on(
                    "journal.review_remark_row"
                )
            with self._staged([(manifest, tables)], only=only) as staged:
                self.journal.append(manifest, tables, ())
                self._publish(staged)
            return manifest

    def _decide(
        self, kind: Kind, import_id: str, entries: Sequence[Entry], by: str | None
    ) -> Manifest:
        """Write and publish an undo or a redo."""
        manifest = replace(_stamped(kind, kind, entries, by), target=import_id)
        with self._staged([(manifest, {})]) as staged:
            self.journal.append(manifest, {}, ())
            self._publish(staged)
        events.tell(kind, import_id=import_id, seconds=self._writing_seconds())
        return manifest

    def rebuild(self, progress: Progress = silent) -> int:
        """Make the database anew from the journal alone; return the new generation.

        Raises OkrError where ``settings.toml`` does not read: who rebuilds wants it to hold.
        """
        load_settings(self.folder)
        with self.writing():
            entries = self.journal.entries()
            progress("reading the journal", 0.05)
            generation = self._publish_anew(entries, progress)
            events.tell("rebuilt", generation=generation, entries=len(entries))
            return generation

    def catch_up(self) -> bool:
        """Bring the published state up to the journal, the formulas and the settings of today.

        Publishes what a killed writer left in the journal, what a newer program computes
        otherwise, and a first, empty database; moves a pointer that was left behind. Returns
        whether the newest database was damaged and was therefore made anew.
        """
        if self.is_current() and self._pointer_is_newest():
            return False
        damaged = self.generation() > 0 and not self._opens(self.generation())
        with self.writing():
            if not self._caught_up() and not self.is_current():
                self._publish_anew([])
            if not self._pointer_is_newest():
                self._point_to(self._path(self.generation()))
        return damaged

    def mend(self, generation: int) -> bool:
        """Make a damaged database anew from the journal; tell whether it was this one.

        False where it is whole or another is published already: then its error has another cause.
        """
        with self.writing():
            if self.generation() != generation or self._is_whole(generation):
                return False
            logger.error("generation %s is damaged and is computed anew", generation)
            made = self._publish_anew(self.journal.entries())
            events.tell("mended", damaged=generation, generation=made)
            return True

    def _opens(self, generation: int) -> bool:
        """Tell whether a database can be opened; one that was retired meanwhile counts as well."""
        try:
            self.open_generation(generation).close()
        except duckdb.Error:
            return not self.holds(generation)
        return True

    def _is_whole(self, generation: int) -> bool:
        """Read every block of a database, whose checksums DuckDB compares; False where one is wrong."""
        try:
            with closing(self.open_generation(generation)) as connection:
                tables = connection.execute(
                    "select format('{}.{}', schema_name, table_name) from duckdb_tables() where not internal"
                ).fetchall()
                for (table,) in tables:
                    connection.execute(f"select bit_xor(hash(t)) from {table} t").fetchall()
        except duckdb.Error:
            return False
        return True

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock. Raises StoreBusy, naming the holder, after the timeout."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OkrError(f"The data folder {self.folder} cannot be made: {error}") from error
        holder = self.folder / "writer.json"
        lock = FileLock(self.folder / "writer.lock", timeout=self._lock_timeout)
        try:
            with lock:
                self._writing_since = time.monotonic()
                holder.write_text(
                    json.dumps({"pid": os.getpid(), "by": _user_name(), "since": _now()}), "utf-8"
                )
                try:
                    yield
                finally:
                    holder.unlink(missing_ok=True)
        except Timeout as error:
            events.tell("writer_waited_in_vain", seconds=self._lock_timeout)
            raise StoreBusy(_busy_message(holder)) from error
        except duckdb.OutOfMemoryException as error:
            raise OkrError(
                f"Computing this needs more than the {self._memory >> 20} MiB of memory that a writer may take "
                "on this machine: there are very many check-ins, or very many objectives hang below each other. "
                "Nothing was changed."
            ) from error
        except (OSError, duckdb.IOException) as error:
            events.tell("folder_not_written", exception=type(error).__name__)
            raise OkrError(
                f"The data folder {self.folder} cannot be written ({error}). What was published "
                "before is still there. Make room, or make the folder writable, and try again."
            ) from error

    def _writing_seconds(self) -> float:
        """Return for how long this writer has held the lock, in seconds."""
        return time.monotonic() - self._writing_since

    def is_current(self) -> bool:
        """Tell whether the newest database shows the whole journal by today's formulas and settings."""
        return self._shows_the_journal(self._computed_by())

    def _shows_the_journal(self, computed_by: str) -> bool:
        """Tell whether the newest database holds every entry, by formulas that are named like this."""
        last_seq, by = self._known_meta()
        if not by.startswith(computed_by):
            return False
        entries = self.journal.entries()
        newest = entries[-1].manifest.seq if entries else 0
        return last_seq == newest

    def is_of_this_program(self) -> bool:
        """Tell whether the newest database was made by today's formulas, under whatever settings.

        Then it can be read as it is, also where the journal or the settings say more by now.
        """
        return self._known_meta()[1].startswith(_formulas())

    def _known_meta(self) -> tuple[int, str]:
        """Return what the newest database says of itself; no formulas where there is none to read."""
        try:
            return self._meta()
        except (NoDatabase, duckdb.Error):
            return -1, ""

    def _meta(self) -> tuple[int, str]:
        """Read what the newest database says of itself, without any view. Raises NoDatabase."""
        for _ in range(5):  # like _connect_newest: a generation may be retired in between
            generation = self.generation()
            identity = _identity(self._path(generation))
            try:
                if identity is not None:
                    return _meta_of(identity)
            except duckdb.IOException:
                if self.generation() == generation:
                    raise
        raise NoDatabase(f"There is no published database in {self.folder} yet.")

    def published_settings(self) -> Settings | None:
        """Return the settings that made the newest database; None where there is none to read."""
        identity = _identity(self._path(self.generation()))
        try:
            return None if identity is None else _settings_of(identity)
        except duckdb.Error:  # retired in between, or written by another version of the program
            return None

    def settings(self) -> Settings:
        """Return the settings that answers are computed with.

        Those of ``settings.toml``; where it does not read, those that were published last stay.
        Raises OkrError where it does not read and nothing is published yet.
        """
        try:
            return load_settings(self.folder)
        except OkrError:
            published = self.published_settings()
            if published is None:
                raise
            return published

    def _computed_by(self) -> str:
        """Name the formulas and settings that the answers of a database come from."""
        return f"{_formulas()}{setting_rows(self.settings())!r}"

    def _path(self, generation: int) -> Path:
        return self.folder / f"okr-{generation:06d}.duckdb"

    def _pointer_is_newest(self) -> bool:
        newest = self._path(self.generation())
        try:
            pointer, target = self.pointer.stat(), newest.stat()
        except OSError:
            return not newest.exists()
        same = os.path.samestat(pointer, target)
        return same or (pointer.st_size, pointer.st_mtime >= target.st_mtime) == (
            target.st_size,
            True,
        )

    def _caught_up(self, progress: Progress = silent) -> list[Entry]:
        """Return the journal's entries after making sure that a database shows all of them."""
        entries = self.journal.entries()
        if entries and not self.is_current():
            progress("publishing what the journal holds", 0.1)
            if self._shows_the_journal(_formulas()) and self._opens(self.generation()):
                with self._staged([], progress=part_of(progress, 0.1, 0.9)) as staged:
                    generation = self._publish(staged)  # only settings are others: its rows stay
            else:
                generation = self._publish_anew(entries)
            events.tell("caught_up", generation=generation, entries=len(entries))
        return entries

    def _publish_anew(self, entries: Sequence[Entry], progress: Progress = silent) -> int:
        """Make a database of these entries and nothing else; return its generation."""
        loaded = [(entry.manifest, dict(entry.tables())) for entry in entries]
        with self._staged(loaded, anew=True, progress=part_of(progress, 0.1, 0.9)) as staged:
            progress("publishing", 0.9)
            return self._publish(staged)

    def _refuse_repetition(self, draft: Draft, entries: Sequence[Entry]) -> None:
        undone = _undone(entries)
        wanted = tuple(sorted(file.sha256 for file in draft.files))
        for entry in entries:
            former = entry.manifest
            if (
                former.kind == "import"
                and former.import_id not in undone
                and former.fingerprint == wanted
                and (not draft.as_of_given or former.as_of == draft.as_of)
                and (former.complete or not draft.complete)  # complete, it says more
                # Read in another way, the same bytes say something else.
                and (not former.mapping or _readings(former.mapping) == _readings(draft.mapping))
            ):
                names = [file.name for file in draft.files]
                events.refused(names, {"already_imported": 1}, import_id=former.import_id)
                raise AlreadyImported(former.import_id)

    @contextmanager
    def _staged(
        self,
        added: Sequence[tuple[Manifest, Mapping[str, pa.Table]]],
        before: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
        after: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
        anew: bool = False,
        only: frozenset[str] | None = None,
        progress: Progress = silent,
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Build the next database under a temporary name: the newest one plus some entries.

        It is made from nothing with ``anew``, and where nothing of today's formulas is published
        yet. An empty newest one is worth its copy too: the views are there already. ``before``
        sees the copy as it was published, ``after`` what was made of it; both are called again
        where memory did not do. ``only`` names the views to compute, where not all are needed.
        What is built is in an open transaction until it is published.
        """
        self._sweep()
        path = self.folder / f".staged-{os.getpid()}.duckdb"
        copied = not anew and self._shows_the_journal(_formulas())
        rows = sum(manifest.counts.get("rows", 0) for manifest, _ in added)
        if copied:
            rows += sum(entry.manifest.counts.get("rows", 0) for entry in self.journal.entries())
        block_size = LARGE_BLOCK if rows >= MANY_ROWS else SMALL_BLOCK

        def fill(connection: duckdb.DuckDBPyConnection) -> None:
            if copied and before is not None:
                before(connection)
            connection.execute("begin")
            _fill(connection, added, self.settings(), not copied, only, progress)
            ((last_seq,),) = connection.execute(
                "select coalesce(max(last_seq), 0) from journal.meta"
            ).fetchall()
            newest = max([last_seq, *(manifest.seq for manifest, _ in added)])
            connection.execute("delete from journal.meta")
            connection.execute(
                "insert into journal.meta values (?, ?, ?, ?)",
                [self._next_generation(), newest, SCHEMA_VERSION, self._computed_by()],
            )
            if after is not None:
                after(connection)

        for memory in WRITERS_MEMORY:
            self._memory = memory
            with ExitStack() as opened:
                opened.callback(_remove_database, path)
                if copied:
                    _copy(self._path(self.generation()), path, block_size)
                connection = opened.enter_context(
                    closing(_connect_to_write(path, memory, block_size))
                )
                try:
                    fill(connection)
                except duckdb.OutOfMemoryException:
                    if memory == WRITERS_MEMORY[-1]:
                        raise
                    logger.warning("%s MiB do not do, more is tried", memory >> 20)
                    continue
                yield connection
                return

    def _next_generation(self) -> int:
        """Return a number that was never used: caches of other processes know it by number.

        Taken from the clock, since counting alone would start over when databases are deleted.
        """
        return max(self.generation() + 1, int(time.time() * 1000))

    @_said_as_kept()
    def _publish(self, staged: duckdb.DuckDBPyConnection) -> int:
        """Close the staged database and give it its name; then move the pointer."""
        staged.execute("commit")
        ((path,),) = staged.execute(
            "select path from duckdb_databases() where database_name = current_database()"
        ).fetchall()
        ((generation, last_seq, computed_by),) = staged.execute(
            "select generation, last_seq, computed_by from journal.meta"
        ).fetchall()
        staged.close()
        sync(Path(path))
        final = self._path(generation)
        os.replace(path, final)
        self._point_to(final)
        sync(self.folder)
        if (identity := _identity(final)) is not None:
            _remember(identity, (last_seq, computed_by))  # else the file is opened to read it
        self._retire()
        events.tell(
            "published", generation=int(generation), bytes=final.stat().st_size,
            seconds=self._writing_seconds(),
        )  # fmt: skip
        return int(generation)

    def _point_to(self, final: Path) -> None:
        """Move ``okr.duckdb`` to a generation; where a client holds it open on Windows, next time."""
        beside = self.folder / ".okr.duckdb.new"
        beside.unlink(missing_ok=True)
        try:
            if os.name == "nt":  # a link would share the lock of the generation that we hold open
                raise OSError("no link")
            os.link(final, beside)
        except OSError:  # also a file system without hard links
            shutil.copyfile(final, beside)
            sync(beside)
        try:
            os.replace(beside, self.pointer)
        except PermissionError:
            beside.unlink(missing_ok=True)

    def _retire(self) -> None:
        """Delete old generations; one that a reader holds open on Windows goes next time."""
        for _, path in self._generations()[:-KEPT_GENERATIONS]:
            try:
                path.unlink()
            except OSError:
                continue

    def _sweep(self) -> None:
        for path in self.folder.glob(".staged-*"):
            path.unlink(missing_ok=True)


class Generations:
    """The opened generations of one process, newest last: readers of one share an instance."""

    def __init__(self, store: Store, kept: int = 3) -> None:
        self._store = store
        self._kept = kept
        self._open: dict[int, duckdb.DuckDBPyConnection] = {}
        #: The reader of an earlier day that was used last, with what it has computed.
        self._earlier: tuple[tuple[int, date], Reader] | None = None
        self._lock = threading.Lock()

    @contextmanager
    def reader(self, generation: int, as_of: date | None = None) -> Iterator[Reader]:
        """Give a cursor on one generation. Raises NoDatabase where it is gone.

        An earlier day is computed outside the lock: nobody waits for another reader's question.
        What was computed last stays for the next question about that day.
        """
        if as_of is None:
            with closing(Reader(self._cursor(generation), generation)) as reader:
                yield reader
            return
        reader = self._take_earlier(generation, as_of) or Reader(
            self._cursor(generation), generation, as_of
        )
        try:
            yield reader
        except BaseException:
            reader.close()
            raise
        self._keep_earlier(generation, as_of, reader)

    def _cursor(self, generation: int) -> duckdb.DuckDBPyConnection:
        """Return a connection of our own: the instance stays open for us when a newer one pushes it out."""
        with self._lock:
            if generation not in self._open:
                try:
                    self._open[generation] = self._store.open_generation(generation)
                except duckdb.IOException as error:
                    if self._store.holds(generation):
                        raise
                    raise NoDatabase(f"Generation {generation} is no longer there.") from error
                for old in sorted(self._open)[: -self._kept]:
                    self._open.pop(old).close()
                    if self._earlier is not None and self._earlier[0][0] == old:
                        self._earlier[1].close()
                        self._earlier = None
            return self._open[generation].cursor()

    def _take_earlier(self, generation: int, as_of: date) -> Reader | None:
        """Take the reader that has computed a day, if there is one: nobody else has it then."""
        with self._lock:
            if self._earlier is None or self._earlier[0] != (generation, as_of):
                return None
            _, reader = self._earlier
            self._earlier = None
            return reader

    def _keep_earlier(self, generation: int, as_of: date, reader: Reader) -> None:
        """Keep a reader for the next question about its day, instead of the one kept so far."""
        with self._lock:
            former, self._earlier = self._earlier, ((generation, as_of), reader)
        if former is not None:
            former[1].close()


# --- helpers -----------------------------------------------------------------

#: What DuckDB makes of whole numbers and truth values of which some are NULL.
_NULLABLE = {
    pa.int64(): pd.Int64Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def _as_pandas(column: pa.ChunkedArray) -> pd.Series:
    """Turn a column into what DuckDB's own conversion makes of it."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("us"))
    if column.null_count == len(column) and pa.types.is_string(column.type):
        return pd.Series([None] * len(column), dtype=object)
    if column.null_count and column.type in _NULLABLE:
        return column.to_pandas(types_mapper=_NULLABLE.get)
    return column.to_pandas()


#: Bytes of a block. DuckDB's default, the large one, makes a database of 700 items 13 MB; the small
#: one makes it 3 MB, which every publishing copies and syncs. A million key results are published
#: with small blocks in a third more time, and into a third more space.
SMALL_BLOCK, LARGE_BLOCK = 16_384, 262_144
#: Rows of all imports from which on a database has large blocks.
MANY_ROWS = 200_000


def _writers_memory(whole: int) -> tuple[int, ...]:
    """Return the bytes that a writer may take before it works on disk, of a machine's memory.

    What cannot be finished with the first, which does for a million key results with twenty million
    check-ins, is tried once more with a quarter of the machine, where that is more.
    """
    first = 2 << 30
    return (first,) if whole // 4 <= first else (first, whole // 4)


#: What a writer of this machine may take, see :func:`_writers_memory`.
WRITERS_MEMORY = _writers_memory(machine.memory())


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a published database, read-only."""
    return duckdb.connect(str(path), read_only=True, config=_config(path))


def _connect_to_write(path: Path, memory: int, block_size: int) -> duckdb.DuckDBPyConnection:
    """Open a database to be published; ``block_size`` counts where it is made by that.

    Order of rows is kept nowhere, it costs memory.
    """
    config = _config(
        path,
        memory_limit=f"{memory >> 20}MiB",
        preserve_insertion_order="false",
        default_block_size=str(block_size),
    )
    return duckdb.connect(str(path), config=config)


def _config(path: Path, **more: str) -> dict[str, str | bool | int | float | list[str]]:
    return {**LOCKDOWN, "temp_directory": str(path.parent / ".tmp"), **more}


def _remove_database(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)


def _copy(published: Path, path: Path, block_size: int) -> None:
    """Copy a published database, whose blocks become large where they are to be and were small."""
    if block_size == SMALL_BLOCK or _block_size_of(published) == block_size:
        shutil.copyfile(published, path)
        return
    # Without the lockdown, which would not let it open files; it runs nothing else.
    with closing(duckdb.connect()) as connection:
        for name, file, options in (
            ("published", published, "read_only"),
            ("staged", path, f"block_size {block_size}"),
        ):
            quoted = str(file).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {name} ({options})")
        connection.execute("copy from database published to staged")


def _block_size_of(path: Path) -> int:
    with closing(_connect(path)) as connection:
        ((size,),) = connection.execute(
            "select block_size from pragma_database_size() where database_name = current_database()"
        ).fetchall()
    return int(size)


def _fill(
    connection: duckdb.DuckDBPyConnection,
    added: Sequence[tuple[Manifest, Mapping[str, pa.Table]]],
    settings: Settings,
    anew: bool,
    only: frozenset[str] | None,
    progress: Progress,
) -> None:
    """Load entries into a database and compute every answer anew.

    The copy of a database with the same formulas has its tables and views already: unless it is
    made ``anew``, only answers are new.
    """
    if anew:
        _create_base_tables(connection)
        views.clear_views(connection)
        views.create_macros(connection)
    progress("loading the rows", 0.0)
    for manifest, tables in added:
        _load(connection, manifest, tables)
    _write_settings(connection, settings)
    _write_calendar(connection, settings)
    views.compute(
        connection, "staging", only=only, computing=_computing(progress, 0.1, 0.35), anew=anew
    )
    progress("looking for loops", 0.35)
    _write_kept_out(connection)
    report = _computing(progress, 0.4, 1.0)
    views.compute(connection, *views.COMPUTED_LAYERS, only=only, computing=report, anew=anew)
    if only is None:
        views.keep_latest_change(connection)
    if anew:
        views.create_public_views(connection)


def _computing(progress: Progress, begin: float, end: float) -> Callable[[str, int, int], None]:
    """Report the views of some layers while they are computed."""

    def report(name: str, place: int, count: int) -> None:
        progress(f"computing {name.replace('_', ' ')}", begin + (end - begin) * place / count)

    return report


def _identity(path: Path) -> tuple[Path, int, int, int] | None:
    """Return what tells a file from any other one of its name, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return path, found.st_ino, found.st_size, found.st_mtime_ns


#: Names a published file and tells it from any other one of that name: path, inode, size, time.
_Identity = tuple[Path, int, int, int]
#: What the published files that were written or read last say of themselves; guarded by the lock.
_METAS: dict[_Identity, tuple[int, str]] = {}
_METAS_LOCK = threading.Lock()


def _remember(identity: _Identity, said: tuple[int, str]) -> None:
    """Keep what a published file says of itself, of the 16 newest: it is never written again."""
    with _METAS_LOCK:
        _METAS[identity] = said
        while len(_METAS) > 16:
            del _METAS[next(iter(_METAS))]


def _meta_of(identity: _Identity) -> tuple[int, str]:
    """Return what a published file says of itself; one of another process is read once.

    Opening one costs more than most questions do.
    """
    with _METAS_LOCK:
        found = _METAS.get(identity)
    if found is None:
        found = _read_meta(identity[0])
        _remember(identity, found)
    return found


def _read_meta(path: Path) -> tuple[int, str]:
    connection = _connect(path)
    try:
        row = connection.execute("select last_seq, computed_by from journal.meta").fetchone()
    finally:
        connection.close()
    return row if row is not None else (-1, "")


@lru_cache(maxsize=4)
def _settings_of(identity: tuple[Path, int, int, int]) -> Settings:
    """Read the settings that made a published file, once: it is never written again."""
    connection = _connect(identity[0])
    try:
        return settings_of_rows(
            connection.execute("select name, number, value from journal.setting").fetchall()
        )
    finally:
        connection.close()


def _formulas() -> str:
    """Name the formulas of today, as the beginning of what a database says it is computed by."""
    return f"{SCHEMA_VERSION}/{views.fingerprint()}/"


def _create_base_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists journal")
    for name, columns in _BASE_TABLES.items():
        connection.execute(f"create table if not exists journal.{name} ({columns})")
    for table in TABLES:
        connection.execute(
            f"create table if not exists journal.{table.name} (import_id varchar, {table.ddl()})"
        )


def _load(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, tables: Mapping[str, pa.Table]
) -> None:
    if manifest.kind in ("undo", "redo"):
        connection.execute(
            "update journal.import set undone = ? where import_id = ?",
            [manifest.kind == "undo", manifest.target],
        )
        return
    if manifest.kind == "import":
        connection.execute(
            "insert into journal.import values (?, ?, ?, ?, ?, ?, ?, ?, false, ?)",
            [
                manifest.import_id, manifest.seq, manifest.as_of, manifest.at, manifest.by,
                manifest.source_format, ", ".join(file.name for file in manifest.files),
                manifest.sample, manifest.complete,
            ],
        )  # fmt: skip
    for name, table in tables.items():
        if not table.num_rows:
            continue
        connection.register("accepted", table)
        connection.execute(
            f"insert into journal.{name} select ?, * from accepted", [manifest.import_id]
        )
        connection.unregister("accepted")


def _write_settings(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    rows = setting_rows(settings)
    connection.execute("delete from journal.setting")
    # In one statement: a row at a time takes longer than all else that a small import loads.
    connection.execute(
        f"insert into journal.setting values {', '.join(['(?, ?, ?, ?, ?, ?)'] * len(rows))}",
        [value for row in rows for value in row],
    )


def _write_calendar(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Write the dates that the names of cycles mean, under the fiscal calendar of today."""
    connection.execute("delete from journal.cycle_calendar")
    names = connection.execute(
        "select cycle from journal.objective_row where cycle is not null "
        "union select cycle from journal.key_result_row where cycle is not null"
    ).fetchall()
    for (name,) in names:
        period = parse_period(name, int(settings.fiscal_start_month))
        if period is not None:
            connection.execute(
                "insert into journal.cycle_calendar values (?, ?, ?)",
                [name, period.starts_on, period.ends_on],
            )


def _write_kept_out(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("delete from journal.kept_out_link")
    # Numbers first: a million links as objects would take as long as everything else.
    ends = connection.execute(
        "with name as (select row_number() over () - 1 as number, item_id from ("
        "select child_id as item_id from model.alignment_candidate "
        "union select parent_objective_id from model.alignment_candidate)) "
        "select distinct c.number as child, p.number as parent from model.alignment_candidate a "
        "join name c on c.item_id = a.child_id join name p on p.item_id = a.parent_objective_id"
    ).fetchnumpy()
    if graph.ends_soon(zip(ends["child"].tolist(), ends["parent"].tolist(), strict=True)):
        return
    rows = connection.execute(
        "select import_id, as_of, seq, child_id, parent_id, parent_objective_id, valid_from, "
        "valid_to, file, row from model.alignment_candidate"
    ).fetchall()
    kept_out = [
        (
            kept.link.import_id, kept.link.child_id, kept.link.parent_id, kept.valid_from,
            kept.valid_to, kept.severity, kept.code, kept.link.file, kept.link.row, kept.message,
        )
        for kept in graph.find_kept_out([graph.Link(*row) for row in rows])
    ]  # fmt: skip
    if kept_out:
        connection.executemany(
            "insert into journal.kept_out_link values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", kept_out
        )


def issue_table(issues: Sequence[Issue]) -> pa.Table:
    (table,) = (t for t in TABLES if t.name == "issue_row")
    return table.from_rows(
        [
            {
                "severity": issue.severity, "code": issue.code, "file": issue.file,
                "row": issue.row, "column": issue.column, "value": issue.value,
                "message": issue.message,
            }
            for issue in issues
        ]
    )  # fmt: skip


def _issues_of(
    connection: duckdb.DuckDBPyConnection, import_id: str, table: str = "newest.import_issue"
) -> pd.DataFrame:
    return connection.execute(
        f'select severity, code, file, row, "column", value, message from {table} '
        "where import_id = ? "
        "order by list_position(['error', 'warning', 'info'], severity), code, file, row",
        [import_id],
    ).df()


def _tree_of(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> pd.DataFrame:
    """Return the first items of an import below each other; of a very large one only the top."""
    many = manifest.counts.get("rows", 0) > 20_000
    said = {"id": manifest.import_id, "rows": TREE_ROWS, "depth": 1 if many else 8}
    return connection.execute(_TREE, said).df()


def _readings(mapping: Mapping[str, str]) -> list[str]:
    """Return how tables were read, whatever the files were called."""
    return sorted(mapping.values())


def _import_ids(entries: Sequence[Entry]) -> set[str]:
    return {entry.manifest.import_id for entry in entries if entry.manifest.kind == "import"}


def _take_down_for(draft: Draft) -> Callable[[duckdb.DuckDBPyConnection], None]:
    return lambda connection: changes.take_down_before(connection, draft.as_of)


def _is_newest_day(connection: duckdb.DuckDBPyConnection, day: date) -> bool:
    return connection.execute("select day from model.as_of_day").fetchall() == [(day,)]


def _undone(entries: Sequence[Entry]) -> set[str]:
    """Return the imports whose last undo no redo has taken back."""
    undone: set[str] = set()
    for manifest in (entry.manifest for entry in entries):
        if manifest.kind == "undo":
            undone.add(manifest.target)
        elif manifest.kind == "redo":
            undone.discard(manifest.target)
    return undone


def _stamped(kind: Kind, prefix: str, entries: Sequence[Entry], by: str | None) -> Manifest:
    """Return the manifest of the next entry: its number, its id, when and who."""
    seq = entries[-1].manifest.seq + 1 if entries else 1
    return Manifest(kind, seq, f"{prefix}-{seq:04d}", at=_now(), by=by or _user_name())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no user name in a bare container
        return "unknown"


def _busy_message(holder: Path) -> str:
    try:
        who = json.loads(holder.read_text("utf-8"))
        return (
            f"Another import is being written (process {who['pid']}, {who['by']}, "
            f"since {who['since']}). Nothing was changed; try again when it is done."
        )
    except (OSError, ValueError, KeyError):
        return "Another import is being written. Nothing was changed; try again when it is done."
