"""How often a hidden parent was found, by method: ours beside what needs no text at all."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import Palette, base_layout, escape, percent

ROW_HEIGHT = 34


def recall_rows(
    found: Mapping[str, tuple[float, float, float]], words: Mapping[str, str]
) -> pd.DataFrame:
    """Return method, word, and the share found as first, among three and among ten (fractions)."""
    return pd.DataFrame(
        [(method, words[method], *shares) for method, shares in found.items()],
        columns=["method", "word", "first", "among_three", "among_ten"],
    )


def recall_figure(rows: pd.DataFrame, palette: Palette, ours: str) -> go.Figure:
    """Draw one bar a method: how often the right parent was among its first three."""
    shown = rows.iloc[::-1]
    names = [escape(word) for word in shown["word"]]
    own = shown["method"] == ours
    style = {"y": names, "orientation": "h", "width": 0.5, "hoverinfo": "skip"}
    among = go.Bar(
        x=shown["among_three"],
        marker={
            "color": [palette.accent if o else palette.unmeasured for o in own],
            "line": {"width": 0},
            "cornerradius": 4,
        },
        text=[percent(share) for share in shown["among_three"]],
        textposition="outside",
        textfont={"color": palette.text, "size": 13},
        cliponaxis=False,
        **style,
    )
    layout = base_layout(
        palette,
        max(90, ROW_HEIGHT * len(rows) + 16),
        margin={"l": 8, "r": 48, "t": 4, "b": 4},
        xaxis={"visible": False, "fixedrange": True, "range": [0, 1.0]},
        yaxis={"automargin": True, "fixedrange": True, "ticklabelstandoff": 8},
    )
    return go.Figure([among], layout)
