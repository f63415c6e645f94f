"""What comes out of the child process is what comes out here."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from okr_data.ingest import Known, Prepared, Reading, Upload, prepare
from okr_data.ingest.apart import LEFT_BEHIND, prepare_apart
from okr_data.ingest.columns import Answers
from okr_data.ingest.preparing import NotPrepared

DAY = date(2026, 9, 30)
MESSY = Upload(
    "../plan (1).csv",
    "id;type;title;parent_id;period;start;target;current;status;due\n"
    "O-1;objective;Größer werden;;Q3 2026;;;;At Risk;03/04/2026\n"
    "K-1;key result;Win;O-1;Q3 2026;0;1.234,5;12;On track;31/12/2026\n"
    "K-1;key result;Other;O-9;Q3 2026;0;10;tbd;Off track;01/02/2026\n".encode("cp1252"),
)
READING = Reading(as_of=DAY, complete=True, answers=Answers(date_order="dmy"), at_risk="off_track")
KNOWN = Known(frozenset({"O-9"}), frozenset({"K-9"}), {"Known": "O-9"}, {"ants": ("team", None)})


def assert_same(left: Prepared, right: Prepared) -> None:
    assert left.tables == right.tables
    assert left.decisions == right.decisions
    for name in (
        "source_format",
        "as_of",
        "as_of_given",
        "files",
        "originals",
        "issues",
        "complete",
        "mapping",
    ):
        assert getattr(left.draft, name) == getattr(right.draft, name), name
    assert left.draft.tables.keys() == right.draft.tables.keys()
    for name, table in left.draft.tables.items():
        assert table.equals(right.draft.tables[name]), name
    for mine, other in zip(left.refused, right.refused, strict=True):
        assert mine.label == other.label
        pd.testing.assert_frame_equal(mine.rows, other.rows, check_dtype=False)


def test_the_child_prepares_as_this_process_does() -> None:
    here = prepare([MESSY], KNOWN, READING)
    assert here.refused
    assert here.decisions
    told: list[float] = []
    assert_same(prepare_apart([MESSY], KNOWN, READING, lambda _, done: told.append(done)), here)
    assert told == sorted(told)


def test_a_refusal_comes_back_with_what_was_seen() -> None:
    unknown = Upload("who.csv", b"who,what\nAnn,win\nBo,lose\n")
    with pytest.raises(NotPrepared) as here:
        prepare([unknown])
    with pytest.raises(NotPrepared) as apart:
        prepare_apart([unknown])
    assert apart.value.issues == here.value.issues
    assert apart.value.tables == here.value.tables


def test_a_file_beyond_the_limit_never_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    from okr_data.ingest import apart
    from okr_data.ingest.grid import Limits

    monkeypatch.setattr(apart, "LIMITS", Limits(file=10))
    with pytest.raises(NotPrepared, match="the limit is"):
        prepare_apart([Upload("big.csv", b"id,title\nO-1,Win\n")])


def test_copies_of_uploads_that_a_killed_process_left_go_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen after kills: each left the uploaded file in the temporary folder for good."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, fresh, foreign = (tmp_path / n for n in ("okr-upload-old", "okr-upload-new", "other"))
    for folder in (old, fresh, foreign):
        folder.mkdir()
        (folder / "upload-0").write_bytes(b"id,title")
    past = time.time() - LEFT_BEHIND - 60
    for folder in (old, foreign):
        os.utime(folder, (past, past))
    prepare_apart([MESSY], KNOWN, READING)
    assert {path.name for path in tmp_path.iterdir()} == {fresh.name, foreign.name}
