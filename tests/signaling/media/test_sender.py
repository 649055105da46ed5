"""What goes out is paced: nothing waits behind the key frame of somebody else."""

import asyncio
from typing import Any

from signaling.media.layer import Layer
from signaling.media.sender import BACKLOG_MOST, SLICE_S, Sender
from tests.support.patience import PATIENCE_S

VIEWERS = 40


class Out:
    """A way out that takes everything."""

    def flush(self) -> bool:
        return True


class Track:
    closed = muted = False


class Viewer:
    """Somebody to whom sending takes a while: eight of them take a whole slice."""

    def __init__(self, number: int, scene: "Scene") -> None:
        self.number = number
        self.scene = scene
        self.form = None
        self.closed = False
        self.peer = self

    def forward(self, _out: Any, _layer: Layer, packets: list[Any], place: int, _now: float) -> int:
        self.scene.now += SLICE_S / 7
        self.scene.sent += [(packet, self.number) for packet in packets[place:]]
        return len(packets)


class Scene:
    """A camera and a microphone that many see and hear."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sent: list[tuple[str, int]] = []
        self.viewers: Any = [Viewer(number, self) for number in range(VIEWERS)]
        self.camera, self.microphone = Layer(1, viewers=self.viewers), Layer(2, viewers=self.viewers)
        self.sender = Sender(Out(), -1, lambda: self.now, lambda _peer, error: (_ for _ in ()).throw(error))  # type: ignore[arg-type]

    def add(self, layer: Layer, *packets: str) -> None:
        self.sender.add(Track(), layer, list(packets))  # type: ignore[arg-type]

    def got(self, packet: str) -> list[int]:
        return [number for sent, number in self.sent if sent == packet]


async def test_sound_that_comes_while_a_key_frame_goes_out_to_many_follows_within_a_slice() -> None:
    scene = Scene()
    scene.add(scene.camera, "key", "key'")
    scene.sender.run()
    assert scene.got("key") == list(range(8)), "a slice, then others have their turn"
    scene.add(scene.microphone, "sound")
    scene.add(scene.camera, "next")
    scene.viewers[9].closed = True
    await finished(scene)
    order = [packet for packet, _ in scene.sent]
    assert order.index("sound") == 2 * 8, "what came in the meantime does not wait for the rest"
    everybody = [number for number in range(VIEWERS) if number != 9]
    assert scene.got("key") == scene.got("sound") == scene.got("next") == everybody
    for number in everybody:
        theirs = [packet for packet, whom in scene.sent if whom == number and packet != "sound"]
        assert theirs == ["key", "key'", "next"], "an encoding keeps its order"


async def test_what_nobody_can_take_is_bounded_and_the_oldest_pictures_go_before_any_sound() -> None:
    scene = Scene()
    for number in range(BACKLOG_MOST // 2 + 2):
        scene.add(scene.microphone, f"sound {number}")
        scene.add(scene.camera, f"picture {number}", f"rest of it {number}")
    assert (scene.sender.waiting, scene.sender.dropped) == (BACKLOG_MOST, 4 * 2)
    scene.sender.run()
    await finished(scene)
    order = [packet for packet, whom in scene.sent if whom == 0]
    sounds, pictures = ([one for one in order if one.startswith(kind)] for kind in ("sound", "picture"))
    assert sounds == [f"sound {number}" for number in range(BACKLOG_MOST // 2 + 2)]
    assert pictures == [f"picture {number}" for number in range(4, BACKLOG_MOST // 2 + 2)]


async def finished(scene: Scene) -> None:
    """Everything has gone out, slice by slice."""
    async with asyncio.timeout(PATIENCE_S):
        while scene.sender.waiting:  # noqa: ASYNC110 - it goes on by itself
            await asyncio.sleep(0)
