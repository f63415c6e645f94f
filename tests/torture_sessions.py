"""Many readers at once: ``python -m tests.torture_sessions --sessions 30 --seconds 20``.

Thirty sessions click through one running dashboard, first in quiet, then while another process
imports. Each import gives every objective a title with its number and every key result the same
progress, so that one run which shows two numbers, or a figure of another number, has mixed
generations. Counted are runs, exceptions, mixed runs, seconds and memory.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
from streamlit.proto.Element_pb2 import Element

from okr_data.ingest import Reading, Upload
from okr_data.intake import import_files
from okr_data.store import Store
from tests.sessions import PROJECT, Dashboard, Run, Session, dashboard

DAY = date(2026, 11, 20)
DEPARTMENTS = ("Sales", "Product", "Finance", "People", "Support", "Legal")
#: Pages that show titles or figures of the newest state only, each with what else it may be asked.
PAGES = (
    "", "cascade", "alignment", "departments", "findings", "scorecard", "reconciliation", "sight",
    "review", "trends", "cycles",
)  # fmt: skip
QUERIES = ("", "department=Sales", "level=team", "department=Product&level=department")
#: Seconds that a reader looks at a page before the next click, on average.
LOOKS = 6.0
#: Seconds from one import to the next, unless one lasts longer.
EVERY = 2.0
#: Memory that an open session may take, in bytes: what it holds is its widgets and little more.
SESSION_BYTES = 8 << 20
#: Seconds after which the server forgets a session that was closed.
FORGETS = 3
_TAG = re.compile(rb"\bG(\d\d)\b")
_STANDS = re.compile(r"stands at (\d+)\s%")


# --- what is imported --------------------------------------------------------


def upload_of(number: int) -> Upload:
    """Return the complete export of a number below 90: all titles name it, all progress is 10 % more."""
    lines = ["id,type,title,parent_id,team,level,department,owner,period,start,target,current"]

    def objective(key: str, parent: str, level: str, department: str) -> None:
        lines.append(
            f"{key},objective,G{number:02d} goal {key},{parent},{department} {level},{level},"
            f"{department},Owner {key},Q4 2026,,,"
        )
        for k in (1, 2):
            lines.append(
                f"{key}-{k},key result,G{number:02d} result {key}-{k},{key},{department} {level},"
                f"{level},{department},Owner {key},Q4 2026,0,100,{10 + number}"
            )

    objective("C", "", "company", "")
    for department in DEPARTMENTS:
        objective(department[:2], "C", "department", department)
        for team in range(4):
            objective(f"{department[:2]}{team}", department[:2], "team", department)
    return Upload(f"export-{number:02d}.csv", "\n".join(lines).encode())


def take(store: Store, number: int) -> None:
    import_files(store, [upload_of(number)], reading=Reading(as_of=DAY, complete=True))


def keep_importing(folder: Path, first: int) -> None:
    """Begin an import each other second until the process is ended or the numbers are used up."""
    store = Store(folder)
    for number in range(first, 90):
        begun = time.monotonic()
        take(store, number)
        print(number, store.generation(), flush=True)
        time.sleep(max(0.0, begun + EVERY - time.monotonic()))


@contextmanager
def importing(folder: Path, first: int) -> Iterator[list[int]]:
    """Import in a process of its own until the block ends; then the list holds what was imported."""
    done: list[int] = []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.torture_sessions", "--import", str(folder), str(first)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            yield done
        finally:
            child.terminate()
            assert child.stdout is not None
            done += [int(line.split()[0]) for line in child.stdout if line.endswith("\n")]


# --- what a run shows --------------------------------------------------------


def numbers_in(run: Run) -> set[int]:
    """Return the numbers of the imports that a run shows, by titles and by figures of progress."""
    found = {int(tag) for tag in _TAG.findall(run.texts())}
    for element in run.elements:
        found |= {round(share) - 10 for share in _progress_in(element)}
    return found


def _progress_in(element: Element) -> list[float]:
    """Return the progress that an element states, in percent: headings, tiles and tables do."""
    kind = element.WhichOneof("type")
    if kind == "heading":
        return [float(share) for share in _STANDS.findall(element.heading.body)]
    if kind == "metric" and element.metric.label == "Progress":
        return [float(element.metric.body.removesuffix("%"))]
    if kind == "dataframe":
        content = element.dataframe.arrow_data.data
        table = pa.ipc.open_stream(io.BytesIO(content)).read_all()
        if "Progress" in table.column_names:
            return [value for value in table["Progress"].to_pylist() if value is not None]
    return []


# --- the readers -------------------------------------------------------------


@dataclass
class Phase:
    """What the runs of one phase were like."""

    seconds: list[float] = field(default_factory=list)
    judged: int = 0
    mixed: list[str] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def note(self, run: Run) -> None:
        """Judge a run."""
        self.seconds.append(run.seconds)
        self.exceptions += [f"{run.address}: {text}" for text in run.exceptions]
        self.exceptions += [f"{run.address}: {text}" for text in run.alerts() if "error" in text]
        numbers = numbers_in(run)
        self.judged += bool(numbers)
        self.seen |= numbers
        if len(numbers) > 1:
            self.mixed.append(f"{run.address} shows {sorted(numbers)}")

    def share(self, part: float) -> float:
        """Return the seconds that this share of the runs did not exceed."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(part * len(self.seconds)))]

    def says(self) -> str:
        return (
            f"{len(self.seconds)} runs, p50 {self.share(0.5) * 1000:,.0f} ms, "
            f"p95 {self.share(0.95) * 1000:,.0f} ms"
        )


async def read_on(session: Session, rng: random.Random, phase: Phase, until: float) -> None:
    """Click from page to page, as one reader does."""
    await asyncio.sleep(rng.uniform(0, LOOKS))
    while time.monotonic() < until:
        phase.note(await session.goto(rng.choice(PAGES), rng.choice(QUERIES)))
        await asyncio.sleep(rng.uniform(0.5, 1.5) * LOOKS)


async def everybody_reads(sessions: Sequence[Session], seed: int, seconds: float) -> Phase:
    phase, until = Phase(), time.monotonic() + seconds
    readers = [
        read_on(session, random.Random(seed + place), phase, until)
        for place, session in enumerate(sessions)
    ]
    await asyncio.gather(*readers)
    return phase


async def opened(port: int, count: int, phase: Phase) -> list[Session]:
    """Open sessions, each on a page."""
    sessions = [await Session.open(port) for _ in range(count)]
    for place, session in enumerate(sessions):
        phase.note(await session.goto(PAGES[place % len(PAGES)]))
    return sessions


async def closed(sessions: Sequence[Session]) -> None:
    """Close sessions and wait until the server has forgotten them."""
    for session in sessions:
        await session.close()
    await asyncio.sleep(2 * FORGETS)


@dataclass
class Report:
    """What came of it; ``wrong`` says what is not as promised."""

    lines: list[str]
    wrong: list[str]


async def _measured(board: Dashboard, count: int, seconds: float, seed: int) -> Report:
    warm = Phase()
    first = await Session.open(board.port)
    for query in QUERIES:
        for page in PAGES:
            warm.note(await first.goto(page, query))
    before = board.memory()
    sessions = await opened(board.port, count, warm)
    open_ = board.memory()
    quiet = await everybody_reads(sessions, seed, seconds)
    after_quiet = board.memory()
    with importing(board.folder, 1) as done:
        busy = await everybody_reads(sessions, seed, seconds)
    after_imports = board.memory()
    await closed(sessions)
    for page in PAGES:  # answers of the newest state that any session would keep
        warm.note(await first.goto(page))
    at_rest = board.memory()
    again = await opened(board.port, count, warm)
    await closed(again)
    at_rest_again = board.memory()
    await first.close()
    phases = (warm, quiet, busy)
    mixed = [line for phase in phases for line in phase.mixed]
    exceptions = [line for phase in phases for line in phase.exceptions]
    page_errors = [line for line in board.told() if line["event"] == "page_error"]
    a_session = max(open_ - before, after_quiet - before) / count
    kept = (at_rest_again - at_rest) / count
    runs = sum(len(phase.seconds) for phase in phases)
    lines = [
        f"{count} sessions on one dashboard; {runs} runs of {len(PAGES)} pages",
        f"in quiet:        {quiet.says()}",
        f"while importing: {busy.says()}; {len(done)} imports, {len(busy.seen)} states seen; "
        f"p95 × {busy.share(0.95) / quiet.share(0.95):.2f}",
        f"exceptions: {len(exceptions)} on pages, {board.tracebacks()} in the log of the server, "
        f"{len(page_errors)} events",
        f"runs that mix generations: {len(mixed)} of {sum(p.judged for p in phases)} that name one",
        f"memory, MiB: {_mib(before)} with 1 session, {_mib(open_)} with {count + 1}, "
        f"{_mib(after_quiet)} after reading ({a_session / 2**20:.1f} a session), "
        f"{_mib(after_imports)} after the imports, {_mib(at_rest)} closed, "
        f"{_mib(at_rest_again)} after {count} more were opened and closed",
    ]
    wrong = [*mixed[:5], *exceptions[:5], *map(str, page_errors[:5])]
    wrong += ["the log of the server holds a traceback"] if board.tracebacks() else []
    wrong += ["no import was seen by a reader"] if len(busy.seen) < 2 else []
    if a_session > SESSION_BYTES:
        wrong.append(f"a session takes {a_session / 2**20:.1f} MiB")
    if kept > SESSION_BYTES / 4:
        wrong.append(f"a closed session leaves {kept / 2**20:.1f} MiB behind")
    status, said = board.health()
    if status != 200 or said["generation"] != Store(board.folder).generation():
        wrong.append(f"the health address says {status} {said}")
    return Report(lines, wrong)


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f}"


def torture(place: Path, count: int, seconds: float, seed: int = 20261120) -> Report:
    """Let sessions read in quiet and while importing, each phase for some seconds."""
    store = Store(place / "data")
    take(store, 0)
    options = ("--server.disconnectedSessionTTL", str(FORGETS))
    with dashboard(store.folder, place, *options) as board:
        return asyncio.run(_measured(board, count, seconds, seed))


def main() -> None:
    """Read the arguments, torture a dashboard, print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--import", nargs=2, dest="imports", metavar=("FOLDER", "FIRST"))
    options = parser.parse_args()
    if options.imports:
        keep_importing(Path(options.imports[0]), int(options.imports[1]))
        return
    with tempfile.TemporaryDirectory(prefix="okr-sessions-") as place:
        report = torture(Path(place), options.sessions, options.seconds)
    print("\n".join(report.lines))
    for line in report.wrong:
        print(f"WRONG: {line}")
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
