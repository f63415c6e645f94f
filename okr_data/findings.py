"""What the pages ask about findings: which rules found what, and how many items they looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from okr_data.queries import MOST_ROWS, Excerpt, Filters, holding
from okr_data.schema import LEVELS
from okr_data.store import Reader
from okr_data.texts import Sentences, mark
from okr_data.views import SEVERITIES

#: Findings that a front page tells; the rest is one click away.
MOST_GRAVE = 6

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


def _place_of(table: str) -> str:
    """Return the SQL of the places of the items in a table, few of many."""
    return _PLACE.replace(
        "from objective_progress",
        f"from objective_progress where objective_id in (select item_id from {table})",
    ).replace(
        "from key_result_progress",
        f"from key_result_progress where key_result_id in (select item_id from {table})",
    )


_OWN = (
    "f.finding, f.severity, f.sentence, f.measured, f.limit_value, f.excused, f.excuse_reason, "
    "f.excused_until, f.excused_by"
)
_WORST_FIRST = (
    "list_position(['high', 'medium', 'low'], f.severity), f.finding, f.item_id, f.item_kind"
)


@dataclass(frozen=True)
class Findings:
    """What the rules say under a filter.

    ``summary``: one row a rule (items, found, excused, passed, not_evaluated), found without excused.
    ``by_department``: open findings by department, None for none. ``gravest``: rows of :func:`found`
    to tell first. ``grave_objectives``: objectives with a grave one, on itself or a key result.
    """

    summary: pd.DataFrame
    by_department: Mapping[str | None, int]
    gravest: pd.DataFrame
    grave_objectives: int

    def open(self, severity: str | None = None) -> int:
        """Count what is found and not excused, of one severity or of all."""
        rows = self.summary
        if severity is not None:
            rows = rows[rows["severity"] == severity]
        return int(rows["found"].sum())


def findings(reader: Reader, filters: Filters, most: int = MOST_GRAVE) -> Findings:
    """Return how much every rule found under a filter, and the ``most`` findings to tell first."""
    values = filters.parameters()
    source = f"{_source(filters)} and not f.excused"
    summary = _summary(reader, filters)
    counts = summary.groupby("severity")["found"].sum()
    departments = reader.rows(f"select f.department, count(*) from {source} group by 1", values)
    ((grave,),) = reader.rows(
        f"select count(distinct f.objective_id) from {source} and f.severity = 'high'", values
    )
    gravest = _gravest(reader, source, values, counts, most)
    return Findings(summary, dict(departments), gravest, grave)


def found(
    reader: Reader,
    filters: Filters,
    rule: str | None = None,
    severity: str | None = None,
    excused: bool = False,
    words: str = "",
    most: int | None = MOST_ROWS,
) -> Excerpt:
    """Return findings with the place of their items, worst first: of a rule, or of a severity, or all.

    Those whose item holds all the words in title, id or owner; excused ones only where they are asked for.
    """
    conditions = [
        *([] if excused else ["not f.excused"]),
        *(["f.finding = $rule"] if rule else ["f.severity = $severity"] if severity else []),
    ]
    values = filters.parameters() | (
        {"rule": rule} if rule else {"severity": severity} if severity else {}
    )
    held, said = holding(words, "p.title", "p.item_id", "p.owner")
    source = f"(select f.* from {' and '.join([_source(filters), *conditions])}) f"
    if said:
        source = f"{source} join ({_PLACE}) p using (item_kind, item_id) where {held}"
    limit = "" if most is None else f"limit {most}"
    rows = reader.long_frame(
        f"with first as materialized (select f.* from {source} order by {_WORST_FIRST} {limit}), "
        f"place as ({_place_of('first')}) select {_OWN}, p.* "
        f"from first f join place p using (item_kind, item_id) order by {_WORST_FIRST}",
        values | said,
    )
    if most is None or len(rows) < most:
        return Excerpt(rows, len(rows))
    ((total,),) = reader.rows(f"select count(*) from {source}", values | said)
    return Excerpt(rows, total)


def _source(filters: Filters) -> str:
    """Return where the findings under a filter come from; levels have to be looked up."""
    if not filters.levels:
        return f"finding f where {filters.condition('f')}"
    return (
        "finding f join objective_progress o on o.objective_id = f.objective_id "
        f"where {filters.condition('f', levels_in='o')}"
    )


def _gravest(
    reader: Reader, source: str, values: dict[str, object], counts: pd.Series, most: int
) -> pd.DataFrame:
    """Return the findings to tell first: by severity, then level, then gap to pace, then title.

    What has no level or no pace comes after what has one. ``counts`` are those of each severity: what
    is graver than the last one told is looked at, and nothing else.
    """
    severities: list[str] = []
    for severity in SEVERITIES:
        if counts.reindex(severities).sum() < most:
            severities.append(severity)
    return reader.frame(
        f"with first as materialized (select f.* from {source} and list_contains($severities, f.severity)), "
        f"place as ({_place_of('first')}) select {_OWN}, p.* "
        "from first f join place p using (item_kind, item_id) "
        "order by list_position($severities, f.severity), list_position($ranks, p.level) nulls last, "
        "p.progress - p.expected_progress nulls last, p.title, p.item_id, f.finding limit $most",
        {**values, "severities": severities, "ranks": list(LEVELS), "most": most},
    )


def _summary(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return what every rule looked at, and with what outcome."""
    counts = ("items", "found", "excused", "passed", "not_evaluated")
    sums = ", ".join(f"sum(f.{name})::bigint as {name}" for name in counts)
    return reader.frame(
        f"select f.finding, f.severity, {sums} from finding_summary f "
        f"where {filters.condition('f')} group by f.finding, f.severity "
        "order by list_position(['high', 'medium', 'low'], f.severity), found desc, f.finding",
        filters.parameters(),
    )


def listed(reader: Reader, cycle: str | None = None, department: str | None = None) -> pd.DataFrame:
    """Return every finding as a list, worst first, of one cycle or department where these are given."""
    return reader.frame(
        f"with place as ({_place_of('finding')}) "
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
