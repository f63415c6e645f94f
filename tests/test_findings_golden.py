"""One golden file a rule: what it says of the sample data, word by word.

``OKR_GOLDEN=write python -m pytest tests/test_findings_golden.py`` writes them anew; look at the change
before it is kept.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from okr_data import views
from okr_data.store import Store

GOLDEN = Path(__file__).resolve().parent / "golden" / "findings"
RULES = tuple(rule.name for rule in views.load_rules())


def said(store: Store, rule: str) -> str:
    with store.reader() as reader:
        rows = reader.rows(
            "select coalesce(cycle, ''), item_id, sentence from finding where finding = $rule "
            "order by item_kind desc, item_id",
            {"rule": rule},
        )
        ((passed, unknown),) = reader.rows(
            "select sum(passed)::int, sum(not_evaluated)::int from finding_summary where finding = $rule",
            {"rule": rule},
        )
    lines = [" | ".join(row) for row in rows]
    return "\n".join([*lines, f"in order: {passed}, not evaluated: {unknown}", ""])


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_what_its_golden_file_holds(rule: str, sample_store: Store) -> None:
    path, now = GOLDEN / f"{rule}.txt", said(sample_store, rule)
    if os.environ.get("OKR_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(now, "utf-8")
    assert path.read_text("utf-8") == now


def test_there_is_no_golden_file_without_a_rule() -> None:
    assert {path.stem for path in GOLDEN.glob("*")} == set(RULES)
