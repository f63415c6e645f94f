"""Fixtures of the browser tests: Chromium, servers of their own, tabs that are watched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest
from filelock import FileLock
from playwright.sync_api import BrowserContext, expect, sync_playwright

from okr_data.export.browser import browser_path, what_to_install
from okr_data.intake import load_sample
from okr_data.store import Store
from tests.browser.driving import CHROMIUM_ARGS, TIMEOUT, Screen, Server, serving
from tests.browser.warm import Nursery
from tests.conftest import new_store, take_in

Serve = Callable[[Path], Server]
Visit = Callable[..., Screen]


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A Chromium of this machine; without one the tests are skipped, but never in CI.

    Its profile is new and on disk: all tabs share the compiled 9 MB of Streamlit and Plotly.
    """
    path = browser_path()
    if path is None:
        reason = what_to_install()
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=path, args=CHROMIUM_ARGS
        )
        context.set_default_timeout(TIMEOUT)
        yield context
        context.close()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample data, made once a run; tests only read or copy it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # the folder of the run, which its workers share
    folder, unfinished = base / "browser-sample", base / "browser-sample-unfinished"
    with FileLock(base / "browser-sample.lock"):
        if not folder.exists():
            load_sample(Store(unfinished))
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="package")
def nursery(browser: BrowserContext) -> Iterator[Nursery]:
    """What servers are forked from, so that they need not import everything at each start."""
    found = Nursery()
    yield found
    found.close()


@pytest.fixture
def serve(browser: BrowserContext, tmp_path: Path, nursery: Nursery) -> Iterator[Serve]:
    """Start a server on a data folder; it ends with the test."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(serving(folder, tmp_path / "server.log", nursery))


@pytest.fixture
def serve_cold(browser: BrowserContext, tmp_path: Path) -> Iterator[Serve]:
    """Start a server just as a user does, with nothing imported; it ends with the test."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(serving(folder, tmp_path / "server.log"))


@pytest.fixture(scope="module")
def site(
    nursery: Nursery, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server on the sample data that the tests of a module share; they only read."""
    with serving(sample_folder, tmp_path_factory.mktemp("site") / "server.log", nursery) as server:
        yield server


@pytest.fixture(scope="module")
def empty_desk(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on an empty database that the tests of a module fill, each with items of its own."""
    place = tmp_path_factory.mktemp("empty")
    store = new_store(place / "data")
    first = take_in(store, objectives="id | title\nX-1 | Taken back")
    store.undo(first.import_id)  # a folder in which nothing ever was would get the sample data
    with serving(place / "data", place / "server.log", nursery) as server:
        yield server


def keep_warm(browser: BrowserContext, server: Server) -> None:
    """Leave the first tab on a server, so that the process of the site outlives each test's tab.

    To Chromium all ports of a host are one site, and a text from the server is enough.
    """
    first = browser.pages[0]
    if first.url == "about:blank":
        first.goto(f"http://{server.origin}/_stcore/health")


@pytest.fixture
def visit(browser: BrowserContext) -> Iterator[Visit]:
    """Open a tab on a server; at the end, whatever it asked for or complained about is judged."""
    screens: list[Screen] = []

    def opened(
        server: Server, width: int = 1440, theme: Literal["light", "dark"] = "light"
    ) -> Screen:
        page = browser.new_page()
        keep_warm(browser, server)
        screens.append(Screen(page, server))
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        return screens[-1]

    yield opened
    for screen in screens:
        screen.page.close()
    for screen in screens:
        screen.assert_discreet()
        screen.server.assert_quiet()
