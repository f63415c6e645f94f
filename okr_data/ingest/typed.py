"""From rows of text under our names to canonical rows: one place for every format."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from okr_data.ingest.arrange import TextTable
from okr_data.ingest.columns import ColumnReader, period_name
from okr_data.ingest.draft import Parsed
from okr_data.ingest.fields import DATES, NUMERIC
from okr_data.ingest.mapping import Mapping
from okr_data.ingest.report import Report
from okr_data.ingest.values import LEVEL_WORDS, clean_id, fold, split_names
from okr_data.periods import period_of_days
from okr_data.schema import (
    CHECK_IN,
    DIRECTIONS,
    GOAL_TYPES,
    INITIATIVE,
    KEY_RESULT,
    OBJECTIVE,
    ORG_UNIT,
    PERSON,
)

STATUS_WORDS = {
    "on track": "on_track", "green": "on_track", "grün": "on_track", "verde": "on_track",
    "im plan": "on_track", "auf kurs": "on_track", "en curso": "on_track", "vert": "on_track",
    "in progress": "on_track", "active": "on_track", "ongoing": "on_track",
    "at risk": "at_risk", "yellow": "at_risk", "amber": "at_risk", "gelb": "at_risk",
    "gefährdet": "at_risk", "en riesgo": "at_risk", "amarillo": "at_risk", "orange": "at_risk",
    "à risque": "at_risk", "needs attention": "at_risk", "progressing": "at_risk",
    "off track": "off_track", "behind": "off_track", "red": "off_track", "rot": "off_track",
    "delayed": "off_track", "atrasado": "off_track", "rojo": "off_track", "rouge": "off_track",
    "en retard": "off_track", "im rückstand": "off_track", "blocked": "off_track", "missed": "off_track",
    "not started": "not_started", "pending": "not_started", "to do": "not_started",
    "nicht begonnen": "not_started", "offen": "not_started", "no iniciado": "not_started",
    "planned": "not_started", "new": "not_started", "draft": "not_started", "upcoming": "not_started",
    "done": "done", "completed": "done", "complete": "done", "closed": "done", "achieved": "done",
    "erledigt": "done", "abgeschlossen": "done", "erreicht": "done", "hecho": "done",
    "completado": "done", "terminé": "done", "finished": "done",
    "dropped": "dropped", "postponed": "dropped", "cancelled": "dropped", "canceled": "dropped",
    "abandoned": "dropped", "archived": "dropped", "verschoben": "dropped", "abgebrochen": "dropped",
    "cancelado": "dropped", "annulé": "dropped", "paused": "dropped", "on hold": "dropped",
    "deferred": "dropped", "rejected": "dropped",
}  # fmt: skip
KIND_WORDS = {
    "objective": "objective", "goal": "objective", "o": "objective", "big rock": "objective",
    "ziel": "objective", "objetivo": "objective", "objectif": "objective", "obiettivo": "objective",
    "company objective": "objective", "team objective": "objective", "okr": "objective",
    "department objective": "objective", "individual objective": "objective",
    "key result": "key_result", "kr": "key_result", "keyresult": "key_result",
    "outcome": "key_result", "kpi": "key_result", "metric": "key_result",
    "milestone": "key_result", "schlüsselergebnis": "key_result",
    "resultado clave": "key_result", "résultat clé": "key_result", "measure": "key_result",
    "deliverable": "initiative", "action": "initiative", "initiative": "initiative",
    "project": "initiative", "task": "initiative", "epic": "initiative", "story": "initiative",
    "maßnahme": "initiative", "projekt": "initiative", "iniciativa": "initiative",
    "jira work item": "initiative", "work item": "initiative", "action item": "initiative",
    "to do": "initiative", "aufgabe": "initiative", "tarea": "initiative",
}  # fmt: skip
MEASURE_WORDS = {"metric": "metric", "number": "metric", "percentage": "metric", "percent": "metric",
                 "currency": "metric", "milestone": "milestone", "yes no": "milestone",
                 "boolean": "milestone", "binary": "milestone"}  # fmt: skip
DIRECTION_WORDS = {
    **{word.replace("_", " "): word for word in DIRECTIONS},
    "up": "increase", "rise": "increase", "higher": "increase", "increasing": "increase",
    "down": "decrease", "reduce": "decrease", "lower": "decrease", "decreasing": "decrease",
    "maintain above": "stay_above", "maintain below": "stay_below", "at least": "stay_above",
    "at most": "stay_below", "control": "stay_below",
}  # fmt: skip
GOAL_TYPE_WORDS = {
    **{word: word for word in GOAL_TYPES},
    "roofshot": "committed", "moonshot": "aspirational", "stretch": "aspirational",
}  # fmt: skip
#: Characters from which a title is told to be a text.
LONG_TITLE = 1_000
#: Issues of a cell that speak for a row that slipped sideways.
_CELL_CODES = frozenset(
    {"not_a_number", "not_a_date", "date_impossible", "number_absurd", "object_type_unknown",
     "level_unknown", "value_unknown", "status_unknown", "cycle_unknown"}
)  # fmt: skip


def type_table(table: TextTable, mapping: Mapping, as_of: date | None, parsed: Parsed) -> None:
    """Turn one straightened table into canonical rows."""
    report = parsed.report(table.label)
    seen = len(report.issues)
    # Cells are typed once to see which overlong rows slipped; then the table is typed without them.
    if table.overlong:
        trial = Report(table.label)
        _Typist(table, mapping, as_of, Parsed(reports={table.label: trial}), trial).run()
        slipped = _slipped(table, trial, report)
        if slipped:
            kept = table.frame[~table.frame["row"].isin(slipped)].reset_index(drop=True)
            table = TextTable(
                table.grain, kept, table.headers, table.label, table.delimiter, table.ids_derived
            )
    _Typist(table, mapping, as_of, parsed, report).run()
    if table.ids_derived:
        parsed.derived.add(table.label)
    _tell_of_fiscal_words(report, seen)


def _slipped(table: TextTable, trial: Report, report: Report) -> set[int]:
    """Find rows whose cells stand one column too far right; name what the others have too much."""
    doubtful = {i.row for i in trial.issues if i.code in _CELL_CODES and i.row in table.overlong}
    rows = set(table.frame["row"].tolist())
    for line, cells in table.overlong.items():
        if line not in rows:
            continue
        value = " | ".join(cell for cell in cells if cell)
        if line in doubtful:
            message = (
                f"{len(cells)} cells more than the header has, and others do not fit their columns; "
                "the row did not go in"
            )
            report.add("row_unreadable", message, line, "", value)
        elif any(cells):
            message = f"{sum(map(bool, cells))} cells beyond the last header were left out"
            report.add("row_too_long", message, line, "", value)
    return doubtful & rows  # type: ignore[return-value]


def _tell_of_fiscal_words(report: Report, seen: int) -> None:
    fiscal = [i for i in report.issues[seen:] if i.code == "fiscal_calendar_assumed"]
    for further in fiscal[1:]:
        report.issues.remove(further)


class _Typist:
    """Types one table."""

    def __init__(
        self, table: TextTable, mapping: Mapping, as_of: date | None, parsed: Parsed, report: Report
    ) -> None:
        self.table = table
        self.mapping = mapping
        self.parsed = parsed
        self.report = report
        self.as_of = as_of
        self.read = self._reader(table.frame)

    def _reader(self, frame: pd.DataFrame) -> ColumnReader:
        return ColumnReader(
            frame.reset_index(drop=True), self.table.headers, self.report, self.mapping.answers,
            self.table.delimiter, self.as_of,
            tuple(n for n in NUMERIC if n in frame), tuple(n for n in DATES if n in frame),
        )  # fmt: skip

    def run(self) -> None:
        {
            "items": self.items,
            "check_ins": self.check_ins,
            "org_units": self.org_units,
            "people": self.people,
        }[self.table.grain]()

    # --- items ---------------------------------------------------------------

    def items(self) -> None:
        read = self.read
        nameless = read.text("id").isna()
        titled = read.text("title").notna()
        if nameless.any():
            what = "the row has no id and did not go in"
            read.issue_where("id_missing", what, nameless, "id")
            self.read = read = self._reader(read.frame[~nameless])
            titled = read.text("title").notna()
        headings = self._headings(read, titled)
        if headings.any():
            self.read = read = self._reader(read.frame[~headings])
            titled = read.text("title").notna()
        self._titles(read, titled)
        kinds = self._kinds(read)
        self.parsed.told("reading people, periods and states")
        frame = self._shared(read).assign(kind_of_item=kinds)
        self._tell_of_unused_values(read, kinds)
        self.parsed.told("gathering the names of parents")
        self._references(read, kinds)
        objectives = (kinds == "objective").to_numpy()
        key_results = (kinds == "key_result").to_numpy()
        if objectives.any():
            self.parsed.told("reading objectives")
            rows = self._objectives(self._reader(read.frame[objectives]), frame[objectives])
            self.parsed.add_rows(OBJECTIVE, rows)
        if key_results.any():
            self.parsed.told("reading figures of key results")
            rows = self._key_results(self._reader(read.frame[key_results]), frame[key_results])
            self.parsed.add_rows(KEY_RESULT, rows)
        work = frame[~objectives & ~key_results]
        if len(work):
            weights = self._reader(read.frame[~objectives & ~key_results]).weight("weight")
            rows = work.rename(columns={"id": "initiative_id"}).assign(weight=weights.to_numpy())
            self.parsed.add_rows(INITIATIVE, rows)
        self._last_check_ins(read)

    def _headings(self, read: ColumnReader, titled: pd.Series) -> pd.Series:
        """Find rows that hold nothing but a word in the column of ids: headings between the rows."""
        fields = [n for n in self.table.headers if n in read.frame and n not in ("id", "title")]
        bare = ~titled & read.frame[fields].isna().all(axis=1)
        if self.table.ids_derived or len(fields) < 2 or bare.mean() > 0.5:
            return pd.Series(False, index=bare.index)
        for place in np.flatnonzero(bare.to_numpy()).tolist():
            text = str(read.frame["id"].iloc[place])
            message = f"a heading, no item: “{text[:80]}”"
            self.report.add(
                "footer_row_skipped", message, int(read.rows[place]), read.header("id"), text
            )
        return bare

    def _titles(self, read: ColumnReader, titled: pd.Series) -> None:
        for place in np.flatnonzero(~titled.to_numpy()).tolist():
            item_id = read.frame["id"].iloc[place]
            self.report.add(
                "title_missing",
                f"“{item_id}” has no title",
                int(read.rows[place]),
                read.header("title"),
            )
        long = read.text("title").str.len() > LONG_TITLE
        for place in np.flatnonzero(long.to_numpy(na_value=False)).tolist():
            text = read.text("title").iloc[place]
            message = f"the title has {len(text):,} characters; pages show its beginning"
            self.report.add(
                "title_long", message, int(read.rows[place]), read.header("title"), text
            )

    def _kinds(self, read: ColumnReader) -> pd.Series:
        """Tell objectives, key results and work items apart: by layout, by word, else by the row."""
        stated = read.frame["kind"] if "kind" in read.frame else read.raw("no kind")
        words = {**KIND_WORDS, **self.mapping.kinds}
        raw = read.text("type")
        distinct = raw.dropna().unique().tolist()
        stated = stated.fillna(
            raw.map({text: words.get(fold(text)) for text in distinct}).astype("str")
        )
        open_rows = stated.isna()
        if not open_rows.any():
            return stated
        measured = read.text("target_value").notna() | read.text("metric").notna()
        if "type" not in read.frame:
            measured |= read.text("current_value").notna() | read.text("start_value").notna()
        judged = pd.Series(
            np.where(measured, "key_result", "objective"), index=stated.index
        ).astype("str")
        if "type" in read.frame:
            self._tell_of_judged(read, raw, judged, open_rows)
        return stated.fillna(judged)

    def _tell_of_judged(
        self, read: ColumnReader, raw: pd.Series, judged: pd.Series, open_rows: pd.Series
    ) -> None:
        for place in np.flatnonzero(open_rows.to_numpy()).tolist():
            kind = judged.iloc[place]
            text = raw.iloc[place] if isinstance(raw.iloc[place], str) else ""
            why = "because it has a metric" if kind == "key_result" else "because it has no metric"
            self.report.add(
                "object_type_unknown", f"“{text}” is taken as {kind.replace('_', ' ')}, {why}",
                int(read.rows[place]), read.header("type"), text,
            )  # fmt: skip

    def _shared(self, read: ColumnReader) -> pd.DataFrame:
        """Read what all kinds of items have."""
        start, end = read.span("start_date", "end_date")
        status, status_raw = self._status(read)
        teams = read.text("team")
        cycle = read.cycle("cycle")
        self._fiscal(read)
        return pd.DataFrame(
            {
                "id": read.frame["id"],
                "title": read.text("title").fillna(read.frame["id"]),
                "description": read.text("description"),
                "team": self._home_teams(read, teams),
                "teams_raw": teams.where(teams.str.contains(";", regex=False, na=False)),
                "owner": read.map("owner", _owners),
                "cycle": cycle,
                "cycle_raw": read.text("cycle"),
                "start_date": start,
                "end_date": end,
                "created_on": read.day("created_on"),
                "reported_progress": read.percent("progress"),
                "status": status,
                "status_raw": status_raw,
                "confidence": read.confidence("confidence"),
                "file": self.table.label,
                "row": read.rows,
            }
        )

    def _home_teams(self, read: ColumnReader, teams: pd.Series) -> pd.Series:
        several = teams.str.contains(";", regex=False, na=False)
        for place in np.flatnonzero(several.to_numpy()).tolist():
            names = split_names(teams.iloc[place])
            if len(names) > 1:
                self.report.add(
                    "several_teams", f"“{names[0]}” is taken as its home", int(read.rows[place]),
                    read.header("team"), "; ".join(names),
                )  # fmt: skip
        return read.map("team", lambda text: (split_names(text) or [text])[0])

    def _fiscal(self, read: ColumnReader) -> None:
        for text in read.distinct("cycle"):
            if "fy" in text.lower() and period_name(text):
                message = f"“{text}” follows the fiscal calendar of the settings"
                self.report.add(
                    "fiscal_calendar_assumed", message, read.first_row("cycle", text),
                    read.header("cycle"), text,
                )  # fmt: skip
                return

    def _status(self, read: ColumnReader) -> tuple[pd.Series, pd.Series]:
        """Map status words, and ask what “At Risk” means where neither format nor words tell."""
        known = {} if self.mapping.only_own_words else STATUS_WORDS
        words = {**known, **self.mapping.statuses}
        raw = read.text("status")
        used = {fold(text) for text in read.distinct("status")}
        told = self.mapping.at_risk_known or "at risk" in self.mapping.statuses
        worse = used & {"off track", "red", "rot", "rojo"}
        if "at risk" in used and not told and not worse:
            text = next(t for t in read.distinct("status") if fold(t) == "at risk")
            self.report.add(
                "status_meaning_assumed", f"“{text}” is taken as the middle state (at risk)",
                read.first_row("status", text), read.header("status"), text,
            )  # fmt: skip
        status = read.word("status", words, "status_unknown")
        if "archived" in read.frame:
            archived = (
                read.text("archived").str.lower().isin(("true", "yes", "1", "ja", "sí", "oui"))
            )
            status = status.mask(archived & (status != "done"), "dropped")
        return status, raw

    def _objectives(self, read: ColumnReader, frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.rename(columns={"id": "objective_id"}).reset_index(drop=True)
        if "beside" in read.frame:
            beside = read.frame["beside"].notna().to_numpy()
            self.parsed.beside.update(frame["objective_id"][beside].tolist())
        self._cycles_of_days(frame)
        cycles = frame["cycle"].isna()
        for place in np.flatnonzero(cycles.to_numpy()).tolist():
            item_id = frame["objective_id"].iloc[place]
            message = f"“{item_id}” belongs to no cycle"
            self.report.add(
                "cycle_missing", message, int(frame["row"].iloc[place]), read.header("cycle")
            )
        return frame.assign(
            level=read.word("level", {**LEVEL_WORDS, **self.mapping.levels}, "level_unknown"),
            department=read.text("department"),
            goal_type=read.word("goal_type", GOAL_TYPE_WORDS, "value_unknown"),
            weight=read.weight("weight"),
            score=read.number("score"),
        )

    def _key_results(self, read: ColumnReader, frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.rename(columns={"id": "key_result_id"}).reset_index(drop=True)
        unit = read.text("unit")
        kind = read.word("measured_as", MEASURE_WORDS, "value_unknown")
        if "type" in read.frame:
            milestone = read.text("type").map(fold, na_action="ignore") == "milestone"
            kind = kind.fillna(_where(milestone, "milestone"))
        frame["objective_id"] = read.frame["home"] if "home" in read.frame else read.raw("home")
        score = read.number("score")
        reported = frame["reported_progress"]
        if "score" in read.frame and reported.isna().all():
            reported = score.where(score.between(0, 1))
        return frame.assign(
            kind=kind.fillna("metric"),
            metric=read.text("metric"),
            unit=unit.fillna(_percent_units(read)),
            direction=read.word("direction", DIRECTION_WORDS, "value_unknown"),
            start_value=read.number("start_value"),
            target_value=read.number("target_value"),
            current_value=read.number("current_value"),
            weight=read.weight("weight"),
            reported_progress=reported,
        )

    def _cycles_of_days(self, frame: pd.DataFrame) -> None:
        """Let an objective without cycle belong to the quarter, half or year that its days span."""
        open_rows = frame["cycle"].isna() & frame["start_date"].notna() & frame["end_date"].notna()
        spans = frame.loc[open_rows, ["start_date", "end_date"]].drop_duplicates()
        told = False
        for start, end in zip(spans["start_date"], spans["end_date"], strict=True):
            period = period_of_days(start.date(), end.date())
            if period is None:
                continue
            here = open_rows & (frame["start_date"] == start) & (frame["end_date"] == end)
            frame.loc[here, "cycle"] = period.name
            if not told:
                message = f"objectives without a cycle belong to the one that their days span ({period.name})"
                self.report.add("cycle_from_days", message, int(frame["row"][here].iloc[0]))
                told = True

    def _tell_of_unused_values(self, read: ColumnReader, kinds: pd.Series) -> None:
        """Values in the row of an objective are not its progress: its key results are."""
        names = [n for n in ("start_value", "target_value", "current_value") if n in read.frame]
        if not names or self.mapping.rows == "objectives":
            return
        has = np.logical_or.reduce([read.text(name).notna().to_numpy() for name in names])
        stray = has & (kinds == "objective").to_numpy()
        if stray.any():
            first = int(read.rows[stray][0])
            message = (
                f"start, target or current value of {int(stray.sum()):,} objectives (the first in "
                f"row {first}) do not count: an objective is measured by its key results"
            )
            self.report.add("objective_values_unused", message, first, read.header(names[0]))

    def _references(self, read: ColumnReader, kinds: pd.Series) -> None:
        """Keep the cells that name parents until all rows of the upload are there."""
        tables = kinds.map(
            {
                "objective": OBJECTIVE.name,
                "key_result": KEY_RESULT.name,
                "initiative": INITIATIVE.name,
            }
        )
        text = read.text("parent")
        if "objective" in read.frame:
            text = read.text("objective").fillna(text)
        if "objective" in self.mapping.columns and "parent" in read.frame:
            text = text.fillna(read.text("parent"))
        exact = read.frame["exact_parent"] if "exact_parent" in read.frame else read.raw("exact")
        if "above" in read.frame:
            exact = exact.fillna(read.frame["above"])
        named = text.notna() | exact.notna()
        if not named.any():
            return
        weights = read.text("parent_weight")
        decimal = read.decimal("parent_weight") if "parent_weight" in read.frame else "."
        frame = pd.DataFrame(
            {
                "table": tables, "child_id": read.frame["id"], "text": text, "exact": exact,
                "weights": weights, "file": self.table.label, "row": read.rows,
            }
        )[named]  # fmt: skip
        frame["decimal"] = decimal
        frame["weight_column"] = read.header("parent_weight")
        frame["must_resolve"] = self.mapping.rows == "items" and "parent" in read.frame
        frame["separators"] = [self.mapping.separators] * len(frame)
        self.parsed.references.append(frame)

    def _last_check_ins(self, read: ColumnReader) -> None:
        """The day and note of the last check-in stand in the item's own row."""
        if "last_check_in" not in read.frame:
            return
        day = read.day("last_check_in")
        rows = pd.DataFrame(
            {"item_id": read.frame["id"], "checked_on": day, "note": read.text("last_note"),
             "file": self.table.label, "row": read.rows}
        )  # fmt: skip
        self.parsed.add_rows(CHECK_IN, rows[day.notna()])

    # --- the other tables ----------------------------------------------------

    def check_ins(self) -> None:
        read = self.read
        item = read.map("item_id", clean_id) if "item_id" in read.frame else read.raw("item_id")
        title = read.text("item_title")
        nameless = item.isna() & title.isna()
        read.issue_where("id_missing", "the row has no id and did not go in", nameless, "item_id")
        day = read.day("date")
        undated = ~nameless & day.isna()
        if undated.any():
            message = "a check-in without a day did not go in"
            read.issue_where("check_in_without_day", message, undated, "date")
        status, status_raw = self._status(read)
        frame = pd.DataFrame(
            {
                "item_id": item.fillna(title), "checked_on": day,
                "value": read.number("value"), "progress": read.percent("progress"),
                "status": status, "status_raw": status_raw,
                "confidence": read.confidence("confidence"),
                "note": read.text("note"), "author": read.text("author"),
                "file": self.table.label, "row": read.rows,
            },
            copy=False,
        )  # fmt: skip
        taken = ~nameless & day.notna()
        self.parsed.add_rows(CHECK_IN, frame if taken.all() else frame[taken])

    def org_units(self) -> None:
        read = self.read
        name = "unit_name" if "unit_name" in read.frame else "team"
        team = read.text(name)
        read.issue_where("id_missing", "the row has no id and did not go in", team.isna(), name)
        level = read.word("unit_level", {**LEVEL_WORDS, **self.mapping.levels}, "level_unknown")
        department = read.text("department")
        below = department.notna() & (department.str.lower() != team.str.lower())
        # A team that is known is never placed by depth.
        guess = pd.Series(np.where(below, "team", "department"), index=team.index).astype("str")
        same_as = read.text("same_as")
        frame = pd.DataFrame(
            {
                "team": team, "level": level.fillna(guess.mask(same_as.notna())), "department": department,
                "parent_team": read.text("parent_team"), "same_as": same_as,
                "assumed": pd.Series(False, index=team.index).astype("boolean"),
                "file": self.table.label, "row": read.rows,
            }
        )  # fmt: skip
        self.parsed.add_rows(ORG_UNIT, frame[team.notna()])

    def people(self) -> None:
        read = self.read
        person = read.text("person").fillna(read.text("email"))
        read.issue_where(
            "id_missing", "the row names no person and did not go in", person.isna(), "person"
        )
        frame = pd.DataFrame(
            {
                "person": person, "email": read.text("email"), "team": read.text("team"),
                "manager": read.text("manager"), "file": self.table.label, "row": read.rows,
            }
        )  # fmt: skip
        self.parsed.add_rows(PERSON, frame[person.notna()])


def _where(mask: pd.Series, word: str) -> pd.Series:
    return pd.Series(word, index=mask.index, dtype="str").where(mask)


def _owners(text: str) -> str | None:
    names = split_names(text.replace("\n", ";"))
    if len(names) == 1 and "," in text:
        parts = split_names(text, ",")
        # “Example, Ann” is one person; “Ann Example, Bob Sample” and e-mails are several.
        if all(" " in part or "@" in part for part in parts):
            names = parts
    return "; ".join(names) or None


def _percent_units(read: ColumnReader) -> pd.Series:
    """A value written with a percent sign has that unit."""
    text = read.text("target_value").fillna(read.text("current_value"))
    percent = text.str.contains("%", regex=False, na=False)
    return _where(percent, "%")
