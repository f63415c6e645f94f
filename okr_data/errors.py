"""What can go wrong, in few kinds. Everything raised on purpose derives from :class:`OkrError`."""

from __future__ import annotations

from collections.abc import Sequence

from okr_data.issues import Issue


class OkrError(Exception):
    """Base of every error that this package raises on purpose."""


class FileRefused(OkrError):
    """An upload cannot be taken; nothing was changed. ``issues`` says why, row by row."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


class AlreadyImported(OkrError):
    """The same bytes are already in the history; nothing was changed."""

    def __init__(self, import_id: str) -> None:
        self.import_id = import_id
        super().__init__(
            f"These files are already in the history as import {import_id}. Nothing was changed."
        )


class DataChanged(OkrError):
    """What was checked was checked against data that is another by now; nothing was changed."""


class UnknownImport(OkrError):
    """No import of that id is in the history, or it is undone already."""


class StoreBusy(OkrError):
    """Another process writes to this data folder right now."""


class JournalUnreadable(OkrError):
    """A journal entry is damaged, or was written by a newer version of this program."""


class NoDatabase(OkrError):
    """Nothing has been published in this data folder yet."""


class ViewDefinitionError(OkrError):
    """A file under ``sql/`` contradicts its own header, or references go in a circle."""
