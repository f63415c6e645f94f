"""Suggested parents: who may be one, what speaks for it, and how often it is the right one."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from okr_data import similarity
from okr_data.intake import import_files
from okr_data.queries import Filters
from okr_data.store import Store
from okr_data.suggestions import (
    LEAST_SCORE,
    METHODS,
    PEER_SHARE,
    WEIGHTS,
    Material,
    Suggestions,
    Weights,
    _ground,
    chances,
    measure,
    suggest,
    suggestions,
)
from tests.conftest import new_store, take_in
from tests.test_real_data import DATA, sourced

Link = tuple[str, str]


def asked(store: Store, cycle: str | None = "Q4 2026", as_of: date | None = None) -> Suggestions:
    with store.reader(as_of) as reader:
        return suggestions(reader, cycle)


def parents(found: Suggestions, child: str) -> list[str]:
    return [s.parent_id for s in found.found.get(child, ())]


def material(rows: list[dict[str, object]], links: list[Link]) -> Material:
    blank = {
        "more": "", "cycle": "Q4 2026", "level_assumed": False, "department": None, "team": None,
    }  # fmt: skip
    columns = ["objective_id", "title", "level_number", *blank]
    return Material(
        pd.DataFrame([{**blank, **row} for row in rows], columns=columns),
        pd.DataFrame(links, columns=["child_id", "parent_id"]),
        {},
    )


# --- who may be a parent -------------------------------------------------------

ORGANISATION = """
id | title                              | level      | department | team     | cycle       | parent_ids | status
Y  | Grow revenue in export markets     | company    |            |          | Annual 2026 |            |
C  | Delight every customer             | company    |            |          | Q4 2026     |            |
D  | Win customers in export markets    | department | Sales      |          | Q4 2026     | Y          |
E  | Shorten the wait for support       | department | Support    |          | Q4 2026     | C          |
X  | Win export customers in Asia       | department | Sales      |          | Q4 2026     | Y          | dropped
P  | Win export customers in Spain      | team       | Sales      | Iberia   | Q4 2026     |            |
B  | Win export customers in Malaga     | individual | Sales      | Iberia   | Q4 2026     | P          |
Q  | Win customers in export markets    | department | Sales      |          | Q3 2026     |            |
S  | Answer support calls in the night  | team       | Support    | Night    | Q4 2026     | E          |
T  | Shorten the wait for night calls   | team       | Support    | Night    | Q4 2026     |            |
U  | 🚀🚀                               | team       |            |          | Q4 2026     |            |
W  | Names a parent that is nowhere     | team       | Support    | Night    | Q4 2026     | GONE       |
"""


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("organisation"))
    take_in(store, objectives=ORGANISATION)
    return store


def test_candidates_stand_above_in_this_cycle_or_around_it(organisation: Store) -> None:
    found = asked(organisation)
    # W names a parent: what is wanted there are the rows that are missing
    assert set(found.children["objective_id"]) == {"P", "B", "T", "U"}
    assert parents(found, "P")[0] == "D"
    named = {parent for child in found.found for parent in parents(found, child)}
    assert named <= {"Y", "C", "D", "E", "P", "S", "T", "U", "W"}
    assert "Y" in parents(found, "P")  # of the year that encloses the quarter
    assert "X" not in named  # dropped
    assert "Q" not in named  # of another quarter
    assert "B" not in parents(found, "P")  # it hangs below P
    assert "P" not in parents(found, "B")  # its parent already
    assert all(child not in parents(found, child) for child in found.found)
    assert parents(found, "T")[0] == "E"
    assert parents(found, "U") == []  # no word, no team, no department: nothing speaks


def test_reasons_are_words_and_links(organisation: Store) -> None:
    found = asked(organisation)
    best = found.best("T")
    assert best is not None
    assert (best.parent_id, best.rank, best.aligned, best.nearest_id) == ("E", 1, 1, "S")
    assert {"shorten", "wait", "night", "calls"} <= set(best.words)  # of E, and of S below it
    assert (best.unit, best.unit_links, best.unit_total, best.place) == ("Night", 1, 1, 1.0)
    parts = WEIGHTS.text * best.text + WEIGHTS.siblings * best.siblings + WEIGHTS.place * best.place
    assert best.score == pytest.approx(parts, abs=1e-6)
    text = " ".join(found.reasons(best))
    assert "“Answer support calls in the night”" in text
    assert "Of the one link of the other objectives of Night, one leads there." in text
    assert "It leads to a company objective." in text
    detached = next(s for s in found.found["B"] if s.parent_id == "D")
    # Nobody else of its team has a link; of its department D has one, to Y.
    assert (detached.unit, detached.unit_links, detached.unit_total) == ("Sales", 0, 1)
    assert (detached.aligned, detached.nearest_id, detached.siblings) == (0, None, 0.0)


def test_filters_limit_the_children_alone(organisation: Store) -> None:
    found = asked(organisation)
    assert set(found.under(Filters("Q4 2026", ("Sales",))).children["objective_id"]) == {"P", "B"}
    some = found.under(Filters("Q4 2026", (), ("individual",)))
    assert list(some.children["objective_id"]) == ["B"]
    assert some.found is found.found
    assert some.objective("Y")["title"] == "Grow revenue in export markets"


def test_suggesting_changes_nothing_and_gives_the_same_again(organisation: Store) -> None:
    generation = organisation.generation()
    first, second = asked(organisation), asked(organisation)
    assert first.found == second.found
    assert first.measure == second.measure
    assert organisation.generation() == generation


def test_earlier_days_and_cycles_without_objectives_answer(organisation: Store) -> None:
    assert asked(organisation, "Q1 1999").children.empty
    assert asked(organisation, None).found == {}
    assert asked(organisation, as_of=date(1999, 1, 1)).measure.recalls == ()
    assert parents(asked(organisation, as_of=date(2026, 11, 1)), "P")[0] == "D"


def test_no_data_and_one_objective(store: Store) -> None:
    store.catch_up()
    assert asked(store).found == {}
    take_in(store, objectives="id | title | level | cycle\nO | Alone | team | Q4 2026")
    found = asked(store)
    assert list(found.children["objective_id"]) == ["O"]
    assert found.found == {}
    assert found.measure.recalls == ()


def test_peers_are_candidates_where_links_lead_to_peers() -> None:
    rows: list[dict[str, object]] = [
        {"objective_id": f"T{n}", "title": f"alpha beta {n}x", "level_number": 3} for n in range(5)
    ]
    alone = material(rows, [])
    assert suggest(alone, ["T0"]) == {}  # nothing above, and no link says that peers do
    assert suggest(material(rows, [("T1", "T2")]), ["T0"])["T0"][0].parent_id in {"T1", "T2"}
    above: list[dict[str, object]] = [
        {"objective_id": "D", "title": "gamma", "level_number": 2},
        *({"objective_id": f"S{n}", "title": "delta", "level_number": 3} for n in range(30)),
    ]
    few = [("T1", "T2"), *((f"S{n}", "D") for n in range(30))]
    assert PEER_SHARE > 1 / 31
    assert suggest(material([*rows, *above], few), ["T0"]) == {}
    # The peers of the hidden link itself do not count.
    assert measure(material(rows, [("T1", "T2")]), [("T1", "T2")]).out_of_reach == 1


def test_loops_through_another_cycle_are_no_candidates() -> None:
    """A hangs above B through an objective that is not among the candidates at all."""
    rows: list[dict[str, object]] = [
        {"objective_id": "A", "title": "alpha beta gamma", "level_number": 3},
        {"objective_id": "B", "title": "alpha beta gamma", "level_number": 2},
        {"objective_id": "C", "title": "alpha", "level_number": 2},
    ]
    known = material(rows, [("B", "elsewhere"), ("elsewhere", "A")])
    assert [s.parent_id for s in suggest(known, ["A"])["A"]] == ["C"]


def test_equal_scores_stand_in_the_order_of_ids_whatever_the_order_of_rows() -> None:
    rows: list[dict[str, object]] = [
        {"objective_id": f"D{n:02}", "title": "one two three", "level_number": 2} for n in range(12)
    ]
    rows.append({"objective_id": "T", "title": "one two three", "level_number": 3})
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        chosen = [s.parent_id for s in suggest(material(rows, []), ["T"])["T"]]
        assert chosen == ["D00", "D01", "D02"]


# --- texts of any kind ---------------------------------------------------------

ODD = """
id | title                               | level      | cycle
C1 | Kundenzufriedenheit steigern        | company    | Q4 2026
C2 | 提升客户满意度                        | company    | Q4 2026
C3 | زيادة رضا العملاء                   | company    | Q4 2026
C4 | ग्राहकों की संतुष्टि बढ़ाना            | company    | Q4 2026
C5 | 🎯                                  | company    | Q4 2026
C6 | Снизить стоимость доставки          | company    | Q4 2026
T1 | Zufriedenheit der Kunden messen     | team       | Q4 2026
T2 | 每月回访客户满意度低的客户              | team       | Q4 2026
T3 | رضا العملاء في كل فرع              | team       | Q4 2026
T4 | संतुष्टि का सर्वेक्षण                  | team       | Q4 2026
T5 | 🎯🎯                                | team       | Q4 2026
T6 | Стоимость доставки в регионы        | team       | Q4 2026
T7 | 1000                                | team       | Q4 2026
T8 | LONG                                | team       | Q4 2026
"""


def test_no_language_is_presumed(store: Store) -> None:
    long = "Доставки " + "очень " * 3000 + "=1+1 <img src=x> " + "я" * 5000
    take_in(store, objectives=ODD.replace("LONG", long))
    found = asked(store)
    best = {child: parents(found, child)[0] for child in found.found}
    best.pop("T8", None)  # too much of it is said to say anything; it must only not break
    assert best == {"T1": "C1", "T2": "C2", "T3": "C3", "T4": "C4", "T6": "C6"}
    words = {child: candidates[0].words for child, candidates in found.found.items()}
    assert words["T2"] == ("客户满意度",)  # pairs of signs, put together again
    assert set(words["T3"]) == {"رضا", "العملاء"}
    assert words["T4"] == ("संतुष्टि",)  # not broken at its vowel signs
    assert set(words["T6"]) == {"стоимость", "доставки"}
    assert words["T1"] == ()  # alike by pieces alone: no whole word of both


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Raise NPS from 40 to 60 %", ["raise", "nps", "from", "to"]),
        ("Q4: B2B-Kunden", ["q4", "b2b", "kunden"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("ｆｕｌｌ　ｗｉｄｔｈ", ["full", "width"]),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー"]),
        ("a 🎉 -- _ 7", []),
        ("", []),
        (None, []),
        ("x" * 100, ["x" * 40]),
    ],
)
def test_words(text: str | None, words: list[str]) -> None:
    assert similarity.words_of(text) == words


def test_forms_of_a_word() -> None:
    assert similarity.same_stem("kunde", "kunden")
    assert similarity.same_stem("customers", "customer")
    assert not similarity.same_stem("cost", "coat")
    assert not similarity.same_stem("product", "productivity")
    vectors = similarity.vectorize(["happy customers", "a happy customer", "", "🎯"])
    shared = vectors.shared_words(vectors.words(0), vectors.words(1))
    assert set(shared) == {"happy", "customers"}
    squares = np.asarray(vectors.matrix.multiply(vectors.matrix).sum(axis=1)).ravel()
    assert squares == pytest.approx([1, 1, 0, 0])


def test_words_that_stand_everywhere_are_no_reason() -> None:
    topics = ("cost", "safety", "hiring", "energy", "sales", "quality", "growth")
    titles = [f"the team is to improve {topics[n % 7]}" for n in range(60)]
    vectors = similarity.vectorize(titles)
    assert vectors.shared_words(vectors.words(0), vectors.words(7)) == ("cost",)
    likeness = similarity.product(vectors.matrix, similarity.turned(vectors.matrix))
    assert likeness[0, 7] == pytest.approx(1)
    assert likeness[0, 8] < 0.2
    same = similarity.vectorize(["improve"] * 60)  # nothing but common words: they count after all
    assert similarity.product(same.matrix, similarity.turned(same.matrix)).min() == pytest.approx(1)


def test_the_app_starts_without_the_library() -> None:
    """Loading it takes a second: only a page that compares texts waits for it."""
    code = (
        "import sys, okr_data.ui.suggesting, okr_data.ui.data\n"
        "sys.exit(any(name in sys.modules for name in ('sklearn', 'scipy')))"
    )
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


# --- the measure, computed a second time ---------------------------------------

WORDS = ("alpha", "beta", "gamma", "delta", "sigma", "omega", "kappa", "theta", "lambda", "zeta")


def invented(seed: int) -> tuple[Material, list[Link]]:
    """A small organisation with several parents, teams, peers, equal titles and empty ones."""
    draw = random.Random(seed)
    rows: list[dict[str, object]] = []
    links: list[Link] = []
    for number in range(28):
        level = 1 if number < 3 else 2 if number < 9 else draw.choice((3, 3, 4))
        name = f"O{number:02}"
        rows.append(
            {
                "objective_id": name,
                "title": " ".join(draw.choices(WORDS, k=draw.choice((0, 1, 3, 4)))),
                "more": " ".join(draw.choices(WORDS, k=draw.choice((0, 5)))),
                "level_number": level,
                "level_assumed": level > 2 and draw.random() < 0.2,
                "team": draw.choice((None, "Red", "red", "Blue")) if level > 2 else None,
                "department": draw.choice((None, "Sales", "Product")) if level > 1 else None,
            }
        )
        above = [str(r["objective_id"]) for r in rows[:-1] if int(str(r["level_number"])) < level]
        for parent in draw.sample(above, min(len(above), draw.choice((0, 1, 1, 2)))):
            links.append((name, parent))
    links.append(("O27", "O26"))  # perhaps a peer
    return material(rows, links), sorted(set(links))


def tf_idf(documents: list[list[str]]) -> list[dict[str, float]]:
    """TF-IDF as in the manual: (1 + ln tf)(ln((1 + n) / (1 + df)) + 1), to length 1; no empty ones."""
    said = [d for d in documents if d]
    df = Counter(term for d in said for term in set(d))
    most = max(10, int(0.3 * len(said)))
    rows = []
    for document in documents:
        counts = Counter(term for term in document if df[term] <= most)
        row = {
            term: (1 + math.log(tf)) * (math.log((1 + len(said)) / (1 + df[term])) + 1)
            for term, tf in counts.items()
        }
        rows.append(scaled(row))
    return rows


def scaled(row: dict[str, float], to: float = 1.0) -> dict[str, float]:
    length = math.sqrt(sum(w * w for w in row.values()))
    return {term: w / length * to for term, w in row.items()} if length else {}


def added(*rows: dict[str, float]) -> dict[str, float]:
    total: dict[str, float] = {}
    for row in rows:
        for term, weight in row.items():
            total[term] = total.get(term, 0.0) + weight
    return total


def times(row: dict[str, float], factor: float) -> dict[str, float]:
    return {term: weight * factor for term, weight in row.items()}


def dot(left: dict[str, float], right: dict[str, float]) -> float:
    return sum(weight * right.get(term, 0.0) for term, weight in left.items())


def plain_vectors(known: Material) -> dict[str, dict[str, float]]:
    rows = known.objectives
    titles, more = ([text.split() for text in rows[name]] for name in ("title", "more"))

    def pieces(words: list[str]) -> list[str]:
        return [f"|{f' {w} '[n : n + 3]}" for w in words for n in range(len(w))]

    parts = []
    for cut in (list, pieces):
        both = tf_idf([cut(d) for d in titles] + [cut(d) for d in more])
        half = len(titles)
        parts.append(
            [scaled(added(both[n], times(both[half + n], 0.5)), 0.5**0.5) for n in range(half)]
        )
    return {name: added(parts[0][n], parts[1][n]) for n, name in enumerate(rows["objective_id"])}


class Plain:
    """The whole method once more, one pair at a time, in plain Python."""

    def __init__(self, known: Material, links: list[Link]) -> None:
        rows = known.objectives.astype(object).where(known.objectives.notna(), None)
        self.rows = {r["objective_id"]: r for r in rows.to_dict("records")}
        self.links = links
        self.vectors = plain_vectors(known)

    def below(self, child: str) -> set[str]:
        found = {child}
        while new := {c for c, p in self.links if p in found} - found:
            found |= new
        return found

    def candidates(self, child: str) -> list[str]:
        others = [(c, p) for c, p in self.links if c != child]
        level = self.rows[child]["level_number"]
        same = [(c, p) for c, p in others if self.rows[c]["level_number"] == level]
        peers = [p for _, p in same if self.rows[p]["level_number"] == level]
        with_peers = bool(peers) and len(peers) >= PEER_SHARE * len(same)
        return [
            name
            for name, row in self.rows.items()
            if name not in self.below(child)
            and (
                self.rows[child]["level_assumed"]
                or row["level_number"] < level
                or (with_peers and row["level_number"] == level)
            )
        ]

    def siblings(self, child: str, parent: str) -> list[str]:
        return [c for c, p in self.links if p == parent and c != child]

    def likes(self, child: str, parent: str) -> list[str]:
        """The siblings of the child's level or below."""
        row = self.rows[child]
        least = 0 if row["level_assumed"] else row["level_number"]
        found = self.siblings(child, parent)
        return [s for s in found if self.rows[s]["level_number"] >= least]

    def place(self, child: str, parent: str) -> float:
        for unit in ("team", "department"):
            own = (self.rows[child][unit] or "").lower()
            mates = {
                n for n, row in self.rows.items() if own and (row[unit] or "").lower() == own
            } - {child}
            theirs = [p for c, p in self.links if c in mates]
            if theirs:
                return theirs.count(parent) / len(theirs)
        return 0.0

    def score(self, child: str, parent: str, weights: Weights) -> float:
        text = dot(self.vectors[child], self.vectors[parent])
        total = added(*(self.vectors[s] for s in self.likes(child, parent)))
        return (
            weights.text * text
            + weights.siblings * dot(self.vectors[child], scaled(total))
            + weights.place * self.place(child, parent)
        )


def plain_chance(scores: dict[str, float], right: str, k: int, above: float) -> Fraction:
    """Count over the places that the right one can take among its equals."""
    if right not in scores or scores[right] <= above:
        return Fraction(0)
    before = sum(round(s, 6) > round(scores[right], 6) for s in scores.values())
    equal = sum(round(s, 6) == round(scores[right], 6) for s in scores.values())
    places = [before + place for place in range(1, equal + 1)]
    return Fraction(sum(place <= k for place in places), len(places))


@pytest.mark.parametrize("seed", range(4))
def test_measure_and_suggestions_are_those_of_a_second_computation(seed: int) -> None:
    known, links = invented(seed)
    plain = Plain(known, links)
    right: dict[str, list[tuple[float, ...]]] = {method: [] for method in METHODS}
    missed = 0
    for child, parent in links:
        candidates = plain.candidates(child)
        missed += parent not in candidates
        scores = {
            "suggested": ({p: plain.score(child, p, WEIGHTS) for p in candidates}, LEAST_SCORE),
            "text": ({p: dot(plain.vectors[child], plain.vectors[p]) for p in candidates}, 0.0),
            "popular": ({p: float(len(plain.siblings(child, p))) for p in candidates}, -1.0),
            "random": (dict.fromkeys(candidates, 0.0), -1.0),
        }
        for method, (by_parent, above) in scores.items():
            right[method].append(
                tuple(float(plain_chance(by_parent, parent, k, above)) for k in (1, 3, 10))
            )
    found = measure(known, links)
    assert (found.links, found.known, found.out_of_reach) == (len(links), len(links), missed)
    for recall in found.recalls:
        assert (recall.first, recall.among_three, recall.among_ten) == pytest.approx(
            np.mean(right[recall.method], axis=0).tolist(), abs=1e-9
        ), recall.method

    wanting = [name for name in plain.rows if name not in {c for c, _ in links}]
    suggested = suggest(known, wanting)
    for child in wanting:
        theirs = {p: plain.score(child, p, WEIGHTS) for p in plain.candidates(child)}
        ordered = sorted(
            (p for p in theirs if theirs[p] > LEAST_SCORE), key=lambda p: (-round(theirs[p], 5), p)
        )
        assert [s.parent_id for s in suggested.get(child, ())] == ordered[:3], child
        for s in suggested.get(child, ()):
            assert s.score == pytest.approx(theirs[s.parent_id], abs=1e-5)
            alike = {
                name: dot(plain.vectors[child], plain.vectors[name])
                for name in plain.likes(child, s.parent_id)
            }
            most = max(alike.values(), default=0.0)
            assert s.aligned == len(alike)
            assert (s.nearest_id is None) == (most < 1e-6)
            assert s.nearest_id is None or alike[s.nearest_id] == pytest.approx(most, abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_a_hidden_link_helps_nobody(seed: int) -> None:
    """Every score of a child is the same whether its links are in the data or not."""
    known, links = invented(seed)
    whole = _ground(known)
    for child in sorted({c for c, _ in links}):
        rest = [link for link in links if link[0] != child]
        without = _ground(
            Material(known.objectives, pd.DataFrame(rest, columns=["child_id", "parent_id"]), {})
        )
        row = np.array([whole.places[child]])
        (ours,), (bare,) = whole.parts(row), without.parts(row)
        assert (ours.allowed == bare.allowed).all()
        assert ours.score(WEIGHTS) == pytest.approx(bare.score(WEIGHTS), abs=1e-5)
        assert (ours.aligned == bare.aligned).all()


def test_baselines_by_hand() -> None:
    """Four candidates; two of three links lead to A, one to B. Nothing is alike."""
    rows: list[dict[str, object]] = [
        *({"objective_id": name, "title": name * 4, "level_number": 1} for name in "ABCD"),
        *({"objective_id": f"T{n}", "title": str(n), "level_number": 2} for n in range(3)),
    ]
    links = [("T0", "A"), ("T1", "A"), ("T2", "B")]
    found = measure(material(rows, links), links)
    random_one, popular = found.recall("random"), found.recall("popular")
    assert random_one is not None
    assert popular is not None
    assert (random_one.first, random_one.among_three, random_one.among_ten) == (1 / 4, 3 / 4, 1.0)
    # T0: A and B have one other each, so A is first in half of the orders, and always among three.
    # T1: the same. T2: A has two, B none left: one of the three places after A, chance 2/3 by then.
    assert popular.first == pytest.approx((1 / 2 + 1 / 2 + 0) / 3)
    assert popular.among_three == pytest.approx((1 + 1 + 2 / 3) / 3)
    assert found.candidates == 4
    assert found.recall("text") is not None
    assert found.recalls[1].among_ten == 0.0  # no text is like any other: nothing is suggested


def test_chances() -> None:
    scores, among = np.array([3.0, 2.0, 2.0, 2.0, 1.0]), np.array([True, True, True, True, True])
    assert chances(scores, among, 1, 0.0) == (0.0, 2 / 3, 1.0)
    assert chances(scores, among, 4, 1.0) == (0.0, 0.0, 0.0)  # scores no more than the least
    assert chances(scores, among, None, 0.0) == (0.0, 0.0, 0.0)
    among[0] = False
    assert chances(scores, among, 1, 0.0) == (1 / 3, 1.0, 1.0)
    assert chances(scores, among, 0, 0.0) == (0.0, 0.0, 0.0)


def test_of_many_links_the_same_ones_are_drawn() -> None:
    known, links = invented(1)
    some = measure(known, links, most=7)
    assert (some.links, some.known) == (7, len(links))
    assert some == measure(known, list(reversed(links)), most=7)


# --- data as it comes ----------------------------------------------------------


def test_sample_data(sample_store: Store) -> None:
    found = asked(sample_store)
    assert {"O-198", "O-267"} <= set(found.children["objective_id"])
    assert parents(found, "O-267")[0] == "O-200"  # where the rest of its team's work hangs
    ours, popular, chance = (found.measure.recall(m) for m in ("suggested", "popular", "random"))
    assert ours is not None
    assert popular is not None
    assert chance is not None
    assert ours.among_three > 2 * max(popular.among_three, chance.among_three)


@pytest.mark.skipif(not DATA.exists(), reason="the real public data is not here")
def test_real_links_are_found_again(tmp_path: Path) -> None:
    """source{d}: of real links the right parent is found far more often than by the baselines."""
    store = new_store(tmp_path / "real")
    import_files(store, sourced(), as_of=date(2019, 3, 31))
    found = [asked(store, cycle).measure for cycle in ("Q2 2018", "Q3 2018", "Q4 2018")]
    links = sum(m.links for m in found)
    assert links > 100

    def mean(method: str) -> float:
        recalls = [(m.links, m.recall(method)) for m in found]
        return sum(n * r.among_three for n, r in recalls if r is not None) / links

    assert mean("suggested") > 0.6
    assert mean("suggested") > mean("text") + 0.2
    assert mean("suggested") > mean("popular") + 0.2
    assert mean("popular") > mean("random")
