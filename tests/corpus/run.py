"""Runs cases through the import that the page and the command line use, and compares.

``python -m tests.corpus.run`` prints a table of both collections: what was expected of each file,
what happened, and whether that holds. ``--big`` adds the files that are made on demand.
"""

from __future__ import annotations

import argparse
import atexit
import hashlib
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from okr_data.errors import AlreadyImported, FileRefused
from okr_data.ingest import Reading, Upload
from okr_data.intake import read_files
from okr_data.issues import CODES, REFUSES_FILE
from okr_data.periods import parse_period
from okr_data.store import Draft, Reader, Store
from tests.corpus import make, shared
from tests.corpus.case import Case, Cell, Value

AS_OF = date(2026, 9, 30)
#: What members of archives try to write; none of it may ever be there.
OUTSIDE = (Path("/tmp/evil_okr.txt"), Path("/tmp/okr_corpus_evil.csv"), Path("/etc/okr_corpus_evil.csv"))  # fmt: skip
#: Said of a file in which nothing is wrong, these would send a person to look for nothing.
#: Every code with severity "error" is one too.
FALSE_ALARMS = frozenset(
    {"encoding_guessed", "invalid_bytes_replaced", "mojibake_suspected", "not_a_number",
     "not_a_date", "date_impossible", "date_implausible", "date_order_ambiguous", "dates_swapped",
     "number_absurd", "row_too_long", "totals_row_skipped", "footer_row_skipped",
     "parent_not_found", "parent_ambiguous", "key_result_without_objective", "negative_weight",
     "object_type_unknown", "progress_mismatch", "value_unknown"}
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What happened to a case, and in which words it is not what was expected."""

    case: Case
    result: str
    rows: int | None = None
    codes: Mapping[str, int] = field(default_factory=dict)
    message: str = ""
    failures: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        return not self.failures

    def told(self) -> str:
        """Say in a line what happened."""
        rows = "" if self.rows is None else f" {self.rows} rows"
        return f"{self.result}{rows}: {', '.join(self.codes) or 'nothing reported'}"


@cache
def _empty_store() -> Path:
    """Publish an empty database once; every case starts from a copy of it."""
    folder = Path(tempfile.mkdtemp(prefix="okr-corpus-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Store(folder).catch_up()
    return folder


@contextmanager
def fresh_store() -> Iterator[Store]:
    """Lend a store with nothing in it."""
    with tempfile.TemporaryDirectory(prefix="okr-corpus-") as folder:
        copy = Path(folder) / "data"
        shutil.copytree(_empty_store(), copy)
        yield Store(copy)


def happened(case: Case, folder: Path) -> Outcome:
    """Import the files of a case into an empty store and tell what became of them.

    Nothing but FileRefused and AlreadyImported is a refusal; any other exception is a failure.
    """
    uploads = [Upload(name, (folder / name).read_bytes()) for name in (case.file, *case.also)]
    return outcome_of(case, uploads)


def outcome_of(case: Case, uploads: Sequence[Upload], anew: bool = False) -> Outcome:
    """Import uploads as one and compare with what the case expects, or else its second choice.

    Every upload is read. Rows that were imported before, word for word, are imported again only
    with ``anew``: half of the files are other spellings of rows that another one has.
    """
    begun = time.perf_counter()
    outcome, stored = _import(case, uploads, anew)
    failures = _compare(case, outcome, stored)
    if failures and case.otherwise is not None and not _compare(case.otherwise, outcome, stored):
        failures = []
    if outcome.result == "raised":
        failures = [outcome.message]
    failures += [f"{path} was written" for path in OUTSIDE if path.exists()]
    return replace(outcome, failures=tuple(failures), seconds=time.perf_counter() - begun)


def _import(case: Case, uploads: Sequence[Upload], anew: bool) -> tuple[Outcome, Stored]:
    try:
        draft = read_files(Store(_empty_store()), uploads, Reading(as_of=AS_OF)).draft
        content = _content_of(draft)
        if anew or content not in _taken_in:
            _taken_in[content] = _take_in(draft)
        taken = _taken_in[content]
    except FileRefused as refusal:
        refused = Counter(issue.code for issue in refusal.issues)
        return Outcome(case, "reject", None, dict(refused), str(refusal)), Stored({})
    except AlreadyImported as refusal:
        return Outcome(case, "reject", None, {"AlreadyImported": 1}, str(refusal)), Stored({})
    except Exception as error:  # whatever it is, it is a finding
        return Outcome(case, "raised", message=f"{type(error).__name__}: {error}"), Stored({})
    codes = Counter(issue.code for issue in draft.issues) + taken.reported
    doubted = taken.doubted or any(issue.severity != "info" for issue in draft.issues)
    message = next((issue.message for issue in draft.issues), "")
    rows = len(taken.stored.items)
    return Outcome(case, "warn" if doubted else "accept", rows, dict(codes), message), taken.stored


@dataclass(frozen=True)
class _TakenIn:
    """What became of rows: what is stored, which codes only the store reported and how often,
    and whether one of those is more than information."""

    stored: Stored
    reported: Counter[str]
    doubted: bool


#: By content; what a case expects is looked up in it and never changed.
_taken_in: dict[str, _TakenIn] = {}


def _content_of(draft: Draft) -> str:
    """Return a digest of all that an import takes from a draft but for places in files."""
    if any(issue.code in REFUSES_FILE for issue in draft.issues):
        raise FileRefused(draft.issues)
    said = [
        (name, [column for column in table.column_names if column not in ("file", "row")])
        for name, table in sorted(draft.tables.items())
    ]
    rows = [(name, draft.tables[name].select(columns).to_pylist()) for name, columns in said]
    return hashlib.sha256(repr((draft.as_of, draft.source_format, rows)).encode()).hexdigest()


def _take_in(draft: Draft) -> _TakenIn:
    """Accept a draft in an empty store of its own."""
    with fresh_store() as store:
        issues = store.accept(draft).issues
        found = Counter(zip(issues["code"], issues["severity"], strict=True))
        found.subtract((issue.code, issue.severity) for issue in draft.issues)
        assert min(found.values(), default=0) >= 0, "an issue of the reading is not reported"
        reported: Counter[str] = Counter()
        for (code, _), count in found.items():
            reported[str(code)] += count
        doubted = any(count and severity != "info" for (_, severity), count in found.items())
        return _TakenIn(stored_in(store), +reported, doubted)


# --- what is in the database -------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """The items of a store by id, each cell by the names that cases use."""

    items: Mapping[str, dict[str, Any]]

    def find(self, key: str) -> dict[str, Any] | None:
        """Return an item by its id, else by its title if only one has it."""
        if key in self.items:
            return self.items[key]
        wanted = plain(key)
        found = [item for item in self.items.values() if plain(item["title"]) == wanted]
        return found[0] if len(found) == 1 else None

    def title(self, item_id: str) -> str | None:
        return self.items[item_id]["title"] if item_id in self.items else None


#: Table of the journal → its id and the columns that cases call otherwise.
_TABLES = {
    "objective_row": ("objective_id", {}),
    "key_result_row": (
        "key_result_id",
        {"start_value": "start", "target_value": "target", "current_value": "current"},
    ),
    "initiative_row": ("initiative_id", {}),
}
_COMMON = {"end_date": "due", "reported_progress": "progress", "cycle": "period"}


def stored_in(store: Store) -> Stored:
    """Read what an import stored: its rows as accepted, and the links that are in force."""
    items: dict[str, dict[str, Any]] = {}
    with store.reader() as reader:
        named: dict[str, list[str]] = defaultdict(list)
        for table, (id_column, names) in _TABLES.items():
            for row in _dicts(reader, f"select * from journal.{table}"):
                renamed = {{**_COMMON, **names}.get(k, k): v for k, v in row.items()}
                item_id = row[id_column]
                home = (
                    row.get("objective_id") if table == "key_result_row" else row.get("parent_id")
                )
                if home is not None:
                    named[item_id].append(home)
                items[item_id] = {**renamed, "type": table.removesuffix("_row")}
        for link in _dicts(reader, "select child_id, parent_id from journal.alignment_row"):
            named[link["child_id"]].append(link["parent_id"])
        kept_out = {
            (link["child_id"], link["parent_id"])
            for link in _dicts(
                reader,
                "select child_id, parent_id from journal.kept_out_link where code = 'alignment_cycle'",
            )
        }
        _add_views(reader, items)
    for item_id, item in items.items():
        in_force = [p for p in named[item_id] if p in items and (item_id, p) not in kept_out]
        in_force = [parent for parent in dict.fromkeys(in_force) if parent != item_id]
        item["parent_id"] = in_force[0] if in_force else None
        item["parents"] = " ".join(sorted(in_force))
    return Stored(items)


def _dicts(reader: Reader, sql: str) -> list[dict[str, Any]]:
    names = [name for name, *_ in reader.rows(f"describe {sql}")]
    return [dict(zip(names, row, strict=True)) for row in reader.rows(sql)]


def _add_views(reader: Reader, items: Mapping[str, dict[str, Any]]) -> None:
    """Add what the public views answer: computed progress, and values that check-ins gave."""
    for row in _dicts(
        reader, "select key_result_id, progress, current_value from key_result_progress"
    ):
        item = items[row["key_result_id"]]
        item["computed"] = row["progress"]
        if item.get("current") is None:
            item["current"] = row["current_value"]
    for row in _dicts(reader, "select objective_id, kr_progress, level from objective_progress"):
        items[row["objective_id"]].update(kr_progress=row["kr_progress"], level=row["level"])


# --- comparing ---------------------------------------------------------------------------------


def plain(value: Any) -> str:
    """Return a text with single blanks, as texts are compared."""
    return " ".join(str(value).split())


def _compare(case: Case, outcome: Outcome, stored: Stored) -> list[str]:
    failures = list(_wrong_result(case, outcome))
    if failures:
        return failures
    failures += _missing_codes(case.codes, outcome.codes)
    if case.want == "reject":
        words = outcome.message.lower()
        failures += [
            f"the refusal does not say “{word}”: {outcome.message[:200]}"
            for word in case.message
            if not any(part.lower() in words for part in word.split("|"))
        ]
        return failures
    if case.want == "accept":
        failures += [f"false alarm {code}" for code in outcome.codes if _is_alarm(code)]
    if case.rows is not None and outcome.rows != case.rows:
        failures.append(f"{outcome.rows} rows stored, not {case.rows}")
    for key, cells in case.cells.items():
        failures += _wrong_cells(key, cells, stored)
    return failures


def _wrong_result(case: Case, outcome: Outcome) -> Iterator[str]:
    if (case.want == "reject") != (outcome.result == "reject"):
        done = "refused" if outcome.result == "reject" else f"taken with {outcome.rows} rows"
        yield f"{done}, not {'refused' if case.want == 'reject' else 'taken'}: {outcome.message[:200]}"


def _missing_codes(wanted: Iterable[str], found: Mapping[str, int]) -> list[str]:
    return [
        f"{choice} not reported"
        for choice in wanted
        if not any(code in found for code in choice.split("|"))
    ]


def _is_alarm(code: str) -> bool:
    return code in FALSE_ALARMS or (code in CODES and CODES[code].severity == "error")


def _wrong_cells(key: str, cells: Mapping[str, Cell] | None, stored: Stored) -> list[str]:
    item = stored.find(key)
    if cells is None:
        return [f"{key} was stored"] if item is not None else []
    if item is None:
        return [f"{key} was not stored"]
    failures = []
    for column, wanted in cells.items():
        allowed = wanted if isinstance(wanted, tuple) else (wanted,)
        found = item.get(column)
        if not any(_same(column, value, found, stored) for value in allowed):
            failures.append(f"{key}.{column} is {str(found)[:80]!r}, not {str(wanted)[:80]!r}")
    return failures


def _same(column: str, wanted: Value, found: Any, stored: Stored) -> bool:
    """Compare by meaning: figures as figures, days as days, periods by name, parents by title too."""
    if wanted is None or found is None:
        return wanted is None and found is None
    if column == "period":
        period = parse_period(str(wanted))
        return found in {str(wanted), period.name if period else None}
    if isinstance(found, date):
        return found.isoformat() == wanted
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        return abs(found - wanted) <= 1e-9 * max(1.0, abs(wanted))
    if column == "parent_id" and plain(stored.title(str(found))) == plain(wanted):
        return True
    return plain(found) == plain(wanted)


# --- the command -------------------------------------------------------------------------------


def hostile_names(folder: Path = shared.FOLDER) -> list[Outcome]:
    """Upload the clean file under each hostile name."""
    content = (folder / "ok_baseline.csv").read_bytes()
    cases = [
        Case(name, "names", "a hostile name of an upload", "accept", 5)
        for name in shared.upload_names(folder)
    ]
    return [outcome_of(case, [Upload(case.file, content)], anew=True) for case in cases]


def run_big() -> Iterator[Outcome]:
    """Make and import the big files of the shared collection, one at a time."""
    for case in shared.big():
        with tempfile.TemporaryDirectory(prefix="okr-big-") as folder:
            path = shared.generate(case.file, Path(folder))
            yield outcome_of(case, [Upload(path.name, path.read_bytes())])


def run_all(big: bool = False, only: str = "") -> Iterator[Outcome]:
    """Run both collections; ``only`` picks files whose name contains it."""
    with tempfile.TemporaryDirectory(prefix="okr-made-") as name:
        for case in make.make(Path(name)):
            if only in case.file:
                yield happened(case, Path(name))
    for case in shared.cases():
        if only in case.file and case.file != shared.UPLOAD_NAMES:
            yield happened(case, shared.FOLDER)
    if shared.upload_names() and only in shared.UPLOAD_NAMES:
        yield from hostile_names()
    if big:
        yield from run_big()


def _table(outcomes: Sequence[Outcome], sign: str = " | ") -> Iterator[str]:
    for outcome in outcomes:
        case = outcome.case
        wanted = case.want if case.rows is None else f"{case.want} {case.rows} rows"
        expected = f"{wanted}: {', '.join(case.codes) or '-'}"
        holds = "yes" if outcome.holds else "NO: " + "; ".join(outcome.failures)
        cells = (repr(case.file)[1:60].rstrip("'"), expected, outcome.told(), holds)
        yield sign.join(cell.replace("|", "/").replace("\n", " ") for cell in cells)


def main() -> None:
    """Print the table of both collections and the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--big", action="store_true", help="also make and import the big files")
    parser.add_argument("--only", default="", help="run only files whose name contains this")
    parser.add_argument("--markdown", type=Path, help="write the table to this file, too")
    given = parser.parse_args()
    outcomes = []
    for outcome in run_all(given.big, given.only):
        outcomes.append(outcome)
        print(*_table([outcome]), sep="\n", flush=True)
    for scenario in shared.scenarios():
        print(f"(no file) {scenario.wrong}: {scenario.tested}")
    held = Counter(o.case.group for o in outcomes if o.holds)
    total = Counter(o.case.group for o in outcomes)
    groups = [f"{group}: {held[group]} of {n}" for group, n in total.items()]
    summary = f"{sum(held.values())} of {len(outcomes)} hold; " + ", ".join(groups)
    print(summary)
    if given.markdown:
        head = ["| File | Expected | Happened | Holds |", "|---|---|---|---|"]
        rows = [f"| {row} |" for row in _table(outcomes)]
        given.markdown.write_text("\n".join([summary, "", *head, *rows]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
