"""What an analyst does: bring an export in, see what is wrong in which row, take it back."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Figures, Screen, Server, figures, percent, serving

CYCLE = "Q4 2026"
IMPORT = "Bring in the export that you have"
HISTORY = "Imports, newest first"
ISSUES = "Issues of this upload"

VIVA_NAME = "VivaGoals_Larkmoor_All_2026_11_20_1795132800.csv"
VIVA = """\
Id,Title,Team,Owner,Period,"Aligned To (weight, Objective ID)",Metric Name,Unit,Target,Object Type,Start,Actual Progress,Status,Checkins
V-1,Quieten the pump on terraces,Firmware,Ann Example,Q4 2026,"Become the heat pump that installers recommend first(weight: 50%, Id: O-101)",,,,Objective,,,On Track,
V-2,Half the night noise,Firmware,Ann Example,Q4 2026,"Quieten the pump on terraces(weight: 100%, Id: V-1)",noise,dB,40,Key result,0,30,On Track,Checkin Date: 2026-11-19; User: Ann Example; Note: ; Status: On Track; Current Value: 30; Activity Date: 2026-11-19 20:57:08 UTC;
V-3,Teach the pump to wait,Firmware,Bo Sample,Q4 2026,"A goal of another file(weight: 50%, Id: V-999)",,,,Objective,,,Behind,
"""

#: User text that would leak, format or compute if any place took it for more than text.
LEAK = "http://127.0.0.1:9/leak.png"
HOSTILE = f"![x]({LEAK}) <b>bold</b> **x** $y$"


#: What Streamlit turns into icons, colours, arrows and links beyond plain Markdown.
TRICKY = ":material/home: :smile: :red[z] -> -- [l](http://127.0.0.1:9/l) # 1. http://127.0.0.1:9/"
HOSTILE_OBJECTIVES = f"""\
id,title,level,department,owner,cycle,parent_ids
H-1,{HOSTILE},department,Sales,{HOSTILE},{CYCLE},O-101
H-2,{TRICKY},department,Sales,{TRICKY},{CYCLE},O-101
H-3,In a cycle of its own,department,{HOSTILE},Ann Example,{HOSTILE},{HOSTILE}
"""
HOSTILE_KEY_RESULTS = f"""\
id,objective_id,title,start_value,target_value,current_value,unit
HK-1,H-1,{HOSTILE},0,10,4,{HOSTILE}
"""


@pytest.fixture(scope="module")
def desk(
    browser: BrowserContext, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server whose data the tests of this file change; each leaves or counts what it changed."""
    place = tmp_path_factory.mktemp("desk")
    folder = Path(shutil.copytree(sample_folder, place / "data"))
    with serving(folder, place / "server.log") as server:
        yield server


def assert_headline(screen: Screen, wanted: Figures) -> None:
    screen.tile("Progress").shows(percent(wanted.progress, 1))
    screen.tile("Line of sight to a company goal").shows(
        percent(wanted.aligned / wanted.below_company, 1), wanted.alignment
    )
    screen.tile("Key results measured").shows(
        f"{wanted.measured_key_results} of {wanted.key_results}"
    )


def take_in(screen: Screen, *files: tuple[str, bytes]) -> str:
    """Upload files and confirm them; return the id of the import."""
    screen.upload(*files)
    screen.page.get_by_role("button", name="Take it in").click()
    done = screen.text("Every page shows it now.")
    expect(done).to_be_visible()
    return (done.text_content() or "").split()[0]


def downloaded(screen: Screen, button: str) -> str:
    with screen.page.expect_download() as download:
        screen.page.get_by_role("button", name=button).click()
    return download.value.path().read_text("utf-8-sig")


def test_analyst_takes_an_export_in_and_back(desk: Server, visit: Visit) -> None:
    before = figures(desk.folder, CYCLE)
    screen = visit(desk)
    screen.open("/import", IMPORT)
    screen.assert_sound()

    # What it would do: the parent that is missing is named with the line that names it.
    screen.upload((VIVA_NAME, VIVA.encode()))
    recognised = screen.text("Recognised as")
    expect(recognised).to_contain_text("Viva Goals / Ally.io export (CSV)")
    expect(recognised).to_contain_text("true as of 20 Nov 2026: 2 objectives")
    issue = screen.cells(ISSUES)
    assert issue[:3] == ["Look at it", VIVA_NAME, "4"]
    assert "the parent “V-999” is neither in this upload nor in the data" in issue
    (row,) = csv.DictReader(io.StringIO(downloaded(screen, "Download the issues (CSV)")))
    assert (row["Row"], row["Value"], row["Rule"]) == ("4", "V-999", "parent_not_found")
    assert figures(desk.folder, CYCLE) == before

    # Taken in: one aligned objective more, one that leads nowhere, one measured key result.
    screen.page.get_by_role("button", name="Take it in").click()
    done = screen.text("Every page shows it now.")
    expect(done).to_contain_text("is in: 2 objectives")
    import_id = (done.text_content() or "").split()[0]
    after = figures(desk.folder, CYCLE)
    assert (after.aligned, after.below_company) == (before.aligned + 1, before.below_company + 2)
    assert after.measured_key_results == before.measured_key_results + 1
    assert screen.cells(HISTORY)[:4] == [import_id, "2026-11-20", "In force", VIVA_NAME]
    screen.page.get_by_role("link", name="See the overview").click()
    assert_headline(screen, after)

    # Once more: nothing to take in.
    screen.menu("Import", IMPORT)
    screen.upload((VIVA_NAME, VIVA.encode()))
    expect(screen.text(f"already in the history as import {import_id}")).to_be_visible()
    expect(screen.page.get_by_role("button", name="Take it in")).to_have_count(0)

    # Taken back: as if it had never been.
    screen.select_row(HISTORY, 0)
    screen.page.get_by_role("button", name=f"Take {import_id} back").click()
    expect(screen.page.get_by_role("button", name=f"Take {import_id} back")).to_have_count(0)
    screen.settle(IMPORT)
    assert screen.cells(HISTORY)[:4] == [import_id, "2026-11-20", "Taken back", VIVA_NAME]
    screen.menu("Overview", CYCLE)
    assert_headline(screen, before)
    assert figures(desk.folder, CYCLE) == before
    screen.assert_sound()


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "", "a picture"),
        (b'Id,Title,Period,Checkins\n1,First,Q4 2026,\n2,"Never closed,Q4 2026,\n', "3", "quot"),
    ],
    ids=["picture", "unclosed quote"],
)
def test_broken_file_is_refused_with_its_reason(
    content: bytes, place: str, reason: str, desk: Server, visit: Visit
) -> None:
    before = desk.store.generation(), len(desk.store.imports())
    screen = visit(desk)
    screen.open("/import", IMPORT)
    screen.upload(("export.csv", content))
    expect(screen.text("These files cannot be taken; nothing was changed.")).to_be_visible()
    cells = screen.cells(ISSUES)
    assert cells[:2] == ["Did not go in", "export.csv"]
    print(cells)
    assert place in cells[2]
    assert reason in " ".join(cells)
    expect(screen.page.get_by_role("button", name="Take it in")).to_have_count(0)
    assert (desk.store.generation(), len(desk.store.imports())) == before


def test_first_start_shows_sample_data_and_clearing_it_leads_to_the_next_step(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    screen = visit(serve(tmp_path / "empty"))
    screen.open("/", f"{CYCLE} stands at")
    expect(screen.text("You are looking at the sample data of an invented company")).to_be_visible()
    assert_headline(screen, figures(tmp_path / "empty", CYCLE))

    screen.page.get_by_role("button", name="Clear it and use your own data").click()
    screen.settle(IMPORT)
    expect(screen.text("You are looking at the sample data")).to_have_count(0)
    expect(screen.text("Nothing is changed before you confirm")).not_to_contain_text("objectives")
    expect(screen.page.get_by_test_id("stFileUploader")).to_be_visible()
    assert screen.cells(HISTORY).count("Taken back") == 2

    for entry in ("Overview", "Cascade", "Trends"):
        screen.page.get_by_test_id("stTopNavLink").filter(has_text=entry).click()
        expect(screen.page).to_have_title("OKR alignment" if entry == "Overview" else entry)
        expect(screen.page.get_by_role("heading", name="No objectives yet")).to_be_visible()
    screen.page.get_by_role("link", name="Go to Import").click()
    screen.settle(IMPORT)
    screen.assert_sound()


def test_user_text_is_text_everywhere(desk: Server, visit: Visit) -> None:
    screen = visit(desk)
    screen.open("/import", IMPORT)
    take_in(
        screen,
        ("**b** $y$ objectives.csv", HOSTILE_OBJECTIVES.encode()),
        ("key_results.csv", HOSTILE_KEY_RESULTS.encode()),
    )
    assert_plain(screen)

    own_cycle = quote(HOSTILE)
    for address, shown in {
        "/cascade?objective=H-1": HOSTILE,
        "/cascade?objective=H-2": TRICKY,
        "/cascade?department=Sales": "Company goals",
        f"/overview?cycle={own_cycle}": HOSTILE,
        f"/cascade?cycle={own_cycle}&department={own_cycle}": HOSTILE,
        f"/trends?cycle={own_cycle}&department={own_cycle}": HOSTILE,
        f"/overview?cycle={own_cycle}&department=Sales": "Nothing here under this filter",
    }.items():
        screen.open(address)
        expect(screen.text(shown).first).to_be_visible()
        assert_plain(screen)


def assert_plain(screen: Screen) -> None:
    """Assert that no user text on the page became an image, a link, a style or a formula."""
    main = screen.page.get_by_test_id("stMain")
    expect(main.locator("[src*='127.0.0.1:9/'], [href*='127.0.0.1:9/']")).to_have_count(0)
    expect(main.locator("b, strong").filter(has_text="bold")).to_have_count(0)
    expect(main.locator(".katex")).to_have_count(0)
    assert not [url for url in screen.requests if "127.0.0.1:9/" in url]
