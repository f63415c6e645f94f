"""The parts of the page Reconciliation: do the reported figures agree with the computed ones?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from okr_data.charts import reasons as charts
from okr_data.charts.theme import Palette
from okr_data.neutral import neutral_csv
from okr_data.reconciliation import DIFFERS, REASONS, Reconciliation, exact, number
from okr_data.ui import tables
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.overview import CHART
from okr_data.ui.words import of, plural, safe

REASON_WORDS = {
    "unexplained": "Not explained",
    "stale_value": "Older value reported",
    "weights": "Weights left out",
    "roll_up": "Other roll-up",
    "clamped": "Beyond 0–100 %",
    "missing_baseline": "Baseline missing",
    "rounding": "Rounding",
    "not_computable": "Cannot be computed",
    "agrees": "Agrees",
    "not_reported": "Not reported",
}
REASON_MEANS = {
    "unexplained": "No known reason: ask its owner, or look at the formula in the source tool.",
    "stale_value": "The source’s percent fits an earlier value: it was not updated with the last one.",
    "weights": "The source takes the plain mean of the key results; here their weights count.",
    "roll_up": "The source counts, or leaves out, what is aligned to it from below.",
    "clamped": "The source shows more than 100 % or less than 0 %; here it is kept within.",
    "missing_baseline": "The start is missing; 0 is assumed, the source knows another one.",
    "rounding": "Too small a difference to be anything but rounding.",
    "not_computable": "Values are missing, or it is a milestone: the reported figure is shown.",
    "agrees": "Reported and computed are the same within the tolerance.",
    "not_reported": "The source reports no figure; there is nothing to compare.",
}
KIND_WORDS = {"objective": "Objective", "key_result": "Key result"}
TABLE = "Items with reported and computed progress"
REASON = "reason"
_BARS = "reason_bars"
_MOVES = "reason_moves"
_WHOLE = 12


def render_sentence(view: View, found: Reconciliation) -> None:
    """Say how many reported figures agree with the computed ones, and what sets most apart."""
    name = safe(view.cycle_name)
    if not found.reported:
        st.title(f"{name}: no item reports a figure of its own", anchor=False)
    elif not found.compared:
        st.title(f"{name}: no reported figure can be computed from values", anchor=False)
    else:
        agree = of(found.count("agrees"), found.compared)
        st.title(f"{name}: {agree} reported figures agree with the computed ones", anchor=False)
    st.caption(safe(view.subtitle()))
    if found.reported:
        st.markdown(_in_figures(found))


def _in_figures(found: Reconciliation) -> str:
    """Name what is compared with what, with the reason that sets most apart."""
    differing = {reason: found.count(reason) for reason in DIFFERS if found.count(reason)}
    text = (
        f"{of(found.reported, len(found.items), 'items')} report a progress; "
        f"{of(found.compared, found.reported)} can be computed from values too, and "
        f"{of(found.count('agrees'), found.compared)} agree within "
        f"{plural(1, 'point') if found.tolerance == 0.01 else number(found.tolerance * 100) + ' points'}."
    )
    if differing:
        largest = max(differing, key=lambda reason: differing[reason])
        others = sum(differing.values())
        most = (
            f"{differing[largest]:,} of the {others:,} that differ" if others > 1 else "One differs"
        )
        text += f" {most}: {REASON_WORDS[largest].lower()}."
    return safe(text)


def render_reconciliation(view: View, found: Reconciliation, palette: Palette) -> None:
    """Show the reasons beside the items, and the arithmetic of the chosen item below."""
    if not found.reported:
        with st.container(border=True, key="nothing"):
            st.subheader("Nothing to reconcile", anchor=False)
            st.write(
                "Every figure of this choice is computed from values. Figures that a source tool reports "
                "itself come in with the columns “progress” of the template, or with an export."
            )
        return
    _remember_reason(found)
    left, right = st.columns([1, 1.9], gap="small")
    with left, card("Why they differ", "number of reported figures"):
        _bars(found, palette)
    with right, card("Items", "select one to see its arithmetic"):
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


def _bars(found: Reconciliation, palette: Palette) -> None:
    reported = found.items[found.items["reason"] != "not_reported"]
    rows = charts.reason_rows(reported["reason"], REASONS, REASON_WORDS)
    key = f"{_BARS}-{st.session_state.get(_MOVES, 0)}"
    st.plotly_chart(
        charts.reason_figure(rows, palette, st.session_state[REASON]),
        theme=None,
        config=CHART,
        on_select=lambda: _choose_bar(key),
        selection_mode="points",
        key=key,
        alt="Reported figures by reason: "
        + "; ".join(f"{r.word} {r.count} of {r.total}" for r in rows.itertuples()),
    )
    st.caption("Click a bar to see its items.")
    st.caption(
        "  \n".join(
            f"**{row.word}** · {safe(REASON_MEANS[row.reason])}" for row in rows.itertuples()
        )
    )
    if missing := found.count("not_reported"):
        st.caption(f"{of(missing, len(found.items), 'items')} report no figure and are in no bar.")


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
        "Reason",
        present,
        format_func=lambda r: f"{REASON_WORDS[r]} ({found.count(r):,})",
        key=REASON,
        label_visibility="collapsed",
    )
    # By its own name: the label carries a count, which the next import changes.
    if reason:
        st.query_params[REASON] = reason
    else:
        st.query_params.pop(REASON, None)
    items = found.items
    shown = items[items["reason"] == reason] if reason else items[items["reason"] != "not_reported"]
    shown = shown.reset_index(drop=True)
    if reason:
        st.caption(REASON_MEANS[reason])
    table = _table(shown)
    percent = st.column_config.NumberColumn(format="%.1f %%", width=90)
    event = tables.show(
        table,
        TABLE,
        {
            "Item": st.column_config.TextColumn(width=260),
            "Reported": percent,
            "Computed": percent,
            "Difference": st.column_config.NumberColumn(
                format="%+.1f pts", width=95, help="Computed minus reported, in points."
            ),
            "What it means": st.column_config.TextColumn(width=420),
            "Row": st.column_config.NumberColumn(format="%d"),
        },
        on_select="rerun",
        selection_mode="single-row",
        # Rows are selected by position: another list is another table.
        key=f"items-{view.data.generation}-{view.data.as_of}-{view.filters}-{reason}",
        height=390 if len(table) > _WHOLE - 3 else "content",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.download_button(
            "Download these items (CSV)",
            data=lambda: neutral_csv(table),
            file_name="reconciliation.csv",
            mime="text/csv",
            key="download-reconciliation",
        )
        st.caption(of(len(table), len(items), "items shown") + ".")
    rows = event.selection.rows
    return shown.iloc[rows[0]] if rows and rows[0] < len(shown) else None


def _table(items: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Item": items["title"],
            "Reported": _percents(items["reported_progress"]),
            "Computed": _percents(items["computed_progress"]),
            "Difference": items["difference"] * 100,
            "Reason": items["reason"].map(REASON_WORDS),
            "What it means": items["reason"].map(REASON_MEANS),
            "Kind": items["item_kind"].map(KIND_WORDS),
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
    found = view.data.derivation(view.filters, kind, item_id)
    with card(safe(str(item["title"])), f"{KIND_WORDS[kind]} {safe(item_id)}"):
        st.markdown("  \n".join(safe(sentence) for sentence in found.sentences))
        reason = str(item["reason"])
        st.markdown(f"**{REASON_WORDS[reason]}.** {safe(REASON_MEANS[reason])}")
        if len(found.key_results):
            _key_results(found.key_results)
        source = f"Source: {item['file']}, row {item['row']}, {item['import_id']}"
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.caption(safe(source), width="content")
            st.page_link(
                "pages/history.py", label=f"Open {item['import_id']}", icon=":material/history:",
                query_params={"import": str(item["import_id"])},
            )  # fmt: skip
            if pd.notna(item["objective_id"]):
                st.page_link(
                    "pages/cascade.py", label="See it in the cascade", icon=":material/account_tree:",
                    query_params={"objective": str(item["objective_id"]), "cycle": view.cycle_name},
                )  # fmt: skip


def _key_results(own: pd.DataFrame) -> None:
    tables.show(
        pd.DataFrame(
            {
                "Key result": own["title"],
                "Weight": own["weight"],
                "Progress": [exact(p) if pd.notna(p) else "n/a" for p in own["progress"]],
                "Id": own["key_result_id"],
                "Source": [f"{f}, row {r}" for f, r in zip(own["file"], own["row"], strict=True)],
            }
        ),
        "Key results of this objective with their weights",
        {
            "Key result": st.column_config.TextColumn(width=360),
            "Progress": st.column_config.TextColumn(alignment="right"),
        },
    )
