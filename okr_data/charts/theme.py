"""Colours, type and the parts that every figure shares.

Colour means one thing: the gap between progress and expected pace, warm behind, neutral on pace,
teal ahead (readable with every common colour blindness). Words and signs always say it too.
"""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_skeleton

from okr_data.texts import ENGLISH, language, number, separators, t, tn

#: Gap to pace at which the scale is saturated: a third of the cycle.
FULL_GAP = 0.30
FONT = "Inter,'Segoe UI',Roboto,sans-serif"

#: Plotly’s word for texts that begin at their point, and for those that stand above it.
BELOW_RIGHT, ABOVE = " ".join(("bottom", "right")), " ".join(("top", "center"))


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as hex."""

    text: str
    muted: str
    grid: str
    surface: str
    accent: str
    track: str
    behind: str
    neutral: str
    ahead: str
    unmeasured: str
    on_colour: str


LIGHT = Palette(
    text="#14171f", muted="#5c6573", grid="#e6e9ef", surface="#ffffff", accent="#2f5bea",
    track="#e9edf3", behind="#d9774f", neutral="#e7e4e6", ahead="#4a9e93",
    unmeasured="#d3d8e0", on_colour="#14171f",
)  # fmt: skip
DARK = Palette(
    text="#EEF1F6", muted="#a4adbb", grid="#2a313d", surface="#0f131a", accent="#8aa5ff",
    track="#262d39", behind="#a95a38", neutral="#45434e", ahead="#287a70",
    unmeasured="#343c49", on_colour="#f4f6fa",
)  # fmt: skip


def mix(first: str, second: str, share: float) -> str:
    """Return the colour that lies a share of the way from one hex colour to another."""
    channels = (
        round(int(first[i : i + 2], 16) * (1 - share) + int(second[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def is_known(value: float | None) -> bool:
    return value is not None and not math.isnan(value)


def gap_colour(gap: float | None, palette: Palette) -> str:
    """Return the colour of a gap to pace (progress − expected, fractions)."""
    if gap is None or math.isnan(gap):
        return palette.unmeasured
    share = min(abs(gap) / FULL_GAP, 1.0)
    return mix(palette.neutral, palette.behind if gap < 0 else palette.ahead, share)


def count_colour(palette: Palette) -> str:
    """Return the colour of a count, which says nothing about pace; it stands out from its track."""
    return mix(palette.surface, palette.muted, 0.5)


#: Beside its colour, what tells an alignment state in a figure.
STATE_PATTERNS = {"detached": "/", "unresolved": ".", "unaligned": "x"}


def state_colour(state: str | None, palette: Palette) -> str:
    """Return the colour of an alignment state; company goals and groups have none of their own."""
    return {
        "contributing": palette.ahead,
        "supporting": mix(palette.neutral, palette.ahead, 0.45),
        "detached": palette.neutral,
        "unresolved": palette.unmeasured,
        "unaligned": palette.behind,
    }.get(str(state), palette.track)


def percent(value: float | None, digits: int = 0) -> str:
    """Write a fraction as people read it; never rounded up to 100 %."""
    if value is None or math.isnan(value):
        return t("n/a")
    scaled = value * 100
    if value < 1 and round(scaled, digits) >= 100:
        scaled = math.floor(scaled * 10**digits) / 10**digits
    if not round(scaled, digits):
        scaled = 0.0  # never −0
    return f"{number(scaled, digits)}\u00a0%"


def points(gap: float | None) -> str:
    """Write a gap in points with its sign in words that need no colour: ▲ 4 pts, ▼ 12 pts."""
    if gap is None or math.isnan(gap):
        return t("n/a")
    whole = round(gap * 100)
    if whole == 0:
        return t("on pace")
    return ("▲ " if whole > 0 else "▼ ") + tn("{n} pt", "{n} pts", abs(whole))


def wrap(text: str, width: int, lines: int = 3) -> str:
    """Break a title into lines for a figure, escaped, with an ellipsis where it is cut."""
    parts = textwrap.wrap(" ".join(text.split()), width) or [""]
    if len(parts) > lines:
        parts = parts[:lines]
        parts[-1] = parts[-1][: max(1, width - 1)].rstrip() + "…"
    return "<br>".join(html.escape(part, quote=False) for part in parts)


def escape(text: str) -> str:
    """Escape user text for Plotly, which reads a few tags."""
    return html.escape(text, quote=False)


def text_trace(entries: Sequence[tuple[float, float, str]], size: int, ink: str) -> go.Scatter:
    """Return texts (x, y, escaped text) that begin at their points, and stay as they are at a click.

    A click would dim what was not clicked; of one colour a trace, that can be undone.
    """
    return go.Scatter(
        x=[x for x, _, _ in entries],
        y=[y for _, y, _ in entries],
        text=[text for _, _, text in entries],
        mode="text",
        textposition=BELOW_RIGHT,
        hoverinfo="skip",
        cliponaxis=False,
        textfont={"size": size, "color": ink},
        unselected={"textfont": {"color": ink}},
    )


def base_layout(palette: Palette, height: int, **overrides: object) -> dict[str, object]:
    """Return the layout that all figures share."""
    layout: dict[str, object] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": palette.text},
        "hoverlabel": {
            "bgcolor": palette.surface,
            "bordercolor": palette.grid,
            "font": {"family": FONT, "size": 13, "color": palette.text},
            "align": "left",
        },
        "showlegend": False,
        "separators": separators(),
    }
    layout.update(overrides)
    return layout


def percent_axis(palette: Palette, **overrides: object) -> dict[str, object]:
    """Return an axis of fractions shown as percent."""
    axis: dict[str, object] = {
        "tickformat": ".0%",
        "gridcolor": palette.grid,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"color": palette.muted, "size": 12},
    }
    axis.update(overrides)
    return axis


def short_day(value: date) -> str:
    """Write a day without its year, as an axis does: 5 Oct, 5. Okt."""
    if (code := language()) == ENGLISH:  # CLDR has Oct 5
        return f"{value.day} {value:%b}"
    return str(format_skeleton("MMMd", value, locale=code))


def day_axis(
    palette: Palette,
    first: pd.Timestamp,
    last: pd.Timestamp,
    narrow: bool = False,
    **overrides: object,
) -> dict[str, object]:
    """Return an axis of days with first days of months as ticks, and half months where these are few.

    Written here and not by Plotly, which knows English months only.
    """
    months = pd.date_range(first.normalize(), last, freq="MS")
    ticks = [*months]
    if len(months) > (4 if narrow else 8):
        ticks = [month for month in months if month.month % 3 == 1]
    elif len(months) < 4 and not narrow:
        ticks += [month + pd.Timedelta(days=14) for month in months]
    shown = sorted(tick for tick in {*ticks} if first <= tick <= last) or [first.normalize()]
    axis: dict[str, object] = {
        "range": [first, last],
        "tickvals": shown,
        "ticktext": [short_day(tick) for tick in shown],
        "showgrid": False,
        "fixedrange": True,
        "tickangle": 0,
        "tickfont": {"color": palette.muted, "size": 12},
        "linecolor": palette.grid,
    }
    axis.update(overrides)
    return axis
