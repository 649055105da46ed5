"""What calls ask of a media back end, whichever carries them: our own node, and LiveKit as far as its API goes.

LiveKit itself is asked where LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET are set: what needs nobody to be in.
"""

import itertools
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from livekit.api import ParticipantInfo
from pydantic import SecretStr

from bench.media.peer import Media, RawPeer
from server.kernel.memory_bus import MemoryBus
from server.kernel.settings import Settings
from signaling.back_end import MediaBackEnd
from signaling.livekit.back_end import LiveKit
from signaling.own_nodes import OwnNodes
from signaling.protocol import SOUNDS, Expel, Join, MediaError, Mute, Remove, Rights, RoomState, SetRights, Source
from tests.signaling.scene import until
from tests.support.livekit import KEY, SECRET, LiveKitStandIn, Refused

_numbers = itertools.count(1)


class House(Protocol):
    """A back end, and how people come in."""

    back_end: MediaBackEnd
    states: list[RoomState]

    async def enter(self, join: dict[str, Any], sends: tuple[Source, ...]) -> None:
        """Somebody takes part, and sends. Raises MediaError, also where they may not send that."""
        ...


@dataclass
class OfOurs:
    """Our node, in a process of its own."""

    back_end: MediaBackEnd
    states: list[RoomState] = field(default_factory=list)
    peers: list[RawPeer] = field(default_factory=list)

    async def enter(self, join: dict[str, Any], sends: tuple[Source, ...]) -> None:
        """By an offer."""
        sections = [Media(source, "audio" if source in SOUNDS else "video", True) for source in sends]
        peer = RawPeer(sections or [Media("a", "audio", False)])
        self.peers.append(peer)
        publish = [{"mid": source, "source": source} for source in sends]
        joined = await self.back_end.join(Join.model_validate({**join, "sdp": peer.offer(), "publish": publish}))
        peer.connect(joined.sdp)


@dataclass
class OfLiveKit:
    """LiveKit's stand-in."""

    back_end: MediaBackEnd
    server: LiveKitStandIn
    states: list[RoomState] = field(default_factory=list)
    people: dict[str, ParticipantInfo] = field(default_factory=dict)

    async def enter(self, join: dict[str, Any], sends: tuple[Source, ...]) -> None:
        """By a token."""
        joined = await self.back_end.join(Join.model_validate({**join, "sdp": ""}))
        info = self.server.connect(joined.token)
        try:
            for source in sends:
                self.server.publish(info, source.replace("screen", "screen_share"))
        except Refused:
            self.server.leave(join["room"], info.identity)
            raise MediaError("forbidden", "publish") from None
        finally:
            await self._tell(join["room"])

    async def _tell(self, room: str) -> None:
        """As the webhook does."""
        self.back_end._told(room.encode())  # type: ignore[attr-defined]


@pytest.fixture(params=["ours", "livekit"])
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """One of the back ends."""
    made: OfOurs | OfLiveKit
    server = LiveKitStandIn()
    if request.param == "ours":
        made = OfOurs(OwnNodes(Settings(), MemoryBus()))
    else:
        await server.start()
        made = OfLiveKit(LiveKit(at(server.url, KEY, SECRET), MemoryBus()), server)
    made.back_end.ears.on_room = made.states.append
    await made.back_end.start()
    yield made
    for peer in made.peers if isinstance(made, OfOurs) else ():
        await (peer.close() if peer._checking else closed(peer))
    await made.back_end.stop()
    await server.stop()


async def closed(peer: RawPeer) -> None:
    """One that never got in."""
    peer.socket.close()


def at(url: str, key: str, secret: str) -> Settings:
    """Settings with LiveKit."""
    return Settings(livekit_url=url, livekit_key=key, livekit_secret=SecretStr(secret))


def somebody(name: str, room: str = "room", **more: Any) -> dict[str, Any]:
    """Who comes in, with the right to speak and to be seen."""
    rights = Rights(listen=True, publish=["microphone", "camera"]).model_dump()
    given = {"room": room, "participant": f"{name}-1", "person": name, "session": f"of {name}", "rights": rights}
    return given | more


async def people(house: House, room: str = "room") -> dict[str, list[str]]:
    """Who is in, with what is heard and seen of them."""
    state = await house.back_end.state(room)
    return {
        each.id: [track.source for track in each.tracks if not track.muted]
        for each in (state.participants if state else [])
    }


async def silenced(house: House) -> dict[str, list[str]]:
    """What a moderator has muted of whom."""
    state = await house.back_end.state("room")
    return {each.id: list(each.silenced) for each in (state.participants if state else [])}


async def test_a_room_with_nobody_in_it_is_none_and_nothing_there_is_an_error(house: House) -> None:
    back_end = house.back_end
    assert await back_end.state("room") is None
    assert await back_end.where("anna") == []
    await back_end.remove(Remove(room="room", participant="anna-1"))
    await back_end.expel(Expel(person="anna"))
    await back_end.close("room")
    with pytest.raises(MediaError, match="not_found"):
        await back_end.set_rights(SetRights(room="room", participant="anna-1", rights=Rights()))


async def test_what_calls_ask_of_a_back_end(house: House) -> None:
    """One walk, since our node takes a second to start."""
    back_end = house.back_end
    # Who comes in is in, with what they send.
    await house.enter(somebody("anna", generation=3), ("microphone", "camera"))
    await house.enter(somebody("bernd"), ("microphone",))
    await house.enter(somebody("bernd", "other"), ())
    assert await people(house) == {"anna-1": ["microphone", "camera"], "bernd-1": ["microphone"]}
    state = await back_end.state("room")
    assert state
    assert [(each.person, each.generation) for each in state.participants] == [("anna", 3), ("bernd", 0)]
    assert {each.room for each in await back_end.where("bernd")} == {"room", "other"}
    await until(lambda: house.states and len(house.states[-1].participants) > 0)
    # An older connection of the same participant is refused, and so is what the room does not let one send.
    with pytest.raises(MediaError, match="conflict"):
        await house.enter(somebody("anna", generation=2), ())
    with pytest.raises(MediaError, match="forbidden"):
        await house.enter(somebody("carla"), ("screen",))
    assert "carla-1" not in await people(house)
    # What a moderator mutes stays so until a moderator undoes it.
    muted = {"room": "room", "participant": "bernd-1", "sources": ["microphone"], "muted": True}
    await back_end.mute(Mute.model_validate(muted))
    assert (await people(house))["bernd-1"] == []
    assert await silenced(house) == {"anna-1": [], "bernd-1": ["microphone"]}
    with pytest.raises(MediaError, match="forbidden"):
        await back_end.mute(Mute.model_validate(muted | {"muted": False, "moderator": False}))
    await back_end.mute(Mute.model_validate(muted | {"muted": False}))
    assert await silenced(house) == {"anna-1": [], "bernd-1": []}
    # Rights that are taken away end at once what stands on them.
    rights = Rights(listen=True, publish=["microphone"])
    await back_end.set_rights(SetRights(room="room", participant="anna-1", rights=rights))
    assert (await people(house))["anna-1"] == ["microphone"]
    # A session that is over is out everywhere, a person is out of the room that is named.
    await back_end.expel(Expel(session="of anna"))
    assert list(await people(house)) == ["bernd-1"]
    await back_end.expel(Expel(person="bernd", room="other"))
    assert [each.room for each in await back_end.where("bernd")] == ["room"]
    await back_end.close("room")
    assert await people(house) == {}
    await back_end.close("room")
    told = [state.v for state in house.states if state.room == "room"]
    assert told == sorted(set(told))


@pytest.fixture
async def stand_in() -> AsyncIterator[LiveKitStandIn]:
    """LiveKit's stand-in alone."""
    server = LiveKitStandIn()
    await server.start()
    yield server
    await server.stop()


async def test_whoever_was_put_out_does_not_come_in_with_the_token_that_they_have(stand_in: LiveKitStandIn) -> None:
    back_end = LiveKit(at(stand_in.url, KEY, SECRET), MemoryBus())
    joined = await back_end.join(Join.model_validate(somebody("anna") | {"sdp": ""}))
    stand_in.connect(joined.token)
    await back_end.expel(Expel(person="anna"))
    with pytest.raises(Refused, match="unauthenticated"):
        stand_in.connect(joined.token)
    await back_end.stop()


async def test_a_moderators_mute_outlives_a_connection(stand_in: LiveKitStandIn) -> None:
    back_end = LiveKit(at(stand_in.url, KEY, SECRET), MemoryBus())
    first = await back_end.join(Join.model_validate(somebody("anna") | {"sdp": ""}))
    stand_in.connect(first.token)
    muted = {"room": "room", "participant": "anna-1", "sources": ["microphone", "camera"], "muted": True}
    await back_end.mute(Mute.model_validate(muted))
    again = await back_end.join(Join.model_validate(somebody("anna", generation=1) | {"sdp": ""}))
    info = stand_in.connect(again.token)
    for source in ("microphone", "camera"):
        with pytest.raises(Refused):
            stand_in.publish(info, source)
    await back_end.stop()


async def test_encoders_are_sent_to_livekits_own_door(stand_in: LiveKitStandIn) -> None:
    back_end = LiveKit(at(stand_in.url, KEY, SECRET), MemoryBus())
    with pytest.raises(MediaError, match="not_found: encoders"):
        await back_end.join(Join.model_validate(somebody("anna") | {"sdp": "v=0", "encoder": True}))
    assert stand_in.asked == []
    await back_end.stop()


async def test_the_way_to_livekit_is_not_ours_to_try(stand_in: LiveKitStandIn) -> None:
    back_end = LiveKit(at(stand_in.url, KEY, SECRET), MemoryBus())
    with pytest.raises(MediaError, match="unavailable"):
        await back_end.try_out("v=0")
    assert stand_in.asked == []
    await back_end.stop()


async def test_a_server_that_is_away_or_does_not_know_us_makes_calls_unavailable(stand_in: LiveKitStandIn) -> None:
    for settings in (at(stand_in.url, KEY, "another secret that is long enough"), at("ws://127.0.0.1:1", KEY, SECRET)):
        back_end = LiveKit(settings, MemoryBus())
        took = list[float]()
        while len(took) < 3 and not (took and took[-1] < 5):  # a machine that stands still may take longer once
            began = time.monotonic()
            with pytest.raises(MediaError, match="unavailable"):
                await back_end.where("anna")
            took.append(time.monotonic() - began)
        assert took[-1] < 5
        await back_end.stop()


async def test_who_left_is_found_gone_also_where_no_webhook_arrives(
    stand_in: LiveKitStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.livekit.back_end.LOOK_EVERY_S", 0.02)
    back_end, states = LiveKit(at(stand_in.url, KEY, SECRET), MemoryBus()), list[RoomState]()
    back_end.ears.on_room = states.append
    await back_end.start()
    joined = await back_end.join(Join.model_validate(somebody("anna") | {"sdp": ""}))
    stand_in.connect(joined.token)
    await until(lambda: states and states[-1].participants)
    stand_in.leave("room", "anna-1")
    await until(lambda: not states[-1].participants)
    count = len(states)
    asked = len(stand_in.asked)
    await until(lambda: len(stand_in.asked) > asked + 3)
    assert len(states) == count  # an empty room is told of once
    await back_end.stop()


@pytest.mark.skipif("LIVEKIT_URL" not in os.environ, reason="LIVEKIT_URL names no LiveKit server")
async def test_the_real_livekit_knows_what_we_ask() -> None:
    """With nobody in, since media would be needed for more."""
    names = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
    back_end = LiveKit(at(*(os.environ[name] for name in names)), MemoryBus())
    room = f"fairmatch-test-{os.getpid()}-{next(_numbers)}"
    joined = await back_end.join(Join.model_validate(somebody("anna", room) | {"sdp": ""}))
    assert joined.token.count(".") == 2
    assert await back_end.state(room) is None
    assert await back_end.where("anna") == []
    with pytest.raises(MediaError, match="not_found"):
        await back_end.set_rights(SetRights(room=room, participant="anna-1", rights=Rights()))
    await back_end.expel(Expel(person="anna", room=room))
    await back_end.close(room)
    await back_end.close(room)
    await back_end.stop()
