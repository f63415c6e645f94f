"""Tables in another language: decimals are written with its signs, and sorted by their values."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from okr_data.texts import speaking
from okr_data.ui.tables import percent_column, with_signs

FRAME = pd.DataFrame(
    {
        "Share": [54.9, None, 1234.56],
        "Gap": [-3.25, 0.0, 12.0],
        "Whole": [54.9, 1.0, 2.0],
        "Value": [88.5, 12345678.9, 1.0],
        "Count": [1, 2, 3],
        "Title": ["1.5", "b", "c"],
    }
)


def described() -> dict[str, Any]:
    return {
        "Share": st.column_config.NumberColumn(format="%.1f %%"),
        "Gap": st.column_config.NumberColumn(format="%+.1f Pkt.", width=95),
        "Whole": percent_column(),
        "Value": {},
        "Count": {},
        "Title": st.column_config.TextColumn(),
    }


def test_english_tables_are_left_to_the_platform() -> None:
    config = described()
    assert with_signs(FRAME, config) is FRAME
    assert config == described()


def test_german_decimals_have_a_comma() -> None:
    config = described()
    with speaking("de"):
        shown = with_signs(FRAME, config)
        assert isinstance(shown, Styler)
        text = shown.to_html()
    for written in (
        "54,9 %",
        "1234,6 %",
        "-3,2 Pkt.",
        "+12,0 Pkt.",
        "88,5",
        "12345679",
        "55 %",
        ">1.5<",
    ):
        assert written in text, written
    assert shown.data is FRAME, "sorted by its values"
    assert config["Share"]["type_config"]["format"] is None
    assert config["Gap"]["width"] == 95


def test_a_table_of_whole_numbers_is_left_to_the_platform() -> None:
    frame = FRAME[["Whole"]]
    with speaking("de"):
        assert with_signs(frame, {"Whole": percent_column()}) is frame


def test_a_table_without_decimals_costs_nothing() -> None:
    frame = FRAME[["Count", "Title"]]
    with speaking("de"):
        assert with_signs(frame, {"Count": {}, "Title": {}}) is frame
