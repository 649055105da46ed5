"""Fairmatch itself, through the whole path: `fairmatch serve` on SQLite, people with sessions, rights, the commit."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.client import Target
from bench.fanout.cases import Case
from bench.places import ROOT, VAR
from bench.processes import START_SECONDS, ServerError, family, last_words, server
from tests.support.daemon import free_port

SEED_SECONDS = 180


class Fairmatch:
    """The product as an operator starts it, with its limits as they are."""

    name = "fairmatch"
    says = (
        "`fairmatch serve`, one process, SQLite: every connection is a signed-in person with rights in "
        "the room; every message is checked, numbered and committed to disk (synchronous=FULL) before it goes out"
    )

    def missing(self) -> str:
        """It is always here."""
        return ""

    @contextmanager
    def serve(self, case: Case) -> Iterator[Target]:
        """The running server with a room full of people. Raises ServerError."""
        with _data_folder() as folder:
            port = free_port()
            environment = _environment(folder, port)
            room = _seed(folder, environment, case.load.connections)
            log = VAR / "fairmatch.log"
            command = (sys.executable, "-m", "server.cli", "serve")
            with server(command, log=log, environment=environment, talks=False) as process:
                _wait_ready(process, port, log)
                yield target(port, family(process.pid), folder / "hello", room)


@contextmanager
def _data_folder() -> Iterator[Path]:
    """On the disk of the checkout: where temporary files are kept in memory, a commit would cost nothing."""
    VAR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=VAR, prefix="fairmatch-") as folder:
        yield Path(folder)


def target(port: int, pids: list[int], hello: Path, channel: str) -> Target:
    """How Fairmatch is talked to."""
    sending = {"channel": channel, "cid": "@CID@", "text": "@TEXT@"}
    return Target(
        port,
        pids,
        path="/live",
        headers=("Sec-WebSocket-Protocol: fairmatch.v1", f"Origin: http://127.0.0.1:{port}"),
        hello=hello,
        ready='"resume":',
        message=json.dumps({"i": "@N@", "m": "chat.send", "p": sending}).replace('"@N@"', "@N@"),
    )


def _environment(folder: Path, port: int) -> dict[str, str]:
    """The settings of this server, and none of the developer's own."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMATCH_")}
    own = {"DATA": str(folder), "HOST": "127.0.0.1", "PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}"}
    return outer | {f"FAIRMATCH_{name}": value for name, value in own.items()} | {"FAIRMATCH_DRAIN_SECONDS": "1"}


def _seed(folder: Path, environment: Mapping[str, str], people: int) -> str:
    """Fill a new data folder; returns the topic of the room's channel."""
    options = {"--data": folder, "--people": people, "--hello": folder / "hello"}
    command = [sys.executable, "-m", "bench.seed", *(str(part) for option in options.items() for part in option)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SEED_SECONDS, check=False
    )
    if done.returncode:
        raise ServerError(f"the people could not be seeded: {(done.stderr.strip() or '?').splitlines()[-1]}")
    return done.stdout.strip().splitlines()[-1]


def _wait_ready(process: subprocess.Popen[str], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ServerError(f"it ended at once: {last_words(log)}")
        if _is_ready(port):
            return
        time.sleep(0.1)
    raise ServerError(f"it was not ready after {START_SECONDS} s: {last_words(log)}")


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
