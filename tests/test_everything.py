"""Everything that goes out comes in again: the figures of the copy are those of the original."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okr_data.errors import OkrError
from okr_data.export.everything import export_everything, template_files
from okr_data.export.files import NotWritten, write_whole
from okr_data.ingest import Reading, Upload
from okr_data.intake import import_files, read_files
from okr_data.store import Store
from okr_data.views import public_views
from tests.conftest import assert_same_answers, every_answer, new_store, take_in

OCT, NOV = date(2026, 10, 4), date(2026, 11, 20)
#: What says where a figure came from, not what it is.
PROVENANCE = ["import_id", "file", "row"]


def taken_in_again(folder: Path, target: Path) -> Store:
    """Import the history of an export into an empty data folder, in its order."""
    store = new_store(target)
    for each in sorted(p for p in (folder / "history").iterdir() if p.is_dir()):
        about = json.loads((each / "import.json").read_text("utf-8"))
        uploads = [
            Upload(p.name, p.read_bytes()) for p in sorted(each.glob("*.*")) if p.suffix != ".json"
        ]
        uploads.sort(key=lambda u: about["files"].index(u.name) if u.name in about["files"] else 0)
        reading = Reading(as_of=date.fromisoformat(about["as_of"]), complete=about["complete"])
        store.accept(read_files(store, uploads, reading).draft)
    return store


def test_the_sample_comes_back_as_it_was(sample_store: Store, tmp_path: Path) -> None:
    export_everything(sample_store, tmp_path / "out")
    again = taken_in_again(tmp_path / "out", tmp_path / "again")
    for day in (None, date(2026, 10, 16)):
        assert_same_answers(every_answer(again, day), every_answer(sample_store, day))


def test_every_view_goes_out_as_it_is(sample_store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_everything(sample_store, out)
    text = (out / "README.md").read_text("utf-8")
    for name, frame in every_answer(sample_store).items():
        parquet = pd.read_parquet(out / "parquet" / f"{name}.parquet")
        pd.testing.assert_frame_equal(parquet, frame, check_dtype=False, obj=name)
        assert len(pd.read_csv(out / "csv" / f"{name}.csv", low_memory=False)) == len(frame)
        assert f"## {name}\n" in text
    assert all(f"| `{c.name}` |" in text for view in public_views() for c in view.columns)


_PROGRESS = st.sampled_from(["", "0%", "45%", "100%", "33.3%"])
_STATUS = st.sampled_from(["", "On track", "At risk", "Off track", "Dropped"])


@st.composite
def _export(draw: st.DrawFn) -> dict[str, str]:
    """Draw a small upload: objectives in a row of parents, key results and check-ins."""
    count = draw(st.integers(2, 6))
    objectives = ["id | title | level | cycle | parent_ids | weight | progress | status"]
    key_results = [
        "id | objective_id | title | start_value | target_value | current_value | weight"
    ]
    check_ins = ["item_id | date | value | confidence"]
    for n in range(1, count):
        parent = draw(st.sampled_from(["", *(f"O-{m}" for m in range(n))])) if n else ""
        level = "company" if n == 1 else draw(st.sampled_from(["department", "team"]))
        objectives.append(
            f"O-{n} | title {n} | {level} | Q4 2026 | {parent} | {draw(st.sampled_from(['', '2', '0.3']))}"
            f" | {draw(_PROGRESS)} | {draw(_STATUS)}"
        )
        if draw(st.booleans()):
            value = draw(st.sampled_from(["", "1", "3.7", "-2", "12"]))
            key_results.append(f"K-{n} | O-{n} | measure {n} | 0 | 10 | {value} | ")
            check_ins.append(
                f"K-{n} | 2026-10-0{draw(st.integers(1, 4))} | {draw(st.integers(0, 9))} | 7"
            )
    tables = {"objectives": objectives, "key_results": key_results, "check_ins": check_ins}
    return {name: "\n".join(rows) for name, rows in tables.items() if len(rows) > 1}


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(exports=st.lists(_export(), min_size=1, max_size=3, unique_by=str))
def test_random_histories_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, exports: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    store = new_store(folder / "data")
    for number, tables in enumerate(exports):
        take_in(store, as_of=date(2026, 10, 4 + number), **tables)
    export_everything(store, folder / "out")
    again = taken_in_again(folder / "out", folder / "again")
    assert_same_answers(every_answer(again), every_answer(store))


def test_accepted_rows_make_the_same_figures_as_files_of_the_template(
    store: Store, tmp_path: Path
) -> None:
    """Other formats leave as template files: here the sample takes that way too."""
    take_in(
        store, as_of=NOV,
        objectives="id | title | level | cycle | owner | parent_ids | parent_weights | progress | status"
        "\nG | Win | company | Q4 2026 | Ann | | | |"
        "\nO-1 | Sell; more | department | Q4 2026 | Ann; Bob | G | 60% | 33.3% | At risk"
        "\nO-2 | Ship | team | Q4 2026 | | G; O-1 | 0%; 40% | | Off track",
        key_results="id | objective_id | title | start_value | target_value | current_value | confidence"
        "\nA | O-1 | a | 0.1 | 0.7 | 0.30000000000000004 | 7\nB | O-2 | b | 100 | 50 | 75 | 3",
        check_ins="item_id | date | value | note\nA | 2026-10-10 | 0.2 | first good",
        org_units="team | level | department\nShop | team | Sales",
    )  # fmt: skip
    (entry,) = store.journal.entries()
    files = template_files(dict(entry.tables()))
    again = new_store(tmp_path / "again")
    import_files(again, [Upload(name, content) for name, content in files.items()], as_of=NOV)
    left, right = every_answer(again), every_answer(store)
    del left["import_issue"], right["import_issue"]
    assert_same_answers(left, right)


def test_what_is_undone_stays_out(store: Store, tmp_path: Path) -> None:
    take_in(store, as_of=OCT, objectives="id | title | cycle\nO-1 | a | Q4 2026")
    second = take_in(store, as_of=NOV, objectives="id | title | cycle\nO-2 | b | Q4 2026")
    store.undo(second.import_id)
    export_everything(store, tmp_path / "out")
    names = [p.name for p in (tmp_path / "out" / "history").iterdir()]
    assert names == ["0001-2026-10-04"]


def test_a_folder_that_holds_something_is_left_alone(store: Store, tmp_path: Path) -> None:
    take_in(store, as_of=OCT, objectives="id | title | cycle\nO-1 | a | Q4 2026")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")
    with pytest.raises(NotWritten, match="not empty"):
        export_everything(store, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith((".", "out"))] == ["out"]


def test_a_disk_that_is_full_leaves_no_broken_file(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "report.html"
    target.write_text("before")
    monkeypatch.setattr("okr_data.export.files.os.fsync", full)
    with pytest.raises(OkrError, match="No space left on device"):
        write_whole(target, b"after")
    assert target.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir() if "report" in p.name] == ["report.html"]
