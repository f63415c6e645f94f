"""Mappings and profiles: written, read back, found again next quarter, and used by every way in."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_data.cli import main
from okr_data.errors import FileRefused, OkrError
from okr_data.ingest import Prepared, Reading, Upload, prepare
from okr_data.ingest.columns import Answers
from okr_data.ingest.fields import FIELDS, GRAINS
from okr_data.ingest.formats import ADAPTERS
from okr_data.ingest.mapping import (
    _ADAPTERS,
    Mapping,
    MappingInvalid,
    dated_header,
    fingerprint,
    parse_mapping,
    period_header,
    presets,
    with_answers,
)
from okr_data.ingest.preparing import NotPrepared
from okr_data.ingest.values import fold
from okr_data.intake import check_files, import_files
from okr_data.neutral import neutral_csv
from okr_data.profiles import Profiles, profile_key
from okr_data.schema import STATUSES
from okr_data.store import Store
from tests.conftest import table as as_csv
from tests.preset_files import check_ins_of, tree_of

DAY = date(2026, 8, 3)

# --- TOML --------------------------------------------------------------------

_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_FIELD = st.sampled_from([found.name for found in FIELDS])


def _words(*meanings: str) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(_TEXT.map(fold), st.sampled_from(meanings), max_size=3)


_MAPPINGS = st.builds(
    Mapping,
    name=st.just("any"),
    title=_TEXT,
    rows=st.sampled_from(sorted(GRAINS)),
    columns=st.dictionaries(_FIELD, st.lists(_TEXT, max_size=3).map(tuple), max_size=5),
    required=st.lists(_TEXT, max_size=3).map(tuple),
    evidence=_TEXT,
    adapter=st.sampled_from(["", "viva"]),
    known=st.lists(_TEXT, max_size=3).map(tuple),
    repeated=st.dictionaries(_FIELD, _TEXT.map(lambda text: text + "{n}"), max_size=3),
    indent=st.sampled_from(["", "L\\d", "(main|ebene\\s?\\d)"]),
    dated=st.sampled_from(["", "value", "progress"]),
    separators=st.lists(st.sampled_from([";", ",", "\n", " / ", "|"]), unique=True).map(tuple),
    fill_down=st.lists(_FIELD, max_size=2).map(tuple),
    kinds=_words("objective", "key_result", "initiative"),
    statuses=_words(*STATUSES),
    levels=_words("company", "department", "team", "individual"),
    at_risk_known=st.booleans(),
    parent_above=st.booleans(),
    only_own_words=st.booleans(),
    answers=st.builds(
        Answers,
        decimal=st.sampled_from([None, ".", ","]),
        date_order=st.sampled_from([None, "dmy", "mdy"]),
        progress_scale=st.sampled_from([None, "percent", "ratio"]),
    ),
    fingerprint=st.sampled_from(["", "0123456789abcdef"]),
)


@settings(deadline=None, max_examples=100)
@given(_MAPPINGS)
def test_any_mapping_survives_its_file(mapping: Mapping) -> None:
    assert parse_mapping("any", mapping.to_toml()) == mapping


@pytest.mark.parametrize("name", sorted(presets()))
def test_every_preset_survives_its_file(name: str) -> None:
    assert parse_mapping(name, presets()[name].to_toml()) == presets()[name]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rows = [", "m: "),
        ('rows = "items"\ncolour = 1', 'm: "colour" is no key; known: adapter, answers,'),
        ("title = 'x'", "m: \"rows\" must be one of items, objectives"),
        ('rows = "cells"', "not 'cells'"),
        ('rows = "items"\ncolumns = "Title"', 'm: "columns" must be a table of field = "header"'),
        ('rows = "items"\n[columns]\ntitel = "Titel"', 'm: "titel" is no field; known: id, row_id'),
        ('rows = "items"\n[columns]\ntitle = [1]', 'm: "title" must be a list of texts'),
        ('rows = "items"\n[columns]\ntitle = 1', 'm: "title" must be a list of texts'),
        ('rows = "items"\nrequired = "title"', 'm: "required" must be a list of texts'),
        ('rows = "items"\nrequired = 3', 'm: "required" must be a list of texts'),
        ('rows = "items"\nknown = [3]', 'm: "known" must be a list of texts'),
        ('rows = "items"\nseparators = ";"', 'm: "separators" must be a list of texts'),
        ('rows = "items"\nfill_down = true', 'm: "fill_down" must be a list of texts'),
        ('rows = "items"\nindent = "("', 'm: "indent" is no pattern'),
        ('rows = "items"\ndated = "days"', 'm: "dated" must be one of , value, progress, not \'days\''),
        ('rows = "items"\n[repeated]\ntitle = "KR1"', 'm: repeated.title must be a field and a header with "{n}"'),
        ('rows = "items"\n[repeated]\ntitel = "KR{n}"', "repeated.titel must be a field"),
        ('rows = "items"\nrepeated = "KR{n}"', 'm: "repeated" must be a table'),
        ('rows = "items"\nwords = "none"', 'm: "words" must be a table'),
        ('rows = "items"\n[words]\nstatus = "done"', 'm: "words.status" must be a table'),
        ('rows = "items"\n[words.colour]\nred = "off_track"', 'm: words.colour is unknown; known: type, status, level'),
        ('rows = "items"\n[words.status]\nred = "bad"', "m: \"words.status.red\" must be one of on_track"),
        ('rows = "items"\n[words.type]\nx = "goal"', '"words.type.x" must be one of objective'),
        ('rows = "items"\n[words.level]\nx = "galaxy"', '"words.level.x" must be one of company'),
        ('rows = "items"\nanswers = "dmy"', 'm: "answers" must be a table'),
        ('rows = "items"\n[answers]\ncolour = "red"', "m: answers.colour is unknown; known: decimal"),
        ('rows = "items"\n[answers]\ndecimal = ";"', 'm: "answers.decimal" must be one of ., ,, not \';\''),
        ('rows = "items"\nadapter = "excel"', 'm: "adapter" must be one of'),
        ('rows = "items"\nat_risk_known = "no"', 'm: "at_risk_known" must be true or false'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mapping_is_said(text: str, message: str) -> None:
    with pytest.raises(MappingInvalid) as caught:
        parse_mapping("m", text)
    assert message in str(caught.value)


def test_every_adapter_may_be_named() -> None:
    assert set(_ADAPTERS) == {"", *ADAPTERS}


def test_an_answer_of_a_person_wins_over_a_mapping() -> None:
    mapping = Mapping("m", "M", "items", {}, answers=Answers(".", "dmy", "ratio"))
    merged = with_answers(mapping, Answers(date_order="mdy")).answers
    assert merged == Answers(".", "mdy", "ratio")


# --- fingerprints ------------------------------------------------------------

HEADER = ("Vorhaben", "Stand", "Wer", "6 Jul", "Q3 2026")


@given(st.permutations(HEADER))
def test_a_fingerprint_knows_no_order(header: list[str]) -> None:
    assert fingerprint(header) == fingerprint(HEADER)


@pytest.mark.parametrize(
    "more",
    [
        "13 Jul",
        "2026-07-20",
        "27.07.2026",
        "Q4 2026",
        "FY27 Q1",
        "July",
        "H1",
        "W30 2026-07-20",
        "",
    ],
)
def test_a_fingerprint_stays_when_time_goes_on(more: str) -> None:
    assert dated_header(more) or period_header(more) or not more
    assert fingerprint([*HEADER, more]) == fingerprint(HEADER)


def test_spelling_does_not_change_a_fingerprint_and_a_new_column_does() -> None:
    assert fingerprint(["STAND ", "vorhaben", "Wer"]) == fingerprint(HEADER)
    assert fingerprint([*HEADER, "Ampel"]) != fingerprint(HEADER)


# --- profiles ----------------------------------------------------------------

MAPPING = Mapping(
    "proposed", "Proposed mapping", "items",
    {"title": ("Vorhaben",), "type": ("Sorte",), "parent": ("Gehört zu",), "current_value": ("Jetzt",),
     "target_value": ("Wohin",), "owner": ("Wer",), "status": ("Lage",)},
    kinds={"ergebnis": "key_result", "vorsatz": "objective"},
    statuses={"läuft": "on_track", "hakt": "off_track"},
    answers=Answers(decimal=","), fingerprint="0123456789abcdef",
)  # fmt: skip


def test_profiles_are_saved_found_replaced_and_deleted(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path)
    assert profiles.all() == ()
    saved = profiles.save(" Planning sheet ", MAPPING)
    assert (saved.name, saved.title, saved.evidence) == (
        "planning-sheet",
        "Planning sheet",
        "yours",
    )
    assert profiles.get("planning SHEET") == saved == profiles.all()[0]
    profiles.save("Planning sheet", replace(MAPPING, dated="value"))
    assert [found.dated for found in profiles.all()] == ["value"]
    assert [path.name for path in profiles.folder.iterdir()] == ["planning-sheet.toml"]
    profiles.delete("Planning sheet")
    profiles.delete("Planning sheet")
    assert profiles.all() == ()


def test_a_profile_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(OkrError, match="There is no profile “x”"):
        Profiles(tmp_path).get("x")
    Profiles(tmp_path).save("Plan", MAPPING)
    with pytest.raises(OkrError, match="Saved: Plan"):
        Profiles(tmp_path).get("x")


def test_a_broken_profile_is_named_and_the_others_work(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path)
    profiles.save("Good", MAPPING)
    (profiles.folder / "bad.toml").write_text('rows = "cells"', "utf-8")
    # Incident: a table written as a text raised no error of ours, and every import stopped.
    (profiles.folder / "words.toml").write_text('rows = "items"\nwords = "none"', "utf-8")
    (profiles.folder / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    assert [found.title for found in profiles.all()] == ["Good"]
    assert profiles.broken().keys() == {"bad.toml", "bytes.toml", "words.toml"}
    assert '"rows" must be one of' in profiles.broken()["bad.toml"]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..", "/etc/passwd", "a/b", "a\\b", "C:\\x", "nul\0l", "", "   ", "💥", "." * 300,
     "x" * 5000, "con", "a\nb", "$(rm -rf)", "ÄÖ ü", "-rf", "日本"],
)  # fmt: skip
def test_the_name_of_a_profile_never_leaves_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "data"
    profiles = Profiles(folder)
    profiles.save(name, MAPPING)
    (path,) = profiles.folder.iterdir()
    assert path.parent == folder / "profiles"
    assert path.stem == profile_key(name)
    assert path.stem.replace("-", "").isalnum()
    assert len(path.name) <= 80
    assert profiles.get(name).columns == MAPPING.columns
    profiles.delete(name)
    assert profiles.all() == ()


@given(st.text(max_size=80))
def test_any_name_makes_a_plain_file_name(name: str) -> None:
    key = profile_key(name)
    assert key.replace("-", "").isalnum()
    assert key.isascii()
    assert len(key) <= 80


def test_names_of_other_alphabets_are_profiles_of_their_own(tmp_path: Path) -> None:
    """Incident: “計画” and “планы” both became profile.toml, and the later one replaced the other."""
    profiles = Profiles(tmp_path)
    profiles.save("計画", MAPPING)
    profiles.save("планы", replace(MAPPING, dated="value"))
    assert {found.title for found in profiles.all()} == {"計画", "планы"}
    assert profiles.get("計画").dated == ""


# --- a file that no preset knows ---------------------------------------------

THIS_QUARTER = """
Vorhaben | Sorte | Gehört zu | Wer | Lage | Jetzt | Wohin | 6 Jul | 13 Jul
Mehr Gäste | Vorsatz | | Ann Example | läuft | | | |
900 Betten | Ergebnis | Mehr Gäste | Bo Sample | hakt | 1.234,5 | 9.000 | 800 | 1.200,5
"""
NEXT_QUARTER = """
Wer | Jetzt | Vorhaben | Wohin | Sorte | Lage | Gehört zu | 5 Okt | 12 Okt | 19 Okt
Cleo Fixture | | Bessere Zimmer | | Vorsatz | läuft | | | |
Cleo Fixture | 3,5 | 40 Zimmer | 40 | Ergebnis | läuft | Bessere Zimmer | 1 | 2 | 3,5
"""


def upload(text: str, name: str = "plan.csv") -> Upload:
    return Upload(name, as_csv(text).replace(b",", b";") if ";" in text else _semicolons(text))


def _semicolons(text: str) -> bytes:
    rows = [[c.strip() for c in line.split("|")] for line in text.strip().splitlines()]
    return "\n".join(";".join(row) for row in rows).encode()


def seen_of(error: NotPrepared) -> Any:
    (seen,) = error.tables
    return seen


def test_an_unknown_table_is_shown_with_what_can_be_proposed() -> None:
    with pytest.raises(NotPrepared) as caught:
        prepare([upload(THIS_QUARTER)], None, Reading(as_of=DAY))
    seen = seen_of(caught.value)
    assert seen.recognised == "unknown"
    assert seen.header[:3] == ("Vorhaben", "Sorte", "Gehört zu")
    assert seen.samples[0] == ("Mehr Gäste", "900 Betten")
    assert seen.fingerprint == fingerprint(seen.header)


def test_a_table_that_nobody_knows_is_proposed_with_confidences() -> None:
    prepared = prepare(
        [
            upload("""
        Titel | Typ | Parent OKR | Verantwortlich | Ampel | Aktueller Wert | Zielwert | Quartal
        Mehr Gäste | Ziel | | Ann Example | Grün | | | Q3 2026
        900 Betten | Key Result | Mehr Gäste | Bo Sample | Rot | 1.234,5 | 9.000 | Q3 2026""")
        ],
        None,
        Reading(as_of=DAY),
    )
    (seen,) = prepared.tables
    assert seen.recognised == "assumed"
    assert seen.mapping is not None
    assert {name: headers[0] for name, headers in seen.mapping.columns.items()} == {
        "title": "Titel", "type": "Typ", "parent": "Parent OKR", "owner": "Verantwortlich", "status": "Ampel",
        "current_value": "Aktueller Wert", "target_value": "Zielwert", "cycle": "Quartal",
    }  # fmt: skip
    assert seen.confidences.keys() == seen.mapping.columns.keys()
    assert all(0.8 <= c <= 1 for c in seen.confidences.values())
    assert "header_mapping_assumed" in {i.code for i in prepared.draft.issues}
    assert [row[:3] for row in tree_of(prepared)] == [
        ["key_result", "900 Betten", "Mehr Gäste"], ["objective", "Mehr Gäste", ""]
    ]  # fmt: skip


def test_a_typing_error_in_a_header_lowers_the_confidence() -> None:
    prepared = prepare(
        [
            upload("""
        Title | Type | Parrent ID | Quarter
        A | Objective | | Q3 2026
        B | Objective | A | Q3 2026""")
        ],
        None,
        Reading(as_of=DAY),
    )
    assert (
        0.5
        < prepared.tables[0].confidences["parent"]
        < 0.8
        < prepared.tables[0].confidences["title"]
    )


def _assert_this_quarter(prepared: Prepared) -> None:
    assert tree_of(prepared) == [
        ["key_result", "900 Betten", "Mehr Gäste", "", "1234.5", "9000", "", "off_track"],
        ["objective", "Mehr Gäste", "", "", "", "", "", "on_track"],
    ]


def test_a_given_mapping_is_used_for_every_table_or_one() -> None:
    for reading in (Reading(mapping=MAPPING), Reading(mappings={"plan.csv": MAPPING})):
        prepared = prepare([upload(THIS_QUARTER)], None, replace(reading, as_of=DAY))
        assert prepared.tables[0].recognised == "given"
        assert prepared.draft.source_format == "mapping"
        _assert_this_quarter(prepared)


def test_a_given_mapping_wins_over_a_format_that_would_fit() -> None:
    """The person says that “Name” is the owner, whatever the template says."""
    text = "id | type | title | name | quarter\n1 | objective | A | Ann Example | Q3 2026\n"
    mapping = Mapping(
        "m",
        "M",
        "items",
        {"id": ("id",), "type": ("type",), "title": ("title",), "owner": ("name",)},
    )
    prepared = prepare([Upload("o.csv", as_csv(text))], None, Reading(as_of=DAY, mapping=mapping))
    assert prepared.draft.tables["objective_row"]["owner"].to_pylist() == ["Ann Example"]


def test_a_mapping_whose_columns_are_not_there_is_refused_with_their_names() -> None:
    with pytest.raises(FileRefused, match="no row holds the columns of the mapping \\(Vorhaben"):
        prepare([Upload("o.csv", b"a,b\n1,2\n")], None, Reading(as_of=DAY, mapping=MAPPING))


def test_a_profile_is_found_again_next_quarter(store: Store) -> None:
    """Other values, other weeks, columns in another order: the words of the header are the same."""
    with pytest.raises(NotPrepared) as caught:
        check_files(store, [upload(THIS_QUARTER)], Reading(as_of=DAY))
    seen = seen_of(caught.value)
    answered = replace(MAPPING, dated="value", fingerprint=seen.fingerprint)
    Profiles(store.folder).save("Zimmerplan", answered)
    checked = check_files(store, [upload(THIS_QUARTER)], Reading(as_of=DAY))
    assert [(t.recognised, t.title) for t in checked.prepared.tables] == [("profile", "Zimmerplan")]
    _assert_this_quarter(checked.prepared)

    later = check_files(store, [upload(NEXT_QUARTER)], Reading(as_of=date(2026, 10, 20)))
    assert later.prepared.tables[0].recognised == "profile"
    assert later.prepared.draft.source_format == "profile zimmerplan"
    assert [row[:6] for row in tree_of(later.prepared)] == [
        ["key_result", "40 Zimmer", "Bessere Zimmer", "", "3.5", "40"],
        ["objective", "Bessere Zimmer", "", "", "", ""],
    ]
    assert [row[1:3] for row in check_ins_of(later.prepared)] == [
        ["2026-10-05", "1"], ["2026-10-12", "2"], ["2026-10-19", "3.5"]
    ]  # fmt: skip


def test_a_profile_wins_over_a_preset_that_fits_too() -> None:
    header = "id | type | title | quarter | health"
    profile = Mapping("p", "Mine", "items", {"id": ("id",), "type": ("type",), "title": ("title",)},
                      fingerprint=fingerprint(header.split(" | ")))  # fmt: skip
    text = f"{header}\n1 | objective | A | Q3 2026 | Red\n"
    prepared = prepare(
        [Upload("o.csv", as_csv(text))], None, Reading(as_of=DAY, profiles=(profile,))
    )
    assert prepared.tables[0].title == "Mine"
    assert prepared.draft.tables["objective_row"]["status"].to_pylist() == [None]


def test_the_mapping_of_an_import_is_kept_with_it(store: Store) -> None:
    result = import_files(
        store, [upload(THIS_QUARTER)], reading=Reading(as_of=DAY, mapping=MAPPING)
    )
    kept = result.manifest.mapping["plan.csv"]
    assert parse_mapping("proposed", kept) == MAPPING


# --- the command line --------------------------------------------------------


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data", str(folder)])


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "plan.csv"
    path.write_bytes(upload(THIS_QUARTER).content)
    return str(path)


def test_a_mapping_file_on_the_command_line(store: Store, tmp_path: Path, plan: str) -> None:
    assert run(store.folder, "import", plan).exit_code == 3
    (tmp_path / "map.toml").write_text(MAPPING.to_toml(), "utf-8")
    mapped = (
        "import",
        plan,
        "--mapping",
        str(tmp_path / "map.toml"),
        "--as-of",
        "2026-08-03",
        "--json",
    )
    result = run(store.folder, *mapped)
    assert result.exit_code == 0, result.output
    assert {k: json.loads(result.stdout)[k] for k in ("format", "objectives", "key_results")} == {
        "format": "mapping", "objectives": 1, "key_results": 1
    }  # fmt: skip


def test_a_profile_on_the_command_line(store: Store, plan: str) -> None:
    assert "No profile yet" in run(store.folder, "profiles").output
    Profiles(store.folder).save("Zimmerplan", MAPPING)
    listed = json.loads(run(store.folder, "profiles", "--json").stdout)
    assert listed == [{"name": "zimmerplan", "title": "Zimmerplan", "rows": "items", "columns": 7}]
    assert run(store.folder, "import", plan, "--profile", "zimmerplan", "--dry-run").exit_code == 0
    wrong = run(store.folder, "import", plan, "--profile", "other")
    assert (wrong.exit_code, "There is no profile “other”" in wrong.output) == (3, True)
    both = run(store.folder, "import", plan, "--profile", "zimmerplan", "--mapping", plan)
    assert both.exit_code == 2


def test_a_mapping_file_that_is_wrong_is_refused(store: Store, tmp_path: Path, plan: str) -> None:
    (tmp_path / "map.toml").write_text('rows = "cells"', "utf-8")
    result = run(store.folder, "import", plan, "--mapping", str(tmp_path / "map.toml"))
    assert result.exit_code == 3
    assert 'map: "rows" must be one of' in result.output


# --- refused rows ------------------------------------------------------------

FLAWED = """
id | type | title | quarter | progress | Colour
1 | objective | Grow | Q3 2026 | 40 | blue
 | objective | Nameless | Q3 2026 | 5,5 | =1+1
3 | objective | Twice | Q3 2026 | 5 | red
3 | objective | Twice, but other | Q3 2026 | 6 | red
"""


def test_refused_rows_hold_their_cells_and_a_reason() -> None:
    prepared = prepare([Upload("o.csv", as_csv(FLAWED))], None, Reading(as_of=DAY))
    (refused,) = prepared.refused
    assert refused.label == "o.csv"
    assert list(refused.rows.columns) == [
        "id",
        "type",
        "title",
        "quarter",
        "progress",
        "Colour",
        "reason it did not go in",
    ]
    assert refused.rows["progress"].tolist() == ["5,5", "5", "6"]  # as written, not as read
    assert refused.rows["Colour"].tolist() == ["=1+1", "red", "red"]
    reasons = refused.rows["reason it did not go in"].tolist()
    assert "no id" in reasons[0]
    assert "different items in rows 4, 5" in reasons[1]


def test_refused_rows_are_corrected_and_go_in(store: Store) -> None:
    reading = Reading(as_of=DAY)
    first = check_files(store, [Upload("o.csv", as_csv(FLAWED))], reading)
    store.accept(first.prepared.draft)
    rows = first.prepared.refused[0].rows
    rows["id"] = ["2", "3", "4"]
    corrected = Upload("refused-1.csv", neutral_csv(rows))
    second = check_files(store, [corrected], reading)
    assert second.prepared.refused == ()
    store.accept(second.prepared.draft)
    with store.reader() as reader:
        titles = reader.rows("select objective_id, title from objective_progress order by all")
    assert titles == [("1", "Grow"), ("2", "Nameless"), ("3", "Twice"), ("4", "Twice, but other")]


def test_the_command_line_writes_refused_rows(store: Store, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_bytes(as_csv(FLAWED))
    out = tmp_path / "refused"
    result = run(
        store.folder,
        "import",
        str(tmp_path / "o.csv"),
        "--as-of",
        "2026-08-03",
        "--refused",
        str(out),
    )
    assert result.exit_code == 0, result.output
    (path,) = out.iterdir()
    frame = pd.read_csv(io.BytesIO(path.read_bytes()), dtype=str)
    assert path.name == "refused-1.csv"
    assert frame["title"].tolist() == ["Nameless", "Twice", "Twice, but other"]
    assert frame["Colour"].tolist()[0] == "'=1+1"  # no spreadsheet runs it


def test_rows_that_stayed_out_read_back_by_the_profile(store: Store) -> None:
    """The file of refused rows has a column more; it must not hide what kind of table it is."""
    header = "Nr;Vorhaben;Gehört zu;Von;Nach"
    content = f"{header}\n1;Wachsen;;0;10\n2;Zimmer;1;0;10\n2;Betten;1;0;20\n".encode()
    mapping = Mapping(
        "rooms", "Rooms", "items",
        {"id": ("Nr",), "title": ("Vorhaben",), "parent": ("Gehört zu",), "start_value": ("Von",),
         "target_value": ("Nach",)},
        fingerprint=fingerprint(header.split(";")),
    )  # fmt: skip
    Profiles(store.folder).save("Rooms", mapping)
    checked = check_files(store, [Upload("plan.csv", content)], Reading(as_of=DAY))
    (refused,) = checked.prepared.refused
    mended = neutral_csv(refused.rows).decode("utf-8-sig").replace("2,Betten", "3,Betten")
    again = check_files(store, [Upload("refused-rows-1.csv", mended.encode())], Reading(as_of=DAY))
    assert again.prepared.tables[0].recognised == "profile"
    assert again.prepared.draft.counts()["key_results"] == 2
