"""Files and folders that are written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from okr_data.errors import OkrError
from okr_data.texts import t


class NotWritten(OkrError):
    """A file or folder could not be written; what was there before is as it was."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name and rename it. Raises NotWritten."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:80]}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_mask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
        raise NotWritten(_message(path, error)) from error


@contextmanager
def writing_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that takes the place of ``path`` at the end.

    Raises NotWritten, also where there is something of that name already that is not empty.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise NotWritten(t("{path} is not empty; nothing was written.", path=path))
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name[:80]}.", dir=path.parent))
        yield temporary
        os.chmod(temporary, 0o777 & ~_mask())
        if path.exists():
            path.rmdir()
        os.replace(temporary, path)
    except OSError as error:
        raise NotWritten(_message(path, error)) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _message(path: Path, error: OSError) -> str:
    return t(
        "{path} cannot be written ({reason}). Nothing was changed.",
        path=path, reason=error.strerror or error,
    )  # fmt: skip
