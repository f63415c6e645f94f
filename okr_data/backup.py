"""The whole truth of a data folder in one file, taken while the dashboard runs, and back again.

A backup holds what cannot be computed: the journal, the settings, the profiles, whatever a person
left in the folder. Databases are left out, since they are made from the journal. With every file
its SHA-256 goes in, in ``checksums.sha256``, which ``sha256sum --check`` reads too.

An entry of the journal is whole or not there, and none is ever changed: a backup that is taken
while an import is written holds everything up to some moment.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from okr_data import events
from okr_data.errors import OkrError
from okr_data.journal import Journal, sync
from okr_data.schema import SCHEMA_VERSION
from okr_data.store import Progress, Store, part_of, silent

CHECKSUMS = "checksums.sha256"
ABOUT = "about.json"
_CHUNK = 1 << 20
#: What reading a ZIP file says where its bytes are not what they were.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
#: What is made from the journal, or belongs to whoever writes at the moment.
_NOT_KEPT = ("okr.duckdb", "okr-", "writer.")


@dataclass(frozen=True)
class Backup:
    """A backup: its file, the files in it, entries of the journal, bytes before compression."""

    path: Path
    files: int
    entries: int
    size: int


def backup(folder: Path, target: Path, progress: Progress = silent) -> Backup:
    """Write everything that a data folder cannot compute into one ZIP file; writers need not wait.

    Raises OkrError where the target exists, the folder holds no journal or does not read, or the
    disk is full; a target is either whole or not there.
    """
    if target.exists():
        raise OkrError(f"{target} exists already and is not overwritten.")
    entries = len(Journal(folder / "journal").entries())
    if not entries:
        raise OkrError(f"{folder} holds no journal: there is nothing to keep yet.")
    half = target.with_name(f".{target.name}.part")
    try:
        kept = list(_kept(folder))
        size = _pack(folder, kept, half, entries, progress)
        sync(half)
        os.replace(half, target)
        sync(target.parent)
    except OSError as error:
        raise OkrError(
            f"The backup cannot be written ({error}). There is none at {target}."
        ) from error
    finally:
        half.unlink(missing_ok=True)
    events.tell("backup", file=target.name, entries=entries, files=len(kept), bytes=size)
    return Backup(target, len(kept), entries, size)


def verify(archive: Path, progress: Progress = silent) -> Backup:
    """Read every file of a backup and compare its checksum.

    Raises OkrError naming the first file that is damaged, missing, or not of the backup.
    """
    with _opened(archive) as pack:
        return _verified(archive, pack, None, progress)


def restore(archive: Path, folder: Path, progress: Progress = silent) -> Backup:
    """Make a data folder of a backup: checksums first, then a database from its journal.

    The folder must be empty or not there: what is there is never mixed with what comes. Raises
    OkrError; then the folder is as it was.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OkrError(f"{folder} is not empty. Restore into a new folder, then exchange the two.")
    parent = folder.resolve().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-restored-", dir=parent))
        try:
            with _opened(archive) as pack:
                found = _verified(archive, pack, fresh, part_of(progress, 0.0, 0.5))
            for path in fresh.rglob("*"):
                sync(path)
            Store(fresh).rebuild(part_of(progress, 0.5, 1.0))
            if folder.exists():
                folder.rmdir()
            fresh.rename(folder)
            sync(parent)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise OkrError(f"{folder} cannot be restored ({error}). Nothing was changed.") from error
    events.tell("restored", file=archive.name, entries=found.entries, files=found.files)
    return found


def _kept(folder: Path) -> Iterator[Path]:
    """Yield the files of a data folder that are worth keeping, the journal in its order."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if path.is_file() and not hidden and not name.parts[0].startswith(_NOT_KEPT):
            yield path


def _pack(folder: Path, kept: list[Path], target: Path, entries: int, progress: Progress) -> int:
    """Write the archive; return the bytes that went in."""
    sums, size = [], 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack:
        for number, path in enumerate(kept):
            name = path.relative_to(folder).as_posix()
            progress("packing", number / len(kept))
            digest = hashlib.sha256()
            with path.open("rb") as source, pack.open(_entry(name), "w", force_zip64=True) as sink:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    sink.write(chunk)
                    size += len(chunk)
            sums.append(f"{digest.hexdigest()}  {name}\n")
        about = {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "entries": entries,
            "files": len(kept),
            "bytes": size,
            "schema_version": SCHEMA_VERSION,
        }
        pack.writestr(_entry(ABOUT), json.dumps(about, indent=1) + "\n")
        pack.writestr(_entry(CHECKSUMS), "".join(sums))
    return size


def _entry(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, date_time=datetime.now(UTC).timetuple()[:6])
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = 0o600 << 16
    return found


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except (OSError, zipfile.BadZipFile) as error:
        raise OkrError(f"{archive} is not a backup that can be read ({error}).") from error


def _verified(
    archive: Path, pack: zipfile.ZipFile, into: Path | None, progress: Progress
) -> Backup:
    """Read every file, compare its checksum, and write it into a folder where one is given."""
    try:
        about = json.loads(pack.read(ABOUT))
        lines = (line.split("  ", 1) for line in pack.read(CHECKSUMS).decode().splitlines())
        sums = {name: digest for digest, name in lines}
        entries, files = int(about["entries"]), int(about["files"])
    except (KeyError, ValueError, TypeError, *_DAMAGED) as error:
        raise OkrError(f"{archive} is not a backup of this program ({error}).") from error
    present = {info.filename for info in pack.infolist()} - {ABOUT, CHECKSUMS}
    if strange := sorted(present ^ sums.keys()):
        raise OkrError(f"{archive}: {strange[0]} is missing, or is not of this backup.")
    if len(sums) != files:
        raise OkrError(f"{archive}: {len(sums)} files instead of {files}.")
    size = 0
    for number, (name, digest) in enumerate(sums.items()):
        progress("comparing checksums", number / files)
        size += _compared(archive, pack, name, digest, into)
    return Backup(archive, files, entries, size)


def _compared(
    archive: Path, pack: zipfile.ZipFile, name: str, digest: str, into: Path | None
) -> int:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name:
        raise OkrError(f"{archive}: {name} would leave the data folder.")
    target = Path(os.devnull) if into is None else into.joinpath(*place.parts)
    if into is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    found, size = hashlib.sha256(), 0
    try:
        with pack.open(name) as source, target.open("wb") as sink:
            while chunk := source.read(_CHUNK):
                found.update(chunk)
                sink.write(chunk)
                size += len(chunk)
    except _DAMAGED as error:
        raise OkrError(f"{archive}: {name} is damaged ({error}).") from error
    if found.hexdigest() != digest:
        raise OkrError(f"{archive}: {name} is damaged, its SHA-256 is not the one noted.")
    return size
