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

from okr_data.texts import mark

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
        "error", mark("A file must contain a header row and rows."), mark("Export it again.")
    ),
    "file_unreadable": IssueCode(
        "error",
        mark("A file must be CSV, XLSX, XLS, ODS, or a ZIP of such files."),
        mark("Save it as CSV (UTF-8) or .xlsx and upload that file."),
    ),
    "file_too_large": IssueCode(
        "error",
        mark("A file must stay below the size, column and cell limits."),
        mark("Split the export, for example by cycle."),
    ),
    "header_unknown": IssueCode(
        "error",
        mark("The header row must be that of a known format."),
        mark("On the page, say what its columns mean; or use the template."),
    ),
    "column_missing": IssueCode(
        "error",
        mark("The columns a format requires must be there."),
        mark("Add the column and its header."),
    ),
    "no_rows": IssueCode(
        "error",
        mark("At least one row must be good enough to go in."),
        mark("See the other messages."),
    ),
    "encoding_guessed": IssueCode(
        "warning",
        mark("A file should be UTF-8."),
        mark("Check names with accents; export as UTF-8 if one looks wrong."),
    ),
    "column_ignored": IssueCode(
        "info",
        mark("Columns that the format does not know are left out."),
        mark("Nothing to do, unless the column matters to you."),
    ),
    "file_unsafe": IssueCode(
        "error",
        mark("A workbook or archive must not declare entities, nor use unusual compression."),
        mark("Open it in a spreadsheet program and save it again as .xlsx or CSV."),
    ),
    "reader_failed": IssueCode(
        "error",
        mark("A file must be readable within the limits of time and memory."),
        mark("Save it again as CSV (UTF-8), or split the export."),
    ),
    "delimiter_unknown": IssueCode(
        "error",
        mark("Cells must be separated by comma, semicolon, tab or |."),
        mark("Export again with one of these separators."),
    ),
    "layout_transposed": IssueCode(
        "error",
        mark("Records must stand in rows, not in columns."),
        mark("Transpose the table (paste special) and upload it again."),
    ),
    "layout_wide": IssueCode(
        "error",
        mark("A column for each period does not say which figure it holds."),
        mark("Map the columns, or export one row for each item and period."),
    ),
    "sheet_skipped": IssueCode(
        "info",
        mark("A sheet without a known header is left out where another one has one."),
        mark("Nothing to do, unless the sheet holds OKRs: then map its columns."),
    ),
    "hidden_sheet_skipped": IssueCode(
        "warning",
        mark("Hidden sheets are not read."),
        mark("Show the sheet in the workbook if it belongs to the export."),
    ),
    "hidden_rows_included": IssueCode(
        "warning",
        mark("Hidden and filtered rows and columns are read like all others."),
        mark("Delete them in the workbook if they should not count."),
    ),
    "numbers_as_text": IssueCode(
        "warning",
        mark(
            "Numbers should be stored as numbers; those stored as text are read by the rule of the column."
        ),
        mark("Check one figure of the column."),
    ),
    "invalid_bytes_replaced": IssueCode(
        "warning",
        mark("Bytes that are no characters are replaced by “�”."),
        mark("Check the named rows; export as UTF-8."),
    ),
    "control_characters_removed": IssueCode(
        "warning",
        mark("Control characters and invisible marks are taken out of texts."),
        mark("Check the named rows."),
    ),
    "mojibake_suspected": IssueCode(
        "warning",
        mark("Text such as “DÃ­az” was decoded wrongly before it came here; it is kept as it is."),
        mark("Export again as UTF-8."),
    ),
    "header_below_top": IssueCode(
        "info", mark("Lines above the header are not read."), mark("Nothing to do.")
    ),
    "header_repeated": IssueCode(
        "warning", mark("A header that comes again is no row of data."), mark("Nothing to do.")
    ),
    "header_mapping_assumed": IssueCode(
        "warning",
        mark("Columns of an unknown header are taken for what their names and values say."),
        mark("Check the mapping and save it as a profile."),
    ),
    "header_blank": IssueCode(
        "warning",
        mark("A column with values should have a header; without one it is left out."),
        mark("Give the column a header, or map it."),
    ),
    "as_of_assumed": IssueCode(
        "info",
        mark("The as-of day was not given and was taken from the files."),
        mark("Give the day of the export if it was another."),
    ),
    "as_of_in_future": IssueCode(
        "warning",
        mark("An as-of day should not lie years ahead: later imports would never be the newest."),
        mark("Take the import back and give the right day."),
    ),
    # --- rows ----------------------------------------------------------------
    "row_unreadable": IssueCode(
        "error",
        mark("A row must have as many cells as the header."),
        mark("Put text that contains the delimiter into double quotes."),
    ),
    "row_too_long": IssueCode(
        "warning",
        mark("Cells beyond the last header are left out where the rest of the row reads well."),
        mark("Check the named row for a misplaced separator."),
    ),
    "totals_row_skipped": IssueCode(
        "warning", mark("Totals and subtotals are no items and stay out."), mark("Nothing to do.")
    ),
    "footer_row_skipped": IssueCode(
        "warning", mark("Notes below the table are no items and stay out."), mark("Nothing to do.")
    ),
    "cells_look_merged": IssueCode(
        "warning",
        mark(
            "A column that is filled only in the first row of each group looks like merged cells."
        ),
        mark("Choose “fill down” for the column if its value holds for the rows below."),
    ),
    "quote_unclosed": IssueCode(
        "error",
        mark("A quoted cell must be closed."),
        mark("Close the quotation mark in the named line and upload again."),
    ),
    "id_missing": IssueCode(
        "error", mark("A row must have an id."), mark("Fill in the id column.")
    ),
    "id_derived": IssueCode(
        "info",
        mark("Without an id column, the key is made of title, owner and period."),
        mark("Export with the Id column to follow items through a change of title."),
    ),
    "ids_normalised": IssueCode(
        "warning",
        mark("Invisible characters in ids do not count."),
        mark("Nothing to do; correct the source so that other tools agree."),
    ),
    "confusable_ids": IssueCode(
        "warning",
        mark("Two ids should not look the same and differ in their characters."),
        mark("Check whether they mean one item; they are kept apart."),
    ),
    "duplicate_id_conflict": IssueCode(
        "error",
        mark(
            "One id must stand for one item: rows with the same id and different content all stay out."
        ),
        mark("Keep the right row and delete the others, or give them ids of their own."),
    ),
    "duplicate_row": IssueCode(
        "info", mark("The same row twice counts once."), mark("Nothing to do.")
    ),
    "title_missing": IssueCode(
        "warning",
        mark("An item should have a title."),
        mark("Fill it in; until then the id is shown."),
    ),
    "title_long": IssueCode(
        "warning",
        mark("A title should be a sentence; a very long one is kept and shown shortened."),
        mark("Move the text to the description."),
    ),
    "object_type_unknown": IssueCode(
        "warning",
        mark(
            "A type must be objective, key result or work item; a renamed type is judged by its row."
        ),
        mark("Check that the row was taken as what it is."),
    ),
    # --- values --------------------------------------------------------------
    "not_a_number": IssueCode(
        "warning",
        mark("A figure must be a number; the cell is left empty."),
        mark("Correct the cell."),
    ),
    "unit_stripped": IssueCode(
        "warning",
        mark("Currency signs and the words k, M, bn are taken off a figure (1.2M = 1,200,000)."),
        mark("Check that all figures of the column have one unit."),
    ),
    "decimal_sign_ambiguous": IssueCode(
        "warning",
        mark(
            "Where no figure tells whether 1,234 is a thousand or 1.234, it is read as a thousand."
        ),
        mark("Answer the question about the decimal sign."),
    ),
    "progress_scale_ambiguous": IssueCode(
        "warning",
        mark("Where no figure tells whether 1 is 1 % or 100 %, progress is read as percent."),
        mark("Answer the question about the scale of progress."),
    ),
    "target_equals_start": IssueCode(
        "warning",
        mark("A target should differ from its start; where it does not, it is met or not met."),
        mark("Correct start or target."),
    ),
    "number_absurd": IssueCode(
        "warning",
        mark("A figure must be finite and within plausible bounds; the cell is left empty."),
        mark("Correct the cell."),
    ),
    "not_a_date": IssueCode(
        "warning",
        mark("A date must be a calendar day; the cell is left empty."),
        mark("Write YYYY-MM-DD."),
    ),
    "date_impossible": IssueCode(
        "warning",
        mark("A date must be a day of the calendar; the cell is left empty."),
        mark("Correct the date."),
    ),
    "date_implausible": IssueCode(
        "warning",
        mark("Dates lie between 1990 and 2100; only an end may lie later, others are left empty."),
        mark("Correct the date."),
    ),
    "date_order_ambiguous": IssueCode(
        "warning",
        mark("Where 03/04/2026 may be March or April in a whole column, its dates are left empty."),
        mark("Answer the question about the order of day and month."),
    ),
    "two_digit_year": IssueCode(
        "warning",
        mark("A year of two digits is taken to lie between 1990 and 2089."),
        mark("Check one date of the column."),
    ),
    "year_assumed": IssueCode(
        "info",
        mark("A day without a year is taken to be the last one before the as-of day."),
        mark("Give the as-of day if the file is older."),
    ),
    "dates_swapped": IssueCode(
        "warning",
        mark("An end must not lie before its start; both dates are left empty."),
        mark("Correct the dates; until then those of the cycle count."),
    ),
    "negative_weight": IssueCode(
        "warning",
        mark("A weight must be 0 or more; the cell is left empty."),
        mark("Correct the weight."),
    ),
    "status_unknown": IssueCode(
        "warning",
        mark("A status word should be known; the word is kept and no state is set."),
        mark("Use one of the words in the documentation of the format."),
    ),
    "status_meaning_assumed": IssueCode(
        "warning",
        mark(
            "“At Risk” is the worst state in one tool and the middle one in another; unless the format "
            "tells, it is taken as the middle one."
        ),
        mark("Answer the question about “At Risk”."),
    ),
    "level_unknown": IssueCode(
        "warning",
        mark("A level must be company, department, team or individual."),
        mark("Correct the word, or name the team in the org units."),
    ),
    "level_assumed": IssueCode(
        "warning",
        mark("Without level, team and department, the level is the depth in the tree."),
        mark("Give the level, or a team that is in the org units."),
    ),
    "cycle_missing": IssueCode(
        "warning", mark("An objective should belong to a cycle."), mark("Fill in the cycle.")
    ),
    "cycle_from_days": IssueCode(
        "info",
        mark(
            "An objective without a cycle belongs to the quarter, half or year that its days span exactly."
        ),
        mark("Nothing to do."),
    ),
    "cycle_unknown": IssueCode(
        "info",
        mark("A cycle whose name says no dates gets its dates from its objectives."),
        mark("Nothing to do if its objectives carry start and end dates."),
    ),
    "fiscal_calendar_assumed": IssueCode(
        "warning",
        mark("Fiscal periods follow the fiscal calendar of the settings."),
        mark("Check the first month of the fiscal year in the settings."),
    ),
    "value_unknown": IssueCode(
        "warning",
        mark("A word must be one of those that the column allows."),
        mark("Correct the cell."),
    ),
    "baseline_assumed": IssueCode(
        "info",
        mark("A missing start value of a rising key result counts as 0."),
        mark("Fill in the start value if it was not 0."),
    ),
    "progress_mismatch": IssueCode(
        "warning",
        mark(
            "Reported and computed progress should agree within one point; the computed one is used."
        ),
        mark("Compare start, target and current value with the source."),
    ),
    "progress_conflict": IssueCode(
        "warning",
        mark("Two cells of a row state the same thing differently; the more exact one is used."),
        mark("Compare the row with the source."),
    ),
    # --- the tree ------------------------------------------------------------
    "parent_not_found": IssueCode(
        "warning",
        mark(
            "A named parent should be in this upload or in the data; until it is, the link is unresolved."
        ),
        mark("Export without a filter, or import the file that contains the parent."),
    ),
    "parent_ambiguous": IssueCode(
        "warning",
        mark(
            "A parent given by its title must be the only item of that title; until then the link is unresolved."
        ),
        mark("Give the parent's id, or titles that differ."),
    ),
    "parent_by_row_order": IssueCode(
        "info",
        mark(
            "Where the format has no parent column, a key result belongs to the objective above it."
        ),
        mark("Check one of them."),
    ),
    "objective_values_unused": IssueCode(
        "info",
        mark("An objective is measured by its key results; values in its own row do not count."),
        mark("Give the objective a key result with these values."),
    ),
    "unusual_parent_type": IssueCode(
        "warning",
        mark(
            "A key result should belong to an objective; one below a key result counts for that one's objective."
        ),
        mark("Check the parent."),
    ),
    "key_result_without_objective": IssueCode(
        "warning",
        mark("A key result should belong to an objective; it is kept and counts in no objective."),
        mark("Import the objective, or align the key result."),
    ),
    "check_in_without_item": IssueCode(
        "warning",
        mark(
            "A check-in should belong to a key result or objective; it is kept until that arrives."
        ),
        mark("Import the item, or correct the id."),
    ),
    "check_in_without_day": IssueCode(
        "error",
        mark("A check-in must have a day."),
        mark("Answer the question about day and month where one is asked, or fill in the day."),
    ),
    "check_in_after_as_of": IssueCode(
        "warning",
        mark("A check-in should not be later than the as-of day; it counts from its own day on."),
        mark("Check the date, or give a later as-of day."),
    ),
    "alignment_cycle": IssueCode(
        "error",
        mark("A chain of alignments must not loop: the closing link stays out."),
        mark("Remove one link of the named items in the source."),
    ),
    "alignment_too_deep": IssueCode(
        "warning",
        mark("A chain should not be longer than 64 links; what lies above that does not count."),
        mark("Check the parents: so deep a chain is nearly always a mistake."),
    ),
    "parent_packing_unclear": IssueCode(
        "warning",
        mark(
            "A parent cell must read “title(weight: 50%, Id: 123)”; what does not is kept as a title."
        ),
        mark("Check the cell in the source."),
    ),
    "several_teams": IssueCode(
        "info", mark("The first of several teams is the home of an item."), mark("Nothing to do.")
    ),
    "org_unit_missing": IssueCode(
        "warning",
        mark("A team should be in the org units."),
        mark("Add the team with its level and department."),
    ),
    "unit_spelling_variants": IssueCode(
        "warning",
        mark("Two names of units that differ only in spelling may mean one; they are kept apart."),
        mark("Say on the page Organisation that they are the same."),
    ),
    "org_unit_assumed": IssueCode(
        "warning",
        mark(
            "A team that no org-unit table names gets a level and department proposed from the data."
        ),
        mark("Import org_units.csv to confirm or correct the proposal."),
    ),
}

#: Codes that refuse the whole upload.
REFUSES_FILE = frozenset(
    {"file_empty", "file_unreadable", "file_too_large", "header_unknown", "column_missing",
     "no_rows", "quote_unclosed", "file_unsafe", "reader_failed", "delimiter_unknown",
     "layout_transposed", "layout_wide"}
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
