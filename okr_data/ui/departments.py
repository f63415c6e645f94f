"""The parts of the page of one department, made for its head; without one, the list to choose from."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from okr_data.board import Department
from okr_data.charts import carried, trends
from okr_data.charts import contribution as contribution_charts
from okr_data.charts.theme import Palette
from okr_data.charts.words import gap_words, stands_words
from okr_data.contribution import Matrix
from okr_data.courses import ends
from okr_data.queries import Filters
from okr_data.texts import mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.overview import part_of
from okr_data.ui.screen import picture_size
from okr_data.ui.ways import way
from okr_data.ui.words import (
    PACE_NAMES,
    STATE_NAMES,
    number,
    objectives,
    of,
    percent,
    safe,
    t,
    tn,
)

#: The shared filter, which is also the address parameter.
DEPARTMENT = "department"
LIST = mark("Departments to choose from")
OBJECTIVES = mark("Objectives of the department, the furthest behind pace first")
_WHOLE = 12


def one_chosen(view: View) -> bool:
    return len(view.filters.departments) == 1


# --- the list ----------------------------------------------------------------------


def render_list(view: View) -> None:
    """Show the departments under the filter as a table to choose from."""
    rows = view.data.overview(view.filters, view.frames).departments
    named = rows[rows["department"].notna()].reset_index(drop=True)
    st.title(_list_sentence(view, named), anchor=False)
    st.caption(safe(view.subtitle()))
    if named.empty:
        st.write(
            t(
                "No objective under this choice names a department, and no team has one. State where "
                "teams belong on the page Organisation."
            )
        )
        way("pages/organisation.py", t("Go to Organisation"), ":material/lan:")
        return
    with card(t("Departments"), t("select one to open it")):
        key = f"department-list-{view.cycle_name}-{len(named)}"
        tables.show(
            tables.departments_table(named),
            t(LIST),
            {
                "Department": st.column_config.TextColumn(pinned=True, width="medium"),
                "Progress": tables.bar_column(),
                "Gap to pace": tables.points_column(),
                "Measured": st.column_config.TextColumn(help=t("Objectives measured, of all.")),
                "On pace": st.column_config.TextColumn(help=t("Of all with a pace.")),
                "Line of sight": tables.percent_column(),
                "Aligned": st.column_config.TextColumn(help=t("Objectives with line of sight.")),
                "Weekly": st.column_config.AreaChartColumn(t("Weekly progress"), y_min=0, y_max=1),
            },
            on_select=lambda: _choose(key, [str(name) for name in named["department"]]),
            selection_mode="single-row",
            key=key,
            height="content",
        )


def _choose(key: str, names: list[str]) -> None:
    event: Any = st.session_state.get(key)
    if event and event.selection.rows:
        st.session_state[DEPARTMENT] = [names[event.selection.rows[0]]]


def _list_sentence(view: View, rows: pd.DataFrame) -> str:
    count = tn(
        "{cycle}: {n} department",
        "{cycle}: {n} departments",
        len(rows),
        cycle=safe(view.cycle_name),
    )
    gaps = (rows["progress"] - rows["expected_progress"]).astype(float)
    if gaps.isna().all():
        return count
    worst = rows.loc[gaps.idxmin()]
    return t(
        "{count}; {department} stands {pace}",
        count=count, department=safe(str(worst["department"])), pace=gap_words(float(gaps.min())),
    )  # fmt: skip


# --- one department ----------------------------------------------------------------


def render_sentence(view: View, shown: Department, goals: pd.DataFrame) -> None:
    """Say how the department stands: progress, gap, alignment ratio, coverage."""
    figures, name = shown.headline, safe(shown.name)
    if figures.progress is None:
        st.title(t("{name}: nothing is measured yet", name=name), anchor=False)
    else:
        stands = stands_words(name, figures.progress, figures.expected)
        leads = t(
            "{stands}; {n} of {all} objectives lead to a company goal",
            stands=stands, n=number(figures.line_of_sight), all=number(figures.below_company),
        )  # fmt: skip
        st.title(leads if figures.below_company else stands, anchor=False)
    supported = int(((goals["carriers"] + goals["aligned"]) > 0).sum())
    coverage = (
        t("works for {n} of {all} company objectives", n=number(supported), all=number(len(goals)))
        if len(goals)
        else t("there is no company objective to work for")
    )
    measured = t(
        "{objectives} measured",
        objectives=part_of(figures.measured, objectives(figures.objectives)),
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(
            safe(f"{view.cycle_name} · {view.subtitle()} · {coverage} · {measured}"),
            width="content",
        )
        st.button(
            t("All departments"),
            type="tertiary",
            icon=":material/arrow_back:",
            key="all-departments",
            on_click=_all,
        )


def _all() -> None:
    st.session_state[DEPARTMENT] = []


def render_objectives(view: View, shown: Department) -> None:
    """List its objectives with progress, pace, alignment, forecast and findings; a row opens one."""
    rows = shown.objectives
    with card(t("Objectives"), t("furthest behind pace first; select one to open it")):
        event = tables.show(
            pd.DataFrame(
                {
                    "Objective": rows["title"],
                    "Level": rows["level"].map(view.data.level_names(one=True)),
                    "Progress": tables.in_percent(rows["progress"]),
                    "Gap to pace": (rows["progress"] - rows["expected_progress"]) * 100,
                    "Pace": rows["pace_status"].map(PACE_NAMES),
                    "Forecast": tables.in_percent(rows["projected"]),
                    "Alignment": rows["alignment_state"].map(STATE_NAMES),
                    "Findings": rows["findings"],
                    "Grave": rows["grave"],
                    "Measured": [
                        of(int(m), int(n))
                        for m, n in zip(rows["measured"], rows["key_results"], strict=True)
                    ],
                    "Owner": rows["owner"],
                    "Team": rows["team"],
                    "Last check-in": rows["last_check_in"],
                }
            ),
            t(OBJECTIVES),
            {
                "Objective": st.column_config.TextColumn(width=330, pinned=picture_size().width > 600),
                "Progress": tables.bar_column(),
                "Gap to pace": tables.points_column(),
                "Forecast": tables.percent_column(),
                "Findings": st.column_config.NumberColumn(help=t("Open ones, of its key results too.")),
                "Grave": st.column_config.NumberColumn(help=t("Of these, of high severity.")),
                "Measured": st.column_config.TextColumn(help=t("Key results measured, of all its own.")),
                "Last check-in": st.column_config.DateColumn(format="D MMM YYYY"),
            },
            on_select="rerun",
            selection_mode="single-row",
            key=f"own-objectives-{shown.name}-{view.cycle_name}-{len(rows)}",
            height=460 if len(rows) > _WHOLE else "content",
        )  # fmt: skip
    chosen = event.selection.rows
    if chosen and chosen[0] < len(rows):
        view.open_objective(str(rows.iloc[chosen[0]]["objective_id"]))


def render_course_and_contribution(
    view: View, shown: Department, goals: pd.DataFrame, palette: Palette
) -> None:
    """Show its weeks beside what it carries of each company objective."""
    left, right = st.columns(2, gap="small")
    with left, card(t("Week by week"), t("dotted = expected pace, dashed = forecast")):
        _weeks(view, shown, palette)
    with (
        right,
        card(t("What it carries of the company objectives"), t("bar = share, filled = delivered")),
    ):
        _carried(view, goals, palette)


def _weeks(view: View, shown: Department, palette: Palette) -> None:
    weeks = shown.weeks
    if weeks["progress"].isna().all():
        st.write(t("No week of this cycle has a measured progress yet."))
        return
    cycle = view.cycle
    span = None
    if cycle and cycle.starts_on and cycle.ends_on:
        span = (pd.Timestamp(cycle.starts_on), pd.Timestamp(cycle.ends_on))
    last = weeks.dropna(subset=["progress"]).iloc[-1]
    ahead, narrow = view.data.ask(ends, view.filters), picture_size().narrow
    show_chart(
        view,
        lambda colours: trends.trend_figure(
            weeks, colours, {"all": shown.name}, None, span, 300, ahead, narrow
        ),
        palette=palette,
        title=t("{name}: progress week by week", name=shown.name),
        definition=DEFINITIONS["weeks"], data=weeks, key="department-weeks",
        alt=t(
            "Progress of {name} week by week, at last {progress} where {expected} is expected.",
            name=shown.name, progress=percent(last["progress"]),
            expected=percent(last["expected_progress"]),
        ),
    )  # fmt: skip
    with st.expander(t("Show as table")):
        tables.show(
            pd.DataFrame(
                {
                    "As of": weeks["day"],
                    "Progress": weeks["progress"] * 100,
                    "Expected": weeks["expected_progress"] * 100,
                    "Measured": [
                        of(int(m), int(n))
                        for m, n in zip(weeks["measured"], weeks["total"], strict=True)
                    ],
                }
            ),
            t("Progress of the department week by week"),
            {
                "As of": st.column_config.DateColumn(format="D MMM YYYY"),
                "Progress": tables.percent_column(),
                "Expected": tables.percent_column(),
            },
        )


def _carried(view: View, goals: pd.DataFrame, palette: Palette) -> None:
    if goals.empty:
        st.write(
            t(
                "{cycle} and the cycles around it have no company objective, so nothing can be "
                "carried. Give an objective the level company.",
                cycle=safe(view.cycle_name),
            )
        )
        return
    shares = goals[goals["share"].notna()]
    if shares.empty:
        st.write(t("Nothing of it that is measured counts towards a company objective."))
    else:
        rows = contribution_charts.carrier_rows(shares)
        parts = [
            t(
                "{title}: {share} of the effort, {delivered} points delivered",
                title=r.title, share=percent(r.share), delivered=number(r.delivered * 100),
            )
            for r in rows.itertuples()
        ]  # fmt: skip
        show_chart(
            view,
            lambda colours: contribution_charts.carrier_figure(rows, colours, True),
            palette=palette,
            title=t("{name}: what it carries of the company objectives", name=view.filters.departments[0]),
            definition=DEFINITIONS["carries"], data=rows, key="department-carries",
            alt=t("What the department carries: {parts}", parts="; ".join(parts)),
        )  # fmt: skip
    with st.expander(t("Show as table")):
        tables.show(
            pd.DataFrame(
                {
                    "Company objective": goals["title"],
                    "Share": goals["share"] * 100,
                    "Delivered": goals["delivered"] * 100,
                    "Still to come": goals["remaining"] * 100,
                    "Gap to pace": goals["gap"] * 100,
                    "Carriers": goals["carriers"],
                    "Aligned": goals["aligned"],
                    "Cycle": goals["department"],
                }
            ),
            t("What the department carries of each company objective"),
            {
                "Company objective": st.column_config.TextColumn(width="large"),
                "Share": tables.percent_column(),
                "Delivered": _points(t("Points of the company objective delivered.")),
                "Still to come": _points(t("Share minus delivered.")),
                "Gap to pace": tables.points_column(),
                "Carriers": st.column_config.NumberColumn(help=t("Objectives with a share.")),
                "Aligned": st.column_config.NumberColumn(help=t("Objectives that lead to it.")),
            },
        )


def _points(help_text: str) -> Any:
    return st.column_config.NumberColumn(format=t("%.1f pts"), help=help_text)


def goals_of(shown: Matrix, name: str) -> pd.DataFrame:
    """Return what a department carries of each company objective."""
    return carried.carried_goals(shown.goals, shown.cells, "department", name)


def render_links_and_people(view: View, shown: Department) -> None:
    """Show with which departments it is linked, and who has most objectives."""
    # Of all departments: links that lead here start in the others.
    links = view.data.alignment(Filters(view.filters.cycle)).departments_linked
    left, right = st.columns(2, gap="small")
    with left, card(t("Links with other departments"), t("aligned objectives")):
        _links(carried.linked_rows(links, shown.name), shown.name)
    with right, card(t("People"), t("those with most objectives first")):
        _people(shown.people)


def _links(rows: pd.DataFrame, name: str) -> None:
    if rows.empty:
        st.write(
            t("No objective of it is aligned with one of another department, and none with its.")
        )
        return
    tables.show(
        pd.DataFrame(
            {
                "Department": rows["department"],
                "up": rows["up"],
                "down": rows["down"],
            }
        ),
        t("Links to and from other departments"),
        {
            "Department": st.column_config.TextColumn(width="medium"),
            "up": st.column_config.NumberColumn(
                t("Links to it"), help=t("{name} works for it", name=safe(name))
            ),
            "down": st.column_config.NumberColumn(
                t("Links from it"), help=t("It works for {name}", name=safe(name))
            ),
        },
        height="content",
    )
    st.caption(
        t(
            "Links: {up} to and {down} from other departments, company objectives left out.",
            up=number(int(rows["up"].sum())),
            down=number(int(rows["down"].sum())),
        )
    )


def _people(people: pd.DataFrame) -> None:
    if people.empty:
        st.write(t("Nobody is named as an owner."))
        return
    tables.show(
        pd.DataFrame(
            {
                "Person": people["person"],
                "Objectives": people["objectives"],
                "Behind pace": [of(int(b), int(n)) for b, n in _pairs(people, "behind")],
                "Line of sight": [of(int(b), int(n)) for b, n in _pairs(people, "leading")],
            }
        ),
        t("People who own objectives of the department"),
        {"Person": st.column_config.TextColumn(width="medium")},
        height=300 if len(people) > _WHOLE // 2 + 2 else "content",
    )
    st.caption(
        tn(
            "{n} owner. An objective with several owners counts for each.",
            "{n} owners. An objective with several owners counts for each.",
            len(people),
        )
    )


def _pairs(people: pd.DataFrame, part: str) -> list[tuple[int, int]]:
    return list(zip(people[part], people["objectives"], strict=True))
