"""What figures are called, and the sentences that pages, report and deck say alike."""

from __future__ import annotations

from okr_data.charts.theme import is_known, percent
from okr_data.texts import Words, mark, number, t, tn

PACE_NAMES = Words(
    {
        "done": mark("Done"),
        "on_track": mark("On track"),
        "at_risk": mark("At risk"),
        "off_track": mark("Off track"),
        "too_early": mark("Too early"),
        "not_started": mark("Not started"),
    }
)
STATE_NAMES = Words(
    {
        "contributing": mark("Contributing"),
        "supporting": mark("Supporting only"),
        "detached": mark("Detached"),
        "unresolved": mark("Parent unknown"),
        "unaligned": mark("Unaligned"),
    }
)
FINDING_NAMES = Words(
    {
        "watermelon": mark("Green outside, red inside"),
        "hollow_parent": mark("Hollow parent"),
        "disconnected_effort": mark("Disconnected effort"),
        "moved_goalpost": mark("Moved goalpost"),
        "unaligned": mark("Unaligned"),
        "detached": mark("Detached"),
        "unresolved_parent": mark("Parent unknown"),
        "stale": mark("No check-in"),
        "no_owner": mark("No owner"),
        "no_key_results": mark("No key results"),
        "not_measurable": mark("Not measurable"),
        "unsupported": mark("Nothing below it"),
        "many_owners": mark("Several owners"),
        "too_many_key_results": mark("Too many key results"),
        "too_many_objectives": mark("Too many objectives"),
        "task_like": mark("Reads as a task"),
    }
)
SEVERITY_NAMES = Words({"high": mark("High"), "medium": mark("Medium"), "low": mark("Low")})
#: Stands in addresses too, in any language: translate it where it is shown.
NO_DEPARTMENT = mark("Department unknown")


def of(part: float, whole: float, what: str = "") -> str:
    """Write a numerator with its denominator, both whole; ``what`` is translated already."""
    text = t("{part} of {whole}", part=number(int(part)), whole=number(int(whole)))
    return f"{text} {what}" if what else text


def gap_words(gap: float) -> str:
    """Say a gap to pace (fraction) in words for a sentence."""
    whole = round(gap * 100)
    if whole == 0:
        return t("on pace")
    if whole > 0:
        return tn("{n} point ahead of pace", "{n} points ahead of pace", whole)
    return tn("{n} point behind pace", "{n} points behind pace", -whole)


def stands_words(name: str, progress: float | None, expected: float | None) -> str:
    """Say where something stands, and against pace where that is known; ``name`` is escaped already."""
    if progress is None or not is_known(progress):
        return t("{name}: nothing is measured yet", name=name)
    if expected is None or not is_known(expected):
        return t("{name} stands at {progress}", name=name, progress=percent(progress))
    return t(
        "{name} stands at {progress}, {pace}",
        name=name, progress=percent(progress), pace=gap_words(progress - expected),
    )  # fmt: skip


def verdict(
    name: str, progress: float | None, expected: float | None, aligned: float | None
) -> str:
    """Say in one sentence how a cycle stands, and what share of objectives leads to a company goal."""
    stands = stands_words(name, progress, expected)
    if not is_known(progress) or aligned is None:
        return stands
    return t(
        "{stands}; {share} of objectives lead to a company goal",
        stands=stands, share=percent(aligned),
    )  # fmt: skip
