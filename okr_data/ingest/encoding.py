"""Which encoding a text file has, by rule; every doubt is an issue that names the line.

In this order: a byte order mark; UTF-16 without one (every second byte is NUL); UTF-8 over the
whole file; UTF-8 with a few damaged places; a multi-byte encoding of East Asia where nearly all
its characters are common ones there; else Windows-1252. Statistical detectors were tried on
short tables and take Japanese for Korean, so the rules are our own.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from okr_data.ingest.tables import name_lines
from okr_data.issues import Issue

#: Bytes decoded at a time.
BLOCK = 1024 * 1024
#: Bytes looked at for UTF-16 without a mark, and for signs of a binary file.
PROBE = 64 * 1024
#: Bytes of lines with accents or ideographs that decide between legacy encodings.
SAMPLE = 256 * 1024
#: Non-ASCII places looked at before it is decided whether a file is damaged UTF-8.
PLACES = 200_000
#: Share of common characters from which an East Asian encoding is sure.
COMMON_SHARE = 0.8
#: Share of kana from which a text is Japanese; Chinese has none, prose has half.
KANA_SHARE = 0.15

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {
    "cp1252": "Windows-1252",
    "gb18030": "GB18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp932": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "cp949": "EUC-KR (Korean)",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
}
_PLACE = re.compile(
    rb"((?:[\xc2-\xdf]|\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]|[\xf1-\xf3][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf])[\x80-\xbf])"
    rb"|(\xed[\xa0-\xbf][\x80-\xbf])|[\x80-\xff]"
)


#: A run of ideographs, with the small Latin letter right before and right after it.
_RUN = re.compile(r"([a-z]?)[^\x00-\x7f]+([a-z]?)")


@dataclass(frozen=True)
class Decision:
    """How to decode a file: encoding, what to do with bad bytes, where the text starts."""

    encoding: str
    errors: str = "strict"
    start: int = 0
    issues: tuple[Issue, ...] = ()


def decide(name: str, content: bytes) -> Decision:
    """Decide the encoding of a whole file by the rules of this module."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            if encoding == "utf-8":
                return _utf8_or_legacy(name, content, len(mark))
            return _wide(name, content, encoding, len(mark))
    encoding = _unmarked_utf16(content)
    if encoding:
        decision = _wide(name, content, encoding, 0)
        message = f"the file has no byte order mark; it was read as {_NAMES[encoding]}"
        issue = Issue("encoding_guessed", message, name)
        return Decision(encoding, decision.errors, 0, (issue, *decision.issues))
    return _utf8_or_legacy(name, content, 0)


def blocks(content: bytes, decision: Decision) -> Iterator[str]:
    """Decode the file piece by piece."""
    decoder = codecs.getincrementaldecoder(decision.encoding)(decision.errors)
    view = memoryview(content)
    for start in range(decision.start, len(content), BLOCK):
        yield decoder.decode(view[start : start + BLOCK])
    yield decoder.decode(b"", final=True)


def is_binary(content: bytes) -> bool:
    """Say whether bytes are no text at all, judged by control characters near the start."""
    probe = content[:PROBE]
    if not probe or probe.startswith(tuple(mark for mark, _ in _MARKS)) or _unmarked_utf16(content):
        return False
    controls = len(probe) - len(probe.translate(None, bytes((*range(9), *range(14, 27), 127))))
    share = controls / len(probe)
    return share > 0.3 or (share > 0.02 and not _is_utf8(probe))


def _is_utf8(probe: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(probe)
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_utf16(content: bytes) -> str:
    probe = content[: PROBE // 16]
    half = len(probe) // 2
    if half < 2:
        return ""
    even, odd = probe[0::2].count(0) / half, probe[1::2].count(0) / half
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be"
    return ""


def _wide(name: str, content: bytes, encoding: str, start: int) -> Decision:
    line = _first_bad_line(content, Decision(encoding, "strict", start))
    if line is None:
        return Decision(encoding, "strict", start)
    message = f"bytes that are no characters were replaced by “�”, the first in line {line:,}"
    issue = Issue("invalid_bytes_replaced", message, name, row=line)
    return Decision(encoding, "replace", start, (issue,))


def _first_bad_line(content: bytes, decision: Decision) -> int | None:
    """Return the line of the first bytes that cannot be decoded, exact to one block of text."""
    line = 1
    decoder = codecs.getincrementaldecoder(decision.encoding)("strict")
    view = memoryview(content)
    try:
        for start in range(decision.start, len(content), BLOCK):
            block = view[start : start + BLOCK]
            line += _count_breaks(decoder.decode(block))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        bad = error.object[: error.start].decode(decision.encoding, "replace")
        return line + _count_breaks(bad)
    return None


def _count_breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def line_at(content: bytes, position: int) -> int:
    """Return the line (1 = first) of a byte position in text of single-byte line breaks."""
    feeds = content.count(b"\n", 0, position)
    return 1 + feeds + content.count(b"\r", 0, position) - content.count(b"\r\n", 0, position)


def _utf8_or_legacy(name: str, content: bytes, start: int) -> Decision:
    if content.isascii():
        return Decision("utf-8", "strict", start)
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    try:
        for begin in range(start, len(content), BLOCK):
            decoder.decode(view[begin : begin + BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _damaged_or_legacy(name, content, start)
    return Decision("utf-8", "strict", start)


def _damaged_or_legacy(name: str, content: bytes, start: int) -> Decision:
    """Take damaged UTF-8 for UTF-8: all bad places are surrogates, or two in three are good."""
    valid = surrogates = other = 0
    bad: list[int] = []
    for count, place in enumerate(_PLACE.finditer(content, start)):
        if count >= PLACES:
            break
        valid += place[1] is not None
        surrogates += place[2] is not None
        other += place[1] is None and place[2] is None
        if place[1] is None:
            bad.append(place.start())
    if (surrogates and not other) or valid >= 2 * other > 0 or start:
        lines = sorted({line_at(content, position) for position in bad[:50]})
        count = len(lines) if len(bad) <= 50 else max(len(lines), len(bad))
        message = f"bytes that are no UTF-8 were replaced by “�” in {name_lines(lines, count)}"
        issue = Issue("invalid_bytes_replaced", message, name, row=lines[0])
        return Decision("utf-8", "replace", start, (issue,))
    return _legacy(name, content, line_at(content, bad[0]))


def _legacy(name: str, content: bytes, line: int) -> Decision:
    sample = _sample(content)
    encoding = _east_asian(sample) or "cp1252"
    if encoding != "cp1252" and _is_glued(sample, encoding):
        encoding = "cp1252"
    message = f"the file is not UTF-8 (line {line:,}); it was read as {_NAMES[encoding]}"
    issues = [Issue("encoding_guessed", message, name, row=line)]
    bad = _first_bad_line(content, Decision(encoding))
    if bad is not None:
        message = f"bytes that are no characters were replaced by “�”, the first in line {bad:,}"
        issues.append(Issue("invalid_bytes_replaced", message, name, row=bad))
    return Decision(encoding, "replace", 0, tuple(issues))


def _is_glued(sample: bytes, encoding: str) -> bool:
    """Tell whether most ideographs stand inside Latin words: “Gr鲞er” is “Größer” misread."""
    runs = list(_RUN.finditer(sample.decode(encoding, "replace")))
    return sum(bool(run[1] or run[2]) for run in runs) * 2 >= len(runs)


def _sample(content: bytes) -> bytes:
    """Gather the lines that are not plain ASCII, up to the size of a sample."""
    found, size = [], 0
    for line in content[: 64 * SAMPLE].splitlines(keepends=True):
        if not line.isascii():
            found.append(line)
            size += len(line)
        if size >= SAMPLE:
            break
    return b"".join(found)


def _east_asian(sample: bytes) -> str:
    """Name the East Asian encoding whose common characters make up the sample; "" for none."""
    for encoding in ("euc_jp", "cp932"):
        if _share(sample, encoding, _is_kana) >= KANA_SHARE and (
            _share(sample, encoding, lambda char: _is_common(char, "shift_jis")) >= COMMON_SHARE
        ):
            return encoding
    if _share(sample, "cp949", _is_common_hangul) >= COMMON_SHARE:
        return "cp949"
    chinese = {
        "gb18030": _share(sample, "gb18030", lambda char: _is_common(char, "gb2312")),
        "big5": _share(sample, "big5", _is_common_big5),
    }
    best = max(chinese, key=lambda encoding: chinese[encoding])
    return best if chinese[best] >= COMMON_SHARE else ""


def _share(sample: bytes, encoding: str, judge: Callable[[str], bool]) -> float:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    wide = [char for char in text if not char.isascii()]
    return sum(map(judge, wide)) / len(wide) if wide else 0.0


def _is_kana(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff"


def _is_common(char: str, core: str) -> bool:
    """Say whether the small set of characters from which an encoding grew has this one."""
    try:
        return len(char.encode(core)) == 2
    except UnicodeEncodeError:
        return False


def _is_common_hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3" and _is_common(char, "euc_kr")


def _is_common_big5(char: str) -> bool:
    """Say whether a character is of level 1 of Big5, or its punctuation."""
    return _is_common(char, "big5") and char.encode("big5")[0] <= 0xC6
