"""The door: origins, tokens, versions, the bucket, and the time to say hello."""

import asyncio
import json
import socket
from collections.abc import Collection, Mapping

import pytest
from sqlalchemy.exc import OperationalError
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from server.live.identity import Identity
from server.live.limits import Limits
from tests.server.live.ground import ANNA, HALL, Client, Fair, World, build, serving


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil-example.com",
        "http://localhost:8001",
        "https://localhost:8000",
        "http://sub.localhost:8000",
        "http://localhost:8000.evil-example.com",
        "http://localhost:8000/",
        "HTTP://LOCALHOST:8000",
    ],
)
async def test_pages_of_other_origins_are_turned_away(either: World, origin: str) -> None:
    async with either.upgraded(origin=origin) as opened:
        await opened.wait_closed()
        assert opened.close_code == 4504


async def test_a_client_without_an_origin_needs_a_token(either: World) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Bearer " + "x" * 200}):
        with pytest.raises(InvalidStatus) as refused:
            async with either.upgraded(origin=None, additional_headers=headers):
                pass
        assert refused.value.response.status_code == 401


async def test_a_client_without_an_origin_comes_in_with_a_ticket_and_again_with_a_resume_token(either: World) -> None:
    token = await either.ticket(ANNA)
    for _ in range(2):
        async with either.upgraded(origin=None, additional_headers={"Authorization": f"Bearer {token}"}) as opened:
            welcome = await Client(opened, ANNA).call("hello")
            assert welcome["person"]["id"] == ANNA
            token = welcome["resume"]


async def test_another_version_of_the_protocol_is_told_so(either: World) -> None:
    for spoken in (["fairmatch.v2"], ["fairmatch.v2", "chat"]):
        async with either.upgraded(subprotocols=spoken) as opened:
            assert opened.subprotocol == spoken[0]
            await opened.wait_closed()
            assert opened.close_code == 4506
    async with either.upgraded(subprotocols=None) as opened:
        await opened.wait_closed()
        assert opened.close_code == 4506


async def test_of_several_versions_the_known_one_is_chosen(either: World) -> None:
    async with either.upgraded(subprotocols=["fairmatch.v2", "fairmatch.v1"]) as opened:
        assert opened.subprotocol == "fairmatch.v1"


async def test_compression_is_not_offered(world: World) -> None:
    async with world.upgraded(compression="deflate") as opened:
        assert opened.protocol.extensions == []


async def test_a_crowd_at_the_door_is_let_in_as_fast_as_it_can_be_greeted(kernel: Kernel, fair: Fair) -> None:
    live = build(kernel, fair, Limits(upgrades_per_second=0.01, upgrade_burst=2))
    async with serving(live, fair) as world, world.upgraded(), world.upgraded():
        with pytest.raises(InvalidStatus) as refused:
            async with world.upgraded():
                pass
        assert refused.value.response.status_code == 503
        assert int(refused.value.response.headers["retry-after"]) >= 1
        assert fair.asked == 0


async def test_who_does_not_say_hello_in_time_is_sent_away(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair, Limits(hello_seconds=0.2)), fair) as world, world.upgraded() as opened:
        await opened.wait_closed()
        assert opened.close_code == 4501
        assert not world.live.gateway.waiting


async def test_a_greeted_connection_is_not_late(world: World) -> None:
    async with world.client() as anna:
        _time_to_say_hello_is_over(world)
        await anna.call("echo")


def _time_to_say_hello_is_over(world: World) -> None:
    world.live.watch.close_late(asyncio.get_running_loop().time() + world.live.watch._limits.hello_seconds)


async def test_what_is_no_hello_first_ends_the_connection(either: World) -> None:
    async with either.upgraded() as opened:
        assert await _closed_after(opened, {"i": 1, "m": "echo", "p": {}}) == 4500


async def test_a_hello_that_does_not_fit_is_answered_and_ends_the_connection(either: World) -> None:
    async with either.upgraded() as opened:
        reply = await Client(opened, ANNA).ask("hello", ticket=7)
        assert reply["e"]["code"] == "bad_request"
        await opened.wait_closed()
        assert opened.close_code == 4500


async def test_a_ticket_works_once(either: World) -> None:
    ticket = await either.ticket()
    codes = []
    for _ in range(2):
        async with either.upgraded() as opened:
            await opened.send(json.dumps({"i": 0, "m": "hello", "p": {"ticket": ticket}}))
            codes.append(await _welcome_or_code(opened))
    assert codes == ["welcome", 4502]


async def test_of_two_with_one_ticket_at_the_same_moment_one_comes_in(world: World) -> None:
    ticket = await world.ticket()
    async with world.upgraded() as one, world.upgraded() as two:
        for opened in (one, two):
            await opened.send(json.dumps({"i": 0, "m": "hello", "p": {"ticket": ticket}}))
        answers = {await _welcome_or_code(opened) for opened in (one, two)}
    assert answers == {"welcome", 4502}


async def test_a_ticket_ends_after_thirty_seconds(either: World, clock: FrozenClock) -> None:
    ticket = await either.ticket()
    clock.advance(seconds=31)
    async with either.upgraded() as opened:
        await opened.send(json.dumps({"i": 0, "m": "hello", "p": {"ticket": ticket}}))
        assert await _welcome_or_code(opened) == 4502


async def test_an_old_or_forged_resume_token_asks_for_a_new_ticket(either: World, clock: FrozenClock) -> None:
    async with either.client() as anna:
        token = anna.welcome["resume"]
    clock.advance(hours=25)
    for each in (token, token[:-4] + "AAAA", "nonsense", ""):
        async with either.upgraded() as opened:
            await opened.send(json.dumps({"i": 0, "m": "hello", "p": {"resume": each}}))
            assert await _welcome_or_code(opened) == 4011


async def test_neither_ticket_nor_token_is_no_way_in(either: World) -> None:
    async with either.upgraded() as opened:
        await opened.send('{"i":0,"m":"hello"}')
        assert await _welcome_or_code(opened) == 4502


async def test_a_token_of_a_session_that_has_ended_is_told_so(either: World, fair: Fair) -> None:
    async with either.client() as anna:
        token = anna.welcome["resume"]
    fair.ended.add("session-anna")
    async with either.upgraded() as opened:
        await opened.send(json.dumps({"i": 0, "m": "hello", "p": {"resume": token}}))
        assert await _welcome_or_code(opened) == 4503


async def test_an_eleventh_connection_of_a_person_is_one_too_many(either: World) -> None:
    async with either.client() as first:
        token = first.welcome["resume"]
        others = []
        for _ in range(9):
            opening = either.client(resume=token)
            others.append((opening, await opening.__aenter__()))
        async with either.upgraded() as opened:
            await opened.send(json.dumps({"i": 0, "m": "hello", "p": {"resume": token}}))
            assert await _welcome_or_code(opened) == 4505
        await first.call("echo")
        for opening, _ in others:
            await opening.__aexit__(None, None, None)
    async with either.client() as again:
        await again.call("echo")


async def test_what_is_sent_before_the_welcome_is_done_after_it(either: World) -> None:
    async with either.upgraded() as opened:
        anna = Client(opened, ANNA)
        hello = await anna.send("hello", ticket=await either.ticket(), channels={HALL: None})
        echo = await anna.send("echo")
        assert "r" in await anna.reply(hello)
        assert "r" in await anna.reply(echo)


async def test_a_second_hello_is_refused_and_changes_nothing(either: World) -> None:
    async with either.client() as anna:
        assert (await anna.ask("hello", ticket=await either.ticket("ben")))["e"]["code"] == "conflict"
        await anna.call("echo")


async def test_a_ticket_is_given_over_http_to_the_session_of_the_request(either: World) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", either.port)
    writer.write(b"GET /live/ticket HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    assert b" 405 " in (await reader.read())[:20]
    writer.close()


async def _closed_after(opened: ClientConnection, message: object) -> int | None:
    await opened.send(json.dumps(message))
    await opened.wait_closed()
    return opened.close_code


async def _welcome_or_code(opened: ClientConnection) -> object:
    """Either "welcome", or the code of the close."""
    try:
        return "welcome" if "resume" in json.loads(await opened.recv()).get("r", {}) else "refused"
    except ConnectionClosed:
        return opened.close_code


async def test_a_hello_that_waits_for_its_answer_is_not_late(kernel: Kernel, fair: Fair) -> None:
    sessions, asked, answered = fair.sessions, asyncio.Event(), asyncio.Event()

    async def slow(ids: Collection[str]) -> Mapping[str, Identity]:
        asked.set()
        await answered.wait()
        return await sessions(ids)

    async def greeted(world: World) -> object:
        async with world.client() as anna:
            return anna.welcome["person"]["id"]

    fair.sessions = slow  # type: ignore[method-assign]
    async with serving(build(kernel, fair), fair) as world:
        coming = asyncio.create_task(greeted(world))
        await asked.wait()
        _time_to_say_hello_is_over(world)
        answered.set()
        assert await coming == ANNA


@pytest.mark.parametrize("away", [ConnectionError(), OperationalError("SELECT", {}, Exception("no connection"))])
async def test_while_the_database_is_away_a_hello_is_asked_to_come_back_later(
    either: World, monkeypatch: pytest.MonkeyPatch, away: Exception
) -> None:
    async def out_of_reach(_ticket: str) -> None:
        raise away

    ticket = await either.ticket()
    with monkeypatch.context() as patched:
        patched.setattr(either.live.tickets, "spend", out_of_reach)
        async with either.upgraded() as opened:
            await opened.send(json.dumps({"i": 0, "m": "hello", "p": {"ticket": ticket}}))
            answer = json.loads(await opened.recv())
            assert (answer["e"]["code"], answer["e"]["retry"]) == ("unavailable", True)
            await opened.wait_closed()
            assert opened.close_code == 4010
    async with either.upgraded() as opened:
        await opened.send(json.dumps({"i": 0, "m": "hello", "p": {"ticket": ticket}}))
        assert await _welcome_or_code(opened) == "welcome"


async def test_small_frames_do_not_wait_for_each_other(world: World) -> None:
    async with world.client():
        line = world.live.connections.of(ANNA)[0]._line
        plug = line.transport.get_extra_info("socket")  # type: ignore[attr-defined]
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
