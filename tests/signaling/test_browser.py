"""A stage on two media nodes in real Chromium. What people see of one on their pages: tests/e2e/test_on_stage.py."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from bin.places import ROOT
from tests.signaling.hall import Hall
from tests.signaling.scene import Stage, until
from tests.support.browser import OpenTab
from tests.support.patience import PATIENCE_S

SIZES = ROOT / "web/static/js/call/sizes.js"
# A page of its own, since what people see of calls is tested where it is made: this is about the node and a browser.
PRESENT = """async () => {
  const { encodings } = await import("/sizes.js");
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 960, height: 540 } });
  window.pc = new RTCPeerConnection();
  for (const track of stream.getTracks())
    pc.addTransceiver(track, { direction: "sendonly", sendEncodings: track.kind === "video" ? encodings(true) : [{}] });
  await pc.setLocalDescription();
  return [pc.localDescription.sdp, pc.getTransceivers().map((each) => [each.mid, each.sender.track.kind])];
}"""
WATCH = """async () => {
  window.pc = new RTCPeerConnection();
  for (const kind of ["audio", "video"]) pc.addTransceiver(kind, { direction: "recvonly" });
  pc.ontrack = (event) => {
    const element = document.createElement(event.track.kind);
    element.srcObject = new MediaStream([event.track]);
    element.muted = true;
    element.play();
  };
  await pc.setLocalDescription();
  return [pc.localDescription.sdp, pc.getTransceivers().map((each) => [each.mid, each.receiver.track.kind])];
}"""
ACCEPT = """async (sdp) => { await pc.setRemoteDescription({ type: "answer", sdp }); }"""
SEEN = """async () => {
  const found = { framesDecoded: 0, sounds: 0, height: 0 };
  for (const report of (await pc.getStats()).values()) {
    if (report.type === "inbound-rtp") {
      found.framesDecoded += report.framesDecoded || 0;
      found.height += report.frameHeight || 0;
      found.sounds += report.kind === "audio" ? report.packetsReceived : 0;
    }
  }
  return found;
}"""


@pytest.fixture
async def page_url(tmp_path: Path) -> AsyncIterator[str]:
    """An empty page on localhost, where cameras are allowed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        body, kind = b"<!doctype html><title>call</title><link rel=icon href=data:,>", "text/html"
        if asked.startswith(b"GET /sizes.js"):
            body, kind = SIZES.read_bytes(), "text/javascript"
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def join(stage: Stage, page: Page, name: str, script: str, generation: int = 0) -> dict[str, str]:
    """Somebody comes in; what their receiving sections carry."""
    sdp, sections = await page.evaluate(script)
    sources = {"audio": "microphone", "video": "camera"}
    presents = script is PRESENT
    listen = {} if presents else {mid: f"anna.{sources[kind]}" for mid, kind in sections}
    params = {
        "room": "stage",
        "participant": name,
        "generation": generation,
        "rights": {"listen": True, "publish": ["microphone", "camera"] if presents else []},
        "sdp": sdp,
        "publish": [{"mid": mid, "source": sources[kind]} for mid, kind in sections] if presents else [],
        "listen": listen,
    }
    await page.evaluate(ACCEPT, (await stage.node.ask("join", params))["sdp"])
    return listen


async def comes(page: Page, more: int = 15) -> None:
    """Wait until so many more pictures and packets of sound have come."""
    begun = await page.evaluate(SEEN)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            now = await page.evaluate(SEEN)
            if all(now[each] > begun[each] + more for each in ("framesDecoded", "sounds")):
                return
            await asyncio.sleep(0.2)


async def test_viewers_on_two_nodes_see_and_hear_each_as_large_as_shown_and_come_back_when_one_dies(
    hall: Hall, open_tab: OpenTab, page_url: str
) -> None:
    pages, listens = dict[str, Page](), dict[str, dict[str, str]]()
    for name, script in (("anna", PRESENT), ("near", WATCH), ("far", WATCH)):
        tab = await open_tab(page_url)
        await tab.page.goto("/")
        if name == "far":
            await hall.make_room()
        listens[name] = await join(hall.home, tab.page, name, script)
        pages[name] = tab.page
    assert (hall.sits("home"), hall.sits("further")) == (["anna", "near"], ["far"])
    await asyncio.gather(*(comes(pages[name]) for name in ("near", "far")))

    for small, large in (("near", "far"), ("far", "near")):
        for name, size in ((small, "small"), (large, "large")):
            sizes = dict.fromkeys(listens[name], size)
            given = {"room": "stage", "participant": name, "listen": listens[name], "sizes": sizes}
            await hall.home.node.ask("listen", given)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                heights = {name: (await page.evaluate(SEEN))["height"] for name, page in pages.items()}
                if heights[small] == 135 < heights[large]:  # a quarter of what the camera sends
                    break
                await asyncio.sleep(0.2)

    room = hall.home.node.rooms["stage"]
    await hall.kill("further")
    await until(lambda: [each.id for each in room.state().participants] == ["anna", "near"])
    await pages["far"].evaluate("pc.close()")
    await join(hall.home, pages["far"], "far", WATCH, generation=1)
    await asyncio.gather(comes(pages["near"]), comes(pages["far"]))

    await hall.home.node.ask("remove", {"room": "stage", "participant": "near"})
    # What had come is still decoded: then that picture stands still while the other one goes on.
    async with asyncio.timeout(PATIENCE_S):
        while True:
            stood = (await pages["near"].evaluate(SEEN))["framesDecoded"]
            await comes(pages["far"], more=4)
            if (await pages["near"].evaluate(SEEN))["framesDecoded"] == stood:
                break
