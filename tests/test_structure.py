"""The shape of the house: imports go down, pages stay thin, everything is documented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "okr_data"

#: What each part may import of the package; itself is always allowed.
ALLOWED = {
    "issues": set(),
    "periods": set(),
    "errors": {"issues"},
    "events": set(),
    "schema": set(),
    "texts": set(),
    "settings": {"errors", "schema"},
    "journal": {"errors", "schema"},
    "graph": {"schema"},
    "views": {"errors"},
    "changes": {"views"},
    "store": {
        "changes",
        "errors",
        "events",
        "graph",
        "issues",
        "journal",
        "machine",
        "periods",
        "schema",
        "settings",
        "views",
    },
    "machine": set(),
    "ingest": {"errors", "issues", "journal", "machine", "periods", "schema", "store"},
    "neutral": set(),
    "backup": {"errors", "events", "journal", "schema", "store"},
    "health": {"errors", "store"},
    "doctor": {
        "errors",
        "export",
        "journal",
        "profiles",
        "schema",
        "settings",
        "store",
        "views",
    },
    "saved_views": {"errors", "journal", "store"},
    "review": {"differences", "queries", "schema", "store"},
    "profiles": {"errors", "ingest", "journal"},
    "intake": {"errors", "events", "ingest", "issues", "profiles", "settings", "store"},
    "google_sheets": {"errors", "ingest", "issues"},
    "queries": {"schema", "settings", "store"},
    "organisation": {"errors", "ingest", "intake", "store"},
    "reconciliation": {"queries", "store"},
    "alignment": {"queries", "schema", "store"},
    "cycles": {"queries", "store"},
    "differences": {"queries", "store", "views"},
    "findings": {"queries", "schema", "store", "texts", "views"},
    "scorecard": {"store"},
    "courses": {"queries", "store", "texts"},
    "board": {"courses", "differences", "queries", "schema", "store"},
    "objective": {"queries", "store"},
    "cascade": {"queries", "store"},
    "contribution": {"queries", "store"},
    "line_of_sight": {"queries", "store"},
    "what_if": {"store"},
    "similarity": set(),
    "suggestions": {"queries", "similarity", "store"},
    "overlaps": {"queries", "similarity", "store"},
    "charts": {"line_of_sight"},
    "export": {
        "alignment",
        "board",
        "cascade",
        "changes",
        "charts",
        "contribution",
        "cycles",
        "differences",
        "errors",
        "findings",
        "ingest",
        "journal",
        "neutral",
        "objective",
        "queries",
        "schema",
        "scorecard",
        "settings",
        "store",
        "texts",
        "views",
    },
    "cli": {
        "backup",
        "doctor",
        "differences",
        "errors",
        "events",
        "export",
        "findings",
        "ingest",
        "intake",
        "issues",
        "neutral",
        "profiles",
        "settings",
        "store",
        "queries",
        "texts",
    },
    "ui": {
        "alignment",
        "board",
        "cascade",
        "changes",
        "charts",
        "cycles",
        "differences",
        "contribution",
        "courses",
        "errors",
        "events",
        "export",
        "findings",
        "google_sheets",
        "ingest",
        "intake",
        "issues",
        "journal",
        "line_of_sight",
        "neutral",
        "objective",
        "organisation",
        "overlaps",
        "periods",
        "profiles",
        "queries",
        "reconciliation",
        "review",
        "saved_views",
        "schema",
        "scorecard",
        "settings",
        "store",
        "suggestions",
        "texts",
        "views",
        "what_if",
    },
    "__init__": set(),
    "__main__": {"cli"},
}
FORBIDDEN_OUTSIDE = {
    "charts": {"streamlit", "duckdb"},
    "ingest": {"streamlit", "plotly", "duckdb"},
    "queries": {"streamlit", "plotly", "duckdb"},
    "organisation": {"streamlit", "plotly", "duckdb"},
    "reconciliation": {"streamlit", "plotly", "duckdb"},
    "alignment": {"streamlit", "plotly", "duckdb"},
    "cycles": {"streamlit", "plotly", "duckdb"},
    "differences": {"streamlit", "plotly", "duckdb"},
    "findings": {"streamlit", "plotly", "duckdb"},
    "scorecard": {"streamlit", "plotly", "duckdb"},
    "board": {"streamlit", "plotly", "duckdb"},
    "courses": {"streamlit", "plotly", "duckdb"},
    "objective": {"streamlit", "plotly", "duckdb"},
    "cascade": {"streamlit", "plotly", "duckdb"},
    "contribution": {"streamlit", "plotly", "duckdb"},
    "line_of_sight": {"streamlit", "plotly", "duckdb"},
    "what_if": {"streamlit", "plotly", "duckdb"},
    "export": {"streamlit", "duckdb"},
    "similarity": {"streamlit", "plotly", "duckdb"},
    "suggestions": {"streamlit", "plotly", "duckdb"},
    "overlaps": {"streamlit", "plotly", "duckdb"},
    "intake": {"streamlit", "plotly", "duckdb"},
    "google_sheets": {"streamlit", "plotly", "duckdb"},
    "ui": {"duckdb"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))
PAGES = sorted((PROJECT / "pages").glob("*.py"))


def _part(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way_down(path: Path) -> None:
    part = _part(path)
    found = _imports(path)
    inside = {
        name.split(".")[1]
        for name in found
        if (
            name.startswith("okr_data.")
            and (PACKAGE / name.split(".")[1]).with_suffix(".py").exists()
        )
        or (name.startswith("okr_data.") and (PACKAGE / name.split(".")[1]).is_dir())
    }
    assert inside <= ALLOWED[part] | {part, "texts"}  # whatever speaks may be translated
    assert not {name.split(".")[0] for name in found} & FORBIDDEN_OUTSIDE.get(part, set())


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_pages_are_thin(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 80
    assert _imports(path) <= {name for name in _imports(path) if name.startswith("okr_data.ui")}
    assert "frame.open_page()" in text
    assert not re.search(r"^\s*def ", text, re.MULTILINE)


def test_every_page_is_in_the_navigation() -> None:
    from okr_data.ui.frame import PAGES as LISTED

    assert {name for name, _, _ in LISTED} == {path.stem for path in PAGES}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_has_a_reason(name: str) -> None:
    lines = [
        line
        for line in (PROJECT / name).read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "-r"))
    ]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[\w\-]+==[\w.]+\s+# .{10,}", line), line


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_public_names_are_documented(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    missing = [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not missing
    assert path.name == "__main__.py" or ast.get_docstring(tree)


def test_documents_name_what_there_is() -> None:
    from okr_data.cli import main
    from okr_data.ingest import FORMATS
    from okr_data.settings import Settings
    from okr_data.views import public_views

    handbook = (PROJECT / "docs" / "handbook.md").read_text("utf-8")
    for name in main.commands:
        assert f"`{name}" in handbook, name
    for name in FORMATS:
        assert f"`{name}`" in handbook, name
    for name in Settings.__dataclass_fields__:
        assert f"`{name}`" in handbook, name
    for view in public_views():
        assert f"`{view.name}`" in handbook, view.name


def test_the_template_is_documented_as_it_is() -> None:
    from okr_data.ingest.template import FILES

    text = (PROJECT / "docs" / "template.md").read_text("utf-8")
    for file in FILES:
        assert f"## {file.name}" in text
        for column in file.columns:
            assert f"| `{column.name}` |" in text, column.name
            assert column.meaning in text


def test_every_format_is_documented() -> None:
    from okr_data.ingest import FORMATS
    from okr_data.ingest.mapping import presets

    text = (PROJECT / "docs" / "formats.md").read_text("utf-8")
    for name in {*FORMATS, *presets(), "viva_json"}:
        assert f"| `{name}` |" in text, name


def test_the_evidence_of_a_format_is_the_documented_one() -> None:
    from okr_data.ingest import FORMATS

    text = (PROJECT / "docs" / "formats.md").read_text("utf-8")
    for found in FORMATS.values():
        level = found.evidence.split(":")[0]
        assert re.search(rf"^\| `{found.name}` \|[^|]*\| {level} \|", text, re.MULTILINE), (
            found.name
        )


def test_mappings_are_documented_as_they_are() -> None:
    from okr_data.ingest.fields import FIELDS, GRAINS
    from okr_data.ingest.mapping import _ANSWERS, _KEYS, _WORDS

    text = (PROJECT / "docs" / "mappings.md").read_text("utf-8")
    for key in _KEYS - {"words"} | {f"words.{word}" for word in _WORDS}:
        assert f"| `{key}` |" in text, key
    for found in FIELDS:
        assert f"| `{found.name}` | {found.label} |" in text, found.name
    for name in (*_ANSWERS, *GRAINS):
        assert f"`{name}`" in text, name


def test_the_worked_example_of_a_preset_works() -> None:
    """The document shows an export and its mapping: both are taken from it and tried."""
    from datetime import date

    from okr_data.ingest import Reading, Upload, prepare
    from okr_data.ingest.mapping import parse_mapping

    text = (PROJECT / "docs" / "mappings.md").read_text("utf-8")
    (content,) = re.findall(r"```\n(Ref;.*?)```", text, re.DOTALL)
    (toml,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    mapping = parse_mapping("harvest", re.sub(r"^   ", "", toml, flags=re.MULTILINE))
    reading = Reading(as_of=date(2026, 8, 1), mapping=mapping)
    tables = prepare([Upload("export.csv", content.encode())], None, reading).draft.tables
    assert tables["objective_row"]["status"].to_pylist() == ["on_track"]
    assert tables["key_result_row"]["objective_id"].to_pylist() == ["H1"]


def test_every_option_of_the_import_is_documented() -> None:
    from okr_data.cli import main

    handbook = (PROJECT / "docs" / "handbook.md").read_text("utf-8")
    for parameter in main.commands["import"].params:
        for option in parameter.opts:
            if option.startswith("--"):
                assert option in handbook, option
