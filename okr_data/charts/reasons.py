"""Bars of reasons: why figures differ, which rules found how much; a bar can be clicked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import Palette, base_layout, count_colour, wrap
from okr_data.texts import number, t

ROW_HEIGHT = 38


def reason_rows(counts: Mapping[str, int], words: Mapping[str, str]) -> pd.DataFrame:
    """Return reason, word, count and total of each reason that occurs, in the order of the counts."""
    present = [reason for reason, count in counts.items() if count]
    return pd.DataFrame(
        {
            "reason": present,
            "word": [words[reason] for reason in present],
            "count": [counts[reason] for reason in present],
            "total": sum(counts.values()),
        }
    )


def reason_figure(
    rows: pd.DataFrame,
    palette: Palette,
    chosen: str | None = None,
    counted: str = "",
    colours: Sequence[str] | None = None,
) -> go.Figure:
    """Draw one bar a reason, its count beside it; the chosen one is set off.

    ``counted`` names in the hover what ``total`` of a row counts, reported figures at first;
    ``colours``, one a row, where the words of the rows say what they mean.
    """
    shown = rows.iloc[::-1]
    what = counted or t("reported figures")
    hover = [
        f"{t('{part} of {whole}', part=number(n), whole=number(total))} {what}"
        for n, total in zip(shown["count"], shown["total"], strict=True)
    ]
    plain = list(colours) if colours is not None else [count_colour(palette)] * len(rows)
    bars = go.Bar(
        x=shown["count"],
        y=[wrap(str(word), 34, 2) for word in shown["word"]],
        orientation="h",
        width=0.5,
        marker={
            "color": [
                palette.accent if reason == chosen else colour
                for reason, colour in zip(shown["reason"], plain[::-1], strict=True)
            ],
            "line": {"width": 0},
            "cornerradius": 4,
        },
        customdata=shown[["reason", "total"]],
        hovertext=hover,
        hovertemplate="<b>%{y}</b><br>%{hovertext}<extra></extra>",
    )
    # A bar of one among hundreds is a hair: the whole track takes the click.
    most = float(rows["count"].max()) if len(rows) else 1.0
    track = go.Bar(
        x=[most] * len(shown),
        y=[wrap(str(word), 34, 2) for word in shown["word"]],
        orientation="h",
        width=0.5,
        marker={"color": palette.track, "line": {"width": 0}, "cornerradius": 4},
        customdata=shown[["reason", "total"]],
        hoverinfo="none",
        text=[number(count) for count in shown["count"]],
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
