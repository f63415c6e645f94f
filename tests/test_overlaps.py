"""Objectives of two departments that say nearly the same, and what is no such pair."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from okr_data.overlaps import THRESHOLD, Overlaps, alike, overlaps
from okr_data.queries import Filters
from okr_data.similarity import vectorize
from okr_data.store import Store
from tests.conftest import new_store, take_in

RUNNING = Filters("Q4 2026")
OBJECTIVES = """
id | title                                | level      | department | cycle   | parent_ids | status
C  | Become the most reliable supplier    | company    |            | Q4 2026 |            |
A  | Cut the waiting time for spare parts | department | Sales      | Q4 2026 |            |
B  | Shorten waiting time for spare parts | department | Support    | Q4 2026 |            |
D  | Cut the waiting time for spare parts | team       | Sales      | Q4 2026 |            |
E  | Cut the waiting time for spare parts | team       | Product    | Q3 2026 |            |
F  | Cut the waiting time for spare parts | team       | Finance    | Q4 2026 |            | dropped
G  | Cut the waiting time for spare parts | team       |            | Q4 2026 |            |
H  | Hire engineers in Lisbon             | team       | People     | Q4 2026 | C          |
I  | Hire good engineers in Lisbon        | team       | Product    | Q4 2026 | C          |
J  | Publish prices for dealers online    | team       | Marketing  | Q4 2026 | K          |
K  | Publish dealers’ prices online       | department | Sales      | Q4 2026 |            |
L  | Translate the manual into Polish     | team       | Finance    | Q4 2026 | M          |
M  | Open a branch for eastern regions    | department | Finance    | Q4 2026 | N          |
N  | Translate our manual into Polish     | department | Product    | Q4 2026 |            |
O  | 🎯                                   | team       | Sales      | Q4 2026 |            |
P  | 🎯                                   | team       | Support    | Q4 2026 |            |
Q  | Clean warehouse shelves every Friday | team       | Support    | Q4 2026 | R          |
R  | Keep order                           | department | Support    | Q4 2026 | C          |
S  | Clean the warehouse shelves          | team       | Marketing  | Q4 2026 | T          |
T  | Grow in peace                        | department | Marketing  | Q4 2026 | C          |
"""


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("overlaps"))
    take_in(store, objectives=OBJECTIVES)
    return store


def asked(store: Store, filters: Filters = RUNNING, as_of: date | None = None) -> Overlaps:
    with store.reader(as_of) as reader:
        return overlaps(reader, filters)


def relations(found: Overlaps) -> dict[tuple[str, str], str]:
    return {(pair.first_id, pair.second_id): pair.relation for pair in found.pairs}


def test_pairs_stand_in_two_departments_of_one_cycle(organisation: Store) -> None:
    found = asked(organisation)
    assert (
        relations(found)
        == {
            ("A", "B"): "none",
            ("B", "D"): "none",
            ("H", "I"): "shared_parent",
            ("J", "K"): "linked",
            ("L", "N"): "one_chain",
            ("Q", "S"): "shared_above",
        }
    )  # A and D are of one department; E of another cycle; F dropped; G of none; O and P say nothing
    assert found.total == 6
    assert found.compared == len(found.objectives) - 1
    scores = [pair.score for pair in found.pairs]
    assert scores == sorted(scores, reverse=True)
    assert all(THRESHOLD <= score <= 1 for score in scores)
    (pair,) = (p for p in found.pairs if p.first_id == "J")
    assert set(pair.words) == {"publish", "prices", "dealers", "online"}


def test_one_of_the_two_is_under_the_filter(organisation: Store) -> None:
    assert set(relations(asked(organisation, Filters("Q4 2026", ("People",))))) == {("H", "I")}
    teams = relations(asked(organisation, Filters("Q4 2026", (), ("team",))))
    assert ("A", "B") not in teams
    assert ("B", "D") in teams


def test_nothing_to_compare(organisation: Store, store: Store) -> None:
    assert asked(organisation, Filters("Q3 2026")).pairs == ()
    assert asked(organisation, Filters(None)).total == 0
    assert asked(organisation, as_of=date(1999, 1, 1)).objectives.empty
    store.catch_up()
    assert asked(store).pairs == ()


def test_the_same_again(organisation: Store) -> None:
    assert asked(organisation).pairs == asked(organisation).pairs


def test_blocks_find_what_one_by_one_finds() -> None:
    """More rows than a block; only the best are kept, all are counted."""
    draw = random.Random(4)
    words = ["alpha", "beta", "gamma", "delta", "sigma", "omega", "kappa", "theta"]
    titles = [" ".join(draw.choices(words, k=3)) for _ in range(600)]
    departments = [draw.choice("ABC") for _ in titles]
    shown = [draw.random() < 0.3 for _ in titles]
    vectors = vectorize(titles)
    dense = vectors.matrix.toarray()
    right = sorted(
        (-round(float(dense[i] @ dense[j]), 4), i, j)
        for i in range(600)
        for j in range(i + 1, 600)
        if departments[i] != departments[j]
        and (shown[i] or shown[j])
        and dense[i] @ dense[j] >= 0.6
    )
    found, total = alike(vectors, departments, shown, 0.6, most=50)
    assert abs(total - len(right)) <= len(right) // 100  # float32: some lie on the threshold
    assert [s for s, _, _ in found] == pytest.approx([-s for s, _, _ in right[:50]], abs=1e-3)
    assert all(departments[i] != departments[j] and i < j for _, i, j in found)


def test_sample_data_holds_the_pair_that_is_told_twice(sample_store: Store) -> None:
    found = asked(sample_store)
    titles = found.objectives.set_index("objective_id")["title"]
    told = {(titles[p.first_id], titles[p.second_id]) for p in found.pairs}
    assert ("Own the first cold week", "Calm the first cold weekend") in {
        pair if pair[0].startswith("Own") else pair[::-1] for pair in told
    }


def test_odd_titles_do_not_break_it(tmp_path: Path) -> None:
    store = new_store(tmp_path / "odd")
    long = "очень " * 4000
    take_in(
        store,
        objectives="id | title | level | department | cycle\n"
        f"A | {long} | team | X | Q4 2026\nB | {long} | team | Y | Q4 2026\n"
        "C | 提升客户满意度 | team | X | Q4 2026\nD | 客户满意度提升 | team | Y | Q4 2026\n"
        "E | زيادة رضا العملاء | team | X | Q4 2026\nF | رضا العملاء | team | Y | Q4 2026",
    )
    assert set(relations(asked(store))) == {("A", "B"), ("C", "D"), ("E", "F")}
