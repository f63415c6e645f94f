"""A grid with its header found, and without what is no data: titles above, totals, notes below."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from okr_data.ingest.fields import normalise_header
from okr_data.ingest.grid import Grid, Unreadable
from okr_data.issues import Issue

#: Rows in which a header is looked for; exports put titles and filters above it.
HEADER_ROWS = 20

_TOTALS = (
    "(?:grand |sub[- ]?|overall )?(?:total|totals|sum|summe|gesamt|gesamtsumme|zwischensumme|subtotal|"
    "suma|total general|somme|totale|average|durchschnitt|promedio|moyenne|count)"
)
_NOTES = (
    r"(?:exported|generated|created|printed|report|downloaded|source|quelle|confidential|vertraulich|"
    r"internal use|note|notes|legend|page \d|stand\b|last updated|©|copyright|do not|\*)"
)


@dataclass(frozen=True)
class _Beginning:
    """What texts begin with: a ``pattern``, and an RE2 expression that finds all such and some more."""

    pattern: re.Pattern[str]
    perhaps: str


_TOTAL = _Beginning(
    re.compile(rf"^{_TOTALS}\b[:.\s]*[\w ]{{0,30}}$", re.IGNORECASE), f"(?i)^{_TOTALS}"
)
_FOOTER = _Beginning(re.compile(rf"^\W*{_NOTES}", re.IGNORECASE), f"(?i){_NOTES}")
#: A line of dashes below the header of a table copied from a wiki, and lines of remarks.
_RULE = _Beginning(re.compile(r"^[\s:=\-–—+|]{2,}$"), r"^[:=\-–—+|]")


@dataclass(frozen=True)
class Sheet:
    """A table of text below its header.

    ``overlong`` holds, by line, the cells that stand beyond the header's last column.
    """

    file: str
    label: str
    header: tuple[str, ...]
    body: pd.DataFrame
    lines: np.ndarray
    delimiter: str = ","
    overlong: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    def column(self, number: int) -> pd.Series:
        """Return a column; one that no row reaches is empty."""
        if number in self.body:
            return self.body[number]
        return pd.Series(np.nan, index=self.body.index, dtype="str")

    def samples(self, number: int, count: int = 4) -> list[str]:
        """Return the first different values of a column."""
        values: list[str] = (
            self.column(number).dropna().head(2_000).drop_duplicates().head(count).tolist()
        )
        return values


def header_candidates(grid: Grid) -> list[tuple[int, tuple[str, ...]]]:
    """Return the first rows of a grid that could be a header, with their place."""
    found = []
    for place in range(min(HEADER_ROWS, len(grid.cells))):
        cells = ["" if pd.isna(cell) else " ".join(cell.split()) for cell in grid.cells.iloc[place]]
        if sum(bool(cell) for cell in cells) >= 2:
            found.append((place, tuple(cells)))
    return found


def best_header(
    grid: Grid, score: Callable[[tuple[str, ...]], float]
) -> tuple[int, tuple[str, ...], float] | None:
    """Return place, cells and score of the row that is most likely the header, None where none is."""
    best: tuple[int, tuple[str, ...], float] | None = None
    for place, cells in header_candidates(grid):
        found = score(cells)
        if found > 0 and (best is None or found > best[2]):
            best = (place, cells, found)
    return best


def cut(grid: Grid, place: int, keep_short_rows: bool = False) -> Sheet:
    """Cut a grid at its header row; take out blank rows, totals and notes below, and say so.

    ``keep_short_rows`` keeps rows with a single cell (an objective above its key results).
    Raises Unreadable where nothing stands below the header.
    """
    cells = ["" if pd.isna(cell) else " ".join(cell.split()) for cell in grid.cells.iloc[place]]
    width = max((number for number, cell in enumerate(cells) if cell), default=0) + 1
    header = tuple(cells[:width])
    body = grid.cells.iloc[place + 1 :]
    lines = grid.lines[place + 1 :]
    filled = body.notna()
    present = filled.any(axis=1).to_numpy().copy()
    for row in grid.overflow:
        if row > place:
            present[row - place - 1] = True
    issues = list(grid.issues)
    if place > 0:
        line = int(grid.lines[place])
        issues.append(
            Issue("header_below_top", f"the header was found in row {line}", grid.label, line)
        )
    short = filled.sum(axis=1).to_numpy() == 1
    first = _first_texts(body)
    totals = _without_words(body, present & _starts_like(first, _TOTAL))
    notes = _starts_like(first, _FOOTER)
    footers = _footers(body, present, short, totals, notes, keep_short_rows)
    footers |= short & first.str.startswith("#", na=False).to_numpy(dtype=bool)
    present &= ~_ruled(body, first)
    again = present & _repeats(body, header)
    issues += _skipped(grid, "totals_row_skipped", "a row of totals", first, lines, totals)
    issues += _skipped(grid, "footer_row_skipped", "a note below the table", first, lines, footers)
    issues += _skipped(grid, "header_repeated", "the header once more", first, lines, again)
    taken = present & ~totals & ~footers & ~again
    if not taken.any():
        raise Unreadable(Issue("file_empty", "there are no rows below the header", grid.label))
    issues += _unnamed_columns(grid, header, body[taken])
    return Sheet(
        grid.file,
        grid.label,
        header,
        body[taken].reset_index(drop=True),
        lines[taken],
        grid.delimiter,
        _overlong(grid, place, width, taken),
        tuple(issues),
    )


def _first_texts(body: pd.DataFrame) -> pd.Series:
    """Return the first filled cell of each row, looking at the leading columns only."""
    first = pd.Series(np.nan, index=body.index, dtype="str")
    for number in list(body.columns)[:6]:
        first = first.fillna(body[number])
    return first


def _ruled(body: pd.DataFrame, first: pd.Series) -> np.ndarray:
    """Tell rows that hold nothing but dashes."""
    result = _starts_like(first, _RULE)
    for place in np.flatnonzero(result).tolist():
        texts = [text for text in body.iloc[place].tolist() if isinstance(text, str)]
        result[place] = len(texts) > 1 and all(_RULE.pattern.match(text) for text in texts)
    return result


def _repeats(body: pd.DataFrame, header: Sequence[str]) -> np.ndarray:
    """Tell rows that say the header again, as where two exports were put together."""
    filled = [number for number, name in enumerate(header) if name and number in body]
    result = np.ones(len(body), dtype=bool)
    for number in filled:
        result &= (body[number] == header[number]).to_numpy(dtype=bool)
    return result & (len(filled) >= 2)


def _starts_like(texts: pd.Series, beginning: _Beginning) -> np.ndarray:
    """Tell which short texts begin so; of a long column, Python looks at few."""
    found: np.ndarray = texts.str.contains(beginning.perhaps, na=False).to_numpy(bool).copy()
    codes, distinct = pd.factorize(texts[found])
    hits = [len(text) <= 60 and bool(beginning.pattern.match(text)) for text in distinct.tolist()]
    found[found] = np.array(hits, dtype=bool)[codes]
    return found


def _without_words(body: pd.DataFrame, candidates: np.ndarray) -> np.ndarray:
    """Keep the rows whose cells after the first are all figures: totals have no words."""
    result = candidates.copy()
    for place in np.flatnonzero(candidates).tolist():
        texts = [text for text in body.iloc[place].tolist() if isinstance(text, str)][1:]
        result[place] = all(re.fullmatch(r"[\d.,'’%\s$€£()+\-–—]*", text) for text in texts)
    return result


def _footers(
    body: pd.DataFrame, present: np.ndarray, short: np.ndarray, totals: np.ndarray,
    notes: np.ndarray, keep: bool,
) -> np.ndarray:  # fmt: skip
    """Find notes at the end: rows with one cell that read like notes, or stand below a blank row."""
    found = np.zeros(len(body), dtype=bool)
    if body.shape[1] < 3:
        return found
    blank_above = False
    end = len(body)
    while end > 0 and (short[end - 1] or not present[end - 1] or totals[end - 1]):
        end -= 1
    for place in range(end, len(body)):
        if not present[place]:
            blank_above = True
        elif short[place] and (notes[place] or (blank_above and not keep)):
            found[place] = True
    return found


def _skipped(
    grid: Grid, code: str, what: str, first: pd.Series, lines: np.ndarray, mask: np.ndarray
) -> list[Issue]:
    texts = first[mask].tolist()
    return [
        Issue(code, f"{what}: “{str(text)[:80]}”", grid.label, int(line), "", str(text)[:200])
        for line, text in zip(lines[mask].tolist(), texts, strict=True)
    ][:1_000]


def _unnamed_columns(grid: Grid, header: Sequence[str], body: pd.DataFrame) -> list[Issue]:
    """Name columns with values and no header; check-ins that spill over are not among them."""
    issues: list[Issue] = []
    names = {normalise_header(name) for name in header}
    if "checkins" in names or "check_ins" in names:
        return issues
    for number, name in enumerate(header):
        if not name and number in body and body[number].notna().any():
            place = int(np.flatnonzero(body[number].notna().to_numpy())[0])
            value = str(body[number].iloc[place])
            message = (
                f"column {number + 1} has values (“{value[:60]}”) but no header; it was left out"
            )
            issues.append(
                Issue(
                    "header_blank", message, grid.label, None, f"column {number + 1}", value[:200]
                )
            )
    return issues


def _overlong(grid: Grid, place: int, width: int, taken: np.ndarray) -> dict[int, tuple[str, ...]]:
    """Return, by line, the cells beyond the header of the rows that were taken."""
    found: dict[int, tuple[str, ...]] = {}
    beyond = [number for number in grid.cells.columns if number >= width]
    if beyond:
        tail = grid.cells.iloc[place + 1 :][beyond]
        filled = tail.notna()
        for row in np.flatnonzero(filled.any(axis=1).to_numpy() & taken).tolist():
            cells = ["" if pd.isna(cell) else cell for cell in tail.iloc[row]]
            found[int(grid.lines[place + 1 + row])] = tuple(cells)
    for row, further in grid.overflow.items():
        if row > place and taken[row - place - 1]:
            line = int(grid.lines[row])
            found[line] = found.get(line, ("",) * len(beyond)) + tuple(further)
    return found
