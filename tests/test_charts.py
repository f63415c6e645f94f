"""Charts: the data step exactly, the figure step with many rows, one, none, and missing figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import pandas as pd
import pytest

from okr_data.charts import bars, sunburst, theme, trends
from okr_data.texts import speaking

PALETTES = (theme.LIGHT, theme.DARK)
SECTOR = {
    "objective_id": None, "state": None, "department": "Sales", "team": None, "level": "team",
    "cycle": "Q4 2026", "owner": "Ann", "key_results": 2, "measured": 2, "progress": 0.4,
    "expected_progress": 0.5, "pace_status": "at_risk", "alignment_state": "contributing",
    "parents": 1, "objectives": None, "below_company": None, "lost": None, "silent": 0, "count": 0,
}  # fmt: skip
NOTHING = {
    "level": None,
    "department": None,
    "cycle": None,
    "progress": None,
    "expected_progress": None,
}


def sectors(**changes: Mapping[str, object]) -> pd.DataFrame:
    """Return sectors below one centre, as the question of the cascade gives them."""
    centre = {**SECTOR, **NOTHING, "path": "centre", "parent": "", "kind": "centre", "ring": 0,
              "size": float(len(changes)), "title": "Q4 2026"}  # fmt: skip
    below = [
        {**SECTOR, "path": f"centre/{key}", "parent": "centre", "kind": "objective", "ring": 1,
         "size": 1.0, "title": f"Title {key}", "objective_id": key, **change}
        for key, change in changes.items()
    ]  # fmt: skip
    return pd.DataFrame([centre, *below])


def test_marks_say_pace_and_alignment_without_colour() -> None:
    given = sectors(
        A={}, B={"progress": None, "alignment_state": "unaligned"},
        G={"level": "company", "alignment_state": None, "progress": 0.75},
        S={"kind": "state", "objective_id": None, "state": "detached", "count": 3, **NOTHING},
        D={"kind": "department", "objective_id": None, "objectives": 4, "below_company": 4, "lost": 1,
           "key_results": 9, "measured": 7},
        M={"kind": "more", "objective_id": None, "count": 1200, **NOTHING},
    )  # fmt: skip
    pace = sunburst.sector_marks(given, "pace").set_index("name")
    assert dict(pace["sign"]) == {
        "Q4 2026": "", "Title A": "▼ 10 pts", "Title B": "not measured", "Title G": "▲ 25 pts",
        "Title S": "3 objectives", "Title D": "▼ 10 pts", "Title M": "",
    }  # fmt: skip
    assert dict(pace["pattern"][["Title A", "Title B", "Title S"]]) == {
        "Title A": "", "Title B": "/", "Title S": theme.STATE_PATTERNS["detached"],
    }  # fmt: skip
    state = sunburst.sector_marks(given, "alignment").set_index("name")
    assert dict(state["sign"]) == {
        "Q4 2026": "", "Title A": "✓ contributes", "Title B": "○ unaligned", "Title G": "goal",
        "Title S": "3 objectives", "Title D": "3 of 4 aligned", "Title M": "",
    }  # fmt: skip
    assert state["pattern"]["Title B"] == theme.STATE_PATTERNS["unaligned"]
    assert "1 more below carry no share" not in " ".join(pace["hover"])
    assert "3 of 4 lead to a company goal, 1 nowhere" in pace["hover"]["Title D"]


def test_marks_are_short_and_tell_their_place() -> None:
    marks = sunburst.sector_marks(sectors(A={}, B={}), selected="B")
    assert list(marks["id"]) == ["0", "1", "2"]
    assert list(marks["parent"]) == ["", "0", "0"]
    assert list(marks["marked"]) == [False, False, True]
    assert len(sunburst.sector_marks(sectors(A={"title": "x" * 5000}))["hover"].iloc[1]) < 400


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("form", ["sunburst", "icicle"])
@pytest.mark.parametrize("colour", ["pace", "alignment"])
@pytest.mark.parametrize("count", [0, 1, 40])
def test_tree_draws(
    count: int, colour: sunburst.Colour, form: sunburst.Form, palette: theme.Palette
) -> None:
    some = sectors(
        **{
            f"N{n}": {"alignment_state": "unaligned", "progress": None, "silent": n}
            for n in range(count)
        }
    )
    figure = sunburst.tree_figure(sunburst.sector_marks(some, colour), palette, form)
    trace = figure.data[0]
    assert len(trace.ids) == len(set(trace.ids)) == count + 1
    assert set(trace.parents) <= {*trace.ids, ""}
    assert (figure.layout.uniformtext.minsize, figure.layout.uniformtext.mode) == (10, "hide")


def test_a_small_sector_has_a_short_name_or_none() -> None:
    marks = sunburst.sector_marks(sectors(A={"size": 99.0}, B={"size": 1.0})).assign(
        size=[100.0, 99.0, 1.0]
    )
    for form in ("sunburst", "icicle"):
        labels = sunburst.tree_figure(marks, theme.LIGHT, form).data[0].labels
        assert "▼ 10 pts" in labels[1]
        assert "<br>" not in labels[2]


def test_user_text_is_escaped_in_figures() -> None:
    evil = sectors(
        E={"title": "<img src=x> & <b>", "department": "<a href=x>", "cycle": "<i>", "level": "<u>"}
    )
    for form in ("sunburst", "icicle"):
        trace = sunburst.tree_figure(sunburst.sector_marks(evil), theme.LIGHT, form).data[0]
        for text in (*trace.labels, *(text.replace("<b>", "", 1) for text in trace.hovertext)):
            assert not any(tag in text for tag in ("<img", "<b>", "<a ", "<i>", "<u>"))


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


ENDS = pd.DataFrame(
    {"series": ["a", "b"], "projected": [0.8, float("nan")], "low": [0.6, float("nan")],
     "high": [0.9, float("nan")]}
)  # fmt: skip


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_trend_goes_on_to_where_it_ends(narrow: bool) -> None:
    span = (pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
    names = {"a": "<b>A long name of a department"}
    figure = trends.trend_figure(WEEKS, theme.LIGHT, names, "a", span, ahead=ENDS, narrow=narrow)
    dashed = [trace for trace in figure.data if trace.line.dash == "dash"]
    assert [list(trace.y) for trace in dashed] == [[0.2, 0.8]]
    texts = " ".join(a.text for a in figure.layout.annotations)
    assert "20 → 80\u00a0%" in texts
    assert "60–90\u00a0%" in texts
    assert "<b>A" not in texts.replace("&lt;b&gt;A", "")


def test_labels_stand_apart_and_inside() -> None:
    many = pd.DataFrame(
        [
            {"series": f"S{n}", "number": 14, "day": pd.Timestamp("2026-12-31"),
             "progress": 0.97 + n / 1000, "measured": 1, "total": 1}
            for n in range(6)
        ]
    )  # fmt: skip
    figure = trends.overlay_figure(many, theme.LIGHT, "S3", 330)
    heights = sorted(annotation.y for annotation in figure.layout.annotations)
    assert heights[-1] < 1.04
    assert min(b - a for a, b in pairwise(heights)) > 0.05


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_weekly_shares_and_cycles_draw(count: int, palette: theme.Palette) -> None:
    span = (pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
    some = WEEKS.iloc[:count].assign(number=range(1, count + 1))
    words = ["1 of 1"] * count
    weekly = trends.weekly_figure(some, palette, "progress", words, span)
    assert len(weekly.layout.annotations) == (count > 0)
    assert len(trends.overlay_figure(some, palette, "a").data) == some["series"].nunique()
    rows = pd.DataFrame(
        {"label": ["A", "B", "C"][:count], "part": [3, 0, 0][:count], "whole": [4, 2, 0][:count],
         "ratio": [0.75, 0.0, float("nan")][:count]}
    )  # fmt: skip
    shares = bars.share_figure(rows, palette)
    assert [a.text for a in shares.layout.annotations][:1] == (
        ["<b>n/a</b><br>0 of 0"] if count > 2 else ["<b>75\u00a0%</b><br>3 of 4"] if count else []
    )


@pytest.mark.parametrize(
    ("first", "last", "narrow", "texts"),
    [
        ("2026-10-01", "2026-12-31", False, ["1 Oct", "15 Oct", "1 Nov", "15 Nov", "1 Dec", "15 Dec"]),
        ("2026-10-01", "2026-12-31", True, ["1 Oct", "1 Nov", "1 Dec"]),
        ("2026-01-01", "2026-12-31", False, ["1 Jan", "1 Apr", "1 Jul", "1 Oct"]),
        ("2026-10-05", "2026-10-09", False, ["5 Oct"]),
    ],
)  # fmt: skip
def test_days_have_few_ticks(first: str, last: str, narrow: bool, texts: list[str]) -> None:
    axis = theme.day_axis(theme.LIGHT, pd.Timestamp(first), pd.Timestamp(last), narrow)
    assert axis["ticktext"] == texts


def test_days_of_an_axis_are_german() -> None:
    with speaking("de"):
        axis = theme.day_axis(
            theme.LIGHT, pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"), True
        )
    assert axis["ticktext"] == ["1. Okt.", "1. Nov.", "1. Dez."]


def test_trend_table_is_the_twin() -> None:
    wide = trends.trend_table(WEEKS)
    assert list(wide.columns) == ["As of", "a", "b", "Expected pace"]
    assert list(wide["a"]) == [0.1, 0.2]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.6996, "70\u00a0%"),
        (0.999, "99\u00a0%"),
        (1.0, "100\u00a0%"),
        (0.0, "0\u00a0%"),
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
