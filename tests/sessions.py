"""Sessions on a running dashboard without a browser, in Streamlit's own protocol.

A session connects as a browser does, asks for a page with an address, and reads what comes until
the run is over. That costs the server what a browser costs it, and this side next to nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PROJECT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
#: Seconds a server may take to start or a run to end; more is a hang.
PATIENCE = 120.0
_OVER = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


# --- a dashboard -------------------------------------------------------------


@dataclass(frozen=True)
class Dashboard:
    """A running dashboard: its process, port, log and the file of its events."""

    folder: Path
    port: int
    pid: int
    log: Path
    events: Path

    def health(self) -> tuple[int, dict[str, Any]]:
        """Ask the address for load balancers; return the status and what it says."""
        status, body = _get(self.port, "/health")
        return status, json.loads(body)

    def memory(self) -> int:
        """Return the resident memory of the process, in bytes."""
        text = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        (line,) = (line for line in text.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def tracebacks(self) -> int:
        """Count what was raised where only the log shows it."""
        return self.log.read_text("utf-8", errors="replace").count("Traceback")

    def told(self) -> list[dict[str, Any]]:
        """Return the events so far."""
        lines = self.events.read_text("utf-8").splitlines() if self.events.exists() else []
        return [json.loads(line) for line in lines]


@contextmanager
def dashboard(folder: Path, place: Path, *options: str) -> Iterator[Dashboard]:
    """Serve a data folder with ``serve.py`` until the block ends; logs are written into a place."""
    place.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    log, events = place / "server.log", place / "events.jsonl"
    given = [
        "--server.address", HOST, "--server.port", str(port), "--server.headless", "true",
        "--server.fileWatcherType", "none", *options,
    ]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "serve.py", *given],
            cwd=PROJECT,
            env={**os.environ, "OKR_DATA": str(folder), "OKR_LOG": str(events)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_lives(process, port, log)
            yield Dashboard(folder, port, process.pid, log, events)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_lives(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if _get(port, "/_stcore/health")[0] == 200:
                return
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"the dashboard did not start:\n{log.read_text('utf-8')}")
        time.sleep(0.05)


def _get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


# --- a session ---------------------------------------------------------------


@dataclass
class Run:
    """One run of a page as the browser gets it; ``seconds`` until it was over."""

    address: str
    seconds: float = 0.0
    elements: list[Element] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    size: int = 0

    def texts(self) -> bytes:
        """Return everything that the elements carry, one after the other, as it is sent."""
        return b"\n".join(element.SerializeToString() for element in self.elements)

    def alerts(self) -> list[str]:
        """Return the messages in boxes, such as errors and warnings."""
        return [e.alert.body for e in self.elements if e.WhichOneof("type") == "alert"]


class Session:
    """One reader with a tab open; ``goto`` is a click that leads to an address."""

    def __init__(self, socket_: ClientConnection, port: int) -> None:
        self._socket = socket_
        self._port = port

    @classmethod
    async def open(cls, port: int) -> Session:
        """Connect as a new tab does; the first ``goto`` then loads a page."""
        found = await connect(
            f"ws://{HOST}:{port}/_stcore/stream",
            origin=f"http://{HOST}:{port}",  # type: ignore[arg-type]
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=PATIENCE,
        )
        return cls(found, port)

    async def close(self) -> None:
        await self._socket.close()

    async def goto(self, page: str, query: str = "") -> Run:
        """Run a page with what the address asks for, and return what came until it was over."""
        run, begun = Run(f"/{page}?{query}" if query else f"/{page}"), time.monotonic()
        message = BackMsg()
        state = message.rerun_script
        state.page_name, state.query_string = page, query
        state.context_info.url = f"http://{HOST}:{self._port}/{page}"
        state.context_info.timezone, state.context_info.locale = "UTC", "en"
        state.context_info.color_scheme = "light"
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not await self._read(run):
                pass
        run.seconds = time.monotonic() - begun
        return run

    async def _read(self, run: Run) -> bool:
        """Read one message; tell whether the run is over. One that starts over begins anew."""
        content = await self._socket.recv()
        assert isinstance(content, bytes)
        run.size += len(content)
        message = ForwardMsg.FromString(content)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            run.elements.clear()
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            run.elements.append(element)
            if element.WhichOneof("type") == "exception":
                run.exceptions.append(f"{element.exception.type}: {element.exception.message}")
        return kind == "script_finished" and message.script_finished in _OVER
