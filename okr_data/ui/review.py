"""The page Review: one step of a meeting a screen, in big type, with what was said kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from okr_data import differences, queries, views
from okr_data import review as questions
from okr_data.charts.theme import Palette
from okr_data.errors import OkrError
from okr_data.export.deck import Remark as DeckRemark
from okr_data.findings import told
from okr_data.neutral import neutral_csv
from okr_data.review import (
    COMPANY,
    END,
    MOVED,
    START,
    Past,
    Question,
    Review,
    Step,
    Topic,
    department_of,
    is_department,
)
from okr_data.store import REMARK_KINDS, REMARK_LENGTH, Meeting, Reader, Remark
from okr_data.texts import Words, mark
from okr_data.ui import data as pinned_data
from okr_data.ui import deck_button, filters, slides, tables
from okr_data.ui.downloads import exported, offer, offer_csv
from okr_data.ui.filters import View
from okr_data.ui.frame import card, emphasis
from okr_data.ui.ways import way
from okr_data.ui.words import (
    FINDING_NAMES,
    NO_DEPARTMENT,
    PACE_NAMES,
    STATE_NAMES,
    day,
    number,
    objectives,
    of,
    percent,
    points,
    safe,
    t,
    tn,
)

#: Address parameters: the step, the earlier day, the length of the meeting.
STEP, SINCE, MINUTES, NOTES = "step", "since", "minutes", "notes"
LENGTHS = (15, 30, 45, 60, 90, 120)
_USUAL = 60
#: Topics of a step in big type; what comes after them stands in a table.
SHOWN = 3
_LINES = 2
_FLIPS = "review_flips"
_PLACE = "review_step"
_JUMP = "review_jump"
_DRAFTS = "review_drafts"
_WRITTEN = "review_written"
_TOLD = "review_told"
_AUTHOR = "review_author"
#: Characters of a remark that a list shows; the whole one opens below it.
_LONG = 280
RULES = {rule.name: rule for rule in views.load_rules()}

STEP_NAMES = Words(
    {
        START: mark("Agenda"),
        MOVED: mark("What moved"),
        COMPANY: mark("Company goals"),
        END: mark("Take it along"),
    }
)
KIND_NAMES = Words({"note": mark("Note"), "decision": mark("Decision"), "action": mark("Action")})
CHANGE_NAMES = Words(
    {
        "fell": mark("Fell behind pace"),
        "lost": mark("Lost its line of sight"),
        "removed": mark("Gone"),
        "gone_result": mark("Key result gone"),
        "retargeted": mark("Target or start moved"),
        "caught_up": mark("Caught up"),
        "gained": mark("Gained a line of sight"),
        "added": mark("New"),
        "new_result": mark("New key result"),
        "down": mark("Moved down"),
        "up": mark("Moved up"),
        "first_measured": mark("Measured for the first time"),
        "pace": mark("Other pace"),
        "state": mark("Other alignment"),
    }
)
#: Why a change is worth the time of a meeting.
WHYS = Words(
    {
        "fell": mark("What has just fallen behind is easiest to bring back now."),
        "lost": mark("Work without a line of sight moves no company goal, however well it goes."),
        "retargeted": mark("Another target changes what every figure above it says."),
        "removed": mark("What hung on it now hangs on nothing, and its people are free or idle."),
        "measure_gone": mark("With another measure, progress of before and now is not the same."),
        "behind": mark("Everything below a company goal is there to move it."),
        "added": mark("New work inside a cycle takes its time from something else."),
    }
)


# --- the meeting -------------------------------------------------------------------


def meeting_of(view: View, since: date | None) -> Meeting:
    """Return which review this is: that of the figures which the page shows."""
    day_ = view.catalogue.as_of
    assert day_ is not None  # there is no page without objectives, and none without a day
    return Meeting(view.filters.cycle, day_, since, view.filters.departments, view.filters.levels)


def open_review(view: View) -> tuple[Review, Meeting, tuple[Past, ...]]:
    """Return what there is to review since the day in the address, else since the last review."""
    past = view.data.ask(questions.past_reviews)
    default, _ = _begins(view, past)
    since = default if (asked := _asked_day(view)) is None else asked
    with st.spinner(t("Looking for what moved …")):
        found = view.data.ask(questions.compose, view.filters, view.frames, since)
    filters.nothing_under(view, found.moves.objectives + found.topics)
    return found, meeting_of(view, since), past


def _begins(view: View, past: tuple[Past, ...]) -> tuple[date | None, questions.Origin]:
    days = view.data.ask(differences.days_of_imports)
    return questions.begins(past, meeting_of(view, None), days, view.catalogue.first_day)


def _asked_day(view: View) -> date | None:
    """Return the earlier day that the address names, None where it names none within reach."""
    try:
        asked = date.fromisoformat(st.query_params.get(SINCE, ""))
    except ValueError:
        asked = None
    after, first = view.catalogue.as_of, view.catalogue.first_day
    if asked and after and (first or asked) <= asked < after:
        return asked
    st.query_params.pop(SINCE, None)
    return None


def _minutes() -> int:
    """Return the length of the meeting that the address names, else an hour."""
    asked = st.query_params.get(MINUTES, "")
    if asked.isdecimal() and int(asked) in LENGTHS:
        return int(asked)
    st.query_params.pop(MINUTES, None)
    return _USUAL


def step_name(key: str) -> str:
    """Return what a step is called; a department by its name."""
    if is_department(key):
        return department_of(key) or t(NO_DEPARTMENT)
    return STEP_NAMES.get(key, key)


# --- going through it --------------------------------------------------------------


def choose_step(found: Review, meeting: Meeting) -> tuple[tuple[Step, ...], int]:
    """Show the ways from step to step; return the agenda and the place in it.

    The address holds the place; who comes back from another page goes on where the meeting was.
    """
    agenda = found.timed(_minutes())
    keys = [step.key for step in agenda]
    kept = st.session_state.get(_PLACE, {}).get(meeting.review_id)
    asked = st.query_params.get(STEP) or kept
    at = keys.index(asked) if asked in keys else 0
    st.session_state[_PLACE] = {meeting.review_id: keys[at]}
    st.query_params[STEP] = st.session_state[_JUMP] = keys[at]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="review-nav"):
        st.button(
            t("Back"), icon=":material/arrow_back:", disabled=at == 0, key="review-back",
            on_click=_go, args=(keys[max(at - 1, 0)],), help=t("Arrow key left"),
        )  # fmt: skip
        st.button(
            t("Next"), icon=":material/arrow_forward:", icon_position="right", type=emphasis(),
            disabled=at == len(keys) - 1, key="review-next", on_click=_go,
            args=(keys[min(at + 1, len(keys) - 1)],), help=t("Arrow key right"),
        )  # fmt: skip
        st.selectbox(
            t("Step"), keys, key=_JUMP, width=300, label_visibility="collapsed",
            format_func=lambda key: _step_label(agenda[keys.index(key)], keys.index(key), len(keys)),
            on_change=lambda: _go(str(st.session_state[_JUMP])),
        )  # fmt: skip
        st.toggle(t("Presenter notes"), key=NOTES, bind="query-params")
    slides.listen(keys, at, _go_by_key)
    return agenda, at


def _step_label(step: Step, place: int, count: int) -> str:
    name = t("{n} of {count} · {step}", n=place + 1, count=count, step=step_name(step.key))
    return f"{name} · {_box(step)}" if step.minutes else name


def _box(step: Step) -> str:
    return t("{n} min", n=number(step.minutes))


def _go(key: str) -> None:
    st.query_params[STEP] = key


def _go_by_key(told_: Mapping[str, object]) -> None:
    if told_.get("step"):
        _go(str(told_["step"]))


def render_step(
    view: View, found: Review, meeting: Meeting, past: tuple[Past, ...], palette: Palette,
    agenda: tuple[Step, ...], at: int,
) -> None:  # fmt: skip
    """Show one step of the meeting, and below it what was said there."""
    step = agenda[at]
    if step.key == START:
        _render_start(view, found, meeting, past, agenda)
    elif step.key == MOVED:
        _render_moved(view, found)
    elif step.key == END:
        _render_end(view, meeting, past)
    else:
        _render_topics(view, found, step, palette)
    _render_remarks(view, meeting, step)


# --- agenda ------------------------------------------------------------------------


def _render_start(
    view: View, found: Review, meeting: Meeting, past: tuple[Past, ...], agenda: tuple[Step, ...]
) -> None:
    """Say how it stands, and show what the meeting is going to talk about and how long."""
    if found.since is None:
        slides.title(t("Review of {cycle}", cycle=view.cycle_name))
    else:
        slides.title(
            t("Review of {cycle} since {day}", cycle=view.cycle_name, day=day(found.since))
        )
    slides.under(f"{_origin(view, found, past)} · {view.subtitle()}", "under")
    slides.lead(_headline(view), "headline")
    _choose_span(view, found, past)
    with card(t("Agenda"), tn("{n} minute", "{n} minutes", sum(s.minutes for s in agenda))):
        slides.rows(
            [(_box(step), step_name(step.key), _asked(found, step)) for step in agenda[1:]],
            "agenda",
        )
        if found.quiet:
            names = ", ".join(name or t(NO_DEPARTMENT) for name in found.quiet)
            st.caption(t("Nothing to ask: {departments}.", departments=safe(names)))
    if st.session_state.get(NOTES):
        st.caption(
            t(
                "Departments come in the order of what is to be asked: what fell behind, lost its goal "
                "or got another target since then, and grave findings count three times as much as "
                "what has stood in the data for long. The time follows the same weights."
            )
        )
    _render_past(view, meeting, past)


def _origin(view: View, found: Review, past: tuple[Past, ...]) -> str:
    default, origin = _begins(view, past)
    if found.since is None:
        return t("No earlier day is known: only what stands in the data now is asked")
    if found.since != default:
        return t("Compared with a chosen day")
    return {
        "review": t("Compared with the last review"),
        "import": t("No review before: compared with the import before"),
    }.get(origin, t("No review and no import before: compared with an earlier day"))


def _headline(view: View) -> str:
    shown = view.data.ask(queries.headline, view.filters)
    if shown.progress is None:
        return t(
            "Nothing of it is measured yet: {objectives}.", objectives=objectives(shown.objectives)
        )
    return t(
        "It stands at {progress} where {expected} is expected ({gap}); {on_pace} objectives with a "
        "pace are on pace, {measured} are measured.",
        progress=percent(shown.progress),
        expected=percent(shown.expected),
        gap=points(None if shown.expected is None else shown.progress - shown.expected),
        on_pace=of(shown.on_pace, shown.paced),
        measured=of(shown.measured, shown.objectives),
    )


def _asked(found: Review, step: Step) -> str:
    if step.key == MOVED:
        if found.since is None:
            return t("no earlier day")
        count = found.moves.paces + found.moves.states
        return tn("{n} flip", "{n} flips", count)
    if step.key == END:
        return t("remarks, files, closing")
    if step.key == COMPANY and not step.objectives:
        return t("no company goal in this cycle")
    behind = t("{behind} behind pace", behind=of(step.behind, step.objectives))
    return tn("{n} topic", "{n} topics", step.about) + " · " + behind


def _choose_span(view: View, found: Review, past: tuple[Past, ...]) -> None:
    """Ask for the earlier day and the length; both stand in the address unless they are usual."""
    default, _ = _begins(view, past)
    after, first = view.catalogue.as_of, view.catalogue.first_day
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="review-span"):
        if found.since is not None and after is not None:
            key = f"review-since-{found.since}"
            st.date_input(
                t("What moved since"), value=found.since, key=key, format="YYYY-MM-DD", width=170,
                min_value=min(found.since, first or found.since), max_value=after - timedelta(1),
                on_change=lambda: _put(SINCE, st.session_state[key], default),
            )  # fmt: skip
        length = f"review-length-{_minutes()}"
        st.selectbox(
            t("Length"), LENGTHS, index=LENGTHS.index(_minutes()), key=length, width=150,
            format_func=lambda n: tn("{n} minute", "{n} minutes", n),
            on_change=lambda: _put(MINUTES, st.session_state[length], _USUAL),
        )  # fmt: skip


def _put(parameter: str, chosen: object, usual: object) -> None:
    if chosen is None or chosen == usual:
        st.query_params.pop(parameter, None)
    else:
        st.query_params[parameter] = str(chosen)


def _render_past(view: View, meeting: Meeting, past: tuple[Past, ...]) -> None:
    """Let earlier reviews be read: what was looked at, and what was said."""
    earlier = [each for each in past if each.review_id != meeting.review_id]
    if not earlier:
        return
    with st.expander(tn("{n} earlier review", "{n} earlier reviews", len(earlier))):
        chosen = st.selectbox(
            t("Review"), earlier, format_func=lambda each: _past_name(view, each), key="review_past"
        )
        if chosen is None:
            return
        words = (
            t("Closed on {day} by {person}.", day=day(chosen.closed_on), person=safe(chosen.closed_by or ""))
            if chosen.closed_on
            else t("It was never closed.")
        )  # fmt: skip
        st.caption(words)
        rows = view.data.ask(questions.remarks, chosen.review_id)
        if rows.empty:
            st.write(t("Nothing was written down."))
            return
        tables.show(remarks_table(rows), t("Remarks of an earlier review"), _COLUMNS)
        offer_csv(
            t("Download these remarks (CSV)"), remarks_table(rows), view, "remarks.csv", "past-csv"
        )


def _past_name(view: View, each: Past) -> str:
    scope = [*each.departments, *(view.level_name(level) for level in each.levels)]
    name = t("{cycle} as of {day}", cycle=each.cycle or view.cycle_name, day=day(each.as_of))
    said = tn("{n} remark", "{n} remarks", each.remarks)
    return " · ".join([name, *scope, said])


# --- what moved --------------------------------------------------------------------


def _render_moved(view: View, found: Review) -> None:
    """Show in big figures what moved and flipped, and every one of these changes below."""
    moves = found.moves
    if found.since is None:
        slides.title(t("There is no earlier day to compare with"))
        slides.lead(
            t("What moved is told from the second import on, or from an earlier as-of day on."),
            "moved",
        )
        return
    slides.title(_moved(found))
    slides.under(f"{view.cycle_name} · {day(found.since)} – {view.subtitle()}", "under")
    if moves.nothing:
        slides.lead(t("No figure, target, pace or alignment under this choice changed."), "moved")
        return
    tiles = (
        ("fell", moves.fell, moves.objectives), ("caught_up", moves.caught_up, moves.objectives),
        ("lost", moves.lost, moves.objectives), ("gained", moves.gained, moves.objectives),
        ("added", moves.added, moves.objectives), ("removed", moves.removed, None),
        ("retargeted", moves.retargeted, None), ("down", moves.down, moves.objectives),
    )  # fmt: skip
    with st.grid(4, min_column_width=180, gap="small"):
        for change, count, whole in tiles:
            with st.container(border=True, height="stretch"):
                slides.lead(number(count) if whole is None else of(count, whole), f"tile-{change}")
                slides.under(CHANGE_NAMES[change], f"of-{change}")
    _flips(view, found)


def _moved(found: Review) -> str:
    moves, since = found.moves, day(found.since)
    if moves.nothing:
        return t("Nothing moved since {day}", day=since)
    if not (moves.up or moves.down or moves.fell or moves.caught_up):
        return tn(
            "The only objective did not move since {day}, but something else changed",
            "None of {n} objectives moved since {day}, but something else changed",
            moves.objectives, day=since,
        )  # fmt: skip
    return t(
        "{up} objectives moved up since {day}, {down} down; {fell} fell behind pace, {caught} caught up",
        up=of(moves.up, moves.objectives),
        day=since,
        down=number(moves.down),
        fell=number(moves.fell),
        caught=number(moves.caught_up),
    )


def _flips(view: View, found: Review) -> None:
    def whole_table(reader: Reader) -> pd.DataFrame:
        every = questions.compose(reader, view.filters, view.frames, found.since, most=None).flips
        return flips_table(_in_order(every, chosen))

    present = [change for change in CHANGE_NAMES if found.changes.get(change)]
    with card(t("Every change"), t("select one to open it")):
        chosen = st.pills(
            t("Change"), present, key="review_change", label_visibility="collapsed",
            format_func=lambda change: f"{CHANGE_NAMES[change]} ({number(found.changes[change])})",
        )  # fmt: skip
        chosen = chosen if chosen in present else None
        rows = _in_order(found.flips, chosen)
        total = found.changes[chosen] if chosen else sum(found.changes.values())
        event = tables.show(
            flips_table(rows), t("Changes with what stood before and what stands after"),
            {"Item": st.column_config.TextColumn(width=330, pinned=True)},
            on_select="rerun", selection_mode="single-row", height=430 if len(rows) > 12 else "content",
            key=f"{_FLIPS}-{view.data.generation}-{found.since}-{view.filters}-{chosen}",
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            selected = event.selection.rows
            if selected and selected[0] < len(rows):
                row = rows.iloc[selected[0]]
                _way(view, found, str(row["item_id"]), row["change"] in ("removed", "gone_result"))
            offer_csv(
                t("Download these changes (CSV)"), whole_table, view, "moved.csv", "moved-csv"
            )
        if len(rows) < total:
            st.caption(
                t(
                    "The largest {n} of {all} changes. The file has them all.",
                    n=number(len(rows)), all=number(total),
                )
            )  # fmt: skip


def _in_order(rows: pd.DataFrame, change: str | None) -> pd.DataFrame:
    """Return the changes of one kind or all, kind by kind, the largest of each first."""
    if change is not None:
        return rows[rows["change"] == change].reset_index(drop=True)
    kinds = {name: place for place, name in enumerate(CHANGE_NAMES)}
    order = rows["change"].map(kinds).sort_values(kind="stable").index
    return rows.loc[order].reset_index(drop=True)


def flips_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what moved as people read it."""
    return pd.DataFrame(
        {
            "Item": rows["title"],
            "Change": rows["change"].map(CHANGE_NAMES),
            "Before": [_stood(text) for text in rows["before"]],
            "After": [_stood(text) for text in rows["after"]],
            "Department": rows["department"],
            "Id": rows["item_id"],
            "File": rows["file"],
            "Row": rows["row"],
            "Import": rows["import_id"],
        }
    )


def _stood(text: object) -> str | None:
    """Write a pace status or alignment state in the reader's words; anything else as it is."""
    if not isinstance(text, str):
        return None
    name = text.replace(" ", "_")
    return PACE_NAMES.get(name) or STATE_NAMES.get(name) or text


def _way(view: View, found: Review, item_id: str, gone: bool, place: str = "") -> None:
    """Lead to an objective or key result; what is gone opens on the day it was last compared."""
    if not gone:
        way("pages/objective.py", t("Open it"), ":material/target:", place or "flip", item=item_id)
    elif found.since is not None:
        there = view.link(item=item_id, as_of=found.since.isoformat())
        st.link_button(
            t("Open it as of {day}", day=day(found.since)),
            f"objective?{urlencode(there, doseq=True)}", type="tertiary", icon=":material/target:",
        )  # fmt: skip


# --- what to talk about ------------------------------------------------------------


def _render_topics(view: View, found: Review, step: Step, palette: Palette) -> None:
    """Show what to ask about the company goals or one department, the gravest in big type."""
    slides.title(_topics_title(step))
    about = [step_name(step.key)]
    if step.objectives:
        about.append(t("{behind} objectives behind pace", behind=of(step.behind, step.objectives)))
    if step.minutes:
        about.append(_box(step))
    slides.under(" · ".join([*about, view.subtitle()]), "under")
    for place, topic in enumerate(step.topics[:SHOWN]):
        with st.container(border=True, key=f"topic-{place}"):
            _render_topic(view, found, step, topic, palette)
    rest = step.topics[SHOWN:]
    if rest:
        more = step.about - SHOWN
        with st.expander(tn("{n} more to talk about", "{n} more to talk about", more)):
            _render_rest(view, found, step, rest)
            if len(rest) < more:
                st.caption(
                    t(
                        "The first {n} of {all} are listed; the page Findings has all that the rules found.",
                        n=number(len(rest)), all=number(more),
                    )
                )  # fmt: skip


def _topics_title(step: Step) -> str:
    name = step_name(step.key)
    if step.key == COMPANY and not step.objectives and not step.topics:
        return t("This cycle has no company goal: what is all this work for?")
    if not step.topics:
        return t("{part}: nothing to ask", part=name)
    asked = tn("{n} question", "{n} questions", step.questions)
    return t("{part}: {questions} on {objectives}", part=name, questions=asked,
             objectives=objectives(step.about))  # fmt: skip


def _render_topic(view: View, found: Review, step: Step, topic: Topic, palette: Palette) -> None:
    gap = topic.gap
    behind = gap is not None and round(gap * 100) < 0
    colour = palette.behind if behind else palette.ahead
    slides.topic(
        t("gone") if topic.gone else percent(topic.progress),
        "" if gap is None else points(gap),
        colour,
        topic.title,
        [question_words(question) for question in topic.questions[:_LINES]],
        _facts(topic),
        f"{step.key}-{topic.objective_id}",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        _way(view, found, topic.objective_id, topic.gone, topic.objective_id)
        if more := len(topic.questions) - _LINES:
            st.caption(
                tn("{n} more question", "{n} more questions", more) if more > 0 else "",
                width="content",
            )
    if st.session_state.get(NOTES):
        _render_notes(topic)


def _facts(topic: Topic) -> str:
    """Write what stands behind the figure: whose it is, what is expected, what is measured."""
    parts = []
    if topic.owner:
        parts.append(topic.owner)
    if topic.expected is not None:
        parts.append(t("{expected} expected", expected=percent(topic.expected)))
    if topic.pace_status:
        parts.append(PACE_NAMES[topic.pace_status])
    if not topic.gone:
        parts.append(
            t("{measured} key results measured", measured=of(topic.measured, topic.key_results))
        )
    return " · ".join(parts)


#: Of a change: what is asked; ``{before}``, ``{after}`` and ``{title}`` are filled in.
_ASKED = Words(
    {
        "fell": mark("From “{before}” to “{after}”: what happened, and what brings it back?"),
        "lost": mark(
            "It no longer leads to a company goal ({before} before, {after} now). "
            "Which goal does it serve?"
        ),
        "retargeted": mark("“{title}” had {before}, now {after}. Who decided that, and why?"),
        "measure_gone": mark("Its key result “{title}” is gone. What measures it now?"),
        "removed": mark("It is gone. Was that decided, and who takes over what hung on it?"),
        "behind": mark("It is “{after}”. What would bring it back?"),
        "added": mark("It is new inside the cycle. What does it replace?"),
    }
)


def question_words(question: Question) -> str:
    """Ask in the reader's language; user text is in it as it is."""
    if question.is_finding:
        return t(
            "{finding}: {sentence}",
            finding=FINDING_NAMES[question.reason],
            sentence=told(question.sentence or ""),
        )
    nothing = t("nothing")
    return _ASKED[question.reason].format_map(
        {
            "before": _stood(question.before) or nothing,
            "after": _stood(question.after) or nothing,
            "title": question.title,
        }
    )


def _render_notes(topic: Topic) -> None:
    """Show to the presenter why each question matters, what to do, and the row behind it."""
    for question in topic.questions:
        rule = RULES.get(question.reason)
        why = t(rule.why) if rule else WHYS[question.reason]
        st.markdown(
            t("**{question}**  \n{why}", question=safe(question_words(question)), why=safe(why))
        )
        notes = [t("Item {id}: {title}", id=question.item_id, title=question.title)]
        if rule:
            notes.append(t(rule.advice))
        st.caption(safe(" · ".join([*notes, question.source])))


def _render_rest(view: View, found: Review, step: Step, rest: tuple[Topic, ...]) -> None:
    event = tables.show(
        pd.DataFrame(
            {
                "Objective": [topic.title for topic in rest],
                "Question": [question_words(topic.questions[0]) for topic in rest],
                "Questions": [len(topic.questions) for topic in rest],
                "Progress": tables.in_percent(pd.Series([topic.progress for topic in rest])),
                "Gap to pace": [None if topic.gap is None else topic.gap * 100 for topic in rest],
                "Owner": [topic.owner for topic in rest],
                "Id": [topic.objective_id for topic in rest],
            }
        ),
        t("More objectives to talk about, each with its gravest question"),
        {
            "Objective": st.column_config.TextColumn(width=300, pinned=True),
            "Question": st.column_config.TextColumn(width=460),
            "Progress": tables.percent_column(),
            "Gap to pace": tables.points_column(),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"review-rest-{view.data.generation}-{step.key}-{found.since}-{view.filters}",
    )
    if event.selection.rows and event.selection.rows[0] < len(rest):
        topic = rest[event.selection.rows[0]]
        for question in topic.questions:
            st.markdown(safe(question_words(question)))
        _way(view, found, topic.objective_id, topic.gone, f"rest-{topic.objective_id}")


# --- what is said ------------------------------------------------------------------

_COLUMNS = {"Remark": st.column_config.TextColumn(width=520)}


def remarks_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the remarks of a review as people read them."""
    return pd.DataFrame(
        {
            "Step": rows["step"].map(step_name),
            "Kind": rows["kind"].map(KIND_NAMES),
            "Remark": rows["remark"],
            "Objective": rows["title"],
            "Owner": rows["owner"],
            "Due": [None if pd.isna(due) else due.date().isoformat() for due in rows["due"]],
            "Written by": rows["written_by"],
            "Written at": rows["written_at"].str.replace("T", " ").str[:16],
            "Id": rows["item_id"],
        }
    )


def _render_remarks(view: View, meeting: Meeting, step: Step) -> None:
    """Show what was said at a step, and take one more remark."""
    rows = view.data.ask(questions.remarks, meeting.review_id)
    here = rows[rows["step"] == step.key]
    with card(t("Remarks"), tn("{n} at this step", "{n} at this step", len(here)), key="remarks"):
        for row in here.itertuples():
            _render_remark(meeting, row)
        _take_remark(meeting, step)


def _render_remark(meeting: Meeting, row: object) -> None:
    said = str(row.remark)  # type: ignore[attr-defined]
    short = said if len(said) <= _LONG else f"{said[:_LONG].rstrip()} …"
    kind, owner, due = row.kind, row.owner, row.due  # type: ignore[attr-defined]
    facts = [str(row.written_by), str(row.written_at).replace("T", " ")[:16]]  # type: ignore[attr-defined]
    if isinstance(row.title, str):  # type: ignore[attr-defined]
        facts.insert(0, row.title)  # type: ignore[attr-defined]
    if isinstance(owner, str):
        facts.insert(0, t("to do: {person}", person=owner))
    if not pd.isna(due):
        facts.append(t("due {day}", day=day(due.date())))
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        with st.container(gap=None):
            st.markdown(t("**{kind}** · {remark}", kind=KIND_NAMES[kind], remark=safe(short)))
            st.caption(safe(" · ".join(facts)))
            if short != said:
                with st.expander(t("The whole remark")):
                    st.text(said)
        name = str(row.remark_id)  # type: ignore[attr-defined]
        if st.button(t("Take it back"), key=f"withdraw-{name}", type="tertiary"):
            _say(lambda: pinned_data.store().withdraw_remark(meeting, name, by=_author()))


def _take_remark(meeting: Meeting, step: Step) -> None:
    """Ask for one more remark; what is begun stays when the meeting goes on before it is saved."""
    drafts = st.session_state.setdefault(_DRAFTS, {})
    place = f"{meeting.review_id}-{step.key}"
    fresh = st.session_state.get(_WRITTEN, 0)
    key = f"remark-{place}-{fresh}"
    if (said := st.session_state.pop(_TOLD, None)) is not None:
        st.caption(said)
    text = st.text_area(
        t("Remark"), value=drafts.get(place, ""), key=key, height=90,
        placeholder=t("What was said, decided, or is to be done"),
        on_change=lambda: drafts.update({place: st.session_state[key]}),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = st.segmented_control(
            t("Kind"), REMARK_KINDS, default="note", format_func=lambda k: KIND_NAMES[k],
            key=f"kind-{place}-{fresh}", required=True,
        )  # fmt: skip
        topics = {topic.objective_id: topic.title for topic in step.topics}
        item = None
        if topics:
            item = st.selectbox(
                t("About"), list(topics), index=None, format_func=lambda name: topics[name],
                placeholder=t("the step as a whole"), key=f"about-{place}-{fresh}", width=240,
            )  # fmt: skip
        owner = due = None
        if kind == "action":
            owner = st.text_input(t("Who does it"), key=f"owner-{place}-{fresh}", width=160)
            due = st.date_input(
                t("Due"), value=None, format="YYYY-MM-DD", key=f"due-{place}-{fresh}", width=140
            )
        st.text_input(
            t("Written by"), key=_AUTHOR, width=160, placeholder=t("your name"), max_chars=80,
            persist_state="session",
        )  # fmt: skip
        pressed = st.button(t("Save the remark"), key=f"save-{place}", type=emphasis())
    if not pressed:
        return
    if not text.strip():
        st.warning(t("Write some words first: an empty remark is not saved."))
    elif len(text.strip()) > REMARK_LENGTH:
        st.warning(
            t(
                "A remark has at most {most} characters, this one has {count}. It is not saved; "
                "shorten it, or put the text elsewhere and say where.",
                most=number(REMARK_LENGTH), count=number(len(text.strip())),
            )
        )  # fmt: skip
    else:
        remark = Remark(
            step.key, text, kind or "note", item, owner, due if isinstance(due, date) else None
        )
        drafts.pop(place, None)
        st.session_state[_WRITTEN] = fresh + 1
        _say(lambda: pinned_data.store().remark(meeting, remark, by=_author()), t("Saved."))


def _author() -> str | None:
    return str(st.session_state.get(_AUTHOR) or "").strip() or None


def _say(write: object, told_: str | None = None) -> None:
    """Write one word into the journal, and show the page anew with it."""
    assert callable(write)
    try:
        with st.spinner(t("Writing it down …")):
            write()
    except OkrError as error:
        st.error(t("It could not be written down. {error}", error=safe(str(error))))
        return
    st.session_state[_TOLD] = told_
    st.rerun()


# --- taking it along ---------------------------------------------------------------


def _render_end(view: View, meeting: Meeting, past: tuple[Past, ...]) -> None:
    """Show what was said in the whole review, hand it out, and close the review."""
    rows = view.data.ask(questions.remarks, meeting.review_id)
    this = next((each for each in past if each.review_id == meeting.review_id), None)
    closed = this is not None and this.closed_on is not None
    if closed and this is not None:
        slides.title(t("This review is closed since {day}", day=day(this.closed_on)))
        slides.lead(
            t("The next one begins with the figures of {day}.", day=day(meeting.as_of)), "closed"
        )
    elif rows.empty:
        slides.title(t("Take it along: nothing was written down yet"))
    else:
        slides.title(_said(rows))
    slides.under(view.subtitle(), "under")
    with card(t("What was said")):
        if rows.empty:
            st.write(t("Each step has a box for remarks; they are gathered here."))
        else:
            tables.show(remarks_table(rows), t("Remarks of this review"), _COLUMNS)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            _offer_remarks(view, rows)
        deck_button.offer_deck(view, meeting.since, deck_remarks(rows), key="review-deck")
    _close(meeting, this, closed)


def _said(rows: pd.DataFrame) -> str:
    counts = rows["kind"].value_counts()
    return t(
        "{remarks}: {decisions}, {actions}",
        remarks=tn("{n} remark", "{n} remarks", len(rows)),
        decisions=tn("{n} decision", "{n} decisions", int(counts.get("decision", 0))),
        actions=tn("{n} action", "{n} actions", int(counts.get("action", 0))),
    )


def _offer_remarks(view: View, rows: pd.DataFrame) -> None:
    if len(rows):
        table = exported(remarks_table(rows), view)
        offer(
            t("Download the remarks (CSV)"), lambda: neutral_csv(table), "review-remarks.csv",
            "remarks-csv",
        )  # fmt: skip


def deck_remarks(rows: pd.DataFrame) -> tuple[DeckRemark, ...]:
    """Return the remarks of a review as the deck shows them: kind, words, who is to do it and by when."""
    found = []
    for row in rows.itertuples():
        whom = [str(row.owner)] if pd.notna(row.owner) else []
        whom += [day(row.due)] if pd.notna(row.due) else []
        about = row.title if pd.notna(row.title) else step_name(str(row.step))
        found.append(
            DeckRemark(
                f"{KIND_NAMES[str(row.kind)]}: {row.remark}"
                + (f" ({', '.join(whom)})" if whom else ""),
                str(about),
                str(row.written_by),
                date.fromisoformat(str(row.written_at)[:10]),
            )
        )
    return tuple(found)


def _close(meeting: Meeting, this: Past | None, closed: bool) -> None:
    with card(t("Close the review")):
        if closed and this is not None:
            st.write(
                t(
                    "Closed by {person}. Remarks can still be added; opening it again makes the next "
                    "review begin with the one before.",
                    person=safe(this.closed_by or ""),
                )
            )
            if st.button(t("Open it again"), key="review-reopen"):
                _say(lambda: pinned_data.store().reopen_review(meeting, by=_author()))
            return
        st.write(
            t(
                "The next review of the same part of the organisation then begins with the figures of "
                "{day}. It can be opened again.",
                day=day(meeting.as_of),
            )
        )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            held = st.date_input(
                t("Held on"), value=max(meeting.as_of, date.today()), min_value=meeting.as_of,
                format="YYYY-MM-DD", key="review-held", width=150,
            )  # fmt: skip
            if st.button(t("Close the review"), key="review-close", type=emphasis()):
                day_ = held if isinstance(held, date) else meeting.as_of
                _say(lambda: pinned_data.store().close_review(meeting, day_, by=_author()))
