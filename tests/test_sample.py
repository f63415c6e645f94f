"""The sample data: made by its script, and every defect planted in it is found."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from okr_data.store import Store

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
#: Gone from the second export; an import does not remove what it does not name.
NOT_REMOVED = "O-277"


def planted(*kinds: str) -> set[tuple[str, str]]:
    with (SAMPLE / "planted.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["kind"], row["item_id"]) for row in csv.DictReader(file) if row["kind"] in kinds
        }


def test_the_files_are_what_the_script_makes() -> None:
    done = subprocess.run(
        [sys.executable, str(SAMPLE / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_a_company_worth_looking_at(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        ((objectives, cycles, levels, departments),) = reader.rows(
            "select count(*), count(distinct cycle), count(distinct level), count(distinct department) "
            "from objective_progress"
        )
        ((key_results, check_ins, below_key_results, no_weight, several),) = reader.rows(
            "select (select count(*) from key_result_progress), (select count(*) from model.check_in), "
            "(select count(*) from alignment_link_day join as_of_day using (day) where parent_key_result_id is not null), "
            "(select count(*) from alignment_link_day join as_of_day using (day) where weight = 0), "
            "(select count(*) from (select child_id from alignment_link_day join as_of_day using (day) "
            " group by child_id having count(*) > 1))"
        )
    assert (cycles, levels, departments) == (4, 4, 6)
    assert objectives >= 150
    assert key_results >= 500
    assert check_ins >= 4000
    assert below_key_results >= 15
    assert no_weight >= 6
    assert several >= 8


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("supporting", "supporting"),
        ("detached", "detached"),
        ("unresolved", "unresolved_parent"),
        ("unaligned", "unaligned"),
    ],
)
def test_alignment_states_are_the_planted_ones(state: str, kind: str, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        found = {
            (kind, item)
            for (item,) in reader.rows(
                "select objective_id from objective_progress where alignment_state = $state",
                {"state": state},
            )
        }
    assert found - {(kind, NOT_REMOVED)} == planted(kind)


ISSUES = (
    "progress_mismatch", "baseline_assumed", "not_a_number", "parent_not_found",
    "key_result_without_objective", "alignment_cycle", "target_equals_start",
)  # fmt: skip


def test_import_issues_are_the_planted_ones(sample_store: Store) -> None:
    rows = (
        "with item as (select objective_id as item_id, import_id, file, row from model.objective_version "
        "union all select key_result_id, import_id, file, row from model.key_result_version) "
        "select distinct i.code, item.item_id from import_issue i join item using (import_id, file, row)"
    )
    with sample_store.reader() as reader:
        found = set(reader.rows(rows))
        codes = {code for (code,) in reader.rows("select distinct code from import_issue")}
    assert {pair for pair in found if pair[0] in ISSUES} == planted(*ISSUES)
    assert codes == {*ISSUES, "org_unit_assumed"}


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("regression", "progress_raw < 0"),
        ("overshoot", "progress_raw > 1.3"),
        ("target_equals_start", "target_value = start_value"),
        (
            "no_value",
            "progress is null and current_value is null and target_value is not null and objective_id is not null and kind = 'metric'",
        ),
    ],
)
def test_cases_of_the_formulas_are_there(kind: str, condition: str, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        found = reader.rows(f"select key_result_id from key_result_progress where {condition}")
    assert planted(kind) <= {(kind, item) for (item,) in found}
    assert planted(kind)


def test_findings_that_the_views_show_already(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        watermelon = reader.rows(
            "select objective_id from objective_progress "
            "where status = 'on_track' and pace_status = 'off_track' and cycle = 'Q4 2026'"
        )
        unmeasured = reader.rows(
            "select objective_id from objective_progress where progress is null and not dropped"
        )
    assert {("watermelon", item) for (item,) in watermelon} >= planted("watermelon")
    assert {("nothing_measured", item) for (item,) in unmeasured} >= planted("nothing_measured")
