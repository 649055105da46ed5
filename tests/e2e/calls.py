"""A call on one person's screen, with the browser's fake camera and microphone."""

import asyncio
import time
from typing import Any

from playwright.async_api import Page

# A browser that was short of processor time takes a while until it sends all lines again.
LINES_WITHIN_S = 60.0
# Keeps every connection that a page makes, so that a test can read what the browser counts.
KEEP_CONNECTIONS = """
window.connections = [];
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...given) { super(...given); window.connections.push(this); }
};
"""
# What the others of a call show in it.
OTHERS_VIDEOS = ".call-tile:not(.is-own) video"
# Waits for a picture in the video of that place among those of a selector; it is looked for anew each second, since a
# tile may put up another video for another track. A line that did not bear it may have to rest for a minute (below).
_SEES = """async ([selector, at]) => {
  const until = Date.now() + 90_000;
  const found = () => document.querySelectorAll(selector)[at];
  while (Date.now() < until) {
    const seen = new Promise((resolve) => found()?.requestVideoFrameCallback(() => resolve(true)));
    if (await Promise.race([seen, new Promise((resolve) => setTimeout(resolve, 1_000, false))])) return;
  }
  const video = found();
  const told = ({ readyState, muted, enabled }) => [readyState, muted, enabled];
  const tracks = (video?.srcObject?.getVideoTracks() ?? []).map(told);
  const states = window.connections.map((one) => [one.connectionState, one.signalingState]);
  const stands = [Boolean(video), video?.paused, video?.readyState, tracks, states, document.visibilityState];
  throw new Error(`no picture comes in ${selector}, ${at}: ${JSON.stringify(stands)}`);
}"""
_COUNTED = """async () => {
  const counted = { frames: 0, sound: 0, connections: 0 };
  for (const one of window.connections) {
    if (one.connectionState !== "connected") continue;
    counted.connections += 1;
    for (const report of (await one.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      counted.frames += report.framesDecoded ?? 0;
      counted.sound += report.totalAudioEnergy ?? 0;
    }
  }
  return counted;
}"""
_COMES = """async (within) => {
  const count = %s;
  const before = await count();
  const until = Date.now() + within;
  while (Date.now() < until) {
    const now = await count();
    if (now.frames > before.frames && now.sound > before.sound) return now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const candidates = (side) => side && [side.type, side.sdp.match(/a=candidate/g)?.length ?? 0];
  const states = (one) => [one.connectionState, one.iceConnectionState, one.iceGatheringState, one.signalingState,
    candidates(one.localDescription), candidates(one.remoteDescription)];
  const said = [...document.querySelectorAll(".call-line, .toast")].map(({ textContent }) => textContent.trim());
  const { current } = await import("fairmatch/call/current");
  const tracksOf = ({ tracks }) => tracks.map(({ source, muted, paused }) => [source, muted, paused]);
  const call = [current()?.measured, current()?.room?.participants?.map(tracksOf)];
  const found = [await count(), document.documentElement.dataset.live, window.connections.map(states), said, call];
  throw new Error(`nothing comes: ${JSON.stringify(found)}`);
}"""


# A line that did not bear something may have to rest for a minute: `signaling.media.bandwidth.PATIENCE_MOST_S`.
_SENDS = """async (rids) => {
  const connected = () => window.connections.filter((one) => one.connectionState === "connected");
  const sent = () => connected().flatMap((one) => one.getSenders()).flatMap((one) => one.getParameters().encodings);
  const active = () => sent().filter((one) => one.rid && one.active);
  const told = async () => (await import("fairmatch/call/current")).current()?.room.participants;
  const until = Date.now() + 90_000;
  while (active().map(({ rid }) => rid).sort().join() !== rids.join()) {
    if (Date.now() > until) throw new Error(`it sends ${JSON.stringify([active(), await told()])}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""


_LINES = """async () => {
  const stats = await Promise.all(window.connections.map((one) => one.getStats()));
  const streams = stats.flatMap((one) => [...one.values()]).filter(({ type }) => type === "inbound-rtp");
  return streams.map(({ frameHeight }) => frameHeight);
}"""
# How many lines the page has its cameras sent with, how many the browser sends, and for want of what they are fewer.
_LINES_SENT = """async () => {
  const found = [];
  const connected = window.connections.filter((one) => one.connectionState === "connected");
  for (const sender of connected.flatMap((one) => one.getSenders())) {
    if (sender.track?.kind !== "video") continue;
    const [{ scaleResolutionDownBy = 1 }] = sender.getParameters().encodings;
    const asked = Math.round(sender.track.getSettings().height / scaleResolutionDownBy);
    for (const { type, frameHeight, qualityLimitationReason } of (await sender.getStats()).values())
      if (type === "outbound-rtp") found.push([asked, frameHeight, qualityLimitationReason]);
  }
  return found;
}"""


_HEARS = """async (source) => {
  const { current } = await import("fairmatch/call/current");
  const energy = async () => {
    const heard = current().others.map(({ tracks }) => tracks[source]?.id).filter(Boolean);
    const stats = await Promise.all(window.connections.map((one) => one.getStats()));
    const sounds = stats.flatMap((one) => [...one.values()]).filter((one) => heard.includes(one.trackIdentifier));
    return sounds.reduce((sum, { totalAudioEnergy = 0 }) => sum + totalAudioEnergy, 0);
  };
  const [before, until] = [await energy(), Date.now() + 30_000];
  while ((await energy()) <= before) {
    if (Date.now() > until) throw new Error(`nothing is heard of ${source}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""


# An encoder in a page: it sends a camera as RFC 9725 says, and says goodbye when it is told so.
_BROADCASTS = """async ([address, token]) => {
  const { pathname } = new URL(address);
  const authorization = `Bearer ${token}`;
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const encoder = new RTCPeerConnection();
  for (const track of stream.getTracks()) encoder.addTransceiver(track, { direction: "sendonly", streams: [stream] });
  await encoder.setLocalDescription();
  const headers = { authorization, "content-type": "application/sdp" };
  const answer = await fetch(pathname, { method: "POST", headers, body: encoder.localDescription.sdp });
  if (answer.status !== 201) throw new Error(`answered with ${answer.status}`);
  await encoder.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  window.endBroadcast = async () => {
    const ended = await fetch(answer.headers.get("location"), { method: "DELETE", headers: { authorization } });
    encoder.close();
    for (const track of stream.getTracks()) track.stop();
    return ended.status;
  };
}"""


class Caller:
    """What somebody does and sees in a call."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def join(self) -> None:
        """Come in with what the preview has opened."""
        await self.page.locator("[data-does=join]").click()
        await self.page.locator(".call-bar").wait_for()

    async def counted(self) -> dict[str, Any]:
        """Frames decoded and energy of the sound heard, over all connections that stand."""
        counted: dict[str, Any] = await self.page.evaluate(_COUNTED)
        return counted

    async def sees_and_hears(self, within_s: float = 30.0) -> dict[str, Any]:
        """Wait until more pictures were decoded than now, and more sound came."""
        counted: dict[str, Any] = await self.page.evaluate(_COMES % _COUNTED, within_s * 1_000)
        return counted

    async def hears(self, source: str) -> None:
        """Wait until more sound has come from a source of somebody else."""
        await self.page.evaluate(_HEARS, source)

    async def sends(self, rids: list[str]) -> None:
        """Wait until the camera goes out in these encodings, and in no others."""
        await self.page.evaluate(_SENDS, rids)

    async def sees_lines(self, other: "Caller", lines: int) -> None:
        """Wait until a picture of the other one comes that is so high: the page has asked for it, and the browser sends
        that, or says for want of what it sends less."""
        until = time.monotonic() + LINES_WITHIN_S
        while True:
            sent, come = await other.page.evaluate(_LINES_SENT), await self.page.evaluate(_LINES)
            most = [comes for asked, comes, wants in sent if asked == lines and (wants != "none" or comes == lines)]
            if any(each is not None and each in most and each <= lines for each in come):
                return
            assert time.monotonic() < until, f"of {lines} lines: sent (asked, comes, for want of) {sent}, come {come}"
            await asyncio.sleep(0.1)

    async def broadcasts(self, address: str, token: str) -> None:
        """Send as an encoder does, from this page."""
        await self.page.evaluate(_BROADCASTS, [address, token])

    async def ends_broadcast(self) -> int:
        """End that; the status of the answer."""
        status: int = await self.page.evaluate("window.endBroadcast()")
        return status

    def tile(self, person: str) -> Any:
        """Somebody's tile."""
        return self.page.locator(f".call-tile[data-tile='{person}']")

    async def shows(self, key: str) -> None:
        """Wait until pictures come in a tile."""
        await self.tile(key).locator("video").wait_for()
        await self.sees(f".call-tile[data-tile='{key}'] video")

    async def sees(self, selector: str, at: int = 0) -> None:
        """Wait until a picture comes in one of the videos that a selector finds."""
        await self.page.evaluate(_SEES, [selector, at])
