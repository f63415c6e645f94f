"""Everything there is: each public view as Parquet and CSV, and the history as files to import.

What was imported as template files goes out as it came in, byte for byte. Other exports are written
as template files from the accepted rows, with the files as they came beside them. Imported in order
into an empty data folder they make the same figures again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from okr_data.export.files import writing_folder
from okr_data.ingest.template import FILES, FORMAT
from okr_data.journal import Entry
from okr_data.neutral import file_name, neutral, neutral_csv
from okr_data.settings import as_toml
from okr_data.store import Progress, Reader, Store, part_of, silent
from okr_data.views import public_views

STATUS_WORDS = {
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "not_started": "Not started",
    "done": "Done",
    "dropped": "Dropped",
}
_HISTORY = "history"


def export_everything(store: Store, folder: Path, progress: Progress = silent) -> None:
    """Write views, history and settings into a new folder. Raises NotWritten or NoDatabase."""
    with store.reader() as reader, writing_folder(folder) as target:
        _write_views(reader, target, part_of(progress, 0.0, 0.7))
        imports = _write_history(store, target / _HISTORY, part_of(progress, 0.7, 0.98))
        (target / "settings.toml").write_text(as_toml(store.settings()), "utf-8")
        (target / "README.md").write_text(_readme(reader, imports), "utf-8")
    progress("done", 1.0)


def _write_views(reader: Reader, target: Path, progress: Progress) -> None:
    for kind in ("parquet", "csv"):
        (target / kind).mkdir()
    views = public_views()
    for place, view in enumerate(views):
        progress(view.name, place / len(views))
        frame = reader.frame(f"select * from {view.name} order by all")
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table, target / "parquet" / f"{view.name}.parquet")
        (target / "csv" / f"{view.name}.csv").write_bytes(neutral_csv(frame))


def _write_history(store: Store, target: Path, progress: Progress) -> list[str]:
    """Write a folder for each import in force; return how each is imported again, in order."""
    target.mkdir()
    entries = {entry.manifest.import_id: entry for entry in store.journal.entries()}
    in_force = [m for m, undone in store.imports() if not undone]
    commands = []
    for place, manifest in enumerate(in_force):
        progress(manifest.import_id, place / len(in_force))
        entry = entries[manifest.import_id]
        folder = target / f"{place + 1:04d}-{manifest.as_of}"
        folder.mkdir()
        names = _write_import(entry, folder)
        about = {
            "import_id": manifest.import_id, "as_of": str(manifest.as_of), "at": manifest.at,
            "by": manifest.by, "format": manifest.source_format, "complete": manifest.complete,
            "files": [file.name for file in manifest.files],
        }  # fmt: skip
        text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
        (folder / "import.json").write_text(text, "utf-8")
        files = " ".join(f'"{_HISTORY}/{folder.name}/{name}"' for name in names)
        complete = " --complete" if manifest.complete else ""
        commands.append(f"python -m okr_data import {files} --as-of {manifest.as_of}{complete}")
    _write_decisions(entries.values(), target)
    return commands


def _write_import(entry: Entry, folder: Path) -> list[str]:
    """Write the files of one import; return the names of those that are imported again."""
    originals = [(file.name, entry.original(n)) for n, file in enumerate(entry.manifest.files)]
    if entry.manifest.source_format == FORMAT:
        return _write_originals(originals, folder)
    as_they_came = folder / "originals"
    as_they_came.mkdir()
    _write_originals(originals, as_they_came)
    written = template_files(dict(entry.tables()))
    for name, content in written.items():
        (folder / name).write_bytes(content)
    return list(written)


def _write_originals(files: Sequence[tuple[str, bytes]], folder: Path) -> list[str]:
    names: list[str] = []
    for given, content in files:
        name = file_name(given)
        if name in names:
            name = f"{len(names) + 1}-{name}"
        (folder / name).write_bytes(content)
        names.append(name)
    return names


def template_files(tables: dict[str, pa.Table]) -> dict[str, bytes]:
    """Return accepted rows as files of the template, by name; only those that have rows.

    Work items and key results with further parents stand in ``items.csv``, which alone has a place
    for them. No cell begins as a formula.
    """
    frames = {name: table.to_pandas() for name, table in tables.items()}
    parents = _parents(frames.get("alignment_row"))
    items, key_results = [], []
    for row in _rows(frames.get("key_result_row")):
        if row["key_result_id"] in parents:
            items.append(
                _item(row, "key result", row["key_result_id"], [row["objective_id"]], parents)
            )
        else:
            key_results.append(_key_result(row))
    for row in _rows(frames.get("initiative_row")):
        items.append(_item(row, "initiative", row["initiative_id"], [row["parent_id"]], parents))
    made = {
        "objectives.csv": [_objective(row, parents) for row in _rows(frames.get("objective_row"))],
        "key_results.csv": key_results,
        "items.csv": items,
        "check_ins.csv": [_check_in(row) for row in _rows(frames.get("check_in_row"))],
        "org_units.csv": list(_rows(frames.get("org_unit_row"), "assumed")),
        "people.csv": list(_rows(frames.get("person_row"))),
    }
    return {name: _csv(name, rows) for name, rows in made.items() if rows}


def _rows(frame: pd.DataFrame | None, left_out: str = "") -> Iterator[dict[str, Any]]:
    """Yield rows in the order of the file; missing is None. Rows of which ``left_out`` is true stay out."""
    if frame is None or frame.empty:
        return
    ordered = frame.sort_values(["file", "row"], kind="stable").astype(object)
    for row in ordered.where(ordered.notna(), None).to_dict("records"):
        if not (left_out and row[left_out]):
            yield row


def _parents(links: pd.DataFrame | None) -> dict[str, list[tuple[str, str]]]:
    """Return the parents of each child with their weights as written; what does not contribute has 0."""
    found: dict[str, list[tuple[str, str]]] = {}
    for link in _rows(links):
        parent = link["parent_id"] or link["parent_title"]
        weight = "0" if link["contributes"] is False else _number(link["weight"])
        if parent:
            found.setdefault(link["child_id"], []).append((parent, weight))
    return found


def _written(links: Sequence[tuple[str, str]]) -> dict[str, str]:
    weighted = any(weight for _, weight in links)
    return {
        "parent_ids": "; ".join(parent for parent, _ in links),
        "parent_weights": "; ".join(weight or "1" for _, weight in links) if weighted else "",
    }


def _shared(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "team": row.get("teams_raw") or row.get("team"),
        "cycle": row.get("cycle_raw") or row.get("cycle"),
        "progress": _percent(row.get("reported_progress")),
        "status": STATUS_WORDS.get(row.get("status") or "", ""),
        "confidence": _percent(row.get("confidence")),
    }


def _objective(row: dict[str, Any], parents: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    own = row["objective_id"]
    return {**_shared(row), "id": own, **_written(parents.get(own, []))}


def _key_result(row: dict[str, Any]) -> dict[str, Any]:
    return {**_shared(row), "id": row["key_result_id"]}


def _item(
    row: dict[str, Any], kind: str, own: str, above: list[str | None],
    parents: dict[str, list[tuple[str, str]]],
) -> dict[str, Any]:  # fmt: skip
    links = [(parent, "") for parent in above if parent] + parents.get(own, [])
    return {**_shared(row), "id": own, "type": kind, **_written(links)}


def _check_in(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "date": row["checked_on"],
        "progress": _percent(row["progress"]),
        "status": STATUS_WORDS.get(row["status"] or "", ""),
        "confidence": _percent(row["confidence"]),
    }


def _number(value: Any) -> str:
    return "" if value is None or pd.isna(value) else f"{Decimal(repr(float(value))):f}"


def _percent(value: Any) -> str:
    """Write a fraction in percent without losing a digit."""
    if value is None or pd.isna(value):
        return ""
    return f"{Decimal(repr(float(value))) * 100:f}%"


def _csv(name: str, rows: Sequence[dict[str, Any]]) -> bytes:
    (file,) = (file for file in FILES if file.name == name)
    columns = [column.name for column in file.columns]
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([neutral(_cell(row.get(column))) for column in columns])
    return ("\ufeff" + target.getvalue()).encode()


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return _number(value)
    return "" if value is None else str(value)


def _write_decisions(entries: Iterable[Entry], target: Path) -> None:
    """Write the words of people, such as excuses and reviews, a file each kind."""
    said: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        if entry.manifest.kind == "decision":
            for name, table in entry.tables():
                said.setdefault(name.removesuffix("_row"), []).extend(table.to_pylist())
    for name, rows in said.items():
        if rows:
            (target / f"{name}.csv").write_bytes(neutral_csv(pd.DataFrame(rows)))


def _readme(reader: Reader, imports: Sequence[str]) -> str:
    lines = [
        "# Everything of this OKR dashboard",
        "",
        "`parquet/` and `csv/` hold every public view. Ratios and progress are fractions; empty means",
        "not known, never 0. In the CSV files a text that a spreadsheet would run begins with `'`.",
        "",
        "`history/` holds every import in force, oldest first, each with what is known of it",
        "(`import.json`). To make the same figures again: put `settings.toml` into an empty data folder,",
        "then run in this folder, with `--data DIR`:",
        "",
        "```sh",
        *imports,
        "```",
        "",
        "Words of people stand beside them, where there are any: excuses of findings",
        "(`history/excuse.csv`, given again with `python -m okr_data excuse`), reviews and their remarks.",
    ]
    for view in public_views():
        ((count,),) = reader.rows(f"select count(*) from {view.name}")
        lines += ["", f"## {view.name}", "", f"{view.purpose} {count:,} rows, one a "
                  f"{', '.join(view.grain)}.", "", "| Column | Meaning |", "|---|---|"]  # fmt: skip
        lines += [f"| `{c.name}` | {c.meaning.replace('|', chr(92) + '|')} |" for c in view.columns]
    return "\n".join(lines) + "\n"
