"""The sample data: each planted defect is found by its rule, and nothing else is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from okr_data import views
from okr_data.store import Store

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
RULES = tuple(rule.name for rule in views.load_rules())


def planted(kind: str) -> set[str]:
    with (SAMPLE / "planted.csv").open(encoding="utf-8", newline="") as file:
        return {row["item_id"] for row in csv.DictReader(file) if row["kind"] == kind}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_finds_what_is_planted_and_nothing_else(rule: str, sample_store: Store) -> None:
    assert planted(rule), f"nothing is planted for {rule}"
    with sample_store.reader() as reader:
        found = reader.rows("select item_id from finding where finding = $rule", {"rule": rule})
    assert {item for (item,) in found} == planted(rule)
