"""Any upload to grids: what a file is, its first bytes decide, not its name."""

from __future__ import annotations

import re

from okr_data.ingest.archive import JsonMember, read_archive, read_json
from okr_data.ingest.delimited import Advanced, read_delimited, unheard
from okr_data.ingest.grid import LIMITS, Grid, Limits, Unreadable, Upload
from okr_data.ingest.workbook import read_workbook
from okr_data.issues import Issue

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
#: Brackets with which JSON starts, and no header row does.
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")


def read_upload(
    upload: Upload, limits: Limits = LIMITS, advanced: Advanced = unheard
) -> list[Grid | JsonMember]:
    """Read one upload into its tables, or raise :class:`Unreadable`.

    ``advanced`` is told the share of a text file that is read, again and again.

    A workbook, an archive and text are told apart by their bytes: a ``.xls`` that holds CSV text
    is read as text. The name is only a label.
    """
    name, content = upload.name, upload.content
    if len(content) > limits.file:
        size, limit = len(content) / 2**20, limits.file / 2**20
        message = f"the file has {size:,.0f} MB; the limit is {limit:,.0f} MB"
        raise Unreadable(Issue("file_too_large", message, name))
    if content.startswith(_ZIP):
        return read_archive(name, content, limits)
    if content.startswith(_OLD_WORKBOOK):
        return list(read_workbook(name, content, limits))
    if content.lstrip()[:5] == b"{\\rtf":
        message = "this is formatted text (RTF), not a table: export the data as CSV"
        raise Unreadable(Issue("file_unreadable", message, name))
    if _JSON.match(content):
        return [read_json(name, "", content, limits)]
    return [read_delimited(name, content, limits, advanced)]
