"""Progress of a long work on a bar, as often as somebody can see it."""

from __future__ import annotations

import time

from streamlit.delta_generator import DeltaGenerator

from okr_data.store import Progress
from okr_data.texts import mark, t

#: Seconds between two steps that are shown: a small import does fifty of them in a tenth of a second,
#: and the browser draws each one.
INTERVAL = 0.25
#: The steps that the store and the readers tell.
_STEPS = (
    mark("reading the files"), mark("recognising the tables"), mark("making the draft"),
    mark("copying the published database"), mark("looking for what changes"),
    mark("writing the journal"), mark("publishing"), mark("done"), mark("reading the journal"),
    mark("publishing what the journal holds"), mark("loading the rows"), mark("looking for loops"),
)  # fmt: skip


def shown_on(bar: DeltaGenerator, doing: str) -> Progress:
    """Return what shows steps on a bar, beginning after the first interval.

    ``doing`` is translated already.
    """
    shown = time.monotonic()

    def show(step: str, done: float) -> None:
        nonlocal shown
        if (now := time.monotonic()) - shown >= INTERVAL:
            shown = now
            bar.progress(min(done, 1.0), text=t("{doing}: {step} …", doing=doing, step=t(step)))

    return show
