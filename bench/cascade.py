"""How long a click on the page Cascade takes at scale: ``python -m bench.cascade 100000``.

Publishes N objectives with 4N key results, some aligned to several parents and some to none, and
asks for the cascade and the organisation around several centres, each time by a new reader as a
page run does. What a page keeps between clicks is made once a filter and timed by itself. Prints
the median of seconds, the same as a ratio to one scan of the objectives into pandas in the same
run, the number of sectors and the size of the figure as the browser gets it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa

from bench.publish import CYCLE, make_draft
from okr_data import cascade
from okr_data.cascade import Around, Centre
from okr_data.charts import sunburst
from okr_data.charts.theme import LIGHT
from okr_data.queries import Filters
from okr_data.schema import ALIGNMENT
from okr_data.store import Draft, Generations, Reader, Store

DAY = date(2026, 11, 20)
REPEATS = 5
#: Of a hundred objectives below the company, so many have no parent, and so many a second one.
UNALIGNED, TWICE = 7, 10


def with_gaps(draft: Draft, seed: int = 1) -> Draft:
    """Take some links out, and add a second parent to others; parents stand before children."""
    rng = np.random.default_rng(seed)
    links = draft.tables[ALIGNMENT.name]
    chance = rng.integers(0, 100, links.num_rows)
    kept = links.filter(pa.array(chance >= UNALIGNED))
    again = links.filter(pa.array(chance >= 100 - TWICE))
    numbers = np.array([int(name[2:]) for name in again["child_id"].to_pylist()])
    others = [f"O-{parent}" for parent in np.maximum((numbers - 1) // 10 - 1, 0)]
    place = again.schema.get_field_index("parent_id")
    again = again.set_column(place, again.schema.field(place), pa.array(others))
    tables = {**draft.tables, ALIGNMENT.name: pa.concat_tables([kept, again])}
    return replace(draft, tables=tables)


def median_of(generations: Generations, generation: int, ask: Callable[[Reader], object]) -> float:
    """Return the median of seconds that a question takes, each time by a new reader."""
    spent = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        with generations.reader(generation) as reader:
            ask(reader)
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent)


def kilobytes(around: Around) -> float:
    """Return the size of the figure as JSON; titles as long as real ones."""
    titles = [f"{title or 'Group'} that people can read and remember for a quarter or two"
              for title in around.sectors["title"]]  # fmt: skip
    marks = sunburst.sector_marks(around.sectors.assign(title=titles))
    return len(sunburst.tree_figure(marks, LIGHT).to_json().encode()) / 1024


def main() -> None:
    """Publish once, then ask."""
    objectives = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    filters = Filters(CYCLE)
    centres = {
        "cascade, whole": (cascade.cascade, Centre()),
        "cascade, company goal": (cascade.cascade, Centre("objective", "O-0")),
        "cascade, department": (cascade.cascade, Centre("objective", "O-7")),
        "cascade, unaligned": (cascade.cascade, Centre("state", "unaligned")),
        "organisation, whole": (cascade.organisation, Centre()),
        "organisation, department": (cascade.organisation, Centre("department", "Department 3")),
    }
    kept = {cascade.cascade: cascade.graph, cascade.organisation: cascade.places}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        begin = time.perf_counter()
        store.accept(with_gaps(make_draft(objectives, DAY)))
        print(f"{objectives:,} objectives published in {time.perf_counter() - begin:.1f} s")
        generations, generation = Generations(store), store.generation()
        scan = median_of(
            generations, generation, lambda r: r.frame("select * from objective_progress")
        )
        print(f"  {scan:6.3f} s  ×1.00  a scan of all objectives into pandas")
        base = {}
        for ask, question in kept.items():
            spent = median_of(generations, generation, lambda r, q=question: q(r, filters))  # type: ignore[misc]
            print(f"  {spent:6.3f} s  ×{spent / scan:4.2f}  once a filter: {question.__name__}")
            with generations.reader(generation) as reader:
                base[ask] = question(reader, filters)
        for name, (ask, centre) in centres.items():
            for area in ("key_results", "contribution"):
                arguments = (base[ask], centre, area)
                spent = median_of(generations, generation, lambda r, a=ask, b=arguments: a(r, *b))  # type: ignore[misc]
                with generations.reader(generation) as reader:
                    around = ask(reader, *arguments)
                print(
                    f"  {spent:6.3f} s  ×{spent / scan:4.2f}  {len(around.sectors):4} sectors "
                    f"{kilobytes(around):5.0f} KB  {name}, {area}",
                    flush=True,
                )
        for name, question in (
            ("search of two words", lambda r: cascade.find(r, filters, (), "objective 99")),
            ("summary", lambda r: cascade.summary(r, filters)),
        ):
            spent = median_of(generations, generation, question)
            print(f"  {spent:6.3f} s  ×{spent / scan:4.2f}  {name}")


if __name__ == "__main__":
    main()
