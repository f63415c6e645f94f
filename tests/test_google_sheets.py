"""Google Sheets against a local server that answers like Google; the code under test is ours whole.

An adapter carries requests for Google's hosts to 127.0.0.1 and lets nothing else through, so that
host checks, redirects, limits and words for errors are those of production.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import HTTPAdapter

from okr_data.errors import FileRefused, OkrError
from okr_data.google_sheets import (
    LinkRefused,
    SheetLink,
    fetch_private,
    fetch_shared,
    parse_link,
)
from okr_data.intake import import_files
from okr_data.store import Store

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcdE"
PUBLISHED = "2PACX-1vQinvented0000invented0000invented0000invented0000"
XLSX = b"PK\x03\x04 a workbook"
CSV = b"id,title,level,cycle\nO-1,Win,company,Q4 2026\n"
MINE = "okr-reader@invented.iam.gserviceaccount.com"


# --- the links that people paste ---------------------------------------------------------------

BASE = f"https://docs.google.com/spreadsheets/d/{ID}"
LINKS = [
    (f"{BASE}/edit#gid=0", SheetLink(ID, 0)),
    (f"{BASE}/edit?gid=77#gid=77", SheetLink(ID, 77)),
    (f"{BASE}/edit?gid=77", SheetLink(ID, 77)),
    (f"{BASE}/edit?gid=1#gid=2", SheetLink(ID, 2)),
    (f"{BASE}/edit?usp=sharing", SheetLink(ID)),
    (f"{BASE}/edit#gid=0&range=A1:C9", SheetLink(ID, 0)),
    (f"{BASE}/edit#gid=abc", SheetLink(ID)),
    (BASE, SheetLink(ID)),
    (f"{BASE}/", SheetLink(ID)),
    (f"{BASE}/htmlview", SheetLink(ID)),
    (f"{BASE}/export?format=csv&gid=5", SheetLink(ID, 5)),
    (f"  <{BASE}/edit>  ", SheetLink(ID)),
    (f"docs.google.com/spreadsheets/d/{ID}/edit", SheetLink(ID)),
    (f"HTTPS://DOCS.GOOGLE.COM/spreadsheets/d/{ID}/edit", SheetLink(ID)),
    (f"https://docs.google.com:443/spreadsheets/d/{ID}/edit", SheetLink(ID)),
    (f"https://docs.google.com/spreadsheets/u/1/d/{ID}/edit#gid=3", SheetLink(ID, 3)),
    (f"https://docs.google.com/a/example.com/spreadsheets/d/{ID}/edit", SheetLink(ID)),
    (f"https://docs.google.com/spreadsheets/d/e/{PUBLISHED}/pub?output=csv", SheetLink(PUBLISHED, None, True)),
    (f"https://docs.google.com/spreadsheets/d/e/{PUBLISHED}/pubhtml?gid=9&single=true", SheetLink(PUBLISHED, 9, True)),
    (f"https://drive.google.com/open?id={ID}", SheetLink(ID)),
    (f"https://docs.google.com/open?id={ID}&usp=drive_copy", SheetLink(ID)),
    (f"https://drive.google.com/file/d/{ID}/view", SheetLink(ID)),
    (f"https://docs.google.com/spreadsheet/ccc?key={ID}#gid=4", SheetLink(ID, 4)),
    (f"https://www.google.com/url?q=https%3A%2F%2Fdocs.google.com%2Fspreadsheets%2Fd%2F{ID}%2Fedit&sa=D", SheetLink(ID)),
    ("", None),
    ("see the sheet", None),
    (f"https://docs.google.com.evil.example/spreadsheets/d/{ID}/edit", None),
    (f"https://evil.example/docs.google.com/spreadsheets/d/{ID}", None),
    (f"https://docs.google.com@evil.example/spreadsheets/d/{ID}", None),
    (f"ftp://docs.google.com/spreadsheets/d/{ID}", None),
    ("https://[::1", None),
    ("https://127.0.0.1/spreadsheets/d/", None),
    ("https://www.google.com/url?q=https://www.google.com/url?q=x", None),
    ("https://example.com/okrs.csv", None),
]  # fmt: skip
BAD_LINKS = [
    (ID, "Copy the whole address"),
    (f"http://docs.google.com/spreadsheets/d/{ID}/edit", "https"),
    (f"https://docs.google.com:8443/spreadsheets/d/{ID}/edit", "https"),
    (f"https://ann:secret@docs.google.com/spreadsheets/d/{ID}/edit", "password"),
    (f"https://docs.google.com/document/d/{ID}/edit", "text document"),
    (f"https://docs.google.com/forms/d/{ID}/edit", "form"),
    (f"https://drive.google.com/drive/folders/{ID}", "folder"),
    ("https://docs.google.com/spreadsheets/", "No sheet is named"),
    ("https://docs.google.com/spreadsheets/d/../../x/edit", "No sheet is named"),
    ("https://docs.google.com/spreadsheets/d/short/edit", "No sheet is named"),
]


@pytest.mark.parametrize(("text", "link"), LINKS, ids=lambda x: str(x)[-40:])
def test_links_are_read(text: str, link: SheetLink | None) -> None:
    assert parse_link(text) == link


@pytest.mark.parametrize(("text", "words"), BAD_LINKS, ids=lambda x: str(x)[-40:])
def test_links_that_cannot_be_used_say_why(text: str, words: str) -> None:
    with pytest.raises(LinkRefused, match=words):
        parse_link(text)


# --- a server that answers like Google ---------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *args: Any) -> None:
        pass

    def _answer(self) -> None:
        # The path is kept in pieces: tests look at what was asked of which host.
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            self.headers["X-Asked-Host"],
            parts.path,
            {key: values[0] for key, values in parse_qs(parts.query).items()},
            {key.lower(): value for key, value in self.headers.items()},
            self.rfile.read(length),
        )
        self.server.asked.append(asked)
        # The client may have had enough: that is what several tests want.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.server.answer(self, asked)

    do_GET = do_POST = _answer  # noqa: N815 - the names that http.server calls

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        headers.setdefault("Content_Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, target: str) -> None:
        self.send(307, b"", Location=target, Set_Cookie="NID=tracked; Domain=.google.com; Path=/")


@dataclass
class Asked:
    """One request as the server saw it."""

    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


Answer = Callable[[_Handler, Asked], None]


@dataclass
class Google(HTTPAdapter):
    """What the tests hold: how to answer, what was asked, and the adapter that leads here."""

    port: int
    server: _Server
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        parts = urlsplit(request.url or "")
        assert parts.scheme == "https"
        host = parts.hostname or ""
        assert host.endswith((".google.com", ".googleapis.com", ".googleusercontent.com")), host
        request.headers["X-Asked-Host"] = host
        address = request.url
        request.url = f"http://127.0.0.1:{self.port}{parts.path}?{parts.query}"
        response = super().send(request, *args, **{**kwargs, "proxies": {}})
        request.url = response.url = address  # type: ignore[assignment]
        return response

    def answers(self, answer: Answer) -> None:
        self.server.answer = answer

    @property
    def asked(self) -> list[Asked]:
        return self.server.asked


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.answer: Answer = lambda handler, asked: handler.send(500, b"")

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@pytest.fixture
def google() -> Iterator[Google]:
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Google(server.server_address[1], server)
    server.shutdown()
    server.server_close()
    thread.join()


def shared(google: Google, gid: int | None = None, **options: Any) -> Any:
    return fetch_shared(SheetLink(ID, gid), adapter=google, **{"timeout": (2.0, 2.0), **options})


# --- sheets that anyone with the link may open -------------------------------------------------


def test_without_a_tab_the_whole_workbook_comes(google: Google) -> None:
    google.answers(
        lambda h, a: h.send(200, XLSX, Content_Disposition='attachment; filename="Our OKRs.xlsx"')
    )
    upload = shared(google)
    assert (upload.name, upload.content) == ("Our OKRs.xlsx", XLSX)
    (asked,) = google.asked
    assert asked.host == "docs.google.com"
    assert (asked.path, asked.query) == (f"/spreadsheets/d/{ID}/export", {"format": "xlsx"})


def test_with_a_tab_that_one_comes_and_is_imported(google: Google, tmp_path: Path) -> None:
    google.answers(
        lambda h, a: h.send(
            200, CSV, Content_Type="text/csv",
            Content_Disposition="attachment; filename=\"x.csv\"; filename*=UTF-8''Ziele%20%E2%80%93%20Q4.csv",
        )
    )  # fmt: skip
    upload = shared(google, gid=7)
    assert upload.name == "Ziele – Q4.csv"
    assert google.asked[0].query == {"format": "csv", "gid": "7"}
    result = import_files(Store(tmp_path), [upload], as_of=date(2026, 11, 20))
    assert result.manifest.counts["objectives"] == 1


@pytest.mark.parametrize(
    ("gid", "query"),
    [(None, {"output": "xlsx"}), (4, {"output": "csv", "gid": "4", "single": "true"})],
)
def test_published_sheets_have_an_address_of_their_own(
    google: Google, gid: int | None, query: dict[str, str]
) -> None:
    google.answers(lambda h, a: h.send(200, XLSX if gid is None else CSV))
    fetch_shared(SheetLink(PUBLISHED, gid, published=True), adapter=google)
    assert google.asked[0].path == f"/spreadsheets/d/e/{PUBLISHED}/pub"
    assert google.asked[0].query == query


def test_the_redirect_to_the_content_is_followed_without_cookies(google: Google) -> None:
    def answer(handler: _Handler, asked: Asked) -> None:
        if asked.host == "docs.google.com" and asked.path != "/again":
            handler.redirect("/again")
        elif asked.host == "docs.google.com":
            handler.redirect("https://doc-0s-3g-sheets.googleusercontent.com/export/abc?id=1")
        else:
            handler.send(200, XLSX)

    google.answers(answer)
    assert shared(google).content == XLSX
    assert [asked.host for asked in google.asked] == [
        "docs.google.com", "docs.google.com", "doc-0s-3g-sheets.googleusercontent.com",
    ]  # fmt: skip
    assert not any("cookie" in asked.headers for asked in google.asked)
    assert not any("authorization" in asked.headers for asked in google.asked)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/okrs.csv",
        "https://127.0.0.1/secret",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/secret",
        "https://localhost:8501/",
        "http://docs.google.com/plain",
        "https://docs.google.com:8443/other-port",
        "https://ann:secret@docs.google.com/x",
        "https://docs.google.com@evil.example/x",
        "https://evilgoogleusercontent.com/x",
        "https://googleusercontent.com.evil.example/x",
        "file:///etc/passwd",
        "//evil.example/x",
        "https://[::1/x",
    ],
)
def test_a_redirect_away_from_google_is_not_followed(google: Google, target: str) -> None:
    google.answers(lambda h, a: h.redirect(target))
    with pytest.raises(LinkRefused, match="leads away from Google"):
        shared(google)
    assert len(google.asked) == 1


def test_a_ring_of_redirects_ends(google: Google) -> None:
    google.answers(lambda h, a: h.redirect(f"https://docs.google.com{a.path}"))
    with pytest.raises(LinkRefused, match="more than 5 times"):
        shared(google)
    assert len(google.asked) == 6


def test_the_body_of_a_redirect_is_not_read(google: Google) -> None:
    def answer(handler: _Handler, asked: Asked) -> None:
        if asked.path == "/there":
            handler.send(200, XLSX)
            return
        handler.send_response(307)
        handler.send_header("Location", "/there")
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 50_000)

    google.answers(answer)
    assert shared(google, total_time=1.0).content == XLSX


def _sign_in_redirect(handler: _Handler, asked: Asked) -> None:
    handler.redirect("https://accounts.google.com/ServiceLogin?continue=x")


def _sign_in_page(handler: _Handler, asked: Asked) -> None:
    handler.send(200, b"<!DOCTYPE html><html>Sign in", Content_Type="text/html; charset=utf-8")


def _page_called_csv(handler: _Handler, asked: Asked) -> None:
    handler.send(200, b"\n<HTML><body>Sign in", Content_Type="text/csv")


@pytest.mark.parametrize(
    "answer",
    [_sign_in_redirect, _sign_in_page, _page_called_csv,
     lambda h, a: h.send(401, b"no"), lambda h, a: h.send(403, b"no")],
)  # fmt: skip
@pytest.mark.parametrize("gid", [None, 0])
def test_a_sheet_that_is_not_shared_is_told_as_that(
    google: Google, answer: Answer, gid: int | None
) -> None:
    google.answers(answer)
    with pytest.raises(FileRefused) as refusal:
        shared(google, gid=gid)
    (issue,) = refusal.value.issues
    assert issue.code == "file_unreadable"
    assert "this sheet is not shared" in issue.message
    assert "Anyone with the link" in issue.message


@pytest.mark.parametrize(
    ("status", "words"),
    [(400, "no such tab"), (404, "no such sheet"), (410, "no such sheet"),
     (429, "too many requests"), (500, "error 500"), (503, "error 503"), (302, "error 302")],
)  # fmt: skip
def test_errors_of_google_have_words(google: Google, status: int, words: str) -> None:
    google.answers(lambda h, a: h.send(status, b"<html>sorry</html>", Content_Type="text/html"))
    with pytest.raises(LinkRefused, match=words):
        shared(google)


def test_what_is_no_workbook_is_not_taken_for_one(google: Google) -> None:
    google.answers(lambda h, a: h.send(200, b"odd"))
    with pytest.raises(LinkRefused, match="no workbook"):
        shared(google)


def _announced(handler: _Handler, asked: Asked) -> None:
    handler.send(200, b"PK", Content_Length=str(10**12))


def _endless(handler: _Handler, asked: Asked) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"PK" * 50_000)


def _gzip_bomb(handler: _Handler, asked: Asked) -> None:
    assert asked.headers["accept-encoding"] == "identity"  # asked for nothing packed, sent anyway
    handler.send(200, gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")


@pytest.mark.parametrize("answer", [_announced, _endless, _gzip_bomb])
def test_nothing_larger_than_the_limit_comes_in(google: Google, answer: Answer) -> None:
    google.answers(answer)
    with pytest.raises(FileRefused) as refusal:
        shared(google, gid=1, limit=2_000_000)
    (issue,) = refusal.value.issues
    assert issue.code == "file_too_large"
    assert "limit of 1 MB" in issue.message


def _dripping(handler: _Handler, asked: Asked) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b"a")
        time.sleep(0.05)


def test_a_body_that_drips_ends_with_the_time(google: Google) -> None:
    google.answers(_dripping)
    begun = time.monotonic()
    with pytest.raises(LinkRefused, match="in time"):
        shared(google, gid=1, total_time=0.4)
    assert time.monotonic() - begun < 3


def test_a_server_that_says_nothing_is_left(google: Google) -> None:
    released = threading.Event()
    google.answers(lambda h, a: released.wait(5) and None)  # type: ignore[arg-type]
    with pytest.raises(LinkRefused, match="in time"):
        shared(google, timeout=(1.0, 0.2))
    released.set()


def test_a_download_that_breaks_off_is_not_half_taken(google: Google) -> None:
    google.answers(lambda h, a: h.send(200, XLSX, Content_Length="1000"))
    with pytest.raises(LinkRefused, match="broke off"):
        shared(google)


def test_a_damaged_packing_is_told(google: Google) -> None:
    google.answers(lambda h, a: h.send(200, b"not packed", Content_Encoding="gzip"))
    with pytest.raises(LinkRefused, match="broke off"):
        shared(google)


def test_an_unreachable_network_is_told() -> None:
    class _Down(HTTPAdapter):
        def send(self, *args: Any, **kwargs: Any) -> requests.Response:
            raise requests.ConnectionError("no route")

    with pytest.raises(LinkRefused, match="could not be reached"):
        fetch_shared(SheetLink(ID), adapter=_Down())


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="../../etc/cron.d/x.csv"', "etc-cron.d-x.csv"),
        (r'attachment; filename="C:\\boot\\x.csv"', "C-boot-x.csv"),
        ("attachment; filename*=UTF-8''%2e%2e%2fx%00%0a.csv", "x.csv"),
        ("attachment; filename*=UTF-8''%E2%80%AEvsc.exe", "vsc.exe"),
        ('attachment; filename=".csv"', "csv"),
        ('attachment; filename="   "', "google-sheet.csv"),
        ("attachment", "google-sheet.csv"),
        (f'attachment; filename="{"a" * 5000}.csv"', "a" * 100 + ".csv"),
        ('attachment; filename="$(id) <b>.csv"', "(id) -b-.csv"),
    ],
)
def test_a_file_name_is_text_and_no_path(google: Google, disposition: str, name: str) -> None:
    google.answers(lambda h, a: h.send(200, CSV, Content_Disposition=disposition))
    assert shared(google, gid=0).name == name


# --- sheets that are shared with a service account ---------------------------------------------


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return {
        "type": "service_account",
        "client_email": MINE,
        "private_key_id": "1",
        "private_key": key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        "token_uri": "https://oauth2.googleapis.com/token",
    }


def _api(
    sheet: tuple[int, Any] = (200, {"properties": {"title": "Ziele / Q4"}, "sheets": []}),
    export: tuple[int, bytes] = (200, XLSX),
    token: tuple[int, Any] = (200, {"access_token": "tok", "expires_in": 3600, "token_type": "Bearer"}),
) -> Answer:  # fmt: skip
    def answer(handler: _Handler, asked: Asked) -> None:
        if asked.host == "oauth2.googleapis.com":
            handler.send(token[0], json.dumps(token[1]).encode(), Content_Type="application/json")
            return
        if asked.headers.get("authorization") != "Bearer tok":
            handler.send(401, b"{}")
        elif asked.host == "sheets.googleapis.com" and asked.path == f"/v4/spreadsheets/{ID}":
            handler.send(sheet[0], json.dumps(sheet[1]).encode(), Content_Type="application/json")
        elif asked.path == f"/drive/v3/files/{ID}/export":
            handler.send(export[0], export[1])
        else:
            handler.send(500, b"")

    return answer


def private(google: Google, secrets: dict[str, str], **options: Any) -> Any:
    return fetch_private(
        SheetLink(ID, 3), secrets, adapter=google, **{"timeout": (2.0, 2.0), **options}
    )


def test_a_private_sheet_comes_as_a_workbook_under_its_title(
    google: Google, secrets: dict[str, str]
) -> None:
    google.answers(_api())
    upload = private(google, secrets)
    assert (upload.name, upload.content) == ("Ziele - Q4.xlsx", XLSX)
    assert [asked.host for asked in google.asked] == [
        "oauth2.googleapis.com", "sheets.googleapis.com", "www.googleapis.com",
    ]  # fmt: skip
    assert "spreadsheetml" in google.asked[-1].query["mimeType"]
    assert not any("cookie" in asked.headers for asked in google.asked)


def _error(code: int, status: str, message: str) -> tuple[int, Any]:
    return code, {"error": {"code": code, "status": status, "message": message}}


API_ERRORS = [
    (_api(sheet=_error(403, "PERMISSION_DENIED", "The caller does not have permission")), f"Share it with {MINE}"),
    (_api(sheet=_error(404, "NOT_FOUND", "Requested entity was not found.")), f"not shared with {MINE}"),
    (_api(sheet=_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric")), "quota"),
    (_api(sheet=_error(403, "PERMISSION_DENIED", "Google Sheets API has not been used in project 1 before")), "switched on"),
    (_api(sheet=_error(400, "FAILED_PRECONDITION", "This operation is not supported for this document")), "no Google sheet"),
    (_api(sheet=_error(500, "INTERNAL", "oops")), "error 500"),
    (_api(sheet=(502, "<html>")), "error 502"),
    (_api(export=(403, b'{"error": {"errors": [{"reason": "exportSizeLimitExceeded"}]}}')), "Download it as .xlsx"),
    (_api(export=(403, b'{"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}')), "quota"),
    (_api(export=(403, b'{"error": {"errors": [{"reason": "accessNotConfigured"}]}}')), "switched on"),
    (_api(export=(403, b'{"error": {"errors": [{"reason": "insufficientFilePermissions"}]}}')), f"Share it with {MINE}"),
    (_api(export=(404, b"")), f"not shared with {MINE}"),
    (_api(export=(503, b"")), "error 503"),
    (_api(export=(200, b"odd")), "no workbook"),
    (_api(token=(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})), "renew the key"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "words"), API_ERRORS, ids=[str(n) for n in range(len(API_ERRORS))]
)
def test_errors_of_the_interfaces_have_words(
    google: Google, secrets: dict[str, str], answer: Answer, words: str
) -> None:
    google.answers(answer)
    with pytest.raises(LinkRefused, match=words.replace(".", r"\.")):
        private(google, secrets)


def test_a_private_sheet_is_limited_too(google: Google, secrets: dict[str, str]) -> None:
    google.answers(_api(export=(200, XLSX * 200_000)))
    with pytest.raises(FileRefused) as refusal:
        private(google, secrets, limit=1_048_576)
    assert refusal.value.issues[0].code == "file_too_large"


def test_a_token_is_never_carried_along_a_redirect(google: Google, secrets: dict[str, str]) -> None:
    def answer(handler: _Handler, asked: Asked) -> None:
        if asked.path.endswith("/export"):
            handler.redirect("https://doc-1-sheets.googleusercontent.com/x")
        else:
            _api()(handler, asked)

    google.answers(answer)
    with pytest.raises(LinkRefused, match="not followed"):
        private(google, secrets)
    assert google.asked[-1].host == "www.googleapis.com"


@pytest.mark.parametrize("lacking", ["client_email", "private_key", "token_uri"])
def test_damaged_credentials_are_told_without_quoting_them(
    google: Google, secrets: dict[str, str], lacking: str
) -> None:
    with pytest.raises(LinkRefused, match="incomplete or damaged") as refusal:
        private(google, {key: value for key, value in secrets.items() if key != lacking})
    assert "BEGIN" not in str(refusal.value)
    with pytest.raises(LinkRefused, match="incomplete or damaged"):
        private(google, {**secrets, "private_key": "-----BEGIN PRIVATE KEY-----\nx"})


def test_published_links_are_not_for_a_service_account(secrets: dict[str, str]) -> None:
    with pytest.raises(LinkRefused, match="the sheet itself"):
        fetch_private(SheetLink(PUBLISHED, None, published=True), secrets)


def test_every_refusal_is_one_of_ours() -> None:
    assert issubclass(LinkRefused, OkrError)
