"""A moderator records, somebody agrees who sends another codec, and the recording plays in the browser; what is
downloaded can be decoded."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import av
from playwright.async_api import expect

from tests.e2e.calls import Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage
from tests.e2e.test_calls import ROOM, calling
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import DESK, PHONE
from tests.support.patience import PATIENCE_S
from tests.support.server_process import Servers

# Waits for what a video has come to, and says where it stands if it never does.
_COMES_TO = """const comesTo = async (video, isSo) => {
    const until = Date.now() + 60_000;
    while (!isSo()) {
      const { currentTime, duration, readyState, paused, seeking, error } = video;
      const stands = [currentTime, duration, readyState, paused, seeking, error?.message];
      if (Date.now() > until) throw new Error(`it never does: ${JSON.stringify(stands)}`);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  };"""
_PLAYS = f"""async (video) => {{
  {_COMES_TO}
  await video.play();
  await comesTo(video, () => video.currentTime >= 0.5);
  return [video.videoWidth, video.duration];
}}"""
# As an encoder or another browser sends.
_SENDS_H264 = """() => {
  const { prototype } = window.RTCPeerConnection;
  const add = prototype.addTransceiver;
  prototype.addTransceiver = function (...given) {
    const made = add.apply(this, given);
    const codecs = RTCRtpSender.getCapabilities("video").codecs;
    if (given[0].kind === "video")
      made.setCodecPreferences(codecs.filter(({ mimeType }) => ["video/H264", "video/rtx"].includes(mimeType)));
    return made;
  };
}"""
# What each part has more of: two seconds of a camera that makes five a second.
PICTURES = 10
# From the end of one part into the next one.
_GOES_ON = f"""async (video) => {{
  {_COMES_TO}
  const before = video.src;
  video.currentTime = video.duration - 0.1;
  await video.play();
  const comes = () => video.src !== before && video.currentTime > 0.2;
  await comesTo(video, comes);
  video.pause();  // the part may be short
  return [before, video.src];
}}"""
# A chapter that begins with its part is no place to go to: then it only plays.
_SHOWN_AT = f"""async (video) => {{
  {_COMES_TO}
  await comesTo(video, () => !video.seeking && video.currentTime);
  return video.currentTime;
}}"""


def pictures_in(part: Path) -> int:
    """How many pictures can be decoded of what is in a recording's file, which may be written to just now."""
    try:
        with av.open(str(part)) as file:
            return sum(1 for _ in file.decode(video=0))
    except (av.error.EOFError, av.error.InvalidDataError):  # nothing yet, or its head alone
        return 0


async def holds_enough(one: Caller, parts: Callable[[], Iterable[Path]]) -> None:
    """Go on with the call until one of these parts can be looked at."""
    until = time.monotonic() + 4 * PATIENCE_S
    while not any(found := [pictures_in(each) > PICTURES for each in parts()]):
        assert time.monotonic() < until, f"in none of {len(found)} parts are enough pictures"
        await one.sees_and_hears()


async def test_what_a_moderator_records_of_those_who_agree_plays(
    stage: Stage, servers: Servers, come: Come, backend: Backend, tmp_path: Path
) -> None:
    olga = await calling(come, stage, "olga", ROOM)
    ben = await calling(come, stage, "ben", ROOM)
    await ben.page.evaluate(_SENDS_H264)
    for one in (olga, ben):
        await one.join()
        await expect(one.page.locator(".call-bar")).to_be_visible()
    await olga.sees_and_hears()

    await olga.page.get_by_role("link", name="Recordings").click()
    await expect(olga.page.get_by_text("No recordings yet")).to_be_visible()
    began = time.monotonic()
    await olga.page.get_by_role("button", name="Record", exact=True).click()
    for place in (olga.page.get_by_role("main"), olga.page.locator(".dock-call")):
        await expect(place.get_by_text("This call is being recorded.")).to_be_visible()
    await ben.page.get_by_role("link", name="Do you agree?").click()
    await ben.page.get_by_role("button", name="I agree").click()
    await expect(ben.page.get_by_text("You agreed.")).to_be_visible()
    await assert_accessible(ben.page)
    for _ in range(3):
        await olga.sees_and_hears()

    await olga.page.get_by_label("Chapter").fill("The machine")
    await olga.page.get_by_role("button", name="Set chapter").click()
    for _ in range(3):
        await olga.sees_and_hears()
    parts = backend.data / "files/recordings"
    await holds_enough(olga, lambda: [each for each in parts.glob("*.webm") if ".at" not in each.name])
    # Of her nothing is seen any more: once the part is long enough, Ben's pictures begin another one.
    await olga.page.keyboard.press("v")
    await holds_enough(olga, lambda: parts.glob("*.at*.webm"))
    await olga.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await olga.page.get_by_role("button", name="End the recording").click()
    await olga.page.set_viewport_size(DESK)  # type: ignore[arg-type]
    await olga.page.locator(".list a").first.click()
    video = olga.page.locator("video.recording-picture")
    width, seconds = await video.evaluate(_PLAYS)
    assert width > 0
    assert 1 < seconds < time.monotonic() - began
    first, second = await video.evaluate(_GOES_ON)
    assert ("at=" in first, "at=" in second) == (False, True)
    await expect(olga.page.locator(".recording-parts a[aria-current]")).to_have_text("Part 2")
    await olga.page.get_by_role("link", name="The machine").press("Enter")
    assert await video.evaluate(_SHOWN_AT) > 0
    assert "/file" not in olga.page.url
    await assert_accessible(olga.page)

    links = await olga.page.get_by_role("link", name="Download").evaluate_all("all => all.map(({ href }) => href)")
    codecs = []
    for link in links:
        answer = await olga.page.context.request.get(link)
        part = tmp_path / "part"
        part.write_bytes(await answer.body())
        with av.open(str(part)) as file:
            codecs.append(file.streams.video[0].codec_context.name)
        assert pictures_in(part) > PICTURES
    assert set(codecs) == {"vp8", "h264"}
