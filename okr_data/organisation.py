"""The organisation as the data knows it: units with their places, spellings, people; and edits.

An edit is an import like any other: a file ``org_units.csv`` with the rows that changed, so that
it stands in the history and can be taken back. Two names are never made one without being told.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import combinations

import pandas as pd

from okr_data.errors import AlreadyImported
from okr_data.ingest import Upload
from okr_data.intake import import_files
from okr_data.store import ImportResult, Progress, Reader, Store, silent

UNITS_FILE = "org_units.csv"
PEOPLE_FILE = "people.csv"

#: Words of a name that say what kind of unit it is, and nothing about which one.
_KIND_WORDS = frozenset({"team", "dept", "department", "the", "and", "of", "group", "unit"})
#: Names and words shorter than this are not compared letter by letter: DE and DK are two countries.
_LETTERS_COMPARED = 6
#: How often the same statement may be made anew on one day.
_REPETITIONS = 50


@dataclass(frozen=True)
class UnitRow:
    """What a row of ``org_units.csv`` states; None = nothing."""

    team: str
    level: str | None = None
    department: str | None = None
    parent_team: str | None = None
    same_as: str | None = None


@dataclass(frozen=True)
class Spelling:
    """Two names that may be one unit, with the objectives that carry each; ``keep`` is proposed."""

    keep: str
    other: str
    keep_objectives: int
    other_objectives: int

    @property
    def key(self) -> frozenset[str]:
        return frozenset((self.keep.lower(), self.other.lower()))


@dataclass(frozen=True)
class Organisation:
    """Everything the page of the organisation shows."""

    units: pd.DataFrame
    names: pd.DataFrame
    merged: pd.DataFrame
    people: pd.DataFrame
    owners: int
    owners_placed: int
    spellings: tuple[Spelling, ...]


def organisation(reader: Reader) -> Organisation:
    """Return units, names that may be one, names that are one already, and people."""
    known = units(reader)
    called = names(reader)
    owners, placed = owners_with_a_team(reader)
    return Organisation(
        known, called, merged_names(reader), people(reader), owners, placed,
        tuple(spellings_alike(called)),
    )  # fmt: skip


def units(reader: Reader) -> pd.DataFrame:
    """Return one row a unit, what is only proposed first, then what no table names.

    Columns: team, level, department, parent_team, state (proposed, unnamed or stated),
    objectives (own ones, dropped ones left out), import_id. The place is that of the newest day.
    """
    return reader.frame(
        "with unit as (select * from model.org_unit qualify row_number() over ("
        " partition by team_key order by assumed, case when assumed then seq end, as_of desc,"
        " seq desc) = 1), "
        "own as (select lower(trim(name)) as team_key, any_value(name) as name,"
        " any_value(level) as level, any_value(department) as department, count(*) as objectives"
        " from (select coalesce(team, department) as name, level, department"
        "  from objective_progress where not dropped) where name is not null group by 1) "
        "select * from (select coalesce(u.team, o.name) as team,"
        " case when u.team_key is null then o.level else u.level end as level,"
        " case when u.team_key is null then o.department else u.department end as department,"
        " u.parent_team, case when u.team_key is null then 'unnamed' when u.assumed"
        " then 'proposed' else 'stated' end as state, coalesce(o.objectives, 0) as objectives,"
        " u.import_id "
        "from unit u full join own o using (team_key)) "
        "order by list_position(['proposed', 'unnamed', 'stated'], state),"
        " list_position(['company', 'department', 'team', 'individual'], level) nulls last,"
        " department nulls first, 1"
    )


def names(reader: Reader) -> pd.DataFrame:
    """Return every name of a unit in use: name, objectives (as team or department), stated."""
    return reader.frame(
        "with named as ("
        " select team as name, objective_id, false as stated from objective_progress"
        " union all select department, objective_id, false from objective_progress"
        " union all select team, null, not assumed from model.org_unit"
        " union all select department, null, false from model.org_unit"
        " union all select k.team, null, false from key_result_progress k) "
        "select mode(name) as name, count(distinct objective_id) as objectives,"
        " bool_or(stated) as stated from named where nullif(trim(name), '') is not null "
        "group by lower(trim(name)) order by 1"
    )


def merged_names(reader: Reader) -> pd.DataFrame:
    """Return the names that are read as another: name, read_as, and what was said of its place."""
    return reader.frame(
        "with said as (select r.team, r.level, r.department, r.parent_team, r.same_as,"
        " lower(trim(r.team)) as unit_key, i.as_of, i.seq, r.row"
        " from journal.org_unit_row r join model.live_import i using (import_id)) "
        "select arg_max(s.team, s.seq) as name, any_value(n.unit) as read_as,"
        " arg_max(s.level, s.seq) filter (where nullif(trim(s.same_as), '') is null) as level,"
        " arg_max(s.department, s.seq) filter (where nullif(trim(s.same_as), '') is null)"
        "  as department,"
        " arg_max(s.parent_team, s.seq) filter (where nullif(trim(s.same_as), '') is null)"
        "  as parent_team "
        "from model.unit_name n join said s using (unit_key) "
        "where n.unit_key <> lower(trim(n.unit)) group by n.unit_key order by 1"
    )


def people(reader: Reader) -> pd.DataFrame:
    """Return one row a person: person, email, team, manager, objectives (owned alone or not)."""
    return reader.frame(
        "with newest as (select r.* from journal.person_row r"
        " join model.live_import i using (import_id) qualify row_number() over ("
        " partition by lower(trim(r.person)) order by i.as_of desc, i.seq desc, r.row desc) = 1), "
        "owned as (select lower(trim(unnest(string_split(owner, ';')))) as person_key,"
        " objective_id from objective_progress where not dropped) "
        "select n.person, n.email, coalesce(u.unit, n.team) as team, n.manager,"
        " count(distinct o.objective_id) as objectives from newest n "
        "left join model.unit_name u on u.unit_key = lower(trim(n.team)) "
        "left join owned o on o.person_key in (lower(trim(n.person)), lower(trim(n.email))) "
        "group by all order by 1"
    )


def owners_with_a_team(reader: Reader) -> tuple[int, int]:
    """Count the owners of objectives, and those of them whose team is known."""
    ((owners, placed),) = reader.rows(
        "with owner as (select distinct lower(trim(unnest(string_split(owner, ';')))) as person_key"
        " from objective_progress where not dropped) "
        "select count(*), count(p.person_key) from owner "
        "left join model.person_team p using (person_key) where person_key <> ''"
    )
    return int(owners), int(placed)


# --- names that may be one ------------------------------------------------------


def spellings_alike(called: pd.DataFrame) -> Iterator[Spelling]:
    """Yield pairs of names that read like one unit: the same words, or one letter apart.

    ``called`` has name, objectives and stated. Of a pair, the stated name is proposed to be
    kept, else the one with more objectives. Nothing is decided here.
    """
    rows = {str(r.name): r for r in called.set_index("name", drop=False).itertuples(index=False)}
    for one, other in sorted(_alike(list(rows))):
        first, second = sorted(
            (rows[one], rows[other]), key=lambda r: (not r.stated, -r.objectives, r.name)
        )
        yield Spelling(first.name, second.name, int(first.objectives), int(second.objectives))


def _alike(called: Sequence[str]) -> set[tuple[str, str]]:
    """Return pairs of names alike; each name meets only those that share a trait with it."""
    by_trait: defaultdict[str, list[str]] = defaultdict(list)
    for name in called:
        for trait in _traits(name):
            by_trait[trait].append(name)
    return {
        (min(pair), max(pair))
        for group in by_trait.values()
        for pair in combinations(group, 2)
        if _may_be_one(*pair)
    }


def _words(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = tuple(re.findall(r"\w+", letters.replace("_", " ")))
    return tuple(word for word in words if word not in _KIND_WORDS) or words


def _traits(name: str) -> set[str]:
    """Return what two names alike have in common: their words in any order, or all but a letter."""
    words = _words(name)
    squashed = "".join(words)
    traits = {"words " + " ".join(sorted(words)), "squashed " + squashed}
    if len(squashed) >= _LETTERS_COMPARED:
        traits.update(f"but {squashed[:i]}{squashed[i + 1 :]}" for i in range(len(squashed)))
        traits.add("but " + squashed)
    return traits


def _may_be_one(one: str, other: str) -> bool:
    """Tell whether words in which two names differ are long enough to be slips of the pen."""
    left, right = set(_words(one)), set(_words(other))
    if left == right or "".join(_words(one)) == "".join(_words(other)):
        return one.strip().lower() != other.strip().lower()
    different = left ^ right
    return all(len(word) >= _LETTERS_COMPARED and word.isalpha() for word in different)


# --- edits ------------------------------------------------------------------------


def changed_rows(before: pd.DataFrame, after: pd.DataFrame) -> list[UnitRow]:
    """Return what an edited table of units states anew; both have the columns of :func:`units`.

    ``after`` has ``confirmed`` beside: a proposed place that is confirmed is stated as it stands.
    """
    rows = []
    for old, new in zip(before.itertuples(), after.itertuples(), strict=True):
        was = tuple(_said(getattr(old, name)) for name in ("level", "department", "parent_team"))
        now = tuple(_said(getattr(new, name)) for name in ("level", "department", "parent_team"))
        if now != was or (new.confirmed and old.state != "stated"):
            rows.append(UnitRow(str(old.team), *_settled(str(old.team), *now)))
    return rows


def _said(value: object) -> str | None:
    return None if value is None or pd.isna(value) or not str(value).strip() else str(value)


def _settled(
    team: str, level: str | None, department: str | None, parent: str | None
) -> tuple[str | None, str | None, str | None]:
    """Return a place without contradiction: a company has no department, a department is its own."""
    if level == "company":
        return level, None, None if parent == team else parent
    if level == "department":
        return level, department or team, None if parent == team else parent
    return level, department, None if parent == team else parent


def units_csv(rows: Iterable[UnitRow]) -> bytes:
    """Write rows as the template's ``org_units.csv``."""
    target = io.StringIO()
    writer = csv.DictWriter(target, list(UnitRow.__dataclass_fields__), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({k: v or "" for k, v in asdict(row).items()} for row in rows)
    return target.getvalue().encode()


def state_units(
    store: Store, rows: Sequence[UnitRow], as_of: date | None, progress: Progress = silent
) -> ImportResult:
    """Import statements about units. Raises what an import raises.

    Who goes back and forth says the same twice, and means it: empty lines at its end tell the
    second file from the first, which would else be taken for a repeated upload.
    """
    content = units_csv(rows)
    for _ in range(_REPETITIONS):
        try:
            return import_files(
                store, [Upload(UNITS_FILE, content)], "template", as_of, progress=progress
            )
        except AlreadyImported:
            content += b"\r\n"
    return import_files(store, [Upload(UNITS_FILE, content)], "template", as_of)
