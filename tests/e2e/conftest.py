"""A fair, servers, networks before them, and people who come in."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stage import LOBBY, Guest, Stage, set_up
from tests.e2e.talk import Talk
from tests.support.backend import Backend
from tests.support.browser import OpenTab
from tests.support.proxy import Proxy, a_proxy
from tests.support.server_process import Serve, Servers
from web.frame import LOCALE_COOKIE

# `await come(stage["aylin"])` opens the lobby before the first worker; `url=` and `path=` lead elsewhere.
Come = Callable[..., Awaitable[Talk]]


HERE = Path(__file__).parent
# A machine that is ten times as slow plays these scenes ten times as long, and none of them hangs.
LONGEST_S = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give all scenes with browsers that long, but those that have a time of their own."""
    for item in items:
        if item.path.is_relative_to(HERE) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST_S))


@pytest.fixture
async def stage(backend: Backend) -> Stage:
    """The fair, in the database."""
    return await set_up(backend)


@pytest.fixture
async def network() -> AsyncIterator[Proxy]:
    """What stands between one person and the first worker, to be damaged."""
    async with a_proxy() as proxy:
        yield proxy


@pytest.fixture
async def servers(stage: Stage, serve: Serve, network: Proxy) -> Servers:
    """The running product with the fair in it; on the cluster two workers."""
    assert stage.guests
    servers = await serve(dev=True, allowed_origins=json.dumps([network.url]))
    network.lead_to("127.0.0.1", servers.processes[0].port)
    return servers


@pytest.fixture
async def come(servers: Servers, open_tab: OpenTab) -> Come:
    """Somebody comes in, in a browser of their own."""

    async def one(guest: Guest, url: str = "", path: str = LOBBY, **tab: Any) -> Talk:
        at = url or servers.url
        opened = await open_tab(at, **tab)
        # Everybody's profile says English: another language is chosen, as a person chooses it in the menu.
        cookies = {"fairmatch_session": guest.cookie, LOCALE_COOKIE: tab.get("locale", "en")}
        await opened.context.add_cookies([{"name": name, "value": cookies[name], "url": at} for name in cookies])
        talk = Talk(opened)
        await talk.open(path)
        return talk

    return one
