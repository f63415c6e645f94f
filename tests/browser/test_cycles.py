"""What a board asks at the turn of a quarter: how does this cycle stand beside the one before?"""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pandas as pd
from playwright.sync_api import expect

from okr_data.cycles import Cycles, cycles
from okr_data.queries import Filters
from okr_data.settings import Settings
from okr_data.store import Store
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Server, percent
from tests.conftest import new_store, take_in

CYCLE = "Q4 2026"
OBJECTIVES = """
    id  | title           | level      | department | cycle   | owner | progress | score
    A-1 | <b>Win</b> it   | department | Sales      | Q3 2026 | Ann   | 80%      | 0.8
    A-2 | Build           | department | Product    | Q3 2026 | Bo    | 40%      | 0.3
    B-1 | <B>WIN</B>: it! | department | Sales      | Q4 2026 | Ann   | 20%      |
    B-2 | Something else  | department | Product    | Q4 2026 | Bo    | 10%      |
"""


def found(server: Server, filters: Filters, as_of: date | None = None) -> Cycles:
    with server.store.reader(as_of) as reader:
        return cycles(reader, filters)


def row(server: Server, filters: Filters) -> pd.Series:
    wanted = found(server, filters).row(filters.cycle)
    assert wanted is not None
    return wanted


def test_a_running_cycle_beside_the_one_before(site: Server, visit: Visit) -> None:
    wanted = row(site, Filters(CYCLE))
    screen = visit(site)
    screen.open("/")
    screen.menu("Cycles", f"{CYCLE} stands at")
    expect(screen.heading).to_have_text(
        f"{CYCLE} stands at {percent(wanted['progress'])}; Q3 2026 stood at "
        f"{percent(wanted['progress_before'])} at that point"
    )
    points = round((wanted["progress"] - wanted["progress_before"]) * 100)
    screen.tile("Progress").shows(percent(wanted["progress"]), f"{points:+d} pts")
    screen.tile("Line of sight").shows(percent(wanted["line_of_sight_ratio"]))
    # The page grows while its pictures come: a click before that may hit what was there.
    expect(screen.page.locator(".js-plotly-plot")).to_have_count(4)
    name, content = screen.download("Download this table (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert name == "cycles.csv"
    assert [r["Cycle"] for r in rows] == [CYCLE, "Q3 2026", "Q2 2026"]
    assert {(r["As of"], r["Settings"]) for r in rows} == {("2026-11-20", Settings().digest())}
    expect(screen.text("No objective continues one of Q3 2026")).to_be_visible()
    screen.assert_sound()


def test_a_closed_cycle_under_a_filter_and_whatever_the_address_says(
    site: Server, visit: Visit
) -> None:
    wanted = row(site, Filters("Q3 2026", ("Sales",)))
    screen = visit(site)
    screen.open(
        "/cycles?cycle=Q3+2026&department=Sales&level=boss&as_of=2031-02-30", "Q3 2026 closed"
    )
    expect(screen.heading).to_have_text(
        f"Q3 2026 closed at {percent(wanted['progress'])}; Q2 2026 closed at "
        f"{percent(wanted['progress_before'])}"
    )
    screen.choose("Cycle", "Annual 2026")
    screen.settle("Nothing here under this filter")
    screen.go("/cycles?cycle=Annual+2026", "there is no cycle before it")
    screen.tile("Line of sight").shows("n/a")
    expect(screen.text("None of these cycles has ended by this day.")).to_be_visible()
    screen.assert_sound()


def test_what_is_carried_over_opens_with_its_title(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    take_in(new_store(tmp_path / "data"), objectives=OBJECTIVES)
    screen = visit(serve(Store(tmp_path / "data").folder))
    screen.open("/cycles", f"{CYCLE} stands at 15 %; Q3 2026 had nothing measured by then")
    screen.tile("Carried over").shows("50 %")
    expect(screen.text("1 objective continues one of Q3 2026.")).to_be_visible()
    expect(screen.text("they stood at 80 % then and stand at 20 % now")).to_be_visible()
    expect(screen.page.locator(".js-plotly-plot")).to_have_count(4)
    _, content = screen.download("Download this list (CSV)")
    (carried,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (carried["Id"], carried["Id then"], carried["Continues"]) == ("B-1", "A-1", "Same title")
    screen.select_row("Objectives that continue one of the cycle before", 0)
    screen.settle("<B>WIN</B>: it!")
    screen.assert_address({"item": "B-1"}, exactly=False)
    screen.assert_sound()
