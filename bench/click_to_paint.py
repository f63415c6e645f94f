"""Click to painted page, beside a static page of the same elements: ``python -m bench.click_to_paint``.

The twin is a Streamlit application without a question, a view or a line of ours: for each page it
sends the very elements that the page sent, recorded from its socket, as constants. What the page
costs above its twin is ours; what the twin costs is the platform's and the browser's.

In each round every page is clicked in the menu, coming from the page Settings, once in the
dashboard and once in the twin. Measured in the browser, from the press of the mouse button: the
first change below the menu, and the last one after which nothing changes any more. The first
visit of a page in a session is not counted; ``--rounds`` more are, and their median is shown.

``python -m bench.click_to_paint [--rounds N] [--folder DATA] [PAGE …]``
"""

from __future__ import annotations

import argparse
import os
import pickle
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, WebSocket, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from okr_data.export.browser import browser_path
from okr_data.intake import load_sample
from okr_data.store import Store
from okr_data.ui.frame import GROUPS, PAGES
from tests.browser.driving import CHROMIUM_ARGS, TIMEOUT, Screen, Server, serving
from tests.browser.warm import PROJECT

#: Where every click starts from, and what a page without anything costs.
START, EMPTY = "settings", "empty"
#: Milliseconds without any change after which a page counts as painted.
QUIET = 500

_TWIN = '''"""The twin: sends recorded elements as they are."""
import pickle
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

RECORDED = pickle.loads(Path("recorded.pickle").read_bytes())


def replay(name):
    context = get_script_run_ctx()
    for raw in RECORDED.get(name, ()):
        message = ForwardMsg()
        message.ParseFromString(raw)
        context.enqueue(message)


def empty():
    st.title("Nothing")


st.set_page_config(layout="wide", initial_sidebar_state="collapsed")
pages = {
    name: st.Page(partial(replay, name), title=title, icon=icon, url_path=name)
    for name, title, icon in PAGES
}
blank = st.Page(empty, title="Empty", url_path="empty", default=True)
below = {name for names in GROUPS.values() for name in names}
direct = [page for name, page in pages.items() if name not in below]
grouped = {title: [pages[name] for name in names] for title, names in GROUPS.items()}
st.navigation({"": [*direct, blank], **grouped}, position="top").run()
'''

#: Arms the watch: from the next press of the mouse on, times of changes below the menu.
_WATCH = """() => {
    const watch = window.watch = {first: null, last: null, start: null};
    document.addEventListener("pointerdown", () => {
        watch.start = performance.now(); watch.first = watch.last = null;
    }, {capture: true, once: true});
    const main = document.querySelector("[data-testid=stMain]");
    window.observer?.disconnect();
    window.observer = new MutationObserver(() => {
        if (watch.start === null) return;
        watch.last = performance.now();
        watch.first ??= watch.last;
    });
    window.observer.observe(main, {
        subtree: true, childList: true, characterData: true, attributes: true,
        attributeFilter: ["class", "d", "src", "transform", "width", "height", "data-stale"],
    });
}"""
_PAINTED = """quiet => {
    const {start, last} = window.watch;
    const app = document.querySelector("[data-testid=stApp]");
    return last !== null && performance.now() - last > quiet
        && app.dataset.testScriptState === "notRunning"
        && !document.querySelector("[data-testid=stSkeleton], [data-stale=true]");
}"""


@dataclass(frozen=True)
class Paint:
    """One click, in milliseconds from the press of the button: first change, and last one."""

    first: float
    last: float


class Recorder:
    """Keeps the elements that a page sends over the socket of a tab, as bytes."""

    def __init__(self, tab: Page) -> None:
        self._messages: list[bytes] = []
        tab.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._keep)

    def _keep(self, frame: bytes | str) -> None:
        if isinstance(frame, bytes):
            message = ForwardMsg.FromString(frame)
            if message.WhichOneof("type") in ("delta", "new_session"):
                self._messages.append(frame)

    def elements(self) -> list[bytes]:
        """Return the elements of the last script run."""
        kinds = [ForwardMsg.FromString(m).WhichOneof("type") for m in self._messages]
        begin = max(number for number, kind in enumerate(kinds) if kind == "new_session")
        return self._messages[begin + 1 :]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="a data folder instead of the sample's")
    given = parser.parse_args()
    wanted = given.pages or [name for name, _, _ in PAGES if name != START]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        if given.folder is None:
            load_sample(Store(folder / "data"))
        data = given.folder or folder / "data"
        ours = stack.enter_context(serving(data, folder / "ours.log"))
        play = stack.enter_context(sync_playwright())
        browser = play.chromium.launch_persistent_context(
            folder / "profile", executable_path=_chromium(), args=CHROMIUM_ARGS, locale="en-GB",
            viewport={"width": 1440, "height": 1000},
        )  # fmt: skip
        stack.callback(browser.close)
        browser.set_default_timeout(TIMEOUT)
        recorded = {page: _record(browser, ours, page) for page in [*wanted, START]}
        twin = stack.enter_context(_twin(folder / "twin", recorded))
        _measure(browser, ours, twin, wanted, given.rounds)


def _chromium() -> str:
    found = browser_path()
    if found is None:
        sys.exit("There is no Chromium to measure with.")
    return str(found)


def _record(browser: BrowserContext, server: Server, page: str) -> list[bytes]:
    """Return the elements of a page, of its second run: the first one asks for the window's size."""
    tab = browser.new_page()
    recorder = Recorder(tab)
    screen = Screen(tab, server)
    screen.open(f"/{page}")
    tab.wait_for_timeout(500)
    screen.settle()
    tab.close()
    return recorder.elements()


@contextmanager
def _twin(folder: Path, recorded: dict[str, list[bytes]]) -> Iterator[Server]:
    """Serve the twin with the theme and the fonts of the dashboard."""
    shutil.copytree(PROJECT / ".streamlit", folder / ".streamlit")
    shutil.copytree(PROJECT / "static", folder / "static")
    (folder / "recorded.pickle").write_bytes(pickle.dumps(recorded))
    source = _TWIN.replace("for name, title, icon in PAGES", f"for name, title, icon in {PAGES!r}")
    (folder / "app.py").write_text(source.replace("GROUPS", repr(GROUPS)), "utf-8")
    with serving(folder, folder / "twin.log", application=folder) as server:
        yield server


def _measure(
    browser: BrowserContext, ours: Server, twin: Server, wanted: list[str], rounds: int
) -> None:
    tabs = {"ours": browser.new_page(), "twin": browser.new_page()}
    Screen(tabs["ours"], ours).open(f"/{START}")
    Screen(tabs["twin"], twin).open(f"/{START}")
    found: dict[tuple[str, str], list[Paint]] = defaultdict(list)
    for turn in range(rounds + 1):
        for page in [*wanted, EMPTY]:
            for side, tab in tabs.items():
                if page == EMPTY and side == "ours":
                    continue
                tab.bring_to_front()
                paint = _click(tab, page)
                if turn:
                    found[page, side].append(paint)
                _click(tab, START)
    _tell(found, wanted, rounds)


def _click(tab: Page, page: str) -> Paint:
    """Click an entry of the menu and wait until nothing changes any more."""
    title = dict([(name, title) for name, title, _ in PAGES] + [(EMPTY, "Empty")])[page]
    group = next((name for name, names in GROUPS.items() if page in names), None)
    if group is None:
        link = tab.get_by_test_id("stTopNavLink").get_by_text(title, exact=True)
    else:
        tab.get_by_test_id("stTopNavSection").filter(has_text=group).click()
        link = tab.get_by_test_id("stTopNavDropdownLink").get_by_text(title, exact=True)
    link.wait_for()
    tab.evaluate(_WATCH)
    link.click()
    tab.wait_for_function(_PAINTED, arg=QUIET, polling=50)
    watch = tab.evaluate("() => window.watch")
    return Paint(watch["first"] - watch["start"], watch["last"] - watch["start"])


def _tell(found: dict[tuple[str, str], list[Paint]], wanted: list[str], rounds: int) -> None:
    def median(page: str, side: str, what: str) -> float:
        return float(statistics.median(getattr(paint, what) for paint in found[page, side]))

    empty = median(EMPTY, "twin", "first")
    print(f"Medians of {rounds} clicks, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores.")
    print(f"An empty page: first change after {empty:.0f} ms.\n")
    print("| page | painted, ms | twin, ms | ratio | first change, ms | × empty page |")
    print("| --- | --- | --- | --- | --- | --- |")
    for page in wanted:
        ours, twin = median(page, "ours", "last"), median(page, "twin", "last")
        ratios = [
            one.last / other.last
            for one, other in zip(found[page, "ours"], found[page, "twin"], strict=True)
        ]
        first = median(page, "ours", "first")
        print(
            f"| {page} | {ours:.0f} | {twin:.0f} | {statistics.median(ratios):.2f} "
            f"| {first:.0f} | {first / empty:.2f} |"
        )


if __name__ == "__main__":
    main()
