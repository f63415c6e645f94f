"""The words of the field that a column of an export can mean, and how headers are recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

#: What one row of a table stands for.
Grain = Literal["items", "objectives", "key_results", "pairs", "check_ins", "org_units", "people"]

GRAINS: dict[Grain, str] = {
    "items": "an objective or a key result (a column says which, or the tree does)",
    "objectives": "an objective (its key results may stand in further columns)",
    "key_results": "a key result",
    "pairs": "a key result with its objective beside it, repeated or blank below the first",
    "check_ins": "a check-in",
    "org_units": "a team: its place in the organisation",
    "people": "a person and their team",
}

Kind = Literal["text", "number", "percent", "confidence", "day", "word", "cycle", "reference"]

_ITEMS: frozenset[Grain] = frozenset({"items", "objectives", "key_results", "pairs"})
_MEASURED: frozenset[Grain] = frozenset({"items", "key_results", "pairs"})
_GOALS: frozenset[Grain] = frozenset({"items", "objectives", "pairs"})
_PAIRS: frozenset[Grain] = frozenset({"pairs"})


@dataclass(frozen=True)
class Field:
    """One meaning that a column can have; ``words`` are headers by which it is known."""

    name: str
    label: str
    kind: Kind
    grains: frozenset[Grain]
    words: tuple[str, ...] = ()


def _f(name: str, label: str, kind: Kind, grains: frozenset[Grain], words: str) -> Field:
    found = (normalise_header(word) for word in words.split("|"))
    return Field(name, label, kind, grains, tuple(dict.fromkeys(w for w in found if w)))


def normalise_header(name: str) -> str:
    """Fold case, spaces and punctuation: "Key Result ID " and "key_result_id" are one header."""
    return re.sub(r"[\W_]+", "_", name.strip().lower().replace("%", "percent")).strip("_")


_ALL = frozenset(GRAINS)
_UNITS: frozenset[Grain] = frozenset({"org_units"})
_CHECKS: frozenset[Grain] = frozenset({"check_ins"})
_PEOPLE: frozenset[Grain] = frozenset({"people"})

#: Every meaning, in the order in which the mapper lists them. The words are English, German,
#: Spanish, French, Portuguese and Italian; the longer list wins nothing, an exact word does.
FIELDS: tuple[Field, ...] = (
    _f("id", "Id", "text", _ITEMS,
       "id|objective id|key result id|okr id|goal id|identifier|kennung|nummer|nr|identificador|identifiant|key|ref|reference|code|node id|item id"),
    _f("row_id", "Row number that parents refer to", "text", _ITEMS, "row id|row|zeile|fila|ligne"),
    _f("outline", "Outline number (1, 1.1, 1.2.1)", "text", _ITEMS,
       "order|outline|wbs|no|number|gliederung|level number|hierarchy|section"),
    _f("type", "Type: objective or key result", "word", _ITEMS,
       "type|object type|item type|okr type|node type|kind|typ|art|tipo|element|entity|category type"),
    _f("title", "Title", "text", _ITEMS,
       "title|name|summary|objective name|goal|goal title|goal name|text|item|okr|statement|titel|bezeichnung|título|titulo|nombre|titre|nom|intitulé|titolo|nome|objective or key result"),
    _f("objective", "Objective (title or id)", "reference", frozenset({"key_results", "pairs"}),
       "objective|objectives|objective title|objective name|parent objective|ziel|objetivo|objectif|obiettivo|strategic objective|2018 strategic objective|goal|goals|objective id|o"),
    _f("objective_id", "Id of the objective", "text", _PAIRS, "objective id|goal id|o id|objective key"),
    _f("objective_owner", "Owner of the objective", "text", _PAIRS, "objective owner|goal owner"),
    _f("objective_progress", "Progress of the objective", "percent", _PAIRS, "objective progress|goal progress"),
    _f("key_result", "Key result (title)", "text", _PAIRS,
       "key result|key results|kr|krs|key result title|schlüsselergebnis|schluesselergebnis|resultado clave|résultat clé|resultat cle|resultado-chave|risultato chiave|measure|metric name|kpi|key result name"),
    _f("parent", "Aligned to (id or title)", "reference", _GOALS | {"key_results"},
       "parent|parent id|parent ids|parent goal id|parent goal ids|parent objective|parent okr|parent key|aligned to|aligns to|supports|contributes to|ladders up to|übergeordnetes ziel|uebergeordnet|eltern|parent title|objetivo padre|padre|superior|objectif parent|parent node|parent goal"),
    _f("parent_row", "Row number of the parent", "text", _ITEMS, "parent row|parent row id|parent row ids"),
    _f("parent_weight", "Weight of the alignment", "number", _GOALS, "parent weight|parent weights|alignment weight"),
    _f("level", "Level", "word", _GOALS, "level|scope|okr level|goal level|ebene|nivel|niveau|livello|tier"),
    _f("department", "Department", "text", _ITEMS | _UNITS | _PEOPLE,
       "department|departments|division|function|business unit|abteilung|bereich|departamento|département|departement|reparto|dept|area|área"),
    _f("team", "Team", "text", _ITEMS | _UNITS | _PEOPLE, "team|teams|squad|group|equipo|équipe|equipe|gruppe|mannschaft|unit|org unit"),
    _f("owner", "Owner", "text", _ITEMS,
       "owner|owners|owner name|responsible|accountable|assignee|lead|dri|who|verantwortlich|verantwortliche|verantwortlicher|besitzer|eigentümer|responsable|propietario|dueño|porteur|pilote|proprietario|owner email|owner emails|email|individual emails|owner id|assigned to"),
    _f("cycle", "Cycle", "cycle", _ITEMS,
       "cycle|period|quarter|time period|goal cycle|okr cycle|year|fy|quartal|zeitraum|periodo|período|période|periode|trimestre|trimester|ciclo|timeframe|time frame|planning period"),
    _f("start_date", "Start date", "day", _ITEMS,
       "start date|begin date|expected start date|from|startdatum|beginn|fecha inicio|fecha de inicio|date de début|date debut|data inizio|starts on|starts at|cycle start"),
    _f("end_date", "End date", "day", _ITEMS,
       "end date|due date|due|due at|deadline|expected end date|target date|to|by when|enddatum|fällig|faellig|fälligkeit|termin|bis|vencimiento|fecha fin|fecha límite|échéance|echeance|date de fin|scadenza|targeted at|cycle end"),
    _f("created_on", "Created on", "day", _ITEMS, "created on|created at|created|creation date|erstellt|erstellt am|creado|créé le"),
    _f("start_value", "Start value", "number", _MEASURED,
       "start value|start|baseline|starting value|initial value|from value|initial|startwert|ausgangswert|basiswert|inicio|valor inicial|línea base|valeur initiale|départ|depart|valore iniziale|base|metric start"),
    _f("target_value", "Target value", "number", _MEASURED,
       "target value|target|goal value|target metric|zielwert|zielgröße|soll|meta|objetivo valor|valor objetivo|cible|valeur cible|obiettivo valore|metric target|target number"),
    _f("current_value", "Current value", "number", _MEASURED,
       "current value|current|actual|actual value|latest value|value|metric current|aktuell|aktueller wert|istwert|ist|valor actual|actual progress|valeur actuelle|actuel|realisé|réalisé|valore attuale|now|today"),
    _f("progress", "Progress, reported", "percent", _ITEMS | _CHECKS,
       "progress|progress percent|percent complete|completion|percent|done percent|percent done|completion rate|fortschritt|avance|progreso|progrès|progres|avancement|progresso|avanzamento|achieved|achievement|score percent|progress pct"),
    _f("score", "Score", "number", _ITEMS, "score|grade|final score|okr score|bewertung|puntuación|puntuacion|note finale"),
    _f("status", "Status", "word", _ITEMS | _CHECKS,
       "status|state|health|progress status|rag|rag status|ampel|estado|statut|état|etat|stato|phase|track status"),
    _f("confidence", "Confidence", "confidence", _ITEMS | _CHECKS, "confidence|confidence level|confidence score|zuversicht|confianza|confiance|fiducia"),
    _f("unit", "Unit", "text", _MEASURED, "unit|units|metric unit|einheit|unidad|unité|unite|unità|uom"),
    _f("metric", "Metric", "text", _MEASURED, "metric|metric name|kpi name|measure name|indicator|indicador|indicateur|kennzahl|okr metric"),
    _f("direction", "Direction", "word", _MEASURED, "direction|desired direction|trend direction|richtung|dirección|polarity"),
    _f("weight", "Weight", "number", _ITEMS, "weight|importance|gewicht|gewichtung|peso|poids|weighting|weight percent"),
    _f("goal_type", "Committed or aspirational", "word", _GOALS, "goal type|commitment|ambition|okr category|objective type"),
    _f("measured_as", "Metric or milestone", "word", _MEASURED, "measured as|measurement type|kr type|key result type|check in type"),
    _f("description", "Description", "text", _ITEMS, "description|details|beschreibung|descripción|descripcion|descrizione|why|rationale|definition"),
    _f("last_note", "Note of the last check-in", "text", _ITEMS, "last check in note|notes|note|comment|comments|kommentar|notiz|comentario|comentarios|commentaire|update|latest update|remarks"),
    _f("last_check_in", "Day of the last check-in", "day", _ITEMS, "last check in|last updated|updated at|last update|last checkin|zuletzt aktualisiert|última actualización|mis à jour"),
    _f("archived", "Archived (yes or no)", "word", _ITEMS, "archived|is archived|deleted"),
    _f("item_id", "Id of the item", "text", _CHECKS, "item id|key result id|kr id|okr id|objective id|id"),
    _f("item_title", "Title of the item", "reference", _CHECKS, "key result|kr|objective|item|title|name|okr|goal"),
    _f("date", "Day of the check-in", "day", _CHECKS, "date|check in date|checkin date|checked on|day|week|datum|fecha|data|update date|updated at"),
    _f("value", "Value", "number", _CHECKS, "value|current value|current|actual|new value|wert|valor|valeur|valore"),
    _f("note", "Note", "text", _CHECKS, "note|notes|comment|comments|update|kommentar|comentario|commentaire|remarks"),
    _f("author", "Author", "text", _CHECKS, "author|user|owner|by|who|updated by|autor|auteur"),
    _f("unit_name", "Name of the unit", "text", _UNITS, "team|unit|org unit|name|group"),
    _f("unit_level", "Level of the unit", "word", _UNITS, "level|type|unit type|ebene"),
    _f("parent_team", "Unit above", "text", _UNITS, "parent team|parent unit|parent|reports to|part of"),
    _f("same_as", "The same as", "text", _UNITS, "same as|alias of"),
    _f("person", "Person", "text", _PEOPLE, "person|name|employee|full name|employee name|mitarbeiter|empleado|employé|collaborateur|owner"),
    _f("email", "E-mail", "text", _PEOPLE, "email|e mail|mail|work email|owner email|correo"),
    _f("manager", "Manager", "text", _PEOPLE, "manager|reports to|supervisor|line manager|vorgesetzter|jefe"),
)  # fmt: skip

FIELD = {found.name: found for found in FIELDS}


def fields_of(grain: Grain) -> list[Field]:
    """Return the meanings that a column can have where one row is of a grain."""
    return [found for found in FIELDS if grain in found.grains]


NUMERIC = tuple(f.name for f in FIELDS if f.kind in ("number", "percent", "confidence"))
DATES = tuple(f.name for f in FIELDS if f.kind == "day")
