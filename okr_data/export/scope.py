"""Of what an export is: the part of the organisation, the day and the rules, said in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from okr_data.queries import Catalogue, Filters, catalogue, settings
from okr_data.settings import Settings
from okr_data.store import Reader
from okr_data.texts import day, mark, t

_NO_CYCLE = mark("Without cycle")


@dataclass(frozen=True)
class Scope:
    """The filters of an export with what they are true for; ``filters`` None = everything there is."""

    filters: Filters | None
    catalogue: Catalogue
    settings: Settings

    @property
    def as_of(self) -> date | None:
        return self.catalogue.as_of

    @property
    def frames(self) -> tuple[str, ...]:
        """Return the longer cycles around the chosen one."""
        return self.catalogue.enclosing(self.filters.cycle) if self.filters else ()

    @property
    def cycle_name(self) -> str:
        if self.filters is None:
            return t("All cycles")
        return self.filters.cycle or t(_NO_CYCLE)

    def level_names(self, one: bool = False) -> dict[str, str]:
        return {level: t(name) for level, name in self.settings.level_names(one).items()}

    def part(self) -> str:
        """Say which departments and levels it is limited to; empty where it is not."""
        if self.filters is None:
            return ""
        names = self.level_names()
        parts = [
            ", ".join(self.filters.departments),
            ", ".join(names[n] for n in self.filters.levels),
        ]
        return " · ".join(part for part in parts if part)

    def subtitle(self) -> str:
        """Say cycle, day and part in one line."""
        parts = [self.cycle_name, t("as of {day}", day=day(self.as_of)), self.part()]
        return " · ".join(part for part in parts if part)

    def source(self) -> str:
        """Say which day and which rules made the figures."""
        return t(
            "Source: OKR data of {day}; settings {digest}.",
            day=day(self.as_of), digest=self.settings.digest(),
        )  # fmt: skip


def scope(reader: Reader, filters: Filters | None) -> Scope:
    """Return of what an export under some filters is."""
    return Scope(filters, catalogue(reader), settings(reader))
