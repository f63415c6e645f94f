"""The review deck: one .pptx that tells a board how it stands, with native charts and tables.

Every figure comes from the questions that the pages ask. It is made in memory: a file that is
half written does not exist.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import plotly.graph_objects as go

from okr_data.errors import OkrError
from okr_data.export import slides_board as board
from okr_data.export.pictures import NoBrowser, PictureFailed, png
from okr_data.export.slides import Slides
from okr_data.export.slides_figures import Figures, Remark, gather
from okr_data.export.template import TemplateRefused, load
from okr_data.queries import Filters
from okr_data.settings import Settings
from okr_data.store import Progress, Reader, part_of, silent
from okr_data.texts import mark, t

#: Draws a figure of a width and height in pixels; raises NoBrowser or PictureFailed.
Draw = Callable[[go.Figure, int, int], bytes]
#: What is being done, by the word that progress tells; translated where it is shown.
STEPS = {
    "figures": mark("asking for the figures"),
    "template": mark("opening the template"),
    "slides": mark("making the slides"),
    "pictures": mark("drawing the picture"),
    "writing": mark("writing the file"),
}


#: Pixels of a picture for each of its layout: sharp on a projector.
SHARPNESS = 3


def warm_png(figure: go.Figure, width: int, height: int) -> bytes:
    """Draw a picture by the warm browser of this process."""
    return png(figure, width=width, height=height, scale=SHARPNESS)


def template_of(settings: Settings, folder: Path) -> Path | None:
    """Return the template file that the settings of a data folder name; None = our own design."""
    named = settings.deck_template.strip()
    return (folder / named) if named else None


def make_deck(
    reader: Reader,
    filters: Filters,
    *,
    template: Path | None = None,
    remarks: Sequence[Remark] = (),
    since: date | None = None,
    progress: Progress = silent,
    draw: Draw | None = warm_png,
) -> bytes:
    """Make the review deck of what a filter holds on the reader's day, as the bytes of a .pptx.

    ``since``: the day that changes are told from; without it, the day of the import before.
    ``draw`` None: without pictures, as where no browser is installed.
    Raises TemplateRefused where the template is none.
    """
    progress(STEPS["template"], 0.0)
    look = load(template)
    asking = part_of(progress, 0.02, 0.45)
    figures = gather(
        reader, filters, since, remarks, lambda _, done: asking(STEPS["figures"], done)
    )
    slides = Slides(look, figures.source())
    making = part_of(progress, 0.45, 0.95)
    parts = _parts(figures, draw)
    for number, (step, part) in enumerate(parts):
        making(STEPS[step], number / len(parts))
        part(slides, figures)
    progress(STEPS["writing"], 0.95)
    made = slides.save()
    progress(STEPS["writing"], 1.0)
    return made


Part = Callable[[Slides, Figures], None]


def _parts(figures: Figures, draw: Draw | None) -> list[tuple[str, Part]]:
    """Return what the deck consists of, in order; of nothing it tells that there is nothing."""
    if not figures.overview.headline.objectives:
        return [("slides", board.nothing), ("slides", board.freshness)]

    def cascade(slides: Slides, figures: Figures) -> None:
        board.cascade(slides, figures, _drawn(figures, draw))

    parts: list[tuple[str, Part]] = [
        ("slides", each)
        for each in (
            board.cover, board.summary, board.levels, board.departments, board.goals_overview,
            board.goals, board.changes, board.remarks, board.attention, board.forecast,
            board.alignment,
        )
    ]  # fmt: skip
    return [
        *parts, ("pictures", cascade), ("slides", board.definitions), ("slides", board.freshness),
    ]  # fmt: skip


def _drawn(figures: Figures, draw: Draw | None) -> bytes | str:
    """Return the picture of the cascade, or why there is none."""
    if draw is None:
        return t("Without a picture: it was asked for without one.")
    try:
        return draw(board.cascade_figure(figures), board.PICTURE, board.PICTURE)
    except NoBrowser:
        return t("Without a picture: no browser is installed where this deck was made.")
    except PictureFailed:
        return t("Without a picture: the browser could not draw it.")


def write_deck(path: Path, deck: bytes) -> None:
    """Write a deck to a file, whole or not at all. Raises OkrError, as where the disk is full."""
    try:
        handle, name = tempfile.mkstemp(suffix=".pptx", dir=path.parent)
    except OSError as error:
        raise OkrError(t("{file} cannot be written: {reason}", file=path, reason=error)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(deck)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise OkrError(t("{file} cannot be written: {reason}", file=path, reason=error)) from error


__all__ = [
    "STEPS", "Draw", "Figures", "Remark", "TemplateRefused", "make_deck", "template_of", "warm_png",
    "write_deck",
]  # fmt: skip
