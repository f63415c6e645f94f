"""From a sheet as it lies there to rows under our own names, still text.

A mapping says what the columns mean; here the layouts are straightened: the objective repeated
or blank beside its key results, key results wide in the row, indented columns, outline numbers,
row numbers, a column a week. What comes out has one item, check-in, unit or person a row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from okr_data.ingest.fields import Grain
from okr_data.ingest.mapping import Mapping, dated_header, day_in_header
from okr_data.ingest.report import Report
from okr_data.ingest.sheet import Sheet
from okr_data.ingest.values import LEVEL_WORDS, clean_id, fold

#: Between several ids in one cell of ``exact_parent``; never part of an id.
SEPARATOR = "\x1f"

_OUTLINE = re.compile(r"^\D{0,4}(\d+(?:[.\-]\d+)*)\.?$")
_OBJECTIVE_SIDE = (
    "objective_id",
    "objective_owner",
    "objective_progress",
    "parent",
    "parent_weight",
)
_SHARED = ("cycle", "level", "department", "team", "goal_type")


@dataclass(frozen=True)
class TextTable:
    """Rows of one grain under our names: text columns by field, and ``row`` (the line).

    Tables of items have ``kind`` (objective, key_result, initiative; missing where the row must
    tell), ``id``, and where the layout says so ``exact_parent`` or ``home``: ids, not to be looked
    up by title. ``overlong`` holds the lines that have cells beyond the header.
    """

    grain: Grain
    frame: pd.DataFrame
    headers: MappingOf[str, str]
    label: str
    delimiter: str = ","
    ids_derived: bool = False
    overlong: MappingOf[int, tuple[str, ...]] = field(default_factory=dict)


def arrange(sheet: Sheet, mapping: Mapping, report: Report) -> list[TextTable]:
    """Straighten one sheet."""
    located = mapping.located(sheet.header)
    headers = {name: sheet.header[number] for name, number in located.items()}
    frame = pd.DataFrame({name: sheet.column(number) for name, number in located.items()})
    frame["row"] = sheet.lines
    _fill_down(frame, mapping)
    straighten = _Straightener(sheet, mapping, report, frame, headers)
    return list(straighten.tables())


def _fill_down(frame: pd.DataFrame, mapping: Mapping) -> None:
    for name in mapping.fill_down:
        if name in frame:
            frame[name] = frame[name].ffill()


def key_of(*parts: object) -> str:
    """Return a stable id made of what identifies an item where its source has no id."""
    text = SEPARATOR.join("" if pd.isna(part) else str(part) for part in parts)
    return f"key-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:12]}"


@dataclass
class _Straightener:
    sheet: Sheet
    mapping: Mapping
    report: Report
    frame: pd.DataFrame
    headers: dict[str, str]
    derived: bool = False

    def tables(self) -> Iterator[TextTable]:
        grain = self.mapping.rows
        if grain in ("check_ins", "org_units", "people"):
            yield self._table(grain, self.frame)
            return
        items = self._pairs() if grain == "pairs" else self._items()
        if self.mapping.repeated:
            items = pd.concat([items, self._wide_key_results(items)], ignore_index=True)
        yield self._table("items", items.reset_index(drop=True))
        if self.mapping.dated:
            checks = self._weeks(items)
            if len(checks):
                yield self._table("check_ins", checks)

    def _table(self, grain: Grain, frame: pd.DataFrame) -> TextTable:
        return TextTable(
            grain, frame, self.headers, self.sheet.label, self.sheet.delimiter, self.derived,
            self.sheet.overlong,
        )  # fmt: skip

    # --- one item a row ------------------------------------------------------

    def _items(self) -> pd.DataFrame:
        frame = self.frame
        if self.mapping.indent:
            frame = self._indented(frame)
        fixed = {"objectives": "objective", "key_results": "key_result"}.get(self.mapping.rows)
        if fixed:
            frame["kind"] = fixed
        if self.mapping.rows == "key_results" and "title" not in frame and "key_result" in frame:
            frame["title"] = frame["key_result"]
        self._identify(frame)
        if "outline" in frame:
            frame["exact_parent"] = self._outline_parents(frame)
        if "parent_row" in frame and "row_id" in frame:
            frame["exact_parent"] = self._row_parents(frame)
        if self.mapping.parent_above:
            frame["above"] = self._objective_above(frame)
        return frame

    def _identify(self, frame: pd.DataFrame) -> None:
        """Clean ids; make keys where the source has none, or leaves one blank beside a row number."""
        if "id" in frame:
            cleaned = _mapped(frame["id"], clean_id)
            changed = (cleaned != frame["id"]) & frame["id"].notna()
            if changed.any():
                first = int(frame["row"][changed].iloc[0])
                message = (
                    f"{int(changed.sum()):,} ids had invisible characters, the first in row {first}"
                )
                self.report.add("ids_normalised", message, first, self.headers.get("id", "id"))
            frame["id"] = cleaned
            if not {"row_id", "outline"} & set(frame):
                return
            blank = frame["id"].isna()
        else:
            self.derived = True
            self.report.add(
                "id_derived", "there is no id column: keys are made of title, owner, team and cycle"
            )
            blank = pd.Series(True, index=frame.index)
            frame["id"] = pd.Series(np.nan, index=frame.index, dtype="str")
        parts = [
            frame[name] if name in frame else pd.Series(np.nan, index=frame.index, dtype="str")
            for name in ("title", "owner", "team", "department", "cycle", "objective")
        ]
        titled = blank & parts[0].notna()
        keys = [key_of(*values) for values in zip(*(part[titled] for part in parts), strict=True)]
        frame.loc[titled, "id"] = keys

    def _indented(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Read title, depth and parent from columns whose position tells the depth."""
        columns = self.mapping.indent_columns(self.sheet.header)
        cells = pd.DataFrame({n: self.sheet.column(n) for n in columns})
        filled = cells.notna().to_numpy()
        depth = np.where(filled.any(axis=1), filled.argmax(axis=1), -1)
        titles = [cells.iat[row, d] if d >= 0 else np.nan for row, d in enumerate(depth.tolist())]
        frame = frame.assign(title=pd.array(titles, dtype="str"))
        self.headers["title"] = self.sheet.header[columns[0]]
        words = [fold(self.sheet.header[n]) for n in columns]
        if "type" not in frame:
            kinds = ["key_result" if "key result" in w or w == "kr" else "objective" for w in words]
            frame["kind"] = pd.array([kinds[d] for d in depth.tolist()], dtype="str")
        if "level" not in frame:
            levels = [_level_in(word) for word in words]
            if any(levels):
                frame["level"] = pd.array(
                    [levels[d] or np.nan for d in depth.tolist()], dtype="str"
                )
        frame = frame[depth >= 0].reset_index(drop=True)
        above: list[int] = []
        places: list[int] = []
        for place, level in enumerate(depth[depth >= 0].tolist()):
            while above and depth[depth >= 0][above[-1]] >= level:
                above.pop()
            places.append(above[-1] if above else -1)
            above.append(place)
        frame["above_place"] = places
        self._identify_below(frame)
        return frame

    def _identify_below(self, frame: pd.DataFrame) -> None:
        """In an indented tree the path of titles identifies an item that has no id."""
        if "id" in frame:
            ids = frame["id"].tolist()
        else:
            self.derived = True
            self.report.add(
                "id_derived", "there is no id column: keys are made of the path of titles"
            )
            ids = []
            cycles = frame["cycle"].tolist() if "cycle" in frame else [None] * len(frame)
            for title, place, cycle in zip(
                frame["title"], frame["above_place"], cycles, strict=True
            ):
                ids.append(key_of(title, ids[place] if place >= 0 else "", cycle))
            frame["id"] = pd.array(ids, dtype="str")
        parents = [ids[place] if place >= 0 else np.nan for place in frame["above_place"].tolist()]
        frame["exact_parent"] = pd.array(parents, dtype="str")
        del frame["above_place"]

    def _outline_parents(self, frame: pd.DataFrame) -> pd.Series:
        """1.2.1 lies below 1.2; a number that nothing bears passes its children to the next above."""
        numbers = [_outline(text) for text in frame["outline"].tolist()]
        known = {
            number: item_id
            for number, item_id in zip(numbers, frame["id"].tolist(), strict=True)
            if number and not pd.isna(item_id)
        }
        parents = []
        for number in numbers:
            parent = number[:-1] if number else ()
            while parent and parent not in known:
                parent = parent[:-1]
            parents.append(known.get(parent, np.nan) if parent else np.nan)
        return pd.Series(pd.array(parents, dtype="str"), index=frame.index)

    def _row_parents(self, frame: pd.DataFrame) -> pd.Series:
        """Parents given as row numbers of the same file, several separated by commas."""
        ids = dict(zip(frame["row_id"].tolist(), frame["id"].tolist(), strict=True))
        found = []
        for cell, row in zip(frame["parent_row"].tolist(), frame["row"].tolist(), strict=True):
            parts = (
                [] if pd.isna(cell) else [p.strip() for p in re.split(r"[,;]", cell) if p.strip()]
            )
            for part in parts:
                if part not in ids:
                    header = self.headers.get("parent_row", "parent_row")
                    self.report.add(
                        "parent_not_found",
                        f"no row has the number “{part}”",
                        int(row),
                        header,
                        part,
                    )
            parents = [ids[part] for part in parts if part in ids and not pd.isna(ids[part])]
            found.append(SEPARATOR.join(parents) if parents else np.nan)
        series = pd.Series(pd.array(found, dtype="str"), index=frame.index)
        return series.combine_first(frame["exact_parent"]) if "exact_parent" in frame else series

    def _objective_above(self, frame: pd.DataFrame) -> pd.Series:
        """Return the id of the nearest row above that is an objective, for rows that are not."""
        words = self.mapping.kinds
        kinds = (
            _mapped(frame["type"], lambda text: words.get(fold(text), ""))
            if "type" in frame
            else None
        )
        if kinds is None:
            return pd.Series(np.nan, index=frame.index, dtype="str")
        is_objective = kinds == "objective"
        above = frame["id"].where(is_objective).ffill()
        chosen = above.where(~is_objective)
        if chosen.notna().any():
            count = int(chosen.notna().sum())
            self.report.add(
                "parent_by_row_order",
                f"{count:,} rows belong to the objective above them: the format has no parent column",
            )
        return chosen

    # --- objective and key result in one row ---------------------------------

    def _pairs(self) -> pd.DataFrame:
        frame = self.frame
        blank = frame["objective"].isna()
        frame["objective"] = frame["objective"].ffill()
        for name in (*_OBJECTIVE_SIDE, *_SHARED):
            if name in frame:  # merged cells: what stands beside the objective holds below it
                below = frame.groupby((~blank).cumsum())[name].ffill()
                frame[name] = frame[name].where(~blank | frame[name].notna(), below)
        frame = frame[frame["objective"].notna() | frame["key_result"].notna()].reset_index(
            drop=True
        )
        empty = pd.Series(np.nan, index=frame.index, dtype="str")

        def column(name: str) -> pd.Series:
            found: pd.Series = frame.get(name, empty)
            return found

        if "objective_id" in frame:
            frame["objective_id"] = _mapped(frame["objective_id"], clean_id)
        else:
            self.derived = True
            keys = zip(
                frame["objective"],
                column("cycle"),
                column("team"),
                column("department"),
                strict=True,
            )
            made = [np.nan if pd.isna(parts[0]) else key_of(*parts) for parts in keys]
            frame["objective_id"] = pd.array(made, dtype="str")
            self.report.add(
                "id_derived",
                "there is no id for objectives: keys are made of title, team and cycle",
            )
        objectives = self._objectives_of_pairs(frame)
        return pd.concat([objectives, self._key_results_of_pairs(frame)], ignore_index=True)

    def _objectives_of_pairs(self, frame: pd.DataFrame) -> pd.DataFrame:
        taken = [n for n in (*_SHARED, "parent", "parent_weight", "objective_id") if n in frame]
        renamed = {
            "objective": "title",
            "objective_owner": "owner",
            "objective_progress": "progress",
        }
        source = frame[["row", *taken, *(n for n in renamed if n in frame)]]
        first = source.groupby("objective_id", sort=False, as_index=False).first()
        objectives = first.rename(columns={**renamed, "objective_id": "id"})
        objectives["kind"] = "objective"
        if "objective_id" not in self.headers:
            objectives["beside"] = "yes"
        if "owner" not in objectives and "owner" in frame:
            owners = frame.groupby("objective_id", sort=False)["owner"].agg(
                lambda names: names.iloc[0] if names.nunique(dropna=False) == 1 else np.nan
            )
            objectives["owner"] = objectives["id"].map(owners).astype("str")
        return objectives

    def _key_results_of_pairs(self, frame: pd.DataFrame) -> pd.DataFrame:
        dropped = [
            n
            for n in ("title", *_OBJECTIVE_SIDE[1:], "level", "department", "goal_type")
            if n in frame
        ]
        rows = frame[frame["key_result"].notna()].drop(columns=dropped)
        rows = rows.drop(columns="objective").rename(
            columns={"key_result": "title", "objective_id": "home"}
        )
        rows["kind"] = "key_result"
        if "id" in rows:
            rows["id"] = _mapped(rows["id"], clean_id)
        else:
            keys = zip(rows["home"], rows["title"], strict=True)
            rows["id"] = pd.array([key_of(home, title) for home, title in keys], dtype="str")
            rows = self._without_repetition(rows)
        return rows

    def _without_repetition(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Two key results of one objective may bear one title: the later ones get a number."""
        again = rows.groupby("id").cumcount()
        same = rows.drop(columns="row").duplicated(keep="first")
        numbered = (again > 0) & ~same
        if numbered.any():
            rows.loc[numbered, "id"] = (
                rows["id"][numbered] + "-" + (again[numbered] + 1).astype(str)
            )
        return rows

    # --- key results wide in the row of their objective ----------------------

    def _wide_key_results(self, objectives: pd.DataFrame) -> pd.DataFrame:
        by_number: dict[int, dict[str, int]] = {}
        for column, number, name in self.mapping.repeated_columns(self.sheet.header):
            by_number.setdefault(number, {})[name] = column
        parts = []
        for columns in by_number.values():
            part = pd.DataFrame(
                {name: self.sheet.column(number) for name, number in columns.items()}
            )
            part["row"] = self.sheet.lines
            part = part.rename(columns={"key_result": "title"})
            if "title" not in part:
                continue
            part = part[part["title"].notna()]
            part = part.merge(
                objectives[["row", "id", *(["cycle"] if "cycle" in objectives else [])]], on="row"
            )
            parts.append(part.rename(columns={"id": "home"}))
        if not parts:
            return pd.DataFrame()
        rows = pd.concat(parts, ignore_index=True).sort_values("row", kind="stable")
        rows = rows[rows["home"].notna()]
        rows["id"] = [
            key_of(home, title) for home, title in zip(rows["home"], rows["title"], strict=True)
        ]
        rows["kind"] = "key_result"
        return self._without_repetition(rows)

    # --- a column a week -----------------------------------------------------

    def _weeks(self, items: pd.DataFrame) -> pd.DataFrame:
        """Turn each filled cell below a day into a check-in of the row's item."""
        measured = items[
            items.get("kind", pd.Series(index=items.index, dtype="str")) != "objective"
        ]
        parts = []
        for number, text in enumerate(self.sheet.header):
            if not dated_header(text):
                continue
            cells = pd.DataFrame(
                {"row": self.sheet.lines, self.mapping.dated: self.sheet.column(number)}
            )
            cells = cells[cells[self.mapping.dated].notna()].merge(
                measured[["row", "id"]], on="row"
            )
            parts.append(cells.assign(date=day_in_header(text)).rename(columns={"id": "item_id"}))
        frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        if len(frame):
            frame["date"] = frame["date"].astype("str")
            self.headers.setdefault(self.mapping.dated, "weeks")
        return frame


def _mapped(cells: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Apply a function to each distinct text of a column; missing stays missing."""
    distinct = cells.dropna().unique().tolist()
    changed = {text: change(text) for text in distinct}
    if all(text == new for text, new in changed.items()):
        return cells
    return cells.map(changed).astype("str").replace("", np.nan)


def _outline(text: object) -> tuple[int, ...]:
    match = _OUTLINE.match(text.strip()) if isinstance(text, str) else None
    return tuple(int(part) for part in re.split(r"[.\-]", match[1])) if match else ()


def _level_in(header: str) -> str | None:
    return next((LEVEL_WORDS[word] for word in header.split() if word in LEVEL_WORDS), None)
