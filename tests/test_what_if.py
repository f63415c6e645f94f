"""What if: the computed effect against the same organisation imported with that value."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_data.schema import ALIGNMENT, INITIATIVE
from okr_data.store import Reader, Store
from okr_data.what_if import WhatIf, what_if
from tests.conftest import DAY, draft_of, new_store, take_in
from tests.oracle import Organisation, to_template
from tests.test_oracle_random import NEAR, SLOW, organisations

Figures = dict[str, tuple[float | None, float | None, str | None]]
#: A further alignment of a key result: its id, the parent, the weight.
Further = tuple[str, str, float | None]
#: A work item: its id, what it hangs on, weight, progress.
Work = tuple[str, str, float | None, float]


def figures(reader: Reader) -> Figures:
    """Return roll-up, progress and pace of every objective."""
    return {
        name: (rollup, progress, pace)
        for name, rollup, progress, pace in reader.rows(
            "select objective_id, rollup_progress, progress, pace_status from objective_progress"
        )
    }


@contextmanager
def imported(
    org: Organisation, further: Iterable[Further] = (), work: Iterable[Work] = ()
) -> Iterator[Reader]:
    """Import an organisation with what the template's files do not state, and read it."""
    draft = draft_of(to_template(org), as_of=org.as_of)
    links = draft.tables["alignment_row"].to_pylist()
    links += [
        {"child_id": kr, "parent_id": parent, "weight": weight, "file": "links", "row": row}
        for row, (kr, parent, weight) in enumerate(further)
    ]
    items: list[dict[str, object]] = [
        {
            "initiative_id": name, "parent_id": parent, "title": name, "weight": weight,
            "contributes": True, "reported_progress": progress, "file": "work", "row": row,
        }
        for row, (name, parent, weight, progress) in enumerate(work)
    ]  # fmt: skip
    tables = {
        **draft.tables,
        "alignment_row": ALIGNMENT.from_rows(links),
        "initiative_row": INITIATIVE.from_rows(items),
    }
    with tempfile.TemporaryDirectory() as folder:
        store = new_store(folder)
        store.accept(replace(draft, tables=tables))
        with store.reader() as reader:
            yield reader


def known(value: Any) -> Any:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else value


def differences(found: WhatIf, before: Figures, after: Figures) -> list[str]:
    """Say where an effect is not what the import gives, or where something moved without one."""
    wrong = []
    rows = {row["objective_id"]: row for row in found.effects.to_dict("records")}
    for name, right in after.items():
        row = rows.get(name)
        got = (
            before[name]
            if row is None
            else tuple(known(row[c]) for c in ("rollup_after", "progress_after", "pace_after"))
        )
        same = all(
            math.isclose(g, r, abs_tol=NEAR, rel_tol=0)
            if isinstance(r, float) and g is not None
            else g == r
            for g, r in zip(got, right, strict=True)
        )
        if not same:
            wrong.append(f"{name}: {got}, should be {right}")
        if row is not None:
            stood = tuple(known(row[c]) for c in ("rollup_before", "progress_before"))
            if stood != before[name][:2]:
                wrong.append(f"{name} before: {stood}, should be {before[name]}")
    return wrong


def wrong_shares(found: WhatIf, progress_before: float | None) -> list[str]:
    """With everything else as it is, a share times the step is the step of the roll-up."""
    return [
        str(row)
        for row in found.effects.to_dict("records")
        if progress_before is not None
        and known(row["rollup_delta"]) is not None
        and found.progress is not None
        and not math.isclose(
            row["share_after"] * (found.progress - progress_before),
            row["rollup_delta"],
            abs_tol=NEAR,
        )
    ]


# --- against a new import ------------------------------------------------------------


@settings(SLOW, max_examples=8)
@given(organisations(), st.data())
def test_the_effect_is_what_an_import_with_that_value_gives(
    org: Organisation, data: st.DataObject
) -> None:
    if not org.key_results:
        return
    ids = [k.id for k in org.key_results]
    parents = [*(o.id for o in org.objectives), *ids, "O-elsewhere"]
    weights = st.sampled_from([None, 1.0, 0.0, 0.3])
    further = data.draw(
        st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(parents), weights), max_size=6)
    )
    work = [
        (f"W-{n}", parent, weight, progress)
        for n, (parent, weight, progress) in enumerate(
            data.draw(
                st.lists(
                    st.tuples(st.sampled_from(parents), weights, st.sampled_from([0.0, 0.3, 1.0])),
                    max_size=4,
                )
            )
        )
    ]
    number = data.draw(st.integers(0, len(ids) - 1))
    chosen = org.key_results[number]
    value = data.draw(st.sampled_from([0.0, 0.25, 33.0, 80.0, 100.0, 500.0, -40.0]))
    milestone = chosen.kind == "milestone"
    progress = min(max(value / 100, 0.0), 1.0)
    changed = (
        replace(chosen, reported=progress) if milestone else replace(chosen, current_value=value)
    )
    key_results = tuple(changed if k.id == chosen.id else k for k in org.key_results)
    with imported(org, further, work) as reader:
        before = figures(reader)
        stood = _progress_of(reader, chosen.id)
        if milestone:
            found = what_if(reader, chosen.id, progress=progress)
        else:
            found = what_if(reader, chosen.id, value)
    with imported(replace(org, key_results=key_results), further, work) as reader:
        after = figures(reader)
        ended = _progress_of(reader, chosen.id)
    if found.outcome == "computed":
        assert found.progress == pytest.approx(ended, abs=NEAR)
        assert wrong_shares(found, stood) == []
    else:
        # Its values do not say a progress: then the reported one stands, whatever the value.
        assert found.outcome == "not_computable"
        assert ended == stood
    assert differences(found, before, after) == []


def _progress_of(reader: Reader, key_result_id: str) -> float | None:
    rows = reader.rows(
        "select progress from key_result_progress where key_result_id = ?", [key_result_id]
    )
    return rows[0][0] if rows else None


# --- by arithmetic -------------------------------------------------------------------

OBJECTIVES = """
id  | title    | level      | cycle   | department | parent_ids  | parent_weights | status  | progress
C   | company  | company    | Q4 2026 |            |             |                |         |
D   | dept     | department | Q4 2026 | Sales      | C           | 300%           |         |
E   | other    | department | Q4 2026 | Product    | C           | 100%           |         |
T   | team     | team       | Q4 2026 | Sales      | D; E        | 100%; 50%      |         |
S   | aligned  | team       | Q4 2026 | Sales      | C           | 0%             |         |
X   | gone     | team       | Q4 2026 | Sales      | C           |                | Dropped |
U   | unbegun  | team       | Q4 2026 | Sales      | D           |                |         | 70%
"""
KEY_RESULTS = """
id | objective_id | title | kind      | start_value | target_value | current_value | weight | progress
c  | C            | c     |           | 0           | 10           | 2             |        |
e  | E            | e     |           | 0           | 10           | 6             |        |
t  | T            | t     |           | 0           | 10           | 4             | 3      |
t2 | T            | t2    |           | 0           | 10           | 8             |        |
s  | S            | s     |           | 0           | 10           | 5             |        |
x  | X            | x     |           | 0           | 10           | 5             |        |
x2 | X            | x2    |           | 0           | 10           | 1             |        |
u  | U            | u     |           | 0           | 10           |               |        |
u2 | U            | u2    |           |             |              |               |        |
m  | U            | m     | milestone |             |              |               |        |
"""


@pytest.fixture(scope="module")
def org_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("what-if"))
    take_in(store, objectives=OBJECTIVES, key_results=KEY_RESULTS)
    return store


def asked(store: Store, key_result_id: str, *args: float, **named: float) -> WhatIf:
    with store.reader() as reader:
        return what_if(reader, key_result_id, *args, **named)


def effects(found: WhatIf, *columns: str) -> dict[str, Any]:
    return {
        row["objective_id"]: tuple(known(row[c]) for c in columns)
        for row in found.effects.to_dict("records")
    }


def near(*figures: float | None) -> Any:
    return tuple(None if f is None else pytest.approx(f, abs=1e-12) for f in figures)


def test_two_ways_up_add_up(org_store: Store) -> None:
    found = asked(org_store, "t", 9)
    t0, t1 = (3 * 0.4 + 0.8) / 4, (3 * 0.9 + 0.8) / 4
    e0, e1 = (0.6 + 0.5 * t0) / 1.5, (0.6 + 0.5 * t1) / 1.5
    assert found.outcome == "computed"
    assert effects(found, "rollup_before", "rollup_after", "progress_after") == {
        "T": near(t0, t1, t1),
        "D": near(t0, t1, t1),  # it has no key results: its roll-up is its progress
        "E": near(e0, e1, 0.6),
        "C": near((0.2 + 3 * t0 + e0) / 5, (0.2 + 3 * t1 + e1) / 5, 0.2),
    }
    assert effects(found, "share_before")["C"] == near(3 / 5 * 0.75 + 1 / 5 * (0.5 / 1.5) * 0.75)
    assert found.effects["objective_id"].iloc[0] == "T"  # nearest first
    assert found.effects["objective_id"].iloc[-1] == "C"


def test_what_was_not_measured_joins_the_mean(org_store: Store) -> None:
    """Nothing below U is measured: it leaves D alone today, and counts in it then."""
    found = asked(org_store, "u", 5)
    t0 = (3 * 0.4 + 0.8) / 4
    rows = effects(found, "rollup_before", "rollup_after", "rollup_delta", "pace_before")
    assert rows["U"] == (None, *near(0.5), None, "not_started")
    assert rows["D"] == (*near(t0, (t0 + 0.5) / 2, (t0 + 0.5) / 2 - t0), "on_track")
    assert effects(found, "share_before", "share_after")["D"] == near(0, 1 / 2)


def test_a_link_that_does_not_contribute_carries_nothing(org_store: Store) -> None:
    assert list(asked(org_store, "s", 10).effects["objective_id"]) == ["S"]


def test_a_dropped_objective_moves_alone(org_store: Store) -> None:
    found = asked(org_store, "x", 10)
    assert effects(found, "dropped", "rollup_after", "progress_before", "progress_after") == {
        "X": (True, None, *near((0.5 + 0.1) / 2, (1.0 + 0.1) / 2))
    }


def test_more_than_the_target_counts_as_all_of_it(org_store: Store) -> None:
    found = asked(org_store, "t", 13.4)
    assert (found.progress_raw, found.progress, found.pace_after) == (1.34, 1.0, "done")
    assert found.overshoots
    assert effects(found, "rollup_after")["T"] == near((3 * 1 + 0.8) / 4)
    below = asked(org_store, "t", -3)
    assert (below.progress_raw, below.progress) == (-0.3, 0.0)


@pytest.mark.parametrize(
    ("key_result", "given", "outcome"),
    [
        ("t", {"value": float("nan")}, "not_a_number"),
        ("t", {"value": float("inf")}, "not_a_number"),
        ("t", {"progress": float("nan")}, "not_a_number"),
        ("u2", {"value": 5.0}, "not_computable"),  # no target
        ("m", {"value": 1.0}, "not_computable"),  # of a milestone a progress is asked
        ("nowhere", {"value": 5.0}, "unknown"),
        ("m", {"progress": 0.5}, "computed"),
        ("u2", {"progress": 0.5}, "computed"),
    ],
)
def test_what_cannot_be_computed_is_said(
    org_store: Store, key_result: str, given: dict[str, float], outcome: str
) -> None:
    found = asked(org_store, key_result, **given)
    assert found.outcome == outcome
    assert found.effects.empty == (outcome != "computed")
    assert (found.key_result is None) == (outcome == "unknown")


def test_zero_weights_are_a_plain_mean(store: Store) -> None:
    take_in(
        store,
        objectives="id | title | level | cycle\nZ | z | company | Q4 2026",
        key_results="""
        id | objective_id | title | start_value | target_value | current_value | weight
        a  | Z            | a     | 0           | 10           | 2             | 0
        b  | Z            | b     | 0           | 10           | 4             | 0
        """,
    )
    found = asked(store, "a", 8)
    assert effects(found, "rollup_before", "rollup_after", "progress_after", "share_after") == {
        "Z": near((0.2 + 0.4) / 2, (0.8 + 0.4) / 2, (0.8 + 0.4) / 2, 1 / 2)
    }


def test_a_key_result_without_objective_moves_nothing(store: Store) -> None:
    take_in(
        store,
        objectives="id | title | level | cycle\nZ | z | company | Q4 2026",
        key_results="""
        id | objective_id | title | start_value | target_value | current_value
        a  | gone         | a     | 0           | 10           | 2
        """,
    )
    found = asked(store, "a", 8)
    assert (found.outcome, found.progress) == ("computed", 0.8)
    assert found.effects.empty


def test_an_earlier_day_answers_for_itself(store: Store) -> None:
    take_in(
        store,
        objectives="id | title | level | cycle\nZ | z | company | Q4 2026",
        key_results="""
        id | objective_id | title | start_value | target_value | current_value
        a  | Z            | a     | 0           | 10           | 6
        b  | Z            | b     | 0           | 10           | 8
        """,
        check_ins="item_id | date | value\na | 2026-10-20 | 1\nb | 2026-10-20 | 2",
    )
    day = pd.Timestamp("2026-10-25").date()
    with store.reader(as_of=day) as reader:
        found = what_if(reader, "a", 5)
    assert effects(found, "rollup_before", "rollup_after") == {
        "Z": near((0.1 + 0.2) / 2, (0.5 + 0.2) / 2)
    }
    assert day < DAY
