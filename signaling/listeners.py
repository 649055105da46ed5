"""What calls do when something happened: who lost a right or a session is out of the call at once, media included."""

from collections.abc import Awaitable

import structlog

from fairs.events import MemberBanned, MemberLeft, RolesChanged
from people.events import PersonErased, SessionRevoked
from signaling.parts import Calls
from signaling.protocol import MediaError, SetRights

log = structlog.get_logger(__name__)


def listen(calls: Calls) -> None:
    """Have these reactions happen."""
    events = calls.kernel.events

    async def session_over(happened: SessionRevoked) -> None:
        await _harmless(calls.end(session=happened.session_id))

    async def gone(happened: PersonErased) -> None:
        await _harmless(calls.end(person=happened.person_id))

    async def changed(happened: MemberBanned | MemberLeft | RolesChanged) -> None:
        await fit_rights(calls, happened.person_id)

    events.on(SessionRevoked, session_over)
    events.on(PersonErased, gone)
    events.on(MemberBanned, changed)
    events.on(MemberLeft, changed)
    events.on(RolesChanged, changed)


async def fit_rights(calls: Calls, person_id: str) -> None:
    """Fit somebody's part in all calls to what they may do now. For whatever changes rights in a kind of room."""
    await _harmless(_fit(calls, person_id))


async def fit_room(calls: Calls, room: str) -> set[str]:
    """The same of everybody in one call; who that was."""
    try:
        state = await calls.back_end.state(room)
    except MediaError as error:
        log.warning("media_back_end_away", code=error.code, reason=error.message)
        return set()
    there = {each.person for each in state.participants} if state else set()
    for person_id in there:
        await fit_rights(calls, person_id)
    return there


async def _fit(calls: Calls, person_id: str) -> None:
    taking_part = await calls.back_end.where(person_id)
    if not taking_part:
        return
    rights = await calls.rights({(person_id, each.room) for each in taking_part})
    for each in taking_part:
        found = rights.get((person_id, each.room))
        if found is None:
            await calls.end(person=person_id, room=each.room)
        else:
            await calls.back_end.set_rights(SetRights(room=each.room, participant=each.participant, rights=found.node))


async def _harmless(work: Awaitable[None]) -> None:
    """A node that can't be reached forwards nothing either, or is restarted empty."""
    try:
        await work
    except MediaError as error:
        log.warning("media_back_end_away", code=error.code, reason=error.message)
