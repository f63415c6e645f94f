"""The parts of the page Alignment: ratios, company objectives, departments and the rows behind."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from okr_data.alignment import RATIOS, Alignment, Behind, Ratio, aligned_objectives
from okr_data.charts import bars
from okr_data.charts.theme import Palette
from okr_data.store import Reader
from okr_data.texts import Words, mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.choices import pick_many, switch
from okr_data.ui.downloads import offer_csv
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.words import NO_DEPARTMENT, STATE_NAMES, number, objectives, of, percent, safe, t

PARTS = Words(
    {
        "ratios": mark("Ratios"),
        "goals": mark("Company objectives"),
        "contribution": mark("Contribution"),
        "suggestions": mark("Suggestions"),
        "overlaps": mark("Overlaps"),
    }
)
#: Address parameter that opens the list behind one ratio.
RATIO = "ratio"
_WHOLE = 12
#: Departments that stay readable in one chart.
MOST_BARS = 15


def render_sentence(view: View, shown: Alignment) -> None:
    """Say which part of the objectives leads to a company goal."""
    name = safe(view.cycle_name)
    if shown.whole.empty:
        st.title(t("{name}: there is nothing below company level", name=name), anchor=False)
    else:
        row = shown.whole.iloc[0]
        share = percent(row["line_of_sight"] / row["objectives"])
        counted = of(int(row["line_of_sight"]), int(row["objectives"]))
        st.title(
            t(
                "{name}: {share} of objectives lead to a company goal ({counted})",
                name=name, share=share, counted=counted,
            ),
            anchor=False,
        )  # fmt: skip
    st.caption(safe(view.subtitle()))


def choose_part() -> str:
    """Show the parts of the page and return the chosen one; it stands in the address."""
    return switch(t("Part"), PARTS, "part", label_visibility="collapsed")


def _open_part(part: str) -> None:
    """Turn to another part of the page: the switch remembers what it showed."""
    st.session_state[f"choice-part-{next(iter(PARTS))}"] = part


def render_ratios(view: View, shown: Alignment, palette: Palette) -> None:
    """Show every ratio, its breakdown by level and department, and the rows behind."""
    if shown.whole.empty:
        st.write(t("Company objectives are the goals themselves: no ratio is made of them."))
        return
    _tiles(shown.whole.iloc[0])
    left, right = st.columns(2, gap="small")
    with left, card(t("By level"), t("number of objectives in each state")):
        _states(view, shown.by_level, "level", palette)
    with right, card(t("By department"), t("number of objectives in each state")):
        _states(view, shown.by_department, "department", palette)
    with card(t("Every ratio by level and department"), t("numerator of denominator")):
        _ratio_table(view, shown)
    _rows_behind(view, shown.whole.iloc[0])


def _tiles(row: pd.Series) -> None:
    with st.grid(6, min_column_width=165, gap="small"):
        for ratio in RATIOS:
            st.metric(
                t(ratio.label),
                percent(_value(row, ratio)),
                delta=of(int(row[ratio.passed]), int(row[ratio.total])),
                delta_color="off",
                delta_arrow="off",
                border=True,
                height="stretch",
                help=t(ratio.means),
            )


def _value(row: pd.Series, ratio: Ratio) -> float | None:
    return float(row[ratio.passed] / row[ratio.total]) if row[ratio.total] else None


def _labels(view: View, rows: pd.DataFrame, by: str) -> list[str]:
    if by == "level":
        return [view.level_name(str(level)) for level in rows["level"]]
    return [t(NO_DEPARTMENT) if pd.isna(name) else str(name) for name in rows["department"]]


def _states(view: View, rows: pd.DataFrame, by: str, palette: Palette) -> None:
    all_of = len(rows)
    if all_of > MOST_BARS:
        leading = (rows["line_of_sight"] / rows["objectives"]).sort_values(kind="stable")
        rows = rows.loc[sorted(leading.index[:MOST_BARS])]
    shares = bars.state_shares(rows.assign(label=_labels(view, rows, by)))
    show_chart(
        view,
        lambda colours: bars.state_figure(shares, colours),
        palette=palette,
        title=t(_TITLES[by]),
        definition=DEFINITIONS["states"],
        data=shares,
        key=f"states-{by}",
        alt=t(_ALTS[by], states="; ".join(
            f"{r.label}: {r.word} {of(r.count, r.total)}" for r in shares.itertuples(index=False)
        )),
    )  # fmt: skip
    if len(rows) < all_of:
        st.caption(
            t(
                "The chart shows the {n} of {all} departments of which the fewest lead to a goal; "
                "the table has all.",
                n=number(len(rows)), all=number(all_of),
            )
        )  # fmt: skip


_TITLES = {"level": mark("Alignment by level"), "department": mark("Alignment by department")}
_ALTS = {
    "level": mark("Alignment states by level: {states}"),
    "department": mark("Alignment states by department: {states}"),
}


def _ratio_table(view: View, shown: Alignment) -> None:
    parts = [
        (label, row)
        for by, rows in (("level", shown.by_level), ("department", shown.by_department))
        for label, (_, row) in zip(_labels(view, rows, by), rows.iterrows(), strict=True)
    ]
    table = pd.DataFrame({"Part": [t("All"), *(label for label, _ in parts)]})
    every = [shown.whole.iloc[0], *(row for _, row in parts)]
    for ratio in RATIOS:
        table[ratio.label] = [
            t("n/a")
            if _value(row, ratio) is None
            else f"{percent(_value(row, ratio))}  ({of(int(row[ratio.passed]), int(row[ratio.total]))})"
            for row in every
        ]
    tables.show(
        table,
        t("Every alignment ratio by level and department"),
        {"Part": st.column_config.TextColumn(width=180)}
        | {
            r.label: st.column_config.TextColumn(
                t(r.label), help=t(r.means), alignment="right", width=135
            )
            for r in RATIOS
        },
        height="content",
    )


def _rows_behind(view: View, whole: pd.Series) -> None:
    """List the objectives that the ratios count, those that lead nowhere first.

    With a ratio chosen, each row says whether it counts in it and passes; links are counted in rows.
    """
    present = [state for state in reversed(list(STATE_NAMES)) if whole[state]]
    with card(t("The objectives behind the ratios"), objectives(int(whole["objectives"]))):
        words = {state: f"{STATE_NAMES[state]} ({number(whole[state])})" for state in present}
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            ratio = _choose_ratio()
            states = tuple(pick_many(t("Alignment state"), words, "state"))
            said = tables.search(int(whole["objectives"]), "aligned")
        found = view.data.aligned_objectives(view.filters, states, ratio, said)
        if ratio is not None:
            st.caption(
                f"{safe(t(ratio.means))} {_passed_words(ratio, found.passed, found.counted)}"
            )
        levels = view.data.level_names(one=True)
        table = _behind_table(found, ratio, levels)
        event = tables.show(
            table,
            t("Objectives with their alignment state, parents and links"),
            {
                "Objective": st.column_config.TextColumn(width=320),
                "Aligned to": st.column_config.TextColumn(width=300),
                "Counts": st.column_config.NumberColumn(help=t("Its part of the denominator.")),
                "Passes": st.column_config.NumberColumn(help=t("Its part of the numerator.")),
                "Row": st.column_config.NumberColumn(format="%d", width=60),
            },
            on_select="rerun",
            selection_mode="single-row",
            key=f"aligned-{view.data.generation}-{view.data.as_of}-{view.filters}-{states}-"
            f"{ratio and ratio.name}-{said}",
            height=430 if len(table) > _WHOLE else "content",
        )

        def whole_table(reader: Reader) -> pd.DataFrame:
            every = aligned_objectives(reader, view.filters, states, ratio, said, most=None)
            return _behind_table(every, ratio, levels)

        offer_csv(
            t("Download this list (CSV)"), whole_table, view, "alignment.csv", "download-alignment"
        )
        tables.say_rest(len(table), found.total)
        chosen = event.selection.rows
        if chosen and chosen[0] < len(table):
            view.open_objective(str(table.iloc[chosen[0]]["Id"]))


def _behind_table(
    found: Behind, ratio: Ratio | None, level_names: Mapping[str, str]
) -> pd.DataFrame:
    rows = found.rows
    table = pd.DataFrame(
        {
            "Objective": rows["title"],
            "Alignment": rows["alignment_state"].map(dict(STATE_NAMES)),
            "Aligned to": rows["parents"],
            "Level": rows["level"].map(dict(level_names)),
            "Department": rows["department"],
            "Owner": rows["owner"],
            "Links": rows["links"],
            "One level up": rows["adjacent_links"],
            "To another department": rows["cross_department_links"],
            "Id": rows["objective_id"],
            "File": rows["file"],
            "Row": rows["row"],
        }
    )
    if ratio is not None:
        table.insert(1, mark("Counts"), rows["counted"])
        table.insert(2, mark("Passes"), rows["passed"])
    return table


def _choose_ratio() -> Ratio | None:
    """Ask for one ratio whose rows are told apart; the address names it."""
    by_name = {ratio.name: ratio for ratio in RATIOS}
    if RATIO not in st.session_state:
        st.session_state[RATIO] = st.query_params.get(RATIO)
    if st.session_state[RATIO] not in by_name:
        st.session_state[RATIO] = None
    chosen = st.selectbox(
        t("Rows of one ratio"), list(by_name), index=None, key=RATIO, width=230,
        format_func=lambda name: t(by_name[name].label), placeholder=t("All objectives"),
    )  # fmt: skip
    if chosen is None:
        st.query_params.pop(RATIO, None)
        return None
    st.query_params[RATIO] = chosen
    return by_name[chosen]


def _passed_words(ratio: Ratio, passed: int, counted: int) -> str:
    if ratio.total.startswith("links"):
        return t(
            "The rows hold {part} of {whole} links.", part=number(passed), whole=number(counted)
        )
    return t("The rows hold {part} of {whole}.", part=number(passed), whole=number(counted))


def render_coverage(view: View, shown: Alignment) -> None:
    """Show which departments work for each company objective, and who links with whom."""
    with card(t("Company objectives"), t("departments with an objective in its tree, of all")):
        if shown.coverage.empty:
            st.write(t("There is no company objective for this cycle: nothing can lead to one."))
        else:
            _coverage_table(view, shown.coverage)
    _who_carries(shown)
    title, note = (
        t("Links between departments"),
        t("an objective of one is aligned to one of another"),
    )
    with card(title, note):
        linked = shown.departments_linked
        if linked.empty:
            st.write(t("No objective is aligned to one of another department under this filter."))
            return
        tables.show(
            pd.DataFrame(
                {
                    "From": linked["from_department"],
                    "To": linked["to_department"],
                    "Links": linked["links"],
                    "Of these contributing": linked["contributing"],
                }
            ),
            t("Links between departments"),
            height=430 if len(linked) > _WHOLE else "content",
        )


def _who_carries(shown: Alignment) -> None:
    """Show departments × company objectives: who has work in whose tree, and who has none."""
    if shown.coverage.empty:
        return
    goals = shown.coverage
    supported = [
        set(text.split(", ")) if pd.notna(text) else set() for text in goals["supported_by"]
    ]
    departments = sorted(set().union(*supported) | set(shown.by_department["department"].dropna()))
    if not departments:
        return
    table = pd.DataFrame({"Company objective": goals["title"].to_numpy()})
    for name in departments:
        table[f"in {name}"] = ["●" if name in some else "" for some in supported]
    with card(t("Who carries whose goals"), t("● = the department has an objective in its tree")):
        tables.show(
            table,
            t("Company objectives with the departments that support them"),
            {"Company objective": st.column_config.TextColumn(width=330, pinned=True)}
            | {
                f"in {name}": st.column_config.TextColumn(name, alignment="center")
                for name in departments
            },
            height="content",
        )
        st.button(
            t("How much each department carries"),
            key="open-contribution",
            type="tertiary",
            icon=":material/arrow_forward:",
            on_click=_open_part,
            args=("contribution",),
        )


def _coverage_table(view: View, coverage: pd.DataFrame) -> None:
    event = tables.show(
        pd.DataFrame(
            {
                "Company objective": coverage["title"],
                "Coverage": tables.in_percent(coverage["coverage"]),
                "Supporting": [
                    of(int(a), int(b))
                    for a, b in zip(coverage["supporting_departments"], coverage["departments"], strict=True)
                ],
                "Contributing": [
                    of(int(a), int(b))
                    for a, b in zip(coverage["contributing_departments"], coverage["departments"], strict=True)
                ],
                "Objectives below": coverage["objectives_below"],
                "Progress": tables.in_percent(coverage["progress"]),
                "Gap to pace": (coverage["progress"] - coverage["expected_progress"]) * 100,
                "Supported by": coverage["supported_by"],
                "Cycle": coverage["objective_cycle"],
            }
        ),
        t("Company objectives with the departments that support them"),
        {
            "Company objective": st.column_config.TextColumn(width=330),
            "Coverage": tables.bar_column(t("Supporting departments, of all departments with objectives.")),
            "Supporting": st.column_config.TextColumn(
                alignment="right", help=t("Departments with an objective in its tree, of all.")
            ),
            "Contributing": st.column_config.TextColumn(
                alignment="right", help=t("Departments that carry a share of its roll-up, of all.")
            ),
            "Progress": tables.percent_column(),
            "Gap to pace": tables.points_column(),
            "Supported by": st.column_config.TextColumn(width=330),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"coverage-{view.filters.cycle}-{len(coverage)}",
        height="content",
    )  # fmt: skip
    chosen = event.selection.rows
    if chosen and chosen[0] < len(coverage):
        view.open_objective(str(coverage.iloc[chosen[0]]["objective_id"]))
