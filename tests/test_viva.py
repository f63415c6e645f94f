"""The traps of the Viva format one by one, and one small export that shows them in the views."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from okr_data.ingest import Upload
from okr_data.ingest.viva import file_day, split_check_in, split_parents
from okr_data.store import Draft
from tests.conftest import draft_of, new_store

AS_OF = date(2025, 3, 14)
PARENT = "Aligned To (weight, Objective ID)"
UNITS = (
    "team,level,department\r\nHarbour,company,\r\nRoutes,department,Routes\r\n"
    "Night Routes,team,Routes\r\n"
)


def export(*rows: dict[str, str], spill: dict[str, list[str]] | None = None) -> bytes:
    """Write rows as an export; every column that a row names is in the header.

    ``spill`` gives further check-ins by title: cells beyond the header.
    """
    header = list(dict.fromkeys(name for row in rows for name in row))
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        further = (spill or {}).get(row["Title"], [])
        writer.writerow([*(row.get(name, "") for name in header), *further])
    return target.getvalue().encode()


def objective(item: str, title: str, parent: str = "", **more: str) -> dict[str, str]:
    return {
        "Id": item, "Title": title, "Team": "Routes", "Owner": "Ann Example", "Period": "Q1 2025",
        PARENT: parent, "Object Type": "Objective", "Metric Name": "", "Unit": "", "Start": "",
        "Target": "", "Actual Progress": "", "Progress %": "", "Status": "On Track",
        "Last Check-in": "", "Last Check-in Note": "", "Checkins": "",
        **{name.replace("_", " "): value for name, value in more.items()},
    }  # fmt: skip


def key_result(item: str, title: str, parent: str, **more: str) -> dict[str, str]:
    row = objective(item, title, parent, Metric_Name="rides", Unit="rides", Start="0", Target="100")
    return {**row, "Object Type": "Key result", **{k.replace("_", " "): v for k, v in more.items()}}


def drafted(content: bytes, name: str = "export.csv", as_of: date | None = AS_OF) -> Draft:
    return draft_of([Upload(name, content), Upload("org_units.csv", UNITS.encode())], as_of=as_of)


def table(draft: Draft, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = draft.tables[name].to_pylist()
    return found


def codes(draft: Draft) -> set[str]:
    return {issue.code for issue in draft.issues}


# --- the parents cell --------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "parents", "rest"),
    [
        ("Win riders(weight: 14.29%, Id: 77)", [("Win riders", "14.29", "77")], ""),
        ("Win riders (weight: 0%, Id: 77)", [("Win riders", "0", "77")], ""),
        (
            "Win riders(weight: 50%, Id: 77) / Keep riders(weight: 50%, Id: 78)",
            [("Win riders", "50", "77"), ("Keep riders", "50", "78")],
            "",
        ),
        # Titles hold slashes and brackets themselves.
        ("North / south(weight: 5%, Id: 7)", [("North / south", "5", "7")], ""),
        ("Win (again) / more(weight: 5%, Id: 7)", [("Win (again) / more", "5", "7")], ""),
        ("A/B / C(weight: 5%, Id: 7)", [("A/B / C", "5", "7")], ""),
        (
            "Mend (all) / now(weight: 5%, Id: 7) / a/b (old)(weight: 0%, Id: 8)",
            [("Mend (all) / now", "5", "7"), ("a/b (old)", "0", "8")],
            "",
        ),
        # … and even the anchor.
        (
            "Loads (weight: under 3 t)(weight: 5%, Id: 7)",
            [("Loads (weight: under 3 t)", "5", "7")],
            "",
        ),
        (
            "Loads (weight: 5%) as agreed(weight: 9%, Id: 7)",
            [("Loads (weight: 5%) as agreed", "9", "7")],
            "",
        ),
        ("Loads (weight: 5%)(weight: 9%, Id: 7)", [("Loads (weight: 5%)", "9", "7")], ""),
        # A title that looks like a parent of its own: every real parent of this file has an Id.
        (
            "Loads (weight: 5%) / south(weight: 9%, Id: 7)",
            [("Loads (weight: 5%) / south", "9", "7")],
            "",
        ),
        # Files of the Ally era know no ids.
        (
            "Win riders(weight: 50%) / Keep riders(weight: 50%)",
            [("Win riders", "50", None), ("Keep riders", "50", None)],
            "",
        ),
        ("Just a title", [], "Just a title"),
        (
            "Win riders(weight: 50%, Id: 77) / Just a title",
            [("Win riders", "50", "77")],
            "Just a title",
        ),
        ("", [], ""),
    ],
)  # fmt: skip
def test_parents_cell(cell: str, parents: list[tuple[str, str, str | None]], rest: str) -> None:
    found, left = split_parents(cell)
    assert [(p.title, p.weight_text, p.parent_id) for p in found] == parents
    assert left == rest


@pytest.mark.parametrize(
    ("weight", "read", "contributes"),
    [("100%", 1.0, True), ("14.29%", 0.1429, True), ("0%", 0.0, False), ("0.5%", 0.005, True)],
)
def test_weight_of_a_parent(weight: str, read: float, contributes: bool) -> None:
    draft = drafted(
        export(objective("1", "Up"), objective("2", "Down", f"Up(weight: {weight}, Id: 1)"))
    )
    (link,) = table(draft, "alignment_row")
    assert link["weight"] == pytest.approx(read)
    assert link["contributes"] is contributes


# --- the check-in cell -------------------------------------------------------

DAY, AT = "2025-03-10", "2025-03-10 20:57:08 UTC"
WHOLE = (
    f"Checkin Date: {DAY}; User: Ann Example; Note: %s; Metric Name: Progress; "
    f"Status: On Track; Current Value: 25%%; Activity Date: {AT};"
)


@pytest.mark.parametrize(
    "note",
    [
        "All well",
        "",
        "Blocked; waiting; see below",
        "First line\nsecond line; third\n",
        "Status: unclear; asked Ann",
        "Current Value: wrong; Status: odd; corrected",
        "Metric Name: which one?; tell me",
    ],
)
def test_note_of_a_check_in(note: str) -> None:
    found = split_check_in(WHOLE % note)
    assert found is not None
    assert found.note == note.strip()
    assert (found.day, found.user, found.metric) == (DAY, "Ann Example", "Progress")
    assert (found.status, found.value, found.at) == ("On Track", "25%", AT)


@pytest.mark.parametrize(
    ("cell", "metric", "note", "value"),
    [
        (
            f"Checkin Date: {DAY}; User: Bo; Note: ok; Status: Behind; Current Value: 3,637,839;",
            "", "ok", "3,637,839",
        ),
        (
            f"Checkin Date: {DAY}; User: Bo; Note: ; Metric Name: rides; Status: Behind; "
            f"Current Value: 40; Activity Date: {AT};",
            "rides", "", "40",
        ),
        (f"Checkin Date: {DAY}; User: Bo; Note: only a note", "", "only a note", ""),
    ],
)  # fmt: skip
def test_parts_of_a_check_in_may_be_missing(cell: str, metric: str, note: str, value: str) -> None:
    found = split_check_in(cell)
    assert found is not None
    assert (found.metric, found.note, found.value) == (metric, note, value)


@pytest.mark.parametrize("cell", ["", "no record at all", "Note: without its day;"])
def test_what_is_no_check_in(cell: str) -> None:
    assert split_check_in(cell) is None


def test_check_ins_spill_into_columns_without_a_header() -> None:
    cell = "Checkin Date: 2025-0%d-03; User: Bo; Note: n%d; Status: On Track; Current Value: %d;"
    records = [cell % (n, n, n * 10) for n in (3, 2, 1)]
    first = {**key_result("2", "Ride", "Up(weight: 50%, Id: 1)"), "Checkins": records[0]}
    draft = drafted(export(objective("1", "Up"), first, spill={"Ride": records[1:]}))
    found = sorted((c["checked_on"], c["value"], c["note"]) for c in table(draft, "check_in_row"))
    assert found == [(date(2025, n, 3), n * 10.0, f"n{n}") for n in (1, 2, 3)]
    assert "row_unreadable" not in codes(draft)


@pytest.mark.parametrize(
    ("metric", "unit_and_target", "written", "value_and_progress"),
    [
        ("Metric Name: rides; ", ("rides", "100"), "40", (40, None)),
        ("Metric Name: rides; ", ("rides", "5,000,000"), "3,637,839", (3637839, None)),
        ("Metric Name: Progress; ", ("rides", "100"), "40%", (None, 0.40)),
        ("", ("rides", "100"), "40", (40, None)),
        ("", ("rides", "100"), "40%", (None, 0.40)),
        ("", ("%", "80"), "40%", (40, None)),
        ("", ("%", ""), "40%", (None, 0.40)),
        ("Metric Name: rides; ", ("rides", "100"), "n/a", (None, None)),
    ],
)
def test_value_of_a_check_in(
    metric: str,
    unit_and_target: tuple[str, str],
    written: str,
    value_and_progress: tuple[float | None, float | None],
) -> None:
    unit, target = unit_and_target
    row = {
        **key_result("2", "Ride", "Up(weight: 50%, Id: 1)", Unit=unit, Target=target),
        "Checkins": f"Checkin Date: {DAY}; User: Bo; Note: ; {metric}Status: Behind; "
        f"Current Value: {written}; Activity Date: {AT};",
    }
    (found,) = table(drafted(export(objective("1", "Up"), row)), "check_in_row")
    assert (found["value"], found["progress"]) == value_and_progress


def test_a_check_in_that_does_not_read_is_reported_and_the_row_stays() -> None:
    row = {**objective("1", "Up"), "Checkins": "Checkin Date: someday; User: Bo; Note: x;"}
    draft = drafted(export(row))
    assert [o["objective_id"] for o in table(draft, "objective_row")] == ["1"]
    assert "row_unreadable" in codes(draft)


# --- header, ids, names ------------------------------------------------------


def test_ally_era_header() -> None:
    """Tag, OKR type and Type name stand where later files have Object Type, Team and Unit."""
    content = (
        b'Id,Title,Tag,Owner,Period,"Aligned To (weight, Objective ID)",OKR type,Type name,'
        b"Target,Start,Progress %,Status,Checkins\r\n"
        b"1,Win riders,,Ann Example,2024 Q4,,Company,Objective,,,40,On Track,\r\n"
        b"2,Rides,,Bo Sample,2024 Q4,Win riders(weight: 100%),Company,Key result,100,0,40,Behind,"
        b"\r\n"
    )
    draft = drafted(content)
    assert draft.source_format.startswith("template + viva")
    assert [(o["objective_id"], o["level"]) for o in table(draft, "objective_row")] == [
        ("1", "company")
    ]
    (measured,) = table(draft, "key_result_row")
    assert (measured["key_result_id"], measured["objective_id"]) == ("2", "1")
    assert (measured["weight"], measured["cycle"]) == (1.0, "Q4 2024")


@pytest.mark.parametrize("kind", ["Objective", "Key result", "Deliverable"])
def test_a_parent_that_is_named_by_title_alone(tmp_path: Path, kind: str) -> None:
    """Exports of the Ally era pack no ids: each kind of item must find its parent by title."""
    child = key_result("2", "Rides", "Win riders(weight: 100%)", Actual_Progress="40")
    child |= {"Object Type": kind, "Progress %": "40"}
    if kind == "Objective":
        child |= dict.fromkeys(("Metric Name", "Unit", "Start", "Target"), "")
    rows = [{**objective("1", "Win riders"), "Team": "Harbour"}, child]
    if kind == "Objective":
        rows.append(key_result("3", "Measure", "Rides(weight: 100%, Id: 2)", Actual_Progress="40"))
    store = new_store(tmp_path)
    store.accept(drafted(export(*rows)))
    with store.reader() as reader:
        ((rollup,),) = reader.rows(
            "select rollup_progress from objective_progress where objective_id = '1'"
        )
    assert rollup == pytest.approx(0.40)


def without_id(*rows: dict[str, str]) -> bytes:
    return export(*({k: v for k, v in row.items() if k != "Id"} for row in rows))


def test_without_an_id_column_parents_are_known_by_their_packed_id() -> None:
    draft = drafted(
        without_id(
            objective("", "Up / away"), objective("", "Down", "Up / away(weight: 50%, Id: 77)")
        )
    )
    up, down = table(draft, "objective_row")
    (link,) = table(draft, "alignment_row")
    assert up["objective_id"] == "77"
    assert (link["child_id"], link["parent_id"]) == (down["objective_id"], "77")
    assert "id_derived" in codes(draft)
    assert "parent_not_found" not in codes(draft)


def test_without_an_id_column_the_key_is_title_owner_and_period() -> None:
    def keys(*rows: dict[str, str]) -> list[str]:
        return [o["objective_id"] for o in table(drafted(without_id(*rows)), "objective_row")]

    same = objective("", "Down")
    assert keys(same, objective("", "Other")) == keys(same, objective("", "Third"))[:1] + keys(
        objective("", "Other")
    )
    assert (
        len({*keys(same), *keys({**same, "Owner": "Bo"}), *keys({**same, "Period": "Q2 2025"})})
        == 3
    )


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("VivaGoals_Harbour_All OKRs_2025_03_14_1741946000.csv", date(2025, 3, 14)),
        ("VivaGoals_har_bour_2024_10_view_2025_12_31_1767139200.csv", date(2025, 12, 31)),
        ("VivaGoals_Harbour_View_2025_02_30_1741946000.csv", None),
        ("VivaGoals_Harbour_View.csv", None),
        ("export 2025-03-14.csv", None),
    ],
)
def test_day_of_the_file_name(name: str, day: date | None) -> None:
    assert file_day(name) == day


def test_the_file_name_offers_the_as_of_day() -> None:
    name = "VivaGoals_Harbour_All_2025_03_12_1741946000.csv"
    draft = drafted(export(objective("1", "Up")), name, as_of=None)
    assert (draft.as_of, draft.as_of_given) == (date(2025, 3, 12), False)
    assert "as_of_assumed" in codes(draft)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Not Started", "not_started"),
        ("On Track", "on_track"),
        ("Behind", "at_risk"),
        ("At Risk", "off_track"),
        ("Closed", "done"),
        ("Postponed", "dropped"),
        ("postponed", "dropped"),
        ("Paused", None),
        ("", None),
    ],
)
def test_status(word: str, status: str | None) -> None:
    draft = drafted(export(objective("1", "Up", Status=word)))
    (row,) = table(draft, "objective_row")
    assert (row["status"], row["status_raw"] or "") == (status, word)
    assert ("status_unknown" in codes(draft)) == (word == "Paused")


@pytest.mark.parametrize(
    ("word", "metric", "kind"),
    [
        ("Objective", "", "objective_row"),
        ("Key result", "rides", "key_result_row"),
        ("Deliverable", "", "initiative_row"),
        ("Outcome", "rides", "key_result_row"),
        ("Action", "", "initiative_row"),
        ("Ambition", "", "objective_row"),
        ("Yardstick", "rides", "key_result_row"),
        ("", "", "objective_row"),
    ],
)
def test_renamed_object_types(word: str, metric: str, kind: str) -> None:
    row = {
        **objective("2", "It", "Up(weight: 5%, Id: 1)"),
        "Object Type": word,
        "Metric Name": metric,
    }
    draft = drafted(export(objective("1", "Up"), row))
    number = 1 + (kind == "objective_row")
    assert len(table(draft, kind)) == number
    assert ("object_type_unknown" in codes(draft)) == (word in ("Ambition", "Yardstick", ""))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Q1 2025", "Q1 2025"),
        ("2025 Q1", "Q1 2025"),
        ("1Q25", "Q1 2025"),
        ("Quarter 1 FY25", "FY25 Q1"),
        ("FY25 Q1", "FY25 Q1"),
        ("Annual 2025", "Annual 2025"),
        ("H1 2025", "H1 2025"),
        ("January 2025", "January 2025"),
    ],
)
def test_periods(written: str, name: str) -> None:
    (row,) = table(drafted(export(objective("1", "Up", Period=written))), "objective_row")
    assert (row["cycle"], row["cycle_raw"]) == (name, written)


def test_several_teams_and_owners() -> None:
    row = {
        **objective("1", "Up"),
        "Team": "Night Routes; Routes",
        "Owner": "Ann Example, Bo Sample",
    }
    draft = drafted(export(row))
    (found,) = table(draft, "objective_row")
    assert (found["team"], found["teams_raw"]) == ("Night Routes", "Night Routes; Routes")
    assert found["owner"] == "Ann Example; Bo Sample"
    assert "several_teams" in codes(draft)


# --- numbers -----------------------------------------------------------------


#: (unit, start, target), Actual Progress, Progress %, and the progress that is right.
MEASURES: tuple[tuple[tuple[str, str, str], str, str, float | None], ...] = (
    (("rides", "0", "5,000,000"), "3,637,839", "73", 3637839 / 5000000),
    (("rides", "", "100"), "40", "40", 40 / 100),
    (("days", "21", "7"), "14", "50", (14 - 21) / (7 - 21)),
    (("%", "40%", "60%"), "49%", "45", (49 - 40) / (60 - 40)),
    (("%", "40", "60"), "49%", "45", (49 - 40) / (60 - 40)),
    (("rides", "0", "100"), "134", "134", 1),
    (("rides", "0", "100"), "-20", "0", 0),
    # No current value: the reported one.
    (("rides", "0", "100"), "", "45", 0.45),
    # No target: percent where the unit is %, else a raw value that says nothing of progress.
    (("%", "", ""), "45%", "", 0.45),
    (("%", "", ""), "45%", "45", 0.45),
    (("rides", "", ""), "45", "30", 0.30),
    (("rides", "", ""), "45", "", None),
    (("", "", ""), "", "", None),
)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float | None]:
    """Progress by id, the ids being the numbers of the cases; one import for all of them."""
    rows = [objective("up", "Up")]
    for number, ((unit, start, target), actual, percent, _) in enumerate(MEASURES):
        row = key_result(str(number), f"Ride {number}", "Up(weight: 5%, Id: up)")
        row |= {"Unit": unit, "Start": start, "Target": target}
        rows.append({**row, "Actual Progress": actual, "Progress %": percent})
    store = new_store(tmp_path_factory.mktemp("measured"))
    store.accept(drafted(export(*rows)))
    with store.reader() as reader:
        return dict(reader.rows("select key_result_id, progress from key_result_progress"))


@pytest.mark.parametrize("number", range(len(MEASURES)))
def test_progress_of_a_key_result(measured: dict[str, float | None], number: int) -> None:
    right = MEASURES[number][-1]
    found = measured[str(number)]
    assert found == (None if right is None else pytest.approx(right, abs=1e-9))


# --- one small export through to the views -----------------------------------


def test_a_small_export(tmp_path: Path) -> None:
    """A parent outside the file is unresolved; a postponed one detaches; 0 % only supports."""
    rows = [
        {**objective("1", "Win riders"), "Team": "Harbour"},
        objective("2", "Under it", "Win riders(weight: 100%, Id: 1)"),
        objective("3", "Beside it", "Win riders(weight: 0%, Id: 1)"),
        objective("4", "Below a key result", "Rides / week(weight: 20%, Id: 9)"),
        objective("5", "Filtered away", "Elsewhere(weight: 50%, Id: 999)"),
        objective("6", "Both", "Elsewhere(weight: 50%, Id: 999) / Under it(weight: 10%, Id: 2)"),
        objective("7", "Not now", "Win riders(weight: 100%, Id: 1)", Status="Postponed"),
        objective("8", "Left behind", "Not now(weight: 100%, Id: 7)"),
        objective("10", "On its own"),
        objective("11", "Under work", "New map(weight: 100%, Id: 12)"),
        key_result("9", "Rides / week", "Win riders(weight: 60%, Id: 1)", Actual_Progress="40"),
        {
            **objective("12", "New map", "Win riders(weight: 20%, Id: 1)"),
            "Object Type": "Deliverable",
            "Progress %": "50",
        },
    ]
    store = new_store(tmp_path)
    store.accept(drafted(export(*reversed(rows))))
    with store.reader() as reader:
        found = dict(reader.rows("select objective_id, alignment_state from objective_progress"))
        ((rollup, progress),) = reader.rows(
            "select rollup_progress, progress from objective_progress where objective_id = '1'"
        )
    assert found == {
        "1": None,
        "2": "contributing",
        "3": "supporting",
        "4": "contributing",
        "5": "unresolved",
        "6": "contributing",
        "7": None,
        "8": "detached",
        "10": "unaligned",
        "11": "contributing",
    }
    assert progress == pytest.approx(0.40)
    assert rollup == pytest.approx((0.60 * 0.40 + 0.20 * 0.50) / (0.60 + 0.20))
