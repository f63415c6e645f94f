"""The command line as people and schedulers use it: output and exit codes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from okr_data.cli import main
from okr_data.settings import Settings, parse_settings
from tests.conftest import uploads

OBJECTIVES = """
id  | title | level      | department | cycle   | parent_ids
O-1 | Win   | company    |            | Q4 2026 |
O-2 | Sell  | department | Sales      | Q4 2026 | O-1
O-3 | Lost  | department | Sales      | Q4 2026 | O-9
"""
KEY_RESULTS = """
id | objective_id | title | start_value | target_value | current_value | progress
A  | O-2          | sell  | 0           | 10           | 4             | 10%
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = []
    for upload in uploads(objectives=OBJECTIVES, key_results=KEY_RESULTS):
        (tmp_path / upload.name).write_bytes(upload.content)
        paths.append(str(tmp_path / upload.name))
    return paths


def run(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data", str(tmp_path / "data")])


def test_import_prints_one_object(tmp_path: Path, files: list[str]) -> None:
    result = run(tmp_path, "import", *files, "--as-of", "2026-11-20", "--json")
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    assert {k: body[k] for k in ("import_id", "rows", "objectives", "key_results", "check_ins", "alignments")} == {
        "import_id": "imp-0001", "rows": 4, "objectives": 3, "key_results": 1, "check_ins": 0,
        "alignments": 2,
    }  # fmt: skip
    assert body["issues"] == {"parent_not_found": 1, "progress_mismatch": 1}
    again = run(tmp_path, "import", *files, "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout) == {"import_id": "imp-0001", "already_imported": True}


def test_dry_run_undo_rebuild_and_sql(tmp_path: Path, files: list[str]) -> None:
    dry = run(tmp_path, "import", *files, "--dry-run", "--json")
    assert dry.exit_code == 0
    assert json.loads(dry.stdout)["import_id"] is None
    assert "No import yet" in run(tmp_path, "imports").output
    assert run(tmp_path, "import", *files, "--as-of", "2026-11-20").exit_code == 0
    count = run(tmp_path, "sql", "select count(*) as n from objective_progress", "--json")
    assert json.loads(count.stdout) == [{"n": 3}]
    earlier = run(tmp_path, "sql", "select day from as_of_day", "--as-of", "2026-10-10", "--json")
    assert json.loads(earlier.stdout)[0]["day"].startswith("2026-10-10")
    assert json.loads(run(tmp_path, "rebuild", "--json").stdout)["generation"] > 1
    assert run(tmp_path, "undo", "imp-0001").exit_code == 0
    listed = json.loads(run(tmp_path, "imports", "--json").stdout)
    assert [(row["import_id"], row["state"]) for row in listed] == [("imp-0001", "undone")]
    assert json.loads(run(tmp_path, "redo", "imp-0001", "--json").stdout) == {"redone": "imp-0001"}
    listed = json.loads(run(tmp_path, "imports", "--json").stdout)
    assert [row["state"] for row in listed] == ["in force"]


def test_a_refused_file_exits_3_and_names_the_place(tmp_path: Path) -> None:
    bad = tmp_path / "objectives.csv"
    bad.write_text('id,title\nO-1,"Win\n')
    result = run(tmp_path, "import", str(bad), "--json")
    assert result.exit_code == 3
    body = json.loads(result.stdout)
    assert body["error"] == "refused"
    assert body["details"][0]["row"] == 2
    assert "line 2" in run(tmp_path, "import", str(bad)).stderr


def imported(tmp_path: Path, files: list[str]) -> None:
    assert run(tmp_path, "import", *files, "--as-of", "2026-11-20").exit_code == 0


def settings_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "settings.toml").write_text(text, "utf-8")


def test_settings_are_printed_as_the_file_that_makes_them(tmp_path: Path) -> None:
    assert run(tmp_path, "settings").exit_code == 0  # nothing is published yet: those of the file
    settings_file(tmp_path, "cadence_days = 7\n")
    printed = run(tmp_path, "settings")
    assert parse_settings(tomllib.loads(printed.stdout)) == Settings(cadence_days=7)
    body = json.loads(run(tmp_path, "settings", "--json").stdout)
    assert body["digest"] == Settings(cadence_days=7).digest()
    assert body["settings"]["cadence_days"] == {
        "value": 7, "default": 14, "group": "rules",
        "meaning": "days within which a key result is checked in",
    }  # fmt: skip
    assert not (tmp_path / "data" / "journal").exists()


def test_settings_that_wait_are_told(tmp_path: Path, files: list[str]) -> None:
    imported(tmp_path, files)
    settings_file(tmp_path, "cadence_days = 7\n")
    result = run(tmp_path, "settings", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["waiting"] == {"cadence_days": "7"}
    assert "cadence_days: 14 is in force, 7 in settings.toml" in result.stderr
    assert run(tmp_path, "rebuild").exit_code == 0
    body = json.loads(run(tmp_path, "settings", "--json").stdout)
    assert (body["waiting"], body["settings"]["cadence_days"]["value"]) == ({}, 7)


def test_a_broken_settings_file_is_told_by_every_command_and_stops_none_but_rebuild(
    tmp_path: Path, files: list[str]
) -> None:
    settings_file(tmp_path, "cadence_days = 7\n")
    imported(tmp_path, files)
    settings_file(tmp_path, "cadence_days = 0\n")
    told = run(tmp_path, "settings")
    assert told.exit_code == 3
    assert '"cadence_days" must lie between 1 and 366' in told.stderr
    assert parse_settings(tomllib.loads(told.stdout)).cadence_days == 7
    body = json.loads(run(tmp_path, "settings", "--json").stdout)
    assert "must lie between" in body["problem"]
    excused = run(
        tmp_path, "excuse", "no_owner", "O-2", "--reason", "soon", "--until", "2026-12-31"
    )
    assert (excused.exit_code, "stay in force" in excused.stderr) == (0, True)
    assert run(tmp_path, "sql", "select 1 as one").exit_code == 0
    assert run(tmp_path, "rebuild").exit_code == 3


def test_findings_are_listed_and_excused(tmp_path: Path, files: list[str]) -> None:
    imported(tmp_path, files)
    rows = json.loads(run(tmp_path, "findings", "--json").stdout)
    assert {(row["finding"], row["item_id"]) for row in rows} >= {
        ("no_owner", "O-2"), ("unresolved_parent", "O-3"), ("no_key_results", "O-1"),
    }  # fmt: skip
    sales = json.loads(run(tmp_path, "findings", "--department", "Sales", "--json").stdout)
    assert {row["department"] for row in sales} == {"Sales"}
    assert len(sales) < len(rows)
    assert len(json.loads(run(tmp_path, "findings", "--cycle", "Q4 2026", "--json").stdout)) == len(
        rows
    )
    assert "Nothing was found" in run(tmp_path, "findings", "--as-of", "2020-01-01").stdout
    excuse = ["excuse", "no_owner", "O-2", "--reason", "we are hiring", "--until", "2026-12-31"]
    assert json.loads(run(tmp_path, *excuse, "--json").stdout) == {
        "finding": "no_owner", "item": "O-2", "until": "2026-12-31", "found": True, "excused": True,
    }  # fmt: skip
    last = json.loads(run(tmp_path, "findings", "--json").stdout)[-1]
    assert (last["item_id"], last["excused_until"][:10]) == ("O-2", "2026-12-31")
    taken_back = run(tmp_path, "excuse", "no_owner", "O-2", "--withdraw")
    assert "is not excused any more" in taken_back.stdout
    unknown = run(tmp_path, "excuse", "no_owner", "O-77", "--reason", "x", "--until", "2026-12-31")
    assert (unknown.exit_code, "changes no count" in unknown.stdout) == (0, True)


def test_changes_between_two_days(tmp_path: Path, files: list[str]) -> None:
    imported(tmp_path, files)
    rows = json.loads(run(tmp_path, "changes", "2026-09-30", "2026-11-20", "--json").stdout)
    assert [(row["kind"], row["item_id"]) for row in rows] == [
        ("added", "O-3"), ("added", "O-2"), ("added", "O-1"), ("added", "A"),
    ]  # fmt: skip
    assert "Nothing changed" in run(tmp_path, "changes", "2026-11-20", "2026-11-20").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["import"], 2),
        (["import", "nowhere.csv"], 2),
        (["sql", "select * from nowhere"], 2),
        (["sql", "delete from journal.import"], 2),
        (["nonsense"], 2),
        (["undo", "imp-0042"], 3),
        (["redo", "imp-0042"], 3),
        (["excuse", "no_owner", "O-1"], 2),
        (["excuse", "no_owner", "O-1", "--reason", " ", "--until", "2026-12-31"], 2),
        (["excuse", "no_owner", "O-1", "--reason", "why"], 2),
        (["excuse", "no_owner", "O-1", "--reason", "why", "--withdraw"], 2),
        (["excuse", "no_rule", "O-1", "--withdraw"], 3),
        (["findings", "--cycle", "Q4 2026"], 2),
        (["findings", "--department", "Sales"], 2),
        (["changes", "2026-11-20"], 2),
        (["changes", "2026-11-20", "2026-11-19"], 2),
        (["changes", "today", "2026-11-19"], 2),
    ],
)
def test_exit_codes(arguments: list[str], code: int, tmp_path: Path) -> None:
    assert run(tmp_path, *arguments).exit_code == code


def test_wrong_format_is_refused(tmp_path: Path, files: list[str]) -> None:
    assert run(tmp_path, "import", files[0], "--as-of", "yesterday").exit_code == 2
    assert run(tmp_path, "import", files[0], "--format", "excel").exit_code == 2


def test_template_files_can_be_taken_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "template"
    assert CliRunner().invoke(main, ["template", str(folder)]).exit_code == 0
    paths = [str(path) for path in sorted(folder.iterdir())]
    result = run(tmp_path, "import", *paths, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["objectives"] == 1
    ((path, before),) = [(p, p.read_bytes()) for p in [folder / "objectives.csv"]]
    path.write_bytes(b"mine")
    CliRunner().invoke(main, ["template", str(folder)])
    assert path.read_bytes() == b"mine"
    assert before.startswith(b"\xef\xbb\xbfid,")
