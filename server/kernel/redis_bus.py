"""The bus of several workers: Redis publish and subscribe, over two connections that heal by themselves.

Publishing has a connection of its own, so that a subscription with much to read delays no message. What is
published within one turn of the loop goes out as one message per topic. What gets lost is healed by the
receivers; that something may have got lost is told to them after every new subscription connection.
"""

import asyncio
import contextlib
import random
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from server.kernel.away import REDIS, reason_of
from server.kernel.bus import Handler
from server.kernel.clock import Clock
from server.kernel.enduring import kept_going
from server.kernel.ids import new_id
from server.kernel.observe import BUS_DROPPED, BUS_RECONNECTS
from server.kernel.redis_line import RedisLine, open_line

# realtime.md: how long Redis may leave a message unanswered before its connection is given up.
PUBLISH_LIMIT_S = 0.25
# What waits while Redis is away; above it messages are dropped. A few seconds of a busy worker.
QUEUE_BYTES = 1024 * 1024
CONNECT_LIMIT_S = 1.0
# How long `subscribe` waits for an acknowledgement before it takes the connection for dead.
ACKNOWLEDGE_LIMIT_S = 2.0
ECHO_EVERY_S = 1.0
# realtime.md: so much silence of the echo means a new connection.
SILENCE_S = 3.0
FIRST_RETRY_S, LONGEST_RETRY_S = 0.05, 1.0
ECHO = "echo:"  # what topics begin with by which a bus hears itself

log = structlog.get_logger(__name__)


def channel_of(prefix: str, topic: str) -> bytes:
    """What a topic is called in a single Redis."""
    return f"{prefix}:bus:{topic}".encode()


@dataclass(frozen=True)
class Form:
    """What topics are called in Redis, and the commands and replies by which they are published and heard."""

    channel: Callable[[str], bytes]
    publish: bytes = b"PUBLISH"
    subscribe: bytes = b"SUBSCRIBE"
    unsubscribe: bytes = b"UNSUBSCRIBE"
    subscribed: bytes = b"subscribe"
    message: bytes = b"message"


class RedisBus:
    """One Redis. Channels are the topics with the prefix in front, so that installations can share a Redis."""

    def __init__(self, url: str, prefix: str, clock: Clock, form: Form | None = None) -> None:
        self._clock = clock
        form = form or Form(partial(channel_of, prefix))
        self._publisher = _Publisher(url, form, clock)
        self._subscriber = _Subscriber(url, form, clock)
        self._echo = f"{ECHO}{new_id()}"
        self._heard = clock.monotonic()
        self._first_echo = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect; returns after the first echo, or soon without one when Redis is away."""
        self._heard = self._clock.monotonic()
        await self.subscribe(self._echo, self._hear)
        self._tasks = [
            asyncio.create_task(_kept_up(self._publisher.serve)),
            asyncio.create_task(_kept_up(self._subscriber.serve)),
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_LIMIT_S):
                await self._publisher.connected.wait()
                await self._subscriber.connected.wait()
        self._tasks.append(asyncio.create_task(kept_going("bus_echo", self._call_out)))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_LIMIT_S):
                await self._first_echo.wait()

    async def stop(self) -> None:
        """Send what waits, and close."""
        self._publisher.flush()
        await asyncio.sleep(0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def publish(self, topic: str, payload: bytes) -> None:
        """Have it sent with this turn of the loop; counted and dropped when too much waits already."""
        self._publisher.publish(topic, payload)

    async def subscribe(self, topic: str, handler: Handler) -> None:
        """Returns when Redis has acknowledged, or when it is out of reach: subscribed then as soon as it is back."""
        await self._subscriber.subscribe(topic, handler)

    async def unsubscribe(self, topic: str, handler: Handler) -> None:
        """In force at once for the handler; Redis is told when it was the topic's last."""
        self._subscriber.unsubscribe(topic, handler)

    def on_gap(self, action: Callable[[], None]) -> None:
        """Call `action` after each new subscription connection, once all topics are subscribed again."""
        self._subscriber.gap_actions.append(action)

    @property
    def silent_for(self) -> float:
        """Seconds since a message of our own came back."""
        return max(0.0, self._clock.monotonic() - self._heard)

    async def _call_out(self) -> None:
        """Send ourselves a message every second, and give up a subscription that brings none back."""
        while True:
            self.publish(self._echo, b"")
            await asyncio.sleep(ECHO_EVERY_S)
            if self._clock.monotonic() - max(self._heard, self._subscriber.since) > SILENCE_S:
                REDIS.away("silent")
                self._subscriber.abort()

    def _hear(self, _payload: bytes) -> None:
        self._heard = self._clock.monotonic()
        self._first_echo.set()
        REDIS.back()


class _Publisher:
    """Sends, and watches that Redis answers in time."""

    def __init__(self, url: str, form: Form, clock: Clock) -> None:
        self._url = url
        self._form = form
        self._clock = clock
        self.connected = asyncio.Event()
        self._line: RedisLine | None = None
        self._waiting: defaultdict[str, list[bytes]] = defaultdict(list)
        self._waiting_bytes = 0
        self._flushing = False
        self._unanswered: deque[float] = deque()
        self._watched = False

    def publish(self, topic: str, payload: bytes) -> None:
        if self._waiting_bytes + len(payload) > QUEUE_BYTES:
            BUS_DROPPED.inc()
            return
        self._waiting[topic].append(payload)
        self._waiting_bytes += len(payload) + _LENGTH
        if not self._flushing and self._line is not None:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """One message per topic, with all that was published on it since the last turn."""
        self._flushing = False
        if self._line is None:
            return
        for topic, payloads in self._waiting.items():
            self._line.send(self._form.publish, self._form.channel(topic), joined(payloads))
            self._unanswered.append(self._clock.monotonic())
        self._waiting.clear()
        self._waiting_bytes = 0
        if self._unanswered and not self._watched:
            self._watched = True
            asyncio.get_running_loop().call_later(PUBLISH_LIMIT_S, self._watch)

    async def serve(self) -> None:
        """One connection, from its begin to its loss."""
        async with asyncio.timeout(CONNECT_LIMIT_S):
            self._line = await open_line(self._url, self._answered)
        try:
            self.connected.set()
            self.flush()
            await self._line.lost
        finally:
            BUS_DROPPED.inc(len(self._unanswered))
            self._unanswered.clear()
            self._line.abort()
            self._line = None

    def _answered(self, reply: Any) -> None:
        if self._unanswered:
            self._unanswered.popleft()
        if isinstance(reply, Exception):
            BUS_DROPPED.inc()
            log.warning("bus_refused", error=str(reply)[:200])

    def _watch(self) -> None:
        """Look at the oldest message without an answer; when it is late, look again after the loop has read."""
        self._watched = False
        if not self._unanswered or self._line is None:
            return
        late = self._clock.monotonic() - self._unanswered[0] - PUBLISH_LIMIT_S
        loop = asyncio.get_running_loop()
        if late < 0:
            self._watched = True
            loop.call_later(-late, self._watch)
        else:
            # This loop itself may have been busy: the answer then lies in the socket, and is read before this runs.
            loop.call_later(0.01, self._give_up, self._line, self._unanswered[0])

    def _give_up(self, line: RedisLine, oldest: float) -> None:
        if self._line is line and self._unanswered and self._unanswered[0] == oldest:
            line.abort()
        elif self._unanswered and not self._watched:
            self._watched = True
            asyncio.get_running_loop().call_later(PUBLISH_LIMIT_S, self._watch)


class _Subscriber:
    """Keeps the handlers, and has Redis know their topics."""

    def __init__(self, url: str, form: Form, clock: Clock) -> None:
        self._url = url
        self._form = form
        self._clock = clock
        self.connected = asyncio.Event()
        self._line: RedisLine | None = None
        self._handlers: dict[bytes, list[Handler]] = {}
        self._acknowledging: defaultdict[bytes, deque[asyncio.Future[None]]] = defaultdict(deque)
        self.gap_actions: list[Callable[[], None]] = []
        self._connected_before = False
        self.since = clock.monotonic()

    async def subscribe(self, topic: str, handler: Handler) -> None:
        channel = self._form.channel(topic)
        handlers = self._handlers.setdefault(channel, [])
        handlers.append(handler)
        if self._line is None:
            return
        # Also for a topic that is being subscribed already: only an acknowledgement says that it is.
        acknowledged = self._request(self._line, channel)
        try:
            async with asyncio.timeout(ACKNOWLEDGE_LIMIT_S):
                await acknowledged
        except TimeoutError:
            self.abort()

    def unsubscribe(self, topic: str, handler: Handler) -> None:
        channel = self._form.channel(topic)
        handlers = self._handlers.get(channel, [])
        if handler in handlers:
            handlers.remove(handler)
        if not handlers and self._handlers.pop(channel, None) is not None and self._line is not None:
            self._line.send(self._form.unsubscribe, channel)

    def abort(self) -> None:
        """Give up the present connection; another one follows."""
        if self._line is not None:
            self._line.abort()

    async def serve(self) -> None:
        """One connection, from its begin to its loss."""
        async with asyncio.timeout(CONNECT_LIMIT_S):
            line = await open_line(self._url, self._receive)
        try:
            self.since = self._clock.monotonic()
            self._line = line
            async with asyncio.timeout(ACKNOWLEDGE_LIMIT_S):
                await asyncio.gather(*[self._request(line, channel) for channel in self._handlers])
            self.connected.set()
            self._tell_of_gap()
            await line.lost
        finally:
            self._line = None
            line.abort()
            self._release_waiting()

    def _request(self, line: RedisLine, channel: bytes) -> asyncio.Future[None]:
        acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._acknowledging[channel].append(acknowledged)
        line.send(self._form.subscribe, channel)
        return acknowledged

    def _receive(self, reply: Any) -> None:
        if not isinstance(reply, list):
            log.warning("bus_refused", error=str(reply)[:200])
            self.abort()
            return
        kind, channel, content = reply
        if kind == self._form.message:
            self._deliver(channel, content)
        elif kind == self._form.subscribed:
            _resolve(self._acknowledging[channel].popleft())
            if not self._acknowledging[channel]:
                del self._acknowledging[channel]

    def _deliver(self, channel: bytes, content: bytes) -> None:
        for payload in split(content):
            for handler in tuple(self._handlers.get(channel, ())):
                try:
                    handler(payload)
                except Exception:
                    log.exception("bus_handler_failed")

    def _tell_of_gap(self) -> None:
        if self._connected_before:
            BUS_RECONNECTS.inc()
            for action in tuple(self.gap_actions):
                try:
                    action()
                except Exception:
                    log.exception("bus_gap_action_failed")
        self._connected_before = True

    def _release_waiting(self) -> None:
        """Who waits for an acknowledgement goes on: the topic is subscribed with the next connection."""
        for waiting in self._acknowledging.values():
            for acknowledged in waiting:
                _resolve(acknowledged)
        self._acknowledging.clear()


# Bytes before each payload that say how long it is.
_LENGTH = 4


def joined(payloads: list[bytes]) -> bytes:
    """Several payloads as one message, each with its length in front."""
    return b"".join(part for payload in payloads for part in (len(payload).to_bytes(_LENGTH, "big"), payload))


def split(content: bytes) -> Iterator[bytes]:
    """The payloads of one message. Stops at whatever is no whole payload."""
    at = 0
    while at + _LENGTH <= len(content):
        end = at + _LENGTH + int.from_bytes(content[at : at + _LENGTH], "big")
        if end > len(content):
            return
        yield content[at + _LENGTH : end]
        at = end


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def _kept_up(serve: Callable[[], Awaitable[None]]) -> None:
    """Have a connection again whenever it is lost, with growing pauses while there is none to be had."""
    wait = FIRST_RETRY_S
    while True:
        begun = asyncio.get_running_loop().time()
        try:
            await serve()
        except Exception as error:
            REDIS.away(reason_of(error))
        if asyncio.get_running_loop().time() - begun > LONGEST_RETRY_S:
            wait = FIRST_RETRY_S
        await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - spread, not a secret
        wait = min(wait * 2, LONGEST_RETRY_S)
