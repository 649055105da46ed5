"""The node as a process: `python -m signaling.media.process`, asked line by line through its standard input.

It ends when that is closed: a node never outlives the server that started it.
"""

import argparse
import asyncio
import json
import signal
import sys
from typing import Any

import structlog

from signaling.lines import FRAME_BYTES, encoded
from signaling.media.node import Node, Place
from signaling.protocol import MediaError

log = structlog.get_logger(__name__)


def main() -> None:
    """Serve until standard input ends."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    parser = argparse.ArgumentParser(description="A media node for its parent process.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--announce", default="", help="addresses to name in answers, with commas")
    parser.add_argument("--sending", default="", choices=["", "gso", "sendmmsg", "sendto"])
    given = parser.parse_args()
    announced = tuple(each for each in given.announce.split(",") if each)
    run(_serve(Place(given.host, given.port, announced, given.sending)))


def run(serving: Any) -> None:
    """Run to the end on the fastest loop there is."""
    try:
        import uvloop
    except ImportError:  # where there is none for the system
        asyncio.run(serving)
    else:
        uvloop.run(serving)


async def _serve(place: Place) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: None)  # the parent says when
    reader = asyncio.StreamReader(limit=FRAME_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout.buffer)
    writer = asyncio.StreamWriter(transport, protocol, None, loop)

    def say(frame: dict[str, Any]) -> None:
        if not writer.is_closing():
            writer.write(encoded(frame) + b"\n")

    node = Node(place, lambda kind, data: say({"k": kind, "d": data}))
    await node.start()
    try:
        while line := await reader.readline():
            say(await answer(node, json.loads(line)))
    finally:
        await node.stop()
        writer.close()


async def answer(node: Node, frame: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request, whatever it is."""
    try:
        return {"i": frame["i"], "r": await node.ask(frame["m"], frame["p"])}
    except MediaError as error:
        return {"i": frame["i"], "e": {"code": error.code, "msg": error.message}}
    except Exception:
        log.exception("request_failed", method=frame.get("m"))
        return {"i": frame.get("i", 0), "e": {"code": "internal", "msg": ""}}


if __name__ == "__main__":
    main()
