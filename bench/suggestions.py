"""How often the right parent is suggested, on real data, and how long it takes for 10,000.

``python -m bench.suggestions`` hides known links of the real public data beside the project
(``../shared/data``, or ``--data DIR``; what is absent is left out) and prints recall@1/@3/@10 of ours, of the text
alone, of the most popular parents and of chance. ``--tune`` prints the half on which the weights
were chosen instead, for the weights around them.

The links of source{d} are halved by the id of the child, the same child in the same half whatever
the table: one half to choose weights on, the other one to report. GSA's were never chosen on.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from okr_data.overlaps import MOST_PAIRS, THRESHOLD, alike
from okr_data.similarity import vectorize
from okr_data.suggestions import WEIGHTS, Material, Measure, Weights, measure, suggest

PROJECT = Path(__file__).resolve().parent.parent
DATA = PROJECT.parent / "shared" / "data"
SEED = "suggestions"
ALL = 10**9

Row = dict[str, str]
Link = tuple[str, str]
Nodes = Callable[[Row], bool]


@dataclass(frozen=True)
class Case:
    """A table of objectives with links to hide, and what of them is looked for."""

    name: str
    known: Material
    links: tuple[Link, ...]


def read(folder: Path, name: str) -> list[Row]:
    """Return the rows of a file as texts; none where it is absent."""
    if not (folder / name).exists():
        return []
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(file)]


def in_tuning_half(child: str) -> bool:
    """Tell whether the links of a child are those that weights were chosen on."""
    return hashlib.sha256(f"{SEED}:{child}".encode()).digest()[0] % 2 == 0


def made_of(rows: Sequence[dict[str, object]], links: Sequence[Link]) -> Material:
    blank = {"more": "", "level_assumed": False, "department": None, "team": None}
    columns = ["objective_id", "title", "cycle", "level_number", *blank]
    return Material(
        pd.DataFrame([{**blank, **row} for row in rows], columns=columns),
        pd.DataFrame(links, columns=["child_id", "parent_id"]),
        {},
    )


def sourced(folder: Path, is_objective: Nodes) -> Material:
    """source{d}: the nodes that count as objectives; the texts of others are their parent's."""
    nodes = read(folder, "sourced_okrs.csv")
    kept = {node["node_id"] for node in nodes if is_objective(node)}
    more: dict[str, list[str]] = {}
    for node in nodes:
        if node["node_id"] not in kept:
            more.setdefault(node["parent_id"], []).append(node["text"])
    rows: list[dict[str, object]] = [
        {
            "objective_id": node["node_id"], "title": node["text"], "cycle": node["cycle"],
            "more": " . ".join(more.get(node["node_id"], [])), "team": node["team"] or None,
            "level_number": 1 if node["level"] == "company" else 3,
        }
        for node in nodes
        if node["node_id"] in kept
    ]  # fmt: skip
    links = [
        (n["node_id"], n["parent_id"]) for n in nodes if {n["node_id"], n["parent_id"]} <= kept
    ]
    return made_of(rows, links)


def sourced_cases(folder: Path, half: bool) -> list[Case]:
    """The tree as a whole, also by depth, and the two readings of what an objective is."""
    nodes = read(folder, "sourced_okrs.csv")
    depth = {node["node_id"]: int(node["depth"]) for node in nodes}
    parents = {node["parent_id"] for node in nodes}
    kinds: dict[str, Nodes] = {
        "source{d}, every node": lambda _: True,
        "source{d}, as imported": lambda node: (
            node["node_type"] == "objective" or node["node_id"] in parents
        ),
        "source{d}, objectives by type": lambda node: node["node_type"] == "objective",
    }
    cases = []
    for name, is_objective in kinds.items():
        known = sourced(folder, is_objective)
        links = [
            (child, parent)
            for child, parent in known.links.itertuples(index=False)
            if in_tuning_half(child) == half
        ]
        cases.append(Case(name, known, tuple(links)))
        if name.endswith("every node"):
            for title, fits in (
                ("depth 1", (1,)), ("depth 2", (2,)), ("depth 3 to 7", range(3, 8)),
            ):  # fmt: skip
                part = tuple(link for link in links if depth[link[0]] in fits)
                cases.append(Case(f"… of these, {title}", known, part))
    return cases


def gsa_cases(folder: Path) -> list[Case]:
    """GSA's report, each text once: measure → objective and objective → goal.

    A measure's text is none of its objective's here, else the answer would stand in it. The
    department is the goal under another name, so it is left out as well.
    """
    rows: dict[str, dict[str, object]] = {}
    links: dict[str, set[Link]] = {"objective → goal": set(), "key result → objective": set()}
    for row in read(folder, "gsa_apr_2018.csv"):
        if not (row["Goal"] and row["2018 Strategic Objective"] and row["KPI"]):
            continue
        goal, told = row["Goal"], row["2018 Strategic Objective"]
        objective = " ".join(told.lower().rstrip(".").split())
        measure_id = f"{objective}/{row['KPI']}"
        rows[goal] = {"objective_id": goal, "title": goal, "level_number": 1}
        rows[objective] = {"objective_id": objective, "title": told, "level_number": 2}
        rows[measure_id] = {
            "objective_id": measure_id, "title": row["KPI"], "more": row["Description:"],
            "level_number": 3,
        }  # fmt: skip
        links["objective → goal"].add((objective, goal))
        links["key result → objective"].add((measure_id, objective))
    known = made_of(
        [{**row, "cycle": None} for row in rows.values()],
        sorted(link for group in links.values() for link in group),
    )
    return [
        Case(f"GSA report, {name}", known, tuple(sorted(found))) for name, found in links.items()
    ]


def gsa_by_year(folder: Path) -> list[Case]:
    """The same by fiscal year in OKR columns: the same texts year after year, so no more evidence."""
    rows: dict[str, dict[str, object]] = {}
    links: dict[str, set[Link]] = {"objective → goal": set(), "key result → objective": set()}
    for row in read(folder, "gsa_okrs.csv"):
        year = row["cycle"]
        goal = f"{year}/{row['parent_objective']}"
        objective = f"{year}/{' '.join(row['objective'].lower().rstrip('.').split())}"
        result = f"{objective}/{row['key_result']}"
        for item, title, level in (
            (goal, row["parent_objective"], 1), (objective, row["objective"], 2), (result, row["key_result"], 3),
        ):  # fmt: skip
            rows[item] = {
                "objective_id": item, "title": title, "level_number": level, "cycle": year,
            }  # fmt: skip
        links["objective → goal"].add((objective, goal))
        links["key result → objective"].add((result, objective))
    known = made_of(list(rows.values()), sorted(link for group in links.values() for link in group))
    return [
        Case(f"GSA by year, {name}", known, tuple(sorted(found))) for name, found in links.items()
    ]


HEAD = """| Links hidden | n | candidates | suggested @1 / @3 / @10 | text only | most popular | random |
|---|---|---|---|---|---|---|"""


def line(name: str, found: Measure) -> str:
    figures = (
        f"{r.first * 100:.0f} / {r.among_three * 100:.0f} / {r.among_ten * 100:.0f}"
        for r in found.recalls
    )
    return f"| {name} | {found.links} | {found.candidates:.0f} | {' | '.join(figures)} |"


def report(folder: Path) -> None:
    """Print the table: recall in percent of the links hidden."""
    print(HEAD)
    for case in (*sourced_cases(folder, half=False), *gsa_cases(folder), *gsa_by_year(folder)):
        if case.links:
            print(line(case.name, measure(case.known, case.links, most=ALL)))
    print()


def tune(folder: Path) -> None:
    """Print the half that weights were chosen on, for the weights around those chosen."""
    cases = [case for case in sourced_cases(folder, half=True) if not case.name.startswith("…")]
    tried = [
        Weights(1, 0, 0), Weights(0, 1, 0), Weights(0.5, 0.5, 0), Weights(0.33, 0.67, 0),
        Weights(0.5, 0.25, 0.25), Weights(0.35, 0.4, 0.25), WEIGHTS, Weights(0.25, 0.6, 0.15),
        Weights(0.2, 0.5, 0.3), Weights(0.15, 0.6, 0.25),
    ]  # fmt: skip
    print("| text | siblings | place | " + " | ".join(case.name for case in cases) + " |")
    for weights in tried:
        found = [measure(case.known, case.links, weights, most=ALL).recalls[0] for case in cases]
        figures = " | ".join(
            f"{r.first * 100:.0f} / {r.among_three * 100:.0f} / {r.among_ten * 100:.0f}"
            for r in found
        )
        print(f"| {weights.text} | {weights.siblings} | {weights.place} | {figures} |")


# --- 10,000 objectives -------------------------------------------------------


def generated(count: int = 10_000) -> tuple[Material, list[str]]:
    """Invent an organisation out of the words of the sample data; a third hangs nowhere."""
    words = _sample_words()
    draw = random.Random(SEED)
    levels = [1] * 10 + [2] * (count // 50) + [3] * (count * 28 // 100)
    levels += [4] * (count - len(levels))
    rows: list[dict[str, object]] = []
    links: list[Link] = []
    above: dict[int, list[str]] = {level: [] for level in range(1, 5)}
    for number, level in enumerate(levels):
        name = f"O-{number:05}"
        rows.append(
            {
                "objective_id": name,
                "title": " ".join(draw.choices(words, k=7)),
                "more": " ".join(draw.choices(words, k=25)),
                "cycle": "Q4 2026",
                "level_number": level,
                "team": f"Team {number % 400}",
                "department": f"Department {number % 20}" if level > 1 else None,
            }
        )
        if level > 1 and draw.random() < 0.67:
            links.append((name, draw.choice(above[level - 1])))
        above[level].append(name)
    linked = {child for child, _ in links}
    wanting = [
        str(row["objective_id"])
        for row in rows
        if row["level_number"] != 1 and row["objective_id"] not in linked
    ]
    return made_of(rows, links), wanting


def _sample_words() -> list[str]:
    folder = max(
        path
        for path in (PROJECT / "sample_data").iterdir()
        if path.is_dir() and path.name[0] == "2"
    )
    return [
        word
        for name in ("objectives.csv", "key_results.csv")
        for title in pd.read_csv(folder / name)["title"]
        for word in title.split()
    ]


def timed(work: Callable[[], object]) -> float:
    """Return the processor time of a piece of work, which other programs do not stretch."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def speed(count: int = 10_000) -> None:
    """Print how long all of it takes, beside one plain TF-IDF of the same texts."""
    known, wanting = generated(count)
    rows = known.objectives
    texts = (rows["title"] + " . " + rows["more"]).tolist()
    links = list(known.links.itertuples(index=False, name=None))
    base = timed(lambda: TfidfVectorizer().fit_transform(texts))

    def pairs() -> None:
        vectors = vectorize(rows["title"].tolist(), rows["more"].tolist())
        departments = rows["department"].fillna("").tolist()
        alike(vectors, departments, [True] * count, THRESHOLD, MOST_PAIRS)

    print(
        f"{count:,} generated objectives; one TfidfVectorizer().fit_transform: {base:.2f} s of processor time"
    )
    for name, work in (
        (f"suggestions for {len(wanting):,} of them", lambda: suggest(known, wanting)),
        ("500 hidden links looked for", lambda: measure(known, links)),
        ("overlaps of all with all", pairs),
    ):
        seconds = timed(work)
        print(f"- {name}: {seconds:.1f} s, {seconds / base:.0f} × that")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true", help="the half that weights were chosen on")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real public data")
    given = parser.parse_args()
    if given.tune:
        tune(given.data)
        return
    report(given.data)
    speed()


if __name__ == "__main__":
    main()
