"""Write the sample exports of an invented company, the same bytes each time.

``python sample_data/generate.py`` rewrites the files, ``--check`` only checks them.
The company stands in ``company.txt``, what is wrong with it on purpose in ``planted.py``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from exports import make_export
from listings import edit_rows, planted_rows
from plan import EXPORT_DAYS, FIRST, HERE, PERIODS, SECOND, make_plan
from selfcheck import export_problems
from tables import (
    CheckInRow,
    EditRow,
    Export,
    KeyResultRow,
    ObjectiveRow,
    OrgUnitRow,
    PlantedRow,
    csv_text,
)


def all_files() -> dict[str, str]:
    """Return every generated file: path below this folder -> text."""
    plan = make_plan()
    exports = {day: make_export(plan, day) for day in EXPORT_DAYS}
    files = {}
    for day, export in exports.items():
        folder = day.isoformat()
        files[f"{folder}/objectives.csv"] = csv_text(ObjectiveRow, export.objectives)
        files[f"{folder}/key_results.csv"] = csv_text(KeyResultRow, export.key_results)
        files[f"{folder}/check_ins.csv"] = csv_text(CheckInRow, export.check_ins)
        files[f"{folder}/org_units.csv"] = csv_text(OrgUnitRow, export.org_units)
    planted = planted_rows(plan, exports[SECOND])
    edits = edit_rows(plan, exports[FIRST], exports[SECOND])
    files["planted.csv"] = csv_text(PlantedRow, planted)
    files["edits.csv"] = csv_text(EditRow, edits)
    files["README.md"] = readme(exports, planted, edits)
    return files


def readme(
    exports: dict[date, Export], planted: Sequence[PlantedRow], edits: Sequence[EditRow]
) -> str:
    """Return the README: its own words around the tables that are made here."""
    text = (HERE / "README.md").read_text("utf-8")
    plain = [row for row in edits if row.change != "status"]
    text = _fill(text, "counts", _count_table(exports))
    text = _fill(text, "planted", _table(("item_id", "kind", "detail"), planted))
    return _fill(text, "edits", _table(("item_id", "change", "before", "after"), plain))


def _fill(text: str, name: str, block: str) -> str:
    start, end = f"<!-- {name}: written by generate.py -->", f"<!-- end of {name} -->"
    head, tail = text.partition(start)[0], text.partition(end)[2]
    return f"{head}{start}\n{block}\n{end}{tail}"


def _table(columns: tuple[str, ...], rows: Sequence[PlantedRow] | Sequence[EditRow]) -> str:
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    lines += [f"| {' | '.join(str(getattr(row, c)) for c in columns)} |" for row in rows]
    return "\n".join(lines)


def _count_table(exports: dict[date, Export]) -> str:
    lines = ["| export | cycle | objectives | of these company / other | key results |"]
    lines.append("|---|---|---|---|---|")
    for day, export in exports.items():
        for period in PERIODS.values():
            rows = [row for row in export.objectives if row.cycle == period.name]
            ids = {row.id for row in rows}
            top = sum(row.level == "company" for row in rows)
            below = sum(k.objective_id in ids for k in export.key_results)
            lines.append(
                f"| {day} | {period.name} | {len(rows)} | {top} / {len(rows) - top} | {below} |"
            )
    return "\n".join(lines)


def write_files() -> None:
    """Write every generated file with plain line feeds."""
    for name, text in all_files().items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def problems() -> list[str]:
    """Return everything that is wrong with the files on disk; empty when all is well."""
    plan = make_plan()
    found = [
        f"{name} on disk differs from what would be generated"
        for name, text in all_files().items()
        if not (HERE / name).exists() or (HERE / name).read_bytes() != text.encode("utf-8")
    ]
    return found + export_problems(plan, make_export(plan, FIRST), make_export(plan, SECOND))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files (or not, with ``--check``) and check them; 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only check what is on disk")
    if not parser.parse_args(arguments).check:
        write_files()
    found = problems()
    print("\n".join(found) or "sample data: all well")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
