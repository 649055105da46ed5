"""The real server as a process: how it starts, how it refuses to, and how it ends."""

import asyncio
import gc
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from bin.places import VENV_BIN
from server.kernel.clock import SystemClock
from server.kernel.health import Readiness
from server.kernel.ids import new_id
from server.kernel.redis_bus import RedisBus
from server.kernel.refusal import REFUSED, StartRefused
from server.kernel.settings import Settings
from server.live import topics
from server.process import DRAIN_GRACE_S, SHUTDOWN_S, Server, bound, config_of, listening, serve_app
from tests.contract.ears import Ear
from tests.server.kernel.asgi import app_with
from tests.support.backend import settings_with
from tests.support.daemon import START_TIMEOUT_S, free_port
from tests.support.patience import PATIENCE_S
from tests.support.server_process import Serve, Servers

FAIRMATCH = str(VENV_BIN / "fairmatch")


async def refused_start(servers: Servers | None = None, **values: object) -> subprocess.CompletedProcess[str]:
    """Try to start a server, with the settings of another one if there is one; it must not come up."""
    given = {f"FAIRMATCH_{name.upper()}": str(value) for name, value in values.items()}
    environment = dict(servers.processes[0].environment() if servers else os.environ) | given
    command = [FAIRMATCH, "serve", "--host", "127.0.0.1", "--port", str(values["port"])]

    def start() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=START_TIMEOUT_S, check=False
        )

    return await asyncio.to_thread(start)


async def test_a_server_from_its_start_to_its_end(serve: Serve, tmp_path: Path) -> None:
    servers = await serve(workers=1, warm=False, base_url="https://fair.example.org")
    first = servers.processes[0]
    assert f"address=https://fair.example.org port={first.port}" in servers.logs()

    async with httpx2.AsyncClient(base_url=servers.url, timeout=PATIENCE_S) as client:
        headers = {"x-forwarded-proto": "https", "host": "fair.example.org", "accept": "text/html"}
        answer = await client.get("/sign-in", headers=headers)
    assert answer.status_code == 200
    assert "server" not in answer.headers
    # The proxy on this machine is believed when it says that people came by https.
    assert "connect-src 'self' wss://fair.example.org" in answer.headers["content-security-policy"]

    taken = await refused_start(servers, port=first.port, data=tmp_path / "elsewhere")
    assert taken.returncode == REFUSED
    assert f"Port {first.port} on 127.0.0.1 is taken" in taken.stderr
    assert "Traceback" not in taken.stdout + taken.stderr

    if servers.backend.ground == "embedded":
        second = await refused_start(servers, port=free_port())
        assert second.returncode == REFUSED
        assert f"(process {first.pid}) already runs on the data folder" in second.stderr

    assert await servers.stop() == 0


async def test_a_database_that_is_away_is_one_clear_sentence(tmp_path: Path) -> None:
    away = "postgresql://fair@127.0.0.1:9/fair"

    refused = await refused_start(port=free_port(), data=tmp_path, database_url=away)

    assert refused.returncode == 1
    assert "The database does not answer" in refused.stderr
    assert "Traceback" not in refused.stdout + refused.stderr


def test_a_port_of_the_system_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("socket.socket.bind", forbidden)

    with pytest.raises(StartRefused, match="Port 80 needs special rights"):
        listening(settings_with(port=80))


def test_no_answer_waits_for_the_acknowledgement_of_its_beginning() -> None:
    with listening(settings_with(port=0)) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


class StillStartingError(Exception):
    """A start that has come to the making of the application, and no further."""


@pytest.fixture
def no_application(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A start ends where the application would be made."""

    def no_app(_: Settings) -> Starlette:
        raise StillStartingError

    monkeypatch.setattr("server.app.create_app", no_app)
    yield
    gc.enable()  # a start lets garbage lie until it is over


async def starting(settings: Settings, *, supervised: bool = False) -> bool:
    """Whether somebody gets in who comes while a worker starts."""
    with bound(settings) as listener:
        with pytest.raises(StillStartingError):
            await serve_app(settings, listener, supervised=supervised)
        try:
            socket.create_connection(listener.getsockname()).close()
        except ConnectionRefusedError:
            return False
        return True


@pytest.mark.usefixtures("no_application")
async def test_nobody_is_let_in_to_wait_for_a_worker_that_starts_while_others_are_up(redis_url: str) -> None:
    """A proxy goes to another worker then; before one that takes connections already people wait until it is up."""
    settings = settings_with(port=0, redis_url=redis_url, redis_prefix=new_id())
    bus = RedisBus(redis_url, settings.redis_prefix, SystemClock())
    await bus.start()
    try:
        assert await starting(settings)  # a media node is on the bus, too, and lets nobody in

        await bus.subscribe(topics.PRESENCE, Ear())

        assert not await starting(settings)
    finally:
        await bus.stop()


@pytest.mark.usefixtures("no_application")
async def test_whoever_comes_while_no_worker_is_up_waits_for_the_first_that_starts() -> None:
    assert await starting(settings_with(port=0))
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    assert await starting(settings_with(port=0, redis_url=nobody))


@pytest.mark.usefixtures("no_application")
async def test_the_socket_of_a_supervisor_is_its_own_to_open() -> None:
    assert not await starting(settings_with(port=0), supervised=True)


async def test_of_two_servers_that_start_at_once_one_says_that_the_port_is_taken(app: Starlette) -> None:
    with bound(settings_with(port=0)) as first:
        port = first.getsockname()[1]
        with bound(settings_with(port=port)) as second:
            first.listen()
            with pytest.raises(StartRefused, match="is taken"):
                await Server(config_of(settings_with(port=port), app), app)._serve([second])


def test_only_the_proxies_that_are_named_are_believed() -> None:
    config = config_of(settings_with(trusted_proxies="192.0.2.1"), app_with())

    assert (config.proxy_headers, config.forwarded_allow_ips) == (True, "192.0.2.1")


class Leaving:
    """A live line that takes leave until it is told that everybody has gone."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.everybody_gone = asyncio.Event()

    async def drain(self) -> None:
        """Take leave."""
        self.begun.set()
        await self.everybody_gone.wait()


class Kernel:
    """What the server process asks the kernel for."""

    settings = settings_with().model_copy(update={"drain_seconds": 600.0})  # longer than any test waits


def test_a_worker_ends_within_thirty_seconds_however_long_it_may_take_leave() -> None:
    [longest] = [each.le for each in Settings.model_fields["drain_seconds"].metadata if hasattr(each, "le")]
    assert longest + DRAIN_GRACE_S + SHUTDOWN_S <= 30


@pytest.fixture
async def app() -> Starlette:
    """An application that takes its time to end."""
    built = app_with()
    built.state.live, built.state.kernel, built.state.readiness = Leaving(), Kernel(), Readiness()
    return built


@pytest.fixture
async def server(app: Starlette) -> AsyncIterator[Server]:
    """It, being served."""
    serving = Server(config_of(settings_with(), app), app)
    listener = listening(settings_with(port=0))
    task = asyncio.create_task(serving._serve([listener]))
    async with asyncio.timeout(PATIENCE_S):
        while not serving.started:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    yield serving
    app.state.live.everybody_gone.set()
    serving.should_exit = True
    async with asyncio.timeout(PATIENCE_S):
        await task


def address_of(server: Server) -> str:
    return f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"


async def test_while_it_takes_leave_a_server_answers_and_is_not_ready(server: Server, app: Starlette) -> None:
    server.handle_exit(signal.SIGTERM, None)
    await app.state.live.begun.wait()

    assert app.state.readiness.draining
    async with httpx2.AsyncClient(base_url=address_of(server), timeout=PATIENCE_S) as client:
        assert (await client.get("/")).status_code == 200


async def test_a_second_signal_ends_the_leave_taking(server: Server, app: Starlette) -> None:
    server.handle_exit(signal.SIGTERM, None)
    await app.state.live.begun.wait()

    server.handle_exit(signal.SIGTERM, None)

    async with asyncio.timeout(PATIENCE_S):
        while server.servers[0].sockets:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)


async def test_leave_taking_has_a_limit(server: Server, app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.state.kernel, "settings", settings_with(drain_seconds=0), raising=False)

    server.handle_exit(signal.SIGTERM, None)

    async with asyncio.timeout(PATIENCE_S):
        while server.servers[0].sockets:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)


async def test_a_worker_ends_when_its_supervisor_is_gone(server: Server) -> None:
    server._parent = os.getpid()  # which is not the parent of this process

    assert await server.on_tick(0)
