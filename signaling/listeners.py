"""What calls do when something happened: who lost a right or a session is out of the call at once, media included.

It is done twice. Listeners do it as soon as the change is committed. A job that is committed with the change does it
again a moment later, on whichever worker finds it, until it has succeeded: the worker of the change may have died in
between, or a media node may not have answered.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import structlog

from fairs.events import MemberBanned, MemberLeft, RolesChanged
from people.events import PersonErased, SessionRevoked
from server.kernel.events import Owed
from signaling.events import RemovedFromCall
from signaling.parts import Calls
from signaling.protocol import MediaError, PartlyKnownError, SetRights
from signaling.rights import CallRights
from signaling.tried import all_tried

log = structlog.get_logger(__name__)

E = TypeVar("E")
T = TypeVar("T")
FOLLOW_UP_JOB = "calls.follow_up"
Part = tuple[str, str, str]  # person, participant, room


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
    _follow_up(calls)


def _follow_up(calls: Calls) -> None:
    async def again(payload: dict[str, Any]) -> None:
        await follow_up(calls, **payload)

    calls.kernel.jobs.register(FOLLOW_UP_JOB, again)
    calls.kernel.events.owe(SessionRevoked, lambda over: Owed(FOLLOW_UP_JOB, {"session": over.session_id}))
    owe_people(calls, PersonErased, _whom)
    owe_people(calls, MemberBanned, _whom)
    owe_people(calls, MemberLeft, _whom)
    owe_people(calls, RolesChanged, _whom)
    owe_people(calls, RemovedFromCall, _whom)


def _whom(happened: PersonErased | MemberBanned | MemberLeft | RolesChanged | RemovedFromCall) -> list[str]:
    return [happened.person_id]


def owe_people(calls: Calls, kind: type[E], people: Callable[[E], Sequence[str]]) -> None:
    """Have the parts of these people fitted to what they may do after each such event, whoever dies meanwhile."""
    calls.kernel.events.owe(kind, lambda happened: Owed(FOLLOW_UP_JOB, {"people": list(people(happened))}))


def owe_a_room(calls: Calls, kind: type[E], room: Callable[[E], str]) -> None:
    """The same for everybody in a call."""
    calls.kernel.events.owe(kind, lambda happened: Owed(FOLLOW_UP_JOB, {"room": room(happened)}))


async def follow_up(calls: Calls, people: Sequence[str] = (), session: str = "", room: str = "") -> None:
    """Cut off whoever has lost a session or a right, on the live line and at the media, whether or not it was done
    before. Raises MediaError where it cannot be known that it is done."""
    if session:
        calls.live.revoke_session(session)
        await calls.end(session=session)
    for person in people:
        calls.live.grants.refresh(person)
    await all_tried(_fit(calls, person) for person in people)
    if room:
        for person in await _fit_room(calls, room):
            calls.live.grants.refresh(person)


async def fit_rights(calls: Calls, person_id: str) -> None:
    """Fit somebody's part in all calls to what they may do now. For whatever changes rights in a kind of room."""
    await _harmless(_fit(calls, person_id))


async def fit_room(calls: Calls, room: str) -> set[str]:
    """The same of everybody in one call; who that was."""
    return await _harmless(_fit_room(calls, room)) or set()


async def _fit(calls: Calls, person_id: str) -> None:
    """Where only some nodes say whether somebody is on them, they are fitted there. Raises MediaError, then as well."""
    missing = None
    try:
        taking_part = await calls.back_end.where(person_id)
    except PartlyKnownError as error:
        taking_part, missing = list(error.found), error
    await _fit_all(calls, [(person_id, each.participant, each.room) for each in taking_part])
    if missing:
        raise missing


async def _fit_room(calls: Calls, room: str) -> set[str]:
    state = await calls.back_end.state(room)
    parts = [(each.person, each.id, room) for each in state.participants] if state else []
    await _fit_all(calls, parts)
    return {person for person, _, _ in parts}


async def _fit_all(calls: Calls, parts: Sequence[Part]) -> None:
    """Fit parts in calls with one look at what their people may do."""
    if parts:
        rights = await calls.rights({(person, room) for person, _, room in parts})
        await all_tried(_fit_part(calls, part, rights.get((part[0], part[2]))) for part in parts)


async def _fit_part(calls: Calls, part: Part, rights: CallRights | None) -> None:
    person, participant, room = part
    if rights is None:
        await calls.end(person=person, room=room)
    else:
        await calls.give(SetRights(room=room, participant=participant, rights=rights.node))


async def _harmless(work: Awaitable[T]) -> T | None:
    """A node that can't be reached now is asked again by the job."""
    try:
        return await work
    except MediaError as error:
        log.warning("media_back_end_away", code=error.code, reason=error.message)
        return None
