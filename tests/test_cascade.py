"""The cascade and the organisation around a centre: areas that add up, every path, what is lost."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from okr_data import cascade
from okr_data.cascade import CENTRE, Area, Around, Centre, Tree
from okr_data.queries import Filters
from okr_data.store import Store
from okr_data.ui import cascade as page
from tests.conftest import take_in

Q4 = Filters("Q4 2026")
WHOLE = Centre()
#: G1 ← A ← C and G1, G2 ← B; S is aligned with weight 0; L leads nowhere and M hangs below it;
#: U names a parent that is nowhere, D hangs on what was dropped (X).
OBJECTIVES = """
id | title | level      | department | team    | owner | cycle   | parent_ids | status
G1 | Grow  | company    |            |         | Eva   | Q4 2026 |            |
G2 | Care  | company    |            |         | Eva   | Q4 2026 |            |
A  | Alpha | department | Sales      | Sales   | Ann   | Q4 2026 | G1         |
B  | Beta  | team       | Sales      | North   | Bob   | Q4 2026 | G1; G2     |
C  | Gamma | individual | Sales      | North   | Cem   | Q4 2026 | A          |
L  | Lost  | team       | Product    | App     | Lea   | Q4 2026 |            |
M  | Mu    | individual | Product    | App     | Mia   | Q4 2026 | L          |
U  | Umbra | team       | Product    |         |       | Q4 2026 | NOWHERE    |
X  | Gone  | company    |            |         |       | Q4 2026 |            | dropped
D  | Delta | team       |            | Pirates |       | Q4 2026 | X          |
"""
KEY_RESULTS = """
id  | objective_id | title | start | target | current
K-1 | G1           | k     | 0     | 10     | 5
K-2 | G1           | k     | 0     | 10     | 5
K-3 | A            | k     | 0     | 10     | 2
K-4 | B            | k     | 0     | 10     | 4
K-5 | B            | k     | 0     | 10     | 6
K-6 | B            | k     | 0     | 10     |
K-7 | L            | k     | 0     | 10     | 9
K-8 | C            | k     | 0     | 10     | 1
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("cascade"))
    take_in(store, objectives=OBJECTIVES, key_results=KEY_RESULTS)
    return store


def ask(
    store: Store, tree: Tree = "cascade", centre: Centre = WHOLE, area: Area = "key_results",
    filters: Filters = Q4, page: int = 1,
) -> Around:  # fmt: skip
    with store.reader() as reader:
        if tree == "cascade":
            return cascade.cascade(reader, cascade.graph(reader, filters), centre, area, page)
        return cascade.organisation(reader, cascade.places(reader, filters), centre, area, page)


def sizes(around: Around) -> dict[str, float]:
    return dict(zip(around.sectors["path"], around.sectors["size"], strict=True))


def assert_adds_up(around: Around) -> None:
    """What a drawing of the sectors needs: parents first, paths once, children within parents."""
    sectors = around.sectors
    assert sectors["path"].is_unique
    size: dict[str, float] = {}
    for row in sectors.itertuples(index=False):
        assert row.parent in size or row.ring == 0
        size[row.path] = row.size
    for parent, below in sectors[sectors["ring"] > 0].groupby("parent")["size"].sum().items():
        assert below <= size[str(parent)] + 1e-9
    assert (sectors["size"] >= 0).all()
    assert len(sectors) <= cascade.MAX_SECTORS


def test_areas_are_key_results_along_every_path(small: Store) -> None:
    around = ask(small)
    size = sizes(around)
    assert size["centre/G1/A"] == 1 + 1  # its own, and that of C a ring further down
    assert size["centre/G1/B"] == size["centre/G2/B"] == 3  # two parents: once below each
    assert size["centre/G1"] == 2 + (1 + 1) + 3
    assert (
        size["centre/G2"] == 1 + 3
    )  # without key results it counts as one, else it were invisible
    assert size["centre/ unaligned"] == size["centre/ unaligned/L"] == 1 + 1  # M hangs below L
    assert size["centre/ unresolved/U"] == 1
    assert size["centre/ detached/D"] == 1
    assert size[CENTRE] == 7 + 4 + 2 + 1 + 1
    assert "X" not in set(around.sectors["objective_id"])  # dropped
    assert_adds_up(around)


def test_work_that_leads_nowhere_stands_last_in_sectors_of_its_own(small: Store) -> None:
    sectors = ask(small).sectors
    ring = sectors[sectors["ring"] == 1]
    assert list(ring["path"]) == [
        "centre/G2",
        "centre/G1",
        "centre/ unaligned",
        "centre/ detached",
        "centre/ unresolved",
    ]  # fmt: skip - by title: Care, Grow
    assert list(ring[ring["kind"] == "state"]["count"]) == [1, 1, 1]


def test_shares_multiply_and_what_carries_nothing_has_no_area(small: Store) -> None:
    around = ask(small, area="contribution")
    size = sizes(around)
    # G1: two own key results, A and B, weight 1 each; G2 has B alone.
    assert size["centre/G1"] == size["centre/G2"] == 1
    assert size["centre/G1/A"] == size["centre/G1/B"] == pytest.approx(1 / 4)
    assert size["centre/G2/B"] == 1
    # 11 key results lead to two goals, so what leads nowhere shows 2/11 a key result.
    assert size["centre/ unaligned"] == pytest.approx(2 / 11 * 2)
    assert size[CENTRE] == pytest.approx(2 + 2 / 11 * 4)
    inner = sizes(ask(small, centre=Centre("objective", "A"), area="contribution"))
    assert inner == {"A": 1, "A/C": pytest.approx(1 / 2)}  # the other half is its own key result
    assert_adds_up(around)


def test_weight_0_is_told_and_not_drawn(store: Store) -> None:
    take_in(
        store,
        objectives="""
        id | title | level   | cycle   | parent_ids | parent_weights
        G  | goal  | company | Q4 2026 |            |
        A  | work  | team    | Q4 2026 | G          | 1
        S  | help  | team    | Q4 2026 | G          | 0
        """,
        key_results="id | objective_id | title | start | target | current\nK | A | k | 0 | 10 | 4\nK2 | S | k | 0 | 10 | 4",
    )
    around = ask(store, area="contribution")
    assert sizes(around) == {CENTRE: 1, "centre/G": 1, "centre/G/A": 1}
    assert list(around.sectors["silent"]) == [0, 1, 0]
    assert "centre/G/S" in sizes(ask(store))
    assert set(around.rows["objective_id"]) == {"G", "A", "S"}  # the table holds all


def test_centre_moves_to_an_objective_or_to_what_is_lost(small: Store) -> None:
    around = ask(small, centre=Centre("objective", "A"))
    assert sizes(around) == {"A": 2, "A/C": 1}
    assert [crumb.title for crumb in around.way] == ["", "Grow", "Alpha"]
    assert list(around.rows["objective_id"]) == ["A", "C"]
    lost = ask(small, centre=Centre("state", "unaligned"))
    assert sizes(lost) == {"unaligned": 2, "unaligned/L": 2, "unaligned/L/M": 1}
    assert [crumb.centre.kind for crumb in ask(small, centre=Centre("objective", "M")).way] == [
        "all", "state", "objective", "objective",
    ]  # fmt: skip


def test_way_back_leads_through_the_parent_that_one_came_by(small: Store) -> None:
    for parent, title in (("G1", "Grow"), ("G2", "Care"), ("", "Care"), ("C", "Care")):
        around = ask(small, centre=Centre("objective", "B", parent=parent))
        assert [crumb.title for crumb in around.way] == ["", title, "Beta"]


@pytest.mark.parametrize(
    "centre",
    [
        Centre("objective", "nope"), Centre("objective", "X"), Centre("state", "contributing"),
        Centre("state", "nope"), Centre("department", "Sales"),
    ],
)  # fmt: skip
def test_a_centre_that_is_not_there_falls_back_to_the_whole(small: Store, centre: Centre) -> None:
    around = ask(small, centre=centre)
    assert (around.found, around.centre, around.total) == (False, Centre(), 10)


def test_rows_list_every_objective_below_each_parent(small: Store) -> None:
    rows = ask(small).rows
    assert list(zip(rows["objective_id"], rows["depth"], strict=True)) == [
        ("G2", 0), ("B", 1), ("G1", 0), ("A", 1), ("C", 2), ("B", 1),
        ("L", 0), ("M", 1), ("D", 0), ("U", 0),
    ]  # fmt: skip


def test_pages_of_rows_are_cut_from_the_same_tree(
    small: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = list(ask(small).rows["objective_id"])
    for size in (1, 2, 3, 7):
        monkeypatch.setattr(cascade, "PAGE_ROWS", size)
        pages = ask(small).pages
        assert pages == math.ceil(10 / size)
        parts = [ask(small, page=number + 1).rows["objective_id"] for number in range(pages)]
        assert [item for part in parts for item in part] == whole
    assert ask(small, page=99).page == ask(small).pages


def test_filter_keeps_what_lies_above_as_context(small: Store) -> None:
    around = ask(small, filters=Filters("Q4 2026", levels=("individual",)))
    kinds = dict(zip(around.sectors["path"], around.sectors["kind"], strict=True))
    assert kinds == {
        CENTRE: "centre", "centre/G1": "context", "centre/G1/A": "context",
        "centre/ unaligned": "state", "centre/ unaligned/L": "context",
    }  # fmt: skip
    assert_adds_up(around)


def test_nothing_one_and_no_company_objective(store: Store) -> None:
    assert sizes(ask(store)) == {CENTRE: 0}
    assert ask(store).rows.empty
    assert sizes(ask(store, "organisation")) == {CENTRE: 0}
    take_in(store, objectives="id | title | level | cycle\nO-1 | alone | team | Q4 2026")
    for area in ("key_results", "contribution"):
        around = ask(store, area=area)
        assert sizes(around) == {CENTRE: 1, "centre/ unaligned": 1, "centre/ unaligned/O-1": 1}
        assert math.isnan(around.sectors["progress"].astype(float).iloc[-1])  # not known, not 0
        assert_adds_up(ask(store, "organisation", area=area))


def test_large_families_are_gathered_and_still_add_up(store: Store) -> None:
    rows = "\n".join(
        f"N{n:03} | Title {n:03} | team | Sales | T{n % 50:02} | Q4 2026 | G{n % 20}"
        for n in range(900)
    )
    goals = "\n".join(f"G{n} | Goal {n} | company | | | Q4 2026 |" for n in range(60))
    take_in(
        store,
        objectives=f"id | title | level | department | team | cycle | parent_ids\n{goals}\n{rows}",
    )
    whole = ask(store)
    assert_adds_up(whole)
    assert sizes(whole)[CENTRE] == 60 + 900
    more = whole.sectors[whole.sectors["path"] == "centre/ more"].iloc[0]
    assert (more["count"], more["kind"]) == (60 - cascade.MAX_CHILDREN[0], "more")
    around = ask(store, centre=Centre("objective", "G7"))
    assert len(around.sectors) == 1 + cascade.MAX_CHILDREN[0] + 1
    assert around.sectors["count"].iloc[-1] == 45 - cascade.MAX_CHILDREN[0]
    assert around.sectors["size"].iloc[1:].sum() == 45
    for centre in (Centre(), Centre("department", "Sales"), Centre("team", "Sales", "T03")):
        places = ask(store, "organisation", centre)
        assert_adds_up(places)
        below = places.sectors[places.sectors["ring"] == 1]
        assert below["size"].sum() == places.sectors["size"].iloc[0]


def test_a_lattice_of_several_parents_ends(store: Store) -> None:
    """Two parents each over 40 rows are 2^39 paths: counted, never walked."""
    rows = "\n".join(
        f"{side}{n} | {side}{n} | {'company' if n == 0 else 'team'} | Q4 2026 | "
        + ("" if n == 0 else f"a{n - 1}; b{n - 1}")
        for n in range(40)
        for side in "ab"
    )
    take_in(store, objectives=f"id | title | level | cycle | parent_ids\n{rows}")
    around = ask(store)
    assert around.total == 2 * (2**40 - 1)
    assert len(around.rows) == cascade.PAGE_ROWS
    assert ask(store, page=10**7).page == 10**7
    assert_adds_up(around)


# --- organisation ------------------------------------------------------------------------


def test_organisation_places_each_objective_once(small: Store) -> None:
    around = ask(small, "organisation")
    size = sizes(around)
    assert size == {
        CENTRE: 2 + 1 + 1 + 3 + 1 + 1 + 1 + 1 + 1,
        "centre/company:": 2 + 1, "centre/company:/G1": 2, "centre/company:/G2": 1,
        "centre/department:Product": 3, "centre/department:Product/U": 1,
        "centre/department:Product/team:App": 2,
        "centre/department:Sales": 5, "centre/department:Sales/A": 1,  # the department's own
        "centre/department:Sales/team:North": 4,
        "centre/department:": 1, "centre/department:/team:Pirates": 1,
    }  # fmt: skip
    assert_adds_up(around)
    sales = around.sectors.set_index("path").loc["centre/department:Sales"]
    # A at 0.2; B at the mean of 0.4 and 0.6, one not measured; C at 0.1.
    assert sales["progress"] == pytest.approx((0.2 + 0.5 + 0.1) / 3)
    assert (sales["objectives"], sales["measured"], sales["key_results"]) == (3, 4, 5)
    product = around.sectors.set_index("path").loc["centre/department:Product"]
    assert (product["lost"], product["below_company"]) == (3, 3)
    assert list(around.rows["objective_id"]) == ["G2", "G1", "U", "L", "M", "A", "B", "C", "D"]


def test_organisation_by_share_of_the_company_goals(small: Store) -> None:
    around = ask(small, "organisation", area="contribution")
    size = sizes(around)
    assert size["centre/company:"] == pytest.approx(2 / 4)  # two of four parts of G1
    # Half of A's quarter is its own key result, half is C's; B carries a quarter of G1 and all of G2.
    assert size["centre/department:Sales/A"] == pytest.approx(1 / 8)
    assert size["centre/department:Sales/team:North"] == pytest.approx(1 / 8 + 1 / 4 + 1)
    # Seven key results carry two goals; G2, L, M, U and D stand for one each and carry nothing.
    assert size["centre/ nothing"] == pytest.approx(2 / 7 * 5)
    assert size[CENTRE] == pytest.approx(2 + 2 / 7 * 5)
    assert "centre/department:Product" not in size
    assert_adds_up(around)


def test_organisation_goes_into_department_team_and_objective(small: Store) -> None:
    sales = ask(small, "organisation", Centre("department", "Sales"))
    assert sizes(sales) == {
        CENTRE: 5, "centre/A": 1, "centre/team:North": 4, "centre/team:North/B": 3,
        "centre/team:North/C": 1,
    }  # fmt: skip
    north = ask(small, "organisation", Centre("team", "Sales", "North"))
    assert sizes(north) == {CENTRE: 4, "centre/B": 3, "centre/C": 1}
    one = ask(small, "organisation", Centre("objective", "C"))
    assert sizes(one) == sizes(north)  # it stands in its team
    assert [c.title for c in one.way] == ["", "Sales", "North", "Gamma"]
    assert sizes(ask(small, "organisation", Centre("company"))) == {
        CENTRE: 3, "centre/G2": 1, "centre/G1": 2,
    }  # fmt: skip
    for centre in (
        Centre("team", "Sales", "Nope"),
        Centre("objective", "Z"),
        Centre("state", "detached"),
    ):
        assert not ask(small, "organisation", centre).found


# --- beside the picture -------------------------------------------------------------------


def test_search_finds_words_of_title_id_and_owner(small: Store) -> None:
    def found(words: str, filters: Filters = Q4) -> list[str]:
        with small.reader() as reader:
            result = cascade.find(reader, filters, (), words)
        assert result.total == len(result.rows)
        return list(result.rows["objective_id"])

    assert found("gamma") == ["C"]
    assert found("a") == [
        "A",
        "B",
        "G2",
        "D",
        "C",
        "G1",
        "L",
        "M",
        "U",
    ]  # its id first; all hold an a
    assert found("EVA care") == ["G2"]
    assert found("ann") == ["A"]
    assert found("100%_") == found("   ") == found("'; drop") == []
    assert found("eva", Filters("Q4 2026", ("Sales",))) == []
    assert found("gone") == []  # dropped


def test_summary_counts_what_leads_nowhere(small: Store) -> None:
    with small.reader() as reader:
        summary = cascade.summary(reader, Q4)
        product = cascade.furthest_behind(reader, Q4, Centre("department", "Product"))
    assert (summary.objectives, summary.below_company, summary.lost, summary.goals) == (9, 7, 4, 2)
    assert dict(zip(summary.goals_table["objective_id"], summary.goals_table["aligned"], strict=True)) == {
        "G1": 2, "G2": 1,
    }  # fmt: skip
    assert list(summary.behind["objective_id"])[:2] == ["C", "A"]
    assert product.empty


# --- the address --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "centre"),
    [
        ("cascade", Centre()), ("cascade", Centre("objective", "O-1")),
        ("cascade", Centre("objective", "O-1", parent="G")), ("cascade", Centre("state", "detached")),
        ("organisation", Centre("company")), ("organisation", Centre("department", "Sales")),
        ("organisation", Centre("department", "")), ("organisation", Centre("team", "", "Pirates")),
        ("organisation", Centre("team", "Sales", "North / South")),
    ],
)  # fmt: skip
def test_address_names_every_centre(tree: Tree, centre: Centre) -> None:
    assert page.centre_of(page.address_of(centre), tree, ("Sales",)) == centre


def test_address_of_the_other_tree_does_not_count() -> None:
    assert page.centre_of({"unit": "Sales"}, "cascade") == Centre()
    assert page.centre_of({"state": "detached"}, "organisation") == Centre()
    assert page.centre_of({"unit": "Company"}, "organisation", ("Company",)) == Centre(
        "department", "Company"
    )
    assert page.centre_of({"unit_team": "North", "objective": ""}, "organisation") == Centre()


def test_a_click_opens_what_was_clicked(small: Store) -> None:
    sectors = ask(small).sectors
    places = {path: place for place, path in enumerate(sectors["path"])}
    assert page.target_of(sectors, places["centre/G2/B"]) == Centre("objective", "B", parent="G2")
    assert page.target_of(sectors, places["centre/G1/A"]) == Centre("objective", "A")
    assert page.target_of(sectors, places["centre/ unaligned"]) == Centre("state", "unaligned")
    units = ask(small, "organisation").sectors
    places = {path: place for place, path in enumerate(units["path"])}
    assert page.target_of(units, places["centre/company:"]) == Centre("company")
    assert page.target_of(units, places["centre/department:"]) == Centre("department", "")
    assert page.target_of(units, places["centre/department:/team:Pirates"]) == Centre(
        "team", "", "Pirates"
    )
    more = pd.DataFrame(
        [{**sectors.iloc[0], "path": "centre/ more", "parent": CENTRE, "kind": "more", "ring": 1}]
    )
    both = pd.concat([sectors, more], ignore_index=True)
    assert page.target_of(both, len(both) - 1) is None  # the rest of the whole is the table's
