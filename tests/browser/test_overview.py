"""What an executive does on the front page, and the head of a department on theirs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from okr_data.board import department, movement, outlook
from okr_data.findings import findings
from okr_data.queries import Filters
from okr_data.ui.board import DEPARTMENTS_TABLE
from okr_data.ui.departments import LIST, OBJECTIVES
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Screen, Server, figures, percent

CYCLE = "Q4 2026"
STANDS = f"{CYCLE} stands at"


def test_executive_opens_what_needs_attention_and_comes_back(site: Server, visit: Visit) -> None:
    with site.store.reader() as reader:
        found = findings(reader, Filters(CYCLE))
        ahead = outlook(reader, Filters(CYCLE))
    first = found.gravest.iloc[0]
    assert ahead.projected is not None
    screen = visit(site)
    screen.open("/", STANDS)
    screen.tile("Where it is heading").shows(
        percent(ahead.projected, 1), f"{ahead.forecast} of {ahead.objectives}"
    )
    expect(screen.text(str(first["sentence"]))).to_be_visible()
    screen.click(screen.page.get_by_role("button", name=str(first["title"])).first)
    screen.settle(str(first["title"]))
    screen.assert_address({"item": str(first["item_id"])}, exactly=False)
    screen.back()
    screen.settle(STANDS)
    expect(screen.page.get_by_role("heading", name="What needs attention")).to_be_visible()
    screen.press(f"All {found.open()} findings")
    screen.settle(f"{found.open()} findings in all")
    screen.assert_sound()


@pytest.mark.parametrize(
    ("words", "path", "heading"),
    [
        ("week by week", "/trends", "Q4 2026 moved"),
        (": where", "/cascade", "lead to a company goal"),
        ("which are not", "/alignment", "lead to a company goal"),
        ("what to do", "/findings", "findings in all"),
        ("the checks and their lists", "/scorecard", "scores"),
        ("Who carries them", "/alignment", "lead to a company goal"),
    ],
    ids=["progress", "gap", "alignment", "findings", "scorecard", "contribution"],
)
def test_figures_lead_to_the_page_that_explains_them(
    words: str, path: str, heading: str, site: Server, visit: Visit
) -> None:
    screen = visit(site)
    screen.open("/overview?department=Sales", STANDS)
    session = session_of(screen)
    screen.press(words)
    screen.page.wait_for_url(re.compile(path))
    screen.settle(heading)
    expect(screen.tags("Departments")).to_contain_text("Sales")
    screen.assert_address({"department": "Sales"}, exactly=False)
    assert session_of(screen) == session, "the link started a new session"
    screen.assert_sound()


def session_of(screen: Screen) -> int:
    """Count the connections that the tab has opened: a new session opens another."""
    return sum(url.startswith("ws") for url in screen.requests)


def test_what_changed_is_counted_since_the_import_before(site: Server, visit: Visit) -> None:
    with site.store.reader() as reader:
        counts = movement(reader).under(Filters(CYCLE))
    screen = visit(site)
    screen.open("/", STANDS)
    expect(screen.text("16 Oct 2026 to 20 Nov 2026")).to_be_visible()
    moves = screen.page.get_by_role("button", name=f"{counts['progress']} with another progress")
    expect(moves).to_be_visible()
    screen.click(moves)
    screen.settle("objectives moved")
    screen.assert_address({"change": "progress"})  # since that import: the default there
    screen.go("/overview?as_of=2026-10-16", STANDS)
    expect(screen.text("There is no import before 16 Oct 2026")).to_be_visible()
    screen.assert_sound()


def test_head_of_a_department_comes_by_its_row(site: Server, visit: Visit) -> None:
    wanted = figures(site.folder, CYCLE, ("Engineering",))
    with site.store.reader() as reader:
        own = department(reader, Filters(CYCLE, ("Engineering",))).objectives
    screen = visit(site)
    screen.open("/", STANDS)
    screen.select_row(DEPARTMENTS_TABLE, 1)
    screen.settle(f"Engineering stands at {percent(wanted.progress)}")
    screen.assert_address({"department": "Engineering"}, exactly=False)
    expect(screen.heading).to_contain_text(f"{wanted.alignment} objectives lead to a company goal")
    expect(screen.text(f"{wanted.objectives} objectives measured")).to_be_visible()
    screen.select_row(OBJECTIVES, 0)
    screen.settle(str(own.iloc[0]["title"]))
    screen.assert_address({"item": str(own.iloc[0]["objective_id"])}, exactly=False)
    screen.assert_sound()


def test_department_is_chosen_from_the_list_and_left_again(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/", STANDS)
    screen.menu("Departments", "6 departments")
    screen.select_row(LIST, 5)
    screen.settle("Sales stands at")
    screen.assert_address({"department": "Sales"}, exactly=False)
    expect(screen.tags("Departments")).to_contain_text("Sales")
    screen.press("All departments")
    screen.settle("6 departments")
    screen.assert_address({})
    screen.assert_sound()


def test_fresh_server_opens_the_department_of_a_mailed_address(
    sample_folder: Path, serve: Serve, visit: Visit
) -> None:
    screen = visit(serve(sample_folder))
    screen.open("/departments?cycle=Q3+2026&department=Marketing", "Marketing stands at")
    wanted = figures(sample_folder, "Q3 2026", ("Marketing",))
    expect(screen.heading).to_contain_text(percent(wanted.progress))
    expect(screen.page.get_by_role("heading", name="Links with other departments")).to_be_visible()
    screen.go("/departments?department=Nope&department=%3Cb%3E&cycle=%00", "6 departments")
    screen.assert_sound()


def test_german_reader_walks_on_and_keeps_the_filters(site: Server, visit: Visit) -> None:
    """The language is chosen on the first page, from then on it stands in the address."""
    screen = visit(site)
    screen.open("/overview?department=Sales", STANDS)
    screen.switch("Deutsch")
    screen.settle(f"{CYCLE} steht bei")
    for heading in ("Was Aufmerksamkeit braucht", "Abteilungen × Unternehmensziele", "Änderungen"):
        expect(screen.page.get_by_role("heading", name=heading)).to_be_visible()
    for entry, heading, below in (
        ("Kaskade", "führen zu einem Unternehmensziel", "Die Kaskade"),
        ("Verlauf", f"{CYCLE} bewegte sich", "Zyklen übereinander"),
    ):
        screen.click(screen.page.get_by_test_id("stTopNavLink").filter(has_text=entry))
        screen.settle(heading)
        expect(screen.page.get_by_role("heading", name=below)).to_be_visible()
        expect(screen.tags("Abteilungen")).to_contain_text("Sales")
        screen.assert_address({"department": "Sales", "lang": "de"}, exactly=False)
        expect(screen.page.get_by_test_id("stException")).to_have_count(0)
