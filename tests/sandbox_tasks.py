"""Tasks that misbehave on purpose, for the tests of the sandbox."""

from __future__ import annotations

import os
import time
from pathlib import Path

from okr_data.ingest.grid import Unreadable
from okr_data.ingest.zygote import report
from okr_data.issues import Issue


def echo(folder: Path) -> None:
    """Answer with what was asked, and with the process that answers."""
    text = (folder / "in").read_text("utf-8")
    (folder / "out").write_text(f"{text} {os.getpid()}", encoding="utf-8")


def hog(folder: Path) -> None:
    """Ask for memory without end."""
    held = []
    while True:
        held.append(bytearray(64 * 1024 * 1024))


def spin(folder: Path) -> None:
    """Never end."""
    while True:
        pass


def sleep(folder: Path) -> None:
    """Take half a second."""
    time.sleep(0.5)


def abort(folder: Path) -> None:
    """End as a library does that cannot go on."""
    os.abort()


def fail(folder: Path) -> None:
    """Raise what nobody expects."""
    raise RuntimeError("unexpected")


def refuse(folder: Path) -> None:
    """Refuse the file in the proper way."""
    raise Unreadable(Issue("file_empty", "the file is empty", "a.csv", row=3))


def steps(folder: Path) -> None:
    """Report two steps, with rubbish between them."""
    report(folder, "half", 0.5)
    with (folder / "progress").open("a", encoding="utf-8") as out:
        out.write("rubbish\n[1]\n")
    time.sleep(0.3)
    report(folder, "done", 1.0)


def kill_helper(folder: Path) -> None:
    """Kill the process that started this one."""
    os.kill(os.getppid(), 9)
    time.sleep(30)
