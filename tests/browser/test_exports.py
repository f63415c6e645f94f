"""Exports as a reader takes them: click, fetch, open, compare."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from playwright.sync_api import expect

from okr_data.charts.bars import pace_rows
from okr_data.export import browser
from okr_data.queries import Filters, levels
from tests.browser.conftest import Visit
from tests.browser.driving import Server

pytestmark = pytest.mark.skipif(browser.browser_path() is None, reason="needs a Chromium")
BEGINNINGS = {
    "Picture (PNG)": b"\x89PNG",
    "Picture (SVG)": b"<svg",
    "Picture (PDF)": b"%PDF",
    "Page (HTML)": b"<!doctype html>",
}
LEVELS = "Progress by level"


def test_a_chart_is_taken_along_in_every_form(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/", "Q4 2026")
    menu = screen.page.locator(".st-key-levels-menu").get_by_role("button")
    menu.scroll_into_view_if_needed()
    menu.click()
    for label, beginning in BEGINNINGS.items():
        name, content = screen.download(label)
        assert content.startswith(beginning), label
        assert name.startswith(f"{LEVELS} Q4 2026.")
    with site.store.reader() as reader:
        wanted = levels(reader, Filters("Q4 2026"), ("Annual 2026",))
    rows = pace_rows(wanted, wanted["level"])
    _, content = screen.download("Data (CSV)")
    shown = pd.read_csv(io.BytesIO(content))
    assert shown["progress"].tolist() == pytest.approx(rows["progress"].tolist())
    assert set(shown["As of"]) == {"2026-11-20"}
    _, content = screen.download("Data (XLSX)")
    sheet = pd.read_excel(io.BytesIO(content), engine="calamine")
    assert sheet["progress"].tolist() == pytest.approx(rows["progress"].tolist())


def test_the_page_of_a_chart_draws_it_and_saves_pictures_itself(site: Server, visit: Visit) -> None:
    """Where the server has no browser, this is the way to PNG and SVG."""
    screen = visit(site)
    screen.open("/", "Q4 2026")
    menu = screen.page.locator(".st-key-levels-menu").get_by_role("button")
    menu.scroll_into_view_if_needed()
    menu.click()
    _, content = screen.download("Page (HTML)")
    page = screen.page.context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(content.decode())
    expect(page.get_by_role("heading", name=LEVELS)).to_be_visible()
    expect(page.locator(".main-svg").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as SVG").click()
    saved = waiting.value.path().read_text("utf-8")
    assert saved.startswith("<svg")
    assert LEVELS in saved
    assert "Source: OKR data of 20 Nov 2026" in saved
    assert not [url for url in asked if url.startswith("http")]
    page.close()


def test_the_report_is_made_under_the_filter_and_fetched(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/export?cycle=Q4+2026&department=Sales", "Take it along")
    screen.click(screen.page.locator(".st-key-make-page").get_by_role("button"))
    expect(screen.page.get_by_role("button", name="Download (")).to_be_visible(timeout=60_000)
    name, content = screen.download("Download (")
    assert name == "OKR Q4 2026 2026-11-20.html"
    text = content.decode()
    assert "Q4 2026 · as of 20 Nov 2026 · Sales" in text
    screen.assert_sound()
