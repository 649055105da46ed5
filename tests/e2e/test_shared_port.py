"""A network that lets out TLS alone, and to one port: there the web is, and by its own name the relay for calls."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.calls import Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage
from tests.e2e.test_relay import WAYS, wishing
from tests.support.browser import FLAGS, chromium
from tests.support.certificate import key_pin
from tests.support.ground import same_on_both_grounds
from tests.support.guard import Guard
from tests.support.router import DOMAIN, Router, needs_haproxy
from tests.support.server_process import Serve, Servers
from tests.support.turn import SECRET, Coturn

pytestmark = [needs_haproxy, same_on_both_grounds]
# Where this test has nobody: whoever is led to the web instead of the relay comes to nothing.
NOWHERE = 9


@pytest.fixture(scope="module")
async def browser(coturn: Coturn) -> AsyncIterator[Browser]:
    """A Chromium that takes the relay's certificate for a good one, and no other."""
    async with chromium([*FLAGS, f"--ignore-certificate-errors-spki-list={key_pin(coturn.folder)}"]) as started:
        yield started


@pytest.fixture
def relay(tmp_path: Path, process_guard: Guard, coturn: Coturn) -> Iterator[str]:
    """The relay's address behind the shipped router."""
    with Router(tmp_path, process_guard, {"web": NOWHERE, "relay": coturn.tls_port}) as router:
        yield f"turns:turn.{DOMAIN}:{router.port}?transport=tcp"


@pytest.fixture
async def servers(stage: Stage, serve: Serve, relay: str) -> Servers:
    """The running product, with no other relay."""
    assert stage.guests
    return await serve(dev=True, turn_urls=json.dumps([relay]), turn_secret=SECRET)


async def test_a_call_goes_by_the_relays_name_through_the_port_that_the_web_has(
    stage: Stage, come: Come, relay: str
) -> None:
    talks = [await wishing(come, stage, name, relay) for name in ("aylin", "ben")]
    aylin, ben = (Caller(talk.page) for talk in talks)
    await talks[0].open(f"{stage.direct}/call")
    await aylin.join()
    await ben.page.get_by_role("button", name="Accept the call").click()
    for one in (aylin, ben):
        await one.sees_and_hears()
        assert await one.page.evaluate(WAYS) == ["relay tls"]
        await expect(one.page.locator(".call-quality")).to_contain_text("relay, TLS")

    await talks[1].open("/check")
    await ben.page.get_by_role("button", name="Begin the check").click()
    way = ben.page.locator(".call-check-row").filter(has_text="Relayed, TLS")
    await expect(way).to_contain_text("Open in this network.")
