"""Settings: documented, checked, what they change, and what stays where the file is wrong."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from okr_data import cascade, queries, views
from okr_data.charts import sunburst
from okr_data.errors import OkrError
from okr_data.settings import (
    FILE,
    Settings,
    as_toml,
    described,
    differing,
    load_settings,
    parse_settings,
    setting_rows,
    settings_of_rows,
    settings_problem,
)
from okr_data.store import Store
from okr_data.ui import tables
from tests.conftest import DAY, new_store, take_in

OBJECTIVES = """
    id  | title        | level   | cycle   | owner | score | goal_type
    O-1 | Win winter   | company | Q4 2026 | Ann   | 0.9   | committed
    O-2 | Grow         | company | Q4 2026 | Ann   | 0.7   | aspirational
    O-3 | Learn        | company | Q4 2026 | Ann   | 0.4   |
    O-4 | Rest         | company | Q4 2026 | Ann   | 0.39  |
    O-5 | Think        | company | Q4 2026 | Ann   |       |
    O-6 | Finish       | company | Q4 2026 | Ann   | 1     | committed
"""
KEY_RESULTS = """
    id   | objective_id | title | start_value | target_value | current_value
    KR-1 | O-1          | One   | 0           | 100          | 40
"""


def test_the_written_file_reads_back_as_the_same_settings() -> None:
    changed = Settings(pace_rule="gap", cadence_days=7, level_team="Squads/Squad")
    assert parse_settings(tomllib.loads(as_toml(changed))) == changed
    for name, _, what in described():
        assert name in as_toml(changed)
        assert what.meaning in as_toml(changed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('pace_rule = "fast"', "one of ratio, gap, forecast"),
        ("cadence_days = 2.5", "a whole number"),
        ("cadence_days = 0", "between 1 and 366"),
        ('cadence_days = "14"', "a number"),
        ("cadence_days = true", "a number"),
        ("no_such = 1", '"no_such" is not a setting'),
        ("score_green = 0.3", "score_yellow must not be above score_green"),
        ('level_team = ""', "a name"),
        ('level_team = "a/b/c"', "a name"),
        ("level_team = 3", "a name"),
        ("pace_on_track = ", "settings.toml"),
        ("too_early_share = nan", "between 0 and 1"),
    ],
)
def test_a_wrong_file_is_told_with_its_setting(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    with pytest.raises(OkrError, match=message) as told:
        load_settings(tmp_path)
    assert "settings.toml" in str(told.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('pace_rule = 1\ncadence_days = "x"', "utf-8")
    with pytest.raises(OkrError, match=r"pace_rule.*cadence_days"):
        load_settings(tmp_path)


def test_a_name_may_differ_for_one_and_for_many() -> None:
    names = Settings(level_team="Squads/Squad", level_company="Group")
    assert (names.level_name("team"), names.level_name("team", one=True)) == ("Squads", "Squad")
    assert names.level_name("company") == names.level_name("company", one=True) == "Group"


def test_other_settings_have_another_digest() -> None:
    assert Settings().digest() == Settings().digest()
    assert Settings().digest() != Settings(cadence_days=7).digest()


def _store(folder: Path, toml: str) -> Store:
    store = new_store(folder)
    (folder / "settings.toml").write_text(toml, "utf-8")
    take_in(store, objectives=OBJECTIVES, key_results=KEY_RESULTS)
    return store


@pytest.mark.parametrize(
    ("toml", "pace"),
    [
        # 50 of 91 days have passed: 54.9 % are expected, 40 % are reached.
        ("", "at_risk"),  # 40 / 54.9 = 0.73
        ("pace_at_risk = 0.8", "off_track"),
        ('pace_rule = "gap"', "on_track"),  # 54.9 − 40 = 14.9 points < 16.5
        ('pace_rule = "gap"\ngap_on_track = 0.1', "at_risk"),
        ('pace_rule = "gap"\ngap_on_track = 0.05\ngap_at_risk = 0.1', "off_track"),
        ("too_early_share = 0.6", "too_early"),
        ('pace_rule = "forecast"', "at_risk"),  # no forecast without check-ins: ratio decides
    ],
)
def test_the_pace_rule_decides(toml: str, pace: str, tmp_path: Path) -> None:
    with _store(tmp_path, toml).reader() as reader:
        assert reader.rows(
            "select pace_status from objective_progress where objective_id = 'O-1'"
        ) == [(pace,)]
        assert reader.rows("select pace_status from key_result_progress") == [(pace,)]


def test_bands_of_a_score(tmp_path: Path) -> None:
    with _store(tmp_path, "").reader() as reader:
        bands = dict(reader.rows("select objective_id, score_band from objective_progress"))
    assert bands == {
        "O-1": "yellow",  # committed: green only at 1.0
        "O-2": "green",
        "O-3": "yellow",
        "O-4": "red",
        "O-5": None,
        "O-6": "green",
    }


# --- the file and the database ---------------------------------------------------

FAMILY = """
    id  | title        | level      | department | cycle   | owner | parent_ids
    O-1 | Win winter   | company    |            | Q4 2026 | Ann   |
    O-2 | Sell more    | department | Sales      | Q4 2026 | Bo    | O-1
"""


def write(store: Store, text: str) -> None:
    (store.folder / FILE).write_text(text, "utf-8")


def names_of(store: Store, one: bool = False) -> dict[str, str]:
    with store.reader() as reader:
        return queries.settings(reader).level_names(one)


# --- names of levels ------------------------------------------------------------


def test_a_name_is_plural_or_plural_and_singular() -> None:
    settings = parse_settings({"level_team": " Squads / Squad ", "level_company": "Group"})
    assert settings.level_names() == {
        "company": "Group", "department": "Departments", "team": "Squads",
        "individual": "Individuals",
    }  # fmt: skip
    assert settings.level_names(one=True) == {
        "company": "Group", "department": "Department", "team": "Squad",
        "individual": "Individual",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"level_team": ""}, '"level_team" must be a name of at most 40 characters'),
        ({"level_team": "Squads/"}, '"level_team" must be a name'),
        ({"level_team": "a/b/c"}, '"level_team" must be a name'),
        ({"level_team": 3}, '"level_team" must be a name'),
        ({"level_team": "x" * 41}, "at most 40 characters"),
        ({"level_team": "Departments/Squad"}, "two levels have the same name"),
        ({"level_team": "Squads/department"}, "two levels have the same name"),
    ],
)
def test_what_is_no_name_of_a_level(raw: dict[str, object], message: str) -> None:
    with pytest.raises(OkrError, match=message):
        parse_settings(raw)


def test_names_are_those_of_the_published_database_and_not_of_the_file(store: Store) -> None:
    take_in(store, objectives=FAMILY)
    write(store, 'level_department = "Divisions/Division"\n')
    assert names_of(store)["department"] == "Departments"
    store.rebuild()
    assert names_of(store)["department"] == "Divisions"
    assert names_of(store, one=True)["department"] == "Division"


def test_a_table_of_objectives_says_the_name_of_one(store: Store) -> None:
    write(store, 'level_department = "Divisions/Division"\n')
    take_in(store, objectives=FAMILY)
    with store.reader() as reader:
        graph = cascade.graph(reader, queries.Filters("Q4 2026"))
        rows = cascade.cascade(reader, graph).rows
        shown = tables.objectives_table(rows, queries.settings(reader).level_names(one=True))
    assert dict(zip(shown["Id"], shown["Level"], strict=True)) == {
        "O-1": "Company", "O-2": "Division",
    }  # fmt: skip


def test_a_sector_says_the_name_of_its_level_escaped(store: Store) -> None:
    take_in(store, objectives=FAMILY)
    with store.reader() as reader:
        around = cascade.cascade(reader, cascade.graph(reader, queries.Filters("Q4 2026")))
    sectors = around.sectors.assign(title="t")
    hovers = sunburst.sector_marks(sectors, level_names={"company": "<b>Us</b>"})["hover"]
    (goal,) = hovers[sectors["objective_id"] == "O-1"]
    assert "<br>&lt;b&gt;Us&lt;/b&gt; · Q4 2026<br>" in goal


# --- values ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {
            "cadence_days": 7,
            "pace_rule": "gap",
            "gap_on_track": 0.1234567891,
            "level_team": "Squads",
        },
    ],
)
def test_settings_come_back_from_the_database_as_they_went_in(raw: dict[str, object]) -> None:
    settings = parse_settings(raw)
    rows = [(name, number, value) for name, number, value, *_ in setting_rows(settings)]
    again = settings_of_rows([*rows, ("of_another_version", 1.0, "1")])
    assert again == settings
    assert again.digest() == settings.digest()


def test_the_digest_is_another_one_for_other_values_and_short() -> None:
    digests = {
        Settings().digest(), parse_settings({"cadence_days": 7}).digest(),
        parse_settings({"level_team": "Squads"}).digest(),
    }  # fmt: skip
    assert len(digests) == 3
    assert all(len(digest) == 8 for digest in digests)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings()
    pd.testing.assert_frame_equal(
        pd.DataFrame(setting_rows(load_settings(tmp_path))), pd.DataFrame(setting_rows(Settings()))
    )


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"pace_on_track": 0.1234567891, "pace_at_risk": 1e-7, "cadence_days": 366},
        {"pace_rule": "forecast", "level_team": 'The "A" \\ team/Ä-Team'},
    ],
)
def test_the_documented_file_reads_back_as_the_same_settings(raw: dict[str, object]) -> None:
    settings = parse_settings(raw)
    assert parse_settings(tomllib.loads(as_toml(settings))) == settings


@pytest.mark.parametrize(
    "text",
    [
        "pace_on_track = \"high\"", "pace_on_track = true", "pace_on_track = nan",
        "cadence_days = inf", "cadence_days = 2.5", "cadence_days = 1" + "0" * 400,
        "cadence_days = " + "9" * 5000, "pace_rule = {}", "pace_rule = [1]", "level_team = \"\\u0007\"",
        "nonsense = 1", "pace_on_track", "[pace]\non_track = 1", "a = " + "[" * 5000,
        "pace_at_risk = 0.95", "min_key_results = 9", "fiscal_start_month = 13",
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_and_never_more(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    assert settings_problem(tmp_path).startswith(f"{FILE}: ")


def test_bytes_that_are_no_text_and_a_folder_are_told_too(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff\xfe\x00")
    assert settings_problem(tmp_path)
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    assert settings_problem(tmp_path)


def test_a_byte_order_mark_in_front_is_read_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xef\xbb\xbfcadence_days = 7\n")
    assert load_settings(tmp_path).cadence_days == 7


def test_what_differs_is_said_with_both_values() -> None:
    other = parse_settings({"cadence_days": 7, "level_team": "Squads"})
    assert differing(Settings(), other) == {
        "cadence_days": ("14", "7"), "level_team": ("Teams/Team", "Squads"),
    }  # fmt: skip
    assert differing(other, parse_settings({"cadence_days": 7.0, "level_team": "Squads"})) == {}


# --- a file that does not read ----------------------------------------------------

BROKEN = "cadence_days = 'often'\n"


def cadence(store: Store) -> float:
    with store.reader() as reader:
        return queries.settings(reader).cadence_days


def test_where_the_file_breaks_what_was_published_stays(store: Store) -> None:
    """A typing error in settings.toml left an application that did not start any more."""
    write(store, "cadence_days = 7\n")
    take_in(store, objectives=FAMILY)
    generation = store.generation()
    write(store, BROKEN)
    store.catch_up()
    assert store.generation() == generation
    assert store.settings().cadence_days == 7
    assert len(store.import_issues("imp-0001")) == 0


def test_every_writer_goes_on_with_the_published_values(store: Store) -> None:
    write(store, "cadence_days = 7\nfiscal_start_month = 7\n")
    take_in(store, objectives=FAMILY)
    write(store, BROKEN)
    more = FAMILY.replace("Q4 2026", "FY27 Q1").replace("O-", "F-")
    take_in(store, objectives=more)
    store.excuse("no_owner", "O-1", "soon", DAY)
    store.undo("imp-0001")
    store.redo("imp-0001")
    assert cadence(store) == 7
    with store.reader() as reader:
        ((starts_on,),) = reader.rows(
            "select starts_on from objective_progress where objective_id = 'F-1'"
        )
    assert starts_on == date(2026, 7, 1)


def test_a_rebuild_says_what_is_wrong_and_changes_nothing(store: Store) -> None:
    take_in(store, objectives=FAMILY)
    generation = store.generation()
    write(store, BROKEN)
    with pytest.raises(OkrError, match="must be a number"):
        store.rebuild()
    assert store.generation() == generation
    write(store, "cadence_days = 9\n")
    store.rebuild()
    assert cadence(store) == 9


def test_without_anything_published_a_broken_file_is_an_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.folder.mkdir()
    write(store, BROKEN)
    with pytest.raises(OkrError, match="must be a number"):
        store.catch_up()
    assert store.generation() == 0


def test_other_formulas_are_computed_with_the_published_settings(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, "cadence_days = 7\n")
    take_in(store, objectives=FAMILY)
    generation = store.generation()
    write(store, BROKEN)
    monkeypatch.setattr(views, "fingerprint", lambda: "another version")
    store.catch_up()
    assert store.generation() > generation
    assert cadence(store) == 7
