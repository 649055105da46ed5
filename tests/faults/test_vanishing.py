"""Calls through a media node, with real processes that are killed: who is not there any more vanishes within 15 s."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import pytest
from websockets.asyncio.client import connect

from bench.media.peer import Media, RawPeer, opus
from bench.seed import VALID_FOR, fill
from rooms.actions import open_room
from rooms.model import MEETING
from server.app import create_kernel
from server.live import topics
from server.live.doors import SUBPROTOCOL
from server.live.resume import Resume, sealed
from server.live.wire.call import CallAnswer
from signaling.lines import START_S
from tests.server.live.ground import Client
from tests.signaling.scene import until
from tests.support.backend import Backend
from tests.support.patience import PATIENCE_S
from tests.support.processes import nodes_of
from tests.support.server_process import Serve, Servers

PROMISED_S = 15.0
# A machine that is busy beside it may break one of two, of each scene.
TRIES = 2
DEVICE = "aaaabbbbcccc0001"
# How long a datagram is waited for, before the next one is sent.
ON_THE_WAY_S = 0.5
# The numbers of what is said: they rise, whoever says it.
SAID = count(1)
NAMES = ("anna", "ben", "carla")  # three, since each of them talks with the next one


class Call:
    """A meeting room's call, and those who may be in it."""

    def __init__(self, topic: str, tokens: dict[str, str]) -> None:
        self.topic = topic
        self._tokens = tokens
        self._generation = 0
        self.peers: list[RawPeer] = []

    @asynccontextmanager
    async def line(self, name: str, servers: Servers, worker: int) -> AsyncIterator[Client]:
        """Somebody's live line to a worker."""
        process = servers.processes[worker]
        options: dict[str, Any] = {"origin": process.url, "subprotocols": [SUBPROTOCOL], "compression": None}
        async with connect(process.live_url, **options) as opened:
            client = Client(opened, name)
            hello = {"resume": self._tokens[name], "channels": {self.topic: None}}
            client.welcome = await client.call("hello", **hello)
            yield client

    async def come_in(self, client: Client, *, sends: bool) -> RawPeer:
        """Take part, as soon as there is a node."""
        peer = RawPeer([Media("0", "audio", sends)])
        self.peers.append(peer)
        self._generation += 1
        more = {"publish": [{"mid": "0", "source": "microphone"}]} if sends else {"listen": {"0": "auto"}}
        asked = {"call": self.topic, "device": DEVICE, "generation": self._generation, "sdp": peer.offer(), **more}
        async with asyncio.timeout(START_S + PATIENCE_S):
            while "r" not in (reply := await client.reply(await client.send("call.offer", **asked), START_S)):
                assert reply["e"]["code"] == "unavailable"
                await asyncio.sleep(0.2)
        peer.connect(CallAnswer.model_validate(reply["r"]).sdp)
        await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
        return peer

    async def shows(self, client: Client, people: int) -> None:
        """Wait until somebody is told that so many are in it."""
        while len((await client.event(k="call", c=self.topic))["d"]["participants"]) != people:
            continue


async def hears(listener: RawPeer, speaker: RawPeer) -> None:
    """What is said from now on reaches the other. A datagram may be lost, and nobody sends it again."""
    heard = len(listener.packets)
    async with asyncio.timeout(PATIENCE_S):
        while len(listener.packets) == heard:
            number = next(SAID)
            speaker.send(opus(number, 960 * number, speaker.sections[0].ssrc))
            with suppress(TimeoutError):
                await until(lambda: len(listener.packets) > heard, ON_THE_WAY_S)


@pytest.fixture
async def call(backend: Backend) -> AsyncIterator[Call]:
    """In the database, before the servers start."""
    if backend.workers == 1:
        pytest.skip("with its only worker the line of who looks on is gone as well")
    settings = backend.settings()
    place, everybody = await fill(settings, len(NAMES))
    kernel = create_kernel(settings)
    try:
        async with kernel.database.write() as uow:
            topic = topics.call((await open_room(uow, place.fair, MEETING, "table", "Table")).id)
        expires = kernel.clock.now() + VALID_FOR
    finally:
        await kernel.database.close()
    resumes = [sealed(settings.secret_bytes, Resume(each.person, each.session), expires) for each in everybody]
    made = Call(topic, dict(zip(NAMES, resumes, strict=True)))
    yield made
    for peer in made.peers:
        if peer.socket.fileno() >= 0:
            await peer.close()


@pytest.mark.timeout(900)
async def test_whoever_is_not_in_a_call_any_more_vanishes_within_15_s_and_can_return(serve: Serve, call: Call) -> None:
    """A worker is killed, a browser falls silent, and a machine dies: a worker and the node that it keeps, at once."""
    servers = await serve()
    servers.trouble_expected = True
    keeps, carries = 0, len(servers.processes) - 1
    async with call.line("ben", servers, keeps) as ben:
        listener = await call.come_in(ben, sends=False)  # whose worker has the node started

        async with call.line("anna", servers, carries) as anna:
            speaker = await call.come_in(anna, sends=True)
            await call.shows(ben, 2)
            await servers.kill(carries)
            await hears(listener, speaker)
        async with call.line("anna", servers, keeps) as anna:
            [snapshot] = anna.welcome["channels"].values()
            assert len(snapshot["snapshot"]["participants"]) == 2, "a killed worker takes nobody out of a call"
            await hears(listener, speaker)

            for _ in range(TRIES):
                silent_at = time.monotonic()
                await speaker.close()
                await call.shows(ben, 1)
                took = time.monotonic() - silent_at
                speaker = await call.come_in(anna, sends=True)
                await call.shows(ben, 2)
                await hears(listener, speaker)
                if took < PROMISED_S:
                    break
            assert took < PROMISED_S

    for _ in range(TRIES):
        await servers.start(carries)
        async with call.line("ben", servers, carries) as ben:
            worker = servers.processes[keeps]
            [node] = nodes_of(worker.pid)
            died_at = time.monotonic()
            for pid in (worker.pid, node):
                os.kill(pid, signal.SIGKILL)
            await call.shows(ben, 0)
            took = time.monotonic() - died_at
            await servers.kill(keeps)  # what is left of it is taken note of
            async with call.line("anna", servers, carries) as anna:
                listener, speaker = await call.come_in(ben, sends=False), await call.come_in(anna, sends=True)
                await call.shows(ben, 2)
                await hears(listener, speaker)
        if took < PROMISED_S:
            break
        keeps, carries = carries, keeps  # the node of now is kept by the one that lives
    assert took < PROMISED_S
