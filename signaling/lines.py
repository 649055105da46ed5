"""Ways to a media node: how frames of the control protocol travel, and what happens when a node is lost."""

import asyncio
import contextlib
import itertools
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from server.kernel.bus import Bus
from server.kernel.observe import MEDIA_NODES_LOST
from signaling import bus_topics
from signaling.protocol import MediaError

log = structlog.get_logger(__name__)

# Bytes of one frame: an answer of 32 KiB, escaped, or the state of a room of 500.
FRAME_BYTES = 1024 * 1024
# A request that was not answered by then never will be.
ANSWER_S = 5.0
# From its start until a node answers: it loads aiortc, which was seen to take 8 s on a busy machine. One that ends
# instead is noticed at once.
START_S = 45.0
STOP_S = 3.0

OnEvent = Callable[[str, Mapping[str, Any]], None]


class Line(Protocol):
    """A way to one node."""

    async def ask(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have something done. Raises MediaError; `unavailable` when the node can't be reached."""
        ...


class Asking:
    """Requests that wait for their answers, by number."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Mapping[str, Any]]] = {}

    async def ask(
        self, method: str, params: Mapping[str, Any], send: Callable[[bytes], None], limit_s: float = ANSWER_S
    ) -> Mapping[str, Any]:
        """Send a request and wait for its answer. Raises MediaError."""
        number = next(self._numbers)
        answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            send(encoded({"i": number, "m": method, "p": params}))
            async with asyncio.timeout(limit_s):
                return await answer
        except TimeoutError:
            raise MediaError("unavailable", "the media node does not answer") from None
        finally:
            self._waiting.pop(number, None)

    def answered(self, frame: Mapping[str, Any]) -> None:
        """Hand an answer to who waits for it."""
        answer = self._waiting.get(frame.get("i", 0))
        if answer is None or answer.done():
            return
        if error := frame.get("e"):
            answer.set_exception(MediaError(str(error["code"]), str(error.get("msg", ""))))
        else:
            answer.set_result(frame["r"])

    def fail_all(self, reason: str) -> None:
        """The node is gone: nobody waits any longer."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(MediaError("unavailable", reason))


class BusLine:
    """A way to a node over the bus; `back` is the topic of its answers."""

    def __init__(self, bus: Bus, asking: Asking, back: str, life: str, limit_s: float = ANSWER_S) -> None:
        self.life = life
        self._bus = bus
        self._limit_s = limit_s
        self._asking = asking
        self._back = back.encode() + b"\n"
        self._topic = bus_topics.requests(life)

    async def ask(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have the node do something. Raises MediaError."""
        return await self._asking.ask(method, params, self._send, self._limit_s)

    def _send(self, frame: bytes) -> None:
        self._bus.publish(self._topic, self._back + frame)


class ChildLine:
    """A node that is a child process of ours: started by the first request or before it, and again when it has died."""

    def __init__(self, arguments: list[str], on_event: OnEvent, on_lost: Callable[[], None]) -> None:
        self._arguments = arguments
        self._on_event = on_event
        self._on_lost = on_lost
        self._asking = Asking()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._fresh = True

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def begin(self) -> None:
        """Start the child, where none runs. Raises OSError."""
        await self._running()

    async def ask(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have the child do something. Raises MediaError."""
        process = await self._running()
        limit = START_S if self._fresh else ANSWER_S

        def send(frame: bytes) -> None:
            if process.stdin is None or process.stdin.is_closing():
                raise MediaError("unavailable", "the media node has ended")
            process.stdin.write(frame + b"\n")

        answer = await self._asking.ask(method, params, send, limit)
        self._fresh = False
        return answer

    async def _running(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._process is None or self._process.returncode is not None or self._lost():
                await self._end()
                self._process = await self._start()
        return self._process

    def _lost(self) -> bool:
        return self._reading is None or self._reading.done()

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "signaling.media.process",
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=FRAME_BYTES,
            process_group=0,  # Ctrl-C reaches us alone; the child ends when we do
        )
        self._fresh = True
        self._reading = asyncio.create_task(self._read(process))
        log.info("media_node_started", pid=process.pid)
        return process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                self._take(json.loads(line))
        except Exception:  # of bytes that are nothing, or of whoever is told: nobody would hear this node any more
            log.exception("media_node_not_heard")
            process.kill()
        finally:
            self._asking.fail_all("the media node has ended")
        code = await process.wait()
        MEDIA_NODES_LOST.inc()
        log.warning("media_node_ended", pid=process.pid, code=code)
        self._on_lost()

    def _take(self, frame: Mapping[str, Any]) -> None:
        if "k" in frame:
            self._on_event(frame["k"], frame["d"])
        else:
            self._asking.answered(frame)

    async def stop(self) -> None:
        """End the child."""
        async with self._starting:
            await self._end()

    async def _end(self) -> None:
        process, reading = self._process, self._reading
        self._process = self._reading = None
        if reading and not reading.done():
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        await ended(process)


async def ended(process: asyncio.subprocess.Process) -> None:
    """Wait for the end of a process that was asked for it; one that takes longer than `STOP_S` is killed."""
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def encoded(frame: Mapping[str, Any]) -> bytes:
    """A frame in bytes, without a line break."""
    return json.dumps(frame, separators=(",", ":")).encode()
