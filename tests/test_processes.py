"""Several processes on one folder, few of each; tests/torture_processes.py takes more."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from okr_data.errors import StoreBusy
from okr_data.store import Store
from tests.conftest import new_store
from tests.sessions import Dashboard, Session, dashboard
from tests.torture_processes import Notebook, asked_anew, holder_of_the_lock
from tests.torture_sessions import numbers_in, take

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are ended by signals")


def test_the_lock_of_a_killed_writer_is_taken_over(tmp_path: Path) -> None:
    """Until it is killed, a second writer is told which process holds the lock."""
    store = new_store(tmp_path / "data", lock_timeout=0.2)
    with holder_of_the_lock(store.folder) as holder:
        with pytest.raises(StoreBusy, match=f"process {holder.pid}"):
            take(store, 1)
        holder.kill()
        holder.wait()
        take(Store(store.folder, lock_timeout=5.0), 1)
    assert not (store.folder / "writer.json").exists()


def test_a_dashboard_and_a_notebook_meet_an_import(tmp_path: Path) -> None:
    """The dashboard shows it with the next run; the notebook keeps the state that it opened."""
    store = new_store(tmp_path / "data")
    take(store, 0)
    with dashboard(store.folder, tmp_path) as board:
        asyncio.run(_read_before_and_after(board, store))
        assert board.tracebacks() == 0
        assert [line["event"] for line in board.told()] == []  # it was another process


async def _read_before_and_after(board: Dashboard, store: Store) -> None:
    session = await Session.open(board.port)
    assert numbers_in(await session.goto("")) == {0}
    notebook = Notebook(store.pointer)
    take(store, 1)
    for page in ("", "cascade"):
        run = await session.goto(page)
        assert not run.exceptions
        assert numbers_in(run) == {1}
    assert (notebook.ask(), asked_anew(store.pointer)) == (0, 1)
    notebook.close()
    status, said = board.health()
    assert (status, said["generation"]) == (200, store.generation())
    await session.close()
    _make_unreadable(store)
    status, said = board.health()
    assert (status, said["healthy"]) == (503, False)


def _make_unreadable(store: Store) -> None:
    """Put a newer database there that is none."""
    (store.folder / f"okr-{store.generation() + 1}.duckdb").write_bytes(os.urandom(4096))
