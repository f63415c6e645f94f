"""Lists that a page shows in part: the first rows, how many there are, what the search finds."""

from __future__ import annotations

import pandas as pd
import pytest

from okr_data import line_of_sight, objective
from okr_data.alignment import RATIOS, aligned_objectives, alignment
from okr_data.queries import Filters, holding
from okr_data.store import Store
from tests.conftest import DAY, take_in


def plain(rows: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return rows as tuples with None for what is missing."""
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in rows.itertuples(index=False)
    ]


FILTERS = (Filters("Q4 2026"), Filters("Q4 2026", ("Sales",)), Filters("Q4 2026", (), ("team",)))


@pytest.mark.parametrize("filters", FILTERS)
def test_rows_behind_a_ratio_add_up_to_it(sample_store: Store, filters: Filters) -> None:
    with sample_store.reader() as reader:
        whole = alignment(reader, filters).whole.iloc[0]
        for ratio in RATIOS:
            found = aligned_objectives(reader, filters, ratio=ratio, most=None)
            assert (found.passed, found.counted) == (whole[ratio.passed], whole[ratio.total])
            assert (found.rows["passed"].sum(), found.rows["counted"].sum()) == (
                found.passed,
                found.counted,
            )
            assert found.rows["passed"].is_monotonic_increasing, "what fails comes first"
            assert found.total == len(found.rows)
            first = aligned_objectives(reader, filters, ratio=ratio, most=2)
            assert plain(first.rows) == plain(found.rows.head(2))
            assert (first.total, first.passed, first.counted) == (
                found.total,
                found.passed,
                found.counted,
            )


@pytest.mark.parametrize("filters", FILTERS)
def test_rows_of_a_state_are_those_that_are_counted(sample_store: Store, filters: Filters) -> None:
    with sample_store.reader() as reader:
        whole = alignment(reader, filters).whole.iloc[0]
        every = aligned_objectives(reader, filters, most=None)
        assert every.total == len(every.rows) == whole["objectives"]
        assert not every.rows["objective_id"].duplicated().any()
        for state in every.rows["alignment_state"].unique():
            some = aligned_objectives(reader, filters, (state,), most=1)
            assert some.total == whole[state] == (every.rows["alignment_state"] == state).sum()


def test_parents_are_named_whatever_is_left_out(sample_store: Store) -> None:
    filters = Filters("Q4 2026")
    with sample_store.reader() as reader:
        every = aligned_objectives(reader, filters, most=None).rows.set_index("objective_id")
        titles = dict(reader.rows("select objective_id, title from objective_progress"))
        links = reader.rows(
            "select objective_id, parent_id from objective_parent_day join as_of_day using (day)"
        )
        some = aligned_objectives(reader, filters, words="a", most=5).rows
    parents: dict[str, list[str]] = {}
    for child, parent in links:
        parents.setdefault(child, []).append(titles[parent])
    for item, told in every["parents"].items():
        assert (None if pd.isna(told) else told) == (
            "; ".join(sorted(parents.get(str(item), []))) or None
        )
    assert [
        None if pd.isna(p) else p for p in every.loc[some["objective_id"], "parents"]
    ] == [None if pd.isna(p) else p for p in some["parents"]]  # fmt: skip


def test_words_are_looked_for_case_aside_and_all_of_them() -> None:
    condition, values = holding("  Two ÄPFEL ", "o.title", "o.owner")
    assert values == {"word0": "two", "word1": "äpfel"}
    assert condition.count("contains(lower(concat_ws(' ', o.title, o.owner)), $word") == 2
    assert holding("", "o.title") == ("true", {})


@pytest.fixture
def long_store(store: Store) -> Store:
    rows = [
        "id | title | level | cycle | team | owner | parent_ids",
        "G | goal | company | Q4 2026 | | Ann |",
    ]
    rows += [
        f"O-{n:03} | 100% _done_ {n:03} | team | Q4 2026 | Team {n:03} | Person {n:03} | G"
        for n in range(30)
    ]
    take_in(store, objectives="\n".join(rows), as_of=DAY)
    return store


def test_choices_are_the_first_and_words_find_the_others(long_store: Store) -> None:
    filters = Filters("Q4 2026")
    with long_store.reader() as reader:
        first = objective.choices(reader, filters, most=4)
        found = objective.choices(reader, filters, "PERSON 029")
        literal = objective.choices(reader, filters, "100% _")
        nothing = objective.choices(reader, filters, "' or true --")
        worst = objective.choices(reader, filters, worst_first=True)
    assert first.total == 31
    assert first.rows["objective_id"].tolist() == ["O-000", "O-001", "O-002", "O-003"]
    assert found.rows["objective_id"].tolist() == ["O-029"]
    assert literal.total == 30  # signs that mean something to LIKE mean themselves
    assert nothing.rows.empty
    assert set(worst.rows["objective_id"]) == {f"O-{n:03}" for n in range(30)} | {"G"}


def test_worst_first_is_furthest_behind_pace(sample_store: Store) -> None:
    filters = Filters("Q4 2026")
    with sample_store.reader() as reader:
        ids = objective.choices(reader, filters, worst_first=True, most=None).rows["objective_id"]
        gaps = {
            item: (over, gap)
            for item, over, gap in reader.rows(
                "select objective_id, dropped or closed, progress - expected_progress "
                "from objective_progress"
            )
        }
    order = [(over, gap is None, gap or 0.0) for over, gap in (gaps[item] for item in ids)]
    assert order == sorted(order)
    assert len({over for over, _, _ in order}) == 2, "the sample has a dropped one"


def test_the_sums_of_a_ratio_are_of_all_rows_whatever_is_chosen_of_them(
    sample_store: Store,
) -> None:
    filters = Filters("Q4 2026")
    with sample_store.reader() as reader:
        every = aligned_objectives(reader, filters, ratio=RATIOS[0])
        some = aligned_objectives(reader, filters, ("unaligned",), RATIOS[0], words="the")
    assert (some.passed, some.counted) == (every.passed, every.counted)
    assert 0 < some.total < every.total
    assert not some.rows["passed"].any()


def test_choices_of_sight_are_the_first_of_each_kind(long_store: Store) -> None:
    filters = Filters("Q4 2026")
    with long_store.reader() as reader:
        first = line_of_sight.choices(reader, filters, most=3)
        found = line_of_sight.choices(reader, filters, "029")
    assert first.totals == {"objective": 31, "team": 30, "person": 31}
    assert first.names() == {
        "objective": ("O-000", "O-001", "O-002"),
        "team": ("Team 000", "Team 001", "Team 002"),
        "person": ("Ann", "Person 000", "Person 001"),
    }
    assert found.names() == {
        "objective": ("O-029",),
        "team": ("Team 029",),
        "person": ("Person 029",),
    }
