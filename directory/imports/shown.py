"""Imports as the pages show them: in which step a file is, what is done, and what of it can be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from directory.imports.mapping.aliases import PRODUCTS, targets
from directory.imports.mapping.organisations import Organisations
from directory.imports.mapping.plan import Mapping
from directory.imports.mapping.products import Products
from directory.imports.model import ImportBatch, ImportRow, ImportRun
from directory.imports.reading.row import Row, Source
from directory.imports.report import sentence
from directory.imports.runs import IMPORT, TRIAL, UNDO, share_done
from directory.organisations import vocabulary as known
from directory.organisations.fields import TEXTS
from directory.products.vocabulary import CATEGORIES, MATURITIES
from directory.terms import Vocabulary
from people.text import UnacceptableError
from web.i18n import N_, translations

MAPPING, WORKING, TRIED, IMPORTED, UNDONE = "mapping", "working", "tried", "imported", "undone"
# Values of a column that are shown beside it.
VALUES_SHOWN = 3
WHAT_RUNS = {TRIAL: N_("Trying it out"), IMPORT: N_("Importing"), UNDO: N_("Taking it back")}
OUTCOME_NAMES = {
    "made": N_("New"),
    "changed": N_("Changed"),
    "same": N_("Unchanged"),
    "duplicate": N_("Perhaps there already"),
    "refused": N_("Refused"),
}
_TERMS: dict[str, Vocabulary] = {
    "kind": known.KINDS,
    "size": known.SIZES,
    "stage": known.STAGES,
    "business_model": known.BUSINESS_MODELS,
    "customer_focus": known.CUSTOMER_FOCUS,
    "category": CATEGORIES,
    "maturity": MATURITIES,
    **known.TAGS,
}


@dataclass(frozen=True)
class ColumnShown:
    """A column beside the field that it is taken as."""

    at: int
    name: str
    values: Sequence[str]
    code: str
    twice: bool


@dataclass(frozen=True)
class RowShown:
    """A row of the report."""

    line: int
    name: str
    outcome: str
    record_id: str
    notes: Sequence[str]


def step_of(runs: Sequence[ImportRun]) -> str:
    """In which step a file is, by its runs, the latest first."""
    if not runs:
        return MAPPING
    latest = runs[0]
    if latest.ended_at is None:
        return WORKING
    if latest.what == TRIAL:
        return TRIED if latest.failure is None and latest.stopped_at is None else MAPPING
    if latest.what == UNDO and latest.stopped_at is None:
        return UNDONE
    return IMPORTED


def columns_of(batch: ImportBatch) -> list[ColumnShown]:
    """The columns of a file; those in which something stands come first."""
    source, taken = Source.of(batch.reading), batch.mapping["columns"]
    sample = batch.reading["sample"]
    shown = []
    for at, name in enumerate(source.columns):
        values = dict.fromkeys(cells[at].strip() for _, cells in sample if cells[at].strip())
        shown.append(ColumnShown(at, name, list(values)[:VALUES_SHOWN], taken.get(name, ""), name in source.twice))
    return sorted(shown, key=lambda column: not column.values and not column.code)


def choices(kind: str, locale: str) -> list[tuple[str, str]]:
    """What a column can be taken as, in the reader's language."""
    _ = translations(locale).gettext
    return [("", _("Leave out")), *((code, _(target.label)) for code, target in targets(kind).items())]


def preview(batch: ImportBatch, locale: str, most: int = 3) -> list[list[tuple[str, str]]]:
    """The first rows as they would be understood: pairs of a field and its value."""
    source, mapping = Source.of(batch.reading), Mapping.of(batch.mapping)
    taker = (Products if batch.kind == PRODUCTS else Organisations)(mapping, source.columns)
    names = dict(choices(batch.kind, locale))
    found = []
    for line, cells in batch.reading["sample"][:most]:
        record = taker.record(Row(line, cells))
        if record.refused is None:
            found.append(
                [(_field_name(code, names), _value(code, value, locale)) for code, value in _ordered(record.fields)]
            )
    return found


def row_shown(row: ImportRow, locale: str) -> RowShown:
    """A row of the report in the reader's language."""
    _ = translations(locale).gettext
    notes = [sentence(note, _) for note in row.notes or ()]
    return RowShown(row.line, row.name, row.outcome, row.record_id or "", notes)


def percent_done(run: ImportRun, batch: ImportBatch, of_rows: int) -> int | None:
    """How much of a run is done, of 100; None: nobody knows."""
    share = share_done(run.line, int(batch.reading.get("lines", 0)), run.rows, of_rows)
    return None if share is None else int(share * 100)


def told(refused: UnacceptableError, locale: str) -> str:
    """Why something is refused, in the reader's language."""
    note = {"column": "", "text": refused.text, "value": "", "params": refused.params}
    return sentence(note, translations(locale).gettext)


def failure_of(run: ImportRun, locale: str) -> str:
    """Why a run ended before its end; empty where it did not."""
    if run.failure is None:
        return ""
    return told(UnacceptableError(run.failure["text"], **run.failure["params"]), locale)


def _ordered(fields: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields of a record, the name first and long texts last."""
    return sorted(fields.items(), key=lambda pair: (not pair[0].startswith("name"), pair[0] in TEXTS, pair[0]))


def _field_name(code: str, names: dict[str, str]) -> str:
    return names.get(code) or names.get(code.partition("_")[0]) or code


def _value(code: str, value: Any, locale: str) -> str:
    """A clean value as people read it."""
    if isinstance(value, tuple):
        return ", ".join(_value(code, one, locale) for one in value)
    if code == "country":
        return known.country_name(str(value), locale)
    vocabulary = _TERMS.get(code)
    text = vocabulary.name(str(value), locale) if vocabulary else str(value)
    return text if len(text) <= 140 else text[:139] + "…"
