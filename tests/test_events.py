"""The log for who runs the dashboard: what happened, and never what people wrote."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from okr_data import events
from okr_data.backup import backup
from okr_data.errors import AlreadyImported, FileRefused, StoreBusy
from okr_data.store import Store
from okr_data.ui import page_errors
from tests.conftest import take_in

SECRET = "Buy the competitor"
OBJECTIVES = f"""
id  | title    | level   | department | cycle   | parent_ids
O-1 | {SECRET} | company |            | Q4 2026 |
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that events of a test are written into."""
    path = tmp_path / "events.jsonl"
    monkeypatch.setenv(events.VARIABLE, str(path))
    propagate, level = events.logger.propagate, events.logger.level
    events.listen()
    yield path
    _forget_handlers()
    events.logger.propagate = propagate
    events.logger.setLevel(level)


def _forget_handlers() -> None:
    for handler in list(events.logger.handlers):
        events.logger.removeHandler(handler)
        handler.close()


def told(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def test_a_history_is_told_event_by_event(store: Store, tmp_path: Path, log: Path) -> None:
    made = take_in(store, objectives=OBJECTIVES)
    store.undo(made.import_id, by="Ada Lovelace")
    store.redo(made.import_id)
    with pytest.raises(AlreadyImported):
        take_in(store, objectives=OBJECTIVES)
    store.rebuild()
    backup(store.folder, tmp_path / "kept.zip")
    names = [line["event"] for line in told(log)]
    assert names == [
        "published", "import_accepted", "published", "undo", "published", "redo",
        "import_refused", "published", "rebuilt", "backup",
    ]  # fmt: skip
    by_name = {line["event"]: line for line in told(log)}
    assert by_name["import_accepted"]["files"] == ["objectives.csv"]
    assert by_name["import_accepted"]["rows"] == 1
    assert by_name["import_refused"]["issues"] == {"already_imported": 1}
    assert by_name["published"]["generation"] == by_name["rebuilt"]["generation"]
    assert by_name["published"]["seconds"] > 0
    assert by_name["backup"]["entries"] == 3
    assert SECRET not in log.read_text("utf-8")
    assert "Ada" not in log.read_text("utf-8")


def test_a_refused_file_is_told_by_kinds_of_issues_and_nothing_of_its_content(
    store: Store, log: Path
) -> None:
    with pytest.raises(FileRefused):
        take_in(store, strange=f"colour | taste\nred | {SECRET}")
    (line,) = told(log)
    assert (line["event"], line["files"]) == ("import_refused", ["strange.csv"])
    assert sum(line["issues"].values()) > 0
    assert SECRET not in log.read_text("utf-8")


def test_a_second_writer_that_waited_in_vain_is_told(store: Store, log: Path) -> None:
    with store.writing(), pytest.raises(StoreBusy):
        Store(store.folder, lock_timeout=0.05).rebuild()
    assert [line["event"] for line in told(log)] == ["writer_waited_in_vain"]


def _broken_page() -> None:
    from okr_data.ui import page_errors

    page_errors.listen()
    raise ValueError("Buy the competitor")


def test_what_a_page_raises_is_told_by_its_kind_and_place(log: Path) -> None:
    AppTest.from_function(_broken_page, default_timeout=30).run()
    (line,) = told(log)
    assert (line["event"], line["page"], line["exception"]) == ("page_error", "home", "ValueError")
    assert SECRET not in log.read_text("utf-8")
    handlers = logging.getLogger(page_errors.STREAMLIT_LOGGER).handlers
    page_errors.listen()
    assert len(logging.getLogger(page_errors.STREAMLIT_LOGGER).handlers) == len(handlers)


def test_places_name_our_files_only() -> None:
    try:
        Store("/nowhere").entry("imp-1")
    except Exception as error:
        places = events.places_of(error)
    assert places[-1].startswith("okr_data/store.py:")
    assert places[-1].endswith(" entry")


def test_without_the_variable_nothing_is_written(
    store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(events.VARIABLE, raising=False)
    events.listen()
    assert not events.logger.handlers
    events.tell("published", generation=1)
    assert capfd.readouterr() == ("", "")


def test_a_log_that_cannot_be_written_gives_way_to_the_standard_error(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _forget_handlers()
    monkeypatch.setenv(events.VARIABLE, str(tmp_path / "no folder" / "events.jsonl"))
    events.listen()
    events.tell("published", generation=1)
    first, second = capsys.readouterr().err.splitlines()
    assert "cannot be written" in first
    assert json.loads(second)["event"] == "published"


def test_every_event_is_documented() -> None:
    """The document lists them; the code is searched for what it tells."""
    root = Path(__file__).resolve().parent.parent
    sources = [path.read_text("utf-8") for path in (root / "okr_data").rglob("*.py")]
    found = {
        name for text in sources for name in re.findall(r'\bevents\.tell\(\s*"(\w+)"', text)
    } | {
        "import_accepted",
        "import_checked",
        "undo",
        "redo",
    }
    documented = (root / "docs" / "operations.md").read_text("utf-8")
    assert {name for name in found if f"`{name}`" not in documented} == set()
