"""Whoever cannot see the colours or hold a mouse: axe-core on every page, and Import by keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, TimeoutError, expect

from okr_data.charts.theme import DARK, LIGHT, Palette
from tests.browser.conftest import Visit
from tests.browser.driving import AGAIN, MENU, Screen, Server
from tests.browser.test_pages import ADDRESSES, HEADINGS, assert_drawn
from tests.browser.warm import PROJECT

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
#: What axe calls these keeps somebody out; ``moderate`` and ``minor`` are in docs/accessibility.md.
KEEPS_OUT = {"serious", "critical"}
#: Everything that must have a name, because a screen reader cannot see what it draws.
PICTURES = "[data-testid=stPlotlyChart], [data-testid=stDataFrame]"
ORGANISATION = b"id,title,owner,cycle,level\nK-1,Win by the keyboard,Ada Keys,Q4 2026,company\n"


@dataclass(frozen=True)
class Chrome:
    """A violation inside of Streamlit's own parts: its rule, where it may be, and why it is there."""

    rule: str
    within: str
    reason: str


#: The same table stands in docs/accessibility.md.
KNOWN = (
    Chrome(
        "svg-img-alt",
        ".role-mark[class*=metric_chart_]",
        "Vega draws an empty, unnamed group for the highlighted point of a metric’s sparkline.",
    ),
    Chrome(
        "color-contrast",
        "[data-baseweb=tag], [data-testid^=stMultiSelectTag]",
        "Chips of a list are white on the primary colour, whatever that colour is.",
    ),
    Chrome(
        "list",
        "[data-testid=stSidebarNav]",
        "On a phone the menu’s list holds headings of groups beside its entries.",
    ),
    Chrome(
        "listitem",
        "[data-testid=stSidebarNav]",
        "On a phone entries of the menu stand in lists that are not theirs.",
    ),
)


def violations(screen: Screen) -> list[str]:
    """Return the serious and critical violations that are not in :data:`KNOWN`."""
    if not screen.page.evaluate("typeof window.axe !== 'undefined'"):
        screen.page.evaluate(AXE)
    found: dict[str, Any] = screen.page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found["violations"]
        if each["impact"] in KEEPS_OUT
        for node in each["nodes"]
        if not is_known(screen, each["id"], node["target"][-1])
    ]


def is_known(screen: Screen, rule: str, target: str) -> bool:
    matches = "([target, within]) => !!document.querySelector(target)?.closest(within)"
    return any(
        rule == known.rule and screen.page.evaluate(matches, [target, known.within])
        for known in KNOWN
    )


def unnamed_pictures(screen: Screen) -> list[str]:
    """Return the charts and tables that say nothing to a screen reader."""
    found: list[str] = screen.page.evaluate(
        """pictures => [...document.querySelectorAll(pictures)]
            .filter(each => each.checkVisibility())
            .filter(each => ![each, ...each.querySelectorAll(":is([aria-label], [alt]):not(button)"),
                              each.closest("[aria-label]")]
                .some(one => one?.getAttribute("aria-label")?.trim() || one?.alt?.trim()))
            .map(each => each.outerHTML.slice(0, 200))""",
        PICTURES,
    )
    return found


def chosen(site: Server) -> tuple[str, str]:
    """Return addresses of pages on which something is chosen: a department, an objective."""
    with site.store.reader() as reader:
        ((item, department),) = reader.rows(
            "select objective_id, department from objective_progress where level = 'department' "
            "order by objective_id desc limit 1"
        )
    return f"/departments?department={department}", f"/objective?item={item}"


def test_first_visitor_walks_the_menu_and_no_page_keeps_anybody_out(
    site: Server, visit: Visit
) -> None:
    """By a deep link on a server nobody came to before: this test stands first in its file."""
    screen = visit(site)
    found = {}
    for number, entry in enumerate(MENU):
        name = ADDRESSES.get(entry, entry.lower())
        if number:
            screen.menu(entry, HEADINGS[name])
        else:
            screen.open(f"/{name}", HEADINGS[name])
        assert_drawn(screen, name)
        screen.assert_sound()
        found[entry] = violations(screen) + unnamed_pictures(screen)
    for address in chosen(site):
        screen.go(address)
        found[address] = violations(screen) + unnamed_pictures(screen)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def test_dark_phone_is_dark_scrolls_in_one_direction_only_and_keeps_nobody_out(
    site: Server, visit: Visit
) -> None:
    screen = visit(site, width=390, theme="dark")
    screen.open("/definitions", HEADINGS["definitions"])
    found = {}
    pages = {f"/{name}": heading for name, heading in HEADINGS.items()}
    for address, heading in (pages | dict.fromkeys(chosen(site), "")).items():
        screen.go(address, heading)
        if heading:
            assert_drawn(screen, address.removeprefix("/"))
        assert screen.content_width() <= 390, address
        expect(screen.heading, address).to_have_css("color", "rgb(238, 241, 246)")
        found[address] = violations(screen) + unnamed_pictures(screen)
    expect(screen.page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 19, 26)")
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
    screen.page.set_viewport_size({"width": 1440, "height": 900})
    screen.assert_sound()


def test_the_documentation_names_every_known_violation() -> None:
    text = (PROJECT / "docs" / "accessibility.md").read_text("utf-8")
    assert [known.rule for known in KNOWN if f"`{known.rule}`" not in text] == []


def luminance(colour: str) -> float:
    """Return the relative luminance of a hex colour, as WCAG 2 computes it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_of_charts_stand_out_from_what_they_stand_on(palette: Palette) -> None:
    """Axe does not judge texts in drawings: 4.5 to 1 is what WCAG AA asks of small ones."""
    on_surface = {palette.text, palette.muted, palette.accent}
    on_marks = {palette.behind, palette.neutral, palette.ahead, palette.unmeasured}
    ratios = {(text, palette.surface): contrast(text, palette.surface) for text in on_surface}
    ratios |= {(palette.on_colour, mark): contrast(palette.on_colour, mark) for mark in on_marks}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


# --- by keyboard alone -------------------------------------------------------


def tab_to(screen: Screen, wanted: Locator, most: int = 80) -> None:
    """Press Tab until something has the focus."""
    for _ in range(most):
        screen.page.keyboard.press("Tab")
        if wanted.evaluate("each => each.contains(document.activeElement)"):
            return
    raise AssertionError(f"{wanted} is not reached by {most} times Tab")


def test_a_file_comes_in_by_keyboard_alone(empty_desk: Server, visit: Visit) -> None:
    screen = visit(empty_desk)
    screen.open("/import", HEADINGS["import"])
    expect(screen.page.get_by_test_id("data-grid-canvas").first).to_be_attached()
    screen.settle()
    browse = screen.page.get_by_test_id("stFileUploader").locator("button").first
    # The system's own dialog is not opened: it is no part of the page.
    screen.page.evaluate(
        """document.addEventListener("click", event => {
            if (event.target.type !== "file") return;
            event.preventDefault();
            window.filesAskedFor = true;
        }, true)"""
    )
    tab_to(screen, browse)
    screen.page.keyboard.press("Enter")
    try:
        screen.page.wait_for_function("window.filesAskedFor", timeout=AGAIN)
    except TimeoutError:  # the box was drawn anew under the key
        tab_to(screen, browse)
        screen.page.keyboard.press("Enter")
        screen.page.wait_for_function("window.filesAskedFor")
    screen.upload(("objectives.csv", ORGANISATION))
    screen.settle("What it would change")
    take_in = screen.page.get_by_role("button", name="Take it in")
    tab_to(screen, take_in)
    screen.ask(lambda: screen.page.keyboard.press("Enter"))
    expect(screen.text("Every page shows it now.")).to_be_visible()
    see = screen.page.get_by_role("button", name="See the overview")
    tab_to(screen, see)
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/import"))
    with empty_desk.store.reader() as reader:
        assert reader.rows("select title from objective_progress where objective_id = 'K-1'") == [
            ("Win by the keyboard",)
        ]
