"""Who carries a company objective: departments × company objectives, and its largest carriers.

In a cell, the length of the bar is the share of effort, the filled part of it what is delivered;
colour is the carriers' gap to pace, and the figures stand in words. Data steps:
:func:`matrix_grid` and :func:`carrier_rows`; figure steps: :func:`matrix_figure` and
:func:`carrier_figure`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.theme import (
    Palette,
    base_layout,
    escape,
    gap_colour,
    is_known,
    mix,
    percent,
    points,
    text_trace,
    wrap,
)
from okr_data.charts.words import NO_DEPARTMENT
from okr_data.texts import Words, mark, number, t, tn

#: Departments and company objectives that are drawn; the other departments are one row.
MOST_ROWS, MOST_GOALS, MOST_GOALS_NARROW = 14, 6, 5
#: Carriers that are drawn.
MOST_CARRIERS = 10
#: Labels of rows that are no department.
ROW_WORDS = Words(
    {
        "whole": mark("Whole goal"),
        "company": mark("Company level"),
        "unknown": NO_DEPARTMENT,
        "outside": mark("Outside the filter"),
    }
)
WIDTH = 1240.0
#: Cells narrower than this hold figures without words, and their columns have numbers for titles.
_COMPACT = 160.0
_CELL, _GAP = 60.0, 4.0


@dataclass(frozen=True)
class Row:
    """A row of the matrix: what it stands for and how it is called."""

    kind: str
    label: str
    department: str | None = None


@dataclass(frozen=True)
class Goal:
    """A column of the matrix."""

    goal_id: str
    title: str
    words: str


@dataclass(frozen=True)
class Cell:
    """What a row carries of a company objective; fractions of its roll-up, None = nothing measured."""

    share: float | None
    delivered: float | None
    gap: float | None
    carriers: int
    aligned: int


@dataclass(frozen=True)
class Grid:
    """The matrix ready to draw: the whole of each goal is its first row.

    ``more_goals`` counts the company objectives that are left out.
    """

    rows: tuple[Row, ...]
    goals: tuple[Goal, ...]
    cells: dict[tuple[int, int], Cell]
    more_goals: int = 0


def matrix_grid(
    goals: pd.DataFrame,
    rows: pd.DataFrame,
    cells: pd.DataFrame,
    outside: str = "",
    most_rows: int = MOST_ROWS,
    most_goals: int = MOST_GOALS,
    chosen: str | None = None,
) -> Grid:
    """Return the grid of a :class:`okr_data.contribution.Matrix`.

    Where not all company objectives fit, those furthest behind pace and the chosen one are there.
    The departments with the largest shares come first; those beyond ``most_rows`` are one row,
    with their shares summed and their gap the mean weighted with these. ``outside`` names the row of
    what the filter leaves out, where that is not what its word says.
    """
    shown = _drawn_goals(goals, most_goals, chosen)
    place = {goal: n for n, goal in enumerate(shown["objective_id"])}
    columns = tuple(
        Goal(str(g.objective_id), str(g.title), _stands(g.rollup_progress, g.gap))
        for g in shown.itertuples()
    )
    labelled = [Row("whole", ROW_WORDS["whole"])]
    found = {(0, n): _whole(goal) for n, goal in enumerate(shown.to_dict("records"))}
    for row, part in _row_parts(
        rows, cells, {**ROW_WORDS, "outside": outside or ROW_WORDS["outside"]}, most_rows
    ):
        for goal, own in part.groupby("goal_id"):
            if goal in place:
                found[len(labelled), place[goal]] = _cell(own)
        labelled.append(row)
    return Grid(tuple(labelled), columns, found, len(goals) - len(shown))


def _drawn_goals(goals: pd.DataFrame, most: int, chosen: str | None) -> pd.DataFrame:
    if len(goals) <= most:
        return goals
    first = goals["gap"].where(goals["objective_id"] != chosen, -float("inf"))
    return goals.loc[first.sort_values(na_position="last").index[:most]].sort_index()


def _stands(rollup: float, gap: float) -> str:
    if not is_known(rollup):
        return t("nothing measured below")
    return f"{percent(rollup)}   {points(gap)}" if is_known(gap) else percent(rollup)


def _whole(goal: dict[Any, Any]) -> Cell:
    if not is_known(goal["rollup_progress"]):
        return Cell(None, None, None, 0, 0)
    return Cell(1.0, goal["rollup_progress"], goal["gap"], int(goal["carriers"]), 0)


def _row_parts(
    rows: pd.DataFrame, cells: pd.DataFrame, words: Mapping[str, str], most: int
) -> list[tuple[Row, pd.DataFrame]]:
    """Return each row with its cells: company level, departments by share, then the rest."""
    named = rows[rows["row_kind"] == "department"]
    totals = cells.groupby("department")["share"].sum() if len(cells) else pd.Series(dtype=float)
    departments = sorted(
        (str(name) for name in named["department"]), key=lambda n: (-totals.get(n, 0.0), n)
    )
    fixed = {
        kind: (Row(kind, words[kind]), cells[cells["row_kind"] == kind])
        for kind in ("company", "unknown", "outside")
        if (rows["row_kind"] == kind).any()
    }
    parts = [fixed["company"]] if "company" in fixed else []
    head = departments if len(departments) <= most else departments[: most - 1]
    parts += [(Row("department", name, name), cells[cells["department"] == name]) for name in head]
    if rest := departments[len(head) :]:
        label = tn("{n} more department", "{n} more departments", len(rest))
        parts.append((Row("more", label), cells[cells["department"].isin(rest)]))
    return parts + [fixed[kind] for kind in ("unknown", "outside") if kind in fixed]


def _cell(part: pd.DataFrame) -> Cell:
    carried = part[part["share"].notna()]
    counts = (int(part["carriers"].sum()), int(part["aligned"].sum()))
    if carried.empty:
        return Cell(None, None, None, *counts)
    share, delivered = float(carried["share"].sum()), float(carried["delivered"].sum())
    dated = carried[carried["gap"].notna()]
    weights = float(dated["share"].sum())
    gap = float((dated["gap"] * dated["share"]).sum()) / weights if weights > 0 else None
    return Cell(share, delivered, gap, *counts)


def points_words(delivered: float | None, share: float) -> str:
    """Write what is delivered of a share, in points of the goal: small shares with a decimal."""
    if delivered is None or not is_known(delivered):
        return t("n/a")
    digits = 0 if share >= 0.05 else 1
    return t(
        "{done} of {share} pts",
        done=number(delivered * 100, digits),
        share=number(share * 100, digits),
    )


def share_words(share: float) -> str:
    """Write a share of effort; what is there never reads 0 %."""
    return f"< {percent(0.01)}" if 0 < share < 0.005 else percent(share)


# --- the matrix ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """Where the matrix stands in pixels: width of the labels and of a cell, and its top."""

    width: float
    label: float
    cell: float
    top: float
    compact: bool

    def left(self, column: int) -> float:
        return self.label + column * self.cell

    @property
    def height(self) -> float:
        return _CELL + (10 if self.compact else 0)

    def upper(self, row: int) -> float:
        # A little more room below the whole, which is no part of itself.
        return self.top + row * self.height + (10 if row else 0)


def matrix_figure(
    grid: Grid, palette: Palette, width: float = WIDTH, chosen: str | None = None
) -> go.Figure:
    """Draw the matrix for a screen of about a width in pixels; a chosen goal's title is set off.

    A point on each cell carries row kind, department and goal for a click.
    """
    frame = _frame(grid, width)
    filled = {place: cell for place, cell in grid.cells.items() if cell.share is not None}
    height = frame.upper(len(grid.rows)) + 6
    layout = base_layout(
        palette,
        int(height),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        shapes=[_rectangle(place, cell, frame, palette) for place, cell in filled.items()],
        annotations=[
            *_goal_heads(grid, frame, palette, chosen),
            *_row_heads(grid, frame, palette),
        ],
        xaxis={"visible": False, "fixedrange": True, "range": [0, frame.width]},
        yaxis={"visible": False, "fixedrange": True, "range": [height, 0]},
        hovermode="closest",
        hoverdistance=40,
        clickmode="event+select",
        dragmode=False,
    )
    traces = [
        *_share_bars(grid, frame, palette),
        *_cell_texts(grid, frame, palette),
        _cell_points(grid, frame),
    ]
    return go.Figure(traces, layout)


def _frame(grid: Grid, width: float) -> _Frame:
    count = max(1, len(grid.goals))
    label = min(190.0, max(92.0, width * 0.15))
    cell = min(260.0, (width - label) / count)
    if cell >= _COMPACT:
        return _Frame(width, label, cell, 68, False)
    keys = sum(len(_key_lines(n, goal, width)) for n, goal in enumerate(grid.goals))
    return _Frame(width, label, cell, 17 * keys + 40, True)


def _key_lines(number: int, goal: Goal, width: float) -> list[str]:
    """Return the title of a column as lines above a compact matrix, which has only numbers."""
    return wrap(f"{number + 1}  {goal.title}", int(width / 7), 2).split("<br>")


def _rectangle(
    place: tuple[int, int], cell: Cell, frame: _Frame, palette: Palette
) -> dict[str, Any]:
    row, column = place
    return {
        "type": "rect", "layer": "below", "line": {"width": 0},
        "fillcolor": gap_colour(cell.gap, palette),
        "x0": frame.left(column), "x1": frame.left(column) + frame.cell - _GAP,
        "y0": frame.upper(row), "y1": frame.upper(row) + frame.height - _GAP,
    }  # fmt: skip


def _text(x: float, y: float, text: str, colour: str, size: int, **more: Any) -> dict[str, Any]:
    return {
        "x": x, "y": y, "text": text, "showarrow": False, "align": "left", "xanchor": "left",
        "yanchor": "top", "font": {"size": size, "color": colour}, **more,
    }  # fmt: skip


def _goal_heads(
    grid: Grid, frame: _Frame, palette: Palette, chosen: str | None
) -> list[dict[str, Any]]:
    inks = [palette.accent if g.goal_id == chosen else palette.text for g in grid.goals]
    if frame.compact:
        keys = [
            line for n, goal in enumerate(grid.goals) for line in _key_lines(n, goal, frame.width)
        ]
        heads = [_text(0, 0, "<br>".join(keys), palette.text, 12)] if keys else []
        return heads + [
            _text(frame.left(n) + (frame.cell - _GAP) / 2, frame.top - 22, f"<b>{n + 1}</b>",
                  inks[n], 13, xanchor="center")
            for n in range(len(grid.goals))
        ]  # fmt: skip
    per_line = max(12, int((frame.cell - 12) / 6.9))
    return [
        _text(
            frame.left(n), frame.top - 6, f"<b>{wrap(goal.title, per_line, 3)}</b>",
            inks[n], 13, yanchor="bottom",
        )
        for n, goal in enumerate(grid.goals)
    ]  # fmt: skip


def _row_heads(grid: Grid, frame: _Frame, palette: Palette) -> list[dict[str, Any]]:
    width = max(10, int(frame.label / 7.6))
    return [
        _text(
            0, frame.upper(n) + (frame.height - _GAP) / 2,
            f"<b>{wrap(row.label, width, 3)}</b>" if row.kind == "whole" else wrap(row.label, width, 3),
            palette.text if row.kind in ("whole", "department") else palette.muted,
            12 if frame.compact else 13, yanchor="middle",
        )
        for n, row in enumerate(grid.rows)
    ]  # fmt: skip


def _share_bars(grid: Grid, frame: _Frame, palette: Palette) -> list[go.Scatter]:
    """Return the bars: as long as the share, filled as far as it is delivered."""
    whole: list[float | None] = []
    done: list[float | None] = []
    heights: list[float | None] = []
    pad = 4 if frame.compact else 10
    room = frame.cell - _GAP - 2 * pad
    for (row, column), cell in grid.cells.items():
        if cell.share is None:
            continue
        left, y = frame.left(column) + pad, frame.upper(row) + frame.height - _GAP - 8
        whole += [left, left + room * min(cell.share, 1.0), None]
        done += [left, left + room * min(cell.delivered or 0.0, 1.0), None]
        heights += [y, y, None]
    return [
        go.Scatter(
            x=xs, y=heights, mode="lines", hoverinfo="skip", opacity=opacity,
            line={"color": palette.on_colour, "width": 5},
        )
        for xs, opacity in ((whole, 0.22), (done, 0.75))
    ]  # fmt: skip


def _cell_texts(grid: Grid, frame: _Frame, palette: Palette) -> list[go.Scatter]:
    shares, figures, notes = [], [], []
    for (row, column), cell in grid.cells.items():
        x, y = frame.left(column) + (2 if frame.compact else 8), frame.upper(row)
        if cell.share is None:
            if cell.aligned and not frame.compact:
                notes.append((x, y + 16, t("{n} aligned, no share", n=number(cell.aligned))))
            continue
        shares.append((x, y + 5, f"<b>{share_words(cell.share)}</b>"))
        words, gap = points_words(cell.delivered, cell.share), points(cell.gap)
        if frame.compact:
            digits = 0 if cell.share >= 0.05 else 1
            done = (
                t("{n} pts", n=number((cell.delivered or 0.0) * 100, digits))
                if is_known(cell.delivered)
                else t("n/a")
            )
            figures.append((x, y + 24, f"{done}<br>{_sign_and_number(gap)}"))
        else:
            figures.append((x, y + 24, f"{words}   {gap}"))
    return [
        text_trace(shares, 13, palette.on_colour),
        text_trace(figures, 11 if frame.compact else 12, palette.on_colour),
        text_trace(notes, 12, palette.muted),
    ]


def _sign_and_number(gap: str) -> str:
    """Leave a narrow cell the sign and the number of a gap; what has no sign stays as it is."""
    return " ".join(gap.split(" ")[:2]) if gap[:1] in "▲▼" else gap


def _cell_points(grid: Grid, frame: _Frame) -> go.Scatter:
    """Return an unseen point on each cell that answers the pointer and a click."""
    places = list(grid.cells)
    return go.Scatter(
        x=[frame.left(column) + frame.cell / 2 for _, column in places],
        y=[frame.upper(row) + frame.height / 2 for row, _ in places],
        mode="markers",
        marker={"size": 48, "opacity": 0, "symbol": "square"},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[
            [grid.rows[r].kind, grid.rows[r].department, grid.goals[c].goal_id, _hover(grid, r, c)]
            for r, c in places
        ],
        hovertemplate="%{customdata[3]}<extra></extra>",
    )


def _hover(grid: Grid, row: int, column: int) -> str:
    cell, goal = grid.cells[row, column], grid.goals[column]
    lines = [f"<b>{escape(grid.rows[row].label)}</b>", wrap(goal.title, 50)]
    if cell.share is None:
        lines.append(t("{n} aligned, but nothing measured that counts", n=number(cell.aligned)))
        return "<br>".join(lines)
    remaining = cell.share - (cell.delivered or 0.0)
    lines += [
        t("share of effort {share}", share=percent(cell.share, 1)),
        t(
            "delivered {done} of {share} points, {left} left",
            done=number((cell.delivered or 0.0) * 100, 1),
            share=number(cell.share * 100, 1),
            left=number(remaining * 100, 1),
        ),
        t("its work: {gap} against pace", gap=points(cell.gap))
        if is_known(cell.gap)
        else t("no dates, no pace"),
        tn("{n} carrying objective", "{n} carrying objectives", cell.carriers),
    ]
    return "<br>".join(lines)


def matrix_alt(grid: Grid) -> str:
    """Say in words who carries most of each company objective."""
    parts = []
    for column, goal in enumerate(grid.goals):
        carried = [
            (cell.share, grid.rows[row].label)
            for (row, at), cell in grid.cells.items()
            if at == column and row > 0 and cell.share is not None
        ]
        if carried:
            share, label = max(carried)
            parts.append(
                t(
                    "{goal} ({stands}): most by {department}, {share}",
                    goal=goal.title, stands=goal.words, department=label, share=percent(share),
                )
            )  # fmt: skip
        else:
            parts.append(f"{goal.title}: {goal.words}")
    return t(
        "Shares of effort by department and company objective. {goals}", goals="; ".join(parts)
    )


# --- the carriers --------------------------------------------------------------------


def carrier_rows(table: pd.DataFrame, most: int = MOST_CARRIERS) -> pd.DataFrame:
    """Return title, place, share, delivered, gap and words of the largest carriers."""
    head = table.head(most)
    return pd.DataFrame(
        {
            "objective_id": head["objective_id"].to_numpy(),
            "title": head["title"].to_numpy(),
            "department": head["department"].to_numpy(),
            "share": head["share"].to_numpy(float),
            "delivered": head["delivered"].to_numpy(float),
            "gap": head["gap"].to_numpy(float),
        }
    )


def carrier_figure(rows: pd.DataFrame, palette: Palette, narrow: bool = False) -> go.Figure:
    """Draw one bar a carrier: its length the share, the filled part what is delivered."""
    shown = rows.iloc[::-1]
    width = 26 if narrow else 44
    words = [
        f"{points_words(r.delivered, r.share)}  <b>{points(r.gap)}</b>" for r in shown.itertuples()
    ]
    muted = f"color:{palette.muted}"
    labels = [
        f"{wrap(str(r.title), width, 2)}<br><span {'style'}='{muted}'>"
        f"{_place(r.department)}{f'<br>{text}' if narrow else ''}</span>"
        for r, text in zip(shown.itertuples(), words, strict=True)
    ]
    # Two carriers of one title would share one bar: places are numbers, labels are ticks.
    ys = list(range(len(shown)))
    most = float(shown["share"].max()) if len(shown) else 1.0
    ids = [[item] for item in shown["objective_id"]]
    hover = [
        "<br>".join(
            (
                t("share of effort {share}", share=percent(r.share, 1)),
                t(
                    "delivered {done} of {share} points",
                    done=number(r.delivered * 100, 1),
                    share=number(r.share * 100, 1),
                ),
                points(r.gap),
            )
        )
        for r in shown.itertuples()
    ]
    bars = [
        go.Bar(
            x=shown[column], y=ys, orientation="h", width=0.42, customdata=ids,
            hovertext=hover, hoverinfo="text",
            marker={"color": colours, "line": {"width": 0}, "cornerradius": 3},
        )
        for column, colours in (
            ("share", [mix(palette.track, palette.muted, 0.18)] * len(shown)),
            ("delivered", [gap_colour(gap, palette) for gap in shown["gap"]]),
        )
    ]  # fmt: skip
    beside = [
        _text(share, y, f"  {text}", palette.text, 12, yanchor="middle")
        for share, y, text in zip(shown["share"], ys, words, strict=True)
    ]
    layout = base_layout(
        palette,
        max(90, (80 if narrow else 56) * len(shown) + 16),
        barmode="overlay",
        margin={"l": 8, "r": 8, "t": 4, "b": 4},
        annotations=[] if narrow else beside,
        xaxis={"visible": False, "fixedrange": True, "range": [0, most * (1.05 if narrow else 1.4)]},
        yaxis={
            "automargin": True, "fixedrange": True, "tickmode": "array", "tickvals": ys,
            "ticktext": labels, "tickfont": {"size": 12 if narrow else 13}, "ticklabelstandoff": 8,
        },
        clickmode="event+select",
    )  # fmt: skip
    return go.Figure(bars, layout)


def _place(department: object) -> str:
    return escape(t("Company level")) if pd.isna(department) else escape(str(department))


def carrier_alt(rows: pd.DataFrame) -> str:
    """Say in words who carries most."""
    named: Sequence[str] = [
        t(
            "{title} {share} of the effort, {done} points delivered",
            title=r.title,
            share=percent(r.share),
            done=number(r.delivered * 100),
        )
        for r in rows.itertuples()
    ]
    if not named:
        return t("Nothing measured carries it.")
    return t("Largest carriers: {carriers}", carriers="; ".join(named))
