"""What a very large export costs: ``python -m bench.large_export [template|viva] [objectives]``.

Writes an export of 250,000 objectives in four levels and four key results for each (1.25 million
rows), seeded and row by row, imports it with the command line under a pseudo terminal, as a
person would, and prints the seconds, the peak of memory of the whole process tree and whether
the progress bar moved. Nothing of it is kept.
"""

from __future__ import annotations

import csv
import itertools
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

AS_OF = "2026-11-20"
LIMIT = 4 * 2**30
#: Children of one objective; the first three levels have 1, 1 % and 10 % of all objectives.
DEPARTMENTS, TEAMS, PEOPLE = 40, 2_000, 9_000
KEY_RESULTS = 4
#: Seconds between two looks at the memory of the processes.
LOOK = 0.1
STATUSES = ("on track", "at risk", "off track", "done", "not started")
VIVA_STATUSES = ("On Track", "Behind", "At Risk", "Closed", "Not Started")
VERBS = ("Raise", "Halve", "Shorten", "Win back", "Open", "Mend", "Double", "Keep")
THINGS = ("the repair queue", "weekend rides", "spare parts", "first visits", "night routes")
TEMPLATE_HEADER = (
    "id", "type", "title", "parent_id", "owner", "team", "level", "period", "start", "target",
    "current", "progress", "status", "due",
)  # fmt: skip
VIVA_HEADER = (
    "Id", "Title", "Aligned To (weight, Objective ID)", "Team", "Creator", "Owner", "Period",
    "Start Date", "End Date", "Description", "Object Type", "Goal Type", "Created At",
    "Metric Name", "Unit", "Start", "Target", "Last Check-in", "Progress %", "Actual Progress",
    "Status", "Last Check-in Note", "Score", "Checkins",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One row before it is written in the words of a format."""

    number: int
    parent: int | None
    objective: bool
    level: int
    title: str
    team: str
    owner: str


def _titled(rng: Random, number: int) -> str:
    return f"{rng.choice(VERBS)} {rng.choice(THINGS)} {number}"


def make_items(objectives: int, seed: int = 7) -> Iterator[Item]:
    """Yield every objective, followed by its key results; parents stand before their children."""
    rng = Random(seed)
    first = [0, 1, 1 + max(1, objectives // 100), 1 + max(1, objectives // 10), objectives]
    for number in range(objectives):
        level = next(place for place in range(4) if number < first[place + 1])
        parent = rng.randrange(first[level - 1], first[level]) if level else None
        unit = ("Company", f"Department {number % DEPARTMENTS}")[min(level, 1)]
        team = unit if level < 2 else f"Team {number % TEAMS}"
        owner = f"Person {rng.randrange(PEOPLE)}"
        yield Item(number, parent, True, level, _titled(rng, number), team, owner)
        for place in range(KEY_RESULTS):
            of_all = objectives + number * KEY_RESULTS + place
            yield Item(of_all, number, False, level, _titled(rng, of_all), team, owner)


def write_template(path: Path, objectives: int) -> None:
    """Write the template's ``items.csv``."""
    rng = Random(11)
    levels = ("company", "department", "team", "individual")
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(TEMPLATE_HEADER)
        for item in make_items(objectives):
            parent = "" if item.parent is None else f"I-{item.parent}"
            shared = (parent, item.owner, item.team, levels[item.level], "Q4 2026")
            figures: tuple[object, ...] = ("", "", "", "")
            if not item.objective:
                goal = rng.choice((10, 50, 100, 4_000))
                current = goal * rng.randint(0, 110) / 100
                figures = (0, goal, f"{current:g}", f"{min(100, 100 * current / goal):.1f}")
            kind = "objective" if item.objective else "key result"
            writer.writerow(
                (f"I-{item.number}", kind, item.title, *shared, *figures,
                 rng.choice(STATUSES), "2026-12-31")
            )  # fmt: skip


def write_viva(path: Path, objectives: int) -> None:
    """Write a Viva Goals export: parents packed with weight and id, check-ins at the end."""
    rng = Random(13)
    titles: dict[int, str] = {}
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerow(VIVA_HEADER)
        for item in make_items(objectives):
            if item.objective:
                titles[item.number] = item.title
            writer.writerow(_viva_row(rng, item, titles))


def _viva_row(rng: Random, item: Item, titles: dict[int, str]) -> list[str]:
    weight = rng.choice(("100", "50", "33.33", "14.29"))
    packed = (
        "" if item.parent is None
        else f"{titles[item.parent]}(weight: {weight}%, Id: {2_000_000 + item.parent})"
    )  # fmt: skip
    status = rng.choice(VIVA_STATUSES)
    start, goal, current, percent, check_ins = "", "", "", "", [""]
    if not item.objective:
        share = rng.randint(0, 100)
        start, goal, current, percent = "0", "200", f"{share * 2}", str(share)
        days = ("2026-11-16", "2026-11-02")[: rng.choice((0, 0, 1, 2))]
        check_ins = [
            f"Checkin Date: {day}; User: {item.owner}; Note: week {rng.randint(1, 9)}; Metric Name: "
            f"Units; Status: {status}; Current Value: {share * 2}; Activity Date: {day} 09:12:00 UTC;"
            for day in days
        ] or [""]
    kind = "Objective" if item.objective else "Key result"
    return [
        str(2_000_000 + item.number), item.title, packed, item.team, item.owner, item.owner, "Q4 2026",
        "2026-10-01", "2026-12-31", "", kind, "", "2026-09-15 14:36:20 UTC",
        "" if item.objective else "Units", "" if item.objective else "units", start, goal,
        check_ins[0][14:24], percent, current, status, "", "", *check_ins,
    ]  # fmt: skip


# --- running and watching ----------------------------------------------------


@dataclass
class Watched:
    """What was seen of a run: seconds, the peaks in bytes, the bar's positions and the words."""

    seconds: float = 0.0
    peak: int = 0
    peak_of_one: int = 0
    code: int = 0
    output: str = ""
    positions: list[tuple[float, int, str]] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)


def _tree(root: int) -> list[int]:
    """Return a process and all below it."""
    below: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        below.setdefault(int(words[1]), []).append(int(path.parent.name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += below.get(found[-1], [])
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def watch(command: list[str], env: dict[str, str]) -> Watched:
    """Run a command under a pseudo terminal and look at it until it ends."""
    master, slave = pty.openpty()
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=slave, stderr=slave, stdin=slave, env=env)
    os.close(slave)
    seen, raw = Watched(), b""
    while process.poll() is None:
        resident = [_resident(pid) for pid in _tree(process.pid)]
        seen.memory.append((time.monotonic() - begun, sum(resident)))
        seen.peak = max(seen.peak, sum(resident))
        seen.peak_of_one = max(seen.peak_of_one, *resident)
        raw += _read(master, LOOK, seen, begun)
    seen.seconds = time.monotonic() - begun
    raw += _read(master, 0, seen, begun)
    os.close(master)
    seen.code, seen.output = process.returncode, raw.decode("utf-8", "replace")
    return seen


def _read(master: int, wait: float, seen: Watched, begun: float) -> bytes:
    raw = b""
    end = time.monotonic() + wait
    while select.select([master], [], [], max(0.0, end - time.monotonic()))[0]:
        try:
            block = os.read(master, 65_536)
        except OSError:  # the other side has closed
            break
        if not block:
            break
        raw += block
        shown = re.findall(
            r"(\d+)%(?: +\d\d:\d\d:\d\d)? *([^\r\n\x1b]*)", block.decode("utf-8", "replace")
        )
        seen.positions += [(time.monotonic() - begun, int(p), w.strip()) for p, w in shown]
    return raw


def _longest_rest(seen: Watched) -> tuple[float, str]:
    """Return the longest time in which the bar showed nothing new, and what it showed then."""
    times = [(0.0, 0, "starting"), *seen.positions, (seen.seconds, 100, "")]
    rests = [(b[0] - a[0], a[2]) for a, b in itertools.pairwise(times)]
    return max(rests)


def run(shape: str, objectives: int, verbose: bool) -> bool:
    """Write, import and report one export; tell whether it stayed within its memory."""
    with tempfile.TemporaryDirectory(prefix="okr-large-") as name:
        folder = Path(name)
        path = folder / ("items.csv" if shape == "template" else "viva.csv")
        {"template": write_template, "viva": write_viva}[shape](path, objectives)
        size = path.stat().st_size / 2**20
        print(f"{shape}: {objectives * (1 + KEY_RESULTS):,} rows, {size:,.0f} MB", flush=True)
        command = [sys.executable, "-m", "okr_data", "import", str(path), "--as-of", AS_OF,
                   "--data", str(folder / "data")]  # fmt: skip
        seen = watch(command, {**os.environ, "COLUMNS": "120"})
    moved = sorted({position for _, position, _ in seen.positions})
    rest, during = _longest_rest(seen)
    said = re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]", "", seen.output).replace("\r", "\n").splitlines()
    for line in [line for line in said if line.strip() and "%" not in line[:90]][:12]:
        print(f"  | {line[:150]}")
    print(f"  exit code {seen.code}, {seen.seconds:,.0f} s")
    print(f"  peak of the process tree {seen.peak / 2**20:,.0f} MB (limit {LIMIT / 2**20:,.0f}), "
          f"of one process {seen.peak_of_one / 2**20:,.0f} MB")  # fmt: skip
    print(f"  the bar stood at {len(moved)} positions, from {moved[:1]} to {moved[-1:]} %; "
          f"longest rest {rest:.1f} s ({during})", flush=True)  # fmt: skip
    if verbose:
        _print_course(seen)
    return seen.code == 0 and seen.peak < LIMIT and len(moved) > 10


def _print_course(seen: Watched) -> None:
    """Print how long each step took, and the most memory in it."""
    steps: list[tuple[float, str]] = []
    for at, _, shown in seen.positions:
        word = re.sub(r" \(\d+ s\)$", "", shown)
        if not steps or steps[-1][1] != word:
            steps.append((at, word))
    for (at, word), (after, _) in zip(steps, [*steps[1:], (seen.seconds, "")], strict=True):
        used = max((m for t, m in seen.memory if at <= t <= after), default=0)
        print(f"    {after - at:6.1f} s  {used / 2**20:6.0f} MB  {word}")


def main() -> None:
    """Import both shapes, or the one that is named."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    shapes = [word for word in words if not word.isdigit()] or ["template", "viva"]
    objectives = next((int(word) for word in words if word.isdigit()), 250_000)
    held = [run(shape, objectives, "--steps" in sys.argv) for shape in shapes]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
