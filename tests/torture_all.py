"""All that is tried to break it, one report: ``make torture``, done within ten minutes.

Each part is a program of its own: many readers, several processes, full and read-only disks, the
tests of damage and backups, and with the time that is left kills of writers. The exit code is 1
where a part found something wrong.
"""

from __future__ import annotations

import argparse
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.sessions import PROJECT

#: Seconds that the last look and the report of the kills may take after their time is over.
GRACE = 45.0
#: Seconds after which a part is given up; more is a hang.
PATIENCE = 240.0
_NOISE = re.compile(r"\[\s*\d+%\]|^bringing up nodes")
DAMAGE = ("tests/test_damage.py", "tests/test_backup.py", "tests/test_doctor.py")


@dataclass(frozen=True)
class Part:
    """A part of the whole: what it is called, and what follows ``python -m``."""

    title: str
    command: tuple[str, ...]


PARTS = (
    Part("Many readers", ("tests.torture_sessions", "--sessions", "30", "--seconds", "20")),
    Part("Several processes", ("tests.torture_processes", "--rounds", "4")),
    Part("Disks", ("tests.torture_disk",)),
    Part("Damage and backups", ("pytest", "-q", "-p", "no:cacheprovider", *DAMAGE)),
)


def run(part: Part, patience: float) -> tuple[bool, str]:
    """Run a part; return whether all held, and its report without the dots of pytest."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *part.command],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        told, _ = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)  # as a person would: it ends what it started
        told, _ = process.communicate()
        told += f"WRONG: given up after {patience:,.0f} s\n"
    held = process.returncode == 0
    lines = [line for line in told.splitlines() if line.strip() and not _NOISE.search(line)]
    lasted = time.monotonic() - begun
    verdict = "held" if held else "FAILED"
    return held, "\n".join(
        [f"{part.title}: {verdict}, {lasted:,.0f} s", *(f"  {x}" for x in lines)]
    )


def main() -> None:
    """Read the arguments, run every part within the time, print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args()
    begun, all_held = time.monotonic(), True
    end = begun + options.seconds - GRACE
    for part in PARTS:
        held, report = run(part, max(1.0, min(PATIENCE, end - time.monotonic())))
        all_held &= held
        print(report, flush=True)
    left = max(1.0, end - time.monotonic())
    limits = ("--kills", str(options.kills), "--seconds", f"{left:.0f}")
    held, report = run(Part("Kills", ("tests.torture", *limits)), left + GRACE)
    all_held &= held
    print(report)
    verdict = "everything held" if all_held else "NOT EVERYTHING HELD"
    print(f"{verdict}; {time.monotonic() - begun:,.0f} s")
    sys.exit(0 if all_held else 1)


if __name__ == "__main__":
    main()
