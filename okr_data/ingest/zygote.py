"""The helper process in whose forks uploads are read: ``python -m okr_data.ingest.zygote TASK…``.

It imports what readers need once, then takes one JSON request a line on its input and answers
one JSON line for each job when that has ended. It runs only the tasks named on its command line,
listens on nothing, and ends, with its jobs, when its input ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from okr_data.ingest.grid import Unreadable

try:
    import resource
except ImportError:  # Windows has no such limits; there only the time is limited
    resource = None  # type: ignore[assignment]

#: How a job ended, where it could say so itself.
DONE, REFUSED, MEMORY, FAILED = 0, 10, 11, 12
#: The most a job may write into one file.
FILE_BYTES = 8 * 1024**3
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


@dataclass(frozen=True)
class Request:
    """One job: the task, the folder with its files, and its limits (bytes, CPU seconds)."""

    number: int
    task: str
    folder: Path
    memory: int
    seconds: int


def run_task(request: Request, tasks: frozenset[str]) -> int:
    """Run one job in this process and return how it ended; nothing is raised."""
    try:
        if request.task not in tasks:
            raise PermissionError(f"{request.task} is not an allowed task")
        module, _, function = request.task.partition(":")
        work: Callable[[Path], object] = getattr(importlib.import_module(module), function)
        work(request.folder)
    except MemoryError:
        return MEMORY
    except Exception as error:
        return _explain(request.folder, error)
    return DONE


def _explain(folder: Path, error: Exception) -> int:
    with contextlib.suppress(OSError):
        if isinstance(error, Unreadable):
            (folder / "unreadable.json").write_text(json.dumps(asdict(error.issue)), "utf-8")
            return REFUSED
        (folder / "failure").write_text(
            f"{type(error).__name__}: {error}\n{traceback.format_exc()}", "utf-8"
        )
    return FAILED


def limit_process(memory: int, seconds: int) -> None:
    """Limit this process to ``memory`` bytes more than it has, and to seconds of CPU time.

    The address space is limited, not what is resident: no system limits the latter. What the
    libraries reserve when they are loaded is counted off, so ``memory`` is left for the work.
    """
    if resource is None:
        return
    with contextlib.suppress(OSError):
        # A job outlives the helper by no moment, even if that is killed.
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    wanted = {
        resource.RLIMIT_AS: (_address_space() + memory,) * 2,
        # The first limit ends the job by a signal that says why, the second without one.
        resource.RLIMIT_CPU: (seconds, seconds + 5),
        resource.RLIMIT_FSIZE: (FILE_BYTES,) * 2,
        resource.RLIMIT_CORE: (0, 0),
    }
    for kind, limits in wanted.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, limits)


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


class Zygote:
    """Forks a process for each request and reports how each ended."""

    def __init__(self, tasks: frozenset[str]) -> None:
        self._tasks = tasks
        self._running: dict[int, int] = {}
        self._rest = b""

    def serve(self) -> None:
        """Serve until the input ends; then end the jobs that still run."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(0, selectors.EVENT_READ)
            selector.register(reading, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if reading in ready:
                    os.read(reading, 4096)
                if 0 in ready and not self._take():
                    break
                self._reap()
        for child in self._running:
            os.kill(child, signal.SIGKILL)
        for child in self._running:
            os.waitpid(child, 0)

    def _take(self) -> bool:
        """Take what has come in; False at the end of the input."""
        block = os.read(0, 65536)
        if not block:
            return False
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in filter(None, lines):
            message = json.loads(line)
            if "kill" in message:
                self._kill(message["kill"])
            else:
                self._start(request_from(message))
        return True

    def _start(self, request: Request) -> None:
        try:
            child = os.fork()
        except OSError as error:
            answer({"number": request.number, "error": str(error)})
            return
        if child == 0:
            _be_job(request, self._tasks)
        self._running[child] = request.number

    def _kill(self, number: int) -> None:
        for child, running in self._running.items():
            if running == number:
                os.kill(child, signal.SIGKILL)

    def _reap(self) -> None:
        for child in list(self._running):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                number = self._running.pop(child)
                code = os.waitstatus_to_exitcode(status)
                answer({"number": number, "code": code})


def _be_job(request: Request, tasks: frozenset[str]) -> None:
    """Be the fork: shut the pipes of the helper, take the limits, work, end without clean-up."""
    code = FAILED
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        words = os.open(request.folder / "words", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for source, target in ((nothing, 0), (nothing, 1), (words, 2)):
            os.dup2(source, target)
        limit_process(request.memory, request.seconds)
        code = run_task(request, tasks)
    finally:
        os._exit(code)


def request_from(message: dict[str, Any]) -> Request:
    """Read a request as it stands in a line."""
    return Request(
        message["number"],
        message["task"],
        Path(message["job"]),
        message["memory"],
        message["seconds"],
    )


def answer(message: dict[str, Any]) -> None:
    """Write one line to whoever asked."""
    os.write(1, json.dumps(message).encode() + b"\n")


def serve_without_fork(tasks: frozenset[str]) -> None:
    """Run each job in this very process and end after the first one that fails."""
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "kill" in message:
            continue
        request = request_from(message)
        code = run_task(request, tasks)
        answer({"number": request.number, "code": code})
        if code not in (DONE, REFUSED):
            return


def report(folder: Path, text: str, share: float) -> None:
    """Tell how far a job has come (0 to 1); whoever waits for it sees the line at once."""
    with (folder / "progress").open("a", encoding="utf-8") as out:
        out.write(json.dumps([text, share]) + "\n")


def main() -> None:
    """Import what readers need, say that it is ready, and serve."""
    arguments = sys.argv[1:]
    fork = "--no-fork" not in arguments
    tasks = frozenset(argument for argument in arguments if not argument.startswith("--"))
    for task in sorted(tasks):
        importlib.import_module(task.partition(":")[0])
    gc.collect()
    gc.freeze()  # so that collections in the forks touch, and copy, no page of the helper
    answer({"ready": True})
    if fork and hasattr(os, "fork"):
        Zygote(tasks).serve()
    else:
        serve_without_fork(tasks)
    os._exit(0)  # no clean-up: libraries complain on the way out about what they leave


if __name__ == "__main__":
    main()
