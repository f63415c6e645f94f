"""Every known tool: its files are recognised, read without questions, and become the right tree."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from openpyxl import Workbook

from okr_data.ingest import FORMATS, Prepared, Reading, Upload, prepare
from okr_data.ingest.mapping import presets
from okr_data.intake import import_files
from okr_data.store import Store
from tests.preset_files import (
    AS_OF,
    CHECK_INS,
    LATER,
    LATER_FILES,
    PRESET_FILES,
    SEEN,
    TREES,
    check_ins_of,
    rows_of,
    tree_of,
)

#: Codes that tell of a question or of a row that did not go in; no preset file may raise others.
QUESTIONS = {
    "date_order_ambiguous", "decimal_sign_ambiguous", "progress_scale_ambiguous",
    "header_mapping_assumed", "object_type_unknown", "status_unknown", "level_unknown",
    "column_ignored", "parent_ambiguous", "key_result_without_objective", "not_a_number",
    "not_a_date", "row_unreadable", "id_missing", "duplicate_id_conflict",
}  # fmt: skip
#: What the export itself leaves open or lacks.
OPEN = {
    "viva": {"parent_not_found"},  # the view was filtered
    "atlassian": {"parent_not_found"},
    "notion": {"status_meaning_assumed"},  # people name their states themselves
}


@cache
def read(name: str, later: bool = False) -> Prepared:
    files, day = (LATER_FILES, LATER) if later else (PRESET_FILES, AS_OF)
    return prepare(files[name], None, Reading(as_of=day))


def codes(prepared: Prepared) -> set[str]:
    return {issue.code for issue in prepared.draft.issues}


def ids(prepared: Prepared) -> set[str]:
    columns = {
        "objective_row": "objective_id",
        "key_result_row": "key_result_id",
        "initiative_row": "initiative_id",
    }
    tables = prepared.draft.tables
    return {
        i
        for name, column in columns.items()
        if name in tables
        for i in tables[name][column].to_pylist()
    }


def table(prepared: Prepared, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = prepared.draft.tables[name].to_pylist()
    return found


def by_title(prepared: Prepared, name: str = "objective_row") -> dict[str, dict[str, Any]]:
    return {row["title"]: row for row in table(prepared, name)}


# --- the same of every preset ------------------------------------------------


def test_every_preset_has_a_file() -> None:
    titles = {seen.preset for tables in SEEN.values() for seen in tables}
    assert {mapping.title for mapping in presets().values()} <= titles
    assert PRESET_FILES.keys() == LATER_FILES.keys() == SEEN.keys() == TREES.keys()


@pytest.mark.parametrize("name", PRESET_FILES)
def test_a_preset_is_recognised_with_its_evidence(name: str) -> None:
    prepared = read(name)
    assert [(t.title, t.evidence, t.score) for t in prepared.tables] == [
        (seen.preset, seen.evidence, seen.score) for seen in SEEN[name]
    ]
    assert {t.recognised for t in prepared.tables} == {"format"}
    assert all(t.confidences == {} and t.rows > 0 for t in prepared.tables)


@pytest.mark.parametrize("name", PRESET_FILES)
def test_a_preset_asks_nothing_and_loses_nothing(name: str) -> None:
    prepared = read(name)
    assert codes(prepared) & (
        QUESTIONS | {"status_meaning_assumed", "parent_not_found"}
    ) == OPEN.get(name, set())
    assert prepared.refused == ()


@pytest.mark.parametrize("name", PRESET_FILES)
def test_the_tree_of_a_preset(name: str) -> None:
    assert tree_of(read(name)) == sorted(rows_of(TREES[name]), key=lambda row: row[1])


@pytest.mark.parametrize("name", PRESET_FILES)
def test_the_check_ins_of_a_preset(name: str) -> None:
    expected = sorted(rows_of(CHECK_INS[name])) if name in CHECK_INS else []
    assert check_ins_of(read(name)) == expected


@pytest.mark.parametrize("name", PRESET_FILES)
def test_ids_stay_when_figures_change(name: str) -> None:
    """Where ids are made by us, a new export would otherwise be a new set of items each month."""
    first, second = read(name), read(name, later=True)
    assert first.draft.files != second.draft.files
    assert tree_of(first) != tree_of(second) or check_ins_of(first) != check_ins_of(second)
    assert ids(first) == ids(second)
    assert len(ids(first)) == len(rows_of(TREES[name]))


@pytest.mark.parametrize(
    "name", ["viva", "appfire", "peoplebox", "culture_amp", "atlassian", "notion"]
)
def test_rows_in_another_order_are_the_same_tree(name: str) -> None:
    """Elsewhere the order of rows is the tree."""
    files = [Upload(upload.name, _reversed(upload.content)) for upload in PRESET_FILES[name]]
    turned = prepare(files, None, Reading(as_of=AS_OF))
    assert sorted(map(_without_order, tree_of(turned))) == sorted(
        map(_without_order, tree_of(read(name)))
    )
    assert ids(turned) == ids(read(name))


def _reversed(content: bytes) -> bytes:
    head, *rows = content.decode("utf-8-sig").removesuffix("\r\n").split("\r\n")
    return "\r\n".join([head, *reversed(rows), ""]).encode()


def _without_order(row: list[str]) -> list[str]:
    return [*row[:2], "; ".join(sorted(row[2].split("; "))), *row[3:]]


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_preset_is_a_format_of_its_own(name: str) -> None:
    assert FORMATS[name].title == presets()[name].title
    assert FORMATS[name].evidence[:2] in ("A:", "B:", "C:")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("appfire", "appfire"),
        ("sheets_okr", "sheets_okr"),
        ("viva", "viva"),
        ("goalscape", "goalscape"),
    ],
)
def test_a_format_can_be_said(name: str, wanted: str) -> None:
    said = prepare(PRESET_FILES[name], None, Reading(as_of=AS_OF, source_format=wanted))
    assert said.tables[0].title == FORMATS[wanted].title


# --- what formats.md names trap by trap --------------------------------------


def test_viva_teams_owners_periods() -> None:
    night = by_title(read("viva"))["Night rides (weekend) / late"]
    assert (night["team"], night["teams_raw"]) == ("Routes", "Routes; Care")
    assert night["owner"] == "Ann Example; Bo Sample"
    assert {row["cycle"] for row in table(read("viva"), "objective_row")} == {"Q3 2025"}
    notes = {row["note"] for row in table(read("viva"), "check_in_row")}
    assert notes == {"Well; better\nthan before", None}


def test_viva_says_its_day_in_the_file_name() -> None:
    prepared = prepare(PRESET_FILES["viva"])
    assert prepared.draft.as_of == AS_OF


def test_viva_ids_are_links_in_a_workbook() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(
        ["Id", "Title", "Period", "Owner", "Aligned To (weight, Objective ID)", "Status"]
    )
    link = '=HYPERLINK("https://goals.example/okr/{0}","{0}")'
    book.active.append(
        [link.format(2), "Down", "Q3 2025", "Ann Example", "Up(weight: 100%, Id: 1)", "Behind"]
    )
    book.active.append([link.format(1), "Up", "Q3 2025", "Ann Example", None, "On Track"])
    target = io.BytesIO()
    book.save(target)
    prepared = prepare([Upload("export.xlsx", target.getvalue())], None, Reading(as_of=AS_OF))
    assert ids(prepared) == {"1", "2"}
    assert [(r["child_id"], r["parent_id"]) for r in table(prepared, "alignment_row")] == [
        ("2", "1")
    ]


def test_appfire_outline_and_words() -> None:
    rows = by_title(read("appfire"), "key_result_row")
    assert {title: row["weight"] for title, row in rows.items()} == {
        "Late boats below 5": 2, "Ten piers open": 1, "Raise arrivals": 1
    }  # fmt: skip
    assert {row["cycle"] for row in table(read("appfire"), "objective_row")} == {"Q3 2025"}


def test_peoplebox_scopes_and_lists() -> None:
    """“1, 2” in Parent Row IDs and “G-200, G-100” in Parent Goal IDs are two parents each."""
    rows = by_title(read("peoplebox"))
    assert {title: row["level"] for title, row in rows.items()} == {
        "Best bread in town": "company", "Shops like us": "company",
        "Bread for all shops": "department", "Friendly counters": "department",
    }  # fmt: skip
    assert rows["Bread for all shops"]["owner"] == "ann@example.com; bo@example.com"


def test_peoplebox_goals_without_an_id_get_a_stable_key() -> None:
    assert len([i for i in ids(read("peoplebox")) if i.startswith("key-")]) == 2


def test_peoplebox_row_number_that_no_row_has() -> None:
    text = "Row ID,Parent Row IDs,Parent Goal IDs,Goal ID,Goal Title\n1,9,,G-1,Alone\n"
    prepared = prepare([Upload("goals.csv", text.encode())], None, Reading(as_of=AS_OF))
    (issue,) = [i for i in prepared.draft.issues if i.code == "parent_not_found"]
    assert (issue.row, issue.value) == (2, "9")


def test_betterworks_progress_is_percent_whatever_it_looks_like() -> None:
    """All figures were 1 or below in a first week: 0.5 is half a percent there, not half."""
    progress = {
        row["title"]: row["reported_progress"]
        for row in table(read("betterworks"), "objective_row")
    }
    assert progress == {"Grow the orchard": 0.005, "Sell more juice": 0.0075}
    assert "parent_by_row_order" in codes(read("betterworks"))


def test_culture_amp_completion_is_a_ratio_whatever_it_looks_like() -> None:
    text = "name,individual_emails,completion,key_result_1_title,key_result_1_completion\nA,a@example.com,1,K,1\n"
    prepared = prepare([Upload("goals.csv", text.encode())], None, Reading(as_of=AS_OF))
    assert table(prepared, "objective_row")[0]["reported_progress"] == 1
    assert table(prepared, "key_result_row")[0]["reported_progress"] == 1


def test_culture_amp_times_with_a_zone_are_days() -> None:
    row = by_title(read("culture_amp"))["Calm the switchboard"]
    assert (row["created_on"], row["end_date"]) == (date(2025, 6, 15), date(2025, 9, 30))
    assert row["owner"] == "ann@example.com; bo@example.com"


@pytest.mark.parametrize(
    "header",
    [
        "Main,L1,L2,Importance,Progress,Start Date,Due Date,Notes",
        "Hauptziel,E1,E2,Wichtigkeit,Fortschritt,Startdatum,Fälligkeitsdatum,Notizen",
        "Objetivo principal,N1,N2,Importancia,Progreso,Fecha de inicio,Fecha de vencimiento,Notas",
    ],
)
def test_goalscape_in_the_language_of_its_user(header: str) -> None:
    rows = "Top,,,100,50,2025-07-01,2025-09-30,\n,Middle,,60,40,,,\n,,Low,100,40,,,\n,Other,,40,60,,,\n"
    prepared = prepare(
        [Upload("map.csv", f"{header}\n{rows}".encode())], None, Reading(as_of=AS_OF)
    )
    assert [t.title for t in prepared.tables] == ["Goalscape"]
    assert [(row[1], row[2]) for row in tree_of(prepared)] == [
        ("Low", "Middle"), ("Middle", "Top"), ("Other", "Top"), ("Top", "")
    ]  # fmt: skip
    assert by_title(prepared)["Middle"]["weight"] == 60


def test_goalscape_titles_that_come_again_are_other_goals() -> None:
    text = "Main,L1,L2,Progress\nTop,,,1\n,A,,1\n,,Train,1\n,B,,1\n,,Train,2\n"
    prepared = prepare([Upload("map.csv", text.encode())], None, Reading(as_of=AS_OF))
    assert len(ids(prepared)) == 5
    assert [row[2] for row in tree_of(prepared) if row[1] == "Train"] == ["A", "B"]


def test_atlassian_days_and_archive() -> None:
    """An archived goal is dropped whatever its status says; TRUE and true are one word."""
    rows = by_title(read("atlassian"))
    assert rows["Feed the valley"]["end_date"] == date(2025, 12, 31)
    assert rows["Old wheel"]["status"] == "dropped"
    assert rows["Second river"]["status"] == "done"


def test_merged_objectives_hold_below() -> None:
    """The objective stands in the first row only, and its quarter in every one."""
    rows = by_title(read("sheets_okr"))
    assert rows.keys() == {"Songs people hum", "A warm hall"}
    assert {row["cycle"] for row in rows.values()} == {"Q3 2025"}
    assert rows["Songs people hum"]["owner"] == "Ann Example"


def test_confidence_of_the_check_in_tab() -> None:
    """7 of 10: the largest value of the column tells the scale."""
    assert [row["confidence"] for row in table(read("sheets_okr"), "check_in_row")] == [
        0.7,
        0.8,
        0.5,
    ]


def test_weeks_have_no_year_and_lie_in_the_past() -> None:
    """“22 Dec” in a tracker of January is a day of last December."""
    text = "Objective,Key Result,22 Dec,5 Jan\nQuiet,Lamps,3,4\n"
    prepared = prepare([Upload("t.csv", text.encode())], None, Reading(as_of=date(2026, 1, 9)))
    days = [row["checked_on"] for row in table(prepared, "check_in_row")]
    assert days == [date(2025, 12, 22), date(2026, 1, 5)]


# --- Notion: incidents -------------------------------------------------------

NOTION_KEY_RESULTS = PRESET_FILES["notion"][1]


def test_notion_key_results_are_not_taken_for_a_sheet() -> None:
    """Incident: their header is also that of the Sheets template (objective beside key result), so
    each relation became an objective of its own, titled with its link."""
    alone = prepare([NOTION_KEY_RESULTS], None, Reading(as_of=AS_OF))
    assert [t.title for t in alone.tables] == ["Notion: database of key results"]
    assert len(ids(alone)) == 2
    homes = [row["objective_id"] for row in table(alone, "key_result_row")]
    assert homes == ["Trams run at night, all of them", "One city, one ticket"]


def test_notion_relations_without_links_join_the_objectives_of_the_upload() -> None:
    """Incident: exports without links read as the Sheets template; every objective came twice."""
    content = NOTION_KEY_RESULTS.content.decode()
    plain = content.replace(" (https://www.notion.so/Trams-run-at-night-0a1b2c3d)", "")
    plain = plain.replace(
        " (https://www.notion.so/One-city-4d5e6f), Trams run at night, all of them", ""
    )
    assert "http" not in plain
    files = [PRESET_FILES["notion"][0], Upload("Key Results.csv", plain.encode())]
    prepared = prepare(files, None, Reading(as_of=AS_OF))
    assert [(row[0], row[1], row[2]) for row in tree_of(prepared)] == [
        ("key_result", "30 night stops", "Trams run at night, all of them"),
        ("key_result", "5,000 tickets, all zones", "One city, one ticket"),
        ("objective", "One city, one ticket", ""),
        ("objective", "Trams run at night, all of them", ""),
    ]


def test_objectives_of_another_cycle_are_not_joined() -> None:
    objectives = "Name,Level,Quarter,Status\nEvergreen,Team,Q2 2025,Done\n"
    pairs = "Objective,Key Result,Target Value,Quarter\nEvergreen,Plant ten,10,Q3 2025\n"
    files = [Upload("o.csv", objectives.encode()), Upload("k.csv", pairs.encode())]
    prepared = prepare(files, None, Reading(as_of=AS_OF))
    assert sorted(row["cycle"] for row in table(prepared, "objective_row")) == [
        "Q2 2025",
        "Q3 2025",
    ]


# --- the admin export: incidents ---------------------------------------------


def test_the_org_tree_of_the_admin_export() -> None:
    """Teams came in no order: the level is the depth below the one without a parent."""
    assert [(r["team"], r["level"], r["department"], r["parent_team"]) for r in table(read("viva_json"), "org_unit_row")] == [
        ("Harbour", "company", None, None),
        ("Night Routes", "team", "Routes", "Routes"),
        ("Routes", "department", "Routes", "Harbour"),
    ]  # fmt: skip


def test_progress_as_a_raw_value_is_told_by_the_check_ins() -> None:
    """320 of 800 rides stood in Progress: it equals the last check-in, so it is no percent."""
    rows = by_title(read("viva_json"), "key_result_row")
    assert (rows["800 rides"]["reported_progress"], rows["800 rides"]["current_value"]) == (
        None,
        320,
    )
    assert (rows["No accident"]["reported_progress"], rows["No accident"]["current_value"]) == (
        0.6,
        30,
    )


def test_one_json_file_is_known_by_its_own_name() -> None:
    """Incident: objectives.json taken out of the ZIP was refused, its name was not looked at."""
    content = json.dumps([{"ID": 1, "Title": "Alone", "Object Type": "Objective"}])
    prepared = prepare([Upload("objectives.json", content.encode())], None, Reading(as_of=AS_OF))
    assert [row[1] for row in tree_of(prepared)] == ["Alone"]


# --- through the store -------------------------------------------------------


def _alignment(store: Store) -> dict[str, str]:
    with store.reader() as reader:
        return dict(reader.rows("select title, alignment_state from objective_progress"))


def test_viva_in_the_views(store: Store) -> None:
    units = Upload(
        "org_units.csv",
        b"team,level,department\nHarbour,company,\nRoutes,team,Rides\nCare,team,Rides\n",
    )
    import_files(store, [*PRESET_FILES["viva"], units], as_of=AS_OF)
    assert _alignment(store) == {
        "Night rides (weekend) / late": "contributing",
        "Keep (old) riders / again": "unresolved",  # its parent is not in the filtered view
        "Win riders": None,
    }
    with store.reader() as reader:
        (progress,) = reader.rows("select progress from key_result_progress")
    assert progress[0] == pytest.approx((3_637_839 - 3_000_000) / 1_000_000)


def test_peoplebox_in_the_views(store: Store) -> None:
    import_files(store, PRESET_FILES["peoplebox"], as_of=AS_OF)
    import_files(store, LATER_FILES["peoplebox"], as_of=LATER)
    states = _alignment(store)
    assert states["Bread for all shops"] == states["Friendly counters"] == "contributing"
    with store.reader() as reader:
        links = reader.rows("select count(*) from line_of_sight where distance = 1")
        figures = reader.rows("select current_value from key_result_progress")
    assert len(states) == 4
    assert figures == [(750.0,)]
    assert links[0][0] >= 4


def test_a_json_export_is_read_apart_as_here(store: Store) -> None:
    result = import_files(store, PRESET_FILES["viva_json"], as_of=AS_OF)
    assert result.manifest.counts["org_units"] == 3
    assert _alignment(store)["Ride at night"] == "contributing"


def test_answers_never_change_a_preset() -> None:
    before = {name: mapping.to_toml() for name, mapping in presets().items()}
    prepare(
        PRESET_FILES["notion"], None, Reading(as_of=AS_OF, at_risk="off_track", fill_down=("team",))
    )
    assert {name: mapping.to_toml() for name, mapping in presets().items()} == before
    assert replace(presets()["viva"]) == presets()["viva"]
