"""Bad input: each kind gets its documented answer or close code, and a neighbour notices nothing."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from server.kernel.parts import Kernel
from server.live import transport
from server.live.limits import FRAME_BYTES, Limits
from tests.server.live.ground import ANNA, HALL, SECRET, Client, Fair, World, build, serving
from tests.server.live.raw import frame, raw
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble


@pytest.fixture
async def neighbour(either: World) -> AsyncIterator[Client]:
    """Anna, who talks on undisturbed whatever Ben does."""
    async with either.client(ANNA, [HALL]) as anna:
        await anna.say(HALL, "before")
        yield anna
        await anna.say(HALL, "after")
        assert await anna.texts(HALL, 2) == ["before", "after"]


@pytest.fixture
def no_traceback(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing that clients send makes the server log an exception."""
    caplog.set_level(logging.INFO)
    yield
    assert "Traceback" not in caplog.text + capsys.readouterr().out


ECHO = b'{"i":1,"m":"echo"}'
BROKEN = {
    "reserved bit 1": (frame(ECHO, rsv=4), {1002}),
    "reserved bit 2": (frame(ECHO, rsv=2), {1002}),
    "reserved bit 3": (frame(ECHO, rsv=1), {1002}),
    "no mask": (frame(ECHO, masked=False), {1002}),
    "unknown opcode 3": (frame(ECHO, 3), {1002}),
    "unknown control opcode 11": (frame(b"", 11), {1002}),
    "a continuation of nothing": (frame(ECHO, 0), {1002}),
    "a text within a text": (frame(b'{"i"', fin=False) + frame(ECHO), {1002}),
    "a fragmented ping": (frame(b"x", 9, fin=False), {1002}),
    "a ping of 126 bytes": (frame(b"x" * 126, 9), {1002}),
    "a close of one byte": (frame(b"x", 8), {1002}),
    "a close with a code that is not sent": (frame(b"\x03\xed", 8), {1002}),
    "a close with a reason that is not UTF-8": (frame(b"\x03\xe8\xff\xfe", 8), {1002, 1007}),
    "text that is not UTF-8": (frame(b'{"i":1,"m":"\xff\xfe"}'), {1007}),
    "half a character at the end": (frame('{"i":1,"m":"ü'.encode()[:-1]), {1007}),
    "UTF-8 of half a surrogate pair": (frame(b'{"i":1,"m":"\xed\xa0\x80"}'), {1007}),
    "64 KiB and a byte": (frame(b" " * (FRAME_BYTES + 1)), {1009}),
    "a length of 2^63": (frame(b"", length=2**63), {1002, 1009}),
    "a length of 2^63-1": (frame(b"", length=2**63 - 1), {1009}),
    "too much in fragments": (frame(b" " * 40_000, fin=False) + frame(b" " * 40_000, 0), {1009}),
    "binary": (frame(ECHO, 2), {4500}),
    "no JSON": (frame(b"hello"), {4500}),
    "nothing": (frame(b""), {4500}),
    "NaN": (frame(b'{"i":1,"m":"echo","p":{"a":NaN}}'), {4500}),
    "too deep": (frame(b"[" * 60_000), {4500}),
    "a key twice": (frame(b'{"i":1,"i":2,"m":"echo"}'), {4500}),
    "a lone surrogate": (frame(b'{"i":1,"m":"echo","p":{"a":"\\ud800"}}'), {4500}),
    "10^400": (frame(b'{"i":1,"m":"echo","p":{"a":1' + b"0" * 400 + b"}}"), {4500}),
    "a method that is a number": (frame(b'{"i":1,"m":7}'), {4500}),
}


@pytest.mark.usefixtures("no_traceback", "uncollected")
async def test_what_is_no_message_ends_the_connection_with_its_code(either: World, neighbour: Client) -> None:
    for kind, (sent, codes) in BROKEN.items():
        async with raw(either) as ben:
            began = time.thread_time()
            ben.send(sent)
            assert await ben.close_code() in codes, kind
            assert time.thread_time() - began < 0.2, kind
            ben.send(frame(b"\x03\xe8", 8))
            assert await ben.gone(), kind
        await neighbour.call("echo")


@pytest.mark.usefixtures("no_traceback")
async def test_and_so_it_does_before_the_hello(world: World) -> None:
    for kind, (sent, codes) in BROKEN.items():
        async with raw(world, greeted=False) as ben:
            ben.send(sent)
            assert await ben.close_code() in codes, kind
            ben.send(frame(b"\x03\xe8", 8))
            assert await ben.gone(), kind


async def test_who_does_not_answer_the_close_is_cut_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CLOSE_PATIENCE_S", 0.2)
    async with raw(world) as ben:
        ben.send(frame(b"nonsense"))
        assert await ben.close_code() == 4500
        ben.send(frame(ECHO))
        assert await ben.gone()


REFUSED = [
    ({"m": "chat.nothing"}, "unknown_method"),
    ({"m": "subscribe"}, "bad_request"),
    ({"m": "subscribe", "p": {"channels": ["chat:hall"]}}, "bad_request"),
    ({"m": "subscribe", "p": {"channels": {"no topic": None}}}, "bad_request"),
    ({"m": "subscribe", "p": {"channels": {f"chat:{n}": None for n in range(101)}}}, "bad_request"),
    ({"m": "subscribe", "p": {"channels": {"chat:hall": {"s": -1, "epoch": ""}}}}, "bad_request"),
    ({"m": "subscribe", "p": {"channels": {"chat:hall": {"s": "1", "epoch": ""}}}}, "bad_request"),
    ({"m": "since", "p": {"channel": "chat:other"}}, "not_found"),
    ({"m": "visible", "p": {"hidden": 1}}, "bad_request"),
    ({"m": "test.say", "p": {"channel": HALL, "cid": "not-a-uuid", "text": "x"}}, "bad_request"),
    ({"m": "test.say", "p": {"channel": HALL, "cid": "0" * 36, "text": 7}}, "bad_request"),
    (
        {"m": "test.say", "p": {"channel": SECRET, "cid": "00000000-0000-4000-8000-000000000000", "text": ""}},
        "not_found",
    ),
    ({"m": "test.say", "p": {"channel": "x", "cid": "00000000-0000-4000-8000-000000000000", "text": ""}}, "not_found"),
    ({"m": "test.fail", "p": {"how": "refuse"}}, "conflict"),
    ({"m": "test.fail", "p": {"how": "away"}}, "unavailable"),
]


@pytest.mark.usefixtures("no_traceback")
async def test_a_request_that_cannot_be_done_is_refused_and_the_connection_lives_on(either: World) -> None:
    async with either.client("ben", [HALL]) as ben:
        for request, code in REFUSED:
            reply = await ben.ask(str(request["m"]), **request.get("p", {}))  # type: ignore[arg-type]
            assert reply["e"]["code"] == code, request
            assert len(reply["e"]["msg"]) <= 200
        await ben.say(HALL, "still here")


@expects_trouble
async def test_a_fault_of_the_server_is_told_without_its_text(either: World) -> None:
    async with either.client("ben") as ben:
        reply = await ben.ask("test.fail", how="crash")
        assert reply["e"] == {"code": "internal", "retry": True, "msg": ""}
        await ben.call("echo")


async def test_who_asks_too_fast_is_told_when_to_go_on(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair, Limits(burst=5)), fair) as world, world.client("ben") as ben:
        await ben.socket.send(json.dumps([{"i": 100 + n, "m": "echo"} for n in range(8)]))  # no time passes in between
        replies = [await ben.reply(100 + n) for n in range(8)]
        refused = [each["e"] for each in replies if "e" in each]
        assert [each["code"] for each in refused] == ["rate_limited"] * len(refused) != []
        assert all(0 < each["after"] <= 50 and each["retry"] for each in refused)
        await asyncio.sleep(max(each["after"] for each in refused) / 1000)
        await ben.call("echo")


async def test_the_limit_is_the_persons_whatever_the_number_of_connections(kernel: Kernel, fair: Fair) -> None:
    limits = Limits(requests_per_second=0.01, burst=4)
    async with (
        serving(build(kernel, fair, limits), fair) as world,
        world.client("ben") as one,
        world.client("ben") as two,
        world.client(ANNA) as anna,
    ):
        for client in (one, two, one, two):
            await client.call("echo")
        assert (await one.ask("echo"))["e"]["code"] == "rate_limited"
        assert (await two.ask("echo"))["e"]["code"] == "rate_limited"
        await anna.call("echo")


async def test_who_goes_on_and_on_is_sent_away(either: World, neighbour: Client) -> None:
    async with raw(either) as ben:
        ben.send(frame(ECHO) * 400)
        assert await ben.close_code() == 4508


async def test_a_flood_before_the_welcome_is_one_too(either: World, neighbour: Client) -> None:
    async with raw(either, greeted=False) as ben:
        hello = {"i": 0, "m": "hello", "p": {"ticket": await either.ticket("ben")}}
        ben.send(frame(json.dumps(hello).encode()) + frame(ECHO) * 100)
        assert await ben.close_code() == 4508


async def test_too_many_requests_under_way_wait_their_turn(kernel: Kernel, fair: Fair) -> None:
    limits = Limits(requests_in_flight=2)
    async with serving(build(kernel, fair, limits), fair) as world, world.client("ben") as ben:
        for _ in range(2):
            await ben.send("test.fail", how="wait")
        assert (await ben.ask("echo"))["e"]["code"] == "rate_limited"


async def test_ten_thousand_pings_are_answered_or_dropped_and_harm_nobody(either: World, neighbour: Client) -> None:
    async with raw(either) as ben:
        ben.send(frame(b"x", 9) * 10_000)
        await neighbour.call("echo")
        ben.send(frame(ECHO))
        async with asyncio.timeout(PATIENCE_S):
            while (await ben.next_frame())[0] != 1:
                pass


async def test_subscribing_and_leaving_a_hundred_times_is_subscribed_at_last(either: World) -> None:
    async with either.client(ANNA) as anna, either.client("ben", [HALL]) as ben:
        for _ in range(25):
            await anna.call("subscribe", channels={HALL: None})
            await anna.call("unsubscribe", channels=[HALL])
        await anna.call("subscribe", channels={HALL: None})
        await ben.say(HALL, "hello")
        assert await anna.texts(HALL, 1) == ["hello"]
        await anna.quiet()


async def test_more_than_a_hundred_topics_are_too_many(kernel: Kernel, fair: Fair) -> None:
    limits = Limits(channels_per_connection=3)
    async with serving(build(kernel, fair, limits), fair) as world, world.client("ben") as ben:
        states = (await ben.call("subscribe", channels={f"chat:open{n}": None for n in range(5)}))["channels"]
        assert [state["ok"] for state in states.values()] == [True] * 3 + [False] * 2
        assert states["chat:open4"]["e"]["code"] == "too_many"
        await ben.call("unsubscribe", channels=["chat:open0"])
        states = (await ben.call("subscribe", channels={"chat:open4": None}))["channels"]
        assert states["chat:open4"]["ok"]


async def test_a_fragmented_message_is_read_whole(either: World) -> None:
    async with raw(either) as ben:
        ben.send(frame(ECHO[:5], fin=False) + frame(b"", 9) + frame(ECHO[5:10], 0, fin=False) + frame(ECHO[10:], 0))
        frames = [await ben.next_frame() for _ in range(2)]
        assert sorted(opcode for opcode, _ in frames) == [1, 10]


async def test_a_message_that_comes_byte_by_byte_is_read_whole(either: World, neighbour: Client) -> None:
    async with raw(either) as ben:
        for byte in frame(ECHO):
            ben.send(bytes((byte,)))
            await asyncio.sleep(0)
        assert (await ben.next_frame())[0] == 1
