"""The slides of the review deck: each has its message made of figures on top, then shows why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from pptx.enum.chart import XL_CHART_TYPE as KIND

from okr_data.alignment import RATIOS
from okr_data.board import BINS, Outlook
from okr_data.charts import sunburst
from okr_data.charts.theme import LIGHT, gap_colour, is_known, mix, percent, points, state_colour
from okr_data.charts.words import (
    FINDING_NAMES,
    NO_DEPARTMENT,
    PACE_NAMES,
    SEVERITY_NAMES,
    STATE_NAMES,
    of,
    stands_words,
    verdict,
)
from okr_data.differences import KINDS
from okr_data.export.slides import (
    CELL,
    NOTE,
    TEXT,
    Cell,
    Column,
    Line,
    Series,
    Slides,
    chart,
    named,
    picture,
    plain,
    rows_that_fit,
    table,
    tile,
    without_small,
    write,
)
from okr_data.export.slides_figures import MOST_GOALS, Figures
from okr_data.export.template import Box
from okr_data.findings import told
from okr_data.objective import Item
from okr_data.texts import Words, day, mark, number, t, tn

#: Rows of a native bar chart that stay readable on a slide.
MOST_BARS = 12
#: Slides over which one long list goes on; what is left is counted, with the page that has it.
MOST_SLIDES = 4
MOST_MOVES = 8
MOST_ENDS = 8
MOST_KEY_RESULTS = 6
MOST_REMARKS = 24
#: Pixels for which the picture of the cascade is laid out: its type is some 8 points on the slide.
PICTURE = 560

CHANGE_NAMES = Words(
    {
        "added": mark("New"), "removed": mark("Gone"), "realigned": mark("Aligned elsewhere"),
        "retargeted": mark("Target or start"), "rescheduled": mark("Dates"),
        "reweighted": mark("Weight"), "reowned": mark("Owner"), "retitled": mark("Title"),
        "scored": mark("Score"), "status": mark("Status"), "pace": mark("Pace"),
        "progress": mark("Progress"),
    }
)  # fmt: skip
_SEVERITY_COLOURS = {
    "high": mix("#ffffff", LIGHT.behind, 0.55),
    "medium": "#f3e3c3",
    "low": LIGHT.track,
}


# --- words ------------------------------------------------------------------------


def _department(value: Any) -> str:
    return t(NO_DEPARTMENT) if value is None or pd.isna(value) else str(value)


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _gap(row: Any) -> float | None:
    gap = row["progress"] - row["expected_progress"]
    return float(gap) if is_known(gap) and not pd.isna(gap) else None


def _pace_cell(gap: float | None) -> Cell:
    """Write a gap in points under a head that says so: a narrow column has no room for the unit."""
    if gap is None or not is_known(gap):
        return Cell(t("n/a"))
    whole = round(gap * 100)
    sign = "▲ " if whole > 0 else "▼ " if whole < 0 else "±"
    return Cell(f"{sign}{number(abs(whole))}", gap_colour(gap, LIGHT))


def _measures(row: Any) -> str:
    """Write a row of figures for the notes: progress, expected, what is measured."""
    return t(
        "progress {progress}, expected {expected}, {measured} measured",
        progress=percent(_none(row["progress"]), 1), expected=percent(_none(row["expected_progress"]), 1),
        measured=of(row["measured"], row["objectives"]),
    )  # fmt: skip


def _none(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


# --- beginning --------------------------------------------------------------------


def nothing(slides: Slides, figures: Figures) -> None:
    """Say that the filter holds nothing."""
    text = t("Nothing here under this filter")
    slides.add_cover(
        t("{name}: there is no objective to review", name=named(figures.cycle_name, 60)),
        [text, figures.source()],
        [t("Take a filter away, choose another cycle, or a later day.")],
    )


def _verdict(figures: Figures) -> str:
    head = figures.overview.headline
    name = named(figures.cycle_name, 40)
    return verdict(name, head.progress, head.expected, head.alignment_ratio)


def cover(slides: Slides, figures: Figures) -> None:
    """Open with the verdict."""
    when = t("OKR review, as of {day}", day=day(figures.catalogue.as_of))
    lines = [when, figures.part()]
    if figures.catalogue.sample_imports:
        lines.append(t("Sample data of an invented company"))
    slides.add_cover(_verdict(figures), lines, [figures.source()])


def summary(slides: Slides, figures: Figures) -> None:
    """Tell the figures that decide, and the weeks behind them."""
    head, ahead = figures.overview.headline, figures.outlook
    grave = figures.findings.open("high")
    if head.paced:
        message = t(
            "{on_pace} objectives are on pace; {findings}",
            on_pace=of(head.on_pace, head.paced),
            findings=tn("{n} grave finding is open", "{n} grave findings are open", grave),
        )  # fmt: skip
    else:
        message = t(
            "{measured} objectives are measured; {findings}",
            measured=of(head.measured, head.objectives),
            findings=tn("{n} grave finding is open", "{n} grave findings are open", grave),
        )  # fmt: skip
    facts = _facts(figures)
    slide = slides.add(message, [f"{label}: {value} ({note})" for label, value, note in facts])
    top, below = slides.body.rows(1.45, 0.25)
    for box, (label, value, note) in zip(
        top.columns(*[1] * len(facts), gap=0.16), facts, strict=True
    ):
        tile(slides, slide, box, label, value, note)
    left, right = below.columns(1.35, 1)
    _weeks(slides, slide, left, figures)
    write(slides, slide, right, [Line(text, TEXT, after=9) for text in _outline(figures, ahead)])


def _facts(figures: Figures) -> list[tuple[str, str, str]]:
    head, ahead = figures.overview.headline, figures.outlook
    return [
        (
            t("Progress"), percent(head.progress, 1),
            t("vs {expected} expected", expected=percent(head.expected, 1)),
        ),
        (
            t("Line of sight"), percent(head.alignment_ratio, 1),
            t("{n} objectives", n=of(head.line_of_sight, head.below_company)),
        ),
        (
            t("On pace"), of(head.on_pace, head.paced) if head.paced else t("n/a"),
            tn("{n} at risk or off track", "{n} at risk or off track", head.paced - head.on_pace),
        ),
        (
            t("Measured"), of(head.measured_key_results, head.key_results),
            t("key results"),
        ),
        (
            t("Where it is heading"), percent(ahead.projected, 1),
            t("{n} have a forecast", n=of(ahead.forecast, ahead.objectives)),
        ),
    ]  # fmt: skip


def _outline(figures: Figures, ahead: Outlook) -> list[str]:
    """Say in a few sentences what the slides behind tell."""
    lines = []
    behind = _furthest(figures.overview.departments, "department")
    if behind is not None and (gap := _gap(behind)) is not None and round(gap * 100) < 0:
        lines.append(
            t(
                "Furthest behind is {name}: {progress} where {expected} is expected.",
                name=named(_department(behind["department"]), 40),
                progress=percent(behind["progress"]),
                expected=percent(behind["expected_progress"]),
            )
        )
    if len(figures.goals):
        late = int((figures.goals["behind"].round(2) < 0).sum())
        lines.append(t("{n} company objectives are behind pace.", n=of(late, len(figures.goals))))
    if (found := figures.changes) is not None:
        lines.append(_changes_message(found) + ".")
    if ahead.projected is not None:
        lines.append(
            t("If everything goes on as it does, it ends at {end}.", end=percent(ahead.projected))
        )
    lost = figures.overview.headline.below_company - figures.overview.headline.line_of_sight
    if lost:
        lines.append(
            tn(
                "{n} objective leads to no company goal.",
                "{n} objectives lead to no company goal.",
                lost,
            )
        )
    return lines


def _weeks(slides: Slides, slide: Any, box: Box, figures: Figures) -> None:
    shown = figures.weeks[figures.weeks["progress"].notna()]
    if len(shown) < 2:
        text = t("There are no two weeks with a measured progress to draw yet.")
        write(slides, slide, box, [Line(text, TEXT, muted=True)])
        return
    top, below = box.rows(0.3, 0.02)
    write(slides, slide, top, [Line(t("Progress week by week"), CELL, bold=True)])
    last = float(shown["progress"].iloc[-1])
    dotted = t("Expected")
    chart(
        slides, slide, below, KIND.LINE, [day(each.date()) for each in shown["day"]],
        [
            Series(dotted, list(shown["expected_progress"]), LIGHT.muted, labels=False),
            Series(t("Progress"), list(shown["progress"]), LIGHT.accent),
        ],
        t(
            "Progress week by week: {first} on {start}, {last} on {end}.",
            first=percent(float(shown["progress"].iloc[0])), start=day(shown["day"].iloc[0].date()),
            last=percent(last), end=day(shown["day"].iloc[-1].date()),
        ),
        legend=True,
    )  # fmt: skip


# --- levels and departments -------------------------------------------------------


def _furthest(rows: pd.DataFrame, by: str) -> pd.Series | None:
    """Return the row furthest behind pace; None where no row has a gap."""
    named_rows = rows[rows[by].notna()]
    gaps = (named_rows["progress"] - named_rows["expected_progress"]).astype(float)
    return None if gaps.isna().all() else named_rows.loc[gaps.idxmin()]


def levels(slides: Slides, figures: Figures) -> None:
    """Show progress against expected pace by level."""
    rows, names = figures.overview.levels, figures.level_names()
    chosen = figures.filters.cycle
    labels = [
        names[r.level] if _text(r.cycle) == (chosen or "") else f"{names[r.level]} · {r.cycle}"
        for r in rows.itertuples()
    ]
    worst = _furthest(rows, "level")
    if worst is None:
        message = t("No level has a pace to be compared with yet")
    else:
        message = t(
            "{stands}: furthest from its pace of {levels}",
            stands=stands_words(
                labels[rows.index.get_loc(worst.name)], worst["progress"], worst["expected_progress"]
            ),
            levels=tn("{n} level", "{n} levels", len(rows)),
        )  # fmt: skip
    slide = slides.add(
        message, [f"{a}: {_measures(r)}" for a, (_, r) in zip(labels, rows.iterrows(), strict=True)]
    )
    left, right = slides.body.columns(1, 1.1)
    _pace_bars(slides, slide, left, labels, rows, t("Progress by level"))
    states = [c for c in ("done", "on_track", "at_risk", "off_track") if rows[c].sum()]
    table(
        slides, slide, right,
        [
            Column(t("Level"), 2.2, lines=2), Column(t("Gap in points"), 1.5, True),
            Column(t("Measured"), 1.6, True), *(Column(PACE_NAMES[c], 1.25, True) for c in states),
        ],
        [
            [
                label, _pace_cell(_gap(row)), of(row["measured"], row["objectives"]),
                *(number(int(row[c])) for c in states),
            ]
            for label, (_, row) in zip(labels, rows.iterrows(), strict=True)
        ],
        t("Progress by level as a table: gap to pace, measured objectives, pace."),
    )  # fmt: skip


def _pace_bars(
    slides: Slides, slide: Any, box: Box, labels: Sequence[str], rows: pd.DataFrame, what: str
) -> None:
    """Draw progress, coloured by its gap to pace, above expected progress."""
    gaps = [_gap(row) for _, row in rows.iterrows()]
    alt = "; ".join(
        t(
            "{name} {progress}, {gap}",
            name=named(label, 40), progress=percent(_none(p)), gap=points(gap),
        )
        for label, p, gap in zip(labels, rows["progress"], gaps, strict=True)
    )  # fmt: skip
    chart(
        slides, slide, box, KIND.BAR_CLUSTERED, labels,
        [
            Series(t("Progress"), list(rows["progress"]), LIGHT.ahead,
                   [gap_colour(gap, LIGHT) for gap in gaps]),
            Series(t("Expected"), list(rows["expected_progress"]), LIGHT.unmeasured),
        ],
        f"{what}: {alt}.", most=1.12, legend=False,
    )  # fmt: skip
    caption = t(
        "Upper bar: progress, warm = behind pace, teal = ahead. Grey bar: expected progress."
    )
    write(
        slides, slide, Box(box.left, box.top + box.height - 0.02, slides.body.width, 0.25),
        [Line(caption, NOTE, muted=True)],
    )  # fmt: skip


def departments(slides: Slides, figures: Figures) -> None:
    """Show the departments, the furthest behind first, then all of them as tables."""
    found = figures.overview.departments
    if found.empty:
        return
    gaps = (found["progress"] - found["expected_progress"]).astype(float)
    rows = found.assign(gap=gaps).sort_values(["gap", "department"], na_position="last")
    names = [_department(name) for name in rows["department"]]
    known = int(rows["department"].notna().sum())
    count = tn("{n} department", "{n} departments", known)
    worst = _furthest(rows, "department")
    if worst is None:
        message = t("{n} with objectives; none has a pace to compare with yet", n=count)
    else:
        late = int((gaps.round(2) < 0).sum())
        message = t(
            "{late} are behind pace; {stands}",
            late=t("{n} departments", n=of(late, len(rows))),
            stands=stands_words(
                named(worst["department"], 40), worst["progress"], worst["expected_progress"]
            ),
        )  # fmt: skip
    notes = [
        f"{plain(n)}: {_measures(r)}" for n, (_, r) in zip(names, rows.iterrows(), strict=True)
    ]
    slide = slides.add(message, notes[:60])
    shown = rows.head(MOST_BARS)
    _pace_bars(slides, slide, slides.body, names[:MOST_BARS], shown, t("Progress by department"))
    if len(rows) > MOST_BARS:
        _rest(slides, slide, len(rows) - MOST_BARS, t("the tables that follow"))
    _listed(
        slides,
        t("{n}: what each stands at, and how much of it leads to a company goal", n=count),
        [
            Column(t("Department"), 3.2), Column(t("Progress"), 1.2, True),
            Column(t("Gap in points"), 1.4, True), Column(t("Measured"), 1.4, True),
            Column(t("On pace"), 1.4, True), Column(t("Line of sight"), 1.5, True),
            Column(t("Findings"), 1.1, True),
        ],
        _department_rows(figures, rows, names), notes, t("the page Departments"),
    )  # fmt: skip


def _department_rows(
    figures: Figures, rows: pd.DataFrame, names: Sequence[str]
) -> list[list[str | Cell]]:
    open_ones = figures.findings.by_department
    made: list[list[str | Cell]] = []
    for name, (_, row) in zip(names, rows.iterrows(), strict=True):
        on_pace = int(row["done"] + row["on_track"])
        paced = on_pace + int(row["at_risk"] + row["off_track"])
        made.append(
            [
                name, percent(_none(row["progress"])), _pace_cell(_gap(row)),
                of(row["measured"], row["objectives"]), of(on_pace, paced) if paced else t("n/a"),
                of(row["line_of_sight"], row["below_company"]) if row["below_company"] else t("n/a"),
                number(int(open_ones.get(row["department"], 0))),
            ]
        )  # fmt: skip
    return made


def _listed(
    slides: Slides,
    message: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | Cell]],
    notes: Sequence[str],
    elsewhere: str,
    total: int | None = None,
) -> None:
    """Split a long list over slides; what is left is counted, with the place that has it."""
    each = rows_that_fit(columns, slides.body.height - 0.1, slides.look)
    pages = min(-(-len(rows) // each), MOST_SLIDES)
    each = min(each, -(-len(rows) // pages))  # no last slide with a single row
    left = (total or len(rows)) - min(pages * each, len(rows))
    for page in range(pages):
        part = rows[page * each : (page + 1) * each]
        headline = (
            message
            if pages == 1
            else t("{message} ({page} of {pages})", message=message, page=page + 1, pages=pages)
        )
        slide = slides.add(headline, notes[page * each : (page + 1) * each])
        table(slides, slide, slides.body, columns, part, f"{message}.")
        if left and page == pages - 1:
            _rest(slides, slide, left, elsewhere)


def _rest(slides: Slides, slide: Any, count: int, elsewhere: str) -> None:
    """Say how many more there are and where they stand."""
    body = slides.body
    text = t("and {n} more: see {place}", n=number(count), place=elsewhere)
    box = Box(body.left + body.width * 0.55, body.top + body.height, body.width * 0.45, 0.25)
    write(slides, slide, box, [Line(text, NOTE + 1, muted=True, right=True)])


# --- company objectives -----------------------------------------------------------


def _only(slides: Slides, message: str, text: str) -> None:
    """Add a slide that has nothing to show but why."""
    slide = slides.add(message, [text])
    write(slides, slide, slides.body, [Line(text, TEXT, muted=True)])


def goals_overview(slides: Slides, figures: Figures) -> None:
    """Show all company objectives beside each other before each has its slide."""
    goals = figures.goals
    if goals.empty:
        _only(
            slides,
            t(
                "{name}: there is no company objective to lead to",
                name=named(figures.cycle_name, 40),
            ),
            t("Give an objective the level company."),
        )
        return
    late = int((goals["behind"].round(2) < 0).sum())
    message = t("{n} company objectives are behind pace", n=of(late, len(goals)))
    support = figures.alignment.coverage.set_index("objective_id")
    rows: list[list[str | Cell]] = []
    for row in goals.itertuples():
        covered = support.loc[row.objective_id] if row.objective_id in support.index else None
        rows.append(
            [
                str(row.title), _text(row.cycle), percent(_none(row.progress)),
                _pace_cell(_none(row.behind)), percent(_none(row.rollup_progress)),
                t("n/a") if covered is None
                else of(covered["supporting_departments"], covered["departments"]),
            ]
        )  # fmt: skip
    _listed(
        slides, message,
        [
            Column(t("Company objective"), 4.6, lines=2), Column(t("Cycle"), 1.2),
            Column(t("Progress"), 1.1, True), Column(t("Gap in points"), 1.3, True),
            Column(t("Roll-up"), 1.0, True), Column(t("Departments"), 1.3, True),
        ],
        rows,
        [
            t(
                "{title}: progress {progress}, expected {expected}, roll-up {rollup}",
                title=r.title, progress=percent(_none(r.progress), 1),
                expected=percent(_none(r.expected_progress), 1),
                rollup=percent(_none(r.rollup_progress), 1),
            )
            for r in goals.itertuples()
        ],
        t("the page Alignment"),
    )  # fmt: skip


def goals(slides: Slides, figures: Figures) -> None:
    """Give each company objective a slide: who carries it, and its key results."""
    for item, goal in zip(figures.items, figures.goals.itertuples(), strict=False):
        _goal(slides, figures, item, goal)
    rest = len(figures.goals) - len(figures.items)
    if rest > 0:
        _rest(slides, slides.made[-1], rest, t("the list of company objectives before"))


def _goal(slides: Slides, figures: Figures, item: Item, goal: Any) -> None:
    cells = figures.matrix.cells
    own = cells[(cells["goal_id"] == goal.objective_id) & cells["share"].notna()]
    carried = own.sort_values("share", ascending=False)
    said = stands_words(named(item.title, 72), _none(goal.progress), _none(goal.expected_progress))
    carrying = int((carried["row_kind"] == "department").sum())
    message = t(
        "{stands}; {departments}",
        stands=said,
        departments=tn("{n} department carries it", "{n} departments carry it", carrying),
    )
    names = [_carrier(row.row_kind, row.department) for row in carried.itertuples()]
    notes = [item.title] + [
        t(
            "{name}: share {share}, delivered {delivered} points",
            name=name, share=percent(_none(row.share), 1), delivered=number((_none(row.delivered) or 0) * 100, 1),
        )
        for name, row in zip(names, carried.itertuples(), strict=True)
    ]  # fmt: skip
    notes += [
        t(
            "{title}: progress {progress}, expected {expected}",
            title=str(r.title), progress=percent(_none(r.progress), 1),
            expected=percent(_none(r.expected_progress), 1),
        )
        for r in item.key_results.itertuples()
    ]  # fmt: skip
    slide = slides.add(message, notes)
    left, right = slides.body.columns(1, 1.35)
    _carried(slides, slide, left, carried.head(MOST_BARS - 2), names[: MOST_BARS - 2])
    _key_results(slides, slide, right, item)


def _carrier(kind: str, department: Any) -> str:
    return {
        "company": t("Company level itself"),
        "unknown": t(NO_DEPARTMENT),
        "outside": t("Outside this choice"),
    }.get(kind) or str(department)


def _carried(
    slides: Slides, slide: Any, box: Box, carried: pd.DataFrame, names: Sequence[str]
) -> None:
    top, below = box.rows(0.3, 0.02)
    write(slides, slide, top, [Line(t("Who carries it: points of 100"), CELL, bold=True)])
    if carried.empty:
        text = t("Nothing that is measured counts towards it.")
        write(slides, slide, below, [Line(text, TEXT, muted=True)])
        return
    most = float(carried["share"].max())
    chart(
        slides, slide, below, KIND.BAR_STACKED, names,
        [
            Series(t("Delivered"), list(carried["delivered"]), LIGHT.ahead),
            Series(t("Still to come"), list(carried["remaining"]), LIGHT.track),
        ],
        t(
            "Who carries it: {rows}.",
            rows="; ".join(
                t(
                    "{name} {delivered} of {share}",
                    name=named(name, 40), delivered=percent(_none(row.delivered)),
                    share=percent(_none(row.share)),
                )
                for name, row in zip(names, carried.itertuples(), strict=True)
            ),
        ),
        legend=True, most=most * 1.05, gap=45, form=without_small(most * 0.07),
    )  # fmt: skip


def _key_results(slides: Slides, slide: Any, box: Box, item: Item) -> None:
    found = item.key_results
    owner = _text(item.figures["owner"])
    facts = [owner] if owner else [t("Nobody owns it.")]
    if item.forecast is not None and is_known(_none(item.forecast["projected"])):
        facts.append(t("forecast {end} at the end", end=percent(_none(item.forecast["projected"]))))
    top, below = box.rows(0.3, 0.05)
    write(slides, slide, top, [Line(" · ".join(facts), CELL, muted=True)])
    if found.empty:
        text = t("It has no key result of its own.")
        write(slides, slide, below, [Line(text, TEXT, muted=True)])
        return
    shown = found.head(MOST_KEY_RESULTS)
    table(
        slides, slide, below,
        [
            Column(t("Key result"), 3.4, lines=2), Column(t("Progress"), 1.15, True),
            Column(t("Gap in points"), 1.35, True), Column(t("Last check-in"), 1.75, True),
        ],
        [
            [
                str(row["title"]), percent(_none(row["progress"])), _pace_cell(_gap(row)),
                day(None if pd.isna(row["last_check_in"]) else row["last_check_in"].date()),
            ]
            for _, row in shown.iterrows()
        ],
        t("Key results of the objective with progress and gap to pace."),
    )  # fmt: skip
    if len(found) > len(shown):
        _rest(slides, slide, len(found) - len(shown), t("the page Objective"))


# --- what changed -----------------------------------------------------------------


def _changes_message(found: Any) -> str:
    since = day(found.before)
    if not found.total:
        return t("Nothing changed since {day}", day=since)
    if not found.up and not found.down:
        return t("No objective of {all} moved since {day}", all=number(found.objectives), day=since)
    if not found.down:
        return t(
            "{up} objectives moved up since {day}, none down",
            up=of(found.up, found.objectives), day=since,
        )  # fmt: skip
    return t(
        "{up} objectives moved up since {day}, {down} down",
        up=of(found.up, found.objectives), day=since, down=number(found.down),
    )  # fmt: skip


def changes(slides: Slides, figures: Figures) -> None:
    """Show what moved since the earlier day, and what was decided meanwhile."""
    found = figures.changes
    if found is None:
        return
    counts = [
        (CHANGE_NAMES[kind], found.count(kind, "objective"), found.count(kind, "key_result"))
        for kind in KINDS
        if found.count(kind, "objective") + found.count(kind, "key_result")
    ]
    notes = [
        t(
            "{name}: {objectives} objectives, {key_results} key results",
            name=name, objectives=number(a), key_results=number(b),
        )
        for name, a, b in counts
    ] + [
        t(
            "{fell} objectives fell behind pace, {caught} caught up, {first} were measured for the first time.",
            fell=number(found.fell), caught=number(found.caught_up), first=number(found.first_measured),
        )
    ]  # fmt: skip
    slide = slides.add(_changes_message(found), notes)
    left, right = slides.body.columns(1, 1.35)
    if counts:
        table(
            slides, slide, left,
            [Column(t("Change"), 2.2), Column(t("Objectives"), 1.2, True), Column(t("Key results"), 1.3, True)],
            [[name, number(a), number(b)] for name, a, b in counts[:11]],
            t("Changes by kind since {day}.", day=day(found.before)),
        )  # fmt: skip
    _moves(slides, slide, right, found)


def _moves(slides: Slides, slide: Any, box: Box, found: Any) -> None:
    rows = found.moves.head(MOST_MOVES)
    top, below = box.rows(0.3, 0.02)
    if rows.empty:
        text = t("No objective was measured on both days and moved.")
        write(slides, slide, top, [Line(text, TEXT, muted=True)])
        return
    heading = t(
        "Largest moves of objectives: {before} and {after}",
        before=day(found.before), after=day(found.after),
    )  # fmt: skip
    write(slides, slide, top, [Line(heading, CELL, bold=True)])
    colours = [LIGHT.ahead if delta > 0 else LIGHT.behind for delta in rows["delta"]]
    chart(
        slides, slide, below, KIND.BAR_CLUSTERED, [str(title) for title in rows["title"]],
        [
            Series(day(found.before), list(rows["before"]), LIGHT.unmeasured),
            Series(day(found.after), list(rows["after"]), LIGHT.ahead, colours),
        ],
        t(
            "Largest moves of objectives: {rows}.",
            rows="; ".join(
                t(
                    "{name} from {before} to {after}",
                    name=named(r.title, 60), before=percent(r.before), after=percent(r.after),
                )
                for r in rows.itertuples()
            ),
        ),
        most=1.12, gap=40,
    )  # fmt: skip
    moved = found.up + found.down
    if moved > len(rows):
        _rest(slides, slide, moved - len(rows), t("the page What changed"))


def remarks(slides: Slides, figures: Figures) -> None:
    """List what was said and decided in the review."""
    found = figures.remarks
    if not found:
        return
    shown = found[:MOST_REMARKS]
    _listed(
        slides,
        tn("{n} remark was noted in the review", "{n} remarks were noted in the review", len(found)),
        [
            Column(t("About"), 2.4, lines=2), Column(t("Remark"), 5.6, lines=2),
            Column(t("By"), 1.6), Column(t("On"), 1.3, True),
        ],
        [[each.about, each.text, each.by, day(each.on) if each.on else ""] for each in shown],
        [f"{each.about}: {each.text} ({each.by})" for each in shown],
        t("the page Review"), len(found),
    )  # fmt: skip


# --- attention, forecast, alignment -----------------------------------------------


def attention(slides: Slides, figures: Figures) -> None:
    """List the gravest open findings."""
    opened, grave = figures.findings.open(), figures.findings.open("high")
    if not opened:
        unknown = int(figures.findings.summary["not_evaluated"].sum())
        _only(
            slides, t("No rule found anything that is not excused"),
            tn("{n} outcome could not be evaluated.", "{n} outcomes could not be evaluated.", unknown),
        )  # fmt: skip
        return
    rows = figures.findings.gravest
    company = figures.level_names()["company"]
    counts = {name: figures.findings.open(name) for name in SEVERITY_NAMES}
    _listed(
        slides,
        t(
            "{findings}, {grave} of them grave",
            findings=tn("{n} finding is open", "{n} findings are open", opened),
            grave=number(grave),
        ),
        [
            Column(t("Severity"), 1.05, lines=2), Column(t("Objective or key result"), 3.5, lines=2),
            Column(t("Department"), 1.6, lines=2), Column(t("What was found"), 5.2, lines=2),
        ],
        [
            [
                Cell(SEVERITY_NAMES[r.severity], _SEVERITY_COLOURS[r.severity]), str(r.title),
                company if r.level == "company" else _department(r.department),
                f"{FINDING_NAMES.get(r.finding, r.finding)}: {told(str(r.sentence))}",
            ]
            for r in rows.itertuples()
        ],
        [f"{r.title}: {told(str(r.sentence))}" for r in rows.itertuples()]
        + [f"{SEVERITY_NAMES[name]}: {number(count)}" for name, count in counts.items() if count],
        t("the page Findings"), opened,
    )  # fmt: skip


def forecast(slides: Slides, figures: Figures) -> None:
    """Show where objectives end if everything goes on, and which end lowest."""
    ahead = figures.outlook
    if ahead.projected is None:
        message = (
            t(
                "No objective of {n} that has not ended has a forecast yet",
                n=number(ahead.objectives),
            )
            if ahead.objectives
            else t("Everything has ended: there is nothing to forecast")
        )
        least = number(figures.settings.forecast_min_check_ins)
        text = t(
            "A forecast needs {n} check-ins of a key result, each with a day, before its end.",
            n=least,
        )
        _only(slides, message, text)
        return
    message = t(
        "If everything goes on as it does, {name} ends at {end}; {n} objectives have a forecast",
        name=named(figures.cycle_name, 40), end=percent(ahead.projected),
        n=of(ahead.forecast, ahead.objectives),
    )  # fmt: skip
    found = figures.forecasts
    rows = found.rows[found.rows["projected"].notna()]
    bins = [f"{n * 10}–{(n + 1) * 10}" for n in range(BINS)]
    slide = slides.add(
        message,
        [
            t(
                "{title}: ends at {end} ({low} to {high}), stands at {progress}",
                title=r.title, end=percent(r.projected, 1), low=percent(_none(r.low)),
                high=percent(_none(r.high)), progress=percent(_none(r.progress), 1),
            )
            for r in rows.itertuples()
        ],
    )  # fmt: skip
    left, right = slides.body.columns(1, 1.2)
    top, below = left.rows(0.3, 0.02)
    write(
        slides, slide, top, [Line(t("Objectives by where they end, in percent"), CELL, bold=True)]
    )
    chart(
        slides, slide, below, KIND.COLUMN_CLUSTERED, bins,
        [Series(t("Objectives"), list(ahead.ends), LIGHT.accent)],
        t(
            "Objectives by where they end: {rows}.",
            rows="; ".join(f"{a}: {number(b)}" for a, b in zip(bins, ahead.ends, strict=True) if b),
        ),
        form="0;;", most=None, gap=35,
    )  # fmt: skip
    lowest = rows.head(MOST_ENDS)
    table(
        slides, slide, right,
        [
            Column(t("Ends lowest"), 3.8, lines=2), Column(t("Today"), 1, True),
            Column(t("Ends at"), 1, True), Column(t("Between"), 1.7, True),
        ],
        [
            [
                str(r.title), percent(_none(r.progress)), Cell(percent(r.projected), bold=True),
                t("{low} to {high}", low=percent(_none(r.low)), high=percent(_none(r.high))),
            ]
            for r in lowest.itertuples()
        ],
        t("Objectives that end lowest, with today's progress and the interval of the forecast."),
    )  # fmt: skip
    if found.known > len(lowest):
        _rest(slides, slide, found.known - len(lowest), t("the page Trends"))


def alignment(slides: Slides, figures: Figures) -> None:
    """Show what leads to a company goal by level, and every ratio with what it is made of."""
    head = figures.overview.headline
    if head.alignment_ratio is None:
        _only(
            slides,
            t("There are no objectives below company level under this filter"),
            t("With nothing eligible a ratio does not exist; it is neither 0 nor 100 %."),
        )
        return
    lost = head.below_company - head.line_of_sight
    message = t(
        "{share} of objectives ({n}) lead to a company goal; {lost} lead nowhere",
        share=percent(head.alignment_ratio), n=of(head.line_of_sight, head.below_company),
        lost=number(lost),
    )  # fmt: skip
    rows, names = figures.overview.alignment, figures.level_names()
    labels = [names[level] for level in rows["level"]]
    whole = figures.alignment.whole.iloc[0]
    ratios = [
        (t(r.label), _none(whole[r.passed] / whole[r.total]) if whole[r.total] else None,
         of(whole[r.passed] or 0, whole[r.total] or 0), t(r.means))
        for r in RATIOS
    ]  # fmt: skip
    slide = slides.add(
        message,
        [f"{name}: {percent(ratio, 1)} ({made}). {means}" for name, ratio, made, means in ratios],
    )
    left, right = slides.body.columns(1.15, 1)
    state_bars(slides, slide, left, rows, labels)
    table(
        slides, slide, right,
        [Column(t("Ratio"), 2.4), Column(t("Share"), 1, True), Column(t("Made of"), 1.6, True)],
        [[name, Cell(percent(ratio), bold=True), made] for name, ratio, made, _ in ratios],
        t("Alignment ratios with what they are made of."),
    )  # fmt: skip


def state_bars(
    slides: Slides, slide: Any, box: Box, rows: pd.DataFrame, labels: Sequence[str]
) -> None:
    """Draw the alignment states of levels as native stacked bars."""
    states = [state for state in STATE_NAMES if rows[state].sum()]
    colours = {state: state_colour(state, LIGHT) for state in states}
    chart(
        slides, slide, box, KIND.BAR_STACKED_100, labels,
        [
            Series(STATE_NAMES[s], [int(n) or None for n in rows[s]], colours[s]) for s in states
        ],
        t(
            "Alignment states by level: {rows}.",
            rows="; ".join(
                f"{label}: " + ", ".join(f"{STATE_NAMES[s]} {number(int(row[s]))}" for s in states if row[s])
                for label, (_, row) in zip(labels, rows.iterrows(), strict=True)
            ),
        ),
        form="0", legend=True,
    )  # fmt: skip


def cascade_figure(figures: Figures) -> go.Figure:
    """Draw the cascade as the page Cascade does."""
    sectors = figures.around.sectors
    titles = [
        title if isinstance(title, str) else _group(figures, kind, state, count)
        for title, kind, state, count in zip(
            *(sectors[c] for c in ("title", "kind", "state", "count")), strict=True
        )
    ]
    marks = sunburst.sector_marks(
        sectors.assign(title=[plain(each) for each in titles]),
        "pace",
        figures.level_names(one=True),
    )
    figure = sunburst.tree_figure(marks, LIGHT, "sunburst", PICTURE, PICTURE)
    return figure.update_layout(paper_bgcolor=LIGHT.surface)


def _group(figures: Figures, kind: str, state: Any, count: Any) -> str:
    if kind == "state":
        return STATE_NAMES[str(state)]
    if kind == "more":
        return t("{n} more", n=number(int(count)))
    return t("Carries nothing") if kind == "nothing" else figures.cycle_name


def cascade(slides: Slides, figures: Figures, drawn: bytes | str) -> None:
    """Show the sunburst of the cascade; without a picture, the same in a native table."""
    sectors = figures.around.sectors
    first = sectors[sectors["ring"] == 1]
    goals_shown = int((first["level"] == "company").sum())
    head = figures.overview.headline
    message = tn(
        "{objectives} objectives hang below {n} company objective; {lost} lead nowhere",
        "{objectives} objectives hang below {n} company objectives; {lost} lead nowhere",
        goals_shown,
        objectives=of(head.line_of_sight, head.below_company),
        lost=number(head.below_company - head.line_of_sight),
    )
    rows = _ring_rows(figures, first)
    slide = slides.add(message, [f"{plain(r[0])}: {r[1]}, {_said(r[2])}" for r in rows])
    columns = [
        Column(t("First ring"), 3.4, lines=2), Column(t("Progress"), 1.1, True),
        Column(t("Gap in points"), 1.4, True),
    ]  # fmt: skip
    box = slides.body
    if isinstance(drawn, bytes):
        left, right = slides.body.columns(1.1, 1)
        alt = t(
            "Sunburst of the cascade with {n} sectors: the cycle in the middle, company objectives "
            "around it, and what is aligned to them outside. The table beside it lists the first ring.",
            n=number(len(sectors)),
        )
        picture(slide, left, drawn, alt)
        note = t("Colour = gap to pace, warm behind, teal ahead; hatched = not measured.")
        box = right
    else:
        note = drawn + " " + t("The table lists what the picture would show first.")
    fits = min(rows_that_fit(columns, box.height - 0.2, slides.look), len(rows))
    table(slides, slide, box, columns, rows[:fits], t("The first ring of the cascade as a table."))
    body = slides.body
    write(
        slides, slide, Box(body.left, body.top + body.height, body.width * 0.55, 0.25),
        [Line(note, NOTE, muted=True)],
    )  # fmt: skip
    if len(rows) > fits:
        _rest(slides, slide, len(rows) - fits, t("the page Cascade"))


def _said(cell: str | Cell) -> str:
    return cell.text if isinstance(cell, Cell) else cell


def _ring_rows(figures: Figures, ring: pd.DataFrame) -> list[list[str | Cell]]:
    made: list[list[str | Cell]] = []
    for _, row in ring.iterrows():
        title = row["title"]
        if isinstance(title, str):
            made.append([title, percent(_none(row["progress"])), _pace_cell(_gap(row))])
        else:
            name = _group(figures, row["kind"], row["state"], row["count"])
            what = tn("{n} objective", "{n} objectives", int(row["count"]))
            made.append([f"{name}: {what}", "", ""])
    return made


# --- appendix ---------------------------------------------------------------------


def definitions(slides: Slides, figures: Figures) -> None:
    """Say what the figures of the deck mean."""
    rows = _meanings(figures)
    _listed(
        slides,
        tn("Appendix: what the {n} figure means", "Appendix: what the {n} figures mean", len(rows)),
        [Column(t("Figure"), 2.2, lines=2), Column(t("What it means"), 9, lines=2)],
        rows,
        [f"{name}: {meaning}" for name, meaning in rows],
        t("the page Definitions"),
    )


def _meanings(figures: Figures) -> list[list[str]]:
    settings = figures.settings
    ratios = [[t(r.label), t(r.means)] for r in RATIOS]
    return [
        [t("Progress"), t(
            "Of a key result: how far from its start to its target. Of an objective: the mean of its key results, else "
            "of what contributes. Of a level or department: the mean of its objectives.")],
        [t("Measured"), t("What is not measured is left out of every mean, never counted as 0.")],
        [t("Expected progress"), t("The share of an objective's time that has passed.")],
        [t("Gap to pace"), t("Progress minus expected progress, in points.")],
        [t("On pace"), _pace_rule(figures)],
        [t("Roll-up"), t(
            "The weighted mean over everything that contributes to an objective, its own key results and "
            "the objectives below.")],
        [t("Share, delivered"), t(
            "The part of a company objective's roll-up that rests on a department, and the points of it "
            "that are reached.")],
        *ratios,
        [t("Forecast"), t(
            "The check-ins of each key result carried on to its end; the interval is meant to hold {share} "
            "of the ends. It needs {n} check-ins.",
            share=percent(settings.forecast_interval), n=number(settings.forecast_min_check_ins))],
        [t("Finding"), t("What a rule found about an objective or key result and nobody excused.")],
    ]  # fmt: skip


def _pace_rule(figures: Figures) -> str:
    settings = figures.settings
    if settings.pace_rule == "gap":
        return t(
            "Done, or less than {on_track} points behind expected progress; at risk up to {at_risk} points.",
            on_track=number(settings.gap_on_track * 100, 1), at_risk=number(settings.gap_at_risk * 100, 1),
        )  # fmt: skip
    if settings.pace_rule == "forecast":
        return t(
            "Done, or with a forecast of {on_track} or more; at risk from {at_risk}.",
            on_track=percent(settings.forecast_on_track), at_risk=percent(settings.forecast_at_risk),
        )  # fmt: skip
    return t(
        "Done, or at {on_track} of expected progress or more; at risk from {at_risk}.",
        on_track=percent(settings.pace_on_track), at_risk=percent(settings.pace_at_risk),
    )  # fmt: skip


def freshness(slides: Slides, figures: Figures) -> None:
    """Say how old and how complete the figures are, and which rules made them."""
    head, catalogue, found = figures.overview.headline, figures.catalogue, figures.changes
    rows = [
        [t("As of"), day(catalogue.as_of)],
        [t("Newest data"), day(catalogue.newest)],
        [t("Last check-in"), day(head.last_check_in)],
        [t("Objectives measured"), of(head.measured, head.objectives)],
        [t("Key results measured"), of(head.measured_key_results, head.key_results)],
        [t("Imports in force"), number(catalogue.other_imports + catalogue.sample_imports)],
        [t("Compared with"), day(found.before) if found else t("no earlier day is known")],
        [t("Part of the organisation"), figures.part()],
        [t("Digest of the settings"), figures.settings.digest()],
    ]
    if catalogue.sample_imports:
        rows.append([t("Sample data"), t("The figures are those of an invented company.")])
    _listed(
        slides,
        t(
            "Appendix: {n} key results are measured, the last check-in is of {day}",
            n=of(head.measured_key_results, head.key_results), day=day(head.last_check_in),
        ),
        [Column(t("Freshness"), 3), Column(t("Figure"), 8)],
        rows, [f"{a}: {b}" for a, b in rows], t("the page History"),
    )  # fmt: skip


__all__ = [
    "MOST_BARS", "MOST_GOALS", "PICTURE", "alignment", "attention", "cascade", "cascade_figure", "changes",
    "cover", "definitions", "departments", "forecast", "freshness", "goals", "goals_overview", "levels",
    "nothing", "remarks", "summary", "verdict",
]  # fmt: skip
