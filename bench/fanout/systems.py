"""The systems that are compared: each starts a server and says how it is talked to."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from bench.client import Target
from bench.fanout.cases import Case
from bench.native_code import NotBuiltError, program
from bench.places import HERE, NODE_MODULES, ROOT
from bench.processes import family, printed_port, server

Command = Sequence[str | Path]


class System(Protocol):
    """A server that can be measured."""

    @property
    def name(self) -> str:
        """As it stands in the results."""
        ...

    @property
    def says(self) -> str:
        """What it does and does not do, for the report."""
        ...

    def missing(self) -> str:
        """Why it cannot run on this machine; empty when it can."""
        ...

    def serve(self, case: Case) -> AbstractContextManager[Target]:
        """The running server. Raises ServerError."""
        ...


@dataclass(frozen=True)
class Peer:
    """A small server of the bench that prints its port."""

    name: str
    says: str
    command: Callable[[], Command]
    needs: Callable[[], str] = field(default=lambda: "")
    talk: dict[str, Any] = field(default_factory=dict)

    def missing(self) -> str:
        """Why it cannot run here; empty when it can."""
        return self.needs()

    @contextmanager
    def serve(self, case: Case) -> Iterator[Target]:
        """The running server. Raises ServerError."""
        with TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            with server(self.command(), log=log) as process:
                port = printed_port(process, log)
                yield Target(port, family(process.pid), **self.talk)


def _python(module: str, *options: str) -> Callable[[], Command]:
    return lambda: (sys.executable, "-m", f"bench.peers.{module}", *options)


def _needs_package(name: str) -> Callable[[], str]:
    return lambda: "" if importlib.util.find_spec(name) else f"the Python package {name} is not installed"


def _needs_compiler() -> str:
    try:
        program("server")
    except NotBuiltError as reason:
        return str(reason)
    return ""


def _needs_node() -> str:
    node = shutil.which("node")
    if node is None:
        return "no Node.js on this machine"
    if not (NODE_MODULES / "ws" / "package.json").exists():
        return "the npm package ws is not in node_modules"
    started = subprocess.run([node, "--version"], cwd=ROOT, capture_output=True, timeout=20, check=False)
    return "Node.js does not start" if started.returncode else ""


# Engine.IO 4 over a bare WebSocket: the server opens with 0{...}, the client joins the namespace with 40, pings are 2.
ENGINE_IO = {
    "path": "/socket.io/?EIO=4&transport=websocket",
    "ready": '40{"sid"',
    "answers": (("0{", "40"), ("2", "3")),
    "message": '42["m","@TEXT@"]',
}

NO_SESSION = "no sign-in, no rights, no database"

PEERS = (
    Peer(
        "c-epoll",
        f"C on epoll, the frame encoded once, one send(2) per member and message: the machine's limit; {NO_SESSION}",
        lambda: (program("server"),),
        _needs_compiler,
    ),
    Peer(
        "c-epoll-gather",
        f"the same, all that one turn of the loop has read in one send(2) for each member; {NO_SESSION}",
        lambda: (program("server"), "--gather"),
        _needs_compiler,
    ),
    Peer(
        "websockets.broadcast",
        f"Python's websockets library on asyncio, broadcast(), compression off; {NO_SESSION}",
        _python("websockets_broadcast"),
        _needs_package("websockets"),
    ),
    Peer(
        "node-ws",
        f"Node.js with the package ws, a loop of send(), compression off; {NO_SESSION}",
        lambda: ("node", HERE / "peers" / "node_ws.mjs"),
        _needs_node,
    ),
    Peer(
        "python-socketio",
        f"python-socketio's ASGI application on uvicorn, emit() to a room, WebSocket transport; {NO_SESSION}",
        _python("socketio_room"),
        _needs_package("socketio"),
        ENGINE_IO,
    ),
)

# Only run when they are asked for by name: they show what Fairmatch's seam can reach without the rest of Fairmatch.
PROTOTYPES = tuple(
    Peer(
        f"seam-{loop}",
        f"uvicorn on {loop}, the frame encoded once, gathered for each turn of the loop; {NO_SESSION}",
        _python("seam", "--loop", loop, "--gather", "loaded", "--tick", "2"),
    )
    for loop in ("asyncio", "uvloop")
)
