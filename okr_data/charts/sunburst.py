"""The cascade as a sunburst: rings of alignment around a centre, unaligned work as its own part.

An objective with several parents appears once below each, with an id of its own (the path);
area is the number of key results on the way down, so that parts add up. Only a few rings and
a few hundred sectors are sent, whatever the size of the organisation.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import (
    Palette,
    base_layout,
    escape,
    gap_colour,
    is_known,
    percent,
    points,
    wrap,
)

#: Rings around the centre; more would leave no room for names. Deeper ones open by a click.
RINGS = 2
MAX_SECTORS = 400
#: Children of one sector beyond this are gathered in one "n more".
MAX_CHILDREN = 30
CENTRE = "centre"
NO_SIGHT = "no line of sight"

STATE_REASONS = {
    "detached": "has a parent, but no way up to a company goal",
    "unresolved": "names a parent that is not in the data",
    "unaligned": "names no parent",
}


@dataclass(frozen=True)
class Sector:
    """One sector. ``item`` is the objective to drill into; "" for groups and the centre."""

    path: str
    parent: str
    item: str
    title: str
    size: float
    progress: float | None
    expected: float | None
    note: str
    kind: str
    ring: int = 0

    @property
    def gap(self) -> float | None:
        if self.progress is None or self.expected is None:
            return None
        return self.progress - self.expected


@dataclass(frozen=True)
class _Graph:
    """The nodes by id and the children of each, in a fixed order."""

    nodes: dict[str, dict[str, object]]
    children: dict[str, tuple[str, ...]]
    parents: dict[str, tuple[str, ...]]
    sizes: dict[str, float]


def cascade_sectors(
    nodes: pd.DataFrame, links: pd.DataFrame, focus: str | None = None, title: str = "Company"
) -> list[Sector]:
    """Return the sectors around a centre: the whole cascade, or one objective of it.

    ``nodes`` and ``links`` are those of :func:`okr_data.queries.cascade`.
    """
    graph = _graph(nodes, links)
    if focus is not None and focus in graph.nodes:
        sectors = [_sector(graph, focus, "", focus)]
        _grow(graph, sectors, focus, focus, RINGS)
        return _sized(sectors)
    # The centre has no figure of its own: one over all levels would be a mean of means.
    sectors = [Sector(CENTRE, "", "", title, 0, None, None, "", "centre")]
    tops = [i for i in graph.nodes if graph.nodes[i]["level"] == "company" and not graph.parents[i]]
    for top in _ordered(graph, tops):
        sectors.append(_sector(graph, top, CENTRE, top))
        _grow(graph, sectors, top, top, RINGS - 1)
    _add_unaligned(graph, sectors)
    return _sized(sectors)


def _graph(nodes: pd.DataFrame, links: pd.DataFrame) -> _Graph:
    known = nodes.astype(object).where(nodes.notna(), None)
    by_id = {row["objective_id"]: row for row in known.to_dict("records")}
    children: dict[str, list[str]] = defaultdict(list)
    parents: dict[str, list[str]] = defaultdict(list)
    for child, parent in zip(links["objective_id"], links["parent_id"], strict=True):
        children[parent].append(child)
        parents[child].append(parent)
    below = {item: tuple(children.get(item, ())) for item in by_id}
    return _Graph(
        by_id, below, {item: tuple(parents.get(item, ())) for item in by_id}, _sizes(by_id, below)
    )


def _sizes(
    nodes: dict[str, dict[str, object]], children: dict[str, tuple[str, ...]]
) -> dict[str, float]:
    """Return the key results of each objective and of everything below it, along every path.

    Children come before parents in the order, so that each objective is summed once.
    An objective without key results counts as one, or it would be invisible.
    """
    sizes: dict[str, float] = {}
    for item in TopologicalSorter(children).static_order():
        own = float(nodes[item]["key_results"])  # type: ignore[arg-type]
        sizes[item] = max(1.0, own) + sum(sizes[child] for child in children[item])
    return sizes


def _ordered(graph: _Graph, ids: list[str]) -> list[str]:
    return sorted(ids, key=lambda i: (str(graph.nodes[i]["title"]).lower(), i))


def _sector(graph: _Graph, item: str, parent: str, path: str) -> Sector:
    node = graph.nodes[item]
    progress, expected = node["progress"], node["expected_progress"]
    place = " · ".join(
        escape(str(part))
        for part in (node["level"], node["department"], node["cycle"])
        if part is not None
    )
    count = int(node["key_results"])  # type: ignore[call-overload]
    measured = int(node["measured"])  # type: ignore[call-overload]
    note = (
        f"{place}<br>{measured} of {count} key results measured"
        if count
        else f"{place}<br>no key results"
    )
    return Sector(
        path,
        parent,
        item,
        str(node["title"]),
        graph.sizes[item],
        None if progress is None else float(progress),  # type: ignore[arg-type]
        None if expected is None else float(expected),  # type: ignore[arg-type]
        note,
        "context" if node["context"] else "objective",
    )


def _grow(graph: _Graph, sectors: list[Sector], item: str, path: str, rings: int) -> None:
    """Add the rings below one sector; what does not fit is gathered in "n more"."""
    children = _ordered(graph, list(graph.children[item]))
    if rings == 0 or not children:
        return
    shown, rest = children[:MAX_CHILDREN], children[MAX_CHILDREN:]
    if len(sectors) + len(shown) > MAX_SECTORS:
        shown, rest = [], children
    for child in shown:
        below = f"{path}/{child}"
        sectors.append(_sector(graph, child, path, below))
        _grow(graph, sectors, child, below, rings - 1)
    if rest:
        sectors.append(_more(path, len(rest), sum(graph.sizes[child] for child in rest)))


def _more(path: str, count: int, size: float) -> Sector:
    return Sector(
        f"{path}/more", path, "", f"{count} more", size, None, None, "in the table below", "more"
    )


def _add_unaligned(graph: _Graph, sectors: list[Sector]) -> None:
    """Show work that leads nowhere as its own part of the circle, the reason in the hover."""
    without_sight = [i for i, n in graph.nodes.items() if n["alignment_state"] in STATE_REASONS]
    lost = [item for item in without_sight if not graph.parents[item]]
    if not lost:
        return
    note = f"{len(without_sight)} objectives lead to no company goal"
    sectors.append(Sector(NO_SIGHT, CENTRE, "", "No line of sight", 0, None, None, note, "group"))
    items = _ordered(graph, lost)
    for item in items[:MAX_CHILDREN]:
        sector = _sector(graph, item, NO_SIGHT, f"{NO_SIGHT}/{item}")
        reason = STATE_REASONS[str(graph.nodes[item]["alignment_state"])]
        sectors.append(replace(sector, note=f"{sector.note}<br>{reason}"))
    if rest := items[MAX_CHILDREN:]:
        sectors.append(_more(NO_SIGHT, len(rest), sum(graph.sizes[item] for item in rest)))


def _sized(sectors: list[Sector]) -> list[Sector]:
    """Give each sector its ring, and as size the sum below it or its key results at the rim."""
    below: dict[str, float] = defaultdict(float)
    rings = {sectors[0].path: 0}
    for sector in sectors[1:]:
        rings[sector.path] = rings[sector.parent] + 1
    sized: list[Sector] = []
    for sector in reversed(sectors):  # a sector always comes after the one above it
        size = below[sector.path] or sector.size or 1.0
        below[sector.parent] += size
        sized.append(replace(sector, size=size, ring=rings[sector.path]))
    return sized[::-1]


def sunburst_figure(sectors: list[Sector], palette: Palette, height: int = 560) -> go.Figure:
    """Draw the sectors; colour is the gap to pace, and the gap stands in the label too."""
    trace = go.Sunburst(
        ids=[s.path for s in sectors],
        labels=[_label(s) for s in sectors],
        parents=[s.parent for s in sectors],
        values=[s.size for s in sectors],
        branchvalues="total",
        sort=False,
        insidetextorientation="auto",
        maxdepth=RINGS + 1,
        marker={
            "colors": [_colour(s, palette) for s in sectors],
            "line": {"color": palette.surface, "width": 2},
            "pattern": {
                "shape": [
                    "/" if s.kind == "objective" and not is_known(s.progress) else ""
                    for s in sectors
                ],
                "size": 6,
                "solidity": 0.18,
                "fillmode": "overlay",
                "fgcolor": palette.muted,
            },
        },
        textfont={"color": palette.on_colour, "size": 12},
        customdata=[
            [escape(s.title), percent(s.progress, 1), percent(s.expected, 1), points(s.gap), s.note]
            for s in sectors
        ],
        hovertemplate=[_hover(s) for s in sectors],
    )
    layout = base_layout(
        palette,
        height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        uniformtext={"minsize": 10, "mode": "hide"},
    )
    return go.Figure(trace, layout)


def _label(sector: Sector) -> str:
    """Write as much as a ring has room for; the hover has the whole title."""
    if sector.kind in ("centre", "group", "more"):
        return wrap(sector.title, 14, 2)
    text = wrap(sector.title, 18, 3) if sector.ring < RINGS else wrap(sector.title, 17, 2)
    return f"{text}<br>{points(sector.gap)}" if is_known(sector.gap) else text


def _hover(sector: Sector) -> str:
    if sector.kind in ("group", "more", "centre"):
        return "<b>%{customdata[0]}</b><br>%{customdata[4]}<extra></extra>"
    return (
        "<b>%{customdata[0]}</b><br>progress %{customdata[1]}, expected %{customdata[2]}"
        "<br>%{customdata[3]}<br>%{customdata[4]}<extra></extra>"
    )


def _colour(sector: Sector, palette: Palette) -> str:
    if sector.kind in ("group", "centre"):
        return palette.track
    return gap_colour(sector.gap, palette)


def tree_rows(nodes: pd.DataFrame, links: pd.DataFrame, focus: str | None = None) -> pd.DataFrame:
    """Return the table twin: every objective of the cascade in tree order with its depth.

    An objective stands once below each of its parents. Work without line of sight comes last.
    """
    graph = _graph(nodes, links)
    starts = (
        [focus]
        if focus in graph.nodes
        else _ordered(
            graph,
            [
                i
                for i in graph.nodes
                if not graph.parents[i] and graph.nodes[i]["level"] == "company"
            ],
        )
        + _ordered(
            graph,
            [
                i
                for i in graph.nodes
                if not graph.parents[i] and graph.nodes[i]["level"] != "company"
            ],
        )
    )
    rows: list[dict[str, object]] = []
    stack = [(str(start), 0) for start in reversed(starts)]
    while stack and len(rows) < 20_000:
        item, depth = stack.pop()
        rows.append({"depth": depth, **graph.nodes[item]})
        stack.extend(
            (child, depth + 1) for child in reversed(_ordered(graph, list(graph.children[item])))
        )
    return pd.DataFrame(rows, columns=["depth", *nodes.columns])
