"""Several workers on one socket, as `fairmatch serve --workers 2` starts them."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import psutil  # type: ignore[import-untyped]  # it comes without types
import psycopg
import pytest

from server import supervisor
from server.kernel.settings import Settings
from tests.support.daemon import START_TIMEOUT_S
from tests.support.guard import Guard
from tests.support.patience import PATIENCE_S
from tests.support.server_process import ServerProcess
from tests.support.trouble import expects_trouble


@pytest.fixture
def fair(tmp_path: Path, process_guard: Guard, postgresql_url: str, redis_url: str) -> ServerProcess:
    """A server of two workers, not started."""
    settings = {
        "data": tmp_path / "data",
        "database_url": postgresql_url,
        "redis_url": redis_url,
        "redis_prefix": tmp_path.name,
        "workers": 2,
    }
    return ServerProcess("fair", tmp_path, process_guard, settings)


@pytest.fixture
async def running(fair: ServerProcess) -> AsyncIterator[ServerProcess]:
    """It, with both workers listening."""
    await asyncio.to_thread(fair.start)
    await until(lambda: listened(fair) == 2)
    yield fair
    await asyncio.to_thread(fair.stop)


def workers(fair: ServerProcess) -> set[int]:
    """The process ids of the workers."""
    return _children(fair, "--worker-socket")


def media_nodes(fair: ServerProcess) -> set[int]:
    """The process ids of the machine's media nodes."""
    return _children(fair, "media-node")


def _children(fair: ServerProcess, argument: str) -> set[int]:
    return {child.pid for child in psutil.Process(fair.pid).children() if argument in child.cmdline()}


def listened(fair: ServerProcess) -> int:
    """How many workers have come up so far."""
    return fair.tail(1000).count("listening")


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:  # it may end between two looks
        return False


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(START_TIMEOUT_S):
        while not condition():  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.05)


async def test_workers_serve_one_address_are_started_again_and_end_together(running: ServerProcess) -> None:
    before = workers(running)
    assert len(before) == 2
    await until(lambda: "media_node_serves" in running.tail(1000))
    [node] = media_nodes(running)

    victim = before.pop()
    os.kill(victim, signal.SIGKILL)
    await until(lambda: listened(running) == 3)
    after = workers(running)
    assert victim not in after
    assert before < after
    assert media_nodes(running) == {node}  # the machine's one media node outlives workers

    async with httpx2.AsyncClient(base_url=running.url, timeout=PATIENCE_S) as client:
        assert (await client.get("/readyz")).status_code == 200
        figures = (await client.get("/metrics")).text
    assert 'fairmatch_errors_logged_total{event="process_ended"} 1.0' in figures  # the supervisor's own are among them

    os.kill(node, signal.SIGKILL)
    await until(lambda: running.tail(1000).count("media_node_serves") == 2)
    [again] = media_nodes(running)
    assert again != node

    assert await asyncio.to_thread(running.stop) == 0
    assert not any(map(alive, after | {again}))


async def test_no_worker_outlives_a_killed_supervisor(running: ServerProcess) -> None:
    pids = workers(running) | media_nodes(running)

    await asyncio.to_thread(running.kill)

    await until(lambda: not any(map(alive, pids)))


async def test_workers_that_refuse_to_start_are_not_started_again(fair: ServerProcess, postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(AssertionError, match="ended at once"):
        await asyncio.to_thread(fair.start)

    assert "is newer than this program knows" in fair.tail(1000)
    assert fair.tail(1000).count("process_ended") == 1


@expects_trouble
async def test_a_process_that_cannot_be_started_for_now_is_tried_again_while_the_others_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where no memory or no process is left."""
    asked, started, start = list[str](), list[str](), asyncio.create_subprocess_exec

    async def refuse_twice(*words: str, env: dict[str, str], **more: object) -> asyncio.subprocess.Process:
        asked.append(name := env["FAIRMATCH_WORKER_NAME"])
        if name == "fair-1" and asked.count(name) <= 2:
            raise BlockingIOError("no process is left")
        started.append(name)
        return await start(sys.executable, "-c", "import time; time.sleep(60)", **more)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse_twice)
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    settings = Settings(worker_name="fair", workers=2, media_node="elsewhere", redis_url="redis://127.0.0.1:1")
    with socket.socket() as listener:
        kept = supervisor.Supervisor(settings, listener)
        running = asyncio.create_task(kept.run())
        await until(lambda: len(started) == 2)
        assert (started, asked.count("fair-1")) == (["fair-2", "fair-1"], 3)
        kept._stop()
        assert await asyncio.wait_for(running, PATIENCE_S) == 0
