"""Servers that start warm: one process of the run has the product's modules loaded, and each server is a fork of it.
Loading them is three quarters of a start, and a run of the suite starts some hundred servers.

Run as a program, this file listens on the socket that is named and answers each connection with a server of its own:
one line in with what to run, one line out with its process number, and a last one with its exit code.
"""

import gc
import importlib
import json
import math
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from bin.places import PYTHON, ROOT, environment
from tests.support import example_hosts, moving_clock
from tests.support.guard import Guard

_LINE = 1 << 16
# What a server loads once it knows what it stands on: nearly two thirds of its start on PostgreSQL and Redis.
_LATER = (
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "redis.asyncio",
    "server.process",
    "server.http_protocol",
)


class Process(Protocol):
    """What a daemon needs of its process: a fork of ours, or one that `subprocess` started."""

    @property
    def pid(self) -> int:
        """Its number."""

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended. Raises subprocess.TimeoutExpired, which `timeout` is in seconds for."""

    def kill(self) -> None:
        """End it at once."""


class WarmProcess:
    """The process that has everything loaded, as the desk hosts it."""

    def __init__(self, folder: Path, guard: Guard) -> None:
        self._address = str(folder / "socket")
        self._guard = guard
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where orders go: see `Warm`."""
        return f"warm:{self._address}"

    def start(self) -> None:
        """Return once it takes orders. Raises AssertionError when it does not come up."""
        command = [str(PYTHON), "-m", __spec__.name, self._address]
        chosen = environment()
        self._process = subprocess.Popen(command, cwd=ROOT, env=chosen, stdout=subprocess.PIPE, start_new_session=True)
        self._guard.watch(self._process.pid, signal.SIGKILL)
        assert self._process.stdout is not None
        with self._process.stdout as said:
            assert said.readline(), "the warm process did not come up"

    def stop(self) -> None:
        """End it; the servers that it started are others' business."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._guard.forget(self._process.pid)


class Warm:
    """The same, seen from the tests."""

    def __init__(self, url: str) -> None:
        self._address = url.removeprefix("warm:")

    def launch(self, command: Sequence[str], folder: Path, variables: Mapping[str, str], log: Path) -> "Fork":
        """Run a command, as `subprocess.Popen` would, but without loading the product: `fairmatch ...`, or
        `python -m MODULE ...` with a module that runs it in another way."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._address)
        module, arguments = (command[2], command[3:]) if command[1] == "-m" else ("", command[1:])
        order = {"arguments": [*arguments], "folder": str(folder), "environment": {**variables}, "log": str(log)}
        order |= {"module": module}
        connection.sendall(json.dumps(order).encode() + b"\n")
        return Fork(connection)


class Fork:
    """One server that was forked off; its keeper tells on the connection how it ends."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._code: int | None = None
        self._lock = threading.Lock()
        self.pid = int(self._lines.readline())

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        with self._lock:
            return self._listen(0.000_001)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended. Raises subprocess.TimeoutExpired after so many seconds.

        It listens for a moment at a time, since another thread may ask, too: one that waits for it to come up.
        """
        deadline = time.monotonic() + timeout if timeout is not None else math.inf
        while time.monotonic() < deadline:
            with self._lock:
                code = self._listen(0.05)
            if code is not None:
                return code
        raise subprocess.TimeoutExpired(["fairmatch"], timeout or 0.0)

    def _listen(self, seconds: float) -> int | None:
        if self._code is None:
            self._connection.settimeout(seconds)
            try:
                said = self._connection.recv(_LINE)
            except TimeoutError:
                return None
            self._code = int(said or -signal.SIGKILL)
            self._lines.close()
            self._connection.close()
        return self._code

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)


def main(address: str) -> None:
    """Load everything, then fork off whatever is ordered. Returns in a fork alone, after the server's end."""
    gc.disable()  # a fork copies what the search for garbage has touched: see server.kernel.sweeping
    import server.app
    from server.cli import app
    from server.kernel.clock import SystemClock
    from web.assets import of_the_product
    from web.i18n import DEFAULT
    from web.render import Templates

    assert server.app
    for name in _LATER:
        importlib.import_module(name)
    templates = Templates(of_the_product(), SystemClock()).environment(DEFAULT)
    for name in templates.list_templates(extensions=["html"]):
        templates.get_template(name)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    gc.collect()
    gc.freeze()
    print("loaded", flush=True)
    order = _ordered(listener)
    _become(order)
    if order["module"]:
        runpy.run_module(str(order["module"]), run_name="__main__", alter_sys=True)
    else:
        app()


def _ordered(listener: socket.socket) -> dict[str, object]:
    """Answer orders for ever; what is returned is the order of the fork that one is in now."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    while True:
        connection, _ = listener.accept()
        order: dict[str, object] = json.loads(connection.makefile("rb").readline())
        if os.fork():
            connection.close()
            continue
        listener.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if not (server := os.fork()):
            connection.close()
            return order
        _keep(server, connection)


def _keep(server: int, connection: socket.socket) -> None:
    """Tell the tests of the server, to its end; never returns."""
    os.setsid()
    try:
        connection.sendall(f"{server}\n".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(server, 0)[1])
        connection.sendall(str(code).encode())
    finally:
        os._exit(0)


def _become(order: dict[str, object]) -> None:
    """Make a fork what `subprocess` would have made of the order."""
    import random

    from server.live import failpoints

    os.setsid()
    os.chdir(str(order["folder"]))
    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[call-overload]
    importlib.reload(failpoints)  # it reads them as it is loaded
    if file := os.environ.pop(moving_clock.VARIABLE, ""):
        moving_clock.follow(Path(file))
    if os.environ.pop(example_hosts.VARIABLE, ""):
        example_hosts.lead_here()
    gc.enable()
    sys.argv = ["fairmatch", *order["arguments"]]  # type: ignore[misc]
    random.seed()
    sys.stdout.flush()
    out = os.open(str(order["log"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for descriptor, opened in ((0, os.open(os.devnull, os.O_RDONLY)), (1, out), (2, out)):
        os.dup2(opened, descriptor)
    sys.stdout.reconfigure(write_through=True)  # type: ignore[union-attr]


if __name__ == "__main__":
    main(sys.argv[1])
