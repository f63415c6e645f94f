"""Random histories: findings, scorecard, coverage and changes against the second opinion.

Each example is two exports: one organisation, and what became of it some days later, retitled,
retargeted, realigned, dropped, removed. Days are the newest one and another one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_data.intake import known_to
from okr_data.settings import FILE, Settings, as_toml
from okr_data.store import Store
from tests.alignment_compare import compare_alignment, compare_changes, output_words
from tests.conftest import draft_of, new_store
from tests.oracle import DEFAULTS, CheckIn, KeyResult, Link, Objective, Organisation, to_template
from tests.oracle_alignment import Aligned, aligned
from tests.oracle_history import Excuse, Export, History
from tests.test_oracle_random import SLOW, compare_day, organisations

T = TypeVar("T", Objective, KeyResult)

TITLES = (
    "Win the winter", "Be the first call", "Win 120 orders", "Reach 40 % of homes", "Earn €2m",
    "Answer 3x as fast", "Plan for 2027", "Close Q4 in good order", "Sell B2B", "Love R290 units",
)  # fmt: skip
KEY_RESULT_TITLES = (
    "Raise trust", "Cut waiting", "Launch the portal", "“Build” a bridge", "Deliver: kits",
    "Migrate", "launch again", "More launches", "Trust rises",
)  # fmt: skip
OWNERS = (None, "Ann", "Ann", "Bob", "Cleo", "Bob; Cleo", "Ann; Bob; Dee")
SCORES = (None, None, 0.0, 0.39, 0.4, 0.7, 0.69, 1.0)
GOAL_TYPES = (None, "committed", "aspirational")
NOTES = (None, None, "said something")
#: Limits that small organisations reach.
TIGHT = Settings(
    max_objectives=2, max_key_results=2, min_key_results=2, cadence_days=20, score_green=0.69
)
GAP = Settings(pace_rule="gap", gap_on_track=0.1, gap_at_risk=0.2, too_early_share=0.0)


# --- histories ---------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw a first organisation with names and words, and a second one made of it."""
    base = draw(organisations())
    random = Random(draw(st.integers(0, 2**32)))
    shape = draw(st.sampled_from(["any"] * 8 + ["one", "all dropped", "no company", "no check-in"]))
    first = _named(_shaped(_grown(base, random), shape, random), random)
    later = _edited(first, first.as_of + timedelta(random.choice([1, 7, 20, 45])), random)
    exports = [Export(_settled(first)), Export(_settled(later), complete=random.random() < 0.5)]
    if random.random() < 0.15:
        exports.reverse()  # the newer day was imported first
    if random.random() < 0.1:
        exports = exports[:1]
    return History(tuple(exports), tuple(_excuses(first, random)))


def _grown(org: Organisation, random: Random) -> Organisation:
    """Give objectives measures, words about them, and chains to the first company objective."""
    pick = random.choice
    homes = [o.id for o in org.objectives for _ in range(pick([0, 0, 1, 2, 3, 6]))]
    measures = [_measure(f"KR-g{n}", home, random) for n, home in enumerate(homes)]
    below = [o for o in org.objectives if o.id != "O-0" and not o.links and random.random() < 0.5]
    said = [_check_in(pick(measures).id, org.as_of, random) for _ in range(3 * len(measures))]
    return replace(
        org,
        objectives=tuple(
            replace(o, links=(Link("O-0", pick([None, None, 1.0, 0.0])),)) if o in below else o
            for o in org.objectives
        ),
        key_results=(*org.key_results, *measures),
        check_ins=(*org.check_ins, *said),
    )


def _measure(name: str, home: str, random: Random) -> KeyResult:
    pick = random.choice
    start, target = pick([(0.0, 100.0), (0.0, 100.0), (80.0, 20.0), (None, 50.0), (40.0, None)])
    return KeyResult(
        name, home, start_value=start, target_value=target,
        current_value=pick([None, 10.0, 40.0, 75.5, 100.0]),
        direction=pick([None, None, "increase", "stay_above", "stay_below"]),
    )  # fmt: skip


def _shaped(org: Organisation, shape: str, random: Random) -> Organisation:
    if shape == "one":
        kept = org.objectives[:1]
        krs = tuple(k for k in org.key_results if k.objective == kept[0].id)
        items = {kept[0].id, *(k.id for k in krs)}
        said = tuple(c for c in org.check_ins if c.item in items)
        return replace(org, objectives=kept, key_results=krs, check_ins=said)
    if shape == "all dropped":
        items = {o.id for o in org.objectives}
        return replace(
            org,
            objectives=tuple(replace(o, status="dropped") for o in org.objectives),
            check_ins=tuple(c for c in org.check_ins if c.item not in items),
        )
    if shape == "no company":
        lower = tuple(_not_company(o) for o in org.objectives)
        return replace(org, objectives=lower)
    return replace(org, check_ins=()) if shape == "no check-in" else org


def _not_company(o: Objective) -> Objective:
    if o.level == "company" or o.team == "Board":
        return replace(o, level="department", team=None, department="Sales")
    return o


def _named(org: Organisation, random: Random) -> Organisation:
    pick = random.choice
    return replace(
        org,
        objectives=tuple(
            replace(
                o, title=pick(TITLES), owner=pick(OWNERS), goal_type=pick(GOAL_TYPES),
                score=pick(SCORES),
            )
            for o in org.objectives
        ),
        key_results=tuple(
            replace(
                k, title=pick(KEY_RESULT_TITLES), owner=pick(OWNERS),
                metric=pick([None, None, "Trust"]),
            )
            for k in org.key_results
        ),
        check_ins=tuple(replace(c, note=pick(NOTES)) for c in org.check_ins),
    )  # fmt: skip


def _settled(org: Organisation) -> Organisation:
    """Keep clear of what is open (``test_alignment_open.py``)."""
    return replace(
        org,
        objectives=tuple(
            replace(o, team="Search") if (o.level, o.team) == ("individual", "Product") else o
            for o in org.objectives
        ),
        key_results=tuple(
            replace(k, start=date(2026, 10, 3)) if k.end and not k.start else k
            for k in org.key_results
        ),
    )


def _edited(first: Organisation, as_of: date, random: Random) -> Organisation:
    """Make the later export: some items changed, some gone, one new, check-ins going on."""
    ids = [o.id for o in first.objectives]
    left = [o for o in first.objectives if random.random() > 0.1]
    left_krs = [k for k in first.key_results if random.random() > 0.1]
    new = Objective(
        "O-new", "A new thing", "team", "Search", cycle=random.choice(["Q4 2026", "Q1 2027", None]),
        status=random.choice([None, "dropped", "on_track"]), links=(Link(random.choice(ids)),),
    )  # fmt: skip
    new_kr = KeyResult("KR-new", random.choice([*ids, "O-new"]), "A new measure", target_value=5.0)
    said = [c for c in first.check_ins if random.random() > 0.3]
    items = [*ids, *(k.id for k in first.key_results)]
    return Organisation(
        as_of,
        (*(_changed_objective(o, ids, random) for o in left), new),
        (*(_changed_key_result(k, ids, random) for k in left_krs), new_kr),
        (*said, *(_check_in(random.choice(items), as_of, random) for _ in range(8))),
        first.units,
    )


def _check_in(item: str, as_of: date, random: Random) -> CheckIn:
    return CheckIn(
        item, as_of - timedelta(random.choice([-4, 1, 2, 6, 11, 30, 44])),
        random.choice([None, 10.0, 40.0, 75.5]), random.choice([None, None, 0.45]),
        random.choice([None, None, "at_risk", "on_track", "dropped"]), random.choice(NOTES),
    )  # fmt: skip


def _changed_objective(o: Objective, ids: list[str], random: Random) -> Objective:
    pick = random.choice
    days = (date(2026, 10, 20), date(2026, 12, 20))
    return _with_one_of(
        o,
        [
            {"title": pick(TITLES)},
            {"owner": pick(OWNERS)},
            {"links": tuple(Link(up, pick([None, 1.0, 0.0])) for up in random.sample(ids, 1))},
            {"links": tuple(replace(link, weight=pick([None, 0.5, 1.0])) for link in o.links)},
            {"status": pick([None, "on_track", "at_risk", "dropped"])},
            {"score": pick(SCORES)},
            {"start": days[0], "end": days[1]},
            {"cycle": pick(["Q4 2026", "Annual 2026", None])},
            {"team": "Loose Ends", "department": pick([None, "Product"]), "level": "team"},
            {"reported": pick([None, 0.2, 0.9])},
        ],
        random,
    )


def _changed_key_result(k: KeyResult, ids: list[str], random: Random) -> KeyResult:
    pick = random.choice
    return _with_one_of(
        k,
        [
            {"title": pick(KEY_RESULT_TITLES)},
            {"owner": pick(OWNERS)},
            {"target_value": pick([None, 30.0, 80.0])},
            {"target_value": pick([None, 30.0, 80.0]), "start_value": pick([None, 5.0, 50.0])},
            {"start_value": pick([None, 5.0, 50.0])},
            {"weight": pick([None, 0.0, 1.0, 3.0])},
            {"objective": pick(ids)},
            {"status": pick([None, "on_track", "at_risk", "dropped"])},
            {"current_value": pick([None, 20.0, 60.0])},
            {"end": pick([None, date(2026, 12, 1)])},
            {"kind": "metric", "metric": pick([None, "Trust"])},
            {"direction": pick([None, "increase", "decrease", "stay_above"])},
        ],
        random,
    )


def _with_one_of(item: T, changes: list[dict[str, Any]], random: Random) -> T:
    """Change nothing, one thing, or two."""
    for change in random.sample(changes, random.choice([0, 0, 1, 1, 2])):
        item = replace(item, **change)
    return item


def _excuses(org: Organisation, random: Random) -> Iterator[Excuse]:
    for o in org.objectives[:2]:
        days = random.choice([0, 10, 60])
        yield Excuse("unaligned", o.id, org.as_of + timedelta(days), "known")


@contextmanager
def imported(history: History, rules: Settings = DEFAULTS) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = new_store(folder)
        if rules != DEFAULTS:
            (Path(folder) / FILE).write_text(as_toml(rules), "utf-8")
        for export in history.exports:
            files = to_template(export.org)
            draft = draft_of(files, as_of=export.org.as_of, known=known_to(store))
            store.accept(replace(draft, complete=export.complete))
        for excuse in history.excuses:
            store.excuse(excuse.finding, excuse.item_id, excuse.reason, excuse.last_day)
        yield store


def opinion(history: History, day: date | None = None, rules: Settings = DEFAULTS) -> Aligned:
    return aligned(history, day, rules, output_words())


# --- every view --------------------------------------------------------------


@settings(SLOW, max_examples=7)
@given(histories(), st.integers(-150, 40), st.integers(-150, 20), st.integers(-60, 20))
def test_every_view_equals_the_second_opinion(
    history: History, off: int, first: int, last: int
) -> None:
    """The newest day, another one, and what changed between two: imports cost more than questions."""
    another, before, after = (history.newest + timedelta(n) for n in (off, first, last))
    with imported(history) as store:
        with store.reader() as reader:
            right = opinion(history)
            assert compare_day(reader, right.on) == []
            assert compare_alignment(reader, right) == []
            assert compare_changes(reader, history.on(before), history.on(after)) == []
        with store.reader(as_of=another) as reader:
            right = opinion(history, another)
            assert compare_day(reader, right.on) == []
            assert compare_alignment(reader, right) == []


@pytest.mark.parametrize("rules", [TIGHT, GAP], ids=["tight", "gap"])
@settings(SLOW, max_examples=3)
@given(history=histories(), off=st.integers(-60, 0))
def test_other_settings_equal_the_second_opinion(
    rules: Settings, history: History, off: int
) -> None:
    on = history.newest + timedelta(off)
    with imported(history, rules) as store, store.reader(as_of=on) as reader:
        assert compare_alignment(reader, opinion(history, on, rules)) == []
