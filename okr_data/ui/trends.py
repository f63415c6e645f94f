"""The parts of the page Trends."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from okr_data.charts import trends
from okr_data.charts.theme import Palette
from okr_data.queries import Trends
from okr_data.ui import tables
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.overview import CHART
from okr_data.ui.words import LEVEL_NAMES, NO_DEPARTMENT, day, of, percent, points, safe

_EVERYTHING = "All objectives"


def render_sentence(view: View, whole: pd.DataFrame) -> None:
    """Say what the last week brought."""
    known = whole.dropna(subset=["progress"])
    name = safe(view.cycle_name)
    if known.empty:
        verdict = f"{name}: nothing is measured yet"
    elif len(known) == 1:
        verdict = (
            f"{name} stands at {percent(known.iloc[-1]['progress'])} in its first measured week"
        )
    else:
        now, before = known.iloc[-1], known.iloc[-2]
        step = now["progress"] - before["progress"]
        verdict = (
            f"{name} moved {points(step) if round(step * 100) else '0 pts'} since "
            f"{day(before['day'])} and stands at {percent(now['progress'])}"
        )
    st.title(verdict, anchor=False)
    st.caption(safe(view.subtitle()))


def render_trends(view: View, shown: Trends, palette: Palette) -> None:
    """Show the whole against pace, then the levels and the departments."""
    if shown.whole.empty:
        _no_weeks(view)
        return
    span = _span(view)
    with card(
        "All objectives of this view", "progress as of each week’s last day; dotted = expected pace"
    ):
        _chart(shown.whole, palette, {"all": _EVERYTHING}, "all", span, 330)
        _coverage(shown.whole)
        _table(shown.whole, {"all": _EVERYTHING})
    left, right = st.columns(2, gap="small")
    with left, card("By level"):
        _breakdown(shown.by_level, palette, "level", LEVEL_NAMES, span)
    with right, card("By department"):
        _breakdown(shown.by_department, palette, "department", {}, span)


def _no_weeks(view: View) -> None:
    """Say why there is no trend although there are objectives."""
    begun = view.cycle is not None and view.cycle.starts_on is not None
    reason = (
        f"{view.cycle_name} has not begun by {day(view.catalogue.as_of)}."
        if begun
        else f"Nothing says when {view.cycle_name} starts and ends. Give its objectives dates, or a "
        "cycle whose name says them, such as Q4 2026."
    )
    with st.container(border=True, key="no_weeks"):
        st.subheader("No weeks to show yet", anchor=False)
        st.write(safe(reason))


def _breakdown(
    parts: pd.DataFrame,
    palette: Palette,
    by: str,
    names: dict[str, str],
    span: tuple[pd.Timestamp, pd.Timestamp] | None,
) -> None:
    """Show one line a level or department; the chosen one stands out."""
    if by == "department":
        parts = parts.assign(series=parts["series"].fillna(NO_DEPARTMENT))
    options = list(parts.dropna(subset=["progress"])["series"].unique())
    if not options:
        st.write("Nothing is measured here yet.")
        return
    chosen = st.selectbox(
        f"Highlighted {by}",
        options,
        format_func=lambda series: names.get(series, series),
        key=f"highlighted_{by}",
        bind="query-params",
    )
    _chart(parts, palette, names, chosen, span, 380)
    _table(parts, names)


def _span(view: View) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    cycle = view.cycle
    if cycle is None or cycle.starts_on is None or cycle.ends_on is None:
        return None
    return pd.Timestamp(cycle.starts_on), pd.Timestamp(cycle.ends_on)


def _chart(
    trend: pd.DataFrame,
    palette: Palette,
    names: dict[str, str],
    highlighted: str,
    span: tuple[pd.Timestamp, pd.Timestamp] | None,
    height: int,
) -> None:
    last = trend.dropna(subset=["progress"]).groupby("series").tail(1)
    st.plotly_chart(
        trends.trend_figure(trend, palette, names, highlighted, span, height),
        theme=None,
        config=CHART,
        key=f"trend-{'-'.join(names) or 'departments'}",
        alt="Progress week by week. Latest: "
        + "; ".join(
            f"{names.get(r.series, r.series)} {percent(r.progress)}" for r in last.itertuples()
        ),
    )


def _coverage(whole: pd.DataFrame) -> None:
    last = whole.iloc[-1]
    st.caption(
        f"{of(int(last['measured']), int(last['total']), 'objectives')} measured as of {day(last['day'])}; "
        "weeks in which nothing was measured are gaps, not zeros."
    )


def _table(trend: pd.DataFrame, names: dict[str, str]) -> None:
    with st.expander("Show as table"):
        wide = trends.trend_table(trend).rename(columns=names)
        figures = [column for column in wide.columns if column != "As of"]
        wide[figures] = wide[figures] * 100
        tables.show(
            wide,
            "Progress by week",
            {"As of": st.column_config.DateColumn(format="D MMM YYYY", pinned=True)}
            | {column: tables.percent_column(column) for column in figures},
        )
