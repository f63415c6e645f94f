"""Places for teams that no org-unit table names, proposed from the data and marked as assumed.

A team is judged as a whole, by all its objectives, so that one objective without a parent does
not make its team a company unit. The evidence, in this order: the level its rows state; the
team that most of its parents belong to; whether other teams align to it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from okr_data.ingest.draft import Known, Parsed, places_of
from okr_data.schema import ALIGNMENT, KEY_RESULT, OBJECTIVE, ORG_UNIT

Row = dict[str, Any]

_COMPANY_WORDS = frozenset(
    {
        "company",
        "organization",
        "organisation",
        "corporate",
        "corporation",
        "enterprise",
        "whole company",
    }
)

Place = tuple[str | None, str | None]


@dataclass
class _Evidence:
    """What the rows say of one team."""

    name: str
    objectives: int = 0
    without_parent: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    departments: Counter[str] = field(default_factory=Counter)
    above: Counter[str] = field(default_factory=Counter)
    under_company_objectives: int = 0
    below: set[str] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)


def propose_units(parsed: Parsed, known: Known) -> None:
    """Add an assumed org unit for each team that this upload does not place itself.

    Proposals rest on the upload alone and are made even for teams that the database knows, where
    they have no effect: they keep an import's teams in place when the import that placed them is
    undone. Only for a team that nothing places yet, an issue says so.
    """
    placed: dict[str, Place] = {
        _key(row["team"]): (row["level"], row["department"])
        for row in _records(parsed.of(ORG_UNIT), "team", "level", "department")
    }
    evidence = _gather(parsed)
    missing = {key: found for key, found in evidence.items() if key not in placed}
    company = _company_unit(missing, placed)
    proposals = [
        _propose(
            parsed, found, _place(key, missing, placed, company, ()), silent=key in known.units
        )
        for key, found in missing.items()
    ]
    if proposals:
        parsed.add_rows(ORG_UNIT, pd.DataFrame(proposals).astype({"assumed": "boolean"}))
    _tell_of_variants(parsed, known)


def _records(frame: pd.DataFrame, *columns: str) -> Iterator[Row]:
    """Yield rows as dictionaries, missing as None."""
    lists = [
        frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in columns
    ]
    for values in zip(*lists, strict=True):
        yield dict(zip(columns, values, strict=True))


def _spelling(name: str) -> str:
    """Return what is left of a name when case, blanks, dashes and “&” do not count."""
    return re.sub(r"[\W_]+", "", name.lower().replace("&", "and"))


def _tell_of_variants(parsed: Parsed, known: Known) -> None:
    """Tell of names that differ in spelling alone; they may be one unit and are kept apart."""
    names: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    for table, columns in ((OBJECTIVE, ("team", "department")), (KEY_RESULT, ("team",))):
        for column in columns:
            rows = parsed.of(table).dropna(subset=[column]).drop_duplicates(column)
            for row in _records(rows, column, "file", "row"):
                names[_spelling(row[column])].setdefault(row[column], (row["file"], row["row"]))
    for unit in known.units:
        if _spelling(unit) in names:
            written = {_key(name) for name in names[_spelling(unit)]}
            if unit not in written:
                names[_spelling(unit)].setdefault(unit, ("", 0))
    for spelled in names.values():
        if len({_key(name) for name in spelled}) > 1:
            first, *others = list(spelled)
            file, line = spelled[first]
            message = f"“{first}” is also written " + ", ".join(f"“{other}”" for other in others)
            parsed.report(file).add("unit_spelling_variants", message, line, "team", first)


def _key(team: str) -> str:
    return team.strip().lower()


def _gather(parsed: Parsed) -> dict[str, _Evidence]:
    """Gather what the rows say of each team, counted in groups of rows that say the same."""
    objectives = parsed.of(OBJECTIVE)
    keys = _keys(objectives["team"])
    rows = objectives[["team", "level", "department", "file", "row"]].assign(key=keys)
    links = _links_to_objectives(parsed, objectives)
    without = ~rows.index.isin(links["child"])
    evidence: dict[str, _Evidence] = {}
    first = rows.dropna(subset=["key"]).drop_duplicates("key")
    for row in _records(first, "key", "team", "file", "row"):
        evidence[row["key"]] = _Evidence(row["team"], rows=[row])
    for (key, level, department, alone), count in _groups(rows.assign(alone=without),
                                                          "key", "level", "department", "alone"):  # fmt: skip
        _add(evidence[key], level, department, count if alone else 0, count)
    above = _parents_of_teams(rows, links)
    for (key, parent, of_company), count in _groups(above, "key", "parent", "of_company"):
        if of_company:
            evidence[key].under_company_objectives += count
        elif parent != key:
            evidence[key].above[parent] += count
    key_results = parsed.of(KEY_RESULT)
    of_teams = key_results.dropna(subset=["team"]).drop_duplicates("team")
    for row in _records(of_teams, "team", "file", "row"):
        evidence.setdefault(_key(row["team"]), _Evidence(row["team"])).rows.append(row)
    for key, found in list(evidence.items()):
        for team in found.above:
            if team in evidence:
                evidence[team].below.add(key)
    return evidence


def _keys(teams: pd.Series) -> pd.Series:
    """Return the key of each team, missing where none is named."""
    distinct = [team for team in teams.dropna().unique().tolist() if team]
    return teams.map({team: _key(team) for team in distinct}).astype("str")


def _links_to_objectives(parsed: Parsed, objectives: pd.DataFrame) -> pd.DataFrame:
    """Return the places of child and parent of each link, a key result standing for its objective.

    Links of what is no objective of the upload are left out; in the order of the children.
    """
    links = parsed.of(ALIGNMENT)
    key_results = parsed.of(KEY_RESULT)
    named = links["parent_id"]
    below = places_of(named, key_results["key_result_id"])
    if (below >= 0).any():
        home = key_results["objective_id"].array[below]
        named = named.where(below < 0, pd.Series(home, index=named.index))
    found = pd.DataFrame(
        {
            "child": places_of(links["child_id"], objectives["objective_id"]),
            "parent": places_of(named, objectives["objective_id"]),
        }
    )
    return found[(found >= 0).all(axis=1)].sort_values("child", kind="stable")


def _parents_of_teams(rows: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return, for each link of a team's objective, the team of the parent or that it is the company's."""
    parents = rows.iloc[links["parent"]]
    found = pd.DataFrame(
        {
            "key": rows["key"].array[links["child"]],
            "parent": parents["key"].array,
            "of_company": ((parents["level"] == "company") | parents["key"].isna()).to_numpy(),
        }
    )
    return found.dropna(subset=["key"])


def _groups(rows: pd.DataFrame, *columns: str) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Yield each different combination of some columns with its count, in order of first rows."""
    named = rows[rows[columns[0]].notna()]
    counted = (
        named.groupby(list(columns), sort=False, dropna=False).size().reset_index(name="count")
    )
    for row in _records(counted, *columns, "count"):
        yield tuple(row[name] for name in columns), int(row["count"])


def _add(
    found: _Evidence, level: str | None, department: str | None, without_parent: int, count: int
) -> None:
    found.objectives += count
    found.without_parent += without_parent
    if level in ("company", "department", "team"):
        found.levels[level] += count
    if department:
        found.departments[department] += count


def _company_unit(missing: dict[str, _Evidence], placed: dict[str, Place]) -> str | None:
    """Return the one team that stands for the company: named so, or on top of most others."""
    if any(level == "company" for level, _ in placed.values()):
        return None
    named = [key for key in missing if key in _COMPANY_WORDS]
    if named:
        return named[0]
    if any(found.under_company_objectives for found in missing.values()):
        return None
    tops = [
        (len(found.below), found.objectives, key)
        for key, found in missing.items()
        if len(found.below) >= 2 and found.without_parent * 2 > found.objectives
    ]
    return max(tops)[2] if tops else None


def _place(
    key: str,
    missing: dict[str, _Evidence],
    placed: dict[str, Place],
    company: str | None,
    seen: tuple[str, ...],
) -> Place:
    """Propose level and department of a team; ``seen`` guards against teams above each other."""
    if key in placed:
        return placed[key]
    found = missing[key]
    department = found.departments.most_common(1)[0][0] if found.departments else None
    if key == company:
        return ("company", None)
    if found.levels:
        stated = found.levels.most_common(1)[0][0]
        return (stated, department or (found.name if stated == "department" else None))
    above = found.above.most_common(1)[0][0] if found.above else None
    direct = found.under_company_objectives + (found.above[company] if company else 0)
    below_others = above is not None and above != company and above not in seen
    if not below_others or direct >= found.above[above or ""]:
        return _top_place(found.name, department)
    level, its_department = _place(above or "", missing, placed, company, (*seen, key))
    if level == "company":
        return _top_place(found.name, department)
    return ("team", department or its_department)


def _top_place(name: str, department: str | None) -> Place:
    """A team right below the company is a department, unless its rows name another one."""
    if department is None or _key(department) == _key(name):
        return ("department", name)
    return ("team", department)


def _propose(parsed: Parsed, found: _Evidence, place: Place, silent: bool) -> Row:
    level, department = place
    first = found.rows[0]
    if not silent:
        where = f" of {department}" if level == "team" and department else ""
        what = f"a {level}{where}" if level != "company" else "the company"
        message = f"no org unit names “{found.name}” ({found.objectives} objectives); it is taken as {what}"
        parsed.report(first["file"]).add(
            "org_unit_assumed", message, first["row"], "team", found.name
        )
    return {
        "team": found.name,
        "level": level,
        "department": department,
        "assumed": True,
        "file": first["file"],
        "row": first["row"],
    }
