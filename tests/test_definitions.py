"""Everything that makes a figure stands on the page Definitions, and in the words of the pages."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from okr_data import views
from okr_data.issues import CODES
from okr_data.scorecard import CHECKS, DIMENSIONS
from okr_data.settings import FILES, Settings, described
from okr_data.store import Store
from okr_data.ui.definitions import definitions
from okr_data.ui.words import FINDING_NAMES

PROJECT = Path(__file__).resolve().parent.parent
FOUND = list(definitions())
NAMES = {(each.place, each.name) for each in FOUND}


@pytest.mark.parametrize("view", views.public_views(), ids=lambda v: v.name)
def test_every_view_and_column_is_there(view: views.View) -> None:
    (there,) = (each for each in FOUND if each.name == view.name and each.place == "Views")
    assert [c.name for c in there.columns] == [c.name for c in view.columns]
    assert all(c.meaning for c in there.columns)


def test_every_finding_setting_check_formula_and_rule_is_there() -> None:
    assert {("Findings", rule.name) for rule in views.load_rules()} <= NAMES
    assert {("Settings", field.name) for field in fields(Settings)} <= NAMES
    assert {("Scorecard", check.name) for check in CHECKS} <= NAMES
    assert {("Formulas", macro.name) for macro in views.load_macros()} <= NAMES
    assert {("Rules of the import", code) for code in CODES} <= NAMES
    assert any(name.startswith("what_changed(") for _, name in NAMES)


def test_every_definition_says_something_in_each_of_its_words() -> None:
    for each in FOUND:
        optional = {"Grain"}
        assert all(text for key, text in each.row.items() if key not in optional), each.name


def test_a_search_narrows_to_what_holds_every_word() -> None:
    found = {each.name for each in FOUND if each.holds("Within cadence")}
    assert {"stale", "cadence_days"} <= found
    assert "no_owner" not in found


def test_every_rule_has_a_name_for_people() -> None:
    assert set(FINDING_NAMES) == {rule.name for rule in views.load_rules()}


def test_the_checks_in_words_are_those_that_are_computed(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        computed = set(reader.rows('select distinct "check", dimension from scorecard_check'))
    assert computed == {(check.name, check.dimension) for check in CHECKS}
    assert {check.dimension for check in CHECKS} == {d.name for d in DIMENSIONS}


def test_rules_checks_and_kinds_of_change_are_in_the_document() -> None:
    text = (PROJECT / "docs" / "alignment.md").read_text("utf-8")
    for rule in views.load_rules():
        assert re.search(rf"^\| `{rule.name}` \| {rule.severity} \|", text, re.MULTILINE), rule.name
    for check in CHECKS:
        assert f"| {check.dimension} | `{check.name}` |" in text, check.name


def test_settings_in_the_database_are_the_settings(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        rows = reader.rows("select setting, value, standard from setting_in_force")
    assert {name for name, _, _ in rows} == {
        name
        for name, _, what in described()
        if what.group != FILES  # no figure hangs on a file
    }
    assert all(value == standard for _, value, standard in rows)
