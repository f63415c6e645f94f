"""Bars of reasons: how many reported figures agree with the computed ones, and why others do not."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import Palette, base_layout, escape

ROW_HEIGHT = 38


def reason_rows(reasons: pd.Series, order: tuple[str, ...], words: dict[str, str]) -> pd.DataFrame:
    """Return reason, word, count and total of each reason that occurs, in a given order."""
    counts = reasons.value_counts()
    present = [reason for reason in order if reason in counts.index]
    return pd.DataFrame(
        {
            "reason": present,
            "word": [words[reason] for reason in present],
            "count": [int(counts[reason]) for reason in present],
            "total": len(reasons),
        }
    )


def reason_figure(rows: pd.DataFrame, palette: Palette, chosen: str | None = None) -> go.Figure:
    """Draw one bar a reason, its count beside it; the chosen one is set off."""
    shown = rows.iloc[::-1]
    bars = go.Bar(
        x=shown["count"],
        y=[escape(word) for word in shown["word"]],
        orientation="h",
        width=0.5,
        marker={
            "color": [
                palette.accent if reason == chosen else palette.unmeasured
                for reason in shown["reason"]
            ],
            "line": {"width": 0},
            "cornerradius": 4,
        },
        customdata=shown[["reason", "total"]],
        hovertemplate="<b>%{y}</b><br>%{x} of %{customdata[1]} reported figures<extra></extra>",
    )
    # A bar of one among hundreds is a hair: the whole track takes the click.
    most = float(rows["count"].max()) if len(rows) else 1.0
    track = go.Bar(
        x=[most] * len(shown),
        y=[escape(word) for word in shown["word"]],
        orientation="h",
        width=0.5,
        marker={"color": palette.track, "line": {"width": 0}, "cornerradius": 4},
        customdata=shown[["reason", "total"]],
        hoverinfo="none",
        text=[f"{count:,}" for count in shown["count"]],
        textposition="outside",
        textfont={"color": palette.text, "size": 13},
        cliponaxis=False,
    )
    layout = base_layout(
        palette,
        max(110, ROW_HEIGHT * len(rows) + 24),
        margin={"l": 8, "r": 48, "t": 4, "b": 8},
        xaxis={"visible": False, "fixedrange": True, "range": [0, most * 1.05]},
        yaxis={"automargin": True, "fixedrange": True, "ticklabelstandoff": 8},
        clickmode="event+select",
        barmode="overlay",
    )
    return go.Figure([track, bars], layout)
