"""A company with more objectives than a page sends: every list says so, and its search finds the rest."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from okr_data.cascade import furthest_behind
from okr_data.findings import found
from okr_data.queries import MOST_ROWS, Filters
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Server, serving
from tests.browser.warm import Nursery
from tests.conftest import new_store, take_in

COUNT = MOST_ROWS + 120
LAST = f"{COUNT - 1:03}"
BEHIND = "Objectives with their alignment state, parents and links"


@pytest.fixture(scope="module")
def large(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("large")
    rows = ["id | title | level | cycle | department | team | owner | parent_ids | progress"]
    rows.append("G | The goal | company | Q4 2026 | | | Ann | | 50%")
    rows += [
        f"O-{n:03} | Objective {n:03} | team | Q4 2026 | Sales | Team {n:03} | Person {n:03} | | 1{n % 9}%"
        for n in range(COUNT)
    ]
    take_in(new_store(place / "data"), objectives="\n".join(rows))
    with serving(place / "data", place / "server.log", nursery) as server:
        yield server


def test_the_rows_of_a_long_list_are_searched_and_all_leave_in_the_file(
    large: Server, visit: Visit
) -> None:
    screen = visit(large)
    screen.open("/alignment", "lead to a company goal")
    expect(screen.text(f"The first {MOST_ROWS} of {COUNT} rows.")).to_be_visible()
    _, content = screen.download("Download this list (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["Id"] for row in rows} == {f"O-{n:03}" for n in range(COUNT)}
    screen.write(f"Search all {COUNT}", f"person {LAST}")
    screen.settle("lead to a company goal")
    expect(screen.text(f"The first {MOST_ROWS} of")).to_have_count(0)
    screen.select_row(BEHIND, 0)
    screen.settle(f"Objective {LAST}")
    screen.assert_sound()


def test_an_objective_beyond_the_first_is_found_by_its_words(large: Server, visit: Visit) -> None:
    screen = visit(large)
    screen.open("/objective", "Look an objective up")
    expect(screen.text(f"The first {MOST_ROWS} of {COUNT + 1} are offered")).to_be_visible()
    screen.write(f"Search all {COUNT + 1}", f"objective {LAST}")
    screen.settle("Look an objective up")
    screen.choose("Objective", f"Objective {LAST} (O-{LAST})")
    screen.settle(f"Objective {LAST}")
    screen.assert_address({"item": f"O-{LAST}"}, exactly=False)
    screen.assert_sound()


def test_a_mailed_line_of_sight_of_somebody_beyond_the_first(large: Server, visit: Visit) -> None:
    screen = visit(large)
    screen.open(f"/sight?sight=person&sight_person=Person+{LAST}", f"Person {LAST}")
    screen.write(f"Search all {COUNT + 1}", "person 007")
    screen.settle(f"Person {LAST}")
    screen.choose("Person", "Person 007")
    screen.settle("Person 007")
    screen.assert_address({"sight_person": "Person 007"}, exactly=False)
    screen.assert_sound()


def test_words_that_no_objective_holds_do_not_follow_to_another_kind(
    large: Server, visit: Visit
) -> None:
    screen = visit(large)
    screen.open("/sight?sight=person", "contributes to 1 company goal")
    screen.write(f"Search all {COUNT + 1}", "person 007")
    screen.settle("contributes to 1 company goal")
    screen.switch("Objective")
    screen.settle("company goal")
    screen.write(f"Search all {COUNT + 1}", "nothing holds this")
    screen.settle("company goal")
    screen.assert_sound()


def test_a_list_leaves_whole_when_its_data_has_been_replaced_meanwhile(
    sample_folder: Path, tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    server = serve(Path(shutil.copytree(sample_folder, tmp_path / "data")))
    screen = visit(server)
    screen.open("/findings", "findings in all")
    with server.store.reader() as reader:
        wanted = found(reader, Filters("Q4 2026"), most=None).total
    for place in range(4):  # more than are kept open
        server.store.excuse("no_owner", f"X-{place}", "not there", date(2026, 12, 31))
    _, content = screen.download("Download these findings (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == wanted


@pytest.mark.parametrize("page", ["findings", "reconciliation"])
def test_other_long_lists_have_a_search(large: Server, visit: Visit, page: str) -> None:
    screen = visit(large)
    screen.open(f"/{page}")
    expect(screen.page.get_by_label("Search all").first).to_be_visible()
    expect(screen.text(f"The first {MOST_ROWS} of").first).to_be_visible()
    screen.assert_sound()


def test_the_empty_page_opens_what_is_furthest_behind(site: Server, visit: Visit) -> None:
    with site.store.reader() as reader:
        first = furthest_behind(reader, Filters("Q4 2026")).iloc[0]
    screen = visit(site)
    screen.open("/objective", "Look an objective up")
    screen.select_row("Objectives furthest behind pace", 0)
    screen.settle(first["title"])
    screen.assert_address({"item": first["objective_id"]}, exactly=False)
    screen.assert_sound()
