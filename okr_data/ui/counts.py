"""What an upload holds, counted in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from okr_data.ui.words import key_results, objectives, tn

#: Kinds of rows in the order in which they are told, with how each is counted.
_COUNTED: dict[str, Callable[[int], str]] = {
    "objectives": objectives,
    "key_results": key_results,
    "check_ins": lambda n: tn("{n} check-in", "{n} check-ins", n),
    "alignments": lambda n: tn("{n} alignment", "{n} alignments", n),
    "initiatives": lambda n: tn("{n} work item", "{n} work items", n),
    "org_units": lambda n: tn("{n} org unit", "{n} org units", n),
    "people": lambda n: tn("{n} person", "{n} people", n),
}


def counted(counts: Mapping[str, int], bold: bool = False) -> str:
    """Tell what an import holds; what it has none of is left out."""
    parts = [say(counts[name]) for name, say in _COUNTED.items() if counts.get(name)]
    return ", ".join(f"**{part}**" if bold else part for part in parts)
