"""The parts of the page Cascade: what is shown, a search, the picture, what is selected, the rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import cast

import pandas as pd
import streamlit as st

from okr_data.cascade import LOST_STATES, PAGE_ROWS, Area, Around, Centre, Summary, Tree
from okr_data.charts import sunburst
from okr_data.charts.sunburst import STATE_REASONS, STATE_SIGNS, Colour, Form
from okr_data.charts.theme import Palette
from okr_data.findings import told
from okr_data.objective import Item
from okr_data.texts import Words, mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.choices import switch
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.screen import picture_size
from okr_data.ui.ways import way
from okr_data.ui.words import (
    FINDING_NAMES,
    NO_DEPARTMENT,
    PACE_NAMES,
    SEVERITY_NAMES,
    STATE_NAMES,
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

#: What the switches offer, by what stands in the address.
TREES = Words({"cascade": mark("Cascade"), "organisation": mark("Organisation")})
AREAS = Words({"key_results": mark("Key results"), "contribution": mark("Contribution")})
COLOURS = Words({"pace": mark("Pace"), "alignment": mark("Alignment")})
FORMS = Words({"sunburst": mark("Sunburst"), "icicle": mark("Icicle"), "table": mark("Table")})
#: Unit of the address that holds the company's own objectives.
COMPANY = "Company"
#: Address parameters that name the centre, and the page of the table that belongs to it.
OBJECTIVE, FROM, STATE, UNIT, TEAM, PAGE = "objective", "from", "state", "unit", "unit_team", "page"
#: Tables up to this length are shown whole.
ROWS_WITHOUT_SCROLLING = 12
#: Characters of a search that count.
LONGEST_SEARCH = 200
FOUND = mark("Objectives found")
_MOVES = "cascade_moves"
_LOST = Words(
    {
        "unaligned": mark("{n} unaligned"),
        "detached": mark("{n} detached"),
        "unresolved": mark("{n} parent unknown"),
    }
)


@dataclass(frozen=True)
class Shown:
    """What the switches of the page are set to, and the answer."""

    tree: Tree
    form: str
    area: Area
    colour: Colour
    words: str
    around: Around

    @property
    def centre(self) -> Centre:
        return self.around.centre


def render_sentence(view: View, summary: Summary) -> None:
    """Say how much of the work leads to a company goal and how much does not."""
    total, lost = summary.below_company, summary.lost
    if total:
        verdict = t(
            "{n} of {all} objectives lead to a company goal, {lost} lead nowhere",
            n=number(total - lost), all=number(total), lost=number(lost),
        )  # fmt: skip
    else:
        verdict = f"{safe(view.cycle_name)}: {objectives(summary.objectives)}"
    st.title(verdict, anchor=False)
    st.caption(safe(f"{view.cycle_name} · {view.subtitle()}"))


# --- what is shown --------------------------------------------------------------------


def choose(view: View) -> Shown:
    """Show the switches and return what they choose; bad values in the address fall back."""
    beside = picture_size().name != "phone"
    with st.container(horizontal=beside, vertical_alignment="bottom", gap="medium", key="switches"):
        tree = cast(Tree, switch(t("View"), TREES, "view"))
        with nullcontext() if beside else _folded():
            form = _choose_form()
            area = cast(Area, switch(t("Area"), AREAS, "area"))
            colour = cast(Colour, switch(t("Colour"), COLOURS, "colour"))
        words = st.text_input(
            t("Find"), placeholder=t("Word of a title, id or owner"), key="find", bind="query-params",
            width=250, icon=":material/search:",
        )  # fmt: skip
    centre = centre_of(st.query_params, tree, view.catalogue.departments)
    page = _page_number(st.query_params.get(PAGE, "1"))
    ask = view.data.cascade if tree == "cascade" else view.data.places
    around = ask(view.filters, view.frames, centre, area, page)
    if not around.found:
        st.info(
            t("The objective in the address is not part of this view; the whole is shown.")
            if centre.kind == "objective"
            else t("The part in the address is not part of this view; the whole is shown.")
        )
    return Shown(tree, form, area, colour, (words or "").strip()[:LONGEST_SEARCH], around)


def _folded() -> AbstractContextManager[object]:
    """Fold away, where it would fill the screen, what most readers leave as it is."""
    return st.expander(t("Form, area and colour"), icon=":material/tune:")


def _choose_form() -> str:
    """Ask for the form; on a phone the rings have no room for names, and boxes are the default."""
    return switch(
        t("Form"), FORMS, "form", default="icicle" if picture_size().narrow else "sunburst"
    )


def _page_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def centre_of(address: Mapping[str, str], tree: Tree, departments: Collection[str] = ()) -> Centre:
    """Return the centre that an address names; what belongs to the other tree does not count."""
    if address.get(OBJECTIVE):
        return Centre("objective", address[OBJECTIVE], parent=address.get(FROM, ""))
    if tree == "cascade":
        state = address.get(STATE)
        return Centre("state", state) if state else Centre()
    unit, team = address.get(UNIT), address.get(TEAM)
    if not unit:
        return Centre()
    if unit == COMPANY and unit not in departments:
        return Centre("company")
    department = "" if unit == NO_DEPARTMENT and unit not in departments else unit
    return Centre("team", department, team) if team else Centre("department", department)


def address_of(centre: Centre) -> dict[str, str]:
    """Return the address parameters that name a centre: the other way round."""
    if centre.kind == "objective":
        return {OBJECTIVE: centre.key, **({FROM: centre.parent} if centre.parent else {})}
    if centre.kind == "state":
        return {STATE: centre.key}
    if centre.kind == "company":
        return {UNIT: COMPANY}
    if centre.kind in ("department", "team"):
        return {UNIT: centre.key or NO_DEPARTMENT, **({TEAM: centre.team} if centre.team else {})}
    return {}


def _go_to(centre: Centre) -> None:
    """Move the centre; the address follows, so that the view can be mailed."""
    _forget_selections()
    for name in (OBJECTIVE, FROM, STATE, UNIT, TEAM, PAGE):
        st.query_params.pop(name, None)
    st.query_params.update(address_of(centre))
    st.rerun()


def _forget_selections() -> None:
    st.session_state[_MOVES] = st.session_state.get(_MOVES, 0) + 1


def _fresh(name: str) -> str:
    """Return a widget key that changes with every move: an old selection must not move again."""
    return f"{name}-{st.session_state.get(_MOVES, 0)}"


def _short(title: str, width: int = 42) -> str:
    return title if len(title) <= width else title[: width - 1].rstrip() + "…"


def _name(view: View, centre: Centre, title: str, tree: Tree) -> str:
    """Return what a step of the way or a centre is called."""
    if centre.kind == "all":
        return t("Whole cascade") if tree == "cascade" else t("Whole organisation")
    if centre.kind == "state":
        return STATE_NAMES[centre.key]
    if centre.kind == "company":
        return view.level_name("company")
    return title or t(NO_DEPARTMENT)


# --- search and way -----------------------------------------------------------------------


def render_search(view: View, shown: Shown) -> None:
    """Find objectives by words of the title, id or owner; one that is chosen moves into the centre."""
    words = shown.words
    if not words:
        return
    found = view.data.find(view.filters, view.frames, words)
    if not found.total:
        st.caption(
            t(
                "Nothing here holds “{words}” in its title, id or owner. "
                "Take a filter away or use fewer words.",
                words=safe(words[:80]),
            )
        )
        return
    counted = objectives(found.total)
    st.caption(
        t(
            "{objectives} found; the first {n} are listed. Select one to move it into the centre.",
            objectives=counted, n=number(len(found.rows)),
        )
        if found.total > len(found.rows)
        else t("{objectives} found. Select one to move it into the centre.", objectives=counted)
    )  # fmt: skip
    chosen = _pick(
        tables.objectives_table(found.rows, view.data.level_names(one=True))[
            ["Objective", "Level", "Department", "Owner", "Progress", "Gap to pace", "Alignment", "Id"]
        ],
        t(FOUND),
        "found",
        height=300 if len(found.rows) > 8 else "content",
    )  # fmt: skip
    if chosen is not None:
        _go_to(Centre("objective", str(found.rows.iloc[chosen]["objective_id"])))


def _pick(frame: pd.DataFrame, alt: str, name: str, **options: object) -> int | None:
    """Show a table of which one row can be selected; return its place."""
    event = tables.show(
        frame, alt, tables.objective_columns(), on_select="rerun", selection_mode="single-row",
        key=_fresh(name), **options,
    )  # fmt: skip
    chosen = event.selection.rows
    return int(chosen[0]) if chosen and chosen[0] < len(frame) else None


def render_way(view: View, shown: Shown) -> None:
    """Show the way from the whole to the centre; each step goes there."""
    steps = shown.around.way
    if len(steps) < 2:
        return
    with st.container(
        horizontal=True, gap="xxsmall", vertical_alignment="center", key="breadcrumb"
    ):
        for place, step in enumerate(steps[:-1]):
            if place:
                st.caption("›", width="content")
            if st.button(
                safe(_short(_name(view, step.centre, step.title, shown.tree))),
                type="tertiary",
                key=f"crumb-{place}",
                icon=None if place else ":material/arrow_back:",
            ):
                _go_to(step.centre)
        last = _short(_name(view, steps[-1].centre, steps[-1].title, shown.tree))
        st.caption("› " + safe(last), width="content")


# --- the picture --------------------------------------------------------------------------


def render_picture(view: View, shown: Shown, summary: Summary, palette: Palette) -> None:
    """Show the picture beside what is selected and its table twin below; or the table over it."""
    if shown.form == "table":
        _rows(view, shown)
        with card(_panel_title(view, shown)):
            _panel(view, shown, summary)
        return
    left, right = st.columns([1.15, 1], gap="small")
    with left, card(_card_title(shown), _area_words(shown)):
        _picture(view, shown, palette)
    with right, card(_panel_title(view, shown)):
        _panel(view, shown, summary)
    _rows(view, shown)


def _card_title(shown: Shown) -> str:
    return t("The cascade") if shown.tree == "cascade" else t("The organisation")


def _area_words(shown: Shown) -> str:
    if shown.area == "key_results":
        return t("area = number of key results")
    if shown.tree == "cascade":
        return t("area = share of the roll-up above")
    return t("area = share of the company goals")


def _picture(view: View, shown: Shown, palette: Palette) -> None:
    sectors = _titled(view, shown)
    size = picture_size()
    form = cast(Form, shown.form)
    selected = shown.centre.key if shown.centre.kind == "objective" else None
    marks = sunburst.sector_marks(sectors, shown.colour, view.data.level_names(one=True), selected)
    height = min(max(size.width, 330), 560) if form == "sunburst" else 620
    width = size.width if size.narrow else int(size.width * 0.5)
    event = show_chart(
        view,
        lambda colours: sunburst.tree_figure(marks, colours, form, height, width),
        palette=palette,
        title=_title_of_tree(shown),
        definition=DEFINITIONS["tree"],
        data=sectors,
        on_select="rerun",
        selection_mode="points",
        key=_fresh(f"{shown.tree}-{form}-{shown.area}-{shown.colour}"),
        alt=t(
            "{form} with {n} sectors: {what}. The table below lists the same objectives.",
            form=FORMS[shown.form],
            n=number(len(sectors)),
            what=TREES[shown.tree],
        ),
    )
    st.caption(legend(shown.tree, shown.area, shown.colour))
    chosen = _clicked(event, sectors)
    if chosen is not None:
        _open(shown, sectors, chosen)


def _title_of_tree(shown: Shown) -> str:
    return TREES[shown.tree]


def _titled(view: View, shown: Shown) -> pd.DataFrame:
    """Give every sector a title: groups have none of their own."""
    sectors = shown.around.sectors
    steps = shown.around.way
    inside = shown.centre.kind == "objective" and shown.tree == "organisation"
    place = steps[-2] if inside else steps[-1]
    centre = (
        view.cycle_name
        if place.centre.kind == "all"
        else _name(view, place.centre, place.title, shown.tree)
    )
    titles = [
        title if isinstance(title, str) else _group_title(view, kind, state, department, team, count) or centre
        for title, kind, state, department, team, count in zip(
            *(sectors[c] for c in ("title", "kind", "state", "department", "team", "count")), strict=True
        )
    ]  # fmt: skip
    return sectors.assign(title=titles)


def _group_title(
    view: View, kind: str, state: str, department: str | None, team: str | None, count: int
) -> str | None:
    """Return what a group is called; None for the centre."""
    if kind == "state":
        return STATE_NAMES[state]
    if kind == "more":
        return t("{n} more", n=number(count))
    return {
        "company": view.level_name("company"),
        "department": department or t(NO_DEPARTMENT),
        "team": team,
        "nothing": t("Carries nothing"),
    }.get(kind)


def legend(tree: Tree, area: Area, colour: Colour) -> str:
    """Say in words what colour, sign, hatching and area mean, and what a click does."""
    if colour == "pace":
        meaning = t(
            "Colour and ▲ ▼ = points ahead of or behind expected pace (warm behind, teal ahead); "
            "hatched = not measured."
        )
    else:
        meaning = t(
            "Colour and sign = alignment: {signs}; hatched = leads nowhere.",
            signs=", ".join(STATE_SIGNS.values()).replace("~", "\\~"),
        )
    clicks = t("Click a sector to go in, the centre or the way above to go back.")
    return f"{meaning} {_inside(tree, area)} {clicks}"


def _inside(tree: Tree, area: Area) -> str:
    """Say how a sector is divided."""
    if tree == "organisation" and area == "contribution":
        return t(
            "Inside a sector an objective stands once, in its team or department; what carries "
            "nothing shows its part of all key results."
        )
    if tree == "organisation":
        return t("Inside a sector an objective stands once, in its team or department.")
    if area == "contribution":
        return t(
            "Inside a sector the free part of a ring = its own key results; each company goal is a "
            "whole, and what leads nowhere shows its part of all key results."
        )
    return t("Inside a sector the free part of a ring = its own key results.")


def _clicked(event: object, sectors: pd.DataFrame) -> int | None:
    """Return the place of the clicked sector."""
    points_ = getattr(getattr(event, "selection", None), "points", None) or []
    name = str(points_[0].get("id", "")) if points_ else ""
    return int(name) if name.isdigit() and int(name) < len(sectors) else None


def _open(shown: Shown, sectors: pd.DataFrame, chosen: int) -> None:
    """Go to a sector; the centre leads one step back."""
    sector = sectors.iloc[chosen]
    if sector["ring"] == 0:
        back = 3 if shown.tree == "organisation" and shown.centre.kind == "objective" else 2
        if len(shown.around.way) >= back:
            _go_to(shown.around.way[-back].centre)
        return
    target = target_of(sectors, chosen)
    if target is not None and target != shown.centre:
        _go_to(target)


def target_of(sectors: pd.DataFrame, chosen: int) -> Centre | None:
    """Return the centre that a click on a sector asks for; None for what cannot be opened.

    "n more" opens the sector that it is a part of.
    """
    sector = sectors.iloc[chosen]
    if isinstance(sector["objective_id"], str):
        above = sectors[sectors["path"] == sector["parent"]]["objective_id"]
        named = (
            [name for name in above if isinstance(name, str)]
            if (sector["parents"] or 0) > 1
            else []
        )
        return Centre("objective", sector["objective_id"], parent=named[0] if named else "")
    if sector["kind"] == "more":
        above_it = sectors.index[sectors["path"] == sector["parent"]]
        place = int(sectors.index.get_loc(above_it[0]))
        return target_of(sectors, place) if sectors.iloc[place]["ring"] else None
    department, team = str(sector["department"] or ""), str(sector["team"])
    groups = {
        "state": Centre("state", str(sector["state"])),
        "company": Centre("company"),
        "department": Centre("department", department),
        "team": Centre("team", department, team),
    }
    return groups.get(str(sector["kind"]))


# --- what is selected ---------------------------------------------------------------------


def _panel_title(view: View, shown: Shown) -> str:
    last = shown.around.way[-1]
    if shown.centre.kind == "all":
        return t("Company goals") if shown.tree == "cascade" else safe(view.cycle_name)
    return safe(_name(view, last.centre, last.title, shown.tree))


def _panel(view: View, shown: Shown, summary: Summary) -> None:
    centre = shown.centre
    item = view.data.item(centre.key) if centre.kind == "objective" else None
    if item is not None:
        _objective_panel(view, item)
    elif centre.kind == "state":
        _state_panel(view, shown)
    elif shown.tree == "cascade":
        _company_panel(view, summary)
    else:
        _place_panel(view, shown)


def _company_panel(view: View, summary: Summary) -> None:
    """List the company goals and the work that leads nowhere."""
    if summary.goals_table.empty:
        st.write(
            t("There is no company objective here: nothing below can have a line of sight to one.")
        )
    else:
        _goals_table(summary)
    lost = [
        _LOST[state].format(n=number(summary.states[state]))
        for state in LOST_STATES
        if summary.states.get(state)
    ]
    if lost:
        st.markdown(t("**Leads nowhere:** {counts}.", counts=", ".join(lost)))
    _behind(view, Centre(), summary.behind)


def _goals_table(summary: Summary) -> None:
    goals = summary.goals_table
    if summary.goals > len(goals):
        counted = of(len(goals), summary.goals)
        st.caption(t("{counted}; the search finds the others.", counted=counted))
    event = tables.show(
        pd.DataFrame(
            {
                "Company goal": goals["title"],
                "Progress": tables.in_percent(goals["progress"]),
                "Gap to pace": (goals["progress"] - goals["expected_progress"]) * 100,
                "Aligned": goals["aligned"].astype(int),
            }
        ),
        t("Company goals with progress, gap to pace and directly aligned objectives"),
        {
            "Company goal": st.column_config.TextColumn(width=250, pinned=True),
            "Progress": tables.percent_column(),
            "Gap to pace": tables.points_column(),
            "Aligned": st.column_config.NumberColumn(help=t("Objectives aligned directly to it.")),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=_fresh("goals"),
        height=390 if len(goals) > ROWS_WITHOUT_SCROLLING else "content",
    )
    if event.selection.rows:
        _go_to(Centre("objective", str(goals.iloc[event.selection.rows[0]]["objective_id"])))


def _behind(view: View, place: Centre, worst: pd.DataFrame | None = None) -> None:
    """Name the objectives that a reader would ask about first."""
    if worst is None:
        worst = view.data.furthest_behind(view.filters, place)
    if worst.empty:
        return
    st.markdown(t("**Furthest behind pace**"))
    event = tables.show(
        pd.DataFrame(
            {
                "Objective": worst["title"],
                "Department": worst["department"],
                "Progress": tables.in_percent(worst["progress"]),
                "Gap to pace": (worst["progress"] - worst["expected_progress"]) * 100,
            }
        ),
        t("Objectives furthest behind pace"),
        {
            "Objective": st.column_config.TextColumn(width=230, pinned=True),
            "Progress": tables.percent_column(),
            "Gap to pace": tables.points_column(),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=_fresh("behind"),
    )
    if event.selection.rows:
        _go_to(Centre("objective", str(worst.iloc[event.selection.rows[0]]["objective_id"])))


def _state_panel(view: View, shown: Shown) -> None:
    """Say what the state means and what can be done."""
    state = shown.centre.key
    st.write(
        tn(
            "{n} row of the table: work that {reason}.", "{n} rows of the table: work that {reason}.",
            shown.around.total, reason=STATE_REASONS[state],
        )
    )  # fmt: skip
    way("pages/alignment.py", t("See suggested parents"), ":material/hub:", part="suggestions")
    _behind(view, shown.centre)


def _place_panel(view: View, shown: Shown) -> None:
    """Show how a part of the organisation stands."""
    whole = shown.around.sectors.iloc[0]
    gap = whole["progress"] - whole["expected_progress"] if pd.notna(whole["progress"]) else None
    below, lost = int(whole["below_company"] or 0), int(whole["lost"] or 0)
    with st.grid(2, min_column_width=150, gap="small"):
        st.metric(
            t("Progress"), percent(whole["progress"]), delta=points(gap), delta_color="off",
            delta_arrow="off", help=t("Mean of its objectives; below it the gap to expected pace."),
        )  # fmt: skip
        st.metric(
            t("Line of sight"), percent((below - lost) / below) if below else t("n/a"),
            delta=of(below - lost, below) if below else t("company goals have none"),
            delta_color="off", delta_arrow="off",
            help=t("Objectives that lead to a company goal, of all below company level."),
        )  # fmt: skip
    st.markdown(
        t(
            "**{objectives}** · **{measured}** key results measured",
            objectives=objectives(int(whole["objectives"])),
            measured=of(int(whole["measured"]), int(whole["key_results"])),
        )
    )
    _behind(view, shown.centre)


def _objective_panel(view: View, item: Item) -> None:
    """Show where an objective stands, why, and where the figures come from."""
    node = item.figures
    gap = node["progress"] - node["expected_progress"]
    with st.grid(2, min_column_width=150, gap="small"):
        st.metric(
            t("Progress"), percent(node["progress"]), delta=points(gap), delta_color="off",
            delta_arrow="off",
            help=t("Mean of its key results; without any, of what contributes to it."),
        )  # fmt: skip
        st.metric(
            t("Expected by now"), percent(node["expected_progress"]),
            help=t("The share of its time that has passed, from its start to its end."),
        )  # fmt: skip
    facts = {
        t("Level"): view.level_name(str(node["level"]), one=True),
        t("Department"): node["department"],
        t("Team"): node["team"],
        t("Owner"): node["owner"],
        t("Cycle"): node["cycle"],
        t("Pace"): PACE_NAMES.get(node["pace_status"]),
        t("Alignment"): STATE_NAMES.get(node["alignment_state"]),
        t("Last check-in"): day(node["last_check_in"]),
    }
    st.markdown(
        "  \n".join(f"**{name}:** {safe(str(v))}" for name, v in facts.items() if not pd.isna(v))
    )
    st.markdown(
        t(
            "Own key results **{own}** · all below **{below}** · reported **{reported}**",
            own=percent(node["kr_progress"]),
            below=percent(node["rollup_progress"]),
            reported=percent(node["reported_progress"]),
        )
    )
    _key_results(item.key_results)
    _findings(view, item.item_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        way("pages/objective.py", t("Everything about it"), ":material/target:", item=item.item_id)
        way(
            "pages/definitions.py", t("How it is made"), ":material/menu_book:",
            search="objective_progress",
        )  # fmt: skip
        st.caption(
            t(
                "Source: {file}, row {row}, {name}",
                file=safe(str(node["file"])), row=node["row"], name=safe(str(node["import_id"])),
            )
        )  # fmt: skip


def _key_results(own: pd.DataFrame) -> None:
    if own.empty:
        st.caption(t("It has no key results of its own."))
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
                "Row": [
                    t("{file}, row {row}", file=f, row=r)
                    for f, r in zip(own["file"], own["row"], strict=True)
                ],
            }
        ),
        t("Key results of this objective"),
        {
            "Key result": st.column_config.TextColumn(width="medium", pinned=True),
            "Progress": tables.bar_column(),
            "Reported": tables.percent_column(),
        },
        height=390 if len(own) > ROWS_WITHOUT_SCROLLING else "content",
    )


def _findings(view: View, objective_id: str) -> None:
    """List what the rules found about it and its key results; excused ones are counted."""
    found = view.data.findings_of(objective_id)
    open_ones = found[~found["excused"].astype(bool)]
    excused = len(found) - len(open_ones)
    if open_ones.empty:
        st.caption(
            t("No open findings, {n} excused.", n=number(excused)) if excused else t("No findings.")
        )
        return
    counted = tn("**{n} finding**", "**{n} findings**", len(open_ones))
    st.markdown(
        t("{findings}, {n} excused", findings=counted, n=number(excused)) if excused else counted
    )
    tables.show(
        pd.DataFrame(
            {
                "Finding": open_ones["finding"].map(FINDING_NAMES).fillna(open_ones["finding"]),
                "Severity": open_ones["severity"].map(SEVERITY_NAMES),
                "What": open_ones["sentence"].map(told),
            }
        ),
        t("Findings of this objective"),
        {"What": st.column_config.TextColumn(width=380)},
        height=300 if len(open_ones) > 8 else "content",
    )


# --- the rows -----------------------------------------------------------------------------


def _rows(view: View, shown: Shown) -> None:
    """Show the table twin, a page at a time; a selected row moves into the centre."""
    around = shown.around
    with card(
        t("All objectives of this view"),
        tn(
            "{n} row; select one to move it into the centre",
            "{n} rows; select one to move it into the centre",
            around.total,
        ),
    ):
        chosen = _pick(
            tables.objectives_table(around.rows, view.data.level_names(one=True)),
            t("The cascade as a tree: each objective below its parents")
            if shown.tree == "cascade"
            else t("The organisation: each objective in its place"),
            "tree",
            height=460 if len(around.rows) > ROWS_WITHOUT_SCROLLING else "content",
        )
        _pages(around)
        if chosen is not None:
            target = Centre("objective", str(around.rows.iloc[chosen]["objective_id"]))
            if target.key != shown.centre.key:
                _go_to(target)


def _pages(around: Around) -> None:
    """Lead through a long table; the search finds a row without leafing."""
    if around.pages == 1:
        return
    first = (around.page - 1) * PAGE_ROWS + 1
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pages"):
        if st.button(t("Rows before"), disabled=around.page == 1, key="before"):
            _turn_to(around.page - 1)
        if st.button(t("Next rows"), disabled=around.page == around.pages, key="next"):
            _turn_to(around.page + 1)
        st.caption(
            t(
                "Rows {first}–{last} of {all}. The search above finds any objective.",
                first=number(first),
                last=number(first + len(around.rows) - 1),
                all=number(around.total),
            )
        )


def _turn_to(page: int) -> None:
    _forget_selections()
    st.query_params[PAGE] = str(page)
    st.rerun()
