"""What a page raised, told to the log: which page, which exception, where it came from.

Streamlit logs every exception that nobody caught, of a page, a part of it that runs alone and a
press of a button alike. A handler beside Streamlit's own makes an event of it.
"""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

import streamlit as st

from okr_data import events

#: The logger of Streamlit that uncaught exceptions of pages go to; a test raises one.
STREAMLIT_LOGGER = "streamlit.error_util"


class _ToEvents(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            tell(error)


def listen() -> None:
    """Tell events of this process from now on, page errors among them; once is enough."""
    events.listen()
    log = logging.getLogger(STREAMLIT_LOGGER)
    if not any(isinstance(handler, _ToEvents) for handler in log.handlers):
        log.addHandler(_ToEvents())


def tell(error: BaseException) -> None:
    """Tell that a page could not go on: its name, the kind of exception, and where it came from."""
    events.tell(
        "page_error",
        page=_page(),
        exception=type(error).__name__,
        at=events.places_of(error),
    )


def _page() -> str:
    """Return the page of this run as it stands in the address, without what was asked of it."""
    path = urlsplit(st.context.url or "").path.strip("/")
    return path.rpartition("/")[2] or "home"
