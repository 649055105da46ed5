"""Rows that may be organisations that are there already: proposed, decided by a person, and remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from directory.imports import queries
from directory.imports.likes import Named, keep
from directory.imports.mapping.record import Record
from directory.imports.model import ImportBatch, ImportDuplicate, ImportRow
from directory.imports.runs import CHANGED, MADE, REFUSED, SAME
from directory.organisations import bulk
from directory.organisations.domains import domain_of
from directory.organisations.model import Organisation
from directory.packing import packed, unpacked
from directory.partners import network
from directory.records import look_up
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.prepared import Prepared, Transaction

# merged: it is this organisation, which the source keeps from now on, with those that do; elsewhere: the same, but
# nothing is taken from the row; apart: another organisation; left_out: it is not wanted here.
MERGED, ELSEWHERE, APART, LEFT_OUT = "merged", "elsewhere", "apart", "left_out"
DECISIONS = (MERGED, ELSEWHERE, APART, LEFT_OUT)

_TABLE: Table = ImportDuplicate.__table__  # type: ignore[assignment]
_COLUMNS = ("id", "batch_id", "number", "source", "source_id", "organisation_id", "alike", "fields", "decision")


def decisions(transaction: Transaction, source: str, source_ids: Sequence[str]) -> dict[str, str]:
    """What was decided about rows of a source before, by their ids there."""
    columns = ("source_id", "decision")
    found = look_up(transaction, _TABLE, columns, "source_id", list(dict.fromkeys(source_ids)), source=source)
    return {row[0]: row[1] for row in found if row[1]}


def propose(transaction: Transaction, batch_id: str, source: str, proposals: Sequence[tuple[Record, str, int]]) -> None:
    """Ask about rows, each with the organisation that it may be and how alike they are. What was asked about the same
    rows before, and not answered, goes."""
    if not proposals:
        return
    transaction.many(_closing(), [{"source": source, "source_id": record.source_id} for record, _, _ in proposals])
    transaction.many(
        _asking(),
        [
            {
                "id": new_id(),
                "batch_id": batch_id,
                "number": record.number,
                "source": source,
                "source_id": record.source_id,
                "organisation_id": organisation_id,
                "alike": alike,
                "fields": packed(record.fields),
                "decision": "",
            }
            for record, organisation_id, alike in proposals
        ],
    )


@dataclass(frozen=True)
class Proposal:
    """What somebody is asked: a row, and the organisation that it may be."""

    id: str
    number: int
    alike: int
    fields: dict[str, Any]
    organisation: Organisation


async def open_proposals(session: AsyncSession, batch_id: str, limit: int = 50) -> list[Proposal]:
    """What is open of a batch, the surest first; nothing once it is taken back."""
    if await queries.taken_back(session, batch_id):
        return []
    query = (
        select(ImportDuplicate, Organisation)
        .join(Organisation, Organisation.id == ImportDuplicate.organisation_id)
        .where(ImportDuplicate.batch_id == batch_id, ImportDuplicate.decided_at.is_(None))
        .order_by(ImportDuplicate.alike.desc(), ImportDuplicate.number)
        .limit(limit)
    )
    return [
        Proposal(row.id, row.number, row.alike, unpacked(row.fields), organisation)
        for row, organisation in await session.execute(query)
    ]


async def decide(uow: UnitOfWork, batch: ImportBatch, duplicate_id: str, decision: str, *, by_id: str) -> str | None:
    """Decide about one open proposal of a batch, and carry it out; what became of the row. None: it is open no more.

    `merged` becomes `elsewhere` wherever an institution imports: it changes no record that it has not brought. Its
    network gets the organisation all the same. Raises ValueError for other decisions.
    """
    if decision not in (MERGED, APART, LEFT_OUT):
        raise ValueError("no decision about a duplicate")
    await queries.hold(uow.session, batch.id)  # what is decided now is there when it is asked to be taken back
    asked = await uow.session.get(ImportDuplicate, duplicate_id, with_for_update=True)
    if asked is None or asked.batch_id != batch.id or asked.decided_at is not None:
        return None
    if await queries.taken_back(uow.session, batch.id):
        return None
    at = uow.clock.now()
    adopts = batch.partner_id is None
    outcome: str = await uow.run(
        lambda transaction: _carried_out(transaction, asked, decision, at, by_id, adopts=adopts)
    )
    if batch.partner_id is not None and decision != LEFT_OUT:
        await _bring(uow, batch, batch.partner_id, asked, by_id)
    asked.decided_at, asked.decided_by_id = at, by_id
    asked.decision = ELSEWHERE if decision == MERGED and outcome == ELSEWHERE else decision
    return outcome


async def _bring(uow: UnitOfWork, batch: ImportBatch, partner_id: str, asked: ImportDuplicate, by_id: str) -> None:
    """Take the organisation that a row has become into the institution's network."""
    row = await uow.session.get_one(ImportRow, (batch.id, asked.number), populate_existing=True)
    ids, at = [row.record_id] if row.record_id else [], uow.clock.now()
    await uow.run(lambda each: network.bring(each, partner_id, ids, batch_id=batch.id, at=at, by_id=by_id))


def _carried_out(
    transaction: Transaction, asked: ImportDuplicate, decision: str, at: datetime, by_id: str, *, adopts: bool
) -> str:
    if decision == LEFT_OUT:
        _say(transaction, asked, REFUSED, None, None)
        return REFUSED
    if decision == MERGED and not adopts:
        _say(transaction, asked, SAME, asked.organisation_id, None)
        return ELSEWHERE
    if decision == MERGED:
        bulk.adopt(transaction, asked.organisation_id, asked.source, asked.source_id)
    fields = unpacked(asked.fields)
    row = bulk.OrganisationRow(asked.source_id, fields)
    outcome = bulk.upsert(transaction, asked.source, [row], at=at, by_id=by_id)[0]
    if outcome.what == MADE:
        keep(transaction, [Named.of(outcome.id, fields["name"], domain_of(fields.get("website", "")))])
    what = outcome.what if outcome.what in (MADE, CHANGED) else SAME
    _say(transaction, asked, what, outcome.id, packed(outcome.before) if outcome.before else None)
    return what


def _say(
    transaction: Transaction, asked: ImportDuplicate, outcome: str, record_id: str | None, before: dict[str, Any] | None
) -> None:
    values = {"b_batch_id": asked.batch_id, "b_number": asked.number, "outcome": outcome}
    transaction.many(_saying(), [values | {"record_id": record_id, "before": before}])


@lru_cache(1)
def _closing() -> Prepared:
    same = ImportDuplicate.source == bindparam("source"), ImportDuplicate.source_id == bindparam("source_id")
    return Prepared(delete(ImportDuplicate).where(*same, ImportDuplicate.decided_at.is_(None)))


@lru_cache(1)
def _asking() -> Prepared:
    return Prepared(insert(ImportDuplicate), _COLUMNS)


@lru_cache(1)
def _saying() -> Prepared:
    table: Table = ImportRow.__table__  # type: ignore[assignment]
    row = table.c.batch_id == bindparam("b_batch_id"), table.c.number == bindparam("b_number")
    values = {name: bindparam(name, type_=table.c[name].type) for name in ("outcome", "record_id", "before")}
    return Prepared(update(table).where(*row).values(values))
