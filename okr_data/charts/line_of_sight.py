"""The line of sight as one picture: company goals on top, the focus, its work below.

Data step: :func:`sight_drawing` places boxes and lines in pixels; only the width stretches with
the screen. Figure step: :func:`sight_figure`. Each box says in words what its colour says, and
how a line is drawn says whether it contributes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.sight_boxes import (
    BAR,
    LABELS,
    LINE,
    LINKS,
    OUT,
    PAD,
    ROLE_WORDS,
    Box,
    Drawing,
    Line,
    sight_graph,
)
from okr_data.charts.sight_layout import NARROW_WIDTH, WIDTH, layers, rails
from okr_data.charts.theme import Palette, base_layout, escape, gap_colour, is_known, text_trace
from okr_data.texts import mark, number, t

#: How lines are drawn that do not contribute.
_DASHES = {
    "aligned": "dash", "dropped": "dash", "unknown": "dot", "kept_out": "dot", "too_deep": "dot",
}  # fmt: skip


def sight_drawing(
    nodes: pd.DataFrame, edges: pd.DataFrame, narrow: bool = False, width: float = WIDTH
) -> Drawing:
    """Return the picture of a line of sight.

    ``nodes`` and ``edges`` are those of :class:`okr_data.line_of_sight.LineOfSight`. ``narrow``
    is for a phone: one box a row, the lines as rails. ``width`` is about that of the screen.
    """
    graph = sight_graph(nodes, edges)
    if narrow:
        return rails(graph, NARROW_WIDTH if width == WIDTH else width)
    return layers(graph, width)


# --- the figure ----------------------------------------------------------------------


def sight_figure(drawing: Drawing, palette: Palette) -> go.Figure:
    """Draw the picture; the points behind the boxes carry the node's key for a click."""
    traces = [
        *_bar_traces(drawing, palette),
        *_text_traces(drawing, palette),
        _label_trace(drawing, palette),
        _hover_trace(drawing),
    ]
    layout = base_layout(
        palette,
        int(drawing.height),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        # Lines lie under the boxes.
        shapes=[
            *_line_shapes(drawing, palette),
            *(_shape(box, palette) for box in drawing.boxes),
        ],
        xaxis={"visible": False, "fixedrange": True, "range": [-2, drawing.width + 12]},
        yaxis={"visible": False, "fixedrange": True, "range": [drawing.height, 0]},
        hovermode="closest",
        hoverdistance=60,
        clickmode="event+select",
        dragmode=False,
    )
    return go.Figure(traces, layout)


def _shape(box: Box, palette: Palette) -> dict[str, Any]:
    """Return the rounded rectangle of a box: filled with its gap to pace, the focus set off."""
    r = 6.0 if box.kind in ("objective", "unknown") else 4.0
    x0, y0, x1, y1 = box.left, box.top, box.left + box.width, box.bottom
    path = (
        f"M{x0 + r},{y0} L{x1 - r},{y0} Q{x1},{y0} {x1},{y0 + r} L{x1},{y1 - r} "
        f"Q{x1},{y1} {x1 - r},{y1} L{x0 + r},{y1} Q{x0},{y1} {x0},{y1 - r} "
        f"L{x0},{y0 + r} Q{x0},{y0} {x0 + r},{y0} Z"
    )
    line: dict[str, Any] = {"color": palette.grid, "width": 1}
    if box.role == "focus" and box.kind != "more":
        line = {"color": palette.accent, "width": 3}
    elif box.state != "living":
        line = {"color": palette.muted, "width": 1.2, "dash": "dot"}
    return {
        "type": "path", "path": path, "layer": "below", "line": line,
        "fillcolor": _fill(box, palette),
    }  # fmt: skip


def _fill(box: Box, palette: Palette) -> str:
    if box.kind == "more" or box.state in ("unknown", "dropped"):
        return palette.surface
    return gap_colour(box.gap, palette)


def _ink(box: Box, palette: Palette) -> str:
    plain = box.kind == "more" or box.state in ("unknown", "dropped")
    return palette.muted if plain else palette.on_colour


def _line_shapes(drawing: Drawing, palette: Palette) -> list[dict[str, Any]]:
    """Return one path a way of drawing: lines that contribute are solid, the way up is strong."""
    by_style: dict[tuple[float, str, str], list[Line]] = defaultdict(list)
    for line in drawing.lines:
        width, colour = (2.4, palette.accent) if line.upwards else (1.4, palette.muted)
        if line.kind in OUT:
            width, colour = 1.8, palette.behind
        by_style[width, colour, _DASHES.get(line.kind, "solid")].append(line)
    return [
        {
            "type": "path",
            "layer": "below",
            "fillcolor": "rgba(0,0,0,0)",
            "path": " ".join(map(_path, by_style[style])),
            "line": {"width": style[0], "color": style[1], "dash": style[2]},
        }
        for style in sorted(by_style)  # the strong ones above the others
    ]


def _path(line: Line) -> str:
    (x, y), *rest = line.path
    return f"M{x:.1f},{y:.1f} " + " ".join(f"L{a:.1f},{b:.1f}" for a, b in rest)


def _bar_traces(drawing: Drawing, palette: Palette) -> list[go.Scatter]:
    """Return the progress bars: the whole, what is done, and where it should be by now."""
    measured = [box for box in drawing.boxes if box.words and is_known(box.progress)]
    inner = [(box, box.left + PAD, box.width - 2 * PAD) for box in measured]
    whole = [(left, left + width, box.bottom - PAD - 1) for box, left, width in inner]
    done = [
        (left, left + width * min(max(float(box.progress or 0), 0), 1), box.bottom - PAD - 1)
        for box, left, width in inner
        if box.progress
    ]
    ticks = [
        (left + width * float(box.expected or 0), box.bottom - PAD - 1)
        for box, left, width in inner
        if is_known(box.expected)
    ]
    return [
        _bars(whole, palette.on_colour, 0.16),
        _bars(done, palette.on_colour, 0.72),
        go.Scatter(
            x=[x for x, _ in ticks],
            y=[y for _, y in ticks],
            mode="markers",
            hoverinfo="skip",
            marker={
                "symbol": "line-ns",
                "size": 11,
                "line": {"width": 2, "color": palette.on_colour},
            },
            unselected={"marker": {"opacity": 1}},
        ),
    ]


def _bars(spans: list[tuple[float, float, float]], colour: str, opacity: float) -> go.Scatter:
    return go.Scatter(
        x=[v for left, right, _ in spans for v in (left, right, None)],
        y=[v for _, _, y in spans for v in (y, y, None)],
        mode="lines",
        hoverinfo="skip",
        opacity=opacity,
        line={"color": colour, "width": 5},
    )


def _text_traces(drawing: Drawing, palette: Palette) -> list[go.Scatter]:
    texts: dict[tuple[int, str], list[tuple[float, float, str]]] = defaultdict(list)
    for box in drawing.boxes:
        ink, x, y = _ink(box, palette), box.left + PAD - 1, box.top + PAD - 2
        if box.meta:
            figures = f" · <b>{escape(box.words)}</b>" if box.compact and box.words else ""
            texts[11, ink].append((x, y, escape(box.meta) + figures))
            y += LINE
        bold = box.kind == "objective" and box.state == "living"
        lines = [f"<b>{line}</b>" if bold else line for line in box.lines]
        texts[13, ink].append((x, y, "<br>".join(lines)))
        if box.words and not box.compact:
            texts[12, ink].append((x, box.bottom - PAD - BAR - LINE + 1, escape(box.words)))
    return [text_trace(entries, size, ink) for (size, ink), entries in texts.items()]


def _label_trace(drawing: Drawing, palette: Palette) -> go.Scatter:
    """Return the words at lines that carry nothing, beside the end at the child."""
    labels = [
        (*line.label, f" {LABELS[line.kind]} ")
        for line in drawing.lines
        if line.kind in LABELS and line.label is not None
    ]
    trace = text_trace([(x, y, text) for x, y, _, text in labels], 11, palette.muted)
    return trace.update(textposition=[f"middle {side}" for _, _, side, _ in labels])


def _hover_trace(drawing: Drawing) -> go.Scatter:
    """Return unseen points along each box, so that all of it answers."""
    at = [
        (box, box.left + box.width * share)
        for box in drawing.boxes
        for share in (0.1, 0.37, 0.63, 0.9)
    ]
    return go.Scatter(
        x=[x for _, x in at],
        y=[box.top + box.height / 2 for box, _ in at],
        mode="markers",
        marker={"size": 44, "opacity": 0, "symbol": "square"},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[[box.key, box.hover] for box, _ in at],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )


# --- words ---------------------------------------------------------------------------


def sight_rows(nodes: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    """Return the table twin: a row a node from the top down, with what each link leads to.

    Columns: key, place, title, what, department, owner, progress, gap, leads_to.
    """
    graph = sight_graph(nodes, edges)
    order = graph.topological()
    by_key = nodes.set_index("key")
    rows = []
    for key in order:
        box, node = graph.boxes[key], by_key.loc[key]
        leads = [
            t(LINKS[kind], parent=graph.boxes[parent].title)
            for parent, kind in graph.up[key].items()
            if kind in LINKS
        ]
        rows.append(
            {
                "key": key,
                "place": ROLE_WORDS[box.role],
                "title": box.title,
                "what": box.meta,
                "department": node["department"],
                "owner": node["owner"],
                "progress": node["progress"],
                "gap": node["gap"],
                "leads_to": "; ".join(leads),
            }
        )
    columns = [
        "key",
        "place",
        "title",
        "what",
        "department",
        "owner",
        "progress",
        "gap",
        "leads_to",
    ]
    return pd.DataFrame(rows, columns=columns)


def sight_alt(title: str, nodes: pd.DataFrame, edges: pd.DataFrame, goals: Sequence[str]) -> str:
    """Say in words what the picture shows."""
    roles = nodes.loc[nodes["kind"] != "more", "role"].value_counts()
    kinds = edges["kind"].value_counts()
    counts = [t(words, n=number(roles[role])) for role, words in _AROUND.items() if role in roles]
    flaws = [t(words, n=number(kinds[kind])) for kind, words in _FLAWS.items() if kind in kinds]
    around = ", ".join(counts) or t("nothing around it")
    text = (
        t(
            "Line of sight of {title}: leads to {goals}. {around}.",
            title=title, goals=", ".join(goals), around=around,
        )
        if goals
        else t(
            "Line of sight of {title}: leads to no company goal. {around}.",
            title=title, around=around,
        )
    )  # fmt: skip
    links = t("Links {kinds}.", kinds=", ".join(flaws))
    return f"{text} {links}" if flaws else text


#: How many stand where, and how many links carry nothing.
_AROUND = {
    "above": mark("{n} above"),
    "work": mark("{n} of its own work"),
    "below": mark("{n} below"),
}
_FLAWS = {
    "aligned": mark("{n} without contributing"),
    "dropped": mark("{n} to something dropped"),
    "unknown": mark("{n} to a parent that is not in the data"),
    "kept_out": mark("{n} kept out of a loop"),
}
