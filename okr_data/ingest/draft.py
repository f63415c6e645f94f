"""What every format produces, and what is checked across its rows before it may go in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from okr_data.ingest.arrange import SEPARATOR
from okr_data.ingest.report import Decision, Report
from okr_data.ingest.values import NotRead, clean_id, looks_like, parse_number
from okr_data.issues import Issue
from okr_data.schema import (
    ALIGNMENT,
    CHECK_IN,
    INITIATIVE,
    KEY_RESULT,
    OBJECTIVE,
    ORG_UNIT,
    PERSON,
    TABLES,
    CanonicalTable,
)

#: Tables whose rows are items with an id of their own, and the column of that id.
ITEM_ID = {
    OBJECTIVE.name: "objective_id",
    KEY_RESULT.name: "key_result_id",
    INITIATIVE.name: "initiative_id",
}
_LINK_COLUMNS = (
    "table", "child_id", "parent_id", "parent_title", "weight", "contributes", "file", "row",
)  # fmt: skip
_TEXT_LINK = re.compile(r"\s*\(https?://[^()\s]*\)")
_AFTER_LINK = re.compile(r"(?<=\))\s*[,;]\s*")
#: Rows that are named in one message about an id that several rows share.
_NAMED_ROWS = 10


@dataclass(frozen=True)
class Known:
    """What the database holds already and an upload may refer to."""

    objectives: frozenset[str] = frozenset()
    other_items: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    #: Whether somebody set the first month of the fiscal year.
    fiscal_start_stated: bool = False

    def has(self, item_id: str) -> bool:
        return item_id in self.objectives or item_id in self.other_items


@dataclass
class Parsed:
    """Canonical rows by table, and what was noticed on the way; filled by a format's adapter.

    ``links`` holds alignments as far as a format states them by id or title, ``references``
    cells that name parents and are looked up when all rows are there.
    """

    parts: dict[str, list[pd.DataFrame]] = field(default_factory=lambda: defaultdict(list))
    links: list[pd.DataFrame] = field(default_factory=list)
    references: list[pd.DataFrame] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    as_of: date | None = None
    #: Labels of tables whose ids were made by us, so that a parent named by id finds nothing.
    derived: set[str] = field(default_factory=set)
    #: Ids, made by us, of objectives that are known only by their title beside a key result.
    beside: set[str] = field(default_factory=set)
    #: Told in words what is being done with a table, for whoever waits.
    told: Callable[[str], object] = lambda _step: None

    def report(self, label: str) -> Report:
        return self.reports.setdefault(label, Report(label))

    def add_rows(self, table: CanonicalTable, frame: pd.DataFrame) -> None:
        if len(frame):
            self.parts[table.name].append(conform(table, frame))

    def of(self, table: CanonicalTable) -> pd.DataFrame:
        """Return all rows of a table; parts are joined once and then kept as one."""
        parts = self.parts[table.name]
        if len(parts) != 1:
            whole = pd.concat(parts, ignore_index=True) if parts else conform(table, pd.DataFrame())
            self.parts[table.name] = [whole]
        return self.parts[table.name][0]

    def put(self, table: CanonicalTable, frame: pd.DataFrame) -> None:
        self.parts[table.name] = [frame.reset_index(drop=True)]

    def tables(self) -> dict[str, pa.Table]:
        """Return the rows as they are kept: typed, in the order of the files."""
        return {
            table.name: to_arrow(table, self.of(table))
            for table in TABLES
            if self.parts[table.name]
        }

    def item_ids(self) -> set[str]:
        return {i for table, column in _items() for i in self.of(table)[column].tolist()}

    def count(self) -> int:
        return sum(len(frame) for frames in self.parts.values() for frame in frames)

    def all_issues(self) -> list[Issue]:
        return [*self.issues, *(i for report in self.reports.values() for i in report.close())]

    def decisions(self) -> list[Decision]:
        return [decision for report in self.reports.values() for decision in report.decisions]


def _items() -> Iterator[tuple[CanonicalTable, str]]:
    for table in (OBJECTIVE, KEY_RESULT, INITIATIVE):
        yield table, ITEM_ID[table.name]


# --- frames and tables -------------------------------------------------------


def conform(table: CanonicalTable, frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame the columns of a table in their order; a column that is missing is empty."""
    columns = {}
    for part in table.schema:
        dtype = _DTYPES[part.type]
        if part.name in frame:
            columns[part.name] = frame[part.name].astype(dtype)
        else:
            columns[part.name] = pd.Series(None, index=frame.index, dtype=dtype)
    return pd.DataFrame(columns, index=frame.index).reset_index(drop=True)


_DTYPES: dict[pa.DataType, str] = {
    pa.string(): "str",
    pa.float64(): "float64",
    pa.int64(): "int64",
    pa.date32(): "datetime64[s]",
    pa.timestamp("us"): "datetime64[us]",
    pa.bool_(): "boolean",
}


def to_arrow(table: CanonicalTable, frame: pd.DataFrame) -> pa.Table:
    arrays = []
    for part in table.schema:
        column = frame[part.name]
        if part.type == pa.date32():
            arrays.append(pa.array(column.to_numpy().astype("datetime64[D]")))
        else:
            arrays.append(pa.Array.from_pandas(column, type=part.type))
    return pa.Table.from_arrays([_one(array) for array in arrays], schema=table.schema)


def _one(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def places_of(named: pd.Series, ids: pd.Series) -> np.ndarray:
    """Return the place in ``ids`` of each id that is named, -1 where it is not among them."""
    found = pc.index_in(_text(named), value_set=_text(ids), skip_nulls=True)
    places: np.ndarray = found.fill_null(-1).to_numpy(zero_copy_only=False)
    return places


def _text(column: pd.Series) -> pa.Array:
    return _one(pa.array(column, from_pandas=True)).cast(pa.large_string())


def link_rows(index: Any = None, **columns: Any) -> pd.DataFrame:
    """Make rows of links; ``parent_id`` is missing where only a title is given."""
    frame = pd.DataFrame(columns, columns=list(_LINK_COLUMNS), index=index)
    for name in ("child_id", "parent_id", "parent_title", "file"):
        frame[name] = frame[name].astype("str")
    frame["weight"] = frame["weight"].astype("float64")
    return frame


# --- the whole upload --------------------------------------------------------


def settle(parsed: Parsed, known: Known, as_of: date) -> None:
    """Check what only the whole upload can tell; rows that must stay out are taken out."""
    _join_objectives_beside(parsed)
    parsed.told("looking for ids that stand twice")
    _settle_duplicates(parsed)
    _settle_units(parsed)
    _settle_people(parsed)
    parsed.told("gathering ids and titles")
    finder = _Finder(parsed, known)
    parsed.told("looking up parents")
    _look_up_references(parsed, finder)
    links = _resolved_links(parsed, finder)
    parsed.told("placing each item below its parents")
    _place_links(parsed, links, finder)
    parsed.told("checking key results")
    _name_check_ins(parsed, finder)
    _check_key_results(parsed, finder)
    parsed.told("checking parents and check-ins")
    _check_parents(parsed, finder)
    _check_check_ins(parsed, finder, as_of)
    _check_levels(parsed)
    _check_lookalikes(parsed)


# --- objectives beside their key results -------------------------------------


def _join_objectives_beside(parsed: Parsed) -> None:
    """Let key results that name an objective beside them belong to the row that states it.

    An upload may hold objectives in one table and, in another, key results with the objective’s
    title beside each; without this every such objective would be there twice. Titles of another
    cycle are other objectives; so is what only the database holds.
    """
    objectives = parsed.of(OBJECTIVE)
    beside = objectives["objective_id"].isin(parsed.beside)
    if not beside.any() or beside.all():
        return
    stated: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for row in objectives[~beside].itertuples():
        stated[title_key(row.title)].append((row.objective_id, row.cycle))
    found: dict[str, list[str]] = {}
    for row in objectives[beside].itertuples():
        parts = [row.title] if title_key(row.title) in stated else split_relation(row.title)
        ids = [_in_cycle(stated.get(title_key(part), []), row.cycle) for part in parts]
        if all(ids):
            found[row.objective_id] = [i for i in ids if i]
    if found:
        _move_home(parsed, found)


def _in_cycle(choices: list[tuple[str, Any]], cycle: Any) -> str | None:
    """Return the one objective of a title that can be meant in a cycle."""
    ids = {i for i, c in choices if pd.isna(c) or pd.isna(cycle) or c == cycle}
    return next(iter(ids)) if len(ids) == 1 else None


def _move_home(parsed: Parsed, found: Mapping[str, list[str]]) -> None:
    objectives, key_results = parsed.of(OBJECTIVE), parsed.of(KEY_RESULT)
    moved = key_results[key_results["objective_id"].isin(found)]
    further = [
        (KEY_RESULT.name, row.key_result_id, parent, None, None, True, row.file, row.row)
        for row in moved.itertuples()
        for parent in found[row.objective_id][1:]
    ]
    if further:
        columns = zip(*further, strict=True)
        parsed.links.append(
            link_rows(**{n: list(c) for n, c in zip(_LINK_COLUMNS, columns, strict=True)})
        )
    homes = key_results["objective_id"].map({old: new[0] for old, new in found.items()})
    parsed.put(
        KEY_RESULT,
        key_results.assign(objective_id=homes.astype("str").fillna(key_results["objective_id"])),
    )
    parsed.put(OBJECTIVE, objectives[~objectives["objective_id"].isin(found)])
    for number, frame in enumerate(parsed.references):
        parsed.references[number] = frame[~frame["child_id"].isin(found)]


# --- one id, one item --------------------------------------------------------


def _settle_duplicates(parsed: Parsed) -> None:
    """Keep one of equal rows; of rows that share an id and differ, keep none."""
    places = pd.concat(
        [
            pd.DataFrame(
                {"table": table.name, "place": np.arange(len(rows)), "id": rows[column],
                 "file": rows["file"], "row": rows["row"]}
            )
            for table, column in _items()
            for rows in (parsed.of(table),)
        ],
        ignore_index=True,
    )  # fmt: skip
    shared = places[places["id"].duplicated(keep=False)].copy()
    if shared.empty:
        return
    shared["content"] = _contents(parsed, shared)
    differ = shared.groupby("id")["content"].transform("nunique") > 1
    for item_id, rows in shared[differ].groupby("id", sort=False):
        _refuse_conflict(parsed, str(item_id), rows)
    again = shared[~differ & shared["id"].duplicated(keep="first")]
    first = shared[~differ].drop_duplicates("id").set_index("id")["row"]
    for row in again.itertuples():
        parsed.report(row.file).add(
            "duplicate_row",
            f"the same as row {first[row.id]}; it counts once",
            row.row,
            "id",
            row.id,
        )
    _take_out(parsed, pd.concat([shared[differ], again]))


def _contents(parsed: Parsed, shared: pd.DataFrame) -> pd.Series:
    """Return a digest of each row: its kind, its cells and the parents it names."""
    result = pd.Series(0, index=shared.index, dtype="uint64")
    links = _links_by_row(parsed, shared["id"])
    for table, _ in _items():
        chosen = shared[shared["table"] == table.name]
        rows = parsed.of(table).iloc[chosen["place"].to_numpy()].drop(columns=["file", "row"])
        cells = pd.util.hash_pandas_object(rows.assign(kind=table.name), index=False)
        result.loc[chosen.index] = cells.to_numpy()
    named = [
        hash(links.get((row.id, row.file, row.row), ())) % 2**32 for row in shared.itertuples()
    ]
    return result + np.array(named, dtype="uint64")


def _links_by_row(parsed: Parsed, ids: pd.Series) -> dict[tuple[str, str, int], tuple[str, ...]]:
    found: dict[tuple[str, str, int], tuple[str, ...]] = defaultdict(tuple)
    for links in parsed.links:
        for link in links[links["child_id"].isin(ids)].itertuples():
            found[link.child_id, link.file, link.row] += (
                f"{link.parent_id}/{link.parent_title}/{link.weight}",
            )
    for references in parsed.references:
        for reference in references[references["child_id"].isin(ids)].itertuples():
            found[reference.child_id, reference.file, reference.row] += (
                f"{reference.text}/{reference.exact}/{reference.weights}",
            )
    return found


def _refuse_conflict(parsed: Parsed, item_id: str, rows: pd.DataFrame) -> None:
    """Report a conflict once per row, or once in all where an id stands in very many rows."""
    lines = ", ".join(str(row) for row in rows["row"].head(_NAMED_ROWS))
    more = f" and {len(rows) - _NAMED_ROWS:,} more" if len(rows) > _NAMED_ROWS else ""
    message = f"the id “{item_id}” stands for different items in rows {lines}{more}; none went in"
    for row in (rows if len(rows) <= _NAMED_ROWS else rows.head(1)).itertuples():
        parsed.report(row.file).add("duplicate_id_conflict", message, row.row, "id", item_id)
    for row in rows.iloc[_NAMED_ROWS:].itertuples():
        parsed.report(row.file).refused.setdefault(row.row, message)


def _take_out(parsed: Parsed, refused: pd.DataFrame) -> None:
    for table, _ in _items():
        places = refused.loc[refused["table"] == table.name, "place"]
        if len(places):
            parsed.put(table, parsed.of(table).drop(index=places.to_numpy()))
    gone = set(zip(refused["id"], refused["file"], refused["row"], strict=True))
    for parts in (parsed.links, parsed.references):
        for number, frame in enumerate(parts):
            keys = zip(frame["child_id"], frame["file"], frame["row"], strict=True)
            parts[number] = frame[[key not in gone for key in keys]]


def _settle_units(parsed: Parsed) -> None:
    """Keep no statement about a team that several rows of an upload place differently."""
    units = parsed.of(ORG_UNIT)
    if units.empty:
        return
    key = units["team"].str.strip().str.lower()
    said = units.drop(columns=["file", "row"])
    different = ~said.assign(key=key).duplicated(keep=False) & key.duplicated(keep=False)
    conflicting = key.isin(key[different])
    for team, rows in units[conflicting].groupby(key[conflicting], sort=False):
        lines = ", ".join(str(row) for row in rows["row"].head(_NAMED_ROWS))
        for row in rows.itertuples():
            message = f"“{row.team}” has different places in rows {lines}; none went in"
            parsed.report(row.file).add(
                "duplicate_id_conflict", message, row.row, "team", str(team)
            )
    kept = units[~conflicting]
    parsed.put(ORG_UNIT, kept[~key[~conflicting].duplicated()])


def _settle_people(parsed: Parsed) -> None:
    """Of several rows about one person the last one stands."""
    people = parsed.of(PERSON)
    if len(people):
        parsed.put(
            PERSON, people[~people["person"].str.strip().str.lower().duplicated(keep="last")]
        )


# --- parents -----------------------------------------------------------------


class _Finder:
    """Finds items by id and by title, in the upload and in the data."""

    def __init__(self, parsed: Parsed, known: Known) -> None:
        self.known = known
        self.kinds: dict[str, str] = {}
        self._titled = [
            (rows["title"], rows[column])
            for table, column in _items()
            for rows in (parsed.of(table),)
        ]
        for (_, ids), (table, _) in zip(self._titled, _items(), strict=True):
            self.kinds.update(dict.fromkeys(ids.tolist(), table.name))

    @cached_property
    def _by_title(self) -> Mapping[str, str | set[str]]:
        """Ids by title, made when the first parent is not named by an id: most files need none."""
        found: dict[str, str | set[str]] = {}
        for titles, ids in self._titled:
            for item_id, title in zip(ids.tolist(), titles.tolist(), strict=True):
                other = found.setdefault(title_key(title), item_id)
                if isinstance(other, set):
                    other.add(item_id)
                elif other != item_id:
                    found[title_key(title)] = {other, item_id}
        for title, item_id in self.known.titles.items():
            found.setdefault(title_key(title), item_id)
        return found

    def has(self, item_id: str) -> bool:
        return item_id in self.kinds or self.known.has(item_id)

    def is_objective(self, item_id: str) -> bool:
        return self.kinds.get(item_id) == OBJECTIVE.name or item_id in self.known.objectives

    def by_title(self, title: str) -> set[str]:
        found = self._by_title.get(title_key(title), set())
        return {found} if isinstance(found, str) else found

    def one(self, text: str) -> str | None:
        """Return the id of the one item that a text names by id or title, None where none."""
        cleaned = clean_id(text)
        if self.has(cleaned):
            return cleaned
        found = self.by_title(text)
        return next(iter(found)) if len(found) == 1 else None

    def split(self, cell: str, separators: tuple[str, ...]) -> list[str]:
        """Take a cell with one or several parents apart; a title may hold a separator itself.

        Ids come first: where all parts are ids, no title is looked at.
        """
        if has_link(cell):
            return split_relation(cell)
        parts = [cell]
        if any(separators):
            pieces = _pattern_of(separators).split(cell)
            parts = [piece for piece in map(str.strip, pieces) if piece]
        if all(self.has(clean_id(part)) for part in parts):
            return list(dict.fromkeys(parts))
        if self.one(cell) is not None or self.by_title(cell):
            return [cell]
        if len(parts) == 1:
            for sign in (",", " / ", "|"):
                pieces = [piece.strip() for piece in cell.split(sign) if piece.strip()]
                if len(pieces) > 1 and any(self.one(piece) for piece in pieces):
                    return pieces
        return list(dict.fromkeys(parts))


@lru_cache
def _pattern_of(separators: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(sign) for sign in separators if sign))


def title_key(title: str) -> str:
    """Return the form in which titles are compared: without the link behind a relation."""
    return " ".join(_TEXT_LINK.sub("", title).split()).lower()


def split_relation(cell: str) -> list[str]:
    """Take a cell of related titles apart: after each link, since a title may hold a comma."""
    if _TEXT_LINK.search(cell):
        return [_TEXT_LINK.sub("", part).strip() for part in _AFTER_LINK.split(cell)]
    return [part.strip() for part in cell.split(",") if part.strip()]


def has_link(text: str) -> bool:
    """Tell whether a link stands behind a title, as a relation between databases is exported."""
    return bool(_TEXT_LINK.search(text))


def _look_up_references(parsed: Parsed, finder: _Finder) -> None:
    """Turn cells that name parents into links."""
    for references in parsed.references:
        for label, rows in references.groupby("file", sort=False):
            parsed.links.append(_looked_up(parsed, str(label), rows, finder))
    parsed.references = []


def _looked_up(parsed: Parsed, label: str, rows: pd.DataFrame, finder: _Finder) -> pd.DataFrame:
    report = parsed.report(label)
    codes, texts = pd.factorize(rows["text"])
    separators = rows["separators"].iloc[0]  # one table, one way to separate parents
    named = [_named_parents(text, separators, finder) for text in texts.tolist()]
    invisible = sum(clean_id(text) != text for text in texts.tolist())
    hit = any(parent_id and finder.has(parent_id) for parents in named for parent_id, _ in parents)
    plain = rows["exact"].isna().to_numpy() & rows["weights"].isna().to_numpy() & (codes >= 0)
    places = np.arange(len(rows))
    parts = [
        _links_by_text(rows[plain], codes[plain], named, places[plain], label),
        _links_one_by_one(rows[~plain], codes[~plain], named, places[~plain], label, report),
    ]
    links = pd.concat([part for part in parts if len(part)] or parts[:1])
    if invisible:
        message = f"{invisible:,} names of parents had invisible characters, which do not count"
        report.add("ids_normalised", message, column="parent")
    if named and not hit and label in parsed.derived and rows["must_resolve"].any():
        example = rows["text"].dropna().iloc[0]
        message = (
            f"the column id is missing: parents are named by ids (“{example[:60]}”) that no column "
            "holds, nor is it a title"
        )
        parsed.issues.append(Issue("column_missing", message, label, None, "id"))
    return links.sort_index(kind="stable").reset_index(drop=True)


#: Id and title of each parent that a text names.
_Named = list[tuple[str | None, str | None]]


def _links_by_text(
    rows: pd.DataFrame, codes: np.ndarray, named: list[_Named], places: np.ndarray, label: str
) -> pd.DataFrame:
    """Return the links of rows that name parents by text alone, a column at a time."""
    counts = np.array([len(parents) for parents in named], dtype=np.int64)
    begins = np.cumsum(counts) - counts
    every = [parent for parents in named for parent in parents]
    of_row = counts[codes]
    row = np.repeat(np.arange(len(rows)), of_row)
    within = np.arange(len(row)) - np.repeat(np.cumsum(of_row) - of_row, of_row)
    parent = begins[codes[row]] + within
    ids = pd.array([parent_id for parent_id, _ in every], dtype="str")
    titles = pd.array([title for _, title in every], dtype="str")
    return link_rows(
        index=places[row],
        table=rows["table"].array[row], child_id=rows["child_id"].array[row],
        parent_id=ids[parent], parent_title=titles[parent], weight=np.nan, contributes=True,
        file=label, row=rows["row"].to_numpy()[row],
    )  # fmt: skip


def _links_one_by_one(
    rows: pd.DataFrame, codes: np.ndarray, named: list[_Named], places: np.ndarray, label: str,
    report: Report,
) -> pd.DataFrame:  # fmt: skip
    """Return the links of rows that weigh their parents, or name some by id and some by text."""
    found: dict[str, list[Any]] = {name: [] for name in _LINK_COLUMNS}
    index: list[int] = []
    for row, code, place in zip(rows.itertuples(), codes.tolist(), places.tolist(), strict=True):
        parents: _Named = []
        if isinstance(row.exact, str):
            parents += [(item_id, None) for item_id in row.exact.split(SEPARATOR)]
        if code >= 0:
            parents += named[code]
        weights = _parent_weights(row, len(parents), report)
        for (parent_id, title), weight in zip(parents, weights, strict=True):
            values = (row.table, row.child_id, parent_id, title, weight,
                      weight is None or weight > 0, label, row.row)  # fmt: skip
            index.append(place)
            for name, value in zip(_LINK_COLUMNS, values, strict=True):
                found[name].append(value)
    return link_rows(index=index, **found)


def _named_parents(
    cell: str, separators: tuple[str, ...], finder: _Finder
) -> list[tuple[str | None, str | None]]:
    """Return (id, title) of each parent that a cell names; what several bear has no id."""
    parents: list[tuple[str | None, str | None]] = []
    for part in finder.split(cell, separators):
        item_id = finder.one(part)
        if item_id is not None:
            parents.append((item_id, None))
        elif len(finder.by_title(part)) > 1:
            parents.append((None, part))
        else:
            parents.append((clean_id(part), None))
    return list(dict.fromkeys(parents))


def _parent_weights(row: Any, count: int, report: Report) -> list[float | None]:
    """Read the weights beside some parents; 60% is 0.6, so that 100 % and an empty one count 1."""
    if not isinstance(row.weights, str) or not any(part.strip() for part in row.weights.split(";")):
        return [None] * count
    texts = [part.strip() for part in row.weights.split(";")]
    if len(texts) != count:
        message = f"{len(texts)} weights for {count} parents; every parent counts 1"
        report.add("value_unknown", message, row.row, row.weight_column, "; ".join(texts))
        return [None] * count
    return [_parent_weight(text, row, report) for text in texts]


#: Weights are written alike all over a file: each text is read once.
_number = lru_cache(maxsize=1_000)(parse_number)


def _parent_weight(text: str, row: Any, report: Report) -> float | None:
    try:
        weight = _number(text, row.decimal)
    except NotRead as error:
        report.add(error.code, f"“{text[:80]}” {error}", row.row, row.weight_column, text)
        return None
    if weight is not None and weight < 0:
        report.add("negative_weight", f"“{text}” is below 0", row.row, row.weight_column, text)
        return None
    return weight / 100 if weight is not None and "%" in text else weight


def _resolved_links(parsed: Parsed, finder: _Finder) -> pd.DataFrame:
    """Give links that name their parent by title alone the id of the one item of that title.

    A title that none or several items bear stays as the parent's name and is reported.
    """
    links = pd.concat(parsed.links, ignore_index=True) if parsed.links else link_rows()
    parsed.links = []
    unnamed = links["parent_id"].isna() & links["parent_title"].notna()
    for place in np.flatnonzero(unnamed.to_numpy()).tolist():
        title = links.at[place, "parent_title"]
        item_id = finder.one(title)
        if item_id is not None:
            links.at[place, "parent_id"] = item_id
        elif len(found := finder.by_title(title)) > 1:
            named = ", ".join(sorted(found)[:5])
            parsed.report(links.at[place, "file"]).add(
                "parent_ambiguous",
                f"the parent “{title[:120]}” is the title of several items ({named})",
                int(links.at[place, "row"]),
                "parent",
                title,
            )
    return links


def _place_links(parsed: Parsed, links: pd.DataFrame, finder: _Finder) -> None:
    """Put each link where it belongs: alignments of objectives, homes of all other items.

    A key result belongs to the first of its parents that is in the data, since a source that
    lists several says nothing about their order; the others are alignments of the key result.
    """
    links["contributes"] = links["contributes"].astype("boolean")
    of_objectives = links[links["table"] == OBJECTIVE.name]
    key_results, rest = _homes(
        parsed.of(KEY_RESULT), links[links["table"] == KEY_RESULT.name], finder
    )
    parsed.put(KEY_RESULT, key_results)
    aligned = pd.concat([of_objectives, rest], ignore_index=True)
    parsed.put(ALIGNMENT, conform(ALIGNMENT, aligned))
    parsed.put(
        INITIATIVE,
        _work_items(parsed.of(INITIATIVE), links[links["table"] == INITIATIVE.name]),
    )


def _homes(
    rows: pd.DataFrame, links: pd.DataFrame, finder: _Finder
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if links.empty:
        return rows, links
    missing = _missing(links["parent_id"], finder).to_numpy()
    children, _ = pd.factorize(links["child_id"])
    # For each child: parents that are in the data first, in the order in which they stand.
    order = np.lexsort((np.arange(len(links)), missing, children))
    begins = np.r_[True, np.diff(children[order]) != 0]
    first = links.iloc[order[begins]]
    rest = links.iloc[np.sort(order[~begins])]
    home = first.set_index("child_id")
    named = home["parent_id"].fillna(home["parent_title"])
    rows = rows.copy()
    rows["objective_id"] = (
        rows["objective_id"].fillna(rows["key_result_id"].map(named)).astype("str")
    )
    rows["weight"] = rows["weight"].fillna(rows["key_result_id"].map(home["weight"]))
    return rows, rest


def _work_items(rows: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """A work item counts towards progress only where its source states a weight above 0."""
    if links.empty:
        return rows.assign(contributes=rows["contributes"].fillna(rows["weight"] > 0))
    home = links.drop_duplicates("child_id").set_index("child_id")
    rows = rows.copy()
    rows["parent_id"] = (
        rows["parent_id"].fillna(rows["initiative_id"].map(home["parent_id"])).astype("str")
    )
    rows["weight"] = rows["weight"].fillna(rows["initiative_id"].map(home["weight"]))
    counts = rows["initiative_id"].map(home["contributes"]).fillna(False).astype("boolean")
    rows["contributes"] = rows["contributes"].fillna(
        counts & rows["weight"].gt(0).astype("boolean")
    )
    return rows


# --- checks ------------------------------------------------------------------


def _tell(parsed: Parsed, code: str, rows: pd.DataFrame, column: str, say: Any) -> None:
    for row in rows.itertuples():
        message, value = say(row)
        parsed.report(row.file).add(code, message, int(row.row), column, value)


def _missing(ids: pd.Series, finder: _Finder) -> pd.Series:
    """Tell which ids are neither in the upload nor in the data, or not given."""
    codes, distinct = pd.factorize(ids)
    there = np.array([*map(finder.has, distinct.tolist()), False], dtype=bool)
    return pd.Series(~there[codes], index=ids.index)


def _check_key_results(parsed: Parsed, finder: _Finder) -> None:
    rows = parsed.of(KEY_RESULT)
    homeless = rows[_missing(rows["objective_id"], finder)]
    _tell(parsed, "key_result_without_objective", homeless, "objective", _homeless)
    ids = rows["objective_id"].dropna().unique().tolist()
    below = {item_id for item_id in ids if finder.has(item_id) and not finder.is_objective(item_id)}
    _tell(
        parsed, "unusual_parent_type", rows[rows["objective_id"].isin(below)], "parent",
        lambda row: (f"its parent “{row.objective_id}” is a key result or work item", row.objective_id),
    )  # fmt: skip
    metric = rows["kind"] != "milestone"
    start, target = rows["start_value"], rows["target_value"]
    rising = rows["direction"].isna() | (rows["direction"] == "increase")
    _tell(
        parsed, "baseline_assumed", rows[start.isna() & (target > 0) & rising], "start_value",
        lambda _row: ("no start value: 0 is assumed", ""),
    )  # fmt: skip
    stays = rows["direction"].isin(("stay_above", "stay_below"))
    _tell(
        parsed, "target_equals_start", rows[metric & (start == target) & ~stays], "target_value",
        lambda row: (f"start and target are both {row.target_value:g}", f"{row.target_value:g}"),
    )  # fmt: skip


def _homeless(row: Any) -> tuple[str, str]:
    if isinstance(row.objective_id, str):
        return f"the objective “{row.objective_id}” is not in the data", row.objective_id
    return "it names no objective", ""


def _check_parents(parsed: Parsed, finder: _Finder) -> None:
    links = parsed.of(ALIGNMENT)
    lost = links[_missing(links["parent_id"], finder)]

    def say(row: Any) -> tuple[str, str]:
        name = next((n for n in (row.parent_id, row.parent_title) if isinstance(n, str)), "")
        return f"the parent “{name[:120]}” is neither in this upload nor in the data", name

    _tell(parsed, "parent_not_found", lost, "parent", say)


def _name_check_ins(parsed: Parsed, finder: _Finder) -> None:
    """Let check-ins that name their item by its title carry its id."""
    rows = parsed.of(CHECK_IN)
    named = {text: finder.one(text) for text in rows["item_id"].unique().tolist()}
    changed = {text: item_id for text, item_id in named.items() if item_id and item_id != text}
    if changed:
        ids = rows["item_id"].map(changed).astype("str").fillna(rows["item_id"])
        parsed.put(CHECK_IN, rows.assign(item_id=ids))


def _check_check_ins(parsed: Parsed, finder: _Finder, as_of: date) -> None:
    rows = parsed.of(CHECK_IN)
    _tell(
        parsed, "check_in_without_item", rows[_missing(rows["item_id"], finder)], "item_id",
        lambda row: (f"“{row.item_id}” is neither in this upload nor in the data", row.item_id),
    )  # fmt: skip
    late = rows[rows["checked_on"] > pd.Timestamp(as_of)]
    _tell(
        parsed, "check_in_after_as_of", late, "date",
        lambda row: (
            f"{row.checked_on.date()} lies after the as-of day {as_of}", str(row.checked_on.date())
        ),
    )  # fmt: skip


def _check_levels(parsed: Parsed) -> None:
    rows = parsed.of(OBJECTIVE)
    bare = rows[rows["level"].isna() & rows["team"].isna() & rows["department"].isna()]
    message = "no level, team or department: its depth in the tree tells the level"
    _tell(parsed, "level_assumed", bare, "level", lambda _row: (message, ""))


def _check_lookalikes(parsed: Parsed) -> None:
    """Tell of ids that look the same and are not: a Cyrillic О beside a Latin O."""
    ids: dict[str, set[str]] = defaultdict(set)
    columns = [parsed.of(table)[column] for table, column in _items()]
    odd = {item_id for ids in columns for item_id in ids[~ids.str.isascii()].tolist()}
    every = parsed.item_ids() if odd else set()
    for item_id in odd:
        ids[looks_like(item_id)].add(item_id)
    for form, found in ids.items():
        twins = found | ({form} & every)
        if len(twins) > 1:
            _tell_of_twins(parsed, sorted(twins))


def _tell_of_twins(parsed: Parsed, twins: list[str]) -> None:
    for table, column in _items():
        rows = parsed.of(table)
        for row in rows[rows[column].isin(twins)].itertuples():
            item_id = getattr(row, column)
            others = ", ".join(f"“{other}”" for other in twins if other != item_id)
            parsed.report(row.file).add(
                "confusable_ids", f"“{item_id}” looks like {others}", int(row.row), "id", item_id
            )


def latest_check_in(parsed: Parsed) -> date | None:
    """Return the newest check-in of an upload, the best evidence of when it was exported."""
    newest = parsed.of(CHECK_IN)["checked_on"].max()
    return None if pd.isna(newest) else cast("date", newest.date())
