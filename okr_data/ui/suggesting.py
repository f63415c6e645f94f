"""The parts of two pages: suggested parents, and objectives of two departments that say the same.

Nothing here changes data. What a reader accepts or refuses is remembered for the session, and what
was accepted leaves as a list for the tool that the data comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pandas as pd
import streamlit as st

from okr_data.charts import recall as charts
from okr_data.charts.theme import Palette
from okr_data.neutral import neutral_csv
from okr_data.overlaps import THRESHOLD, Overlaps
from okr_data.suggestions import METHODS, STATES, Measure, Recall, Suggestion, Suggestions
from okr_data.texts import Words, mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.downloads import offer, offer_csv
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.words import STATE_NAMES, number, of, percent, safe, t, tn

METHOD_NAMES = Words(
    {
        "suggested": mark("Suggested"),
        "text": mark("By text alone"),
        "popular": mark("Most popular parents"),
        "random": mark("Drawn by chance"),
    }
)
RELATION_NAMES = Words(
    {
        "linked": mark("Linked to each other"),
        "one_chain": mark("One stands above the other"),
        "shared_parent": mark("Same parent"),
        "shared_above": mark("Same objective further up"),
        "none": mark("No"),
    }
)
TABLE = mark("Objectives that lead nowhere, with their likeliest parent")
PAIRS = mark("Pairs of objectives in different departments that say nearly the same")
#: What the columns of the accepted ones are called; the list itself keeps names for the source tool.
ACCEPTED = {
    "objective_id": mark("Objective id"),
    "title": mark("Title"),
    "suggested_parent_id": mark("Suggested parent id"),
    "suggested_parent_title": mark("Suggested parent title"),
    "score": mark("Score"),
}
#: Links below which the share that was found says little.
FEW_LINKS = 20
_WHOLE = 12


@dataclass(frozen=True)
class Accepted:
    """A suggestion that a reader took: one row of the list for the source tool."""

    objective_id: str
    title: str
    suggested_parent_id: str
    suggested_parent_title: str
    score: float


@dataclass(frozen=True)
class Decisions:
    """What a reader decided in this session: accepted by child, and refused (child, parent)."""

    accepted: dict[str, Accepted]
    refused: set[tuple[str, str]]

    def accept(self, found: Suggestions, suggestion: Suggestion) -> None:
        """Take a suggestion; an objective has one accepted parent, the last one taken."""
        child, parent = (found.objective(i) for i in (suggestion.child_id, suggestion.parent_id))
        self.refused.discard((suggestion.child_id, suggestion.parent_id))
        self.accepted[suggestion.child_id] = Accepted(
            suggestion.child_id,
            str(child["title"]),
            suggestion.parent_id,
            str(parent["title"]),
            round(suggestion.score, 2),
        )

    def refuse(self, suggestion: Suggestion) -> None:
        """Say that it is not this one."""
        self.refused.add((suggestion.child_id, suggestion.parent_id))
        if self.is_accepted(suggestion):
            del self.accepted[suggestion.child_id]

    def forget(self, suggestion: Suggestion) -> None:
        """Take back what was decided about a suggestion."""
        self.refused.discard((suggestion.child_id, suggestion.parent_id))
        if self.is_accepted(suggestion):
            del self.accepted[suggestion.child_id]

    def settle(self, found: Suggestions) -> None:
        """Drop what was accepted for objectives that have a parent by now, as the data says."""
        states = found.objectives.set_index("objective_id")["alignment_state"]
        for child in [c for c in self.accepted if c in states.index and states[c] not in STATES]:
            del self.accepted[child]

    def is_accepted(self, suggestion: Suggestion) -> bool:
        taken = self.accepted.get(suggestion.child_id)
        return taken is not None and taken.suggested_parent_id == suggestion.parent_id

    def is_refused(self, suggestion: Suggestion) -> bool:
        return (suggestion.child_id, suggestion.parent_id) in self.refused

    def shown(self, found: Suggestions, child_id: str) -> Suggestion | None:
        """Return the accepted suggestion of an objective, else the best one that was not refused."""
        candidates = found.found.get(child_id, ())
        taken = [s for s in candidates if self.is_accepted(s)]
        return next(iter([*taken, *(s for s in candidates if not self.is_refused(s))]), None)

    def table(self) -> pd.DataFrame:
        """Return the accepted ones as the list that is downloaded, in the order of their ids."""
        rows = [asdict(taken) for _, taken in sorted(self.accepted.items())]
        return pd.DataFrame(rows, columns=list(Accepted.__dataclass_fields__))


def decisions(view: View) -> Decisions:
    """Return what was decided in this session about the data of this folder."""
    key = f"suggestions-decided-{view.data.folder}"
    if key not in st.session_state:
        st.session_state[key] = Decisions({}, set())
    found: Decisions = st.session_state[key]
    return found


# --- suggested parents ---------------------------------------------------------


def render_suggestions(view: View, palette: Palette) -> None:
    """Show what leads nowhere with its likely parents, and how often such suggestions are right."""
    found = view.data.suggestions(view.filters)
    decided = decisions(view)
    if view.data.as_of is None:  # an earlier day does not know what happened since
        decided.settle(found)
    _sentence(view, found)
    if found.children.empty:
        _nothing_wanting(view, found)
    else:
        child_id = _children(view, found, decided)
        if child_id is not None:
            _candidates(view, found, decided, child_id)
    if decided.accepted:
        _accepted(decided)
    if found.measure.recalls:
        _recall(view, found.measure, palette)


def _sentence(view: View, found: Suggestions) -> None:
    """Say how many lead nowhere, how many have a likely parent, and how far to trust that."""
    name = safe(view.cycle_name)
    count = len(found.children)
    if not count:
        st.title(t("{name}: no objective is in want of a parent", name=name), anchor=False)
    else:
        likely = sum(child in found.found for child in found.children["objective_id"])
        st.title(
            tn(
                "{name}: {n} objective leads nowhere; {counted} with a likely parent",
                "{name}: {n} objectives lead nowhere; {counted} with a likely parent",
                count, name=name, counted=of(likely, count),
            ),
            anchor=False,
        )  # fmt: skip
    st.caption(safe(view.subtitle()))
    st.markdown(safe(measured_in_words(found.measure)))


def measured_in_words(measure: Measure) -> str:
    """Say how often the right parent was found on the reader's own data, beside the baselines."""
    ours, popular, chance = (measure.recall(m) for m in ("suggested", "popular", "random"))
    if not (ours and popular and chance):
        return t(
            "How often suggestions are right cannot be measured here: no link of this cycle is known."
        )
    drawn = (
        t(
            "{n} of the {known} known links of this cycle",
            n=number(measure.links), known=number(measure.known),
        )
        if measure.links < measure.known
        else tn(
            "the {n} known link of this cycle", "the {n} known links of this cycle", measure.links
        )
    )  # fmt: skip
    text = t(
        "Measured on your own data: with {drawn} hidden, the right parent came first for {first}, among "
        "the first three for {three}, among the first ten for {ten}. The most popular parents would "
        "reach {popular}, chance {chance}.",
        drawn=drawn,
        first=percent(ours.first),
        three=percent(ours.among_three),
        ten=percent(ours.among_ten),
        popular=_three(popular),
        chance=_three(chance),
    )
    if measure.links < FEW_LINKS:
        text += " " + t("So few links say little.")
    return text


def _three(recall: Recall) -> str:
    return t(
        "{first}, {three} and {ten}",
        first=percent(recall.first),
        three=percent(recall.among_three),
        ten=percent(recall.among_ten),
    )


def _nothing_wanting(view: View, found: Suggestions) -> None:
    with st.container(border=True, key="nothing"):
        st.header(t("Nothing to suggest"), anchor=False)
        if found.objectives.empty:
            st.write(t("{cycle} has no objectives on this day.", cycle=safe(view.cycle_name)))
            return
        st.write(
            t(
                "Every objective of this choice leads to a company objective, is one, was dropped, or "
                "names a parent that is not in the data. Take a filter away or choose another cycle."
            )
        )


def _children(view: View, found: Suggestions, decided: Decisions) -> str | None:
    """Show the objectives with their best candidate; return the id of the chosen one."""
    children = _in_order(found)
    with card(t("Objectives that lead nowhere"), t("select one to see its candidates")):
        table = children_table(found, decided, children, view.data.level_names(one=True))
        event = tables.show(
            table,
            t(TABLE),
            {
                "Objective": st.column_config.TextColumn(width=250, pinned=True),
                "Likely parent": st.column_config.TextColumn(width=250),
                "Score": st.column_config.ProgressColumn(
                    format="%.0f",
                    min_value=0,
                    max_value=100,
                    width=110,
                    help=t(
                        "Likeness and links, 0 to 100; no probability. Its parts stand beside each candidate."
                    ),
                ),
                "Words": st.column_config.TextColumn(
                    width=210,
                    help=t("Words in common with the parent or with what is aligned to it."),
                ),
            },
            on_select="rerun",
            selection_mode="single-row",
            # Rows are selected by position: another list is another table.
            key=f"suggested-{view.data.generation}-{view.data.as_of}-{view.filters}",
            height=390 if len(children) > _WHOLE - 3 else "content",
        )
        offer_csv(
            t("Download these suggestions (CSV)"), table, view, "suggested-parents.csv",
            "download-suggestions",
        )  # fmt: skip
        st.caption(
            t(
                "Nothing is changed here: accepted parents become a list, which you enter in the tool "
                "that the objectives come from."
            )
        )
    rows = event.selection.rows
    return str(children.iloc[rows[0]]["objective_id"]) if rows and rows[0] < len(children) else None


def _in_order(found: Suggestions) -> pd.DataFrame:
    """Return the children, the best score first, those without a candidate last."""
    best = {child: candidates[0].score for child, candidates in found.found.items()}
    scores = found.children["objective_id"].map(best).astype(float)
    order = scores.sort_values(ascending=False, kind="stable", na_position="last").index
    return found.children.loc[order].reset_index(drop=True)


def children_table(
    found: Suggestions,
    decided: Decisions,
    children: pd.DataFrame,
    level_names: Mapping[str, str],
) -> pd.DataFrame:
    """Return one row an objective with the candidate that is shown for it; NULL where there is none."""
    shown = [decided.shown(found, child) for child in children["objective_id"]]
    return pd.DataFrame(
        {
            "Objective": children["title"],
            "State": children["alignment_state"].map(STATE_NAMES),
            "Likely parent": [s and found.objective(s.parent_id)["title"] for s in shown],
            "Score": [s.score * 100 if s else None for s in shown],
            "Words": [", ".join(s.words) if s else None for s in shown],
            "Decision": [
                _decision(found, decided, child, s)
                for child, s in zip(children["objective_id"], shown, strict=True)
            ],
            "Level": children["level"].map(level_names),
            "Department": children["department"],
            "Owner": children["owner"],
            "Id": children["objective_id"],
            "Parent id": [s.parent_id if s else None for s in shown],
        }
    )


def _decision(
    found: Suggestions, decided: Decisions, child_id: str, shown: Suggestion | None
) -> str:
    if shown is not None:
        return t("Accepted") if decided.is_accepted(shown) else ""
    return t("None of these") if child_id in found.found else t("No candidate")


def _candidates(view: View, found: Suggestions, decided: Decisions, child_id: str) -> None:
    """Show the candidates of one objective side by side, each with its reasons and two answers."""
    child = found.objective(child_id)
    candidates = found.found.get(child_id, ())
    level = view.level_name(child["level"], one=True)
    with card(safe(str(child["title"])), f"{safe(level)} · {safe(child_id)}"):
        if not candidates:
            st.write(
                t(
                    "Nothing speaks for any parent: no word in common, and no link of its team or "
                    "department. A description or key results would help."
                )
            )
            return
        with st.grid(len(candidates), min_column_width=260, gap="small"):
            for suggestion in candidates:
                _candidate(view, found, decided, suggestion)


def _candidate(view: View, found: Suggestions, decided: Decisions, suggestion: Suggestion) -> None:
    parent = found.objective(suggestion.parent_id)
    key = f"{suggestion.child_id}-{suggestion.parent_id}"
    accepted, refused = decided.is_accepted(suggestion), decided.is_refused(suggestion)
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{suggestion.rank}. {safe(str(parent['title']))}**")
        place = [
            view.level_name(parent["level"], one=True),
            *(parent[n] for n in ("department", "cycle")),
            suggestion.parent_id,
        ]
        st.caption(safe(" · ".join(str(part) for part in place if pd.notna(part))))
        st.markdown("  \n".join(safe(reason) for reason in found.reasons(suggestion)))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if accepted or refused:
                st.caption(t("Accepted") if accepted else t("Not this one"), width="content")
                st.button(
                    t("Take it back"),
                    key=f"forget-{key}",
                    on_click=decided.forget,
                    args=(suggestion,),
                )
            else:
                st.button(
                    t("Accept"),
                    key=f"accept-{key}",
                    on_click=decided.accept,
                    args=(found, suggestion),
                )
                st.button(
                    t("Not this one"), key=f"refuse-{key}", type="tertiary",
                    on_click=decided.refuse, args=(suggestion,),
                )  # fmt: skip


def _accepted(decided: Decisions) -> None:
    table = decided.table()
    with card(
        t("Accepted"),
        tn(
            "{n} link to enter in the source tool",
            "{n} links to enter in the source tool",
            len(table),
        ),
    ):
        tables.show(
            table.rename(columns=ACCEPTED),
            t("Accepted parents, kept for this session"),
            {"Score": st.column_config.NumberColumn(format="%.2f", width=80)},
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            offer(
                t("Download the list (CSV)"),
                data=lambda: neutral_csv(table),
                file_name="accepted-parents.csv",
                key="download-accepted",
            )
            st.button(
                t("Forget all"), type="tertiary", key="forget-all", on_click=decided.accepted.clear
            )
            st.caption(t("Kept for this session only."))


def _recall(view: View, measure: Measure, palette: Palette) -> None:
    """Show how often each method found the hidden parents, as bars and as a table."""
    shares = {
        method: (r.first, r.among_three, r.among_ten)
        for method in METHODS
        if (r := measure.recall(method)) is not None
    }
    rows = charts.recall_rows(shares, METHOD_NAMES)
    with card(
        t("How often the right parent is among the first three"),
        t("{n} links hidden", n=number(measure.links)),
    ):
        left, right = st.columns(2, gap="medium")
        with left:
            show_chart(
                view,
                lambda colours: charts.recall_figure(rows, colours, "suggested"),
                palette=palette,
                title=t("How often the right parent is among the first three"),
                definition=DEFINITIONS["recall"],
                data=rows,
                key="recall",
                alt=t(
                    "Right parent among the first three: {methods}",
                    methods="; ".join(
                        f"{r.word} {percent(r.among_three)}" for r in rows.itertuples()
                    ),
                ),
            )
        with right:
            tables.show(
                recall_table(rows), t("Share of hidden links whose parent was found, by method")
            )
        text = t(
            "For each objective there are {n} candidates on average. All its links are hidden, then its "
            "parent is looked for.",
            n=number(measure.candidates),
        )
        if measure.out_of_reach:
            text += " " + t(
                "Of {counted} links the parent can never be suggested (another cycle, or no higher "
                "level): they count as not found.",
                counted=of(measure.out_of_reach, measure.links),
            )
        st.caption(text)


def recall_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the table twin of the bars, in words."""
    return pd.DataFrame(
        {
            "Method": rows["word"],
            "First": [percent(share) for share in rows["first"]],
            "First three": [percent(share) for share in rows["among_three"]],
            "First ten": [percent(share) for share in rows["among_ten"]],
        }
    )


# --- overlaps ------------------------------------------------------------------


def render_overlaps(view: View) -> None:
    """Show pairs of objectives in different departments that say nearly the same."""
    found = view.data.overlaps(view.filters)
    count, name = found.total, safe(view.cycle_name)
    if count:
        verdict = tn(
            "{name}: {n} pair across departments reads much alike",
            "{name}: {n} pairs across departments read much alike",
            count,
            name=name,
        )
    else:
        verdict = t("{name}: no two departments say nearly the same thing", name=name)
    st.title(verdict, anchor=False)
    st.caption(safe(view.subtitle()))
    st.markdown(safe(_compared_in_words(found)))
    if not count:
        _no_pairs(found)
        return
    least = st.slider(
        t("Likeness from"), int(THRESHOLD * 100), 95, int(THRESHOLD * 100), 5, format="%d %%",
        key="overlap_likeness", width=320,
    )  # fmt: skip
    shown = tuple(pair for pair in found.pairs if pair.score * 100 >= least)
    if not shown:
        st.write(t("No pair is as much alike. Move the slider to the left."))
        return
    _pairs(view, found, pairs_table(found).head(len(shown)))


def _compared_in_words(found: Overlaps) -> str:
    """Say what was compared, and how many of the pairs nobody has joined yet."""
    text = t(
        "Compared are {counted} objectives below company level, those with a known department, by "
        "title, description and key results.",
        counted=of(found.compared, len(found.objectives)),
    )
    alone = sum(pair.relation == "none" for pair in found.pairs)
    if found.pairs:
        text += " " + t(
            "{counted} pairs are joined nowhere in the cascade: coordination to be had, or work done "
            "twice.",
            counted=of(alone, len(found.pairs)),
        )
    return text


def _no_pairs(found: Overlaps) -> None:
    with st.container(border=True, key="nothing"):
        st.header(t("No overlaps"), anchor=False)
        if found.objectives["department"].nunique() < 2:
            st.write(
                t(
                    "Fewer than two departments have objectives in this choice. Departments come from the "
                    "data or from the page Organisation."
                )
            )
        else:
            st.write(
                t(
                    "No two objectives of different departments are {share} alike. The same thing said in "
                    "other words is not found.",
                    share=percent(found.threshold),
                )
            )


def _pairs(view: View, found: Overlaps, table: pd.DataFrame) -> None:
    with card(t("Pairs"), t("the most alike first")):
        tables.show(
            table,
            t(PAIRS),
            {
                "Objective": st.column_config.TextColumn(width=260, pinned=True),
                "Other objective": st.column_config.TextColumn(width=260),
                "Likeness": tables.bar_column(t("How much the two read alike, by their words.")),
                "Words": st.column_config.TextColumn(width=180),
                "Joined": st.column_config.TextColumn(
                    help=t("Whether the two are joined in the cascade already.")
                ),
            },
            key=f"overlaps-{len(table)}",
            height=460 if len(table) > _WHOLE else "content",
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            offer_csv(
                t("Download these pairs (CSV)"), table, view, "overlaps.csv", "download-overlaps"
            )
            st.caption(t("{counted} pairs shown.", counted=of(len(table), found.total)))


def pairs_table(found: Overlaps) -> pd.DataFrame:
    """Return one row a pair; departments and owners NULL where not known."""
    by_id = found.objectives.set_index("objective_id")
    first = by_id.loc[[pair.first_id for pair in found.pairs]].reset_index()
    second = by_id.loc[[pair.second_id for pair in found.pairs]].reset_index()
    return pd.DataFrame(
        {
            "Objective": first["title"],
            "Other objective": second["title"],
            "Likeness": tables.in_percent(pd.Series([p.score for p in found.pairs], dtype=float)),
            "Words": [", ".join(pair.words) for pair in found.pairs],
            "Joined": [RELATION_NAMES[pair.relation] for pair in found.pairs],
            "Department": first["department"],
            "Owner": first["owner"],
            "Other department": second["department"],
            "Other owner": second["owner"],
            "Id": first["objective_id"],
            "Other id": second["objective_id"],
        }
    )
