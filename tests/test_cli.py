"""The command line as people and schedulers use it: output and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from okr_data.cli import main
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
