"""Removing somebody from a call, and letting them in again: records of who did it and when."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from signaling.events import ReadmittedToCall, RemovedFromCall
from signaling.model import CallRemoval
from signaling.rights import Pair

Column = ColumnElement[str] | InstrumentedAttribute[str]


async def removed(session: AsyncSession, asked: Collection[Pair]) -> set[Pair]:
    """Of these (person, call), those who were removed and not let in again."""
    if not asked:
        return set()
    standing = select(CallRemoval.person_id, CallRemoval.call_id).where(
        tuple_(CallRemoval.person_id, CallRemoval.call_id).in_(list(asked)), CallRemoval.lifted_at.is_(None)
    )
    return {(person_id, call_id) for person_id, call_id in await session.execute(standing)}


def standing_removal(call_id: Column, person_id: Column) -> Select[int]:
    """A row for a removal of somebody that was not lifted: for the conditions of others' queries."""
    mine = CallRemoval.call_id == call_id, CallRemoval.person_id == person_id
    return select(literal(1)).select_from(CallRemoval).where(*mine, CallRemoval.lifted_at.is_(None))


def remove(uow: UnitOfWork, call_id: str, person_id: str, by_id: str) -> None:
    """Shut somebody out of a call."""
    uow.session.add(CallRemoval(id=new_id(), call_id=call_id, person_id=person_id, by_id=by_id, at=uow.clock.now()))
    uow.emit(RemovedFromCall(call_id, person_id, by_id))


async def readmit(uow: UnitOfWork, call_id: str, person_id: str, by_id: str) -> None:
    """Let somebody in again. Nothing happens where they are not shut out."""
    lifted = await uow.session.scalars(
        update(CallRemoval)
        .where(CallRemoval.call_id == call_id, CallRemoval.person_id == person_id, CallRemoval.lifted_at.is_(None))
        .values(lifted_at=uow.clock.now(), lifted_by_id=by_id)
        .returning(CallRemoval.id)
    )
    if lifted.all():
        uow.emit(ReadmittedToCall(call_id, person_id, by_id))
