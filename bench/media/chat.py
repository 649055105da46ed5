"""Chat beside calls: how long messages take to arrive while the media node has nothing to do, and more than it can do.

The server and the node share a core, as on a small machine; those who chat and those who send pictures share the other
one. As a program, this file is the flood: it starts a node and gives it too much until its input is closed.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass

from bench.client import Load, LoadError, run
from bench.fanout.cases import Case as ChatCase
from bench.fanout.fairmatch import Fairmatch as Server
from bench.media.cases import Case
from bench.media.fairmatch import Fairmatch as Node
from bench.media.load import Publisher
from bench.media.time_used import seconds_on_cpu
from bench.places import ROOT
from bench.processes import ServerError, cores

NAME = "chat beside a full node"
SAYS = "100 people chat, 20 messages a second reach each of them; first alone, then beside a node that gets too much"
PEOPLE, PER_SECOND = 100, 20
SECONDS = 5.0
# Far more than a core can forward: 20,000 packets a second to 50 viewers.
FLOOD = Case("flood", "more than a node can forward", 1, 50, 20_000, 8)
# Packets sent in one turn, so that who chats gets their turn, too.
AT_ONCE = 160


@dataclass(frozen=True)
class ChatFigures:
    """What came out of one round, in ms; and what the node used of the core that it shares, in per cent."""

    quiet_p99_ms: float
    full_p99_ms: float
    node_core_share: float


def measure(seconds: float, people: int) -> ChatFigures:
    """One round. Raises ServerError."""
    load = Load(people, rate=PER_SECOND, senders=people, seconds=seconds, warmup=min(1.0, seconds))
    try:
        with Server().serve(ChatCase(NAME, load, SAYS)) as target:
            quiet = run(load, target)
            with flooded(FLOOD.viewers if people == PEOPLE else people) as shares:
                full = run(load, target)
    except LoadError as error:
        raise ServerError(str(error)) from None
    return ChatFigures(float(quiet["p99_ms"]), float(full["p99_ms"]), shares[0])


@contextmanager
def flooded(viewers: int) -> Iterator[list[float]]:
    """A node that has too much to do while the block runs; afterwards its share of the core is in the list."""
    shares: list[float] = []
    command = [sys.executable, "-m", "bench.media.chat", str(viewers)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if process.stdout.readline().strip() != "ready":
            raise ServerError("the node to be flooded did not come up")
        yield shares
        process.stdin.close()
        shares.append(float(json.loads(process.stdout.readline())))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def flood(count: int) -> None:
    """Start a node and flood it until the input is closed; say its share of a core."""
    node = Node()
    await node.start()
    publisher = Publisher(await node.publish("publisher0"))
    viewers = [await node.watch(f"viewer{at}", ["publisher0"]) for at in range(count)]
    loop = asyncio.get_running_loop()
    for viewer in viewers:
        loop.remove_reader(viewer.socket.fileno())  # what they do not take is lost, which is all the same here
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    os.nice(10)  # who chats on this core is measured, and comes first
    print("ready", file=sys.__stdout__, flush=True)
    begun, used = time.perf_counter(), seconds_on_cpu(node.pids())
    elapsed = 0.0
    while not ended.is_set():
        elapsed = min(time.perf_counter() - begun, elapsed + AT_ONCE / FLOOD.per_second)
        publisher.send_due(FLOOD, elapsed)
        await asyncio.sleep(0)
    share = 100 * (seconds_on_cpu(node.pids()) - used) / (time.perf_counter() - begun)
    print(json.dumps(share), file=sys.__stdout__, flush=True)
    for peer in (*viewers, publisher.peer):
        await peer.close()
    await node.stop()


def main() -> None:
    """The flood, on the core of those who send."""
    core = cores()[1]
    if core is not None:
        os.sched_setaffinity(0, {core})
    with redirect_stdout(sys.stderr):  # what the node logs is no figure
        asyncio.run(flood(int(sys.argv[1])))


if __name__ == "__main__":
    main()
