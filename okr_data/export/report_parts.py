"""The parts of the report: each a sentence, a chart and a table, as plain text.

Everything here is text of ours and of users, not yet escaped: the template escapes it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from okr_data import alignment as alignments
from okr_data import board as boards
from okr_data import differences as changes
from okr_data import findings as rules
from okr_data import queries
from okr_data.charts import bars, trends
from okr_data.charts.theme import LIGHT, percent, points
from okr_data.charts.words import FINDING_NAMES, NO_DEPARTMENT, SEVERITY_NAMES, verdict
from okr_data.charts.words import of as count_of
from okr_data.export.scope import Scope
from okr_data.queries import Filters, Overview
from okr_data.settings import as_text, described
from okr_data.store import Reader
from okr_data.texts import Words, day, mark, number, t, tn

#: Rows that a table of the report holds; a report is read, the workbook is searched.
ROWS = 40
#: Bars that a chart of the report holds: what fits on a page.
BARS = 14
KINDS = Words(
    {
        "added": mark("New"),
        "removed": mark("Gone"),
        "realigned": mark("Aligned elsewhere"),
        "retargeted": mark("Target changed"),
        "rescheduled": mark("Dates moved"),
        "reweighted": mark("Weight changed"),
        "reowned": mark("Owner changed"),
        "retitled": mark("Retitled"),
        "scored": mark("Scored"),
        "status": mark("Reported status changed"),
        "pace": mark("Pace changed"),
        "progress": mark("Progress moved"),
    }
)


@dataclass(frozen=True)
class Table:
    """A table of words; ``numbers`` says which columns stand at the right. ``more`` rows are left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    more: int = 0


@dataclass(frozen=True)
class Part:
    """One section: what it says, shows and defines. ``alt`` says the chart in words."""

    name: str
    title: str
    sentences: tuple[str, ...] = ()
    figure: go.Figure | None = None
    alt: str = ""
    table: Table | None = None
    definition: str = ""


@dataclass(frozen=True)
class Tile:
    """A headline figure with its denominator."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Report:
    """Everything the report says."""

    title: str
    subtitle: str
    tiles: tuple[Tile, ...]
    parts: tuple[Part, ...]
    source: str


def gather(reader: Reader, of: Scope, told: Callable[[str, float], object]) -> Report:
    """Ask for everything that the report says; a filter is needed for it."""
    assert of.filters is not None
    filters = of.filters
    told("figures", 0.0)
    shown = queries.overview(reader, filters, of.frames)
    steps: tuple[Callable[[], Part | None], ...] = (
        lambda: _levels(of, shown),
        lambda: _departments(shown),
        lambda: _goals(reader, filters),
        lambda: _changes(reader, of, filters),
        lambda: _attention(reader, of, filters),
        lambda: _forecast(reader, of, filters),
        lambda: _alignment(reader, of, filters, shown),
        _definitions,
        lambda: _settings(of),
        lambda: _freshness(reader, of, shown),
    )
    parts = []
    for place, step in enumerate(steps):
        told("figures", place / len(steps))
        if (part := step()) is not None:
            parts.append(part)
    return Report(
        _verdict(of, shown), of.subtitle(), tuple(_tiles(reader, filters, shown)), tuple(parts),
        of.source(),
    )  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _gap(row: object) -> str:
    return points(getattr(row, "progress") - getattr(row, "expected_progress"))  # noqa: B009


def _verdict(of: Scope, shown: Overview) -> str:
    """Say in one sentence how the cycle stands."""
    name, figures = of.cycle_name, shown.headline
    if not figures.objectives:
        return t("{name}: nothing here under this filter", name=name)
    return verdict(name, figures.progress, figures.expected, figures.alignment_ratio)


def _tiles(reader: Reader, filters: Filters, shown: Overview) -> Iterator[Tile]:
    figures, ahead = shown.headline, boards.outlook(reader, filters)
    yield Tile(
        t("Progress"), percent(figures.progress, 1),
        t("vs {expected} expected", expected=percent(figures.expected, 1)),
    )  # fmt: skip
    yield Tile(
        t("Line of sight to a company goal"), percent(figures.alignment_ratio, 1),
        count_of(figures.line_of_sight, figures.below_company),
    )  # fmt: skip
    yield Tile(
        t("Objectives on pace"),
        count_of(figures.on_pace, figures.paced) if figures.paced else t("n/a"),
        t("done or on track, of all with a pace"),
    )
    yield Tile(
        t("Key results measured"), count_of(figures.measured_key_results, figures.key_results),
        t("last check-in {day}", day=day(figures.last_check_in)),
    )  # fmt: skip
    yield Tile(
        t("Where it is heading"), percent(ahead.projected, 1),
        t("{n} have a forecast", n=count_of(ahead.forecast, ahead.objectives)),
    )  # fmt: skip


_PACED = (
    mark("Progress"), mark("Gap to pace"), mark("Measured"), mark("On pace"), mark("Line of sight"),
)  # fmt: skip


def _paced_table(first: str, labels: Sequence[str], frame: pd.DataFrame) -> Table:
    rows = [
        (
            label,
            percent(r.progress, 1),
            _gap(r),
            count_of(r.measured, r.objectives),
            count_of(r.done + r.on_track, r.done + r.on_track + r.at_risk + r.off_track),
            count_of(r.line_of_sight, r.below_company) if r.below_company else t("n/a"),
        )
        for label, r in zip(labels, frame.itertuples(), strict=True)
    ]
    return Table((first, *(t(name) for name in _PACED)), tuple(rows), frozenset(range(1, 6)))


def _pace_alt(rows: pd.DataFrame) -> str:
    return "; ".join(f"{r.label} {percent(r.progress)}, {points(r.gap)}" for r in rows.itertuples())


def _levels(of: Scope, shown: Overview) -> Part | None:
    names = of.level_names()
    labels = [
        names[r.level] if _text(r.cycle) == (of.filters.cycle if of.filters else "") or not r.cycle
        else f"{names[r.level]} · {_text(r.cycle)}"
        for r in shown.levels.itertuples()
    ]  # fmt: skip
    if not labels:
        return None
    rows = bars.pace_rows(shown.levels, pd.Series(labels))
    return Part(
        "levels",
        t("Progress by level"),
        (t("Each bar is the mean progress of a level, the tick its expected pace."),),
        bars.pace_figure(rows, LIGHT),
        _pace_alt(rows),
        _paced_table(t("Level"), labels, shown.levels),
    )


def _departments(shown: Overview) -> Part | None:
    frame = shown.departments.assign(
        gap=shown.departments["progress"] - shown.departments["expected_progress"]
    ).sort_values("gap", na_position="last", kind="stable")
    if frame.empty:
        return None
    labels = frame["department"].fillna(t(NO_DEPARTMENT))
    rows = bars.pace_rows(frame.head(BARS), labels.head(BARS))
    said = t("The departments furthest behind pace come first.")
    if len(frame) > BARS:
        said = t(
            "The chart shows the {n} of {all} departments that are furthest behind pace; the table has all.",
            n=number(BARS), all=number(len(frame)),
        )  # fmt: skip
    return Part(
        "departments",
        t("Departments"),
        (said,),
        bars.pace_figure(rows, LIGHT),
        _pace_alt(rows),
        _paced_table(t("Department"), list(labels), frame),
    )


def _goals(reader: Reader, filters: Filters) -> Part | None:
    frame = alignments.alignment(reader, filters).coverage
    if frame.empty:
        return None
    order = (frame["progress"] - frame["expected_progress"]).sort_values(na_position="last").index
    frame = frame.loc[order]
    rows = [
        (
            str(r.title), percent(r.progress, 1), _gap(r),
            count_of(r.supporting_departments, r.departments), number(r.objectives_below),
            _text(r.supported_by),
        )
        for r in frame.head(ROWS).itertuples()
    ]  # fmt: skip
    behind = int((frame["progress"] < frame["expected_progress"]).sum())
    return Part(
        "goals",
        t("Company objectives"),
        (
            t(
                "{behind} of {all} company objectives are behind their expected pace.",
                behind=number(behind), all=number(len(frame)),
            ),
        ),
        table=Table(
            (
                t("Company objective"), t("Progress"), t("Gap to pace"), t("Supporting departments"),
                t("Objectives below"), t("Which departments"),
            ),
            tuple(rows), frozenset({1, 2, 3, 4}), max(0, len(frame) - ROWS),
        ),
    )  # fmt: skip


def _changes(reader: Reader, of: Scope, filters: Filters) -> Part | None:
    after = of.as_of
    if after is None:
        return None
    before = changes.day_before(changes.days_of_imports(reader), after, of.catalogue.first_day)
    if before >= after:
        return None
    found = changes.what_changed(reader, before, after, filters)
    counted = [f"{KINDS[kind]} {number(found.count(kind))}" for kind in KINDS if found.count(kind)]
    said = t(
        "Since {day}: {up} objectives moved up, {down} down; {fell} fell off pace, {caught} caught up.",
        day=day(before), up=number(found.up), down=number(found.down), fell=number(found.fell),
        caught=number(found.caught_up),
    )  # fmt: skip
    rows = [
        (
            str(r.title), _text(r.department), percent(r.before, 1), percent(r.after, 1),
            points(r.delta) if round(r.delta * 100) else t("0 pts"),
        )
        for r in found.moves.head(ROWS // 2).itertuples()
    ]  # fmt: skip
    return Part(
        "changes",
        t("What changed"),
        (said, "; ".join(counted)) if counted else (said,),
        table=Table(
            (t("Objective"), t("Department"), t("Before"), t("After"), t("Change")),
            tuple(rows), frozenset({2, 3, 4}), max(0, len(found.moves) - ROWS // 2),
        ) if rows else None,
    )  # fmt: skip


def _attention(reader: Reader, of: Scope, filters: Filters) -> Part:
    found = rules.findings(reader, filters, ROWS // 2)
    levels = of.level_names(one=True)
    counts = "; ".join(f"{SEVERITY_NAMES[s]} {number(found.open(s))}" for s in SEVERITY_NAMES)
    rows = [
        (
            SEVERITY_NAMES[r.severity], FINDING_NAMES[r.finding], str(r.title), levels.get(r.level, ""),
            _text(r.department), _text(r.owner), rules.told(str(r.sentence)),
        )
        for r in found.gravest.itertuples()
    ]  # fmt: skip
    return Part(
        "attention",
        t("What needs attention"),
        (
            tn("{n} open finding: {counts}.", "{n} open findings: {counts}.", found.open(), counts=counts),
        ),
        table=Table(
            (
                t("Severity"), t("Finding"), t("Item"), t("Level"), t("Department"), t("Owner"),
                t("What was found"),
            ),
            tuple(rows), more=max(0, found.open() - len(rows)),
        ) if rows else None,
    )  # fmt: skip


def _forecast(reader: Reader, of: Scope, filters: Filters) -> Part | None:
    cycle = of.catalogue.cycle(filters.cycle)
    weeks = queries.trend(reader, filters)
    found = queries.forecasts(reader, filters, most=ROWS // 2)
    known = found.rows[found.rows["projected"].notna()]
    figure = None
    if len(weeks) and cycle and cycle.starts_on and cycle.ends_on:
        span = (pd.Timestamp(cycle.starts_on), pd.Timestamp(cycle.ends_on))
        figure = trends.trend_figure(weeks, LIGHT, {"all": of.cycle_name}, "all", span, 300)
    if figure is None and known.empty:
        return None
    rows = [
        (
            str(r.title), _text(r.department), percent(r.progress, 1),
            percent(r.projected), f"{percent(r.low)} – {percent(r.high)}",
        )
        for r in known.itertuples()
    ]  # fmt: skip
    return Part(
        "forecast",
        t("Weeks and forecast"),
        (
            t(
                "{n} objectives have a forecast; those that end lowest come first.",
                n=count_of(found.known, found.total),
            ),
        ),
        figure,
        t("Progress week by week against the expected pace"),
        Table(
            (
                t("Objective"), t("Department"), t("Progress"), t("Projected end"),
                t("Interval"),
            ),
            tuple(rows), frozenset({2, 3, 4}), max(0, found.known - len(rows)),
        ) if rows else None,
    )  # fmt: skip


def _alignment(reader: Reader, of: Scope, filters: Filters, shown: Overview) -> Part | None:
    whole = alignments.alignment(reader, filters).whole
    if whole.empty or shown.alignment.empty:
        return None
    counts = whole.iloc[0]
    rows = []
    for ratio in alignments.RATIOS:
        part, all_of = int(counts[ratio.passed]), int(counts[ratio.total])
        share = percent(part / all_of, 1) if all_of else t("n/a")
        rows.append((t(ratio.label), share, count_of(part, all_of), t(ratio.means)))
    shares = bars.state_shares(
        shown.alignment.assign(label=shown.alignment["level"].map(of.level_names()))
    )
    return Part(
        "alignment",
        t("Alignment"),
        (t("The counts are objectives below company level by the state of their chain upwards."),),
        bars.state_figure(shares, LIGHT),
        "; ".join(f"{r.label}: {r.word} {count_of(r.count, r.total)}" for r in shares.itertuples()),
        Table(
            (t("Ratio"), t("Share"), t("Count"), t("What it means")), tuple(rows), frozenset({1, 2})
        ),
    )


_MEANINGS = (
    (
        mark("Progress"),
        mark(
            "Of a key result: the way from its baseline to its target that is done, 0–100 %. Of an "
            "objective: the weighted mean of its key results. Of a level or department: the mean of its "
            "objectives. What is not measured is left out, never counted as 0."
        ),
    ),
    (
        mark("Expected progress"),
        mark("The share of its time that has passed; the gap to pace is progress minus expected progress."),
    ),
    (
        mark("On pace"),
        mark("Objectives that are done or on track by the rule in the settings, of all with a pace."),
    ),
    (
        mark("Line of sight"),
        mark(
            "Objectives from which a chain of alignments leads to a company objective, of all below "
            "company level. This is the alignment ratio."
        ),
    ),
    (
        mark("Forecast"),
        mark(
            "A robust line through the check-ins of a key result, drawn on to the end of the cycle, with "
            "its interval; objectives combine their key results."
        ),
    ),
    (
        mark("n/a"),
        mark("Not known or nothing to count: neither 0 nor 100 %."),
    ),
)  # fmt: skip


def _definitions() -> Part:
    rows = tuple((t(name), t(meaning)) for name, meaning in _MEANINGS)
    return Part("definitions", t("Definitions"), table=Table((t("Word"), t("What it means")), rows))


def _settings(of: Scope) -> Part:
    rows = tuple(
        (name, as_text(getattr(of.settings, name)), as_text(default))
        for name, default, _ in described()
        if getattr(of.settings, name) != default
    )
    said = t(
        "The settings that made these figures have the digest {digest}.",
        digest=of.settings.digest(),
    )
    return Part(
        "settings",
        t("Settings"),
        (said, t("All of them are the defaults.")) if not rows else (said,),
        table=Table((t("Setting"), t("In force"), t("Default")), rows) if rows else None,
    )


def _freshness(reader: Reader, of: Scope, shown: Overview) -> Part:
    imports = reader.rows(
        "select i.as_of, i.import_id, i.source_format, i.file_names from model.live_import l "
        "join journal.import i using (import_id) where i.as_of <= (select day from as_of_day) "
        "order by i.as_of desc, i.import_id desc"
    )
    rows = tuple((day(a), str(i), str(f), str(n or "")) for a, i, f, n in imports[:ROWS])
    figures = shown.headline
    return Part(
        "freshness",
        t("How fresh the data is"),
        (
            t(
                "Figures as of {day}. Last check-in {last}. {n} objectives and {k} key results are measured.",
                day=day(of.as_of), last=day(figures.last_check_in),
                n=count_of(figures.measured, figures.objectives),
                k=count_of(figures.measured_key_results, figures.key_results),
            ),
        ),
        table=Table(
            (t("As of"), t("Import"), t("Format"), t("Files")), rows, more=max(0, len(imports) - ROWS)
        ) if rows else None,
    )  # fmt: skip
