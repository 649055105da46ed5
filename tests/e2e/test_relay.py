"""Whoever wants calls through the relay only has them so: over UDP, TCP and TLS, with one person and in a room."""

import json
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.calls import KEEP_CONNECTIONS, Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.e2e.talk import Talk
from tests.support.browser import FLAGS
from tests.support.certificate import key_pin
from tests.support.proxy import Proxy, a_proxy
from tests.support.server_process import Serve, Servers
from tests.support.services import program_of
from tests.support.turn import SECRET, Coturn

ROOM = f"{LOBBY}/rooms/round-table"
# A network that lets calls out by one way alone: of the relay's addresses only one leads anywhere.
ONE_WAY = """
window.way = %s;
const left = (all) => all.map((one) => ({ ...one, urls: one.urls.filter((url) => url === window.way) }));
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(given) { super({ ...given, iceServers: left(given.iceServers) }); }
  another(way) {
    const now = this.getConfiguration();
    this.setConfiguration({ ...now, iceServers: now.iceServers.map((server) => ({ ...server, urls: [way] })) });
  }
};
"""
WAYS = """async () => {
  const ways = [];
  for (const one of window.connections) {
    if (one.connectionState !== "connected") continue;
    const reports = await one.getStats();
    for (const { selectedCandidatePairId: id } of reports.values()) {
      const local = reports.get(reports.get(id ?? "")?.localCandidateId);
      if (local) ways.push(`${local.candidateType} ${local.relayProtocol}`);
    }
  }
  return ways;
}"""
# The network changes to one that has only this way: how long it takes until the call goes that way, in ms; Infinity: it
# does not for long.
CHANGES = """async ([url, way]) => {
  const ways = %s;
  const began = performance.now();
  const until = began + 30_000;
  window.way = url;
  for (const one of window.connections) if (one.connectionState !== "closed") one.another(url);
  dispatchEvent(new Event("online"));
  while (!(await ways()).includes(way)) {
    if (performance.now() > until) return Infinity;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return performance.now() - began;
}"""
# What a call promises to take then, in ms; a machine that is busy beside it may break one of several tries.
SOON_MS = 5_000
TRIES = 3


@pytest.fixture(scope="module")
async def browser(coturn: Coturn) -> AsyncIterator[Browser]:
    """A Chromium that takes the relay's certificate for a good one, and no other."""
    trust = f"--ignore-certificate-errors-spki-list={key_pin(coturn.folder)}"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program_of("chromium"), args=[*FLAGS, trust])
        yield chromium
        await chromium.close()


@pytest.fixture
async def tcp(coturn: Coturn) -> AsyncIterator[Proxy]:
    """What lets TCP through to the relay, until it is cut."""
    async with a_proxy() as proxy:
        proxy.lead_to("127.0.0.1", coturn.port)
        yield proxy


def through(proxy: Proxy) -> str:
    """The relay's address behind a proxy."""
    return f"turn:{proxy.url.partition('//')[2]}?transport=tcp"


@pytest.fixture
async def servers(stage: Stage, serve: Serve, coturn: Coturn, tcp: Proxy) -> Servers:
    """The running product, with the relay."""
    assert stage.guests
    return await serve(dev=True, turn_urls=json.dumps([*coturn.urls.values(), through(tcp)]), turn_secret=SECRET)


async def wishing(come: Come, stage: Stage, name: str, url: str) -> Talk:
    """Somebody who wants the relay only, in a network that lets out what goes to this address."""
    talk = await come(stage[name], path=LOBBY)
    await talk.tab.context.add_init_script(ONE_WAY % json.dumps(url) + KEEP_CONNECTIONS)
    await talk.open("/check")
    await talk.page.get_by_role("switch", name="Calls through the relay only").check()
    return talk


async def changes(one: Caller, way: str, url: str) -> float:
    """Somebody's network lets this way out alone. How long it takes until the call goes by it, in ms."""
    took: float = await one.page.evaluate(CHANGES % WAYS, [url, f"relay {way}"])
    return took


async def goes_up_and_down(one: Caller, tcp: Proxy, tls: str) -> None:
    """The ladder is gone by itself: a network lets TCP out as well, and then it does not any more."""
    for _ in range(TRIES):
        tcp.mend()
        took = []
        for way, url in (("tcp", through(tcp)), ("tls", tls)):
            took.append(await changes(one, way, url))
            said = f"The network changed: the call goes through the relay now ({way.upper()})."
            await expect(one.page.locator(".call-line")).to_have_text(said)
            tcp.cut()
        if max(took) < SOON_MS:
            return
    raise AssertionError(f"it takes {took} ms")


async def goes_up(one: Caller, tcp: Proxy, tls: str) -> None:
    """A network that let out TLS alone lets TCP out as well."""
    for left in reversed(range(TRIES)):
        tcp.mend()
        took = await changes(one, "tcp", through(tcp))
        if took < SOON_MS:
            return
        tcp.cut()
        if left:
            await changes(one, "tls", tls)
    raise AssertionError(f"it takes {took} ms")


async def test_calls_go_by_the_relay_alone_whatever_the_network_lets_out(
    stage: Stage, come: Come, coturn: Coturn, tcp: Proxy
) -> None:
    talks = [await wishing(come, stage, name, coturn.urls[way]) for name, way in (("aylin", "udp"), ("ben", "tls"))]
    aylin, ben = (Caller(talk.page) for talk in talks)
    await talks[0].open(f"{stage.direct}/call")
    await aylin.join()
    await ben.page.get_by_role("button", name="Accept the call").click()
    for one, way in ((aylin, "relay udp"), (ben, "relay tls")):
        await one.sees_and_hears()
        assert await one.page.evaluate(WAYS) == [way]
        await expect(one.page.locator(".call-quality")).to_contain_text(f"relay, {way.split()[1].upper()}")

    await goes_up_and_down(ben, tcp, coturn.urls["tls"])
    for one in (aylin, ben):
        assert (await one.sees_and_hears())["connections"] == 1
        assert len(await one.page.evaluate("window.connections")) == 1

    for talk in talks:
        await talk.open(ROOM)
    for one in (aylin, ben):
        await one.join()
    for one, way in ((aylin, "relay udp"), (ben, "relay tls")):
        await expect(one.page.locator(".call-tile video")).to_have_count(2)
        await one.sees_and_hears()
        assert await one.page.evaluate(WAYS) == [way]
    await goes_up(ben, tcp, coturn.urls["tls"])
    for one in (aylin, ben):
        assert (await one.sees_and_hears())["connections"] == 1
