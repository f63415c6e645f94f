"""The review deck: its figures are those of the pages, and it opens whatever people wrote."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.util import Inches

from okr_data import alignment, board, contribution, differences, queries, texts
from okr_data import findings as rules
from okr_data.charts import theme
from okr_data.cli import main
from okr_data.errors import OkrError
from okr_data.export import deck
from okr_data.export.deck import Remark, TemplateRefused, make_deck, template_of, write_deck
from okr_data.export.pictures import NoBrowser
from okr_data.export.slides import cut, is_rtl, named, plain
from okr_data.neutral import FORMULA_STARTS
from okr_data.queries import Filters
from okr_data.settings import FILE, Settings, differing, load_settings, setting_rows
from okr_data.store import Store
from tests.conftest import DAY, new_store, take_in

CYCLE = Filters("Q4 2026")
#: A picture of one pixel stands for what the browser draws; another test draws for real.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "606060000000050001a5f645400000000049454e44ae426082"
)


def drawn(*_: object) -> bytes:
    return PIXEL


@pytest.fixture(scope="module")
def sample_deck(sample_store: Store) -> Any:
    with sample_store.reader() as reader:
        return opened(make_deck(reader, CYCLE, draw=drawn))


def opened(made: bytes) -> Any:
    return Presentation(io.BytesIO(made))


def headlines(found: Any) -> list[str]:
    return [
        plain(slide.shapes.title.text_frame.text).replace("\u00a0", " ") for slide in found.slides
    ]


def charts(found: Any) -> Iterator[Any]:
    for slide in found.slides:
        for shape in slide.shapes:
            if shape.has_chart:
                yield shape.chart


def slide_with(found: Any, words: str) -> Any:
    for slide, headline in zip(found.slides, headlines(found), strict=True):
        if words in headline:
            return slide
    raise AssertionError(f"no slide says {words!r}: {headlines(found)}")


def chart_of(slide: Any) -> Any:
    return next(shape.chart for shape in slide.shapes if shape.has_chart)


def values(chart: Any) -> dict[str, list[float | None]]:
    return {plot.name: list(plot.values) for plot in chart.plots[0].series}


def percent(value: float | None) -> str:
    """Write a percent as the texts of a slide are read here: with a plain space."""
    return theme.percent(value).replace("\u00a0", " ")


def table_of(slide: Any) -> list[list[str]]:
    grid = next(shape.table for shape in slide.shapes if shape.has_table)
    return [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in grid.rows]


# --- figures ----------------------------------------------------------------------


def test_its_headlines_are_figures_of_the_pages(sample_deck: Any, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        head = queries.headline(reader, CYCLE)
        ahead = board.outlook(reader, CYCLE)
        opened_ones = rules.findings(reader, CYCLE)
        moved = differences.what_changed(reader, date(2026, 10, 16), DAY, CYCLE)
    said = headlines(sample_deck)
    assert head.alignment_ratio is not None
    assert said[0].startswith(f"Q4 2026 stands at {percent(head.progress)}, ")
    assert said[0].endswith(
        f"; {percent(head.alignment_ratio)} of objectives lead to a company goal"
    )
    grave = opened_ones.open("high")
    assert (
        said[1]
        == f"{head.on_pace} of {head.paced} objectives are on pace; {grave} grave findings are open"
    )
    assert any(f"ends at {percent(ahead.projected)}" in each for each in said)
    assert (
        f"{moved.up} of {moved.objectives} objectives moved up since 16 Oct 2026, none down" in said
    )
    assert any(
        each.startswith(f"{opened_ones.open()} findings are open, {grave} of them") for each in said
    )
    assert all(re.search(r"\d", each) for each in said), "a headline is a message made of figures"


def test_figures_of_native_charts_equal_the_views(sample_deck: Any, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        catalogue = queries.catalogue(reader)
        shown = queries.overview(reader, CYCLE, catalogue.enclosing("Q4 2026"))
        ahead = board.outlook(reader, CYCLE)
        weeks = queries.trend(reader, CYCLE)
        matrix = contribution.matrix(reader, CYCLE, catalogue.enclosing("Q4 2026"))
        moved = differences.what_changed(reader, date(2026, 10, 16), DAY, CYCLE)
    by_level = values(chart_of(slide_with(sample_deck, "levels")))
    assert by_level["Progress"] == pytest.approx(list(shown.levels["progress"]))
    assert by_level["Expected"] == pytest.approx(list(shown.levels["expected_progress"]))
    slide = slide_with(sample_deck, "departments are behind pace")
    found = chart_of(slide)
    rows = shown.departments.set_index("department")
    for name, progress in zip(found.plots[0].categories, values(found)["Progress"], strict=True):
        assert progress == pytest.approx(rows.loc[name, "progress"])
    assert values(chart_of(slide_with(sample_deck, "ends at")))["Objectives"] == list(ahead.ends)
    assert values(chart_of(sample_deck.slides[1]))["Progress"] == pytest.approx(
        list(weeks["progress"].dropna())
    )
    for goal in matrix.goals.itertuples():
        slide = slide_with(sample_deck, f"{goal.title} stands at {percent(goal.progress)}")
        own = matrix.cells[
            (matrix.cells["goal_id"] == goal.objective_id) & matrix.cells["share"].notna()
        ]
        delivered = values(chart_of(slide))["Delivered"]
        assert sum(each for each in delivered if each) == pytest.approx(goal.rollup_progress)
        assert sorted(d for d in delivered if d is not None) == pytest.approx(
            sorted(own["delivered"])  # sums of several threads: the last bit is not always the same
        )
    largest = values(chart_of(slide_with(sample_deck, "moved up since")))
    assert largest["20 Nov 2026"] == list(moved.moves["after"].head(8))


def test_alignment_states_and_ratios_equal_the_views(sample_deck: Any, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        shown = queries.alignment_by_level(reader, CYCLE)
        whole = alignment.alignment(reader, CYCLE).whole.iloc[0]
    slide = slide_with(sample_deck, "lead nowhere")
    told = values(chart_of(slide))
    assert [n or 0 for n in told["Contributing"]] == list(shown["contributing"])
    assert [n or 0 for n in told["Unaligned"]] == list(shown["unaligned"])
    rows = {row[0]: row[1:] for row in table_of(slide)}
    assert rows["Line of sight"] == [
        percent(whole["line_of_sight"] / whole["objectives"]),
        f"{whole['line_of_sight']} of {whole['objectives']}",
    ]


def test_the_workbook_behind_a_chart_holds_what_it_shows(sample_deck: Any) -> None:
    for chart in charts(sample_deck):
        sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        assert [cell.value for cell in sheet["A"][1:]] == [
            str(c) for c in chart.plots[0].categories
        ]
        for column, (name, figures) in enumerate(values(chart).items(), start=2):
            assert sheet.cell(1, column).value == name
            told = [sheet.cell(row + 2, column).value for row in range(len(figures))]
            assert told == pytest.approx(figures) if None not in figures else told == figures


def test_every_slide_has_source_notes_number_and_alt_texts(sample_deck: Any) -> None:
    digest = Settings().digest()
    assert (sample_deck.slide_width, sample_deck.slide_height) == (Inches(13.333), Inches(7.5))
    for number, slide in enumerate(sample_deck.slides):
        shown = " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
        if number:
            assert "as of 20 Nov 2026 · Q4 2026 · whole organisation" in shown
            assert digest in shown
            assert 'type="slidenum"' in slide.part.blob.decode()
        assert len(slide.notes_slide.notes_text_frame.text.splitlines()) >= 2
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or shape.shape_type == 13:
                described = shape._element.xpath(".//p:cNvPr/@descr")
                assert any(described), shape.name
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= sample_deck.slide_width
            assert shape.top >= 0
            assert shape.top + shape.height <= sample_deck.slide_height + Inches(0.1)


def test_the_sample_is_made_in_time(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        began = time.monotonic()
        make_deck(reader, CYCLE, draw=drawn)
    assert time.monotonic() - began < 15


def test_progress_grows_to_the_end(sample_store: Store) -> None:
    told: list[tuple[str, float]] = []
    with sample_store.reader() as reader:
        make_deck(reader, CYCLE, draw=drawn, progress=lambda step, done: told.append((step, done)))
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert told[-1][1] == 1.0
    assert {step for step, _ in told} == set(deck.STEPS.values())


def test_a_german_deck_is_german(sample_store: Store) -> None:
    with sample_store.reader() as reader, texts.speaking("de"):
        found = opened(make_deck(reader, CYCLE, draw=drawn))
    whole = " ".join(headlines(found))
    assert "Unternehmensziel" in whole
    assert "objectives" not in whole


# --- pictures ---------------------------------------------------------------------


def test_the_cascade_is_a_picture_with_a_text(sample_deck: Any) -> None:
    (shape,) = (s for slide in sample_deck.slides for s in slide.shapes if s.shape_type == 13)
    assert "Sunburst of the cascade with" in shape._element.xpath(".//p:cNvPr/@descr")[0]


def test_without_a_browser_the_cascade_is_a_table_and_says_so(sample_store: Store) -> None:
    def none(*_: object) -> bytes:
        raise NoBrowser("none")

    with sample_store.reader() as reader:
        found = opened(make_deck(reader, CYCLE, draw=none))
    slide = slide_with(found, "hang below")
    assert not [s for s in slide.shapes if s.shape_type == 13]
    assert len(table_of(slide)) > 3
    shown = " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
    assert "no browser is installed" in shown


# --- bad input --------------------------------------------------------------------

LONG = ("Grow a very long objective " * 20)[:500]
HOSTILE = (
    LONG, "=1+1", "+SUM(1)", "@SUM(1)", "-2+3", "🚀👩‍👩‍👧 Ship it", "הגדלת ההכנסות", "زيادة الرضا",
    "成长为世界一流的公司并服务更多的客户", "<b>&bold</b>", "bell \x07 and \x0b tab",
)  # fmt: skip


REMARK = Remark("=1+1 " + LONG, "הגדלת", "@ann", DAY)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, int]:
    """A deck of hostile texts, and how many departments there are."""
    store = new_store(tmp_path_factory.mktemp("hostile"))
    objectives = [
        "objective_id | objective | level | department | cycle | start_date | end_date | parent_id"
    ]
    results = [
        "key_result_id | objective_id | key_result | start_value | target_value | current_value"
    ]
    for n, title in enumerate(HOSTILE):
        objectives.append(f"C{n} | {title} | company | | Q4 2026 | 2026-10-01 | 2026-12-31 | ")
        results.append(f"K{n} | C{n} | {title} | 0 | 100 | {n * 9}")
    for n in range(300):
        name = HOSTILE[n] if n < len(HOSTILE) else f"Department {n}"
        objectives.append(
            f"D{n} | {name} | department | {name} | Q4 2026 | 2026-10-01 | 2026-12-31 | C{n % 11}"
        )
        results.append(f"L{n} | D{n} | {name} | 0 | 100 | {n % 101}")
    take_in(store, objectives="\n".join(objectives), key_results="\n".join(results))
    with store.reader() as reader:
        made = make_deck(reader, CYCLE, draw=drawn, remarks=[REMARK] * 60)
        return opened(made), len(queries.departments(reader, CYCLE))


def test_hostile_titles_and_300_departments(hostile: tuple[Any, int]) -> None:
    found, count = hostile
    assert max(len(each) for each in headlines(found)) <= 160
    assert any("60 remarks" in each for each in headlines(found))
    shown = [s.text_frame.text for slide in found.slides for s in slide.shapes if s.has_text_frame]
    tables = [s for slide in found.slides if "departments:" in slide.shapes.title.text_frame.text
              for s in slide.shapes if s.has_table]  # fmt: skip
    listed = sum(len(each.table.rows) - 1 for each in tables)
    assert f"and {count - listed} more: see the page Departments" in shown
    for slide in found.slides:
        for shape in slide.shapes:
            assert shape.top + shape.height <= found.slide_height + Inches(0.1), (
                slide.shapes.title.text
            )
    notes = " ".join(slide.notes_slide.notes_text_frame.text for slide in found.slides)
    assert LONG.strip() in notes, "what is cut on a slide stands whole in its notes"


def test_no_cell_behind_a_chart_starts_a_formula(hostile: tuple[Any, int]) -> None:
    found, _ = hostile
    texts_seen = 0
    for chart in charts(found):
        blob = chart.part.chart_workbook.xlsx_part.blob
        with zipfile.ZipFile(io.BytesIO(blob)) as book:
            assert not any(b"<f>" in book.read(n) for n in book.namelist() if "sheet" in n)
        for row in openpyxl.load_workbook(io.BytesIO(blob)).active.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str):
                    texts_seen += 1
                    assert not cell.value.startswith(FORMULA_STARTS), cell.value
    assert texts_seen > 50


def test_nothing_in_the_filter(sample_store: Store) -> None:
    with sample_store.reader() as reader:
        found = opened(make_deck(reader, Filters("Q4 2026", ("Nobody",))))
    assert headlines(found)[0] == "Q4 2026: there is no objective to review"
    assert len(found.slides) == 2


def test_one_objective_that_nothing_is_known_of(store: Store) -> None:
    take_in(store, objectives="objective_id | objective\nO1 | Something")
    with store.reader() as reader:
        cycle = queries.catalogue(reader).cycles[0].name
        found = opened(make_deck(reader, Filters(cycle), draw=drawn))
    assert "nothing is measured yet" in headlines(found)[0]
    assert all(slide.notes_slide.notes_text_frame.text for slide in found.slides)


def test_texts_are_cleaned_cut_and_turned() -> None:
    assert plain("a\x00b\x1fc\ud800d\u202ee  f") == "a b c d e f"
    assert cut("🚀" * 10, 9) == "🚀🚀🚀🚀…"
    assert cut("short", 9) == "short"
    assert is_rtl("123 שלום hello")
    assert not is_rtl("hello שלום")
    assert not is_rtl("123")
    assert not is_rtl(f"{named('שלום', 40)} stands at 4")


def test_a_full_disk_leaves_no_broken_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "deck.pptx"
    target.write_bytes(b"the one before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OkrError, match="No space left on device"):
        write_deck(target, b"new")
    assert target.read_bytes() == b"the one before"
    assert list(tmp_path.iterdir()) == [target]


# --- templates --------------------------------------------------------------------


def own_template(path: Path, *, four_by_three: bool = False) -> Path:
    """Write a template as organisations have: other names, a logo, a slide, a large place for content."""
    made: Any = Presentation()
    if not four_by_three:
        made.slide_width, made.slide_height = Inches(13.333), Inches(7.5)
    for layout in made.slide_layouts:
        layout.name = f"ACME {layout.name[::-1]}"
        for shape in layout.placeholders:
            shape.name = f"Platzhalter {shape.placeholder_format.idx}"
    content = made.slide_layouts[1]
    for shape in content.placeholders:
        if shape.placeholder_format.type == PP_PLACEHOLDER.OBJECT:
            width = made.slide_width - Inches(2)
            shape.left, shape.top, shape.width, shape.height = (
                Inches(1),
                Inches(2),
                width,
                Inches(4.5),
            )
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Delete me"
    made.slide_master.shapes._spTree.append(
        slide.shapes.add_picture(io.BytesIO(PIXEL), 0, 0, Inches(0.5), Inches(0.5))._element
    )
    made.save(str(path))
    return path


@pytest.mark.parametrize("four_by_three", [False, True])
def test_an_own_template(sample_store: Store, tmp_path: Path, four_by_three: bool) -> None:
    template = own_template(tmp_path / "acme.pptx", four_by_three=four_by_three)
    with sample_store.reader() as reader:
        found = opened(make_deck(reader, CYCLE, template=template, draw=drawn))
    assert found.slide_width == Presentation(str(template)).slide_width
    assert {slide.slide_layout.name[:4] for slide in found.slides} == {"ACME"}
    assert "Delete me" not in headlines(found)
    for slide in found.slides:
        empty = [s for s in slide.placeholders if not s.text_frame.text.strip()]
        assert not empty, "an empty placeholder says “Click to add text”"
        for shape in slide.shapes:
            assert shape.left + shape.width <= found.slide_width + Inches(0.05)
            assert shape.top + shape.height <= found.slide_height + Inches(0.1)
        if slide is not found.slides[0]:
            for shape in slide.shapes:
                if shape.has_chart or shape.has_table:
                    assert shape.left >= Inches(0.99)


def test_a_template_with_blank_layouts_only(sample_store: Store, tmp_path: Path) -> None:
    made = Presentation()
    for layout in list(made.slide_layouts):
        if layout.name != "Blank":
            made.slide_layouts.remove(layout)
    made.save(str(tmp_path / "blank.pptx"))
    with sample_store.reader() as reader:
        found = opened(make_deck(reader, CYCLE, template=tmp_path / "blank.pptx", draw=drawn))
    shown = [s.text_frame.text for s in found.slides[1].shapes if s.has_text_frame]
    assert any("objectives are on pace" in text for text in shown)


def _zip_with(path: Path, name: str, text: str) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(name, text)


@pytest.mark.parametrize("kind", ["missing", "text", "zip", "cut", "empty", "folder", "workbook"])
def test_a_broken_template_is_refused_in_words(
    sample_store: Store, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "broken.pptx"
    if kind == "text":
        path.write_text("no deck at all")
    elif kind == "zip":
        _zip_with(path, "a.txt", "no deck")
    elif kind == "cut":
        path.write_bytes(own_template(tmp_path / "whole.pptx").read_bytes()[:9000])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "folder":
        path.mkdir()
    elif kind == "workbook":
        openpyxl.Workbook().save(path)
    with (
        sample_store.reader() as reader,
        pytest.raises(TemplateRefused, match=r"broken\.pptx") as refused,
    ):
        make_deck(reader, CYCLE, template=path, draw=drawn)
    assert "Traceback" not in str(refused.value)


# --- the setting and the command --------------------------------------------------


def test_the_setting_names_a_file_and_changes_no_figure(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('deck_template = "acme.pptx"\n')
    found = load_settings(tmp_path)
    assert template_of(found, tmp_path) == tmp_path / "acme.pptx"
    assert template_of(Settings(), tmp_path) is None
    assert found.digest() == Settings().digest()
    assert setting_rows(found) == setting_rows(Settings())
    assert differing(found, Settings()) == {}


@pytest.mark.parametrize("value", ["3", "true", '"' + "a" * 501 + '"', '"a\\nb"'])
def test_a_setting_that_is_no_path_is_refused(tmp_path: Path, value: str) -> None:
    (tmp_path / FILE).write_text(f"deck_template = {value}\n")
    with pytest.raises(OkrError, match="deck_template"):
        load_settings(tmp_path)


def test_the_command_writes_a_deck_or_says_why_not(sample_store: Store, tmp_path: Path) -> None:
    target, data = tmp_path / "deck.pptx", str(sample_store.folder)
    done = CliRunner().invoke(main, ["deck", str(target), "--data", data, "--cycle", "Q4 2026"])
    assert done.exit_code == 0, done.output
    assert headlines(opened(target.read_bytes()))[0].startswith("Q4 2026 stands at")
    (tmp_path / "no.pptx").write_text("none")
    refused = CliRunner().invoke(
        main,
        ["deck", str(tmp_path / "x.pptx"), "--data", data, "--template", str(tmp_path / "no.pptx")],
    )
    assert refused.exit_code == 3
    assert not (tmp_path / "x.pptx").exists()
