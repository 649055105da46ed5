"""Meetings over the live line."""

from meetings import room
from meetings.mine import mine
from meetings.model import Notes
from people.text import UnacceptableError, paragraphs
from server.live.call import Call, Handler
from server.live.wire.codes import LiveError
from server.live.wire.meeting import (
    NOTES_MOST,
    MeetingNote,
    MeetingNoted,
    MeetingsMine,
    MeetingWords,
    MeetingWritten,
    MyMeetings,
)


async def waiting(call: Call, _params: MeetingsMine) -> MyMeetings:
    """What waits for me."""
    async with call.kernel.database.read() as session:
        found = await mine(session, [call.person.id], call.clock.now())
    return MyMeetings.model_validate(found[call.person.id])


async def note(call: Call, params: MeetingNote) -> MeetingNoted:
    """Write into the notes of a meeting. Whoever may hear its topic takes part in it."""
    meeting_id = _meeting(call)
    try:
        text = paragraphs(NOTES_MOST)(params.text)
    except UnacceptableError:
        raise LiveError("bad_request", "text: not text") from None
    async with call.kernel.database.write() as uow:
        noted = await room.write_notes(uow, meeting_id, text, params.version, by_id=call.person.id)
    return MeetingNoted(taken=noted.taken, version=noted.version, text=noted.text)


async def written(call: Call, _params: MeetingWritten) -> MeetingWords:
    """How the notes of a meeting are."""
    async with call.kernel.database.read() as session:
        found = await session.get(Notes, _meeting(call))
    return MeetingWords(version=found.version, text=found.text) if found else MeetingWords(version=0, text="")


def _meeting(call: Call) -> str:
    if call.topic is None or call.topic.namespace != "meeting":
        raise LiveError("bad_request", "meeting: not a meeting")
    return call.topic.id


live_methods: dict[str, Handler] = {"meetings.mine": waiting, "meeting.note": note, "meeting.written": written}
