"""Views that people saved under a name: a page with its filters, for all readers of a data folder.

They are kept in ``views.toml`` of the data folder, which is replaced as a whole under the writer's
lock. They say nothing about figures, so they are no part of the journal and no database is made
anew for them. A file that somebody broke is told and never overwritten.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import tomli_w

from okr_data.errors import OkrError
from okr_data.journal import sync
from okr_data.store import Store
from okr_data.texts import number, t

FILE = "views.toml"
#: Longest name, in characters: what a menu shows in one line or two.
NAME_LENGTH = 80
#: More are no longer found in a menu; each one is a person's, so nobody gets near it by chance.
MOST = 200


@dataclass(frozen=True)
class SavedView:
    """A page and what its address says, as a query string; ``name`` is user text."""

    name: str
    page: str
    query: str
    saved_at: str = ""


class SavedViews:
    """The saved views of one data folder."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = store.folder / FILE

    def all(self) -> tuple[SavedView, ...]:
        """Return every view by name. Raises OkrError where the file does not read."""
        return tuple(sorted(self._read(), key=lambda view: (view.name.casefold(), view.name)))

    def save(self, view: SavedView) -> SavedView:
        """Save a view under its name; one of that name is replaced.

        Raises OkrError for a name that is none or too long and where there are too many, StoreBusy.
        """
        saved = replace(view, name=_checked(view.name), saved_at=_now())
        with self._store.writing():
            others = [each for each in self._read() if each.name != saved.name]
            if len(others) >= MOST:
                raise OkrError(t("There are {n} saved views; remove one first.", n=number(MOST)))
            self._write([*others, saved])
        return saved

    def rename(self, name: str, new_name: str) -> None:
        """Give a view another name. Raises OkrError where that is taken or the view is gone."""
        checked = _checked(new_name)
        with self._store.writing():
            views = self._read()
            if name not in {view.name for view in views}:
                raise OkrError(t("There is no saved view “{name}” any more.", name=name))
            if checked != name and checked in {view.name for view in views}:
                raise OkrError(t("There is a saved view “{name}” already.", name=checked))
            self._write([replace(v, name=checked) if v.name == name else v for v in views])

    def remove(self, name: str) -> None:
        """Forget a view; one that is gone already is no error."""
        with self._store.writing():
            self._write([view for view in self._read() if view.name != name])

    def _read(self) -> list[SavedView]:
        if not self._path.exists():
            return []
        try:
            raw = tomllib.loads(self._path.read_text("utf-8"))
            return [
                SavedView(*(str(each.get(key, "")) for key in SavedView.__dataclass_fields__))
                for each in raw.get("view", [])
                if each.get("name")
            ]
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise OkrError(
                t("{file} in the data folder does not read: {error}", file=FILE, error=error)
            ) from error

    def _write(self, views: list[SavedView]) -> None:
        beside = self._path.with_name(f".{FILE}.new")
        beside.write_text(tomli_w.dumps({"view": [asdict(view) for view in views]}), "utf-8")
        sync(beside)
        os.replace(beside, self._path)
        sync(Path(self._path.parent))


def _checked(name: str) -> str:
    """Return a name in one line. Raises OkrError where it is none or too long."""
    checked = " ".join("".join(c for c in name if c.isprintable() or c.isspace()).split())
    if not checked:
        raise OkrError(t("A saved view needs a name."))
    if len(checked) > NAME_LENGTH:
        raise OkrError(
            t(
                "A name has at most {most} characters; this one has {n}.",
                most=number(NAME_LENGTH),
                n=number(len(checked)),
            )
        )
    return checked


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
