"""A few of the kills of tests/torture.py, which does three hundred."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed in groups")
def test_an_import_that_is_killed_is_whole_or_absent() -> None:
    """In a process of its own, since a fork of one with threads may hang."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture", "--kills", "3", "--seconds", "15", "--lanes", "1"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing acknowledged was lost, nothing was half" in done.stdout
