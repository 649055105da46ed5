"""Both load clients against a tiny server: they count what arrives, and say what is wrong."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection

from bench.client import Load, LoadError, clients, hold, run
from bench.fanout.measure import measured
from tests.bench.hall import Hall, honest, open_hall, target

LOAD = Load(6, window=1, warmup=0.1, seconds=0.3, settle=0.05, senders=3)
# Where nothing comes: elsewhere a machine that does something else for a second is no silence.
IMPATIENT = replace(LOAD, patience=5.0, seconds=2.0)  # a window without traffic is four times as long
# A client that does not run for a moment measures that; with so many rounds there is one in which it ran.
ROUNDS = 10
HELLOS = [f'{{"hello":{number}}}' for number in range(LOAD.connections)]
Said = AsyncIterator[tuple[ServerConnection, str]]


@pytest.fixture(params=["c", "python"])
def client(request: pytest.FixtureRequest) -> str:
    if request.param not in clients():
        pytest.skip("no C compiler on this machine")
    return str(request.param)


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    path = tmp_path / "hello"
    path.write_text("\n".join(HELLOS) + "\n")
    return path


async def test_every_delivery_is_counted_once(client: str, hello: Path):
    for _ in range(ROUNDS):
        async with open_hall(Hall()) as port:
            found = await asyncio.to_thread(run, LOAD, target(port, hello), client)
        assert found["doubled"] == found["incomplete"] == 0
        assert abs(found["deliveries"] - LOAD.connections * found["sent"]) <= LOAD.connections
        if found["sent"] > 3 and found["max_ms"] < 1000:
            break
    assert found["sent"] > 3
    assert 0 < found["p50_ms"] <= found["p99_ms"] <= found["max_ms"] < 1000


async def test_each_connection_says_its_own_hello(client: str, hello: Path):
    hall = Hall()
    async with open_hall(hall) as port:
        await asyncio.to_thread(run, LOAD, target(port, hello), client)
    assert sorted(hall.greetings) == HELLOS


async def test_messages_are_of_the_asked_size_and_their_ids_differ(client: str, hello: Path):
    heard: list[dict[str, str]] = []

    async def listening(members: Sequence[ServerConnection], text: str) -> Said:
        heard.append(json.loads(text))
        async for delivery in honest(members, text):
            yield delivery

    async with open_hall(Hall(listening)) as port:
        await asyncio.to_thread(run, LOAD, target(port, hello), client)
    assert {len(message["text"]) for message in heard} == {200}
    assert len({message["cid"] for message in heard}) == len({message["i"] for message in heard}) == len(heard)


async def test_messages_that_come_together_in_one_frame_are_counted_one_by_one(client: str, hello: Path):
    waiting: list[str] = []

    async def gathered(members: Sequence[ServerConnection], text: str) -> Said:
        waiting.append(text)
        if len(waiting) == 4:
            frame = f"[{','.join(waiting)}]"
            waiting.clear()
            for member in members:
                yield member, frame

    async with open_hall(Hall(gathered)) as port:
        found = await asyncio.to_thread(run, replace(LOAD, window=4), target(port, hello), client)
    assert found["deliveries"] == 4 * found["frames"]


async def test_a_message_that_comes_twice_is_seen(client: str, hello: Path):
    async def stammering(members: Sequence[ServerConnection], text: str) -> Said:
        for member in members:
            yield member, text
        yield members[0], text

    async with open_hall(Hall(stammering)) as port:
        found = await asyncio.to_thread(run, LOAD, target(port, hello), client)
    assert found["doubled"] >= found["sent"]
    with pytest.raises(LoadError, match="came twice"):
        measured(LOAD, found)


async def test_a_member_that_hears_nothing_stops_the_window_and_is_reported(client: str, hello: Path):
    async def forgetful(members: Sequence[ServerConnection], text: str) -> Said:
        for member in members[1:]:
            yield member, text

    async with open_hall(Hall(forgetful)) as port:
        with pytest.raises(LoadError, match="nothing arrived"):
            await asyncio.to_thread(run, IMPATIENT, target(port, hello), client)


async def test_a_refusal_instead_of_a_welcome_is_in_the_reason(client: str, hello: Path):
    async def never(members: Sequence[ServerConnection], text: str) -> Said:
        yield members[0], '{"i":2,"e":{"code":"rate_limited"}}'

    async with open_hall(Hall(never)) as port:
        with pytest.raises(LoadError, match="rate_limited"):
            await asyncio.to_thread(run, IMPATIENT, target(port, hello), client)


async def test_a_closed_connection_ends_the_load_with_the_close_code(client: str, hello: Path):
    async def closing(members: Sequence[ServerConnection], text: str) -> Said:
        await members[0].close(4009, "slow")
        yield members[1], text

    async with open_hall(Hall(closing)) as port:
        with pytest.raises(LoadError, match="4009"):
            await asyncio.to_thread(run, LOAD, target(port, hello), client)


async def test_a_busy_door_is_knocked_at_again(client: str, hello: Path):
    hall = Hall(busy=4)
    async with open_hall(hall) as port:
        found = await asyncio.to_thread(run, LOAD, target(port, hello), client)
    assert found["deliveries"] > 0
    assert len(hall.greetings) == LOAD.connections


async def test_a_server_that_is_not_there_is_said_so(client: str, hello: Path):
    async with open_hall(Hall()) as port:
        pass
    with pytest.raises(LoadError, match="refused"):
        await asyncio.to_thread(run, LOAD, target(port, hello), client)


async def test_a_rate_is_kept_whatever_comes_back(client: str, hello: Path):
    load = replace(LOAD, window=0, rate=40.0, seconds=0.5)
    for _ in range(ROUNDS):
        async with open_hall(Hall()) as port:
            found = await asyncio.to_thread(run, load, target(port, hello), client)
        due = load.rate * found["window_s"]
        if 0.85 * due <= found["sent"] <= 1.15 * due:
            break
    assert 0.85 * due <= found["sent"] <= 1.15 * due


async def test_held_connections_answer_pings_until_they_are_let_go(client: str, hello: Path):
    hall = Hall()
    async with open_hall(hall) as port:
        holding = hold(replace(LOAD, window=0), target(port, hello), client)
        opened = await asyncio.to_thread(holding.__enter__)
        await hall.ping_all()
        await asyncio.to_thread(holding.__exit__, None, None, None)
    assert opened["ready"] == LOAD.connections == hall.pongs


async def test_the_servers_use_of_cpu_is_measured(client: str, hello: Path):
    async with open_hall(Hall()) as port:
        asked = replace(target(port, hello), pids=(os.getpid(),))
        found = await asyncio.to_thread(run, LOAD, asked, client)
    assert 0 < found["cpu_s"] <= found["window_s"] * (os.cpu_count() or 1) + 0.1
