"""The parts of the page of one objective or key result: figures, chain, history, where they come from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from okr_data.cascade import Centre
from okr_data.charts import trends
from okr_data.charts.cycles import BAND_WORDS
from okr_data.charts.theme import Palette
from okr_data.courses import told_reason
from okr_data.differences import changes_of
from okr_data.findings import told
from okr_data.objective import Item
from okr_data.texts import Sentences, Words, mark
from okr_data.ui import changes, contributing, sight, tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.ways import way
from okr_data.ui.words import (
    FINDING_NAMES,
    NO_CYCLE,
    NO_DEPARTMENT,
    PACE_NAMES,
    SEVERITY_NAMES,
    STATE_NAMES,
    day,
    number,
    of,
    percent,
    points,
    safe,
    t,
    tn,
)

ITEM = "item"
_WHOLE = 10
#: Objectives up to which the imports are compared without being asked for: it takes the whole of both.
_COMPARED_BY_ITSELF = 5_000
KINDS = Words({"objective": mark("Objective"), "key_result": mark("Key result")})
#: How the view ``forecast`` says what it did.
told_method = Sentences(
    mark(
        "straight line from the start and robust line (Theil–Sen) of the recent check-ins, weighted by "
        "the time that has passed"
    ),
    mark("objectives below by their share; those without a forecast stand as they are"),
    mark("weighted mean of its key results"),
    mark("weighted mean of its key results; those without a forecast stand as they are"),
)


def choose(view: View) -> Item | None:
    """Return the item of the address, else the one that is looked up; None where there is none."""
    asked = st.query_params.get(ITEM)
    found = view.data.item(asked) if asked else None
    if asked and found is None:
        st.info(
            t(
                "“{name}” is not in the data as of {day}. Look another one up.",
                name=safe(str(asked)), day=day(view.catalogue.as_of),
            )
        )  # fmt: skip
    own = None if found is None else found.objective_id
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="look-up"):
        choices = view.data.item_choices(view.filters)
        words = tables.search(choices.total, "objectives")
        if words:
            choices = view.data.item_choices(view.filters, words)
        titles = dict(zip(choices.rows["objective_id"], choices.rows["title"], strict=True))
        ids = [*([own] if own and own not in titles else []), *titles]
        if not ids and not words:
            return found
        if found is not None and own is not None:
            titles.setdefault(own, found.title)
        chosen = st.selectbox(
            t("Objective"),
            ids,
            index=ids.index(own) if own in ids else None,
            format_func=lambda name: f"{titles[name]} ({name})",
            placeholder=t("Type a word of its title") if ids else t("Nothing holds these words"),
            key=f"look-up-{asked}",
            width=560,
        )
    tables.say_more(len(choices.rows), choices.total)
    if chosen and chosen != own:
        st.query_params[ITEM] = chosen
        st.rerun()
    return found


def nothing_chosen(view: View) -> None:
    """Say what this page is for, and offer the objectives that one would ask about first."""
    st.title(t("Look an objective up"), anchor=False)
    st.caption(
        t(
            "Choose an objective above: its figures, its way up to the company goals and down to the "
            "work, its history, its findings, and the rows of the files that all of it comes from."
        )
    )
    worst = view.data.furthest_behind(view.filters, Centre())
    if worst.empty:
        return
    with card(t("Furthest behind pace"), t("select one to open it")):
        event = tables.show(
            tables.objectives_table(worst, view.data.level_names(one=True))[
                ["Objective", "Level", "Department", "Owner", "Progress", "Gap to pace", "Pace", "Measured"]
            ],
            t("Objectives furthest behind pace"), tables.objective_columns(),
            on_select="rerun", selection_mode="single-row",
            key=f"worst-{view.data.generation}-{view.data.as_of}-{view.filters}",
        )  # fmt: skip
    chosen = event.selection.rows
    if chosen and chosen[0] < len(worst):
        view.open_objective(str(worst.iloc[chosen[0]]["objective_id"]))


def render_sentence(view: View, item: Item) -> None:
    """Say what it is and where it stands."""
    figures = item.figures
    gap = figures["progress"] - figures["expected_progress"]
    st.title(safe(item.title), anchor=False)
    stands = (
        t("not measured")
        if pd.isna(figures["progress"])
        else t("{progress} done, {gap}", progress=percent(figures["progress"], 1), gap=points(gap))
        if pd.notna(gap)
        else t("{progress} done", progress=percent(figures["progress"], 1))
    )
    cycle = t(NO_CYCLE) if pd.isna(figures["cycle"]) else str(figures["cycle"])
    as_of = t("as of {day}", day=day(view.catalogue.as_of))
    st.caption(safe(f"{KINDS[item.kind]} {item.item_id} · {cycle} · {stands} · {as_of}"))


def render_figures(view: View, item: Item) -> None:
    """Show its figures, each with what it is made of."""
    figures = item.figures
    gap = figures["progress"] - figures["expected_progress"]
    is_objective = item.kind == "objective"
    with st.grid(4, min_column_width=190, gap="small"):
        st.metric(
            t("Progress"), percent(figures["progress"], 1),
            delta=points(gap), delta_color="off", delta_arrow="off",
            delta_description=t("vs {expected} expected", expected=percent(figures["expected_progress"], 1)),
            border=True, height="stretch", help=t(_PROGRESS[item.kind]),
        )  # fmt: skip
        st.metric(
            t("Pace"), PACE_NAMES.get(figures["pace_status"], t("n/a")),
            delta=t(
                "reported: {status}",
                status=safe(str(figures["status_raw"])) if pd.notna(figures["status_raw"]) else t("n/a"),
            ),
            delta_color="off", delta_arrow="off", border=True, height="stretch",
            help=t("Progress against the time that has passed, beside what the source reports."),
        )  # fmt: skip
        st.metric(
            t("Reported progress"), percent(figures["reported_progress"], 1),
            delta=t("as the source says"), delta_color="off", delta_arrow="off",
            border=True, height="stretch", help=t(
                "The progress that the source states itself; never mixed with the computed figure."
            ),
        )  # fmt: skip
        if is_objective:
            st.metric(
                t("With all below"), percent(figures["rollup_progress"], 1),
                delta=of(int(figures["measured"]), int(figures["key_results"]), t("own measured")),
                delta_color="off", delta_arrow="off", border=True, height="stretch",
                help=t(
                    "Roll-up: weighted mean over everything that contributes, own key results and "
                    "objectives below."
                ),
            )  # fmt: skip
        else:
            st.metric(
                t("Value"), safe(tables.value_with_unit(figures["current_value"], figures["unit"])),
                delta=safe(
                    f"{tables.value_with_unit(figures['start_value'], None)} → "
                    f"{tables.value_with_unit(figures['target_value'], figures['unit'])}"
                ),
                delta_color="off", delta_arrow="off", border=True, height="stretch",
            )  # fmt: skip
    facts = {
        t("Level"): view.level_name(str(figures["level"]), one=True) if pd.notna(figures["level"]) else None,
        t("Department"): figures["department"] if pd.notna(figures["department"]) else t(NO_DEPARTMENT),
        t("Team"): figures["team"],
        t("Owner"): figures["owner"],
        t("Confidence"): percent(figures["confidence"]) if pd.notna(figures["confidence"]) else None,
        t("Last check-in"): day(figures["last_check_in"]),
        t("Alignment"): STATE_NAMES.get(figures["alignment_state"]) if is_objective else None,
        t("Score"): _score(figures) if is_objective else None,
        t("Runs"): f"{day(figures['starts_on'])} – {day(figures['ends_on'])}",
    }  # fmt: skip
    st.markdown(
        " · ".join(
            f"{name} **{safe(str(value))}**"
            for name, value in facts.items()
            if value is not None and not pd.isna(value)
        )
    )


def _score(figures: pd.Series) -> str | None:
    if pd.isna(figures["score"]):
        return None
    band = BAND_WORDS.get(str(figures["score_band"]), str(figures["score_band"]))
    return f"{number(figures['score'], 2)} ({band.lower()})"


#: What progress is, of an objective and of a key result.
_PROGRESS = {
    "objective": mark(
        "Weighted mean of its measured key results, each as far as it is from its start to its target; "
        "without key results, of what contributes to it."
    ),
    "key_result": mark("How far it is from its start to its target, kept within 0–100 %."),
}


def render_findings(view: View, item: Item) -> None:
    """List what the rules found about it."""
    if item.objective_id is None:
        return
    found = view.data.findings_of(item.objective_id)
    if item.kind == "key_result":
        found = found[found["item_id"] == item.item_id]
    with card(t("Findings"), t("worst first")):
        if found.empty:
            st.write(t("No rule found anything about it."))
            return
        excused = t("excused")
        lines = [
            f"- **{FINDING_NAMES[str(row.finding)]}** ({SEVERITY_NAMES[str(row.severity)].lower()}"
            + (f", {excused}" if row.excused else "")
            + (f", {safe(str(row.item_id))}" if row.item_kind == "key_result" else "")
            + f"): {safe(told(str(row.sentence)))}"
            for row in found.itertuples()
        ]
        st.markdown("\n".join(lines))


def render_key_results(view: View, item: Item) -> None:
    """List its key results; a selected one opens."""
    if item.kind == "key_result":
        return
    own = item.key_results
    with card(
        t("Key results"),
        t("{n} of {all} measured", n=number(own["progress"].notna().sum()), all=number(len(own))),
    ):
        if own.empty:
            st.write(t("It has no key results of its own."))
            return
        event = tables.show(
            pd.DataFrame(
                {
                    "Key result": own["title"],
                    "Progress": tables.in_percent(own["progress"]),
                    "Gap to pace": (own["progress"] - own["expected_progress"]) * 100,
                    "Pace": own["pace_status"].map(PACE_NAMES),
                    "Reported": tables.in_percent(own["reported_progress"]),
                    "Start": own["start_value"],
                    "Now": own["current_value"],
                    "Target": own["target_value"],
                    "Unit": own["unit"],
                    "Weight": own["weight"],
                    "Owner": own["owner"],
                    "Last check-in": own["last_check_in"],
                    "Id": own["key_result_id"],
                    "Row": [
                        t("{file}, row {row}", file=f, row=r)
                        for f, r in zip(own["file"], own["row"], strict=True)
                    ],
                }
            ),
            t("Key results of this objective"),
            {
                "Key result": st.column_config.TextColumn(width=320),
                "Progress": tables.bar_column(),
                "Gap to pace": tables.points_column(),
                "Reported": tables.percent_column(),
                "Last check-in": st.column_config.DateColumn(format="D MMM YYYY"),
            },
            on_select="rerun",
            selection_mode="single-row",
            key=f"own-{item.item_id}",
            height="content",
        )
        chosen = event.selection.rows
        if chosen and chosen[0] < len(own):
            view.open_objective(str(own.iloc[chosen[0]]["key_result_id"]))


def render_sight(view: View, item: Item, palette: Palette) -> None:
    """Draw its way up to the company goals and down to the work."""
    if item.objective_id is None:
        with card(t("Line of sight")):
            st.write(
                t("The objective of this key result is not in the data: nothing can be drawn.")
            )
        return
    chosen = sight.render_line_of_sight(view, "objective", item.objective_id, palette)
    if chosen and chosen[1] not in (item.item_id, item.objective_id):
        view.open_objective(chosen[1])


def render_course(view: View, item: Item, palette: Palette) -> None:
    """Draw its course with the forecast, and list what was said of it."""
    history = view.data.item_history(item.kind, item.item_id)
    title = t("Course and forecast")
    with card(title, t("solid = so far, dashed = forecast, dotted = expected pace")):
        st.caption(safe(_outlook(item)))
        starts, ends = item.figures["starts_on"], item.figures["ends_on"]
        if history["progress"].notna().any() and pd.notna(starts) and pd.notna(ends):
            span = (pd.Timestamp(starts), pd.Timestamp(ends))
            ahead = item.forecast
            course = trends.forecast_course(
                history, span, *(_known(ahead, name) for name in ("projected", "low", "high"))
            )
            show_chart(
                view,
                lambda colours: trends.forecast_figure(course, colours, span),
                palette=palette,
                title=t("Course of {title}", title=item.title),
                definition=DEFINITIONS["forecast"],
                data=course,
                key=f"course-{item.item_id}",
                alt=t("Course of {title}: {words}", title=item.title, words=_outlook(item)),
            )
        _history(_said(view, item, history))


def _known(row: pd.Series | None, name: str) -> float | None:
    return None if row is None or pd.isna(row[name]) else float(row[name])


def _outlook(item: Item) -> str:
    """Say where it will end, or why nobody can say."""
    ahead = item.forecast
    if ahead is None:
        return t("It has ended or was dropped: the last value stands.")
    if pd.isna(ahead["projected"]):
        return t("No forecast: {reason}.", reason=told_reason(str(ahead["reason"])))
    basis = (
        tn(
            "the errors of {n} ended key result",
            "the errors of {n} ended key results",
            int(ahead["histories"]),
        )
        if ahead["histories"]
        else t("the errors for invented courses, since too few key results have ended")
    )
    return t(
        "If it goes on like this it ends at {end} on {day}, between {low} and {high}. Method: {method}; "
        "interval from {basis}.",
        end=percent(ahead["projected"]), day=day(ahead["ends_on"]), low=percent(ahead["low"]),
        high=percent(ahead["high"]), method=told_method(str(ahead["method"])), basis=basis,
    )  # fmt: skip


def _said(view: View, item: Item, history: pd.DataFrame) -> pd.DataFrame:
    """Return what was said of an item and, of an objective, of its key results; newest first."""
    parts = [history.assign(of=None)]
    if item.kind == "objective":
        own = zip(item.key_results["key_result_id"], item.key_results["title"], strict=True)
        parts += [
            view.data.item_history("key_result", str(name)).assign(of=title) for name, title in own
        ]
    said = pd.concat([part[part["source"] != "week"] for part in parts], ignore_index=True)
    return said.sort_values("day", ascending=False, kind="stable", ignore_index=True)


def _history(said: pd.DataFrame) -> None:
    if said.empty:
        st.write(t("Nobody has checked in on it."))
        return
    tables.show(
        pd.DataFrame(
            {
                "Day": said["day"],
                "Key result": said["of"],
                "Value": said["value"],
                "Progress": tables.in_percent(said["progress"]),
                "Status": said["status_raw"],
                "Confidence": tables.in_percent(said["confidence"]),
                "Note": said["note"],
                "By": said["author"],
                "Source": said["source"],
                "File": said["file"],
                "Row": said["row"],
                "Import": said["import_id"],
            }
        ).dropna(axis="columns", how="all"),
        t("What was said of it, newest first"),
        {
            "Day": st.column_config.DateColumn(format="D MMM YYYY"),
            "Progress": tables.percent_column(),
            "Confidence": tables.percent_column(),
            "Key result": st.column_config.TextColumn(width=220),
            "Note": st.column_config.TextColumn(width=360),
            "Row": st.column_config.NumberColumn(format="%d", width=60),
        },
        height=390 if len(said) > _WHOLE else "content",
    )


def render_changes(view: View, item: Item) -> None:
    """List what changed of it, and of its key results, from import to import; newest first."""
    large = view.catalogue.objectives > _COMPARED_BY_ITSELF
    ids = (item.item_id, *(str(name) for name in item.key_results["key_result_id"]))
    with card(t("What changed"), t("from one import to the next")):
        if large and not st.toggle(t("Compare the imports"), key="item-changes"):
            return
        with st.spinner(t("Comparing the imports …"), show_time=True):
            found = view.data.ask(changes_of, tuple(dict.fromkeys(ids)))
        if found.empty:
            st.write(t("Nothing of it changed between the imports, or there is only one."))
            return
        table = changes.changes_table(found).drop(columns=["Department", "Kind"])
        table.insert(0, mark("Until"), found["until"].to_numpy())
        table.insert(0, mark("Since"), found["since"].to_numpy())
        tables.show(
            table,
            t("What changed of this item from import to import"),
            {
                "Since": st.column_config.DateColumn(format="D MMM YYYY"),
                "Until": st.column_config.DateColumn(format="D MMM YYYY"),
                "Item": st.column_config.TextColumn(width=260),
                "Difference": st.column_config.TextColumn(alignment="right"),
                "Row": st.column_config.NumberColumn(format="%d", width=60),
            },
            height=390 if len(table) > _WHOLE else "content",
        )
        way("pages/changes.py", t("Every change of the cycle"), ":material/compare_arrows:")


def render_what_if(view: View, item: Item) -> None:
    """Offer what an end value of a key result would do above it."""
    measured = item.key_results
    if measured.empty:
        return
    if item.kind == "key_result":
        contributing.render_what_if(view, item.item_id)
        return
    titles = dict(zip(measured["key_result_id"], measured["title"], strict=True))
    chosen = st.selectbox(
        t("What if one of its key results ends elsewhere?"),
        list(titles),
        index=None,
        format_func=lambda name: f"{titles[name]} ({name})",
        placeholder=t("Choose a key result"),
        key=f"what-if-{item.item_id}",
        width=560,
    )
    if chosen:
        contributing.render_what_if(view, chosen)


def render_statements(item: Item) -> None:
    """List what each import states of it: the source of every figure, oldest first."""
    stated = item.stated
    table = pd.DataFrame(
        {
            "As of": stated["as_of"],
            "Title": stated["title"],
            "Owner": stated["owner"],
            "Parents": stated["parents"],
            "Status": stated["status"],
            "Start": stated["start_value"],
            "Target": stated["target_value"],
            "Reported": tables.in_percent(stated["reported_progress"]),
            "Score": stated["score"],
            "Cycle": stated["cycle"],
            "File": stated["file"],
            "Row": stated["row"],
            "Import": stated["import_id"],
        }
    ).dropna(axis="columns", how="all")
    with card(t("What the imports state"), t("one row an import in force")):
        tables.show(
            table,
            t("What each import states of this item"),
            {
                "As of": st.column_config.DateColumn(format="D MMM YYYY"),
                "Title": st.column_config.TextColumn(width=300),
                "Reported": tables.percent_column(),
                "Row": st.column_config.NumberColumn(format="%d", width=60),
            },
            height="content",
        )
        way(
            "pages/history.py", t("Open the newest of them in History"), ":material/history:",
            **{"import": str(stated["import_id"].iloc[-1])},
        )  # fmt: skip
