"""Pictures of charts: what they say, what they hold, and that nothing about them hangs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import plotly.graph_objects as go
import pytest

from okr_data.charts.theme import DARK, LIGHT, Palette, base_layout
from okr_data.export import browser, pictures

needs_browser = pytest.mark.skipif(browser.browser_path() is None, reason="needs a Chromium")
HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(1)</script> & ="
LONG = "Win the market of the north " * 18
RIGHT_TO_LEFT = "زيادة رضا العملاء 🚀"


def bars(palette: Palette = LIGHT, height: int = 200) -> go.Figure:
    figure = go.Figure(go.Bar(x=[0.2, 0.8], y=["Sales", "Finance"], orientation="h"))
    return figure.update_layout(base_layout(palette, height))


def test_a_framed_figure_says_title_filters_definition_and_source() -> None:
    framed = pictures.framed(
        bars(), "Progress", "Q4 2026 · Sales", "Mean of <all>", "Source: x.csv"
    )
    assert "<b>Progress</b>" in framed.layout.title.text
    assert "Q4 2026 · Sales" in framed.layout.title.text
    (note,) = framed.layout.annotations
    assert "Mean of &lt;all&gt;" in note.text
    assert "Source: x.csv" in note.text
    assert framed.layout.paper_bgcolor == LIGHT.surface


def test_framing_leaves_the_figure_of_the_page_alone_and_the_chart_its_height() -> None:
    figure = bars(height=200)
    before = figure.to_json()
    framed = pictures.framed(figure, "Progress")
    assert figure.to_json() == before
    margin = framed.layout.margin
    assert framed.layout.height - margin.t - margin.b == 200 - 8 - 8


def test_a_dark_figure_gets_a_dark_picture() -> None:
    assert pictures.framed(bars(DARK), "Progress").layout.paper_bgcolor == DARK.surface


@pytest.mark.parametrize("title", [HOSTILE, LONG, RIGHT_TO_LEFT, "市場" * 250, ""])
def test_user_text_is_escaped_and_long_titles_are_cut(title: str) -> None:
    framed = pictures.framed(bars(), title, title, title, title)
    assert "<img" not in framed.layout.title.text
    assert framed.layout.title.text.count("<br>") < 5
    page = pictures.page(bars(), title, title, title, title).decode()
    assert "<img" not in page.split("</style>")[1].split("<main>")[1]


@needs_browser
def test_the_three_kinds_are_what_they_say() -> None:
    framed = pictures.framed(bars(), "Progress")
    assert pictures.png(framed).startswith(b"\x89PNG")
    picture = pictures.svg(framed)
    assert picture.startswith(b"<svg")
    assert b"Progress" in picture
    assert pictures.pdf(framed).startswith(b"%PDF")


@needs_browser
def test_a_browser_that_was_killed_is_replaced() -> None:
    framed = pictures.framed(bars(), "Progress")
    pictures.svg(framed)
    first = browser._warm.process()
    assert first is not None
    os.killpg(first, signal.SIGKILL)
    assert pictures.svg(framed).startswith(b"<svg")
    assert browser._warm.process() != first


@needs_browser
def test_a_page_that_never_ends_is_given_up_and_the_next_picture_is_drawn() -> None:
    endless = b"<!doctype html><script>for(;;);</script>"
    begun = time.monotonic()
    with pytest.raises(browser.PictureFailed, match="did not answer"):
        browser.printed(endless, timeout=3.0)
    assert time.monotonic() - begun < 20
    assert pictures.svg(pictures.framed(bars(), "Progress")).startswith(b"<svg")


@needs_browser
def test_a_figure_that_cannot_be_drawn_is_said_and_the_browser_stays() -> None:
    pictures.svg(bars())
    before = browser._warm.process()
    broken = bars().update_layout(
        showlegend=True,
        legend={"xref": "container", "x": 0, "xanchor": "left", "title": {"text": "word " * 80}},
    )
    with pytest.raises(browser.PictureFailed):
        pictures.svg(broken)
    assert browser._warm.process() == before


def test_without_a_browser_the_message_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    monkeypatch.setattr(browser, "_warm", browser._Warm())
    with pytest.raises(browser.NoBrowser, match="apt-get install chromium"):
        pictures.png(bars())


def test_a_browser_that_does_not_start_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(broken))
    monkeypatch.setattr(browser, "_warm", browser._Warm())
    with pytest.raises(browser.PictureFailed, match="ended unexpectedly"):
        pictures.png(bars())
