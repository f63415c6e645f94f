"""How long publishing takes at scale: ``python -m bench.publish 25000``.

Makes canonical tables for N objectives (four levels, one cycle) and 4N key results without
check-ins directly in Arrow, accepts them as one import, and then again with some changed, the
way a second export comes. Prints seconds for each step and the peak of resident memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import numpy as np
import pyarrow as pa

from okr_data import changes, views
from okr_data import store as store_module
from okr_data.journal import Journal, SourceFile
from okr_data.schema import ALIGNMENT, KEY_RESULT, OBJECTIVE, ORG_UNIT, CanonicalTable
from okr_data.store import Draft, Store

CYCLE = "Q4 2026"
DEPARTMENTS = 40
#: Children of one objective, level by level: 1 company objective per 1,000 or so in all.
FAN_OUT = 10


def _table(canonical: CanonicalTable, rows: int, /, **columns: object) -> pa.Table:
    """Build a canonical table of some columns; the others are NULL."""
    arrays = [
        pa.array(columns[field.name], field.type)
        if field.name in columns
        else pa.nulls(rows, field.type)
        for field in canonical.schema
    ]
    return pa.Table.from_arrays(arrays, schema=canonical.schema)


def _names(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pa.array([f"{prefix}{number}" for number in numbers.tolist()])


def make_draft(objectives: int, day: date, shift: float = 0.0) -> Draft:
    """Return one import of N objectives and 4N key results; ``shift`` changes some values."""
    numbers = np.arange(objectives)
    parents = (numbers - 1) // FAN_OUT
    depth = np.zeros(objectives, int)
    for _ in range(3):
        depth += numbers > 0
        numbers = np.maximum((numbers - 1) // FAN_OUT, 0)
    numbers = np.arange(objectives)
    levels = np.array(["company", "department", "team", "individual"])[np.minimum(depth, 3)]
    # Everything below the fourth level hangs on a team, so that no chain is longer than three.
    teams = np.flatnonzero(depth <= 2)
    parents = np.where(depth >= 3, teams[numbers % len(teams)], parents)
    departments = _names("Department ", numbers % DEPARTMENTS)
    krs = np.arange(objectives * 4)
    children = numbers[1:]
    tables = {
        OBJECTIVE.name: _table(
            OBJECTIVE, objectives,
            objective_id=_names("O-", numbers), title=_names("Objective ", numbers),
            level=levels.tolist(), department=departments, team=_names("Team ", numbers % 2000),
            owner=_names("Person ", numbers % 9000), cycle=[CYCLE] * objectives,
            file=["objectives.csv"] * objectives, row=numbers + 2,
        ),
        KEY_RESULT.name: _table(
            KEY_RESULT, len(krs),
            key_result_id=_names("K-", krs), objective_id=_names("O-", krs // 4),
            title=_names("Key result ", krs), kind=["metric"] * len(krs),
            start_value=np.zeros(len(krs)), target_value=np.full(len(krs), 100.0),
            current_value=(krs % 97).astype(float) + shift * (krs % 10 == 0),
            file=["key_results.csv"] * len(krs), row=krs + 2,
        ),
        ALIGNMENT.name: _table(
            ALIGNMENT, len(children),
            child_id=_names("O-", children), parent_id=_names("O-", parents[1:]),
            contributes=[True] * len(children),
            file=["objectives.csv"] * len(children), row=children + 2,
        ),
        ORG_UNIT.name: ORG_UNIT.empty(),
    }  # fmt: skip
    content = f"{objectives} on {day}".encode()
    return Draft(
        "template", day, True, (SourceFile.of("objectives.csv", content),), (content,), tables, ()
    )


@contextmanager
def timed(step: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    spent = time.perf_counter() - begin
    if spent >= 0.05:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  {spent:7.1f} s  peak {peak:6.0f} MB  {step}", flush=True)


def _watch(module: object, name: str, label: str | None = None) -> None:
    """Time every call of a function of a module."""
    original = getattr(module, name)

    def watched(*arguments: object, **options: object) -> object:
        with timed(label or name.strip("_")):
            return original(*arguments, **options)

    setattr(module, name, watched)


def _watch_views() -> None:
    def compute(connection: object, *layers: str) -> None:
        for view in views.load_views():
            if view.layer in layers:
                with timed(f"{view.layer} {view.name}"):
                    connection.execute(view.statement())  # type: ignore[attr-defined]

    views.compute = compute


def main() -> None:
    """Import twice and rebuild."""
    objectives = int(sys.argv[1]) if len(sys.argv) > 1 else 25_000
    _watch_views()
    for name in ("_load", "_write_kept_out", "_write_calendar", "_issues_of"):
        _watch(store_module, name)
    _watch(changes, "take_down_before")
    _watch(changes, "compare_after")
    _watch(Journal, "append", "journal")
    _watch(Store, "_publish")
    _watch(Draft, "counts", "counts")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for day, shift in ((date(2026, 10, 16), 0.0), (date(2026, 11, 20), 3.0)):
            draft = make_draft(objectives, day, shift)
            print(f"{objectives:,} objectives, {4 * objectives:,} key results, as of {day}")
            with timed("ACCEPT"):
                result = store.accept(draft)
            print(f"  {dict(result.change_counts)}")
        size = store._path(store.generation()).stat().st_size / 2**20
        print(f"  database {size:,.0f} MB")


if __name__ == "__main__":
    main()
