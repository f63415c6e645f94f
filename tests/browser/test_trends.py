"""The page Trends: where it ends, how it is kept up with, choices in the address, other days."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from okr_data.courses import Courses, courses
from okr_data.queries import Filters
from okr_data.ui.trends import ENDS
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Server, percent

CYCLE, MOVED = "Q4 2026", "Q4 2026 moved"


def shown(server: Server, *departments: str) -> Courses:
    with server.store.reader() as reader:
        return courses(reader, Filters(CYCLE, departments))


def test_reader_sees_where_it_ends_and_how_it_is_kept_up_with(site: Server, visit: Visit) -> None:
    found = shown(site)
    end, week = found.ends.iloc[0], found.weeks.iloc[-1]
    screen = visit(site)
    screen.open("/trends", MOVED)
    screen.tile("Where it is heading").shows(
        percent(end["projected"], 1), f"{end['forecast']} of {end['objectives']} forecast"
    )
    screen.tile("Confidence").shows(
        percent(week["confidence"], 1), f"{week['stated']} of {week['items']}"
    )
    screen.tile("Checked in within the cadence").shows(
        percent(week["ratio"], 1), f"{week['kept']} of {week['asked']}"
    )
    for heading in ("Cycles over one another", "Check-in discipline", "One objective"):
        expect(screen.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(screen.text("In week 8 of the cycle: Q4 2026")).to_be_visible()
    screen.press("How it is counted")
    screen.settle("What every figure means")
    screen.assert_address({"search": "check_in_trend"}, exactly=False)
    screen.assert_sound()


def test_choices_stand_in_the_address_and_open_again(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/trends", MOVED)
    screen.choose("Highlighted department", "Sales")
    screen.settle(MOVED)
    screen.assert_address({"highlighted_department": "Sales"})
    screen.choose("Highlighted level", "Teams")
    screen.settle(MOVED)
    screen.assert_address({"highlighted_department": "Sales", "highlighted_level": "team"})
    again = visit(site)
    again.open("/trends?highlighted_level=team&course=O-224&lang=de", "bewegte sich")
    chosen = again.page.get_by_role("combobox", name="Hervorgehobene Ebene")
    expect(chosen).to_have_value("Teams")
    one = again.page.get_by_role("combobox", name="Ziel", exact=True)
    expect(one).to_have_value(re.compile(r"\(O-224\)$"))
    again.assert_address({"highlighted_level": "team", "lang": "de"}, exactly=False)
    screen.assert_sound()


def test_row_of_the_forecast_opens_its_objective(site: Server, visit: Visit) -> None:
    with site.store.reader() as reader:
        ((title, item),) = reader.rows(
            "select title, item_id from forecast where item_kind = 'objective' and cycle = $cycle "
            "order by projected nulls last, title, item_id limit 1",
            {"cycle": CYCLE},
        )
    screen = visit(site)
    screen.open("/trends", MOVED)
    screen.select_row(ENDS, 0)
    screen.settle(title)
    screen.assert_address({"item": item}, exactly=False)
    screen.assert_sound()


def test_fresh_server_opens_other_days_and_closed_cycles(
    sample_folder: Path, serve: Serve, visit: Visit
) -> None:
    screen = visit(serve(sample_folder))
    screen.open("/trends?as_of=2026-10-02", "Q4 2026: nothing is measured yet")
    expect(screen.text("Nothing was due in any week")).to_be_visible()
    screen.go("/trends?cycle=Q3+2026&department=Sales", "Q3 2026 moved")
    expect(screen.text("No forecast: no objective here is running")).to_be_visible()
    screen.tile("Where it is heading").shows("n/a")
    screen.go("/trends?course=%00&highlighted_level=x&highlighted_department=%3Cb%3E", MOVED)
    screen.assert_sound()
