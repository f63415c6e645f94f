"""What somebody does who wants to know what came in: look, compare, fetch, take back, put back."""

from __future__ import annotations

import csv
import io
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from okr_data.ingest import Upload
from okr_data.intake import clear_sample, import_files
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Screen, Server, figures, serving
from tests.browser.warm import Nursery

CYCLE = "Q4 2026"
HEADING = "imports are in force"
IMPORTS = "Imports, newest first"
FILES = "Files of this import"
DIFFERENCES = "Differences of the two imports"
HOSTILE = "![x](http://127.0.0.1:9/leak.png) <b>bold</b> **x** $y$"
NAME = "../**plan** $y$ objectives.csv"
CONTENT = f"""\
id,title,level,department,owner,cycle,parent_ids
H-1,{HOSTILE},department,Sales,=cmd(),{CYCLE},O-101
H-2,In no cascade,department,Sales,Ann Example,{CYCLE},O-nowhere
O-201,Named anew,department,Sales,Ann Example,{CYCLE},O-101
""".encode()


@pytest.fixture(scope="module")
def archive(
    nursery: Nursery, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server whose history holds the sample data and one more import, with a hostile title."""
    place = tmp_path_factory.mktemp("archive")
    folder = Path(shutil.copytree(sample_folder, place / "data"))
    with serving(folder, place / "server.log", nursery) as server:
        import_files(server.store, [Upload(NAME, CONTENT)], as_of=date(2026, 11, 20))
        yield server


def section(screen: Screen, name: str) -> None:
    screen.click(screen.page.get_by_test_id("stMain").get_by_role("radio", name=name))
    screen.settle(HEADING)


def test_reader_finds_an_import_with_its_files_and_issues(archive: Server, visit: Visit) -> None:
    screen = visit(archive)
    screen.open("/")
    screen.menu("History", HEADING)
    expect(screen.heading).to_have_text("3 of 3 imports are in force")
    screen.assert_row(IMPORTS, 0, "imp-0003", "2026-11-20", "In force")
    screen.select_row(IMPORTS, 0)
    expect(screen.text("imp-0003 · as of 20 Nov 2026 · in force")).to_be_visible()
    screen.assert_address({"import": "imp-0003"})

    # The original, byte for byte, under a name that no disk minds.
    name, content = screen.download("objectives.csv")
    assert (name, content) == ("_plan_ _y_ objectives.csv", CONTENT)

    section(screen, "Issues")
    screen.assert_row("Issues", 0, "Look at it", NAME, "3", "parent", "O-nowhere")
    screen.write("Search", "no such word")
    expect(screen.text("No issue has these words")).to_be_visible()
    screen.write("Search", "o-nowhere")
    screen.settle(HEADING)
    (row,) = csv.DictReader(
        io.StringIO(screen.download("Download the issues (CSV)")[1].decode("utf-8-sig"))
    )
    assert (row["Row"], row["Rule"]) == ("3", "parent_not_found")

    section(screen, "How it was read")
    screen.page.get_by_test_id("stExpander").locator("summary").click()
    mapping = tomllib.loads(screen.download("Download the mapping (TOML)")[1].decode())
    assert mapping["rows"] == "objectives"

    # Against the sample before it: one title more of an item that both state, two items new.
    section(screen, "What it changed")
    expect(screen.text("As it was computed against the newest data")).to_be_visible()
    expect(screen.text("New (2)")).to_be_visible()
    _, content = screen.download("Download the differences (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["What"] for row in rows if row["Id"] == "O-201"} >= {"Retitled"}
    assert {row["Id"] for row in rows if row["What"] == "New"} == {"H-1", "H-2"}
    assert not screen.page.locator("[src*='leak.png']").count()
    screen.assert_sound()


def test_analyst_compares_two_imports_of_a_mailed_address(archive: Server, visit: Visit) -> None:
    wanted = archive.store.compare("imp-0001", "imp-0002")
    screen = visit(archive)
    screen.open("/history?import=imp-0002&import=imp-0001", HEADING)
    expect(screen.text("imp-0001 of 16 Oct 2026 → imp-0002 of 20 Nov 2026")).to_be_visible()
    expect(screen.text(f"{len(wanted)} differences").first).to_be_visible()
    lowered = wanted[wanted["kind"] == "target_lowered"]
    screen.press(f"Target lowered ({len(lowered)})")
    screen.settle(HEADING)
    first = lowered.iloc[0]
    screen.assert_row(
        DIFFERENCES, 0, "Target lowered", "Key result", first["item_id"], first["title"],
        first["before"], first["after"],
    )  # fmt: skip
    _, content = screen.download("Download the differences (CSV)")
    assert len(list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))) == len(lowered)

    # A second look at one of them: the selection is that of the list.
    screen.select_row(IMPORTS, 1)
    expect(screen.text("imp-0001 · as of 16 Oct 2026 · in force")).to_be_visible()
    screen.assert_sound()


def test_import_is_taken_back_and_put_back_in_force(archive: Server, visit: Visit) -> None:
    with_it = figures(archive.folder, CYCLE)
    screen = visit(archive)
    screen.open("/history?import=imp-0002", HEADING)
    screen.press("Take it back")
    dialog = screen.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Take imp-0002 back?")
    expect(dialog).to_contain_text("imp-0003 of 20 Nov 2026")  # both state O-201
    screen.click(dialog.get_by_role("button", name="Keep it"))
    expect(dialog).to_have_count(0)
    assert figures(archive.folder, CYCLE) == with_it

    screen.press("Take it back")
    screen.click(dialog.get_by_role("button", name="Take it back"))
    expect(screen.text("imp-0002 is taken back")).to_be_visible()
    screen.settle(HEADING)
    expect(screen.heading).to_have_text("2 of 3 imports are in force")
    screen.assert_row(IMPORTS, 1, "imp-0002", "2026-11-20", "Taken back")
    expect(screen.text("imp-0002 · as of 20 Nov 2026 · taken back")).to_be_visible()
    without = figures(archive.folder, CYCLE)
    assert without != with_it

    screen.press("Put it back in force")
    expect(screen.text("imp-0002 is in force again")).to_be_visible()
    screen.settle(HEADING)
    expect(screen.heading).to_have_text("3 of 3 imports are in force")
    assert figures(archive.folder, CYCLE) == with_it
    screen.assert_sound()


def test_damaged_original_is_named_and_not_handed_out(
    sample_folder: Path, tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    folder = Path(shutil.copytree(sample_folder, tmp_path / "data"))
    original = next((folder / "journal").glob("000002-*")) / "original-0"
    original.chmod(0o644)
    original.write_bytes(b"something else")
    screen = visit(serve(folder))
    screen.open("/history?import=imp-0002", HEADING)
    expect(screen.page.get_by_test_id("stAlertContentError")).to_contain_text("is damaged")
    expect(screen.page.get_by_role("button", name="check_ins.csv")).to_have_count(0)
    expect(screen.page.get_by_role("button", name="objectives.csv")).to_have_count(1)


def test_pages_of_a_cleared_database_lead_to_the_next_step(
    sample_folder: Path, tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    server = serve(Path(shutil.copytree(sample_folder, tmp_path / "data")))
    clear_sample(server.store)
    screen = visit(server)
    screen.open("/history", "0 of 2 imports are in force")
    for entry in ("Organisation", "Reconciliation"):
        screen.menu(entry, "No objectives yet")
        expect(screen.page.get_by_role("button", name="Go to Import")).to_be_visible()
        screen.assert_sound()
