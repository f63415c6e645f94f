"""Lines: progress week by week against expected pace, where it is heading, and other weekly figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.bars import measured_words
from okr_data.charts.theme import (
    Palette,
    base_layout,
    day_axis,
    escape,
    is_known,
    mix,
    percent,
    percent_axis,
)
from okr_data.texts import day, mark, number, t

Span = tuple[pd.Timestamp, pd.Timestamp]

#: Columns of the table twin beside one a series; translated where they are shown.
AS_OF, EXPECTED, WEEK = mark("As of"), mark("Expected pace"), mark("Week of the cycle")
#: Pixels of a character and of a line of a label, and its most characters.
CHARACTER, LINE, LONGEST, LONGEST_NARROW = 6.9, 16.0, 26, 13
#: Weeks of a line that are marked one by one.
MARKED = 20


def trend_table(trend: pd.DataFrame) -> pd.DataFrame:
    """Return the table twin: a row a week, progress of each series beside its expected pace."""
    if trend.empty:
        return pd.DataFrame(columns=[AS_OF])
    wide = trend.pivot(index="day", columns="series", values="progress")
    expected = trend.groupby("day")["expected_progress"].mean()
    return wide.assign(**{EXPECTED: expected}).rename_axis(AS_OF).reset_index()


@dataclass(frozen=True)
class _Label:
    """What stands at the end of a line; ``lines`` are escaped."""

    x: object
    y: float
    lines: tuple[str, ...]
    strong: bool


def trend_figure(
    trend: pd.DataFrame,
    palette: Palette,
    names: Mapping[str, str],
    highlighted: str | None = None,
    span: Span | None = None,
    height: int = 320,
    ahead: pd.DataFrame | None = None,
    narrow: bool = False,
) -> go.Figure:
    """Draw one line a series, named at its end, and the expected pace as a dotted line.

    ``span`` is the cycle's first and last day, so that the rest of the way is visible. ``ahead`` has a
    row a series with projected, low and high: lines go on dashed to the end of the span, and that of
    the highlighted series within its band. Weeks in which nothing was measured are gaps, not zeros.
    """
    ends = {} if ahead is None or span is None else _known_ends(ahead)
    traces: list[go.Scatter] = []
    labels: list[_Label] = []
    now: list[dict[str, object]] = []
    for series, part in sorted(
        trend.groupby("series", sort=False), key=lambda each: each[0] == highlighted
    ):
        strong = highlighted is None or series == highlighted
        name = names.get(str(series), str(series))
        known, end = part.dropna(subset=["progress"]), ends.get(str(series))
        if end is not None and span is not None and len(known) and known["day"].iloc[-1] < span[1]:
            way = _way_ahead(known.iloc[-1], span[1], end)
            traces += _band(way, palette) if strong else [_dashed(way, palette)]
            labels.append(_end_of(way, name, strong, narrow))
            now += [_now_label(known.iloc[-1], palette, span, True)] if strong else []
        elif len(known):
            labels.append(_today_of(known.iloc[-1], name, strong, narrow))
        traces.append(_line(part, name, palette, strong))
    if span is not None:
        now.append(_pace_label(span, palette, traces))
        traces.insert(0, _pace(span, palette))
    layout = base_layout(
        palette,
        height,
        margin={"l": 8, "r": _room(labels), "t": 12, "b": 28},
        annotations=_placed(labels, palette, height) + now,
        xaxis=day_axis(palette, *(span or _range(trend)), narrow),
        yaxis=_fractions(palette),
        hovermode="closest",
    )
    return go.Figure(traces, layout)


def _known_ends(ahead: pd.DataFrame) -> dict[str, dict[str, float]]:
    known = ahead.dropna(subset=["projected", "low", "high"])
    return {str(row["series"]): row for row in known.to_dict("records")}


def _way_ahead(today: pd.Series, ends_on: pd.Timestamp, end: Mapping[str, float]) -> pd.DataFrame:
    """Return the two points between which a forecast is drawn."""
    names = ("projected", "low", "high")
    return pd.DataFrame(
        {
            "day": [today["day"], ends_on],
            **{name: [today["progress"], end[name]] for name in names},
        }
    )


def _end_of(way: pd.DataFrame, name: str, strong: bool, narrow: bool) -> _Label:
    """Name a series by where it stands and where it ends; the highlighted one with its band."""
    now, end = way["projected"].iloc[0], way.iloc[-1]
    lines = _named(f"{_bare(now)} → {percent(end['projected'])}", name, narrow)
    if strong:
        lines = (*lines, f"{_bare(end['low'])}–{percent(end['high'])}")
    return _Label(end["day"], end["projected"], lines, strong)


def _today_of(last: pd.Series, name: str, strong: bool, narrow: bool) -> _Label:
    lines = _named(percent(last["progress"]), name, narrow)
    return _Label(last["day"], last["progress"], lines, strong)


def _named(figure: str, name: str, narrow: bool) -> tuple[str, ...]:
    """Write a figure and a name: on a phone below one another."""
    shown = escape(_fitting(name, narrow))
    return (figure, shown) if narrow else (f"{figure} {shown}",)


def _bare(share: float) -> str:
    return percent(share).removesuffix("\u00a0%")


def _fitting(name: str, narrow: bool) -> str:
    most = LONGEST_NARROW if narrow else LONGEST
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _fractions(palette: Palette) -> dict[str, object]:
    return percent_axis(palette, range=[0, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1], automargin=True)


def _mode(part: pd.DataFrame) -> str:
    """Mark the single weeks, unless they are so many that the marks hide the line."""
    return "lines+markers" if len(part) <= MARKED else "lines"


def _line(part: pd.DataFrame, name: str, palette: Palette, strong: bool) -> go.Scatter:
    return go.Scatter(
        x=part["day"],
        y=part["progress"],
        mode=_mode(part) if strong else "lines",
        connectgaps=False,
        cliponaxis=False,
        line={"color": palette.accent if strong else palette.muted, "width": 3 if strong else 1.3},
        opacity=1 if strong else 0.75,
        marker={"size": 7},
        customdata=[
            [
                f"{day(row.day)}: {percent(row.progress, 1)}",
                t("expected {expected}", expected=percent(row.expected_progress, 1)),
                measured_words(row.measured, row.total),
            ]
            for row in part.itertuples()
        ],
        hovertemplate=(
            f"<b>{escape(name)}</b><br>%{{customdata[0]}}<br>%{{customdata[1]}}"
            "<br>%{customdata[2]}<extra></extra>"
        ),
    )


def _pace(span: Span, palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=list(span), y=[0, 1], mode="lines", hoverinfo="skip",
        line={"color": palette.muted, "width": 1.6, "dash": "dot"},
    )  # fmt: skip


#: Where along the dotted line its name may stand, as shares of the way, the best place first; how far
#: it reaches to the left, how far its middle stands above the line, and the distance that is enough.
_PLACES, _REACH, _ABOVE, _ENOUGH = (0.3, 0.45, 0.6, 0.75, 0.9, 0.2), 0.16, 0.05, 0.07


def _pace_label(
    span: Span, palette: Palette, traces: Sequence[go.Scatter] = ()
) -> dict[str, object]:
    """Name the dotted line where no other line runs through its name."""
    lines = [_line_in(span, trace) for trace in traces]
    place = max(_PLACES, key=lambda share: min(_ENOUGH, _distance(share, lines)))
    return {
        "x": span[0] + (span[1] - span[0]) * place, "y": place, "text": t("expected pace"),
        "showarrow": False, "xanchor": "right", "yanchor": "bottom", "xshift": -4,
        "font": {"size": 12, "color": palette.muted},
    }  # fmt: skip


def _line_in(span: Span, trace: go.Scatter) -> tuple[np.ndarray, np.ndarray]:
    """Return where a line runs: shares of the span, and heights; without what is not known."""
    days = pd.DatetimeIndex(trace.x)
    shares = np.asarray((days - span[0]) / (span[1] - span[0]), dtype=float)
    heights = np.asarray(trace.y, dtype=float)
    known = ~np.isnan(heights)
    return shares[known], heights[known]


def _distance(share: float, lines: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return how far the nearest line runs from a name that ends at a share of the way."""
    at = np.linspace(share - _REACH, share, 9)
    nearest = 1.0
    for shares, known in lines:
        if len(known):
            heights = np.interp(at, shares, known, np.nan, np.nan)
            gaps = np.abs(heights - (share + _ABOVE))
            nearest = min(nearest, *gaps[~np.isnan(gaps)], 1.0)
    return nearest


def _dashed(way: pd.DataFrame, palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=way["day"], y=way["projected"], mode="lines", hoverinfo="skip", opacity=0.6,
        line={"color": palette.muted, "width": 1.1, "dash": "dash"},
    )  # fmt: skip


def _placed(labels: list[_Label], palette: Palette, height: int) -> list[dict[str, object]]:
    """Place the names at the ends of the lines, moved apart where they would overlap."""
    line = LINE / max(60, height - 40) * 1.04
    order = sorted(labels, key=lambda label: label.y)
    middles = []
    floor = -1.0
    for label in order:
        half = len(label.lines) * line / 2
        middles.append(max(label.y, floor + half))
        floor = middles[-1] + half
    ceiling = 1.04
    for place in range(len(order) - 1, -1, -1):  # what was pushed out above comes down again
        half = len(order[place].lines) * line / 2
        middles[place] = min(middles[place], ceiling - half)
        ceiling = middles[place] - half
    return [
        {
            "x": label.x, "y": middle, "text": _bold(label), "showarrow": False, "xanchor": "left",
            "xshift": 9, "align": "left",
            "font": {"size": 12, "color": palette.accent if label.strong else palette.muted},
        }
        for label, middle in zip(order, middles, strict=True)
    ]  # fmt: skip


def _bold(label: _Label) -> str:
    first, *rest = label.lines
    return "<br>".join([f"<b>{first}</b>" if label.strong else first, *rest])


def _room(labels: list[_Label]) -> int:
    """Return the pixels at the right that the longest label needs."""
    longest = max((len(line) for label in labels for line in label.lines), default=0)
    return int(longest * CHARACTER) + 16


def _range(trend: pd.DataFrame) -> Span:
    if trend.empty:
        return pd.Timestamp(0), pd.Timestamp(1, unit="D")
    return trend["day"].min(), trend["day"].max()


def weekly_figure(
    rows: pd.DataFrame,
    palette: Palette,
    value: str,
    words: list[str],
    span: Span,
    height: int = 260,
    narrow: bool = False,
) -> go.Figure:
    """Draw one weekly share as a line, its last value written at its end.

    ``rows`` has a day and the column ``value`` (fractions, missing where nothing is eligible: a gap);
    ``words`` say of each row what stands behind it, translated.
    """
    known = rows.dropna(subset=[value])
    labels = (
        [
            _Label(
                known["day"].iloc[-1],
                known[value].iloc[-1],
                (percent(known[value].iloc[-1]),),
                True,
            )
        ]
        if len(known)
        else []
    )
    trace = go.Scatter(
        x=rows["day"], y=rows[value], mode=_mode(rows), connectgaps=False, cliponaxis=False,
        line={"color": palette.accent, "width": 3}, marker={"size": 7},
        customdata=[
            [f"{day(when)}: {percent(share, 1)}", text]
            for when, share, text in zip(rows["day"], rows[value], words, strict=True)
        ],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    layout = base_layout(
        palette,
        height,
        margin={"l": 8, "r": _room(labels), "t": 12, "b": 28},
        annotations=_placed(labels, palette, height),
        xaxis=day_axis(palette, *span, narrow),
        yaxis=_fractions(palette),
        hovermode="closest",
    )
    return go.Figure([trace], layout)


def overlay_figure(
    cycles: pd.DataFrame, palette: Palette, chosen: str, height: int = 330, narrow: bool = False
) -> go.Figure:
    """Draw progress of several cycles over the weeks of a cycle, the chosen one bold.

    ``cycles`` has series, number (week, from 1), progress, measured and total.
    """
    most = int(cycles["number"].max()) if len(cycles) else 1
    traces: list[go.Scatter] = []
    labels: list[_Label] = []
    now: list[dict[str, object]] = []
    for series, part in sorted(
        cycles.groupby("series", sort=False), key=lambda each: each[0] == chosen
    ):
        strong = series == chosen
        known = part.dropna(subset=["progress"])
        if len(known):
            last = known.iloc[-1]
            lines = _named(percent(last["progress"]), str(series), narrow)
            if last["number"] < most:  # others go on where it would stand
                now.append(_above(last, "<br>".join(lines), palette, strong))
            else:
                labels.append(_Label(last["number"], last["progress"], lines, strong))
        traces.append(_cycle_line(str(series), part, palette, strong))
    step = 4 * math.ceil(most / 16)
    ticks = [*range(step, most + 1, step)] or [1]
    layout = base_layout(
        palette,
        height,
        margin={"l": 8, "r": _room(labels), "t": 12, "b": 28},
        annotations=_placed(labels, palette, height) + now,
        xaxis={
            "range": [0.7, most + 0.1], "tickvals": ticks, "showgrid": False, "fixedrange": True,
            "ticktext": [t("week {n}", n=number(tick)) for tick in ticks], "tickangle": 0,
            "tickfont": {"color": palette.muted, "size": 12}, "linecolor": palette.grid,
        },
        yaxis=_fractions(palette),
        hovermode="closest",
    )  # fmt: skip
    return go.Figure(traces, layout)


def _above(last: pd.Series, text: str, palette: Palette, strong: bool) -> dict[str, object]:
    """Name a point above it and to its left, where a line that rises has left room."""
    return {
        "x": last["number"], "y": last["progress"], "text": f"<b>{text}</b>" if strong else text,
        "showarrow": False, "xanchor": "right", "yanchor": "bottom", "yshift": 5,
        "font": {"size": 12, "color": palette.accent if strong else palette.muted},
    }  # fmt: skip


def _cycle_line(series: str, part: pd.DataFrame, palette: Palette, strong: bool) -> go.Scatter:
    return go.Scatter(
        x=part["number"],
        y=part["progress"],
        mode=_mode(part) if strong else "lines",
        connectgaps=False,
        cliponaxis=False,
        line={"color": palette.accent if strong else palette.muted, "width": 3 if strong else 1.6},
        opacity=1 if strong else 0.8,
        marker={"size": 7},
        customdata=[
            [
                t("week {n}", n=number(row.number))
                + f" ({day(row.day)}): {percent(row.progress, 1)}",
                measured_words(row.measured, row.total),
            ]
            for row in part.itertuples()
        ],
        hovertemplate=(
            f"<b>{escape(series)}</b><br>%{{customdata[0]}}<br>%{{customdata[1]}}<extra></extra>"
        ),
    )


def forecast_course(
    history: pd.DataFrame,
    span: Span,
    projected: float | None,
    low: float | None,
    high: float | None,
) -> pd.DataFrame:
    """Return the data of one item's course, which is also its table twin; fractions, a row a day.

    ``history`` has a day and a progress (0–1); of a day the last one counts, unknown ones are left
    out. Columns: day, progress, projected, low, high, expected (share of ``span`` that has passed).
    The forecast begins on the last day of the history and ends with the span; without history or
    forecast there is none.
    """
    known = (
        history.dropna(subset=["progress"]).drop_duplicates("day", keep="last").sort_values("day")
    )
    course = pd.DataFrame(
        {"day": pd.to_datetime(known["day"]), "progress": known["progress"].clip(0, 1)}
    )
    ahead = pd.DataFrame(columns=["day", "projected", "low", "high"], dtype=float)
    if len(course) and is_known(projected) and course["day"].iloc[-1] < span[1]:
        now = course["progress"].iloc[-1]
        ahead = pd.DataFrame(
            {"day": [course["day"].iloc[-1], span[1]], "projected": [now, projected],
             "low": [now, low], "high": [now, high]}
        )  # fmt: skip
    ahead["day"] = pd.to_datetime(ahead["day"])
    course = course.merge(ahead, on="day", how="outer").sort_values("day", ignore_index=True)
    whole = max((span[1] - span[0]).days, 1)
    passed = (course["day"] - span[0]).dt.days / whole
    return course.assign(expected=passed.clip(0, 1))


def forecast_figure(
    course: pd.DataFrame,
    palette: Palette,
    span: Span,
    height: int = 300,
    narrow: bool = False,
) -> go.Figure:
    """Draw the course so far solid, the forecast dashed within its band, the expected pace dotted.

    Every line is named where it ends. Without a forecast the rest of the way stays empty.
    """
    so_far = course.dropna(subset=["progress"])
    ahead = course.dropna(subset=["projected"])
    traces = [_pace(span, palette)]
    labels: list[dict[str, object]] = []
    if len(ahead):
        traces += _band(ahead, palette)
        labels.append(_end_label(ahead.iloc[-1], palette))
    if len(so_far):
        traces.append(_so_far(so_far, palette))
        labels.append(_now_label(so_far.iloc[-1], palette, span, bool(len(ahead))))
    labels.append(_pace_label(span, palette, traces[1:]))
    first = min([span[0], *so_far["day"]])
    layout = base_layout(
        palette,
        height,
        margin={"l": 8, "r": 78, "t": 12, "b": 28},
        annotations=labels,
        xaxis=day_axis(palette, first, max([span[1], *so_far["day"]]), narrow),
        yaxis=_fractions(palette),
        hovermode="closest",
    )
    return go.Figure(traces, layout)


def _so_far(so_far: pd.DataFrame, palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=so_far["day"], y=so_far["progress"], mode=_mode(so_far), cliponaxis=False,
        line={"color": palette.accent, "width": 3}, marker={"size": 7},
        customdata=[
            [
                f"{day(row.day)}: {percent(row.progress, 1)}",
                t("expected {expected}", expected=percent(row.expected, 1)),
            ]
            for row in so_far.itertuples()
        ],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip


def _band(ahead: pd.DataFrame, palette: Palette) -> list[go.Scatter]:
    edge = {"color": mix(palette.surface, palette.accent, 0.35), "width": 1}
    return [
        go.Scatter(x=ahead["day"], y=ahead["high"], mode="lines", line=edge, hoverinfo="skip"),
        go.Scatter(
            x=ahead["day"], y=ahead["low"], mode="lines", line=edge, hoverinfo="skip",
            fill="tonexty", fillcolor=mix(palette.surface, palette.accent, 0.16),
        ),
        go.Scatter(
            x=ahead["day"], y=ahead["projected"], mode="lines",
            line={"color": palette.accent, "width": 2.5, "dash": "dash"},
            customdata=[
                [
                    t("forecast for {day}: {share}", day=day(row.day), share=percent(row.projected, 1)),
                    t("{low} to {high}", low=percent(row.low, 1), high=percent(row.high, 1)),
                ]
                for row in ahead.itertuples()
            ],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        ),
    ]  # fmt: skip


def _end_label(end: pd.Series, palette: Palette) -> dict[str, object]:
    return {
        "x": end["day"], "y": end["projected"], "showarrow": False, "xanchor": "left", "xshift": 6,
        "yanchor": "top" if end["projected"] > 0.9 else "middle", "align": "left",
        "text": f"<b>{percent(end['projected'])}</b>"
        f"<br>{percent(end['low']).removesuffix(' %')}–{percent(end['high'])}",
        "font": {"size": 12, "color": palette.accent},
    }  # fmt: skip


def _now_label(now: pd.Series, palette: Palette, span: Span, goes_on: bool) -> dict[str, object]:
    """Name the last point; where a forecast goes on, on the side on which no pace is expected."""
    behind = now["progress"] * (span[1] - span[0]) < now["day"] - span[0]  # a span may be one day
    return {
        "x": now["day"], "y": now["progress"], "text": f"<b>{percent(now['progress'])}</b>",
        "showarrow": False, "font": {"size": 12, "color": palette.accent},
        **(
            {"xanchor": "left", "xshift": 9}
            if not goes_on
            else {"xanchor": "left", "yanchor": "top", "yshift": -6}
            if behind
            else {"xanchor": "right", "yanchor": "bottom", "yshift": 6}
        ),
    }  # fmt: skip
