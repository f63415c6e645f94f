"""The cascade and the organisation around a centre: a few hundred sectors of any number of objectives.

Two trees. The *cascade* hangs objectives below what they are aligned to, once below each parent;
the *organisation* places each once: company, department, team. A question returns the sectors
of two or three rings around a centre, what does not fit gathered in one "n more" for each parent,
and one page of the rows of the same tree. Areas add up: what is missing below a sector is its own part.
Fractions; NULL = not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from okr_data.queries import Filters
from okr_data.store import Reader

Tree = Literal["cascade", "organisation"]
Area = Literal["key_results", "contribution"]
CentreKind = Literal["all", "objective", "state", "company", "department", "team"]

#: Path of the whole in the middle.
CENTRE = "centre"
#: Rings around the centre; more would leave no room for names. Deeper ones open by a click.
RINGS = 2
#: Sectors of one picture: what a browser draws at once, and a payload below 100 KB.
MAX_SECTORS = 240
#: Children of one sector, by ring, beyond which they are gathered: 360° / 36 leaves 10° for a name.
MAX_CHILDREN = (36, 12)
#: Rows of one page of the table.
PAGE_ROWS = 200
#: Hits of a search that are listed.
MOST_HITS = 50
#: Objectives furthest behind that are named.
NAMED_BEHIND = 7
#: Company goals that are listed.
MOST_GOALS = 100
#: Chains are cut at 64 links on import; a bound here all the same.
_DEEPEST = 80
#: Alignment states of work that leads nowhere, in the order of their sectors.
LOST_STATES = ("unaligned", "detached", "unresolved")

SECTOR_COLUMNS = (
    "path", "parent", "kind", "ring", "size", "count", "objective_id", "state", "department", "team",
    "title", "level", "cycle", "owner", "key_results", "measured", "progress", "expected_progress",
    "pace_status", "alignment_state", "parents", "objectives", "below_company", "lost", "silent",
)  # fmt: skip
ROW_COLUMNS = (
    "depth", "context", "objective_id", "title", "cycle", "level", "department", "team", "owner",
    "key_results", "measured", "progress", "expected_progress", "pace_status", "alignment_state",
)  # fmt: skip


@dataclass(frozen=True)
class Centre:
    """What stands in the middle. ``key``: id, state or department ("" = unknown); ``team`` of a team.

    ``parent`` says through which of several parents an objective was reached.
    """

    kind: CentreKind = "all"
    key: str = ""
    team: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Crumb:
    """A step of the way from the whole to the centre."""

    centre: Centre
    title: str


@dataclass(frozen=True)
class Around:
    """The picture and the rows around a centre.

    ``sectors``, one row a sector, parents before children: path (its key), parent, kind (centre,
    objective, context = outside the filter, state, company, department, team, nothing, more), ring,
    size (in the unit of the area), count (objectives gathered in "n more", or in a group), the
    facts of an objective, and of groups the means and counts of their objectives: lost = leads
    nowhere, below_company = of how many, silent = children that have no area (share 0).

    ``rows``, one page of the tree as a table, an objective once below each parent; ``total`` rows
    in all. ``way`` leads from the whole to the centre, both included. ``centre`` is the whole
    where the one asked for is not there (``found`` False).
    """

    centre: Centre
    found: bool
    way: tuple[Crumb, ...]
    sectors: pd.DataFrame
    rows: pd.DataFrame
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_ROWS))


@dataclass(frozen=True)
class Summary:
    """How the objectives of a filter lead to company goals, by state; ``goals`` of them at the top.

    ``behind`` lists the objectives furthest behind pace, ``goals_table`` the company goals with
    ``aligned``, the objectives directly below each.
    """

    objectives: int
    states: dict[str, int]
    goals: int
    goals_table: pd.DataFrame
    behind: pd.DataFrame

    @property
    def below_company(self) -> int:
        return sum(self.states.values())

    @property
    def lost(self) -> int:
        return sum(self.states.get(state, 0) for state in LOST_STATES)


@dataclass(frozen=True)
class Found:
    """What a search found, best first; ``total`` in all, of which ``rows`` are the first."""

    rows: pd.DataFrame
    total: int


# --- the graph of the cascade ---------------------------------------------------------


@dataclass(frozen=True)
class Graph:
    """Objectives by number, in the order of their titles, and their links, by parent.

    ``weight``: key results, at least 1, or an objective without any would be invisible. ``size``:
    those of everything below along every path as well. ``rows``: rows of its part of the table.
    """

    ids: np.ndarray
    context: np.ndarray
    company: np.ndarray
    state: np.ndarray
    weight: np.ndarray
    child: np.ndarray
    share: np.ndarray
    start: np.ndarray
    parents: np.ndarray
    size: np.ndarray
    rows: np.ndarray

    def children(self, number: int) -> np.ndarray:
        return self.child[self.start[number] : self.start[number + 1]]

    def shares(self, number: int) -> np.ndarray:
        return self.share[self.start[number] : self.start[number + 1]]

    def tops(self) -> np.ndarray:
        """Return the company goals that hang below nothing, in the order of their titles."""
        return np.flatnonzero(self.company & (self.parents == 0))

    def lost_tops(self, state: str) -> np.ndarray:
        """Return where work of a state that leads nowhere begins: below it there is only more of it."""
        return np.flatnonzero((self.state == state) & (self.parents == 0) & ~self.company)


def graph_of(nodes: pd.DataFrame, links: pd.DataFrame) -> Graph:
    """Build the graph of nodes (objective_id, context, company, state, weight) and links (child, parent, share)."""
    count = len(nodes)
    child = links["child"].to_numpy(np.int64)
    parent = links["parent"].to_numpy(np.int64)
    share = links["share"].to_numpy(np.float64, na_value=0.0)
    order = np.lexsort((child, parent))
    child, parent, share = child[order], parent[order], share[order]
    weight = nodes["weight"].to_numpy(np.float64)
    return Graph(
        ids=nodes["objective_id"].to_numpy(object),
        context=nodes["context"].to_numpy(bool),
        company=nodes["company"].to_numpy(bool),
        state=nodes["state"].to_numpy(object),
        weight=weight,
        child=child,
        share=share,
        start=np.searchsorted(parent, np.arange(count + 1)),
        parents=np.bincount(child, minlength=count),
        size=_along_paths(weight, child, parent),
        rows=_along_paths(np.ones(count), child, parent),
    )


def _along_paths(own: np.ndarray, child: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """Sum a figure of each objective and of all below it, along every path.

    One step carries everything one link up: as many steps as the longest chain has links.
    """
    total, step = own.copy(), own
    for _ in range(_DEEPEST):
        step = np.bincount(parent, weights=step[child], minlength=len(own))
        if not step.any():
            break
        total += step
    return total


_SHOWN = """
    create or replace temp table shown as
    with chosen as (
        select o.objective_id from objective_progress o where not o.dropped and {condition}
    ),
    framing as (
        select o.objective_id from objective_progress o
        where not o.dropped and o.level = 'company' and list_contains($frames, o.cycle)
    ),
    seen as (
        select objective_id, bool_and(context) as context from (
            select objective_id, false as context from chosen
            union all
            select l.ancestor_id, true from line_of_sight l join chosen using (objective_id)
            union all
            select objective_id, true from framing
        ) group by objective_id
    )
    select
        (row_number() over (order by lower(o.title), o.objective_id) - 1)::integer as n,
        s.objective_id, s.context, o.level = 'company' as company,
        coalesce(o.alignment_state, '') as state, greatest(o.key_results, 1) as weight
    from seen s join objective_progress o using (objective_id)
"""
_LINKS = """
    select c.n as child, u.n as parent, coalesce(r.share, 0) as share
    from objective_parent_day p
    join as_of_day using (day)
    join shown c on c.objective_id = p.objective_id
    join shown u on u.objective_id = p.parent_id
    left join roll_up_share r on r.objective_id = p.parent_id and r.child_id = p.objective_id
"""
_FACTS = (
    "o.objective_id, o.title, o.level, o.department, o.team, o.cycle, o.owner, o.key_results, "
    "o.measured, o.progress, o.expected_progress, o.pace_status, o.alignment_state"
)


def graph(reader: Reader, filters: Filters, frames: Sequence[str] = ()) -> Graph:
    """Return the objectives under the filter with everything above them: what a click walks through.

    Company objectives of the framing cycles are there even if nothing is aligned to them. Dropped
    objectives are not. It is the same for every centre, area and page: worth keeping.
    """
    reader.execute(
        _SHOWN.format(condition=filters.condition()),
        {**filters.parameters(), "frames": list(frames)},
    )
    nodes = reader.frame(
        "select objective_id, context, company, state, weight from shown order by n"
    )
    return graph_of(nodes, reader.frame(_LINKS))


# --- growing sectors --------------------------------------------------------------------


@dataclass(frozen=True)
class Spot:
    """A sector before its facts are looked up; ``number`` of its objective, -1 where it has none."""

    path: str
    parent: str
    kind: str
    ring: int
    size: float
    number: int = -1
    count: int = 0
    silent: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    place: Centre | None = None


def cascade_spots(graph: Graph, centre: Centre, area: Area) -> list[Spot]:
    """Return the sectors of the cascade around a centre that is there."""
    if centre.kind == "objective":
        number = int(np.flatnonzero(graph.ids == centre.key)[0])
        whole = 1.0 if area == "contribution" else float(graph.size[number])
        return _grown(graph, [Spot(centre.key, "", "centre", 0, whole, number)], area)
    if centre.kind == "state":
        tops = graph.lost_tops(centre.key)
        root = Spot(centre.key, "", "centre", 0, float(graph.size[tops].sum()))
        shown = _family(root, tops, graph.size[tops], MAX_CHILDREN[0], graph.ids)
        return _grown(graph, [root, *shown], "key_results")
    return _whole(graph, area)


def _whole(graph: Graph, area: Area) -> list[Spot]:
    """Return company goals and what leads nowhere.

    In shares each goal is a whole of its own. What leads nowhere carries none of any: its sectors
    show their part of all key results instead.
    """
    tops = graph.tops()
    lost = {state: graph.lost_tops(state) for state in LOST_STATES}
    sizes = {state: float(graph.size[numbers].sum()) for state, numbers in lost.items()}
    by_share = area == "contribution" and len(tops) > 0
    goals = np.ones(len(tops)) if by_share else graph.size[tops]
    unit = float(goals.sum() / graph.size[tops].sum()) if by_share else 1.0
    root = Spot(CENTRE, "", "centre", 0, float(goals.sum()) + unit * sum(sizes.values()))
    nowhere: list[Spot] = []
    for state, numbers in lost.items():
        if len(numbers):
            group = Spot(
                f"{CENTRE}/ {state}", CENTRE, "state", 1, unit * sizes[state],
                count=len(numbers), facts={"state": state},
            )  # fmt: skip
            parts = unit * graph.size[numbers]
            nowhere += [group, *_family(group, numbers, parts, MAX_CHILDREN[1], graph.ids)]
    spots = [root, *_family(root, tops, goals, MAX_CHILDREN[0], graph.ids)]
    return [*_grown(graph, spots, area, MAX_SECTORS - len(nowhere)), *nowhere]


def _grown(graph: Graph, spots: list[Spot], area: Area, room: int = MAX_SECTORS) -> list[Spot]:
    """Add the rings below objectives, ring by ring; each gets the same part of the room."""
    grown = {spot.path: spot for spot in spots}
    rim = [spot for spot in spots if spot.number >= 0]
    while rim and rim[0].ring < RINGS:
        each = max((room - len(grown)) // len(rim), 1)
        inner, rim = rim, []
        for spot in inner:
            grown[spot.path], below = _below(graph, spot, area, each)
            grown.update((child.path, child) for child in below)
            rim += [child for child in below if child.number >= 0]
    return list(grown.values())


def _below(graph: Graph, spot: Spot, area: Area, room: int) -> tuple[Spot, list[Spot]]:
    """Return a sector that knows its children without area, and its children."""
    children = graph.children(spot.number)
    sizes = (
        spot.size * graph.shares(spot.number) if area == "contribution" else graph.size[children]
    )
    seen = sizes > 0
    most = min(MAX_CHILDREN[min(spot.ring, 1)], room - 1)
    return (
        replace(spot, silent=int((~seen).sum())),
        _family(spot, children[seen], sizes[seen], most, graph.ids),
    )


def _family(
    above: Spot, numbers: np.ndarray, sizes: np.ndarray, most: int, ids: np.ndarray
) -> list[Spot]:
    """Return the largest children in the order of their titles, and the rest as one "n more"."""
    if len(numbers) > most:
        largest = np.sort(np.lexsort((numbers, -sizes))[:most])
    else:
        largest = np.arange(len(numbers))
    family = [
        Spot(f"{above.path}/{ids[numbers[i]]}", above.path, "objective", above.ring + 1, float(sizes[i]), int(numbers[i]))
        for i in largest
    ]  # fmt: skip
    gathered = len(numbers) - len(largest)
    if gathered:
        family.append(_more(above, float(sizes.sum() - sizes[largest].sum()), gathered))
    return family


def _facts_of(reader: Reader, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what a picture or table tells of some objectives, by id."""
    facts = reader.frame(
        f"select {_FACTS} from objective_progress o where o.objective_id in (select unnest($ids::varchar[]))",
        {"ids": sorted(set(ids))},
    )
    return {str(row["objective_id"]): row for row in _known(facts)}


def _known(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")  # type: ignore[no-any-return]


def _sectors(reader: Reader, graph: Graph, spots: list[Spot]) -> pd.DataFrame:
    """Return the sectors with the facts of their objectives."""
    facts = _facts_of(reader, [str(graph.ids[spot.number]) for spot in spots if spot.number >= 0])
    rows = []
    for spot in spots:
        there = spot.number >= 0
        own = facts[str(graph.ids[spot.number])] if there else {}
        outside = spot.kind == "objective" and graph.context[spot.number]
        rows.append(
            {**own, "path": spot.path, "parent": spot.parent, "kind": "context" if outside else spot.kind,
             "ring": spot.ring, "size": spot.size, "count": spot.count, "silent": spot.silent,
             "parents": int(graph.parents[spot.number]) if there else 0, **spot.facts}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=SECTOR_COLUMNS)


# --- the rows of the cascade ---------------------------------------------------------------


def _page_of(
    graph: Graph, starts: Sequence[int], begin: int, most: int
) -> Iterator[tuple[int, int]]:
    """Yield (number, depth) of some rows of the tree; whole parts before them are passed over."""
    stack = [(int(start), 0) for start in reversed(starts)]
    passed = 0
    while stack and most > 0:
        number, depth = stack.pop()
        if passed + graph.rows[number] <= begin:
            passed += graph.rows[number]
            continue
        if passed >= begin:
            yield number, depth
            most -= 1
        passed += 1
        stack.extend((int(child), depth + 1) for child in graph.children(number)[::-1])


def _rows(reader: Reader, spots: Sequence[tuple[str, int, bool]]) -> pd.DataFrame:
    """Return the rows of some objectives: id, depth in the tree, and whether it is context."""
    facts = _facts_of(reader, [name for name, _, _ in spots])
    rows = [{**facts[name], "depth": depth, "context": context} for name, depth, context in spots]
    empty = reader.frame(
        f"select 0 as depth, false as context, {_FACTS} from objective_progress o limit 0"
    )
    table = pd.DataFrame(rows, columns=list(ROW_COLUMNS))
    return table.astype(empty[list(ROW_COLUMNS)].dtypes.to_dict())


def _starts(graph: Graph, centre: Centre) -> list[int]:
    if centre.kind == "objective":
        return [int(np.flatnonzero(graph.ids == centre.key)[0])]
    if centre.kind == "state":
        return graph.lost_tops(centre.key).tolist()  # type: ignore[no-any-return]
    lost = [graph.lost_tops(state) for state in LOST_STATES]
    return np.concatenate([graph.tops(), *lost]).tolist()  # type: ignore[no-any-return]


def _way(reader: Reader, graph: Graph, centre: Centre) -> tuple[Crumb, ...]:
    """Return one way from the whole down to the centre: through the parent named, else the first."""
    if centre.kind == "all":
        return (Crumb(Centre(), ""),)
    if centre.kind == "state":
        return (Crumb(Centre(), ""), Crumb(centre, centre.key))
    number = int(np.flatnonzero(graph.ids == centre.key)[0])
    parent_of = np.repeat(np.arange(len(graph.ids)), np.diff(graph.start))
    chain, asked = [number], centre.parent
    while graph.parents[chain[-1]] and len(chain) <= _DEEPEST:
        above = parent_of[graph.child == chain[-1]]
        named = above[graph.ids[above] == asked]
        chain.append(int(named[0] if len(named) else above[0]))
        asked = ""
    facts = _facts_of(reader, [str(graph.ids[n]) for n in chain])
    titles = {n: facts[str(graph.ids[n])]["title"] for n in chain}
    top = chain[-1]
    state = "" if graph.company[top] else str(graph.state[top])
    begin = [Crumb(Centre(), ""), *([Crumb(Centre("state", state), state)] if state else [])]
    steps = [Crumb(Centre("objective", str(graph.ids[n])), str(titles[n])) for n in chain[:0:-1]]
    return (*begin, *steps, Crumb(centre, str(titles[number])))


def cascade(
    reader: Reader, graph: Graph, centre: Centre = Centre(), area: Area = "key_results", page: int = 1
) -> Around:  # fmt: skip
    """Return the cascade around a centre; where that is not there, around the whole."""
    found = _is_there(graph, centre)
    centre = centre if found else Centre()
    starts = _starts(graph, centre)
    total = int(graph.rows[starts].sum())
    page = min(max(page, 1), max(1, -(-total // PAGE_ROWS)))
    shown = [
        (str(graph.ids[number]), depth, bool(graph.context[number]))
        for number, depth in _page_of(graph, starts, (page - 1) * PAGE_ROWS, PAGE_ROWS)
    ]
    return Around(
        centre, found, _way(reader, graph, centre),
        _sectors(reader, graph, cascade_spots(graph, centre, area)),
        _rows(reader, shown), total, page,
    )  # fmt: skip


def _is_there(graph: Graph, centre: Centre) -> bool:
    if centre.kind == "objective":
        return bool((graph.ids == centre.key).any())
    if centre.kind == "state":
        return centre.key in LOST_STATES and len(graph.lost_tops(centre.key)) > 0
    return centre.kind == "all"


# --- the organisation ---------------------------------------------------------------------

#: Each objective of the filter in its place, in the order of the table. What has no team, or is the
#: department's own, stands in the department itself.
_PLACED = """
    with goal as (
        select o.objective_id from objective_progress o
        where not o.dropped and o.level = 'company'
            and (o.cycle is not distinct from $cycle or list_contains($frames, o.cycle))
    ),
    carried as (
        select c.objective_id, sum(c.share) as share
        from contribution c
        where c.ancestor_id in (select objective_id from goal)
        group by c.objective_id
    )
    select
        o.objective_id, o.level = 'company' as company,
        case when o.level <> 'company' then coalesce(o.department, '') else '' end as department,
        case
            when o.level <> 'company'
                and lower(trim(o.team)) is distinct from lower(trim(o.department))
            then coalesce(o.team, '') else ''
        end as team,
        greatest(o.key_results, 1)::double as key_result_size, coalesce(c.share, 0) as share,
        o.key_results, o.measured, o.progress, o.expected_progress,
        coalesce(o.weight, 1)::double as weight, o.alignment_state is not null as below_company,
        coalesce(o.alignment_state in ('unaligned', 'detached', 'unresolved'), false) as lost
    from objective_progress o left join carried c using (objective_id)
    where not o.dropped and {condition}
    order by not company, department = '', department, team, lower(o.title), o.objective_id
"""
_UNIT = ["company", "department", "team"]


#: Sums of a unit from which every figure of it, and of units above it, is made.
_SUMS = ("count", "below_company", "lost", "key_results", "measured", "key_result_size", "share",
         "silent", "silent_size")  # fmt: skip
_MEANS = ("progress", "expected_progress")


@dataclass(frozen=True)
class Places:
    """The objectives of a filter in their places, unit by unit, in the order of the table.

    ``table``, one row an objective: objective_id, key_result_size (at least 1) and share (of the company
    goals of the cycle and those around it, each goal a whole). ``units``, one row a company,
    department ("" = unknown, or the company's) and team ("" = none of its own): sums of its
    objectives, and begin and end of its rows in ``table``.
    """

    table: pd.DataFrame
    units: pd.DataFrame

    def inside(self, place: Centre) -> pd.DataFrame:
        """Return the units of a place; their rows of the table follow each other."""
        units = self.units
        if place.kind == "company":
            return units[units["company"]]
        named = ~units["company"] & (units["department"] == place.key)
        if place.kind == "department":
            return units[named]
        return units[named & (units["team"] == place.team)] if place.kind == "team" else units

    def unit_of(self, objective_id: str) -> Centre | None:
        """Return where an objective stands; None where the filter has no such objective."""
        found = np.flatnonzero(self.table["objective_id"].to_numpy(object) == objective_id)
        if not len(found):
            return None
        place = int(np.searchsorted(self.units["end"].to_numpy(), found[0], side="right"))
        return _unit_of(self.units.iloc[place])


def places(reader: Reader, filters: Filters, frames: Sequence[str] = ()) -> Places:
    """Return the objectives of a filter in their places: the same for every centre, area and page."""
    table = reader.frame(
        _PLACED.format(condition=filters.condition()),
        {**filters.parameters(), "frames": list(frames)},
    )
    weight = table["weight"].to_numpy(float)
    silent = (table["share"] == 0).to_numpy(float)
    sums = table[[*_UNIT, *(n for n in _SUMS if n in table)]].assign(
        count=1.0, silent=silent, silent_size=silent * table["key_result_size"]
    )
    for name in _MEANS:
        value = table[name].to_numpy(float, na_value=np.nan)
        known = ~np.isnan(value)
        sums[f"{name} sum"] = np.where(known, value * weight, 0.0)
        sums[f"{name} weight"] = np.where(known, weight, 0.0)
        sums[f"{name} plain"] = np.where(known, value, 0.0)
        sums[f"{name} known"] = known.astype(float)
    units = sums.groupby(_UNIT, sort=False).sum().astype(float).reset_index()
    end = units["count"].cumsum().astype(int)
    units = units.assign(end=end, begin=end - units["count"].astype(int))
    for name in ("department", "team"):
        units[name] = units[name].astype(object)
    return Places(table[["objective_id", "key_result_size", "share"]], units)


def organisation(
    reader: Reader, places: Places, centre: Centre = Centre(), area: Area = "key_results", page: int = 1
) -> Around:  # fmt: skip
    """Return the organisation around a centre: each objective of the filter once, in its place.

    Shares add up to the company goals that anybody carries; what carries nothing is a sector
    beside them that shows its part of all key results. An objective as the centre stands in its place.
    """
    place = _place_of(places, centre)
    found = place is not None
    place = place or Centre()
    centre = centre if found else Centre()
    units = places.inside(place)
    begin, end = (int(units["begin"].iloc[0]), int(units["end"].iloc[-1])) if len(units) else (0, 0)
    page = min(max(page, 1), max(1, -(-(end - begin) // PAGE_ROWS)))
    first = begin + (page - 1) * PAGE_ROWS
    shown = places.table["objective_id"].iloc[first : min(first + PAGE_ROWS, end)]
    return Around(
        centre, found, _way_to_place(reader, centre, place),
        _organisation_sectors(reader, places.table, units, place, area),
        _rows(reader, [(str(name), 0, False) for name in shown]), end - begin, page,
    )  # fmt: skip


def _place_of(places: Places, centre: Centre) -> Centre | None:
    """Return the unit in the middle; an objective stands in its team, department or the company."""
    if centre.kind == "objective":
        return places.unit_of(centre.key)
    if centre.kind == "all":
        return centre
    return None if centre.kind == "state" or places.inside(centre).empty else centre


def _unit_of(row: Mapping[str, Any]) -> Centre:
    if row["company"]:
        return Centre("company")
    if row["team"]:
        return Centre("team", row["department"], row["team"])
    return Centre("department", row["department"])


def _way_to_place(reader: Reader, centre: Centre, place: Centre) -> tuple[Crumb, ...]:
    way = [Crumb(Centre(), "")]
    if place.kind == "company":
        way.append(Crumb(place, ""))
    if place.kind in ("department", "team"):
        way.append(Crumb(Centre("department", place.key), place.key))
    if place.kind == "team":
        way.append(Crumb(place, place.team))
    if centre.kind == "objective":
        way.append(Crumb(centre, str(_facts_of(reader, [centre.key])[centre.key]["title"])))
    return tuple(way)


def _organisation_sectors(
    reader: Reader, table: pd.DataFrame, units: pd.DataFrame, place: Centre, area: Area
) -> pd.DataFrame:
    """Return units and objectives around a place, at most a few hundred."""
    measure = "share" if area == "contribution" and units["share"].sum() > 0 else "key_result_size"
    units = units.assign(size=units[measure])
    whole = _means(units.assign(whole=0), ["whole"])
    facts = whole[0] if whole else {}
    spots = [Spot(CENTRE, "", "centre", 0, float(units["size"].sum()), facts=facts, place=place)]
    if measure == "share" and place.kind == "all" and facts["silent"]:
        carrying = facts["key_result_size"] - facts["silent_size"]
        size = float(facts["share"] / carrying * facts["silent_size"])
        nothing = Spot(f"{CENTRE}/ nothing", CENTRE, "nothing", 1, size, count=int(facts["silent"]))
        spots = [replace(spots[0], size=spots[0].size + size), nothing]
    if place.kind == "all":
        groups = [_united(spots[0], row) for row in _means(units, ["company", "department"])]
        spots += _gathered(spots[0], groups, MAX_SECTORS)
    return _with_members(reader, spots, table[["objective_id", measure]], units)


def _means(units: pd.DataFrame, by: list[str]) -> list[dict[str, Any]]:
    """Return the sums and means of groups of units; what is not measured is left out of a mean."""
    sums = [
        *_SUMS,
        "size",
        *(f"{n} {of}" for n in _MEANS for of in ("sum", "weight", "plain", "known")),
    ]
    groups = units[[*by, *sums]].groupby(by, sort=False).sum().reset_index().to_dict("records")
    for group in groups:
        group["objectives"] = group["count"]
        for name in _MEANS:
            above, below = ("sum", "weight") if group[f"{name} weight"] > 0 else ("plain", "known")
            known = group[f"{name} known"] > 0
            group[name] = group[f"{name} {above}"] / group[f"{name} {below}"] if known else None
    return groups  # type: ignore[no-any-return]


def _united(above: Spot, group: dict[str, Any]) -> Spot:
    """Return the sector of a unit."""
    unit = _unit_of({"team": "", **group})
    facts = {
        key: group[key] for key in SECTOR_COLUMNS if key in group and key not in ("size", "silent")
    }
    return Spot(
        f"{above.path}/{unit.kind}:{unit.team or unit.key}", above.path, unit.kind, above.ring + 1,
        float(group["size"]), count=int(group["count"]), facts=facts, place=unit,
    )  # fmt: skip


def _gathered(above: Spot, family: list[Spot], room: int) -> list[Spot]:
    """Return the largest children of a sector, units before objectives, the rest as one "n more"."""
    seen = [spot for spot in family if spot.size > 0 and spot.kind != "more"]
    most = min(MAX_CHILDREN[min(above.ring, 1)], room - 1)
    ranked = sorted(seen, key=lambda spot: (spot.kind == "objective", -spot.size))
    kept = {spot.path for spot in ranked[:most]}
    rest = [*ranked[most:], *(spot for spot in family if spot.kind == "more")]
    more = _more(above, sum(spot.size for spot in rest), sum(spot.count for spot in rest))
    return [*(spot for spot in seen if spot.path in kept), *([more] if rest else [])]


def _with_members(
    reader: Reader, spots: list[Spot], table: pd.DataFrame, units: pd.DataFrame
) -> pd.DataFrame:
    """Add teams and the objectives that stand in a unit itself, and gather what does not fit."""
    united: dict[str, list[dict[str, Any]]] = {}
    for group in _means(units[units["team"] != ""], _UNIT):
        united.setdefault(str(group["department"]), []).append(group)
    rows = {_unit_of(unit): (unit["begin"], unit["end"]) for unit in units.to_dict("records")}
    grown = list(spots)
    rim = [spot for spot in spots if spot.place is not None and spot.place.kind != "all"]
    while rim and rim[0].ring < RINGS:
        each = max((MAX_SECTORS - len(grown)) // len(rim), 1)
        inner, rim = rim, []
        for above in inner:
            place = above.place or Centre()
            teams = united.get(place.key, []) if place.kind == "department" else []
            family = [
                *_standing_in(above, table.iloc[slice(*rows.get(place, (0, 0)))]),
                *(_united(above, group) for group in teams),
            ]
            below = _gathered(above, family, each)
            grown += below
            rim += [spot for spot in below if spot.place is not None]
    return _placed_sectors(reader, grown)


def _standing_in(above: Spot, own: pd.DataFrame) -> list[Spot]:
    """Return the largest of some objectives (id, size) by title, and the rest as one."""
    own = own[own.iloc[:, 1] > 0]
    sizes = own.iloc[:, 1].to_numpy(float)
    largest = np.sort(np.lexsort((np.arange(len(own)), -sizes))[: MAX_CHILDREN[0]])
    spots = [
        Spot(f"{above.path}/{name}", above.path, "objective", above.ring + 1, float(size), count=1,
             facts={"objective_id": name})
        for name, size in zip(own["objective_id"].iloc[largest], sizes[largest], strict=True)
    ]  # fmt: skip
    rest, count = float(sizes.sum() - sizes[largest].sum()), len(own) - len(largest)
    return [*spots, *([_more(above, rest, count)] if count else [])]


def _more(above: Spot, size: float, count: int) -> Spot:
    return Spot(f"{above.path}/ more", above.path, "more", above.ring + 1, size, count=count)


def _placed_sectors(reader: Reader, spots: list[Spot]) -> pd.DataFrame:
    facts = _facts_of(reader, [s.facts["objective_id"] for s in spots if s.kind == "objective"])
    rows = [
        {"parents": 0, **spot.facts, **facts.get(str(spot.facts.get("objective_id")), {}),
         "path": spot.path, "parent": spot.parent, "kind": spot.kind, "ring": spot.ring,
         "size": spot.size, "count": int(spot.facts.get("count", spot.count)), "silent": spot.silent}
        for spot in spots
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=SECTOR_COLUMNS)


# --- beside the picture -----------------------------------------------------------------


def summary(reader: Reader, filters: Filters, frames: Sequence[str] = ()) -> Summary:
    """Return how the objectives of a filter stand to the company goals."""
    values = filters.parameters()
    counts = reader.rows(
        "select o.alignment_state, count(*) from objective_progress o "
        f"where not o.dropped and {filters.condition()} group by 1",
        values,
    )
    goal = (
        "not o.dropped and o.level = 'company' "
        f"and (({filters.condition()}) or list_contains($frames, o.cycle))"
    )
    goals = reader.frame(
        "with below as (select p.parent_id, count(*) as aligned from objective_parent_day p "
        " join as_of_day using (day) group by p.parent_id) "
        f"select {_FACTS}, coalesce(b.aligned, 0) as aligned, count(*) over () as goals "
        "from objective_progress o left join below b on b.parent_id = o.objective_id "
        f"where {goal} order by lower(o.title), o.objective_id limit {MOST_GOALS}",
        {**values, "frames": list(frames)},
    )
    return Summary(
        sum(count for _, count in counts),
        {state: count for state, count in counts if state is not None},
        int(goals["goals"].iloc[0]) if len(goals) else 0,
        goals,
        furthest_behind(reader, filters),
    )


def furthest_behind(reader: Reader, filters: Filters, place: Centre = Centre()) -> pd.DataFrame:
    """Return the objectives furthest behind pace, in all or in one place, worst first."""
    inside = {
        "company": " and o.level = 'company'",
        "department": " and o.level <> 'company' and coalesce(o.department, '') = $unit",
        "team": " and o.level <> 'company' and coalesce(o.department, '') = $unit and o.team = $team",
        "state": " and o.alignment_state = $unit",
    }.get(place.kind, "")
    values: dict[str, object] = {}
    if "$unit" in inside:
        values["unit"] = place.key
    if "$team" in inside:
        values["team"] = place.team
    return reader.frame(
        f"select {_FACTS} from objective_progress o where not o.dropped and {filters.condition()}"
        f"{inside} and o.progress < o.expected_progress "
        f"order by o.progress - o.expected_progress, o.objective_id limit {NAMED_BEHIND}",
        {**filters.parameters(), **values},
    )


def find(reader: Reader, filters: Filters, frames: Sequence[str] = (), words: str = "") -> Found:
    """Return objectives whose title, id or owner hold all the words, case aside.

    Under the filter, and the company goals of the cycles around. An id comes first, then titles
    that begin with the words, then the rest by title.
    """
    asked = words.lower().split()
    if not asked:
        return Found(pd.DataFrame(columns=list(ROW_COLUMNS)[1:]), 0)
    rows = reader.frame(
        f"select false as context, {_FACTS}, count(*) over () as hits from objective_progress o "
        f"where not o.dropped and (({filters.condition()}) "
        " or (o.level = 'company' and list_contains($frames, o.cycle))) "
        "and len(list_filter($words, lambda w: not contains("
        " lower(concat_ws(' ', o.title, o.objective_id, o.owner)), w))) = 0 "
        "order by lower(o.objective_id) = $whole desc, starts_with(lower(o.title), $whole) desc, "
        f"lower(o.title), o.objective_id limit {MOST_HITS}",
        {**filters.parameters(), "frames": list(frames), "words": asked, "whole": " ".join(asked)},
    )
    total = int(rows["hits"].iloc[0]) if len(rows) else 0
    return Found(rows.drop(columns="hits"), total)
