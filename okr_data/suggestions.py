"""Likely parents of objectives that lead nowhere, each with what speaks for it. Changes nothing.

The score of a candidate is a weighted sum of three parts, each 0–1: how much the objective reads
like the candidate itself, how much it reads like what is aligned to the candidate already (of its
own level or below), and which part of the team's other links lead there. How often such
suggestions are right is measured on the reader's own data: the links of an objective are hidden,
and its parent has to be found again. Method, weights and measurement: docs/suggestions.md.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from okr_data import queries
from okr_data.queries import Filters
from okr_data.similarity import Vectors, blocks, ones, product, turned, vectorize
from okr_data.store import Reader
from okr_data.texts import localised, number, t, tn

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: States of objectives that are in want of a parent. What names a parent that is not in the data
#: has one already: there the missing rows are what is wanted.
STATES = ("unaligned", "detached")
#: Candidates that are suggested for an objective.
SUGGESTED = 3
#: First so many of the candidates within which a hidden parent counts as found.
PLACES = (1, 3, 10)
#: Methods that are compared, ours first; ``popular`` and ``random`` look at no text.
METHODS = ("suggested", "text", "popular", "random")
#: Share of the known links of a level that lead to the same level, from which peers are candidates too.
PEER_SHARE = 0.05
#: Links that are hidden and looked for at most: bounds the time. Of more, these are drawn.
MOST_MEASURED = 500
#: Score below which nothing is suggested: what common syllables alone can make.
LEAST_SCORE = 0.02
#: Scores are compared to this many decimals, so that sums in another order make no other answer.
_DECIMALS = 6
_SEED = 20260728


@dataclass(frozen=True)
class Weights:
    """The weight of each part of the score; they sum to 1. Measured: docs/suggestions.md."""

    text: float = 0.25
    siblings: float = 0.5
    place: float = 0.25


WEIGHTS = Weights()


@dataclass(frozen=True)
class Material:
    """What suggestions are made from; everything of it stands in the data.

    ``objectives``: one row a living objective of the cycle or of a cycle that encloses it, with
    objective_id, title, more (description and key results), cycle, level_number, level_assumed,
    department, team. ``links``: one row a resolved link, child_id and parent_id, also of
    other cycles. ``enclosing``: for each cycle the longer ones around it.
    """

    objectives: pd.DataFrame
    links: pd.DataFrame
    enclosing: Mapping[str | None, tuple[str, ...]]


@dataclass(frozen=True)
class Suggestion:
    """One candidate parent of an objective. ``score`` and its parts are 0–1, no probabilities.

    ``words`` are words of the objective that stand in the parent or in what is aligned to it,
    the weightiest first. ``aligned`` counts the other objectives of the child's level or below that
    are aligned to the parent, ``nearest_id`` is the most similar of them, None where none is.
    ``unit_links`` of ``unit_total`` links of the other objectives of its team (or department,
    ``unit`` names it) lead to the parent.
    """

    child_id: str
    parent_id: str
    rank: int
    score: float
    words: tuple[str, ...]
    text: float
    siblings: float
    place: float
    nearest_id: str | None
    aligned: int
    unit: str | None
    unit_links: int
    unit_total: int


@dataclass(frozen=True)
class Recall:
    """How often the right parent was among the first 1, 3 and 10 of a method, 0–1."""

    method: str
    first: float
    among_three: float
    among_ten: float


@dataclass(frozen=True)
class Measure:
    """What hiding known links showed. ``recalls`` is empty where no link is known.

    ``links`` were hidden, of ``known`` ones; the parents of ``out_of_reach`` of them can never be
    suggested (another cycle, a lower level) and count as not found, with every method.
    ``candidates`` is the mean number of objectives to choose from.
    """

    links: int
    known: int
    out_of_reach: int
    candidates: float
    recalls: tuple[Recall, ...]

    def recall(self, method: str) -> Recall | None:
        return next((recall for recall in self.recalls if recall.method == method), None)


@dataclass(frozen=True)
class Suggestions:
    """The suggestions of a cycle.

    ``children``: objectives in want of a parent. ``objectives``: every objective that is named,
    both with objective_id, title, level, department, team, owner, cycle, alignment_state, in_sight
    (whether it is a company objective or leads to one). ``found``: by child, the best first.
    """

    children: pd.DataFrame
    objectives: pd.DataFrame
    found: Mapping[str, tuple[Suggestion, ...]]
    measure: Measure
    weights: Weights = WEIGHTS

    def under(self, filters: Filters) -> Suggestions:
        """Return those for the objectives under a filter; the parents may be anywhere."""
        rows = self.children
        if filters.departments:
            rows = rows[rows["department"].isin(filters.departments)]
        if filters.levels:
            rows = rows[rows["level"].isin(filters.levels)]
        return replace(self, children=rows.reset_index(drop=True))

    def best(self, child_id: str) -> Suggestion | None:
        return next(iter(self.found.get(child_id, ())), None)

    def objective(self, objective_id: str) -> pd.Series:
        """Return the row of an objective that a suggestion names."""
        return self._by_id.loc[objective_id]

    def reasons(self, suggestion: Suggestion) -> tuple[str, ...]:
        """Say in plain sentences what speaks for a candidate, and how its score comes about."""
        parent = self.objective(suggestion.parent_id)
        sentences = []
        if suggestion.words:
            words = ", ".join(suggestion.words)
            sentences.append(
                t("Words in common with it or what is aligned to it: {words}.", words=words)
                if suggestion.aligned
                else t("Words in common with it: {words}.", words=words)
            )
        sentences.append(t("The two read {share} alike.", share=_percent(suggestion.text)))
        sentences.append(self._about_siblings(suggestion))
        if suggestion.unit:
            sentences.append(
                t(
                    "Of the {links} of the other objectives of {unit}, {leading}.",
                    links=_links(suggestion.unit_total), unit=suggestion.unit,
                    leading=_leading(suggestion.unit_links),
                )
            )  # fmt: skip
        sentences.append(_about_chain(parent))
        sentences.append(_arithmetic(suggestion, self.weights))
        return tuple(sentences)

    def _about_siblings(self, suggestion: Suggestion) -> str:
        if not suggestion.aligned:
            return t("Nothing of its level or below is aligned to it yet.")
        share = _percent(suggestion.siblings)
        if suggestion.nearest_id is None:
            return tn(
                "{n} other objective of its level or below is aligned to it, which reads {share} like "
                "this one.",
                "{n} other objectives of its level or below are aligned to it, which together read "
                "{share} like this one.",
                suggestion.aligned, share=share,
            )  # fmt: skip
        return tn(
            "{n} other objective of its level or below is aligned to it, which reads {share} like this "
            "one: “{title}”.",
            "{n} other objectives of its level or below are aligned to it, which together read {share} "
            "like this one, most of all “{title}”.",
            suggestion.aligned,
            share=share,
            title=self.objective(suggestion.nearest_id)["title"],
        )

    @cached_property
    def _by_id(self) -> pd.DataFrame:
        return self.objectives.set_index("objective_id", drop=False)


def _percent(share: float) -> str:
    return f"{number(share * 100)}\u00a0%"


def _links(count: int) -> str:
    return t("one link") if count == 1 else t("{n} links", n=number(count))


def _leading(count: int) -> str:
    if not count:
        return t("none leads there")
    return t("one leads there") if count == 1 else t("{n} lead there", n=number(count))


def _about_chain(parent: pd.Series) -> str:
    if parent["level"] == "company":
        return t("It is a company objective.")
    if parent["in_sight"]:
        return t("It leads to a company objective.")
    return t("It leads to no company objective itself: below it, this one would be detached.")


def _arithmetic(suggestion: Suggestion, weights: Weights) -> str:
    """Write the score as the sum that it is."""
    parts = (
        (weights.text, suggestion.text),
        (weights.siblings, suggestion.siblings),
        (weights.place, suggestion.place),
    )
    total = " + ".join(
        f"{localised(f'{weight:g}')} × {number(share, 2)}" for weight, share in parts
    )
    return t("Score: {sum} = {score}.", sum=total, score=number(suggestion.score, 2))


def suggestions(reader: Reader, cycle: str | None, most: int = MOST_MEASURED) -> Suggestions:
    """Return candidates for every unaligned and detached objective of a cycle, and their worth."""
    known, described = material(reader, cycle)
    wanting = described["alignment_state"].isin(STATES)
    own = described["cycle"].isna() if cycle is None else described["cycle"] == cycle
    children = described[own & wanting].reset_index(drop=True)
    below_company = set(described.loc[own & described["alignment_state"].notna(), "objective_id"])
    links = [
        (child, parent)
        for child, parent in known.links.itertuples(index=False)
        if child in below_company
    ]
    ground = _ground(known)
    return Suggestions(
        children,
        described,
        suggest(known, list(children["objective_id"]), ground=ground),
        measure(known, links, most=most, ground=ground),
    )


def material(reader: Reader, cycle: str | None) -> tuple[Material, pd.DataFrame]:
    """Read what suggestions of a cycle are made from, and the same objectives described."""
    frames = queries.catalogue(reader).enclosing(cycle)
    rows = reader.frame(
        "with told as (select objective_id, string_agg(title, ' . ' order by key_result_id) as titles "
        " from key_result_progress where objective_id is not null group by objective_id) "
        "select o.objective_id, o.title, concat_ws(' . ', v.description, t.titles) as more, o.cycle, "
        "o.level, l.level_number, o.level_assumed, o.department, o.team, o.owner, o.alignment_state, "
        "o.level = 'company' or coalesce(o.alignment_state in ('contributing', 'supporting'), false) "
        " as in_sight "
        "from objective_progress o join model.level l using (level) "
        "join model.objective_version v on v.objective_id = o.objective_id and v.import_id = o.import_id "
        "left join told t on t.objective_id = o.objective_id where not o.dropped "
        "and (o.cycle is not distinct from $cycle or list_contains($frames, o.cycle)) "
        "order by o.objective_id",
        {"cycle": cycle, "frames": list(frames)},
    )
    links = reader.frame(
        "select p.objective_id as child_id, p.parent_id from model.objective_parent_day p "
        "join as_of_day using (day) order by 1, 2"
    )
    described = rows.drop(columns=["more", "level_number", "level_assumed"])
    return Material(rows, links, {cycle: frames}), described


def suggest(
    known: Material,
    children: Sequence[str],
    weights: Weights = WEIGHTS,
    ground: Ground | None = None,
) -> dict[str, tuple[Suggestion, ...]]:
    """Return up to three candidates for each child, the best first; none where nothing speaks.

    A candidate is a living objective of the child's cycle or of one that encloses it, at a
    level above (at the same level too where known links do so), neither the child itself, nor
    below it, nor its parent already. Equal scores: by id.
    """
    ground = ground or _ground(known)
    rows = np.array([ground.places[child] for child in children], dtype=np.int64)
    found: dict[str, tuple[Suggestion, ...]] = {}
    for block in ground.parts(rows):
        score = block.score(weights)
        score[block.linked > 0] = 0.0
        for place, row in enumerate(block.rows):
            chosen = _best(score[place], SUGGESTED)
            if len(chosen):
                found[ground.ids[row]] = tuple(
                    ground.explained(
                        block, place, int(column), rank, float(score[place, column]), weights
                    )
                    for rank, column in enumerate(chosen, start=1)
                )
    return found


def measure(
    known: Material,
    links: Sequence[tuple[str, str]],
    weights: Weights = WEIGHTS,
    most: int = MOST_MEASURED,
    ground: Ground | None = None,
) -> Measure:
    """Hide the links of each child and tell how often its parent is found, beside baselines.

    All links of the child are hidden from every part of the score, not only the one looked for,
    and a level that only the hidden link tells counts as not known. Every figure is an expected
    value: among equals each order is as likely. Of very many links ``most`` are drawn, always
    the same ones.
    """
    ground = ground or _ground(known)
    tried = sorted((c, p) for c, p in set(links) if c in ground.places)
    count = len(tried)
    if count > most:
        tried = sorted(random.Random(_SEED).sample(tried, most))
    parents: dict[str, list[str]] = defaultdict(list)
    for child, parent in tried:
        parents[child].append(parent)
    rows = np.array([ground.places[child] for child in parents], dtype=np.int64)
    hits: dict[str, list[tuple[float, ...]]] = {method: [] for method in METHODS}
    missed, sizes = 0, []
    for block in ground.parts(rows):
        by_method = {
            "suggested": (block.score(weights), LEAST_SCORE),
            "text": (np.where(block.allowed, block.text, 0.0), 0.0),
            "popular": (block.aligned, -1.0),
            "random": (np.zeros_like(block.text), -1.0),
        }
        for place, row in enumerate(block.rows):
            among = block.allowed[place]
            for parent in parents[ground.ids[row]]:
                sizes.append(int(among.sum()))
                column = block.column(ground.places.get(parent))
                missed += column is None or not among[column]
                for method, (scores, above) in by_method.items():
                    hits[method].append(chances(scores[place], among, column, above))
    recalls = (
        tuple(
            Recall(method, *(float(x) for x in np.mean(hits[method], axis=0))) for method in METHODS
        )
        if tried
        else ()
    )
    mean = float(np.mean(sizes)) if sizes else 0.0
    return Measure(len(tried), count, missed, mean, recalls)


def chances(
    scores: np.ndarray, among: np.ndarray, right: int | None, above: float
) -> tuple[float, ...]:
    """Return the chance that the right one is among the first 1, 3 and 10 of a list by score.

    0 where it is not in the list (``among``), or scores no more than ``above``: then it is not
    suggested. Equals stand in a random order, so the chance is that of a draw.
    """
    if right is None or not among[right] or scores[right] <= above:
        return tuple(0.0 for _ in PLACES)
    rounded = np.round(scores[among], _DECIMALS)
    own = np.round(scores[right], _DECIMALS)
    before, equal = int((rounded > own).sum()), int((rounded == own).sum())
    return tuple(min(max((k - before) / equal, 0.0), 1.0) for k in PLACES)


# --- the ground that suggestions stand on ------------------------------------


@dataclass(frozen=True)
class Block:
    """The parts of the score for some children (rows) and all candidates (columns).

    ``allowed`` says which candidates may be suggested. No part uses the child's own links.
    ``aligned`` counts the other objectives aligned to a candidate, ``linked`` is 1 for a parent.
    Of the ``unit_total`` links of the others in the child's team (of its department where
    ``by_team`` is false), ``unit_links`` lead to the candidate.
    """

    rows: np.ndarray
    candidates: np.ndarray
    allowed: np.ndarray
    text: np.ndarray
    siblings: np.ndarray
    aligned: np.ndarray
    linked: np.ndarray
    unit_links: np.ndarray
    unit_total: np.ndarray
    by_team: np.ndarray

    @cached_property
    def place(self) -> np.ndarray:
        """Which part of the unit's other links leads to a candidate; 0 where it has none."""
        total = self.unit_total[:, None]
        return np.asarray(np.where(total > 0, self.unit_links / np.maximum(total, 1), 0.0))

    def score(self, weights: Weights) -> np.ndarray:
        """Return the weighted sum of the parts; 0 for what may not be suggested."""
        total = weights.text * self.text
        total += weights.siblings * self.siblings + weights.place * self.place
        return np.where(self.allowed, total, 0.0)

    def column(self, place: int | None) -> int | None:
        """Return the column of an objective, None where it is no candidate of any child."""
        if place is None:
            return None
        found = int(np.searchsorted(self.candidates, place))
        inside = found < len(self.candidates) and self.candidates[found] == place
        return found if inside else None


def _best(scores: np.ndarray, most: int) -> np.ndarray:
    """Return the columns of the highest scores above the least one; equals by their order."""
    rounded = np.round(scores, _DECIMALS)
    chosen = np.flatnonzero(rounded > LEAST_SCORE)
    if len(chosen) > most:
        least = np.partition(rounded[chosen], len(chosen) - most)[len(chosen) - most]
        chosen = chosen[rounded[chosen] >= least]
    return chosen[np.argsort(-rounded[chosen], kind="stable")][:most]


@dataclass(frozen=True)
class Group:
    """Teams (or departments) by cycle. ``members``: the group of each objective, -1 for none.

    ``links``: group × objective, how many links of its members lead there.
    """

    names: tuple[str, ...]
    members: np.ndarray
    links: csr_matrix

    def counts(
        self, rows: np.ndarray, columns: np.ndarray, own: csr_matrix
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return how many links of the others lead to each column, and how many they have in all."""
        known = self.members[rows] >= 0
        of_group = self.links[np.where(known, self.members[rows], 0)] - own
        total = np.asarray(of_group.sum(axis=1)).ravel() * known
        return of_group[:, columns].toarray() * known[:, None], total

    def name(self, row: int) -> str:
        return self.names[int(self.members[row])]


@dataclass(frozen=True)
class Columns:
    """Candidates of a run with what is the same for all its blocks; matrices turned for products."""

    places: np.ndarray
    column_of: np.ndarray
    texts: csr_matrix
    sums: csr_matrix
    square: np.ndarray
    siblings: np.ndarray
    aligned: np.ndarray


@dataclass(frozen=True)
class Ground:
    """Everything that is the same for all children: texts as vectors, links as matrices."""

    ids: tuple[str, ...]
    places: Mapping[str, int]
    vectors: Vectors
    levels: np.ndarray
    assumed: np.ndarray
    cycles: np.ndarray
    #: Cycle of the child × cycle of the parent: whether they may be linked.
    may: np.ndarray
    #: Child × parent, and parent × child: 1 for each link between objectives that are here.
    links: csr_matrix
    aligned: csr_matrix
    #: By id, with links of every cycle: what hangs below an objective is never its parent.
    children_of: Mapping[str, tuple[str, ...]]
    teams: Group
    departments: Group

    def parts(self, rows: np.ndarray) -> Iterator[Block]:
        """Yield the parts of the score for the children in ``rows``, some of one level at a time."""
        levels = np.where(self.assumed[rows], 0, self.levels[rows])
        for level in np.unique(levels):
            own = rows[levels == level]
            columns = self._columns(int(level))
            for part in blocks(len(own)):
                yield self._block(own[part], columns)

    def _columns(self, level: int) -> Columns:
        """Return what can be a parent of children of a level (0 = not known) by its own level.

        Siblings are what is aligned to it at the child's level or below: what stands higher and
        reads like the child is rather its parent than its sibling.
        """
        places = np.flatnonzero((self.levels <= level) | (level == 0))
        column_of = np.full(len(self.ids), -1)
        column_of[places] = np.arange(len(places))
        sums = self.sums_from(level)[places]
        return Columns(
            places,
            column_of,
            turned(self.vectors.matrix[places]),
            turned(sums),
            np.asarray(sums.multiply(sums).sum(axis=1)).ravel(),
            np.asarray(self.aligned @ (self.levels >= level))[places],
            np.asarray(self.aligned.sum(axis=1)).ravel()[places],
        )

    def sums_from(self, level: int) -> csr_matrix:
        """Return, for each objective, the sum of the vectors of its siblings-to-be; made once."""
        if level not in self._sums:
            self._sums[level] = (
                self.aligned.multiply(self.levels >= level).tocsr() @ self.vectors.matrix
            )
        return self._sums[level]

    @cached_property
    def _sums(self) -> dict[int, csr_matrix]:
        return {}

    def _block(self, rows: np.ndarray, columns: Columns) -> Block:
        own = self.links[rows]
        linked = own[:, columns.places].toarray()
        team, team_total = self.teams.counts(rows, columns.places, own)
        unit, unit_total = self.departments.counts(rows, columns.places, own)
        by_team = team_total > 0
        return Block(
            rows=rows,
            candidates=columns.places,
            allowed=self._allowed(rows, columns, self._links_by_level(rows, own)),
            text=product(self.vectors.matrix[rows], columns.texts),
            siblings=self._siblings(rows, columns, linked),
            aligned=columns.aligned[None, :] - linked,
            linked=linked,
            unit_links=np.where(by_team[:, None], team, unit),
            unit_total=np.where(by_team, team_total, unit_total),
            by_team=by_team,
        )

    def _links_by_level(self, rows: np.ndarray, own: csr_matrix) -> np.ndarray:
        """Count, for each child, the links of all others of its level by the level of the parent."""
        size = int(self.levels.max()) + 1
        child, parent = self.links.nonzero()
        counts = np.zeros((size, size))
        np.add.at(counts, (self.levels[child], self.levels[parent]), 1)
        others = counts[self.levels[rows]]
        number, named = own.nonzero()
        np.subtract.at(others, (number, self.levels[named]), 1)
        return np.asarray(others)

    def _allowed(self, rows: np.ndarray, columns: Columns, by_level: np.ndarray) -> np.ndarray:
        levels, above = self.levels[rows][:, None], self.levels[columns.places][None, :]
        peers = by_level[np.arange(len(rows)), self.levels[rows]]
        with_peers = (peers > 0) & (peers >= PEER_SHARE * by_level.sum(axis=1))
        fits = (above < levels) | ((above == levels) & with_peers[:, None])
        fits |= self.assumed[rows][:, None]
        fits &= self.may[self.cycles[rows]][:, self.cycles[columns.places]]
        for place, row in enumerate(rows):
            below = columns.column_of[self._below(int(row))]
            fits[place, below[below >= 0]] = False
        return np.asarray(fits)

    def _below(self, row: int) -> list[int]:
        """Return the child itself and everything below it, also what hangs there through other cycles."""
        seen, open_ = {self.ids[row]}, [self.ids[row]]
        while open_:
            for child in self.children_of.get(open_.pop(), ()):
                if child not in seen:
                    seen.add(child)
                    open_.append(child)
        return [self.places[name] for name in seen if name in self.places]

    def _siblings(self, rows: np.ndarray, columns: Columns, linked: np.ndarray) -> np.ndarray:
        """Return the cosine of each child with the sum of what else is aligned to a candidate."""
        matrix = self.vectors.matrix[rows]
        own = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()[:, None]
        inner = product(matrix, columns.sums)
        # Without the child itself the sum s becomes s − x: |s − x|² and (s − x)·x.
        square = columns.square[None, :] - linked * (2 * inner - own)
        inner = np.maximum(inner - linked * own, 0.0)
        some = (columns.siblings[None, :] - linked > 0) & (square > 1e-6)
        return np.asarray(np.where(some, inner / np.sqrt(np.where(some, square, 1.0)), 0.0))

    def explained(
        self, block: Block, place: int, column: int, rank: int, score: float, weights: Weights
    ) -> Suggestion:
        """Return one candidate of a child with what speaks for it."""
        row, parent = int(block.rows[place]), int(block.candidates[column])
        level = 0 if self.assumed[row] else int(self.levels[row])
        begin, end = self.aligned.indptr[parent], self.aligned.indptr[parent + 1]
        aligned = self.aligned.indices[begin:end]
        siblings = (aligned != row) & (self.levels[aligned] >= level)
        others = int(siblings.sum())
        total = int(block.unit_total[place])
        unit = (
            (self.teams if block.by_team[place] else self.departments).name(row) if total else None
        )
        return Suggestion(
            child_id=self.ids[row],
            parent_id=self.ids[parent],
            rank=rank,
            score=min(score, 1.0),
            words=self._words(row, parent, level if others else None, weights),
            text=float(block.text[place, column]),
            siblings=float(block.siblings[place, column]),
            place=float(block.place[place, column]),
            nearest_id=self._nearest(row, parent, siblings) if others else None,
            aligned=others,
            unit=unit,
            unit_links=int(block.unit_links[place, column]),
            unit_total=total,
        )

    def _words(
        self, row: int, parent: int, siblings_from: int | None, weights: Weights
    ) -> tuple[str, ...]:
        """Return the words that the child shares with the parent and with its siblings there."""
        vectors = self.vectors
        profile = {word: weights.text * w for word, w in vectors.words(parent).items()}
        if siblings_from is not None:
            theirs = vectors.words(parent, self.sums_from(siblings_from))
            length = sum(w * w for w in theirs.values()) ** 0.5
            for word, weight in theirs.items():
                profile[word] = profile.get(word, 0.0) + weights.siblings * weight / length
        return vectors.shared_words(vectors.words(row), profile)

    def _nearest(self, row: int, parent: int, siblings: np.ndarray) -> str | None:
        """Return the sibling most like the child, None where none has a word in common."""
        child = np.zeros(self.vectors.matrix.shape[1], np.float32)
        begin, end = self.vectors.matrix.indptr[row : row + 2]
        child[self.vectors.matrix.indices[begin:end]] = self.vectors.matrix.data[begin:end]
        # The rows of what is aligned to one parent lie together: slicing them would cost more.
        texts = self._aligned_texts
        first, last = self.aligned.indptr[parent : parent + 2]
        bounds = texts.indptr[first : last + 1]
        part = slice(bounds[0], bounds[-1])
        sums = np.concatenate([[0.0], np.cumsum(texts.data[part] * child[texts.indices[part]])])
        alike = np.round(np.diff(sums[bounds - bounds[0]]), _DECIMALS)
        alike = np.where(siblings, alike, 0.0)
        best = int(alike.argmax())
        return self.ids[self.aligned.indices[first + best]] if alike[best] > 0 else None

    @cached_property
    def _aligned_texts(self) -> csr_matrix:
        """The vectors of children, one row a link, in the order of ``aligned``."""
        return self.vectors.matrix[self.aligned.indices]


def _ground(known: Material) -> Ground:
    """Turn the material into vectors and matrices, objectives in the order of their ids."""
    rows = known.objectives.sort_values("objective_id", kind="stable").reset_index(drop=True)
    ids = tuple(rows["objective_id"])
    places = {name: place for place, name in enumerate(ids)}
    children_of: dict[str, list[str]] = defaultdict(list)
    ends = []
    for child, parent in known.links.itertuples(index=False):
        children_of[parent].append(child)
        if child in places and parent in places:
            ends.append((places[child], places[parent]))
    ends = sorted(set(ends))
    child, parent = (np.array([end[side] for end in ends], dtype=np.int64) for side in (0, 1))
    links = ones(child, parent, (len(ids), len(ids)))
    vectors = vectorize(_texts(rows["title"]), _texts(rows["more"]))
    names = [None if pd.isna(name) else name for name in rows["cycle"]]
    cycles = list(dict.fromkeys(names))
    aligned = turned(links)
    return Ground(
        ids,
        places,
        vectors,
        rows["level_number"].to_numpy(np.int64),
        rows["level_assumed"].to_numpy(bool),
        np.array([cycles.index(name) for name in names], dtype=np.int64),
        np.array(
            [[a == b or b in known.enclosing.get(a, ()) for b in cycles] for a in cycles],
            dtype=bool,
        ).reshape(len(cycles), len(cycles)),
        links,
        aligned,
        {name: tuple(found) for name, found in children_of.items()},
        _group(names, _texts(rows["team"]), links),
        _group(names, _texts(rows["department"]), links),
    )


def _texts(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in values]


def _group(cycles: Sequence[str | None], units: Sequence[str], links: csr_matrix) -> Group:
    """Gather objectives by cycle and unit, whatever the case of its name."""
    numbers: dict[tuple[str | None, str], int] = {}
    names: list[str] = []
    members = np.full(len(units), -1)
    for place, (cycle, unit) in enumerate(zip(cycles, units, strict=True)):
        if unit:
            key = (cycle, unit.casefold())
            if key not in numbers:
                numbers[key] = len(numbers)
                names.append(unit)
            members[place] = numbers[key]
    inside = np.flatnonzero(members >= 0)
    shape = (max(len(numbers), 1), len(units))
    of_group = ones(members[inside], inside, shape)
    return Group(tuple(names), members, of_group @ links)
