"""Who carries the company objectives: departments × company objectives, and single carriers.

All of it comes from the view ``contribution``: the part of a company objective's roll-up that
each objective below it stands for with its own key results and work items (for the matrix summed
in ``goal_sums``, with the objectives in a goal's tree). Shares of one
company objective sum to 1, and what is delivered sums to its ``rollup_progress``, whatever the
filter: what it leaves out is gathered in a row of its own. Fractions; NULL = not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from okr_data.queries import Filters
from okr_data.store import Reader

#: Whose work is shown by name. A year's company objective is carried by objectives of several
#: quarters: ``all`` of them, or only those of the chosen ``cycle``, the rest in one row.
Scope = Literal["all", "cycle"]

#: What a row of the matrix stands for, in the order of the rows.
ROW_KINDS = ("company", "department", "unknown", "outside")
#: Carriers that are listed one by one; the rest is summed.
MOST_CARRIERS = 200


@dataclass(frozen=True)
class Matrix:
    """Departments × company objectives of a cycle and of the cycles around it.

    ``goals``, one row a company objective: objective_id, title, cycle, progress,
    expected_progress, rollup_progress (NULL where nothing below it is measured), gap
    (rollup_progress − expected_progress) and carriers (objectives with a share).

    ``rows``, one row a row of the matrix: row_kind and department. ``company`` is the company
    level's own key results, ``unknown`` what has no known department, ``outside`` what the filter
    leaves out; only ``department`` names one. Departments that carry nothing are there too.

    ``cells``, one row a row_kind, department and goal_id with aligned work: share, delivered (Σ
    contributed_progress, points of the goal's roll-up), remaining (share − delivered, points
    still to come), gap (progress − expected progress of the carriers, weighted with their
    shares; NULL without dates), carriers (objectives with a share) and aligned (objectives in the
    goal's tree). share, delivered and remaining are NULL where nothing measured counts.
    """

    goals: pd.DataFrame
    rows: pd.DataFrame
    cells: pd.DataFrame
    scope: Scope


@dataclass(frozen=True)
class Carriers:
    """The objectives that carry one company objective, the largest share first.

    ``table``: objective_id, title, level, department, team, owner, cycle, row_kind, share,
    delivered, remaining, progress (delivered / share: that of its own items), expected_progress,
    gap and pace_status. ``others`` counts the carriers that are not in it, for the filter or for
    their number, with what they stand for.
    """

    goal_id: str
    title: str
    rollup_progress: float | None
    table: pd.DataFrame
    scope: Scope
    others: int = 0
    others_share: float = 0.0
    others_delivered: float = 0.0


#: Company objectives ``o`` of the chosen cycle and of those around it.
_GOAL = (
    "not o.dropped and o.level = 'company' and "
    "(o.cycle is not distinct from $cycle or list_contains($frames, o.cycle))"
)


def matrix(
    reader: Reader, filters: Filters, frames: Sequence[str] = (), scope: Scope = "all"
) -> Matrix:
    """Return departments × company objectives; ``frames`` are the cycles around the chosen one."""
    goals = reader.frame(
        "select o.objective_id, o.title, o.cycle, o.progress, o.expected_progress, "
        "o.rollup_progress, o.rollup_progress - o.expected_progress as gap, "
        "coalesce((select sum(s.carriers) from goal_sums s where s.goal_id = o.objective_id), 0)::bigint as carriers "
        f"from objective_progress o where {_GOAL} order by o.title, o.objective_id",
        {"cycle": filters.cycle, "frames": list(frames)},
    )
    cells = reader.frame(
        f"with goal as (select o.objective_id as goal_id from objective_progress o where {_GOAL}), "
        f"placed as (select o.*, {_row_kind(filters, scope, 'o.itself')} as row_kind"
        "  from goal_sums o join goal using (goal_id)) "
        "select row_kind, case when row_kind = 'department' then department end as department, "
        "goal_id, sum(share) as share, sum(delivered) as delivered, "
        "sum(share) - sum(delivered) as remaining, sum(ahead) / sum(dated_share) as gap, "
        "sum(carriers)::bigint as carriers, sum(aligned)::bigint as aligned "
        "from placed group by all",
        {**filters.parameters(), "frames": list(frames)},
    )
    return Matrix(goals, _rows(reader, filters, cells), cells, scope)


def _rows(reader: Reader, filters: Filters, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the matrix: all that have a cell, and departments that carry nothing."""
    planning = reader.frame(
        "select distinct 'department' as row_kind, o.department from objective_progress o "
        "where not o.dropped and o.level <> 'company' and o.department is not null "
        f"and {filters.condition()}",
        filters.parameters(),
    )
    rows = pd.concat([planning, cells[["row_kind", "department"]]]).drop_duplicates()
    order = {kind: number for number, kind in enumerate(ROW_KINDS)}
    return rows.sort_values(
        ["row_kind", "department"],
        key=lambda column: column.map(order) if column.name == "row_kind" else column,
    ).reset_index(drop=True)


def carriers(
    reader: Reader,
    filters: Filters,
    goal_id: str,
    frames: Sequence[str] = (),
    scope: Scope = "all",
    most: int = MOST_CARRIERS,
) -> Carriers | None:
    """Return the objectives that carry one objective; None where that is not there on the day."""
    goal = reader.rows(
        "select title, rollup_progress from objective_progress "
        "where not dropped and objective_id = $goal",
        {"goal": goal_id},
    )
    if not goal:
        return None
    ((title, rollup_progress),) = goal
    row_kind = _row_kind(filters, scope)
    found = reader.frame(
        "select c.objective_id, o.title, o.level, o.department, o.team, o.owner, o.cycle, "
        f"{row_kind} as row_kind, c.share, c.contributed_progress as delivered, "
        "c.share - c.contributed_progress as remaining, "
        "c.contributed_progress / c.share as progress, o.expected_progress, "
        "c.contributed_progress / c.share - o.expected_progress as gap, o.pace_status "
        "from (select *, ancestor_id as goal_id from contribution where ancestor_id = $goal) c "
        "join objective_progress o using (objective_id) "
        "order by c.share desc, o.title, c.objective_id",
        {**_named_in(row_kind, filters, frames), "goal": goal_id},
    )
    named = found[found["row_kind"] != "outside"].head(most).reset_index(drop=True)
    rest = found[~found["objective_id"].isin(named["objective_id"])]
    return Carriers(
        goal_id,
        str(title),
        rollup_progress,
        named,
        scope,
        len(rest),
        float(rest["share"].sum()),
        float(rest["delivered"].sum()),
    )


def _row_kind(filters: Filters, scope: Scope, itself: str = "o.objective_id = c.goal_id") -> str:
    """Return the SQL that puts a carrier ``o`` of an objective, perhaps that one ``itself``, into its row.

    The company level stands in its own row whatever the filter; what it leaves out below is
    outside, and so is the company level of other cycles where only the chosen one is asked for.
    """
    kept = ["true"]
    if scope == "cycle":
        kept.append("o.cycle is not distinct from $cycle")
    if filters.departments:
        kept.append("coalesce(list_contains($departments, o.department), false)")
    if filters.levels:
        kept.append("list_contains($levels, o.level)")
    framing = "o.cycle is not distinct from $cycle or list_contains($frames, o.cycle)"
    own = "true" if scope == "all" else f"{itself} or {framing}"
    return (
        f"case when o.level = 'company' then case when {own} then 'company' else 'outside' end "
        f"when not ({' and '.join(kept)}) then 'outside' "
        "when o.department is null then 'unknown' else 'department' end"
    )


def _named_in(sql: str, filters: Filters, frames: Sequence[str]) -> dict[str, object]:
    """Return the values that a piece of SQL names; more than these the database refuses."""
    values = {**filters.parameters(), "frames": list(frames)}
    return {name: value for name, value in values.items() if f"${name}" in sql}
