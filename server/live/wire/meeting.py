"""Messages of meetings: what waits for a person, what is about to begin, and what happens in a meeting's room."""

from pydantic import Field

from server.live.wire.message import Message, Params, Result, TopicName
from server.live.wire.registry import EventSpec, Form, MethodSpec
from server.live.wire.room import Presence, RoomSnapshot

NOTES_MOST = 10_000


class NextMeeting(Message):
    """The meeting that comes next."""

    id: str = Field(description="The meeting's id.")
    name: str = Field(description="Whom one meets, several names with commas.")
    starts_at: str = Field(description="When it begins, ISO 8601 in UTC.")
    ends_at: str = Field(description="When it ends, ISO 8601 in UTC.")
    path: str = Field(description="The address of its room.")


class StepIn(Message):
    """Somebody waits in vain in a meeting, and one is asked to step in."""

    id: str = Field(description="The question's id.")
    name: str = Field(description="Who waits.")
    until: str = Field(description="Until when it is worth it, ISO 8601 in UTC.")
    path: str = Field(description="The address at which to answer.")


class MyMeetings(Result):
    """What waits for somebody."""

    waiting: int = Field(description="How many requests, and questions to step in, wait for their answer.")
    next: NextMeeting | None = Field(description="The meeting that runs or comes next, or null.")
    following: NextMeeting | None = Field(description="The one after it, or null.")
    offer: StepIn | None = Field(description="Whether they would step in, asked last and not answered yet, or null.")
    mark: str = Field(
        description="Another one than before: something of their meetings and requests is different. Pages that show "
        "them carry the one that they were made with."
    )


class MeetingsMine(Params):
    """What waits for me."""


class MeetingReminder(Message):
    """Something that somebody should know now. Each is said once."""

    meeting: str = Field(description="The meeting's id.")
    what: str = Field(
        description="app_5min, app_1min: it begins so soon; missing: the others wait for you; rescue: you are asked to "
        "step in; stand_in, no_stand_in: who was asked to step in does so, or cannot."
    )
    name: str = Field(description="Whom it is about.")
    path: str = Field(description="Where to go.")


class MeetingNote(Params):
    """Write into the notes of a meeting."""

    meeting: TopicName = Field(description="The meeting's topic, meeting:<id>.")
    text: str = Field(max_length=NOTES_MOST, description="The whole text.")
    version: int = Field(ge=0, description="The version that was changed.")


class MeetingNoted(Result):
    """How the notes are now. Where `taken` is false somebody was faster: `text` is theirs, and nothing was changed."""

    taken: bool = Field(description="Whether the text was taken.")
    version: int = Field(description="The version now.")
    text: str = Field(description="The whole text now.")


class MeetingWritten(Params):
    """How the notes of a meeting are, for whoever may have missed what was written."""

    meeting: TopicName = Field(description="The meeting's topic, meeting:<id>.")


class MeetingWords(Result):
    """The notes."""

    version: int = Field(description="Their version; 0 where nobody has written yet.")
    text: str = Field(description="The whole text.")


class MeetingNotes(Message):
    """Somebody wrote into the notes."""

    text: str = Field(description="The whole text.")
    version: int = Field(description="Its version.")
    by: str = Field(description="The id of who wrote.")


class MeetingChanged(Message):
    """A meeting is longer, at another time, or called off."""

    starts_at: str = Field(description="When it begins, ISO 8601 in UTC.")
    ends_at: str = Field(description="When it ends, ISO 8601 in UTC.")
    cancelled: bool = Field(description="Whether it was called off.")


class TeamAsked(Message):
    """What one's team at a fair is asked is something else now: ask for its page."""

    request: str = Field(description="The id of the request that came, went on, or was answered.")


class MeetingFiles(Message):
    """The files of a meeting are others now: ask for its page of files."""


METHODS = {
    "meetings.mine": MethodSpec(MeetingsMine, MyMeetings),
    "meeting.note": MethodSpec(MeetingNote, MeetingNoted, topic="meeting"),
    "meeting.written": MethodSpec(MeetingWritten, MeetingWords, topic="meeting"),
}

EVENTS = [
    EventSpec("person", "meetings", Form.STATE, MyMeetings),
    EventSpec("person", "meeting.reminder", Form.PASSING, MeetingReminder),
    EventSpec("person", "meeting.team", Form.PASSING, TeamAsked),
    EventSpec("meeting", "presence", Form.STATE, Presence),
    EventSpec("meeting", "notes", Form.STATE, MeetingNotes),
    EventSpec("meeting", "files", Form.STATE, MeetingFiles),
    EventSpec("meeting", "changed", Form.STATE, MeetingChanged),
]

SNAPSHOTS = {"meeting": RoomSnapshot}
