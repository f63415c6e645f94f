"""Every text that people read is gathered, translated, and shown in the language that they read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from okr_data import texts
from okr_data.charts.theme import percent, points
from okr_data.findings import told
from okr_data.store import Store
from okr_data.texts import FOLDER, LANGUAGES, Words, mark, speaking, t, tn
from tools.gather_texts import ROOT, TEMPLATE, as_text, gathered, renewed

TRANSLATIONS = sorted(FOLDER.glob("*.po"))
SHOWING = sorted(
    path
    for folder in ("okr_data/ui", "okr_data/charts", "pages")
    for path in (ROOT / folder).glob("*.py")
)
#: What hands a text to the reader in the reader's language; own parts get theirs as data.
_TRANSLATES = {"t", "tn", "mark", "search", "component"}
_PROSE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
_LABEL = re.compile(r"^[^\w]*[A-Z]?[a-z]+[\w ,.:…-]*$")
#: Parts of components that speak to the browser: JavaScript, HTML, CSS.
_CODE = re.compile(r"=>|</|: var\(--")
#: Arguments of Streamlit and Plotly that people read.
_READ = {
    "label", "help", "placeholder", "text", "title", "delta_description", "title_text", "ticktext",
    "caption", "body",
}  # fmt: skip
#: Calls whose first argument people read.
_SAYS = {
    "write", "markdown", "caption", "title", "header", "subheader", "button", "metric", "selectbox",
    "multiselect", "segmented_control", "pills", "toggle", "checkbox", "radio", "text_input",
    "text_area", "number_input", "date_input", "slider", "expander", "popover", "tabs", "info",
    "warning", "error", "success", "toast", "spinner", "status", "file_uploader", "badge", "card",
    "download_button", "offer", "offer_csv", "link_button", "page_link", "form_submit_button",
    "dialog", "progress",
}  # fmt: skip


@cache
def template() -> Catalog:
    return gathered()


def translation(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def forms(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the English and the translated forms of a message."""
    ids = message.id if isinstance(message.id, list | tuple) else (message.id,)
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return tuple(map(str, ids)), tuple(str(each or "") for each in strings)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)[^}]*\}", text))


# --- the files ---------------------------------------------------------------


def test_every_text_is_gathered() -> None:
    hint = "run python -m tools.gather_texts"
    assert TEMPLATE.read_text("utf-8") == as_text(template()), hint


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.stem)
def test_a_translation_lacks_nothing_and_keeps_every_place(path: Path) -> None:
    assert path.read_text("utf-8") == as_text(renewed(path, template())), "gather the texts anew"
    wrong = []
    for message in translation(path):
        if not message.id:
            continue
        ids, strings = forms(message)
        wanted = places(ids[-1])
        if (
            message.fuzzy
            or not all(strings)
            or any(places(s) - wanted for s in strings)
            or places(strings[-1]) != wanted
            or ids[0].count("**") != strings[0].count("**")
        ):
            wrong.append(ids[0])
    assert wrong == []


def _shown_bare(module: ast.Module) -> Iterator[str]:
    """Yield the texts that a page would show in English to everybody."""
    for node, inside in _walk(module, ""):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        text = node.value
        label = inside == "read" and _LABEL.match(text.strip())
        if inside != "translated" and not _CODE.search(text) and (label or _PROSE.search(text)):
            yield f"{node.lineno}: {text[:60]}"


def _walk(node: ast.AST, inside: str) -> Iterator[tuple[ast.AST, str]]:
    """Yield every node with what becomes of it: translated, read by people, or anything else."""
    yield node, inside
    if isinstance(node, ast.Raise):
        return
    if isinstance(node, ast.Call):
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name in _TRANSLATES and not (name == "search" and isinstance(node.func, ast.Name)):
            return
        yield from _walk(node.func, inside)
        for number, argument in enumerate(node.args):
            yield from _walk(argument, "read" if number == 0 and name in _SAYS else "")
        for keyword in node.keywords:
            yield from _walk(keyword.value, "read" if keyword.arg in _READ else "")
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Dict) and any(
        isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value[:1].isupper()
        for key in node.keys
    ):
        for value in node.values:  # columns, by names that tables.show translates
            yield from _walk(value, "")
        return
    if isinstance(node, ast.Subscript):
        return
    kept = inside if isinstance(node, ast.IfExp | ast.JoinedStr | ast.BinOp | ast.BoolOp) else ""
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, kept)


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_page_shows_a_text_past_the_catalogue(path: Path) -> None:
    assert list(_shown_bare(ast.parse(path.read_text("utf-8")))) == []


def test_the_watch_sees_what_is_shown_bare() -> None:
    module = ast.parse(
        '"""A docstring of words."""\nst.write("Two words")\nst.button("Go")\nst.write(t("In a call"))\n'
        'st.metric(label=f"Only {n} left", value=1)\nname = "some prose here"\nst.button(t("Go"), key="a_key")'
    )
    assert list(_shown_bare(module)) == [
        "2: Two words", "3: Go", "5: Only ", "5:  left", "6: some prose here",
    ]  # fmt: skip


# --- the words ---------------------------------------------------------------


def test_english_is_what_stands_in_the_code() -> None:
    assert t("Done") == "Done"
    assert tn("{n} objective", "{n} objectives", 1_200) == "1,200 objectives"
    assert texts.day(date(2026, 9, 3)) == "3 Sep 2026"
    assert (percent(0.125, 1), points(-0.12), points(None)) == ("12.5\u00a0%", "▼ 12 pts", "n/a")


def test_german_words_numbers_and_days() -> None:
    names = Words({"done": mark("Done")})
    with speaking("de"):
        assert names["done"] == "Erledigt"
        assert tn("{n} objective", "{n} objectives", 1) == "1 Ziel"
        assert tn("{n} objective", "{n} objectives", 1_200) == "1.200 Ziele"
        assert texts.day(date(2026, 3, 3)) == "3. März 2026"
        assert (percent(0.125, 1), points(None)) == ("12,5\u00a0%", "k. A.")
        assert texts.separators() == ",."
    assert names["done"] == "Done"


def test_a_language_that_is_not_there_is_english() -> None:
    with speaking("xx"):
        assert (t("Done"), texts.language()) == ("Done", "en")


def test_braces_of_a_name_are_no_places() -> None:
    assert t("{n} of {x}") == "{n} of {x}"
    assert t("{name} is {state}", name="{x}", state="new") == "{x} is new"


def test_figures_and_days_of_a_finding_are_the_readers() -> None:
    moved = (
        "The target was eased from 1,075.5\u00a0% to 60 B2B leads by 3 Mar 2026, inside the cycle."
    )
    crowd = "The team R2, {x} has 1,200 objectives in Q4 2026, limit 5."
    with speaking("de"):
        assert "von 1.075,5\u00a0% auf 60 B2B leads" in told(moved)
        assert "3. März 2026" in told(moved)
        assert told(crowd) == "Das Team R2, {x} hat 1.200 Ziele in Q4 2026, Grenze 5."
        assert told("Nobody wrote this sentence.") == "Nobody wrote this sentence."
    assert told(moved) == moved


@pytest.mark.parametrize("code", sorted(set(LANGUAGES) - {"en"}))
def test_every_finding_of_the_sample_is_told_in_the_language(
    code: str, sample_store: Store
) -> None:
    with sample_store.reader() as reader:
        found = reader.frame("select distinct finding, sentence from finding order by all")
    assert len(found) > 15
    with speaking(code):
        untold = [s for s in found["sentence"] if told(s) == s]
    assert untold == []
