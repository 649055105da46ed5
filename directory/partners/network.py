"""Organisations that an import brings into a partner's network, many in one statement; and takes out again."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Table, delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations.record import table
from directory.partners.model import NetworkMember, Partner, PartnerSource
from directory.records import look_up
from server.kernel.prepared import Prepared, Transaction

_MEMBERS: Table = table(NetworkMember)
_PARTNERS: Table = table(Partner)
_SOURCES: Table = table(PartnerSource)
_COLUMNS = ("partner_id", "organisation_id", "since", "by_id", "import_batch_id")


def bring(
    transaction: Transaction,
    partner_id: str,
    organisation_ids: Collection[str],
    *,
    batch_id: str,
    at: datetime,
    by_id: str | None,
) -> None:
    """Take organisations into a network; those that are in it, and the institution itself, stay as they are. A partner
    that is dismissed while its import is at work has no network."""
    if not any(look_up(transaction, _PARTNERS, ("organisation_id",), "organisation_id", [partner_id])):
        return
    there = look_up(
        transaction, _MEMBERS, ("organisation_id",), "organisation_id", organisation_ids, partner_id=partner_id
    )
    new = set(organisation_ids) - {row[0] for row in there} - {partner_id}
    given = {"partner_id": partner_id, "since": at, "by_id": by_id, "import_batch_id": batch_id}
    if new:
        transaction.many(_bringing(), [given | {"organisation_id": id_} for id_ in sorted(new)])


def kept_of(transaction: Transaction, partner_id: str, sources: Collection[str]) -> set[str]:
    """Those of these sources whose records a partner keeps."""
    return {row[0] for row in look_up(transaction, _SOURCES, ("source",), "source", sources, partner_id=partner_id)}


async def take_back(session: AsyncSession, batch_id: str) -> None:
    """Take out of a network whom an import has brought into it."""
    await session.execute(delete(NetworkMember).where(NetworkMember.import_batch_id == batch_id))


@lru_cache(1)
def _bringing() -> Prepared:
    return Prepared(insert(NetworkMember), _COLUMNS)
