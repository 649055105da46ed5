"""The node as a process: `python -m signaling.media.process`, asked line by line through its standard input.

It ends when that is closed: a node never outlives the server that started it.
"""

import argparse
import asyncio
import faulthandler
import json
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import structlog

from server.kernel.observe import set_up_logs
from server.kernel.settings import Settings
from signaling.leases import LEASE_S
from signaling.lines import FRAME_BYTES, encoded
from signaling.media.node import Node, Place
from signaling.protocol import MediaError

log = structlog.get_logger(__name__)

# A node whose loop gets no turn for so long is dead to everybody: it ends, and is begun anew.
STUCK_S = LEASE_S


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description="A media node for its parent process.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--announce", default="", help="addresses to name in answers, with commas")
    parser.add_argument("--sending", default="", choices=["", "gso", "sendmmsg", "sendto"])
    parser.add_argument("--niceness", type=int, default=0, help="0 to 19: how far others come first")
    parser.add_argument("--log-format", default="console", choices=["console", "json"])
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    given = parser.parse_args()
    logs = {"log_format": given.log_format, "log_level": given.log_level}
    set_up_logs(Settings.model_validate(logs), sys.stderr)
    announced = tuple(each for each in given.announce.split(",") if each)
    run(_serve(Place(given.host, given.port, announced, given.sending)), given.niceness)


def run(serving: Coroutine[Any, Any, None], niceness: int) -> None:
    """Run to the end on the fastest loop there is, behind who is to come first."""
    os.nice(niceness)
    try:
        import uvloop
    except ImportError:  # where there is none for the system
        asyncio.run(_awake(serving))
    else:
        uvloop.run(_awake(serving))


async def _awake(serving: Coroutine[Any, Any, None]) -> None:
    """Serve, with a watch that ends the process, saying where it was, when its loop hangs."""

    async def stay_awake() -> None:
        while True:
            faulthandler.dump_traceback_later(STUCK_S, exit=True)
            await asyncio.sleep(STUCK_S / 5)

    watch = asyncio.create_task(stay_awake())
    try:
        await serving
    finally:
        watch.cancel()
        faulthandler.cancel_dump_traceback_later()


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
    node.mux.faults.on_said = lambda: say({"k": "fault", "d": {}})  # nobody asks a child for its figures
    node.on_broken = reader.feed_eof  # as if the parent had gone
    await node.start()
    try:
        while line := await reader.readline():
            say(await answer(node, json.loads(line)))
    finally:
        await node.stop()
        writer.close()
    if node.is_broken:
        raise SystemExit(1)


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
