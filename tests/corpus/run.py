"""Runs cases through the import that the page and the command line use, and compares.

``python -m tests.corpus.run`` prints a table of both collections: what was expected of each file,
what happened, and whether that holds. ``--big`` adds the files that are made on demand.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from okr_data.errors import FileRefused
from okr_data.ingest import Known, Reading, Upload
from okr_data.ingest.apart import prepare_apart
from okr_data.issues import CODES, REFUSES_FILE
from okr_data.journal import Manifest
from okr_data.periods import parse_period
from okr_data.store import Draft, Reader, Store, issue_table
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

    @property
    def holds(self) -> bool:
        return not self.failures

    def told(self) -> str:
        """Say in a line what happened."""
        rows = "" if self.rows is None else f" {self.rows} rows"
        return f"{self.result}{rows}: {', '.join(self.codes) or 'nothing reported'}"


def happened(case: Case, folder: Path) -> Outcome:
    """Import the files of one case and tell what became of them."""
    return all_that_happened([case], folder)[0]


def all_that_happened(cases: Sequence[Case], folder: Path) -> list[Outcome]:
    """Import the files of each case and tell what became of them.

    Nothing but FileRefused and AlreadyImported is a refusal; any other exception is a failure.
    """
    return outcomes_of(
        [
            (case, [Upload(name, (folder / name).read_bytes()) for name in (case.file, *case.also)])
            for case in cases
        ]
    )


def outcomes_of(uploaded: Sequence[tuple[Case, Sequence[Upload]]]) -> list[Outcome]:
    """Import uploads, each as one, and compare with what the cases expect, or their second choice.

    Every upload is read by itself. What is accepted goes into one history, since computing it is
    what takes long; ids and units of each case are made its own there, so that it stands alone.
    """
    read: list[Draft | Outcome] = [_read(case, uploads) for case, uploads in uploaded]
    drafts = [draft for draft in read if isinstance(draft, Draft)]
    taken = iter(_take_in(drafts)) if drafts else iter(())
    outcomes = []
    for (case, _), found in zip(uploaded, read, strict=True):
        if isinstance(found, Outcome):
            outcome, stored = found, Stored({})
        else:
            outcome, stored = _told(case, found, next(taken))
        failures = _compare(case, outcome, stored)
        if failures and case.otherwise and not _compare(case.otherwise, outcome, stored):
            failures = []
        if outcome.result == "raised":
            failures = [outcome.message]
        outcomes.append(replace(outcome, failures=tuple(failures)))
    return outcomes


def _read(case: Case, uploads: Sequence[Upload]) -> Draft | Outcome:
    """Read uploads as the page does, or tell how they were refused."""
    try:
        draft = prepare_apart(uploads, Known(), Reading(as_of=AS_OF)).draft
        if any(issue.code in REFUSES_FILE for issue in draft.issues):
            raise FileRefused(draft.issues)
        written = [path for path in OUTSIDE if path.exists()]
        assert not written, f"{written} was written"
    except FileRefused as refusal:
        refused = Counter(issue.code for issue in refusal.issues)
        return Outcome(case, "reject", None, dict(refused), str(refusal))
    except Exception as error:  # whatever it is, it is a finding
        return Outcome(case, "raised", message=f"{type(error).__name__}: {error}")
    return draft


def _told(case: Case, draft: Draft, taken: _TakenIn) -> tuple[Outcome, Stored]:
    """Tell of an upload that went in with what it is stored as."""
    message = next((issue.message for issue in draft.issues), "")
    result = "warn" if taken.doubted else "accept"
    outcome = Outcome(case, result, len(taken.stored.items), dict(taken.codes), message)
    return outcome, taken.stored


@dataclass(frozen=True)
class _TakenIn:
    """What became of a draft: what is stored, which codes were reported and how often, and
    whether one of those is more than information."""

    stored: Stored
    codes: Counter[str]
    doubted: bool


#: Columns that refer from row to row: other cases in the same history must not be meant.
_OWN = frozenset(
    {"objective_id", "key_result_id", "initiative_id", "parent_id", "child_id", "item_id",
     "department", "team", "parent_team", "same_as", "person", "manager", "owner"}
)  # fmt: skip


def _mark(number: int) -> str:
    return f"{number:04d}~"


def _marked(draft: Draft, number: int) -> dict[str, pa.Table]:
    """Return the tables of a draft with a mark before everything that refers from row to row."""
    tables = {**draft.tables, "issue_row": issue_table(draft.issues)}
    for name, table in tables.items():
        for column in _OWN.intersection(table.column_names):
            values = pc.binary_join_element_wise(_mark(number), table[column], "")
            place = table.column_names.index(column)
            tables[name] = tables[name].set_column(place, table.schema.field(column), values)
    return tables


def _take_in(drafts: Sequence[Draft]) -> list[_TakenIn]:
    """Let drafts be imports of one history, published once."""
    with tempfile.TemporaryDirectory(prefix="okr-corpus-") as folder:
        store = Store(Path(folder) / "data")
        for number, draft in enumerate(drafts):
            manifest = Manifest(
                "import", number + 1, f"imp-{number + 1:04d}", "2026-09-30T08:00:00+00:00", "corpus",
                draft.as_of, draft.source_format, draft.files, draft.counts(), mapping=draft.mapping,
            )  # fmt: skip
            store.journal.append(manifest, _marked(draft, number), draft.originals)
        store.catch_up()
        with store.reader() as reader:
            said = _dicts(reader, "select import_id, code, severity from import_issue")
            stored = stored_in(reader)
    taken = []
    for number, draft in enumerate(drafts):
        here = [each for each in said if each["import_id"] == f"imp-{number + 1:04d}"]
        codes = Counter(str(each["code"]) for each in here)
        read = Counter(issue.code for issue in draft.issues)
        assert codes >= read, f"an issue of the reading is not reported: {read - codes}"
        taken.append(
            _TakenIn(
                Stored(stored.get(_mark(number), {})),
                codes,
                any(each["severity"] != "info" for each in here),
            )
        )
    return taken


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


def stored_in(reader: Reader) -> dict[str, dict[str, dict[str, Any]]]:
    """Read what imports stored: by mark and id the rows as accepted, and the links in force."""
    items: dict[str, dict[str, Any]] = {}
    named: dict[str, list[str]] = defaultdict(list)
    for table, (id_column, names) in _TABLES.items():
        for row in _dicts(reader, f"select * from journal.{table}"):
            renamed = {{**_COMMON, **names}.get(k, k): v for k, v in row.items()}
            item_id = row[id_column]
            home = row.get("objective_id") if table == "key_result_row" else row.get("parent_id")
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
        item["parents"] = " ".join(in_force)
    return _unmarked(items)


def _unmarked(items: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Sort items by the mark of their case and take it off again."""
    length = len(_mark(0))
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for item_id, item in items.items():
        mark = item_id[:length]
        plainly = {
            column: value.removeprefix(mark) if column in _OWN and value is not None else value
            for column, value in item.items()
        }
        parents = [parent.removeprefix(mark) for parent in item["parents"].split(" ")]
        found[mark][item_id[length:]] = {**plainly, "parents": " ".join(sorted(parents))}
    return found


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
    (cells,) = (case.cells for case in shared.cases() if case.file == "ok_baseline.csv")
    cases = [
        Case(name, "names", "a hostile name of an upload", "accept", 5, cells)
        for name in shared.upload_names(folder)
    ]
    return outcomes_of([(case, [Upload(case.file, content)]) for case in cases])


def run_big() -> Iterator[Outcome]:
    """Make and import the big files of the shared collection, one at a time."""
    for case in shared.big():
        with tempfile.TemporaryDirectory(prefix="okr-big-") as folder:
            path = shared.generate(case.file, Path(folder))
            yield from outcomes_of([(case, [Upload(path.name, path.read_bytes())])])


def run_all(big: bool = False, only: str = "") -> Iterator[Outcome]:
    """Run both collections; ``only`` picks files whose name contains it."""
    with tempfile.TemporaryDirectory(prefix="okr-made-") as name:
        made = make.make(Path(name))
        yield from all_that_happened([case for case in made if only in case.file], Path(name))
    theirs = [case for case in shared.cases() if case.file != shared.UPLOAD_NAMES]
    yield from all_that_happened([case for case in theirs if only in case.file], shared.FOLDER)
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
