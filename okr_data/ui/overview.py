"""The parts of the page Overview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st

from okr_data.board import Outlook
from okr_data.charts import bars
from okr_data.charts.theme import Palette
from okr_data.charts.words import verdict
from okr_data.queries import Headline, Overview
from okr_data.settings import Settings
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.ways import way
from okr_data.ui.words import (
    NO_CYCLE,
    STATE_NAMES,
    day,
    key_results,
    localised,
    number,
    objectives,
    of,
    percent,
    points,
    safe,
    t,
)

CHART = {"displayModeBar": False}


def render_sentence(view: View, figures: Headline) -> None:
    """Say in one sentence how the cycle stands, with every denominator."""
    st.title(
        verdict(safe(view.cycle_name), figures.progress, figures.expected, figures.alignment_ratio),
        anchor=False,
    )


def render_tiles(shown: Overview, ahead: Outlook, settings: Settings) -> None:
    """Show the headline figures, each with numerator, denominator and its weeks."""
    figures, weekly = shown.headline, shown.weekly
    with st.grid(5, min_column_width=215, gap="small"):
        _tile(
            t("Progress"),
            percent(figures.progress, 1),
            _delta(figures.progress, figures.expected),
            t("vs {expected} expected", expected=percent(figures.expected, 1)),
            weekly["progress"],
            partial(percent, digits=1),
            t(
                "Mean progress of the objectives, against the share of their time that has passed: "
                "{measured} measured; what is not measured is left out.",
                measured=of(figures.measured, figures.objectives),
            ),
            colour="normal",
        )
        _tile(
            t("Line of sight to a company goal"),
            percent(figures.alignment_ratio, 1),
            of(figures.line_of_sight, figures.below_company),
            t("objectives"),
            weekly["line_of_sight"],
            partial(percent, digits=1),
            t(
                "The alignment ratio: (contributing + supporting) / all objectives below company "
                "level."
            ),
        )
        _tile(
            t("Objectives on pace"),
            of(figures.on_pace, figures.paced) if figures.paced else t("n/a"),
            number(figures.paced - figures.on_pace),
            t("at risk or off track"),
            weekly["on_pace"],
            number,
            pace_help(settings),
        )
        _tile(
            t("Key results measured"),
            of(figures.measured_key_results, figures.key_results),
            day(figures.last_check_in),
            t("last check-in"),
            weekly["measured_key_results"],
            number,
            t("What is not measured is left out of every mean, never counted as 0."),
        )
        _outlook_tile(ahead)


def _outlook_tile(ahead: Outlook) -> None:
    """Show where it ends in one figure; its bars are the ends, tenth by tenth."""
    st.metric(
        t("Where it is heading"),
        percent(ahead.projected, 1),
        delta=of(ahead.forecast, ahead.objectives),
        delta_color="off",
        delta_arrow="off",
        delta_description=t("have a forecast"),
        chart_data=list(ahead.ends) if ahead.forecast else None,
        chart_type="bar",
        border=True,
        height="stretch",
        help=t(
            "Mean progress at the end, if everything goes on as it does. Bars: objectives by where "
            "they end, from 0–10 % to 90–100 %. What is measured and has no forecast stands as it does."
        ),
    )


def _tile(
    label: str,
    value: str,
    delta: str | None,
    description: str,
    weeks: pd.Series,
    written: Callable[[float], str],
    help_text: str,
    colour: Literal["normal", "off"] = "off",
) -> None:
    """Show a figure with its weeks; their line fills its height, so its help says how high that is."""
    known = weeks.dropna()
    if len(known) > 1:
        low, high = written(known.min()), written(known.max())
        span = t("Line: week by week, from {low} to {high}.", low=low, high=high)
        help_text = f"{help_text} {span}"
    st.metric(
        label,
        value,
        delta=delta,
        delta_color=colour,
        delta_arrow="auto" if colour == "normal" else "off",
        delta_description=description,
        chart_data=list(known) if len(known) > 1 else None,
        chart_type="area",
        border=True,
        height="stretch",
        help=help_text,
    )


def _delta(progress: float | None, expected: float | None) -> str | None:
    if progress is None or expected is None:
        return None
    return t("{points} pts", points=localised(f"{(progress - expected) * 100:+.1f}"))


def pace_help(settings: Settings) -> str:
    """Say when an objective is on pace, by the rule in force."""
    rules = {
        "ratio": t(
            "Done or on track, of all with a pace: progress / expected of {limit} or more.",
            limit=number(settings.pace_on_track, 2),
        ),
        "gap": t(
            "Done or on track, of all with a pace: less than {limit} behind expected progress.",
            limit=percent(settings.gap_on_track),
        ),
        "forecast": t(
            "Done or on track, of all with a pace: forecast to end at {limit} or more.",
            limit=percent(settings.forecast_on_track),
        ),
    }
    return rules[settings.pace_rule]


def level_label(name: str, cycle: str | None, chosen: str | None) -> str:
    """Name a level; one of a framing cycle says which."""
    return name if cycle == chosen else f"{name} · {cycle or t(NO_CYCLE)}"


def render_levels_and_alignment(view: View, shown: Overview, palette: Palette) -> None:
    """Show progress per level beside the alignment states per level."""
    names = view.data.level_names()
    left, right = st.columns(2, gap="small")
    with left, card(t("Progress by level"), t("bar = progress, tick = expected pace")):
        chosen = _chosen_cycle(shown)
        labels = pd.Series(
            [level_label(names[r.level], _none(r.cycle), chosen) for r in shown.levels.itertuples()]
        )
        rows = bars.pace_rows(shown.levels, labels)
        show_chart(
            view,
            lambda colours: bars.pace_figure(rows, colours),
            palette=palette,
            title=t("Progress by level"),
            definition=DEFINITIONS["pace"],
            data=rows,
            key="levels",
            alt=t(
                "Progress and expected progress by level: {levels}",
                levels="; ".join(
                    f"{r.label} {percent(r.progress)}, {points(r.gap)}" for r in rows.itertuples()
                ),
            ),
        )
        _levels_table(rows, shown.levels)
    with right, card(t("Alignment by level"), t("number of objectives")):
        _alignment(view, shown.alignment, names, palette)


def _none(value: object) -> str | None:
    return None if pd.isna(value) else str(value)


def _chosen_cycle(shown: Overview) -> str | None:
    below = shown.levels[shown.levels["level"] != "company"]
    source = below if len(below) else shown.levels
    return _none(source.iloc[0]["cycle"]) if len(source) else None


def _levels_table(rows: pd.DataFrame, levels: pd.DataFrame) -> None:
    with st.expander(t("Show as table")):
        tables.show(
            pd.DataFrame(
                {
                    "Level": rows["label"],
                    "Progress": tables.in_percent(rows["progress"]),
                    "Expected": tables.in_percent(rows["expected"]),
                    "Measured": [
                        of(m, n) for m, n in zip(rows["measured"], rows["total"], strict=True)
                    ],
                    "Done": levels["done"],
                    "On track": levels["on_track"],
                    "At risk": levels["at_risk"],
                    "Off track": levels["off_track"],
                    "Not started": levels["not_started"],
                }
            ),
            t("Progress by level"),
            {
                "Progress": tables.percent_column(),
                "Expected": tables.percent_column(),
            },
        )


def _alignment(
    view: View, alignment: pd.DataFrame, names: Mapping[str, str], palette: Palette
) -> None:
    if alignment.empty:
        st.write(t("There are no objectives below company level under this filter."))
        return
    labelled = alignment.assign(label=alignment["level"].map(names))
    shares = bars.state_shares(labelled)
    show_chart(
        view,
        lambda colours: bars.state_figure(shares, colours),
        palette=palette,
        title=t("Alignment by level"),
        definition=DEFINITIONS["states"],
        data=shares,
        key="alignment",
        alt=t(
            "Alignment states by level: {states}",
            states="; ".join(
                f"{r.label}: {r.word} {of(r.count, r.total)}"
                for r in shares.itertuples(index=False)
            ),
        ),
    )
    with st.expander(t("Show as table")):
        sight = alignment["contributing"] + alignment["supporting"]
        tables.show(
            pd.DataFrame(
                {
                    "Level": labelled["label"],
                    "Line of sight": sight / alignment["objectives"] * 100,
                    "Aligned": [
                        of(int(a), int(n))
                        for a, n in zip(sight, alignment["objectives"], strict=True)
                    ],
                    **{state: alignment[state] for state in STATE_NAMES},
                }
            ),
            t("Alignment states by level"),
            {
                "Line of sight": tables.percent_column(),
                **{
                    state: st.column_config.NumberColumn(word)
                    for state, word in STATE_NAMES.items()
                },
            },
        )


def render_freshness(view: View, figures: Headline) -> None:
    """Say how old the figures are and how much of them is measured."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="freshness"):
        st.caption(
            t(
                "Figures as of {day}. Last check-in {last}. {objectives} and {key_results} measured; "
                "what is not measured is left out of every mean.",
                day=day(view.catalogue.as_of),
                last=day(figures.last_check_in),
                objectives=part_of(figures.measured, objectives(figures.objectives)),
                key_results=part_of(figures.measured_key_results, key_results(figures.key_results)),
            ),
            width="content",
        )
        way("pages/definitions.py", t("What every figure means"), ":material/menu_book:")


def part_of(part: int, whole: str) -> str:
    """Write a numerator before a counted whole: 3 of 12 objectives."""
    return t("{part} of {whole}", part=number(part), whole=whole)
