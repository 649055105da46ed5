"""Bad networks, broken peers and strangers."""

import asyncio
import ctypes
import gc
import os
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

import pytest

from bench.media.peer import Media, RawPeer, vp8
from signaling.media import layer as layers
from signaling.media import peer as peers
from signaling.media import rtcp, rtp, stun
from signaling.media.layer import ASK_TIMES
from tests.signaling.scene import Person, Stage, settled, until
from tests.support.patience import PATIENCE_S
from tests.support.udp_proxy import UdpProxy

SENDS = ("microphone", "camera")
OUTAGE_S = 3.0
# What each call leaves behind it leaves in every round; what else is in the process may make something in one of them.
ROUNDS = 3


@pytest.fixture
async def proxy(stage: Stage) -> AsyncIterator[UdpProxy]:
    """A proxy before the node."""
    made = UdpProxy(("127.0.0.1", stage.node.port))
    yield made
    made.stop()


async def send(person: Person, frames: int, pause_s: float = 0.01) -> None:
    """Send frames; a key frame whenever one is wanted."""
    for number in range(frames):
        wanted = any(isinstance(part, rtcp.KeyFrameWanted) for part in person.peer.control)
        person.peer.control = [part for part in person.peer.control if not isinstance(part, rtcp.KeyFrameWanted)]
        person.send_frame(key=number == 0 or wanted)
        await asyncio.sleep(pause_s)


def missing(viewer: Person) -> int:
    """Numbers between the first and the last that never came."""
    numbers = sorted({packet.seq for packet in viewer.pictures})
    repaired = {int.from_bytes(packet.payload[:2]) for packet in viewer.peer.packets if packet.payload_type == 97}
    return len(set(range(numbers[0], numbers[-1] + 1)) - set(numbers) - repaired) if numbers else -1


async def sending_again(person: Person) -> None:
    """What a browser does: send again what the node asks for."""
    media, seq = person.mids["camera"], 0
    while True:
        await asyncio.sleep(0.01)
        lost = [each for part in person.peer.control if isinstance(part, rtcp.Lost) for each in part.seqs]
        person.peer.control = [part for part in person.peer.control if not isinstance(part, rtcp.Lost)]
        for number in lost:
            original = vp8(number, number * 3_000, media.ssrc, key=False)
            seq += 1
            person.peer.send(rtp.retransmission(original, rtp.FIXED_BYTES, number, media.repair_ssrc, seq, 97))


async def repairing(viewer: Person) -> None:
    """What a browser does: ask for what is missing."""
    while True:
        await asyncio.sleep(0.03)
        numbers = {packet.seq for packet in viewer.pictures}
        if numbers:
            have = numbers | {
                int.from_bytes(packet.payload[:2]) for packet in viewer.peer.packets if packet.payload_type == 97
            }
            gone = sorted(set(range(min(numbers), max(numbers))) - have)
            if gone:
                ssrc = viewer.pictures[0].ssrc
                viewer.peer.send_control(rtcp.receiver_report(9, []) + rtcp.nack(9, ssrc, gone[:100]))


@pytest.mark.parametrize(("loss", "delay_s", "jitter_s"), [(0.04, 0.0, 0.0), (0.2, 0.0, 0.0), (0.02, 0.15, 0.03)])
async def test_a_presenter_on_a_bad_network_is_seen_whole(
    stage: Stage, proxy: UdpProxy, monkeypatch: pytest.MonkeyPatch, loss: float, delay_s: float, jitter_s: float
) -> None:
    """Losses on the way in are asked for and come in their places; reordering costs nothing. What is lost in all of the
    times in which it is asked for is given up, which one packet of a few hundred would be by chance: half of the times
    nothing is lost. How often it asks is a matter of time: on a long way a machine that is late gets no second one."""
    assert 2 * (delay_s + jitter_s) < ASK_TIMES * layers.ASK_EVERY_S, "given up before an answer can be there"
    if delay_s:
        monkeypatch.setattr(layers, "ASK_EVERY_S", 0.3)
    anna = await stage.join("anna", SENDS, through=await proxy.start())
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    await send(anna, 1)
    await until(lambda: viewer.pictures)
    [layer] = stage.node.rooms["stage"].tracks()["anna.camera"].layers
    proxy.spares = lambda: any(asking.times > ASK_TIMES // 2 for asking in layer.missing.values())
    proxy.loss, proxy.delay_s, proxy.jitter_s = loss, delay_s, jitter_s
    answering = asyncio.create_task(sending_again(anna))
    await send(anna, 100)
    proxy.loss = 0.0
    await send(anna, 1)  # behind which it shows that the last ones are missing
    await until(lambda: len(viewer.pictures) == 102 and missing(viewer) == 0)
    answering.cancel()


@pytest.mark.parametrize("loss", [0.04, 0.2])
async def test_a_viewer_on_a_bad_network_gets_everything_in_the_end(stage: Stage, proxy: UdpProxy, loss: float) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"v": "anna.camera"}, through=await proxy.start())
    asking = asyncio.create_task(repairing(viewer))
    await send(anna, 1)
    proxy.loss = loss
    await send(anna, 100)
    await asyncio.sleep(0.3)
    proxy.loss = 0.0
    await until(lambda: missing(viewer) == 0)
    asking.cancel()


async def test_a_changed_port_changes_nothing_for_the_others(stage: Stage, proxy: UdpProxy) -> None:
    anna = await stage.join("anna", SENDS, through=await proxy.start())
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    await send(anna, 5)
    await until(lambda: len(viewer.pictures) == 5)
    proxy.change_port()
    anna.send_frame()
    await settled()
    assert len(viewer.pictures) == 5, "nothing is believed from an address that was not checked"
    anna.peer.check()
    await settled()
    await send(anna, 5)
    await until(lambda: len(viewer.pictures) >= 10)


async def test_after_an_outage_the_call_goes_on_by_itself(
    stage: Stage, proxy: UdpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three seconds of silence are less than the ten after which somebody counts as gone. They pass on the node's
    clock: what a machine is late comes on top, and may be much more."""
    anna = await stage.join("anna", SENDS, through=await proxy.start())
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    await send(anna, 5)
    assert peers.SILENCE_S > 3 * OUTAGE_S
    monkeypatch.setattr(peers, "SILENCE_S", PATIENCE_S)
    proxy.silent = True
    await send(anna, 50)
    clock = stage.node.mux.clock
    stage.node.mux.clock = lambda: clock() + OUTAGE_S
    await send(anna, 50)
    proxy.silent = False
    await send(anna, 40)
    await until(lambda: len(viewer.pictures) > 20)


async def test_who_vanishes_is_gone_after_ten_seconds_and_may_come_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "SILENCE_S", 0.3)
    assert peers.HANDSHAKE_S > 0.3
    anna = await stage.join("anna", SENDS)
    await stage.leave(anna)
    gone = ("gone", "anna", "silent")
    await until(lambda: gone in [(k, d.get("participant"), d.get("reason")) for k, d in stage.events])
    monkeypatch.undo()
    assert peers.SILENCE_S + 2 * 0.1 < 15
    await stage.join("anna", SENDS, generation=1)


async def test_a_client_hello_counts_only_from_a_pair_that_was_checked(stage: Stage) -> None:
    """A stranger who is faster than the peer gets no answer, and the peer gets its handshake."""
    anna = await stage.join("anna", SENDS, connect=False)
    stranger = RawPeer([Media("0", "audio", True)])
    stranger._remote = (("127.0.0.1", stage.node.port), "nobody", b"x" * 22)
    hello = bytes.fromhex("16fefd0000000000000000002a01") + bytes(48)
    for _ in range(20):
        stranger.send_raw(hello)
    await settled()
    assert stranger.raw_received == 0
    with pytest.raises(BlockingIOError):
        stranger.socket.recv(2_048)
    stranger.socket.close()
    anna.peer.connect(anna.answer)
    await asyncio.wait_for(anna.peer.connected.wait(), PATIENCE_S)


async def test_a_flood_of_checks_is_not_answered_and_the_call_goes_on(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    stranger = RawPeer([Media("0", "audio", True)])
    noise = stun.write(stun.BINDING_REQUEST, os.urandom(12), {stun.USERNAME: b"nobody:atall"}, b"guessed")
    for _ in range(30):
        for _ in range(100):
            stranger.socket.sendto(noise, ("127.0.0.1", stage.node.port))
        anna.send_frame(key=True)
        await asyncio.sleep(0.005)
    await until(lambda: len(viewer.pictures) >= 25)
    with pytest.raises(BlockingIOError):
        stranger.socket.recv(2_048)
    stranger.socket.close()


def memory_bytes() -> int:
    """What this process holds, less what the allocator only keeps for later."""
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_two_hundred_calls_leave_nothing_behind(stage: Stage) -> None:
    """No task, no socket, no peer, no room, no object; and no memory of the libraries in C, which have most of it."""

    async def call(number: int) -> None:
        stage.room = f"room{number}"
        anna = await stage.join("anna", SENDS)
        anna.send_frame(key=True)
        await stage.node.ask("remove", {"room": stage.room, "participant": "anna"})
        await stage.leave(anna)

    def there_is() -> tuple[int, int]:
        gc.collect()
        return len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd"))

    for number in range(50):
        await call(number)
    stage.events.clear()
    before, objects, memory = there_is(), list[int](), list[int]()
    for turn in range(ROUNDS):
        objects.append(-len(gc.get_objects()))
        memory.append(-memory_bytes())
        for number in range(150):
            await call(50 + 150 * turn + number)
            stage.events.clear()
        assert stage.node.rooms == {}
        assert stage.node.mux.peers == {}
        assert stage.node.mux.ice.sides == {}
        await until(lambda: there_is() == before)
        objects[-1] += len(gc.get_objects())
        memory[-1] += memory_bytes()
    assert median(objects) < 150, "one for each call would be a leak"
    assert median(memory) < 150 * 10_000, "the handshake alone holds ten times as much"
