"""What the page Cycles asks: a cycle beside those about as long, what was carried over, how it closed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from okr_data.queries import MEASURES, Filters, added
from okr_data.store import Reader

#: Cycles that are compared at once, the newest: three years of quarters.
COMPARED = 12
#: Carried-over objectives that are listed; all of them are counted.
ROWS = 1_000


@dataclass(frozen=True)
class Cycles:
    """A cycle beside those about as long, under a filter by department and level.

    ``compared``: one row a cycle, oldest first: counts and figures of its objectives (fractions), the
    mean ``score`` of the scorecard, ``carried`` objectives, score bands, and each figure of the cycle
    before as ``…_before``: of a running cycle those of SAME_TIME when as much of its time had passed
    (``then_day``). ``scores``: cycle, dimension, score. ``carried``: objectives of the chosen
    cycle that continue one of the cycle before. ``timeline``: every cycle with known dates and the one
    around it. Ratios are NULL where nothing is eligible.
    """

    compared: pd.DataFrame
    scores: pd.DataFrame
    carried: pd.DataFrame
    timeline: pd.DataFrame

    def row(self, cycle: str | None) -> pd.Series | None:
        """Return the row of a cycle; None where it has no objective at all."""
        names = self.compared["cycle"]
        found = self.compared[names.isna() if cycle is None else names == cycle]
        return found.iloc[0] if len(found) else None


#: Figures of a running cycle that are compared with the cycle before at the same share of its time.
SAME_TIME = (
    "objectives", "progress", "gap", "on_pace_ratio", "line_of_sight_ratio", "contributing_ratio",
)  # fmt: skip
#: Figures that are compared as both cycles stand on the day.
AS_THEY_STAND = ("carried_ratio", "score")


def cycles(reader: Reader, filters: Filters) -> Cycles:
    """Return the chosen cycle beside those about as long, and every cycle on a line of time."""
    figures = _figures(reader, filters)
    scores = _scores(reader, filters)
    compared = _with_before(figures, scores, _at_the_same_time(reader, filters))
    return Cycles(
        compared,
        scores[scores["cycle"].isin(compared["cycle"].dropna())].reset_index(drop=True),
        _carried(reader, filters),
        _timeline(reader, filters),
    )


def _place(filters: Filters, table: str) -> str:
    """Return the condition of a filter without its cycle."""
    return filters.condition(table).partition(" and ")[2] or "true"


def _values(filters: Filters) -> dict[str, object]:
    """Return the values that the condition without the cycle names."""
    return {name: value for name, value in filters.parameters().items() if name != "cycle"}


#: The chosen cycle and those whose length differs by at most a quarter of its own, as in cycle_before.
_COMPARABLE = f"""
    with known as (
        select n.cycle, w.starts_on, w.ends_on, w.ends_on - w.starts_on + 1 as days
        from (select distinct cycle from objective_progress) n
        left join model.cycle_window w on w.cycle = n.cycle
    )
    select k.*, b.cycle_before, k.ends_on < d.day as closed
    from known k
    cross join model.as_of_day d
    left join known c on c.cycle = $cycle
    left join model.cycle_before b on b.cycle = k.cycle
    where k.cycle is not distinct from $cycle
        or ($cycle is not null and abs(k.days - c.days) * 4 <= c.days)
    order by k.cycle is distinct from $cycle, k.starts_on desc, k.cycle
    limit {COMPARED}
"""


def _figures(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return one row a comparable cycle with its figures; cycles without objectives have none."""
    return reader.frame(
        f"with comparable as ({_COMPARABLE}), measured as ("
        f" select o.cycle, {MEASURES}, {added('green', 'yellow', 'red')},"
        "  sum(o.score_plain) / nullif(sum(o.scored), 0) as mean_score"
        f" from objective_sums o where {_place(filters, 'o')} group by o.cycle"
        "), carried as ("
        " select c.cycle, count(*) as carried from carry_over c"
        " join objective_progress o using (objective_id)"
        f" where {_place(filters, 'o')} group by c.cycle"
        ") "
        "select k.cycle, k.starts_on, k.ends_on, k.cycle_before, coalesce(k.closed, false) as closed, "
        "coalesce(m.objectives, 0) as objectives, coalesce(m.measured, 0) as measured, "
        "m.progress, m.expected_progress, "
        "coalesce(m.done + m.on_track, 0) as on_pace, "
        "coalesce(m.done + m.on_track + m.at_risk + m.off_track, 0) as paced, "
        "coalesce(m.below_company, 0) as below_company, "
        "coalesce(m.line_of_sight, 0) as line_of_sight, "
        "coalesce(m.contributing, 0) as contributing, coalesce(c.carried, 0) as carried, "
        "coalesce(m.green, 0) as green, coalesce(m.yellow, 0) as yellow, coalesce(m.red, 0) as red, "
        "coalesce(m.objectives - m.green - m.yellow - m.red, 0) as unscored, m.mean_score "
        "from comparable k left join measured m on m.cycle is not distinct from k.cycle "
        "left join carried c on c.cycle = k.cycle "
        "order by k.starts_on nulls last, k.ends_on, k.cycle",
        {"cycle": filters.cycle, **_values(filters)},
    )


def _at_the_same_time(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return where the cycle before a running one stood when the same share of it had passed.

    Columns: cycle, then_day, and figures as in ``compared``. Figures of the past are known for the last
    days of weeks: the one nearest to that moment counts, of two the earlier.
    """
    return reader.frame(
        "with running as ("
        " select w.cycle, b.cycle_before, p.starts_on + greatest(0, floor("
        "   (d.day - w.starts_on + 1) / (w.ends_on - w.starts_on + 1)"
        "   * (p.ends_on - p.starts_on + 1))::integer - 1) as day"
        " from model.cycle_window w join model.cycle_before b on b.cycle = w.cycle"
        " join model.cycle_window p on p.cycle = b.cycle_before"
        " join model.as_of_day d on d.day between w.starts_on and w.ends_on"
        "), week as ("
        " select r.cycle, r.cycle_before, arg_min(w.day, (abs(w.day - r.day), w.day)) as then_day"
        " from running r join model.week_day w on w.cycle = r.cycle_before"
        " group by r.cycle, r.cycle_before"
        ") "
        "select k.cycle, k.then_day, count(*) as objectives, "
        "weighted_mean(o.progress, o.weight) as progress, "
        "weighted_mean(o.expected_progress, o.weight) as expected_progress, "
        "count(*) filter (where e.pace_status in ('done', 'on_track')) as on_pace, "
        "count(*) filter (where e.pace_status in ('done', 'on_track', 'at_risk', 'off_track')) as paced, "
        "count(s.alignment_state) as below_company, "
        "count(*) filter (where s.alignment_state in ('contributing', 'supporting')) as line_of_sight, "
        "count(*) filter (where s.alignment_state = 'contributing') as contributing "
        "from week k join model.objective_measure_day o "
        " on o.cycle = k.cycle_before and o.day = k.then_day and not o.dropped "
        "join model.objective_pace_day e on e.day = o.day and e.objective_id = o.objective_id "
        "left join model.alignment_state_day s on s.day = o.day and s.objective_id = o.objective_id "
        f"where {_place(filters, 'o')} group by k.cycle, k.then_day",
        _values(filters),
    )


def _scores(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return the scorecard by cycle and dimension: of one department, or of the organisation.

    None where several departments are chosen: no scorecard is made of them.
    """
    one = filters.departments[0] if len(filters.departments) == 1 else None
    return reader.frame(
        "select cycle, dimension, score from scorecard "
        "where cycle is not null and department is not distinct from $department and $possible "
        "order by cycle, dimension",
        {"department": one, "possible": len(filters.departments) <= 1},
    )


def _with_before(
    figures: pd.DataFrame, scores: pd.DataFrame, same_time: pd.DataFrame
) -> pd.DataFrame:
    """Add the ratios, and each figure of the cycle before where that is known."""
    rows = _with_ratios(figures).assign(
        carried_ratio=_ratio(figures, "carried", "objectives").where(
            figures["cycle_before"].notna()
        ),
        score=_of_cycles(scores.groupby("cycle")["score"].mean(), figures["cycle"]).astype(float),
    )
    known = rows.dropna(subset=["cycle"]).set_index("cycle")
    then = _with_ratios(same_time).set_index("cycle")
    running = rows["starts_on"].notna() & ~rows["closed"]
    for name in (*SAME_TIME, *AS_THEY_STAND):
        stands = _of_cycles(known[name], rows["cycle_before"])
        if name in SAME_TIME:
            stands = stands.where(~running, _of_cycles(then[name], rows["cycle"]))
        rows[f"{name}_before"] = stands.astype(float)
    return rows.assign(then_day=pd.to_datetime(_of_cycles(then["then_day"], rows["cycle"])))


def _of_cycles(figures: pd.Series, cycles_: pd.Series) -> pd.Series:
    """Look up the figure of each cycle; missing where there is no cycle or no figure."""
    return figures.reindex(cycles_).set_axis(cycles_.index)


def _with_ratios(figures: pd.DataFrame) -> pd.DataFrame:
    return figures.assign(
        gap=figures["progress"] - figures["expected_progress"],
        on_pace_ratio=_ratio(figures, "on_pace", "paced"),
        line_of_sight_ratio=_ratio(figures, "line_of_sight", "below_company"),
        contributing_ratio=_ratio(figures, "contributing", "below_company"),
    )


def _ratio(frame: pd.DataFrame, part: str, whole: str) -> pd.Series:
    return frame[part] / frame[whole].where(frame[whole] > 0).astype(float)


def _carried(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return the carried-over objectives of the chosen cycle, the least moved first."""
    return reader.frame(
        "select c.objective_id, o.title, o.level, o.department, o.team, o.owner, c.how, c.from_cycle, "
        "c.from_objective_id, b.title as from_title, b.score_band as band_before, c.progress_before, "
        "c.progress, o.expected_progress, o.pace_status, o.import_id, o.file, o.row "
        "from carry_over c join objective_progress o using (objective_id) "
        "left join objective_progress b on b.objective_id = c.from_objective_id "
        " and c.how = 'same_title' "
        f"where {filters.condition('o')} "
        "order by c.progress - c.progress_before nulls last, o.title, c.objective_id "
        f"limit {ROWS}",
        filters.parameters(),
    )


def _timeline(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Return every cycle with known dates and its figures; ``outer_cycle`` is the shortest around it."""
    return reader.frame(
        "with dated as ("
        " select w.cycle, w.starts_on, w.ends_on from model.cycle_window w"
        " where w.starts_on is not null and w.ends_on is not null"
        " and w.cycle in (select cycle from objective_progress)"
        "), around as ("
        " select f.inner_cycle as cycle, arg_min(f.cycle, (o.ends_on - o.starts_on, f.cycle)) as outer_cycle"
        " from model.cycle_frame f join dated o on o.cycle = f.cycle"
        " join dated i on i.cycle = f.inner_cycle"  # of two with the same days none is around the other
        " where o.ends_on - o.starts_on > i.ends_on - i.starts_on group by f.inner_cycle"
        "), measured as ("
        f" select o.cycle, {MEASURES} from objective_sums o"
        f" where {_place(filters, 'o')} group by o.cycle"
        ") "
        "select d.cycle, d.starts_on, d.ends_on, a.outer_cycle, "
        "coalesce(m.objectives, 0) as objectives, coalesce(m.measured, 0) as measured, "
        "m.progress, m.expected_progress "
        "from dated d left join around a on a.cycle = d.cycle left join measured m on m.cycle = d.cycle "
        "order by d.starts_on, d.ends_on desc, d.cycle",
        _values(filters),
    )
