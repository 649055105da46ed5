"""A stage on the product's own pages: one presents with the fake camera, three watch, all through a media node."""

import pytest
from playwright.async_api import Page, expect

import rooms.actions
from rooms.model import STAGE
from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage, set_up, writing_fair
from tests.e2e.test_calls import calling
from tests.support.backend import Backend
from tests.support.server_process import Servers

MAIN_STAGE = f"{LOBBY}/rooms/main-stage"
# The fake microphone beeps once a second and is silent in between.
_MOVES = """async () => {
  const until = Date.now() + 30_000;
  const seen = [];
  while (!(seen.some((level) => level > 0.5) && seen.some((level) => level < 0.1))) {
    if (Date.now() > until) throw new Error(`the meter shows ${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    seen.push(document.querySelector(".call-level").value);
  }
}"""
_PLAYED = """() => {
  const { prototype } = HTMLMediaElement;
  const play = prototype.play;
  window.played = [];
  prototype.play = function () { window.played.push(this); return play.call(this); };
}"""
# Where it is played, once it is under way.
_SOUNDS_FROM = """async () => {
  const until = Date.now() + 30_000;
  const isUnderWay = () => window.played.at(-1)?.currentTime > 0;
  while (!isUnderWay() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  const { sinkId } = window.played.at(-1);
  const all = await navigator.mediaDevices.enumerateDevices();
  return isUnderWay() && all.find(({ kind, deviceId }) => kind === "audiooutput" && deviceId === sinkId)?.label;
}"""
_GOES_OUT = """async () => {
  const { current } = await import("fairmatch/call/current");
  return [current().media.tracks.microphone.label, current().media.tracks.camera.label];
}"""
_SENDS = """async () => {
  const stats = await Promise.all(window.connections.map((one) => one.getStats()));
  return stats.flatMap((one) => [...one.values()]).filter(({ type }) => type === "outbound-rtp").length;
}"""


@pytest.fixture
async def stage(backend: Backend) -> Stage:
    """The fair, with a stage on which its organiser may speak."""
    made = await set_up(backend)
    async with writing_fair(backend) as (uow, fair):
        await rooms.actions.open_room(uow, fair.id, STAGE, "main-stage", "Main stage")
    return made


async def test_one_tries_microphone_and_loudspeaker_and_presents_and_three_see_and_hear_it_who_send_nothing(
    stage: Stage, servers: Servers, come: Come
) -> None:
    """On the cluster one of the viewers is at another worker than the others."""
    olga = await calling(come, stage, "olga", MAIN_STAGE)
    await _try_microphone_and_loudspeaker(olga.page)
    others = await _choose_others(olga.page)
    urls = {"aylin": servers.url, "ben": servers.other_url, "mia": servers.url}
    viewers = {name: await calling(come, stage, name, MAIN_STAGE, url) for name, url in urls.items()}
    for one in viewers.values():
        await expect(one.page.get_by_text("You watch and listen here. Nobody sees or hears you.")).to_be_visible()
    for one in (olga, *viewers.values()):
        await one.join()
    assert await olga.page.evaluate(_GOES_OUT) == others
    for one in viewers.values():
        await one.shows(stage["olga"].id)
        assert (await one.sees_and_hears())["connections"] == 1
        await expect(one.page.locator(".call-tile")).to_have_count(1)
        for source in ("microphone", "camera", "screen"):
            await expect(one.page.locator(f"[data-does={source}]")).to_have_count(0)
        assert await one.page.evaluate(_SENDS) == 0

    # However many watch, she sends to the node alone, and sees as a moderator who they are.
    assert await olga.counted() == {"frames": 0, "sound": 0, "connections": 1}
    for name in viewers:
        await expect(olga.tile(stage[name].id)).to_be_visible()
    await olga.page.locator("[data-does=leave]").click()
    for one in viewers.values():
        await expect(one.page.get_by_text("Nobody is on the stage yet.")).to_be_visible()
        await expect(one.page.locator(".call-tile")).to_have_count(0)


async def _try_microphone_and_loudspeaker(page: Page) -> None:
    """At the door: the bar moves with what is heard, and a sound comes out of the loudspeaker that was chosen."""
    await page.evaluate(_MOVES)
    await page.get_by_label("Loudspeaker").select_option(label="Fake Audio Output 2")
    await page.evaluate(_PLAYED)
    await page.get_by_role("button", name="Play a sound").click()
    assert await page.evaluate(_SOUNDS_FROM) == "Fake Audio Output 2"


async def _choose_others(page: Page) -> list[str]:
    """The same door, another microphone and another camera."""
    others = ["Fake Audio Input 2", "fake_device_2"]
    for label, other in zip(("Microphone", "Camera"), others, strict=True):
        choice = page.get_by_label(label, exact=True)
        await choice.select_option(label=other)
        await expect(choice.locator("option:checked")).to_have_text(other)
    return others
