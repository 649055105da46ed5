"""What calls do when something happened: who lost a right or a session is out of the call at once, media included."""

from collections.abc import Awaitable, Sequence

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
    parts = [(each.person, each.id, room) for each in state.participants] if state else []
    await _harmless(_fit_all(calls, parts))
    return {person for person, _, _ in parts}


async def _fit(calls: Calls, person_id: str) -> None:
    taking_part = await calls.back_end.where(person_id)
    await _fit_all(calls, [(person_id, each.participant, each.room) for each in taking_part])


async def _fit_all(calls: Calls, parts: Sequence[tuple[str, str, str]]) -> None:
    """Fit parts in calls, each (person, participant, room), with one look at what they may do."""
    if not parts:
        return
    rights = await calls.rights({(person, room) for person, _, room in parts})
    for person, participant, room in parts:
        found = rights.get((person, room))
        if found is None:
            await calls.end(person=person, room=room)
        else:
            await calls.back_end.set_rights(SetRights(room=room, participant=participant, rights=found.node))


async def _harmless(work: Awaitable[None]) -> None:
    """A node that can't be reached forwards nothing either, or is restarted empty."""
    try:
        await work
    except MediaError as error:
        log.warning("media_back_end_away", code=error.code, reason=error.message)
