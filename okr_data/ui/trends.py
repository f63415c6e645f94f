"""The parts of the page Trends."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from okr_data.charts import bars, trends
from okr_data.charts.theme import Palette
from okr_data.courses import By, Courses, courses, told_reason
from okr_data.objective import Item
from okr_data.queries import Forecasts, Trends, forecasts
from okr_data.settings import Settings
from okr_data.store import Reader
from okr_data.texts import mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.choices import select
from okr_data.ui.downloads import offer_csv
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.overview import part_of
from okr_data.ui.screen import picture_size
from okr_data.ui.ways import way
from okr_data.ui.words import (
    NO_DEPARTMENT,
    day,
    number,
    objectives,
    of,
    percent,
    points,
    safe,
    t,
    tn,
)

#: Tables, by what a screen reader is told of them.
ENDS = mark("Objectives with where they will end")
CHECK_INS = mark("Check-ins within the cadence week by week")
#: Address parameter of the objective whose course is drawn.
COURSE = "course"
_ALL = "all"
_WHOLE = 12
_DAY = "D MMM YYYY"

Span = trends.Span


def courses_of(view: View) -> Courses:
    """Return what the page shows beside the weeks of progress."""
    return view.data.ask(courses, view.filters)


def render_sentence(view: View, whole: pd.DataFrame) -> None:
    """Say what the last week brought."""
    st.title(_verdict(view, whole.dropna(subset=["progress"])), anchor=False)
    st.caption(safe(view.subtitle()))


def _verdict(view: View, known: pd.DataFrame) -> str:
    name = safe(view.cycle_name)
    if known.empty:
        return t("{name}: nothing is measured yet", name=name)
    now = known.iloc[-1]
    if len(known) == 1:
        return t(
            "{name} stands at {progress} in its first measured week",
            name=name, progress=percent(now["progress"]),
        )  # fmt: skip
    before = known.iloc[-2]
    step = now["progress"] - before["progress"]
    if not round(step * 100):
        return t(
            "{name} has not moved since {day} and stands at {progress}",
            name=name, day=day(before["day"]), progress=percent(now["progress"]),
        )  # fmt: skip
    return t(
        "{name} moved {points} since {day} and stands at {progress}",
        name=name, points=points(step),
        day=day(before["day"]), progress=percent(now["progress"]),
    )  # fmt: skip


def render_tiles(shown: Trends, more: Courses, settings: Settings) -> None:
    """Show what the charts end in, each figure with its denominator."""
    if shown.whole.empty:
        return
    now, week = shown.whole.iloc[-1], more.weeks.iloc[-1] if len(more.weeks) else None
    end = more.ends.iloc[0] if len(more.ends) else None
    cadence = number(settings.cadence_days)
    with st.grid(4, min_column_width=215, gap="small"):
        _tile(
            t("Progress"), percent(now["progress"], 1), _gap(now),
            t("vs {expected} expected", expected=percent(now["expected_progress"], 1)),
            t("Mean progress of the objectives as of the last day of each week: {measured} measured.",
              measured=of(int(now["measured"]), int(now["total"]))),
        )  # fmt: skip
        _tile(
            t("Where it is heading"),
            percent(None if end is None else end["projected"], 1),
            *_band_words(end),
            t(
                "Mean progress at the end, if everything goes on as it does; what is measured and has no "
                "forecast stands at its progress of today."
            ),
        )
        _tile(
            t("Confidence"),
            percent(None if week is None else week["confidence"], 1),
            None if week is None else of(int(week["stated"]), int(week["items"])),
            t("state one"),
            t(
                "Mean of the last stated confidence of key results, and of objectives without key "
                "results; one without its own takes that of its objective."
            ),
        )
        _tile(
            t("Checked in within the cadence"),
            percent(None if week is None else week["ratio"], 1),
            None if week is None else of(int(week["kept"]), int(week["asked"])),
            t("key results in {n} days", n=cadence),
            t(
                "Running key results, and objectives without key results, that are not done and had a "
                "check-in within {n} days, of all such.",
                n=cadence,
            ),
        )


def _gap(now: pd.Series) -> str | None:
    gap = now["progress"] - now["expected_progress"]
    return None if pd.isna(gap) else points(gap)


def _tile(label: str, value: str, delta: str | None, description: str, help_text: str) -> None:
    st.metric(
        label, value, delta=delta, delta_color="off", delta_arrow="off",
        delta_description=description if delta else None, border=True, height="stretch",
        help=help_text,
    )  # fmt: skip


def _band_words(end: pd.Series | None) -> tuple[str | None, str]:
    if end is None or pd.isna(end["projected"]):
        return None, ""
    band = t("{low} to {high}", low=percent(end["low"]), high=percent(end["high"]))
    have = t("{n} of {all} forecast", n=number(end["forecast"]), all=number(end["objectives"]))
    return band, have


def render_trends(view: View, shown: Trends, more: Courses, palette: Palette) -> None:
    """Show the whole against pace, then the levels and the departments."""
    if shown.whole.empty:
        _no_weeks(view)
        return
    span = _span(view)
    with card(
        t("All objectives of this view"),
        t("as of each week’s last day; dotted = expected pace, dashed = forecast"),
    ):
        names = {_ALL: t("All objectives")}
        _chart(view, shown.whole, palette, names, _ALL, span, 330, more.ends)
        _coverage(shown.whole)
        _forecast_words(more.ends)
        _table(shown.whole, names, more.ends)
    left, right = st.columns(2, gap="small")
    with left, card(t("By level")):
        _breakdown(
            view,
            shown.by_level,
            more.ends_by_level,
            palette,
            "level",
            view.data.level_names(),
            span,
        )
    with right, card(t("By department")):
        _breakdown(
            view, shown.by_department, more.ends_by_department, palette, "department", {}, span
        )


def _coverage(whole: pd.DataFrame) -> None:
    last = whole.iloc[-1]
    st.caption(
        t(
            "{objectives} measured as of {day}; weeks in which nothing was measured are gaps, not zeros.",
            objectives=part_of(int(last["measured"]), objectives(int(last["total"]))),
            day=day(last["day"]),
        )
    )


def _forecast_words(ends: pd.DataFrame) -> None:
    """Say what the dashed line rests on, or why there is none."""
    end = ends.iloc[0] if len(ends) else None
    if end is None or pd.isna(end["projected"]):
        words = t("No forecast: no objective here is running with enough check-ins.")
    else:
        words = t(
            "Forecast: mean over the same objectives, {n} of {all} with a forecast of their own, the "
            "others as they stand. Band: the means of their lower and upper ends, as if all errors went "
            "together.",
            n=number(end["forecast"]), all=number(end["objectives"]),
        )  # fmt: skip
    with st.container(
        horizontal=True, gap="small", vertical_alignment="center", key="forecast-words"
    ):
        st.caption(words, width="content")
        way("pages/definitions.py", t("How it is made"), ":material/menu_book:", search="forecast")


def _no_weeks(view: View) -> None:
    """Say why there is no trend although there are objectives."""
    name = safe(view.cycle_name)
    begun = view.cycle is not None and view.cycle.starts_on is not None
    with st.container(border=True, key="no_weeks"):
        st.header(t("No weeks to show yet"), anchor=False)
        st.write(
            t("{name} has not begun by {day}.", name=name, day=day(view.catalogue.as_of))
            if begun
            else t(
                "Nothing says when {name} starts and ends. Give its objectives dates, or a cycle whose "
                "name says them, such as Q4 2026.",
                name=name,
            )
        )


def _breakdown(
    view: View,
    parts: pd.DataFrame,
    ends: pd.DataFrame,
    palette: Palette,
    by: By,
    names: Mapping[str, str],
    span: Span | None,
) -> None:
    """Show one line a level or department; the chosen one stands out."""
    if by == "department":
        parts = parts.assign(series=parts["series"].fillna(NO_DEPARTMENT))
        ends = ends.assign(series=ends["series"].fillna(NO_DEPARTMENT))
        names = {NO_DEPARTMENT: t(NO_DEPARTMENT)}
    options = list(parts.dropna(subset=["progress"])["series"].unique())
    if not options:
        st.write(
            t("No objective here belongs to a department.")
            if parts.empty
            else t("Nothing is measured here yet.")
        )
        return
    chosen = select(
        t("Highlighted level") if by == "level" else t("Highlighted department"),
        options,
        f"highlighted_{by}",
        lambda series: names.get(series, series),
    )
    height = 440 if picture_size().narrow else 380
    _chart(view, parts, palette, names, chosen, span, height, ends)
    _table(parts, names, ends)


def _span(view: View) -> Span | None:
    cycle = view.cycle
    if cycle is None or cycle.starts_on is None or cycle.ends_on is None:
        return None
    return pd.Timestamp(cycle.starts_on), pd.Timestamp(cycle.ends_on)


def _chart(
    view: View,
    trend: pd.DataFrame,
    palette: Palette,
    names: Mapping[str, str],
    highlighted: str,
    span: Span | None,
    height: int,
    ends: pd.DataFrame,
) -> None:
    last = trend.dropna(subset=["progress"]).groupby("series").tail(1)
    latest = "; ".join(
        f"{names.get(r.series, r.series)} {percent(r.progress)}" for r in last.itertuples()
    )
    narrow = picture_size().narrow
    show_chart(
        view,
        lambda colours: trends.trend_figure(
            trend, colours, names, highlighted, span, height, ends, narrow
        ),
        palette=palette,
        title=t("Progress week by week"),
        definition=DEFINITIONS["weeks"],
        data=trend,
        key=f"trend-{'-'.join(names) or 'departments'}",
        alt=t("Progress week by week. Latest: {latest}", latest=latest),
    )


def _table(trend: pd.DataFrame, names: Mapping[str, str], ends: pd.DataFrame) -> None:
    with st.expander(t("Show as table")):
        wide = trends.trend_table(trend)
        figures = [column for column in wide.columns if column != trends.AS_OF]
        wide[figures] = wide[figures] * 100
        tables.show(
            wide,
            t("Progress by week"),
            {trends.AS_OF: st.column_config.DateColumn(format=_DAY, pinned=True)}
            | {column: _percents(t(names.get(column, column))) for column in figures},
        )
        if ends["projected"].isna().all():
            return
        tables.show(
            pd.DataFrame(
                {
                    "Name": [names.get(str(s), str(s)) for s in ends["series"]],
                    "Now": tables.in_percent(ends["progress"]),
                    "At the end": tables.in_percent(ends["projected"]),
                    "Low": tables.in_percent(ends["low"]),
                    "High": tables.in_percent(ends["high"]),
                    "With a forecast": [
                        of(int(f), int(n))
                        for f, n in zip(ends["forecast"], ends["objectives"], strict=True)
                    ],
                }
            ),
            t("Where each line ends"),
            {
                "Now": tables.percent_column(),
                "At the end": tables.percent_column(),
                "Low": tables.percent_column(),
                "High": tables.percent_column(),
            },
        )


def _percents(label: str) -> dict[str, object]:
    return {**tables.percent_column(), "label": label}


# --- other cycles, confidence ---------------------------------------------------------


def render_cycles_and_confidence(view: View, more: Courses, palette: Palette) -> None:
    """Lay the cycles over one another, beside the course of confidence."""
    left, right = st.columns(2, gap="small")
    with left, card(t("Cycles over one another"), t("by week of the cycle; this one bold")):
        _cycles(view, more.cycles, palette)
    with right, card(t("Confidence"), t("mean as last stated, week by week")):
        _confidence(view, more.weeks, palette)


def _cycles(view: View, cycles: pd.DataFrame, palette: Palette) -> None:
    known = cycles.dropna(subset=["progress"])
    if known.empty or view.filters.cycle is None:
        st.write(t("Nothing is measured here yet."))
        return
    last = known.groupby("series", sort=False).tail(1)
    latest = "; ".join(f"{r.series} {percent(r.progress)}" for r in last.itertuples())
    cycle, narrow = view.filters.cycle, picture_size().narrow
    show_chart(
        view,
        lambda colours: trends.overlay_figure(cycles, colours, cycle, narrow=narrow),
        palette=palette,
        title=t("Cycles over one another"),
        definition=DEFINITIONS["weeks"],
        data=cycles,
        key="cycles-over-one-another",
        alt=t("Progress of cycles by week of the cycle. Latest: {latest}", latest=latest),
    )
    if last["series"].nunique() == 1:
        st.caption(t("There is no other cycle about as long to compare with."))
    else:
        st.caption(safe(_compared(view, known)))
    with st.expander(t("Show as table")):
        wide = cycles.pivot(index="number", columns="series", values="progress") * 100
        tables.show(
            wide.rename_axis(trends.WEEK).reset_index(),
            t("Progress by week of the cycle"),
            {trends.WEEK: st.column_config.NumberColumn(pinned=True)}
            | {column: _percents(str(column)) for column in wide.columns},
        )


def _compared(view: View, known: pd.DataFrame) -> str:
    """Say where the other cycles stood in the week in which this one stands."""
    own = known[known["series"] == view.filters.cycle]
    if own.empty:
        return t("{cycle} has nothing measured yet.", cycle=view.cycle_name)
    week = int(own["number"].iloc[-1])
    then = known[(known["number"] == week) & (known["series"] != view.filters.cycle)]
    if then.empty:
        return t("No other cycle had anything measured in week {n}.", n=number(week))
    others = "; ".join(f"{r.series} {percent(r.progress)}" for r in then.itertuples())
    return t(
        "In week {n} of the cycle: {cycle} {progress}; {others}.",
        n=number(week), cycle=view.cycle_name, progress=percent(own["progress"].iloc[-1]), others=others,
    )  # fmt: skip


def _confidence(view: View, weeks: pd.DataFrame, palette: Palette) -> None:
    span = _span(view)
    if span is None or weeks["confidence"].isna().all():
        st.write(t("No check-in or import of this cycle states a confidence."))
        return
    words = [
        t("{n} of {all} state a confidence", n=number(r.stated), all=number(r.items))
        for r in weeks.itertuples()
    ]
    last = weeks.dropna(subset=["confidence"]).iloc[-1]
    narrow = picture_size().narrow
    show_chart(
        view,
        lambda colours: trends.weekly_figure(
            weeks, colours, "confidence", words, span, 330, narrow
        ),
        palette=palette,
        title=t("Confidence"),
        definition=DEFINITIONS["confidence"],
        data=weeks,
        key="confidence",
        alt=t(
            "Mean confidence week by week, at last {share} on {day}.",
            share=percent(last["confidence"]), day=day(last["day"]),
        ),
    )  # fmt: skip
    st.caption(
        t(
            "{n} of {all} key results, and objectives without key results, state a confidence as of "
            "{day}; those that state none are left out.",
            n=number(last["stated"]), all=number(last["items"]), day=day(last["day"]),
        )
    )  # fmt: skip
    with st.expander(t("Show as table")):
        tables.show(
            pd.DataFrame(
                {
                    "As of": weeks["day"],
                    "Confidence": weeks["confidence"] * 100,
                    "State one": [
                        of(int(s), int(n))
                        for s, n in zip(weeks["stated"], weeks["items"], strict=True)
                    ],
                }
            ),
            t("Mean confidence week by week"),
            {
                "As of": st.column_config.DateColumn(format=_DAY, pinned=True),
                "Confidence": tables.percent_column(),
            },
        )


# --- check-ins ------------------------------------------------------------------------


def render_check_ins(view: View, more: Courses, settings: Settings, palette: Palette) -> None:
    """Show how many items were checked in on within the cadence: week by week, and now by department."""
    span = _span(view)
    weeks, now = more.weeks, more.now
    if span is None or weeks.empty:
        return
    left, right = st.columns(2, gap="small")
    note = t("share with a check-in within {n} days", n=number(settings.cadence_days))
    with left, card(t("Check-in discipline"), note):
        _discipline(view, weeks, span, palette)
    with (
        right,
        card(t("Check-ins by department"), t("as of {day}", day=day(weeks["day"].iloc[-1]))),
    ):
        _by_department(view, now, palette)


def _discipline(view: View, weeks: pd.DataFrame, span: Span, palette: Palette) -> None:
    known = weeks.dropna(subset=["ratio"])
    if known.empty:
        st.write(
            t("Nothing was due in any week: nothing ran that was not done, or it had just begun.")
        )
        return
    words = [
        t("{n} of {all} within the cadence", n=number(r.kept), all=number(r.asked))
        for r in weeks.itertuples()
    ]
    last = known.iloc[-1]
    narrow = picture_size().narrow
    show_chart(
        view,
        lambda colours: trends.weekly_figure(weeks, colours, "ratio", words, span, 270, narrow),
        palette=palette,
        title=t("Check-ins within the cadence"),
        definition=DEFINITIONS["cadence"],
        data=weeks,
        key="discipline",
        alt=t(
            "Share checked in within the cadence week by week, at last {share}: {n} of {all}.",
            share=percent(last["ratio"]), n=number(last["kept"]), all=number(last["asked"]),
        ),
    )  # fmt: skip
    with st.container(
        horizontal=True, gap="small", vertical_alignment="center", key="cadence-words"
    ):
        st.caption(
            t(
                "Of what runs and is not done: key results, and objectives without key results. What "
                "began less than the cadence ago and has no check-in yet is left out."
            ),
            width="content",
        )
        way(
            "pages/definitions.py", t("How it is counted"), ":material/menu_book:",
            search="check_in_trend",
        )  # fmt: skip
    with st.expander(t("Show as table")):
        tables.show(
            pd.DataFrame(
                {
                    "As of": weeks["day"],
                    "Share": weeks["ratio"] * 100,
                    "Within the cadence": [
                        of(int(k), int(n))
                        for k, n in zip(weeks["kept"], weeks["asked"], strict=True)
                    ],
                    "Items": weeks["items"],
                }
            ),
            t(CHECK_INS),
            {
                "As of": st.column_config.DateColumn(format=_DAY, pinned=True),
                "Share": tables.percent_column(),
                "Items": st.column_config.NumberColumn(
                    help=t("Key results, and objectives without key results, that are not dropped.")
                ),
            },
        )


def _by_department(view: View, now: pd.DataFrame, palette: Palette) -> None:
    rows = now.assign(
        label=[t(NO_DEPARTMENT) if pd.isna(name) else str(name) for name in now["series"]]
    ).rename(columns={"kept": "part", "asked": "whole"})
    rows = rows.sort_values(["ratio", "label"], na_position="last", ignore_index=True)
    if rows["ratio"].isna().all():
        st.write(t("No check-in is due now."))
        return
    parts = "; ".join(
        f"{r.label} {percent(r.ratio)}, {of(r.part, r.whole)}" for r in rows.itertuples()
    )
    show_chart(
        view,
        lambda colours: bars.share_figure(rows.head(_WHOLE), colours),
        palette=palette,
        title=t("Check-ins by department"),
        definition=DEFINITIONS["cadence"],
        data=rows,
        key="check-ins-by-department",
        alt=t("Checked in within the cadence by department: {parts}", parts=parts),
    )
    if len(rows) > _WHOLE:
        st.caption(
            tn(
                "{n} more department is in the table.", "{n} more departments are in the table.",
                len(rows) - _WHOLE,
            )
        )  # fmt: skip
    with st.expander(t("Show as table")):
        tables.show(
            pd.DataFrame(
                {
                    "Department": rows["label"],
                    "Share": rows["ratio"] * 100,
                    "Within the cadence": [
                        of(int(k), int(n)) for k, n in zip(rows["part"], rows["whole"], strict=True)
                    ],
                    "Confidence": rows["confidence"] * 100,
                    "State one": [
                        of(int(s), int(n))
                        for s, n in zip(rows["stated"], rows["items"], strict=True)
                    ],
                }
            ),
            t("Check-ins and confidence by department"),
            {"Share": tables.percent_column(), "Confidence": tables.percent_column()},
        )


# --- one objective --------------------------------------------------------------------


def render_one(view: View, palette: Palette) -> None:
    """Draw the course of one objective, at first of the one furthest behind pace."""
    titles, left_out = _titles(view)
    if not titles:
        return
    with card(t("One objective"), t("solid = so far, dashed = forecast, dotted = expected pace")):
        chosen = select(
            t("Objective"), list(titles), COURSE,
            lambda name: f"{titles[name]} ({name})", width="stretch",
        )  # fmt: skip
        if left_out:
            st.caption(
                tn(
                    "{n} more objective can be looked up on the page Objective.",
                    "{n} more objectives can be looked up on the page Objective.",
                    left_out,
                )
            )
        item = view.data.item(chosen)
        if item is not None:
            _course(view, item, palette)


def _titles(view: View) -> tuple[dict[str, str], int]:
    """Return titles by id, the furthest behind pace first, and how many are left out."""
    choices = view.data.item_choices(view.filters, worst_first=True)
    titles = dict(zip(choices.rows["objective_id"], choices.rows["title"], strict=True))
    asked = st.query_params.get(COURSE, "")
    item = view.data.item(asked) if asked and asked not in titles else None
    if item is not None and item.kind == "objective" and _under(view, item):
        titles[asked] = item.title
    return titles, max(0, choices.total - len(titles))


def _under(view: View, item: Item) -> bool:
    """Tell whether an objective is under the filters."""
    cycle, department, level = (
        None if pd.isna(value) else value
        for value in (item.figures[name] for name in ("cycle", "department", "level"))
    )
    asked = view.filters
    return (
        cycle == asked.cycle
        and (not asked.departments or department in asked.departments)
        and (not asked.levels or level in asked.levels)
    )


def _course(view: View, item: Item, palette: Palette) -> None:
    starts, ends = item.figures["starts_on"], item.figures["ends_on"]
    history = view.data.item_history(item.kind, item.item_id)
    words = _course_words(item)
    if history["progress"].isna().all() or pd.isna(starts) or pd.isna(ends):
        st.write(t("There is no course to draw: nothing was measured, or its dates are not known."))
    else:
        span = (pd.Timestamp(starts), pd.Timestamp(ends))
        end = item.forecast
        course = trends.forecast_course(
            history, span, *(_known(end, name) for name in ("projected", "low", "high"))
        )
        narrow = picture_size().narrow
        show_chart(
            view,
            lambda colours: trends.forecast_figure(course, colours, span, 300, narrow),
            palette=palette,
            title=t("Course of {title}", title=item.title),
            definition=DEFINITIONS["forecast"],
            data=course,
            key="course-of-one",
            alt=t("Course of {title}: {words}", title=item.title, words=words),
        )
        with st.expander(t("Show as table")):
            tables.show(
                pd.DataFrame(
                    {
                        "As of": course["day"],
                        "Progress": course["progress"] * 100,
                        "Expected": course["expected"] * 100,
                        "Forecast": course["projected"] * 100,
                        "Low": course["low"] * 100,
                        "High": course["high"] * 100,
                    }
                ),
                t("Course of the objective"),
                {"As of": st.column_config.DateColumn(format=_DAY, pinned=True)}
                | {
                    name: tables.percent_column()
                    for name in ("Progress", "Expected", "Forecast", "Low", "High")
                },
            )
    with st.container(
        horizontal=True, gap="small", vertical_alignment="center", key="course-words"
    ):
        st.caption(safe(words), width="content")
        way("pages/objective.py", t("Everything about it"), ":material/target:", item=item.item_id)


def _known(row: pd.Series | None, name: str) -> float | None:
    return None if row is None or pd.isna(row[name]) else float(row[name])


def _course_words(item: Item) -> str:
    """Say where it stands and ends, or why nobody can say."""
    progress, expected = item.figures["progress"], item.figures["expected_progress"]
    stands = t(
        "{progress} where {expected} is expected",
        progress=percent(progress),
        expected=percent(expected),
    )
    end = item.forecast
    if end is None:
        return t("{stands}. It has ended or was dropped: the last value stands.", stands=stands)
    if pd.isna(end["projected"]):
        return t(
            "{stands}. No forecast: {reason}.",
            stands=stands,
            reason=told_reason(str(end["reason"])),
        )
    return t(
        "{stands}. If it goes on like this it ends at {end} on {day}, between {low} and {high}.",
        stands=stands, end=percent(end["projected"]), day=day(end["ends_on"]),
        low=percent(end["low"]), high=percent(end["high"]),
    )  # fmt: skip


# --- where objectives end -------------------------------------------------------------


def render_forecasts(view: View, more: Courses) -> None:
    """Say where the running objectives will end if they go on, those that end lowest first."""
    found = more.forecasts
    if not found.total:
        return
    with card(t("Where objectives will end"), t("if they go on as their check-ins say")):
        if not found.known:
            reason = told_reason(str(found.reason))
            st.write(t("No forecast yet. Most often the reason is: {reason}.", reason=safe(reason)))
            return
        st.caption(
            t(
                "{objectives} with a forecast, those that end lowest first; select one to open it.",
                objectives=part_of(found.known, objectives(found.total)),
            )
        )
        words = tables.search(found.total, "forecasts", t("Words of a title or id"))
        _forecast_table(view, view.data.forecasts(view.filters, words) if words else found, words)


def _ends_table(rows: pd.DataFrame) -> pd.DataFrame:
    counts = zip(rows["forecast_key_results"].fillna(0), rows["key_results"].fillna(0), strict=True)
    return pd.DataFrame(
        {
            "Objective": rows["title"],
            "Now": tables.in_percent(rows["progress"]),
            "Expected now": tables.in_percent(rows["expected_progress"]),
            "At the end": tables.in_percent(rows["projected"]),
            "Low": tables.in_percent(rows["low"]),
            "High": tables.in_percent(rows["high"]),
            "Key results": [of(int(f), int(n)) if n else t("n/a") for f, n in counts],
            "Department": rows["department"],
            "Ends": rows["ends_on"],
            "Why none": [
                None if pd.isna(reason) else told_reason(str(reason)) for reason in rows["reason"]
            ],
        }
    )


def _forecast_table(view: View, found: Forecasts, words: str) -> None:
    rows = found.rows
    event = tables.show(
        _ends_table(rows),
        t(ENDS),
        {
            "Objective": st.column_config.TextColumn(width=330),
            "Now": tables.percent_column(),
            "Expected now": tables.percent_column(),
            "At the end": tables.bar_column(),
            "Low": tables.percent_column(),
            "High": tables.percent_column(),
            "Key results": st.column_config.TextColumn(
                alignment="right", help=t("Own key results with a forecast, of all its own.")
            ),
            "Ends": st.column_config.DateColumn(format=_DAY),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"forecasts-{view.data.generation}-{view.data.as_of}-{view.filters}-{words}",
        height=430 if len(rows) > _WHOLE else "content",
    )

    def whole_table(reader: Reader) -> pd.DataFrame:
        return _ends_table(forecasts(reader, view.filters, words).rows)

    offer_csv(
        t("Download these forecasts (CSV)"),
        whole_table,
        view,
        "forecasts.csv",
        "download-forecasts",
    )
    tables.say_rest(len(rows), found.total)
    chosen = event.selection.rows
    if chosen and chosen[0] < len(rows):
        view.open_objective(str(rows.iloc[chosen[0]]["item_id"]))
