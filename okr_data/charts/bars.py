"""Bars: progress against expected pace, and alignment states."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import (
    STATE_PATTERNS,
    Palette,
    base_layout,
    escape,
    gap_colour,
    is_known,
    percent,
    percent_axis,
    points,
    state_colour,
    wrap,
)
from okr_data.texts import Words, mark, number, t

STATE_WORDS = Words(
    {
        "contributing": mark("Contributing"),
        "supporting": mark("Supporting only"),
        "detached": mark("Detached"),
        "unresolved": mark("Parent unknown"),
        "unaligned": mark("Unaligned"),
    }
)
ROW_HEIGHT = 52
#: Pixels of a character beside a bar.
CHARACTER = 7.3


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


def measured_words(measured: int, total: int) -> str:
    """Say how many of some objectives are measured."""
    return t("{n} of {all} measured", n=number(measured), all=number(total))


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
            [
                t("progress {progress}", progress=percent(r.progress, 1)),
                t("expected {expected}", expected=percent(r.expected, 1)),
                points(r.gap),
                measured_words(r.measured, r.total),
            ]
            for r in shown.itertuples()
        ],
        hovertemplate=(
            "<b>%{y}</b><br>%{customdata[0]}<br>%{customdata[1]}"
            "<br>%{customdata[2]}<br>%{customdata[3]}<extra></extra>"
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
    words: list[dict[str, Any]] = [
        {
            "x": 1, "xshift": 9, "y": label, "xref": "x", "yref": "y", "xanchor": "left", "showarrow": False,
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
        margin={"l": 8, "r": _room(words), "t": 4, "b": 26},
        annotations=words,
        xaxis=percent_axis(
            palette, range=[0, 1], tickvals=[0, 0.5, 1], tickangle=0, showgrid=False
        ),
        yaxis={
            "automargin": True,
            "fixedrange": True,
            "tickfont": {"size": 13},
            "ticklabelstandoff": 8,
        },
    )
    return go.Figure([track, bars, ticks], layout)


def _room(words: list[dict[str, Any]]) -> int:
    """Return the pixels at the right that the longest of some words needs."""
    lines = [line for word in words for line in re.sub(r"</?b>", "", word["text"]).split("<br>")]
    return int(max((len(line) for line in lines), default=0) * CHARACTER) + 18


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


def stacked_layout(
    labels: list[str], palette: Palette, height: int, right: int
) -> dict[str, object]:
    """Return the layout of stacked shares with counts written into them, the first label on top.

    ``height`` is that of the figure and ``right`` the margin on that side, in pixels.
    """
    return base_layout(
        palette,
        height,
        barmode="stack",
        margin={"l": 8, "r": right, "t": 4, "b": 26},
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


def state_figure(shares: pd.DataFrame, palette: Palette) -> go.Figure:
    """Draw the alignment states of each row as one stacked bar with counts written into it."""
    labels = list(dict.fromkeys(shares["label"]))
    bars = [
        go.Bar(
            x=part["share"],
            y=[escape(label) for label in part["label"]],
            orientation="h",
            width=0.5,
            name=STATE_WORDS[state],
            text=[number(count) for count in part["count"]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": palette.on_colour, "size": 12},
            marker={
                "color": state_colour(state, palette),
                "line": {"width": 1.5, "color": palette.surface},
                "pattern": {
                    "shape": STATE_PATTERNS.get(state, ""),
                    "size": 6,
                    "solidity": 0.2,
                    "fillmode": "overlay",
                    "fgcolor": palette.muted,
                },
            },
            customdata=[
                [t("{state}: {n} of {all}", state=r.word, n=number(r.count), all=number(r.total))]
                for r in part.itertuples(index=False)
            ],
            hovertemplate="<b>%{y}</b><br>%{customdata[0]}<extra></extra>",
        )
        for state in STATE_WORDS
        for part in (shares[shares["state"] == state],)
        if len(part)
    ]
    layout = stacked_layout(labels, palette, max(140, ROW_HEIGHT * len(labels) + 70), right=22)
    return go.Figure(bars, layout)


def share_figure(rows: pd.DataFrame, palette: Palette) -> go.Figure:
    """Draw one bar a row for a share that is no progress, with its counts beside it.

    ``rows`` has label, part, whole and ratio (fractions); without anything eligible it is n/a.
    """
    shown = rows.iloc[::-1]
    labels = [wrap(str(label), 16) for label in shown["label"]]
    counts = [
        t("{part} of {whole}", part=number(r.part), whole=number(r.whole))
        for r in shown.itertuples()
    ]
    track = go.Bar(
        x=[1.0] * len(shown), y=labels, orientation="h", width=0.42, hoverinfo="skip",
        marker={"color": palette.track, "line": {"width": 0}, "cornerradius": 4},
    )  # fmt: skip
    bars = go.Bar(
        x=[r if is_known(r) else 0 for r in shown["ratio"]],
        y=labels,
        orientation="h",
        width=0.42,
        marker={"color": palette.accent, "line": {"width": 0}, "cornerradius": 4},
        customdata=[
            [percent(ratio, 1), words] for ratio, words in zip(shown["ratio"], counts, strict=True)
        ],
        hovertemplate="<b>%{y}</b><br>%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    )
    words: list[dict[str, Any]] = [
        {
            "x": 1, "xshift": 9, "y": label, "xref": "x", "yref": "y", "xanchor": "left", "showarrow": False,
            "align": "left", "text": f"<b>{percent(ratio)}</b><br>{count}",
            "font": {"size": 12, "color": palette.text},
        }
        for label, ratio, count in zip(labels, shown["ratio"], counts, strict=True)
    ]  # fmt: skip
    layout = base_layout(
        palette,
        max(120, 42 * len(shown) + 34),
        barmode="overlay",
        margin={"l": 8, "r": _room(words), "t": 4, "b": 26},
        annotations=words,
        xaxis=percent_axis(
            palette, range=[0, 1], tickvals=[0, 0.5, 1], tickangle=0, showgrid=False
        ),
        yaxis={"automargin": True, "fixedrange": True, "ticklabelstandoff": 8},
    )
    return go.Figure([track, bars], layout)
