"""Real public data through the template, mapped by hand: the views answer, and truth is met.

The data is not part of the project; without it these tests skip.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from okr_data.ingest import Upload
from okr_data.intake import import_files
from okr_data.store import Store
from okr_data.views import public_views
from tests.conftest import new_store

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the real public data is not here")

Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(file)]


def written(rows: list[Row], name: str) -> Upload:
    target = io.StringIO()
    writer = csv.DictWriter(target, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    return Upload(name, target.getvalue().encode())


def key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:10]


def sourced() -> list[Upload]:
    """A node with something below it is an objective, a leaf below one a yes/no key result."""
    nodes = read("sourced_okrs.csv")
    has_children = {node["parent_id"] for node in nodes}
    objectives, key_results = [], []
    for node in nodes:
        if node["node_id"] in has_children or node["node_type"] == "objective":
            objectives.append(
                {
                    "id": node["node_id"], "title": node["text"], "level": node["level"],
                    "team": node["team"].split(";")[0], "owner": node["owner"], "cycle": node["cycle"],
                    "start_date": node["cycle_start"], "end_date": node["cycle_end"],
                    "parent_ids": node["parent_id"], "progress": node["progress_pct"],
                }
            )  # fmt: skip
        else:
            key_results.append(
                {
                    "id": node["node_id"], "objective_id": node["parent_id"], "title": node["text"],
                    "kind": "milestone", "progress": node["progress_pct"],
                }
            )  # fmt: skip
    return [written(objectives, "objectives.csv"), written(key_results, "key_results.csv")]


def gsa() -> list[Upload]:
    """One objective a year and goal; a measure is met or not: thresholds, not ways from a start."""
    objectives: dict[str, Row] = {}
    key_results = []
    for row in read("gsa_okrs.csv"):
        goal = key(row["cycle"], row["parent_objective"])
        objective = key(row["cycle"], row["objective"].lower())  # stands in two spellings
        dates = {
            "cycle": row["cycle"],
            "start_date": row["cycle_start"],
            "end_date": row["cycle_end"],
        }
        objectives[goal] = {
            "id": goal,
            "title": row["parent_objective"],
            "level": "company",
            **dates,
        }
        objectives[objective] = {
            "id": objective, "title": row["objective"], "level": "department",
            "department": row["department"], "parent_ids": goal, **dates,
        }  # fmt: skip
        # A range has two bounds and a key result one target: the lower one, which decides here.
        target = row["min_target"] if row["direction"] == "range" else row["target"]
        direction = {"increase": "stay_above", "decrease": "stay_below", "range": "stay_above"}
        key_results.append(
            {
                "id": key(row["cycle"], row["objective"].lower(), row["key_result"]),
                "objective_id": objective, "title": row["key_result"], "unit": row["unit"],
                "direction": direction.get(row["direction"], ""),
                "target_value": target, "current_value": row["current"],
                "description": row["target_met"],
            }
        )  # fmt: skip
    return [
        written(list(objectives.values()), "objectives.csv"),
        written(key_results, "key_results.csv"),
    ]


@pytest.fixture(scope="module")
def sourced_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("sourced"))
    import_files(store, sourced(), as_of=date(2019, 3, 31))
    return store


@pytest.fixture(scope="module")
def gsa_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("gsa"))
    import_files(store, gsa(), as_of=date(2020, 9, 30))
    return store


@pytest.mark.parametrize("fixture", ["sourced_store", "gsa_store"])
def test_every_view_answers(fixture: str, request: pytest.FixtureRequest) -> None:
    store: Store = request.getfixturevalue(fixture)
    with store.reader() as reader:
        for view in public_views():
            found = reader.frame(f"select * from {view.name}")
            # nothing there has an issue of its own, or the title of the cycle before
            assert len(found) or view.name in (
                "import_issue",
                "carry_over",
                "review",
                "review_remark",
            ), view.name


def test_no_node_of_a_deep_tree_is_lost(sourced_store: Store) -> None:
    nodes = read("sourced_okrs.csv")
    with sourced_store.reader() as reader:
        ids = reader.rows(
            "select objective_id from objective_progress union all select key_result_id from key_result_progress"
        )
        deepest = reader.rows("select max(distance) from line_of_sight")
    assert sorted(i for (i,) in ids) == sorted(node["node_id"] for node in nodes)
    assert deepest[0][0] == 6  # objectives nest six deep, the leaves below are key results


def test_progress_of_check_boxes(sourced_store: Store) -> None:
    """Where progress is a word, an objective's progress is the share of boxes that are ticked."""
    boxes: dict[str, list[float]] = defaultdict(list)
    nodes = read("sourced_okrs.csv")
    has_children = {node["parent_id"] for node in nodes}
    for node in nodes:
        if (
            node["node_id"] not in has_children
            and node["node_type"] != "objective"
            and node["progress_pct"]
        ):
            boxes[node["parent_id"]].append(float(node["progress_pct"]) / 100)
    with sourced_store.reader() as reader:
        found = dict(
            reader.rows(
                "select objective_id, kr_progress from objective_progress where kr_progress is not null"
            )
        )
    assert found == {parent: pytest.approx(sum(done) / len(done)) for parent, done in boxes.items()}


def test_targets_met_are_those_of_the_publisher(gsa_store: Store) -> None:
    """Of 85 measures with target and figure, 54 met it, 28 did not and 3 cannot be judged."""
    rows = read("gsa_okrs.csv")
    both = [row for row in rows if row["target"] and row["current"]]
    assert len(both) == 85
    with gsa_store.reader() as reader:
        progress = dict(reader.rows("select key_result_id, progress from key_result_progress"))
    reached = [
        progress[key(row["cycle"], row["objective"].lower(), row["key_result"])] for row in both
    ]
    verdicts = ["" if share is None else str(share == 1) for share in reached]
    judged = list(zip(verdicts, (row["target_met"] for row in both), strict=True))
    assert sum(ours == "True" for ours, _ in judged) == 54
    assert sum(ours == "False" for ours, _ in judged) == 28
    assert sum(ours == "" for ours, _ in judged) == 3
    assert all(ours == theirs for ours, theirs in judged)
