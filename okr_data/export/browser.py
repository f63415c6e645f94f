"""One warm browser a process, for what only a browser can draw: pictures of charts and PDF.

Kaleido drives an installed Chrome, Chromium, Edge or Brave. Starting one takes seconds, so it is
kept, and closed when nobody has asked for a while. It has no way to the network. One that hangs or
has died is ended and started anew; nothing waits for ever.
"""

from __future__ import annotations

import asyncio
import atexit
import base64
import logging
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from pathlib import Path
from typing import Any

from choreographer.browsers import Chromium
from choreographer.errors import ChromeNotFoundError
from kaleido import Kaleido
from kaleido.errors import JavascriptError, KaleidoError

from okr_data.errors import OkrError
from okr_data.texts import t

#: Seconds for one picture or print; a picture takes 0.1–0.5, a print of 100 pages some 5.
TIMEOUT = 60.0
#: Seconds for a browser to start; 2–4 on a machine with other work.
START = 45.0
#: Seconds that one asks in line behind others.
IN_LINE = 120.0
#: Seconds without a question after which the browser is closed; it holds some 200 MB.
IDLE = 900.0
#: Nothing listens there: whatever a page asks the network for, fails at once.
_NOWHERE = "http://127.0.0.1:9"
#: Pixels of A4 between margins of 15 mm, for which a page is laid out before it is printed.
PRINT_WIDTH = 680

Job = Callable[[Kaleido], Coroutine[Any, Any, bytes]]


class NoBrowser(OkrError):
    """No Chrome, Chromium, Edge or Brave is installed on this machine."""


class PictureFailed(OkrError):
    """The browser could not draw what was asked for."""


def browser_path() -> Path | None:
    """Return the browser that draws, or None: ``BROWSER_PATH``, else the usual places."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return Path(named) if Path(named).is_file() else None
    found = Chromium.find_browser(skip_local=False)
    return Path(found) if found else None


def what_to_install() -> str:
    """Say what is missing where no browser is found."""
    return t(
        "No Chrome, Chromium, Edge or Brave was found on the machine that runs the dashboard. Install "
        "one (Debian, Ubuntu: apt-get install chromium; elsewhere: kaleido_get_chrome), or name its "
        "path in the environment variable BROWSER_PATH."
    )


class _Warm:
    """A browser that is started when it is needed and kept."""

    def __init__(self) -> None:
        self._line = threading.Lock()
        self._kaleido: Kaleido | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process_id = 0
        self._idle: threading.Timer | None = None

    def ask(self, job: Job, timeout: float) -> bytes:
        """Run a job in the browser, one at a time; a browser that died is replaced once."""
        if not self._line.acquire(timeout=IN_LINE):
            raise PictureFailed(t("Too many pictures are asked for at once. Please try again."))
        try:
            try:
                return self._try(job, timeout)
            except _Died:
                return self._try(job, timeout)
        except _Died as error:
            raise PictureFailed(
                t(
                    "The browser {path} ended unexpectedly: {reason}",
                    path=browser_path(),
                    reason=error,
                )
            ) from error
        finally:
            self._close_later()
            self._line.release()

    def _try(self, job: Job, timeout: float) -> bytes:
        try:
            made: bytes = self._run(job(self._opened()), timeout)
        except OkrError:
            raise
        except (KaleidoError, JavascriptError) as error:
            raise PictureFailed(t("The chart cannot be drawn: {reason}", reason=error)) from error
        except (TookTooLong, TimeoutError) as error:
            self._end()
            raise PictureFailed(
                t("The browser did not answer within {n} seconds.", n=round(timeout))
            ) from error
        except Exception as error:
            self._end()
            raise _Died(f"{type(error).__name__} {error}".strip()) from error
        return made

    def _opened(self) -> Kaleido:
        if self._kaleido is not None:
            mine = self._process_id == os.getpid()
            if mine and self._kaleido.subprocess.poll() is None:
                return self._kaleido
            self._end(mine)
        path = browser_path()
        if path is None:
            raise NoBrowser(what_to_install())
        _quiet()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=_serve, args=(self._loop,), name="okr-browser", daemon=True).start()
        self._process_id = os.getpid()
        try:
            self._kaleido = self._run(_open(path), START)
        except ChromeNotFoundError as error:
            raise NoBrowser(what_to_install()) from error
        return self._kaleido

    def _run(self, work: Coroutine[Any, Any, Any], timeout: float) -> Any:
        assert self._loop is not None
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout)
        except BaseException:
            future.cancel()
            raise

    def _end(self, mine: bool = True, kindly: bool = False) -> None:
        """End the browser, at once or ``kindly``; one of a parent process is left to it."""
        kaleido, loop = self._kaleido, self._loop
        self._kaleido = self._loop = None
        if not mine or loop is None:
            return
        if kaleido is not None:
            if not kindly:
                _kill(kaleido)
            with suppress(Exception):
                asyncio.run_coroutine_threadsafe(kaleido.close(), loop).result(5.0)
            _kill(kaleido)
        loop.call_soon_threadsafe(loop.stop)

    def process(self) -> int | None:
        """Return the id of the browser's process, where one is kept."""
        return None if self._kaleido is None else self._kaleido.subprocess.pid

    def _close_later(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = threading.Timer(IDLE, self.close)
        self._idle.daemon = True
        self._idle.start()

    def close(self) -> None:
        """End the browser unless it is at work."""
        if self._line.acquire(timeout=1.0):
            try:
                self._end(self._process_id == os.getpid(), kindly=True)
            finally:
                self._line.release()


class _Died(Exception):
    """The browser ended or speaks nonsense; another one may do."""


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    """Run the driver's work until it is stopped; what is left undone then is given up."""
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(_give_up(asyncio.all_tasks(loop)))
        loop.close()


async def _give_up(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _open(path: Path) -> Kaleido:
    kaleido = Kaleido(path=path, timeout=None, mathjax=False, proxy_server=_NOWHERE)
    try:
        await kaleido.open()
    except BaseException:
        _kill(kaleido)
        raise
    return kaleido


def _kill(kaleido: Kaleido) -> None:
    process = getattr(kaleido, "subprocess", None)
    if process is None:
        return
    with suppress(OSError, subprocess.TimeoutExpired):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)  # its own session: helpers go with it
        else:
            process.kill()
        # Only when all are gone can the folder of its profile go.
        process.wait(3.0)


def _quiet() -> None:
    """Keep what browser and driver say of themselves out of the dashboard's log."""
    for name in ("kaleido", "choreographer", "browser_proc"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


_warm = _Warm()
atexit.register(_warm.close)


def ask(job: Job, timeout: float | None = None) -> bytes:
    """Run a job in the warm browser. Raises NoBrowser or PictureFailed."""
    return _warm.ask(job, timeout or TIMEOUT)


def close() -> None:
    """End the browser of this process; the next question starts another."""
    _warm.close()


def printed(page: bytes, footer: str = "", timeout: float | None = None) -> bytes:
    """Print an HTML page as PDF, with page numbers; ``footer`` is escaped HTML beside them.

    The page is laid out for paper first. Raises NoBrowser or PictureFailed.
    """
    with tempfile.TemporaryDirectory(prefix="okr-print-") as folder:
        file = Path(folder) / "page.html"
        file.write_bytes(page)
        return ask(lambda kaleido: _print(kaleido, file.as_uri(), footer), timeout)


async def _print(kaleido: Kaleido, address: str, footer: str) -> bytes:
    tab = await kaleido.create_tab()
    try:
        await _send(tab, "Page.enable")
        size = {"width": PRINT_WIDTH, "height": 960, "deviceScaleFactor": 1, "mobile": False}
        await _send(tab, "Emulation.setDeviceMetricsOverride", size)
        loaded = tab.subscribe_once("Page.loadEventFired")
        await _send(tab, "Page.navigate", {"url": address})
        await loaded
        ready = {
            "expression": "document.fonts.ready.then(() => window.drawn)",
            "awaitPromise": True,
        }
        await _send(tab, "Runtime.evaluate", ready)
        answer = await _send(tab, "Page.printToPDF", _paper(footer))
        return base64.b64decode(answer["data"])
    finally:
        with suppress(Exception):
            await tab.close()


def _paper(footer: str) -> dict[str, Any]:
    line = (
        '<div style="font: 8px sans-serif; color: #5c6573; width: 100%; padding: 0 15mm; display: flex; '
        f'justify-content: space-between"><span>{footer}</span><span><span class="pageNumber"></span>'
        ' / <span class="totalPages"></span></span></div>'
    )
    return {
        "printBackground": True,
        "preferCSSPageSize": True,
        "displayHeaderFooter": True,
        "headerTemplate": "<span></span>",
        "footerTemplate": line,
        "generateTaggedPDF": True,
        "generateDocumentOutline": True,
    }


async def _send(tab: Any, command: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await tab.send_command(command, params=params or {})
    if "error" in answer:
        raise PictureFailed(t("The page cannot be printed: {reason}", reason=answer["error"]))
    result: dict[str, Any] = answer["result"]
    return result
