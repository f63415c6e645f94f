"""Places for teams that no org-unit table names, proposed from the data and marked as assumed.

A team is judged as a whole, by all its objectives, so that one objective without a parent does
not make its team a company unit. The evidence, in this order: the level its rows state; the
team that most of its parents belong to; whether other teams align to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from okr_data.ingest.draft import CanonicalRow, Known, Parsed
from okr_data.schema import ALIGNMENT, KEY_RESULT, OBJECTIVE, ORG_UNIT

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
    rows: list[CanonicalRow] = field(default_factory=list)


def propose_units(parsed: Parsed, known: Known) -> None:
    """Add an assumed org unit for each team that this upload does not place itself.

    Proposals rest on the upload alone and are made even for teams that the database knows, where
    they have no effect: they keep an import's teams in place when the import that placed them is
    undone. Only for a team that nothing places yet, an issue says so.
    """
    placed = {
        _key(row["team"]): (row["level"], row.get("department")) for row in parsed.of(ORG_UNIT)
    }
    evidence = _gather(parsed)
    missing = {key: found for key, found in evidence.items() if key not in placed}
    company = _company_unit(missing, placed)
    for key, found in missing.items():
        place = _place(key, missing, placed, company, ())
        _propose(parsed, found, place, silent=key in known.units)


def _key(team: str) -> str:
    return team.strip().lower()


def _gather(parsed: Parsed) -> dict[str, _Evidence]:
    objectives = {row["objective_id"]: row for row in parsed.of(OBJECTIVE)}
    home = {row["key_result_id"]: row.get("objective_id") for row in parsed.of(KEY_RESULT)}
    parents: dict[str, list[CanonicalRow]] = defaultdict(list)
    for link in parsed.of(ALIGNMENT):
        parent = objectives.get(home.get(link["parent_id"], link["parent_id"]))
        if parent is not None:
            parents[link["child_id"]].append(parent)
    evidence: dict[str, _Evidence] = {}
    for objective_id, row in objectives.items():
        if row.get("team"):
            found = evidence.setdefault(_key(row["team"]), _Evidence(row["team"]))
            _add(found, row, parents[objective_id])
    for row in parsed.of(KEY_RESULT):
        if row.get("team"):
            evidence.setdefault(_key(row["team"]), _Evidence(row["team"])).rows.append(row)
    for key, found in list(evidence.items()):
        for above in found.above:
            if above in evidence:
                evidence[above].below.add(key)
    return evidence


def _add(found: _Evidence, row: CanonicalRow, parents: list[CanonicalRow]) -> None:
    found.objectives += 1
    found.rows.append(row)
    if row.get("level") in ("company", "department", "team"):
        found.levels[row["level"]] += 1
    if row.get("department"):
        found.departments[row["department"]] += 1
    if not parents:
        found.without_parent += 1
    for parent in parents:
        if parent.get("level") == "company" or not parent.get("team"):
            found.under_company_objectives += 1
        elif _key(parent["team"]) != _key(row["team"]):
            found.above[_key(parent["team"])] += 1


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


def _propose(parsed: Parsed, found: _Evidence, place: Place, silent: bool) -> None:
    level, department = place
    first = found.rows[0]
    parsed.of(ORG_UNIT).append(
        {
            "team": found.name,
            "level": level,
            "department": department,
            "assumed": True,
            "file": first["file"],
            "row": first["row"],
        }
    )
    if silent:
        return
    where = f" of {department}" if level == "team" and department else ""
    parsed.add(
        "org_unit_assumed",
        f"no org unit names “{found.name}” ({found.objectives} objectives); it is taken as "
        f"a {level}{where}"
        if level != "company"
        else f"no org unit names “{found.name}” ({found.objectives} objectives); it is taken as the company",
        first,
        "team",
        found.name,
    )
