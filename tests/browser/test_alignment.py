"""What is asked before a review: what needs attention, why, who carries it, where it leads."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import pandas as pd
from playwright.sync_api import expect

from okr_data.alignment import alignment
from okr_data.findings import Findings, findings
from okr_data.findings import found as every_found
from okr_data.queries import Filters
from okr_data.scorecard import check_items, scorecard
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Server

CYCLE = "Q4 2026"
FINDINGS = "Findings with the item, the rule and what was measured"


def found(server: Server) -> Findings:
    with server.store.reader() as reader:
        return findings(reader, Filters(CYCLE))


def grave(server: Server) -> pd.DataFrame:
    with server.store.reader() as reader:
        return every_found(reader, Filters(CYCLE), severity="high").rows


def test_grave_finding_is_explained_opened_and_traced_to_its_row(
    site: Server, visit: Visit
) -> None:
    wanted = found(site)
    screen = visit(site)
    screen.open("/")
    screen.menu("Findings", "grave finding")
    expect(screen.heading).to_contain_text(f"{CYCLE}: {wanted.open('high')} grave findings on ")
    expect(screen.heading).to_contain_text(f"{wanted.open():,} findings in all")

    screen.switch("High")
    screen.settle("grave finding")
    screen.assert_address({"severity": "high"}, exactly=False)
    _, content = screen.download("Download these findings (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["Id"] for row in rows] == list(grave(site)["item_id"])

    first = grave(site).iloc[0]
    screen.select_row(FINDINGS, 0)
    expect(screen.page.get_by_role("heading", name=first["title"])).to_be_visible()
    expect(screen.text("Why it matters.")).to_be_visible()
    source = f"Source: {first['file']}, row {first['row']}, {first['import_id']}"
    expect(screen.text(source)).to_be_visible()
    screen.press("Open it")
    screen.settle(first["title"])
    screen.assert_address({"item": first["item_id"]}, exactly=False)
    expect(screen.text("What the imports state")).to_be_visible()
    screen.assert_sound()


def test_a_finding_is_excused_with_a_reason_and_the_excuse_taken_back(
    sample_folder: Path, tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    server = serve(Path(shutil.copytree(sample_folder, tmp_path / "data")))
    before = found(server).open()
    screen = visit(server)
    screen.open("/findings?finding=no_owner", "findings in all")
    screen.select_row(FINDINGS, 0)
    screen.page.get_by_role("button", name="Excuse it").first.click()
    screen.write("Reason", "Hiring until January")
    screen.click(screen.page.get_by_role("button", name="Excuse it").last)
    screen.settle(f"{before - 1} findings in all")
    summary = found(server).summary.set_index("finding")
    assert summary.loc["no_owner", "excused"] == 1
    screen.click(screen.page.get_by_text("Excused too"))
    screen.settle("findings in all")
    screen.select_row(FINDINGS, 0)
    expect(screen.text("Hiring until January")).to_be_visible()
    screen.press("Take the excuse back")
    screen.settle(f"{before} findings in all")
    screen.assert_sound()


def test_check_of_the_scorecard_shows_its_list(site: Server, visit: Visit) -> None:
    with site.store.reader() as reader:
        whole = scorecard(reader, CYCLE, None)
        one = scorecard(reader, CYCLE, "Marketing")
        behind = check_items(reader, CYCLE, "Marketing", "line_of_sight")
    assert whole.score is not None
    screen = visit(site)
    screen.open("/scorecard", "weakest is")
    expect(screen.heading).to_contain_text(f"{CYCLE} scores {whole.score * 100:.0f} %")
    screen.go("/scorecard?department=Marketing", "weakest is")
    expect(screen.text(re.compile("marketing", re.IGNORECASE)).first).to_be_visible()
    place = list(one.checks["check"]).index("line_of_sight")
    screen.select_row("The checks with passed and total", place)
    expect(screen.text("passes when a chain of alignments leads")).to_be_visible()
    _, content = screen.download("Download this list (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    failed = behind[behind["passed"] == False]  # noqa: E712 - three values
    assert [row["Id"] for row in rows if row["Outcome"] == "does not"] == list(failed["item_id"])
    screen.select_row("Items behind the check Line of sight", 0)
    screen.settle(str(behind.iloc[0]["title"]))
    screen.assert_address({"department": "Marketing"}, exactly=False)
    screen.assert_sound()


def test_parts_of_the_page_alignment_stand_in_the_address(site: Server, visit: Visit) -> None:
    with site.store.reader() as reader:
        whole = alignment(reader, Filters(CYCLE)).whole.iloc[0]
    screen = visit(site)
    screen.open("/alignment", "lead to a company goal")
    expect(screen.heading).to_contain_text(
        f"({int(whole['line_of_sight'])} of {int(whole['objectives'])})"
    )
    for part, value, text in (
        ("Company objectives", "goals", "Who carries whose goals"),
        ("Contribution", "contribution", "Who carries the company objectives"),
    ):
        screen.switch(part)
        screen.settle("lead to a company goal")
        screen.assert_address({"part": value}, exactly=False)
        expect(screen.text(text)).to_be_visible()
    screen.assert_sound()


def test_line_of_sight_of_a_person_and_an_objective_without_one(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/sight?sight=person&sight_person=Nora+Kettunen", "Nora Kettunen")
    expect(screen.page.get_by_role("heading", name="Line of sight")).to_be_visible()
    screen.go("/objective?item=O-198", "Become the voice people trust on heating costs")
    expect(screen.text("Unaligned").first).to_be_visible()
    screen.assert_sound()


def test_pages_open_whatever_the_address_says(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open("/findings?finding=%3Cb%3E&severity=High&excused=maybe", "findings in all")
    screen.go("/objective?item=%00nowhere", "Look an objective up")
    expect(screen.text("is not in the data")).to_be_visible()
    screen.go("/sight?sight=x&sight_person=y")
    screen.go("/alignment?part=Contribution&state=Detached&ratio=x", "lead to a company goal")
    screen.assert_sound()


def test_a_filter_is_kept_on_the_way_to_an_objective_and_back(site: Server, visit: Visit) -> None:
    with site.store.reader() as reader:
        wanted = every_found(reader, Filters(CYCLE, ("Sales",)), severity="high").rows
    screen = visit(site)
    screen.open("/findings", "findings in all")
    screen.choose("Departments", "Sales")
    screen.settle(f"{CYCLE}: {len(wanted)} grave finding")
    screen.switch("High")
    screen.settle("grave finding")
    screen.select_row(FINDINGS, 0)
    screen.press("Open it")
    screen.page.wait_for_url("**/objective?*")
    screen.settle(wanted.iloc[0]["title"])
    screen.assert_address({"department": "Sales"}, exactly=False)
    screen.back()
    screen.page.wait_for_url("**/findings?*")
    screen.settle(f"{CYCLE}: {len(wanted)} grave finding")
    screen.assert_address({"department": "Sales"}, exactly=False)
    screen.assert_sound()


def test_findings_in_german(site: Server, visit: Visit) -> None:
    wanted = found(site)
    screen = visit(site)
    screen.open("/findings?lang=de&severity=high", "schwere Befunde")
    expect(screen.heading).to_contain_text(f"insgesamt {wanted.open()} Befunde")
    _, content = screen.download("Diese Befunde herunterladen (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["Id"] for row in rows] == list(grave(site)["item_id"])
    assert {row["Severity"] for row in rows} == {"Hoch"}
    screen.select_row("Befunde mit Eintrag, Regel und dem, was gemessen wurde", 0)
    expect(screen.text("Warum es zählt.")).to_be_visible()
    expect(screen.page.get_by_test_id("stException")).to_have_count(0)


def test_company_objectives_alone_have_no_ratio(site: Server, visit: Visit) -> None:
    screen = visit(site)
    screen.open(
        f"/alignment?cycle={CYCLE.replace(' ', '+')}&level=company",
        f"{CYCLE}: there is nothing below company level",
    )
    expect(screen.text("Company objectives are the goals themselves")).to_be_visible()
    screen.assert_sound()
