"""What this machine has."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def memory() -> int:
    """Return the bytes of memory that this process can have: the machine's, or its container's.

    0 where nobody tells, as on Windows.
    """
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
    with suppress(OSError, ValueError):
        return min(found, int(Path("/sys/fs/cgroup/memory.max").read_text("ascii")))
    return found
