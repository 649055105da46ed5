"""FFmpeg's own WHIP muxer publishes, and a viewer gets its picture."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from bench.media.peer import CODECS, Media, RawPeer
from rooms.actions import open_room
from rooms.model import STAGE
from server.live import topics
from signaling.lines import START_S
from signaling.media.system_tls import is_there
from tests.chat.lines import Lines, lines
from tests.fairs.guests import guests
from tests.signaling.scene import until

DEVICE = "0123456789abcdef"
H264 = (
    "a=rtpmap:106 H264/90000\r\na=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
)

pytestmark = pytest.mark.skipif(not is_there(), reason="Python stands on another OpenSSL than 3, or has it built in")


@pytest.fixture
async def line(app: Starlette) -> AsyncIterator[Lines]:
    """A fair with people, behind a real port."""
    async with guests(app) as there, lines(there) as opened:
        yield opened


async def test_ffmpeg_broadcasts_to_a_stage(line: Lines) -> None:
    async with line.there.kernel.database.write() as uow:
        call = topics.call((await open_room(uow, line.there.fair.id, STAGE, "stage", "Stage")).id)
    async with line.client("edda", call) as edda, line.client("aylin", call) as aylin:
        given = await edda.call("call.token", call=call, way="whip")
        viewer = RawPeer([Media("0", "video", False, lines=CODECS["video"] + H264, formats="96 97 106")])
        listen = {"0": f"{line.there.ids['edda']}-whip.camera"}
        offered = {
            "call": call,
            "device": DEVICE,
            "generation": 0,
            "sdp": viewer.offer(),
            "publish": [],
            "listen": listen,
        }
        number = await aylin.send("call.offer", **offered)
        answer = (await aylin.reply(number, START_S))["r"]  # a media node may have to start
        viewer.connect(answer["sdp"])
        url = f"http://127.0.0.1:{line.port}{given['path']}"
        program = Path(__file__).with_name("encoder.py")
        encoder = await asyncio.create_subprocess_exec(sys.executable, program, url, given["token"])
        try:
            await until(lambda: len(viewer.packets) > 30, 20)
            assert {packet.payload_type for packet in viewer.packets} == {106}
        finally:
            encoder.kill()
            await encoder.wait()
            await viewer.close()
