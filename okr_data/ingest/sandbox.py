"""Work on uploads in a process of its own, with limits of memory and time.

A file made to harm, or a bug in a library, may use up all memory or end the process without an
exception. So readers run in forks of a small helper (see :mod:`okr_data.ingest.zygote`), which
has imported everything already: a job costs a fork, not a start of Python. ``multiprocessing``
would run the main script of the server again. What goes over is JSON and Arrow files in a folder.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from okr_data import machine
from okr_data.ingest import zygote
from okr_data.ingest.grid import Unreadable
from okr_data.issues import Issue

#: The tasks that may run in the sandbox: ``package.module:function``, called with the folder.
PREPARE = "okr_data.ingest.apart:prepare_in_folder"
TASKS = frozenset({PREPARE})
#: Bytes a job may take beyond what the idle helper has. The largest CSV that is let in (512 MB)
#: takes 2 GB, a workbook of a million rows about 2 GB; twice that is left for what differs, and on a
#: large machine a quarter of it: a million key results with ten million check-ins take 4.5 GB.
MEMORY = max(4 * 1024**3, machine.memory() // 4)
#: Arrow's own allocator keeps what it has freed: a million key results take half a GB less with the
#: system's, and a seventh less time.
_ALLOCATOR = {"ARROW_DEFAULT_MEMORY_POOL": "system"}
#: Jobs at once; further ones wait, because each may take the memory above.
JOBS = 2
#: Seconds between two looks at the progress of a job.
POLL = 0.1
#: Seconds a killed job may take to end before the helper itself is killed.
GRACE = 5.0
#: Seconds the helper may take to import its libraries.
START = 60.0
#: Why a job failed whose helper is gone.
ENDED = "the helper process ended"

Progress = Callable[[str, float], object]


@dataclass
class _Job:
    """A job under way: set when it ended, with its exit code (negative: a signal)."""

    ended: threading.Event = field(default_factory=threading.Event)
    code: int | None = None
    error: str = ""


class _Helper:
    """One running helper process, and the thread that listens to its answers."""

    def __init__(self, tasks: Iterable[str], fork: bool) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "okr_data.ingest.zygote",
                *([] if fork else ["--no-fork"]),
                *sorted(tasks),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**_ALLOCATOR, **os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        self._jobs: dict[int, _Job] = {}
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self.dead = self._closed = False
        threading.Thread(target=self._listen, name="okr-sandbox", daemon=True).start()

    def start(self, number: int, message: dict[str, object]) -> _Job:
        """Send a request and return the job to wait for."""
        job = _Job()
        with self._lock:
            if self._closed:
                job.error = ENDED
                job.ended.set()
                return job
            self._jobs[number] = job
        if not self._ready.wait(START) or not self.send({"number": number, **message}):
            self.end()
        return job

    def send(self, message: dict[str, object]) -> bool:
        """Write one line to the helper; False where it is gone."""
        assert self.process.stdin is not None
        try:
            with self._lock:
                self.process.stdin.write(json.dumps(message).encode() + b"\n")
                self.process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def end(self) -> None:
        """End the helper and its jobs, and leave no zombie."""
        self.dead = True
        self._close_input()
        try:
            self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _close_input(self) -> None:
        assert self.process.stdin is not None
        with self._lock, contextlib.suppress(OSError, ValueError):
            self.process.stdin.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = json.loads(line)
            if message.get("ready"):
                self._ready.set()
                continue
            with self._lock:
                job = self._jobs.pop(message["number"], None)
            if job:
                job.code, job.error = message.get("code"), message.get("error", "")
                job.ended.set()
        self.dead = True
        self.process.wait()
        self.process.stdout.close()
        self._close_input()
        self._ready.set()
        with self._lock:
            self._closed = True
            left, self._jobs = list(self._jobs.values()), {}
        for job in left:
            job.error = ENDED
            job.ended.set()


class Sandbox:
    """Runs allowed tasks in processes of their own; safe to use from several threads.

    ``memory`` is in bytes beyond what the idle helper has. Where the system has no fork, the
    helper runs one job at a time itself, without a limit of memory, and is restarted after a
    failure.
    """

    def __init__(
        self,
        tasks: Iterable[str] = TASKS,
        memory: int = MEMORY,
        jobs: int = JOBS,
        fork: bool = hasattr(os, "fork"),
    ) -> None:
        self._tasks = frozenset(tasks)
        self._memory = memory
        self._fork = fork
        self._slots = threading.BoundedSemaphore(jobs if fork else 1)
        self._lock = threading.Lock()
        self._helper: _Helper | None = None
        self._number = 0

    def run(
        self, task: str, folder: Path, timeout: float, progress: Progress | None = None
    ) -> None:
        """Run one task on a folder and return when it is done; raise :class:`Unreadable` if not.

        ``timeout`` is in seconds from the start of the job; waiting for a free place does not
        count. ``progress`` gets what the job reports (a text and a share of 0 to 1). If it
        raises, for example because the reader of the page has left, the job is ended.
        """
        if task not in self._tasks:
            raise ValueError(f"{task} is not a task of this sandbox")
        with self._slots:
            helper, number = self._ready_helper()
            message: dict[str, object] = {
                "task": task,
                "job": str(folder.resolve()),
                "memory": self._memory,
                # Libraries with threads use more CPU time than time passes.
                "seconds": math.ceil(timeout * 2) + 5,
            }
            job = helper.start(number, message)
            try:
                in_time = _wait(job, folder, timeout, progress)
            finally:
                if not job.ended.is_set():
                    self._kill(helper, number, job)
                elif not self._fork and job.code not in (zygote.DONE, zygote.REFUSED):
                    helper.dead = True  # it ends by itself, perhaps after the next request
        _judge(job, folder, timeout, in_time, self._memory)

    def close(self) -> None:
        """End the helper; the next job would start a new one."""
        with self._lock:
            helper, self._helper = self._helper, None
        if helper:
            helper.end()

    def warm(self) -> None:
        """Start the helper now, so that the first job need not wait for its imports."""
        self._ready_helper()

    def _ready_helper(self) -> tuple[_Helper, int]:
        with self._lock:
            self._number += 1
            if self._helper is None or self._helper.dead or self._helper.process.poll() is not None:
                self._helper = _Helper(self._tasks, self._fork)
            return self._helper, self._number

    def _kill(self, helper: _Helper, number: int, job: _Job) -> None:
        if self._fork and helper.send({"kill": number}) and job.ended.wait(GRACE):
            return
        helper.dead = True
        helper.process.kill()
        job.ended.wait(GRACE)


def _wait(job: _Job, folder: Path, timeout: float, progress: Progress | None) -> bool:
    """Wait for the end of a job, passing on its progress; False when the time is over."""
    end = time.monotonic() + timeout
    seen = 0
    while True:
        ended = job.ended.wait(min(POLL, max(0.0, end - time.monotonic())))
        if progress:
            seen = _pass_on(folder / "progress", seen, progress)
        if ended:
            return True
        if time.monotonic() >= end:
            return False


def _pass_on(path: Path, seen: int, progress: Progress) -> int:
    """Pass on the complete lines behind the bytes already seen; return how many are seen now."""
    try:
        with path.open("rb") as lines:
            lines.seek(seen)
            block = lines.read(65536)
    except OSError:
        return seen
    complete = block[: block.rfind(b"\n") + 1]
    for line in complete.splitlines():
        try:
            text, share = json.loads(line)
            known = str(text)[:500], min(1.0, max(0.0, float(share)))
        except (ValueError, TypeError):
            continue
        progress(*known)
    return seen + len(complete)


def _judge(job: _Job, folder: Path, timeout: float, in_time: bool, memory: int) -> None:
    """Raise what a job that did not end well means for the person who waits."""
    if job.code == zygote.DONE and in_time:
        return
    if job.code == zygote.REFUSED:
        raise Unreadable(Issue(**json.loads((folder / "unreadable.json").read_text("utf-8"))))
    if not in_time or job.code in (-_number("SIGXCPU"),):
        message = f"reading the file took longer than {timeout:,.0f} seconds and was stopped"
    elif job.code == zygote.MEMORY or _ran_out_of_memory(job, folder):
        message = f"reading the file needs more than {memory / 2**30:,.1f} GB of memory"
    else:
        message = f"the reader ended unexpectedly ({_reason(job, folder)})"
    raise Unreadable(Issue("reader_failed", message))


def _number(name: str) -> int:
    return int(getattr(signal, name, 0))


def _ran_out_of_memory(job: _Job, folder: Path) -> bool:
    """Say whether a job that was ended by a signal had no memory left.

    Libraries in other languages abort when they get none, after a word about it; the system
    itself ends the largest process without a word.
    """
    if job.code == -_number("SIGKILL"):
        return True
    if job.code is None or job.code >= 0:
        return False
    words = _start_of(folder / "words").lower()
    return "memory allocation" in words or "bad_alloc" in words or "out of memory" in words


def _reason(job: _Job, folder: Path) -> str:
    if job.error:
        return job.error
    if job.code is not None and job.code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-job.code).name
    first = _start_of(folder / "failure").partition("\n")[0]
    return first[:300] or f"exit code {job.code}"


def _start_of(path: Path) -> str:
    try:
        with path.open("rb") as words:
            return words.read(4096).decode("utf-8", "replace")
    except OSError:
        return ""


_default = Sandbox()
atexit.register(_default.close)


def run(task: str, folder: Path, timeout: float, progress: Progress | None = None) -> None:
    """Run one task in the sandbox of this process; see :meth:`Sandbox.run`."""
    _default.run(task, folder, timeout, progress)


def warm() -> None:
    """Start the helper of this process now; see :meth:`Sandbox.warm`."""
    _default.warm()
