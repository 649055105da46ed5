"""The real server in processes of its own: one on the embedded ground, two on the cluster."""

import asyncio
import http.client
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bin.places import VENV_BIN, environment
from tests.support import desk
from tests.support.backend import Backend
from tests.support.daemon import Daemon, free_port
from tests.support.guard import Guard
from tests.support.warm import Process, Warm

# Ends a stopping server's leave-taking early: a test that is about draining sets its own.
DRAIN_SECONDS = 1
_FAIRMATCH = str(VENV_BIN / "fairmatch")
_TROUBLE = re.compile(
    r"Traceback \(most recent call last\)|\[(error|critical) *\]|was never (awaited|retrieved)|destroyed but"
)
Settings = Mapping[str, Any]


class ServerProcess(Daemon):
    """One worker: `fairmatch serve` on a port that it keeps over restarts."""

    def __init__(self, name: str, folder: Path, guard: Guard, settings: Settings, warm: Warm | None = None) -> None:
        """`warm` forks it off a process that has everything loaded; without, it is started as an operator does."""
        super().__init__(name, folder, guard)
        self.port = free_port()
        self.program = [_FAIRMATCH]
        self._warm = warm
        self._settings = {f"FAIRMATCH_{setting.upper()}": str(value) for setting, value in settings.items()}

    def forget(self, setting: str) -> None:
        """Start without this setting from the next time on."""
        self._settings.pop(f"FAIRMATCH_{setting.upper()}", None)

    @property
    def url(self) -> str:
        """Its address for pages, without a slash at its end."""
        return f"http://localhost:{self.port}"

    @property
    def live_url(self) -> str:
        """Its address for the live line."""
        return f"ws://localhost:{self.port}/live"

    def command(self) -> Sequence[str]:
        """The program as an operator starts it."""
        return [*self.program, "serve", "--host", "127.0.0.1", "--port", str(self.port)]

    def environment(self) -> Mapping[str, str]:
        """Nothing of the developer's own settings."""
        outer = {name: value for name, value in environment().items() if not name.startswith("FAIRMATCH_")}
        return outer | {"FAIRMATCH_DRAIN_SECONDS": str(DRAIN_SECONDS), "PYTHONUNBUFFERED": "1"} | self._settings

    def launch(self) -> Process:
        """Warm, where that was asked for."""
        if self._warm is None:
            return super().launch()
        return self._warm.launch(self.command(), self.folder, self.environment(), self.log)

    def ready(self) -> bool:
        """Whether /readyz says so."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Servers:
    """All workers of one test. Everything is awaited, so that clients on the loop live on meanwhile."""

    def __init__(self, processes: list[ServerProcess], backend: Backend) -> None:
        self.processes = processes
        self.backend = backend
        # A test that takes a service away from the workers sets this: they may complain.
        self.trouble_expected = False

    @property
    def urls(self) -> list[str]:
        """The addresses of the workers."""
        return [process.url for process in self.processes]

    @property
    def url(self) -> str:
        """The address of the first worker."""
        return self.urls[0]

    @property
    def other_url(self) -> str:
        """The address of the last worker: another one than the first where there are two."""
        return self.urls[-1]

    @property
    def live_urls(self) -> list[str]:
        """The addresses of the workers' live lines."""
        return [process.live_url for process in self.processes]

    async def start(self, index: int = 0) -> None:
        """Start a worker and return once it is ready."""
        await asyncio.to_thread(self.processes[index].start)

    async def stop(self, index: int = 0) -> int:
        """End a worker in an orderly way (SIGTERM); its exit code."""
        return await asyncio.to_thread(self.processes[index].stop)

    async def kill(self, index: int = 0) -> None:
        """End a worker at once (SIGKILL)."""
        await asyncio.to_thread(self.processes[index].kill)

    async def restart(self, index: int = 0) -> None:
        """End a worker in an orderly way and start it again on the same port."""
        await self.stop(index)
        await self.start(index)

    def pause(self, index: int = 0) -> None:
        """Let a worker stand still (SIGSTOP)."""
        self.processes[index].pause()

    def resume(self, index: int = 0) -> None:
        """Let it go on (SIGCONT)."""
        self.processes[index].resume()

    def logs(self, index: int = 0) -> str:
        """All that a worker has printed."""
        log = self.processes[index].log
        return log.read_text(errors="replace") if log.exists() else ""


Serve = Callable[..., Awaitable[Servers]]


@pytest.fixture
async def serve(
    request: pytest.FixtureRequest, backend: Backend, process_guard: Guard, tmp_path: Path
) -> AsyncIterator[Serve]:
    """Start servers with settings of the test's own: `servers = await serve(dev=True)`; `workers=` for their number,
    `program=` for another one than the product's, which takes the same arguments; `warm=False` to start it as an
    operator does, modules and all.

    At the end they are stopped, and the test fails when one of them has told of trouble in its log.
    """
    started: list[Servers] = []

    async def start(
        workers: int | None = None, program: list[str] | None = None, warm: bool = True, **settings: Any
    ) -> Servers:
        base = sum(len(servers.processes) for servers in started)
        names = [f"server-{base + number}" for number in range(workers or backend.workers)]
        values = backend.values() | settings
        loaded = Warm(await asyncio.to_thread(desk.ask, "warm")) if warm else None
        processes = [ServerProcess(name, tmp_path, process_guard, values, loaded) for name in names]
        for process in processes:
            process.program = program or process.program
        request.node.stash.setdefault(DAEMONS, []).extend(processes)
        servers = Servers(processes, backend)
        started.append(servers)
        await asyncio.gather(*(servers.start(index) for index in range(len(processes))))
        return servers

    yield start
    everyone = [process for servers in started for process in servers.processes]
    await asyncio.gather(*(asyncio.to_thread(process.stop) for process in everyone))
    troubled = [process for process in everyone if told_of_trouble(process)]
    expected = any(servers.trouble_expected for servers in started)
    assert expected or not troubled, "\n".join(
        f"{process.name} told of trouble:\n{process.tail()}" for process in troubled
    )


@pytest.fixture
async def servers(serve: Serve) -> Servers:
    """The running product, in development mode."""
    return await serve(dev=True)


@pytest.fixture(scope="session")
def process_guard() -> Iterator[Guard]:
    """Ends this test process' servers when it is killed."""
    watchman = Guard()
    yield watchman
    watchman.close()


def told_of_trouble(daemon: Daemon) -> bool:
    """Whether its log holds a traceback, an error, or Python's complaint about a forgotten task."""
    log = daemon.log.read_text(errors="replace") if daemon.log.exists() else ""
    return bool(_TROUBLE.search(log))


DAEMONS = pytest.StashKey[list[Daemon]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Show with a failure what the servers have printed."""
    report = yield
    if report.failed:
        for daemon in item.stash.get(DAEMONS, []):
            report.sections.append((f"{daemon.name} printed", daemon.tail()))
    return report
