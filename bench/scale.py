"""How the product grows: ``python -m bench.scale [sizes…]``, sizes in key results (1000 100000).

For each size, in a process of its own, a seeded organisation (``bench/scale_data.py``) is written as
files, imported, published, asked by every page, asked about an earlier day, opened cold, and its
roll-up and alignment ratio are computed in pandas and in PostgreSQL too (``bench/scale_rivals.py``).
Prints tables in Markdown: what has a target, and what each page asks. Seconds are processor time of
all threads, the median of several where it does not take long; the ratios are of one run. Where the
target is seconds that somebody waits, those by the clock stand before them and are judged.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.cascade import kilobytes
from bench.page_queries import DAYS, questions
from bench.publish import CYCLE
from bench.scale_data import make_export, write_files
from bench.scale_rivals import by_pandas, by_postgresql, by_views, tables_of
from okr_data import board, cascade, queries
from okr_data.cascade import Area, Centre
from okr_data.ingest import Reading, Upload
from okr_data.ingest.preparing import prepare
from okr_data.queries import Filters
from okr_data.store import Draft, Generations, Reader, Store

SIZES = (1_000, 100_000)
REPEATS = 5
#: What has taken so many seconds is not repeated.
LONG = 2.0
#: A day between the two imports, a Wednesday: no week ends on it.
EARLIER = date(2026, 11, 4)
FILTERS = Filters(CYCLE)
Figures = dict[str, float]


@dataclass(frozen=True)
class Line:
    """A line of the table with targets: how its figure is made of those of a size, and how it is shown."""

    name: str
    target: str
    shown: Callable[[Figures], str]
    held: Callable[[Figures], bool] | None = None


def cpu() -> float:
    """Return the processor seconds of this process and of those that it has ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def median(work: Callable[[], object]) -> float:
    """Return the median of processor seconds of some runs."""
    times: list[float] = []
    while len(times) < REPEATS and sum(times) < LONG:
        gc.collect()
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return statistics.median(times)


def peak() -> float:
    """Return the most memory that this process has held since :func:`forget_peak`, in GiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def forget_peak() -> None:
    """Let the most memory count from now on: what made the data is no part of the product."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    pa.system_memory_pool().release_unused()
    with suppress(OSError):  # not allowed everywhere; then the peak is that of all
        Path("/proc/self/clear_refs").write_text("5")


# --- one size ------------------------------------------------------------------------


def _import(folder: Path, key_results: int, store: Store, found: Figures) -> None:
    """Import files by the product, and by DuckDB alone into tables."""
    (folder / "files").mkdir()
    paths = write_files(make_export(key_results, DAYS[0]), folder / "files")

    def read_csv() -> None:
        with duckdb.connect(str(folder / "plain.duckdb")) as plain:
            for path in paths:
                plain.execute(f"create or replace table {path.stem} as from read_csv('{path}')")

    found["read_csv"] = median(read_csv)
    forget_peak()
    ours = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())  # as in the process that reads for the product
    begin = time.process_time()
    uploads = [Upload(path.name, path.read_bytes()) for path in paths]
    draft = prepare(uploads, None, Reading("template", DAYS[0])).draft
    found["prepare"] = time.process_time() - begin
    found["peak_reading"] = peak()
    pa.set_memory_pool(ours)
    found["rows"] = sum(table.num_rows for table in draft.tables.values())
    del uploads
    forget_peak()
    begin = time.process_time()
    store.accept(draft)
    found["accept_first"] = time.process_time() - begin
    found["peak_importing"] = peak()
    shutil.rmtree(folder / "files")
    (folder / "plain.duckdb").unlink()


def _refresh(store: Store, found: Figures) -> None:
    """Compute every view anew from rows that are loaded: between two steps that a rebuild tells."""
    marks: list[tuple[str, float, float]] = []
    store.rebuild(lambda step, _: marks.append((step, time.process_time(), time.perf_counter())))
    steps = [step for step, _, _ in marks]
    begin = next(n for n, step in enumerate(steps) if step.startswith("computing "))
    end = len(steps) - 1 - steps[::-1].index("publishing")
    found["refresh"] = marks[end][1] - marks[begin][1]
    found["refresh_wall"] = marks[end][2] - marks[begin][2]
    with store.reader() as reader:
        found["scan"] = median(lambda: reader.rows("select bit_xor(hash(c)) from model.check_in c"))


def _publish(store: Store, draft: Draft, found: Figures) -> None:
    forget_peak()
    begin, wall = time.process_time(), time.perf_counter()
    store.accept(draft)
    found["accept"] = time.process_time() - begin
    found["accept_wall"] = time.perf_counter() - wall
    found["peak_publishing"] = peak()
    size = store.pointer.stat().st_size
    found["database_mib"] = size / 2**20


def _pages(generations: Generations, generation: int, found: Figures) -> None:
    forget_peak()
    for name, ask in questions(FILTERS).items():
        found[f"page {name}"] = median(lambda ask=ask: _ask(generations, generation, ask))  # type: ignore[misc]
        print(f"  {found[f'page {name}'] * 1000:9.1f} ms  {name}", file=sys.stderr, flush=True)
    found["peak_asking"] = peak()


def _ask(
    generations: Generations,
    generation: int,
    ask: Callable[[Reader], object],
    day: date | None = None,
) -> None:
    with generations.reader(generation, day) as reader:
        ask(reader)


def _earlier_day(generations: Generations, generation: int, found: Figures) -> None:
    """Ask for a day that nobody has asked for yet, and the next question about it."""
    for name in ("earlier_first", "earlier_next"):
        begin, wall = time.process_time(), time.perf_counter()
        _ask(generations, generation, lambda r: queries.overview(r, FILTERS), EARLIER)
        found[name] = time.process_time() - begin
        found[f"{name}_wall"] = time.perf_counter() - wall
    begin = time.process_time()
    _ask(generations, generation, board.movement, EARLIER)
    found["earlier_movement"] = time.process_time() - begin


def _figures(generations: Generations, generation: int, found: Figures) -> None:
    """Take the size of the largest sunburst that somebody may call for."""
    sizes = []
    areas: tuple[Area, ...] = ("key_results", "contribution")
    with generations.reader(generation) as reader:
        graph = cascade.graph(reader, FILTERS, ())
        places = cascade.places(reader, FILTERS, ())
        for area in areas:
            for centre in (Centre(), Centre("objective", "O-0"), Centre("state", "unaligned")):
                sizes.append(kilobytes(cascade.cascade(reader, graph, centre, area, 0)))
            for centre in (Centre(), Centre("department", "Department 3")):
                sizes.append(kilobytes(cascade.organisation(reader, places, centre, area, 0)))
    found["sunburst_kib"] = max(sizes)


def _cold_start(folder: Path, found: Figures) -> None:
    command = [sys.executable, "-m", "bench.scale", "--cold", str(folder)]
    said = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(3)]
    found["cold"] = statistics.median(float(one.stdout) for one in said)


def open_cold(folder: Path) -> float:
    """Return the processor seconds from the imported modules to the figures of the front page."""
    begin = time.process_time()
    store = Store(folder)
    store.catch_up()
    generations = Generations(store)
    with generations.reader(store.generation()) as reader:
        queries.catalogue(reader)
        queries.overview(reader, FILTERS)
    return time.process_time() - begin


def _rivals(folder: Path, store: Store, found: Figures) -> None:
    with store.reader() as reader:
        tables = tables_of(reader)
        ours = by_views(reader)
    pandas, server = by_pandas(tables), by_postgresql(tables, folder / "server")
    found |= {"views": ours.seconds, "pandas": pandas.seconds}
    found["same_pandas"] = float(ours.agrees_with(pandas))
    if server is not None:
        found["postgresql"], found["same_postgresql"] = (
            server.seconds, float(ours.agrees_with(server)),
        )  # fmt: skip


def measured(key_results: int) -> Figures:
    """Measure one size in this process."""
    found: Figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server has a user of its own
        store = Store(folder / "data")
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("import", lambda: _import(folder, key_results, store, found)),
            ("refresh", lambda: _refresh(store, found)),
            ("publish", lambda: _publish(store, make_export(key_results, DAYS[1]), found)),
            ("pages", lambda: _pages(Generations(store), store.generation(), found)),
            ("figures", lambda: _figures(Generations(store), store.generation(), found)),
            ("earlier day", lambda: _earlier_day(Generations(store), store.generation(), found)),
            ("cold start", lambda: _cold_start(store.folder, found)),
            ("pandas and PostgreSQL", lambda: _rivals(folder, store, found)),
        )
        for step, work in steps:
            begin = time.perf_counter()
            work()
            gc.collect()
            spent = time.perf_counter() - begin
            print(f"{key_results:>9,}  {spent:6.0f} s  {step}", file=sys.stderr, flush=True)
    return found


# --- the tables ------------------------------------------------------------------------


def _times(of: str, by: str) -> Callable[[Figures], str]:
    return lambda f: f"{f[of] / f[by]:,.1f} × ({f[of]:,.2f} s)" if by in f else "not installed"


def _seconds(name: str) -> Callable[[Figures], str]:
    return lambda f: f"{f[name]:,.2f} s"


def _waited(name: str) -> Callable[[Figures], str]:
    return lambda f: f"{f[f'{name}_wall']:,.2f} s ({f[name]:,.2f} s)"


def _slowest(f: Figures) -> tuple[float, str]:
    return max((value, name) for name, value in f.items() if name.startswith("page "))


def _shown_slowest(f: Figures) -> str:
    seconds, name = _slowest(f)
    return f"{seconds * 1000:,.0f} ms ({name.removeprefix('page ')})"


def _whole(f: Figures) -> float:
    return f["prepare"] + f["accept_first"]


def _agree(f: Figures) -> bool:
    return bool(f["same_pandas"] and f.get("same_postgresql", 1.0))


LINES = (
    Line(
        "reading and checking the files, against DuckDB's read_csv of them", "≤ 3",
        _times("prepare", "read_csv"), lambda f: f["prepare"] <= 3 * f["read_csv"],
    ),
    Line(
        "whole import, published, against read_csv", "≤ 3",
        lambda f: f"{_whole(f) / f['read_csv']:,.1f} × ({_whole(f):,.2f} s)",
        lambda f: _whole(f) <= 3 * f["read_csv"],
    ),
    Line(
        "refreshing every view, ten check-ins a key result", "≤ 15 s at 1,000,000",
        _waited("refresh"), lambda f: f["refresh_wall"] <= 15,
    ),
    Line("the same against a scan of the check-ins", "", _times("refresh", "scan")),
    Line("a second import of everything, published", "", _waited("accept")),
    Line(
        "peak of memory, reading files (a process of its own)", "≤ 4 GiB",
        lambda f: f"{f['peak_reading']:.2f} GiB", lambda f: f["peak_reading"] <= 4,
    ),
    Line(
        "peak of memory, publishing the first import", "≤ 4 GiB",
        lambda f: f"{f['peak_importing']:.2f} GiB", lambda f: f["peak_importing"] <= 4,
    ),
    Line(
        "peak of memory, publishing the second import", "≤ 4 GiB",
        lambda f: f"{f['peak_publishing']:.2f} GiB", lambda f: f["peak_publishing"] <= 4,
    ),
    Line(
        "peak of memory, asking everything", "≤ 4 GiB",
        lambda f: f"{f['peak_asking']:.2f} GiB", lambda f: f["peak_asking"] <= 4,
    ),
    Line("database", "", lambda f: f"{f['database_mib']:,.0f} MiB"),
    Line(
        "slowest question of a page", "≤ 50 ms", _shown_slowest, lambda f: _slowest(f)[0] <= 0.05
    ),
    Line(
        "an earlier day: the front page's figures", "≤ 5 s",
        _waited("earlier_first"), lambda f: f["earlier_first_wall"] <= 5,
    ),
    Line("an earlier day: the same again", "", _seconds("earlier_next")),
    Line("an earlier day: what changed before it", "", _seconds("earlier_movement")),
    Line(
        "roll-up and alignment ratio, against PostgreSQL", "≥ 5 times as fast",
        _times("postgresql", "views"), lambda f: f.get("postgresql", 0) >= 5 * f["views"],
    ),
    Line(
        "the same against pandas", "≥ 2 times as fast", _times("pandas", "views"),
        lambda f: f["pandas"] >= 2 * f["views"],
    ),
    Line(
        "all three give the same figures", "yes",
        lambda f: "yes" if _agree(f) else "NO", _agree,
    ),
    Line(
        "largest sunburst as the browser gets it", "≤ 100 KiB",
        lambda f: f"{f['sunburst_kib']:.0f} KiB", lambda f: f["sunburst_kib"] <= 100,
    ),
    Line(
        "cold start to the front page's figures, after the imports", "≤ 3 s",
        _seconds("cold"), lambda f: f["cold"] <= 3,
    ),
)  # fmt: skip


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def print_tables(found: dict[int, Figures]) -> None:
    """Print what was measured as Markdown."""
    heads = [f"{size:,} key results" for size in found]
    print(_row("what", "target", *heads))
    print(_row(*["---"] * (len(heads) + 2)))
    for line in LINES:
        cells = [
            line.shown(f) + ("" if line.held is None or line.held(f) else ", missed")
            for f in found.values()
        ]
        print(_row(line.name, line.target, *cells))
    if any("postgresql" not in f for f in found.values()):
        print("\nNo PostgreSQL is installed: its line is left out.")
    first, last = next(iter(found.values())), list(found.values())[-1]
    print("\n" + _row("question", *(f"{head}, ms" for head in heads), "ratio"))
    print(_row(*["---"] * (len(heads) + 2)))
    for name in (name for name in last if name.startswith("page ")):
        cells = [f"{f[name] * 1000:,.0f}" for f in found.values()]
        ratio = f"{last[name] / first[name]:.1f}"
        print(_row(name.removeprefix("page "), *cells, ratio))
    print(f"\n{_machine()}")


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}; {date.today()}."
    )


def _in_a_process(key_results: int) -> Figures:
    """Measure one size in a process of its own: its peak of memory is its own."""
    command = [sys.executable, "-m", "bench.scale", "--one", str(key_results)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: Figures = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure every size that is named, or one of them, or a cold start."""
    match sys.argv[1:]:
        case ["--cold", folder]:
            print(open_cold(Path(folder)))
        case ["--one", size]:
            print(json.dumps(measured(int(size))))
        case sizes:
            named = sorted(int(size) for size in sizes) or list(SIZES)
            print_tables({size: _in_a_process(size) for size in named})


if __name__ == "__main__":
    main()
