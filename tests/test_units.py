"""Other spellings of units, and people who bring their team along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from okr_data.intake import known_to
from okr_data.journal import SourceFile
from okr_data.schema import ORG_UNIT, PERSON
from okr_data.store import ImportResult, Store
from tests.conftest import assert_same_answers, draft_of, every_answer, take_in, uploads

OCT, NOV = date(2026, 10, 16), date(2026, 11, 20)
OBJECTIVES = """
id  | title | level      | team        | department | cycle   | parent_ids
G   | goal  | company    |             |            | Q4 2026 |
O-1 | sell  |            | EMEA Sales  |            | Q4 2026 | G
O-2 | more  |            | Sales EMEA  |            | Q4 2026 | G
O-3 | dept  | department |             | Sales Dept | Q4 2026 | G
O-4 | make  | team       | Ants        | sales      | Q4 2026 | G
"""
UNITS = """
team       | level      | department
EMEA Sales | team       | Sales
Sales EMEA | individual | Product
Sales      | department | Sales
Ants       | team       | Product
"""


def say(
    store: Store,
    as_of: date,
    aliases: Iterable[tuple[str, str]] = (),
    people: Iterable[tuple[str | None, str | None, str | None]] = (),
) -> ImportResult:
    """Import statements about units (team, same as) and people (person, email, team) alone."""
    units = ORG_UNIT.from_rows(
        [
            {"team": team, "same_as": other, "assumed": False, "file": "units", "row": row}
            for row, (team, other) in enumerate(aliases, start=2)
        ]
    )
    persons = PERSON.from_rows(
        [
            {"person": person, "email": email, "team": team, "file": "people", "row": row}
            for row, (person, email, team) in enumerate(people, start=2)
        ]
    )
    filler = draft_of(uploads(org_units="team | level\nNobody | team"), as_of, known_to(store))
    tables = {**filler.tables, "org_unit_row": units, "person_row": persons}
    said = SourceFile.of("said", repr((list(aliases), list(people))).encode())
    return store.accept(replace(filler, tables=tables, files=(said,)))


def places(store: Store, as_of: date | None = None) -> dict[str, tuple[str, str, str]]:
    with store.reader(as_of) as reader:
        rows = reader.rows("select objective_id, team, level, department from objective_progress")
    return {name: (team, level, department) for name, team, level, department in rows}


def test_another_spelling_counts_as_its_unit_on_all_days(store: Store) -> None:
    take_in(store, as_of=OCT, objectives=OBJECTIVES, org_units=UNITS)
    assert places(store)["O-2"] == ("Sales EMEA", "individual", "Product")
    before = every_answer(store)
    said = say(
        store, OCT, [("sales emea ", "Emea Sales"), ("Sales Dept", "Sales"), ("Ants", "Ants")]
    )
    for day in (None, date(2026, 10, 5)):
        assert places(store, day) == {
            "G": (None, "company", None),
            "O-1": ("EMEA Sales", "team", "Sales"),  # written as in the org units
            "O-2": ("EMEA Sales", "team", "Sales"),
            "O-3": (None, "department", "Sales"),
            "O-4": ("Ants", "team", "Sales"),  # any spelling of the unit that others stand for
        }
    assert said.change_counts["team"] == 1
    store.undo(said.import_id)
    assert_same_answers(every_answer(store), before)


def test_key_results_and_units_above_follow_the_name(store: Store) -> None:
    take_in(
        store,
        as_of=OCT,
        objectives="id | title | team | cycle\nO | o | Ants | Q4 2026",
        key_results="id | objective_id | title | team\nK | O | k | Antz",
        org_units="team | level | department\nAnts | team | Bugs dept.",
    )
    say(store, NOV, [("Antz", "Ants"), ("Bugs dept.", "Bugs")])
    with store.reader() as reader:
        assert reader.rows("select team, department from key_result_progress") == [("Ants", "Bugs")]


@pytest.mark.parametrize(
    ("aliases", "unit"),
    [
        ([("Ants", "Bees"), ("Bees", "Cats")], "Cats"),  # a chain ends at its last
        ([("Ants", "Bees"), ("Bees", "Ants")], "Ants"),  # a loop stands for its first
        ([("Ants", "Cats"), ("Cats", "Bees"), ("Bees", "Cats")], "Bees"),
        ([("Ants", "Ants")], "Ants"),
        ([("Ants", " ")], "Ants"),
    ],
)
def test_chains_and_loops_of_names_end(
    aliases: list[tuple[str, str]], unit: str, store: Store
) -> None:
    take_in(
        store,
        as_of=OCT,
        objectives="id | title | level | team | cycle\nO | o | team | Ants | Q4 2026",
    )
    say(store, NOV, aliases)
    assert places(store)["O"][0] == unit


def test_the_newest_statement_about_a_name_decides(store: Store) -> None:
    take_in(
        store,
        as_of=OCT,
        objectives="id | title | level | team | cycle\nO | o | team | Ants | Q4 2026",
    )
    say(store, NOV, [("Ants", "Bees")])
    say(store, OCT, [("Ants", "Cats")])
    assert places(store)["O"][0] == "Bees"
    say(store, NOV, [("Ants", "ants")])  # its own name: a unit of its own again
    assert places(store)["O"][0] == "Ants"


def test_a_known_spelling_is_not_proposed_again(store: Store) -> None:
    take_in(store, as_of=OCT, objectives=OBJECTIVES, org_units=UNITS)
    say(store, OCT, [("Sls", "Sales")])
    result = take_in(
        store, as_of=NOV, objectives="id | title | team | cycle\nO-9 | o | SLS | Q4 2026"
    )
    assert "org_unit_assumed" not in set(result.issues["code"])
    assert places(store)["O-9"] == ("Sales", "department", "Sales")


# --- people ------------------------------------------------------------------

OWNED = """
id  | title | level | team | owner              | department | cycle
O-1 | a     |       |      | Ada Lovelace       |            | Q4 2026
O-2 | b     |       |      | ada@example.org    |            | Q4 2026
O-3 | c     | team  |      | ADA LOVELACE       |            | Q4 2026
O-4 | d     |       | Bees | Ada Lovelace       |            | Q4 2026
O-5 | e     | team  |      | Ada Lovelace;Bob   |            | Q4 2026
O-6 | f     | team  |      | Bob                |            | Q4 2026
O-7 | g     | team  |      |                    |            | Q4 2026
"""
TEAMS = "team | level | department\nAnts | team | Sales\nBees | team | Product"


def test_an_objective_without_team_takes_that_of_its_only_owner(store: Store) -> None:
    take_in(store, as_of=OCT, objectives=OWNED, org_units=TEAMS)
    before = every_answer(store)
    said = say(
        store, OCT, people=[("Ada Lovelace", "Ada@Example.org", "Ants"), ("Bob", None, None)]
    )
    assert places(store) == {
        "O-1": ("Ants", "individual", "Sales"),
        "O-2": ("Ants", "individual", "Sales"),  # by e-mail address
        "O-3": ("Ants", "team", "Sales"),  # its level is stated
        "O-4": ("Bees", "team", "Product"),  # its team is stated
        "O-5": (None, "team", None),  # two owners
        "O-6": (None, "team", None),  # a person without team
        "O-7": (None, "team", None),
    }
    store.undo(said.import_id)
    assert_same_answers(every_answer(store), before)


def test_the_newest_statement_about_a_person_wins(store: Store) -> None:
    take_in(store, as_of=OCT, objectives=OWNED, org_units=TEAMS)
    say(store, NOV, people=[("Ada Lovelace", None, "Bees")])
    say(store, OCT, people=[("Ada Lovelace", None, "Ants")])
    assert places(store)["O-1"] == ("Bees", "individual", "Product")
    assert places(store, date(2026, 10, 5))["O-1"] == ("Bees", "individual", "Product")


def test_the_team_of_a_person_is_read_by_its_other_name_too(store: Store) -> None:
    take_in(store, as_of=OCT, objectives=OWNED, org_units=TEAMS)
    said = say(store, NOV, [("Antz", "Ants")], [("Ada Lovelace", None, "ANTZ")])
    assert places(store)["O-1"] == ("Ants", "individual", "Sales")
    assert said.manifest.counts["people"] == 1
