"""Charts: the data step exactly, the figure step with many rows, one, none, and missing figures."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
import pytest

from okr_data.charts import bars, sunburst, theme, trends

PALETTES = (theme.LIGHT, theme.DARK)
NODE = {
    "context": False, "level": "team", "department": "Sales", "team": None, "owner": "Ann",
    "cycle": "Q4 2026", "key_results": 2, "measured": 2, "progress": 0.4, "kr_progress": 0.4,
    "rollup_progress": 0.4, "reported_progress": None, "expected_progress": 0.5,
    "pace_status": "at_risk", "status": None, "alignment_state": "contributing",
    "last_check_in": None, "import_id": "imp-0001", "file": "o.csv", "row": 2,
}  # fmt: skip


def nodes(**changes: Mapping[str, object]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {**NODE, "objective_id": key, "title": f"Title {key}", **change}
            for key, change in changes.items()
        ],
        columns=["objective_id", "title", *NODE],
    )


def links(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [(child, parent, 1.0, True) for child, parent in pairs],
        columns=["objective_id", "parent_id", "weight", "contributes"],
    )


TREE = nodes(
    G1={"level": "company", "alignment_state": None, "key_results": 3},
    G2={"level": "company", "alignment_state": None, "key_results": 0, "progress": None},
    A={}, B={"key_results": 4}, C={"key_results": 1},
    L={"alignment_state": "unaligned"}, M={"alignment_state": "detached"},
)  # fmt: skip
LINKS = links(("A", "G1"), ("B", "G1"), ("B", "G2"), ("C", "A"), ("M", "L"))


def test_sectors_add_up_and_show_every_path() -> None:
    sectors = {s.path: s for s in sunburst.cascade_sectors(TREE, LINKS)}
    assert sectors["G1/B"].item == sectors["G2/B"].item == "B"  # two parents: once below each
    assert sectors["G1/A"].size == 2 + 1  # its own key results and those of C, a ring further down
    assert sectors["G1"].size == sectors["G1/A"].size + sectors["G1/B"].size
    assert sectors[f"{sunburst.NO_SIGHT}/L"].size == 2 + 2
    assert f"{sunburst.NO_SIGHT}/M" not in sectors  # it hangs below L
    below = {p: sum(s.size for s in sectors.values() if s.parent == p) for p in sectors}
    for path, total in below.items():
        assert total in (0, sectors[path].size)


def test_focus_moves_the_centre() -> None:
    sectors = sunburst.cascade_sectors(TREE, LINKS, focus="A")
    assert [s.path for s in sectors] == ["A", "A/C"]
    assert sectors[0].parent == ""
    whole = sunburst.cascade_sectors(TREE, LINKS, focus="unknown")
    assert whole[0].path == sunburst.CENTRE


def test_large_families_are_gathered() -> None:
    many = nodes(
        G={"level": "company", "alignment_state": None}, **{f"N{n:04}": {} for n in range(5000)}
    )
    sectors = sunburst.cascade_sectors(many, links(*((f"N{n:04}", "G") for n in range(5000))))
    assert len(sectors) == 2 + sunburst.MAX_CHILDREN + 1
    (more,) = [s for s in sectors if s.kind == "more"]
    assert more.title == f"{5000 - sunburst.MAX_CHILDREN} more"
    assert sum(s.size for s in sectors if s.parent == "G") == 2 * 5000


def test_tree_rows_list_every_objective_below_each_parent() -> None:
    rows = sunburst.tree_rows(TREE, LINKS)
    assert list(zip(rows["objective_id"], rows["depth"], strict=True)) == [
        ("G1", 0), ("A", 1), ("C", 2), ("B", 1), ("G2", 0), ("B", 1), ("L", 0), ("M", 1),
    ]  # fmt: skip
    assert set(rows["objective_id"]) == set(TREE["objective_id"])


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("count", [0, 1, 40])
def test_sunburst_draws(count: int, palette: theme.Palette) -> None:
    some = nodes(
        **{f"N{n}": {"alignment_state": "unaligned", "progress": None} for n in range(count)}
    )
    figure = sunburst.sunburst_figure(sunburst.cascade_sectors(some, links()), palette)
    trace = figure.data[0]
    assert len(trace.ids) == len(set(trace.ids))
    assert set(trace.parents) <= {*trace.ids, ""}


def test_user_text_is_escaped_in_figures() -> None:
    evil = nodes(E={"level": "company", "alignment_state": None, "title": "<img src=x> & <b>"})
    trace = sunburst.sunburst_figure(sunburst.cascade_sectors(evil, links()), theme.LIGHT).data[0]
    texts = [*trace.labels, *(row[0] for row in trace.customdata)]
    assert not any("<img" in text or "<b>" in text for text in texts)


LEVELS = pd.DataFrame(
    {
        "progress": [0.5, float("nan")], "expected_progress": [0.6, 0.6],
        "measured": [3, 0], "objectives": [4, 2],
    }
)  # fmt: skip


def test_pace_rows() -> None:
    rows = bars.pace_rows(LEVELS, pd.Series(["Teams", "Individuals"]))
    assert rows.iloc[0].to_dict() == {
        "label": "Teams", "progress": 0.5, "expected": 0.6, "gap": 0.5 - 0.6, "measured": 3, "total": 4,
    }  # fmt: skip
    assert math.isnan(rows.iloc[1]["gap"])


def test_state_shares_leave_out_what_is_not_there() -> None:
    table = pd.DataFrame(
        [{"label": "Teams", "objectives": 4, "contributing": 3, "supporting": 0, "detached": 0,
          "unresolved": 0, "unaligned": 1}]
    )  # fmt: skip
    shares = bars.state_shares(table)
    assert list(zip(shares["state"], shares["count"], shares["share"], strict=True)) == [
        ("contributing", 3, 3 / 4), ("unaligned", 1, 1 / 4),
    ]  # fmt: skip
    assert bars.state_shares(table.iloc[:0]).empty


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_bars_draw(count: int, palette: theme.Palette) -> None:
    rows = bars.pace_rows(LEVELS.iloc[:count], pd.Series(["Teams", "Individuals"][:count]))
    assert len(bars.pace_figure(rows, palette).data) == 3
    assert (
        bars.state_figure(bars.state_shares(pd.DataFrame(columns=["label"])), palette) is not None
    )


WEEKS = pd.DataFrame(
    {
        "series": ["a", "a", "b"], "week": pd.to_datetime(["2026-10-05", "2026-10-12", "2026-10-05"]),
        "day": pd.to_datetime(["2026-10-11", "2026-10-18", "2026-10-11"]),
        "progress": [0.1, 0.2, float("nan")], "expected_progress": [0.1, 0.2, 0.1],
        "measured": [1, 1, 0], "total": [1, 1, 1],
    }
)  # fmt: skip


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_trends_draw(count: int, palette: theme.Palette) -> None:
    span = (pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
    figure = trends.trend_figure(WEEKS.iloc[:count], palette, {"a": "Teams"}, "a", span)
    assert len(figure.data) == 1 + WEEKS.iloc[:count]["series"].nunique()


def test_trend_table_is_the_twin() -> None:
    wide = trends.trend_table(WEEKS)
    assert list(wide.columns) == ["As of", "a", "b", "Expected pace"]
    assert list(wide["a"]) == [0.1, 0.2]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.6996, "70 %"),
        (0.999, "99 %"),
        (1.0, "100 %"),
        (0.0, "0 %"),
        (None, "n/a"),
        (float("nan"), "n/a"),
    ],
)
def test_percent(value: float | None, text: str) -> None:
    assert theme.percent(value) == text


@pytest.mark.parametrize(
    ("gap", "text"), [(-0.12, "▼ 12 pts"), (0.04, "▲ 4 pts"), (0.001, "on pace"), (None, "n/a")]
)
def test_points(gap: float | None, text: str) -> None:
    assert theme.points(gap) == text
