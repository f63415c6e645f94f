"""What the page What changed makes of the differences: words, tables and figures."""

from __future__ import annotations

import pandas as pd
import pytest

from okr_data.charts import moves as charts
from okr_data.charts.theme import DARK, LIGHT
from okr_data.differences import KINDS
from okr_data.ui.changes import KIND_NAMES, changes_table, difference


def moves(*deltas: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item_id": [f"O-{n}" for n in range(len(deltas))],
            "title": [f"<b>Goal {n}</b> that is told in rather many words" for n in range(len(deltas))],
            "department": None,
            "before": [0.5] * len(deltas),
            "after": [0.5 + delta for delta in deltas],
            "delta": list(deltas),
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "delta", "text"),
    [
        ("progress", 0.231, "+23.1 pts"),
        ("progress", -0.05, "−5 pts"),
        ("scored", 0.1, "+10 pts"),
        ("reweighted", 0.25, "+0.25"),
        ("retargeted", -15.0, "−15"),
        ("retargeted", 2_500_000.0, "+2,500,000"),
        ("rescheduled", 7.0, "+7 days"),
        ("rescheduled", -1.0, "−1 day"),
        ("status", float("nan"), None),
    ],
)
def test_a_difference_is_written_with_its_unit(kind: str, delta: float, text: str | None) -> None:
    assert difference(kind, delta) == text


def test_every_kind_of_change_has_a_name() -> None:
    assert set(KIND_NAMES) == set(KINDS)


def test_the_largest_moves_are_drawn_the_furthest_up_first() -> None:
    rows = charts.move_rows(moves(0.1, -0.4, 0.02, 0.3, -0.01), most=3)
    assert rows["delta"].tolist() == [0.3, 0.1, -0.4]
    assert rows["item_id"].tolist() == ["O-3", "O-0", "O-1"]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("deltas", [(), (0.3,), (-0.0004,), tuple(n / 40 - 0.5 for n in range(40))])
def test_moves_are_drawn_and_titles_are_escaped(deltas: tuple[float, ...], palette: object) -> None:
    rows = charts.move_rows(moves(*deltas))
    assert len(rows) == min(len(deltas), charts.SHOWN)
    for narrow in (True, False):
        figure = charts.move_figure(rows, palette, narrow)  # type: ignore[arg-type]
        texts = list(figure.layout.yaxis.ticktext or ())
        assert not any("<b>Goal" in text for text in texts)


@pytest.mark.parametrize(
    ("delta", "words"),
    [(0.23, "▲ 23 pts"), (-0.05, "▼ 5 pts"), (0.004, "▲ 0.4 pts"), (-0.00001, "▼ under 0.1 pts")],
)
def test_a_move_has_its_sign_in_words(delta: float, words: str) -> None:
    assert charts.move_words(delta) == words


def test_a_table_of_nothing_has_its_columns() -> None:
    columns = (
        "item_id", "item_kind", "kind", "before", "after", "delta", "title", "department",
        "import_id", "file", "row",
    )  # fmt: skip
    table = changes_table(pd.DataFrame({name: [] for name in columns}))
    assert table.empty
    assert list(table.columns)[:5] == ["Item", "Change", "Before", "After", "Difference"]
