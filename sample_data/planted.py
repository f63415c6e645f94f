"""What is deliberately wrong in the sample, and what changes between its two exports.

Items are named by reference: ``field-fix@Q4`` is the objective of a theme in a cycle,
``field-fix@Q4.1`` its first key result. ``{field-fix@Q4}`` in a text becomes its id.
The same entries shape the data and are written to ``planted.csv`` and ``edits.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plant:
    """One planted defect or case.

    ``kinds`` are findings, import issues or cases of the contract that it must show.
    ``shape`` are options of the key result's course (of all of them for an objective).
    ``cells`` are written over the finished row in both exports.
    """

    ref: str
    kinds: tuple[str, ...]
    detail: str
    shape: str = ""
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Edit:
    """One change of a column between the exports; None = the value that the catalogue gives."""

    ref: str
    change: str
    column: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Addition:
    """An item that is created between the exports (an objective brings its key results)."""

    ref: str
    created_on: str


@dataclass(frozen=True)
class Removal:
    """An objective that the second export no longer holds, with its key results."""

    ref: str


PLANTS = (
    # --- findings ---------------------------------------------------------------
    Plant(
        "part-north@Q4",
        ("watermelon",),
        "reported On track, about 17 % done where 55 % are expected",
        "f=.17 shape=linear",
        (("status", "On track"),),
    ),
    Plant(
        "eng-winter@Q4",
        ("hollow_parent",),
        "own key results on pace, the work of the teams below is far behind",
        "f=.60 shape=linear",
    ),
    Plant(
        "prod-trust@Q4",
        ("disconnected_effort",),
        "the teams below are on pace, own key results hardly move",
        "f=.13 shape=linear",
    ),
    Plant(
        "tools-visit@Q4", ("child_of_disconnected_effort",), "on pace", "f=.68 shape=linear"
    ),
    Plant("tools-quote@Q4", ("child_of_disconnected_effort",), "on pace", "f=.64 shape=linear"),
    Plant(
        "x-ghost@Q4",
        ("unresolved_parent", "parent_not_found"),
        "names the parent O-870, which is nowhere",
        cells=(("parent_ids", "O-870"),),
    ),
    Plant(
        "i-freya@Q4",
        ("unresolved_parent", "parent_not_found"),
        "names the parent KR-9120, which is nowhere",
        cells=(("parent_ids", "KR-9120"),),
    ),
    Plant(
        "x-ghost2@Q3",
        ("unresolved_parent", "parent_not_found"),
        "names the parent O-871, which is nowhere",
        cells=(("parent_ids", "O-871"),),
    ),
    Plant("x-lonely@Q4", ("unsupported",), "department objective without any aligned child"),
    Plant(
        "house-estate@Q4",
        ("stale",),
        "no check-in of any key result since 21 October",
        "last=2026-10-21 f=.30 shape=late",
    ),
    Plant("demand-winter@Q4", ("no_owner",), "nobody owns it", cells=(("owner", ""),)),
    Plant(
        "app-start@Q4",
        ("many_owners",),
        "three owners",
        cells=(("owner", "Leila Farshad; Emil Torkelsen; Anh Thu Bächler"),),
    ),
    Plant(
        "x-nokr@Q4",
        ("no_key_results", "nothing_measured", "stale"),
        "no key result and no reported progress: its progress is NULL",
    ),
    Plant("x-fat@Q4", ("too_many_key_results",), "seven key results"),
    *(
        Plant(
            f"demand-{name}@Q4",
            ("too_many_objectives",),
            "one of six objectives of the team Demand Generation in Q4 2026",
        )
        for name in ("web", "winter", "partner", "mail", "event", "video")
    ),
    Plant(
        "brand-employer@Q4.3",
        ("not_measurable",),
        "key result without target",
        cells=(("target_value", ""), ("progress", "")),
    ),
    Plant(
        "hw-quiet@Q4.3",
        ("not_measurable",),
        "milestone without a date",
        cells=(("end_date", ""),),
    ),
    Plant(
        "part-grow@Q4.3",
        ("task_like",),
        "an output without a metric",
        cells=(("title", "Launch the new partner portal"),),
    ),
    Plant("care-refer@Q4.2", ("target_raised",), "harder target: no moved_goalpost", "f=.85"),
    # --- what an import reports -----------------------------------------------------
    Plant(
        "onb-first@Q4.1",
        ("progress_mismatch",),
        "reports 91 %, its values say far less",
        "f=.66",
        (("progress", "91%"),),
    ),
    Plant(
        "plant-flow@Q3.3",
        ("progress_mismatch",),
        "reports 100 %, its values say less (closed cycle)",
        "f=.70",
        (("progress", "100%"),),
    ),
    Plant(
        "mkt-trust@Q4.2",
        ("baseline_assumed",),
        "increasing, start value missing: 0 is assumed",
        cells=(("start_value", ""), ("direction", "increase")),
    ),
    Plant(
        "x-blank@Q4.2",
        ("not_a_number", "baseline_assumed"),
        'current_value is "tbd", start value missing, never checked in',
        cells=(("start_value", ""), ("current_value", "tbd"), ("direction", "increase")),
    ),
    Plant(
        "x-blank@Q4.1",
        ("no_value",),
        "no value at all and never checked in: not measured",
        cells=(("current_value", ""),),
    ),
    Plant(
        "x-blank@Q4",
        ("nothing_measured", "stale"),
        "has key results, none of them measured: its progress is NULL",
    ),
    Plant("pf-hire@Q4.3", ("target_equals_start",), "target = start: 1 while it holds", "f=1"),
    Plant("dach-win@Q4.1", ("regression",), "below its baseline: raw progress negative", "f=-.24"),
    Plant("care-refer@Q4.1", ("overshoot",), "over 130 % of its target", "f=1.46 shape=linear"),
    Plant("part-north@Q3.1", ("overshoot",), "well above 130 % of its target (closed)", "f=1.44"),
    Plant(
        "demand-web@Q4.3",
        ("key_result_without_objective",),
        "names the objective O-990, which does not exist",
        cells=(("objective_id", "O-990"),),
    ),
    Plant(
        "x-grid@Q4",
        ("org_unit_assumed",),
        "its team Grid Partnerships is not in org_units.csv, its level is empty",
    ),
    Plant("x-zero@Q4", ("weights_all_zero",), "all its key results have weight 0: plain mean"),
    Plant(
        "x-report@Q4",
        ("no_key_results", "reported_only"),
        "measured only by the progress that it reports (47 %)",
    ),
    Plant(
        "pf-cash@Q4",
        ("alignment_cycle",),
        "{hw-cost@Q4} -> {pf-cash@Q4} -> {sup-cost@Q4} -> {hw-cost@Q4} is a loop; in file order "
        "the link {pf-cash@Q4} -> {sup-cost@Q4} closes it and stays out; each of the three "
        "has a company objective as another parent",
        cells=(("parent_ids", "{y-company@Annual}; {sup-cost@Q4}"),),
    ),
    Plant(
        "sup-cost@Q4",
        ("alignment_cycle_member",),
        "see {pf-cash@Q4}",
        cells=(("parent_ids", "{y-company@Annual}; {hw-cost@Q4}"),),
    ),
    Plant(
        "hw-cost@Q4",
        ("alignment_cycle_member",),
        "see {pf-cash@Q4}",
        cells=(("parent_ids", "{y-company@Annual}; {pf-cash@Q4}"),),
    ),
    # --- further cases ---------------------------------------------------------------
    Plant(
        "x-spa@Q4",
        ("dropped_with_children",),
        "dropped on 2026-11-02 while two objectives hang below it",
        "last=2026-11-02 f=.2",
    ),
    Plant("demand-partner@Q4.3", ("dropped",), "key result dropped", "last=2026-11-02 f=.1"),
    Plant(
        "dach-south@Q4", ("figure_in_title",), "worded as a quantity (scorecard, Define)"
    ),
    Plant(
        "sup-cost@Q3", ("closed_without_score",), "closed, no score", cells=(("score", ""),)
    ),
    Plant("design-listen@Q4.2", ("never_checked_in", "stale"), "no check-in"),
    Plant("house-fund@Q4.3", ("never_checked_in", "stale"), "no check-in"),
    Plant("x-ghost@Q4.3", ("never_checked_in", "stale"), "no check-in"),
)  # fmt: skip

EDITS = (
    Edit(
        "app-daily@Q4",
        "retitled",
        "title",
        before="Give households a reason to open the app",
    ),
    Edit(
        "field-team@Q4",
        "retitled",
        "title",
        before="Become a good employer for technicians",
    ),
    Edit(
        "sup-first@Q4.3",
        "retitled",
        "title",
        before="Raise satisfaction after a support case",
    ),
    Edit("sup-secure@Q4.2", "target_lowered", "target_value", after="60"),
    Edit("care-renew@Q4.3", "baseline_raised", "start_value", after="215"),
    Edit("care-refer@Q4.2", "target_raised", "target_value", after="34"),
    Edit("fw-defrost@Q4", "realigned", "parent_ids", before="{eng-pace@Q4}"),
    Edit("tools-quote@Q4", "realigned", "parent_ids", before="{prod-trust@Q4}"),
    Edit("tools-quote@Q4", "realigned", "parent_weights", before=""),
    Edit("field-team@Q4", "realigned", "parent_ids", before="{ops-people@Q4}"),
    Edit("plant-right@Q4", "realigned", "parent_ids", before=""),
    Edit("i-rohan@Q4", "reweighted_link", "parent_weights", before="100%"),
    Edit("demand-web@Q4", "reowned", "owner", before="Nora Kettunen"),
    Edit("cloud-steady@Q4", "reowned", "owner", before="Lars Ottesen-Mbeki"),
    Edit("onb-first@Q4.2", "reowned", "owner", before="Joris Wouterlood"),
    Edit("x-spa@Q4", "dropped", "status", after="Dropped"),
    Edit("demand-partner@Q4.3", "dropped", "status", after="Dropped"),
    Edit("part-grow@Q4.3", "rescheduled", "end_date", before="2026-12-04"),
    Edit("log-door@Q4.1", "reweighted", "weight", before="", after="2"),
    Edit("log-door@Q4.2", "reweighted", "weight", before="", after="1"),
    Edit("log-door@Q4.3", "reweighted", "weight", before="", after="1"),
    Edit("energy-grid@Q3", "scored", "score", before=""),
    Edit("house-estate@Q3", "scored", "score", before=""),
)

ADDITIONS = (
    Addition("x-new1@Q4", "2026-10-27"),
    Addition("x-new2@Q4", "2026-11-03"),
    Addition("sup-self@Q4.3", "2026-10-29"),
    Addition("plant-right@Q4.2", "2026-10-22"),
)

REMOVALS = (Removal("x-gone@Q4"),)

#: Edits that are findings, too: change -> (finding, detail).
EDIT_FINDINGS = {
    "target_lowered": ("moved_goalpost", "target lowered inside the running cycle"),
    "baseline_raised": ("moved_goalpost", "baseline raised inside the running cycle"),
}
