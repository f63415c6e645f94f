"""Charts with a quiet menu of what can be taken along: pictures, a page, the data.

The menu is one button until it is opened; files are made when they are asked for. Pictures need a
browser on the machine of the dashboard; where there is none, the page that can be saved draws
PNG and SVG in the reader's own browser.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from okr_data.charts.theme import LIGHT, Palette
from okr_data.export import pictures
from okr_data.export.workbook import table_xlsx
from okr_data.neutral import file_name, neutral_csv
from okr_data.texts import Words, mark
from okr_data.ui.downloads import exported, offer
from okr_data.ui.filters import View
from okr_data.ui.frame import palette as palette_seen
from okr_data.ui.words import day, t

#: Plotly's own tool bar is not shown: the menu takes its place.
CHART = {"displayModeBar": False}
#: A figure as it is, or drawn in given colours: then pictures are light whatever the page is.
Drawing: TypeAlias = go.Figure | Callable[[Palette], go.Figure]
Table: TypeAlias = pd.DataFrame | Callable[[], pd.DataFrame]
#: What a chart shows, told in its pictures; in short what the page Definitions says.
DEFINITIONS = Words(
    {
        "pace": mark(
            "Bar = mean progress of the objectives, not measured ones left out; tick = expected pace, the share "
            "of their time that has passed."
        ),
        "states": mark(
            "Objectives below company level by the state of their chain of alignments upwards; contributing and "
            "supporting ones have a line of sight to a company objective."
        ),
        "weeks": mark(
            "Mean progress of the objectives at the end of each week, not measured ones left out; dotted = "
            "expected pace, dashed = forecast."
        ),
        "forecast": mark(
            "Solid = progress so far; dashed = a robust line through it, drawn on to the end with its interval; "
            "dotted = expected pace."
        ),
        "carries": mark(
            "Share = the part of the roll-up of a company objective that rests on it; points delivered and still "
            "to come add up to the share."
        ),
        "ratios": mark(
            "Ratios count objectives below company level; the scorecard is the mean of its dimensions, each the "
            "mean of its checks."
        ),
        "scores": mark("Objectives of closed cycles by the band of their score at close."),
        "moves": mark("Progress of objectives on two days: ring = then, dot = now."),
        "confidence": mark("Mean of the confidence as last stated; what states none is left out."),
        "cadence": mark(
            "Share of what runs and is not done that was checked in within the cadence of the settings."
        ),
        "effects": mark("Roll-up of each objective above: hollow = today, full = then."),
        "sight": mark(
            "Lines lead from an item to what it is aligned to, up to the company objectives."
        ),
        "tree": mark("Each sector is an objective below its parent; colour = gap to pace."),
        "scorecard": mark(
            "Score of a dimension = mean of its checks; a check = passed of all it looked at."
        ),
        "findings": mark("Items that a rule found and nobody excused, of all that it looked at."),
        "reasons": mark("Reported figures by the reason why they differ from the computed ones."),
        "recall": mark(
            "Links are hidden, then their parent is looked for: how often it is among the first."
        ),
    }
)


def show_chart(
    view: View,
    figure: Drawing,
    *,
    key: str,
    alt: str,
    title: str,
    definition: str,
    data: Table,
    palette: Palette | None = None,
    **options: Any,
) -> Any:
    """Show a chart and its menu; return what ``st.plotly_chart`` returns.

    ``palette``: the colours of the page, where they are at hand.
    ``title`` and ``definition`` are plain text, told in pictures; ``data`` is the chart's table.
    """
    shown = figure(palette or palette_seen()) if callable(figure) else figure
    event = st.plotly_chart(shown, theme=None, config=CHART, key=key, alt=alt, **options)
    _menu(view, figure, key, title, definition, data)
    return event


@st.fragment
def _menu(view: View, figure: Drawing, key: str, title: str, definition: str, data: Table) -> None:
    """Show the button; what is in it is written only once it is open, without a run of the page."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        box = st.popover(
            "",
            icon=":material/download:",
            type="tertiary",
            help=t("Take this chart along"),
            on_change="rerun",
            key=f"{key}-menu",
        )
    if box.open:
        with box:
            _offers(view, figure, key, title, definition, data)


def _offers(
    view: View, figure: Drawing, key: str, title: str, definition: str, data: Table
) -> None:
    def light() -> go.Figure:
        return figure(LIGHT) if callable(figure) else figure

    def texts() -> tuple[str, str, str, str]:
        return title, _part(view), definition, source(view)

    def picture(draw: Callable[[go.Figure], bytes]) -> Callable[[], bytes]:
        return lambda: draw(pictures.framed(light(), *texts()))

    def table() -> pd.DataFrame:
        return exported(data() if callable(data) else data, view)

    name = file_name(f"{title} {view.filters.cycle or ''}".strip())[:80].strip(" .")
    files: dict[str, tuple[str, Callable[[], bytes]]] = {
        "html": (t("Page (HTML)"), lambda: pictures.page(light(), *texts())),
        "csv": (t("Data (CSV)"), lambda: neutral_csv(table())),
        "xlsx": (t("Data (XLSX)"), lambda: table_xlsx(table(), title, texts()[1:])),
    }
    if pictures.browser_path() is not None:
        files = {
            "png": (t("Picture (PNG)"), picture(pictures.png)),
            "svg": (t("Picture (SVG)"), picture(pictures.svg)),
            "pdf": (t("Picture (PDF)"), picture(pictures.pdf)),
        } | files
    else:
        st.caption(pictures.what_to_install())
        st.caption(t("Until then, open the page (HTML): it saves the chart as PNG or SVG."))
    for kind, (label, make) in files.items():
        offer(label, make, f"{name}.{kind}", f"{key}-{kind}", type="tertiary")


def _part(view: View) -> str:
    """Say of which cycle, day and part of the organisation a chart is."""
    return f"{view.cycle_name} · {view.subtitle()}"


def source(view: View) -> str:
    """Say which day and which settings made the figures."""
    return t(
        "Source: OKR data of {day}; settings {digest}.",
        day=day(view.catalogue.as_of),
        digest=view.data.settings().digest(),
    )
