"""Several workers on one socket: started, watched, started again when they die, ended together."""

import asyncio
import os
import signal
import socket
import sys

import structlog

from server.kernel.refusal import REFUSED
from server.kernel.settings import Settings
from signaling import kept_node

# A worker that dies sooner than this after its start is started again only after a growing pause.
HEALTHY_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
# Beyond the time for taking leave: what a worker needs to end its parts in order.
STOP_GRACE_S = 15.0

# The settings that `fairmatch serve` has options for.
TYPED = ("host", "port", "data", "workers", "demo", "dev")

log = structlog.get_logger(__name__)


def supervise(settings: Settings, listener: socket.socket) -> None:
    """Run `settings.workers` processes until a signal says to stop. Exits with REFUSED when they refuse to start."""
    code = asyncio.run(Supervisor(settings, listener).run())
    if code:
        raise SystemExit(code)


class Supervisor:
    """Keeps one process per worker, and one media node for all of them."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._stopping = asyncio.Event()
        self._code = 0
        self._processes: dict[str, asyncio.subprocess.Process] = {}

    async def run(self) -> int:
        """Until all workers have ended; the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        names = [worker_name(self._settings, number) for number in range(1, self._settings.workers + 1)]
        log.info("supervising", workers=len(names), address=self._settings.public_url)
        kept = [self._keep(name, self._worker_command(), self._worker_environment(name)) for name in names]
        if self._settings.media_node == "here":
            node = kept_node.node_name(self._settings)
            kept.append(self._keep(node, kept_node.command(node), kept_node.environment(self._settings)))
        await asyncio.gather(*kept)
        return self._code

    def _worker_command(self) -> list[str]:
        return [sys.executable, "-m", "server.cli", "serve", "--worker-socket", str(self._listener.fileno())]

    def _worker_environment(self, name: str) -> dict[str, str]:
        """The one media node of this machine is ours, so that it outlives any worker."""
        return as_environment(self._settings) | {
            "FAIRMATCH_WORKER_NAME": name,
            "FAIRMATCH_MEDIA_NODE": "elsewhere",
        }

    async def _keep(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        pause = FIRST_PAUSE_S
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            begun = loop.time()
            code = await self._life(name, command, environment)
            if self._stopping.is_set():
                return
            log.error("process_ended", process=name, code=code)
            if code == REFUSED:
                self._code = REFUSED
                self._stop()
                return
            pause = FIRST_PAUSE_S if loop.time() - begun > HEALTHY_S else min(pause * 2, LONGEST_PAUSE_S)
            await self._pause(pause)

    async def _life(self, name: str, command: list[str], environment: dict[str, str]) -> int:
        """Start one process and see it through to its end; its exit code."""
        # In a group of its own, so that Ctrl-C reaches it by us alone, and only once.
        try:
            process = await asyncio.create_subprocess_exec(
                *command, env=os.environ | environment, pass_fds=[self._listener.fileno()], process_group=0
            )
        except OSError as error:  # no memory or no process is left for now: the others go on
            log.error("process_not_started", process=name, error=str(error))
            return os.EX_OSERR
        self._processes[name] = process
        if self._stopping.is_set():
            process.terminate()
        try:
            return await process.wait()
        finally:
            del self._processes[name]
            _forget_figures(process.pid)

    def _stop(self) -> None:
        """The first signal asks the workers to end; the second one ends them."""
        again = self._stopping.is_set()
        self._stopping.set()
        for process in self._processes.values():
            process.kill() if again else process.terminate()
        if not again:
            limit = self._settings.drain_seconds + STOP_GRACE_S
            asyncio.get_running_loop().call_later(limit, self._kill_late)

    def _kill_late(self) -> None:
        for name, process in self._processes.items():
            log.error("process_killed", process=name)
            process.kill()

    async def _pause(self, seconds: float) -> None:
        await asyncio.wait([stop := asyncio.ensure_future(self._stopping.wait())], timeout=seconds)
        stop.cancel()


def worker_name(settings: Settings, number: int) -> str:
    """The stable name of a worker: this machine's, so that machines can share a database."""
    return f"{settings.worker_name or socket.gethostname()}-{number}"


def as_environment(settings: Settings) -> dict[str, str]:
    """What may have been typed on the command line; the rest a worker reads from where we have it."""
    return {f"FAIRMATCH_{name.upper()}": str(getattr(settings, name)) for name in TYPED}


def _forget_figures(pid: int) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
