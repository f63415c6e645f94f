"""Where the boxes of a line of sight stand: in layers on a wide screen, on rails on a narrow one.

In layers, the company goals are on top and the focus in one row below all that it leads to; rows
are ordered so that lines cross little (barycentres) and placed by least squares. What hangs below
the focus stands in columns, indented like a table of contents. On rails, each box has a row of
its own and each parent a rail at the left, as version histories are drawn.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from okr_data.charts.sight_boxes import (
    LABELS,
    LINE,
    OUT,
    PAD,
    Box,
    Drawing,
    Graph,
    Line,
    Point,
    fitted,
)

#: Width for which boxes and texts are measured, in pixels; a wider screen stretches the boxes.
WIDTH = 1240
#: Of a phone of 390 pixels, what is left beside the margins of page and card.
NARROW_WIDTH = 330
#: What a box needs with the space beside it: so many stand side by side, more make a second row.
PLACE = 196
#: Widths of a box: more is not read faster, less breaks every word.
_WIDEST, _NARROWEST = 250.0, 140.0

_GAP_X, _GAP_Y, _LANE, _INDENT, _BETWEEN, _GUTTER = 16, 46, 16, 16, 8, 5
#: Points of a bend.
_BEND = 12

Link = tuple[str, str]


# --- layers --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Entry:
    """A box of a column, with what it hangs on and how deep."""

    key: str
    parent: str
    depth: int


@dataclass(eq=False)
class _Slot:
    """What takes a place in a row: a box, a column below a box, or only a line that passes."""

    key: str | None = None
    column: tuple[_Entry, ...] = ()
    width: float = 0.0
    x: float = 0.0

    @property
    def is_line(self) -> bool:
        return self.key is None and not self.column

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,) if self.key is not None else tuple(entry.key for entry in self.column)

    @property
    def heads(self) -> list[_Entry]:
        return [entry for entry in self.column if entry.depth == 0]

    @property
    def has_rail(self) -> bool:
        """Whether several boxes of the column hang on the node above, by a line at its left."""
        return len(self.heads) > 1


def layers(graph: Graph, width: float = WIDTH) -> Drawing:
    """Place boxes in rows below each other, for a screen of about a width."""
    if not graph.boxes:
        return Drawing((), (), width, 80)
    hanging = _hanging(graph)
    ranks = _ranks(graph, [key for key in graph.topological() if key not in hanging])
    rows = _rows(graph, ranks, hanging, max(1, int(width / PLACE)))
    return _Layout(graph, rows, hanging, width).drawing()


def _hanging(graph: Graph) -> dict[str, str]:
    """Return what hangs in a column: everything below the focus, with the one parent it hangs on.

    Of several parents below or in focus the first that is drawn; the others are linked by a bow.
    """
    own = {key for key, box in graph.boxes.items() if box.role in ("focus", "below", "work")}
    order = {key: n for n, key in enumerate(graph.boxes)}
    return {
        key: min(parents, key=lambda parent: order[parent])
        for key in own
        if (parents := [parent for parent in graph.chain_up(key) if parent in own])
    }


def _ranks(graph: Graph, order: Sequence[str]) -> dict[str, int]:
    """Return the row of each node: company goals on top, the focus in one row."""
    heads = [key for key in order if graph.boxes[key].role == "focus"]
    rank = _longest_from_top(graph, order, {})
    line = max((rank[key] for key in heads), default=0)
    rank = _longest_from_top(graph, order, dict.fromkeys(heads, line))
    for key in reversed(order):  # what has no parent and is no goal stands right above its children
        children = [rank[child] for child in graph.chain_down(key) if child in rank]
        if children and not graph.chain_up(key) and not graph.boxes[key].is_goal:
            rank[key] = max(rank[key], min(children) - 1)
    return rank


def _longest_from_top(
    graph: Graph, order: Sequence[str], at_least: dict[str, int]
) -> dict[str, int]:
    rank: dict[str, int] = {}
    for key in order:
        above = [rank[parent] + 1 for parent in graph.chain_up(key) if parent in rank]
        rank[key] = max([0, at_least.get(key, 0), *above])
    return rank


def _rows(
    graph: Graph, ranks: dict[str, int], hanging: dict[str, str], most: int
) -> list[list[_Slot]]:
    """Return the rows of slots, none with more than ``most`` side by side."""
    by_rank: dict[int, list[str]] = defaultdict(list)
    for key in _by_parents(graph, ranks):
        by_rank[ranks[key]].append(key)
    children: dict[str, list[str]] = defaultdict(list)
    for key in graph.boxes:
        if key in hanging:
            children[hanging[key]].append(key)
    rows: list[list[_Slot]] = []
    for rank in sorted(by_rank):
        for keys in _chunks(by_rank[rank], most):
            rows.append([_Slot(key) for key in keys])
            families = [_subtrees(children, key) for key in keys if children[key]]
            if families:
                rows.append(_columns(families, most))
    return rows


def _by_parents(graph: Graph, ranks: dict[str, int]) -> list[str]:
    """Return the nodes row by row, near to what they hang on, so that a split row splits well."""
    place: dict[str, float] = {}
    for rank in sorted(set(ranks.values())):
        wanted = {
            key: _mean([place[up] for up in graph.chain_up(key) if up in place], len(place))
            for key in ranks
            if ranks[key] == rank
        }
        for key in sorted(wanted, key=lambda k: wanted[k]):
            place[key] = len(place)
    return list(place)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _chunks(keys: list[str], most: int) -> Iterator[list[str]]:
    """Split a row into rows of about the same length."""
    length = -(-len(keys) // -(-len(keys) // most))
    for start in range(0, len(keys), length):
        yield keys[start : start + length]


def _subtrees(children: dict[str, list[str]], parent: str) -> list[tuple[_Entry, ...]]:
    """Return what hangs below a node: each child followed by what hangs below that."""
    found = []
    for head in children[parent]:
        entries: list[_Entry] = []
        stack = [_Entry(head, parent, 0)]
        while stack:
            entry = stack.pop()
            entries.append(entry)
            stack += [
                _Entry(key, entry.key, entry.depth + 1) for key in reversed(children[entry.key])
            ]
        found.append(tuple(entries))
    return found


def _columns(families: list[list[tuple[_Entry, ...]]], most: int) -> list[_Slot]:
    """Return the columns below the nodes of a row, as many as there is room for.

    The family with the longest column gets the next one.
    """
    split = [[family] for family in families]
    while sum(map(len, split)) < most:
        growing = [n for n, family in enumerate(families) if len(split[n]) < len(family)]
        if not growing:
            break
        tallest = max(growing, key=lambda n: max(map(_length, split[n])))
        split[tallest] = _balanced(families[tallest], len(split[tallest]) + 1)
    return [
        _Slot(column=tuple(itertools.chain.from_iterable(column)))
        for columns in split
        for column in columns
    ]


def _length(column: list[tuple[_Entry, ...]]) -> int:
    return sum(map(len, column))


def _balanced(subtrees: list[tuple[_Entry, ...]], count: int) -> list[list[tuple[_Entry, ...]]]:
    """Split subtrees into so many columns, in their order, the longest as short as can be."""
    most = max(map(len, subtrees))
    while len(columns := _filled(subtrees, most)) > count:
        most += 1
    while len(columns) < count:  # a short cut: split what is longest
        longest = max((c for c in columns if len(c) > 1), key=_length)
        at = columns.index(longest)
        half = max(1, len(longest) // 2)
        columns[at : at + 1] = [longest[:half], longest[half:]]
    return columns


def _filled(subtrees: list[tuple[_Entry, ...]], most: int) -> list[list[tuple[_Entry, ...]]]:
    columns: list[list[tuple[_Entry, ...]]] = [[]]
    for subtree in subtrees:
        if columns[-1] and _length(columns[-1]) + len(subtree) > most:
            columns.append([])
        columns[-1].append(subtree)
    return columns


class _Layout:
    """The rows while they are ordered and placed."""

    def __init__(
        self, graph: Graph, rows: list[list[_Slot]], hanging: dict[str, str], width: float
    ) -> None:
        self.graph = graph
        self.width = width
        self.rows = rows
        self.hanging = hanging
        #: The slots that a link passes, from the upper end to the lower one.
        self.ways: dict[Link, list[_Slot]] = {}
        self._lay_ways()
        self.row_of = {slot: n for n, row in enumerate(rows) for slot in row}
        self.above: dict[_Slot, list[_Slot]] = defaultdict(list)
        self.below: dict[_Slot, list[_Slot]] = defaultdict(list)
        for way in self.ways.values():
            for upper, lower in itertools.pairwise(way):
                self.above[lower].append(upper)
                self.below[upper].append(lower)
        self._order()
        self._place()

    def _lay_ways(self) -> None:
        """Lead each link from row to row; a column is reached by one link for all that hang in it."""
        place = {key: (n, s) for n, row in enumerate(self.rows) for s in row for key in s.keys}
        for child, parents in self.graph.up.items():
            for parent, kind in parents.items():
                (upper, high), (lower, low) = place[parent], place[child]
                hangs = self.hanging.get(child) == parent
                nested = hangs and (high is low or low.heads[0].key != child)
                if kind in OUT or upper >= lower or nested or (low.column and not hangs):
                    continue
                passing = [_Slot() for _ in range(upper + 1, lower)]
                for n, slot in enumerate(passing, start=upper + 1):
                    self.rows[n].append(slot)
                self.ways[child, parent] = [high, *passing, low]

    def _order(self) -> None:
        """Sort each row by the mean place of what it is linked to, down and up; keep the best."""
        best = ([list(row) for row in self.rows], self._crossings())
        for sweep in range(12):
            down = sweep % 2 == 0
            linked = self.above if down else self.below
            for row in self.rows if down else reversed(self.rows):
                # Places as parts of the row, so that rows of any length compare.
                place = {s: (n + 0.5) / len(r) for r in self.rows for n, s in enumerate(r)}
                row.sort(key=lambda s: _mean([place[other] for other in linked[s]], place[s]))
            crossings = self._crossings()
            if crossings < best[1]:
                best = ([list(row) for row in self.rows], crossings)
        self.rows = best[0]

    def _crossings(self) -> int:
        place = {slot: n for row in self.rows for n, slot in enumerate(row)}
        by_row: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for way in self.ways.values():
            for upper, lower in itertools.pairwise(way):
                by_row[self.row_of[upper]].append((place[upper], place[lower]))
        return sum(
            (a[0] - b[0]) * (a[1] - b[1]) < 0
            for links in by_row.values()
            for a, b in itertools.combinations(links, 2)
        )

    def _place(self) -> None:
        """Move slots as near as they get to what they are linked to, without overlap."""
        width = self._box_width()
        for row in self.rows:
            for slot in row:
                slot.width = 0.0 if slot.is_line else width
            _settle(row, [self.width / 2] * len(row), self.width)
        for sweep in range(10):
            down = sweep % 2 == 0
            linked = self.above if down else self.below
            for row in self.rows if down else reversed(self.rows):
                wanted = [_mean([other.x for other in linked[s]], s.x) for s in row]
                _settle(row, wanted, self.width)

    def _box_width(self) -> float:
        """Return the width of every box: what fits into the fullest row."""
        width = _WIDEST
        for row in self.rows:
            boxes = sum(not slot.is_line for slot in row)
            lines = len(row) - boxes
            if boxes:
                width = min(width, (self.width - lines * _LANE) / boxes - _GAP_X)
        return max(_NARROWEST, width)

    # --- drawing ---

    def drawing(self) -> Drawing:
        boxes: dict[str, Box] = {}
        tops: list[float] = []
        bottoms: list[float] = []
        top = float(PAD)
        for row in self.rows:
            tops.append(top)
            bottoms.append(max(self._set_boxes(slot, top, boxes) for slot in row))
            top = bottoms[-1] + _GAP_Y
        lines = [
            *self._way_lines(boxes, tops, bottoms),
            *self._rail_lines(boxes),
            *self._bows(boxes, tops),
        ]
        # In the order of the nodes: that is the order of the table.
        ordered = tuple(boxes[key] for key in self.graph.boxes)
        return Drawing(
            ordered, tuple(_labelled(lines, ordered, self.width)), self.width, bottoms[-1] + PAD
        )

    def _set_boxes(self, slot: _Slot, top: float, boxes: dict[str, Box]) -> float:
        """Place the boxes of a slot; return where they end."""
        entries = slot.column or ((_Entry(slot.key, "", 0),) if slot.key is not None else ())
        for entry in entries:
            indent = _INDENT * (entry.depth + slot.has_rail)
            box = fitted(self.graph.boxes[entry.key], slot.width - indent)
            boxes[entry.key] = replace(box, left=slot.x - slot.width / 2 + indent, top=top)
            top += box.height + _BETWEEN
        return top - _BETWEEN if entries else top

    def _line(self, child: str, parent: str, path: Sequence[Point]) -> Line:
        kind = self.graph.up[child][parent]
        return Line(child, parent, kind, self.graph.is_upwards(child, kind), tuple(path))

    def _way_lines(
        self, boxes: dict[str, Box], tops: list[float], bottoms: list[float]
    ) -> Iterator[Line]:
        """Draw links straight down past the boxes of a row, and bend them between rows."""
        leaves, reaches = self._ports(boxes)
        for (child, parent), way in self.ways.items():
            start = leaves[child, parent]
            path = [(start, boxes[parent].bottom), (start, bottoms[self.row_of[way[0]]])]
            for slot in way[1:-1]:
                row = self.row_of[slot]
                path += [*_bend(path[-1], (slot.x, tops[row])), (slot.x, bottoms[row])]
            path += _bend(path[-1], (reaches[child, parent], tops[self.row_of[way[-1]]]))
            if way[-1].has_rail:
                yield from self._column_lines(way[-1], parent, path, boxes)
            else:
                yield self._line(child, parent, path)

    def _column_lines(
        self, slot: _Slot, parent: str, path: list[Point], boxes: dict[str, Box]
    ) -> Iterator[Line]:
        """Draw the rail of a column as far as each box that hangs on it."""
        x = path[-1][0]
        done = path
        for entry in slot.heads:
            y = boxes[entry.key].top + LINE
            yield self._line(entry.key, parent, [*done, (x, y), (boxes[entry.key].left, y)])
            done = [(x, y)]

    def _rail_lines(self, boxes: dict[str, Box]) -> Iterator[Line]:
        """Draw what hangs on a box of the same column."""
        for row in self.rows:
            for slot in row:
                for entry in slot.column:
                    if entry.depth == 0:
                        continue
                    upper, lower = boxes[entry.parent], boxes[entry.key]
                    x, y = upper.left + _INDENT / 2 - 2, lower.top + LINE
                    path = [(x, upper.bottom), (x, y), (lower.left, y)]
                    yield self._line(entry.key, entry.parent, path)

    def _ports(self, boxes: dict[str, Box]) -> tuple[dict[Link, float], dict[Link, float]]:
        """Return where each link leaves its parent and reaches its child, side by side."""
        leaving: dict[str, list[tuple[float, Link]]] = defaultdict(list)
        reaching: dict[str, list[tuple[float, Link]]] = defaultdict(list)
        rails: dict[Link, float] = {}
        for (child, parent), way in self.ways.items():
            leaving[parent].append((way[1].x, (child, parent)))
            if way[-1].has_rail:
                rails[child, parent] = way[-1].x - way[-1].width / 2 + 4
            else:
                reaching[child].append((way[-2].x, (child, parent)))
        return _side_by_side(leaving, boxes), _side_by_side(reaching, boxes) | rails

    def _bows(self, boxes: dict[str, Box], tops: list[float]) -> Iterator[Line]:
        """Draw the other parents of what hangs in a column, and links that stay out."""
        row = {key: n for n, slots in enumerate(self.rows) for slot in slots for key in slot.keys}
        used: dict[float, int] = defaultdict(int)
        for child, parents in self.graph.up.items():
            for parent in parents:
                if self.hanging.get(child) == parent or (child, parent) in self.ways:
                    continue
                lower, upper = child, parent
                if boxes[child].top < boxes[parent].top:
                    lower, upper = parent, child
                # Several ways in one gutter run side by side, as far as there is room.
                aside = _GUTTER + 4 * (used[boxes[lower].right] % 3)
                used[boxes[lower].right] += 1
                # Of one row they are neighbours in columns, and face each other.
                over = None if row[lower] == row[upper] else tops[row[lower]] - 12
                path = _bow(boxes[lower], boxes[upper], over, aside)
                yield self._line(child, parent, path if lower == child else path[::-1])


def _side_by_side(
    links: dict[str, list[tuple[float, Link]]], boxes: dict[str, Box]
) -> dict[Link, float]:
    """Return a place at the middle of a box for each of its links, in the order of their ends."""
    found: dict[Link, float] = {}
    for key, ends in links.items():
        step = min(14.0, boxes[key].width * 0.6 / len(ends))
        first = boxes[key].middle - step * (len(ends) - 1) / 2
        for n, (_, link) in enumerate(sorted(ends)):
            found[link] = first + n * step
    return found


def _settle(row: list[_Slot], wanted: Sequence[float], width: float) -> None:
    """Give a row's slots the places nearest to the wanted ones that keep order and distance.

    Least squares under minimal distances: with the distances taken off, the places must not
    fall, which pooling neighbours that do solves exactly.
    """
    offsets = [0.0]
    for left, right in itertools.pairwise(row):
        gap = _LANE / 2 if left.is_line and right.is_line else _GAP_X
        offsets.append(offsets[-1] + (left.width + right.width) / 2 + gap)
    pools: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        pools.append((place - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (b, m), (a, n) = pools.pop(), pools.pop()
            pools.append(((a * n + b * m) / (n + m), n + m))
    places = [mean for mean, count in pools for _ in range(count)]
    lowest = row[0].width / 2
    highest = max(lowest, width - offsets[-1] - row[-1].width / 2)
    for slot, place, offset in zip(row, places, offsets, strict=True):
        slot.x = min(max(place, lowest), highest) + offset


def _bend(start: Point, end: Point) -> list[Point]:
    """Return a smooth way down from one point to another, as points to draw through."""
    (x0, y0), (x1, y1) = start, end
    if abs(x0 - x1) < 1:
        return [end]
    steps = [n / _BEND for n in range(1, _BEND + 1)]
    return [(x0 + (x1 - x0) * (3 * t**2 - 2 * t**3), y0 + (y1 - y0) * t) for t in steps]


def _bow(lower: Box, upper: Box, over: float | None, aside: float) -> list[Point]:
    """Return the way between boxes that no row or column leads to.

    Side by side they face each other. In one column the way runs in the gutter at its right. From
    another row it runs up in that gutter to the space above the row (``over``), and from there in
    a swing to the upper one's side.
    """
    y0, y1 = lower.top + 24, upper.top + 24
    gutter = lower.right + aside
    if abs(lower.right - upper.right) < 1:
        return [(lower.right, y0), (gutter, y0), (gutter, y1), (upper.right, y1)]
    if over is None:
        x0 = lower.right if lower.left < upper.left else lower.left
        x1 = upper.left if lower.left < upper.left else upper.right
        return _swing((x0, y0), (x1, y1))
    near = upper.right if upper.right < gutter else upper.left
    return [(lower.right, y0), (gutter, y0), *_swing((gutter, over), (near, y1))]


def _swing(start: Point, end: Point) -> list[Point]:
    """Return a smooth way aside from one point to another."""
    (x0, y0), (x1, y1) = start, end
    steps = [n / _BEND for n in range(_BEND + 1)]
    return [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * (3 * t**2 - 2 * t**3)) for t in steps]


def _labelled(lines: list[Line], boxes: Sequence[Box], width: float) -> Iterator[Line]:
    """Give lines that carry nothing a place for words, none on a box or on other words."""
    taken = [(box.left, box.top, box.right, box.bottom) for box in boxes]
    for line in lines:
        label = _label(line, taken, width) if line.kind in LABELS else None
        if label is not None:
            x, y, side = label
            size = _label_width(line)
            left = x if side == "right" else x - size
            taken.append((left, y - 9, left + size, y + 9))
        yield replace(line, label=label)


def _label_width(line: Line) -> float:
    return 6.0 * len(LABELS[line.kind]) + 8


def _label(
    line: Line, taken: list[tuple[float, float, float, float]], width: float
) -> tuple[float, float, str] | None:
    """Return the free place beside a line that is nearest to its middle."""
    size = _label_width(line)
    places = [
        ((x0 + x1) / 2, (y0 + y1) / 2)
        for (x0, y0), (x1, y1) in itertools.pairwise(line.path)
        if abs(x0 - x1) + abs(y0 - y1) > 1
    ]
    middle = (len(places) - 1) / 2
    for _, (x, y) in sorted(enumerate(places), key=lambda place: abs(place[0] - middle)):
        for side, left in (("right", x), ("left", x - size)):
            if 0 <= left <= width - size and not any(
                a < left + size and left < c and b < y + 9 and y - 9 < d for a, b, c, d in taken
            ):
                return x, y, side
    return None


# --- rails ---------------------------------------------------------------------------


def rails(graph: Graph, width: float = NARROW_WIDTH) -> Drawing:
    """Place one box a row, parents before children, each parent's links as a rail at the left."""
    order = graph.topological()
    lanes = _lanes(graph, order)
    count = max(lanes.values(), default=-1) + 1
    step = min(12.0, 96.0 / max(1, count))
    left = 6 + step * count
    boxes: dict[str, Box] = {}
    top = float(PAD)
    for key in order:
        box = fitted(graph.boxes[key], width - left - 2)
        boxes[key] = replace(box, left=left, top=top)
        top += box.height + 10
    lines = list(_rail_ways(graph, boxes, {key: 4 + step * lane for key, lane in lanes.items()}))
    ordered = tuple(boxes[key] for key in graph.boxes)
    return Drawing(ordered, tuple(lines), width, max(80.0, top), narrow=True)


def _rail_ways(graph: Graph, boxes: dict[str, Box], lanes: dict[str, float]) -> Iterable[Line]:
    for parent, children in graph.down.items():
        for child, kind in children.items():
            upper, lower, x = boxes[parent], boxes[child], lanes[parent]
            y0, y1 = upper.bottom - 14, lower.top + 14
            path = ((upper.left, y0), (x, y0), (x, y1), (lower.left, y1))
            yield Line(child, parent, kind, graph.is_upwards(child, kind), path)


def _lanes(graph: Graph, order: Sequence[str]) -> dict[str, int]:
    """Return a lane for each node with children; lanes are shared by what does not overlap."""
    place = {key: n for n, key in enumerate(order)}
    ends: list[int] = []
    lanes: dict[str, int] = {}
    spans = sorted(
        (min(ends_at), max(ends_at), parent)
        for parent, children in graph.down.items()
        if children
        for ends_at in ([place[parent], *(place[child] for child in children)],)
    )
    for begin, end, parent in spans:
        lane = next((n for n, free in enumerate(ends) if free < begin), len(ends))
        ends[lane : lane + 1] = [end]
        lanes[parent] = lane
    return lanes
