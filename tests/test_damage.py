"""Damaged files and full disks: what was there stays, what is wrong is named, and there is a way back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from okr_data.errors import OkrError
from okr_data.store import Store
from tests.conftest import assert_same_answers, every_answer, new_store, take_in

FIRST = """
id  | title | level      | department | cycle   | parent_ids
O-1 | Win   | company    |            | Q4 2026 |
O-2 | Sell  | department | Sales      | Q4 2026 | O-1
"""
SECOND = """
id  | title | level      | department | cycle   | parent_ids
O-3 | Last  | department | Sales      | Q4 2026 | O-1
"""


def newest(store: Store) -> Path:
    return store.folder / f"okr-{store.generation():06d}.duckdb"


def damage(path: Path) -> None:
    """Overwrite the second half of a file with other bytes, as a bad disk would."""
    content = bytearray(path.read_bytes())
    for position in range(len(content) // 2, len(content)):
        content[position] ^= 0x5A
    path.unlink()  # another file of the same name: what is mapped or linked elsewhere stays whole
    path.write_bytes(bytes(content))


def _overview() -> None:
    from okr_data.ui import data, filters, overview

    view = filters.choose(data.pinned())
    overview.render_sentence(view, view.data.overview(view.filters, view.frames).headline)


@pytest.fixture
def page(store: Store, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("OKR_DATA", str(store.folder))
    st.cache_resource.clear()  # like a server that has just started
    return AppTest.from_function(_overview, default_timeout=60)


# --- databases ---------------------------------------------------------------


def test_a_database_that_does_not_open_is_computed_anew(store: Store) -> None:
    take_in(store, objectives=FIRST)
    before = every_answer(store)
    newest(store).write_bytes(b"no database at all")
    store.catch_up()
    assert_same_answers(every_answer(store), before)


def test_a_damaged_database_is_mended_once_and_a_whole_one_never(store: Store) -> None:
    take_in(store, objectives=FIRST)
    before, whole = every_answer(store), store.generation()
    assert not store.mend(whole)
    assert store.generation() == whole
    damage(newest(store))
    assert store.mend(whole)
    assert not store.mend(whole)
    assert_same_answers(every_answer(store), before)


def test_a_page_mends_a_damaged_database_and_says_so(store: Store, page: AppTest) -> None:
    take_in(store, objectives=FIRST)
    damage(newest(store))
    page.run()
    assert not page.exception
    assert [toast.value for toast in page.toast] == [
        "The database was damaged. It was computed anew from the journal: nothing is lost."
    ]
    assert page.title


# --- the journal -------------------------------------------------------------


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ("half a mani", "000002-import cannot be read"),
        (json.dumps({"kind": "import", "schema_version": 99}), "written by a newer version"),
    ],
)
def test_a_journal_that_does_not_read_is_said_and_the_rest_is_served(
    manifest: str, says: str, store: Store, page: AppTest
) -> None:
    take_in(store, objectives=FIRST)
    entry = store.folder / "journal" / "000002-import"
    entry.mkdir()
    (entry / "manifest.json").write_text(manifest)
    page.run()
    assert not page.exception
    (warning,) = page.warning
    assert says in warning.value.replace("\\", "")
    assert page.title
    shutil.rmtree(entry)
    page.run()
    assert not page.warning


# --- disks -------------------------------------------------------------------

_IMPORT = """
import resource, signal, sys
from okr_data.errors import OkrError
from okr_data.store import Store
from tests.conftest import DAY, draft_of, uploads
from tests.test_damage import SECOND

draft = draft_of(uploads(objectives=SECOND), as_of=DAY)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(sys.argv[1])
for limit in map(int, sys.argv[2:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        store.accept(draft)
        print("done")
        break
    except OkrError as error:
        print("refused", error)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are of POSIX")
def test_a_disk_that_is_full_refuses_and_loses_nothing(tmp_path: Path) -> None:
    """No file may grow beyond a limit that rises step by step: each step fails elsewhere."""
    store = new_store(tmp_path / "data")
    take_in(store, objectives=FIRST)
    before = every_answer(store)
    size = newest(store).stat().st_size
    limits = [0, 150, 4_000, size // 2, size - 1]
    told = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(store.folder), *map(str, limits)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    refused = told.stdout.splitlines()
    assert len(refused) == len(limits), told.stdout
    assert all("cannot be written" in line for line in refused), told.stdout
    after = Store(store.folder)
    entries = len(after.journal.entries())
    after.catch_up()
    if entries == 1:  # nothing was acknowledged, and nothing was kept either
        assert_same_answers(every_answer(after), before)
    take_in(after, objectives=SECOND) if entries == 1 else after.catch_up()
    assert len(every_answer(after)["objective_progress"]) == 3
    assert not list(store.folder.glob(".staged-*"))
    assert not list((store.folder / "journal").glob(".tmp-*"))


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[tuple[Path, Callable[[str], None]]]:
    """A disk of its own in memory, and how it is made read-only ("ro") and writable ("rw").

    Permissions bind no root, so the disk is mounted; where that is not allowed, tests are skipped.
    """
    place = tmp_path / "disk"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)]
    mounted = shutil.which("mount") and subprocess.run(mounting, check=False, capture_output=True)
    if not mounted or mounted.returncode != 0:
        pytest.skip("a disk can be mounted by root only")

    def remount(mode: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{mode}", place], check=True)

    yield place, remount
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_read_only_disk_is_said_and_read(
    read_only_disk: tuple[Path, Callable[[str], None]],
    page: AppTest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before, a change of the settings on a read-only disk left every page without a figure."""
    place, remount = read_only_disk
    store = new_store(place / "data", lock_timeout=0.5)
    take_in(store, objectives=FIRST)
    monkeypatch.setenv("OKR_DATA", str(store.folder))
    remount("ro")
    with pytest.raises(OkrError, match=r"cannot be written.*make the folder writable"):
        take_in(store, objectives=SECOND)
    page.run()
    assert not [*page.exception, *page.warning, *page.error]
    assert page.title
    remount("rw")
    (store.folder / "settings.toml").write_text("cadence_days = 3\n")
    remount("ro")
    st.cache_resource.clear()  # like a server that has just started
    page.run()
    assert not [*page.exception, *page.error]
    (warning,) = page.warning
    assert "cannot be written" in warning.value
    assert page.title
    remount("rw")
    page.run()
    assert not page.warning
    assert store.is_current()
    take_in(store, objectives=SECOND)
    assert len(every_answer(store)["objective_progress"]) == 3


_READ = """
import resource, signal, sys
from okr_data.errors import OkrError
from okr_data.ingest import Upload
from okr_data.ingest.apart import prepare_apart

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
try:
    prepare_apart([Upload("a.csv", b"id,title\\n" * 100)])
except OkrError as error:
    sys.exit(str(error))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are of POSIX")
def test_a_temporary_folder_that_is_full_is_named() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _READ], capture_output=True, text=True, check=False, timeout=60
    )
    assert "temporary folder" in told.stderr
    assert "Traceback" not in told.stderr
