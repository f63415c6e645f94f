"""For every known tool: its file goes in by clicks, without the mapper, and the tree is right."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import expect

from okr_data.ingest import Prepared
from tests.browser.conftest import Visit
from tests.browser.driving import Server
from tests.preset_files import PRESET_FILES, SEEN, TREES, rows_of, tree_of


def stored(folder: Path) -> Prepared:
    """Return what the newest import holds, in the form of what was prepared."""
    from okr_data.store import Store

    store = Store(folder)
    manifest, _ = store.imports()[-1]
    tables: dict[str, Any] = dict(store.entry(manifest.import_id).tables())
    return cast("Prepared", SimpleNamespace(draft=SimpleNamespace(tables=tables)))


@pytest.mark.parametrize("name", PRESET_FILES)
def test_a_known_file_goes_in_without_the_mapper(
    name: str, empty_desk: Server, visit: Visit
) -> None:
    screen = visit(empty_desk)
    screen.open("/import", "Bring in the export that you have")
    screen.upload(*((upload.name, upload.content) for upload in PRESET_FILES[name]))
    screen.settle("What it would change")
    first = SEEN[name][0]
    title = screen.page.get_by_role("region", name="Tables of this upload")
    expect(title).to_contain_text(first.preset)
    screen.page.get_by_role("button", name="Take it in").click()
    expect(screen.text("Every page shows it now.")).to_be_visible()
    assert tree_of(stored(empty_desk.folder)) == rows_of(TREES[name])
    screen.assert_sound()
