"""What nodes ask one another, over the same lines and with the same frames as `signaling.protocol`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import Field

from signaling.protocol import Frame, Id, Join, Nothing, ParticipantState, Source

if TYPE_CHECKING:
    from signaling.registry import Member

Number = Annotated[int, Field(ge=0, le=0xFFFFFFFF)]
# Tracks of a room that are sent on: those of who came first. And people of one node: more than a branch takes.
TRACKS_MOST, PEOPLE_MOST = 512, 1_000


class Others(Protocol):
    """The other nodes, as one of them sees them."""

    @property
    def life(self) -> str:
        """Who we are ourselves."""
        ...

    @property
    def load(self) -> float:
        """What we ourselves do."""
        ...

    async def members(self) -> "list[Member]":
        """All that can be found, ourselves included. Raises MediaError."""
        ...

    async def ask(self, life: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have another node do something. Raises MediaError."""
        ...


class Dial(Frame):
    """Expect the connection of another node, which makes the checks."""

    life: Id = Field(description="Who will connect.")
    fragment: str = Field(max_length=64)
    fingerprint: str = Field(max_length=200, description="Of its certificate, as SDP writes it.")


class Reached(Frame):
    """An address of a node."""

    host: str
    port: int


class Expected(Frame):
    """Where to connect, and with what."""

    fragment: str
    password: str
    fingerprint: str
    addresses: list[Reached] = Field(max_length=16)


class SentLayer(Frame):
    """An encoding, and the streams in which it comes."""

    rid: str
    ssrc: Number
    repair_ssrc: Number
    paused_bits: int = Field(0, description="What it had before it was paused; 0: it is not.")


class SentCodec(Frame):
    """As its publisher named it."""

    payload_type: int = Field(ge=0, le=127)
    name: str
    clock: int
    channels: int
    parameters: str


class SentTrack(Frame):
    """A track of the home."""

    id: str
    owner: str
    source: Source
    muted: bool
    codecs: list[SentCodec]
    extensions: dict[str, int]
    rids: list[str]
    layers: list[SentLayer]


class Extend(Frame):
    """Carry a part of a room's audience."""

    room: Id
    branch: Id = Field(description="Its name: what is said about a former one does not count.")
    home: Id = Field(description="The life of the home node; it is connected already.")
    tracks: list[SentTrack] = Field(max_length=TRACKS_MOST)


class Carry(Frame):
    """The tracks that there are now."""

    room: Id
    branch: Id
    tracks: list[SentTrack] = Field(max_length=TRACKS_MOST)


class Seat(Frame):
    """Let somebody in."""

    branch: Id
    join: Join


class Seated(Frame):
    """The answer to their offer. `v`: as in `People`."""

    sdp: str
    v: int


class Cut(Frame):
    """Carry nothing of the room any more."""

    room: Id
    branch: Id


class People(Frame):
    """What a branch tells its home: who is there, and what they watch. Only the latest counts, which `v` tells."""

    room: Id
    branch: Id
    v: int
    people: list[ParticipantState] = Field(max_length=PEOPLE_MOST)
    watched: list[str] = Field(max_length=TRACKS_MOST, description="Ids of tracks with pictures that somebody gets.")
    used: list[str] = Field(
        default_factory=list, max_length=TRACKS_MOST * 8, description="Encodings that somebody gets or waits for."
    )
    bits_per_second: float = Field(description="What goes out of the room there.")
    load: float = Field(description="What the node does altogether.")


METHODS: dict[str, tuple[type[Frame], type[Frame]]] = {
    "dial": (Dial, Expected),
    "extend": (Extend, Nothing),
    "carry": (Carry, Nothing),
    "seat": (Seat, Seated),
    "cut": (Cut, Nothing),
    "people": (People, Nothing),
}
