"""Products for programs: read with their organisation's eyes, made and changed by those who manage it."""

import asyncio

import pytest

from directory.products import actions
from tests.directory.scene import Scene

PRODUCTS = "/api/v1/products"
CHARGER = {"texts": {"en": {"name": "Depot charger", "line": "350 kW"}}, "category": "charging"}


async def test_a_product_is_made_read_changed_and_removed(there: Scene, program):
    _, organisation = await there.organisation()
    aylin, nobody = await program("aylin"), await program()
    made = await aylin.post(PRODUCTS, json=CHARGER | {"organisation": organisation})
    assert made.status_code == 201
    path = made.headers["location"]
    product = (await nobody.get(path)).json()
    assert product == made.json()
    assert (product["organisation"], product["public"], product["source"]) == (organisation, True, None)
    assert product["page"].endswith("/o/voltbus/products/depot-charger")
    given = {"price_from": 12_000_00, "currency": "EUR", "certificates": ["CE"], "texts": {"de": {"name": "Ladesäule"}}}
    changed = (await aylin.patch(path, json=given)).json()
    assert (changed["price_from"], changed["certificates"]) == (1_200_000, ["CE"])
    assert (changed["texts"]["de"]["name"], changed["texts"]["en"]["line"]) == ("Ladesäule", "350 kW")
    assert (await aylin.delete(path)).status_code == 204
    assert (await nobody.get(path)).status_code == 404
    assert (await aylin.delete(path)).status_code == 404


async def test_what_holds_between_fields_holds_for_programs_too(there: Scene, program):
    _, organisation = await there.organisation()
    aylin = await program("aylin")
    for wrong, at in (
        ({"texts": {"en": {"line": "No name"}}}, "/texts"),
        ({"price_from": 2, "price_to": 1, "currency": "EUR"}, "/price_to"),
        ({"price_from": 2}, "/currency"),
    ):
        answer = await aylin.post(PRODUCTS, json=CHARGER | {"organisation": organisation} | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["at"]) == (409, at)
    path = (await aylin.post(PRODUCTS, json=CHARGER | {"organisation": organisation})).headers["location"]
    assert (await aylin.patch(path, json={"texts": {"en": {"name": ""}}})).status_code == 409
    assert (await aylin.get(path)).json()["texts"]["en"]["name"] == "Depot charger"


async def test_others_neither_make_nor_change_products(there: Scene, program):
    _, organisation = await there.organisation(visibility="members")
    aylin, chloe = await program("aylin"), await program("chloe")
    given = CHARGER | {"organisation": organisation}
    path = (await aylin.post(PRODUCTS, json=given)).headers["location"]
    assert (await chloe.post(PRODUCTS, json=given)).status_code == 403
    assert (await chloe.patch(path, json={})).status_code == 403
    assert (await chloe.delete(path)).status_code == 403
    reader = await program("aylin", "directory:read", "organisations:write")
    assert [(await reader.delete(path)).status_code, (await reader.get(path)).status_code] == [403, 200]
    # Of an organisation that is for members, nobody else sees a product either.
    nobody = await program()
    assert (await nobody.get(path)).status_code == 404
    assert (await nobody.get(PRODUCTS)).json()["items"] == []
    seen = (await chloe.get(PRODUCTS, params={"organisation": organisation})).json()["items"]
    assert [one["public"] for one in seen] == [False]


async def test_a_copy_of_products_is_kept_like_one_of_organisations(there: Scene, program, clock):
    _, organisation = await there.organisation()
    aylin = await program("aylin")
    paths = [
        (await aylin.post(PRODUCTS, json=CHARGER | {"organisation": organisation})).headers["location"] for _ in "abc"
    ]
    first = await aylin.get(PRODUCTS, params={"limit": 2})
    rest = await aylin.get(PRODUCTS, params={"limit": 2, "after": first.json()["next"]})
    assert [f"{PRODUCTS}/{one['id']}" for page in (first, rest) for one in page.json()["items"]] == paths
    assert rest.json()["next"] is None
    since = clock.now().isoformat()
    clock.advance(seconds=5)
    await aylin.patch(paths[0], json={"maturity": "pilot"})
    newer = await aylin.get(
        PRODUCTS, params={"after": f"{first.json()['next'].split('.')[0]}.{'f' * 8}-ffff-ffff-ffff-{'f' * 12}"}
    )
    assert [one["id"] for one in newer.json()["items"]] == [paths[0].rsplit("/", 1)[1]]
    assert len((await aylin.get(PRODUCTS, params={"updated_since": since})).json()["items"]) == 3


@pytest.mark.parametrize("change", [{"maturity": "pilot"}, {"visibility": "members"}], ids=str)
async def test_a_version_that_is_changing_at_this_moment_is_no_longer_that_version(there: Scene, program, change):
    _, organisation = await there.organisation()
    aylin = await program("aylin")
    made = await aylin.post(PRODUCTS, json=CHARGER | {"organisation": organisation})
    path, read = made.headers["location"], {"if-match": made.headers["etag"]}
    async with there.kernel.database.write() as uow:
        await actions.edit(uow, made.json()["id"], change, by_id=there.ids["aylin"])
        late = asyncio.create_task(aylin.patch(path, json={"maturity": "market"}, headers=read))
        await asyncio.sleep(0.3)  # it waits for what is not committed yet
    assert (await late).status_code == 412
