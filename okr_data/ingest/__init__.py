"""From uploaded bytes to a draft that the store can accept: read, recognise, straighten, settle.

:func:`prepare` does all of it in this process; :mod:`okr_data.ingest.apart` runs it in a child
process with limits, which is what pages and commands use.
"""

from __future__ import annotations

from okr_data.ingest.draft import Known
from okr_data.ingest.formats import FORMATS, Format
from okr_data.ingest.grid import Upload
from okr_data.ingest.preparing import Prepared, Reading, TableSeen, prepare

__all__ = ["FORMATS", "Format", "Known", "Prepared", "Reading", "TableSeen", "Upload", "prepare"]
