"""What an analyst does: bring an export in, see what is wrong in which row, take it back."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Figures, Screen, figures, percent

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


def assert_headline(screen: Screen, wanted: Figures) -> None:
    screen.tile("Progress").shows(percent(wanted.progress, 1))
    screen.tile("Line of sight to a company goal").shows(
        percent(wanted.aligned / wanted.below_company, 1), wanted.alignment
    )
    screen.tile("Key results measured").shows(
        f"{wanted.measured_key_results} of {wanted.key_results}"
    )


def test_analyst_takes_an_export_in_and_back(own_folder: Path, serve: Serve, visit: Visit) -> None:
    before = figures(own_folder, CYCLE)
    screen = visit(serve(own_folder))
    screen.open("/import", IMPORT)
    screen.assert_sound()

    screen.upload((VIVA_NAME, VIVA.encode()))
    recognised = screen.text("Recognised as")
    expect(recognised).to_contain_text("Viva Goals / Ally.io export (CSV)")
    expect(recognised).to_contain_text("true as of 20 Nov 2026: 2 objectives")
    print(screen.cells(ISSUES))
    print(screen.cells(HISTORY))
    screen.select_row(HISTORY, 0)
    screen.page.get_by_role("button", name="Take imp-0002 back").wait_for()
    screen.page.screenshot(path="/tmp/bx/i1.png")
    assert 0
