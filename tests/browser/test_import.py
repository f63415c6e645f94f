"""What an analyst does: bring an export in, see what is wrong in which row, take it back."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from okr_data.ingest import Upload
from okr_data.intake import import_files
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Figures, Screen, Server, figures, percent, serving
from tests.browser.warm import Nursery

CYCLE = "Q4 2026"
IMPORT = "Bring in the export that you have"
HISTORY = "Imports, newest first"
ISSUES = "Issues"
TABLES = "Tables of this upload"

VIVA_NAME = "VivaGoals_Larkmoor_All_2026_11_20_1795132800.csv"
VIVA = """\
Id,Title,Team,Owner,Period,"Aligned To (weight, Objective ID)",Metric Name,Unit,Target,Object Type,Start,Actual Progress,Status,Checkins
V-1,Quieten the pump on terraces,Firmware,Ann Example,Q4 2026,"Become the heat pump that installers recommend first(weight: 50%, Id: O-101)",,,,Objective,,,On Track,
V-2,Half the night noise,Firmware,Ann Example,Q4 2026,"Quieten the pump on terraces(weight: 100%, Id: V-1)",noise,dB,40,Key result,0,30,On Track,Checkin Date: 2026-11-19; User: Ann Example; Note: ; Status: On Track; Current Value: 30; Activity Date: 2026-11-19 20:57:08 UTC;
V-3,Teach the pump to wait,Firmware,Bo Sample,Q4 2026,"A goal of another file(weight: 50%, Id: V-999)",,,,Objective,,,Behind,
"""

PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))
UNCLOSED_QUOTE = """\
Id,Title,Period,Checkins
1,First,Q4 2026,
2,"Never closed,Q4 2026,
"""

#: User text that would fetch, format or compute if any place took it for more than text.
LEAK = "http://127.0.0.1:9/leak.png"
HOSTILE = f"![x]({LEAK}) <b>bold</b> **x** $y$ :red[z] :smile:"
HOSTILE_FILES = {
    "**b** $y$ objectives.csv": f"""\
id,title,level,department,owner,cycle,parent_ids
H-1,{HOSTILE},department,Sales,{HOSTILE},{CYCLE},O-101
H-2,In a cycle of its own,department,{HOSTILE},Ann Example,{HOSTILE},{HOSTILE}
""",
    "key_results.csv": f"""\
id,objective_id,title,start_value,target_value,current_value,unit
HK-1,H-1,{HOSTILE},0,10,4,{HOSTILE}
""",
}


@pytest.fixture(scope="module")
def desk(
    nursery: Nursery, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server whose data the tests of this file change; each leaves or counts what it changed."""
    place = tmp_path_factory.mktemp("desk")
    folder = Path(shutil.copytree(sample_folder, place / "data"))
    with serving(folder, place / "server.log", nursery) as server:
        yield server


@pytest.fixture(scope="module")
def hostile_desk(desk: Server) -> Server:
    """The same server after somebody has imported titles and names that are anything but."""
    uploads = [Upload(name, text.encode()) for name, text in HOSTILE_FILES.items()]
    import_files(desk.store, uploads, as_of=date(2026, 11, 20))
    return desk


def assert_headline(screen: Screen, wanted: Figures) -> None:
    screen.tile("Progress").shows(percent(wanted.progress, 1))
    screen.tile("Line of sight to a company goal").shows(
        percent(wanted.aligned / wanted.below_company, 1), wanted.alignment
    )
    screen.tile("Key results measured").shows(
        f"{wanted.measured_key_results} of {wanted.key_results}"
    )


def test_analyst_takes_an_export_in(desk: Server, visit: Visit) -> None:
    before = figures(desk.folder, CYCLE)
    screen = visit(desk)
    screen.open("/import", IMPORT)
    screen.assert_sound()

    # What it would do: the parent that is missing is named with the line that names it.
    screen.upload((VIVA_NAME, VIVA.encode()))
    screen.settle("What it would change")
    screen.assert_row(TABLES, 0, VIVA_NAME, "known format", "Viva Goals / Ally.io export")
    expect(screen.text("True as of 20 Nov 2026: 2 objectives")).to_be_visible()
    expect(screen.text("No row would stay out")).to_be_visible()
    screen.assert_row(
        ISSUES, 0, "Look at it", VIVA_NAME, "4", "parent", "V-999",
        "the parent “V-999” is neither in this upload nor in the data",
    )  # fmt: skip
    (row,) = csv.DictReader(
        io.StringIO(screen.download("Download the issues (CSV)")[1].decode("utf-8-sig"))
    )
    assert (row["Row"], row["Value"], row["Rule"]) == ("4", "V-999", "parent_not_found")
    assert figures(desk.folder, CYCLE) == before

    # Taken in: one aligned objective more, one that leads nowhere, one measured key result.
    screen.press("Take it in")
    done = screen.text("Every page shows it now.")
    expect(done).to_contain_text("is in: 2 objectives")
    import_id = (done.text_content() or "").split()[0]
    after = figures(desk.folder, CYCLE)
    assert (after.aligned, after.below_company) == (before.aligned + 1, before.below_company + 2)
    assert after.measured_key_results == before.measured_key_results + 1
    screen.press("See the overview")
    assert_headline(screen, after)

    # Once more: nothing to take in.
    screen.menu("Import", IMPORT)
    screen.upload((VIVA_NAME, VIVA.encode()))
    expect(screen.text(f"already in the history as import {import_id}")).to_be_visible()
    expect(screen.page.get_by_role("button", name="Take it in")).to_have_count(0)

    screen.assert_sound()
    desk.store.undo(import_id)  # by clicks: see test_history
    assert figures(desk.folder, CYCLE) == before


def test_broken_files_are_refused_each_with_its_reason(desk: Server, visit: Visit) -> None:
    before = desk.store.generation(), len(desk.store.imports())
    screen = visit(desk)
    screen.open("/import", IMPORT)
    screen.upload(("picture.csv", PICTURE), ("quote.csv", UNCLOSED_QUOTE.encode()))
    expect(screen.text("These files cannot be taken; nothing was changed.")).to_be_visible()
    screen.assert_row(ISSUES, 0, "Did not go in", "picture.csv")
    screen.assert_row(ISSUES, 1, "Did not go in", "quote.csv", "3")
    for reason in ("this is a picture", "quotation mark"):
        expect(screen.text(reason).first).to_be_attached()
    expect(screen.page.get_by_role("button", name="Take it in")).to_have_count(0)
    assert (desk.store.generation(), len(desk.store.imports())) == before


def test_first_start_shows_sample_data_and_clearing_it_leads_to_the_next_step(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    screen = visit(serve(tmp_path / "empty"))
    screen.open("/", f"{CYCLE} stands at")
    expect(screen.text("You are looking at the sample data of an invented company")).to_be_visible()
    assert_headline(screen, figures(tmp_path / "empty", CYCLE))

    screen.press("Clear it and use your own data")
    screen.settle(IMPORT)
    expect(screen.text("You are looking at the sample data")).to_have_count(0)
    expect(screen.text("Nothing is changed before you confirm")).not_to_contain_text("objectives")
    expect(screen.page.get_by_test_id("stFileUploader")).to_be_visible()
    screen.menu("History", "0 of 2 imports are in force")
    screen.assert_row(HISTORY, 0, "imp-0002", "2026-11-20", "Taken back")
    screen.assert_row(HISTORY, 1, "imp-0001", "2026-10-16", "Taken back")

    for entry in ("Overview", "Cascade", "Trends"):
        screen.menu(entry, "No objectives yet")
        screen.assert_sound()
        screen.press("Go to Import")
        screen.settle(IMPORT)


def test_user_text_is_text_on_the_import_page(desk: Server, visit: Visit) -> None:
    screen = visit(desk)
    screen.open("/import", IMPORT)
    screen.upload(*((name, text.encode()) for name, text in HOSTILE_FILES.items()))
    screen.settle("What it would change")
    screen.assert_row(ISSUES, 0, "Look at it", next(iter(HOSTILE_FILES)))
    assert_plain(screen)


#: Addresses on which user text is shown, and in how many places of plain text.
PLACES = {
    "/cascade?objective=H-1": 2,
    f"/cascade?cycle={quote(HOSTILE)}&department={quote(HOSTILE)}": 1,
    f"/overview?cycle={quote(HOSTILE)}&department={quote(HOSTILE)}": 2,
    f"/overview?cycle={quote(HOSTILE)}&department=Sales": 2,
    f"/trends?cycle={quote(HOSTILE)}": 1,
    f"/findings?cycle={quote(HOSTILE)}": 1,
    f"/scorecard?cycle={quote(HOSTILE)}&department={quote(HOSTILE)}": 1,
    f"/alignment?cycle={quote(HOSTILE)}": 1,
    f"/cycles?cycle={quote(HOSTILE)}": 1,
    f"/departments?cycle={quote(HOSTILE)}&department={quote(HOSTILE)}": 1,
    "/objective?item=H-1": 1,
    "/objective?item=HK-1": 1,
    f"/sight?sight=person&sight_person={quote(HOSTILE)}": 1,
}


def test_user_text_is_text(hostile_desk: Server, visit: Visit) -> None:
    screen = visit(hostile_desk)
    screen.open("/definitions")
    for address, places in PLACES.items():
        screen.go(address)
        shown = screen.text(HOSTILE)
        for number in range(places):
            expect(shown.nth(number), address).to_be_visible()
        assert_plain(screen)


def assert_plain(screen: Screen) -> None:
    """Assert that no user text on the page became an image, a style or a formula."""
    screen.settle()
    main = screen.page.get_by_test_id("stMain")
    expect(main.locator(f"[src^='{LEAK}'], [href^='{LEAK}']:not(a)")).to_have_count(0)
    expect(main.locator("b, strong").get_by_text(re.compile("^(bold|x)$"))).to_have_count(0)
    expect(main.locator(".katex")).to_have_count(0)
    coloured = main.locator(".stMarkdownColoredText").get_by_text(re.compile("^z$"))
    expect(coloured).to_have_count(0)
    assert LEAK not in screen.requests
