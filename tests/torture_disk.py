"""Full and read-only disks: ``python -m tests.torture_disk``; skipped where no disk can be mounted.

A disk in memory is filled but for so many bytes, and the command line imports: what it
acknowledges must be there, what it refuses must be said, readers must not notice, and with room
again the next import must do. Then the disk is made read-only: commands that write say so,
commands and pages that read go on, and when it is writable again so does everything else.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from okr_data.store import Store
from tests.sessions import Session, dashboard
from tests.torture_processes import command, import_by_command, number_of
from tests.torture_sessions import Report, numbers_in, take

#: Size of the disk, and the bytes that are left on it: each lets an import fail at another place.
DISK = 96 << 20
LEFT = (0, 4 << 10, 40 << 10, 200 << 10, 1 << 20, 3 << 20, 5 << 20, 7 << 20, 9 << 20, 14 << 20)
#: Commands that only read, and such that write.
READING = (["imports"], ["findings"], ["sql", "select count(*) from objective_progress"])
WRITING = (["undo", "imp-0001"], ["rebuild"], ["sample"])


@contextmanager
def disk(place: Path) -> Iterator[Path | None]:
    """Mount a disk in memory; None where that is not allowed."""
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    if (
        shutil.which("mount") is None
        or subprocess.run(mounting, check=False, capture_output=True).returncode
    ):
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def remount(place: Path, mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{mode}", place], check=True)


def fill(place: Path, left: int) -> Path:
    """Fill a disk but for so many bytes; return the file to remove for room again."""
    ballast = place / "ballast"
    with ballast.open("wb") as out:
        while (room := shutil.disk_usage(place).free - left) > 0:
            out.write(bytes(min(room, 1 << 20)))
            out.flush()
    return ballast


def shown(store: Store) -> int:
    """Return the number of the import that the newest database shows."""
    with store.reader() as reader:
        ((title,),) = reader.rows("select max(title) from objective_progress")
    return number_of(title)


def full(place: Path) -> Report:
    """Import on a disk with less and less, then more and more room."""
    store, wrong, refused, late, number = Store(place / "data"), [], 0, 0, 0
    take(store, 0)
    for left in LEFT:
        number += 1
        before = shown(store)
        ballast = fill(place, left)
        try:
            import_by_command(store.folder, number)
            done = True
        except AssertionError as error:
            done = False
            if "cannot be written" not in str(error) or "Traceback" in str(error):
                wrong.append(f"with {left:,} bytes left it said {error}")
        refused += not done
        if not done and shown(store) != before:
            wrong.append(f"with {left:,} bytes left a reader saw {shown(store)}, not {before}")
        ballast.unlink()
        store.catch_up()
        late += not done and shown(store) == number
        if done and shown(store) != number:
            wrong.append(f"with {left:,} bytes left the acknowledged import {number} was lost")
    take(store, number + 1)
    if shown(store) != number + 1:
        wrong.append("with room again the next import did not go in")
    wrong += [f"{path.name} was left behind" for path in store.folder.glob(".staged-*")]
    says = (
        f"full disk: {len(LEFT)} imports with {LEFT[0]} bytes to {LEFT[-1] >> 20} MiB left; "
        f"{refused} refused and said ({late} of them in the journal already, and in force as soon as "
        f"there was room), {len(LEFT) - refused} done; readers saw the former state, "
        "and with room again the next import went in"
    )
    return Report([says], wrong)


async def _pages(port: int) -> set[int]:
    session = await Session.open(port)
    runs = [await session.goto(page) for page in ("", "cascade", "trends", "history", "import")]
    await session.close()
    assert not [text for run in runs for text in run.exceptions]
    return {number for run in runs[:3] for number in numbers_in(run)}


def read_only(place: Path, logs: Path) -> Report:
    """Read and write on a disk that was made read-only, then on one that is writable again."""
    store, wrong = Store(place / "data"), []
    before = shown(store)
    remount(place, "ro")
    for arguments in READING:
        done = command(store.folder, *arguments)
        wrong += [f"{arguments[0]} failed: {done.stderr}"] if done.returncode else []
    for arguments in WRITING:
        done = command(store.folder, *arguments)
        if done.returncode != 3 or "make the folder writable" not in done.stderr:
            wrong.append(f"{arguments[0]} ended with {done.returncode}: {done.stderr}")
    with dashboard(store.folder, logs) as board:
        if asyncio.run(_pages(board.port)) != {before}:
            wrong.append("pages on a read-only disk do not show what was published")
        if board.health()[0] != 200:
            wrong.append(f"the health address of a read-only folder says {board.health()}")
        remount(place, "rw")
        import_by_command(store.folder, before + 1)
        if asyncio.run(_pages(board.port)) != {before + 1}:
            wrong.append("pages do not show what was imported when the disk was writable again")
    says = (
        f"read-only disk: {len(READING)} reading commands and 5 pages went on, {len(WRITING)} writing "
        "commands were refused with what to do; writable again, the next import went in"
    )
    return Report([says], wrong)


def main() -> None:
    """Fill a disk, make it read-only, print what came out."""
    with (
        tempfile.TemporaryDirectory(prefix="okr-disk-") as name,
        disk(Path(name) / "disk") as place,
    ):
        if place is None:
            print("skipped: a disk can be mounted by root only")
            return
        reports = [full(place), read_only(place, Path(name))]
    for report in reports:
        print("\n".join([*report.lines, *(f"WRONG: {line}" for line in report.wrong)]))
    sys.exit(1 if any(report.wrong for report in reports) else 0)


if __name__ == "__main__":
    main()
