"""Who prepares a board meeting: a click, its progress, a deck whose figures are those of the page."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from pptx import Presentation

from okr_data.settings import FILE
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Screen, Server

MAKE, MAKING = "Make the review deck", "Making the review deck"
DOWNLOAD = "Download the review deck"
#: Milliseconds for a deck with a cold browser on a busy machine.
PATIENCE = 90_000


def texts_of(slide: Any) -> str:
    parts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    return "\n".join(parts).replace("\u00a0", " ")


def made(screen: Screen) -> Any:
    screen.press(MAKE)
    expect(screen.page.get_by_text(MAKING)).to_be_visible()
    expect(screen.page.get_by_role("button", name=DOWNLOAD)).to_be_visible(timeout=PATIENCE)
    name, content = screen.download(DOWNLOAD)
    assert name.endswith(".pptx")
    return Presentation(io.BytesIO(content))


def plain(text: str) -> str:
    """Write a text of a page as those of the slides are read here: with plain spaces."""
    return text.replace("\u00a0", " ")


def test_a_deck_with_the_figures_of_the_page(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/")
    screen.settle("Q4 2026 stands at")
    sentence = plain(screen.heading.inner_text())
    shown = screen.tile("Progress").locator.get_by_test_id("stMetricValue")
    progress = plain(shown.inner_text())
    deck = made(screen)
    assert sentence in texts_of(deck.slides[0])
    assert progress in texts_of(deck.slides[1])
    screen.assert_sound()


def test_others_work_while_a_deck_is_made(site: Server, visit: Visit) -> None:
    first, second = visit(site), visit(site)
    first.open("/departments?department=Sales")
    first.settle("Sales stands at")
    sentence = plain(first.heading.inner_text()).split(";")[0]
    first.press(MAKE)
    second.open("/findings", "findings")
    expect(first.page.get_by_role("button", name=DOWNLOAD)).to_be_visible(timeout=PATIENCE)
    name, content = first.download(DOWNLOAD)
    assert "Sales" in name
    deck = Presentation(io.BytesIO(content))
    assert sentence.split(" stands at ")[1].split(",")[0] in texts_of(deck.slides[0])
    assert "· Sales ·" in texts_of(deck.slides[1])


@pytest.fixture
def with_broken_template(sample_folder: Path, tmp_path: Path, serve: Serve) -> Server:
    folder = tmp_path / "data"
    shutil.copytree(sample_folder, folder)
    (folder / FILE).write_text('deck_template = "broken.pptx"\n')
    (folder / "broken.pptx").write_text("no deck")
    return serve(folder)


def test_a_broken_template_is_told_and_gone_around(
    with_broken_template: Server, visit: Visit
) -> None:
    screen = visit(with_broken_template)
    screen.open("/")
    screen.settle("Q4 2026 stands at")
    screen.press(MAKE)
    expect(screen.page.get_by_text("broken.pptx is no PowerPoint file")).to_be_visible(
        timeout=PATIENCE
    )
    screen.press("Make it in the standard design")
    expect(screen.page.get_by_role("button", name=DOWNLOAD)).to_be_visible(timeout=PATIENCE)
