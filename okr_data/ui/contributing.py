"""The parts that show who carries the company objectives, and what a key result would change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pandas as pd
import streamlit as st

from okr_data.charts import contribution as charts
from okr_data.charts import what_if as effect_charts
from okr_data.charts.theme import Palette
from okr_data.contribution import Carriers, Matrix, Scope
from okr_data.texts import Words, mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.choices import switch
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.frame import palette as page_palette
from okr_data.ui.screen import picture_size
from okr_data.ui.words import (
    PACE_NAMES,
    number,
    objectives,
    percent,
    safe,
    t,
    tn,
)
from okr_data.what_if import KeyResult, WhatIf

#: Address parameter that names the company objective whose carriers are shown.
GOAL = "goal"
_OWN_ROW = mark("Company level")
#: Whose work counts, as the address names it.
SCOPES = Words({"all": mark("Work of all cycles"), "cycle": mark("Of this cycle")})
_SCOPE = "carriers"


# --- the matrix ------------------------------------------------------------------


def render_matrix(view: View, palette: Palette) -> str | None:
    """Show departments × company objectives; return the company objective that is chosen.

    A click on a cell or a selected row of the table chooses; the address names the choice.
    None where there is no company objective.
    """
    title = t("Who carries the company objectives")
    with card(title, t("bar = share of effort, filled = delivered")):
        scope = choose_scope()
        shown = view.data.contribution(view.filters, view.frames, scope)
        if shown.goals.empty:
            st.write(
                t(
                    "{cycle} and the cycles around it have no company objective, so nothing can be "
                    "carried. Give an objective the level company.",
                    cycle=safe(view.cycle_name),
                )
            )
            return None
        _matrix(view, shown, palette)
    return chosen_goal(shown)


def choose_scope() -> Scope:
    """Ask whose work counts: that of all cycles, or of the chosen one."""
    return cast("Scope", switch(t("Carriers"), SCOPES, _SCOPE, label_visibility="collapsed"))


def chosen_goal(shown: Matrix) -> str:
    """Return the company objective in the address, else the one furthest behind pace."""
    goals = shown.goals
    asked = st.query_params.get(GOAL)
    if asked in set(goals["objective_id"]):
        return str(asked)
    return str(goals.sort_values("gap", na_position="last", kind="stable").iloc[0]["objective_id"])


def _outside(view: View, scope: Scope) -> str:
    """Name the row of what the filter leaves out."""
    filtered = bool(view.filters.departments or view.filters.levels)
    if scope == "cycle":
        return t("Other cycles, outside the filter") if filtered else t("Other cycles")
    return t("Outside the filter")


def _matrix(view: View, shown: Matrix, palette: Palette) -> None:
    size = picture_size()
    grid = charts.matrix_grid(
        shown.goals,
        shown.rows,
        shown.cells,
        _outside(view, shown.scope),
        most_goals=charts.MOST_GOALS_NARROW if size.narrow else charts.MOST_GOALS,
        chosen=chosen_goal(shown),
    )
    key = f"matrix-{shown.scope}"
    chosen = chosen_goal(shown)
    show_chart(
        view,
        lambda colours: charts.matrix_figure(grid, colours, size.width, chosen),
        palette=palette,
        title=t("Who carries which company objective"),
        definition=DEFINITIONS["carries"],
        data=shown.cells,
        key=key,
        on_select=lambda: _choose_cell(key),
        selection_mode="points",
        alt=charts.matrix_alt(grid),
    )
    legend = t(
        "A share is the part of the goal’s roll-up that rests on the department; points delivered "
        "and still to come add up to it, and all rows to the goal. Colour and ▲ ▼ = its work "
        "against pace. Click a cell to see who carries it."
    )
    if grid.more_goals:
        legend += " " + tn(
            "{n} more company objective in the table.", "{n} more company objectives in the table.",
            grid.more_goals,
        )  # fmt: skip
    st.caption(legend)
    _matrix_table(view, shown)


def _choose_cell(key: str) -> None:
    event: Any = st.session_state.get(key)
    if event and event.selection.points:
        st.query_params[GOAL] = event.selection.points[0]["customdata"][2]


def _matrix_table(view: View, shown: Matrix) -> None:
    """Show the table twin: a row a department and company objective, whatever the picture left out."""
    titles = shown.goals.set_index("objective_id")["title"]
    words = {**charts.ROW_WORDS, "outside": _outside(view, shown.scope)}
    cells = shown.cells.sort_values(
        ["goal_id", "share"], ascending=[True, False], na_position="last"
    ).reset_index(drop=True)
    key = f"matrix-rows-{shown.scope}"
    with st.expander(t("Show as table; select a row to see who carries that goal")):
        tables.show(
            pd.DataFrame(
                {
                    "Department": cells["department"].fillna(cells["row_kind"].map(words)),
                    "Company objective": cells["goal_id"].map(titles),
                    "Share": cells["share"] * 100,
                    "Delivered": cells["delivered"] * 100,
                    "Still to come": cells["remaining"] * 100,
                    "Gap to pace": cells["gap"] * 100,
                    "Carriers": cells["carriers"],
                    "Aligned": cells["aligned"],
                }
            ),
            t("Share of effort, delivered and missing points by department and company objective"),
            {
                "Department": st.column_config.TextColumn(width="medium", pinned=True),
                "Company objective": st.column_config.TextColumn(width="large"),
                "Share": tables.percent_column(t("Part of the goal’s roll-up.")),
                "Delivered": _points(t("Points of the company objective delivered.")),
                "Still to come": _points(t("Share minus delivered.")),
                "Gap to pace": tables.points_column(
                    t("Progress of its work minus expected progress, weighted with shares."),
                ),
                "Carriers": st.column_config.NumberColumn(help=t("Objectives with a share.")),
                "Aligned": st.column_config.NumberColumn(
                    help=t("Objectives with line of sight to it.")
                ),
            },
            key=key,
            on_select=lambda: _choose_row(key, list(cells["goal_id"])),
            selection_mode="single-row",
        )


def _choose_row(key: str, goals: list[str]) -> None:
    event: Any = st.session_state.get(key)
    if event and event.selection.rows:
        st.query_params[GOAL] = goals[event.selection.rows[0]]


def _points(help_text: str) -> Any:
    return st.column_config.NumberColumn(format=t("%.1f pts"), help=help_text)


def render_contribution(view: View, palette: Palette) -> None:
    """Show the matrix, and below it the carriers of the chosen company objective."""
    goal = render_matrix(view, palette)
    if goal is None:
        return
    chosen = render_carriers(view, goal, palette=palette)
    if chosen:
        view.open_objective(chosen)


# --- the carriers ----------------------------------------------------------------


def render_carriers(
    view: View,
    company_objective_id: str,
    scope: Scope | None = None,
    palette: Palette | None = None,
) -> str | None:
    """Show the largest carriers of a company objective; return the objective that is selected."""
    scope = scope or ("cycle" if st.query_params.get(_SCOPE) == "cycle" else "all")
    found = view.data.carriers(view.filters, view.frames, scope, company_objective_id)
    if found is None:
        st.info(t("This company objective does not exist on this day. Choose another one above."))
        return None
    with card(t("Who carries “{title}”", title=safe(found.title)), _stands(found)):
        if found.table.empty:
            st.write(_nothing_carries(found))
            return None
        rows, narrow = charts.carrier_rows(found.table), picture_size().narrow
        event = show_chart(
            view,
            lambda colours: charts.carrier_figure(rows, colours, narrow),
            palette=palette,
            title=t("Who carries “{title}”", title=found.title),
            definition=DEFINITIONS["carries"],
            data=rows,
            key=f"carriers-{company_objective_id}-{found.scope}",
            on_select="rerun",
            selection_mode="points",
            alt=charts.carrier_alt(rows),
        )
        clicked = event.selection.points if event else []
        st.caption(_carriers_caption(view, found, len(rows)))
        selected = _carriers_table(view, found, company_objective_id)
        return selected or (str(clicked[0]["customdata"][0]) if clicked else None)


def _stands(found: Carriers) -> str:
    if found.rollup_progress is None:
        return t("nothing below is measured")
    return t("roll-up {progress}", progress=percent(found.rollup_progress, 1))


def _nothing_carries(found: Carriers) -> str:
    if found.others:
        return t(
            "Nothing under this filter carries it; {objectives} outside carry {share} of it.",
            objectives=objectives(found.others), share=percent(found.others_share),
        )  # fmt: skip
    return t("Nothing that is measured contributes to it yet, so it has no roll-up to share out.")


def _carriers_caption(view: View, found: Carriers, drawn: int) -> str:
    """Say of which cycles the carriers are, and what is not shown."""
    where = t("all cycles") if found.scope == "all" else safe(view.cycle_name)
    text = tn(
        "The {drawn} largest of {n} carrier of {where} in the table.",
        "The {drawn} largest of {n} carriers of {where} in the table.",
        len(found.table), drawn=number(drawn), where=where,
    )  # fmt: skip
    if found.others:
        text += " " + tn(
            "{n} more, which is not in it, carries {share} and delivered {done} points.",
            "{n} more, which are not in it, carry {share} and delivered {done} points.",
            found.others, share=percent(found.others_share),
            done=number(found.others_delivered * 100, 1),
        )  # fmt: skip
    legend = t("The filled part of a bar is delivered, the rest is still to come.")
    return f"{text} {legend}"


def _carriers_table(view: View, found: Carriers, goal_id: str) -> str | None:
    table = found.table
    with st.expander(t("Show as table")):
        event = tables.show(
            pd.DataFrame(
                {
                    "Objective": table["title"],
                    "Department": table["department"].fillna(
                        table["row_kind"].map({**charts.ROW_WORDS, "company": t(_OWN_ROW)})
                    ),
                    "Level": table["level"].map(view.data.level_names(one=True)),
                    "Share": table["share"] * 100,
                    "Delivered": table["delivered"] * 100,
                    "Still to come": table["remaining"] * 100,
                    "Progress": tables.in_percent(table["progress"]),
                    "Gap to pace": table["gap"] * 100,
                    "Pace": table["pace_status"].map(PACE_NAMES),
                    "Owner": table["owner"],
                    "Cycle": table["cycle"],
                }
            ),
            t("Carriers of the company objective, the largest share first"),
            {
                "Objective": st.column_config.TextColumn(width="large", pinned=True),
                "Share": st.column_config.NumberColumn(
                    format="%.1f %%", help=t("Part of the goal’s roll-up.")
                ),
                "Delivered": _points(t("Points of the goal’s roll-up delivered.")),
                "Still to come": _points(t("Share minus delivered.")),
                "Progress": tables.bar_column(),
                "Gap to pace": tables.points_column(),
            },
            on_select="rerun",
            selection_mode="single-row",
            key=f"carrier-rows-{goal_id}-{found.scope}",
        )
    chosen = event.selection.rows
    return str(table.iloc[chosen[0]]["objective_id"]) if chosen else None


# --- what if ---------------------------------------------------------------------


def render_what_if(view: View, key_result_id: str, palette: Palette | None = None) -> None:
    """Ask where a key result may end, and show what that would change above it."""
    found = view.data.key_result(key_result_id)
    if found is None:
        st.info(t("This key result does not exist on this day."))
        return
    with card(t("What if"), t("everything else stays as it is")):
        _ask_and_show(view, found, palette or page_palette())


@st.fragment
def _ask_and_show(view: View, found: KeyResult, palette: Palette) -> None:
    st.markdown(f"**{safe(found.title)}**  \n{_facts(found)}")
    value, progress = _asked(found)
    if value is None and progress is None:
        st.write(t("Say where it may end."))
        return
    shown = view.data.what_if(found.key_result_id, value, progress)
    if shown.outcome != "computed":
        st.warning(_refusal(shown), icon=":material/info:")
        return
    st.markdown(_step(found, shown))
    _effects(view, shown, palette)


def _facts(found: KeyResult) -> str:
    """Say how the key result stands today."""
    stands = (
        t("Today {progress}", progress=percent(found.progress, 1))
        if found.progress is not None
        else t("Not measured today")
    )
    pace = PACE_NAMES.get(found.pace_status or "")
    values = [
        t(word, value=tables.value_with_unit(figure, found.unit))
        for word, figure in (
            (mark("start {value}"), found.start_value),
            (mark("now {value}"), found.current_value),
            (mark("target {value}"), found.target_value),
        )
        if figure is not None
    ]
    return safe(" · ".join([stands, *([pace] if pace else []), *values]))


def _asked(found: KeyResult) -> tuple[float | None, float | None]:
    """Ask for a value, or for a progress where values say none; (value, progress as fraction)."""
    if not found.by_value:
        asked = st.slider(
            t("It ends at (percent done)"), 0, 100, 100, key=f"what-if-{found.key_result_id}"
        )
        return None, asked / 100
    label = t("It ends at ({unit})", unit=safe(found.unit)) if found.unit else t("It ends at")
    return (
        st.number_input(
            label, value=float(found.target_value or 0.0), format="%.6g", width=260,
            step=_step_of(found), key=f"what-if-{found.key_result_id}",
        ),
        None,
    )  # fmt: skip


def _step_of(found: KeyResult) -> float:
    """Return a twentieth of the way as the step of the field, rounded to what people would type."""
    way = abs((found.target_value or 0.0) - (found.start_value or 0.0)) / 20
    return float(f"{way:.1g}") if way > 0 else 1.0


def _refusal(shown: WhatIf) -> str:
    return {
        "not_a_number": t("That is not a number."),
        "not_computable": t(
            "Its values do not say a progress there, so no effect can be computed."
        ),
        "unknown": t("This key result does not exist on this day."),
    }[shown.outcome]


def _step(found: KeyResult, shown: WhatIf) -> str:
    """Say what becomes of the key result itself."""
    pace, then = PACE_NAMES.get(shown.pace_after or "", "").lower(), percent(shown.progress, 1)
    if shown.overshoots and shown.progress_raw is not None:
        way_ = percent(shown.progress_raw, 1)
        text = t(
            "It would stand at **{progress}** ({way} of the way; kept within 0–100 %).",
            progress=then,
            way=way_,
        )
    elif pace:
        text = t("It would stand at **{progress}**, {pace}.", progress=then, pace=pace)
    else:
        text = t("It would stand at **{progress}**.", progress=then)
    if found.progress is None:
        text += " " + t("It is not measured today: from then on it counts, and others weigh less.")
    if found.dropped:
        text += " " + t("Its objective was dropped and counts nowhere.")
    return text  # fmt: skip


def _effects(view: View, shown: WhatIf, palette: Palette) -> None:
    effects = shown.effects
    if effects.empty:
        st.write(t("It belongs to no objective in the data, so nothing above it would change."))
        return
    rows, narrow = effect_charts.effect_rows(effects), picture_size().narrow
    show_chart(
        view,
        lambda colours: effect_charts.effect_figure(rows, colours, narrow),
        palette=palette,
        title=t("What would change above"),
        definition=DEFINITIONS["effects"],
        data=rows,
        key="what-if-effects",
        alt=effect_charts.effect_alt(rows),
    )
    st.caption(
        t(
            "Everything that contributes to each objective (roll-up): hollow = today, full = then. "
            "Pace is judged as if it stood there today."
        )
    )
    with st.expander(t("Show as table")):
        tables.show(
            _effects_table(effects, view.data.level_names(one=True)),
            t("Each objective above the key result, before and after"),
            {
                "Objective": st.column_config.TextColumn(width="large", pinned=True),
                "Share": st.column_config.NumberColumn(
                    format="%.1f %%", help=t("The key result’s part of the roll-up then.")
                ),
                "Roll-up now": _exact(),
                "Roll-up then": _exact(),
                "Change": st.column_config.NumberColumn(format=t("%+.2f pts")),
                "Progress now": _exact(),
                "Progress then": _exact(),
            },
        )


def _exact() -> Any:
    return st.column_config.NumberColumn(format="%.1f %%")


def _effects_table(effects: pd.DataFrame, level_names: Mapping[str, str]) -> pd.DataFrame:
    def in_percent(column: str) -> pd.Series:
        return effects[column].astype(float) * 100

    def pace(column: str) -> pd.Series:
        return effects[column].map(PACE_NAMES)

    return pd.DataFrame(
        {
            "Objective": effects["title"],
            "Level": effects["level"].map(level_names),
            "Share": in_percent("share_after"),
            "Roll-up now": in_percent("rollup_before"),
            "Roll-up then": in_percent("rollup_after"),
            "Change": in_percent("rollup_delta"),
            "Roll-up pace now": pace("rollup_pace_before"),
            "Roll-up pace then": pace("rollup_pace_after"),
            "Progress now": in_percent("progress_before"),
            "Progress then": in_percent("progress_after"),
            "Pace now": pace("pace_before"),
            "Pace then": pace("pace_after"),
        }
    )
