"""The canonical tables: what every source format is turned into, and what the journal keeps.

Grain and meaning of each table stand beside its columns. Every row carries ``file`` and
``row`` (the line where its record starts), so that a figure can be traced to its source.
NULL means "not known" everywhere. Ratios and progress are fractions.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

#: Raised by one with every change that an older program could not read.
SCHEMA_VERSION = 3

#: Longest chain of alignments that is walked; the contract's limit.
MAX_CHAIN = 64

LEVELS = ("company", "department", "team", "individual")
STATUSES = ("on_track", "at_risk", "off_track", "not_started", "done", "dropped")
DIRECTIONS = ("increase", "decrease", "stay_above", "stay_below")
GOAL_TYPES = ("committed", "aspirational")

_DUCKDB_TYPES = {
    pa.string(): "VARCHAR",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    pa.timestamp("us"): "TIMESTAMP",
}


@dataclass(frozen=True)
class CanonicalTable:
    """One canonical table: its name and its typed columns."""

    name: str
    schema: pa.Schema

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.schema.names)

    def ddl(self) -> str:
        """Return the column list of a CREATE TABLE: no keys or checks (uniqueness is ours)."""
        return ", ".join(f'"{f.name}" {_DUCKDB_TYPES[f.type]}' for f in self.schema)

    def empty(self) -> pa.Table:
        return self.schema.empty_table()

    def from_rows(self, rows: list[dict[str, object]]) -> pa.Table:
        """Build a typed table; a key that is missing in a row is NULL."""
        return pa.Table.from_pylist(rows, schema=self.schema)

    def conform(self, table: pa.Table) -> pa.Table:
        """Read a table of an older journal: absent columns are NULL, unknown ones are dropped."""
        arrays = [
            table.column(field.name).cast(field.type)
            if field.name in table.column_names
            else pa.nulls(table.num_rows, field.type)
            for field in self.schema
        ]
        return pa.Table.from_arrays(arrays, schema=self.schema)


_TEXT, _NUMBER, _DATE, _INT = pa.string(), pa.float64(), pa.date32(), pa.int64()
_SOURCE = [("file", _TEXT), ("row", _INT)]
_STATE = [
    ("reported_progress", _NUMBER),
    ("status", _TEXT),
    ("status_raw", _TEXT),
    ("confidence", _NUMBER),
]
_PLACE = [("team", _TEXT), ("teams_raw", _TEXT), ("owner", _TEXT)]
_TIME = [
    ("cycle", _TEXT),
    ("cycle_raw", _TEXT),
    ("start_date", _DATE),
    ("end_date", _DATE),
    ("created_on", _DATE),
]

#: One row an objective and import.
OBJECTIVE = CanonicalTable(
    "objective_row",
    pa.schema(
        [
            ("objective_id", _TEXT),
            ("title", _TEXT),
            ("description", _TEXT),
            ("level", _TEXT),
            ("department", _TEXT),
            *_PLACE,
            *_TIME,
            ("goal_type", _TEXT),
            ("weight", _NUMBER),
            ("score", _NUMBER),
            *_STATE,
            *_SOURCE,
        ]
    ),
)

#: One row a key result and import. ``objective_id`` is the parent as the source names it.
KEY_RESULT = CanonicalTable(
    "key_result_row",
    pa.schema(
        [
            ("key_result_id", _TEXT),
            ("objective_id", _TEXT),
            ("title", _TEXT),
            ("description", _TEXT),
            *_PLACE,
            *_TIME,
            ("kind", _TEXT),
            ("metric", _TEXT),
            ("unit", _TEXT),
            ("direction", _TEXT),
            ("start_value", _NUMBER),
            ("target_value", _NUMBER),
            ("current_value", _NUMBER),
            ("weight", _NUMBER),
            *_STATE,
            *_SOURCE,
        ]
    ),
)

#: One row a work item (deliverable, project, task) and import.
INITIATIVE = CanonicalTable(
    "initiative_row",
    pa.schema(
        [
            ("initiative_id", _TEXT),
            ("parent_id", _TEXT),
            ("title", _TEXT),
            ("description", _TEXT),
            *_PLACE,
            *_TIME,
            ("weight", _NUMBER),
            ("contributes", pa.bool_()),
            *_STATE,
            *_SOURCE,
        ]
    ),
)

#: One row a link (child, parent) and import; the child is an objective, or a key result that
#: is aligned to a further parent beside its own objective. ``parent_id`` is NULL where the
#: source names its parent by title alone and no such title is known.
ALIGNMENT = CanonicalTable(
    "alignment_row",
    pa.schema(
        [
            ("child_id", _TEXT),
            ("parent_id", _TEXT),
            ("parent_title", _TEXT),
            ("weight", _NUMBER),
            ("contributes", pa.bool_()),
            *_SOURCE,
        ]
    ),
)

#: One row a check-in of a key result or objective. ``checked_at`` orders those of one day.
CHECK_IN = CanonicalTable(
    "check_in_row",
    pa.schema(
        [
            ("item_id", _TEXT),
            ("checked_on", _DATE),
            ("checked_at", pa.timestamp("us")),
            ("value", _NUMBER),
            ("progress", _NUMBER),
            ("status", _TEXT),
            ("status_raw", _TEXT),
            ("confidence", _NUMBER),
            ("note", _TEXT),
            ("author", _TEXT),
            *_SOURCE,
        ]
    ),
)

#: One row a team and import. ``assumed`` rows were proposed from the data. ``same_as`` says that
#: the name is another spelling of that unit; naming itself there makes it a unit of its own again.
ORG_UNIT = CanonicalTable(
    "org_unit_row",
    pa.schema(
        [
            ("team", _TEXT),
            ("level", _TEXT),
            ("department", _TEXT),
            ("parent_team", _TEXT),
            ("assumed", pa.bool_()),
            ("same_as", _TEXT),
            *_SOURCE,
        ]
    ),
)

#: One row a person and import; owners are looked up by name or e-mail address.
PERSON = CanonicalTable(
    "person_row",
    pa.schema(
        [
            ("person", _TEXT),
            ("email", _TEXT),
            ("team", _TEXT),
            ("manager", _TEXT),
            *_SOURCE,
        ]
    ),
)

#: One row an issue and import.
ISSUE = CanonicalTable(
    "issue_row",
    pa.schema(
        [
            ("severity", _TEXT),
            ("code", _TEXT),
            ("file", _TEXT),
            ("row", _INT),
            ("column", _TEXT),
            ("value", _TEXT),
            ("message", _TEXT),
        ]
    ),
)

#: One row a word of a person on a finding of an item. The newest (largest ``seq``) decides; one
#: without ``until`` takes the excuse back.
EXCUSE = CanonicalTable(
    "excuse_row",
    pa.schema(
        [
            ("finding", _TEXT),
            ("item_id", _TEXT),
            ("reason", _TEXT),
            ("until", _DATE),
            ("decided_by", _TEXT),
            ("decided_at", _TEXT),
            ("seq", _INT),
        ]
    ),
)

#: One row a word on a review. What a word does not say (NULL) stays as the words before it said;
#: ``closed`` false opens a closed review again.
REVIEW = CanonicalTable(
    "review_row",
    pa.schema(
        [
            ("review_id", _TEXT),
            ("cycle", _TEXT),
            ("departments", _TEXT),
            ("levels", _TEXT),
            ("since", _DATE),
            ("as_of", _DATE),
            ("closed", pa.bool_()),
            ("closed_on", _DATE),
            ("said_by", _TEXT),
            ("said_at", _TEXT),
            ("seq", _INT),
        ]
    ),
)

#: One row a word on a remark of a review. The newest (largest ``seq``) decides; one without
#: ``remark`` takes the remark back.
REVIEW_REMARK = CanonicalTable(
    "review_remark_row",
    pa.schema(
        [
            ("review_id", _TEXT),
            ("remark_id", _TEXT),
            ("step", _TEXT),
            ("kind", _TEXT),
            ("remark", _TEXT),
            ("item_id", _TEXT),
            ("owner", _TEXT),
            ("due", _DATE),
            ("written_by", _TEXT),
            ("written_at", _TEXT),
            ("seq", _INT),
        ]
    ),
)

TABLES = (
    OBJECTIVE, KEY_RESULT, INITIATIVE, ALIGNMENT, CHECK_IN, ORG_UNIT, PERSON, ISSUE, EXCUSE,
    REVIEW, REVIEW_REMARK,
)  # fmt: skip
