"""How long the forecast takes at scale: ``python -m bench.forecast_speed 25000``.

Publishes N objectives with 4N key results of ten weekly check-ins each, and then computes the
views of the forecast by themselves, with two threads. Prints seconds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from bench.publish import _names, _table, make_draft
from okr_data.schema import CHECK_IN
from okr_data.store import Draft, Store
from okr_data.views import load_views

DAY, FIRST = date(2026, 12, 14), date(2026, 10, 5)
CHECK_INS = 10
VIEWS = ("key_result_line_day", "key_result_forecast_day", "forecast")


def _with_check_ins(draft: Draft, key_results: int) -> Draft:
    """Add ten weekly check-ins of each key result, on their way to 100 in steps of their own."""
    rng = np.random.default_rng(1)
    rows = key_results * CHECK_INS
    items, weeks = np.divmod(np.arange(rows), CHECK_INS)
    values = (weeks + 1) * rng.uniform(2, 11, key_results)[items] + rng.normal(0, 3, rows)
    check_ins = _table(
        CHECK_IN, rows,
        item_id=_names("K-", items),
        checked_on=pa.array([FIRST + timedelta(days=7 * int(week)) for week in weeks]),
        value=values, file=["check_ins.csv"] * rows, row=np.arange(rows) + 2,
    )  # fmt: skip
    return replace(draft, tables={**draft.tables, CHECK_IN.name: check_ins})


def main() -> None:
    """Publish once, then time the views."""
    objectives = int(sys.argv[1]) if len(sys.argv) > 1 else 25_000
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        begin = time.perf_counter()
        store.accept(_with_check_ins(make_draft(objectives, DAY), objectives * 4))
        print(f"{4 * objectives:,} key results published in {time.perf_counter() - begin:.1f} s")
        with duckdb.connect(str(store.pointer.resolve()), config={"threads": 2}) as connection:
            for view in load_views():
                if view.name in VIEWS:
                    begin = time.perf_counter()
                    connection.execute(view.statement())
                    print(f"  {time.perf_counter() - begin:6.1f} s  {view.name}", flush=True)
            told = connection.execute(
                "select count(*), count(projected) from newest.forecast where item_kind = 'key_result'"
            ).fetchone()
            print(f"  key results, with a forecast: {told}")


if __name__ == "__main__":
    main()
