"""The load client as the bench drives it: in C where it compiles, else the slower one in Python; one face for both."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.native_code import NotBuiltError, program
from bench.places import ROOT
from bench.processes import cores

# Longest opening of all connections; at 250 upgrades a second 5,000 need 20 s.
OPENING_SECONDS = 120


class LoadError(Exception):
    """The client gave up; the text is its reason."""


@dataclass(frozen=True)
class Load:
    """What the client does. With neither window nor rate it only holds the connections."""

    connections: int
    window: int = 0  # messages on the way at once; the next one leaves when every receiver has one of them
    rate: float = 0.0  # messages a second, whatever comes back
    warmup: float = 1.0  # seconds of traffic that are not counted
    seconds: float = 3.0
    settle: float = 1.0  # seconds of silence between the last opening and the first message
    senders: int = 100  # the connections that take turns in sending
    size: int = 200  # bytes of a message's text
    patience: float = 10.0  # seconds without progress until the client gives up


@dataclass(frozen=True)
class Target:
    """How a server is talked to. `@TEXT@`, `@CID@` and `@N@` in the message are filled in for each."""

    port: int
    pids: Sequence[int] = ()
    path: str = "/"
    headers: Sequence[str] = ()
    hello: Path | None = None  # one frame for each connection, a line each
    ready: str = ""  # the connection is ready when a frame holds this; empty: after the upgrade
    message: str = "@TEXT@"
    answers: Sequence[tuple[str, str]] = ()  # a frame that begins so is answered so


def clients() -> dict[str, list[str]]:
    """The load clients of this machine, the best first."""
    slow = {"python": [sys.executable, "-m", "bench.pyclient"]}
    try:
        return {"c": [str(program("client"))]} | slow
    except NotBuiltError:
        return slow


def arguments(load: Load, target: Target) -> list[str]:
    """The options of the load client."""
    core = cores()[1]
    given = {
        "port": target.port,
        "path": target.path,
        "hello": target.hello,
        "ready": target.ready,
        "message": target.message,
        "connections": load.connections,
        "addresses": max(1, load.connections // 100),  # as people behind so many addresses
        "senders": load.senders,
        "size": load.size,
        "window": load.window,
        "rate": load.rate,
        "warmup": load.warmup,
        "seconds": load.seconds,
        "settle": load.settle,
        "patience": load.patience,
        "core": -1 if core is None else core,
    }
    options = [f"--{name}={value}" for name, value in given.items() if value not in (None, "")]
    options += [f"--header={line}" for line in target.headers]
    options += [f"--answer={prefix}=>{text}" for prefix, text in target.answers]
    return options + [f"--pid={pid}" for pid in target.pids]


def run(load: Load, target: Target, client: str = "") -> dict[str, Any]:
    """Do it and return what the client measured. Raises LoadError."""
    with _started(load, target, client) as process:
        limit = load.warmup + load.seconds + 2 * load.patience + OPENING_SECONDS
        try:
            printed, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            raise LoadError(f"the client did not end within {limit:.0f} s") from None
    return _answer(printed.strip().splitlines())


@contextmanager
def hold(load: Load, target: Target, client: str = "") -> Iterator[dict[str, Any]]:
    """Hold the connections open for as long as the block runs. Raises LoadError."""
    with _started(load, target, client) as process:
        assert process.stdout is not None
        yield _answer([process.stdout.readline().strip()])
        if process.poll() is not None:
            raise LoadError(str(_answer(process.stdout.read().strip().splitlines())))


@contextmanager
def _started(load: Load, target: Target, client: str) -> Iterator[subprocess.Popen[str]]:
    known = clients()
    command = known[client or next(iter(known))]
    process = subprocess.Popen(
        [*command, *arguments(load, target)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """The client ends by itself when its input is closed; one that doesn't is ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    if not process.stdin.closed:
        process.stdin.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _answer(lines: list[str]) -> dict[str, Any]:
    if not lines or not lines[-1]:
        raise LoadError("the client said nothing")
    answer: dict[str, Any] = json.loads(lines[-1])
    if "error" in answer:
        raise LoadError(answer["error"])
    return answer
