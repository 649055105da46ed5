"""A person has at most ten connections, by however many workers they come in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import ConnectionClosed

from server.kernel.parts import Kernel
from server.live import tabs
from tests.server.live.ground import ANNA, Client, Fair, World, build, serving
from tests.support.patience import PATIENCE_S

MOST = 10


@pytest.fixture
async def two(kernel: Kernel, fair: Fair) -> AsyncIterator[tuple[World, World]]:
    """Two workers on one bus."""
    async with serving(build(kernel, fair), fair) as one, serving(build(kernel, fair), fair) as other:
        yield one, other


@pytest.fixture
async def opened() -> AsyncIterator[AsyncExitStack]:
    """What stays open until the end of the test."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that lives answers within this, however busy the machine is."""
    monkeypatch.setattr(tabs, "ANSWER_S", PATIENCE_S)


@pytest.mark.usefixtures("patient")
async def test_the_eleventh_is_one_too_many_also_where_ten_are_spread_over_two_workers(
    two: tuple[World, World], opened: AsyncExitStack
) -> None:
    clients = await _opened(opened, *two, *two, *two, *two, *two)
    for world in two:
        await _knows(world, MOST)
        assert await _turned_away(world) == 4505
    await asyncio.gather(*(client.call("echo") for client in clients))


@pytest.mark.usefixtures("patient")
async def test_one_that_is_being_reloaded_finds_its_place_at_the_other_worker(
    two: tuple[World, World], opened: AsyncExitStack
) -> None:
    one, other = two
    await _opened(opened, *[one] * 4, *[other] * 5)
    async with one.client(ANNA):
        await _knows(other, MOST)
        one.live.presence._say = lambda what, **more: None  # type: ignore[method-assign]
    async with asyncio.timeout(PATIENCE_S):
        while len(one.live.connections.of(ANNA)) > 4:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    assert other.live.presence.connections(ANNA) == MOST, "it has not heard yet that one left"
    await _opened(opened, other)


async def test_whoever_was_on_a_worker_that_was_killed_is_not_locked_out(
    two: tuple[World, World], opened: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabs, "ANSWER_S", 0.1)
    one, other = two
    await _opened(opened, *[one] * MOST)
    await _knows(other, MOST)
    await one.live.tasks.cancel()
    await one.live.tabs.stop()  # from here on it says nothing
    await _opened(opened, *[other] * MOST)
    await other.live.tabs.close_excess()
    assert len(other.live.connections.of(ANNA)) == MOST
    assert await _turned_away(other) == 4505


async def test_while_the_bus_is_away_each_worker_counts_its_own(
    two: tuple[World, World], opened: AsyncExitStack, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabs, "ANSWER_S", 10 * PATIENCE_S)  # nobody is asked, so nobody is waited for
    one, other = two
    await _opened(opened, *[one] * MOST)
    await _knows(other, MOST)
    monkeypatch.setattr(type(kernel.bus), "silent_for", 4.0)
    await _opened(opened, *[other] * MOST)
    assert await _turned_away(other) == 4505


@pytest.mark.usefixtures("patient")
async def test_of_those_who_came_in_by_two_workers_in_the_same_moment_ten_stay(
    two: tuple[World, World], opened: AsyncExitStack
) -> None:
    said = []
    for world in two:
        said.append(world.live.presence._say_delta)
        world.live.presence._say_delta = lambda: None  # type: ignore[method-assign]
    clients = await _opened(opened, *[two[0]] * 8, *[two[1]] * 8)
    for say in said:
        say()
    async with asyncio.timeout(PATIENCE_S):
        while sum(len(world.live.connections.of(ANNA)) for world in two) > MOST:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for world in two:
        await world.live.tabs.close_excess()
    codes = [await _code(client) for client in clients]
    assert sorted(codes) == [0] * MOST + [4505] * 6


async def _opened(stack: AsyncExitStack, *worlds: World) -> list[Client]:
    return [await stack.enter_async_context(world.client(ANNA)) for world in worlds]


async def _knows(world: World, number: int) -> None:
    """Wait until a worker has heard of so many connections."""
    async with asyncio.timeout(PATIENCE_S):
        while world.live.presence.connections(ANNA) != number:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _turned_away(world: World) -> int:
    """With which code one more is; 0 when it is let in."""
    async with world.upgraded() as socket:
        client = Client(socket, ANNA)
        number = await client.send("hello", ticket=await world.ticket())
        try:
            await client.reply(number)
        except ConnectionClosed:
            return await client.closed()
    return 0


async def _code(client: Client) -> int:
    """The code with which it was closed; 0 while it is open."""
    try:
        await client.call("echo")
    except ConnectionClosed:
        return await client.closed()
    return 0
