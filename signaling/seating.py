"""Coming into a call while something is decided about one: what was decided counts.

An offer is answered with the rights of the moment in which it came. Until it has been answered, its person can be
removed, banned or signed out, and whoever is put out by that does not sit there yet. So it is asked once more, after:
every such decision is on record before anybody is put out for it.
"""

from dataclasses import dataclass

from people.sessions import alive
from signaling.parts import Calls
from signaling.protocol import Join, Joined, MediaError, Remove, Rights, SetRights


@dataclass(frozen=True)
class Part:
    """Somebody's part in a call, as it was let in."""

    room: str
    participant: str
    person: str
    session: str  # "": of an encoder, which stands on no session
    rights: Rights


async def seat(calls: Calls, join: Join) -> Joined:
    """Have an offer answered; who may not be there any more by then is out again. Raises MediaError."""
    joined = await calls.back_end.join(join)
    part = Part(join.room, join.participant, join.person, join.session, join.rights)
    try:
        stays = await keep_to_rights(calls, part)
    except Exception:  # nobody knows whether they may stay
        await calls.back_end.remove(Remove(room=join.room, participant=join.participant))
        raise
    if not stays:
        raise MediaError("forbidden", "taken away meanwhile")
    return joined


async def keep_to_rights(calls: Calls, part: Part) -> bool:
    """Fit a part to what its person may do by now. False: they may not be there, and are out. Raises MediaError."""
    if part.session and not await _stands(calls, part.session):
        await calls.end(session=part.session)
        return False
    rights = (await calls.rights([(part.person, part.room)])).get((part.person, part.room))
    if rights is None:
        await calls.end(person=part.person, room=part.room)
        return False
    if _differ(rights.node, part.rights):
        await calls.give(SetRights(room=part.room, participant=part.participant, rights=rights.node))
    return True


def _differ(one: Rights, other: Rights) -> bool:
    return one.listen != other.listen or set(one.publish) != set(other.publish)


async def _stands(calls: Calls, session_id: str) -> bool:
    async with calls.kernel.database.read() as session:
        return bool(await alive(session, [session_id], calls.kernel.clock.now()))
