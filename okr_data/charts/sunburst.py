"""A tree around a centre as a sunburst or an icicle: names, colours and signs of its sectors.

What the sectors are comes from :mod:`okr_data.cascade`; here they get words. Colour is the gap to
pace or the alignment state, and a sign, word or hatching always says it too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from okr_data.charts.bars import STATE_WORDS
from okr_data.charts.theme import (
    FULL_GAP,
    STATE_PATTERNS,
    Palette,
    base_layout,
    escape,
    gap_colour,
    is_known,
    percent,
    points,
    state_colour,
    wrap,
)
from okr_data.texts import Words, mark, number, t, tn

Form = Literal["sunburst", "icicle"]
Colour = Literal["pace", "alignment"]

#: Rings around the centre, as :mod:`okr_data.cascade` makes them.
RINGS = 2
#: Longest title in a hover: whole titles of 300 sectors would be the largest part of a page.
LONGEST_TITLE = 110
#: Smallest text in pixels; what does not fit is left out and stands in the hover.
SMALLEST_TEXT = 10
#: Plotly’s word for texts that begin at the left edge of their box.
MIDDLE_LEFT = " ".join(("middle", "left"))
#: Pixels of a line and of a character of that size, mean of German and English titles.
LINE, CHARACTER = 13.0, 5.9
MARK_COLUMNS = (
    "id",
    "parent",
    "size",
    "ring",
    "name",
    "sign",
    "hover",
    "tone",
    "pattern",
    "marked",
)

STATE_SIGNS = Words(
    {
        "contributing": mark("✓ contributes"),
        "supporting": mark("~ supports only"),
        "detached": mark("✕ detached"),
        "unresolved": mark("? parent unknown"),
        "unaligned": mark("○ unaligned"),
    }
)
STATE_REASONS = Words(
    {
        "detached": mark("has a parent, but no way up to a company goal"),
        "unresolved": mark("names a parent that is not in the data"),
        "unaligned": mark("names no parent"),
    }
)


def sector_marks(
    sectors: pd.DataFrame,
    colour: Colour = "pace",
    level_names: Mapping[str, str] | None = None,
    selected: str | None = None,
) -> pd.DataFrame:
    """Return how each sector is shown, in their order; texts are escaped.

    ``sectors``: those of :class:`okr_data.cascade.Around` with a ``title`` for every one. Columns:
    id and parent (short, the position in ``sectors``), size, ring, name (whole title), sign (beside the
    colour; "" where there is none), hover, tone (colour of the gap, or of the state), pattern and
    marked (the selected objective where it is not the centre).
    """
    numbers = {path: str(n) for n, path in enumerate(sectors["path"])}
    known = sectors.astype(object).where(sectors.notna(), None)
    rows = [
        {
            "id": numbers[row["path"]],
            "parent": numbers.get(row["parent"], ""),
            "size": row["size"],
            "ring": row["ring"],
            "name": str(row["title"]),
            "sign": _sign(row, colour),
            "hover": _hover(row, level_names or {}),
            "tone": _tone(row, colour),
            "pattern": _pattern(row, colour),
            "marked": selected is not None and row["objective_id"] == selected and row["ring"] > 0,
        }
        for row in known.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=MARK_COLUMNS)


Row = Mapping[str, Any]


def _gap(row: Row) -> float | None:
    if row["progress"] is None or row["expected_progress"] is None:
        return None
    return float(row["progress"] - row["expected_progress"])


def _is_objective(row: Row) -> bool:
    return row["objective_id"] is not None


def _is_unit(row: Row) -> bool:
    return not _is_objective(row) and row["objectives"] is not None


def _sign(row: Row, colour: Colour) -> str:
    if row["kind"] == "centre" and not _is_objective(row) and not _is_unit(row):
        return ""
    if row["kind"] in ("state", "nothing"):
        return tn("{n} objective", "{n} objectives", int(row["count"]))
    if row["kind"] == "more":
        return ""
    if colour == "pace":
        return points(_gap(row)) if is_known(_gap(row)) else t("not measured")
    if _is_unit(row):
        below = int(row["below_company"])
        aligned = number(below - int(row["lost"]))
        return t("{n} of {all} aligned", n=aligned, all=number(below)) if below else ""
    return STATE_SIGNS.get(
        str(row["alignment_state"]), t("goal") if row["level"] == "company" else ""
    )


def _tone(row: Row, colour: Colour) -> object:
    """Return what the colour is made of: a gap, a state, or a share of lost work as ("lost", share)."""
    if row["kind"] == "state":
        return row["state"] if colour == "alignment" else "group"
    if row["kind"] in ("more", "nothing") or (not _is_objective(row) and not _is_unit(row)):
        return "group"
    if colour == "pace":
        return _gap(row)
    if _is_unit(row):
        below = int(row["below_company"])
        return ("lost", int(row["lost"]) / below) if below else "group"
    return row["alignment_state"] or "group"


def _pattern(row: Row, colour: Colour) -> str:
    """Hatch what is not measured, or in the colours of alignment what leads nowhere."""
    if row["kind"] == "state":
        return STATE_PATTERNS.get(str(row["state"]), "")
    if row["kind"] == "nothing":
        return "x"
    if not _is_objective(row):
        return ""
    if colour == "alignment":
        return STATE_PATTERNS.get(str(row["alignment_state"]), "")
    return "" if row["progress"] is not None else "/"


def _hover(row: Row, level_names: Mapping[str, str]) -> str:
    title = str(row["title"])
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1].rstrip() + "…"
    lines = [f"<b>{escape(title)}</b>"]
    if _is_objective(row) or _is_unit(row):
        lines += [
            t(
                "progress {progress}, expected {expected}",
                progress=percent(row["progress"], 1),
                expected=percent(row["expected_progress"], 1),
            ),
            points(_gap(row)) if is_known(_gap(row)) else t("no gap to pace: not measured"),
        ]
    if _is_objective(row):
        lines += _objective_lines(row, level_names)
    elif _is_unit(row):
        below, lost = int(row["below_company"]), int(row["lost"])
        lines += [
            tn("{n} objective", "{n} objectives", int(row["objectives"])),
            _key_results(int(row["measured"]), int(row["key_results"])),
        ]
        if below:
            lines.append(
                t(
                    "{n} of {all} lead to a company goal, {lost} nowhere",
                    n=number(below - lost), all=number(below), lost=number(lost),
                )
            )  # fmt: skip
    elif row["kind"] == "state":
        lines.append(f"{number(row['count'])}: {STATE_REASONS[str(row['state'])]}")
    elif row["kind"] == "more":
        lines.append(t("smaller ones, in the table below"))
    elif row["kind"] == "nothing":
        lines.append(
            tn(
                "{n} objective carries no part of a company goal",
                "{n} objectives carry no part of a company goal",
                int(row["count"]),
            )
        )
    if row["silent"] and row["kind"] != "nothing" and not _is_unit(row):
        lines.append(
            tn(
                "{n} more below carries no share of it",
                "{n} more below carry no share of it",
                int(row["silent"]),
            )
        )
    return "<br>".join(lines)


def _objective_lines(row: Row, level_names: Mapping[str, str]) -> list[str]:
    place = (level_names.get(row["level"], row["level"]), row["department"], row["cycle"])
    count = int(row["key_results"])
    lines = [
        " · ".join(escape(str(part)) for part in place if part is not None),
        _key_results(int(row["measured"]), count) if count else t("no key results"),
    ]
    if row["alignment_state"] is not None:
        state = str(row["alignment_state"])
        reason = STATE_REASONS.get(state)
        lines.append(f"{STATE_WORDS[state]}: {reason}" if reason else STATE_WORDS[state])
    if row["kind"] == "context":
        lines.append(t("outside this filter, shown for the way up"))
    if row["parents"] and int(row["parents"]) > 1:
        lines.append(t("has {n} parents and stands below each", n=number(int(row["parents"]))))
    return lines


def _key_results(measured: int, count: int) -> str:
    return t("{n} of {all} key results measured", n=number(measured), all=number(count))


def tree_figure(
    marks: pd.DataFrame,
    palette: Palette,
    form: Form = "sunburst",
    height: int = 560,
    width: int = 560,
) -> go.Figure:
    """Draw the sectors; ``height`` and ``width`` in pixels say how much of a name has room."""
    whole = float(marks["size"].iloc[0]) if len(marks) else 1.0
    shares = marks["size"] / (whole or 1.0)
    if form == "sunburst":
        texts = [
            _ring_label(row, share, min(height, width))
            for row, share in zip(marks.itertuples(index=False), shares, strict=True)
        ]
    else:
        texts = [
            _box_label(row, share * height, width / (RINGS + 1))
            for row, share in zip(marks.itertuples(index=False), shares, strict=True)
        ]
    trace_type = go.Sunburst if form == "sunburst" else go.Icicle
    shape: dict[str, Any] = (
        {"insidetextorientation": "auto"}
        if form == "sunburst"
        else {"tiling": {"orientation": "h", "pad": 1}, "pathbar": {"visible": False},
              "textposition": MIDDLE_LEFT}
    )  # fmt: skip
    trace = trace_type(
        ids=marks["id"].tolist(),
        parents=marks["parent"].tolist(),
        values=[float(f"{size:.9g}") for size in marks["size"]],
        labels=texts,
        branchvalues="total",
        sort=False,
        maxdepth=RINGS + 1,
        marker={
            "colors": [_paint(tone, palette) for tone in marks["tone"]],
            "line": {
                "color": [palette.accent if m else palette.surface for m in marks["marked"]],
                "width": [3 if m else 1.5 for m in marks["marked"]],
            },
            "pattern": {
                "shape": marks["pattern"].tolist(),
                "size": 6,
                "solidity": 0.18,
                "fillmode": "overlay",
                "fgcolor": palette.muted,
            },
        },
        textfont={"color": palette.on_colour, "size": 12},
        hovertext=marks["hover"].tolist(),
        hoverinfo="text",
        **shape,
    )
    layout = base_layout(
        palette, height, margin={"l": 0, "r": 0, "t": 0, "b": 0},
        uniformtext={"minsize": SMALLEST_TEXT, "mode": "hide"},
    )  # fmt: skip
    return go.Figure(trace, layout)


def _paint(tone: object, palette: Palette) -> str:
    if isinstance(tone, tuple):
        return gap_colour((1 - 2 * float(tone[1])) * FULL_GAP, palette)  # half lost is neutral
    if isinstance(tone, str):
        return palette.track if tone == "group" else state_colour(tone, palette)
    return gap_colour(tone, palette)  # type: ignore[arg-type]


def _ring_label(mark: Any, share: float, diameter: float) -> str:
    """Write as much as a sector has room for along its arc; the hover has the whole title."""
    if mark.ring == 0:
        return wrap(mark.name, 14, 3) + (f"<br>{mark.sign}" if mark.sign else "")
    ring = diameter / 2 / (RINGS + 1)
    arc = 2 * math.pi * (mark.ring + 0.5) * ring * share
    lines = min(int(arc / LINE), 4)
    return _label(mark, int(ring / CHARACTER) - 1, lines)


def _box_label(mark: Any, height: float, width: float) -> str:
    """Write what a box can hold: its sign on a line of its own, or behind the title."""
    characters, lines = int(width / CHARACTER) - 1, min(int((height - 6) / LINE), 4)
    if lines >= 2 or not mark.sign:
        return _label(mark, characters, lines)
    return f"{wrap(mark.name, max(characters - len(mark.sign) - 2, 6), 1)}  {mark.sign}"


def _label(mark: Any, characters: int, lines: int) -> str:
    """Write a title and its sign into some lines; of one line the title alone."""
    if not mark.sign or lines < 2:
        return wrap(mark.name, max(characters, 6), max(lines, 1))
    return f"{wrap(mark.name, max(characters, 6), lines - 1)}<br>{mark.sign}"
