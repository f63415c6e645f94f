"""What is taken out of texts before anything looks at them: characters nobody can see or type.

Taken out: control characters except tab and line break, terminal escapes, noncharacters,
direction overrides and tag characters. Kept: zero-width joiners, variation selectors and the
tags inside an emoji flag, because names and emoji are written with them.
"""

from __future__ import annotations

import re

#: Everything below U+0020 but tab and line feed, and DEL, as bytes of UTF-8; a carriage return
#: is here because it becomes a line feed.
_CONTROL_BYTES = bytes(code for code in (*range(32), 127) if code not in (9, 10))
#: First bytes of the sequences that may be unwanted; most text holds none of them.
_LEADS = (b"\xc2", b"\xe2\x80", b"\xe2\x81", b"\xef\xb7", b"\xef\xbf", b"\xf3\xa0", b"\xbf\xbe", b"\xbf\xbf")  # fmt: skip
_NONCHARACTERS = "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
_SINGLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef"
    f"{_NONCHARACTERS}\U000e0000-\U000e007f"
)
_UNWANTED = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)"  # a flag such as that of Wales
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # a terminal's colours and cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # a terminal's window title
    f"|[{_SINGLE}]"
)
#: UTF-8 read as Windows-1252: a lead byte shown as Ã, Â, Å, Ä or â€ before what cannot follow it.
_MOJIBAKE = re.compile(
    "[ÃÅÄ][\u00a0-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013-\u203a\u20ac\u2122]|Â[\u00a0-\u00bf]|â€[\u0080-\u00bf\u0153\u02dc\u2013-\u203a\u20ac\u2122]|ï»¿"
)


def suspicious(text: str) -> bool:
    """Say fast whether a long text may hold something that :func:`clean` changes."""
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw.translate(None, _CONTROL_BYTES)) != len(raw):
        return True
    if len(raw) == len(text):
        return False
    return any(lead in raw for lead in _LEADS) and _UNWANTED.search(text) is not None


def unify_line_breaks(text: str) -> str:
    """Write every line break inside a cell as one line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def clean(text: str) -> str:
    """Take out what nobody can see or type; line breaks become line feeds."""
    return _UNWANTED.sub(lambda found: found[1] or "", unify_line_breaks(text))


def looks_like_mojibake(text: str) -> bool:
    """Say whether the text was decoded wrongly before (“DÃ­az”, “itâ€™s”)."""
    return not text.isascii() and _MOJIBAKE.search(text) is not None
