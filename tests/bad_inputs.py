"""The collection of hostile files, where it lies beside the project; it is not part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "bad_inputs"


def bad_input(name: str) -> bytes:
    """Return the bytes of one file, or skip the test where there is none."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    return path.read_bytes()
