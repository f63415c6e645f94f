"""What one key result would change: each objective above it, before and after."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import (
    Palette,
    base_layout,
    escape,
    is_known,
    percent,
    percent_axis,
    wrap,
)
from okr_data.texts import localised, number, t

ROW_HEIGHT = 58
#: Objectives that are drawn; the nearest are the most affected ones.
MOST_ROWS = 12


def effect_rows(effects: pd.DataFrame) -> pd.DataFrame:
    """Return title, place, before, after and words of each objective above, nearest first.

    Drawn is the roll-up over everything that contributes; of a dropped objective, which has
    none, its own progress. ``effects`` are those of :class:`okr_data.what_if.WhatIf`.
    """
    dropped = effects["dropped"].astype(bool)
    before = effects["rollup_before"].mask(dropped, effects["progress_before"]).astype(float)
    after = effects["rollup_after"].mask(dropped, effects["progress_after"]).astype(float)
    return pd.DataFrame(
        {
            "objective_id": effects["objective_id"].to_numpy(),
            "title": effects["title"].to_numpy(),
            "level": effects["level"].to_numpy(),
            "before": before.to_numpy(),
            "after": after.to_numpy(),
            "words": [step_words(b, a) for b, a in zip(before, after, strict=True)],
        }
    )


def step_words(before: float, after: float) -> str:
    """Write a step in points with one decimal; what was not measured has none."""
    if not is_known(after):
        return t("not measured")
    if not is_known(before):
        return t("not measured → {after}", after=percent(after, 1))
    step = (after - before) * 100
    if step == 0:
        moved = t("no change")
    elif abs(step) >= 0.05:
        moved = t("{n} pts", n=localised(f"{step:+.1f}".replace("-", "−")))
    else:
        moved = t("less than {n} pts", n=number(0.1, 1))
    return f"{percent(before, 1)} → {percent(after, 1)}   {moved}"


def effect_figure(rows: pd.DataFrame, palette: Palette, narrow: bool = False) -> go.Figure:
    """Draw a hollow point before and a full one after on each objective's line."""
    shown = rows.head(MOST_ROWS).iloc[::-1]
    ys = list(range(len(shown)))
    up = [not is_known(b) or a >= b for b, a in zip(shown["before"], shown["after"], strict=True)]
    colours = [palette.ahead if rises else palette.behind for rises in up]
    joined: list[float | None] = []
    for before, after in zip(shown["before"], shown["after"], strict=True):
        joined += [before if is_known(before) else None, after if is_known(after) else None, None]
    heights = [y for y in ys for _ in range(3)]
    traces = [
        go.Scatter(
            x=[0, 1, None] * len(ys), y=heights, mode="lines", hoverinfo="skip",
            line={"color": palette.track, "width": 8},
        ),
        go.Scatter(
            x=joined, y=heights, mode="lines", hoverinfo="skip",
            line={"color": palette.muted, "width": 3},
        ),
        go.Scatter(
            x=shown["before"], y=ys, mode="markers", hoverinfo="skip",
            marker={"size": 13, "color": palette.surface, "line": {"width": 2.5, "color": palette.muted}},
        ),
        go.Scatter(
            x=shown["after"], y=ys, mode="markers", hovertext=list(shown["words"]), hoverinfo="text",
            marker={"size": 14, "color": colours, "line": {"width": 1.5, "color": palette.surface}},
        ),
    ]  # fmt: skip
    width = 24 if narrow else 46
    labels = [wrap(str(title), width, 3 if narrow else 2) for title in shown["title"]]
    layout = base_layout(
        palette,
        max(110, ROW_HEIGHT * len(shown) + 34),
        margin={"l": 8, "r": 8, "t": 8, "b": 26},
        annotations=[
            {
                "x": 0, "y": y + 0.36, "text": escape(words), "showarrow": False, "xanchor": "left",
                "font": {"size": 12, "color": palette.text},
            }
            for y, words in zip(ys, shown["words"], strict=True)
        ],
        xaxis=percent_axis(palette, range=[-0.02, 1.02], tickvals=[0, 0.5, 1], showgrid=False),
        yaxis={
            "automargin": True, "fixedrange": True, "tickmode": "array", "tickvals": ys,
            "ticktext": labels, "tickfont": {"size": 12 if narrow else 13}, "ticklabelstandoff": 8,
            "zeroline": False, "showgrid": False, "range": [-0.5, max(0.6, len(ys) - 0.4)],
        },
    )  # fmt: skip
    return go.Figure(traces, layout)


def effect_alt(rows: pd.DataFrame) -> str:
    """Say in words what would change."""
    return "; ".join(f"{r.title}: {r.words}" for r in rows.itertuples()) or t(
        "Nothing would change."
    )
