"""Preparing an upload in a child process with limits: what pages and commands use.

A hostile or broken file can abort a parser or fill the memory; that must end a child and not
the process that serves everybody. Requests and results cross as JSON and Arrow files in a
folder that only the two know, never as pickles.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from pyarrow import ipc

from okr_data.errors import OkrError
from okr_data.ingest import sandbox
from okr_data.ingest.columns import Answers
from okr_data.ingest.draft import Known
from okr_data.ingest.grid import LIMITS, Unreadable, Upload
from okr_data.ingest.mapping import Mapping, parse_mapping
from okr_data.ingest.preparing import (
    NotPrepared,
    Prepared,
    Progress,
    Reading,
    RefusedRows,
    TableSeen,
    prepare,
)
from okr_data.ingest.report import Decision
from okr_data.ingest.zygote import report
from okr_data.issues import Issue
from okr_data.journal import SourceFile
from okr_data.schema import TABLES
from okr_data.store import Draft

#: Seconds after which a file is given up; the largest allowed one takes a few minutes.
TIMEOUT = 1_200.0
#: Seconds after which a temporary folder is of no process that still works.
LEFT_BEHIND = 3 * TIMEOUT
_PREFIX = "okr-upload-"


def prepare_apart(
    uploads: Sequence[Upload],
    known: Known | None = None,
    reading: Reading | None = None,
    progress: Progress = lambda _step, _done: None,
) -> Prepared:
    """Do what :func:`prepare` does, in a child process. Raises NotPrepared like it."""
    reading = reading or Reading()
    for upload in uploads:
        _check_size(upload)
    with _own_folder() as folder:
        _write_request(folder, uploads, known or Known(), reading)
        try:
            sandbox.run(sandbox.PREPARE, folder, TIMEOUT, progress)
        except Unreadable as error:
            issue = error.issue
            names = ", ".join(upload.name for upload in uploads)
            raise NotPrepared([replace(issue, file=issue.file or names)]) from error
        return _read_result(folder, uploads, reading)


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Give a temporary folder. Raises OkrError where there is no room for what is written there."""
    _sweep()
    try:
        with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
            yield Path(name)
    except OSError as error:
        raise OkrError(
            f"The temporary folder {tempfile.gettempdir()} cannot be written ({error}). Nothing was changed."
        ) from error


def _sweep() -> None:
    """Remove what processes that were killed left behind: copies of uploads that nobody reads."""
    oldest = time.time() - LEFT_BEHIND
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # of another user, or gone already
            if path.lstat().st_mtime < oldest:
                shutil.rmtree(path)


def _check_size(upload: Upload) -> None:
    if len(upload.content) > LIMITS.file:
        size, limit = len(upload.content) / 2**20, LIMITS.file / 2**20
        message = f"the file has {size:,.0f} MB; the limit is {limit:,.0f} MB"
        raise NotPrepared([Issue("file_too_large", message, upload.name)])


def prepare_in_folder(folder: Path) -> None:
    """Do the job of the child: read the request, prepare, write the result."""
    uploads, known, reading = _read_request(folder)
    try:
        prepared = prepare(uploads, known, reading, lambda step, done: report(folder, step, done))
    except NotPrepared as error:
        _write_json(
            folder / "result.json", {"refused": True, "tables": _seen_to_json(error.tables)}
        )
        _write_issues(folder, error.issues)
        return
    _write_prepared(folder, prepared)


# --- the request -------------------------------------------------------------


def _write_request(folder: Path, uploads: Sequence[Upload], known: Known, reading: Reading) -> None:
    for number, upload in enumerate(uploads):
        (folder / f"upload-{number}").write_bytes(upload.content)
    request = {
        "uploads": [upload.name for upload in uploads],
        "reading": _reading_to_json(reading),
        "units": {key: list(place) for key, place in known.units.items()},
        "fiscal_start_stated": known.fiscal_start_stated,
    }
    _write_json(folder / "request.json", request)
    _write_table(
        folder / "objectives", pa.table({"id": pa.array(sorted(known.objectives), pa.string())})
    )
    _write_table(
        folder / "others", pa.table({"id": pa.array(sorted(known.other_items), pa.string())})
    )
    titles = pa.table(
        {
            "title": pa.array(known.titles.keys(), pa.string()),
            "id": pa.array(known.titles.values(), pa.string()),
        }
    )
    _write_table(folder / "titles", titles)


def _read_request(folder: Path) -> tuple[list[Upload], Known, Reading]:
    request = json.loads((folder / "request.json").read_text("utf-8"))
    uploads = [
        Upload(name, (folder / f"upload-{number}").read_bytes())
        for number, name in enumerate(request["uploads"])
    ]
    titles = _read_table(folder / "titles")
    known = Known(
        objectives=frozenset(_read_table(folder / "objectives")["id"].to_pylist()),
        other_items=frozenset(_read_table(folder / "others")["id"].to_pylist()),
        titles=dict(zip(titles["title"].to_pylist(), titles["id"].to_pylist(), strict=True)),
        units={key: (place[0], place[1]) for key, place in request["units"].items()},
        fiscal_start_stated=request["fiscal_start_stated"],
    )
    return uploads, known, _reading_from_json(request["reading"])


def _reading_to_json(reading: Reading) -> dict[str, Any]:
    return {
        "source_format": reading.source_format,
        "as_of": reading.as_of.isoformat() if reading.as_of else None,
        "complete": reading.complete,
        "mappings": {label: _mapping_to_json(m) for label, m in reading.mappings.items()},
        "mapping": _mapping_to_json(reading.mapping) if reading.mapping else None,
        "grains": dict(reading.grains),
        "profiles": [_mapping_to_json(m) for m in reading.profiles],
        "answers": asdict(reading.answers),
        "at_risk": reading.at_risk,
        "fill_down": list(reading.fill_down),
        "sample": reading.sample,
    }


def _reading_from_json(raw: dict[str, Any]) -> Reading:
    return Reading(
        source_format=raw["source_format"],
        as_of=date.fromisoformat(raw["as_of"]) if raw["as_of"] else None,
        complete=raw["complete"],
        mappings={label: parse_mapping(*m) for label, m in raw["mappings"].items()},
        mapping=parse_mapping(*raw["mapping"]) if raw["mapping"] else None,
        grains=raw["grains"],
        profiles=tuple(parse_mapping(*m) for m in raw["profiles"]),
        answers=Answers(**raw["answers"]),
        at_risk=raw["at_risk"],
        fill_down=tuple(raw["fill_down"]),
        sample=raw["sample"],
    )


def _mapping_to_json(mapping: Mapping) -> list[str]:
    return [mapping.name, mapping.to_toml()]


# --- the result --------------------------------------------------------------


def _write_prepared(folder: Path, prepared: Prepared) -> None:
    draft = prepared.draft
    for name, table in draft.tables.items():
        _write_table(folder / f"table-{name}", table)
    for number, refused in enumerate(prepared.refused):
        rows = refused.rows.copy()
        rows.columns = [str(n) for n in range(rows.shape[1])]
        _write_table(folder / f"refused-{number}", pa.Table.from_pandas(rows, preserve_index=False))
    _write_issues(folder, draft.issues)
    result = {
        "refused": False,
        "source_format": draft.source_format,
        "as_of": draft.as_of.isoformat(),
        "tables": _seen_to_json(prepared.tables),
        "decisions": [asdict(decision) for decision in prepared.decisions],
        "mapping": dict(draft.mapping),
        "refused_rows": [[r.label, list(r.rows.columns)] for r in prepared.refused],
    }
    _write_json(folder / "result.json", result)


def _read_result(folder: Path, uploads: Sequence[Upload], reading: Reading) -> Prepared:
    result = json.loads((folder / "result.json").read_text("utf-8"))
    issues = _read_issues(folder)
    seen = _seen_from_json(result["tables"])
    if result["refused"]:
        raise NotPrepared(issues, seen)
    draft = Draft(
        source_format=result["source_format"],
        as_of=date.fromisoformat(result["as_of"]),
        as_of_given=reading.as_of is not None,
        files=tuple(SourceFile.of(upload.name, upload.content) for upload in uploads),
        originals=tuple(upload.content for upload in uploads),
        tables={
            table.name: table.conform(_read_table(folder / f"table-{table.name}"))
            for table in TABLES
            if (folder / f"table-{table.name}").exists()
        },
        issues=tuple(issues),
        sample=reading.sample,
        complete=reading.complete,
        mapping=result["mapping"],
    )
    refused = []
    for number, (label, columns) in enumerate(result["refused_rows"]):
        rows = _read_table(folder / f"refused-{number}").to_pandas()
        rows.columns = columns
        refused.append(RefusedRows(label, rows))
    decisions = tuple(Decision(**decision) for decision in result["decisions"])
    return Prepared(draft, tuple(seen), decisions, tuple(refused))


_SEEN = tuple(f.name for f in fields(TableSeen))


def _seen_to_json(tables: Sequence[TableSeen]) -> list[dict[str, Any]]:
    found = []
    for table in tables:
        raw: dict[str, Any] = {name: getattr(table, name) for name in _SEEN if name != "mapping"}
        raw["confidences"] = dict(table.confidences)
        raw["mapping"] = _mapping_to_json(table.mapping) if table.mapping else None
        found.append(raw)
    return found


def _seen_from_json(raw: Sequence[MappingOf[str, Any]]) -> list[TableSeen]:
    return [
        TableSeen(
            **{
                **table,
                "header": tuple(table["header"]),
                "samples": tuple(tuple(values) for values in table["samples"]),
                "statuses": tuple(table["statuses"]),
                "types": tuple(table["types"]),
                "mapping": parse_mapping(*table["mapping"]) if table["mapping"] else None,
            }
        )
        for table in raw
    ]


_ISSUE = ("code", "message", "file", "row", "column", "value")


def _write_issues(folder: Path, issues: Sequence[Issue]) -> None:
    columns = {
        name: pa.array(
            [getattr(i, name) for i in issues], pa.int64() if name == "row" else pa.string()
        )
        for name in _ISSUE
    }
    _write_table(folder / "issues", pa.table(columns))


def _read_issues(folder: Path) -> list[Issue]:
    return [Issue(**row) for row in _read_table(folder / "issues").to_pylist()]


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), "utf-8")


def _write_table(path: Path, table: pa.Table) -> None:
    with ipc.new_file(str(path), table.schema) as target:
        target.write_table(table)


def _read_table(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as source:
        return cast("pa.Table", ipc.open_file(source).read_all())
