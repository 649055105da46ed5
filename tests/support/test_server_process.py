"""The real server, started as an operator does, on both grounds."""

import asyncio
from pathlib import Path

import httpx2
import psycopg
import pytest

from tests.support.backend import EMPTIES
from tests.support.browser import Tab
from tests.support.daemon import Daemon, answers
from tests.support.guard import Guard
from tests.support.patience import PATIENCE_S
from tests.support.server_process import Serve, Servers, told_of_trouble


async def status(url: str) -> int:
    async with httpx2.AsyncClient(timeout=PATIENCE_S) as client:
        return (await client.get(f"{url}/readyz")).status_code


async def test_a_run_has_as_many_workers_as_its_ground(servers: Servers) -> None:
    assert [await status(url) for url in servers.urls] == [200] * servers.backend.workers


async def test_a_worker_comes_back_on_its_own_port(servers: Servers) -> None:
    url = servers.url
    await servers.kill()
    assert not answers(servers.processes[0].port)
    await servers.start()
    assert await status(url) == 200
    await servers.restart()
    assert (servers.url, await status(url)) == (url, 200)


async def test_a_worker_ends_in_order_when_it_is_asked_to(servers: Servers) -> None:
    assert await servers.stop() == 0


async def test_a_paused_worker_keeps_people_waiting_and_goes_on(servers: Servers) -> None:
    servers.pause()
    waiting = asyncio.create_task(status(servers.url))
    done, _ = await asyncio.wait([waiting], timeout=0.5)
    assert not done
    servers.resume()
    assert await waiting == 200


async def test_the_servers_of_a_test_stand_on_its_own_database(serve: Serve) -> None:
    servers = await serve()
    backend = servers.backend
    if backend.ground == "embedded":
        assert (backend.data / "fairmatch.db").stat().st_size > 0
        return
    with psycopg.connect(backend.database_url) as connection:
        others = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> %s",
            [EMPTIES],
        )
        assert others.fetchone() > (0,)  # type: ignore[operator]


async def test_a_person_sees_the_first_page_without_any_problem(tab: Tab) -> None:
    answer = await tab.page.goto("/")
    assert answer is not None
    assert answer.ok
    assert await tab.page.title()


@pytest.mark.parametrize(
    ("printed", "trouble"),
    [
        ("all is well\n", False),
        ("Traceback (most recent call last):\n", True),
        ("2026 [error    ] jobs_step_failed\n", True),
        ("Task was destroyed but it is pending!\n", True),
    ],
)
def test_trouble_in_a_log_is_recognised(tmp_path: Path, process_guard: Guard, printed: str, trouble: bool) -> None:
    daemon = Daemon("server", tmp_path, process_guard)
    daemon.log.write_text(printed)
    assert told_of_trouble(daemon) is trouble
