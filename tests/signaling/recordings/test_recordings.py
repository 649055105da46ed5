"""Recording a call, from the moderator's wish to the replay, through a media node that is a process of its own."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import av
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bench.media.peer import Media, RawPeer
from rooms.actions import open_room
from rooms.model import BOOTH
from server.live import topics
from signaling.media.rtp import FIXED
from signaling.recordings import actions
from signaling.recordings.model import Recording, RecordingAnswer
from signaling.recordings.pages import _megabytes
from signaling.recordings.parts import Recordings, collect, erase
from tests.chat.lines import Lines, lines
from tests.fairs.guests import guests
from tests.signaling.media.film import sound_packets, video_packets
from tests.signaling.media.test_record import Source, record
from tests.signaling.test_live import offer, state_of
from tests.support.patience import PATIENCE_S


@pytest.fixture
async def line(app: Starlette) -> AsyncIterator[Lines]:
    """A fair with people, behind a real port."""
    async with guests(app) as there, lines(there) as opened:
        yield opened


DEVICE = "aaaabbbbcccc0001"


async def send(peer: RawPeer, sent: list[Any], section: Media, number: int, first: int = 0) -> None:
    """Send packets at their times."""
    begin = asyncio.get_running_loop().time()
    for at, each in enumerate(sent):
        await asyncio.sleep(max(0.0, begin + each.at - asyncio.get_running_loop().time()))
        head = FIXED.pack(0x80, number | each.marker << 7, first + at, each.timestamp, section.ssrc)
        peer.send(head + each.payload)


async def test_a_moderator_records_who_agreed_and_publishes_it(line: Lines) -> None:
    """Asked, answered, marked, ended, published, replayed in parts, forgotten with who is in it."""
    there, kernel = line.there, line.there.kernel
    async with kernel.database.write() as uow:
        room = await open_room(uow, there.fair.id, BOOTH, "the-booth", "The booth")
    call, path = topics.call(room.id), f"/calls/{room.id}/recordings"
    dev, aylin, chloe = there["dev"], there["aylin"], there["chloe"]

    assert (await aylin.post(path)).status_code == 403
    assert (await chloe.get(path)).status_code == 404
    assert (await dev.post(path)).status_code == 409  # nobody is in the call
    peer = RawPeer([Media("0", "audio", True), Media("1", "video", True)])
    try:
        async with line.client("aylin", call) as client:
            publish = [{"mid": "0", "source": "microphone"}, {"mid": "1", "source": "camera"}]
            offered = {"call": call, "device": DEVICE, "generation": 0, "sdp": peer.offer(), "publish": publish}
            peer.connect((await offer(client, **offered))["sdp"])
            await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
            begun = asyncio.get_running_loop().time()
            assert (await dev.post(path)).status_code == 303
            await state_of(client, call, lambda state: state["recording"])
            assert "Dev Patel asked for it" in (await aylin.get(path)).text
            picture, sound = list(video_packets("vp8", 4)), list(sound_packets(4))
            await send(peer, sound[:25], peer.sections[0], 111)  # not agreed yet
            assert (await aylin.post(f"{path}/answer", data={"agrees": "maybe"})).status_code == 400
            assert (await aylin.post(f"{path}/answer", data={"agrees": "yes"})).status_code == 303
            await asyncio.gather(
                send(peer, [each for each in picture if each.at < 1.5], peer.sections[1], 96),
                send(peer, sound[:75], peer.sections[0], 111, first=25),
            )
            assert (await aylin.post(f"{path}/mark", data={"title": "No"})).status_code == 403
            assert (await dev.post(f"{path}/mark", data={"title": "The machine"})).status_code == 303
            assert (await dev.post(f"{path}/end")).status_code == 303
            took = asyncio.get_running_loop().time() - begun
    finally:
        await peer.close()

    async with kernel.database.read() as session:
        recording = (await session.scalars(select(Recording))).one()
        agreed = dict((await session.execute(select(RecordingAnswer.person_id, RecordingAnswer.agrees))).all())
    assert agreed == {there.ids["dev"]: True, there.ids["aylin"]: True}
    assert 2 <= recording.seconds <= took + 1  # half a second before anybody agreed, and one and a half after
    replay, file = f"/recordings/{recording.id}", f"/recordings/{recording.id}/file"
    assert "for moderators only" in (await dev.get(path)).text
    assert [(await who.get(file)).status_code for who in (aylin, chloe)] == [404, 404]
    assert (await aylin.post(f"{replay}/publish", data={"published": "yes"})).status_code == 404
    assert (await dev.post(f"{replay}/publish", data={"published": "yes"})).status_code == 303
    shown = (await aylin.get(replay)).text
    assert "The machine" in shown
    assert "Aylin Demir" in shown
    part = await aylin.get(file, headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert (await chloe.get(file)).status_code == 404
    with av.open(str(Recordings(there.app.state.calls).path(recording.id))) as opened:
        frames = [frame for frame in opened.decode(video=0)]
        assert [each["metadata"]["title"] for each in opened.chapters()] == ["Aylin Demir", "The machine"]
    assert len(frames) >= 18

    async with kernel.database.read() as session:
        assert len((await collect(session, there.ids["aylin"]))["answers"]) == 1
    async with kernel.database.write() as uow:
        await erase(uow, there.ids["aylin"])
    await kernel.jobs.run_due()
    assert (await dev.get(replay)).status_code == 404
    assert not Recordings(there.app.state.calls).path(recording.id).exists()


async def test_what_nobody_ended_is_found_ended_by_itself(line: Lines) -> None:
    """A node that was killed: the file is made whole as far as it came, and the recording does not run for ever."""
    there, recordings = line.there, Recordings(line.there.app.state.calls)
    async with there.kernel.database.write() as uow:
        recording = actions.begin(uow, "somewhere", "Somewhere", there.ids["dev"])
    path = recordings.path(recording.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    record(path, Source("dev", "camera", "vp8", video_packets("vp8", 4)), agreed=["dev"])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    await recordings.settle(recording.id)
    async with there.kernel.database.read() as session:
        found = await session.get_one(Recording, recording.id)
    assert found.ended_at is not None
    assert found.seconds == 3


def test_a_size_is_written_as_its_reader_writes_numbers() -> None:
    sizes = [
        [_megabytes(size, locale) for size in (0, 1_340_000, 734_003_200, 2_400_000_000)] for locale in ("en", "de")
    ]
    assert sizes == [["0", "1.3", "734", "2,400"], ["0", "1,3", "734", "2.400"]]
