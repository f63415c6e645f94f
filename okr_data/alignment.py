"""What the page Alignment asks: the ratios with numerator and denominator, and the rows behind them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from okr_data.queries import ALIGNMENT_STATES, MOST_ROWS, Filters, added, holding
from okr_data.schema import LEVELS
from okr_data.store import Reader
from okr_data.texts import mark


@dataclass(frozen=True)
class Ratio:
    """One alignment ratio in words: which columns of :data:`Alignment` are its parts."""

    name: str
    label: str
    passed: str
    total: str
    means: str


RATIOS = (
    Ratio(
        "line_of_sight_ratio", mark("Line of sight"), "line_of_sight", "objectives",
        mark("Objectives from which a chain of alignments leads to a company objective, of all below "
             "company level. This is the alignment ratio."),
    ),
    Ratio(
        "contributing_ratio", mark("Contributing"), "contributing", "objectives",
        mark("Objectives with a chain to a company objective in which every link contributes, of all "
             "below company level."),
    ),
    Ratio(
        "linked_ratio", mark("Linked"), "linked", "objectives",
        mark("Objectives with a parent in the data, whether or not it leads anywhere, of all below "
             "company level."),
    ),
    Ratio(
        "adjacent_ratio", mark("Adjacent"), "adjacent_links", "links",
        mark("Links whose parent is exactly one level up, of all resolved links."),
    ),
    Ratio(
        "supported_ratio", mark("Supported"), "supported", "supportable",
        mark("Objectives above the lowest level in use with at least one aligned child, of all of those."),
    ),
    Ratio(
        "cross_department_ratio", mark("Across departments"), "cross_department_links",
        "links_below_company",
        mark("Links below company objectives whose parent belongs to another department, of all of those."),
    ),
)  # fmt: skip

_COUNTS = (
    "sum(o.below_company)::bigint as objectives, "
    + added(*ALIGNMENT_STATES)
    + ", sum(o.contributing + o.supporting)::bigint as line_of_sight, "
    "sum(o.contributing + o.supporting + o.detached)::bigint as linked, "
    + added("links", "adjacent_links", "links_below_company", "cross_department_links")
    + ", "
    + added("supportable", "supported")
)


@dataclass(frozen=True)
class Alignment:
    """The counts of the ratios: ``whole`` (one row), by level and by department; and coverage.

    No row where nothing is below company level. ``coverage``: one row a company objective of the
    cycle and of those around it, whatever the filter by department.
    """

    whole: pd.DataFrame
    by_level: pd.DataFrame
    by_department: pd.DataFrame
    coverage: pd.DataFrame
    departments_linked: pd.DataFrame


def alignment(reader: Reader, filters: Filters) -> Alignment:
    """Return the counts behind every alignment ratio under a filter."""
    condition, values = filters.condition(), filters.parameters()

    def counted(by: str, order: str) -> pd.DataFrame:
        return reader.frame(
            f"select {by}, {_COUNTS} from objective_sums o "
            f"where o.below_company > 0 and {condition} group by 1 order by {order}",
            values,
        )

    by_level = counted("o.level", "o.level")
    order = {level: number for number, level in enumerate(LEVELS)}
    return Alignment(
        counted("'all' as part", "1"),
        by_level.sort_values("level", key=lambda s: s.map(order)).reset_index(drop=True),
        counted("o.department", "o.department nulls last"),
        _coverage(reader, filters),
        _linked_departments(reader, filters),
    )


def _coverage(reader: Reader, filters: Filters) -> pd.DataFrame:
    return reader.frame(
        "select c.objective_id, c.title, c.objective_cycle, c.departments, c.supporting_departments, "
        "c.contributing_departments, c.coverage, c.objectives_below, o.progress, "
        "o.expected_progress, o.rollup_progress, s.supported_by "
        "from company_objective_coverage c join objective_progress o using (objective_id) "
        "left join (select cycle, objective_id, "
        " string_agg(department, ', ' order by department) as supported_by "
        " from company_objective_support group by cycle, objective_id) s "
        " on s.objective_id = c.objective_id and s.cycle is not distinct from c.cycle "
        "where c.cycle is not distinct from $cycle order by c.coverage, c.title",
        {"cycle": filters.cycle},
    )


def _linked_departments(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return links between departments: from, to (the parent's) and how many, most first."""
    return reader.frame(
        f"select o.from_department, o.to_department, {added('links', 'contributing')} "
        "from (select *, from_department as department from department_links) o "
        f"where {filters.condition()} group by all order by links desc, 1, 2",
        filters.parameters(),
    )


#: What a row counts for in a ratio, by the names of its numerator and denominator.
_PART_OF_ROW = {
    "objectives": "(o.alignment_state is not null)::integer",
    "line_of_sight": "(o.alignment_state in ('contributing', 'supporting'))::integer",
    "contributing": "(o.alignment_state = 'contributing')::integer",
    "linked": "(o.alignment_state in ('contributing', 'supporting', 'detached'))::integer",
    "supportable": "a.supportable::integer",
    "supported": "(a.supportable and a.supported)::integer",
}


@dataclass(frozen=True)
class Behind:
    """The objectives behind the ratios, or behind one: the first rows, and what all of them count.

    ``rows``: columns of ``objective_progress``, with its links, and ``parents``, which names the living
    parents. ``counted`` and ``passed``: of a row, its part of the denominator and of the numerator of
    the ratio; of all rows whatever their state and words, the sums. Without a ratio both are 0.
    """

    rows: pd.DataFrame
    total: int
    counted: int
    passed: int


def aligned_objectives(
    reader: Reader,
    filters: Filters,
    states: tuple[str, ...] = (),
    ratio: Ratio | None = None,
    words: str = "",
    most: int | None = MOST_ROWS,
) -> Behind:
    """Return the objectives behind the ratios, one row each, those that lead nowhere first.

    Only those in one of the states, if any is given, and in the denominator of the ratio, those that
    fail in it first; and whose title, id or owner holds all the words.
    """
    held, said = holding(words, "o.title", "o.objective_id", "o.owner")
    values = {**filters.parameters(), **said}
    narrowed = [held]
    if states:
        narrowed.append("list_contains($states, o.alignment_state)")
        values["states"] = list(states)
    counted = _part(ratio.total) if ratio else "0"
    passed = f"least({_part(ratio.passed)}, {counted})" if ratio else "0"
    every = (
        "objective_progress o join objective_alignment a using (objective_id) "
        f"where {filters.condition()}{f' and {counted} > 0' if ratio else ''}"
    )
    listed = " and ".join(narrowed)
    source = f"{every} and {listed}"
    order = (
        "list_position(['unaligned', 'unresolved', 'detached', 'supporting', 'contributing'], "
        "o.alignment_state), o.title, o.objective_id"
    )
    limit = "" if most is None else f"limit {most}"
    rows = reader.long_frame(
        "with first as materialized (select o.objective_id, o.title, o.level, o.department, o.team, "
        "o.owner, o.alignment_state, a.links, a.adjacent_links, a.links_below_company, "
        "a.cross_department_links, a.supportable, a.supported, o.import_id, o.file, o.row, "
        f"{counted} as counted, {passed} as passed from {source} "
        f"order by passed, {order} {limit}), "
        "named as (select e.objective_id, string_agg(p.title, '; ' order by p.title) as parents "
        " from objective_parent_day e join as_of_day using (day) join first using (objective_id) "
        " join objective_progress p on p.objective_id = e.parent_id group by e.objective_id) "
        "select o.*, n.parents from first o left join named n using (objective_id) "
        f"order by o.passed, {order}",
        values,
    )
    ((total, all_counted, all_passed),) = reader.rows(
        f"select count(*) filter (where {listed}), coalesce(sum({counted}), 0)::bigint, "
        f"coalesce(sum({passed}), 0)::bigint from {every}",
        values,
    )
    return Behind(rows, total, all_counted, all_passed)


def _part(name: str) -> str:
    """Return the SQL of what a row counts for in a ratio; a count of links as it is."""
    return f"coalesce({_PART_OF_ROW.get(name, f'a.{name}')}, 0)"
