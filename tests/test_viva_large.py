"""A Viva export of 5,000 objectives: no row lost, every figure as computed from the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

from okr_data.ingest import Upload
from okr_data.store import Draft, Reader
from tests.conftest import draft_of, new_store
from tests.oracle import Day, Organisation, to_template
from tests.test_oracle_random import (
    compare,
    key_result_rows,
    objective_rows,
    sight_rows,
)
from tests.viva_export import make_export

#: One worker: the import takes seconds.


@cache
def the_export() -> tuple[bytes, Organisation]:
    return make_export()


@dataclass(frozen=True)
class Imported:
    """The export in a store, with the truth it was made from."""

    truth: Organisation
    draft: Draft
    reader: Reader

    @cached_property
    def day(self) -> Day:
        return self.truth.on()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    content, truth = the_export()
    units = [upload for upload in to_template(truth) if upload.name == "org_units.csv"]
    draft = draft_of([Upload("export.csv", content), *units], as_of=truth.as_of)
    folder: Path = tmp_path_factory.mktemp("viva")
    store = new_store(folder)
    store.accept(draft)
    with store.reader() as reader:
        yield Imported(truth, draft, reader)


def test_the_export_holds_every_trap() -> None:
    """Guards the guard: a change of the generator must not quietly remove what it tests."""
    content, truth = the_export()
    text = content.decode("utf-8-sig")
    ids = {o.id for o in truth.objectives} | {k.id for k in truth.key_results}
    links = [link for o in truth.objectives for link in o.links]
    assert len(truth.objectives) == 5000
    assert make_export(50)[0] == make_export(50)[0]
    assert any(len(o.links) == 3 for o in truth.objectives)
    assert any(link.weight == 0 for link in links)
    assert any(link.parent not in ids for link in links)
    assert any(link.parent in {k.id for k in truth.key_results} for link in links)
    assert any(k.further for k in truth.key_results)
    assert any(o.status == "dropped" for o in truth.objectives)
    for part in ("3,637,839", "Outcome", "Action", "(weight: under 3 t)(weight:", "second line"):
        assert part in text


@pytest.mark.parametrize(
    ("table", "column", "items"),
    [
        ("objective_progress", "objective_id", "objectives"),
        ("key_result_progress", "key_result_id", "key_results"),
        ("journal.initiative_row", "initiative_id", "initiatives"),
    ],
)
def test_every_id_is_there_exactly_once(
    imported: Imported, table: str, column: str, items: str
) -> None:
    found = Counter(item for (item,) in imported.reader.rows(f"select {column} from {table}"))
    assert found == Counter(item.id for item in getattr(imported.truth, items))


def test_the_counts_are_those_of_the_file(imported: Imported) -> None:
    truth, counts = imported.truth, imported.draft.counts()
    items = len(truth.objectives) + len(truth.key_results) + len(truth.initiatives)
    assert counts == {
        "rows": items + len(truth.units),
        "objectives": len(truth.objectives),
        "key_results": len(truth.key_results),
        "initiatives": len(truth.initiatives),
        "check_ins": len(truth.check_ins),
        "alignments": sum(len(o.links) for o in truth.objectives)
        + sum(len(k.further) for k in truth.key_results),
        "org_units": len(truth.units),
    }


def test_no_row_is_refused_and_nothing_is_misread(imported: Imported) -> None:
    codes = {issue.code for issue in imported.draft.issues}
    harmless = {
        "parent_not_found",
        "several_teams",
        "baseline_assumed",
        "key_result_without_objective",
        "progress_conflict",
        "target_equals_start",
    }
    assert codes - harmless == set()


def test_every_title_is_kept(imported: Imported) -> None:
    found = dict(
        imported.reader.rows(
            "select objective_id, title from objective_progress "
            "union all select key_result_id, title from key_result_progress"
        )
    )
    truth = imported.truth
    titles = {o.id: o.title for o in truth.objectives} | {k.id: k.title for k in truth.key_results}
    assert found == titles


def test_every_objective_equals_the_truth(imported: Imported) -> None:
    right = objective_rows(imported.day)
    assert compare(imported.reader, "objective_progress", ("objective_id",), right) == []


def test_every_key_result_equals_the_truth(imported: Imported) -> None:
    right = key_result_rows(imported.day)
    assert compare(imported.reader, "key_result_progress", ("key_result_id",), right) == []


def test_every_chain_equals_the_truth(imported: Imported) -> None:
    right = sight_rows(imported.day)
    assert compare(imported.reader, "line_of_sight", ("objective_id", "ancestor_id"), right) == []


def test_every_ratio_equals_the_truth(imported: Imported) -> None:
    day, reader = imported.day, imported.reader
    assert compare(reader, "level_progress", ("cycle", "level"), day.level_progress()) == []
    assert compare(reader, "alignment_by_level", ("cycle", "level"), day.alignment_by_level()) == []
    by_department = day.alignment_by_department()
    assert compare(reader, "alignment_by_department", ("cycle", "department"), by_department) == []
    by_place = day.department_progress()
    assert compare(reader, "department_progress", ("cycle", "department", "level"), by_place) == []


def test_shares_sum_to_one_and_points_to_the_roll_up(imported: Imported) -> None:
    rolled = imported.day.rollup
    sums = imported.reader.rows(
        "select ancestor_id, sum(share), sum(contributed_progress) from contribution group by 1"
    )
    assert {ancestor for ancestor, _, _ in sums} == {o for o, p in rolled.items() if p is not None}
    for ancestor, share, points in sums:
        assert share == pytest.approx(1, abs=1e-9)
        assert points == pytest.approx(rolled[ancestor], abs=1e-9)
