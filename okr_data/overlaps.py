"""Objectives of different departments that say nearly the same: to be coordinated, or done twice.

Compared are the living objectives of one cycle below company level, by title, description and key
results (:mod:`okr_data.similarity`). What was carried over from another cycle is another cycle's,
so it is no pair. Nothing is changed. The threshold and its measurement: docs/suggestions.md.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from okr_data.queries import Filters
from okr_data.similarity import Vectors, blocks, product, turned, vectorize
from okr_data.store import Reader

#: Likeness from which two objectives are a pair.
THRESHOLD = 0.35
#: Pairs that are handed out, the most alike first; the rest is only counted.
MOST_PAIRS = 500
_DECIMALS = 6

#: How two objectives are joined: a link between the two, one above the other through others, a
#: parent (or any objective above) in common, or not at all.
Relation = Literal["linked", "one_chain", "shared_parent", "shared_above", "none"]
RELATIONS: tuple[Relation, ...] = ("none", "shared_above", "shared_parent", "one_chain", "linked")


@dataclass(frozen=True)
class Overlap:
    """Two objectives of different departments, ``first_id`` before ``second_id`` in the alphabet.

    ``score`` is their likeness, 0–1. ``words`` are those of the first that the second has too.
    """

    first_id: str
    second_id: str
    score: float
    words: tuple[str, ...]
    relation: Relation


@dataclass(frozen=True)
class Overlaps:
    """Pairs of a cycle, the most alike first, and what was compared.

    ``objectives``: one row each, with objective_id, title, level, department, team, owner; only
    those with a known department are compared. ``total`` counts all pairs from the threshold
    on, also those beyond the ones handed out.
    """

    pairs: tuple[Overlap, ...]
    total: int
    objectives: pd.DataFrame
    threshold: float = THRESHOLD

    @property
    def compared(self) -> int:
        return int(self.objectives["department"].notna().sum())


def overlaps(reader: Reader, filters: Filters, threshold: float = THRESHOLD) -> Overlaps:
    """Return the pairs of a cycle of which at least one objective is under the filter."""
    rows = reader.frame(
        "with told as (select objective_id, string_agg(title, ' . ' order by key_result_id) as titles "
        " from key_result_progress where objective_id is not null group by objective_id) "
        "select o.objective_id, o.title, concat_ws(' . ', v.description, t.titles) as more, o.level, "
        f"o.department, o.team, o.owner, {filters.condition()} as shown from objective_progress o "
        "join model.objective_version v on v.objective_id = o.objective_id and v.import_id = o.import_id "
        "left join told t on t.objective_id = o.objective_id "
        "where not o.dropped and o.level <> 'company' and o.cycle is not distinct from $cycle "
        "order by o.objective_id",
        filters.parameters(),
    )
    links = reader.frame(
        "select p.objective_id as child_id, p.parent_id from model.objective_parent_day p "
        "join as_of_day using (day) order by 1, 2"
    )
    known = rows[rows["department"].notna()].reset_index(drop=True)
    vectors = vectorize(known["title"].fillna("").tolist(), known["more"].fillna("").tolist())
    found, total = alike(
        vectors, known["department"].tolist(), known["shown"].tolist(), threshold, MOST_PAIRS
    )
    ids = known["objective_id"].tolist()
    above = _above(links, {ids[place] for _, *pair in found for place in pair})
    parents = {child: set(group) for child, group in links.groupby("child_id")["parent_id"]}
    pairs = tuple(
        Overlap(
            ids[first],
            ids[second],
            min(score, 1.0),
            vectors.shared_words(vectors.words(first), vectors.words(second)),
            _relation(ids[first], ids[second], parents, above),
        )
        for score, first, second in found
    )
    return Overlaps(pairs, total, rows.drop(columns=["more", "shown"]), threshold)


def alike(
    vectors: Vectors,
    departments: Sequence[str],
    shown: Sequence[bool],
    threshold: float,
    most: int,
) -> tuple[list[tuple[float, int, int]], int]:
    """Return (likeness, row, later row) of the pairs across departments, and how many there are.

    At least one of the two is shown. A block of rows is compared with all later ones at once, and
    only the ``most`` best pairs are kept, so that memory stays bounded. Equals: by their rows.
    """
    groups = np.unique(np.array(departments, dtype=str), return_inverse=True)[1]
    wanted = np.array(shown, dtype=bool)
    right = turned(vectors.matrix)
    best: list[tuple[float, int, int]] = []
    total = 0
    for part in blocks(len(groups)):
        likeness = np.round(product(vectors.matrix[part], right[:, part.start :]), _DECIMALS)
        later = (
            np.arange(part.start, len(groups))[None, :] > np.arange(part.start, part.stop)[:, None]
        )
        pair = later & (likeness >= threshold)
        pair &= groups[part][:, None] != groups[None, part.start :]
        pair &= wanted[part][:, None] | wanted[None, part.start :]
        first, second = pair.nonzero()
        total += len(first)
        scores = likeness[first, second].astype(float).tolist()
        new = zip(
            (-score for score in scores),
            (first + part.start).tolist(),
            (second + part.start).tolist(),
            strict=True,
        )
        best = heapq.nsmallest(most, heapq.merge(best, sorted(new)))
    return [(-score, first, second) for score, first, second in best], total


def _above(links: pd.DataFrame, objectives: set[str]) -> dict[str, set[str]]:
    """Return everything above some objectives, through links of every cycle."""
    parents: dict[str, list[str]] = defaultdict(list)
    for child, parent in links.itertuples(index=False):
        parents[child].append(parent)
    found = {}
    for objective in objectives:
        seen: set[str] = set()
        open_ = [objective]
        while open_:
            new = [parent for parent in parents.get(open_.pop(), ()) if parent not in seen]
            seen.update(new)
            open_.extend(new)
        found[objective] = seen
    return found


def _relation(
    first: str, second: str, parents: Mapping[str, set[str]], above: Mapping[str, set[str]]
) -> Relation:
    ours, theirs = parents.get(first, set()), parents.get(second, set())
    if second in ours or first in theirs:
        return "linked"
    if second in above[first] or first in above[second]:
        return "one_chain"
    if ours & theirs:
        return "shared_parent"
    return "shared_above" if above[first] & above[second] else "none"
