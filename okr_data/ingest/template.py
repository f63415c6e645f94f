"""The project's own template: a file each for objectives, key results, check-ins, and so on.

A file is recognised by its header, not by its name; only the columns marked as required must be
there, and columns may come in any order. ``docs/template.md`` is made from :data:`FILES`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from okr_data.ingest.fields import Grain
from okr_data.ingest.mapping import Mapping
from okr_data.issues import Issue
from okr_data.texts import mark

FORMAT = "template"


@dataclass(frozen=True)
class TemplateColumn:
    """One column of a template file: its header, other accepted headers, and its meaning."""

    name: str
    meaning: str
    required: bool = False
    also: tuple[str, ...] = ()
    #: What the column means, where its name is not the field's.
    field: str = ""


@dataclass(frozen=True)
class TemplateFile:
    """One file of the template."""

    name: str
    grain: str
    rows: Grain
    columns: tuple[TemplateColumn, ...]
    example: tuple[str, ...]

    def header_map(self) -> dict[str, str]:
        return {
            name: column.name for column in self.columns for name in (column.name, *column.also)
        }

    def mapping(self) -> Mapping:
        """Return what the columns mean, in the form of every format."""
        return Mapping(
            name=FORMAT,
            title=f"The template of this project ({self.name})",
            rows=self.rows,
            columns={c.field or c.name: (c.name, *c.also) for c in self.columns},
            required=tuple(c.field or c.name for c in self.columns if c.required),
            evidence="our own",
            at_risk_known=True,
        )

    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    def to_bytes(self) -> bytes:
        """Return the file as a download: its header and one example row, UTF-8 as Excel reads it."""
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerow(column.name for column in self.columns)
        writer.writerow(self.example)
        return ("\ufeff" + target.getvalue()).encode()


_C = TemplateColumn
_OWNER = _C("owner", mark("full names, several separated by “;”"))
_STATUS = _C("status", mark("On track, At risk, Off track, Not started, Done or Dropped"))
_CONFIDENCE = _C("confidence", mark("0–10, or 0–1, or percent: one scale for the column"))
_PROGRESS = _C("progress", mark("as the source reports it, in percent: 45 or 45%"))
_START = _C("start_date", mark("first day, YYYY-MM-DD; empty = that of the cycle"))
_END = _C(
    "end_date",
    mark("last day, YYYY-MM-DD; empty = that of the cycle"),
    also=("due_date", "due", "deadline"),
)
_CYCLE = _C("cycle", mark("Q4 2026, FY27 Q1, H1 2026, Annual 2026, …"), also=("period", "quarter"))
_VALUES = (
    _C("metric", mark("name of what is measured")),
    _C("unit", mark("unit of the values: %, EUR, days, …")),
    _C(
        "direction",
        mark("increase, decrease, stay_above or stay_below; empty = start and target tell it"),
    ),
    _C("start_value", mark("baseline"), also=("start", "baseline")),
    _C("target_value", mark("target"), also=("target",)),
    _C(
        "current_value",
        mark("value on the as-of day; empty = its check-ins tell it"),
        also=("current",),
    ),
)
_CREATED = _C("created_on", mark("day it was written, YYYY-MM-DD"))

FILES = (
    TemplateFile(
        "items.csv",
        "one row an objective or a key result: everything in one table",
        "items",
        (
            _C("id", mark("stable id, unique over all rows"), True, ("item_id",)),
            _C("type", mark("objective, key result, initiative"), True),
            _C("title", mark("the objective or key result in words"), True, ("name",)),
            _C(
                "parent_ids",
                mark(
                    "ids of objectives or key results above it, separated by “;”; the objective of a key result"
                ),
                also=("parent_id", "parent"),
                field="parent",
            ),
            _C(
                "parent_weights",
                mark(
                    "a weight for each parent, separated by “;”: 60%; 0% = aligned, does not contribute"
                ),
                also=("parent_weight",),
                field="parent_weight",
            ),
            _C("level", mark("company, department, team or individual; empty = its team tells it")),
            _C("department", mark("department; empty = its team tells it")),
            _C("team", mark("home team, as in org_units.csv")),
            _OWNER,
            _CYCLE,
            _START,
            _END,
            *_VALUES,
            _C("weight", mark("weight among its siblings; empty = 1")),
            _C("goal_type", mark("committed or aspirational")),
            _PROGRESS,
            _STATUS,
            _CONFIDENCE,
            _C("score", mark("score at close, 0.0–1.0")),
            _C("description", mark("anything that explains it")),
            _CREATED,
        ),
        (
            "KR-21",
            "key result",
            "Raise activation from 40 % to 60 %",
            "O-2",
            "",
            "",
            "",
            "",
            "Ann Example",
            "Q4 2026",
            "",
            "",
            "activation",
            "%",
            "increase",
            "40",
            "60",
            "49",
            "1",
            "",
            "45%",
            "On track",
            "7",
            "",
            "",
            "2026-09-28",
        ),
    ),
    TemplateFile(
        "objectives.csv",
        "one row an objective",
        "objectives",
        (
            _C(
                "id",
                mark("stable id, unique over all objectives and key results"),
                True,
                ("objective_id",),
            ),
            _C("title", mark("the objective in words"), True, ("objective", "name")),
            _C("level", mark("company, department, team or individual; empty = its team tells it")),
            _C("team", mark("home team, as in org_units.csv")),
            _C("department", mark("department; empty = its team tells it")),
            _OWNER,
            _CYCLE,
            _START,
            _END,
            _C(
                "parent_ids",
                mark("ids of objectives or key results it is aligned to, separated by “;”"),
                also=("parent_id", "parent"),
                field="parent",
            ),
            _C(
                "parent_weights",
                mark(
                    "a weight for each parent, separated by “;”: 60%; 0% = aligned, does not contribute"
                ),
                also=("parent_weight",),
                field="parent_weight",
            ),
            _C("weight", mark("weight in means over its level; empty = 1")),
            _C("goal_type", mark("committed or aspirational")),
            _PROGRESS,
            _STATUS,
            _CONFIDENCE,
            _C("score", mark("score at close, 0.0–1.0")),
            _C("description", mark("anything that explains it")),
            _CREATED,
        ),
        (
            "O-2",
            "Make onboarding effortless",
            "department",
            "Product",
            "",
            "Ann Example",
            "Q4 2026",
            "",
            "",
            "O-1",
            "100%",
            "",
            "aspirational",
            "45%",
            "On track",
            "7",
            "",
            "",
            "2026-09-28",
        ),
    ),
    TemplateFile(
        "key_results.csv",
        "one row a key result",
        "key_results",
        (
            _C(
                "id",
                mark("stable id, unique over all objectives and key results"),
                True,
                ("key_result_id",),
            ),
            _C("objective_id", mark("id of its objective"), True, ("objective",), "objective"),
            _C("title", mark("the key result in words"), True, ("key_result", "name")),
            _OWNER,
            _C("team", mark("own team; empty = that of its objective")),
            _C(
                "kind",
                mark("metric or milestone; empty = metric"),
                also=("type",),
                field="measured_as",
            ),
            *_VALUES,
            _C("weight", mark("weight in its objective; empty = 1, 0 = does not count")),
            _PROGRESS,
            _STATUS,
            _CONFIDENCE,
            _START,
            _END,
            _CREATED,
            _C("description", mark("anything that explains it")),
        ),
        (
            "KR-21",
            "O-2",
            "Raise activation from 40 % to 60 %",
            "Ann Example",
            "",
            "metric",
            "activation",
            "%",
            "increase",
            "40",
            "60",
            "49",
            "1",
            "45%",
            "On track",
            "7",
            "",
            "",
            "2026-09-28",
            "",
        ),
    ),
    TemplateFile(
        "check_ins.csv",
        "one row a check-in of a key result or objective",
        "check_ins",
        (
            _C("item_id", mark("id of the key result or objective"), True, ("key_result_id", "id")),
            _C(
                "date",
                mark("day of the check-in, YYYY-MM-DD"),
                True,
                ("checked_on", "check_in_date"),
            ),
            _C("value", mark("value in the unit of the key result"), also=("current_value",)),
            _PROGRESS,
            _STATUS,
            _CONFIDENCE,
            _C("note", mark("what was said"), also=("notes", "comment")),
            _C("author", mark("who checked in"), also=("user",)),
        ),
        (
            "KR-21",
            "2026-10-16",
            "49",
            "",
            "On track",
            "7",
            "New flow live for half of the sign-ups",
            "Ann Example",
        ),
    ),
    TemplateFile(
        "org_units.csv",
        "one row a team: its place in the organisation",
        "org_units",
        (
            _C("team", mark("name as in the other files"), True, field="unit_name"),
            _C("level", mark("company, department or team"), True, field="unit_level"),
            _C("department", mark("department it belongs to; empty for company units")),
            _C("parent_team", mark("team above it")),
            _C("same_as", mark("name of the unit of which this is another spelling")),
        ),
        ("Onboarding", "team", "Product", "Product", ""),
    ),
    TemplateFile(
        "people.csv",
        "one row a person and their team",
        "people",
        (
            _C("person", mark("full name, as in the column owner"), True, ("name", "employee")),
            _C("team", mark("team, as in org_units.csv"), True),
            _C("email", mark("e-mail, where owners are given by it")),
            _C("manager", mark("full name of the manager")),
        ),
        ("Ann Example", "Onboarding", "ann@example.com", "Bob Sample"),
    ),
)


@cache
def mappings() -> tuple[Mapping, ...]:
    """Return the files of the template as mappings; of equal scores the later one wins."""
    return tuple(file.mapping() for file in FILES)


def missing_columns(label: str, header: Sequence[str]) -> Issue | None:
    """Say which required column a near miss lacks, for a table that is nearly the template's."""
    best = max(mappings(), key=lambda m: (len(m.used(header)), -len(m.lacking(header))))
    lacking = best.lacking(header)
    if len(best.used(header)) < 3 or not lacking:
        return None
    message = f"this looks like {best.title} but lacks the required column {', '.join(lacking)}"
    return Issue("column_missing", message, label, row=1)
