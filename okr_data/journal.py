"""The journal: the truth from which every database is made, one folder an entry.

``journal/000003-import/`` holds the uploaded bytes as they came (``original-0``, …), the
accepted canonical rows as Parquet and ``manifest.json``. An undo is an entry too, and so is a
redo, which takes an undo back; the later one of them decides. Entries are written under a
temporary name, synced and renamed, so that one is either whole or not there; nothing in the
journal is ever changed afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from okr_data.errors import JournalUnreadable
from okr_data.schema import SCHEMA_VERSION, TABLES

#: What an import changed, for people: not read when a database is made.
CHANGES = "changes"
_TEMPORARY = ".tmp-"

#: A decision is a word of a person beside the imports, such as an excuse of a finding; a review
#: is a word of a meeting: a remark, or that it is closed.
Kind = Literal["import", "undo", "redo", "decision", "review"]


@dataclass(frozen=True)
class SourceFile:
    """One uploaded file: its name as given (never used as a path), digest and size in bytes."""

    name: str
    sha256: str
    size: int

    @classmethod
    def of(cls, name: str, content: bytes) -> SourceFile:
        return cls(name, hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True)
class Manifest:
    """What an entry says of itself. ``target`` is the import of an undo or redo.

    ``complete``: of the cycles that occur in it, the import holds every item.
    """

    kind: Kind
    seq: int
    import_id: str
    at: str
    by: str
    as_of: date | None = None
    source_format: str = ""
    files: tuple[SourceFile, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    issues: Mapping[str, int] = field(default_factory=dict)
    sample: bool = False
    target: str = ""
    complete: bool = False
    #: How each table was read: its label and the mapping as TOML.
    mapping: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    @property
    def fingerprint(self) -> tuple[str, ...]:
        """The digests of the files in a fixed order: equal for equal uploads."""
        return tuple(sorted(file.sha256 for file in self.files))

    def to_json(self) -> str:
        raw = asdict(self)
        raw["as_of"] = self.as_of.isoformat() if self.as_of else None
        return json.dumps(raw, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read a manifest of this or an older version; what it lacks has the default."""
        raw: dict[str, Any] = json.loads(text)
        known = {name: value for name, value in raw.items() if name in cls.__dataclass_fields__}
        known["as_of"] = date.fromisoformat(raw["as_of"]) if raw.get("as_of") else None
        known["files"] = tuple(
            SourceFile(f["name"], f["sha256"], f["size"]) for f in raw.get("files", ())
        )
        return cls(**known)


@dataclass(frozen=True)
class Entry:
    """One entry on disk."""

    folder: Path
    manifest: Manifest

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """Yield the accepted rows, table by table, in today's columns."""
        for table in TABLES:
            path = self.folder / f"{table.name}.parquet"
            if path.exists():
                yield table.name, table.conform(pq.read_table(path))

    def changes(self) -> pd.DataFrame | None:
        """Return what the import changed when it came in; None where that was not kept."""
        path = self.folder / f"{CHANGES}.parquet"
        return pq.read_table(path).to_pandas() if path.exists() else None

    def original(self, number: int) -> bytes:
        """Return the bytes of an uploaded file as they came, in the order of ``manifest.files``.

        Raises JournalUnreadable where they are gone or are not what was uploaded.
        """
        file = self.manifest.files[number]
        path = self.folder / f"original-{number}"
        try:
            content = path.read_bytes()
        except OSError as error:
            raise JournalUnreadable(f"The original of “{file.name}” is gone ({error}).") from error
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise JournalUnreadable(
                f"The original of “{file.name}” in {self.folder.name} is damaged: its SHA-256 is not "
                "that of the upload. Restore the folder from a backup."
            )
        return content


class Journal:
    """The entries of one data folder, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entries(self) -> list[Entry]:
        """Return all entries. Raises JournalUnreadable for a damaged or too new one."""
        if not self.folder.exists():
            return []
        names = sorted(p for p in self.folder.iterdir() if not p.name.startswith("."))
        return [Entry(path, self._read_manifest(path)) for path in names if path.is_dir()]

    def _read_manifest(self, folder: Path) -> Manifest:
        try:
            text = (folder / "manifest.json").read_text("utf-8")
            version = int(json.loads(text).get("schema_version", 0))
            manifest = Manifest.from_json(text) if version <= SCHEMA_VERSION else None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise JournalUnreadable(
                f"The journal entry {folder.name} cannot be read ({error}). "
                f"Restore the folder {folder} from a backup, or move it away to go on without it."
            ) from error
        if manifest is None:
            raise JournalUnreadable(
                f"The journal entry {folder.name} was written by a newer version of this program "
                f"(schema {version}, this one reads up to {SCHEMA_VERSION}). Update the program."
            )
        return replace(manifest, schema_version=version)

    def append(
        self, manifest: Manifest, tables: Mapping[str, pa.Table], originals: tuple[bytes, ...]
    ) -> Entry:
        """Write one entry so that it is either whole or absent, also after a power cut."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        temporary = self.folder / f"{_TEMPORARY}{uuid.uuid4().hex}"
        temporary.mkdir()
        for number, content in enumerate(originals):
            (temporary / f"original-{number}").write_bytes(content)
        for name, table in tables.items():
            if table.num_rows:
                pq.write_table(table, temporary / f"{name}.parquet", compression="zstd")
        (temporary / "manifest.json").write_text(manifest.to_json(), "utf-8")
        for path in temporary.iterdir():
            sync(path)
        sync(temporary)
        final = self.folder / f"{manifest.seq:06d}-{manifest.kind}"
        temporary.rename(final)
        sync(self.folder)
        return Entry(final, manifest)

    def _sweep(self) -> None:
        """Remove what a killed writer left behind; the caller holds the writer's lock."""
        for path in self.folder.glob(f"{_TEMPORARY}*"):
            shutil.rmtree(path, ignore_errors=True)


def sync(path: Path) -> None:
    """Force a file or folder to the disk; folders cannot be synced on Windows."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
