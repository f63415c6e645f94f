"""What exports cost beside Kaleido's own time for a picture: ``python -m bench.exports [DATA]``.

DATA is a data folder; without it the sample data is loaded. Prints ratios: seconds depend on the
machine, how often the time of one bare picture a thing takes does not.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
from kaleido import Kaleido

from okr_data.charts import bars
from okr_data.charts.theme import LIGHT
from okr_data.export import browser, pictures, report, workbook
from okr_data.intake import load_sample
from okr_data.queries import Filters, catalogue, levels
from okr_data.store import Store

TIMES = 7


def seconds(work: Callable[[], object], times: int = TIMES) -> float:
    """Return the median of some runs."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


async def bare(figure: go.Figure) -> float:
    """Return what Kaleido alone takes for a PNG, its browser warm."""
    taken = []
    async with Kaleido(mathjax=False, path=browser.browser_path()) as kaleido:
        for _ in range(TIMES + 1):
            begun = time.perf_counter()
            await kaleido.calc_fig(figure, {"format": "png", "scale": 2})
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "data")
        if len(sys.argv) == 1:
            load_sample(store)
        with store.reader() as reader:
            default = catalogue(reader).default_cycle()
            filters = Filters(default.name if default else None)
            frame = levels(reader, filters)
            figure = bars.pace_figure(bars.pace_rows(frame, pd.Series(frame["level"])), LIGHT)
            one = asyncio.run(bare(figure))
            framed = pictures.framed(figure, "Progress", "Q4", "Definition", "Source")
            pictures.png(framed)
            rows = {
                "picture, PNG": seconds(lambda: pictures.png(framed)),
                "picture, SVG": seconds(lambda: pictures.svg(framed)),
                "picture, PDF": seconds(lambda: pictures.pdf(framed)),
                "framing alone": seconds(lambda: pictures.framed(figure, "a", "b", "c", "d")),
                "page of a chart": seconds(lambda: pictures.page(figure, "a", "b", "c", "d")),
                "report, page": seconds(lambda: report.make_report(reader, filters), 3),
                "report, PDF": seconds(lambda: report.make_report_pdf(reader, filters), 3),
                "workbook": seconds(lambda: workbook.make_workbook(reader, filters), 3),
            }
    print(f"one bare PNG of Kaleido: {one:.2f} s = 1.0")
    for name, taken in rows.items():
        print(f"{name:<16} {taken / one:6.2f}")


if __name__ == "__main__":
    main()
