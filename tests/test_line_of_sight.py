"""The graph of a line of sight: every case by name, and random organisations against the second opinion."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_data import line_of_sight as sights
from okr_data.line_of_sight import LineOfSight, choices, line_of_sight
from okr_data.queries import Filters
from okr_data.schema import ALIGNMENT, INITIATIVE
from okr_data.store import Store
from tests.conftest import DAY, draft_of, new_store, take_in, uploads
from tests.oracle import Day, Organisation
from tests.test_oracle_random import SLOW, imported, organisations

OBJECTIVES = """
id  | title      | level      | cycle       | department | team  | owner        | parent_ids | parent_weights | status
G   | goal       | company    | Annual 2026 |            |       | Ceo          |            |                |
H   | other goal | company    | Annual 2026 |            |       | Ceo          |            |                |
D   | sales      | department | Q4 2026     | Sales      |       | Dana         | G          |                |
E   | product    | department | Q4 2026     | Product    |       | Eve          | h1         |                |
T   | team       | team       | Q4 2026     | Sales      | Red   | Tom; Ann Lee | D; E       | 100%; 0%       |
I   | mine       | individual | Q4 2026     | Sales      | Red   | ann lee      | t1         |                |
X   | gone       | department | Q4 2026     | Sales      |       | Dana         | G          |                | Dropped
Y   | below gone | team       | Q4 2026     | Sales      | Blue  | Yan          | X          |                |
Z   | far below  | team       | Q4 2026     | Sales      | Blue  | Zoe          | Y          |                |
U   | unknown    | team       | Q4 2026     | Sales      | Blue  | Uma          | nowhere    |                |
N   | alone      | team       | Q4 2026     | Sales      | Blue  | Nia          |            |                |
L   | loop 1     | team       | Q4 2026     | Sales      | Green | Lou          | M          |                |
M   | loop 2     | team       | Q4 2026     | Sales      | Green | Lou          | L; D       |                |
O   | last year  | team       | Q3 2026     | Sales      | Red   | Ann Lee      | D          |                |
"""
KEY_RESULTS = """
id | objective_id | title    | start_value | target_value | current_value | owner
h1 | H            | key of H | 0           | 10           | 5             |
t1 | T            | key of T | 0           | 10           | 4             |
t2 | T            | other    | 0           | 10           | 9             | Nia
i1 | I            | mine     | 0           | 10           | 1             |
"""


@pytest.fixture(scope="module")
def org_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The organisation above, with a key result that has a further parent, and work items."""
    store = new_store(tmp_path_factory.mktemp("sight"))
    draft = draft_of(uploads(objectives=OBJECTIVES, key_results=KEY_RESULTS), as_of=DAY)
    links = draft.tables["alignment_row"].to_pylist()
    links.append({"child_id": "i1", "parent_id": "E", "file": "links", "row": 1})
    work = [
        {
            "initiative_id": name, "parent_id": parent, "title": f"work {name}",
            "contributes": contributes, "reported_progress": 0.5, "file": "work", "row": row,
        }
        for row, (name, parent, contributes) in enumerate(
            [("w1", "I", True), ("w2", "i1", False), ("w3", "w1", False)]
        )
    ]  # fmt: skip
    tables = {
        **draft.tables,
        "alignment_row": ALIGNMENT.from_rows(links),
        "initiative_row": INITIATIVE.from_rows(work),
    }
    store.accept(replace(draft, tables=tables))
    return store


def sight(store: Store, kind: Any, name: str, cycle: str | None = "Q4 2026") -> LineOfSight:
    with store.reader() as reader:
        found = line_of_sight(reader, kind, name, cycle)
    assert found is not None
    return found


def edges(found: LineOfSight) -> set[tuple[str, str, str]]:
    return {
        (child.partition(":")[2], parent.partition(":")[2], kind)
        for child, parent, kind in zip(
            found.edges["child"], found.edges["parent"], found.edges["kind"], strict=True
        )
    }


def roles(found: LineOfSight) -> dict[str, str]:
    return dict(zip(found.nodes["item_id"], found.nodes["role"], strict=True))


def states(found: LineOfSight) -> dict[str, str]:
    return dict(zip(found.nodes["item_id"], found.nodes["state"], strict=True))


def goals(found: LineOfSight) -> dict[str, bool]:
    return dict(zip(found.goals["objective_id"], found.goals["contributes"], strict=True))


def test_several_parents_and_key_results_between(org_store: Store) -> None:
    found = sight(org_store, "objective", "I")
    assert roles(found) == {
        "I": "focus", "t1": "above", "T": "above", "D": "above", "E": "above", "h1": "above",
        "G": "above", "H": "above", "i1": "work", "w1": "work", "w2": "work", "w3": "work",
    }  # fmt: skip
    assert edges(found) == {
        ("I", "t1", "contributes"), ("t1", "T", "part_of"), ("T", "D", "contributes"),
        ("T", "E", "aligned"), ("D", "G", "contributes"), ("E", "h1", "contributes"),
        ("h1", "H", "part_of"), ("i1", "I", "part_of"), ("i1", "E", "contributes"),
        ("w1", "I", "part_of"), ("w2", "i1", "aligned"), ("w3", "w1", "aligned"),
    }  # fmt: skip
    # By its key result it contributes to E, and so to H.
    assert goals(found) == {"G": True, "H": True}
    assert (found.title, found.objectives, found.leading, found.hidden) == ("mine", 1, 1, 0)


def test_a_goal_that_is_only_supported(org_store: Store) -> None:
    assert goals(sight(org_store, "objective", "T")) == {"G": True, "H": False}


def test_children_of_own_key_results_hang_on_these(org_store: Store) -> None:
    found = sight(org_store, "objective", "T")
    assert ("I", "t1", "contributes") in edges(found)
    assert roles(found)["t1"] == "work"
    assert roles(found)["I"] == "below"
    assert "i1" not in roles(found)  # only the focus shows its own work


def test_what_was_dropped_is_shown_and_leads_no_further(org_store: Store) -> None:
    found = sight(org_store, "objective", "Z")
    assert edges(found) == {("Z", "Y", "contributes"), ("Y", "X", "dropped")}
    assert states(found)["X"] == "dropped"
    assert goals(found) == {}
    assert found.leading == 0
    gone = sight(org_store, "objective", "X")
    assert edges(gone) == {("X", "G", "dropped"), ("Y", "X", "dropped"), ("Z", "Y", "contributes")}
    assert (gone.objectives, gone.leading) == (0, 0)


def test_a_parent_that_is_nowhere(org_store: Store) -> None:
    found = sight(org_store, "objective", "U")
    assert edges(found) == {("U", "nowhere", "unknown")}
    assert states(found) == {"U": "living", "nowhere": "unknown"}
    assert list(found.nodes["kind"]) == ["objective", "unknown"]


def test_no_parent_at_all(org_store: Store) -> None:
    found = sight(org_store, "objective", "N")
    assert edges(found) == set()
    assert list(found.nodes["alignment_state"]) == ["unaligned"]


def test_a_link_that_was_kept_out_is_shown(org_store: Store) -> None:
    """L names M and M names L: the second link closes the loop."""
    found = sight(org_store, "objective", "M")
    assert edges(found) == {
        ("M", "L", "kept_out"), ("M", "D", "contributes"), ("D", "G", "contributes"),
        ("L", "M", "contributes"),
    }  # fmt: skip
    assert roles(found)["L"] == "below"
    assert ("M", "L", "kept_out") in edges(sight(org_store, "objective", "L"))


def test_a_person_stands_for_objectives_and_key_results(org_store: Store) -> None:
    ann = sight(org_store, "person", " ANN lee ")
    assert {name for name, role in roles(ann).items() if role == "focus"} == {"T", "I"}
    assert (ann.objectives, ann.leading) == (2, 2)
    # Of T, t1 is its own work and carries I.
    assert ("I", "t1", "contributes") in edges(ann)
    nia = sight(org_store, "person", "Nia")
    assert roles(nia)["N"] == "focus"
    assert roles(nia)["t2"] == "focus"  # a key result of her own below an objective of others
    assert ("t2", "T", "part_of") in edges(nia)
    assert goals(nia) == {"G": True, "H": False}
    last = sight(org_store, "person", "Ann Lee", "Q3 2026")
    assert {name for name, role in roles(last).items() if role == "focus"} == {"O"}


def test_a_team_stands_for_its_objectives(org_store: Store) -> None:
    blue = sight(org_store, "team", "blue")
    assert {n for n, role in roles(blue).items() if role == "focus"} == {"Y", "Z", "U", "N"}
    assert (blue.objectives, blue.leading) == (4, 0)
    assert ("Z", "Y", "contributes") in edges(blue)


def test_work_of_other_cycles_is_only_counted(org_store: Store) -> None:
    found = sight(org_store, "objective", "D")
    assert "O" not in roles(found)
    (more,) = found.nodes[found.nodes["kind"] == "more"].to_dict("records")
    assert (more["title"], more["count"], more["role"]) == ("1 more below", 1, "below")
    assert found.hidden == 1
    own = sight(org_store, "objective", "O")
    assert roles(own)["D"] == "above"


@pytest.mark.parametrize(
    ("kind", "name"), [("person", "Nobody"), ("team", "None"), ("objective", "O-404"), ("team", "")]
)
def test_nothing_of_it(org_store: Store, kind: Any, name: str) -> None:
    with org_store.reader() as reader:
        assert line_of_sight(reader, kind, name, "Q4 2026") is None


def test_an_earlier_day_has_its_own_sight(store: Store) -> None:
    first = "id | title | level | cycle | parent_ids\nG | g | company | Q4 2026 |\nA | a | team | Q4 2026 | G"
    second = first.replace("| G", "|").replace("| G\n", "|\n")
    take_in(store, objectives=first, as_of=DAY.replace(day=1))
    take_in(store, objectives=second, as_of=DAY)
    assert edges(sight(store, "objective", "A")) == set()
    with store.reader(as_of=DAY.replace(day=5)) as reader:
        found = line_of_sight(reader, "objective", "A", "Q4 2026")
    assert found is not None
    assert edges(found) == {("A", "G", "contributes")}


def test_choices(org_store: Store) -> None:
    with org_store.reader() as reader:
        found = choices(reader, Filters("Q4 2026", ("Sales",)))
    assert found.teams == ("Blue", "Green", "Red")
    assert [name.lower() for name in found.people] == [
        "ann lee", "dana", "lou", "nia", "tom", "uma", "yan", "zoe",
    ]  # fmt: skip
    assert "X" not in set(found.objectives["objective_id"])  # dropped
    assert set(found.objectives.columns) == {"objective_id", "title", "level", "department"}


# --- bounds --------------------------------------------------------------------------


def many(store: Store) -> None:
    """A goal with 70 children, each with a child and three key results; a team with 30 objectives."""
    objectives = ["id | title | level | cycle | team | parent_ids", "G | g | company | Q4 2026 | |"]
    key_results = ["id | objective_id | title | start_value | target_value | current_value"]
    for n in range(70):
        objectives.append(f"A-{n} | a {n} | department | Q4 2026 | | G")
        objectives.append(
            f"B-{n} | b {n} | team | Q4 2026 | {'Big' if n < 30 else 'Small'} | A-{n}"
        )
        for k in range(3):
            key_results.append(f"K-{n}-{k} | B-{n} | k | 0 | 10 | {n % 10}")
    take_in(store, objectives="\n".join(objectives), key_results="\n".join(key_results))


def test_the_picture_is_bounded_and_says_what_is_missing(store: Store) -> None:
    many(store)
    goal = sight(store, "objective", "G")
    assert len(goal.nodes) <= sights.MOST_NODES
    assert goal.drawn + goal.hidden == 1 + 70 + 70
    (more,) = goal.nodes[goal.nodes["kind"] == "more"].to_dict("records")
    assert more["count"] == 70 - (goal.drawn - 1)  # all that is drawn but the goal

    team = sight(store, "team", "Big")
    assert len(team.nodes) <= sights.MOST_NODES
    assert team.objectives == 30
    focus = team.nodes[(team.nodes["role"] == "focus") & (team.nodes["kind"] == "objective")]
    assert len(focus) == sights.MOST_FOCUS
    gathered = team.nodes[team.nodes["kind"] == "more"].set_index("title")
    assert gathered.loc["18 more objectives", "count"] == 18
    assert team.leading == 30
    # 30 objectives, their 90 key results as far as their objectives are drawn, 13 above.
    assert team.drawn + team.hidden == 30 + 3 * sights.MOST_FOCUS + 13


@pytest.mark.parametrize(("sizes", "room", "share"), [
    ([3, 3], 6, 3), ([3, 3], 5, 1), ([10, 1], 6, 4), ([10, 10], 3, 0), ([], 5, 0), ([0, 2], 2, 2),
])  # fmt: skip
def test_every_family_gets_the_same_room(sizes: list[int], room: int, share: int) -> None:
    assert sights._fair_share(sizes, room) == share


# --- the second opinion --------------------------------------------------------------


def goals_by_search(day: Day, focus: str) -> dict[str, bool]:
    """Company objectives above, with whether a chain of contributing links leads there."""
    found: dict[str, bool] = {}
    queue = deque([(focus, True)])
    seen = set()
    while queue:
        here, contributes = queue.popleft()
        if (here, contributes) in seen:
            continue
        seen.add((here, contributes))
        if day.level(here) == "company":
            found[here] = found.get(here, False) or contributes
        merged: dict[str, bool] = {}
        for edge in day.edges[here]:
            merged[edge.parent] = merged.get(edge.parent, False) or edge.contributes
        queue += [(parent, contributes and c) for parent, c in merged.items()]
    return found


def expected_links(day: Day, drawn: set[str]) -> set[tuple[str, str, str]]:
    """(child, named parent, kind) of every stated link of the drawn objectives."""
    out = {(e.child, e.named) for e in day.kept_out}
    found = set()
    for child in drawn:
        for link in day.objectives[child].links:
            if link.parent == child:
                continue  # told in words
            home = day.home(link.parent)
            if (child, link.parent) in out:
                kind = "kept_out"
            elif not day.is_in_data(link.parent):
                kind = "unknown"
            elif day.dropped(child) or (home is not None and day.dropped(home)):
                kind = "dropped"
            else:
                kind = "contributes" if link.contributes else "aligned"
            found.add((child, link.parent, kind))
    return found


@settings(SLOW, max_examples=6)
@given(organisations(), st.data())
def test_random_organisations(org: Organisation, data: st.DataObject) -> None:
    day = org.on()
    focus = data.draw(st.sampled_from(sorted(day.objectives)))
    with pytest.MonkeyPatch.context() as patch, imported(org) as store, store.reader() as reader:
        patch.setattr(sights, "MOST_ABOVE", 1_000)
        patch.setattr(sights, "_cycles", lambda *_: [None, *org.cycle_dates])
        found = line_of_sight(reader, "objective", focus, None, most=1_000)
        patch.undo()
        small = line_of_sight(reader, "objective", focus, None, most=30)
    assert found is not None
    assert small is not None
    place = roles(found)
    objectives = set(found.nodes.loc[found.nodes["kind"] == "objective", "item_id"])
    living = {o for o in objectives if not day.dropped(o)}
    assert {o for o in living if place[o] == "above"} >= {
        up for low, up in day.distances if low == focus
    }
    assert {o for o in living if place[o] == "below"} >= {
        low for low, up in day.distances if up == focus
    }
    if day.dropped(focus):
        assert goals(found) == {}
    else:
        assert goals(found) == goals_by_search(day, focus)
    own = {k.id for k in day.own[focus]}
    assert own <= set(place)
    # Every link of the focus and of what is above stands as it is; the rest as far as both are drawn.
    links = {e for e in edges(found) if e[0] in objectives and e[2] != "part_of"}
    expected = expected_links(day, objectives)
    must = {e for e in expected if place[e[0]] == "focus"}
    assert must <= links <= expected
    names_itself = found.nodes.set_index("item_id")["names_itself"]
    for name in objectives:
        assert names_itself[name] == any(link.parent == name for link in day.objectives[name].links)
    assert found.hidden == 0
    assert (found.nodes["kind"] != "more").all()
    assert len(small.nodes) <= 30
    assert small.nodes["key"].is_unique
    assert set(small.edges["child"]) | set(small.edges["parent"]) <= set(small.nodes["key"])
