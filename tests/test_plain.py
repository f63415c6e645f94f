"""What is read in whole blocks reads as the csv module reads it, or is left to it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from okr_data.ingest import encoding
from okr_data.ingest.delimited import read_delimited
from okr_data.ingest.plain import PlainReader


def by_csv(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    return list(reader)


def at_once(text: str, delimiter: str = ",") -> list[list[str]] | None:
    block = PlainReader(delimiter, 9, 40).read(text, 1)
    if block is None:
        return None
    return [list(row) for row in zip(*(c.to_pylist() for c in block.columns), strict=True)]


def filled(table: list[list[str]]) -> list[list[str]]:
    """Strip the cells, and leave out empty ones at the end: of a blank line nothing remains."""
    rows = [[cell.strip() for cell in row] for row in table]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    return rows


#: Cells as they are met, and pieces of what is no cell.
CELLS = st.sampled_from(
    ["", "a", "é", "1,5", " b", "c ", '"q"', '"x, y"', '"say ""hi"""', '""', '5" screen', "x" * 20]
)
PIECES = st.sampled_from(
    ['"', '""', ",", ";", " ", "\n", "\r\n", "\r", "a", '"z" ', ' "', "\x00", "x" * 41]
)
LINES = st.lists(CELLS, min_size=2, max_size=3).map(",".join)
TEXTS = st.tuples(
    st.lists(LINES | st.lists(PIECES, max_size=4).map("".join), min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n"]),
).map(lambda parts: parts[1].join(parts[0]) + parts[2])


@settings(deadline=None, max_examples=800)
@given(TEXTS.filter(bool), st.sampled_from([",", ";"]))
def test_what_is_read_at_once_reads_the_same(text: str, delimiter: str) -> None:
    found = at_once(text, delimiter)
    event(f"read at once: {found is not None}")
    if found is None:
        return
    assert filled(found) == filled(by_csv(text, delimiter))
    assert len(found) == len(text.splitlines())  # so that lines can be counted


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        'a,b\n"x, y","say ""hi"""\n',
        "a,b\r\n1,\r\n",
        'a,"b"',
        'a,b\n"",1',
        "a,b\n , \n",
        "a,b\n\n1,2\n",
    ],
)
def test_what_has_no_doubt_is_read_at_once(text: str) -> None:
    assert at_once(text) is not None


@pytest.mark.parametrize(
    "text",
    ['a,b\n1,"x\ny"\n', 'a,b\n1,5" x\n', 'a,b\n1, "x"\n', 'a,b\n1,"x"y\n', "a,b\n1\n",
     "a,b\n1,2,3\n", "a,b\r1,2\r", "a\n1\n", "a,b\n1,\x1bx\n", "a,b\n1,Ã¼\n", f"a,b\n1,{'x' * 41}\n",
     ",".join("abcdefghij"), "a,b\n1,\ud800\n"],
)  # fmt: skip
def test_what_has_a_doubt_is_not(text: str) -> None:
    assert at_once(text) is None


def test_blocks_with_and_without_doubts_follow_each_other() -> None:
    """Lines, cells beyond the header and marks stay where they are, in a file of several blocks."""
    plain = "".join(f"{number},plain,{number / 7:.5f}\n" for number in range(90_000))
    odd = '1,"two\nlines, and a ""mark""",3\n2,5" screen,4, beyond \n\n'
    text = "id,title,value\n" + plain + odd + plain + odd + plain + 'last,"x",\n'
    assert len(text) > 3 * encoding.BLOCK
    grid = read_delimited("a.csv", text.encode())
    expected = by_csv(text, ",")
    cells = [row + [""] * (3 - len(row)) for row in expected]
    found = grid.cells.fillna("").to_numpy().tolist()
    assert found == [[cell.strip() for cell in row[:3]] for row in cells]
    lines, line = [], 1
    for row in expected:
        lines.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    assert grid.lines.tolist() == lines
    assert dict(grid.overflow) == {
        place: ("beyond",) for place, row in enumerate(expected) if len(row) > 3
    }


def test_plain_lines_with_more_cells_than_the_header_are_overflow() -> None:
    text = "id,title\n" * 21 + "x,y\n" + "a,b\n" * 300_000 + "a,b,c,\n" * 200_000
    grid = read_delimited("a.csv", text.encode())
    assert grid.cells.shape == (500_022, 2)
    assert len(grid.overflow) == 200_000
    assert set(grid.overflow.values()) == {("c",)}
    assert next(iter(grid.overflow)) == 300_022
