"""Saved views: names are user text, the file is whole or as it was, and nobody's figures change."""

from __future__ import annotations

from pathlib import Path

import pytest

from okr_data.errors import OkrError, StoreBusy
from okr_data.saved_views import FILE, MOST, NAME_LENGTH, SavedView, SavedViews
from okr_data.store import Store


@pytest.fixture
def views(tmp_path: Path) -> SavedViews:
    return SavedViews(Store(tmp_path / "data", lock_timeout=0.2))


def names(views: SavedViews) -> list[str]:
    return [view.name for view in views.all()]


def test_views_are_saved_replaced_renamed_and_removed(views: SavedViews) -> None:
    assert views.all() == ()
    views.save(SavedView("  Sales \n now ", "cascade", "cycle=Q4+2026&department=Sales"))
    views.save(SavedView("board", "overview", "cycle=Q3+2026"))
    views.save(SavedView("board", "overview", "cycle=Q4+2026"))
    assert [(v.name, v.page, v.query) for v in views.all()] == [
        ("board", "overview", "cycle=Q4+2026"),
        ("Sales now", "cascade", "cycle=Q4+2026&department=Sales"),
    ]
    views.rename("board", "Board")
    views.remove("Sales now")
    views.remove("Sales now")
    assert names(views) == ["Board"]


def test_hostile_names_are_kept_as_they_are(views: SavedViews) -> None:
    hostile = '"]]\\ = ![x](http://e.example) <b> ../../etc \u202e äöü 日本'
    views.save(SavedView(hostile, "overview", "a=b"))
    assert names(views) == [hostile.replace("\u202e ", "")]
    assert {path.name for path in views._store.folder.iterdir()} <= {FILE, "writer.lock"}


@pytest.mark.parametrize("name", ["", " \n", "\x00", "x" * (NAME_LENGTH + 1)])
def test_what_is_no_name_is_refused(name: str, views: SavedViews) -> None:
    with pytest.raises(OkrError, match="name"):
        views.save(SavedView(name, "overview", ""))
    assert views.all() == ()


def test_a_name_that_is_taken_or_gone_is_told(views: SavedViews) -> None:
    views.save(SavedView("a", "overview", ""))
    views.save(SavedView("b", "overview", ""))
    with pytest.raises(OkrError, match="already"):
        views.rename("a", "b")
    with pytest.raises(OkrError, match="any more"):
        views.rename("c", "d")


@pytest.mark.parametrize(
    "text", ["view = [", "view = 3", "[[view]]\nname = 'x'\n[[view]]\nname = ["]
)
def test_a_broken_file_is_told_and_never_overwritten(text: str, views: SavedViews) -> None:
    views._store.folder.mkdir()
    (views._store.folder / FILE).write_text(text)
    with pytest.raises(OkrError, match="does not read"):
        views.all()
    with pytest.raises(OkrError, match="does not read"):
        views.save(SavedView("a", "overview", ""))
    assert (views._store.folder / FILE).read_text() == text


def test_there_is_an_end_to_how_many(views: SavedViews) -> None:
    with views._store.writing():
        views._write([SavedView(f"view {n}", "overview", "") for n in range(MOST)])
    views.save(SavedView("view 7", "trends", ""))
    with pytest.raises(OkrError, match="remove one first"):
        views.save(SavedView("one more", "overview", ""))


def test_another_writer_is_waited_for_and_told(views: SavedViews) -> None:
    with Store(views._store.folder).writing(), pytest.raises(StoreBusy):
        views.save(SavedView("a", "overview", ""))
