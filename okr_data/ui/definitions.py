"""The parts of the page Definitions, read from the code and the SQL headers that make the figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from okr_data import views
from okr_data.issues import CODES
from okr_data.scorecard import CHECKS, DIMENSIONS
from okr_data.settings import as_text, described
from okr_data.texts import ENGLISH, Words, language, mark
from okr_data.ui import tables
from okr_data.ui.frame import card
from okr_data.ui.issue_list import SEVERITY_WORDS
from okr_data.ui.settings import GROUP_WORDS
from okr_data.ui.words import FINDING_NAMES, SEVERITY_NAMES, safe, t, tn

_WIDE = {"Meaning": st.column_config.TextColumn(width="large")}
RULES = mark("Rules of the import")
PLACES = Words(
    {
        name: name
        for name in (
            mark("Findings"), mark("Scorecard"), mark("Settings"), mark("Views"),
            mark("Formulas"), RULES,
        )
    }
)  # fmt: skip
#: Column names of the tables, which ``tables.show`` translates.
_PROSE = (
    mark("Shows"), mark("Why it matters"), mark("What to do"), mark("Meaning"),
    mark("What it says"), mark("What passes"),
)  # fmt: skip
_NAMES = (
    mark("Setting"), mark("Default"), mark("Topic"), mark("Meaning"), mark("Rule"), mark("Severity"),
    mark("What it says"), mark("What to do"), mark("Finding"), mark("Shows"),
    mark("Why it matters"), mark("Name"), mark("Dimension"), mark("Check"), mark("What is counted"),
    mark("What passes"),
)  # fmt: skip


@dataclass(frozen=True)
class Definition:
    """One thing that is defined: where it stands on the page, its name, and all its words."""

    place: str
    name: str
    row: dict[str, str]
    columns: tuple[views.Column, ...] = ()
    formula: str = ""

    def holds(self, words: str) -> bool:
        """Tell whether every one of some words stands in it."""
        own = " ".join(
            [self.name, *self.row.values(), *(f"{c.name} {c.meaning}" for c in self.columns)]
        ).lower()
        return all(word in own for word in words.lower().split())


def definitions() -> Iterator[Definition]:
    """Yield everything that is defined, in the order of the page."""
    yield from _rules()
    yield from _checks()
    for name, default, what in described():
        yield Definition(
            "Settings", name,
            {"Setting": name, "Default": as_text(default) or "–", "Topic": GROUP_WORDS[what.group],
             "Meaning": t(what.meaning)},
        )  # fmt: skip
    yield from _views()
    for macro in views.load_macros():
        yield Definition(
            "Formulas", macro.name,
            {"Purpose": macro.purpose, "From": ", ".join(macro.parameters), "Returns": macro.returns},
            formula=macro.expression,
        )  # fmt: skip
    for name, code in CODES.items():
        yield Definition(
            RULES, name,
            {"Rule": name, "Severity": SEVERITY_WORDS[code.severity],
             "What it says": t(code.rule), "What to do": t(code.advice)},
        )  # fmt: skip


def _rules() -> Iterator[Definition]:
    for rule in views.load_rules():
        yield Definition(
            "Findings",
            rule.name,
            {
                "Finding": FINDING_NAMES[rule.name],
                "Severity": SEVERITY_NAMES[rule.severity],
                "Shows": t(rule.shows),
                "Why it matters": t(rule.why),
                "What to do": t(rule.advice),
                "Name": rule.name,
            },
        )


def _checks() -> Iterator[Definition]:
    labels = {dimension.name: dimension.label for dimension in DIMENSIONS}
    for check in CHECKS:
        yield Definition(
            "Scorecard",
            check.name,
            {
                "Dimension": t(labels[check.dimension]),
                "Check": t(check.label),
                "What is counted": t(check.items),
                "What passes": t(check.passes),
                "Name": check.name,
            },
        )


def _views() -> Iterator[Definition]:
    for view in views.public_views():
        grain = t("One row for each {what}.", what=", ".join(view.grain)) if view.grain else ""
        yield Definition(
            "Views", view.name, {"Purpose": view.purpose, "Grain": grain}, view.columns
        )
    for macro in views.load_table_macros():
        call = f"{macro.name}({', '.join(macro.parameters)})"
        yield Definition("Views", call, {"Purpose": macro.purpose, "Grain": ""}, macro.columns)


def render_intro() -> None:
    st.title(t("What every figure means"), anchor=False)
    st.caption(
        t(
            "Read from the code and from the headers of the SQL that computes the figures, so that text "
            "and figures cannot drift apart. Ratios and progress are fractions from 0 to 1; empty means "
            "not known, never 0."
        )
    )
    if language() != ENGLISH:
        st.caption(
            t("Views, their columns and formulas are told in English, as the SQL says them.")
        )


def render_definitions() -> None:
    """Show every definition under its heading, narrowed by a search."""
    wanted = st.text_input(
        t("Search"), placeholder=t("progress, aligned, stale, cadence …"), key="search", bind="query-params"
    )  # fmt: skip
    found = [each for each in definitions() if each.holds(wanted or "")]
    if not found:
        st.write(t("No definition has these words. Try fewer or shorter ones."))
    for place, title in PLACES.items():
        here = [each for each in found if each.place == place]
        if here:
            with card(title, tn("{n} definition", "{n} definitions", len(here))):
                _render(place, here, bool(wanted))


def _render(place: str, found: list[Definition], searched: bool) -> None:
    if place not in ("Views", "Formulas"):
        table = pd.DataFrame([each.row for each in found])
        wide = {name: st.column_config.TextColumn(width=360) for name in _PROSE}
        tables.show(table, PLACES[place], wide, height=460 if len(table) > 14 else "content")
        return
    for each in found:
        with st.expander(
            f"**{safe(each.name)}** — {safe(each.row['Purpose'])}", expanded=searched and len(found) < 6
        ):  # fmt: skip
            if place == "Formulas":
                st.caption(
                    t(
                        "From {arguments}; {returns}.",
                        arguments=safe(each.row["From"]),
                        returns=safe(each.row["Returns"]),
                    )
                )
                st.code(each.formula, language="sql")
                continue
            if each.row["Grain"]:
                st.caption(safe(each.row["Grain"]))
            tables.show(
                pd.DataFrame(
                    {
                        "Column": [column.name for column in each.columns],
                        "Meaning": [column.meaning for column in each.columns],
                    }
                ),
                t("Columns of {name}", name=each.name),
                _WIDE,
            )
