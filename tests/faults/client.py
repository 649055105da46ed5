"""A client of the live line that keeps a record of all that it did and saw.

It does what the browser's client does, in Python: it comes back after every break, sends what is not acknowledged
again under the same id, applies events by position, and asks for what is missing.
"""

import asyncio
import contextlib
import itertools
import json
import random
import uuid
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.faults.happened import Acked, Applied, Came, History, Read, Refused, Reset, Sent, Unread, Went

SUBPROTOCOL = "fairmatch.v1"
# Longest pause before the next attempt: short, since a test's faults last seconds and not minutes.
BACK_OFF_CAP_S = 1.0
ANSWER_TIMEOUT_S = 10.0
# A machine that does too much at once was seen to take ten times as long as usual until servers let people in.
LET_IN_S = 60.0
# No frame for so long: the line is dead, though nobody closed it.
SILENCE_S = 40.0


class RecordingClient:
    """One person's tab on one channel, on each of the workers in turn. Start it with `async with`."""

    def __init__(self, name: str, urls: list[str], resume: str, channel: str, history: History) -> None:
        self.name = name
        self.channel = channel
        self.history = history
        self.position: dict[str, Any] | None = None
        self.connections = 0
        self._urls = itertools.cycle(urls)
        self.person = ""  # their id, once they were greeted
        self._resume = resume
        history.secrets.add(resume)
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._unacknowledged: dict[str, str] = {}
        self._acknowledged: dict[str, asyncio.Future[int]] = {}
        self._cid_of: dict[int, str] = {}
        self._held: dict[int, dict[str, Any]] = {}
        self._socket: ClientConnection | None = None
        self._moved = asyncio.Condition()
        self._running: asyncio.Task[None] | None = None
        self._went_wrong: list[str] = []

    async def __aenter__(self) -> "RecordingClient":
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._running is not None
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running

    @property
    def top(self) -> int:
        """The last number applied; 0 before the first."""
        return self.position["s"] if self.position else 0

    async def send(self, text: str) -> int:
        """Send, through however many breaks it takes, and return the number it got in the log.

        Raises PermissionError where the server refuses for good.
        """
        cid = str(uuid.uuid4())
        self._unacknowledged[cid] = text
        self.history.secrets.add(text)
        self._acknowledged[cid] = asyncio.get_running_loop().create_future()
        self.history.add(Sent(self.name, self.channel, cid, text, self.history.time.now()))
        await self._offer(cid, text)
        return await self._acknowledged[cid]

    async def read(self, seq: int) -> None:
        """Tell the server how far this person has read."""
        answer = await self._ask("chat.read", channel=self.channel, s=seq)
        self.history.add(Read(self.person, self.channel, answer["read"]))

    async def count_unread(self) -> None:
        """Ask the server how much this person has not read."""
        answer = await self._ask("chat.unread")
        counts = {each["channel"]: each["unread"] for each in answer["channels"]}
        self.history.add(Unread(self.person, self.channel, counts.get(self.channel, 0)))

    async def connected(self, within: float = LET_IN_S) -> None:
        """Wait until the first welcome. Raises TimeoutError with what went wrong with each attempt."""
        try:
            async with asyncio.timeout(within), self._moved:
                await self._moved.wait_for(lambda: self.connections > 0)
        except TimeoutError:
            raise TimeoutError(f"{self.name} was not let in: {self._went_wrong}, {self._running}") from None

    async def reached(self, seq: int, within: float = 30.0) -> None:
        """Wait until everything up to `seq` is applied. Raises TimeoutError with where the client stands."""
        try:
            async with asyncio.timeout(within), self._moved:
                await self._moved.wait_for(lambda: self.top >= seq)
        except TimeoutError:
            raise TimeoutError(f"{self.name} stands at {self.top}, not at {seq}") from None

    async def _run(self) -> None:
        attempt = 0
        while True:
            try:
                await self._session(next(self._urls))
                attempt = 0
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError) as wrong:
                self._went_wrong.append(repr(wrong))
                attempt += 1
            self._socket = None
            await asyncio.sleep(random.uniform(0, min(BACK_OFF_CAP_S, 0.1 * 2**attempt)))

    async def _session(self, url: str) -> None:
        async with connect(
            url,
            subprotocols=[SUBPROTOCOL],
            compression=None,
            origin=_origin(url),
            open_timeout=ANSWER_TIMEOUT_S,
            ping_interval=None,
        ) as socket:
            await socket.send(json.dumps({"i": 0, "m": "hello", "p": self._hello()}))
            welcome = json.loads(await _received(socket, ANSWER_TIMEOUT_S))
            if "e" in welcome:
                raise ConnectionRefusedError(welcome["e"]["code"])
            self._resume = welcome["r"]["resume"]
            self.history.secrets.add(self._resume)
            self.person = welcome["r"]["person"]["id"]
            self.connections += 1
            self._socket = socket
            self.history.add(Came(self.name, self.person, self.channel, self.history.time.now()))
            try:
                await self._take_part(socket, welcome["r"]["channels"][self.channel])
            finally:
                self.history.add(Went(self.name, self.channel, self.history.time.now()))

    async def _take_part(self, socket: ClientConnection, state: dict[str, Any]) -> None:
        await self._apply_state(state)
        await self._tell()
        for cid, text in list(self._unacknowledged.items()):
            await self._offer(cid, text)
        while True:
            await self._read(await _received(socket, SILENCE_S))

    def _hello(self) -> dict[str, Any]:
        return {"resume": self._resume, "channels": {self.channel: self.position}}

    async def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to a question, of which the connection must stand. Raises TimeoutError."""
        assert self._socket is not None
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"i": number, "m": method, "p": params}))
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return (await answer)["r"]

    async def _offer(self, cid: str, text: str) -> None:
        if self._socket is None:
            return
        number = next(self._numbers)
        self._cid_of[number] = cid
        params = {"channel": self.channel, "cid": cid, "text": text}
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(json.dumps({"i": number, "m": "chat.send", "p": params}))

    async def _read(self, frame: str | bytes) -> None:
        received = json.loads(frame)
        for one in received if isinstance(received, list) else [received]:
            if "i" in one:
                await self._answer(one)
            elif one.get("c") == self.channel and "s" in one:
                await self._apply(one)

    async def _answer(self, answer: dict[str, Any]) -> None:
        if asked := self._asked.pop(answer["i"], None):
            asked.set_result(answer)
            return
        if "r" in answer and "epoch" in answer["r"]:
            await self._apply_state(answer["r"])
            return
        cid = self._cid_of.pop(answer["i"], None)
        if cid is None or cid not in self._unacknowledged:
            return
        if "r" in answer:
            del self._unacknowledged[cid]
            self.history.add(Acked(self.name, self.channel, cid, answer["r"]["s"], self.history.time.now()))
            self._acknowledged[cid].set_result(answer["r"]["s"])
        elif answer["e"].get("retry"):
            asyncio.get_running_loop().call_later(answer["e"].get("after", 200) / 1000, self._offer_again, cid)
        else:
            del self._unacknowledged[cid]
            self.history.add(Refused(self.name, self.channel, cid, self.history.time.now()))
            self._acknowledged[cid].set_exception(PermissionError(answer["e"]["code"]))

    def _offer_again(self, cid: str) -> None:
        if cid in self._unacknowledged:
            task = asyncio.ensure_future(self._offer(cid, self._unacknowledged[cid]))
            task.add_done_callback(lambda done: done.exception())

    async def _apply_state(self, state: dict[str, Any]) -> None:
        if not state["ok"]:
            raise PermissionError(state["e"]["code"])
        if not state["recovered"]:
            self._held.clear()
            self.history.add(Reset(self.name, self.channel, state["top"], self.history.time.now()))
            await self._move(state["top"], state["epoch"])
            return
        if self.position is None:
            self.position = {"s": 0, "epoch": state["epoch"]}
        for event in state["events"]:
            await self._apply(event)

    async def _apply(self, event: dict[str, Any]) -> None:
        if event["s"] <= self.top:
            return
        self._held[event["s"]] = event
        while (due := self._held.pop(self.top + 1, None)) is not None:
            content = content_of(due["k"], due["d"])
            self.history.add(Applied(self.name, self.channel, due["s"], content, self.history.time.now()))
            await self._move(due["s"], self.position["epoch"] if self.position else "")
        if self._held and self._socket is not None:
            params = {"channel": self.channel, "pos": self.position}
            await self._socket.send(json.dumps({"i": next(self._numbers), "m": "since", "p": params}))

    async def _move(self, seq: int, epoch: str) -> None:
        self.position = {"s": seq, "epoch": epoch}
        await self._tell()

    async def _tell(self) -> None:
        async with self._moved:
            self._moved.notify_all()


async def _received(socket: ClientConnection, within: float) -> str | bytes:
    """The next frame. Not by `wait_for`: in Python 3.11 it returns a frame that comes while one is cancelled, and goes
    on as if nobody had asked it to end. Raises TimeoutError."""
    async with asyncio.timeout(within):
        return await socket.recv()


def content_of(kind: str, data: dict[str, Any]) -> str:
    """What an event says, in one text that can be compared: its kind and its data."""
    return kind + json.dumps(data, sort_keys=True)


def _origin(url: str) -> Any:
    return url.replace("ws://", "http://").rsplit("/live", 1)[0]
