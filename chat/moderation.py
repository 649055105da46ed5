"""Muting: somebody may read a room's channel and not write in it."""

from datetime import datetime

from sqlalchemy import update

from chat.events import MemberMuted, MemberUnmuted
from chat.model import Mute
from chat.shown import iso
from chat.standing import Standing, mute_in_force
from fairs.queries import granted_roles
from fairs.rules import may_act_upon
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.live import topics
from server.live.entries import Append, Data, Placed
from server.live.wire.codes import LiveError


def mute(me: Standing, person_id: str, until: datetime | None) -> Append:
    """Take the word from somebody, until a moment or (None) until a moderator gives it back. Replaces an earlier mute.

    Appending raises LiveError("forbidden") for who is no moderator, or not above the other's role.
    """

    async def within(uow: UnitOfWork, placed: Placed) -> Data:
        await _check(uow, me, person_id)
        await _lift(uow, me, person_id, placed.at)
        uow.session.add(
            Mute(
                id=new_id(),
                channel_id=me.channel_id,
                person_id=person_id,
                at=placed.at,
                by_id=me.me.id,
                until=until,
            )
        )
        uow.emit(MemberMuted(me.channel_id, person_id, me.me.id))
        return {"person": person_id, "by": me.me.id, "until": iso(until) if until else None}

    return Append(topics.chat(me.channel_id), me.me.id, None, "member.muted", {}, within=within)


def unmute(me: Standing, person_id: str) -> Append:
    """Give somebody the word back. Appending raises LiveError("forbidden") as for `mute`."""

    async def within(uow: UnitOfWork, placed: Placed) -> Data:
        await _check(uow, me, person_id)
        await _lift(uow, me, person_id, placed.at)
        uow.emit(MemberUnmuted(me.channel_id, person_id, me.me.id))
        return {"person": person_id, "by": me.me.id}

    return Append(topics.chat(me.channel_id), me.me.id, None, "member.unmuted", {}, within=within)


async def _check(uow: UnitOfWork, me: Standing, person_id: str) -> None:
    if not me.rights.moderate or me.fair_id is None:
        raise LiveError("forbidden", "not_a_moderator")
    theirs = await granted_roles(uow.session, me.fair_id, person_id)
    if not theirs or not may_act_upon(me.roles, theirs):
        raise LiveError("forbidden", "not_yours")


async def _lift(uow: UnitOfWork, me: Standing, person_id: str, now: datetime) -> None:
    mutes = Mute.channel_id == me.channel_id, Mute.person_id == person_id, mute_in_force(now)
    await uow.session.execute(update(Mute).where(*mutes).values(lifted_at=now, lifted_by_id=me.me.id))
