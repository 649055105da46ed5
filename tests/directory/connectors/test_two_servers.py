"""Two real servers: the directory of one comes to the other, stays fresh, and outlives a server that is down."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from directory.connectors.actions import connect_server
from people.model import Person
from tests.directory.connectors.another import place_of_another, runs
from tests.e2e.stage import writing
from tests.support.backend import Backend
from tests.support.patience import PATIENCE_S
from tests.support.server_process import Serve, Servers

# Longer than a worker takes to find a job, with a machine full of tests; and between two looks.
LONG_S, PAUSE_S = 4 * PATIENCE_S, 0.15


@dataclass
class Side:
    """One server, with somebody who runs it at a browser, and a stranger."""

    servers: Servers
    browser: httpx2.AsyncClient
    stranger: httpx2.AsyncClient

    async def reads(self, path: str) -> str:
        """A page as it is now; of an organisation what strangers see."""
        answer = await (self.stranger if path.startswith("/o/") else self.browser).get(path)
        return answer.text if answer.status_code == 200 else ""

    async def until(self, path: str, found: Callable[[str], bool]) -> str:
        """The page as soon as it says so; what happens in the background is seen nowhere else."""
        until = time.monotonic() + LONG_S
        while time.monotonic() < until:
            if found(text := await self.reads(path)):
                return text
            await asyncio.sleep(PAUSE_S)
        raise AssertionError(f"{path} never said so")


@dataclass
class Pair:
    """Here reads there."""

    here: Side
    there: Side

    async def read(self, said: str) -> str:
        """Have it be read now; the page of servers as soon as the reading has ended so."""
        (path,) = re.findall(r'action="(/servers/[^/]+/read)"', await self.here.reads("/servers"))
        assert (await self.here.browser.post(path)).status_code == 303
        return await self.here.until("/servers", lambda page: said in page)


@pytest.fixture
async def pair(serve: Serve, backend: Backend, tmp_path: Path, migrated_sqlite: Path) -> AsyncIterator[Pair]:
    """There is a server of its own, with its own database, on either ground."""
    other = place_of_another(tmp_path / "other", migrated_sqlite)
    cookies = [await runs(other, "Beta Sensors", "Alpha Hydrogen"), await runs(backend)]
    there = await serve(workers=1, dev=True, **other.values())
    async with writing(backend) as uow:  # past the form, which takes no host without a dot, and there is no other here
        ada = await uow.session.scalar(select(Person.id))
        assert ada
        await connect_server(uow, there.url, by_id=ada)
    here = await serve(dev=True, own_hosts=json.dumps(["localhost"]))
    async with AsyncExitStack() as stack:
        sides = []
        for servers, cookie in zip((there, here), cookies, strict=True):
            asking: Any = {"base_url": servers.url, "headers": {"origin": servers.url}, "timeout": PATIENCE_S}
            both = [httpx2.AsyncClient(trust_env=False, **asking) for _ in range(2)]
            both[0].cookies.set("fairmatch_session", cookie)
            sides.append(Side(servers, *[await stack.enter_async_context(each) for each in both]))
        yield Pair(here=sides[1], there=sides[0])


async def test_a_directory_comes_over_stays_fresh_and_outlives_its_server(pair: Pair) -> None:
    here, there = pair.here, pair.there
    host = there.servers.url.removeprefix("http://")
    page = await here.until("/o/beta-sensors", lambda text: "Depots charge overnight" in text)
    assert f"From the directory of {host}, as of" in page
    assert await here.reads("/o/alpha-hydrogen")

    edit = {"name": "Beta Sensors", "kind": "startup", "visibility": "public", "place": "Bochum", "country": "DE"}
    assert (await there.browser.post("/o/beta-sensors/edit", data=edit)).status_code == 303
    assert (await there.browser.post("/o/alpha-hydrogen/remove")).status_code == 303
    await pair.read("All is well")
    await here.until("/o/beta-sensors", lambda text: "Bochum" in text)
    await here.until("/o/alpha-hydrogen", lambda text: not text)
    assert (await there.browser.post("/o/alpha-hydrogen/return")).status_code == 303
    await pair.read("All is well")
    await here.until("/o/alpha-hydrogen", bool)

    await there.servers.kill()
    told = await pair.read("The address cannot be reached.")
    assert "Cannot be read" in told
    kept = await here.reads("/o/beta-sensors")
    assert "Bochum" in kept
    assert f"From the directory of {host}, as of" in kept
    await there.servers.start()
    await pair.read("All is well")
