"""The doctor finds what is wrong, says what to do, and is quiet about what is well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from okr_data.cli import REFUSED, main
from okr_data.doctor import Check, examine
from okr_data.store import Store
from tests.conftest import take_in

OBJECTIVES = """
id  | title | level   | cycle
O-1 | Win   | company | Q4 2026
"""


def verdicts(folder: Path, deep: bool = False) -> dict[str, Check]:
    return {check.name: check for check in examine(folder, deep)}


def test_all_is_well(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES)
    found = verdicts(store.folder, deep=True)
    assert {c.verdict for c in found.values() if c.name not in ("browser", "disk")} == {"ok"}
    assert "1 objectives" in found["database"].says
    assert "every file as it came" in found["journal"].says


def test_the_browser_is_the_one_that_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "browser"
    named.touch()
    monkeypatch.setenv("BROWSER_PATH", str(named))
    assert verdicts(tmp_path)["browser"] == Check(
        "browser", "ok", f"Static pictures are drawn with {named}."
    )
    named.unlink()
    assert verdicts(tmp_path)["browser"].verdict == "warning"
    assert "BROWSER_PATH" in verdicts(tmp_path)["browser"].says


def test_a_folder_that_is_not_there_yet_is_no_problem(tmp_path: Path) -> None:
    found = verdicts(tmp_path / "none")
    assert "problem" not in {check.verdict for check in found.values()}
    assert not (tmp_path / "none").exists()


def test_settings_that_do_not_read(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES)
    (store.folder / "settings.toml").write_text("cadence_days = 0", "utf-8")
    assert verdicts(store.folder)["settings"].verdict == "problem"
    assert "cadence_days" in verdicts(store.folder)["settings"].says


def test_a_damaged_original_is_found_only_by_a_deep_look(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES)
    (store.folder / "journal" / "000001-import" / "original-0").write_bytes(b"other")
    assert verdicts(store.folder)["journal"].verdict == "ok"
    found = verdicts(store.folder, deep=True)["journal"]
    assert found.verdict == "problem"
    assert "000001-import" in found.says


def test_damaged_rows_and_a_damaged_manifest_are_named(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES)
    entry = store.folder / "journal" / "000001-import"
    rows = next(entry.glob("objective*.parquet"))
    whole = rows.read_bytes()
    rows.write_bytes(whole[: len(whole) // 2])
    assert "000001-import" in verdicts(store.folder)["journal"].says
    rows.write_bytes(whole)
    (entry / "manifest.json").write_text("{", "utf-8")
    found = verdicts(store.folder)["journal"]
    assert (found.verdict, "000001-import" in found.says) == ("problem", True)


def test_a_damaged_database_is_a_problem_and_an_old_one_a_warning(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES)
    (store.folder / "settings.toml").write_text("cadence_days = 9", "utf-8")
    assert verdicts(store.folder)["database"].verdict == "warning"
    newest = max(store.folder.glob("okr-*.duckdb"))
    newest.write_bytes(b"no database")
    assert verdicts(store.folder)["database"].verdict == "problem"


def test_command_prints_and_fails_only_for_problems(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES)
    arguments = ["doctor", "--data", str(store.folder)]
    well = CliRunner().invoke(main, arguments)
    assert well.exit_code == 0, well.output
    assert "database" in well.stdout
    (store.folder / "settings.toml").write_text("nonsense", "utf-8")
    ill = CliRunner().invoke(main, [*arguments, "--json"])
    assert ill.exit_code == REFUSED
    told = {check["name"]: check["verdict"] for check in json.loads(ill.stdout)["checks"]}
    assert told["settings"] == "problem"


def test_backup_verify_and_restore_by_command(store: Store, tmp_path: Path) -> None:
    take_in(store, objectives=OBJECTIVES)
    archive = str(tmp_path / "kept.zip")
    made = CliRunner().invoke(main, ["backup", archive, "--json", "--data", str(store.folder)])
    assert (made.exit_code, json.loads(made.stdout)["entries"]) == (0, 1)
    assert CliRunner().invoke(main, ["verify", archive]).exit_code == 0
    new = str(tmp_path / "new")
    assert CliRunner().invoke(main, ["restore", archive, "--data", new]).exit_code == 0
    again = CliRunner().invoke(main, ["restore", archive, "--data", new])
    assert (again.exit_code, "is not empty" in again.stderr) == (REFUSED, True)
