"""A backup is whole or absent, says what is damaged, and gives every answer back."""

from __future__ import annotations

import shutil
import subprocess
import threading
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from okr_data.backup import ABOUT, CHECKSUMS, Backup, backup, restore, verify
from okr_data.errors import OkrError
from okr_data.profiles import Profiles
from okr_data.settings import Settings, as_toml
from okr_data.store import Store
from tests.conftest import assert_same_answers, every_answer, new_store, take_in

OBJECTIVES = """
id  | title | level      | department | cycle   | parent_ids
O-1 | Win   | company    |            | Q4 2026 |
O-2 | {two} | department | Sales      | Q4 2026 | O-1
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with two imports, one of them undone, and settings of its own; tests only read it."""
    store = new_store(tmp_path_factory.mktemp("kept") / "data")
    (store.folder / "settings.toml").write_text(as_toml(Settings(cadence_days=9)), "utf-8")
    take_in(store, objectives=OBJECTIVES.format(two="Sell"))
    second = take_in(store, objectives=OBJECTIVES.format(two="Sell more"))
    store.undo(second.import_id)
    return store


def repacked(archive: Path, target: Path, change: str, content: bytes | None) -> Path:
    """Copy a backup with one file changed, or left out where there is no content."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, "w") as sink:
        names = source.namelist()
        for name in dict.fromkeys([*names, change]):
            if name != change:
                sink.writestr(name, source.read(name))
            elif content is not None:
                sink.writestr(name, content)
    return target


def test_every_answer_comes_back(kept: Store, tmp_path: Path) -> None:
    made = backup(kept.folder, tmp_path / "kept.zip")
    assert made == verify(made.path)
    assert made.entries == 3
    restored = restore(made.path, tmp_path / "elsewhere" / "data")
    assert (restored.files, restored.size) == (made.files, made.size)
    other = Store(tmp_path / "elsewhere" / "data")
    assert_same_answers(every_answer(kept), every_answer(other))
    assert other.settings().cadence_days == 9
    assert [(m.import_id, undone) for m, undone in other.imports()] == [
        (m.import_id, undone) for m, undone in kept.imports()
    ]
    take_in(other, objectives=OBJECTIVES.format(two="Sell on"))
    assert list((tmp_path / "elsewhere").glob(".*")) == []


def test_originals_and_profiles_are_in_it_and_databases_are_not(
    kept: Store, tmp_path: Path
) -> None:
    (kept.folder / "profiles").mkdir(exist_ok=True)
    (kept.folder / "profiles" / "ours.toml").write_text("x", "utf-8")
    made = backup(kept.folder, tmp_path / "kept.zip")
    with zipfile.ZipFile(made.path) as pack:
        names = set(pack.namelist())
    assert {"profiles/ours.toml", "settings.toml", "journal/000001-import/original-0"} <= names
    assert not [name for name in names if "duckdb" in name or "writer" in name]
    assert Profiles(kept.folder).broken().keys() == {"ours.toml"}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_checksums_are_those_that_people_have_tools_for(kept: Store, tmp_path: Path) -> None:
    made = backup(kept.folder, tmp_path / "kept.zip")
    with zipfile.ZipFile(made.path) as pack:
        pack.extractall(tmp_path / "out")
    told = subprocess.run(
        ["sha256sum", "--check", "--quiet", CHECKSUMS], cwd=tmp_path / "out", check=False
    )
    assert told.returncode == 0


@pytest.mark.parametrize(
    ("change", "content", "says"),
    [
        ("settings.toml", b"cadence_days = 7\n", "settings.toml is damaged"),
        ("settings.toml", None, "settings.toml is missing"),
        ("../evil.toml", b"x", "../evil.toml is missing, or is not of this backup"),
        ("journal/000009-import/manifest.json", b"{}", "is not of this backup"),
        (CHECKSUMS, b"garbage", "not a backup of this program"),
        (ABOUT, None, "not a backup of this program"),
    ],
)
def test_a_damaged_backup_is_named_and_restores_nothing(
    change: str, content: bytes | None, says: str, kept: Store, tmp_path: Path
) -> None:
    made = backup(kept.folder, tmp_path / "kept.zip")
    broken = repacked(made.path, tmp_path / "broken.zip", change, content)
    with pytest.raises(OkrError, match=says):
        verify(broken)
    with pytest.raises(OkrError, match=says):
        restore(broken, tmp_path / "new" / "data")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_name_that_would_leave_the_folder_is_refused(kept: Store, tmp_path: Path) -> None:
    made = backup(kept.folder, tmp_path / "kept.zip")
    with zipfile.ZipFile(made.path) as pack:
        sums = pack.read(CHECKSUMS).decode().replace("settings.toml", "../settings.toml")
        content = pack.read("settings.toml")
    evil = repacked(made.path, tmp_path / "1.zip", "settings.toml", None)
    evil = repacked(evil, tmp_path / "2.zip", "../settings.toml", content)
    evil = repacked(evil, tmp_path / "3.zip", CHECKSUMS, sums.encode())
    with pytest.raises(OkrError, match="would leave the data folder"):
        restore(evil, tmp_path / "new" / "data")
    assert not (tmp_path / "new" / "settings.toml").exists()


def test_flipped_bits_and_cut_files_are_told(kept: Store, tmp_path: Path) -> None:
    whole = backup(kept.folder, tmp_path / "kept.zip").path.read_bytes()
    for number, at in enumerate(range(40, len(whole) - 40, len(whole) // 25)):
        bad = tmp_path / f"bad-{number}.zip"
        bad.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        with suppress(OkrError):  # a bit of a date or of padding changes no content
            assert verify(bad).files
        bad.write_bytes(whole[:at])
        with pytest.raises(OkrError):
            verify(bad)


def test_nothing_is_overwritten_or_mixed(kept: Store, tmp_path: Path) -> None:
    made = backup(kept.folder, tmp_path / "kept.zip")
    with pytest.raises(OkrError, match="not overwritten"):
        backup(kept.folder, made.path)
    with pytest.raises(OkrError, match="is not empty"):
        restore(made.path, kept.folder)
    with pytest.raises(OkrError, match="nothing to keep"):
        backup(new_store(tmp_path / "empty").folder, tmp_path / "empty.zip")
    with pytest.raises(OkrError, match="There is none at"):
        backup(kept.folder, tmp_path / "no" / "such" / "folder.zip")
    with pytest.raises(OkrError, match="not a backup that can be read"):
        verify(tmp_path / "absent.zip")


def test_a_backup_while_imports_land_holds_a_whole_beginning(store: Store, tmp_path: Path) -> None:
    take_in(store, objectives=OBJECTIVES.format(two="Sell"))
    done = threading.Event()

    def write() -> None:
        for number in range(3):
            take_in(store, objectives=OBJECTIVES.format(two=f"Sell {number}"))
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    archives: list[Backup] = []
    while not done.is_set() or not archives:
        archives.append(backup(store.folder, tmp_path / f"{len(archives)}.zip"))
    writer.join()
    for made in archives[:: max(1, len(archives) // 2)]:
        assert verify(made.path).entries <= 4
        folder = tmp_path / f"from-{made.path.stem}"
        restore(made.path, folder)
        assert 1 <= len(Store(folder).imports()) <= 4
