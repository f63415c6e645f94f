"""Lines: progress week by week against expected pace."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import Palette, base_layout, escape, percent, percent_axis


def trend_table(trend: pd.DataFrame) -> pd.DataFrame:
    """Return the table twin: a row a week, progress of each series beside its expected pace."""
    if trend.empty:
        return pd.DataFrame(columns=["Week"])
    wide = trend.pivot(index="day", columns="series", values="progress")
    expected = trend.groupby("day")["expected_progress"].mean()
    return wide.assign(**{"Expected pace": expected}).rename_axis("As of").reset_index()


def trend_figure(
    trend: pd.DataFrame,
    palette: Palette,
    names: dict[str, str],
    highlighted: str | None = None,
    span: tuple[pd.Timestamp, pd.Timestamp] | None = None,
    height: int = 320,
) -> go.Figure:
    """Draw one line a series, named at its end, and the expected pace as a dotted line.

    ``span`` is the cycle's first and last day, so that the rest of the way is visible.
    Weeks in which nothing was measured are gaps, not zeros.
    """
    traces: list[go.Scatter] = []
    ends: list[tuple[float, pd.Timestamp, str, bool]] = []
    for series, part in trend.groupby("series", sort=False):
        strong = highlighted is None or series == highlighted
        name = names.get(str(series), str(series))
        traces.append(_line(part, name, palette, strong))
        known = part.dropna(subset=["progress"])
        if len(known):
            last = known.iloc[-1]
            ends.append(
                (last["progress"], last["day"], f"{percent(last['progress'])} {name}", strong)
            )
    if span is not None:
        traces.insert(0, _pace(span, palette))
    layout = base_layout(
        palette,
        height,
        margin={"l": 8, "r": 8, "t": 12, "b": 28},
        annotations=_labels(ends, palette, height) + ([_pace_label(span, palette)] if span else []),
        xaxis={
            "range": _range(trend, span), "showgrid": False, "fixedrange": True, "tickformat": "%-d %b",
            "tickfont": {"color": palette.muted, "size": 12}, "linecolor": palette.grid,
        },
        yaxis=percent_axis(palette, range=[0, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1], automargin=True),
        hovermode="closest",
    )  # fmt: skip
    return go.Figure(traces, layout)


def _line(part: pd.DataFrame, name: str, palette: Palette, strong: bool) -> go.Scatter:
    return go.Scatter(
        x=part["day"],
        y=part["progress"],
        mode="lines+markers" if strong else "lines",
        connectgaps=False,
        line={"color": palette.accent if strong else palette.muted, "width": 3 if strong else 1.3},
        opacity=1 if strong else 0.75,
        marker={"size": 7},
        customdata=part[["measured", "total", "expected_progress"]],
        hovertemplate=(
            f"<b>{escape(name)}</b><br>%{{x|%-d %b %Y}}: %{{y:.1%}}"
            "<br>expected %{customdata[2]:.1%}"
            "<br>%{customdata[0]} of %{customdata[1]} measured<extra></extra>"
        ),
    )


def _pace(span: tuple[pd.Timestamp, pd.Timestamp], palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=list(span), y=[0, 1], mode="lines", hoverinfo="skip",
        line={"color": palette.muted, "width": 1.6, "dash": "dot"},
    )  # fmt: skip


def _pace_label(span: tuple[pd.Timestamp, pd.Timestamp], palette: Palette) -> dict[str, object]:
    return {
        "x": span[0] + (span[1] - span[0]) * 0.80, "y": 0.80, "text": "expected pace",
        "showarrow": False, "xanchor": "right", "yanchor": "bottom", "xshift": -4,
        "font": {"size": 12, "color": palette.muted},
    }  # fmt: skip


def _labels(
    ends: list[tuple[float, pd.Timestamp, str, bool]], palette: Palette, height: int
) -> list[dict[str, object]]:
    """Place the names at the ends of the lines, moved apart where they would overlap."""
    step = 17 / max(60, height - 60)
    placed: list[dict[str, object]] = []
    floor = -1.0
    for value, day, text, strong in sorted(ends):
        y = max(value, floor + step)
        floor = y
        placed.append(
            {
                "x": day, "y": y, "text": f"<b>{escape(text)}</b>" if strong else escape(text),
                "showarrow": False, "xanchor": "left", "xshift": 9,
                "font": {"size": 12, "color": palette.accent if strong else palette.muted},
            }
        )  # fmt: skip
    return placed


def _range(
    trend: pd.DataFrame, span: tuple[pd.Timestamp, pd.Timestamp] | None
) -> list[pd.Timestamp]:
    """Leave room for the names at the right where the cycle is nearly over."""
    first, last = span if span else (trend["day"].min(), trend["day"].max())
    newest = trend["day"].max() if len(trend) else last
    room = (last - first) * 0.30
    return [first, max(last, newest + room)]
