"""What the tests share: small tables as uploads, and stores with real databases."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from okr_data import views
from okr_data.ingest import Known, Reading, Upload, prepare
from okr_data.intake import import_files, load_sample
from okr_data.store import Draft, ImportResult, Store

DAY = date(2026, 11, 20)


def table(text: str) -> bytes:
    """Turn a small table, cells separated by "|", into CSV; blanks around cells do not count."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    rows = [[cell.strip() for cell in line.strip().split("|")] for line in lines]
    return "\n".join(
        ",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows
    ).encode()


def uploads(**tables: str) -> list[Upload]:
    """Make template files of small tables, by the name of the file without its ending."""
    return [Upload(f"{name}.csv", table(text)) for name, text in tables.items()]


def take_in(store: Store, /, *, as_of: date | None = DAY, **tables: str) -> ImportResult:
    return import_files(store, uploads(**tables), as_of=as_of)


def draft_of(files: list[Upload], as_of: date | None = None, known: Known | None = None) -> Draft:
    """Prepare uploads in this process."""
    return prepare(files, known, Reading(as_of=as_of)).draft


def every_answer(store: Store, as_of: date | None = None) -> dict[str, pd.DataFrame]:
    """Return every row of every public view, in a fixed order."""
    with store.reader(as_of) as reader:
        return {
            view.name: reader.frame(f"select * from {view.name} order by all")
            for view in views.public_views()
        }


def assert_same_answers(left: dict[str, pd.DataFrame], right: dict[str, pd.DataFrame]) -> None:
    assert left.keys() == right.keys()
    for name, frame in left.items():
        pd.testing.assert_frame_equal(frame, right[name], obj=name)


@cache
def _empty_folder() -> Path:
    """Publish an empty database once a process: its views are most of what a new store costs."""
    folder = Path(tempfile.mkdtemp(prefix="okr-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Store(folder).catch_up()
    return folder


def new_store(folder: Path | str, lock_timeout: float = 30.0) -> Store:
    """Return a store in a new folder in which the views of an empty database stand already."""
    shutil.copytree(_empty_folder(), folder, dirs_exist_ok=True)
    return Store(folder, lock_timeout)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path / "data", lock_timeout=0.5)


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with the sample data; tests only read it."""
    found = new_store(tmp_path_factory.mktemp("sample"))
    load_sample(found)
    return found
