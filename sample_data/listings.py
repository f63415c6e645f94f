"""The lists of what is planted and of what changes, made from the entries that do it."""

from __future__ import annotations

from exports import fill_ids
from plan import Plan
from planted import EDIT_FINDINGS, EDITS, PLANTS, Edit
from tables import EditRow, Export, KeyResultRow, ObjectiveRow, PlantedRow


def planted_rows(plan: Plan, export: Export) -> list[PlantedRow]:
    """Return what the later export must show, one row an item and kind."""
    rows = [
        PlantedRow(plan.ids[plant.ref], kind, fill_ids(plan, plant.detail))
        for plant in PLANTS
        for kind in plant.kinds
    ]
    for edit in EDITS:
        if edit.change in EDIT_FINDINGS:
            rows.append(PlantedRow(plan.ids[edit.ref], *EDIT_FINDINGS[edit.change]))
    rows += [
        PlantedRow(row.id, state, f"{row.cycle}, parents: {row.parent_ids or 'none'}")
        for row in export.objectives
        if (state := alignment_state(export, row.id)) in ("supporting", "detached", "unaligned")
    ]
    listed = {(row.item_id, row.kind) for row in rows}
    rows += [
        PlantedRow(row.id, "unsupported", f"{row.cycle}, nothing is aligned to it")
        for row in export.objectives
        if (row.id, "unsupported") not in listed and is_unsupported(export, row)
    ]
    return sorted(rows, key=lambda row: (*_id_order(row.item_id), row.kind))


def _id_order(item_id: str) -> tuple[bool, int]:
    prefix, _, number = item_id.partition("-")
    return prefix == "KR", int(number)


def alignment_state(export: Export, objective_id: str) -> str:
    """Return the alignment state of the contract; empty for company and dropped objectives."""
    rows = {row.id: row for row in export.objectives}
    own = rows[objective_id]
    if own.level == "company" or own.status == "Dropped":
        return ""
    for links, state in ((True, "contributing"), (False, "supporting")):
        if any(rows[above].level == "company" for above in _above(export, own, links)):
            return state
    if not own.parent_ids:
        return "unaligned"
    return "detached" if _parents(export, own, False) else "unresolved"


def _above(export: Export, row: ObjectiveRow, contributing: bool) -> list[str]:
    """Return the living objectives that chains of alignments reach; loops are walked once."""
    rows = {other.id: other for other in export.objectives}
    reached: list[str] = []
    queue = _parents(export, row, contributing)
    while queue:
        item = queue.pop(0)
        if item not in reached and rows[item].status != "Dropped":
            reached.append(item)
            queue += _parents(export, rows[item], contributing)
    return reached


def _parents(export: Export, row: ObjectiveRow, contributing: bool) -> list[str]:
    """Return the objectives of its resolved parents, dropped ones included."""
    homes = {key_result.id: key_result.objective_id for key_result in export.key_results}
    homes |= {objective.id: objective.id for objective in export.objectives}
    parents = row.parent_ids.split("; ") if row.parent_ids else []
    weights = row.parent_weights.split("; ") if row.parent_weights else [""] * len(parents)
    pairs = zip(parents, weights, strict=True)
    return [homes[p] for p, w in pairs if p in homes and not (contributing and w == "0%")]


LEVELS = ("company", "department", "team", "individual")


def is_unsupported(export: Export, row: ObjectiveRow) -> bool:
    """Tell whether nothing living is aligned to an objective above the lowest level of its cycle."""
    alive = [other for other in export.objectives if other.status != "Dropped"]
    lowest = max(_rank(export, other) for other in alive if other.cycle == row.cycle)
    if row not in alive or (_rank(export, row) >= lowest and row.level != "company"):
        return False
    kept_out = _closing_links(export)
    return not any(
        row.id in _parents(export, other, False) and (other.id, row.id) not in kept_out
        for other in alive
    )


def _closing_links(export: Export) -> set[tuple[str, str]]:
    """Return the links (child, parent) that would close a loop with those of the rows before."""
    above: dict[str, set[str]] = {}
    closing = set()
    for row in export.objectives:
        for parent in _parents(export, row, False):
            reached, queue = set(), [parent]
            while queue:
                here = queue.pop()
                if here not in reached:
                    reached.add(here)
                    queue += above.get(here, ())
            if row.id in reached:
                closing.add((row.id, parent))
            else:
                above.setdefault(row.id, set()).add(parent)
    return closing


def _rank(export: Export, row: ObjectiveRow) -> int:
    """Return 1 for company to 4 for individual; a team without place is a team."""
    levels = {unit.team: unit.level for unit in export.org_units}
    return LEVELS.index(row.level or levels.get(row.team, "team")) + 1


def edit_rows(plan: Plan, first: Export, second: Export) -> list[EditRow]:
    """Return every change between the exports, values and progress of check-ins aside."""
    return [
        *_added_rows(first, second),
        *_removed_rows(first, second),
        *(_edited_row(plan, edit, first, second) for edit in EDITS),
        *_status_rows(plan, first, second),
    ]


def items_of(export: Export) -> dict[str, ObjectiveRow | KeyResultRow]:
    rows: list[ObjectiveRow | KeyResultRow] = [*export.objectives, *export.key_results]
    return {row.id: row for row in rows}


def _added_rows(first: Export, second: Export) -> list[EditRow]:
    known = items_of(first)
    return [
        EditRow(i, "added", "", row.title) for i, row in items_of(second).items() if i not in known
    ]


def _removed_rows(first: Export, second: Export) -> list[EditRow]:
    kept = items_of(second)
    return [
        EditRow(i, "removed", row.title, "") for i, row in items_of(first).items() if i not in kept
    ]


def _edited_row(plan: Plan, edit: Edit, first: Export, second: Export) -> EditRow:
    item = plan.ids[edit.ref]
    before, after = (str(getattr(items_of(e)[item], edit.column)) for e in (first, second))
    return EditRow(item, edit.change, before, after)


def _status_rows(plan: Plan, first: Export, second: Export) -> list[EditRow]:
    dropped = [plan.ids[edit.ref] for edit in EDITS if edit.column == "status"]
    later = items_of(second)
    return [
        EditRow(item, "status", row.status, later[item].status)
        for item, row in items_of(first).items()
        if item in later and item not in dropped and row.status != later[item].status
    ]
