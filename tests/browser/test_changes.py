"""What somebody asks who was away: what moved since then, and what was decided meanwhile?"""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

from playwright.sync_api import expect

from okr_data.differences import Differences, what_changed
from okr_data.queries import Filters
from okr_data.settings import Settings
from okr_data.store import Store
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Screen, Server
from tests.conftest import DAY, new_store, take_in

CYCLE = "Q4 2026"
HEADING = "objectives moved up since"
TABLE = "Changes with what stood before and what stands after"
FIRST, SECOND = date(2026, 10, 16), date(2026, 11, 20)


def found(
    server: Server, filters: Filters, before: date = FIRST, after: date = SECOND
) -> Differences:
    with server.store.reader(None if after == SECOND else after) as reader:
        return what_changed(reader, before, after, filters)


def test_changes_since_the_import_before_down_to_a_row(site: Server, visit: Visit) -> None:
    wanted = found(site, Filters(CYCLE))
    screen = visit(site)
    screen.open("/")
    screen.menu("What changed", HEADING)
    expect(screen.heading).to_have_text(
        f"{wanted.up} of {wanted.objectives} objectives moved up since 16 Oct 2026, none down"
    )
    expect(
        screen.text(f"{wanted.fell} objectives fell behind pace; {wanted.caught_up} caught up")
    ).to_be_visible()
    expect(screen.text(f"{wanted.total} of {wanted.total} changes listed.")).to_be_visible()
    assert "since" not in screen.page.url

    count = wanted.count("realigned")
    screen.switch(f"Aligned elsewhere ({count})")
    screen.settle(HEADING)
    screen.assert_address({"change": "realigned"})
    expect(screen.text(f"{count} of {count} changes listed.")).to_be_visible()
    name, content = screen.download("Download these changes (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert name == "what-changed.csv"
    assert {(r["Since"], r["As of"], r["Settings"]) for r in rows} == {
        ("2026-10-16", "2026-11-20", Settings().digest())
    }
    first = wanted.rows[wanted.rows["kind"] == "realigned"].iloc[0]
    assert (rows[0]["Id"], rows[0]["After"]) == (first["item_id"], first["after"])
    screen.select_row(TABLE, 0)
    expect(
        screen.page.get_by_role("heading", name=f"Aligned elsewhere: {first['title']}")
    ).to_be_visible()
    expect(
        screen.text(f"Source: {first['file']}, row {first['row']}, {first['import_id']}")
    ).to_be_visible()
    screen.press("Open it")
    screen.settle(first["title"])
    screen.assert_address({"item": first["item_id"]}, exactly=False)
    screen.back()
    screen.settle(HEADING)
    screen.assert_sound()


def test_other_days_and_filters_stand_in_the_address(site: Server, visit: Visit) -> None:
    before, after = date(2026, 11, 1), date(2026, 11, 15)
    wanted = found(site, Filters(CYCLE, ("Sales",)), before, after)
    screen = visit(site)
    screen.open(f"/changes?department=Sales&as_of={after}&since={before}", HEADING)
    expect(screen.heading).to_contain_text(
        f"{wanted.up} of {wanted.objectives} objectives moved up since 1 Nov 2026"
    )
    screen.switch("Key results")
    screen.settle(HEADING)
    progress = wanted.count("progress", "key_result")
    expect(screen.page.get_by_role("radio", name=f"Progress ({progress})")).to_be_visible()
    screen.press("Start of Q4 2026")
    screen.settle("since 1 Oct 2026")
    screen.assert_address({"since": "2026-10-01"}, exactly=False)
    screen.assert_sound()


def test_what_is_gone_opens_on_the_day_it_was_there(site: Server, visit: Visit) -> None:
    wanted = found(site, Filters(CYCLE))
    gone = wanted.rows[wanted.rows["kind"] == "removed"].iloc[0]
    screen = visit(site)
    screen.open("/changes?change=removed", HEADING)
    screen.select_row(TABLE, 0)
    expect(screen.page.get_by_role("heading", name=f"Gone: {gone['title']}")).to_be_visible()
    with screen.page.expect_popup() as opened:
        screen.page.get_by_role("link", name="Open it as of 16 Oct 2026").click()
    there = Screen(opened.value, site)
    there.settle(gone["title"])
    there.assert_address({"item": gone["item_id"], "as_of": "2026-10-16"}, exactly=False)
    there.assert_sound()
    there.page.close()
    screen.assert_sound()


def test_page_opens_whatever_the_address_says(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/changes?since=2031-01-01&change=boss&items=all&cycle=%00", HEADING)
    for since in ("%3Cb%3E", "2026-11-20", "1900-01-01"):
        screen.go(f"/changes?since={since}&change=boss&items=all&cycle=%00", HEADING)
        expect(screen.heading).to_contain_text("since 16 Oct 2026")
    screen.go("/changes?as_of=2026-01-01", "only one day is known")
    screen.go(
        "/changes?cycle=Q2+2026&since=2026-11-19", "Q2 2026: nothing changed since 19 Nov 2026"
    )
    expect(screen.text("Nothing changed between these days")).to_be_visible()
    screen.assert_sound()


def test_only_one_import_is_compared_with_the_week_before(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    store = new_store(tmp_path / "data")
    take_in(
        store,
        as_of=DAY,
        objectives="id | title | level | cycle\nO-1 | [x](http://e.example) <b> | company | Q4 2026",
        key_results="id | objective_id | title | start_value | target_value\nK | O-1 | sell | 0 | 10",
        check_ins="key_result_id | date | value\nK | 2026-11-02 | 2\nK | 2026-11-19 | 5",
    )
    screen = visit(serve(Store(tmp_path / "data").folder))
    screen.open("/changes", "1 of 1 objectives moved up since 13 Nov 2026, none down")
    screen.assert_sound()
