"""Chat beside calls: how long messages take while the media node does nothing, its work, and more than it can.

The server and the node share a core, as on a small machine; those who chat and those who send pictures share the other
one. One server stays for all rounds. A round is chat alone, beside each load, and alone again; every other one goes
through the loads backwards. What counts is how often as long messages take beside a load as in the same round alone.
As a program, this file is the load: it starts a node and has it forward until its input is closed.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from statistics import mean

from bench.client import Load as Chatting
from bench.client import LoadError, Target, run
from bench.fanout.cases import Case as ChatCase
from bench.fanout.fairmatch import Fairmatch as Server
from bench.media.cases import CASES, Case, scaled
from bench.media.fairmatch import Fairmatch as Node
from bench.media.load import Load
from bench.places import ROOT
from bench.processes import ServerError, cores, cpu_seconds

NAME = "chat beside a full node"
SAYS = "100 people chat, 20 messages a second reach each of them: alone, and beside a node that gets too much"
PEOPLE, PER_SECOND = 100, 20
SECONDS = 5.0
# Far more than a core can forward: 20,000 packets a second to 50 viewers.
FLOOD = Case(NAME, "more than a node can forward", 1, 50, 20_000, 8)
# Packets sent in one turn, so that who chats gets their turn, too.
AT_ONCE = 160
# Whoever sends less than too much rests in between.
REST_S = 0.001


@dataclass(frozen=True)
class Beside:
    """Chat beside one load in one round: its p99 and that of the same round alone, in ms; and what the node used of
    the core that it shares, in per cent."""

    load: str
    p99_ms: float
    alone_p99_ms: float
    node_core_share: float

    @property
    def times_alone(self) -> float:
        """How often as long messages take as alone."""
        return self.p99_ms / max(self.alone_p99_ms, 0.1)


def measure(loads: Sequence[Case], rounds: int, seconds: float, people: int) -> list[Beside]:
    """All loads in all rounds. Raises ServerError."""
    chatting = Chatting(people, rate=PER_SECOND, senders=people, seconds=seconds, warmup=min(1.0, seconds))
    try:
        with Server().serve(ChatCase(NAME, chatting, SAYS)) as target:
            return [
                each
                for number in range(rounds)
                for each in _round(loads if number % 2 == 0 else loads[::-1], chatting, target, number)
            ]
    except LoadError as error:
        raise ServerError(str(error)) from None


def _round(loads: Sequence[Case], chatting: Chatting, target: Target, number: int) -> list[Beside]:
    print(f"chat beside {len(loads)} loads, round {number + 1}", file=sys.stderr, flush=True)
    first = _p99(chatting, target)
    found = []
    for load in loads:
        with loaded(load) as shares:
            p99 = _p99(chatting, target)
        found.append((load.name, p99, shares[0]))
    alone = mean((first, _p99(chatting, target)))
    return [Beside(name, p99, alone, share) for name, p99, share in found]


def _p99(chatting: Chatting, target: Target) -> float:
    return float(run(chatting, target)["p99_ms"])


def of_name(name: str) -> Case:
    """A load by its name."""
    return next(case for case in (*CASES, FLOOD) if case.name == name)


@contextmanager
def loaded(case: Case) -> Iterator[list[float]]:
    """A node forwards as the case says while the block runs; afterwards its share of the core is in the list."""
    shares: list[float] = []
    command = [sys.executable, "-m", "bench.media.chat", case.name, str(case.viewers)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if process.stdout.readline().strip() != "ready":
            raise ServerError("the node beside which people chat did not come up")
        yield shares
        process.stdin.close()
        shares.append(float(json.loads(process.stdout.readline())))
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


async def forward(case: Case) -> None:
    """Start a node and have it forward until the input is closed; say its share of a core."""
    node = Node()
    load = Load(node, case)
    await load.open()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    os.nice(10)  # who chats on this core is measured, and comes first
    print("ready", file=sys.__stdout__, flush=True)
    begun, used = time.perf_counter(), cpu_seconds(node.pids())
    elapsed, rest = 0.0, 0.0 if case.name == NAME else REST_S
    while not ended.is_set():
        elapsed = min(time.perf_counter() - begun, elapsed + AT_ONCE / case.per_second)
        load.send_due(elapsed)  # what viewers do not take is lost, which is all the same here
        await asyncio.sleep(rest)
    share = 100 * (cpu_seconds(node.pids()) - used) / (time.perf_counter() - begun)
    print(json.dumps(share), file=sys.__stdout__, flush=True)
    await load.close()


def main() -> None:
    """The load, on the core of those who send."""
    core = cores()[1]
    if core is not None:
        os.sched_setaffinity(0, {core})
    name, viewers = sys.argv[1:]
    with redirect_stdout(sys.stderr):  # what the node logs is no figure
        asyncio.run(forward(scaled(of_name(name), None, int(viewers))))


if __name__ == "__main__":
    main()
