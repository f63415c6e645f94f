"""What an import changes, item by item, and what two imports state differently.

The SELECTs stand in ``sql/changes``: two statements of the same items are taken down in the
temporary tables ``item_before`` and ``item_after``, and compared into ``item_change``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from okr_data import views

#: Every kind of change, what deserves a look first.
KINDS = (
    "removed", "target_lowered", "reparented", "baseline_changed", "target_raised", "due", "retitled",
    "cycle", "owner", "level", "team", "department", "status", "value", "progress", "added",
)  # fmt: skip
#: Changes that are handed out; a page shows no more, and the counts are exact.
MAX_CHANGES = 5_000

COLUMNS = ("item_id", "item_kind", "title", "kind", "before", "after")


@dataclass(frozen=True)
class Changes:
    """Changes of items: at most MAX_CHANGES rows, of every kind some, and how many there are."""

    frame: pd.DataFrame
    counts: Mapping[str, int]


def take_down_before(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    """Take down what a database says of every item before an import for a day goes in.

    Check-ins of other imports that lie between its newest day and that day count on that day
    with or without the import: then the answers are computed for that day first.
    """
    ((waiting,),) = connection.execute(
        "select count(*) from model.check_in c cross join model.as_of_day d "
        "where c.checked_on > d.day and c.checked_on <= ?",
        [day],
    ).fetchall()
    if not waiting:
        _take_down(connection, "item_before", views.of_newest("item_today"))
        return
    views.pin_day(connection, day, views.needed_to_compare())
    _take_down(connection, "item_before", views.of_pinned_day("item_today"))
    views.unpin_day(connection)


def compare_after(connection: duckdb.DuckDBPyConnection, import_id: str, newest: bool) -> Changes:
    """Compare what a database says of every item now with what was taken down before.

    An import for an earlier day than the newest also adds what only it states, shown or not.
    """
    _take_down(connection, "item_after", views.of_newest("item_today"))
    connection.execute(
        "create temp table if not exists item_before as from temp.item_after limit 0"
    )
    _find_changes(connection)
    if not newest:
        _add_newly_stated(connection, import_id)
    return Changes(_shown(connection, MAX_CHANGES), _counts(connection))


def compare_imports(
    connection: duckdb.DuckDBPyConnection, first_id: str, second_id: str
) -> pd.DataFrame:
    """Compare what two imports state by their own rows; figures that are computed stay out."""
    for table, import_id in (("item_before", first_id), ("item_after", second_id)):
        _state_by(connection, import_id)
        _take_down(connection, table, views.of_newest("item_stated"))
    _find_changes(connection)
    return _shown(connection, None)


def _state_by(connection: duckdb.DuckDBPyConnection, import_id: str) -> None:
    # SET VARIABLE takes no parameter.
    connection.execute("set variable stated_by = '{}'".format(import_id.replace("'", "''")))


def _take_down(connection: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
    connection.execute(views.parsed(f"create or replace temp table {table} as {select}"))


def _find_changes(connection: duckdb.DuckDBPyConnection) -> None:
    _take_down(connection, "item_change", views.of_newest("item_change"))


def _add_newly_stated(connection: duckdb.DuckDBPyConnection, import_id: str) -> None:
    _state_by(connection, import_id)
    connection.execute(
        "insert into temp.item_change "
        "select s.item_id, s.item_kind, s.title, 'added', null, s.title "
        f"from ({views.of_newest('newly_stated')}) s anti join temp.item_change c "
        "on c.item_kind = s.item_kind and c.item_id = s.item_id and c.kind = 'added'"
    )


def _shown(connection: duckdb.DuckDBPyConnection, most: int | None) -> pd.DataFrame:
    """Return the changes, the telling kinds first; of each kind some where not all can be."""
    return connection.execute(
        f"select {', '.join(COLUMNS)} from (select *, row_number() over ("
        "partition by kind order by item_kind desc, item_id) as place from temp.item_change "
        "order by place limit ?) order by list_position(?, kind), item_kind desc, item_id",
        [most if most is not None else 2**62, list(KINDS)],
    ).df()


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counted = dict(
        connection.execute("select kind, count(*) from temp.item_change group by kind").fetchall()
    )
    return {kind: counted[kind] for kind in KINDS if kind in counted}
