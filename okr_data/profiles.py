"""Saved mappings: what a person said once about a kind of file, found again next quarter.

A profile is a TOML file in the folder ``profiles`` of the data folder; it can be read, edited
and given to the command line. Its name comes from a person and never becomes a path as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

from okr_data.errors import OkrError
from okr_data.ingest.mapping import Mapping, parse_mapping
from okr_data.journal import sync


def profile_key(name: str) -> str:
    """Return the file name of a profile: letters and digits of its name, at most 60.

    Where that loses a part of the name (other alphabets, very long ones) a digest of the whole
    name follows, so that two names never share a file by that.
    """
    decomposed = unicodedata.normalize("NFKD", name.strip())
    plain = decomposed.encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    lost = any(c.isalnum() and not c.isascii() for c in decomposed)
    if not lost and key and len(key) <= 60:
        return key
    digest = hashlib.sha256(decomposed.lower().encode("utf-8", "replace")).hexdigest()[:8]
    return f"{key[:60].strip('-') or 'profile'}-{digest}"


class Profiles:
    """The profiles of one data folder."""

    def __init__(self, data_folder: Path) -> None:
        self.folder = data_folder / "profiles"

    def all(self) -> tuple[Mapping, ...]:
        """Return every profile that reads; one that does not is named by :meth:`broken`."""
        return tuple(found for path in self._paths() if (found := self._read(path)) is not None)

    def broken(self) -> dict[str, str]:
        """Return what is wrong with profiles that do not read, by file name."""
        wrong = {}
        for path in self._paths():
            try:
                parse_mapping(path.stem, path.read_text("utf-8"))
            except (OkrError, OSError, UnicodeDecodeError) as error:
                wrong[path.name] = str(error)
        return wrong

    def get(self, name: str) -> Mapping:
        """Return the profile of a name. Raises OkrError, naming those that exist."""
        path = self.folder / f"{profile_key(name)}.toml"
        if not path.exists():
            known = ", ".join(mapping.title for mapping in self.all()) or "none yet"
            raise OkrError(f"There is no profile “{name}”. Saved: {known}.")
        return parse_mapping(path.stem, path.read_text("utf-8"))

    def save(self, name: str, mapping: Mapping) -> Mapping:
        """Save a mapping under a name; a profile of that name is replaced."""
        saved = replace(mapping, name=profile_key(name), title=name.strip(), evidence="yours")
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{saved.name}.toml"
        beside = path.with_name(f".{saved.name}.new")
        beside.write_text(saved.to_toml(), "utf-8")
        sync(beside)
        os.replace(beside, path)
        sync(self.folder)
        return saved

    def delete(self, name: str) -> None:
        """Forget a profile; imports that used it keep the mapping in their manifest."""
        (self.folder / f"{profile_key(name)}.toml").unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.toml")) if self.folder.exists() else []

    def _read(self, path: Path) -> Mapping | None:
        try:
            return parse_mapping(path.stem, path.read_text("utf-8"))
        except (OkrError, OSError, UnicodeDecodeError):
            return None
