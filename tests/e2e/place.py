"""A directory with people in it, and those of them who come, signed in without a mail."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from people import sessions
from people.model import Person
from server.kernel.db import UnitOfWork
from tests.support.browser import OpenTab
from tests.support.server_process import Servers

# Whoever has no account.
STRANGER = ""


@dataclass(frozen=True)
class Place:
    """Running servers, and the cookies of those who come, by their names in the scene."""

    servers: Servers
    cookies: Mapping[str, str]

    async def come(self, open_tab: OpenTab, who: str, path: str, **tab: Any) -> Page:
        """Somebody comes to a page, in a browser of their own."""
        opened = await open_tab(self.servers.url, **tab)
        if who != STRANGER:
            cookie = {"name": "fairmatch_session", "value": self.cookies[who], "url": self.servers.url}
            await opened.context.add_cookies([cookie])  # type: ignore[list-item]
        await opened.page.goto(path)
        return opened.page


async def cookies_of(uow: UnitOfWork, people: Mapping[str, str], *names: str) -> dict[str, str]:
    """What signs these people in, of the scene's people and their ids."""
    cookies = {}
    for name in names:
        person = await uow.session.get_one(Person, people[name])
        cookies[name] = (await sessions.start(uow, person, sessions.Method.LINK, ""))[1]
    return cookies


async def told(page: Page, path: str, words: str) -> None:
    """Go to a page as soon as it has these words: what comes in the background is seen nowhere else."""
    while words not in await (await page.request.get(path)).text():
        await page.wait_for_timeout(100)
    await page.goto(path)


async def taken(page: Page, link: str) -> tuple[str, bytes]:
    """The name and the content of the file that a link leads to."""
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name=link).click()
    download = await downloading.value
    return download.suggested_filename, await asyncio.to_thread((await download.path()).read_bytes)


async def rows_taken(page: Page) -> list[dict[str, Any]]:
    """The rows of the list on a page that is taken along as a file for programs."""
    await page.get_by_role("button", name="Take along as a file").click()
    _, content = await taken(page, "JSON, for programs")
    rows: list[dict[str, Any]] = json.loads(content)
    return rows
