"""Kills imports at random moments: ``python -m tests.torture --kills 200 --seconds 600``.

A child process imports small files, undoes, redoes and imports complete files in a loop, and
writes a synced line after each has returned. It is killed with its reader at a random moment;
then a new process opens the store and looks whether every acknowledged import is there whole,
none half, and every public view answers. ``rebuild`` must give equal answers.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from okr_data import views
from okr_data.ingest import Reading, Upload
from okr_data.ingest.apart import prepare_apart
from okr_data.intake import import_files
from okr_data.journal import Manifest
from okr_data.store import Store

DAY = date(2026, 11, 20)
#: Seconds after the child is ready within which it is killed, at first; then as many as two
#: imports last on this machine.
SPAN = 2.0
#: Seconds a child may take to get ready or a check to end; more is a hang.
PATIENCE = 120.0
#: Kills between two comparisons with a database that is made anew.
REBUILD_EVERY = 20
PHASES = ("between", "reading", "computing", "journal", "publish", "acknowledging")


# --- what is imported --------------------------------------------------------


def is_complete(number: int) -> bool:
    return number % 4 == 3


def key_results_of(number: int) -> dict[str, float]:
    """Return the current value of each key result of an import."""
    return {f"T{number}-K{k}": float((number * 7 + k * 13) % 101) for k in range(2 + number % 3)}


def upload_of(number: int) -> Upload:
    """Return the file of an import: one objective with some key results.

    A complete one has a cycle for itself, in which each takes the place of the one before it.
    """
    cycle = "Q1 2027" if is_complete(number) else "Q4 2026"
    lines = ["id,type,title,parent_id,team,period,start,target,current"]
    lines.append(f"T{number},objective,Objective {number},,Team {number % 5},{cycle},,,")
    for key, value in key_results_of(number).items():
        lines.append(f"{key},key result,Result {key},T{number},,{cycle},0,100,{value:g}")
    return Upload(f"torture-{number:06d}.csv", "\n".join(lines).encode())


# --- the child that is killed ------------------------------------------------


def _say(path: Path, **what: object) -> None:
    """Write one line so that it is on the disk when this returns."""
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps(what) + "\n")
        out.flush()
        os.fsync(out.fileno())


def work(folder: Path, seed: int) -> None:
    """Import, undo, redo and import completely, until the end comes."""
    rng = random.Random(seed)
    store, log = Store(folder / "data"), folder / "log"
    # Every action has a number of its own, also after it was killed.
    number = max((line["number"] for line in _lines(log) if "begun" in line), default=0)
    prepare_apart([upload_of(1)])  # the reader takes a second to start, once
    _say(log, ready=True)
    while True:
        begun = time.monotonic()
        number += 1
        of_ours = store.imports()
        standing = [m.import_id for m, undone in of_ours if not undone]
        undone = [m.import_id for m, undone in of_ours if undone]
        kind = rng.choice(("import", "import", "undo", "redo"))
        if kind == "undo" and len(standing) > 2:
            target = rng.choice(standing)
            _say(log, begun="undo", number=number, target=target)
            store.undo(target, by=str(number))
        elif kind == "redo" and undone:
            target = rng.choice(undone)
            _say(log, begun="redo", number=number, target=target)
            store.redo(target, by=str(number))
        else:
            kind, target = "import", ""
            _say(log, begun="import", number=number)
            reading = Reading(as_of=DAY, complete=is_complete(number))
            target = import_files(store, [upload_of(number)], reading=reading).import_id
        lasted = time.monotonic() - begun
        _say(log, done=kind, target=target, number=number, seconds=lasted)


def _number_of(manifest: Manifest) -> int:
    return _number(manifest.files[0].name) if manifest.kind == "import" else int(manifest.by)


def _number(name: str) -> int:
    return int(Path(name).stem.rpartition("-")[2])


# --- the check ---------------------------------------------------------------


def _lines(log: Path) -> Iterator[dict[str, Any]]:
    if log.exists():
        for line in log.read_text("utf-8").splitlines():
            if line.endswith("}"):  # a line that was not synced may be half
                yield json.loads(line)


def expected_by(log: Path) -> list[dict[str, Any]]:
    """Return the acknowledged and the open actions in their order."""
    actions: list[dict[str, Any]] = []
    begun: dict[str, Any] | None = None
    for line in _lines(log):
        if "begun" in line or "ready" in line:
            if begun is not None:
                actions.append({**begun, "kind": begun["begun"], "open": True})
            begun = line if "begun" in line else None
        elif "done" in line:
            actions.append({**line, "kind": line["done"], "open": False})
            begun = None
    if begun is not None:
        actions.append({**begun, "kind": begun["begun"], "open": True})
    return actions


def check(folder: Path, rebuild: bool) -> list[str]:
    """Open the store and return what is wrong with it."""
    store = Store(folder / "data")
    store.catch_up()
    wrong = [*_wrong_history(store, expected_by(folder / "log")), *_wrong_rows(store)]
    before = every_answer(store)
    if rebuild:
        store.rebuild()
        after = every_answer(store)
        wrong += [f"{n} differs after a rebuild" for n in before if not _same(before[n], after[n])]
        wrong += [f"{path.name} was left behind" for path in store.folder.glob(".staged-*")]
    return wrong


def _same(left: pd.DataFrame, right: pd.DataFrame) -> bool:
    """Compare exactly but for the last digits, which depend on the order of summing."""
    try:
        pd.testing.assert_frame_equal(left, right, rtol=1e-12, atol=1e-12)
    except AssertionError:
        return False
    return True


def every_answer(store: Store) -> dict[str, pd.DataFrame]:
    with store.reader() as reader:
        return {
            view.name: reader.frame(f"select * from {view.name} order by all")
            for view in views.public_views()
        }


def _wrong_history(store: Store, actions: list[dict[str, Any]]) -> Iterator[str]:
    """Compare the journal, entry by entry, with what was acknowledged."""
    entries = [entry.manifest for entry in store.journal.entries()]
    place = 0
    for action in actions:
        manifest = entries[place] if place < len(entries) else None
        same = manifest is not None and (
            manifest.kind == action["kind"]
            and manifest.target == (action["target"] if action["kind"] != "import" else "")
            and _number_of(manifest) == action["number"]
        )
        if same:
            place += 1
        elif not action["open"]:
            yield f"the acknowledged {action} is not there; there is {manifest}"
            return
    if place != len(entries):
        yield f"{len(entries) - place} entries that nobody began, the first {entries[place]}"
    if [manifest.seq for manifest in entries] != list(range(1, len(entries) + 1)):
        yield "the entries are not numbered one after the other"


def _wrong_rows(store: Store) -> Iterator[str]:
    """Compare the rows of every import, and the answers about it, with its file."""
    with store.reader() as reader:
        objectives = reader.rows("select import_id, objective_id from journal.objective_row")
        rows = reader.rows(
            "select import_id, key_result_id, current_value from journal.key_result_row"
        )
        live = {name for (name,) in reader.rows("select import_id from model.live_import")}
        shown = dict(reader.rows("select objective_id, progress from objective_progress"))
    by_import: dict[str, dict[str, float]] = {}
    for import_id, key, value in rows:
        by_import.setdefault(import_id, {})[key] = value
    found = Counter(objectives)
    imports = [(m.import_id, _number(m.files[0].name), undone) for m, undone in store.imports()]
    for import_id, number, undone in imports:
        if by_import.pop(import_id, None) != key_results_of(number):
            yield f"{import_id} has not exactly its key results"
        if found.pop((import_id, f"T{number}"), 0) != 1:
            yield f"{import_id} has not exactly its objective"
        if (import_id in live) == undone:
            yield f"{import_id} is in force and undone at once"
    if by_import or found:
        yield f"rows of no import: {list(by_import) + list(found)}"
    yield from _wrong_progress(imports, shown)


def _wrong_progress(imports: list[tuple[str, int, bool]], shown: dict[str, float]) -> Iterator[str]:
    standing = [number for _, number, undone in imports if not undone]
    last_complete = [number for number in standing if is_complete(number)][-1:]
    wanted = {n for n in standing if not is_complete(n)} | set(last_complete)
    for number in wanted:
        values = key_results_of(number).values()
        computed = sum(min(1.0, value / 100) for value in values) / len(values)
        progress = shown.pop(f"T{number}", None)
        if progress is None or abs(progress - computed) > 1e-9:
            yield f"T{number} has progress {progress}, its file says {computed}"
    if shown:
        yield f"objectives are shown that are undone or removed: {sorted(shown)[:5]}"


# --- the one who kills -------------------------------------------------------


def _forked(task: Callable[[], object]) -> int:
    """Run a task in a new process with a group of its own; nothing here has threads or a database."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    code = 1
    try:
        task()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _ended(pid: int, patience: float) -> int | None:
    """Wait for a process; None where it hangs."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    return None


def _checked(folder: Path, rebuild: bool) -> list[str]:
    """Check in a new process."""
    told = folder / "checked"
    told.unlink(missing_ok=True)
    pid = _forked(lambda: told.write_text(json.dumps(check(folder, rebuild)), "utf-8"))
    code = _ended(pid, PATIENCE)
    if code is None:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return json.loads(told.read_text("utf-8")) if code == 0 else [f"the check ended with {code}"]


def _kill_once(folder: Path, rng: random.Random, seed: int, span: float) -> str:
    """Start a child, kill it with all it started, and return in which phase that was."""
    log, data = folder / "log", folder / "data"
    before, entries, old = len(list(_lines(log))), _entries(data), _unfinished(data)
    pid = _forked(lambda: work(folder, seed))
    end = time.monotonic() + PATIENCE
    while not any("ready" in line for line in list(_lines(log))[before:]):
        if time.monotonic() > end or os.waitpid(pid, os.WNOHANG)[0]:
            return "failed: the child did not get ready"
        time.sleep(0.01)
    time.sleep(rng.uniform(0, span))
    os.killpg(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != -signal.SIGKILL:
        return f"failed: the child ended by itself with {status}"
    new = {path.name[:5] for path in _unfinished(data) - old}
    return _phase(list(_lines(log))[before:], _entries(data) - entries, new)


def _span(log: Path, former: float) -> float:
    """Return twice what the last imports lasted; longer than before where none has ended yet."""
    lasted = [line["seconds"] for line in _lines(log) if line.get("done") == "import"][-9:]
    return 2 * sorted(lasted)[len(lasted) // 2] if lasted else min(30.0, former * 1.5)


def _entries(data: Path) -> int:
    journal = data / "journal"
    return sum(p.name[0] != "." for p in journal.iterdir()) if journal.exists() else 0


def _unfinished(data: Path) -> set[Path]:
    return {*data.glob(".staged-*"), *(data / "journal").glob(".tmp-*")}


def _phase(lines: list[dict[str, Any]], entries: int, unfinished: set[str]) -> str:
    """Tell by what lies on the disk what the child was doing."""
    written = entries > sum("done" in line for line in lines)
    if written:
        return "publish" if ".stag" in unfinished else "acknowledging"
    if ".tmp-" in unfinished:
        return "journal"
    if ".stag" in unfinished:
        return "computing"
    return "reading" if "begun" in lines[-1] else "between"


def torture(folder: Path, kills: int, seconds: float, seed: int) -> bool:
    """Kill and check until one of both limits; print what came out."""
    rng, begun = random.Random(seed), time.monotonic()
    phases: Counter[str] = Counter()
    wrong: list[str] = []
    done = rebuilt = 0
    span = SPAN
    while done < kills and time.monotonic() - begun < seconds and not wrong:
        phase = _kill_once(folder, rng, seed * 100_000 + done, span)
        span = _span(folder / "log", span)
        done += 1
        rebuild = done % REBUILD_EVERY == 0 or done == kills
        rebuilt += rebuild
        phases[phase] += 1
        wrong = [phase] if phase not in PHASES else _checked(folder, rebuild)
    if not wrong and done < kills:
        rebuilt += 1
        wrong = _checked(folder, rebuild=True)
    acknowledged = Counter(line["done"] for line in _lines(folder / "log") if "done" in line)
    begun_once = sum("begun" in line for line in _lines(folder / "log"))
    there = _entries(folder / "data") - acknowledged.total()
    print(f"{done} kills in {time.monotonic() - begun:,.0f} s; seed {seed}")
    print("  by phase: " + ", ".join(f"{name} {phases[name]}" for name in PHASES))
    print(
        "  acknowledged: " + ", ".join(f"{count} × {kind}" for kind, count in acknowledged.items())
    )
    print(f"  begun and not acknowledged: {begun_once - acknowledged.total()}, "
          f"of these {there} whole in the journal and the others absent")  # fmt: skip
    print(f"  compared with a database made anew: {rebuilt} times")
    for line in wrong:
        print(f"  WRONG: {line}")
    print("  nothing acknowledged was lost, nothing was half" if not wrong else "  FAILED")
    return not wrong


def main() -> None:
    """Read the arguments and torture a store in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=20261120)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="okr-torture-"))
    held = torture(folder, options.kills, options.seconds, options.seed)
    if held:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"  left in {folder}")
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
