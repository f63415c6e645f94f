"""ZIP archives of tables and of JSON to grids and parsed JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from okr_data.ingest import encoding
from okr_data.ingest.cleaning import clean
from okr_data.ingest.delimited import read_delimited
from okr_data.ingest.grid import LIMITS, Grid, Limits, Unreadable
from okr_data.ingest.packed import open_packed, read_member
from okr_data.ingest.workbook import is_workbook, read_workbook
from okr_data.issues import Issue

#: Bytes of one JSON file; parsed, it takes some ten times as much memory.
JSON_BYTES = 128 * 1024 * 1024

_TABLES = {".csv", ".tsv", ".txt", ".tab"}
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".ods"}
_ARCHIVES = {".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst"}
_ZIP = b"PK\x03\x04"
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NO_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")


@dataclass(frozen=True)
class JsonMember:
    """One parsed JSON file, alone or out of an archive; its texts are cleaned like cells.

    ``file`` is the upload, ``member`` the name inside the archive ("" where there is none).
    """

    file: str
    member: str
    data: Any
    issues: tuple[Issue, ...] = ()


def read_archive(name: str, content: bytes, limits: Limits = LIMITS) -> list[Grid | JsonMember]:
    """Read every table and JSON file of a ZIP, or raise :class:`Unreadable`.

    Members are labelled ``export.zip/objectives.csv``. Folders, ``__MACOSX`` and files whose
    name starts with a dot are passed over; other kinds of files and empty ones are left out and
    reported; an archive inside the archive refuses it. A ZIP that is in truth a workbook is
    read as one.
    """
    found: list[Grid | JsonMember] = []
    left_out: list[str] = []
    cells = 0
    with open_packed(name, content, limits, "archive") as archive:
        if is_workbook(archive):
            return list(read_workbook(name, content, limits))
        for member in _members(archive.namelist()):
            label = f"{name}/{clean(member)}"
            items = _read_member(label, name, member, read_member(name, archive, member), limits)
            found.extend(items or [])
            if items is None:
                left_out.append(clean(member))
            cells += sum(item.cells.size for item in items or [] if isinstance(item, Grid))
            if cells > limits.cells:
                message = f"the tables of the archive have more than {limits.cells:,} cells"
                raise Unreadable(Issue("file_too_large", message, name))
    if not found:
        message = "the archive holds no CSV, workbook or JSON file with content"
        raise Unreadable(Issue("file_empty", message, name))
    return _with_left_out(name, found, left_out)


def read_json(file: str, member: str, content: bytes, limits: Limits = LIMITS) -> JsonMember:
    """Parse one JSON file; too deep nesting and NaN or Infinity refuse it."""
    label = f"{file}/{clean(member)}" if member else file
    if len(content) > JSON_BYTES:
        message = f"the JSON has {len(content) / 2**20:,.0f} MB; the limit is {JSON_BYTES / 2**20:,.0f} MB"
        raise Unreadable(Issue("file_too_large", message, label))
    decision = encoding.decide(label, content)
    text = "".join(encoding.blocks(content, decision))
    depth = nesting(text.encode("utf-8"))
    if depth > limits.nesting:
        message = f"the JSON is nested {depth:,} levels deep; the limit is {limits.nesting:,}"
        raise Unreadable(Issue("file_too_large", message, label))
    try:
        data = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except ValueError as error:
        raise Unreadable(
            Issue("file_unreadable", f"this is no valid JSON: {error}", label)
        ) from error
    return JsonMember(file, member, _cleaned(data), decision.issues)


def nesting(content: bytes) -> int:
    """Measure how deep brackets nest, without parsing; a parser may end with a full stack."""
    depth = deepest = 0
    for bracket in _STRINGS.sub(b"", content).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _members(names: list[str]) -> Iterator[str]:
    for name in names:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if name.endswith("/") or not parts or parts[0] == "__MACOSX" or parts[-1].startswith("."):
            continue
        yield name


def _read_member(
    label: str, name: str, member: str, content: bytes, limits: Limits
) -> list[Grid | JsonMember] | None:
    """Read one member; None where it is of another kind or empty."""
    ending = PurePosixPath(member.lower()).suffix
    packed = content.startswith(_ZIP)
    if ending in _ARCHIVES or (packed and ending not in _WORKBOOKS):
        message = f"the archive holds another archive ({clean(member)}): unpack it first"
        raise Unreadable(Issue("file_unreadable", message, name))
    if ending not in _TABLES | _WORKBOOKS | {".json"}:
        return None
    try:
        if ending == ".json":
            return [read_json(name, member, content, limits)]
        if packed or content.startswith(b"\xd0\xcf\x11\xe0"):
            return list(read_workbook(label, content, limits))
        return [read_delimited(label, content, limits)]
    except Unreadable as error:
        if error.issue.code == "file_empty":
            return None
        raise


def _with_left_out(
    name: str, found: list[Grid | JsonMember], left_out: list[str]
) -> list[Grid | JsonMember]:
    if not left_out:
        return found
    named = ", ".join(left_out[:5]) + (f" and {len(left_out) - 5:,} more" if left_out[5:] else "")
    message = f"files of the archive that are empty or no tables were left out: {named}"
    issue = Issue("sheet_skipped", message, name)
    return [replace(found[0], issues=(*found[0].issues, issue)), *found[1:]]


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is not a number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is out of range")
    return value


def _cleaned(data: Any) -> Any:
    """Clean every text; a lone surrogate, which JSON can write, becomes “�”."""
    if isinstance(data, str):
        return clean(data.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
    if isinstance(data, list):
        return [_cleaned(item) for item in data]
    if isinstance(data, dict):
        return {_cleaned(key): _cleaned(value) for key, value in data.items()}
    return data
