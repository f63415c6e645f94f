"""Every layout a planner invents, as a small table: what a generic loader must take."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from okr_data.errors import FileRefused
from okr_data.ingest import Known, Prepared, Reading, Upload, prepare
from okr_data.ingest.columns import Answers
from okr_data.intake import import_files, known_to
from okr_data.store import Store
from tests.conftest import table as as_csv
from tests.preset_files import check_ins_of, tree_of

DAY = date(2026, 8, 3)


def read(*texts: str, known: Known | None = None, **how: Any) -> Prepared:
    """Prepare tables, cells separated by "|", as one upload."""
    files = [Upload(f"table{n}.csv", as_csv(text)) for n, text in enumerate(texts, start=1)]
    return prepare(files, known, Reading(as_of=DAY, **how))


def parents(prepared: Prepared) -> dict[str, str]:
    return {row[1]: row[2] for row in tree_of(prepared)}


def kinds(prepared: Prepared) -> dict[str, str]:
    return {row[1]: row[0] for row in tree_of(prepared)}


def codes(prepared: Prepared) -> list[str]:
    return sorted(issue.code for issue in prepared.draft.issues)


def column(prepared: Prepared, name: str, of: str = "objective_row") -> list[Any]:
    found: list[Any] = prepared.draft.tables[of][name].to_pylist()
    return found


def csv_bytes(text: str, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    return as_csv(text).decode().replace(",", delimiter).encode(encoding)


def workbook(**sheets: str) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for line in text.strip().splitlines():
            sheet.append([cell.strip() or None for cell in line.split("|")])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


# --- parents -----------------------------------------------------------------

CHAIN = {"Low": "Mid", "Mid": "Top", "Top": ""}
PARENTS = {
    "id": """
        ID | Type | Name | Parent ID | Quarter
        3 | Objective | Low | 2 | Q3 2026
        1 | Objective | Top | | Q3 2026
        2 | Objective | Mid | 1 | Q3 2026""",
    "title": """
        Title | Type | Aligned To | Quarter
        Low | Objective | Mid | Q3 2026
        Mid | Objective | TOP | Q3 2026
        Top | Objective | | Q3 2026""",
    "row id of the same file": """
        Row ID | Title | Type | Parent Row | Quarter
        12 | Low | Objective | 11 | Q3 2026
        11 | Mid | Objective | 10 | Q3 2026
        10 | Top | Objective | | Q3 2026""",
    "outline number": """
        No | Type | Title | Quarter
        1.1.1 | Objective | Low | Q3 2026
        1.1 | Objective | Mid | Q3 2026
        1 | Objective | Top | Q3 2026""",
    "outline number with a point at its end": """
        No. | Type | Title | Quarter
        1. | Objective | Top | Q3 2026
        1.1. | Objective | Mid | Q3 2026
        1.1.1. | Objective | Low | Q3 2026""",
    "indent columns": """
        Level 1 | Level 2 | Level 3 | Progress
        Top | | | 5
        | Mid | | 5
        | | Low | 5""",
    "packed with weight and id": """
        Id | Title | Object Type | Period | Aligned To (weight, Objective ID)
        3 | Low | Objective | Q3 2026 | Mid(weight: 50%; Id: 2)
        2 | Mid | Objective | Q3 2026 | Top(weight: 0%; Id: 1)
        1 | Top | Objective | Q3 2026 |""",
}


@pytest.mark.parametrize("encoding", PARENTS)
def test_how_a_parent_is_said(encoding: str) -> None:
    text = PARENTS[encoding].replace("%; Id", "%, Id")
    found = parents(read(text))
    assert {child: parent.split(" (")[0] for child, parent in found.items()} == CHAIN


@pytest.mark.parametrize(
    "cell",
    ["1, 2", "1;2", "1; 2 ;", "1 / 2", "1⏎2", "Left, Right", "Left / Right", "Left⏎2", "1,1,2"],
)
def test_several_parents_in_a_cell(cell: str) -> None:
    text = 'id,type,title,parent,quarter\n1,objective,Left,,Q3 2026\n2,objective,Right,,Q3 2026\n3,objective,Low,"{}",Q3 2026\n'
    upload = Upload("o.csv", text.format(cell.replace("⏎", "\n")).encode())
    prepared = prepare([upload], None, Reading(as_of=DAY))
    assert parents(prepared)["Low"] == "Left; Right"


def test_a_title_may_hold_every_separator() -> None:
    found = parents(
        read("""
        Title | Type | Aligned To | Quarter
        Low | Objective | Left, right; and / back | Q3 2026
        Left, right; and / back | Objective | | Q3 2026""")
    )
    assert found["Low"] == "Left, right; and / back"


def test_a_parent_may_be_a_key_result() -> None:
    """Cascades in which the objective below is born of the key result above."""
    prepared = read("""
        id | type | title | parent | quarter
        K | key result | Sell ten | O | Q3 2026
        P | objective | Learn to sell | K | Q3 2026
        O | objective | Grow | | Q3 2026""")
    assert parents(prepared) == {"Sell ten": "Grow", "Learn to sell": "Sell ten", "Grow": ""}


BEFORE = """
id | type | title | parent | quarter
O | objective | Grow | | Q3 2026
K | key result | Sell ten | O | Q3 2026
"""


@pytest.mark.parametrize("parent", ["O", "Grow", "K"])
def test_a_parent_may_be_in_the_database(store: Store, parent: str) -> None:
    import_files(store, [Upload("a.csv", as_csv(BEFORE))], as_of=DAY)
    after = f"id | type | title | parent | quarter\nN | objective | New | {parent} | Q3 2026\n"
    prepared = read(after, known=known_to(store))
    assert "parent_not_found" not in codes(prepared)
    assert parents(prepared)["New"] == ("K" if parent == "K" else "O")


def test_a_parent_that_is_nowhere_is_told_and_the_row_goes_in() -> None:
    prepared = read("""
        id | type | title | parent | quarter
        1 | objective | Here | 99 | Q3 2026
        2 | objective | There | 1 | Q3 2026""")
    (issue,) = [i for i in prepared.draft.issues if i.code == "parent_not_found"]
    assert (issue.file, issue.row, issue.value) == ("table1.csv", 2, "99")
    assert parents(prepared) == {"Here": "99", "There": "Here"}


def test_two_objectives_of_one_title_are_asked_about() -> None:
    prepared = read("""
        id | type | title | parent | quarter
        1 | objective | Same | | Q3 2026
        2 | objective | Same | | Q3 2026
        3 | objective | Low | Same | Q3 2026""")
    assert "parent_ambiguous" in codes(prepared)


# --- layouts -----------------------------------------------------------------

TREE = {"Ten shops": "Grow", "Five towns": "Grow", "Nine clerks": "Care", "Grow": "", "Care": ""}
OBJECTIVES = """
Objective | Owner | Quarter
Grow | Ann Example | Q3 2026
Care | Bo Sample | Q3 2026
"""
KEY_RESULTS = """
Objective | Key Result | Owner | Start Value | Target Value | Current Value
Grow | Ten shops | Ann Example | 0 | 10 | 4
Grow | Five towns | Ann Example | 0 | 5 | 1
Care | Nine clerks | Bo Sample | 0 | 9 | 3
"""
CHECKS = """
Date | Key Result | Value
2026-07-20 | Ten shops | 3
2026-07-27 | Ten shops | 4
"""
TEAMS = """
Team | Level | Department
Stores | team | Sales
"""


def test_objectives_and_key_results_mixed_in_one_file() -> None:
    prepared = read("""
        Title | Type | Parent | Quarter | Target
        Ten shops | KR | Grow | Q3 2026 | 10
        Grow | O | | Q3 2026 |
        Five towns | Key Result | Grow | Q3 2026 | 5
        Care | Objective | | Q3 2026 |
        Nine clerks | key-result | Care | Q3 2026 | 9""")
    assert parents(prepared) == TREE


def test_objective_repeated_beside_each_key_result() -> None:
    assert parents(read(KEY_RESULTS)) == TREE


def test_objective_blank_below_the_first() -> None:
    blank = KEY_RESULTS.replace("Grow | Five", " | Five")
    assert parents(read(blank)) == TREE


def test_objective_in_a_row_of_its_own_above() -> None:
    prepared = read("""
        Objective | Key Result | Owner | Target Value
        Grow | | Ann Example |
        | Ten shops | Ann Example | 10
        | Five towns | Bo Sample | 5
        Care | | Bo Sample |
        | Nine clerks | Bo Sample | 9""")
    assert parents(prepared) == TREE


def test_a_key_result_above_every_objective_is_told() -> None:
    """Incident: the first rows had no objective; one without a title and cycle was made up."""
    prepared = read("""
        Objective | Key Result | Target Value
        | Ten shops | 10
        Care | Nine clerks | 9""")
    assert kinds(prepared) == {
        "Ten shops": "key_result",
        "Care": "objective",
        "Nine clerks": "key_result",
    }
    assert "key_result_without_objective" in codes(prepared)


def test_key_results_wide_in_the_row_of_their_objective() -> None:
    prepared = read("""
        Objective | Quarter | KR1 | KR1 Target | KR1 Current | KR2 | KR2 Target | KR2 Current
        Grow | Q3 2026 | Ten shops | 10 | 4 | Five towns | 5 | 1
        Care | Q3 2026 | Nine clerks | 9 | 3 | | |""")
    assert parents(prepared) == TREE
    assert [row[4:6] for row in tree_of(prepared) if row[1] == "Nine clerks"] == [["3", "9"]]


def test_separate_files_for_everything() -> None:
    prepared = read(CHECKS, KEY_RESULTS, TEAMS, OBJECTIVES)
    assert parents(prepared) == TREE
    assert [row[:3] for row in check_ins_of(prepared)] == [
        ["Ten shops", "2026-07-20", "3"], ["Ten shops", "2026-07-27", "4"]
    ]  # fmt: skip
    assert column(prepared, "cycle") == ["Q3 2026", "Q3 2026"]
    assert column(prepared, "team", "org_unit_row") == ["Stores"]


def test_separate_sheets_of_one_workbook() -> None:
    content = workbook(Objectives=OBJECTIVES, KRs=KEY_RESULTS, Weekly=CHECKS, Teams=TEAMS)
    prepared = prepare([Upload("okr.xlsx", content)], None, Reading(as_of=DAY))
    assert parents(prepared) == TREE
    assert len(check_ins_of(prepared)) == 2
    assert column(prepared, "department", "org_unit_row") == ["Sales"]


def test_a_zip_of_tables() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in {"o": OBJECTIVES, "k": KEY_RESULTS, "c": CHECKS}.items():
            archive.writestr(f"export/{name}.csv", as_csv(text))
    prepared = prepare([Upload("export.zip", target.getvalue())], None, Reading(as_of=DAY))
    assert parents(prepared) == TREE
    assert len(prepared.tables) == 3


@pytest.mark.parametrize(
    "head",
    [
        "6 Jul | 13 Jul",
        "2026-07-06 | 2026-07-13",
        "06.07.2026 | 13.07.2026",
        "Jul 6 | Jul 13",
        "W28 2026-07-06 | W29 2026-07-13",
    ],
)
def test_weeks_as_columns(head: str) -> None:
    prepared = read(f"""
        Objective | Key Result | Target | {head}
        Grow | Ten shops | 10 | 3 | 4
        | Five towns | 5 | | 1""")
    assert [row[:3] for row in check_ins_of(prepared)] == [
        ["Five towns", "2026-07-13", "1"],
        ["Ten shops", "2026-07-06", "3"],
        ["Ten shops", "2026-07-13", "4"],
    ]


def test_weeks_of_progress_in_a_table_no_format_knows() -> None:
    prepared = read("""
        Title | Type | Parent | 6 Jul | 13 Jul
        Grow | objective | | |
        Ten shops | key result | Grow | 30% | 40%""")
    assert [row[1:4] for row in check_ins_of(prepared)] == [
        ["2026-07-06", "", "30"], ["2026-07-13", "", "40"]
    ]  # fmt: skip


def test_a_column_that_a_small_format_does_not_name_is_read_by_its_word() -> None:
    """Incident: a file with id, type and title fits the template; its parents stood under
    “Aligned To” and its states under “Health”, and both were left out with a mere note."""
    prepared = read("""
        ID | Type | Title | Quarter | Aligned To | Health | Colour | Actual | Goal
        1 | objective | Grow | Q3 2026 | | Green | blue | |
        2 | objective | Sell | Q3 2026 | Grow | Red | blue | |""")
    assert parents(prepared) == {"Grow": "", "Sell": "Grow"}
    assert column(prepared, "status") == ["on_track", "off_track"]
    assert {i.column for i in prepared.draft.issues if i.code == "column_ignored"} == {
        "Colour",
        "Goal",
    }
    (issue,) = [i for i in prepared.draft.issues if i.code == "header_mapping_assumed"]
    assert "“Aligned To” = parent" in issue.message


def test_ids_of_parents_by_their_long_names() -> None:
    prepared = read("""
        OKR ID | Level | OKR | Parent OKR ID | Owner | Metric | Baseline | Target | Actual | % Complete
        1 | Company | Grow | | Ann Example | | | | | 45
        1.1 | Team | Ten shops | 1 | Bo Sample | shops | 0 | 10 | 4 | 40""")
    assert parents(prepared) == {"Grow": "", "Ten shops": "Grow"}
    assert kinds(prepared)["Ten shops"] == "key_result"


def test_progress_of_the_objective_is_not_that_of_its_key_results() -> None:
    prepared = read("""
        Objective | Key Result | Target | Objective Progress | Objective Owner | Owner
        Grow | Ten shops | 10 | 45% | Ann Example | Bo Sample
        | Five towns | 5 | | | Bo Sample""")
    assert column(prepared, "reported_progress") == [0.45]
    assert column(prepared, "reported_progress", "key_result_row") == [None, None]
    assert column(prepared, "owner") == ["Ann Example"]


# --- words -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("Company Organization Organisation Corporate ORGANISATION", "company"),
        ("Department Division Group Business-Unit business_unit Abteilung", "department"),
        ("Team Squad équipe", "team"),
        ("Individual Personal Employee", "individual"),
    ],
)
def test_words_for_levels(words: str, level: str) -> None:
    rows = "\n".join(f"{n} | objective | T{n} | {w} | Q3 2026" for n, w in enumerate(words.split()))
    prepared = read(f"id | type | title | level | quarter\n{rows}")
    assert set(column(prepared, "level")) == {level}


def test_owners_and_teams_of_several() -> None:
    text = 'id,type,title,owner,team,quarter\n1,objective,A,"Ann Example, Bo Sample",X; Y,Q3 2026\n2,objective,B,"Example, Ann",X,Q3 2026\n3,objective,C,"Ann Example\nBo Sample",X,Q3 2026\n'
    prepared = prepare([Upload("o.csv", text.encode())], None, Reading(as_of=DAY))
    assert column(prepared, "owner") == [
        "Ann Example; Bo Sample",
        "Example, Ann",
        "Ann Example; Bo Sample",
    ]
    assert column(prepared, "team") == ["X", "X", "X"]


# --- progress: decided for the column ----------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("0.4 1 0", [0.4, 1, 0]),  # a broken figure and none above 1: ratios
        ("0.4 70 1", [0.004, 0.7, 0.01]),  # one above 1: percent, also for 0.4 and 1
        ("40 70 0", [0.4, 0.7, 0]),
        ("40% 70% 1%", [0.4, 0.7, 0.01]),
        ("70% 40 1", [0.7, 0.4, 0.01]),
        ("1.2 0.5 0.3", [0.012, 0.005, 0.003]),
        ("120 50 —", [1.2, 0.5, None]),
        ("N/A 0.5 0.25", [None, 0.5, 0.25]),
        ("0.5 -0.2 0.3", [0.005, -0.002, 0.003]),
    ],
)
def test_percent_or_ratio_is_one_decision(cells: str, expected: list[float | None]) -> None:
    rows = "\n".join(f"{n} | objective | T{n} | {c} | Q3 2026" for n, c in enumerate(cells.split()))
    prepared = read(f"id | type | title | progress | quarter\n{rows}")
    assert column(prepared, "reported_progress") == pytest.approx(expected)


def test_raw_values_alone_are_no_progress() -> None:
    prepared = read(KEY_RESULTS)
    assert column(prepared, "reported_progress", "key_result_row") == [None, None, None]
    assert column(prepared, "current_value", "key_result_row") == [4, 1, 3]


def test_a_score_stands_for_progress_where_there_is_none() -> None:
    scored = KEY_RESULTS.replace("Current Value", "Score").replace("| 4\n", "| 0.4\n")
    scored = scored.replace("| 1\n", "| 0.2\n").replace("| 3\n", "| 1\n")
    assert column(read(scored), "reported_progress", "key_result_row") == [0.4, 0.2, 1]


# --- questions ---------------------------------------------------------------


def asked(prepared: Prepared, code: str) -> list[tuple[str, str]]:
    return [(i.column, i.value) for i in prepared.draft.issues if i.code == code]


DATED = """
id | type | title | quarter | due date
1 | objective | A | Q3 2026 | 03/04/2026
2 | objective | B | Q3 2026 | 05/06/2026
3 | objective | C | Q3 2026 | 07/07/2026
"""


def test_order_of_day_and_month_is_asked_once_and_answered() -> None:
    prepared = read(DATED)
    assert asked(prepared, "date_order_ambiguous") == [("due date", "03/04/2026")]
    assert column(prepared, "end_date") == [None, None, date(2026, 7, 7)]
    answers = {
        "dmy": [date(2026, 4, 3), date(2026, 6, 5)],
        "mdy": [date(2026, 3, 4), date(2026, 5, 6)],
    }
    for order, days in answers.items():
        answered = read(DATED, answers=Answers(date_order=order))  # type: ignore[arg-type]
        assert asked(answered, "date_order_ambiguous") == []
        assert column(answered, "end_date")[:2] == days


def test_one_telling_day_decides_for_the_column_and_its_neighbours() -> None:
    text = DATED.replace("due date", "due date | start date").replace("/2026", "/2026 | 01/02/2026")
    prepared = read(text.replace("07/07/2026", "13/07/2026"))
    assert column(prepared, "end_date")[0] == date(2026, 4, 3)
    assert column(prepared, "start_date")[0] == date(2026, 2, 1)
    assert asked(prepared, "date_order_ambiguous") == []


VALUED = """
id | type | title | quarter | parent | target
1 | objective | A | Q3 2026 | |
2 | key result | B | Q3 2026 | 1 | 1.234
"""


def test_decimal_sign_is_asked_and_answered() -> None:
    prepared = read(VALUED)
    assert asked(prepared, "decimal_sign_ambiguous") == [("target", "1.234")]
    for sign, value in ((".", 1.234), (",", 1234.0)):
        answered = read(VALUED, answers=Answers(decimal=sign))  # type: ignore[arg-type]
        assert asked(answered, "decimal_sign_ambiguous") == []
        assert column(answered, "target_value", "key_result_row") == [value]


SCALED = """
id | type | title | quarter | progress
1 | objective | A | Q3 2026 | 0
2 | objective | B | Q3 2026 | 1
"""


def test_scale_of_progress_is_asked_and_answered() -> None:
    prepared = read(SCALED)
    assert asked(prepared, "progress_scale_ambiguous") == [("progress", "1")]
    for scale, value in (("percent", 0.01), ("ratio", 1.0)):
        answered = read(SCALED, answers=Answers(progress_scale=scale))  # type: ignore[arg-type]
        assert asked(answered, "progress_scale_ambiguous") == []
        assert column(answered, "reported_progress") == [0, value]


@pytest.mark.parametrize("states", ["At Risk; On Track", "at_risk; Green"])
def test_meaning_of_at_risk_is_asked_and_answered(states: str) -> None:
    """Where no state is worse, “At Risk” may be the worst one, as in Viva Goals."""
    rows = "\n".join(
        f"{n} | objective | T{n} | Q3 2026 | {s}" for n, s in enumerate(states.split("; "))
    )
    text = f"id | type | title | quarter | health\n{rows}"
    assert len(asked(read(text), "status_meaning_assumed")) == 1
    for meaning in ("at_risk", "off_track"):
        answered = read(text, at_risk=meaning)
        assert asked(answered, "status_meaning_assumed") == []
        assert column(answered, "status") == [meaning, "on_track"]


def test_at_risk_beside_off_track_needs_no_question() -> None:
    prepared = read("""
        id | type | title | quarter | health
        1 | objective | A | Q3 2026 | At Risk
        2 | objective | B | Q3 2026 | Off Track""")
    assert asked(prepared, "status_meaning_assumed") == []


MERGED = """
id | type | title | quarter | team
1 | objective | A | Q3 2026 | Stores
2 | objective | B | Q3 2026 |
3 | objective | C | Q3 2026 | Towns
4 | objective | D | Q3 2026 |
5 | objective | E | Q3 2026 |
"""


def test_merged_cells_are_told_and_filled_where_somebody_says_so() -> None:
    prepared = read(MERGED)
    assert len(asked(prepared, "cells_look_merged")) == 1
    assert column(prepared, "team") == ["Stores", None, "Towns", None, None]
    filled = read(MERGED, fill_down=("team",))
    assert asked(filled, "cells_look_merged") == []
    assert column(filled, "team") == ["Stores", "Stores", "Towns", "Towns", "Towns"]


# --- encodings and separators ------------------------------------------------

PLAIN = """
id | type | title | quarter | level
1 | objective | Größe für Ängström | Q3 2026 | company
2 | objective | Señal café — naïve | Q3 2026 | team
"""


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_and_separators(encoding: str, delimiter: str) -> None:
    content = csv_bytes(PLAIN, delimiter, encoding)
    prepared = prepare([Upload("o.csv", content)], None, Reading(as_of=DAY))
    assert column(prepared, "title") == ["Größe für Ängström", "Señal café — naïve"]


# --- what cannot be read is said ---------------------------------------------


def test_periods_as_columns_are_refused_with_a_reason() -> None:
    with pytest.raises(FileRefused, match="wide layout"):
        read("""
            Title | Type | Parent | Q1 2026 | Q2 2026 | Q3 2026
            Grow | Objective | | 10 | 20 | 30""")


def test_no_row_is_lost_without_a_reason() -> None:
    prepared = read("""
        id | type | title | quarter | progress
        1 | objective | A | Q3 2026 | lots
        | objective | B | Q3 2026 | 5
        3 | objective | C | Q3 2026 | 5
        3 | objective | D | Q3 2026 | 5""")
    (refused,) = prepared.refused
    assert refused.rows["title"].tolist() == ["B", "C", "D"]
    assert all(refused.rows["reason it did not go in"].str.len() > 10)
    assert column(prepared, "title") == ["A"]


def test_a_mapping_of_the_reading_is_not_changed() -> None:
    reading = Reading(as_of=DAY, fill_down=("team",))
    prepare([Upload("o.csv", as_csv(MERGED))], None, reading)
    assert reading == replace(reading)
