"""Seeded organisations of any size: as a draft for the store, and as files for whoever reads files.

Four levels, a quarter as many objectives as key results, some aligned to several parents, some to
none, some by links that do not contribute; ten check-ins a key result.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bench.cascade import with_gaps
from bench.page_queries import with_check_ins
from bench.publish import make_draft
from okr_data.schema import ALIGNMENT
from okr_data.store import Draft

#: Of a hundred links, so many only support.
SUPPORTING = 8
#: Check-ins of one file: an upload holds at most three million rows a table.
ROWS_OF_A_FILE = 2_500_000

_OBJECTIVES = """
    select o.objective_id as id, o.title, o.level, o.team, o.department, o.owner, o.cycle,
        a.parent_ids, a.parent_weights
    from objective_row o
    left join (
        select child_id, string_agg(parent_id, '; ' order by parent_id) as parent_ids,
            string_agg(case when contributes then '100%' else '0%' end, '; ' order by parent_id)
                as parent_weights
        from alignment_row group by child_id
    ) a on a.child_id = o.objective_id
    order by o.row
"""
_KEY_RESULTS = """
    select key_result_id as id, objective_id, title, start_value, target_value, current_value
    from key_result_row order by row
"""
_CHECK_INS = """
    select item_id, checked_on as date, value, confidence * 10 as confidence,
        replace(status, '_', ' ') as status
    from check_in_row where row between {first} and {last} order by row
"""


def make_export(key_results: int, day: date, seed: int = 1) -> Draft:
    """Return what an organisation exports on a day; the same for the same seed."""
    draft = with_check_ins(with_gaps(make_draft(max(1, key_results // 4), day), seed))
    links = draft.tables[ALIGNMENT.name]
    chance = np.random.default_rng(seed + 1).integers(0, 100, links.num_rows)
    contributes = pa.array(chance >= SUPPORTING)
    weights = pa.array(np.where(chance >= SUPPORTING, 1.0, 0.0))
    for name, values in (("contributes", contributes), ("weight", weights)):
        place = links.schema.get_field_index(name)
        links = links.set_column(place, links.schema.field(place), values)
    return replace(draft, tables={**draft.tables, ALIGNMENT.name: links})


def write_files(draft: Draft, folder: Path) -> list[Path]:
    """Write a draft as files of the template; return their paths."""
    with duckdb.connect() as connection:
        for name, table in draft.tables.items():
            connection.register(name, table)
        rows = draft.tables["check_in_row"].num_rows
        selects = {"objectives": _OBJECTIVES, "key_results": _KEY_RESULTS}
        for part in range(math.ceil(rows / ROWS_OF_A_FILE)):
            first = 2 + part * ROWS_OF_A_FILE
            selects[f"check_ins_{part + 1}"] = _CHECK_INS.format(
                first=first, last=first + ROWS_OF_A_FILE - 1
            )
        paths = []
        for name, select in selects.items():
            paths.append(folder / f"{name}.csv")
            connection.execute(f"copy ({select}) to '{paths[-1]}' (header)")
    return paths
