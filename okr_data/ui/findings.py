"""The parts of the page Findings: what the rules found, why it matters and what to do."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from okr_data import views
from okr_data.charts import reasons as charts
from okr_data.charts.theme import Palette, count_colour, mix
from okr_data.errors import OkrError
from okr_data.findings import Findings, told
from okr_data.findings import found as every_found
from okr_data.store import Reader
from okr_data.texts import Words, mark
from okr_data.ui import data as pinned_data
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.choices import pick
from okr_data.ui.downloads import offer_csv
from okr_data.ui.filters import View
from okr_data.ui.frame import card, emphasis
from okr_data.ui.ways import way
from okr_data.ui.words import (
    FINDING_NAMES,
    SEVERITY_NAMES,
    day,
    number,
    objectives,
    of,
    safe,
    t,
    tn,
)

KIND_WORDS = Words({"objective": mark("Objective"), "key_result": mark("Key result")})
RULES = {rule.name: rule for rule in views.load_rules()}
TABLE = mark("Findings with the item, the rule and what was measured")
RULE = "finding"
EXCUSED = "excused"
_MOVES = "finding_moves"
_WHOLE = 12
#: Days for which an excuse is offered: until about the end of a quarter.
_EXCUSED_FOR = 60


def render_sentence(view: View, found: Findings) -> None:
    """Say how much needs attention, the gravest first."""
    name = safe(view.cycle_name)
    high, every = found.open("high"), found.open()
    if not every:
        verdict = t("{name}: no rule found anything", name=name)
    elif not high:
        verdict = tn(
            "{name}: {n} finding, not grave", "{name}: {n} findings, none of them grave",
            every, name=name,
        )  # fmt: skip
    else:
        verdict = tn(
            "{name}: {n} grave finding on {objectives}, {all} findings in all",
            "{name}: {n} grave findings on {objectives}, {all} findings in all",
            high,
            name=name,
            objectives=objectives(found.grave_objectives),
            all=number(every),
        )
    st.title(verdict, anchor=False)
    st.caption(safe(view.subtitle()))


def render_findings(view: View, found: Findings, palette: Palette) -> None:
    """Show the rules beside what they found, and the chosen finding below."""
    _remember_rule(found)
    left, right = st.columns([1, 1.9], gap="small")
    with left, card(t("Rules"), t("number of findings")):
        _bars(view, found, palette)
    with right, card(t("What was found"), t("select one to see what to do")):
        item = _list(view, found)
    if item is not None:
        _detail(view, item)
    with card(t("What every rule looked at")):
        _outcomes(found)


def _remember_rule(found: Findings) -> None:
    """Take the rule from the address at first sight; one that does not exist is none."""
    if RULE not in st.session_state:
        st.session_state[RULE] = st.query_params.get(RULE)
    if st.session_state[RULE] not in set(found.summary["finding"]):
        st.session_state[RULE] = None


def _bars(view: View, found: Findings, palette: Palette) -> None:
    some = found.summary[found.summary["found"] > 0]
    rows = pd.DataFrame(
        {
            "reason": some["finding"],
            "word": some["finding"].map(FINDING_NAMES)
            + " · "
            + some["severity"].map(SEVERITY_NAMES).str.lower(),
            "severity": some["severity"],
            "count": some["found"].astype(int),
            "total": some["items"].astype(int),
        }
    )
    if rows.empty:
        st.write(t("Nothing was found that is not excused."))
        return
    key = f"finding_bars-{st.session_state.get(_MOVES, 0)}"
    show_chart(
        view,
        lambda colours: charts.reason_figure(
            rows,
            colours,
            st.session_state[RULE],
            t("items looked at"),
            _colours(rows, colours),
        ),
        palette=palette,
        title=t("Findings by rule"),
        definition=DEFINITIONS["findings"],
        data=rows,
        on_select=lambda: _choose_bar(key),
        selection_mode="points",
        key=key,
        alt=t(
            "Findings by rule: {rules}",
            rules="; ".join(f"{r.word} {of(r.count, r.total)}" for r in rows.itertuples()),
        ),
    )
    st.caption(t("Grave ones first. Click a bar to see its findings."))


def _colours(rows: pd.DataFrame, palette: Palette) -> list[str]:
    """Return the colour of each rule by its severity."""
    of_severity = {
        "high": palette.behind,
        "medium": mix(palette.neutral, palette.behind, 0.45),
        "low": count_colour(palette),
    }
    return [of_severity[severity] for severity in rows["severity"]]


def _choose_bar(key: str) -> None:
    """Take the rule of the clicked bar; a second click on it takes it away."""
    points = st.session_state[key]["selection"]["points"]
    if points:
        rule = points[0]["customdata"][0]
        st.session_state[RULE] = None if st.session_state.get(RULE) == rule else rule
    st.session_state[_MOVES] = st.session_state.get(_MOVES, 0) + 1


def _list(view: View, found: Findings) -> pd.Series | None:
    """Show the findings of the chosen rule and severity; return the selected one."""
    counts = found.summary.set_index("finding")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        rule = st.selectbox(
            t("Rule"),
            list(counts.index),
            index=None,
            format_func=lambda name: FINDING_NAMES[name],
            placeholder=t("All rules"),
            key=RULE,
            width=260,
        )
        severity = pick(t("Severity"), SEVERITY_NAMES, "severity", disabled=rule is not None)
        also = st.toggle(t("Excused too"), key=EXCUSED, bind="query-params")
    if rule:
        st.query_params[RULE] = rule
        st.caption(f"{safe(t(RULES[rule].shows))} {_looked_at(counts.loc[rule])}")
    else:
        st.query_params.pop(RULE, None)
    rows = found.summary
    of_choice = (
        rows["finding"] == rule
        if rule
        else rows["severity"] == severity
        if severity
        else slice(None)
    )
    counted = ["found", "excused"] if also else ["found"]
    words = tables.search(int(rows.loc[of_choice, counted].sum().sum()), "findings")
    return _table(view, rule, severity, also, words)


def _looked_at(counts: pd.Series) -> str:
    text = of(int(counts["found"] + counts["excused"]), int(counts["items"]), t("items looked at"))
    if unknown := int(counts["not_evaluated"]):
        return t("Found on {items}; {n} could not be evaluated.", items=text, n=number(unknown))
    return t("Found on {items}.", items=text)


def _table(
    view: View, rule: str | None, severity: str | None, also: bool, words: str
) -> pd.Series | None:
    listed = view.data.found(view.filters, rule, severity, also, words)
    rows, choice = listed.rows, f"{rule}-{severity}-{also}-{words}"
    if rows.empty:
        st.write(t("Nothing is found under this choice."))
        return None
    event = tables.show(
        findings_table(rows),
        t(TABLE),
        {
            "Severity": st.column_config.TextColumn(width=80),
            "Rule": st.column_config.TextColumn(width=170),
            "Item": st.column_config.TextColumn(width=290),
            "What was found": st.column_config.TextColumn(width=430),
            "Row": st.column_config.NumberColumn(format="%d", width=60),
        },
        on_select="rerun",
        selection_mode="single-row",
        # Rows are selected by position: another list is another table.
        key=f"findings-{choice}-{view.data.generation}-{view.data.as_of}-{view.filters}-"
        f"{st.session_state.get(_MOVES, 0)}",
        height=460 if len(rows) > _WHOLE else "content",
    )

    def whole_table(reader: Reader) -> pd.DataFrame:
        return findings_table(
            every_found(reader, view.filters, rule, severity, also, words, most=None).rows
        )

    offer_csv(
        t("Download these findings (CSV)"), whole_table, view, "findings.csv", "download-findings"
    )
    tables.say_rest(len(rows), listed.total)
    chosen = event.selection.rows
    return rows.iloc[chosen[0]] if chosen and chosen[0] < len(rows) else None


def findings_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return findings as people read them."""
    return pd.DataFrame(
        {
            "Item": rows["title"],
            "Severity": rows["severity"].map(SEVERITY_NAMES),
            "Rule": rows["finding"].map(FINDING_NAMES),
            "What was found": rows["sentence"].map(told),
            "Department": rows["department"],
            "Owner": rows["owner"],
            "Excused": rows["excuse_reason"],
            "Kind": rows["item_kind"].map(KIND_WORDS),
            "Id": rows["item_id"],
            "File": rows["file"],
            "Row": rows["row"],
            "Import": rows["import_id"],
        }
    )


def _detail(view: View, item: pd.Series) -> None:
    """Show one finding with its reason, what to do, where it comes from, and the excuse."""
    rule = RULES[str(item["finding"])]
    title = f"{FINDING_NAMES[rule.name]}: {item['title']}"
    with card(safe(title), f"{KIND_WORDS[str(item['item_kind'])]} {safe(str(item['item_id']))}"):
        st.markdown(f"**{safe(told(str(item['sentence'])))}**")
        why = t("**Why it matters.** {why}", why=safe(t(rule.why)))
        advice = t("**What to do.** {advice}", advice=safe(t(rule.advice)))
        st.markdown(f"{why}  \n{advice}")
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.caption(
                safe(
                    t(
                        "Source: {file}, row {row}, {import_id}",
                        file=item["file"],
                        row=item["row"],
                        import_id=item["import_id"],
                    )
                ),
                width="content",
            )
            way("pages/objective.py", t("Open it"), ":material/target:", item=str(item["item_id"]))
            way(
                "pages/definitions.py", t("Definition of the rule"), ":material/menu_book:",
                search=rule.name,
            )  # fmt: skip
        _excuse(view, item)


def _excuse(view: View, item: pd.Series) -> None:
    """Say by whom and until when it is excused, or offer to excuse it."""
    place = f"{item['finding']}-{item['item_id']}"
    if item["excused"]:
        st.info(
            safe(
                t(
                    "Excused until {day} by {person}: {reason}",
                    day=day(item["excused_until"]),
                    person=item["excused_by"],
                    reason=item["excuse_reason"],
                )
            )
        )
        if st.button(t("Take the excuse back"), key=f"withdraw-{place}"):
            _decide(item, "", None)
        return
    with st.popover(t("Excuse it"), icon=":material/event_available:"):
        st.caption(
            t("It stays in the list of excused ones and is counted apart, up to the last day.")
        )
        reason = st.text_input(
            t("Reason"), key=f"reason-{place}", placeholder=t("An experiment, agreed …")
        )
        first = view.catalogue.as_of
        if first is None:
            return
        until = st.date_input(
            t("Last day"), value=first + timedelta(_EXCUSED_FOR), min_value=first,
            format="YYYY-MM-DD", key=f"until-{place}",
        )  # fmt: skip
        if st.button(
            t("Excuse it"), type=emphasis(), key=f"excuse-{place}", disabled=not reason.strip()
        ):
            _decide(item, reason, until)


def _decide(item: pd.Series, reason: str, until: object) -> None:
    try:
        with st.spinner(t("Writing it down …")):
            pinned_data.store().excuse(
                str(item["finding"]), str(item["item_id"]), reason,
                until if until is None else pd.Timestamp(str(until)).date(),
            )  # fmt: skip
    except OkrError as error:
        st.error(t("It could not be written down. {error}", error=safe(str(error))))
        return
    st.rerun()


def _outcomes(found: Findings) -> None:
    """Show every rule with its four outcomes: what could not be evaluated is neither pass nor fail."""
    rows = found.summary
    tables.show(
        pd.DataFrame(
            {
                "Rule": rows["finding"].map(FINDING_NAMES),
                "Severity": rows["severity"].map(SEVERITY_NAMES),
                "Looked at": rows["items"],
                "Found": rows["found"],
                "Excused": rows["excused"],
                "In order": rows["passed"],
                "Not evaluated": rows["not_evaluated"],
                "What it shows": rows["finding"].map(lambda name: t(RULES[name].shows)),
            }
        ),
        t("Every rule with the items it looked at and their outcomes"),
        {
            "Rule": st.column_config.TextColumn(width=190),
            "What it shows": st.column_config.TextColumn(width=560),
        },
        height="content",
    )
