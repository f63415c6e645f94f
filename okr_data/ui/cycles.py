"""The parts of the page Cycles: a cycle beside those before it, and what was carried over."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from okr_data.charts import bars
from okr_data.charts import cycles as charts
from okr_data.charts.theme import Palette
from okr_data.cycles import ROWS, Cycles
from okr_data.scorecard import DIMENSIONS
from okr_data.texts import Words, mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.downloads import offer_csv
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.screen import picture_size
from okr_data.ui.ways import way
from okr_data.ui.words import (
    NO_CYCLE,
    PACE_NAMES,
    day,
    localised,
    number,
    of,
    percent,
    points,
    safe,
    t,
    tn,
)

TABLE = mark("Cycles beside each other")
CARRIED = mark("Objectives that continue one of the cycle before")
HOW_WORDS = Words({"same_id": mark("Same id"), "same_title": mark("Same title")})
#: Drawn as lines over the cycles; pace is not: at its end a cycle is judged otherwise than under way.
LINES = Words(
    {
        "line_of_sight_ratio": mark("line of sight"),
        "contributing_ratio": mark("contributing"),
        "score": mark("scorecard"),
    }
)
#: Label, figure, the counts behind it, and what it is with a place for these.
TILES = (
    (
        mark("Progress"), "progress", "measured", "objectives",
        mark("Mean progress of the objectives: {counts} measured."),
    ),
    (
        mark("On pace"), "on_pace_ratio", "on_pace", "paced",
        mark("Objectives that are done or on track, of those that have a pace: {counts}."),
    ),
    (
        mark("Line of sight"), "line_of_sight_ratio", "line_of_sight", "below_company",
        mark("Objectives from which a chain of alignments leads to a company objective, of all below "
             "company level: {counts}."),
    ),
    (
        mark("Contributing"), "contributing_ratio", "contributing", "below_company",
        mark("Objectives with a chain to a company objective in which every link contributes, of all "
             "below company level: {counts}."),
    ),
    (mark("Scorecard"), "score", "", "", mark("Mean of the eight dimensions.")),
    (
        mark("Carried over"), "carried_ratio", "carried", "objectives",
        mark("Objectives that continue one of the cycle before: {counts}."),
    ),
)  # fmt: skip
#: What moves is written against the cycle before; what is not known there has no difference.
_AGAINST = mark("Against the cycle before; see the sentence above.")
_WHOLE = 12


def render_sentence(view: View, shown: Cycles) -> None:
    """Say how the cycle stands beside the one before it."""
    row = shown.row(view.filters.cycle)
    st.title(_verdict(view, row), anchor=False)
    st.caption(safe(view.subtitle()))
    if row is not None and pd.notna(row["then_day"]):
        st.markdown(
            safe(
                t(
                    "{cycle} is compared as it stood on {day}, when about as much of its time had "
                    "passed; its scorecard and what was carried over as they stand now.",
                    cycle=row["cycle_before"],
                    day=day(row["then_day"]),
                )
            )
        )


def _verdict(view: View, row: pd.Series | None) -> str:
    name = safe(view.cycle_name)
    if row is None or pd.isna(row["progress"]):
        return t("{name}: nothing is measured yet", name=name)
    now = percent(row["progress"])
    stands = (
        t("{name} closed at {progress}", name=name, progress=now)
        if row["closed"]
        else t("{name} stands at {progress}", name=name, progress=now)
    )
    if pd.isna(row["cycle_before"]):
        return t("{stands}; there is no cycle before it to compare with", stands=stands)
    before = safe(str(row["cycle_before"]))
    if pd.isna(row["progress_before"]):
        return t("{stands}; {before} had nothing measured by then", stands=stands, before=before)
    then = percent(row["progress_before"])
    if row["closed"]:
        return t("{stands}; {before} closed at {then}", stands=stands, before=before, then=then)
    return t(
        "{stands}; {before} stood at {then} at that point", stands=stands, before=before, then=then
    )


def render_tiles(view: View, shown: Cycles) -> None:
    """Show the figures of the cycle with the difference to the cycle before, in points."""
    row = shown.row(view.filters.cycle)
    if row is None:
        return
    name_before = "" if pd.isna(row["cycle_before"]) else safe(row["cycle_before"])
    # On a phone two tiles stand side by side, and “vs” would cut the name off.
    before = name_before if picture_size().narrow else t("vs {cycle}", cycle=name_before)
    with st.grid(6, min_column_width=165, gap="small"):
        for label, name, part, whole, meaning in TILES:
            difference = row[name] - row[f"{name}_before"]
            st.metric(
                t(label),
                percent(row[name]),
                delta=_points(difference),
                delta_arrow="auto" if _whole_points(difference) else "off",
                # More that is carried over is neither good nor bad.
                delta_color="off" if name == "carried_ratio" else "normal",
                delta_description=before if pd.notna(row[f"{name}_before"]) else None,
                border=True,
                height="stretch",
                help=t(meaning, counts=of(int(row[part]), int(row[whole]))) if part else t(meaning),
            )


def _points(difference: float) -> str | None:
    """Write a difference in whole points with its sign; nothing where it is not known."""
    whole = _whole_points(difference)
    if whole is None:
        return None
    return t("{n} pts", n=f"{whole:+d}") if whole else t("±0 pts")


def _whole_points(difference: float) -> int | None:
    return None if pd.isna(difference) else round(difference * 100)


def render_pictures(view: View, shown: Cycles, palette: Palette) -> None:
    """Show progress and alignment of the cycles beside each other, and all cycles on a line of time."""
    left, right = st.columns(2, gap="small")
    with left, card(t("Progress by cycle"), t("bar = progress, tick = expected pace")):
        _progress(view, shown, palette)
    with (
        right,
        card(
            t("Alignment by cycle"),
            t("share of objectives; scorecard = mean of its dimensions"),
        ),
    ):
        _lines(view, shown, palette)
    left, right = st.columns(2, gap="small")
    with left, card(t("Years and quarters"), t("fill = progress; dotted line = the as-of day")):
        _timeline(view, shown, palette)
    with right, card(t("How closed cycles scored"), t("number of objectives")):
        _bands(view, shown, palette)


def _progress(view: View, shown: Cycles, palette: Palette) -> None:
    compared = shown.compared[shown.compared["objectives"] > 0]
    rows = bars.pace_rows(compared, compared["cycle"].fillna(t(NO_CYCLE)))
    show_chart(
        view,
        lambda colours: bars.pace_figure(rows, colours),
        palette=palette,
        title=t("Progress by cycle"),
        definition=DEFINITIONS["pace"],
        data=rows,
        key="cycles-progress",
        alt=t(
            "Progress and expected progress by cycle: {cycles}",
            cycles="; ".join(
                f"{r.label} {percent(r.progress)}, {points(r.gap)}" for r in rows.itertuples()
            ),
        ),
    )


def _lines(view: View, shown: Cycles, palette: Palette) -> None:
    rows = charts.ratio_rows(
        shown.compared.assign(cycle=shown.compared["cycle"].fillna(t(NO_CYCLE))), LINES
    )
    if rows["ratio"].isna().all():
        st.write(t("Nothing below company level in these cycles, and no scorecard of this choice."))
        return
    show_chart(
        view,
        lambda colours: charts.ratio_figure(rows, colours),
        palette=palette,
        title=t("Alignment by cycle"),
        definition=DEFINITIONS["ratios"],
        data=rows,
        key="cycles-alignment",
        alt=t(
            "Alignment by cycle: {cycles}",
            cycles="; ".join(f"{r.cycle} {r.label} {percent(r.ratio)}" for r in rows.itertuples()),
        ),
    )


def _timeline(view: View, shown: Cycles, palette: Palette) -> None:
    narrow = picture_size().narrow
    rows = charts.timeline_rows(shown.timeline, view.filters.cycle)
    if rows.empty:
        st.write(
            t(
                "Nothing says when these cycles start and end. Give the objectives dates, or the cycles "
                "names that say them, such as Q4 2026."
            )
        )
        return
    show_chart(
        view,
        lambda colours: charts.timeline_figure(
            rows, colours, view.catalogue.as_of, view.filters.cycle, narrow
        ),
        palette=palette,
        title=t("Years and quarters"),
        definition=DEFINITIONS["pace"],
        data=rows,
        key="cycles-timeline",
        alt=t(
            "Cycles on a line of time: {cycles}",
            cycles="; ".join(
                t(
                    "{cycle} from {first} to {last}, {progress}",
                    cycle=r.cycle, first=day(r.starts_on), last=day(r.ends_on),
                    progress=percent(r.progress),
                )
                for r in rows.itertuples()
            ),
        ),
    )  # fmt: skip
    legend = t(
        "Where a fill reaches the dotted line, its cycle is on pace. A cycle within a longer one stands "
        "below it."
    )
    if left_out := len(shown.timeline) - len(rows):
        legend += " " + tn("{n} older cycle not drawn.", "{n} older cycles not drawn.", left_out)
    st.caption(legend)


def _bands(view: View, shown: Cycles, palette: Palette) -> None:
    rows = charts.band_rows(shown.compared)
    if rows.empty:
        st.write(t("None of these cycles has ended by this day."))
        return
    show_chart(
        view,
        lambda colours: charts.band_figure(rows, colours),
        palette=palette,
        title=t("How closed cycles scored"),
        definition=DEFINITIONS["scores"],
        data=rows,
        key="cycles-bands",
        alt=t(
            "Scores at close: {cycles}",
            cycles="; ".join(
                f"{r.label} {r.word} {of(r.count, r.total)}" for r in rows.itertuples()
            ),
        ),
    )
    settings = view.data.settings()
    means = shown.compared[shown.compared["closed"]].dropna(subset=["mean_score"])
    text = t(
        "Green from {green}, yellow from {yellow}, red below; a committed objective is green only at "
        "{whole}.",
        green=localised(f"{settings.score_green:g}"),
        yellow=localised(f"{settings.score_yellow:g}"),
        whole=number(1, 1),
    )
    if len(means):
        named = ", ".join(f"{r.cycle} {number(r.mean_score, 2)}" for r in means.itertuples())
        text += " " + t("Mean score: {scores}.", scores=named)
    st.caption(safe(text))


# --- tables ----------------------------------------------------------------------


def render_table(view: View, shown: Cycles) -> None:
    """Show every figure of every cycle with its difference to the cycle before."""
    with card(t(TABLE), t("differences to the cycle before, in points")):
        table = cycles_table(shown.compared)
        shares = (
            *("Progress", "Expected", mark("On pace"), mark("Line of sight")),
            *("Contributing", "Scorecard"),
        )
        tables.show(
            table,
            t(TABLE),
            {"Cycle": st.column_config.TextColumn(pinned=True, width=110)}
            | {name: tables.percent_column() for name in shares}
            | {name: _change_column(name) for name in table.columns if name.startswith("Δ")},
            height="content" if len(table) <= _WHOLE else 460,
        )
        offer_csv(t("Download this table (CSV)"), table, view, "cycles.csv", "download-cycles")
        _scores(view, shown)


def _change_column(name: str) -> Any:
    if name == "Δ objectives":
        return st.column_config.NumberColumn(format="%+d")
    return tables.points_column(t(_AGAINST))


def cycles_table(compared: pd.DataFrame) -> pd.DataFrame:
    """Return one row a cycle as people read it, the newest first."""
    rows = compared.iloc[::-1].reset_index(drop=True)

    def change(name: str) -> pd.Series:
        # + 0.0: a difference of nothing is no −0
        return ((rows[name] - rows[f"{name}_before"]) * 100).round() + 0.0

    def counted(part: str, whole: str) -> list[str | None]:
        pairs = zip(rows[part], rows[whole], strict=True)
        return [of(int(p), int(w)) if w else None for p, w in pairs]

    return pd.DataFrame(
        {
            "Cycle": rows["cycle"].fillna(t(NO_CYCLE)),
            "Stands": [_stands(row) for _, row in rows.iterrows()],
            "Objectives": rows["objectives"],
            "Δ objectives": rows["objectives"] - rows["objectives_before"],
            "Progress": tables.in_percent(rows["progress"]),
            "Δ progress": change("progress"),
            "Expected": tables.in_percent(rows["expected_progress"]),
            "Measured": counted("measured", "objectives"),
            "On pace": tables.in_percent(rows["on_pace_ratio"]),
            "Δ on pace": change("on_pace_ratio"),
            "On pace, number": counted("on_pace", "paced"),
            "Line of sight": tables.in_percent(rows["line_of_sight_ratio"]),
            "Δ line of sight": change("line_of_sight_ratio"),
            "Line of sight, number": counted("line_of_sight", "below_company"),
            "Contributing": tables.in_percent(rows["contributing_ratio"]),
            "Δ contributing": change("contributing_ratio"),
            "Scorecard": tables.in_percent(rows["score"]),
            "Δ scorecard": change("score"),
            "Carried over": [
                of(int(row["carried"]), int(row["objectives"]))
                if pd.notna(row["cycle_before"])
                else None
                for _, row in rows.iterrows()
            ],
            "Compared with": rows["cycle_before"],
            "As it stood on": pd.to_datetime(rows["then_day"]).dt.date,
        }
    )


def _stands(row: pd.Series) -> str:
    if pd.isna(row["starts_on"]) or pd.isna(row["ends_on"]):
        return t("without dates")
    if row["closed"]:
        return t("closed {day}", day=day(row["ends_on"]))
    return t("until {day}", day=day(row["ends_on"]))


def _scores(view: View, shown: Cycles) -> None:
    """Show every dimension of the scorecard cycle by cycle."""
    if shown.scores.empty:
        if len(view.filters.departments) > 1:
            st.caption(t("A scorecard is made for one department: choose one, or none."))
        return
    st.markdown(t("**Scorecard, dimension by dimension**"))
    if view.filters.levels:
        st.caption(t("The scorecard counts all levels; the filter by level does not change it."))
    order = [
        name
        for name in shown.compared["cycle"].dropna()[::-1]
        if name in set(shown.scores["cycle"])
    ]
    wide = shown.scores.pivot(index="cycle", columns="dimension", values="score").reindex(
        index=order, columns=[d.name for d in DIMENSIONS]
    )
    table = pd.DataFrame({"Cycle": wide.index})
    for dimension in DIMENSIONS:
        table[dimension.label] = tables.in_percent(wide[dimension.name]).to_numpy()
    tables.show(
        table,
        t("Scores of each dimension by cycle"),
        {"Cycle": st.column_config.TextColumn(pinned=True, width=110)}
        | {d.label: tables.percent_column(t(d.question)) for d in DIMENSIONS},
        height="content",
    )
    way("pages/scorecard.py", t("The checks behind it"), ":material/checklist:")


def render_carried(view: View, shown: Cycles) -> None:
    """List the objectives that continue one of the cycle before, with progress then and now."""
    row = shown.row(view.filters.cycle)
    before = None if row is None or pd.isna(row["cycle_before"]) else str(row["cycle_before"])
    with card(t("Carried over"), t("select one to open it") if len(shown.carried) else ""):
        if row is None or before is None:
            st.write(t("There is no cycle before this one, so nothing is carried over."))
            return
        if shown.carried.empty:
            st.write(
                t(
                    "No objective continues one of {cycle}: none has the id of one there, nor its title "
                    "with the same team or owner.",
                    cycle=safe(before),
                )
            )
            return
        _carried(view, shown, before)


def _carried(view: View, shown: Cycles, before: str) -> None:
    rows = shown.carried
    total = int(shown.row(view.filters.cycle)["carried"])  # type: ignore[index]
    st.markdown(safe(_in_words(rows, total, before)))
    table = carried_table(rows)
    event = tables.show(
        table,
        t(CARRIED),
        {
            "Objective": st.column_config.TextColumn(width=330, pinned=True),
            "Then": tables.percent_column(t("Progress in {cycle}.", cycle=safe(before))),
            "Now": tables.percent_column(),
            "Moved": tables.points_column(),
            "Continues": st.column_config.TextColumn(width=100),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"carried-{view.data.generation}-{view.data.as_of}-{view.filters}",
        height="content" if len(table) <= _WHOLE else 460,
    )
    if total > len(rows):
        st.caption(t("The first {part} are listed.", part=of(len(rows), total)))
    offer_csv(t("Download this list (CSV)"), table, view, "carried-over.csv", "download-carried")
    chosen = event.selection.rows
    if chosen and chosen[0] < len(rows):
        view.open_objective(str(rows.iloc[chosen[0]]["objective_id"]))


def _in_words(rows: pd.DataFrame, total: int, before: str) -> str:
    """Say how many were carried over, and where they stood and stand on average."""
    both = rows.dropna(subset=["progress", "progress_before"])
    text = tn(
        "{n} objective continues one of {cycle}.", "{n} objectives continue one of {cycle}.",
        total, cycle=before,
    )  # fmt: skip
    if len(both) and total <= ROWS:
        text += " " + t(
            "On average they stood at {then} then and stand at {now} now ({counted} measured both times).",
            then=percent(both["progress_before"].mean()),
            now=percent(both["progress"].mean()),
            counted=of(len(both), total),
        )
    return text


def carried_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the carried-over objectives as people read them."""
    return pd.DataFrame(
        {
            "Objective": rows["title"],
            "Then": tables.in_percent(rows["progress_before"]),
            "Now": tables.in_percent(rows["progress"]),
            "Moved": ((rows["progress"] - rows["progress_before"]) * 100).round() + 0.0,
            "Pace now": rows["pace_status"].map(PACE_NAMES),
            "Band then": rows["band_before"].map(charts.BAND_WORDS),
            "Continues": rows["how"].map(HOW_WORDS),
            "Department": rows["department"],
            "Owner": rows["owner"],
            "From": rows["from_cycle"],
            "Id": rows["objective_id"],
            "Id then": rows["from_objective_id"],
        }
    )
