"""The page Cascade: drill in and back, search, switches, mailed addresses, a phone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from okr_data import cascade
from okr_data.cascade import Centre
from okr_data.queries import Filters
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Screen, Server

CYCLE, HEADING = "Q4 2026", "objectives lead to a company goal"


def goal_with_work(server: Server) -> tuple[str, str, str, str]:
    """Return id and title of the largest company goal, and of the largest objective below it."""
    with server.store.reader() as reader:
        graph = cascade.graph(reader, Filters(CYCLE))
        sectors = cascade.cascade(reader, graph).sectors
        goal = sectors[sectors["ring"] == 1].nlargest(1, "size").iloc[0]
        below = sectors[(sectors["parent"] == goal["path"]) & (sectors["parents"] == 1)]
        work = below.nlargest(1, "size").iloc[0]
    return goal["objective_id"], goal["title"], work["objective_id"], work["title"]


def panel(screen: Screen, title: str) -> None:
    expect(screen.page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def first_words(title: str) -> str:
    return " ".join(title.split()[:2])


def test_reader_drills_in_and_comes_back(site: Server, visit: Visit) -> None:
    goal, goal_title, work, work_title = goal_with_work(site)
    screen = visit(site)
    screen.open("/cascade", HEADING)
    screen.click_sector(first_words(goal_title))
    panel(screen, goal_title)
    screen.assert_address({"objective": goal})
    screen.settle(HEADING)
    screen.click_sector(first_words(work_title))
    panel(screen, work_title)
    screen.assert_address({"objective": work})
    screen.settle(HEADING)
    screen.click_sector(first_words(work_title))  # the centre leads one step back
    panel(screen, goal_title)
    screen.settle(HEADING)
    screen.press("Whole cascade")
    panel(screen, "Company goals")
    screen.assert_address({})
    screen.assert_sound()


def test_lost_work_has_a_sector_that_opens(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/cascade", HEADING)
    screen.click_sector("Unaligned")
    panel(screen, "Unaligned")
    screen.assert_address({"state": "unaligned"})
    expect(screen.text("work that names no parent")).to_be_visible()
    screen.assert_sound()


def test_reader_finds_an_objective_and_moves_it_into_the_centre(site: Server, visit: Visit) -> None:
    _, _, work, title = goal_with_work(site)
    screen = visit(site)
    screen.open("/cascade", HEADING)
    screen.write("Find", "no such words anywhere")
    expect(screen.text("Nothing here holds")).to_be_visible()
    screen.write("Find", work.lower())
    expect(screen.text("1 objective found")).to_be_visible()
    screen.settle(HEADING)
    screen.select_row("Objectives found", 0)
    panel(screen, title)
    screen.assert_address({"objective": work}, exactly=False)
    expect(screen.page.get_by_role("button", name="Everything about it")).to_be_visible()
    screen.assert_sound()


def test_switches_stand_in_the_address(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/cascade", HEADING)
    for option in ("Organisation", "Icicle", "Contribution", "Alignment"):
        screen.switch(option)
        screen.settle(HEADING)
    expect(screen.page.get_by_role("heading", name="The organisation")).to_be_visible()
    expect(screen.text("Colour and sign = alignment")).to_be_visible()
    screen.assert_address(
        {"view": "organisation", "form": "icicle", "area": "contribution", "colour": "alignment"}
    )
    screen.switch("Table")
    screen.settle(HEADING)
    expect(screen.page.locator(".js-plotly-plot")).to_have_count(0)
    expect(screen.page.get_by_role("heading", name="All objectives of this view")).to_be_visible()
    screen.assert_sound()


def test_mailed_address_opens_the_same_view_on_a_fresh_server(
    sample_folder: Path, serve: Serve, visit: Visit
) -> None:
    server = serve(sample_folder)
    with server.store.reader() as reader:
        places = cascade.places(reader, Filters(CYCLE))
        around = cascade.organisation(reader, places, Centre("department", "Sales"))
    whole = around.sectors.iloc[0]
    screen = visit(server)
    screen.open("/cascade?view=organisation&unit=Sales&form=icicle&colour=alignment", HEADING)
    panel(screen, "Sales")
    aligned = int(whole["below_company"] - whole["lost"])
    screen.tile("Line of sight").shows(
        f"{aligned / whole['below_company'] * 100:.0f} %",
        f"{aligned} of {int(whole['below_company'])}",
    )
    expect(screen.page.get_by_role("button", name="Whole organisation")).to_be_visible()
    expect(screen.page.locator(".slicetext").first).to_be_attached()
    screen.assert_sound()


def test_bad_values_in_the_address_fall_back(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open(
        "/cascade?view=x&form=pie&area=%00&colour=red&state=lost&unit=a&page=-9&from=z", HEADING
    )
    expect(screen.text("The part in the address is not part of this view")).to_be_visible()
    panel(screen, "Company goals")
    expect(screen.page.locator(".slicetext").first).to_be_attached()
    screen.assert_sound()


def test_a_phone_gets_boxes_whose_names_can_be_read(site: Server, visit: Visit) -> None:
    screen = visit(site, width=390)
    screen.open("/cascade", HEADING)
    expect(screen.page.locator("g.icicle").first).to_be_attached()
    assert screen.content_width() <= 390
    sizes = screen.page.eval_on_selector_all(
        ".slicetext", "texts => texts.map(text => parseFloat(getComputedStyle(text).fontSize))"
    )
    assert len(sizes) > 10
    assert min(sizes) >= 10
    screen.click_sector("Unaligned")
    panel(screen, "Unaligned")
    expect(screen.page.get_by_test_id("stException")).to_have_count(0)
