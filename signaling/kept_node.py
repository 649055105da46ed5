"""A media node that a server starts beside itself, and starts again when it dies."""

import asyncio
import contextlib
import json
import os
import secrets
import socket
import sys

import structlog

from server.kernel.enduring import kept_going
from server.kernel.observe import MEDIA_NODES_LOST
from server.kernel.settings import Settings
from signaling.lines import ended

log = structlog.get_logger(__name__)

# Between two starts of a node that does not stay alive (its port is taken, say).
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 30.0
HEALTHY_S = 10.0


class KeptNode:
    """Nothing runs before `begin`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._name = node_name(settings)
        self._keeping: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Its process id, while there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def begin(self) -> None:
        """Have it run from now on."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(kept_going("media_node", self._keep))

    async def stop(self) -> None:
        """End it."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._process and self._process.returncode is None:
            await _ended(self._process)

    async def _keep(self) -> None:
        pause, loop = FIRST_PAUSE_S, asyncio.get_running_loop()
        while True:
            begun = loop.time()
            self._process = await asyncio.create_subprocess_exec(
                *command(self._name), env=os.environ | environment(self._settings), process_group=0
            )
            code = await self._process.wait()
            MEDIA_NODES_LOST.inc()
            log.warning("media_node_ended", pid=self._process.pid, code=code)
            pause = FIRST_PAUSE_S if loop.time() - begun > HEALTHY_S else min(pause * 2, LONGEST_PAUSE_S)
            await asyncio.sleep(pause)


async def _ended(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    await ended(process)


def node_name(settings: Settings) -> str:
    """A name for the node that one server keeps: the same in all its lives, and no other's."""
    machine = (settings.worker_name or socket.gethostname()).replace(" ", "_")
    return f"{machine}-{secrets.token_hex(4)}"


def command(name: str) -> list[str]:
    """How a node is started that ends with its parent."""
    return [sys.executable, "-m", "server.cli", "media-node", "--name", name, "--child"]


def environment(settings: Settings) -> dict[str, str]:
    """What a node needs of our settings, wherever they came from."""
    names = ("data", "redis_url", "redis_prefix", "host", "media_host", "media_port", "log_format", "log_level")
    limits = ("media_viewers", "media_megabits", "media_niceness")
    plain = {f"FAIRMATCH_{name.upper()}": str(getattr(settings, name)) for name in (*names, *limits)}
    lists = {"MEDIA_ADDRESSES": settings.media_addresses, "BUS_CLUSTER": settings.bus_cluster}
    return plain | {f"FAIRMATCH_{name}": json.dumps(value) for name, value in lists.items()}
