"""What the pages ask the database: one pure function a question, one dataclass a page.

Every function takes a reader that is pinned to one generation and one day, so that all figures
of a page belong together. Tables come back as DataFrames; progress and ratios are fractions,
missing means not known. Nothing here knows Streamlit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from okr_data.schema import LEVELS
from okr_data.settings import Settings, settings_of_rows
from okr_data.store import Reader

ALIGNMENT_STATES = ("contributing", "supporting", "detached", "unresolved", "unaligned")
PACE_STATES = ("done", "on_track", "at_risk", "off_track", "too_early", "not_started")
#: Rows of a list that a page takes; its search finds the others, and the file has all of them.
MOST_ROWS = 500


@dataclass(frozen=True)
class Excerpt:
    """The first rows of a list in its order, and how many rows the list has."""

    rows: pd.DataFrame
    total: int


def excerpt(
    reader: Reader, columns: str, source: str, order: str, values: dict[str, object],
    most: int | None,
) -> Excerpt:  # fmt: skip
    """Return the first rows of ``select columns from source order by order``; all without ``most``."""
    limit = "" if most is None else f" limit {most}"
    rows = reader.long_frame(f"select {columns} from {source} order by {order}{limit}", values)
    if most is None or len(rows) < most:
        return Excerpt(rows, len(rows))
    ((total,),) = reader.rows(f"select count(*) from {source}", values)
    return Excerpt(rows, total)


def holding(words: str, *columns: str) -> tuple[str, dict[str, object]]:
    """Return the SQL condition that columns hold all the words, case aside, and its values.

    Without words it holds of everything.
    """
    values: dict[str, object] = {f"word{n}": w for n, w in enumerate(words.lower().split())}
    text = f"lower(concat_ws(' ', {', '.join(columns)}))"
    return " and ".join(["true", *(f"contains({text}, ${name})" for name in values)]), values


@dataclass(frozen=True)
class Filters:
    """What a page is limited to. Empty tuples mean everything; ``cycle`` None = without cycle."""

    cycle: str | None
    departments: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    def condition(self, table: str = "o", levels_in: str = "") -> str:
        """Return the SQL condition on a table with cycle, department and level.

        ``levels_in`` names the table that has the level, where that is another one.
        """
        parts = [f"{table}.cycle is not distinct from $cycle"]
        if self.departments:
            parts.append(f"list_contains($departments, {table}.department)")
        if self.levels:
            parts.append(f"list_contains($levels, {levels_in or table}.level)")
        return " and ".join(parts)

    def parameters(self) -> dict[str, object]:
        """Return the values of the condition; only those that it names."""
        values: dict[str, object] = {"cycle": self.cycle}
        if self.departments:
            values["departments"] = list(self.departments)
        if self.levels:
            values["levels"] = list(self.levels)
        return values


@dataclass(frozen=True)
class Cycle:
    """A cycle that has objectives; dates are None where nothing tells them."""

    name: str | None
    starts_on: date | None
    ends_on: date | None
    objectives: int

    def encloses(self, other: Cycle) -> bool:
        """Tell whether this is a longer cycle around another, as a year around its quarters."""
        if not (self.starts_on and self.ends_on and other.starts_on and other.ends_on):
            return False
        inside = self.starts_on <= other.starts_on and other.ends_on <= self.ends_on
        return inside and self.name != other.name


@dataclass(frozen=True)
class Catalogue:
    """What there is to choose from, and how fresh it is."""

    as_of: date | None
    newest: date | None
    first_day: date | None
    cycles: tuple[Cycle, ...]
    departments: tuple[str, ...]
    levels: tuple[str, ...]
    objectives: int
    sample_imports: int
    other_imports: int

    def cycle(self, name: str | None) -> Cycle | None:
        return next((cycle for cycle in self.cycles if cycle.name == name), None)

    def default_cycle(self) -> Cycle | None:
        """Return the shortest cycle that runs on the as-of day, else the last that ended."""
        day = self.as_of
        dated = [c for c in self.cycles if c.starts_on and c.ends_on]
        running = [c for c in dated if day and c.starts_on <= day <= c.ends_on]  # type: ignore[operator]
        if running:
            return min(running, key=lambda c: ((c.ends_on - c.starts_on).days, -c.objectives))  # type: ignore[operator]
        past = [c for c in dated if day and c.ends_on < day]  # type: ignore[operator]
        if past:
            return max(past, key=lambda c: c.ends_on)  # type: ignore[arg-type,return-value]
        return self.cycles[0] if self.cycles else None

    def enclosing(self, name: str | None) -> tuple[str, ...]:
        """Return the longer cycles around one: a year's company goals frame its quarters."""
        inner = self.cycle(name)
        if inner is None:
            return ()
        return tuple(c.name for c in self.cycles if c.name and c.encloses(inner))


@dataclass(frozen=True)
class Headline:
    """The figures of a front page with their numerators and denominators."""

    objectives: int
    measured: int
    progress: float | None
    expected: float | None
    on_pace: int
    paced: int
    below_company: int
    line_of_sight: int
    contributing: int
    key_results: int
    measured_key_results: int
    last_check_in: date | None

    @property
    def alignment_ratio(self) -> float | None:
        return self.line_of_sight / self.below_company if self.below_company else None


@dataclass(frozen=True)
class Overview:
    """Everything the front page shows."""

    headline: Headline
    levels: pd.DataFrame
    departments: pd.DataFrame
    alignment: pd.DataFrame
    weekly: pd.DataFrame


@dataclass(frozen=True)
class Trends:
    """Weeks of a cycle; no rows where the cycle has no dates or has not begun."""

    objectives: int
    whole: pd.DataFrame
    by_level: pd.DataFrame
    by_department: pd.DataFrame


def _ask(reader: Reader, sql: str, filters: Filters) -> pd.DataFrame:
    return reader.frame(sql, filters.parameters())


def catalogue(reader: Reader) -> Catalogue:
    """Return what can be chosen from."""
    ((as_of, newest, first_day, objectives, sample, other),) = reader.rows(
        "select (select day from as_of_day), (select max(as_of) from model.live_import), "
        "(select min(starts_on) from model.cycle_window), (select count(*) from objective_progress), "
        "(select count(*) from journal.import where sample and not undone), "
        "(select count(*) from journal.import where not sample and not undone)"
    )
    cycles = reader.rows(
        "select o.cycle, any_value(w.starts_on), any_value(w.ends_on), count(*) "
        "from objective_progress o left join model.cycle_window w on w.cycle = o.cycle "
        "group by o.cycle order by any_value(w.starts_on) desc nulls last, "
        "any_value(w.ends_on) - any_value(w.starts_on), o.cycle"
    )
    departments = reader.rows(
        "select distinct department from objective_progress where department is not null order by 1"
    )
    levels = {level for (level,) in reader.rows("select distinct level from objective_progress")}
    return Catalogue(
        as_of,
        newest,
        first_day,
        tuple(Cycle(*row) for row in cycles),
        tuple(name for (name,) in departments),
        tuple(level for level in LEVELS if level in levels),
        objectives,
        sample,
        other,
    )


def settings(reader: Reader) -> Settings:
    """Return the settings that made the answers of this generation."""
    return settings_of_rows(reader.rows("select name, number, value from journal.setting"))


#: Means of progress and expected progress over rows ``o`` of sums (``objective_sums``, ``trend_sums``).
PROGRESS = "mean_of_sums(o.progress_weights, o.progress_weighted, o.progress_plain, o.measured) as progress"
EXPECTED = (
    "mean_of_sums(o.expected_weights, o.expected_weighted, o.expected_plain, o.expected_known) "
    "as expected_progress"
)


def added(*names: str) -> str:
    """Return the SQL that adds up counts of rows ``o``: 0 where there is no row."""
    return ", ".join(f"coalesce(sum(o.{name}), 0)::bigint as {name}" for name in names)


#: The figures of objectives, of rows ``o`` of ``objective_sums``.
MEASURES = (
    added("objectives", "measured", "key_results", "measured_key_results", "below_company")
    + f", {PROGRESS}, {EXPECTED}, "
    + added("done", "on_track", "at_risk", "off_track", "too_early", "not_started", "contributing")
    + ", coalesce(sum(o.contributing + o.supporting), 0)::bigint as line_of_sight, "
    "max(o.last_check_in) as last_check_in"
)


def headline(reader: Reader, filters: Filters) -> Headline:
    """Return the headline figures; ``on_pace`` counts done and on track of those with a pace."""
    frame = _ask(
        reader,
        f"select {MEASURES} from objective_sums o where {filters.condition()}",
        filters,
    )
    row = frame.astype(object).where(frame.notna(), None).iloc[0]
    on_pace = int(row["done"] + row["on_track"])
    return Headline(
        objectives=int(row["objectives"]),
        measured=int(row["measured"]),
        progress=row["progress"],
        expected=row["expected_progress"],
        on_pace=on_pace,
        paced=on_pace + int(row["at_risk"] + row["off_track"]),
        below_company=int(row["below_company"]),
        line_of_sight=int(row["line_of_sight"]),
        contributing=int(row["contributing"]),
        key_results=int(row["key_results"] or 0),
        measured_key_results=int(row["measured_key_results"] or 0),
        last_check_in=row["last_check_in"].date() if row["last_check_in"] is not None else None,
    )


def levels(reader: Reader, filters: Filters, frames: Sequence[str] = ()) -> pd.DataFrame:
    """Return one row a level of the cycle, and the company level of the cycles that frame it.

    Without a department filter these are the rows of ``level_progress``.
    """
    own = _ask(
        reader,
        f"select o.cycle, o.level, {MEASURES} from objective_sums o "
        f"where {filters.condition()} group by o.cycle, o.level",
        filters,
    )
    above = reader.frame(
        f"select o.cycle, o.level, {MEASURES} from objective_sums o "
        "where o.level = 'company' and list_contains($cycles, o.cycle) "
        "group by o.cycle, o.level",
        {"cycles": list(frames)},
    )
    both = pd.concat([f for f in (above, own) if not f.empty]) if len(above) or len(own) else own
    order = {level: number for number, level in enumerate(LEVELS)}
    return both.sort_values("level", key=lambda s: s.map(order), kind="stable").reset_index(
        drop=True
    )


def departments(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return one row a department with progress, pace, alignment and its weekly progress."""
    frame = _ask(
        reader,
        f"select o.department, {MEASURES} from objective_sums o "
        f"where o.level <> 'company' and {filters.condition()} "
        "group by o.department order by o.department nulls last",
        filters,
    )
    weekly = _ask(
        reader,
        "select department, list(progress order by week) as weeks from ("
        f" select o.department, o.week, {PROGRESS} from trend_sums o"
        f" where o.level <> 'company' and {filters.condition()} group by o.department, o.week"
        ") group by department",
        filters,
    )
    return frame.merge(weekly, on="department", how="left")


def alignment_by_level(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return the number of objectives in each alignment state, a row a level below company."""
    frame = _ask(
        reader,
        f"select o.level, sum(o.below_company)::bigint as objectives, {added(*ALIGNMENT_STATES)} "
        f"from objective_sums o where o.below_company > 0 and {filters.condition()} group by o.level",
        filters,
    )
    order = {level: number for number, level in enumerate(LEVELS)}
    return frame.sort_values("level", key=lambda s: s.map(order)).reset_index(drop=True)


def trend(reader: Reader, filters: Filters, by: str | None = None) -> pd.DataFrame:
    """Return progress and expected pace week by week, in all or by ``level`` or ``department``.

    Means over objectives: never averages of averages. Company objectives belong to no department.
    """
    assert by in (None, "level", "department")
    series = f"o.{by}" if by else "'all'"
    below = " and o.level <> 'company'" if by == "department" else ""
    return _ask(
        reader,
        f"select {series} as series, o.week, max(o.day) as day, "
        f"{PROGRESS}, {EXPECTED}, {added('measured')}, sum(o.objectives)::bigint as total "
        f"from trend_sums o where {filters.condition()}{below} "
        "group by 1, o.week order by 1, o.week",
        filters,
    )


def trends(reader: Reader, filters: Filters) -> Trends:
    """Return the weeks of everything under the filter, by level and by department."""
    return Trends(
        headline(reader, filters).objectives,
        trend(reader, filters),
        trend(reader, filters, "level"),
        trend(reader, filters, "department"),
    )


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of objectives, of how many some is ``known``, and why most others have none.

    ``reason`` is None where all have one.
    """

    rows: pd.DataFrame
    total: int
    known: int
    reason: str | None


def forecasts(
    reader: Reader, filters: Filters, words: str = "", most: int | None = None
) -> Forecasts:
    """Return the view ``forecast`` of objectives: what ends lowest first, without forecast last.

    Grain of ``rows``: item_id, at most ``most`` of those whose title or id holds the words.
    ``projected``, ``low`` and ``high`` are fractions; missing where ``reason`` says why.
    """
    held, said = holding(words, "o.title", "o.item_id")
    condition = f"o.item_kind = 'objective' and {filters.condition()} and {held}"
    values = {**filters.parameters(), **said}
    reasons = dict(
        reader.rows(
            f"select o.reason, count(*) from forecast o where {condition} "
            "group by o.reason order by 2 desc, 1",
            values,
        )
    )
    known, reason = reasons.pop(None, 0), next(iter(reasons), None)
    found = excerpt(
        reader, "o.*", f"forecast o where {condition}",
        "o.projected nulls last, o.title, o.item_id", values, most,
    )  # fmt: skip
    return Forecasts(found.rows, found.total, known, reason)


#: Progress that a statement of a key result tells, by the baseline and target of the day looked at.
_TOLD = (
    "case when v.kind = 'milestone' then coalesce(s.progress, milestone_progress(v.target_value, s.value, s.status)) "
    "when k.computed_progress is null then s.progress "
    "else computed_progress(v.start_value, v.target_value, s.value, v.direction) end"
)
_CHECKED = (
    "s.checked_at, s.value, {progress} as progress, s.status, s.status_raw, s.confidence, s.note, "
    "s.author, s.import_id, s.file, s.row"
)
_IMPORTED = (
    "null, s.value, {progress}, s.status, s.status_raw, s.confidence, null, null, s.import_id, "
    "s.file, s.row"
)


def item_history(reader: Reader, item_kind: str, item_id: str) -> pd.DataFrame:
    """Return what was said of an item up to the as-of day, oldest first; no rows for an unknown one.

    Columns: day, source (``check-in``, ``import``, or ``week`` for the weekly figure of an
    objective), checked_at, value in unit, progress (fraction, clamped), status, status_raw, confidence (0–1),
    note, author, import_id, file, row. Progress of a key result is that of the baseline and target
    of the as-of day. Missing where a statement does not tell it; of a day stated by several
    imports the latest.
    """
    parts = _key_result_history() if item_kind == "key_result" else _objective_history()
    return reader.frame(
        "select * replace (clamped(progress) as progress) from ("
        + " union all ".join(parts)
        + ") order by day, source, checked_at nulls first, import_id, row",
        {"item": item_id},
    )


def _key_result_history() -> list[str]:
    item = (
        "join key_result_day k on k.key_result_id = $item join as_of_day d on d.day = k.day "
        "join model.key_result_version v on v.key_result_id = k.key_result_id "
        "and v.import_id = k.import_id"
    )
    return [
        f"select s.checked_on as day, 'check-in' as source, "
        f"{_CHECKED.format(progress=_TOLD)} "
        f"from model.listed_check_in s {item} "
        "where s.item_id = $item and s.checked_on <= d.day",
        "select s.as_of, 'import', "
        f"{_IMPORTED.format(progress=_TOLD)} from ("
        "select *, current_value as value, reported_progress as progress "
        "from model.key_result_version) s "
        f"{item} where s.key_result_id = $item and s.as_of <= d.day "
        "and (s.value is not null or s.progress is not null)",
    ]


def _objective_history() -> list[str]:
    return [
        "select s.checked_on as day, 'check-in' as source, "
        f"{_CHECKED.format(progress='s.progress')} "
        "from model.listed_check_in s, as_of_day d "
        "where s.item_id = $item and s.checked_on <= d.day",
        "select t.day, 'week', null, null, t.progress, null, null, null, null, null, null, null, null "
        "from objective_trend t where t.objective_id = $item and t.progress is not null",
    ]


def weekly_headline(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return the headline figures of each week up to the as-of day, oldest first.

    Columns: day, progress, line_of_sight (ratio), on_pace (count), measured_key_results (count).
    """
    return _ask(
        reader,
        f"select o.day, {PROGRESS}, "
        "sum(o.line_of_sight) / nullif(sum(o.below_company), 0)::double as line_of_sight, "
        f"{added('on_pace', 'measured_key_results')} "
        "from model.week_sums o join as_of_day d on o.day <= d.day "
        f"where {filters.condition()} group by o.day order by o.day",
        filters,
    )


def overview(reader: Reader, filters: Filters, frames: Sequence[str] = ()) -> Overview:
    """Return the front page; ``frames`` are the longer cycles around the chosen one."""
    return Overview(
        headline(reader, filters),
        levels(reader, filters, frames),
        departments(reader, filters),
        alignment_by_level(reader, filters),
        weekly_headline(reader, filters),
    )


def issues(reader: Reader, import_id: str | None = None) -> pd.DataFrame:
    """Return the issues of one import, or of all in force, worst first."""
    condition = "import_id = $import_id" if import_id else "true"
    return reader.frame(
        'select import_id, severity, code, file, row, "column", value, message from import_issue '
        f"where {condition} "
        "order by case severity when 'error' then 0 when 'warning' then 1 else 2 end, code, file, row",
        {"import_id": import_id} if import_id else {},
    )
