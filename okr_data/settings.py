"""Thresholds, calendars and names that an organisation may change, with the contract's defaults.

They are read from ``settings.toml`` in the data folder and written into every published
database (``journal.setting``, one row a setting; view ``model.setting``, one column a setting),
so that SQL never holds a literal threshold and every figure carries the rules that made it.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from okr_data.errors import OkrError
from okr_data.schema import LEVELS
from okr_data.texts import mark

PACE_RULES = ("ratio", "gap", "forecast")
FILE = "settings.toml"
#: Group of the settings that are names and not figures.
LEVEL_NAMES = "level names"
#: Group of the settings that name files: they change no figure, and are read where they are used.
FILES = "files"
LONGEST_PATH = 500
#: Longer names of levels would push everything else out of filters and charts.
LONGEST_NAME = 40


@dataclass(frozen=True)
class Described:
    """What is known of a setting beside its value: the group it stands in, and its bounds."""

    group: str
    meaning: str
    least: float = 0.0
    most: float = 1.0
    whole: bool = False
    choices: tuple[str, ...] = ()

    def refuse(self, name: str, value: object) -> str | None:
        """Say what is wrong with a value of a TOML file; None where nothing is."""
        wanted = self._wanted(value)
        return f'"{name}" must {wanted}, not {value!r}' if wanted else None

    def bounds(self) -> str:
        """Say in a few words what a value may be."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.group == LEVEL_NAMES:
            return "text"
        if self.group == FILES:
            return "path of a file, from the data folder or whole; empty for none"
        return f"{self.least:g} to {self.most:g}"

    def _wanted(self, value: object) -> str | None:
        if self.choices:
            return None if value in self.choices else f"be one of {', '.join(self.choices)}"
        if self.group == LEVEL_NAMES:
            parts = value.split("/") if isinstance(value, str) else []
            named = 1 <= len(parts) <= 2 and all(
                0 < len(part.strip()) <= LONGEST_NAME and part.isprintable() for part in parts
            )
            wanted = f'be a name of at most {LONGEST_NAME} characters, or "plural/singular"'
            return None if named else wanted
        if self.group == FILES:
            fits = isinstance(value, str) and len(value) <= LONGEST_PATH and value.isprintable()
            return None if fits else f"be the path of a file, of at most {LONGEST_PATH} characters"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "be a number"
        if not self.least <= value <= self.most:
            return f"lie between {self.least:g} and {self.most:g}"
        return "be a whole number" if self.whole and value != int(value) else None


def _setting(default: Any, group: str, meaning: str, **bounds: Any) -> Any:
    return field(default=default, metadata={"described": Described(group, meaning, **bounds)})


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; what it means stands beside it and is shown to people."""

    pace_rule: str = _setting(
        "ratio",
        "pace",
        mark("rule that compares progress with expected progress"),
        choices=PACE_RULES,
    )
    pace_on_track: float = _setting(
        0.9,
        "pace",
        mark("ratio: progress / expected progress from which an item is on track"),
        most=2,
    )
    pace_at_risk: float = _setting(
        0.7,
        "pace",
        mark("ratio: progress / expected from which it is at risk and not off track"),
        most=2,
    )
    gap_on_track: float = _setting(
        0.165, "pace", mark("gap: expected − progress (fraction) below which an item is on track")
    )
    gap_at_risk: float = _setting(
        0.33, "pace", mark("gap: expected − progress (fraction) up to which it is at risk")
    )
    forecast_on_track: float = _setting(
        0.7, "pace", mark("forecast: projected end from which an item is on track")
    )
    forecast_at_risk: float = _setting(
        0.3, "pace", mark("forecast: projected end from which it is at risk and not off track")
    )
    too_early_share: float = _setting(
        0.10, "pace", mark("elapsed share of its time before which nothing is behind")
    )
    score_green: float = _setting(
        0.7,
        "score",
        mark("score from which a closed objective is green (a committed one: only at 1.0)"),
    )
    score_yellow: float = _setting(0.4, "score", mark("score from which it is yellow and not red"))
    cadence_days: float = _setting(
        14,
        "rules",
        mark("days within which a key result is checked in"),
        least=1,
        most=366,
        whole=True,
    )
    max_key_results: float = _setting(
        5, "rules", mark("most key results of one objective"), least=1, most=100, whole=True
    )
    min_key_results: float = _setting(
        2, "rules", mark("fewest key results of an objective that has some"), most=100, whole=True
    )
    max_objectives: float = _setting(
        5, "rules", mark("most objectives of one team or person in a cycle"), least=1, most=1000, whole=True
    )  # fmt: skip
    forecast_min_check_ins: float = _setting(
        3, "forecast", mark("fewest check-ins from which a forecast is made"), least=3, most=50, whole=True
    )  # fmt: skip
    forecast_interval: float = _setting(
        0.8, "forecast", mark("share of ends that the interval of a forecast is meant to hold"),
        least=0.5, most=0.99,
    )  # fmt: skip
    mismatch_tolerance: float = _setting(
        0.01,
        "figures",
        mark("difference of reported and computed progress that is no issue (fraction)"),
    )
    rounding_tolerance: float = _setting(
        0.01, "figures", mark("difference below which rounding may be the reason (fraction)")
    )
    fiscal_start_month: float = _setting(
        1, "calendar", mark("first month of the fiscal year, 1–12; cycles named FY follow it"),
        least=1, most=12, whole=True,
    )  # fmt: skip
    level_company: str = _setting(
        "Company", LEVEL_NAMES, mark("name of level 1 (plural, or plural/singular)")
    )
    level_department: str = _setting("Departments/Department", LEVEL_NAMES, mark("name of level 2"))
    level_team: str = _setting("Teams/Team", LEVEL_NAMES, mark("name of level 3"))
    level_individual: str = _setting("Individuals/Individual", LEVEL_NAMES, mark("name of level 4"))
    deck_template: str = _setting(
        "", FILES, mark("PowerPoint file (.pptx) whose masters and layouts the review deck takes")
    )

    def level_name(self, level: str, one: bool = False) -> str:
        """Return what the organisation calls a level, in the plural or for one objective."""
        parts = str(getattr(self, f"level_{level}")).split("/")
        return parts[-1 if one else 0].strip()

    def level_names(self, one: bool = False) -> dict[str, str]:
        """Return the names of all levels by the words of the contract, plural or for one objective."""
        return {level: self.level_name(level, one) for level in LEVELS}

    def digest(self) -> str:
        """Return a short name for these very values, which travels with exported figures."""
        return hashlib.sha256(repr(setting_rows(self)).encode()).hexdigest()[:8]


def described() -> Iterator[tuple[str, object, Described]]:
    """Yield name, default and description of every setting, in the order of the file."""
    for each in fields(Settings):
        yield each.name, each.default, each.metadata["described"]


def load_settings(folder: Path) -> Settings:
    """Read ``settings.toml`` of a data folder; the defaults where there is none.

    Raises OkrError naming the file and every setting that is unknown or out of bounds.
    """
    return parse_settings(_raw(folder))


def parse_settings(raw: dict[str, Any]) -> Settings:
    """Turn the values of a TOML file into settings. Raises OkrError."""
    known = {name: what for name, _, what in described()}
    wrong = [
        f'"{name}" is not a setting; known: {", ".join(known)}'
        if name not in known
        else known[name].refuse(name, value)
        for name, value in raw.items()
    ]
    if problems := [text for text in wrong if text]:
        raise OkrError(f"{FILE}: {'; '.join(problems)}")
    settings = Settings(**raw)
    for low, high in (
        ("pace_at_risk", "pace_on_track"), ("gap_on_track", "gap_at_risk"),
        ("forecast_at_risk", "forecast_on_track"), ("score_yellow", "score_green"),
        ("min_key_results", "max_key_results"),
    ):  # fmt: skip
        if getattr(settings, low) > getattr(settings, high):
            raise OkrError(f"{FILE}: {low} must not be above {high}")
    for one in (False, True):
        names = settings.level_names(one).values()
        if len({name.casefold() for name in names}) < len(LEVELS):
            raise OkrError(f"{FILE}: two levels have the same name: {', '.join(names)}")
    return settings


def _raw(folder: Path) -> dict[str, Any]:
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        # ValueError: no UTF-8, no TOML, or a number of more digits than Python takes
        raise OkrError(f"{FILE}: {error}") from error


def settings_problem(folder: Path) -> str:
    """Return what is wrong with ``settings.toml`` of a data folder; empty where nothing is."""
    try:
        load_settings(folder)
    except OkrError as error:
        return str(error)
    return ""


def with_files_of(settings: Settings, folder: Path) -> Settings:
    """Return settings with the names of files as ``settings.toml`` says now: no figure waits for them."""
    try:
        now = load_settings(folder)
    except OkrError:
        return settings
    names = [name for name, _, what in described() if what.group == FILES]
    return replace(settings, **{name: getattr(now, name) for name in names})


def differing(one: Settings, other: Settings) -> dict[str, tuple[str, str]]:
    """Return the settings of figures in which two differ, each with both values as text."""
    pairs = {
        name: (getattr(one, name), getattr(other, name))
        for name, _, what in described()
        if what.group != FILES
    }
    return {name: (as_text(a), as_text(b)) for name, (a, b) in pairs.items() if a != b}


def stated_settings(folder: Path) -> frozenset[str]:
    """Return the names of the settings that somebody wrote down. Raises like load_settings."""
    load_settings(folder)
    return frozenset(_raw(folder))


def setting_rows(settings: Settings) -> list[tuple[str, float | None, str, str, str, str]]:
    """Return the rows of ``journal.setting``: name, number, value and default as text, group, meaning.

    What names a file has no row: it changes no figure, no digest, and needs no new database.
    """
    rows = []
    for name, default, what in described():
        if what.group == FILES:
            continue
        value = getattr(settings, name)
        number = None if isinstance(value, str) else float(value)
        rows.append((name, number, as_text(value), as_text(default), what.group, what.meaning))
    return rows


def settings_of_rows(rows: Iterable[tuple[str, float | None, str]]) -> Settings:
    """Return the settings that rows of ``journal.setting`` hold: name, number, value as text.

    What another version of the program wrote and this one does not know is left out.
    """
    known = {name for name, _, _ in described()}
    values: dict[str, Any] = {
        name: text if number is None else number for name, number, text in rows if name in known
    }
    return Settings(**values)


def as_text(value: object) -> str:
    """Write a value as people and TOML do, without losing a digit."""
    if isinstance(value, str):
        return value
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def as_toml(settings: Settings) -> str:
    """Write settings as a documented file: each with its meaning, bounds and default."""
    lines = [
        "# Settings of the OKR dashboard: settings.toml in the data folder.",
        "# Every line may be left out; the default then holds. A change takes effect with the next",
        "# import, or at once with `python -m okr_data rebuild`.",
    ]
    group = ""
    for name, default, what in described():
        if what.group != group:
            group = what.group
            lines += ["", f"# --- {group} ---"]
        value = getattr(settings, name)
        lines.append(f"# {what.meaning} ({what.bounds()}; default {as_text(default)})")
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else as_text(value)
        lines.append(f"{name} = {shown}")
    return "\n".join(lines) + "\n"
