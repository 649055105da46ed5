"""Reactions in calls: a crowd that claps costs a few events, everybody's counts are right, and none is lost."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from typing import Any

import httpx2
from websockets.asyncio.client import connect

from server.live.doors import SUBPROTOCOL
from signaling.reactions import GATHERED_S, NAMED_MOST, Reactions
from signaling.signals import SIGNS_MOST
from tests.e2e.stage import LOBBY, NAMES, OUTSIDER, Guest, set_up
from tests.server.live.ground import Client
from tests.support.backend import Backend
from tests.support.patience import PATIENCE_S
from tests.support.server_process import Serve, Servers
from tests.support.virtual_time import run

KINDS = ("applause", "heart", "wow")
Told = list[tuple[float, str, dict[str, Any]]]


def gathering() -> tuple[Reactions, Told]:
    """What gathers, and what it tells, with the time."""
    told: Told = []
    return Reactions(lambda call, data: told.append((asyncio.get_running_loop().time(), call, data))), told


def test_a_hundred_reactions_in_a_moment_are_one_event_that_counts_them_all() -> None:
    async def clap() -> None:
        reactions, told = gathering()
        for number in range(100):
            reactions.add("hall", f"person-{number % 10}", KINDS[number % 3], heard=False)
            await asyncio.sleep(GATHERED_S / 101)
        assert told == []
        await asyncio.sleep(GATHERED_S)
        [(_, call, data)] = told
        assert (call, data["counts"]) == ("hall", {"applause": 34, "heart": 33, "wow": 33})
        assert data["people"] == {f"person-{number % 10}": KINDS[number % 3] for number in range(100)}

    run(clap())


def test_whoever_reacts_is_told_of_within_a_quarter_of_a_second_each_call_for_itself() -> None:
    async def clap() -> None:
        reactions, told = gathering()
        for number in range(40):
            reactions.add(f"hall-{number % 2}", "anna", "heart", heard=True)
            await asyncio.sleep(0.1)
        await asyncio.sleep(GATHERED_S)
        for call in ("hall-0", "hall-1"):
            moments = [at for at, where, _ in told if where == call]
            pauses = [after - before for before, after in pairwise(moments)]
            assert min(pauses) >= GATHERED_S
            assert sum(data["counts"]["heart"] for _, where, data in told if where == call) == 20

    run(clap())


def test_of_a_crowd_those_who_speak_are_named_first_and_everybody_counts() -> None:
    async def clap() -> None:
        reactions, told = gathering()
        for number in range(NAMED_MOST * 2):
            reactions.add("hall", f"person-{number}", "applause", heard=number == NAMED_MOST * 2 - 1)
        reactions.flush()
        await asyncio.sleep(GATHERED_S * 2)
        [(_, _, data)] = told
        assert data["counts"] == {"applause": NAMED_MOST * 2}
        assert len(data["people"]) == NAMED_MOST
        assert next(iter(data["people"])) == f"person-{NAMED_MOST * 2 - 1}"

    run(clap())


async def test_everybody_on_two_workers_is_told_the_same_counts_in_few_events(backend: Backend, serve: Serve) -> None:
    stage = await set_up(backend)
    servers = await serve(dev=True)
    async with AsyncExitStack() as ending:
        async with _browser(servers.url, stage[OUTSIDER]) as outsider:
            assert (await outsider.post(f"{LOBBY}/join")).status_code == 303
        call = await _call(servers, stage["aylin"])
        urls = (servers.url, servers.other_url)
        people = [
            (stage[name].id, await ending.enter_async_context(_line(urls[at % 2], stage[name], call)))
            for at, name in enumerate(NAMES)
        ]
        begun = time.monotonic()
        showing = [_shows(client, call, at) for at, (_, client) in enumerate(people)]
        shown = sum(await asyncio.gather(*showing), Counter[str]())
        took = time.monotonic() - begun
        assert shown.total() == 100
        # Each worker tells when a quarter of a second is over that began with a reaction.
        most = len(urls) * (int(took / GATHERED_S) + 1)
        last = {id: KINDS[(at + SIGNS_MOST - 1) % 3] for at, (id, _) in enumerate(people)}
        for _, client in people:
            counts, named, events = await _until_told(client, call, shown.total())
            assert (counts, named) == (shown, last)
            assert events <= most


async def _shows(client: Client, call: str, begins: int) -> Counter[str]:
    """Somebody reacts as often as one may; what they showed."""
    shown = [KINDS[(begins + number) % 3] for number in range(SIGNS_MOST)]
    numbers = [await client.send("call.sign", call=call, reaction=reaction) for reaction in shown]
    for number in numbers:
        assert "r" in await client.reply(number)
    return Counter(shown)


async def _until_told(client: Client, call: str, total: int) -> tuple[Counter[str], dict[str, str], int]:
    """How often each reaction came until there were so many, who showed what last, and in how many events."""
    counts, named, events = Counter[str](), dict[str, str](), 0
    while counts.total() < total:
        data = (await client.event(c=call, k="reactions"))["d"]
        counts.update(data["counts"])
        named |= data["people"]
        events += 1
    return counts, named, events


def _browser(url: str, guest: Guest) -> httpx2.AsyncClient:
    cookies, headers = {"fairmatch_session": guest.cookie}, {"origin": url}
    return httpx2.AsyncClient(base_url=url, cookies=cookies, headers=headers, timeout=PATIENCE_S, trust_env=False)


async def _call(servers: Servers, guest: Guest) -> str:
    """The topic of the round table's call."""
    async with _browser(servers.url, guest) as browser:
        found = re.search(r"call:[0-9a-zA-Z-]+", (await browser.get(f"{LOBBY}/rooms/round-table")).text)
    assert found
    return found[0]


@asynccontextmanager
async def _line(url: str, guest: Guest, call: str) -> AsyncIterator[Client]:
    """Somebody's connection to one of the workers, greeted."""
    async with _browser(url, guest) as browser:
        ticket = (await browser.post("/live/ticket")).json()["ticket"]
    options: Any = {"origin": url, "subprotocols": [SUBPROTOCOL], "compression": None}
    async with connect(f"ws{url.removeprefix('http')}/live", **options) as opened:
        client = Client(opened, guest.name)
        client.welcome = await client.call("hello", ticket=ticket, channels={call: None})
        yield client
