"""Departments × company objectives in small: the data step of a table with shaded cells.

Background = gap to pace of the department's work for that goal, and its sign stands beside the share.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from okr_data.charts.contribution import Cell, Grid, share_words
from okr_data.charts.theme import Palette, gap_colour, is_known
from okr_data.texts import number, t

#: What stands where a department has nothing aligned with a goal: known, and nothing.
NOTHING = "–"


@dataclass(frozen=True)
class CarriedTable:
    """One row a department, one column a company objective: words, and the gap behind each.

    Both have the departments as index (None = unknown) and the ids of the goals as columns.
    """

    words: pd.DataFrame
    gaps: pd.DataFrame


def carried_table(grid: Grid, departments: list[str | None]) -> CarriedTable:
    """Return what each of the departments carries of each goal of the grid, in that order."""
    places = {
        row.department if row.kind == "department" else None: n
        for n, row in enumerate(grid.rows)
        if row.kind in ("department", "unknown")
    }
    ids = [goal.goal_id for goal in grid.goals]
    cells = [
        [grid.cells.get((places.get(name, -1), column)) for column in range(len(ids))]
        for name in departments
    ]
    index = pd.RangeIndex(len(departments))
    return CarriedTable(
        pd.DataFrame([[cell_words(cell) for cell in row] for row in cells], index, ids, dtype=object),
        pd.DataFrame(
            [[None if cell is None else cell.gap for cell in row] for row in cells], index, ids,
            dtype=float,
        ),
    )  # fmt: skip


def cell_words(cell: Cell | None) -> str:
    """Write what a department carries: its share and how its work stands, or that it is only aligned."""
    if cell is None or (cell.share is None and not cell.aligned):
        return NOTHING
    if cell.share is None:
        return t("{n} aligned", n=number(cell.aligned))
    return f"{share_words(cell.share)}{_sign(cell.gap)}"


def _sign(gap: float | None) -> str:
    """Write a gap in points with its sign, short; nothing where it is not known."""
    if gap is None or not is_known(gap):
        return ""
    whole = round(gap * 100)
    return "  ±0" if whole == 0 else f"  {'▲' if whole > 0 else '▼'} {number(abs(whole))}"


def cell_colours(gaps: pd.DataFrame, palette: Palette) -> pd.DataFrame:
    """Return the CSS of each cell; without a gap it has no colour of its own."""
    return gaps.map(
        lambda gap: "" if pd.isna(gap)
        else f"background-color: {gap_colour(gap, palette)}; color: {palette.on_colour}"
    )  # fmt: skip


def carried_goals(
    goals: pd.DataFrame, cells: pd.DataFrame, row_kind: str, department: str | None
) -> pd.DataFrame:
    """Return what one row of a :class:`okr_data.contribution.Matrix` carries, the largest share first.

    Columns: objective_id, title and department (the goal's cycle, which stands below the title) of
    each goal, share, delivered, remaining, gap, carriers and aligned; missing shares come last. A
    goal with nothing aligned has 0 carriers and 0 aligned.
    """
    kept = cells["row_kind"] == row_kind
    if department is not None:
        kept &= cells["department"] == department
    own = cells[kept].drop(columns=["row_kind", "department", "gap"]).merge(
        cells.loc[kept, ["goal_id", "gap"]], on="goal_id"
    )  # fmt: skip
    named = goals[["objective_id", "title", "cycle"]].rename(columns={"cycle": "department"})
    both = named.merge(own, left_on="objective_id", right_on="goal_id", how="left")
    both[["carriers", "aligned"]] = both[["carriers", "aligned"]].fillna(0).astype(int)
    return both.drop(columns="goal_id").sort_values(
        ["share", "title"], ascending=[False, True], na_position="last"
    ).reset_index(drop=True)  # fmt: skip


def linked_rows(links: pd.DataFrame, department: str) -> pd.DataFrame:
    """Return how a department is linked with each other one, most links first.

    ``links``: from_department, to_department and links (an objective of the one aligned with one
    of the other). Columns: department, up (its objectives that work for theirs), down (theirs that
    work for its).
    """
    up = links[links["from_department"] == department].set_index("to_department")["links"]
    down = links[links["to_department"] == department].set_index("from_department")["links"]
    both = pd.DataFrame({"up": up, "down": down}).fillna(0).astype(int).rename_axis("department")
    order = (-both.sum(axis=1)).rename("order")
    return both.assign(order=order).reset_index().sort_values(["order", "department"])[
        ["department", "up", "down"]
    ].reset_index(drop=True)  # fmt: skip
