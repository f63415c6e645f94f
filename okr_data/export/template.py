"""The look of a deck: our own, or a .pptx file of the organisation with its logo, colours and fonts.

Of such a file the masters and layouts are used, whatever their placeholders are called; its slides
are left out. Where a slide has room is read from its layout.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.util import Emu, Inches, Pt

from okr_data.charts.theme import LIGHT
from okr_data.errors import OkrError
from okr_data.texts import t

#: Bytes of a template file, packed and unpacked: pictures of a master are a few MB.
LARGEST, LARGEST_UNPACKED = 60 * 2**20, 400 * 2**20
#: Inches of a 16:9 slide.
WIDTH, HEIGHT = 13.333, 7.5
#: On every machine with PowerPoint, and of the same widths as Liberation Sans elsewhere.
FONT = "Arial"
_TITLES = (KIND.TITLE, KIND.CENTER_TITLE)
_CONTENTS = (KIND.BODY, KIND.OBJECT, KIND.CHART, KIND.TABLE)
_FOOTERS = (KIND.DATE, KIND.FOOTER, KIND.SLIDE_NUMBER)


class TemplateRefused(OkrError):
    """The template file of the deck is not there, or is none that can be used."""


@dataclass(frozen=True)
class Box:
    """A rectangle on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    def columns(self, *parts: float, gap: float = 0.45) -> list[Box]:
        """Return boxes side by side whose widths are as these parts."""
        room, left, found = self.width - gap * (len(parts) - 1), self.left, []
        for part in parts:
            width = room * part / sum(parts)
            found.append(Box(left, self.top, width, self.height))
            left += width + gap
        return found

    def rows(self, first: float, gap: float = 0.2) -> tuple[Box, Box]:
        """Return a box of this height and the rest below it."""
        below = self.top + first + gap
        return (
            Box(self.left, self.top, self.width, first),
            Box(self.left, below, self.width, max(self.top + self.height - below, 0.3)),
        )


@dataclass(frozen=True)
class Look:
    """An empty deck and where things stand on its slides."""

    deck: Deck
    cover: Any
    content: Any
    body: Box
    footer: Box
    #: Part of our own sizes of type that fits: 1 on slides as wide as ours.
    scale: float


def load(template: Path | None) -> Look:
    """Return an empty deck of a template file, or of our own design. Raises TemplateRefused."""
    if template is None:
        return _look(_own())
    name = template.name
    try:
        _check_size(template)
        deck = Presentation(io.BytesIO(template.read_bytes()))
        _without_slides(deck)
        if not len(deck.slide_layouts):
            raise ValueError("it has no layout")
        written = io.BytesIO()
        deck.save(written)  # what cannot be written shows here, before any work
        return _look(Presentation(io.BytesIO(written.getvalue())))
    except FileNotFoundError as error:
        raise TemplateRefused(
            t("The template of the deck is not there: {file}.", file=template)
        ) from error
    except TemplateRefused:
        raise
    except Exception as error:  # whatever a broken package lets a reader of it fail with
        raise TemplateRefused(
            t(
                "{file} is no PowerPoint file (.pptx) that can be the template of a deck: {reason}. "
                "Open it in PowerPoint and save it as .pptx, or take it out of the settings.",
                file=name,
                reason=" ".join(str(error).split())[:200] or type(error).__name__,
            )
        ) from error


def _check_size(path: Path) -> None:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 2**20} MB")
    with zipfile.ZipFile(path) as package:
        if sum(each.file_size for each in package.infolist()) > LARGEST_UNPACKED:
            raise ValueError(f"unpacked it is larger than {LARGEST_UNPACKED // 2**20} MB")


def _without_slides(deck: Deck) -> None:
    ids = deck.slides._sldIdLst
    for each in list(ids):
        deck.part.drop_rel(each.rId)
        ids.remove(each)


# --- our own design ---------------------------------------------------------------


def _own() -> Deck:
    """Make our own design of what python-pptx brings: 16:9, our colours, one font, two layouts."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    cover: Any = deck.slide_layouts[0]
    content: Any = deck.slide_layouts[5]
    for layout in list(deck.slide_layouts):
        if layout not in (cover, content):
            deck.slide_layouts.remove(layout)
    _paint(deck)
    master: Any = deck.slide_master
    for shape in list(master.placeholders):
        if shape.placeholder_format.type in _TITLES:
            _place(shape, Box(0.6, 0.4, WIDTH - 1.2, 1.05))
        elif shape.placeholder_format.type == KIND.BODY:
            _place(shape, Box(0.6, 1.7, WIDTH - 1.2, 4.9))
        else:
            shape._element.getparent().remove(shape._element)
    for layout in (cover, content):
        for shape in list(layout.placeholders):
            if shape.placeholder_format.type in _FOOTERS:
                shape._element.getparent().remove(shape._element)
    for shape in cover.placeholders:
        first = shape.placeholder_format.type == KIND.CENTER_TITLE
        _place(shape, Box(0.9, 2.2, 11.0, 2.1) if first else Box(0.9, 4.5, 11.0, 1.3))
    _style_titles(master)
    for shape in content.placeholders:
        _place(shape, Box(0.6, 0.4, WIDTH - 1.2, 1.05))
    line = cover.shapes._spTree
    line.append(_accent_bar())
    return deck


def _accent_bar() -> Any:
    """Return the one ornament: a short bar in the accent colour above the cover's title."""
    left, top, width, height = (Inches(x) for x in (0.98, 1.85, 0.9, 0.07))
    return parse_xml(
        '<p:sp xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<p:nvSpPr><p:cNvPr id="90" name="Bar"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        '<a:solidFill><a:schemeClr val="accent1"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr>'
        "</p:sp>"
    )


def _paint(deck: Deck) -> None:
    """Put our colours and font into the theme, so that whoever edits a slide finds them there."""
    colours = {
        "dk1": LIGHT.text, "lt1": "#ffffff", "dk2": LIGHT.muted, "lt2": LIGHT.track,
        "accent1": LIGHT.accent, "accent2": LIGHT.ahead, "accent3": LIGHT.behind,
        "accent4": LIGHT.neutral, "accent5": LIGHT.unmeasured, "accent6": LIGHT.muted,
        "hlink": LIGHT.accent, "folHlink": LIGHT.muted,
    }  # fmt: skip
    for relation in deck.slide_master.part.rels.values():
        if relation.reltype.endswith("/theme"):
            part = relation.target_part
            text = part.blob.decode("utf-8")
            for name, colour in colours.items():
                text = re.sub(
                    rf"<a:{name}>.*?</a:{name}>",
                    f'<a:{name}><a:srgbClr val="{colour[1:].upper()}"/></a:{name}>',
                    text,
                    flags=re.DOTALL,
                )
            text = re.sub(
                r'(<a:m(?:ajor|inor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{FONT}", text
            )
            part._blob = text.encode("utf-8")


def _style_titles(master: Any) -> None:
    style = master._element.find(qn("p:txStyles")).find(qn("p:titleStyle"))
    level = style.find(qn("a:lvl1pPr"))
    level.set("algn", "l")
    run = level.find(qn("a:defRPr"))
    run.set("sz", "2600")
    run.set("b", "1")
    for shape in (*master.placeholders, *(s for x in master.slide_layouts for s in x.placeholders)):
        if shape.placeholder_format.type in (*_TITLES, KIND.SUBTITLE):
            body = shape._element.txBody.bodyPr
            body.set("anchor", "t")
            for side in ("lIns", "rIns"):
                body.set(side, "0" if shape.placeholder_format.type == KIND.TITLE else "91440")
            for own in shape._element.txBody.findall(".//" + qn("a:lvl1pPr")):
                own.set("algn", "l")
                own.set("marL", "0")


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top = Inches(box.left), Inches(box.top)
    shape.width, shape.height = Inches(box.width), Inches(box.height)


# --- reading layouts --------------------------------------------------------------


def _look(deck: Deck) -> Look:
    width, height = Emu(deck.slide_width or 0).inches, Emu(deck.slide_height or 0).inches
    layouts = [layout for master in deck.slide_masters for layout in master.slide_layouts]
    content = max(layouts, key=lambda layout: _fitness(layout, width, height))
    cover = next((x for x in layouts if _of_kind(x, KIND.CENTER_TITLE)), None) or next(
        (x for x in layouts if _of_kind(x, *_TITLES) and _of_kind(x, KIND.SUBTITLE)), content
    )
    body, footer = _areas(content, width, height)
    return Look(deck, cover, content, body, footer, min(1.0, width / WIDTH, height / HEIGHT))


def _of_kind(layout: Any, *kinds: Any) -> list[Any]:
    return [shape for shape in layout.placeholders if shape.placeholder_format.type in kinds]


def _fitness(layout: Any, width: float, height: float) -> tuple[int, float]:
    """Rank a layout for content: a title and one large place for it, else a title alone."""
    titles = _of_kind(layout, KIND.TITLE)
    places = _of_kind(layout, *_CONTENTS, KIND.PICTURE)
    if not titles:
        return (0, -len(places))
    if not places:
        return (2, 0.0)
    box = _box(places[0])
    if len(places) == 1 and box and _is_large(box, width, height):
        usual = places[0].placeholder_format.type == KIND.OBJECT  # not one for texts, or upright
        return (4 if usual else 3, box.width * box.height)
    return (1, -len(places))


def _box(shape: Any) -> Box | None:
    sides: list[Any] = [shape.left, shape.top, shape.width, shape.height]
    return None if None in sides else Box(*(Emu(side).inches for side in sides))


def _is_large(box: Box, width: float, height: float) -> bool:
    inside = box.left >= 0 and box.top >= 0 and box.left + box.width <= width + 0.1
    return inside and box.width >= 0.6 * width and box.height >= 0.5 * height


def _areas(layout: Any, width: float, height: float) -> tuple[Box, Box]:
    """Return the room for content and that of the source line below it."""
    titles = [box for shape in _of_kind(layout, KIND.TITLE) if (box := _box(shape))]
    places = [box for shape in _of_kind(layout, *_CONTENTS) if (box := _box(shape))]
    edge = 0.045 * width
    below = titles[0].top + titles[0].height if titles else 1.3
    if below > 0.4 * height:  # a title at the side or in the middle tells nothing of the rest
        below = 0.2 * height
    body = Box(edge, below + 0.15, width - 2 * edge, height - below - 0.95)
    if len(places) == 1 and _is_large(places[0], width, height):
        body = places[0]
    ends = min(body.top + body.height, height - 0.75)
    body = Box(body.left, body.top, body.width, ends - body.top)
    return body, Box(body.left, height - 0.48, body.width, 0.3)


def has_own_title(layout: Any) -> bool:
    """Tell whether slides of a layout get a title placeholder that stands in the upper part."""
    return bool(_of_kind(layout, *_TITLES))


def points(size: float, look: Look) -> Pt:
    """Return a size of type that fits the slides of a look."""
    return Pt(max(8.0 if size < 10 else 10.0, round(size * look.scale, 1)))
