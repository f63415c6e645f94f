"""The kernel for ``sql/``: one view a file, a header and one SELECT; the DDL is made here.

A header line is ``-- grain: a, b``, ``-- column: name | meaning``, ``-- assert: condition``,
``-- stored: no``, ``-- rule: forecast`` or, first of all, the purpose in words. References are read from the parsed
statement, so that the order of creation is never written down. They name their schema:
``journal.x`` for accepted rows, ``model.x`` for a view of the folders ``staging``, ``intermediate``,
``evaluation`` (what rules and checks share) and ``findings``, ``main.x`` for a public view of the folder ``marts``.

A file of ``findings`` is one rule: what it shows, ``-- why:``, ``-- do:`` and ``-- severity:``. All of
them together are the view ``model.rule_outcome``. A file of ``table_macros`` asks for days of its own.

Answers are computed once, when a database is published: tables in ``model``, and in ``newest``
for the public views. A public view ``main.x`` reads ``newest.x``, unless a client asks for an
earlier day; then it computes everything that depends on the day, each step once::

    SET VARIABLE as_of = DATE '2026-08-31';   -- any day; works on a read-only connection
    SELECT * FROM objective_progress;
    RESET VARIABLE as_of;                     -- back to the newest day

A view with a ``rule`` has rows under that pace rule only: under another one nothing below it is
computed for its sake when a reader asks for an earlier day.

``stored.x`` in a file means the published table ``model.x`` even when another day is asked for.
The SELECTs in the folder ``changes`` are no views: :mod:`okr_data.changes` runs them when it compares.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from okr_data.errors import ViewDefinitionError

SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"
LAYERS = ("staging", "intermediate", "evaluation", "findings", "marts")
_SCHEMA_OF_LAYER = {
    "staging": "model", "intermediate": "model", "evaluation": "model", "findings": "model",
    "marts": "main",
}  # fmt: skip
#: A layer reads from those of its rank or below: rules read public views, which list what they found.
_RANK_OF_LAYER = {"staging": 0, "intermediate": 1, "evaluation": 2, "findings": 2, "marts": 2}
COMPUTED_LAYERS = LAYERS[1:]
_HEADER_LINE = re.compile(
    r"^--\s?(?:(grain|column|assert|stored|rule|parameters|returns|why|do|severity):\s*)?(.*)$"
)
SEVERITIES = ("high", "medium", "low")


@dataclass(frozen=True)
class Column:
    """One documented column: name, and meaning with unit and when it is NULL."""

    name: str
    meaning: str


#: What every rule says of each item that it looks at.
RULE_COLUMNS = (
    Column("item_id", "objective or key result"),
    Column("item_kind", "objective or key_result"),
    Column("outcome", "found, passed, or not_evaluated: neither pass nor fail"),
    Column("measured", "what was measured, in the rule's unit; NULL where nothing is"),
    Column("limit_value", "what it is compared with, in the same unit; NULL where nothing is"),
    Column("sentence", "what was found, to be read out; NULL where nothing was"),
)
_RULE_GRAIN = ("item_kind", "item_id")
_RULE_ASSERTS = (
    "outcome in ('found', 'passed', 'not_evaluated')",
    "(sentence is not null) = (outcome = 'found')",
)


@dataclass(frozen=True)
class View:
    """One file under ``sql/``, parsed."""

    name: str
    layer: str
    purpose: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]
    asserts: tuple[str, ...]
    stored: bool
    select: str
    references: frozenset[str]
    follows_as_of: bool
    rule: str | None = None

    @property
    def schema(self) -> str:
        return _SCHEMA_OF_LAYER[self.layer]

    @property
    def qualified(self) -> str:
        return f'{self.schema}."{self.name}"'

    @property
    def public(self) -> bool:
        return self.layer == "marts"

    @property
    def answer(self) -> str:
        """The table (or, where nothing is stored, the view) that holds the newest answer."""
        return f'newest."{self.name}"' if self.public else self.qualified

    def statement(self) -> str:
        """Return the DDL that computes the newest answer."""
        kind = "table" if self.stored else "view"
        return f"create or replace {kind} {self.answer} as {_read_published(self.select)}"

    def comments(self) -> Iterator[str]:
        """Yield the statements that put the header into the database as comments."""
        yield f"comment on view {self.qualified} is {_literal(self.purpose)}"
        for column in self.columns:
            yield (
                f'comment on column {self.qualified}."{column.name}" is {_literal(column.meaning)}'
            )


@dataclass(frozen=True)
class Rule:
    """One file under ``sql/findings``: what it shows, why it matters, what to do, how bad it is."""

    name: str
    shows: str
    why: str
    advice: str
    severity: str


@dataclass(frozen=True)
class TableMacro:
    """One file under ``sql/table_macros``: a question about days of its own, as a table."""

    name: str
    purpose: str
    parameters: tuple[str, ...]
    columns: tuple[Column, ...]
    select: str

    def statement(self) -> str:
        """Return the DDL: every step that depends on the day, for the days asked for."""
        steps = ",\n".join(
            f"{name} as materialized ({select})" for name, select in _steps_for_days((self,))
        )
        return (
            f'create or replace macro main."{self.name}"({", ".join(self.parameters)}) as table '
            f"with {steps} select * from ({_read_for_a_day(self.select, _following())})"
        )


@dataclass(frozen=True)
class Macro:
    """One file under ``sql/macros``: a scalar expression with named parameters."""

    name: str
    purpose: str
    parameters: tuple[str, ...]
    returns: str
    expression: str

    def statement(self) -> str:
        return f'create macro main."{self.name}"({", ".join(self.parameters)}) as {self.expression}'


@dataclass(frozen=True)
class _Source:
    """A file split into the parts of its header and its body."""

    purpose: str
    parts: dict[str, tuple[str, ...]]
    body: str


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read_source(path: Path) -> _Source:
    lines = path.read_text("utf-8").splitlines()
    header = []
    while lines and lines[0].startswith("--"):
        header.append(lines.pop(0))
    purpose: list[str] = []
    parts: dict[str, list[str]] = {}
    for line in header:
        match = _HEADER_LINE.match(line)
        assert match is not None  # every line here starts with "--"
        key, text = match.groups()
        (purpose if key is None else parts.setdefault(key, [])).append(text.strip())
    if not purpose:
        raise ViewDefinitionError(f"{path.name}: the header has no purpose")
    body = "\n".join(lines).strip()
    return _Source(" ".join(purpose), {k: tuple(v) for k, v in parts.items()}, body)


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _referenced_tables(select: str) -> frozenset[str]:
    """Return the names a SELECT reads from, as ``schema.name`` (``main`` where it has none)."""
    row = _parser().cursor().execute("select json_serialize_sql(?)", [select]).fetchone()
    assert row is not None
    tree = json.loads(row[0])
    if tree.get("error"):
        raise ViewDefinitionError(tree.get("error_message", "not one SELECT"))
    names: set[str] = set()
    _collect_tables(tree, names)
    return frozenset(names)


def _collect_tables(node: Any, names: set[str]) -> None:
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE":
            names.add(f"{node.get('schema_name') or 'main'}.{node['table_name']}")
        for child in node.values():
            _collect_tables(child, names)
    elif isinstance(node, list):
        for child in node:
            _collect_tables(child, names)


def _column(line: str, file: str) -> Column:
    name, separator, meaning = line.partition("|")
    if not separator:
        raise ViewDefinitionError(f"{file}: a column line reads “name | meaning”, not {line!r}")
    return Column(name.strip(), meaning.strip())


def _read_view(path: Path, layer: str) -> View:
    source = _read_source(path)
    grain = source.parts.get("grain", ("",))[0]
    if layer == "findings":
        return View(
            path.stem, layer, source.purpose, _RULE_GRAIN, RULE_COLUMNS, _RULE_ASSERTS, False,
            source.body, _referenced_tables(source.body), False,
        )  # fmt: skip
    return View(
        name=path.stem,
        layer=layer,
        purpose=source.purpose,
        grain=tuple(part.strip() for part in grain.split(",") if part.strip()),
        columns=tuple(_column(line, path.name) for line in source.parts.get("column", ())),
        asserts=source.parts.get("assert", ()),
        stored=source.parts.get("stored", ("yes",))[0] != "no",
        select=source.body,
        references=_referenced_tables(source.body),
        follows_as_of="getvariable('as_of')" in source.body,
        rule=source.parts.get("rule", (None,))[0],
    )


def _read_macro(path: Path) -> Macro:
    source = _read_source(path)
    parameters = source.parts.get("parameters", ("",))[0]
    return Macro(
        name=path.stem,
        purpose=source.purpose,
        parameters=tuple(part.strip() for part in parameters.split(",")),
        returns=source.parts.get("returns", ("",))[0],
        expression=source.body,
    )


@cache
def fingerprint(folder: Path = SQL_FOLDER) -> str:
    """Return a digest of every file under ``sql/``: other formulas make other answers."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.sql")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r", b"") + b"\0")
    return digest.hexdigest()


@cache
def load_rules(folder: Path = SQL_FOLDER) -> tuple[Rule, ...]:
    """Read the headers of ``sql/findings``, by severity and name. Raises ViewDefinitionError."""
    rules = [_read_rule(path) for path in sorted((folder / "findings").glob("*.sql"))]
    return tuple(sorted(rules, key=lambda rule: (SEVERITIES.index(rule.severity), rule.name)))


def _read_rule(path: Path) -> Rule:
    source = _read_source(path)
    why, advice, severity = (" ".join(source.parts.get(p, ())) for p in ("why", "do", "severity"))
    if not why or not advice or severity not in SEVERITIES:
        raise ViewDefinitionError(f"{path.name}: a rule says why, do and severity")
    return Rule(path.stem, source.purpose, why, advice, severity)


def _rule_outcome(rules: tuple[Rule, ...]) -> View:
    """Return the view of what all rules say, one below the other."""
    columns = ", ".join(column.name for column in RULE_COLUMNS)
    select = " union all ".join(
        f"select {_literal(rule.name)} as finding, {_literal(rule.severity)} as severity, {columns} "
        f"from model.{rule.name}"
        for rule in rules
    )
    named = (
        Column("finding", "name of the rule"),
        Column("severity", ", ".join(SEVERITIES)),
    )
    return View(
        name="rule_outcome",
        layer="findings",
        purpose="What every rule says of each item that it looks at.",
        grain=("finding", *_RULE_GRAIN),
        columns=(*named, *RULE_COLUMNS),
        asserts=_RULE_ASSERTS,
        stored=False,
        select=select,
        references=_referenced_tables(select),
        follows_as_of=False,
    )


def _latest_change(macros: tuple[TableMacro, ...]) -> Iterator[View]:
    """Yield the view of what changed since the import before: a macro that reads the published days.

    A reader of an earlier day has no use for it.
    """
    for macro in macros:
        if macro.name != "what_changed":
            continue
        select = macro.select.replace("model.", "stored.")
        for parameter, day in (("from_date", "day_before"), ("to_date", "as_of_day")):
            select = re.sub(rf"\b{parameter}\b", f"(select day from stored.{day})", select)
        yield View(
            name="latest_change",
            layer="intermediate",
            purpose="What changed from the as-of day of the import before to the newest day: "
            "what_changed of these two. No rows where there is no import before.",
            grain=("item_kind", "item_id", "kind"),
            columns=macro.columns,
            asserts=(),
            stored=False,
            select=select,
            references=_referenced_tables(select),
            follows_as_of=False,
        )


@cache
def load_table_macros(folder: Path = SQL_FOLDER) -> tuple[TableMacro, ...]:
    """Read ``sql/table_macros``."""
    return tuple(
        _read_table_macro(path) for path in sorted((folder / "table_macros").glob("*.sql"))
    )


def _read_table_macro(path: Path) -> TableMacro:
    source = _read_source(path)
    parameters = source.parts.get("parameters", ("",))[0]
    return TableMacro(
        name=path.stem,
        purpose=source.purpose,
        parameters=tuple(part.strip() for part in parameters.split(",")),
        columns=tuple(_column(line, path.name) for line in source.parts.get("column", ())),
        select=source.body,
    )


@cache
def load_macros(folder: Path = SQL_FOLDER) -> tuple[Macro, ...]:
    """Read ``sql/macros``."""
    return tuple(_read_macro(path) for path in sorted((folder / "macros").glob("*.sql")))


@cache
def load_views(folder: Path = SQL_FOLDER) -> tuple[View, ...]:
    """Read every view under ``sql/`` in the order in which they can be created.

    Raises ViewDefinitionError where references go in a circle, name nothing that exists, or
    where a layer reads from one above it.
    """
    views = {
        view.name: view
        for layer in LAYERS
        for path in sorted((folder / layer).glob("*.sql"))
        for view in (_read_view(path, layer),)
    }
    if rules := load_rules(folder):
        views["rule_outcome"] = _rule_outcome(rules)
    views.update({view.name: view for view in _latest_change(load_table_macros(folder))})
    references = {name: _resolve_references(view, views) for name, view in views.items()}
    try:
        order = list(TopologicalSorter(references).static_order())
    except CycleError as error:
        raise ViewDefinitionError(
            f"views refer to each other in a circle: {error.args[1]}"
        ) from error
    ordered: dict[str, View] = {}
    for name in sorted(order, key=lambda n: (_RANK_OF_LAYER[views[n].layer], order.index(n))):
        follows = views[name].follows_as_of or any(
            ordered[reference].follows_as_of
            for reference in references[name]
            if _reads_of_a_day(views[name], reference)
        )
        ordered[name] = replace(views[name], follows_as_of=follows)
    return tuple(ordered.values())


def _reads_of_a_day(view: View, name: str) -> bool:
    """Tell whether a view reads another as of the day asked for, not only as it was published."""
    return bool(view.references & {f"model.{name}", f"main.{name}"})


def _resolve_references(view: View, views: dict[str, View]) -> set[str]:
    found = set()
    for reference in view.references:
        schema, _, name = reference.partition(".")
        if name in views and schema in (views[name].schema, "stored"):
            if _RANK_OF_LAYER[views[name].layer] > _RANK_OF_LAYER[view.layer]:
                raise ViewDefinitionError(f"{view.name} reads {name} of a layer above it")
            found.add(name)
        elif schema in ("model", "stored"):
            raise ViewDefinitionError(f"{view.name} reads {reference}, which no file defines")
    return found


def _read_published(select: str) -> str:
    """Let a SELECT read published answers: ``main.x`` from ``newest``, ``stored.x`` from ``model``."""
    return re.sub(r"\bmain\.", "newest.", re.sub(r"\bstored\.", "model.", select))


def _read_for_a_day(select: str, computed: frozenset[str], prefix: str = "") -> str:
    """Let a SELECT read, under their bare names, the views that are computed for a day."""
    bare = re.sub(
        r"\b(?:model|main)\.(\w+)",
        lambda match: prefix + match[1] if match[1] in computed else match[0],
        select,
    )
    return _read_published(bare)


@cache
def _steps_for_a_day() -> tuple[tuple[View, str], ...]:
    """Return the views that follow the as-of day, in order, reading each other by bare names."""
    following = [view for view in load_views() if view.follows_as_of]
    computed = frozenset(view.name for view in following)
    return tuple((view, _read_for_a_day(view.select, computed)) for view in following)


@cache
def _following() -> frozenset[str]:
    return frozenset(view.name for view, _ in _steps_for_a_day())


@cache
def _steps_for_days(
    macros: tuple[TableMacro, ...], prefix: str = ""
) -> tuple[tuple[str, str], ...]:
    """Return the steps below table macros of the same parameters, for the days that these name."""
    days = " union ".join(f"select {name}::date as day" for name in macros[0].parameters)
    asked = {
        "evaluation_day": days,
        "asked_day": days,
        "as_of_day": days,
        "forecast_day": "select null::date as day where false",
    }
    following = _following()
    read = {
        reference.partition(".")[2]
        for macro in macros
        for reference in _referenced_tables(_with_days(macro.select, macro, (date.min, date.min)))
    } & following
    needed = _needed_for(*read)
    return tuple(
        (view.name, asked.get(view.name) or _read_for_a_day(view.select, following, prefix))
        for view, _ in _steps_for_a_day()
        if view.name in needed
    )


def _with_days(select: str, macro: TableMacro, days: tuple[date, date]) -> str:
    """Return a SELECT with a day for each parameter of a table macro."""
    for name, day in zip(macro.parameters, days, strict=True):
        select = re.sub(rf"\b{name}\b", f"date '{day.isoformat()}'", select)
    return select


def between_published(name: str, days: tuple[date, date]) -> str:
    """Return the SELECT of a table macro for two days that were asked for at publishing."""
    macro = next(macro for macro in load_table_macros() if macro.name == name)
    return _read_published(_with_days(macro.select, macro, days).replace("model.", "stored."))


#: What is computed between two days of a reader's choice begins with this.
BETWEEN = "between_"


def compute_between(cursor: duckdb.DuckDBPyConnection, days: tuple[date, date]) -> None:
    """Compute what the table macros say of two days, as temporary tables: between_what_changed, …

    Step by step, each with what is known of the one before. All steps in one statement, as the
    macros do it, are planned on guesses of guesses: one such plan joined all objectives of a day with
    one another, and did not end with a million key results.
    """
    macros = load_table_macros()
    steps = [
        *_steps_for_days(macros, BETWEEN),
        *((macro.name, _read_for_a_day(macro.select, _following(), BETWEEN)) for macro in macros),
    ]
    for name, select in steps:
        cursor.execute(
            f'create or replace temp table "{BETWEEN}{name}" as {_with_days(select, macros[0], days)}'
        )
    for name, _ in steps[: -len(macros)]:
        cursor.execute(f'drop table temp."{BETWEEN}{name}"')


def _needed_for(*names: str, rule: str | None = None) -> set[str]:
    """Return the names of some views and of all views below them; of those with rows under a pace rule."""
    views = {view.name: view for view in load_views()}
    needed, todo = set(), list(names)
    while todo:
        current = todo.pop()
        if current not in needed:
            needed.add(current)
            if not _is_empty(views[current], rule):
                todo.extend(_resolve_references(views[current], views))
    return needed


def _is_empty(view: View, rule: str | None) -> bool:
    """Tell whether a view has no rows under a pace rule; without one nobody can tell."""
    return None not in (rule, view.rule) and view.rule != rule


def _switch(view: View) -> str:
    """Return the DDL of a public view: the newest answer, or the one for ``as_of``."""
    newest = f"select * from {view.answer}"
    if not view.follows_as_of:
        return f"create view {view.qualified} as {newest}"
    needed = _needed_for(view.name)
    steps = ",\n".join(
        f"{step.name} as materialized ({select})"
        for step, select in _steps_for_a_day()
        if step.name in needed
    )
    return (
        f"create view {view.qualified} as {newest} where getvariable('as_of') is null "
        f"union all (with {steps} select * from {view.name} where getvariable('as_of') is not null)"
    )


def clear_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop every view, macro and computed answer; the journal's tables stay."""
    for (name,) in connection.execute(
        "select view_name from duckdb_views() where not internal and schema_name = 'main'"
    ).fetchall():
        connection.execute(f'drop view main."{name}"')
    for schema in ("model", "newest"):
        connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute(f"create schema {schema}")
    for name, kind in connection.execute(
        "select distinct function_name, function_type from duckdb_functions() "
        "where function_type in ('macro', 'table_macro') and not internal and schema_name = 'main'"
    ).fetchall():
        table = "table " if kind == "table_macro" else ""
        connection.execute(f'drop macro {table}if exists main."{name}"')


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    for macro in load_macros():
        connection.execute(macro.statement())


@cache
def parsed(statement: str) -> duckdb.Statement:
    """Parse one statement once a process: of small data, parsing takes a fifth of the time."""
    (found,) = _parser().cursor().extract_statements(statement)
    return found


@cache
def _statement_of(name: str) -> duckdb.Statement:
    """Return the parsed DDL of one view, made once a process."""
    return parsed(next(view for view in load_views() if view.name == name).statement())


def compute(
    connection: duckdb.DuckDBPyConnection,
    *layers: str,
    only: frozenset[str] | None = None,
    computing: Callable[[str, int, int], object] | None = None,
    anew: bool = True,
) -> None:
    """Compute the newest answers of some layers, in order; with ``only`` of the views named.

    What is not stored is a view: it is there already unless the database is made ``anew``.
    ``computing`` is told each view before it is computed, its place and how many there are.
    """
    chosen = [
        view
        for view in load_views()
        if view.layer in layers and (view.stored or anew) and (only is None or view.name in only)
    ]
    for place, view in enumerate(chosen):
        if computing is not None:
            computing(view.name, place, len(chosen))
        connection.execute(_statement_of(view.name))


#: Key results from which on what changed since the import before is kept as a table. Of fewer, a
#: reader compares faster than publishing keeps what perhaps nobody asks for.
MANY = 5_000


def keep_latest_change(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep what changed since the import before as ``model.kept_change``, of a large organisation.

    Where there is no import before, nothing changed since.
    """
    ((key_results, compared),) = connection.execute(
        "select (select count(*) from newest.key_result_progress), (select count(day) from model.day_before)"
    ).fetchall()
    connection.execute("drop table if exists model.kept_change")
    if key_results >= MANY and compared:
        connection.execute("create table model.kept_change as select * from model.latest_change")


@cache
def needed_to_compare() -> frozenset[str]:
    """Return the views that tell the issues of an import and what it changes, and all below them."""
    known = {view.qualified.replace('"', "") for view in load_views()}
    read = {name for change in load_changes() for name in change.references} & known
    names = {name.partition(".")[2] for name in read} | {"import_issue"}
    staging = {view.name for view in load_views() if view.layer == "staging"}
    return frozenset(staging | _needed_for(*names))


@cache
def depending_on(table: str) -> frozenset[str]:
    """Return the views whose answers change with a table, given as ``journal.x``."""
    found: set[str] = set()
    for view in load_views():
        read = {reference.partition(".")[2] for reference in view.references}
        if table in view.references or read & found:
            found.add(view.name)
    return frozenset(found)


def create_public_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the public views over the computed answers, with their headers as comments."""
    for view in public_views():
        connection.execute(_switch(view))
        for statement in view.comments():
            connection.execute(statement)
    for macro in load_table_macros():
        connection.execute(macro.statement())


def pin_day(
    cursor: duckdb.DuckDBPyConnection, as_of: date | None, only: frozenset[str] = frozenset()
) -> None:
    """Let the public names mean one day on a cursor: the newest, or another one.

    The answers for another day are temporary tables, also on a read-only connection: those of the
    views named in ``only``, and with :func:`compute_for_day` of what a question reads.
    """
    if as_of is None:
        cursor.execute("set search_path = 'newest,model,main'")
        return
    cursor.execute(f"set variable as_of = date '{as_of.isoformat()}'")
    compute_for_day(cursor, only)


def compute_for_day(
    cursor: duckdb.DuckDBPyConnection, names: frozenset[str], rule: str | None = None
) -> None:
    """Compute the views named, and no others, for the day pinned on a cursor, under a pace rule."""
    for view, select in _steps_for_a_day():
        if view.name in names:
            rows = f"from {view.answer} limit 0" if _is_empty(view, rule) else select
            cursor.execute(parsed(f'create or replace temp table "{view.name}" as {rows}'))


def pace_rule(cursor: duckdb.DuckDBPyConnection) -> str:
    """Return the pace rule of a published database."""
    ((rule,),) = cursor.execute("select pace_rule from model.setting").fetchall()
    return str(rule)


@lru_cache(maxsize=1_000)
def read_by(sql: str, rule: str) -> frozenset[str]:
    """Return the views of a day that a statement may read under a pace rule, with all below them.

    Goes by words: one that is also the name of a view costs a table that nobody reads.
    """
    words = set(re.findall(r"\w+", sql.lower()))
    named = _following() & words
    return frozenset(_needed_for(*named, rule=rule) & _following())


def unpin_day(cursor: duckdb.DuckDBPyConnection) -> None:
    """Take back what :func:`pin_day` did for an earlier or later day."""
    for view, _ in _steps_for_a_day():
        cursor.execute(f'drop table if exists temp."{view.name}"')
    cursor.execute("reset variable as_of")


@cache
def load_changes(folder: Path = SQL_FOLDER) -> tuple[View, ...]:
    """Read ``sql/changes``: SELECTs that compare; they are run when asked for, not stored."""
    return tuple(_read_view(path, "changes") for path in sorted((folder / "changes").glob("*.sql")))


def _change(name: str) -> View:
    return next(view for view in load_changes() if view.name == name)


def of_newest(name: str) -> str:
    """Return a SELECT of ``sql/changes`` that reads the newest answers."""
    return _read_published(_change(name).select)


def of_pinned_day(name: str) -> str:
    """Return a SELECT of ``sql/changes`` that reads the answers of the day pinned on a cursor."""
    return _read_for_a_day(_change(name).select, _following())


def public_views() -> tuple[View, ...]:
    """Return the views of the contract, by name."""
    return tuple(sorted((v for v in load_views() if v.public), key=lambda view: view.name))
