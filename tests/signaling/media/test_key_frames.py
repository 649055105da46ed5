"""When a presenter is asked for a key frame: as soon as somebody can begin with it, and not too often."""

import pytest

from signaling.media import layer as layers
from tests.signaling.hall import key_frames_wanted
from tests.signaling.scene import Stage, settled, until

SENDS = ("microphone", "camera")


async def test_a_viewer_begins_with_a_key_frame_and_the_presenter_is_asked_for_one(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    anna.send_frame(key=True)
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    anna.send_frame()
    await until(lambda: any(type(part).__name__ == "KeyFrameWanted" for part in anna.peer.control))
    assert viewer.pictures == []
    anna.send_frame(key=True)
    anna.send_frame()
    await until(lambda: len(viewer.pictures) == 2)
    assert viewer.pictures[0].data[-1_099] == 0x00  # the P bit of VP8 says that it is a key frame


async def test_whoever_comes_in_is_asked_a_key_frame_for_as_soon_as_they_can_take_it_and_not_before(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was asked for with the offer would come before there are keys, and be the last one for a while."""
    monkeypatch.setattr(layers, "KEY_FRAME_EVERY_S", 3_600.0)
    anna = await stage.join("anna", SENDS)
    anna.send_frame(key=True)
    await settled()
    viewer = await stage.join("viewer", hears={"v": "anna.camera"}, connect=False)
    for _ in range(5):
        anna.send_frame()
        await settled()
    assert not key_frames_wanted(anna)
    viewer.peer.connect(viewer.answer)
    await until(lambda: key_frames_wanted(anna))
    anna.send_frame(key=True)
    await until(lambda: viewer.pictures)


async def test_key_frames_are_asked_for_at_most_every_300_ms(stage: Stage) -> None:
    begun = stage.node.mux.clock()
    anna = await stage.join("anna", SENDS)
    anna.send_frame(key=True)
    await settled()
    for at in range(12):
        await stage.join(f"viewer{at}", hears={"v": "anna.camera"})
        anna.send_frame()
    await settled()
    layer = stage.node.rooms["stage"].participants["anna"].tracks["camera"].layers[0]
    wanted = [part for part in anna.peer.control if type(part).__name__ == "KeyFrameWanted"]
    assert layer.viewers
    assert 1 <= len(wanted) <= 1 + (stage.node.mux.clock() - begun) / 0.3


async def test_a_muted_camera_is_asked_for_no_key_frame_and_for_one_as_soon_as_it_is_not(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    anna.send_frame(key=True)
    await settled()
    mute = {"room": "stage", "participant": "anna", "sources": ["camera"], "moderator": False}
    await stage.node.ask("mute", mute | {"muted": True})
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    layer = stage.node.rooms["stage"].participants["anna"].tracks["camera"].layers[0]
    assert layer.viewers
    assert layer.key_frame_wanted
    anna.send_frame()
    await settled()
    assert not key_frames_wanted(anna)
    await stage.node.ask("mute", mute | {"muted": False})
    await until(lambda: key_frames_wanted(anna))
    anna.send_frame(key=True)
    await until(lambda: viewer.pictures)


def test_who_sends_nothing_is_asked_again_seldom_and_as_often_as_before_once_something_comes() -> None:
    layer = layers.Layer(1)
    asked = []
    for now in (tenths / 10 for tenths in range(200, 260)):
        layer.key_frame_wanted = True
        if now == 25.0:
            layer.heard_at = now
        if layer.wants_key_frame_now(now):
            asked.append(now)
    assert asked == [20.0, 23.0, 25.0]
