"""The parts of the page What changed: two days, what moved between them, and every change."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from okr_data.charts import moves as charts
from okr_data.charts.theme import Palette
from okr_data.differences import KINDS, ROWS, Differences, day_before, days_of_imports
from okr_data.texts import ENGLISH, Words, language, mark
from okr_data.ui import tables
from okr_data.ui.chart_menu import DEFINITIONS, show_chart
from okr_data.ui.choices import pick
from okr_data.ui.downloads import offer_csv
from okr_data.ui.filters import View
from okr_data.ui.frame import card
from okr_data.ui.screen import picture_size
from okr_data.ui.ways import way
from okr_data.ui.words import PACE_NAMES, day, localised, number, of, percent, safe, t, tn

#: Address parameter and state of the earlier day; the later one is that of the filters.
SINCE = "since"
KIND = "change"
TABLE = mark("Changes with what stood before and what stands after")
KIND_NAMES = Words(
    {
        "added": mark("New"), "removed": mark("Gone"), "realigned": mark("Aligned elsewhere"),
        "retargeted": mark("Target or start"), "rescheduled": mark("Dates"),
        "reweighted": mark("Weight"), "reowned": mark("Owner"), "retitled": mark("Title"),
        "scored": mark("Score"), "status": mark("Status"), "pace": mark("Pace"),
        "progress": mark("Progress"),
    }
)  # fmt: skip
ITEM_NAMES = Words(
    {
        "objective": mark("Objective"), "key_result": mark("Key result"),
        "initiative": mark("Work item"),
    }
)  # fmt: skip
ITEMS_NAMES = Words(
    {
        "objective": mark("Objectives"), "key_result": mark("Key results"),
        "initiative": mark("Work items"),
    }
)  # fmt: skip
#: Address parameter of the kind of items.
ITEMS = "items"
#: Changes of these kinds are differences of fractions, shown in points.
_IN_POINTS = ("progress", "scored")
_WHOLE = 12


# --- the two days ------------------------------------------------------------------


def choose_since(view: View) -> date | None:
    """Ask for the earlier day; None where there is no day before the one of the filters.

    At first it is the day of the import before. A day that is not earlier falls back to it.
    """
    after = view.catalogue.as_of
    if after is None:
        return None
    days = view.data.ask(days_of_imports)
    default = day_before(days, after, view.catalogue.first_day)
    first = min([default, view.catalogue.first_day or default, *days])
    if default >= after:
        return None
    _remember(default, first, after)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="since-row"):
        st.date_input(
            t("Changes since"),
            key=SINCE,
            min_value=first,
            max_value=after - timedelta(1),
            format="YYYY-MM-DD",
            width=170,
        )
        for label, offered in _offered(view, days, first, after):
            st.button(
                label,
                type="tertiary",
                key=f"since-{offered}",
                on_click=_go_back_to,
                args=(offered,),
            )
    since = st.session_state[SINCE]
    if since == default:
        st.query_params.pop(SINCE, None)
    else:
        st.query_params[SINCE] = since.isoformat()
    return since if isinstance(since, date) else default


def _remember(default: date, first: date, after: date) -> None:
    """Take the day from the address at first sight; one that is out of reach is the default."""
    asked = st.session_state.get(SINCE)
    if SINCE not in st.session_state:
        try:
            asked = date.fromisoformat(st.query_params.get(SINCE, ""))
        except ValueError:
            asked = None
    if not isinstance(asked, date) or not first <= asked < after:
        asked = default
    st.session_state[SINCE] = asked


def _go_back_to(chosen: date) -> None:
    st.session_state[SINCE] = chosen


def _offered(view: View, days: list[date], first: date, after: date) -> list[tuple[str, date]]:
    """Return the days that a reader is likely to ask for, each once."""
    cycle = view.cycle
    starts = cycle.starts_on if cycle else None
    imports = [day_ for day_ in days if day_ < after][:2]
    wanted: list[tuple[str, date | None]] = [
        *((t("Import of {day}", day=day(day_)), day_) for day_ in imports),
        (t("A week before"), after - timedelta(7)),
        (t("Start of {cycle}", cycle=safe(view.cycle_name)), starts),
    ]
    found: dict[date, str] = {}
    for label, offered in wanted:
        if offered is not None and first <= offered < after:
            found.setdefault(offered, label)
    return [(label, offered) for offered, label in found.items()]


def found_between(view: View, since: date) -> Differences:
    """Compare the two days, saying so while it lasts."""
    assert view.catalogue.as_of is not None  # there is an earlier day only where there is this one
    with st.spinner(t("Comparing the two days …")):
        return view.data.differences(since, view.catalogue.as_of, view.filters)


def render_one_day(view: View) -> None:
    """Say that there is nothing to compare with yet."""
    st.title(t("{name}: only one day is known", name=safe(view.cycle_name)), anchor=False)
    st.caption(safe(view.subtitle()))
    with st.container(border=True, key="one_day"):
        st.header(t("Nothing to compare with yet"), anchor=False)
        st.write(
            t(
                "What changed is told between two days. Choose a later day above, or come back after the "
                "next import."
            )
        )


# --- in words ----------------------------------------------------------------------


def render_sentence(view: View, found: Differences) -> None:
    """Say how many objectives moved, and what else was decided meanwhile."""
    st.title(_verdict(view, found), anchor=False)
    since = t("from {day}", day=day(found.before))
    st.caption(safe(f"{view.cycle_name} · {since} · {view.subtitle()}"))
    if text := _in_words(found):
        st.markdown(safe(text))


def _verdict(view: View, found: Differences) -> str:
    since = day(found.before)
    if not found.total:
        return t(
            "{name}: nothing changed since {day}", name=safe(view.cycle_name), day=since
        )  # fmt: skip
    if not found.up and not found.down and found.first_measured:
        return t(
            "{counted} objectives were measured for the first time since {day}",
            counted=of(found.first_measured, found.objectives), day=since,
        )  # fmt: skip
    if not found.up and not found.down:
        return t(
            "No objective of {n} moved since {day}", n=number(found.objectives), day=since
        )  # fmt: skip
    if not found.up:
        return t(
            "{counted} objectives moved down since {day}",
            counted=of(found.down, found.objectives), day=since,
        )  # fmt: skip
    up = of(found.up, found.objectives)
    if not found.down:
        return t("{up} objectives moved up since {day}, none down", up=up, day=since)
    return t(
        "{up} objectives moved up since {day}, {down} down",
        up=up, day=since, down=number(found.down),
    )  # fmt: skip


def _in_words(found: Differences) -> str:
    """Write what a board would ask about, leaving out what did not happen."""
    parts: list[str] = []
    if found.first_measured and (found.up or found.down):  # else the title says it
        parts.append(
            tn(
                "{n} objective was measured for the first time",
                "{n} objectives were measured for the first time",
                found.first_measured,
            )
        )
    if found.fell:
        parts.append(
            tn("{n} objective fell behind pace", "{n} objectives fell behind pace", found.fell)
        )
    if found.caught_up:
        parts.append(tn("{n} caught up", "{n} caught up", found.caught_up))
    if count := found.count("added", "objective"):
        parts.append(tn("{n} objective is new", "{n} objectives are new", count))
    if count := found.count("removed", "objective"):
        parts.append(tn("{n} objective is gone", "{n} objectives are gone", count))
    if count := found.count("realigned"):
        parts.append(
            tn("{n} objective is aligned elsewhere", "{n} objectives are aligned elsewhere", count)
        )
    if count := found.count("retargeted"):
        parts.append(
            tn(
                "{n} key result has another target or start",
                "{n} key results have another target or start",
                count,
            )
        )
    if count := found.count("reowned"):
        parts.append(tn("{n} item has another owner", "{n} items have other owners", count))
    return "; ".join(parts) + "." if parts else ""  # fmt: skip


# --- changes -----------------------------------------------------------------------


def render_changes(view: View, found: Differences, palette: Palette) -> None:
    """Show every change beside the largest moves, and the chosen one below."""
    if not found.total:
        with st.container(border=True, key="nothing-changed"):
            st.header(t("Nothing changed between these days"), anchor=False)
            st.write(
                t(
                    "No item under this filter was added, removed, moved or restated. Take a filter away, "
                    "or look further back."
                )
            )
        return
    left, right = st.columns([1.9, 1], gap="small")
    with left, card(t("What changed"), t("select one to see it in full")):
        chosen = _list(view, found)
    with right, card(t("Largest moves"), t("ring = then, dot = now")):
        _moves(view, found, palette)
    if chosen is not None:
        _detail(view, found, chosen)


def _moves(view: View, found: Differences, palette: Palette) -> None:
    narrow = picture_size().narrow
    rows = charts.move_rows(found.moves)
    if rows.empty:
        st.write(t("No objective was measured on both days and moved."))
        return
    show_chart(
        view,
        lambda colours: charts.move_figure(rows, colours, narrow),
        palette=palette,
        title=t("Largest moves"),
        definition=DEFINITIONS["moves"],
        data=rows,
        key="moves",
        alt=t(
            "Largest moves of objectives: {moves}",
            moves="; ".join(
                t(
                    "{title} from {before} to {after}",
                    title=r.title, before=percent(r.before), after=percent(r.after),
                )
                for r in rows.itertuples()
            ),
        ),
    )  # fmt: skip
    st.caption(
        t(
            "The {n} largest of {all} moves of objectives.",
            n=number(len(rows)),
            all=number(found.up + found.down),
        )
    )


def _list(view: View, found: Differences) -> pd.Series | None:
    """Show the changes of the chosen kind and items; return the selected one."""
    item_kind = _choose_items(found)
    counts = (
        found.counts if item_kind is None else found.counts[found.counts["item_kind"] == item_kind]
    )
    totals = counts.groupby("kind")["changes"].sum()
    kind = _choose_kind({name: int(totals[name]) for name in KINDS if name in totals.index})
    rows = found.rows
    if item_kind is not None:
        rows = rows[rows["item_kind"] == item_kind]
    if kind is not None:
        rows = rows[rows["kind"] == kind]
    rows = rows.reset_index(drop=True)
    table = changes_table(rows)
    event = tables.show(
        table,
        t(TABLE),
        {
            "Item": st.column_config.TextColumn(width=250, pinned=True),
            "Change": st.column_config.TextColumn(width=130),
            "Before": st.column_config.TextColumn(width=150),
            "After": st.column_config.TextColumn(width=150),
            "Difference": st.column_config.TextColumn(width=95, alignment="right"),
            "Row": st.column_config.NumberColumn(format="%d", width=60),
        },
        on_select="rerun",
        selection_mode="single-row",
        # Rows are selected by position: another list is another table.
        key=f"changes-{view.data.generation}-{found.before}-{found.after}-{view.filters}-{item_kind}-{kind}",
        height=430 if len(table) > _WHOLE else "content",
    )
    total = int(totals[kind] if kind else totals.sum())
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        leaving = table.assign(Since=found.before.isoformat())
        offer_csv(
            t("Download these changes (CSV)"), leaving, view, "what-changed.csv", "download-changes"
        )
        listed = of(len(rows), total)
        st.caption(
            t(
                "{listed} changes listed; of each kind the {n} largest, all are counted.",
                listed=listed, n=number(ROWS),
            )
            if total > len(rows)
            else t("{listed} changes listed.", listed=listed)
        )  # fmt: skip
    selected = event.selection.rows
    return rows.iloc[selected[0]] if selected and selected[0] < len(rows) else None


def _choose_items(found: Differences) -> str | None:
    """Ask for one kind of items; None means all."""
    present = list(dict.fromkeys(found.counts["item_kind"]))
    if len(present) < 2:
        return None
    words = {name: ITEMS_NAMES[name] for name in present}
    return pick(t("Items"), words, ITEMS, label_visibility="collapsed")


def _choose_kind(counts: dict[str, int]) -> str | None:
    """Ask for one kind of change by its count; the address names it without the count."""
    words = {name: f"{KIND_NAMES[name]} ({number(count)})" for name, count in counts.items()}
    return pick(t("Kind of change"), words, KIND, label_visibility="collapsed")


def changes_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return changes as people read them."""
    return pd.DataFrame(
        {
            "Item": rows["title"],
            "Change": rows["kind"].map(KIND_NAMES),
            "Before": [
                told(kind, text) for kind, text in zip(rows["kind"], rows["before"], strict=True)
            ],
            "After": [
                told(kind, text) for kind, text in zip(rows["kind"], rows["after"], strict=True)
            ],
            "Difference": [
                difference(kind, delta)
                for kind, delta in zip(rows["kind"], rows["delta"], strict=True)
            ],
            "Department": rows["department"],
            "Kind": rows["item_kind"].map(ITEM_NAMES),
            "Id": rows["item_id"],
            "File": rows["file"],
            "Row": rows["row"],
            "Import": rows["import_id"],
        }
    )


#: How the view writes figures, days and paces.
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}")
_PACES = {name.replace("_", " "): name for name in PACE_NAMES}
_FIGURES = ("retargeted", "reweighted", "scored", "progress")


def told(kind: str, text: object) -> str | None:
    """Write what stood before or after a change with the reader's words and signs; user text stays."""
    if not isinstance(text, str):
        return None
    if language() == ENGLISH:
        return text
    if kind == "pace" and text in _PACES:
        return PACE_NAMES[_PACES[text]]
    if kind == "rescheduled":
        return _DAY.sub(lambda m: day(datetime.strptime(m[0], "%d %b %Y").date()), text)
    if kind in _FIGURES:
        return _NUMBER.sub(lambda m: localised(m[0]), text)
    return text


def difference(kind: str, delta: float) -> str | None:
    """Write the difference of a change with its unit; nothing where there is none."""
    if pd.isna(delta):
        return None
    sign = "+" if delta > 0 else "−" if delta < 0 else "±"
    if kind in _IN_POINTS:
        text = localised(f"{abs(delta) * 100:.1f}".removesuffix(".0"))
        return t("{n} pts", n=f"{sign}{text}")
    if kind == "rescheduled":
        return sign + tn("{n} day", "{n} days", abs(int(delta)))
    return sign + tables.value_with_unit(abs(delta), None)


def _detail(view: View, found: Differences, row: pd.Series) -> None:
    """Show one change in full, and where the item and its row stand."""
    item_kind, item_id = str(row["item_kind"]), str(row["item_id"])
    name = f"{KIND_NAMES[str(row['kind'])]}: {row['title']}"
    with card(safe(name), f"{ITEM_NAMES[item_kind]} {safe(item_id)}"):
        before, after = (
            told(str(row["kind"]), row[side]) or t("nothing") for side in ("before", "after")
        )
        st.markdown(
            f"**{day(found.before)}:** {safe(before)}  \n**{day(found.after)}:** {safe(after)}"
        )
        gone = row["kind"] == "removed"
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.caption(
                safe(
                    t(
                        "Source: {file}, row {row}, {import_id}",
                        file=row["file"],
                        row=row["row"],
                        import_id=row["import_id"],
                    )
                ),
                width="content",
            )
            way(
                "pages/history.py", t("Open {import_id}", import_id=row["import_id"]),
                ":material/history:", **{"import": str(row["import_id"])},
            )  # fmt: skip
            if item_kind == "initiative":
                return
            if not gone:
                way("pages/objective.py", t("Open it"), ":material/target:", item=item_id)
                return
            # In a tab of its own: here the day of the filters stays, on which it is no more.
            there = view.link(item=item_id, as_of=found.before.isoformat())
            st.link_button(
                t("Open it as of {day}", day=day(found.before)), f"objective?{urlencode(there, doseq=True)}",
                type="tertiary", icon=":material/target:",
            )  # fmt: skip
