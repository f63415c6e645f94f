"""The scorecard of the eight dimensions: its checks in words, and what the pages ask about it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from okr_data.store import Reader
from okr_data.texts import mark


@dataclass(frozen=True)
class Dimension:
    """One of the eight: a reason to align, or a step to get there; the question that it answers."""

    name: str
    label: str
    kind: str
    question: str


@dataclass(frozen=True)
class Check:
    """One check: what is counted (``items``) and what passes, in words."""

    name: str
    dimension: str
    label: str
    items: str
    passes: str


STEP, REASON = "step", "reason"
DIMENSIONS = (
    Dimension("define", mark("Define"), STEP, mark("Are there goals that one can follow?")),
    Dimension("cascade", mark("Cascade"), STEP, mark("Does the work lead to them?")),
    Dimension("communicate", mark("Communicate"), STEP, mark("Is it talked about in time?")),
    Dimension("measure", mark("Measure"), STEP, mark("Can one tell how far it is?")),
    Dimension("focus", mark("Focus"), REASON, mark("Has everybody chosen?")),
    Dimension("coordination", mark("Coordination"), REASON, mark("Do departments work together?")),
    Dimension(
        "accountability",
        mark("Accountability"),
        REASON,
        mark("Does everybody know what is theirs?"),
    ),
    Dimension("adaptability", mark("Adaptability"), REASON, mark("Does trouble lead to a change?")),
)
CHECKS = (
    Check(
        "company_objective_exists",
        "define",
        mark("A company objective exists"),
        mark("the cycle"),
        mark("the cycle, or one around it, has a company objective"),
    ),
    Check(
        "objectives_with_owner",
        "define",
        mark("Objectives with an owner"),
        mark("objectives"),
        mark("somebody owns it"),
    ),
    Check(
        "objectives_with_key_results",
        "define",
        mark("Objectives with key results"),
        mark("objectives"),
        mark("it has a key result of its own"),
    ),
    Check(
        "worded_as_quality",
        "define",
        mark("Worded as a quality"),
        mark("objectives"),
        mark("no figure stands in its title"),
    ),
    Check(
        "line_of_sight",
        "cascade",
        mark("Line of sight"),
        mark("objectives below company level"),
        mark("a chain of alignments leads to a company objective"),
    ),
    Check(
        "supported_by_two_departments",
        "cascade",
        mark("Company objectives supported by two departments"),
        mark("company objectives"),
        mark("two departments or more have an objective in its tree"),
    ),
    Check(
        "departments_with_line_of_sight",
        "cascade",
        mark("Departments with line of sight"),
        mark("departments"),
        mark("one of its objectives leads to a company objective"),
    ),
    Check(
        "checked_in_within_cadence",
        "communicate",
        mark("Checked in within the cadence"),
        mark("running or closed key results that are not done"),
        mark("its last check-in is not older than the cadence"),
    ),
    Check(
        "off_pace_with_note",
        "communicate",
        mark("Off pace, and explained"),
        mark("key results and objectives without key results that are off pace"),
        mark("its last check-in has a note"),
    ),
    Check(
        "baseline_and_target",
        "measure",
        mark("Baseline and target known"),
        mark("key results"),
        mark("start and target are known, or the milestone has a date"),
    ),
    Check(
        "with_value",
        "measure",
        mark("With a value"),
        mark("key results"),
        mark("it has a progress"),
    ),
    Check(
        "closed_with_score",
        "measure",
        mark("Closed with a score"),
        mark("closed objectives"),
        mark("it has a score"),
    ),
    Check(
        "teams_in_limits",
        "focus",
        mark("Teams with a number of objectives that one can pursue"),
        mark("teams"),
        mark("it has at least one objective and no more than the limit"),
    ),
    Check(
        "key_results_in_limits",
        "focus",
        mark("Objectives with a fitting number of key results"),
        mark("objectives with key results"),
        mark("it has as many as the limits say"),
    ),
    Check(
        "cross_department_links",
        "coordination",
        mark("Departments linked with another one"),
        mark("departments"),
        mark("an objective of it is aligned with one of another department"),
    ),
    Check(
        "shared_company_objectives",
        "coordination",
        mark("Company objectives shared by departments"),
        mark("company objectives that a department supports"),
        mark("another department supports it too"),
    ),
    Check(
        "one_owner",
        "accountability",
        mark("Exactly one accountable owner"),
        mark("objectives"),
        mark("one person owns it"),
    ),
    Check(
        "people_with_line_of_sight",
        "accountability",
        mark("People with line of sight"),
        mark("people who own an objective below company level"),
        mark("one of their objectives leads to a company objective"),
    ),
    Check(
        "changed_after_falling_off_pace",
        "adaptability",
        mark("Changed after falling off pace"),
        mark("key results and objectives without key results that are off pace"),
        mark(
            "value, target, status, alignment or note changed within the cadence after it fell off pace"
        ),
    ),
)
CHECK = {check.name: check for check in CHECKS}


@dataclass(frozen=True)
class Scorecard:
    """A cycle's scorecard of the organisation (``department`` None) or of one department.

    ``dimensions`` and ``checks`` in the order of the contract, with the cycle before beside;
    ``departments``: score by department and dimension; ``cycles``: score by cycle and dimension.
    """

    department: str | None
    cycle_before: str | None
    dimensions: pd.DataFrame
    checks: pd.DataFrame
    departments: pd.DataFrame
    cycles: pd.DataFrame

    @property
    def score(self) -> float | None:
        """The mean of the dimensions that have a score; None where none has."""
        known = self.dimensions["score"].dropna()
        return float(known.mean()) if len(known) else None


def scorecard(reader: Reader, cycle: str | None, department: str | None) -> Scorecard:
    """Return the scorecard of a cycle; scores and ratios are fractions, missing = n/a."""
    values = {
        "cycle": cycle, "department": department,
        "dimensions": [d.name for d in DIMENSIONS], "checks": [c.name for c in CHECKS],
    }  # fmt: skip
    dimensions = reader.frame(
        "select dimension, score, checks, cycle_before, score_before, delta from scorecard "
        "where cycle is not distinct from $cycle and department is not distinct from $department "
        "order by list_position($dimensions, dimension)",
        {name: values[name] for name in ("cycle", "department", "dimensions")},
    )
    before = dimensions["cycle_before"].dropna()
    cycle_before = str(before.iloc[0]) if len(before) else None
    checks = reader.frame(
        'select c.dimension, c."check", c.passed, c.total, c.ratio, c.unknown, b.ratio as ratio_before, '
        "c.ratio - b.ratio as delta from scorecard_check c "
        'left join scorecard_check b on b."check" = c."check" and b.cycle = $before '
        " and b.department is not distinct from c.department "
        "where c.cycle is not distinct from $cycle and c.department is not distinct from $department "
        'order by list_position($checks, c."check")',
        {"cycle": cycle, "department": department, "before": cycle_before, "checks": values["checks"]},
    )  # fmt: skip
    departments = reader.frame(
        "select department, dimension, score from scorecard "
        "where cycle is not distinct from $cycle order by department nulls first",
        {"cycle": cycle},
    )
    cycles = reader.frame(
        "select s.cycle, s.dimension, s.score from scorecard s "
        "left join model.cycle_window w on w.cycle = s.cycle "
        "where s.department is not distinct from $department "
        "order by w.starts_on nulls last, w.ends_on, s.cycle",
        {"department": department},
    )
    return Scorecard(department, cycle_before, dimensions, checks, departments, cycles)


def check_items(
    reader: Reader, cycle: str | None, department: str | None, check: str
) -> pd.DataFrame:
    """Return the list behind a check: item_kind, item_id, title, department, owner, passed.

    What fails comes first, then what cannot be known yet (``passed`` missing).
    """
    return reader.frame(
        "select i.item_kind, i.item_id, coalesce(o.title, k.title, i.item_id) as title, "
        "coalesce(o.department, k.department) as department, coalesce(o.owner, k.owner) as owner, "
        "coalesce(o.objective_id, k.objective_id) as objective_id, i.passed "
        "from scorecard_item i "
        "left join objective_progress o on i.item_kind = 'objective' and o.objective_id = i.item_id "
        "left join key_result_progress k on i.item_kind = 'key_result' and k.key_result_id = i.item_id "
        "where i.cycle is not distinct from $cycle and i.department is not distinct from $department "
        'and i."check" = $check order by i.passed nulls first, i.passed, title, i.item_id',
        {"cycle": cycle, "department": department, "check": check},
    )
