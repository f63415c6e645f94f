"""Kills writers at random moments: ``python -m tests.torture --kills 300 --seconds 600``.

A child process imports small files, undoes, redoes, imports complete files and rebuilds in a
loop, and writes a synced line after each has returned. It is killed with its reader at a random
moment; then a new process opens the store and looks whether every acknowledged import is there
whole, none half, and every public view answers. ``rebuild`` must give equal answers. After some
kills nobody looks: the next child finds what was left, and may be killed while it puts it right.
Two such folders, each with a child of its own, are tortured beside each other.
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
from dataclasses import dataclass, field, fields
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from okr_data import views
from okr_data.ingest import Reading, Upload, prepare
from okr_data.ingest.apart import prepare_apart
from okr_data.intake import import_files, known_to
from okr_data.journal import Manifest
from okr_data.store import ImportResult, Store

DAY = date(2026, 11, 20)
#: Seconds after the child is ready within which it is killed, at first; then as many as three
#: imports last on this machine.
SPAN = 2.0
#: Seconds a child may take to get ready or a check to end; more is a hang.
PATIENCE = 120.0
#: Kills between two comparisons with a database that is made anew.
REBUILD_EVERY = 20
#: Every so manieth kill is followed by the next one, with no look at the folder between them.
UNSEEN_EVERY = 4
#: Share of the kills that come just when the journal is written: a moment that pure chance
#: hardly ever meets; and the seconds within which they do.
AIMED, MOMENT = 0.3, 0.08
#: Share of the children that read in a process of their own, which is killed with them.
APART = 0.3
#: Folders that are tortured at the same time: one a core.
LANES = 2
#: Kills after which a folder is left for a new one: a long history makes each kill slower.
KILLS_A_FOLDER = 40
IMPORTS = ("import", "complete")
ACTIONS = (*IMPORTS, "undo", "redo", "rebuild")
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
    """Import, undo, redo, import completely and rebuild, until the end comes."""
    rng = random.Random(seed)
    store, log = Store(folder / "data"), folder / "log"
    # Every action has a number of its own, also after it was killed.
    number = max(line["number"] for line in _lines(log) if "begun" in line)
    apart = rng.random() < APART
    if apart:
        prepare_apart([upload_of(1)])  # the reader takes a second to start, once
    _say(log, ready=True)
    while True:
        number += 1
        kind = rng.choice(("import", "import", "undo", "redo", "rebuild"))
        _act(store, log, kind, number, rng, apart)


def begin(folder: Path) -> None:
    """Make a folder with a short history, so that there is something to undo and to redo."""
    store, log, rng = Store(folder / "data"), folder / "log", random.Random(0)
    for number, kind in enumerate(("import", "import", "import", "undo"), start=1):
        _act(store, log, kind, number, rng)


def _act(
    store: Store, log: Path, kind: str, number: int, rng: random.Random, apart: bool = False
) -> None:
    """Do one thing, or import where that is not possible; note when it begins and when it is done."""
    imports, begun = store.imports(), time.monotonic()
    in_force = [m.import_id for m, undone in imports if not undone]
    undone = [m.import_id for m, undone in imports if undone]
    if kind == "undo" and len(in_force) > 1:
        target = rng.choice(in_force)
        _say(log, begun=kind, number=number, target=target)
        store.undo(target, by=str(number))
    elif kind == "redo" and undone:
        target = rng.choice(undone)
        _say(log, begun=kind, number=number, target=target)
        store.redo(target, by=str(number))
    elif kind == "rebuild":
        target = ""
        _say(log, begun=kind, number=number)
        store.rebuild()
    else:
        kind = "complete" if is_complete(number) else "import"
        _say(log, begun=kind, number=number)
        reading = Reading(as_of=DAY, complete=is_complete(number))
        target = _import(store, upload_of(number), reading, apart).import_id
    lasted = time.monotonic() - begun
    _say(log, done=kind, target=target, number=number, seconds=lasted)


def _import(store: Store, upload: Upload, reading: Reading, apart: bool) -> ImportResult:
    """Import a file, read in a process of its own as ever, or here, which is soon done."""
    if apart:
        return import_files(store, [upload], reading=reading)
    store.catch_up()
    return store.accept(prepare([upload], known_to(store), reading).draft)


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
    """Return the acknowledged and the open actions in their order, but for those without an entry."""
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
    return [action for action in actions if action["kind"] != "rebuild"]


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
        imported = action["kind"] in IMPORTS
        same = manifest is not None and (
            manifest.kind == ("import" if imported else action["kind"])
            and manifest.target == ("" if imported else action["target"])
            and manifest.complete == (action["kind"] == "complete")
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


def _kill_once(folder: Path, rng: random.Random, seed: int, span: float) -> tuple[str, str]:
    """Start a child, kill it with all it started; return what it did and in which phase of it."""
    log, data = folder / "log", folder / "data"
    before = len(list(_lines(log)))
    pid = _forked(lambda: work(folder, seed))
    end = time.monotonic() + PATIENCE
    while not any("ready" in line for line in list(_lines(log))[before:]):
        if time.monotonic() > end or os.waitpid(pid, os.WNOHANG)[0]:
            return "", "failed: the child did not get ready"
        time.sleep(0.01)
    entries, old = _entries(data), _unfinished(data)
    ready = max(place for place, line in enumerate(_lines(log)) if "ready" in line)
    if rng.random() < AIMED:
        _wait_for_the_journal(data, entries, old, 2 * span)
        time.sleep(rng.uniform(0, MOMENT))
    else:
        time.sleep(rng.uniform(0, span))
    os.killpg(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != -signal.SIGKILL:
        return "", f"failed: the child ended by itself with {status}"
    new = {path.name[:5] for path in _unfinished(data) - old}
    lines = list(_lines(log))[ready:]
    return lines[-1].get("begun", "nothing"), _phase(lines, _entries(data) - entries, new)


def _wait_for_the_journal(data: Path, entries: int, old: set[Path], patience: float) -> None:
    """Wait until an entry is being written or is there, or for so many seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end and _entries(data) == entries:
        if any(path.parent.name == "journal" for path in _unfinished(data) - old):
            return
        time.sleep(0.001)


def _span(log: Path, former: float) -> float:
    """Return three times what the last imports lasted; longer than before where none has ended yet."""
    lasted = [line["seconds"] for line in _lines(log) if line.get("done") in IMPORTS][-9:]
    return 3 * sorted(lasted)[len(lasted) // 2] if lasted else min(30.0, former * 1.5)


def _entries(data: Path) -> int:
    journal = data / "journal"
    return sum(p.name[0] != "." for p in journal.iterdir()) if journal.exists() else 0


def _unfinished(data: Path) -> set[Path]:
    return {*data.glob(".staged-*"), *(data / "journal").glob(".tmp-*")}


def _phase(lines: list[dict[str, Any]], entries: int, unfinished: set[str]) -> str:
    """Tell by what lies on the disk what the child was doing."""
    written = entries > sum(line.get("done", "rebuild") != "rebuild" for line in lines)
    if written:
        return "publish" if ".stag" in unfinished else "acknowledging"
    if ".tmp-" in unfinished:
        return "journal"
    if ".stag" in unfinished:
        return "computing"
    return "reading" if "begun" in lines[-1] else "between"


@dataclass
class Outcome:
    """What came of some kills; counts of several folders add up."""

    kills: int = 0
    rebuilt: int = 0
    unseen: int = 0
    begun: int = 0
    #: Begun, not acknowledged, and nevertheless whole in the journal.
    whole: int = 0
    phases: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        for what in fields(self):
            value = getattr(self, what.name)
            setattr(self, what.name, value + getattr(other, what.name))

    def to_json(self) -> str:
        return json.dumps(vars(self))

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        raw = json.loads(text)
        for name in ("phases", "killed", "acknowledged"):
            raw[name] = Counter(raw[name])
        return cls(**raw)

    def says(self) -> list[str]:
        """Return the report, line by line."""
        lost = self.begun - self.acknowledged.total()
        return [
            "killed during: " + ", ".join(f"{n} {self.killed[n]}" for n in (*ACTIONS, "nothing")),
            "by phase: " + ", ".join(f"{name} {self.phases[name]}" for name in PHASES),
            "acknowledged: " + ", ".join(f"{n} {self.acknowledged[n]}" for n in ACTIONS),
            f"begun and not acknowledged: {lost}, of these {self.whole} whole in the journal "
            "and the others absent",
            f"looked at after {self.kills - self.unseen} kills, {self.unseen} left to the next child; "
            f"compared with a database made anew {self.rebuilt} times",
            "FAILED" if self.wrong else "nothing acknowledged was lost, nothing was half",
        ]


def _tortured(folder: Path, kills: int, end: float, seed: int) -> Outcome:
    """Kill and look at one folder until one of both limits."""
    rng, found, span = random.Random(seed), Outcome(), SPAN
    log = folder / "log"
    while found.kills < kills and time.monotonic() < end and not found.wrong:
        action, phase = _kill_once(folder, rng, seed * 100_000 + found.kills, span)
        span = _span(log, span)
        found.kills += 1
        found.phases[phase] += 1
        found.killed[action] += 1
        if phase not in PHASES:
            found.wrong.append(phase)
        elif found.kills % UNSEEN_EVERY == 0 and found.kills < kills:
            found.unseen += 1
        else:
            rebuild = found.kills % REBUILD_EVERY == 1 or found.kills == kills
            found.rebuilt += rebuild
            found.wrong += _checked(folder, rebuild)
    if not found.wrong and found.kills < kills:
        found.rebuilt += 1
        found.wrong += _checked(folder, rebuild=True)
    lines = list(_lines(log))
    entries = sum(line.get("done", "rebuild") != "rebuild" for line in lines)
    found.whole = _entries(folder / "data") - entries
    while lines and "ready" not in lines[0]:  # the history to begin with was never in danger
        del lines[0]
    found.begun = sum("begun" in line for line in lines)
    found.acknowledged.update(line["done"] for line in lines if "done" in line)
    return found


def _lane(place: Path, kills: int, end: float, seed: int) -> None:
    """Torture one folder after the other; leave the outcome beside them, and what failed."""
    found = Outcome()
    while found.kills < kills and time.monotonic() < end and not found.wrong:
        folder = place / f"{seed}-{found.kills}"
        shutil.copytree(place / "beginning", folder)
        wanted = min(KILLS_A_FOLDER, kills - found.kills)
        found.add(_tortured(folder, wanted, end, seed + found.kills))
        if not found.wrong:
            shutil.rmtree(folder)
    (place / f"outcome-{seed}").write_text(found.to_json(), "utf-8")


def torture(place: Path, kills: int, seconds: float, seed: int, lanes: int = LANES) -> Outcome:
    """Kill and look, in several folders at once, until one of both limits."""
    end = time.monotonic() + seconds
    (place / "beginning").mkdir()
    if _ended(_forked(partial(begin, place / "beginning")), PATIENCE) != 0:
        return Outcome(wrong=["no history could be made to begin with"])
    shares = {seed + 1000 * n: len(range(n, kills, lanes)) for n in range(lanes)}
    pids = [
        _forked(partial(_lane, place, share, end, own)) for own, share in shares.items() if share
    ]
    for pid in pids:
        if _ended(pid, seconds + 4 * PATIENCE) is None:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    found = Outcome()
    for own, share in shares.items():
        told = place / f"outcome-{own}"
        if told.exists():
            found.add(Outcome.from_json(told.read_text("utf-8")))
        elif share:
            found.wrong.append(f"the torturer of {place}/{own}-* ended without a word")
    return found


def main() -> None:
    """Read the arguments and torture stores in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--lanes", type=int, default=LANES)
    options = parser.parse_args()
    place, begun = Path(tempfile.mkdtemp(prefix="okr-torture-")), time.monotonic()
    # Readers that are killed leave the copy of their upload behind: here it goes with the rest.
    os.environ["TMPDIR"], tempfile.tempdir = str(place), str(place)
    found = torture(place, options.kills, options.seconds, options.seed, options.lanes)
    lasted = time.monotonic() - begun
    by_time = "" if found.kills >= options.kills else f" of {options.kills}: ended by time"
    print(f"{found.kills} kills{by_time}, in {lasted:,.0f} s; seed {options.seed}")
    for line in [*found.says(), *(f"WRONG: {line}" for line in found.wrong)]:
        print(f"  {line}")
    if found.wrong:
        print(f"  left in {place}")
    else:
        shutil.rmtree(place, ignore_errors=True)
    sys.exit(1 if found.wrong else 0)


if __name__ == "__main__":
    main()
