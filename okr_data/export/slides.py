"""What slides are made of: headlines, tables, native charts, pictures, notes.

Texts of people are cleaned, cut where there is no room, and kept whole in the notes. Charts and
tables are PowerPoint's own; in the workbook behind a chart no text is a formula.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE, MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Inches, Length, Pt

from okr_data.charts.theme import LIGHT
from okr_data.export.template import Box, Look, has_own_title, points
from okr_data.neutral import neutral

#: Sizes of type in points: readable from the far end of a table.
HEADLINE, HEADLINE_SMALL, TEXT, CELL, NOTE = 26, 22, 16, 13, 11
#: Mean width of a letter as a part of the size of type, in bold and German texts too.
_LETTER = 0.52
#: Letters of a headline: two lines.
LONGEST_HEADLINE = 150
LONGEST_LABEL = 46
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff\u202a-\u202e]")
_BEFORE_PERCENT = re.compile(r"(?<=\d) %")
_ISOLATED = re.compile("\u2068[^\u2069]*\u2069")
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


# --- texts ------------------------------------------------------------------------


def plain(text: object) -> str:
    """Return a text without what no XML or slide can hold, in one line."""
    return _BEFORE_PERCENT.sub("\u00a0%", " ".join(_UNFIT.sub(" ", str(text)).split()))


def is_rtl(text: str) -> bool:
    """Tell whether the first letter with a direction is written from right to left.

    What :func:`named` isolates in a sentence counts only where nothing else has a direction.
    """
    outside = _ISOLATED.sub("", text)
    for letter in outside + text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def width_of(text: str) -> float:
    """Return how wide a text is, in letters: signs of East Asia and emoji are two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def cut(text: object, letters: float) -> str:
    """Return a text of at most this width, with an ellipsis where it is cut."""
    whole = plain(text)
    if width_of(whole) <= letters:
        return whole
    found, room = "", letters - 1
    for letter in whole:
        room -= width_of(letter)
        if room < 0:
            break
        found += letter
    # never end between a letter and what joins it with the next
    return found.rstrip().rstrip("\u200d\ufe0f") + "…"


def named(text: object, letters: float) -> str:
    """Return a text of people as a part of a sentence: its direction does not turn the rest round."""
    shown = cut(text, letters)
    mixed = any(unicodedata.bidirectional(c) in ("R", "AL") for c in shown)
    return f"\u2068{shown}\u2069" if mixed else shown


def fitting(text: object, width: float, size: float, lines: int) -> str:
    """Cut a text to some lines of a width (inches) in a size of type (points)."""
    return cut(text, max(4.0, width * 72 / (size * _LETTER) * lines * (0.92 if lines > 1 else 1)))


# --- slides -----------------------------------------------------------------------


@dataclass
class Slides:
    """A deck in the making: every slide has a headline, a source line, a number and notes."""

    look: Look
    source: str
    made: list[Any] = field(default_factory=list)

    @property
    def body(self) -> Box:
        return self.look.body

    def add(self, headline: str, notes: Sequence[str]) -> Any:
        """Add a slide with its message; return it empty below that."""
        slide = self._new(self.look.content)
        self._title(slide, headline)
        _write(self, slide, self.look.footer, [Line(self.source, NOTE, muted=True)], name="Source")
        _number(self, slide)
        self._notes(slide, [headline, *notes, self.source])
        return slide

    def add_cover(self, headline: str, lines: Sequence[str], notes: Sequence[str]) -> Any:
        """Add the first slide."""
        slide = self._new(self.look.cover, keep=True)
        kinds = {int(s.placeholder_format.type): s for s in slide.placeholders}
        first = kinds.get(3) or kinds.get(1)  # CENTER_TITLE, TITLE
        second = kinds.get(4)  # SUBTITLE
        if first is None:
            self._title(slide, headline)
        else:
            _set(first.text_frame, cut(headline, LONGEST_HEADLINE))
            _shrink(first.text_frame, points(32 if len(headline) < 90 else 26, self.look))
        if second is None:
            _write(self, slide, self.body, [Line(text, TEXT, muted=True) for text in lines])
        else:
            _fill(second.text_frame, [Line(text, TEXT, muted=True) for text in lines], self.look)
        for shape in list(slide.placeholders):
            if shape not in (first, second):
                _remove(shape)
        self._notes(slide, [headline, *notes, self.source])
        return slide

    def _new(self, layout: Any, keep: bool = False) -> Any:
        slide = self.look.deck.slides.add_slide(layout)
        self.made.append(slide)
        if not keep:
            for shape in list(slide.placeholders):
                if int(shape.placeholder_format.type) not in (1, 3):
                    _remove(shape)
        return slide

    def _title(self, slide: Any, headline: str) -> None:
        text = cut(headline, LONGEST_HEADLINE)
        size = HEADLINE if width_of(text) <= 95 else HEADLINE_SMALL
        shape = slide.shapes.title if has_own_title(slide.slide_layout) else None
        if shape is None:
            body = self.body
            box = Box(body.left, 0.35, body.width, max(body.top - 0.5, 0.6))
            _write(self, slide, box, [Line(text, size, bold=True)], name="Headline")
            return
        _set(shape.text_frame, text)
        _shrink(shape.text_frame, points(size, self.look))

    def _notes(self, slide: Any, lines: Sequence[str]) -> None:
        frame = slide.notes_slide.notes_text_frame
        if frame is not None:  # a notes master of one's own may have no place for a text
            frame.text = "\n".join(plain(line) for line in lines)

    def save(self) -> bytes:
        """Return the deck as a file."""
        written = io.BytesIO()
        self.look.deck.save(written)
        return written.getvalue()


def _remove(shape: Any) -> None:
    shape._element.getparent().remove(shape._element)


def _set(frame: Any, text: str) -> None:
    frame.text = text
    frame.word_wrap = True
    _turn(frame.paragraphs[0], text)


def _shrink(frame: Any, size: Pt) -> None:
    """Give the runs a size: a headline of a template may be set for three words."""
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = size


def _turn(paragraph: Any, text: str, align: PP_ALIGN | None = None) -> None:
    """Let a paragraph of a text from right to left begin at the right."""
    if is_rtl(text):
        paragraph._p.get_or_add_pPr().set("rtl", "1")
        paragraph.alignment = PP_ALIGN.RIGHT
    elif align is not None:
        paragraph.alignment = align


def describe(shape: Any, alt: str) -> None:
    """Give a shape its alt text."""
    for node in shape._element.iter(qn("p:cNvPr")):
        node.set("descr", plain(alt)[:2000])
        return


@dataclass(frozen=True)
class Line:
    """A paragraph: plain text, its size in points, and how loud it is."""

    text: str
    size: float = TEXT
    bold: bool = False
    muted: bool = False
    right: bool = False
    after: float = 0.0


def _fill(frame: Any, lines: Sequence[Line], look: Look) -> None:
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = plain(line.text)
        _style(run.font, line, look)
        paragraph.space_after = Pt(line.after)
        _turn(paragraph, line.text, PP_ALIGN.RIGHT if line.right else PP_ALIGN.LEFT)


def _style(font: Any, line: Line, look: Look) -> None:
    font.size = points(line.size, look)
    font.bold = line.bold
    if line.muted:
        font.color.theme_color = MSO_THEME_COLOR.TEXT_1
        font.color.brightness = 0.35
    else:
        font.color.theme_color = MSO_THEME_COLOR.TEXT_1


def _write(slides: Slides, slide: Any, box: Box, lines: Sequence[Line], name: str = "Text") -> Any:
    shape = slide.shapes.add_textbox(*_emu(box))
    shape.name = name
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    _fill(frame, lines, slides.look)
    return shape


def write(slides: Slides, slide: Any, box: Box, lines: Sequence[Line]) -> Any:
    """Write paragraphs into a box."""
    return _write(slides, slide, box, lines)


def _number(slides: Slides, slide: Any) -> None:
    """Write the number of the slide where PowerPoint keeps it in step."""
    foot = slides.look.footer
    shape = _write(
        slides, slide, Box(foot.left + foot.width - 0.6, foot.top, 0.6, foot.height), [], "Number"
    )
    colour = '<a:solidFill><a:schemeClr val="tx1"><a:lumMod val="65000"/><a:lumOff val="35000"/></a:schemeClr></a:solidFill>'
    size = int(points(NOTE, slides.look).pt * 100)
    paragraph = parse_xml(
        '<a:p xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:pPr algn="r"/>'
        '<a:fld id="{5B1D8C4E-2F0A-4E57-9A63-0C5B7F4E1D21}" type="slidenum">'
        f'<a:rPr lang="en-US" sz="{size}">{colour}</a:rPr><a:t>{len(slides.made)}</a:t></a:fld></a:p>'
    )
    body = shape.text_frame._txBody
    body.replace(body.findall(qn("a:p"))[0], paragraph)


def _emu(box: Box) -> tuple[Length, Length, Length, Length]:
    return Inches(box.left), Inches(box.top), Inches(box.width), Inches(box.height)


def rgb(colour: str) -> RGBColor:
    """Return a hex colour as PowerPoint takes it."""
    return RGBColor(*(int(colour[i : i + 2], 16) for i in (1, 3, 5)))  # type: ignore[no-untyped-call]


def tile(slides: Slides, slide: Any, box: Box, label: str, value: str, note: str) -> None:
    """Show one figure with its name above and what it is of below."""
    shape = slide.shapes.add_textbox(*_emu(box))
    shape.name = "Figure"
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb("#f4f6f9")
    frame = shape.text_frame
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = Inches(0.14)
    size = min(26.0, (box.width - 0.3) * 72 / (max(width_of(value), 1) * 0.58) / slides.look.scale)
    lines = [Line(label, 12, after=2), Line(value, size, bold=True, after=2), Line(note, 11)]
    frame.word_wrap = True
    _fill(frame, lines, slides.look)
    for paragraph, line in zip(frame.paragraphs, lines, strict=True):
        for run in paragraph.runs:  # on our own grey: dark, whatever the template's colours
            run.font.color.rgb = rgb(LIGHT.text if line.bold else LIGHT.muted)
    describe(shape, f"{label}: {value}. {note}")


# --- tables -----------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its part of the width, and lines that a cell may have."""

    name: str
    part: float
    right: bool = False
    lines: int = 1


@dataclass(frozen=True)
class Cell:
    """A cell with a colour behind it; the text says what the colour means."""

    text: str
    colour: str = ""
    bold: bool = False


def rows_that_fit(columns: Sequence[Column], height: float, look: Look) -> int:
    """Return how many rows a table of this height (inches) has below its head."""
    return max(1, int((height - 0.36) / _row_height(columns, look)))


def _row_height(columns: Sequence[Column], look: Look) -> float:
    lines = max(column.lines for column in columns)
    return points(CELL, look).pt / 72 * 1.2 * lines + 0.13


def _head_height(look: Look, columns: Sequence[Column], widths: Sequence[float]) -> float:
    """Return the height of the head: two lines where a name needs them."""
    size = points(11, look).pt
    one_line = all(
        cut(c.name, 999) == fitting(c.name, w - 0.16, size, 1) for c, w in zip(columns, widths, strict=True)
    )  # fmt: skip
    return 0.36 if one_line else 0.5


def table(
    slides: Slides,
    slide: Any,
    box: Box,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | Cell]],
    alt: str,
) -> Any:
    """Draw a native table: no lines but thin ones between rows, figures at the right."""
    tall = _row_height(columns, slides.look)
    whole = sum(column.part for column in columns)
    widths = [box.width * column.part / whole for column in columns]
    head = _head_height(slides.look, columns, widths)
    height = head + tall * len(rows)
    shape = slide.shapes.add_table(
        len(rows) + 1, len(columns), *_emu(Box(box.left, box.top, box.width, height))
    )
    describe(shape, alt)
    grid = shape.table
    grid.horz_banding = False
    properties = grid._tbl.tblPr
    style = properties.find(qn("a:tableStyleId"))
    if style is not None:
        style.text = _NO_STYLE
    for number, width in enumerate(widths):
        grid.columns[number].width = Inches(width)
    grid.rows[0].height = Inches(head)
    for number in range(len(rows)):
        grid.rows[number + 1].height = Inches(tall)
    for at, (column, width) in enumerate(zip(columns, widths, strict=True)):
        _cell(slides, grid.cell(0, at), Cell(column.name), column, width, head=True)
        for number, row in enumerate(rows):
            value = row[at]
            found = value if isinstance(value, Cell) else Cell(value)
            _cell(slides, grid.cell(number + 1, at), found, column, width)
    return shape


def _cell(
    slides: Slides, cell: Any, found: Cell, column: Column, width: float, head: bool = False
) -> None:
    size: float = 11 if head else CELL
    inner = width - 0.16
    if column.right and not head:  # a figure is never cut: it gets smaller
        room = inner * 72 / (max(width_of(plain(found.text)), 1) * _LETTER * slides.look.scale)
        size = max(min(size, room), 8 / slides.look.scale)
    text = (
        plain(found.text)
        if column.right and not head
        else fitting(found.text, inner, points(size, slides.look).pt, 2 if head else column.lines)
    )
    cell.margin_left = cell.margin_right = Inches(0.08)
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    _fill(
        cell.text_frame,
        [Line(text, size, bold=found.bold, muted=head, right=column.right)],
        slides.look,
    )
    if found.colour:
        cell.fill.solid()
        cell.fill.fore_color.rgb = rgb(found.colour)
        for run in cell.text_frame.paragraphs[0].runs:
            run.font.color.rgb = rgb(LIGHT.on_colour)
    _underline(cell, "8A93A0" if head else "D9DEE6")


def _underline(cell: Any, colour: str) -> None:
    properties = cell._tc.get_or_add_tcPr()
    line = parse_xml(
        '<a:lnB xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" w="9525">'
        f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:lnB>'
    )
    properties.insert(0, line)


# --- charts -----------------------------------------------------------------------


@dataclass(frozen=True)
class Series:
    """A row of figures of a chart: name, values (None = not known), and colours by point or one."""

    name: str
    values: Sequence[float | None]
    colour: str
    colours: Sequence[str] = ()
    #: Whether the figures stand beside its marks.
    labels: bool = True


def without_small(least: float) -> str:
    """Return the format of percentages that leaves out those for which a bar has no room."""
    return f'[<{least:.4f}]"";0\\ %'


def known(value: Any) -> float | None:
    """Return a figure as a chart takes it; None where it is not known."""
    return None if value is None or pd.isna(value) or math.isinf(value) else float(value)


def chart(
    slides: Slides,
    slide: Any,
    box: Box,
    kind: XL_CHART_TYPE,
    categories: Sequence[str],
    series: Sequence[Series],
    alt: str,
    *,
    form: str = "0\\ %",
    most: float | None = 1.0,
    legend: bool = False,
    gap: int = 60,
) -> Any:
    """Draw a native chart whose figures can be edited in PowerPoint."""
    data: Any = CategoryChartData(number_format=escape(form))  # type: ignore[no-untyped-call]
    names = [str(neutral(cut(name, LONGEST_LABEL))) for name in categories]
    data.categories = names
    for each in series:
        data.add_series(each.name, [known(value) for value in each.values])
    shape = slide.shapes.add_chart(kind, *_emu(box), data)
    describe(shape, alt)
    drawn = shape.chart
    drawn.part.chart_workbook.update_from_xlsx_blob(_workbook(names, series, form))
    drawn.font.size = points(12, slides.look)
    drawn.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    drawn.has_title = False
    drawn.has_legend = legend
    if legend:
        drawn.legend.position = XL_LEGEND_POSITION.TOP
        drawn.legend.include_in_layout = False
    _axes(drawn, kind, most, form)
    plot = drawn.plots[0]
    if kind != XL_CHART_TYPE.LINE:
        plot.gap_width = gap if len(names) > 2 else max(gap, 160)  # no bar as thick as a wall
    if kind in (XL_CHART_TYPE.BAR_CLUSTERED, XL_CHART_TYPE.COLUMN_CLUSTERED):
        plot.overlap = -5 if len(series) > 1 else 0
    for each, mark in zip(series, plot.series, strict=True):
        _paint(slides, mark, each, kind, form)
    return shape


def _axes(drawn: Any, kind: XL_CHART_TYPE, most: float | None, form: str) -> None:
    values, names = drawn.value_axis, drawn.category_axis
    values.minimum_scale = 0
    if most is not None:
        values.maximum_scale = most
    line = kind == XL_CHART_TYPE.LINE
    values.visible = line
    values.has_major_gridlines = line
    if line:
        values.major_gridlines.format.line.color.rgb = rgb(LIGHT.grid)
        values.format.line.fill.background()
        values.major_unit = 0.25
        values.tick_labels.number_format = form
        values.tick_labels.number_format_is_linked = False
    names.format.line.color.rgb = rgb(LIGHT.unmeasured)
    names.has_major_gridlines = False
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if kind in (
        XL_CHART_TYPE.BAR_CLUSTERED,
        XL_CHART_TYPE.BAR_STACKED,
        XL_CHART_TYPE.BAR_STACKED_100,
    ):
        names.reverse_order = True  # the first row stands at the top


def _paint(slides: Slides, mark: Any, each: Series, kind: XL_CHART_TYPE, form: str) -> None:
    if kind == XL_CHART_TYPE.LINE:
        mark.smooth = False
        mark.format.line.color.rgb = rgb(each.colour)
        mark.format.line.width = Pt(2.5 if each.labels else 1.75)
        mark.marker.style = XL_MARKER_STYLE.NONE
        if not each.labels:
            mark.format.line.dash_style = MSO_LINE.SQUARE_DOT
            return
        last = max(n for n, value in enumerate(each.values) if known(value) is not None)
        label = mark.points[last].data_label
        label.position = XL_LABEL_POSITION.BELOW  # above is, mostly, what was expected
        label.font.size, label.font.bold = points(13, slides.look), True
        _show_value(label, form)
        return
    mark.format.fill.solid()
    mark.format.fill.fore_color.rgb = rgb(each.colour)
    mark.invert_if_negative = False
    for number, colour in enumerate(each.colours):
        fill = mark.points[number].format.fill
        fill.solid()
        fill.fore_color.rgb = rgb(colour)
    if not each.labels:
        return
    labels = mark.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = form, False
    labels.font.size = points(12, slides.look)
    stacked = kind in (XL_CHART_TYPE.BAR_STACKED, XL_CHART_TYPE.BAR_STACKED_100)
    if stacked:
        labels.font.color.rgb = rgb(LIGHT.on_colour)
        labels.position = XL_LABEL_POSITION.CENTER
    else:
        labels.position = XL_LABEL_POSITION.OUTSIDE_END


def _show_value(label: Any, form: str) -> None:
    """Let the label of one point show its figure; python-pptx knows only texts there."""
    node = label._get_or_add_dLbl()
    for name, value in (
        ("showLegendKey", 0),
        ("showVal", 1),
        ("showCatName", 0),
        ("showSerName", 0),
    ):
        each = node.find(qn(f"c:{name}"))
        if each is not None:
            each.set("val", str(value))
    written = parse_xml(
        '<c:numFmt xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'formatCode="" sourceLinked="0"/>'
    )
    written.set("formatCode", form)
    node.find(qn("c:idx")).addnext(written)


def _workbook(categories: Sequence[str], series: Sequence[Series], form: str) -> bytes:
    """Return the workbook behind a chart, laid out as PowerPoint expects; texts are only texts."""
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        sheet, style = book.add_worksheet("Sheet1"), book.add_format({"num_format": form})
        for row, name in enumerate(categories, start=1):
            sheet.write_string(row, 0, name)
        for column, each in enumerate(series, start=1):
            sheet.write_string(0, column, each.name)
            for row, value in enumerate(each.values, start=1):
                if (figure := known(value)) is not None:
                    sheet.write_number(row, column, figure, style)
    return written.getvalue()


def picture(slide: Any, box: Box, png: bytes, alt: str) -> Any:
    """Put a picture into a box, as large as it fits, in its middle."""
    shape = slide.shapes.add_picture(io.BytesIO(png), 0, 0)
    part = min(Inches(box.width) / shape.width, Inches(box.height) / shape.height)
    shape.width, shape.height = int(shape.width * part), int(shape.height * part)
    shape.left = Inches(box.left) + (Inches(box.width) - shape.width) // 2
    shape.top = Inches(box.top) + (Inches(box.height) - shape.height) // 2
    describe(shape, alt)
    return shape
