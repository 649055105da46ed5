"""A chunk of records against the directory, within one transaction: what becomes of each, and the report of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update

from directory.batches import Outcome
from directory.imports import duplicates, likes
from directory.imports.likes import Like, Likes, Named
from directory.imports.mapping.aliases import PRODUCTS
from directory.imports.mapping.names import keys_of
from directory.imports.mapping.organisations import derived_id
from directory.imports.mapping.products import NO_OWNER
from directory.imports.mapping.record import Note, Record, shown
from directory.imports.model import ImportRow, ImportRun
from directory.imports.runs import CHANGED, DUPLICATE, MADE, REFUSED, SAME, Became, counted
from directory.organisations import bulk as organisations
from directory.organisations.bulk import OrganisationRow
from directory.organisations.cores import core_of
from directory.packing import packed
from directory.partners import network
from directory.products import bulk as products
from directory.products.bulk import ProductRow
from directory.records import look_up
from server.kernel.prepared import Prepared, Transaction
from web.i18n import N_

TWICE = N_("The same as line %(line)s, by its number, domain or name; only the first one is taken.")
MAYBE = N_("This may be an organisation that is there already. Please decide.")
MAYBE_ROW = N_("This may be the same as line %(line)s. Please decide after the import.")
GONE = N_("It was taken out of the directory here, so it is not brought back.")
LEFT_OUT = N_("Somebody decided to leave this one out.")
ELSEWHERE = N_("It is the same as a record that is kept here, so nothing is taken from this row.")
KEPT = N_("Edited here, so it stays as it is: %(fields)s")
BEHIND = N_("Another source of this record goes first, so it says something else: %(fields)s")
NOBODY = N_("There is no organisation with this name, domain or number.")
NOT_YOURS = N_("Your institution does not keep this organisation, so its products come from elsewhere.")
SEVERAL = N_("Several organisations have this name. Give their numbers or websites instead.")
# Characters of a name in a report: as many as a name may have, since rows are compared by it, too.
NAME_MOST = 200

_ROWS: Table = ImportRow.__table__  # type: ignore[assignment]
_COLUMNS = ("batch_id", "number", "line", "source_id", "outcome", "record_id", "name", "notes", "before")


class CutOffError(Exception):
    """The run was taken over, stopped or ended by somebody else: the chunk is not theirs any more."""


@dataclass(frozen=True)
class Chunk:
    """Records of a run. `behind` is how many rows the run has done before them."""

    run_id: str
    batch_id: str
    source: str
    kind: str
    trial: bool
    by_id: str | None
    at: datetime
    behind: int
    records: Sequence[Record]
    partner_id: str | None = None  # the institution for which it is done

    def work(self, transaction: Transaction) -> dict[str, int]:
        """Do it; gives the run's counts of this chunk. Raises CutOffError, and nothing is done."""
        held(transaction, self.run_id, rows=self.behind)
        take = _take_products if self.kind == PRODUCTS else _take_organisations
        became = take(transaction, self)
        if self.partner_id is not None and self.kind != PRODUCTS and not self.trial:
            _bring(transaction, self, self.partner_id, became)
        _report(transaction, self, became)
        counts = counted(became)
        _count(transaction, self, counts)
        return counts


def held(transaction: Transaction, run_id: str, **where: int) -> None:
    """Be sure that a run is at work, and stands where we think. Raises CutOffError."""
    rows = transaction.rows(_standing(tuple(where)), {"run_id": run_id})
    if not rows or tuple(rows[0]) != (1, None, None, *where.values()):
        raise CutOffError


def _take_organisations(transaction: Transaction, chunk: Chunk) -> list[Became]:
    """Held back, refused, or handed over to the organisations."""
    earlier = _earlier(transaction, chunk)
    decided = duplicates.decisions(transaction, chunk.source, [record.source_id for record in chunk.records])
    became: dict[int, Became] = {}
    fresh = [record for record in chunk.records if not _settle(record, earlier, decided, became)]
    known = organisations.ids_of(transaction, chunk.source, [record.source_id for record in fresh])
    new = [record for record in fresh if record.source_id not in known]
    found = Likes(transaction, new, chunk.batch_id if chunk.trial else "-")
    maybe: list[tuple[Record, Like]] = []
    rows: list[Record] = []
    for record in fresh:
        asked = record.source_id not in known and decided.get(record.source_id) != duplicates.APART
        like = found.best(record) if asked else None
        if like is None:
            rows.append(record)
            found.add(record, str(record.line), row=True)
        else:
            maybe.append((record, like))
    ids = _upsert(transaction, chunk, rows, became)
    _hold_back(transaction, chunk, maybe, ids, became)
    return [became[record.number] for record in chunk.records]


def _settle(
    record: Record, earlier: dict[str, tuple[int, str]], decided: dict[str, str], became: dict[int, Became]
) -> bool:
    """Whether a row needs no look at the directory: refused, twice in the file, or decided about before."""
    if record.refused is not None:
        became[record.number] = _became(record, REFUSED, [record.refused])
        return True
    before = earlier.get(record.source_id)
    if before is not None and before[1] != record.core and record.source_id == derived_id(record):
        # Two organisations at one domain: the second one is known by its name, too.
        record.source_id = f"{record.source_id}|{record.core}"
        before = earlier.get(record.source_id)
    if before is not None:
        note = Note("", TWICE, shown(record.source_id), {"line": before[0]})
        became[record.number] = _became(record, DUPLICATE, [note])
        return True
    earlier[record.source_id] = record.line, record.core
    said = {duplicates.LEFT_OUT: (REFUSED, LEFT_OUT), duplicates.ELSEWHERE: (SAME, ELSEWHERE)}
    if (outcome := said.get(decided.get(record.source_id, ""))) is not None:
        became[record.number] = _became(record, outcome[0], [Note("", outcome[1])])
        return True
    return False


def _earlier(transaction: Transaction, chunk: Chunk) -> dict[str, tuple[int, str]]:
    """The lines of earlier rows of the file with the same ids, and their cores."""
    ids = {record.source_id for record in chunk.records if record.source_id}
    ids |= {f"{record.source_id}|{record.core}" for record in chunk.records if record.source_id == record.domain}
    rows = look_up(
        transaction,
        _ROWS,
        ("source_id", "number", "line", "name", "outcome"),
        "source_id",
        ids,
        batch_id=chunk.batch_id,
    )
    first = chunk.records[0].number
    before = sorted((row for row in rows if row[1] < first and row[4] != REFUSED), key=lambda row: -row[1])
    return {row[0]: (row[2], core_of(row[3])) for row in before}  # of several the first one


def _upsert(
    transaction: Transaction, chunk: Chunk, records: Sequence[Record], became: dict[int, Became]
) -> dict[int, str]:
    """Hand over to the organisations; the ids of those that are new, by their rows' lines."""
    rows = [OrganisationRow(record.source_id, record.fields) for record in records]
    outcomes = organisations.upsert(transaction, chunk.source, rows, at=chunk.at, by_id=chunk.by_id, dry=chunk.trial)
    for record, outcome in zip(records, outcomes, strict=True):
        became[record.number] = _with_outcome(record, outcome, trial=chunk.trial)
    made = [(record, one) for record, one in zip(records, outcomes, strict=True) if one.what == "made"]
    named = [
        Named(str(record.line) if chunk.trial else one.id, record.core, record.domain, record.keys)
        for record, one in made
    ]
    likes.keep(transaction, named, chunk.batch_id if chunk.trial else "")
    return {record.line: one.id for record, one in made}


def _hold_back(
    transaction: Transaction,
    chunk: Chunk,
    maybe: Sequence[tuple[Record, Like]],
    ids: dict[int, str],
    became: dict[int, Became],
) -> None:
    """Propose duplicates. In a trial nobody is asked yet, since nothing is there to be merged with."""
    proposals = []
    for record, like in maybe:
        subject = ids.get(int(like.subject), "") if like.row and not chunk.trial else like.subject
        note = Note("", MAYBE_ROW, params={"line": int(like.subject)}) if like.row else Note("", MAYBE)
        became[record.number] = _became(record, DUPLICATE, [note], None if like.row else subject)
        if not chunk.trial:
            became[record.number].record_id = subject
            proposals.append((record, subject, like.alike))
    duplicates.propose(transaction, chunk.batch_id, chunk.source, proposals)


def _bring(transaction: Transaction, chunk: Chunk, partner_id: str, became: Sequence[Became]) -> None:
    """An institution's network gets what was made and updated."""
    taken = {row.record_id for row in became if row.outcome in (MADE, CHANGED, SAME) and row.record_id}
    network.bring(transaction, partner_id, taken, batch_id=chunk.batch_id, at=chunk.at, by_id=chunk.by_id)


def _take_products(transaction: Transaction, chunk: Chunk) -> list[Became]:
    """Each to its organisation."""
    earlier = _earlier(transaction, chunk)
    became: dict[int, Became] = {}
    fresh = [record for record in chunk.records if not _settle(record, earlier, {}, became)]
    owners = _owners(transaction, chunk.source, fresh)
    others = _kept_by_others(transaction, chunk, owners)
    rows = []
    for record in fresh:
        found = owners[record.number]
        if len(found) == 1 and not found & others:
            rows.append((record, ProductRow(record.source_id, next(iter(found)), record.fields)))
        else:
            text = NOT_YOURS if len(found) == 1 else SEVERAL if found else NOBODY if any(record.owner) else NO_OWNER
            value = shown(next((part for part in record.owner if part), ""))
            became[record.number] = _became(record, REFUSED, [Note("", text, value)])
    outcomes = products.upsert(
        transaction,
        chunk.source,
        [row for _, row in rows],
        at=chunk.at,
        by_id=chunk.by_id,
        dry=chunk.trial,
    )
    for (record, _), outcome in zip(rows, outcomes, strict=True):
        became[record.number] = _with_outcome(record, outcome, trial=chunk.trial)
    return [became[record.number] for record in chunk.records]


def _owners(transaction: Transaction, source: str, records: Sequence[Record]) -> dict[int, set[str]]:
    """The organisations that rows of products may mean: by number, else by domain, else by name."""
    numbers = {record.owner[0] for record in records if record.owner[0]}
    known = organisations.ids_of(transaction, source, list(numbers))
    moved = organisations.merged_into(transaction, list(known.values()))
    asked = [Record(record.number, 0, keys=keys_of(*record.owner[1:])) for record in records]
    found = Likes(transaction, asked, "-")
    owners: dict[int, set[str]] = {}
    for record in records:
        number, core, domain = record.owner
        mine = moved.get(known[number], known[number]) if number in known else None
        owners[record.number] = {mine} if mine else found.same_name_or_domain(core, domain)
        if not owners[record.number] and domain and core:
            owners[record.number] = found.same_name_or_domain(core, "")
    return owners


def _kept_by_others(transaction: Transaction, chunk: Chunk, owners: Mapping[int, set[str]]) -> set[str]:
    """Those of these organisations that no source of the institution keeps: they get no products from it."""
    if chunk.partner_id is None:
        return set()
    asked = {id_ for found in owners.values() for id_ in found}
    keepers = organisations.sources_of(transaction, list(asked))
    sources = {id_: {source for source, _ in found if source} for id_, found in keepers.items()}
    kept = network.kept_of(transaction, chunk.partner_id, set().union(*sources.values()))
    return {id_ for id_, found in sources.items() if not found & kept}


def _with_outcome(record: Record, outcome: Outcome, *, trial: bool) -> Became:
    if outcome.what == "gone":
        return _became(record, REFUSED, [Note("", GONE)], outcome.id)
    became = _became(record, outcome.what, record.notes, None if trial and outcome.what == MADE else outcome.id)
    if outcome.kept:
        became.kept = True
        became.notes = [*became.notes, Note("", KEPT, params={"fields": ", ".join(outcome.kept)})]
    if outcome.behind:
        became.notes = [*became.notes, Note("", BEHIND, params={"fields": ", ".join(outcome.behind)})]
    if outcome.what == CHANGED and not trial:
        became.before = outcome.before
    return became


def _became(record: Record, outcome: str, notes: list[Note], record_id: str | None = None) -> Became:
    name = record.fields.get("name") or record.fields.get("name.en") or record.fields.get("name.de") or record.core
    return Became(record.number, record.line, record.source_id, outcome, name[:NAME_MOST], record_id, list(notes))


def _report(transaction: Transaction, chunk: Chunk, became: Sequence[Became]) -> None:
    """Write what became of the rows, in the place of what an earlier run said about them."""
    numbers = [row.number for row in became]
    transaction.many(
        _dropping(), [{"batch_id": chunk.batch_id, "from_number": min(numbers), "to_number": max(numbers)}]
    )
    transaction.many(_inserting(), [_stored(chunk.batch_id, row) for row in became])


def _stored(batch_id: str, row: Became) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "number": row.number,
        "line": row.line,
        "source_id": row.source_id,
        "outcome": row.outcome,
        "record_id": row.record_id,
        "name": row.name,
        "notes": [note.stored() for note in row.notes] or None,
        "before": packed(row.before) if row.before else None,
    }


def _count(transaction: Transaction, chunk: Chunk, counts: dict[str, int]) -> None:
    values = {f"plus_{name}": count for name, count in counts.items()}
    at = {"b_id": chunk.run_id, "seen_at": chunk.at, "line": chunk.records[-1].line}
    transaction.many(_counting(tuple(counts)), [values | at])


@lru_cache(2)
def _standing(names: tuple[str, ...]) -> Prepared:
    run: Table = ImportRun.__table__  # type: ignore[assignment]
    stands = select(*(run.c[name] for name in ("working", "ended_at", "stopped_at", *names)))
    return Prepared(stands.where(run.c.id == bindparam("run_id")).with_for_update())


@lru_cache(1)
def _counting(names: tuple[str, ...]) -> Prepared:
    run: Table = ImportRun.__table__  # type: ignore[assignment]
    values: dict[str, Any] = {name: run.c[name] + bindparam(f"plus_{name}") for name in names}
    values |= {"seen_at": bindparam("seen_at", type_=run.c.seen_at.type), "line": bindparam("line")}
    return Prepared(update(run).where(run.c.id == bindparam("b_id")).values(values))


@lru_cache(1)
def _dropping() -> Prepared:
    within = ImportRow.number.between(bindparam("from_number"), bindparam("to_number"))
    return Prepared(delete(ImportRow).where(ImportRow.batch_id == bindparam("batch_id"), within))


@lru_cache(1)
def _inserting() -> Prepared:
    return Prepared(insert(ImportRow), _COLUMNS)
