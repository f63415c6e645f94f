"""The parts that show a line of sight: up to the company goals, down to the work."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import streamlit as st

from okr_data.charts.line_of_sight import sight_alt, sight_drawing, sight_figure, sight_rows
from okr_data.charts.theme import Palette
from okr_data.line_of_sight import Choices, FocusKind, LineOfSight
from okr_data.queries import MOST_ROWS
from okr_data.texts import Words, mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.screen import picture_size
from okr_data.ui.words import number, of, safe, t, tn

FOCUS_KINDS = Words(
    {"person": mark("Person"), "team": mark("Team"), "objective": mark("Objective")}
)
#: Address parameter of the kind of focus; with the kind behind it, of the focus itself.
FOCUS = "sight"
_MOVES = "sight_moves"
#: What a reader chose in the picture: kind of the item (objective, key_result, …) and its id.
Chosen = tuple[str, str]


def choose_focus(view: View) -> tuple[FocusKind, str] | None:
    """Ask whose line of sight is meant; the address names it. None where there is nobody to choose.

    An objective of the address need not be under the filter: a company goal of the year is not.
    """
    every = view.data.sight_choices(view.filters)
    kinds = [kind for kind, names in every.names().items() if names]
    if not kinds:
        return None
    asked = st.query_params.get(FOCUS)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="focus"):
        kind = st.segmented_control(
            t("Line of sight of"), kinds, default=next((k for k in kinds if k == asked), kinds[0]),
            format_func=lambda k: FOCUS_KINDS[k], key=_fresh(FOCUS), required=True,
        ) or kinds[0]  # fmt: skip
        asked = st.query_params.get(f"{FOCUS}_{kind}")
        words = tables.search(
            every.totals[kind], f"sight-{kind}", t("Words of a name, title or id")
        )
        found = view.data.sight_choices(view.filters, words) if words else every
        if not found.names()[kind]:
            found = every
        titles = _titles(view, found.objectives)
        names = (
            list(titles) if kind == "objective" else _with_asked(view, found, every, kind, asked)
        )
        chosen = st.selectbox(
            FOCUS_KINDS[kind], names, index=names.index(asked) if asked in names else 0,
            format_func=lambda name: titles.get(name, name) if kind == "objective" else name,
            key=_fresh(f"{FOCUS}_{kind}"), width=460,
        )  # fmt: skip
    # Written here and not bound: the address names an objective by its id, not by its title.
    _write_address(kind, chosen)
    return kind, chosen


def _with_asked(
    view: View, found: Choices, every: Choices, kind: FocusKind, asked: str | None
) -> list[str]:
    """Return the names to choose from, also the one of the address where a long list leaves it out."""
    names = list(found.names()[kind])
    if asked and asked not in names and every.totals[kind] > MOST_ROWS:
        there = view.data.sight_choices(view.filters, asked).names()[kind]
        names = [*(name for name in there if name == asked), *names]
    return names


def focus_on(kind: FocusKind, item_id: str) -> None:
    """Move the focus; the address follows, so that the view can be mailed."""
    _write_address(kind, item_id)
    st.session_state[_MOVES] = st.session_state.get(_MOVES, 0) + 1
    st.rerun()


def _write_address(kind: FocusKind, item_id: str) -> None:
    for other in FOCUS_KINDS:
        st.query_params.pop(f"{FOCUS}_{other}", None)
    st.query_params[FOCUS] = kind
    st.query_params[f"{FOCUS}_{kind}"] = item_id


def _fresh(name: str) -> str:
    """Return a widget key that changes with every move, so that the address decides anew."""
    return f"{name}-{st.session_state.get(_MOVES, 0)}"


def _titles(view: View, objectives: pd.DataFrame) -> dict[str, str]:
    """Return what an objective is called in the list, by its id; equal titles tell their ids."""
    titles = dict(zip(objectives["objective_id"], objectives["title"], strict=True))
    asked = st.query_params.get(f"{FOCUS}_objective")
    if asked and asked not in titles:
        found = view.data.line_of_sight("objective", asked, view.filters.cycle)
        if found is not None:
            titles = {asked: found.title} | titles
    often = {title for title, count in Counter(titles.values()).items() if count > 1}
    return {
        item: f"{title} ({item})" if title in often else str(title)
        for item, title in titles.items()
    }


def render_sentence(view: View, shown: LineOfSight) -> None:
    """Say in one sentence where the focus leads to."""
    st.title(_verdict(shown), anchor=False)
    st.caption(safe(f"{view.cycle_name} · {view.subtitle()}"))


def _verdict(shown: LineOfSight) -> str:
    name = safe(shown.title)
    if shown.focus_kind == "objective":
        name = t("“{title}”", title=name)
    goals = shown.goals
    if shown.focus_kind == "objective" and shown.focus_id in set(goals["objective_id"]):
        if bool((shown.nodes["role"] == "below").any()):
            return t("{name} is a company goal", name=name)
        return t("{name} is a company goal that nothing is aligned to", name=name)
    if shown.objectives > 1:
        return t(
            "{name}: {counted} objectives lead to {goals}",
            name=name, counted=of(shown.leading, shown.objectives),
            goals=company_goals(len(goals)) if len(goals) else t("a company goal"),
        )  # fmt: skip
    return _leads(name, goals)


def _leads(name: str, goals: pd.DataFrame) -> str:
    """Say to which company goals one objective, or somebody with one, leads."""
    if goals.empty:
        return t("{name} leads to no company goal", name=name)
    carried = int(goals["contributes"].sum())
    if not carried:
        return t(
            "{name} leads to {goals}, without contributing",
            name=name, goals=company_goals(len(goals)),
        )  # fmt: skip
    if carried < len(goals):
        return t(
            "{name} contributes to {goals} and supports {n} more",
            name=name, goals=company_goals(carried), n=number(len(goals) - carried),
        )  # fmt: skip
    return t("{name} contributes to {goals}", name=name, goals=company_goals(carried))


def company_goals(count: int) -> str:
    return tn("{n} company goal", "{n} company goals", count)


def render_page(view: View, focus_kind: FocusKind, focus_id: str, palette: Palette) -> None:
    """Show the sentence and the picture; what is chosen in it opens."""
    shown = view.data.line_of_sight(focus_kind, focus_id, view.filters.cycle)
    if shown is not None:
        render_sentence(view, shown)
    chosen = render_line_of_sight(view, focus_kind, focus_id, palette)
    if chosen and chosen[0] in ("objective", "key_result"):
        view.open_objective(chosen[1])


def render_line_of_sight(
    view: View, focus_kind: FocusKind, focus_id: str, palette: Palette
) -> Chosen | None:
    """Draw the line of sight with its table; return what the reader clicked on or selected."""
    shown = view.data.line_of_sight(focus_kind, focus_id, view.filters.cycle)
    if shown is None:
        _nothing(view, focus_kind, focus_id)
        return None
    with card(t("Line of sight"), _extent(shown)):
        clicked = _picture(view, shown, palette)
        st.caption(_legend(shown))
        return _table(shown) or clicked


def _nothing(view: View, focus_kind: FocusKind, focus_id: str) -> None:
    """Say that the day has nothing of the focus, and what to do."""
    with st.container(border=True, key="no_sight"):
        st.header(t("Nothing to show here"), anchor=False)
        said = {
            "person": mark("“{name}” owns nothing in {cycle} {when}."),
            "team": mark("“{name}” has no objectives in {cycle} {when}."),
            "objective": mark("“{name}” does not exist {when}."),
        }
        values = {
            "name": safe(focus_id),
            "cycle": safe(view.cycle_name),
            "when": safe(view.subtitle()),
        }
        advice = t("Choose another cycle, a later day, or somebody else.")
        st.write(f"{t(said[focus_kind], **values)} {advice}")


def _extent(shown: LineOfSight) -> str:
    """Say how much of the line of sight the picture holds."""
    if not shown.hidden:
        return tn("{n} item, all shown", "{n} items, all shown", shown.drawn)
    return t("{counted} items shown", counted=of(shown.drawn, shown.drawn + shown.hidden))


def _picture(view: View, shown: LineOfSight, palette: Palette) -> Chosen | None:
    size = picture_size()
    drawing = sight_drawing(shown.nodes, shown.edges, size.narrow, size.width)
    # The key holds the focus: after a step to another one, the old click must not count again.
    event = show_chart(
        view,
        lambda colours: sight_figure(drawing, colours),
        palette=palette,
        title=t("Line of sight of {title}", title=shown.title),
        definition=DEFINITIONS["sight"],
        data=shown.nodes,
        on_select="rerun",
        selection_mode="points",
        key=f"sight-{shown.focus_kind}-{shown.focus_id}",
        alt=sight_alt(shown.title, shown.nodes, shown.edges, list(shown.goals["title"])),
    )
    points = event.selection.points if event else []
    return _item(shown, str(points[0]["customdata"][0])) if points else None


def _item(shown: LineOfSight, key: str) -> Chosen | None:
    """Return the item of a node, or None for what leads nowhere."""
    node = shown.nodes.set_index("key").loc[key]
    if node["kind"] in ("more", "unknown"):
        return None
    return str(node["kind"]), str(node["item_id"])


def _legend(shown: LineOfSight) -> str:
    """Explain the lines that this picture holds, and no others."""
    kinds = set(shown.edges["kind"])
    parts = [
        t("Colour and ▲ ▼ = points ahead of or behind pace; the tick is where it should be by now")
    ]
    parts += [
        t(words)
        for kind, words in (
            ("aligned", mark("dashed = aligned, does not contribute")),
            ("dropped", mark("dashed to a dotted box = dropped, carries no chain")),
            ("unknown", mark("dotted = the parent is not in the data")),
            ("kept_out", mark("dotted in warm = kept out, it would close a loop")),
            ("too_deep", mark("dotted in warm = kept out, the chain is too long")),
        )
        if kind in kinds
    ]
    if shown.hidden:
        parts.append(t("what is furthest behind is shown first, the rest counted as “more”"))
    return "; ".join(parts) + "."


def _table(shown: LineOfSight) -> Chosen | None:
    """Show the table twin; return the selected item."""
    rows = sight_rows(shown.nodes, shown.edges)
    with st.expander(t("Show as table")):
        event = tables.show(
            pd.DataFrame(
                {
                    "Item": rows["title"],
                    "Where": rows["place"],
                    "What": rows["what"],
                    "Progress": tables.in_percent(rows["progress"]),
                    "Gap to pace": rows["gap"].astype(float) * 100,
                    "Leads to": rows["leads_to"],
                    "Department": rows["department"],
                    "Owner": rows["owner"],
                }
            ),
            t("Every item of the line of sight with what it leads to"),
            {
                "Item": st.column_config.TextColumn(width="large", pinned=True),
                "Progress": tables.bar_column(),
                "Gap to pace": tables.points_column(),
                "Leads to": st.column_config.TextColumn(width="large"),
            },
            on_select="rerun",
            selection_mode="single-row",
            key=f"sight-rows-{shown.focus_kind}-{shown.focus_id}",
        )
    selected = event.selection.rows
    return _item(shown, str(rows.iloc[selected[0]]["key"])) if selected else None
