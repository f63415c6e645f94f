"""What the page of one objective or key result asks: its figures, its key results, its statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from okr_data.queries import MOST_ROWS, Excerpt, Filters, excerpt, holding
from okr_data.store import Reader

ItemKind = Literal["objective", "key_result"]

_STATED_OBJECTIVES = """
    select v.as_of, v.import_id, i.source_format, v.title, v.owner, v.stated_level as level, v.team,
        v.cycle, v.start_date, v.end_date, null::double as start_value, null::double as target_value,
        v.score, v.status_raw as status, v.reported_progress, p.parents, v.file, v.row
    from model.objective_version v
    join journal.import i using (import_id)
    left join (
        select import_id, string_agg(
            coalesce(parent_id, parent_title) || coalesce(' (' || round(weight * 100, 2)::varchar || ' %)', ''),
            '; ' order by coalesce(parent_id, parent_title)
        ) as parents
        from journal.alignment_row where child_id = $id group by import_id
    ) p on p.import_id = v.import_id
    where v.objective_id = $id
    order by v.as_of, v.seq
"""
_STATED_KEY_RESULTS = """
    select v.as_of, v.import_id, i.source_format, v.title, v.owner, null as level, v.team, v.cycle,
        v.start_date, v.end_date, v.start_value, v.target_value, null::double as score,
        v.status_raw as status, v.reported_progress, v.parent_id as parents, v.file, v.row
    from model.key_result_version v
    join journal.import i using (import_id)
    where v.key_result_id = $id
    order by v.as_of, v.seq
"""


@dataclass(frozen=True)
class Item:
    """One objective or key result on the as-of day.

    ``figures``: its row of ``objective_progress`` or ``key_result_progress``; ``key_results``: those of
    the objective (of a key result, itself); ``stated``: what each import in force says of it.
    """

    kind: ItemKind
    item_id: str
    figures: pd.Series
    key_results: pd.DataFrame
    stated: pd.DataFrame
    #: Its row of ``forecast``; None where it has ended, or is dropped.
    forecast: pd.Series | None

    @property
    def title(self) -> str:
        return str(self.figures["title"])

    @property
    def objective_id(self) -> str | None:
        """The objective, or that of the key result; None where that is not in the data."""
        value = self.figures["objective_id"]
        return None if pd.isna(value) else str(value)


def item(reader: Reader, item_id: str) -> Item | None:
    """Return an item by its id, an objective before a key result; None where the day has none."""
    kinds: tuple[ItemKind, ...] = ("objective", "key_result")
    for kind in kinds:
        found = reader.frame(
            f"select * from {kind}_progress where {kind}_id = $id",
            {"id": item_id},
        )
        if len(found):
            return _item(reader, kind, item_id, found.iloc[0])
    return None


def _item(reader: Reader, kind: ItemKind, item_id: str, figures: pd.Series) -> Item:
    own = reader.frame(
        f"select * from key_result_progress where {kind}_id = $id order by key_result_id",
        {"id": item_id},
    )
    stated = _STATED_OBJECTIVES if kind == "objective" else _STATED_KEY_RESULTS
    ahead = reader.frame(
        "select * from forecast where item_kind = $kind and item_id = $id",
        {"kind": kind, "id": item_id},
    )
    return Item(
        kind,
        item_id,
        figures,
        own,
        reader.frame(stated, {"id": item_id}),
        ahead.iloc[0] if len(ahead) else None,
    )


def choices(
    reader: Reader,
    filters: Filters,
    words: str = "",
    worst_first: bool = False,
    most: int | None = MOST_ROWS,
) -> Excerpt:
    """Return objectives under a filter that can be looked up: objective_id, title.

    By title, or the furthest behind pace first and what is dropped or over last. Those whose title, id
    or owner holds all the words.
    """
    held, said = holding(words, "o.title", "o.objective_id", "o.owner")
    gap = "o.dropped or o.closed, o.progress - o.expected_progress nulls last, "
    return excerpt(
        reader, "o.objective_id, o.title",
        f"objective_progress o where {filters.condition()} and {held}",
        f"{gap if worst_first else ''}o.title, o.objective_id", {**filters.parameters(), **said}, most,
    )  # fmt: skip
