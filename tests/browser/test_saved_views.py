"""What a reader does who wants the same view again: save it, open it, mail its link."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Screen, figures
from tests.browser.test_pages import assert_overview_shows

HOSTILE = "Sales ![x](http://e.example) <b> & more"


def open_menu(screen: Screen) -> None:
    screen.page.get_by_test_id("stPopoverButton").filter(has_text="Share").click()
    expect(screen.page.get_by_role("button", name="Copy link")).to_be_visible()


def test_saved_views_open_in_a_fresh_session_and_can_be_renamed_and_removed(
    sample_folder: Path, tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    server = serve(Path(shutil.copytree(sample_folder, tmp_path / "data")))
    screen = visit(server)
    screen.open("/cascade?cycle=Q3+2026&department=Sales&form=table", "lead to a company goal")
    open_menu(screen)
    expect(screen.page.get_by_text("No view is saved yet.")).to_be_visible()
    screen.write("Save this view as", HOSTILE)
    screen.press("Save the view")
    expect(screen.page.get_by_text("Saved for everybody who reads this data.")).to_be_visible()

    fresh = visit(server)
    fresh.open("/", "Q4 2026 stands at")
    open_menu(fresh)
    fresh.press(HOSTILE)
    fresh.settle("lead to a company goal")
    wanted = figures(server.folder, "Q3 2026", ("Sales",))
    expect(fresh.heading).to_contain_text(f"{wanted.alignment} objectives lead to a company goal")
    expect(fresh.tags("Departments")).to_contain_text("Sales")
    fresh.assert_address(
        {"cycle": "Q3 2026", "department": "Sales", "form": "table"}, exactly=False
    )

    open_menu(fresh)
    fresh.page.get_by_text("Rename or remove").click()
    fresh.write("New name", "Board")
    fresh.click(fresh.page.get_by_role("button", name="Rename", exact=True))
    expect(fresh.page.get_by_role("button", name="Board")).to_be_visible()
    screen.open("/trends", "Q4 2026")
    open_menu(screen)
    screen.page.get_by_text("Rename or remove").click()
    screen.click(screen.page.get_by_role("button", name="Remove", exact=True))
    expect(screen.page.get_by_text("No view is saved yet.")).to_be_visible()
    for each in (screen, fresh):
        each.page.keyboard.press("Escape")
        each.assert_sound()


def test_a_copied_link_shows_the_same_headline_on_a_cold_server(
    sample_folder: Path, serve_cold: Serve, visit: Visit
) -> None:
    server = serve_cold(sample_folder)
    screen = visit(server)
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.open("/overview", "Q4 2026 stands at")
    screen.choose("Departments", "Sales")
    screen.settle("Q4 2026 stands at")
    open_menu(screen)
    button = screen.page.get_by_role("button", name="Copy link")
    button.focus()
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_text("Copied", exact=True)).to_be_visible()
    link = screen.page.evaluate("navigator.clipboard.readText()")
    assert urlsplit(link).netloc == server.origin
    assert parse_qs(urlsplit(link).query) == {
        "cycle": ["Q4 2026"], "department": ["Sales"], "as_of": ["2026-11-20"],
    }  # fmt: skip
    there = visit(server)
    there.page.goto(link)
    there.settle("Q4 2026 stands at")
    assert_overview_shows(there, figures(sample_folder, "Q4 2026", ("Sales",)))
    expect(there.heading).to_have_text(screen.heading.inner_text())
    screen.page.context.clear_permissions()


def test_where_the_clipboard_is_refused_the_address_stands_in_a_field(
    sample_folder: Path, serve: Serve, visit: Visit
) -> None:
    screen = visit(serve(sample_folder))
    screen.page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})"
    )
    screen.open("/trends?cycle=Q3+2026", "Q3 2026")
    open_menu(screen)
    screen.page.get_by_role("button", name="Copy link").click()
    field = screen.page.get_by_label("Address", exact=True)
    expect(field).to_be_visible()
    expect(field).to_have_value(
        f"http://{screen.server.origin}/trends?cycle=Q3+2026&as_of=2026-11-20"
    )
