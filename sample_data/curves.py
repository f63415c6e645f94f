"""Believable courses of key results: progress over time, confidence, status and notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random


@dataclass(frozen=True)
class Period:
    """A cycle with its name and dates; ``horizon`` is the last day that the data knows of it."""

    name: str
    starts: date
    ends: date
    horizon: date

    def elapsed(self, day: date) -> float:
        """Return the elapsed share of the period on a day, 0-1."""
        share = (day - self.starts).days / (self.ends - self.starts).days
        return min(1.0, max(0.0, share))

    def known_share(self, day: date) -> float:
        """Return the elapsed share of what the data knows, 0-1."""
        share = (day - self.starts).days / (self.horizon - self.starts).days
        return min(1.0, max(0.0, share))


#: Shape of a course: share of the known time (0-1) -> share of its last progress.
SHAPES: dict[str, Callable[[float], float]] = {
    "linear": lambda u: u,
    "late": lambda u: u * u * (0.4 + 0.6 * u),
    "sprint": lambda u: min(1.0, u / 0.45),
    "steps": lambda u: int(u * 4) / 4,
    "ease": lambda u: u * (2 - u),
    "regress": lambda u: u * 1.7 if u < 0.7 else 1.19 - (u - 0.7) * 0.63,
}
#: How often each shape is drawn, in percent.
SHAPE_ODDS = (
    ("linear", 40),
    ("ease", 20),
    ("late", 16),
    ("sprint", 12),
    ("steps", 6),
    ("regress", 6),
)
#: Percents that people report for a milestone.
MILESTONE_STEPS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9)

NOTES: dict[str, tuple[str, ...]] = {
    "start": (
        "Baseline checked, first figures look plausible.",
        "Kick-off done, owners agreed for each week.",
        "We start later than planned because last quarter's work ran over.",
        "First week was set-up only.",
        "Measurement agreed with the data team.",
    ),
    "ahead": (
        "Better than hoped; the pilot region carries most of it.",
        "Strong week. We keep the pace and do not raise the target yet.",
        "Two early wins at once, so do not extrapolate.",
        "The change of last week works, we roll it out everywhere.",
        "Ahead of plan, and we help our neighbours now.",
        "Very good response after the training days.",
    ),
    "steady": (
        "As planned.",
        "Small steps, in the right direction.",
        "On plan; next week brings the larger part.",
        "Holding course. The holiday week cost us a little.",
        "Figure confirmed by finance.",
        "Good week, nothing special to report.",
        "Trend is stable, no help needed.",
    ),
    "behind": (
        "Waiting for a decision on budget; I asked for it by Friday.",
        "Two people were ill, we lost most of the week.",
        "Slower than planned. We drop the second region and focus on the first.",
        "Supplier moved the date again; we look for a second source.",
        "The measure works, but fewer sites take part than we thought.",
        "We need help from Cloud Platform, meeting set for Tuesday.",
        "Below plan; the new approach starts on Monday.",
        'Root cause found: "quick fix" from last month did not hold.',
        "Capacity went into an urgent customer case.",
    ),
    "stalled": (
        "No change since last week, we are blocked by the interface.",
        "Flat. The easy part is done and the hard part has not begun.",
        "Same figure as last week; the next delivery will move it.",
        "Stuck: approval is still open.",
    ),
    "falling": (
        "Step back: the cold spell brought many cases at once.",
        "Figure corrected after a counting error.",
        "Lost ground; part of the earlier gain was a one-off.",
        "Worse than last week, we look into it today.",
    ),
    "done": (
        "Target reached. Thanks to everybody involved!",
        "Done; we keep watching that it stays there.",
        "Over the line, two weeks earlier than planned.",
    ),
}
#: Second sentences; about one note in three has one.
TAILS = (
    "More in the Thursday review.",
    "Figures as of Monday morning.",
    "Thanks to everyone on shift.",
    "I report again next week.",
    "Details are in the team folder.",
    "Talked it through with finance.",
    "Sales and service both see it, too.",
    "One open question; no help needed.",
    "The next check is on Friday.",
    "Numbers are still provisional.",
    "Same picture in all regions.",
    "Mostly thanks to the south; north follows.",
)
#: How often a check-in has a note, in percent.
NOTE_ODDS = {
    "start": 40,
    "ahead": 25,
    "steady": 20,
    "behind": 60,
    "stalled": 45,
    "falling": 65,
    "done": 35,
}


@dataclass(frozen=True)
class Course:
    """How a key result runs: last progress, shape, weekday of its check-ins, first and last day."""

    final: float
    shape: str
    weekday: int
    first: date
    last: date
    every: int = 7

    def progress(self, period: Period, day: date) -> float:
        """Return the unrounded progress on a day; 1 = target reached."""
        return self.final * SHAPES[self.shape](period.known_share(day))


def draw_shape(rng: Random) -> str:
    """Draw the shape of a course."""
    ticket = rng.randrange(100)
    for name, odds in SHAPE_ODDS:
        ticket -= odds
        if ticket < 0:
            return name
    return "linear"


def wobble(rng: Random, width: float) -> float:
    """Draw a figure around 0; the sum of uniforms is the same on every platform."""
    return (rng.random() + rng.random() + rng.random() - 1.5) * width


def check_in_days(course: Course, keep: tuple[date, ...], rng: Random) -> list[date]:
    """Return the days of check-ins: weekly, some weeks missed, but not those before ``keep``."""
    start = course.first + timedelta(days=3)
    day = start + timedelta(days=(course.weekday - start.weekday()) % 7)
    days = []
    while day <= course.last:
        missed = rng.randrange(100) < 8
        kept = any(timedelta(0) <= end - day < timedelta(days=course.every) for end in keep)
        if kept or not missed:
            days.append(day)
        day += timedelta(days=course.every)
    return days


def pace_word(progress: float, elapsed: float) -> str:
    """Return the status that an honest owner reports; early in a cycle nobody is off track yet."""
    if progress >= 1:
        return "Done"
    ratio = progress / elapsed if elapsed > 0 else 1.0
    if ratio >= 0.9 or elapsed < 0.1:
        return "On track"
    return "At risk" if ratio >= 0.7 or elapsed < 0.25 else "Off track"


def confidence(progress: float, elapsed: float, rng: Random) -> int:
    """Return a confidence of 1-10 that drifts from hope to the pace."""
    ratio = min(1.25, max(0.0, progress) / elapsed) if elapsed > 0 else 1.0
    felt = 7.0 * (1 - elapsed) + elapsed * (1.5 + 7 * ratio) + wobble(rng, 1.6)
    return max(1, min(10, int(felt + 0.5)))


def note_mood(progress: float, before: float | None, elapsed: float) -> str:
    """Return which kind of note fits a check-in."""
    if before is None:
        return "start"
    if progress >= 1:
        return "done"
    if progress < before - 0.005:
        return "falling"
    ratio = progress / elapsed if elapsed > 0 else 1.0
    if progress - before < 0.002:
        return "stalled"
    return "ahead" if ratio >= 1.15 else "steady" if ratio >= 0.85 else "behind"


def draw_note(mood: str, rng: Random) -> str:
    """Draw a note for a mood; often there is none."""
    if rng.randrange(100) >= NOTE_ODDS[mood]:
        return ""
    note = NOTES[mood][rng.randrange(len(NOTES[mood]))]
    tail = TAILS[rng.randrange(len(TAILS))]
    return note if rng.randrange(3) else f"{note} {tail}"
