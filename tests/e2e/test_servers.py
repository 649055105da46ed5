"""The directory of another Fairmatch server, from the address in a form to a public page, at real browsers."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.directory.connectors.another import place_of_another, runs
from tests.e2e.place import STRANGER, Place, told
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE, OpenTab
from tests.support.server_process import Serve, ServerProcess

HOST = "network.example"


@dataclass(frozen=True)
class Two(Place):
    """Here is where people come; there is the other server, by a name that leads to it."""

    there: ServerProcess

    @property
    def address(self) -> str:
        """What is typed to reach the other server."""
        return f"http://{HOST}:{self.there.port}"


@pytest.fixture
async def two(backend: Backend, serve: Serve, tmp_path: Path, migrated_sqlite: Path) -> Two:
    """Ada runs either; there is a start-up in the other directory, and none in this one."""
    other = place_of_another(tmp_path / "other", migrated_sqlite)
    await runs(other, "Beta Sensors")
    cookies = {"ada": await runs(backend)}
    there = await serve(workers=1, dev=True, base_url=f"http://{HOST}", **other.values())
    here = await serve(dev=True, test_example_hosts="here", own_hosts=json.dumps([HOST]))
    return Two(here, cookies, there.processes[0])


async def test_another_servers_directory_comes_in_with_its_source_and_stays_when_it_is_read_no_longer(
    two: Two, open_tab: OpenTab
) -> None:
    ada = await two.come(open_tab, "ada", "/servers")
    await expect(ada.get_by_text("No other server yet")).to_be_visible()
    for wrong, why in (
        ("no address", "That is not a web address we can link to."),
        (two.servers.url.replace("localhost", "127.0.0.1"), "That is not a web address we can link to."),
    ):
        await ada.get_by_label("Address of the server").fill(wrong)
        await ada.get_by_role("button", name="Read this server").click()
        await expect(ada.locator(".field-error")).to_have_text(why)
    await assert_accessible(ada)
    await ada.get_by_label("Address of the server").fill(f"http://{HOST}:1")
    await ada.get_by_role("button", name="Read this server").click()
    await _says(ada, "This address does not lead to the public internet.")
    await expect(ada.get_by_text("Cannot be read")).to_be_visible()
    await _let_go(ada)

    await ada.get_by_label("Address of the server").fill(two.address)
    await ada.get_by_role("button", name="Read this server").click()
    await _says(ada, "All is well")
    await expect(ada.get_by_role("listitem").filter(has_text=HOST)).to_contain_text("Last read on")
    await assert_accessible(ada)
    stranger = await two.come(open_tab, STRANGER, "/", size=PHONE, has_touch=True, is_mobile=True)
    await told(stranger, "/discover", "Beta Sensors")  # the search of this worker follows in a moment
    await stranger.get_by_role("link", name="Beta Sensors").first.tap()
    source = f"From the directory of {HOST}:{two.there.port}"
    await expect(stranger.get_by_text(f"{source}, as of")).to_be_visible()
    await assert_accessible(stranger)

    await _let_go(ada)
    await expect(ada.get_by_text("What came from it stays; imports can be taken back.")).to_be_visible()
    await stranger.reload()
    await expect(stranger.get_by_text(f"{source}, which is read no longer.")).to_be_visible()


async def _let_go(page: Page) -> None:
    await page.get_by_role("button", name="Read it no longer").click()
    await page.get_by_role("dialog").get_by_role("button", name="Read it no longer").click()
    await expect(page.get_by_text("No other server yet")).to_be_visible()


async def _says(page: Page, words: str) -> None:
    """What a reading in the background has come to."""
    await told(page, "/servers", words)
    await expect(page.get_by_text(words)).to_be_visible()
