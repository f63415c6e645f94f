"""The parts of the page Reconciliation: do the reported figures agree with the computed ones?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from okr_data.charts import reasons as charts
from okr_data.charts.theme import Palette
from okr_data.reconciliation import DIFFERS, REASONS, Reconciliation, exact
from okr_data.reconciliation import items as every_item
from okr_data.reconciliation import number as plain
from okr_data.store import Reader
from okr_data.texts import Words, mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.downloads import offer_csv
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.ways import way
from okr_data.ui.words import number, safe, t

REASON_WORDS = Words(
    {
        "unexplained": mark("Not explained"),
        "stale_value": mark("Older value reported"),
        "weights": mark("Weights left out"),
        "roll_up": mark("Other roll-up"),
        "clamped": mark("Beyond 0–100 %"),
        "missing_baseline": mark("Baseline missing"),
        "rounding": mark("Rounding"),
        "not_computable": mark("Cannot be computed"),
        "agrees": mark("Agrees"),
        "not_reported": mark("Not reported"),
    }
)
#: The same inside of a sentence.
REASON_SAID = Words(
    {
        "unexplained": mark("not explained"),
        "stale_value": mark("older value reported"),
        "weights": mark("weights left out"),
        "roll_up": mark("other roll-up"),
        "clamped": mark("beyond 0–100 %"),
        "missing_baseline": mark("baseline missing"),
        "rounding": mark("rounding"),
    }
)
REASON_MEANS = Words(
    {
        "unexplained": mark(
            "No known reason: ask its owner, or look at the formula in the source tool."
        ),
        "stale_value": mark(
            "The source’s percent fits an earlier value: it was not updated with the last one."
        ),
        "weights": mark(
            "The source takes the plain mean of the key results; here their weights count."
        ),
        "roll_up": mark("The source counts, or leaves out, what is aligned to it from below."),
        "clamped": mark(
            "The source shows more than 100 % or less than 0 %; here it is kept within."
        ),
        "missing_baseline": mark(
            "The start is missing; 0 is assumed, the source knows another one."
        ),
        "rounding": mark("Too small a difference to be anything but rounding."),
        "not_computable": mark(
            "Values are missing, or it is a milestone: the reported figure is shown."
        ),
        "agrees": mark("Reported and computed are the same within the tolerance."),
        "not_reported": mark("The source reports no figure; there is nothing to compare."),
    }
)
KIND_WORDS = Words({"objective": mark("Objective"), "key_result": mark("Key result")})
TABLE = mark("Items with reported and computed progress")
REASON = "reason"
_BARS = "reason_bars"
_MOVES = "reason_moves"
_WHOLE = 12


def render_sentence(view: View, found: Reconciliation) -> None:
    """Say how many reported figures agree with the computed ones, and what sets most apart."""
    name = safe(view.cycle_name)
    if not found.reported:
        st.title(t("{cycle}: no item reports a figure of its own", cycle=name), anchor=False)
    elif not found.compared:
        st.title(
            t("{cycle}: no reported figure can be computed from values", cycle=name), anchor=False
        )
    else:
        st.title(
            t(
                "{cycle}: {part} of {whole} reported figures agree with the computed ones",
                cycle=name,
                part=number(found.count("agrees")),
                whole=number(found.compared),
            ),
            anchor=False,
        )
    st.caption(safe(view.subtitle()))
    if found.reported:
        st.markdown(_in_figures(found))


def _in_figures(found: Reconciliation) -> str:
    """Name what is compared with what, with the reason that sets most apart."""
    differing = {reason: found.count(reason) for reason in DIFFERS if found.count(reason)}
    within = (
        t("1 point")
        if found.tolerance == 0.01
        else t("{points} points", points=plain(found.tolerance * 100))
    )
    text = t(
        "{reported} of {items} items report a progress; {compared} of {reported} can be computed from "
        "values too, and {agree} of {compared} agree within {within}.",
        reported=number(found.reported),
        items=number(found.items),
        compared=number(found.compared),
        agree=number(found.count("agrees")),
        within=within,
    )
    if not differing:
        return safe(text)
    largest = max(differing, key=lambda reason: differing[reason])
    others = sum(differing.values())
    why = REASON_SAID[largest]
    most = (
        t(
            "{n} of the {all} that differ: {why}.",
            n=number(differing[largest]),
            all=number(others),
            why=why,
        )
        if others > 1
        else t("One differs: {why}.", why=why)
    )
    return safe(f"{text} {most}")


def render_reconciliation(view: View, found: Reconciliation, palette: Palette) -> None:
    """Show the reasons beside the items, and the arithmetic of the chosen item below."""
    if not found.reported:
        with st.container(border=True, key="nothing"):
            st.header(t("Nothing to reconcile"), anchor=False)
            st.write(
                t(
                    "Every figure of this choice is computed from values. Figures that a source tool "
                    "reports itself come in with the columns “progress” of the template, or with an "
                    "export."
                )
            )
        return
    _remember_reason(found)
    left, right = st.columns([1, 1.9], gap="small")
    with left, card(t("Why they differ"), t("number of reported figures")):
        _bars(view, found, palette)
    with right, card(t("Items"), t("select one to see its arithmetic")):
        item = _items(view, found)
    if item is not None:
        _trace(view, item)


def _remember_reason(found: Reconciliation) -> None:
    """Take the reason from the address at first sight; one that the data does not have is none."""
    if REASON not in st.session_state:
        st.session_state[REASON] = st.query_params.get(REASON)
    reason = st.session_state[REASON]
    if reason not in REASONS or not found.count(reason):
        st.session_state[REASON] = None


def _bars(view: View, found: Reconciliation, palette: Palette) -> None:
    counts = {reason: found.count(reason) for reason in REASONS if reason != "not_reported"}
    rows = charts.reason_rows(counts, dict(REASON_WORDS))
    key = f"{_BARS}-{st.session_state.get(_MOVES, 0)}"
    chosen = st.session_state[REASON]
    show_chart(
        view,
        lambda colours: charts.reason_figure(rows, colours, chosen, t("reported figures")),
        palette=palette,
        title=t("Why they differ"),
        definition=DEFINITIONS["reasons"],
        data=rows,
        on_select=lambda: _choose_bar(key),
        selection_mode="points",
        key=key,
        alt=t(
            "Reported figures by reason: {reasons}",
            reasons="; ".join(
                t(
                    "{reason} {part} of {whole}",
                    reason=r.word,
                    part=number(r.count),
                    whole=number(r.total),
                )
                for r in rows.itertuples()
            ),
        ),
    )
    st.caption(t("Click a bar to see its items."))
    st.caption(
        "  \n".join(
            f"**{row.word}** · {safe(REASON_MEANS[row.reason])}" for row in rows.itertuples()
        )
    )
    if missing := found.count("not_reported"):
        st.caption(
            t(
                "{part} of {whole} items report no figure and are in no bar.",
                part=number(missing),
                whole=number(found.items),
            )
        )


def _choose_bar(key: str) -> None:
    """Take the reason of the clicked bar; a second click on it takes it away."""
    points = st.session_state[key]["selection"]["points"]
    if points:
        reason = points[0]["customdata"][0]
        st.session_state[REASON] = None if st.session_state.get(REASON) == reason else reason
    st.session_state[_MOVES] = st.session_state.get(_MOVES, 0) + 1


def _items(view: View, found: Reconciliation) -> pd.Series | None:
    """Show the items of a reason, or all that report a figure; return the chosen one."""
    present = [reason for reason in REASONS if found.count(reason)]
    reason = st.pills(
        t("Reason"),
        present,
        format_func=lambda r: f"{REASON_WORDS[r]} ({number(found.count(r))})",
        key=REASON,
        label_visibility="collapsed",
    )
    # By its own name: the label carries a count, which the next import changes.
    if reason:
        st.query_params[REASON] = reason
    else:
        st.query_params.pop(REASON, None)
    if reason:
        st.caption(REASON_MEANS[reason])
    count = found.count(reason) if reason else found.reported
    words = tables.search(count, "items", t("Words of a title or id"))
    listed = view.data.reconciled(view.filters, reason, words)
    shown, table = listed.rows, _table(listed.rows)
    percent = st.column_config.NumberColumn(format="%.1f %%", width=90)
    event = tables.show(
        table,
        t(TABLE),
        {
            "Item": st.column_config.TextColumn(width=260),
            "Reported": percent,
            "Computed": percent,
            "Difference": st.column_config.NumberColumn(
                format=t("%+.1f pts"), width=95, help=t("Computed minus reported, in points.")
            ),
            "What it means": st.column_config.TextColumn(width=420),
            "Row": st.column_config.NumberColumn(format="%d"),
        },
        on_select="rerun",
        selection_mode="single-row",
        # Rows are selected by position: another list is another table.
        key=f"items-{view.data.generation}-{view.data.as_of}-{view.filters}-{reason}-{words}",
        height=390 if len(table) > _WHOLE - 3 else "content",
    )

    def whole_table(reader: Reader) -> pd.DataFrame:
        return _table(every_item(reader, view.filters, reason, words, most=None).rows)

    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        offer_csv(
            t("Download these items (CSV)"),
            whole_table,
            view,
            "reconciliation.csv",
            "download-reconciliation",
        )
        st.caption(
            t(
                "{part} of {whole} items shown.",
                part=number(len(table)),
                whole=number(found.items),
            )
        )
    tables.say_rest(len(table), listed.total)
    rows = event.selection.rows
    return shown.iloc[rows[0]] if rows and rows[0] < len(shown) else None


def _table(items: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Item": items["title"],
            "Reported": _percents(items["reported_progress"]),
            "Computed": _percents(items["computed_progress"]),
            "Difference": items["difference"] * 100,
            "Reason": items["reason"].map(dict(REASON_WORDS)),
            "What it means": items["reason"].map(dict(REASON_MEANS)),
            "Kind": items["item_kind"].map(dict(KIND_WORDS)),
            "Id": items["item_id"],
            "Department": items["department"],
            "File": items["file"],
            "Row": items["row"],
            "Import": items["import_id"],
        }
    )


def _percents(fractions: pd.Series) -> pd.Series:
    """Return percents for one decimal; what is not done never reads 100 %."""
    percents = fractions.astype(float) * 100
    return percents.mask((percents >= 99.95) & (percents < 100), 99.9)


def _trace(view: View, item: pd.Series) -> None:
    """Write out the arithmetic of one item, down to the row of the uploaded file."""
    kind, item_id = str(item["item_kind"]), str(item["item_id"])
    found = view.data.derivation(kind, item_id)
    with card(safe(str(item["title"])), f"{KIND_WORDS[kind]} {safe(item_id)}"):
        st.markdown("  \n".join(safe(sentence) for sentence in found.sentences))
        reason = str(item["reason"])
        st.markdown(f"**{REASON_WORDS[reason]}.** {safe(REASON_MEANS[reason])}")
        if len(found.key_results):
            _key_results(found.key_results)
        source = t(
            "Source: {file}, row {row}, {import_id}",
            file=safe(str(item["file"])),
            row=item["row"],
            import_id=item["import_id"],
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.caption(source, width="content")
            import_id = str(item["import_id"])
            way(
                "pages/history.py",
                t("Open {import_id}", import_id=import_id),
                ":material/history:",
                **{"import": import_id},
            )
            if pd.notna(item["objective_id"]):
                way(
                    "pages/cascade.py",
                    t("See it in the cascade"),
                    ":material/account_tree:",
                    objective=str(item["objective_id"]),
                )


def _key_results(own: pd.DataFrame) -> None:
    tables.show(
        pd.DataFrame(
            {
                "Key result": own["title"],
                "Weight": own["weight"],
                "Progress": [exact(p) if pd.notna(p) else t("n/a") for p in own["progress"]],
                "Id": own["key_result_id"],
                "Source": [
                    t("{file}, row {row}", file=f, row=r)
                    for f, r in zip(own["file"], own["row"], strict=True)
                ],
            }
        ),
        t("Key results of this objective with their weights"),
        {
            "Key result": st.column_config.TextColumn(width=360),
            "Progress": st.column_config.TextColumn(alignment="right"),
        },
    )
