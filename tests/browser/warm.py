"""Starts dashboards as forks of one process that has imported everything already.

``python -m tests.browser.warm`` takes one JSON request a line and answers one line each:
``{"folder", "port", "log"}`` starts a server (``{"pid"}``), ``{"end": pid}`` ends it. What a fork
runs is ``streamlit run app.py``; only the seconds of importing are spent once instead of at each
start. How a server starts that is not warm, the tests of a fresh server see.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
#: Seconds a server may take to end before it is killed.
GRACE = 10.0
#: What takes long to import. Importing these starts no thread that a fork would miss, and the
#: pages themselves are imported by each server in its own first run.
_IMPORTED = (
    "streamlit.web.cli",
    "streamlit.web.server.starlette",
    "pandas",
    "pyarrow.parquet",
    "plotly.express",
    "plotly.graph_objects",
    "okr_data.charts.sunburst",
    "okr_data.charts.trends",
    "okr_data.google_sheets",
    "okr_data.ingest.apart",
    "okr_data.queries",
    "okr_data.reconciliation",
)


def arguments(port: int) -> list[str]:
    """Return what follows ``streamlit`` on the command line of a server."""
    return [
        "run", "app.py",
        "--server.address", HOST, "--server.port", str(port),
        "--server.headless", "true", "--server.fileWatcherType", "none",
    ]  # fmt: skip


class Nursery:
    """The process that servers are forked from; it and they end with :meth:`close`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def start(self, folder: Path, port: int, log: Path) -> int:
        """Start a server and return its process id; whether it answers is another question."""
        return int(self._ask({"folder": str(folder), "port": port, "log": str(log)})["pid"])

    def end(self, pid: int) -> None:
        """End a server and wait until it is gone."""
        self._ask({"end": pid})

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _ask(self, request: dict[str, object]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found


def _be_server(folder: str, port: int, log: str) -> None:
    """Be the fork: shut the pipes of the nursery, then run what the command line runs."""
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        words = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for source, target in ((nothing, 0), (words, 1), (words, 2)):
            os.dup2(source, target)
        os.environ["OKR_DATA"] = folder
        sys.argv = ["streamlit", *arguments(port)]
        from streamlit.web import cli

        cli.main(args=arguments(port), prog_name="streamlit", standalone_mode=False)
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return
        time.sleep(0.01)


def main() -> None:
    """Import, then serve requests until the input ends."""
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    running: set[int] = set()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "end" in request:
            pid = request["end"]
            running.discard(pid)
            _end(pid)
        elif (pid := os.fork()) == 0:
            _be_server(**request)
        else:
            running.add(pid)
        os.write(1, json.dumps({"pid": pid}).encode() + b"\n")
    for pid in running:
        _end(pid)
    os._exit(0)  # no clean-up: libraries complain on the way out about what they leave


if __name__ == "__main__":
    main()
