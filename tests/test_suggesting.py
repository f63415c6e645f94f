"""What a reader sees of suggestions and overlaps, and what becomes of an answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from okr_data.charts import recall, theme
from okr_data.neutral import neutral_csv
from okr_data.overlaps import overlaps
from okr_data.queries import Filters
from okr_data.settings import Settings
from okr_data.store import Store
from okr_data.suggestions import Measure, Recall, Suggestions, suggestions
from okr_data.ui.suggesting import (
    METHOD_NAMES,
    Decisions,
    children_table,
    measured_in_words,
    pairs_table,
    recall_table,
)
from tests.conftest import new_store, take_in

OBJECTIVES = """
id | title                              | level      | department | team  | cycle   | parent_ids
C  | Win customers abroad               | company    |            |       | Q4 2026 |
D  | =Answer calls in the night         | department | Support    |       | Q4 2026 | C
E  | ![x](http://x) Win <b>customers    | department | Sales      |       | Q4 2026 | C
S  | Answer night calls quickly         | team       | Support    | Night | Q4 2026 | D
T  | +Answer more calls in the night    | team       | Support    | Night | Q4 2026 |
U  | 🚀                                 | team       | Sales      |       | Q4 2026 |
X  | Answer more calls in the night     | team       | Sales      | Asia  | Q4 2026 | E
"""

#: What levels are called.
LEVELS = Settings().level_names(one=True)


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("suggesting"))
    take_in(store, objectives=OBJECTIVES)
    return store


@pytest.fixture(scope="module")
def found(organisation: Store) -> Suggestions:
    with organisation.reader() as reader:
        return suggestions(reader, "Q4 2026")


def test_accepted_parents_are_a_list_for_the_source_tool(found: Suggestions) -> None:
    decided = Decisions({}, set())
    first, second = found.found["T"][:2]
    assert decided.shown(found, "T") == first
    decided.refuse(first)
    assert decided.shown(found, "T") == second  # the next best takes its place
    decided.accept(found, first)
    assert decided.shown(found, "T") == first
    assert not decided.is_refused(first)
    (row,) = csv.DictReader(io.StringIO(neutral_csv(decided.table()).decode("utf-8-sig")))
    assert row == {
        "objective_id": "T",
        "title": "'+Answer more calls in the night",  # no spreadsheet runs it
        "suggested_parent_id": "D",
        "suggested_parent_title": "'=Answer calls in the night",
        "score": str(round(first.score, 2)),
    }
    objectives = found.objectives.copy()
    objectives.loc[objectives["objective_id"] == "T", "alignment_state"] = "contributing"
    decided.settle(found)
    assert len(decided.table()) == 1
    decided.settle(replace(found, objectives=objectives))  # entered in the source tool meanwhile
    assert decided.table().empty
    decided.accept(found, second)
    assert len(decided.table()) == 1  # one parent for an objective
    decided.forget(second)
    assert decided.table().empty
    for suggestion in found.found["T"]:
        decided.refuse(suggestion)
    assert decided.shown(found, "T") is None


def test_table_of_objectives(found: Suggestions) -> None:
    decided = Decisions({}, set())
    table = children_table(found, decided, found.children, LEVELS).set_index("Id")
    assert list(table.index) == ["T", "U"]
    assert table.loc["T", "Likely parent"] == "=Answer calls in the night"
    assert table.loc["T", "Decision"] == ""
    assert "calls" in table.loc["T", "Words"]
    assert table.loc["T", "State"] == "Unaligned"
    # Of the department's other links (X to E, E to C) half lead to each: no word speaks, a link does.
    assert table.loc["U", "Parent id"] == "C"
    assert table.loc["U", "Words"] == ""
    decided.accept(found, found.found["T"][0])
    for suggestion in found.found["U"]:
        decided.refuse(suggestion)
    after = children_table(found, decided, found.children, LEVELS).set_index("Id")["Decision"]
    assert after.to_dict() == {"T": "Accepted", "U": "None of these"}


def test_pairs(organisation: Store) -> None:
    with organisation.reader() as reader:
        pairs = overlaps(reader, Filters("Q4 2026"))
    table = pairs_table(pairs).set_index(["Id", "Other id"])
    assert table.loc[("T", "X"), "Likeness"] == 100
    assert table.loc[("T", "X"), "Joined"] == "No"
    assert table.loc[("D", "X"), "Other department"] == "Sales"


MEASURE = Measure(
    50, 120, 2, 30.0,
    (
        Recall("suggested", 0.5, 0.75, 0.996), Recall("text", 0.3, 0.4, 0.5),
        Recall("popular", 0.1, 0.2, 0.6), Recall("random", 0.03, 0.1, 1 / 3),
    ),
)  # fmt: skip


def test_measured_in_words() -> None:
    text = measured_in_words(MEASURE)
    assert "with 50 of the 120 known links of this cycle hidden" in text
    assert (
        "first for 50\u00a0%, among the first three for 75\u00a0%, among the first ten for 99\u00a0%"
        in text
    )
    assert (
        "would reach 10\u00a0%, 20\u00a0% and 60\u00a0%, chance 3\u00a0%, 10\u00a0% and 33\u00a0%"
        in text
    )
    assert "say little" not in text
    few = measured_in_words(Measure(3, 3, 0, 4.0, MEASURE.recalls))
    assert "with the 3 known links of this cycle hidden" in few
    assert few.endswith("So few links say little.")
    assert "cannot be measured" in measured_in_words(Measure(0, 0, 0, 0.0, ()))


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_bars_of_recall(palette: theme.Palette) -> None:
    shares = {r.method: (r.first, r.among_three, r.among_ten) for r in MEASURE.recalls}
    rows = recall.recall_rows(shares, METHOD_NAMES)
    assert rows.iloc[0].tolist() == ["suggested", "Suggested", 0.5, 0.75, 0.996]
    assert recall_table(rows)["First ten"].tolist() == [
        "99\u00a0%",
        "50\u00a0%",
        "60\u00a0%",
        "33\u00a0%",
    ]
    (bars,) = recall.recall_figure(rows, palette, "suggested").data
    assert list(bars.x) == [0.1, 0.2, 0.4, 0.75]
    assert bars.marker.color.count(palette.accent) == 1
    assert (
        len(recall.recall_figure(recall.recall_rows({}, {}), palette, "suggested").data[0].x) == 0
    )


# --- the parts as a page draws them --------------------------------------------


def _suggestions_page() -> None:
    import streamlit as st

    from okr_data.charts.theme import LIGHT
    from okr_data.ui import data, filters, suggesting

    view = filters.choose(data.pinned())
    suggesting.render_suggestions(view, LIGHT)
    found = view.data.suggestions(view.filters)
    if "T" in found.found:  # what a selected row shows
        suggesting._candidates(view, found, suggesting.decisions(view), "T")
    st.caption("end")


def _overlaps_page() -> None:
    import streamlit as st

    from okr_data.ui import data, filters, suggesting

    suggesting.render_overlaps(filters.choose(data.pinned()))
    st.caption("end")


def run(
    page: object, folder: Path, monkeypatch: pytest.MonkeyPatch, query: Mapping[str, str] = {}
) -> AppTest:
    monkeypatch.setenv("OKR_DATA", str(folder))
    app = AppTest.from_function(page, default_timeout=60)  # type: ignore[arg-type]
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert app.caption[-1].value == "end"
    return app


def test_a_suggestion_is_accepted_and_taken_back(
    organisation: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = organisation.generation()
    app = run(_suggestions_page, organisation.folder, monkeypatch)
    assert app.title[0].value == "Q4 2026: 2 objectives lead nowhere; 2 of 2 with a likely parent"
    assert "with the 4 known links of this cycle hidden" in app.markdown[0].value
    # no image and no style of a title gets through
    shown = [m.value for m in app.markdown]
    assert not any("![x]" in text or "<b>" in text for text in shown)
    app.button(key="accept-T-D").click().run()
    assert "Accepted" in [s.value for s in app.header]
    assert app.dataframe[1].value["Suggested parent id"].tolist() == ["D"]
    app.button(key="forget-T-D").click().run()
    assert "Accepted" not in [s.value for s in app.header]
    app.button(key="refuse-T-D").click().run()
    assert app.dataframe[0].value.set_index("Id").loc["T", "Parent id"] != "D"
    assert not app.exception
    assert organisation.generation() == generation


def test_empty_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = new_store(tmp_path / "one")
    take_in(store, objectives="id | title | level | cycle\nC | Alone | company | Q4 2026")
    app = run(_suggestions_page, store.folder, monkeypatch)
    assert app.title[0].value == "Q4 2026: no objective is in want of a parent"
    assert app.header[0].value == "Nothing to suggest"
    app = run(_overlaps_page, store.folder, monkeypatch)
    assert app.title[0].value == "Q4 2026: no two departments say nearly the same thing"
    assert app.header[0].value == "No overlaps"


def test_overlaps_are_narrowed_by_their_likeness(
    organisation: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run(_overlaps_page, organisation.folder, monkeypatch)
    assert "across departments read much alike" in app.title[0].value
    everything = app.dataframe[0].value
    app.slider(key="overlap_likeness").set_value(95).run()
    assert not app.exception
    narrowed: pd.DataFrame = app.dataframe[0].value
    assert narrowed["Id"].tolist() == ["T"]
    assert len(everything) > len(narrowed)
    app = run(_overlaps_page, organisation.folder, monkeypatch, {"department": "Nowhere"})
    assert len(app.dataframe[0].value) == len(everything)
