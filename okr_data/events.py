"""What happens to the data, told to a log: one JSON object a line, for who runs the dashboard.

Events go to the logger ``okr_data.events`` of the standard library, at level INFO. They are
written where the environment variable ``OKR_LOG`` says: the path of a file, or ``-`` for the
standard error; without it nothing is. An event carries names of files, ids, counts and seconds.
It never carries a cell, a title, a remark, a name of a person or the message of an exception,
which may quote one.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

#: Names the variable that says where events are written.
VARIABLE = "OKR_LOG"
#: Longest text of an event, in characters: a file may be called anything.
LONGEST = 200

logger = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object: when, which event, which process, and what it says."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = getattr(record, "said", {})
        line = {"time": when, "event": record.getMessage(), "process": record.process, **said}
        return json.dumps(line, ensure_ascii=False, default=str)


def listen() -> None:
    """Write events where ``OKR_LOG`` says, from now on; called again, it changes nothing.

    A file that cannot be written is said once on the standard error, which then takes its place:
    nobody's import fails for the sake of a log.
    """
    target = os.environ.get(VARIABLE, "").strip()
    if not target or any(isinstance(h.formatter, JsonLines) for h in logger.handlers):
        return
    handler = _handler(target)
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _handler(target: str) -> logging.Handler:
    if target == "-":
        return logging.StreamHandler(sys.stderr)
    try:
        # It notices that the file was moved away, as whoever rotates logs does.
        return logging.handlers.WatchedFileHandler(target, encoding="utf-8")
    except OSError as error:
        print(f"{VARIABLE}={target} cannot be written ({error}); events go here.", file=sys.stderr)
        return logging.StreamHandler(sys.stderr)


def tell(event: str, /, **said: object) -> None:
    """Tell an event; what is None is left out, and texts are cut at 200 characters."""
    if logger.isEnabledFor(logging.INFO):
        kept = {name: _short(value) for name, value in said.items() if value is not None}
        logger.info(event, extra={"said": kept})


def _short(value: object) -> object:
    if isinstance(value, str):
        return value[:LONGEST]
    if isinstance(value, float):
        return round(value, 3)
    return [_short(one) for one in value] if isinstance(value, list | tuple) else value


def places_of(error: BaseException) -> list[str]:
    """Return where an exception came from, outermost first: file, line and function, no values."""
    project = Path(__file__).resolve().parent.parent
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(project)]
    ours = [frame for frame in ours if "site-packages" not in frame.filename]
    return [
        f"{Path(frame.filename).relative_to(project).as_posix()}:{frame.lineno} {frame.name}"
        for frame in ours[-8:]
    ]


def refused(files: Sequence[str], codes: dict[str, int], **said: object) -> None:
    """Tell that an upload was not taken: its file names and how many issues of each kind."""
    tell("import_refused", files=list(files), issues=codes, **said)
