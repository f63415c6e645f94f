"""Tables that no format knows: mapped once by clicks, and read by themselves next quarter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from okr_data.ingest.fields import FIELD, GRAINS, Grain
from tests.browser.conftest import Visit
from tests.browser.driving import Screen, Server

IMPORT = "Bring in the export that you have"


@dataclass(frozen=True)
class Unknown:
    """One unknown layout: its file now and next quarter, what is said of it, what must be there."""

    name: str
    now: str
    later: str
    grain: Grain
    meanings: dict[str, str]
    tree: dict[str, str | None]
    later_tree: dict[str, str | None]
    figures: dict[str, float | None]


LAYOUTS = (
    Unknown(
        "German tracker",
        "Jahresplanung des Vertriebs;;;;;;\n"
        "Zielsetzung;Gradmesser;Verantwortlich;Von;Nach;Ist;Fällig\n"
        "Kunden begeistern;NPS von 30 auf 50;Anna Beispiel;30;50;40;30.09.2026\n"
        ";Antwortzeit senken;Bernd Muster;48;24;30;30.09.2026\n"
        "Umsatz steigern;Umsatz in Mio;Anna Beispiel;1,2;1,6;1,4;30.09.2026\n",
        "Jahresplanung des Vertriebs;;;;;;\n"
        "Zielsetzung;Gradmesser;Verantwortlich;Von;Nach;Ist;Fällig\n"
        "Neue Märkte;Länder;Anna Beispiel;0;4;1;31.12.2026\n",
        "pairs",
        {
            "Zielsetzung": "objective", "Gradmesser": "key_result", "Verantwortlich": "owner",
            "Von": "start_value", "Nach": "target_value", "Ist": "current_value",
            "Fällig": "end_date",
        },
        {"NPS von 30 auf 50": "Kunden begeistern", "Antwortzeit senken": "Kunden begeistern",
         "Umsatz in Mio": "Umsatz steigern"},
        {"Länder": "Neue Märkte"},
        {"NPS von 30 auf 50": 0.5, "Antwortzeit senken": 0.75, "Umsatz in Mio": 0.5},
    ),
    Unknown(
        "Own words",
        "Ambition,Yardstick,Owner,Baseline,Target,Reading,Quarter\n"
        "Ship quietly,Noise below 40 dB,Ann Example,60,40,50,Q3 2026\n"
        "Ship quietly,Returns,Bo Sample,9,3,6,Q3 2026\n",
        "Quarter,Ambition,Yardstick,Owner,Baseline,Target,Reading\n"
        "Q4 2026,Ship early,Days late,Ann Example,10,0,4\n",
        "pairs",
        {
            "Ambition": "objective", "Yardstick": "key_result", "Owner": "owner",
            "Baseline": "start_value", "Target": "target_value", "Reading": "current_value",
            "Quarter": "cycle",
        },
        {"Noise below 40 dB": "Ship quietly", "Returns": "Ship quietly"},
        {"Days late": "Ship early"},
        {"Noise below 40 dB": 0.5, "Returns": 0.5},
    ),
    Unknown(
        "Aims that serve aims",
        "Aim;Serves;Owner;Progress;Quarter\n"
        "Lead the field;;Ann Example;40%;Q3 2026\n"
        "Win installers;Lead the field;Bo Sample;20%;Q3 2026\n",
        "Aim;Serves;Owner;Progress;Quarter\n"
        "Stay ahead;;Ann Example;10%;Q4 2026\n"
        "Keep installers;Stay ahead;Bo Sample;30%;Q4 2026\n",
        "objectives",
        {"Aim": "title", "Serves": "parent", "Owner": "owner", "Progress": "progress",
         "Quarter": "cycle"},
        {"Win installers": "Lead the field", "Lead the field": None},
        {"Keep installers": "Stay ahead", "Stay ahead": None},
        {},
    ),
    Unknown(
        "Mixed sorts",
        "Tag#|Type|Words|Beneath|Start|Target|Stands\n"
        "A1|Objective|Grow abroad||||\n"
        "A2|Key result|Open four offices|A1|0|4|1\n",
        "Tag#|Type|Words|Beneath|Start|Target|Stands\n"
        "B1|Objective|Grow at home||||\n"
        "B2|Key result|Win ten towns|B1|0|10|5\n",
        "items",
        {"Tag#": "id", "Type": "type", "Words": "title", "Beneath": "parent",
         "Start": "start_value", "Target": "target_value", "Stands": "current_value"},
        {"Open four offices": "Grow abroad"},
        {"Win ten towns": "Grow at home"},
        {"Open four offices": 0.25},
    ),
    Unknown(
        "Weeks across",
        "Outcome sought,How we know,Target,6 Jul,13 Jul,20 Jul\n"
        "Fewer calls,Calls a day,100,20,40,60\n",
        "Outcome sought,How we know,Target,5 Oct,12 Oct\n"
        "Fewer mails,Mails a day,200,50,100\n",
        "pairs",
        {"Outcome sought": "objective", "How we know": "key_result", "Target": "target_value"},
        {"Calls a day": "Fewer calls"},
        {"Mails a day": "Fewer mails"},
        {"Calls a day": 0.6},
    ),
)  # fmt: skip


def pick(screen: Screen, label: str, option: str) -> None:
    """Choose an option of a select box and wait until everything was looked at again."""
    box = screen.page.get_by_role("combobox", name=label, exact=True).first
    if box.input_value() == option:
        return

    def choose() -> None:
        box.click()
        box.fill(option)
        screen.page.get_by_role("option", name=option, exact=True).first.click()

    screen.ask(choose)
    screen.settle("What was recognised")


def stored_tree(folder: Path) -> dict[str, str | None]:
    """Return title → title of the item above, for every item in the data."""
    from okr_data.store import Store

    with Store(folder).reader() as reader:
        rows = reader.rows(
            "select k.title, o.title from key_result_progress k "
            "left join objective_progress o using (objective_id) "
            "union all select o.title, p.title from objective_progress o "
            "left join line_of_sight l on l.objective_id = o.objective_id and l.distance = 1 "
            "left join objective_progress p on p.objective_id = l.ancestor_id"
        )
    return dict(rows)


def progress_of(folder: Path) -> dict[str, float | None]:
    from okr_data.store import Store

    with Store(folder).reader() as reader:
        return dict(reader.rows("select title, progress from key_result_progress"))


def test_unknown_tables_are_mapped_once(empty_desk: Server, visit: Visit) -> None:
    """One analyst, one table after the other."""
    screen = visit(empty_desk)
    screen.open("/import", IMPORT)
    for layout in LAYOUTS:
        map_once(screen, layout)
    screen.assert_sound()


def map_once(screen: Screen, layout: Unknown) -> None:
    """Map this quarter's table by clicks and save it; next quarter's reads by itself."""
    folder = screen.server.folder
    screen.upload((f"{layout.name}.csv", layout.now.encode()))
    screen.settle("What was recognised")
    wanted = GRAINS[layout.grain]
    pick(screen, "One row is", wanted[0].upper() + wanted[1:])
    for header, meaning in layout.meanings.items():
        pick(screen, f"Meaning of {header}", FIELD[meaning].label)
    if "Weeks" in layout.name:
        pick(screen, "The 3 columns headed by days (6 Jul …) hold", "values of check-ins")
    screen.write("Save as profile", layout.name)
    screen.click(screen.page.get_by_role("button", name="Save", exact=True))
    expect(screen.text("files with these headers are read by it from now on")).to_be_visible()
    screen.settle("What it would change")
    screen.press("Take it in")
    expect(screen.text("Every page shows it now.")).to_be_visible()
    tree = stored_tree(folder)
    assert {title: tree[title] for title in layout.tree} == layout.tree
    found = progress_of(folder)
    for title, figure in layout.figures.items():
        assert found[title] == pytest.approx(figure)

    # Next quarter: other rows under the same headers, and no question.
    screen.upload((f"{layout.name} later.csv", layout.later.encode()))
    screen.settle("What was recognised")
    screen.assert_row(
        "Tables of this upload", 0, f"{layout.name} later.csv", "your profile", layout.name
    )
    screen.settle("What it would change")
    screen.press("Take it in")
    expect(screen.text("Every page shows it now.")).to_be_visible()
    tree = stored_tree(folder)
    assert {title: tree[title] for title in layout.later_tree} == layout.later_tree
