"""What a chair does: go through the review by keys, write remarks, close it, and go on next time."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from okr_data.queries import Filters
from okr_data.review import Review, Step, compose
from okr_data.store import Meeting, Remark, Store
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Screen, Server
from tests.conftest import DAY, new_store, take_in

CYCLE, FRAMES = "Q4 2026", ("Annual 2026",)
FIRST, MIDDLE = date(2026, 10, 16), date(2026, 11, 15)
HOSTILE = "![x](http://e.example/x.png) <img src=x onerror=alert(1)> **Call** them {n} $x$ =1+1"


def composed(store: Store, since: date, as_of: date | None = None) -> Review:
    with store.reader(as_of) as reader:
        return compose(reader, Filters(CYCLE), FRAMES, since)


def heading_of(step: Step) -> str:
    """Return what the heading of a step begins with."""
    if step.key == "moved":
        return "objectives moved up since"
    if step.key == "end":
        return "Take it along: nothing was written down yet"
    name = step.department or "Company goals"
    return f"{name}: {step.questions} question"


@pytest.fixture
def desk(sample_folder: Path, tmp_path: Path, serve: Serve) -> Server:
    """A server on the sample data in which a test may write."""
    return serve(Path(shutil.copytree(sample_folder, tmp_path / "data")))


def press(screen: Screen, key: str, heading: str) -> None:
    expect(screen.page.locator("[data-listens]")).to_be_attached()  # it comes after the heading
    screen.ask(lambda: screen.page.keyboard.press(key))
    screen.settle(heading)


def test_a_review_from_its_agenda_to_its_end_by_keys(site: Server, visit: Visit) -> None:
    found = composed(site.store, FIRST)
    agenda = found.timed(60)
    screen = visit(site, width=1920)
    screen.open("/")
    screen.menu("Review", "Review of Q4 2026 since 16 Oct 2026")
    expect(screen.text("No review before: compared with the import before")).to_be_visible()
    for step in agenda[1:]:
        expect(screen.page.locator(".okr-slide dl")).to_contain_text(f"{step.minutes} min")
    for step in agenda[1:]:
        press(screen, "ArrowRight", heading_of(step))
        screen.assert_address({"step": step.key}, exactly=False)
        for topic in step.topics[:3]:
            expect(
                screen.page.locator(".okr-slide").get_by_text(topic.title, exact=True)
            ).to_be_visible()
    screen.page.keyboard.press("ArrowRight")  # the last step stays the last
    press(screen, "PageUp", heading_of(agenda[-2]))
    for _ in range(2):  # two quick ones are two steps
        screen.page.keyboard.press("ArrowLeft")
    screen.settle(heading_of(agenda[-4]))
    press(screen, "ArrowRight", heading_of(agenda[-3]))
    screen.back()
    screen.settle(heading_of(agenda[-4]))
    # Keys go on from where buttons led.
    screen.press("Next")
    screen.settle(heading_of(agenda[-3]))
    press(screen, "ArrowRight", heading_of(agenda[-2]))
    screen.assert_sound()


def test_figures_of_what_moved_are_those_that_were_counted(site: Server, visit: Visit) -> None:
    moves = composed(site.store, FIRST).moves
    screen = visit(site)
    screen.open("/review?step=moved", "objectives moved up since")
    expect(screen.heading).to_have_text(
        f"{moves.up} of {moves.objectives} objectives moved up since 16 Oct 2026, {moves.down} down; "
        f"{moves.fell} fell behind pace, {moves.caught_up} caught up"
    )
    expect(
        screen.page.get_by_role("radio", name=f"Lost its line of sight ({moves.lost})")
    ).to_be_visible()
    _, content = screen.download("Download these changes (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert sum(row["Change"] == "Fell behind pace" for row in rows) == moves.fell
    screen.select_row("Changes with what stood before and what stands after", 0)
    screen.press("Open it")
    screen.settle(rows[0]["Item"])
    screen.assert_address({"item": rows[0]["Id"]}, exactly=False)
    # The way back leads to where the meeting was.
    screen.menu("Review", "objectives moved up since")
    screen.assert_sound()


def test_presenter_notes_show_the_row_behind_and_keys_in_fields_stay_there(
    site: Server, visit: Visit
) -> None:
    (step,) = (s for s in composed(site.store, FIRST).steps if s.key == "department:Sales")
    screen = visit(site)
    screen.open("/review?step=department:Sales", heading_of(step))
    source = step.topics[0].questions[0].source
    expect(screen.text(source)).to_have_count(0)
    screen.click(screen.page.get_by_text("Presenter notes"))
    expect(screen.text(source).first).to_be_visible()
    screen.settle(heading_of(step))
    box = screen.page.get_by_label("Remark", exact=True)
    box.click()
    box.type("one two")
    for key in ("ArrowLeft", "PageDown", "ArrowRight", "Home"):
        screen.page.keyboard.press(key)
    screen.page.wait_for_timeout(300)
    screen.settle(heading_of(step))
    screen.assert_address({"step": "department:Sales", "notes": "true"}, exactly=False)
    # What is begun stays when the meeting goes on before it is saved.
    screen.press("Next")
    screen.settle("Marketing")
    screen.press("Back")
    screen.settle(heading_of(step))
    expect(box).to_have_value("one two")
    screen.assert_sound()


def test_remarks_are_kept_and_the_next_review_begins_where_this_one_ends(
    desk: Server, visit: Visit
) -> None:
    screen = visit(desk)
    address = f"/review?as_of={MIDDLE}&step=department:Sales"
    screen.open(address, "Sales: ")
    screen.write("Remark", HOSTILE)
    screen.switch("Action")
    screen.write("Who does it", "Bo")
    screen.write("Written by", "Ann <b>")
    screen.press("Save the remark")
    expect(screen.text("Saved.")).to_be_visible()
    screen.settle("Sales: ")
    screen.open(address, "Sales: ")
    expect(screen.text(HOSTILE)).to_be_visible()
    expect(screen.text("to do: Bo")).to_be_visible()
    assert screen.page.locator("[data-testid=stMain] img").count() == 0

    screen.open(f"/review?as_of={MIDDLE}&step=end", "1 remark: 0 decisions, 1 action")
    name, content = screen.download("Download the remarks (CSV)")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert name == "review-remarks.csv"
    assert (row["Remark"], row["Owner"], row["Written by"]) == (HOSTILE, "Bo", "Ann <b>")
    assert (row["Step"], row["Kind"], row["As of"]) == ("Sales", "Action", str(MIDDLE))
    screen.press("Close the review")
    screen.settle("This review is closed since")

    there = visit(desk)
    there.open("/review", "Review of Q4 2026 since 15 Nov 2026")
    expect(there.text("Compared with the last review")).to_be_visible()
    there.page.get_by_text("1 earlier review").click()
    expect(there.page.get_by_role("region", name="Remarks of an earlier review")).to_be_visible()
    screen.press("Open it again")
    screen.settle("1 remark: 0 decisions, 1 action")
    there.open("/review", "Review of Q4 2026 since 16 Oct 2026")
    there.assert_sound()


def test_two_people_write_at_once_and_one_takes_a_remark_back(desk: Server, visit: Visit) -> None:
    first, second = visit(desk), visit(desk)
    for screen in (first, second):
        screen.open("/review?step=company", "Company goals: ")
    for screen, words in ((first, "from the first"), (second, "from the second")):
        screen.write("Remark", words)
    for screen in (first, second):
        screen.press("Save the remark")
    for screen in (first, second):
        expect(screen.text("Saved.")).to_be_visible()
    first.open("/review?step=company", "Company goals: ")
    expect(first.text("from the second")).to_be_visible()
    first.click(first.page.get_by_role("button", name="Take it back").first)
    expect(first.text("1 at this step")).to_be_visible()
    first.assert_sound()


def test_long_and_empty_remarks_are_answered_in_words(desk: Server, visit: Visit) -> None:
    screen = visit(desk)
    screen.open("/review?step=company", "Company goals: ")
    screen.press("Save the remark")
    expect(screen.text("Write some words first")).to_be_visible()
    screen.write("Remark", "x" * 10_001)
    screen.press("Save the remark")
    expect(screen.text("at most 10,000 characters, this one has 10,001")).to_be_visible()
    screen.write("Remark", "y" * 10_000)
    screen.press("Save the remark")
    expect(screen.text("The whole remark")).to_be_visible()
    screen.assert_sound()


def test_page_opens_whatever_the_address_says(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open(
        "/review?step=boss&since=2031-01-01&minutes=-1&cycle=%00",
        "Review of Q4 2026 since 16 Oct 2026",
    )
    screen.go("/review?step=%00&since=%3Cb%3E&minutes=1e9", "Review of Q4 2026 since 16 Oct 2026")
    screen.go("/review?since=2026-11-01&minutes=15", "Review of Q4 2026 since 1 Nov 2026")
    expect(screen.text("15 minutes").last).to_be_visible()
    screen.go(
        "/review?as_of=2026-11-19&since=2026-11-18&step=moved&department=Sales", "18 Nov 2026"
    )
    screen.assert_sound()


def test_a_phone_scrolls_in_one_direction_only(site: Server, visit: Visit) -> None:
    screen = visit(site, width=390)
    screen.open("/review?lang=de")
    for step in ("moved", "company", "department:Sales", "end"):
        screen.go(f"/review?step={step}&lang=de")
        assert screen.content_width() <= 390, step
        expect(screen.page.get_by_role("button", name="Weiter")).to_be_visible()


def test_one_import_no_company_goal_and_hostile_titles(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    store = new_store(tmp_path / "data")
    take_in(
        store,
        as_of=DAY,
        objectives="id | title | level | department | created\n"
        "O-1 | ![x](http://e.example) <b>bold</b> | team | <i>R&D</i> | 2026-11-20",
    )
    store.remark(Meeting(None, DAY), Remark("gone:step", "said at a step that is no more"))
    screen = visit(serve(store.folder))
    screen.open("/review", "Review of Without cycle")
    press(screen, "ArrowRight", "The only objective did not move since 13 Nov 2026")
    screen.go("/review?step=company", "This cycle has no company goal")
    press(screen, "ArrowRight", "<i>R&D</i>: ")
    expect(
        screen.page.locator(".okr-slide").get_by_text("![x](http://e.example) <b>bold</b>")
    ).to_be_visible()
    press(screen, "ArrowRight", "1 remark")
    screen.assert_sound()
