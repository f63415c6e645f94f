"""What the front page tells beyond its tiles: what needs attention, who carries what, what moved."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from okr_data.board import Movement
from okr_data.charts import carried
from okr_data.charts import contribution as charts
from okr_data.charts.scorecard import change_words, score_rows
from okr_data.charts.theme import Palette
from okr_data.contribution import Matrix
from okr_data.findings import MOST_GRAVE, Findings, told
from okr_data.queries import Headline
from okr_data.scorecard import DIMENSIONS, Scorecard
from okr_data.texts import Words, mark
from okr_data.ui import tables
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.screen import picture_size
from okr_data.ui.ways import way
from okr_data.ui.words import (
    FINDING_NAMES,
    NO_DEPARTMENT,
    SEVERITY_NAMES,
    day,
    number,
    percent,
    points,
    safe,
    t,
    tn,
)

DEPARTMENTS_TABLE = mark(
    "Departments: progress, alignment, and what they carry of the company objectives"
)
#: Badges of a severity; the word stands in it.
_BADGES = {"high": "red", "medium": "orange", "low": "gray"}
#: Whether a department was selected, for the run that follows.
_GO = "go_to_department"
#: Kinds of ``what_changed`` as counted words, in the order of telling.
_MOVES = Words(
    {
        "added": mark("{n} new"),
        "removed": mark("{n} gone"),
        "realigned": mark("{n} aligned elsewhere"),
        "retargeted": mark("{n} with another target or start"),
        "reowned": mark("{n} with another owner"),
        "retitled": mark("{n} retitled"),
        "rescheduled": mark("{n} rescheduled"),
        "reweighted": mark("{n} with another weight"),
        "scored": mark("{n} scored"),
        "status": mark("{n} with another status"),
        "pace": mark("{n} with another pace"),
        "progress": mark("{n} with another progress"),
    }
)


def render_ways(view: View, figures: Headline, found: Findings) -> None:
    """Say for when the sentence is true, and lead from each figure to the page that explains it."""
    with st.container(horizontal=True, gap="small", key="ways", vertical_alignment="center"):
        st.caption(safe(view.subtitle()), width="content")
        if figures.progress is not None:
            way(
                "pages/trends.py", t("{share} done: week by week", share=percent(figures.progress)),
                icon=":material/show_chart:",
            )  # fmt: skip
        if figures.progress is not None and figures.expected is not None:
            gap = points(figures.progress - figures.expected)
            way("pages/cascade.py", t("{gap}: where", gap=gap), ":material/account_tree:")
        if figures.alignment_ratio is not None:
            way(
                "pages/alignment.py",
                t("{share} aligned: which are not", share=percent(figures.alignment_ratio)),
                icon=":material/hub:",
            )  # fmt: skip
        if not figures.objectives:
            return
        grave = found.open("high")
        way(
            "pages/findings.py",
            tn("{n} grave finding: what to do", "{n} grave findings: what to do", grave),
            icon=":material/flag:", **({"severity": "high"} if grave else {}),
        )  # fmt: skip


# --- what needs attention ----------------------------------------------------------


def render_attention(view: View, found: Findings) -> None:
    """Show the gravest open findings, each a way to its objective, and how many there are."""
    rows = found.gravest
    with card(t("What needs attention"), _severities(found)):
        if rows.empty:
            st.write(_nothing_found(found))
        else:
            with st.grid(2, min_column_width=330, gap=(None, "medium")):
                for number, row in enumerate(rows.to_dict("records")):
                    with st.container(gap=None, key=f"grave-{number}"):
                        _attention_row(view, pd.Series(row))
        way(
            "pages/findings.py", tn("All {n} finding", "All {n} findings", found.open()),
            icon=":material/arrow_forward:",
        )  # fmt: skip


def _severities(found: Findings) -> str:
    """Say how many of each severity are open, and of how many items that were looked at."""
    counts = [f"{number(found.open(s))} {word.lower()}" for s, word in SEVERITY_NAMES.items()]
    excused = int(found.summary["excused"].sum()) if len(found.summary) else 0
    return " · ".join(counts + ([t("{n} excused", n=number(excused))] if excused else []))


def _nothing_found(found: Findings) -> str:
    unknown = int(found.summary["not_evaluated"].sum()) if len(found.summary) else 0
    if not unknown:
        return t("No rule found anything that is not excused.")
    return tn(
        "No rule found anything that is not excused. {n} outcome could not be evaluated.",
        "No rule found anything that is not excused. {n} outcomes could not be evaluated.",
        unknown,
    )


def _attention_row(view: View, row: pd.Series) -> None:
    """Show a finding: the title on a line of its own, which the browser cuts where it ends."""
    severity = str(row["severity"])
    with st.container(horizontal=True, wrap=False):
        way(
            "pages/objective.py", f"**{safe(str(row['title']))}**", place=str(row["finding"]),
            item=str(row["item_id"]),
        )  # fmt: skip
    place = row["department"] if pd.notna(row["department"]) else _without_department(view, row)
    st.markdown(
        f":{_BADGES[severity]}-badge[{SEVERITY_NAMES[severity]}] "
        f":small[**{FINDING_NAMES[str(row['finding'])]}** · {safe(place)} · "
        f":gray[{safe(told(str(row['sentence'])))}]]"
    )


def _without_department(view: View, row: pd.Series) -> str:
    return view.level_name("company") if row["level"] == "company" else t(NO_DEPARTMENT)


# --- departments × company objectives ----------------------------------------------


def render_departments(
    view: View, departments: pd.DataFrame, shown: Matrix, found: Findings, palette: Palette
) -> None:
    """Show every department beside what it carries of each company objective; a row opens one."""
    if departments.empty:
        return
    names = [None if pd.isna(name) else str(name) for name in departments["department"]]
    # All departments of the page have a row here, however many: the chart draws fewer.
    grid = charts.matrix_grid(shown.goals, shown.rows, shown.cells, most_rows=len(names) + 1)
    cells = carried.carried_table(grid, names)
    numbers = {goal.goal_id: str(n + 1) for n, goal in enumerate(grid.goals)}
    note = t("select a row to open the department")
    with card(t("Departments × company objectives"), note):
        table = tables.departments_table(departments)
        del table["Line of sight"]
        weekly = table.pop("Weekly")
        table["Findings"] = _open_findings(found, names)
        table = pd.concat([table, cells.words.rename(columns=numbers)], axis=1)
        table["Weekly"] = weekly
        colours = carried.cell_colours(cells.gaps, palette).rename(columns=numbers)
        key = f"departments-{view.cycle_name}-{len(table)}-{len(numbers)}"
        tables.show(
            table.style.apply(lambda _: colours, axis=None, subset=list(colours.columns)),
            t(DEPARTMENTS_TABLE),
            _department_columns() | _goal_columns(grid),
            on_select=lambda: _choose_department(key, names),
            selection_mode="single-row",
            key=key,
            height="content",
        )
        _goals(view, grid)


def _choose_department(key: str, names: list[str | None]) -> None:
    """Take the department of the selected row into the filter; the page goes there next.

    A page switch may not set an address parameter that a widget owns: so the widget is set.
    """
    event: Any = st.session_state.get(key)
    if event and event.selection.rows:
        name = names[event.selection.rows[0]]
        if name is not None:
            st.session_state["department"] = [name]
            st.session_state[_GO] = True


def go_to_department() -> None:
    """Go to the page of the department whose row was selected, if one was."""
    if st.session_state.pop(_GO, False):
        st.switch_page("pages/departments.py", query_params={})


def _open_findings(found: Findings, names: list[str | None]) -> list[int]:
    return [0 if name is None else found.by_department.get(name, 0) for name in names]


def _department_columns() -> dict[str, object]:
    return {
        "Department": st.column_config.TextColumn(pinned=True, width=125),
        "Progress": st.column_config.ProgressColumn(
            format="%.0f %%",
            min_value=0,
            max_value=100,
            width=115,
            help=t("Mean over its objectives; see Definitions."),
        ),
        "Gap to pace": tables.points_column(),
        "Measured": st.column_config.TextColumn(help=t("Objectives measured, of all."), width=80),
        "On pace": st.column_config.TextColumn(
            help=t("Done or on track, of all with a pace."), width=80
        ),
        "Aligned": st.column_config.TextColumn(
            help=t("Objectives with line of sight to a company goal, of all: the alignment ratio."),
            width=90,
        ),
        "Findings": st.column_config.NumberColumn(
            help=t("Open findings, all severities."), width=75
        ),
        "Weekly": st.column_config.AreaChartColumn(
            t("Weekly progress"), y_min=0, y_max=1, width=120
        ),
    }


def _goal_columns(grid: charts.Grid) -> dict[str, object]:
    return {
        str(n + 1): st.column_config.TextColumn(
            f"{n + 1} {goal.title}",
            help=t(
                "Share of the effort for “{title}”, and its work against pace.",
                title=safe(goal.title),
            ),
            width=89,
        )
        for n, goal in enumerate(grid.goals)
    }


def _goals(view: View, grid: charts.Grid) -> None:
    """Name the company objectives behind the numbers, each a way to its page."""
    if not grid.goals:
        st.caption(
            t(
                "{cycle} and the cycles around it have no company objective, so no department can "
                "carry one.",
                cycle=safe(view.cycle_name),
            )
        )
        return
    with st.grid(2, min_column_width=330, gap=None):
        for place, goal in enumerate(grid.goals):
            way(
                "pages/objective.py",
                _goal_label(place + 1, goal),
                item=goal.goal_id,
            )
        more = number(grid.more_goals)
        who = (
            t("Who carries them and {n} more", n=more) if grid.more_goals else t("Who carries them")
        )
        way("pages/alignment.py", who, ":material/arrow_forward:", part="contribution")
    st.caption(
        t(
            "A share is the part of the goal’s roll-up that rests on the department, ▲ ▼ its work "
            "against pace in points; what is left to 100 % rests on the company level itself or "
            "outside this choice."
        )
    )


def _goal_label(number_: int, goal: charts.Goal) -> str:
    """Name a goal and how it stands; on a phone the figures come first, where nothing cuts them."""
    words, title = f":gray[{safe(goal.words)}]", safe(goal.title)
    if picture_size().narrow:
        return f"{number_} {words} · {title}"
    return f"{number_} {title} · {words}"


# --- the scorecard in one line -----------------------------------------------------


def render_scores(shown: Scorecard) -> None:
    """Show the eight scores in one line, each with its change against the cycle before."""
    rows = score_rows(shown.dimensions, {d.name: t(d.label) for d in DIMENSIONS})
    whom = shown.department or t("organisation")
    note = (
        t("{whom}, against {cycle}", whom=whom, cycle=shown.cycle_before)
        if shown.cycle_before
        else t("{whom}, no cycle before", whom=whom)
    )
    with card(t("Scorecard"), safe(note)):
        with st.grid(8, min_column_width=128, gap="small"):
            for row in rows.itertuples():
                change = change_words(row.delta)
                st.markdown(
                    f":small[:gray[{row.label}]]  \n**{percent(row.score)}**"
                    + (f"  :small[:gray[{change}]]" if change else "")
                )
        way(
            "pages/scorecard.py",
            t("Mean {score}: the checks and their lists", score=percent(shown.score)),
            icon=":material/arrow_forward:",
        )  # fmt: skip


# --- what changed ------------------------------------------------------------------


def render_changes(view: View, moved: Movement) -> None:
    """Count what changed since the import before, by kind."""
    if moved.before is None:
        with card(t("What changed")):
            st.write(
                t("There is no import before {day} to compare with.", day=day(view.catalogue.as_of))
            )
        return
    counts = moved.under(view.filters)
    since = t("{first} to {last}", first=day(moved.before), last=day(moved.after))
    with card(t("What changed"), safe(since)):
        if counts.empty:
            st.write(t("Nothing under this choice changed."))
            return
        with st.container(horizontal=True, gap="small", key="moves-of-the-front-page"):
            for kind in (kind for kind in _MOVES if kind in counts):
                count = f"**{number(int(counts[kind]))}**"
                way(
                    "pages/changes.py", _MOVES[kind].format(n=count), place=kind, change=kind,
                    since=moved.before.isoformat(),
                )  # fmt: skip
        st.caption(
            t(
                "Objectives and key results, counted once for each kind of change; each opens what "
                "is behind it."
            )
        )


__all__ = [
    "DEPARTMENTS_TABLE", "MOST_GRAVE", "go_to_department", "render_attention", "render_changes", "render_departments",
    "render_scores", "render_ways",
]  # fmt: skip
