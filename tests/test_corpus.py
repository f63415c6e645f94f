"""Two collections of messy files, each case as it is described; see tests/corpus.

Where the shared collection is absent its half is skipped. What fails here is a silently wrong
value, a row that went in without being trusted, or a refusal that does not say why.
"""

from __future__ import annotations

import atexit
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from okr_data.ingest import Upload
from okr_data.intake import import_files
from okr_data.issues import CODES
from tests.conftest import new_store
from tests.corpus import make, shared
from tests.corpus.case import Case
from tests.corpus.run import AS_OF, Outcome, all_that_happened, hostile_names

_FOLDER = tempfile.TemporaryDirectory(prefix="okr-made-")
atexit.register(_FOLDER.cleanup)
FOLDER = Path(_FOLDER.name)
#: Made when the tests are collected: each case is a test of its own name.
MADE = {case.file: case for case in make.make(FOLDER)}
SHARED = {case.file: case for case in shared.cases() if case.file != shared.UPLOAD_NAMES}


def _objections() -> dict[str, tuple[str, Case]]:
    """Return why an expectation is wrong, and what happens instead."""
    wrong = {
        "num_swiss.csv": (
            "KR-3 stands at 1,000 of 12 and reports 25 %: by the contract a difference is told",
            ("progress_mismatch",),
        ),
        "num_trailing_minus.csv": (
            "values below the start report 45 %: by the contract a difference is told",
            ("progress_mismatch",),
        ),
        "xlsx_rich_text.xlsx": (
            "the only row states no type: that it is taken as an objective is told",
            ("object_type_unknown",),
        ),
    }
    return {
        file: (reason, replace(SHARED[file], want="warn", codes=codes))
        for file, (reason, codes) in wrong.items()
        if file in SHARED
    }


#: Expectations of the shared collection that we hold to be wrong: why, and what happens instead.
OBJECTIONS = _objections()
needs_shared = pytest.mark.skipif(not SHARED, reason="the shared collection is not here")


@cache
def _made() -> dict[str, Outcome]:
    return {out.case.file: out for out in all_that_happened(list(MADE.values()), FOLDER)}


@cache
def _shared() -> list[Outcome]:
    """Return what happened; where we object, once more against our own expectation."""
    cases = [*SHARED.values(), *(case for _, case in OBJECTIONS.values())]
    return all_that_happened(cases, shared.FOLDER)


@cache
def _names() -> dict[str, Outcome]:
    return {out.case.file: out for out in hostile_names()}


def _assert_holds(outcome: Outcome) -> None:
    assert outcome.holds, "\n".join((outcome.case.wrong, *outcome.failures, outcome.told()))


@pytest.mark.parametrize("file", MADE)
def test_our_own_files(file: str) -> None:
    _assert_holds(_made()[file])


@needs_shared
@pytest.mark.parametrize("file", SHARED or ["absent"])
def test_the_shared_files(file: str) -> None:
    *theirs, ours = [outcome for outcome in _shared() if outcome.case.file == file]
    assert not any(outcome.holds for outcome in theirs), "the objection is out of date"
    _assert_holds(ours)


@needs_shared
@pytest.mark.parametrize("name", shared.upload_names() or ["absent"], ids=lambda n: ascii(n)[:24])
def test_hostile_names_of_uploads(name: str) -> None:
    _assert_holds(_names()[name])


#: The first file of each group that is not refused whole.
ALONE = {c.group: c for c in reversed(MADE.values()) if c.want != "reject" and not c.also}


@pytest.mark.parametrize("group", ALONE)
def test_alone_a_file_goes_in_as_with_all_others(group: str, tmp_path: Path) -> None:
    """By the import that the page and the command line use, into a history of its own."""
    case = ALONE[group]
    store = new_store(tmp_path / "data")
    done = import_files(store, [Upload(case.file, (FOLDER / case.file).read_bytes())], as_of=AS_OF)
    with store.reader() as reader:
        ((rows,),) = reader.rows(
            "select (select count(*) from objective_progress) "
            "+ (select count(*) from key_result_progress) "
            "+ (select count(*) from model.initiative_version)"
        )
    assert rows == case.rows or case.rows is None
    wanted = {choice for codes in case.codes for choice in codes.split("|")}
    assert bool(wanted) <= bool(wanted & set(done.issues["code"]))


def test_every_objection_is_about_a_file_and_says_why() -> None:
    assert not SHARED or OBJECTIONS.keys() <= SHARED.keys()
    assert all(len(reason) > 20 for reason, _ in OBJECTIONS.values())


def test_every_code_that_is_expected_exists() -> None:
    cases = [*MADE.values(), *SHARED.values(), *shared.big()]
    choices = [choice for case in cases for choice in (case, case.otherwise) if choice]
    wanted = {code for choice in choices for codes in choice.codes for code in codes.split("|")}
    assert wanted <= CODES.keys()


def test_every_group_has_cases_of_each_kind() -> None:
    assert len(MADE) >= 90
    assert {case.want for case in MADE.values()} == {"accept", "warn", "reject"}


def test_the_files_are_the_same_at_each_run(tmp_path: Path) -> None:
    make.make(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in FOLDER.iterdir()}
    for path in FOLDER.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
