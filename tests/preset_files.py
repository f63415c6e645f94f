"""Invented files in the shape of every known tool, with what must be made of each beside it.

``PRESET_FILES`` holds the uploads, ``LATER_FILES`` the same exports some weeks later (other
figures, the same items), ``TREES`` the expected items as small text tables. ``[40>55]`` in a text
reads 40 in the first export and 55 in the later one. All names and titles are invented.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook

from okr_data.ingest import Prepared, Upload
from okr_data.schema import INITIATIVE, KEY_RESULT, OBJECTIVE

#: Day for which the files are true, and for which the later ones are.
AS_OF, LATER = date(2025, 8, 1), date(2025, 8, 22)

_CHANGED = re.compile(r"\[([^\[\]>]*)>([^\[\]>]*)\]")


@dataclass(frozen=True)
class Seen:
    """What is said of a recognised table: the preset, its evidence, the columns that are known."""

    preset: str
    evidence: str
    score: str


def _cells(text: str) -> list[list[str]]:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def _csv(text: str, delimiter: str = ",", encoding: str = "utf-8-sig") -> bytes:
    """Write a table, cells separated by "|", as a program would; ⏎ is a line break in a cell."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([cell.replace("⏎", "\n") for cell in row] for row in _cells(text))
    return target.getvalue().encode(encoding)


def _workbook(merged: tuple[str, ...] = (), **sheets: str) -> bytes:
    """Write tables as sheets of a workbook; ``merged`` ranges lie in the first sheet."""
    book = Workbook()
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in _cells(text):
            sheet.append([_typed(cell) for cell in row])
    for area in merged:
        book.worksheets[0].merge_cells(area)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _typed(cell: str) -> object:
    if re.fullmatch(r"-?\d+(\.\d+)?", cell):
        return float(cell)
    return date.fromisoformat(cell) if re.fullmatch(r"\d{4}-\d\d-\d\d", cell) else cell or None


def _zip(**members: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"export/{name}.json", text)
    return target.getvalue()


# --- Viva Goals: packed parents, spilled check-ins, child before parent ------

_VIVA = """
Id | Title | Team | Creator | Owner | Period | Start Date | End Date | Description | Aligned To (weight, Objective ID) | Metric Name | Unit | Target | Object Type | Goal Type | Start | Created At | Last Check-in | Progress % | Actual Progress | Status | Last Check-in Note | Score | Checkins
912 | Night rides (weekend) / late | Routes; Care | Bo Sample | Ann Example, Bo Sample | 2025 Q3 | 2025-07-01 | 2025-09-30 | | Win riders(weight: 100%, Id: 900) / Keep (old) riders / again(weight: 0%, Id: 901) | | | | Objective | Aspirational | | 2025-06-24 14:36:20 UTC | | [30>45] | | At Risk | | |
900 | Win riders | Harbour | Bo Sample | Cleo Fixture | Q3 2025 | 2025-07-01 | 2025-09-30 | | | | | | Objective | Committed | | 2025-06-20 09:00:00 UTC | | [25>40] | | On Track | | |
901 | Keep (old) riders / again | Care | Bo Sample | Cleo Fixture | Quarter 3 2025 | 2025-07-01 | 2025-09-30 | | Riders come first(weight: 50%, Id: 777) | | | | Objective | Committed | | 2025-06-20 09:00:00 UTC | | 10 | | Behind | | |
920 | 4,000,000 rides | Routes | Bo Sample | Ann Example | 3Q25 | 2025-07-01 | 2025-09-30 | | Night rides (weekend) / late(weight: 60%, Id: 912) | rides | rides | "4,000,000" | Key result | | "3,000,000" | 2025-06-24 14:36:20 UTC | 2025-07-28 | [63.78>80] | [3,637,839>3,800,000] | On Track | Well | | Checkin Date: 2025-07-28; User: Ann Example; Note: Well; better⏎than before; Metric Name: rides; Status: On Track; Current Value: 3,637,839; Activity Date: 2025-07-28 20:57:08 UTC; | Checkin Date: 2025-07-14; User: Bo Sample; Note: ; Status: Behind; Current Value: 3,200,000; Activity Date: 2025-07-14 08:00:00 UTC;
921 | Open the night desk | Routes | Bo Sample | Bo Sample | Q3 2025 | 2025-07-01 | 2025-09-30 | | Night rides (weekend) / late(weight: 0%, Id: 912) | | | | Deliverable | | | 2025-06-24 14:36:20 UTC | | 50 | | Closed | | |
""".replace('"', "")

# --- Appfire: outline numbers with a gap, statuses in any case ---------------

_APPFIRE = """
Order | Type | Summary | Status | Period | Owner | Weight | OKR type | Labels | Teams | Expected start date | Expected end date | Start value | Current value | Target value | Description
1.2.1 | Key result | Late boats below 5 | ON TRACK | Q3 Y2025 | Bo Sample | 2 | Committed | | Piers | 2025-07-01 | 2025-09-30 | 20 | [12>9] | 5 |
1.10 | Key result | Ten piers open | at risk | Q3 Y2025 | Bo Sample | 1 | Committed | | Piers | 2025-07-01 | 2025-09-30 | 0 | 4 | 10 |
1 | Objective | Win the harbour | on track | Q3 Y2025 | Ann Example | 1 | Committed | sea, boats | Harbour | 2025-07-01 | 2025-09-30 | | | |
1.1 | Key result | Raise arrivals | Off Track | Q3 Y2025 | Ann Example | 1 | Committed | | Harbour | 2025-07-01 | 2025-09-30 | 100 | [110>130] | 200 |
1.2 | Objective | Boats on time | Not started | Q3 Y2025 | Bo Sample | 1 | Committed | | Piers | 2025-07-01 | 2025-09-30 | | | |
1.2.2 | Jira work item | Paint the piers | completed | Q3 Y2025 | Bo Sample | | | | Piers | 2025-07-01 | 2025-09-30 | | | |
1.3.1.1 | Objective | Quiet engines | CLOSED | Q3 Y2025 | Cleo Fixture | 1 | Aspirational | | Piers | 2025-07-01 | 2025-09-30 | | | |
"""

# --- Peoplebox: two parent columns, comma lists ------------------------------

_PEOPLEBOX = """
Row ID | Parent Row IDs | Parent Goal IDs | Goal ID | Action | Goal Title | Owner Emails | Goal Cycle | Goal Type | Scope | Departments | Start Date | End Date | Description | Starting Value | Target Value | Current Value | Progress Status | Check-in Type | Tags
3 | 1, 2 | | G-300 | Edit | Bread for all shops | ann@example.com, bo@example.com | Q3 2025 | Default Progress | Department | Ovens | 2025-07-01 | 2025-09-30 | | | | | On Track | Auto Rollup | bread, shops
4 | 3 | G-100 | | | Deliver 900 loaves | bo@example.com | Q3 2025 | Number | Individual | Ovens | 2025-07-01 | 2025-09-30 | | 300 | 900 | [600>750] | At Risk | Manual |
1 | | | G-100 | Edit | Best bread in town | cleo@example.com | Q3 2025 | Default Progress | Company | | 2025-07-01 | 2025-09-30 | | | | | On Track | Auto Rollup |
2 | | | G-200 | Edit | Shops like us | cleo@example.com | Q3 2025 | Default Progress | Company | | 2025-07-01 | 2025-09-30 | | | | | Off Track | Auto Rollup |
5 | | G-200, G-100 | | | Friendly counters | ann@example.com | Q3 2025 | Default Progress | Department | Counters | 2025-07-01 | 2025-09-30 | | | | | Not Started | Auto Rollup |
"""

# --- Betterworks: milestones below their goal, progress 0–100 ----------------

_BETTERWORKS = """
name | type | progress | start_date | end_date | owner_email | categories | description | visibility
Grow the orchard | goal | [0.5>30] | 2025-07-01 | 2025-09-30 | ann@example.com | Orchard | Apples, mostly | public
Plant 400 trees | milestone | [1>60] | 2025-07-01 | 2025-08-31 | ann@example.com | Orchard | | public
Find a second field | milestone | 0 | 2025-07-01 | 2025-09-30 | bo@example.com | Orchard | | public
Sell more juice | goal | 0.75 | 2025-07-01 | 2025-09-30 | bo@example.com | Press | | private
Sign three markets | milestone | 1 | 2025-07-01 | 2025-09-30 | bo@example.com | Press | | private
"""

# --- Culture Amp: key results wide, completion 0.0–1.0 -----------------------

_CULTURE_AMP = """
email | name | description | visibility | individual_emails | due_at | created_at | priority | status | completion | key_result_1_title | key_result_1_completion | key_result_2_title | key_result_2_completion | key_result_3_title | key_result_3_completion
ann@example.com | Calm the switchboard | Fewer calls | everyone | ann@example.com, bo@example.com | 2025-09-30 | 2025-06-15T09:30:00Z | high | on_track | [0.5>0.75] | Answer in 20 seconds | [0.0>0.5] | Half as many repeats | 1.0 | |
bo@example.com | Teach the night crew | | everyone | bo@example.com | 2025-09-30 | 2025-06-16T10:00:00Z | low | Off Track | 1 | Twelve lessons held | 1 | | | Handbook is printed | 1
cleo@example.com | Read every letter | | managers | cleo@example.com | 2025-09-30 | 2025-06-17T10:00:00Z | | not_started | | | | | | |
"""

# --- Goalscape in German: indent columns, the order of rows is the tree ------

_GOALSCAPE = """
Hauptziel | E1 | E2 | E3 | Wichtigkeit | Fortschritt | Startdatum | Fälligkeitsdatum | Notizen
Gute Fähren | | | | 100 | [12,5>40] | 01.07.2025 | 30.09.2025 | für alle
| Pünktlich ablegen | | | 60 | [25>50] | 01.07.2025 | 30.09.2025 |
| | Motoren prüfen | | 50 | 0,5 | 01.07.2025 | 31.08.2025 |
| | | Öl wechseln | 100 | 100 | 01.07.2025 | 15.07.2025 |
| | Crew schulen | | 50 | 50 | 01.07.2025 | 30.09.2025 |
| Freundlich grüßen | | | 40 | 0 | 01.07.2025 | 30.09.2025 |
| | | Namensschilder | 100 | 0 | | |
"""

# --- Atlassian: parent ids, archived goals, days with time and zone ----------

_ATLASSIAN = """
goal_id | key | name | owner_id | parent_goal_id | phase | status | target_date_type | targeted_at | teams | is_archived | url
g-3 | MILL-3 | Millers stay | u-2 | g-2 | in_progress | [off_track>at_risk] | quarter | 2025-09-30T00:00:00Z | People | false | https://mill.example/g-3
g-2 | MILL-2 | Flour on time | u-1 | g-1 | in_progress | at_risk | quarter | 2025-09-30T00:00:00Z | Mills | FALSE | https://mill.example/g-2
g-1 | MILL-1 | Feed the valley | u-1 | | in_progress | on_track | year | 2025-12-31T00:00:00Z | Valley | false | https://mill.example/g-1
g-4 | MILL-4 | Old wheel | u-3 | g-1 | done | pending | day | 2025-08-15T00:00:00Z | Mills | true | https://mill.example/g-4
g-5 | MILL-5 | Second river | u-3 | g-99 | done | done | day | 2025-08-15T00:00:00Z | Mills | false | https://mill.example/g-5
"""

# --- Google Sheets: objective in merged cells, check-ins in a second tab -----

_SHEETS = """
Objective | Key Result | Owner | Start Value | Target Value | Current Value | Score | Quarter
Songs people hum | Write 20 songs | Ann Example | 0 | 20 | [8>12] | 0.4 | Q3 2025
 | Hum rate of 60 | Ann Example | 20 | 60 | 30 | 0.25 | Q3 2025
 | Two choirs sing | Ann Example | 0 | 2 | 2 | 1 | Q3 2025
A warm hall | 18 degrees in winter | Bo Sample | 12 | 18 | 15 | 0.5 | Q3 2025
"""
_SHEETS_CHECK_INS = """
Date | Key Result | Owner | Current Value | Confidence | Notes
2025-07-07 | Write 20 songs | Ann Example | 4 | 7 | Slow start
2025-07-21 | Write 20 songs | Ann Example | 8 | 8 | Better
2025-07-21 | 18 degrees in winter | Bo Sample | 15 | 5 | New stove
"""

# --- Sheets with a column a week ---------------------------------------------

_WEEKS = """
Objective | Key Result | Owner | Target | 6 Jul | 13 Jul | 20 Jul[> ¦ 27 Jul]
Quiet nights | Fewer than 10 alarms | Ann Example | 10 | 40 | 35 | 30[> ¦ 22]
 | 12 lamps mended | Bo Sample | 12 | | 3 | 6[> ¦ 9]
Bright days | 90 windows cleaned | Bo Sample | 90 | 9 | | 45[> ¦ 60]
"""

# --- Notion: relations are titles with links behind them ---------------------

_NOTION_OBJECTIVES = """
Name | Level | Owner | Team | Quarter | Status | Confidence
Trams run at night, all of them | Team | Ann Example | Night Trams | Q3 2025 | On track | High
One city, one ticket | Company | Cleo Fixture | City | Q3 2025 | At risk | Medium
"""
_NOTION_KEY_RESULTS = """
Key Result | Current Value | Target Value | Progress | Objective
30 night stops | [12>18] | 30 | [40%>60%] | Trams run at night, all of them (https://www.notion.so/Trams-run-at-night-0a1b2c3d)
5,000 tickets, all zones | 1000 | 5000 | 20% | One city, one ticket (https://www.notion.so/One-city-4d5e6f), Trams run at night, all of them (https://www.notion.so/Trams-run-at-night-0a1b2c3d)
"""

# --- Viva Goals admin export: the org tree, Progress as raw value ------------

_JSON = {
    "TimePeriods": '{"TimePeriods": [{"ID": 7, "Name": "Q3 2025"}]}',
    "Teams": """[{"ID": 1, "Name": "Harbour"},
        {"ID": 3, "Name": "Night Routes", "Parent Team": 2},
        {"ID": 2, "Name": "Routes", "Parent Team": 1}]""",
    "Users": '[{"ID": 50, "Name": "Ann Example", "Email": "ann@example.com"}]',
    "objectives": """[
        {"ID": 11, "Title": "Ride at night", "Object Type": "Objective", "Teams": [3], "Owners": [50],
         "Time Period": 7, "Parent IDs": [10, 12],
         "Alignment": [{"ID": 10, "Title": "Win riders", "Weight": 75}, {"ID": 12, "Title": "Care", "Weight": 0}],
         "Progress": 40, "Status": "At Risk", "Start Date": "2025-07-01T00:00:00Z",
         "End Date": "2025-09-30T00:00:00Z"},
        {"ID": 10, "Title": "Win riders", "Object Type": "Objective", "Teams": [1], "Owners": [50],
         "Time Period": 7, "Parent IDs": [], "Progress": 25, "Status": "On Track"},
        {"ID": 12, "Title": "Care", "Object Type": "Objective", "Teams": [2], "Owners": [50],
         "Time Period": 7, "Parent IDs": [], "Progress": 5, "Status": "Behind"},
        {"ID": 20, "Title": "800 rides", "Object Type": "Key Result", "Teams": [3], "Owners": [50],
         "Time Period": 7, "Parent IDs": [11],
         "Alignment": [{"ID": 11, "Title": "Ride at night", "Weight": 100}],
         "Outcome": {"Metric Name": "rides", "Metric Unit": "rides", "Start": 0, "Target": 800},
         "Progress": [320>480], "Status": "On Track"},
        {"ID": 21, "Title": "No accident", "Object Type": "Key Result", "Teams": [3], "Owners": [50],
         "Time Period": 7, "Parent IDs": [11],
         "Outcome": {"Metric Name": "calm days", "Metric Unit": "days", "Start": 0, "Target": 50},
         "Progress": 60, "Status": "Behind"}]""",
    "checkins": """[
        {"OKR ID": 20, "CheckIn Date": "2025-07-28T08:00:00Z", "Status": "On Track", "Current Value": [320>480], "User": 50},
        {"OKR ID": 21, "CheckIn Date": "2025-07-28T08:00:00Z", "Status": "Behind", "Current Value": 30, "Note": "calm; so far"},
        {"OKR ID": 11, "CheckIn Date": "2025-07-21T08:00:00Z", "Status": "At Risk", "Current Value": 35}]""",
}


def _files(later: bool) -> dict[str, list[Upload]]:
    def at(text: str) -> str:
        return _CHANGED.sub(r"\2" if later else r"\1", text).replace("¦", "|")

    def csv_of(
        name: str, text: str, write: Callable[..., bytes] = _csv, **how: str
    ) -> list[Upload]:
        return [Upload(name, write(at(text), **how))]

    return {
        "viva": csv_of("VivaGoals_Tidewater_All_2025_08_01_1754000000.csv", _VIVA),
        "appfire": csv_of("okr-export.csv", _APPFIRE),
        "peoplebox": csv_of("goals.csv", _PEOPLEBOX),
        "betterworks": csv_of("goals_export.csv", _BETTERWORKS),
        "culture_amp": csv_of("goals.csv", _CULTURE_AMP),
        "goalscape": csv_of("Fähren.csv", _GOALSCAPE, delimiter=";"),
        "atlassian": csv_of("goals.csv", _ATLASSIAN),
        "sheets_okr": [
            Upload(
                "OKRs.xlsx",
                _workbook(("A2:A4",), OKRs=at(_SHEETS), Check_ins=at(_SHEETS_CHECK_INS)),
            )
        ],
        "sheets_weeks": csv_of("tracker.csv", _WEEKS),
        "notion": [
            *csv_of("Objectives 0a1b.csv", _NOTION_OBJECTIVES),
            *csv_of("Key Results 4d5e.csv", _NOTION_KEY_RESULTS),
        ],
        "viva_json": [Upload("export.zip", _zip(**{n: at(text) for n, text in _JSON.items()}))],
    }


PRESET_FILES = _files(later=False)
LATER_FILES = _files(later=True)

_A = "A: full header known from several independent sources"
_B = "B: vendor documentation, partly seen"
_C = "C: template articles"

#: How each table of the files is recognised, in the order of the tables.
SEEN: dict[str, tuple[Seen, ...]] = {
    "viva": (Seen("Viva Goals / Ally.io export", _A, "24 of 24 columns known"),),
    "appfire": (Seen("Appfire OKR for Jira", _B, "16 of 16 columns known"),),
    "peoplebox": (Seen("Peoplebox goals", _B, "20 of 20 columns known"),),
    "betterworks": (Seen("Betterworks goals", _B, "9 of 9 columns known"),),
    "culture_amp": (Seen("Culture Amp goals", _B, "16 of 16 columns known"),),
    "goalscape": (Seen("Goalscape", _B, "9 of 9 columns known"),),
    "atlassian": (Seen("Atlassian Goals (tables)", _B, "12 of 12 columns known"),),
    "sheets_okr": (
        Seen("Google Sheets OKR template", _C, "8 of 8 columns known"),
        Seen("Google Sheets check-in tab", _C, "6 of 6 columns known"),
    ),
    "sheets_weeks": (Seen("Sheets tracker with weeks as columns", _C, "7 of 7 columns known"),),
    "notion": (
        Seen("Notion: database of objectives", _C, "7 of 7 columns known"),
        Seen("Notion: database of key results", _C, "5 of 5 columns known"),
    ),
    "viva_json": (Seen("Viva Goals admin export (ZIP of JSON)", _B, ""),) * 5,
}

#: What is made of each: kind, title, parents by title (with weight; “(0%)” does not contribute),
#: start, current and target value, reported progress in percent, status. Rows in order of title.
TREES: dict[str, str] = {
    "viva": """
kind | title | parents | start | current | target | progress | status
key_result | 4,000,000 rides | Night rides (weekend) / late | 3000000 | 3637839 | 4000000 | 63.78 | on_track
objective | Keep (old) riders / again | 777 (50%) | | | | 10 | at_risk
objective | Night rides (weekend) / late | Win riders (100%); Keep (old) riders / again (0%) | | | | 30 | off_track
initiative | Open the night desk | Night rides (weekend) / late | | | | 50 | done
objective | Win riders | | | | | 25 | on_track
""",
    "appfire": """
kind | title | parents | start | current | target | progress | status
objective | Boats on time | Win the harbour | | | | | not_started
key_result | Late boats below 5 | Boats on time | 20 | 12 | 5 | | on_track
initiative | Paint the piers | Boats on time | | | | | done
objective | Quiet engines | Win the harbour | | | | | done
key_result | Raise arrivals | Win the harbour | 100 | 110 | 200 | | off_track
key_result | Ten piers open | Win the harbour | 0 | 4 | 10 | | at_risk
objective | Win the harbour | | | | | | on_track
""",
    "peoplebox": """
kind | title | parents | start | current | target | progress | status
objective | Best bread in town | | | | | | on_track
objective | Bread for all shops | Best bread in town; Shops like us | | | | | on_track
key_result | Deliver 900 loaves | Bread for all shops; Best bread in town | 300 | 600 | 900 | | at_risk
objective | Friendly counters | Shops like us; Best bread in town | | | | | not_started
objective | Shops like us | | | | | | off_track
""",
    "betterworks": """
kind | title | parents | start | current | target | progress | status
key_result | Find a second field | Grow the orchard | | | | 0 |
objective | Grow the orchard | | | | | 0.5 |
key_result | Plant 400 trees | Grow the orchard | | | | 1 |
objective | Sell more juice | | | | | 0.75 |
key_result | Sign three markets | Sell more juice | | | | 1 |
""",
    "culture_amp": """
kind | title | parents | start | current | target | progress | status
key_result | Answer in 20 seconds | Calm the switchboard | | | | 0 |
objective | Calm the switchboard | | | | | 50 | on_track
key_result | Half as many repeats | Calm the switchboard | | | | 100 |
key_result | Handbook is printed | Teach the night crew | | | | 100 |
objective | Read every letter | | | | | | not_started
objective | Teach the night crew | | | | | 100 | off_track
key_result | Twelve lessons held | Teach the night crew | | | | 100 |
""",
    "goalscape": """
kind | title | parents | start | current | target | progress | status
objective | Crew schulen | Pünktlich ablegen | | | | 50 |
objective | Freundlich grüßen | Gute Fähren | | | | 0 |
objective | Gute Fähren | | | | | 12.5 |
objective | Motoren prüfen | Pünktlich ablegen | | | | 0.5 |
objective | Namensschilder | Freundlich grüßen | | | | 0 |
objective | Pünktlich ablegen | Gute Fähren | | | | 25 |
objective | Öl wechseln | Motoren prüfen | | | | 100 |
""",
    "atlassian": """
kind | title | parents | start | current | target | progress | status
objective | Feed the valley | | | | | | on_track
objective | Flour on time | Feed the valley | | | | | at_risk
objective | Millers stay | Flour on time | | | | | off_track
objective | Old wheel | Feed the valley | | | | | dropped
objective | Second river | g-99 | | | | | done
""",
    "sheets_okr": """
kind | title | parents | start | current | target | progress | status
key_result | 18 degrees in winter | A warm hall | 12 | 15 | 18 | 50 |
objective | A warm hall | | | | | |
key_result | Hum rate of 60 | Songs people hum | 20 | 30 | 60 | 25 |
objective | Songs people hum | | | | | |
key_result | Two choirs sing | Songs people hum | 0 | 2 | 2 | 100 |
key_result | Write 20 songs | Songs people hum | 0 | 8 | 20 | 40 |
""",
    "sheets_weeks": """
kind | title | parents | start | current | target | progress | status
key_result | 12 lamps mended | Quiet nights | | | 12 | |
key_result | 90 windows cleaned | Bright days | | | 90 | |
objective | Bright days | | | | | |
key_result | Fewer than 10 alarms | Quiet nights | | | 10 | |
objective | Quiet nights | | | | | |
""",
    "notion": """
kind | title | parents | start | current | target | progress | status
key_result | 30 night stops | Trams run at night, all of them | | 12 | 30 | 40 |
key_result | 5,000 tickets, all zones | One city, one ticket; Trams run at night, all of them | | 1000 | 5000 | 20 |
objective | One city, one ticket | | | | | | at_risk
objective | Trams run at night, all of them | | | | | | on_track
""",
    "viva_json": """
kind | title | parents | start | current | target | progress | status
key_result | 800 rides | Ride at night | 0 | 320 | 800 | | on_track
objective | Care | | | | | 5 | at_risk
key_result | No accident | Ride at night | 0 | 30 | 50 | 60 | at_risk
objective | Ride at night | Win riders (75%); Care (0%) | | | | 40 | off_track
objective | Win riders | | | | | 25 | on_track
""",
}

#: Check-ins by title of their item: day, value, progress in percent, status.
CHECK_INS: dict[str, str] = {
    "viva": """
item | day | value | progress | status
4,000,000 rides | 2025-07-14 | 3200000 | | at_risk
4,000,000 rides | 2025-07-28 | 3637839 | | on_track
""",
    "sheets_okr": """
item | day | value | progress | status
18 degrees in winter | 2025-07-21 | 15 | |
Write 20 songs | 2025-07-07 | 4 | |
Write 20 songs | 2025-07-21 | 8 | |
""",
    "sheets_weeks": """
item | day | value | progress | status
12 lamps mended | 2025-07-13 | 3 | |
12 lamps mended | 2025-07-20 | 6 | |
90 windows cleaned | 2025-07-06 | 9 | |
90 windows cleaned | 2025-07-20 | 45 | |
Fewer than 10 alarms | 2025-07-06 | 40 | |
Fewer than 10 alarms | 2025-07-13 | 35 | |
Fewer than 10 alarms | 2025-07-20 | 30 | |
""",
    "viva_json": """
item | day | value | progress | status
800 rides | 2025-07-28 | 320 | | on_track
No accident | 2025-07-28 | 30 | | at_risk
Ride at night | 2025-07-21 | | 35 | off_track
""",
}

_IDS = {
    OBJECTIVE.name: "objective_id",
    KEY_RESULT.name: "key_result_id",
    INITIATIVE.name: "initiative_id",
}


def rows_of(text: str) -> list[list[str]]:
    """Return the rows of an expected table, without its header."""
    return _cells(text)[1:]


def tree_of(prepared: Prepared) -> list[list[str]]:
    """Return what was made of an upload in the form of :data:`TREES`."""
    rows = {name: _table(prepared, name) for name in _IDS}
    titles = {row[_IDS[name]]: row["title"] for name, found in rows.items() for row in found}
    above: dict[str, list[str]] = {item_id: [] for item_id in titles}
    for row in rows[KEY_RESULT.name]:
        above[row["key_result_id"]] += [titles.get(i, i) for i in [row["objective_id"]] if i]
    for row in rows[INITIATIVE.name]:
        above[row["initiative_id"]] += [titles.get(i, i) for i in [row["parent_id"]] if i]
    for link in _table(prepared, "alignment_row"):
        name = titles.get(link["parent_id"], link["parent_id"] or link["parent_title"])
        weight = "" if link["weight"] is None else f" ({link['weight'] * 100:g}%)"
        above[link["child_id"]].append(f"{name}{weight}")
    found = [
        [name.removesuffix("_row"), row["title"], "; ".join(above[row[_IDS[name]]]),
         *(_number(row.get(f"{part}_value")) for part in ("start", "current", "target")),
         _number(row["reported_progress"], 100), row["status"] or ""]
        for name, items in rows.items() for row in items
    ]  # fmt: skip
    return sorted(found, key=lambda row: row[1])


def check_ins_of(prepared: Prepared) -> list[list[str]]:
    """Return the check-ins of an upload in the form of :data:`CHECK_INS`."""
    titles = {
        row[column]: row["title"] for name, column in _IDS.items() for row in _table(prepared, name)
    }
    return sorted(
        [titles.get(row["item_id"], row["item_id"]), str(row["checked_on"]), _number(row["value"]),
         _number(row["progress"], 100), row["status"] or ""]
        for row in _table(prepared, "check_in_row")
    )  # fmt: skip


def _table(prepared: Prepared, name: str) -> list[dict[str, Any]]:
    found = prepared.draft.tables.get(name)
    rows: list[dict[str, Any]] = [] if found is None else found.to_pylist()
    return rows


def _number(value: object, times: float = 1) -> str:
    return "" if value is None else f"{float(str(value)) * times:.10g}"
