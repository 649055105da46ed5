"""Messages of calls. Through the media node: the browser offers, the server answers. Between two people: relayed."""

from typing import Annotated, Any, Literal

from pydantic import Field

from server.live.wire.message import Message, Nothing, Params, Result, TopicName
from server.live.wire.registry import EventSpec, Form, MethodSpec

CALL = "The call's topic, call:<id>; the id is that of its room."
DEVICE = "Chosen by the client for a tab and kept as long as the tab lives: who comes back is the same participant."

Source = Literal["microphone", "camera", "screen", "screen_sound", "camera_2", "screen_2"]
Device = Annotated[str, Field(pattern=r"\A[0-9a-f]{8,32}\z", description=DEVICE)]
Mid = Annotated[str, Field(pattern=r"\A[!-~]{1,64}\z")]
Sdp = Annotated[str, Field(max_length=32 * 1024, description="A session description, at most 32 KiB.")]
Listening = Annotated[
    dict[Mid, Annotated[str, Field(max_length=120)]],
    Field(
        max_length=64,
        description="What each receiving section carries, by mid: the id of a track, or `auto` for whoever speaks.",
    ),
]
Size = Literal["small", "medium", "large"]
Sizes = Annotated[
    dict[Mid, Size],
    Field(
        max_length=64,
        description="How large each picture is shown, by mid: up to a quarter, half or all of what its sender sends in "
        "several encodings. Large where nothing is said.",
    ),
]


class CallTrack(Message):
    """Something that a participant sends."""

    id: str = Field(description="The track's id: it stays when its sender comes back.")
    source: Source = Field(description="Where it comes from.")
    muted: bool = Field(description="Whether nothing of it is forwarded, by its sender's wish or a moderator's.")
    paused: list[str] = Field(description="Of several encodings, by rid, those that nobody needs now: don't send them.")
    shown: Size = Field(description="How large somebody sees it at most: a camera in one encoding need not be larger.")


class Participant(Message):
    """Somebody in a call, with one tab."""

    id: str = Field(description="The participant's id.")
    person: str = Field(description="The person's id.")
    generation: int = Field(description="Grows with each connection of this participant.")
    ready: bool = Field(description="Whether media can flow.")
    tracks: list[CallTrack] = Field(description="What they send.")
    silenced: list[Source] = Field(description="What a moderator has muted: only moderators undo that.")


class CallState(Message):
    """How a call is now. Who is not among the participants, and wants to be, offers anew with a higher generation."""

    participants: list[Participant] = Field(description="Everybody in it.")
    speakers: list[str] = Field(description="Ids of participants, the active speaker first; at most eight.")
    recording: bool = Field(False, description="Whether it is being recorded.")


class CallMay(Message):
    """What you may do in a call."""

    publish: list[Source] = Field(description="What you may send.")
    listen: bool = Field(description="Whether you may hear and see others.")
    moderate: bool = Field(description="Mute and remove others.")


class RecordingStopped(Message):
    """A recording of the call has ended, and what was recorded is kept."""

    recording: str = Field(description="Which one.")
    why: Literal["ended", "lost", "failed", "empty"] = Field(
        description="A moderator ended it; what carried it was interrupted; the disk took no more; nobody was there."
    )


class RecordingAnswered(Message):
    """You have answered whether you agree to be recorded, in this tab or another one; on your own topic."""

    call: str = Field(description=CALL)
    agrees: bool


class CallSnapshot(CallState):
    """A call as it is now, and what you may do in it."""

    v: int = Field(description="The version that the first state after it follows.")
    kind: str = Field(description="What it belongs to: stage, booth, meeting.")
    may: CallMay = Field(description="What you may do.")
    known: bool = Field(
        True,
        description="Whether it is known how the call is. If not, its media node cannot be asked now: keep what you "
        "have, and subscribe again after a second, then after longer.",
    )
    agrees: bool | None = Field(
        None, description="While it is recorded: whether you agreed to that. Null: you have not answered."
    )
    stopped: RecordingStopped | None = Field(
        None, description="The last recording, if nobody wished its end, that was just now, and none runs since."
    )


class Publishing(Message):
    """A section of an offer in which something is sent."""

    mid: Mid = Field(description="The section's mid.")
    source: Source = Field(description="Where it comes from.")


class CallOffer(Params):
    """Take part through the media node, or change what you send and how many places you have for others.

    Candidates are not needed: the node answers on one port, and learns your address from your checks.
    """

    call: TopicName = Field(description=CALL)
    device: Device
    generation: int = Field(ge=0, le=2**31, description="Raise it for each new RTCPeerConnection.")
    sdp: Sdp
    publish: list[Publishing] = Field(default_factory=list, max_length=8, description="The sections that send.")
    listen: Listening = Field(default_factory=dict)
    sizes: Sizes = Field(default_factory=dict)


class CallAnswer(Result):
    """You take part."""

    participant: str = Field(description="Your id in this call.")
    sdp: str = Field(description="The answer; empty where the call is carried elsewhere.")
    url: str = Field("", description="Where the call is carried instead: the address of a LiveKit server.")
    token: str = Field("", description="What lets you in there, within two minutes.")


class CallListen(Params):
    """Change what your receiving sections carry, without a new offer."""

    call: TopicName = Field(description=CALL)
    device: Device
    listen: Listening
    sizes: Sizes = Field(default_factory=dict)


class CallLeave(Params):
    """Take part no longer."""

    call: TopicName = Field(description=CALL)
    device: Device


class CallMute(Params):
    """Mute somebody, or undo it. Others, and what a moderator has muted: moderators only."""

    call: TopicName = Field(description=CALL)
    participant: str = Field(max_length=80, description="Whom.")
    sources: list[Source] = Field(max_length=6, description="What of theirs.")
    muted: bool


class CallRemove(Params):
    """Remove somebody with all their tabs: from the answer on nothing comes from them, and nothing goes to them."""

    call: TopicName = Field(description=CALL)
    person: str = Field(max_length=64, description="The person's id.")


class CallReadmit(Params):
    """Let somebody who was removed come in again."""

    call: TopicName = Field(description=CALL)
    person: str = Field(max_length=64, description="The person's id.")


class CallIce(Params):
    """Ask for ICE servers: their credentials end by themselves after twelve hours."""

    call: TopicName = Field(description=CALL)
    door: bool = Field(False, description="You stand at its door: what carries it is started, where it does not run.")


class IceServer(Message):
    """As RTCPeerConnection takes it."""

    urls: list[str] = Field(description="Addresses.")
    username: str = Field(description="Empty for STUN.")
    credential: str = Field(description="Empty for STUN.")


class CallIceServers(Result):
    """How calls are reached in this installation."""

    servers: list[IceServer] = Field(description="For the configuration of an RTCPeerConnection.")
    engine: Literal["node", "livekit"] = Field(
        description="What carries calls of more than two: our nodes, which answer offers, or LiveKit."
    )


class CallToken(Params):
    """Ask for a token with which an encoder sends into the call (WHIP), or a player watches it (WHEP)."""

    call: TopicName = Field(description=CALL)
    way: Literal["whip", "whep"] = Field(description="To send, or to watch.")


class CallTokenGiven(Result):
    """What to put into the encoder or player. The token does what its person may do, and ends after seven days."""

    path: str = Field(description="Where to send the offer, on this server.")
    token: str = Field(description="The bearer token.")


class Description(Message):
    """A session description on its way to the other person."""

    type: Literal["offer", "answer", "rollback"] = Field(description="As RTCSessionDescription has it.")
    sdp: Sdp = ""


class Candidate(Message):
    """An ICE candidate on its way to the other person; empty: there are no more."""

    candidate: str = Field(max_length=512, description="The candidate's line.")
    mid: Mid | None = Field(None, description="Its section.")
    line: int | None = Field(None, ge=0, le=64, description="The number of its section.")


class CallSignal(Params):
    """Pass something on in a call of two: a description, a candidate, that you have gone, or that you have moved.

    Each time somebody goes in, a tab takes a new name as its `device`, and tells their other tabs by `moved` to
    themselves. A tab of the other person that speaks though another one of theirs has taken its place is told `moved`,
    too: its part is over. One whose line was away asks for it, by `moved` to itself with its own name as `to_device`
    and, as `generation`, the second in which it went in: a tab that went in later says so.

    At most 64 candidates follow a description, and all arrives in the order in which you sent it. Roles are those of
    perfect negotiation; the event says which is yours.
    """

    call: TopicName = Field(description=CALL)
    device: Device
    to: str = Field(max_length=64, description="The other person's id; your own with `moved` alone.")
    to_device: str = Field("", max_length=32, description="The other tab, once it is known; empty: all of theirs.")
    generation: int = Field(ge=0, le=2**31, description="Of your RTCPeerConnection.")
    to_generation: int = Field(
        0,
        ge=0,
        le=2**31,
        description="That of the other's RTCPeerConnection that yours has a description of; 0: it has none yet.",
    )
    description: Description | None = None
    candidate: Candidate | None = None
    gone: bool = Field(False, description="You have left.")
    moved: bool = Field(False, description="Whoever hears it goes on in another tab of theirs.")


Reaction = Literal["applause", "heart", "laugh", "yes", "wow", "thanks"]


class CallSign(Params):
    """Show others in the call that you want to speak (`hand`), or how you find it (`reaction`): one of the two.

    At most twenty signs in ten seconds. A hand is not kept: show it again to those who come in later. Reactions are
    gathered for a quarter of a second, and told as `reactions`.
    """

    call: TopicName = Field(description=CALL)
    hand: bool | None = Field(None, description="Up or down.")
    reaction: Reaction | None = None


class Sign(Message):
    """Somebody in the call shows something to the others."""

    person: str = Field(description="The person's id.")
    hand: bool | None = Field(description="Their hand is up or down; null: no word of it.")
    reaction: Reaction | None = Field(description="Always null: how people find it is told as `reactions`.")


class Reactions(Message):
    """How people in the call find it: what came within a quarter of a second, from each worker of the server."""

    counts: dict[Reaction, int] = Field(description="How often each came.")
    people: dict[str, Reaction] = Field(
        description="What each person showed last, by their id. At most fifty are named, those who may speak first."
    )


# A caption is a line or two under the picture.
CAPTION_MOST = 200


class CallCaption(Params):
    """Write along with what is said: for who speaks in the call, or keeps order in it. Counted with the signs."""

    call: TopicName = Field(description=CALL)
    text: str = Field(min_length=1, max_length=CAPTION_MOST, description="A line or two.")


class Caption(Message):
    """A line of the captions; the latest few are shown, and none is kept."""

    person: str = Field(description="Who writes: the person's id.")
    text: str


class Signal(Message):
    """Something from the other person in a call of two, or from your other tab, on your own topic."""

    call: str = Field(description=CALL)
    sender: str = Field(description="The other person's id; your own with `moved` alone.")
    device: str = Field(description="The other tab.")
    to_device: str = Field(description="Which tab of yours is meant; empty: any.")
    generation: int = Field(description="Of the other RTCPeerConnection: an older one's signals are void.")
    to_generation: int = Field(0, description="Of yours that it is for: what is for another one is void. 0: for any.")
    polite: bool = Field(description="Whether you give way when both offer at once.")
    description: dict[str, Any] | None = Field(description="A session description.")
    candidate: dict[str, Any] | None = Field(description="An ICE candidate.")
    gone: bool = Field(description="The other one has left.")
    moved: bool = Field(False, description="Your part goes on in another tab of yours: yours of before is over.")


METHODS = {
    "call.offer": MethodSpec(CallOffer, CallAnswer, topic="call"),
    "call.listen": MethodSpec(CallListen, Nothing, topic="call"),
    "call.leave": MethodSpec(CallLeave, Nothing, topic="call"),
    "call.mute": MethodSpec(CallMute, Nothing, topic="call"),
    "call.remove": MethodSpec(CallRemove, Nothing, topic="call"),
    "call.readmit": MethodSpec(CallReadmit, Nothing, topic="call"),
    "call.token": MethodSpec(CallToken, CallTokenGiven, topic="call"),
    "call.ice": MethodSpec(CallIce, CallIceServers, topic="call"),
    "call.sign": MethodSpec(CallSign, Nothing, topic="call"),
    "call.caption": MethodSpec(CallCaption, Nothing, topic="call"),
    "call.signal": MethodSpec(CallSignal, Nothing, topic="call", ordered=True),
}

EVENTS = [
    EventSpec("call", "call", Form.STATE, CallState),
    EventSpec("call", "may", Form.PASSING, CallMay),
    EventSpec("call", "sign", Form.PASSING, Sign),
    EventSpec("call", "reactions", Form.PASSING, Reactions),
    EventSpec("call", "caption", Form.PASSING, Caption),
    EventSpec("call", "recording.stopped", Form.PASSING, RecordingStopped),
    EventSpec("person", "signal", Form.PASSING, Signal),
    EventSpec("person", "recording.answer", Form.PASSING, RecordingAnswered),
]

SNAPSHOTS = {"call": CallSnapshot}
