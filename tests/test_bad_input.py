"""Bad input: a message that a non-programmer can act on, and everything is as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from okr_data.errors import FileRefused
from okr_data.ingest import Upload
from okr_data.intake import import_files
from okr_data.issues import CODES
from okr_data.store import Store
from tests.conftest import (
    DAY,
    assert_same_answers,
    draft_of,
    every_answer,
    new_store,
    take_in,
    uploads,
)

GOOD = b"id,title,level,cycle\nO-1,Win,company,Q4 2026\n"

REFUSED = [
    ("empty.csv", b"", "file_empty", "the file is empty"),
    ("bom.csv", b"\xef\xbb\xbf", "file_empty", "the file is empty"),
    ("header.csv", b"id,title\n", "file_empty", "no rows below the header"),
    ("blank.csv", b"id,title\n,\n  ,\n", "file_empty", "no rows below the header"),
    ("picture.csv", b"\x89PNG\r\n\x1a\n\x00", "file_unreadable", "a picture"),
    ("book.csv", b"PK\x03\x04abc", "file_unreadable", "damaged"),
    ("old.csv", b"\xd0\xcf\x11\xe0abc", "file_unreadable", "damaged"),
    ("packed.csv", b"\x1f\x8babc", "file_unreadable", "compressed"),
    ("noise.csv", bytes(range(256)) * 40, "file_unreadable", "binary"),
    ("page.csv", b"<!DOCTYPE html><html>sign in</html>", "file_unreadable", "a web page"),
    ("names.csv", b"who,what\nAnn,win\n", "header_unknown", "who, what"),
    (
        "notitle.csv",
        b"id,level,cycle,owner\nO-1,company,Q4 2026,Ann\n",
        "column_missing",
        "column title",
    ),
    ("quote.csv", GOOD + b'O-2,"Sell,department,Q4 2026\n', "quote_unclosed", "line 3"),
    ("after.csv", GOOD + b'O-2,"Sell" more,department,Q4\n', "file_unreadable", "line 3"),
    ("noids.csv", b"id,title\n,Win\n,Sell\n", "no_rows", "no row was good enough"),
]


@pytest.mark.parametrize(("name", "content", "code", "words"), REFUSED, ids=lambda x: str(x)[:18])
def test_refused_files_say_why(name: str, content: bytes, code: str, words: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        draft_of([Upload(name, content)], as_of=DAY)
    (issue,) = [issue for issue in refusal.value.issues if issue.code == code]
    assert words in str(issue)
    assert issue.file == name


def test_a_refusal_leaves_everything_as_it_was(store: Store) -> None:
    import_files(store, [Upload("objectives.csv", GOOD)], as_of=DAY)
    before = every_answer(store)
    # One of each kind; that each is refused is tested above. Beside a good file there are rows.
    kinds = {code: (name, content) for name, content, code, _ in REFUSED if code != "no_rows"}
    for name, content in kinds.values():
        with pytest.raises(FileRefused):
            import_files(
                store,
                [Upload("good.csv", GOOD + b"O-2,Sell,team,Q4 2026\n"), Upload(name, content)],
            )
    assert_same_answers(every_answer(store), before)


def test_all_refused_files_are_named_at_once() -> None:
    with pytest.raises(FileRefused) as refusal:
        draft_of([Upload("a.csv", b""), Upload("b.csv", b"\x89PNG")])
    assert {issue.file for issue in refusal.value.issues} == {"a.csv", "b.csv"}


# One upload in which every row has something: code -> (file, row, column, value)
MESSY: dict[str, Any] = {
    "objectives": """
    id  | title   | level   | team | cycle   | start_date | end_date   | parent_ids | parent_weights | weight | status  | progress | confidence | created_on
    O-1 | Win     | company |      | Q4 2026 |            |            |            |                |        | Glowing | 40%      | 5          |
    O-2 |         | Tribe   | Ants | Q4 2026 | 2026-12-01 | 2026-10-01 | O-1; O-99  | 50%            | -3     |         | 9e9%     | 10         | 03/04/2026
    O-3 | Self    | team    |      | Soonish |            |            | O-3        | -5%            |        |         |          | 11         | 2026-02-30
    O-4 | Twice   | team    |      | Q4 2026 |            |            | O-1        |                |        |         |          |            | 1026-01-01
    O-4 | Other   | team    |      | Q4 2026 |            |            | O-1        |                |        |         |          |            |
        | No id   | team    |      | Q4 2026 |            |            |            |                |        |         |          |            |
    O-5 | Nowhere |         |      |         |            |            |            |                |        |         |          |            |
    O-6 | Again   | team    |      | Q4 2026 |            |            |            |                |        |         |          |            |
    O-6 | Again   | team    |      | Q4 2026 |            |            |            |                |        |         |          |            |
    """,
    "key_results": """
    id | objective_id | title | kind   | direction | start_value | target_value | current_value | extra
    A  | O-1          | a     | metric | sideways  | 0           | 10           | tbd           | x
    B  | O-404        | b     | metric |           |             | 10           | 1e300         |
    C  | O-1          | c     | metric |           | 0           | 10           | 5             |
    """,
    "check_ins": """
    item_id | date       | value
    C       | 2027-01-01 | 3
    Z       | 2026-10-12 | 3
    C       |            | 3
    """,
}
FOUND = [
    ("status_unknown", "objectives.csv", 2, "status", "Glowing"),
    ("title_missing", "objectives.csv", 3, "title", ""),
    ("level_unknown", "objectives.csv", 3, "level", "Tribe"),
    ("dates_swapped", "objectives.csv", 3, "end_date", "2026-10-01"),
    ("value_unknown", "objectives.csv", 3, "parent_weights", "50%"),
    ("parent_not_found", "objectives.csv", 3, "parent", "O-99"),
    ("negative_weight", "objectives.csv", 3, "weight", "-3"),
    ("number_absurd", "objectives.csv", 3, "progress", "9e9%"),
    ("date_order_ambiguous", "objectives.csv", 3, "created_on", "03/04/2026"),
    ("org_unit_assumed", "objectives.csv", 3, "team", "Ants"),
    ("cycle_unknown", "objectives.csv", 4, "cycle", "Soonish"),
    ("alignment_cycle", "objectives.csv", 4, "parent", "O-3"),
    ("date_impossible", "objectives.csv", 4, "created_on", "2026-02-30"),
    ("date_implausible", "objectives.csv", 5, "created_on", "1026-01-01"),
    ("negative_weight", "objectives.csv", 4, "parent_weights", "-5%"),
    ("duplicate_id_conflict", "objectives.csv", 5, "id", "O-4"),
    ("duplicate_id_conflict", "objectives.csv", 6, "id", "O-4"),
    ("id_missing", "objectives.csv", 7, "id", ""),
    ("cycle_missing", "objectives.csv", 8, "cycle", ""),
    ("level_assumed", "objectives.csv", 8, "level", ""),
    ("duplicate_row", "objectives.csv", 10, "id", "O-6"),
    ("value_unknown", "key_results.csv", 2, "direction", "sideways"),
    ("not_a_number", "key_results.csv", 2, "current_value", "tbd"),
    ("column_ignored", "key_results.csv", None, "extra", ""),
    ("number_absurd", "key_results.csv", 3, "current_value", "1e300"),
    ("key_result_without_objective", "key_results.csv", 3, "objective", "O-404"),
    ("baseline_assumed", "key_results.csv", 3, "start_value", ""),
    ("check_in_after_as_of", "check_ins.csv", 2, "date", "2027-01-01"),
    ("check_in_without_item", "check_ins.csv", 3, "item_id", "Z"),
    ("check_in_without_day", "check_ins.csv", 4, "date", ""),
]


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, set[tuple[object, ...]]]:
    store = new_store(tmp_path_factory.mktemp("messy"))
    take_in(store, **MESSY)
    with store.reader() as reader:
        rows = reader.rows('select code, file, row, "column", value from import_issue')
    return store, set(rows)


@pytest.mark.parametrize("expected", FOUND, ids=lambda e: f"{e[0]} {e[1]} {e[2]}")
def test_each_defect_is_named(
    expected: tuple[object, ...], messy: tuple[Store, set[tuple[object, ...]]]
) -> None:
    assert expected in messy[1]


def test_nothing_else_is_said(messy: tuple[Store, set[tuple[object, ...]]]) -> None:
    assert messy[1] - set(FOUND) <= {("number_absurd", "objectives.csv", 4, "confidence", "11")}


def test_what_is_good_went_in(messy: tuple[Store, set[tuple[object, ...]]]) -> None:
    with messy[0].reader() as reader:
        objectives = reader.rows("select objective_id, title from objective_progress order by 1")
        key_results = reader.rows(
            "select key_result_id, progress from key_result_progress order by 1"
        )
        parent = reader.rows(
            "select alignment_state from objective_progress where objective_id = 'O-2'"
        )
    assert objectives == [
        ("O-1", "Win"), ("O-2", "O-2"), ("O-3", "Self"), ("O-5", "Nowhere"), ("O-6", "Again"),
    ]  # fmt: skip
    assert key_results == [("A", None), ("B", None), ("C", 0.5)]
    assert parent == [("contributing",)]  # its other parent is known


def test_windows_1252_is_read_and_said(store: Store) -> None:
    content = "id,title,level,cycle\nO-1,Größer – besser,company,Q4 2026\n".encode("cp1252")
    result = import_files(store, [Upload("objectives.csv", content)], as_of=DAY)
    assert list(result.issues["code"]) == ["encoding_guessed"]
    with store.reader() as reader:
        assert reader.rows("select title from objective_progress") == [("Größer – besser",)]


@pytest.mark.parametrize(
    "content",
    [
        b"id;title;level;cycle;weight\nO-1;Win;company;Q4 2026;1,5\n",
        "id\ttitle\tlevel\tcycle\tweight\r\nO-1\tWin\tcompany\tQ4 2026\t1.5\r\n".encode("utf-16"),
        b"OKR export,,,,\nmade by hand,,,,\n\nid,title,level,cycle,weight\nO-1,Win,company,Q4 2026,1.5\n",
        b"weight,cycle,level,title,id\n1.5,Q4 2026,Company,Win,O-1\n",
        b"\xef\xbb\xbfID|Title|Level|Cycle|Weight\rO-1|Win|company|2026 Q4|1.5\r",
    ],
)
def test_spellings_of_one_table(content: bytes, store: Store) -> None:
    import_files(store, [Upload("any.csv", content)], as_of=DAY)
    with store.reader() as reader:
        rows = reader.rows(
            "select objective_id, title, level, cycle, weight from objective_progress"
        )
    assert rows == [("O-1", "Win", "company", "Q4 2026", 1.5)]


def test_a_long_loop_is_told_with_its_members(store: Store) -> None:
    chain = "\n".join(f"O-{n} | t{n} | team | Q4 2026 | O-{(n + 1) % 30}" for n in range(30))
    result = take_in(store, objectives=f"id | title | level | cycle | parent_ids\n{chain}")
    (loop,) = result.issues[result.issues["code"] == "alignment_cycle"].to_dict("records")
    assert loop["message"].startswith("30 objectives form a loop (O-29 → O-0 → O-1")
    assert "and 10 more" in loop["message"]
    assert loop["row"] == 31


def test_an_endless_chain_is_cut(store: Store) -> None:
    chain = "\n".join(f"O-{n} | t{n} | team | Q4 2026 | O-{n - 1}" for n in range(1, 200))
    objectives = (
        f"id | title | level | cycle | parent_ids\nO-0 | top | company | Q4 2026 |\n{chain}"
    )
    result = take_in(store, objectives=objectives)
    cut = result.issues[result.issues["code"] == "alignment_too_deep"]
    assert list(cut["value"]) == ["O-64", "O-129", "O-194"]
    with store.reader() as reader:
        ((longest,),) = reader.rows("select max(distance) from line_of_sight")
    assert longest == 64


def test_rows_may_come_in_any_order_and_in_two_uploads(store: Store) -> None:
    take_in(
        store,
        as_of=date(2026, 10, 1),
        objectives="""
        id  | title | level | cycle   | parent_ids
        O-3 | third | team  | Q4 2026 | KR-1
        O-2 | two   | team  | Q4 2026 | O-1
        """,
    )
    with store.reader() as reader:
        assert reader.rows("select distinct alignment_state from objective_progress") == [
            ("unresolved",)
        ]
    take_in(
        store,
        objectives="""
        id  | title | level   | cycle
        O-1 | one   | company | Q4 2026
        """,
        key_results="""
        id   | objective_id | title
        KR-1 | O-2          | kr
        """,
    )
    with store.reader() as reader:
        states = reader.rows(
            "select objective_id, alignment_state from objective_progress "
            "where level <> 'company' order by 1"
        )
        chain = reader.rows(
            "select ancestor_id, distance from line_of_sight where objective_id = 'O-3' order by 2"
        )
    assert states == [("O-2", "contributing"), ("O-3", "contributing")]
    assert chain == [("O-2", 1), ("O-1", 2)]


def test_a_department_objective_without_parent_is_unaligned_not_company(store: Store) -> None:
    take_in(
        store,
        objectives="""
        id  | title | team  | cycle
        O-1 | lone  | Sales | Q4 2026
        """,
        org_units="""
        team  | level      | department
        Sales | department | Sales
        """,
    )
    with store.reader() as reader:
        rows = reader.rows("select level, department, alignment_state from objective_progress")
    assert rows == [("department", "Sales", "unaligned")]


def test_an_imported_org_unit_beats_an_assumed_one_on_every_day(store: Store) -> None:
    objectives = "id | title | team | cycle\nO-1 | lone | Ants | Q4 2026"
    take_in(store, as_of=date(2026, 10, 5), objectives=objectives)
    with store.reader() as reader:
        assert reader.rows("select level from objective_progress") == [("department",)]
    take_in(store, org_units="team | level | department\nANTS | team | Research")
    for day in (None, date(2026, 10, 5)):
        with store.reader(as_of=day) as reader:
            assert reader.rows("select level, department from objective_progress") == [
                ("team", "Research")
            ]


@pytest.mark.parametrize("code", CODES)
def test_every_rule_reads_as_a_sentence(code: str) -> None:
    rule = CODES[code]
    assert rule.rule.endswith(".")
    assert rule.advice.endswith(".")


def test_user_text_is_stored_as_it_is(store: Store) -> None:
    title = "'; drop table objective_progress; -- =cmd|' /C calc'!A0 <script>"
    upload = uploads(objectives="id | title | level | cycle\nO-1 | x | company | Q4 2026")[0]
    content = upload.content.replace(b"x", title.encode())
    import_files(store, [Upload("objectives.csv", content)], as_of=DAY)
    with store.reader() as reader:
        assert reader.rows("select title from objective_progress") == [(title,)]
