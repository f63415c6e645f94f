"""Is everything in order? What the command ``doctor`` looks at, each with what to do."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import duckdb

from okr_data import views
from okr_data.errors import OkrError
from okr_data.journal import Entry, Journal
from okr_data.profiles import Profiles
from okr_data.schema import SCHEMA_VERSION
from okr_data.settings import settings_problem
from okr_data.store import Store

PACKAGES = ("streamlit", "duckdb", "pandas", "plotly", "pyarrow")
#: Free disk below which an import may fail, as a multiple of the newest database.
_ROOM = 3

Verdict = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: ``ok``, a ``warning``, or a ``problem`` that needs a hand."""

    name: str
    verdict: Verdict
    says: str


def examine(folder: Path, deep: bool = False) -> Iterator[Check]:
    """Look at a data folder and at what is installed; with ``deep`` also at every original."""
    yield _versions()
    yield _browser()
    yield from _guarded("folder", lambda: _folder(folder))
    yield from _guarded("disk", lambda: _disk(folder))
    yield from _guarded("settings", lambda: _settings(folder))
    yield from _guarded("profiles", lambda: _profiles(folder))
    yield from _guarded("journal", lambda: _journal(folder, deep))
    yield from _guarded("database", lambda: _database(Store(folder)))


def _guarded(name: str, look: Callable[[], Check]) -> Iterator[Check]:
    try:
        yield look()
    except (OkrError, OSError, duckdb.Error) as error:
        yield Check(name, "problem", str(error))


def _versions() -> Check:
    found, missing = [f"Python {sys.version.split()[0]}"], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    if missing:
        return Check("versions", "problem", f"Not installed: {', '.join(missing)}.")
    return Check("versions", "ok", ", ".join(found) + f"; schema {SCHEMA_VERSION}")


def _browser() -> Check:
    from okr_data.export.browser import browser_path, what_to_install  # noqa: PLC0415 - takes a second

    found = browser_path()
    if found:
        return Check("browser", "ok", f"Static pictures are drawn with {found}.")
    return Check("browser", "warning", what_to_install())


def _folder(folder: Path) -> Check:
    if not folder.exists():
        return Check("folder", "warning", f"{folder} is not there yet; the first start makes it.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Check("folder", "problem", f"{folder} cannot be read and written by this user.")
    return Check("folder", "ok", f"{folder.resolve()} can be read and written.")


def _disk(folder: Path) -> Check:
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(there).free
    newest = max((path.stat().st_size for path in folder.glob("okr-*.duckdb")), default=0)
    says = f"{_size(free)} free, the newest database has {_size(newest)}."
    if free < max(_ROOM * newest, 100 << 20):
        return Check("disk", "warning", says + " An import may find no room.")
    return Check("disk", "ok", says)


def _size(count: int) -> str:
    return f"{count / (1 << 30):,.1f} GiB" if count >= 1 << 30 else f"{count / (1 << 20):,.1f} MiB"


def _settings(folder: Path) -> Check:
    if problem := settings_problem(folder):
        return Check("settings", "problem", problem)
    return Check("settings", "ok", "settings.toml reads, or is not there: the defaults hold.")


def _profiles(folder: Path) -> Check:
    profiles = Profiles(folder)
    if broken := profiles.broken():
        first = next(iter(broken.items()))
        return Check("profiles", "problem", f"{len(broken)} do not read; {first[0]}: {first[1]}")
    return Check("profiles", "ok", f"{len(profiles.all())} saved.")


def _journal(folder: Path, deep: bool) -> Check:
    journal = Journal(folder / "journal")
    entries = journal.entries()
    for entry in entries:
        _readable(entry, deep)
    half = len(list(journal.folder.glob(".tmp-*"))) if journal.folder.exists() else 0
    says = f"{len(entries)} entries, " + ("every file as it came." if deep else "all of them read.")
    if half:
        says += f" {half} unfinished; the next import sweeps them away."
    return Check("journal", "ok", says)


def _readable(entry: Entry, deep: bool) -> None:
    """Read the rows of an entry, and with ``deep`` its originals. Raises OkrError naming it."""
    try:
        for _ in entry.tables():
            pass
    except (OSError, ValueError) as error:
        raise OkrError(
            f"The rows of {entry.folder.name} do not read ({error}). Restore {entry.folder} from a backup."
        ) from error
    if deep:
        for number in range(len(entry.manifest.files)):
            entry.original(number)


def _database(store: Store) -> Check:
    if store.generation() == 0:
        return Check("database", "warning", "None is published yet; the first start makes one.")
    with store.reader() as reader:
        rows = {
            v.name: reader.rows(f"select count(*) from {v.name}")[0][0]
            for v in views.public_views()
        }
    says = f"generation {store.generation()}, {rows['objective_progress']:,} objectives; all {len(rows)} views answer."
    if not store.is_current():
        return Check("database", "warning", says + " It is older than the journal, the settings or the program: "
                     "the next start computes it anew.")  # fmt: skip
    return Check("database", "ok", says)
