"""From uploaded bytes to a draft that the store can accept: read, recognise, parse, settle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from okr_data.errors import FileRefused
from okr_data.ingest import template, viva
from okr_data.ingest.draft import Known, Parsed, latest_check_in, resolve_titles, settle
from okr_data.ingest.organisation import propose_units
from okr_data.ingest.readers import Sheet, Unreadable, Upload, normalise_header, read_sheet
from okr_data.issues import REFUSES_FILE, Issue
from okr_data.journal import SourceFile
from okr_data.schema import TABLES
from okr_data.store import Draft

#: Days ahead from which an as-of day is taken for a typing error.
FAR_FUTURE = 730

__all__ = ["FORMATS", "Format", "Known", "Upload", "prepare"]


@dataclass(frozen=True)
class Format:
    """One source format: how its header is recognised and how its sheets are parsed."""

    name: str
    title: str
    evidence: str
    score: Callable[[set[str]], int]
    parse: Callable[[Sheet], Parsed]


FORMATS = {
    viva.FORMAT: Format(
        viva.FORMAT,
        "Viva Goals / Ally.io export (CSV)",
        "A: full header known from several independent sources",
        viva.header_score,
        viva.parse,
    ),
    template.FORMAT: Format(
        template.FORMAT,
        "The template of this project (CSV)",
        "our own",
        template.header_score,
        template.parse,
    ),
}


def prepare(
    uploads: Sequence[Upload],
    known: Known | None = None,
    source_format: str = "auto",
    as_of: date | None = None,
    sample: bool = False,
) -> Draft:
    """Turn uploads into one draft.

    ``known`` is what the database holds and the uploads may refer to. Without ``as_of`` the day
    is taken from the file name, else from the newest check-in, else it is today.
    Raises FileRefused with every issue found where a file cannot be taken at all.
    """
    known = known or Known()
    parsed, names = _parse_all(_labelled(uploads), source_format)
    if as_of is None:
        parsed.as_of, reason = _assumed_as_of(parsed)
        parsed.issues.append(
            Issue("as_of_assumed", f"the as-of day {parsed.as_of} was taken from {reason}")
        )
    day = as_of or parsed.as_of or _today()
    if (day - _today()).days > FAR_FUTURE:
        parsed.issues.append(
            Issue("as_of_in_future", f"the as-of day {day} lies years ahead: is it a typing error?")
        )
    resolve_titles(parsed, known)
    settle(parsed, known, day)
    propose_units(parsed, known)
    if not any(parsed.rows.values()):
        parsed.issues.append(Issue("no_rows", "no row was good enough to go in", uploads[0].name))
    if any(issue.code in REFUSES_FILE for issue in parsed.issues):
        raise FileRefused(parsed.issues)
    return Draft(
        source_format=" + ".join(sorted(names)),
        as_of=day,
        as_of_given=as_of is not None,
        files=tuple(SourceFile.of(upload.name, upload.content) for upload in uploads),
        originals=tuple(upload.content for upload in uploads),
        tables={
            table.name: table.from_rows(parsed.rows[table.name])
            for table in TABLES
            if table.name in parsed.rows
        },
        issues=tuple(parsed.issues),
        sample=sample,
    )


def _labelled(uploads: Sequence[Upload]) -> list[Upload]:
    """Tell files of the same name apart: a row is known by its file and line."""
    seen: Counter[str] = Counter()
    labelled = []
    for upload in uploads:
        seen[upload.name] += 1
        again = f" ({seen[upload.name]})" if seen[upload.name] > 1 else ""
        labelled.append(Upload(f"{upload.name}{again}", upload.content))
    return labelled


def _parse_all(uploads: Sequence[Upload], source_format: str) -> tuple[Parsed, set[str]]:
    """Parse every upload; collect what is wrong with all of them before refusing any."""
    allowed = [f for f in FORMATS.values() if source_format in ("auto", f.name)]
    # Org units come in the template's form whatever the format of the rest.
    if FORMATS[template.FORMAT] not in allowed:
        allowed.append(FORMATS[template.FORMAT])
    whole, names, refusals = Parsed(), set(), []
    for upload in uploads:
        try:
            sheet = read_sheet(upload, lambda headers: max(f.score(headers) for f in allowed))
        except Unreadable as error:
            refusals.append(_better_reason(upload, error.issue))
            continue
        headers = set(sheet.position())
        best = max(allowed, key=lambda f: f.score(headers))
        names.add(best.name)
        whole.extend(best.parse(sheet))
    if refusals:
        raise FileRefused(refusals + whole.issues)
    return whole, names


def _better_reason(upload: Upload, issue: Issue) -> Issue:
    """For an unknown header that is nearly the template's, name the column that is missing."""
    if issue.code != "header_unknown":
        return issue
    first = upload.content[:20_000].decode("utf-8", errors="replace").splitlines()[:1]
    cells = first[0].replace(";", ",").replace("\t", ",").split(",") if first else []
    headers = {normalise_header(cell.strip('"')) for cell in cells} - {""}
    return template.missing_columns(upload.name, headers) or issue


def _assumed_as_of(parsed: Parsed) -> tuple[date, str]:
    if parsed.as_of is not None:
        return parsed.as_of, "the file name"
    newest = latest_check_in(parsed)
    if newest is not None and newest <= _today():
        return newest, "the newest check-in"
    return _today(), "today’s date, since the files name no day"


def _today() -> date:
    return datetime.now(UTC).date()
