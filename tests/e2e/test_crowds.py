"""In a crowd one sees how many are there, and by name those who keep order or speak, and whom one knows."""

import sys

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.e2e.talk import BACK_MS
from tests.support.server_process import Serve, Servers


@pytest.fixture
async def servers(stage: Stage, serve: Serve) -> Servers:
    """Servers to which two people are a crowd."""
    assert stage.guests
    return await serve(program=[sys.executable, "-m", "tests.e2e.crowded"], dev=True)


async def test_whom_one_knows_is_named_in_a_crowd_and_of_strangers_the_number_is_told(
    stage: Stage, servers: Servers, come: Come
) -> None:
    ben = await come(stage["ben"], servers.other_url, path=stage.direct)
    await ben.say("Are you there?")
    await ben.reads(["Are you there?"])
    aylin = await come(stage["aylin"], locale="de")
    here, names = (aylin.page.locator(f"fm-presence {each}") for each in ("[data-presence-count]", "bdi"))
    await expect(names).to_have_text(["Aylin Demir"])
    await ben.open(LOBBY)
    await expect(here).to_have_text("2")
    await expect(names).to_have_text(["Ben Krüger"], timeout=2 * BACK_MS)
    await come(stage["mia"], servers.other_url)
    await expect(here).to_have_text("3")
    await expect(aylin.page.get_by_role("button", name="2 weitere Personen zeigen")).to_be_visible()
    await expect(names).to_have_text(["Ben Krüger"])
