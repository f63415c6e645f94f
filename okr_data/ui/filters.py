"""The filters that every page shares, bound to the address so that any view is a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from okr_data.queries import Catalogue, Cycle, Filters
from okr_data.ui.data import Data
from okr_data.ui.words import LEVEL_NAMES, NO_CYCLE, day, safe


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
        return self.filters.cycle or NO_CYCLE

    def subtitle(self) -> str:
        """Say for which day and which part of the organisation the figures are true."""
        parts = [f"as of {day(self.catalogue.as_of)}"]
        if self.filters.departments:
            parts.append(", ".join(self.filters.departments))
        if self.filters.levels:
            parts.append(", ".join(LEVEL_NAMES[level].lower() for level in self.filters.levels))
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
            return f"closed {day(cycle.ends_on)}"
        if today < cycle.starts_on:
            return f"starts {day(cycle.starts_on)}"
        return f"week {min((today - cycle.starts_on).days // 7 + 1, weeks)} of {weeks}"


def choose(data: Data) -> View:
    """Show the filters and return the view they make; bad values in the address fall back."""
    newest = data.catalogue()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
        names = [cycle.name or NO_CYCLE for cycle in newest.cycles]
        default = newest.default_cycle()
        cycle = st.selectbox(
            "Cycle",
            names,
            index=names.index(default.name or NO_CYCLE) if default else 0,
            key="cycle",
            bind="query-params",
            width=170,
        )
        departments = st.multiselect(
            "Departments", newest.departments, key="department", bind="query-params",
            placeholder="All departments", width=260,
        )  # fmt: skip
        levels = st.multiselect(
            "Levels", newest.levels, key="level", bind="query-params",
            format_func=lambda level: LEVEL_NAMES[level], placeholder="All levels", width=210,
        )  # fmt: skip
        as_of = _choose_day(newest)
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


def _choose_day(newest: Catalogue) -> date | None:
    """Ask for an earlier day; the newest one is the default and means the published answers."""
    if newest.newest is None:
        return None
    chosen = st.date_input(
        "As of",
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
        st.subheader("Nothing here under this filter", anchor=False)
        st.write(
            f"{safe(view.cycle_name)} has no objectives for this choice as of {day(view.catalogue.as_of)}. "
            "Take a filter away, choose another cycle, or a later day."
        )
    st.stop()
