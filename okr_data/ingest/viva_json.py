"""The admin export of Viva Goals: a ZIP of JSON files, the only one that holds the org tree.

Files are known by their names (TimePeriods, Teams, Users, objectives, checkins), keys by their
words in any case. ``Progress`` is sometimes percent and sometimes the raw value of the metric:
which of both is told by the check-ins and by start and target, never by its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from okr_data.ingest.archive import JsonMember
from okr_data.ingest.arrange import TextTable
from okr_data.ingest.draft import Parsed, link_rows
from okr_data.ingest.fields import normalise_header
from okr_data.ingest.mapping import Mapping, presets
from okr_data.ingest.report import Report
from okr_data.ingest.typed import KIND_WORDS, type_table
from okr_data.ingest.values import fold
from okr_data.issues import Issue
from okr_data.schema import INITIATIVE, KEY_RESULT, OBJECTIVE

FORMAT = "viva_json"
TITLE = "Viva Goals admin export (ZIP of JSON)"
EVIDENCE = "B: vendor documentation, partly seen"

_TABLES = {
    "objective": OBJECTIVE.name,
    "key_result": KEY_RESULT.name,
    "initiative": INITIATIVE.name,
}
#: Points of progress within which two statements agree.
_AGREE = 1.0

Record = dict[str, Any]


def _mapping(rows: str) -> Mapping:
    viva = presets()["viva"]
    return replace(viva, rows=rows, columns={}, required=(), adapter="")  # type: ignore[arg-type]


def read(members: Sequence[JsonMember], parsed: Parsed) -> None:
    """Turn the files of one export into canonical rows."""
    files = {_part(member.member or member.file): member for member in members}
    teams = _by_id(files.get("teams"))
    users = _by_id(files.get("users"))
    periods = _by_id(files.get("timeperiods"))
    for member in members:
        if not _part(member.member or member.file):
            message = f"“{member.member}” is none of the files that this export is known to hold"
            parsed.report(label_of(member)).add("sheet_skipped", message)
    if "teams" in files:
        _read_teams(files["teams"], teams, parsed)
    if not {"objectives", "checkins", "teams"} & set(files):
        message = "this JSON is no admin export: no file of objectives, check-ins or teams is in it"
        parsed.issues.append(Issue("header_unknown", message, members[0].file))
        return
    latest = _latest_values(files.get("checkins"))
    if "objectives" in files:
        _read_items(files["objectives"], teams, users, periods, latest, parsed)
    if "checkins" in files:
        _read_check_ins(files["checkins"], users, parsed)


def _part(name: str) -> str:
    bare = normalise_header(name.rsplit("/", 1)[-1].rsplit(".", 1)[0]).replace("_", "")
    for part in ("timeperiods", "checkins", "objectives", "teams", "users"):
        if part in bare:
            return part
    return "objectives" if "okrs" in bare or "goals" in bare else ""


def is_known(member: JsonMember) -> bool:
    """Tell whether a file is one of those that this export is known to hold."""
    return bool(_part(member.member or member.file))


def overview(member: JsonMember) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], int]:
    """Return the keys of a file, the first different values of each, and its number of records."""
    values: dict[str, list[str]] = {}
    rows = 0
    for place, record in _records(member):
        rows = place
        for key, value in record.items():
            shown = values.setdefault(key, [])
            text = (_text(value) or "")[:200]
            if text and len(shown) < 4 and text not in shown:
                shown.append(text)
    return tuple(values), tuple(map(tuple, values.values())), rows


def label_of(member: JsonMember) -> str:
    """Return the name under which issues speak of a file."""
    return f"{member.file}/{member.member}" if member.member else member.file


def _records(member: JsonMember | None) -> Iterator[tuple[int, Record]]:
    """Yield the records of a file with their place (1 = first); keys are folded."""
    data = member.data if member is not None else []
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list)]
        data = max(lists, key=len, default=[])
    for place, record in enumerate(data if isinstance(data, list) else [], start=1):
        if isinstance(record, dict):
            yield place, {normalise_header(str(key)): value for key, value in record.items()}


def _get(record: Record, *names: str) -> Any:
    return next((record[name] for name in names if record.get(name) not in (None, "", [])), None)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _by_id(member: JsonMember | None) -> dict[str, Record]:
    found = {}
    for _, record in _records(member):
        item_id = _text(_get(record, "id", "team_id", "user_id", "time_period_id"))
        if item_id:
            found[item_id] = record
    return found


def _name(value: Any, known: dict[str, Record]) -> str | None:
    """Return the name of what a value refers to: by id, as an object, or already a name."""
    if isinstance(value, dict):
        folded = {normalise_header(str(key)): part for key, part in value.items()}
        value = _get(folded, "name", "title", "display_name", "id")
    text = _text(value)
    if text in known:
        record = known[text]
        return _text(_get(record, "name", "title", "display_name", "full_name", "email"))
    return text


def _names(value: Any, known: dict[str, Record]) -> str | None:
    values = value if isinstance(value, list) else [value]
    names = [name for name in (_name(part, known) for part in values) if name]
    return "; ".join(dict.fromkeys(names)) or None


def _table(grain: Any, rows: list[Record], member: JsonMember) -> TextTable:
    columns = {name for row in rows for name in row if name != "row"}
    frame = pd.DataFrame(rows, columns=[*sorted(columns), "row"])
    for name in columns:
        frame[name] = frame[name].astype("str")
    return TextTable(grain, frame, {}, label_of(member))


def _read_teams(member: JsonMember, teams: dict[str, Record], parsed: Parsed) -> None:
    """The org tree: a team without parent is the company, one right below it a department."""
    parents = {}
    for _, record in _records(member):
        name = _text(_get(record, "name", "title", "team_name", "team"))
        parents[name] = _name(
            _get(record, "parent_team", "parent_team_id", "parent", "parent_id"), teams
        )
    rows = []
    for place, record in _records(member):
        name = _text(_get(record, "name", "title", "team_name", "team"))
        above = _chain(name, parents)
        level = ("company", "department")[len(above)] if len(above) < 2 else "team"
        department = None if not above else name if len(above) == 1 else above[-2]
        rows.append(
            {"team": name, "unit_level": level, "department": department,
             "parent_team": above[0] if above else None, "row": place}
        )  # fmt: skip
    if rows:
        type_table(_table("org_units", rows, member), _mapping("org_units"), None, parsed)


def _chain(name: str | None, parents: dict[str | None, str | None]) -> list[str]:
    """Return the teams above one, nearest first; a loop ends it."""
    above: list[str] = []
    parent = parents.get(name)
    while parent and parent not in above and parent != name:
        above.append(parent)
        parent = parents.get(parent)
    return above


def _latest_values(member: JsonMember | None) -> dict[str, float]:
    """Return the newest current value of each item, the evidence for what Progress means."""
    found: dict[str, tuple[str, float]] = {}
    for _, record in _records(member):
        item_id = _text(_get(record, "okr_id", "objective_id", "id"))
        day = _text(_get(record, "checkin_date", "check_in_date", "date")) or ""
        value = _number(_get(record, "current_value", "value"))
        if item_id and value is not None and day >= found.get(item_id, ("", 0.0))[0]:
            found[item_id] = (day, value)
    return {item_id: value for item_id, (_, value) in found.items()}


def _number(value: Any) -> float | None:
    try:
        return float(str(value).replace("%", "").replace(",", ""))
    except ValueError:
        return None


def _read_items(
    member: JsonMember, teams: dict[str, Record], users: dict[str, Record],
    periods: dict[str, Record], latest: dict[str, float], parsed: Parsed,
) -> None:  # fmt: skip
    report = parsed.report(label_of(member))
    rows, links = [], []
    for place, record in _records(member):
        row = _item(record, place, teams, users, periods, latest, report)
        rows.append(row)
        if row["id"]:
            links += list(_links(record, row, place, label_of(member)))
    if not rows:
        return
    type_table(_table("items", rows, member), _mapping("items"), None, parsed)
    if links:
        names = (
            "table",
            "child_id",
            "parent_id",
            "parent_title",
            "weight",
            "contributes",
            "file",
            "row",
        )
        parsed.links.append(
            link_rows(**dict(zip(names, map(list, zip(*links, strict=True)), strict=True)))
        )


def _item(
    record: Record, place: int, teams: dict[str, Record], users: dict[str, Record],
    periods: dict[str, Record], latest: dict[str, float], report: Report,
) -> Record:  # fmt: skip
    outcome = _get(record, "outcome", "metric") or {}
    outcome = (
        {normalise_header(str(k)): v for k, v in outcome.items()}
        if isinstance(outcome, dict)
        else {}
    )
    item_id = _text(_get(record, "id", "okr_id", "objective_id"))
    start, target = _get(outcome, "start", "start_value"), _get(outcome, "target", "target_value")
    stated = KIND_WORDS.get(fold(_text(_get(record, "object_type", "type", "okr_type")) or ""))
    kind = stated or ("key_result" if target is not None else "objective")
    progress = _number(_get(record, "progress"))
    current = latest.get(item_id or "")
    percent, raw = _meaning(
        progress, _number(start), _number(target), current, item_id, place, report
    )
    return {
        "id": item_id,
        "kind": kind,
        "title": _text(_get(record, "title", "name")),
        "description": _text(_get(record, "description")),
        "team": _names(_get(record, "teams", "team", "team_ids", "team_id"), teams),
        "owner": _names(_get(record, "owners", "owner", "owner_ids", "owner_id"), users),
        "cycle": _name(_get(record, "time_period", "time_period_id", "period"), periods),
        "start_date": _day(_get(record, "start_date")),
        "end_date": _day(_get(record, "end_date")),
        "created_on": _day(_get(record, "created_at", "created_on", "created")),
        "status": _text(_get(record, "status")),
        "metric": _text(_get(outcome, "metric_name", "name")),
        "unit": _text(_get(outcome, "metric_unit", "unit")),
        "start_value": _text(start),
        "target_value": _text(target),
        "current_value": _text(raw),
        "progress": None if percent is None else f"{percent:.10g}%",
        "row": place,
    }


def _day(value: Any) -> str | None:
    text = _text(value)
    return text[:10] if text and len(text) >= 10 and text[4:5] == "-" else text


def _meaning(
    progress: float | None, start: float | None, target: float | None, current: float | None,
    item_id: str | None, place: int, report: Report,
) -> tuple[float | None, float | None]:  # fmt: skip
    """Return (percent, raw value) that Progress states, by what else is known of the item."""
    if progress is None:
        return None, current
    if target is None:
        return progress, None
    if current is not None and start is not None and target != start:
        computed = (current - start) / (target - start) * 100
        if (
            abs(progress - min(max(computed, 0), 100)) <= _AGREE
            or abs(progress - computed) <= _AGREE
        ):
            return progress, current
        if abs(progress - current) <= abs(current) * 0.001 + 1e-9:
            return None, current
    message = (
        f"Progress {progress:g} of “{item_id}” may be percent or the value of its metric: no check-in "
        "tells which; it is taken as reported percent" if 0 <= progress <= 100 else
        f"Progress {progress:g} of “{item_id}” is no percent and no check-in confirms it as a value; it is left out"
    )  # fmt: skip
    report.add("progress_conflict", message, place, "Progress", f"{progress:g}")
    return (progress if 0 <= progress <= 100 else None), current


def _links(record: Record, row: Record, place: int, label: str) -> Iterator[tuple[Any, ...]]:
    """Yield a link for each parent: of Alignment with its weight, of Parent IDs without."""
    seen = set()
    table = _TABLES[row["kind"]]
    for alignment in _get(record, "alignment", "alignments", "aligned_to") or []:
        if not isinstance(alignment, dict):
            continue
        folded = {normalise_header(str(key)): value for key, value in alignment.items()}
        parent = _text(_get(folded, "id", "objective_id"))
        weight = _number(folded.get("weight"))
        fraction = None if weight is None or weight < 0 else weight / 100
        seen.add(parent)
        yield (
            table,
            row["id"],
            parent,
            _text(folded.get("title")),
            fraction,
            fraction != 0,
            label,
            place,
        )
    for parent in _get(record, "parent_ids", "parent_id") or []:
        text = _text(parent)
        if text and text not in seen:
            seen.add(text)
            yield table, row["id"], text, None, None, True, label, place


def _read_check_ins(member: JsonMember, users: dict[str, Record], parsed: Parsed) -> None:
    """Check-ins state values of the metric, or percent for items without one."""
    measured = set(parsed.of(KEY_RESULT).dropna(subset=["target_value"])["key_result_id"])
    rows = []
    for place, record in _records(member):
        item_id = _text(_get(record, "okr_id", "objective_id", "item_id"))
        value = _text(_get(record, "current_value", "value"))
        as_value = item_id in measured
        rows.append(
            {
                "item_id": item_id,
                "date": _day(_get(record, "checkin_date", "check_in_date", "date")),
                "value": value if as_value else None,
                "progress": None if as_value or value is None else f"{value.rstrip('%')}%",
                "status": _text(_get(record, "status")),
                "note": _text(_get(record, "note", "comment")),
                "author": _name(_get(record, "user", "user_id", "created_by"), users),
                "row": place,
            }
        )
    if rows:
        type_table(_table("check_ins", rows, member), _mapping("check_ins"), None, parsed)
