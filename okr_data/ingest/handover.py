"""Handing tables from one process to another: Arrow IPC and JSON in a folder, never pickle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from okr_data.ingest.archive import JsonMember
from okr_data.ingest.grid import Grid, Unreadable, Upload
from okr_data.ingest.reading import read_upload
from okr_data.issues import Issue

#: Rows of one batch of an Arrow file.
_BATCH = 65_536
_TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)


def write_uploads(folder: Path, uploads: Sequence[Upload]) -> None:
    """Lay down uploads for :func:`read_uploads_job`; their names stay inside a JSON file."""
    for number, upload in enumerate(uploads):
        (folder / f"{number}.upload").write_bytes(upload.content)
    _write_json(folder / "request.json", [upload.name for upload in uploads])


def read_uploads_job(folder: Path) -> None:
    """Read the uploads that lie in a folder and write their grids there; a task of the sandbox.

    A refused upload is written as its issue, so that the others still come back.
    """
    found: list[Grid | JsonMember] = []
    refused: list[Issue] = []
    names = json.loads((folder / "request.json").read_text("utf-8"))
    for number, name in enumerate(names):
        report(folder, f"Reading {name}", number / len(names))
        path = folder / f"{number}.upload"
        try:
            found.extend(read_upload(Upload(name, path.read_bytes())))
        except Unreadable as error:
            refused.append(error.issue)
    report(folder, "Handing over", 1.0)
    write_grids(folder, found)
    _write_json(folder / "refused.json", [asdict(issue) for issue in refused])


def read_refused(folder: Path) -> list[Issue]:
    """Return why uploads were refused, one issue each."""
    return [Issue(**item) for item in json.loads((folder / "refused.json").read_text("utf-8"))]


def report(folder: Path, text: str, share: float) -> None:
    """Tell how far a job has come (0 to 1); whoever waits for it sees the line at once."""
    with (folder / "progress").open("a", encoding="utf-8") as out:
        out.write(json.dumps([text, share]) + "\n")


def write_grids(folder: Path, grids: Sequence[Grid | JsonMember]) -> None:
    """Write grids and parsed JSON into a folder, for :func:`read_grids`."""
    described = [
        _write_grid(folder, number, grid)
        if isinstance(grid, Grid)
        else _write_member(folder, number, grid)
        for number, grid in enumerate(grids)
    ]
    _write_json(folder / "grids.json", described)


def read_grids(folder: Path) -> list[Grid | JsonMember]:
    """Read what :func:`write_grids` wrote; the folder can be deleted afterwards."""
    described = json.loads((folder / "grids.json").read_text("utf-8"))
    return [_read_one(folder, number, item) for number, item in enumerate(described)]


def _write_json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def _write_grid(folder: Path, number: int, grid: Grid) -> dict[str, Any]:
    columns = [pa.array(grid.cells[label]) for label in grid.cells.columns]
    columns = [_combined(column).cast(pa.large_string()) for column in columns]
    names = [str(position) for position in range(len(columns))]
    table = pa.table([*columns, pa.array(grid.lines, pa.int64())], names=[*names, "line"])
    with (
        pa.OSFile(str(folder / f"{number}.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table, max_chunksize=_BATCH)
    return {
        "kind": "grid",
        "file": grid.file,
        "sheet": grid.sheet,
        "delimiter": grid.delimiter,
        "overflow": {str(row): list(tail) for row, tail in grid.overflow.items()},
        "numbers_as_text": list(grid.numbers_as_text),
        "issues": [asdict(issue) for issue in grid.issues],
    }


def _combined(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _write_member(folder: Path, number: int, member: JsonMember) -> dict[str, Any]:
    _write_json(folder / f"{number}.json", member.data)
    return {
        "kind": "json",
        "file": member.file,
        "member": member.member,
        "issues": [asdict(issue) for issue in member.issues],
    }


def _read_one(folder: Path, number: int, item: dict[str, Any]) -> Grid | JsonMember:
    issues = tuple(Issue(**issue) for issue in item["issues"])
    if item["kind"] == "json":
        data = json.loads((folder / f"{number}.json").read_text("utf-8"))
        return JsonMember(item["file"], item["member"], data, issues)
    with pa.OSFile(str(folder / f"{number}.arrow"), "rb") as source:
        table = pa.ipc.open_file(source).read_all()
    lines = table.column("line").to_numpy()
    cells = pd.DataFrame(
        {
            position: pd.arrays.ArrowStringArray(table.column(position), dtype=_TEXT)
            for position in range(table.num_columns - 1)
        },
        index=pd.RangeIndex(table.num_rows),
        copy=False,
    )
    cells.columns = pd.RangeIndex(table.num_columns - 1)
    return Grid(
        item["file"],
        cells,
        lines,
        item["sheet"],
        item["delimiter"],
        {int(row): tuple(tail) for row, tail in item["overflow"].items()},
        tuple(item["numbers_as_text"]),
        issues,
    )
