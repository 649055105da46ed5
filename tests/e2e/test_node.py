"""What Chromium sees of the media node: what another program sends to it, and that it may die."""

import os
import signal

import pytest
from playwright.async_api import expect

from signaling.media.system_tls import is_there
from tests.e2e.calls import OTHERS_VIDEOS
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage
from tests.e2e.test_calls import ROOM, calling
from tests.signaling.encoding import encoding
from tests.support.daemon import START_TIMEOUT_S
from tests.support.ground import same_on_both_grounds
from tests.support.processes import nodes_of
from tests.support.server_process import Servers

pytestmark = same_on_both_grounds


@pytest.mark.skipif(not is_there(), reason="Python stands on another OpenSSL than 3, or has it built in")
async def test_what_ffmpeg_sends_into_a_call_is_seen_and_heard(stage: Stage, servers: Servers, come: Come) -> None:
    assert servers.url
    aylin, ben = [await calling(come, stage, name, ROOM) for name in ("aylin", "ben")]
    for one in (aylin, ben):
        await one.join()
    for one in (aylin, ben):
        await one.sees_and_hears()
    await aylin.page.keyboard.press("m")  # so that whatever is heard is the encoder's
    await expect(ben.tile(stage["aylin"].id).get_by_role("img", name="microphone off")).to_be_visible()
    await aylin.page.keyboard.press("d")
    await aylin.page.get_by_text("With another program").click()
    await aylin.page.get_by_role("button", name="Address for an encoder").click()
    address = await aylin.page.get_by_label("Address", exact=True).input_value()
    token = await aylin.page.get_by_label("Token (bearer)").input_value()
    videos = ben.page.locator(OTHERS_VIDEOS)
    async with encoding(address, token):
        await expect(videos).to_have_count(2, timeout=START_TIMEOUT_S * 1_000)  # FFmpeg has to be loaded first
        for at in range(2):
            await ben.sees(OTHERS_VIDEOS, at)
        await ben.hears("microphone")
    await expect(videos).to_have_count(1)


async def test_when_the_media_node_dies_all_are_back_in_the_call_by_themselves(
    stage: Stage, servers: Servers, come: Come
) -> None:
    everybody = [await calling(come, stage, name, ROOM) for name in ("aylin", "ben", "olga")]
    for one in everybody:
        await one.join()
    for one in everybody:
        await expect(one.page.locator(".call-tile video")).to_have_count(3)
        await one.sees_and_hears()
    [node] = nodes_of(servers.processes[0].pid)
    os.kill(node, signal.SIGKILL)
    for one in everybody:
        await one.page.wait_for_function("() => window.connections.length > 1")
    for one in everybody:
        await expect(one.page.locator(".call-tile video")).to_have_count(3)
        assert (await one.sees_and_hears())["connections"] == 1
    [other] = nodes_of(servers.processes[0].pid)
    assert other != node
