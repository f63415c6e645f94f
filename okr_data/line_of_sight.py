"""Line of sight of a person, a team or an objective: up to the company goals, down to the work.

The picture is a graph of the day: objectives, the key results and work items that stand between
them as parents, the own key results and work items of the focus. Every parent is there, also one
that was dropped or that is nowhere in the data, and so is a link that does not contribute or was
kept out of a loop. It is bounded: what does not fit is gathered in "n more" where it belongs.
Fractions; NULL = not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from okr_data.queries import MOST_ROWS, Filters, excerpt, holding
from okr_data.store import Reader
from okr_data.texts import Sentences, mark

FocusKind = Literal["person", "team", "objective"]

#: Nodes of one picture, "n more" included: beyond this nobody follows a line.
MOST_NODES = 60
#: Of these at most so many are the focus itself, and above it.
MOST_FOCUS = 12
MOST_ABOVE = 24
#: Objectives above that are looked at, to know every company goal that is reached.
MOST_CLIMBED = 2_000

NODE_COLUMNS = (
    "key", "item_id", "kind", "role", "title", "level", "department", "team", "owner", "cycle",
    "progress", "expected_progress", "gap", "pace_status", "alignment_state", "state", "count",
    "names_itself",
)  # fmt: skip
EDGE_COLUMNS = ("child", "parent", "kind", "weight")


@dataclass(frozen=True)
class LineOfSight:
    """The graph around a focus, ready to draw.

    ``nodes``, one row a node: key, item_id, kind (objective, key_result, initiative, unknown,
    more), role (focus, above, below, work), title, level, department, team, owner, cycle,
    progress, expected_progress, gap, pace_status, alignment_state, state (living, dropped,
    unknown = nowhere in the data, homeless = there, but its objective is not), count (of "n
    more") and names_itself (an objective that names itself as its parent: no line could show it).

    ``edges``, one row a child and parent: kind and weight (NULL = 1, or where a link has none).
    contributes; part_of (a key result or work item of its objective); aligned (does not
    contribute); dropped (one of its ends was dropped: carries no chain); unknown (the parent is
    nowhere in the data); kept_out (would close a loop); too_deep (beyond 64 links); more.

    ``goals``, one row a company objective that is reached: objective_id, title and contributes
    (whether a chain of contributing links leads there). ``objectives`` counts those in focus that
    were not dropped, ``leading`` those of them with a line of sight to a company objective.
    ``hidden`` counts what belongs to the line of sight and is not drawn one by one.
    """

    focus_kind: FocusKind
    focus_id: str
    title: str
    nodes: pd.DataFrame
    edges: pd.DataFrame
    goals: pd.DataFrame
    objectives: int
    leading: int
    hidden: int

    @property
    def drawn(self) -> int:
        """Items that the picture shows one by one."""
        return int((self.nodes["kind"] != "more").sum())


@dataclass(frozen=True)
class Choices:
    """What can be in focus under a filter: names as written, objectives by title.

    Of each kind the first; ``totals`` says how many there are of each.
    """

    people: tuple[str, ...]
    teams: tuple[str, ...]
    objectives: pd.DataFrame
    totals: Mapping[FocusKind, int]

    def names(self) -> dict[FocusKind, tuple[str, ...]]:
        """Return what is chosen from by kind: ids of objectives, and names."""
        ids = tuple(self.objectives["objective_id"])
        return {"objective": ids, "team": self.teams, "person": self.people}


# --- what can be asked ---------------------------------------------------------------

#: The people of an owner field, as a list; several are separated by "; ".
_PEOPLE = r"regexp_split_to_array(trim(o.owner), '\s*;\s*')"


def choices(reader: Reader, filters: Filters, words: str = "", most: int = MOST_ROWS) -> Choices:
    """Return the people, teams and objectives of a filter whose names hold all the words."""
    condition = f"not o.dropped and {filters.condition()}"
    named, said = holding(words, "name")
    values = {**filters.parameters(), **said}

    def names(source: str) -> tuple[tuple[str, ...], int]:
        found = reader.rows(
            f"select name, count(*) over () from (select min(name) as name from ({source}) "
            f"where name <> '' and {named} group by lower(trim(name))) order by 1 limit {most}",
            values,
        )
        return tuple(name for name, _ in found), found[0][1] if found else 0

    people, number_of_people = names(
        f"select unnest({_PEOPLE}) as name from ("
        f" select o.owner from objective_progress o where {condition}"
        f" union select o.owner from key_result_progress o where {condition}) o"
    )
    teams, number_of_teams = names(
        f"select o.team as name from objective_progress o where {condition}"
    )
    held, said = holding(words, "o.title", "o.objective_id")
    objectives = excerpt(
        reader, "o.objective_id, o.title, o.level, o.department",
        f"objective_progress o where {condition} and {held}", "o.title, o.objective_id",
        {**filters.parameters(), **said}, most,
    )  # fmt: skip
    totals: dict[FocusKind, int] = {
        "objective": objectives.total, "team": number_of_teams, "person": number_of_people,
    }  # fmt: skip
    return Choices(people, teams, objectives.rows, totals)


def line_of_sight(
    reader: Reader,
    focus_kind: FocusKind,
    focus_id: str,
    cycle: str | None = None,
    most: int = MOST_NODES,
) -> LineOfSight | None:
    """Return the graph around a focus; None where the day has nothing of it.

    ``focus_id`` is a name or an objective's id. A person or team stands for its objectives of
    the cycle (None = those without one) that are not dropped, a person also for key results that
    name them below objectives of others. Upper and lower case of names do not count.
    """
    focus = _focus(reader, focus_kind, focus_id, cycle)
    if not focus:
        return None
    picture = _Picture(most)
    for key in focus[:MOST_FOCUS]:
        picture.draw(key, "focus")
    picture.gather(None, "focus", len(focus))
    work = _work(reader, picture)
    _draw_above(reader, picture, work)
    _draw_below(reader, picture, work, _cycles(reader, focus, cycle))
    _look_up(reader, picture, _ids(picture.of_role("below"), "objective"))
    _draw_kept_out(reader, picture)
    nodes, edges = _frames(reader, picture)
    named = nodes.loc[nodes["key"] == focus[0], "title"]
    return LineOfSight(
        focus_kind,
        focus_id,
        str(named.iloc[0]) if focus_kind == "objective" else focus_id,
        nodes,
        edges,
        _goals(reader, focus),
        *_leading(reader, focus),
        _hidden(reader, picture, focus, work),
    )


# --- the drawing while it grows ------------------------------------------------------


def _key(kind: str, item_id: str) -> str:
    """Return a key that tells items of different kinds with one id apart."""
    return f"{kind}:{item_id}"


def _kind(key: str) -> str:
    return key.partition(":")[0]


def _item(key: str) -> str:
    return key.partition(":")[2]


def _ids(keys: Iterable[str], kind: str) -> list[str]:
    return [_item(key) for key in keys if _kind(key) == kind]


@dataclass(frozen=True)
class _Rest:
    """A family that may not all be drawn: what hangs on a node as its work, below or above it."""

    parent: str | None
    family: str
    total: int


@dataclass
class _Picture:
    """The nodes that are drawn with their roles, all links that are known, and the rests."""

    most: int
    roles: dict[str, str] = field(default_factory=dict)
    #: child → parent → (kind of the link, weight), drawn or not
    links: dict[str, dict[str, tuple[str, float | None]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    rests: list[_Rest] = field(default_factory=list)
    hidden_above: int = 0

    @property
    def room(self) -> int:
        return self.most - len(self.roles) - len(self.rests)

    def draw(self, key: str, role: str) -> None:
        self.roles.setdefault(key, role)

    def link(self, child: str, parent: str, kind: str, weight: float | None = None) -> None:
        self.links[child].setdefault(parent, (kind, weight))

    def of_role(self, *roles: str) -> list[str]:
        return [key for key, role in self.roles.items() if role in roles]

    def gather(self, parent: str | None, family: str, total: int) -> None:
        """Remember a family of which not all may be drawn."""
        rest = _Rest(parent, family, total)
        if self.missing(rest) > 0:
            self.rests.append(rest)

    def missing(self, rest: _Rest) -> int:
        """Count the members of a family that are not drawn; more may be by other ways."""
        if rest.parent is None:
            return rest.total - len(self.of_role("focus"))
        if rest.family == "above":
            return sum(parent not in self.roles for parent in self.links[rest.parent])
        drawn = [
            key
            for key, role in self.roles.items()
            if rest.parent in self.links[key] and _family(key, role) == rest.family
        ]
        return rest.total - len(drawn)


def _family(key: str, role: str) -> str:
    """Return the family of a drawn child: the work of the focus by kind, all else below."""
    return _kind(key) if role == "work" else "below"


# --- the focus and its work ----------------------------------------------------------


def _focus(reader: Reader, kind: FocusKind, focus_id: str, cycle: str | None) -> list[str]:
    """Return the keys of what is in focus: objectives, then key results of a person."""
    if kind == "objective":
        found = reader.rows(
            "select objective_id from objective_progress where objective_id = $id",
            {"id": focus_id},
        )
        return [_key("objective", name) for (name,) in found]
    values = {"name": focus_id.strip(), "cycle": cycle}
    named = (
        "lower(trim(o.team)) = lower($name)"
        if kind == "team"
        else f"list_contains({_PEOPLE.replace('o.owner', 'lower(o.owner)')}, lower($name))"
    )
    objectives = reader.rows(
        "select o.objective_id from objective_progress o where not o.dropped and "
        f"o.cycle is not distinct from $cycle and {named} order by o.level = 'individual', "
        f"{_BEHIND_FIRST}, o.title, o.objective_id",
        values,
    )
    keys = [_key("objective", name) for (name,) in objectives]
    if kind == "team":
        return keys
    key_results = reader.rows(
        "select o.key_result_id from key_result_progress o where not o.dropped and "
        f"o.cycle is not distinct from $cycle and {named} "
        "and not coalesce(list_contains($objectives, o.objective_id), false) "
        f"order by {_BEHIND_FIRST}, o.title, o.key_result_id",
        {**values, "objectives": [name for (name,) in objectives]},
    )
    return keys + [_key("key_result", name) for (name,) in key_results]


#: What is furthest behind is drawn first where not all is.
_BEHIND_FIRST = "o.progress - o.expected_progress nulls last"


def _work(reader: Reader, picture: _Picture) -> dict[str, list[str]]:
    """Link the own key results and work items of the focus; return them by what they hang on.

    Key results that others are aligned to come first, then those furthest behind.
    """
    focus = picture.of_role("focus")
    work: dict[str, list[str]] = defaultdict(list)
    for key_result, home, mine in reader.rows(
        _OWN_KEY_RESULTS,
        {"objectives": _ids(focus, "objective"), "key_results": _ids(focus, "key_result")},
    ):
        key = _key("key_result", key_result)
        if home is not None:
            picture.link(key, _key("objective", home), "part_of")
        if not mine:
            work[_key("objective", home)].append(key)
    own = [*_ids(focus, "key_result"), *(_item(k) for keys in work.values() for k in keys)]
    for child, parent, via, home, weight, contributes in reader.rows(_FURTHER, {"ids": own}):
        kind = "unknown" if via is None else "contributes" if contributes else "aligned"
        upper = _key(via or "unknown", parent)
        picture.link(_key("key_result", child), upper, kind, weight)
        if home is not None and via == "key_result":
            picture.link(upper, _key("objective", home), "part_of")
    _work_items(reader, picture, work, focus)
    return work


_OWN_KEY_RESULTS = """
    with parent as (
        select distinct parent_key_result_id as key_result_id
        from alignment_link_day
        join as_of_day using (day)
        where parent_key_result_id is not null
    )
    select
        o.key_result_id, o.objective_id,
        list_contains($key_results, o.key_result_id) as mine
    from key_result_progress o
    left join parent p using (key_result_id)
    where list_contains($objectives, o.objective_id)
        or list_contains($key_results, o.key_result_id)
    order by
        p.key_result_id is null, o.progress - o.expected_progress nulls last, o.title,
        o.key_result_id
"""

#: Alignments of key results beside their own objective.
_FURTHER = """
    select
        k.key_result_id, a.parent_id,
        case
            when o.objective_id is not null then 'objective'
            when other.key_result_id is not null then 'key_result'
        end as via,
        other.objective_id as home, a.weight,
        coalesce(a.contributes, true) and coalesce(a.weight, 1) > 0 as contributes
    from key_result_day k
    join as_of_day using (day)
    join journal.alignment_row a on a.import_id = k.import_id and a.child_id = k.key_result_id
    left join objective_day o on o.day = k.day and o.objective_id = a.parent_id
    left join key_result_day other on other.day = k.day and other.key_result_id = a.parent_id
    where list_contains($ids, k.key_result_id) and a.parent_id is not null
        and coalesce(o.objective_id, other.objective_id, '') is distinct from k.objective_id
"""


def _work_items(
    reader: Reader, picture: _Picture, work: dict[str, list[str]], focus: list[str]
) -> None:
    """Add the work items below objectives, key results and other work items of the focus."""
    above = [*focus, *(key for keys in work.values() for key in keys)]
    while above:
        by_id = {_item(key): key for key in above}
        found = reader.rows(_WORK_ITEMS, {"ids": list(by_id)})
        above = []
        for item, parent, counts in found:
            key = _key("initiative", item)
            if key in picture.links:
                continue
            picture.link(key, by_id[parent], "part_of" if counts else "aligned")
            work[by_id[parent]].append(key)
            above.append(key)


_WORK_ITEMS = """
    select i.initiative_id, v.parent_id, i.contributes and i.objective_id is not null as counts
    from initiative_day i
    join as_of_day using (day)
    join model.initiative_version v
        on v.initiative_id = i.initiative_id and v.import_id = i.import_id
    where list_contains($ids, v.parent_id)
    order by not i.contributes, i.progress nulls last, v.title, i.initiative_id
"""


# --- up ------------------------------------------------------------------------------


def _draw_above(reader: Reader, picture: _Picture, work: dict[str, list[str]]) -> None:
    """Climb all links from the focus and its key results, and draw what is nearest."""
    own = [key for keys in work.values() for key in keys]
    reached = dict.fromkeys([*picture.roles, *own])
    frontier, climbing = list(reached), _ids(reached, "objective")
    while frontier and len(reached) < MOST_CLIMBED:
        _look_up(reader, picture, climbing)
        parents = {
            parent: kind
            for child in frontier
            for parent, (kind, _) in picture.links[child].items()
            if parent not in reached
        }
        frontier = list(parents)
        climbing = _ids((key for key, kind in parents.items() if kind != "dropped"), "objective")
        reached.update(dict.fromkeys(frontier))
    above = [key for key in reached if key not in picture.roles and key not in own]
    for key in above[:MOST_ABOVE]:
        picture.draw(key, "above")
    picture.hidden_above = len(above[MOST_ABOVE:])
    for key in picture.of_role("focus", "above"):
        if picture.room > 0:
            picture.gather(key, "above", 0)


def _look_up(reader: Reader, picture: _Picture, objectives: list[str]) -> None:
    """Link objectives to all that they name as parents; what was dropped leads no further."""
    for row in reader.rows(_LINKS, {"ids": objectives}):
        child, parent, objective, via, in_data, weight, contributes, dropped = row
        below = _key("objective", child)
        if not in_data:
            picture.link(below, _key("unknown", parent), "unknown", weight)
            continue
        kind = "dropped" if dropped else "contributes" if contributes else "aligned"
        upper = _key(via or "objective", parent)
        picture.link(below, upper, kind, weight)
        if via and objective is not None:
            picture.link(upper, _key("objective", objective), "dropped" if dropped else "part_of")


#: What objectives name as their parents on the day.
_LINKS = """
    select
        l.child_id, coalesce(l.parent_id, l.parent_title) as parent_id, l.parent_objective_id,
        case
            when l.parent_key_result_id is not null then 'key_result'
            when l.parent_in_data and l.parent_id is distinct from l.parent_objective_id
                then 'initiative'
        end as via,
        l.parent_in_data, l.weight, l.contributes,
        c.dropped or coalesce(p.dropped, false) as dropped
    from alignment_link_day l
    join as_of_day using (day)
    join objective_day c on c.day = l.day and c.objective_id = l.child_id
    left join objective_day p on p.day = l.day and p.objective_id = l.parent_objective_id
    where list_contains($ids, l.child_id)
    order by l.child_id, l.parent_id
"""


def _goals(reader: Reader, focus: list[str]) -> pd.DataFrame:
    """Return the company objectives that the whole focus reaches, by title."""
    return reader.frame(
        _GOALS,
        {"objectives": _ids(focus, "objective"), "key_results": _ids(focus, "key_result")},
    )


def _leading(reader: Reader, focus: list[str]) -> tuple[int, int]:
    """Count the living objectives of the focus, and those that lead to a company objective."""
    ((objectives, leading),) = reader.rows(
        "select count(*), count(*) filter (where level = 'company' "
        "or alignment_state in ('contributing', 'supporting')) from objective_progress "
        "where not dropped and list_contains($ids, objective_id)",
        {"ids": _ids(focus, "objective")},
    )
    return objectives, leading


#: Chains from the focus up, with whether every link on one of them contributes.
_GOALS = """
    with recursive link as (
        select p.objective_id, p.parent_id, p.contributes
        from objective_parent_day p
        join as_of_day using (day)
    ),
    item as (
        select k.import_id, k.key_result_id, k.objective_id
        from key_result_day k
        join as_of_day using (day)
        where list_contains($key_results, k.key_result_id)
            or list_contains($objectives, k.objective_id)
    ),
    further as (
        select
            coalesce(o.objective_id, other.objective_id) as objective_id,
            coalesce(a.contributes, true) and coalesce(a.weight, 1) > 0 as contributes
        from item i
        join journal.alignment_row a
            on a.import_id = i.import_id and a.child_id = i.key_result_id
        join as_of_day d on true
        left join objective_day o on o.day = d.day and o.objective_id = a.parent_id
        left join key_result_day other on other.day = d.day and other.key_result_id = a.parent_id
    ),
    above(objective_id, contributes) as (
        select unnest($objectives::varchar[]), true
        union
        select objective_id, true from item
        union
        select objective_id, contributes from further
        union
        select l.parent_id, a.contributes and l.contributes
        from above a
        join link l on l.objective_id = a.objective_id
    )
    select o.objective_id, o.title, bool_or(a.contributes) as contributes
    from above a
    join objective_progress o on o.objective_id = a.objective_id
    where o.level = 'company' and not o.dropped
    group by o.objective_id, o.title
    order by o.title, o.objective_id
"""


# --- down ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Family:
    """Children of one drawn node that could be drawn below it, in the order of drawing."""

    parent: str
    name: str
    members: tuple[str, ...]
    total: int

    @property
    def role(self) -> str:
        return "below" if self.name == "below" else "work"


def _cycles(reader: Reader, focus: list[str], cycle: str | None) -> list[str | None]:
    """Return the cycles whose objectives are drawn below: the chosen one and those of the focus.

    A year's goal has work of every quarter below it: of the others only the number is told.
    """
    rows = reader.rows(
        "select distinct cycle from objective_progress where list_contains($ids, objective_id)",
        {"ids": _ids(focus, "objective")},
    )
    return [cycle, *(name for (name,) in rows)]


def _draw_below(
    reader: Reader, picture: _Picture, work: dict[str, list[str]], cycles: list[str | None]
) -> None:
    """Draw the work of the focus and what hangs below it, layer by layer while there is room."""
    frontier = picture.of_role("focus")
    while frontier and picture.room > 0:
        families = [
            _Family(parent, kind, tuple(members), len(members))
            for parent in frontier
            for kind in ("key_result", "initiative")
            if (members := [key for key in work.get(parent, ()) if _kind(key) == kind])
        ]
        families += _children(reader, picture, frontier, cycles)
        before = len(picture.roles)
        _draw_fairly(picture, families)
        frontier = list(picture.roles)[before:]


def _draw_fairly(picture: _Picture, families: list[_Family]) -> None:
    """Draw as many members of every family as fit, and one "n more" for each rest."""
    new = [[m for m in family.members if m not in picture.roles] for family in families]
    most = _fair_share([len(members) for members in new], picture.room)
    for family, members in zip(families, new, strict=True):
        for member in members[:most]:
            picture.draw(member, family.role)
    for family in families:
        if picture.room > 0:
            picture.gather(family.parent, family.name, family.total)


def _fair_share(sizes: list[int], room: int) -> int:
    """Return how many members each family may show, a rest taking the place of one."""
    share = 0
    while share < max(sizes, default=0):
        if sum(min(size, share + 1) + (size > share + 1) for size in sizes) > room:
            break
        share += 1
    return share


def _children(
    reader: Reader, picture: _Picture, frontier: list[str], cycles: list[str | None]
) -> list[_Family]:
    """Return what is aligned to the nodes of a layer, the key results between as they are.

    A key result that others are aligned to is a child of its objective; of the focus it is
    among its own key results already. Objectives of other cycles only count.
    """
    homes = [
        parent
        for key in frontier
        if _kind(key) != "objective"
        for parent, (kind, _) in picture.links[key].items()
        if kind == "part_of"
    ]
    members: dict[str, dict[str, None]] = defaultdict(dict)
    all_of: dict[str, set[str]] = defaultdict(set)
    rows = reader.rows(_BELOW, {"ids": _ids([*frontier, *homes], "objective")})
    for child, cycle, objective, via, parent, weight, contributes, dropped in rows:
        home, lower = _key("objective", objective), _key("objective", child)
        upper = _key(via, parent) if via else home
        kind = "dropped" if dropped else "contributes" if contributes else "aligned"
        if upper not in frontier:
            if not via or home not in frontier or picture.roles[home] == "focus":
                continue
            picture.link(upper, home, "part_of")
            lower, upper = upper, home
        else:
            picture.link(lower, upper, kind, weight)
        all_of[upper].add(lower)
        if cycle in cycles:
            members[upper][lower] = None
    return [
        _Family(parent, "below", tuple(members[parent]), len(found))
        for parent, found in all_of.items()
    ]


#: Living objectives that are aligned to some objectives or to what belongs to these.
_BELOW = """
    select
        l.child_id, o.cycle, l.parent_objective_id,
        case
            when l.parent_key_result_id is not null then 'key_result'
            when l.parent_id is distinct from l.parent_objective_id then 'initiative'
        end as via,
        l.parent_id, l.weight, l.contributes, coalesce(p.dropped, false) as dropped
    from alignment_link_day l
    join as_of_day using (day)
    join objective_progress o on o.objective_id = l.child_id
    left join objective_day p on p.day = l.day and p.objective_id = l.parent_objective_id
    where list_contains($ids, l.parent_objective_id) and not o.dropped
        and l.child_id <> l.parent_objective_id
    order by
        not l.contributes, o.progress - o.expected_progress nulls last, o.title, l.child_id
"""


def _hidden(reader: Reader, picture: _Picture, focus: list[str], work: dict[str, list[str]]) -> int:
    """Count what belongs to the line of sight and is not drawn one by one."""
    rows = reader.rows(
        "with aligned as ("
        " select l.child_id as objective_id from alignment_link_day l join as_of_day using (day)"
        " where list_contains($key_results, l.parent_key_result_id)), "
        "below as ("
        " select objective_id from line_of_sight where list_contains($objectives, ancestor_id)"
        " union select objective_id from aligned"
        " union select l.objective_id from line_of_sight l"
        "  join aligned a on a.objective_id = l.ancestor_id) "
        "select count(*) from below b join objective_progress o using (objective_id) "
        "where not o.dropped and not list_contains($objectives, objective_id)",
        {"objectives": _ids(focus, "objective"), "key_results": _ids(focus, "key_result")},
    )
    below = int(rows[0][0])
    own = [key for keys in work.values() for key in keys]
    return (
        len(focus)
        - len(picture.of_role("focus"))
        + picture.hidden_above
        + len(own)
        - len(picture.of_role("work"))
        + max(0, below - len(_ids(picture.of_role("below"), "objective")))
    )


# --- links that stay out -------------------------------------------------------------


def _draw_kept_out(reader: Reader, picture: _Picture) -> None:
    """Show links that were kept out of a loop: those of the focus, and between drawn nodes."""
    rows = reader.rows(_KEPT_OUT, {"ids": _ids(picture.roles, "objective")})
    for child, parent, via, code in rows:
        lower, upper = _key("objective", child), _key(via, parent)
        if upper not in picture.roles:
            if picture.roles[lower] != "focus" or picture.room <= 0:
                continue
            picture.draw(upper, "above")
        kind = "kept_out" if code == "alignment_cycle" else "too_deep"
        picture.links[lower][upper] = (kind, None)


_KEPT_OUT = """
    select
        x.child_id, x.parent_id,
        case when o.objective_id is not null then 'objective' else 'key_result' end as via,
        x.code
    from journal.kept_out_link x
    join objective_day c on c.import_id = x.import_id and c.objective_id = x.child_id
    join as_of_day d on d.day = c.day
    left join objective_day o on o.day = d.day and o.objective_id = x.parent_id
    where list_contains($ids, x.child_id)
        and d.day >= x.valid_from and (x.valid_to is null or d.day < x.valid_to)
    order by x.child_id, x.parent_id
"""


# --- the tables ----------------------------------------------------------------------


def _frames(reader: Reader, picture: _Picture) -> tuple[pd.DataFrame, pd.DataFrame]:
    known = _details(reader, picture)
    nodes = [
        {
            **known.get(key, _unknown(key)),
            "key": key,
            "kind": _kind(key),
            "role": role,
            "names_itself": key in picture.links[key],
        }
        for key, role in picture.roles.items()
    ]
    edges: list[tuple[str, str, str, float | None]] = [
        (child, parent, kind, weight)
        for child in picture.roles
        for parent, (kind, weight) in picture.links[child].items()
        if parent in picture.roles and parent != child
    ]
    for rest in picture.rests:
        count = picture.missing(rest)
        if count <= 0:  # all of them were drawn on other ways
            continue
        key = _key("more", f"{rest.family} {rest.parent or ''}")
        nodes.append(_more(key, rest, count))
        if rest.parent is not None:
            up = rest.family == "above"
            edges.append(
                (rest.parent, key, "more", None) if up else (key, rest.parent, "more", None)
            )
    return (
        pd.DataFrame(nodes, columns=list(NODE_COLUMNS)),
        pd.DataFrame(edges, columns=list(EDGE_COLUMNS)),
    )


def _unknown(key: str) -> dict[str, Any]:
    return {"item_id": _item(key), "title": _item(key), "state": "unknown"}


#: Tells in the reader's language what a picture has more of.
told_rest = Sentences(
    mark("1 more objective"), mark("{n} more objectives"), mark("1 more parent"),
    mark("{n} more parents"), mark("1 more below"), mark("{n} more below"),
    mark("1 more key result"), mark("{n} more key results"), mark("1 more work item"),
    mark("{n} more work items"),
)  # fmt: skip
#: What there is more of, for one and for many.
_MORE_WORDS = {
    "focus": ("objective", "objectives"),
    "above": ("parent", "parents"),
    "below": ("below", "below"),
    "key_result": ("key result", "key results"),
    "initiative": ("work item", "work items"),
}


def _more(key: str, rest: _Rest, count: int) -> dict[str, Any]:
    one, many = _MORE_WORDS[rest.family]
    role = rest.family if rest.family in ("focus", "above", "below") else "work"
    return {
        "key": key, "item_id": "", "kind": "more", "role": role, "state": "living", "count": count,
        "names_itself": False,
        "title": f"{count:,} more {one if count == 1 else many}",
    }  # fmt: skip


def _details(reader: Reader, picture: _Picture) -> dict[str, dict[str, Any]]:
    """Return what is known of each drawn item, by its key."""
    found: dict[str, dict[str, Any]] = {}
    for kind, sql in (
        ("objective", _OBJECTIVES),
        ("key_result", _KEY_RESULTS),
        ("initiative", _INITIATIVES),
    ):
        frame = reader.frame(sql, {"ids": _ids(picture.roles, kind)})
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            found[_key(kind, str(row["item_id"]))] = {str(name): v for name, v in row.items()}
    return found


_OBJECTIVES = """
    select
        objective_id as item_id, title, level, department, team, owner, cycle, progress,
        expected_progress, progress - expected_progress as gap, pace_status, alignment_state,
        case when dropped then 'dropped' else 'living' end as state
    from objective_progress
    where list_contains($ids, objective_id)
"""

_KEY_RESULTS = """
    select
        key_result_id as item_id, title, level, department, team, owner, cycle, progress,
        expected_progress, progress - expected_progress as gap, pace_status,
        case
            when objective_id is null then 'homeless'
            when dropped then 'dropped'
            else 'living'
        end as state
    from key_result_progress
    where list_contains($ids, key_result_id)
"""

_INITIATIVES = """
    select
        i.initiative_id as item_id, v.title, v.team, v.owner, v.cycle, i.progress,
        case when i.status = 'dropped' then 'dropped' else 'living' end as state
    from initiative_day i
    join as_of_day using (day)
    join model.initiative_version v
        on v.initiative_id = i.initiative_id and v.import_id = i.import_id
    where list_contains($ids, i.initiative_id)
"""
