"""Gather every text of the dashboard: ``python -m tools.gather_texts``.

Writes ``okr_data/locale/messages.pot`` and adds to every translation beside it what it lacks.
Texts stand in the code in ``t(…)``, ``tn(…)`` and ``mark(…)``, as column names of tables that the
pages show, and in the headers of the rules in ``sql/findings``.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from okr_data.texts import FOLDER
from okr_data.views import load_rules

ROOT = FOLDER.parents[1]
TEMPLATE = FOLDER / "messages.pot"
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"t": None, "mark": None, "tn": (1, 2)}
_FOLDERS = ("okr_data", "pages")


def gathered() -> Catalog:
    """Return all texts with the files in which they stand, in the order of their files."""
    catalogue = Catalog(project="OKR alignment", fuzzy=False)
    for folder in _FOLDERS:
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=_KEYWORDS)
        for name, _, message, _, _ in found:
            catalogue.add(message, locations=[(f"{folder}/{name}", 0)])
    for path in sorted((ROOT / "okr_data" / "ui").glob("*.py")):
        for column in _column_names(ast.parse(path.read_text("utf-8"))):
            catalogue.add(column, locations=[(f"okr_data/ui/{path.name}", 0)])
    for rule in load_rules():
        for text in (rule.shows, rule.why, rule.advice):
            catalogue.add(text, locations=[(f"sql/findings/{rule.name}.sql", 0)])
    return catalogue


def _column_names(module: ast.Module) -> Iterator[str]:
    """Yield the names that ``pd.DataFrame({…})`` gives to columns: ``tables.show`` translates them."""
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "DataFrame"
            and node.args
            and isinstance(node.args[0], ast.Dict)
        ):
            for key in node.args[0].keys:
                if (
                    isinstance(key, ast.Constant)
                    and isinstance(key.value, str)
                    and key.value[:1].isupper()
                ):
                    yield key.value


def as_text(catalogue: Catalog) -> str:
    written = io.BytesIO()
    write_po(
        written, catalogue, width=0, omit_header=catalogue.locale is None, sort_output=False,
        include_lineno=False, ignore_obsolete=True,
    )  # fmt: skip
    return written.getvalue().decode()


def renewed(path: Path, template: Catalog) -> Catalog:
    """Return a translation with every text of now: new ones are empty, old ones are gone."""
    with path.open("rb") as file:
        translated = read_po(file, locale=path.stem)
    translated.update(template, no_fuzzy_matching=True, update_creation_date=False)
    return translated


def main() -> None:
    template = gathered()
    TEMPLATE.write_text(as_text(template), "utf-8")
    for path in sorted(FOLDER.glob("*.po")):
        translated = renewed(path, template)
        path.write_text(as_text(translated), "utf-8")
        missing = sum(
            1
            for message in translated
            if (message.id and not message.string)
            or (isinstance(message.string, tuple) and not all(message.string))
        )
        print(f"{path.name}: {len(translated)} texts, {missing} to be translated")


if __name__ == "__main__":
    main()
