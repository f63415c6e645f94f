"""What a load balancer is told: a folder that can serve, and one that cannot."""

from __future__ import annotations

from pathlib import Path

from okr_data.health import look
from okr_data.store import Store
from tests.conftest import take_in
from tests.test_damage import FIRST


def test_the_newest_database_that_opens_is_healthy(store: Store) -> None:
    take_in(store, objectives=FIRST)
    found = look(store.folder)
    assert (found.healthy, found.generation) == (True, store.generation())


def test_a_damaged_newest_database_is_not_healthy_until_it_is_made_anew(store: Store) -> None:
    take_in(store, objectives=FIRST)
    newest = store.folder / f"okr-{store.generation():06d}.duckdb"
    newest.unlink()
    newest.write_bytes(b"no database at all")
    found = look(store.folder)
    assert not found.healthy
    assert "does not open" in found.says
    store.catch_up()
    assert look(store.folder).healthy


def test_before_the_first_start_traffic_may_come(tmp_path: Path) -> None:
    found = look(tmp_path / "data")
    assert (found.healthy, found.generation) == (True, 0)
    assert not (tmp_path / "data").exists()


def test_a_journal_that_does_not_read_and_nothing_published_is_not_healthy(tmp_path: Path) -> None:
    entry = tmp_path / "data" / "journal" / "000001-import"
    entry.mkdir(parents=True)
    (entry / "manifest.json").write_text("half a mani")
    found = look(tmp_path / "data")
    assert (found.healthy, found.generation) == (False, 0)
    assert "JournalUnreadable" in found.says


def test_looking_waits_for_no_writer(store: Store) -> None:
    take_in(store, objectives=FIRST)
    with store.writing():
        assert look(store.folder).healthy
