"""What must hold of a ZIP, and of the XML in it, before anything unpacks it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from okr_data.ingest.grid import Limits, Unreadable
from okr_data.issues import Issue

#: Unpacked bytes below which no ratio is suspicious: blank styled rows pack a hundredfold.
HARMLESS = 16 * 1024 * 1024
#: Bytes unpacked at a time.
BLOCK = 1024 * 1024

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def open_packed(name: str, content: bytes, limits: Limits, what: str) -> zipfile.ZipFile:
    """Open a ZIP after looking at its table of contents; ``what`` is “workbook” or “archive”.

    Names of members are only ever compared, never used as paths.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        message = f"the {what} is damaged and cannot be opened ({error})"
        raise Unreadable(Issue("file_unreadable", message, name)) from error
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > limits.members:
        message = f"the {what} holds {len(members):,} files; the limit is {limits.members:,}"
        raise Unreadable(Issue("file_too_large", message, name))
    if any(member.flag_bits & 1 for member in members):
        message = f"the {what} is protected by a password: save it without one"
        raise Unreadable(Issue("file_unreadable", message, name))
    if any(member.compress_type not in _METHODS for member in members):
        message = f"the {what} is packed with a compression method that is not allowed"
        raise Unreadable(Issue("file_unsafe", message, name))
    if total > limits.unpacked or total > max(HARMLESS, limits.ratio * len(content)):
        limit = min(limits.unpacked, max(HARMLESS, limits.ratio * len(content)))
        message = (
            f"the {what} unpacks to {total / 2**20:,.0f} MB; "
            f"the limit is {limit / 2**20:,.0f} MB for its size"
        )
        raise Unreadable(Issue("file_too_large", message, name))
    return archive


def stream(name: str, archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """Unpack a member piece by piece; a damaged one refuses the file."""
    try:
        with archive.open(member) as handle:
            while block := handle.read(BLOCK):
                yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise Unreadable(damaged(name, error)) from error


def damaged(name: str, error: Exception) -> Issue:
    """Word the refusal of a file whose packing is broken."""
    return Issue("file_unreadable", f"the file is damaged and cannot be unpacked ({error})", name)


def read_member(name: str, archive: zipfile.ZipFile, member: str) -> bytes:
    """Unpack a whole member; its size was checked when the ZIP was opened."""
    return b"".join(stream(name, archive, member))


def refuse_declarations(name: str, archive: zipfile.ZipFile) -> None:
    """Refuse a workbook with a DTD or an entity in the first megabyte of any of its XML.

    XML in UTF-16 would hide one from this search, and no program writes it: refused as well.
    """
    for member in archive.namelist():
        if not member.lower().endswith((".xml", ".rels", ".vml")):
            continue
        pieces = stream(name, archive, member)
        start = next(pieces, b"")
        if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start[:1024]:
            raise Unreadable(Issue("file_unsafe", "the XML of the workbook is not UTF-8", name))
        if _DECLARATION.search(start):
            raise Unreadable(Issue("file_unsafe", "DTD not allowed in a workbook", name))
        # To the end, so that a member larger than it says is found by its wrong checksum.
        # Sheets are read to their end afterwards.
        for _ in pieces if "/worksheets/" not in member else ():
            pass
