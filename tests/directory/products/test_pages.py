"""Products: shown with pictures and prices, made and changed by the people of their organisation."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from directory.organisations.bulk import OrganisationRow
from directory.organisations.bulk import upsert as upsert_organisations
from directory.products import bulk, own_data
from directory.products.bulk import ProductRow
from directory.products.documents import ProductSource
from directory.products.model import ProductRemoval
from directory.search.documents import Viewer
from tests.directory.organisations.test_uploads import files, picture
from tests.directory.scene import Scene
from tests.kernel_fixtures import browser_of

CHARGER = {
    "name.en": "Buffered charger",
    "name.de": "Pufferlader",
    "line.en": "350 kW for a bus",
    "category": "charging",
    "price_from": "98,000",
    "currency": "EUR",
    "certificates": ["CE", ""],
    "visibility": "public",
}


async def made(there: Scene, **fields: Any) -> str:
    """A product of Voltbus; its address."""
    slug, _ = await there.organisation()
    answer = await there["aylin"].post(f"/o/{slug}/products", data=CHARGER | fields)
    assert answer.status_code == 303
    return answer.headers["location"].removesuffix("/edit")


async def test_everybody_sees_a_product_and_whose_it_is(app: Starlette, there: Scene) -> None:
    path = await made(there)
    assert path == "/o/voltbus/products/buffered-charger"
    async with browser_of(app) as stranger:
        page = await stranger.get(path)
        german = await stranger.get(f"{path}?lang=de")
        listed = await stranger.get("/o/voltbus")
        every = await stranger.get("/o/voltbus/products")
        sitemap = await stranger.get("/sitemaps/products-1.xml")
    assert "Buffered charger" in page.text
    assert "from €98,000" in page.text
    assert "Pufferlader" in german.text
    assert "350 kW for a bus" in german.text, "what is not said in German is said in English"
    assert path in listed.text
    assert path in every.text
    assert path in sitemap.text
    data = json.loads(re.search(r'ld\+json"[^>]*>(.*?)</script>', page.text, re.DOTALL)[1])  # type: ignore[index]
    assert (data["@type"], data["brand"]["name"]) == ("Product", "Voltbus")
    assert data["offers"] == {
        "@type": "AggregateOffer",
        "priceCurrency": "EUR",
        "lowPrice": 98000.0,
        "url": f"http://localhost:8000{path}",
    }


async def test_a_product_for_members_is_not_there_for_strangers(app: Starlette, there: Scene) -> None:
    path = await made(there, visibility="members")
    async with browser_of(app) as stranger:
        assert (await stranger.get(path)).status_code == 404
        assert path not in (await stranger.get("/o/voltbus")).text
    assert (await there["chloe"].get(path)).status_code == 200


async def test_a_product_goes_with_its_organisation(there: Scene) -> None:
    path = await made(there)
    await there["aylin"].post("/o/voltbus/remove")
    assert (await there["chloe"].get(path)).status_code == 404
    await there["aylin"].post("/o/voltbus/return")
    assert (await there["chloe"].get(path)).status_code == 200


async def test_a_product_that_was_taken_off_comes_back_as_it_was(app: Starlette, there: Scene) -> None:
    path = await made(there)
    gone = await there["aylin"].post(f"{path}/remove")
    assert (await there["chloe"].get(path)).status_code == 404
    assert f'action="{path}/return"' in (await there["aylin"].get(gone.headers["location"])).text
    for name in ("chloe", "gina"):
        assert f"{path}/return" not in (await there[name].get("/o/voltbus/products")).text
        assert (await there[name].post(f"{path}/return")).status_code == 403
    back = await there["aylin"].post(f"{path}/return")
    assert back.headers["location"] == path
    assert "350 kW for a bus" in (await there["chloe"].get(path)).text
    assert (await there["aylin"].post(f"{path}/return")).status_code == 404, "it is shown already"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name.en": "", "name.de": ""}, "Please give the product a name"),
        ({"price_from": "200", "price_to": "100"}, "That is less than the lower price."),
        ({"price_from": "a lot"}, "That is not an amount we can read."),
        ({"category": "gold"}, "Please choose from the list."),
        ({"url": "javascript:alert(1)"}, "That is not a web address we can link to."),
    ],
)
async def test_what_is_wrong_is_said_and_everything_typed_stays(there: Scene, wrong: dict[str, str], said: str) -> None:
    slug, _ = await there.organisation()
    answer = await there["aylin"].post(f"/o/{slug}/products", data=CHARGER | {"line.de": "Für Höfe"} | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Für Höfe" in answer.text


async def test_who_changed_what_about_products_is_told_to_those_who_belong_there(there: Scene) -> None:
    path = await made(there)
    await there["aylin"].post("/o/voltbus/products", data={"name.en": "Planner", "visibility": "public"})
    await there["aylin"].post(f"{path}/edit", data=CHARGER | {"line.en": "Rather <b>fast</b>"})
    await there["aylin"].post("/o/voltbus/products/planner/remove")
    told = (await there["aylin"].get("/o/voltbus/history/products")).text
    assert "Rather &lt;b&gt;fast&lt;/b&gt;" in told
    assert told.index("Product taken off") < told.index("One sentence, in English") < told.index("Product added")
    assert "Aylin Demir" in told
    link = "/o/voltbus/history/products?product=" + path.rpartition("/")[2]
    assert link in (await there["aylin"].get(path)).text
    assert "Planner" not in (await there["aylin"].get(link)).text
    for who in ("chloe", "gina"):
        assert (await there[who].get("/o/voltbus/history/products")).status_code == 404
        assert "history/products" not in (await there[who].get(path)).text
    assert (await there["aylin"].get("/o/voltbus/history/products?before=1")).status_code == 404


async def test_products_go_along_as_a_file_as_far_as_one_may_see_them(there: Scene) -> None:
    path = await made(there)
    priced = {"name.en": "=Planner", "visibility": "public", "price_from": "99.90", "price_to": "1200"}
    await there["aylin"].post("/o/voltbus/products", data=priced)
    answer = await there["chloe"].get("/o/voltbus/products/export.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="products.json"'
    charger, planner = answer.json()
    assert charger["page"].endswith(path)
    assert (planner["name"], planner["price_from"], planner["price_to"]) == ("=Planner", "99.90", 1200)
    assert "'=Planner" in (await there["chloe"].get("/o/voltbus/products/export.csv")).text
    assert "/o/voltbus/products/export.xlsx" in (await there["chloe"].get("/o/voltbus/products")).text
    await there["aylin"].post("/o/voltbus/products/planner/remove")
    assert len((await there["chloe"].get("/o/voltbus/products/export.json")).json()) == 1
    assert (await there["chloe"].get("/o/voltbus/products/export.pdf")).status_code == 404


async def test_pictures_and_documents_come_and_go(there: Scene) -> None:
    path = await made(there)
    added = await there["aylin"].post(
        f"{path}/pictures", files=files("picture", picture(size=(900, 600))), data={"said": "A <b>box</b>"}
    )
    assert added.status_code == 303
    await there["aylin"].post(f"{path}/documents", files=files("document", b"%PDF-1.7", "sheet.pdf"))
    page = (await there["chloe"].get(path)).text
    assert 'alt="A &lt;b&gt;box&lt;/b&gt;"' in page
    document = f"{path}/documents/" + page.partition(f"{path}/documents/")[2].partition('"')[0]
    assert (await there["chloe"].get(document)).headers["content-disposition"].startswith("attachment;")
    edit = (await there["aylin"].get(f"{path}/edit")).text
    shown = f"{path}/pictures/" + edit.partition(f"{path}/pictures/")[2].partition("/remove")[0]
    await there["aylin"].post(f"{shown}/remove")
    await there["aylin"].post(f"{document}/remove")
    await there.kernel.jobs.run_due()
    assert "/pictures/" not in (await there["chloe"].get(path)).text
    assert list(there.kernel.files.folder.rglob("*.*")) == []


async def test_what_is_asked_for_is_not_called_optional(there: Scene) -> None:
    product = await made(there)
    page = (await there["aylin"].get(f"{product}/edit")).text
    assert not re.search(r'for="name\.en">[^<]*<span class="field-optional">', page)
    assert re.search(r'for="name\.de">[^<]*<span class="field-optional">', page), "one language is enough"
    own = await there["aylin"].get(f"/o/{(await there.organisation())[0]}/edit")
    for text in (page, own.text):
        assert '<legend class="field-label">Who sees this page</legend>' in text


async def test_only_editors_make_and_change_products(there: Scene) -> None:
    path = await made(there)
    assert (await there["chloe"].get(f"{path}/edit")).status_code == 404
    assert (await there["chloe"].post("/o/voltbus/products", data=CHARGER)).status_code == 403
    for what in ("edit", "remove", "pictures", "documents"):
        assert (await there["chloe"].post(f"{path}/{what}", data=CHARGER)).status_code == 403, what


async def test_imported_products_are_found_by_the_search_for_whom_they_are_for(there: Scene) -> None:
    at = there.kernel.clock.now()
    organisation = OrganisationRow(
        "1", {"name": "Voltbus", "kind": "startup", "industry": ("energy",), "country": "TR"}
    )
    rows = {"a": {"name.de": "Lader", "category": "charging"}, "b": {"name.en": "Secret", "visibility": "members"}}

    def bring(transaction: Any) -> list[bulk.Outcome]:
        [owner] = upsert_organisations(transaction, "chamber", [organisation], at=at)
        products = [ProductRow(id_, owner.id, fields) for id_, fields in rows.items()]
        return bulk.upsert(transaction, "chamber", products, at=at)

    outcomes = {one.source_id: one for one in await there.kernel.database.transact(bring)}
    ids = [one.id for one in outcomes.values()]
    source = ProductSource()
    async with there.kernel.database.read() as session:
        assert {mark.id for mark in await source.changed(session, None, 10)} == set(ids)
        documents = {one.id: one for one in await source.documents(session, ids)}
        open_to_all = await source.cards(session, Viewer(None, "en"), ids)
        for_members = await source.cards(session, Viewer(there.ids["chloe"], "en"), ids)
    lader = documents[outcomes["a"].id]
    assert (lader.path, lader.tags["industry"], lader.audiences) == (
        "/o/voltbus/products/lader",
        ["energy"],
        ("public",),
    )
    assert "Charging technology" in lader.words
    assert set(open_to_all) == {outcomes["a"].id}
    assert set(for_members) == set(ids)
    assert (open_to_all[outcomes["a"].id].name, open_to_all[outcomes["a"].id].by) == ("Lader", "Voltbus")


async def test_what_a_person_changed_is_handed_out(there: Scene) -> None:
    await made(there)
    async with there.kernel.database.read() as session:
        found = await own_data.collect(session, there.ids["aylin"])
    assert [one["field"] for one in found["changes"]] == ["made"]


async def test_what_an_undone_import_took_along_stands_not_among_what_people_took_off(there: Scene) -> None:
    path = await made(there)
    await there["aylin"].post(f"{path}/remove")
    assert f"{path}/return" in (await there["aylin"].get("/o/voltbus/products")).text
    async with there.kernel.database.write() as uow:
        await uow.session.execute(update(ProductRemoval).values(reason="undone"))
    assert f"{path}/return" not in (await there["aylin"].get("/o/voltbus/products")).text


async def test_an_undone_import_leaves_a_product_to_which_somebody_gave_a_picture(there: Scene) -> None:
    _, id_ = await there.organisation()
    at = there.kernel.clock.now()
    rows = [ProductRow(number, id_, {"name.en": f"Charger {number}"}) for number in ("1", "2")]
    outcomes = await there.kernel.database.transact(lambda each: bulk.upsert(each, "chamber", rows, at=at))
    sent = await there["aylin"].post("/o/voltbus/products/charger-1/pictures", files=files("picture", picture()))
    assert sent.status_code == 303
    kept = await there.kernel.database.transact(lambda each: bulk.undo(each, outcomes, source="chamber", at=at))
    assert kept == [outcomes[0].id]
    async with there.kernel.database.read() as session:
        assert list(await session.scalars(select(ProductRemoval.product_id))) == [outcomes[1].id]
