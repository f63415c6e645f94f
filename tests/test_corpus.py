"""Two collections of messy files, each case as it is described; see tests/corpus.

Where the shared collection is absent its half is skipped. What fails here is a silently wrong
value, a row that went in without being trusted, or a refusal that does not say why.
"""

from __future__ import annotations

import atexit
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from okr_data.ingest import Upload
from okr_data.issues import CODES
from tests.corpus import make, shared
from tests.corpus.case import Case
from tests.corpus.run import Outcome, happened, outcome_of

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


def _assert_holds(outcome: Outcome) -> None:
    assert outcome.holds, "\n".join((outcome.case.wrong, *outcome.failures, outcome.told()))


@pytest.mark.parametrize("file", MADE)
def test_our_own_files(file: str) -> None:
    _assert_holds(happened(MADE[file], FOLDER))


@needs_shared
@pytest.mark.parametrize("file", SHARED or ["absent"])
def test_the_shared_files(file: str) -> None:
    case = SHARED[file]
    if file in OBJECTIONS:
        assert not happened(case, shared.FOLDER).holds, "the objection is out of date"
        _, ours = OBJECTIONS[file]
        case = replace(ours, file=file, group=case.group, wrong=case.wrong)
    _assert_holds(happened(case, shared.FOLDER))


@needs_shared
@pytest.mark.parametrize("name", shared.upload_names() or ["absent"], ids=lambda n: ascii(n)[:24])
def test_hostile_names_of_uploads(name: str) -> None:
    content = (shared.FOLDER / "ok_baseline.csv").read_bytes()
    case = Case(name, "names", "a hostile name", "accept", 5, SHARED["ok_baseline.csv"].cells)
    _assert_holds(outcome_of(case, [Upload(name, content)], anew=True))


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
