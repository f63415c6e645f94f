"""The dashboard with an address for load balancers: ``streamlit run serve.py`` (``-- --data DIR``).

``GET /health`` answers 200 where the newest database of the data folder opens, else 503. It serves
the pages of ``app.py``, nothing else is different.
"""

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from okr_data import health


def answer(_request: Request) -> JSONResponse:
    """Tell whether this process can answer; run in a thread, as opening a database waits for a disk."""
    from okr_data.ui.data import folder_of_app  # noqa: PLC0415 - its caches want a running server

    found = health.look(folder_of_app())
    body = {"healthy": found.healthy, "generation": found.generation, "says": found.says}
    return JSONResponse(body, 200 if found.healthy else 503, {"Cache-Control": "no-store"})


app = st.App("app.py", routes=[Route("/health", answer)])
