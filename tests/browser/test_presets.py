"""For every known tool: its file goes in by clicks, without the mapper, and the tree is right."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

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


def test_known_files_go_in_without_the_mapper_one_after_the_other(
    empty_desk: Server, visit: Visit
) -> None:
    screen = visit(empty_desk)
    screen.open("/import", "Bring in the export that you have")
    for name, uploads in PRESET_FILES.items():
        screen.upload(*((upload.name, upload.content) for upload in uploads))
        title = screen.page.get_by_role("region", name="Tables of this upload")
        expect(title, name).to_contain_text(SEEN[name][0].preset)
        screen.settle("What it would change")
        expect(screen.text("Every page shows it now."), name).to_have_count(0)
        screen.press("Take it in")
        expect(screen.text("Every page shows it now."), name).to_be_visible()
        assert tree_of(stored(empty_desk.folder)) == rows_of(TREES[name]), name
        screen.assert_sound()
