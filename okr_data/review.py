"""What a review meeting asks: what moved and flipped since the last one, what to talk about, how long.

A review looks at one cycle and part of the organisation as of one day, beside an earlier day: that
of the last review, else that of the import before. Everything to talk about is a question on an
item, with what stands behind it; the questions of one objective are one topic, the topics of one
department one step of the meeting. Nothing here knows Streamlit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import pandas as pd

from okr_data.differences import alignment_flips, changes_between, day_before
from okr_data.queries import MOST_ROWS, Filters
from okr_data.schema import LEVELS
from okr_data.store import Meeting, Reader

#: What a question weighs when the time of a meeting is shared out: what went wrong since last time
#: and grave findings first, what stands in the data for long after it. Low findings are not asked.
WEIGHTS = {
    "fell": 3,
    "lost": 3,
    "retargeted": 3,
    "removed": 2,
    "measure_gone": 2,
    "behind": 2,
    "added": 1,
}
FINDING_WEIGHTS = {"high": 3, "medium": 1}
#: Parts of the time that go to what moved and to the remarks, beside the questions themselves.
FRAME_SHARE = 0.1
#: Topics that a step tells one by one; nobody talks about more in a meeting.
MOST_TOPICS = 50
#: Where the comparison begins, and why.
Origin = Literal["review", "import", "days", "chosen"]
START, MOVED, COMPANY, END = "start", "moved", "company", "end"
_DEPARTMENT = "department:"
_SIGHT = ("contributing", "supporting")
_BEHIND, _BEHIND_NOW = ("at risk", "off track"), ("at_risk", "off_track")
#: Findings that say of an objective what its loss of the line of sight says already.
_NO_SIGHT = {"detached", "unaligned", "unresolved_parent"}


@dataclass(frozen=True)
class Question:
    """One thing to ask about an item: why it is asked, what stood before and stands now.

    ``reason`` is a change (:data:`WEIGHTS`) or the name of a rule, which then says a sentence.
    """

    reason: str
    weight: int
    item_id: str
    title: str
    before: str | None = None
    after: str | None = None
    sentence: str | None = None
    source: str = ""

    @property
    def is_finding(self) -> bool:
        return self.sentence is not None


@dataclass(frozen=True)
class Topic:
    """The questions on one objective, the gravest first, with its figures as of the day.

    ``gone``: it is there no more, and its figures are not known. Progress and expected progress are
    fractions, None where not measured or without dates.
    """

    objective_id: str
    title: str
    level: str | None
    department: str | None
    owner: str | None
    progress: float | None
    expected: float | None
    pace_status: str | None
    measured: int
    key_results: int
    gone: bool
    questions: tuple[Question, ...]

    @property
    def weight(self) -> int:
        return sum(question.weight for question in self.questions)

    @property
    def gap(self) -> float | None:
        """Return progress minus expected progress, None where one of them is not known."""
        if self.progress is None or self.expected is None:
            return None
        return self.progress - self.expected

    def rank(self) -> tuple[float, ...]:
        """Return what topics are sorted by: gravest question, all of them, level, gap to pace."""
        level = LEVELS.index(self.level) if self.level in LEVELS else len(LEVELS)
        gravest = max((question.weight for question in self.questions), default=0)
        return (-gravest, -self.weight, level, self.gap if self.gap is not None else 1.0)


@dataclass(frozen=True)
class Step:
    """One screen of the meeting; ``key`` is its name in the address and in remarks.

    ``topics`` are the first of those that it is ``about``; ``questions`` and ``weight`` are of all.
    """

    key: str
    topics: tuple[Topic, ...] = ()
    objectives: int = 0
    behind: int = 0
    minutes: int = 0
    about: int = 0
    questions: int = 0
    weight: int = 0

    @property
    def department(self) -> str | None:
        """Return the department of the step; None for the others and where it is unknown."""
        return department_of(self.key)


def department_of(key: str) -> str | None:
    """Return the department that a step of that name is about, None where it is about none."""
    return key.removeprefix(_DEPARTMENT) or None if key.startswith(_DEPARTMENT) else None


def is_department(key: str) -> bool:
    return key.startswith(_DEPARTMENT)


@dataclass(frozen=True)
class Moves:
    """Objectives under the filter that are not dropped, and what became of them since.

    ``up``, ``down``: progress; ``fell`` and ``caught_up``: changes between at risk or off track and
    any other pace; ``lost`` and ``gained``: line of sight to a company goal; ``paces`` and ``states``
    are all changes of pace status and alignment state. ``new_results`` and ``gone_results``
    count key results, ``retargeted`` those with another target or start.
    """

    objectives: int
    up: int = 0
    down: int = 0
    first_measured: int = 0
    fell: int = 0
    caught_up: int = 0
    paces: int = 0
    lost: int = 0
    gained: int = 0
    states: int = 0
    added: int = 0
    removed: int = 0
    new_results: int = 0
    gone_results: int = 0
    retargeted: int = 0

    @property
    def nothing(self) -> bool:
        """Tell whether none of this happened."""
        return self == Moves(self.objectives)


@dataclass(frozen=True)
class Review:
    """What there is to review.

    ``flips``: one row a change that a meeting names, columns item_id, objective_id, title,
    department, change (up, down, first_measured, fell, caught_up, pace, lost, gained, state, added, removed,
    retargeted, new_result, gone_result), before, after, delta (fraction, of progress), file, row,
    import_id; of each change the largest. ``changes``: how many there are of each. ``steps`` are in the
    order of the agenda, without minutes.
    """

    since: date | None
    moves: Moves
    flips: pd.DataFrame
    changes: Mapping[str, int]
    steps: tuple[Step, ...]
    quiet: tuple[str | None, ...]

    @property
    def topics(self) -> int:
        return sum(step.about for step in self.steps)

    def timed(self, minutes: int) -> tuple[Step, ...]:
        """Return the steps with their time boxes, which sum to the length of the meeting."""
        timed = [step for step in self.steps if step.key != START]
        asked = sum(step.weight for step in timed) or 1
        frame = asked * FRAME_SHARE / (1 - 2 * FRAME_SHARE)
        weights = [float(frame if step.key in (MOVED, END) else step.weight) for step in timed]
        boxes = dict(zip((step.key for step in timed), time_boxes(weights, minutes), strict=True))
        return tuple(replace(step, minutes=boxes.get(step.key, 0)) for step in self.steps)


def time_boxes(weights: Sequence[float], minutes: int) -> list[int]:
    """Share whole minutes out by weight; they sum to ``minutes``.

    Each gets one minute first; where there are fewer minutes than parts, the heaviest get it.
    """
    order = sorted(range(len(weights)), key=lambda n: (-weights[n], n))
    boxes = [0] * len(weights)
    for place in order[:minutes]:
        boxes[place] = 1
    rest, total = minutes - sum(boxes), sum(weights)
    if rest <= 0 or not weights:
        return boxes
    parts = [rest * (w / total if total else 1 / len(weights)) for w in weights]
    boxes = [box + int(part) for box, part in zip(boxes, parts, strict=True)]
    by_remainder = sorted(order, key=lambda n: -(parts[n] - int(parts[n])))
    for place in by_remainder[: minutes - sum(boxes)]:
        boxes[place] += 1
    return boxes


# --- earlier reviews ---------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """A review as the view ``review`` tells it."""

    review_id: str
    cycle: str | None
    departments: tuple[str, ...]
    levels: tuple[str, ...]
    since: date | None
    as_of: date
    closed_on: date | None
    closed_by: str | None
    remarks: int


def past_reviews(reader: Reader) -> tuple[Past, ...]:
    """Return every review, the newest first."""
    rows = reader.rows(
        "select review_id, cycle, departments, levels, since, as_of, closed_on, closed_by, remarks "
        "from review order by as_of desc, begun_at desc, review_id"
    )
    return tuple(
        Past(review, cycle, _several(departments), _several(levels), *rest)
        for review, cycle, departments, levels, *rest in rows
    )


def _several(text: str | None) -> tuple[str, ...]:
    return tuple(text.split("; ")) if text else ()


def remarks(reader: Reader, review_id: str) -> pd.DataFrame:
    """Return the remarks of a review in the order of writing, with the title of what they are about.

    Columns of ``review_remark`` and ``title``, the last known one; missing where it is about the step.
    """
    return reader.frame(
        "with named as (select objective_id, arg_max(title, (as_of, seq)) as title "
        "from model.objective_version group by objective_id) "
        "select r.*, n.title from review_remark r left join named n on n.objective_id = r.item_id "
        "where r.review_id = $review order by r.written_at, length(r.remark_id), r.remark_id",
        {"review": review_id},
    )


def last_review(past: Sequence[Past], meeting: Meeting) -> Past | None:
    """Return the last closed review of the same part of the organisation before a meeting.

    One of the same cycle, else one of any cycle: the first review of a cycle follows the last
    one of the cycle before.
    """
    same = [
        each
        for each in past
        if each.closed_on is not None
        and each.as_of < meeting.as_of
        and set(each.departments) == set(meeting.departments)
        and set(each.levels) == set(meeting.levels)
    ]
    of_cycle = [each for each in same if each.cycle == meeting.cycle]
    return max(of_cycle or same, key=lambda each: each.as_of, default=None)


def begins(
    past: Sequence[Past], meeting: Meeting, days: list[date], first: date | None
) -> tuple[date | None, Origin]:
    """Return the day that a review compares with where nobody chose, and why that one."""
    if found := last_review(past, meeting):
        return found.as_of, "review"
    before = day_before(days, meeting.as_of, first)
    if before >= meeting.as_of:
        return None, "days"
    return before, "import" if before in days else "days"


# --- what there is to talk about ---------------------------------------------------

_STANDING = """
select o.objective_id, o.title, o.level, o.department, o.owner, o.progress, o.expected_progress,
    o.pace_status, o.measured, o.key_results, o.dropped, o.file, o.row, o.import_id,
    {inside} as inside
from objective_progress o
where {inside} or {framing}
"""
_CHANGES = """
select c.*, {inside} as inside
from {changes}
where c.item_kind in ('objective', 'key_result') and ({inside} or {framing})
    and c.kind in ('added', 'removed', 'retargeted', 'pace', 'progress')
    and (c.item_kind = 'objective' or c.kind in ('added', 'removed', 'retargeted'))
order by c.title, c.item_id
"""
_FOUND = """
select f.finding, f.severity, f.item_id, f.objective_id, f.sentence, coalesce(k.title, o.title) as title,
    coalesce(k.file, o.file) as file, coalesce(k.row, o.row) as row,
    coalesce(k.import_id, o.import_id) as import_id
from finding f
join objective_progress o on o.objective_id = f.objective_id
left join key_result_progress k on f.item_kind = 'key_result' and k.key_result_id = f.item_id
where not f.excused and not o.dropped and f.severity in ('high', 'medium') and ({inside} or {framing})
order by f.severity = 'medium', f.finding, title, f.item_id
"""
_CHANGED = (
    "item_id", "objective_id", "title", "department", "change", "before", "after", "delta", "file",
    "row", "import_id",
)  # fmt: skip


def compose(
    reader: Reader,
    filters: Filters,
    frames: tuple[str, ...],
    since: date | None,
    most: int | None = MOST_ROWS,
) -> Review:
    """Return what there is to review as of the reader's day, compared with an earlier one.

    Of each change at most ``most`` are told, of the topics of a step MOST_TOPICS. Company goals of the
    cycle and of those around it (``frames``) always come first, whatever the filter; without an earlier
    day only what the rules find is asked.
    """
    asked = {
        "inside": f"coalesce({filters.condition()}, false)",  # no department is no department's
        "framing": "(o.level = 'company' and (o.cycle is not distinct from $cycle "
        "or list_contains($frames, o.cycle)))",
    }
    values = {**filters.parameters(), "frames": list(frames)}
    standing = reader.long_frame(_STANDING.format(**asked), values)
    standing = standing.set_index("objective_id", drop=False)
    found = reader.long_frame(_FOUND.format(**asked), values)
    changed, flips = _changed(reader, asked, values, since, standing)
    living = standing[standing["inside"] & ~standing["dropped"]]
    moves = _moves(changed, flips, living)
    topics = _topics(standing, _questions(standing, changed, flips, found), changed)
    steps, quiet = _steps(topics, standing[~standing["dropped"]])
    named = _named(changed, flips, living)
    counts = {str(change): int(n) for change, n in named["change"].value_counts().items()}
    return Review(since, moves, _largest(named, most), counts, steps, quiet)


def _largest(named: pd.DataFrame, most: int | None) -> pd.DataFrame:
    """Return the largest of each change, then by title."""
    order = named.assign(size=-named["delta"].astype(float).abs()).sort_values(
        ["size", "title", "item_id"], kind="stable"
    )
    if most is not None:
        order = order.groupby("change", sort=False).head(most)
    return order.drop(columns="size").reset_index(drop=True)


def _changed(
    reader: Reader,
    asked: Mapping[str, str],
    values: Mapping[str, object],
    since: date | None,
    standing: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the changes of items and those of alignment states since a day; none without one."""
    ((day,),) = reader.rows("select day from as_of_day") or [(None,)]
    if since is None or day is None or since >= day:
        columns = ("item_kind", "kind", "level", "inside", "objective_id", *_CHANGED)
        return (
            pd.DataFrame(columns=list(dict.fromkeys(columns))),
            pd.DataFrame(columns=["objective_id", "before", "after"]),
        )
    of_change = {key: text.replace("o.", "c.") for key, text in asked.items()}
    changes = changes_between(reader, since, day, "true", {})
    changed = reader.long_frame(
        _CHANGES.format(**of_change, changes=changes.source), {**values, **changes.values}
    )
    flips = alignment_flips(reader, since, day)
    return changed, flips[flips["objective_id"].isin(standing.index)].reset_index(drop=True)


def _moves(changed: pd.DataFrame, flips: pd.DataFrame, living: pd.DataFrame) -> Moves:
    """Count what happened under the filter; of objectives only those that are not dropped."""
    inside = changed[changed["inside"].astype(bool)]
    results = inside[inside["item_kind"] == "key_result"]
    own = inside[inside["item_kind"] == "objective"]
    there = own[own["item_id"].isin(living.index)]
    progress, pace = there[there["kind"] == "progress"], there[there["kind"] == "pace"]
    was, is_ = pace["before"].isin(_BEHIND), pace["after"].isin(_BEHIND)
    sight = flips[flips["objective_id"].isin(living.index)]
    had, has = sight["before"].isin(_SIGHT), sight["after"].isin(_SIGHT)
    return Moves(
        objectives=len(living),
        up=int((progress["delta"] > 0).sum()),
        down=int((progress["delta"] < 0).sum()),
        first_measured=int(progress["before"].isna().sum()),
        fell=int((~was & is_).sum()),
        caught_up=int((was & ~is_).sum()),
        paces=len(pace),
        lost=int((had & ~has).sum()),
        gained=int((~had & has).sum()),
        states=len(sight),
        added=int((there["kind"] == "added").sum()),
        removed=int((own["kind"] == "removed").sum()),
        new_results=int((results["kind"] == "added").sum()),
        gone_results=int((results["kind"] == "removed").sum()),
        retargeted=int((results["kind"] == "retargeted").sum()),
    )


def _named(changed: pd.DataFrame, flips: pd.DataFrame, living: pd.DataFrame) -> pd.DataFrame:
    """Return each change under the filter by the word that a meeting has for it."""
    rows = changed[changed["inside"].astype(bool)].copy()
    gone = (rows["item_kind"] == "objective") & (rows["kind"] == "removed")
    rows = rows[(rows["item_kind"] == "key_result") | gone | rows["item_id"].isin(living.index)]
    rows["change"] = [
        _word(*row)
        for row in zip(
            rows["item_kind"], rows["kind"], rows["before"], rows["after"], rows["delta"],
            strict=True,
        )
    ]  # fmt: skip
    sight = flips[flips["objective_id"].isin(living.index)]
    states = living.loc[sight["objective_id"], ["title", "department", "file", "row", "import_id"]]
    states = states.reset_index().assign(
        item_id=sight["objective_id"].to_numpy(),
        before=sight["before"].to_numpy(),
        after=sight["after"].to_numpy(),
        delta=float("nan"),
    )
    states["change"] = [
        _word_of_sight(b, a) for b, a in zip(states["before"], states["after"], strict=True)
    ]
    parts = [part[list(_CHANGED)] for part in (rows, states) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_CHANGED)


def _word(item_kind: str, kind: str, before: Any, after: Any, delta: float) -> str:
    if item_kind == "key_result":
        return {"added": "new_result", "removed": "gone_result"}.get(kind, kind)
    if kind == "progress":
        return "first_measured" if pd.isna(before) else "up" if delta > 0 else "down"
    if kind == "pace" and (before in _BEHIND) != (after in _BEHIND):
        return "fell" if after in _BEHIND else "caught_up"
    return kind


def _word_of_sight(before: str, after: str) -> str:
    if (before in _SIGHT) != (after in _SIGHT):
        return "gained" if after in _SIGHT else "lost"
    return "state"


def _questions(
    standing: pd.DataFrame, changed: pd.DataFrame, flips: pd.DataFrame, found: pd.DataFrame
) -> dict[str, list[Question]]:
    """Return the questions by objective; nothing is asked twice in other words."""
    asked: dict[str, list[Question]] = {}
    living = standing[~standing["dropped"]]
    for row in changed.itertuples():
        word = _word(row.item_kind, row.kind, row.before, row.after, row.delta)
        reason = "measure_gone" if word == "gone_result" else word
        known = row.objective_id in living.index or word == "removed"
        if reason in WEIGHTS and known:
            asked.setdefault(row.objective_id, []).append(
                Question(
                    reason, WEIGHTS[reason], row.item_id, row.title, _text(row.before),
                    _text(row.after), source=source(row),
                )
            )  # fmt: skip
    lost = flips[flips["before"].isin(_SIGHT) & ~flips["after"].isin(_SIGHT)]
    states = lost.set_index("objective_id")[["before", "after"]]
    for row in living.join(states, how="inner").itertuples():
        asked.setdefault(row.objective_id, []).append(
            Question(
                "lost", WEIGHTS["lost"], row.objective_id, row.title, row.before, row.after,
                source=source(row),
            )
        )  # fmt: skip
    goals = living[(living["level"] == "company") & living["pace_status"].isin(_BEHIND_NOW)]
    for row in goals.itertuples():  # of a goal it is asked at every review, fallen just now or not
        questions = asked.setdefault(row.objective_id, [])
        if not any(question.reason == "fell" for question in questions):
            questions.append(
                Question(
                    "behind", WEIGHTS["behind"], row.objective_id, row.title, None, row.pace_status,
                    source=source(row),
                )
            )  # fmt: skip
    for row in found.itertuples():
        _ask_finding(asked.setdefault(row.objective_id, []), row)
    return asked


def _ask_finding(questions: list[Question], row: Any) -> None:
    """Ask what a rule found, unless a change asks it already; what is asked better goes."""
    if row.finding in _NO_SIGHT and any(question.reason == "lost" for question in questions):
        return
    if row.finding == "moved_goalpost":
        questions[:] = [
            question
            for question in questions
            if question.reason != "retargeted" or question.item_id != row.item_id
        ]
    questions.append(
        Question(
            row.finding, FINDING_WEIGHTS[row.severity], row.item_id, row.title,
            sentence=row.sentence, source=source(row),
        )
    )  # fmt: skip


def source(row: Any) -> str:
    """Name the line of the file that a row comes from, with its import; a language-free text."""
    return f"{row.file}:{row.row} ({row.import_id})"


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _topics(
    standing: pd.DataFrame, questions: Mapping[str, list[Question]], changed: pd.DataFrame
) -> list[Topic]:
    """Return one topic an objective with questions, by what needs talk most."""
    gone = changed[(changed["item_kind"] == "objective") & (changed["kind"] == "removed")]
    last = _rows_by_id(gone.set_index("objective_id", drop=False), questions)
    there = _rows_by_id(standing, questions)
    topics = []
    for objective_id, asked in questions.items():
        if not asked:
            continue
        ordered = tuple(sorted(asked, key=lambda question: -question.weight))
        if row := there.get(objective_id):
            topics.append(
                Topic(
                    objective_id, str(row["title"]), _text(row["level"]), _text(row["department"]),
                    _text(row["owner"]), _number(row["progress"]), _number(row["expected_progress"]),
                    _text(row["pace_status"]), int(row["measured"]), int(row["key_results"]), False,
                    ordered,
                )
            )  # fmt: skip
        elif row := last.get(objective_id):
            topics.append(
                Topic(
                    objective_id, str(row["title"]), _text(row["level"]), _text(row["department"]),
                    None, None, None, None, 0, 0, True, ordered,
                )
            )  # fmt: skip
    return sorted(topics, key=lambda topic: (topic.rank(), topic.title, topic.objective_id))


def _rows_by_id(rows: pd.DataFrame, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of some ids as plain values; the index holds the ids, each once."""
    some = rows[rows.index.isin(list(ids))]
    return {str(row["objective_id"]): row for row in some.to_dict("records")}


def _steps(
    topics: Sequence[Topic], living: pd.DataFrame
) -> tuple[tuple[Step, ...], tuple[str | None, ...]]:
    """Return the agenda, and the departments about which nothing is asked."""
    by_key: dict[str, list[Topic]] = {COMPANY: []}
    for topic in topics:
        by_key.setdefault(_place(topic.level, topic.department), []).append(topic)
    of_step = pd.Series(
        [_place(lv, _text(d)) for lv, d in zip(living["level"], living["department"], strict=True)],
        index=living.index,
        dtype=object,
    )
    inside = of_step.value_counts()
    behind = of_step[living["pace_status"].isin(_BEHIND_NOW)].value_counts()
    steps = {
        key: Step(
            key, tuple(there[:MOST_TOPICS]), int(inside.get(key, 0)), int(behind.get(key, 0)),
            about=len(there), questions=sum(len(topic.questions) for topic in there),
            weight=sum(topic.weight for topic in there),
        )
        for key, there in by_key.items()
    }  # fmt: skip
    company = steps.pop(COMPANY)
    departments = sorted(steps.values(), key=lambda step: (-step.weight, -step.behind, step.key))
    silent = sorted(set(of_step) - set(steps) - {COMPANY})
    agenda = (Step(START), Step(MOVED), company, *departments, Step(END))
    return agenda, tuple(department_of(key) for key in silent)


def _place(level: str | None, department: str | None) -> str:
    return COMPANY if level == "company" else f"{_DEPARTMENT}{department or ''}"
