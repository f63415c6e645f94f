"""The report: what it says, that it says nothing as code, and that the command writes it whole."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from okr_data.cli import main
from okr_data.export import browser
from okr_data.export.report import make_report, make_report_pdf
from okr_data.queries import Filters, headline
from okr_data.store import Store
from okr_data.texts import speaking
from tests.conftest import take_in

CYCLE = Filters("Q4 2026")
NOV = date(2026, 11, 20)
TITLES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7*7 }} {% raw %}", "=cmd|' /C calc'!A0",
    "زيادة رضا العملاء", "Win 🚀 the 市場", "long " * 100, "</script><script>alert(2)</script>",
)  # fmt: skip


def page_of(store: Store, filters: Filters = CYCLE) -> str:
    with store.reader() as reader:
        return make_report(reader, filters).decode()


def body_of(page: str) -> str:
    return page[page.index("<body>") :]


def run(store: Store, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--data", str(store.folder)])


def test_the_report_says_what_a_review_says(sample_store: Store) -> None:
    body = body_of(page_of(sample_store))
    for name in (
        "levels", "departments", "goals", "changes", "attention", "forecast", "alignment",
        "definitions", "settings", "freshness",
    ):  # fmt: skip
        assert f'<section id="{name}"' in body
        assert f'href="#{name}"' in body
    with sample_store.reader() as reader:
        figures = headline(reader, CYCLE)
    assert f"{figures.line_of_sight} of {figures.below_company}" in body
    assert "Q4 2026 stands at 50\u00a0%" in body


def test_nothing_is_fetched_and_plotly_is_inside_once(sample_store: Store) -> None:
    page = page_of(sample_store)
    assert "default-src 'none'" in page
    assert not re.search(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="?https?:', page)
    assert page.count("* plotly.js v") == 1


def test_titles_of_users_are_text(store: Store) -> None:
    rows = "\n".join(
        f"O-{n} | {title.replace('|', '¦')} | team | Q4 2026 | G | 30%"
        for n, title in enumerate(TITLES)
    )
    take_in(
        store, as_of=NOV,
        objectives="id | title | level | cycle | parent_ids | progress\n"
        f"G | {TITLES[0]} | company | Q4 2026 | | 50%\n{rows}",
    )  # fmt: skip
    body = body_of(page_of(store))
    assert "<script>alert" not in body
    assert "<img" not in body
    assert "49 {%" not in body
    assert "&lt;script&gt;alert(1)" in body


def test_nothing_under_the_filter_is_a_report_too(store: Store) -> None:
    take_in(store, as_of=NOV, objectives="id | title | cycle\nO-1 | a | Q4 2026")
    body = body_of(page_of(store, Filters("Q1 1999")))
    assert "Q1 1999: nothing here under this filter" in body
    assert "nan" not in re.sub(r"<script.*?</script>", "", body, flags=re.DOTALL).lower().split()


def test_three_hundred_departments_fit(store: Store) -> None:
    rows = "\n".join(
        f"O-{n} | a {n} | department | Department {n:03} | Q4 2026 | {n % 100}%" for n in range(300)
    )
    take_in(
        store, as_of=NOV, objectives=f"id | title | level | department | cycle | progress\n{rows}"
    )
    body = body_of(page_of(store))
    assert "14 of 300 departments" in body
    assert all(f"Department {n:03}" in body for n in range(300))


def test_the_report_speaks_german(sample_store: Store) -> None:
    with speaking("de"):
        body = body_of(page_of(sample_store))
    assert "Was sich geändert hat" in body or "Abteilungen" in body
    assert "Definitions" not in re.sub(r"<script.*?</script>", "", body, flags=re.DOTALL)


@pytest.mark.skipif(browser.browser_path() is None, reason="needs a Chromium")
def test_the_report_on_paper(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        content = make_report_pdf(reader, CYCLE)
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 4


def test_the_command_is_quiet_and_writes_the_file(sample_store: Store, tmp_path: Path) -> None:
    for kind, start in (("html", b"<!doctype html>"), ("xlsx", b"PK")):
        out = tmp_path / f"report.{kind}"
        result = run(
            sample_store, "report", "--cycle", "Q4 2026", "--department", "Sales",
            "--format", kind, "--out", str(out),
        )  # fmt: skip
        assert (result.exit_code, result.output) == (0, "")
        assert out.read_bytes().startswith(start)


def test_the_command_says_what_is_wrong(
    sample_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = run(
        sample_store, "report", "--cycle", "Q9", "--format", "html", "--out", str(tmp_path / "x")
    )
    assert unknown.exit_code == 2
    assert "Q4 2026" in unknown.output
    nowhere = run(sample_store, "report", "--format", "html", "--out", str(tmp_path / "no" / "x"))
    assert nowhere.exit_code == 3
    assert "cannot be written" in nowhere.output
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    monkeypatch.setattr(browser, "_warm", browser._Warm())
    paper = run(sample_store, "report", "--format", "pdf", "--out", str(tmp_path / "x"))
    assert paper.exit_code == 3
    assert "apt-get install chromium" in paper.output
    assert list(tmp_path.iterdir()) == []


def test_the_command_exports_everything(sample_store: Store, tmp_path: Path) -> None:
    assert run(sample_store, "export", "--out", str(tmp_path / "out")).exit_code == 2
    result = run(sample_store, "export", "--all", "--out", str(tmp_path / "out"))
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "out" / "README.md").exists()
