"""What the pages ask about findings: which rules found what, and how many items they looked at."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from okr_data.queries import Filters
from okr_data.store import Reader
from okr_data.texts import Sentences, mark

#: Tells a sentence of the rules in ``sql/findings`` in the reader's language.
told = Sentences(
    mark("It has a parent, but no chain leads from there to a company objective."),
    mark(
        "The work of {n} below is on pace at {work}, "
        "but its own key results stand at {own} where {expected} is expected."
    ),
    mark(
        "Its own key results are on pace at {own}, but the work of {n} below stands at {work} "
        "where {expected} is expected ({measured} of {all} measured)."
    ),
    mark("{n} people own it: {people}."),
    mark("The target of {target} was taken away by {day}, inside the cycle."),
    mark("The target was eased from {before} to {after} by {day}, inside the cycle."),
    mark("The baseline was moved from {before} to {after} by {day}, inside the cycle."),
    mark("It has no key result of its own."),
    mark("Nobody owns it."),
    mark("A milestone without a date."),
    mark("It has no target."),
    mark("Never checked in, {n} days after it began, limit {limit}."),
    mark("No check-in for {n} days, limit {limit}."),
    mark("It reads as an output (“{verb}”) and has no metric."),
    mark("It has {n} key results, limit {limit}."),
    mark("The team {team} has {n} objectives in {cycle}, limit {limit}."),
    mark("The team {team} has {n} objectives, limit {limit}."),
    mark("{person} owns {n} objectives in {cycle}, limit {limit}."),
    mark("{person} owns {n} objectives, limit {limit}."),
    mark("It names no parent."),
    mark("The parent that it names is nowhere in the data."),
    mark("No objective is aligned to this company objective."),
    mark("No objective below is aligned to it."),
    mark("Reported on track, but {reached} is reached where {expected} is expected."),
)

#: The place of every item, so that a filter by level or department can be applied to rules.
_PLACE = """
    select 'objective' as item_kind, objective_id as item_id, objective_id, title, cycle, level,
        department, team, owner, progress, expected_progress, pace_status, import_id, file, row
    from objective_progress
    union all
    select 'key_result', key_result_id, objective_id, title, cycle, level,
        department, team, owner, progress, expected_progress, pace_status, import_id, file, row
    from key_result_progress
"""


#: The same of the items that something was found on: few of many.
_PLACE_OF_FOUND = _PLACE.replace(
    "from objective_progress",
    "from objective_progress where objective_id in (select item_id from finding)",
).replace(
    "from key_result_progress",
    "from key_result_progress where key_result_id in (select item_id from finding)",
)


@dataclass(frozen=True)
class Findings:
    """What the rules say under a filter.

    ``summary``: one row a rule (items, found, excused, passed, not_evaluated); ``found``: one row a
    finding, excused ones too, worst first.
    """

    summary: pd.DataFrame
    found: pd.DataFrame

    def open(self, severity: str | None = None) -> pd.DataFrame:
        """Return what is found and not excused, of one severity or of all."""
        rows = self.found[~self.found["excused"]]
        return rows if severity is None else rows[rows["severity"] == severity]


def findings(reader: Reader, filters: Filters) -> Findings:
    """Return what every rule found under a filter, with the numbers of items that it looked at."""
    condition = filters.condition("p")
    found = reader.long_frame(
        f"with place as ({_PLACE_OF_FOUND}) "
        "select f.finding, f.severity, f.sentence, f.measured, f.limit_value, f.excused, "
        "f.excuse_reason, f.excused_until, f.excused_by, p.* "
        "from finding f join place p using (item_kind, item_id) "
        f"where {condition} "
        "order by list_position(['high', 'medium', 'low'], f.severity), f.finding, p.title, p.item_id",
        filters.parameters(),
    )
    return Findings(_summary(reader, filters), found)


def _summary(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return what every rule looked at; only levels have to be looked up item by item."""
    order = "order by list_position(['high', 'medium', 'low'], f.severity), found desc, f.finding"
    if not filters.levels:
        counts = ("items", "found", "excused", "passed", "not_evaluated")
        sums = ", ".join(f"sum(f.{name})::bigint as {name}" for name in counts)
        return reader.frame(
            f"select f.finding, f.severity, {sums} from finding_summary f "
            f"where {filters.condition('f')} group by f.finding, f.severity {order}",
            filters.parameters(),
        )
    return reader.frame(
        f"with place as ({_PLACE}) "
        "select f.finding, f.severity, count(*) as items, "
        "count(*) filter (where f.outcome = 'found' and not f.excused) as found, "
        "count(*) filter (where f.excused) as excused, "
        "count(*) filter (where f.outcome = 'passed') as passed, "
        "count(*) filter (where f.outcome = 'not_evaluated') as not_evaluated "
        "from finding_outcome f join place p using (item_kind, item_id) "
        f"where {filters.condition('p')} group by f.finding, f.severity {order}",
        filters.parameters(),
    )


def listed(reader: Reader, cycle: str | None = None, department: str | None = None) -> pd.DataFrame:
    """Return every finding as a list, worst first, of one cycle or department where these are given."""
    return reader.frame(
        f"with place as ({_PLACE_OF_FOUND}) "
        "select f.severity, f.finding, f.item_id, f.cycle, f.department, p.title, f.sentence, "
        "f.excused_until from finding f left join place p using (item_kind, item_id) "
        "where ($cycle is null or f.cycle = $cycle) "
        "and ($department is null or f.department = $department) "
        "order by f.excused, list_position(['high', 'medium', 'low'], f.severity), f.finding, "
        "f.cycle, p.title, f.item_id",
        {"cycle": cycle, "department": department},
    )


def findings_of(reader: Reader, objective_id: str) -> pd.DataFrame:
    """Return the findings of an objective and of its key results, worst first."""
    return reader.frame(
        "select finding, severity, item_id, item_kind, sentence, excused, excuse_reason, "
        "excused_until from finding where objective_id = $id "
        "order by excused, list_position(['high', 'medium', 'low'], severity), finding, item_id",
        {"id": objective_id},
    )
