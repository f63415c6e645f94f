"""Thresholds and calendars that an organisation may change, with the contract's defaults.

They are read from ``settings.toml`` in the data folder and written into every published
database as the table ``journal.setting``, so that SQL never holds a literal threshold.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from okr_data.errors import OkrError


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; the comment beside it is its documentation."""

    #: Progress / expected progress from which an item is on track.
    pace_on_track: float = 0.9
    #: Progress / expected progress from which an item is at risk and no longer off track.
    pace_at_risk: float = 0.7
    #: Elapsed share of the cycle before which nothing is behind yet.
    too_early_share: float = 0.10
    #: Largest difference of reported and computed progress that is not an issue (fraction).
    mismatch_tolerance: float = 0.01
    #: Difference of reported and computed progress below which rounding may be the reason (fraction).
    rounding_tolerance: float = 0.01
    #: First month of the fiscal year, 1–12.
    fiscal_start_month: int = 1


def load_settings(folder: Path) -> Settings:
    """Read ``settings.toml`` of a data folder; the defaults where there is none.

    Raises OkrError naming the file and the setting that is unknown or out of bounds.
    """
    path = folder / "settings.toml"
    if not path.exists():
        return Settings()
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OkrError(f"{path.name}: {error}") from error
    known = {field.name: field for field in fields(Settings)}
    for name, value in raw.items():
        if name not in known:
            raise OkrError(f'{path.name}: "{name}" is not a setting; known: {", ".join(known)}')
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise OkrError(f'{path.name}: "{name}" must be a number, not {value!r}')
    settings = Settings(**raw)
    if not 0 <= settings.pace_at_risk <= settings.pace_on_track:
        raise OkrError(f"{path.name}: pace_at_risk must lie between 0 and pace_on_track")
    if settings.fiscal_start_month not in range(1, 13):
        raise OkrError(f"{path.name}: fiscal_start_month must be a whole number from 1 to 12")
    return settings


def stated_settings(folder: Path) -> frozenset[str]:
    """Return the names of the settings that somebody wrote down. Raises like load_settings."""
    load_settings(folder)
    path = folder / "settings.toml"
    return frozenset(tomllib.loads(path.read_text("utf-8"))) if path.exists() else frozenset()


def setting_rows(settings: Settings) -> list[tuple[str, float]]:
    """Return (name, value) pairs as they are written into the database."""
    return [(name, float(value)) for name, value in asdict(settings).items()]
