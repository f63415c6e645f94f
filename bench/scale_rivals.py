"""The same roll-up and the same alignment ratio three times: the product's views, pandas, PostgreSQL.

All three get the same three tables and give the roll-up of every objective and the counts behind the
alignment ratio. Seconds are processor time of all threads, the median of some runs; what loads the
tables is not counted. The server is Debian's, started in a folder of its own on a socket, without
parallel workers, whose time it would not tell.
"""

from __future__ import annotations

import itertools
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from okr_data import views
from okr_data.store import Reader

RUNS = 3
#: Of fewer objectives the server repeats itself: the system counts its time in hundredths of a second.
SMALL = 20_000
#: Figures that are sums of the same numbers in another order.
TOLERANCE = 1e-9
_HERTZ = os.sysconf("SC_CLK_TCK")
_INPUTS = (
    "objective_day", "objective_parent_day", "roll_up_input_day", "objective_place_day",
    "alignment_link_day",
)  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """What all start from: ``goal`` (objective_id, level, dropped), ``link`` (objective_id, parent_id,
    weight, contributes) and ``item`` (objective_id, weight, progress 0–1), one row each."""

    goal: pd.DataFrame
    link: pd.DataFrame
    item: pd.DataFrame


@dataclass(frozen=True)
class Found:
    """What one of them finds, and in how many processor seconds.

    ``rolled``: rollup_progress by objective_id, only where measured; ``below``: objectives that the
    ratio counts, ``sight``: those with a chain to a company objective.
    """

    seconds: float
    rolled: pd.Series
    sight: int
    below: int

    def agrees_with(self, other: Found) -> bool:
        """Tell whether the figures are the same."""
        mine, theirs = self.rolled.sort_index(), other.rolled.sort_index()
        return (
            (self.sight, self.below) == (other.sight, other.below)
            and mine.index.equals(theirs.index)
            and bool(np.allclose(mine, theirs, rtol=0, atol=TOLERANCE))
        )


def tables_of(reader: Reader) -> Tables:
    """Read the inputs of the as-of day."""
    return Tables(
        reader.frame(
            "select o.objective_id, p.level, o.dropped from objective_day o "
            "join as_of_day using (day) join objective_place_day p using (day, objective_id)"
        ),
        reader.frame(
            "select objective_id, parent_id, weight, contributes "
            "from objective_parent_day join as_of_day using (day)"
        ),
        reader.frame(
            "select objective_id, weight, progress "
            "from roll_up_input_day join as_of_day using (day)"
        ),
    )


def _median(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(RUNS):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return statistics.median(spent)


# --- the product -----------------------------------------------------------------


def by_views(reader: Reader) -> Found:
    """Compute the product's own views on one day."""
    for name in _INPUTS:
        reader.execute(
            f"create or replace temp table {name} as "
            f"select t.* from model.{name} t join model.as_of_day using (day)"
        )
    of_a_day = {view.name: select for view, select in views._steps_for_a_day()}
    steps = {f"{name}_found": of_a_day[name] for name in ("roll_up_day", "alignment_state_day")}

    def work() -> None:
        for name, select in steps.items():
            reader.execute(f"create or replace temp table {name} as {select}")

    seconds = _median(work)
    rolled = reader.frame("select objective_id, rollup_progress from roll_up_day_found")
    ((sight, below),) = reader.rows(
        "select count(*) filter (where alignment_state in ('contributing', 'supporting')), "
        "count(*) from alignment_state_day_found"
    )
    return Found(seconds, rolled.set_index("objective_id")["rollup_progress"], sight, below)


# --- pandas ------------------------------------------------------------------------


def by_pandas(tables: Tables) -> Found:
    """Compute the same with merges and groups, level by level."""
    found: list[tuple[pd.Series, int, int]] = []
    seconds = _median(lambda: found.append((_rolled(tables), *_in_sight(tables))))
    rolled, sight, below = found[-1]
    return Found(seconds, rolled, sight, below)


def _rolled(tables: Tables) -> pd.Series:
    living = tables.goal.loc[~tables.goal["dropped"], ["objective_id"]]
    link = tables.link[tables.link["contributes"]]
    heights = _heights(living, link)
    item = tables.item.merge(living, on="objective_id")
    item = item.assign(weighted=item["weight"] * item["progress"])
    own = item.groupby("objective_id").agg(
        weights=("weight", "sum"), weighted=("weighted", "sum"),
        plain=("progress", "sum"), items=("progress", "size"),
    )  # fmt: skip
    done: list[pd.Series] = []
    rolled = pd.Series(dtype=float, name="rollup")
    for height in range(int(heights.max()) + 1 if len(heights) else 0):
        here = heights.index[heights == height]
        sums = own.reindex(here)
        weights, weighted = sums["weights"].fillna(0), sums["weighted"].fillna(0)
        if height:
            child = link[link["parent_id"].isin(here)].merge(
                rolled, left_on="objective_id", right_index=True
            )
            below = (
                child.assign(weighted=child["weight"] * child["rollup"])
                .groupby("parent_id")[["weight", "weighted"]].sum().reindex(here).fillna(0)
            )  # fmt: skip
            weights, weighted = weights + below["weight"], weighted + below["weighted"]
        mean = (weighted / weights).where(weights > 0, sums["plain"] / sums["items"])
        done.append(mean.dropna().rename("rollup"))
        rolled = pd.concat(done)
    return rolled


def _heights(living: pd.DataFrame, link: pd.DataFrame) -> pd.Series:
    """Return links to the deepest contributing objective below, by objective_id."""
    heights = pd.Series(0, index=living["objective_id"])
    front, height = living["objective_id"], 0
    while len(front):
        front = link.loc[link["objective_id"].isin(front), "parent_id"].drop_duplicates()
        height += 1
        heights.loc[front] = height
    return heights


def _in_sight(tables: Tables) -> tuple[int, int]:
    """Count the objectives below company level with a chain to one, and all of them."""
    living = tables.goal[~tables.goal["dropped"]]
    company = living["level"] == "company"
    reached = set(living.loc[company, "objective_id"])
    front = reached
    while front:
        child = tables.link.loc[tables.link["parent_id"].isin(front), "objective_id"]
        front = set(child) - reached
        reached |= front
    below = living.loc[~company, "objective_id"]
    return int(below.isin(reached).sum()), len(below)


# --- PostgreSQL ----------------------------------------------------------------------

_LOAD = r"""
create unlogged table goal (objective_id text primary key, level text, dropped boolean);
create unlogged table link (objective_id text, parent_id text, weight double precision, contributes boolean);
create unlogged table item (objective_id text, weight double precision, progress double precision);
\copy goal from 'goal.csv' (format csv, header)
\copy link from 'link.csv' (format csv, header)
\copy item from 'item.csv' (format csv, header)
create index on link (objective_id);
create index on link (parent_id);
create index on item (objective_id);
vacuum analyze goal, link, item;
create function roll_up() returns void language plpgsql as $$
declare
    h integer := 0;
begin
    drop table if exists tall, own, rolled;
    create temp table tall as
        with recursive up(objective_id, height) as (
            select objective_id, 0 from goal where not dropped
            union
            select l.parent_id, u.height + 1 from up u
            join link l on l.objective_id = u.objective_id where l.contributes
        )
        select objective_id, max(height) as height from up group by objective_id;
    create temp table own as
        select i.objective_id, sum(i.weight) as weights, sum(i.weight * i.progress) as weighted,
            sum(i.progress) as plain, count(*) as items
        from item i join goal g on g.objective_id = i.objective_id and not g.dropped
        group by i.objective_id;
    create temp table rolled as
        select t.objective_id, case when o.weights > 0 then o.weighted / o.weights
            else o.plain / o.items end as rollup
        from tall t join own o on o.objective_id = t.objective_id where t.height = 0;
    analyze tall; analyze own;
    loop
        h := h + 1;
        exit when not exists (select 1 from tall where height = h);
        insert into rolled
        select objective_id, rollup from (
            select t.objective_id,
                case when coalesce(min(o.weights), 0) + coalesce(sum(l.weight) filter (where c.rollup is not null), 0) > 0
                    then (coalesce(min(o.weighted), 0) + coalesce(sum(l.weight * c.rollup), 0))
                        / (coalesce(min(o.weights), 0) + coalesce(sum(l.weight) filter (where c.rollup is not null), 0))
                    else min(o.plain) / min(o.items) end as rollup
            from tall t
            join link l on l.parent_id = t.objective_id and l.contributes
            left join rolled c on c.objective_id = l.objective_id
            left join own o on o.objective_id = t.objective_id
            where t.height = h
            group by t.objective_id
        ) found where rollup is not null;
    end loop;
end $$;
create function in_sight(out sight bigint, out below bigint) language sql as $$
    with recursive reached(objective_id) as (
        select objective_id from goal where level = 'company' and not dropped
        union
        select l.objective_id from reached r join link l on l.parent_id = r.objective_id
    )
    select count(r.objective_id), count(*)
    from goal g left join reached r on r.objective_id = g.objective_id
    where not g.dropped and g.level <> 'company'
$$;
"""
#: A backend reads its own processor time from the system.
_RUN = r"""
\o /dev/null
select roll_up(); select * from in_sight();
\o
"""
_SPENT = (
    "select 'spent ' || (words[12]::bigint + words[13]::bigint) from (select "
    "regexp_split_to_array(regexp_replace(pg_read_file('/proc/self/stat'), '^.*\\) ', ''), ' ') as words) s;"
)


def postgresql_bin() -> Path | None:
    """Return where the server's programs are; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_server(command: list[str], folder: Path, **options: object) -> str:
    """Run a program as the user of the server: it does not run as root."""
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, **options  # type: ignore[call-overload]
    )  # fmt: skip
    return str(done.stdout)


@contextmanager
def _server(folder: Path, programs: Path) -> Iterator[None]:
    data, control = str(folder / "data"), str(programs / "pg_ctl")
    _as_server([str(programs / "initdb"), "-D", data, "-A", "trust", "-E", "UTF8"], folder)
    settings = (
        f"-c listen_addresses='' -c unix_socket_directories={folder} -c shared_buffers=1GB "
        "-c work_mem=256MB -c maintenance_work_mem=512MB -c fsync=off "
        "-c max_parallel_workers_per_gather=0 -c max_parallel_maintenance_workers=0"
    )
    log = str(folder / "log")
    _as_server([control, "-D", data, "-w", "-l", log, "-o", settings, "start"], folder)
    try:
        yield
    finally:
        _as_server([control, "-D", data, "-m", "immediate", "stop"], folder)


def by_postgresql(tables: Tables, folder: Path) -> Found | None:
    """Compute the same in a server of its own; None where none is installed."""
    programs = postgresql_bin()
    if programs is None:
        return None
    folder.mkdir(parents=True)
    for name in ("goal", "link", "item"):
        getattr(tables, name).to_csv(folder / f"{name}.csv", index=False)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "postgres", "postgres")
    psql = [str(programs / "psql"), "-h", str(folder), "-d", "postgres", "-qAtX"]
    psql += ["-v", "ON_ERROR_STOP=1"]
    with _server(folder, programs):
        _as_server(psql, folder, input=_LOAD)
        again = max(1, SMALL // len(tables.goal))
        script = "set client_min_messages = error;\n" + (_SPENT + _RUN * again) * RUNS + _SPENT
        script += r"""
select 'counts ' || sight || ' ' || below from in_sight();
\copy rolled to 'rolled.csv' (format csv, header)
"""
        lines = [line.split() for line in _as_server(psql, folder, input=script).splitlines()]
    ticks = [int(line[1]) for line in lines if line[:1] == ["spent"]]
    spent = [(after - before) / _HERTZ / again for before, after in itertools.pairwise(ticks)]
    ((sight, below),) = (line[1:] for line in lines if line[:1] == ["counts"])
    rolled = pd.read_csv(folder / "rolled.csv").set_index("objective_id")["rollup"]
    return Found(statistics.median(spent), rolled, int(sight), int(below))
