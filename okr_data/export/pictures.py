"""Pictures of charts: PNG, SVG and PDF by the warm browser, and pages that need nothing else.

A picture says by itself what it shows: title, filters and as-of day, definition and source are
part of it. Texts given here are plain text; they are escaped and wrapped here.
"""

from __future__ import annotations

import copy
import html
import textwrap
import unicodedata
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from okr_data.charts.theme import DARK, FONT, LIGHT, Palette, escape
from okr_data.export.browser import NoBrowser, PictureFailed, ask, browser_path, what_to_install
from okr_data.texts import language, t

#: Pixels: wide enough for the labels of every chart, and half a slide at twice the density.
WIDTH = 1000
HEIGHT = 420
#: Pixels of a PNG for each of the picture.
SCALE = 2
_EDGE = 24
_TITLE, _SUBTITLE, _NOTE = 20, 14, 12
#: Height of a line and mean width of a letter, as parts of the size of the font.
_LINE, _LETTER = 1.3, 0.49
_TITLE_LINES, _SUBTITLE_LINES, _DEFINITION_LINES, _SOURCE_LINES = 3, 2, 4, 2

__all__ = [
    "HEIGHT", "WIDTH", "NoBrowser", "PictureFailed", "browser_path", "framed", "page",
    "palette_of", "pdf", "png", "script_safe", "svg", "what_to_install",
]  # fmt: skip


def palette_of(figure: go.Figure) -> Palette:
    """Return the colours in which a figure was drawn."""
    return DARK if figure.layout.font.color == DARK.text else LIGHT


def framed(
    figure: go.Figure,
    title: str,
    subtitle: str = "",
    definition: str = "",
    source: str = "",
    *,
    width: int = WIDTH,
    height: int | None = None,
) -> go.Figure:
    """Return a copy of a figure with its title above and its definition and source below.

    ``height`` is that of the chart itself; what is written comes on top of it.
    """
    found = copy.deepcopy(figure)
    palette = palette_of(figure)
    head = _Block(width)
    head.add(title, _TITLE, palette.text, _TITLE_LINES, bold=True)
    head.add(subtitle, _SUBTITLE, palette.muted, _SUBTITLE_LINES)
    foot = _Block(width)
    foot.add(definition, _NOTE, palette.muted, _DEFINITION_LINES)
    foot.add(source, _NOTE, palette.muted, _SOURCE_LINES)
    margin = found.layout.margin
    chart = height or found.layout.height or HEIGHT
    labels = max(margin.b if margin.b is not None else 8, _room_for_labels(found))
    above, below = head.height + _EDGE + 14, foot.height + _EDGE
    right = max(margin.r if margin.r is not None else 8, _EDGE)
    inner = labels - (margin.b if margin.b is not None else 8)
    found.update_layout(
        width=width,
        height=chart + above + below + inner,
        paper_bgcolor=palette.surface,
        title=None,
        margin={
            "t": (margin.t if margin.t is not None else 8) + above,
            "b": labels + below,
            "l": max(margin.l if margin.l is not None else 8, _EDGE),
            "r": right,
        },
    )
    shared = {
        "xref": "paper", "yref": "paper", "x": 1, "xanchor": "right", "xshift": right - _EDGE,
        "width": width - 2 * _EDGE, "align": "left", "showarrow": False, "borderpad": 0,
    }  # fmt: skip
    found.update_layout(
        title={
            "text": head.text, "x": 0, "xref": "container", "xanchor": "left", "pad": {"l": _EDGE},
            "y": 1 - (_EDGE + 6) / found.layout.height, "yref": "container", "yanchor": "top",
            "automargin": False, "font": {"family": FONT, "size": _TITLE, "color": palette.text},
        }
    )  # fmt: skip
    if foot.text:
        found.add_annotation(
            text=foot.text, y=0, yanchor="bottom", yshift=-(labels + below) + _EDGE - 10,
            font={"family": FONT, "size": _NOTE, "color": palette.muted}, **shared,
        )  # fmt: skip
    return found


class _Block:
    """Lines of text below each other and the height that they need, in pixels."""

    def __init__(self, width: int) -> None:
        self._width = width - 2 * _EDGE
        self._parts: list[str] = []
        self.height = 0

    def add(self, text: str, size: int, colour: str, lines: int, bold: bool = False) -> None:
        """Add a text, wrapped, with an ellipsis where it is cut."""
        letters = max(20, int(self._width / (size * _LETTER * (1.06 if bold else 1))))
        for line in _wrapped(text, letters, lines):
            inner = f"<b>{escape(line)}</b>" if bold else escape(line)
            self._parts.append(f'<span style="font-size:{size}px;color:{colour}">{inner}</span>')
            self.height += round(size * _LINE)

    @property
    def text(self) -> str:
        return "<br>".join(self._parts)


def _wrapped(text: str, letters: int, lines: int) -> list[str]:
    if any(unicodedata.east_asian_width(letter) in "WF" for letter in text):
        letters //= 2
    parts = textwrap.wrap(" ".join(text.split()), letters)
    if len(parts) > lines:
        parts = parts[:lines]
        parts[-1] = parts[-1][: letters - 1].rstrip() + "…"
    return parts


def _room_for_labels(figure: go.Figure) -> int:
    """Return the pixels that tick labels and titles of axes take below the plot.

    Plotly grows a margin that is too small when it draws; what stands below must know before.
    """
    needed = 0
    for axis in figure.select_xaxes():
        if axis.visible is False or axis.side == "top" or not _has_axis(figure):
            continue
        room = 0
        if axis.showticklabels is not False:
            lines = 1 + max((str(text).count("<br>") for text in axis.ticktext or ()), default=0)
            room += 12 + round((axis.tickfont.size or 12) * _LINE * lines)
        if axis.title.text:
            room += 24
        needed = max(needed, room)
    return needed


def _has_axis(figure: go.Figure) -> bool:
    return any(hasattr(trace, "xaxis") for trace in figure.data)


def png(
    figure: go.Figure, *, width: int | None = None, height: int | None = None, scale: float = SCALE
) -> bytes:
    """Draw a figure as PNG. Raises NoBrowser or PictureFailed."""
    return _drawn(figure, "png", width, height, scale)


def svg(figure: go.Figure, *, width: int | None = None, height: int | None = None) -> bytes:
    """Draw a figure as SVG. Raises NoBrowser or PictureFailed."""
    return _drawn(figure, "svg", width, height, 1)


def pdf(figure: go.Figure, *, width: int | None = None, height: int | None = None) -> bytes:
    """Draw a figure as one page PDF, in vectors. Raises NoBrowser or PictureFailed."""
    return _drawn(figure, "pdf", width, height, 1)


def _drawn(
    figure: go.Figure, kind: str, width: int | None, height: int | None, scale: float
) -> bytes:
    opts: dict[str, Any] = {
        "format": kind,
        "width": width or figure.layout.width or WIDTH,
        "height": height or figure.layout.height or HEIGHT,
        "scale": scale,
    }
    spec = figure.to_plotly_json()
    return ask(lambda kaleido: kaleido.calc_fig(spec, opts))


def script_safe(json_text: str) -> str:
    """Return JSON that cannot end the script in which it stands."""
    return (
        json_text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def page(
    figure: go.Figure, title: str, subtitle: str = "", definition: str = "", source: str = ""
) -> bytes:
    """Return a page with an interactive figure that needs no network: plotly.js is inside."""
    palette = palette_of(figure)
    found = copy.deepcopy(figure)
    found.update_layout(paper_bgcolor=palette.surface, width=None, autosize=True)
    save_png, save_svg = t("Save as PNG"), t("Save as SVG")
    saved = framed(figure, title, subtitle, definition, source)
    parts = "".join(
        f'<{tag} dir="auto">{html.escape(text)}</{tag}>'
        for tag, text in (("h1", title), ("h2", subtitle))
        if text
    )
    notes = "".join(f"<p>{html.escape(text)}</p>" for text in (definition, source) if text)
    text = f"""<!doctype html>
<html lang="{language()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:;
 style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{html.escape(title)}</title>
<style>
body {{ margin: 2rem auto; max-width: 75rem; padding: 0 1.5rem; font-family: {FONT};
 color: {palette.text}; background: {palette.surface}; }}
h1 {{ font-size: 1.4rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1rem; font-weight: 400; margin: 0 0 1.2rem; }}
h2, p {{ color: {palette.muted}; }}
button {{ font: inherit; font-size: .85rem; color: {palette.accent}; background: none; border: 0;
 padding: .3rem .8rem .3rem 0; cursor: pointer; }}
@media print {{ button {{ display: none; }} }}
p {{ font-size: .85rem; margin: .3rem 0; max-width: 60rem; }}
</style>
<script>{get_plotlyjs()}</script>
</head>
<body>
<main><header>{parts}</header>
<div id="chart"></div>
<footer>{notes}</footer>
<button data-kind="png">{html.escape(save_png)}</button>
<button data-kind="svg">{html.escape(save_svg)}</button></main>
<script>
const figure = {script_safe(found.to_json())};
Plotly.newPlot("chart", figure.data, figure.layout, {{responsive: true, displayModeBar: false}});
const saved = {script_safe(saved.to_json())};
for (const button of document.querySelectorAll("button")) button.onclick = () => Plotly.downloadImage(
  saved, {{format: button.dataset.kind, width: saved.layout.width, height: saved.layout.height,
  scale: button.dataset.kind === "png" ? {SCALE} : 1, filename: document.title.slice(0, 80)}});
</script>
</body>
</html>
"""
    return text.encode()
