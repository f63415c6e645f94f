"""The parts of the page Settings: the rules that made the figures, and how to change them."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from babel.dates import get_month_names

from okr_data.errors import OkrError
from okr_data.periods import parse_period
from okr_data.settings import (
    FILE,
    FILES,
    LEVEL_NAMES,
    Described,
    Settings,
    as_text,
    as_toml,
    described,
    differing,
    load_settings,
    settings_problem,
    with_files_of,
)
from okr_data.texts import Words, language, mark
from okr_data.ui import data as pinned_data
from okr_data.ui import tables
from okr_data.ui.data import Data
from okr_data.ui.downloads import offer
from okr_data.ui.frame import card, emphasis
from okr_data.ui.mapper import capitalised
from okr_data.ui.words import day, localised, number, percent, safe, t, tn

TABLE = mark("Every setting with its value in force, its default and its meaning")
CHANGED = mark("● changed")
GROUP_WORDS = Words(
    {
        "pace": mark("Pace"),
        "score": mark("Score at close"),
        "rules": mark("Rules and findings"),
        "forecast": mark("Forecast"),
        "figures": mark("Figures"),
        "calendar": mark("Calendar"),
        LEVEL_NAMES: mark("Names of levels"),
        FILES: mark("Files"),
    }
)
#: Column names of the table, which ``tables.show`` translates, and default names of levels.
_NAMES = (
    mark("Setting"), mark("In force"), mark("Default"), mark("Differs"), mark("Meaning"),
    mark("May be"), mark("About"), mark("Individuals"), mark("Individual"),
)  # fmt: skip
_SAID = "settings_said"


def render_sentence(data: Data, settings: Settings) -> None:
    """Say how many settings differ from their defaults, and which figures they made."""
    count = sum(1 for _ in described())
    changed = len(differing(Settings(), settings))
    if changed:
        st.title(
            t(
                "{part} of {whole} settings differ from their defaults",
                part=number(changed),
                whole=number(count),
            ),
            anchor=False,
        )
    else:
        st.title(t("All {n} settings stand at their defaults", n=number(count)), anchor=False)
    as_of = data.catalogue().as_of
    made = t("In force in every figure up to {day}", day=day(as_of)) if as_of else t("In force")
    st.caption(
        t(
            "{made}; their digest **{digest}** stands in exported tables, "
            "so that two figures under other rules are never taken for the same.",
            made=made,
            digest=settings.digest(),
        )
    )
    if said := st.session_state.pop(_SAID, None):
        st.success(safe(said), icon=":material/check_circle:")


def render_file(settings: Settings) -> None:
    """Say where the file does not read, or what of it waits to be put in force."""
    folder = pinned_data.store().folder
    if problem := settings_problem(folder):
        st.warning(
            t(
                "**{file} does not read, and changes nothing:** {problem}  \n"
                "The values below were published last and stay in force until it reads again.",
                file=FILE,
                problem=safe(problem.removeprefix(f"{FILE}: ")),
            ),
            icon=":material/warning:",
        )
        return
    waiting = differing(settings, load_settings(folder))
    if not waiting:
        return
    title = tn(
        "{n} setting of {file} not in force yet", "{n} settings of {file} not in force yet",
        len(waiting), file=FILE,
    )  # fmt: skip
    with card(title, key="waiting"):
        st.markdown(
            "  \n".join(
                t(
                    "**{name}**: {before} is in force, {after} stands in the file",
                    name=safe(name),
                    before=safe(before),
                    after=safe(after),
                )
                for name, (before, after) in waiting.items()
            )
        )
        st.caption(
            t("They take effect with the next import, or at once: every figure is made anew.")
        )
        if st.button(t("Put them in force"), type=emphasis(), key="put-in-force"):
            _put_in_force(len(waiting))


def _put_in_force(count: int) -> None:
    bar = st.progress(0.0, text=t("Computing every figure anew …"))
    try:
        pinned_data.store().rebuild(
            lambda step, done: bar.progress(min(done, 1.0), text=f"{capitalised(t(step))} …")
        )
    except OkrError as error:
        bar.empty()
        st.error(t("Nothing was changed. {error}", error=safe(str(error))), icon=":material/error:")
        return
    st.session_state[_SAID] = tn(
        "{n} setting put in force; all figures follow.",
        "{n} settings put in force; all figures follow.",
        count,
    )
    st.rerun()


def render_in_words(settings: Settings) -> None:
    """Say the rules that decide most, as a person would."""
    with card(t("The rules in words")):
        st.markdown("  \n".join(f"**{name}.** {safe(text)}" for name, text in _rules(settings)))


def _rules(settings: Settings) -> list[tuple[str, str]]:
    """Return the names and sentences of the rules in force."""
    early = t(
        "In the first {share} of its time nothing is behind yet.",
        share=percent(settings.too_early_share),
    )
    return [
        (t("Pace"), f"{_pace(settings)} {early}"),
        (
            t("Score"),
            t(
                "Green from {green}, yellow from {yellow}, red below; "
                "a committed objective is green only at {whole}.",
                green=_plain(settings.score_green),
                yellow=_plain(settings.score_yellow),
                whole=number(1, 1),
            ),
        ),
        (
            t("Check-ins"),
            tn(
                "A key result is checked in every {n} day.",
                "A key result is checked in every {n} days.",
                int(settings.cadence_days),
            ),
        ),
        (
            t("Focus"),
            tn(
                "{least} to {most} key results an objective, at most {n} objective a team or person.",
                "{least} to {most} key results an objective, at most {n} objectives a team or person.",
                int(settings.max_objectives),
                least=_plain(settings.min_key_results),
                most=_plain(settings.max_key_results),
            ),
        ),
        (t("Calendar"), _calendar(settings)),
        (t("Levels"), " › ".join(t(name) for name in settings.level_names().values())),
    ]


def _pace(settings: Settings) -> str:
    """Say the pace rule in force with its two thresholds."""
    if settings.pace_rule == "gap":
        return t(
            "On track less than {first} points behind expected progress, at risk up to {second} "
            "points, off track beyond.",
            first=_plain(settings.gap_on_track * 100),
            second=_plain(settings.gap_at_risk * 100),
        )
    if settings.pace_rule == "forecast":
        return t(
            "On track where the forecast ends at {first} or more, at risk from {second}, off track "
            "below; without a forecast the ratio decides.",
            first=percent(settings.forecast_on_track),
            second=percent(settings.forecast_at_risk),
        )
    return t(
        "On track from {first} of expected progress, at risk from {second}, off track below.",
        first=percent(settings.pace_on_track),
        second=percent(settings.pace_at_risk),
    )


def _calendar(settings: Settings) -> str:
    """Say when the fiscal year begins, with an example that leaves no doubt about its name."""
    month = int(settings.fiscal_start_month)
    example = parse_period("FY27 Q1", month)
    if month == 1 or example is None:
        return t("The fiscal year is the calendar year.")
    return t(
        "The fiscal year starts in {month}: FY27 Q1 runs from {first} to {last}.",
        month=get_month_names("wide", locale=language())[month],
        first=day(example.starts_on),
        last=day(example.ends_on),
    )


def render_settings(settings: Settings) -> None:
    """Show every setting with its value in force, its default and what it means."""
    with card(t("Every setting"), t("what differs from its default is marked")):
        tables.show(
            settings_table(with_files_of(settings, pinned_data.store().folder)),
            t(TABLE),
            {
                "Setting": st.column_config.TextColumn(width=170, pinned=True),
                "In force": st.column_config.TextColumn(width=190),
                "Default": st.column_config.TextColumn(width=190),
                "Differs": st.column_config.TextColumn(width=90),
                "Meaning": st.column_config.TextColumn(width=490),
                "May be": st.column_config.TextColumn(width=190),
                "About": st.column_config.TextColumn(width=150),
            },
            height="content",
        )


def settings_table(settings: Settings) -> pd.DataFrame:
    """Return one row a setting, in the order of the file; what differs is marked by a word."""
    return pd.DataFrame(
        [
            {
                "Setting": name,
                "In force": as_text(getattr(settings, name)),
                "Default": as_text(default),
                "Differs": t(CHANGED) if getattr(settings, name) != default else "",
                "Meaning": capitalised(t(what.meaning)),
                "May be": _bounds(what),
                "About": GROUP_WORDS[what.group],
            }
            for name, default, what in described()
        ]
    )


def _bounds(what: Described) -> str:
    """Say in a few words what a value may be."""
    if what.choices:
        return t("one of {choices}", choices=", ".join(what.choices))
    if what.group == LEVEL_NAMES:
        return t("text")
    return t("{least} to {most}", least=_plain(what.least), most=_plain(what.most))


def _plain(value: float) -> str:
    return localised(f"{value:g}")


def render_how_to(settings: Settings) -> None:
    """Say how to change a setting, and hand out the documented file."""
    folder = pinned_data.store().folder
    with card(t("How to change them")):
        st.markdown(
            t(
                "1. Take the file below: it holds the values in force, each with its meaning.  \n"
                "2. Change what you want and save it as `{file}` in the data folder. What you leave "
                "out has its default.  \n"
                "3. Reload this page: it says what is wrong with the file, or offers to put it in "
                "force. `python -m okr_data rebuild` does the same.",
                file=FILE,
            )
        )
        offer(
            t("Download {name}", name=FILE),
            data=lambda: as_toml(with_files_of(settings, folder)).encode(),
            file_name=FILE,
            key="download-settings",
        )
