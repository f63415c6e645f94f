"""Several processes on one folder: ``python -m tests.torture_processes --rounds 5``.

Two dashboards, a notebook with a plain connection to ``okr.duckdb`` and imports from the command
line share a data folder. Each import must be seen by both dashboards within seconds, the notebook
must answer from its open connection before and after, and a writer that holds the lock makes no
reader wait: the second writer is told who holds it, and once the holder is killed the next one
takes over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from okr_data.store import Store
from tests.sessions import PROJECT, Dashboard, Session, dashboard
from tests.torture_sessions import DAY, Report, numbers_in, take, upload_of

#: Seconds within which a dashboard must show what was imported, with the run of the page itself.
SEEN_WITHIN = 10.0

#: A notebook: it opens the newest database once, with plain DuckDB, and keeps answering from it.
_NOTEBOOK = """
import sys, duckdb
ask = "select max(title) from objective_progress"
held = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    print(held.execute(ask).fetchone()[0], flush=True)
"""
_ASK_ANEW = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(connection.execute("select max(title) from objective_progress").fetchone()[0])
"""
#: A writer that takes the lock and never gives it back.
_HOLDER = """
import sys, time
from okr_data.store import Store
with Store(sys.argv[1]).writing():
    print("held", flush=True)
    time.sleep(600)
"""


class Notebook:
    """A process that keeps a plain connection to ``okr.duckdb`` open."""

    def __init__(self, database: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _NOTEBOOK, str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.number = self.ask()

    def ask(self) -> int:
        """Return the number of the import that its open connection shows."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return number_of(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


def number_of(title: str) -> int:
    """Return the number of the import that a title names: "G07 goal C" is of 7."""
    return int(title[1:3])


def asked_anew(database: Path) -> int:
    """Return the number of the import that a new plain connection shows."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK_ANEW, str(database)],
        capture_output=True,
        text=True,
        check=True,
    )
    return number_of(done.stdout)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person or a job does."""
    return subprocess.run(
        [sys.executable, "-m", "okr_data", *arguments, "--data", str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def import_by_command(folder: Path, number: int) -> None:
    """Import a number from the command line."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / upload_of(number).name
        file.write_bytes(upload_of(number).content)
        done = command(folder, "import", str(file), "--complete", "--as-of", DAY.isoformat())
    if done.returncode:
        raise AssertionError(done.stderr)


@contextmanager
def holder_of_the_lock(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a writer that keeps the lock until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(folder)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


@dataclass
class Watch:
    """What a reader of one dashboard sees, and how long that takes."""

    board: Dashboard
    session: Session
    #: Seconds from the end of an import until a run that shows it was over.
    seen: list[float] = field(default_factory=list)
    #: Seconds of the runs while another process held the lock.
    while_locked: list[float] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)

    async def shows(self, page: str = "") -> set[int]:
        run = await self.session.goto(page)
        self.exceptions += run.exceptions
        return numbers_in(run)

    async def wait_for(self, number: int) -> bool:
        """Look again and again until a number shows; tell whether it did in time."""
        begun = time.monotonic()
        while await self.shows() != {number}:
            if time.monotonic() - begun > 6 * SEEN_WITHIN:
                return False
        self.seen.append(time.monotonic() - begun)
        return True


async def _measured(folder: Path, boards: list[Dashboard], rounds: int) -> Report:
    watches = [Watch(board, await Session.open(board.port)) for board in boards]
    wrong = []
    for watch in watches:
        await watch.shows()
    notebook = Notebook(folder / "okr.duckdb")
    for number in range(1, rounds + 1):
        await asyncio.to_thread(import_by_command, folder, number)
        found = await asyncio.gather(*(watch.wait_for(number) for watch in watches))
        wrong += [] if all(found) else [f"a dashboard never showed import {number}"]
        if notebook.ask() != notebook.number:
            wrong.append("the open connection of the notebook shows another state than it opened")
        if (anew := asked_anew(folder / "okr.duckdb")) != number:
            wrong.append(f"okr.duckdb shows import {anew} after import {number}")
    lines = []
    with holder_of_the_lock(folder) as holder:
        lines += await _while_locked(folder, holder.pid, watches, wrong)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        begun = time.monotonic()
        await asyncio.to_thread(import_by_command, folder, rounds + 1)
        lines.append(
            f"the holder was killed: the next import took over and was done after "
            f"{time.monotonic() - begun:.1f} s"
        )
    if (folder / "writer.json").exists():
        wrong.append("a dead writer is still named as the holder")
    notebook.close()
    for watch in watches:
        await watch.session.close()
        wrong += watch.exceptions[:3]
        wrong += ["a log holds a traceback"] if watch.board.tracebacks() else []
    seen = [seconds for watch in watches for seconds in watch.seen]
    locked = [seconds for watch in watches for seconds in watch.while_locked]
    if max(seen) > SEEN_WITHIN:
        wrong.append(f"an import was seen only after {max(seen):.1f} s")
    return Report(
        [
            f"2 dashboards, a notebook, {rounds + 1} imports from the command line, one folder",
            f"a dashboard showed an import after {max(seen):.1f} s at most, "
            f"{sorted(seen)[len(seen) // 2]:.1f} s in the middle, with the run of the page",
            f"while the lock was held: {len(locked)} runs of pages, {max(locked):.1f} s at most",
            "the notebook's open connection answered from its own state each time, a new one from "
            "the newest",
            *lines,
        ],
        wrong,
    )


async def _while_locked(
    folder: Path, pid: int, watches: list[Watch], wrong: list[str]
) -> list[str]:
    """Let everybody read while a second writer waits; return what that one was told."""
    waiting = asyncio.create_task(asyncio.to_thread(command, folder, "rebuild", "--json"))
    begun = time.monotonic()
    while not waiting.done():
        for watch in watches:
            before = time.monotonic()
            await watch.shows("trends")
            watch.while_locked.append(time.monotonic() - before)
        await asyncio.sleep(1.0)
    waited = time.monotonic() - begun
    told = json.loads(waiting.result().stdout or "{}")
    if waiting.result().returncode != 3 or told.get("error") != "busy":
        wrong.append(f"the second writer was not refused: {told}")
    if f"process {pid}" not in told.get("message", ""):
        wrong.append(f"the second writer is not told who holds the lock: {told}")
    return [f"a second writer waited {waited:.0f} s and was told the process that holds the lock"]


def torture(place: Path, rounds: int) -> Report:
    """Let two dashboards, a notebook and the command line work on one folder."""
    folder = place / "data"
    take(Store(folder), 0)
    with ExitStack() as stack:
        boards = [stack.enter_context(dashboard(folder, place / name)) for name in ("one", "two")]
        return asyncio.run(_measured(folder, boards, rounds))


def main() -> None:
    """Read the arguments, let them work, print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="okr-processes-") as place:
        report = torture(Path(place), options.rounds)
    print("\n".join([*report.lines, *(f"WRONG: {line}" for line in report.wrong)]))
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
