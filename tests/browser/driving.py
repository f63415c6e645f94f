"""Drives the dashboard as a reader does: a server of its own, a browser, and what is to be seen."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import ConsoleMessage, FilePayload, Locator, Page, TimeoutError, expect

from okr_data.store import Store
from tests.browser.warm import HOST, PROJECT, Nursery, arguments

#: What Chromium needs to run without a display and without calling home. All tabs share a process,
#: in which the scripts of the last one are still there (``keep_warm`` in conftest.py).
CHROMIUM_ARGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--process-per-site",
)  # fmt: skip
#: Seconds until a server must answer, and milliseconds until a page must; both cores are shared.
START_TIMEOUT = 60.0
TIMEOUT = 60_000
#: Milliseconds after which a click that led to nothing is made once more.
AGAIN = 10_000
#: At most so many milliseconds later the server hears of what a reader did: ``LAG=500 pytest
#: tests/browser`` finds tests that are faster than a slow network and a slow machine let them be.
LAG = int(os.environ.get("LAG", "0"))
#: What stands in the menu itself, and what under its headings.
DIRECT = ("Overview", "Cascade", "Alignment", "Departments", "Trends")
GROUPS = {
    "Review": ("Review", "Findings", "Scorecard", "Cycles", "What changed"),
    "Look up": ("Line of sight", "Objective"),
    "Data": (
        "Import",
        "History",
        "Organisation",
        "Reconciliation",
        "Export",
        "Settings",
        "Definitions",
    ),
}
MENU = (*DIRECT, *(entry for entries in GROUPS.values() for entry in entries))

# Streamlit looks for its endpoints below the page's path first; Vega draws sparklines before data.
_HARMLESS = re.compile(r"/_stcore/(health|host-config)\b|Infinite extent for field")
#: Notes in ``window.awaited`` whether a run was asked for that has not begun: a click reaches the
#: server a moment later, and until then the page looks as settled as before. ``window.asked``
#: counts the runs asked for: a click on something that is just drawn anew asks for none. The messages are
#: protobuf; of the browser's the field 11 asks for a run, of the server's the field 4 begins one.
_LISTEN = """(() => {
    const carries = (buffer, wanted) => {
        const bytes = new Uint8Array(buffer);
        let at = 0;
        const number = () => {
            let value = 0, factor = 1, byte;
            do { byte = bytes[at++]; value += (byte & 127) * factor; factor *= 128; }
            while (byte & 128);
            return value;
        };
        while (at < bytes.length) {
            const tag = number(), kind = tag % 8;
            if (Math.floor(tag / 8) === wanted) return true;
            if (kind === 0) number();
            else if (kind === 2) { const length = number(); at += length; }
            else at += kind === 1 ? 8 : 4;
        }
        return false;
    };
    window.awaited = false;
    window.asked = 0;
    window.settledSince = Infinity;
    let sent = Promise.resolve();
    const Socket = window.WebSocket;
    window.WebSocket = class extends Socket {
        constructor(...given) {
            super(...given);
            this.addEventListener("message", ({data}) => {
                if (data instanceof ArrayBuffer && carries(data, 4)) window.awaited = false;
            });
        }
        send(data) {
            if (typeof data !== "string" && carries(data, 11)) {
                window.awaited = true;
                window.asked += 1;
            }
            if (!LAG) return super.send(data);
            const wait = new Promise(done => setTimeout(done, Math.random() * LAG));
            sent = Promise.all([sent, wait]).then(() => this.readyState === 1 && super.send(data));
        }
    };
})()"""
#: True once the page has that heading and nothing has been computed or stale for a moment: between
#: a run and the next one that it leads to, nothing is either.
_SETTLED = """wanted => {
    const plain = text => text.replaceAll("\\u00a0", " ");
    const app = document.querySelector("[data-testid=stApp]");
    const headings = [...document.querySelectorAll("[data-testid=stMain] :is(h1, h2, h3)")];
    const settled = !window.awaited
        && headings.some(heading => plain(heading.textContent).includes(plain(wanted)))
        && app.dataset.testScriptState === "notRunning"
        && app.dataset.testConnectionState === "CONNECTED"
        && !document.querySelector("[data-stale=true]");
    if (!settled) window.settledSince = Infinity;
    else if (window.settledSince === Infinity) window.settledSince = performance.now();
    return performance.now() - window.settledSince > 40;
}"""
#: Finds a point of a shape that is not covered: the middle of a ring's sector is often outside it.
_POINT_OF_SHAPE = """shape => {
    shape.scrollIntoView({block: "center"});
    const box = shape.getBoundingClientRect();
    for (const across of [0.5, 0.3, 0.7, 0.1, 0.9, 0.2, 0.8])
        for (const down of [0.5, 0.3, 0.7, 0.1, 0.9, 0.2, 0.8]) {
            const x = box.left + across * box.width, y = box.top + down * box.height;
            if (document.elementFromPoint(x, y) === shape) return {x, y};
        }
    return null;
}"""
#: Of a table, its header included, in pixels at the font size of the theme.
_ROW_HEIGHT = 33


@dataclass(frozen=True)
class Server:
    """A running dashboard on a data folder."""

    folder: Path
    port: int
    log: Path

    @property
    def origin(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def store(self) -> Store:
        return Store(self.folder)

    def assert_quiet(self) -> None:
        """Assert that nothing was raised where only the server's log shows it."""
        text = self.log.read_text("utf-8", errors="replace")
        assert not re.search(r"Traceback|Exception", text), text


#: Ports of servers that have ended: the next one takes one of these, so that to the browser it is
#: the same site, whose 9 MB of scripts it has compiled already.
_left_ports: list[int] = []


@contextmanager
def serving(
    folder: Path, log: Path, nursery: Nursery | None = None, application: Path = PROJECT
) -> Iterator[Server]:
    """Serve a data folder until the block ends; its log must hold no exception then.

    The server is a fork from the nursery, or without one a fresh process as a user starts it, of
    the ``app.py`` in the folder ``application``.
    """
    server = Server(folder, _port(), log)
    start = _fresh(server, application) if nursery is None else _forked(server, nursery)
    with start as is_running:
        _wait_for_health(server, is_running)
        yield server
    _left_ports.append(server.port)
    server.assert_quiet()


@contextmanager
def _forked(server: Server, nursery: Nursery) -> Iterator[Callable[[], bool]]:
    pid = nursery.start(server.folder, server.port, server.log)
    try:
        yield lambda: True
    finally:
        nursery.end(pid)


@contextmanager
def _fresh(server: Server, application: Path) -> Iterator[Callable[[], bool]]:
    with server.log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", *arguments(server.port)],
            cwd=application,
            env={**os.environ, "OKR_DATA": str(server.folder)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield lambda: process.poll() is None
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port() -> int:
    while _left_ports:
        port = _left_ports.pop()
        if _is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _wait_for_health(server: Server, is_running: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not _is_healthy(server.port):
        if not is_running() or time.monotonic() > deadline:
            raise AssertionError(f"the server did not start:\n{server.log.read_text('utf-8')}")
        time.sleep(0.02)


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@dataclass
class Screen:
    """One browser tab on a server, in the words of what a reader sees and does."""

    page: Page
    server: Server
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(f"const LAG = {LAG};\n{_LISTEN}")
        if LAG:
            session = self.page.context.new_cdp_session(self.page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": 3})
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda opened: self.requests.append(opened.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        text = f"{message.text} ({message.location['url']})"
        if message.type in ("error", "warning") and not _HARMLESS.search(text):
            self.complaints.append(f"{message.type}: {text}")

    # --- going somewhere -----------------------------------------------------

    def open(self, address: str, heading: str = "") -> None:
        """Open an address of the dashboard and wait until its page is there."""
        self.page.goto(f"http://{self.server.origin}{address}")
        self.settle(heading)

    def go(self, address: str, heading: str = "") -> None:
        """Go to an address in the same session, as the browser's forward button does.

        What :meth:`open` spends on loading all scripts again is not spent.
        """
        self.page.evaluate(
            """address => {
                window.history.pushState({}, "", address);
                window.awaited = true;
                window.dispatchEvent(new PopStateEvent("popstate"));
            }""",
            address,
        )
        self.settle(heading)

    def menu(self, entry: str, heading: str = "") -> None:
        """Click an entry of the navigation, under its heading where it stands under one."""
        group = next((name for name, entries in GROUPS.items() if entry in entries), None)
        if group is None:
            self.click(self.page.get_by_test_id("stTopNavLink").filter(has_text=entry))
            self.settle(heading)
            return
        links = self.page.get_by_test_id("stTopNavDropdownLink")

        def follow() -> None:
            if not links.count():
                self.page.get_by_test_id("stTopNavSection").filter(has_text=group).click()
            links.filter(has_text=entry).click()

        self.ask(follow)
        self.settle(heading)
        if links.count():  # drawn anew while it closed, it stays open and takes the next click
            self.page.keyboard.press("Escape")
            expect(links).to_have_count(0)

    def back(self) -> None:
        """Press the browser's back button."""
        self.ask(self.page.go_back, again=False)

    def settle(self, heading: str = "") -> None:
        """Wait until the heading is there and nothing is computed or stale any more."""
        self.page.evaluate("window.settledSince = Infinity")
        try:
            self.page.wait_for_function(_SETTLED, arg=heading, polling=50)
        except TimeoutError as error:
            shown = self.page.locator("body").inner_text()
            raise AssertionError(f"“{heading}” did not come; there is: {shown}") from error

    # --- looking -------------------------------------------------------------

    @property
    def heading(self) -> Locator:
        return self.page.get_by_test_id("stMain").locator("h1")

    def assert_address(self, wanted: dict[str, str], exactly: bool = True) -> None:
        """Expect the address to carry these values, and unless told otherwise no others."""

        def carries(url: str) -> bool:
            found = parse_qs(urlsplit(url).query)
            named = {name: [value] for name, value in wanted.items()}
            return found == (named if exactly else {**found, **named})

        try:
            self.page.wait_for_url(carries)  # it changes a moment after the page does
        except TimeoutError as error:
            raise AssertionError(f"not {wanted} but {self.page.url}") from error

    def text(self, wanted: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_test_id("stMain").get_by_text(wanted)

    def tile(self, label: str) -> Tile:
        tiles = self.page.get_by_test_id("stMetric")
        name = self.page.get_by_test_id("stMetricLabel").get_by_text(label, exact=True)
        return Tile(tiles.filter(has=name))

    def tags(self, label: str) -> Locator:
        """The chosen values of a filter that takes several."""
        field_ = self.page.get_by_test_id("stMultiSelect").filter(
            has=self.page.get_by_label(label, exact=True)
        )
        return field_.get_by_test_id("stMultiSelectTagsContainer")

    def assert_row(self, table: str, row: int, *starts_with: str) -> None:
        """Expect the first cells of a row, as a screen reader gets them once the table has focus."""
        self.click_cell(table, 60, row)
        # The header is row 1 to a screen reader.
        cells = self._grid(table).locator(f'[aria-rowindex="{row + 2}"] [role=gridcell]')
        for number, text in enumerate(starts_with):
            expect(cells.nth(number)).to_have_text(text)

    def content_width(self) -> int:
        """Return how wide the page would have to be to need no sideways scrolling."""
        return int(
            self.page.evaluate(
                "Math.max(...[document.documentElement, document.querySelector('[data-testid=stMain]')]"
                ".map(element => element.scrollWidth))"
            )
        )

    def assert_sound(self) -> None:
        """Assert that no error is shown, that the menu is whole and that no dialog is open."""
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        expect(self.page.get_by_test_id("stAlertContentError")).to_have_count(0)
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        expect(self.page.get_by_text("Page not found")).to_have_count(0)
        expect(self.page.get_by_test_id("stTopNavLink").get_by_role("paragraph")).to_have_text(
            list(DIRECT)
        )
        expect(self.page.get_by_test_id("stTopNavSection")).to_have_text(list(GROUPS))

    def assert_discreet(self) -> None:
        """Assert that nothing was asked of anyone but the server, and the console is silent."""
        elsewhere = [
            url
            for url in self.requests
            if urlsplit(url).scheme not in ("data", "blob")
            and urlsplit(url).netloc != self.server.origin
        ]
        assert not elsewhere
        assert not self.complaints

    # --- doing ---------------------------------------------------------------

    def ask(self, do: Callable[[], object], again: bool = True) -> None:
        """Do something that asks for a run, and wait until it is asked for.

        Once more, unless told otherwise, where it met what was just drawn anew.
        """
        self.settle()
        before = self.page.evaluate("window.asked")
        do()
        asked = "before => window.asked > before"
        if again:
            try:
                self.page.wait_for_function(asked, arg=before, timeout=AGAIN)
            except TimeoutError:
                self.settle()
                do()
        self.page.wait_for_function(asked, arg=before)

    def click(self, wanted: Locator) -> None:
        """Click what asks for a run."""
        self.ask(wanted.click)

    def press(self, button: str | re.Pattern[str]) -> None:
        """Click a button that asks for a run, by its name."""
        self.click(self.page.get_by_role("button", name=button))

    def switch(self, option: str) -> None:
        """Click an option of a row of options, by its name."""
        self.click(self.page.get_by_role("radio", name=option, exact=True))

    def write(self, label: str, text: str) -> None:
        """Write into a field that asks for a run when it is left, and leave it."""
        field_ = self.page.get_by_label(label, exact=True)

        def leave() -> None:
            field_.fill(text)
            field_.blur()

        self.ask(leave)

    def choose(self, label: str, option: str) -> None:
        """Take one more value in a filter."""
        box = self.page.get_by_role("combobox", name=label)
        wanted = self.page.get_by_role("option", name=option, exact=True)

        def take() -> None:
            box.click()
            try:
                wanted.click(timeout=AGAIN)
            except TimeoutError:  # the list was closed by a run that had begun meanwhile
                self.settle()
                box.click()
                wanted.click()

        self.ask(take)
        if self.page.get_by_role("listbox").count():  # in a box of one value it would take it away
            self.page.keyboard.press("Escape")

    def click_sector(self, first_words: str) -> None:
        """Click the first sector of the sunburst whose name starts like this."""
        name = self.page.locator(f'text[data-unformatted^="{first_words}"]')
        sector = self.page.locator("g.slice").filter(has=name).first.locator("path.surface")

        def hit() -> None:
            expect(sector).to_be_visible()
            point = sector.evaluate(_POINT_OF_SHAPE)
            assert point, f"the sector {first_words} cannot be hit"
            self.page.mouse.click(point["x"], point["y"])

        self.ask(hit)

    def select_row(self, table: str, row: int) -> None:
        """Tick the box in front of a row; the first one is 0."""
        self.ask(lambda: self.click_cell(table, 16, row))

    def download(self, button: str) -> tuple[str, bytes]:
        """Click a download button; return the name and the bytes that arrive."""
        offered = self.page.get_by_role("button", name=button)
        self.settle()  # a run that begins meanwhile would take the file away again
        try:
            with self.page.expect_download(timeout=AGAIN) as download:
                offered.click()
        except TimeoutError:  # the button was drawn anew under the mouse
            self.settle()
            with self.page.expect_download() as download:
                offered.click()
        return download.value.suggested_filename, download.value.path().read_bytes()

    def upload(self, *files: tuple[str, bytes]) -> None:
        """Choose files in the upload box; what the server makes of them comes later."""
        self.settle()  # after an import the box is a new and empty one
        payloads: list[FilePayload] = [
            {"name": name, "mimeType": "text/csv", "buffer": content} for name, content in files
        ]
        self.page.locator('input[type="file"]').set_input_files(payloads)

    def _grid(self, table: str) -> Locator:
        return self.page.get_by_role("region", name=table, exact=True)

    def click_cell(self, table: str, x: int, row: int) -> None:
        """Click into the canvas of a table, ``x`` pixels from its left edge."""
        self.settle()  # a table that is drawn anew meanwhile forgets the click
        canvas = self._grid(table).locator(".dvn-scroller")
        canvas.click(position={"x": x, "y": _ROW_HEIGHT * (row + 1.5)})


@dataclass(frozen=True)
class Tile:
    """A headline figure."""

    locator: Locator

    def shows(self, value: str, below: str = "") -> None:
        """Expect the figure, and in the small line below it some words."""
        expect(self.locator.get_by_test_id("stMetricValue")).to_have_text(value)
        if below:
            expect(self.locator).to_contain_text(below)


@dataclass(frozen=True)
class Figures:
    """What the pages must show, counted here row by row from the public views."""

    objectives: int
    progress: float
    expected: float
    on_pace: int
    paced: int
    aligned: int
    below_company: int
    measured_key_results: int
    key_results: int

    @property
    def alignment(self) -> str:
        return f"{self.aligned} of {self.below_company}"


def figures(
    folder: Path, cycle: str, departments: tuple[str, ...] = (), as_of: date | None = None
) -> Figures:
    """Count the figures of a cycle, of some departments or of all."""
    with Store(folder).reader(as_of) as reader:
        rows = reader.rows(
            "select department, progress, expected_progress, coalesce(weight, 1), pace_status, "
            "alignment_state, key_results, measured from objective_progress "
            "where cycle = $cycle and not dropped order by objective_id",
            {"cycle": cycle},
        )
    rows = [row for row in rows if not departments or row[0] in departments]
    paces = [pace for _, _, _, _, pace, _, _, _ in rows]
    states = [state for _, _, _, _, _, state, _, _ in rows if state is not None]
    on_pace = sum(pace in ("done", "on_track") for pace in paces)
    return Figures(
        objectives=len(rows),
        progress=_mean([(p, weight) for _, p, _, weight, _, _, _, _ in rows]),
        expected=_mean([(e, weight) for _, p, e, weight, _, _, _, _ in rows]),
        on_pace=on_pace,
        paced=on_pace + sum(pace in ("at_risk", "off_track") for pace in paces),
        aligned=sum(state in ("contributing", "supporting") for state in states),
        below_company=len(states),
        measured_key_results=sum(measured for *_, measured in rows),
        key_results=sum(count for *_, count, _ in rows),
    )


def _mean(values: list[tuple[float | None, float]]) -> float:
    known = [(value, weight) for value, weight in values if value is not None]
    return sum(value * weight for value, weight in known) / sum(weight for _, weight in known)


def percent(value: float, digits: int = 0) -> str:
    return f"{value * 100:.{digits}f} %"
