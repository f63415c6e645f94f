"""Loops and endless chains: which alignments must stay out so that every chain ends.

A link is kept out if it closes a loop with links stated before it (earlier as-of day, then
earlier import, then earlier row), for the days on which all of them hold. Chains are cut where
they would grow longer than :data:`okr_data.schema.MAX_CHAIN` links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import rustworkx as rx

from okr_data.schema import MAX_CHAIN

#: How many members of a loop a message names before it counts the rest.
NAMED_MEMBERS = 20


@dataclass(frozen=True)
class Link:
    """One stated alignment between two objectives and the days for which it holds.

    ``parent_objective_id`` is the objective that ``parent_id`` is or belongs to;
    ``valid_to`` is exclusive and None for "until now".
    """

    import_id: str
    as_of: date
    seq: int
    child_id: str
    parent_id: str
    parent_objective_id: str
    valid_from: date
    valid_to: date | None
    file: str
    row: int

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def priority(self) -> tuple[date, int, int, str]:
        return (self.as_of, self.seq, self.row, self.parent_id)


@dataclass(frozen=True)
class KeptOut:
    """A link that does not count from ``valid_from`` to ``valid_to`` (exclusive), and why."""

    link: Link
    valid_from: date
    valid_to: date | None
    code: str
    severity: str
    message: str


def find_kept_out(links: Sequence[Link]) -> list[KeptOut]:
    """Return the links that would close a loop or make a chain too long, with the days."""
    looping = [kept for group in _loop_groups(links) for kept in _cut_loops(group)]
    return looping + list(_cut_long_chains(links, looping))


def ends_soon(links: Iterable[tuple[int, int]]) -> bool:
    """Tell whether no chain of links, taken over all days at once, loops or is too long.

    Links are (child, parent) numbers from 0 on. Where it is so, no link of any day stays out.
    """
    graph: rx.PyDiGraph = rx.PyDiGraph(multigraph=True)
    graph.extend_from_edge_list(list(links))
    if not rx.is_directed_acyclic_graph(graph):
        return False
    return graph.num_nodes() == 0 or int(rx.dag_longest_path_length(graph)) <= MAX_CHAIN


def _build(links: Iterable[Link]) -> tuple[rx.PyDiGraph, dict[str, int]]:
    """Return the graph child → parent of some links, with the node number of each objective."""
    links = list(links)
    names = dict.fromkeys(
        name for link in links for name in (link.child_id, link.parent_objective_id)
    )
    numbers = {name: number for number, name in enumerate(names)}
    graph: rx.PyDiGraph = rx.PyDiGraph(multigraph=True)
    graph.add_nodes_from(list(names))
    graph.add_edges_from(
        [(numbers[link.child_id], numbers[link.parent_objective_id], link) for link in links]
    )
    return graph, numbers


def _loop_groups(links: Sequence[Link]) -> Iterator[list[Link]]:
    """Yield the links inside each strongly connected part: only these can close a loop."""
    graph, numbers = _build(links)
    part_of: dict[int, int] = {}
    for part, members in enumerate(rx.strongly_connected_components(graph)):
        for member in members:
            part_of[member] = part
    groups: dict[int, list[Link]] = defaultdict(list)
    sizes: dict[int, int] = defaultdict(int)
    for part in part_of.values():
        sizes[part] += 1
    for link in links:
        child, parent = part_of[numbers[link.child_id]], part_of[numbers[link.parent_objective_id]]
        if child == parent and (sizes[child] > 1 or link.child_id == link.parent_objective_id):
            groups[child].append(link)
    yield from groups.values()


def _cut_loops(links: list[Link]) -> Iterator[KeptOut]:
    """Find, for each span of days between two changes, the links that close a loop in it."""
    ordered = sorted(links, key=lambda link: link.priority)
    for start, end in _spans(links):
        for link, loop in _closing_links([link for link in ordered if link.holds_on(start)]):
            yield KeptOut(link, start, end, "alignment_cycle", "error", _loop_message(link, loop))


def _closing_links(ordered: list[Link]) -> Iterator[tuple[Link, list[str]]]:
    """Add links one by one; yield each that would close a loop, with the loop's members."""
    graph: rx.PyDiGraph = rx.PyDiGraph(multigraph=True)
    numbers: dict[str, int] = {}
    together: dict[int, int] = {}
    for link in ordered:
        for name in (link.child_id, link.parent_objective_id):
            if name not in numbers:
                numbers[name] = graph.add_node(name)
                together[numbers[name]] = numbers[name]
        child, parent = numbers[link.child_id], numbers[link.parent_objective_id]
        if child == parent:
            yield link, [link.child_id]
            continue
        # Two objectives that are not connected at all cannot close a loop: most links end here.
        if _root(together, child) == _root(together, parent):
            path = rx.dijkstra_shortest_paths(graph, parent, target=child)
            if child in path:
                yield link, [graph[node] for node in path[child]]
                continue
        together[_root(together, child)] = _root(together, parent)
        graph.add_edge(child, parent, None)


def _root(together: dict[int, int], node: int) -> int:
    while together[node] != node:
        together[node] = together[together[node]]
        node = together[node]
    return node


def _loop_message(link: Link, loop: list[str]) -> str:
    """``loop`` runs from the parent up to the child."""
    if len(loop) == 1 and link.parent_id != link.child_id:
        return f"“{link.child_id}” is aligned to “{link.parent_id}”, which is its own; this link stays out"
    if len(loop) == 1:
        return f"“{link.child_id}” names itself as its parent; this link stays out"
    named = " → ".join([link.child_id, *loop[:NAMED_MEMBERS]])
    more = len(loop) - NAMED_MEMBERS
    rest = f" … and {more} more, back to {link.child_id}" if more > 0 else ""
    return (
        f"{len(loop)} objectives form a loop ({named}{rest}); "
        f"the link {link.child_id} → {link.parent_id} stays out"
    )


def _cut_long_chains(links: Sequence[Link], looping: Sequence[KeptOut]) -> Iterator[KeptOut]:
    """Cut, on the days on which it is so, each chain where it would grow beyond the limit."""
    if _longest_possible(links) <= MAX_CHAIN:
        return
    closing: dict[int, list[KeptOut]] = defaultdict(list)
    for kept in looping:
        closing[id(kept.link)].append(kept)
    for start, end in _spans(links):
        standing = [
            link
            for link in links
            if link.holds_on(start)
            and not any(_covers(kept, start) for kept in closing.get(id(link), ()))
        ]
        for link in _links_too_deep(standing):
            yield _too_deep(link, start, end)


def _covers(kept: KeptOut, day: date) -> bool:
    return kept.valid_from <= day and (kept.valid_to is None or day < kept.valid_to)


def _spans(links: Iterable[Link]) -> Iterator[tuple[date, date | None]]:
    """Yield the spans of days between two changes of some links; the last one is open."""
    links = list(links)
    ends = {link.valid_to for link in links if link.valid_to}
    changes = sorted({link.valid_from for link in links} | ends)
    yield from zip(changes, [*changes[1:], None], strict=True)


def _longest_possible(links: Sequence[Link]) -> int:
    """Return a bound on the longest chain of any day, from all links at once.

    Objectives that loop over time count with all their members, so the bound is never too low;
    nearly always it is below the limit, and no day has to be looked at by itself.
    """
    whole, _ = _build(links)
    if whole.num_nodes() == 0:
        return 0
    parts = cast("rx.PyDiGraph", rx.condensation(whole))
    largest = max(len(members) for members in parts.nodes())
    longest = rx.dag_longest_path_length(parts, lambda child, _parent, _link: len(parts[child]))
    return int(longest) + largest - 1


def _links_too_deep(links: Sequence[Link]) -> Iterator[Link]:
    """Yield the links at which a chain, counted from its top, exceeds the limit."""
    graph, _ = _build(links)
    if graph.num_nodes() == 0 or rx.dag_longest_path_length(graph) <= MAX_CHAIN:
        return
    depth: dict[int, int] = {}
    for node in reversed(rx.topological_sort(graph)):
        depth[node] = 0
        for _, parent, link in graph.out_edges(node):
            if depth[parent] >= MAX_CHAIN:
                yield link
            else:
                depth[node] = max(depth[node], depth[parent] + 1)


def _too_deep(link: Link, start: date, end: date | None) -> KeptOut:
    return KeptOut(
        link,
        start,
        end,
        "alignment_too_deep",
        "warning",
        f"the chain above “{link.child_id}” is longer than {MAX_CHAIN} links; "
        f"the link {link.child_id} → {link.parent_id} does not count",
    )
