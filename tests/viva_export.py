"""Write a large export in the Viva Goals shape together with the truth behind it.

Seeded and entirely invented. Every trap of ``docs/formats.md`` is in it: rows in no order,
check-ins that spill into columns without a header, notes with ``;`` and line breaks, several
parents in one cell, 0 % weights, parents outside the file, thousands separators, renamed types.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.oracle import CheckIn, Initiative, KeyResult, Link, Objective, Organisation, Unit

AS_OF = date(2025, 3, 14)
HEADER = (
    "Id", "Title", "Team", "Creator", "Owner", "Period", "Start Date", "End Date", "Description",
    "Aligned To (weight, Objective ID)", "Metric Name", "Unit", "Target", "Object Type",
    "Goal Type", "Start", "Created At", "Last Check-in", "Progress %", "Actual Progress",
    "Status", "Last Check-in Note", "Score", "Checkins",
)  # fmt: skip
STATUS_WORDS = {
    "not_started": "Not Started",
    "on_track": "On Track",
    "at_risk": "Behind",
    "off_track": "At Risk",
    "done": "Closed",
    "dropped": "Postponed",
}
RUNNING = ("not_started", "on_track", "on_track", "at_risk", "off_track", "done")
PERIODS = {
    "Q1 2025": ("Q1 2025", "2025 Q1", "Quarter 1 2025", "1Q25"),
    "Annual 2025": ("Annual 2025",),
}
COMPANY = "Tidewater Cycles"
DEPARTMENTS = ("Workshops", "Retail", "Routes", "People", "Money", "Technology", "Care", "Supply")
FIRST = ("Ann", "Bo", "Cleo", "Dag", "Edda", "Finn", "Gro", "Hal", "Ida", "Jon")
LAST = ("Example", "Sample", "Fixture", "Mockley", "Placeholder", "Stubbs")
VERBS = ("Make", "Keep", "Grow", "Mend", "Open", "Win back", "Shorten")
THINGS = ("the repair queue", "weekend rides", "spare parts", "first visits", "night routes")
#: Titles that look like the packing of a parent cell, or break a naive split of it.
TWISTS = (
    "", "", "", "", " / north and south", " (second wave)", " / (pilot)", " (weight: under 3 t)",
    " (weight: 5%) as agreed", " a/b", ", twice; or more", ' in "one go"', " — für Größe",
)  # fmt: skip
NOTES = (
    "", "Going well", "Blocked; waiting for parts; see below", "First line\nsecond line; third",
    "Current Value: was wrong; corrected", "Ordered (weight: 12%) more / less",
)  # fmt: skip


@dataclass
class _Row:
    """One line of the export: its cells by header, and its check-in cells."""

    cells: dict[str, str]
    check_ins: list[str] = field(default_factory=list)

    def to_list(self) -> list[str]:
        first, *spill = self.check_ins or [""]
        return [self.cells.get(name, "") for name in HEADER[:-1]] + [first, *spill]


def make_export(objectives: int = 5000, seed: int = 20250314) -> tuple[bytes, Organisation]:
    """Return the export as CSV and the organisation it was made from."""
    return _Maker(objectives, random.Random(seed)).make()


def make_units() -> tuple[Unit, ...]:
    teams = [
        Unit(f"{department} {number}", "team", department)
        for department in DEPARTMENTS
        for number in range(1, 6)
    ]
    return (
        Unit(COMPANY, "company"),
        *(Unit(department, "department", department) for department in DEPARTMENTS),
        *teams,
    )


class _Maker:
    """Draws an organisation from the top down and writes each item as it goes."""

    def __init__(self, size: int, rng: random.Random) -> None:
        self.size, self.rng = size, rng
        self.units = make_units()
        self.rows: list[_Row] = []
        self.objectives: list[Objective] = []
        self.key_results: list[KeyResult] = []
        self.initiatives: list[Initiative] = []
        self.check_ins: list[CheckIn] = []
        self.titles: dict[str, str] = {}
        self.next_id = 2_000_000

    def make(self) -> tuple[bytes, Organisation]:
        for number in range(self.size):
            unit = self._unit(number)
            objective = self._objective(unit)
            for _ in range(self.rng.choice((0, 0, 1, 2, 3))):
                self._key_result(objective)
            if self.rng.random() < 0.2:
                self._initiative(objective)
        self.rng.shuffle(self.rows)
        organisation = Organisation(
            AS_OF,
            tuple(self.objectives),
            tuple(self.key_results),
            tuple(self.check_ins),
            self.units,
            tuple(self.initiatives),
        )
        return self._to_csv(), organisation

    def _to_csv(self) -> bytes:
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerow(HEADER)
        writer.writerows(row.to_list() for row in self.rows)
        return b"\xef\xbb\xbf" + target.getvalue().encode()

    def _unit(self, number: int) -> Unit:
        """Company objectives first, then departments, then teams: parents exist before children."""
        if number < max(1, self.size // 400):
            return self.units[0]
        below = self.units[1 : 1 + len(DEPARTMENTS)]
        return self.rng.choice(
            below if number < self.size // 6 else self.units[1 + len(DEPARTMENTS) :]
        )

    def _new_id(self) -> str:
        self.next_id += self.rng.randint(1, 40)
        return str(self.next_id)

    def _title(self, item: str) -> str:
        rng = self.rng
        title = f"{rng.choice(VERBS)} {rng.choice(THINGS)}{rng.choice(TWISTS)}"
        self.titles[item] = title
        return title

    def _people(self) -> str:
        rng = self.rng
        names = [f"{rng.choice(FIRST)} {rng.choice(LAST)}" for _ in range(rng.choice((1, 1, 1, 2)))]
        return ", ".join(dict.fromkeys(names))

    def _shared(self, item: str, kind: str, unit: Unit, cycle: str) -> dict[str, str]:
        rng = self.rng
        further = f"; {rng.choice(self.units).team}" if rng.random() < 0.1 else ""
        ends = "2025-03-31" if cycle == "Q1 2025" else "2025-12-31"
        return {
            "Id": item,
            "Title": self._title(item),
            "Team": unit.team + further,
            "Creator": self._people(),
            "Owner": self._people(),
            "Period": rng.choice(PERIODS[cycle]),
            "Start Date": "2025-01-01",
            "End Date": ends,
            "Description": rng.choice(("", "", "Why; and how\n(second line)")),
            "Object Type": kind,
            "Created At": f"2024-12-{rng.randint(1, 28):02d} 14:36:20 UTC",
        }

    # --- parents ---

    def _pack(self, links: Sequence[Link]) -> str:
        return " / ".join(
            f"{self.titles.get(link.parent, 'Gone to another view / (old)')}"
            f"(weight: {(link.weight or 0) * 100:g}%, Id: {link.parent})"
            for link in links
        )

    def _weight(self) -> float:
        return self.rng.choice((100, 50, 14.29, 33.33, 0, 0, 1.5)) / 100

    def _links_of(self, unit: Unit) -> tuple[Link, ...]:
        """Choose none, one or several parents among the objectives and key results before."""
        rng = self.rng
        if unit.level == "company" or not self.objectives or rng.random() < 0.12:
            return ()
        parents = []
        for _ in range(rng.choice((1, 1, 1, 1, 2, 3))):
            draw = rng.random()
            if draw < 0.08:
                parents.append(str(1_000_000 + rng.randint(0, 99_999)))
            elif draw < 0.25 and self.key_results:
                parents.append(rng.choice(self.key_results).id)
            else:
                reach = len(self.objectives) if draw < 0.35 else max(1, self.size // 6)
                parents.append(rng.choice(self.objectives[:reach]).id)
        return tuple(Link(parent, self._weight()) for parent in dict.fromkeys(parents))

    # --- items ---

    def _objective(self, unit: Unit) -> Objective:
        rng, item = self.rng, self._new_id()
        cycle = "Annual 2025" if unit.level == "company" or rng.random() < 0.2 else "Q1 2025"
        links = self._links_of(unit)
        status = "dropped" if rng.random() < 0.04 else rng.choice(RUNNING)
        percent = rng.choice((None, 0, 12, 44, 70, 100, 134))
        row = _Row(
            {
                **self._shared(item, "Objective", unit, cycle),
                "Aligned To (weight, Objective ID)": self._pack(links),
                "Goal Type": rng.choice(("", "Committed", "Aspirational")),
                "Progress %": "" if percent is None else str(percent),
                "Status": STATUS_WORDS[status],
                "Score": "0.7" if status == "done" else "",
            }
        )
        self._check_in(row, item, rng.choice((0, 0, 0, 1, 2)), None)
        objective = Objective(
            id=item,
            title=row.cells["Title"],
            team=unit.team,
            cycle=cycle,
            start=date(2025, 1, 1),
            end=date.fromisoformat(row.cells["End Date"]),
            reported=None if percent is None else percent / 100,
            status=status,
            links=links,
        )
        self.objectives.append(objective)
        self.rows.append(row)
        return objective

    def _key_result(self, home: Objective) -> None:
        rng, item = self.rng, self._new_id()
        first = str(1_900_000 + rng.randint(0, 999)) if rng.random() < 0.02 else home.id
        links = [Link(first, self._weight())]
        others = [o for o in rng.sample(self.objectives, 1) if o.id != home.id]
        if first == home.id and home.status != "dropped" and rng.random() < 0.08:
            links += [Link(other.id, self._weight()) for other in others]
        key_result, cells = self._measure(item)
        row = _Row(
            {
                **self._shared(
                    item, rng.choice(("Key result", "Outcome")), self._home(home), "Q1 2025"
                ),
                "Aligned To (weight, Objective ID)": self._pack(links),
                **cells,
            }
        )
        self._check_in(row, item, rng.choice((0, 1, 2, 5)), key_result)
        self.key_results.append(
            replace(
                key_result,
                objective=first,
                title=row.cells["Title"],
                cycle="Q1 2025",
                weight=links[0].weight,
                start=date(2025, 1, 1),
                end=date(2025, 3, 31),
                further=tuple(links[1:]),
            )
        )
        self.rows.append(row)

    def _home(self, objective: Objective) -> Unit:
        return next(unit for unit in self.units if unit.team == objective.team)

    def _measure(self, item: str) -> tuple[KeyResult, dict[str, str]]:
        """Draw what a key result measures; the cells say it in the words of the tool."""
        rng = self.rng
        unit, start, target = rng.choice(
            (
                ("%", 40, 60), ("%", 0, 100), ("%", 30, 10), ("rides", 1_200_000, 3_637_839),
                ("EUR", None, 12_500), ("days", 21, 7), ("", 5, 5), ("%", None, None),
                ("", None, None), ("visits", -40, 260.5),
            )
        )  # fmt: skip
        status = rng.choice(RUNNING)
        current = None
        if target is not None and rng.random() < 0.8:
            begin = start or 0
            current = round(begin + (target - begin) * rng.choice((0, 0.25, 0.7, 1, 1.34, -0.2)), 1)
        percent = rng.choice((None, 0, 25, 68, 100))
        mark = "%" if unit == "%" and rng.random() < 0.5 else ""
        cells = {
            "Metric Name": "" if target is None else f"Number of {unit or 'things'}",
            "Unit": unit,
            "Start": _written(start, mark),
            "Target": _written(target, mark),
            "Actual Progress": _written(current, mark),
            "Progress %": "" if percent is None else str(percent),
            "Status": STATUS_WORDS[status],
        }
        if target is None and unit == "%" and percent is not None:
            cells["Actual Progress"] = f"{percent}%"
        return (
            KeyResult(
                id=item,
                objective=None,
                start_value=start,
                target_value=target,
                current_value=current,
                reported=None if percent is None else percent / 100,
                status=status,
            ),
            cells,
        )

    def _initiative(self, home: Objective) -> None:
        rng, item = self.rng, self._new_id()
        own = [k for k in self.key_results[-3:] if k.objective == home.id]
        parent = rng.choice(own).id if own and rng.random() < 0.5 else home.id
        link = Link(parent, self._weight())
        percent = rng.choice((None, 0, 50, 100))
        row = _Row(
            {
                **self._shared(
                    item, rng.choice(("Deliverable", "Action")), self._home(home), "Q1 2025"
                ),
                "Aligned To (weight, Objective ID)": self._pack([link]),
                "Progress %": "" if percent is None else str(percent),
                "Status": STATUS_WORDS[rng.choice(RUNNING)],
            }
        )
        self.initiatives.append(
            Initiative(item, link, row.cells["Title"], None if percent is None else percent / 100)
        )
        self.rows.append(row)

    # --- check-ins ---

    def _check_in(self, row: _Row, item: str, count: int, of: KeyResult | None) -> None:
        """Write check-ins newest first, as the tool does; the truth holds them oldest first."""
        rng = self.rng
        records: list[tuple[CheckIn, str]] = []
        for number in range(count):
            day = date(2025, 1, 6) + timedelta(14 * (number - number // 4) + rng.randint(0, 5))
            minutes = f"{day} 09:{number:02d}:08 UTC"
            status = rng.choice(("on_track", "at_risk", "off_track"))
            check_in, stated = self._stated(CheckIn(item, day, status=status), of, row)
            note = rng.choice(NOTES)
            records.append(
                (
                    check_in,
                    f"Checkin Date: {day}; User: {rng.choice(FIRST)} Example; Note: {note}; "
                    f"{stated[0]}Status: {STATUS_WORDS[status]}; Current Value: {stated[1]}; "
                    f"Activity Date: {minutes};",
                )
            )
        records.sort(key=lambda record: record[0].day)
        self.check_ins += [check_in for check_in, _ in records]
        row.check_ins = [text for _, text in reversed(records)]
        if records:
            row.cells["Last Check-in"] = records[-1][0].day.isoformat()
            row.cells["Last Check-in Note"] = rng.choice(NOTES)
        elif rng.random() < 0.1:
            # An export that was shortened keeps the day of the last check-in without its record.
            row.cells["Last Check-in"] = "2025-02-27"
            self.check_ins.append(CheckIn(item, date(2025, 2, 27)))

    def _stated(
        self, check_in: CheckIn, of: KeyResult | None, row: _Row
    ) -> tuple[CheckIn, tuple[str, str]]:
        """State the value of the metric where there is one, else percent of progress."""
        rng = self.rng
        percent = rng.choice((0, 25, 50, 68))
        if of is None or of.target_value is None or rng.random() < 0.2:
            metric = "" if of is None or of.target_value is None else "Metric Name: Progress; "
            return replace(check_in, progress=percent / 100), (metric, f"{percent}%")
        begin = of.start_value or 0.0
        value = round(begin + (of.target_value - begin) * percent / 100, 1)
        mark = "%" if row.cells["Unit"] == "%" else ""
        metric = rng.choice((f"Metric Name: {row.cells['Metric Name']}; ", ""))
        return replace(check_in, value=value), (metric, _written(value, mark))


def _written(value: float | None, mark: str = "") -> str:
    """Write a number as the tool does: thousands separated, no needless decimals."""
    if value is None:
        return ""
    return f"{value:,.1f}".removesuffix(".0") + mark
