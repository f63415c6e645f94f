"""Can this process answer? What a load balancer and a probe want to know of a data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from okr_data.errors import OkrError
from okr_data.store import Store


@dataclass(frozen=True)
class Health:
    """The state of a data folder as a reader meets it.

    ``generation`` is that of the newest database, 0 before the first start, which makes one.
    """

    healthy: bool
    generation: int
    says: str


def look(folder: Path) -> Health:
    """Open the newest database read-only and ask it for its number; some milliseconds.

    Nothing is computed, written or mended, and no lock is waited for: it may be asked each second.
    """
    store = Store(folder)
    generation = store.generation()
    if generation == 0:
        return _before_the_first_start(store)
    try:
        with store.reader() as reader:
            ((found,),) = reader.rows("select max(generation) from journal.meta")
    except (duckdb.Error, OkrError, OSError) as error:
        return Health(
            False, generation, f"the newest database does not open: {type(error).__name__}"
        )
    return Health(True, int(found), "the newest database answers")


def _before_the_first_start(store: Store) -> Health:
    """Where nothing is published, the first page makes it: so traffic must come, if that can be."""
    folder = store.folder
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return Health(False, 0, "nothing is published, and the data folder cannot be written")
    try:
        store.journal.entries()
    except (OkrError, OSError) as error:
        return Health(False, 0, f"nothing is published, and the journal: {type(error).__name__}")
    return Health(True, 0, "nothing is published yet; the first page makes it")
