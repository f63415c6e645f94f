"""Bringing uploads into a store: what is known is looked up, a draft is made, the store decides."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from okr_data import events
from okr_data.errors import AlreadyImported, DataChanged, FileRefused, NoDatabase, OkrError
from okr_data.ingest import Known, Prepared, Reading, Upload
from okr_data.ingest.apart import prepare_apart
from okr_data.issues import count_by_code
from okr_data.profiles import Profiles
from okr_data.settings import Settings, stated_settings
from okr_data.store import ImportResult, Progress, Store, part_of, silent

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE_FOLDER = PROJECT / "sample_data"


def data_folder(given: str | Path | None = None) -> Path:
    """Return the data folder: the one given, else ``OKR_DATA``, else ``data`` in the project."""
    return Path(given or os.environ.get("OKR_DATA") or PROJECT / "data")


def known_to(store: Store) -> Known:
    """Return what the newest database holds and an upload may refer to."""
    fiscal_start_stated = _states_fiscal_start(store)
    if not store.journal.entries():  # the first import waits for no question
        return Known(fiscal_start_stated=fiscal_start_stated)
    try:
        with store.reader() as reader:
            objectives = reader.rows("select objective_id, title from objective_progress")
            others = reader.rows(
                "select key_result_id from model.key_result_version where valid_to is null "
                "union select initiative_id from model.initiative_version where valid_to is null"
            )
            units = reader.rows(
                "with unit as (select team_key, level, department from model.org_unit "
                "qualify row_number() over "
                "(partition by team_key order by assumed, as_of desc, seq desc) = 1) "
                "from unit union select n.unit_key, u.level, u.department "
                "from model.unit_name n join unit u on u.team_key = lower(trim(n.unit))"
            )
    except NoDatabase:
        return Known()
    titles: dict[str, str] = {}
    repeated: set[str] = set()
    for objective_id, title in objectives:
        if title in titles:
            repeated.add(title)
        titles[title] = objective_id
    return Known(
        objectives=frozenset(objective_id for objective_id, _ in objectives),
        other_items=frozenset(item_id for (item_id,) in others),
        titles={title: i for title, i in titles.items() if title not in repeated},
        units={key: (level, department) for key, level, department in units},
        fiscal_start_stated=fiscal_start_stated,
    )


def _states_fiscal_start(store: Store) -> bool:
    """Tell whether somebody wrote the fiscal year's first month down."""
    try:
        return "fiscal_start_month" in stated_settings(store.folder)
    except OkrError:  # the published settings hold; of these, only another month than the default
        return store.settings().fiscal_start_month != Settings().fiscal_start_month


@dataclass(frozen=True)
class Checked:
    """An upload that was read and tried, and not yet taken in; the bytes are those that were seen."""

    prepared: Prepared
    result: ImportResult
    generation: int


def check_files(
    store: Store, uploads: Sequence[Upload], reading: Reading, progress: Progress = silent
) -> Checked:
    """Read uploads and compute what taking them in would change, keeping nothing.

    Raises FileRefused (NotPrepared with what was seen), AlreadyImported or StoreBusy.
    """
    prepared = read_files(store, uploads, reading, progress)
    generation = store.generation()
    result = store.accept(prepared.draft, dry_run=True, progress=part_of(progress, 0.6, 1.0))
    return Checked(prepared, result, generation)


def take_in_checked(store: Store, checked: Checked, progress: Progress = silent) -> ImportResult:
    """Take in just what was checked. Raises DataChanged where the data is another by now."""
    if store.generation() != checked.generation:
        raise DataChanged(
            "The data changed since these files were checked (another import was faster). "
            "Nothing was changed; look at the files again."
        )
    return store.accept(checked.prepared.draft, progress=progress)


def read_files(
    store: Store, uploads: Sequence[Upload], reading: Reading, progress: Progress = silent
) -> Prepared:
    """Turn uploads into a draft, in a child process; saved profiles are looked at."""
    progress("reading the files", 0.02)
    store.catch_up()
    if not reading.profiles:
        reading = replace(reading, profiles=Profiles(store.folder).all())
    try:
        return prepare_apart(uploads, known_to(store), reading, part_of(progress, 0.02, 0.6))
    except FileRefused as error:
        events.refused([upload.name for upload in uploads], count_by_code(error.issues))
        raise


def import_files(
    store: Store,
    uploads: Sequence[Upload],
    source_format: str = "auto",
    as_of: date | None = None,
    dry_run: bool = False,
    sample: bool = False,
    progress: Progress = silent,
    reading: Reading | None = None,
) -> ImportResult:
    """Import uploads as one: all of them or nothing.

    Raises FileRefused, AlreadyImported or StoreBusy; then everything is as it was.
    """
    reading = reading or Reading(source_format=source_format, as_of=as_of, sample=sample)
    prepared = read_files(store, uploads, reading, progress)
    return store.accept(prepared.draft, dry_run=dry_run, progress=part_of(progress, 0.6, 1.0))


def sample_uploads() -> list[tuple[date, list[Upload]]]:
    """Return the invented exports of ``sample_data``, one a day, oldest first."""
    folders = sorted(
        path for path in SAMPLE_FOLDER.iterdir() if path.is_dir() and path.name[:1] == "2"
    )
    return [
        (
            date.fromisoformat(folder.name),
            [Upload(path.name, path.read_bytes()) for path in sorted(folder.glob("*.csv"))],
        )
        for folder in folders
    ]


def load_sample(store: Store, progress: Progress = silent) -> list[ImportResult]:
    """Import what is missing of the sample data. Raises AlreadyImported where nothing is."""
    exports = sample_uploads()
    results = []
    for part, (day, uploads) in enumerate(exports):
        report = part_of(progress, part / len(exports), (part + 1) / len(exports))
        try:
            results.append(
                import_files(
                    store,
                    uploads,
                    progress=report,
                    reading=Reading(
                        source_format="template", as_of=day, sample=True, complete=part > 0
                    ),
                )
            )
        except AlreadyImported:
            if part == len(exports) - 1 and not results:
                raise
    return results


def sample_is_half_loaded(store: Store) -> bool:
    """Tell whether a first start was interrupted between the exports of the sample data."""
    entries = store.journal.entries()
    only_sample = all(entry.manifest.sample for entry in entries)
    return only_sample and len(entries) < len(sample_uploads())


def clear_sample(store: Store) -> list[str]:
    """Undo every sample import that is in force, newest first; return their ids."""
    ids = [m.import_id for m, undone in store.imports() if m.sample and not undone]
    for import_id in reversed(ids):
        store.undo(import_id)
    return ids
