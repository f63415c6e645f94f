"""What somebody does who keeps the rules: look them up, change the file, see what it did."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from okr_data import queries
from okr_data.settings import FILE, Settings, parse_settings
from tests.browser.conftest import Serve, Visit
from tests.browser.driving import Server

DEFAULTS = "settings stand at their defaults"


@pytest.fixture
def server(sample_folder: Path, serve: Serve, tmp_path: Path) -> Server:
    """A server on a copy of the sample data: here settings are changed."""
    folder = tmp_path / "data"
    shutil.copytree(sample_folder, folder)
    return serve(folder)


def write(server: Server, text: str) -> None:
    (server.folder / FILE).write_text(text, "utf-8")


def test_settings_are_changed_broken_and_mended(server: Server, visit: Visit) -> None:
    screen = visit(server)
    screen.open("/settings", DEFAULTS)
    expect(screen.text(Settings().digest())).to_be_visible()
    expect(screen.text("A key result is checked in every 14 days.")).to_be_visible()
    name, content = screen.download("Download settings.toml")
    assert name == FILE
    assert parse_settings(tomllib.loads(content.decode())) == Settings()

    # A changed file waits until somebody puts it in force.
    write(server, 'cadence_days = 7\nlevel_team = "Squads/Squad"\n')
    screen.open("/settings", DEFAULTS)
    expect(
        screen.page.get_by_role("heading", name=f"2 settings of {FILE} not in force yet")
    ).to_be_visible()
    expect(screen.text("14 is in force, 7 stands in the file")).to_be_visible()
    screen.press("Put them in force")
    screen.settle("2 of 24 settings differ from their defaults")
    expect(screen.text("A key result is checked in every 7 days.")).to_be_visible()
    screen.open("/overview", "Q4 2026 stands at")
    screen.page.get_by_role("combobox", name="Levels").click()
    expect(screen.page.get_by_role("option", name="Squads", exact=True)).to_be_visible()

    # A file that does not read changes nothing, and is told.
    write(server, "cadence_days = <b>often</b>\n")
    screen.open("/settings", "2 of 24 settings differ from their defaults")
    expect(screen.text("does not read, and changes nothing")).to_be_visible()
    expect(screen.text("A key result is checked in every 7 days.")).to_be_visible()
    screen.open("/history?import=imp-0002", "imports are in force")
    screen.click(screen.page.get_by_role("radio", name="Issues"))
    screen.settle("imp-0002")
    screen.assert_sound()

    write(server, "")
    screen.open("/settings", "2 of 24 settings differ")
    screen.press("Put them in force")
    screen.settle(DEFAULTS)
    screen.assert_sound()
    with server.store.reader() as reader:
        assert queries.settings(reader) == Settings()


def test_a_server_starts_with_a_file_that_does_not_read(
    sample_folder: Path, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    """It showed “The data cannot be opened” on every page, and nothing else."""
    folder = tmp_path / "data"
    shutil.copytree(sample_folder, folder)
    (folder / FILE).write_text("pace_on_track = 'high'", "utf-8")
    screen = visit(serve(folder))
    screen.open("/", "Q4 2026 stands at")
    screen.assert_sound()
