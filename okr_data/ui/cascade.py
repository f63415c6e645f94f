"""The parts of the page Cascade."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from okr_data.charts import sunburst
from okr_data.charts.theme import Palette
from okr_data.queries import Cascade
from okr_data.ui import tables
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.overview import CHART
from okr_data.ui.words import (
    LEVEL_NAMES,
    PACE_NAMES,
    STATE_NAMES,
    day,
    of,
    percent,
    plural,
    points,
    safe,
)

#: Tables up to this length are shown whole.
ROWS_WITHOUT_SCROLLING = 12
_MOVES = "cascade_moves"
#: Address parameter that names the objective in the centre.
FOCUS = "objective"


def render_sentence(view: View, shown: Cascade) -> None:
    """Say how much of the work leads to a company goal and how much does not."""
    own = shown.nodes[~shown.nodes["context"]]
    states = own["alignment_state"].value_counts()
    lost = int(sum(states.get(state, 0) for state in ("detached", "unresolved", "unaligned")))
    total = int(states.sum())
    if total:
        verdict = (
            f"{of(total - lost, total)} objectives lead to a company goal, {lost:,} lead nowhere"
        )
    else:
        verdict = f"{safe(view.cycle_name)}: {plural(len(own), 'objective')}"
    st.title(verdict, anchor=False)
    st.caption(safe(f"{view.cycle_name} · {view.subtitle()}"))


def render_cascade(view: View, shown: Cascade, palette: Palette) -> None:
    """Show the sunburst beside what is selected, and the table twin below."""
    focus = st.query_params.get(FOCUS)
    if focus is not None and focus not in set(shown.nodes["objective_id"]):
        st.info(
            "The objective in the address is not part of this view; the whole cascade is shown."
        )
        focus = None
    _breadcrumb(shown, focus)
    left, right = st.columns([1.15, 1], gap="small")
    with left, card("The cascade", "area = number of key results"):
        _sunburst(view, shown, palette, focus)
    with right, card(_panel_title(shown, focus)):
        if focus is None:
            _company_panel(shown)
        else:
            _objective_panel(shown, focus)
    _tree(shown, focus)


def _go_to(objective_id: str | None) -> None:
    """Move the centre; the address follows, so that the view can be mailed."""
    if objective_id is None:
        st.query_params.pop(FOCUS, None)
    else:
        st.query_params[FOCUS] = objective_id
    st.session_state[_MOVES] = st.session_state.get(_MOVES, 0) + 1
    st.rerun()


def _fresh(name: str) -> str:
    """Return a widget key that changes with every move: an old selection must not move again."""
    return f"{name}-{st.session_state.get(_MOVES, 0)}"


def _title_of(shown: Cascade, objective_id: str) -> str:
    return str(shown.nodes.set_index("objective_id").loc[objective_id, "title"])


def _chain_up(shown: Cascade, focus: str) -> list[str]:
    """Return one way up to the top, nearest first: the first parent in the table's order."""
    parents = shown.links.drop_duplicates("objective_id").set_index("objective_id")["parent_id"]
    chain = [focus]
    while chain[-1] in parents.index and len(chain) <= len(shown.nodes):
        chain.append(str(parents[chain[-1]]))
    return chain


def _breadcrumb(shown: Cascade, focus: str | None) -> None:
    """Show the way from the whole to the centre; each step goes there."""
    if focus is None:
        return
    with st.container(
        horizontal=True, gap="xxsmall", vertical_alignment="center", key="breadcrumb"
    ):
        if st.button(
            "Whole cascade", type="tertiary", key="crumb-all", icon=":material/arrow_back:"
        ):
            _go_to(None)
        for step in reversed(_chain_up(shown, focus)[1:]):
            st.caption("›", width="content")
            if st.button(
                safe(_short(_title_of(shown, step))), type="tertiary", key=f"crumb-{step}"
            ):
                _go_to(step)
        st.caption("› " + safe(_short(_title_of(shown, focus))), width="content")


def _short(title: str, width: int = 42) -> str:
    return title if len(title) <= width else title[: width - 1].rstrip() + "…"


def _sunburst(view: View, shown: Cascade, palette: Palette, focus: str | None) -> None:
    sectors = sunburst.cascade_sectors(shown.nodes, shown.links, focus, view.cycle_name)
    event = st.plotly_chart(
        sunburst.sunburst_figure(sectors, palette),
        theme=None,
        config=CHART,
        on_select="rerun",
        selection_mode="points",
        key=_fresh("sunburst"),
        alt=f"Sunburst of the cascade with {len(sectors)} sectors; the table below lists the same objectives.",
    )
    _legend(focus)
    clicked = _clicked(event, sectors)
    if clicked is not None and clicked != focus:
        _go_to(clicked)


def _clicked(event: object, sectors: list[sunburst.Sector]) -> str | None:
    """Return the objective of the clicked sector, or None for the centre and for groups."""
    points_ = getattr(getattr(event, "selection", None), "points", None) or []
    if not points_:
        return None
    path = points_[0].get("id")
    return next((sector.item for sector in sectors if sector.path == path and sector.item), None)


def _legend(focus: str | None) -> None:
    centre = "the way above leads back" if focus else "the centre is the whole"
    st.caption(
        "Colour and ▲ ▼ = points ahead of or behind expected pace (warm behind, teal ahead); "
        f"hatched = not measured. Click a sector to drill in; {centre}."
    )


def _panel_title(shown: Cascade, focus: str | None) -> str:
    return "Company goals" if focus is None else safe(_title_of(shown, focus))


def _company_panel(shown: Cascade) -> None:
    """List the company goals and the work that leads nowhere."""
    goals = shown.nodes[shown.nodes["level"] == "company"].reset_index(drop=True)
    if goals.empty:
        st.write(
            "There is no company objective here: nothing below can have a line of sight to one."
        )
    else:
        _goals_table(shown, goals)
    own = shown.nodes[~shown.nodes["context"]]
    counts = own["alignment_state"].value_counts()
    lost = [
        f"{counts[state]:,} {STATE_NAMES[state].lower()}"
        for state in ("unaligned", "detached", "unresolved")
        if state in counts
    ]
    if lost:
        st.markdown("**Leads nowhere:** " + ", ".join(lost) + ".")
    _furthest_behind(own)


def _goals_table(shown: Cascade, goals: pd.DataFrame) -> None:
    below = shown.links["parent_id"].value_counts()
    event = tables.show(
        pd.DataFrame(
            {
                "Company goal": goals["title"],
                "Progress": tables.in_percent(goals["progress"]),
                "Gap to pace": (goals["progress"] - goals["expected_progress"]) * 100,
                "Aligned": goals["objective_id"].map(below).fillna(0).astype(int),
            }
        ),
        "Company goals with progress, gap to pace and directly aligned objectives",
        {
            "Company goal": st.column_config.TextColumn(width=300, pinned=True),
            "Progress": tables.percent_column("Progress", "Its own key results."),
            "Gap to pace": tables.points_column("Gap to pace"),
            "All below": tables.percent_column(
                "All below", "Roll-up over everything that contributes."
            ),
            "Aligned": st.column_config.NumberColumn(help="Objectives aligned directly to it."),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=_fresh("goals"),
    )
    if event.selection.rows:
        _go_to(str(goals.iloc[event.selection.rows[0]]["objective_id"]))


#: How many of the objectives furthest behind are named.
NAMED_BEHIND = 7


def _furthest_behind(own: pd.DataFrame) -> None:
    """Name the objectives that a reader would ask about first."""
    gaps = (own["progress"] - own["expected_progress"]).dropna()
    worst = own.loc[gaps[gaps < 0].nsmallest(NAMED_BEHIND).index].reset_index(drop=True)
    if worst.empty:
        return
    st.markdown("**Furthest behind pace**")
    event = tables.show(
        pd.DataFrame(
            {
                "Objective": worst["title"],
                "Department": worst["department"],
                "Progress": tables.in_percent(worst["progress"]),
                "Gap to pace": (worst["progress"] - worst["expected_progress"]) * 100,
            }
        ),
        "Objectives furthest behind pace",
        {
            "Objective": st.column_config.TextColumn(width=230, pinned=True),
            "Progress": tables.percent_column("Progress"),
            "Gap to pace": tables.points_column("Gap to pace"),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=_fresh("behind"),
    )
    if event.selection.rows:
        _go_to(str(worst.iloc[event.selection.rows[0]]["objective_id"]))


def _objective_panel(shown: Cascade, focus: str) -> None:
    """Show where an objective stands, why, and where the figures come from."""
    node = shown.nodes.set_index("objective_id").loc[focus]
    gap = node["progress"] - node["expected_progress"]
    with st.grid(2, min_column_width=150, gap="small"):
        st.metric(
            "Progress",
            percent(node["progress"]),
            delta=points(gap),
            delta_color="off",
            delta_arrow="off",
        )
        st.metric("Expected by now", percent(node["expected_progress"]))
    facts = {
        "Level": LEVEL_NAMES[node["level"]].removesuffix("s"),
        "Department": node["department"],
        "Owner": node["owner"],
        "Cycle": node["cycle"],
        "Pace": PACE_NAMES.get(node["pace_status"]),
        "Alignment": STATE_NAMES.get(node["alignment_state"]),
        "Last check-in": day(node["last_check_in"]),
    }
    st.markdown(
        "  \n".join(f"**{name}:** {safe(str(v))}" for name, v in facts.items() if not pd.isna(v))
    )
    st.markdown(
        f"Own key results **{percent(node['kr_progress'])}** · all below "
        f"**{percent(node['rollup_progress'])}** · reported **{percent(node['reported_progress'])}**"
    )
    own = shown.key_results[shown.key_results["objective_id"] == focus]
    _key_results(own)
    st.caption(safe(f"Source: {node['file']}, row {node['row']}, {node['import_id']}"))


def _key_results(own: pd.DataFrame) -> None:
    if own.empty:
        st.caption("It has no key results of its own.")
        return
    tables.show(
        pd.DataFrame(
            {
                "Key result": own["title"],
                "Progress": tables.in_percent(own["progress"]),
                "Now": own["current_value"],
                "Start": own["start_value"],
                "Target": own["target_value"],
                "Unit": own["unit"],
                "Reported": tables.in_percent(own["reported_progress"]),
                "Id": own["key_result_id"],
                "Row": [f"{f}, row {r}" for f, r in zip(own["file"], own["row"], strict=True)],
            }
        ),
        "Key results of this objective",
        {
            "Key result": st.column_config.TextColumn(width="medium", pinned=True),
            "Progress": tables.bar_column("Progress"),
            "Reported": tables.percent_column(
                "Reported", "As the source reports it, never mixed in."
            ),
        },
    )


def _tree(shown: Cascade, focus: str | None) -> None:
    """Show the table twin; a selected row moves into the centre."""
    rows = sunburst.tree_rows(shown.nodes, shown.links, focus)
    with card(
        "All objectives of this view",
        f"{plural(len(rows), 'row')}; select one to move it into the centre",
    ):
        event = tables.show(
            tables.objectives_table(rows),
            "The cascade as a tree: each objective below its parents",
            tables.objective_columns(),
            on_select="rerun",
            selection_mode="single-row",
            key=_fresh("tree"),
            height=460 if len(rows) > ROWS_WITHOUT_SCROLLING else "content",
        )
        chosen = event.selection.rows
        if chosen and (objective_id := rows.iloc[chosen[0]]["objective_id"]) != focus:
            _go_to(objective_id)
