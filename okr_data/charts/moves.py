"""The largest moves between two days: where an objective stood, and where it stands."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import Palette, base_layout, percent, percent_axis, wrap
from okr_data.texts import number, t

#: Objectives that are drawn; more would be a wall.
SHOWN = 8
ROW_HEIGHT = 46


def move_rows(moves: pd.DataFrame, most: int = SHOWN) -> pd.DataFrame:
    """Return the largest moves, the furthest up first: item_id, title, department, before, after, delta."""
    largest = moves.loc[moves["delta"].abs().sort_values(ascending=False, kind="stable").index]
    shown = largest.head(most).sort_values("delta", ascending=False, kind="stable")
    return shown[["item_id", "title", "department", "before", "after", "delta"]].reset_index(
        drop=True
    )


def move_words(delta: float) -> str:
    """Write a move in points with a sign that needs no colour; one decimal where it is small."""
    size = abs(delta) * 100
    if size >= 1:
        text = t("{n} pts", n=number(size))
    elif round(size, 1):
        text = t("{n} pts", n=number(size, 1))
    else:
        text = t("under {n} pts", n=number(0.1, 1))
    return f"{'▲' if delta > 0 else '▼'} {text}"


def move_figure(rows: pd.DataFrame, palette: Palette, narrow: bool = False) -> go.Figure:
    """Draw one line an objective: a ring where it stood, a dot where it stands."""
    shown = rows.iloc[::-1].reset_index(drop=True)
    places = list(range(len(shown)))
    figure = go.Figure(
        layout=base_layout(
            palette,
            max(110, ROW_HEIGHT * len(shown) + 30),
            margin={"l": 8, "r": 8, "t": 4, "b": 26},
            xaxis=percent_axis(
                palette, range=[-0.03, 1.55 if narrow else 1.5], tickvals=[0, 0.5, 1], tickangle=0
            ),
            yaxis={
                "automargin": True, "fixedrange": True, "tickvals": places, "showgrid": False,
                "ticktext": [wrap(str(title), 16 if narrow else 30, 2) for title in shown["title"]],
                "tickfont": {"size": 12}, "ticklabelstandoff": 8, "zeroline": False,
                "range": [-0.6, len(shown) - 0.4],
            },
        )
    )  # fmt: skip
    for place, row in zip(places, shown.itertuples(), strict=True):
        colour = palette.ahead if row.delta > 0 else palette.behind
        figure.add_scatter(
            x=[row.before, row.after], y=[place, place], mode="lines", hoverinfo="skip",
            line={"width": 5, "color": colour},
        )  # fmt: skip
        figure.add_annotation(
            x=1.05, y=place, xanchor="left", showarrow=False, align="left",
            text=f"<b>{percent(row.after)}</b><br>{move_words(row.delta)}",
            font={"size": 12, "color": palette.text},
        )  # fmt: skip
    for side, marker in (
        (
            "before",
            {"size": 11, "color": palette.surface, "line": {"width": 2, "color": palette.muted}},
        ),
        (
            "after",
            {"size": 13, "color": palette.accent, "line": {"width": 2, "color": palette.surface}},
        ),
    ):
        figure.add_scatter(
            x=shown[side], y=places, mode="markers", marker=marker, name=side,
            customdata=[
                [wrap(str(r.title), 46), percent(r.before, 1), percent(r.after, 1), move_words(r.delta)]
                for r in shown.itertuples()
            ],
            hovertemplate=(
                "<b>%{customdata[0]}</b><br>%{customdata[1]} → %{customdata[2]}<br>%{customdata[3]}"
                "<extra></extra>"
            ),
        )  # fmt: skip
    return figure
