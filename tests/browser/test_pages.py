"""What an executive does: open a page, choose, go on to the next, drill in, mail the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Figures, Screen, Server, figures, percent

CYCLE = "Q4 2026"
HEADINGS = {
    "overview": f"{CYCLE} stands at",
    "cascade": "objectives lead to a company goal",
    "trends": f"{CYCLE} moved",
    "alignment": "of objectives lead to a company goal",
    "departments": f"{CYCLE}: 6 departments",
    "review": f"Review of {CYCLE}",
    "findings": "grave findings on",
    "scorecard": f"{CYCLE} scores",
    "cycles": f"{CYCLE} stands at",
    "changes": "objectives moved up since",
    "sight": "Line of sight",
    "objective": "Look an objective up",
    "import": "Bring in the export that you have",
    "history": "imports are in force",
    "organisation": "units have a stated place",
    "reconciliation": "reported figures agree with the computed ones",
    "export": "Take it along",
    "settings": "settings stand at their defaults",
    "definitions": "What every figure means",
}
#: Pages whose address is not their name in the menu.
ADDRESSES = {"Line of sight": "sight", "What changed": "changes"}
NONSENSE = "cycle=%00&department=Nope&department=%3Cb%3E&level=boss&as_of=2031-02-30&objective=zzz"
#: Something that each page draws last or widest.
LAST_DRAWN = {
    "overview": ".js-plotly-plot .main-svg",
    "cascade": ".slicetext",
    "trends": ".js-plotly-plot .main-svg",
    "alignment": "[data-testid=data-grid-canvas]",
    "departments": "[data-testid=data-grid-canvas]",
    "review": ".okr-slide dl",
    "findings": "[data-testid=data-grid-canvas]",
    "scorecard": "[data-testid=data-grid-canvas]",
    "cycles": "[data-testid=data-grid-canvas]",
    "changes": ".js-plotly-plot .main-svg",
    "sight": ".js-plotly-plot .main-svg",
    "objective": "[data-testid=stSelectbox]",
    "import": "[data-testid=data-grid-canvas]",
    "history": "[data-testid=data-grid-canvas]",
    "organisation": "[data-testid=data-grid-canvas]",
    "reconciliation": ".js-plotly-plot .main-svg",
    "export": "[data-testid=stButton]",
    "settings": "[data-testid=data-grid-canvas]",
    "definitions": "[data-testid=data-grid-canvas]",
}


@dataclass(frozen=True)
class Goal:
    """A company goal as its panel must show it."""

    objective_id: str
    title: str
    progress: float
    expected: float
    source: str


def goal_above(server: Server, department: str) -> Goal:
    """Return the company goal that most objectives of a department lead to."""
    with server.store.reader() as reader:
        ((goal, title, progress, expected, file, row, import_id),) = reader.rows(
            "select g.objective_id, g.title, g.progress, g.expected_progress, "
            "g.file, g.row, g.import_id from line_of_sight l "
            "join objective_progress o using (objective_id) "
            "join objective_progress g on g.objective_id = l.ancestor_id "
            "where o.department = $department and o.cycle = $cycle and g.level = 'company' "
            "group by all order by count(*) desc, g.objective_id limit 1",
            {"department": department, "cycle": CYCLE},
        )
    return Goal(goal, title, progress, expected, f"{file}, row {row}, {import_id}")


def assert_overview_shows(screen: Screen, wanted: Figures, cycle: str = CYCLE) -> None:
    screen.tile("Progress").shows(
        percent(wanted.progress, 1), f"vs {percent(wanted.expected, 1)} expected"
    )
    screen.tile("Line of sight to a company goal").shows(
        percent(wanted.aligned / wanted.below_company, 1), wanted.alignment
    )
    screen.tile("Objectives on pace").shows(f"{wanted.on_pace} of {wanted.paced}")
    screen.tile("Key results measured").shows(
        f"{wanted.measured_key_results} of {wanted.key_results}"
    )
    expect(screen.heading).to_contain_text(f"{cycle} stands at {percent(wanted.progress)}")


def assert_cascade_says(screen: Screen, wanted: Figures) -> None:
    lost = wanted.below_company - wanted.aligned
    expect(screen.heading).to_have_text(
        f"{wanted.alignment} objectives lead to a company goal, {lost} lead nowhere"
    )


def assert_drawn(screen: Screen, name: str) -> None:
    expect(screen.page.locator(LAST_DRAWN[name]).first).to_be_attached()


def test_fresh_server_opens_the_cascade_of_a_mailed_address(
    sample_folder: Path, serve_cold: Serve, visit: Visit
) -> None:
    screen = visit(serve_cold(sample_folder))
    screen.open("/cascade?cycle=Q3+2026&department=Sales")
    assert_cascade_says(screen, figures(sample_folder, "Q3 2026", ("Sales",)))
    expect(screen.text("Q3 2026 · closed 30 Sep 2026 · as of 20 Nov 2026 · Sales")).to_be_visible()
    expect(screen.tags("Departments")).to_contain_text("Sales")
    assert_drawn(screen, "cascade")
    screen.assert_sound()


def test_fresh_server_opens_trends_whatever_the_address_says(
    sample_folder: Path, serve: Serve, visit: Visit
) -> None:
    screen = visit(serve(sample_folder))
    screen.open(f"/trends?{NONSENSE}&highlighted_level=boss&highlighted_department=Nope")
    progress = figures(sample_folder, CYCLE).progress
    expect(screen.heading).to_contain_text(f"stands at {percent(progress)}")
    assert_drawn(screen, "trends")
    screen.assert_sound()


def test_executive_goes_from_the_headline_to_one_goal_and_back(site: Server, visit: Visit) -> None:
    everything, sales = figures(site.folder, CYCLE), figures(site.folder, CYCLE, ("Sales",))
    goal = goal_above(site, "Sales")
    screen = visit(site)

    screen.open("/")
    assert_overview_shows(screen, everything)

    screen.choose("Departments", "Sales")
    assert_overview_shows(screen, sales)
    screen.assert_address({"department": "Sales"})

    screen.menu("Cascade", "lead to a company goal")
    assert_cascade_says(screen, sales)
    expect(screen.tags("Departments")).to_contain_text("Sales")
    screen.assert_address({"department": "Sales"})

    screen.click_sector(" ".join(goal.title.split()[:2]))
    expect(screen.page.get_by_role("heading", name=goal.title, exact=True)).to_be_visible()
    screen.assert_address({"department": "Sales", "objective": goal.objective_id})
    screen.tile("Progress").shows(percent(goal.progress))
    screen.tile("Expected by now").shows(percent(goal.expected))
    expect(screen.text(f"Source: {goal.source}")).to_be_visible()

    screen.press("Whole cascade")
    expect(screen.page.get_by_role("heading", name="Company goals")).to_be_visible()
    expect(screen.page.get_by_role("heading", name=goal.title, exact=True)).to_have_count(0)
    screen.assert_address({"department": "Sales"})
    screen.assert_sound()


@pytest.mark.parametrize(
    ("address", "cycle", "departments", "as_of", "caption"),
    [
        (
            "/overview?as_of=2026-10-16", CYCLE, (), date(2026, 10, 16),
            "week 3 of 13 · as of 16 Oct 2026",
        ),
        (
            "/overview?cycle=Q2+2026&department=Sales&department=Engineering",
            "Q2 2026", ("Sales", "Engineering"), None, "closed 30 Jun 2026",
        ),
        (
            f"/overview?{NONSENSE}", CYCLE, (), None, "week 8 of 13 · as of 20 Nov 2026",
        ),
    ],
    ids=["earlier day", "cycle and two departments", "nonsense"],
)  # fmt: skip
def test_address_of_the_overview_says_what_it_shows(
    address: str,
    cycle: str,
    departments: tuple[str, ...],
    as_of: date | None,
    caption: str,
    site: Server,
    visit: Visit,
) -> None:
    screen = visit(site)
    screen.open(address)
    assert_overview_shows(screen, figures(site.folder, cycle, departments, as_of), cycle)
    expect(screen.text(caption)).to_be_visible()
    screen.assert_sound()


def test_cascade_opens_whatever_the_address_says(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open(f"/cascade?{NONSENSE}")
    assert_cascade_says(screen, figures(site.folder, CYCLE))
    expect(screen.text("The objective in the address is not part of this view")).to_be_visible()
    assert_drawn(screen, "cascade")
    screen.assert_sound()
