"""The filters that every page shares, bound to the address so that any view is a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import streamlit as st

from okr_data.queries import Catalogue, Cycle, Filters
from okr_data.ui import choices, links, screen
from okr_data.ui.data import Data
from okr_data.ui.words import NO_CYCLE, day, safe, t


@dataclass(frozen=True)
class View:
    """What a page shows: data pinned to a day, the filters, and the cycle they chose."""

    data: Data
    filters: Filters
    cycle: Cycle | None
    frames: tuple[str, ...]
    catalogue: Catalogue

    @property
    def cycle_name(self) -> str:
        """Return what the cycle is called, in the reader's language where it has no name."""
        return self.filters.cycle or t(NO_CYCLE)

    def level_name(self, level: str, one: bool = False) -> str:
        """Return what a level is called, in the plural or for one objective."""
        return self.data.level_names(one)[level]

    def link(self, **more: str) -> dict[str, str | list[str]]:
        """Return the address parameters that keep this view on another page."""
        kept: dict[str, str | list[str]] = {"cycle": self.filters.cycle or NO_CYCLE}
        if self.filters.departments:
            kept["department"] = list(self.filters.departments)
        if self.filters.levels:
            kept["level"] = list(self.filters.levels)
        if self.data.as_of is not None:
            kept["as_of"] = self.data.as_of.isoformat()
        return kept | more

    def open_objective(self, item_id: str) -> None:
        """Go to the page of an objective or key result; the filters stay by themselves."""
        st.switch_page("pages/objective.py", query_params={"item": item_id})

    def subtitle(self) -> str:
        """Say for which day and which part of the organisation the figures are true."""
        parts = [t("as of {day}", day=day(self.catalogue.as_of))]
        if self.filters.departments:
            parts.append(", ".join(self.filters.departments))
        if self.filters.levels:
            parts.append(", ".join(self.level_name(level) for level in self.filters.levels))
        if week := self.week():
            parts.insert(0, week)
        return " · ".join(parts)

    def week(self) -> str:
        """Say which week of the cycle the as-of day lies in."""
        today, cycle = self.catalogue.as_of, self.cycle
        if not (today and cycle and cycle.starts_on and cycle.ends_on):
            return ""
        weeks = max(1, round(((cycle.ends_on - cycle.starts_on).days + 1) / 7))
        if today > cycle.ends_on:
            return t("closed {day}", day=day(cycle.ends_on))
        if today < cycle.starts_on:
            return t("starts {day}", day=day(cycle.starts_on))
        week = min((today - cycle.starts_on).days // 7 + 1, weeks)
        return t("week {week} of {weeks}", week=week, weeks=weeks)


def choose(data: Data) -> View:
    """Show the filters and return the view they make; bad values in the address fall back.

    On a phone they stand behind one line that says what is chosen: the page is what one came for.
    """
    newest, level_names = data.catalogue(), data.level_names()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
        if screen.picture_size().name == "phone":
            with st.expander(_chosen(newest, level_names), icon=":material/filter_list:"):
                cycle, departments, levels, as_of = _widgets(newest, level_names)
        else:
            cycle, departments, levels, as_of = _widgets(newest, level_names)
        links.menu(cycle, as_of or newest.newest, newest)
        screen.look()
    pinned = data.at(as_of)
    catalogue = pinned.catalogue()
    name = None if cycle == NO_CYCLE else cycle
    return View(
        pinned,
        Filters(name, tuple(sorted(departments)), tuple(levels)),
        catalogue.cycle(name) or newest.cycle(name),
        catalogue.enclosing(name) or newest.enclosing(name),
        catalogue,
    )


def _widgets(
    newest: Catalogue, level_names: Mapping[str, str]
) -> tuple[str, list[str], list[str], date | None]:
    """Ask for cycle, departments, levels and an earlier day (None: the newest)."""
    names = [cycle.name or NO_CYCLE for cycle in newest.cycles]
    default = newest.default_cycle()
    cycle = st.selectbox(
        t("Cycle"),
        names,
        index=names.index(default.name or NO_CYCLE) if default else 0,
        key="cycle",
        bind="query-params",
        width=170,
    )
    departments = st.multiselect(
        t("Departments"), newest.departments, key="department", bind="query-params",
        placeholder=t("All departments"), width=260,
    )  # fmt: skip
    levels = choices.keep_many(
        t("Levels"),
        {level: level_names[level] for level in newest.levels},
        "level",
        placeholder=t("All levels"),
        width=210,
    )
    return cycle, departments, levels, _choose_day(newest)


def _chosen(newest: Catalogue, level_names: Mapping[str, str]) -> str:
    """Say in a line what the address chooses."""
    default = newest.default_cycle()
    cycle = st.query_params.get("cycle") or (default.name if default else None) or NO_CYCLE
    known = {each.name or NO_CYCLE for each in newest.cycles}
    parts = [cycle if cycle in known else t("Filters")]
    departments = set(st.query_params.get_all("department")) & set(newest.departments)
    parts.append(", ".join(sorted(departments)) or t("All departments"))
    levels = [each for each in st.query_params.get_all("level") if each in level_names]
    parts += [level_names[each] for each in levels]
    return safe(" · ".join(parts))


def _choose_day(newest: Catalogue) -> date | None:
    """Ask for an earlier day; the newest one is the default and means the published answers."""
    if newest.newest is None:
        return None
    chosen = st.date_input(
        t("As of"),
        value=newest.newest,
        min_value=min(newest.first_day or newest.newest, newest.newest),
        max_value=newest.newest,
        format="YYYY-MM-DD",
        key="as_of",
        bind="query-params",
        width=150,
    )
    return chosen if isinstance(chosen, date) and chosen != newest.newest else None


def nothing_under(view: View, count: int) -> None:
    """Show the empty state of a filter that leaves nothing, and stop."""
    if count:
        return
    with st.container(border=True, key="nothing"):
        st.header(t("Nothing here under this filter"), anchor=False)
        st.write(
            t(
                "{cycle} has no objectives for this choice as of {day}. "
                "Take a filter away, choose another cycle, or a later day.",
                cycle=safe(view.cycle_name),
                day=day(view.catalogue.as_of),
            )
        )
    st.stop()
