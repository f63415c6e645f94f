"""What an analyst does who doubts a figure: see whether it agrees, why not, and in which row."""

from __future__ import annotations

import csv
import io

import pandas as pd
from playwright.sync_api import expect

from okr_data.queries import Filters
from okr_data.reconciliation import Reconciliation, items, reconciliation
from tests.browser.conftest import Visit
from tests.browser.driving import Server

CYCLE = "Q4 2026"
HEADING = "reported figures agree with the computed ones"
ITEMS = "Items with reported and computed progress"


def found(server: Server, cycle: str = CYCLE) -> Reconciliation:
    with server.store.reader() as reader:
        return reconciliation(reader, Filters(cycle))


def rows(server: Server, reason: str) -> pd.DataFrame:
    with server.store.reader() as reader:
        return items(reader, Filters(CYCLE), reason).rows


def test_difference_is_traced_to_its_arithmetic_and_its_row(site: Server, visit: Visit) -> None:
    wanted = found(site)
    odd = rows(site, "unexplained").iloc[0]
    screen = visit(site)
    screen.open("/")
    screen.menu("Reconciliation", HEADING)
    agree, compared = wanted.count("agrees"), wanted.compared
    expect(screen.heading).to_contain_text(f"{CYCLE}: {agree} of {compared} reported figures agree")
    expect(
        screen.text(f"{wanted.reported} of {wanted.items} items report a progress")
    ).to_be_visible()

    screen.switch("Not explained (1)")
    screen.settle(HEADING)
    screen.assert_address({"reason": "unexplained"}, exactly=False)
    _, content = screen.download("Download these items (CSV)")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (row["Id"], row["Row"]) == (odd["item_id"], str(odd["row"]))

    screen.select_row(ITEMS, 0)
    expect(screen.page.get_by_role("heading", name=odd["title"])).to_be_visible()
    # the planted mistake: reported 91 %, though 88.5 of 82 … 92 is 65 %
    expect(screen.text("(88.5 − 82) / (92 − 82) = 65 %.")).to_be_visible()
    expect(screen.text("The source says 91 %: 26 points more.")).to_be_visible()
    expect(
        screen.text(f"Source: {odd['file']}, row {odd['row']}, {odd['import_id']}")
    ).to_be_visible()

    screen.press("Open imp-0002")
    screen.settle("imp-0002 · as of 20 Nov 2026")
    screen.back()
    screen.settle(HEADING)
    screen.assert_sound()


def test_reason_of_a_mailed_address_and_an_objective_with_its_weights(
    site: Server, visit: Visit
) -> None:
    wanted = found(site)
    agreeing = rows(site, "agrees")
    place = int(agreeing.index[agreeing["item_kind"] == "objective"][0])
    item = agreeing.iloc[place]
    screen = visit(site)
    screen.open("/reconciliation?reason=agrees", HEADING)
    expect(screen.text(f"{len(agreeing)} of {wanted.items} items shown")).to_be_visible()
    screen.select_row(ITEMS, place)
    expect(screen.page.get_by_role("heading", name=item["title"])).to_be_visible()
    expect(screen.text("Key results of this objective")).to_have_count(0)
    expect(
        screen.page.get_by_role("region", name="Key results of this objective with their weights")
    ).to_be_visible()
    screen.press("See it in the cascade")
    screen.settle(item["title"])
    screen.assert_address({"objective": item["item_id"]}, exactly=False)
    screen.assert_sound()


def test_page_opens_whatever_the_address_says(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/reconciliation?reason=%3Cb%3E&cycle=%00&department=Nope", HEADING)
    expect(screen.text(f"of {found(site).items} items shown")).to_be_visible()
    screen.choose("Cycle", "Q2 2026")
    screen.settle("Q2 2026")
    wanted = found(site, "Q2 2026")
    expect(screen.heading).to_contain_text(f"{wanted.count('agrees')} of {wanted.compared}")
    screen.assert_sound()
