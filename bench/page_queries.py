"""What each page asks, at several sizes: ``python -m bench.page_queries 1000 100000``.

For each number of key results a database is published: a quarter as many objectives in four
levels, some aligned to several parents and some to none, ten check-ins for each key result. Then
every question of every page is asked as the page asks it, without its cache; the median of five
is shown in milliseconds, and the last column tells how much dearer the largest is than the
smallest. The first line is one scan of all objectives into pandas, for comparison.
"""

from __future__ import annotations

import gc
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from bench.cascade import with_gaps
from bench.publish import CYCLE, make_draft
from okr_data import (
    alignment,
    board,
    cascade,
    contribution,
    courses,
    cycles,
    differences,
    findings,
    line_of_sight,
    objective,
    queries,
    reconciliation,
    scorecard,
)
from okr_data.cascade import Centre
from okr_data.queries import Filters
from okr_data.schema import CHECK_IN
from okr_data.store import Draft, Generations, Reader, Store

DAYS = (date(2026, 10, 16), date(2026, 11, 20))
REPEATS = 5
CHECK_INS = 10
#: Questions that take longer are asked once.
LONG = 2.0


def with_check_ins(draft: Draft) -> Draft:
    """Give every key result ten check-ins, a week apart, up to the day of the import."""
    assert draft.as_of is not None
    krs = draft.tables["key_result_row"].num_rows
    numbers = np.repeat(np.arange(krs), CHECK_INS)
    turn = np.tile(np.arange(CHECK_INS), krs)
    days = np.array(
        [(draft.as_of - timedelta(7 * (CHECK_INS - 1 - n))) for n in range(CHECK_INS)],
        dtype="datetime64[D]",
    )
    columns = {
        "item_id": pa.array([f"K-{n}" for n in numbers.tolist()]),
        "checked_on": pa.array(days[turn]),
        "value": pa.array((numbers % 97) * (turn + 1) / CHECK_INS),
        "confidence": pa.array((numbers % 10) / 10),
        "status": pa.array(np.array(["on_track", "at_risk", "off_track"])[numbers % 3].tolist()),
        "file": pa.array(["check_ins.csv"] * len(numbers)),
        "row": pa.array(np.arange(len(numbers)) + 2),
    }
    arrays = [
        columns[field.name].cast(field.type)
        if field.name in columns
        else pa.nulls(len(numbers), field.type)
        for field in CHECK_IN.schema
    ]
    table = pa.Table.from_arrays(arrays, schema=CHECK_IN.schema)
    return replace(draft, tables={**draft.tables, CHECK_IN.name: table})


def questions(filters: Filters) -> dict[str, Callable[[Reader], object]]:
    """Return what the pages ask, by page and question."""
    frames: tuple[str, ...] = ()
    top = Centre()

    def graph(reader: Reader) -> object:
        return cascade.cascade(
            reader, cascade.graph(reader, filters, frames), top, "key_results", 0
        )

    return {
        "one scan of all objectives": lambda r: r.long_frame("select * from objective_progress"),
        "filters: catalogue": queries.catalogue,
        "Overview: figures": lambda r: queries.overview(r, filters, frames),
        "Overview: outlook": lambda r: board.outlook(r, filters),
        "Overview: movement": board.movement,
        "Overview: contribution": lambda r: contribution.matrix(r, filters, frames, "all"),
        "Overview, Findings: findings": lambda r: findings.findings(r, filters),
        "Findings: rows": lambda r: findings.found(r, filters),
        "Cascade: graph and figure": graph,
        "Cascade: summary": lambda r: cascade.summary(r, filters, frames),
        "Alignment: ratios": lambda r: alignment.alignment(r, filters),
        "Alignment: rows": lambda r: alignment.aligned_objectives(r, filters),
        "Departments: one": lambda r: board.department(
            r, replace(filters, departments=("Department 1",))
        ),
        "Trends": lambda r: queries.trends(r, filters),
        "Trends: courses": lambda r: courses.courses(r, filters),
        "Trends: forecasts": lambda r: queries.forecasts(r, filters, most=queries.MOST_ROWS),
        "Scorecard": lambda r: scorecard.scorecard(r, filters.cycle, None),
        "Cycles": lambda r: cycles.cycles(r, filters),
        "What changed": lambda r: differences.what_changed(r, *DAYS, filters),
        "Line of sight: choices": lambda r: line_of_sight.choices(r, filters),
        "Line of sight: one": lambda r: line_of_sight.line_of_sight(r, "objective", "O-9", CYCLE),
        "Objective: choices": lambda r: objective.choices(r, filters),
        "Objective: one": lambda r: objective.item(r, "O-9"),
        "Reconciliation: figures": lambda r: reconciliation.reconciliation(r, filters),
        "Reconciliation: rows": lambda r: reconciliation.items(r, filters, "not_reported"),
    }


def measured(key_results: int) -> tuple[dict[str, float], dict[str, float]]:
    """Publish a database and return seconds of publishing and of each question."""
    steps, spent = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for day in DAYS:
            draft = with_check_ins(with_gaps(make_draft(key_results // 4, day)))
            begin = time.perf_counter()
            store.accept(draft)
            steps[f"publishing the import of {day}"] = time.perf_counter() - begin
        generations = Generations(store)
        for name, ask in questions(Filters(CYCLE)).items():
            spent[name] = _median(generations, store.generation(), ask)
            print(f"  {key_results:>9,}  {spent[name] * 1000:9.1f} ms  {name}", file=sys.stderr)
    return steps, spent


def _median(generations: Generations, generation: int, ask: Callable[[Reader], object]) -> float:
    times: list[float] = []
    while len(times) < REPEATS and sum(times) < LONG:
        gc.collect()
        begin = time.perf_counter()
        with generations.reader(generation) as reader:
            ask(reader)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main() -> None:
    sizes = sorted(int(size) for size in sys.argv[1:]) or [1_000, 100_000]
    found = {size: measured(size) for size in sizes}
    print(
        "| question | " + " | ".join(f"{size:,} key results, ms" for size in sizes) + " | ratio |"
    )
    print("| --- |" + " --- |" * (len(sizes) + 1))
    first, last = found[sizes[0]], found[sizes[-1]]
    for part in (0, 1):
        for name in last[part]:
            cells = " | ".join(f"{found[size][part][name] * 1000:,.0f}" for size in sizes)
            print(f"| {name} | {cells} | {last[part][name] / first[part][name]:.1f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\nPeak of memory {peak:,.1f} GiB.")


if __name__ == "__main__":
    main()
