"""What a board reads first: the gravest findings, the outlook, what moved, one department."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from okr_data.board import Department, Movement, Outlook, department, movement, outlook
from okr_data.charts.carried import (
    NOTHING,
    carried_goals,
    carried_table,
    cell_colours,
    cell_words,
    linked_rows,
)
from okr_data.charts.contribution import Cell, matrix_grid
from okr_data.charts.theme import LIGHT, gap_colour
from okr_data.contribution import matrix
from okr_data.findings import findings, found
from okr_data.ingest import Reading
from okr_data.intake import import_files
from okr_data.queries import Filters
from okr_data.schema import LEVELS
from okr_data.store import Store
from tests.conftest import DAY, new_store, take_in, uploads

CYCLE = "Q4 2026"
OBJECTIVES = """
id | title   | level      | cycle   | department | owner      | parent_ids | status   | parent_weights
G  | goal    | company    | Q4 2026 |            | Ann        |            |          |
H  | lonely  | company    | Q4 2026 |            | Ann        |            |          |
S  | sales   | department | Q4 2026 | Sales      | Bo; Cy     | G          | on track |
T  | team    | team       | Q4 2026 | Sales      | Cy         | S          |          |
P  | product | department | Q4 2026 | Product    | Di         | T          |          |
A  | aligned | team       | Q4 2026 | Product    | Di         | G          |          | 0%
U  | alone   | team       | Q4 2026 | Product    |            |            |          |
X  | gone    | team       | Q4 2026 | Sales      | Cy         | S          | dropped  |
"""
KEY_RESULTS = """
id | objective_id | title | start_value | target_value | current_value
s  | S            | s     | 0           | 10           | 1
t  | T            | t     | 0           | 10           | 6
p  | P            | p     | 0           | 10           | 9
x  | X            | x     | 0           | 10           | 9
"""
#: The three days of check-ins that a forecast needs.
CHECK_INS = """
item_id | date       | value
s       | 2026-10-16 | 0.3
s       | 2026-10-30 | 0.6
s       | 2026-11-20 | 1
"""
#: Q4 2026 on 20 November.
EXPECTED = 50 / 91


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("board"))
    take_in(store, objectives=OBJECTIVES, key_results=KEY_RESULTS, check_ins=CHECK_INS)
    return store


def one(store: Store, name: str, cycle: str | None = CYCLE) -> Department:
    with store.reader() as reader:
        return department(reader, Filters(cycle, (name,)))


def ahead(store: Store, filters: Filters) -> Outlook:
    with store.reader() as reader:
        return outlook(reader, filters)


def moved(store: Store, as_of: date | None = None) -> Movement:
    with store.reader(as_of) as reader:
        return movement(reader)


# --- what needs attention ------------------------------------------------------------


def by_hand(store: Store, filters: Filters) -> list[tuple[str, str]]:
    """Return all open findings in the order in which they are told: rule and item."""
    with store.reader() as reader:
        rows = found(reader, filters, most=None).rows.to_dict("records")

    def order(row: dict[str, Any]) -> tuple[object, ...]:
        gap = row["progress"] - row["expected_progress"]
        level = LEVELS.index(row["level"]) if row["level"] in LEVELS else len(LEVELS)
        severity = ("high", "medium", "low").index(row["severity"])
        known = (1, 0.0) if pd.isna(gap) else (0, gap)
        return (severity, level, *known, row["title"], row["item_id"], row["finding"])

    return [(row["finding"], row["item_id"]) for row in sorted(rows, key=order)]


@pytest.mark.parametrize("filters", [Filters(CYCLE), Filters(CYCLE, ("Sales",), ("team",))])
@pytest.mark.parametrize("most", [1, 6, 18, 999])
def test_gravest_goes_by_severity_then_level_then_gap_then_title(
    small: Store, sample_store: Store, most: int, filters: Filters
) -> None:
    for store in (small, sample_store):
        with store.reader() as reader:
            rows = findings(reader, filters, most).gravest
        assert (
            list(zip(rows["finding"], rows["item_id"], strict=True))
            == (by_hand(store, filters)[:most])
        )


@pytest.mark.parametrize(
    "filters", [Filters(CYCLE), Filters(CYCLE, ("Sales",)), Filters(CYCLE, (), ("team",))]
)
def test_counts_of_findings_are_those_of_their_rows(sample_store: Store, filters: Filters) -> None:
    with sample_store.reader() as reader:
        told = findings(reader, filters)
        rows = found(reader, filters, most=None).rows
        every = found(reader, filters, excused=True, most=None)
        first = found(reader, filters, most=3)
        grave = found(reader, filters, severity="high", most=None).rows
        rule = rows["finding"].iloc[0]
        of_rule = found(reader, filters, rule, most=None).rows
        word = rows["title"].iloc[-1].split()[0]
        holding = found(reader, filters, words=word.upper(), most=None).rows
    assert told.open() == len(rows) > 3
    assert every.total == told.open() + told.summary["excused"].sum()
    assert first.total == len(rows)
    assert list(first.rows["item_id"]) == list(rows["item_id"])[:3]
    assert told.open("high") == len(grave) == (rows["severity"] == "high").sum()
    assert told.grave_objectives == grave["objective_id"].nunique()
    assert list(of_rule["item_id"]) == list(rows.loc[rows["finding"] == rule, "item_id"])
    held = rows["title"].str.lower().str.contains(word.lower(), regex=False)
    assert len(holding) >= held.sum() > 0
    by_department = rows["department"].value_counts(dropna=False)
    assert {name: count for name, count in told.by_department.items() if name} == {
        name: count for name, count in by_department.items() if pd.notna(name)
    }


def test_a_watermelon_comes_first_and_excused_ones_do_not_come(
    small: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with small.reader() as reader:
        first = findings(reader, Filters(CYCLE), most=2).gravest
    assert set(first["item_id"]) == {"S"}
    assert set(first["finding"]) == {"disconnected_effort", "watermelon"}
    store = new_store(tmp_path_factory.mktemp("excused"))
    take_in(store, objectives=OBJECTIVES, key_results=KEY_RESULTS)
    store.excuse("watermelon", "S", "known", date(2026, 12, 1))
    with store.reader() as reader:
        rest = findings(reader, Filters(CYCLE), most=99).gravest
    assert "watermelon" not in set(rest["finding"])


# --- the outlook ---------------------------------------------------------------------


def test_outlook_means_what_has_a_forecast_and_counts_the_rest(small: Store) -> None:
    with small.reader() as reader:
        known = reader.frame(
            "select projected from forecast where item_kind = 'objective' and projected is not null"
        )["projected"]
        standing = reader.frame(
            "select progress from objective_progress where not dropped and progress is not null "
            "and objective_id not in (select item_id from forecast where projected is not null)"
        )["progress"]
    found = ahead(small, Filters(CYCLE))
    assert found.objectives == 7  # X is dropped
    assert found.forecast == len(known) > 0
    assert found.projected == pytest.approx(pd.concat([known, standing]).mean())
    assert sum(found.ends) == found.forecast
    assert [n for n, count in enumerate(found.ends) if count] == sorted(
        {min(9, int(end * 10)) for end in known}
    )


def test_outlook_without_any_forecast_is_not_known(small: Store) -> None:
    nothing = (0,) * 10
    assert ahead(small, Filters(CYCLE, ("Product",))) == Outlook(3, 0, None, nothing)
    assert ahead(small, Filters("Q1 2020")) == Outlook(0, 0, None, nothing)


# --- what moved ----------------------------------------------------------------------


def test_movement_counts_changes_since_the_import_before(store: Store) -> None:
    before = date(2026, 10, 30)
    take_in(store, as_of=before, objectives=OBJECTIVES, key_results=KEY_RESULTS)
    take_in(
        store, as_of=DAY,
        objectives=OBJECTIVES.replace("| team    |", "| crew    |"),
        key_results=KEY_RESULTS.replace("| 6", "| 7"),
    )  # fmt: skip
    found = moved(store)
    assert (found.before, found.after) == (before, DAY)
    # T and its key result t; S, whose progress is that of its own key result, has not moved.
    sales = found.under(Filters(CYCLE, ("Sales",)))
    assert sales["retitled"] == 1
    assert sales["progress"] == 2
    assert "retitled" not in found.under(Filters(CYCLE, ("Product",)))
    assert found.under(Filters("Q1 2020")).empty
    first = moved(store, before)
    assert (first.before, first.after) == (None, before)


def test_what_is_gone_is_counted_where_it_was(store: Store) -> None:
    take_in(store, as_of=date(2026, 10, 30), objectives=OBJECTIVES, key_results=KEY_RESULTS)
    kept = "\n".join(line for line in OBJECTIVES.splitlines() if not line.startswith("T "))
    results = "\n".join(line for line in KEY_RESULTS.splitlines() if not line.startswith("t "))
    complete(store, objectives=kept, key_results=results)
    assert moved(store).under(Filters(CYCLE, ("Sales",)))["removed"] == 2  # T and its key result


def complete(store: Store, **tables: str) -> None:
    reading = Reading(as_of=DAY, complete=True)
    import_files(store, uploads(**tables), as_of=DAY, reading=reading)


def test_first_import_has_none_before_it(small: Store, store: Store) -> None:
    assert moved(small).before is None
    assert moved(small).under(Filters(CYCLE)).empty
    assert moved(store).before is None  # an empty database


# --- a department --------------------------------------------------------------------


def test_department_lists_its_objectives_the_furthest_behind_first(small: Store) -> None:
    found = one(small, "Sales")
    assert list(found.objectives["objective_id"]) == ["S", "T"]  # X is dropped
    assert found.headline.objectives == 2
    assert found.headline.progress == pytest.approx((0.1 + 0.6) / 2)
    assert found.headline.expected == pytest.approx(EXPECTED)
    assert found.objectives.set_index("objective_id").loc["S", "grave"] >= 1
    people = found.people.set_index("person")
    assert people.loc["Cy"].tolist() == [2, 1, 2]  # S and T; S behind; both lead to G
    assert people.loc["Bo"].tolist() == [1, 1, 1]
    assert len(found.weeks) > 0


def test_department_without_dates_owners_or_anything_measured(small: Store) -> None:
    product = one(small, "Product")
    assert list(product.people["person"]) == ["Di"]
    # Objectives without pace come last, by title.
    assert list(product.objectives["objective_id"]) == ["P", "A", "U"]
    empty = one(small, "Sales", "Q1 2020")
    assert empty.headline.objectives == 0
    assert empty.headline.progress is None
    assert empty.objectives.empty
    assert empty.people.empty


def test_everything_dropped_leaves_nothing(store: Store) -> None:
    take_in(
        store,
        objectives="""
            id | title | level | cycle   | department | status
            A  | a     | team  | Q4 2026 | Sales      | dropped
        """,
    )
    found = one(store, "Sales")
    assert found.headline.objectives == 0
    assert found.objectives.empty
    assert ahead(store, Filters(CYCLE)).objectives == 0


def test_one_objective_without_company_objective(store: Store) -> None:
    take_in(
        store,
        objectives="""
            id | title | level | cycle   | department
            A  | a     | team  | Q4 2026 | Sales
        """,
    )
    found = one(store, "Sales")
    assert list(found.objectives["objective_id"]) == ["A"]
    assert found.headline.progress is None
    with store.reader() as reader:
        shown = matrix(reader, Filters(CYCLE))
    assert carried_goals(shown.goals, shown.cells, "department", "Sales").empty
    grid = matrix_grid(shown.goals, shown.rows, shown.cells)
    assert carried_table(grid, ["Sales", None]).words.shape == (2, 0)


# --- what it carries -----------------------------------------------------------------


def test_table_of_departments_and_goals_says_share_and_sign(small: Store) -> None:
    with small.reader() as reader:
        shown = matrix(reader, Filters(CYCLE))
    grid = matrix_grid(shown.goals, shown.rows, shown.cells)
    table = carried_table(grid, ["Product", "Sales", None])
    cells = shown.cells.set_index(["department", "goal_id"])
    sales = cells.loc[("Sales", "G")]
    assert table.words.loc[1, "G"].startswith(f"{sales['share'] * 100:.0f}\u00a0%  ▼ ")
    assert table.gaps.loc[1, "G"] == pytest.approx(sales["gap"])
    assert list(table.words["H"]) == [NOTHING] * 3
    assert table.gaps["H"].isna().all()
    assert table.words.loc[2, "G"] == NOTHING


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, NOTHING),
        (Cell(None, None, None, 0, 0), NOTHING),
        (Cell(None, None, None, 0, 3), "3 aligned"),
        (Cell(0.25, 0.1, None, 1, 1), "25\u00a0%"),
        (Cell(0.25, 0.1, 0.004, 1, 1), "25\u00a0%  ±0"),
        (Cell(0.25, 0.1, -0.01, 1, 1), "25\u00a0%  ▼ 1"),
        (Cell(0.001, 0.0, 0.2, 1, 1), "< 1\u00a0%  ▲ 20"),
    ],
)
def test_words_of_a_cell(cell: Cell | None, words: str) -> None:
    assert cell_words(cell) == words


def test_colour_of_a_cell_is_its_gap_and_none_without_one() -> None:
    colours = cell_colours(pd.DataFrame({"G": [-0.3, None]}), LIGHT)
    assert gap_colour(-0.3, LIGHT) in colours.loc[0, "G"]
    assert colours.loc[1, "G"] == ""


def test_goals_of_a_department_name_those_that_it_does_not_carry(small: Store) -> None:
    with small.reader() as reader:
        shown = matrix(reader, Filters(CYCLE))
    found = carried_goals(shown.goals, shown.cells, "department", "Sales").set_index("objective_id")
    assert list(found.index) == ["G", "H"]
    # S stands for its key result and T, T for its own and P: S 1/2, T 1/4, P 1/4.
    assert found.loc["G", "share"] == pytest.approx(0.75)
    assert found.loc["H", ["carriers", "aligned"]].tolist() == [0, 0]
    assert pd.isna(found.loc["H", "share"])


def test_links_count_both_directions() -> None:
    links = pd.DataFrame(
        [("Sales", "Product", 2), ("Product", "Sales", 3), ("Ops", "Sales", 1), ("Ops", "Product", 9)],
        columns=["from_department", "to_department", "links"],
    )  # fmt: skip
    found = linked_rows(links, "Sales")
    assert found.to_numpy().tolist() == [["Product", 2, 3], ["Ops", 0, 1]]
    assert linked_rows(links, "Nobody").empty
    assert linked_rows(links.head(0), "Sales").empty
