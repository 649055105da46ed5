"""A room on a node in the test's own process, with peers that need no browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.media.peer import Media, RawPeer, opus, vp8
from signaling.media.node import Node, Place
from tests.support.patience import PATIENCE_S

SOUNDS = ("microphone", "screen_sound")


@dataclass
class Person:
    """Somebody in the room, and what they have sent so far."""

    name: str
    peer: RawPeer
    answer: str
    mids: dict[str, Media] = field(default_factory=dict)  # by source
    frames: int = 0
    sounds: int = 0

    def send_frame(self, *, key: bool = False, source: str = "camera", packets: int = 1) -> None:
        """A frame of VP8."""
        for _ in range(packets):
            self.peer.send(vp8(self.frames, self.frames * 3_000, self.mids[source].ssrc, key=key))
            self.frames += 1

    def send_sound(self, loudness: int = 100, source: str = "microphone") -> None:
        """20 ms of Opus."""
        self.peer.send(opus(self.sounds, self.sounds * 960, self.mids[source].ssrc, loudness=loudness))
        self.sounds += 1

    @property
    def pictures(self) -> list[Any]:
        """Packets of video that came."""
        return [packet for packet in self.peer.packets if packet.payload_type == 96]

    @property
    def sound(self) -> list[Any]:
        """Packets of sound that came."""
        return [packet for packet in self.peer.packets if packet.payload_type == 111]


class Stage:
    """The room `stage` on a node. `events` are what the node told."""

    def __init__(self, place: Place | None = None, room: str = "stage") -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.node = Node(place or Place(), lambda kind, data: self.events.append((kind, data)))
        self.room = room
        self.people: list[Person] = []

    async def join(
        self,
        name: str,
        sends: tuple[str, ...] = (),
        hears: dict[str, str] | None = None,
        *,
        rights: dict[str, Any] | None = None,
        generation: int = 0,
        rids: tuple[str, ...] = (),
        sizes: dict[str, str] | None = None,
        through: tuple[str, int] | None = None,
        connect: bool = True,
    ) -> Person:
        """Somebody comes in. `hears` is what their receiving sections carry: {"a": "auto", "v": "anna.camera"}."""
        mids = {
            source: Media(
                f"s{at}", "audio" if source in SOUNDS else "video", True, rids=rids if source == "camera" else ()
            )
            for at, source in enumerate(sends)
        }
        hears = hears or {}
        receiving = [Media(mid, "audio" if mid.startswith("a") else "video", False) for mid in hears]
        peer = RawPeer([*mids.values(), *receiving])
        params = {
            "room": self.room,
            "participant": name,
            "generation": generation,
            "person": name,
            "rights": rights or {"listen": True, "publish": list(sends)},
            "sdp": peer.offer(),
            "publish": [{"mid": media.mid, "source": source} for source, media in mids.items()],
            "listen": hears,
            "sizes": sizes or {},
        }
        try:
            answer = (await self.node.ask("join", params))["sdp"]
        except Exception:
            peer.socket.close()
            raise
        person = Person(name, peer, answer, mids)
        self.people.append(person)
        if connect:
            peer.connect(answer, through)
            await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
        return person

    async def two_of(self, codec: str, ssrc: int = 1) -> tuple[RawPeer, RawPeer]:
        """Anna, who sends a camera in a codec (as SDP names it) and no other, and a viewer of it."""
        lines = f"a=rtpmap:45 {codec}\r\na=rtcp-fb:45 nack pli\r\n"
        sends, hears = (Media("v", "video", sending, ssrc, formats="45", lines=lines) for sending in (True, False))
        anna, viewer = RawPeer([sends]), RawPeer([hears])
        for name, peer, more in (
            ("anna", anna, {"publish": [{"mid": "v", "source": "camera"}], "rights": {"publish": ["camera"]}}),
            ("viewer", viewer, {"listen": {"v": "anna.camera"}}),
        ):
            params = {"room": self.room, "participant": name, "sdp": peer.offer()} | more
            peer.connect((await self.node.ask("join", params))["sdp"])
            await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
        return anna, viewer

    async def leave(self, person: Person) -> None:
        """Somebody's browser vanishes."""
        self.people.remove(person)
        await person.peer.close()

    async def close(self) -> None:
        """The end."""
        for person in list(self.people):
            if person.peer._checking:
                await self.leave(person)
            else:
                person.peer.socket.close()
        await self.node.stop()


async def until(true: Callable[[], Any], limit_s: float = PATIENCE_S) -> None:
    """Wait until something is so. Raises TimeoutError."""
    async with asyncio.timeout(limit_s):
        while not true():  # noqa: ASYNC110 - what is waited for happens on sockets
            await asyncio.sleep(0.005)


async def settled() -> None:
    """Let what is under way on loopback arrive: hop by hop, also where the machine takes a whole sleep away."""
    for _ in range(10):
        await asyncio.sleep(0.005)
