"""The command line: ``python -m okr_data COMMAND``.

Exit codes: 0 done (warnings allowed), 2 wrong usage, 3 refused and nothing changed.
Results go to the standard output, progress and messages for people to the standard error.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import duckdb
import pandas as pd

from okr_data import __version__, events
from okr_data.backup import Backup, backup, restore, verify
from okr_data.differences import changed_items
from okr_data.doctor import examine
from okr_data.errors import AlreadyImported, FileRefused, OkrError, StoreBusy
from okr_data.export.deck import make_deck, template_of, write_deck
from okr_data.findings import listed
from okr_data.ingest import FORMATS, Prepared, Reading, Upload
from okr_data.ingest.columns import Answers, Scale
from okr_data.ingest.grid import LIMITS
from okr_data.ingest.mapping import Mapping, parse_mapping
from okr_data.ingest.template import FILES
from okr_data.ingest.values import DateOrder, DecimalSign
from okr_data.intake import clear_sample, data_folder, load_sample, read_files
from okr_data.issues import Issue, count_by_code
from okr_data.neutral import neutral_csv
from okr_data.profiles import Profiles
from okr_data.queries import Catalogue, Filters, catalogue
from okr_data.settings import (
    FILE,
    as_toml,
    described,
    differing,
    load_settings,
    settings_problem,
)
from okr_data.store import ImportResult, Progress, Reader, Store, silent
from okr_data.texts import ENGLISH, LANGUAGES, speaking

REFUSED = 3
#: Issues shown in full on a terminal; the rest is counted by rule.
SHOWN_ISSUES = 20

_data_option = click.option(
    "--data", "folder", metavar="DIR", help="Data folder (default: OKR_DATA, else ./data)."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


class _Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day: write YYYY-MM-DD", param, ctx)


_DAY = _Day()


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Import OKR exports, look at the history, ask questions."""
    events.listen()


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--format", "source_format", default="auto", type=click.Choice(["auto", *FORMATS]))
@click.option(
    "--org-units", type=click.Path(exists=True, dir_okay=False), help="Team, level, department."
)
@click.option("--as-of", type=_DAY, help="Day the files are true for (YYYY-MM-DD).")
@click.option("--profile", help="Read the columns by this saved profile.")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False),
    help="Read the columns by this TOML file.",
)
@click.option("--complete", is_flag=True, help="The files hold every item of their cycles.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="What 03/04/2026 means.")
@click.option("--decimal", type=click.Choice([".", ","]), help="The decimal sign of the files.")
@click.option(
    "--progress-scale", type=click.Choice(["percent", "ratio"]), help="Whether 1 is 1 % or 100 %."
)
@click.option(
    "--at-risk", type=click.Choice(["at_risk", "off_track"]), help="Which state “At Risk” is there."
)
@click.option(
    "--fill-down", metavar="FIELDS", help="Fields to fill below merged cells: team,owner."
)
@click.option(
    "--refused", type=click.Path(file_okay=False), help="Folder for the rows that did not go in."
)
@click.option("--dry-run", is_flag=True, help="Check everything, keep nothing.")
@_json_option
@_data_option
def import_command(
    files: tuple[str, ...],
    source_format: str,
    org_units: str | None,
    as_of: date | None,
    profile: str | None,
    mapping: str | None,
    complete: bool,
    date_order: DateOrder | None,
    decimal: DecimalSign | None,
    progress_scale: Scale | None,
    at_risk: str | None,
    fill_down: str | None,
    refused: str | None,
    dry_run: bool,
    as_json: bool,
    folder: str | None,
) -> None:
    """Import FILES as one: all of them or nothing."""
    if profile and mapping:
        raise click.UsageError("give --profile or --mapping, not both")
    store = Store(data_folder(folder))
    with _refusals(as_json), _progress() as progress:
        reading = Reading(
            source_format=source_format,
            as_of=as_of,
            complete=complete,
            mapping=_chosen_mapping(store, profile, mapping),
            answers=Answers(decimal, date_order, progress_scale),
            at_risk=at_risk or "",
            fill_down=tuple(part.strip() for part in (fill_down or "").split(",") if part.strip()),
        )
        _tell_problem(store)
        uploads = _read_files((*files, *([org_units] if org_units else [])))
        prepared = read_files(store, uploads, reading, lambda s, d: progress(s, d * 0.6))
        result = store.accept(
            prepared.draft, dry_run=dry_run, progress=lambda s, d: progress(s, 0.6 + d * 0.4)
        )
    if refused:
        _write_refused(Path(refused), prepared)
    _print_import(result, as_json)


def _chosen_mapping(store: Store, profile: str | None, mapping: str | None) -> Mapping | None:
    if profile:
        return Profiles(store.folder).get(profile)
    if mapping:
        path = Path(mapping)
        return parse_mapping(path.stem, path.read_text("utf-8"))
    return None


def _read_files(names: Sequence[str]) -> list[Upload]:
    """Read files; one that is too large is refused before it fills the memory."""
    uploads = []
    for path in map(Path, names):
        size = path.stat().st_size
        if size > LIMITS.file:
            message = (
                f"the file has {size / 2**20:,.0f} MB; the limit is {LIMITS.file / 2**20:,.0f} MB"
            )
            events.refused([path.name], {"file_too_large": 1})
            raise FileRefused([Issue("file_too_large", message, path.name)])
        uploads.append(Upload(path.name, path.read_bytes()))
    return uploads


def _write_refused(folder: Path, prepared: Prepared) -> None:
    """Write the rows that did not go in, a file a table, named by number: never by the upload."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, rows in enumerate(prepared.refused, start=1):
        (folder / f"refused-{number}.csv").write_bytes(neutral_csv(rows.rows))


@main.command("profiles")
@_json_option
@_data_option
def profiles_command(as_json: bool, folder: str | None) -> None:
    """List the saved profiles: what columns of which files mean."""
    profiles = Profiles(data_folder(folder))
    rows = [
        {"name": m.name, "title": m.title, "rows": m.rows, "columns": len(m.columns)}
        for m in profiles.all()
    ]
    for name, message in profiles.broken().items():
        click.echo(f"{name} does not read: {message}", err=True)
    _print_rows(pd.DataFrame(rows), as_json, empty="No profile yet.")


@main.command("imports")
@_json_option
@_data_option
def imports_command(as_json: bool, folder: str | None) -> None:
    """List the imports in the history, oldest first."""
    with _refusals(as_json):
        found = Store(data_folder(folder)).imports()
    rows = [
        {
            "import_id": manifest.import_id,
            "as_of": manifest.as_of,
            "at": manifest.at,
            "by": manifest.by,
            "format": manifest.source_format,
            "files": ", ".join(file.name for file in manifest.files),
            "rows": manifest.counts.get("rows", 0),
            "issues": sum(manifest.issues.values()),
            "state": "undone" if undone else "in force",
        }
        for manifest, undone in found
    ]
    _print_rows(pd.DataFrame(rows), as_json, empty="No import yet.")


@main.command("undo")
@click.argument("import_id")
@_json_option
@_data_option
def undo_command(import_id: str, as_json: bool, folder: str | None) -> None:
    """Take the import IMPORT_ID back."""
    with _refusals(as_json):
        Store(data_folder(folder)).undo(import_id)
    _say({"undone": import_id}, f"{import_id} is undone.", as_json)


@main.command("redo")
@click.argument("import_id")
@_json_option
@_data_option
def redo_command(import_id: str, as_json: bool, folder: str | None) -> None:
    """Put the undone import IMPORT_ID back in force."""
    with _refusals(as_json):
        Store(data_folder(folder)).redo(import_id)
    _say({"redone": import_id}, f"{import_id} is in force again.", as_json)


@main.command("rebuild")
@_json_option
@_data_option
def rebuild_command(as_json: bool, folder: str | None) -> None:
    """Make the database anew from the journal."""
    with _refusals(as_json), _progress() as progress:
        generation = Store(data_folder(folder)).rebuild(progress)
    _say({"generation": generation}, f"Rebuilt: generation {generation}.", as_json)


@main.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_json_option
@_data_option
def backup_command(file: Path, as_json: bool, folder: str | None) -> None:
    """Write journal, settings and profiles into one ZIP FILE with checksums; writers go on meanwhile."""
    with _refusals(as_json), _progress() as progress:
        kept = backup(data_folder(folder), file, progress)
        verify(file)
    _say_backup(kept, "Backed up and verified", as_json)


@main.command("verify")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_json_option
def verify_command(file: Path, as_json: bool) -> None:
    """Compare every file of a backup with its checksum."""
    with _refusals(as_json), _progress() as progress:
        kept = verify(file, progress)
    _say_backup(kept, "Every checksum is right", as_json)


@main.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_json_option
@_data_option
def restore_command(file: Path, as_json: bool, folder: str | None) -> None:
    """Make an empty or new data folder of a backup FILE."""
    with _refusals(as_json), _progress() as progress:
        kept = restore(file, data_folder(folder), progress)
    _say_backup(kept, f"Restored into {data_folder(folder)}", as_json)


def _say_backup(kept: Backup, done: str, as_json: bool) -> None:
    body = {
        "file": str(kept.path),
        "files": kept.files,
        "entries": kept.entries,
        "bytes": kept.size,
    }
    _say(
        body,
        f"{done}: {kept.entries:,} entries, {kept.files:,} files, {kept.size:,} bytes.",
        as_json,
    )


@main.command("doctor")
@click.option(
    "--deep", is_flag=True, help="Also compare every uploaded original with its checksum."
)
@_json_option
@_data_option
def doctor_command(deep: bool, as_json: bool, folder: str | None) -> None:
    """Look at versions, browser, data folder, disk, settings, journal and database.

    Exit code 3 where something needs a hand; warnings are told and are no failure.
    """
    checks = list(examine(data_folder(folder), deep))
    lines = [f"{check.verdict:<8} {check.name:<9} {check.says}" for check in checks]
    _say({"checks": [asdict(check) for check in checks]}, "\n".join(lines), as_json)
    if any(check.verdict == "problem" for check in checks):
        sys.exit(REFUSED)


@main.command("sample")
@click.option("--clear", is_flag=True, help="Take the sample data out again.")
@_json_option
@_data_option
def sample_command(clear: bool, as_json: bool, folder: str | None) -> None:
    """Load the sample data of an invented company."""
    store = Store(data_folder(folder))
    with _refusals(as_json), _progress() as progress:
        if not clear:
            ids = [result.import_id for result in load_sample(store, progress)]
        else:
            ids = clear_sample(store)
    done = "taken out" if clear else "loaded"
    _say({"imports": ids}, f"Sample data {done}: {', '.join(ids) or 'nothing to do'}.", as_json)


@main.command("template")
@click.argument("directory", type=click.Path(file_okay=False))
@_json_option
def template_command(directory: str, as_json: bool) -> None:
    """Write the empty template files into DIRECTORY; files that are there stay."""
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    written = [file.name for file in FILES if not (target / file.name).exists()]
    for file in FILES:
        if file.name in written:
            (target / file.name).write_bytes(file.to_bytes())
    _say(
        {"written": written}, f"Written: {', '.join(written) or 'nothing, all are there'}.", as_json
    )


@main.command("deck")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--cycle", help="Cycle (default: the one that runs).")
@click.option("--department", "departments", multiple=True, help="Only this one; may be repeated.")
@click.option("--as-of", type=_DAY, help="Day that the figures are true for.")
@click.option("--since", type=_DAY, help="Day that changes are told from.")
@click.option(
    "--template", type=click.Path(dir_okay=False), help="Template (default: that of the settings)."
)
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=ENGLISH)
@_json_option
@_data_option
def deck_command(
    file: str,
    cycle: str | None,
    departments: tuple[str, ...],
    as_of: date | None,
    since: date | None,
    template: str | None,
    language: str,
    as_json: bool,
    folder: str | None,
) -> None:
    """Write the review deck (.pptx) of a cycle to FILE."""
    store = Store(data_folder(folder))
    with (
        _refusals(as_json), speaking(language), _progress() as progress, store.reader(as_of) as reader,
    ):  # fmt: skip
        running = catalogue(reader).default_cycle()
        chosen = template_of(load_settings(store.folder), store.folder)
        made = make_deck(
            reader,
            Filters(cycle or (running.name if running else None), tuple(sorted(departments))),
            template=Path(template) if template else chosen,
            since=since,
            progress=progress,
        )
        write_deck(Path(file), made)
    _say({"file": file, "bytes": len(made)}, f"{file} is written.", as_json)


@main.command("sql")
@click.argument("query")
@click.option("--as-of", type=_DAY, help="Answer for this day (YYYY-MM-DD).")
@_json_option
@_data_option
def sql_command(query: str, as_of: date | None, as_json: bool, folder: str | None) -> None:
    """Run a read-only QUERY against the public views."""
    store = Store(data_folder(folder))
    with _refusals(as_json):
        store.catch_up()
        with store.reader(as_of) as reader:
            try:
                frame = reader.frame(query)
            except duckdb.Error as error:
                raise click.UsageError(str(error)) from error
    _print_rows(frame, as_json, empty="No rows.")


@main.command("settings")
@_json_option
@_data_option
def settings_command(as_json: bool, folder: str | None) -> None:
    """Print the documented settings file with the values in force."""
    store = Store(data_folder(folder))
    with _refusals(as_json):
        in_force = store.published_settings() or load_settings(store.folder)
    problem = settings_problem(store.folder)
    waiting = {} if problem else differing(in_force, load_settings(store.folder))
    body = {
        "digest": in_force.digest(),
        "problem": problem or None,
        "waiting": {name: after for name, (_, after) in waiting.items()},
        "settings": {
            name: {"value": _figure(getattr(in_force, name)), "default": _figure(default),
                   "group": what.group, "meaning": what.meaning}
            for name, default, what in described()
        },
    }  # fmt: skip
    _say(body, as_toml(in_force).rstrip("\n"), as_json)
    for name, (before, after) in waiting.items():
        click.echo(
            f"{name}: {before} is in force, {after} in {FILE}; it takes effect with the next import "
            "or with rebuild.",
            err=True,
        )
    if problem:
        _tell_problem(store)
        sys.exit(REFUSED)


def _figure(value: object) -> object:
    """Return a whole number as one: the database keeps every figure as a fraction."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _tell_problem(store: Store) -> None:
    """Say on the standard error where ``settings.toml`` does not read and older values hold."""
    if problem := settings_problem(store.folder):
        click.echo(f"{problem}\nThe settings that were published last stay in force.", err=True)


@main.command("findings")
@click.option("--cycle", help="Only those of this cycle.")
@click.option("--department", help="Only those of this department.")
@click.option("--as-of", type=_DAY, help="Answer for this day (YYYY-MM-DD).")
@_json_option
@_data_option
def findings_command(
    cycle: str | None, department: str | None, as_of: date | None, as_json: bool, folder: str | None
) -> None:
    """List what the rules found, the gravest first and what is excused last."""
    store = Store(data_folder(folder))
    with _refusals(as_json):
        store.catch_up()
        with store.reader(as_of) as reader:
            known = catalogue(reader)
            _must_be_known("--cycle", cycle, [c.name for c in known.cycles if c.name])
            _must_be_known("--department", department, known.departments)
            found = listed(reader, cycle, department)
    _print_rows(found, as_json, empty="Nothing was found.")


def _must_be_known(option: str, given: str | None, known: Sequence[str]) -> None:
    if given is not None and given not in known:
        names = ", ".join(known) or "none"
        raise click.BadParameter(
            f"{given!r} is not in the data; there is: {names}", None, None, option
        )


@main.command("excuse")
@click.argument("finding")
@click.argument("item")
@click.option("--reason", help="Why it is excused.")
@click.option("--until", type=_DAY, help="Last day of the excuse (YYYY-MM-DD).")
@click.option("--withdraw", is_flag=True, help="Take the excuse back.")
@_json_option
@_data_option
def excuse_command(
    finding: str,
    item: str,
    reason: str | None,
    until: date | None,
    withdraw: bool,
    as_json: bool,
    folder: str | None,
) -> None:
    """Excuse the FINDING of an ITEM up to a day, or take the excuse back."""
    if withdraw and (reason is not None or until is not None):
        raise click.UsageError("give --withdraw alone, or --reason and --until")
    if not withdraw and (not (reason or "").strip() or until is None):
        raise click.UsageError("an excuse needs --reason and --until; --withdraw takes it back")
    store = Store(data_folder(folder))
    with _refusals(as_json):
        store.catch_up()
        _tell_problem(store)
        store.excuse(finding, item, reason or "", until)
        with store.reader() as reader:
            found = reader.rows(
                "select excused from finding where finding = $finding and item_id = $item",
                {"finding": finding, "item": item},
            )
    body = {
        "finding": finding, "item": item, "until": until, "found": bool(found),
        "excused": any(excused for (excused,) in found),
    }  # fmt: skip
    said = "is not excused any more" if withdraw else f"is excused up to {until}"
    note = "" if found else " At the moment it is not found, so this changes no count."
    _say(body, f"{finding} of {item} {said}.{note}", as_json)


@main.command("changes")
@click.argument("from_day", metavar="FROM", type=_DAY)
@click.argument("to_day", metavar="TO", type=_DAY)
@_json_option
@_data_option
def changes_command(from_day: date, to_day: date, as_json: bool, folder: str | None) -> None:
    """List what changed from one day to another (YYYY-MM-DD), item by item."""
    if from_day > to_day:
        raise click.UsageError(f"{from_day} is later than {to_day}: the earlier day comes first")
    store = Store(data_folder(folder))
    with _refusals(as_json):
        store.catch_up()
        with store.reader() as reader:
            rows = changed_items(reader, from_day, to_day)
    _print_rows(rows, as_json, empty="Nothing changed.")


@main.command("report")
@click.option("--cycle", help="Of this cycle (default: the one that runs).")
@click.option("--department", "departments", multiple=True, help="Only this one; can be repeated.")
@click.option("--as-of", type=_DAY, help="As of this day (YYYY-MM-DD).")
@click.option("--format", "kind", required=True, type=click.Choice(["pptx", "html", "pdf", "xlsx"]))
@click.option("--out", required=True, type=click.Path(dir_okay=False), help="File to write.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=ENGLISH, show_default=True)
@_json_option
@_data_option
def report_command(
    cycle: str | None,
    departments: tuple[str, ...],
    as_of: date | None,
    kind: str,
    out: str,
    language: str,
    as_json: bool,
    folder: str | None,
) -> None:
    """Write the review as slides, page, PDF or workbook; says nothing when all is well."""
    from okr_data.export.files import write_whole  # noqa: PLC0415 - drawing is slow to load

    store = Store(data_folder(folder))
    with _refusals(as_json), _progress() as progress, speaking(language):
        store.catch_up()
        with store.reader(as_of) as reader:
            filters = _filters(catalogue(reader), cycle, departments)
            write_whole(Path(out), _report(reader, store, filters, kind, progress))
    if as_json:
        _say({"written": out}, "", as_json)


def _filters(known: Catalogue, cycle: str | None, departments: tuple[str, ...]) -> Filters:
    _must_be_known("--cycle", cycle, [c.name for c in known.cycles if c.name])
    for department in departments:
        _must_be_known("--department", department, known.departments)
    default = known.default_cycle()
    return Filters(cycle or (default.name if default else None), tuple(sorted(departments)))


def _report(reader: Reader, store: Store, filters: Filters, kind: str, progress: Progress) -> bytes:
    from okr_data.export import report, workbook  # noqa: PLC0415 - drawing is slow to load

    if kind == "xlsx":
        return workbook.make_workbook(reader, filters, progress)
    if kind == "pptx":
        return _deck(reader, store, filters, progress)
    make = {"html": report.make_report, "pdf": report.make_report_pdf}[kind]
    return make(reader, filters, progress)


def _deck(reader: Reader, store: Store, filters: Filters, progress: Progress) -> bytes:
    from okr_data.export import browser, deck  # noqa: PLC0415 - drawing is slow to load

    template = deck.template_of(store.settings(), store.folder)
    draw = deck.warm_png if browser.browser_path() else None
    return deck.make_deck(reader, filters, template=template, draw=draw, progress=progress)


@main.command("export")
@click.option("--all", "everything", is_flag=True, help="All views and the whole history.")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Folder to make.")
@_json_option
@_data_option
def export_command(everything: bool, out: str, as_json: bool, folder: str | None) -> None:
    """Write all views (Parquet, CSV) and the history as files that can be imported again."""
    from okr_data.export.everything import export_everything  # noqa: PLC0415 - slow to load

    if not everything:
        raise click.UsageError("say what to export: --all")
    store = Store(data_folder(folder))
    with _refusals(as_json), _progress() as progress:
        store.catch_up()
        export_everything(store, Path(out), progress)
    if as_json:
        _say({"written": out}, "", as_json)


# --- output ------------------------------------------------------------------


@contextmanager
def _refusals(as_json: bool) -> Iterator[None]:
    """Turn our errors into a message and an exit code."""
    try:
        yield
    except AlreadyImported as error:
        _say({"import_id": error.import_id, "already_imported": True}, str(error), as_json)
        sys.exit(0)
    except FileRefused as error:
        _refuse_files(error, as_json)
    except OkrError as error:
        kind = "busy" if isinstance(error, StoreBusy) else "refused"
        _say({"error": kind, "message": str(error)}, str(error), as_json, err=True)
        sys.exit(REFUSED)


def _refuse_files(error: FileRefused, as_json: bool) -> NoReturn:
    issues = [
        {
            "severity": i.severity, "code": i.code, "file": i.file, "row": i.row,
            "column": i.column, "value": i.value, "message": i.message,
        }
        for i in error.issues
    ]  # fmt: skip
    message = "Refused; nothing was changed.\n" + "\n".join(f"  {issue}" for issue in error.issues)
    counts = count_by_code(error.issues)
    _say({"error": "refused", "issues": counts, "details": issues}, message, as_json, err=True)
    sys.exit(REFUSED)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a progress bar on a terminal and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield silent
        return
    with click.progressbar(length=1000, file=sys.stderr, item_show_func=lambda s: s or "") as bar:
        shown = _Bar(bar)
        shown.start()
        try:
            yield shown.to
        finally:
            shown.stop()


class _Bar(threading.Thread):
    """A progress bar that is drawn again each second, so that a long step is seen to go on."""

    def __init__(self, bar: Any) -> None:
        super().__init__(name="okr-bar", daemon=True)
        self._bar = bar
        self._step, self._since = "", time.monotonic()
        self._lock = threading.Lock()
        self._over = threading.Event()

    def to(self, step: str, done: float) -> None:
        """Move to a share of the whole work (0–1), never back, and name the step."""
        with self._lock:
            if step != self._step:
                self._step, self._since = step, time.monotonic()
            forward = int(done * self._bar.length) - self._bar.pos
            if forward > 0:
                self._bar.update(forward, self._words())
            else:
                self._draw()

    def run(self) -> None:
        while not self._over.wait(1.0):
            with self._lock:
                self._draw()

    def stop(self) -> None:
        """End the drawing; the bar is no longer touched when this returns."""
        self._over.set()
        self.join()

    def _draw(self) -> None:
        self._bar.current_item = self._words()
        self._bar.render_progress()

    def _words(self) -> str:
        lasting = time.monotonic() - self._since
        return f"{self._step} ({lasting:.0f} s)" if lasting >= 2 else self._step


def _print_import(result: ImportResult, as_json: bool) -> None:
    counts, issues = dict(result.manifest.counts), dict(result.manifest.issues)
    assert result.manifest.as_of is not None  # every import has one
    body = {
        "import_id": None if result.dry_run else result.import_id,
        "as_of": result.manifest.as_of.isoformat(),
        "format": result.manifest.source_format,
        "dry_run": result.dry_run,
        **counts,
        "issues": issues,
    }
    parts = ", ".join(
        f"{count:,} {word.replace('_', ' ')}" for word, count in counts.items() if count
    )
    head = "Would import" if result.dry_run else f"Imported as {result.import_id}:"
    lines = [f"{head} {parts}; as of {result.manifest.as_of}."]
    lines += [f"  {count:>6,} × {code}" for code, count in issues.items()]
    worst = result.issues[result.issues["severity"] != "info"].head(SHOWN_ISSUES)
    lines += [
        f"  {row.severity}: {row.file}, row {row.row}: {row.message}" for row in worst.itertuples()
    ]
    _say(body, "\n".join(lines), as_json)


def _say(body: dict[str, Any], text: str, as_json: bool, err: bool = False) -> None:
    if as_json:
        click.echo(json.dumps(body, ensure_ascii=False, default=_plain))
    else:
        click.echo(text, err=err)


def _print_rows(frame: pd.DataFrame, as_json: bool, empty: str) -> None:
    if as_json:
        records = json.loads(
            frame.to_json(orient="records", date_format="iso", default_handler=str)
        )
        click.echo(json.dumps(records, ensure_ascii=False))
    elif frame.empty:
        click.echo(empty)
    else:
        with pd.option_context(
            "display.max_rows", None, "display.max_columns", None, "display.width", 250
        ):
            click.echo(frame.to_string(index=False))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
