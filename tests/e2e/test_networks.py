"""A call in a room, and a network between one of the two people and the node that is bad in every way there is."""

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.calls import KEEP_CONNECTIONS, Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.support.ground import same_on_both_grounds
from tests.support.guard import Guard
from tests.support.proxy import Proxy, a_proxy
from tests.support.server_process import Serve, Servers
from tests.support.turn import SECRET, Coturn
from tests.support.udp_proxy import UdpProxy

pytestmark = same_on_both_grounds

ROOM = f"{LOBBY}/rooms/round-table"
# What a call promises to take after a break, in ms; a machine that is busy beside it may break one of several tries.
SOON_MS = 5_000
TRIES = 3
# A call looks at its network every three seconds, and wants up to five looks that are alike; in ms.
LOOKS_MS = 120_000
# Enough for sound both ways, which takes 50,000, and not for pictures as well: even those of this camera take 30,000.
NARROW_BITS = 64_000
# On which port the node takes packets, as it says itself.
NODE_PORT = r"() => window.connections[0]?.remoteDescription?.sdp.match(/^a=candidate:.* (\d+) typ/m)[1]"
# As far as this page knows, the node is on another port.
ELSEWHERE = r"""
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  setRemoteDescription({ type, sdp }) {
    return super.setRemoteDescription({ type, sdp: sdp.replace(/^(a=candidate:.*) \d+ typ/gm, "$1 %d typ") });
  }
};
"""
# How long after a moment the first picture has come in, by the browser's own clock of what comes in, in ms; Infinity:
# none does for long. The page may put another element into the place of the one that showed pictures.
BACK = """async (since) => {
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    const video = document.querySelector(".call-tile:not(.is-own) video");
    const came = await new Promise((resolve) => {
      video?.requestVideoFrameCallback((_, { receiveTime }) => resolve(receiveTime));
      setTimeout(resolve, 1_000, -Infinity);
    });
    const took = performance.timeOrigin + came - since;
    if (took > 0) return took;
  }
  return Infinity;
}"""
STEADY = """async (within) => {
  const { current } = await import("fairmatch/call/current");
  const before = current().measured;
  const until = Date.now() + within;
  while (current().measured === before || current().measured.quality === "poor") {
    if (Date.now() > until) throw new Error(`the network stays bad: ${JSON.stringify(current().measured)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""
# Keeps what the line says: some of it stands there for a moment only.
LISTEN = """() => {
  const line = document.querySelector(".call-line");
  window.said = [];
  const listener = new MutationObserver(() => window.said.push(line.textContent.trim()));
  listener.observe(line, { subtree: true, childList: true, characterData: true });
}"""
# While sound only is on the line says that, and nothing of the way.
SAYS = """(line) => window.said.some((said) => said.includes(line) || said.includes("sound only for now"))"""
# Pictures that were given up come back after forty good looks of three seconds, at most (web/static/js/call/ladder.js).
PICTURES_BACK_S = 150.0
# From where the relay sends, and as what others see it.
RELAY, RELAY_SEEN = "127.0.0.2", "127.0.0.3"


@dataclass
class Network:
    """What stands between somebody and the relay, by either way; and between both of these and the node."""

    udp: UdpProxy
    tcp: Proxy
    urls: list[str]
    node: UdpProxy | None = None

    async def before(self, port: int) -> UdpProxy:
        """Stand before the node on this port."""
        self.node = UdpProxy(("127.0.0.1", port))
        self.node.relays = {RELAY: RELAY_SEEN}
        await self.node.start()
        return self.node

    def block_udp(self, blocked: bool) -> None:
        """Let out no UDP. The relay, elsewhere, sends it as before."""
        assert self.node
        self.node.silent = self.udp.silent = blocked


@pytest.fixture
async def net(process_guard: Guard, tmp_path: Path) -> AsyncIterator[Network]:
    """With a relay, behind a router of its own, that cannot be reached otherwise."""
    with Coturn(tmp_path, process_guard, RELAY, RELAY_SEEN) as coturn:
        udp = UdpProxy(("127.0.0.1", coturn.port))
        _, port = await udp.start()
        async with a_proxy() as tcp:
            tcp.lead_to("127.0.0.1", coturn.port)
            ways = {"udp": f"127.0.0.1:{port}", "tcp": tcp.url.partition("//")[2]}
            net = Network(udp, tcp, [f"turn:{address}?transport={way}" for way, address in ways.items()])
            yield net
        for proxy in (net.udp, net.node):
            if proxy:
                proxy.stop()


@pytest.fixture
async def servers(stage: Stage, serve: Serve, net: Network) -> Servers:
    """The running product, with the relay."""
    assert stage.guests
    return await serve(dev=True, turn_urls=json.dumps(net.urls), turn_secret=SECRET)


async def in_the_room(come: Come, stage: Stage, name: str, script: str = "") -> Caller:
    """Somebody who has joined."""
    talk = await come(stage[name], path=LOBBY)
    await talk.tab.context.add_init_script(script + KEEP_CONNECTIONS)
    await talk.open(ROOM)
    one = Caller(talk.page)
    await one.join()
    return one


async def are_steady(*people: Caller) -> None:
    """Another look at the network finds nothing bad: three in a row that do take the pictures away."""
    await asyncio.gather(*(one.page.evaluate(STEADY, LOOKS_MS) for one in people))


async def come_back_from(breaking: Callable[[], Awaitable[None]], *people: Caller) -> None:
    """After a break pictures of the other one soon come again to each of them, and sound as well."""
    for _ in range(TRIES):
        await are_steady(*people)
        await breaking()
        since = time.time() * 1_000
        took = await asyncio.gather(*(one.page.evaluate(BACK, since) for one in people))
        for one in people:
            assert (await one.sees_and_hears())["connections"] == 1
        if max(took) < SOON_MS:
            return
    raise AssertionError(f"it takes {took} ms")


async def stay(node: UdpProxy, people: tuple[Caller, ...], **damage: float) -> None:
    """Pictures and sound of the other one go on while the network is like this."""
    await are_steady(*people)
    for kind, much in damage.items():
        setattr(node, kind, much)
    for one in people:
        assert (await one.sees_and_hears())["connections"] == 1
    for kind in damage:
        setattr(node, kind, 0.0)


async def goes(one: Caller, way: str, line: str = "") -> None:
    """The call goes this way after a while, and says so."""
    await expect(one.page.locator(".call-quality dl")).to_contain_text(way, timeout=LOOKS_MS)
    if line:
        await one.page.wait_for_function(SAYS, arg=line)


async def go_over_tcp_and_back(net: Network, aylin: Caller, ben: Caller) -> None:
    """Where no UDP is let out, and where it is again. The browser comes back at once, as a rule; where it has given up
    that way meanwhile, the call looks for it after half a minute over TCP, or after one minute more."""
    await are_steady(aylin, ben)
    await goes(aylin, "direct")
    await aylin.page.evaluate(LISTEN)
    net.block_udp(True)
    await goes(aylin, "relay, TCP", "The network changed: the call goes through the relay now (TCP).")
    for one in (aylin, ben):
        assert (await one.sees_and_hears())["connections"] == 1
    net.block_udp(False)
    await goes(aylin, "direct", "The call goes straight through again.")


async def give_pictures_up_and_get_them_back(node: UdpProxy, aylin: Caller, ben: Caller) -> None:
    """What is left of the network carries sound; at last sound is not good either."""
    line = aylin.page.locator(".call-line")
    node.bits = NARROW_BITS
    weak = "The connection is weak: sound only for now. Pictures come back by themselves."
    await expect(line).to_have_text(weak, timeout=LOOKS_MS)
    await expect(aylin.page.locator(".call-tile:not(.is-own) video")).to_have_count(0)
    for one in (aylin, ben):
        await one.hears("microphone")
    node.loss = 0.2
    weaker = "Sound hardly gets through either: better write now. It comes back by itself."
    await expect(line).to_contain_text(weaker, timeout=LOOKS_MS)
    await aylin.hears("microphone")
    node.bits, node.loss = math.inf, 0.0
    await expect(line).to_be_empty(timeout=LOOKS_MS)
    for one in (aylin, ben):
        await one.sees_and_hears()


async def come_in_anew(net: Network, aylin: Caller, ben: Caller) -> None:
    """After a break so long that her page begins anew by itself, as when a laptop sleeps, both see and hear each other.
    Whether the node has forgotten her by then is the chance of a moment, and so is whether somebody goes without
    pictures for a while after all that was before, as the ladder says."""
    await are_steady(aylin, ben)
    before = await aylin.page.evaluate("window.connections.length")
    net.block_udp(True)
    net.tcp.hold()
    await aylin.page.wait_for_function("(before) => window.connections.length > before", arg=before, timeout=LOOKS_MS)
    net.tcp.mend()
    net.block_udp(False)
    for one in (aylin, ben):
        await one.sees_and_hears(PICTURES_BACK_S)


# It waits for what takes time by its nature, many times over.
@pytest.mark.timeout(900)
async def test_calls_stay_or_come_back_by_themselves_whatever_the_network_does(
    stage: Stage, servers: Servers, come: Come, net: Network
) -> None:
    ben = await in_the_room(come, stage, "ben")
    node = await net.before(int(await (await ben.page.wait_for_function(NODE_PORT)).json_value()))
    aylin = await in_the_room(come, stage, "aylin", ELSEWHERE % node.port)
    people = (aylin, ben)
    for one in people:
        await one.sees_and_hears()

    async def outage() -> None:
        net.block_udp(True)
        net.tcp.hold()
        await asyncio.sleep(3)  # as long as the issue says
        net.tcp.mend()
        net.block_udp(False)

    async def another_port() -> None:
        node.change_port()

    await come_back_from(outage, *people)
    await come_back_from(another_port, *people)
    await go_over_tcp_and_back(net, aylin, ben)
    await stay(node, people, loss=0.04)
    await stay(node, people, delay_s=0.3, jitter_s=0.06)
    await stay(node, people, loss=0.2)
    await give_pictures_up_and_get_them_back(node, aylin, ben)
    await come_in_anew(net, aylin, ben)
