"""What somebody does who knows the organisation: confirm places, settle names, bring people."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from okr_data.ingest import Upload
from okr_data.intake import import_files
from okr_data.organisation import Organisation, organisation
from tests.browser.conftest import Visit
from tests.browser.driving import Server, serving
from tests.browser.warm import Nursery

HEADING = "units have a stated place"
UNITS = "Units of the organisation"
#: Where the columns of the table of units are, in pixels from its left edge.
CONFIRMED, LEVEL = 200, 500
HOSTILE = "![x](http://127.0.0.1:9/leak.png) <b>bold</b> **x** $y$"
OBJECTIVES = f"""\
id,title,team,department,owner,cycle,parent_ids
Z-1,Win installers in the north,Installer – Partners,Sales,Ann Example,Q4 2026,O-101
Z-2,Win installers in the south,Installers Partner,Sales,Bob Sample,Q4 2026,O-101
Z-3,Say it loud,{HOSTILE} harbour,Sales,Ann Example,Q4 2026,O-101
Z-4,Say it louder,{HOSTILE} harbours,Sales,Ann Example,Q4 2026,O-101
"""
PEOPLE = "person,team,email\nAnn Example,Installer Partners,ann@example.com\nBob Sample,Sales,\n"


@pytest.fixture(scope="module")
def office(
    nursery: Nursery, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server on the sample data and objectives of teams that no table names."""
    place = tmp_path_factory.mktemp("office")
    folder = Path(shutil.copytree(sample_folder, place / "data"))
    with serving(folder, place / "server.log", nursery) as server:
        uploads = [Upload("objectives.csv", OBJECTIVES.encode())]
        import_files(server.store, uploads, as_of=date(2026, 11, 20))
        yield server


def known(server: Server) -> Organisation:
    with server.store.reader() as reader:
        return organisation(reader)


def places(server: Server) -> dict[str, tuple[str, str]]:
    units = known(server).units
    return {row.team: (row.state, row.level) for row in units.itertuples()}


def team_of(server: Server, objective_id: str) -> str:
    with server.store.reader() as reader:
        ((team,),) = reader.rows(
            "select team from objective_progress where objective_id = $id", {"id": objective_id}
        )
    return str(team)


def test_proposed_place_is_confirmed_another_changed_and_taken_back(
    office: Server, visit: Visit
) -> None:
    before = places(office)
    (first, second, *_) = before
    assert before[first] == ("proposed", "team")
    screen = visit(office)
    screen.open("/")
    screen.menu("Organisation", HEADING)
    stated = sum(state == "stated" for state, _ in before.values())
    expect(screen.heading).to_have_text(f"{stated} of {len(before)} units have a stated place")
    expect(screen.page.get_by_role("button", name="Save")).to_be_disabled()

    # One tick states the first as it stands; the second gets another level.
    screen.click_cell(UNITS, CONFIRMED, 0)
    screen.page.keyboard.press("Space")
    expect(screen.page.get_by_role("button", name="Save 1 place")).to_be_enabled()
    screen.settle(HEADING)
    screen.click_cell(UNITS, LEVEL, 1)
    screen.page.keyboard.press("Enter")
    screen.page.get_by_role("option", name="Department").click()
    screen.press("Save 2 places")
    saved = screen.text("Saved as imp-0004")
    expect(saved).to_contain_text("are stated")
    screen.settle(HEADING)
    expect(screen.heading).to_have_text(f"{stated + 2} of {len(before)} units have a stated place")
    after = places(office)
    assert after[first] == ("stated", "team")
    assert after[second] == ("stated", "department")

    # It stands in the history as an import of two rows, and goes again from there.
    screen.menu("History", "imports are in force")
    screen.select_row("Imports, newest first", 0)
    screen.switch("What it changed")
    screen.assert_row("Rows of this import", 0, first, "team")
    screen.press("Take it back")
    screen.click(screen.page.get_by_role("dialog").get_by_role("button", name="Take it back"))
    expect(screen.text("imp-0004 is taken back")).to_be_visible()
    assert places(office) == before
    screen.menu("Organisation", HEADING)
    expect(screen.heading).to_have_text(f"{stated} of {len(before)} units have a stated place")
    screen.assert_sound()


def test_two_spellings_become_one_unit_only_when_told(office: Server, visit: Visit) -> None:
    assert {pair.other for pair in known(office).spellings} >= {"Installer – Partners"}
    screen = visit(office)
    screen.open("/organisation", HEADING)
    pair = screen.page.get_by_test_id("stHorizontalBlock").filter(
        has=screen.page.get_by_role("button", name="They are the same")
    )
    asked = pair.filter(has_text="Installer Partners (").filter(has_text="Installer – Partners")
    asked = asked.last
    expect(asked).to_contain_text("1 objective)")
    screen.click(asked.get_by_role("button", name="They are the same"))
    expect(screen.text("“Installer – Partners” is read as “Installer Partners”")).to_be_visible()
    screen.settle(HEADING)
    assert team_of(office, "Z-1") == "Installer Partners"
    assert "Installer – Partners" not in places(office)

    # The other pair differs: nothing is stored, and this session does not ask again.
    imports = len(office.store.imports())
    other = pair.filter(has_text="leak.png").last
    expect(other).to_contain_text(HOSTILE)
    screen.click(other.get_by_role("button", name="They differ"))
    expect(pair.filter(has_text="leak.png")).to_have_count(0)
    assert len(office.store.imports()) == imports
    assert not screen.page.locator("[src*='leak.png']").count()

    screen.press("Make it a unit of its own again")
    expect(screen.text("“Installer – Partners” is a unit of its own again")).to_be_visible()
    screen.settle(HEADING)
    assert team_of(office, "Z-1") == "Installer – Partners"
    screen.assert_sound()


def test_list_of_people_and_table_of_units_come_in_and_out(office: Server, visit: Visit) -> None:
    screen = visit(office)
    screen.open("/organisation", HEADING)
    units = list(
        csv.DictReader(
            io.StringIO(screen.download("Download all units (CSV)")[1].decode("utf-8-sig"))
        )
    )
    assert [row["team"] for row in units] == list(places(office))

    choosers = screen.page.locator('input[type="file"]')
    people: FilePayload = {
        "name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()
    }  # fmt: skip
    goals: FilePayload = {
        "name": "objectives.csv", "mimeType": "text/csv", "buffer": b"id,title\nQ-1,A goal\n"
    }  # fmt: skip
    choosers.last.set_input_files([goals])
    expect(screen.text("This is no list of people.")).to_be_visible()
    choosers.last.set_input_files([people])
    expect(screen.text("It states 2 people for 20 Nov 2026")).to_be_visible()
    screen.press("Take these people in")
    expect(screen.text("The list of people is in.")).to_be_visible()
    screen.settle(HEADING)
    screen.assert_row("People with their teams", 0, "Ann Example", "ann@example.com")
    assert known(office).owners_placed == 2
    screen.assert_sound()
