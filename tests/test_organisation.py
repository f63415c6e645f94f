"""The organisation: places, spellings that may be one, people, and edits that are imports."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from okr_data.ingest import Upload
from okr_data.organisation import (
    UnitRow,
    changed_rows,
    organisation,
    spellings_alike,
    state_units,
    units_csv,
)
from okr_data.store import Store
from tests.conftest import DAY, assert_same_answers, every_answer, take_in

EARLIER = date(2026, 10, 16)
OBJECTIVES = """
id  | title | level      | team         | department | cycle   | owner          | status
G   | goal  | company    |              |            | Q4 2026 |                |
O-1 | one   |            | Sales EMEA   |            | Q4 2026 | Ann Example    |
O-2 | two   |            | Sales – EMEA |            | Q4 2026 | Bob Sample     |
O-3 | three |            | Sales EMEA   |            | Q4 2026 | Ann Example; Bob Sample |
O-4 | four  | department |              | Sales      | Q4 2026 | cy@example.com |
O-5 | five  | team       | Ants         | Sales      | Q4 2026 |                | Dropped
"""
UNITS = """
team       | level      | department | parent_team
Sales      | department | Sales      |
Sales EMEA | team       | Sales      | Sales
"""


def known(store: Store) -> dict[str, tuple[object, ...]]:
    with store.reader() as reader:
        units = organisation(reader).units
    return {
        row.team: (row.state, row.level, row.department, row.parent_team, row.objectives)
        for row in units.astype(object).where(units.notna(), None).itertuples()
    }


def test_units_are_those_of_tables_and_of_rows(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES, org_units=UNITS)
    found = known(store)
    assert found["Sales"] == ("stated", "department", "Sales", None, 1)  # O-4 alone
    assert found["Sales EMEA"] == ("stated", "team", "Sales", "Sales", 2)
    assert found["Sales – EMEA"][0] == "proposed"
    assert found["Sales – EMEA"][-1] == 1
    assert found["Ants"][-1] == 0  # its only objective was dropped
    assert next(iter(found)) in ("Sales – EMEA", "Ants")  # what is only proposed comes first


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Sales EMEA", "Sales – EMEA", True),
        ("Sales EMEA", "EMEA Sales", True),
        ("Sales", "Sales Dept.", True),
        ("Research & Design", "research and design", True),
        ("Küche", "Kuche", True),
        ("Firmware", "Firmwere", True),
        ("CustomerSuccess", "Customer Success", True),
        ("Sales DE", "Sales DK", False),
        ("Platform 1", "Platform 2", False),
        ("Ants", "Antz", False),  # too short to call it a slip
        ("Sales", "Sales EMEA", False),
        ("Marketing", "Product Marketing", False),
    ],
)
def test_names_alike(one: str, other: str, alike: bool) -> None:
    called = pd.DataFrame({"name": [one, other], "objectives": [1, 2], "stated": [True, False]})
    pairs = list(spellings_alike(called))
    assert [(pair.keep, pair.other, pair.keep_objectives) for pair in pairs] == (
        [(one, other, 1)] if alike else []
    )


def test_of_two_names_the_one_with_more_objectives_is_proposed() -> None:
    called = pd.DataFrame(
        {"name": ["A team", "Team A"], "objectives": [1, 5], "stated": [False, False]}
    )
    assert [pair.keep for pair in spellings_alike(called)] == ["Team A"]


def test_thousands_of_names_are_compared_in_no_time() -> None:
    called = pd.DataFrame(
        {"name": [f"Unit {n} of the house" for n in range(3000)], "objectives": 1, "stated": False}
    )
    assert list(spellings_alike(called)) == []


def test_an_edit_states_only_what_changed(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES, org_units=UNITS)
    with store.reader() as reader:
        before = organisation(reader).units
    after = before.assign(confirmed=before["state"] == "stated")
    assert changed_rows(before, after) == []
    after.loc[before["team"] == "Sales – EMEA", "confirmed"] = True
    after.loc[before["team"] == "Sales EMEA", ["level", "parent_team"]] = [
        "department",
        "Sales EMEA",
    ]
    after.loc[before["team"] == "Sales", ["level"]] = ["company"]
    place = before.set_index("team").loc["Sales – EMEA"]
    rows = {row.team: row for row in changed_rows(before, after)}
    assert rows == {
        "Sales – EMEA": UnitRow("Sales – EMEA", place["level"], place["department"]),
        "Sales EMEA": UnitRow("Sales EMEA", "department", "Sales"),  # not above itself
        "Sales": UnitRow("Sales", "company"),  # a company has no department
    }


def test_a_statement_is_an_import_and_its_undo_leaves_no_trace(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES, org_units=UNITS)
    before = every_answer(store)
    result = state_units(store, [UnitRow("Sales – EMEA", same_as="Sales EMEA")], DAY)
    assert result.manifest.as_of == DAY
    assert result.issues.empty
    assert known(store)["Sales EMEA"] == ("stated", "team", "Sales", "Sales", 3)
    assert "Sales – EMEA" not in known(store)
    with store.reader() as reader:
        now = organisation(reader)
    assert now.merged[["name", "read_as"]].to_numpy().tolist() == [["Sales – EMEA", "Sales EMEA"]]
    assert now.spellings == ()
    store.undo(result.import_id)
    assert_same_answers(every_answer(store), before)


def test_going_back_and_forth_is_no_repeated_upload(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES, org_units=UNITS)
    for level in ("department", "team", "department"):
        state_units(store, [UnitRow("Sales EMEA", level, "Sales")], DAY)
        assert known(store)["Sales EMEA"][1] == level
    assert len(store.imports()) == 4


def test_a_unit_of_its_own_again_keeps_its_place(store: Store) -> None:
    take_in(store, objectives=OBJECTIVES, org_units=UNITS + "Sales – EMEA | team | Sales | Sales\n")
    state_units(store, [UnitRow("Sales – EMEA", same_as="Sales EMEA")], DAY)
    with store.reader() as reader:
        (row,) = organisation(reader).merged.itertuples()
    assert (row.level, row.department, row.parent_team) == ("team", "Sales", "Sales")
    state_units(
        store,
        [UnitRow("Sales – EMEA", row.level, row.department, row.parent_team, "Sales – EMEA")],
        DAY,
    )
    assert known(store)["Sales – EMEA"] == ("stated", "team", "Sales", "Sales", 1)


def test_a_first_statement_holds_on_all_days_a_later_one_from_its_day_on(store: Store) -> None:
    take_in(store, as_of=EARLIER, objectives=OBJECTIVES, org_units=UNITS)
    take_in(store, check_ins="item_id | date | value\nO-1 | 2026-11-02 |")
    state_units(store, [UnitRow("Sales EMEA", "department", "EMEA")], DAY)
    with store.reader(EARLIER) as reader:
        levels = dict(reader.rows("select objective_id, level from objective_progress"))
    assert levels["O-1"] == "team"
    with store.reader() as reader:
        levels = dict(reader.rows("select objective_id, level from objective_progress"))
    assert levels["O-1"] == "department"


def test_people_with_their_teams_and_what_they_own(store: Store) -> None:
    take_in(
        store,
        objectives=OBJECTIVES,
        org_units=UNITS,
        people="person | team | email | manager\n"
        "Ann Example | Sales EMEA | ann@example.com | Bob Sample\n"
        "Cy Third | Sales | cy@example.com |\n"
        "Nobody | | |",
    )
    with store.reader() as reader:
        found = organisation(reader)
    people = found.people.astype(object).where(found.people.notna(), None)
    assert people.to_numpy().tolist() == [
        ["Ann Example", "ann@example.com", "Sales EMEA", "Bob Sample", 2],  # O-1, O-3
        ["Cy Third", "cy@example.com", "Sales", None, 1],  # O-4, by e-mail
        ["Nobody", None, None, None, 0],
    ]
    assert (found.owners, found.owners_placed) == (3, 2)  # Ann, Bob and Cy; Bob is in no list


def test_names_are_written_as_they_are() -> None:
    rows = [UnitRow('A "quoted", name', "team", "=Sum", None), UnitRow("B", same_as="C")]
    assert Upload("u", units_csv(rows)).content.decode() == (
        "team,level,department,parent_team,same_as\r\n"
        '"A ""quoted"", name",team,=Sum,,\r\nB,,,,C\r\n'
    )
