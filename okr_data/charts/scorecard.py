"""The scorecard as dots on a line: each dimension now, and in the cycle before."""

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
    points,
)
from okr_data.texts import t

ROW_HEIGHT = 48


def score_rows(scores: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """Return label, score, before and delta of each dimension of ``labels``, in that order.

    ``scores`` has dimension, score and score_before (fractions); a dimension without a row is n/a.
    """
    by_name = scores.set_index("dimension").reindex(list(labels))
    return pd.DataFrame(
        {
            "dimension": list(labels),
            "label": list(labels.values()),
            "score": by_name["score"].to_numpy(float),
            "before": by_name["score_before"].to_numpy(float),
            "delta": (by_name["score"] - by_name["score_before"]).to_numpy(float),
        }
    )


def change_words(delta: float) -> str:
    """Write a change in points with a sign that needs no colour; nothing where it is not known."""
    if not is_known(delta):
        return ""
    return t("±0 pts") if round(delta * 100) == 0 else points(delta)


def score_figure(rows: pd.DataFrame, palette: Palette, before: str | None) -> go.Figure:
    """Draw one line a dimension: a filled dot for now, a ring for the cycle before."""
    shown = rows.iloc[::-1]
    labels = [escape(label) for label in shown["label"]]
    figure = go.Figure(
        layout=base_layout(
            palette,
            ROW_HEIGHT * len(rows) + 40,
            margin={"l": 8, "r": 8, "t": 4, "b": 26},
            xaxis=percent_axis(palette, range=[-0.02, 1.4], tickvals=[0, 0.5, 1], showgrid=False),
            yaxis={
                "automargin": True, "fixedrange": True, "ticklabelstandoff": 8, "showgrid": False,
                "categoryorder": "array", "categoryarray": labels, "tickfont": {"size": 13},
            },
        )
    )  # fmt: skip
    for label, row in zip(labels, shown.itertuples(), strict=True):
        figure.add_scatter(
            x=[0, 1], y=[label, label], mode="lines", hoverinfo="skip",
            line={"width": 6, "color": palette.track},
        )  # fmt: skip
        if is_known(row.before) and is_known(row.score):
            figure.add_scatter(
                x=[row.before, row.score], y=[label, label], mode="lines", hoverinfo="skip",
                line={"width": 6, "color": palette.ahead if row.delta >= 0 else palette.behind},
            )  # fmt: skip
    if before is not None:
        figure.add_scatter(
            x=shown["before"], y=labels, mode="markers", name=before,
            marker={
                "size": 12, "color": palette.surface, "line": {"width": 2, "color": palette.muted},
            },
            customdata=[percent(value) for value in shown["before"]],
            hovertemplate=f"<b>%{{y}}</b><br>{escape(before)}: %{{customdata}}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=shown["score"], y=labels, mode="markers", name="now",
        marker={"size": 14, "color": palette.accent, "line": {"width": 2, "color": palette.surface}},
        customdata=[percent(value, 1) for value in shown["score"]],
        hovertemplate="<b>%{y}</b><br>%{customdata}<extra></extra>",
    )  # fmt: skip
    for label, row in zip(labels, shown.itertuples(), strict=True):
        change = change_words(row.delta)
        figure.add_annotation(
            x=1.05, y=label, xanchor="left", showarrow=False, align="left",
            text=f"<b>{percent(row.score)}</b>" + (f"<br>{change}" if change else ""),
            font={"size": 13, "color": palette.text},
        )  # fmt: skip
    return figure
