"""The control protocol between server and media node: what may be asked, what is answered, what a node tells by itself.

A frame is one JSON object: a request `{"i": 7, "m": "join", "p": {...}}`, its answer `{"i": 7, "r": {...}}` or
`{"i": 7, "e": {"code": "forbidden", "msg": "..."}}`, and an event `{"k": "room", "d": {...}}`. How frames travel is the
business of `signaling.lines`: through the pipe of a child process, one frame a line; or over Redis. Codes are those of
the live line.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Source = Literal["microphone", "camera", "screen", "screen_sound", "camera_2", "screen_2"]
SOURCES: tuple[Source, ...] = ("microphone", "camera", "screen", "screen_sound", "camera_2", "screen_2")
# Who may send the first of a kind may send a second one beside it.
ANOTHER: dict[Source, Source] = {"camera_2": "camera", "screen_2": "screen"}
SOUNDS = ("microphone", "screen_sound")
SCREENS = ("screen", "screen_2")
# What a section may show beside a track: whoever speaks, else whoever spoke last.
AUTO = "auto"

Id = Annotated[str, Field(pattern=r"\A[A-Za-z0-9_.-]{1,80}\z")]
Mid = Annotated[str, Field(pattern=r"\A[!-~]{1,64}\z")]
Listening = Annotated[dict[Mid, str], Field(max_length=64)]
# How large a picture is shown: as a thumbnail, about half as high as a screen, or larger; the first needs the least.
Size = Literal["small", "medium", "large"]
SIZES: tuple[Size, ...] = ("small", "medium", "large")
Sizes = Annotated[dict[Mid, Size], Field(max_length=64)]


class Frame(BaseModel):
    """What both ends know."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Rights(Frame):
    """What a participant may do; decided by the room, enforced by the node with every packet."""

    listen: bool = Field(True, description="Hear and see others.")
    publish: list[Source] = Field(default_factory=list, description="What they may send.")


class Published(Frame):
    """A section of an offer in which something is sent."""

    mid: Mid = Field(description="The section's mid.")
    source: Source = Field(description="Where it comes from.")


class Join(Frame):
    """Take part, or change what one sends: the first offer as well as every later one."""

    room: Id
    participant: Id = Field(description="Stable over reconnections: its tracks keep their ids.")
    generation: int = Field(0, ge=0, description="Grows with each new connection; an older one is refused.")
    person: str = Field("", max_length=64, description="Whom it belongs to; handed back in the state.")
    session: str = Field(default="", max_length=64, description="The session that it stands on: it ends with it.")
    rights: Rights = Field(default_factory=lambda: Rights.model_validate({}))
    sdp: str = Field(description="The offer, at most 32 KiB.")
    publish: list[Published] = Field(default_factory=list, max_length=8)
    listen: Listening = Field(default_factory=dict, description="What each receiving section carries, by mid.")
    sizes: Sizes = Field(
        default_factory=dict, description="How large it is shown, by mid; large where nothing is said."
    )
    encoder: bool = Field(default=False, description="An encoder rather than a browser: older curves are taken, too.")


class Joined(Frame):
    """The answer to an offer; or where else to go, and the token that lets one in there."""

    sdp: str
    url: str = ""
    token: str = ""


class Try(Frame):
    """See whether somebody's network lets a call through: a connection of no room, which is over within seconds."""

    sdp: str = Field(description="The offer, at most 32 KiB.")


class Tried(Frame):
    """The answer to it: whether the way is open shows in whether it connects."""

    sdp: str


class Listen(Frame):
    """Change what receiving sections carry; no new offer is needed."""

    room: Id
    participant: Id
    listen: Listening
    sizes: Sizes = Field(default_factory=dict)


class SetRights(Frame):
    """Other rights from now on: what is no longer allowed ends at once."""

    room: Id
    participant: Id
    rights: Rights


class Mute(Frame):
    """Forward nothing of these sources, or forward it again."""

    room: Id
    participant: Id
    sources: list[Source]
    muted: bool
    moderator: bool = Field(True, description="Only a moderator undoes what a moderator did.")
    own: bool = Field(False, description="A moderator undoes it for themselves: their own wish as well.")


class Remove(Frame):
    """End somebody's part: nothing comes from or goes to them after the answer."""

    room: Id
    participant: Id


class Expel(Frame):
    """End the part of a person or of a session: in one room, or where none is named in all of them."""

    person: str = ""
    session: str = ""
    room: str = ""

    def means(self, room: str, person: str, session: str) -> bool:
        """Whether somebody's part in a room is to end."""
        named = person == self.person if self.person else session == self.session
        return named and self.room in ("", room)


class Whom(Frame):
    """A person, to ask where they are."""

    person: str


class Presence(Frame):
    """A part that somebody takes."""

    room: str
    participant: str


class Presences(Frame):
    """All parts that somebody takes on a node."""

    found: list[Presence]


class RoomName(Frame):
    """A room: to close it, or to ask about it."""

    room: Id


# Persons that a recording counts as agreed: whoever answered last comes before who answered earlier.
AGREED_MOST = 2_000


class Record(Frame):
    """Record a room, or change who has agreed: of everybody else nothing is kept."""

    room: Id
    recording: Id
    path: str = Field(description="The file, below a folder that the server and the node share.")
    agreed: list[str] = Field(max_length=AGREED_MOST, description="Persons who agreed.")
    begins: bool = Field(default=False, description="Whether to begin; else one that has ended is not begun again.")


class Mark(Frame):
    """Set a chapter in the recording that runs."""

    room: Id
    title: str = Field(min_length=1, max_length=80)


class Nothing(Frame):
    """No parameters, or nothing to say."""


class TrackState(Frame):
    """Something that is published."""

    id: str
    source: Source
    muted: bool
    paused: list[str] = Field(default_factory=list, description="Encodings, by rid, that nobody needs now.")
    shown: Size = Field(default="large", description="How large somebody sees it at most.")


class ParticipantState(Frame):
    """Somebody who takes part."""

    id: str
    person: str
    generation: int
    ready: bool = Field(description="Whether media can flow.")
    tracks: list[TrackState]
    silenced: list[Source] = Field(default_factory=list, description="What a moderator has muted.")


class RoomState(Frame):
    """Event `room`: how a room is now. Only the latest counts."""

    room: str
    epoch: str = Field(description="The life of the node: states of two lives can't be compared.")
    v: int
    participants: list[ParticipantState]
    speakers: list[str] = Field(description="Participants, the active speaker first; at most eight.")
    recording: str = Field(default="", description="The recording that runs.")


class Gone(Frame):
    """Event `gone`: somebody does not take part any more."""

    room: str
    participant: str
    generation: int
    reason: str = Field(description="left, silent, handshake, removed, replaced, closed, fault")


class Fault(Frame):
    """Event `fault`, of a node to the server whose child it is: its log tells of an error of its own."""


class Stats(Frame):
    """What a node does, over all its rooms or one."""

    rooms: int
    participants: int
    received: int = Field(description="Datagrams, since the start.")
    forwarded: int = Field(description="Packets, since the start.")
    dropped: int
    refused: int = Field(description="Datagrams that were nobody's, or not genuine.")
    faults: int = Field(default=0, description="Errors of its own that it went on after.")
    cpu_seconds: float
    sending: str = Field(description="The back end of the fan-out: gso, sendmmsg or sendto.")
    waiting: int


METHODS: dict[str, tuple[type[Frame], type[Frame]]] = {
    "join": (Join, Joined),
    "try": (Try, Tried),
    "listen": (Listen, Nothing),
    "set_rights": (SetRights, Nothing),
    "mute": (Mute, Nothing),
    "remove": (Remove, Nothing),
    "expel": (Expel, Nothing),
    "where": (Whom, Presences),
    "record": (Record, Nothing),
    "mark": (Mark, Nothing),
    "end_recording": (RoomName, Nothing),
    "close": (RoomName, Nothing),
    "state": (RoomName, RoomState),
    "stats": (Nothing, Stats),
}
EVENTS: dict[str, type[Frame]] = {"room": RoomState, "gone": Gone, "fault": Fault}


class MediaError(Exception):
    """A request is refused. `code` is one of the live line's."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class PartlyKnownError(MediaError):
    """Not everybody who was asked has answered; `found` is what the others said."""

    def __init__(self, found: Sequence[Presence], cause: MediaError) -> None:
        super().__init__(cause.code, cause.message)
        self.found = found


def frame_of(value: Frame) -> dict[str, Any]:
    """As it travels."""
    return value.model_dump(mode="json")
