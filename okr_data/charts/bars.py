"""Bars: progress against expected pace, and alignment states."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import (
    Palette,
    base_layout,
    escape,
    gap_colour,
    is_known,
    mix,
    percent,
    percent_axis,
    points,
    wrap,
)

STATE_WORDS = {
    "contributing": "Contributing",
    "supporting": "Supporting only",
    "detached": "Detached",
    "unresolved": "Parent unknown",
    "unaligned": "Unaligned",
}
ROW_HEIGHT = 52


def pace_rows(table: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """Return label, progress, expected, gap, measured and total of each row, ready to draw.

    ``table`` has progress, expected_progress (fractions), measured and objectives.
    """
    return pd.DataFrame(
        {
            "label": labels.to_numpy(),
            "progress": table["progress"].to_numpy(float),
            "expected": table["expected_progress"].to_numpy(float),
            "gap": (table["progress"] - table["expected_progress"]).to_numpy(float),
            "measured": table["measured"].to_numpy(int),
            "total": table["objectives"].to_numpy(int),
        }
    )


def pace_figure(rows: pd.DataFrame, palette: Palette) -> go.Figure:
    """Draw one bar a row with a tick at its expected progress; the words stand beside it."""
    shown = rows.iloc[::-1]
    labels = [wrap(str(label), 14) for label in shown["label"]]
    bars = go.Bar(
        x=[p if is_known(p) else 0 for p in shown["progress"]],
        y=labels,
        orientation="h",
        width=0.46,
        marker={
            "color": [gap_colour(gap, palette) for gap in shown["gap"]],
            "line": {"width": 0},
            "cornerradius": 4,
        },
        customdata=[
            [percent(r.progress, 1), percent(r.expected, 1), points(r.gap), r.measured, r.total]
            for r in shown.itertuples()
        ],
        hovertemplate=(
            "<b>%{y}</b><br>progress %{customdata[0]}<br>expected %{customdata[1]}"
            "<br>%{customdata[2]}<br>%{customdata[3]} of %{customdata[4]} measured<extra></extra>"
        ),
    )
    track = go.Bar(
        x=[1.0] * len(shown), y=labels, orientation="h", width=0.46, hoverinfo="skip",
        marker={"color": palette.track, "line": {"width": 0}, "cornerradius": 4},
    )  # fmt: skip
    ticks = go.Scatter(
        x=shown["expected"], y=labels, mode="markers", hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 26, "line": {"width": 2.5, "color": palette.text}},
    )  # fmt: skip
    words = [
        {
            "x": 1.02, "y": label, "xref": "x", "yref": "y", "xanchor": "left", "showarrow": False,
            "align": "left",
            "text": f"<b>{percent(row.progress)}</b><br>{points(row.gap)}",
            "font": {"size": 13, "color": palette.text},
        }
        for label, row in zip(labels, shown.itertuples(), strict=True)
    ]  # fmt: skip
    layout = base_layout(
        palette,
        max(120, ROW_HEIGHT * len(shown) + 34),
        barmode="overlay",
        margin={"l": 8, "r": 8, "t": 4, "b": 26},
        annotations=words,
        xaxis=percent_axis(
            palette, range=[0, 1.4], tickvals=[0, 0.5, 1], tickangle=0, showgrid=False
        ),
        yaxis={
            "automargin": True,
            "fixedrange": True,
            "tickfont": {"size": 13},
            "ticklabelstandoff": 8,
        },
    )
    return go.Figure([track, bars, ticks], layout)


def state_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a (label, state) with count and share; states without objectives are left out.

    ``table`` has a ``label`` column and one column a state.
    """
    rows = [
        {
            "label": row["label"],
            "state": state,
            "word": word,
            "count": int(row[state]),
            "share": row[state] / row["objectives"],
            "total": int(row["objectives"]),
        }
        for _, row in table.iterrows()
        for state, word in STATE_WORDS.items()
        if row[state] > 0
    ]
    return pd.DataFrame(rows, columns=["label", "state", "word", "count", "share", "total"])


def state_figure(shares: pd.DataFrame, palette: Palette) -> go.Figure:
    """Draw the alignment states of each row as one stacked bar with counts written into it."""
    colours = {
        "contributing": palette.ahead,
        "supporting": mix(palette.neutral, palette.ahead, 0.45),
        "detached": palette.neutral,
        "unresolved": palette.unmeasured,
        "unaligned": palette.behind,
    }
    patterns = {"detached": "/", "unresolved": ".", "unaligned": ""}
    labels = list(dict.fromkeys(shares["label"]))
    bars = [
        go.Bar(
            x=part["share"],
            y=[escape(label) for label in part["label"]],
            orientation="h",
            width=0.5,
            name=STATE_WORDS[state],
            text=[str(count) for count in part["count"]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": palette.on_colour, "size": 12},
            marker={
                "color": colours[state],
                "line": {"width": 1.5, "color": palette.surface},
                "pattern": {
                    "shape": patterns.get(state, ""),
                    "size": 6,
                    "solidity": 0.2,
                    "fillmode": "overlay",
                    "fgcolor": palette.muted,
                },
            },
            customdata=part[["word", "count", "total"]],
            hovertemplate="<b>%{y}</b><br>%{customdata[0]}: %{customdata[1]} of %{customdata[2]}<extra></extra>",
        )
        for state in STATE_WORDS
        for part in (shares[shares["state"] == state],)
        if len(part)
    ]
    layout = base_layout(
        palette,
        max(140, ROW_HEIGHT * len(labels) + 70),
        barmode="stack",
        margin={"l": 8, "r": 8, "t": 4, "b": 26},
        showlegend=True,
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal",
            "font": {"size": 12, "color": palette.muted}, "itemclick": False,
            "itemdoubleclick": False,
        },
        xaxis=percent_axis(palette, range=[0, 1], tickvals=[0, 0.5, 1], tickangle=0, showgrid=False),
        yaxis={
            "automargin": True, "fixedrange": True, "categoryorder": "array",
            "categoryarray": [escape(label) for label in reversed(labels)], "ticklabelstandoff": 8,
        },
        uniformtext={"minsize": 10, "mode": "hide"},
    )  # fmt: skip
    return go.Figure(bars, layout)
