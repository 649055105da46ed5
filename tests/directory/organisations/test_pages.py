"""The pages of an organisation: who sees what, what search engines read, and what people type into them."""

import json
import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from directory.organisations import actions
from directory.organisations.model import Change, OwnField
from tests.directory.scene import Scene
from tests.kernel_fixtures import browser_of

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
async def stranger(app: Starlette) -> Any:
    async with browser_of(app) as browser:
        yield browser


def jsonld(answer: httpx2.Response) -> Any:
    found = re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', answer.text, re.DOTALL)
    assert found
    return json.loads(found[1])


def form(**fields: Any) -> dict[str, Any]:
    return {"name": "Voltbus", "kind": "startup", "visibility": "public", "country": "TR"} | fields


async def test_everybody_reads_a_public_page_in_their_language(there: Scene, stranger: httpx2.AsyncClient) -> None:
    slug, _ = await there.organisation(**{"pitch.de": "Laden über Nacht"})
    english = await stranger.get(f"/o/{slug}")
    assert english.status_code == 200
    assert "Depots charge overnight" in english.text
    german = await stranger.get(f"/o/{slug}?lang=de")
    assert "Laden über Nacht" in german.text
    assert '<html lang="de"' in german.text
    assert (await stranger.get(f"/o/{slug}?lang=xx")).status_code == 404


async def test_search_engines_get_addresses_and_data(there: Scene, stranger: httpx2.AsyncClient) -> None:
    slug, _ = await there.organisation(founded=2019, links=(("", "https://social.example/voltbus"),))
    answer = await stranger.get(f"/o/{slug}")
    data = jsonld(answer)
    assert (data["@type"], data["name"], data["foundingDate"]) == ("Organization", "Voltbus", "2019")
    assert data["address"] == {"@type": "PostalAddress", "addressLocality": "İzmir", "addressCountry": "TR"}
    assert data["sameAs"] == ["https://social.example/voltbus"]
    assert f'<link rel="canonical" href="http://localhost:8000/o/{slug}">' in answer.text
    assert f'hreflang="de" href="http://localhost:8000/o/{slug}?lang=de"' in answer.text
    assert '<meta property="og:title" content="Voltbus">' in answer.text


async def test_a_page_that_has_not_changed_is_not_sent_again_to_engines(
    there: Scene, stranger: httpx2.AsyncClient
) -> None:
    slug, _ = await there.organisation()
    first = await stranger.get(f"/o/{slug}")
    again = await stranger.get(f"/o/{slug}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    there.kernel.clock.advance(hours=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there["aylin"].post(f"/o/{slug}/edit", data=form(place="Ankara"))
    assert (await stranger.get(f"/o/{slug}", headers={"if-none-match": first.headers["etag"]})).status_code == 200
    browser = await stranger.get(f"/o/{slug}", headers={"sec-fetch-mode": "navigate"})
    assert "etag" not in browser.headers, "a kept page would carry the nonce of another answer"


async def test_what_is_for_members_is_not_there_for_strangers(there: Scene, stranger: httpx2.AsyncClient) -> None:
    slug, _ = await there.organisation(visibility="members")
    assert (await stranger.get(f"/o/{slug}")).status_code == 404
    inside = await there["chloe"].get(f"/o/{slug}")
    assert inside.status_code == 200
    assert "noindex" in inside.text
    assert "ld+json" not in inside.text


async def test_the_sitemap_lists_what_is_public_and_is_kept_for_an_hour(
    there: Scene, stranger: httpx2.AsyncClient
) -> None:
    slug, _ = await there.organisation()
    hidden, _ = await there.organisation(name="Hidden", visibility="members")
    index = await stranger.get("/sitemap.xml")
    assert index.headers["content-type"] == "application/xml"
    assert "<loc>http://localhost:8000/sitemaps/organisations-1.xml</loc>" in index.text
    lists = (await stranger.get("/sitemaps/lists-1.xml")).text
    for path in ("/", "/discover", "/needs", "/needs?tab=offer", "/partners"):
        assert f"<url><loc>http://localhost:8000{path}</loc></url>" in lists
    listed = await stranger.get("/sitemaps/organisations-1.xml")
    assert f"<loc>http://localhost:8000/o/{slug}</loc>" in listed.text
    assert hidden not in listed.text
    await there.organisation(name="Later")
    assert (await stranger.get("/sitemaps/organisations-1.xml")).text == listed.text
    for missing in ("organisations-2.xml", "organisations-0.xml", "secrets-1.xml", "organisations-x.xml", "x"):
        assert (await stranger.get(f"/sitemaps/{missing}")).status_code == 404
    assert "Sitemap: http://localhost:8000/sitemap.xml" in (await stranger.get("/robots.txt")).text


async def test_people_add_an_organisation_and_administer_it(there: Scene) -> None:
    answer = await there["chloe"].post(
        "/organisations", data={"kind": "startup", "name": "Hydrolumière", "website": "hydrolumiere.example"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/o/hydrolumiere/edit")
    assert (await there["chloe"].get("/o/hydrolumiere/edit")).status_code == 200


async def test_a_website_that_is_known_is_shown_before_it_comes_twice(there: Scene) -> None:
    await there.organisation()
    typed = {"kind": "company", "name": "Volt Bus", "website": "http://voltbus.example"}
    asked = await there["chloe"].post("/organisations", data=typed)
    assert asked.status_code == 422
    assert "This website is in the directory already." in asked.text
    assert 'value="Volt Bus"' in asked.text
    assert (await there["chloe"].post("/organisations", data=typed | {"another": "yes"})).status_code == 303


@pytest.mark.parametrize("name", ["Voltbus", "VOLTBUS  GmbH", "voltbus ag"])
async def test_a_name_that_is_known_is_shown_before_it_comes_twice(there: Scene, name: str) -> None:
    slug, _ = await there.organisation()
    await there.organisation(name="Voltbus Depots")
    typed = {"kind": "company", "name": name, "website": "another.example"}
    asked = await there["chloe"].post("/organisations", data=typed)
    assert asked.status_code == 422
    assert "One of this name is in the directory already. Is it this one?" in asked.text
    assert f'href="/o/{slug}"' in asked.text
    assert "Voltbus Depots" not in asked.text
    buttons = re.findall(r"<button[^>]*>", asked.text.partition('action="/organisations"')[2])
    assert ["name=" in each for each in buttons[:2]] == [False, True], "Enter asks again, and does not add it"
    assert (await there["chloe"].post("/organisations", data=typed | {"another": "yes"})).status_code == 303


async def test_a_name_is_known_also_after_a_change_and_no_longer_once_it_is_gone(there: Scene) -> None:
    """Its address is still that of the name that it was made with."""
    slug, _ = await there.organisation(name="Überlandwerk")
    await there["aylin"].post(f"/o/{slug}/edit", data=form(name="Über Strom"))
    typed = {"kind": "company", "name": "ÜBER STROM"}
    asked = await there["chloe"].post("/organisations", data=typed)
    assert (asked.status_code, f'href="/o/{slug}"' in asked.text) == (422, True)
    assert (await there["chloe"].post("/organisations", data=typed | {"name": "Überlandwerk"})).status_code == 303
    await there["aylin"].post(f"/o/{slug}/remove")
    assert (await there["chloe"].post("/organisations", data=typed)).status_code == 303


async def test_a_form_with_something_wrong_keeps_everything_that_was_typed(there: Scene) -> None:
    slug, _ = await there.organisation()
    answer = await there["aylin"].post(
        f"/o/{slug}/edit",
        data=form(
            founded="soon", place="Ankara", industry=["it"], link_label=["Blog"], link_url=["javascript:alert(1)"]
        ),
    )
    assert answer.status_code == 422
    assert "That is not a year we can believe." in answer.text
    assert "That is not a web address we can link to." in answer.text
    assert 'value="Ankara"' in answer.text
    assert 'value="javascript:alert(1)"' in answer.text
    assert "Ankara" not in (await there["chloe"].get(f"/o/{slug}")).text


async def test_an_edit_is_noted_with_who_and_when_and_kept_from_imports(there: Scene) -> None:
    slug, id_ = await there.organisation()
    await there["aylin"].post(f"/o/{slug}/edit", data=form(place="Ankara", website="voltbus.example", founded="2019"))
    async with there.kernel.database.read() as session:
        changes = {one.field: one for one in await session.scalars(select(Change).where(Change.organisation_id == id_))}
        own = set(await session.scalars(select(OwnField.field).where(OwnField.organisation_id == id_)))
    assert (changes["place"].before, changes["place"].after, changes["place"].by_id) == (
        "İzmir",
        "Ankara",
        there.ids["aylin"],
    )
    assert {"place", "founded"} <= own
    history = (await there["aylin"].get(f"/o/{slug}/history")).text
    assert "Ankara" in history
    assert "Aylin Demir" in history
    assert (await there["chloe"].get(f"/o/{slug}/history")).status_code == 404


async def test_scripts_and_tags_are_text_in_every_field(there: Scene, stranger: httpx2.AsyncClient) -> None:
    slug, _ = await there.organisation()
    texts = {f"{part}.{code}": EVIL + f" {part}" for part in ("pitch", "description") for code in ("de", "en")}
    lines = {name: EVIL for name in ("name", "legal_name", "place")} | {"postcode": "<b>1</b>"}
    lists = {"link_label": [EVIL], "link_url": ["https://a.example/?q=<script>"], "location_label": [EVIL]}
    lists |= {"location_place": [EVIL], "location_postcode": ["<i>"], "location_country": ["DE"]}
    saved = await there["aylin"].post(f"/o/{slug}/edit", data=form(**lines, **texts, **lists))
    assert saved.status_code == 303
    for page in (f"/o/{slug}", f"/o/{slug}?lang=de"):
        answer = await stranger.get(page)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert jsonld(answer)["name"] == EVIL
    for page in ("edit", "history", "people"):
        assert "<script>alert" not in (await there["aylin"].get(f"/o/{slug}/{page}")).text


async def test_markdown_is_shown_and_what_it_smuggles_is_not(there: Scene) -> None:
    text = (
        "**fast** [site](https://a.example) [bad](javascript:alert(1)) ![x](https://t.example/p.png)\n\n# Big\n\n- one"
    )
    slug, _ = await there.organisation(**{"description.en": text})
    shown = (await there["chloe"].get(f"/o/{slug}")).text
    assert "<strong>fast</strong>" in shown
    assert '<a href="https://a.example" rel="nofollow noopener ugc">site</a>' in shown
    assert 'href="javascript' not in shown
    assert 'src="https://t.example' not in shown
    assert "<h1>Big" not in shown


async def test_only_editors_change_a_page(there: Scene, stranger: httpx2.AsyncClient) -> None:
    slug, _ = await there.organisation()
    assert (await there["chloe"].get(f"/o/{slug}/edit")).status_code == 404
    assert (await there["chloe"].post(f"/o/{slug}/edit", data=form(name="Mine"))).status_code == 403
    for what in ("confirm", "remove", "logo/remove", "invitations"):
        assert (await there["chloe"].post(f"/o/{slug}/{what}", data={"email": "a@b.example"})).status_code == 403, what
    assert (await stranger.post(f"/o/{slug}/edit", data=form())).status_code == 303, "is sent to sign in"
    assert (await there["ada"].get(f"/o/{slug}/edit")).status_code == 200, "who runs the platform may"


async def test_what_was_removed_is_gone_for_all_but_its_own_and_comes_back(there: Scene) -> None:
    slug, _ = await there.organisation()
    await there["aylin"].post(f"/o/{slug}/remove")
    assert (await there["chloe"].get(f"/o/{slug}")).status_code == 404
    assert "is not shown in the directory" in (await there["aylin"].get(f"/o/{slug}")).text
    for name, path in (("aylin", "/organisations/mine"), ("ada", "/organisations/gone")):
        assert f'action="/o/{slug}/return"' in (await there[name].get(path)).text, name
    assert f"/o/{slug}/return" not in (await there["ben"].get("/organisations/mine")).text
    assert "/organisations/gone/export.csv" in (await there["ada"].get("/organisations/gone")).text
    (row,) = (await there["ada"].get("/organisations/gone/export.json")).json()
    assert (row["by"], row["page"].rpartition("/")[2]) == ("Aylin Demir", slug)
    for path in ("/organisations/gone", "/organisations/gone/export.json"):
        assert (await there["aylin"].get(path)).status_code == 404
    await there["aylin"].post(f"/o/{slug}/return")
    assert (await there["chloe"].get(f"/o/{slug}")).status_code == 200


async def test_confirming_says_when_it_was_last_so(there: Scene) -> None:
    slug, _ = await there.organisation()
    there.kernel.clock.advance(days=3)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there["aylin"].post(f"/o/{slug}/confirm")
    assert ">17 September 2026</time>" in (await there["chloe"].get(f"/o/{slug}")).text


@pytest.mark.parametrize("slug", ["nobody", "%00", "a" * 300, "..%2f..%2fetc", "new"])
async def test_addresses_of_nothing_are_not_found(there: Scene, slug: str) -> None:
    assert (await there["chloe"].get(f"/o/{slug}")).status_code == 404


async def test_the_change_logs_go_along_as_files_for_those_who_see_them(there: Scene) -> None:
    slug, id_ = await there.organisation()
    for name in ("Charger", "Cable"):
        await there["aylin"].post(f"/o/{slug}/products", data={"name.en": name, "visibility": "public"})
        await there["aylin"].post(f"/o/{slug}/products/{name.lower()}/remove")
    async with there.kernel.database.write() as uow:
        await actions.edit(uow, id_, {"founded": 2019}, by_id=there.ids["aylin"])
    for log, about in (("history", ["Voltbus"]), ("history/products", ["Cable", "Charger"])):
        page, export = f"/o/{slug}/{log}", f"/o/{slug}/{log}/export"
        assert f"{export}.xlsx" in (await there["aylin"].get(page)).text
        rows = (await there["aylin"].get(f"{export}.json")).json()
        assert sorted({row["about"] for row in rows}) == about
        assert {row["by"] for row in rows} == {"Aylin Demir"}
        assert (await there["ben"].get(f"{export}.json")).status_code == 404
    one = (await there["aylin"].get(f"/o/{slug}/history/products/export.json?product=cable")).json()
    assert {row["about"] for row in one} == {"Cable"}
