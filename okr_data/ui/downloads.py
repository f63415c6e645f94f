"""Files that leave the dashboard: made when they are asked for, the same way everywhere."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from okr_data.neutral import neutral_csv
from okr_data.store import Reader
from okr_data.texts import language, speaking
from okr_data.ui.filters import View


def offer(
    label: str, data: bytes | Callable[[], bytes], file_name: str, key: str, **options: Any
) -> None:
    """Offer a file; ``data`` makes it when it is asked for.

    A click does not run the page anew: the run would take the file away before it is fetched.
    The file is made in the language of the page, outside of its run.
    """
    st.download_button(
        label,
        data=_in_language(data, language()) if callable(data) else data,
        file_name=file_name,
        mime=mimetypes.guess_type(file_name)[0] or "application/octet-stream",
        key=key,
        on_click="ignore",
        **options,
    )


def _in_language(make: Callable[[], bytes], code: str) -> Callable[[], bytes]:
    def made() -> bytes:
        with speaking(code):
            return make()

    return made


def exported(frame: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return a table as it leaves the dashboard: with its as-of day and the digest of the settings.

    Two files of the same table say by themselves whether other days or other rules made them.
    """
    as_of = view.catalogue.as_of
    return frame.assign(
        **{"As of": as_of.isoformat() if as_of else None, "Settings": view.data.settings().digest()}
    )


def offer_csv(
    label: str,
    table: pd.DataFrame | Callable[[Reader], pd.DataFrame],
    view: View,
    file_name: str,
    key: str,
) -> None:
    """Offer a table of figures as CSV, with its day and the digest of the settings.

    Of a list that a page shows only in part, ``table`` asks for the whole.
    """

    def made() -> bytes:
        whole = view.data.make(table, view.catalogue.as_of) if callable(table) else table
        return neutral_csv(exported(whole, view))

    offer(label, made, file_name, key)
