"""Cycles as pictures: on a line of time, their ratios beside each other, and how they closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_skeleton

from okr_data.charts.bars import stacked_layout
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
    short_day,
    wrap,
)
from okr_data.texts import ENGLISH, Words, day, language, mark, number, t

BAND_WORDS = Words(
    {
        "green": mark("Green"),
        "yellow": mark("Yellow"),
        "red": mark("Red"),
        "unscored": mark("Without score"),
    }
)
#: Cycles on the line of time; of more, the newest.
SHOWN = 16
ROW_HEIGHT = 40
_BELOW = "└ "
_DAY = 86_400_000  # milliseconds, in which Plotly measures the length of a bar on a line of time


# --- line of time ----------------------------------------------------------------


def timeline_rows(timeline: pd.DataFrame, chosen: str | None = None) -> pd.DataFrame:
    """Return the cycles with what lies within a longer one below it, ready to draw.

    Columns: cycle, depth, starts_on, ends_on, days, objectives, measured, progress, expected, gap.
    Of very many the newest are kept, the chosen one and those around it always.
    """
    rows = timeline.drop_duplicates("cycle").set_index("cycle", drop=False)
    outer = {
        str(name): str(around)
        for name, around in rows["outer_cycle"].items()
        if isinstance(around, str) and around in rows.index
    }
    kept = _kept(rows, outer, chosen)
    order = [name for name in rows.index if name in kept]
    walked = _walk(order, {name: above for name, above in outer.items() if name in kept})
    shown = rows.loc[[name for name, _ in walked]]
    return pd.DataFrame(
        {
            "cycle": shown["cycle"].to_numpy(),
            "depth": [depth for _, depth in walked],
            "starts_on": pd.to_datetime(shown["starts_on"]).to_numpy(),
            "ends_on": pd.to_datetime(shown["ends_on"]).to_numpy(),
            "days": (
                (pd.to_datetime(shown["ends_on"]) - pd.to_datetime(shown["starts_on"])).dt.days + 1
            ).to_numpy(),
            "objectives": shown["objectives"].to_numpy(int),
            "measured": shown["measured"].to_numpy(int),
            "progress": shown["progress"].to_numpy(float),
            "expected": shown["expected_progress"].to_numpy(float),
            "gap": (shown["progress"] - shown["expected_progress"]).to_numpy(float),
        }
    )


def _kept(rows: pd.DataFrame, outer: dict[str, str], chosen: str | None) -> set[str]:
    """Return the cycles that are shown: the newest, with those around them."""
    newest = rows.sort_values("starts_on", ascending=False, kind="stable").index[:SHOWN]
    kept = {str(name) for name in newest}
    if chosen is not None and chosen in rows.index:
        kept.add(chosen)
    todo = list(kept)
    while todo:
        above = outer.get(todo.pop())
        if above is not None and above not in kept:
            kept.add(above)
            todo.append(above)
    return kept


def _walk(order: list[str], outer: dict[str, str]) -> list[tuple[str, int]]:
    """Return every cycle with its depth, each followed by those within it."""
    inner: dict[str | None, list[str]] = {}
    for name in order:
        inner.setdefault(outer.get(name), []).append(name)
    walked: list[tuple[str, int]] = []
    todo = [(name, 0) for name in reversed(inner.get(None, []))]
    while todo:
        name, depth = todo.pop()
        walked.append((name, depth))
        todo.extend((below, depth + 1) for below in reversed(inner.get(name, [])))
    return walked


def timeline_figure(
    rows: pd.DataFrame,
    palette: Palette,
    as_of: date | None,
    chosen: str | None = None,
    narrow: bool = False,
) -> go.Figure:
    """Draw each cycle as its span of time, filled as far as its objectives have come.

    Where the fill ends at the line of the as-of day, the cycle is on pace.
    """
    shown = rows.iloc[::-1]
    labels = [
        (_BELOW if r.depth else "") + wrap(str(r.cycle), 16, 1) for r in shown.itertuples()
    ]  # distinct: the place is what counts, not the text
    places = list(range(len(shown)))
    track = _spans(shown, places, shown["days"], [palette.track] * len(shown), hover=False)
    filled = _spans(
        shown,
        places,
        shown["days"] * shown["progress"].fillna(0),
        [gap_colour(gap, palette) for gap in shown["gap"]],
        hover=True,
    )
    words = [
        {
            "x": 1.01, "xref": "paper", "y": place, "xanchor": "left", "showarrow": False,
            "align": "left", "font": {"size": 13, "color": palette.text},
            "text": _stands(row, chosen),
        }
        for place, row in zip(places, shown.itertuples(), strict=True)
    ]  # fmt: skip
    layout = base_layout(
        palette,
        max(110, ROW_HEIGHT * len(shown) + 36),
        barmode="overlay",
        margin={"l": 8, "r": 122, "t": 18, "b": 28},
        annotations=words + _today_label(as_of, shown, palette),
        shapes=_today(as_of, shown, palette),
        xaxis={
            "type": "date", "fixedrange": True, "showgrid": True, "gridcolor": palette.grid,
            **_months(shown, 1 if narrow else 6), "tickangle": 0,
            "tickfont": {"color": palette.muted, "size": 12},
        },
        yaxis={
            "automargin": True, "fixedrange": True, "tickvals": places, "ticktext": labels,
            "tickfont": {"size": 13}, "ticklabelstandoff": 8, "zeroline": False, "showgrid": False,
        },
    )  # fmt: skip
    return go.Figure([track, filled], layout)


def _months(rows: pd.DataFrame, most: int) -> dict[str, object]:
    """Return first days of months as ticks, at most so many; Plotly knows English months only."""
    if rows.empty:
        return {}
    first, last = rows["starts_on"].min(), rows["ends_on"].max()
    months = pd.date_range(first.normalize(), last, freq="MS")
    step = next((n for n in (1, 3, 6, 12, 24, 60) if len(months) / n <= most), 120)
    ticks = [m for m in months if (m.year * 12 + m.month - 1) % step == 0] or months[:1]
    return {"tickvals": ticks, "ticktext": [_month(m) for m in ticks]}


def _month(day: pd.Timestamp) -> str:
    if (code := language()) == ENGLISH:
        return f"{day:%b %y}"
    return str(format_skeleton("yyMMM", day, locale=code))


def _spans(
    rows: pd.DataFrame, places: list[int], days: pd.Series, colours: list[str], hover: bool
) -> go.Bar:
    return go.Bar(
        base=rows["starts_on"],
        x=days * _DAY,
        y=places,
        orientation="h",
        width=0.5,
        marker={"color": colours, "line": {"width": 0}, "cornerradius": 4},
        hoverinfo=None if hover else "skip",
        customdata=[
            [
                escape(str(r.cycle)),
                "<br>".join(
                    (
                        f"{day(r.starts_on)} – {day(r.ends_on)}",
                        t("progress {progress}", progress=percent(r.progress, 1)),
                        t("expected {expected}", expected=percent(r.expected, 1)),
                        points(r.gap),
                        t(
                            "{measured} of {all} objectives measured",
                            measured=number(r.measured), all=number(r.objectives),
                        ),
                    )
                ),
            ]
            for r in rows.itertuples()
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>" if hover else None,
    )  # fmt: skip


def _stands(row: object, chosen: str | None) -> str:
    progress, gap = row.progress, row.gap  # type: ignore[attr-defined]
    words = f"<b>{percent(progress)}</b>"
    if is_known(gap):
        words += f"  {points(gap)}"
    return f"{words}  ◂" if row.cycle == chosen else words  # type: ignore[attr-defined]


def _within(as_of: date | None, rows: pd.DataFrame) -> bool:
    if as_of is None or rows.empty:
        return False
    return bool(rows["starts_on"].min() <= pd.Timestamp(as_of) <= rows["ends_on"].max())


def _today(as_of: date | None, rows: pd.DataFrame, palette: Palette) -> list[dict[str, object]]:
    if as_of is None or not _within(as_of, rows):
        return []
    return [
        {
            "type": "line", "x0": as_of.isoformat(), "x1": as_of.isoformat(), "y0": 0, "y1": 1,
            "yref": "paper", "line": {"color": palette.text, "width": 1.6, "dash": "dot"},
        }
    ]  # fmt: skip


def _today_label(
    as_of: date | None, rows: pd.DataFrame, palette: Palette
) -> list[dict[str, object]]:
    if as_of is None or not _within(as_of, rows):
        return []
    return [
        {
            "x": as_of.isoformat(), "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False,
            "text": short_day(as_of), "font": {"size": 12, "color": palette.muted},
        }
    ]  # fmt: skip


# --- ratios ----------------------------------------------------------------------


def ratio_rows(compared: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return cycle, series, label and ratio of each figure of ``names`` in each cycle, in order."""
    parts = [
        pd.DataFrame(
            {
                "cycle": compared["cycle"], "series": name, "label": label,
                "ratio": compared[name].astype(float),
            }
        )
        for name, label in names.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def ratio_figure(rows: pd.DataFrame, palette: Palette, height: int = 230) -> go.Figure:
    """Draw one line a figure over the cycles, named at its end; what is not known is a gap."""
    cycles = [escape(str(name)) for name in dict.fromkeys(rows["cycle"])]
    colours = [palette.accent, palette.muted, mix(palette.ahead, palette.text, 0.25)]
    dashes = ["solid", "dot", "dash"]
    figure = go.Figure()
    ends: list[tuple[float, str, str]] = []
    for place, (_, part) in enumerate(rows.groupby("series", sort=False)):
        colour, label = colours[place % 3], str(part["label"].iloc[0])
        figure.add_scatter(
            x=[escape(str(name)) for name in part["cycle"]], y=part["ratio"], mode="lines+markers",
            connectgaps=False, line={"color": colour, "width": 2.4, "dash": dashes[place % 3]},
            marker={"size": 8}, name=label,
            customdata=[percent(value, 1) for value in part["ratio"]],
            hovertemplate=f"<b>%{{x}}</b><br>{escape(label)}: %{{customdata}}<extra></extra>",
        )  # fmt: skip
        known = part.dropna(subset=["ratio"])
        if len(known):
            last = float(known["ratio"].iloc[-1])
            ends.append((last, f"<b>{percent(last)}</b> {escape(label)}", colour))
    figure.update_layout(
        base_layout(
            palette,
            height,
            margin={"l": 8, "r": 150, "t": 12, "b": 28},
            annotations=_apart(ends, height),
            xaxis={
                "type": "category", "categoryorder": "array", "categoryarray": cycles,
                "fixedrange": True, "showgrid": False, "tickfont": {"color": palette.muted, "size": 12},
                "range": [-0.15, max(len(cycles) - 0.9, 0.15)],
            },
            yaxis=percent_axis(
                palette, range=[-0.03, 1.05], tickvals=[0, 0.25, 0.5, 0.75, 1], automargin=True
            ),
        )
    )  # fmt: skip
    return figure


def _apart(ends: list[tuple[float, str, str]], height: int) -> list[dict[str, object]]:
    """Place the names right of the lines, moved apart where they would overlap."""
    step = 17 * 1.08 / max(60, height - 40)
    placed: list[dict[str, object]] = []
    floor = -1.0
    for value, text, colour in sorted(ends):
        y = max(value, floor + step)
        floor = y
        placed.append(
            {
                "x": 1.01, "xref": "paper", "y": y, "text": text, "showarrow": False,
                "xanchor": "left", "font": {"size": 12, "color": colour},
            }
        )  # fmt: skip
    return placed


# --- scores at close -------------------------------------------------------------


def band_rows(compared: pd.DataFrame) -> pd.DataFrame:
    """Return one row a closed cycle and band with count, share and total; bands without any have none."""
    closed = compared[compared["closed"] & (compared["objectives"] > 0)]
    rows = [
        {
            "label": str(row["cycle"]), "band": band, "word": word, "count": int(row[band]),
            "share": row[band] / row["objectives"], "total": int(row["objectives"]),
        }
        for _, row in closed.iterrows()
        for band, word in BAND_WORDS.items()
        if row[band] > 0
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["label", "band", "word", "count", "share", "total"])


def band_figure(rows: pd.DataFrame, palette: Palette) -> go.Figure:
    """Draw the bands of each closed cycle as one stacked bar with counts written into it."""
    colours = {
        "green": palette.ahead, "yellow": palette.neutral, "red": palette.behind,
        "unscored": palette.unmeasured,
    }  # fmt: skip
    labels = list(dict.fromkeys(rows["label"]))
    bars = [
        go.Bar(
            x=part["share"], y=[escape(label) for label in part["label"]], orientation="h", width=0.5,
            name=BAND_WORDS[band], text=[number(count) for count in part["count"]],
            textposition="inside", insidetextanchor="middle", textangle=0,
            textfont={"color": palette.on_colour, "size": 12},
            marker={
                "color": colours[band], "line": {"width": 1.5, "color": palette.surface},
                "pattern": {
                    "shape": "/" if band == "unscored" else "", "size": 6, "solidity": 0.2,
                    "fillmode": "overlay", "fgcolor": palette.muted,
                },
            },
            hovertext=[
                f"{r.word}: {t('{part} of {whole}', part=number(r.count), whole=number(r.total))}"
                for r in part.itertuples()
            ],
            hovertemplate="<b>%{y}</b><br>%{hovertext}<extra></extra>",
        )
        for band in BAND_WORDS
        for part in (rows[rows["band"] == band],)
        if len(part)
    ]  # fmt: skip
    height = max(120, ROW_HEIGHT * len(labels) + 70)
    return go.Figure(bars, stacked_layout(labels, palette, height, right=8))
