"""Pictures of line of sight, contribution and what if: data step exactly, figures with anything."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_data.charts import contribution, line_of_sight, theme, what_if
from okr_data.charts.sight_boxes import Box, Drawing
from okr_data.line_of_sight import EDGE_COLUMNS, NODE_COLUMNS
from okr_data.line_of_sight import line_of_sight as sight_of
from okr_data.store import Store

PALETTES = (theme.LIGHT, theme.DARK)
NODE = {
    "item_id": "", "kind": "objective", "role": "above", "title": "A title", "level": "team",
    "department": "Sales", "team": "Red", "owner": "Ann", "cycle": "Q4 2026", "progress": 0.4,
    "expected_progress": 0.5, "gap": -0.1, "pace_status": "at_risk", "alignment_state": "contributing",
    "state": "living", "count": None, "names_itself": False,
}  # fmt: skip


def nodes(**changes: Mapping[str, object]) -> pd.DataFrame:
    rows = [{**NODE, "key": key, "title": f"Title {key}", **more} for key, more in changes.items()]
    return pd.DataFrame(rows, columns=list(NODE_COLUMNS))


def edges(*links: tuple[str, ...]) -> pd.DataFrame:
    rows = [(child, parent, kind, None) for child, parent, kind in links]
    return pd.DataFrame(rows, columns=list(EDGE_COLUMNS))


FOCUS, GOAL = {"role": "focus"}, {"level": "company"}
KR = {"kind": "key_result", "role": "work"}
#: F below A and (without contributing) B; A below G, B below a key result of H; work and children.
SOME_NODES = nodes(
    G=GOAL, H=GOAL, A={"level": "department"}, B={}, k={"kind": "key_result"}, F=FOCUS,
    k1=KR, k2=KR, C={"role": "below"}, D={"role": "below"},
    X={"state": "dropped"}, U={"kind": "unknown", "state": "unknown", "level": None, "progress": None},
    M={"kind": "more", "role": "below", "title": "7 more below", "level": None, "count": 7},
)  # fmt: skip
SOME_EDGES = edges(
    ("A", "G", "contributes"), ("B", "k", "contributes"), ("k", "H", "part_of"), ("F", "A", "contributes"),
    ("F", "B", "aligned"), ("k1", "F", "part_of"), ("k2", "F", "part_of"), ("C", "k1", "contributes"),
    ("D", "C", "contributes"), ("D", "A", "contributes"), ("F", "X", "dropped"), ("F", "U", "unknown"),
    ("M", "F", "more"), ("F", "D", "kept_out"),
)  # fmt: skip


def boxes(drawing: Drawing) -> dict[str, Box]:
    return {box.key: box for box in drawing.boxes}


def overlapping(drawing: Drawing) -> list[tuple[str, str]]:
    return [
        (a.key, b.key)
        for a, b in itertools.combinations(drawing.boxes, 2)
        if a.left < b.right - 0.1
        and b.left < a.right - 0.1
        and a.top < b.bottom
        and b.top < a.bottom
    ]


def drawn_links(drawing: Drawing) -> set[tuple[str, str, str]]:
    return {(line.child, line.parent, line.kind) for line in drawing.lines}


def links_of(table: pd.DataFrame) -> set[tuple[str, str, str]]:
    return set(zip(table["child"], table["parent"], table["kind"], strict=True))


def assert_sound(drawing: Drawing, table: pd.DataFrame) -> None:
    """Every link is drawn, no box covers another, and all is inside the picture."""
    assert drawn_links(drawing) == links_of(table)
    assert overlapping(drawing) == []
    for box in drawing.boxes:
        assert box.left >= -0.1
        assert box.right <= drawing.width + 0.1
        assert 0 <= box.top <= box.bottom <= drawing.height
    for line in drawing.lines:
        ends = [line.path[0], line.path[-1]]
        assert all(math.isfinite(v) for point in line.path for v in point), line
        assert len(ends) == 2


def test_goals_stand_on_top_and_the_focus_below_all_it_leads_to() -> None:
    drawing = line_of_sight.sight_drawing(SOME_NODES, SOME_EDGES)
    assert_sound(drawing, SOME_EDGES)
    at = boxes(drawing)
    assert at["G"].top == at["H"].top == min(box.top for box in drawing.boxes)
    assert at["H"].top < at["k"].top < at["B"].top < at["F"].top
    assert max(at[key].bottom for key in "ABXU") < at["F"].top
    assert min(at[key].top for key in ("k1", "k2", "C", "D", "M")) > at["F"].bottom
    # A child hangs below its parent, a step further in.
    assert at["C"].top > at["k1"].bottom
    assert at["C"].left > at["k1"].left
    assert at["D"].left > at["C"].left


def test_the_way_up_is_strong_and_only_where_it_contributes() -> None:
    drawing = line_of_sight.sight_drawing(SOME_NODES, SOME_EDGES)
    strong = {(line.child, line.parent) for line in drawing.lines if line.upwards}
    assert strong == {("A", "G"), ("B", "k"), ("k", "H"), ("F", "A")}


@pytest.mark.parametrize("width", [1240, 700, 420])
def test_rows_fit_the_screen(width: float) -> None:
    many = nodes(
        G=GOAL, F=FOCUS, **{f"K{n}": KR for n in range(17)}, **{f"A{n}": {} for n in range(9)}
    )
    links = edges(
        *((f"K{n}", "F", "part_of") for n in range(17)),
        *(("F", f"A{n}", "contributes") for n in range(9)),
        *((f"A{n}", "G", "contributes") for n in range(9)),
    )
    drawing = line_of_sight.sight_drawing(many, links, width=width)
    assert_sound(drawing, links)


def test_on_a_phone_each_box_has_a_row() -> None:
    drawing = line_of_sight.sight_drawing(SOME_NODES, SOME_EDGES, narrow=True)
    assert_sound(drawing, SOME_EDGES)
    rows = sorted(drawing.boxes, key=lambda box: box.top)
    assert all(a.bottom < b.top for a, b in itertools.pairwise(rows))
    place = {box.key: n for n, box in enumerate(rows)}
    for child, parent, kind in links_of(SOME_EDGES):
        assert kind == "kept_out" or place[parent] < place[child]


def test_parents_on_rails_share_no_lane_at_the_same_height() -> None:
    drawing = line_of_sight.sight_drawing(SOME_NODES, SOME_EDGES, narrow=True)
    spans: dict[tuple[float, str], tuple[float, float]] = {}
    for line in drawing.lines:
        x = min(px for px, _ in line.path)
        ys = [y for px, y in line.path if px == x]
        low, high = spans.get((x, line.parent), (math.inf, -math.inf))
        spans[x, line.parent] = (min(low, *ys), max(high, *ys))
    for ((x, one), a), ((z, other), b) in itertools.combinations(spans.items(), 2):
        assert x != z or one == other or a[1] < b[0] or b[1] < a[0]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes in the order of their layers, links upwards, some kept out."""
    above, focus, below = (draw(st.integers(low, most)) for low, most in ((0, 8), (1, 7), (0, 14)))
    kinds = st.sampled_from(["objective", "objective", "key_result"])
    made: dict[str, dict[str, object]] = {}
    for n in range(above + focus + below):
        role = "above" if n < above else "focus" if n < above + focus else "below"
        goal = role == "above" and draw(st.booleans())
        kind = "objective" if goal else draw(kinds)
        long = draw(st.sampled_from(["short", "a title of several words that must be broken " * 2]))
        made[f"N{n}"] = {
            "role": role,
            "kind": kind,
            "title": long,
            "level": "company" if goal else "team",
        }
    names = list(made)
    links = {}
    for n, name in enumerate(names):
        for parent in draw(st.lists(st.integers(0, n), max_size=3, unique=True)) if n else []:
            if parent < n and made[name]["level"] != "company":
                links[name, names[parent]] = draw(
                    st.sampled_from(["contributes", "aligned", "part_of"])
                )
    for _ in range(draw(st.integers(0, 2))):
        one, other = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        if one != other and (one, other) not in links:
            links[one, other] = "kept_out"
    return nodes(**made), edges(*((c, p, kind) for (c, p), kind in links.items()))


@settings(max_examples=150, deadline=None, database=None)
@given(graphs(), st.sampled_from([1240, 700]))
def test_any_graph_is_drawn_whole(graph: tuple[pd.DataFrame, pd.DataFrame], width: int) -> None:
    made, links = graph
    assert_sound(line_of_sight.sight_drawing(made, links, width=width), links)
    assert_sound(line_of_sight.sight_drawing(made, links, narrow=True), links)


@pytest.mark.parametrize("focus", [("objective", "O-101"), ("objective", "O-250"), ("team", "Firmware"),
                                   ("person", "Sunniva Achterberg")])  # fmt: skip
def test_the_sample_is_drawn_whole(sample_store: Store, focus: tuple[Any, str]) -> None:
    with sample_store.reader() as reader:
        found = sight_of(reader, *focus, "Q4 2026")
    assert found is not None
    for narrow in (False, True):
        assert_sound(line_of_sight.sight_drawing(found.nodes, found.edges, narrow), found.edges)
    rows = line_of_sight.sight_rows(found.nodes, found.edges)
    assert len(rows) == len(found.nodes)


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("count", [0, 1, 60])
def test_sight_draws(count: int, narrow: bool, palette: theme.Palette) -> None:
    made = nodes(
        **{f"N{n}": {"role": "focus", "progress": None, "gap": None} for n in range(count)}
    )
    figure = line_of_sight.sight_figure(line_of_sight.sight_drawing(made, edges(), narrow), palette)
    assert len(figure.layout.shapes) == count
    assert figure.layout.height >= 60


def test_words_of_a_box() -> None:
    at = boxes(line_of_sight.sight_drawing(SOME_NODES, SOME_EDGES))
    assert (at["F"].meta, at["F"].words) == ("Team · Sales", "40\u00a0%   ▼ 10 pts")
    assert at["G"].meta == "Company goal"
    assert at["X"].meta == "Dropped"
    assert (at["U"].meta, at["U"].words) == ("Not in the data", "")
    assert at["k"].meta == "Key result"
    lone = nodes(F={**FOCUS, "progress": None, "gap": None}, S={**FOCUS, "names_itself": True})
    at = boxes(line_of_sight.sight_drawing(lone, edges()))
    assert (at["F"].meta, at["F"].words) == ("Team · names no parent", "not measured")
    assert at["S"].meta == "Team · names itself as parent"


def test_long_titles_end_in_an_ellipsis_and_stand_whole_in_the_hover() -> None:
    title = " ".join(["word"] * 60)
    (box,) = line_of_sight.sight_drawing(nodes(F={**FOCUS, "title": title}), edges()).boxes
    assert len(box.lines) == 3
    assert box.lines[-1].endswith("…")
    assert box.hover.replace("<br>", " ").count("word") == 60


def texts(figure: Any) -> Iterable[str]:
    for trace in figure.data:
        yield from (str(t) for t in (trace.text if trace.text is not None else ()))
        rows = trace.customdata if trace.customdata is not None else ()
        yield from (str(row[-1]) for row in rows)  # what is shown; before it stand keys of a click
    yield from (str(a.text) for a in figure.layout.annotations)
    yield from (str(t) for t in figure.layout.yaxis.ticktext or ())


EVIL = "<img src=x> & <b>bold</b>"


def test_user_text_is_escaped() -> None:
    made = nodes(F={**FOCUS, "title": EVIL, "department": EVIL, "owner": EVIL, "cycle": EVIL})
    for narrow in (False, True):
        drawing = line_of_sight.sight_drawing(made, edges(), narrow)
        for text in texts(line_of_sight.sight_figure(drawing, theme.LIGHT)):
            assert "<img" not in text
            assert "<b>bold" not in text
    grid = contribution.matrix_grid(
        GOALS.assign(title=EVIL), ROWS.replace("Sales", EVIL), CELLS.replace("Sales", EVIL)
    )
    for width in (1240, 330):
        for text in texts(contribution.matrix_figure(grid, theme.LIGHT, width)):
            assert "<img" not in text
    rows = contribution.carrier_rows(CARRIERS.assign(title=EVIL, department=EVIL))
    assert not any("<img" in t for t in texts(contribution.carrier_figure(rows, theme.LIGHT)))


def test_the_table_twin_says_what_each_link_is() -> None:
    rows = line_of_sight.sight_rows(SOME_NODES, SOME_EDGES).set_index("key")
    assert rows.loc["F", "leads_to"] == (
        "contributes to Title A; is aligned to, without contributing Title B; "
        "hangs on something dropped: Title X; names, but it is not in the data: Title U; "
        "would close a loop and stays out: Title D"
    )
    assert rows.loc["k", "leads_to"] == "belongs to Title H"
    assert rows.loc["G", "leads_to"] == ""
    assert rows.loc["F", "place"] == "In focus"


def test_alt_text() -> None:
    text = line_of_sight.sight_alt("me", SOME_NODES, SOME_EDGES, ["Title G"])
    assert text == (
        "Line of sight of me: leads to Title G. 7 above, 2 of its own work, 2 below. Links 1 without "
        "contributing, 1 to something dropped, 1 to a parent that is not in the data, 1 kept out of a loop."
    )
    assert "no company goal" in line_of_sight.sight_alt("me", nodes(F=FOCUS), edges(), [])


@pytest.mark.parametrize(
    ("value", "text"), [(-0.0, "0\u00a0%"), (-0.001, "0\u00a0%"), (-0.02, "-2\u00a0%")]
)
def test_nothing_has_no_sign(value: float, text: str) -> None:
    """A clamped regression came as −0.0 and stood there as “-0\u00a0%”."""
    assert theme.percent(value) == text


# --- the matrix ----------------------------------------------------------------------

GOALS = pd.DataFrame(
    {
        "objective_id": ["G", "H", "N"], "title": ["goal", "other", "nothing"], "cycle": "Q4 2026",
        "progress": [0.4, 0.5, None], "expected_progress": 0.5, "rollup_progress": [0.5, 0.3, None],
        "gap": [0.0, -0.2, None], "carriers": [3, 1, 0],
    }
)  # fmt: skip
ROWS = pd.DataFrame(
    {
        "row_kind": ["company", "department", "department", "department", "unknown", "outside"],
        "department": [None, "Sales", "Idle", "Product", None, None],
    }
)
CELLS = pd.DataFrame(
    [
        ("company", None, "G", 0.4, 0.2, 0.2, -0.1, 1, 0),
        ("department", "Sales", "G", 0.2, 0.1, 0.1, 0.1, 2, 3),
        ("department", "Sales", "H", None, None, None, None, 0, 2),
        ("department", "Product", "G", 0.3, 0.15, 0.15, None, 1, 1),
        ("unknown", None, "G", 0.06, 0.03, 0.03, 0.0, 1, 1),
        ("outside", None, "G", 0.04, 0.02, 0.02, 0.0, 1, 1),
        ("company", None, "H", 1.0, 0.3, 0.7, -0.2, 1, 0),
    ],
    columns=["row_kind", "department", "goal_id", "share", "delivered", "remaining", "gap", "carriers", "aligned"],
)  # fmt: skip


def test_matrix_grid() -> None:
    grid = contribution.matrix_grid(GOALS, ROWS, CELLS, "Other cycles")
    assert [row.label for row in grid.rows] == [
        "Whole goal", "Company level", "Product", "Sales", "Idle", "Department unknown", "Other cycles",
    ]  # fmt: skip
    assert [goal.goal_id for goal in grid.goals] == ["G", "H", "N"]
    assert grid.cells[0, 0] == contribution.Cell(1.0, 0.5, 0.0, 3, 0)
    assert grid.cells[0, 2] == contribution.Cell(None, None, None, 0, 0)
    assert grid.cells[3, 0] == contribution.Cell(0.2, 0.1, pytest.approx(0.1), 2, 3)  # type: ignore[arg-type]
    assert grid.cells[3, 1] == contribution.Cell(None, None, None, 0, 2)
    assert grid.cells[2, 0].gap is None
    assert (4, 0) not in grid.cells  # Idle carries nothing
    assert sum(
        cell.share or 0 for (row, at), cell in grid.cells.items() if at == 0 and row
    ) == pytest.approx(1)


def test_three_hundred_departments_are_a_few_rows() -> None:
    names = [f"D{n:03}" for n in range(300)]
    rows = pd.DataFrame({"row_kind": "department", "department": names})
    cells = pd.DataFrame(
        [("department", name, "G", (n + 1) / 45_150, 0.0, 0.0, 0.1, 1, 1) for n, name in enumerate(names)],
        columns=CELLS.columns,
    )  # fmt: skip
    grid = contribution.matrix_grid(GOALS, rows, cells)
    assert len(grid.rows) == 1 + contribution.MOST_ROWS
    assert grid.rows[1].label == "D299"  # the largest share first
    assert grid.rows[-1].label == "287 more departments"
    rest = grid.cells[len(grid.rows) - 1, 0]
    assert rest.share == pytest.approx(sum(range(1, 288)) / 45_150)
    assert rest.carriers == 287
    assert rest.gap == pytest.approx(0.1)


def test_of_many_goals_those_behind_and_the_chosen_one_are_drawn() -> None:
    goals = pd.DataFrame(
        {
            "objective_id": [f"G{n}" for n in range(9)], "title": [f"goal {n}" for n in range(9)],
            "rollup_progress": 0.5, "gap": [0.1, -0.1, -0.2, -0.3, None, 0.2, -0.4, 0.3, 0.0],
            "carriers": 1,
        }
    )  # fmt: skip
    grid = contribution.matrix_grid(goals, ROWS, CELLS, most_goals=3, chosen="G5")
    assert [goal.goal_id for goal in grid.goals] == ["G3", "G5", "G6"]
    assert grid.more_goals == 6


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("width", [1240, 330])
@pytest.mark.parametrize("goals", [0, 1, 3])
def test_matrix_draws(goals: int, width: float, palette: theme.Palette) -> None:
    grid = contribution.matrix_grid(GOALS.head(goals), ROWS, CELLS)
    figure = contribution.matrix_figure(grid, palette, width, "G")
    filled = [cell for cell in grid.cells.values() if cell.share is not None]
    assert len(figure.layout.shapes) == len(filled)
    assert len(figure.data[-1].x) == len(grid.cells)  # every cell answers a click
    assert contribution.matrix_figure(
        contribution.matrix_grid(GOALS, ROWS.iloc[:0], CELLS.iloc[:0]), palette
    )


def test_every_filled_cell_says_its_share_and_its_gap_in_words() -> None:
    grid = contribution.matrix_grid(GOALS, ROWS, CELLS)
    for width in (1240, 330):
        shares, figures, _ = contribution.matrix_figure(grid, theme.LIGHT, width).data[2:5]
        assert len(shares.text) == len(figures.text) == 8
        assert all(any(sign in t for sign in ("▲", "▼", "on pace", "n/a")) for t in figures.text)


def test_matrix_alt_names_who_carries_most() -> None:
    text = contribution.matrix_alt(contribution.matrix_grid(GOALS, ROWS, CELLS))
    assert "goal (50\u00a0%   on pace): most by Company level, 40\u00a0%" in text
    assert "nothing: nothing measured below" in text


@pytest.mark.parametrize(
    ("delivered", "share", "words"),
    [(0.12, 0.31, "12 of 31 pts"), (0.001, 0.004, "0.1 of 0.4 pts"), (None, 0.1, "n/a")],
)
def test_points_words(delivered: float | None, share: float, words: str) -> None:
    assert contribution.points_words(delivered, share) == words


CARRIERS = pd.DataFrame(
    {
        "objective_id": ["A", "B"], "title": ["same", "same"], "department": ["Sales", None],
        "share": [0.5, 0.001], "delivered": [0.25, 0.0], "gap": [-0.1, None],
    }
)  # fmt: skip


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_carriers_draw(count: int, palette: theme.Palette) -> None:
    table = pd.concat([CARRIERS] * 20).head(count)
    rows = contribution.carrier_rows(table)
    assert len(rows) == min(count, contribution.MOST_CARRIERS)
    for narrow in (False, True):
        figure = contribution.carrier_figure(rows, palette, narrow)
        assert len(figure.data[0].y) == len(rows)  # of one title, yet each a bar of its own
    assert contribution.carrier_alt(rows)


EFFECTS = pd.DataFrame(
    {
        "objective_id": ["A", "B", "C"], "title": ["a", "b", "gone"], "level": "team",
        "dropped": [False, False, True], "rollup_before": [0.5, None, None],
        "rollup_after": [0.6, 0.7, None], "progress_before": [0.1, None, 0.2], "progress_after": [0.2, 0.7, 0.1],
    }
)  # fmt: skip


def test_effect_rows() -> None:
    rows = what_if.effect_rows(EFFECTS)
    assert list(rows["words"]) == [
        "50.0\u00a0% → 60.0\u00a0%   +10.0 pts", "not measured → 70.0\u00a0%", "20.0\u00a0% → 10.0\u00a0%   −10.0 pts",
    ]  # fmt: skip
    assert what_if.step_words(0.5, 0.50001) == "50.0\u00a0% → 50.0\u00a0%   less than 0.1 pts"
    assert what_if.step_words(0.5, 0.5) == "50.0\u00a0% → 50.0\u00a0%   no change"
    assert what_if.step_words(0.5, math.nan) == "not measured"


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("count", [0, 1, 3, 60])
def test_effects_draw(count: int, palette: theme.Palette) -> None:
    rows = what_if.effect_rows(pd.concat([EFFECTS] * 20).head(count))
    figure = what_if.effect_figure(rows, palette)
    assert len(figure.layout.annotations) == min(count, what_if.MOST_ROWS)
    assert what_if.effect_alt(rows)
