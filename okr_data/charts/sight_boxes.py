"""What the picture of a line of sight is made of: boxes with their words, and links between them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from okr_data.charts.theme import escape, is_known, percent, points
from okr_data.line_of_sight import told_rest
from okr_data.texts import Words, mark, t

#: Lines of a title; what is longer ends in an ellipsis and stands whole in the hover.
MOST_LINES = 3

LEVEL_WORDS = Words(
    {
        "company": mark("Company goal"),
        "department": mark("Department"),
        "team": mark("Team"),
        "individual": mark("Individual"),
    }
)
KIND_WORDS = Words({"key_result": mark("Key result"), "initiative": mark("Work item")})
#: The same where there is no room.
SHORT_WORDS = Words({"key_result": mark("KR"), "initiative": mark("Work")})
STATE_WORDS = Words(
    {
        "dropped": mark("Dropped"),
        "unknown": mark("Not in the data"),
        "homeless": mark("Its objective is not in the data"),
    }
)
#: What a link leads to, with a place for the title of the parent.
LINKS = {
    "contributes": mark("contributes to {parent}"),
    "part_of": mark("belongs to {parent}"),
    "aligned": mark("is aligned to, without contributing {parent}"),
    "dropped": mark("hangs on something dropped: {parent}"),
    "unknown": mark("names, but it is not in the data: {parent}"),
    "kept_out": mark("would close a loop and stays out: {parent}"),
    "too_deep": mark("would make the chain too long and stays out: {parent}"),
}
#: Words that stand at a line itself; of other lines the box at their end says it.
LABELS = Words(
    {
        "aligned": mark("supports only"),
        "kept_out": mark("kept out of a loop"),
        "too_deep": mark("kept out, too deep"),
    }
)
ROLE_WORDS = Words(
    {
        "focus": mark("In focus"),
        "above": mark("Above"),
        "below": mark("Below"),
        "work": mark("Its work"),
    }
)

#: Links that stay out of every chain: they never decide where a box stands.
OUT = ("kept_out", "too_deep")

#: Pixels: a line of text, the space around it, and the progress bar.
LINE, PAD, BAR = 17, 9, 13
#: Average width of a character at 13 and at 11 pixels; wide ones are rare in a row.
_CHARACTER, _SMALL_CHARACTER = 6.8, 5.8


#: Pixels from the left and from the top.
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """One node with its place in pixels (left, top, width, height) and its words."""

    key: str
    kind: str
    role: str
    level: str | None
    state: str
    title: str
    meta: str
    words: str
    hover: str
    progress: float | None
    expected: float | None
    gap: float | None
    lines: tuple[str, ...] = ()
    left: float = 0.0
    top: float = 0.0
    width: float = 0.0
    height: float = 0.0

    @property
    def compact(self) -> bool:
        """Whether its figures stand in the line above the title, to save height."""
        return self.kind in KIND_WORDS

    @property
    def is_goal(self) -> bool:
        return self.kind == "objective" and self.level == "company"

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True)
class Line:
    """One link as points to draw through; ``upwards`` marks the way from the focus up.

    ``label`` is where words about it may stand and on which side; None where there is no room.
    """

    child: str
    parent: str
    kind: str
    upwards: bool
    path: tuple[Point, ...]
    label: tuple[float, float, str] | None = None


@dataclass(frozen=True)
class Drawing:
    """Boxes and lines in pixels, ready for the figure."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    narrow: bool = False


@dataclass(frozen=True)
class Graph:
    """Boxes by key, and the drawn links of each child and each parent with their kinds."""

    boxes: dict[str, Box]
    up: dict[str, dict[str, str]]
    down: dict[str, dict[str, str]]

    def chain_up(self, key: str) -> list[str]:
        return [parent for parent, kind in self.up[key].items() if kind not in OUT]

    def chain_down(self, key: str) -> list[str]:
        return [child for child, kind in self.down[key].items() if kind not in OUT]

    def is_upwards(self, child: str, kind: str) -> bool:
        return self.boxes[child].role in ("focus", "above") and kind in ("contributes", "part_of")

    def topological(self) -> list[str]:
        """Return the keys with parents before children; children of one parent stay together."""
        waiting = {key: len(self.chain_up(key)) for key in self.boxes}
        stack = [key for key in reversed(self.boxes) if not waiting[key]]
        order: list[str] = []
        while stack:
            key = stack.pop()
            order.append(key)
            for child in reversed(self.chain_down(key)):
                waiting[child] -= 1
                if not waiting[child]:
                    stack.append(child)
        return order


def sight_graph(nodes: pd.DataFrame, edges: pd.DataFrame) -> Graph:
    known = nodes.astype(object).where(nodes.notna(), None)
    rows = known.to_dict("records")
    up: dict[str, dict[str, str]] = {row["key"]: {} for row in rows}
    down: dict[str, dict[str, str]] = {row["key"]: {} for row in rows}
    for child, parent, kind in zip(edges["child"], edges["parent"], edges["kind"], strict=True):
        if child in up and parent in up:
            up[child][parent] = kind
            down[parent][child] = kind
    # Below a yearly goal stands the work of a quarter: only another cycle than that is worth a word.
    cycles = [row["cycle"] for row in rows if row["level"] in ("department", "team", "individual")]
    cycle = max(cycles, key=cycles.count, default=None)
    boxes = {row["key"]: _box(row, bool(up[row["key"]]), cycle) for row in rows}
    return Graph(boxes, up, down)


def _box(row: dict[str, Any], has_parent: bool, cycle: str | None) -> Box:
    gap = row["gap"]
    return Box(
        key=row["key"],
        kind=row["kind"],
        role=row["role"],
        level=row["level"],
        state=row["state"],
        title=_title(row),
        meta=_meta(row, has_parent, cycle),
        words=_words(row),
        hover=_hover(row),
        progress=row["progress"],
        expected=row["expected_progress"],
        gap=gap,
    )


def _title(row: dict[str, Any]) -> str:
    """Return a title as it is; what counts the rest of a family, in the reader's language."""
    return told_rest(str(row["title"])) if row["kind"] == "more" else str(row["title"])


def _meta(row: dict[str, Any], has_parent: bool, cycle: str | None) -> str:
    """Say what a box is, in a few words above its title."""
    if row["kind"] == "more":
        return ""
    if row["state"] in STATE_WORDS:
        return STATE_WORDS[row["state"]]
    if row["kind"] != "objective":
        return KIND_WORDS[row["kind"]]
    parts = [LEVEL_WORDS[row["level"]]]
    if row["names_itself"]:
        parts.append(t("names itself as parent"))
    elif row["level"] != "company":
        parts += _place(row, cycle) if has_parent else [t("names no parent")]
    return " · ".join(parts)


def _place(row: dict[str, Any], cycle: str | None) -> list[str]:
    """Return the department, and the cycle where it is another one than most have."""
    other = row["cycle"] if row["cycle"] != cycle else None
    return [str(part) for part in (row["department"], other) if part is not None]


def _words(row: dict[str, Any]) -> str:
    if row["kind"] in ("more", "unknown"):
        return ""
    if not is_known(row["progress"]):
        return t("not measured")
    gap = f"   {points(row['gap'])}" if is_known(row["gap"]) else ""
    return f"{percent(row['progress'])}{gap}"


def _hover(row: dict[str, Any]) -> str:
    """Return the whole of what is known of a node; escaped."""
    place = [row["level"] and LEVEL_WORDS.get(row["level"]), row["department"], row["team"]]
    if row["kind"] in KIND_WORDS:
        place[0] = KIND_WORDS[row["kind"]]
    facts = [
        " · ".join(dict.fromkeys(str(part) for part in place if part)),
        STATE_WORDS.get(row["state"], ""),
        t("Owner {owner}", owner=row["owner"]) if row["owner"] else "",
        str(row["cycle"] or ""),
    ]
    if row["kind"] not in ("more", "unknown"):
        progress, expected = percent(row["progress"], 1), percent(row["expected_progress"], 1)
        facts.append(
            t("progress {progress}, expected {expected}", progress=progress, expected=expected)
            if is_known(row["expected_progress"])
            else t("progress {progress}", progress=progress)
        )
        if is_known(row["gap"]):
            facts.append(points(row["gap"]))
    if row["kind"] == "more":
        facts.append(t("in the table below, or opened from there"))
    title = "<br>".join(textwrap.wrap(escape(" ".join(_title(row).split())), 60)) or "—"
    return "<br>".join([f"<b>{title}</b>", *(escape(fact) for fact in facts if fact)])


def fitted(box: Box, width: float) -> Box:
    """Break a box's title into lines for its width, and give it the height that these need."""
    per_line = max(8, int((width - 2 * PAD - 4) / _CHARACTER))
    # A percent sign alone on a line reads as a slip.
    title = " ".join(box.title.split()).replace(" %", "\u00a0%")
    parts = textwrap.wrap(title, per_line) or [""]
    if len(parts) > MOST_LINES:
        parts = parts[:MOST_LINES]
        parts[-1] = parts[-1][: per_line - 1].rstrip() + "…"
    lines = tuple(escape(part) for part in parts)
    room = int((width - 2 * PAD) / _SMALL_CHARACTER) - (len(box.words) + 4 if box.compact else 0)
    meta = box.meta
    if len(meta) > room:
        meta = SHORT_WORDS.get(box.kind, meta[: max(1, room - 1)].rstrip() + "…")
    height = 2 * PAD + LINE * len(lines)
    if box.kind != "more":
        height += LINE + (BAR if box.words else 0)
        height += LINE if box.words and not box.compact else 0
    return replace(box, lines=lines, meta=meta, width=width, height=float(height))
