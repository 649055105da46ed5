"""A partner's own host: its page to be read there, nobody signed in there, and everything else at ours."""

import httpx2
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from directory.organisations.model import Organisation
from directory.partners import actions, queries
from directory.partners.carrying import carry, erase
from directory.partners.host_rules import own_host
from directory.partners.model import PartnerHost
from people.text import UnacceptableError
from tests.directory.lists.conftest import Desk, desk, organisation
from tests.directory.partners.test_pages import bring, chamber
from tests.kernel_fixtures import browser_of

__all__ = ["chamber", "desk"]

HOST = "netz.chamber.example"
THERE, OURS = f"http://{HOST}:8000", "http://localhost:8000"


async def give(desk: Desk, host: str = HOST, partner: str = "chamber") -> httpx2.Response:
    """Clara, who runs the platform, gives a partner a host; then a moment passes."""
    answer = await desk.clara.post(f"/partners/{partner}/host", data={"host": host})
    desk.kernel.clock.advance(seconds=11)  # type: ignore[attr-defined]  # the tests' clock
    return answer


async def at(browser: httpx2.AsyncClient, path: str, method: str = "GET", **more: object) -> httpx2.Response:
    """A request to the partner's own host."""
    return await browser.request(method, THERE + path, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        (" https://Netz.Chamber.example/ ", HOST),
        ("netz.handelskammer-köln.example", "netz.xn--handelskammer-kln-e0b.example"),
        ("", ""),
    ],
)
def test_a_host_has_one_spelling(typed: str, host: str) -> None:
    assert own_host(typed, "fair.example") == host


@pytest.mark.parametrize(
    "typed",
    ["chamber", "10.0.0.1", "[::1]", "a b.example", "chamber.example:8443", "chamber.example/x", "printer.local",
     "fair.example", "netz.fair.example", "example", "user@chamber.example", "-a.example", f"{'a' * 64}.example"],
)  # fmt: skip
def test_what_is_no_host_of_a_partner_is_refused(typed: str) -> None:
    with pytest.raises(UnacceptableError):
        own_host(typed, "fair.example")


def test_a_name_above_ours_is_refused() -> None:
    with pytest.raises(UnacceptableError):
        own_host("trade.example", "fair.trade.example")


async def test_the_landing_page_stands_at_the_partners_own_host(desk: Desk, chamber: str, app: Starlette) -> None:
    await bring(desk.ben, "voltbus")
    await desk.ben.post("/partners/chamber/look", data={"accent": "#1d5f8a"})
    assert (await give(desk)).status_code == 303
    async with browser_of(app) as reader:
        page = await at(reader, "/")
        assert (page.status_code, "Voltbus" in page.text) == (200, True)
        for link in (
            f"{OURS}/o/voltbus",
            f"{OURS}/sign-in?next=/partners/chamber",
            "/partners/chamber/look.css?1d5f8a",
        ):
            assert f'href="{link}"' in page.text
        assert f'<link rel="canonical" href="{THERE}/">' in page.text
        assert f'hreflang="de" href="{THERE}/?lang=de"' in page.text
        assert 'lang="de"' in (await at(reader, "/?lang=de")).text[:200]
        assert (await at(reader, "/partners/chamber/look.css")).headers["content-type"].startswith("text/css")
        # At our own host the page says where it really stands, and our list of pages leaves it to that one.
        assert f'<link rel="canonical" href="{THERE}/">' in (await reader.get("/partners/chamber")).text
        assert f"<loc>{THERE}/</loc>" in (await at(reader, "/sitemap.xml")).text
        assert f"Sitemap: {THERE}/sitemap.xml" in (await at(reader, "/robots.txt")).text
        async with desk.kernel.database.read() as session:
            assert await queries.count_public(session) == 0


async def test_everything_else_is_at_our_own_host(desk: Desk, chamber: str, app: Starlette) -> None:
    await give(desk)
    async with browser_of(app) as reader:
        for path in ("/o/voltbus?lang=de", "/sign-in", "/me", "/api/v1/organisations", "/partners/other/look.css"):
            answer = await at(reader, path)
            assert (answer.status_code, answer.headers["location"]) == (302, OURS + path)
        answer = await at(reader, "/partners/chamber?kind=startup")
        assert (answer.status_code, answer.headers["location"]) == (301, f"{THERE}/?kind=startup")
        for path in ("/sign-in", "/o/voltbus/edit", "/", "/api/v1/organisations"):
            assert (await at(reader, path, "POST", data={"email": "a@b.example"})).status_code == 404
        chosen = await at(reader, "/language", "POST", data={"locale": "de", "back": "/partners/chamber"})
        assert (chosen.status_code, "fairmatch_locale=de" in chosen.headers["set-cookie"]) == (303, True)
        foreign = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        assert (await at(reader, "/language", "POST", data={"locale": "de"}, headers=foreign)).status_code == 403


async def test_nobody_is_signed_in_there_whatever_the_browser_sends(desk: Desk, chamber: str) -> None:
    await give(desk)
    cookies = "; ".join(f"{each.name}={each.value}" for each in desk.ben.cookies.jar)
    headers = {"cookie": f"{cookies}; fairmatch_theme=dark", "authorization": "Bearer fairmatch_x"}
    page = await at(desk.ben, "/", headers=headers)
    assert "/partners/chamber/desk" in (await desk.ben.get("/partners/chamber")).text
    assert ("/partners/chamber/desk" in page.text, "Sign in" in page.text) == (False, True)
    assert 'data-theme="dark"' in page.text


async def test_no_sign_in_hides_in_the_value_of_a_harmless_cookie(desk: Desk, chamber: str, app: Starlette) -> None:
    await give(desk)
    hidden = "; ".join(f"{each.name}={each.value}" for each in desk.ben.cookies.jar)
    async with browser_of(app) as reader:
        page = await at(reader, "/", headers={"cookie": f'fairmatch_theme="x; {hidden}; y"'})
    assert ("/partners/chamber/desk" in page.text, "Sign in" in page.text) == (False, True)


async def test_only_names_that_somebody_has_are_answered_and_vouched_for(
    desk: Desk, chamber: str, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("directory.partners.pages.hosts.UNKNOWN", "2 per minute")
    async with browser_of(app) as proxy:
        ask = lambda host: proxy.get("http://worker:8000/tls/ask", params={"domain": host})  # noqa: E731
        assert (await at(proxy, "/")).status_code == 421
        assert (await ask(HOST)).status_code == 404
        await give(desk)
        assert [(await ask(name)).status_code for name in (HOST, "localhost", "evil.example")] == [200, 200, 404]
        assert [(await ask(name)).status_code for name in ("x" * 3000, HOST, "localhost")] == [429, 200, 200]
        await give(desk, "")
        assert [(await at(proxy, "/")).status_code, (await ask(HOST)).status_code] == [421, 429]


async def test_a_name_is_one_partners_and_set_by_who_runs_the_platform(desk: Desk, chamber: str) -> None:
    assert (await desk.ben.post("/partners/chamber/host", data={"host": HOST})).status_code == 403
    async with desk.kernel.database.write() as uow:
        other = await organisation(uow, "agency")
        await actions.appoint(uow, other, by_id=desk.ids["clara"])
    await give(desk)
    refused = await give(desk, partner="agency")
    assert (refused.status_code, "Another partner has this name." in refused.text) == (422, True)
    assert (await give(desk, "printer.local")).status_code == 422
    assert f'href="{THERE}/"' in (await desk.ben.get("/partners/chamber/desk")).text
    async with desk.kernel.database.write() as uow:
        await erase(uow, desk.ids["clara"])
        await carry(uow, chamber, await organisation(uow, "merged"))
    async with desk.kernel.database.read() as session:
        row = (await session.scalars(select(PartnerHost))).one()
        assert (row.host, row.by_id, row.partner_id != chamber) == (HOST, None, True)
    async with desk.kernel.database.write() as uow:
        await actions.dismiss(uow, row.partner_id, by_id=None)
    async with desk.kernel.database.read() as session:
        assert await queries.slugs_by_host(session) == {}


async def test_the_desk_says_that_nobody_sees_a_page_for_members_at_its_own_host(desk: Desk, chamber: str) -> None:
    await give(desk)
    assert "Your page stands at" in (await desk.ben.get("/partners/chamber/desk")).text
    async with desk.kernel.database.write() as uow:
        (await uow.session.get_one(Organisation, chamber)).visibility = "members"
    told = (await desk.ben.get("/partners/chamber/desk")).text
    assert "Your page stands at" not in told
    assert "nobody sees your page there" in told
