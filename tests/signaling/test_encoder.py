"""FFmpeg's own WHIP muxer publishes, and a viewer gets its picture and its sound."""

import asyncio
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
from tests.signaling.encoding import encoding
from tests.signaling.scene import until
from tests.support.certificate import write_certificate
from tests.support.daemon import START_TIMEOUT_S
from tests.support.patience import PATIENCE_S

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


def came(viewer: RawPeer) -> list[int]:
    """The payload type of each packet."""
    return [packet.payload_type for packet in viewer.packets]


@pytest.mark.parametrize("begins", ["the node", "FFmpeg"])
async def test_ffmpeg_broadcasts_to_a_stage_whoever_begins_with_dtls(line: Lines, tmp_path: Path, begins: str) -> None:
    options = {}
    if begins == "FFmpeg":  # whoever begins has to show a certificate of their own (docs/operator.md)
        write_certificate(tmp_path, "encoder.example")
        options = {"cert_file": f"{tmp_path / 'host.pem'}", "key_file": f"{tmp_path / 'key.pem'}"}
        options["whip_flags"] = "dtls_active"
    async with line.there.kernel.database.write() as uow:
        call = topics.call((await open_room(uow, line.there.fair.id, STAGE, "stage", "Stage")).id)
    async with line.client("edda", call) as edda, line.client("aylin", call) as aylin:
        given = await edda.call("call.token", call=call, way="whip")
        pictures = Media("0", "video", False, lines=CODECS["video"] + H264, formats="96 97 106")
        viewer = RawPeer([pictures, Media("1", "audio", False)])
        encoded = f"{line.there.ids['edda']}-whip"
        listen = {"0": f"{encoded}.camera", "1": f"{encoded}.microphone"}
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
        await asyncio.wait_for(viewer.connected.wait(), PATIENCE_S)  # nothing is sent to nobody
        url = f"http://127.0.0.1:{line.port}{given['path']}"
        async with encoding(url, given["token"], **options):
            await until(lambda: all(came(viewer).count(kind) > 30 for kind in (106, 111)), START_TIMEOUT_S)
            assert set(came(viewer)) == {106, 111}
        await viewer.close()
