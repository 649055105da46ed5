"""The call at a stand: those exhibitors moderate it, beside the fair's staff, who belong to whose it is."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from booths.events import StandGiven
from booths.model import Stand
from directory.organisations.events import MemberJoined, MemberLeft, OrganisationsMerged
from directory.organisations.model import Member
from directory.organisations.queries import roles
from server.live import topics
from signaling.listeners import fit_room, owe_a_room, owe_people
from signaling.parts import Calls


async def stands_of_others(session: AsyncSession, asked: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of these (person, room), those where the room is the stand of an organisation that the person does not belong to.
    One query."""
    people, room_ids = {person for person, _ in asked}, {room_id for _, room_id in asked}
    is_theirs = (Member.organisation_id == Stand.organisation_id) & Member.person_id.in_(people)
    query = select(Stand.room_id, Member.person_id).outerjoin(Member, is_theirs).where(Stand.room_id.in_(room_ids))
    rows = (await session.execute(query)).all()
    held, theirs = {row.room_id for row in rows}, {(row.person_id, row.room_id) for row in rows}
    return {pair for pair in asked if pair[1] in held and pair not in theirs}


def listen(calls: Calls) -> None:
    """Whoever belongs to an organisation, or does no longer, has what that means at its stand at once; so has everybody
    in the call of a stand that changes hands."""

    async def changed(happened: MemberJoined | MemberLeft) -> None:
        calls.live.grants.refresh(happened.person_id)

    async def merged(happened: OrganisationsMerged) -> None:
        async with calls.kernel.database.read() as session:
            people = await roles(session, happened.into_id)
        for person_id in people:
            calls.live.grants.refresh(person_id)

    async def given(happened: StandGiven) -> None:
        # Who is coming in, or has just left the media, may be there by the live line alone.
        in_call, here = await fit_room(calls, happened.room_id), topics.room(happened.room_id)
        for person_id in {*calls.live.presence.people(here), *in_call}:
            calls.live.grants.refresh(person_id)

    calls.kernel.events.on(StandGiven, given)
    owe_a_room(calls, StandGiven, lambda happened: happened.room_id)
    calls.kernel.events.on(MemberJoined, changed)
    calls.kernel.events.on(MemberLeft, changed)
    calls.kernel.events.on(OrganisationsMerged, merged)
    owe_people(calls, MemberLeft, lambda happened: [happened.person_id])
