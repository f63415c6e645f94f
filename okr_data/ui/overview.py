"""The parts of the page Overview."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import streamlit as st

from okr_data.charts import bars
from okr_data.charts.theme import Palette
from okr_data.queries import Headline, Overview
from okr_data.ui import tables
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.words import LEVEL_NAMES, NO_CYCLE, day, of, percent, points, safe

CHART = {"displayModeBar": False}


def render_sentence(view: View, figures: Headline) -> None:
    """Say in one sentence how the cycle stands, with every denominator."""
    st.title(_verdict(view, figures), anchor=False)
    st.caption(safe(view.subtitle()))


def _verdict(view: View, figures: Headline) -> str:
    name = safe(view.cycle_name)
    if figures.progress is None:
        return f"{name}: nothing is measured yet"
    gap = figures.progress - figures.expected if figures.expected is not None else None
    pace = f", {_gap_words(gap)}" if gap is not None else ""
    aligned = ""
    if figures.alignment_ratio is not None:
        aligned = f"; {percent(figures.alignment_ratio)} of objectives lead to a company goal"
    return f"{name} stands at {percent(figures.progress)}{pace}{aligned}"


def _gap_words(gap: float) -> str:
    whole = round(gap * 100)
    if whole == 0:
        return "on pace"
    return f"{abs(whole)} points {'ahead of' if whole > 0 else 'behind'} pace"


def render_tiles(shown: Overview) -> None:
    """Show the headline figures, each with numerator, denominator and its weeks."""
    figures, weekly = shown.headline, shown.weekly
    with st.grid(4, min_column_width=215, gap="small"):
        _tile(
            "Progress",
            percent(figures.progress, 1),
            _delta(figures.progress, figures.expected),
            f"vs {percent(figures.expected, 1)} expected",
            weekly["progress"],
            f"Mean progress of the objectives: {of(figures.measured, figures.objectives)} measured.",
            colour="normal",
        )
        _tile(
            "Line of sight to a company goal",
            percent(figures.alignment_ratio, 1),
            of(figures.line_of_sight, figures.below_company),
            "objectives",
            weekly["line_of_sight"],
            "The alignment ratio: (contributing + supporting) / all objectives below company level.",
        )
        _tile(
            "Objectives on pace",
            of(figures.on_pace, figures.paced) if figures.paced else "n/a",
            f"{figures.paced - figures.on_pace:,}",
            "at risk or off track",
            weekly["on_pace"],
            "Done or on track, of all with a pace: progress / expected of 0.9 or more.",
        )
        _tile(
            "Key results measured",
            of(figures.measured_key_results, figures.key_results),
            day(figures.last_check_in),
            "last check-in",
            weekly["measured_key_results"],
            "What is not measured is left out of every mean, never counted as 0.",
        )


def _tile(
    label: str,
    value: str,
    delta: str | None,
    description: str,
    weeks: pd.Series,
    help_text: str,
    colour: Literal["normal", "off"] = "off",
) -> None:
    known = weeks.dropna()
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
    return f"{(progress - expected) * 100:+.1f} pts"


def level_label(level: str, cycle: str | None, chosen: str | None) -> str:
    """Name a level; one of a framing cycle says which."""
    name = LEVEL_NAMES[level]
    return name if cycle == chosen else f"{name} · {cycle or NO_CYCLE}"


def render_levels_and_alignment(shown: Overview, palette: Palette) -> None:
    """Show progress per level beside the alignment states per level."""
    left, right = st.columns(2, gap="small")
    with left, card("Progress by level", "bar = progress, tick = expected pace"):
        chosen = _chosen_cycle(shown)
        labels = pd.Series(
            [level_label(r.level, _none(r.cycle), chosen) for r in shown.levels.itertuples()]
        )
        rows = bars.pace_rows(shown.levels, labels)
        st.plotly_chart(
            bars.pace_figure(rows, palette),
            theme=None,
            config=CHART,
            key="levels",
            alt="Progress and expected progress by level: "
            + "; ".join(
                f"{r.label} {percent(r.progress)}, {points(r.gap)}" for r in rows.itertuples()
            ),
        )
        _levels_table(rows, shown.levels)
    with right, card("Alignment by level", "number of objectives"):
        _alignment(shown.alignment, palette)


def _none(value: object) -> str | None:
    return None if pd.isna(value) else str(value)


def _chosen_cycle(shown: Overview) -> str | None:
    below = shown.levels[shown.levels["level"] != "company"]
    source = below if len(below) else shown.levels
    return _none(source.iloc[0]["cycle"]) if len(source) else None


def _levels_table(rows: pd.DataFrame, levels: pd.DataFrame) -> None:
    with st.expander("Show as table"):
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
            "Progress by level",
            {
                "Progress": tables.percent_column("Progress"),
                "Expected": tables.percent_column("Expected"),
            },
        )


def _alignment(alignment: pd.DataFrame, palette: Palette) -> None:
    if alignment.empty:
        st.write("There are no objectives below company level under this filter.")
        return
    labelled = alignment.assign(label=alignment["level"].map(LEVEL_NAMES))
    shares = bars.state_shares(labelled)
    st.plotly_chart(
        bars.state_figure(shares, palette),
        theme=None,
        config=CHART,
        key="alignment",
        alt="Alignment states by level: "
        + "; ".join(
            f"{r.label}: {r.word} {r.count} of {r.total}" for r in shares.itertuples(index=False)
        ),
    )
    with st.expander("Show as table"):
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
                    **{word: alignment[state] for state, word in bars.STATE_WORDS.items()},
                }
            ),
            "Alignment states by level",
            {"Line of sight": tables.percent_column("Line of sight")},
        )


def render_departments(shown: Overview) -> None:
    """Show every department with progress, pace, alignment and its weeks."""
    if shown.departments.empty:
        return
    with card("Departments", "progress and alignment of their objectives, without company goals"):
        tables.show(
            tables.departments_table(shown.departments),
            "Departments with progress, gap to pace, alignment and weekly progress",
            {
                "Department": st.column_config.TextColumn(pinned=True, width="medium"),
                "Progress": tables.bar_column(
                    "Progress", "Mean over its objectives; see Definitions."
                ),
                "Gap to pace": tables.points_column(
                    "Gap to pace", "Progress minus expected progress."
                ),
                "Measured": st.column_config.TextColumn(help="Objectives measured, of all."),
                "On pace": st.column_config.TextColumn(
                    help="Done or on track, of all with a pace."
                ),
                "Line of sight": tables.percent_column("Line of sight", "The alignment ratio."),
                "Aligned": st.column_config.TextColumn(
                    help="Objectives with line of sight, of all."
                ),
                "Weekly": st.column_config.AreaChartColumn("Weekly progress", y_min=0, y_max=1),
            },
        )


def render_freshness(view: View, figures: Headline) -> None:
    """Say how old the figures are and how much of them is measured."""
    st.caption(
        f"Figures as of {day(view.catalogue.as_of)}. Last check-in {day(figures.last_check_in)}. "
        f"{of(figures.measured, figures.objectives, 'objectives')} and "
        f"{of(figures.measured_key_results, figures.key_results, 'key results')} measured; "
        "what is not measured is left out of every mean."
    )
