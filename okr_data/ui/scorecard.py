"""The parts of the page Scorecard: the eight dimensions, their checks and the lists behind them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from okr_data.charts import scorecard as charts
from okr_data.charts.theme import Palette
from okr_data.scorecard import CHECK, DIMENSIONS, REASON, STEP, Dimension, Scorecard
from okr_data.texts import Words, mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.downloads import offer_csv
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.ways import way
from okr_data.ui.words import NO_CYCLE, day, of, percent, safe, t, tn

ORGANISATION = mark("Organisation")
LABELS = Words({dimension.name: dimension.label for dimension in DIMENSIONS})
PASSED_WORDS = {True: mark("passes"), False: mark("does not"), None: mark("not known yet")}
ITEM_WORDS = Words(
    {
        "objective": mark("Objective"),
        "key_result": mark("Key result"),
        "cycle": mark("Cycle"),
        "team": mark("Team"),
        "department": mark("Department"),
        "person": mark("Person"),
    }
)
#: First columns of the matrices.
_BY = {"department": mark("Department"), "cycle": mark("Cycle")}
CHECKS_TABLE = mark("The checks with passed and total")
_WHOLE = 12


def chosen(view: View) -> Scorecard:
    """Return the scorecard of the one department that is filtered by, else of the organisation."""
    departments = view.filters.departments
    one = departments[0] if len(departments) == 1 else None
    return view.data.scorecard(view.filters.cycle, one)


def render_sentence(view: View, shown: Scorecard) -> None:
    """Say where it stands, and what is strongest and weakest."""
    name = safe(view.cycle_name)
    known = shown.dimensions.dropna(subset=["score"])
    if known.empty or shown.score is None:
        st.title(t("{name}: nothing can be scored", name=name), anchor=False)
    else:
        weakest = known.loc[known["score"].idxmin()]
        st.title(
            t(
                "{name} scores {score}; weakest is “{dimension}” at {least}",
                name=name, score=percent(shown.score), least=percent(weakest["score"]),
                dimension=LABELS[str(weakest["dimension"])],
            ),
            anchor=False,
        )  # fmt: skip
    parts = [
        view.week(),
        t("as of {day}", day=day(view.catalogue.as_of)),
        _whom(shown),
        tn(
            "mean of {n} dimension, each the mean of its checks",
            "mean of {n} dimensions, each the mean of its checks",
            len(known),
        ),
    ]
    st.caption(safe(" · ".join(part for part in parts if part)))
    if len(view.filters.departments) > 1:
        st.info(
            t("A scorecard is made for one department: choose one, or none for the organisation.")
        )
    if view.filters.levels:
        st.info(t("The scorecard counts all levels; the filter by level does not change it."))


def _whom(shown: Scorecard) -> str:
    """Say whose scorecard it is."""
    return shown.department or t("the organisation")


def render_scorecard(view: View, shown: Scorecard, palette: Palette) -> None:
    """Show the two halves as dots, the checks with their lists, departments and cycles."""
    left, right = st.columns(2, gap="small")
    for place, kind, title in (
        (left, STEP, t("Steps to alignment")),
        (right, REASON, t("Why we align")),
    ):
        with place, card(title, _note(shown)):
            _dots(view, shown, kind, palette)
    with card(t("Checks"), t("passed of total; select one to see its list")):
        check = _checks(shown)
    if check is not None:
        _list_behind(view, shown, check)
    with card(t("Departments"), t("score of each dimension")):
        _matrix(shown.departments, "department", ORGANISATION)
    with card(t("Cycles"), t("score of each dimension, {whom}", whom=safe(_whom(shown)))):
        _matrix(shown.cycles, "cycle", NO_CYCLE)


def _note(shown: Scorecard) -> str:
    if not shown.cycle_before:
        return t("no cycle before")
    return t("ring = {cycle}", cycle=safe(shown.cycle_before))


def _dots(view: View, shown: Scorecard, kind: str, palette: Palette) -> None:
    half = [dimension for dimension in DIMENSIONS if dimension.kind == kind]
    rows = charts.score_rows(shown.dimensions, {d.name: t(d.label) for d in half})
    show_chart(
        view,
        lambda colours: charts.score_figure(rows, colours, shown.cycle_before),
        palette=palette,
        title=t("Scorecard"),
        definition=DEFINITIONS["scorecard"],
        data=rows,
        key=f"scorecard-{kind}",
        alt="; ".join(
            f"{r.label} {percent(r.score)} {charts.change_words(r.delta)}".strip()
            for r in rows.itertuples()
        ),
    )
    st.caption("  \n".join(f"**{t(d.label)}** · {t(d.question)}" for d in half))


def _checks(shown: Scorecard) -> str | None:
    """Show the checks as a table; return the selected one, at first the weakest."""
    rows = shown.checks
    event = tables.show(
        pd.DataFrame(
            {
                "Check": rows["check"].map(lambda name: t(CHECK[name].label)),
                "Dimension": rows["dimension"].map(LABELS),
                "Ratio": tables.in_percent(rows["ratio"]),
                "Passed": [of(int(p), int(n)) for p, n in zip(rows["passed"], rows["total"], strict=True)],
                "Change": (rows["delta"] * 100).round() + 0.0,  # no −0
                "Not known yet": rows["unknown"],
                "What is counted": rows["check"].map(lambda name: t(CHECK[name].items)),
                "What passes": rows["check"].map(lambda name: t(CHECK[name].passes)),
            }
        ),
        t(CHECKS_TABLE),
        {
            "Dimension": st.column_config.TextColumn(width=120),
            "Check": st.column_config.TextColumn(width=300),
            "Ratio": tables.bar_column(t("Passed, of what is counted and known.")),
            "Passed": st.column_config.TextColumn(alignment="right"),
            "Change": tables.points_column(
                t("Against {cycle}.", cycle=safe(shown.cycle_before or t("the cycle before")))
            ),
            "What is counted": st.column_config.TextColumn(width=260),
            "What passes": st.column_config.TextColumn(width=420),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"checks-{shown.department}-{len(rows)}",
        height="content",
    )  # fmt: skip
    selected = event.selection.rows
    return str(rows.iloc[selected[0]]["check"]) if selected and selected[0] < len(rows) else None


def _list_behind(view: View, shown: Scorecard, name: str) -> None:
    """List what a check looks at: what does not pass comes first."""
    items = view.data.check_items(view.filters.cycle, shown.department, name)
    check = CHECK[name]
    label = t(check.label)
    with card(label, t("passes when {rule}; select a row to open it", rule=t(check.passes))):
        table = pd.DataFrame(
            {
                "Outcome": [
                    t(PASSED_WORDS[None if pd.isna(p) else bool(p)]) for p in items["passed"]
                ],
                "Item": items["title"],
                "Kind": items["item_kind"].map(ITEM_WORDS),
                "Department": items["department"],
                "Owner": items["owner"],
                "Id": items["item_id"],
            }
        )
        event = tables.show(
            table,
            t("Items behind the check {check}", check=label),
            {"Item": st.column_config.TextColumn(width=420), "Outcome": st.column_config.TextColumn(width=110)},
            on_select="rerun",
            selection_mode="single-row",
            key=f"behind-{name}-{shown.department}-{len(table)}",
            height=430 if len(table) > _WHOLE else "content",
        )  # fmt: skip
        offer_csv(
            t("Download this list (CSV)"),
            table.assign(Check=label),
            view,
            f"{name}.csv",
            f"download-{name}",
        )
        way(
            "pages/definitions.py",
            t("Definition of the check"),
            ":material/menu_book:",
            search=name,
        )
        chosen_row = event.selection.rows
        if chosen_row and chosen_row[0] < len(items):
            _open(view, items.iloc[chosen_row[0]])


def _open(view: View, row: pd.Series) -> None:
    """Open what was selected: an objective or key result, or the line of sight of a team or person."""
    kind, item_id = str(row["item_kind"]), str(row["item_id"])
    if kind in ("objective", "key_result"):
        view.open_objective(item_id)
    if kind in ("team", "person"):
        st.switch_page("pages/sight.py", query_params={"sight": kind, f"sight_{kind}": item_id})


def _matrix(scores: pd.DataFrame, by: str, unnamed: str) -> None:
    """Show a score for each row and dimension; n/a where nothing is eligible."""
    if scores.empty:
        st.write(t("Nothing can be scored here."))
        return
    order = list(dict.fromkeys(_named(value, unnamed) for value in scores[by]))
    wide = (
        scores.assign(row=[_named(value, unnamed) for value in scores[by]])
        .pivot(index="row", columns="dimension", values="score")
        .reindex(index=order, columns=[d.name for d in DIMENSIONS])
    )
    table = pd.DataFrame({_BY[by]: wide.index})
    for dimension in DIMENSIONS:
        table[dimension.label] = tables.in_percent(wide[dimension.name]).to_numpy()
    tables.show(
        table,
        t("Scores by department and dimension")
        if by == "department"
        else t("Scores by cycle and dimension"),
        {_BY[by]: st.column_config.TextColumn(width=140, pinned=True)}
        | {d.label: _score_column(d) for d in DIMENSIONS},
        height="content",
    )


def _score_column(dimension: Dimension) -> object:
    return tables.percent_column(t(dimension.question))


def _named(value: object, unnamed: str) -> str:
    return t(unnamed) if pd.isna(value) else str(value)
