"""Every view of docs/alignment.md against the second opinion, cell by cell."""

from __future__ import annotations

import re
from pathlib import Path

from okr_data.store import Reader
from tests.oracle_alignment import (
    SEVERITY,
    Aligned,
    Change,
    cycle_before,
    score_band,
    what_changed,
)
from tests.oracle_history import HistoryDay
from tests.test_oracle_random import Rows, compare, differences, view

#: The contract names this file for the words that tell an output.
WORD_LIST = Path(__file__).resolve().parent.parent / "sql" / "findings" / "task_like.sql"
#: Rules of which the contract says what is counted against which limit.
COUNTING = (
    "stale", "many_owners", "too_many_key_results", "too_many_objectives",
)  # fmt: skip
#: Kinds of changes whose words are beyond doubt.
WORDED = ("retitled", "reowned", "status", "pace")


def output_words() -> frozenset[str]:
    return frozenset(re.findall(r"'([a-zäöüß]+)'", WORD_LIST.read_text("utf-8")))


def compare_alignment(reader: Reader, a: Aligned) -> list[str]:
    """Compare every view of one day."""
    outcome, item = ("finding", "item_kind", "item_id"), ("cycle", "department", "dimension")
    place = ("cycle", "objective_id")
    return [
        *compare(reader, "objective_progress", ("objective_id",), band_rows(a)),
        *compare(reader, "company_objective_coverage", place, a.coverage()),
        *compare(reader, "finding_outcome", outcome, outcome_rows(a)),
        *compare(reader, "finding", outcome, finding_rows(a)),
        *compare(reader, f"({COUNTS})", outcome, counting_rows(a)),
        *compare(
            reader, "finding_summary", ("cycle", "department", "level", "finding"), a.summary()
        ),
        *compare(reader, "scorecard_item", (*item, "check", "item_kind", "item_id"), item_rows(a)),
        *compare(reader, "scorecard_check", (*item, "check"), a.scorecard_check()),
        *compare(reader, "scorecard", item, scorecard_rows(a)),
    ]


COUNTS = f"select * from finding where finding in {COUNTING}"


def band_rows(a: Aligned) -> Rows:
    return {
        (o.id,): {
            "score": o.score,
            "score_band": score_band(o.score, o.goal_type, a.rules),
            "pace_status": a.on.pace(o.id),
        }
        for o in a.on.objectives.values()
    }


def outcome_rows(a: Aligned) -> Rows:
    return {
        (o.finding, *o.item): {
            "cycle": o.cycle,
            "department": o.department,
            "outcome": o.verdict.outcome,
        }
        for o in a.outcomes
    }


def finding_rows(a: Aligned) -> Rows:
    return {
        (o.finding, *o.item): {
            "cycle": o.cycle,
            "severity": SEVERITY[o.finding],
            "objective_id": o.objective,
            "department": o.department,
            "excused": o.excused,
        }
        for o in a.outcomes
        if o.verdict.outcome == "found"
    }


def counting_rows(a: Aligned) -> Rows:
    return {
        (o.finding, *o.item): {"measured": o.verdict.measured, "limit_value": o.verdict.limit}
        for o in a.outcomes
        if o.verdict.outcome == "found" and o.finding in COUNTING
    }


def item_rows(a: Aligned) -> Rows:
    rows = {
        (c.cycle, c.department, c.dimension, c.name, *c.item): {"passed": c.passed}
        for c in a.checks
    }
    assert len(rows) == len(a.checks)
    return rows


def scorecard_rows(a: Aligned) -> Rows:
    """The scorecard beside that of the cycle before."""
    scores = a.scorecard()
    windows = a.on.cycle_dates
    before = {c: cycle_before(c, windows) for c in windows}
    found = {}
    for (cycle, department, dimension), row in scores.items():
        earlier = before.get(cycle or "")
        then = scores.get((earlier, department, dimension)) if earlier else None
        found[cycle, department, dimension] = {
            **row,
            "cycle_before": earlier,
            "score_before": then["score"] if then else None,
        }
    return found


def compare_changes(reader: Reader, before: HistoryDay, after: HistoryDay) -> list[str]:
    span = f"what_changed(date '{before.day}', date '{after.day}')"
    right = what_changed(before, after)
    key = ("item_kind", "item_id", "kind")
    got = view(reader, span, key, ("before", "after", "delta"))
    worded = {place: row for place, row in got.items() if place[2] in WORDED}
    return [
        *differences("what_changed", got, {_place(c): {"delta": c.delta} for c in right}),
        *differences(
            "what_changed",
            {
                p: {"before": _word(r["before"]), "after": _word(r["after"])}
                for p, r in worded.items()
            },
            {_place(c): _texts(c) for c in right if c.kind in WORDED},
        ),
    ]


def _place(c: Change) -> tuple[object, ...]:
    return (*c.item, c.kind)


def _texts(c: Change) -> dict[str, object]:
    return {"before": _word(c.before), "after": _word(c.after)}


def _word(text: object) -> object:
    """Words of states may be written for people."""
    return text.lower().replace(" ", "_") if isinstance(text, str) else text
