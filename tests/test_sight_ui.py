"""The parts of pages for line of sight, contribution and what if, run as Streamlit runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from okr_data.store import Store
from tests.conftest import new_store, take_in

TIMEOUT = 60


@pytest.fixture
def shown_folder(sample_store: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample data as what the pages show."""
    monkeypatch.setenv("OKR_DATA", str(sample_store.folder))
    return sample_store.folder


def _sight() -> None:
    import streamlit as st

    from okr_data.charts.theme import LIGHT
    from okr_data.ui import data, filters, sight

    view = filters.choose(data.pinned())
    focus = sight.choose_focus(view)
    if focus is None:
        st.write("nobody")
        return
    shown = view.data.line_of_sight(*focus, view.filters.cycle)
    if shown is not None:
        sight.render_sentence(view, shown)
    st.session_state["chosen"] = sight.render_line_of_sight(view, *focus, LIGHT)


def _matrix() -> None:
    import streamlit as st

    from okr_data.charts.theme import LIGHT
    from okr_data.ui import contributing, data, filters

    view = filters.choose(data.pinned())
    goal = contributing.render_matrix(view, LIGHT)
    st.session_state["goal"] = goal
    if goal is not None:
        contributing.render_carriers(view, goal, palette=LIGHT)


def _what_if() -> None:
    import streamlit as st

    from okr_data.charts.theme import LIGHT
    from okr_data.ui import contributing, data, filters

    view = filters.choose(data.pinned())
    contributing.render_what_if(view, st.query_params["kr"], LIGHT)


def text_of(app: AppTest) -> str:
    assert not app.exception
    parts = [*app.title, *app.header, *app.markdown, *app.caption, *app.info, *app.warning]
    return "\n".join(part.value for part in parts).replace("\\", "")


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("objective", "O-207", "contributes to 1 company goal"),
        ("objective", "O-101", "is a company goal"),
        ("objective", "O-269", "leads to no company goal"),
        ("objective", "O-254", "leads to 1 company goal, without contributing"),
        (
            "team",
            "Demand Generation",
            "Demand Generation: 4 of 6 objectives lead to 1 company goal",
        ),
        ("person", "Sunniva Achterberg", "2 of 2 objectives lead to 3 company goals"),
    ],
)
def test_the_sentence_of_a_sight(shown_folder: Path, kind: str, name: str, sentence: str) -> None:
    app = AppTest.from_function(_sight, default_timeout=TIMEOUT)
    app.query_params["sight"] = kind
    app.query_params[f"sight_{kind}"] = name
    assert sentence in text_of(app.run())
    assert app.session_state["chosen"] is None


def test_the_address_follows_the_choice(shown_folder: Path) -> None:
    app = AppTest.from_function(_sight, default_timeout=TIMEOUT).run()
    assert not app.exception
    assert app.query_params["sight"] == "objective"
    first = app.query_params["sight_objective"]
    app.selectbox(key="sight_objective-0").select_index(5).run()
    assert app.query_params["sight_objective"] != first


def test_the_matrix_and_its_carriers(shown_folder: Path) -> None:
    app = AppTest.from_function(_matrix, default_timeout=TIMEOUT).run()
    text = text_of(app)
    assert app.session_state["goal"] == "O-101"  # furthest behind pace
    assert "Who carries “Become the heat pump that installers recommend first”" in text
    assert "The 10 largest of 45 carriers of all cycles" in text
    app.query_params["goal"] = "O-104"
    assert "Who carries “Let no customer wait for warmth”" in text_of(app.run())
    app.query_params["goal"] = "nowhere"
    assert "Become the heat pump" in text_of(app.run())


@pytest.mark.parametrize(
    ("key_result", "words"),
    [
        ("KR-1300", "It would stand at **100.0\u00a0%**, done."),
        ("KR-1517", "It is not measured today"),
        ("KR-1495", "Its objective was dropped and counts nowhere"),
        ("KR-1395", "It would stand at"),  # without target: a progress is asked
        ("KR-1399", "It belongs to no objective in the data"),
        ("KR-404", "does not exist on this day"),
    ],
)
def test_what_if(shown_folder: Path, key_result: str, words: str) -> None:
    app = AppTest.from_function(_what_if, default_timeout=TIMEOUT)
    app.query_params["kr"] = key_result
    assert words in text_of(app.run())


def test_a_value_that_is_typed(shown_folder: Path) -> None:
    app = AppTest.from_function(_what_if, default_timeout=TIMEOUT)
    app.query_params["kr"] = "KR-1300"  # from 6.5 to 4 days
    app.run()
    app.number_input(key="what-if-KR-1300").set_value(1.5).run()
    assert "200.0\u00a0% of the way; kept within 0–100 %" in text_of(app)


def test_without_company_goals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Store = new_store(tmp_path / "data")
    take_in(store, objectives="id | title | level | cycle\nT | t | team | Q4 2026")
    monkeypatch.setenv("OKR_DATA", str(store.folder))
    matrix = AppTest.from_function(_matrix, default_timeout=TIMEOUT).run()
    assert "have no company objective" in text_of(matrix)
    assert matrix.session_state["goal"] is None
    sight = AppTest.from_function(_sight, default_timeout=TIMEOUT).run()
    assert "“t” leads to no company goal" in text_of(sight)
