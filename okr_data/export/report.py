"""The report: one page that needs nothing else, and the same page printed as PDF.

It says what a review says, in its order. Charts are interactive on screen; there is one plotly.js
in the file and nothing is fetched. Every text is escaped by the template.
"""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from okr_data.export.browser import PRINT_WIDTH, printed
from okr_data.export.pictures import script_safe
from okr_data.export.report_parts import Report, gather
from okr_data.export.scope import scope
from okr_data.queries import Filters
from okr_data.store import Progress, Reader, part_of, silent
from okr_data.texts import language, t, tn

_FOLDER = Path(__file__).resolve().parent
_STATIC = _FOLDER.parents[1] / "static"
#: Sections that begin on a new page of paper.
_BREAKS = frozenset({"departments", "attention", "definitions"})


@dataclass(frozen=True)
class _Font:
    data: str
    letters: str


#: The letters that each file of the font has; as in the theme of the dashboard.
_FONTS = {
    "inter-latin.woff2": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,"
    "U+2000-206F,U+20AC,U+2122,U+2190-2193,U+2212,U+25B2,U+25BC",
    "inter-latin-ext.woff2": "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+1E00-1E9F,U+1EF2-1EFF,"
    "U+20A0-20AB,U+20AD-20C0",
}


def make_report(reader: Reader, filters: Filters, progress: Progress = silent) -> bytes:
    """Return the report of a filter on the reader's day as one HTML page."""
    found = gather(reader, scope(reader, filters), part_of(progress, 0.0, 0.9))
    progress("page", 0.9)
    return _page(found)


def make_report_pdf(reader: Reader, filters: Filters, progress: Progress = silent) -> bytes:
    """Return the report as PDF. Raises NoBrowser or PictureFailed."""
    found = gather(reader, scope(reader, filters), part_of(progress, 0.0, 0.6))
    progress("print", 0.6)
    return printed(_page(found), html.escape(found.source))


def _page(report: Report) -> bytes:
    figures = {
        part.name: json.loads(part.figure.to_json())
        for part in report.parts
        if part.figure is not None
    }
    fonts = [
        _Font(base64.b64encode((_STATIC / name).read_bytes()).decode(), letters)
        for name, letters in _FONTS.items()
        if (_STATIC / name).exists()
    ]
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True,
    )  # fmt: skip
    text = environment.get_template("report.html").render(
        report=report,
        language=language(),
        fonts=fonts,
        plotly=get_plotlyjs(),
        figures=script_safe(json.dumps(figures)),
        words={"contents": t("Contents")},
        more=_more,
        breaks=_BREAKS,
        print_width=PRINT_WIDTH,
    )
    return text.encode()


def _more(rows: int) -> str:
    return tn("{n} more row is in the workbook.", "{n} more rows are in the workbook.", rows)
