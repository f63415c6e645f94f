"""The issues an import can report: one code each, with a severity and a written rule.

Severity decides what happens: ``error`` means the row (or the link) did not go in,
``warning`` means that it went in and something about it deserves a look,
``info`` means that a decision was made that a reader may want to know.
A file is refused as a whole only by the codes in :data:`REFUSES_FILE`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class IssueCode:
    """One rule: what it means and what a person can do about it."""

    severity: Severity
    rule: str
    advice: str


CODES: dict[str, IssueCode] = {
    # --- the file as a whole -------------------------------------------------
    "file_empty": IssueCode(
        "error", "A file must contain a header row and rows.", "Export it again."
    ),
    "file_unreadable": IssueCode(
        "error",
        "A file must be text in CSV form.",
        "Save it as CSV (UTF-8) and upload that file.",
    ),
    "file_too_large": IssueCode(
        "error",
        "A file must stay below the size, column and cell limits.",
        "Split the export, for example by cycle.",
    ),
    "header_unknown": IssueCode(
        "error",
        "The header row must be that of a known format.",
        "Download the template, or export with the tool's own column names.",
    ),
    "column_missing": IssueCode(
        "error", "The columns a format requires must be there.", "Add the column and its header."
    ),
    "no_rows": IssueCode(
        "error", "At least one row must be good enough to go in.", "See the other messages."
    ),
    "encoding_guessed": IssueCode(
        "warning",
        "A file should be UTF-8.",
        "Check names with accents; export as UTF-8 if one looks wrong.",
    ),
    "column_ignored": IssueCode(
        "info",
        "Columns that the format does not know are left out.",
        "Nothing to do, unless the column matters to you.",
    ),
    "as_of_assumed": IssueCode(
        "info",
        "The as-of day was not given and was taken from the files.",
        "Give the day of the export if it was another.",
    ),
    "as_of_in_future": IssueCode(
        "warning",
        "An as-of day should not lie years ahead: later imports would never be the newest.",
        "Take the import back and give the right day.",
    ),
    # --- rows ----------------------------------------------------------------
    "row_unreadable": IssueCode(
        "error",
        "A row must have as many cells as the header.",
        "Put text that contains the delimiter into double quotes.",
    ),
    "quote_unclosed": IssueCode(
        "error",
        "A quoted cell must be closed.",
        "Close the quotation mark in the named line and upload again.",
    ),
    "id_missing": IssueCode("error", "A row must have an id.", "Fill in the id column."),
    "id_derived": IssueCode(
        "info",
        "Without an id column, the key is made of title, owner and period.",
        "Export with the Id column to follow items through a change of title.",
    ),
    "duplicate_id_conflict": IssueCode(
        "error",
        "One id must stand for one item: rows with the same id and different content all stay out.",
        "Keep the right row and delete the others, or give them ids of their own.",
    ),
    "duplicate_row": IssueCode("info", "The same row twice counts once.", "Nothing to do."),
    "title_missing": IssueCode(
        "warning", "An item should have a title.", "Fill it in; until then the id is shown."
    ),
    "object_type_unknown": IssueCode(
        "warning",
        "A type must be objective, key result or work item; a renamed type is judged by its row.",
        "Check that the row was taken as what it is.",
    ),
    # --- values --------------------------------------------------------------
    "not_a_number": IssueCode(
        "warning", "A figure must be a number; the cell is left empty.", "Correct the cell."
    ),
    "number_absurd": IssueCode(
        "warning",
        "A figure must be finite and within plausible bounds; the cell is left empty.",
        "Correct the cell.",
    ),
    "not_a_date": IssueCode(
        "warning", "A date must be a calendar day; the cell is left empty.", "Write YYYY-MM-DD."
    ),
    "dates_swapped": IssueCode(
        "warning",
        "An end must not lie before its start; both dates are left empty.",
        "Correct the dates; until then those of the cycle count.",
    ),
    "negative_weight": IssueCode(
        "warning", "A weight must be 0 or more; the cell is left empty.", "Correct the weight."
    ),
    "status_unknown": IssueCode(
        "warning",
        "A status word should be known; the word is kept and no state is set.",
        "Use one of the words in the documentation of the format.",
    ),
    "level_unknown": IssueCode(
        "warning",
        "A level must be company, department, team or individual.",
        "Correct the word, or name the team in the org units.",
    ),
    "level_assumed": IssueCode(
        "warning",
        "Without level, team and department, the level is the depth in the tree.",
        "Give the level, or a team that is in the org units.",
    ),
    "cycle_missing": IssueCode(
        "warning", "An objective should belong to a cycle.", "Fill in the cycle."
    ),
    "cycle_unknown": IssueCode(
        "info",
        "A cycle whose name says no dates gets its dates from its objectives.",
        "Nothing to do if its objectives carry start and end dates.",
    ),
    "value_unknown": IssueCode(
        "warning", "A word must be one of those that the column allows.", "Correct the cell."
    ),
    "baseline_assumed": IssueCode(
        "info",
        "A missing start value of a rising key result counts as 0.",
        "Fill in the start value if it was not 0.",
    ),
    "progress_mismatch": IssueCode(
        "warning",
        "Reported and computed progress should agree within one point; the computed one is used.",
        "Compare start, target and current value with the source.",
    ),
    "progress_conflict": IssueCode(
        "warning",
        "Two cells of a row state the same thing differently; the more exact one is used.",
        "Compare the row with the source.",
    ),
    # --- the tree ------------------------------------------------------------
    "parent_not_found": IssueCode(
        "warning",
        "A named parent should be in this upload or in the data; until it is, the link is unresolved.",
        "Export without a filter, or import the file that contains the parent.",
    ),
    "key_result_without_objective": IssueCode(
        "warning",
        "A key result should belong to an objective; it is kept and counts in no objective.",
        "Import the objective, or align the key result.",
    ),
    "check_in_without_item": IssueCode(
        "warning",
        "A check-in should belong to a key result or objective; it is kept until that arrives.",
        "Import the item, or correct the id.",
    ),
    "check_in_after_as_of": IssueCode(
        "warning",
        "A check-in should not be later than the as-of day; it counts from its own day on.",
        "Check the date, or give a later as-of day.",
    ),
    "alignment_cycle": IssueCode(
        "error",
        "A chain of alignments must not loop: the closing link stays out.",
        "Remove one link of the named items in the source.",
    ),
    "alignment_too_deep": IssueCode(
        "warning",
        "A chain should not be longer than 64 links; what lies above that does not count.",
        "Check the parents: so deep a chain is nearly always a mistake.",
    ),
    "parent_packing_unclear": IssueCode(
        "warning",
        "A parent cell must read “title(weight: 50%, Id: 123)”; what does not is kept as a title.",
        "Check the cell in the source.",
    ),
    "several_teams": IssueCode(
        "info", "The first of several teams is the home of an item.", "Nothing to do."
    ),
    "org_unit_missing": IssueCode(
        "warning",
        "A team should be in the org units.",
        "Add the team with its level and department.",
    ),
    "org_unit_assumed": IssueCode(
        "warning",
        "A team that no org-unit table names gets a level and department proposed from the data.",
        "Import org_units.csv to confirm or correct the proposal.",
    ),
}

#: Codes that refuse the whole upload.
REFUSES_FILE = frozenset(
    {"file_empty", "file_unreadable", "file_too_large", "header_unknown", "column_missing",
     "no_rows", "quote_unclosed"}
)  # fmt: skip


@dataclass(frozen=True)
class Issue:
    """One thing about one place of an upload, in words for the person who can mend it.

    ``row`` is the line of the file where the record starts (1 = first line);
    ``None`` where the issue is about the file. ``value`` is the cell as it stood.
    """

    code: str
    message: str
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"unknown issue code {self.code!r}")

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row is not None else "",
                f'column "{self.column}"' if self.column else "",
            )
            if part
        )
        return f"{place}: {self.message}" if place else self.message


def count_by_code(issues: Iterable[Issue]) -> dict[str, int]:
    """Count issues by code, most frequent first."""
    return dict(Counter(issue.code for issue in issues).most_common())
