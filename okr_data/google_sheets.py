"""Google Sheets as uploads: by a link that anyone may open, or through a service account.

What comes back is an :class:`Upload` like any file that was chosen by hand, so that a sheet goes
through the same readers, limits and rules. Nothing is kept between two fetches: no cookie, no
token. Nobody can make this module call anything but Google: addresses are composed here from the
id and the number of the tab alone, and each redirect is checked before it is followed.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import gspread
import requests
import urllib3
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.service_account import Credentials
from requests.adapters import BaseAdapter

from okr_data.errors import FileRefused, OkrError
from okr_data.ingest.grid import LIMITS, Upload
from okr_data.issues import Issue

#: Hosts that the download of a shared sheet may come from; the second as a suffix: Google sends
#: the file from doc-0s-3g-sheets.googleusercontent.com and the like.
SHEETS_HOST = "docs.google.com"
CONTENT_SUFFIX = ".googleusercontent.com"
SIGN_IN_HOST = "accounts.google.com"
#: Google needs one or two; five leave room and end a ring.
MAX_REDIRECTS = 5
#: Seconds to connect, and to wait for the next bytes: an export of a large sheet is made on demand.
TIMEOUT = (10.0, 60.0)
#: Seconds for a whole fetch: a person is waiting before a page.
TOTAL_TIME = 180.0

_EXPORT = "https://docs.google.com/spreadsheets/d/{id}/export"
_PUBLISHED = "https://docs.google.com/spreadsheets/d/e/{id}/pub"
_DRIVE_EXPORT = "https://www.googleapis.com/drive/v3/files/{id}/export"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets.readonly",
    "https://www.googleapis.com/auth/drive.readonly",
)
_CHUNK = 65_536

_Session = TypeVar("_Session", bound=requests.Session)

_ID = r"[A-Za-z0-9_-]{10,200}"
_BARE_ID = re.compile(r"^[A-Za-z0-9_-]{25,200}$")
_LINK_HOSTS = {
    "docs.google.com",
    "drive.google.com",
    "spreadsheets.google.com",
    "sheets.google.com",
}
_PATHS = tuple(
    (published, re.compile(pattern))
    for published, pattern in (
        (True, rf"^(?:/a/[^/]+)?/spreadsheets/(?:u/\d+/)?d/e/(?P<id>{_ID})(?:/|$)"),
        (False, rf"^(?:/a/[^/]+)?/spreadsheets/(?:u/\d+/)?d/(?P<id>{_ID})(?:/|$)"),
        (False, rf"^(?:/a/[^/]+)?/file/(?:u/\d+/)?d/(?P<id>{_ID})(?:/|$)"),
    )
)
_ID_IN_QUERY = re.compile(r"/(?:open|uc|ccc)$")
_OTHER_KINDS = {
    "document": "a text document",
    "presentation": "a presentation",
    "forms": "a form (link its answers sheet instead)",
    "folders": "a folder",
    "drawings": "a drawing",
}
_HOW_TO_SHARE = (
    "In Google Sheets choose Share → General access → “Anyone with the link” (Viewer), "
    "or download it there as .xlsx and upload that file."
)


class LinkRefused(OkrError):
    """A link cannot be fetched; says why, and what a person can do. Nothing was changed."""


@dataclass(frozen=True)
class SheetLink:
    """One Google sheet as a link names it.

    ``gid`` is the number of one tab, None where the link names no tab. A link that was copied
    from a browser names the tab that was open (``#gid=0``): to get all tabs nevertheless, use
    ``dataclasses.replace(link, gid=None)``. ``published`` tells the ids of “Publish to web”,
    which are other ids than those of the sheets themselves.
    """

    file_id: str
    gid: int | None = None
    published: bool = False


def parse_link(text: str) -> SheetLink | None:
    """Return the sheet that a text links to, or None where the text is no link to Google.

    Raises LinkRefused for what is meant as such a link and cannot be used: a bare id, a plain
    http link, a link with a password in it, a folder, a text document.
    """
    cleaned = text.strip().strip("<>\"'").strip()
    if _BARE_ID.match(cleaned) and re.search(r"\d", cleaned):
        raise LinkRefused(
            "This looks like the id of a sheet only. Copy the whole address from the browser: "
            "https://docs.google.com/spreadsheets/d/…/edit"
        )
    if re.match(rf"^(?:{'|'.join(map(re.escape, _LINK_HOSTS))})/", cleaned, re.IGNORECASE):
        cleaned = f"https://{cleaned}"
    try:
        parts = urlsplit(cleaned)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        return None
    if host == "www.google.com" and parts.path == "/url":  # a link copied from a mail or a cell
        target = _first(parse_qs(parts.query), "q", "url")
        return parse_link(target) if target and "google.com/url" not in target else None
    if host not in _LINK_HOSTS or parts.scheme.lower() not in ("http", "https"):
        return None
    if parts.scheme.lower() != "https" or port not in (None, 443):
        raise LinkRefused("Only links that start with https:// are fetched.")
    if parts.username is not None or parts.password is not None:
        raise LinkRefused("A link must not contain a user name or password: copy it again.")
    return _sheet_in(parts.path, parts.query, parts.fragment)


def _sheet_in(path: str, query: str, fragment: str) -> SheetLink:
    asked, anchor = parse_qs(query), parse_qs(fragment)
    # The anchor is the tab that was open last; the query keeps the one of the first opening.
    gid = _tab_number(_first(anchor, "gid") or _first(asked, "gid"))
    for published, pattern in _PATHS:
        match = pattern.match(path)
        if match and match["id"] != "e":
            return SheetLink(match["id"], gid, published)
    found = _first(asked, "id", "key")
    if found and _ID_IN_QUERY.search(path) and re.fullmatch(_ID, found):
        return SheetLink(found, gid)
    for part, kind in _OTHER_KINDS.items():
        if f"/{part}/" in f"{path}/":
            raise LinkRefused(f"This links to {kind}, not to a sheet.")
    raise LinkRefused(
        "No sheet is named in this link. Open the sheet and copy the address from the browser: "
        "https://docs.google.com/spreadsheets/d/…/edit"
    )


def _first(values: Mapping[str, list[str]], *names: str) -> str | None:
    return next((values[name][0] for name in names if values.get(name)), None)


def _tab_number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,12}", text, re.ASCII) else None


# --- a sheet that anyone with the link may open ----------------------------------------------


def fetch_shared(
    link: SheetLink,
    *,
    limit: int = LIMITS.file,
    total_time: float = TOTAL_TIME,
    timeout: tuple[float, float] = TIMEOUT,
    adapter: BaseAdapter | None = None,
) -> Upload:
    """Download a sheet: all its tabs as XLSX, or where the link names a tab, that one as CSV.

    A CSV holds what the sheet shows: rounded figures, dates as its country writes them. The
    XLSX holds the values themselves and is the better choice where the tab does not matter.
    Raises FileRefused for a sheet that is not shared or too large, else LinkRefused.
    ``adapter`` is what carries the requests; only tests give another one.
    """
    label = f"Google sheet {link.file_id[:8]}…"
    ending = "xlsx" if link.gid is None else "csv"
    with closing(_without_memory(requests.Session(), adapter)) as session:
        transfer = _Transfer(session, label, limit, time.monotonic() + total_time, timeout)
        return transfer.fetch(_address(link, ending), ending)


def _address(link: SheetLink, ending: str) -> str:
    tab = "" if link.gid is None else f"&gid={link.gid}"
    if link.published:
        single = "&single=true" if tab else ""
        return f"{_PUBLISHED.format(id=link.file_id)}?output={ending}{tab}{single}"
    return f"{_EXPORT.format(id=link.file_id)}?format={ending}{tab}"


def _without_memory(session: _Session, adapter: BaseAdapter | None) -> _Session:
    """Let a session keep no cookies, use no stored passwords, and reach https alone."""
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # An auth of our own keeps requests from looking into ~/.netrc; proxies of the environment
    # are the operator's and stay.
    session.auth = _as_it_is
    session.adapters.pop("http://", None)
    # requests follows no redirect by itself, nor reads the body of one, which may be endless.
    session.get_redirect_target = _nowhere  # type: ignore[method-assign,assignment]
    if adapter is not None:
        session.mount("https://", adapter)
    return session


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _nowhere(_response: requests.Response) -> str | None:
    return None


@dataclass(frozen=True)
class _Transfer:
    """One download: where it may go, how much it may bring and until when."""

    session: requests.Session
    label: str
    limit: int
    deadline: float
    timeout: tuple[float, float]

    def fetch(self, address: str, ending: str) -> Upload:
        with self._words_for_trouble():
            response = self._follow(address)
            with closing(response):
                self._check_status(response)
                self._check_is_no_page(response.headers.get("Content-Type", ""), b"")
                content = self._body(response)
                self._check_is_no_page("", content[:1000])
                if ending == "xlsx" and not content.startswith(b"PK"):
                    raise LinkRefused(f"{self.label}: what Google sent is no workbook. Try again.")
                name = _file_name(response.headers.get("Content-Disposition", ""))
        return Upload(name or f"google-sheet.{ending}", content)

    def _follow(self, address: str) -> requests.Response:
        for _ in range(MAX_REDIRECTS + 1):
            self._check_time()
            response = self.session.get(
                address,
                stream=True,
                allow_redirects=False,
                timeout=self.timeout,
                headers={"Accept-Encoding": "identity"},
            )
            target = response.headers.get("Location")
            if not (300 <= response.status_code < 400 and target):
                return response
            response.close()
            address = self._checked(address, target)
        raise LinkRefused(f"{self.label}: Google redirected more than {MAX_REDIRECTS} times.")

    def _checked(self, origin: str, target: str) -> str:
        """Return where a redirect leads, if that is Google. The rule against being sent inside."""
        address = ""
        try:
            address = urljoin(origin, target)
            parts = urlsplit(address)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            host, port, parts = "", None, urlsplit("")
        if host == SIGN_IN_HOST:
            raise self._not_shared()
        is_google = host == SHEETS_HOST or host.endswith(CONTENT_SUFFIX)
        bare = parts.username is None and parts.password is None and port in (None, 443)
        if parts.scheme != "https" or not is_google or not bare:
            raise LinkRefused(
                f"{self.label}: the link leads away from Google (to {host[:80] or 'nowhere'}) "
                "and was not followed."
            )
        return address

    def _check_status(self, response: requests.Response) -> None:
        status = response.status_code
        if status in (401, 403):
            raise self._not_shared()
        if status in (404, 410):
            raise LinkRefused(
                f"{self.label}: there is no such sheet. Check the link; it may have been deleted."
            )
        if status == 400:
            raise LinkRefused(
                f"{self.label}: Google has no such tab, or cannot export the sheet. "
                "Open the tab you mean and copy its address again."
            )
        if status == 429:
            raise LinkRefused(
                f"{self.label}: Google gets too many requests just now. Try again in some minutes."
            )
        if status != 200:
            raise LinkRefused(
                f"{self.label}: Google answered with error {status}. Try again later, or download "
                "the sheet as .xlsx and upload that file."
            )

    def _body(self, response: requests.Response) -> bytes:
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > self.limit:
            raise self._too_large()
        content = bytearray()
        # read1 hands on what is there: a body that drips cannot outlast the deadline.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            content += chunk
            if len(content) > self.limit:
                raise self._too_large()
            self._check_time()
        packed = response.headers.get("Content-Encoding", "identity") != "identity"
        if announced.isdecimal() and not packed and len(content) != int(announced):
            raise LinkRefused(f"{self.label}: the download broke off. Try again.")
        return bytes(content)

    def _check_is_no_page(self, content_type: str, start: bytes) -> None:
        text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if content_type.lower().startswith("text/html") or text.startswith(
            (b"<!doctype", b"<html")
        ):
            raise self._not_shared()

    def _check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise self._too_slow()

    @contextmanager
    def _words_for_trouble(self) -> Iterator[None]:
        try:
            yield
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise self._too_slow() from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise LinkRefused(
                f"{self.label}: Google could not be reached, or the download broke off "
                f"({type(error).__name__}). Check the network and try again."
            ) from error

    def _not_shared(self) -> FileRefused:
        return self._refused("file_unreadable", f"this sheet is not shared: {_HOW_TO_SHARE}")

    def _too_large(self) -> FileRefused:
        megabytes = max(self.limit // 1_048_576, 1)
        return self._refused(
            "file_too_large", f"the sheet is larger than the limit of {megabytes} MB"
        )

    def _refused(self, code: str, message: str) -> FileRefused:
        return FileRefused([Issue(code, message, self.label)])

    def _too_slow(self) -> LinkRefused:
        return LinkRefused(
            f"{self.label}: Google did not answer in time. Try again, or download the sheet as "
            ".xlsx and upload that file."
        )


_ENCODED_NAME = re.compile(r"filename\*\s*=\s*(?:utf-8|iso-8859-1)''([^;\s]+)", re.IGNORECASE)
_PLAIN_NAME = re.compile(r'filename\s*=\s*(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)


def _file_name(disposition: str) -> str:
    """Return the file name of a Content-Disposition as harmless text; empty where there is none."""
    if encoded := _ENCODED_NAME.search(disposition):
        return _harmless(unquote(encoded[1], errors="replace"))
    if plain := _PLAIN_NAME.search(disposition):
        return _harmless(plain[1] or plain[2] or "")
    return ""


def _harmless(name: str) -> str:
    """Keep letters, figures and usual signs of a name: no path, no invisible marks, no length."""
    shown = "".join(c for c in unicodedata.normalize("NFC", name) if c.isprintable())
    flat = re.sub(r'[\\/:*?"<>|%$`]+', "-", shown).strip(" .-~")
    stem, dot, ending = flat.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:10]}" if stem else flat[:100]


# --- a sheet that is shared with a service account -------------------------------------------


def fetch_private(
    link: SheetLink,
    credentials: Mapping[str, Any],
    *,
    limit: int = LIMITS.file,
    total_time: float = TOTAL_TIME,
    timeout: tuple[float, float] = TIMEOUT,
    adapter: BaseAdapter | None = None,
) -> Upload:
    """Download all tabs of a sheet that is shared with a service account, as XLSX.

    ``credentials`` is the account's key file as a mapping (``client_email``, ``private_key``, …).
    The XLSX is taken, not the values of the cells: read as shown they are rounded and their
    dates are in the order of the sheet's country, read as stored a date is only a number and
    45 % is only 0.45. The workbook has the value and its format, and says which tabs are hidden.
    Raises FileRefused for a sheet that is too large, else LinkRefused.
    """
    if link.published:
        raise LinkRefused(
            "This is the link of a page published to the web; give the link of the sheet itself."
        )
    account = _account(credentials)
    email: str = account.service_account_email
    label = f"Google sheet {link.file_id[:8]}…"
    tokens = _without_memory(requests.Session(), adapter)
    authorised = AuthorizedSession(account, auth_request=Request(tokens))  # type: ignore[no-untyped-call]
    session = _without_memory(authorised, adapter)
    with closing(tokens), closing(session):
        try:
            # Without credentials of its own gspread uses the session as it is.
            client = gspread.authorize(cast(Credentials, None), session=session)
            client.set_timeout(timeout)
            title = client.open_by_key(link.file_id).title
            transfer = _ExportTransfer(
                session, label, limit, time.monotonic() + total_time, timeout,
                email=email,
            )  # fmt: skip
            address = f"{_DRIVE_EXPORT.format(id=link.file_id)}?mimeType={_XLSX}"
            content = transfer.fetch(address, "xlsx").content
        except (gspread.exceptions.GSpreadException, PermissionError) as error:
            raise _api_refusal(label, _status_of(error), _words_of(error), email) from error
        except GoogleAuthError as error:
            raise LinkRefused(
                "Google does not accept the service account of this dashboard "
                f"({type(error).__name__}). Whoever runs it must renew the key in its secrets."
            ) from error
        except requests.Timeout as error:
            raise LinkRefused(f"{label}: Google did not answer in time. Try again.") from error
        except requests.RequestException as error:
            raise LinkRefused(
                f"{label}: Google could not be reached ({type(error).__name__}). Try again."
            ) from error
    return Upload(f"{_harmless(title) or 'google-sheet'}.xlsx", content)


@dataclass(frozen=True)
class _ExportTransfer(_Transfer):
    """The download through Drive: the same limits, the errors of an API. ``email`` is the account's."""

    email: str = ""

    def _check_status(self, response: requests.Response) -> None:
        if response.status_code != 200:
            error = response.raw.read1(_CHUNK, decode_content=True).decode("utf-8", "replace")
            raise _api_refusal(self.label, response.status_code, error, self.email)

    def _checked(self, origin: str, target: str) -> str:  # noqa: ARG002 - wherever it leads
        # The request carries a token, and this interface never redirects.
        raise LinkRefused(f"{self.label}: Google redirected the export, which was not followed.")


def _account(credentials: Mapping[str, Any]) -> Credentials:
    try:
        account: Credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            dict(credentials), scopes=_SCOPES
        )
    except (GoogleAuthError, ValueError, TypeError, KeyError) as error:
        # The text of the error may quote the key: it is not passed on.
        raise LinkRefused(
            "The service account in the dashboard's secrets is incomplete or damaged: it must "
            "be the whole JSON key that Google gave out (client_email, private_key, token_uri)."
        ) from error
    return account


def _status_of(error: BaseException) -> int:
    """Return the HTTP status behind an error of gspread, which hides some in other classes."""
    for found in (error, error.__cause__, *error.args):
        response = getattr(found, "response", found)
        if isinstance(response, requests.Response):
            return response.status_code
    return 403 if isinstance(error, PermissionError) else 0


def _words_of(error: BaseException) -> str:
    for found in (error, error.__cause__):
        if isinstance(found, gspread.exceptions.APIError):
            return f"{found.error.get('status', '')} {found.error.get('message', '')}"
    return ""


#: What Google's interfaces say, by their words or else their status, in the order of looking.
_API_ERRORS = (
    (
        r"exportSizeLimitExceeded",
        None,
        "{sheet}: Google exports no sheet of this size. Download it as .xlsx and upload that.",
    ),
    (
        r"RATE_LIMIT|RESOURCE_EXHAUSTED|[rR]ateLimitExceeded|[qQ]uota",
        429,
        "{sheet}: Google's quota for this account is used up. Try again in some minutes.",
    ),
    (
        r"SERVICE_DISABLED|accessNotConfigured|has not been used in project",
        None,
        "The Google Sheets API and the Google Drive API must be switched on in the Google Cloud "
        "project of the service account. Whoever runs the dashboard can do that.",
    ),
    (
        None,
        403,
        "{sheet}: the dashboard may not read this sheet. Share it with {email} (Viewer).",
    ),
    (
        None,
        404,
        "{sheet}: there is no such sheet, or it is not shared with {email}. Check the link, and "
        "share the sheet with that address (Viewer).",
    ),
    (
        None,
        400,
        "{sheet}: this is no Google sheet; download an Excel file from Drive and upload it here.",
    ),
)


def _api_refusal(label: str, status: int, words: str, email: str) -> LinkRefused:
    for pattern, code, sentence in _API_ERRORS:
        if (pattern and re.search(pattern, words)) or status == code:
            return LinkRefused(sentence.format(sheet=label, email=email))
    return LinkRefused(f"{label}: Google answered with error {status}. Try again later.")
