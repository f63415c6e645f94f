"""Readers run in processes of their own: whatever happens there, the server goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from okr_data.ingest.grid import Unreadable
from okr_data.ingest.sandbox import Sandbox
from tests import sandbox_tasks

TASKS = {
    name: f"tests.sandbox_tasks:{name}"
    for name, value in vars(sandbox_tasks).items()
    if getattr(value, "__module__", "") == sandbox_tasks.__name__
}


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    made = Sandbox(TASKS.values(), memory=512 * 1024**2)
    made.warm()
    yield made
    made.close()


def _echo(box: Sandbox, folder: Path, text: str = "hello") -> str:
    folder.mkdir(exist_ok=True)
    (folder / "in").write_text(text, encoding="utf-8")
    box.run(TASKS["echo"], folder, 20)
    return (folder / "out").read_text("utf-8")


FAILURES = [
    # task, seconds, what the message says
    ("hog", 30.0, "needs more than 0.5 GB of memory"),
    ("spin", 0.5, "took longer than"),
    ("abort", 20.0, "ended unexpectedly (SIGABRT)"),
    ("fail", 20.0, "ended unexpectedly (RuntimeError: unexpected)"),
]


@pytest.mark.parametrize(("task", "seconds", "words"), FAILURES)
def test_every_way_to_fail_has_its_own_words(
    box: Sandbox, tmp_path: Path, task: str, seconds: float, words: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        box.run(TASKS[task], tmp_path, seconds)
    assert refusal.value.issue.code == "reader_failed"
    assert words in str(refusal.value)
    assert _echo(box, tmp_path / "after").startswith("hello")


def test_a_refusal_comes_back_as_it_was_raised(box: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refusal:
        box.run(TASKS["refuse"], tmp_path, 20)
    issue = refusal.value.issue
    assert (issue.code, issue.file, issue.row) == ("file_empty", "a.csv", 3)


def test_a_job_runs_in_a_process_of_its_own_and_costs_little(box: Sandbox, tmp_path: Path) -> None:
    _echo(box, tmp_path / "first")
    took, processes = [], {str(os.getpid())}
    for number in range(5):
        start = time.perf_counter()
        processes.add(_echo(box, tmp_path / str(number)).split()[-1])
        took.append(time.perf_counter() - start)
    assert len(processes) == 6
    assert min(took) < 0.1


def test_progress_comes_while_the_job_runs(box: Sandbox, tmp_path: Path) -> None:
    seen: list[tuple[str, float, bool]] = []
    start = time.perf_counter()
    box.run(
        TASKS["steps"],
        tmp_path,
        20,
        lambda text, share: seen.append((text, share, time.perf_counter() - start < 0.3)),
    )
    assert [(text, share) for text, share, _ in seen] == [("half", 0.5), ("done", 1.0)]
    assert seen[0][2]


def test_a_reader_who_leaves_ends_the_job(box: Sandbox, tmp_path: Path) -> None:
    class Left(BaseException):
        pass

    def leave(text: str, share: float) -> None:
        raise Left

    start = time.perf_counter()
    with pytest.raises(Left):
        box.run(TASKS["steps"], tmp_path, 20, leave)
    assert time.perf_counter() - start < 5
    assert _echo(box, tmp_path / "after").startswith("hello")


def test_jobs_run_at_once_up_to_the_bound_and_answers_do_not_mix(
    box: Sandbox, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: _echo(box, tmp_path / str(n), f"text {n}"), range(16)))
    assert [answer.rpartition(" ")[0] for answer in answers] == [f"text {n}" for n in range(16)]
    start = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: box.run(TASKS["sleep"], tmp_path, 20), range(4)))
    assert 1.0 <= time.perf_counter() - start < 1.9


def test_a_dead_helper_is_replaced(tmp_path: Path) -> None:
    box = Sandbox(TASKS.values())
    with pytest.raises(Unreadable, match="helper process ended"):
        box.run(TASKS["kill_helper"], tmp_path, 20)
    assert _echo(box, tmp_path / "after").startswith("hello")
    box.close()


def test_without_fork_the_helper_works_and_is_replaced_after_a_failure(tmp_path: Path) -> None:
    box = Sandbox(TASKS.values(), fork=False)
    first = _echo(box, tmp_path / "one")
    assert _echo(box, tmp_path / "two") == first
    with pytest.raises(Unreadable, match="RuntimeError"):
        box.run(TASKS["fail"], tmp_path, 20)
    second = _echo(box, tmp_path / "three")
    assert second != first
    with pytest.raises(Unreadable, match="longer than"):
        box.run(TASKS["spin"], tmp_path, 0.5)
    assert _echo(box, tmp_path / "four") not in (first, second)
    box.close()


def test_only_listed_tasks_run(box: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a task"):
        box.run("os:getcwd", tmp_path, 1)
    with pytest.raises(ValueError, match="not a task"):
        Sandbox().run(TASKS["echo"], tmp_path, 1)


def test_the_helper_ends_with_its_parent_and_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "import sys, threading, time; from pathlib import Path\n"
        "from okr_data.ingest.sandbox import Sandbox\n"
        f"box = Sandbox(['{TASKS['spin']}']); box.warm()\n"
        f"threading.Thread(target=box.run, args=('{TASKS['spin']}', Path(sys.argv[1]), 60),"
        " daemon=True).start()\n"
        "while not (Path(sys.argv[1]) / 'words').exists(): time.sleep(0.05)\n"
        "print(box._helper.process.pid, flush=True)\n"
        "import os; os._exit(0)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        check=True,
        cwd=Path(__file__).resolve().parent.parent,
        timeout=60,
    )
    helper = int(ended.stdout)
    for _ in range(100):
        if not _lives(helper):
            break
        time.sleep(0.05)
    assert not _lives(helper)
    assert not [child for child in _processes_with(str(tmp_path)) if child != os.getpid()]


def _lives(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text("ascii")
    except OSError:
        return False


def _processes_with(argument: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes()
        except OSError:
            continue
        if b"zygote" in command and argument.encode() in command:
            found.append(int(entry.parent.name))
    return found
