"""The page that finds everything, as a browser without scripts has it."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from datetime import datetime

import httpx2
import pytest
from starlette.applications import Starlette

from directory.organisations import actions
from people.admins import grant_admin
from server.kernel.clock import FrozenClock
from tests.directory.scene import VOLTBUS
from tests.fairs.guests import Guests, guests
from tests.kernel_fixtures import NOON
from tests.support.patience import PATIENCE_S

pytestmark = pytest.mark.usefixtures("search_index")

RUHR = "/fairs/ruhr"


class PassingTime(FrozenClock):
    """A clock on which a millisecond passes whenever somebody looks: what follows what can be told from it."""

    def now(self) -> datetime:
        self.advance(milliseconds=1)
        return super().now()


@pytest.fixture
def clock() -> FrozenClock:
    return PassingTime(NOON)


@pytest.fixture
async def there(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Guests]:
    """A fair, and people with browsers."""
    async with guests(app) as set_up:
        monkeypatch.setattr("directory.search.following.SWEEP_S", 0.1)
        app.state.search.following.ring()
        yield set_up


def results(page: str) -> list[str]:
    """Where the results lead."""
    return re.findall(r'<h3 class="card-name"><a class="card-link" href="([^"]+)"', page)


async def until_found(browser: httpx2.AsyncClient, address: str, path: str) -> str:
    """The page, once the index has caught up."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        text = (await browser.get(address)).text
        if path in results(text):
            return text
        await asyncio.sleep(0.05)
    pytest.fail(f"{path} was not found at {address}")


async def test_a_fair_is_found_without_an_account_and_marked(there: Guests, client: httpx2.AsyncClient) -> None:
    page = await until_found(client, "/discover?q=enrgy+forum", RUHR)
    assert "Ruhr <mark>Energy</mark> <mark>Forum</mark>" in page
    assert "Similar to “enrgy”: Energy" in page


async def test_people_are_found_by_those_who_share_a_fair_alone(there: Guests, client: httpx2.AsyncClient) -> None:
    bernd = f"/people/{there.ids['bernd']}"
    await until_found(there["aylin"], "/discover?q=Kowalski", bernd)
    for stranger in (client, there["chloe"]):
        page = (await stranger.get("/discover?q=Kowalski")).text
        assert results(page) == []
        assert "0 results" in page
    await there["chloe"].post(f"{RUHR}/join")
    await until_found(there["chloe"], "/discover?q=Kowalski", bernd)
    await there["bernd"].post(f"{RUHR}/leave")
    assert bernd not in results((await there["chloe"].get("/discover?q=Kowalski")).text)


async def test_suggestions_are_a_list_without_a_page(there: Guests) -> None:
    await until_found(there["aylin"], "/discover?q=Kowalski", f"/people/{there.ids['bernd']}")
    answer = await there["aylin"].get("/discover/suggestions?q=kow")
    assert answer.text.lstrip().startswith("<li")
    assert f'data-href="/people/{there.ids["bernd"]}"' in answer.text
    assert (await there["aylin"].get("/discover/suggestions")).text.strip() == ""


async def test_every_command_of_the_box_leads_to_a_page_that_is_there_and_open(
    there: Guests, client: httpx2.AsyncClient
) -> None:
    async with there.app.state.kernel.database.write() as uow:
        await grant_admin(uow, there.ids["edda"], by=None)
    for browser in (there["aylin"], there["edda"], client):
        box = (await browser.get("/discover")).text.partition("<template data-commands>")[2].partition("</template>")[0]
        paths = re.findall(r'data-href="([^"]+)"', box)
        assert {path: (await browser.get(path)).status_code for path in paths} == dict.fromkeys(paths, 200)
        desks = {f"{RUHR}/plan", f"{RUHR}/meetings/plan", "/imports", "/servers"}
        assert desks & set(paths) == (desks if browser is there["edda"] else set())


async def test_what_is_not_found_is_answered_with_a_way_on(there: Guests, client: httpx2.AsyncClient) -> None:
    await until_found(client, "/discover", RUHR)
    page = (await client.get("/discover?q=xqzjvw&kind=product&industry=none")).text
    assert "Nothing found" in page
    assert "Search everywhere" in page


@pytest.mark.parametrize(
    "address",
    [
        "/discover?q=%00%01",
        "/discover?q=" + "x" * 5000,
        "/discover?q=" + "+".join(f"w{number}" for number in range(300)),
        "/discover?after=x&sort=x&kind=x&radius=x&near=x&industry=" + "x" * 999,
        "/discover?q=a+AND+b+OR+%22(%5B*%3F~%5E%5C",
        "/discover?" + "&".join(f"industry=v{number}" for number in range(200)),
        "/discover/suggestions?q=%F0%9F%9A%8C+%E2%80%AE",
    ],
)
async def test_whatever_stands_in_the_address_gets_a_page(client: httpx2.AsyncClient, address: str) -> None:
    assert (await client.get(address)).status_code == 200


async def test_a_search_is_saved_changed_looked_at_and_removed(there: Guests) -> None:
    me = there["aylin"]
    form = {"q": "Wasserstoff", "kind": "organisation", "name": "H2 in the Ruhr", "alerts": "yes", "mails": "yes"}
    assert (await me.post("/discover/saved", data=form)).headers["location"] == "/discover/saved"
    page = (await me.get("/discover/saved")).text
    assert "H2 in the Ruhr" in page
    [kept] = set(re.findall(r'action="(/discover/saved/[^"/]+)"', page))
    looked = await me.post(f"{kept}/look")
    assert looked.headers["location"] == "/discover?q=Wasserstoff&kind=organisation&sort=newest"
    assert (await me.post(kept, data={})).status_code == 303
    assert (await there["bernd"].post(f"{kept}/remove")).status_code == 404
    assert (await me.post(f"{kept}/remove")).status_code == 303
    assert "No saved searches yet" in (await me.get("/discover/saved")).text


async def test_the_searches_that_one_keeps_go_along_as_a_file_with_nobody_else(
    there: Guests, client: httpx2.AsyncClient
) -> None:
    me = there["aylin"]
    assert "/discover/saved/export" not in (await me.get("/discover/saved")).text
    form = {"q": "Wasserstoff", "kind": "organisation", "name": '=HYPERLINK("x")', "alerts": "yes"}
    await me.post("/discover/saved", data=form)
    assert "/discover/saved/export.csv" in (await me.get("/discover/saved")).text
    (row,) = (await me.get("/discover/saved/export.json")).json()
    assert (row["name"], row["asked"], row["new"]) == (form["name"], "Wasserstoff", 0)
    assert (row["alerts"], row["mails"]) == ("Yes", "No")
    assert row["page"].endswith("/discover?q=Wasserstoff&kind=organisation")
    assert "'=HYPERLINK" in (await me.get("/discover/saved/export.csv")).text
    assert (await there["bernd"].get("/discover/saved/export.json")).json() == []
    assert (await client.get("/discover/saved/export.json")).status_code in (303, 401)


async def test_search_engines_read_the_beginning_of_everything_in_both_languages_and_no_search(
    there: Guests, client: httpx2.AsyncClient
) -> None:
    await until_found(there["aylin"], "/discover?q=energy+forum", RUHR)
    page = (await client.get("/discover")).text
    assert "noindex" not in page
    assert '<link rel="canonical" href="http://localhost:8000/discover">' in page
    assert 'hreflang="de" href="http://localhost:8000/discover?lang=de"' in page
    data = json.loads(page.partition('ld+json"')[2].partition(">")[2].partition("</script>")[0])
    assert data["@type"] == "ItemList"
    assert any(one["url"].endswith(RUHR) for one in data["itemListElement"])
    german = (await client.get("/discover?lang=de")).text
    assert ('lang="de"' in german, "ld+json" in german) == (True, True)
    assert (await client.get("/discover?lang=xx")).status_code == 404
    for asked in ("q=energy", "kind=event", "sort=newest", "near=Essen&radius=50"):
        searched = (await client.get(f"/discover?{asked}")).text
        assert ("noindex" in searched, "ld+json" in searched, "canonical" in searched) == (True, False, False), asked


async def test_results_go_along_as_a_file_with_those_who_have_an_account(
    there: Guests, client: httpx2.AsyncClient
) -> None:
    await until_found(there["aylin"], "/discover?q=energy+forum", RUHR)
    taken = (await there["aylin"].get("/discover/export.json?q=energy+forum")).json()
    assert any(row["page"].endswith(RUHR) for row in taken)
    assert (await there["aylin"].get("/discover/export.csv?q=energy+forum")).content.startswith(b"\xef\xbb\xbf")
    assert (await client.get("/discover/export.csv")).status_code in (303, 401)
    assert "/discover/export.xlsx?q=energy" in (await there["aylin"].get("/discover?q=energy+forum")).text


async def test_what_one_has_narrowed_down_to_stands_above_the_results_and_is_cleared_there(there: Guests) -> None:
    slug = await _voltbus(there)
    page = await until_found(there["aylin"], "/discover?type=startup&industry=energy", f"/o/{slug}")
    [chosen] = re.findall(r'<ul class="facets-chosen".*?</ul>', page, re.DOTALL)
    ways = re.findall(r'href="([^"]+)"[^>]*>([^<]+)<', chosen)
    assert ways == [("/discover?industry=energy", "Start-up"), ("/discover?type=startup", "Energy")]
    assert "facets-chosen" not in (await there["aylin"].get("/discover")).text


async def _voltbus(there: Guests) -> str:
    async with there.kernel.database.write() as uow:
        return await actions.create(uow, VOLTBUS | {"visibility": "public"}, by_id=there.ids["aylin"])
